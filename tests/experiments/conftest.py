"""Each experiment's `--fast` run is made once in a test session, by whichever worker asks first."""

import contextlib
import importlib
import json
import os
from pathlib import Path

import jax
import pytest

from experiments.harness import locks, runner


@pytest.fixture(autouse=True)
def promotion_as_users_have_it():
    """Let ranks promote, as JAX does unless told otherwise: the tests' own setting is for jnet's code."""
    with jax.numpy_rank_promotion("allow"):
        yield


@pytest.fixture(scope="session")
def fast_run(tmp_path_factory):
    """Return a function from an experiment's name to its folder of `--fast` results; `out` is what it printed."""
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "fast"

    def run(name: str) -> Path:
        folder = root / name
        with locks.held(root / "locks" / name, quiet=True):
            if not folder.exists():
                folder.mkdir()
                module = importlib.import_module(f"experiments.{name}")
                with (folder / "out").open("w") as file, contextlib.redirect_stdout(file):
                    status = runner.main(module, ["--fast", "--out", str(root)])
                (folder / "status").write_text(str(status))
        return folder

    return run


@pytest.fixture(scope="session")
def fast_record(fast_run):
    """Return a function from an experiment's name to the record of its `--fast` run."""
    return lambda name: json.loads((fast_run(name) / "metrics.json").read_text())

"""Strict settings for every test: warnings are errors (pyproject.toml), ranks never promote in silence."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "Agg")

import jax
import pytest

from jnet.compilation import keep_programs

jax.config.update("jax_numpy_rank_promotion", "raise")
keep_programs("xla-tests")


@pytest.fixture(scope="session")
def torch():
    """PyTorch, the reference; a test that asks for it is skipped where it is not installed."""
    return pytest.importorskip("torch")


def pytest_collection_modifyitems(items):
    for item in items:
        if "torch" in getattr(item, "fixturenames", ()):
            item.add_marker("parity")

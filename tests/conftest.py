"""Strict settings for every test: warnings are errors (pyproject.toml), ranks never promote in silence."""

import os
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "Agg")

import jax
import pytest

from jnet.files import cache_dir

jax.config.update("jax_numpy_rank_promotion", "raise")
# Compiled programs are kept between runs: a second run of the suite compiles next to nothing.
jax.config.update("jax_compilation_cache_dir", str(cache_dir("xla-tests")))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def torch():
    """PyTorch, the reference; a test that asks for it is skipped where it is not installed."""
    return pytest.importorskip("torch")


def pytest_collection_modifyitems(items):
    for item in items:
        if "torch" in getattr(item, "fixturenames", ()):
            item.add_marker("parity")

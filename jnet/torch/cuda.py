"""Accelerators: JAX's, under the names of `torch.cuda`.

See: https://docs.pytorch.org/docs/stable/cuda.html
"""

from __future__ import annotations

import jax

from jnet.recorder import flush
from jnet.torch import random as _random


def _devices() -> list:
    return [each for each in jax.devices() if each.platform != "cpu"]


def is_available() -> bool:
    """Tell whether JAX finds an accelerator."""
    return bool(_devices())


def device_count() -> int:
    """Return how many accelerators there are."""
    return len(_devices())


def current_device() -> int:
    """Return the number of the accelerator in use."""
    _need()
    return 0


def get_device_name(device=None) -> str:
    """Return what the accelerator calls itself."""
    _need()
    return _devices()[0].device_kind


def synchronize(device=None) -> None:
    """Wait until everything that was recorded has run."""
    flush()
    for each in _devices():
        jax.device_put(0.0, each).block_until_ready()


def manual_seed(seed: int) -> None:
    """Start the stream of this seed; there is one stream for all devices."""
    if is_available():
        _random.manual_seed(seed)


manual_seed_all = manual_seed


def empty_cache() -> None:
    """Do nothing: XLA manages its own memory."""


def memory_allocated(device=None) -> int:
    """Return the bytes in use on the accelerator."""
    found = _devices()
    stats = found[0].memory_stats() if found else None
    return 0 if stats is None else stats.get("bytes_in_use", 0)


def _need() -> None:
    if not is_available():
        raise AssertionError("Torch not compiled with CUDA enabled\nJAX finds no accelerator; install jnet[cuda12].")

"""Accelerators: JAX's, under the names of `torch.cuda`.

See: https://docs.pytorch.org/docs/stable/cuda.html
"""

from __future__ import annotations

import importlib

import jax

from jnet.recorder import flush
from jnet.torch import random as _random
from jnet.torch.missing import missing


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
    return _statistic("bytes_in_use")


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Tell whether the accelerator computes in bfloat16."""
    return is_available()


def is_initialized() -> bool:
    """Tell whether the accelerator was found."""
    return is_available()


def set_device(device) -> None:
    """Choose the accelerator that "cuda" means: the first is the only choice.

    Raises:
        NotImplementedError: for another one.
    """
    _need()
    number = device if isinstance(device, int) else getattr(device, "index", None) or 0
    if number:
        raise NotImplementedError(f"torch.cuda.set_device({number}): name the device of each tensor instead.")


def max_memory_allocated(device=None) -> int:
    """Return the most bytes that were in use on the accelerator."""
    return _statistic("peak_bytes_in_use")


def memory_reserved(device=None) -> int:
    """Return the bytes that XLA has set aside on the accelerator."""
    return _statistic("pool_bytes")


def _statistic(name: str) -> int:
    found = _devices()
    return ((found[0].memory_stats() if found else None) or {}).get(name, 0)


def ipc_collect() -> None:
    """Do nothing: processes share no memory."""


def __getattr__(name: str):
    if name == "amp":  # not at once: it needs this module
        return importlib.import_module("jnet.torch.cuda.amp")
    raise missing("torch.cuda", name)


def _need() -> None:
    if not is_available():
        raise AssertionError("Torch not compiled with CUDA enabled\nJAX finds no accelerator; install jnet[cuda12].")

"""Settings of the process that scripts make at their start: threads, determinism, precision."""

from __future__ import annotations

import os
import warnings

from jnet.recorder import set_matmul_precision
from jnet.torch.scalars import type_name

_kept = {"threads": os.cpu_count() or 1, "interop": os.cpu_count() or 1, "deterministic": 0, "precision": "highest",
         "warn": False}  # fmt: skip


def _positive(name: str, value) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise RuntimeError(f"{name} expects an int, but got {type_name(value)}")
    if value <= 0:
        raise RuntimeError(f"{name} expects a positive integer")
    return value


def get_num_threads() -> int:
    """Return the number of threads that `set_num_threads` was given, or that of the processors."""
    return _kept["threads"]


def set_num_threads(count: int) -> None:
    """Keep the number; XLA has its own threads, whose number is fixed when it starts.

    See: https://docs.pytorch.org/docs/stable/generated/torch.set_num_threads.html
    """
    _kept["threads"] = _positive("set_num_threads", count)


def get_num_interop_threads() -> int:
    """Return the number that `set_num_interop_threads` was given, or that of the processors."""
    return _kept["interop"]


def set_num_interop_threads(count: int) -> None:
    """Keep the number; see `set_num_threads`."""
    _kept["interop"] = _positive("set_num_interop_threads", count)


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Keep the setting: programs of XLA give the same bits every time on a CPU.

    On a GPU, say `XLA_FLAGS=--xla_gpu_deterministic_ops=true` before the first use.
    """
    if not isinstance(mode, bool):
        raise TypeError(
            f"_set_deterministic_algorithms(): argument 'mode' (position 1) must be bool, not {type_name(mode)}"
        )
    _kept["deterministic"] = (1 if warn_only else 2) if mode else 0


def are_deterministic_algorithms_enabled() -> bool:
    """Tell whether deterministic algorithms were asked for."""
    return _kept["deterministic"] > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Tell whether warnings were to stand for errors."""
    return _kept["deterministic"] == 1


def set_deterministic_debug_mode(debug_mode) -> None:
    """Keep the setting, as a number or as its name ("default", "warn", "error")."""
    names = {"default": 0, "warn": 1, "error": 2}
    _kept["deterministic"] = names[debug_mode] if isinstance(debug_mode, str) else int(debug_mode)


def get_deterministic_debug_mode() -> int:
    """Return the setting as a number."""
    return _kept["deterministic"]


def get_float32_matmul_precision() -> str:
    """Return how precisely float32 products are computed."""
    return _kept["precision"]


def set_float32_matmul_precision(precision: str) -> None:
    """Set how precisely accelerators compute products of float32; a CPU always does in float32.

    Args:
        precision: "highest" (float32, the default), "high" (TF32 and the like) or "medium" (bfloat16).

    See: https://docs.pytorch.org/docs/stable/generated/torch.set_float32_matmul_precision.html
    """
    if precision not in ("highest", "high", "medium"):
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the currentsetFloat32MatmulPrecision call has "
            "no effect.",
            stacklevel=2,
        )
        return
    _kept["precision"] = precision
    set_matmul_precision({"medium": "default"}.get(precision, precision))


def set_warn_always(mode: bool) -> None:
    """Keep the setting: how often a warning shows is for Python's `warnings` to say here.

    See: https://docs.pytorch.org/docs/stable/generated/torch.set_warn_always.html
    """
    if not isinstance(mode, bool):
        raise RuntimeError(f"setWarnOnlyOnce expects a bool, but got {type_name(mode)}")
    _kept["warn"] = mode


def is_warn_always_enabled() -> bool:
    """Tell whether all warnings were asked for."""
    return bool(_kept["warn"])


def set_flush_denormal(mode: bool) -> bool:
    """Return False: how XLA treats the smallest numbers cannot be set.

    See: https://docs.pytorch.org/docs/stable/generated/torch.set_flush_denormal.html
    """
    if not isinstance(mode, bool):
        raise RuntimeError(f"flush_denormal expects a bool, but got {type_name(mode)}")
    return False


__all__ = [name for name in globals() if name.split("_")[0] in ("get", "set", "use", "are", "is")]

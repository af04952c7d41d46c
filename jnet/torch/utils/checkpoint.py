"""Checkpoints of activations: what PyTorch computes twice to save memory, XLA keeps or computes again as it sees fit.

See: https://docs.pytorch.org/docs/stable/checkpoint.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def checkpoint(function: Callable, *args, use_reentrant: bool | None = None, **kwargs) -> Any:
    """Return `function(*args)`: the numbers and gradients that PyTorch's checkpoint gives.

    Args:
        use_reentrant, context_fn, determinism_check, debug, early_stop, preserve_rng_state: taken, of no effect.
        kwargs: the others go to the function.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.utils.checkpoint import checkpoint
        >>> checkpoint(torch.sin, torch.zeros(1), use_reentrant=False)
        tensor([0.])

    See: https://docs.pytorch.org/docs/stable/checkpoint.html#torch.utils.checkpoint.checkpoint
    """
    for name in ("context_fn", "determinism_check", "debug", "early_stop", "preserve_rng_state"):
        kwargs.pop(name, None)
    if use_reentrant and kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    return function(*args, **kwargs)


def checkpoint_sequential(
    functions: Sequence[Callable], segments: int, input, use_reentrant: bool | None = None, **kwargs
) -> Any:
    """Return what the functions make of `input`, one after the other; `segments` is taken, of no effect."""
    for function in functions.children() if hasattr(functions, "children") else functions:  # pyright: ignore
        input = function(input)
    return input


__all__ = ["checkpoint", "checkpoint_sequential"]

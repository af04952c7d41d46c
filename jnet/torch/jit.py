"""`torch.jit`: scripts and traces are the functions and modules themselves, which the recorder compiles anyhow.

See: https://docs.pytorch.org/docs/stable/jit.html
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from jnet.torch.missing import missing


def _deprecated(name: str) -> None:
    warnings.warn(
        f"`torch.jit.{name}` is deprecated. Please switch to `torch.compile` or `torch.export`.",
        DeprecationWarning,
        stacklevel=3,
    )


def script(obj: Any, *args, **kwargs) -> Any:
    """Return the function or module as it is."""
    _deprecated("script")
    return obj


def trace(func: Callable, example_inputs=None, **options) -> Any:
    """Return the function or module as it is, called once with the example: what fails, fails here."""
    _deprecated("trace")
    if example_inputs is not None:
        func(*(example_inputs if isinstance(example_inputs, tuple | list) else (example_inputs,)))
    return func


def freeze(mod, *args, **kwargs) -> Any:
    """Return the module as it is.

    Raises:
        RuntimeError: if it is in training mode.
    """
    if mod.training:
        raise RuntimeError(
            "Freezing is currently only implemented for modules in eval mode. Please call .eval() on your module before"
            " freezing."
        )
    return mod


def ignore(drop=False, **kwargs) -> Any:
    """Return the function as it is."""
    return drop if callable(drop) else (lambda function: function)


export = unused = ignore


def optimize_for_inference(mod, other_methods=None) -> Any:
    """Return the module as it is."""
    return mod


script_if_tracing = optimize_for_inference


def is_scripting() -> bool:
    """Tell whether a script is compiled: never."""
    return False


is_tracing = is_scripting


def __getattr__(name: str):
    raise missing("torch.jit", name)


__all__ = ["export", "freeze", "ignore", "is_scripting", "is_tracing", "script", "trace", "unused"]

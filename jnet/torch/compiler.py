"""`torch.compile` and what surrounds it: jnet compiles every loop, so that there is nothing left to do.

See: https://docs.pytorch.org/docs/stable/torch.compiler.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jnet.torch.nn import Module


class OptimizedModule(Module):
    """A module that `torch.compile` was given: it calls the module, whose names its own begin before."""

    def __init__(self, module: Module):
        super().__init__()
        self._orig_mod = module
        self.train(module.training)

    def forward(self, *args, **kwargs):
        """Call the module."""
        return self._orig_mod(*args, **kwargs)

    def __getattr__(self, name: str):
        if name == "_orig_mod":
            return self._modules[name]
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self._orig_mod, name)


def compile(model: Callable | None = None, **options) -> Any:
    """Return a function as it is, and a module in an `OptimizedModule`: the recorder compiles what they do.

    Args:
        options: fullgraph, dynamic, backend, mode, options, disable: taken, of no effect.

    Raises:
        AssertionError: if `model` cannot be called.

    Example:
        >>> import jnet.torch as torch
        >>> net = torch.compile(torch.nn.Linear(1, 1))
        >>> list(net.state_dict())
        ['_orig_mod.weight', '_orig_mod.bias']

    See: https://docs.pytorch.org/docs/stable/generated/torch.compile.html
    """
    unknown = options.keys() - {"fullgraph", "dynamic", "backend", "mode", "options", "disable", "recompile_limit"}
    if unknown:
        raise TypeError(f"compile() got an unexpected keyword argument '{min(unknown)}'")
    if model is None:
        return lambda function: compile(function, **options)
    if not callable(model):
        raise AssertionError(f"A callable function is expected, but {type(model)} is provided.")
    return OptimizedModule(model) if isinstance(model, Module) else model


def disable(fn: Callable | None = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """Return the function as it is."""
    return (lambda function: function) if fn is None else fn


def is_compiling() -> bool:
    """Tell whether `torch.compile` traces: it never does."""
    return False


is_dynamo_compiling = is_exporting = is_compiling
allow_in_graph = assume_constant_result = disable


def reset() -> None:
    """Do nothing: there is no state of `torch.compile`."""


def cudagraph_mark_step_begin() -> None:
    """Do nothing: XLA has no steps to mark."""


def list_backends(exclude_tags=("debug", "experimental")) -> list[str]:
    """Return what compiles: XLA."""
    return ["xla"]


__all__ = ["allow_in_graph", "compile", "disable", "is_compiling", "list_backends", "reset"]

"""Modules made without initial weights."""

from __future__ import annotations

import inspect

from jnet.torch.nn.modules.module import Module
from jnet.torch.random import fork_rng


def skip_init(module_cls: type, *args, **kwargs):
    """Make a module whose weights are not initialised (here: zeros), without drawing a random number.

    Raises:
        RuntimeError: if it is no class of modules, or its constructor takes no `device`.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.utils.skip_init(torch.nn.Linear, 2, 1).weight.shape
        torch.Size([1, 2])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.skip_init.html
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    device = kwargs.pop("device", "cpu")
    with fork_rng():
        made = module_cls(*args, **kwargs)
    return made.to_empty(device=device)

"""Modules as pure functions of their parameters, for PyTorch's words and for JAX's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from jnet.recorder import flush
from jnet.torch.dispatch import CALLERS
from jnet.torch.tensor import Tensor, same_elements, value_of
from jnet.torch.tracing import pure


def functional_call(module, parameters_and_buffers, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Return `module(*args, **kwargs)` with these tensors in place of its own, which come back afterwards.

    Args:
        parameters_and_buffers: names, as `named_parameters` gives them, to tensors; or a sequence of such dictionaries.

    Example:
        >>> import jnet.torch as torch
        >>> net = torch.nn.Linear(1, 1, bias=False)
        >>> torch.func.functional_call(net, {"weight": torch.tensor([[3.0]])}, torch.ones(1)).item()
        3.0

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.functional_call.html
    """
    given: dict[str, Any] = {}
    several = isinstance(parameters_and_buffers, list | tuple)
    for each in parameters_and_buffers if several else [parameters_and_buffers]:
        given.update(each)
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    places = _places(module)
    if strict:
        unexpected = [name for name in given if name not in places]
        missing = [name for name in places if name not in given]
        wrong = {"Unexpected": unexpected, "Missing": missing}
        lines = [f"{what} key(s): {', '.join(map(repr, names))}." for what, names in wrong.items() if names]
        if lines:
            raise RuntimeError("\n\t".join([f"Error(s) in reparametrizing for {type(module).__name__}:", *lines]))
    before = []
    by_tensor = {id(place[0][place[1]]): name for name, place in places.items() if name in given}
    try:
        for name, (table, key) in places.items():
            source = name if name in given else by_tensor.get(id(table[key])) if tie_weights else None
            if source is not None:
                before.append((table, key, table[key]))
        for name, (table, key) in places.items():
            source = name if name in given else by_tensor.get(id(table[key])) if tie_weights else None
            if source is not None:
                table[key] = given[source]
        return module(*arguments, **(kwargs or {}))
    finally:
        for table, key, tensor in reversed(before):
            table[key] = tensor


def _places(module) -> dict[str, tuple[dict, str]]:
    """Return where each parameter and buffer lies: name -> (table, key)."""
    places = {}
    for prefix, sub in module.named_modules(remove_duplicate=False):
        for table in (sub._parameters, sub._buffers):
            for key, tensor in table.items():
                if tensor is not None:
                    places[f"{prefix}.{key}" if prefix else key] = (table, key)
    return places


def to_jax(module) -> tuple[Callable, dict[str, dict[str, jax.Array]]]:
    """Return a module as a pure function of JAX arrays, and its parameters and buffers as a tree.

    The function `apply(variables, *inputs)` takes and gives arrays; `variables` is `{"params": ..., "buffers": ...}`.
    It can be differentiated, mapped and compiled by `jax.grad`, `jax.vmap` and `jax.jit`.

    Raises:
        NotImplementedError: while it runs, if the module looks at values (`if x.sum() > 0`), draws random numbers or
            writes to its buffers: what it does must follow from shapes alone.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> import jnet.torch as torch
        >>> apply, variables = torch.func.to_jax(torch.nn.Linear(2, 1))
        >>> jax.grad(lambda v: apply(v, jnp.ones((3, 2))).sum())(variables)["params"]["bias"].tolist()
        [3.0]
    """
    flush()
    variables = {
        "params": {name: _array(tensor) for name, tensor in module.named_parameters()},
        "buffers": {name: _array(tensor) for name, tensor in module.named_buffers()},
    }

    def apply(variables, *inputs, **settings):
        tensors = {**variables.get("params", {}), **variables.get("buffers", {})}
        return pure(lambda given, *xs: functional_call(module, given, xs, settings), tensors, *inputs)

    return apply, variables


def _array(tensor: Tensor) -> jax.Array:
    with jax.enable_x64(True):
        return jax.numpy.asarray(np.array(value_of(same_elements(tensor)).numpy()))


def stack_module_state(models) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the parameters of several modules of one kind, stacked along a new first dimension, and their buffers.

    Raises:
        RuntimeError: if there are none, or they differ in kind or mode.

    Example:
        >>> import jnet.torch as torch
        >>> nets = [torch.nn.Linear(2, 1) for _ in range(3)]
        >>> params, buffers = torch.func.stack_module_state(nets)
        >>> params["weight"].shape
        torch.Size([3, 1, 2])

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.stack_module_state.html
    """
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(model.training for model in models) or not any(model.training for model in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if not all(type(model) is type(models[0]) for model in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")

    def stacked(tables) -> dict[str, Tensor]:
        made = {}
        for name, first in tables[0].items():
            each = CALLERS["stack"]([table[name] for table in tables])
            made[name] = each.detach().requires_grad_(first.requires_grad) if first.is_leaf else each
        return made

    params = stacked([dict(model.named_parameters()) for model in models])
    return params, stacked([dict(model.named_buffers()) for model in models])

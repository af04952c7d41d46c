"""The way out: modules as pure functions of their parameters, for PyTorch's words and for JAX's.

See: https://docs.pytorch.org/docs/stable/func.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from jnet.recorder import flush
from jnet.torch.autograd import engine
from jnet.torch.autograd.modes import enable_grad
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
    if unknown := [name for name in given if name not in places]:
        raise RuntimeError(
            f"Error(s) in loading state: unexpected key(s) in state_dict: {', '.join(map(repr, unknown))}."
        )
    if strict and (missing := [name for name in places if name not in given]):
        raise RuntimeError(f"Error(s) in loading state: missing key(s) in state_dict: {', '.join(map(repr, missing))}.")
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


def _not_built(name: str):
    def missing(*args, **kwargs):
        raise NotImplementedError(
            f"torch.func.{name} is not built; use torch.func.to_jax(module) and jax.{name}, or "
            "torch.autograd.functional."
        )

    missing.__name__ = name
    return missing


vmap, jacrev, jacfwd = _not_built("vmap"), _not_built("jacrev"), _not_built("jacfwd")


def grad(func: Callable, argnums=0, has_aux: bool = False) -> Callable:
    """Return the function that gives the gradient of `func` by one or several of its arguments.

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.grad.html
    """
    whole = grad_and_value(func, argnums, has_aux)

    def gradient(*args, **kwargs):
        found, value = whole(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(func: Callable, argnums=0, has_aux: bool = False) -> Callable:
    """Return the function that gives the gradient of `func`, and its value.

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.grad_and_value.html
    """
    places = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    def gradient(*args, **kwargs):
        flat, trees = [], []
        with enable_grad():
            arguments = list(args)
            for place in places:
                leaves, tree = jax.tree.flatten(args[place], is_leaf=lambda x: isinstance(x, Tensor))
                leaves = [
                    leaf.view_as(leaf) if leaf.requires_grad else leaf.detach().requires_grad_() for leaf in leaves
                ]
                arguments[place] = jax.tree.unflatten(tree, leaves)
                trees.append((tree, len(leaves)))
                flat += leaves
            result = func(*arguments, **kwargs)
            output = result[0] if has_aux else result
            found = list(engine.grad(output, flat, create_graph=True, allow_unused=True, materialize_grads=True))
        grown = any(isinstance(a, Tensor) and a.requires_grad for a in jax.tree.leaves(
            [args[p] for p in places], is_leaf=lambda x: isinstance(x, Tensor)))  # fmt: skip
        found = found if grown else [each.detach() for each in found if each is not None]
        built = []
        for tree, count in trees:
            built.append(jax.tree.unflatten(tree, found[:count]))
            found = found[count:]
        value = (output.detach(), result[1]) if has_aux else output.detach()
        return built[0] if isinstance(argnums, int) else tuple(built), value

    return gradient

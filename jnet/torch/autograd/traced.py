"""Functions with a derivative of the user's own where JAX traces: `backward` becomes `jax.custom_vjp`'s."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jnet.torch.tensor import Tensor
from jnet.torch.tracing import array_of, is_tensor, pure, tensor_of


def traced(run: Callable, backward: Callable, name: str, args: tuple) -> Any:
    """Return what a function gives for `args`, differentiated by its `backward`.

    Args:
        run: `(args) -> (ctx, results)`.
        backward: `(ctx, *gradients) -> gradients`.
        name: for errors.

    Raises:
        NotImplementedError: if the function writes to its inputs.
    """
    places = [place for place, each in enumerate(args) if isinstance(each, Tensor)]
    made: dict[str, Any] = {}  # what is no array of the last trace

    def forward(*arrays):
        given = list(args)
        for place, array in zip(places, arrays, strict=True):
            given[place] = tensor_of(array)
        ctx, results = run(given)
        if ctx._dirty:
            raise NotImplementedError(f"mark_dirty in {name}, where JAX traces it.")
        return ctx, jax.tree.map(array_of, results, is_leaf=is_tensor)

    def primal(*arrays):
        leaves, made["tree"] = jax.tree.flatten(forward(*arrays)[1])
        return leaves

    def remember(*arrays):
        ctx, results = forward(*arrays)
        leaves, made["tree"] = jax.tree.flatten(results)
        kept, tree = jax.tree.flatten(vars(ctx), is_leaf=is_tensor)
        made["ctx"] = (type(ctx), tree, [None if is_tensor(each) else each for each in kept])
        return leaves, (arrays, [array_of(each) for each in kept if is_tensor(each)])

    def pull(kept, gradients):
        arrays, saved = kept
        given = pure(lambda s, g: backward(_rebuilt(made["ctx"], s), *g), saved, gradients)
        given = list(given) if isinstance(given, tuple | list) else [given]
        given += [None] * (len(args) - len(given))
        return tuple(_gradient(given[place], array) for place, array in zip(places, arrays, strict=True))

    call = jax.custom_vjp(primal)
    call.defvjp(remember, pull)
    leaves = call(*(array_of(args[place]) for place in places))
    return jax.tree.map(tensor_of, jax.tree.unflatten(made["tree"], leaves))


def _rebuilt(description: tuple, saved: list[Tensor]):
    """Return the `ctx` again, with the tensors that it kept."""
    kind, tree, kept = description
    rest, ctx = iter(saved), kind()
    vars(ctx).update(jax.tree.unflatten(tree, [next(rest) if each is None else each for each in kept]))
    ctx._keep()
    return ctx


def _gradient(given, array):
    """Return a gradient as JAX wants it for an argument."""
    if not jnp.issubdtype(array.dtype, jnp.inexact):
        return np.zeros(array.shape, jax.dtypes.float0)
    if given is None:
        return jnp.zeros_like(array)
    return jnp.broadcast_to(given, array.shape).astype(array.dtype)

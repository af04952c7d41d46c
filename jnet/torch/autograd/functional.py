"""Whole derivatives of functions: `jacobian`, `hessian`, and products with them.

See: https://docs.pytorch.org/docs/stable/autograd.html#functional-higher-level-api
"""

from __future__ import annotations

from collections.abc import Callable

from jnet.torch.autograd.engine import grad
from jnet.torch.autograd.modes import enable_grad
from jnet.torch.dispatch import CALLERS
from jnet.torch.tensor import Tensor, shape_of


def _tuple(value, name: str, what: str) -> tuple[tuple[Tensor, ...], bool]:
    """Return a tensor or a sequence of tensors as a tuple, and whether it was a sequence.

    Raises:
        TypeError: if it is neither.
    """
    several = isinstance(value, tuple | list)
    given = tuple(value) if several else (value,)
    for place, each in enumerate(given):
        if not isinstance(each, Tensor):
            where = f"given {what} has type {type(each)}."
            if several:
                where = f"value at index {place} of the {where}"
            raise TypeError(f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {where}")
    return given, several


def _leaves(inputs, create_graph: bool) -> tuple[Tensor, ...]:
    if create_graph:
        return tuple([each.view_as(each) if each.requires_grad else each.detach().requires_grad_() for each in inputs])
    return tuple([each.detach().clone().requires_grad_() for each in inputs])


def _run(func: Callable, inputs, create_graph: bool, name: str):
    given, several = _tuple(inputs, name, "inputs")
    with enable_grad():
        leaves = _leaves(given, create_graph)
        outputs, many = _tuple(func(*leaves), name, "outputs of the user-provided function")
    return leaves, several, outputs, many


def _finished(results, create_graph: bool):
    return results if create_graph else results.detach()


def _zeros(shape, like: Tensor) -> Tensor:
    return like.new_zeros(shape)


def _row(output: Tensor, leaves, create_graph: bool, strict: bool):
    """Return the gradients of a scalar towards the leaves; zeros where they have no part in it."""
    if strict and not output.requires_grad:
        raise RuntimeError(
            "Output 0 of the user-provided function does not require gradients. The outputs must be computed in a "
            "differentiable manner from the input when running in strict mode."
        )
    found = (None,) * len(leaves)
    if output.requires_grad:
        found = grad(output, leaves, retain_graph=True, create_graph=create_graph, allow_unused=True)
    if strict and any(each is None for each in found):
        place = found.index(None)
        raise RuntimeError(
            f"Output 0 of the user-provided function is independent of input {place}. This is not allowed in strict "
            "mode."
        )
    return [_zeros(shape_of(x), x) if g is None else g for g, x in zip(found, leaves, strict=True)]


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """Return the derivatives of every element of `func(*inputs)` by every element of the inputs.

    Shape: output shape + input shape; a tuple for several inputs, a tuple of tuples for several outputs too.

    Example:
        >>> import jnet.torch as torch
        >>> torch.autograd.functional.jacobian(lambda x: x * x, torch.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html
    """
    leaves, several, outputs, many = _run(func, inputs, create_graph, "jacobian")
    whole = []
    for output in outputs:
        flat = output.reshape(-1)
        rows = [_row(flat[i], leaves, create_graph, strict) for i in range(flat.numel())]
        parts = []
        for place, leaf in enumerate(leaves):
            shape = (*shape_of(output), *shape_of(leaf))
            stacked = CALLERS["stack"]([row[place] for row in rows]).reshape(shape) if rows else _zeros(shape, leaf)
            parts.append(_finished(stacked, create_graph))
        whole.append(tuple(parts) if several else parts[0])
    return tuple(whole) if many else whole[0]


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """Return the second derivatives of a scalar function.

    Raises:
        RuntimeError: if the function's result is no scalar.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.hessian.html
    """
    given, several = _tuple(inputs, "hessian", "inputs")

    def gradient(*arguments):
        output = func(*arguments)
        if not isinstance(output, Tensor) or output.numel() != 1:
            raise RuntimeError("The Tensor returned by the function given to hessian should contain a single element")
        found = (
            grad(output.reshape(()), arguments, create_graph=True, allow_unused=True)
            if output.requires_grad
            else ((None,) * len(arguments))
        )
        return tuple([_zeros(shape_of(x), x) if g is None else g for g, x in zip(found, arguments, strict=True)])

    found = jacobian(gradient, given, create_graph=create_graph, strict=strict)
    return found if several else found[0][0]


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """Return the function's results, and the product of `v` with its Jacobian.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.vjp.html
    """
    leaves, several, outputs, many = _run(func, inputs, create_graph, "vjp")
    weights = None if v is None else _directions(v, outputs, "vjp")
    if weights is None and (len(outputs) != 1 or outputs[0].numel() != 1):
        raise RuntimeError(
            "The vector v can only be None if the user-provided function returns a single Tensor with a single element."
        )
    found = grad(outputs, leaves, weights, create_graph=create_graph, allow_unused=not strict)
    products = [
        _zeros(shape_of(x), x) if g is None else _finished(g, create_graph) for g, x in zip(found, leaves, strict=True)
    ]
    results = [_finished(out, create_graph) for out in outputs]
    return tuple(results) if many else results[0], tuple(products) if several else products[0]


def _directions(v, likes, name: str) -> list[Tensor]:
    """Return the vectors given for tensors; ones, if they were left out for a single element."""
    if v is None:
        if len(likes) != 1 or likes[0].numel() != 1:
            raise RuntimeError(
                "The vector v can only be None if the input to the user-provided function is a single Tensor with a "
                "single element."
            )
        return [like.new_ones(shape_of(like)) for like in likes]
    given, _ = _tuple(v, name, "v")
    if len(given) != len(likes):
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(likes)} but got {len(given)}.")
    for place, (each, like) in enumerate(zip(given, likes, strict=True)):
        if shape_of(each) != shape_of(like):
            prefix = f"Entry {place} in " if len(given) > 1 else ""
            raise RuntimeError(f"{prefix}v has invalid size: should be {like.shape} but got {each.shape}.")
    return list(given)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return the function's results, and the product of its Jacobian with `v`.

    The product is the derivative of the transposed product by its own weights (the double-backward trick).

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html
    """
    leaves, _, outputs, many = _run(func, inputs, create_graph, "jvp")
    directions = _directions(v, leaves, "jvp")
    with enable_grad():
        weights = [out.new_zeros(shape_of(out)).requires_grad_() for out in outputs]
        found = grad(outputs, leaves, weights, create_graph=True, allow_unused=not strict)
        used = [(g, d) for g, d in zip(found, directions, strict=True) if g is not None and g.requires_grad]
        products = (
            grad([g for g, _ in used], weights, [d for _, d in used], create_graph=create_graph, allow_unused=True)
            if used
            else (None,) * len(weights)
        )
    tangents = [
        _zeros(shape_of(out), out) if p is None else _finished(p, create_graph)
        for p, out in zip(products, outputs, strict=True)
    ]
    results = [_finished(out, create_graph) for out in outputs]
    return tuple(results) if many else results[0], tuple(tangents) if many else tangents[0]


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return a scalar function's value, and the product of its Hessian with `v`.

    Raises:
        RuntimeError: if the function's result is no scalar.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.hvp.html
    """
    leaves, several, outputs, many = _run(func, inputs, True, "hvp")
    directions = _directions(v, leaves, "hvp")
    if many:
        raise RuntimeError("The function given to hvp should return a single Tensor")
    output = outputs[0]
    if output.numel() != 1:
        raise RuntimeError("The Tensor returned by the function given to hvp should contain a single element")
    with enable_grad():
        first = grad(output.reshape(()), leaves, create_graph=True, allow_unused=not strict)
        used = [(g, d) for g, d in zip(first, directions, strict=True) if g is not None and g.requires_grad]
        found = (None,) * len(leaves)
        if used:
            gradients, weights = zip(*used, strict=True)
            found = grad(gradients, leaves, weights, create_graph=create_graph, allow_unused=True)
    products = [
        _zeros(shape_of(x), x) if p is None else _finished(p, create_graph) for p, x in zip(found, leaves, strict=True)
    ]
    return _finished(output, create_graph), tuple(products) if several else products[0]


vhp = hvp  # the Hessian is symmetric

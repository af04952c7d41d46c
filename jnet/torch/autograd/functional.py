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
    given = value if isinstance(value, tuple) else (value,)
    for place, each in enumerate(given):
        if not isinstance(each, Tensor):
            where = (
                f"The value at index {place} in the {what} given to {name}"
                if isinstance(value, tuple)
                else (f"The {what} given to {name}")
            )
            raise TypeError(f"{where} must be a Tensor or a tuple of Tensors, got {type(each)}")
    return given, isinstance(value, tuple)


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
    weights = None
    if v is not None:
        weights = [_matching(each, out) for each, out in zip(_tuple(v, "vjp", "v")[0], outputs, strict=True)]
    elif len(outputs) != 1 or outputs[0].numel() != 1:
        raise RuntimeError(
            "The vector v can only be None if the user-provided function returns a single Tensor with a single element."
        )
    found = grad(outputs, leaves, weights, create_graph=create_graph, allow_unused=not strict)
    products = [
        _zeros(shape_of(x), x) if g is None else _finished(g, create_graph) for g, x in zip(found, leaves, strict=True)
    ]
    results = [_finished(out, create_graph) for out in outputs]
    return tuple(results) if many else results[0], tuple(products) if several else products[0]


def _matching(v: Tensor, other: Tensor) -> Tensor:
    if v.numel() != other.numel() or shape_of(v) != shape_of(other):
        raise RuntimeError(f"v has invalid size: should be {other.shape} but got {v.shape}.")
    return v


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return the function's results, and the product of its Jacobian with `v`.

    The product is the derivative of the transposed product by its own weights (the double-backward trick).

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html
    """
    leaves, _, outputs, many = _run(func, inputs, create_graph, "jvp")
    if v is None:
        if len(leaves) != 1 or leaves[0].numel() != 1:
            raise RuntimeError(
                "The vector v can only be None if the input to the user-provided function is a single Tensor with a "
                "single element."
            )
        directions = [leaf.new_ones(shape_of(leaf)) for leaf in leaves]
    else:
        directions = [_matching(each, x) for each, x in zip(_tuple(v, "jvp", "v")[0], leaves, strict=True)]
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

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.hvp.html
    """
    given, several = _tuple(inputs, "hvp", "inputs")
    with enable_grad():
        leaves = _leaves(given, create_graph)
        output = func(*leaves)
        first = grad(output, leaves, create_graph=True, allow_unused=not strict)
        used = [
            (g, d) for g, d in zip(first, _tuple(v, "hvp", "v")[0], strict=True) if g is not None and g.requires_grad
        ]
        found = grad([g for g, _ in used], leaves, [d for _, d in used], create_graph=create_graph, allow_unused=True)
    products = [
        _zeros(shape_of(x), x) if p is None else _finished(p, create_graph) for p, x in zip(found, leaves, strict=True)
    ]
    return _finished(output, create_graph), tuple(products) if several else products[0]


vhp = hvp  # the Hessian is symmetric

"""Whole derivatives of functions: `jacobian`, `hessian`, and products with them.

See: https://docs.pytorch.org/docs/stable/autograd.html#functional-higher-level-api
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jnet.torch.autograd.engine import grad
from jnet.torch.autograd.modes import enable_grad
from jnet.torch.creation import eye
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
            where = f"value at index {place}" if several else f"given {what}"
            where = f"{where} has type {type(each)}."
            raise TypeError(f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {where}")
    return given, several


def _leaves(inputs, create_graph: bool) -> tuple[Tensor, ...]:
    if create_graph:
        return tuple([each.view_as(each) if each.requires_grad else each.detach().requires_grad_() for each in inputs])
    return tuple([each.detach().clone().requires_grad_() for each in inputs])


def _run(func: Callable, inputs, create_graph: bool, name: str, strict: bool = False):
    given, several = _tuple(inputs, name, "inputs")
    with enable_grad():
        leaves = _leaves(given, create_graph)
        outputs, many = _tuple(func(*leaves), name, "outputs of the user-provided function")
        _require(outputs, "outputs", strict)
    return leaves, several, outputs, many


def _finished(results, create_graph: bool):
    return results if create_graph else results.detach()


_INDEPENDENT = {
    "outputs": "Output {place} of the user-provided function does not require gradients. The outputs must be computed "
    "in a differentiable manner from the input when running in strict mode.",
    "gradients": "The gradient with respect to input {place} is independent of the inputs of the user-provided "
    "function. This is not allowed in strict mode.",
    "jacobian": "While computing the hessian, found that the jacobian of the user-provided function with respect to "
    "input {place} is independent of the input. This is not allowed in strict mode. You should ensure that your "
    "function is twice differentiable and that the jacobian depends on the inputs (this would be violated by a linear "
    "function for example).",
}


def _require(tensors, what: str, strict: bool) -> None:
    """Raise in strict mode, if a tensor has no gradient."""
    for place, each in enumerate(tensors if strict else ()):
        if each is None:
            raise RuntimeError(
                f"The output of the user-provided function is independent of input {place}. This is not allowed in "
                "strict mode."
            )
        if not each.requires_grad:
            raise RuntimeError(_INDEPENDENT[what].format(place=place))


def _gradients(outputs, leaves, weights, create_graph: bool, retain_graph: bool | None = None) -> tuple:
    """Return the gradients of those outputs that have one; None where there is none."""
    weights = [None] * len(outputs) if weights is None else weights
    kept = [(o, w) for o, w in zip(outputs, weights, strict=True) if o is not None and o.requires_grad]
    if not kept:
        return (None,) * len(leaves)
    chosen, given = zip(*kept, strict=True)
    return grad(chosen, leaves, given, retain_graph=retain_graph, create_graph=create_graph, allow_unused=True)


def _filled(found, likes, strict: bool, create_graph: bool, of: str) -> tuple[Tensor, ...]:
    """Return gradients with zeros where there are none, which is an error in strict mode."""
    results = []
    for place, (each, like) in enumerate(zip(found, likes, strict=True)):
        if strict and each is None:
            raise RuntimeError(
                f"The {of} of the user-provided function is independent of input {place}. This is not allowed in "
                "strict mode."
            )
        results.append(like.new_zeros(shape_of(like)) if each is None else _finished(each, create_graph))
    return tuple(results)


def _row(output: Tensor, leaves, create_graph: bool, strict: bool, number: int) -> list[Tensor]:
    """Return the gradients of a scalar, of output `number`, towards the leaves; zeros where it does not depend."""
    found = _gradients([output], leaves, None, create_graph, retain_graph=True)
    if strict and any(each is None for each in found):
        raise RuntimeError(
            f"Output {number} of the user-provided function is independent of input {found.index(None)}. This is not "
            "allowed in strict mode."
        )
    if strict and create_graph and not all(each.requires_grad for each in found):
        raise RuntimeError(
            f"The jacobian of the user-provided function is independent of input {number}. This is not allowed in "
            "strict mode when create_graph=True."
        )
    return [x.new_zeros(shape_of(x)) if g is None else g for g, x in zip(found, leaves, strict=True)]


def _rows(output: Tensor, leaves, create_graph: bool, strict: bool, number: int, vectorize: bool) -> Sequence[Tensor]:
    """Return the gradients of every element of an output towards the leaves, stacked; all at once, or one by one."""
    flat = output.reshape(-1)
    zeros = [leaf.new_zeros((flat.numel(), *shape_of(leaf))) for leaf in leaves]
    if not flat.numel() or not (strict or flat.requires_grad):
        return zeros
    if not vectorize:
        rows = [_row(flat[i], leaves, create_graph, strict, number) for i in range(flat.numel())]
        return [CALLERS["stack"](list(column)) for column in zip(*rows, strict=True)]
    options = {"create_graph": create_graph, "retain_graph": True, "allow_unused": True, "is_grads_batched": True}
    found = grad(flat, leaves, eye(flat.numel(), dtype=flat.dtype, device=flat.device), **options)
    return [zero if each is None else each for each, zero in zip(found, zeros, strict=True)]


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
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode" and not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
            "`vectorize=True`."
        )
    if strict and vectorize:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
            "Please either set `strict=False` or `vectorize=False`."
        )
    leaves, several, outputs, many = _run(func, inputs, create_graph, "jacobian", strict)
    whole = []
    for number, output in enumerate(outputs):
        with enable_grad():
            rows = _rows(output, leaves, create_graph, strict, number, vectorize)
        shapes = [(*shape_of(output), *shape_of(leaf)) for leaf in leaves]
        parts = [_finished(row.reshape(shape), create_graph) for row, shape in zip(rows, shapes, strict=True)]
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
        output = _scalar(_tuple(func(*arguments), "hessian", "outputs of the user-provided function"), "hessian")
        _require([output], "outputs", strict)
        found = _gradients([output.reshape(())], arguments, None, create_graph=True)
        found = [x.new_zeros(shape_of(x)) if g is None else g for g, x in zip(found, arguments, strict=True)]
        _require(found, "jacobian", strict)
        return tuple(found)

    found = jacobian(gradient, given, create_graph=create_graph, strict=strict, vectorize=vectorize)
    return found if several else found[0][0]


def _scalar(outputs, name: str) -> Tensor:
    """Return the one element that a function gave."""
    (output, *_), several = outputs
    if several:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if output.numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")
    return output


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """Return the function's results, and the product of `v` with its Jacobian.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.vjp.html
    """
    leaves, several, outputs, many = _run(func, inputs, create_graph, "vjp", strict)
    weights = None if v is None else _directions(v, outputs, many)
    if weights is None and (len(outputs) != 1 or outputs[0].numel() != 1):
        raise RuntimeError(
            "The vector v can only be None if the user-provided function returns a single Tensor with a single element."
        )
    found = _gradients(outputs, leaves, weights, create_graph)
    products = _filled(found, leaves, strict, create_graph, "output")
    results = tuple([_finished(out, create_graph) for out in outputs])
    return results if many else results[0], products if several else products[0]


def _directions(v, likes, several: bool) -> list[Tensor]:
    """Return the vectors given for tensors; ones, if they were left out for a single element."""
    if v is None:
        if len(likes) != 1 or likes[0].numel() != 1:
            raise RuntimeError(
                "The vector v can only be None if the input to the user-provided function is a single Tensor with a "
                "single element."
            )
        return [like.new_ones(shape_of(like)) for like in likes]
    given, _ = _tuple(v, "it", "v")
    if len(given) != len(likes):
        if not several:
            raise RuntimeError("The given v should contain a single Tensor.")
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(likes)} but got {len(given)}.")
    for place, (each, like) in enumerate(zip(given, likes, strict=True)):
        if shape_of(each) != shape_of(like):
            prefix = f"Entry {place} in " if several else ""
            raise RuntimeError(f"{prefix}v has invalid size: should be {like.shape} but got {each.shape}.")
    return list(given)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return the function's results, and the product of its Jacobian with `v`.

    The product is the derivative of the transposed product by its own weights (the double-backward trick).

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html
    """
    leaves, several, outputs, many = _run(func, inputs, create_graph, "jvp", strict)
    directions = _directions(v, leaves, several)
    with enable_grad():
        weights = [out.new_zeros(shape_of(out)).requires_grad_() for out in outputs]
        found = _gradients(outputs, leaves, weights, create_graph=True)
        _require(found, "gradients", strict)
        products = _gradients(found, weights, directions, create_graph)
    tangents = _filled(products, outputs, False, create_graph, "gradient")
    results = tuple([_finished(out, create_graph) for out in outputs])
    return results if many else results[0], tangents if many else tangents[0]


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return a scalar function's value, and the product of its Hessian with `v`.

    Raises:
        RuntimeError: if the function's result is no scalar.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.hvp.html
    """
    return _hessian_product("hvp", func, inputs, v, create_graph, strict)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """Return a scalar function's value, and the product of `v` with its Hessian: the same, as that is symmetric.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.vhp.html
    """
    return _hessian_product("vhp", func, inputs, v, create_graph, strict)


def _hessian_product(name: str, func, inputs, v, create_graph: bool, strict: bool):
    leaves, several, outputs, many = _run(func, inputs, True, name, strict)
    directions = _directions(v, leaves, several)
    output = _scalar((outputs, many), name)
    with enable_grad():
        first = _gradients([output.reshape(())], leaves, None, create_graph=True)
        _require(first, "jacobian", strict)
        found = _gradients(first, leaves, directions, create_graph)
    products = _filled(found, leaves, strict, create_graph, "jacobian")
    return _finished(output, create_graph), products if several else products[0]

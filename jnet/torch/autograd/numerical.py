"""Derivatives compared with differences of the function's values.

See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from jnet.torch.autograd.engine import grad
from jnet.torch.tensor import Tensor, from_array, numpy_of, shape_of


class GradcheckError(RuntimeError):
    """A derivative that differs from the differences."""


def gradcheck(
    func: Callable, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0,
    check_undefined_grad=True, check_grad_dtypes=False, check_batched_grad=False, check_batched_forward_grad=False,
    check_forward_ad=False, check_backward_ad=True, fast_mode=False, masked=None,
) -> bool:  # fmt: skip
    """Compare the derivatives of `func` with (f(x + eps) - f(x - eps)) / (2 eps), element by element.

    Args:
        inputs: tensors, those that require grad in double precision.

    Returns:
        True; False or an error if they differ.

    Raises:
        GradcheckError: if they differ and `raise_exception`.
        ValueError: if no input requires grad.

    Example:
        >>> import jnet.torch as torch
        >>> torch.autograd.gradcheck(torch.sin, torch.ones(2, dtype=torch.float64, requires_grad=True))
        True
    """
    if check_forward_ad or check_batched_forward_grad:
        raise NotImplementedError("gradcheck() checks backward mode: jnet has no forward mode of its own.")
    given = inputs if isinstance(inputs, tuple | list) else (inputs,)
    chosen = [x for x in given if isinstance(x, Tensor) and x.requires_grad]
    if not chosen:
        raise ValueError("gradcheck expects at least one input tensor to require gradient, but none of them have "
                         "requires_grad=True.")  # fmt: skip
    for place, x in enumerate(given):
        if isinstance(x, Tensor) and x.requires_grad and x._aval.dtype not in (np.float64, np.complex128):
            warnings.warn(
                f"Input #{place} requires gradient and is not a double precision floating point or complex. This check "
                "will likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=2,
            )
    try:
        for number, _ in enumerate(_outputs(func(*given))):
            _check_output(func, given, chosen, number, eps, atol, rtol, check_batched_grad)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _outputs(result) -> list[Tensor]:
    found = result if isinstance(result, tuple | list) else (result,)
    return [each for each in found if isinstance(each, Tensor) and each.is_floating_point()]


def _check_output(func, given, chosen, number, eps, atol, rtol, batched) -> None:
    output = _outputs(func(*given))[number]
    size = output.numel()
    analytic = [np.zeros((x.numel(), size)) for x in chosen]
    if output.requires_grad:
        weights = np.eye(size, dtype=output._aval.dtype).reshape(size, *shape_of(output))
        for j in range(size):
            found = grad(output, chosen, from_array(weights[j]), retain_graph=True, allow_unused=True)
            for column, g in zip(analytic, found, strict=True):
                if g is not None:
                    column[:, j] = numpy_of(g).reshape(-1)
        if batched:
            _check_batched(output, chosen, weights, analytic)
    for place, x in enumerate(chosen):
        numerical = _differences(func, given, x, number, size, eps)
        if not output.requires_grad and not np.allclose(numerical, 0, rtol, atol):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        if not np.allclose(analytic[place], numerical, rtol, atol):
            raise GradcheckError(
                f"Jacobian mismatch for output {number} with respect to input {place},\n"
                f"numerical:{from_array(numerical)}\nanalytical:{from_array(analytic[place])}\n"
            )


def _check_batched(output, chosen, weights, analytic) -> None:
    """Compare the gradients for all weights at once with those for one after the other."""
    found = grad(output, chosen, from_array(weights), retain_graph=True, allow_unused=True, is_grads_batched=True)
    for place, (columns, g) in enumerate(zip(analytic, found, strict=True)):
        if g is not None and not np.allclose(numpy_of(g).reshape(len(weights), -1), columns.T):
            raise GradcheckError(f"While testing batched gradients, input {place} got others than one at a time.")


def _differences(func, given, x, number, size, eps) -> np.ndarray:
    """Return the numerical Jacobian, transposed: a row an element of the input."""
    values = numpy_of(x)
    rows = np.zeros((values.size, size))
    for i in range(values.size):
        sides = []
        for step in (eps, -eps):
            moved = values.copy().reshape(-1)
            moved[i] += step
            other = from_array(moved.reshape(values.shape))
            sides.append(numpy_of(_outputs(func(*[other if each is x else each for each in given]))[number]))
        rows[i] = ((sides[0].astype(np.float64) - sides[1]) / (2 * eps)).reshape(-1)
    return rows


def gradgradcheck(func: Callable, inputs, grad_outputs=None, **options) -> bool:
    """Compare second derivatives of `func` with differences of first ones; options as `gradcheck`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html
    """
    options.pop("gen_non_contig_grad_outputs", None)
    given = tuple(inputs) if isinstance(inputs, tuple | list) else (inputs,)
    outputs = _outputs(func(*given))
    if grad_outputs is None:
        rng = np.random.default_rng(0)
        weights = [from_array(rng.standard_normal(shape_of(o)).astype(o._aval.dtype)).requires_grad_() for o in outputs]
    else:
        weights = list(grad_outputs) if isinstance(grad_outputs, tuple | list) else [grad_outputs]
    count = len(given)

    def first(*arguments):
        chosen = [x for x in arguments[:count] if isinstance(x, Tensor) and (x.requires_grad or x.is_floating_point())]
        chosen = [x if x.requires_grad else x.requires_grad_() for x in chosen]
        found = grad(
            _outputs(func(*arguments[:count])), chosen, arguments[count:], create_graph=True, allow_unused=True
        )
        return tuple([g for g in found if g is not None])

    return gradcheck(first, (*given, *weights), **options)

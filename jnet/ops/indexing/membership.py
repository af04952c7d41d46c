"""Membership, places and parts of numbers: isin, unravel_index, nonzero_static, frexp, renorm."""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import axis, dtype_name, is_floating, not_implemented
from jnet.ops.registry import op

__all__ = ["Frexp", "frexp", "isin", "nonzero_static", "renorm", "unravel_index"]


@op("elements", "test_elements", promotes="common", where=("torch",), saves="nothing")
def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Tell of each element whether it is among `test_elements`; with `invert`, whether it is not.

    Args:
        assume_unique: that no value occurs twice on either side; nothing depends on it here.

    Raises:
        RuntimeError: for complex numbers and booleans.

    Example:
        >>> isin(jnp.array([1, 2, 3]), jnp.array([2, 3])).tolist()
        [False, True, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.isin.html
    """
    if elements.dtype == jnp.bool_ or jnp.iscomplexobj(elements):
        raise RuntimeError(
            f"Unsupported input type encountered for isin(): {dtype_name(elements.dtype)}\nConvert both to integers."
        )
    return jnp.isin(elements, test_elements.reshape(-1), invert=invert)


@op("indices", where=("torch",), out=False, saves="nothing")
def unravel_index(indices, shape):
    """Return where flat indices lie in an array of this shape: a tensor of coordinates for each dimension.

    Raises:
        TypeError, ValueError: for indices that are no integers, sizes below 0.

    Example:
        >>> [each.tolist() for each in unravel_index(jnp.array([3, 5]), (2, 3))]
        [[1, 1], [0, 2]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.unravel_index.html
    """
    indices = jnp.asarray(indices)
    if not jnp.issubdtype(indices.dtype, jnp.integer):
        raise TypeError(f"expected 'indices' to be integer dtype, but got torch.{indices.dtype}\nConvert them.")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(n < 0 for n in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}\nIt is that of an array.")
    strides = [math.prod(sizes[place + 1 :]) for place in range(len(sizes))]
    return tuple(indices // max(stride, 1) % max(size, 1) for stride, size in zip(strides, sizes, strict=True))


@op("input", saves="nothing")
def nonzero_static(input, *, size, fill_value=-1):
    """Return the first `size` indices of elements that are not 0, a row each; if there are fewer, rows of `fill_value`.

    Example:
        >>> nonzero_static(jnp.array([0, 5, 7]), size=3).tolist()
        [[1], [2], [-1]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nonzero_static.html
    """
    input = jnp.asarray(input)
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer\nIt is the number of rows.")
    if not input.ndim:
        return jnp.zeros((size, 0), int)
    found = jnp.nonzero(input, size=size, fill_value=fill_value)
    return jnp.stack([each.astype(int) for each in found], 1)


class Frexp(NamedTuple):
    """The parts of numbers `mantissa * 2 ** exponent`."""

    mantissa: jax.Array
    exponent: jax.Array


@op("input", grad_fn="FrexpBackward0", saves="nothing")
def frexp(input):
    """Return mantissas, from 1/2 to 1 in magnitude, and whole exponents with `input = mantissa * 2 ** exponent`.

    Raises:
        RuntimeError: for integers, booleans and complex numbers.

    Example:
        >>> mantissa, exponent = frexp(jnp.array([8.0, -3.0]))
        >>> mantissa.tolist(), exponent.tolist()
        ([0.5, -0.75], [4, 2])

    See: https://docs.pytorch.org/docs/stable/generated/torch.frexp.html
    """
    input = jnp.asarray(input)
    if not is_floating(input) or jnp.iscomplexobj(input):
        raise RuntimeError("torch.frexp() only supports floating-point dtypes\nConvert the input to one.")
    wide = input.astype(jnp.float32) if input.dtype.itemsize == 2 else input
    exponent = jnp.frexp(lax.stop_gradient(wide))[1]
    half = exponent // 2  # in two steps: a single factor could overflow
    one = jnp.ones((), wide.dtype)
    scaled = wide * jnp.ldexp(one, -half) * jnp.ldexp(one, half - exponent)
    mantissa = jnp.where(jnp.isfinite(wide), scaled, wide)
    return Frexp(mantissa.astype(input.dtype), exponent.astype(jnp.int32))


@op("input", inplace=True, grad_fn="RenormBackward0")
def renorm(input, p, dim, maxnorm):
    """Scale down each slice along `dim` whose p-norm exceeds `maxnorm`, to that norm.

    Raises:
        RuntimeError: for p that is not positive, a negative maxnorm, a scalar or a vector.

    Example:
        >>> jnp.round(renorm(jnp.array([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0), 3).tolist()
        [[0.6000000238418579, 0.800000011920929], [0.30000001192092896, 0.4000000059604645]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.renorm.html
    """
    input = jnp.asarray(input)
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported\nThe order of the norm is above 0.")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}\nA norm is never negative.")
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions\nAdd some.")
    if not is_floating(input):
        raise not_implemented("renorm_scale_factor_cpu", input.dtype)
    dim = axis(dim, input.ndim, "renorm")
    others = tuple(d for d in range(input.ndim) if d != dim)
    wide = input.astype(jnp.float32) if input.dtype.itemsize == 2 else input
    norm = _norm(wide, p, others)
    scale = jnp.where(norm > maxnorm, maxnorm / (norm + 1e-7), jnp.ones((), norm.dtype))
    return (wide * scale.astype(wide.dtype)).astype(input.dtype)


def _norm(values, p, along):
    """Return the p-norm with derivative 0 where it is 0."""
    size = jnp.abs(values)
    if p == math.inf:
        return size.max(along, keepdims=True)
    zero = values == 0
    total = jnp.sum(jnp.where(zero, 0, jnp.where(zero, 1, size) ** p), along, keepdims=True)
    none = total == 0
    return jnp.where(none, 0, jnp.where(none, 1, total) ** (1 / p))

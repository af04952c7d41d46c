"""Sums, means, spreads and norms with PyTorch's semantics.

`dim` counts from 0, negative ones from the end; `keepdim` leaves the reduced dimension in place with size 1. Integers
and booleans add up to JAX's default integer: int32, or int64 where 64 bits are enabled, which PyTorch always uses.
"""

import math
import warnings

import jax.numpy as jnp

from jnet.ops.checks import as_floating, axes, axis, dtype_name, is_floating, one_axis, refuse_keepdim
from jnet.ops.registry import op

__all__ = ["cumsum", "mean", "norm", "prod", "std", "sum", "var"]


@op("input")
def sum(input, dim=None, keepdim=False, dtype=None):
    """Add up all values, or those along `dim` (an integer or several).

    Example:
        >>> sum(jnp.ones((2, 3)), dim=1).tolist()
        [3.0, 3.0]

    See: https://pytorch.org/docs/stable/generated/torch.sum.html
    """
    input = _widened(input, dtype)
    return jnp.sum(input, axes(dim, input.ndim, "sum"), keepdims=keepdim)


@op("input")
def prod(input, dim=None, keepdim=False, dtype=None):
    """Multiply all values, or those along `dim` (one integer).

    Example:
        >>> prod(jnp.array([2, 3, 4])).item()
        24

    See: https://pytorch.org/docs/stable/generated/torch.prod.html
    """
    input = _widened(input, dtype)
    refuse_keepdim("prod", dim, keepdim)
    return jnp.prod(input, one_axis(dim, input.ndim, "prod"), keepdims=keepdim)


@op("input")
def cumsum(input, dim, dtype=None):
    """Add up the values along `dim`, keeping every partial sum.

    Example:
        >>> cumsum(jnp.array([1, 2, 3]), 0).tolist()
        [1, 3, 6]

    See: https://pytorch.org/docs/stable/generated/torch.cumsum.html
    """
    input = _widened(input, dtype)
    along = axis(dim, input.ndim, "cumsum")
    return jnp.cumsum(input, along) if input.ndim else input


@op("input")
def mean(input, dim=None, keepdim=False, dtype=None):
    """Average all values, or those along `dim` (an integer or several); nan of none.

    Args:
        dtype: convert to it first.

    Raises:
        RuntimeError: for integers and booleans, unless `dtype` names a floating point type.

    Example:
        >>> mean(jnp.array([1.0, 2.0, 6.0])).item()
        3.0

    See: https://pytorch.org/docs/stable/generated/torch.mean.html
    """
    input = jnp.asarray(input, dtype)
    if not is_floating(input):
        raise RuntimeError(
            f"mean(): could not infer output dtype. {'Input' if dtype is None else 'Optional'} dtype must be either a "
            f"floating point or complex dtype. Got: {dtype_name(input.dtype)}\nWrite dtype=jnp.float32."
        )
    along = axes(dim, input.ndim, "mean")
    # Not jnp.mean: the mean of no values is nan without NumPy's warning.
    return jnp.sum(input, along, keepdims=keepdim) / _count(input, along)


@op("input")
def var(input, dim=None, correction=1, keepdim=False):
    """Return the variance, `sum((input - mean)^2) / (N - correction)`, of all values or along `dim`.

    Args:
        correction: 1 estimates the variance of what the values are drawn from; 0 gives that of the values.

    Raises:
        RuntimeError: for integers and booleans. Where N <= correction it warns, and the result is nan or infinite.

    Example:
        >>> var(jnp.array([1.0, 2.0, 3.0])).item()
        1.0

    See: https://pytorch.org/docs/stable/generated/torch.var.html
    """
    return _variance("var", input, dim, correction, keepdim)


@op("input")
def std(input, dim=None, correction=1, keepdim=False):
    """Return the standard deviation, the root of `var` (same arguments); its derivative at 0 is 0.

    Example:
        >>> std(jnp.array([1.0, 3.0, 5.0])).item()
        2.0

    See: https://pytorch.org/docs/stable/generated/torch.std.html
    """
    return _root(_variance("std", input, dim, correction, keepdim))


def _variance(name, input, dim, correction, keepdim):
    input = jnp.asarray(input)
    if not is_floating(input):
        raise RuntimeError(
            f"std and var only support floating point and complex dtypes\nGot {input.dtype}; convert with "
            "input.astype(jnp.float32)."
        )
    along = axes(dim, input.ndim, name)
    freedom = _count(input, along) - correction
    if freedom <= 0:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
            "(input numel divided by output numel).",
            UserWarning,
            stacklevel=3,
        )
    centred = input - jnp.sum(input, along, keepdims=True) / _count(input, along)
    total = jnp.sum((centred * centred.conj()).real, along, keepdims=keepdim)
    return total / jnp.asarray(freedom if freedom > 0 else 0, total.dtype)


@op("input")
def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    """Return the vector norm `sum(|x|^p)^(1/p)` of all values, or of those along `dim`; its derivative at 0 is 0.

    Args:
        p: a number; `math.inf` and `-math.inf` take the largest and smallest magnitude, 0 counts what is not zero.
            "fro" is 2; "nuc" is the sum of the singular values of a matrix.
        dtype: compute in it.

    Raises:
        RuntimeError: for integers and booleans; for infinite and negative p of no values; for another name.

    Example:
        >>> norm(jnp.ones(8), 1).item(), f"{norm(jnp.ones(8), 2):.4f}"
        (8.0, '2.8284')

    See: https://pytorch.org/docs/stable/generated/torch.norm.html
    """
    input = jnp.asarray(input)
    if p == "nuc":
        return _nuclear_norm(input, dim, keepdim, dtype)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.\nWrite a number, math.inf, 'fro' or 'nuc'.")
    if not is_floating(input):
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{dtype_name(input.dtype)}\nConvert it: input.astype(jnp.float32)."
        )
    along = axes(dim, input.ndim, "norm")
    p = 2.0 if p in ("fro", None) else float(p)
    if (p < 0 or p == math.inf) and not _count(input, along):
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {p:g} norm on an empty tensor because the operation does not have "
            f"an identity\nThe input has shape {input.shape}."
        )
    return _vector_norm(jnp.asarray(input, dtype), p, {"axis": along, "keepdims": keepdim})


def _vector_norm(input, p, reduced):
    if p == 2:
        return _root(jnp.sum((input * input.conj()).real, **reduced))
    # The derivative of jnp.abs at 0 is 1; PyTorch's is 0.
    size = jnp.abs(input) if jnp.iscomplexobj(input) else input * jnp.sign(input)
    if p == 0:
        return jnp.sum(size != 0, dtype=size.dtype, **reduced)
    if p == 1:
        return jnp.sum(size, **reduced)
    if math.isinf(p):
        return (jnp.max if p > 0 else jnp.min)(size, **reduced)
    # Zeros leave the power, whose derivative there may be infinite; PyTorch's is 0.
    powers = jnp.where(size == 0, 0.0 if p > 0 else jnp.inf, jnp.where(size == 0, 1.0, size) ** p)
    return _root(jnp.sum(powers.astype(size.dtype), **reduced), 1 / p)


def _nuclear_norm(input, dim, keepdim, dtype):
    along = tuple(range(input.ndim)) if dim is None else axes(dim, input.ndim, "norm")
    if len(along) != 2:
        raise RuntimeError(
            f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim}\nThe nuclear norm is that of a matrix; the input "
            f"has shape {input.shape}."
        )
    return jnp.linalg.norm(jnp.asarray(as_floating(input), dtype), "nuc", along, keepdims=keepdim)


def _root(power, exponent=0.5):
    """Return `power ** exponent` with derivative 0 where `power` is 0."""
    zero = power == 0
    safe = jnp.where(zero, jnp.ones((), power.dtype), power)
    root = jnp.sqrt(safe) if exponent == 0.5 else safe**exponent
    return jnp.where(zero, jnp.asarray(0.0 if exponent > 0 else math.inf, power.dtype), root)


def _widened(input, dtype):
    """Return `input` in `dtype`; without one, integers and booleans as the default integer."""
    input = jnp.asarray(input)
    if dtype is None:
        dtype = input.dtype if is_floating(input) else int
    return input.astype(dtype)


def _count(input, along) -> int:
    return math.prod(input.shape[each] for each in along)

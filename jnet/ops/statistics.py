"""Sums, means, extremes and orders with PyTorch's semantics: `dim`, `keepdim`, pairs of values and indices.

`dim` counts from 0, negative ones from the end; `keepdim` leaves the reduced dimension in place with size 1. Of equal
values the first is taken. Integers and booleans add up to JAX's default integer: int32, or int64 where 64 bits are
enabled, which is what PyTorch always uses.
"""

import math
import warnings
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jnet.ops.checks import as_float, axes, axis, dtype_name, is_concrete, is_floating, numeric
from jnet.ops.registry import op

__all__ = [
    "ValuesIndices",
    "argmax",
    "argmin",
    "cumsum",
    "kthvalue",
    "max",
    "mean",
    "median",
    "min",
    "norm",
    "prod",
    "quantile",
    "std",
    "sum",
    "topk",
    "var",
]

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


class ValuesIndices(NamedTuple):
    """Values along a dimension, and where they stand on it."""

    values: jax.Array
    indices: jax.Array


@op("input")
def sum(input, dim=None, keepdim=False, dtype=None):
    """Add up all values, or those along `dim` (an integer or several).

    Example:
        >>> import jax.numpy as jnp
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
        >>> import jax.numpy as jnp
        >>> prod(jnp.array([2, 3, 4])).item()
        24

    See: https://pytorch.org/docs/stable/generated/torch.prod.html
    """
    input = _widened(input, dtype)
    _refuse_keepdim("prod", dim, keepdim)
    return jnp.prod(input, _one_axis("prod", dim, input.ndim), keepdims=keepdim)


@op("input")
def cumsum(input, dim, dtype=None):
    """Add up the values along `dim`, keeping every partial sum.

    Example:
        >>> import jax.numpy as jnp
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
        >>> import jax.numpy as jnp
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
        >>> import jax.numpy as jnp
        >>> var(jnp.array([1.0, 2.0, 3.0])).item()
        1.0

    See: https://pytorch.org/docs/stable/generated/torch.var.html
    """
    return _variance("var", input, dim, correction, keepdim)


@op("input")
def std(input, dim=None, correction=1, keepdim=False):
    """Return the standard deviation, the root of `var` (same arguments); its derivative at 0 is 0.

    Example:
        >>> import jax.numpy as jnp
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
        >>> import jax.numpy as jnp
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
    return jnp.linalg.norm(jnp.asarray(as_float(input), dtype), "nuc", along, keepdims=keepdim)


def _root(power, exponent=0.5):
    """Return `power ** exponent` with derivative 0 where `power` is 0."""
    zero = power == 0
    safe = jnp.where(zero, jnp.ones((), power.dtype), power)
    root = jnp.sqrt(safe) if exponent == 0.5 else safe**exponent
    return jnp.where(zero, jnp.asarray(0.0 if exponent > 0 else math.inf, power.dtype), root)


@op("input")
def max(input, dim=None, keepdim=False):
    """Return the largest value; along `dim` also where it first stands, as a pair (values, indices).

    Equal values share the gradient of the whole maximum; along `dim` the one at the index takes it. nan is largest.

    Raises:
        RuntimeError: for no values and no `dim`.
        IndexError: if there is no such dimension, or it has size 0.

    Example:
        >>> import jax.numpy as jnp
        >>> max(jnp.array([[0.0, 3.0], [7.0, 4.0]]), 1).indices.tolist()
        [1, 0]

    See: https://pytorch.org/docs/stable/generated/torch.max.html
    """
    return _extreme("max", jnp.max, argmax, jnp.asarray(input), dim, keepdim)


@op("input")
def min(input, dim=None, keepdim=False):
    """Return the smallest value; along `dim` also where it first stands; all else as `max`, nan smallest.

    Example:
        >>> import jax.numpy as jnp
        >>> min(jnp.array([2.0, 1.0, 3.0])).item()
        1.0

    See: https://pytorch.org/docs/stable/generated/torch.min.html
    """
    return _extreme("min", jnp.min, argmin, jnp.asarray(input), dim, keepdim)


def _extreme(name, whole, where, input, dim, keepdim):
    _refuse_keepdim(name, dim, keepdim)
    _check_not_empty(name, input, dim)
    if dim is None:
        return whole(input)
    along = axis(dim, input.ndim, name)
    # Booleans have an order here, though not in argmax.
    ordered = input.astype(jnp.uint8) if input.dtype == jnp.bool_ else input
    return _at(input, where(ordered, along, True), along, keepdim)


@op("input")
def argmax(input, dim=None, keepdim=False):
    """Return where the largest value first stands: in the flattened input, or along `dim`.

    Raises:
        IndexError: for no values, or no such dimension.
        RuntimeError: for booleans.

    Example:
        >>> import jax.numpy as jnp
        >>> argmax(jnp.array([[0.0, 3.0], [7.0, 4.0]]), dim=1).tolist()
        [1, 0]

    See: https://pytorch.org/docs/stable/generated/torch.argmax.html
    """
    return _where("argmax", jnp.argmax, input, dim, keepdim)


@op("input")
def argmin(input, dim=None, keepdim=False):
    """Return where the smallest value first stands: in the flattened input, or along `dim`; errors as `argmax`.

    Example:
        >>> import jax.numpy as jnp
        >>> argmin(jnp.array([2.0, 1.0, 3.0])).item()
        1

    See: https://pytorch.org/docs/stable/generated/torch.argmin.html
    """
    return _where("argmin", jnp.argmin, input, dim, keepdim)


def _where(name, function, input, dim, keepdim):
    input = jnp.asarray(input)
    if input.dtype == jnp.bool_:
        raise RuntimeError(f"{name}(): does not support bool input\nConvert it: input.astype(jnp.int32).")
    along = None if dim is None else axis(dim, input.ndim, name)
    _check_not_empty(name, input, dim, IndexError)
    return function(input, along if input.ndim else None, keepdims=keepdim)


@op("input")
def median(input, dim=None, keepdim=False):
    """Return the lower median; along `dim` also where it stands, as a pair; nan where there is a nan.

    Equal values share the gradient of the whole median; along `dim` the one at the index takes it.

    Raises:
        IndexError: if there is no such dimension, or it has size 0.
        NotImplementedError: for booleans.

    Example:
        >>> import jax.numpy as jnp
        >>> median(jnp.array([1.0, 4.0, 2.0, 3.0])).item()
        2.0

    See: https://pytorch.org/docs/stable/generated/torch.median.html
    """
    input = numeric(input, "median_cpu")
    _refuse_keepdim("median", dim, keepdim)
    if dim is None:
        return _whole_median(input.ravel())
    along = axis(dim, input.ndim, "median")
    if not input.ndim:
        return _at(input, None, along, keepdim)
    _check_not_empty("median", input, dim)
    indices = _take(jnp.argsort(input, along), (input.shape[along] - 1) // 2, along)
    missing = jnp.isnan(input)
    first = jnp.argmax(missing, along, keepdims=True).astype(indices.dtype)
    return _at(input, jnp.where(missing.any(along, keepdims=True), first, indices), along, keepdim)


@jax.custom_jvp
def _whole_median(values):
    if not values.size:
        return jnp.full((), jnp.nan if is_floating(values) else jnp.iinfo(values.dtype).min, values.dtype)
    return _median_of_row(values)


def _median_of_row(values):
    middle = jnp.sort(values)[(values.size - 1) // 2]
    return jnp.where(jnp.isnan(values).any(), jnp.asarray(jnp.nan).astype(values.dtype), middle)


@_whole_median.defjvp
def _whole_median_jvp(primals, tangents):
    # The sort's own rule gives all to one place; PyTorch shares among equals.
    (values,), (change,) = primals, tangents
    result = _whole_median(values)
    equal = (values == result) | (jnp.isnan(values) & jnp.isnan(result))
    return result, jnp.sum(jnp.where(equal, change, jnp.zeros((), change.dtype))) / equal.sum().astype(change.dtype)


@op("input")
def kthvalue(input, k, dim=-1, keepdim=False):
    """Return the k-th smallest value along `dim` (k from 1), and where it stands in a stable order; nan is largest.

    Raises:
        RuntimeError: if there is no k-th value.
        IndexError: if there is no such dimension, or it has size 0.
        NotImplementedError: for booleans.

    Example:
        >>> import jax.numpy as jnp
        >>> kthvalue(jnp.arange(8.0).reshape(2, 4), 3).values.tolist()
        [2.0, 6.0]

    See: https://pytorch.org/docs/stable/generated/torch.kthvalue.html
    """
    input = jnp.asarray(input)
    along = axis(dim, input.ndim, "kthvalue", 3)
    _check_not_empty("kthvalue", input, dim)
    size = input.shape[along] if input.ndim else 1
    if not 1 <= k <= size:
        raise RuntimeError(
            f"kthvalue(): selected number k out of range for dimension {along}\nGot k={k}; the dimension has {size} "
            f"values, so k lies in [1, {size}]."
        )
    input = numeric(input, "kthvalue_cpu")
    return _at(input, _take(jnp.argsort(input, along), k - 1, along) if input.ndim else None, along, keepdim)


@op("input")
def topk(input, k, dim=-1, largest=True, sorted=True):
    """Return the k largest values along `dim` (or smallest), in order, and where they stand; nan is largest.

    Args:
        sorted: accepted for PyTorch's sake; the values are in order in any case.

    Raises:
        RuntimeError: if there are fewer than k; for booleans.

    Example:
        >>> import jax.numpy as jnp
        >>> topk(jnp.array([1.0, 4.0, 3.0]), 2).indices.tolist()
        [1, 2]

    See: https://pytorch.org/docs/stable/generated/torch.topk.html
    """
    input = jnp.asarray(input)
    along = axis(dim, input.ndim, "topk", 3)
    size = input.shape[along] if input.ndim else 1
    if not 0 <= k <= size:
        raise RuntimeError(f"selected index k out of range\nGot k={k}; dimension {along} has {size} values.")
    if input.dtype == jnp.bool_:
        raise RuntimeError("topk does not support bool dtypes on CPU\nConvert it: input.astype(jnp.int32).")
    if not input.ndim:
        return _at(input, None, along, True) if k else ValuesIndices(*(jnp.zeros((0,), t) for t in (input.dtype, int)))
    if largest:
        indices = jnp.moveaxis(jax.lax.top_k(jnp.moveaxis(input, along, -1), k)[1], -1, along)
    else:
        indices = jax.lax.slice_in_dim(jnp.argsort(input, along), 0, k, axis=along)
    return _at(input, indices.astype(int), along, True)


@op("input", "q")
def quantile(input, q, dim=None, keepdim=False, interpolation="linear"):
    """Return the value below which a share `q` of all values lies, or of those along `dim`; nan where there is a nan.

    Shape: q a number, () or (Q,); a q of one dimension adds a first dimension of size Q to the result.

    Args:
        interpolation: what to take between two values: "linear", "lower", "higher", "midpoint" or "nearest".

    Raises:
        RuntimeError: for other dtypes than float32 and float64, no values, another interpolation, or a q outside
            [0, 1]. Under `jit`, where no value can be looked at, the result for such a q is nan instead.

    Example:
        >>> import jax.numpy as jnp
        >>> quantile(jnp.array([1.0, 2.0, 3.0, 4.0]), 0.5).item()
        2.5

    See: https://pytorch.org/docs/stable/generated/torch.quantile.html
    """
    input = jnp.asarray(input)
    q = _checked_q(q, input)
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
            f"{interpolation}\nThe default is linear."
        )
    along = _one_axis("quantile", dim, input.ndim) if input.ndim else ()
    inside = (q >= 0) & (q <= 1)
    safe = jnp.where(inside, q, jnp.zeros((), q.dtype))
    found = jnp.quantile(input, safe, along or None, method=interpolation, keepdims=keepdim)
    inside = inside.reshape(q.shape + (1,) * (found.ndim - q.ndim))
    return jnp.where(inside, found, jnp.full((), jnp.nan, input.dtype))


def _checked_q(q, input):
    """Return `q` as an array of the input's dtype; raise what PyTorch raises."""
    number = isinstance(q, (int, float))
    q = jnp.asarray(q, input.dtype if number else None)
    if q.ndim > 1:
        raise RuntimeError(f"quantile() q must be a scalar or 1D tensor\nIt has shape {q.shape}.")
    if not input.size:
        raise RuntimeError(f"quantile() input tensor must be non-empty\nIts shape is {input.shape}.")
    if input.dtype not in (jnp.float32, jnp.float64):
        raise RuntimeError(
            f"quantile() input tensor must be either float or double dtype\nGot {input.dtype}; convert it with "
            "input.astype(jnp.float32)."
        )
    if q.dtype != input.dtype:
        raise RuntimeError(
            f"quantile() q tensor must be same dtype as the input tensor\nGot {q.dtype}; write q.astype({input.dtype})."
        )
    if is_concrete(q) and not bool(((q >= 0) & (q <= 1)).all()):
        line = f"must be in the range [0, 1] but got {q}" if number else "values must be in the range [0, 1]"
        raise RuntimeError(f"quantile() q {line}\nFor percent, divide by 100.")
    return q


def _widened(input, dtype):
    """Return `input` in `dtype`; without one, integers and booleans as the default integer."""
    input = jnp.asarray(input)
    if dtype is None:
        dtype = input.dtype if is_floating(input) else int
    return input.astype(dtype)


def _count(input, along) -> int:
    return math.prod(input.shape[each] for each in along)


def _one_axis(name, dim, ndim) -> tuple[int, ...]:
    """Return the one dimension `dim` as a tuple of axes; None is all of them."""
    return axes(None if dim is None else axis(dim, ndim, name), ndim, name)


def _refuse_keepdim(name, dim, keepdim):
    if dim is None and keepdim:
        raise TypeError(f'{name}() missing 1 required positional arguments: "dim"\nkeepdim=True needs it.')


def _check_not_empty(name, input, dim, error=RuntimeError):
    if dim is None and not input.size:
        more = "" if error is IndexError else " Specify the reduction dim with the 'dim' argument."
        raise error(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0.{more}\n"
            f"The input has shape {input.shape}."
        )
    if dim is not None and input.ndim and not input.shape[axis(dim, input.ndim, name)]:
        raise IndexError(
            f"{name}(): Expected reduction dim {axis(dim, input.ndim, name)} to have non-zero size.\n"
            f"The input has shape {input.shape}."
        )


def _take(order, position: int, along: int):
    return jax.lax.slice_in_dim(order, position, position + 1, axis=along)


def _at(input, indices, along: int, keepdim: bool) -> ValuesIndices:
    """Return the values of `input` at `indices`, and these; a scalar's only value stands at 0."""
    if not input.ndim:
        return ValuesIndices(input, jnp.zeros((), int))
    pair = jnp.take_along_axis(input, indices, along), indices
    return ValuesIndices(*(each if keepdim else each.squeeze(along) for each in pair))

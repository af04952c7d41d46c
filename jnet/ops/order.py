"""Extremes, medians and quantiles with PyTorch's semantics: values, and the indices where they stand.

`dim` counts from 0, negative ones from the end; `keepdim` leaves the reduced dimension in place with size 1. Of equal
values the first is taken.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jnet.ops.checks import axis, is_concrete, is_floating, numeric, one_axis, refuse_keepdim
from jnet.ops.registry import op

__all__ = ["ValuesIndices", "argmax", "argmin", "kthvalue", "max", "median", "min", "quantile", "topk"]

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


class ValuesIndices(NamedTuple):
    """Values along a dimension, and where they stand on it."""

    values: jax.Array
    indices: jax.Array


@op("input")
def max(input, dim=None, keepdim=False):
    """Return the largest value; along `dim` also where it first stands, as a pair (values, indices).

    Equal values share the gradient of the whole maximum; along `dim` the one at the index takes it. nan is largest.

    Raises:
        RuntimeError: for no values and no `dim`.
        IndexError: if there is no such dimension, or it has size 0.

    Example:
        >>> max(jnp.array([[0.0, 3.0], [7.0, 4.0]]), 1).indices.tolist()
        [1, 0]

    See: https://pytorch.org/docs/stable/generated/torch.max.html
    """
    return _extreme("max", jnp.max, argmax, jnp.asarray(input), dim, keepdim)


@op("input")
def min(input, dim=None, keepdim=False):
    """Return the smallest value; along `dim` also where it first stands; all else as `max`, nan smallest.

    Example:
        >>> min(jnp.array([2.0, 1.0, 3.0])).item()
        1.0

    See: https://pytorch.org/docs/stable/generated/torch.min.html
    """
    return _extreme("min", jnp.min, argmin, jnp.asarray(input), dim, keepdim)


def _extreme(name, whole, where, input, dim, keepdim):
    refuse_keepdim(name, dim, keepdim)
    _check_not_empty(name, input, dim)
    if dim is None:
        return _whole(whole, input)
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
        >>> argmax(jnp.array([[0.0, 3.0], [7.0, 4.0]]), dim=1).tolist()
        [1, 0]

    See: https://pytorch.org/docs/stable/generated/torch.argmax.html
    """
    return _where("argmax", jnp.argmax, input, dim, keepdim)


@op("input")
def argmin(input, dim=None, keepdim=False):
    """Return where the smallest value first stands: in the flattened input, or along `dim`; errors as `argmax`.

    Example:
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
        >>> median(jnp.array([1.0, 4.0, 2.0, 3.0])).item()
        2.0

    See: https://pytorch.org/docs/stable/generated/torch.median.html
    """
    input = numeric(input, "median_cpu")
    refuse_keepdim("median", dim, keepdim)
    if dim is None:
        return _whole(_median_of, input.ravel())
    along = axis(dim, input.ndim, "median")
    if not input.ndim:
        return _at(input, None, along, keepdim)
    _check_not_empty("median", input, dim)
    indices = _take(jnp.argsort(input, along), (input.shape[along] - 1) // 2, along)
    missing = jnp.isnan(input)
    first = jnp.argmax(missing, along, keepdims=True).astype(indices.dtype)
    return _at(input, jnp.where(missing.any(along, keepdims=True), first, indices), along, keepdim)


def _median_of(values):
    if not values.size:
        return jnp.full((), jnp.nan if is_floating(values) else jnp.iinfo(values.dtype).min, values.dtype)
    middle = jnp.sort(values)[(values.size - 1) // 2]
    return jnp.where(jnp.isnan(values).any(), jnp.nan, middle) if is_floating(values) else middle


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def _whole(function, values):
    """Return the one of `values` that `function` picks; values equal to it, or nan like it, share the gradient."""
    return function(values)


@_whole.defjvp
def _whole_jvp(function, primals, tangents):
    (values,), (change,) = primals, tangents
    result = function(values)
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
        >>> kthvalue(jnp.arange(8.0).reshape(2, 4), 3).values.tolist()
        [2.0, 6.0]

    See: https://pytorch.org/docs/stable/generated/torch.kthvalue.html
    """
    input = jnp.asarray(input)
    along = axis(dim, input.ndim, "kthvalue")
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
        >>> topk(jnp.array([1.0, 4.0, 3.0]), 2).indices.tolist()
        [1, 2]

    See: https://pytorch.org/docs/stable/generated/torch.topk.html
    """
    input = jnp.asarray(input)
    along = axis(dim, input.ndim, "topk")
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
    along = one_axis(dim, input.ndim, "quantile") if input.ndim else ()
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


def _check_not_empty(name, input, dim, error: type[Exception] = RuntimeError):
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

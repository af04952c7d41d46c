"""Extremes, medians and quantiles with PyTorch's semantics: values, and the indices where they stand.

`dim` counts from 0, negative ones from the end; `keepdim` leaves the reduced dimension in place with size 1. Of equal
values the first is taken.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import axes, axis, is_concrete, is_floating, not_implemented, one_axis, refuse_keepdim
from jnet.ops.reductions.statistics import by_dim
from jnet.ops.registry import op

__all__ = [
    "MinMax",
    "ValuesIndices",
    "amax",
    "amin",
    "aminmax",
    "argmax",
    "argmin",
    "max",
    "median",
    "min",
    "mode",
    "nanmedian",
    "nanquantile",
    "quantile",
]

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


class ValuesIndices(NamedTuple):
    """Values along a dimension, and where they stand on it."""

    values: jax.Array
    indices: jax.Array


class MinMax(NamedTuple):
    """The smallest and the largest value."""

    min: jax.Array
    max: jax.Array


@op("input", grad_fn=by_dim("MaxBackward1", "MaxBackward0"), saves="nothing")
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


@op("input", grad_fn=by_dim("MinBackward1", "MinBackward0"), saves="nothing")
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
    check_not_empty(name, input, dim)
    if jnp.iscomplexobj(input):
        raise not_implemented(f"{name}_all", input.dtype) if dim is None else _no_order(name)
    if dim is None:
        return _whole(whole, input)
    along = axis(dim, input.ndim, name)
    # Booleans have an order here, though not in argmax.
    ordered = input.astype(jnp.uint8) if input.dtype == jnp.bool_ else input
    return at(input, where(ordered, along, True), along, keepdim)


def _no_order(name):
    return RuntimeError(f"{name}(): does not support complex input\nComplex numbers have no order; take abs() first.")


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
        raise RuntimeError(f"{name}(): does not support bool input\nConvert it to integers.")
    along = None if dim is None else axis(dim, input.ndim, name)
    check_not_empty(name, input, dim, IndexError)
    if jnp.iscomplexobj(input):
        raise _no_order(name)
    return function(input, along if input.ndim else None, keepdims=keepdim)


@op("input", grad_fn="AmaxBackward0")
def amax(input, dim=(), keepdim=False):
    """Return the largest value, of all or along `dim` (an integer or several); equal values share the gradient.

    Raises:
        RuntimeError: for no values and no `dim`.
        IndexError: if there is no such dimension, or it has size 0.
        NotImplementedError: for complex numbers.

    Example:
        >>> amax(jnp.array([[0.0, 3.0], [7.0, 4.0]]), 1).tolist()
        [3.0, 7.0]

    See: https://pytorch.org/docs/stable/generated/torch.amax.html
    """
    return _extreme_along("amax", "max_values_cpu", jnp.max, input, dim, keepdim)


@op("input", grad_fn="AminBackward0")
def amin(input, dim=(), keepdim=False):
    """Return the smallest value, of all or along `dim` (an integer or several); else as `amax`.

    Example:
        >>> amin(jnp.array([[0.0, 3.0], [7.0, 4.0]]), (0, 1)).item()
        0.0

    See: https://pytorch.org/docs/stable/generated/torch.amin.html
    """
    return _extreme_along("amin", "min_values_cpu", jnp.min, input, dim, keepdim)


def _extreme_along(name, kernel, function, input, dim, keepdim):
    input = jnp.asarray(input)
    if jnp.iscomplexobj(input):
        raise not_implemented(kernel, input.dtype)
    along = axes(dim, input.ndim, name)
    if dim is None or dim == ():
        check_not_empty(name, input, None)
    else:
        for each in (dim,) if isinstance(dim, int) else dim:
            check_not_empty(name, input, each)
    return function(input, along, keepdims=keepdim)


@op("input", grad_fn="AminmaxBackward0")
def aminmax(input, *, dim=None, keepdim=False):
    """Return the smallest and the largest value, of all or along `dim`, as a pair (min, max).

    Raises:
        RuntimeError: for no values and no `dim`.
        IndexError: if there is no such dimension, or it has size 0.

    Example:
        >>> [each.item() for each in aminmax(jnp.array([2.0, 1.0, 3.0]))]
        [1.0, 3.0]

    See: https://pytorch.org/docs/stable/generated/torch.aminmax.html
    """
    input = jnp.asarray(input)
    if dim is None and not input.size:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.\n"
            f"The input has shape {input.shape}."
        )
    along = one_axis(dim, input.ndim, "aminmax")
    if dim is not None and input.ndim and not input.shape[along[0]]:
        raise IndexError(
            f"aminmax: Expected reduction dim {along[0]} to have non-zero size.\nThe input has shape {input.shape}."
        )
    if jnp.iscomplexobj(input):
        raise not_implemented("aminmax_cpu", input.dtype)
    return MinMax(*(function(input, along, keepdims=keepdim) for function in (jnp.min, jnp.max)))


@op("input", grad_fn=by_dim("MedianBackward0", "MedianBackward1"), saves="nothing")
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
    return _median("median", input, dim, keepdim, lambda values: jnp.isnan(values).any(-1))


@op("input", grad_fn=by_dim("NanmedianBackward0", "NanmedianBackward1"), saves="nothing")
def nanmedian(input, dim=None, keepdim=False):
    """Return the lower median of the values that are not nan; nan of none; else as `median`.

    Example:
        >>> nanmedian(jnp.array([1.0, jnp.nan, 2.0, 3.0])).item()
        2.0

    See: https://pytorch.org/docs/stable/generated/torch.nanmedian.html
    """
    return _median("nanmedian", input, dim, keepdim, lambda values: jnp.isnan(values).all(-1))


def _median(name, input, dim, keepdim, is_nan):
    """Return the lower median of what is not nan, except where `is_nan` of the values of a row tells nan."""
    input = jnp.asarray(input)
    if input.dtype == jnp.bool_ or jnp.iscomplexobj(input):
        raise not_implemented("median_cpu" if dim is None or not input.ndim else "median_out", input.dtype)
    refuse_keepdim(name, dim, keepdim)
    if dim is None:
        return _whole(functools.partial(_median_of, is_nan), input.ravel())
    along = axis(dim, input.ndim, name)
    if not input.ndim:
        return at(input, None, along, keepdim)
    check_not_empty("median", input, dim)
    rows = jnp.moveaxis(input, along, -1)
    order = jnp.argsort(rows, -1)
    indices = jnp.take_along_axis(order, _middle(rows)[..., None], -1)
    if is_floating(rows):
        first = jnp.argmax(jnp.isnan(rows), -1, keepdims=True).astype(indices.dtype)
        indices = jnp.where(is_nan(rows)[..., None], first, indices)
    return at(input, jnp.moveaxis(indices, -1, along), along, keepdim)


def _median_of(is_nan, values):
    if not values.size:
        return jnp.full((), jnp.nan if is_floating(values) else jnp.iinfo(values.dtype).min, values.dtype)
    middle = jnp.sort(values)[_middle(values)]
    return jnp.where(is_nan(values), jnp.nan, middle) if is_floating(values) else middle


def _middle(rows):
    """Return where, in sorted rows, the lower middle of what is not nan stands."""
    known = jnp.sum(~jnp.isnan(rows), -1) if is_floating(rows) else jnp.full(rows.shape[:-1], rows.shape[-1])
    return jnp.maximum((known - 1) // 2, 0)


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


@op("input", grad_fn="ModeBackward0", saves="nothing")
def mode(input, dim=-1, keepdim=False):
    """Return the most frequent value along `dim` (of equally frequent ones the smallest), and where it last stands.

    Raises:
        IndexError: if there is no such dimension, or it has size 0.

    Example:
        >>> mode(jnp.array([3, 1, 1, 3, 2])).values.item()
        1

    See: https://pytorch.org/docs/stable/generated/torch.mode.html
    """
    input = jnp.asarray(input)
    along = axis(dim, input.ndim, "mode")
    check_not_empty("mode", input, dim)
    if jnp.iscomplexobj(input):
        raise not_implemented("mode_cpu", input.dtype)
    if not input.ndim or not input.size:
        return at(
            input, jnp.zeros([1 if each == along else n for each, n in enumerate(input.shape)], int), along, keepdim
        )
    order = jnp.argsort(input, along)
    values = jnp.take_along_axis(input, order, along)
    places = lax.broadcasted_iota(order.dtype, input.shape, along)
    changes = jnp.concatenate(
        [
            jnp.ones_like(take(values, 0, along), dtype=bool),
            lax.slice_in_dim(values, 1, None, axis=along) != lax.slice_in_dim(values, 0, -1, axis=along),
        ],
        along,
    )
    # The longest run of equal values is complete at its end, which is the first place with that length.
    length = places - lax.cummax(jnp.where(changes, places, 0), along)
    last = jnp.argmax(length, along, keepdims=True)
    return at(input, jnp.take_along_axis(order, last, along), along, keepdim)


@op("input", "q", grad_fn="SqueezeBackward4")
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
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
    return _quantile(jnp.quantile, input, q, dim, keepdim, interpolation)


@op("input", "q", grad_fn="SqueezeBackward4")
def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """Return the quantile of the values that are not nan; nan of none; arguments and errors as `quantile`.

    Example:
        >>> nanquantile(jnp.array([1.0, jnp.nan, 2.0]), 0.5).item()
        1.5

    See: https://pytorch.org/docs/stable/generated/torch.nanquantile.html
    """
    return _quantile(jnp.nanquantile, input, q, dim, keepdim, interpolation)


def _quantile(function, input, q, dim, keepdim, interpolation):
    input = jnp.asarray(input)
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
            f"{interpolation}\nThe default is linear."
        )
    q = _checked_q(q, input)
    along = one_axis(dim, input.ndim, "quantile")
    inside = (q >= 0) & (q <= 1)
    safe = jnp.where(inside, q, jnp.zeros((), q.dtype))
    found = function(input, safe, along or None, method=interpolation, keepdims=keepdim)
    found = found.reshape(q.shape + found.shape[q.ndim :][: input.ndim])  # jnp's keepdims makes a number a vector
    inside = inside.reshape(q.shape + (1,) * (found.ndim - q.ndim))
    return jnp.where(inside, found, jnp.full((), jnp.nan, input.dtype))


def _checked_q(q, input):
    """Return `q` as an array of the input's dtype; raise what PyTorch raises."""
    number = isinstance(q, (int, float))
    q = jnp.asarray(q, input.dtype if number else None)
    if not q.ndim:
        q = q.astype(input.dtype)  # a number, which a recorded call gives as an array
    if not input.size:
        raise RuntimeError(f"quantile() input tensor must be non-empty\nIts shape is {input.shape}.")
    if q.ndim > 1:
        raise RuntimeError(f"quantile() q must be a scalar or 1D tensor\nIt has shape {q.shape}.")
    if input.dtype not in (jnp.float32, jnp.float64):
        raise RuntimeError(
            f"quantile() input tensor must be either float or double dtype\nGot {input.dtype}: convert it."
        )
    if q.dtype != input.dtype:
        raise RuntimeError(
            f"quantile() q tensor must be same dtype as the input tensor\nGot {q.dtype} and {input.dtype}."
        )
    if is_concrete(q) and not bool(((q >= 0) & (q <= 1)).all()):
        line = f"must be in the range [0, 1] but got {q}" if number else "values must be in the range [0, 1]"
        raise RuntimeError(f"quantile() q {line}\nFor percent, divide by 100.")
    return q


_AS_GIVEN = ("amax", "amin")  # whose messages name a negative dim as it was given


def check_not_empty(name, input, dim, error: type[Exception] = RuntimeError):
    """Raise PyTorch's error where `dim` has size 0, or there is neither a `dim` nor a value."""
    if dim is None and not input.size:
        more = "" if error is IndexError else " Specify the reduction dim with the 'dim' argument."
        raise error(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0.{more}\n"
            f"The input has shape {input.shape}."
        )
    if dim is not None and input.ndim and not input.shape[axis(dim, input.ndim, name)]:
        raise IndexError(
            f"{name}(): Expected reduction dim {dim if name in _AS_GIVEN else axis(dim, input.ndim, name)} to have "
            "non-zero size.\n"
            f"The input has shape {input.shape}."
        )


def take(order, position: int, along: int):
    """Return what stands at a position of an axis, which stays with size 1."""
    return lax.slice_in_dim(order, position, position + 1, axis=along)


def at(input, indices, along: int, keepdim: bool) -> ValuesIndices:
    """Return the values of `input` at `indices`, and these; a scalar's only value stands at 0."""
    if not input.ndim:
        return ValuesIndices(input, jnp.zeros((), int))
    pair = jnp.take_along_axis(input, indices, along), indices
    return ValuesIndices(*(each if keepdim else each.squeeze(along) for each in pair))

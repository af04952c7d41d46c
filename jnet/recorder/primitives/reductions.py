"""Primitives that reduce: sums and the like, whole, running and over windows; order; and products of matrices."""

import functools
import itertools
import math

import numpy as np

from jnet.recorder.primitives.rules import HALVES, RULES, Rule, highest, is_floating, lowest, rule, widened
from jnet.recorder.primitives.shapes import pad


@rule("reduce_sum")
def _reduce_sum(x, *, axes):
    wide = widened(x)
    return np.add.reduce(wide, axes, wide.dtype).astype(x.dtype, copy=False)


@rule("reduce_prod")
def _reduce_prod(x, *, axes):
    wide = widened(x)
    return np.multiply.reduce(wide, axes, wide.dtype).astype(x.dtype, copy=False)


@rule("reduce_max")
def _reduce_max(x, *, axes):
    return np.maximum.reduce(x, axes) if x.size else np.maximum.reduce(x, axes, initial=lowest(x.dtype))


@rule("reduce_min")
def _reduce_min(x, *, axes):
    return np.minimum.reduce(x, axes) if x.size else np.minimum.reduce(x, axes, initial=highest(x.dtype))


def _reduced(reduce):
    return Rule(lambda x, *, axes: reduce(x, axes), ("axes",))


RULES |= {
    "reduce_and": _reduced(np.bitwise_and.reduce),
    "reduce_or": _reduced(np.bitwise_or.reduce),
    "reduce_xor": _reduced(np.bitwise_xor.reduce),
}


def _found(search):
    return Rule(lambda x, *, axes, index_dtype: search(x, axes[0]).astype(index_dtype), ("axes", "index_dtype"))


RULES |= {"argmax": _found(np.argmax), "argmin": _found(np.argmin)}


def _cumulative(ufunc):
    def run(x, *, axis, reverse):
        if x.dtype.kind == "c" and ufunc is np.logaddexp:
            return NotImplemented
        along = (slice(None),) * axis + (slice(None, None, -1),)
        given = widened(x)[along] if reverse else widened(x)
        result = ufunc.accumulate(given, axis, given.dtype).astype(x.dtype, copy=False)
        return result[along] if reverse else result

    return Rule(run, ("axis", "reverse"))


RULES |= {
    "cumsum": _cumulative(np.add),
    "cumprod": _cumulative(np.multiply),
    "cummax": _cumulative(np.maximum),
    "cummin": _cumulative(np.minimum),
    "cumlogsumexp": _cumulative(np.logaddexp),
}


def _over_windows(ufunc, identity):
    """Return the rule that reduces windows: it combines the array's shifts, one for each place in the window."""

    def run(x, *, window_dimensions, window_strides, padding, base_dilation, window_dilation):
        padded = pad(
            widened(x),
            identity(x.dtype),
            padding_config=[(low, high, gap - 1) for (low, high), gap in zip(padding, base_dilation, strict=True)],
        )
        geometry = list(zip(padded.shape, window_dimensions, window_strides, window_dilation, strict=True))
        counts = [max(0, (n - (w - 1) * d - 1) // s + 1) for n, w, s, d in geometry]

        def shifted(offset):
            places = [(o * d, c, s) for o, c, (_, _, s, d) in zip(offset, counts, geometry, strict=True)]
            return padded[tuple(slice(first, first + max(0, (c - 1) * s + 1), s) for first, c, s in places)]

        shifts = map(shifted, itertools.product(*map(range, window_dimensions)))
        return functools.reduce(ufunc, shifts).astype(x.dtype, copy=False)

    return Rule(run, ("window_dimensions", "window_strides", "padding", "base_dilation", "window_dilation"))


RULES |= {
    "reduce_window_sum": _over_windows(np.add, lambda dtype: np.zeros((), dtype)),
    "reduce_window_max": _over_windows(np.maximum, lowest),
    "reduce_window_min": _over_windows(np.minimum, highest),
}


# Order ---------------------------------------------------------------------------------------------------------------


def _ordinal(x):
    """Return integers that stand in the total order of floating point numbers: -0 before 0, nan after all."""
    if not is_floating(x.dtype):
        return x
    bits = x.view(f"i{x.dtype.itemsize}")
    return np.where(bits < 0, bits ^ np.iinfo(bits.dtype).max, bits)


@rule("eq_to")
def _eq_to(x, y):
    return NotImplemented if x.dtype.kind == "c" else _ordinal(x) == _ordinal(y)


@rule("lt_to")
def _lt_to(x, y):
    return NotImplemented if x.dtype.kind == "c" else _ordinal(x) < _ordinal(y)


@rule("le_to")
def _le_to(x, y):
    return NotImplemented if x.dtype.kind == "c" else _ordinal(x) <= _ordinal(y)


@rule("sort")
def _sort(*operands, dimension, num_keys):
    keys = [widened(x) for x in operands[:num_keys]]
    if any(key.dtype.kind == "c" for key in keys):
        return NotImplemented
    if len(operands) == 1:
        return [np.sort(keys[0], dimension, kind="stable").astype(operands[0].dtype, copy=False)]
    order = np.lexsort(keys[::-1], dimension) if num_keys > 1 else np.argsort(keys[0], dimension, kind="stable")
    return [np.take_along_axis(x, order, dimension) for x in operands]


@rule("top_k")
def _top_k(x, *, k, axis):
    backwards = (slice(None),) * (axis % x.ndim) + (slice(None, None, -1),)
    # From the back, so that of equal values the first comes first, and nan before all.
    order = x.shape[axis] - 1 - np.argsort(widened(x)[backwards], axis, kind="stable")[backwards]
    order = order[(slice(None),) * (axis % x.ndim) + (slice(k),)]
    return [np.take_along_axis(x, order, axis), order.astype(np.int32)]


# Products ------------------------------------------------------------------------------------------------------------


@rule("dot_general")
def _dot_general(x, y, *, dimension_numbers, preferred_element_type):
    (contract_x, contract_y), (batch_x, batch_y) = dimension_numbers
    dtype = np.promote_types(x.dtype, y.dtype) if preferred_element_type is None else preferred_element_type
    wide = np.dtype("float32") if dtype in HALVES else dtype
    x, y = x.astype(wide, copy=False), y.astype(wide, copy=False)
    if x.ndim == y.ndim == 2 and len(contract_x) == 1 and not batch_x:
        product = (x if contract_x[0] else x.T) @ (y.T if contract_y[0] else y)
        return product.astype(dtype, copy=False)
    free_x = [d for d in range(x.ndim) if d not in contract_x and d not in batch_x]
    free_y = [d for d in range(y.ndim) if d not in contract_y and d not in batch_y]
    batch, rows, columns = ([a.shape[d] for d in dims] for a, dims in ((x, batch_x), (x, free_x), (y, free_y)))
    inner = math.prod(x.shape[d] for d in contract_x)
    x = x.transpose((*batch_x, *free_x, *contract_x)).reshape((*batch, math.prod(rows), inner))
    y = y.transpose((*batch_y, *contract_y, *free_y)).reshape((*batch, inner, math.prod(columns)))
    return (x @ y).reshape((*batch, *rows, *columns)).astype(dtype, copy=False)

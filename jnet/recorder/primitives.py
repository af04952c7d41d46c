"""XLA's primitives in NumPy: what `evaluate` runs a small program with instead of compiling it.

`RULES` maps the name of a primitive to a function of its operands that takes those of the primitive's parameters that
it needs as keywords. Results have XLA's dtypes, and its values up to rounding; operands are never written to, and a
result may be a view of one. A rule returns `NotImplemented` for a case that is better left to XLA.

Operands are arrays, or NumPy's scalars where something has no dimensions.
"""

import functools
import inspect
import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.lax import GatherScatterMode, RoundingMethod


class Rule(NamedTuple):
    """A primitive in NumPy: a function, and the parameters of the primitive that it takes."""

    function: Callable
    settings: tuple[str, ...] = ()


_UFUNCS = {
    "add": np.add, "add_any": np.add, "sub": np.subtract, "neg": np.negative, "max": np.maximum, "min": np.minimum,
    "abs": np.abs, "square": np.square, "sqrt": np.sqrt, "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1,
    "log": np.log, "log1p": np.log1p, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin,
    "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh,
    "acosh": np.arccosh, "atanh": np.arctanh, "floor": np.floor, "ceil": np.ceil, "is_finite": np.isfinite,
    "nextafter": np.nextafter, "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal,
    "gt": np.greater, "ge": np.greater_equal, "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
    "not": np.bitwise_not, "shift_left": np.left_shift, "shift_right_arithmetic": np.right_shift, "real": np.real,
    "imag": np.imag, "conj": np.conjugate,
}  # fmt: skip

RULES: dict[str, Rule] = {name: Rule(function) for name, function in _UFUNCS.items()}

HALVES = (np.dtype("float16"), np.dtype(jnp.bfloat16))  # XLA adds these up in float32
_VIEWED_FROM = 8192  # elements: copying fewer is faster than making a broadcast view
_REMEMBERED = 8192  # positions: plans of gathers and scatters with more are made anew each time


def rule(*names: str):
    """Declare the decorated function as the rule of the primitives of these names; it takes settings as keywords."""

    def declare(function):
        parameters = inspect.signature(function).parameters.values()
        settings = tuple(p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY)
        RULES.update(dict.fromkeys(names, Rule(function, settings)))
        return function

    return declare


def is_floating(dtype) -> bool:
    """Tell whether a dtype is floating point (NumPy's own `kind` does not know bfloat16)."""
    return dtype.kind == "f" or dtype in HALVES


def widened(x):
    """Return float16 and bfloat16 as float32, other arrays as they are."""
    return x.astype(np.float32) if x.dtype in HALVES else x


# Arithmetic ----------------------------------------------------------------------------------------------------------


@rule("mul")
def _mul(x, y, *, out_dtype=None):
    return np.multiply(x, y) if out_dtype is None else np.multiply(x.astype(out_dtype), y.astype(out_dtype))


@rule("div")
def _div(x, y):
    if x.dtype.kind not in "iu":
        return np.true_divide(x, y)
    # Towards zero, where NumPy's floor goes down; XLA gives all ones for a division by zero.
    quotient = np.floor_divide(x - np.fmod(x, y), y)
    return np.where(y == 0, np.bitwise_not(np.zeros((), x.dtype)), quotient)


@rule("rem")
def _rem(x, y):
    found = np.fmod(x, y)
    return np.where(y == 0, x, found) if x.dtype.kind in "iu" else found


@rule("sign")
def _sign(x):
    return np.where(x == 0, x, np.sign(x))  # zeros keep their sign


@rule("integer_pow")
def _integer_pow(x, *, y):
    result, factor, left = None, x, abs(y)
    while left:
        if left & 1:
            result = factor if result is None else result * factor
        left >>= 1
        factor = factor * factor if left else factor
    if result is None:
        return np.ones_like(x)
    return np.ones((), x.dtype) / result if y < 0 else result


@rule("pow")
def _pow(x, y):
    return np.power(x, y.astype(x.dtype))


@rule("rsqrt")
def _rsqrt(x):
    return np.ones((), x.dtype) / np.sqrt(x)


@rule("logistic")
def _logistic(x):
    one = np.ones((), x.dtype)
    return one / (one + np.exp(-x))


@rule("cbrt")
def _cbrt(x):
    return NotImplemented if x.dtype.kind == "c" else np.cbrt(x)


@rule("atan2")
def _atan2(x, y):
    return NotImplemented if x.dtype.kind == "c" else np.arctan2(x, y)


@rule("round")
def _round(x, *, rounding_method):
    if rounding_method == RoundingMethod.TO_NEAREST_EVEN:
        return np.rint(x)
    whole = np.trunc(x)  # adding a half first would lift 0.49999997 to 1
    return np.where(np.abs(x - whole) >= 0.5, whole + np.copysign(np.ones((), x.dtype), x), whole)


@rule("clamp")
def _clamp(low, x, high):
    return np.minimum(np.maximum(x, low), high)


@rule("select_n")
def _select_n(which, *cases):
    if len(cases) == 2:
        return np.where(which, cases[1], cases[0])
    result = cases[0]
    for place, case in enumerate(cases[1:], 1):
        result = np.where(which == place, case, result)
    return result


def _by_math(function):
    """Return the rule of a function that Python has and NumPy has not: worth it for few elements."""
    elementwise = np.frompyfunc(function, 1, 1)

    def run(x):
        return NotImplemented if x.size > 100_000 else np.asarray(elementwise(x.astype(np.float64)), x.dtype)

    return Rule(run)


def _lgamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # a pole, or beyond the largest float
        return math.inf


RULES |= {"erf": _by_math(math.erf), "erfc": _by_math(math.erfc), "lgamma": _by_math(_lgamma)}


# Bits and dtypes -----------------------------------------------------------------------------------------------------


@rule("shift_right_logical")
def _shift_right_logical(x, y):
    unsigned = f"u{x.dtype.itemsize}"
    return np.right_shift(x.view(unsigned), y.view(unsigned)).view(x.dtype)


@rule("population_count")
def _population_count(x):
    return np.bitwise_count(x.view(f"u{x.dtype.itemsize}")).astype(x.dtype)


@rule("convert_element_type")
def _convert_element_type(x, *, new_dtype):
    if x.dtype == new_dtype:
        return x
    if x.dtype.kind == "c" and new_dtype.kind != "c":
        x = np.real(x)  # converting itself would warn
    if new_dtype.kind not in "iu" or not is_floating(x.dtype):
        return x.astype(new_dtype)
    # XLA holds integers at their limits and makes nan 0, where NumPy gives what the machine happens to.
    x, limits = widened(x), np.iinfo(new_dtype)
    fits = (x >= limits.min) & (x < float(limits.max))
    if fits.all():
        return x.astype(new_dtype)
    bound = np.where(x > 0, limits.max, np.where(x < 0, limits.min, 0)).astype(new_dtype)
    return np.where(fits, np.where(fits, x, 0).astype(new_dtype), bound)


@rule("bitcast_convert_type")
def _bitcast_convert_type(x, *, new_dtype):
    return x.view(new_dtype) if x.dtype.itemsize == new_dtype.itemsize and new_dtype.kind != "b" else NotImplemented


@rule("reduce_precision")
def _reduce_precision(x, *, exponent_bits, mantissa_bits):
    info = jnp.finfo(x.dtype)
    return x if (exponent_bits, mantissa_bits) == (info.nexp, info.nmant) else NotImplemented


@rule("complex")
def _complex(real, imag):
    out = np.empty(np.broadcast_shapes(np.shape(real), np.shape(imag)), f"c{2 * real.dtype.itemsize}")
    out.real, out.imag = real, imag
    return out


# Reductions ----------------------------------------------------------------------------------------------------------


@rule("reduce_sum")
def _reduce_sum(x, *, axes):
    wide = widened(x)
    return np.add.reduce(wide, axes, wide.dtype).astype(x.dtype, copy=False)


@rule("reduce_prod")
def _reduce_prod(x, *, axes):
    wide = widened(x)
    return np.multiply.reduce(wide, axes, wide.dtype).astype(x.dtype, copy=False)


def lowest(dtype):
    """Return the least value of a dtype: where the search for a maximum begins."""
    if dtype.kind in "biu":
        return np.zeros((), dtype) if dtype.kind == "b" else np.array(np.iinfo(dtype).min, dtype)
    return np.array(-np.inf, dtype)


def highest(dtype):
    """Return the largest value of a dtype: where the search for a minimum begins."""
    if dtype.kind in "biu":
        return np.ones((), dtype) if dtype.kind == "b" else np.array(np.iinfo(dtype).max, dtype)
    return np.array(np.inf, dtype)


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
        padded = _pad(
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


# Shapes --------------------------------------------------------------------------------------------------------------


@rule("broadcast_in_dim")
def _broadcast_in_dim(x, *, shape, broadcast_dimensions):
    if x.ndim:
        sizes = [1] * len(shape)
        for size, d in zip(x.shape, broadcast_dimensions, strict=True):
            sizes[d] = size
        x = x.reshape(sizes)
    if x.shape == shape:
        return x
    if math.prod(shape) > _VIEWED_FROM:
        return np.broadcast_to(x, shape)
    out = np.empty(shape, x.dtype)
    out[...] = x
    return out


@rule("reshape")
def _reshape(x, *, new_sizes, dimensions):
    return (x if dimensions is None else x.transpose(dimensions)).reshape(new_sizes)


@rule("squeeze")
def _squeeze(x, *, dimensions):
    return x.squeeze(dimensions)


@rule("transpose")
def _transpose(x, *, permutation):
    return x.transpose(permutation)


@rule("rev")
def _rev(x, *, dimensions):
    return x[tuple(slice(None, None, -1) if d in dimensions else slice(None) for d in range(x.ndim))]


@rule("iota")
def _iota(*, dtype, shape, dimension):
    return _broadcast_in_dim(np.arange(shape[dimension]).astype(dtype), shape=shape, broadcast_dimensions=(dimension,))


@rule("empty2", "empty")
def _empty(*, dtype, shape=()):
    return np.zeros(shape, dtype)  # XLA's are zeros too


@rule("concatenate")
def _concatenate(*arrays, dimension):
    return np.concatenate(arrays, dimension)


@rule("stack")
def _stack(*arrays, axis):
    return np.stack(arrays, axis)


@rule("unstack")
def _unstack(x, *, axis):
    return list(np.moveaxis(x, axis, 0))


@rule("split")
def _split(x, *, sizes, axis):
    before, ends = (slice(None),) * axis, itertools.accumulate(sizes)
    return [x[(*before, slice(end - size, end))] for size, end in zip(sizes, ends, strict=True)]


@rule("tile")
def _tile(x, *, reps):
    return np.tile(x, reps)


@rule("pad")
def _pad(x, value, *, padding_config):
    if any(low < 0 or high < 0 for low, high, _ in padding_config):
        grown = _pad(x, value, padding_config=[(max(low, 0), max(high, 0), gap) for low, high, gap in padding_config])
        ends = zip(padding_config, grown.shape, strict=True)
        return grown[tuple(slice(max(-low, 0), max(n + min(high, 0), 0)) for (low, high, _), n in ends)]
    spans = [max(0, (n - 1) * (gap + 1) + 1) for n, (_, _, gap) in zip(x.shape, padding_config, strict=True)]
    out = np.empty([low + n + high for n, (low, high, _) in zip(spans, padding_config, strict=True)], x.dtype)
    out[...] = value
    out[tuple(slice(low, low + n, gap + 1) for n, (low, _, gap) in zip(spans, padding_config, strict=True))] = x
    return out


@rule("slice")
def _slice(x, *, start_indices, limit_indices, strides):
    return x[tuple(map(slice, start_indices, limit_indices, strides or (1,) * x.ndim))]


def _window(shape, sizes, starts):
    """Return the slices of a window that starts at `starts`, or as near as it fits."""
    return tuple(
        slice(first := min(max(int(start), 0), n - size), first + size)
        for n, size, start in zip(shape, sizes, starts, strict=True)
    )


@rule("dynamic_slice")
def _dynamic_slice(x, *starts, slice_sizes):
    return x[_window(x.shape, slice_sizes, starts)]


@rule("dynamic_update_slice")
def _dynamic_update_slice(x, update, *starts):
    out = np.array(x)
    out[_window(x.shape, update.shape, starts)] = update
    return out


# What passes its operands on.
def _same(x):
    return x


def _all_same(*operands):
    return list(operands)


RULES |= dict.fromkeys(("copy", "copy_p", "stop_gradient", "name", "reduced_vary_cast_p"), Rule(_same))
RULES |= dict.fromkeys(("optimization_barrier", "device_put"), Rule(_all_same))


# Gather and scatter --------------------------------------------------------------------------------------------------


class _Windows:
    """The static side of a gather or scatter: how N windows, one for each vector of `indices`, lie in an operand.

    An operand is indexed with its dimensions reordered, those that something chooses in first. What indexing gives
    then has the shape (N, *windows), a window's dimensions again with those first that have a start of their own.

    Args:
        shape: that of the operand.
        batch: the dimensions of the indices but the last.
        sizes: those of a window along each dimension of the operand.
        positions: of a window's dimensions in a result, or in updates.
        mapped: dimensions of the operand whose starts the indices hold.
        dropped: dimensions that windows have in the operand only, of size 1.
        batching, batching_indices: dimensions of the operand that go along with these of the indices.

    Attributes:
        axes: for each dimension of a result, its axis in (*batch, *windows).
        inverse: for each axis of (*batch, *windows), the dimension of a result.
    """

    def __init__(self, shape, batch, sizes, positions, mapped, dropped, batching, batching_indices):
        self.count, self.mapped = math.prod(batch), len(mapped)
        self._last = np.array([shape[d] - sizes[d] for d in mapped], np.intp)
        gone = {*dropped, *batching}
        chosen = sorted({*mapped, *gone})
        windows = [d for d in chosen if d not in gone]
        self._column = (-1, *(1,) * len(windows))
        self._starts = [mapped.index(d) if d in mapped else None for d in chosen]
        self._offsets = []
        for d in chosen:
            if d in windows:
                offset = np.arange(sizes[d]).reshape([-1 if each == d else 1 for each in windows])
            elif d in batching:
                along = batching_indices[batching.index(d)]
                offset = np.arange(shape[d]).reshape([-1 if each == along else 1 for each in range(len(batch))])
                offset = np.broadcast_to(offset, batch).reshape(self._column)
            else:
                offset = np.zeros((self.count, *self._column[1:]), np.intp)
            self._offsets.append(offset)
        if not chosen:  # all windows are the same
            self._starts, self._offsets = [None], [np.zeros(self.count, np.intp)]
        rest = [d for d in range(len(shape)) if d not in chosen]
        self._order, self._first = chosen + rest, (... if chosen else None, *(slice(sizes[d]) for d in rest))
        kept = windows + rest
        first, after = iter(range(len(batch))), iter(len(batch) + kept.index(d) for d in sorted(kept))
        self.axes = [next(after) if p in positions else next(first) for p in range(len(batch) + len(kept))]
        self.inverse = np.argsort(self.axes).tolist()

    def view(self, operand):
        """Return the operand as a view that `index` indexes."""
        return operand.transpose(self._order)[self._first]

    def index(self, indices):
        """Return what indexes the view, and which windows lie inside the operand: the others are moved there."""
        given = indices.reshape(self.count, self.mapped).astype(np.intp)
        starts = np.minimum(np.maximum(given, 0), self._last)
        inside = starts == given
        pairs = zip(self._starts, self._offsets, strict=True)
        index = tuple(o if s is None else starts[:, s].reshape(self._column) + o for s, o in pairs)
        return index, None if inside.all() else inside.all(1)


_remembered = functools.lru_cache(maxsize=1000)(_Windows)


def _windows(shape, batch, sizes, *others) -> _Windows:
    """Return the windows, made once unless they are large."""
    make = _remembered if math.prod(batch) + sum(sizes) <= _REMEMBERED else _Windows
    return make(shape, batch, sizes, *others)


@rule("gather")
def _gather(x, indices, *, dimension_numbers, slice_sizes, mode, fill_value):
    batch = indices.shape[:-1]
    positions, collapsed, mapped, batching, batching_indices = dimension_numbers
    windows = _windows(x.shape, batch, slice_sizes, positions, mapped, collapsed, batching, batching_indices)
    index, inside = windows.index(indices)
    found = windows.view(x)[index]
    if mode == GatherScatterMode.FILL_OR_DROP and inside is not None:
        inside = inside.reshape(-1, *(1,) * (found.ndim - 1))
        found = np.where(inside, found, _filling(x.dtype, fill_value))
    return found.reshape((*batch, *found.shape[1:])).transpose(windows.axes)


def _filling(dtype, value):
    if value is not None:
        return np.array(value, dtype)
    if dtype.kind in "bu":
        return highest(dtype)
    return lowest(dtype) if dtype.kind == "i" else np.array(np.nan, dtype)


def _scatter(ufunc):
    """Return the rule that combines updates into an operand; where `ufunc` is None, they replace what is there."""

    def run(x, indices, updates, *, update_jaxpr, dimension_numbers, mode):
        if ufunc is None and update_jaxpr is not None:
            return NotImplemented
        batch = indices.shape[:-1]
        positions, inserted, mapped, batching, batching_indices = dimension_numbers
        sizes = iter(updates.shape[position] for position in positions)
        sizes = tuple(1 if d in inserted or d in batching else next(sizes) for d in range(x.ndim))
        windows = _windows(x.shape, batch, sizes, positions, mapped, inserted, batching, batching_indices)
        updates = updates.transpose(windows.inverse)
        updates = updates.reshape((windows.count, *updates.shape[len(batch) :]))
        index, inside = windows.index(indices)
        if mode != GatherScatterMode.CLIP and inside is not None:  # what lies outside is dropped
            index, updates = tuple(each[inside] for each in index), updates[inside]
        out = np.array(x)
        view = windows.view(out)
        if ufunc is None:
            view[index] = updates
        elif len(updates) == 1:
            view[index] = ufunc(view[index], updates)  # one window has no place twice
        else:
            ufunc.at(view, index, updates)
        return out

    return Rule(run, ("update_jaxpr", "dimension_numbers", "mode"))


RULES |= {
    "scatter": _scatter(None),
    "scatter-add": _scatter(np.add),
    "scatter-sub": _scatter(np.subtract),
    "scatter-mul": _scatter(np.multiply),
    "scatter-min": _scatter(np.minimum),
    "scatter-max": _scatter(np.maximum),
}

"""Primitives that give elements another place: broadcasting, reshaping, joining, padding and slicing."""

import itertools
import math

import numpy as np

from jnet.recorder.primitives.rules import RULES, Rule, rule

_VIEWED_FROM = 8192  # elements: copying fewer is faster than making a broadcast view


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
def pad(x, value, *, padding_config):
    """Return the array with `value` around it and in gaps between its elements; negative padding takes away."""
    if any(low < 0 or high < 0 for low, high, _ in padding_config):
        grown = pad(x, value, padding_config=[(max(low, 0), max(high, 0), gap) for low, high, gap in padding_config])
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

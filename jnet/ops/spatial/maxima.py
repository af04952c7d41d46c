"""Maxima of windows, an axis after the other, and where in the input they stand.

Reduced first along the last axis and then along those before it, the first of equal values is the first in the order of
memory, as in PyTorch; and a window of k x k takes 2 k comparisons. Of several nan the last one counts, as in PyTorch.
Slices and comparisons alone have derivatives that need no scatter, which is slow on a CPU: 3 to 10 times as fast there
as the derivative of `lax.reduce_window`.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.spatial.mixing import picked

# Slices for windows up to this size; a larger one is laid out as an axis of its own and halved until one is left.
_LARGE = 16


class Best(NamedTuple):
    """Values, and their places in the input (as `places` counts them), None if nobody asks."""

    values: jax.Array
    places: jax.Array | None

    def map(self, function, *rest) -> "Best":
        """Return the function of the values, and of the places if there are any."""
        return Best(function(self.values, *rest), None if self.places is None else function(self.places, *rest))

    def results(self) -> tuple[jax.Array, jax.Array]:
        """Return the values, and the place of each."""
        assert self.places is not None
        return self.values, jnp.broadcast_to(self.places, self.values.shape)

    def joined(self, other: "Best", axis: int) -> "Best":
        """Return both, one behind the other along an axis."""
        values = jnp.concatenate([self.values, other.values], axis)
        if self.places is None or other.places is None:
            return Best(values, None)
        return Best(values, jnp.concatenate([self.places, other.places], axis))


def places(shape, n: int):
    """Return the number of each element of the last `n` axes, counted from 0; the axes before have size 1."""
    spatial = shape[-n:]
    return jnp.arange(math.prod(spatial)).reshape((1,) * (len(shape) - n) + tuple(spatial))


def lowest(dtype):
    """Return what no maximum is smaller than, as a NumPy scalar."""
    return np.array(-np.inf if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype).min, dtype)


def better(first: Best, second: Best, fresh: np.ndarray | bool = False) -> Best:
    """Return the larger of each pair, the first of equals, and the second where there is nothing before it."""
    takes = (second.values > first.values) | jnp.isnan(second.values) | fresh
    chosen = jnp.where(takes, second.values, first.values)
    if first.places is None or second.places is None:
        return Best(chosen, None)
    return Best(chosen, jnp.where(takes, second.places, first.places))


def along(best: Best, axis: int, size: int, window: int, stride: int = 1, dilation: int = 1, low: int = 0) -> Best:
    """Return the best of `size` windows along an axis, the first of which starts `low` places before it."""
    n = best.values.shape[axis]
    if size == n and window == stride == 1 and not low:
        return best
    index = np.arange(size)[:, None] * stride - low + np.arange(window)[None] * dilation
    inside = (index >= 0) & (index < n)
    if window > _LARGE:
        # An element counted twice changes no maximum: what stands outside gives way to the window's first or last.
        first, last = inside.argmax(1), window - 1 - inside[:, ::-1].argmax(1)
        within = np.clip(np.arange(window)[None], first[:, None], last[:, None])
        return of_blocks(best, axis, np.take_along_axis(index, within, 1))
    reach = (size - 1) * stride + 1
    pads = low, max(reach + (window - 1) * dilation - low - n, 0), 0
    if any(pads):
        best = best.map(_padded, axis, pads)
    slices = [best.map(lax.slice_in_dim, at, at + reach, stride, axis) for at in range(0, window * dilation, dilation)]
    found = slices[0]
    for k, each in enumerate(slices[1:], start=1):
        fresh = inside[:, k] & ~inside[:, :k].any(1)
        found = better(found, each, fresh.reshape(_on(axis, each.values.ndim, -1, 1)) if fresh.any() else False)
    return found


def of_blocks(best: Best, axis: int, index: np.ndarray) -> Best:
    """Return the best of windows along an axis, each a row of `index`."""
    size, window = index.shape
    n = best.values.shape[axis]

    def blocks(x):
        if size * window != n or (index.ravel() != np.arange(n)).any():
            x = picked(x, axis, index.ravel())
        return x.reshape(*x.shape[:axis], size, window, *x.shape[axis + 1 :])

    if best.places is not None:
        best = best._replace(places=jnp.broadcast_to(best.places, best.values.shape))
    best, axis = best.map(blocks), axis + 1
    while (count := best.values.shape[axis]) > 1:
        even = count - count % 2
        first, second = (best.map(lax.slice_in_dim, at, even, 2, axis) for at in (0, 1))
        halved = better(first, second)
        best = halved.joined(best.map(lax.slice_in_dim, even, count, 1, axis), axis) if count % 2 else halved
    return best.map(lambda x: x.squeeze(axis))


def _padded(x, axis: int, pads):
    """Return the array with what no maximum is smaller than, before and after an axis."""
    return lax.pad(x, lowest(x.dtype), _on(axis, x.ndim, pads, (0, 0, 0)))


def _on(axis: int, ndim: int, there, elsewhere) -> list:
    return [there if each == axis else elsewhere for each in range(ndim)]

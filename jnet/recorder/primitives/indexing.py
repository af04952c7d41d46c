"""Gather and scatter: windows read from, and written to, the places that an array of indices names."""

import functools
import math

import numpy as np
from jax.lax import GatherScatterMode

from jnet.recorder.primitives.rules import RULES, Rule, highest, lowest, rule

_REMEMBERED = 8192  # positions: plans of gathers and scatters with more are made anew each time


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

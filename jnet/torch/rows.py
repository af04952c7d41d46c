"""Iterating over a tensor: its rows are views, and adding them up with Python's `sum` costs no recording.

Sums, differences and products of a few numbers of one dtype have one right answer, so NumPy may give it at once. Only
rows of a known tensor (and what comes of them) are treated so: elsewhere, what is recorded must not depend on what
happens to be known.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator

import numpy as np

from jnet.recorder import Layout, Link, Storage, Value, aval, link
from jnet.torch.tensor import Tensor, edge_of, grad_mode, layout_of, window
from jnet.torch.viewing import crop

_SMALL = 256  # elements of a row
_MANY = 1000  # rows: to add up more would be recorded as many programs, so the tensor is computed first


class _Known:
    """What the rows of one tensor share: their kind, and their elements while the storage holds `source`."""

    __slots__ = ("elements", "kind", "results", "source")

    def __init__(self, kind, source: np.ndarray | None = None, elements: np.ndarray | None = None):
        self.kind, self.source, self.elements = kind, source, elements
        self.results = self if source is None else _Known(kind)  # what marks sums of rows


AT_ONCE = {"add": operator.add, "sub": operator.sub, "mul": operator.mul}
REFLECTED = {"add": operator.add, "mul": operator.mul}  # of a whole number and a row


def rows(input: Tensor) -> Iterator[Tensor]:
    """Give the slices along the first dimension, without it."""
    layout = layout_of(input)
    count, step = layout.shape[0], layout.strides[0]
    if not count or (grad_mode.enabled and edge_of(input) is not None):
        for i in range(count):
            row = crop(input, 0, (i,), "UnbindBackward0")
            row._number = i
            yield row
        return
    shape, strides, start = layout.shape[1:], layout.strides[1:], layout.offset
    storage, links = input._storage, input._links
    one = link("crop", "UnbindBackward0", (0,), plan=("one", *(None for _ in shape)))
    call, write = one.call, one.write
    base = (input if input._base is None else input._base) if grad_mode.enabled else None
    known = _known(storage, layout, input._aval.dtype)
    new = object.__new__
    for i in range(count):
        row = new(Tensor)
        row._storage = storage
        row._links = (*links, Link(call, write, (i,)))
        row._layout = Layout(shape, strides, start + i * step)
        if input._bits is not None:
            row._bits = input._bits
        if base is not None:
            row._base, row._seen = base, storage.version[0]
        if known is not None:
            row._at_once = known
        yield row


def _known(storage: Storage, layout: Layout, dtype: np.dtype) -> _Known | None:
    """Return what small rows share, if the storage is known on the host and nobody else writes to it."""
    value = storage.value
    size = int(np.prod(layout.shape[1:], dtype=np.int64))
    if size > _SMALL or storage.memory is not None or value.aval.device is not None or value.aval.dtype != dtype:
        return None
    if value.array is None and layout.shape[0] > _MANY:
        value.known()
    if value.array is None or dtype.kind not in "fiu":
        return None
    if type(value.array) is not np.ndarray:
        value.array = np.asarray(value.array)
    return _Known(aval(layout.shape[1:], dtype), value.array, window(value.array, layout))


def _array(tensor: Tensor):
    """Return the elements of a row, or of a result of rows; None if they are no longer at hand."""
    storage, known = tensor._storage, tensor._at_once
    array = storage.value.array
    if array.__class__ is not np.ndarray or storage.memory is not None:
        return None
    if known.source is None:
        return array
    return known.elements[tensor._links[-1].numbers[0]] if array is known.source else None


def at_once(function: Callable, left: Tensor, right) -> Tensor | None:
    """Return the result of one of `AT_ONCE` on a row and a row or whole number; None if it has to be recorded."""
    known = left._at_once
    assert known is not None
    x = _array(left)
    if right.__class__ is int and known.kind.dtype.kind == "f":
        y = right
    elif right.__class__ is Tensor and right._at_once is not None and right._at_once.kind is known.kind:
        y = _array(right)
    else:
        return None
    if x is None or y is None:
        return None
    result = function(x, y)  # without np.errstate, which takes longer: an overflow is inf, and NumPy may say so
    tensor = object.__new__(Tensor)
    tensor._storage = Storage(Value(known.kind, np.asarray(result)))
    tensor._at_once = known.results
    return tensor

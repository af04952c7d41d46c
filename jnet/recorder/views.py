"""Views: windows on a storage, each described by its strides and by the links that lead to it.

The strides are PyTorch's, in elements; they say which shapes a view can take without a copy, and which elements two
views share. The links compute the view from the storage's value, and the value that a write through the view gives.
"""

from __future__ import annotations

import functools
import math

from jnet.ops.registry import unpacking
from jnet.ops.shapes import view as ops
from jnet.recorder.calls import Call

_FORWARD = {
    "crop": (ops.crop, ops.write_crop),
    "permute": (ops.permute, ops.write_permute),
    "reshape": (ops.reshape, ops.write_reshape),
    "expand": (ops.expand, None),
    "diagonal": (ops.diagonal, ops.write_diagonal),
    "unfold": (ops.unfold, ops.write_unfold),
    "as_strided": (ops.as_strided, ops.write_as_strided),
    "as_real": (ops.as_real, ops.write_as_real),
    "as_complex": (ops.as_complex, ops.write_as_complex),
    "bits": (ops.bits, ops.write_bits),
    "detach": (ops.detach, ops.write_detach),  # where JAX traces; on the tape it takes no link
}


class Link:
    """One step from an array to a view of it; it does not change. (No dataclass: a view is made for every row.)

    Attributes:
        call: computes the view from the array and the numbers.
        write: computes the array from the array, the view's new value and the numbers; None where elements overlap.
        numbers: starts of slices.
    """

    __slots__ = ("call", "numbers", "write")

    def __init__(self, call: Call, write: Call | None, numbers: tuple[int, ...] = ()):
        self.call, self.write, self.numbers = call, write, numbers


@functools.lru_cache(maxsize=10_000)
def _calls(kind: str, grad_fn: str, settings: tuple) -> tuple[Call, Call | None]:
    forward, write = _FORWARD[kind]
    chosen = dict(settings)
    seen = Call(functools.partial(unpacking(forward), **chosen), kind, grad_fn, "nothing")
    if write is None:
        return seen, None
    return seen, Call(functools.partial(unpacking(write), **chosen), f"write {kind}", "CopySlices", "nothing")


def link(kind: str, grad_fn: str, numbers: tuple[int, ...] = (), **settings) -> Link:
    """Return the link of this kind and these settings (see `jnet.ops.shapes.view`)."""
    call, write = _calls(kind, grad_fn, tuple(settings.items()))
    return Link(call, write, numbers)


class Layout:
    """How a view lies in its storage: sizes, strides and offset, in elements; it does not change."""

    __slots__ = ("offset", "shape", "strides")

    def __init__(self, shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0):
        self.shape, self.strides, self.offset = shape, strides, offset

    def is_contiguous(self) -> bool:
        """Tell whether the elements follow each other in row-major order."""
        expected = 1
        for size, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
            if size == 0:
                return True
            if size != 1:
                if stride != expected:
                    return False
                expected *= size
        return True

    def overlaps(self) -> bool:
        """Tell whether two places may be one element: then it must not be written to."""
        dims = sorted((stride, size) for size, stride in zip(self.shape, self.strides, strict=True) if size > 1)
        if math.prod(self.shape) == 0:
            return False
        reach = 0
        for stride, size in dims:
            if stride <= reach:
                return True
            reach += stride * (size - 1)
        return False

    def reshaped(self, shape: tuple[int, ...]) -> Layout | None:
        """Return the layout of the same elements in another shape, or None if that needs a copy."""
        strides = _strides_of_view(self.shape, self.strides, shape)
        return None if strides is None else Layout(shape, strides, self.offset)


@functools.lru_cache(maxsize=10_000)
def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the strides of a new array of this shape."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def _strides_of_view(old: tuple[int, ...], strides: tuple[int, ...], new: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the strides with which `new` shows the elements of `old`; None if there are none.

    Dimensions of `old` that lie as one are merged into chunks; each chunk must be cut into whole dimensions of `new`.
    """
    if math.prod(old) == 0:
        return strides if old == new else contiguous_strides(new)
    if not old:
        return (1,) * len(new)
    found = [0] * len(new)
    at, base, chunk = len(new) - 1, strides[-1], 1
    for dim in range(len(old) - 1, -1, -1):
        chunk *= old[dim]
        if dim == 0 or (old[dim - 1] != 1 and strides[dim - 1] != chunk * base):
            part = 1
            while at >= 0 and (part < chunk or new[at] == 1):
                found[at] = part * base
                part *= new[at]
                at -= 1
            if part != chunk:
                return None
            if dim > 0:
                base, chunk = strides[dim - 1], 1
    return tuple(found) if at == -1 else None

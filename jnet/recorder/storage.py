"""Storages: cells that hold an immutable value, and are given another one when something writes to them."""

from __future__ import annotations

from collections.abc import Sequence
from sys import getrefcount

import numpy as np

from jnet.recorder.tape import Edge, record_on_tape
from jnet.recorder.trace import record
from jnet.recorder.values import Value, known
from jnet.recorder.views import Link


class Storage:
    """A cell with a value, shared by a tensor and its views.

    Attributes:
        value: the value of the whole cell.
        version: how often it was written to, and then what wrote to it last on the tape, as a list that the tape may
            keep.
        memory: the NumPy array that shares it, if any: `from_numpy` and `Tensor.numpy` make one. Somebody else may
            write to it at any time, so it is compared with the last value seen at each read.
    """

    __slots__ = ("__weakref__", "memory", "value", "version")

    def __init__(self, value: Value):
        self.value = value
        self.version: list = [0]
        self.memory: np.ndarray | None = None

    def read(self) -> Value:
        """Return the value as it is now."""
        if self.memory is not None:
            self._look_at_memory()
        return self.value

    def _look_at_memory(self) -> None:
        alone = _is_alone(self)
        seen, memory = self.value.numpy(), self.memory
        assert memory is not None
        if alone:
            self.memory = None
            if seen is not memory and not _same(seen, memory):
                self.value = known(memory)
        elif not _same(seen, memory):
            self.value = known(np.array(memory))

    def share(self, memory: np.ndarray | None = None) -> np.ndarray:
        """Return a NumPy array that shares the storage: what is written to one is seen in the other."""
        if memory is not None:
            self.memory = memory
        if self.memory is None:
            self.memory = np.array(self.value.numpy())
        return self.memory

    def replace(self, value: Value, version: list[int] | None = None) -> None:
        """Give the storage another value, and count that, in `version` if it is given."""
        (version or self.version)[0] += 1
        self.value = value
        if self.memory is not None:
            np.copyto(self.memory, value.numpy())


def _counts(holder) -> tuple[int, int]:
    """Return the reference counts of the holder's memory, and of what that is a view of."""
    return getrefcount(holder.memory), getrefcount(holder.memory.base)


class _Holder:
    """Holds memory that nothing else holds, to find what the counts are then."""

    def __init__(self, memory: np.ndarray):
        self.memory = memory


_ALONE = _counts(_Holder(np.empty(2)[:1]))


def _is_alone(holder) -> bool:
    """Tell whether nobody else can write to the holder's memory."""
    count, of_base = _counts(holder)
    base = holder.memory.base
    if count > _ALONE[0]:
        return False
    return base is None or (type(base) is np.ndarray and base.base is None and of_base <= _ALONE[1])


def _same(left: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether two arrays of one shape and dtype hold the same bytes."""
    if left.flags.c_contiguous and right.flags.c_contiguous:
        words = np.uint64 if left.nbytes % 8 == 0 else np.uint8
        return np.array_equal(left.reshape(-1).view(words), right.reshape(-1).view(words))
    return left.tobytes() == right.tobytes()


def read_view(storage: Storage, links: Sequence[Link]) -> Value:
    """Return the value of a view."""
    value = storage.read()
    for each in links:
        value = record(each.call, [value, *each.numbers])
    return value


def write_view(
    value: Value, links: Sequence[Link], new: Value, edge: Edge | None = None, new_edge: Edge | None = None
) -> tuple[Value, Edge | None]:
    """Return what a write of `new` through a view makes of the value that the links start from, and its edge.

    Args:
        edge: where the value came from, on the tape.
        new_edge: where the new one came from.

    Raises:
        RuntimeError: if elements of the view share a place.
    """
    levels = [(value, edge)]
    for each in links[:-1]:
        levels.append(_taped(each.call, levels[-1], [], each.numbers))
    written = (new, new_edge)
    for each, level in zip(reversed(links), reversed(levels), strict=True):
        if each.write is None:
            raise RuntimeError(
                "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                "location. Please clone() the tensor before performing the operation."
            )
        written = _taped(each.write, level, [written], each.numbers)
    return written


def _taped(call, first, others, numbers):
    pairs = [first, *others]
    edges = [edge for _, edge in pairs]
    tape = [*edges, *(None for _ in numbers)] if any(edge is not None for edge in edges) else None
    value, node = record_on_tape(call, [*(value for value, _ in pairs), *numbers], tape)
    return value, None if node is None else (node, 0)

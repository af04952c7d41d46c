"""Values: immutable arrays that are known, or that a trace has yet to compute."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


class Aval:
    """What is known of an array without its values: shape, dtype and device. Equal ones are one object.

    Attributes:
        device: the accelerator that holds it, or None for the host.
    """

    __slots__ = ("device", "dtype", "ndim", "shape", "size")

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype, device):
        self.shape, self.dtype, self.device = shape, dtype, device
        self.ndim = len(shape)
        self.size = int(np.prod(shape, dtype=np.int64)) if shape else 1

    def struct(self) -> jax.ShapeDtypeStruct:
        """Return it in JAX's form."""
        return jax.ShapeDtypeStruct(self.shape, self.dtype)

    def __repr__(self) -> str:
        return f"{self.dtype.name}[{','.join(map(str, self.shape))}]"


_AVALS: dict[tuple, Aval] = {}


def aval(shape: tuple[int, ...], dtype: np.dtype, device=None) -> Aval:
    """Return the one `Aval` of this shape, dtype and device."""
    key = (shape, dtype, device)
    found = _AVALS.get(key)
    if found is None:
        if len(_AVALS) > 100_000:  # a program whose shapes always change must not grow without end
            _AVALS.clear()
        found = _AVALS[key] = Aval(shape, dtype, device)
    return found


class Value:
    """An immutable array: `array` holds it once it is known; until then it is slot number `slot` of `trace`.

    A known value that a trace uses has a slot there too. `checked` holds what was found to be true of its numbers.
    """

    __slots__ = ("array", "aval", "checked", "slot", "trace")

    def __init__(self, aval: Aval, array: Any = None, trace: Any = None, slot: int = -1):
        self.aval, self.array, self.trace, self.slot = aval, array, trace, slot
        self.checked: set | None = None

    def known(self):
        """Return the array (NumPy's or JAX's), running the trace that computes it if need be."""
        if self.array is None:
            self.trace.owner.flush_trace(self.trace)
            if self.array is None:
                raise RuntimeError(
                    "This tensor was never computed: the program that it is part of failed. The first error tells why."
                )
        return self.array

    def numpy(self) -> np.ndarray:
        """Return the array on the host; it may be read-only, and must not be written to."""
        array = self.known()
        found = array if type(array) is np.ndarray else np.asarray(array)
        if self.trace is not None and self.trace.owner.unverified:
            self.trace.owner.settle()
        return found


def known(array, device=None) -> Value:
    """Return the value of an array that nobody will write to any more: NumPy's or JAX's."""
    return Value(aval(tuple(array.shape), np.dtype(array.dtype), device), array)

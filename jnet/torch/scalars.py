"""Python's numbers on their way into tensors: which count as numbers, and which a dtype cannot hold."""

from __future__ import annotations

import math
import operator

import numpy as np

_NAMES = {"float64": "double", "float16": "double", "bfloat16": "double", "float32": "float", "int64": "int64_t",
          "int32": "int", "int16": "int16_t", "int8": "int8_t", "uint8": "uint8_t",
          "complex64": "c10::complex<float>", "complex128": "c10::complex<double>"}  # fmt: skip


def as_number(value):
    """Return Python's own number for one that PyTorch takes as a number, else None: of NumPy's, integers and doubles.

    Raises:
        ValueError: for integers of more than 64 bits.
    """
    if isinstance(value, bool | float | complex):
        return value if type(value) in (bool, float, complex) else value.item() if hasattr(value, "item") else value  # pyright: ignore
    if not isinstance(value, int | np.integer):
        return None
    number = operator.index(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError("Overflow when unpacking long long")
    return number


def check_fits(number, dtype: np.dtype) -> None:
    """Raise PyTorch's error unless the dtype can hold a number; fractions are cut off, -1 becomes 255 as a byte.

    Raises:
        RuntimeError: if it cannot.

    Example:
        >>> check_fits(300, np.dtype("uint8"))
        Traceback (most recent call last):
        RuntimeError: value cannot be converted to type uint8_t without overflow
    """
    if not fits(number, dtype):
        raise RuntimeError(f"value cannot be converted to type {_NAMES.get(dtype.name, dtype.name)} without overflow")


def fits(number, dtype: np.dtype) -> bool:
    """Tell whether the dtype can hold a number."""
    if dtype.kind == "b":
        return True
    if isinstance(number, complex):
        if dtype.kind == "c":
            part = np.dtype(np.float32 if dtype.itemsize == 8 else np.float64)
            return fits(number.real, part) and fits(number.imag, part)
        return number.imag == 0 and fits(number.real, dtype)
    if dtype.kind == "c":
        return fits(number, np.dtype(np.float32 if dtype.itemsize == 8 else np.float64))
    if dtype.kind in "iu":
        if not math.isfinite(number):
            return False
        limits = np.iinfo(dtype)  # whose bounds are Python's integers
        wraps = dtype.kind == "u" and isinstance(number, int)  # a negative integer, as in C
        return (-limits.max if wraps else limits.min) <= number <= limits.max
    # PyTorch converts to the short floating point dtypes by way of double, which holds every number.
    return dtype != np.float32 or not math.isfinite(number) or abs(number) <= float(np.finfo(np.float32).max)


def number_array(number, dtype: np.dtype) -> np.ndarray:
    """Return the number as a 0-dim array of the dtype.

    Raises:
        RuntimeError: if the dtype cannot hold it.
    """
    check_fits(number, dtype)
    if isinstance(number, complex) and dtype.kind != "c":
        number = number.real if dtype.kind != "b" else bool(number)
    if dtype.kind in "iu":
        return np.array(int(number), np.int64).astype(dtype)  # pyright: ignore
    with np.errstate(over="ignore"):
        return np.array(number).astype(dtype)


def type_name(value) -> str:
    """Return the name of a value's type as C has it: types made by Python come without, others with their module.

    Example:
        >>> type_name(np.float64(1)), type_name([])
        ('numpy.float64', 'list')
    """
    kind = type(value)
    if kind.__module__ == "jnet.torch.dtypes":  # in PyTorch these are made by C
        return f"torch.{kind.__name__}"
    made_by_python = kind.__flags__ & (1 << 9)
    return kind.__name__ if made_by_python or kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"

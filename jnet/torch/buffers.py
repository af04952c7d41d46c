"""Tensors of memory that something else owns."""

from __future__ import annotations

import warnings

import numpy as np

from jnet.torch.arrays import from_numpy, numpy_dtype
from jnet.torch.tensor import Tensor


def frombuffer(buffer, *, dtype=None, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """Return a vector that shares the memory of a buffer, such as bytes, from `offset` bytes on.

    Args:
        count: how many elements; all by default.

    Raises:
        ValueError: for what is no buffer, or has not that many bytes.

    Example:
        >>> import jnet.torch as torch
        >>> torch.frombuffer(bytearray([1, 0, 2, 0]), dtype=torch.int16)
        tensor([1, 2], dtype=torch.int16)

    See: https://docs.pytorch.org/docs/stable/generated/torch.frombuffer.html
    """
    if dtype is None:
        raise TypeError('frombuffer() missing 1 required positional arguments: "dtype"')
    try:
        view = memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    if view.readonly:
        warnings.warn(_READ_ONLY, UserWarning, stacklevel=2)
    kind, total = numpy_dtype(dtype), view.nbytes
    size = kind.itemsize
    if not total or not count:
        raise ValueError(f"both buffer length ({total}) and count ({count}) must not be 0")
    if not 0 <= offset < total:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({total} bytes) minus 1"
        )
    if count < 0:
        if (total - offset) % size:
            raise ValueError(
                f"buffer length ({total - offset} bytes) after offset ({offset} bytes) must be a multiple of element "
                f"size ({size})"
            )
        count = (total - offset) // size
    if offset + count * size > total:
        raise ValueError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({total} bytes)"
        )
    array = np.frombuffer(buffer, kind, count, offset)
    if not array.flags.writeable:
        array = array.copy()  # nothing writes to what the owner does not want to change
    return from_numpy(array).requires_grad_(requires_grad) if requires_grad else from_numpy(array)


_READ_ONLY = (
    "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to "
    "the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its "
    "data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest "
    "of this program."
)

"""The constructors of PyTorch's early days: `FloatTensor(2, 3)`, `LongTensor([1, 2])`, `Tensor(5, 3)`."""

from __future__ import annotations

import numpy as np

from jnet.ops.promotion import Default
from jnet.torch import dtypes
from jnet.torch.creation import array_of
from jnet.torch.tensor import Tensor, detached, from_array, value_of, wrap


def construct(args: tuple, kind: np.dtype, name: str) -> Tensor:
    """Return zeros of the sizes `args`, or a tensor of the data that they are.

    Raises:
        TypeError: for data of another dtype, or no data at all.
    """
    if not args:
        return from_array(np.empty(0, kind))
    if all(isinstance(each, int | np.integer) and not isinstance(each, bool) for each in args):
        return from_array(np.zeros(args, kind))
    if len(args) > 1:
        raise TypeError(f"{name}(): expected sizes or one sequence of data, got {len(args)} arguments")
    (data,) = args  # pyright: ignore[reportAssignmentType]
    if isinstance(data, dtypes.Size):
        return from_array(np.zeros(data, kind))
    if isinstance(data, Tensor):
        if data._aval.dtype != kind:
            raise TypeError(f"expected {dtypes.dtype.from_numpy(kind)} (got {data.dtype})")
        return detached(data)
    if isinstance(data, int | float | bool | str):
        raise TypeError(f"new(): data must be a sequence (got {type(data).__name__})")
    if isinstance(data, np.ndarray) and data.dtype == kind:
        from jnet.torch.creation import from_numpy

        return from_numpy(data)
    array = array_of(data)
    return from_array(array.astype(kind))


class _Legacy(type):
    """The type of `FloatTensor` and its like: calling makes a tensor, isinstance looks at the dtype."""

    dtype: dtypes.dtype
    is_cuda = False

    def __call__(cls, *args, device=None):
        if cls.is_cuda:
            raise TypeError(
                f"type {cls.__module__}.{cls.__name__} not available; write torch.tensor(..., device='cuda')."
            )
        return construct(args, cls.dtype._numpy, cls.__name__)

    def __instancecheck__(cls, other) -> bool:
        return isinstance(other, Tensor) and other.dtype is cls.dtype

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"


def _legacy(name: str, dtype: dtypes.dtype):
    return _Legacy(
        name, (), {"dtype": dtype, "__doc__": f"Tensors of {dtype}, by sizes or data.", "__module__": "torch"}
    )


TYPES = {
    f"{name}Tensor": _legacy(f"{name}Tensor", dtype)
    for name, dtype in {
        "Float": dtypes.float32, "Double": dtypes.float64, "Half": dtypes.float16, "BFloat16": dtypes.bfloat16,
        "Long": dtypes.int64, "Int": dtypes.int32, "Short": dtypes.int16, "Char": dtypes.int8, "Byte": dtypes.uint8,
        "Bool": dtypes.bool_,
    }.items()
}  # fmt: skip


def _construct(*args, device=None) -> Tensor:
    return construct(args, Default.dtype, "Tensor")


Tensor._construct = staticmethod(_construct)
_ = (value_of, wrap)

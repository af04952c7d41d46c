"""The constructors of PyTorch's early days: `FloatTensor(2, 3)`, `LongTensor([1, 2])`, `Tensor(5, 3)`."""

from __future__ import annotations

import warnings

import numpy as np

from jnet.ops.promotion import Default
from jnet.torch import dtypes
from jnet.torch.arrays import array_of, from_numpy
from jnet.torch.scalars import type_name
from jnet.torch.tensor import Tensor, detached, from_array


def construct(args: tuple, kind: np.dtype, name: str) -> Tensor:
    """Return zeros of the sizes `args`, or a tensor of the data that they are.

    Raises:
        TypeError: for data of another dtype, or no data at all.
        RuntimeError: for negative sizes.
    """
    if not args:
        return from_array(np.empty(0, kind))
    (data, *more) = args
    sizes = data if isinstance(data, dtypes.Size) and not more else args
    if all(isinstance(each, int | np.integer) and not isinstance(each, bool) for each in sizes):
        if min(sizes, default=0) < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {min(sizes)}: {list(sizes)}")
        return from_array(np.zeros(sizes, kind))
    if more:
        given = ", ".join(type_name(each) for each in args)
        raise TypeError(
            f"new() received an invalid combination of arguments - got ({given}), but expected one of:\n"
            f"{name}(*sizes), {name}(sequence of data)"
        )
    if isinstance(data, Tensor):
        if data._aval.dtype != kind and name != "Tensor":
            raise TypeError(f"expected {dtypes.dtype.from_numpy(kind)} (got {data.dtype})")
        return detached(data)
    if isinstance(data, int | float):
        raise TypeError(f"new(): data must be a sequence (got {type(data).__name__})")
    if isinstance(data, np.ndarray) and data.dtype == kind:
        return from_numpy(data)
    return from_array(array_of(data).astype(kind))


def set_default_tensor_type(t) -> None:
    """Make the dtype of a legacy type, such as `torch.DoubleTensor`, the default one.

    See: https://docs.pytorch.org/docs/stable/generated/torch.set_default_tensor_type.html
    """
    warnings.warn(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
        "torch.set_default_device() as alternatives.",
        UserWarning,
        stacklevel=2,
    )
    dtypes.set_default_dtype((TYPES[t.removeprefix("torch.")] if isinstance(t, str) else t).dtype)


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

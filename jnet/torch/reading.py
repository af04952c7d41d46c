"""Tensors seen from the host: Python's numbers, protocols and texts, NumPy's arrays, DLPack and JAX."""

from __future__ import annotations

import enum
import operator
import warnings

import numpy as np

from jnet.torch import printing, rows
from jnet.torch.arrays import tensor
from jnet.torch.tensor import Tensor, edge_of, grad_mode, layout_of, numpy_of, shape_of, value_of

METHODS: dict = {}


def _method(function):
    METHODS[function.__name__] = function
    return function


@_method
def item(self):
    """Return the one element as a Python number.

    Raises:
        RuntimeError: if there are more, or none.
    """
    array = numpy_of(self)
    if array.size != 1:
        raise RuntimeError(f"a Tensor with {array.size} elements cannot be converted to Scalar")
    return array.item() if array.dtype.kind != "V" else float(array.reshape(())[()])


@_method
def tolist(self):
    """Return the elements as nested lists of Python numbers."""
    array = numpy_of(self)
    return array.astype(np.float32).tolist() if array.dtype.kind == "V" else array.tolist()


@_method
def numpy(self, *, force: bool = False):
    """Return a NumPy array that shares the tensor's memory: what is written to one is seen in the other.

    Raises:
        RuntimeError: if the tensor requires grad (use `detach().numpy()`).
        TypeError: if it lies on an accelerator (use `.cpu()`), or NumPy has no such dtype.
    """
    if force:
        return self.detach().cpu().numpy()
    if self.requires_grad:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    if self._aval.device is not None:
        raise TypeError(
            f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host "
            "memory first."
        )
    if self._aval.dtype.kind == "V" or self._aval.dtype.name == "bfloat16":
        raise TypeError("Got unsupported ScalarType BFloat16")
    layout = layout_of(self)
    memory = self._storage.share()
    if not self._links:
        return memory
    flat = memory.reshape(-1).view(self._aval.dtype)
    strides = [stride * flat.itemsize for stride in layout.strides]
    return np.lib.stride_tricks.as_strided(flat[layout.offset :], layout.shape, strides)


@_method
def __array__(self, dtype=None, copy=None):
    array = self.numpy()
    if dtype is not None and array.dtype != dtype:
        return array.astype(dtype)
    return array.copy() if copy else array


@_method
def __array_wrap__(self, array, context=None, return_scalar=False):
    return tensor(array.astype(np.uint8) if array.dtype == np.bool_ else array)  # bytes, as PyTorch has it


@_method
def __bool__(self):
    array = numpy_of(self)
    if array.size != 1:
        what = "no values" if array.size == 0 else "more than one value"
        raise RuntimeError(f"Boolean value of Tensor with {what} is ambiguous")
    return bool(array.reshape(())[()])


def _single(self, name: str | None = None, warns: bool = False):
    """Return the one element; `name` is PyTorch's of a type that cannot hold complex numbers."""
    if self.numel() != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    if warns and grad_mode.enabled and self.requires_grad:
        warnings.warn(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
            "Consider using tensor.detach() first.",
            UserWarning,
            stacklevel=3,
        )
    value = self.item()
    if name is not None and isinstance(value, complex):
        if value.imag:
            raise RuntimeError(f"value cannot be converted to type {name} without overflow")
        return value.real
    return value


@_method
def __int__(self):
    return int(_single(self, "int64_t"))


@_method
def __float__(self):
    return float(_single(self, "double", warns=True))


@_method
def __complex__(self):
    return complex(_single(self, warns=True))


@_method
def __index__(self):
    if self._aval.dtype.kind not in "biu" or self.numel() != 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return operator.index(self.item())


@_method
def __len__(self):
    shape = shape_of(self)
    if not shape:
        raise TypeError("len() of a 0-d tensor")
    return shape[0]


@_method
def __delitem__(self, index):
    raise TypeError("Tensor does not support deleting items")


@_method
def __iter__(self):
    if not shape_of(self):
        raise TypeError("iteration over a 0-d tensor")
    return rows.rows(self)


@_method
def __contains__(self, element):
    if isinstance(element, Tensor | bool | int | float | complex):
        return bool((self == element).any())
    raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")


@_method
def __format__(self, spec):
    if self.ndim == 0 and type(self) is Tensor:
        return format(self.item(), spec)
    return object.__format__(self, spec)


@_method
def __repr__(self, *, tensor_contents=None):
    edge = edge_of(self, leaf=False)
    return printing.format_tensor(
        numpy_of(self),
        place=None if self._aval.device is None else self.device,
        grad_fn=None if edge is None else type(edge[0]).__name__,
        requires_grad=self._requires,
    )


@_method
def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
    if self.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if self._aval.device is not None:
        return value_of(self).known().__dlpack__(stream=stream)
    return self.detach().numpy().__dlpack__()


@_method
def __dlpack_device__(self):
    return (DLDeviceType.CPU, 0) if self._aval.device is None else (DLDeviceType.CUDA, self._aval.device.id)


class DLDeviceType(enum.IntEnum):
    """DLPack's numbers of kinds of devices."""

    CPU = 1
    CUDA = 2


@_method
def __jax_array__(self):
    """Let JAX take the tensor as an array."""
    import jax.numpy as jnp

    return jnp.asarray(value_of(self).known())


METHODS["__array_priority__"] = 1000  # NumPy's arrays leave operators with tensors to the tensors

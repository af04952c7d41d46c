"""Conversions of tensors to other dtypes and devices."""

from __future__ import annotations

from jnet.ops.checks import dtype_name
from jnet.torch import dtypes, hooks
from jnet.torch.arrays import jax_device, numpy_dtype, on_device
from jnet.torch.dispatch import CALLERS
from jnet.torch.dtypes import device as Device
from jnet.torch.dtypes import dtype as Dtype
from jnet.torch.tensor import Tensor, grad_mode, value_of, wrap

METHODS: dict = {}


def _method(function):
    METHODS[function.__name__] = function
    return function


@_method
def to(self, *args, device=None, dtype=None, non_blocking=False, copy=False, memory_format=None):
    """Return the tensor in another dtype or on another device; itself if it has them already.

    Args:
        args: a dtype, a device (or its name), or a tensor whose dtype and device to take.
    """
    for argument in args:
        if isinstance(argument, Dtype) or (isinstance(argument, type) and argument in (float, int, bool, complex)):
            dtype = argument
        elif isinstance(argument, Tensor):
            dtype, device = argument.dtype, argument.device
        elif isinstance(argument, str | Device):
            device = argument
        elif isinstance(argument, int) and not isinstance(argument, bool):
            device = Device("cuda", argument)
        elif isinstance(argument, bool) or argument is None:
            continue
        else:
            raise TypeError(
                f"to() received an invalid combination of arguments - got ({type(argument).__name__}), but expected "
                "one of:\n (torch.device device, torch.dtype dtype), (torch.dtype dtype) or (Tensor tensor)"
            )
    result = self
    if dtype is not None and numpy_dtype(dtype) != self._aval.dtype:
        result = CALLERS["to_dtype"](result, dtype=Dtype.from_numpy(numpy_dtype(dtype)))
    if device is not None:
        result = _moved(result, jax_device(device))
    return CALLERS["clone"](result) if copy and result is self else result


def _moved(self, device):
    if self._aval.device is device:
        return self
    if grad_mode.enabled and self.requires_grad:
        return hooks.moved(self, device, on_device)
    return wrap(on_device(value_of(self), device))


def _conversion(name, target):
    def method(self, memory_format=None):
        return self.to(target() if callable(target) and not isinstance(target, Dtype) else target)

    method.__name__, method.__doc__ = name, f"Return the tensor as {name}."
    METHODS[name] = method


for _name, _target in {
    "float": dtypes.float32, "double": dtypes.float64, "half": dtypes.float16, "bfloat16": dtypes.bfloat16,
    "long": dtypes.int64, "int": dtypes.int32, "short": dtypes.int16, "char": dtypes.int8, "byte": dtypes.uint8,
    "bool": dtypes.bool_, "cfloat": dtypes.complex64, "cdouble": dtypes.complex128,
}.items():  # fmt: skip
    _conversion(_name, _target)


@_method
def cpu(self, memory_format=None):
    """Return the tensor on the host."""
    return _moved(self, None)


@_method
def cuda(self, device=None, non_blocking=False, memory_format=None):
    """Return the tensor on an accelerator."""
    return _moved(self, jax_device(Device("cuda", device or 0) if not isinstance(device, str | Device) else device))


_LEGACY = {dtype_name(d._numpy): d for d in (dtypes.float32, dtypes.float64, dtypes.float16, dtypes.bfloat16,
           dtypes.int64, dtypes.int32, dtypes.int16, dtypes.int8, dtypes.uint8, dtypes.bool_)}  # fmt: skip


def type_(self, dtype=None, non_blocking=False):
    """Return the name of the tensor's type, such as torch.FloatTensor; or the tensor in another dtype."""
    if dtype is None:
        place = "" if self._aval.device is None else "cuda."
        return f"torch.{place}{dtype_name(self._aval.dtype)}Tensor"
    if isinstance(dtype, Dtype):
        return self.to(dtype)
    name = dtype if isinstance(dtype, str) else f"{dtype.__module__}.{dtype.__name__}".removeprefix("builtins.")
    kind = _LEGACY.get(name.split(".")[-1].removesuffix("Tensor"))
    if kind is None:
        raise ValueError(f"invalid type: '{name}'")
    return self.to(kind).cuda() if ".cuda." in name else self.to(kind)


METHODS["type"] = type_


@_method
def type_as(self, other):
    """Return the tensor in the dtype and on the device of another one."""
    return self.to(other)

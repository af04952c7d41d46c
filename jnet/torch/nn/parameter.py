"""Parameters and buffers: tensors that a module registers when they are assigned to it.

Those that are uninitialized stand for tensors whose shape a lazy module learns from its first input.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from jnet.torch.creation import empty
from jnet.torch.tensor import Tensor, same_elements


class Parameter(Tensor):
    """A tensor that a module counts among its parameters; it shares memory with `data`.

    Args:
        data: the elements (default: none at all).
        requires_grad: whether gradients are computed towards it.

    Raises:
        RuntimeError: if integers are to require grad.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.Parameter(torch.ones(2))
        Parameter containing:
        tensor([1., 1.], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
    """

    def __new__(cls, data=None, requires_grad: bool = True):
        """Return a parameter of these elements."""
        data = empty(0) if data is None else data.detach()
        if requires_grad and not jnp.issubdtype(data._aval.dtype, jnp.inexact):
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        made: Any = object.__new__(cls)
        made.__dict__.update(same_elements(data).__dict__)
        made.requires_grad = requires_grad
        return made

    def __deepcopy__(self, memo):
        if id(self) not in memo:  # without the gradient, as PyTorch copies parameters
            memo[id(self)] = type(self)(self.detach().clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self, *, tensor_contents=None) -> str:
        return "Parameter containing:\n" + super().__repr__()


class _BufferType(type):
    """Tells buffers from other tensors by their mark: they have no class of their own, as in PyTorch."""

    def __instancecheck__(cls, other) -> bool:
        return isinstance(other, Tensor) and getattr(other, "_is_buffer", False)


class Buffer(metaclass=_BufferType):
    """Return a tensor that a module counts among its buffers; it shares memory with `data`.

    Args:
        persistent: whether it is part of the module's `state_dict`.

    Example:
        >>> import jnet.torch as torch
        >>> net = torch.nn.Module()
        >>> net.mean = torch.nn.Buffer(torch.zeros(1))
        >>> dict(net.state_dict())
        {'mean': tensor([0.])}

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Buffer.html
    """

    def __new__(cls, data=None, *, persistent: bool = True):
        """Return a marked tensor of these elements."""
        data = empty(0) if data is None else data
        made = data.detach().requires_grad_(data.requires_grad)
        made.persistent, made._is_buffer = persistent, True
        return made


class UninitializedTensorMixin:
    """What parameters and buffers without a shape share: they take a dtype and a device, and refuse all else.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.UninitializedParameter.html
    """

    cls_to_become: type
    __dict__: dict[str, Any]

    @property
    def _storage(self):
        # A data descriptor goes before the instance: each op asks for the storage of its tensors, and so is refused.
        name = type(self).__name__
        raise ValueError(
            "Attempted to use an uninitialized parameter in a function of tensors. This error happens when you are "
            f"using a `LazyModule` or explicitly manipulating `torch.nn.parameter.{name}` objects. When using "
            "LazyModules Call `forward` with a dummy batch to initialize the parameters before calling torch functions"
        )

    @property
    def data(self) -> Tensor:
        """A tensor of no elements, of the dtype and on the device that there will be."""
        held = object.__new__(Tensor)
        held._storage = self.__dict__["_storage"]
        return held

    @data.setter
    def data(self, value: Tensor) -> None:
        self.__dict__["_storage"] = value._storage

    @property
    def dtype(self):
        """The type that the elements will have."""
        return self.data.dtype

    @property
    def device(self):
        """Where the elements will lie."""
        return self.data.device

    @property
    def shape(self):
        """Not known yet."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
            "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` "
            "to initialize the parameters before accessing their attributes."
        )

    def size(self, dim: int | None = None):
        """Return the size of `data`, which has no elements."""
        return self.data.size(dim)

    def copy_(self, src, non_blocking: bool = False):
        """Copy nothing from a tensor that is not initialized either (or has no elements)."""
        self.data.copy_(src.data, non_blocking)
        return self

    def materialize(self, shape, device=None, dtype=None) -> None:
        """Become a parameter (or tensor) of this shape, whose elements are yet to be written.

        Args:
            device, dtype: what it has already by default.
        """
        made = empty(tuple(shape), device=self.device if device is None else device, dtype=dtype or self.dtype)
        self.data = made
        self.__class__ = self.cls_to_become

    def share_memory_(self):
        """Not possible yet."""
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the parameters "
            "before calling `module.share_memory()`."
        )

    def _changed(self, data: Tensor):
        """Return what stands for a change of dtype or device."""
        return data

    def __repr__(self, *, tensor_contents=None) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol):
        return type(self), (self.requires_grad,)  # pyright: ignore[reportAttributeAccessIssue]


def _delegated(name: str):
    """Return a method that does with `data` what its namesake of Tensor does."""

    def method(self, *args, **kwargs):
        made = getattr(self.data, name)(*args, **kwargs)
        return self._changed(made) if isinstance(made, Tensor) else made

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"Do what `Tensor.{name}` does."
    return method


for _name in (
    "half", "bfloat16", "float", "double", "char", "short", "int", "long", "cuda", "cpu", "to", "is_complex",
    "is_floating_point", "get_device",
):  # fmt: skip
    setattr(UninitializedTensorMixin, _name, _delegated(_name))


class UninitializedParameter(UninitializedTensorMixin, Parameter):  # pyright: ignore[reportIncompatibleVariableOverride]
    """A parameter whose shape is not known yet; `materialize` makes it an ordinary one.

    Args:
        requires_grad: whether gradients are computed towards it.
        device, dtype: what it will have.

    Raises:
        ValueError: when it is given to a function of tensors.

    Example:
        >>> import jnet.torch as torch
        >>> weight = torch.nn.UninitializedParameter()
        >>> weight
        <UninitializedParameter>
        >>> weight.materialize((2, 3))
        >>> weight.shape
        torch.Size([2, 3])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.UninitializedParameter.html
    """

    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device=None, dtype=None):
        """Return a parameter without a shape."""
        made: Any = Parameter(empty(0, device=device, dtype=dtype), requires_grad)
        made.__class__ = cls
        return made

    def __init__(self, *args, **kwargs) -> None:
        """Accept the arguments of `__new__`."""

    def __deepcopy__(self, memo):
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, self.device, self.dtype)
        return memo[id(self)]


class UninitializedBuffer(UninitializedTensorMixin, Tensor):  # pyright: ignore[reportIncompatibleVariableOverride]
    """A buffer whose shape is not known yet; `materialize` makes it an ordinary one.

    Args:
        persistent: whether it is part of the module's `state_dict`.

    Other arguments, errors: as `UninitializedParameter`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.UninitializedBuffer.html
    """

    cls_to_become = Tensor
    persistent: bool
    _is_buffer = True

    def __new__(cls, requires_grad: bool = False, device=None, dtype=None, persistent: bool = True):
        """Return a buffer without a shape."""
        made: Any = object.__new__(cls)
        made.data = empty(0, device=device, dtype=dtype)
        made.persistent, made._is_buffer, made._requires = persistent, True, requires_grad
        return made

    def __init__(self, *args, **kwargs) -> None:
        """Accept the arguments of `__new__`."""

    def _changed(self, data: Tensor):
        return type(self)(self.requires_grad, data.device, data.dtype, self.persistent)

    def __deepcopy__(self, memo):
        if id(self) not in memo:
            memo[id(self)] = self._changed(self.data)
        return memo[id(self)]


def is_lazy(param: Any) -> bool:
    """Return whether something is an uninitialized parameter or buffer."""
    return isinstance(param, UninitializedTensorMixin)


__all__ = [
    "Buffer",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "UninitializedTensorMixin",
    "is_lazy",
]

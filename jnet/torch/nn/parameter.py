"""Parameters and buffers: tensors that a module registers when they are assigned to it."""

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


__all__ = ["Buffer", "Parameter"]

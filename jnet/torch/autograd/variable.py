"""`Variable`, which has been `Tensor` since PyTorch 0.4."""

from __future__ import annotations

from jnet.torch.scalars import type_name
from jnet.torch.tensor import Tensor, detached


class _VariableType(type):
    def __instancecheck__(cls, other) -> bool:
        return isinstance(other, Tensor)


class Variable(metaclass=_VariableType):
    """Return the tensor as a leaf of its own, sharing its memory.

    Example:
        >>> import jnet.torch as torch
        >>> v = torch.autograd.Variable(torch.ones(2), requires_grad=True)
        >>> (v * v).mean().backward()
        >>> v.grad
        tensor([1., 1.])

    See: https://docs.pytorch.org/docs/stable/autograd.html#variable-deprecated
    """

    def __new__(cls, data=None, requires_grad: bool = False, volatile: bool = False):
        if data is not None and not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type_name(data)}")
        made = Tensor() if data is None else detached(data)
        if requires_grad:
            made.requires_grad = True
        return made

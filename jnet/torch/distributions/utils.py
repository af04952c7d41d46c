"""What distributions share: parameters of one shape, probabilities and their logarithms, lazy properties.

See: https://docs.pytorch.org/docs/stable/distributions.html
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import jnet.torch as torch
from jnet.torch.autograd import enable_grad
from jnet.torch.tensor import Tensor

__all__ = ["broadcast_all", "clamp_probs", "lazy_property", "logits_to_probs", "probs_to_logits"]

euler_constant = 0.57721566490153286060
Number = (bool, int, float)


def broadcast_all(*values) -> tuple[Tensor, ...]:
    """Return tensors of one shape; numbers become tensors of the dtype and device of the first tensor.

    Raises:
        ValueError: if a value is neither a number nor a tensor.

    Example:
        >>> import jnet.torch as torch
        >>> broadcast_all(torch.zeros(2), 1)
        (tensor([0., 0.]), tensor([1., 1.]))
    """
    if not all(isinstance(value, (Tensor, *Number)) for value in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
        )
    first = next((value for value in values if isinstance(value, Tensor)), None)
    options: dict = (
        {"dtype": torch.get_default_dtype()} if first is None else {"dtype": first.dtype, "device": first.device}
    )
    tensors = [value if isinstance(value, Tensor) else torch.tensor(value, **options) for value in values]
    return tuple(torch.broadcast_tensors(*tensors))


def clamp_probs(probs: Tensor) -> Tensor:
    """Return probabilities kept away from 0 and 1 by the dtype's eps."""
    eps = torch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Return the probabilities: each of its own log-odds, or those of the last dimension together."""
    return torch.sigmoid(logits) if is_binary else torch.nn.functional.softmax(logits, dim=-1)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """Return the log-odds of probabilities, or (of the last dimension together) their logarithms."""
    clamped = clamp_probs(probs)
    return torch.log(clamped) - torch.log1p(-clamped) if is_binary else torch.log(clamped)


class lazy_property(property):
    """A property that is computed once, on the tape, when it is first asked for."""

    def __init__(self, wrapped: Callable):
        super().__init__(wrapped, self._keep)
        functools.update_wrapper(self, wrapped)  # pyright: ignore[reportArgumentType]
        self.wrapped, self.name = wrapped, wrapped.__name__

    def _keep(self, instance, value) -> None:
        instance.__dict__[self.name] = value

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.name not in instance.__dict__:
            with enable_grad():
                self._keep(instance, self.wrapped(instance))
        return instance.__dict__[self.name]


def sum_rightmost(value: Tensor, dim: int) -> Tensor:
    """Return the sum over the last `dim` dimensions."""
    return value if dim == 0 else value.reshape((*value.shape[:-dim], math.prod(value.shape[-dim:]))).sum(-1)

"""The Poisson distribution."""

from __future__ import annotations

from typing import ClassVar

import jnet.torch as torch
from jnet.torch.autograd import no_grad
from jnet.torch.distributions import constraints
from jnet.torch.distributions.distribution import ExponentialFamily, Pointwise
from jnet.torch.distributions.utils import broadcast_all
from jnet.torch.tensor import Tensor

__all__ = ["Poisson"]


class Poisson(Pointwise, ExponentialFamily):
    """The Poisson distribution: `P(k) = rate^k exp(-rate) / k!`.

    Raises:
        ValueError: for a negative `rate`.

    Example:
        >>> import jnet.torch as torch
        >>> Poisson(1.0).log_prob(torch.tensor([0.0, 1.0]))
        tensor([-1., -1.])

    See: https://docs.pytorch.org/docs/stable/distributions.html#poisson
    """

    arg_constraints: ClassVar = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer
    rate: Tensor

    def __init__(self, rate, validate_args=None):
        self._set(validate_args, rate=rate)

    mean = variance = property(lambda self: self.rate)
    mode = property(lambda self: self.rate.floor())

    def sample(self, sample_shape=()):
        with no_grad():
            return torch.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        rate, value = broadcast_all(self.rate, self._validated(value))
        return value.xlogy(rate) - rate - (value + 1).lgamma()

"""The exponential distribution."""

from __future__ import annotations

from typing import ClassVar

import jnet.torch as torch
from jnet.torch.distributions import constraints
from jnet.torch.distributions.distribution import ExponentialFamily, Pointwise
from jnet.torch.tensor import Tensor

__all__ = ["Exponential"]


class Exponential(Pointwise, ExponentialFamily):
    """The exponential distribution: `p(x) = rate exp(-rate x)` for x >= 0.

    Raises:
        ValueError: unless `rate` is positive.

    Example:
        >>> Exponential(2.0).mean
        tensor(0.5000)

    See: https://docs.pytorch.org/docs/stable/distributions.html#exponential
    """

    arg_constraints: ClassVar = {"rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    rate: Tensor

    def __init__(self, rate, validate_args=None):
        self._set(validate_args, rate=rate)

    mean = stddev = property(lambda self: self.rate.reciprocal())
    mode = property(lambda self: torch.zeros_like(self.rate))
    variance = property(lambda self: self.rate.pow(-2))

    def rsample(self, sample_shape=()):
        return self._room(sample_shape, self.rate).exponential_() / self.rate

    def log_prob(self, value):
        value = self._validated(value)
        return self.rate.log() - self.rate * value

    def cdf(self, value):
        return 1 - torch.exp(-self.rate * self._validated(value))

    def icdf(self, value):
        return -torch.log1p(-value) / self.rate

    def entropy(self):
        return 1.0 - torch.log(self.rate)

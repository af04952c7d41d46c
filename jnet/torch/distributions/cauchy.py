"""The Cauchy distribution."""

from __future__ import annotations

import math
from typing import ClassVar

import jnet.torch as torch
from jnet.torch.distributions import constraints
from jnet.torch.distributions.distribution import Pointwise
from jnet.torch.tensor import Tensor

__all__ = ["Cauchy"]


class Cauchy(Pointwise):
    """The Cauchy distribution: `p(x) = 1 / (pi scale (1 + ((x - loc) / scale)^2))`; it has no mean.

    Raises:
        ValueError: unless `scale` is positive.

    Example:
        >>> Cauchy(0.0, 1.0).variance
        tensor(inf)

    See: https://docs.pytorch.org/docs/stable/distributions.html#cauchy
    """

    arg_constraints: ClassVar = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True
    loc: Tensor
    scale: Tensor

    def __init__(self, loc, scale, validate_args=None):
        self._set(validate_args, loc=loc, scale=scale)

    mode = property(lambda self: self.loc)
    mean = property(lambda self: self._room((), self.loc).fill_(torch.nan))
    variance = property(lambda self: self._room((), self.loc).fill_(torch.inf))

    def rsample(self, sample_shape=()):
        return self.loc + self._room(sample_shape, self.loc).cauchy_() * self.scale

    def log_prob(self, value):
        away = (self._validated(value) - self.loc) / self.scale
        return -math.log(math.pi) - self.scale.log() - (away**2).log1p()

    def cdf(self, value):
        return torch.atan((self._validated(value) - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value):
        return torch.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self):
        return math.log(4 * math.pi) + self.scale.log()

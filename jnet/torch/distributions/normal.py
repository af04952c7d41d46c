"""The normal distribution."""

from __future__ import annotations

import math
from typing import ClassVar

import jnet.torch as torch
from jnet.torch.autograd import no_grad
from jnet.torch.distributions import constraints
from jnet.torch.distributions.distribution import ExponentialFamily, Pointwise
from jnet.torch.tensor import Tensor

__all__ = ["Normal"]


class Normal(Pointwise, ExponentialFamily):
    """The normal distribution with mean `loc` and standard deviation `scale`.

    `log p(x) = -(x - loc)^2 / (2 scale^2) - log scale - log sqrt(2 pi)`

    Raises:
        ValueError: unless `scale` is positive.

    Example:
        >>> import jnet.torch as torch
        >>> Normal(0.0, 2.0).log_prob(torch.tensor([0.0, 2.0]))
        tensor([-1.6121, -2.1121])

    See: https://docs.pytorch.org/docs/stable/distributions.html#normal
    """

    arg_constraints: ClassVar = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True
    loc: Tensor
    scale: Tensor

    def __init__(self, loc, scale, validate_args=None):
        self._set(validate_args, loc=loc, scale=scale)

    mean = mode = property(lambda self: self.loc)
    stddev = property(lambda self: self.scale)
    variance = property(lambda self: self.scale.pow(2))

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return torch.normal(self.loc.expand(shape), self.scale.expand(shape))

    def rsample(self, sample_shape=()):
        return self.loc + self._room(sample_shape, self.loc).normal_() * self.scale

    def log_prob(self, value):
        value = self._validated(value)
        distance = -((value - self.loc) ** 2) / (2 * self.scale**2)
        return distance - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value):
        value = self._validated(value)
        return 0.5 * (1 + torch.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value):
        return self.loc + self.scale * torch.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + torch.log(self.scale)

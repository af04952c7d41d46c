"""The half-normal distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jnet.torch as torch
from jnet.torch.distributions import constraints
from jnet.torch.distributions.normal import Normal
from jnet.torch.distributions.transformed_distribution import TransformedDistribution
from jnet.torch.distributions.transforms import AbsTransform

__all__ = ["HalfNormal"]


class HalfNormal(TransformedDistribution):
    """The distribution of |x|, where x is normal with mean 0 and standard deviation `scale`.

    Raises:
        ValueError: unless `scale` is positive.

    Example:
        >>> HalfNormal(1.0).mean
        tensor(0.7979)

    See: https://docs.pytorch.org/docs/stable/distributions.html#halfnormal
    """

    arg_constraints: ClassVar = {"scale": constraints.positive}
    support: Any = constraints.nonnegative
    has_rsample = True

    def __init__(self, scale, validate_args=None):
        super().__init__(Normal(0, scale, validate_args=False), AbsTransform(), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return super().expand(batch_shape, _instance=self._get_checked_instance(HalfNormal, _instance))

    scale = property(lambda self: self.base_dist.scale)
    mean = property(lambda self: self.scale * math.sqrt(2 / math.pi))
    mode = property(lambda self: torch.zeros_like(self.scale))
    variance = property(lambda self: self.scale.pow(2) * (1 - 2 / math.pi))

    def log_prob(self, value):
        value = self._validated(value)
        return torch.where(value.ge(0), self.base_dist.log_prob(value) + math.log(2), -torch.inf)

    def cdf(self, value):
        return 2 * self.base_dist.cdf(self._validated(value)) - 1

    def icdf(self, value):
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self):
        return self.base_dist.entropy() - math.log(2)

"""The uniform distribution."""

from __future__ import annotations

import jnet.torch as torch
from jnet.torch.distributions import constraints
from jnet.torch.distributions.distribution import Pointwise
from jnet.torch.tensor import Tensor

__all__ = ["Uniform"]


class Uniform(Pointwise):
    """The uniform distribution on [low, high).

    Raises:
        ValueError: unless `low < high`.

    Example:
        >>> import jnet.torch as torch
        >>> Uniform(0.0, 4.0).cdf(torch.tensor([1.0, 3.0]))
        tensor([0.2500, 0.7500])

    See: https://docs.pytorch.org/docs/stable/distributions.html#uniform
    """

    has_rsample = True
    low: Tensor
    high: Tensor

    def __init__(self, low, high, validate_args=None):
        self._set(validate_args, low=low, high=high)

    @property
    def arg_constraints(self):
        return {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)}

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        return constraints.interval(self.low, self.high)

    mean = property(lambda self: (self.high + self.low) / 2)
    mode = property(lambda self: torch.nan * self.high)
    stddev = property(lambda self: (self.high - self.low) / 12**0.5)
    variance = property(lambda self: (self.high - self.low).pow(2) / 12)

    def rsample(self, sample_shape=()):
        drawn = torch.rand(self._extended_shape(sample_shape), dtype=self.low.dtype, device=self.low.device)
        return self.low + drawn * (self.high - self.low)

    def log_prob(self, value):
        value = self._validated(value)
        within = self.low.le(value).type_as(self.low).mul(self.high.gt(value).type_as(self.low))
        return torch.log(within) - torch.log(self.high - self.low)

    def cdf(self, value):
        value = self._validated(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value):
        return value * (self.high - self.low) + self.low

    def entropy(self):
        return torch.log(self.high - self.low)

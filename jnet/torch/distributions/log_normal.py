"""The log-normal distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from jnet.torch.distributions import constraints
from jnet.torch.distributions.normal import Normal
from jnet.torch.distributions.transformed_distribution import TransformedDistribution
from jnet.torch.distributions.transforms import ExpTransform

__all__ = ["LogNormal"]


class LogNormal(TransformedDistribution):
    """The distribution of exp(x), where x is normal with mean `loc` and standard deviation `scale`.

    Raises:
        ValueError: unless `scale` is positive.

    Example:
        >>> LogNormal(0.0, 1.0).mean
        tensor(1.6487)

    See: https://docs.pytorch.org/docs/stable/distributions.html#lognormal
    """

    arg_constraints: ClassVar = {"loc": constraints.real, "scale": constraints.positive}
    support: Any = constraints.positive
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        base = Normal(loc, scale, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return super().expand(batch_shape, _instance=self._get_checked_instance(LogNormal, _instance))

    loc = property(lambda self: self.base_dist.loc)
    scale = property(lambda self: self.base_dist.scale)
    mean = property(lambda self: (self.loc + self.scale.pow(2) / 2).exp())
    mode = property(lambda self: (self.loc - self.scale.square()).exp())
    variance = property(lambda self: self.scale.pow(2).expm1() * (2 * self.loc + self.scale.pow(2)).exp())

    def entropy(self):
        return self.base_dist.entropy() + self.loc

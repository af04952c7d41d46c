"""The Gumbel distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jnet.torch as torch
from jnet.torch.distributions import constraints
from jnet.torch.distributions.transformed_distribution import TransformedDistribution
from jnet.torch.distributions.transforms import AffineTransform, ExpTransform
from jnet.torch.distributions.uniform import Uniform
from jnet.torch.distributions.utils import Number, broadcast_all, euler_constant

__all__ = ["Gumbel"]


class Gumbel(TransformedDistribution):
    """The Gumbel distribution, of `loc - scale log(-log(u))` for a uniform u.

    Raises:
        ValueError: unless `scale` is positive.

    Example:
        >>> Gumbel(0.0, 1.0).mean
        tensor(0.5772)

    See: https://docs.pytorch.org/docs/stable/distributions.html#gumbel
    """

    arg_constraints: ClassVar = {"loc": constraints.real, "scale": constraints.positive}
    support: Any = constraints.real

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = broadcast_all(loc, scale)
        limits = torch.finfo(self.loc.dtype)
        low, high = limits.tiny, 1 - limits.eps
        if not (isinstance(loc, Number) and isinstance(scale, Number)):
            low, high = torch.full_like(self.loc, low), torch.full_like(self.loc, high)
        transforms = [
            ExpTransform().inv,
            AffineTransform(0, -torch.ones_like(self.scale)),
            ExpTransform().inv,
            AffineTransform(loc, -self.scale),
        ]
        super().__init__(Uniform(low, high, validate_args=validate_args), transforms, validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(Gumbel, _instance)
        new.loc, new.scale = self.loc.expand(batch_shape), self.scale.expand(batch_shape)
        return super().expand(batch_shape, _instance=new)

    def log_prob(self, value):
        y = (self.loc - self._validated(value)) / self.scale  # more precise than through the transforms
        return (y - y.exp()) - self.scale.log()

    mean = property(lambda self: self.loc + self.scale * euler_constant)
    mode = property(lambda self: self.loc)
    stddev = property(lambda self: (math.pi / math.sqrt(6)) * self.scale)
    variance = property(lambda self: self.stddev.pow(2))

    def entropy(self):
        return self.scale.log() + (1 + euler_constant)

"""Dimensions of a batch taken as dimensions of one value."""

from __future__ import annotations

from typing import ClassVar

from jnet.torch.distributions import constraints
from jnet.torch.distributions.distribution import Distribution
from jnet.torch.distributions.utils import sum_rightmost
from jnet.torch.dtypes import Size

__all__ = ["Independent"]


class Independent(Distribution):
    """A distribution whose last `reinterpreted_batch_ndims` dimensions of the batch make one value.

    Raises:
        ValueError: if the batch has fewer dimensions.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.distributions import Normal
        >>> Independent(Normal(torch.zeros(3), 1.0), 1).log_prob(torch.zeros(3))
        tensor(-2.7568)

    See: https://docs.pytorch.org/docs/stable/distributions.html#independent
    """

    arg_constraints: ClassVar = {}

    def __init__(self, base_distribution, reinterpreted_batch_ndims: int, validate_args=None):
        have = len(base_distribution.batch_shape)
        if reinterpreted_batch_ndims > have:
            raise ValueError(
                "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), "
                f"actual {reinterpreted_batch_ndims} vs {have}"
            )
        shape, cut = base_distribution.batch_shape + base_distribution.event_shape, have - reinterpreted_batch_ndims
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, reinterpreted_batch_ndims
        super().__init__(Size(shape[:cut]), Size(shape[cut:]), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        count = self.reinterpreted_batch_ndims
        base = self.base_dist.expand(Size((*batch_shape, *self.event_shape[:count])))
        return self._expanded(Independent, batch_shape, _instance, base_dist=base, reinterpreted_batch_ndims=count)

    has_rsample = property(lambda self: self.base_dist.has_rsample)
    has_enumerate_support = property(
        lambda self: self.reinterpreted_batch_ndims <= 0 and self.base_dist.has_enumerate_support
    )
    mean = property(lambda self: self.base_dist.mean)
    mode = property(lambda self: self.base_dist.mode)
    variance = property(lambda self: self.base_dist.variance)

    @constraints.dependent_property
    def support(self):
        count, support = self.reinterpreted_batch_ndims, self.base_dist.support
        return constraints.independent(support, count) if count else support

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        return sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self):
        return sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand=True):
        if self.reinterpreted_batch_ndims > 0:
            raise NotImplementedError("Enumeration over cartesian product is not implemented")
        return self.base_dist.enumerate_support(expand=expand)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_dist}, {self.reinterpreted_batch_ndims})"

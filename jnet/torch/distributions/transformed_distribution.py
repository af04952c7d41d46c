"""A distribution of what transforms make of another's values."""

from __future__ import annotations

from typing import ClassVar

from jnet.torch.autograd import no_grad
from jnet.torch.distributions import constraints
from jnet.torch.distributions.distribution import Distribution
from jnet.torch.distributions.independent import Independent
from jnet.torch.distributions.transforms import ComposeTransform, Transform
from jnet.torch.distributions.utils import sum_rightmost
from jnet.torch.dtypes import Size

__all__ = ["TransformedDistribution"]


class TransformedDistribution(Distribution):
    """The distribution of y = f(x), where x is of `base_distribution` and f applies the transforms in turn.

    `log p(y) = log p(x) - log |dy / dx|`

    Raises:
        ValueError: if the transforms are none, or need more dimensions than the base has.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.distributions import Normal, TanhTransform
        >>> squashed = TransformedDistribution(Normal(0.0, 1.0), [TanhTransform(cache_size=1)])
        >>> squashed.log_prob(torch.tensor(0.5))
        tensor(-0.7821)

    See: https://docs.pytorch.org/docs/stable/distributions.html#transformeddistribution
    """

    arg_constraints: ClassVar = {}

    def __init__(self, base_distribution, transforms, validate_args=None):
        self.transforms = _listed(transforms)
        shape = base_distribution.batch_shape + base_distribution.event_shape
        base_dim, whole = len(base_distribution.event_shape), ComposeTransform(self.transforms)
        need = whole.domain.event_dim
        if len(shape) < need:
            raise ValueError(f"base_distribution needs to have shape with size at least {need}, but got {Size(shape)}.")
        forward = Size(whole.forward_shape(Size(shape)))
        expanded = Size(whole.inverse_shape(forward))
        if expanded != shape:
            base_distribution = base_distribution.expand(Size(expanded[: len(expanded) - base_dim]))
        if need > base_dim:
            base_distribution = Independent(base_distribution, need - base_dim)
        self.base_dist = base_distribution
        cut = len(forward) - max(whole.codomain.event_dim, base_dim + whole.codomain.event_dim - need)
        super().__init__(Size(forward[:cut]), Size(forward[cut:]), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        shape = Size((*batch_shape, *self.event_shape))
        for transform in reversed(self.transforms):
            shape = transform.inverse_shape(shape)
        base = self.base_dist.expand(Size(shape[: len(shape) - len(self.base_dist.event_shape)]))
        given = {"base_dist": base, "transforms": self.transforms}
        return self._expanded(TransformedDistribution, batch_shape, _instance, **given)

    @constraints.dependent_property(is_discrete=False)
    def support(self):
        if not self.transforms:
            return self.base_dist.support
        support = self.transforms[-1].codomain
        more = len(self.event_shape) - support.event_dim
        return constraints.independent(support, more) if more > 0 else support

    has_rsample = property(lambda self: self.base_dist.has_rsample)

    def sample(self, sample_shape=()):
        with no_grad():
            return self._forward(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape=()):
        return self._forward(self.base_dist.rsample(sample_shape))

    def _forward(self, x):
        for transform in self.transforms:
            x = transform(x)
        return x

    def log_prob(self, value):
        y, event_dim, total = self._validated(value), len(self.event_shape), 0.0
        for transform in reversed(self.transforms):
            x = transform.inv(y)
            event_dim += transform.domain.event_dim - transform.codomain.event_dim
            stretched = transform.log_abs_det_jacobian(x, y)
            total = total - sum_rightmost(stretched, event_dim - transform.domain.event_dim)
            y = x
        return total + sum_rightmost(self.base_dist.log_prob(y), event_dim - len(self.base_dist.event_shape))

    def _rising(self, probability):
        """Return 1 - probability where the transforms fall."""
        sign = ComposeTransform(self.transforms).sign
        return probability if isinstance(sign, int) and sign == 1 else sign * (probability - 0.5) + 0.5

    def cdf(self, value):
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._rising(self.base_dist.cdf(value))

    def icdf(self, value):
        return self._forward(self.base_dist.icdf(self._rising(value)))


def _listed(transforms) -> list[Transform]:
    if isinstance(transforms, Transform):
        return [transforms]
    if not isinstance(transforms, list):
        raise ValueError(f"transforms must be a Transform or list, but was {transforms}")
    if not all(isinstance(each, Transform) for each in transforms):
        raise ValueError("transforms must be a Transform or a list of Transforms")
    return transforms

"""The binomial distribution."""

from __future__ import annotations

from typing import ClassVar

import jnet.torch as torch
from jnet.torch.autograd import no_grad
from jnet.torch.distributions import constraints
from jnet.torch.distributions.bernoulli import OfProbability, one_of
from jnet.torch.distributions.distribution import Pointwise
from jnet.torch.distributions.utils import broadcast_all
from jnet.torch.tensor import Tensor

__all__ = ["Binomial"]


class Binomial(Pointwise, OfProbability):
    """The distribution of how many of `total_count` trials succeed, each with probability `probs`.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, probabilities lie in [0, 1] and counts are whole.

    Example:
        >>> import jnet.torch as torch
        >>> Binomial(4, torch.tensor(0.5)).mean
        tensor(2.)

    See: https://docs.pytorch.org/docs/stable/distributions.html#binomial
    """

    arg_constraints: ClassVar = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True
    total_count: Tensor

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        ((name, given),) = one_of(probs, logits).items()
        counts, given = broadcast_all(total_count, given)
        self._set(validate_args, total_count=counts.type_as(given), **{name: given})

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self.total_count)

    mean = property(lambda self: self.total_count * self.probs)
    mode = property(lambda self: ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count))
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return torch.binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value):
        value, n, logits = self._validated(value), self.total_count, self.logits
        above = (logits.clamp(min=0) + logits - logits.clamp(max=0)) / 2  # max(logits, 0), with derivative 1/2 at 0
        normalizer = n * above + n * torch.log1p(torch.exp(-torch.abs(logits))) - torch.lgamma(n + 1)
        return value * logits - torch.lgamma(value + 1) - torch.lgamma(n - value + 1) - normalizer

    def _count(self, asked: str) -> int:
        count = int(self.total_count.max())
        if not self.total_count.min() == count:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{asked}`.")
        return count

    def entropy(self):
        self._count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(torch.exp(log_prob) * log_prob).sum(0)

    def enumerate_support(self, expand=True):
        values = torch.arange(1 + self._count("enumerate_support"), dtype=self._param.dtype, device=self._param.device)
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values

"""The geometric distribution."""

from __future__ import annotations

from typing import ClassVar

import jnet.torch as torch
from jnet.torch.autograd import no_grad
from jnet.torch.distributions import constraints
from jnet.torch.distributions.bernoulli import OfProbability, one_of
from jnet.torch.distributions.distribution import Pointwise
from jnet.torch.distributions.utils import broadcast_all

__all__ = ["Geometric"]


class Geometric(Pointwise, OfProbability):
    """The distribution of how many trials fail before one succeeds: `P(k) = (1 - probs)^k probs`.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, and probabilities lie in (0, 1].

    Example:
        >>> Geometric(0.25).mean
        tensor(3.)

    See: https://docs.pytorch.org/docs/stable/distributions.html#geometric
    """

    arg_constraints: ClassVar = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._set(validate_args, **one_of(probs, logits))
        if self._validate_args and probs is not None:
            self._require("probs", constraints.greater_than(0), "to be positive")

    mean = property(lambda self: 1.0 / self.probs - 1.0)
    mode = property(lambda self: torch.zeros_like(self.probs))
    variance = property(lambda self: (1.0 / self.probs - 1.0) / self.probs)

    def sample(self, sample_shape=()):
        with no_grad():
            drawn = self._room(sample_shape, self.probs).uniform_(torch.finfo(self.probs.dtype).tiny, 1)
            return (drawn.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value):
        value, probs = broadcast_all(self._validated(value), self.probs)
        probs = probs.clone()
        probs[(probs == 1) & (value == 0)] = 0  # 0 log 0 is 0 here
        return value * (-probs).log1p() + self.probs.log()

    def entropy(self):
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")
        return entropy / self.probs

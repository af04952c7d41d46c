"""The Bernoulli distribution, and what those of a probability or its log-odds share."""

from __future__ import annotations

from typing import ClassVar

import jnet.torch as torch
from jnet.torch.autograd import no_grad
from jnet.torch.distributions import constraints
from jnet.torch.distributions.distribution import Distribution, ExponentialFamily, Pointwise
from jnet.torch.distributions.utils import broadcast_all, lazy_property, logits_to_probs, probs_to_logits
from jnet.torch.dtypes import Size

__all__ = ["Bernoulli"]


def one_of(probs, logits) -> dict:
    """Return the one that was given, by name.

    Raises:
        ValueError: if both were given, or neither.
    """
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")
    return {"logits": logits} if probs is None else {"probs": probs}


class OfProbability(Distribution):
    """A distribution of `probs` or `logits`: the other follows when it is asked for."""

    @lazy_property
    def logits(self):
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self):
        return logits_to_probs(self.logits, is_binary=True)

    @property
    def _param(self):
        return self.probs if "probs" in vars(self) else self.logits

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._param.size()


class Bernoulli(Pointwise, OfProbability, ExponentialFamily):
    """The distribution of 1, with probability `probs`, and 0; `logits = log(probs / (1 - probs))`.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, and probabilities lie in [0, 1].

    Example:
        >>> import jnet.torch as torch
        >>> Bernoulli(torch.tensor([0.25, 0.5])).log_prob(torch.tensor([1.0, 0.0])).exp()
        tensor([0.2500, 0.5000])

    See: https://docs.pytorch.org/docs/stable/distributions.html#bernoulli
    """

    arg_constraints: ClassVar = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._set(validate_args, **one_of(probs, logits))

    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))

    @property
    def mode(self):
        mode = self.probs.ge(0.5).to(self.probs)
        mode[self.probs == 0.5] = torch.nan
        return mode

    def sample(self, sample_shape=()):
        with no_grad():
            return torch.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        value = self._validated(value)
        logits, value = broadcast_all(self.logits, value)
        return -torch.nn.functional.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return torch.nn.functional.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        values = torch.arange(2, dtype=self._param.dtype, device=self._param.device)
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values

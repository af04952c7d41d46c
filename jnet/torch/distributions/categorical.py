"""The categorical distribution."""

from __future__ import annotations

from typing import ClassVar

import jnet.torch as torch
from jnet.torch.distributions import constraints
from jnet.torch.distributions.bernoulli import OfProbability, one_of
from jnet.torch.distributions.utils import lazy_property, logits_to_probs, probs_to_logits
from jnet.torch.dtypes import Size

__all__ = ["Categorical"]


class Categorical(OfProbability):
    """The distribution of the classes 0 to K - 1, with probabilities in proportion to `probs` or to exp(`logits`).

    Args:
        probs: weights, (..., K); they are divided by their sum.
        logits: logarithms of weights, (..., K); the logarithm of the sum of the weights is subtracted.

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, and weights are not negative.

    Example:
        >>> import jnet.torch as torch
        >>> Categorical(torch.tensor([1.0, 3.0])).log_prob(torch.tensor([0, 1])).exp()
        tensor([0.2500, 0.7500])

    See: https://docs.pytorch.org/docs/stable/distributions.html#categorical
    """

    arg_constraints: ClassVar = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        ((name, given),) = one_of(probs, logits).items()
        if given.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        total = given.sum(-1, keepdim=True) if name == "probs" else given.logsumexp(dim=-1, keepdim=True)
        setattr(self, name, given / total if name == "probs" else given - total)
        self._num_events = given.size(-1)
        super().__init__(Size(given.shape[:-1]), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        shape = (*batch_shape, self._num_events)
        given = {name: vars(self)[name].expand(shape) for name in self.arg_constraints if name in vars(self)}
        return self._expanded(Categorical, batch_shape, _instance, _num_events=self._num_events, **given)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self._num_events - 1)

    @lazy_property
    def logits(self):
        return probs_to_logits(self.probs)

    @lazy_property
    def probs(self):
        return logits_to_probs(self.logits)

    @property
    def mean(self):
        return torch.full(self._extended_shape(), torch.nan, dtype=self.probs.dtype, device=self.probs.device)

    variance = mean  # classes are no numbers

    @property
    def mode(self):
        return self.probs.argmax(dim=-1)

    def sample(self, sample_shape=()):
        rows = self.probs.reshape(-1, self._num_events)
        drawn = torch.multinomial(rows, Size(sample_shape).numel(), True).T
        return drawn.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value):
        value = self._validated(value).long().unsqueeze(-1)
        value, logits = torch.broadcast_tensors(value, self.logits)
        return logits.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self):
        logits = torch.clamp(self.logits, min=torch.finfo(self.logits.dtype).min)  # of -inf: 0 times it is nan
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        values = torch.arange(self._num_events, dtype=torch.long, device=self._param.device)
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values

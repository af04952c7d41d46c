"""The categorical distribution of one-hot vectors."""

from __future__ import annotations

from typing import ClassVar

import jnet.torch as torch
from jnet.torch.distributions import constraints
from jnet.torch.distributions.categorical import Categorical
from jnet.torch.distributions.distribution import Distribution

__all__ = ["OneHotCategorical", "OneHotCategoricalStraightThrough"]


class OneHotCategorical(Distribution):
    """The distribution of one-hot vectors with weights `probs`, or exp(`logits`): (..., K).

    Raises:
        ValueError: unless just one of `probs` and `logits` is given, and weights are not negative.

    Example:
        >>> import jnet.torch as torch
        >>> OneHotCategorical(torch.tensor([1.0, 3.0])).log_prob(torch.tensor([0.0, 1.0])).exp()
        tensor(0.7500)

    See: https://docs.pytorch.org/docs/stable/distributions.html#onehotcategorical
    """

    arg_constraints: ClassVar = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._categorical = Categorical(probs, logits)
        event_shape = self._categorical.param_shape[-1:]
        super().__init__(self._categorical.batch_shape, event_shape, validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        inner = self._categorical.expand(batch_shape)
        return self._expanded(OneHotCategorical, batch_shape, _instance, _categorical=inner)

    _param = property(lambda self: self._categorical._param)
    param_shape = property(lambda self: self._categorical.param_shape)
    probs = mean = property(lambda self: self._categorical.probs)
    logits = property(lambda self: self._categorical.logits)
    variance = property(lambda self: self.probs * (1 - self.probs))
    mode = property(lambda self: self._one_hot(self.probs.argmax(dim=-1)))

    def _one_hot(self, indices):
        return torch.nn.functional.one_hot(indices, self.probs.shape[-1]).to(self.probs)

    def sample(self, sample_shape=()):
        return self._one_hot(self._categorical.sample(sample_shape))

    def log_prob(self, value):
        return self._categorical.log_prob(self._validated(value).max(-1)[1])

    def entropy(self):
        return self._categorical.entropy()

    def enumerate_support(self, expand=True):
        n = self.event_shape[0]
        values = torch.eye(n, dtype=self._param.dtype, device=self._param.device)
        values = values.view((n,) + (1,) * len(self.batch_shape) + (n,))
        return values.expand((n, *self.batch_shape, n)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """A one-hot categorical distribution whose samples pass gradients on to the probabilities as they are.

    See: https://arxiv.org/abs/1308.3432
    """

    has_rsample = True

    def rsample(self, sample_shape=()):
        return self.sample(sample_shape) + (self.probs - self.probs.detach())

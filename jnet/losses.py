"""Pure losses, `loss(predictions, targets, ...) -> scalar`, by their short names.

Each is an op of `jnet.ops`, where its formula, shapes and errors are written; one rule stands in one place.

    mse sse l1              squared and absolute error, of values
    bce bce_with_logits     binary cross entropy, of probabilities and of logits
    nll cross_entropy       negative log likelihood, of log-probabilities and of logits, against labels
    entropy                 of a distribution, in bits

Example:
    >>> import jax, jax.numpy as jnp
    >>> jax.grad(mse)(jnp.array([1.0, 2.0]), jnp.array([0.0, 2.0])).tolist()
    [1.0, 0.0]
"""

import functools
import math

import jax.numpy as jnp

from jnet.ops.checks import axis, is_floating
from jnet.ops.neural import entropy as _entropy
from jnet.ops.neural import loss as _loss

__all__ = ["bce", "bce_with_logits", "cross_entropy", "entropy", "l1", "mse", "nll", "sse"]

mse = _loss.mse_loss
sse = functools.partial(_loss.mse_loss, reduction="sum")
l1 = _loss.l1_loss
bce = _entropy.binary_cross_entropy
bce_with_logits = _entropy.binary_cross_entropy_with_logits
nll = _entropy.nll_loss
cross_entropy = _entropy.cross_entropy


def entropy(p, base=2, dim=-1):
    """Return -sum p log p along `dim`, the mean information of a draw; 0 log 0 is 0.

    Args:
        p: probabilities, floating point, that sum to one along `dim`.
        base: of the logarithm: 2 for bits, `math.e` for nats.
        dim: the axis of the distribution.

    Shape: p (..., n) gives (...).

    Raises:
        RuntimeError: if `p` is not floating point.
        ValueError: if `base` is not a positive number other than 1.
        IndexError: if `dim` is out of range.

    Example:
        >>> entropy(jnp.array([0.25, 0.25, 0.25, 0.25])).item()
        2.0

    See: Shannon, A Mathematical Theory of Communication, 1948.
    """
    p = jnp.asarray(p)
    if not is_floating(p):
        raise RuntimeError(f"entropy needs floating point probabilities, got {p.dtype}; use p / p.sum().")
    if base <= 0 or base == 1:
        raise ValueError(f"entropy needs a positive base other than 1, got {base}; use 2 for bits, math.e for nats.")
    # log is kept from 0, where its derivative, inf, times 0 would be nan; of a negative p it is nan.
    terms = p * jnp.log(jnp.where(p == 0, jnp.ones_like(p), p))
    return 0 - terms.sum(axis(dim, p.ndim, "entropy")) / math.log(base)  # 0 - 0 is 0, where -(0) is -0

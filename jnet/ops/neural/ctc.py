"""Connectionist temporal classification: the loss of a sequence of labels without their places in time."""

import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import not_implemented
from jnet.ops.registry import op

__all__ = ["ctc_loss"]

_NEVER = -1e30  # a logarithm of 0 that can be subtracted from itself


def _node(ranks, settings):
    if settings.get("reduction") == "none":
        return "CtcLossBackward0" if not settings.get("zero_infinity") else "WhereBackward0"
    return "SumBackward0" if settings.get("reduction") == "sum" else "MeanBackward0"


@op("log_probs", "targets", "input_lengths", "target_lengths", where=("functional",), out=False, grad_fn=_node)
def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """Return -log of the probability of the labels, summed over all ways to place them (Graves et al., 2006).

    Shape: log_probs (T, N, C), targets (N, S), lengths (N,); or (T, C), (S,), (). "none" gives one loss a sequence.

    Args:
        log_probs: logarithms of the probabilities of the classes at each time. Its gradient is PyTorch's: that towards
            the scores whose `log_softmax` it is, which differs only where it was made in another way.
        input_lengths, target_lengths: how many times and labels of each sequence count.
        blank: the class that stands between labels.
        reduction: "mean" (of the losses by their number of labels), "sum" or "none".
        zero_infinity: let sequences that are too short for their labels count 0, not infinity.

    Raises:
        ValueError: for an unknown reduction.
        RuntimeError: for a blank that is no class, lengths that are not one a sequence.

    Example:
        >>> uniform = jnp.log(jnp.full((2, 1, 2), 0.5))
        >>> f"{ctc_loss(uniform, jnp.array([[1]]), jnp.array([2]), jnp.array([1])):.4f}"
        '0.2877'

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html
    """
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction\nUse one of none, mean, sum.")
    given = jnp.asarray(log_probs)
    if given.dtype not in (jnp.float32, jnp.float64):
        raise not_implemented("ctc_loss_cpu", given.dtype)
    batched = given.ndim == 3
    times, lengths = jnp.asarray(input_lengths), jnp.asarray(target_lengths)
    targets = jnp.asarray(targets).astype(jnp.result_type(int))
    if not batched:
        given, targets = given[:, None], targets[None]
    if not 0 <= blank < given.shape[2]:
        raise RuntimeError(f"blank must be in label range\nGot {blank} for {given.shape[2]} classes.")
    for name, each in (("input_lengths", times), ("target_lengths", lengths)):
        if each.size != given.shape[1]:
            raise RuntimeError(f"{name} must be of size batch_size\nGive one length a sequence.")
    lengths = lengths.reshape(-1)
    loss = _negative_log_likelihood(given, targets, times.reshape(-1), lengths, blank, zero_infinity)
    if reduction == "none":
        return loss if batched else loss[0]
    return loss.sum() if reduction == "sum" else (loss / jnp.maximum(lengths, 1).astype(loss.dtype)).mean()


def _negative_log_likelihood(log_probs, targets, times, lengths, blank, zero_infinity):
    count, width = targets.shape
    # Blanks stand around every label: b l b l b. A way goes on, or to the next, or past a blank between two labels.
    targets = jnp.clip(targets, 0, log_probs.shape[2] - 1)  # those that do not count may be any
    states = jnp.full((count, 2 * width + 1), blank, targets.dtype).at[:, 1::2].set(targets)
    places = jnp.arange(states.shape[1])[None]
    before = jnp.pad(states, ((0, 0), (2, 0)), constant_values=blank)[:, :-2]
    skips = (states != blank) & (states != before) & (places > 1)
    steps = jnp.take_along_axis(log_probs, states[None], 2)  # (T, N, states)
    never = jnp.full((), _NEVER, log_probs.dtype)

    def later(ways, distance):
        return jnp.pad(ways, ((0, 0), (distance, 0)), constant_values=_NEVER)[:, : ways.shape[1]]

    def step(ways, each):
        emitted, going = each
        reached = jnp.logaddexp(jnp.logaddexp(ways, later(ways, 1)), jnp.where(skips, later(ways, 2), never))
        return jnp.where(going[:, None], reached + emitted, ways), None

    going = jnp.arange(log_probs.shape[0])[:, None] < times[None]  # (T, N)
    start = jnp.where(jnp.broadcast_to(places == 0, states.shape), jnp.zeros((), log_probs.dtype), never)
    ways, _ = lax.scan(step, start, (steps, going))
    ends = 2 * lengths[:, None] - jnp.arange(2)[None]
    last = jnp.take_along_axis(ways, jnp.maximum(ends, 0), 1)
    total = jnp.logaddexp(last[:, 0], jnp.where(lengths > 0, last[:, 1], never))
    impossible = total < _NEVER / 2
    # PyTorch's derivative, in which the probabilities of a time always sum to 1: their sum is added, less itself.
    excess = jnp.where(going[..., None], jnp.exp(log_probs), jnp.zeros((), log_probs.dtype)).sum((0, 2))
    excess = excess - lax.stop_gradient(excess)
    if zero_infinity:
        return jnp.where(impossible, jnp.zeros((), total.dtype), excess - total)
    unknown = 0 * jnp.sqrt(jnp.where(impossible, excess, 1))  # 0 with derivative nan
    return jnp.where(impossible, jnp.full((), jnp.inf, total.dtype) + unknown, excess - total)

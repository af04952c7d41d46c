"""Sequences of different lengths: padded to one length, or packed without padding, those of each time together."""

import jax.numpy as jnp

from jnet.ops.checks import broadcast, broadcast_shapes, check_castable
from jnet.ops.registry import op

__all__ = ["pack_rows", "pad_rows", "pad_sequence"]


class Packing:
    """Where the rows of packed sequences lie: those of each time together, the longest sequences first.

    Args:
        steps: how many sequences reach each time (L,).
        batch: how many there are.
        count: how many rows.

    Attributes:
        valid: whether a sequence reaches a time (L, batch).
    """

    def __init__(self, steps, batch: int, count: int):
        steps = steps.astype(int)
        ends, columns, rows = jnp.cumsum(steps), jnp.arange(batch), jnp.arange(count)
        starts = ends - steps
        self.valid = jnp.less(*broadcast(columns[None], steps[:, None]))
        self._rows = jnp.where(self.valid, jnp.add(*broadcast(starts[:, None], columns[None])), count)
        self._times = jnp.searchsorted(ends, rows, side="right", method="compare_all")
        self._columns = rows - starts[self._times]

    def padded(self, data, value=0.0):
        """Return rows (count, *) as (L, batch, *), with a value where a sequence has ended."""
        found = data.at[self._rows].get(mode="fill", fill_value=0)
        valid = self.valid.reshape(*self.valid.shape, *(1,) * (found.ndim - 2))
        return jnp.where(jnp.broadcast_to(valid, found.shape), found, jnp.asarray(value).astype(data.dtype))

    def packed(self, array):
        """Return (L, batch, *) as rows (count, *)."""
        return array.at[self._times, self._columns].get(mode="clip", unique_indices=True)


def _node(ranks, settings):
    return "CatBackward0" if settings.get("outputs") else "PackPaddedSequenceBackward0"


@op("input", "steps", where=(), out=False, grad_fn=_node)
def pack_rows(input, steps, count, outputs=False):
    """Return the rows of padded sequences (L, N, *) that are none of the padding: (count, *).

    Args:
        steps: how many sequences reach each time (L,), which none of them does more than the one before.
        count: their sum.
        outputs: whether they are what recurrent layers give; it names the node in the graph.

    Example:
        >>> pack_rows(jnp.array([[1, 2], [3, 0]]), jnp.array([2, 1]), 3).tolist()
        [1, 2, 3]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html
    """
    input = jnp.asarray(input)
    return Packing(jnp.asarray(steps), input.shape[1], count).packed(input)


@op("data", "steps", scalars=("padding_value",), where=(), out=False, grad_fn="CopySlices")
def pad_rows(data, steps, batch, padding_value=0.0):
    """Return packed sequences (rows, *) as padded ones (L, batch, *); `steps` as in `pack_rows`.

    Example:
        >>> pad_rows(jnp.array([1, 2, 3]), jnp.array([2, 1]), 2, -1).tolist()
        [[1, 2], [3, -1]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html
    """
    data = jnp.asarray(data)
    return Packing(jnp.asarray(steps), batch, len(data)).padded(data, padding_value)


@op("*tensors", scalars=("padding_value",), where=(), out=False, grad_fn="CopySlices")
def pad_sequence(tensors, batch_first=False, padding_value=0.0, padding_side="right"):
    """Return sequences (length, *) as one array (L, N, *), or (N, L, *) if `batch_first`, filled up with a value.

    Args:
        padding_side: "right" fills up after the sequences, "left" before them.

    Raises:
        RuntimeError: for no sequences, other sides, shapes that differ beyond the length.

    Example:
        >>> pad_sequence([jnp.array([1, 2]), jnp.array([3])], batch_first=True).tolist()
        [[1, 2], [3, 0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
    """
    if not tensors:
        raise RuntimeError("received an empty list of sequences\nThere is nothing whose shape the result would have.")
    if padding_side not in ("left", "right"):
        raise RuntimeError(
            f"Expected padding_side to be one of left or right, but got {padding_side}.\nIt says where the padding is."
        )
    tensors = [jnp.asarray(each) for each in tensors]
    if not all(each.ndim for each in tensors):
        raise RuntimeError("ArrayRef: invalid slice, N = 1; size = 0\nA sequence has at least one dimension.")
    first, longest = tensors[0], max(map(len, tensors))
    padded = []
    for each in tensors:
        broadcast_shapes((len(each), *first.shape[1:]), each.shape)
        check_castable(each.dtype, first.dtype)
        filling = jnp.full((longest - len(each), *first.shape[1:]), padding_value, first.dtype)
        own = jnp.broadcast_to(each.astype(first.dtype), (len(each), *first.shape[1:]))
        padded.append(jnp.concatenate([own, filling] if padding_side == "right" else [filling, own]))
    return jnp.stack(padded, 0 if batch_first else 1)

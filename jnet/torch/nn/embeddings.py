"""Rows of a table, one by one or in bags: what `torch.nn.functional` does beside the ops themselves."""

from __future__ import annotations

import functools
import warnings

import numpy as np

from jnet.recorder.reporting import warn
from jnet.torch.autograd import no_grad
from jnet.torch.bounds import watch
from jnet.torch.dispatch import CALLERS, assign
from jnet.torch.tensor import Tensor, shape_of

__all__ = ["embedding", "embedding_bag"]


@no_grad()
def _renorm(weight: Tensor, input: Tensor, max_norm: float, norm_type: float) -> None:
    """Scale the rows that indices name down to a norm, in place and unseen by the tape."""
    table = weight.detach()
    assign(table, CALLERS["embedding_renorm"](table, input, max_norm=float(max_norm), norm_type=float(norm_type)))


def _dense(sparse: bool) -> bool:
    """Return False; warn if sparse gradients were asked for."""
    if sparse:
        warn("sparse=True: gradients are dense in jnet. Training comes to the same, but SparseAdam does not take them.")
    return False


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Return the rows of `weight` that the indices in `input` name.

    Args:
        padding_idx: the row that gets no gradient.
        max_norm, norm_type: scale the rows that are named down to this norm first, in `weight` itself.
        scale_grad_by_freq: divide the gradient of a row by how often it is named.
        sparse: gradients are dense all the same, as a warning says.

    Raises:
        AssertionError: if `padding_idx` is no row.
        IndexError: if an index is none.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.embedding(torch.tensor([1, 0]), torch.tensor([[0.0, 1.0], [2.0, 3.0]]))
        tensor([[2., 3.],
                [0., 1.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
    """
    if max_norm is not None:
        _renorm(weight, input, max_norm, norm_type)
    _dense(sparse)
    return CALLERS["embedding"](input, weight, padding_idx, None, norm_type, scale_grad_by_freq)


def embedding_bag(
    input,
    weight,
    offsets=None,
    max_norm=None,
    norm_type=2.0,
    scale_grad_by_freq=False,
    mode="mean",
    sparse=False,
    per_sample_weights=None,
    include_last_offset=False,
    padding_idx=None,
):
    """Return the sum, mean or maximum of the rows of `weight` that each bag of indices names.

    Args:
        input: a bag a row (B, N); or one after the other (N,), with `offsets` (B,) where they begin.
        max_norm, norm_type: scale the rows that are named down to this norm first, in `weight` itself.
        scale_grad_by_freq: divide the gradient of a row by how often it is named.
        mode: "sum", "mean" or "max"; an empty bag gives zeros.
        per_sample_weights: factors of the rows, as `input`; only for sums.
        include_last_offset: whether the last offset is no bag's, but the end of the last one.
        padding_idx: indices that do not count.
        sparse: gradients are dense all the same, as a warning says.

    Raises:
        ValueError, RuntimeError: for arguments that do not fit.
        NotImplementedError: for factors of other modes.

    Example:
        >>> import jnet.torch as torch
        >>> table = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
        >>> torch.nn.functional.embedding_bag(torch.tensor([0, 1, 1]), table, torch.tensor([0, 2]), mode="sum")
        tensor([[2., 4.],
                [2., 3.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding_bag.html
    """
    if weight._aval.dtype == np.int64 and input.is_floating_point():
        warnings.warn(
            "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is "
            "deprecated, and should now be `embedding_bag(input, weight, ...)`.",
            stacklevel=2,
        )
        weight, input = input, weight
    if mode != "max":  # which refuses them
        sparse = _dense(sparse)
    result = CALLERS["embedding_bag"](
        *(input, weight, offsets, None, norm_type, scale_grad_by_freq, mode, sparse),
        *(per_sample_weights, include_last_offset, padding_idx),
    )
    rows, count = shape_of(weight)[0], input.numel()
    watch(input, ("bag", mode, rows), functools.partial(_check_indices, mode, rows))
    if offsets is not None:
        watch(offsets, ("offsets", count, include_last_offset), functools.partial(_check_offsets, count))
    if max_norm is None:
        return result
    _renorm(weight, input, max_norm, norm_type)  # once all is known to fit
    return embedding_bag(
        *(input, weight, offsets, None, norm_type, scale_grad_by_freq, mode, sparse),
        *(per_sample_weights, include_last_offset, padding_idx),
    )


def _check_indices(mode: str, rows: int, indices: np.ndarray) -> None:
    wrong = np.flatnonzero((indices < 0) | (indices >= rows))
    if wrong.size:
        place, value = int(wrong[0]), int(indices.flat[wrong[0]])
        if mode == "max":
            raise RuntimeError(f"embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be {value}")
        raise RuntimeError(f"Index {place} of input takes value {value} which is not in the valid range [0, {rows})")


def _check_offsets(count: int, offsets: np.ndarray) -> None:
    if not offsets.size:
        return
    if offsets[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {offsets[0]}"
        )
    if offsets[-1] > count:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {count} but got offsets[-1] of {offsets[-1]}"
        )
    if (offsets[1:] < offsets[:-1]).any():
        raise RuntimeError("The offsets of bags must not fall: each is where a bag begins.")

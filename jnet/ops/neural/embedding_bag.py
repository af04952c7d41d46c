"""Sums, means and maxima of rows of a table, bag by bag, and a table whose rows keep within a norm."""

import jax.numpy as jnp

from jnet.ops.checks import broadcast, size, tensor_type
from jnet.ops.indexing.indices import is_index, read
from jnet.ops.indexing.reading import _with_share as with_share
from jnet.ops.registry import op

__all__ = ["embedding_bag", "embedding_renorm"]


@op(
    "input",
    "weight",
    "offsets",
    "per_sample_weights",
    where=("functional",),
    out=False,
    grad_fn="EmbeddingBagBackward0",
)
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

    Shape: input (B, N), a bag a row; or (N,) with offsets (B,), where the bags begin; weight (V, D); result (B, D).

    Args:
        mode: "sum", "mean" or "max"; an empty bag gives zeros.
        per_sample_weights: factors of the rows, as `input`; only for sums.
        include_last_offset: whether the last offset is no bag's, but the end of the last one.
        padding_idx: indices that do not count.
        scale_grad_by_freq: divide the gradient of a row by how often it is named.

    Raises:
        ValueError: for shapes that do not fit, an unknown mode, what a maximum cannot do.
        RuntimeError: for indices that are no integers, dtypes that differ.
        NotImplementedError: for factors of other modes, `sparse` gradients, `max_norm`, which would write.

    Example:
        >>> embedding_bag(jnp.array([[0, 1], [1, 1]]), jnp.array([[0.0, 1.0], [2.0, 3.0]]), mode="sum").tolist()
        [[2.0, 4.0], [4.0, 6.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding_bag.html
    """
    input, weight = jnp.asarray(input), jnp.asarray(weight)
    offsets, factors = (None if each is None else jnp.asarray(each) for each in (offsets, per_sample_weights))
    _check_shapes(input, weight, offsets, factors)
    _check_settings(mode, scale_grad_by_freq, sparse, factors)
    if max_norm is not None:
        raise NotImplementedError("embedding_bag() of arrays with max_norm.\nembedding_renorm gives the new weight.")
    _check_dtypes(input, weight, factors, padding_idx)
    if offsets is None:
        bags = len(input)
        bag = jnp.repeat(jnp.arange(bags), input.shape[1])
    else:
        starts = offsets[:-1] if include_last_offset else offsets
        bags = len(starts)
        bag = jnp.searchsorted(starts, jnp.arange(len(input)).astype(starts.dtype), side="right") - 1
    places = input.reshape(-1).astype(int)
    counts = jnp.ones(places.shape, bool) if padding_idx is None else places != padding_idx % len(weight)
    rows = read(weight, [0], [jnp.where(places < 0, len(weight), places)])
    if scale_grad_by_freq:
        rows = with_share(rows, (1 / _frequencies(places, len(weight)).astype(weight.dtype))[:, None])
    if factors is not None:
        rows = rows * factors.reshape(-1, 1)
    return _maximum(rows, counts, bag, bags) if mode == "max" else _sum(rows, counts, bag, bags, mode == "mean")


def _frequencies(places, count):
    """Return what PyTorch divides the gradient of each place by.

    For the k-th of the rows that are named, from the first to the last, that is how often the row is named that stands
    at the k-th place of all indices, sorted: its own frequency where none of the rows before is named twice.
    """
    often = jnp.zeros(count, int).at[places].add(1)
    rank = jnp.cumsum(often > 0) - 1
    return often[jnp.sort(places)[jnp.maximum(rank, 0)]][places]


def _sum(rows, counts, bag, bags, mean):
    """Return the sum or the mean of the rows of each bag that count."""
    wide = rows.astype(jnp.promote_types(rows.dtype, jnp.float32))
    chosen = jnp.where(jnp.broadcast_to(counts[:, None], rows.shape), wide, jnp.zeros((), wide.dtype))
    total = jnp.zeros((bags, rows.shape[1]), wide.dtype).at[bag].add(chosen)
    if mean:
        number = jnp.zeros(bags, wide.dtype).at[bag].add(counts.astype(wide.dtype))
        total = total / jnp.broadcast_to(jnp.maximum(number, 1)[:, None], total.shape)
    return total.astype(rows.dtype)


def _maximum(rows, counts, bag, bags):
    """Return the maximum of the rows of each bag that count: the first of equal ones, which gets the gradient."""
    count, shape = len(rows), (bags, rows.shape[1])
    if not count:
        return jnp.zeros(shape, rows.dtype)
    counts = jnp.broadcast_to(counts[:, None], rows.shape)
    highest = jnp.full(shape, -jnp.inf, rows.dtype).at[bag].max(jnp.where(counts, rows, -jnp.inf))
    places = jnp.broadcast_to(jnp.arange(count)[:, None], rows.shape)
    found = jnp.where(counts & (rows == highest[bag]), places, count)
    first = jnp.full(shape, count).at[bag].min(found)
    return rows.at[first, jnp.broadcast_to(jnp.arange(shape[1])[None], shape)].get(mode="fill", fill_value=0)


def _check_shapes(input, weight, offsets, factors):
    if factors is not None and input.shape != factors.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({size(factors.shape)}) is not None, then it must have the same "
            f"shape as the input ({size(input.shape)})"
        )
    if weight.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.ndim}")
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                "sequences. However, found offsets of type <class 'torch.Tensor'>"
            )
        if not input.shape[1] and input.shape[0]:
            raise RuntimeError("step must be nonzero\nA bag that is a row has at least one index.")
    elif input.ndim != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}")
    elif offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    elif offsets.ndim != 1:
        raise ValueError("offsets has to be a 1D Tensor")


def _check_settings(mode, scale_grad_by_freq, sparse, factors):
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")
    if factors is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
            f"mode='{mode}'). Please open a feature request on GitHub."
        )
    if sparse:
        raise NotImplementedError("embedding_bag() with sparse=True.")


def _check_dtypes(input, weight, factors, padding_idx):
    expected = "Expected tensor for argument #1"
    if not is_index(input):
        raise RuntimeError(
            f"{expected} 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{tensor_type(input.dtype)} instead (while checking arguments for embedding_bag)\nConvert them."
        )
    if not jnp.issubdtype(weight.dtype, jnp.floating):
        raise RuntimeError(
            f"{expected} 'weight' to have one of the following scalar types: Half, BFloat16, Float, Double; but got "
            f"{tensor_type(weight.dtype)} instead (while checking arguments for embedding_bag)\nConvert it."
        )
    if factors is not None and factors.dtype != weight.dtype:
        raise RuntimeError(
            f"{expected} 'weight' to have the same type as tensor for argument #1 'per_sample_weights'; but type "
            f"{tensor_type(weight.dtype)} does not equal {tensor_type(factors.dtype)} (while checking arguments for "
            "embedding_bag)\nConvert one."
        )
    if padding_idx is not None and not -len(weight) <= padding_idx < len(weight):
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, {-len(weight)} through {len(weight) - 1}, but got "
            f"{padding_idx}\nIt is a row of the weight."
        )


@op("weight", "input", scalars=("max_norm",), where=(), out=False, grad_fn="EmbeddingRenormBackward0")
def embedding_renorm(weight, input, max_norm, norm_type=2.0):
    """Return a table (V, D) with the rows that indices name scaled down to a norm, where theirs is greater.

    Args:
        norm_type: the order of the norm.

    Example:
        >>> embedding_renorm(jnp.array([[0.0, 4.0], [0.0, 8.0]]), jnp.array([0]), 1.0).round(4).tolist()
        [[0.0, 1.0], [0.0, 8.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
    """
    weight, input = jnp.asarray(weight), jnp.asarray(input)
    norms = jnp.linalg.norm(weight, norm_type, axis=1)
    limit = jnp.asarray(max_norm).astype(weight.dtype)
    named = jnp.zeros(len(weight), bool).at[input.reshape(-1)].set(True)
    small = jnp.asarray(1e-7, weight.dtype)
    factors = jnp.where(named & (norms > limit), limit / (norms + small), jnp.ones((), weight.dtype))
    return jnp.multiply(*broadcast(weight, factors[:, None]))

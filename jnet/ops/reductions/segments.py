"""Reductions of runs of neighbours, and of what an index gathers along one dimension."""

import functools
import math

import jax
import jax.numpy as jnp

from jnet.ops.checks import axis, dtype_name, not_implemented
from jnet.ops.indexing.scattering import scatter_reduce
from jnet.ops.registry import op

__all__ = ["index_reduce", "segment_reduce"]


@op("input", "index", "source", where=(), grad_fn="IndexReduceBackward0")
def index_reduce(input, dim, index, source, reduce, *, include_self=True):
    """Combine each slice of `source` along `dim` with the slice of the input that `index` names for it.

    Args:
        reduce: "prod", "mean", "amax" or "amin".
        include_self: whether the input's own values take part.

    Raises:
        RuntimeError: for other reductions, shapes and dtypes that do not fit.

    Example:
        >>> index_reduce(jnp.zeros(2), 0, jnp.array([1, 1]), jnp.array([3.0, 5.0]), "amax").tolist()
        [0.0, 5.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_reduce_.html
    """
    input, index, source = jnp.asarray(input), jnp.asarray(index), jnp.asarray(source)
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(
            f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.\nWrite one."
        )
    dim = axis(dim, input.ndim, "index_reduce")
    if index.ndim > 1:
        raise RuntimeError(f"Index should have dimension 1 or 0 (got {index.ndim})\nFlatten it.")
    if input.dtype != source.dtype:
        raise RuntimeError(
            f"index_reduce(): self and source expected to have the same dtype, but got (self) "
            f"{dtype_name(input.dtype)} and (source) {dtype_name(source.dtype)}\nConvert one."
        )
    if source.shape[dim] != index.size if source.ndim else index.size != 1:
        raise RuntimeError(
            f"index_reduce_(): Number of indices ({index.size}) should be equal to source.size(dim): "
            f"({source.shape[dim] if source.ndim else 1}), for dim: {dim}\nEach slice of the source needs an index."
        )
    shape = [1] * max(source.ndim, 1)
    shape[dim] = index.size
    places = jnp.broadcast_to(index.reshape(shape), source.shape or (1,))
    flat = source.reshape(source.shape or (1,))
    return scatter_reduce(input, dim, places, flat, reduce, include_self=include_self)


@op("data", "lengths", "indices", "offsets", where=("torch",), grad_fn="SegmentReduceBackward0")
def segment_reduce(data, reduce, *, lengths=None, indices=None, offsets=None, axis=0, unsafe=False, initial=None):
    """Reduce runs of neighbours along `axis`, which lie one behind the other.

    Shape: data (*batch, n, ...), lengths (*batch, s) or offsets (*batch, s + 1); result (*batch, s, ...).

    Args:
        reduce: "sum", "mean", "max", "min" or "prod".
        lengths: how long each run is. offsets: where each begins, and the last ends.
        initial: what each reduction starts from, and the result for an empty run.
        unsafe: not to check the lengths; they are never checked here.

    Raises:
        RuntimeError: for neither lengths nor offsets, an axis other than the last of the lengths, other reductions.

    Example:
        >>> segment_reduce(jnp.array([1.0, 2.0, 3.0]), "sum", lengths=jnp.array([1, 2])).tolist()
        [1.0, 5.0]

    See: https://github.com/pytorch/rfcs/blob/master/RFC-0023-segment-reduce.md
    """
    data = jnp.asarray(data)
    if indices is not None:
        raise RuntimeError("segment_reduce(): indices based reduction is not supported yet.\nGive lengths.")
    if lengths is None and offsets is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.\nGive one of them.")
    if not jnp.issubdtype(data.dtype, jnp.floating):
        raise not_implemented("_segment_reduce_cpu", data.dtype)
    if reduce not in _REDUCTIONS:
        raise RuntimeError(
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}\nHere they are called "
            "sum, prod, mean, max and min."
        )
    ends = jnp.cumsum(jnp.asarray(lengths), -1) if offsets is None else jnp.asarray(offsets)[..., 1:]
    if axis % data.ndim != ends.ndim - 1:
        given = "lengths" if offsets is None else "offsets"
        raise RuntimeError(f"segment_reduce(): Expected axis to be the last dimension of {given} but got {axis}.")
    reduced = functools.partial(_runs, reduce, initial)
    for _ in range(ends.ndim - 1):
        reduced = jax.vmap(reduced)
    return reduced(data, ends)


# What each reduction starts from.
_REDUCTIONS = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -math.inf, "min": math.inf}


def _runs(reduce, initial, data, ends):
    """Return the reductions of runs of the first dimension that end before `ends`."""
    n, count = data.shape[0], ends.shape[0]
    start = _REDUCTIONS[reduce] if initial is None else initial
    place = jnp.searchsorted(ends, jnp.arange(n), side="right")
    sizes = jnp.diff(ends, prepend=jnp.zeros((1,), ends.dtype)).reshape((count,) + (1,) * (data.ndim - 1))
    inside = place[None] == jnp.arange(count)[:, None]
    inside = inside.reshape(count, n, *[1] * (data.ndim - 1))
    values = data[None]
    if reduce in ("sum", "mean"):
        total = jnp.sum(jnp.where(inside, values, 0), 1)
        if reduce == "sum":
            return total + jnp.asarray(start, data.dtype)
        empty = jnp.asarray(jnp.nan if initial is None else initial, data.dtype)
        added = total if initial is None else total + jnp.asarray(initial, data.dtype)
        return jnp.where(sizes == 0, empty, added / jnp.maximum(sizes, 1).astype(data.dtype))
    if reduce == "prod":
        return jnp.prod(jnp.where(inside, values, 1), 1) * jnp.asarray(start, data.dtype)
    extreme, bound = (jnp.max, jnp.maximum) if reduce == "max" else (jnp.min, jnp.minimum)
    found = extreme(jnp.where(inside, values, _REDUCTIONS[reduce]), 1, initial=_REDUCTIONS[reduce])
    return bound(found, jnp.asarray(start, data.dtype))

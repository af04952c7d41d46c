"""Finding where values lie between rising boundaries."""

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import dtype_name, is_concrete, not_implemented
from jnet.ops.indexing.indices import is_long
from jnet.ops.promotion import promoted
from jnet.ops.registry import op

__all__ = ["bucketize", "searchsorted"]


@op("sorted_sequence", "input", "sorter", where=("torch",))
def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Return where each value would be inserted into rising sequences: before equal ones, or after them.

    Shape: sorted_sequence (N,) takes input (*); (*, N) takes (*, M).

    Args:
        right: insert after equal values; the same as `side`="right".
        sorter: the order in which the sequence rises, if it is not sorted itself.
        out_int32: give int32 instead of the default integer.

    Raises:
        RuntimeError: if shapes do not fit; if `side` and `right` contradict each other.

    Example:
        >>> searchsorted(jnp.array([1, 3, 5]), jnp.array([3, 6])).tolist()
        [1, 3]

    See: https://docs.pytorch.org/docs/stable/generated/torch.searchsorted.html
    """
    boundaries, values = promoted([sorted_sequence, input], floating=False)
    if side not in (None, "left", "right"):
        raise RuntimeError(
            f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}\nThe default is left."
        )
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True\n"
            "Write one of the two."
        )
    sorter = None if sorter is None else jnp.asarray(sorter)
    _check_search(boundaries, values, sorter)
    if sorter is not None:
        boundaries = jnp.take_along_axis(boundaries, sorter, -1, mode="fill")
    return _search(boundaries, values, right or side == "right", out_int32)


@op("input", "boundaries", where=("torch",))
def bucketize(input, boundaries, *, out_int32=False, right=False):
    """Return the number of the interval between rising boundaries that each value is in (see `searchsorted`).

    Args:
        right: intervals hold their lower boundary, and not the upper one.

    Example:
        >>> bucketize(jnp.array([0.5, 1.0, 9.0]), jnp.array([1.0, 2.0])).tolist()
        [0, 0, 2]

    See: https://docs.pytorch.org/docs/stable/generated/torch.bucketize.html
    """
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})\nThey are a vector.")
    boundaries, values = promoted([boundaries, input], floating=False)
    return _search(boundaries, values, right, out_int32)


def _check_search(boundaries, values, sorter):
    if not boundaries.ndim:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if not values.ndim and boundaries.ndim > 1:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
            f"boundaries tensor dim({boundaries.ndim}) and input value's dim(0) numel(1)"
        )
    if boundaries.ndim > 1 and (boundaries.ndim != values.ndim or boundaries.shape[:-1] != values.shape[:-1]):
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(boundaries.shape)} and "
            f"input value tensor {list(values.shape)}\nEach row of values belongs to a row of boundaries."
        )
    if sorter is not None and sorter.shape != boundaries.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
            f"{list(boundaries.shape)}and got sorter tensor {list(sorter.shape)}\nargsort() gives one."
        )
    if sorter is not None and not is_long(sorter):
        raise RuntimeError(
            "torch.searchsorted(): sorter must be a tensor of long dtype but got dtype "
            f"{dtype_name(sorter.dtype)}\nargsort() gives one."
        )
    if sorter is not None and is_concrete(sorter) and not np.isin(sorter, range(sorter.shape[-1])).all():
        raise RuntimeError("torch.searchsorted(): sorter index out of range\nargsort() gives one.")


def _search(boundaries, values, right, out_int32):
    """Halve intervals as PyTorch does, so that nan, and sequences that do not rise, give what they give there."""
    if boundaries.dtype == jnp.bool_ or jnp.iscomplexobj(boundaries):
        raise not_implemented("searchsorted_out_cpu", boundaries.dtype)
    count = boundaries.shape[-1]
    flat = values if boundaries.ndim > 1 else values.reshape(-1)  # (*, M)
    low, high = jnp.zeros(flat.shape, int), jnp.full(flat.shape, count)

    def halve(_, interval):
        low, high = interval
        middle = low + (high - low) // 2
        there = jnp.take_along_axis(boundaries, middle, -1, mode="clip")
        after = ~(there > flat if right else there >= flat) & (low < high)
        return jnp.where(after, middle + 1, low), jnp.where(after, high, jnp.minimum(middle, high))

    if count and flat.size:
        low, _ = lax.fori_loop(0, count.bit_length(), halve, (low, high))
    return low.reshape(values.shape).astype(jnp.int32 if out_int32 else int)

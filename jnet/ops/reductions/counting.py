"""Truth of many values, and counts of them, with PyTorch's semantics."""

import math

import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import axes, floating, is_floating, not_implemented
from jnet.ops.registry import op

__all__ = ["all", "any", "bincount", "count_nonzero", "histc"]


@op("input", saves="nothing")
def all(input, dim=None, keepdim=False):
    """Tell whether all values, or all along `dim` (an integer or several), are not 0; bytes answer with a byte.

    Example:
        >>> all(jnp.array([[True, False], [True, True]]), 1).tolist()
        [False, True]

    See: https://pytorch.org/docs/stable/generated/torch.all.html
    """
    return _truth("all", jnp.all, input, dim, keepdim)


@op("input", saves="nothing")
def any(input, dim=None, keepdim=False):
    """Tell whether any value, or any along `dim` (an integer or several), is not 0; bytes answer with a byte.

    Example:
        >>> any(jnp.array([[False, False], [True, False]]), 1).tolist()
        [False, True]

    See: https://pytorch.org/docs/stable/generated/torch.any.html
    """
    return _truth("any", jnp.any, input, dim, keepdim)


def _truth(name, function, input, dim, keepdim):
    input = jnp.asarray(input)
    # Unlike elsewhere, an empty tuple names no dimension here.
    along = () if isinstance(dim, (tuple, list)) and not dim else axes(dim, input.ndim, name)
    result = function(input != 0, along, keepdims=keepdim)
    return result.astype(jnp.uint8) if input.dtype == jnp.uint8 else result


@op("input", saves="nothing")
def count_nonzero(input, dim=None):
    """Count the values that are not 0, all or along `dim` (an integer or several).

    Example:
        >>> count_nonzero(jnp.array([1.0, 0.0, 2.0])).item()
        2

    See: https://pytorch.org/docs/stable/generated/torch.count_nonzero.html
    """
    input = jnp.asarray(input)
    return jnp.sum(input != 0, axes(dim, input.ndim, "count_nonzero"), dtype=int)


@op("input", saves="nothing")
def histc(input, bins=100, min=0, max=0):
    """Count the values in bins of equal width between `min` and `max`; values outside, and nan, are left out.

    Args:
        min, max: where they are equal, the range is that of the values; the last bin holds `max`.

    Raises:
        RuntimeError: for no bins, a max below min, a range that is not finite.
        NotImplementedError: for integers and booleans.

    Example:
        >>> histc(jnp.array([1.0, 2.0, 1.0]), bins=4, min=0, max=3).tolist()
        [0.0, 2.0, 1.0, 0.0]

    See: https://pytorch.org/docs/stable/generated/torch.histc.html
    """
    input = floating(input, "histogram_cpu").ravel()
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0\nThe default is 100.")
    if not (math.isfinite(min) and math.isfinite(max)):
        raise RuntimeError(f"torch.histc: range of [{min}, {max}] is not finite\nBins have a width.")
    if max < min:
        raise RuntimeError(f"torch.histc: max must be larger than min\nGot min={min}, max={max}.")
    low, high = jnp.asarray(min, input.dtype), jnp.asarray(max, input.dtype)
    if min == max and input.size:
        low, high = input.min(), input.max()
        # One value alone lies in the middle of a range around it.
        low, high = jnp.where(low == high, low - 1, low), jnp.where(low == high, high + 1, high)
    elif min == max:
        low, high = low - 1, high + 1
    inside = (input >= low) & (input <= high)
    position = jnp.where(inside, (input - low) * bins / (high - low), 0).astype(int)
    position = jnp.where(inside, jnp.minimum(position, bins - 1), bins)  # what is outside: beyond the end, dropped
    counts = jnp.zeros(bins, int).at[position].add(1, mode="drop")
    return lax.stop_gradient(counts.astype(input.dtype))


@op("input", "weights", where=(), out=False, saves="nothing")
def bincount(input, weights=None, *, length):
    """Count how often each integer below `length` occurs in a vector, or add up the weights that stand there.

    The length is given because it depends on the largest value; a larger value is not counted.

    Shape: input and weights (N,); result (length,): integers, or the dtype of floating weights, else double.

    Raises:
        RuntimeError: for other ranks, and for weights of another size.
        NotImplementedError: for booleans and floating point values.

    Example:
        >>> bincount(jnp.array([1, 1, 3]), length=4).tolist()
        [0, 2, 0, 1]

    See: https://pytorch.org/docs/stable/generated/torch.bincount.html
    """
    input = jnp.asarray(input)
    if input.ndim != 1:
        raise RuntimeError(
            f"bincount only supports 1-d non-negative integral inputs.\nThe input has {input.ndim} dimensions."
        )
    if is_floating(input) or input.dtype == jnp.bool_:
        raise not_implemented("bincount_cpu", input.dtype)
    places = jnp.where(input < 0, length, input)
    if weights is None:
        return jnp.zeros(length, int).at[places].add(1, mode="drop")
    weights = jnp.asarray(weights)
    if weights.shape != input.shape:
        raise RuntimeError(
            "weights should be 1-d and have the same length as input\nThe shapes are "
            f"{weights.shape} and {input.shape}."
        )
    if weights.dtype != jnp.float32:
        weights = weights.astype(float)
    return jnp.zeros(length, weights.dtype).at[places].add(lax.stop_gradient(weights), mode="drop")

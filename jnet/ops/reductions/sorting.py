"""Sorting, and what is read from a sorted dimension, with PyTorch's semantics: values, and where they stood."""

import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import axis, not_implemented
from jnet.ops.reductions.order import at, check_not_empty, take
from jnet.ops.registry import op

__all__ = ["argsort", "kthvalue", "msort", "sort", "topk"]


@op("input", grad_fn=lambda ranks, settings: f"SortBackward{int('stable' in settings)}", saves="nothing")
def sort(input, dim=-1, descending=False, *, stable=False):
    """Sort along `dim`; return the values, and where they stood, as a pair; nan is largest.

    Args:
        stable: accepted for PyTorch's sake; equal values keep their order in any case.

    Raises:
        IndexError: if there is no such dimension.
        RuntimeError: for complex numbers.

    Example:
        >>> sort(jnp.array([3.0, 1.0, 2.0]), descending=True).indices.tolist()
        [0, 2, 1]

    See: https://pytorch.org/docs/stable/generated/torch.sort.html
    """
    input = jnp.asarray(input)
    along = axis(dim, input.ndim, "sort")
    if jnp.iscomplexobj(input):
        raise RuntimeError(
            " Sort does not support complex dtypes on CPU\nComplex numbers have no order; sort abs(input)."
        )
    if not input.ndim:
        return at(input, None, along, True)
    indices = jnp.argsort(lax.stop_gradient(input), along, stable=True, descending=descending).astype(int)
    return at(input, indices, along, True)


@op("input", out=False, saves="nothing")
def argsort(input, dim=-1, descending=False, *, stable=False):
    """Return where the sorted values stood along `dim`; arguments and errors as `sort`.

    Example:
        >>> argsort(jnp.array([3.0, 1.0, 2.0])).tolist()
        [1, 2, 0]

    See: https://pytorch.org/docs/stable/generated/torch.argsort.html
    """
    return sort(input, dim, descending, stable=stable).indices


@op("input", grad_fn="SortBackward0", saves="nothing")
def msort(input):
    """Sort along the first dimension; return the values.

    Example:
        >>> msort(jnp.array([[2, 1], [1, 3]])).tolist()
        [[1, 1], [2, 3]]

    See: https://pytorch.org/docs/stable/generated/torch.msort.html
    """
    return sort(input, 0).values


@op("input", grad_fn="KthvalueBackward0", saves="nothing")
def kthvalue(input, k, dim=-1, keepdim=False):
    """Return the k-th smallest value along `dim` (k from 1), and where it stands in a stable order; nan is largest.

    Raises:
        RuntimeError: if there is no k-th value.
        IndexError: if there is no such dimension, or it has size 0.
        NotImplementedError: for booleans.

    Example:
        >>> kthvalue(jnp.arange(8.0).reshape(2, 4), 3).values.tolist()
        [2.0, 6.0]

    See: https://pytorch.org/docs/stable/generated/torch.kthvalue.html
    """
    input = jnp.asarray(input)
    along = axis(dim, input.ndim, "kthvalue")
    check_not_empty("kthvalue", input, dim)
    size = input.shape[along] if input.ndim else 1
    if not 1 <= k <= size:
        raise RuntimeError(
            f"kthvalue(): selected number k out of range for dimension {along}\nGot k={k}; the dimension has {size} "
            f"values, so k lies in [1, {size}]."
        )
    if input.dtype == jnp.bool_ or jnp.iscomplexobj(input):
        raise not_implemented("kthvalue_cpu", input.dtype)
    return at(input, take(jnp.argsort(input, along), k - 1, along) if input.ndim else None, along, keepdim)


@op("input", grad_fn="TopkBackward0", saves="nothing")
def topk(input, k, dim=-1, largest=True, sorted=True):
    """Return the k largest values along `dim` (or smallest), in order, and where they stand; nan is largest.

    Args:
        sorted: accepted for PyTorch's sake; the values are in order in any case.

    Raises:
        RuntimeError: if there are fewer than k; for booleans.

    Example:
        >>> topk(jnp.array([1.0, 4.0, 3.0]), 2).indices.tolist()
        [1, 2]

    See: https://pytorch.org/docs/stable/generated/torch.topk.html
    """
    input = jnp.asarray(input)
    along = axis(dim, input.ndim, "topk")
    size = input.shape[along] if input.ndim else 1
    if not 0 <= k <= size:
        raise RuntimeError(f"selected index k out of range\nGot k={k}; dimension {along} has {size} values.")
    if input.dtype == jnp.bool_:
        raise RuntimeError("topk does not support bool dtypes on CPU\nConvert it to integers.")
    if jnp.iscomplexobj(input):
        raise RuntimeError(" topk does not support complex dtypes on CPU\nComplex numbers have no order.")
    if not input.ndim:
        return at(input, None, along, True)
    if largest:
        indices = jnp.moveaxis(lax.top_k(jnp.moveaxis(input, along, -1), k)[1], -1, along)
    else:
        indices = lax.slice_in_dim(jnp.argsort(input, along), 0, k, axis=along)
    return at(input, indices.astype(int), along, True)

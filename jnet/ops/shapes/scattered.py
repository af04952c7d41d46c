"""Copies of an array with a part of it replaced: what a write through a view does, without the view."""

import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import axis, own_axis
from jnet.ops.registry import op
from jnet.ops.shapes.view import write_as_strided, write_diagonal

__all__ = ["as_strided_scatter", "diagonal_scatter", "select_scatter", "slice_scatter"]


@op("input", "src", grad_fn="SelectScatterBackward0", saves="nothing")
def select_scatter(input, src, dim, index):
    """Return the input with the slice at one index along `dim` replaced by `src`.

    Raises:
        IndexError: if the dimension or the index does not exist.
        RuntimeError: if `src` has not the shape of the slice.

    Example:
        >>> select_scatter(jnp.zeros((2, 2)), jnp.ones(2), 0, 1).tolist()
        [[0.0, 0.0], [1.0, 1.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.select_scatter.html
    """
    input, src = jnp.asarray(input), jnp.asarray(src)
    if not input.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.\nA scalar has no slices.")
    dim = axis(dim, input.ndim, "select_scatter")
    size = input.shape[dim]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}\n"
            f"The dimension has {size} places."
        )
    _check_shape(src, input.shape[:dim] + input.shape[dim + 1 :])
    new = jnp.expand_dims(src.astype(input.dtype), dim)
    return lax.dynamic_update_slice_in_dim(input, new, index % size, dim)


@op("input", "src", grad_fn="SliceScatterBackward0", saves="nothing")
def slice_scatter(input, src, dim=0, start=None, end=None, step=1):
    """Return the input with the slice `start:end:step` along `dim` replaced by `src`.

    Raises:
        IndexError: if there is no such dimension.
        RuntimeError: if `src` has not the shape of the slice, or the step is not positive.

    Example:
        >>> slice_scatter(jnp.zeros(4), jnp.ones(2), start=1, step=2).tolist()
        [0.0, 1.0, 0.0, 1.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.slice_scatter.html
    """
    input, src = jnp.asarray(input), jnp.asarray(src)
    dim = own_axis(dim, input.ndim, "slice_scatter")
    if step <= 0:
        raise RuntimeError("slice step must be positive\nA view cannot run backwards; flip the source.")
    places = range(*slice(start, end, step).indices(input.shape[dim]))
    _check_shape(src, (*input.shape[:dim], len(places), *input.shape[dim + 1 :]))
    index = (slice(None),) * dim + (slice(places.start, max(places.stop, places.start), step),)
    return input.at[index].set(src.astype(input.dtype))


@op("input", "src", grad_fn="DiagonalScatterBackward0", saves="nothing")
def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1):
    """Return the input with the diagonal of two dimensions replaced by `src`.

    Raises:
        RuntimeError: if `src` has not the shape of the diagonal, or the dimensions are one.

    Example:
        >>> diagonal_scatter(jnp.zeros((2, 2)), jnp.ones(2)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.diagonal_scatter.html
    """
    input, src = jnp.asarray(input), jnp.asarray(src)
    first, second = axis(dim1, input.ndim, "diagonal_scatter"), axis(dim2, input.ndim, "diagonal_scatter")
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}\nName two dimensions.")
    _check_shape(src, jnp.diagonal(input, offset, first, second).shape)
    return write_diagonal(input, src.astype(input.dtype), offset=offset, dim1=first, dim2=second)


@op("input", "src", grad_fn="AsStridedScatterBackward0", saves="nothing")
def as_strided_scatter(input, src, size, stride, storage_offset=None):
    """Return the input with the places that sizes and strides describe replaced by `src`.

    The derivative is the input's where it is kept (that of PyTorch 2.13 is wrong).

    Raises:
        RuntimeError: if `src` has not that size.

    Example:
        >>> as_strided_scatter(jnp.zeros((2, 2)), jnp.ones(2), (2,), (3,)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.as_strided_scatter.html
    """
    input, src = jnp.asarray(input), jnp.asarray(src)
    _check_shape(src, tuple(size))
    new = src.astype(input.dtype)
    return write_as_strided(input, new, shape=tuple(size), strides=tuple(stride), offset=storage_offset or 0)


def _check_shape(src, shape):
    if src.shape != tuple(shape):
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(shape)}\nReshape or expand the source."
        )

"""Tensors put together: concatenated, stacked, along diagonals, as grids. All of them give new tensors.

The arguments of one call are converted to their common dtype, as PyTorch does.
"""

import functools
import warnings

import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import axis, dtype_name
from jnet.ops.promotion import result_type
from jnet.ops.registry import op

__all__ = [
    "block_diag",
    "cartesian_prod",
    "cat",
    "column_stack",
    "dstack",
    "hstack",
    "meshgrid",
    "stack",
    "vstack",
]

joins = functools.partial(op, "*tensors", where=("torch",), grad_fn="CatBackward0", saves="nothing")


@joins(aliases=("concat", "concatenate"))
def cat(tensors, dim=0):
    """Put tensors one after another along `dim`; those of shape (0,) are passed over, whatever the others' rank.

    Shape: all sizes but that of `dim` are equal.

    Raises:
        ValueError: for no tensors.
        RuntimeError: if shapes do not fit, or one has no dimensions.
        IndexError: if there is no such dimension.

    Example:
        >>> cat([jnp.zeros((1, 2)), jnp.ones((2, 2), jnp.int32)]).tolist()
        [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.cat.html
    """
    if not len(tensors):
        raise ValueError("torch.cat(): expected a non-empty list of Tensors\nGive at least one.")
    tensors = _of_one_dtype(tensors)
    for place, each in enumerate(tensors):
        if each.ndim == 0:
            raise RuntimeError(
                f"zero-dimensional tensor (at position {place}) cannot be concatenated\nstack() puts scalars together."
            )
    parts = [(place, each) for place, each in enumerate(tensors) if each.shape != (0,)]
    if not parts:
        return tensors[0]
    first = parts[0][1]
    dim = axis(dim, first.ndim, "cat")
    for place, each in parts:
        _require_fit(first.shape, each.shape, dim, place)
    return lax.concatenate([each for _, each in parts], dim)


def _require_fit(first, shape, dim, place):
    if len(shape) != len(first):
        raise RuntimeError(
            f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}\n"
            f"The shapes are {list(first)} and {list(shape)}."
        )
    for k, (expected, got) in enumerate(zip(first, shape, strict=True)):
        if k != dim and expected != got:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {dim}. Expected size {expected} but got size {got} "
                f"for tensor number {place} in the list.\nThe shapes are {list(first)} and {list(shape)}."
            )


@op("*tensors", where=("torch",), grad_fn="StackBackward0", saves="nothing")
def stack(tensors, dim=0):
    """Put tensors of one shape together along a new dimension.

    Raises:
        RuntimeError: for no tensors, or tensors of several shapes.
        IndexError: if the result has no such dimension.

    Example:
        >>> stack([jnp.zeros(2), jnp.ones(2)], dim=1).tolist()
        [[0.0, 1.0], [0.0, 1.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.stack.html
    """
    _require_some("stack", tensors)
    tensors = _of_one_dtype(tensors)
    dim = axis(dim, tensors[0].ndim + 1, "stack")
    for place, each in enumerate(tensors):
        if each.shape != tensors[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at entry 0 and "
                f"{list(each.shape)} at entry {place}\ncat() joins along a dimension that they have."
            )
    return lax.concatenate([lax.expand_dims(each, (dim,)) for each in tensors], dim)


@joins()
def hstack(tensors):
    """Put tensors side by side: along the second dimension, vectors and scalars along the first.

    Example:
        >>> hstack([jnp.ones((2, 1)), jnp.zeros((2, 1))]).tolist()
        [[1.0, 0.0], [1.0, 0.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.hstack.html
    """
    _require_some("hstack", tensors)
    tensors = [jnp.atleast_1d(each) for each in tensors]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


@joins(aliases=("row_stack",))
def vstack(tensors):
    """Put tensors one below another, vectors as rows.

    Example:
        >>> vstack([jnp.array([1, 2]), jnp.array([3, 4])]).tolist()
        [[1, 2], [3, 4]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.vstack.html
    """
    _require_some("vstack", tensors)
    return cat([jnp.atleast_2d(each) for each in tensors], 0)


@joins()
def dstack(tensors):
    """Put tensors together along the third dimension; a vector is (1, N, 1), a matrix (M, N, 1).

    Example:
        >>> dstack([jnp.array([1, 2]), jnp.array([3, 4])]).tolist()
        [[[1, 3], [2, 4]]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.dstack.html
    """
    _require_some("dstack", tensors)
    return cat([jnp.atleast_3d(each) for each in tensors], 2)


@joins()
def column_stack(tensors):
    """Put tensors side by side, vectors and scalars as columns.

    Example:
        >>> column_stack([jnp.array([1, 2]), jnp.array([3, 4])]).tolist()
        [[1, 3], [2, 4]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.column_stack.html
    """
    _require_some("column_stack", tensors)
    return cat([each.reshape(-1, 1) if each.ndim < 2 else each for each in map(jnp.asarray, tensors)], 1)


@op("*tensors", where=("torch",), out=False, grad_fn="BlockDiagBackward0", saves="nothing")
def block_diag(tensors):
    """Put matrices along the diagonal of a matrix of zeros; vectors are rows, scalars (1, 1).

    Raises:
        RuntimeError: for more than two dimensions.

    Example:
        >>> block_diag([jnp.ones((1, 2)), jnp.array(3.0)]).tolist()
        [[1.0, 1.0, 0.0], [0.0, 0.0, 3.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.block_diag.html
    """
    if not len(tensors):
        return jnp.zeros((1, 0))
    tensors = _of_one_dtype(tensors)
    for place, each in enumerate(tensors):
        if each.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {place} has {each.ndim} "
                "dimensions\nIts blocks are matrices."
            )
    blocks = [jnp.atleast_2d(each) for each in tensors]
    width, left, rows = sum(each.shape[1] for each in blocks), 0, []
    for each in blocks:
        rows.append(jnp.pad(each, ((0, 0), (left, width - left - each.shape[1]))))
        left += each.shape[1]
    return lax.concatenate(rows, 0)


@op("*tensors", where=("torch",), out=False, grad_fn="ExpandBackward0", saves="nothing")
def meshgrid(tensors, indexing=None):
    """Return the coordinates of all points of a grid, one tensor for each given axis (a vector or a scalar).

    Args:
        indexing: "ij" (sizes in the order of the axes) or "xy" (the first two swapped); None is "ij", with a warning.

    Raises:
        RuntimeError: for no axes, more dimensions, several dtypes, another `indexing`.

    Example:
        >>> x, y = meshgrid([jnp.array([1, 2]), jnp.array([3, 4, 5])], indexing="ij")
        >>> x.tolist(), y.tolist()
        ([[1, 1, 1], [2, 2, 2]], [[3, 4, 5], [3, 4, 5]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.meshgrid.html
    """
    _require_some("meshgrid", tensors)
    tensors = [jnp.asarray(each) for each in tensors]
    if indexing is None:
        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
            UserWarning,
            stacklevel=3,
        )
    elif indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    for each in tensors:
        if each.ndim > 1:
            raise RuntimeError(
                "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: "
                f"one of shape {list(each.shape)}\nEach tensor is one axis of the grid."
            )
        if each.dtype != tensors[0].dtype:
            raise RuntimeError(
                "meshgrid expects all tensors to have the same dtype\n"
                f"Got {dtype_name(tensors[0].dtype)} and {dtype_name(each.dtype)}."
            )
    return tuple(jnp.meshgrid(*map(jnp.ravel, tensors), indexing=indexing or "ij"))


@op("*tensors", where=("torch",), out=False, grad_fn="StackBackward0", saves="nothing")
def cartesian_prod(tensors):
    """Return all combinations of one value of each vector, one in a row, the last vector's values changing fastest.

    Shape: (N1,), ..., (Nk,) give (N1 ... Nk, k); one vector stays as it is.

    Raises:
        RuntimeError: if one is not a vector, or dtypes differ.

    Example:
        >>> cartesian_prod([jnp.array([1, 2]), jnp.array([3, 4])]).tolist()
        [[1, 3], [1, 4], [2, 3], [2, 4]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.cartesian_prod.html
    """
    for each in tensors:
        if jnp.ndim(each) != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(jnp.shape(each))}\nFlatten it.")
    if len(tensors) == 1:
        return jnp.asarray(tensors[0])
    return stack([each.reshape(-1) for each in meshgrid(tensors, indexing="ij")], 1)


def _require_some(name, tensors):
    if not len(tensors):
        raise RuntimeError(f"{name} expects a non-empty TensorList\nGive at least one tensor.")


def _of_one_dtype(tensors):
    """Return the tensors as arrays of their common dtype."""
    tensors = [jnp.asarray(each) for each in tensors]
    dtype = result_type(*tensors)
    return [each.astype(dtype) for each in tensors]

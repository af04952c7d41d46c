"""Reading at indices that are tensors; `indices` says what becomes of those out of range."""

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import axis, broadcast_shapes, dtype_name, tensor_type
from jnet.ops.indexing.indices import checked, is_index, is_long, read, require_long, spec_indices
from jnet.ops.registry import op

__all__ = ["embedding", "gather", "index", "index_select", "take", "take_along_dim"]


@op("input", "index", grad_fn="IndexSelectBackward0")
def index_select(input, dim, index):
    """Return the slices of the input along `dim` that a vector of indices names.

    Raises:
        IndexError: if the index is no vector, or out of range.
        RuntimeError: unless the index is of int32 or int64.

    Example:
        >>> index_select(jnp.array([[1, 2], [3, 4]]), 1, jnp.array([1])).tolist()
        [[2], [4]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.index_select.html
    """
    input, index = jnp.asarray(input), jnp.asarray(index)
    dim = axis(dim, input.ndim, "index_select")
    if index.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector\ngather() takes more dimensions.")
    if not is_index(index):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index\nConvert it.")
    if input.ndim == 0 and index.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {index.size} value(s)")
    if input.ndim > 1 and index.size and not input.shape[dim]:
        raise RuntimeError(
            f"index_select(): self indexing axis dim should be positive\nDimension {dim} of {input.shape} is empty."
        )
    index = checked("index_select", index, input.shape, dim).reshape(-1)
    found = read(input.reshape(input.shape or (1,)), [None] * dim + [0], [index])
    return found if input.ndim else found.reshape(())


@op("input", "index", grad_fn="GatherBackward0")
def gather(input, dim, index, *, sparse_grad=False):
    """Return the values that stand at the index along `dim`, and at the same place in the other dimensions.

    `result[i][j] = input[index[i][j]][j]` for dim=0.

    Shape: the result has that of the index, which is no larger than the input in the other dimensions.

    Raises:
        RuntimeError: if shapes do not fit, or the index is not of int32 or int64, or out of range.

    Example:
        >>> gather(jnp.array([[1, 2], [3, 4]]), 1, jnp.array([[0], [1]])).tolist()
        [[1], [4]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.gather.html
    """
    input, index = jnp.asarray(input), jnp.asarray(index)
    if sparse_grad:
        raise NotImplementedError("gather() with sparse_grad=True: gradients are dense.")
    dim = axis(dim, input.ndim, "gather")
    if index.size == 0:  # of any dtype
        return jnp.zeros(index.shape, input.dtype)
    if not is_index(index):
        raise RuntimeError(f"gather(): Expected dtype int32/int64 for index\nGot {dtype_name(index.dtype)}.")
    if max(input.ndim, 1) != max(index.ndim, 1):
        raise RuntimeError(
            "Index tensor must have the same number of dimensions as input tensor\n"
            f"The shapes are {list(index.shape)} and {list(input.shape)}."
        )
    for k, (have, size) in enumerate(zip(index.shape, input.shape, strict=False)):
        if k != dim and have > size:
            raise RuntimeError(
                f"Size does not match at dimension {k} expected index {list(index.shape)} to be no larger than self "
                f"{list(input.shape)} apart from dimension {dim}\nTake a part of the index."
            )
    return _gather(input, dim, checked("gather", index, input.shape, dim))


def _gather(input, dim, index):
    """Return the values at an index that is counted from the front."""
    shape = index.shape
    input, index = input.reshape(input.shape or (1,)), index.reshape(index.shape or (1,))
    corner = [size if k == dim else index.shape[k] for k, size in enumerate(input.shape)]
    return jnp.take_along_axis(lax.slice(input, (0,) * input.ndim, corner), index, dim, mode="fill").reshape(shape)


@op("input", "index", grad_fn="TakeBackward0")
def take(input, index):
    """Return values of the flattened input, in the shape of the index; negative ones count from the end.

    Raises:
        RuntimeError: unless the index is of the default integer.
        IndexError: if it is out of range.

    Example:
        >>> take(jnp.array([[1, 2], [3, 4]]), jnp.array([0, -1])).tolist()
        [1, 4]

    See: https://docs.pytorch.org/docs/stable/generated/torch.take.html
    """
    input, index = jnp.asarray(input), jnp.asarray(index)
    require_long("take", index)
    if input.size == 0 and index.size:
        raise IndexError("take(): tried to take from an empty tensor\nIt has no values.")
    return read(input.reshape(-1), [0], [checked("take", index, input.shape)])


@op("input", "indices", grad_fn="GatherBackward0")
def take_along_dim(input, indices, dim=None):
    """Return the values at indices along `dim`, both arguments broadcast in the other dimensions (see `gather`).

    Without `dim` it takes from the flattened input. Along one, indices wrap around.

    Raises:
        RuntimeError: if shapes do not fit; unless the indices are of the default integer.

    Example:
        >>> x = jnp.array([[3, 1], [2, 4]])
        >>> take_along_dim(x, jnp.argsort(x, 1), 1).tolist()
        [[1, 3], [2, 4]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.take_along_dim.html
    """
    input, indices = jnp.asarray(input), jnp.asarray(indices)
    if dim is None and not is_index(indices):
        raise RuntimeError(f"gather(): Expected dtype int32/int64 for index\nGot {dtype_name(indices.dtype)}.")
    if dim is not None and not is_long(indices):
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {dtype_name(indices.dtype)}\nConvert."
        )
    if dim is None:
        return read(input.reshape(-1), [0], [checked("take_along_dim", indices, input.shape).reshape(-1)])
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{input.ndim} dimensions for input, and {indices.ndim} dimensions for indices\n"
            "Only the size along dim may differ."
        )
    dim = axis(dim, input.ndim, "take_along_dim")
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions\nOmit dim.")
    size, count = input.shape[dim], indices.shape[dim]
    shape = list(broadcast_shapes(*([*s[:dim], 1, *s[dim + 1 :]] for s in (input.shape, indices.shape))))
    input = jnp.broadcast_to(input, [*shape[:dim], size, *shape[dim + 1 :]])
    indices = jnp.broadcast_to(indices, [*shape[:dim], count, *shape[dim + 1 :]])
    return _gather(input, dim, indices % max(size, 1))


@op("*tensors", where=(), out=False, grad_fn="IndexBackward0")
def index(tensors, spec):
    """Return `input[...]` for index tensors, which broadcast; negative indices count from the end.

    Shape: the dimensions of the indices stand where the indexed dimensions were; in front if these are not adjacent.

    Args:
        tensors: the input, then the index tensors, of integers.
        spec: for each dimension of the input None (all of it) or the place of its index in `tensors`; dimensions left
            out at the end are kept.

    Raises:
        IndexError: for other dtypes, shapes that do not broadcast, indices out of range.

    Example:
        >>> index([jnp.array([[1, 2], [3, 4]]), jnp.array([0, 1]), jnp.array([-1, 0])], (1, 2)).tolist()
        [2, 3]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_put_.html
    """
    input = jnp.asarray(tensors[0])
    pattern, indices = spec_indices("index", input.shape, spec, tensors)
    return read(input, pattern, indices)


@op("input", "weight", where=("functional",), out=False, grad_fn="EmbeddingBackward0")
def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Return the rows of `weight` that the indices in `input` name.

    Shape: input (*) and weight (V, D) give (*, D).

    Args:
        padding_idx: the row that gets no gradient.
        scale_grad_by_freq: divide the gradient of a row by how often it is named.

    Raises:
        RuntimeError: unless `input` is of int32 or int64 and `weight` has two dimensions.
        AssertionError: if `padding_idx` is no row.
        IndexError: if an index is out of range; negative ones are.
        NotImplementedError: for `max_norm`, which would write to the weight, and `sparse` gradients.

    Example:
        >>> embedding(jnp.array([1, 0]), jnp.array([[0.0, 1.0], [2.0, 3.0]])).tolist()
        [[2.0, 3.0], [0.0, 1.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
    """
    input, weight = jnp.asarray(input), jnp.asarray(weight)
    if max_norm is not None or sparse:
        raise NotImplementedError(f"embedding() with {'sparse=True' if sparse else 'max_norm'}.")
    if padding_idx is not None and not -weight.shape[0] <= padding_idx < weight.shape[0]:
        raise AssertionError("Padding_idx must be within num_embeddings\nIt is a row of the weight.")
    if weight.ndim != 2:
        raise RuntimeError(f"'weight' must be 2-D\nIt has {weight.ndim} dimensions.")
    if not is_index(input):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{tensor_type(input.dtype)} instead (while checking arguments for embedding)\nConvert them."
        )
    if input.size and not len(weight):
        raise RuntimeError("index_select(): self indexing axis dim should be positive\nThe weight has no rows.")
    places = checked("embedding", input, weight.shape)
    share = jnp.ones(input.shape, weight.dtype)
    if scale_grad_by_freq:
        share = share / read(jnp.zeros(len(weight), weight.dtype).at[places].add(1, mode="drop"), [0], [places])
    if padding_idx is not None:
        share = jnp.where(places == padding_idx % len(weight), jnp.zeros((), share.dtype), share)
    rows = read(weight, [0], [places])
    return rows if padding_idx is None and not scale_grad_by_freq else _with_share(rows, share[..., None])


@jax.custom_jvp
def _with_share(values, share):
    """Return the values, of whose gradient only a share goes on."""
    return values


@_with_share.defjvp
def _(primals, tangents):
    values, share = primals
    none = jnp.zeros((), values.dtype)
    return values, jnp.where(jnp.broadcast_to(share == 0, values.shape), none, tangents[0] * share)

"""Writing at indices that are tensors, and where a mask is true; `indices` says what becomes of those out of range."""

import jax.numpy as jnp
import numpy as np

from jnet.ops.checks import axis, broadcast_shapes, c_name, dtype_name, is_concrete
from jnet.ops.indexing.indices import (
    cast,
    checked,
    combined,
    is_index,
    is_long,
    read,
    require_long,
    spec_indices,
    written,
)
from jnet.ops.registry import op

__all__ = ["index_add", "index_copy", "index_fill", "index_put", "masked_fill", "masked_scatter", "put"]


@op("input", "index", "source", scalars=("alpha",), inplace=True, grad_fn="IndexAddBackward0")
def index_add(input, dim, index, source, *, alpha=1):
    """Return the input with `alpha` times the slices of `source` added to those that a vector of indices names.

    Raises:
        RuntimeError: if shapes or dtypes do not fit, or the index is out of range.
        IndexError: if the index is no vector.

    Example:
        >>> index_add(jnp.zeros(3), 0, jnp.array([0, 0]), jnp.array([1.0, 2.0]), alpha=2).tolist()
        [6.0, 0.0, 0.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_add_.html
    """
    input, index, source = jnp.asarray(input), jnp.asarray(index), jnp.asarray(source)
    dim = axis(dim, input.ndim, "index_add")
    _check_index_add(input, dim, index, source)
    scaled = source * jnp.asarray(alpha).astype(source.dtype)
    index = checked("index_add", index, input.shape, dim).reshape(-1)
    if not input.ndim:
        return combined("add", input.reshape(1), [0], [index], scaled.reshape(1)).reshape(())
    return combined("add", input, [None] * dim + [0], [index], scaled)


def _check_index_add(input, dim, index, source):
    if index.ndim > 1:
        raise IndexError(
            f"index_add_(): Index is supposed to be a vector, but got dim: {index.ndim} with type: "
            f"{dtype_name(index.dtype)} and size: {list(index.shape)}"
        )
    if not is_index(index):
        raise RuntimeError(f"index_add_(): Expected dtype int32/int64 for index but got: {dtype_name(index.dtype)}")
    if input.dtype != source.dtype:
        raise RuntimeError(
            f"index_add_(): self ({dtype_name(input.dtype)}) and source ({dtype_name(source.dtype)}) must have the same"
            " scalar type"
        )
    if index.size != (source.shape[dim] if dim < source.ndim else 1):
        raise RuntimeError(
            f"index_add_(): Number of indices ({index.size}) should be equal to source.size(dim): "
            f"({source.shape[dim] if dim < source.ndim else 1}), for dim: {dim}"
        )
    if [*input.shape[:dim], *input.shape[dim + 1 :]] != [*source.shape[:dim], *source.shape[dim + 1 :]] or (
        input.ndim != source.ndim
    ):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {list(input.shape)} source.shape = {list(source.shape)}"
        )


@op("input", "index", "source", inplace=True, grad_fn="IndexCopyBackward0")
def index_copy(input, dim, index, source):
    """Return the input with the slices of `source` written to those that a vector of indices names.

    Raises:
        RuntimeError: if the shapes of slices, or the dtypes do not fit.
        IndexError: if the number of indices does not fit, or one is out of range.

    Example:
        >>> index_copy(jnp.zeros((2, 2)), 1, jnp.array([1]), jnp.ones((2, 1))).tolist()
        [[0.0, 1.0], [0.0, 1.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_copy_.html
    """
    input, index, source = jnp.asarray(input), jnp.asarray(index), jnp.asarray(source)
    dim = axis(dim, input.ndim, "index_copy")
    _check_index_copy(input, dim, index, source)
    index = checked("index_copy", index, input.shape, dim).reshape(-1)
    if input.ndim < 2:  # scalars and vectors may be mixed
        vector, values = input.reshape(input.shape or (1,)), source.reshape(-1)
        return written([0], vector, values, [index]).reshape(input.shape)
    return written([None] * dim + [0], input, source, [index])


def _check_index_copy(input, dim, index, source):
    if index.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {index.ndim})")
    if not source.ndim and index.size != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {index.size})")
    if source.ndim and input.ndim and source.ndim != input.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({source.ndim}), destination dimensionality ({input.ndim})"
        )
    require_long("index_copy_", index)
    if input.dtype != source.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{dtype_name(input.dtype)} and (source) {dtype_name(source.dtype)}"
        )
    ours = [*input.shape[:dim], *input.shape[dim + 1 :]]
    theirs = [*source.shape[:dim], *source.shape[dim + 1 :]] if source.ndim else []
    if ours != theirs:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, ours))} at dimension {dim} and source slice shape: {' '.join(map(str, theirs))} at "
            "dimension 0."
        )
    if source.ndim and index.size != source.shape[dim]:
        raise IndexError(
            f"index_copy_(): Number of indices ({index.size}) should be equal to source.size(dim) ({source.shape[dim]})"
        )


def _fill_node(name):
    return lambda ranks, settings: f"{name}Backward{0 if ranks[2] is None else 1}"


@op("input", "index", "value", inplace=True, grad_fn=_fill_node("IndexFill"))
def index_fill(input, dim, index, value):
    """Return the input with one value in all slices along `dim` that a vector of indices names.

    Args:
        value: a number, or a tensor without dimensions.

    Raises:
        IndexError: unless the index is of the default integer, and in range; negative ones count from the end.
        RuntimeError: if it is no vector, or the value has dimensions.

    Example:
        >>> index_fill(jnp.zeros((2, 2)), 0, jnp.array([-1]), 7).tolist()
        [[0.0, 0.0], [7.0, 7.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_fill_.html
    """
    input, index = jnp.asarray(input), jnp.asarray(index)
    value = _fill_value("index_fill_", value)
    if not is_long(index):
        raise IndexError("index_fill_(): Expected dtype int64 for index.\nConvert it.")
    dim = axis(dim, input.ndim, "index_fill")
    if index.ndim > 1:
        raise RuntimeError(f"Index has to be a vector/scalar\nIt has {index.ndim} dimensions.")
    if jnp.iscomplexobj(value) and not jnp.iscomplexobj(input):
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    index = checked("index_fill", index, input.shape, dim).reshape(-1)
    size = (*input.shape, 1)[dim]
    hit = jnp.zeros(size, bool).at[index].set(True, mode="drop")
    hit = hit.reshape([size if k == dim else 1 for k in range(input.ndim)])
    return jnp.where(jnp.broadcast_to(hit, input.shape), cast(value, input.dtype), input)


@op("input", "mask", "value", inplace=True, grad_fn=_fill_node("MaskedFill"))
def masked_fill(input, mask, value):
    """Return the input with one value wherever the mask, which broadcasts with it, is true.

    Args:
        value: a number, or a tensor without dimensions.

    Raises:
        RuntimeError: unless the mask is of booleans; if the value has dimensions, or does not go into the dtype.

    Example:
        >>> masked_fill(jnp.array([1.0, 2.0]), jnp.array([True, False]), -jnp.inf).tolist()
        [-inf, 2.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.masked_fill_.html
    """
    input, mask = jnp.asarray(input), jnp.asarray(mask)
    value = _fill_value("masked_fill_", value)
    if mask.dtype != jnp.bool_:
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {c_name(mask.dtype)}\n"
            "Compare: mask != 0."
        )
    shape = broadcast_shapes(mask.shape, input.shape)
    return jnp.where(jnp.broadcast_to(mask, shape), cast(value, input.dtype), jnp.broadcast_to(input, shape))


@op("input", "mask", "source", inplace=True, grad_fn="MaskedScatterBackward0")
def masked_scatter(input, mask, source):
    """Return the input with the values of `source`, one after another, wherever the mask is true.

    Raises:
        RuntimeError: unless the mask is of booleans, and dtypes are equal; if `source` has too few values (where the
            mask can be looked at: else what is missing is as if read out of range).

    Example:
        >>> masked_scatter(jnp.zeros(3), jnp.array([True, False, True]), jnp.array([1.0, 2.0])).tolist()
        [1.0, 0.0, 2.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter_.html
    """
    input, mask, source = jnp.asarray(input), jnp.asarray(mask), jnp.asarray(source)
    if input.dtype != source.dtype:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got{dtype_name(input.dtype)} and "
            f"{dtype_name(source.dtype)}"
        )
    shape = broadcast_shapes(mask.shape, input.shape)
    if mask.dtype != jnp.bool_:
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {dtype_name(mask.dtype)}\n"
            "Compare: mask != 0."
        )
    mask = jnp.broadcast_to(mask, shape)
    if is_concrete(mask) and np.count_nonzero(mask) > source.size:
        raise RuntimeError(f"Number of elements of source < number of ones in mask\nThere are {source.size} elements.")
    order = jnp.cumsum(mask.reshape(-1)) - 1
    values = source.reshape(-1) if source.size else jnp.zeros(1, source.dtype)
    taken = read(values, [0], [jnp.where(order < 0, 0, order)]).reshape(shape)
    return jnp.where(mask, taken, jnp.broadcast_to(input, shape))


@op("*tensors", where=(), out=False, grad_fn="IndexPutBackward0")
def index_put(tensors, spec, accumulate=False):
    """Return the input with values, which broadcast, at `input[...]` for index tensors.

    Args:
        tensors: the input, the values, then the index tensors, of integers.
        spec: as in `index`, the places of indices in `tensors` counted without the values.
        accumulate: add the values, to places named several times each of them, instead of writing them.

    Raises:
        IndexError: as `index`.
        RuntimeError: if the values are of another dtype, or do not broadcast to the shape of the place.

    Example:
        >>> x, values, rows = jnp.zeros((2, 2)), jnp.array([1.0, 2.0]), jnp.array([1, 1])
        >>> index_put([x, values, rows], (1,), accumulate=True).tolist()
        [[0.0, 0.0], [2.0, 4.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_put_.html
    """
    input, values = jnp.asarray(tensors[0]), jnp.asarray(tensors[1])
    pattern, indices = spec_indices("index_put", input.shape, spec, (input, *tensors[2:]))
    if input.dtype != values.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {dtype_name(input.dtype)} for the "
            f"destination and {dtype_name(values.dtype)} for the source."
        )
    shape = _place_shape(input.shape, pattern, indices)
    extra = values.ndim - len(shape)
    if extra > 0 and values.shape[:extra] == (1,) * extra:  # an assignment may have ones too many in front
        values = values.reshape(values.shape[extra:])
    if any(have not in (1, want) for have, want in zip(values.shape[::-1], shape[::-1], strict=False)) or (
        values.ndim > len(shape)
    ):
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result of"
            f" shape {list(shape)}"
        )
    values = jnp.broadcast_to(values, shape)
    if accumulate:
        return combined("add", input, pattern, indices, values)
    return written(pattern, input, values, indices)


@op("input", "index", "source", where=("torch", "Tensor"), inplace=True, grad_fn="PutBackward0")
def put(input, index, source, accumulate=False):
    """Return the input with values at indices into the flattened input; negative ones count from the end.

    Args:
        accumulate: add the values instead of writing them.

    Raises:
        RuntimeError: unless the index is of the default integer, and dtypes are equal.
        IndexError: if there are not as many values as indices, or one is out of range.

    Example:
        >>> put(jnp.zeros((2, 2)), jnp.array([0, -1]), jnp.array([1.0, 2.0])).tolist()
        [[1.0, 0.0], [0.0, 2.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.put_.html
    """
    input, index, source = jnp.asarray(input), jnp.asarray(index), jnp.asarray(source)
    require_long("put_", index)
    if input.dtype != source.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{dtype_name(input.dtype)} and source.dtype = {dtype_name(source.dtype)}"
        )
    if source.size != index.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.size}, index.numel() = {index.size}"
        )
    if input.size == 0 and index.size:
        raise IndexError("put_(): Tried to put elements into an empty tensor\nIt has no places.")
    places, values = [checked("put", index, input.shape).reshape(-1)], source.reshape(-1)
    flat = input.reshape(-1)
    made = combined("add", flat, [0], places, values) if accumulate else written([0], flat, values, places)
    return made.reshape(input.shape)


# -- searching ---------------------------------------------------------------------------------------------------------


def _place_shape(shape, pattern, indices):
    """Return the shape of `input[...]`."""
    found = [dim for dim, each in enumerate(pattern) if each is not None]
    if not found:
        return tuple(shape)
    rest = [size for dim, size in enumerate(shape) if dim not in found]
    adjacent = found[-1] - found[0] + 1 == len(found)
    first = found[0] if adjacent else 0
    return (*rest[:first], *indices[0].shape, *rest[first:])


def _fill_value(name, value):
    """Return a number or a tensor without dimensions as an array."""
    value = jnp.asarray(value)
    if value.ndim:
        raise RuntimeError(
            f"{name} only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s).\n"
            "where() takes values of any shape."
        )
    return value

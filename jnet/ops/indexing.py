"""Reading and writing at indices that are tensors, and where a mask is true.

An index out of range fails, as in PyTorch, where its value can be looked at (`check_index`). While `jax.jit` traces it
cannot: then reading there gives nan (of integers the smallest, of unsigned ones the largest, of booleans True), and
writing there changes nothing. Of several values written to one place the last one stays (on an accelerator one of
them), and the gradient goes to each of them, as PyTorch has it.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import axis, broadcast_shapes, c_name, dtype_name, is_concrete, not_implemented
from jnet.ops.elementwise import seeing_numbers, value_of
from jnet.ops.promotion import number_kind, promoted
from jnet.ops.registry import op

__all__ = [
    "bucketize",
    "embedding",
    "gather",
    "index",
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "index_select",
    "masked_fill",
    "masked_scatter",
    "put",
    "scatter",
    "scatter_add",
    "scatter_reduce",
    "searchsorted",
    "take",
    "take_along_dim",
]

# Of the ops below that take a tensor of indices, its name and that of the tensor that is indexed, for `check_index`.
INDEXED = {
    **dict.fromkeys(("index_add", "index_copy", "index_fill", "index_select"), ("index", "input")),
    **dict.fromkeys(("gather", "scatter", "scatter_add", "scatter_reduce", "put", "take"), ("index", "input")),
    "embedding": ("input", "weight"),
    "take_along_dim": ("indices", "input"),
}
_FROM_THE_END = ("index", "index_put", "index_fill", "take", "put")  # the ops that take negative indices


def check_index(name: str, index, shape: tuple[int, ...], dim: int | None = None) -> None:
    """Raise what PyTorch's op `name` raises for an index (a NumPy array) out of range; shapes and `dim` have to fit.

    Args:
        shape: of the tensor that is indexed.
        dim: the indexed dimension; `take` and `put` know none, `embedding` only the first.

    Example:
        >>> check_index("gather", np.array([[0, 3]]), (2, 3), 1)
        Traceback (most recent call last):
        RuntimeError: index 3 is out of bounds for dimension 1 with size 3
    """
    if name == "take_along_dim" and dim is not None:
        return  # it wraps around
    index, size = np.asarray(index), _size(name, shape, dim)
    wrong = index[(index < (-size if name in _FROM_THE_END else 0)) | (index >= size)]
    if not wrong.size:
        return
    bad, dim = int(wrong.flat[0]), (dim or 0) % max(len(shape), 1)
    standard = f"index {bad} is out of bounds for dimension {dim} with size {size}"
    if name == "index_select" and dim == 1:
        raise RuntimeError(f"INDICES element is out of DATA bounds, id={bad} axis_dim={size}")
    if name in ("index_select", "embedding") or (name == "index_add" and len(shape) < 2):
        raise IndexError(f"index out of range in self\nThe index {bad} is not in the range of {size} values.")
    if name in ("take", "put"):
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {size} elements.")
    if name == "index_copy":
        raise IndexError(f"index_copy_(): {standard}")
    raise (IndexError if name in _FROM_THE_END else RuntimeError)(standard)


def check_bounds(index, size: int, dim: int) -> None:
    """Raise PyTorch's IndexError if a value of an index tensor (a NumPy array) is out of range for `tensor[index]`."""
    if size == 0 and np.size(index):
        raise IndexError("index is out of bounds for dimension with size 0")
    check_index("index", index, (1,) * dim + (size,), dim)


def _size(name, shape, dim):
    """Return how many values or slices an op can choose from."""
    flat = name in ("take", "put", "take_along_dim")
    return int(np.prod(shape)) if flat else (shape or (1,))[dim or 0]


def _checked(name, index, shape, dim=None):
    """Return the index counted from the front; out of range, in any way, is the size itself."""
    if is_concrete(index):
        check_index(name, index, shape, dim)
    index, size = index.astype(int), _size(name, shape, dim)
    if name in _FROM_THE_END:
        index = jnp.where(index < 0, index + size, index)
    return jnp.where(index < 0, size, index)


# -- reading -----------------------------------------------------------------------------------------------------------


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
    if not _is_index(index):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index\nConvert it.")
    if input.ndim == 0 and index.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {index.size} value(s)")
    index = _checked("index_select", index, input.shape, dim).reshape(-1)
    found = _read(input.reshape(input.shape or (1,)), [None] * dim + [0], [index])
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
    if not _is_index(index):
        raise RuntimeError(f"gather(): Expected dtype int32/int64 for index\nGot {dtype_name(index.dtype)}.")
    if index.size == 0:
        return jnp.zeros(index.shape, input.dtype)
    if max(input.ndim, 1) != max(index.ndim, 1):
        raise RuntimeError(
            "Index tensor must have the same number of dimensions as input tensor\n"
            f"The shapes are {list(index.shape)} and {list(input.shape)}."
        )
    for k, (have, size) in enumerate(zip(index.shape, input.shape, strict=False)):
        if k != dim and have > size:
            raise RuntimeError(
                f"Size does not match at dimension {k} expected index {list(index.shape)} to be no larger than self "
                f"{list(input.shape)} apart from dimension {dim}"
            )
    return _gather(input, dim, _checked("gather", index, input.shape, dim))


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
    _require_long("take", index)
    if input.size == 0 and index.size:
        raise IndexError("take(): tried to take from an empty tensor\nIt has no values.")
    return _read(input.reshape(-1), [0], [_checked("take", index, input.shape)])


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
    if not _is_long(indices):
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {dtype_name(indices.dtype)}\nConvert."
        )
    if dim is None:
        return _read(input.reshape(-1), [0], [_checked("take_along_dim", indices, input.shape).reshape(-1)])
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{input.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
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
    pattern, indices = _indices("index", input.shape, spec, tensors)
    return _read(input, pattern, indices)


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
    if not _is_index(input):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{dtype_name(input.dtype)}Tensor instead (while checking arguments for embedding)"
        )
    places = _checked("embedding", input, weight.shape)
    share = jnp.ones(input.shape, weight.dtype)
    if scale_grad_by_freq:
        share = share / _read(jnp.zeros(len(weight), weight.dtype).at[places].add(1, mode="drop"), [0], [places])
    if padding_idx is not None:
        share = jnp.where(places == padding_idx % len(weight), jnp.zeros((), share.dtype), share)
    rows = _read(weight, [0], [places])
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


# -- writing -----------------------------------------------------------------------------------------------------------


def _scatter_node(ranks, settings):
    if settings.get("reduce") is not None:
        return "NotImplemented"
    return "ScatterBackward1" if len(ranks) < 3 or ranks[2] is None else "ScatterBackward0"


@seeing_numbers("input", "index", "src", scalars=("value",), inplace=True, grad_fn=_scatter_node)
def scatter(input, dim, index, src=None, *, value=None, reduce=None):
    """Return the input with values written to the places that `gather` would read.

    `result[index[i][j]][j] = src[i][j]` for dim=0.

    Shape: the index is no larger than `src`, nor than the input in the other dimensions.

    Args:
        src: a tensor of the input's dtype, or a number, which may also be given as `value`.
        reduce: "add" or "multiply" combine the values with those of the input; there is no derivative.

    Raises:
        RuntimeError: if shapes or dtypes do not fit, or the index is out of range.

    Example:
        >>> scatter(jnp.zeros((2, 2)), 1, jnp.array([[1], [0]]), jnp.ones((2, 1))).tolist()
        [[0.0, 1.0], [1.0, 0.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_.html
    """
    input, index = jnp.asarray(input), jnp.asarray(index)
    given = value if src is None else src
    if given is None:
        raise TypeError('scatter() missing 1 required positional arguments: "src"\nOr give value=.')
    number = src is None or number_kind(src)
    src = _cast(value_of(given), input.dtype) if number else jnp.asarray(given)
    if reduce not in (None, "add", "multiply"):
        raise RuntimeError(f"reduce argument must be either add or multiply.\nGot {reduce}.")
    if index.size == 0:
        return input
    dim, index = _scatter_index("scatter", input, dim, index, None if number else src)
    src = jnp.broadcast_to(src, index.shape) if number else src
    if reduce is None:
        return _scattered("set", input, dim, index, src)
    # PyTorch has no derivative here, and fails in backward; so does stop_gradient, by giving none.
    return _scattered("add" if reduce == "add" else "multiply", lax.stop_gradient(input), dim, index, src)


@op("input", "index", "src", inplace=True, grad_fn="ScatterAddBackward0")
def scatter_add(input, dim, index, src):
    """Return the input with values added at the places that `gather` would read; shapes and errors as `scatter`.

    Example:
        >>> scatter_add(jnp.zeros(2), 0, jnp.array([1, 1]), jnp.array([3.0, 4.0])).tolist()
        [0.0, 7.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_add_.html
    """
    input, index, src = jnp.asarray(input), jnp.asarray(index), jnp.asarray(src)
    if index.size == 0:
        return input
    dim, index = _scatter_index("scatter_add", input, dim, index, src)
    return _scattered("add", input, dim, index, src)


@op("input", "index", "src", inplace=True, grad_fn="ScatterReduceBackward0")
def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """Return the input with the values that go to one place combined; shapes and errors as `scatter`.

    Args:
        reduce: "sum", "prod", "mean", "amax" or "amin"; of equal extremes each gets a share of the gradient.
        include_self: whether the value of the input takes part.

    Example:
        >>> scatter_reduce(jnp.ones(2), 0, jnp.array([1, 1]), jnp.array([3.0, 5.0]), "mean").tolist()
        [1.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_reduce_.html
    """
    input, index, src = jnp.asarray(input), jnp.asarray(index), jnp.asarray(src)
    if reduce not in ("sum", "prod", "mean", "amax", "amin"):
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    if index.size == 0:
        return input
    dim, index = _scatter_index("scatter_reduce", input, dim, index, src)
    if reduce == "mean" and input.dtype == jnp.bool_:
        raise not_implemented("scatter_gather_tensor_cpu_reduce_mean", input.dtype)
    shape = input.shape
    input, index, src = (x.reshape(x.shape or (1,)) for x in (input, index, src))
    pattern, places = _along(dim, index)
    src = lax.slice(src, (0,) * src.ndim, index.shape)
    return _REDUCTIONS[reduce](reduce, tuple(pattern), include_self, input, src, places).reshape(shape)


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
    index = _checked("index_add", index, input.shape, dim).reshape(-1)
    if not input.ndim:
        return _combined("add", input.reshape(1), [0], [index], scaled.reshape(1)).reshape(())
    return _combined("add", input, [None] * dim + [0], [index], scaled)


def _check_index_add(input, dim, index, source):
    if index.ndim > 1:
        raise IndexError(
            f"index_add_(): Index is supposed to be a vector, but got dim: {index.ndim} with type: "
            f"{dtype_name(index.dtype)} and size: {list(index.shape)}"
        )
    if not _is_index(index):
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
    index = _checked("index_copy", index, input.shape, dim).reshape(-1)
    if input.ndim < 2:  # scalars and vectors may be mixed
        vector, values = input.reshape(input.shape or (1,)), source.reshape(-1)
        return _written([0], vector, values, [index]).reshape(input.shape)
    return _written([None] * dim + [0], input, source, [index])


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
    _require_long("index_copy_", index)
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
    if not _is_long(index):
        raise IndexError("index_fill_(): Expected dtype int64 for index.\nConvert it.")
    dim = axis(dim, input.ndim, "index_fill")
    if index.ndim > 1:
        raise RuntimeError(f"Index has to be a vector/scalar\nIt has {index.ndim} dimensions.")
    if jnp.iscomplexobj(value) and not jnp.iscomplexobj(input):
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    index = _checked("index_fill", index, input.shape, dim).reshape(-1)
    size = (*input.shape, 1)[dim]
    hit = jnp.zeros(size, bool).at[index].set(True, mode="drop")
    hit = hit.reshape([size if k == dim else 1 for k in range(input.ndim)])
    return jnp.where(jnp.broadcast_to(hit, input.shape), _cast(value, input.dtype), input)


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
    return jnp.where(jnp.broadcast_to(mask, shape), _cast(value, input.dtype), jnp.broadcast_to(input, shape))


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
    taken = _read(values, [0], [jnp.where(order < 0, 0, order)]).reshape(shape)
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
    pattern, indices = _indices("index_put", input.shape, spec, (input, *tensors[2:]))
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
        return _combined("add", input, pattern, indices, values)
    return _written(pattern, input, values, indices)


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
    _require_long("put_", index)
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
    places, values = [_checked("put", index, input.shape).reshape(-1)], source.reshape(-1)
    flat = input.reshape(-1)
    made = _combined("add", flat, [0], places, values) if accumulate else _written([0], flat, values, places)
    return made.reshape(input.shape)


# -- searching ---------------------------------------------------------------------------------------------------------


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
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
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
            f"input value tensor {list(values.shape)}"
        )
    if sorter is not None and sorter.shape != boundaries.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
            f"{list(boundaries.shape)}and got sorter tensor {list(sorter.shape)}"
        )
    if sorter is not None and not _is_long(sorter):
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
    flat = values.reshape(*boundaries.shape[:-1], -1)  # (*, M)
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


# -- what they share ---------------------------------------------------------------------------------------------------


def _at(input, pattern, indices):
    """Return `input.at[...]`, where a pattern holds None for a whole dimension or the number of its index."""
    places = tuple(slice(None) if each is None else indices[each] for each in pattern)
    return input.at[places]


def _combined(how, input, pattern, indices, new):
    """Return the input with new values added, multiplied, ... ("add", "multiply", "max", "min") at the indices."""
    if input.dtype == jnp.bool_:
        how = {"add": "max", "multiply": "min"}.get(how, how)
    return getattr(_at(input, pattern, indices), how)(new, mode="drop")


def _read(input, pattern, indices):
    """Return the values at indices that are counted from the front."""
    return _at(input, pattern, indices).get(mode="fill")


def _written(pattern, input, new, indices):
    """Return the input with new values at indices that are counted from the front."""
    if jnp.issubdtype(input.dtype, jnp.inexact):
        return _written_floating(tuple(pattern), input, new, indices)
    return _at(input, pattern, indices).set(new, mode="drop")


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def _written_floating(pattern, input, new, indices):
    return _at(input, pattern, indices).set(new, mode="drop")


# Not JAX's own rule: where one place is written several times PyTorch gives each value the gradient, and need not find
# out which one stayed.
@_written_floating.defjvp
def _(pattern, primals, tangents):
    input, _, indices = primals
    kept = jnp.where(_hit(pattern, input, indices), jnp.zeros((), input.dtype), tangents[0])
    return _written_floating(pattern, *primals), _at(kept, pattern, indices).add(tangents[1], mode="drop")


def _hit(pattern, input, indices):
    """Return where in the input the indices point to."""
    return _at(jnp.zeros(input.shape, bool), pattern, indices).set(True, mode="drop")


def _scatter_index(name, input, dim, index, src):
    """Return `dim` and the index counted from the front; fail as PyTorch's scatter does (no `src`: a number)."""
    dim = axis(dim, input.ndim, name)
    if not _is_index(index):
        raise RuntimeError(f"scatter(): Expected dtype int32/int64 for index\nGot {dtype_name(index.dtype)}.")
    if src is not None and src.dtype != input.dtype:
        raise RuntimeError(
            "scatter(): Expected self.dtype to be equal to src.dtype\n"
            f"Got {dtype_name(input.dtype)} and {dtype_name(src.dtype)}."
        )
    for other, word in ((input, "self"), (src, "src")):
        if other is not None and max(other.ndim, 1) != max(index.ndim, 1):
            raise RuntimeError(
                f"Index tensor must have the same number of dimensions as {word} tensor\n"
                f"The shapes are {list(index.shape)} and {list(other.shape)}."
            )
    shape = index.shape or (1,)
    larger = any(have > size for k, (have, size) in enumerate(zip(shape, input.shape, strict=False)) if k != dim)
    beyond = src is not None and any(have > size for have, size in zip(shape, src.shape or (1,), strict=True))
    if larger or beyond:
        src_part = "" if src is None else f" and to be no larger size than src {list(src.shape)}"
        raise RuntimeError(
            f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from dimension "
            f"{dim}{src_part}"
        )
    return dim, _checked(name, index, input.shape, dim)


def _along(dim, index):
    """Return pattern and indices of the places that an index along `dim` points to."""
    places = [index if k == dim else lax.broadcasted_iota(index.dtype, index.shape, k) for k in range(index.ndim)]
    return list(range(index.ndim)), places


def _scattered(how, input, dim, index, src):
    shape = input.shape
    input, index, src = (x.reshape(x.shape or (1,)) for x in (input, index, src))
    src = lax.slice(src, (0,) * src.ndim, index.shape)
    pattern, places = _along(dim, index)
    if how == "set":
        return _written(pattern, input, src, places).reshape(shape)
    return _combined(how, input, pattern, places, src).reshape(shape)


def _sum(reduce, pattern, include_self, input, src, places):
    start = input if include_self else jnp.where(_hit(pattern, input, places), jnp.zeros((), input.dtype), input)
    total = _combined("add", start, pattern, places, src)
    if reduce == "sum":
        return total
    count = jnp.ones(input.shape, input.dtype) * include_self
    count = jnp.maximum(_at(count, pattern, places).add(1, mode="drop"), 1)
    return total / count if jnp.issubdtype(input.dtype, jnp.inexact) else total // count


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1, 2))
def _prod(reduce, pattern, include_self, input, src, places):
    start = input if include_self else jnp.where(_hit(pattern, input, places), jnp.ones((), input.dtype), input)
    return _combined("multiply", start, pattern, places, src)


@_prod.defjvp
def _(reduce, pattern, include_self, primals, tangents):
    """The derivative towards a factor is the product of the others: found by division, and by counting zeros."""
    input, src, places = primals
    one, zero = jnp.ones((), input.dtype), jnp.zeros((), input.dtype)
    if not include_self:
        hit = _hit(pattern, input, places)
        input, moved = jnp.where(hit, one, input), jnp.where(hit, zero, tangents[0])
    else:
        moved = tangents[0]
    nonzero = [jnp.where(x == 0, one, x) for x in (input, src)]
    product = _prod(reduce, pattern, True, *nonzero, places)
    zeros = _at((input == 0).astype(int), pattern, places).add((src == 0).astype(int), mode="drop")

    def others(factor, product, zeros):
        mine = (factor == 0).astype(int)
        return jnp.where(zeros == mine, product / jnp.where(factor == 0, one, factor), zero)

    there = [_read(x, pattern, places) for x in (product, zeros)]
    change = others(input, product, zeros) * moved
    change = _at(change, pattern, places).add(others(src, *there) * tangents[1], mode="drop")
    return _prod(reduce, pattern, include_self, *primals), change


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1, 2))
def _extreme(reduce, pattern, include_self, input, src, places):
    how = "max" if reduce == "amax" else "min"
    start = input
    if not include_self:
        start = jnp.where(_hit(pattern, input, places), _least(input.dtype, how), input)
    return _combined(how, start, pattern, places, src)


@_extreme.defjvp
def _(reduce, pattern, include_self, primals, tangents):
    """Equal extremes share the gradient; PyTorch counts the input among them even if it is left out."""
    input, src, places = primals
    result = _extreme(reduce, pattern, include_self, *primals)
    mine, theirs = input == result, src == _read(result, pattern, places)
    count = _at(mine.astype(input.dtype), pattern, places).add(theirs.astype(input.dtype), mode="drop")
    change = mine * tangents[0]
    if not include_self:
        change = jnp.where(_hit(pattern, input, places), jnp.zeros((), input.dtype), change)
    change = _at(change, pattern, places).add(theirs * tangents[1], mode="drop")
    return result, change / count


_REDUCTIONS = {"sum": _sum, "mean": _sum, "prod": _prod, "amax": _extreme, "amin": _extreme}


def _least(dtype, how):
    """Return what changes no maximum (or no minimum)."""
    if dtype == jnp.bool_:
        return jnp.asarray(how == "min")
    if jnp.issubdtype(dtype, jnp.inexact):
        return jnp.asarray(-jnp.inf if how == "max" else jnp.inf, dtype)
    limits = jnp.iinfo(dtype)
    return jnp.asarray(limits.min if how == "max" else limits.max, dtype)


def _indices(name, shape, spec, tensors):
    """Return pattern and indices of `input[...]`, broadcast, counted from the front."""
    if len(spec) > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}\nGot {len(spec)}.")
    numbers = [place for place in spec if place is not None]
    if not numbers:
        return (None,) * len(spec), []
    given = {place: jnp.asarray(tensors[place]) for place in numbers}
    for each in given.values():
        if not jnp.issubdtype(each.dtype, jnp.integer):
            raise IndexError(
                "tensors used as indices must be long, int, byte or bool tensors\n"
                f"Got {dtype_name(each.dtype)} (a mask is turned into integers before)."
            )
    try:
        common = functools.reduce(broadcast_shapes, (each.shape for each in given.values()))
    except RuntimeError:
        shapes = ", ".join(str(list(each.shape)) for each in given.values())
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None
    pattern, indices = [], []
    for dim, place in enumerate(spec):
        pattern.append(None if place is None else len(indices))
        if place is not None:
            # PyTorch moves the indexed dimensions to the front, and so counts them alone.
            number = (1,) * len(indices) + (shape[dim],)
            indices.append(jnp.broadcast_to(_checked(name, given[place], number, len(indices)), common))
    return tuple(pattern), indices


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


def _cast(value, dtype):
    """Return a number or an array in a dtype; fail if it is complex and the dtype is not."""
    value = jnp.asarray(value)
    if jnp.iscomplexobj(value) and not jnp.issubdtype(dtype, jnp.complexfloating):
        name = {"int64": "int64_t", "int32": "int"}.get(dtype.name, c_name(dtype))
        raise RuntimeError(f"value cannot be converted to type {name} without overflow\nIt is complex.")
    return value.astype(dtype)


def _is_index(array) -> bool:
    return array.dtype in (jnp.int32, jnp.int64)


def _is_long(array) -> bool:
    return array.dtype == jnp.asarray(0).dtype  # int64, or JAX's int32 where 64 bits are off


def _require_long(name, array):
    if not _is_long(array):
        raise RuntimeError(
            f"{name}(): Expected a long tensor for index, but got {dtype_name(array.dtype)}\nConvert it."
        )

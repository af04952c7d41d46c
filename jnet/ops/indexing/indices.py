"""What reading and writing at index tensors share: bounds, and JAX's indexed reads and writes with PyTorch's rules.

An index out of range fails, as in PyTorch, where its value can be looked at (`check_index`). While `jax.jit` traces it
cannot: then reading there gives nan (of integers the smallest, of unsigned ones the largest, of booleans True), and
writing there changes nothing. Of several values written to one place the last one stays (on an accelerator one of
them), and the gradient goes to each of them, as PyTorch has it.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from jnet.ops.checks import broadcast_shapes, c_name, dtype_name, is_concrete
from jnet.ops.promotion import as_dtype

# Of the ops below that take a tensor of indices, its name and that of the tensor that is indexed, for `check_index`.
INDEXED = {
    **dict.fromkeys(("index_add", "index_copy", "index_fill", "index_reduce", "index_select"), ("index", "input")),
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


def checked(name, index, shape, dim=None):
    """Return the index counted from the front; out of range, in any way, is the size itself."""
    if is_concrete(index):
        check_index(name, index, shape, dim)
    index, size = index.astype(int), _size(name, shape, dim)
    if name in _FROM_THE_END:
        index = jnp.where(index < 0, index + size, index)
    return jnp.where(index < 0, size, index)


def at(input, pattern, indices):
    """Return `input.at[...]`, where a pattern holds None for a whole dimension or the number of its index."""
    places = tuple(slice(None) if each is None else indices[each] for each in pattern)
    return input.at[places]


def combined(how, input, pattern, indices, new):
    """Return the input with new values added, multiplied, ... ("add", "multiply", "max", "min") at the indices."""
    if input.dtype == jnp.bool_:
        how = {"add": "max", "multiply": "min"}.get(how, how)
    return getattr(at(input, pattern, indices), how)(new, mode="drop")  # pyright: ignore


def read(input, pattern, indices):
    """Return the values at indices that are counted from the front."""
    used = [each is not None for each in (*pattern, *[None] * (input.ndim - len(pattern)))]
    if not input.size and any(use and not n for use, n in zip(used, input.shape, strict=True)):
        # JAX looks up nothing in an empty dimension, not even what lies outside.
        shape = [1 if use else n for use, n in zip(used, input.shape, strict=True)]
        input = jnp.full(shape, jnp.nan if jnp.issubdtype(input.dtype, jnp.inexact) else 0, input.dtype)
    return at(input, pattern, indices).get(mode="fill")


def written(pattern, input, new, indices):
    """Return the input with new values at indices that are counted from the front."""
    if jnp.issubdtype(input.dtype, jnp.inexact):
        return _written_floating(tuple(pattern), input, new, indices)
    return at(input, pattern, indices).set(new, mode="drop")


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def _written_floating(pattern, input, new, indices):
    return at(input, pattern, indices).set(new, mode="drop")


# Not JAX's own rule: where one place is written several times PyTorch gives each value the gradient, and need not find
# out which one stayed.
@_written_floating.defjvp
def _(pattern, primals, tangents):
    input, _, indices = primals
    kept = jnp.where(hit_at(pattern, input, indices), jnp.zeros((), input.dtype), tangents[0])
    return _written_floating(pattern, *primals), at(kept, pattern, indices).add(tangents[1], mode="drop")


def hit_at(pattern, input, indices):
    """Return where in the input the indices point to."""
    return at(jnp.zeros(input.shape, bool), pattern, indices).set(True, mode="drop")


def spec_indices(name, shape, spec, tensors):
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
            indices.append(jnp.broadcast_to(checked(name, given[place], number, len(indices)), common))
    return tuple(pattern), indices


def cast(value, dtype):
    """Return a number or an array in a dtype; fail if it is complex and the dtype is not."""
    value = jnp.asarray(value)
    if jnp.iscomplexobj(value) and not jnp.issubdtype(dtype, jnp.complexfloating):
        name = {"int64": "int64_t", "int32": "int"}.get(dtype.name, c_name(dtype))
        raise RuntimeError(f"value cannot be converted to type {name} without overflow\nIt is complex.")
    return as_dtype(value, dtype)


def is_index(array) -> bool:
    return array.dtype in (jnp.int32, jnp.int64)


def is_long(array) -> bool:
    return array.dtype == jnp.asarray(0).dtype  # int64, or JAX's int32 where 64 bits are off


def require_long(name, array):
    if not is_long(array):
        raise RuntimeError(
            f"{name}(): Expected a long tensor for index, but got {dtype_name(array.dtype)}\nConvert it."
        )

"""What the ops check of their arguments, in PyTorch's words: dtypes, dims, shapes that broadcast.

A message's first line is PyTorch's own, where it has one; the next says what to write instead.
"""

import operator

import jax.numpy as jnp
from jax.core import Tracer

from jnet.ops.promotion import Default

# PyTorch's name of a dtype in messages, and the C++ name that its matrix products print.
_NAMES = {
    "bool": ("Bool", "bool"),
    "uint8": ("Byte", "unsigned char"),
    "int8": ("Char", "signed char"),
    "int16": ("Short", "short int"),
    "int32": ("Int", "int"),
    "int64": ("Long", "long int"),
    "uint16": ("UInt16", "short unsigned int"),
    "uint32": ("UInt32", "unsigned int"),
    "uint64": ("UInt64", "long unsigned int"),
    "float16": ("Half", "c10::Half"),
    "bfloat16": ("BFloat16", "c10::BFloat16"),
    "float32": ("Float", "float"),
    "float64": ("Double", "double"),
    "complex64": ("ComplexFloat", "c10::complex<float>"),
    "complex128": ("ComplexDouble", "c10::complex<double>"),
}

# What to do about operands of different dtypes, in words that fit an array and a tensor.
ONE_DTYPE = "Convert one, so that both have one dtype."


def dtype_name(dtype) -> str:
    """Return PyTorch's name of `dtype` in messages: Float, Long, ..."""
    name = jnp.dtype(dtype).name
    return _NAMES.get(name, (name,))[0]


def c_name(dtype) -> str:
    """Return the C++ name of `dtype` that PyTorch's matrix products print: float, long int, ..."""
    name = jnp.dtype(dtype).name
    return _NAMES.get(name, (name, name))[1]


def tensor_type(dtype) -> str:
    """Return PyTorch's old name of a type of tensors in messages: torch.FloatTensor, CPUBoolType, ..."""
    name = dtype_name(dtype)
    known = name in ("Float", "Double", "Half", "Byte", "Char", "Short", "Int", "Long")
    return f"torch.{name}Tensor" if known else f"CPU{name}Type"


def size(shape) -> str:
    """Return a shape as PyTorch prints it: torch.Size([2, 3])."""
    return f"torch.Size({list(shape)})"


def is_floating(array) -> bool:
    """Tell whether `array` holds floating point or complex numbers."""
    return jnp.issubdtype(array.dtype, jnp.inexact)


def is_concrete(array) -> bool:
    """Tell whether the values of `array` can be looked at: they cannot while `jax.jit` traces."""
    return not isinstance(array, Tracer)


def as_floating(input):
    """Return `input` as an array, integers and booleans in the default dtype."""
    input = jnp.asarray(input)
    return input if is_floating(input) else input.astype(Default.dtype)


def require_floating(input, kernel: str) -> None:
    """Raise what PyTorch's `kernel` raises, unless `input` holds floating point or complex numbers."""
    if not is_floating(input):
        raise not_implemented(kernel, input.dtype)


def floating(input, kernel: str):
    """Return `input` as an array; integers and booleans fail as in PyTorch's `kernel`."""
    input = jnp.asarray(input)
    require_floating(input, kernel)
    return input


def real(input, kernel: str):
    """Return `input` as an array; integers, booleans and complex numbers fail as in PyTorch's `kernel`."""
    input = floating(input, kernel)
    if jnp.issubdtype(input.dtype, jnp.complexfloating):
        raise not_implemented(kernel, input.dtype)
    return input


def numeric(input, kernel: str):
    """Return `input` as an array; booleans fail as in PyTorch's `kernel`."""
    input = jnp.asarray(input)
    if input.dtype == jnp.bool_:
        raise not_implemented(kernel, input.dtype)
    return input


def not_implemented(kernel: str, dtype) -> NotImplementedError:
    """Return PyTorch's error for a dtype that a kernel does not take."""
    return NotImplementedError(
        f"\"{kernel}\" not implemented for '{dtype_name(dtype)}'\n"
        f"Convert what is of dtype {jnp.dtype(dtype).name} first."
    )


def check_castable(dtype, wanted) -> None:
    """Raise PyTorch's error where a result of `dtype` is written to an array of a lower kind (floating to integer)."""
    kinds = (jnp.bool_, jnp.integer, jnp.floating, jnp.complexfloating)
    rank, limit = (next(k for k, kind in enumerate(kinds) if jnp.issubdtype(each, kind)) for each in (dtype, wanted))
    if rank > limit:
        raise RuntimeError(
            f"result type {dtype_name(dtype)} can't be cast to the desired output type {dtype_name(wanted)}\n"
            f"Convert what is of the lower kind to {dtype_name(dtype)}."
        )


def check_keeps_shape(shape, result) -> None:
    """Raise PyTorch's error where a result broadcasts beyond the shape of the array that it is written to."""
    if tuple(result) != tuple(shape):
        raise RuntimeError(
            f"output with shape {list(shape)} doesn't match the broadcast shape {list(result)}\n"
            "What is written to keeps its shape."
        )


def axis(dim: int, ndim: int, name: str) -> int:
    """Return `dim` counted from the front; a scalar counts as one dimension, as in PyTorch.

    Raises:
        TypeError: if `dim` is not an integer; `name` is that of the function.
        IndexError: if there is no such dimension.
    """
    try:
        dim = operator.index(dim)
    except TypeError:
        raise TypeError(
            f"{name}(): argument 'dim' must be int, not {type(dim).__name__}\nIt takes one dimension, as in dim=-1."
        ) from None
    span = max(ndim, 1)
    if not -span <= dim < span:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], but got {dim})\n"
            f"The input has {ndim} dimensions; write a dim below {span}, or a negative one to count from the end."
        )
    return dim % span


def own_axis(dim: int, ndim: int, name: str) -> int:
    """Return `dim` counted from the front, where PyTorch gives a scalar no dimension at all; errors as `axis`."""
    if not ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions\nA scalar has none.")
    return axis(dim, ndim, name)


def axes(dim, ndim: int, name: str) -> tuple[int, ...]:
    """Return the dimensions that `dim` names (all of them: None or empty) as a sorted tuple.

    Raises:
        TypeError: if `dim` is neither an integer nor a sequence of them.
        IndexError: if there is no such dimension.
        RuntimeError: if one is named twice.
    """
    dims = (dim,) if not isinstance(dim, (tuple, list)) else dim
    found = [axis(each, ndim, name) for each in dims if each is not None] or list(range(ndim))
    for each in found:
        if found.count(each) > 1:
            raise RuntimeError(
                f"dim {each} appears multiple times in the list of dims\nGot dim={dim!r}; name each dimension once."
            )
    return tuple(sorted(found)) if ndim else ()


def integers(given) -> tuple[int, ...]:
    """Return an integer or a sequence of them as a tuple."""
    return (
        tuple(operator.index(each) for each in given) if isinstance(given, tuple | list) else (operator.index(given),)
    )


def one_axis(dim, ndim: int, name: str) -> tuple[int, ...]:
    """Return the one dimension `dim` as a tuple of axes; None is all of them. Errors as `axis`."""
    return axes(None if dim is None else axis(dim, ndim, name), ndim, name)


def refuse_keepdim(name: str, dim, keepdim: bool) -> None:
    """Raise PyTorch's TypeError where `keepdim` is asked for without a `dim`."""
    if dim is None and keepdim:
        raise TypeError(f'{name}() missing 1 required positional arguments: "dim"\nkeepdim=True needs it.')


def broadcast_shapes(left, right) -> tuple[int, ...]:
    """Return the shape that two shapes broadcast to.

    Raises:
        RuntimeError: in PyTorch's words, if they do not.
    """
    rank = max(len(left), len(right))
    left_full, right_full = (1,) * (rank - len(left)) + tuple(left), (1,) * (rank - len(right)) + tuple(right)
    for dim in reversed(range(rank)):
        a, b = left_full[dim], right_full[dim]
        if a != b and 1 not in (a, b):
            raise RuntimeError(
                f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {dim}\n"
                f"The shapes are {tuple(left)} and {tuple(right)}; reshape one so that they match from the last "
                "dimension on."
            )
    return tuple(b if a == 1 else a for a, b in zip(left_full, right_full, strict=True))


def broadcast(left, right):
    """Return both arrays in the shape that they broadcast to (ranks promote here and nowhere else)."""
    shape = broadcast_shapes(left.shape, right.shape)
    return jnp.broadcast_to(left, shape), jnp.broadcast_to(right, shape)

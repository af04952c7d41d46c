"""What the ops that work element by element share: equal ranks, halves computed in float32, numbers left as given."""

import functools

import jax.numpy as jnp

from jnet.ops.checks import broadcast_shapes, not_implemented
from jnet.ops.promotion import Number
from jnet.ops.registry import OPS, Op

HALVES = (jnp.float16, jnp.bfloat16)


def aligned(*arrays) -> tuple:
    """Return the arrays with dimensions of size 1 in front, so that they broadcast without ranks being promoted.

    Raises:
        RuntimeError: in PyTorch's words, if the shapes do not broadcast.

    Example:
        >>> [x.shape for x in aligned(jnp.ones((2, 3)), jnp.ones(3), jnp.ones(()))]
        [(2, 3), (1, 3), ()]
    """
    rank = len(functools.reduce(broadcast_shapes, (x.shape for x in arrays)))
    return tuple(x if x.ndim in (0, rank) else x.reshape((1,) * (rank - x.ndim) + x.shape) for x in arrays)


def elementwise(function, *arrays):
    """Return `function` of arrays of one dtype, broadcast; halves are computed in float32 and rounded once.

    Example:
        >>> elementwise(jnp.logaddexp, jnp.ones(2, jnp.float16), jnp.ones((), jnp.float16)).dtype
        dtype('float16')
    """
    dtype = arrays[0].dtype
    if dtype not in HALVES:
        return function(*aligned(*arrays))
    return function(*aligned(*(x.astype(jnp.float32) for x in arrays))).astype(dtype)


def seeing_numbers(*arrays: str, **facts):
    """Declare an op like `jnet.ops.registry.op`, whose body gets Python numbers, and a recorder's, as they were given.

    For the few ops whose result hangs on them: `x ** 2` is `x * x`, and `x / 0.1` of halves divides by 0.1 itself.
    """

    def declare(function):
        OPS[function.__name__] = Op(function.__name__, function, arrays, promotes="common", **facts)
        return function

    return declare


def value_of(number):
    """Return the value of a Python number or of the recorder's stand-in for one; anything else as it is."""
    return number.value if isinstance(number, Number) else number


def is_complex(array) -> bool:
    """Tell whether `array` holds complex numbers."""
    return jnp.issubdtype(array.dtype, jnp.complexfloating)


def is_integral(array) -> bool:
    """Tell whether `array` holds integers or booleans."""
    return not jnp.issubdtype(array.dtype, jnp.inexact)


def is_bool(array) -> bool:
    """Tell whether `array` holds booleans."""
    return array.dtype == jnp.bool_


def refuse_complex(kernel: str, *arrays) -> None:
    """Raise what PyTorch's `kernel` raises for complex numbers."""
    refuse(is_complex, kernel, *arrays)


def refuse(kind, kernel: str, *arrays) -> None:
    """Raise what PyTorch's `kernel` raises for a dtype that it lacks, if `kind` is true of one of the arrays."""
    for array in arrays:
        if kind(array):
            raise not_implemented(kernel, array.dtype)

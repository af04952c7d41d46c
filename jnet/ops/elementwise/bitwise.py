"""Operations on the bits of integers, and on booleans, with PyTorch's semantics."""

import jax.numpy as jnp

from jnet.ops.elementwise.common import aligned, is_bool, is_integral, refuse
from jnet.ops.registry import op

__all__ = [
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
]


@op("input", "other", promotes="common", inplace=True)
def bitwise_and(input, other):
    """Return the bits that both have; of booleans, whether both are true.

    Raises:
        NotImplementedError: for floating point and complex numbers.

    Example:
        >>> bitwise_and(jnp.array([5, 6]), 3).tolist()
        [1, 2]

    See: https://docs.pytorch.org/docs/stable/generated/torch.bitwise_and.html
    """
    return jnp.bitwise_and(*_bits("bitwise_and_cpu", input, other))


@op("input", "other", promotes="common", inplace=True)
def bitwise_or(input, other):
    """Return the bits that one of the two has; errors as `bitwise_and`.

    Example:
        >>> bitwise_or(jnp.array([5, 6]), 3).tolist()
        [7, 7]

    See: https://docs.pytorch.org/docs/stable/generated/torch.bitwise_or.html
    """
    return jnp.bitwise_or(*_bits("bitwise_or_cpu", input, other))


@op("input", "other", promotes="common", inplace=True)
def bitwise_xor(input, other):
    """Return the bits in which the two differ; errors as `bitwise_and`.

    Example:
        >>> bitwise_xor(jnp.array([5, 6]), 3).tolist()
        [6, 5]

    See: https://docs.pytorch.org/docs/stable/generated/torch.bitwise_xor.html
    """
    return jnp.bitwise_xor(*_bits("bitwise_xor_cpu", input, other))


@op("input", inplace=True)
def bitwise_not(input):
    """Return every bit turned round; of booleans, the opposite. Errors as `bitwise_and`.

    Example:
        >>> bitwise_not(jnp.array([0, 5])).tolist(), bitwise_not(jnp.array([True])).tolist()
        ([-1, -6], [False])

    See: https://docs.pytorch.org/docs/stable/generated/torch.bitwise_not.html
    """
    return jnp.bitwise_not(*_bits("bitwise_not_cpu", jnp.asarray(input)))


@op("input", "other", promotes="common", inplace=True)
def bitwise_left_shift(input, other):
    """Return the bits moved left by `other` places, `input * 2 ** other`; 0 for places that the dtype does not have.

    Raises:
        NotImplementedError: for booleans, floating point and complex numbers.

    Example:
        >>> bitwise_left_shift(jnp.array([1, 3]), 2).tolist()
        [4, 12]

    See: https://docs.pytorch.org/docs/stable/generated/torch.bitwise_left_shift.html
    """
    input, other, outside = _shift("lshift_cpu", input, other)
    return jnp.where(outside, jnp.zeros_like(input), jnp.left_shift(input, other))


@op("input", "other", promotes="common", inplace=True)
def bitwise_right_shift(input, other):
    """Return the bits moved right by `other` places, `input / 2 ** other` rounded down; errors as to the left.

    Example:
        >>> bitwise_right_shift(jnp.array([8, -3]), 1).tolist()
        [4, -2]

    See: https://docs.pytorch.org/docs/stable/generated/torch.bitwise_right_shift.html
    """
    input, other, outside = _shift("rshift_cpu", input, other)
    emptied = jnp.where(input < 0, -jnp.ones_like(input), jnp.zeros_like(input))
    return jnp.where(outside, emptied, jnp.right_shift(input, other))


def _bits(kernel, *operands):
    refuse(lambda x: not is_integral(x), kernel, *operands)
    return aligned(*operands)


def _shift(kernel, input, other):
    """Return the operands, the places brought into range, and where they were outside of it."""
    refuse(is_bool, kernel, input)
    input, other = _bits(kernel, input, other)
    outside = (other < 0) | (other >= input.dtype.itemsize * 8)
    return input, jnp.where(outside, jnp.zeros_like(other), other), outside

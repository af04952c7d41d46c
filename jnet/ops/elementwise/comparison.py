"""Comparisons and logic, element by element: booleans without derivatives, with PyTorch's semantics."""

import jax.numpy as jnp

from jnet.ops.checks import ONE_DTYPE, dtype_name, is_floating
from jnet.ops.elementwise.common import aligned, is_complex, is_integral, refuse_complex
from jnet.ops.registry import op

__all__ = [
    "eq",
    "ge",
    "gt",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "le",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt",
    "ne",
]


@op("input", "other", promotes="common", inplace=True)
def eq(input, other):
    """Tell of each pair whether the two are equal; nan equals nothing.

    Example:
        >>> eq(jnp.array([1, 2]), 2.0).tolist()
        [False, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.eq.html
    """
    return jnp.equal(*aligned(input, other))


@op("input", "other", promotes="common", inplace=True, aliases=("not_equal",))
def ne(input, other):
    """Tell of each pair whether the two differ.

    Example:
        >>> ne(jnp.array([1, 2]), 2).tolist()
        [True, False]

    See: https://docs.pytorch.org/docs/stable/generated/torch.ne.html
    """
    return jnp.not_equal(*aligned(input, other))


@op("input", "other", promotes="common", inplace=True, aliases=("less",))
def lt(input, other):
    """Tell of each pair whether `input < other`.

    Raises:
        NotImplementedError: for complex numbers.

    Example:
        >>> lt(jnp.array([1, 2]), 1.5).tolist()
        [True, False]

    See: https://docs.pytorch.org/docs/stable/generated/torch.lt.html
    """
    return jnp.less(*_ordered("lt_cpu", input, other))


@op("input", "other", promotes="common", inplace=True, aliases=("less_equal",))
def le(input, other):
    """Tell of each pair whether `input <= other`; errors as `lt`.

    Example:
        >>> le(jnp.array([1, 2]), 1).tolist()
        [True, False]

    See: https://docs.pytorch.org/docs/stable/generated/torch.le.html
    """
    return jnp.less_equal(*_ordered("le_cpu", input, other))


@op("input", "other", promotes="common", inplace=True, aliases=("greater",))
def gt(input, other):
    """Tell of each pair whether `input > other`; errors as `lt`.

    Example:
        >>> gt(jnp.array([1, 2]), 1).tolist()
        [False, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.gt.html
    """
    return jnp.greater(*_ordered("gt_cpu", input, other))


@op("input", "other", promotes="common", inplace=True, aliases=("greater_equal",))
def ge(input, other):
    """Tell of each pair whether `input >= other`; errors as `lt`.

    Example:
        >>> ge(jnp.array([1, 2]), 2).tolist()
        [False, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.ge.html
    """
    return jnp.greater_equal(*_ordered("ge_cpu", input, other))


def _ordered(kernel, input, other):
    refuse_complex(kernel, input)
    return aligned(input, other)


@op("input", "other", out=False)
def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Tell of each pair whether `abs(input - other) <= atol + rtol * abs(other)`; infinities equal themselves only.

    Args:
        equal_nan: whether nan equals nan.

    Raises:
        RuntimeError: if the dtypes differ, or a tolerance is negative.

    Example:
        >>> isclose(jnp.array([1.0, 1.1]), jnp.array([1.000001])).tolist()
        [True, False]

    See: https://docs.pytorch.org/docs/stable/generated/torch.isclose.html
    """
    input, other = jnp.asarray(input), jnp.asarray(other)
    if input.dtype != other.dtype:
        raise RuntimeError(f"{dtype_name(input.dtype)} did not match {dtype_name(other.dtype)}\n{ONE_DTYPE}")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(
                f"{name} must be greater than or equal to zero, but got {tolerance:g}\nA tolerance is a distance."
            )
    input, other = aligned(input, other)
    close = input == other
    if equal_nan and is_floating(input):
        close = close | (jnp.isnan(input) & jnp.isnan(other))
    if is_integral(input):
        input, other = input.astype(float), other.astype(float)
    real = input.real.dtype
    distance = jnp.abs(input - other)
    allowed = jnp.asarray(atol).astype(real) + jnp.asarray(rtol).astype(real) * jnp.abs(other)
    return close | (jnp.isfinite(distance) & (distance <= allowed))


@op("input", out=False)
def isnan(input):
    """Tell of each element whether it is nan: not a number.

    Example:
        >>> isnan(jnp.array([1.0, jnp.nan])).tolist()
        [False, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.isnan.html
    """
    return jnp.isnan(jnp.asarray(input))


@op("input", out=False)
def isinf(input):
    """Tell of each element whether it is infinite, of either sign.

    Example:
        >>> isinf(jnp.array([1.0, -jnp.inf])).tolist()
        [False, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.isinf.html
    """
    return jnp.isinf(jnp.asarray(input))


@op("input", out=False)
def isfinite(input):
    """Tell of each element whether it is neither infinite nor nan.

    Example:
        >>> isfinite(jnp.array([1.0, jnp.inf, jnp.nan])).tolist()
        [True, False, False]

    See: https://docs.pytorch.org/docs/stable/generated/torch.isfinite.html
    """
    return jnp.isfinite(jnp.asarray(input))


@op("input")
def isposinf(input):
    """Tell of each element whether it is inf.

    Raises:
        RuntimeError: for complex numbers.

    Example:
        >>> isposinf(jnp.array([jnp.inf, -jnp.inf])).tolist()
        [True, False]

    See: https://docs.pytorch.org/docs/stable/generated/torch.isposinf.html
    """
    return _is_infinite("isposinf", input, jnp.inf)


@op("input")
def isneginf(input):
    """Tell of each element whether it is -inf; errors as `isposinf`.

    Example:
        >>> isneginf(jnp.array([jnp.inf, -jnp.inf])).tolist()
        [False, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.isneginf.html
    """
    return _is_infinite("isneginf", input, -jnp.inf)


def _is_infinite(name, input, infinity):
    input = jnp.asarray(input)
    if is_complex(input):
        raise RuntimeError(f"{name} does not support complex inputs.\nAsk of each part by itself.")
    return jnp.zeros(input.shape, bool) if is_integral(input) else input == infinity


@op("input", "other", inplace=True)
def logical_and(input, other):
    """Tell of each pair whether both are true; numbers but 0 are.

    Example:
        >>> logical_and(jnp.array([0, 1, 2]), jnp.array([True])).tolist()
        [False, True, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.logical_and.html
    """
    return jnp.logical_and(*_truths(input, other))


@op("input", "other", inplace=True)
def logical_or(input, other):
    """Tell of each pair whether one of the two is true; numbers but 0 are.

    Example:
        >>> logical_or(jnp.array([0, 1]), jnp.array([False])).tolist()
        [False, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.logical_or.html
    """
    return jnp.logical_or(*_truths(input, other))


@op("input", "other", inplace=True)
def logical_xor(input, other):
    """Tell of each pair whether exactly one of the two is true; numbers but 0 are.

    Example:
        >>> logical_xor(jnp.array([0, 1]), jnp.array([True])).tolist()
        [True, False]

    See: https://docs.pytorch.org/docs/stable/generated/torch.logical_xor.html
    """
    return jnp.logical_xor(*_truths(input, other))


@op("input", inplace=True)
def logical_not(input):
    """Tell of each element whether it is false, or 0.

    Example:
        >>> logical_not(jnp.array([0.0, 0.5])).tolist()
        [True, False]

    See: https://docs.pytorch.org/docs/stable/generated/torch.logical_not.html
    """
    return jnp.logical_not(*_truths(input))


def _truths(*operands):
    return aligned(*(jnp.asarray(operand).astype(bool) for operand in operands))

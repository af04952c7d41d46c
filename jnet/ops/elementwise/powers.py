"""Powers with PyTorch's semantics; arguments broadcast, Python numbers included, and take their common dtype."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.elementwise.common import elementwise, is_bool, is_complex, is_integral, refuse, seeing_numbers
from jnet.ops.promotion import Number, as_array, number_kind, promoted
from jnet.ops.registry import op

__all__ = ["float_power", "ldexp", "pow", "reciprocal", "square"]


def _pow_node(ranks, settings):
    return f"PowBackward{0 if ranks[1] is None else 2 if ranks[0] is None else 1}"


@seeing_numbers("input", "exponent", inplace=True, grad_fn=_pow_node)
def pow(input, exponent):
    """Return `input` to the power of `exponent`; a Python number that is a small integer multiplies: `x * x`.

    The derivative with respect to `input` is 0 where the exponent is 0.

    Raises:
        RuntimeError: for a negative Python number as exponent of integers.
        NotImplementedError: for booleans to the power of booleans.

    Example:
        >>> pow(jnp.array([1.0, -3.0]), 2).tolist(), pow(2, jnp.array([3, 10])).tolist()
        ([1.0, 9.0], [8, 1024])

    See: https://docs.pytorch.org/docs/stable/generated/torch.pow.html
    """
    base, power = promoted([input, exponent], floating=False)
    if number_kind(exponent) and not isinstance(exponent, Number):
        return _power_of_number(base, exponent)
    if is_bool(base) and number_kind(exponent):
        return base | ~power
    refuse(is_bool, "pow", base)
    return elementwise(_integer_power if is_integral(base) else _power, base, power)


@seeing_numbers("input", "exponent", inplace=True, grad_fn=_pow_node)
def float_power(input, exponent):
    """Return `input` to the power of `exponent` in double precision, as far as JAX has it enabled.

    Example:
        >>> float_power(jnp.array([2, 3]), -1).tolist()
        [0.5, 0.3333333432674408]

    See: https://docs.pytorch.org/docs/stable/generated/torch.float_power.html
    """
    operands = [as_array(input), as_array(exponent)]
    double = jax.dtypes.canonicalize_dtype(np.complex128 if any(map(is_complex, operands)) else np.float64)
    number = number_kind(exponent) and not isinstance(exponent, Number)
    return pow(operands[0].astype(double), exponent if number else operands[1].astype(double))


@op("input", inplace=True, grad_fn="PowBackward0")
def square(input):
    """Return `input * input`; of booleans, integers.

    Example:
        >>> square(jnp.array([1.0, -3.0])).tolist()
        [1.0, 9.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.square.html
    """
    return pow(jnp.asarray(input), 2)


@op("input", promotes="float", inplace=True, grad_fn="ReciprocalBackward0", saves="result")
def reciprocal(input):
    """Return `1 / input`; of integers, floating.

    Example:
        >>> reciprocal(jnp.array([2, 4])).tolist()
        [0.5, 0.25]

    See: https://docs.pytorch.org/docs/stable/generated/torch.reciprocal.html
    """
    return elementwise(jnp.reciprocal, input)


@op("input", "other", promotes="float", inplace=True, grad_fn="LdexpBackward0")
def ldexp(input, other):
    """Return `input * 2 ** other`.

    Example:
        >>> ldexp(jnp.array([1.0, 3.0]), jnp.array([2, -1])).tolist()
        [4.0, 1.5]

    See: https://docs.pytorch.org/docs/stable/generated/torch.ldexp.html
    """
    return elementwise(lambda x, power: x * jnp.power(jnp.full_like(power, 2), power), input, other)


def _power_of_number(base, exponent):
    """Return `base ** exponent` for a Python number as exponent."""
    if is_bool(base):  # and so is the exponent
        return base | jnp.asarray(not exponent)
    if is_integral(base):
        if exponent < 0:
            raise RuntimeError(
                "Integers to negative integer powers are not allowed.\nConvert them to floating point numbers first."
            )
        return lax.integer_pow(base, int(exponent))
    for special, function in ((0.5, jnp.sqrt), (-0.5, lax.rsqrt)):
        if exponent == special:
            return elementwise(function, base)
    if exponent in (-2, -1, 0, 1, 2, 3):  # beyond, a product rounds more often than a power
        return elementwise(lambda x: lax.integer_pow(x, int(exponent.real)), base)
    return elementwise(_power, base, as_array(exponent, base.dtype))


def _power(base, power):
    # Where the power is 0 so is the derivative towards the base; JAX's rule has 0 * inf there at 0.
    flat = (power == 0) & ((base == 0) | (base != base))
    return jnp.power(jnp.where(flat, jnp.ones_like(base), base), power)


def _integer_power(base, power):
    """Return `base ** power` of integers; negative powers round towards 0."""
    positive_power = jnp.power(base, jnp.maximum(power, jnp.zeros((), power.dtype)))
    odd = jnp.where(power % 2 == 1, base, base * base)
    fraction = jnp.where(jnp.abs(base) == 1, odd, jnp.zeros_like(base))
    return jnp.where(power < 0, fraction, positive_power)

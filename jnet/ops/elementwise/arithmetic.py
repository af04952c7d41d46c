"""Sums, products, quotients and powers with PyTorch's semantics.

Arguments broadcast, Python numbers included, and are converted to their common dtype; halves are computed in float32
and rounded once. Integers that cannot be divided fail where their values can be looked at, outside `jax.jit`.
"""

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import c_name, is_concrete
from jnet.ops.elementwise.common import (
    HALVES,
    elementwise,
    is_bool,
    is_complex,
    is_integral,
    refuse,
    refuse_complex,
    seeing_numbers,
    value_of,
)
from jnet.ops.promotion import as_array, number_kind, promoted
from jnet.ops.registry import op

__all__ = [
    "abs",
    "add",
    "addcdiv",
    "addcmul",
    "div",
    "floor_divide",
    "fmod",
    "gcd",
    "lcm",
    "lerp",
    "mul",
    "neg",
    "positive",
    "remainder",
    "rsub",
    "sgn",
    "sub",
]


@op("input", "other", scalars=("alpha",), promotes="common", inplace=True, grad_fn="AddBackward0", saves="nothing")
def add(input, other, *, alpha=1):
    """Return `input + alpha * other`; of booleans, whether one of the two is true.

    Raises:
        RuntimeError: if `alpha` is of a higher kind than the result (2.5 for integers), or a boolean for numbers.

    Example:
        >>> add(jnp.array([1, 2]), 0.5, alpha=2).tolist()
        [2.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.add.html
    """
    return elementwise(lambda x, y: jnp.add(x, _scaled(y, alpha)), *_check_alpha(alpha, input, other))


@seeing_numbers(
    "input", "other", scalars=("alpha",), inplace=True, aliases=("subtract",), grad_fn="SubBackward0", saves="nothing"
)
def sub(input, other, *, alpha=1):
    """Return `input - alpha * other`.

    Raises:
        RuntimeError: for booleans; for an `alpha` of a higher kind than the result.

    Example:
        >>> sub(jnp.array([1.0, 2.0]), 1, alpha=3).tolist()
        [-2.0, -1.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.sub.html
    """
    alpha = value_of(alpha)
    refuse_booleans(input, other)
    operands = _check_alpha(alpha, *promoted([input, other], floating=False))
    return elementwise(lambda x, y: x - _scaled(y, alpha), *operands)


def _rsub_node(ranks, settings):
    return "RsubBackward0" if ranks[1] is not None else "RsubBackward1"


@seeing_numbers("input", "other", scalars=("alpha",), where=("torch",), out=False, grad_fn=_rsub_node, saves="nothing")
def rsub(input, other, *, alpha=1):
    """Return `other - alpha * input`; errors as `sub`.

    Example:
        >>> rsub(jnp.array([1.0, 2.0]), 10).tolist()
        [9.0, 8.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.sub.html
    """
    return sub(other, input, alpha=alpha)


@seeing_numbers("input", "other", inplace=True, aliases=("multiply",), grad_fn="MulBackward0")
def mul(input, other):
    """Return `input * other`; of booleans, whether both are true.

    Example:
        >>> mul(jnp.array([1.0, 2.0]), 3).tolist()
        [3.0, 6.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.mul.html
    """
    return _with_exact_number(jnp.multiply, other, *promoted([input, other], floating=False))


def _div_node(ranks, settings):
    return "DivBackward0" if settings.get("rounding_mode") is None else "DivBackward2"


@seeing_numbers("input", "other", inplace=True, aliases=("divide", "true_divide"), grad_fn=_div_node)
def div(input, other, *, rounding_mode=None):
    """Return `input / other`; the quotient of integers is floating.

    Args:
        rounding_mode: None; "trunc" rounds towards 0, "floor" down: then integers stay integers, and the derivative
            is 0.

    Raises:
        RuntimeError: for another mode; when integers are divided by 0 with rounding.
        NotImplementedError: when booleans or complex numbers are divided with rounding.

    Example:
        >>> div(jnp.array([-7, 7]), 2).tolist(), div(jnp.array([-7, 7]), 2, rounding_mode="floor").tolist()
        ([-3.5, 3.5], [-4, 3])

    See: https://docs.pytorch.org/docs/stable/generated/torch.div.html
    """
    if rounding_mode is None:
        return _with_exact_number(jnp.true_divide, other, *promoted([input, other], floating=True))
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"'{rounding_mode}'\nNone returns the quotient itself."
        )
    operands = _divisible(f"div_{rounding_mode}_cpu", input, other)
    if is_integral(operands[0]):
        # lax.div of integers rounds towards 0.
        return elementwise(_truncated if rounding_mode == "trunc" else jnp.floor_divide, *operands)
    rounded = _floored if rounding_mode == "floor" else lambda x, y: jnp.trunc(x / y)
    return _with_exact_number(rounded, other, *map(lax.stop_gradient, operands))


@seeing_numbers("input", "other", inplace=True, grad_fn="NotImplemented", saves="nothing")
def floor_divide(input, other):
    """Return `input / other` rounded down; the derivative is 0.

    Raises:
        RuntimeError: when integers are divided by 0.
        NotImplementedError: for booleans and complex numbers.

    Example:
        >>> floor_divide(jnp.array([-7.0, 7.0]), 2).tolist()
        [-4.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.floor_divide.html
    """
    return div(input, other, rounding_mode="floor")


def _remainder_node(ranks, settings):
    return "NotImplemented" if ranks[0] is None else f"RemainderBackward{0 if ranks[1] is None else 1}"


@seeing_numbers("input", "other", inplace=True, grad_fn=_remainder_node)
def remainder(input, other):
    """Return `input - other * floor(input / other)`, which has the sign of `other`, as Python's `%`.

    Raises:
        RuntimeError: when integers are divided by 0.
        NotImplementedError: for booleans and complex numbers.

    Example:
        >>> remainder(jnp.array([-7, 7]), 3).tolist(), remainder(jnp.array([-7.5]), 2).tolist()
        ([2, 1], [0.5])

    See: https://docs.pytorch.org/docs/stable/generated/torch.remainder.html
    """
    return elementwise(jnp.remainder, *_divisible("remainder_cpu", input, other))


def _fmod_node(ranks, settings):
    return "FmodBackward0" if ranks[1] is None else "FmodBackward1"


@seeing_numbers("input", "other", inplace=True, grad_fn=_fmod_node)
def fmod(input, other):
    """Return `input - other * trunc(input / other)`, which has the sign of `input`, as C's `fmod`.

    Raises:
        RuntimeError: when integers are divided by 0.
        NotImplementedError: for booleans and complex numbers.

    Example:
        >>> fmod(jnp.array([-7, 7]), 3).tolist()
        [-1, 1]

    See: https://docs.pytorch.org/docs/stable/generated/torch.fmod.html
    """
    return elementwise(jnp.fmod, *_divisible("fmod_cpu", input, other))


@op("input", inplace=True, aliases=("negative",), grad_fn="NegBackward0", saves="nothing")
def neg(input):
    """Return `-input`.

    Raises:
        RuntimeError: for booleans.

    Example:
        >>> neg(jnp.array([1.0, -3.0])).tolist()
        [-1.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.neg.html
    """
    input = jnp.asarray(input)
    if is_bool(input):
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead.\nConvert it to integers to compute."
        )
    return -input


@op("input", out=False, saves="nothing")
def positive(input):
    """Return `input` itself.

    Raises:
        RuntimeError: for booleans.

    Example:
        >>> positive(jnp.array([1.0, -3.0])).tolist()
        [1.0, -3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.positive.html
    """
    input = jnp.asarray(input)
    if is_bool(input):
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.\nConvert it to integers to compute.")
    return input


@op("input", inplace=True, aliases=("absolute",), grad_fn="AbsBackward0")
def abs(input):
    """Return the magnitude of `input`, real for complex numbers; the derivative at 0 is 0.

    Raises:
        NotImplementedError: for booleans.

    Example:
        >>> abs(jnp.array([1.0, -3.0])).tolist()
        [1.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.abs.html
    """
    input = jnp.asarray(input)
    refuse(is_bool, "abs_cpu", input)
    if is_complex(input) or is_integral(input):
        return jnp.abs(input)
    # The derivative of jnp.abs at 0 is 1, PyTorch's 0; at nan PyTorch has 0, too.
    flat = (input == 0) | jnp.isnan(input)
    return jnp.where(flat, lax.stop_gradient(jnp.abs(input)), jnp.abs(input))


@op("input", inplace=True, grad_fn="SgnBackward0")
def sgn(input):
    """Return `input / abs(input)`, and 0 where `input` is 0 or nan; of real numbers what `sign` is.

    Example:
        >>> sgn(jnp.array([3 + 4j, 0])).tolist()
        [(0.6000000238418579+0.800000011920929j), 0j]

    See: https://docs.pytorch.org/docs/stable/generated/torch.sgn.html
    """
    input = jnp.asarray(input)
    if is_bool(input):
        return input
    if is_complex(input):
        # jnp.sign is the same, but has no derivative.
        zero = input == 0
        return jnp.where(zero, input, input / jnp.abs(jnp.where(zero, jnp.ones((), input.dtype), input)))
    return jnp.where(jnp.isnan(input), jnp.zeros((), input.dtype), jnp.sign(input))


@op(
    "input",
    "tensor1",
    "tensor2",
    scalars=("value",),
    promotes="common",
    inplace=True,
    grad_fn="AddcmulBackward0",
)
def addcmul(input, tensor1, tensor2, *, value=1):
    """Return `input + value * tensor1 * tensor2`.

    Raises:
        NotImplementedError: for booleans.

    Example:
        >>> addcmul(jnp.array([1.0, 2.0]), jnp.array([3.0]), jnp.array([4.0, 5.0]), value=0.5).tolist()
        [7.0, 9.5]

    See: https://docs.pytorch.org/docs/stable/generated/torch.addcmul.html
    """
    refuse(is_bool, "addcmul_cpu_out", input)
    return elementwise(lambda x, y, z: x + _scaled(y, value) * z, input, tensor1, tensor2)


@seeing_numbers("input", "tensor1", "tensor2", scalars=("value",), inplace=True, grad_fn="AddcdivBackward0")
def addcdiv(input, tensor1, tensor2, *, value=1):
    """Return `input + value * tensor1 / tensor2`.

    Raises:
        RuntimeError: if both `tensor1` and `tensor2` hold integers.

    Example:
        >>> addcdiv(jnp.array([1.0, 2.0]), jnp.array([3.0]), jnp.array([4.0, 6.0]), value=2).tolist()
        [2.5, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.addcdiv.html
    """
    value = value_of(value)
    if is_integral(as_array(tensor1)) and is_integral(as_array(tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value "
            "* torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value "
            "* tensor1 / tensor2), for all dtypes.\nConvert one of the two to floating point numbers."
        )
    operands = promoted([input, tensor1, tensor2], floating=False)
    return elementwise(lambda x, y, z: x + _scaled(y, value) / z, *operands)


def _lerp_node(ranks, settings):
    return "LerpBackward0" if ranks[2] is None else "LerpBackward1"


@op("input", "end", "weight", inplace=True, grad_fn=_lerp_node)
def lerp(input, end, weight):
    """Return `input + weight * (end - input)`, counted from the nearer of the two.

    Raises:
        RuntimeError: if the dtypes differ (that of a number or 0-dim `weight` may).
        NotImplementedError: for integers.

    Example:
        >>> lerp(jnp.array([1.0, 2.0]), jnp.array([3.0, 10.0]), 0.25).tolist()
        [1.5, 4.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.lerp.html
    """
    input, end, weight = jnp.asarray(input), jnp.asarray(end), jnp.asarray(weight)
    for name, operand in (("end", end), ("weight", weight)):
        if operand.dtype != input.dtype and (operand.ndim or name == "end"):
            raise RuntimeError(
                f"expected dtype {c_name(input.dtype)} for `{name}` but got dtype {c_name(operand.dtype)}\n"
                "Convert it to the dtype of the input."
            )
    refuse(is_integral, "lerp_kernel_tensor" if weight.ndim else "lerp_kernel_scalar", input)
    return elementwise(_interpolated, input, end, weight.astype(input.dtype))


@op("input", "other", promotes="common", inplace=True)
def gcd(input, other):
    """Return the greatest common divisor, which is not negative; that of 0 and 0 is 0.

    Raises:
        NotImplementedError: unless both hold integers.

    Example:
        >>> gcd(jnp.array([12, -18]), 8).tolist()
        [4, 2]

    See: https://docs.pytorch.org/docs/stable/generated/torch.gcd.html
    """
    refuse(lambda x: is_bool(x) or not is_integral(x), "gcd_cpu", input)
    return elementwise(jnp.gcd, input, other)


@op("input", "other", promotes="common", inplace=True)
def lcm(input, other):
    """Return the least common multiple, which is not negative; 0 where one of the two is 0.

    Raises:
        NotImplementedError: unless both hold integers.

    Example:
        >>> lcm(jnp.array([12, -18]), 8).tolist()
        [24, 72]

    See: https://docs.pytorch.org/docs/stable/generated/torch.lcm.html
    """
    refuse(lambda x: is_bool(x) or not is_integral(x), "lcm_cpu", input)
    return elementwise(jnp.lcm, input, other)


def _check_alpha(alpha, *operands):
    """Return the operands, if `alpha` is not of a higher kind than they are."""
    kind = number_kind(alpha) or {"b": bool, "i": int, "f": float, "c": complex}[alpha.dtype.kind]
    dtype = operands[0].dtype
    if kind is bool and dtype != jnp.bool_:
        raise RuntimeError("Boolean alpha only supported for Boolean results.\nWrite 1 or 0 for alpha.")
    if kind is float and is_integral(operands[0]):
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number.\n"
            f"The result is of dtype {dtype}; convert one of the two first."
        )
    if kind is complex and not is_complex(operands[0]):
        raise RuntimeError(
            "For non-complex input tensors, argument alpha must not be a complex number.\n"
            f"The result is of dtype {dtype}; convert one of the two first."
        )
    return operands


def _scaled(array, factor):
    """Return `factor * array`, the array itself for the number 1."""
    return array if number_kind(factor) and factor == 1 else jnp.asarray(factor).astype(array.dtype) * array


def refuse_booleans(*operands):
    """Raise what PyTorch's `-` raises for booleans."""
    booleans = [is_bool(as_array(operand)) for operand in operands]
    if all(booleans):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead.\nConvert them to integers to compute."
        )
    if any(booleans):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead.\nConvert it to integers to compute."
        )


def _with_exact_number(function, given, input, other):
    """Return `function` of both operands; where they are halves, a number `given` as `other` is not rounded first."""
    if input.dtype not in HALVES or other.ndim:
        return elementwise(function, input, other)
    exact = as_array(given, jnp.float32)
    return function(input.astype(jnp.float32), exact).astype(input.dtype)


def _divisible(kernel, input, other):
    """Return both in their common dtype, if it can be divided with a remainder and no integer is divided by 0."""
    operands = promoted([input, other], floating=False)
    refuse(is_bool, kernel, *operands)
    refuse_complex(kernel, *operands)
    divisor = value_of(other)
    if is_integral(operands[0]) and is_concrete(divisor) and not np.all(divisor):
        raise RuntimeError("ZeroDivisionError\nAn integer is divided by 0; a floating point number may be.")
    return operands


def _truncated(dividend, divisor):
    return lax.div(*jnp.broadcast_arrays(dividend, divisor))


def _floored(dividend, divisor):
    """Return the quotient of floating point numbers rounded down, exact where `floor(dividend / divisor)` is not."""
    rest = jnp.fmod(dividend, divisor)
    exact = (dividend - rest) / divisor
    exact = exact - ((rest != 0) & ((divisor < 0) != (rest < 0)))
    rounded = jnp.floor(exact)
    rounded = rounded + (exact - rounded > 0.5)
    quotient = dividend / divisor
    rounded = jnp.where(exact == 0, jnp.copysign(jnp.zeros_like(quotient), quotient), rounded)
    return jnp.where(divisor == 0, quotient, rounded)


def _interpolated(start, end, weight):
    near = jnp.abs(weight) < 0.5
    return jnp.where(near, start + weight * (end - start), end - (end - start) * (1 - weight))

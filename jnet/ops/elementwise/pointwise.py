"""Exponentials, logarithms, roots, rounding and the parts of complex numbers, element by element.

Functions of real numbers return the default dtype for integers and booleans; rounding keeps integers as they are.
Halves are computed in float32 and rounded once.
"""

import functools
import math

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import as_floating, broadcast, dtype_name, is_floating, not_implemented
from jnet.ops.elementwise.common import elementwise, is_bool, is_complex, is_integral, refuse
from jnet.ops.registry import op

__all__ = [
    "angle",
    "ceil",
    "complex",
    "conj",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "frac",
    "isreal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logit",
    "nan_to_num",
    "polar",
    "round",
    "rsqrt",
    "sqrt",
    "trunc",
]

_SPECIAL = ("torch", "Tensor", "special")


@op("input", promotes="float", inplace=True, grad_fn="ExpBackward0", saves="result")
def exp(input):
    """Return e to the power of `input`.

    Example:
        >>> exp(jnp.array([0, 1])).tolist()
        [1.0, 2.7182817459106445]

    See: https://docs.pytorch.org/docs/stable/generated/torch.exp.html
    """
    return elementwise(jnp.exp, input)


@op("input", promotes="float", where=_SPECIAL, inplace=True, grad_fn="Exp2Backward0", saves="result")
def exp2(input):
    """Return 2 to the power of `input`, exactly for whole numbers.

    Example:
        >>> exp2(jnp.array([3.0, -1.0])).tolist()
        [8.0, 0.5]

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.exp2
    """
    # jnp.exp2 is not exact: XLA computes exp(input * log(2)).
    return elementwise(lambda x: jnp.power(jnp.full_like(x, 2), x), input)


@op("input", promotes="float", where=_SPECIAL, inplace=True, grad_fn="Expm1Backward0", saves="result")
def expm1(input):
    """Return `exp(input) - 1`, precise near 0.

    Example:
        >>> f"{expm1(jnp.array(1e-6)):.4e}"
        '1.0000e-06'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.expm1
    """
    return elementwise(jnp.expm1, input)


@op("input", promotes="float", inplace=True, grad_fn="LogBackward0")
def log(input):
    """Return the natural logarithm: -inf of 0, nan of negative numbers.

    Example:
        >>> log(jnp.array([1.0, 0.0])).tolist()
        [0.0, -inf]

    See: https://docs.pytorch.org/docs/stable/generated/torch.log.html
    """
    return elementwise(jnp.log, input)


@op("input", promotes="float", inplace=True, grad_fn="Log2Backward0")
def log2(input):
    """Return the logarithm to the base 2, exactly for powers of 2.

    Example:
        >>> log2(jnp.array([8.0, 0.5])).tolist()
        [3.0, -1.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.log2.html
    """
    return elementwise(functools.partial(_logarithm, 2), input)


@op("input", promotes="float", inplace=True, grad_fn="Log10Backward0")
def log10(input):
    """Return the logarithm to the base 10, exactly for powers of 10.

    Example:
        >>> log10(jnp.array([1000.0, 1.0])).tolist()
        [3.0, 0.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.log10.html
    """
    return elementwise(functools.partial(_logarithm, 10), input)


def _logarithm(base, x):
    quotient = jnp.log(x) / math.log(base)
    if is_complex(x):
        return quotient
    # The quotient of two rounded logarithms misses whole numbers by a rounding: log(1000) / log(10) < 3.
    whole = jnp.round(quotient)
    exact = (jnp.power(jnp.full_like(x, base), whole) == x) & jnp.isfinite(quotient)
    return quotient + lax.stop_gradient(jnp.where(exact, whole - quotient, jnp.zeros_like(x)))


@op("input", promotes="float", where=_SPECIAL, inplace=True, grad_fn="Log1PBackward0")
def log1p(input):
    """Return `log(1 + input)`, precise near 0.

    Example:
        >>> f"{log1p(jnp.array(1e-6)):.4e}"
        '1.0000e-06'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.log1p
    """
    return elementwise(jnp.log1p, input)


@op("input", scalars=("eps",), promotes="float", where=_SPECIAL, inplace=True, grad_fn="LogitBackward0")
def logit(input, eps=None):
    """Return `log(input / (1 - input))`, the inverse of `sigmoid`.

    Args:
        eps: clamp `input` to `[eps, 1 - eps]` first; the derivative is 0 outside.

    Raises:
        NotImplementedError: for complex numbers.

    Example:
        >>> logit(jnp.array([0.5, 1.0])).tolist()
        [0.0, inf]

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.logit
    """
    refuse(is_complex, "logit_cpu", input)

    def function(x):
        if eps is not None:
            low = jnp.asarray(eps).astype(x.dtype)
            x = jnp.where(x < low, low, jnp.where(x > 1 - low, 1 - low, x))
        return _log_odds(x)

    return elementwise(function, input)


@jax.custom_jvp
def _log_odds(x):
    return jnp.log(x / (1 - x))


@_log_odds.defjvp
def _log_odds_jvp(primals, tangents):
    (x,), (tangent,) = primals, tangents  # the quotient's own rule gives nan at 0 and 1, for inf
    return _log_odds(x), jnp.where((x < 0) | (x > 1), jnp.nan, 1 / jnp.abs(x * (1 - x))).astype(x.dtype) * tangent


@op("input", promotes="float", inplace=True, grad_fn="SqrtBackward0", saves="result")
def sqrt(input):
    """Return the square root: nan of negative numbers; the derivative at 0 is infinite.

    Example:
        >>> sqrt(jnp.array([4, 9])).tolist()
        [2.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.sqrt.html
    """
    return elementwise(jnp.sqrt, input)


@op("input", promotes="float", inplace=True, grad_fn="RsqrtBackward0", saves="result")
def rsqrt(input):
    """Return `1 / sqrt(input)`.

    Example:
        >>> rsqrt(jnp.array([4.0, 0.0])).tolist()
        [0.5, inf]

    See: https://docs.pytorch.org/docs/stable/generated/torch.rsqrt.html
    """
    return elementwise(lax.rsqrt, input)


@op("input", inplace=True, grad_fn="FloorBackward0", saves="nothing")
def floor(input):
    """Return the largest whole number that is not above `input`; the derivative is 0.

    Raises:
        NotImplementedError: for booleans and complex numbers.

    Example:
        >>> floor(jnp.array([-1.5, 2.5])).tolist()
        [-2.0, 2.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.floor.html
    """
    return _rounded("floor", jnp.floor, input)


@op("input", inplace=True, grad_fn="CeilBackward0", saves="nothing")
def ceil(input):
    """Return the smallest whole number that is not below `input`; all else as `floor`.

    Example:
        >>> ceil(jnp.array([-1.5, 2.5])).tolist()
        [-1.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.ceil.html
    """
    return _rounded("ceil", jnp.ceil, input)


@op("input", inplace=True, aliases=("fix",), grad_fn="TruncBackward0", saves="nothing")
def trunc(input):
    """Return `input` without its fraction; all else as `floor`.

    Example:
        >>> trunc(jnp.array([-1.5, 2.5])).tolist()
        [-1.0, 2.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.trunc.html
    """
    return _rounded("trunc", jnp.trunc, input)


def _round_node(ranks, settings):
    return "RoundBackward1" if settings.get("decimals") else "RoundBackward0"


@op("input", where=_SPECIAL, inplace=True, grad_fn=_round_node, saves="nothing")
def round(input, *, decimals=0):
    """Return the nearest whole number, of two the even one; all else as `floor`.

    Args:
        decimals: how many decimal places to keep; negative ones round to tens, hundreds, ...

    Example:
        >>> round(jnp.array([0.5, 1.5, -2.7])).tolist(), round(jnp.array([1234.0]), decimals=-2).tolist()
        ([0.0, 2.0, -3.0], [1200.0])

    See: https://docs.pytorch.org/docs/stable/generated/torch.round.html
    """
    input = jnp.asarray(input)
    if decimals and not is_floating(input):
        raise not_implemented("round_cpu", input.dtype)
    if not decimals:
        return _rounded("round", jnp.round, input)
    # A whole factor: that of negative decimals would be a fraction that is not exact.
    factor = 10.0 ** (decimals if decimals > 0 else -decimals)
    if decimals > 0:
        return _rounded("round", lambda x: jnp.round(x * factor) / factor, input)
    return _rounded("round", lambda x: jnp.round(x / factor) * factor, input)


def _rounded(name, function, input):
    """Return `function` of floating point numbers with derivative 0, integers as they are."""
    input = jnp.asarray(input)
    if is_complex(input) and name != "round":
        raise NotImplementedError(
            f"{name} is not supported for complex inputs\nRound the real and the imaginary part, each by itself."
        )
    refuse(lambda x: is_bool(x) or is_complex(x), f"{name}_vml_cpu", input)
    return input if is_integral(input) else elementwise(function, lax.stop_gradient(input))


@op("input", inplace=True, grad_fn="FracBackward0", saves="nothing")
def frac(input):
    """Return the fraction of `input`, with its sign: `input - trunc(input)`.

    Raises:
        NotImplementedError: for integers, booleans and complex numbers.

    Example:
        >>> frac(jnp.array([-1.5, 2.25])).tolist()
        [-0.5, 0.25]

    See: https://docs.pytorch.org/docs/stable/generated/torch.frac.html
    """
    input = jnp.asarray(input)
    refuse(lambda x: is_integral(x) or is_complex(x), "frac_cpu", input)
    return input - lax.stop_gradient(jnp.trunc(input))


@op("input", scalars=("nan", "posinf", "neginf"), inplace=True, grad_fn="NanToNumBackward0")
def nan_to_num(input, nan=None, posinf=None, neginf=None):
    """Return `input` with nan and the infinities replaced; the derivative there is 0.

    Args:
        nan: what stands for nan, 0 by default.
        posinf: what stands for inf, the largest number of the dtype by default.
        neginf: what stands for -inf, the lowest number of the dtype by default.

    Example:
        >>> nan_to_num(jnp.array([jnp.nan, 1.0, jnp.inf]), posinf=9).tolist()
        [0.0, 1.0, 9.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nan_to_num.html
    """
    input = jnp.asarray(input)
    if is_integral(input):
        return input
    if is_complex(input):
        return lax.complex(*(nan_to_num(part, nan, posinf, neginf) for part in (input.real, input.imag)))
    limits = jnp.finfo(input.dtype)
    for found, given, default in (
        (jnp.isnan(input), nan, 0.0),
        (input == jnp.inf, posinf, limits.max),
        (input == -jnp.inf, neginf, limits.min),
    ):
        input = jnp.where(found, jnp.asarray(default if given is None else given).astype(input.dtype), input)
    return input


@op("real", "imag", where=("torch",), grad_fn="ComplexBackward0", saves="nothing")
def complex(real, imag):
    """Return the complex numbers of these parts.

    Raises:
        RuntimeError: if the parts are not floating, or of two dtypes.

    Example:
        >>> complex(jnp.array([1.0]), jnp.array([2.0])).tolist()
        [(1+2j)]

    See: https://docs.pytorch.org/docs/stable/generated/torch.complex.html
    """
    _check_parts("complex", "real", "imag", real, imag)
    return lax.complex(*jnp.broadcast_arrays(*broadcast(real, imag)))


@op("abs", "angle", where=("torch",), grad_fn="PolarBackward0", saves="inputs")
def polar(abs, angle):
    """Return the complex numbers of these magnitudes and angles.

    Raises:
        RuntimeError: if they are not floating, or of two dtypes.

    Example:
        >>> polar(jnp.array([2.0]), jnp.array([0.0])).tolist()
        [(2+0j)]

    See: https://docs.pytorch.org/docs/stable/generated/torch.polar.html
    """
    _check_parts("polar", "abs", "angle", abs, angle)
    abs, angle = jnp.broadcast_arrays(*broadcast(abs, angle))
    return lax.complex(abs * jnp.cos(angle), abs * jnp.sin(angle))


def _check_parts(name, first, second, left, right) -> None:
    """Raise unless both parts are floating, and of one dtype."""
    for part in (left, right):
        if part.dtype.name not in ("float16", "float32", "float64"):
            raise RuntimeError(
                f"Expected both inputs to be Half, Float or Double tensors but got {dtype_name(left.dtype)} and "
                f"{dtype_name(right.dtype)}\n{name}() takes floating point parts."
            )
    if left.dtype != right.dtype:
        raise RuntimeError(
            f"Expected object of scalar type {dtype_name(left.dtype)} but got scalar type "
            f"{dtype_name(right.dtype)} for second argument\n{name}() takes one dtype: convert {first} or {second}"
        )


@op("input", aliases=("conj_physical",), out=False, grad_fn="ConjBackward0", saves="nothing")
def conj(input):
    """Return the complex conjugate; real numbers as they are.

    Example:
        >>> conj(jnp.array([1 + 2j])).tolist()
        [(1-2j)]

    See: https://docs.pytorch.org/docs/stable/generated/torch.conj.html
    """
    input = jnp.asarray(input)
    return jnp.conj(input) if is_complex(input) else input


@op("input", grad_fn="AngleBackward0")
def angle(input):
    """Return the angle of a complex number, from -pi to pi; of real numbers 0 or pi, with derivative 0.

    Example:
        >>> angle(jnp.array([1.0, -1.0])).tolist()
        [0.0, 3.1415927410125732]

    See: https://docs.pytorch.org/docs/stable/generated/torch.angle.html
    """
    input = as_floating(input)
    if is_complex(input):
        return _phase(input)
    input = lax.stop_gradient(input)
    return jnp.where(jnp.isnan(input), input, jnp.where(input < 0, math.pi, 0.0).astype(input.dtype))


@jax.custom_jvp
def _phase(z):
    return jnp.angle(z)


@_phase.defjvp
def _phase_jvp(primals, tangents):
    (z,), (tangent,) = primals, tangents
    square = z.real**2 + z.imag**2
    change = z.real * tangent.imag - z.imag * tangent.real
    return _phase(z), jnp.where(square == 0, 0.0, change / jnp.where(square == 0, 1.0, square)).astype(z.real.dtype)


@op("input", out=False)
def isreal(input):
    """Tell of each element whether its imaginary part is 0.

    Example:
        >>> isreal(jnp.array([1 + 2j, 3])).tolist()
        [False, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.isreal.html
    """
    input = jnp.asarray(input)
    return input.imag == 0 if is_complex(input) else jnp.ones(input.shape, bool)

"""Primitives that work element by element, and those that change bits and dtypes."""

import math

import jax.numpy as jnp
import numpy as np
from jax.lax import RoundingMethod

from jnet.recorder.primitives.rules import RULES, Rule, is_floating, rule, widened

_UFUNCS = {
    "add": np.add, "add_any": np.add, "sub": np.subtract, "neg": np.negative, "max": np.maximum, "min": np.minimum,
    "abs": np.abs, "square": np.square, "sqrt": np.sqrt, "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1,
    "log": np.log, "log1p": np.log1p, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin,
    "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh,
    "acosh": np.arccosh, "atanh": np.arctanh, "floor": np.floor, "ceil": np.ceil, "is_finite": np.isfinite,
    "nextafter": np.nextafter, "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal,
    "gt": np.greater, "ge": np.greater_equal, "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
    "not": np.bitwise_not, "shift_left": np.left_shift, "shift_right_arithmetic": np.right_shift, "real": np.real,
    "imag": np.imag, "conj": np.conjugate,
}  # fmt: skip

RULES |= {name: Rule(function) for name, function in _UFUNCS.items()}


@rule("mul")
def _mul(x, y, *, out_dtype=None):
    return np.multiply(x, y) if out_dtype is None else np.multiply(x.astype(out_dtype), y.astype(out_dtype))


@rule("div")
def _div(x, y):
    if x.dtype.kind not in "iu":
        return np.true_divide(x, y)
    # Towards zero, where NumPy's floor goes down; XLA gives all ones for a division by zero.
    quotient = np.floor_divide(x - np.fmod(x, y), y)
    return np.where(y == 0, np.bitwise_not(np.zeros((), x.dtype)), quotient)


@rule("rem")
def _rem(x, y):
    found = np.fmod(x, y)
    return np.where(y == 0, x, found) if x.dtype.kind in "iu" else found


@rule("sign")
def _sign(x):
    return np.where(x == 0, x, np.sign(x))  # zeros keep their sign


@rule("integer_pow")
def _integer_pow(x, *, y):
    result, factor, left = None, x, abs(y)
    while left:
        if left & 1:
            result = factor if result is None else result * factor
        left >>= 1
        factor = factor * factor if left else factor
    if result is None:
        return np.ones_like(x)
    return np.ones((), x.dtype) / result if y < 0 else result


@rule("pow")
def _pow(x, y):
    return np.power(x, y.astype(x.dtype))


@rule("rsqrt")
def _rsqrt(x):
    return np.ones((), x.dtype) / np.sqrt(x)


@rule("logistic")
def _logistic(x):
    one = np.ones((), x.dtype)
    return one / (one + np.exp(-x))


@rule("cbrt")
def _cbrt(x):
    return NotImplemented if x.dtype.kind == "c" else np.cbrt(x)


@rule("atan2")
def _atan2(x, y):
    return NotImplemented if x.dtype.kind == "c" else np.arctan2(x, y)


@rule("round")
def _round(x, *, rounding_method):
    if rounding_method == RoundingMethod.TO_NEAREST_EVEN:
        return np.rint(x)
    whole = np.trunc(x)  # adding a half first would lift 0.49999997 to 1
    return np.where(np.abs(x - whole) >= 0.5, whole + np.copysign(np.ones((), x.dtype), x), whole)


@rule("clamp")
def _clamp(low, x, high):
    return np.minimum(np.maximum(x, low), high)


@rule("select_n")
def _select_n(which, *cases):
    if len(cases) == 2:
        return np.where(which, cases[1], cases[0])
    result = cases[0]
    for place, case in enumerate(cases[1:], 1):
        result = np.where(which == place, case, result)
    return result


def _by_math(function):
    """Return the rule of a function that Python has and NumPy has not: worth it for few elements."""
    elementwise = np.frompyfunc(function, 1, 1)

    def run(x):
        return NotImplemented if x.size > 100_000 else np.asarray(elementwise(x.astype(np.float64)), x.dtype)

    return Rule(run)


def _lgamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # a pole, or beyond the largest float
        return math.inf


RULES |= {"erf": _by_math(math.erf), "erfc": _by_math(math.erfc), "lgamma": _by_math(_lgamma)}


# Bits and dtypes -----------------------------------------------------------------------------------------------------


@rule("shift_right_logical")
def _shift_right_logical(x, y):
    unsigned = f"u{x.dtype.itemsize}"
    return np.right_shift(x.view(unsigned), y.view(unsigned)).view(x.dtype)


@rule("population_count")
def _population_count(x):
    return np.bitwise_count(x.view(f"u{x.dtype.itemsize}")).astype(x.dtype)


@rule("convert_element_type")
def _convert_element_type(x, *, new_dtype):
    if x.dtype == new_dtype:
        return x
    if x.dtype.kind == "c" and new_dtype.kind != "c":
        x = np.real(x)  # converting itself would warn
    if new_dtype.kind not in "iu" or not is_floating(x.dtype):
        return x.astype(new_dtype)
    # XLA holds integers at their limits and makes nan 0, where NumPy gives what the machine happens to.
    x, limits = widened(x), np.iinfo(new_dtype)
    fits = (x >= limits.min) & (x < float(limits.max))
    if fits.all():
        return x.astype(new_dtype)
    bound = np.where(x > 0, limits.max, np.where(x < 0, limits.min, 0)).astype(new_dtype)
    return np.where(fits, np.where(fits, x, 0).astype(new_dtype), bound)


@rule("bitcast_convert_type")
def _bitcast_convert_type(x, *, new_dtype):
    return x.view(new_dtype) if x.dtype.itemsize == new_dtype.itemsize and new_dtype.kind != "b" else NotImplemented


@rule("reduce_precision")
def _reduce_precision(x, *, exponent_bits, mantissa_bits):
    info = jnp.finfo(x.dtype)
    return x if (exponent_bits, mantissa_bits) == (info.nexp, info.nmant) else NotImplemented


@rule("complex")
def _complex(real, imag):
    out = np.empty(np.broadcast_shapes(np.shape(real), np.shape(imag)), f"c{2 * real.dtype.itemsize}")
    out.real, out.imag = real, imag
    return out

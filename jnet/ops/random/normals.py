"""Arithmetic of the random streams: normal numbers from uniform ones, rounded as PyTorch's CPU kernels round them."""

import contextlib
import math

import numpy as np
from numpy.typing import DTypeLike


def box_muller(uniform: np.ndarray, mean, std) -> np.ndarray:
    """Turn uniform numbers, of float32 or float64, into normal ones in blocks of 16."""
    kind = uniform.dtype.type
    blocks = uniform.reshape(-1, 2, 8)
    u1, angle = kind(1) - blocks[:, 0], kind(2 * np.pi) * blocks[:, 1]
    if kind is np.float32:
        logarithm, (sine, cosine) = _log32(u1), _sincos32(angle)
    else:
        logarithm, sine, cosine = function("log", u1), function("sin", angle), function("cos", angle)
    radius = np.sqrt(kind(-2) * logarithm)
    return multiply_add(np.stack([radius * cosine, radius * sine], 1).reshape(-1), kind(std), kind(mean))


def normal_pairs(uniform: np.ndarray) -> np.ndarray:
    """Turn float64 pairs u1, u2 into pairs of normal numbers: the cosine of 2 pi u1, then its sine."""
    angle, radius = 2 * np.pi * uniform[:, 0], np.sqrt(-2 * function("log1p", -uniform[:, 1]))
    return np.stack([radius * function("cos", angle), radius * function("sin", angle)], 1).reshape(-1)


def function(name: str, x: np.ndarray, dtype: DTypeLike = np.float64) -> np.ndarray:
    """Return a function of float64 numbers; where the last bit counts, as the C library rounds it.

    Args:
        dtype: what the result is rounded to. NumPy's own functions, five times as fast, may differ in the last bit of
            float64, which a shorter dtype does not show.
    """
    if dtype == np.float64:
        with contextlib.suppress(OverflowError, ValueError):  # Python refuses infinite results
            return np.fromiter(map(getattr(math, name), x.ravel().tolist()), np.float64, x.size).reshape(x.shape)
    with np.errstate(all="ignore"):
        return getattr(np, name)(x)


# The next two are Cephes' polynomials as PyTorch's AVX2 kernel (avx_mathfun.h) evaluates them, operation by operation.
# Which product its compiler fused with which sum was found by trying all ways against its output.
_LOG = (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
        2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)  # fmt: skip
_SIN = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_QUARTER_PI = (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)


def _log32(x: np.ndarray) -> np.ndarray:
    """Return log(x) of positive float32 numbers."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < np.float32(np.sqrt(0.5))
    exponent = (exponent - low).astype(np.float32)
    x = np.where(low, mantissa + mantissa, mantissa) - np.float32(1)
    z = x * x
    y = multiply_add(_polynomial(_LOG, x) * x, z, exponent * np.float32(-2.12194440e-4)) - z * np.float32(0.5)
    return multiply_add(exponent, np.float32(0.693359375), x + y)


def _sincos32(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return sin(x) and cos(x) of non-negative float32 numbers."""
    octant = ((x * np.float32(4 / np.pi)).astype(np.int32) + 1) & ~1
    for part in _QUARTER_PI:
        x = multiply_add(octant.astype(np.float32), np.float32(part), x)
    z = x * x
    near_one = multiply_add(_polynomial(_COS, z) * z, z, z * np.float32(-0.5)) + np.float32(1)
    near_zero = multiply_add(_polynomial(_SIN, z) * z, x, x)
    swap = (octant & 2) != 0
    sine, cosine = np.where(swap, near_one, near_zero), np.where(swap, near_zero, near_one)
    return np.where(octant & 4, -sine, sine), np.where((octant + 2) & 4, -cosine, cosine)


def _polynomial(coefficients, x: np.ndarray) -> np.ndarray:
    y = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        y = multiply_add(y, x, np.float32(c))
    return y


def multiply_add(a: np.ndarray, b, c) -> np.ndarray:
    """Return a b + c rounded once, as the processor's fused instruction does; all of one dtype."""
    if a.dtype == np.float32:  # the product of two float32 is exact in float64
        return (np.multiply(a, b, dtype=np.float64) + c).astype(np.float32)
    if np.abs(b).max() > 2.0**900 or np.abs(a).max(initial=0) > 2.0**900:  # the splitting below would overflow
        return a * b + c
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    lost_in_product = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low  # Dekker
    total = product + c
    c_share = total - product
    lost_in_sum = (product - (total - c_share)) + (c - c_share)  # Knuth's TwoSum
    return total + (lost_in_sum + lost_in_product)


def _halves(x):
    """Split float64 into two numbers of at most 26 bits each (Veltkamp)."""
    big = x * (2.0**27 + 1)
    high = big - (big - x)
    return high, x - high

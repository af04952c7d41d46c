"""Bessel functions, Airy's function and the spherical ones, element by element, from integrals, series and expansions.

Those with a derivative in PyTorch are `i0e`, `i1` and `i1e`; of the others the derivative counts as 0.
"""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.elementwise.common import elementwise, refuse_complex
from jnet.ops.registry import op

# Those whose argument PyTorch calls x.
_NAMED_X = ("airy_ai", "spherical_bessel_j0", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1")
_EULER = 0.5772156649015329
_SEE = "See: https://docs.pytorch.org/docs/stable/special.html#torch.special"


def _declare(name, what, function, example, node=None):
    """Declare the op of this name; without a node it has no derivative."""

    def of(x):
        refuse_complex(f"{name}_cpu", x)
        result = elementwise(function, x)
        return result if node else lax.stop_gradient(result)

    argument = "x" if name in _NAMED_X else "input"
    compute = of if argument == "x" else lambda input: of(input)
    compute.__name__ = compute.__qualname__ = name
    compute.__doc__ = (
        f"Return {what}.\n\nExample:\n    >>> f\"{{{name}(jnp.array(2.0)):.4f}}\"\n    '{example}'\n\n{_SEE}.{name}"
    )
    facts: dict[str, Any] = {"grad_fn": node} if node else {"saves": "nothing"}
    globals()[name] = op(argument, promotes="float", where=("special",), **facts)(compute)


# -- of the modified kind, first --------------------------------------------------------------------------------------


def _with_derivative(function, derivative):
    function = jax.custom_jvp(function)
    function.defjvps(lambda tangent, result, x: derivative(x, result) * tangent)
    return function


def _over(values, x):
    """Return `values / x`, for functions that are about x / 2 there: 1/2 at 0."""
    zero = x == 0
    return jnp.where(zero, 0.5, values / jnp.where(zero, 1, x))


_i0e = _with_derivative(lambda x: jax.scipy.special.i0e(x), lambda x, y: jax.scipy.special.i1e(x) - jnp.sign(x) * y)
_i1 = _with_derivative(lambda x: jax.scipy.special.i1(x), lambda x, y: jax.scipy.special.i0(x) - _over(y, x))
_i1e = _with_derivative(
    lambda x: jax.scipy.special.i1e(x), lambda x, y: jax.scipy.special.i0e(x) - jnp.sign(x) * y - _over(y, x)
)

# -- of the first and second kind: below 25 from Fourier series of waves, above from Hankel's expansion -------------

_NEAR, _HARMONICS = 25.0, 128


def _harmonics(x):
    """Return J_0, J_1, ... of x < 25 along a first dimension.

    `cos(x sin t)` and `sin(x sin t)` are the series of the even and the odd ones; sums over equal steps give their
    coefficients, up to what lies beyond the last harmonic.
    """
    angles = 2 * np.pi * np.arange(_HARMONICS) / _HARMONICS
    orders = np.arange(_HARMONICS // 2)
    phase = x[None] * jnp.asarray(np.sin(angles), x.dtype).reshape(-1, *[1] * x.ndim)
    cosines = jnp.asarray(np.cos(np.outer(orders, angles)) / _HARMONICS, x.dtype)
    sines = jnp.asarray(np.sin(np.outer(orders, angles)) / _HARMONICS, x.dtype)
    even = jnp.tensordot(cosines, jnp.cos(phase), 1, precision="highest")
    odd = jnp.tensordot(sines, jnp.sin(phase), 1, precision="highest")
    return jnp.where((orders % 2 == 0).reshape(-1, *[1] * x.ndim), even, odd)


def _second(order, x):
    """Return Y_0 or Y_1 of 0 < x < 25: Neumann's series in the J_k, and the derivative of that."""
    J, logarithm = _harmonics(x), jnp.log(x / 2) + _EULER
    k = np.arange(1, 30)
    if order == 0:
        weights, terms = (-1.0) ** k / k, J[2 * k]
        rest = 0
    else:
        weights, terms = (-1.0) ** k * (k + 0.5) / (k * (k + 1)), J[2 * k + 1]
        logarithm, rest = logarithm - 1, -2 / (math.pi * x) * J[0]
    series = jnp.tensordot(jnp.asarray(weights, x.dtype), terms, 1, precision="highest")
    return rest + 2 / math.pi * logarithm * J[order] - 4 / math.pi * series


def _hankel(order, x):
    """Return J and Y of x >= 25 from Hankel's asymptotic expansion."""
    term, sums = jnp.ones_like(x), [jnp.zeros_like(x), jnp.zeros_like(x)]
    for k in range(24):
        sums[k % 2] = sums[k % 2] + (term if k % 4 < 2 else -term)
        term = term * ((4 * order * order - (2 * k + 1) ** 2) / ((k + 1) * 8)) / x
    # cos(x - pi/4 - order pi/2), written so that no digits of a large x are lost
    cosine, sine = (jnp.cos(x) + jnp.sin(x)) / math.sqrt(2), (jnp.sin(x) - jnp.cos(x)) / math.sqrt(2)
    if order:
        cosine, sine = sine, -cosine
    scale = jnp.sqrt(2 / (math.pi * x))
    return scale * (sums[0] * cosine - sums[1] * sine), scale * (sums[0] * sine + sums[1] * cosine)


def _first_kind(order):
    def function(x):
        size = jnp.abs(x)
        far = jnp.isfinite(size)
        found = jnp.where(
            size < _NEAR,
            _harmonics(jnp.where(size < _NEAR, size, 0))[order],
            _hankel(order, jnp.where(far, jnp.maximum(size, _NEAR), _NEAR))[0],
        )
        found = jnp.where(far, found, jnp.nan)
        return found * jnp.where(x < 0, -1, 1).astype(x.dtype) if order else found

    return function


def _second_kind(order):
    def function(x):
        inside = (x > 0) & (x < _NEAR)
        far = (x >= _NEAR) & jnp.isfinite(x)
        near = _second(order, jnp.where(inside, x, 1))
        found = jnp.where(inside, near, _hankel(order, jnp.where(far, x, _NEAR))[1])
        edge = jnp.where(x == 0, -jnp.inf, jnp.nan).astype(x.dtype)
        return jnp.where(inside | far, found, edge)

    return function


# -- of the modified kind, second: a series below 1, above the integral of exp(-x cosh t) cosh(order t) ---------------


def _small_k(order, x):
    """Return K_0 or K_1 of x < 1."""
    square, term, harmonic = x * x / 4, jnp.ones_like(x), 0.0
    total, first = jnp.zeros_like(x), jnp.zeros_like(x)
    logarithm = jnp.log(x / 2) + _EULER
    for k in range(14):
        # term is (x/2)^2k / (k! (k + order)!)
        weight = harmonic if order == 0 else (2 * harmonic + 1 / (k + 1)) / 2
        total, first = total + weight * term, first + term
        harmonic += 1 / (k + 1)
        term = term * square / ((k + 1) * (k + 1 + order))
    if order == 0:
        return total - logarithm * first
    return 1 / x + x / 2 * (logarithm * first - total)


def scaled_k(order, x):
    """Return `exp(x) K_order(x)` for x >= 1: equal steps add up an integral that decays this fast to all digits."""
    reach = jnp.arccosh(1 + 45 / x)
    count = 48
    t = jnp.asarray(np.arange(count) + 0.5, x.dtype).reshape(-1, *[1] * x.ndim) * (reach / count)[None]
    return jnp.sum(jnp.exp(-2 * x[None] * jnp.sinh(t / 2) ** 2) * jnp.cosh(order * t), 0) * (reach / count)


def _modified_second(order, scaled):
    def function(x):
        small, large = (x > 0) & (x < 1), (x >= 1) & jnp.isfinite(x)
        near, far = jnp.where(small, x, 0.5), jnp.where(large, x, 1)
        low, high = _small_k(order, near), scaled_k(order, far)
        low, high = (low * jnp.exp(near), high) if scaled else (low, high * jnp.exp(-far))
        edge = jnp.where(x == 0, jnp.inf, jnp.where(x == jnp.inf, 0.0, jnp.nan)).astype(x.dtype)
        return jnp.where(small, low, jnp.where(large, high, edge))

    return function


# -- Airy's, and the spherical one ------------------------------------------------------------------------------------

_NODES, _WEIGHTS = (each * scale for each, scale in zip(np.polynomial.legendre.leggauss(96), (1, 3.75), strict=True))
_NODES = 3.75 * (_NODES + 1)


def _airy(x):
    """Return Airy's Ai: its integral along the ray of 30 degrees, K_1/3 far above 0, an expansion far below."""
    depth = 10.0 if x.dtype == jnp.float64 else 6.0  # the integral loses digits there, the expansion has few above
    middle, above, below = (x > -depth) & (x < 2), (x >= 2) & jnp.isfinite(x), (x <= -depth) & jnp.isfinite(x)
    s = jnp.asarray(_NODES, x.dtype).reshape(-1, *[1] * x.ndim)
    here = jnp.where(middle, x, 0)[None]
    waves = jnp.exp(-(s**3) / 3 - here * s / 2) * jnp.cos(math.sqrt(3) / 2 * here * s + math.pi / 6)
    near = jnp.tensordot(jnp.asarray(_WEIGHTS, x.dtype), waves, 1, precision="highest") / math.pi
    high = jnp.where(above, x, 2)
    reach = 2 / 3 * high * jnp.sqrt(high)
    decaying = jnp.sqrt(high / 3) / math.pi * scaled_k(1 / 3, reach) * jnp.exp(-reach)
    low = jnp.where(below, -x, depth)
    found = jnp.where(middle, near, jnp.where(above, decaying, _oscillating(low)))
    return jnp.where(middle | above | below, found, jnp.nan)


def _oscillating(x):
    """Return Ai(-x) of a large x."""
    phase = 2 / 3 * x * jnp.sqrt(x)
    term, sums = jnp.ones_like(x), [jnp.zeros_like(x), jnp.zeros_like(x)]
    for k in range(16):
        sums[k % 2] = sums[k % 2] + (term if k % 4 < 2 else -term)
        term = term * ((6 * k + 1) * (6 * k + 3) * (6 * k + 5) / (216 * (k + 1) * (2 * k + 1))) / phase
    angle = phase - math.pi / 4
    return (jnp.cos(angle) * sums[0] + jnp.sin(angle) * sums[1]) / (math.sqrt(math.pi) * x**0.25)


def _spherical(x):
    zero = x == 0
    return jnp.where(jnp.isinf(x), 0, jnp.where(zero, 1, jnp.sin(x) / jnp.where(zero, 1, x)))


_KIND = "Bessel function of the {} kind and order {}"
for _order in (0, 1):
    _ordinary = (
        ("j", "first", _first_kind, ("0.2239", "0.5767")),
        ("y", "second", _second_kind, ("0.5104", "-0.1070")),
    )
    for _letter, _word, _make, _examples in _ordinary:
        _declare(f"bessel_{_letter}{_order}", f"the {_KIND.format(_word, _order)}", _make(_order), _examples[_order])
    _title = f"the modified {_KIND.format('second', _order)}"
    _examples = (("0.1139", "0.8416"), ("0.1399", "1.0335"))[_order]
    _declare(f"modified_bessel_k{_order}", _title, _modified_second(_order, False), _examples[0])
    _scaled = f"{_title}, times `exp(x)`"
    _declare(f"scaled_modified_bessel_k{_order}", _scaled, _modified_second(_order, True), _examples[1])
_FIRST = f"the modified {_KIND.format('first', '{}')}"
_SCALED = f"{_FIRST}, times `exp(-|x|)`"
_declare("modified_bessel_i0", _FIRST.format(0), jax.scipy.special.i0, "2.2796")
_declare("modified_bessel_i1", _FIRST.format(1), jax.scipy.special.i1, "1.5906")
_declare("i0e", _SCALED.format(0), _i0e, "0.3085", "SpecialI0EBackward0")
_declare("i1", _FIRST.format(1), _i1, "1.5906", "SpecialI1Backward0")
_declare("i1e", _SCALED.format(1), _i1e, "0.2153", "SpecialI1EBackward0")
_declare("airy_ai", "Airy's function Ai", _airy, "0.0349")
_declare("spherical_bessel_j0", "the spherical Bessel function of order 0, `sin(x) / x`", _spherical, "0.4546")

__all__ = [name for name in globals() if "bessel" in name or name in ("airy_ai", "i0e", "i1", "i1e")]  # pyright: ignore[reportUnsupportedDunderAll]

"""Functions of mathematical physics, element by element: error functions, gamma functions, Bessel's, sinc, x log y.

Integers and booleans give the default dtype; halves are computed in float32 and rounded once.
"""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import require_floating
from jnet.ops.elementwise.common import elementwise, is_complex, refuse_complex
from jnet.ops.registry import op

__all__ = [
    "digamma",
    "erf",
    "erfc",
    "erfinv",
    "i0",
    "lgamma",
    "logaddexp",
    "logaddexp2",
    "polygamma",
    "sinc",
    "xlogy",
]

_SPECIAL = ("torch", "Tensor", "special")


@op("input", promotes="float", where=_SPECIAL, inplace=True, grad_fn="ErfBackward0")
def erf(input):
    """Return `2 / sqrt(pi)` times the integral of `exp(-t ** 2)` from 0 to `input`.

    Raises:
        NotImplementedError: for complex numbers, as all functions of this module but `sinc`.

    Example:
        >>> f"{erf(jnp.array(1.0)):.4f}"
        '0.8427'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.erf
    """
    refuse_complex("erf_vml_cpu", input)
    return elementwise(lax.erf, input)


@op("input", promotes="float", where=_SPECIAL, inplace=True, grad_fn="ErfcBackward0")
def erfc(input):
    """Return `1 - erf(input)`, precise where it is small.

    Example:
        >>> f"{erfc(jnp.array(5.0)):.4e}"
        '1.5375e-12'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.erfc
    """
    refuse_complex("erfc_vml_cpu", input)
    return elementwise(lax.erfc, input)


@op("input", promotes="float", where=_SPECIAL, inplace=True, grad_fn="ErfinvBackward0")
def erfinv(input):
    """Return the inverse of `erf`: infinite at -1 and 1, nan outside.

    Example:
        >>> f"{erfinv(jnp.array(0.5)):.4f}"
        '0.4769'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.erfinv
    """
    refuse_complex("erfinv_vml_cpu", input)
    return elementwise(lax.erf_inv, input)


@op("input", promotes="float", where=_SPECIAL, inplace=True, aliases=("gammaln",), grad_fn="LgammaBackward0")
def lgamma(input):
    """Return the logarithm of the absolute value of the gamma function.

    Example:
        >>> f"{lgamma(jnp.array(5.0)):.4f}"
        '3.1781'

    See: https://docs.pytorch.org/docs/stable/generated/torch.lgamma.html
    """
    refuse_complex("lgamma_vml_cpu", input)
    return elementwise(_log_gamma, input)


@op("input", promotes="float", where=_SPECIAL, inplace=True, aliases=("psi",), grad_fn="DigammaBackward0")
def digamma(input):
    """Return the derivative of `lgamma`; at 0 infinite, of the sign opposite to that of the zero.

    Example:
        >>> f"{digamma(jnp.array(1.0)):.4f}"
        '-0.5772'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.digamma
    """
    refuse_complex("digamma", input)
    return elementwise(_digamma, input)


@jax.custom_jvp
def _digamma(x):
    # lax.digamma of 0 is nan.
    return jnp.where(x == 0, jnp.copysign(jnp.full_like(x, jnp.inf), -x), lax.digamma(x))


_digamma.defjvps(lambda tangent, result, x: _polygamma(1, x) * tangent)


@jax.custom_jvp
def _log_gamma(x):
    return lax.lgamma(x)


_log_gamma.defjvps(lambda tangent, result, x: _digamma(x) * tangent)


@op("input", promotes="float", where=_SPECIAL, inplace=True, grad_fn="PolygammaBackward0")
def polygamma(n, input):
    """Return the derivative of `digamma` of order `n`.

    Raises:
        RuntimeError: if `n` is negative.

    Example:
        >>> f"{polygamma(1, jnp.array(1.0)):.4f}"
        '1.6449'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.polygamma
    """
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.\nn = 0 is digamma itself.")
    refuse_complex({0: "digamma", 1: "trigamma"}.get(n, "polygamma"), input)
    if n == 0:
        return digamma(input)
    return elementwise(functools.partial(_polygamma, n), input)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def _polygamma(n, x):
    """Return the derivative of `digamma` of order `n` > 0.

    At negative numbers, where lax.polygamma has too few terms, the derivative of order n of the reflection
    `digamma(1 - x) - digamma(x) = pi cot(pi x)`; those of the cotangent are polynomials of it.
    """
    mirrored = jnp.where(x < 0, 1 - x, x)
    found = lax.polygamma(jnp.full_like(x, n), mirrored)
    cotangent = 1 / jnp.tan(math.pi * (x - jnp.round(x)))
    polynomial = np.polynomial.Polynomial([0, 1])
    for _ in range(n):
        polynomial = -math.pi * np.polynomial.Polynomial([1, 0, 1]) * polynomial.deriv()
    values = jnp.polyval(jnp.asarray(polynomial.coef[::-1], x.dtype), cotangent)
    found = jnp.where(x < 0, (-1) ** n * found - math.pi * values, found)
    pole = (x <= 0) & (x == jnp.floor(x))
    if n == 1:  # beyond, PyTorch has nan at infinity
        found, pole = jnp.where(x == jnp.inf, jnp.zeros((), x.dtype), found), pole & (x != -jnp.inf)
    return jnp.where(pole, jnp.asarray(-math.inf if n % 2 == 0 else math.inf, x.dtype), found)


@_polygamma.defjvp
def _polygamma_tangent(n, primals, tangents):
    return _polygamma(n, *primals), _polygamma(n + 1, *primals) * tangents[0]


@op("input", promotes="float", where=_SPECIAL, inplace=True, grad_fn="SincBackward0")
def sinc(input):
    """Return `sin(pi * input) / (pi * input)`, and 1 at 0.

    Example:
        >>> sinc(jnp.array([0.0, 0.5])).tolist()
        [1.0, 0.6366197466850281]

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.sinc
    """
    return elementwise(jnp.sinc, input)


@op("input", promotes="float", where=_SPECIAL, inplace=True, grad_fn="I0Backward0")
def i0(input):
    """Return the modified Bessel function of the first kind and order 0.

    Example:
        >>> f"{i0(jnp.array(1.0)):.4f}"
        '1.2661'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.i0
    """
    refuse_complex("i0_vml_cpu", input)
    return elementwise(_i0, input)


@jax.custom_jvp
def _i0(x):
    return jax.scipy.special.i0(x)


# JAX's own derivative at 0 is 1.
_i0.defjvps(lambda tangent, result, x: jax.scipy.special.i1(x) * tangent)


def _xlogy_node(ranks, settings):
    return f"XlogyBackward{1 if ranks[0] is None else 2 if ranks[1] is None else 0}"


@op("input", "other", promotes="float", where=_SPECIAL, inplace=True, grad_fn=_xlogy_node)
def xlogy(input, other):
    """Return `input * log(other)`, which is 0 where `input` is 0, unless `other` is nan.

    Example:
        >>> xlogy(jnp.array([0.0, 2.0]), jnp.array([0.0, 1.0])).tolist()
        [0.0, 0.0]

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.xlogy
    """
    refuse_complex("xlogy_cpu", input)
    return elementwise(_x_log_y, input, other)


def _x_log_y(x, y):
    # Where y > 0 the product serves at x = 0 as well, and with it the derivative log(y).
    limit = (x == 0) & ~((y > 0) & (y < jnp.inf))
    at_limit = jnp.where(jnp.isnan(y), y, jnp.zeros_like(y))
    return jnp.where(limit, lax.stop_gradient(at_limit), x * jnp.log(jnp.where(limit, jnp.ones_like(y), y)))


@op("input", "other", promotes="common", grad_fn="LogaddexpBackward0")
def logaddexp(input, other):
    """Return `log(exp(input) + exp(other))` without overflow.

    Raises:
        NotImplementedError: for integers and booleans.

    Example:
        >>> logaddexp(jnp.array([1000.0]), jnp.array([1000.0])).tolist()
        [1000.6931762695312]

    See: https://docs.pytorch.org/docs/stable/generated/torch.logaddexp.html
    """
    require_floating(input, "logaddexp_cpu")
    return elementwise(jnp.logaddexp if is_complex(input) else _log_sum(math.e, jnp.logaddexp), input, other)


@op("input", "other", promotes="common", grad_fn="Logaddexp2Backward0")
def logaddexp2(input, other):
    """Return `log2(2 ** input + 2 ** other)` without overflow; errors as `logaddexp`, and for complex numbers.

    Example:
        >>> logaddexp2(jnp.array([1000.0]), jnp.array([1000.0])).tolist()
        [1001.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.logaddexp2.html
    """
    require_floating(input, "logaddexp2_cpu")
    refuse_complex("logaddexp2_cpu", input)
    return elementwise(_log_sum(2, jnp.logaddexp2), input, other)


def _log_sum(base, function):
    """Return `function` with a derivative that uses the difference of both: JAX's loses the digits of large sums."""

    def share(x, y):
        return jax.nn.sigmoid((x - y) * math.log(base))

    summed = jax.custom_jvp(function)
    summed.defjvps(
        lambda tangent, result, x, y: share(x, y) * tangent,
        lambda tangent, result, x, y: share(y, x) * tangent,
    )
    return summed

"""Functions of the normal distribution and of entropy, element by element; halves as in `special`."""

import math

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.elementwise.common import aligned, elementwise, refuse_complex
from jnet.ops.registry import op

__all__ = ["entr", "erfcx", "log_ndtr", "ndtr", "ndtri", "xlog1py"]


@op("input", promotes="float", where=("special",), grad_fn="SpecialEntrBackward0")
def entr(input):
    """Return `-x log(x)`: 0 at 0, minus infinity below.

    Example:
        >>> f"{entr(jnp.array(0.5)):.4f}"
        '0.3466'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.entr
    """
    refuse_complex("entr", input)
    return elementwise(_entr, input)


@jax.custom_jvp
def _entr(x):
    inside = -x * jnp.log(jnp.where(x > 0, x, jnp.ones_like(x)))
    return jnp.where(x < 0, jnp.full_like(x, -jnp.inf), inside)


_entr.defjvps(lambda tangent, result, x: -(1 + jnp.log(x)) * tangent)


@op("input", promotes="float", where=("special",), grad_fn="MulBackward1")
def ndtr(input):
    """Return the probability that a standard normal number is below the input.

    Example:
        >>> ndtr(jnp.array(0.0)).item()
        0.5

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.ndtr
    """
    refuse_complex("erfc_vml_cpu", input)
    return elementwise(jax.scipy.special.ndtr, input)


@op("input", promotes="float", where=("special",), grad_fn="SpecialLogNdtrBackward0", saves="result")
def log_ndtr(input):
    """Return the logarithm of `ndtr`, precise far below 0.

    Example:
        >>> f"{log_ndtr(jnp.array(-10.0)):.3f}"
        '-53.231'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.log_ndtr
    """
    refuse_complex("log_ndtr_cpu", input)
    return elementwise(_log_ndtr, input)


@jax.custom_jvp
def _log_ndtr(x):
    low = x < -1
    tail = erfcx_of(jnp.where(low, -x, jnp.ones_like(x)) / math.sqrt(2))
    return jnp.where(low, jnp.log(tail / 2) - x * x / 2, jnp.log1p(-lax.erfc(x / math.sqrt(2)) / 2))


_log_ndtr.defjvps(lambda tangent, result, x: math.sqrt(2 / math.pi) / erfcx_of(-x / math.sqrt(2)) * tangent)


@op("input", promotes="float", where=("special",), grad_fn="SpecialNdtriBackward0", saves="result")
def ndtri(input):
    """Return the inverse of `ndtr`: infinite at 0 and 1, nan outside.

    Example:
        >>> f"{ndtri(jnp.array(0.975)):.4f}"
        '1.9600'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.ndtri
    """
    refuse_complex("ndtri_cpu", input)
    return elementwise(_ndtri, input)


@jax.custom_jvp
def _ndtri(p):
    return jax.scipy.special.ndtri(p)


_ndtri.defjvps(lambda tangent, result, p: math.sqrt(2 * math.pi) * jnp.exp(result * result / 2) * tangent)


@op("input", promotes="float", where=("special",), grad_fn="SpecialErfcxBackward0", saves="result")
def erfcx(input):
    """Return `exp(x ** 2) * erfc(x)`, which neither overflows nor vanishes for large x.

    Example:
        >>> f"{erfcx(jnp.array(10.0)):.5f}"
        '0.05614'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.erfcx
    """
    refuse_complex("erfcx_cpu", input)
    return elementwise(erfcx_of, input)


@jax.custom_jvp
def erfcx_of(x):
    """Return erfcx of an array."""
    near = jnp.clip(x, -30.0, 4.0)  # below -30 it is infinite in all dtypes
    # exp(x^2) of a rounded square would lose the digits of large ones: the square is split in two exact parts.
    high = (near * 64).round() / 64
    direct = jnp.exp(high * high) * jnp.exp((near - high) * (near + high)) * lax.erfc(near)
    far = jnp.maximum(x, 4.0)
    fraction = far
    for k in range(20, 0, -1):  # Laplace's continued fraction
        fraction = far + (k / 2) / fraction
    return jnp.where(x < 4, direct, 1 / (math.sqrt(math.pi) * fraction))


erfcx_of.defjvps(lambda tangent, result, x: (2 * x * result - 2 / math.sqrt(math.pi)) * tangent)


def _node(ranks, settings):
    return f"SpecialXlog1PyBackward{1 if ranks[0] is None else 2 if ranks[1] is None else 0}"


@op("input", "other", promotes="float", where=("special",), grad_fn=_node)
def xlog1py(input, other):
    """Return `input * log1p(other)`, which is 0 where `input` is 0, unless `other` is nan.

    Example:
        >>> xlog1py(jnp.array([0.0, 2.0]), jnp.array([-1.0, 0.0])).tolist()
        [0.0, 0.0]

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.xlog1py
    """
    refuse_complex("xlog1py_cpu", input)
    return elementwise(_x_log1p_y, *aligned(input, other))


def _x_log1p_y(x, y):
    # Where y > -1 the product serves at x = 0 as well, and with it the derivative log1p(y).
    limit = (x == 0) & ~((y > -1) & (y < jnp.inf))
    at_limit = jnp.where(jnp.isnan(y), y, jnp.zeros_like(y))
    return jnp.where(limit, lax.stop_gradient(at_limit), x * jnp.log1p(jnp.where(limit, jnp.zeros_like(y), y)))

"""The incomplete and the multivariate gamma functions, and the zeta function, element by element."""

import math

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import real
from jnet.ops.elementwise.common import aligned, elementwise, refuse_complex
from jnet.ops.elementwise.special import lgamma
from jnet.ops.registry import op

__all__ = ["igamma", "igammac", "mvlgamma", "zeta"]

_SPECIAL = ("torch", "Tensor", "special")


@op("input", "other", promotes="common", where=_SPECIAL, inplace=True, aliases=("gammainc",), grad_fn="IgammaBackward0")
def igamma(input, other):
    """Return the lower incomplete gamma function, the integral of `t^(a-1) e^-t / gamma(a)` from 0 to x.

    Args:
        input: a; not negative.
        other: x; not negative.

    Example:
        >>> f"{igamma(jnp.array(1.0), jnp.array(1.0)):.4f}"
        '0.6321'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.gammainc
    """
    real(input, "igamma_cpu")
    return elementwise(lambda a, x: _incomplete(lax.igamma, 0.0, *jnp.broadcast_arrays(a, x)), *aligned(input, other))


@op(
    "input",
    "other",
    promotes="common",
    where=_SPECIAL,
    inplace=True,
    aliases=("gammaincc",),
    grad_fn="IgammacBackward0",
)
def igammac(input, other):
    """Return the upper incomplete gamma function, `1 - igamma(input, other)`, precise where it is small.

    Example:
        >>> f"{igammac(jnp.array(1.0), jnp.array(1.0)):.4f}"
        '0.3679'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.gammaincc
    """
    real(input, "igammac_cpu")
    return elementwise(lambda a, x: _incomplete(lax.igammac, 1.0, *jnp.broadcast_arrays(a, x)), *aligned(input, other))


def _incomplete(function, at_zero, a, x):
    """Return the function with PyTorch's limits, where an argument is 0 or infinite."""
    limit = (a <= 0) | (x <= 0) | jnp.isinf(a) | jnp.isinf(x)
    one = jnp.ones_like(a)
    inside = function(jnp.where(limit, one, a), jnp.where(limit, one, x))
    edges = jnp.select(
        [(a < 0) | (x < 0) | jnp.isnan(a) | jnp.isnan(x), (a == 0) & (x > 0), a == 0, x == 0,
         jnp.isinf(a) & jnp.isinf(x), jnp.isinf(a)],
        [jnp.nan, 1 - at_zero, jnp.nan, at_zero, jnp.nan, at_zero],
        1 - at_zero,
    )  # fmt: skip
    return jnp.where(limit, edges.astype(a.dtype), inside)


@op("input", promotes="float", where=_SPECIAL, inplace=True, aliases=("multigammaln",), grad_fn="MvlgammaBackward0")
def mvlgamma(input, p):
    """Return the logarithm of the gamma function of p dimensions: `p (p-1) / 4 log(pi) + sum_i lgamma(x - i / 2)`.

    Raises:
        RuntimeError: if p is below 1.

    Example:
        >>> f"{mvlgamma(jnp.array(3.0), 2):.4f}"
        '1.5502'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.multigammaln
    """
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1\nIt counts dimensions.")
    refuse_complex("mvlgamma", input)
    steps = jnp.arange(p, dtype=input.dtype).reshape((p,) + (1,) * input.ndim) / 2
    return lgamma(input[None] - steps).sum(0) + p * (p - 1) / 4 * math.log(math.pi)


def _zeta_node(ranks, settings):
    return f"SpecialZetaBackward{1 if ranks[0] is None else 2 if ranks[1] is None else 0}"


@op("input", "other", promotes="float", where=("special",), grad_fn=_zeta_node)
def zeta(input, other):
    """Return Hurwitz's zeta function, the sum of `(k + q)^-x` over k = 0, 1, 2, ...

    Args:
        input: x, above 1.
        other: q; its derivative alone is known.

    Example:
        >>> f"{zeta(jnp.array(2.0), jnp.array(1.0)):.4f}"
        '1.6449'

    See: https://docs.pytorch.org/docs/stable/special.html#torch.special.zeta
    """
    refuse_complex("zeta", input)
    return elementwise(lambda x, q: _zeta(*jnp.broadcast_arrays(x, q)), *aligned(input, other))


@jax.custom_jvp
def _zeta(x, q):
    """Return the function with PyTorch's poles: at x = 1, and where q is a whole number up to 0."""
    pole = (x == 1) | ((x > 1) & (q <= 0) & (q == jnp.floor(q)))
    unknown = (x < 1) | ((q <= 0) & (x != jnp.floor(x)))
    return jnp.where(pole, jnp.inf, jnp.where(unknown, jnp.nan, lax.zeta(x, q)))


_zeta.defjvps(None, lambda tangent, result, x, q: -x * _zeta(x + 1, q) * tangent)

"""Orthogonal polynomials, element by element: Chebyshev's four kinds, Hermite's two, Laguerre's and Legendre's.

They have recurrences of three terms, and no derivatives in PyTorch. Degrees are cut to whole numbers; below 0 they give
0, as in PyTorch.
"""

import jax.numpy as jnp
from jax import lax

from jnet.ops.elementwise.common import elementwise, refuse_complex
from jnet.ops.registry import op


def _doubled(k, x, p, q):
    return 2 * x * p - q


# Name -> the polynomial of degree 1, and that of degree k + 1 from k, x and those of degrees k and k - 1.
_FAMILIES = {
    "chebyshev_polynomial_t": (lambda x: x, _doubled, "Chebyshev's polynomial of the first kind"),
    "chebyshev_polynomial_u": (lambda x: 2 * x, _doubled, "Chebyshev's polynomial of the second kind"),
    "chebyshev_polynomial_v": (lambda x: 2 * x - 1, _doubled, "Chebyshev's polynomial of the third kind"),
    "chebyshev_polynomial_w": (lambda x: 2 * x + 1, _doubled, "Chebyshev's polynomial of the fourth kind"),
    "hermite_polynomial_h": (lambda x: 2 * x, lambda k, x, p, q: 2 * (x * p - k * q), "Hermite's polynomial"),
    "hermite_polynomial_he": (lambda x: x, lambda k, x, p, q: x * p - k * q, "Hermite's polynomial of probability"),
    "laguerre_polynomial_l": (
        lambda x: 1 - x,
        lambda k, x, p, q: ((2 * k + 1 - x) * p - k * q) / (k + 1),
        "Laguerre's polynomial",
    ),
    "legendre_polynomial_p": (
        lambda x: x,
        lambda k, x, p, q: ((2 * k + 1) * x * p - k * q) / (k + 1),
        "Legendre's polynomial",
    ),
}


def _evaluated(first, step, x, n):
    """Return polynomials of degrees `n` at `x`, all by one recurrence up to the highest degree."""
    x, n = jnp.broadcast_arrays(x, jnp.trunc(n))
    one, none = jnp.ones_like(x), jnp.zeros_like(x)

    def advance(state):
        k, p, q = state
        more = k < n
        return k + 1, jnp.where(more, step(k, x, p, q), p), jnp.where(more, p, q)

    top = jnp.max(n, initial=0)
    start = (jnp.ones((), x.dtype), jnp.where(n > 0, first(x), jnp.where(n < 0, none, one)), one)
    return lax.while_loop(lambda state: state[0] < top, advance, start)[1]


def _declare(name, first, step, title, shifted=False):
    def polynomial(x, n):
        refuse_complex(f"{name}_cpu", x)
        x = 2 * x - 1 if shifted else x
        return lax.stop_gradient(elementwise(lambda x, n: _evaluated(first, step, x, n), x, n))

    polynomial.__name__ = polynomial.__qualname__ = name
    at = " at `2 x - 1`" if shifted else ""
    polynomial.__doc__ = f"Return {title} of degree `n`{at}.\n\nSee: https://docs.pytorch.org/docs/stable/special.html"
    globals()[name] = op("x", "n", promotes="float", where=("special",), saves="nothing")(polynomial)


for _name, (_first, _step, _title) in _FAMILIES.items():
    _declare(_name, _first, _step, _title)
    if _name.startswith("chebyshev"):
        _declare(f"shifted_{_name}", _first, _step, _title, shifted=True)

__all__ = [name for name in globals() if "polynomial" in name]  # pyright: ignore[reportUnsupportedDunderAll]

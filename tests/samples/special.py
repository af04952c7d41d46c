"""Special functions that torch.special has beside those of torch: gamma, Gauss, Bessel, orthogonal polynomials."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import a, f, i, inf, nan

POSITIVE = a(0.3, 0.9, 1.7, 4.0, 11.0, 30.0)
REAL = a(-9.0, -2.5, -0.3, 0.4, 1.5, 4.5, 12.0, 40.0)
HALF = a(-1.5, 0.25, 2.0).astype(np.float16)
EDGES = a(0.0, -0.0, inf, -inf, nan)

POLYNOMIALS = [
    *(f"{shift}chebyshev_polynomial_{kind}" for kind in "tuvw" for shift in ("", "shifted_")),
    *("hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"),
]
BESSEL = [
    *("bessel_j0", "bessel_j1", "modified_bessel_i0", "modified_bessel_i1", "airy_ai", "spherical_bessel_j0"),
]
SECOND = [
    *("bessel_y0", "bessel_y1", "modified_bessel_k0", "modified_bessel_k1"),
    *("scaled_modified_bessel_k0", "scaled_modified_bessel_k1"),
]
DEGREES = a(0, 1, 2, 5, 7.9, -1)


def _x(name):
    """Return PyTorch's name of the argument."""
    return "x" if name in ("airy_ai", "spherical_bessel_j0") or name.startswith("scaled") else "input"


SAMPLES: dict[str, list[dict]] = {
    "igamma": [
        dict(input=a(0.5, 1.0, 3.0, 20.0), other=a(0.2, 2.0, 2.5, 25.0)),
        dict(input=a([1.0], [2.0]), other=i(1, 2)),
    ],
    "mvlgamma": [dict(input=POSITIVE + 2, p=3), dict(input=f(2, 2) + 9, p=1), dict(input=i(3, 4), p=2)],
    "zeta": [dict(input=a(1.5, 2.0, 4.0), other=a(0.5, 1.0, 3.0)), dict(input=i(2, 3), other=a([1.0], [2.0]))],
    "entr": [dict(input=POSITIVE), dict(input=i(0, 1, 2)), dict(input=HALF[1:])],
    "ndtr": [dict(input=a(-2.0, 0.5, 1.0)), dict(input=i(-1, 0, 2))],
    "log_ndtr": [dict(input=a(-30.0, -5.0, -0.5, 0.3, 2.0)), dict(input=i(-1, 0, 2))],
    "ndtri": [dict(input=a(0.01, 0.3, 0.9)), dict(input=i(0, 1))],
    "erfcx": [dict(input=a(-2.0, -0.5, 0.4, 3.0, 5.0, 20.0)), dict(input=i(-1, 0, 2))],
    "xlog1py": [
        dict(input=a(0.5, 2.0, -1.0), other=a(0.2, 3.0, -0.5)),
        dict(input=a([0.5], [2.0]), other=i(1, 2)),
        dict(input=2, other=a(0.2, 3.0)),
        dict(input=a(0.2, 3.0), other=2),
    ],
    "i0e": [dict(input=REAL), dict(input=i(-1, 0, 2)), dict(input=HALF)],
    "i1": [dict(input=REAL), dict(input=i(-1, 0, 2))],
    "i1e": [dict(input=REAL), dict(input=i(-1, 0, 2))],
    **{name: [{_x(name): x} for x in (REAL, i(-1, 0, 2), EDGES)] for name in BESSEL},
    **{name: [{_x(name): x} for x in (POSITIVE, i(1, 2), EDGES)] for name in SECOND},
    **{
        name: [dict(x=f(4, 1), n=DEGREES), dict(x=a(-1.5, 1.0, 2.0), n=3), dict(x=i(0, 1), n=i([2], [3]))]
        for name in POLYNOMIALS
    },
}
SAMPLES["igammac"] = SAMPLES["igamma"]

KINKS: list[tuple[str, dict]] = [
    ("entr", dict(input=a(0.0, -1.0, inf))),
    ("ndtri", dict(input=a(0.0, 1.0, 2.0))),
    ("erfcx", dict(input=a(0.0, -20.0, inf, nan))),
    *((name, dict(input=a(0.0, -0.0))) for name in ("i0e", "i1", "i1e")),
    ("xlog1py", dict(input=a(0.0, 0.0), other=a(2.0, 0.5))),
    *((name, dict(input=a(0.0, 2.0, -1.0), other=a(2.0, 0.0, 1.0))) for name in ("igamma", "igammac")),
    ("zeta", dict(input=a(1.0, 0.5, 2.0, 2.5), other=a(2.0, 2.0, -1.0, -1.5))),
]

_complex = np.array([1j], np.complex64)
ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    ("mvlgamma", dict(input=POSITIVE, p=0), RuntimeError, "p has to be greater than or equal to 1"),
    *((name, dict(input=_complex), NotImplementedError, f'"{name}') for name in ("ndtri", "erfcx", "i0e", "i1")),
]

CONSTANT = {"igamma": ("input",), "igammac": ("input",), "zeta": ("input",)}
TORCH_NAME = {"xlog1py": lambda torch: lambda input, other: torch.special.xlog1py(input, other)}
NO_GRADIENT = {*POLYNOMIALS, *BESSEL, *SECOND}

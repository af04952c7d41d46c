"""Exponentials, logarithms, roots, rounding, parts of complex numbers, trigonometry, special functions."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import jax.numpy as jnp
import numpy as np

from samples.values import a, f, i, inf, nan, p

yes_no = np.array([True, False, True])
z = np.array([1 + 2j, 0.2 - 3j, 0.5], np.complex64)
halves = (np.float16, jnp.bfloat16)


def calls(inside, *, complex_too=True, whole=(1, 2, 3)):
    """Return calls with floats inside the domain, a 0-dim array, integers, booleans, halves, doubles, and complex."""
    return [
        dict(input=inside),
        dict(input=inside[0, 0]),
        dict(input=inside.astype(np.float64)),
        *(dict(input=inside.astype(dtype)) for dtype in halves),
        dict(input=i(*whole)),
        dict(input=np.array(whole, np.uint8)),
        dict(input=np.array([True])),
        *([dict(input=z)] if complex_too else []),
    ]


real = calls(f(3, 4))
positive = calls(f(3, 4) + 2.1)
unit = calls(f(3, 4) * 0.45, whole=(0, 1))
above_one = calls(f(3, 4) + 3.5)
real_only = calls(f(3, 4), complex_too=False)
rounded = [
    dict(input=a(-2.7, -1.3, 0.2, 1.6)),
    dict(input=f(3, 4) * 3),
    dict(input=np.float32(2.5)),
    dict(input=a(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, -0.0, inf)),
    *(dict(input=(f(3, 4) * 3).astype(dtype)) for dtype in halves),
    dict(input=i(1, -2)),
    dict(input=np.array([1, 2], np.uint8)),
]

SAMPLES: dict[str, list[dict]] = {
    "exp": real,
    "exp2": [*real, dict(input=a(-3, 0, 1, 10, 100))],
    "expm1": [*real, dict(input=a(1e-6, -1e-6))],
    "log": positive,
    "log2": [*positive, dict(input=a(8, 1024, 0.125)), dict(input=a(8, 1024, 0.125).astype(np.float64))],
    "log10": [*positive, dict(input=a(1000, 100, 1e5)), dict(input=np.array([1e-3, 1e3, 1e15, 1e22]))],
    "log1p": [*calls(f(3, 4) * 0.4), dict(input=a(1e-6, -1e-6))],
    "logit": [
        *calls(p(3, 4), complex_too=False, whole=(0, 1))[:5],
        dict(input=p(3, 4), eps=0.3),
        dict(input=p(3, 4).astype(np.float16), eps=0.3),
    ],
    "sqrt": positive,
    "rsqrt": positive,
    "floor": rounded,
    "ceil": rounded,
    "trunc": rounded,
    "round": [
        *rounded,
        dict(input=f(3, 4), decimals=1),
        dict(input=f(3, 4) * 300, decimals=-2),
        dict(input=f(3, 4).astype(np.float16), decimals=1),
    ],
    "frac": rounded[:3] + rounded[4:6],
    "nan_to_num": [
        dict(input=f(3, 4)),
        dict(input=a(1, -2), nan=3),
        dict(input=i(1, -2)),
        dict(input=yes_no, nan=2.0),
        dict(input=np.array([1 + 2j, complex(nan, inf)], np.complex64), nan=1.5, posinf=2.5),
    ],
    "complex": [dict(real=f(3, 4), imag=f(3, 4) * 2), dict(real=f(3, 1), imag=f(4).astype(np.float32))],
    "polar": [dict(abs=np.abs(f(3, 4)), angle=f(3, 4) * 2), dict(abs=np.abs(f(3, 1)), angle=f(4))],
    "conj": [dict(input=f(3, 4)), dict(input=z), dict(input=i(1, 2)), dict(input=yes_no)],
    "angle": [*real_only, dict(input=np.append(z, 0)), dict(input=i(1, -2, 0))],
    "isreal": [dict(input=z), dict(input=f(3)), dict(input=i(1))],
    # trigonometry
    "sin": real,
    "cos": real,
    "tan": calls(f(3, 4) * 0.7),
    "asin": unit,
    "acos": unit,
    "atan": calls(f(3, 4)),
    "sinh": real,
    "cosh": real,
    "asinh": [*real, dict(input=a(1e-4, 1e4, -1e4))],
    "acosh": above_one,
    "atanh": calls(f(3, 4) * 0.45, whole=(0,))[:7],
    "atan2": [
        dict(input=f(3, 4), other=f(4, seed=1)),
        dict(input=f(3, 1), other=f(4, seed=1)),
        dict(input=f(3), other=np.float64(0.5)),
        dict(input=i(1, 0, -1), other=i(0, -1, 0)),
        dict(input=yes_no, other=i(1, 2, 3)),
        dict(input=i(1, 0, -1), other=f(3)),
        *(dict(input=f(3, 4).astype(dtype), other=f(4, seed=1).astype(dtype)) for dtype in halves),
    ],
    "hypot": [
        dict(input=f(3, 4), other=f(4, seed=1)),
        dict(input=f(3, 1), other=f(4, seed=1)),
        dict(input=f(3), other=i(1, 2, 3)),
        dict(input=f(3), other=np.float64(0.5)),
        dict(input=a(3e30, 3e-30, 0), other=a(4e30, 4e-30, 2)),
        *(dict(input=f(3, 4).astype(dtype), other=f(4, seed=1).astype(dtype)) for dtype in halves),
    ],
    "deg2rad": real_only,
    "rad2deg": real_only,
    # special functions
    "erf": real_only,
    "erfc": real_only,
    "erfinv": calls(f(3, 4) * 0.45, complex_too=False, whole=(0,)),
    "lgamma": calls(f(3, 4) + 2.5, complex_too=False),
    "digamma": calls(f(3, 4) + 2.5, complex_too=False),
    "polygamma": [
        *(dict(n=1) | row for row in calls(f(3, 4) + 2.5, complex_too=False)),
        dict(n=0, input=f(3, 4)),
        dict(n=2, input=f(3, 4) + 3),
        dict(n=3, input=f(3, 4) + 3),
    ],
    "sinc": real[:-1],
    "i0": real_only,
    "xlogy": [
        dict(input=f(3, 4), other=p(4)),
        dict(input=f(3, 1), other=p(3, 4)),
        dict(input=f(3, 4), other=0.5),
        dict(input=2, other=p(4)),
        dict(input=i(0, 1, 2), other=i(1, 2, 3)),
        dict(input=yes_no, other=yes_no[:1]),
        dict(input=f(3), other=np.float64(0.5)),
        *(dict(input=f(3, 4).astype(dtype), other=p(4).astype(dtype)) for dtype in halves),
    ],
    **{
        name: [
            dict(input=f(3, 4), other=f(4, seed=1)),
            dict(input=f(3, 1), other=f(3, 4, seed=1)),
            dict(input=f(3), other=i(1, 2, 3)),
            dict(input=f(3), other=np.float64(0.5)),
            dict(input=a(1000, -1000), other=a(1000, 1000)),
            *(dict(input=f(3, 4).astype(dtype), other=f(4, seed=1).astype(dtype)) for dtype in halves),
        ]
        for name in ("logaddexp", "logaddexp2")
    },
}

_corners = a(0, -0.0, 1, -1, inf, -inf, nan)

KINKS: list[tuple[str, dict]] = [
    *(
        (name, dict(input=_corners))
        for name in (
            *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "sin", "cos", "tan", "atan"),
            *("asin", "acos", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "erfc", "erfinv", "sinc", "logit"),
            *("floor", "ceil", "trunc", "round", "frac", "nan_to_num", "angle", "lgamma", "deg2rad"),
        )
    ),
    ("logit", dict(input=a(-0.1, 0, 0.1, 0.5, 0.9, 1, 1.1), eps=0.1)),
    ("rsqrt", dict(input=a(0, 1, -1, inf, nan))),
    ("nan_to_num", dict(input=_corners, nan=1.5, posinf=2.5, neginf=-2.5)),
    ("lgamma", dict(input=a(-1.5, 0.5, 1, 2, 20))),
    ("digamma", dict(input=a(-1.5, 0.5, 1, 2, 20))),
    ("sinc", dict(input=a(1, 2, -1, 0.5))),
    ("i0", dict(input=a(0, 8, 20, -20))),
    ("polygamma", dict(n=1, input=a(0.5, 20))),
    ("atan2", dict(input=a(0, 0, -0.0, 1), other=a(0, -1, 0, 0))),
    ("atan2", dict(input=a(1, -1, inf), other=a(inf, -inf, inf))),
    ("hypot", dict(input=a(0, 3, inf), other=a(0, 0, 1))),
    ("xlogy", dict(input=a(0, 0, 1, 0, 2), other=a(2, 1, 0.5, 0.1, inf))),
    ("logaddexp", dict(input=a(0, -inf, 1), other=a(0, 1, -inf))),
    ("logaddexp2", dict(input=a(0, -inf, 1), other=a(0, 1, -inf))),
]

_no_complex = ("erf", "erfc", "erfinv", "lgamma", "i0", "round")

ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    *((name, dict(input=z), NotImplementedError, f'"{name}_vml_cpu" not implemented for') for name in _no_complex),
    *(
        (name, dict(input=yes_no), NotImplementedError, f"\"{name}_vml_cpu\" not implemented for 'Bool'")
        for name in ("floor", "ceil", "trunc", "round")
    ),
    *(
        (name, dict(input=z), NotImplementedError, f"{name} is not supported for complex inputs")
        for name in ("floor", "ceil", "trunc")
    ),
    ("round", dict(input=i(1), decimals=1), NotImplementedError, "\"round_cpu\" not implemented for 'Long'"),
    *(("frac", dict(input=x), NotImplementedError, '"frac_cpu" not implemented for') for x in (i(1), yes_no, z)),
    (
        "complex",
        dict(real=i(1), imag=f(1)),
        RuntimeError,
        "Expected both inputs to be Half, Float or Double tensors but ",
    ),
    (
        "complex",
        dict(real=f(1), imag=f(1).astype(np.float64)),
        RuntimeError,
        "Expected object of scalar type Float but ",
    ),
    ("digamma", dict(input=z), NotImplementedError, '"digamma" not implemented for'),
    ("logit", dict(input=z), NotImplementedError, '"logit_cpu" not implemented for'),
    ("polygamma", dict(n=-1, input=f(3)), RuntimeError, "polygamma(n, x) does not support negative n."),
    *(
        (name, dict(input=z), RuntimeError, f"{name} is not supported for complex tensors.")
        for name in ("deg2rad", "rad2deg")
    ),
    *(
        (name, dict(input=x, other=x), NotImplementedError, f'"{name}_cpu" not implemented for')
        for name, given in {
            "atan2": (z,),
            "hypot": (i(1), yes_no, z),
            "xlogy": (z,),
            "logaddexp": (i(1), yes_no),
            "logaddexp2": (i(1), yes_no, z),
        }.items()
        for x in given
    ),
    *(
        (name, dict(input=f(3), other=f(4)), RuntimeError, "The size of tensor a (3) must match the size of tensor b")
        for name in ("atan2", "hypot", "xlogy", "logaddexp")
    ),
]

NO_GRADIENT = {"isreal"}

# PyTorch calls the first parameter `self` where it is a Python number.
TORCH_NAME = {"xlogy": lambda torch: lambda input, other: torch.xlogy(input, other)}

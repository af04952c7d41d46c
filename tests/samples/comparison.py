"""Comparisons, logic and bits: booleans and integers without derivatives."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import jax.numpy as jnp
import numpy as np

from samples.values import a, f, i, inf, nan

yes_no = np.array([True, False, True])
byte = np.array([1, 44, 255], np.uint8)
z = np.array([1 + 2j, -3j, 2.5], np.complex64)
special = a(0, -0.0, inf, -inf, nan, 1)

EQUALITY = [
    dict(input=a(1, 2, 3), other=a(1, 3, 2)),
    dict(input=f(3, 1), other=f(4)),
    dict(input=special, other=special),
    dict(input=i(1, 2, 3), other=a(1, 2.5, 3)),
    dict(input=i(1, 2, 3), other=2.5),
    dict(input=i(1, 2, 3), other=2),
    dict(input=f(3), other=np.float64(0.1)),
    dict(input=a(0.1, 0.2), other=0.1),
    dict(input=a(0.1, 0.2).astype(np.float16), other=0.1),
    dict(input=a(0.1, 0.2).astype(jnp.bfloat16), other=a(0.1, 0.3).astype(jnp.bfloat16)),
    *(dict(input=byte, other=number) for number in (44, 300, -1, 255)),
    dict(input=byte, other=byte[::-1].copy()),
    dict(input=yes_no, other=yes_no[::-1].copy()),
    dict(input=yes_no, other=1),
    dict(input=yes_no, other=i(1, 0, 0)),
    dict(input=yes_no, other=True),
]
TRUTHS = [
    dict(input=yes_no, other=yes_no[::-1].copy()),
    dict(input=f(3, 1), other=i(0, 1, 2, 0)),
    dict(input=special, other=np.array(True)),
    dict(input=z, other=i(0, 1, 0)),
    dict(input=byte, other=a(0, 0, 1).astype(np.float16)),
]
PREDICATES = [
    dict(input=special),
    dict(input=special.astype(np.float16)),
    dict(input=special.astype(jnp.bfloat16)),
    dict(input=special.astype(np.float64)),
    dict(input=np.float32(inf)),
    dict(input=i(1, 2)),
    dict(input=yes_no),
]
COMPLEX = dict(input=np.array([complex(nan, 0), complex(1, inf), complex(1, -inf), 1j], np.complex64))
BITS = [
    dict(input=i(5, -6, 7), other=i(3, 3, -1)),
    dict(input=i(5, 6), other=np.array([[1], [2]], np.int32)),
    dict(input=i(5, 6), other=3),
    dict(input=3, other=i(5, 6)),
    dict(input=byte, other=byte[::-1].copy()),
    dict(input=byte, other=np.int64(7)),
    dict(input=i(5, 6, 7), other=yes_no),
]
BOOLEANS = [dict(input=yes_no, other=yes_no[::-1].copy()), dict(input=yes_no, other=True), dict(input=yes_no, other=2)]
SHIFTS = [
    dict(input=i(1, -3, 100), other=i(2, 1, 3)),
    dict(input=i(1, -3, 100), other=i(64, 100, -1)),
    dict(input=i(1, -3, 100), other=np.array([[0], [20]])),
    dict(input=i(1, -3), other=2),
    dict(input=3, other=i(1, 2)),
    dict(input=byte, other=byte[:1]),
    dict(input=byte, other=np.array([7, 8, 9], np.uint8)),
    dict(input=yes_no, other=1),
    dict(input=np.array([-100, 100], np.int8), other=np.array([2, 1], np.int8)),
]

SAMPLES: dict[str, list[dict]] = {
    "eq": [*EQUALITY, dict(input=z, other=z[::-1].copy()), dict(input=f(3), other=2j)],
    "ne": [*EQUALITY, dict(input=z, other=z[::-1].copy())],
    **dict.fromkeys(("lt", "le", "gt", "ge"), EQUALITY),
    "isclose": [
        dict(input=a(1, 1, 100), other=a(1.000001, 1.1, 100.0005)),
        dict(input=f(3, 1), other=f(4)),
        dict(input=special, other=special),
        dict(input=special, other=special, equal_nan=True),
        dict(input=a(inf, 1), other=a(-inf, inf)),
        dict(input=a(1, 2), other=a(1.1, 2.3), rtol=0.1, atol=0.05),
        dict(input=a(1, 2), other=a(1, 2.3), rtol=0, atol=0),
        dict(input=i(1, 100), other=i(1, 101)),
        dict(input=i(1, 100), other=i(2, 101), rtol=0.01, atol=0),
        dict(input=yes_no, other=yes_no[::-1].copy()),
        dict(input=z, other=z + np.complex64(1e-7j)),
        dict(input=a(1, 2).astype(np.float16), other=a(1.001, 2.1).astype(np.float16), rtol=1e-2),
    ],
    "isnan": [*PREDICATES, COMPLEX],
    "isinf": [*PREDICATES, COMPLEX],
    "isfinite": [*PREDICATES, COMPLEX],
    "isposinf": PREDICATES,
    "isneginf": PREDICATES,
    "logical_and": TRUTHS,
    "logical_or": TRUTHS,
    "logical_xor": TRUTHS,
    "logical_not": [*PREDICATES, dict(input=z), dict(input=f(3, 4))],
    "bitwise_and": [*BITS, *BOOLEANS],
    "bitwise_or": [*BITS, *BOOLEANS],
    "bitwise_xor": [*BITS, *BOOLEANS],
    "bitwise_not": [dict(input=i(5, -6)), dict(input=byte), dict(input=yes_no), dict(input=np.array(3, np.int8))],
    "bitwise_left_shift": SHIFTS,
    "bitwise_right_shift": SHIFTS,
}

_x = f(3)

ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    *((name, dict(input=_x, other=f(4)), RuntimeError, "The size of tensor a") for name in ("eq", "lt", "ge")),
    *((name, dict(input=i(1, 2, 3), other=i(1, 2)), RuntimeError, "The size of") for name in ("logical_or", "isclose")),
    *(
        (name, dict(input=z, other=z), NotImplementedError, f"\"{name}_cpu\" not implemented for 'ComplexFloat'")
        for name in ("lt", "le", "gt", "ge")
    ),
    ("isclose", dict(input=_x, other=i(1, 2, 3)), RuntimeError, "Float did not match Long"),
    ("isclose", dict(input=_x, other=_x, rtol=-1), RuntimeError, "rtol must be greater than or equal to zero, but got"),
    ("isclose", dict(input=_x, other=_x, atol=-0.5), RuntimeError, "atol must be greater than or equal to zero, but"),
    *(
        (name, dict(input=z), RuntimeError, f"{name} does not support complex inputs.")
        for name in ("isposinf", "isneginf")
    ),
    *(
        (name, dict(input=x, other=x), NotImplementedError, f'"{name}_cpu" not implemented for')
        for name in ("bitwise_and", "bitwise_or", "bitwise_xor")
        for x in (_x, z)
    ),
    (
        "bitwise_and",
        dict(input=i(1), other=1.5),
        NotImplementedError,
        "\"bitwise_and_cpu\" not implemented for 'Float'",
    ),
    ("bitwise_not", dict(input=_x), NotImplementedError, "\"bitwise_not_cpu\" not implemented for 'Float'"),
    *(
        (
            f"bitwise_{way}_shift",
            dict(input=x, other=x),
            NotImplementedError,
            f'"{way[0]}shift_cpu" not implemented for',
        )
        for way in ("left", "right")
        for x in (_x, yes_no)
    ),
]

NO_GRADIENT = set(SAMPLES)

# PyTorch calls the first parameter `self` where it is a Python number.
TORCH_NAME = {
    name: lambda torch, name=name: lambda input, other: getattr(torch, name)(input, other)
    for name in SAMPLES
    if name.startswith("bitwise") and name != "bitwise_not"
}

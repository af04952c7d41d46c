"""Sums, products, quotients, powers, the larger and the smaller, limits and choices."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import jax.numpy as jnp
import numpy as np

from samples.values import a, f, i, inf, nan

yes_no = np.array([True, False, True])
byte = np.array([1, 2, 250], np.uint8)
half, brain = f(3, 4).astype(np.float16), f(3, 4, seed=1).astype(jnp.bfloat16)
z = np.array([1 + 2j, -3j, 2.5], np.complex64)
nonzero = f(3, 4, seed=1) + np.where(f(3, 4, seed=1) > 0, 0.5, -0.5).astype(np.float32)


# Two arrays: broadcast both ways, 0-dim, of two dtypes, halves.
PAIRS = [
    dict(input=f(3, 4), other=nonzero),
    dict(input=f(3, 1), other=nonzero[0]),
    dict(input=f(4), other=nonzero),
    dict(input=f(3, 4), other=np.float64(1.5)),
    dict(input=f(3, 4), other=nonzero.astype(np.float64)),
    dict(input=half, other=nonzero.astype(np.float16)),
    dict(input=brain, other=nonzero.astype(jnp.bfloat16)),
]
# The same, and Python numbers and integers.
WITH_NUMBERS = [
    *PAIRS,
    dict(input=f(3, 4), other=1.5),
    dict(input=f(3, 4), other=2),
    dict(input=np.float32(1.5), other=2.5),
    dict(input=i(7, -7, 5), other=i(2, 2, -3)),
    dict(input=i(7, -7, 5), other=2),
    dict(input=i(7, -7, 5), other=2.5),
    dict(input=byte, other=i(2, 1, 3)),
    dict(input=half, other=0.1),
    dict(input=brain, other=0.1),
]
BOOLEANS = [dict(input=yes_no, other=yes_no[::-1].copy()), dict(input=yes_no, other=2), dict(input=yes_no, other=1.5)]
COMPLEX = [dict(input=z, other=z[::-1].copy()), dict(input=f(3), other=2j)]
ALPHA = [
    dict(input=f(3, 4), other=f(4), alpha=2),
    dict(input=f(3, 4), other=f(4), alpha=0.3),
    dict(input=i(1, 2), other=i(3, 4), alpha=-3),
    dict(input=i(1, 2), other=2.5, alpha=1.5),
    dict(input=half, other=half, alpha=0.3),
]
WHOLE = [dict(input=i(7, -7, 0)), dict(input=byte)]
INTEGERS = [
    dict(input=i(12, -18, 0, 7), other=i(8, 12, 5, 0)),
    dict(input=i(12, -18), other=np.array([[8], [9]], np.int32)),
    dict(input=byte, other=byte[::-1].copy()),
]
THREE = [
    dict(input=f(3, 4), tensor1=f(4, seed=2), tensor2=nonzero),
    dict(input=f(3, 4), tensor1=f(4, seed=2), tensor2=nonzero, value=0.3),
    dict(input=f(4), tensor1=f(3, 1), tensor2=nonzero, value=2),
    dict(input=i(1, 2), tensor1=a(3, 4), tensor2=a(2, 2)),
    dict(input=half, tensor1=half, tensor2=nonzero.astype(np.float16), value=0.3),
    dict(input=f(2), tensor1=i(1, 2), tensor2=a(2, 2), value=True),
]
EXTREMES = [
    *PAIRS,
    dict(input=i(1, 5), other=i(3, 3)),
    dict(input=yes_no, other=yes_no[::-1].copy()),
    *(dict(input=f(2), other=other) for other in (i(0, 1), np.array(0.5))),
]

SAMPLES: dict[str, list[dict]] = {
    "add": [*WITH_NUMBERS, *BOOLEANS, *COMPLEX, *ALPHA, dict(input=yes_no, other=yes_no, alpha=True)],
    "sub": [*WITH_NUMBERS, *COMPLEX, *ALPHA],
    "rsub": [*WITH_NUMBERS, *COMPLEX, *ALPHA],
    "mul": [*WITH_NUMBERS, *BOOLEANS, *COMPLEX],
    "div": [
        *WITH_NUMBERS,
        *COMPLEX,
        dict(input=yes_no, other=True),
        *(row | dict(rounding_mode=mode) for row in WITH_NUMBERS for mode in ("trunc", "floor")),
        dict(input=a(5, 1, -1, -0.0, inf, 0), other=a(0.3, 0, inf, 3, 2, -2), rounding_mode="floor"),
    ],
    "floor_divide": [*WITH_NUMBERS, dict(input=a(5, 1, -1, -0.0, inf), other=a(0.3, 0, inf, 3, 2))],
    "remainder": [*WITH_NUMBERS, dict(input=a(5, -5, 4, -1, 7.5), other=a(3, 3, 2, inf, -2))],
    "fmod": [*WITH_NUMBERS, dict(input=a(5, -5, 4, -1, 7.5), other=a(3, 3, 2, inf, -2))],
    "neg": [dict(input=f(3, 4)), *WHOLE, dict(input=half), dict(input=z)],
    "positive": [dict(input=f(3, 4)), *WHOLE, dict(input=z)],
    "abs": [dict(input=f(3, 4)), *WHOLE, dict(input=half), dict(input=brain), dict(input=z)],
    "sgn": [dict(input=f(3, 4)), *WHOLE, dict(input=yes_no), dict(input=np.append(z, 0)), dict(input=half)],
    "reciprocal": [dict(input=nonzero), dict(input=i(2, -4)), dict(input=yes_no[:1]), dict(input=half), dict(input=z)],
    "square": [dict(input=f(3, 4)), *WHOLE, dict(input=yes_no), dict(input=half), dict(input=z)],
    "addcmul": [*THREE, dict(input=i(1, 2), tensor1=i(3, 4), tensor2=i(2, 2), value=2.5)],
    "addcdiv": THREE,
    "lerp": [
        dict(input=f(3, 4), end=f(3, 4, seed=1), weight=f(4)),
        dict(input=f(3, 4), end=f(4, seed=1), weight=0.3),
        dict(input=f(3, 4), end=f(4, seed=1), weight=2),
        dict(input=f(3, 4), end=f(4, seed=1), weight=np.array(0.7)),
        dict(input=half, end=half[::-1].copy(), weight=0.3),
        dict(input=z, end=z[::-1].copy(), weight=0.3),
    ],
    "gcd": INTEGERS,
    "lcm": INTEGERS,
    # powers
    "pow": [
        dict(input=np.abs(f(3, 4)), exponent=f(3, 4, seed=1)),
        dict(input=np.abs(f(3, 1)), exponent=f(4)),
        *(dict(input=f(3, 4), exponent=number) for number in (0, 1, 2, 3, 4, -1, -2, -3, 2.0)),
        *(dict(input=np.abs(f(3, 4)), exponent=number) for number in (0.5, -0.5, 2.5, 0.0)),
        *(dict(input=base, exponent=f(3, 4)) for base in (2, 0.5, 1)),
        dict(input=np.float32(1.5), exponent=0.7),
        dict(input=1.5, exponent=np.float32(0.7)),
        *(dict(input=i(1, 2, -3, 0), exponent=number) for number in (0, 1, 2, 5, 2.0, True)),
        dict(input=i(1, 2, -3), exponent=-1.0),
        dict(input=i(1, -1, 2, -2, -1, 0), exponent=i(-1, -1, -1, 3, -2, 0)),
        dict(input=2, exponent=i(1, 10, -1)),
        dict(input=byte, exponent=2),
        dict(input=byte, exponent=byte),
        dict(input=yes_no, exponent=2),
        *(dict(input=yes_no, exponent=number) for number in (True, False)),
        dict(input=half, exponent=2),
        dict(input=half, exponent=3),
        dict(input=np.abs(half), exponent=0.3),
        dict(input=np.abs(brain), exponent=brain),
        dict(input=z, exponent=2),
        dict(input=z, exponent=0.5),
        dict(input=z, exponent=z),
        dict(input=f(3), exponent=2j),
        dict(input=f(3), exponent=i(1, 2, 3)),
        dict(input=i(1, 2, 3), exponent=f(3)),
    ],
    "float_power": [
        dict(input=np.abs(f(3, 4)), exponent=f(4, seed=1)),
        dict(input=f(3, 4), exponent=2),
        dict(input=2, exponent=f(3, 4)),
        dict(input=i(1, 2, -3), exponent=-1),
        dict(input=z, exponent=2),
        dict(input=half, exponent=2),
    ],
    "ldexp": [
        dict(input=f(3, 4), other=f(4)),
        dict(input=f(3, 4), other=i(1, 2, 3, 0)),  # PyTorch's derivative at negative integers is 0
        dict(input=i(1, 2), other=i(1, -2)),
        dict(input=half[0], other=i(1, 2, 3, 0)),
        dict(input=f(3), other=np.array(2)),
    ],
    # the larger and the smaller, limits, choices
    "maximum": EXTREMES,
    "minimum": EXTREMES,
    "fmax": EXTREMES,
    "fmin": EXTREMES,
    "clamp": [
        dict(input=f(3, 4), min=-0.7, max=0.7),
        dict(input=f(3, 4), min=0.3),
        dict(input=f(3, 4), max=1),
        dict(input=f(3, 4), min=1, max=-1),
        dict(input=f(3, 4), min=f(4), max=f(3, 1, seed=1) + 3),
        dict(input=f(4), max=f(3, 4, seed=1)),
        dict(input=i(1, 5, -3), min=0, max=2),
        dict(input=i(1, 5, -3), min=0.5),
        dict(input=i(1, 5, -3), min=a(0.5, 0.5, 0.5)),
        dict(input=yes_no, max=0),
        dict(input=half, min=-0.3),
        dict(input=f(3), min=nan),
    ],
    "clamp_min": [
        dict(input=f(3, 4), min=0.3),
        dict(input=f(3, 4), min=f(4)),
        dict(input=i(1, -5), min=0),
        dict(input=i(1, -5), min=0.5),
    ],
    "clamp_max": [
        dict(input=f(3, 4), max=0.3),
        dict(input=f(3, 4), max=f(4)),
        dict(input=i(1, -5), max=0),
        dict(input=i(1, -5), max=0.5),
    ],
    "where": [
        dict(condition=f(3, 4) > 0, input=f(3, 4), other=f(4, seed=1)),
        dict(condition=f(3, 1) > 0, input=f(3, 4), other=0),
        dict(condition=f(3, 4) > 0, input=-1.5, other=f(4)),
        dict(condition=yes_no, input=1, other=2),
        dict(condition=yes_no, input=1, other=2.5),
        dict(condition=yes_no, input=i(1, 2, 3), other=2.5),
        dict(condition=yes_no, input=f(3), other=i(1, 2, 3)),
        dict(condition=np.array(True), input=f(3), other=f(2, 3)),
        dict(condition=yes_no, input=half[0, :3], other=1.5),
        dict(condition=yes_no, input=np.float32(1.5), other=np.float64(2.5)),
        dict(condition=yes_no, input=z, other=1),
    ],
    "copysign": [*WITH_NUMBERS, dict(input=a(1, -1, 2), other=a(-0.0, 0.0, inf)), dict(input=yes_no, other=-1)],
    "signbit": [dict(input=a(-0.0, 0.0, -2, inf, -inf)), *WHOLE, dict(input=yes_no), dict(input=half)],
    "nextafter": [
        dict(input=f(3, 1), other=f(4)),
        dict(input=a(1, 2, 0.5, inf), other=a(3, 1, -inf, 0)),
        dict(input=half, other=np.float16(3)),
        dict(input=f(3).astype(np.float64), other=f(3, seed=1)),
    ],
}

_ties = dict(input=a(1, 1, inf, nan, 2), other=a(1, 2, inf, 1, nan))
_corners = a(0, -0.0, 2, -2, inf)

KINKS: list[tuple[str, dict]] = [
    *((name, _ties) for name in ("maximum", "minimum", "fmax", "fmin")),
    *((name, dict(input=_corners)) for name in ("abs", "square", "reciprocal", "sgn")),
    ("abs", dict(input=a(nan, -inf))),
    *(("pow", dict(input=_corners, exponent=number)) for number in (0, 1, 2, 3, 4, -1, -2, 0.5, -0.5, 2.5)),
    *(("pow", dict(input=base, exponent=a(0, 2, 0.5, 1))) for base in (0, 1, 2)),
    ("pow", dict(input=a(0, 0, 0, 2, 2), exponent=a(0, 2, 0.5, 0, -1))),
    ("clamp", dict(input=a(-1, 0, 0.5, 1, 2, nan), min=0, max=1)),
    ("clamp", dict(input=a(1, 2, 5, 1), min=a(1, 1, 1, nan), max=a(2, 2, 1, 2))),
    ("clamp_min", dict(input=a(0, 1, -1), min=a(0, 0, 0))),
    ("clamp_max", dict(input=a(0, 1, -1), max=a(0, 0, 0))),
    ("where", dict(condition=yes_no, input=a(1, nan, 2), other=a(nan, 1, inf))),
    ("copysign", dict(input=a(0, 1, -2), other=a(-1, -1, 1))),
    ("fmod", dict(input=a(4, -4), other=a(2, 2))),
    ("remainder", dict(input=a(4, -4, -1), other=a(2, 2, inf))),
    ("nextafter", dict(input=a(1, 0), other=a(1, 0))),
    ("lerp", dict(input=a(1, 2, 1), end=a(3, 3, 3), weight=a(0.5, 0, 1))),
    ("div", dict(input=a(1, 0, -1), other=a(0, 0, inf))),
]

_x, _i, _z = f(3), i(1, 2, 3), z
_shape = "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0"
_one_bool = "Subtraction, the `-` operator, with a bool tensor is not supported."
_two_bools = "Subtraction, the `-` operator, with two bool tensors is not supported."

ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    *((name, dict(input=_x, other=f(4)), RuntimeError, _shape) for name in ("add", "sub", "mul", "div", "maximum")),
    *((name, dict(input=_x, other=f(4)), RuntimeError, _shape) for name in ("remainder", "copysign", "nextafter")),
    ("pow", dict(input=_x, exponent=f(4)), RuntimeError, _shape),
    ("where", dict(condition=yes_no, input=_x, other=f(4)), RuntimeError, "The size of tensor a (3) must match"),
    ("addcmul", dict(input=_x, tensor1=f(3), tensor2=f(4)), RuntimeError, "The size of tensor a (3) must match"),
    *(
        (name, dict(input=_i, other=_i, alpha=2.5), RuntimeError, "For integral input tensors, argument alpha must not")
        for name in ("add", "sub", "rsub")
    ),
    *(
        (name, dict(input=_i, other=_i, alpha=True), RuntimeError, "Boolean alpha only supported for Boolean results.")
        for name in ("add", "sub")
    ),
    ("add", dict(input=_x, other=_x, alpha=2j), RuntimeError, "For non-complex input tensors, argument alpha must not"),
    *((name, dict(input=yes_no, other=yes_no), RuntimeError, _two_bools) for name in ("sub", "rsub")),
    ("sub", dict(input=yes_no, other=True), RuntimeError, _two_bools),
    *((name, dict(input=yes_no, other=_i), RuntimeError, _one_bool) for name in ("sub", "rsub")),
    ("sub", dict(input=_i, other=yes_no), RuntimeError, _one_bool),
    ("sub", dict(input=yes_no, other=1), RuntimeError, _one_bool),
    ("neg", dict(input=yes_no), RuntimeError, "Negation, the `-` operator, on a bool tensor is not supported."),
    ("positive", dict(input=yes_no), RuntimeError, "The `+` operator, on a bool tensor is not supported."),
    ("abs", dict(input=yes_no), NotImplementedError, "\"abs_cpu\" not implemented for 'Bool'"),
    ("div", dict(input=_x, other=_x, rounding_mode="up"), RuntimeError, "div expected rounding_mode to be one of None"),
    *(
        (name, dict(input=_i, other=zero), RuntimeError, "ZeroDivisionError")
        for name in ("floor_divide", "remainder", "fmod")
        for zero in (0, i(1, 0, 2))
    ),
    *(
        ("div", dict(input=operand, other=operand, rounding_mode=mode), NotImplementedError, f'"div_{mode}_cpu" not')
        for operand in (yes_no, _z)
        for mode in ("trunc", "floor")
    ),
    *(
        (name, dict(input=operand, other=operand), NotImplementedError, f'"{kernel}_cpu" not implemented for')
        for name, kernel in (("floor_divide", "div_floor"), ("remainder", "remainder"), ("fmod", "fmod"))
        for operand in (yes_no, _z)
    ),
    *(
        (name, dict(input=operand, other=operand), NotImplementedError, f'"{name}_cpu" not implemented for')
        for name in ("gcd", "lcm")
        for operand in (yes_no, _x)
    ),
    ("gcd", dict(input=_i, other=_x), NotImplementedError, "\"gcd_cpu\" not implemented for 'Float'"),
    ("addcmul", dict(input=yes_no, tensor1=yes_no, tensor2=yes_no), NotImplementedError, '"addcmul_cpu_out" not'),
    ("addcdiv", dict(input=_x, tensor1=_i, tensor2=_i), RuntimeError, "Integer division with addcdiv is no longer"),
    ("lerp", dict(input=_x, end=_i, weight=0.3), RuntimeError, "expected dtype float for `end` but got dtype long int"),
    ("lerp", dict(input=_x, end=_x, weight=_x.astype(np.float64)), RuntimeError, "expected dtype float for `weight`"),
    ("lerp", dict(input=_i, end=_i, weight=0.3), NotImplementedError, '"lerp_kernel_scalar" not implemented for'),
    ("lerp", dict(input=_i, end=_i, weight=_i), NotImplementedError, '"lerp_kernel_tensor" not implemented for'),
    *(
        ("pow", dict(input=base, exponent=-1), RuntimeError, "Integers to negative integer powers are not allowed.")
        for base in (_i, byte, yes_no)
    ),
    ("pow", dict(input=yes_no, exponent=yes_no), NotImplementedError, "\"pow\" not implemented for 'Bool'"),
    *(
        (name, dict(input=_z, other=_z), RuntimeError, f"{name} not implemented for complex tensors.")
        for name in ("maximum", "minimum", "fmax", "fmin")
    ),
    ("clamp", dict(input=_x), RuntimeError, "torch.clamp: At least one of 'min' or 'max' must not be None"),
    ("clamp", dict(input=_z, min=0), NotImplementedError, "clamp is not supported for complex types"),
    ("clamp", dict(input=_x, min=f(4)), RuntimeError, "The size of tensor a (3) must match the size of tensor b (4)"),
    ("where", dict(condition=_i, input=_x, other=_x), RuntimeError, "where expected condition to be a boolean tensor"),
    ("copysign", dict(input=_z, other=_z), NotImplementedError, '"copysign_cpu" not implemented for'),
    ("signbit", dict(input=_z), NotImplementedError, "signbit is not implemented for complex tensors."),
    ("nextafter", dict(input=_i, other=_i), NotImplementedError, "\"nextafter_cpu\" not implemented for 'Long'"),
]

NO_GRADIENT = {"floor_divide", "gcd", "lcm", "signbit"}

# PyTorch calls the first parameter `self` where it is a Python number.
TORCH_NAME = {
    "pow": lambda torch: lambda input, exponent: torch.pow(input, exponent),
    "float_power": lambda torch: lambda input, exponent: torch.float_power(input, exponent),
    "where": lambda torch: lambda condition, input, other: torch.where(condition, input, other),
}

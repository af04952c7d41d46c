"""Dtypes of results: all pairs of dtypes, with dimensions, without, and Python numbers, as PyTorch has them."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jnet.ops import OPS
from jnet.ops.promotion import Default, Number, number_kind, promoted, result_type

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
NUMBERS = (True, 2, 2.5, 2.5j)
OPERANDS = [*itertools.product((*DTYPES, *COMPLEX), ((2,), ())), *NUMBERS]


@pytest.fixture(params=["float32", "float64"])
def default(request, torch, monkeypatch):
    """The default dtype, in PyTorch and here."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, request.param))
    monkeypatch.setattr(Default, "dtype", np.dtype(request.param))
    yield request.param
    torch.set_default_dtype(before)


def ours(operand):
    return operand if number_kind(operand) else jnp.ones(operand[1], operand[0])


def theirs(torch, operand):
    return operand if number_kind(operand) else torch.ones(operand[1], dtype=getattr(torch, operand[0]))


@pytest.mark.parametrize("left", OPERANDS, ids=str)
def test_result_type_equals_pytorchs(left, default, torch):
    with jax.enable_x64(True):
        for right in OPERANDS:
            expected = torch.result_type(theirs(torch, left), theirs(torch, right))
            # JAX has no complex numbers of halves.
            name = "complex64" if expected == torch.complex32 else str(expected).removeprefix("torch.")
            assert result_type(ours(left), ours(right)) == jnp.dtype(name), right


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_recorders_numbers_promote_as_pythons(dtype):
    names = ("add", "mul", "div", "eq", "where", *(["pow"] if dtype != "bool" else []))
    with jax.enable_x64(True):
        for shape, number in itertools.product(((2,), ()), NUMBERS):
            x = jnp.ones(shape, dtype)
            recorded = Number(jnp.asarray(number), type(number))
            for name in names:
                operands = ((x, number), (x, recorded), (number, x), (recorded, x))
                before = (jnp.ones(shape, bool),) if name == "where" else ()
                plain, traced, plain_first, traced_first = (OPS[name].function(*before, *each) for each in operands)
                assert plain.dtype == traced.dtype, (name, number)
                assert plain_first.dtype == traced_first.dtype, (name, number)


@pytest.mark.parametrize(("dtype", "expected"), [("int8", "float32"), ("bool", "float32"), ("float16", "float16")])
def test_functions_of_real_numbers_make_integers_floating(dtype, expected, default):
    expected = default if expected == "float32" else expected
    with jax.enable_x64(True):
        (converted,) = promoted([jnp.ones(2, dtype)], floating=True)
        assert converted.dtype == expected
        assert OPS["exp"].function(jnp.ones(2, dtype)).dtype == expected


def test_in_32_bits_doubles_are_floats():
    assert result_type(jnp.ones(2, jnp.float16), np.float64(1)) == jnp.float16
    assert result_type(jnp.arange(2), np.ones(2)) == jnp.float32


# What an op with promotion takes: pairs for most; the first argument of others is fixed, or the last one comes twice.
ARGUMENTS = {
    "where": lambda left, right: (("bool", (2,)), left, right),
    "addcmul": lambda left, right: (left, right, right),
    "addcdiv": lambda left, right: (left, right, right),
    "polygamma": lambda left, right: (0, left),
}
# Scattering needs indices. PyTorch's clamp tells numbers from 0-dim tensors in its errors, its ldexp refuses booleans.
APART = {"scatter", "clamp", "clamp_min", "clamp_max", "ldexp"}
PROMOTING = [name for name, op in OPS.items() if op.promotes and name not in APART]
LEFTS = ("bool", "int64", "float16", "float32", "complex64")
RIGHTS = [*itertools.product((*LEFTS, "uint8", "int32", "float64"), ((2,), ())), *NUMBERS]


def outcome(function, operands):
    """Return the dtypes of the results, or the type and the first line of the error."""
    try:
        results = function(*operands)
    except Exception as error:
        return type(error).__name__, str(error).split("\n")[0]
    results = results if isinstance(results, (tuple, list)) else (results,)
    return tuple(str(each.dtype).removeprefix("torch.") for each in results)


# PyTorch's kernels for CPUs refuse some dtypes that jnet takes: of torch.special halves, in `isin` one boolean side.
WIDER = {name for name, op in OPS.items() if op.where == ("special",)} | {"isin"}


def pytorch_function(torch, name):
    places = (torch, torch.nn.functional, torch.special)
    return next(getattr(place, name) for place in places if hasattr(place, name))


@pytest.mark.parametrize("name", PROMOTING)
def test_dtypes_of_results_and_errors_equal_pytorchs(name, torch):
    def shaped(*operands):
        arrays = [each for each in operands if isinstance(each, jax.ShapeDtypeStruct)]

        def call(*given):
            rest = iter(given)
            return OPS[name].function(*(next(rest) if each in arrays else each for each in operands))

        return jax.eval_shape(call, *arrays)

    function, count = pytorch_function(torch, name), len(OPS[name].arrays)
    arguments = ARGUMENTS.get(name, lambda left, right: (left, right)[:count])
    with jax.enable_x64(True):
        for left, right in itertools.product(LEFTS, RIGHTS[: 1 if count == 1 else None]):
            given = arguments((left, (2,)), right)
            expected = outcome(function, [theirs(torch, each) if isinstance(each, tuple) else each for each in given])
            if name in WIDER and ("not implemented for '" in expected[-1] or "isin(): " in expected[-1]):
                continue
            if expected[0] == "TypeError" or "complex32" in expected or "ComplexHalf" in expected[-1]:
                continue  # what the parser of arguments refuses; JAX has no complex numbers of halves
            specs = [jax.ShapeDtypeStruct(each[1], each[0]) if isinstance(each, tuple) else each for each in given]
            assert outcome(shaped, specs) == expected, given

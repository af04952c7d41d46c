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

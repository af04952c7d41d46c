"""What must not be fused: it is stored, in both directions, and nothing else changes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jnet.ops import OPS
from jnet.ops.fusing import computed_once


def loss(weight, x):
    return (OPS["linear"].function(jnp.tanh(OPS["linear"].function(x, weight)), weight.T) ** 2).sum()


def plain(weight, x):
    return ((jnp.tanh(x @ weight.T) @ weight) ** 2).sum()


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    return [jnp.asarray(rng.standard_normal(shape), jnp.float32) for shape in ((128, 256), (512, 256))]


def test_derivatives_of_all_kinds_are_the_same(arrays):
    weight, x = arrays
    expected = jax.grad(plain)(weight, x)
    near = {"rtol": 1e-3, "atol": 1e-4 * float(jnp.abs(expected).max())}
    np.testing.assert_allclose(jax.jit(jax.grad(loss))(weight, x), expected, **near)
    np.testing.assert_allclose(jax.vmap(jax.grad(loss), (None, 0))(weight, x[None])[0], expected, **near)
    rises = [jax.jvp(f, (weight, x), (x[:128], weight[:1] + 0 * x))[1] for f in (loss, plain)]
    np.testing.assert_allclose(*rises, rtol=1e-3)


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="for CPUs alone")
def test_the_compiler_keeps_large_arrays_apart(arrays):
    program = jax.jit(jax.grad(loss)).lower(*arrays).compile().as_text()
    assert program.count(" call(") >= 3  # forward twice, and on the way back at least once
    small = jax.jit(computed_once).lower(jnp.ones(8)).compile().as_text()
    assert " call(" not in small

"""Pooling: every geometry equals PyTorch in value and gradient, ties included."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jnet import ops

# Spatial axes, and the settings.
ROWS = [
    (1, {"kernel_size": 2}),
    (1, {"kernel_size": 3, "stride": 2, "padding": 1}),
    (2, {"kernel_size": 2}),
    (2, {"kernel_size": 2, "ceil_mode": True}),
    (2, {"kernel_size": (2, 3)}),
    (2, {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    (2, {"kernel_size": 2, "stride": 3, "padding": 1, "ceil_mode": True}),
    (3, {"kernel_size": 2}),
    (3, {"kernel_size": 3, "stride": 2, "padding": 1}),
]
AVERAGE_ONLY = [
    (2, {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False}),
    (2, {"kernel_size": 2, "divisor_override": 3}),
]
MAX_ONLY = [(2, {"kernel_size": 2, "stride": 1, "dilation": 2})]
TABLE = [("max", *row) for row in ROWS + MAX_ONLY] + [("avg", *row) for row in ROWS + AVERAGE_ONLY]


@pytest.mark.parametrize(("kind", "n", "keywords"), TABLE, ids=str)
def test_value_and_gradient_equal_pytorchs(kind, n, keywords, torch):
    rng = np.random.default_rng(0)
    x = rng.integers(-2, 3, (2, 3, *(9, 8, 7)[:n])).astype(np.float32)  # few values, so many ties
    name = f"{kind}_pool{n}d"
    inputs = torch.tensor(x, requires_grad=True)
    theirs = getattr(torch.nn.functional, name)(inputs, **keywords)
    cotangent = np.arange(theirs.numel(), dtype=np.float32).reshape(theirs.shape)
    theirs.backward(torch.tensor(cotangent))
    ours, pullback = jax.vjp(jax.jit(lambda x: getattr(ops, name)(x, **keywords)), jnp.asarray(x))
    np.testing.assert_allclose(ours, theirs.detach(), rtol=1e-6)
    np.testing.assert_allclose(pullback(jnp.asarray(cotangent))[0], inputs.grad, rtol=1e-5, atol=1e-5)


@pytest.mark.smoke
def test_pooling_of_the_notes():
    """The notes' first window: the largest of 0.77, -0.11, -0.11, 1.00."""
    x = jnp.array([[[0.77, -0.11, 0.11, 0.33], [-0.11, 1.00, -0.11, 0.33]]])
    assert ops.max_pool2d(x, 2).tolist() == [[[1.0, pytest.approx(0.33)]]]


def test_the_first_of_equals_takes_the_gradient():
    grad = jax.grad(lambda x: ops.max_pool2d(x, 2).sum())(jnp.zeros((1, 2, 4)))
    np.testing.assert_array_equal(grad, [[[1, 0, 1, 0], [0, 0, 0, 0]]])


def test_nan_is_not_lost():
    x = jnp.array([[[1.0, jnp.nan], [0.0, 2.0]]])
    assert jnp.isnan(ops.max_pool2d(x, 2)).all()


def test_integers_pool_too():
    assert ops.max_pool2d(jnp.arange(16).reshape(1, 4, 4), 3, 1).ravel().tolist() == [10, 11, 14, 15]


@pytest.mark.parametrize(
    ("shape", "settings"),
    [((1, 4, 4), {"kernel_size": 2, "padding": 2}), ((1, 2, 2), {"kernel_size": 3})],
)
@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_errors_are_pytorchs(name, shape, settings, torch):
    with pytest.raises(RuntimeError) as theirs:
        getattr(torch.nn.functional, name)(torch.ones(shape), **settings)
    with pytest.raises(RuntimeError) as ours:
        getattr(ops, name)(jnp.ones(shape), **settings)
    assert str(ours.value).split("\n")[0] == str(theirs.value).split("\n")[0]


def test_wrong_axes():
    with pytest.raises(RuntimeError, match=r"non-empty 3D or 4D \(batch mode\) tensor expected for input"):
        ops.max_pool2d(jnp.ones((4, 4)), 2)

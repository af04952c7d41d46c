"""Convolutions: the matrix product equals `lax` and PyTorch for every geometry, in value and gradient."""

import functools

import chex
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

from jnet import ops
from jnet.ops.spatial import convolving

ROW = {"deadline": None, "max_examples": 25, "derandomize": True}


@st.composite
def geometries(draw):
    """A convolution that fits: shapes and settings for one to three spatial axes."""
    n = draw(st.integers(1, 3))
    window = [draw(st.integers(1, 3)) for _ in range(n)]
    dilation = [draw(st.integers(1, 2)) for _ in range(n)]
    size = [(k - 1) * d + 1 + draw(st.integers(0, 6)) for k, d in zip(window, dilation, strict=True)]
    return {
        "x": (draw(st.integers(1, 3)), *size, draw(st.sampled_from([1, 2, 16]))),
        "window": window,
        "dilation": dilation,
        "strides": [draw(st.integers(1, 3)) for _ in range(n)],
        "padding": draw(st.sampled_from(["SAME", "VALID", [(1, 0)] * n])),
        "features": draw(st.sampled_from([1, 3])),
    }


@given(geometries())
@settings(**ROW)
def test_product_equals_lax(geometry):
    rng = np.random.default_rng(0)
    n = len(geometry["window"])
    x = jnp.asarray(rng.normal(size=geometry["x"]), jnp.float32)
    kernel = jnp.asarray(rng.normal(size=(*geometry["window"], x.shape[-1], geometry["features"])), jnp.float32)
    axes = "DHW"[-n:]
    numbers = (f"N{axes}C", f"{axes}IO", f"N{axes}C")

    def objective(convolve):
        def f(x, kernel):
            out = convolve(
                x, kernel, geometry["strides"], geometry["padding"], rhs_dilation=geometry["dilation"],
                dimension_numbers=numbers,
            )  # fmt: skip
            return (out * jnp.cos(jnp.arange(out.size, dtype=jnp.float32)).reshape(out.shape)).sum(), out

        return jax.jit(jax.value_and_grad(f, (0, 1), has_aux=True))

    (_, ours), our_grads = objective(ops.conv_general_dilated)(x, kernel)
    (_, stock), stock_grads = objective(lax.conv_general_dilated)(x, kernel)
    chex.assert_trees_all_close((ours, our_grads), (stock, stock_grads), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_groups(groups, torch):
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(2, 4, 6, 6)).astype("f"), rng.normal(size=(8, 4 // groups, 3, 3)).astype("f")
    ours = ops.conv2d(jnp.asarray(x), jnp.asarray(w), stride=2, padding=1, groups=groups)
    theirs = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(w), stride=2, padding=1, groups=groups)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


class ConvolutionTest(chex.TestCase):
    @chex.variants(with_jit=True, without_jit=True)
    def test_shapes(self):
        conv = self.variant(ops.conv2d)
        chex.assert_shape(conv(jnp.ones((2, 1, 32, 32)), jnp.ones((6, 1, 5, 5)), jnp.ones(6)), (2, 6, 28, 28))
        chex.assert_shape(conv(jnp.ones((1, 32, 32)), jnp.ones((6, 1, 5, 5))), (6, 28, 28))


@pytest.mark.smoke
def test_the_feature_of_the_notes():
    """An X-shaped feature over an image: the match is 1 where the image holds the same X."""
    feature = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]], np.float32)
    image = -np.ones((5, 5), np.float32)
    image[1:4, 1:4] = feature
    out = ops.conv2d(jnp.asarray(image)[None, None], jnp.asarray(feature)[None, None] / 9)
    assert np.unravel_index(out.argmax(), out.shape) == (0, 0, 1, 1)
    np.testing.assert_allclose(out.max(), 1, rtol=1e-6)


def test_forward_mode_second_order_and_vmap():
    x, w = jnp.linspace(-1, 1, 36).reshape(1, 6, 6, 1), jnp.linspace(0, 1, 9).reshape(3, 3, 1, 1)
    numbers = ("NHWC", "HWIO", "NHWC")

    def f(w, convolve=ops.conv_general_dilated):
        y = nn.relu(convolve(x, w, (1, 1), "VALID", dimension_numbers=numbers))
        return (ops.max_pool(y, (2, 2), (2, 2)) ** 2).sum()

    def reference(w):
        y = nn.relu(lax.conv_general_dilated(x, w, (1, 1), "VALID", dimension_numbers=numbers))
        return (nn.max_pool(y, (2, 2), (2, 2)) ** 2).sum()

    np.testing.assert_allclose(jax.jvp(f, (w,), (w,))[1], jax.jvp(reference, (w,), (w,))[1], rtol=1e-5)
    np.testing.assert_allclose(jax.hessian(f)(w), jax.jacrev(jax.grad(reference))(w), rtol=1e-4, atol=1e-4)
    many = jnp.stack([w, 2 * w])
    np.testing.assert_allclose(jax.vmap(f)(many), [f(w), f(2 * w)], rtol=1e-5)


def test_an_empty_batch():
    assert ops.conv2d(jnp.ones((0, 1, 8, 8)), jnp.ones((2, 1, 3, 3))).shape == (0, 2, 6, 6)


ERRORS = [
    (((2, 3, 8, 8), (6, 1, 5, 5)), {}),
    (((2, 1, 3, 3), (6, 1, 5, 5)), {}),
    (((8, 8), (6, 1, 5, 5)), {}),
    (((2, 4, 8, 8), (3, 2, 3, 3)), {"groups": 2}),
    (((2, 1, 8, 8), (6, 1, 3, 3)), {"stride": 2, "padding": "same"}),
]


@pytest.mark.parametrize(("shapes", "keywords"), ERRORS)
def test_errors_are_pytorchs(shapes, keywords, torch):
    with pytest.raises(RuntimeError) as theirs:
        torch.nn.functional.conv2d(*(torch.ones(s) for s in shapes), **keywords)
    with pytest.raises(RuntimeError) as ours:
        ops.conv2d(*(jnp.ones(s) for s in shapes), **keywords)
    assert str(ours.value).split("\n")[0] == str(theirs.value).split("\n")[0]


def test_error_of_the_wrong_channels():
    with pytest.raises(RuntimeError, match=r"to have 1 channels, but got 3 channels instead"):
        ops.conv2d(jnp.ones((2, 3, 8, 8)), jnp.ones((6, 1, 5, 5)))
    with pytest.raises(RuntimeError, match="Invalid padding string: 'full'"):
        ops.conv2d(jnp.ones((2, 1, 8, 8)), jnp.ones((6, 1, 5, 5)), padding="full")


@pytest.mark.parametrize("channels", [2, 9])
def test_blocks_of_the_batch_change_nothing(channels, monkeypatch):
    """A convolution and its transpose, in blocks of one example: values, both modes, second derivatives, vmap."""
    monkeypatch.setattr(convolving, "_BLOCK", 1)
    rng = np.random.default_rng(0)
    x, k, z = (
        jnp.asarray(rng.normal(size=s), jnp.float32) for s in ((3, 6, 5, channels), (3, 2, channels, 2), (3, 3, 5, 2))
    )
    geometry = (2, 1), ((1, 1), (1, 0)), (1, 1)

    def stock(x, k):
        return lax.conv_general_dilated(x, k, *geometry[:2], dimension_numbers=("NHWC", "HWIO", "NHWC"))

    def ours(x, k):
        return ops.conv_general_dilated(x, k, *geometry[:2], dimension_numbers=("NHWC", "HWIO", "NHWC"))

    def stock_transposed(z, k):
        return jax.linear_transpose(lambda x: stock(x, k), x)(z)[0]

    def transposed(z, k):
        return convolving.conv_transposed(z, k, x.shape[1:-1], geometry)

    def found(f, x, k):
        def squared(x, k):
            return (f(x, k) ** 2).sum()

        gradient = jax.grad(squared, (0, 1))
        many = jax.vmap(f, (0, None))(jnp.stack([x, -x]), k), jax.vmap(f, (None, 0))(x, jnp.stack([k, -k]))
        return f(x, k), gradient(x, k), jax.jvp(gradient, (x, k), (jnp.cos(x), jnp.sin(k))), many

    for mine, other, images in ((ours, stock, x), (transposed, stock_transposed, z)):
        left, right = (jax.jit(functools.partial(found, f))(images, k) for f in (mine, other))
        chex.assert_trees_all_close(left, right, rtol=1e-4, atol=1e-3)

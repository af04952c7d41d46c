"""The losses by their short names: the notes' numbers, entropy, jitted and plain; the ops' own tests go deeper."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jnet import losses, ops
from jnet.ops.random import Generator

SAME = {
    "mse": (ops.mse_loss, {}),
    "sse": (ops.mse_loss, {"reduction": "sum"}),
    "l1": (ops.l1_loss, {}),
    "bce": (ops.binary_cross_entropy, {}),
    "bce_with_logits": (ops.binary_cross_entropy_with_logits, {}),
}


def notes(rows, outputs, classes):
    """The notes' random problem, of PyTorch's stream: X w and the labels."""
    generator = Generator(420)
    x, w = generator.rand((rows, 4)), generator.rand((4, outputs))
    return x @ w, generator.randint(0, classes, (rows, 1) if outputs == 1 else (rows,))


class Losses(chex.TestCase):
    @chex.variants(with_jit=True, without_jit=True)
    def test_each_is_its_op(self):
        predictions, targets = jnp.array([0.2, 0.9, 0.6]), jnp.array([0.0, 1.0, 0.5])
        for name, (op, keywords) in SAME.items():
            loss = self.variant(getattr(losses, name))(predictions, targets)
            chex.assert_shape(loss, ())
            np.testing.assert_allclose(loss, op(predictions, targets, **keywords), rtol=1e-6, err_msg=name)

    @chex.variants(with_jit=True, without_jit=True)
    def test_log_softmax_and_nll_make_cross_entropy(self):
        logits, labels = jnp.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]), jnp.array([1, 0])
        twice = self.variant(lambda z, y: losses.nll(ops.log_softmax(z, 1), y))(logits, labels)
        np.testing.assert_allclose(twice, losses.cross_entropy(logits, labels), rtol=1e-6)
        one_hot = jax.nn.one_hot(labels, 3)
        np.testing.assert_allclose(twice, self.variant(losses.cross_entropy)(logits, one_hot), rtol=1e-6)

    @chex.variants(with_jit=True, without_jit=True)
    def test_entropy_of_the_notes_in_bits(self):
        p = jnp.array([[0.25] * 4, [0.1, 0.1, 0.1, 0.7], [0.001, 0.001, 0.001, 0.999]])
        bits = self.variant(losses.entropy)(p)
        chex.assert_shape(bits, (3,))
        np.testing.assert_allclose(bits, [2, 1.3568, 0.0313], atol=5e-5)


@pytest.mark.smoke
def test_binary_cross_entropy_of_the_notes():
    logits, labels = notes(3000, 1, 2)
    labels = labels.astype(np.float32)
    by_hand = ops.sigmoid(logits)
    by_hand = -(labels * jnp.log(by_hand) + (1 - labels) * jnp.log(1 - by_hand)).mean()
    for loss in (by_hand, losses.bce(ops.sigmoid(logits), labels), losses.bce_with_logits(logits, labels)):
        np.testing.assert_allclose(loss, 0.7962, atol=5e-5)


@pytest.mark.smoke
def test_cross_entropy_of_the_notes():
    logits, labels = notes(3000, 3, 3)
    np.testing.assert_allclose(ops.log_softmax(logits, 1)[0], [-1.1139, -0.8802, -1.3585], atol=5e-5)
    np.testing.assert_allclose(losses.cross_entropy(logits, labels), 1.1147, atol=5e-5)
    with pytest.raises(RuntimeError, match="expected target dtype to be Long or Byte, but got Float"):
        losses.nll(logits, labels.astype(np.float32))


@settings(max_examples=50, deadline=None)
@given(arrays.arrays(np.float32, 5, elements=st.floats(0, 1, width=32)).filter(lambda p: p.sum() > 1e-3))
def test_entropy_lies_between_zero_and_that_of_equal_chances(p):
    p = jnp.asarray(p / p.sum())
    assert -1e-5 <= losses.entropy(p) <= np.log2(5) + 1e-5
    assert np.isfinite(jax.grad(losses.entropy)(p)).all()


def test_entropy_of_other_bases_and_axes():
    p = jnp.array([[0.5, 0.0], [0.5, 1.0]])
    np.testing.assert_allclose(losses.entropy(p, dim=0), [1, 0])
    np.testing.assert_allclose(losses.entropy(p[:, 0], base=np.e), np.log(2), rtol=1e-6)
    assert np.isnan(losses.entropy(jnp.array([-0.5, 1.5])))
    assert np.isnan(losses.entropy(jnp.array([np.nan, 1.0])))


@pytest.mark.parametrize(
    ("p", "settings", "error"),
    [
        (jnp.array([1, 0]), {}, RuntimeError),
        (jnp.array([1.0]), {"base": 1}, ValueError),
        (jnp.array([1.0]), {"base": -2}, ValueError),
        (jnp.array([1.0]), {"dim": 1}, IndexError),
    ],
)
def test_errors_of_entropy(p, settings, error):
    with pytest.raises(error):
        losses.entropy(p, **settings)


def test_numpy_arrays_in_float64_are_taken():
    np.testing.assert_allclose(losses.mse(np.array([1.0, 2.0]), np.array([0.0, 2.0], np.float32)), 0.5)
    np.testing.assert_allclose(losses.cross_entropy(np.zeros((2, 4)), np.array([0, 3])), np.log(4), rtol=1e-6)

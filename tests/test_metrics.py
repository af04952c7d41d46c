"""Metrics against scikit-learn, jitted and plain."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jnet import metrics

LOGITS = jnp.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.5, 0.2], [0.1, 0.2, 0.3]])
LABELS = jnp.array([0, 1, 2, 0])
SCORES = {name: jax.jit(getattr(metrics, name), static_argnums=(2, 3)) for name in ("precision", "recall", "f1")}


class Metrics(chex.TestCase):
    @chex.variants(with_jit=True, without_jit=True)
    def test_accuracy(self):
        accuracy = self.variant(metrics.accuracy)
        share = accuracy(LOGITS, LABELS)
        chex.assert_shape(share, ())
        chex.assert_type(share, jnp.float32)
        assert share == 0.5

    @chex.variants(with_jit=True, without_jit=True)
    def test_top_k(self):
        for k, share in ((1, 0.5), (2, 0.5), (3, 1.0)):
            assert self.variant(functools.partial(metrics.top_k_accuracy, k=k))(LOGITS, LABELS) == share

    @chex.variants(with_jit=True, without_jit=True)
    def test_confusion_matrix_and_scores(self):
        matrix = self.variant(functools.partial(metrics.confusion_matrix, classes=3))(LOGITS, LABELS)
        chex.assert_trees_all_equal(matrix, jnp.array([[1, 0, 1], [0, 1, 0], [1, 0, 0]]))
        chex.assert_type(matrix, jnp.int32)
        score = self.variant(functools.partial(metrics.f1, classes=3, average="none"))(LOGITS, LABELS)
        np.testing.assert_allclose(score, [0.5, 1, 0])


@pytest.mark.smoke
@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_binary_logits_are_cut_at_zero(shape):
    logits = jnp.array([-1.0, 0.0, 2.0])
    for labels in (jnp.array([0, 0, 1]), jnp.array([[0.0], [0.0], [1.0]])):
        assert metrics.accuracy(logits.reshape(shape), labels) == 1


def test_whole_predictions_are_classes():
    assert metrics.accuracy(jnp.array([2, 1, 0]), jnp.array([2, 1, 1])) == np.float32(2 / 3)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=20, max_size=20))
def test_scores_are_scikit_learns(pairs):
    sklearn = pytest.importorskip("sklearn.metrics")
    predictions, labels = np.array(pairs).T
    np.testing.assert_array_equal(
        metrics.confusion_matrix(predictions, labels, 4),
        sklearn.confusion_matrix(labels, predictions, labels=range(4)),
    )
    for name in SCORES:
        for average in ("macro", "micro", "none"):
            theirs = getattr(sklearn, f"{name}_score")(
                labels,
                predictions,
                labels=range(4),
                average=None if average == "none" else average,
                zero_division=0,
            )
            ours = SCORES[name](predictions, labels, 4, average)
            np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.accuracy(LOGITS, LABELS[:3]), "accuracy got the shapes"),
        (lambda: metrics.accuracy(LOGITS, jax.nn.one_hot(LABELS, 3)), "argmax"),
        (lambda: metrics.top_k_accuracy(LOGITS, LABELS), "k=5 for 3 classes"),
        (lambda: metrics.top_k_accuracy(LOGITS[0], LABELS), "top_k_accuracy got the shapes"),
        (lambda: metrics.confusion_matrix(LABELS, LABELS[:2], 3), "confusion_matrix got the shapes"),
        (lambda: metrics.confusion_matrix(LABELS + 0.5, LABELS, 3), "needs whole predictions"),
        (lambda: metrics.precision(LABELS, LABELS, 3, "mean"), "macro, micro, none"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_classes_out_of_range_are_an_error_where_they_can_be_seen():
    with pytest.raises(IndexError, match="got labels from 0 to 3; 3 classes are 0 to 2"):
        metrics.confusion_matrix(jnp.array([0, 1]), jnp.array([0, 3]), 3)
    matrix = jax.jit(functools.partial(metrics.confusion_matrix, classes=3))(jnp.array([0, 1]), jnp.array([0, 3]))
    assert matrix.sum() == 1

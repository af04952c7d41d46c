"""Measures of a classifier, pure and jittable: they take logits (or predictions) and labels as arrays.

Example:
    >>> import jax.numpy as jnp
    >>> accuracy(jnp.array([[2.0, 1.0], [0.0, 3.0]]), jnp.array([0, 0])).item()
    0.5
"""

import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import is_concrete

__all__ = ["accuracy", "confusion_matrix", "f1", "precision", "recall", "top_k_accuracy"]

_AVERAGES = ("macro", "micro", "none")


def accuracy(logits, labels):
    """Return the share of predictions that are right, a float32 scalar.

    Shape: logits (N, C) against labels (N,): the largest logit is the prediction, the first of equal ones. Logits (N,)
        or (N, 1) against labels (N,) or (N, 1) of 0 and 1: a logit above 0 (a probability above 0.5) predicts 1.
        Integers (N,) are the predictions themselves.

    Raises:
        ValueError: for other shapes.

    Example:
        >>> f"{accuracy(jnp.array([-1.0, 2.0, 0.5]), jnp.array([0, 1, 0])):.4f}"
        '0.6667'
    """
    predictions, labels = _predictions(logits, labels)
    return (predictions == labels).mean(dtype=jnp.float32)


def top_k_accuracy(logits, labels, k=5):
    """Return the share of labels that are among the `k` largest logits, a float32 scalar.

    Of equal logits the first ones count as larger, so k = 1 is `accuracy`.

    Shape: logits (N, C); labels (N,).

    Raises:
        ValueError: for other shapes, or if `k` is not in 1..C.

    Example:
        >>> top_k_accuracy(jnp.array([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]]), jnp.array([1, 0]), k=2).item()
        0.5
    """
    logits, labels = jnp.asarray(logits), jnp.asarray(labels)
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise _wrong_shapes("top_k_accuracy", logits, labels)
    if not 1 <= k <= logits.shape[1]:
        raise ValueError(f"top_k_accuracy got k={k} for {logits.shape[1]} classes; use a k in 1..{logits.shape[1]}.")
    _, top = lax.top_k(logits, k)
    return (top == labels[:, None]).any(1).mean(dtype=jnp.float32)


def confusion_matrix(predictions, labels, classes):
    """Count how often label i (row) was predicted as class j (column), int32 (classes, classes).

    Args:
        predictions: classes (N,), integers, or logits (N, C).
        labels: (N,), integers.
        classes: how many there are. Under jit, where values are unknown, pairs out of range are not counted.

    Raises:
        ValueError: for other shapes, or predictions (N,) that are not integers.
        IndexError: for a prediction or label outside 0..classes - 1.

    Example:
        >>> confusion_matrix(jnp.array([0, 1, 1]), jnp.array([0, 1, 0]), 2).tolist()
        [[1, 1], [0, 1]]
    """
    predictions, labels = jnp.asarray(predictions), jnp.asarray(labels)
    if predictions.ndim == 2:
        predictions, labels = _predictions(predictions, labels)
    if predictions.ndim != 1 or labels.shape != predictions.shape:
        raise _wrong_shapes("confusion_matrix", predictions, labels)
    for name, x in (("predictions", predictions), ("labels", labels)):
        if jnp.issubdtype(x.dtype, jnp.inexact):
            raise ValueError(f"confusion_matrix needs whole {name}, got {x.dtype}; use argmax or .astype(jnp.int32).")
        if is_concrete(x) and x.size and not 0 <= int(x.min()) <= int(x.max()) < classes:
            raise IndexError(
                f"confusion_matrix got {name} from {x.min()} to {x.max()}; {classes} classes are 0 to {classes - 1}."
            )
    inside = (predictions >= 0) & (predictions < classes) & (labels >= 0) & (labels < classes)
    cell = jnp.where(inside, labels.astype(jnp.int32) * classes + predictions.astype(jnp.int32), classes * classes)
    return jnp.bincount(cell, length=classes * classes + 1)[:-1].reshape(classes, classes).astype(jnp.int32)


def precision(predictions, labels, classes, average="macro"):
    """Return the share of a class's predictions that are right: TP / (TP + FP).

    Args:
        predictions, labels, classes: as `confusion_matrix`.
        average: "macro" (mean over the classes), "micro" (over all samples) or "none" (one value a class).

    A class that is never predicted has precision 0.

    Raises:
        ValueError: for another average, and as `confusion_matrix`.

    Example:
        >>> precision(jnp.array([0, 1, 1]), jnp.array([0, 1, 0]), 2, "none").tolist()
        [1.0, 0.5]
    """
    right, predicted, _ = _counts(predictions, labels, classes, average)
    return _ratio(right, predicted, average)


def recall(predictions, labels, classes, average="macro"):
    """Return the share of a class's samples that are found: TP / (TP + FN); arguments as `precision`.

    A class without samples has recall 0.

    Example:
        >>> recall(jnp.array([0, 1, 1]), jnp.array([0, 1, 0]), 2, "none").tolist()
        [0.5, 1.0]
    """
    right, _, present = _counts(predictions, labels, classes, average)
    return _ratio(right, present, average)


def f1(predictions, labels, classes, average="macro"):
    """Return the harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN); arguments as `precision`.

    A class that is neither predicted nor present has F1 0.

    Example:
        >>> f"{f1(jnp.array([0, 1, 1]), jnp.array([0, 1, 0]), 2, 'micro'):.4f}"
        '0.6667'
    """
    right, predicted, present = _counts(predictions, labels, classes, average)
    return _ratio(2 * right, predicted + present, average)


def _counts(predictions, labels, classes, average):
    """Return right, predicted and present samples of each class, or their sums for "micro"."""
    if average not in _AVERAGES:
        raise ValueError(f"average is {average!r}; use one of {', '.join(_AVERAGES)}.")
    matrix = confusion_matrix(predictions, labels, classes)
    counts = jnp.diagonal(matrix), matrix.sum(0), matrix.sum(1)
    return tuple(count.sum() for count in counts) if average == "micro" else counts


def _ratio(part, whole, average):
    share = part / jnp.maximum(whole, 1)  # part is 0 wherever whole is
    return share.mean() if average == "macro" else share


def _predictions(logits, labels):
    """Return predictions and labels, both (N,)."""
    logits, labels = jnp.asarray(logits), jnp.asarray(labels)
    if logits.ndim == 2 and logits.shape[1] > 1 and labels.shape == logits.shape[:1]:
        return logits.argmax(1), labels
    flat = logits.shape[:1]
    if logits.ndim in (1, 2) and logits.size == flat[0] and labels.shape in (flat, (*flat, 1)):
        # Whole numbers are classes already; as logits, class 2 would pass for class 1.
        predictions = (logits > 0).astype(jnp.int32) if jnp.issubdtype(logits.dtype, jnp.inexact) else logits
        return predictions.reshape(flat), labels.reshape(flat)
    raise _wrong_shapes("accuracy", logits, labels)


def _wrong_shapes(name, first, labels):
    return ValueError(
        f"{name} got the shapes {first.shape} and labels {labels.shape}; it needs (N, C) and (N,), with the same N: "
        "for one-hot labels use labels.argmax(1)."
    )

"""What both classifiers of digits show of themselves."""

import jax
import numpy as np

from experiments.runner import Output
from jnet import metrics, plotting


def show(out: Output, model, result, test, at_least: float) -> int:
    """Record a trained classifier (history, accuracy on `test`, where it errs); return the count of its mistakes.

    Args:
        result: what `jnet.train.fit` returned.
        test: the `jnet.data.Dataset` that was held out.
        at_least: the accuracy expected of it.
    """
    logits = np.asarray(jax.jit(model.apply)(result.state.variables, test.x))
    predicted = logits.argmax(axis=1)
    accuracy = float((predicted == test.y).mean())
    out.history(result.history)
    out.number("test accuracy", accuracy, at_least=at_least, key=True)
    out.number("test loss", result.history[-1]["test_loss"])
    out.number("training accuracy in the last epoch", result.history[-1]["accuracy"])
    out.number("trainable parameters", sum(leaf.size for leaf in jax.tree.leaves(result.state.params)))
    seconds = [row["seconds"] for row in result.history[1:] or result.history]
    out.number("seconds an epoch, without the first", np.mean(seconds))
    out.figure(
        "curves",
        plotting.curves(result.history),
        "Loss and accuracy by epoch, on the training digits and on the held-out ones.",
    )
    matrix = np.asarray(metrics.confusion_matrix(predicted, test.y, 10))
    out.figure(
        "confusion",
        plotting.confusion(matrix, title="Held-out digits"),
        f"Confusion matrix of the {len(test)} held-out digits: a row a true digit, a column the network's answer.",
    )
    confidence = np.asarray(jax.nn.softmax(logits)).max(axis=1)
    wrong = np.flatnonzero(predicted != test.y)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:24]
    if len(worst):
        titles = [f"{test.y[i]}, not {predicted[i]}" for i in worst]
        out.figure(
            "mistakes",
            plotting.images(test.x[worst], titles),
            f"The {len(worst)} mistakes that the network is surest of, with what each is and was taken for.",
        )
    return len(wrong)

"""What the experiments with digits share: what a classifier shows of itself, and runs that survive being killed."""

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
from matplotlib.figure import Figure

from experiments.harness.runner import Output
from jnet import metrics, plotting
from jnet.data import Dataset
from jnet.plotting.style import DIVERGING, PALETTE, styled


@contextlib.contextmanager
def unfinished(out: Output, settings: Any) -> Iterator[Path]:
    """Yield the file in which a run of these settings keeps what it has done; it goes when the block is complete.

    Its name holds what the run depends on, so another one starts anew; what others left behind goes at once.
    """
    depends = dataclasses.asdict(settings) | {key: out.record.get(key) for key in ("device", "versions")}
    digest = hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()
    path = out.folder / f"unfinished-{digest[:12]}.ckpt"
    for other in set(out.folder.glob("unfinished-*.ckpt")) - {path}:
        other.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def lesson(training: Dataset, test: Dataset, digits: int, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Return what both faces of a lesson train on and are tested with: images of this shape, and labels.

    Args:
        digits: how many of the training digits, spread over all classes.
    """
    some = training.take(np.arange(digits) * len(training) // digits)
    found = {"x": some.x.reshape(-1, *shape), "y": some.y, "x_test": test.x.reshape(-1, *shape), "y_test": test.y}
    return {name: array if name.startswith("x") else array.astype(np.int64) for name, array in found.items()}


@styled
def mosaic(images: np.ndarray, side: float, *, signed: bool = False) -> Figure:
    """Return a figure of images (rows, columns, H, W) without titles, side by side in one picture.

    Args:
        side: inches of one image.
        signed: centre the colours at zero, as for weights.
    """
    rows, columns = images.shape[:2]
    framed = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=np.nan)  # nothing, which stays white
    sheet = framed.transpose(0, 2, 1, 3).reshape(rows * framed.shape[2], columns * framed.shape[3])
    figure = Figure(figsize=(columns * side, rows * side))
    ax = figure.add_axes((0, 0, 1, 1))
    largest = np.nanmax(np.abs(sheet))
    ax.imshow(sheet, cmap=DIVERGING if signed else "gray_r", vmin=-largest if signed else 0, vmax=largest)
    ax.axis("off")
    return figure


@styled
def draw_faces(out: Output, found: dict[str, tuple[list[float], list[float]]]) -> None:
    """Draw losses step by step as both faces found them, one line upon the other.

    Args:
        found: for each lesson the losses of jnet.torch and of JAX.
    """
    apart = [np.abs(np.subtract(*losses)) for losses in found.values()]
    # Both add up the same float32 numbers in other orders; each step passes the difference on, and may enlarge it.
    first, last = max(each[:5].max() for each in apart), max(each.max() for each in apart)
    out.number("losses of both faces, largest difference in the first five steps", first, at_most=2e-6)
    out.number("losses of both faces, largest difference in the first epoch", last, at_most=1e-3)
    figure, (ax,) = plotting.panels(1, width=6.4, height=3.8)
    for color, (name, (torch, jax_)) in zip(PALETTE, found.items(), strict=False):
        steps = np.arange(1, len(torch) + 1)
        ax.plot(steps, torch, color=color, lw=5, alpha=0.3, label=f"{name}, PyTorch's loop on jnet.torch")
        ax.plot(steps, jax_, "--", color=color, lw=1.5, label=f"{name}, JAX")
    ax.set(title="The first epoch, in both faces", xlabel="step", ylabel="loss of the batch", ylim=(0, None))
    ax.legend()
    out.figure(
        "faces",
        figure,
        "The loss of each step of the first epoch: the broad line is the loop in PyTorch's words, the dashed one in "
        "its middle the loop in JAX.",
    )


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

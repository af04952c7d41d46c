"""Curves of a training run, confusion matrices and grids of images."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from jnet.plotting.style import DIVERGING, INK, PALETTE, panels, place_image, sheet, styled

CURVES = (("loss", "test_loss"), ("accuracy", "test_accuracy"))


@styled
def curves(history: Sequence[Mapping], *, quantities: Sequence[Sequence[str]] = CURVES) -> Figure:
    """Draw the history of `jnet.train.fit`: one panel a quantity, training and test in it.

    Args:
        history: one mapping an epoch, with the key "epoch" and numbers.
        quantities: the keys of each panel, named by the first; keys that the history lacks are left out.

    Raises:
        ValueError: if the history is empty or has none of the keys.

    Example:
        >>> figure = curves([{"epoch": 1, "loss": 0.9, "test_loss": 1.0}, {"epoch": 2, "loss": 0.4, "test_loss": 0.6}])
        >>> len(figure.axes)
        1
    """
    found = [[key for key in keys if any(key in row for row in history)] for keys in quantities]
    found = [keys for keys in found if keys]
    if not found:
        wanted = ", ".join(key for keys in quantities for key in keys)
        raise ValueError(f"This history of {len(history)} epochs has none of {wanted}; name its keys in `quantities`.")
    figure, axes = panels(len(found))
    for ax, keys in zip(axes, found, strict=True):
        for key, marker, dash in zip(keys, "os^D", ("-", "--", ":", "-."), strict=False):
            rows = [row for row in history if key in row]
            label = "test" if key.startswith("test_") else "training"
            ax.plot([row["epoch"] for row in rows], [row[key] for row in rows], dash, marker=marker, ms=4, label=label)
        ax.set(title=keys[0].removeprefix("test_").capitalize(), xlabel="epoch")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        if "accuracy" in keys[0]:
            ax.yaxis.set_major_formatter(PercentFormatter(1))
        ax.legend()
    return figure


@styled
def lines(
    series: Mapping[str, tuple],
    *,
    points: Mapping[str, tuple] | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    log: bool = False,
    ax=None,
) -> Figure:
    """Draw named curves `{name: (x, y)}`, over scattered `points` of the same form.

    Args:
        log: use a logarithmic y axis.

    Raises:
        ValueError: if there is nothing to draw.

    Example:
        >>> x = np.linspace(-3, 3, 50)
        >>> figure = lines({"tanh": (x, np.tanh(x)), "sin": (x, np.sin(x))}, xlabel="x")
    """
    if not series and not points:
        raise ValueError("lines got neither curves nor points; give {name: (x, y)}.")
    ax = ax or panels(1)[1][0]
    for name, (x, y) in (points or {}).items():
        ax.scatter(np.asarray(x), np.asarray(y), s=14, color="#8a9099", alpha=0.7, linewidths=0, label=name)
    dashes = ("-", "--", "-.", ":")
    for index, (name, (x, y)) in enumerate(series.items()):
        ax.plot(np.asarray(x), np.asarray(y), dashes[index % 4], color=PALETTE[index % len(PALETTE)], label=name)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if log:
        ax.set_yscale("log")
    if len(series) + len(points or {}) > 1:
        ax.legend()
    return ax.figure


@styled
def confusion(matrix, classes: Sequence[str] = (), *, title: str = "Confusion matrix", ax=None) -> Figure:
    """Draw a confusion matrix: a row a true class, a column a predicted one, shaded by the row's share.

    Shape: matrix (C, C) of counts, as `jnet.metrics.confusion_matrix` gives it.

    Raises:
        ValueError: if the matrix is not square or `classes` has another length.

    Example:
        >>> figure = confusion([[8, 2], [1, 9]], ("cat", "dog"))
    """
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"A confusion matrix is square, (classes, classes); got shape {matrix.shape}.")
    size = len(matrix)
    names = [str(name) for name in classes] or [str(i) for i in range(size)]
    if len(names) != size:
        raise ValueError(f"The matrix has {size} classes, but {len(names)} names were given; give one name a class.")
    side = min(2.2 + 0.38 * size, 10)
    ax = ax or panels(1, width=side, height=side)[1][0]
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            color = "white" if share[row, column] > 0.55 else INK
            ax.text(column, row, f"{count:g}", ha="center", va="center", fontsize=8, color=color)
    ax.set_xticks(range(size), names)
    ax.set_yticks(range(size), names)
    ax.set(title=title, xlabel="predicted", ylabel="true")
    ax.grid(False)
    return ax.figure


@styled
def images(
    batch,
    titles: Sequence[str] = (),
    *,
    columns: int = 8,
    size: float = 1.15,
    signed: bool = False,
    title: str = "",
) -> Figure:
    """Draw a batch of grey images as a grid, each under its title.

    Shape: batch (N, H, W) or (N, H, W, 1), N at least 1.

    Args:
        size: inches of one image.
        signed: centre the colours at zero (for filters) instead of grey from the least to the greatest value.
        title: of the whole grid.

    Raises:
        ValueError: for other shapes, or another number of titles.

    Example:
        >>> figure = images(np.zeros((10, 28, 28, 1)), [str(i) for i in range(10)], columns=5)
    """
    batch = np.asarray(batch)
    batch = batch[..., 0] if batch.ndim == 4 and batch.shape[-1] == 1 else batch
    if batch.ndim != 3 or not len(batch):
        raise ValueError(f"images needs a batch of shape (N, H, W) or (N, H, W, 1) with N >= 1, got {batch.shape}.")
    if len(titles) not in (0, len(batch)):
        raise ValueError(f"images got {len(batch)} images but {len(titles)} titles; give one title an image, or none.")
    low, high = (-np.abs(batch).max(), np.abs(batch).max()) if signed else (batch.min(), batch.max())
    columns = min(columns, len(batch))
    rows, gap, head = -(-len(batch) // columns), 0.1, 0.22 if titles else 0.0
    top = gap + (0.3 if title else 0.0)
    figure, ax = sheet(gap + columns * (size + gap), top + rows * (size + head + gap))
    for index, image in enumerate(batch):
        row, column = divmod(index, columns)
        x, y = gap + column * (size + gap), top + row * (size + head + gap) + head
        place_image(ax, image, (x, y), size, cmap=DIVERGING if signed else "gray_r", vmin=low, vmax=high)
        if titles:
            ax.text(x + size / 2, y - 0.04, titles[index], fontsize=9, ha="center", va="bottom")
    if title:
        ax.text(gap, gap, title, fontsize=11, fontweight="bold", ha="left", va="top")
    return figure

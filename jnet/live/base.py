"""What every kind of live display takes, and the callback of `jnet.train.fit` that feeds it."""

from collections.abc import Sequence

import numpy as np


class Live:
    """Takes what there is to show, and shows nothing: the others override its methods.

    Values may be numbers, arrays, or tensors of either library, with or without gradients.
    """

    def scalar(self, name: str, value, step: int) -> None:
        """Add a point to the curve `name`; "chart/curve" names one of several in a chart."""

    def line(self, name: str, y, x=None, series: Sequence[str] = ()) -> None:
        """Show whole curves in the place of the chart `name`.

        Shape: y (N,) for one curve, (N, M) for M of them, called `series`; x (N,), by default 0, 1, ...
        """

    def images(self, name: str, batch) -> None:
        """Show images, from black (the least value) to white (the greatest).

        Shape: (N, H, W), (N, H, W, C) or (N, C, H, W), C 1 or 3. A terminal has no images.
        """

    def text(self, name: str, text: str) -> None:
        """Show a text in the place of what `name` was before."""

    def close(self) -> None:
        """Say that nothing more will come."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Callback:
    """Shows each epoch of `jnet.train.fit`: "loss" and "test_loss" are two curves of one chart.

    It is part of the run's checkpoint, so a run that was killed and goes on shows its first epochs again.

    Args:
        live: what `jnet.live.open` returned.
        run: stands before the curves' names, where several runs share the charts.
    """

    def __init__(self, live: Live, run: str = ""):
        self.live, self.run, self.rows = live, run, []

    def __call__(self, state, row: dict) -> None:
        self.rows.append(row)
        for name, value in row.items():
            if name in ("epoch", "seconds"):
                continue
            test = name.startswith("test_")
            part = "test" if test else "training" if f"test_{name}" in row else ""
            curve = " ".join(filter(None, (self.run, part)))
            chart = name.removeprefix("test_")
            self.live.scalar(f"{chart}/{curve}" if curve else chart, value, row["epoch"])

    def state_dict(self) -> dict:
        return {"rows": self.rows}

    def load_state_dict(self, values: dict) -> None:
        for row in values["rows"]:
            self(None, row)


def array(value) -> np.ndarray:
    """Return numbers of any kind as NumPy's array: tensors without their gradients, from where they are."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return np.asarray(value, dtype=np.float64)


def curves_of(y, x) -> tuple[np.ndarray, np.ndarray]:
    """Return y (N, M) and x (N,) of `Live.line`.

    Raises:
        ValueError: if the shapes are others.
    """
    y = array(y)
    y = y[:, None] if y.ndim == 1 else y
    x = np.arange(len(y), dtype=np.float64) if x is None else array(x)
    if y.ndim != 2 or x.shape != y.shape[:1]:
        raise ValueError(f"line needs y of shape (N,) or (N, M) and x of shape (N,), got {y.shape} and {x.shape}.")
    return y, x


def images_of(batch) -> np.ndarray:
    """Return images as (N, C, H, W), C 1 or 3, from 0 to 1.

    Raises:
        ValueError: if the shape is another.

    Example:
        >>> images_of(np.zeros((2, 28, 28, 1))).shape
        (2, 1, 28, 28)
    """
    batch = array(batch)
    if batch.ndim == 3:
        batch = batch[:, None]
    elif batch.ndim == 4 and batch.shape[1] not in (1, 3):
        batch = batch.transpose(0, 3, 1, 2)
    if batch.ndim != 4 or batch.shape[1] not in (1, 3) or not batch.size:
        raise ValueError(f"images needs (N, H, W), (N, H, W, C) or (N, C, H, W) with C 1 or 3, got {batch.shape}.")
    low, high = batch.min(), batch.max()
    return (batch - low) / (high - low or 1.0)


def split(name: str) -> tuple[str, str]:
    """Return chart and curve of a name.

    Example:
        >>> split("loss/training"), split("loss")
        (('loss', 'training'), ('loss', ''))
    """
    chart, _, curve = name.partition("/")
    return chart, curve

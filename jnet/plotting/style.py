"""The one style of all figures, and how they are arranged and saved."""

import functools
import io
from pathlib import Path
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle

from jnet.files import write_atomic

# Okabe and Ito's colours, told apart by all common kinds of colour vision: https://jfly.uni-koeln.de/color/
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A6A00", "#333333")
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"

INK, FAINT = "#2b2f36", "#d9dce1"
STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#8a9099",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.size": 10,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "image.cmap": SEQUENTIAL,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "savefig.dpi": 144,
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 9,
    "ytick.color": INK,
    "ytick.labelsize": 9,
}


def styled(function):
    """Run `function` under jnet's style, whatever the caller's own settings of matplotlib are."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with matplotlib.rc_context(STYLE):
            return function(*args, **kwargs)

    return wrapper


@styled
def panels(
    count: int, *, columns: int = 0, width: float = 4.6, height: float = 3.6, projection: str | None = None
) -> tuple[Figure, list[Any]]:
    """Return a figure and its `count` axes, in rows of `columns` (default: all in one row).

    Args:
        width, height: inches of one panel.
        projection: "3d" for surfaces.

    Raises:
        ValueError: for fewer than one panel.

    Example:
        >>> figure, (left, right) = panels(2)
    """
    if count < 1:
        raise ValueError(f"panels needs a count of at least 1, got {count}.")
    columns = min(columns or count, count)
    rows = -(-count // columns)
    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08, wspace=0.02, hspace=0.04)
    figure = Figure(figsize=(columns * width, rows * height), layout=layout)
    return figure, [figure.add_subplot(rows, columns, i + 1, projection=projection) for i in range(count)]


@styled
def sheet(wide: float, tall: float) -> tuple[Figure, Any]:
    """Return a figure and its one empty axes, whose units are inches from the upper left corner.

    For pictures of many small images: as many axes, and a layout of them, would take seconds.

    Example:
        >>> figure, ax = sheet(4.0, 3.0)
        >>> _ = place_image(ax, [[0, 1], [1, 0]], (0.5, 0.5), 2.0, cmap="gray_r")
    """
    figure = Figure(figsize=(wide, tall))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, wide), ylim=(tall, 0))
    ax.axis("off")
    return figure, ax


def place_image(ax, image, at: tuple[float, float], side: float, frame: bool = True, **settings):
    """Draw an image on a `sheet`, as a square with this side and upper left corner, framed; return it.

    Args:
        settings: those of matplotlib's `imshow`.
    """
    x, y = at
    drawn = ax.imshow(image, extent=(x, x + side, y + side, y), aspect="auto", **settings)
    if frame:
        ax.add_patch(Rectangle(at, side, side, fill=False, edgecolor=FAINT))
    return drawn


@styled
def save(figure: Figure, path: str | Path) -> Path:
    """Write `figure` to `path` as a whole or not at all; the suffix chooses the format (.png, .svg, .pdf).

    Raises:
        ValueError: for a suffix that matplotlib cannot write.
        OSError: where the file cannot be written; what was there before is kept.
    """
    path = Path(path)
    known = figure.canvas.get_supported_filetypes()
    kind = path.suffix.lower().removeprefix(".")
    if kind not in known:
        raise ValueError(
            f"Cannot save a figure as {path.name!r}; end its name in one of: .{', .'.join(sorted(known))}."
        )
    data = io.BytesIO()
    # Without a date the same figure gives the same bytes.
    figure.savefig(data, format=kind, metadata={"Date": None} if kind == "svg" else None)
    return write_atomic(path, data.getvalue())

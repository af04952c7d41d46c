"""Arrays as people draw them on a blackboard: squares with numbers in them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from jnet.plotting.style import INK, panels, styled

EDGE = "#8a9099"


@styled
def cells(
    values,
    at: tuple[float, float] = (0.0, 0.0),
    *,
    colors: str | Sequence | np.ndarray = "white",
    texts: bool | Sequence | np.ndarray = True,
    alpha: float = 1.0,
    fontsize: float = 10,
    ax=None,
) -> Figure:
    """Draw a vector as a row of unit squares, a matrix as rows of them, each with its number.

    Several calls on one `ax` make a picture; it keeps squares square, hides its axes and counts y downwards, as
    matrices do.

    Shape: values (N,) or (M, N).

    Args:
        at: x and y of the upper left corner.
        colors: one colour, or one for each value (an array of colour names of the shape of `values`).
        texts: write the values; False: nothing; or the texts themselves, in the shape of `values`.
        alpha: below 1 for what is only imagined, such as the copies that broadcasting does not make.

    Raises:
        ValueError: for other shapes.

    Example:
        >>> figure = cells([[1, 2], [3, 4]], colors=[["white", "#E69F00"], ["white", "white"]])
    """
    values = np.asarray(values)
    if values.ndim not in (1, 2):
        raise ValueError(f"cells draws vectors and matrices, got shape {values.shape}; give it slice by slice.")
    if ax is None:
        _, (ax,) = panels(1)
    rows = np.atleast_2d(values)
    shades = np.broadcast_to(np.atleast_2d(np.asarray(colors, object)), rows.shape)
    if isinstance(texts, bool):
        words = np.vectorize(lambda value: f"{value:g}" if texts else "", otypes=[object])(rows)
    else:
        words = np.broadcast_to(np.atleast_2d(np.asarray(texts, object)), rows.shape)
    for (row, column), shade in np.ndenumerate(shades):
        x, y = at[0] + column, at[1] + row
        ax.add_patch(Rectangle((x, y), 1, 1, facecolor=shade, edgecolor=EDGE, linewidth=0.9, alpha=alpha))
        ink = INK if np.dot(to_rgb(shade), (0.299, 0.587, 0.114)) > 0.5 else "white"
        ax.text(
            x + 0.5, y + 0.5, words[row, column], ha="center", va="center", fontsize=fontsize, color=ink, alpha=alpha
        )
    ax.set_aspect("equal")
    ax.axis("off")
    ax.autoscale_view()
    if not ax.yaxis_inverted():
        ax.invert_yaxis()
    return ax.figure

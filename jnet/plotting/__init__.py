"""Figures of training and of what was learned: small functions that return `matplotlib.figure.Figure`.

They share one style with a palette that colour-blind readers can tell apart, keep no global state (no pyplot), and
draw on `ax` where one is given, so `panels` arranges several in one figure. Needs `pip install "jnet[plot]"`.

Example:
    >>> import jnet
    >>> figure = jnet.plotting.curves([{"epoch": 1, "loss": 0.9}, {"epoch": 2, "loss": 0.4}])
    >>> path = jnet.plotting.save(figure, "/tmp/curves.png")  # doctest: +SKIP
"""

try:
    import matplotlib  # noqa: F401 - asked for here, before the modules below need parts of it
except ModuleNotFoundError as error:
    if error.name != "matplotlib":
        raise
    raise ModuleNotFoundError(
        'jnet.plotting draws with matplotlib, which is not installed; write: pip install "jnet[plot]"',
        name="matplotlib",
    ) from error

from jnet.plotting.cells import cells
from jnet.plotting.graphs import abreast, graph, listing
from jnet.plotting.planes import contour_paths, decision_boundary, surface3d
from jnet.plotting.style import DIVERGING, PALETTE, SEQUENTIAL, panels, save
from jnet.plotting.training import confusion, curves, images, lines

__all__ = [
    "DIVERGING",
    "PALETTE",
    "SEQUENTIAL",
    "abreast",
    "cells",
    "confusion",
    "contour_paths",
    "curves",
    "decision_boundary",
    "graph",
    "images",
    "lines",
    "listing",
    "panels",
    "save",
    "surface3d",
]

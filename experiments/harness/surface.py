"""A surface as data: the grid of heights and the thinned paths that the page draws, turns and zooms."""

import functools
import typing

import numpy as np

from jnet import plotting

GRID = 49  # points along each side: 2,304 faces are drawn anew in a few milliseconds
PATH = 300  # points of a path, at most

Limits = tuple[float, float]
Function = typing.Callable[[typing.Any, typing.Any], typing.Any]


def sample(
    function: Function,
    xlim: Limits,
    ylim: Limits,
    paths: dict[str, typing.Any],
    labels: tuple[str, str, str],
    log: bool,
) -> tuple[dict, Function]:
    """Return what the page needs to draw `function`, and the function of the heights shown.

    Args:
        function: of two NumPy arrays of one shape, elementwise; where it is not finite, the surface has a hole.
        paths: the (T, 2) points of each walk by name.
        log: show log(1 + z), measured from the lowest height where that is below zero.
    """
    x, y = np.meshgrid(np.linspace(*xlim, GRID), np.linspace(*ylim, GRID))
    walks = {name: _thinned(np.asarray(path, np.float64), xlim, ylim) for name, path in paths.items()}
    shown = function
    if log:
        heights = np.asarray(function(x, y))
        lowest = np.min(heights, where=np.isfinite(heights), initial=0.0)
        shown = functools.partial(_logarithm, function, lowest)
        labels = (*labels[:2], f"log(1 + {labels[2]}{' − lowest' if lowest else ''})")
    walked = {name: _digits(_heights(shown, walk, xlim, ylim)) for name, walk in walks.items()}
    data = {"x": list(xlim), "y": list(ylim), "z": _digits(shown(x, y)), "paths": walked, "labels": list(labels)}
    return data, shown


def _logarithm(function: Function, lowest: float, x, y) -> np.ndarray:
    return np.log1p(np.maximum(np.asarray(function(x, y)) - lowest, 0))


def _heights(function: Function, path: np.ndarray, xlim: Limits, ylim: Limits) -> np.ndarray:
    """Return the path with its heights, nan where it has left the surface."""
    (x, y), (low, high) = path.T, zip(xlim, ylim, strict=True)
    inside = np.all((low <= path) & (path <= high), axis=1)
    return np.column_stack([x, y, np.where(inside, function(x, y), np.nan)])


def drawn(paths: dict[str, list]) -> dict[str, np.ndarray]:
    """Return the (T, 2) points of each path that lie on the surface, of those that have any."""
    points = {name: [point[:2] for point in path if point[2] is not None] for name, path in paths.items()}
    return {name: np.array(path) for name, path in points.items() if path}


def colors(paths: typing.Iterable[str]) -> dict[str, str]:
    """Return the colour of each path: the palette's in order, as in contour plots of the same paths."""
    return {name: plotting.PALETTE[index % len(plotting.PALETTE)] for index, name in enumerate(paths)}


def _thinned(path: np.ndarray, xlim: Limits, ylim: Limits) -> np.ndarray:
    """Return at most PATH points, equally far apart along the way: a walk that creeps in the end needs few there."""
    if len(path) <= PATH:
        return path
    low, high = np.transpose([xlim, ylim])
    seen = np.nan_to_num(np.clip(path, low, high) / (high - low))  # the way outside does not count
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(seen, axis=0), axis=1))])
    return path[np.unique(np.searchsorted(way, np.linspace(0, way[-1], PATH)).clip(max=len(path) - 1))]


def _digits(values) -> list:
    """Return nested lists of five significant digits, None where there is no finite number."""
    values = np.asarray(values, np.float64)
    texts = [float(f"{value:.5g}") if np.isfinite(value) else None for value in values.ravel()]
    return np.array(texts, object).reshape(values.shape).tolist()

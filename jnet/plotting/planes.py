"""Functions of two variables: decision boundaries, surfaces, contours with the paths of descents."""

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from jnet.plotting.style import INK, PALETTE, SEQUENTIAL, panels, styled

MARKERS = "os^DvP*X"


@styled
def decision_boundary(
    predict: Callable,
    x,
    y,
    *,
    classes: Sequence[str] = (),
    title: str = "",
    labels: tuple[str, str] = ("x₁", "x₂"),
    margin: float = 0.15,
    legend: bool = True,
    ax=None,
) -> Figure:
    """Shade the plane by the class that `predict` gives, over it the points `x` of the classes `y`.

    Shape: x (N, 2) float; y (N,) of integers 0, 1, ... below eight.

    Args:
        predict: maps (M, 2) float32 to (M,) class indices; called once, with a grid of 300 x 300.
        margin: room around the points, as a share of their extent.
        legend: name the classes.

    Raises:
        ValueError: if the shapes are others.

    Example:
        >>> x = np.array([[0.0, 0.0], [1.0, 1.0]])
        >>> figure = decision_boundary(lambda p: p.sum(axis=1) > 1, x, [0, 1])
    """
    x, y = np.asarray(x), np.asarray(y).astype(int)
    if x.ndim != 2 or x.shape[1] != 2 or y.shape != x.shape[:1]:
        raise ValueError(f"decision_boundary needs x of shape (N, 2) and y of shape (N,), got {x.shape} and {y.shape}.")
    low, high = x.min(axis=0), x.max(axis=0)
    room = margin * np.maximum(high - low, 1e-6)
    grid = [np.linspace(a, b, 300, dtype=np.float32) for a, b in zip(low - room, high + room, strict=True)]
    first, second = np.meshgrid(*grid)
    decided = np.asarray(predict(np.stack([first.ravel(), second.ravel()], axis=1))).astype(int).reshape(first.shape)
    count = int(max(y.max(), decided.max())) + 1
    if count > len(MARKERS) or min(y.min(), decided.min()) < 0:
        raise ValueError(
            f"decision_boundary draws classes 0 to {len(MARKERS) - 1}; the points and `predict` have "
            f"{np.union1d(y, decided).tolist()}. Give classes as indices from 0."
        )
    names = [str(name) for name in classes] or [str(i) for i in range(count)]
    ax = ax or panels(1)[1][0]
    shades = ListedColormap(PALETTE[:count])
    ax.imshow(
        decided, cmap=shades, vmin=-0.5, vmax=count - 0.5, alpha=0.16, origin="lower", aspect="auto",
        extent=(grid[0][0], grid[0][-1], grid[1][0], grid[1][-1]), interpolation="nearest",
    )  # fmt: skip
    if decided.min() != decided.max():
        edges = np.arange(count - 1) + 0.5
        ax.contour(first, second, decided, levels=edges, colors=INK, linewidths=1.2, linestyles="--")
    for index in range(count):
        chosen = x[y == index]
        ax.scatter(
            *chosen.T, marker=MARKERS[index], s=42 if len(x) < 50 else 18, color=PALETTE[index],
            edgecolors="white", linewidths=0.6, label=names[index], zorder=3,
        )  # fmt: skip
    ax.set(title=title, xlabel=labels[0], ylabel=labels[1])
    ax.grid(False)
    if legend:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.3)
    return ax.figure


@styled
def surface3d(
    function: Callable,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    *,
    path=None,
    views: Sequence[tuple[float, float]] = ((30, -60),),
    labels: tuple[str, str, str] = ("x", "y", "f"),
    title: str = "",
    points: int = 60,
) -> Figure:
    """Draw `function(x, y)` as a surface, once from each view, with a descent's `path` on it, or several by name.

    Shape: path (T, 2) float, optional, or a mapping of names to such paths.

    Args:
        function: of two NumPy arrays of one shape, elementwise.
        views: (elevation, azimuth) in degrees, one panel each.
        points: of the grid, along each side.

    Example:
        >>> figure = surface3d(lambda x, y: x**2 + y**2, (-1, 1), (-1, 1), views=((30, -60), (60, 30)))
        >>> len(figure.axes)
        2
    """
    x, y = np.meshgrid(np.linspace(*xlim, points), np.linspace(*ylim, points))
    z = np.asarray(function(x, y))
    walks = {} if path is None else path if isinstance(path, Mapping) else {"": path}
    colors = PALETTE if isinstance(path, Mapping) else PALETTE[1:2]
    figure, axes = panels(len(views), width=4.1, height=3.7, projection="3d")
    for ax, (elevation, azimuth) in zip(axes, views, strict=True):
        ax.plot_surface(x, y, z, cmap=SEQUENTIAL, alpha=0.75 if walks else 1.0, linewidth=0, rcount=60, ccount=60)
        for (name, walk), color in zip(walks.items(), itertools.cycle(colors), strict=False):
            walk = np.asarray(walk)
            height = np.asarray(function(walk[:, 0], walk[:, 1]))
            ax.plot(walk[:, 0], walk[:, 1], height, "-", color=color, zorder=10, label=name)
            for at, marker in ((0, "o"), (-1, "*")):
                ax.plot(walk[at:, 0][:1], walk[at:, 1][:1], height[at:][:1], marker, ms=9, color=color, zorder=11)
        if any(walks) and ax is axes[0]:
            ax.legend(loc="upper left").set_in_layout(False)  # it lies over the empty corner of the box
        ax.view_init(elevation, azimuth)
        ax.set(xlabel=labels[0], ylabel=labels[1], zlabel=labels[2])
        ax.tick_params(labelsize=8, pad=0)
        for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
            axis.set_major_locator(MaxNLocator(4))  # more would run into each other at some angles
        # The z label lies outside what the layout engine sees of a 3-D panel; a smaller box keeps it on the page.
        ax.set_box_aspect(None, zoom=0.84)  # what is wider loses its last label
        if len(views) > 1:
            ax.set_title(
                f"elevation {elevation:g}°, azimuth {azimuth:g}°", fontsize=9, fontweight="normal", loc="center"
            )
    if title:
        figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left")
    return figure


@styled
def contour_paths(
    function: Callable,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    paths: Mapping[str, np.ndarray],
    *,
    minima=None,
    labels: tuple[str, str] = ("x", "y"),
    title: str = "",
    ax=None,
) -> Figure:
    """Draw the level lines of `function(x, y)` and the named paths of descents across them.

    Levels are spaced evenly in log(1 + f - min f), so that the bottoms of valleys show. A path starts at its circle
    and ends at its star.

    Shape: each path (T, 2) float; minima (M, 2) float, optional, marked by crosses.

    Example:
        >>> figure = contour_paths(lambda x, y: x**2 + y**2, (-2, 2), (-2, 2), {"sgd": np.array([[1, 1], [0, 0]])})
    """
    x, y = np.meshgrid(np.linspace(*xlim, 200), np.linspace(*ylim, 200))
    z = np.asarray(function(x, y))
    z = np.log1p(z - z.min())
    ax = ax or panels(1, width=6.2, height=5.0)[1][0]
    ax.contourf(x, y, z, levels=18, cmap=_pale(SEQUENTIAL))
    ax.contour(x, y, z, levels=18, colors="white", linewidths=0.5)
    if minima is not None:
        ax.scatter(*np.asarray(minima).T, marker="x", s=60, color=INK, linewidths=1.8, label="minimum", zorder=4)
    for index, (name, path) in enumerate(paths.items()):
        path, color = np.asarray(path), PALETTE[index % len(PALETTE)]
        ax.plot(*path.T, color="white", lw=3.6, zorder=4)
        ax.plot(*path.T, color=color, lw=2, label=name, zorder=5)
        ax.plot(*path[0], "o", color=color, mec="white", ms=7, zorder=6)
        ax.plot(*path[-1], "*", color=color, mec="white", ms=13, zorder=6)
    ax.set(title=title, xlabel=labels[0], ylabel=labels[1], xlim=xlim, ylim=ylim)
    ax.grid(False)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.3)
    return ax.figure


def _pale(name: str) -> ListedColormap:
    """Return the colour map mixed with white, so that paths stand out on it."""
    colors = colormaps[name](np.linspace(0, 1, 64))
    return ListedColormap(0.45 * colors + 0.55)

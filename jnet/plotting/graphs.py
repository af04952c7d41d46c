"""Graphs of nodes and edges, and listings of programs beside them, all in one size of letters.

Positions are in ems, the height of a letter, so that boxes fit their texts. Layers are found as Sugiyama, Tagawa and
Toda do (1981): every edge leads from one layer to the next, long ones through empty places between.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from jnet.plotting.style import INK, PALETTE, styled

# How a node of each kind is drawn: the colour of its edge, of its inside, and how round it is.
KINDS = {
    "weight": (PALETTE[0], "#e3eff8", 0.25),
    "data": ("#8a9099", "#f3f4f6", 0.25),
    "op": ("#4b5563", "white", 0.8),
    "back": (PALETTE[1], "#fdf0e6", 0.8),
    "result": (PALETTE[2], "#e2f3ed", 0.25),
}
LINE, PAD, GAP, HEAD = 1.3, 0.55, 1.3, 1.25  # ems: a line, room in a box, between boxes, and a title's letters
SANS, BOLD, MONO = FontProperties(), FontProperties(weight="bold"), FontProperties(family="monospace")


@styled
def graph(
    nodes: Mapping[str, tuple[str, str]],
    edges: Sequence[tuple],
    *,
    across: bool = False,
    title: str = "",
    size: float = 10,
    ax=None,
) -> Figure:
    """Draw a graph without cycles in layers, from the top down or from left to right.

    Args:
        nodes: (text, kind) by name; the first of several lines is bold. The kinds: weight, data, op, back
            (an operation of a backward pass), result.
        edges: (from, to), or (from, to, text), by the names of nodes.
        across: from left to right.
        size: of the letters, in points, where no `ax` is given.

    Raises:
        ValueError: if there are no nodes, an edge names none, a kind is unknown, or there is a cycle.

    Example:
        >>> figure = graph({"w": ("w = 2", "weight"), "y": ("y = w²", "op")}, [("w", "y", "4")])
    """
    if ax is None:
        return abreast(lambda ax: graph(nodes, edges, across=across, title=title, ax=ax), size=size)
    _check(nodes, edges)
    sizes = {name: _box(text) for name, (text, _) in nodes.items()}
    layers, chains = _layers(list(nodes), edges)
    turned = {name: size[::-1] for name, size in sizes.items()} if across else sizes
    spots, bands = _spots(layers, chains, turned, _room(edges, across))
    for edge, chain in zip(edges, chains, strict=True):
        _arrow(ax, _way(chain, spots, bands, turned), across, *edge[2:])
    if across:
        spots = {name: (-v, -u) for name, (u, v) in spots.items()}
    for name, (text, kind) in nodes.items():
        _node(ax, text, kind, spots[name], sizes[name])
    corners = np.array([(np.array(spots[n]) - np.array(s) / 2, np.array(spots[n]) + np.array(s) / 2)
                        for n, s in sizes.items()])  # fmt: skip
    low, high = corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)
    _frame(ax, low, high, title)
    return ax.figure


@styled
def listing(lines: Sequence[str | tuple[str, str]], *, title: str = "", size: float = 10, ax=None) -> Figure:
    """Draw the lines of a program in letters of one width; (text, colour) colours a line.

    Example:
        >>> figure = listing(["a = mul w x", ("b = neg a", "#D55E00")], title="A program")
    """
    if ax is None:
        return abreast(lambda ax: listing(lines, title=title, ax=ax), size=size)
    right = 0.0
    for row, line in enumerate(lines):
        text, color = (line, INK) if isinstance(line, str) else line
        right = max(right, _write(ax, text, (0, -row * LINE), MONO, color=color, left=True))
    _frame(ax, np.array([0, -(len(lines) - 0.5) * LINE]), np.array([right, 0.8]), title)
    return ax.figure


def abreast(*parts: Callable[[Any], Any], size: float = 10, down: bool = False) -> Figure:
    """Return a figure of parts beside each other in letters of one size: each is called with the axes to draw on.

    Args:
        size: of the letters, in points.
        down: put them one below the other.

    Raises:
        ValueError: if there are no parts.

    Example:
        >>> figure = abreast(lambda ax: listing(["a"], ax=ax), lambda ax: listing(["b"], ax=ax))
    """
    if not parts:
        raise ValueError("abreast needs at least one part: a function that draws on the axes that it is given.")
    figure = Figure()
    axes = [figure.add_axes((0, 0, 1, 1), label=str(i)) for i in range(len(parts))]
    for ax, part in zip(axes, parts, strict=True):
        part(ax)
    extents = np.array([(np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())) for ax in axes])
    gap, along = 2.0, int(down)
    whole = extents.max(axis=0)
    whole[along] = extents[:, along].sum() + gap * (len(parts) - 1)
    figure.set_size_inches(*(whole * size / 72))
    start = 0.0
    for ax, extent in zip(axes, extents, strict=True):
        corner = np.array([0.0, whole[1] - extent[1]])
        corner += (0, -start) if down else (start, 0)
        ax.set_position((*(corner / whole), *(extent / whole)))
        start += extent[along] + gap
    return figure


def _check(nodes, edges) -> None:
    if not nodes:
        raise ValueError("A graph needs at least one node: {name: (text, kind)}.")
    for name, (_, kind) in nodes.items():
        if kind not in KINDS:
            raise ValueError(f"Node {name!r} is of kind {kind!r}; the kinds are {', '.join(KINDS)}.")
    lost = {name for edge in edges for name in edge[:2]} - nodes.keys()
    if lost:
        raise ValueError(f"There are edges to {sorted(lost)}, which are no nodes; the nodes are {sorted(nodes)}.")


def _box(text: str) -> tuple[float, float]:
    """Return width and height of a node, in ems."""
    lines = text.split("\n")
    wide = max(_width(line, BOLD if row == 0 and len(lines) > 1 else SANS) for row, line in enumerate(lines))
    return wide + 2 * PAD, len(lines) * LINE + PAD


def _width(text: str, font: FontProperties) -> float:
    return TextPath((0, 0), text, size=1, prop=font).get_extents().width if text.strip() else 0.0


def _room(edges, across: bool) -> float:
    """Return the distance between layers: room for the texts of edges."""
    texts = [edge[2] for edge in edges if len(edge) > 2]
    if not texts:
        return 1.7
    return max(_width(text, SANS) for text in texts) + 2.2 if across else 2.1 + LINE


def _layers(names: list[str], edges) -> tuple[list[list], list[list]]:
    """Return the nodes of each layer, in an order with few crossings, and of each edge the nodes that it leads through.

    An edge that jumps over layers leads through a place in each, named by a tuple.
    """
    after = {name: [edge[1] for edge in edges if edge[0] == name] for name in names}
    before = {name: [edge[0] for edge in edges if edge[1] == name] for name in names}
    rank: dict = {}
    left = list(names)
    while left:
        ready = [name for name in left if all(other in rank for other in before[name])]
        if not ready:
            raise ValueError(f"The edges of {left} lead in a circle; only graphs without cycles have layers.")
        rank |= {name: max((rank[other] + 1 for other in before[name]), default=0) for name in ready}
        left = [name for name in left if name not in rank]
    for name in names:  # a source stands right before where it is first used
        if not before[name] and after[name]:
            rank[name] = min(rank[other] for other in after[name]) - 1
    layers: list[list] = [[] for _ in range(max(rank.values()) + 1)]
    for name in names:
        layers[rank[name]].append(name)
    chains = []
    for number, (start, end, *_) in enumerate(edges):
        between = [(number, level) for level in range(rank[start] + 1, rank[end])]
        for place in between:
            layers[place[1]].append(place)
        chains.append([start, *between, end])
    return _untangled(layers, chains), chains


def _untangled(layers, chains):
    """Sort each layer by the mean place of its neighbours in the layer before, or after, in turns; keep the best."""
    pairs = [pair for chain in chains for pair in itertools.pairwise(chain)]
    best, least = layers, _crossings(layers, pairs)
    for sweep in range(12):
        onward = sweep % 2 == 0
        layers = [list(layer) for layer in layers]
        for number in range(1, len(layers)) if onward else range(len(layers) - 2, -1, -1):
            known = {name: i for i, name in enumerate(layers[number - 1 if onward else number + 1])}
            near: dict = {name: [] for name in layers[number]}
            for start, end in pairs:
                other, name = (start, end) if onward else (end, start)
                if name in near and other in known:
                    near[name].append(known[other])
            places = {name: i for i, name in enumerate(layers[number])}
            layers[number].sort(key=lambda name, near=near, places=places: np.mean(near[name] or [places[name]]))
        count = _crossings(layers, pairs)
        if count < least:
            best, least = layers, count
    return best


def _crossings(layers, pairs) -> int:
    place = {name: (level, i) for level, layer in enumerate(layers) for i, name in enumerate(layer)}
    spans = [(*place[start], place[end][1]) for start, end in pairs]
    return sum(a[0] == b[0] and (a[1] - b[1]) * (a[2] - b[2]) < 0 for a, b in itertools.combinations(spans, 2))


def _spots(layers, chains, sizes, room: float) -> tuple[dict, dict]:
    """Return where each node lies, and from where to where its layer reaches; first along the layers, then across.

    A node lies as near to its neighbours as boxes allow, nearer to those that have many.
    """
    near: dict = {name: [] for layer in layers for name in layer}
    for start, end in (pair for chain in chains for pair in itertools.pairwise(chain)):
        near[start].append(end)
        near[end].append(start)
    half = {name: sizes[name][0] / 2 if name in sizes else 0.2 for name in near}
    along = {name: float(i) for layer in layers for i, name in enumerate(layer)}
    for sweep in range(60):
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            wish = [_mean(name, near, along) for name in layer]
            steps = [0.0, *(half[a] + half[b] + GAP for a, b in itertools.pairwise(layer))]
            along.update(zip(layer, _apart(np.array(wish), np.cumsum(steps)), strict=True))
    spots, bands, down = {}, {}, 0.0
    for layer in layers:
        tall = max((sizes[name][1] for name in layer if name in sizes), default=1.0)
        spots |= {name: (along[name], down - tall / 2) for name in layer}
        bands |= dict.fromkeys(layer, (down, down - tall))
        down -= tall + room
    return spots, bands


def _mean(name, near: dict, along: dict) -> float:
    weights = [len(near[other]) ** 2 for other in near[name]]
    return float(np.average([along[other] for other in near[name]], weights=weights)) if weights else along[name]


def _apart(wish: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Return the places nearest to those wished for that are apart by at least the steps of `offsets` (least squares).

    Less the offsets, they have to rise: neighbours that do not are pooled to their mean until all do.
    """
    pools: list[tuple[float, int]] = []
    for value in wish - offsets:
        mean, count = float(value), 1
        while pools and pools[-1][0] > mean:
            other, more = pools.pop()
            mean, count = (mean * count + other * more) / (count + more), count + more
        pools.append((mean, count))
    return np.concatenate([np.full(count, mean) for mean, count in pools]) + offsets


def _way(chain, spots, bands, sizes) -> list[np.ndarray]:
    """Return the points of an edge: straight through layers, in pairs, and curved from one to the next."""
    columns = [spots[name][0] for name in chain]
    for place, other in ((0, 1), (-1, -2)):  # ends lie apart where edges come from different sides
        reach = 0.3 * sizes[chain[place]][0]
        columns[place] += np.clip(0.5 * (spots[chain[other]][0] - columns[place]), -reach, reach)
    points = []
    for place, (name, column) in enumerate(zip(chain, columns, strict=True)):
        tall = sizes[name][1] / 2 if name in sizes else 0.0
        first = spots[name][1] - tall if place == 0 else bands[name][0] + 0.5
        last = spots[name][1] + tall + 0.12 if place == len(chain) - 1 else bands[name][1]
        points += [np.array([column, first]), np.array([column, last])]
    return points


def _arrow(ax, points, across: bool, text: str = "") -> None:
    """Draw an edge, and its text at the middle of its first curve."""
    if across:
        points = [np.array([-v, -u]) for u, v in points]
    vertices, codes = [points[0], points[1]], [Path.MOVETO, Path.LINETO]
    for start, end, through in zip(points[1::2], points[2::2], points[3::2], strict=False):
        bend = (end - start) * ((1, 0) if across else (0, 1)) / 2
        vertices += [start + bend, end - bend, end, through]
        codes += [Path.CURVE4] * 3 + [Path.LINETO]
    path = Path(vertices, codes)
    ax.add_patch(FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=9, color="#6b7280", lw=1.1, zorder=1))
    if text:
        middle, wide = (points[1] + points[2]) / 2, _width(text, SANS)
        corner = middle - (wide / 2, 0.45)
        ax.add_patch(FancyBboxPatch(tuple(corner), wide, 0.9, "round,pad=0.15", fc="white", ec="none", zorder=2))
        _write(ax, text, middle - (0, 0.36), SANS, color=PALETTE[1])


def _node(ax, text: str, kind: str, spot, size) -> None:
    edge, inside, round_by = KINDS[kind]
    width, height = size
    corner = spot[0] - width / 2, spot[1] - height / 2
    style = f"round,pad=0,rounding_size={min(round_by, height / 2)}"
    ax.add_patch(FancyBboxPatch(corner, width, height, style, fc=inside, ec=edge, lw=1.3, zorder=3))
    lines = text.split("\n")
    for row, line in enumerate(lines):
        font = BOLD if row == 0 and len(lines) > 1 else SANS
        _write(ax, line, (spot[0], spot[1] + ((len(lines) - 1) / 2 - row) * LINE - 0.36), font)


def _write(ax, text: str, spot, font: FontProperties, *, color=INK, size: float = 1.0, left: bool = False) -> float:
    """Write a line of text, centred at `spot` or from there on; return where it ends."""
    if not text.strip():
        return spot[0]
    path = TextPath((0, 0), text, size=size, prop=font)
    extent = path.get_extents()
    start = spot[0] if left else spot[0] - extent.width / 2 - extent.x0
    ax.add_patch(PathPatch(path.transformed(Affine2D().translate(start, spot[1])), fc=color, ec="none", lw=0, zorder=4))
    return start + extent.x1


def _frame(ax, low, high, title: str) -> None:
    """Give the axes the limits of what is on them, and its title."""
    low, high = low - 0.6, high + 0.6
    if title:
        right = _write(ax, title, (low[0] + 0.3, high[1] + 0.7), BOLD, size=HEAD, left=True)
        high = np.array([max(high[0], right + 0.6), high[1] + 2.4])
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.set_axis_off()

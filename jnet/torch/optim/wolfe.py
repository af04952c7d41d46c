"""The line search of L-BFGS: a step that meets Wolfe's strong conditions (Nocedal & Wright, algorithms 3.5 and 3.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

_DECREASE, _CURVATURE, _CLOSE = 1e-4, 0.9, 1e-9


class Point(NamedTuple):
    """A place on the line: the loss, its gradient, and its slope along the direction."""

    loss: float
    grad: Any
    slope: Any = None


@np.errstate(all="ignore")
def search(at: Callable[[Any], Point], t, start: Point, largest, evaluations: int) -> tuple[Point, Any]:
    """Return a point that meets the conditions, and its t; the best found where `evaluations` do not lead to one.

    Args:
        at: gives the point at t.
        t: the first to try.
        start: the point at 0.
        largest: the largest element of the direction, by which the line is short enough to stop.
    """
    line = _Line(at, start, evaluations)
    ends, done = _bracket(line, t)
    if not done:
        _narrow(line, ends, largest)
    best = min(ends, key=lambda end: end[1].loss)
    return best[1], best[0]


class _Line:
    """The function along the line, and how many times it may still be asked."""

    def __init__(self, at: Callable[[Any], Point], start: Point, evaluations: int):
        self.at, self.start, self.most, self.tried = at, start, evaluations, 0

    def too_high(self, t, point: Point) -> bool:
        """Tell whether the loss has not decreased enough."""
        return point.loss > self.start.loss + _DECREASE * t * self.start.slope

    def flat(self, point: Point) -> bool:
        """Tell whether the slope has become flat enough."""
        return abs(point.slope) <= -_CURVATURE * self.start.slope


def _bracket(line: _Line, t) -> tuple[list[tuple[Any, Point]], bool]:
    """Return two places with a good point between them; or one good place, and that it is."""
    before, point = (0, line.start), line.at(t)
    while line.tried < line.most:
        if line.too_high(t, point) or (line.tried > 1 and point.loss >= before[1].loss):
            return [before, (t, point)], False
        if line.flat(point):
            return [(t, point)], True
        if point.slope >= 0:
            return [before, (t, point)], False
        bounds = t + 0.01 * (t - before[0]), t * 10
        before, t = (t, point), _lowest(before, (t, point), bounds)
        point = line.at(t)
        line.tried += 1
    return [(0, line.start), (t, point)], False


def _narrow(line: _Line, ends: list[tuple[Any, Point]], largest) -> None:
    """Move the two ends together until the lower one is good, they are close, or enough was tried."""
    slow = False
    low, high = (0, 1) if ends[0][1].loss <= ends[1][1].loss else (1, 0)
    while line.tried < line.most:
        left, right = ends[0][0], ends[1][0]
        if abs(right - left) * largest < _CLOSE:
            return
        t, slow = _inside(_lowest(*ends), left, right, slow)
        point = line.at(t)
        line.tried += 1
        if line.too_high(t, point) or point.loss >= ends[low][1].loss:
            ends[high] = t, point
            low, high = (0, 1) if ends[0][1].loss <= ends[1][1].loss else (1, 0)
            continue
        good = line.flat(point)
        if not good and point.slope * (ends[high][0] - ends[low][0]) >= 0:
            ends[high] = ends[low]
        ends[low] = t, point
        if good:
            return


def _inside(t, left, right, slow: bool) -> tuple[Any, bool]:
    """Keep t from the ends: what is near one for the second time, or beyond, goes a tenth of the way inside."""
    least, most = min(left, right), max(left, right)
    margin = 0.1 * (most - least)
    if not min(most - t, t - least) < margin:
        return t, False
    if slow or t >= most or t <= least:
        return (most - margin if abs(t - most) < abs(t - least) else least + margin), False
    return t, True


def _lowest(first: tuple[Any, Point], second: tuple[Any, Point], bounds=None):
    """Return where the cubic through two points with their slopes is lowest, within bounds (by default the points)."""
    (x1, a), (x2, b) = first, second
    low, high = bounds or ((x1, x2) if x1 <= x2 else (x2, x1))
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (x1 - x2)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2.0
    d2 = np.sqrt(square)
    if x1 <= x2:
        t = x2 - (x2 - x1) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    else:
        t = x1 - (x1 - x2) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
    return min(max(t, low), high)

"""Charts on a terminal, drawn in braille: eight dots a letter."""

import importlib.metadata
import math
from collections.abc import Mapping, Sequence

from rich import get_console
from rich.live import Live as Display
from rich.table import Table
from rich.text import Text

from jnet.html import COLOURS, number
from jnet.live.base import Live, array, curves_of, split

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of U+2800, by row and column
_LABEL = 9  # letters left of a chart
_RICH = tuple(map(int, importlib.metadata.version("rich").split(".")[:2]))
_MOST = 2000  # points that a curve is drawn from


def chart(title: str, series: Mapping[str, Sequence[tuple[float, float]]], width: int = 40, height: int = 8) -> Text:
    """Draw the curves `{name: [(x, y), ...]}` in letters; values that are not finite are left out.

    Args:
        width, height: of the drawing, in letters, without what stands around it.

    Example:
        >>> print(chart("x²", {"": [(x / 4, x * x / 16) for x in range(17)]}, width=12, height=3).plain)
        x²
               16 ⢸⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⡠⠊
                  ⢸⠀⠀⠀⠀⠀⠀⠀⡠⠔⠉⠀⠀
                0 ⢸⣀⣀⡠⠤⠔⠒⠉⠀⠀⠀⠀⠀
                   0          4
    """
    text = Text(title, style="bold")
    curves = {
        name: [p for p in points if math.isfinite(p[0]) and math.isfinite(p[1])] for name, points in series.items()
    }
    colours = dict(zip(curves, COLOURS * (1 + len(curves)), strict=False))
    for name in filter(None, curves):
        text.append("  ━━ ", style=f"not bold {colours[name]}").append(name, style="not bold")
    seen = [point for points in curves.values() for point in points]
    if not seen:
        return text.append("\n(nothing yet)", style="not bold dim")
    (left, right), (low, high) = _span([x for x, _ in seen]), _span([y for _, y in seen])
    labels = {height // 2: number(low + 0.5)} if _constant(seen) else {0: number(high), height - 1: number(low)}
    cells, owners = [[0] * width for _ in range(height)], {}
    for name, points in curves.items():
        scaled = [
            ((x - left) / (right - left) * (2 * width - 1), (high - y) / (high - low) * (4 * height - 1))
            for x, y in points[:: len(points) // _MOST + 1]
        ]
        for column, row in _trail(scaled):
            cells[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
            owners[row // 4, column // 2] = colours[name]
    for row, letters in enumerate(cells):
        text.append(f"\n{labels.get(row, ''):>{_LABEL}} ⢸", style="not bold dim")
        for column, bits in enumerate(letters):
            text.append(chr(0x2800 + bits), style=f"not bold {owners.get((row, column), '')}")
    first, last = number(left), number(right)
    return text.append(f"\n{'':{_LABEL + 2}}{first}{last:>{max(1, width - len(first))}}", style="not bold dim")


def _span(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _constant(points: Sequence[tuple[float, float]]) -> bool:
    return all(y == points[0][1] for _, y in points)


def _trail(points: Sequence[tuple[float, float]]):
    """Yield the dots on the way from each point to the next."""
    for (x0, y0), (x1, y1) in zip(points, points[1:] or points, strict=False):
        steps = max(1, math.ceil(max(abs(x1 - x0), abs(y1 - y0))))
        for step in range(steps + 1):
            yield round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps)


class Terminal(Live):
    """Shows charts below what is printed, as many as the window has room for; the last state of them stays.

    Where the output is no terminal, they are printed once, at the end.
    """

    def __init__(self, title: str = "", console=None):
        self.title, self.console = title, console or get_console()
        self.grows = self.console.is_terminal and _RICH >= (14, 1)  # from there on, below it there may be fit's bar
        self.charts: dict[str, dict[str, list[tuple[float, float]]]] = {}
        self.display: Display | None = None

    def scalar(self, name, value, step):
        title, curve = split(name)
        self.charts.setdefault(title, {}).setdefault(curve, []).append((float(step), float(array(value))))
        self._show()

    def line(self, name, y, x=None, series=()):
        y, x = curves_of(y, x)
        names = list(series) or [str(index) if y.shape[1] > 1 else "" for index in range(y.shape[1])]
        columns = zip(names, y.T, strict=True)
        new = {curve: list(zip(x.tolist(), column.tolist(), strict=True)) for curve, column in columns}
        self.charts.pop(name, None)
        self.charts = {name: new} | self.charts  # the newest first
        self._show()

    def text(self, name, text):
        self.console.print(f"{name}: {text}", markup=False, highlight=False)

    def _show(self) -> None:
        if self.display is None and self.grows:
            self.display = Display(console=self.console, get_renderable=self.render, refresh_per_second=4)
            self.display.start()

    def render(self) -> Table:
        """Return all charts, side by side where there is room."""
        charts = {name: dict(curves) for name, curves in list(self.charts.items())}
        moving = {name: curves for name, curves in charts.items() if len(curves) > 1 or not _constant(*curves.values())}
        charts = moving or charts  # a rate that stays the same is nothing to look at
        across = 2 if self.console.width >= 80 and len(charts) > 1 else 1
        width = min(60, self.console.width // across - _LABEL - 5)
        fit = max(1, (self.console.height - 4) // 11) * across if self.console.is_terminal else len(charts)
        drawn = [chart(name, curves, width) for name, curves in list(charts.items())[:fit]]
        table = Table.grid(padding=(0, 3, 1, 0))
        table.title = self.title or None
        table.title_style, table.title_justify = "bold", "left"
        for start in range(0, len(drawn), across):
            table.add_row(*drawn[start : start + across])
        return table

    def close(self):
        if self.display is not None:
            self.display.stop()
            self.display = None
        elif self.charts and not self.grows:
            self.console.print(self.render())
        self.charts = {}


__all__ = ["Terminal", "chart"]

"""Pieces of HTML for notebooks: escaped, without scripts or style sheets, readable on light and dark ground alike.

Colours of text and lines are the page's own (`currentColor`), the others are of middle lightness, and shades are
transparent. Nothing here knows of tensors or training; `_repr_html_` methods put the pieces together.
"""

import html
import math
from collections.abc import Mapping, Sequence

# Blue, orange and green at least 3:1 from white and from black.
COLOURS = ("#2f8fd0", "#d9701f", "#1f9a72", "#b066a0")
_CELL = "padding:2px 8px;text-align:right;white-space:nowrap"

escape = html.escape


def pre(text: str) -> str:
    """Return `text` as it stands, in letters of one width."""
    return f'<pre style="margin:0">{escape(text)}</pre>'


def code(text: str) -> str:
    """Return `text` in letters of one width, within a line."""
    return f"<code>{escape(text)}</code>"


def quiet(text: str) -> str:
    """Return `text` in smaller and paler letters, within a line."""
    return f'<span style="opacity:.75;font-size:90%">{escape(text)}</span>'


def details(summary: str, body: str, *, shown: bool = False) -> str:
    """Return what unfolds `body` (HTML) below `summary` (HTML)."""
    return f"<details{' open' if shown else ''}><summary>{summary}</summary>{body}</details>"


def indented(body: str) -> str:
    """Return `body` (HTML) a step further to the right, behind a thin line."""
    return f'<div style="margin-left:.5em;padding-left:1em;border-left:1px solid rgba(128,128,128,.4)">{body}</div>'


def table(
    rows: Sequence[Sequence[str]], head: Sequence[str] = (), shades: Sequence[Sequence[float]] | None = None
) -> str:
    """Return a table of texts, the first of each row as its name.

    Args:
        head: names of the columns.
        shades: a number from -1 (blue) to 1 (orange) for each text behind the first of its row.

    Example:
        >>> "<th" in table([["0", "1.5"]], ["", "a"])
        True
    """
    lines = []
    if head:
        lines.append("".join(f'<th style="{_CELL}">{escape(text)}</th>' for text in head))
    for index, (name, *texts) in enumerate(rows):
        cells = [f'<th style="{_CELL};text-align:left;font-weight:normal;opacity:.75">{escape(name)}</th>']
        for place, text in enumerate(texts):
            shade = _shade(shades[index][place]) if shades is not None else ""
            cells.append(f'<td style="{_CELL}{shade}">{escape(text)}</td>')
        lines.append("".join(cells))
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    style = "border-collapse:collapse;font-variant-numeric:tabular-nums"
    return f'<div style="overflow-x:auto"><table style="{style}">{body}</table></div>'


def _shade(value: float) -> str:
    if not math.isfinite(value) or not value:
        return ""
    colour = "217,112,31" if value > 0 else "47,143,208"
    return f";background:rgba({colour},{min(abs(value), 1) * 0.45:.2f})"


def curves(title: str, series: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> str:
    """Return a small drawing (SVG) of the curves `{name: (x, y)}`, with the range of each axis; values that are not
    finite are left out.

    Example:
        >>> curves("loss", {"training": ([1, 2], [0.9, 0.4])}).count("<polyline")
        1
    """
    points = {name: _finite(x, y) for name, (x, y) in series.items()}
    seen = [point for each in points.values() for point in each]
    if not seen:
        return ""
    left, right = min(x for x, _ in seen), max(x for x, _ in seen)
    low, high = min(y for _, y in seen), max(y for _, y in seen)
    wide, tall, margin, top = 240.0, 110.0, 48.0, 24.0

    def place(x, y):
        across = (x - left) / (right - left) if right > left else 0.5
        up = (y - low) / (high - low) if high > low else 0.5
        return f"{margin + across * wide:.1f},{top + (1 - up) * tall:.1f}"

    parts = [
        f'<path d="M{margin:g},{top:g} v{tall:g} h{wide:g}" fill="none" stroke="currentColor" stroke-opacity=".4"/>',
        _text(margin - 5, top + 8, number(high), "end"),
        _text(margin - 5, top + tall, number(low), "end"),
        _text(margin, top + tall + 14, number(left), "middle"),
        _text(margin + wide, top + tall + 14, number(right), "middle"),
        _text(margin, 12, title, "start", bold=True),
    ]
    spot = margin + 8 * len(title) + 16
    for (name, each), colour in zip(points.items(), COLOURS * len(points), strict=False):
        line = " ".join(place(*point) for point in each)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        ends = [each[-1]] if each else []
        parts += [_dot(place(*point), colour) for point in ends]
        if name:
            parts.append(f'<path d="M{spot:g},8 h14" stroke="{colour}" stroke-width="3"/>')
            parts.append(_text(spot + 18, 12, name, "start"))
            spot += 7 * len(name) + 34
    width, height = max(margin + wide + 20, spot), top + tall + 20
    label = escape(f"{title} by epoch", quote=True)
    return (
        f'<svg role="img" aria-label="{label}" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" style="max-width:100%">{"".join(parts)}</svg>'
    )


def _finite(x, y) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True) if math.isfinite(a) and math.isfinite(b)]


def _dot(place: str, colour: str) -> str:
    x, _, y = place.partition(",")
    return f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="11" font-family="sans-serif" '
        f'fill="currentColor"{weight}>{escape(text)}</text>'
    )


def number(value) -> str:
    """Return a number in few letters: 0.1234, 12, 1.2e-05.

    Example:
        >>> [number(value) for value in (3, 0.123456, 1.25e-5, 1234567)]
        ['3', '0.1235', '1.25e-05', '1,234,567']
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e6):
        return f"{int(value):,}"
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 else f"{value:.3g}"


def size_of(count: int) -> str:
    """Return a count of bytes as people say it.

    Example:
        >>> size_of(2048)
        '2.0 KiB'
    """
    size, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{count} bytes" if unit == "bytes" else f"{size:.1f} {unit}"

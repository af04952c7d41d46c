"""Joining, indexing and shape: how twelve numbers in a row become a matrix, and how a wrong view scrambles a picture.

python -m experiments.shapes
"""

import sys
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from experiments.harness import runner
from experiments.parts import shapes_lessons as lessons
from jnet import data, plotting
from jnet.plotting.style import styled

CHAPTER = 3
TITLE = "Joining, indexing, shape"
TITLE_ZH = "拼接、索引与形状"
QUESTION = "When does a change of shape keep what belongs together, and when does it scramble a picture?"
QUESTION_ZH = "改变张量的形状时，什么情况下数据原样保留，什么情况下会把一张图片打乱？"


@dataclass(frozen=True)
class Settings:
    rows: int = 3  # of digits in the picture
    columns: int = 5  # of digits in the picture
    seed: int = 0  # of the digits chosen and of their colours


FAST = {"rows": 2, "columns": 3}


def run(settings: Settings, out: runner.Output) -> None:
    for title, in_torch, in_jax, notes, pytorch in lessons.LESSONS:
        out.faces(title, in_torch, in_jax, notes=notes, pytorch=pytorch)
    mosaic = draw_mosaic(settings)
    picture = np.ascontiguousarray(mosaic.transpose(2, 0, 1)[None])  # (1, 3, H, W), PyTorch's order
    out.faces(
        "The view that scrambles a picture",
        lessons.scrambling_torch,
        lessons.scrambling_jax,
        given={"picture": picture},
        pytorch=lessons.SCRAMBLED,
    )
    height, width, _ = mosaic.shape
    memory = mosaic.swapaxes(0, 1).ravel()  # what .transpose(1, 3).contiguous() leaves: width, height, colour
    wrong = memory.reshape(3, height, width).transpose(1, 2, 0)
    right = memory.reshape(width, height, 3).swapaxes(0, 1)
    kept = [float(np.all(view == mosaic, axis=-1).mean()) for view in (wrong, right)]
    out.number("share of pixels in place, read in the right order", kept[1], equals=1, key=True)
    out.number("share of pixels in place, read in the wrong order", kept[0], at_most=0.2, key=True)
    out.figure(
        "scrambled",
        draw_scrambled(mosaic, wrong, right),
        "A mosaic of white digits on coloured tiles; the same turned about its diagonal, as it lies in memory after "
        "transpose(1, 3); that memory read in the wrong order, a carpet of stripes; and in the right order, the mosaic "
        "again.",
    )
    out.figure(
        "strides",
        draw_strides(),
        "Twelve numbers in memory, shaded from light to dark, and six matrices that are read from them by sizes and "
        "strides: a view, its transpose, every other column, a corner, one row three times, and another view.",
    )
    out.figure(
        "broadcasting",
        draw_broadcasting(),
        "Sums of arrays of unequal sizes drawn as cells: a row is used for every row, a column and a row make a "
        "table, and sizes 3 and 2 do not go together. Pale cells are imagined, not stored.",
    )
    out.figure(
        "joining",
        draw_joining(),
        "Two small matrices joined below each other, beside each other and in a new dimension; ten numbers cut by "
        "chunk(3), split(5) and split([2, 5, 3]).",
    )
    out.found(f"""
        A view only says how the numbers in memory are to be read. After transpose(1, 3) they lie in the order width,
        height, colour: who reads them as colour, height, width finds {kept[0]:.0%} of the pixels in place;
        who reads them as they lie and turns them back, {kept[1]:.0%}.
    """)


INK, GREY = "#2b2f36", "#5d646e"
BLUE, ORANGE, GREEN, YELLOW = "#cfe3f1", "#f8dac8", "#c9e8df", "#fbe6bd"


def draw_mosaic(settings: Settings) -> np.ndarray:
    """Return white MNIST digits on coloured tiles as one picture, (28 * rows, 28 * columns, 3) float32 in [0, 1]."""
    random = np.random.default_rng(settings.seed)
    rows, columns = settings.rows, settings.columns
    digits = data.mnist5k()[1]
    inks = [np.array(to_rgb(color)) for color in plotting.PALETTE[:6]]
    tiles = []
    for place in range(rows * columns):
        ink = inks[(place % columns + 2 * (place // columns)) % len(inks)]
        digit = digits.x[random.choice(np.flatnonzero(digits.y == place % 10))]  # (28, 28, 1)
        tiles.append(ink + digit * (1 - ink))
    grid = np.array(tiles, np.float32).reshape(rows, columns, 28, 28, 3)
    return np.ascontiguousarray(grid.transpose(0, 2, 1, 3, 4).reshape(rows * 28, columns * 28, 3))


@styled
def draw_scrambled(picture: np.ndarray, wrong: np.ndarray, right: np.ndarray) -> Figure:
    """Draw a picture, how it lies in memory after `transpose(1, 3)`, and two views of that memory.

    Shape: picture, wrong and right (H, W, 3).
    """
    figure, axes = plotting.panels(4, columns=2, width=4.6, height=3.2)
    shown = {
        "1  the picture a": (picture, "a: (1, 3, H, W)"),
        "2  turned: so it lies in memory now": (picture.swapaxes(0, 1), "a.transpose(1, 3).contiguous()"),
        "3  read in the wrong order": (wrong, ".view(1, 3, H, W)"),
        "4  read in the right order": (right, ".view(1, W, H, 3).transpose(1, 3)"),
    }
    for ax, (title, (image, code)) in zip(axes, shown.items(), strict=True):
        ax.imshow(image, interpolation="nearest")
        ax.set_title(title)
        ax.set_xlabel(code, family="monospace", fontsize=9)
        ax.set(xticks=(), yticks=())
        ax.grid(False)
        ax.spines[:].set_visible(False)
    return figure


@styled
def draw_strides() -> Figure:
    """Draw twelve numbers in memory, and six matrices that are read from them by sizes and strides alone."""
    memory = np.arange(12)
    colors = np.array([_blend(place / 11) for place in memory])
    figure, (ax,) = plotting.panels(1, width=11.0, height=3.7)
    plotting.cells(memory, (6.5, 0), colors=colors, fontsize=11, ax=ax)
    ax.text(6.2, 0.5, "memory", ha="right", va="center", fontsize=12, fontweight="bold")
    readings = [
        ("x = memory.view(3, 4)", (3, 4), (4, 1)),
        ("x.t()", (4, 3), (1, 4)),
        ("memory.view(4, 3)", (4, 3), (3, 1)),
        ("x[:, ::2]", (3, 2), (4, 2)),
        ("x[1:, 1:]", (2, 3), (4, 1)),
        ("x[0].expand(3, 4)", (3, 4), (0, 1)),
    ]
    left = 0.0
    for code, size, stride in readings:
        start = 5 if code == "x[1:, 1:]" else 0
        places = start + np.add.outer(np.arange(size[0]) * stride[0], np.arange(size[1]) * stride[1])
        plotting.cells(memory[places], (left, 4.2), colors=colors[places], fontsize=11, ax=ax)
        ax.text(left, 2.35, code, family="monospace", fontsize=9.5, fontweight="bold")
        ax.text(left, 3.1, f"sizes {size}", fontsize=9.5, color=GREY)
        told = f"strides {stride}" + (f", from {start}" if start else "")
        ax.text(left, 3.8, told, fontsize=9.5, color=GREY)
        left += max(size[1] + 0.75, 4.5)
    ax.set(xlim=(-0.2, left - 0.3), ylim=(8.5, -0.3))
    return figure


def _blend(share: float) -> str:
    """Return a colour between pale yellow and deep blue, so that order in memory shows."""
    low, middle, high = (np.array(to_rgb(color)) for color in ("#fdf0c4", "#7fc4b8", "#0b5c97"))
    mixed = low + 2 * share * (middle - low) if share < 0.5 else middle + (2 * share - 1) * (high - middle)
    return "#" + "".join(f"{round(255 * part):02x}" for part in mixed)


@styled
def draw_broadcasting() -> Figure:
    """Draw two sums in which sizes of one are stretched, and one that cannot be: pale cells are not in memory."""
    figure, (left, middle, right) = plotting.panels(3, width=4.3, height=1.9)
    matrix = np.array([[70, 80, 90], [60, 85, 75]])
    _sum(left, "(2, 3) + (3,)", matrix, np.array([[0, 0, 5]] * 2), [True, False])
    column = np.array([[10], [20]])
    _sum(middle, "(2, 1) + (3,)", np.repeat(column, 3, 1), np.array([[1, 2, 3]] * 2), [True, False], first_column=True)
    plotting.cells(matrix, (0, 0.5), colors=BLUE, ax=right)
    right.text(3.5, 1.5, "+", ha="center", va="center", fontsize=15)
    plotting.cells([1, 2], (4, 0.5), colors=ORANGE, ax=right)
    right.text(7.5, 1.5, "=", ha="center", va="center", fontsize=15)
    right.text(9.5, 1.5, "error", ha="center", va="center", fontsize=12, color=plotting.PALETTE[1], fontweight="bold")
    right.set_title("(2, 3) + (2,)")
    right.text(0, 3.35, "3 and 2 are the last sizes: they differ, and neither is 1", fontsize=9.5, color=GREY)
    for ax in (left, middle, right):
        ax.set(xlim=(-0.1, 11.2), ylim=(3.8, 0.2))
    left.text(0, 3.35, "the row serves every row", fontsize=9.5, color=GREY)
    middle.text(0, 3.35, "each is stretched where it has size 1 or nothing", fontsize=9.5, color=GREY)
    return figure


def _sum(ax, title: str, first, second, real_rows, first_column: bool = False) -> None:
    """Draw first + second = sum; `real_rows` of second are stored, and all or the first column of first."""
    for row in range(2):
        for column in range(3):
            real = column == 0 or not first_column
            alpha = 1.0 if real else 0.35
            plotting.cells([first[row, column]], (column, 0.5 + row), colors=BLUE, alpha=alpha, ax=ax)
        plotting.cells(second[row], (4, 0.5 + row), colors=ORANGE, alpha=1.0 if real_rows[row] else 0.35, ax=ax)
        plotting.cells(first[row] + second[row], (8, 0.5 + row), colors=GREEN, ax=ax)
    ax.text(3.5, 1.5, "+", ha="center", va="center", fontsize=15)
    ax.text(7.5, 1.5, "=", ha="center", va="center", fontsize=15)
    ax.set_title(title)


@styled
def draw_joining() -> Figure:
    """Draw cat along both dimensions, stack, and three ways to cut ten numbers."""
    figure, axes = plotting.panels(4, width=2.9, height=2.6)
    a, b = np.arange(1, 7).reshape(2, 3), np.arange(7, 13).reshape(2, 3)
    rows, columns, pile, cuts = axes
    rows.set_title("cat([a, b], dim=0)")
    plotting.cells(np.concatenate([a, b]), (1.5, 0), colors=np.repeat([[BLUE], [ORANGE]], 2, axis=0), ax=rows)
    rows.text(3, 4.7, "(4, 3)", ha="center", color=GREY)
    columns.set_title("cat([a, b], dim=1)")
    plotting.cells(np.hstack([a, b]), (0, 1), colors=[[BLUE] * 3 + [ORANGE] * 3] * 2, ax=columns)
    columns.text(3, 4.7, "(2, 6)", ha="center", color=GREY)
    pile.set_title("stack([a, b], dim=0)")
    plotting.cells(b, (2.5, 0.3), colors=ORANGE, texts=[["7", "8", "9"], ["", "", "12"]], ax=pile)
    plotting.cells(a, (1.0, 1.7), colors=BLUE, ax=pile)
    pile.text(3, 4.7, "(2, 2, 3): a new dimension", ha="center", color=GREY)
    cuts.set_title("ten numbers, cut")
    shades = [BLUE, ORANGE, GREEN]
    for y, (name, sizes) in enumerate(
        {"chunk(3)": (4, 4, 2), "split(5)": (5, 5), "split([2, 5, 3])": (2, 5, 3)}.items()
    ):
        left, first = 0.0, 0
        cuts.text(0, 2.1 * y + 0.35, name, family="monospace", fontsize=9)
        for size, shade in zip(sizes, shades, strict=False):
            plotting.cells(np.arange(first, first + size), (left, 2.1 * y + 0.5), colors=shade, fontsize=8, ax=cuts)
            left, first = left + size + 0.4, first + size
    for ax in (rows, columns, pile):
        ax.set(xlim=(-0.3, 6.3), ylim=(5.0, -0.2))
    cuts.set(xlim=(-0.2, 11.2), ylim=(7.6, -1.2))
    return figure


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

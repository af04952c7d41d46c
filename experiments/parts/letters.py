"""The notes' letters of 9 x 9 pixels, the features that look for themselves in them, and pictures of both."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.patches import Rectangle

from experiments.harness.runner import Output
from jnet import ops, plotting
from jnet.plotting.style import DIVERGING, INK, PALETTE, place_image, sheet, styled

MIDDLE: dict[str, Any] = {"ha": "center", "va": "center"}
FEATURES = np.array(
    [
        [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]],
        [[1, -1, 1], [-1, 1, -1], [1, -1, 1]],
        [[-1, -1, 1], [-1, 1, -1], [1, -1, -1]],
    ],
    np.float32,
)
STROKES = ("stroke \\", "crossing", "stroke /")


def letter(name: str, shift: tuple[int, int] = (0, 0), turn: float = 0.0) -> np.ndarray:
    """Return an X or an O of 9 x 9 pixels, 1 where there is ink and -1 elsewhere; unmoved it is the notes' X."""
    rows, columns = np.mgrid[-4:5, -4:5].astype(float)
    rows, columns = rows - shift[0], columns - shift[1]
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    rows, columns = cos * rows - sin * columns, sin * rows + cos * columns
    if name == "X":
        stroke = np.minimum(abs(rows - columns), abs(rows + columns)) / np.sqrt(2)
        ink = (stroke < 0.6) & (np.maximum(abs(rows), abs(columns)) < 3.5)
    else:
        ink = abs(np.hypot(rows, columns) - 3.1) < 0.5
    return np.where(ink, 1, -1).astype(np.float32)


@jax.jit
def _stages(images):
    maps = ops.relu(ops.conv2d(images[:, None], jnp.asarray(FEATURES)[:, None]) / 9)  # (N, 3, 7, 7)
    once = ops.max_pool2d(maps, 2, ceil_mode=True)  # (N, 3, 4, 4)
    return once, ops.max_pool2d(once, 2)  # (N, 3, 2, 2)


def stages(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return what becomes of images (N, 9, 9), each in a row: their pixels, then as pooled once and twice."""
    once, twice = _stages(images)
    found = {"pixels": images, "pooled once": once, "pooled twice": twice}
    return {name: np.asarray(values).reshape(len(images), -1) for name, values in found.items()}


# -- pictures ---------------------------------------------------------------------------------------------------------


def draw_cells(
    ax, values, at: tuple[float, float], side: float, above: str = "", below: str = "", form: str = "{:.2f}"
) -> None:
    """Draw a square array as cells with their values, red for 1 and blue for -1, with text above and below."""
    values = np.asarray(values)
    (x, y), count = at, len(values)
    # The ends of the colour map are too dark for text.
    place_image(ax, values, at, side, frame=False, cmap=DIVERGING, vmin=-1.4, vmax=1.4)
    cell = side / count
    size = min(13, 21 * cell) if form == "{:.2f}" else min(13, 32 * cell)
    for (row, column), value in np.ndenumerate(values):
        text = form.format(value).replace("-0.00", "0.00").replace("-", "−")
        ink = "white" if abs(value) > 0.7 else INK
        ax.text(x + (column + 0.5) * cell, y + (row + 0.5) * cell, text, size=size, color=ink, **MIDDLE)
    write(ax, at, side, above, below)


def draw_letter(ax, image, at: tuple[float, float], side: float, above: str = "", below: str = "") -> None:
    """Draw an image in black and white, with text above and below."""
    place_image(ax, image, at, side, cmap="gray_r", vmin=-1, vmax=1.3)
    write(ax, at, side, above, below)


def write(ax, at: tuple[float, float], side: float, above: str, below: str) -> None:
    ax.text(at[0] + side / 2, at[1] - 0.17, above, fontsize=10.5, fontweight="bold", color=INK, **MIDDLE)
    ax.text(at[0] + side / 2, at[1] + side + 0.17, below.replace("-", "−"), fontsize=10, color=INK, **MIDDLE)


def draw_match(out: Output) -> None:
    """Draw one step of the convolution at two places: where the feature fits, and in the middle of the X."""
    image, side = letter("X"), 2.6
    figure, ax = sheet(9.2, 6.5)
    for row, (i, j) in enumerate(((1, 1), (3, 3))):
        y = 0.4 + row * 3.1
        above = ("the image", "the feature", "their products") if row == 0 else ("", "", "")
        draw_cells(ax, image, (0.2, y), side, above[0], form="{:.0f}")
        ax.add_patch(Rectangle((0.2 + j * side / 9, y + i * side / 9), side / 3, side / 3, fill=False, ec=INK, lw=3))
        draw_cells(ax, FEATURES[0], (3.3, y), side, above[1], form="{:.0f}")
        products = image[i : i + 3, j : j + 3] * FEATURES[0]
        total = products.sum()
        below = f"sum {total:.0f} ÷ 9 pixels = {total / 9:.2f}"
        draw_cells(ax, products, (6.4, y), side, above[2], below, form="{:.0f}")
        for x, sign in ((3.05, "×"), (6.15, "=")):
            ax.text(x, y + side / 2, sign, fontsize=16, **MIDDLE)
    out.figure(
        "match",
        figure,
        "One feature laid on the X at two places: on its upper left stroke all nine products are 1 and their mean is "
        "1; in the middle, where strokes cross, seven are 1 and two are -1, and the mean is 0.56.",
    )


def draw_maps(out: Output, maps: dict) -> None:
    """Draw each feature and its map over the X, as it is, after ReLU and after pooling."""
    figure, ax = sheet(11.4, 8.6)
    titles = {"feature maps": "feature map", "after ReLU": "after ReLU", "after pooling": "after 2 × 2 max pooling"}
    for row in range(3):
        y = 0.4 + row * 2.75
        draw_cells(ax, FEATURES[row], (0.15, y + 0.35), 1.8, STROKES[row], form="{:.0f}")
        for column, (stage, title) in enumerate(titles.items()):
            draw_cells(ax, maps[stage][row], (2.5 + column * 3.0, y), 2.5, title if row == 0 else "")
            ax.text(2.22 + column * 3.0, y + 1.25, "→", fontsize=16, **MIDDLE)
    out.figure(
        "maps",
        figure,
        "For each of three features the 7 x 7 map of its answers all over the X, the same without negative answers, "
        "and the 4 x 4 map of the largest of every four: strokes show where they lie.",
    )


def draw_kept(out: Output) -> None:
    """Draw what two poolings leave of the notes' X, of two that were moved, and of an O."""
    shown = {
        "the notes' X": letter("X"),
        "a pixel to the right": letter("X", (0, 1)),
        "turned by 8 degrees": letter("X", turn=8),
        "an O": letter("O"),
    }
    found = stages(np.stack(list(shown.values())))
    pixels, pooled = (np.corrcoef(found[name])[0] for name in ("pixels", "pooled twice"))
    figure, ax = sheet(7.9, 8.9)
    for row, (name, image) in enumerate(shown.items()):
        y = 0.4 + row * 2.2
        draw_letter(ax, image, (0.3, y), 1.5, name, f"likeness {pixels[row]:.2f}")
        for k, values in enumerate(found["pooled twice"][row].reshape(3, 2, 2)):
            below = f"likeness {pooled[row]:.2f}" if k == 1 else ""
            draw_cells(ax, values, (2.5 + 1.8 * k, y), 1.5, STROKES[k] if row == 0 else "", below)
        ax.text(2.15, y + 0.75, "→", fontsize=16, **MIDDLE)
    out.figure(
        "kept",
        figure,
        "An X, the same X one pixel to the right, the X turned, and an O, each with what two poolings leave of its "
        "three feature maps, and how like the first row they are: by pixels the moved X is no more like it than the O, "
        "by pooled maps much more.",
    )


def draw_windows(out: Output, cases: dict[str, tuple[int, int, int]]) -> None:
    """Draw a 3 x 3 window on a 7 x 7 image in its first two places, by padding, stride and dilation."""
    figure, ax = sheet(11.0, 3.0)
    unit = 0.25
    for index, (name, (padding, stride, dilation)) in enumerate(cases.items()):
        left, top = 0.45 + index * 2.7, 0.75
        for row, column in np.ndindex(7 + 2 * padding, 7 + 2 * padding):
            inside = padding <= row < 7 + padding and padding <= column < 7 + padding
            place = (left + (column - padding) * unit, top + (row - padding) * unit)
            ax.add_patch(Rectangle(place, unit, unit, fc="#eef1f5" if inside else "white", ec="#b9bfc8", lw=0.8))
        for row, column in np.ndindex(3, 3):
            place = (left + (column * dilation - padding) * unit, top + (row * dilation - padding) * unit)
            ax.add_patch(Rectangle(place, unit, unit, fc=PALETTE[0], ec="white", lw=0.8))
        place, side = (left + (stride - padding) * unit, top - padding * unit), (2 * dilation + 1) * unit
        ax.add_patch(Rectangle(place, side, side, fill=False, ec=PALETTE[1], lw=2.5, ls="--"))
        count = (7 + 2 * padding - 2 * dilation - 1) // stride + 1
        ax.text(
            left + 3.5 * unit, 0.25, f"{name}: {count} × {count}", fontsize=10.5, fontweight="bold", color=INK, **MIDDLE
        )
    out.figure(
        "windows",
        figure,
        "A 3 x 3 window on a 7 x 7 image in its first place and, dashed, in its second: plain, with a border of zeros, "
        "with steps of two pixels, and spread out over every second pixel; above, how many places there are.",
    )


@styled
def draw_likeness(out: Output, alike: dict, labels) -> None:
    """Draw how alike moved letters and the notes' X are, stage by stage."""
    figure, (ax,) = plotting.panels(1, width=6.0, height=3.9)
    table = np.stack(list(alike.values()))  # (stages, letters)
    for label, name in enumerate(("moved X's", "moved O's")):
        ax.plot(table[:, labels == label], color=PALETTE[label], lw=0.6, alpha=0.25)
        ax.plot(table[:, labels == label].mean(axis=1), color=PALETTE[label], marker="o", lw=3, label=f"{name}, mean")
    ax.set_xticks(range(len(alike)), alike)
    ax.set(title="How like the notes' X is it?", ylabel="correlation with the notes' X", ylim=(-1.05, 1.05))
    ax.set_xlim(-0.15, len(alike) - 0.85)
    ax.legend(loc="lower left")
    out.figure(
        "likeness",
        figure,
        "Correlation of moved X's and O's with the notes' X by their pixels, by feature maps pooled once and by maps "
        "pooled twice: the X's go up, the O's down.",
    )

"""Arithmetic and statistics: operators, rounding, products, norms, look-ups; and what seven digits cannot hold.

python -m experiments.arithmetic --images 30
"""

import sys
from dataclasses import dataclass

import numpy as np

import jnet.torch as torch
from experiments.harness import runner
from experiments.parts import arithmetic_lessons as lessons
from jnet import plotting
from jnet.plotting.style import styled

CHAPTER = 4
TITLE = "Arithmetic and statistics"
TITLE_ZH = "运算与统计"
QUESTION = "How exact is a tensor's arithmetic, and why are eighty million tenths not eight million?"
QUESTION_ZH = "张量的运算有多精确？为什么八千多万个 0.1 加起来会出现误差？"


@dataclass(frozen=True)
class Settings:
    images: int = 300  # of 68 x 64 x 64 tenths to add up: 83,558,400 numbers, as in the notes
    numbers: int = 10_000  # random numbers that are added up in many orders
    orders: int = 400  # in which they are added up
    seed: int = 420  # of these numbers and orders


FAST = {"images": 1, "orders": 20}

BLUE, ORANGE, GREEN, PINK, YELLOW, *_ = plotting.PALETTE
INK, GREY = "#2b2f36", "#5d646e"


def run(settings: Settings, out: runner.Output) -> None:
    for title, in_torch, in_jax, notes, pytorch, within in lessons.LESSONS:
        out.faces(title, in_torch, in_jax, notes=notes, pytorch=pytorch, within=within)
    size = (settings.images, 68, 64, 64)
    count = int(np.prod(size))
    sums = out.faces(
        f"Ten times the sum of {count:,} tenths",
        lessons.tenths_torch,
        lessons.tenths_jax,
        given={"size": size},
        pytorch=lessons.TENTHS if settings.images == Settings.images else None,
        within=3e-6,  # float32's sums depend on the order, and each library has its own
    )
    counts, naive = one_by_one(count)
    draw_rounding(out)
    draw_norms(out)
    draw_adding(counts, naive, out)
    draw_orders(settings, out)
    draw_gaps(out)
    off = sums["float64"] - count
    out.number("ten times the sum in float64, off by", off, at_least=-1e-6, at_most=1e-6)
    out.number("ten times the sum in float32, off by", sums["float32"] - count, at_least=-300, at_most=300, key=True)
    out.number("ten times the sum in float32, one after the other", 10 * naive[-1], key=True)
    stuck = 2.0**21  # from here on neighbours in float32 are 0.25 apart, and 0.1 is less than half of it
    if naive[-1] >= stuck:
        out.number("where the sum sticks", naive[-1], equals=stuck)
    others = f", {lessons.TENTHS['float32']:,.0f} in PyTorch's order of adding" if size[0] == Settings.images else ""
    out.found(f"""
        Operators and functions are the same thing; halves round to the even neighbour; the median of an even number of
        values is the lower one. float32 holds seven digits: AND's outputs miss the literals by 3.7253e-09, and ten
        times the sum of {count:,} tenths is {sums["float32"]:,.0f} here{others}, and
        {10 * naive[-1]:,.0f} when they are added one after the other. In float64 it is
        {sums["float64"]:,.4f}.
    """)


def one_by_one(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Add up tenths in float32, each to the sum so far; return some counts up to `count` and the sums there."""
    wanted = np.unique(np.geomspace(1, count, 80).astype(int))
    found, total, done, block = [], np.float32(0), 0, 1 << 20
    while done < count:
        if total + np.float32(0.1) == total:  # stuck: however many more, nothing changes
            found += [total] * int((wanted > done).sum())
            break
        tenths = np.full(min(block, count - done), 0.1, np.float32)
        tenths[0] += total
        sums = np.add.accumulate(tenths)  # in float32, one after the other: NumPy's sum would add in pairs
        found += [sums[n - done - 1] for n in wanted if done < n <= done + len(tenths)]
        total, done = sums[-1], done + len(tenths)
    return wanted, np.array(found, np.float64)


def in_pairs(counts: np.ndarray) -> np.ndarray:
    """Add up tenths in float32, halves first, as NumPy and XLA do in their own ways; return the sums."""
    return np.array([np.full(count, 0.1, np.float32).sum() for count in counts], np.float64)


@styled
def draw_adding(counts: np.ndarray, naive: np.ndarray, out: runner.Output) -> None:
    """Draw sums of tenths, and how wrong they are, by the way of adding."""
    few = counts[counts <= 3_000_000]
    pairs = in_pairs(few)
    double = np.array([np.full(count, 0.1).sum() for count in few])
    figure, (left, right) = plotting.panels(2, width=5.2, height=3.8)
    left.plot(counts, counts / 10, color=GREY, lw=1.2, ls="--", label="n / 10")
    left.plot(counts, naive, color=ORANGE, label="float32, one after the other")
    left.set(xscale="log", yscale="log", xlabel="tenths added", ylabel="sum", title="The sum of n tenths")
    if naive[-1] >= 2**21:
        left.annotate(
            "2,097,152: half the gap\nbetween neighbours is\nmore than 0.1", (counts[-1], naive[-1]), (3e5, 2e2),
            arrowprops={"arrowstyle": "->", "color": GREY}, fontsize=9, color=GREY, va="center",
        )  # fmt: skip
    left.legend(loc="upper left")
    for name, at, sums, color in (
        ("float32, one after the other", counts, naive, ORANGE),
        ("float32, in pairs", few, pairs, BLUE),
        ("float64, in pairs", few, double, GREEN),
    ):
        off = np.abs(sums / (at / 10) - 1)
        right.plot(
            at[off > 0], off[off > 0], "o-", ms=3, lw=1.2, color=color, label=name
        )  # exact sums have no logarithm
    for digits, text in ((2.0**-24, "float32 rounds by this"), (2.0**-53, "float64 rounds by this")):
        right.axhline(digits, color=GREY, lw=1, ls=":")
        right.text(1.2e8, digits / 2.5, text, fontsize=8.5, color=GREY, ha="right", va="top")
    right.set(
        xscale="log", yscale="log", xlabel="tenths added", ylabel="relative error", ylim=(3e-19, 8), xlim=(0.6, 1.6e8)
    )
    right.set_title("How wrong it is")
    right.legend(loc="upper left", fontsize=8.5)
    out.figure(
        "adding",
        figure,
        "Left: the sum of n tenths in float32 follows n / 10 until it sticks at 2,097,152. Right: its relative error "
        "grows to the whole sum, while adding in pairs, or in float64, keeps seven or sixteen digits.",
    )


@styled
def draw_orders(settings: Settings, out: runner.Output) -> None:
    """Draw what the same numbers add up to in many orders."""
    random = np.random.default_rng(settings.seed)
    numbers = random.normal(size=settings.numbers).astype(np.float32)
    exact = numbers.astype(np.float64).sum()
    mixed = random.permuted(np.broadcast_to(numbers, (settings.orders, len(numbers))), axis=1)  # a row an order
    naive = np.add.accumulate(mixed, axis=1)[:, -1] - exact
    pairs = torch.from_numpy(mixed).sum(dim=1).double().numpy() - exact
    reach = np.abs(naive).max() * 1.05
    figure, (ax,) = plotting.panels(1, width=6.4, height=3.2)
    bins = np.linspace(-reach, reach, 61)
    ax.hist(naive, bins=bins, color=ORANGE, alpha=0.6, label="one after the other")
    ax.hist(pairs, bins=bins, color=BLUE, alpha=0.75, label="jnet.torch's sum")
    ax.axvline(0, color=INK, lw=1)
    ax.set(title=f"{settings.numbers:,} numbers in {settings.orders} orders, added up in float32", ylabel="orders")
    ax.set_xlabel(f"sum, less the exact one ({exact:.4f})")
    ax.legend()
    out.number("orders of adding, mean error of one after the other", float(np.abs(naive).mean()))
    better = float(np.abs(naive).mean() / max(np.abs(pairs).mean(), 1e-12))
    out.number("orders of adding, how much nearer jnet.torch's sum is", better, at_least=2)
    out.figure(
        "orders",
        figure,
        "Histogram of the errors of one sum in many orders: added one after the other the results scatter widely, "
        "jnet.torch's sums all lie close to the exact one.",
    )


@styled
def draw_gaps(out: runner.Output) -> None:
    """Draw how far apart neighbouring numbers are, by size, in three formats."""
    figure, (ax,) = plotting.panels(1, width=7.4, height=4.0)
    formats = {
        "float32": (23, 1e-4, 3e9, BLUE),
        "float16": (10, 1e-4, 65504, GREEN),
        "bfloat16": (7, 1e-4, 3e9, ORANGE),
    }
    for name, (digits, low, high, color) in formats.items():
        x = np.geomspace(low, high, 4000)
        gap = 2.0 ** (np.floor(np.log2(x)) - digits)
        ax.plot(x, gap, color=color, label=f"{name}: {digits + 1} binary digits")
        whole = 2.0 ** (digits + 1)
        ax.plot([whole], [2.0], "o", color=color, ms=7, zorder=4)
        at = (whole * 0.7, 10) if name == "bfloat16" else (whole * 1.4, 0.1)
        ax.text(*at, f"{whole:,.0f}", fontsize=9, color=color, ha="right" if name == "bfloat16" else "left")
    ax.plot([65504], [32], marker="X", color=GREEN, ms=8)
    ax.text(1.3e5, 32, "65,504 is float16's last", fontsize=9, color=GREEN, va="center")
    ax.axhline(1, color=GREY, lw=1, ls=":")
    ax.text(1.3e-4, 1.3, "above this line not every whole number exists", fontsize=9, color=GREY)
    ax.set(xscale="log", yscale="log", xlabel="a number", ylabel="gap to the next", title="Gaps between neighbours")
    ax.set_xlim(1e-4, 3e9)
    ax.legend(loc="lower right")
    found = [torch.tensor(16777216.0) + 1, torch.tensor(2048.0, dtype=torch.half) + 1]
    found.append(torch.tensor(256.0, dtype=torch.bfloat16) + 1)
    out.number("16,777,216 + 1, 2,048 + 1, 256 + 1 in float32, float16, bfloat16", [x.item() for x in found],
               equals=[16777216, 2048, 256])  # fmt: skip
    out.figure(
        "gaps",
        figure,
        "Staircases of the gap between a number and the next one: in float32 whole numbers are lost beyond "
        "16,777,216, in float16 beyond 2,048, in bfloat16 beyond 256.",
    )


@styled
def draw_rounding(out: runner.Output) -> None:
    """Draw floor, ceil, round, trunc and frac as what they do to a line."""
    figure, axes = plotting.panels(5, width=2.3, height=2.6)
    x = torch.linspace(-2.5, 2.5, 1001)
    colors = (BLUE, ORANGE, GREEN, PINK, YELLOW)
    for ax, name, color in zip(axes, ("floor", "ceil", "round", "trunc", "frac"), colors, strict=True):
        y = getattr(torch, name)(x).numpy()
        jumps = np.abs(np.diff(y)) > 0.5
        ax.plot(x.numpy(), x.numpy(), color=GREY, lw=0.9, ls="--")
        ax.plot(x.numpy(), np.where(np.append(jumps, False), np.nan, y), color=color, lw=2.6)
        ax.set(xlim=(-2.7, 2.7), ylim=(-3.2, 3.2), xticks=range(-2, 3), yticks=range(-3, 4), aspect="equal")
        ax.set_title(name)
        if name == "round":
            halves = torch.tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])
            ax.plot(halves.numpy(), halves.round().numpy(), "o", color=color, ms=5)
    out.figure(
        "rounding",
        figure,
        "Five staircases against the line y = x: floor goes down, ceil up, round to the nearest and at halves, which "
        "are dots, to the even number, trunc towards zero; frac is what trunc cuts off.",
    )


@styled
def draw_norms(out: runner.Output) -> None:
    """Draw all points of the plane whose norm is one, for several p."""
    figure, (ax,) = plotting.panels(1, width=5.4, height=4.2)
    angle = torch.linspace(0, 2 * np.pi, 721)
    ring = torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    for p, color in zip((0.5, 1, 2, 4, float("inf")), (ORANGE, YELLOW, GREEN, BLUE, PINK), strict=True):
        points = ring / ring.norm(p, dim=1, keepdim=True)
        ax.plot(*points.t().numpy(), color=color, lw=2.4, label="p = ∞" if p == float("inf") else f"p = {p:g}")
    ax.set(aspect="equal", xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), title="Points x with x.norm(p) = 1")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    out.figure(
        "norms",
        figure,
        "Curves of norm one around the origin: a star for p = 0.5, a diamond for 1, a circle for 2, a rounded square "
        "for 4, a square for infinity.",
    )


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

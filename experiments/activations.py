"""Activation functions with their derivatives, and softmax: where it overflows, along which axis, what it passes back.

python -m experiments.activations
"""

import sys
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

import jnet.torch
from experiments.harness import runner
from experiments.parts import activations_lessons as lessons
from jnet import ops, plotting
from jnet.plotting.style import INK, styled

CHAPTER = 6
TITLE = "Activations"
TITLE_ZH = "激活函数"
QUESTION = "What do activation functions do to a number, what do they let back, and why does softmax not overflow?"
QUESTION_ZH = "激活函数怎样改变一个数？反向传播时又让多少梯度通过？softmax 为什么不会溢出？"


@dataclass(frozen=True)
class Settings:
    low: float = -5.0  # where the curves begin, as in the notes
    high: float = 5.0  # where they end
    points: int = 401  # of each curve
    seed: int = 420  # of the input of the largest softmax


FAST = {"points": 41}


def run(settings: Settings, out: runner.Output) -> None:
    steepest = curves(settings, out)
    sizes(out)
    limit = overflow(settings, out)
    jacobian(settings, out)
    out.found(f"""
        A sigmoid lets back at most {steepest["sigmoid"]:.2f} of a gradient and almost none far from zero, tanh at most
        {steepest["tanh"]:.0f}, ReLU all or nothing. In float32 exp is infinite from {limit:.2f} on, so the quotient of
        exponentials is nan for (1010, 100, 999); softmax takes the largest input away first and gives 0.99998.
    """)


FORMULAS = {
    "relu": "max(0, x)", "sigmoid": "1 / (1 + exp(−x))", "tanh": "2 sigmoid(2x) − 1", "softplus": "log(1 + exp(x))",
    "leaky_relu": "x, or 0.01 x below 0", "selu": "1.05 x, or 1.76 (exp(x) − 1)", "gelu": "x Φ(x)",
    "silu": "x sigmoid(x)", "sign": "−1, 0 or 1",
}  # fmt: skip


def curves(settings: Settings, out: runner.Output) -> dict[str, float]:
    """The notes' sigmoid and tanh, all functions by name, and their curves; return the largest slope of each."""
    out.faces(**lessons.SIGMOID)
    out.faces(**lessons.NAMED)
    x = np.linspace(settings.low, settings.high, settings.points, dtype=np.float32)
    found = {name: tensor.numpy() for name, tensor in lessons.named_torch(jnet.torch, x).items()}
    out.figure(
        "curves",
        draw_curves(x, found),
        "Nine activation functions, each with its derivative: ReLU, sigmoid, tanh, softplus, leaky ReLU, SELU, GELU, "
        "SiLU and sign; last the three probabilities that softmax gives (x, 0, 1) as x grows.",
    )
    steepest = {name: float(found[f"{name}'"].max()) for name in FORMULAS}
    out.number("largest slope of sigmoid", steepest["sigmoid"], equals=0.25, within=1e-3)
    out.number("largest slope of tanh", steepest["tanh"], equals=1.0, within=1e-2)
    out.number("slope of sign", np.abs(found["sign'"]).max(), equals=0)
    return steepest


@styled
def draw_curves(x: np.ndarray, found: dict[str, np.ndarray]):
    """Draw each function and its derivative in a panel, and softmax in the last one."""
    figure, axes = plotting.panels(10, columns=5, width=2.5, height=2.35)
    for ax, (name, formula) in zip(axes, FORMULAS.items(), strict=False):
        both = {"function": (x, found[name]), "derivative": (x, found[f"{name}'"])}
        plotting.lines(both, title=name, xlabel=formula, ax=ax)
        ax.set(ylim=(-2, 2.6), xticks=(-5, 0, 5))
        if name != "relu":
            ax.get_legend().remove()
    probabilities = np.asarray(jax.nn.softmax(jnp.stack([x, 0 * x, 0 * x + 1]), axis=0))
    rows = {each: (x, row) for each, row in zip(("x", "0", "1"), probabilities, strict=True)}
    plotting.lines(rows, title="softmax", xlabel="shares of x, 0 and 1", ax=axes[-1])
    axes[-1].set(ylim=(-0.32, 1.2), xticks=(-5, 0, 5))
    axes[-1].legend(ncols=3, loc="lower center", columnspacing=0.8, handlelength=1.4)
    return figure


def sizes(out: runner.Output) -> None:
    """Softmax in the notes' numbers, and which of them add up to one."""
    found = out.faces(**lessons.SOFTMAX)
    out.number("largest of softmax(1010, 100, 999)", found["softmax(z)"][0], at_least=0.9999, key=True)
    out.figure(
        "dimensions",
        draw_dimensions([np.array(found[f"softmax(s, dim={dim})"]) for dim in range(3)]),
        "A tensor of two tables with three rows and four columns after softmax over each of its dimensions; frames "
        "show cells that add up to one: the same place in both tables, a column, or a row.",
    )


GAP = 0.7  # between two tables
# Corners (left, top, right, bottom) of frames around cells that add up to one, for each dimension.
FRAMES = (
    ((0, 0, 1, -1), (0, -3 - GAP, 1, -4 - GAP)),
    ((1, 0, 2, -3), (1, -3 - GAP, 2, -6 - GAP)),
    ((0, -1, 4, -2), (0, -4 - GAP, 4, -5 - GAP)),
)


@styled
def draw_dimensions(tensors: list[np.ndarray]):
    """Draw each tensor as two tables, one above the other, and frames around cells that add up to one."""
    figure, axes = plotting.panels(3, width=3.8, height=4.5)
    told = ("one place in both tables", "one column of a table", "one row of a table")
    line = {"color": plotting.PALETTE[1], "lw": 2.2, "clip_on": False}
    for dim, (ax, tensor) in enumerate(zip(axes, tensors, strict=True)):
        for (table, row, column), value in np.ndenumerate(tensor):
            x, y = column, -row - table * (3 + GAP)
            shade = {"color": plotting.PALETTE[0], "alpha": 0.08 + 0.8 * value, "lw": 0}
            ax.fill_between([x + 0.04, x + 0.96], y - 0.96, y - 0.04, **shade)
            color = "white" if value > 0.55 else INK
            ax.text(x + 0.5, y - 0.5, f"{value:.4f}", ha="center", va="center", color=color)
        for left, top, right, bottom in FRAMES[dim]:
            ax.plot([left, right, right, left, left], [top, top, bottom, bottom, top], **line)
        if dim == 0:
            ax.plot([0, -0.3, -0.3, 0], [-0.5, -0.5, -3.5 - GAP, -3.5 - GAP], **line)
        ax.set(title=f"dim={dim}: {told[dim]}", xlim=(-0.4, 4.1), ylim=(-6.1 - GAP, 0.1))
        ax.set_axis_off()
    return figure


def overflow(settings: Settings, out: runner.Output) -> float:
    """Draw exp and both quotients as the inputs grow; return where exp overflows in float32."""
    shift = np.linspace(-160, 160, 1601, dtype=np.float32)
    z = shift[:, None] + np.array([0, -1, -3], np.float32)
    powers = jnp.exp(z)
    naive = np.asarray(powers / powers.sum(axis=1, keepdims=True))
    stable = np.asarray(ops.softmax(z, dim=1))
    limit = float(np.log(np.finfo(np.float32).max))
    out.number("from here on exp is infinite in float32", limit, equals=88.7228, within=1e-3)
    out.number("stable softmax under shifts, largest change", np.ptp(stable, axis=0).max(), at_most=1e-5)
    out.figure(
        "overflow",
        draw_overflow(shift, np.asarray(powers[:, 0]), naive, stable),
        "Left: exp(x) in float32, a straight line on a logarithmic axis that ends at 88.7, where it becomes infinite, "
        "and at about -87, below which XLA rounds to zero. Right: softmax of (x, x - 1, x - 3); the plain quotient is "
        "nan in both regions, the stable one is the same everywhere.",
    )
    return limit


@styled
def draw_overflow(x: np.ndarray, powers: np.ndarray, naive: np.ndarray, stable: np.ndarray):
    """Draw exp(x), and both kinds of softmax of (x, x - 1, x - 3); shade where they are lost."""
    figure, (left, right) = plotting.panels(2, width=5.4, height=3.7)
    fine = np.isfinite(powers) & (powers > 0)
    plotting.lines({"": (x[fine], powers[fine])}, title="exp(x) in float32", xlabel="x", log=True, ax=left)
    left.set(xlim=(x[0], x[-1]), ylim=(1e-45, 1e45), yticks=[1e-40, 1e-20, 1, 1e20, 1e40])
    broken = ~np.isfinite(naive).all(axis=1)
    kept = np.where(broken[:, None], np.nan, naive)
    series = {name: (x, row) for name, row in zip(("share of x", "of x − 1", "of x − 3"), kept.T, strict=True)}
    plotting.lines(series, title="Softmax of (x, x − 1, x − 3) as a quotient", xlabel="x", ax=right)
    right.plot(x, stable, color=INK, lw=1.0, ls=":")
    right.plot([], [], color=INK, lw=1.0, ls=":", label="without overflow")
    right.set(ylim=(-0.05, 1.35), xlim=(x[0], x[-1]), yticks=np.linspace(0, 1, 6))
    right.legend(loc="upper center", ncols=2, columnspacing=1.2)
    for ax, low, high in ((left, "0", "inf"), (right, "0 / 0\n= nan", "inf / inf\n= nan")):
        for sign, text in ((-1, low), (1, high)):
            edge = x[broken & (np.sign(x) == sign)]
            ax.axvspan(edge.min(), edge.max(), color=plotting.PALETTE[1], alpha=0.12, lw=0)
            place = {"transform": ax.get_xaxis_transform(), "ha": "center", "va": "center"}
            ax.text(edge.mean(), 0.4, text, color=plotting.PALETTE[1], fontweight="bold", **place)
    return figure


def jacobian(settings: Settings, out: runner.Output) -> None:
    """What softmax passes back: one row for each probability."""
    found = out.faces(**lessons.JACOBIAN)
    drawn = np.sort(np.random.default_rng(settings.seed).normal(size=8)).astype(np.float32)
    larger = np.asarray(jax.jacobian(jax.nn.softmax)(jnp.asarray(drawn)))
    out.number("largest off the diagonal, 8 inputs", (larger - np.diag(np.diag(larger))).max(), at_most=0)
    out.figure(
        "jacobian",
        draw_jacobians(
            {"Three inputs, as in the notes": np.array(found["Jacobian"]), "Eight inputs, ascending": larger}
        ),
        "Softmax's matrix of derivatives for three and for eight inputs: red, positive, on the diagonal, and blue, "
        "negative, elsewhere: more of one probability is less of the others.",
    )


@styled
def draw_jacobians(matrices: dict[str, np.ndarray]):
    """Draw matrices of derivatives: red is positive, blue negative."""
    figure, axes = plotting.panels(len(matrices), width=4.5, height=4.2)
    for ax, (title, matrix) in zip(axes, matrices.items(), strict=True):
        ax.imshow(matrix, cmap=plotting.DIVERGING, vmin=-0.25, vmax=0.25)
        digits, size = (4, 11) if len(matrix) < 5 else (2, 8.5)
        for (row, column), value in np.ndenumerate(matrix):
            if abs(value) >= 0.005:
                text = f"{value:.{digits}f}".replace("-", "−")
                color = "white" if abs(value) > 0.14 else INK
                ax.text(column, row, text, ha="center", va="center", fontsize=size, color=color)
        ax.set(title=title, xlabel="as this input grows", ylabel="change of this probability")
        ax.set_xticks(range(len(matrix)))
        ax.set_yticks(range(len(matrix)))
        ax.grid(False)
    return figure


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

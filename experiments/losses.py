"""Losses by hand and by class, the entropy behind them, and what Python's `sum` costs.

python -m experiments.losses
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

import jnet.torch
from experiments.harness import runner
from experiments.parts import losses_lessons as lessons
from jnet import losses, ops, plotting
from jnet.ops.random import Generator
from jnet.plotting.style import INK, styled

CHAPTER = 7
TITLE = "Losses"
TITLE_ZH = "损失函数"
QUESTION = "Which losses are the same number by another name, and what does it cost to add them up in Python?"
QUESTION_ZH = "哪些损失函数只是名字不同、数值相同？用 Python 自带的 sum 来累加要付出多大代价？"


@dataclass(frozen=True)
class Settings:
    rows: int = 3000  # of the notes' first set
    many: int = 3_000_000  # of their second one
    python_rows: int = 30_000  # rows that Python's sum adds up; its time is scaled to all of them
    repeats: int = 5  # of each measurement; the fastest counts
    seed: int = 420  # of all sets, as in the notes


FAST = {"many": 30_000, "python_rows": 300, "repeats": 1}


def run(settings: Settings, out: runner.Output) -> None:
    drawn(settings, out)
    entropies(out)
    margins(out)
    seconds = sums(settings, out)
    by_python, by_torch = seconds["Python's sum of a tensor"], seconds["torch.sum"]
    out.found(f"""
        BCEWithLogitsLoss of logits is BCELoss of their sigmoid, CrossEntropyLoss is NLLLoss of their log-softmax:
        0.7962 and 1.1147, as in the notes. To add up {settings.many:,} terms Python's sum takes {by_python:.1f} s,
        torch.sum {by_torch * 1e3:.1f} ms.
    """)


def drawn(settings: Settings, out: runner.Output) -> None:
    """The lessons on the notes' random sets; with other seeds or sizes there is nothing to compare with."""
    theirs = settings.seed == Settings.seed
    squares = lessons.SQUARES if theirs else lessons.SQUARES | {"pytorch": None}
    out.faces(**squares, given={"seed": settings.seed})
    for rows, printed in ((settings.rows, "0.7962"), (settings.many, "0.8685")):
        known = theirs and rows in (Settings.rows, Settings.many)
        found = out.faces(
            f"Binary cross entropy of {rows:,} rows",
            **lessons.BINARY,
            given={"rows": rows, "seed": settings.seed},
            notes=dict.fromkeys(lessons.BINARY_NAMES, printed) if known else None,
            pytorch=lessons.BINARY_PYTORCH[rows] if known else None,
            within=1e-5,
        )
        out.number(f"binary cross entropy of {rows:,} rows", found["by hand"], key=rows == settings.rows)
    known = theirs and settings.rows == Settings.rows
    found = out.faces(
        **lessons.CLASSES,
        given={"rows": settings.rows, "seed": settings.seed},
        notes=lessons.CLASSES_NOTES if known else None,
        pytorch=lessons.CLASSES_PYTORCH if known else None,
    )
    out.number("cross entropy of three classes", found["CrossEntropyLoss of z"], key=True)


def entropies(out: runner.Output) -> None:
    """What cross entropy is the cross of."""
    found = out.faces(**lessons.ENTROPY)
    out.number("entropy of four even chances, in bits", found["even"], equals=2.0, within=1e-6)
    bits = [found[name] for name in ("even", "0.7 for one of four", "0.999 for one of four")]
    out.figure(
        "entropy",
        draw_entropy(bits),
        "Left: the entropy of a coin, one bit where both sides are even and none where one is certain. Right: the "
        "three distributions over four outcomes of the notes, with 2, 1.3568 and 0.0313 bits.",
    )


@styled
def draw_entropy(bits: list[float]):
    figure, (left, right) = plotting.panels(2, width=5.2, height=3.5)
    p = np.linspace(0, 1, 401, dtype=np.float32)
    coin = np.asarray(losses.entropy(np.stack([p, 1 - p], axis=1)))
    plotting.lines({"": (p, coin)}, title="A coin", xlabel="probability of heads", ylabel="entropy (bits)", ax=left)
    left.plot(0.5, 1, "o", color=plotting.PALETTE[1])
    left.annotate("even: 1 bit", (0.5, 1), (0.5, 0.83), ha="center", color=plotting.PALETTE[1])
    left.set(ylim=(0, 1.08))
    sets = ([0.25] * 4, [0.1, 0.1, 0.1, 0.7], [0.001, 0.001, 0.001, 0.999])
    for index, (chances, value) in enumerate(zip(sets, bits, strict=True)):
        places = index * 5 + np.arange(4)
        right.bar(places, chances, color=plotting.PALETTE[index], width=0.85)
        right.text(places.mean(), 1.04, f"{value:.4f} bits", ha="center", fontweight="bold", color=INK)
    right.set(title="Four outcomes", ylabel="probability", ylim=(0, 1.16), xticks=[1.5, 6.5, 11.5])
    right.set_xticklabels(["even", "one likely", "one all but certain"])
    right.grid(False, axis="x")
    return figure


def margins(out: runner.Output) -> None:
    """Why classifiers are trained with cross entropy, and on logits."""
    out.faces(**lessons.EXTREMES)
    wrong = {name: float(jax.grad(loss)(-8.0)) for name, loss in KINDS.items()}
    out.number("gradient of cross entropy at logit -8, which is wrong", wrong["cross entropy"], at_most=-0.999)
    out.number("gradient of the squared error at logit -8", wrong["squared error"], at_least=-0.001)
    out.figure(
        "margins",
        draw_margins(),
        "Four panels. Losses of values against the error: squared, absolute and smooth. Losses of a probability: cross "
        "entropy rises without bound as the true class gets less likely. The same against the logit, and their "
        "gradients: where the prediction is badly wrong, cross entropy pulls with full strength, the other hardly.",
    )


KINDS: dict[str, Callable] = {
    "cross entropy": lambda z: losses.bce_with_logits(z, jnp.ones_like(z), reduction="none"),
    "squared error": lambda z: (1 - jax.nn.sigmoid(z)) ** 2,
}


@styled
def draw_margins():
    figure, (errors, chances, left, right) = plotting.panels(4, columns=2, width=5.2, height=3.4)
    e, zero = jnp.linspace(-3, 3, 201), jnp.zeros(201)
    of_error = {"squared": losses.mse, "absolute": losses.l1, "smooth": ops.smooth_l1_loss}
    series = {name: (e, loss(e, zero, reduction="none")) for name, loss in of_error.items()}
    plotting.lines(series, title="Losses of a value", xlabel="error", ax=errors)
    errors.set(ylim=(0, 5))
    p, z = jnp.linspace(0.005, 1, 400), jnp.linspace(-8, 8, 401)
    of_chance = {"cross entropy": losses.bce(p, jnp.ones(400), reduction="none"), "squared error": (1 - p) ** 2}
    series = {name: (p, loss) for name, loss in of_chance.items()}
    plotting.lines(series, title="Losses of a probability", xlabel="probability of the true class", ax=chances)
    values = {name: (z, loss(z)) for name, loss in KINDS.items()}
    slopes = {name: (z, jax.vmap(jax.grad(loss))(z)) for name, loss in KINDS.items()}
    label = "logit of the true class"
    plotting.lines(values, title="The same against the logit", xlabel=label, ax=left)
    plotting.lines(slopes, title="Gradient: what training feels", xlabel=label, ax=right)
    for ax in (left, right):
        ax.axvspan(-8, 0, color=plotting.PALETTE[1], alpha=0.07, lw=0)
        ax.text(-7.6, 0.27, "predicted wrongly", transform=ax.get_xaxis_transform(), color=plotting.PALETTE[1])
        ax.set(xlim=(-8, 8))
    right.set(ylim=(-1.25, 0.1))
    return figure


def sums(settings: Settings, out: runner.Output) -> dict[str, float]:
    """Measure five ways to add up many terms; return the seconds of each."""
    torch = jnet.torch
    terms = jnp.asarray(Generator(settings.seed).rand((settings.many, 1)))
    tensor, few = torch.tensor(np.asarray(terms)), settings.python_rows
    part, numbers = torch.tensor(np.asarray(terms)[:few]), np.asarray(terms)[:few, 0].tolist()
    add = jax.jit(jnp.sum)
    add(terms)
    ways: dict[str, tuple[Callable, float]] = {
        "Python's sum of a tensor": (lambda: sum(part).item(), settings.many / few),
        "Python's sum of floats": (lambda: sum(numbers), settings.many / few),
        "torch.sum": (lambda: torch.sum(tensor).item(), 1),
        "numpy.sum": (lambda: np.asarray(terms).sum().item(), 1),
        "jax.jit(jnp.sum)": (lambda: add(terms).item(), 1),
    }
    seconds = {}
    for name, (way, scale) in ways.items():
        seconds[name] = min(_seconds(way) for _ in range(settings.repeats)) * scale
        print(f"{name:26s} {seconds[name]:10.4f} s", flush=True)
        out.number(f"seconds of {name} over {settings.many:,} terms", seconds[name])
    factor = seconds["Python's sum of a tensor"] / seconds["torch.sum"]
    out.number("Python's sum of a tensor takes so many times as long as torch.sum", factor, at_least=10)
    out.figure(
        "sums",
        draw_sums(seconds, settings),
        f"Seconds to add up {settings.many:,} terms, as bars on a logarithmic axis, from Python's sum over the rows of "
        f"a tensor to the compiled sum; Python's own were measured on {few:,} rows and scaled. Two marks show what "
        "the notes measured.",
    )
    return seconds


def _seconds(action: Callable) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@styled
def draw_sums(seconds: dict[str, float], settings: Settings):
    figure, (ax,) = plotting.panels(1, width=7.6, height=3.3)
    colors = [plotting.PALETTE[1], plotting.PALETTE[4], *[plotting.PALETTE[0]] * 2, plotting.PALETTE[2]]
    ax.barh(list(seconds), seconds.values(), color=colors, height=0.66)
    for row, value in enumerate(seconds.values()):
        text = f"{value:.1f} s" if value >= 1 else f"{value * 1e3:.3g} ms"
        ax.text(value * 1.15, row, text, va="center", fontweight="bold")
    notes = {"Python's sum of a tensor": 18.51, "torch.sum": 0.032}  # seconds that the notes measured
    ax.plot(notes.values(), notes.keys(), "D", color="white", mec=INK, ms=7, ls="", label="measured in the notes")
    scaled = f"seconds; Python's own measured on {settings.python_rows:,} terms and scaled"
    ax.set(xscale="log", xlabel=scaled, title=f"Adding up {settings.many:,} terms")
    ax.set_xlim(right=max(seconds.values()) * 12)
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    ax.legend(loc="lower right")
    return figure


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

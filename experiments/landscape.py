"""Optimisation as a landscape: descent on a quadratic bowl, and Adam on Himmelblau's function with its four minima.

python -m experiments.landscape
"""

import sys
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from experiments import runner
from jnet import optim, plotting

CHAPTER = 13
TITLE = "Optimisation as a landscape"
TITLE_ZH = "优化：在地形上行走"
QUESTION = "What does the surface of a loss look like, how does descent walk on it, and does the start decide the end?"
QUESTION_ZH = "损失函数的曲面长什么样？下降法在上面怎样走？起点会决定终点吗？"


@dataclass(frozen=True)
class Settings:
    bowl_rate: float = 0.02  # learning rate of plain descent on the bowl
    bowl_momentum: float = 0.8  # momentum of the second descent on it
    bowl_steps: int = 500  # steps of both; the notes advise rates of 0.02 to 0.5
    rate: float = 1e-3  # Adam's learning rate on Himmelblau's function, as in the notes
    steps: int = 20_000  # Adam's steps, as in the notes
    random_starts: int = 256  # further starts, drawn from the square of side 10, to see where they end
    seed: int = 0  # of the random starts


FAST = {"steps": 400, "random_starts": 16, "bowl_steps": 50}

# From the notes' start, (0, 0), and from one start in each of the other valleys.
STARTS = np.array([[0, 0], [-1, 1], [-4, -3], [4, -1]], np.float32)
MINIMA = np.array([[3, 2], [-2.805118, 3.131312], [-3.779310, -3.283186], [3.584428, -1.848126]])
BOWL_MINIMUM = (1.0, 1.0)  # 2 = w1 + w2 and 4 = 3 w1 + w2
# What PyTorch printed in the notes: after so many updates f was this.
NOTES = {0: 170.0, 2000: 13.730916, 4000: 0.01485887}


def bowl(w1, w2):
    """The squared errors of a line through (1, 2) and (3, 4): no noise, one minimum."""
    return (2 - w1 - w2) ** 2 + (4 - 3 * w1 - w2) ** 2


def himmelblau(x, y):
    """Four minima, all of them zero: https://en.wikipedia.org/wiki/Himmelblau%27s_function."""
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def descend(function, tx, start, steps):
    """Return the (steps + 1, 2) points of one descent: one `lax.scan`, so one program however many steps."""

    def step(carry, _):
        point, state = carry
        updates, state = tx.update(jax.grad(lambda p: function(p[0], p[1]))(point), state, point)
        point = point + updates
        return (point, state), point

    _, path = jax.lax.scan(step, (start, tx.init(start)), length=steps)
    return jnp.concatenate([start[None], path])


def run(settings: Settings, out: runner.Output) -> None:
    descend_bowl(settings, out)
    descend_himmelblau(settings, out)


def descend_bowl(settings: Settings, out: runner.Output) -> None:
    start, steps = jnp.array([-8.0, -6.0]), np.arange(settings.bowl_steps + 1)
    momenta = {"plain descent": 0.0, f"momentum {settings.bowl_momentum:g}": settings.bowl_momentum}
    walks = {}
    for name, momentum in momenta.items():
        tx = optim.sgd(settings.bowl_rate, momentum=momentum)
        walk = np.asarray(jax.jit(lambda start, tx=tx: descend(bowl, tx, start, settings.bowl_steps))(start))
        print(f"bowl, {name}: ends at ({walk[-1, 0]:.4f}, {walk[-1, 1]:.4f})", flush=True)
        out.number(f"bowl, {name}, distance from (1, 1)", np.linalg.norm(walk[-1] - BOWL_MINIMUM), at_most=1e-2)
        walks[name] = walk
    labels, limits = ("w₁", "w₂", "loss"), ((-10, 10), (-10, 10))
    views = ((30, -60), (15, 60), (60, 0))
    out.figure(
        "bowl_surface",
        plotting.surface3d(bowl, *limits, path=walks["plain descent"], views=views, labels=labels),
        "The surface (2 - w₁ - w₂)² + (4 - 3w₁ - w₂)² from three angles: a steep, narrow valley. Descent drops to its "
        "floor at once and then creeps along it to (1, 1), marked by a star.",
    )
    figure, (left, right) = plotting.panels(2, width=5.6, height=4.2)
    plotting.contour_paths(bowl, *limits, walks, minima=[BOWL_MINIMUM], labels=labels[:2], title="From above", ax=left)
    losses = {name: (steps, bowl(*walk.astype(np.float64).T)) for name, walk in walks.items()}
    plotting.lines(losses, xlabel="step", ylabel="loss", title="Loss", log=True, ax=right)
    out.figure("bowl_descent", figure, "Both descents on the bowl from above, and their losses on a logarithmic axis.")


def descend_himmelblau(settings: Settings, out: runner.Output) -> None:
    # The four named starts and many random ones in one vmapped scan; of the random ones only the ends are kept.
    random = np.random.default_rng(settings.seed).uniform(-5, 5, (settings.random_starts, 2)).astype(np.float32)
    tx = optim.adam(settings.rate)

    @jax.jit
    def walk(starts):
        paths = jax.vmap(lambda start: descend(himmelblau, tx, start, settings.steps))(starts)
        return paths[: len(STARTS)], paths[:, -1]

    named, ends = map(np.asarray, walk(np.concatenate([STARTS, random])))
    values = himmelblau(*named.astype(np.float64).transpose(2, 0, 1))  # (4, steps + 1)
    for step in range(0, settings.steps + 1, max(settings.steps // 10, 1)):
        x, y = named[0, step]
        print(f"Himmelblau, step {step:>5}: x = ({x:.6f}, {y:.6f}), f = {values[0, step]:.6g}", flush=True)
    for start, path, minimum in zip(STARTS, named, MINIMA, strict=True):
        name = f"Himmelblau from ({start[0]:g}, {start[1]:g}), distance from ({minimum[0]:.4g}, {minimum[1]:.4g})"
        out.number(name, np.abs(path[-1] - minimum).max(), at_most=1e-3, key=not start.any())
    if settings.rate == Settings.rate:
        for step, value in NOTES.items():
            if step <= settings.steps:
                out.number(
                    f"f after {step} steps, as PyTorch printed it", values[0, step], equals=value, within=1e-3 * value
                )
    distances = np.linalg.norm(ends[:, None] - MINIMA[None], axis=-1)
    arrived = distances.min(axis=1) < 1e-2
    counts = np.bincount(distances.argmin(axis=1)[arrived], minlength=len(MINIMA))
    out.number("starts that reached each minimum", counts)
    out.number("share of all starts that reached one", arrived.mean(), at_least=0.9, key=True)
    draw_himmelblau(named, values, out)
    out.found(f"""
        The bowl has one minimum, and momentum swings into it sooner than plain descent creeps there. On Himmelblau's
        function the start decides which of four equally good minima is found: from (0, 0) Adam ends at
        ({named[0, -1, 0]:.4f}, {named[0, -1, 1]:.4f}), and of all {len(ends)} starts {counts[0]}, {counts[1]},
        {counts[2]} and {counts[3]} reach one of the four.
    """)


def draw_himmelblau(named: np.ndarray, values: np.ndarray, out: runner.Output) -> None:
    limits = ((-6, 6), (-6, 6))
    names = [f"({a:g}, {b:g})" for a, b in STARTS]
    paths = dict(zip(names, named[:, :: max(named.shape[1] // 400, 1)], strict=True))
    out.figure(
        "himmelblau",
        plotting.contour_paths(himmelblau, *limits, paths, minima=MINIMA, title="Adam on Himmelblau's function"),
        "Level lines of Himmelblau's function, its four minima as crosses, and Adam's path from four starts: each "
        "ends in the valley that it began in.",
    )
    out.figure(
        "himmelblau_surface",
        plotting.surface3d(himmelblau, *limits, views=((60, -30), (35, -60))),
        "Himmelblau's function as a surface, from two angles; the first is that of the notes.",
    )
    every = max(named.shape[1] // 1000, 1)
    steps = np.arange(named.shape[1])[::every]
    curves = {name: (steps, np.maximum(row[::every], 1e-14)) for name, row in zip(names, values, strict=True)}
    out.figure(
        "himmelblau_values",
        plotting.lines(curves, xlabel="step", ylabel="f", log=True, title="f along the way, by start"),
        "Himmelblau's function along the four paths, on a logarithmic axis: all fall to zero, as far as float32 goes.",
    )


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

"""Optimisation as a landscape: descent on a quadratic bowl, and Adam on Himmelblau's function with its four minima.

python -m experiments.landscape
"""

import sys
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from experiments.harness import runner
from experiments.parts import slopes, terrain
from experiments.parts.terrain import BOWL_MINIMUM, MINIMA, bowl, descend, himmelblau
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
    both_steps: int = 6000  # of Adam in both faces
    grid: int = 200  # starts along each side of the maps
    random_starts: int = 256  # further starts, drawn from the square of side 10, to see where they end
    seed: int = 0  # of the random starts


FAST = {"steps": 400, "both_steps": 40, "grid": 40, "random_starts": 16, "bowl_steps": 50}

# From the notes' start, (0, 0), and from one start in each of the other valleys.
STARTS = np.array([[0, 0], [-1, 1], [-4, -3], [4, -1]], np.float32)
# Adam from (0, 0): what the notes print, and what PyTorch finds today.
BY_THE_NOTES = {
    "step 0: f(x)": "170.0",
    "step 2000: x": "2.3332, 1.9541",
    "step 2000: f(x)": "13.731",
    "step 4000: x": "2.9820, 2.0271",
    "step 4000: f(x)": "0.01486",
    "the end": "3.000, 2.000",
}
BY_PYTORCH = {
    "step 0: x": [0.000999999931, 0.000999999931],
    "step 0: f(x)": 170.0,
    "step 2000: x": [2.33318114, 1.9540695],
    "step 2000: f(x)": 13.7309017,
    "step 4000: x": [2.98200798, 2.02709842],
    "step 4000: f(x)": 0.0148588698,
    "step 6000: x": [2.99998355, 2.00002217],
    "step 6000: f(x)": 1.10740075e-08,
    "the end": [2.99998355, 2.00002217],
}
# After so many updates f was this in the notes.
NOTES = {0: 170.0, 2000: 13.730916, 4000: 0.01485887}


def bowl_torch(torch, steps):
    found = {}
    for name, momentum in (("plain", 0.0), ("momentum", 0.8)):
        w = torch.tensor([-8.0, -6.0], requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.02, momentum=momentum)
        losses = []
        for _ in range(steps):
            loss = (2 - w[0] - w[1]) ** 2 + (4 - 3 * w[0] - w[1]) ** 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        found[f"{name}: loss"] = torch.stack(losses)[:: steps // 5]
        found[f"{name}: w"] = w
    return found


def bowl_jax(steps):
    def loss_of(w):
        return (2 - w[0] - w[1]) ** 2 + (4 - 3 * w[0] - w[1]) ** 2

    found = {}
    for name, momentum in (("plain", 0.0), ("momentum", 0.8)):

        def step(carry, _, momentum=momentum):
            w, velocity = carry
            loss, gradient = jax.value_and_grad(loss_of)(w)
            velocity = momentum * velocity + gradient  # a ball that keeps some of its speed
            return (w - 0.02 * velocity, velocity), loss

        start = jnp.array([-8.0, -6.0])
        (w, _), losses = jax.lax.scan(step, (start, jnp.zeros(2)), length=steps)
        found[f"{name}: loss"] = losses[:: steps // 5]
        found[f"{name}: w"] = w
    return found


def himmelblau_torch(torch, steps):
    def himmelblau(x):
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2

    found = {}
    x = torch.tensor([0.0, 0.0], requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=1e-3)
    for step in range(steps + 1):
        pred = himmelblau(x)
        optimizer.zero_grad()
        pred.backward()
        optimizer.step()
        if step % 2000 == 0:
            found[f"step {step}: x"] = x.tolist()
            found[f"step {step}: f(x)"] = pred.item()
    return found | {"the end": x}


def himmelblau_jax(steps):
    def himmelblau(x):
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2

    def step(carry, _):
        x, state = carry
        pred, gradient = jax.value_and_grad(himmelblau)(x)
        updates, state = tx.update(gradient, state, x)
        x = x + updates
        return (x, state), (x, pred)

    tx = optim.adam(1e-3)
    x = jnp.array([0.0, 0.0])
    (x, _), (path, values) = jax.lax.scan(step, (x, tx.init(x)), length=steps + 1)  # one program, all steps
    found = {}
    for at in range(0, steps + 1, 2000):
        found[f"step {at}: x"] = path[at]
        found[f"step {at}: f(x)"] = values[at]
    return found | {"the end": x}


def run(settings: Settings, out: runner.Output) -> None:
    both_faces(settings, out)
    descend_bowl(settings, out)
    slopes.learning_rates(out)
    slopes.still_points(out)
    descend_himmelblau(settings, out)
    draw_walks(out)
    map_basins(settings, out)


def both_faces(settings: Settings, out: runner.Output) -> None:
    """Walk on both surfaces in both faces."""
    out.faces(
        "Descent on the bowl",
        bowl_torch,
        bowl_jax,
        given={"steps": 200},
        pytorch={
            "plain: loss": [1412.0, 1.03793287, 0.343543768, 0.113708921, 0.0376363434],
            "plain: w": [1.07291389, 0.823970318],
            "momentum: loss": [1412.0, 0.0375965461, 5.25219002e-06, 3.33378125e-09, 5.68434189e-13],
            "momentum: w": [1.0, 0.99999994],
        },
        within=1e-5,
    )
    known = settings.both_steps == Settings.both_steps
    out.faces(
        "Adam on Himmelblau's function",
        himmelblau_torch,
        himmelblau_jax,
        given={"steps": settings.both_steps},
        notes=BY_THE_NOTES if known else {},
        pytorch=BY_PYTORCH if known else {},
        within=2e-4,
    )


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
    alt = "The bowl with both descents, to be turned: momentum overshoots on the wall, then runs along the valley."
    out.surface("bowl_turning", bowl, *limits, paths=walks, labels=labels, alt=alt)
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
        The bowl has one minimum, and momentum swings into it sooner than plain descent creeps there; a rate above 2
        over its steepest bend, 0.0858, leads away from it. On Himmelblau's function the start decides which of four
        equally good minima is found: from (0, 0) Adam ends at ({named[0, -1, 0]:.4f}, {named[0, -1, 1]:.4f}), and of
        all {len(ends)} starts {counts[0]}, {counts[1]}, {counts[2]} and {counts[3]} reach one of the four. The
        optimizer decides as well: each has a map of its own, and plain descent with rate 0.02 can rest in two of the
        minima only, since the other two are too steep for it.
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
    out.surface(
        "himmelblau_turning",
        himmelblau,
        *limits,
        paths=paths,
        labels=("x", "y", "f"),
        alt="Himmelblau's function, to be turned, its heights on a logarithmic scale: four funnels, and Adam's paths.",
        log=True,
    )
    every = max(named.shape[1] // 1000, 1)
    steps = np.arange(named.shape[1])[::every]
    curves = {name: (steps, np.maximum(row[::every], 1e-14)) for name, row in zip(names, values, strict=True)}
    out.figure(
        "himmelblau_values",
        plotting.lines(curves, xlabel="step", ylabel="f", log=True, title="f along the way, by start"),
        "Himmelblau's function along the four paths, on a logarithmic axis: all fall to zero, as far as float32 goes.",
    )


def draw_walks(out: runner.Output) -> None:
    """Draw the walks of four optimizers from a ring of starts."""
    angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    ring = (4.6 * np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype(np.float32)
    chosen = [name for name in terrain.OPTIMIZERS if name.endswith(("rate 0.01", "0.005", "0.05", "0.1"))]
    out.figure(
        "optimizers",
        terrain.draw_paths(chosen, ring, 400),
        "Walks from twenty starts on a ring, by four optimizers: plain descent takes the steepest way, momentum "
        "overshoots and curls in, RMSprop goes first diagonally, since it scales each axis, and Adam swings wide.",
    )


def map_basins(settings: Settings, out: runner.Output) -> None:
    """Start from every point of a grid, by several optimizers."""
    maps = {name: terrain.basins(tx, settings.grid, 320) for name, tx in terrain.OPTIMIZERS.items()}
    for name, (found, _) in maps.items():
        shares = np.bincount(found.ravel(), minlength=5) / found.size
        print(f"{name}: {shares.round(3)} of the starts end in the four minima and nowhere", flush=True)
    lost = {name: float((found == len(MINIMA)).mean()) for name, (found, _) in maps.items()}
    out.number("share of starts that Adam brings to a minimum", 1 - lost["Adam, rate 0.1"], at_least=0.99, key=True)
    out.number("share that plain descent loses at rate 0.02", lost["plain descent, rate 0.02"], at_least=0.2)
    out.figure(
        "basins",
        terrain.draw_basins(maps),
        "The plane of starts, coloured by the minimum that is reached from there, the paler the later, white for none. "
        "Small steps of plain descent give four quarters with smooth borders; larger ones leap out of the steep "
        "corners; rate 0.02 is too large for the two lower minima, which are steeper; momentum makes a marbled "
        "pattern; RMSprop and Adam draw borders of their own.",
    )


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

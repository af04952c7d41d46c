"""Logic gates by perceptrons: with the notes' weights, and trained from random ones; XOR needs a hidden layer.

python -m experiments.logic_gates --seeds 256
"""

import functools
import sys
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import optax

from experiments.harness import runner
from jnet import losses, models, ops, optim, plotting
from jnet.ops.random import Generator
from jnet.plotting.style import styled

CHAPTER = 8
TITLE = "Logic gates"
TITLE_ZH = "感知机与逻辑门"
QUESTION = "Which gates can one neuron compute, why not XOR, and does training find what can be computed?"
QUESTION_ZH = "一个神经元能算哪些逻辑门？为什么不能算异或？训练能找到它能算的那些吗？"


@dataclass(frozen=True)
class Settings:
    steps: int = 2000  # of Adam, on all four rows of the truth table at once
    rate: float = 0.05  # Adam's learning rate
    seeds: int = 64  # nets trained side by side, each from its own random weights
    seed: int = 0  # of the first of them


FAST = {"steps": 20, "seeds": 4}
SINGLE = ("and", "or", "nand")  # the gates that a line can separate
WIDTHS = (2, 3, 4, 8)  # hidden neurons tried for XOR; two suffice in principle
INPUTS = models.GATE_INPUTS
LEARNED = 500  # steps that both faces train XOR
SHOWN = (0, 20, 35, 60, 500)  # after so many steps the plane is drawn
NOTES_AND = (0.4502, 0.4875, 0.4875, 0.5250)  # sigmoid of AND's weights, as the notes print it


def run(settings: Settings, out: runner.Output) -> None:
    by_the_notes(out)
    fixed_weights(out)
    by_training(out)
    draw_learning(settings, out)
    curves, learned = train_gates(settings, out)
    solved = train_xor(settings, out, curves)
    figure, (ax,) = plotting.panels(1, width=7.5, height=4.4)
    title = "Training from random weights"
    plotting.lines(curves, title=title, xlabel="step", ylabel="mean cross entropy", log=True, ax=ax)
    out.figure(
        "training",
        figure,
        "Loss while training, averaged over all random starts: one neuron learns AND, OR and NAND, but its loss on XOR "
        "stays at log 2, a coin's; with a hidden layer XOR falls, too.",
    )
    out.found(f"""
        One neuron draws one line, and AND, OR and NAND have such a line; XOR has none. NAND and OR into AND compute it,
        as long as the hidden neurons are not linear. Of {settings.seeds} random starts each,
        {", ".join(f"{learned[name]} learn {name.upper()}" for name in (*SINGLE, "xor"))} with one neuron. With two
        hidden neurons {solved[2]} learn XOR, the others stay in a poor minimum; with {WIDTHS[-1]}, it is
        {solved[WIDTHS[-1]]}.
    """)


def gates_torch(torch):
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)  # the first column is 1
    weights = {"AND": [-0.2, 0.15, 0.15], "OR": [-0.08, 0.15, 0.15], "NAND": [0.23, -0.15, -0.15]}
    found = {}
    for name, w in weights.items():
        zhat = torch.mv(X, torch.tensor(w))  # bias + w1 x1 + w2 x2, row by row
        sigma = torch.sigmoid(zhat)
        found[f"{name}, by a step"] = torch.tensor([int(x) for x in zhat >= 0], dtype=torch.float32)
        found[f"{name}, sigmoid"] = sigma
        found[f"{name}, by the sigmoid"] = torch.tensor([int(x) for x in sigma >= 0.5], dtype=torch.float32)
    return found


def gates_jax():
    X = jnp.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], jnp.float32)
    weights = {"AND": [-0.2, 0.15, 0.15], "OR": [-0.08, 0.15, 0.15], "NAND": [0.23, -0.15, -0.15]}
    zhat = X @ jnp.array(list(weights.values())).T  # all three gates in one product: a column each
    sigma = jax.nn.sigmoid(zhat)
    found = {}
    for name, z, s in zip(weights, zhat.T, sigma.T, strict=True):
        found[f"{name}, by a step"] = (z >= 0).astype(jnp.float32)
        found[f"{name}, sigmoid"] = s
        found[f"{name}, by the sigmoid"] = (s >= 0.5).astype(jnp.float32)
    return found


def xor_torch(torch):
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    w_and = torch.tensor([-0.2, 0.15, 0.15])
    w_or = torch.tensor([-0.08, 0.15, 0.15])
    w_nand = torch.tensor([0.23, -0.15, -0.15])

    def xor(activation):
        nand = activation(torch.mv(X, w_nand))
        or_ = activation(torch.mv(X, w_or))
        hidden = torch.cat((torch.ones(4, 1), nand.view(4, 1), or_.view(4, 1)), dim=1)
        return hidden, activation(torch.mv(hidden, w_and))

    hidden, answer = xor(lambda z: (z >= 0).float())
    _, linear = xor(lambda z: z)  # no step: two layers of lines are one line
    return {"hidden layer": hidden, "XOR": answer, "without the step": linear, "from it": (linear >= 0).float()}


def xor_jax():
    X = jnp.array([[0, 0], [1, 0], [0, 1], [1, 1]], jnp.float32)
    layers = [
        {"w": jnp.array([[-0.15, 0.15], [-0.15, 0.15]]), "b": jnp.array([0.23, -0.08])},  # NAND and OR
        {"w": jnp.array([[0.15], [0.15]]), "b": jnp.array([-0.2])},  # AND
    ]

    def xor(activation):
        hidden = activation(X @ layers[0]["w"] + layers[0]["b"])
        return hidden, activation(hidden @ layers[1]["w"] + layers[1]["b"])[:, 0]

    hidden, answer = xor(lambda z: jnp.heaviside(z, 1.0))
    _, linear = xor(lambda z: z)
    hidden = jnp.column_stack([jnp.ones(4), hidden])  # only to compare: here the bias has no column of its own
    return {"hidden layer": hidden, "XOR": answer, "without the step": linear, "from it": jnp.heaviside(linear, 1.0)}


def by_the_notes(out: runner.Output) -> None:
    """Compute the gates as the notes do, and XOR from them, in both faces."""
    exact = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0]}
    printed = {name: ", ".join(map(str, values)) for name, values in exact.items()}
    exact_by_name = {f"{name}, by {how}": values for name, values in exact.items() for how in ("a step", "the sigmoid")}
    out.faces(
        "AND, OR and NAND by one neuron",
        gates_torch,
        gates_jax,
        notes={"AND, sigmoid": "0.4502, 0.4875, 0.4875, 0.5250", "AND, by the sigmoid": printed["AND"]}
        | {f"{name}, by a step": text for name, text in printed.items()},
        pytorch=exact_by_name
        | {
            "AND, sigmoid": [0.450166017, 0.487502635, 0.487502635, 0.524979174],
            "OR, sigmoid": [0.480010629, 0.51749289, 0.51749289, 0.554779232],
            "NAND, sigmoid": [0.557247877, 0.519989371, 0.519989371, 0.48250711],
        },
    )
    out.faces(
        "XOR from NAND and OR into AND, and what happens without the step",
        xor_torch,
        xor_jax,
        notes={"hidden layer": "1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1", "XOR": "0, 1, 1, 0"},
        pytorch={
            "hidden layer": [[1, 1, 0], [1, 1, 1], [1, 1, 1], [1, 0, 1]],
            "XOR": [0, 1, 1, 0],
            "without the step": [-0.177499995, -0.17750001, -0.17750001, -0.177499995],
            "from it": [0, 0, 0, 0],
        },
    )


def learn_torch(torch, target, steps):
    nn = torch.nn
    torch.manual_seed(420)
    X = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=torch.float32)
    y = torch.tensor(target).view(4, 1)
    net = nn.Sequential(nn.Linear(2, 8), nn.Sigmoid(), nn.Linear(8, 1))
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
    losses = []
    for _ in range(steps):
        loss = criterion(net(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    answer = torch.sigmoid(net(X)).view(4)
    every = torch.stack(losses)[:: max(steps // 10, 1)]
    return {"loss along the way": every, "output": answer, "decided": (answer >= 0.5).int()}


def learn_jax(target, steps):
    random = Generator(420)  # PyTorch's stream, so the first weights are the same
    X = jnp.array([[0, 0], [1, 0], [0, 1], [1, 1]], jnp.float32)
    y = jnp.array(target)
    params = []
    for inputs, outputs in ((2, 8), (8, 1)):
        bound = 1 / np.sqrt(inputs)
        params.append([random.uniform(-bound, bound, size) for size in ((outputs, inputs), outputs)])

    def net(params, x):
        (w1, b1), (w2, b2) = params
        return (jax.nn.sigmoid(x @ w1.T + b1) @ w2.T + b2)[:, 0]

    def step(carry, _):
        params, state = carry
        loss, grads = jax.value_and_grad(lambda p: optax.sigmoid_binary_cross_entropy(net(p, X), y).mean())(params)
        updates, state = tx.update(grads, state, params)
        return (optax.apply_updates(params, updates), state), loss

    tx = optax.adam(0.05)
    (params, _), losses = jax.lax.scan(step, (params, tx.init(params)), length=steps)  # the whole loop, one program
    answer = jax.nn.sigmoid(net(params, X))
    every = losses[:: max(steps // 10, 1)]
    return {"loss along the way": every, "output": answer, "decided": (answer >= 0.5).astype(int)}


def by_training(out: runner.Output) -> None:
    """Train XOR from the same random weights in both faces."""
    out.faces(
        "XOR learned from random weights",
        learn_torch,
        learn_jax,
        given={"target": models.GATE_TARGETS["xor"].tolist(), "steps": LEARNED},
        notes={"decided": "0, 1, 1, 0"},
        pytorch={
            "loss along the way": [
                *(0.701242924, 0.329093009, 0.0183838103, 0.00732899318, 0.00439464673),
                *(0.00301117171, 0.00222380413, 0.00172491325, 0.00138536352, 0.0011419449),
            ],
            "output": [0.000360234961, 0.998902082, 0.998884618, 0.0012664739],
            "decided": [0, 1, 1, 0],
        },
        within=1e-4,
    )


def fixed_weights(out: runner.Output) -> None:
    """Apply the notes' weights: by a step, by a sigmoid with threshold 1/2, and XOR in two layers."""
    figure, axes = plotting.panels(4, width=2.5, height=3.0)
    for name, ax in zip(SINGLE, axes, strict=False):
        variables, target = models.gate_variables(name), models.GATE_TARGETS[name]
        stepped = models.Perceptron().apply(variables, INPUTS)
        graded = np.asarray(models.Perceptron(ops.sigmoid).apply(variables, INPUTS))
        print(f"{name:<4} by a step {np.asarray(stepped)}, by a sigmoid {graded.round(4)}", flush=True)
        out.number(f"{name.upper()} by a step", stepped, equals=target)
        out.number(f"{name.upper()} by a sigmoid, from 1/2 on", (graded >= 0.5) * 1.0, equals=target)
        if name == "and":
            out.number("AND's sigmoids, as the notes print them", graded, equals=NOTES_AND, within=5e-5)
        draw(lambda points, v=variables: models.Perceptron().apply(v, points), INPUTS, target, name.upper(), ax)
    variables, target = models.xor_variables(), models.GATE_TARGETS["xor"]
    answer, hidden = models.XorNet().apply(variables, INPUTS, hidden=True)
    linear = np.asarray(models.XorNet(activation=lambda z: z).apply(variables, INPUTS))
    print(f"xor  from NAND and OR into AND {np.asarray(answer)}, linear {linear.round(4)}", flush=True)
    out.number("XOR from NAND and OR into AND", answer, equals=target, key=True)
    out.number("XOR's rows right with linear neurons", int(np.sum((linear >= 0.5) == target)), at_most=3)
    draw(lambda points: models.XorNet().apply(variables, points), INPUTS, target, "XOR, two layers", axes[3])
    out.figure(
        "gates",
        figure,
        "The four gates over their inputs: circles are 0, squares 1. One dashed line separates AND, OR and NAND; XOR "
        "needs two, which the hidden layer draws.",
    )
    figure, (left, right) = plotting.panels(2, width=3.8, height=3.5)
    draw(lambda points: models.XorNet().apply(variables, points), INPUTS, target, "Inputs", left)
    into_and = models.gate_variables("and")
    draw(
        lambda points: models.Perceptron().apply(into_and, points),
        hidden,
        target,
        "Hidden layer",
        right,
        ("NAND", "OR"),
    )
    for (x, y), text in {(1, 0): "(0, 0)", (1, 1): "(1, 0), (0, 1)", (0, 1): "(1, 1)"}.items():
        right.annotate(text, (x, y), xytext=(0, 9), textcoords="offset points", ha="center", fontsize=9)
    out.figure(
        "xor_hidden",
        figure,
        "XOR among the inputs, where no line separates it, and in the space of the hidden layer: NAND and OR have "
        "moved (1, 0) and (0, 1) onto one point, and one line, AND's, does.",
    )


def draw(predict, points, target, title: str, ax, labels=("x₁", "x₂")) -> None:
    shown = {"title": title, "labels": labels, "margin": 0.4, "legend": False, "ax": ax}
    plotting.decision_boundary(lambda grid: np.asarray(predict(grid)) >= 0.5, points, target, **shown)
    ax.set(xticks=(0, 1), yticks=(0, 1), aspect="equal")


@functools.partial(jax.jit, static_argnames=("model", "settings"))
def train_many(model, target, settings: Settings):
    """Train `model` on a truth table from `seeds` random starts at once.

    Returns:
        parameters, outputs (seeds, 4) and losses (seeds, steps), each with a leading axis of starts.
    """
    tx = optim.adam(settings.rate)

    def loss(params):
        return losses.bce(model.apply({"params": params}, INPUTS), target)

    def step(carry, _):
        params, state = carry
        value, grads = jax.value_and_grad(loss)(params)
        updates, state = tx.update(grads, state, params)
        return (optax.apply_updates(params, updates), state), value

    def train_one(seed):
        params = model.init(jax.random.key(seed), INPUTS)["params"]
        (params, _), values = jax.lax.scan(step, (params, tx.init(params)), length=settings.steps)
        return params, model.apply({"params": params}, INPUTS), values

    return jax.vmap(train_one)(settings.seed + jnp.arange(settings.seeds))


@styled
def draw_learning(settings: Settings, out: runner.Output) -> None:
    """Draw the plane as one net of eight hidden neurons sees it, from its first weights to XOR."""
    model, target, tx = models.XorNet(activation=ops.sigmoid, width=8), models.GATE_TARGETS["xor"], optim.adam(0.05)

    def step(carry, _):
        params, state = carry
        grads = jax.grad(lambda p: losses.bce(model.apply({"params": p}, INPUTS), jnp.asarray(target)))(params)
        updates, state = tx.update(grads, state, params)
        params = optax.apply_updates(params, updates)
        return (params, state), params

    first = model.init(jax.random.key(settings.seed), INPUTS)["params"]
    _, walk = jax.lax.scan(step, (first, tx.init(first)), length=max(SHOWN))
    side = np.linspace(-0.4, 1.4, 120, dtype=np.float32)
    grid = np.stack(np.meshgrid(side, side), axis=-1)
    figure, axes = plotting.panels(len(SHOWN), width=2.35, height=2.7)
    for count, ax in zip(SHOWN, axes, strict=True):
        params = jax.tree.map(lambda leaf, at=count - 1: leaf[at], walk) if count else first
        sure = np.asarray(model.apply({"params": params}, grid.reshape(-1, 2))).reshape(grid.shape[:2])
        shown = ax.contourf(side, side, sure, levels=np.linspace(0, 1, 21), cmap=plotting.DIVERGING)
        ax.contour(side, side, sure, levels=[0.5], colors="black", linewidths=1.2, linestyles="--")
        for kind, marker in ((0, "o"), (1, "s")):
            ax.scatter(*INPUTS[target == kind].T, marker=marker, s=60, color="white", edgecolors="black", zorder=3)
        ax.set(title=f"{count} steps" if count else "before", xticks=(0, 1), yticks=(0, 1), aspect="equal")
        ax.grid(False)
    figure.colorbar(shown, ax=axes, label="output", ticks=(0, 0.5, 1), shrink=0.7)
    out.figure(
        "xor_learning",
        figure,
        "The output of a net with eight hidden neurons over the plane, while it learns XOR: at first the same "
        "everywhere, then a slope, at last a band that holds (1, 0) and (0, 1) and leaves the other two outside.",
    )


def train_gates(settings: Settings, out: runner.Output) -> tuple[dict, dict[str, int]]:
    """Train one neuron on each gate, XOR included; return the curves to draw and how many starts learned each."""
    curves, learned = {}, {}
    for name in (*SINGLE, "xor"):
        target = models.GATE_TARGETS[name]
        _, outputs, values = train_many(models.Perceptron(ops.sigmoid), target, settings)
        solved = int(np.all((np.asarray(outputs) >= 0.5) == target, axis=1).sum())
        print(f"{name:<4} by one trained neuron: {solved} of {settings.seeds} starts solve it", flush=True)
        goal = settings.seeds if name in SINGLE else 0
        out.number(f"starts of {settings.seeds} that learn {name.upper()} with one neuron", solved, equals=goal)
        learned[name] = solved
        label = "XOR, one neuron" if name == "xor" else name.upper()
        curves[label] = (np.arange(settings.steps) + 1, np.asarray(values).mean(axis=0))
    return curves, learned


def train_xor(settings: Settings, out: runner.Output, curves: dict) -> dict[int, int]:
    """Train XOR with hidden layers of several widths; return how many starts each width solves."""
    target, solved = models.GATE_TARGETS["xor"], {}
    for width in WIDTHS:
        model = models.XorNet(activation=ops.sigmoid, width=width)
        params, answers, values = train_many(model, target, settings)
        good = np.all((np.asarray(answers) >= 0.5) == target, axis=1)
        solved[width] = int(good.sum())
        print(
            f"xor  by {width} trained hidden neurons: {solved[width]} of {settings.seeds} starts solve it", flush=True
        )
        name = f"starts of {settings.seeds} that learn XOR with {width} hidden neurons"
        # Two neurons suffice, but descent does not always get there; one start that does is what is asked for.
        out.number(name, solved[width], at_least=1 if width < WIDTHS[-1] else settings.seeds, key=width == WIDTHS[-1])
        curves[f"XOR, {width} hidden neurons"] = (np.arange(settings.steps) + 1, np.asarray(values).mean(axis=0))
        if width == 2:
            draw_learned(model, params, good, np.asarray(answers), out)
    return solved


def draw_learned(model, params, good: np.ndarray, answers: np.ndarray, out: runner.Output) -> None:
    """Draw what two hidden neurons learned: a start that solved XOR and one that did not, where there are such."""
    target = models.GATE_TARGETS["xor"]
    shown = {title: np.flatnonzero(good == kind) for title, kind in (("Solved", True), ("Stuck", False))}
    shown = {title: int(starts[0]) for title, starts in shown.items() if len(starts)}
    figure, axes = plotting.panels(len(shown), width=3.8, height=3.5)
    for (title, start), ax in zip(shown.items(), axes, strict=True):
        variables = {"params": jax.tree.map(lambda leaf, start=start: leaf[start], params)}
        draw(lambda points, v=variables: model.apply(v, points), INPUTS, target, f"{title} (start {start})", ax)
        if title == "Solved":
            out.number("XOR as one start learned it", answers[start].round(2), equals=target, within=0.2)
    out.figure(
        "xor_learned",
        figure,
        "The plane as two trained hidden neurons divide it: from a start that solved XOR and from one, if there "
        "is any, that did not.",
    )


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

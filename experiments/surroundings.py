"""PyTorch's four parts, and what surrounds them: data, files, NumPy, drawings, loops; and what compiling saves.

python -m experiments.surroundings
"""

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from matplotlib.figure import Figure

from experiments.harness import runner
from experiments.parts import compiling, dictionary
from jnet import checkpoint, losses, optim, plotting
from jnet.ops.random import Generator
from jnet.plotting.style import styled

CHAPTER = 14
TITLE = "PyTorch's four parts, and what surrounds them"
TITLE_ZH = "PyTorch 的四个组成部分及其周边"
QUESTION = (
    "Arrays, derivatives, layers, optimizers: what does each of PyTorch's parts do, and which word of JAX does it?"
)
QUESTION_ZH = "数组、求导、网络层、优化器：PyTorch 的每个部分做什么？在 JAX 里对应哪个词？"


@dataclass(frozen=True)
class Settings:
    steps: int = 100  # of training that are timed at once
    points: int = 3000  # in the drawing
    seed: int = 420  # of the weights, the data and the drawing


FAST = {"steps": 10, "points": 200}


def run(settings: Settings, out: runner.Output) -> None:
    four_parts(out)
    around(out)
    told = "; ".join(f"{left} is {right}" for _, left, right in dictionary.WORDS)
    out.figure("words", dictionary.draw(), f"A dictionary of PyTorch's words and JAX's: {told}.")
    draw_scatter(settings, out)
    timing(settings, out)


def arrays_torch(torch):
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    a = torch.arange(6, dtype=torch.float32).view(2, 3).to(device)
    b = a.t() + 1
    return {"product": a @ b, "mean": a.mean(), "sin": torch.sin(a)}


def arrays_jax():
    device = jax.devices()[0]  # an accelerator comes first, where there is one
    a = jax.device_put(jnp.arange(6, dtype=jnp.float32).reshape(2, 3), device)
    b = a.T + 1
    return {"product": jnp.matmul(a, b, precision="highest"), "mean": a.mean(), "sin": jnp.sin(a)}


def autograd_torch(torch):
    variable = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    v_out = torch.mean(variable * variable)  # the tape notes each step as it is taken
    v_out.backward()  # and is played backwards
    return {"v_out": v_out, "gradient": variable.grad, "tensor / 2": variable.data / 2}


def autograd_jax():
    def v_out(variable):
        return jnp.mean(variable * variable)

    variable = jnp.array([[1.0, 2.0], [3.0, 4.0]])
    value, gradient = jax.value_and_grad(v_out)(variable)  # a function makes a function: no tape to see
    return {"v_out": value, "gradient": gradient, "tensor / 2": variable / 2}


def layers_torch(torch):
    nn = torch.nn
    torch.manual_seed(420)
    layer, criterion = nn.Linear(4, 3), nn.CrossEntropyLoss()
    x, y = torch.rand(6, 4), torch.randint(0, 3, (6,))
    logits = torch.relu(layer(x))
    return {"logits": logits[0], "loss": criterion(logits, y)}


def layers_jax():
    random = Generator(420)
    weight, bias = random.uniform(-0.5, 0.5, (3, 4)), random.uniform(-0.5, 0.5, 3)
    x, y = random.rand((6, 4)), random.randint(0, 3, 6)
    logits = nn.relu(nn.Dense(3).apply({"params": {"kernel": weight.T, "bias": bias}}, x))
    return {"logits": logits[0], "loss": losses.cross_entropy(logits, jnp.asarray(y, jnp.int32))}


def optim_torch(torch):
    found = {}
    for name in ("SGD", "Adam", "RMSprop", "Adagrad"):
        w = torch.tensor([5.0, -3.0], requires_grad=True)
        optimizer = getattr(torch.optim, name)([w], lr=0.1)
        for _ in range(10):
            loss = (w**2).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        found[name] = w
    return found


def optim_jax():
    found = {}
    for name in ("SGD", "Adam", "RMSprop", "Adagrad"):
        w = jnp.array([5.0, -3.0])
        tx = optim.by_name(name.lower(), 0.1)  # Optax's form, PyTorch's arithmetic
        state = tx.init(w)
        for _ in range(10):
            updates, state = tx.update(jax.grad(lambda w: (w**2).sum())(w), state, w)
            w = optax.apply_updates(w, updates)
        found[name] = w
    return found


def four_parts(out: runner.Output) -> None:
    """Show each of the four parts in a small program of both faces."""
    out.faces(
        "torch: arrays, on an accelerator if there is one",
        arrays_torch,
        arrays_jax,
        pytorch={
            "product": [[8, 17], [26, 62]],
            "mean": 2.5,
            "sin": [[0.0, 0.841470957, 0.909297407], [0.141120002, -0.756802499, -0.958924294]],
        },
    )
    out.faces(
        "torch.autograd: derivatives",
        autograd_torch,
        autograd_jax,
        pytorch={"v_out": 7.5, "gradient": [[0.5, 1.0], [1.5, 2.0]], "tensor / 2": [[0.5, 1.0], [1.5, 2.0]]},
    )
    out.faces(
        "torch.nn: layers and losses",
        layers_torch,
        layers_jax,
        pytorch={"logits": [0.0, 0.271612108, 0.0], "loss": 1.07432461},
    )
    out.faces(
        "torch.optim: ways downhill",
        optim_torch,
        optim_jax,
        pytorch={
            "SGD": [0.536870837, -0.322122574],
            "Adam": [4.00760174, -2.01418853],
            "RMSprop": [1.19587088, -0.14650172],
            "Adagrad": [4.50789165, -2.51487732],
        },
    )


def loader_torch(torch):
    data = torch.utils.data.TensorDataset(torch.arange(10), torch.arange(10) ** 2)
    torch.manual_seed(420)
    loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    found = {}
    for epoch in (1, 2):
        batches = list(loader)
        found[f"epoch {epoch}, x"] = torch.cat([x for x, _ in batches])
        found[f"epoch {epoch}, y"] = torch.cat([y for _, y in batches])
    return found | {"rows of a batch": [len(x) for x, _ in batches]}


def loader_jax():
    x = np.arange(10)
    y = x**2
    random = Generator(420)
    found = {}
    for epoch in (1, 2):
        random.random((), np.int64)  # DataLoader draws a seed for its workers first, then one for the order
        order = Generator(int(random.random((), np.int64))).randperm(len(x))
        batches = [order[at : at + 4] for at in range(0, len(x), 4)]
        found[f"epoch {epoch}, x"] = np.concatenate([x[rows] for rows in batches])
        found[f"epoch {epoch}, y"] = np.concatenate([y[rows] for rows in batches])
    return found | {"rows of a batch": [len(rows) for rows in batches]}


def files_torch(torch):
    torch.manual_seed(420)
    net, x = torch.nn.Linear(4, 3), torch.rand(2, 4)
    file = io.BytesIO()  # or a path
    torch.save(net.state_dict(), file)
    file.seek(0)
    other = torch.nn.Linear(4, 3)  # other random weights, until the saved ones are loaded
    before = torch.equal(other(x), net(x))
    other.load_state_dict(torch.load(file))
    return {"same before loading": before, "same after": torch.equal(other(x), net(x)), "output": other(x)}


def files_jax():
    random = Generator(420)
    shapes = {"weight": (3, 4), "bias": 3}
    net = {name: jnp.asarray(random.uniform(-0.5, 0.5, shape)) for name, shape in shapes.items()}
    x = random.rand((2, 4))
    other = {name: jnp.asarray(random.uniform(-0.5, 0.5, shape)) for name, shape in shapes.items()}

    def apply(params):
        return x @ params["weight"].T + params["bias"]

    before = bool((apply(other) == apply(net)).all())
    with tempfile.TemporaryDirectory() as folder:
        path = checkpoint.save(Path(folder) / "net.ckpt", net)
        other, _ = checkpoint.load(path, other)
    return {
        "same before loading": before,
        "same after": bool((apply(other) == apply(net)).all()),
        "output": apply(other),
    }


def numpy_torch(torch):
    np_data = np.arange(6).reshape((2, 3))
    torch_data = torch.from_numpy(np_data)
    back = torch_data.numpy()
    a = np.ones(5)
    b = torch.from_numpy(a)
    b.add_(1)  # the memory is one: a changes as well
    return {"tensor": torch_data, "back": back, "a": a}


def numpy_jax():
    np_data = np.arange(6).reshape((2, 3))
    jax_data = jnp.asarray(np_data)
    back = np.asarray(jax_data)
    a = np.ones(5)
    b = jnp.asarray(a)
    b = b.at[:].add(1)  # arrays do not change: this is a new one, and a is as it was
    a = np.asarray(b)
    return {"tensor": jax_data, "back": back, "a": a}


def scatter_torch(torch):
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    andgate = torch.tensor([0, 0, 0, 1], dtype=torch.float32)
    ax = Figure(figsize=(5, 3)).subplots()
    points = ax.scatter(X[:, 1], X[:, 2], c=andgate, cmap="rainbow")  # tensors, as they are
    x = torch.arange(-1, 3, 0.5)
    (line,) = ax.plot(x, (0.23 - 0.15 * x) / 0.15, color="k", linestyle="--")
    return {"places": np.asarray(points.get_offsets()), "colours": points.get_array(), "line": line.get_ydata()}


def scatter_jax():
    X = jnp.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], jnp.float32)
    andgate = jnp.array([0, 0, 0, 1], jnp.float32)
    ax = Figure(figsize=(5, 3)).subplots()
    points = ax.scatter(X[:, 1], X[:, 2], c=andgate, cmap="rainbow")
    x = jnp.arange(-1, 3, 0.5)
    (line,) = ax.plot(x, (0.23 - 0.15 * x) / 0.15, color="k", linestyle="--")
    return {"places": np.asarray(points.get_offsets()), "colours": points.get_array(), "line": line.get_ydata()}


def dynamic_torch(torch):
    x = torch.tensor(2.0, requires_grad=True)
    y, rounds = x, 0
    while abs(y * y - x) > 1e-6:  # a value decides how long the graph becomes
        y = (y + x / y) / 2
        rounds += 1
    y.backward()  # through as many rounds as there were
    return {"rounds": rounds, "root": y, "its derivative": x.grad}


def dynamic_jax():
    def root(x):
        def unfinished(carry):
            y, _ = carry
            return abs(y * y - x) > 1e-6

        def improve(carry):
            y, rounds = carry
            return (y + x / y) / 2, rounds + 1

        return jax.lax.while_loop(unfinished, improve, (x, 0))  # a loop inside one compiled program

    (y, rounds), (derivative, _) = jax.jvp(lambda x: root(x), (2.0,), (1.0,))  # forwards: no one knows its length
    return {"rounds": rounds, "root": y, "its derivative": derivative}


def around(out: runner.Output) -> None:
    """Show what surrounds the four parts, in both faces."""
    out.faces(
        "DataLoader and its order",
        loader_torch,
        loader_jax,
        pytorch={
            "epoch 1, x": [1, 0, 8, 3, 6, 9, 5, 2, 7, 4],
            "epoch 1, y": [1, 0, 64, 9, 36, 81, 25, 4, 49, 16],
            "epoch 2, x": [4, 6, 8, 0, 3, 2, 7, 5, 9, 1],
            "epoch 2, y": [16, 36, 64, 0, 9, 4, 49, 25, 81, 1],
            "rows of a batch": [4, 4, 2],
        },
    )
    out.faces(
        "Saving and loading",
        files_torch,
        files_jax,
        pytorch={
            "same before loading": False,
            "same after": True,
            "output": [[-0.403039098, 0.271612108, -0.415396333], [-0.15730308, 0.573862433, -0.817918003]],
        },
    )
    out.faces(
        "NumPy, both ways",
        numpy_torch,
        numpy_jax,
        notes={"a": "2., 2., 2., 2., 2."},
        pytorch={"tensor": [[0, 1, 2], [3, 4, 5]], "back": [[0, 1, 2], [3, 4, 5]], "a": [2, 2, 2, 2, 2]},
    )
    out.faces(
        "Tensors in matplotlib",
        scatter_torch,
        scatter_jax,
        pytorch={
            "places": [[0, 0], [1, 0], [0, 1], [1, 1]],
            "colours": [0, 0, 0, 1],
            "line": [
                *(2.5333333, 2.0333333, 1.5333333, 1.0333333),
                *(0.533333302, 0.0333333015, -0.466666698, -0.966666579),
            ],
        },
    )
    out.faces(
        "A loop as long as it needs to be: the dynamic graph",
        dynamic_torch,
        dynamic_jax,
        pytorch={"rounds": 4, "root": 1.41421354, "its derivative": 0.353553385},
    )


@styled
def draw_scatter(settings: Settings, out: runner.Output) -> None:
    """Draw tensors of jnet.torch: a galaxy of two arms, coloured by a tensor."""
    import jnet.torch as torch

    torch.manual_seed(settings.seed)
    radius = torch.rand(settings.points) ** 0.7
    arm = torch.randint(0, 2, (settings.points,)) * np.pi
    angle = 7 * radius + arm + 0.35 * torch.randn(settings.points)
    X = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], dim=1)
    size = 30 * torch.rand(settings.points) ** 4 + 2
    figure, (ax,) = plotting.panels(1, width=5.2, height=4.4)
    shown = ax.scatter(X[:, 0], X[:, 1], c=radius, s=size, cmap="plasma", lw=0)
    figure.colorbar(shown, ax=ax, label="distance from the centre: c=radius, a tensor", shrink=0.8)
    ax.set(title="plt.scatter(X[:, 0], X[:, 1], c=tensor)", aspect="equal", facecolor="#10131a", xticks=(), yticks=())
    ax.grid(False)
    out.figure(
        "scatter", figure, "Points of a galaxy with two arms, whose places, sizes and colours are jnet's tensors."
    )


def timing(settings: Settings, out: runner.Output) -> None:
    """Time a training step of the notes' net: op by op, and compiled in three ways."""
    best = compiling.milliseconds(settings.steps, settings.seed, out.reference)
    for name, value in best.items():
        out.number(f"{name}: milliseconds a step", value)
    gain = best["JAX, op by op"] / best["PyTorch's words on jnet.torch"]
    out.number("the same loop compiled by jnet.torch is faster than JAX op by op, times", gain, at_least=1.0, key=True)
    told = ", ".join(f"{name} {value:.2g} ms" for name, value in best.items())
    alt = f"A training step of the 20-13-8-3 net on 500 rows as bars: {told}."
    out.figure("timing", compiling.draw(best), alt)
    out.found(f"""
        PyTorch's four parts each have one word or two in JAX, and give the same numbers. What is compiled is quick
        without another line: a step of the notes' net takes {best["JAX, op by op"]:.2f} ms where each operation is
        sent off by itself, {best["PyTorch's words on jnet.torch"]:.2f} ms where jnet.torch compiles the loop, and
        {best["JAX, all steps in one program"]:.3f} ms where the whole training is one program.
    """)


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

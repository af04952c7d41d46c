"""What compiling saves: one training loop sent off operation by operation, and compiled in three ways."""

import time
import typing

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure

from jnet import plotting
from jnet.ops.random import Generator
from jnet.plotting.style import styled


def training_torch(torch, steps, seed):
    """Return a function that trains the 20-13-8-3 net for `steps` steps, as PyTorch's users write it."""
    torch.manual_seed(seed)
    x, y = torch.rand(500, 20), torch.randint(0, 3, (500,))
    linear = torch.nn.Linear
    net = torch.nn.Sequential(linear(20, 13), torch.nn.ReLU(), linear(13, 8), torch.nn.Sigmoid(), linear(8, 3))
    criterion, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), lr=0.01)

    def train():
        for _ in range(steps):
            loss = criterion(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()

    return train


def training_jax(how: str, steps: int, seed: int):
    """Return the same in JAX: op by op, a compiled step, or all steps as one program."""
    random = Generator(seed)
    x, y = jnp.asarray(random.rand((500, 20))), jnp.asarray(random.randint(0, 3, 500), jnp.int32)
    params = []
    for inputs, outputs in ((20, 13), (13, 8), (8, 3)):
        bound = 1 / np.sqrt(inputs)
        params.append([jnp.asarray(random.uniform(-bound, bound, size)) for size in ((inputs, outputs), outputs)])

    def loss_of(params):
        (w1, b1), (w2, b2), (w3, b3) = params
        logits = jax.nn.sigmoid(jax.nn.relu(x @ w1 + b1) @ w2 + b2) @ w3 + b3
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1).mean()

    def step(params, _=None):
        loss, grads = jax.value_and_grad(loss_of)(params)
        return jax.tree.map(lambda p, g: p - 0.01 * g, params, grads), loss

    all_steps = jax.jit(lambda params: jax.lax.scan(step, params, length=steps))
    one_step = jax.jit(step) if how == "a step" else step

    def train():
        if how == "all steps":
            return float(all_steps(params)[1][-1])
        now = params
        for _ in range(steps):
            now, loss = one_step(now)
        return float(loss)

    return train


def milliseconds(steps: int, seed: int, reference: typing.Any = None) -> dict[str, float]:
    """Return what a step takes in each way, the slowest first; `reference` is PyTorch, where it is to be timed."""
    import jnet.torch

    ways = {
        "JAX, op by op": (training_jax("op by op", -(-steps // 10), seed), -(-steps // 10)),
        "PyTorch's words on jnet.torch": (training_torch(jnet.torch, steps, seed), steps),
        "JAX, a compiled step": (training_jax("a step", steps, seed), steps),
        "JAX, all steps in one program": (training_jax("all steps", steps, seed), steps),
    }
    if reference is not None:
        ways |= {"PyTorch itself, op by op": (training_torch(reference, steps, seed), steps)}
    best = dict.fromkeys(ways, np.inf)
    for _ in range(5):  # in turns; the first of each compiles, and the least of the others has been disturbed least
        for name, (train, count) in ways.items():
            start = time.perf_counter()
            train()
            best[name] = min(best[name], (time.perf_counter() - start) / count * 1e3)
    return dict(sorted(best.items(), key=lambda row: -row[1]))


@styled
def draw(best: dict[str, float]) -> Figure:
    """Draw the milliseconds as bars, on a logarithmic axis."""
    figure, (ax,) = plotting.panels(1, width=7.6, height=0.6 + 0.55 * len(best))
    colors = [plotting.PALETTE[1] if "op by op" in name else plotting.PALETTE[0] for name in best]
    bars = ax.barh(list(best), list(best.values()), color=colors, height=0.62)
    ax.bar_label(bars, [f"{value:.3g} ms" for value in best.values()], padding=4)
    ax.set(xscale="log", xlabel="milliseconds a step, less is better", title="What compiling saves")
    ax.set_xlim(min(best.values()) / 2, max(best.values()) * 2.5)
    ax.grid(False, axis="y")
    ax.invert_yaxis()
    return figure

"""Training loops in PyTorch's words, each written once and run on `jnet.torch` and on PyTorch; and by hand in JAX.

`LOOPS` has a row a loop: a function of a torch module that returns `run(steps)`, and one that returns the same of a
step written by hand in JAX and Optax (None where nobody would write one).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from experiments.architectures import gpt, lstm, resnet18

Run = Callable[[int], None]


# -- in PyTorch's words -----------------------------------------------------------------------------------------------


def classifier(torch, sizes, batch, optimizer, item_first=False) -> Run:
    """Return a run of a network of linear layers and ReLU on random data."""
    torch.manual_seed(420)
    x, y = torch.rand(batch, sizes[0]), torch.randint(0, sizes[-1], (batch,))
    layers = []
    for before, after in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    return _training(model, x, y, torch.nn.CrossEntropyLoss(), _optimizer(torch, model, optimizer), item_first)


def lenet(torch, batch, optimizer="SGD", item_first=False) -> Run:
    """Return a run of LeNet on random images."""
    torch.manual_seed(420)
    x, y = torch.rand(batch, 1, 32, 32), torch.randint(0, 10, (batch,))
    nn = torch.nn
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    return _training(model, x, y, torch.nn.CrossEntropyLoss(), _optimizer(torch, model, optimizer), item_first)


def larger(torch, build, optimizer, compiled=False, **settings) -> Run:
    """Return a run of one of `experiments.architectures`, compiled by `torch.compile` if asked."""
    model, x, y, criterion = build(torch)
    optim = _optimizer(torch, model, optimizer, **settings)
    return _training(torch.compile(model) if compiled else model, x, y, criterion, optim)


def _optimizer(torch, model, name, lr=0.01, **settings):
    return getattr(torch.optim, name)(model.parameters(), lr=lr, **settings)


def _training(model, x, y, criterion, optim, item_first=False) -> Run:
    def run(steps):
        for _ in range(steps):
            loss = criterion(model(x), y)
            if item_first:
                loss.item()
            optim.zero_grad()
            loss.backward()
            optim.step()
        loss.item()

    return run


def himmelblau(torch) -> Run:
    """Return a run of Adam on Himmelblau's function, with an indexed tensor as the notes write it."""
    x = torch.tensor([0.0, 0.0], requires_grad=True)
    optim = torch.optim.Adam([x], lr=1e-3)

    def run(steps):
        for _ in range(steps):
            value = (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2
            optim.zero_grad()
            value.backward()
            optim.step()
        value.item()

    return run


def logistic(torch, rows) -> Run:
    """Return a run of logistic regression with raw tensors."""
    torch.manual_seed(420)
    x, y = torch.rand(rows, 4), torch.randint(0, 2, (rows, 1), dtype=torch.float32)
    w = torch.rand(4, 1, requires_grad=True)
    criterion = torch.nn.BCELoss()

    def run(steps):
        for _ in range(steps):
            loss = criterion(torch.sigmoid(torch.mm(x, w)), y)
            loss.backward()
            with torch.no_grad():
                w.sub_(w.grad, alpha=0.1)
            w.grad = None
        loss.item()

    return run


def chain(torch, ops) -> Run:
    """Return a run of one expression of many element-wise ops on a 4x5 tensor."""
    x = torch.ones(4, 5)

    def run(steps):
        for _ in range(steps):
            y = x
            for _ in range(ops // 2):
                y = y * 0.999 + 0.001
            y.sum().item()

    return run


# -- by hand in JAX ---------------------------------------------------------------------------------------------------


def _stepping(objective: Callable, params: Any, tx, *data) -> Run:
    """Return a run of one jitted step of `objective(params, *data)`."""
    state = tx.init(params)

    @jax.jit
    def step(params, state, *data):
        loss, grads = jax.value_and_grad(objective)(params, *data)
        updates, state = tx.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss

    def run(steps):
        nonlocal params, state
        for _ in range(steps):
            params, state, loss = step(params, state, *data)
        jax.block_until_ready((params, loss))

    return run


def hand_classifier(sizes, batch, optimizer) -> Run:
    """Return the run of the same classifier."""
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.random((batch, sizes[0])), jnp.float32)
    y = jnp.asarray(rng.integers(0, sizes[-1], batch), jnp.int32)
    pairs = itertools.pairwise(sizes)
    params = [(jnp.asarray(rng.normal(0, b**-0.5, (b, a)), jnp.float32), jnp.zeros(a)) for b, a in pairs]

    def objective(params, x, y):
        for w, b in params[:-1]:
            x = jax.nn.relu(x @ w + b)
        w, b = params[-1]
        return optax.softmax_cross_entropy_with_integer_labels(x @ w + b, y).mean()

    return _stepping(objective, params, {"SGD": optax.sgd, "Adam": optax.adam}[optimizer](0.01), x, y)


def hand_himmelblau() -> Run:
    """Return the run of the same descent."""
    return _stepping(
        lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2, jnp.zeros(2), optax.adam(1e-3)
    )


def hand_logistic(rows) -> Run:
    """Return the run of the same regression."""
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.random((rows, 4)), jnp.float32)
    y = jnp.asarray(rng.integers(0, 2, (rows, 1)), jnp.float32)

    def objective(w, x, y):
        return optax.sigmoid_binary_cross_entropy(x @ w, y).mean()

    return _stepping(objective, jnp.full((4, 1), 0.5), optax.sgd(0.1), x, y)


NET = (20, 13, 8, 3)
MLP = (784, 200, 200, 10)
# Title -> (loop of a torch module, loop by hand).
LOOPS: dict[str, tuple[Callable[[Any], Run], Callable[[], Run] | None]] = {
    "20-13-8-3, batch 500, SGD": (lambda t: classifier(t, NET, 500, "SGD"), lambda: hand_classifier(NET, 500, "SGD")),
    **{
        f"MLP, batch {batch}, {name}": (
            lambda t, batch=batch, name=name: classifier(t, MLP, batch, name),
            lambda batch=batch, name=name: hand_classifier(MLP, batch, name),
        )
        for batch in (64, 200, 1024)
        for name in ("SGD", "Adam")
    },
    "MLP, batch 64, SGD, item() first": (lambda t: classifier(t, MLP, 64, "SGD", True), None),
    "LeNet, batch 64, SGD": (lambda t: lenet(t, 64), None),
    "LeNet, batch 64, SGD, item() first": (lambda t: lenet(t, 64, item_first=True), None),
    "Himmelblau, Adam": (himmelblau, hand_himmelblau),
    "Logistic regression, 3,000,000 rows": (
        lambda t: logistic(t, 3_000_000),
        lambda: hand_logistic(3_000_000),
    ),
    "2,000 ops on a 4x5 tensor": (lambda t: chain(t, 2000), None),
}
# Title -> loop of a torch module, which can be compiled by `torch.compile`.
LARGER: dict[str, Callable[..., Run]] = {
    "LSTM, batch 32, length 50, Adam": lambda t, **how: larger(t, lstm, "Adam", lr=1e-3, **how),
    "GPT, 4 layers of 128, batch 16, length 64": lambda t, **how: larger(t, gpt, "AdamW", lr=3e-4, **how),
    "ResNet-18, 32x32, batch 32, SGD": lambda t, **how: larger(t, resnet18, "SGD", momentum=0.9, **how),
}

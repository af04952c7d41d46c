"""Time training steps: jnet's, the same written by hand in Flax and Optax, and PyTorch's, where it is installed.

    python -m experiments.bench [--seconds 0.2] [--rounds 15]

All contestants of a row run in turns in one process, so that a machine that slows down slows all of them; the table
gives medians of milliseconds a step and ratios of medians. Where JAX finds an accelerator, its rows follow the CPU's.
"""

import argparse
import importlib.util
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

from experiments.loops import LARGER, LOOPS
from jnet import losses, models, optim, train
from jnet.files import write_atomic

# Model, batch, shape of one input.
ROWS = [
    ("MLP", 64, (28, 28, 1)),
    ("MLP", 200, (28, 28, 1)),
    ("MLP", 1024, (28, 28, 1)),
    ("LeNet", 64, (32, 32, 1)),
    ("LeNet", 1024, (32, 32, 1)),
]
LEARNING_RATE = 0.01


class HandMLP(nn.Module):
    """The same network in Flax's own words."""

    @nn.compact
    def __call__(self, x):
        x = x.reshape(x.shape[0], -1)
        x = nn.relu(nn.Dense(200)(x))
        x = nn.relu(nn.Dense(200)(x))
        return nn.Dense(10)(x)


class HandLeNet(nn.Module):
    """The same network in Flax's own words, on stock `lax` convolutions and pooling."""

    @nn.compact
    def __call__(self, x):
        x = nn.max_pool(nn.relu(nn.Conv(6, (5, 5), padding="VALID")(x)), (2, 2), (2, 2))
        x = nn.max_pool(nn.relu(nn.Conv(16, (5, 5), padding="VALID")(x)), (2, 2), (2, 2))
        x = x.reshape(x.shape[0], -1)
        x = nn.relu(nn.Dense(120)(x))
        x = nn.relu(nn.Dense(84)(x))
        return nn.Dense(10)(x)


def jnet_step(name: str, x, y) -> Callable[[int], None]:
    """Return a function that runs some training steps of jnet's model and waits for them."""
    model, tx = {"MLP": models.MLP, "LeNet": models.LeNet}[name](), optim.sgd(LEARNING_RATE)
    step = train.make_train_step(model, losses.cross_entropy, tx)
    state = train.init_state(model, tx, x)

    def run(steps):
        nonlocal state
        for _ in range(steps):
            state, report = step(state, (x, y))
        jax.block_until_ready((state, report))

    return run


def hand_step(name: str, x, y) -> Callable[[int], None]:
    """Return the same for a step written by hand."""
    model, tx = {"MLP": HandMLP, "LeNet": HandLeNet}[name](), optax.sgd(LEARNING_RATE)
    params = jax.jit(model.init)(jax.random.key(0), x)
    opt_state = tx.init(params)

    def step(params, opt_state, x, y):
        def objective(params):
            return optax.softmax_cross_entropy_with_integer_labels(model.apply(params, x), y).mean()

        loss, grads = jax.value_and_grad(objective)(params)
        updates, opt_state = tx.update(grads, opt_state, params)
        return optax.apply_updates(params, updates), opt_state, loss

    step = jax.jit(step, donate_argnums=(0, 1))

    def run(steps):
        nonlocal params, opt_state
        for _ in range(steps):
            params, opt_state, loss = step(params, opt_state, x, y)
        jax.block_until_ready((params, loss))

    return run


def torch_step(name: str, x, y) -> Callable[[int], None]:
    """Return the same for PyTorch, eager."""
    import torch  # pyright: ignore[reportMissingImports] - the optional extra `parity`
    from torch import nn  # pyright: ignore[reportMissingImports]

    if name == "MLP":
        model = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 10)
        )
    else:
        model = nn.Sequential(
            *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        )
    on_gpu = x.devices().pop().platform == "gpu"
    if on_gpu and not torch.cuda.is_available():
        raise RuntimeError("this PyTorch finds no GPU")
    device = "cuda" if on_gpu else "cpu"
    model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE)
    criterion = nn.CrossEntropyLoss()
    inputs = torch.tensor(np.moveaxis(np.asarray(x), -1, 1), device=device)
    labels = torch.tensor(np.asarray(y), dtype=torch.int64, device=device)

    def run(steps):
        for _ in range(steps):
            loss = criterion(model(inputs), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        loss.item()

    return run


def measure(contestants: dict[str, Callable[[int], None]], seconds: float, rounds: int) -> dict[str, float]:
    """Return the median milliseconds a step of each contestant, all run in turns."""
    steps, times = {}, {name: [] for name in contestants}
    for name, run in contestants.items():
        run(12)  # compiles, and warms up
        started = time.perf_counter()
        run(3)
        steps[name] = max(1, round(3 * seconds / (time.perf_counter() - started)))
    for _ in range(rounds):
        for name, run in contestants.items():
            started = time.perf_counter()
            run(steps[name])
            times[name].append((time.perf_counter() - started) / steps[name] * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}


def bench_row(name: str, batch: int, shape: tuple[int, ...], device, seconds: float, rounds: int) -> dict:
    """Time one row of the table on one device."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(batch, *shape)).astype(np.float32), rng.integers(0, 10, batch).astype(np.int32)
    with jax.default_device(device):
        x, y = jnp.asarray(x), jnp.asarray(y)
        contestants = {"jnet": jnet_step(name, x, y), "hand-written": hand_step(name, x, y)}
        if importlib.util.find_spec("torch"):
            try:
                contestants["PyTorch"] = torch_step(name, x, y)
            except RuntimeError as error:
                print(f"PyTorch is left out on {device.platform}: {error}")
        row = measure(contestants, seconds, rounds)
    return {"model": name, "batch": batch, "device": device.platform, "ms": row}


def bench_loop(title: str, seconds: float, rounds: int) -> dict:
    """Time one loop in PyTorch's words on `jnet.torch`, on PyTorch, and the same by hand in JAX."""
    import jnet.torch

    loop, by_hand = LOOPS[title]
    contestants = {"jnet": loop(jnet.torch)}
    if by_hand is not None:
        contestants["hand-written"] = by_hand()
    if importlib.util.find_spec("torch"):
        import torch  # pyright: ignore[reportMissingImports]

        contestants["PyTorch"] = loop(torch)
    return {"loop": title, "device": "cpu", "ms": measure(contestants, seconds, rounds)}


def bench_larger(title: str, seconds: float, rounds: int) -> dict:
    """Time one loop of a larger network on `jnet.torch`, on PyTorch, and on PyTorch compiled by `torch.compile`."""
    import jnet.torch

    loop = LARGER[title]
    contestants = {"jnet": loop(jnet.torch)}
    if importlib.util.find_spec("torch"):
        import torch  # pyright: ignore[reportMissingImports]

        contestants["PyTorch"] = loop(torch)
        compiled = loop(torch, compiled=True)
        try:
            compiled(1)
            contestants["torch.compile"] = compiled
        except Exception as error:  # it needs a C++ compiler
            print(f"torch.compile is left out: {str(error).strip().splitlines()[0]}")
    return {"loop": title, "device": "cpu", "ms": measure(contestants, seconds, rounds)}


def line(row: dict, second: str = "hand-written") -> str:
    """Return a row of the table."""
    ms = row["ms"]
    ratios = [f"{ms[other] / ms['jnet']:.2f}x" if other in ms else "-" for other in (second, "PyTorch")]
    cells = [f"{ms[name]:.3f}" if name in ms else "-" for name in ("jnet", second, "PyTorch")]
    title = row.get("loop") or f"{row['model']}, batch {row['batch']}"
    return f"{title:<42} {row['device']:<6} {cells[0]:>9} {cells[1]:>13} {cells[2]:>9} {ratios[0]:>13} {ratios[1]:>11}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.bench", description="Time training steps.")
    parser.add_argument("--seconds", type=float, default=0.2, help="how long one turn of a contestant takes")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each contestant")
    parser.add_argument("--out", type=Path, default=Path("results/bench.json"), help="where the figures are written")
    parser.add_argument(
        "--only", default="", help='only rows whose title has this in it; also "steps:", "loops:" or "larger:"'
    )
    options = parser.parse_args()
    devices = [jax.devices("cpu")[0]]
    if jax.default_backend() != "cpu":
        devices.append(jax.devices()[0])
    print("Milliseconds a training step (median), and how many times faster jnet is")
    print(
        f"{'':<42} {'device':<6} {'jnet':>9} {'hand-written':>13} {'PyTorch':>9} {'/hand-written':>13} {'/PyTorch':>11}"
    )
    rows = []
    for device in devices:
        for name, batch, shape in ROWS:
            if options.only not in f"steps: {name}, batch {batch}":
                continue
            rows.append(bench_row(name, batch, shape, device, options.seconds, options.rounds))
            print(line(rows[-1]), flush=True)
    print("\nLoops in PyTorch's words")
    for title in LOOPS:
        if options.only in f"loops: {title}":
            rows.append(bench_loop(title, options.seconds, options.rounds))
            print(line(rows[-1]), flush=True)
    ratios = [row["ms"]["PyTorch"] / row["ms"]["jnet"] for row in rows if "loop" in row and "PyTorch" in row["ms"]]
    print("\nLarger networks; the second column is torch.compile's")
    for title in LARGER:
        if options.only in f"larger: {title}":
            rows.append(bench_larger(title, 5 * options.seconds, options.rounds // 3))
            print(line(rows[-1], "torch.compile"), flush=True)
    if ratios:
        print(f"Geometric mean of the loops: {statistics.geometric_mean(ratios):.2f} times as fast as PyTorch")
    write_atomic(options.out, json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Over- and underfitting: a small set of digits, some of them labelled wrongly, learnt by networks that know too much.

python -m experiments.overfitting --wrong 0
"""

import dataclasses
import json
import sys
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

from experiments.harness import runner
from experiments.parts import digits
from jnet import data, live, losses, plotting
from jnet.files import write_atomic
from jnet.ops.random import Generator
from jnet.plotting.style import FAINT, INK, PALETTE, styled

CHAPTER = 11
TITLE = "Overfitting and underfitting"
TITLE_ZH = "过拟合与欠拟合"
QUESTION = "When does a network learn digits, when does it learn its training set by heart, and what helps?"
QUESTION_ZH = "网络什么时候学会了识别数字，什么时候只是背下了训练集？有哪些办法？"


@dataclass(frozen=True)
class Settings:
    digits: int = 500  # to train on, as many of each kind; 1,000 others validate
    wrong: float = 0.2  # share of the training labels that are wrong, as those of a tired helper are
    epochs: int = 60  # passes over them
    batch_size: int = 50  # digits a step
    rate: float = 0.02  # SGD's learning rate
    momentum: float = 0.9  # of SGD
    dropout: float = 0.8  # share of the hidden neurons left out at each step, where dropout is on
    weight_decay: float = 0.03  # of SGD, where it is on
    decay: float = 0.5  # factor of the learning rate every tenth of the epochs, where it decays
    patience: int = 5  # epochs without a better validation loss after which early stopping stops
    seed: int = 0  # of the wrong labels, the first weights and the order


FAST = {"digits": 100, "epochs": 10}
WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128)
WIDE = WIDTHS[-1]
# What a network is told; each of the networks changes something.
PLAIN = {"width": WIDE, "dropout": 0.0, "weight_decay": 0.0, "momentum": None, "decay": 1.0}


def run(settings: Settings, out: runner.Output) -> None:
    with digits.unfinished(out, settings) as checkpoint:
        curves = train_all(settings, checkpoint, out.live)
        stop = stopped(curves["plain"]["validation loss"], settings.patience)
        helped = numbers(out, curves, stop)
        draw_wrong(out, settings)
        draw_widths(out, curves)
        draw_remedies(out, settings, curves, stop)
        lessons(out)
    plain, best = curves["plain"], min(curves["plain"]["validation loss"])
    out.found(f"""
        One hidden neuron cannot learn the digits; {WIDE} learn even the wrong labels,
        {plain["training accuracy"][-1]:.0%} of the training set, but only {plain["validation accuracy"][-1]:.0%} of
        other digits, and the validation loss rises from {best:.2f} to {plain["validation loss"][-1]:.2f}. Dropout ends
        at {helped["dropout"]:.2f}, weight decay at {helped["weight decay"]:.2f}, a falling learning rate at
        {helped["rate decay"]:.2f}; early stopping keeps epoch {stop + 1} with {helped["early stopping"]:.2f}.
    """)


def numbers(out: runner.Output, curves: dict[str, dict], stop: int) -> dict[str, float]:
    """Record how the networks ended; return the validation losses with the remedies."""
    plain = curves["plain"]
    for name, curve in curves.items():
        ends = [curve["training loss"][-1], curve["validation loss"][-1]]
        out.number(f"{name}: loss at the end, training and validation", ends)
    out.number("plain: validation accuracy at the end", plain["validation accuracy"][-1], key=True)
    helped = {name: curves[name]["validation loss"][-1] for name in ("dropout", "weight decay", "rate decay")}
    helped["early stopping"] = plain["validation loss"][stop]
    for name, loss in helped.items():
        out.number(f"validation loss with {name}", loss, at_most=plain["validation loss"][-1], key=True)
    out.number("training loss of one hidden neuron", curves["width 1"]["training loss"][-1], at_least=1.0)
    slow = {name: reached(curves[name]["training loss"]) for name in ("plain", "no momentum")}
    out.number("epochs to a training loss of 1.2, with momentum", slow["plain"], at_most=slow["no momentum"])
    return helped


def networks(settings: Settings) -> dict[str, dict]:
    """Return what each of the networks is told, by name."""
    widths = {f"width {width}": {"width": width} for width in WIDTHS[:-1]}
    changed = {
        "plain": {},
        "dropout": {"dropout": settings.dropout},
        "weight decay": {"weight_decay": settings.weight_decay},
        "rate decay": {"decay": settings.decay},
        "no momentum": {"momentum": 0.0},
    }
    told = {name: PLAIN | {"momentum": settings.momentum} | change for name, change in (changed | widths).items()}
    return {name: {key: float(value) for key, value in each.items()} for name, each in told.items()}


def train_all(settings: Settings, checkpoint, show: live.Live | None = None) -> dict[str, dict]:
    """Return the curves of all networks, by name; those that a run before this one finished are in the checkpoint."""
    curves = json.loads(checkpoint.read_text()) if checkpoint.exists() else {}
    given = few_digits(settings)
    fit = jax.jit(partial(train, settings))  # one program: what differs between the networks are numbers
    for name, told in networks(settings).items():
        if name not in curves:
            found = jax.device_get(fit(told, *given))
            curves[name] = {key: values.tolist() for key, values in found.items()}
            write_atomic(checkpoint, json.dumps(curves))
        curve = curves[name]
        both = np.stack([curve["training loss"], curve["validation loss"]], axis=1)
        (show or live.Live()).line(name, both, np.arange(1, len(both) + 1), series=("training", "validation"))
        print(
            f"{name:<13} training loss {curve['training loss'][-1]:.3f}, validation loss "
            f"{curve['validation loss'][-1]:.3f}, accuracy {curve['validation accuracy'][-1]:.3f}",
            flush=True,
        )
    return curves


def few_digits(settings: Settings) -> tuple[np.ndarray, ...]:
    """Return x, y of a few training digits, some labels wrong, and x, y of those that validate."""
    training, test = data.mnist5k()
    some = training.take(np.arange(settings.digits) * len(training) // settings.digits)
    random = np.random.default_rng(settings.seed)
    labels, wrong = some.y.copy(), random.permutation(settings.digits)[: round(settings.wrong * settings.digits)]
    labels[wrong] = (labels[wrong] + random.integers(1, 10, len(wrong))) % 10
    return some.x.reshape(-1, 784), labels, test.x.reshape(-1, 784), test.y


def train(settings: Settings, told: dict, x, y, x_test, y_test) -> dict:
    """Train one network with one hidden layer and return its curves, an entry an epoch.

    Its width is a mask over the widest one's neurons, so that all networks are the same program.
    """
    mask = jnp.arange(WIDE) < told["width"]
    keys = jax.random.split(jax.random.key(settings.seed), 5)

    def uniform(key, shape, inputs):
        return jax.random.uniform(key, shape, minval=-1, maxval=1) / jnp.sqrt(inputs)

    params = {
        "w1": uniform(keys[0], (784, WIDE), 784.0),
        "b1": uniform(keys[1], (WIDE,), 784.0),
        "w2": uniform(keys[2], (WIDE, 10), told["width"]),
        "b2": uniform(keys[3], (10,), told["width"]),
    }

    def logits(params, x, kept):
        return (jax.nn.relu(x @ params["w1"] + params["b1"]) * mask * kept) @ params["w2"] + params["b2"]

    def step(carry, batch):
        params, velocity = carry
        rows, key, rate = batch
        share = 1 - told["dropout"]
        kept = jax.random.bernoulli(key, share, (len(rows), WIDE)) / share
        grads = jax.grad(lambda p: losses.cross_entropy(logits(p, x[rows], kept), y[rows]))(params)
        grads = jax.tree.map(lambda g, p: g + told["weight_decay"] * p, grads, params)
        velocity = jax.tree.map(lambda v, g: told["momentum"] * v + g, velocity, grads)
        return (jax.tree.map(lambda p, v: p - rate * v, params, velocity), velocity), None

    def epoch(carry, number):
        key = jax.random.fold_in(keys[4], number)
        size = min(settings.batch_size, len(x))
        steps = len(x) // size
        order = jax.random.permutation(key, len(x))[: steps * size].reshape(steps, size)
        rate = settings.rate * told["decay"] ** (number // max(settings.epochs // 10, 1))
        carry, _ = jax.lax.scan(step, carry, (order, jax.random.split(key, steps), jnp.full(steps, rate)))
        seen, new = logits(carry[0], x, 1.0), logits(carry[0], x_test, 1.0)
        return carry, {
            "training loss": losses.cross_entropy(seen, y),
            "validation loss": losses.cross_entropy(new, y_test),
            "training accuracy": (seen.argmax(axis=1) == y).mean(),
            "validation accuracy": (new.argmax(axis=1) == y_test).mean(),
        }

    start = (params, jax.tree.map(jnp.zeros_like, params))
    return jax.lax.scan(epoch, start, jnp.arange(settings.epochs))[1]


def stopped(values: list[float], patience: int) -> int:
    """Return the epoch, from 0, whose weights early stopping keeps: the best one before it loses its patience."""
    best = 0
    for epoch, value in enumerate(values):
        if value < values[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best


def reached(values: list[float], level: float = 1.2) -> int:
    """Return after how many epochs a loss is below the level; one more than all if it never is."""
    return next((epoch for epoch, value in enumerate(values, start=1) if value < level), len(values) + 1)


# -- figures ----------------------------------------------------------------------------------------------------------


def draw_wrong(out: runner.Output, settings: Settings) -> None:
    x, labels, _, _ = few_digits(settings)
    right = few_digits(dataclasses.replace(settings, wrong=0.0))[1]
    wrong = np.flatnonzero(labels != right)
    wrong = wrong[np.linspace(0, len(wrong) - 1, min(len(wrong), 16)).astype(int)]
    if len(wrong):
        out.figure(
            "wrong",
            plotting.images(x[wrong].reshape(-1, 28, 28), [f"“{labels[i]}”" for i in wrong], size=0.9),
            "Training digits whose labels are wrong. Nothing about them says so; who learns them learns them by heart.",
        )


@styled
def draw_widths(out: runner.Output, curves: dict) -> None:
    names = [f"width {width}" for width in WIDTHS[:-1]] + ["plain"]
    figure, (left, right) = plotting.panels(2, width=4.8, height=3.7)
    for ax, what, title in ((left, "loss", "Loss"), (right, "accuracy", "Accuracy")):
        seen, new = ([curves[name][f"{kind} {what}"][-1] for name in names] for kind in ("training", "validation"))
        ax.fill_between(WIDTHS, seen, new, color=FAINT, alpha=0.6, lw=0)
        ax.plot(WIDTHS, seen, marker="o", label="training digits")
        ax.plot(WIDTHS, new, "--", marker="s", label="other digits")
        ax.set_xscale("log", base=2)
        ax.set_xticks(WIDTHS, [str(width) for width in WIDTHS])
        ax.set(title=f"{title} at the end, by width", xlabel="hidden neurons")
    left.set_ylim(0, None)
    left.legend()
    left.text(1, 0.5, "underfits:\nboth are high", fontsize=9, color=INK)
    left.text(64, 0.5, "overfits", fontsize=9, color=INK, ha="center")
    out.figure(
        "widths",
        figure,
        "Loss and accuracy after training, by the number of hidden neurons: few are bad at both sets of digits; many "
        "are perfect at what they have seen and much worse at other digits, and the gap between is overfitting.",
    )


@styled
def draw_remedies(out: runner.Output, settings: Settings, curves: dict, stop: int) -> None:
    falls = (settings.epochs - 1) // max(settings.epochs // 10, 1)
    panels = {
        "Nothing done": "plain",
        f"Dropout of {settings.dropout:.0%}": "dropout",
        f"Weight decay of {settings.weight_decay:g}": "weight decay",
        f"Early stopping, patience {settings.patience}": "plain",
        f"Rate times {settings.decay:g}, {falls} times": "rate decay",
        "Without momentum": "no momentum",
    }
    figure, axes = plotting.panels(6, columns=3, width=3.5, height=2.9)
    plain = curves["plain"]
    epochs = np.arange(1, settings.epochs + 1)
    for ax, (title, name) in zip(axes, panels.items(), strict=True):
        early = title.startswith("Early")
        shown = slice(0, stop + settings.patience + 1 if early else None)
        if name != "plain" or early:
            ax.plot(epochs, plain["training loss"], color="#b9bfc8", lw=1.2)
            ax.plot(epochs, plain["validation loss"], "--", color="#b9bfc8", lw=1.2)
        ax.plot(epochs[shown], curves[name]["training loss"][shown], color=PALETTE[0], label="training")
        ax.plot(epochs[shown], curves[name]["validation loss"][shown], "--", color=PALETTE[1], label="validation")
        if early:
            ax.plot(stop + 1, plain["validation loss"][stop], "*", ms=14, color=PALETTE[1], label="kept weights")
            ax.legend(loc="lower right")
        ax.set(title=title, ylim=(0, 1.15 * max(plain["validation loss"])), xlim=(0, settings.epochs + 1))
    axes[0].legend(loc="lower right")
    for ax in axes[3:]:
        ax.set_xlabel("epoch")
    for ax in axes[::3]:
        ax.set_ylabel("loss")
    out.figure(
        "remedies",
        figure,
        "Training and validation loss by epoch: with nothing done the one falls to zero while the other rises; "
        "dropout, weight decay, early stopping and a falling learning rate hold it down; without momentum all comes "
        "later. Grey is what happens with nothing done.",
    )


# -- two remedies in both faces ---------------------------------------------------------------------------------------


def dropout_torch(torch):
    nn = torch.nn
    torch.manual_seed(420)
    layer, x = nn.Dropout(p=0.5), torch.ones(2, 6)
    layer.train()  # while training, every other number is zeroed at random, and the rest doubled
    first, second = layer(x), layer(x)
    mean = layer(torch.ones(100_000)).mean()  # so that the mean stays
    layer.eval()  # what is learnt is used whole
    return {"training": first, "training again": second, "mean of many": mean, "evaluating": layer(x)}


def dropout_jax():
    random = Generator(420)

    def dropout(x, p=0.5, training=True):  # Flax: nn.Dropout(p)(x, deterministic=not training), with a key
        return x * random.bernoulli(1 - p, x.shape) / (1 - p) if training else x

    x = jnp.ones((2, 6))
    first, second = dropout(x), dropout(x)
    mean = dropout(jnp.ones(100_000)).mean()
    return {"training": first, "training again": second, "mean of many": mean, "evaluating": dropout(x, training=False)}


def decay_torch(torch):
    torch.manual_seed(420)
    x, y = torch.rand(50, 4), torch.rand(50, 1)
    found = {}
    for decay in (0.0, 0.1):
        layer = torch.nn.Linear(4, 1)
        torch.nn.init.ones_(layer.weight)
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9, weight_decay=decay)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=20, gamma=0.5)
        for _ in range(60):
            loss = torch.nn.functional.mse_loss(layer(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
        found |= {f"loss, decay {decay}": loss, f"length of the weights, decay {decay}": layer.weight.norm()}
    return found | {"last rate": scheduler.get_last_lr()[0]}


def decay_jax():
    random = Generator(420)
    x, y = random.rand((50, 4)), random.rand((50, 1))
    rate = optax.exponential_decay(0.1, transition_steps=20, decay_rate=0.5, staircase=True)
    found = {}
    for decay in (0.0, 0.1):
        random.uniform(-0.5, 0.5, (1, 4))  # what nn.Linear draws and `ones_` overwrites
        params = {"w": jnp.ones((4, 1)), "b": jnp.asarray(random.uniform(-0.5, 0.5, 1))}
        tx = optax.chain(optax.add_decayed_weights(decay), optax.sgd(rate, momentum=0.9))  # as PyTorch's SGD does

        def step(carry, _, tx=tx):
            params, state = carry
            loss, grads = jax.value_and_grad(lambda p: losses.mse(x @ p["w"] + p["b"], y))(params)
            updates, state = tx.update(grads, state, params)
            return (jax.tree.map(jnp.add, params, updates), state), loss

        (params, _), values = jax.lax.scan(step, (params, tx.init(params)), length=60)
        length = jnp.linalg.norm(params["w"])
        found |= {f"loss, decay {decay}": values[-1], f"length of the weights, decay {decay}": length}
    return found | {"last rate": rate(60)}


def lessons(out: runner.Output) -> None:
    out.faces(
        "Dropout, training and evaluating",
        dropout_torch,
        dropout_jax,
        pytorch={
            "training": [[2, 0, 0, 2, 2, 0], [0, 2, 0, 2, 0, 2]],
            "training again": [[0, 2, 0, 2, 2, 0], [2, 2, 0, 0, 2, 0]],
            "mean of many": 1.00328004,
            "evaluating": [[1] * 6] * 2,
        },
    )
    out.faces(
        "Weight decay and a falling learning rate",
        decay_torch,
        decay_jax,
        within=1e-5,
        pytorch={
            "loss, decay 0.0": 0.0942682102,
            "length of the weights, decay 0.0": 0.256148547,
            "loss, decay 0.1": 0.0942570567,
            "length of the weights, decay 0.1": 0.190474316,
            "last rate": 0.0125,
        },
    )


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

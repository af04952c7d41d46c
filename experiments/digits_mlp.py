"""Classify handwritten digits with the notes' multilayer perceptron, 784-200-200-10.

python -m experiments.digits_mlp --epochs 5
"""

import math
import sys
import warnings
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import optax

from experiments.harness import runner
from experiments.parts import digits
from jnet import live, losses, metrics, models, optim, train
from jnet.data import Dataset, Loader, mnist5k
from jnet.ops.random import Generator

CHAPTER = 11
TITLE = "Digits with a multilayer perceptron"
TITLE_ZH = "用多层感知机识别手写数字"
QUESTION = "How well do three linear layers with ReLU between them read handwritten digits that they have not seen?"
QUESTION_ZH = "三个线性层加上其间的 ReLU，能把没见过的手写数字识别得多好？"


@dataclass(frozen=True)
class Settings:
    epochs: int = 10  # passes over the 4,000 training digits
    batch_size: int = 64  # digits a step
    hidden: tuple[int, ...] = (200, 200)  # widths of the hidden layers
    rate: float = 0.1  # first learning rate; a cosine takes it to zero at the last step
    momentum: float = 0.9  # of SGD
    weight_decay: float = 0.0  # of SGD, added to the gradient as PyTorch does
    lesson_digits: int = 4000  # on which the loops that are shown in both faces train for an epoch
    seed: int = 0  # of the first weights and of the order of the digits


FAST = {"epochs": 1, "lesson_digits": 256}
ACCURACY = 0.93  # PyTorch reaches 93 to 94 % in ten epochs with a constant rate
# What PyTorch 2.13 finds in the lessons.
MODULES = {
    "first losses": [2.30134439, 2.29524827, 2.30271769, 2.27525091, 2.27563858],
    "test loss": 0.625335276,
    "test accuracy": 0.792,
}
RAW = {
    "first losses, randn": [782.946777, 593.762573, 550.067505, 499.75351, 458.217194],
    "test accuracy, randn": 0.099,
    "first losses, Kaiming": [2.31984186, 2.31334615, 2.25835919, 2.21279764, 2.28833461],
    "test accuracy, Kaiming": 0.69,
}
SLIP = {
    "steps that w1 took": 2.0,
    "steps that w2 took": 0.0,
    "steps that w3 took": 1.0,
    "warned of": 1,
    "a generator in a list": "TypeError",
}


def run(settings: Settings, out: runner.Output) -> None:
    training, test = mnist5k()
    show_digits(out, training)
    with digits.unfinished(out, settings) as checkpoint:
        loader = Loader(training, settings.batch_size, shuffle=True, seed=settings.seed)
        model = models.MLP((*settings.hidden, 10))
        rate = optim.schedules.cosine(settings.rate, settings.epochs * len(loader))
        tx = optim.sgd(rate, momentum=settings.momentum, weight_decay=settings.weight_decay)
        result = train.fit(
            model,
            losses.cross_entropy,
            tx,
            loader,
            Loader(test, 1000),
            epochs=settings.epochs,
            seed=settings.seed,
            metrics={"accuracy": metrics.accuracy},
            callbacks=[live.callback(out.live)],
            log=out.folder / "train.jsonl",
            checkpoint=checkpoint,
        )
        errors = digits.show(out, model, result, test, at_least=ACCURACY)
        show_templates(out, result.state.params["linear1"]["kernel"])
        lessons(settings, out, digits.lesson(training, test, settings.lesson_digits, (784,)))
    last = result.history[-1]
    out.found(f"""
        After {settings.epochs} epochs the network reads {len(test) - errors} of {len(test)} held-out digits rightly.
        In the last epoch it was right on {last["accuracy"]:.1%} of its {len(training)} training digits and on
        {last["test_accuracy"]:.1%} of the held-out ones: what lies between is overfitting. PyTorch's loop on jnet.torch
        and the one in JAX, from the same weights and batches, have the same loss at every step.
    """)


# -- the loop, by modules ---------------------------------------------------------------------------------------------


def modules_torch(torch, x, y, x_test, y_test):
    nn = torch.nn
    device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(420)
    net = nn.Sequential(nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 10)).to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    criterion = nn.CrossEntropyLoss().to(device)
    train_set = torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y))
    train_loader = torch.utils.data.DataLoader(train_set, batch_size=64, shuffle=True)
    losses = []
    for data, target in train_loader:
        data, target = data.to(device), target.to(device)
        loss = criterion(net(data), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        logits = net(torch.tensor(x_test).to(device))
        target = torch.tensor(y_test).to(device)
        correct = torch.eq(logits.argmax(1), target).sum().float().item()
    loss, accuracy = criterion(logits, target), correct / len(x_test)
    return {"first losses": losses[:5], "losses": losses, "test loss": loss, "test accuracy": accuracy}


def modules_jax(x, y, x_test, y_test):
    random = Generator(420)

    def linear(inputs, outputs):  # as nn.Linear draws its weights and its bias
        bound = 1 / math.sqrt(inputs)
        weight, bias = random.uniform(-bound, bound, (outputs, inputs)), random.uniform(-bound, bound, outputs)
        return {"kernel": jnp.asarray(weight.T), "bias": jnp.asarray(bias)}

    net = models.MLP((200, 200, 10))  # a Flax module
    params = {"linear1": linear(784, 200), "linear2": linear(200, 200), "linear3": linear(200, 10)}
    tx = optim.sgd(0.1, momentum=0.9)
    state = tx.init(params)

    @jax.jit
    def step(params, state, x, y):
        loss, grads = jax.value_and_grad(lambda p: losses.cross_entropy(net.apply({"params": p}, x), y))(params)
        updates, state = tx.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss

    random.random((), np.int64)  # a DataLoader draws a seed for its workers, and then one for its order
    order, values = Generator(int(random.random((), np.int64))).randperm(len(x)), []
    for rows in np.split(order, range(64, len(x), 64)):
        params, state, loss = step(params, state, x[rows], y[rows])
        values.append(loss)
    logits = jax.jit(net.apply)({"params": params}, x_test)
    loss, accuracy = losses.cross_entropy(logits, y_test), jnp.mean(logits.argmax(axis=1) == y_test)
    return {"first losses": values[:5], "losses": values, "test loss": loss, "test accuracy": accuracy}


# -- the same, by raw tensors -----------------------------------------------------------------------------------------


def raw_torch(torch, x, y, x_test, y_test):
    F, init = torch.nn.functional, torch.nn.init
    train_set = torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y))
    train_loader = torch.utils.data.DataLoader(train_set, batch_size=64, shuffle=True)

    def train(name, draw, lr):
        torch.manual_seed(420)
        w1, w2, w3 = (draw(torch.empty(size)) for size in ((200, 784), (200, 200), (10, 200)))
        b1, b2, b3 = torch.zeros(200), torch.zeros(200), torch.zeros(10)
        optimizer = torch.optim.SGD([p.requires_grad_() for p in (w1, b1, w2, b2, w3, b3)], lr=lr)

        def forward(x):
            x = F.relu(x @ w1.t() + b1)
            x = F.relu(x @ w2.t() + b2)
            return F.relu(x @ w3.t() + b3)  # the notes end with a ReLU, too

        losses = []
        for data, target in train_loader:
            loss = F.cross_entropy(forward(data.view(-1, 28 * 28)), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        accuracy = torch.eq(forward(torch.tensor(x_test)).argmax(1), torch.tensor(y_test)).float().mean()
        return {f"first losses, {name}": losses[:5], f"losses, {name}": losses, f"test accuracy, {name}": accuracy}

    return train("randn", init.normal_, 1e-3) | train("Kaiming", init.kaiming_normal_, 0.1)


def raw_jax(x, y, x_test, y_test):
    def forward(params, x):
        for w, b in params:
            x = jax.nn.relu(x @ w.T + b)
        return x

    @jax.jit
    def step(params, rate, x, y):
        loss, grads = jax.value_and_grad(lambda p: losses.cross_entropy(forward(p, x), y))(params)
        return jax.tree.map(lambda p, g: p - rate * g, params, grads), loss

    def train(name, rate):
        random, params = Generator(420), []
        for outputs, inputs in ((200, 784), (200, 200), (10, 200)):
            std = 1.0 if name == "randn" else math.sqrt(2 / inputs)  # Kaiming's keeps the variance through ReLU
            params.append((random.normal(0.0, std, (outputs, inputs)), np.zeros(outputs, np.float32)))
        random.random((), np.int64)  # the DataLoader's own draw
        order, values = Generator(int(random.random((), np.int64))).randperm(len(x)), []
        for rows in np.split(order, range(64, len(x), 64)):
            params, loss = step(params, rate, x[rows], y[rows])
            values.append(loss)
        accuracy = jnp.mean(forward(params, x_test).argmax(axis=1) == y_test)
        return {f"first losses, {name}": values[:5], f"losses, {name}": values, f"test accuracy, {name}": accuracy}

    return train("randn", 1e-3) | train("Kaiming", 0.1)


# -- a slip of the notes, and accuracy --------------------------------------------------------------------------------


def slip_torch(torch):
    F = torch.nn.functional
    torch.manual_seed(420)
    x, target = torch.rand(64, 784), torch.randint(0, 10, (64,))
    w1, w2, w3 = (torch.nn.init.kaiming_normal_(torch.empty(n, m)) for n, m in ((200, 784), (200, 200), (10, 200)))
    b1, b2, b3 = torch.zeros(200), torch.zeros(200), torch.zeros(10)
    before = [w.clone() for w in (w1, w2, w3)]
    for p in (w1, b1, w2, b2, w3, b3):
        p.requires_grad_()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        optimizer = torch.optim.SGD([w1, b1, w1, b2, w3, b3], lr=1e-3)  # w1 twice, w2 never
    h = F.relu(F.relu(x @ w1.t() + b1) @ w2.t() + b2)
    F.cross_entropy(h @ w3.t() + b3, target).backward()
    optimizer.step()
    pairs = zip(("w1", "w2", "w3"), (w1, w2, w3), before, strict=True)
    steps = {f"steps that {name} took": (w - old).norm() / (1e-3 * w.grad.norm()) for name, w, old in pairs}
    try:
        torch.optim.SGD([torch.nn.Linear(2, 1).parameters()], lr=1e-3)  # another slip: a generator in a list
    except TypeError as error:  # optimizer can only optimize Tensors, but one of the params is Module.parameters
        refused = type(error).__name__
    return steps | {"warned of": len(warned), "a generator in a list": refused}


def slip_jax():
    random = Generator(420)
    x, target = random.rand((64, 784)), random.randint(0, 10, 64)
    sizes = {"w1": (200, 784), "w2": (200, 200), "w3": (10, 200)}
    weights = {name: random.normal(0.0, math.sqrt(2 / size[1]), size) for name, size in sizes.items()}

    def loss(w):
        h = jax.nn.relu(jax.nn.relu(x @ w["w1"].T) @ w["w2"].T)
        return losses.cross_entropy(h @ w["w3"].T, target)

    # Parameters are one tree, and an update maps over all of it: none is forgotten or comes twice unless one says so.
    listed, grads = ["w1", "b1", "w1", "b2", "w3", "b3"], jax.grad(loss)(weights)
    updated = {name: w - listed.count(name) * 1e-3 * grads[name] for name, w in weights.items()}
    norm = jnp.linalg.norm
    steps = {f"steps that {w} took": norm(updated[w] - weights[w]) / (1e-3 * norm(grads[w])) for w in weights}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX says so in a warning, too: a generator is no tree of arrays
        try:
            optax.sgd(1e-3, momentum=0.9).init([iter(weights.values())])
        except TypeError as error:
            refused = type(error).__name__
    return steps | {"warned of": len(listed) - len(set(listed)), "a generator in a list": refused}


def accuracy_torch(torch):
    F = torch.nn.functional
    torch.manual_seed(420)
    logits = torch.rand(4, 10) + F.one_hot(torch.tensor([1, 9, 5, 1]), 10)
    pred = F.softmax(logits, dim=1).argmax(dim=1)
    same = logits.argmax(dim=1)  # softmax does not change which is the largest
    correct = torch.eq(same, torch.tensor([1, 9, 2, 3]))
    return {"argmax of softmax": pred, "argmax": same, "correct": correct, "accuracy": correct.sum().float().item() / 4}


def accuracy_jax():
    logits = Generator(420).rand((4, 10)) + jax.nn.one_hot(jnp.array([1, 9, 5, 1]), 10)
    pred = jax.nn.softmax(logits, axis=1).argmax(axis=1)
    same = logits.argmax(axis=1)
    correct = same == jnp.array([1, 9, 2, 3])
    return {"argmax of softmax": pred, "argmax": same, "correct": correct, "accuracy": correct.mean()}


def lessons(settings: Settings, out: runner.Output, given: dict) -> None:
    """Train for an epoch in both faces, by modules and by raw tensors, and repeat a slip of the notes."""
    whole = settings.lesson_digits == Settings.lesson_digits
    # Two orders of adding up float32 numbers: after an epoch the losses differed by 3e-7 of the largest.
    out.faces(
        "An epoch by modules", modules_torch, modules_jax, given=given, within=2e-5, pytorch=MODULES if whole else None
    )
    out.faces("An epoch by raw tensors", raw_torch, raw_jax, given=given, within=2e-5, pytorch=RAW if whole else None)
    rows = {row["name"]: row for row in out.rows()}
    drawn = {"by modules": rows["losses"], "by raw tensors": rows["losses, Kaiming"]}
    digits.draw_faces(out, {name: (row["torch"], row["jax"]) for name, row in drawn.items()})
    out.number("test accuracy after an epoch from randn weights", rows["test accuracy, randn"]["torch"])
    out.number("test accuracy after an epoch by modules", rows["test accuracy"]["torch"])
    notes = {"argmax of softmax": "1, 9, 5, 1", "argmax": "1, 9, 5, 1", "accuracy": "0.5"}
    pytorch = {"argmax": [1, 9, 5, 1], "correct": [True, True, False, False], "accuracy": 0.5}
    out.faces("Accuracy: argmax and eq", accuracy_torch, accuracy_jax, notes=notes, pytorch=pytorch)
    out.faces("A slip in the notes: SGD([w1, b1, w1, b2, w3, b3])", slip_torch, slip_jax, within=1e-3, pytorch=SLIP)


# -- what there is to see ---------------------------------------------------------------------------------------------


def show_digits(out: runner.Output, training: Dataset) -> None:
    places = np.stack([np.flatnonzero(training.y == digit)[:14] for digit in range(10)])  # a row a digit
    out.figure(
        "digits",
        digits.mosaic(training.x[places][..., 0], 0.55),
        "Fourteen training digits of each kind, a row a kind: 28 x 28 grey pixels each, which the network gets as 784 "
        "numbers in a row.",
    )


def show_templates(out: runner.Output, kernel) -> None:
    """Draw what the busiest neurons of the first layer look for: their 784 weights as an image."""
    kernel = np.asarray(kernel)  # (784, 200)
    busy = np.argsort(-np.linalg.norm(kernel, axis=0), kind="stable")[:16]
    out.figure(
        "templates",
        digits.mosaic(kernel.T[busy].reshape(2, 8, 28, 28), 0.95, signed=True),
        "The weights of the sixteen first-layer neurons with the largest ones, laid out as the pixels that they weigh: "
        "red asks for ink, blue for paper. Strokes show, but each neuron looks at one place only.",
    )


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

"""Classify handwritten digits with LeNet, and look at what its first layers see.

python -m experiments.digits_lenet --epochs 3
"""

import itertools
import math
import sys
import warnings
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

from experiments.harness import runner
from experiments.parts import digits
from jnet import live, losses, metrics, models, ops, optim, plotting, train
from jnet.data import Loader, mnist5k
from jnet.ops.random import Generator
from jnet.plotting.style import PALETTE, place_image, sheet, styled

CHAPTER = 12
TITLE = "Digits with LeNet"
TITLE_ZH = "用 LeNet 识别手写数字"
QUESTION = "How much better does a network read digits that looks at neighbourhoods instead of single pixels?"
QUESTION_ZH = "看邻域而不是只看单个像素的网络，识别数字能好多少？"


@dataclass(frozen=True)
class Settings:
    epochs: int = 10  # passes over the 4,000 training digits
    batch_size: int = 32  # digits a step
    rate: float = 0.004  # AdamW's first learning rate; a cosine takes it to zero at the last step
    weight_decay: float = 0.01  # of AdamW, apart from the gradient
    smoothing: float = 0.1  # share of each label that is spread over all classes, against overfitting
    lesson_digits: int = 4000  # on which the loops that are shown in both faces train for an epoch
    seed: int = 0  # of the first weights and of the order of the digits


FAST = {"epochs": 1, "lesson_digits": 256}
ACCURACY = 0.97  # PyTorch reaches 97 to 97.7 % in ten epochs
# What PyTorch 2.13 finds in the lessons.
NET = {
    "sizes": [[6, 1, 5, 5], [6], [16, 6, 5, 5], [16], [120, 400], [120], [84, 120], [84], [10, 84], [10]],
    "warning": "Using a target size (torch.Size([10])) that is different to the input size (torch.Size([1, 10]))",
    "loss": 28.368784,
    "conv1.bias.grad": [0.0112927584, 0.0227060672, -0.0421562381, -0.00683925115, 0.0669632107, 0.021621177],
}
TRAINED = {
    "first losses": [2.30110645, 2.28936076, 2.28372765, 2.31399202, 2.26064968],
    "test loss": 0.544591069,
    "test accuracy": 0.85,
}


def run(settings: Settings, out: runner.Output) -> None:
    training, test = mnist5k()
    with digits.unfinished(out, settings) as checkpoint:
        loader = Loader(training, settings.batch_size, shuffle=True, seed=settings.seed)
        model = models.LeNet()
        rate = optim.schedules.cosine(settings.rate, settings.epochs * len(loader))
        tx = optim.adamw(rate, weight_decay=settings.weight_decay)
        result = train.fit(
            model,
            partial(losses.cross_entropy, label_smoothing=settings.smoothing),
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
        show_journey(out, model, result.state, test)
        show_filters(out, result.state)
        show_what_matters(out, model, result.state, test)
        lessons(settings, out, digits.lesson(training, test, settings.lesson_digits, (1, 28, 28)))
    out.found(f"""
        After {settings.epochs} epochs LeNet reads {len(test) - errors} of {len(test)} held-out digits rightly, with
        less than a third of the multilayer perceptron's weights: each of its filters is used all over the image.
        PyTorch's loop on jnet.torch and the one in JAX have the same loss at every step of their first epoch.
    """)


# -- the notes' network -----------------------------------------------------------------------------------------------


def net_torch(torch):
    nn, F = torch.nn, torch.nn.functional

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 6, 5)
            self.conv2 = nn.Conv2d(6, 16, 5)
            self.fc1 = nn.Linear(16 * 5 * 5, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, 10)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
            x = F.max_pool2d(F.relu(self.conv2(x)), 2)
            x = x.view(x.size()[0], -1)
            x = F.relu(self.fc1(x))
            x = F.relu(self.fc2(x))
            return self.fc3(x)

    torch.manual_seed(420)
    net = Net()
    output = net(torch.randn(1, 1, 32, 32))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")  # of the target's size: (10,) is broadcast to (1, 10)
        loss = nn.MSELoss()(output, torch.arange(0, 10))
    loss.backward()
    sizes = [list(p.size()) for p in net.parameters()]
    told = str(warned[0].message).partition(". ")[0]
    return {"sizes": sizes, "output": output, "warning": told, "loss": loss, "conv1.bias.grad": net.conv1.bias.grad}


def net_jax():
    random = Generator(420)

    def layer(*shape):  # as nn.Conv2d and nn.Linear draw: a weight of this shape, and a bias
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        return [random.uniform(-bound, bound, shape), random.uniform(-bound, bound, shape[0])]

    params = [layer(6, 1, 5, 5), layer(16, 6, 5, 5), layer(120, 400), layer(84, 120), layer(10, 84)]

    def forward(params, x):
        conv1, conv2, *full = params
        x = ops.max_pool2d(jax.nn.relu(ops.conv2d(x, *conv1)), 2)
        x = ops.max_pool2d(jax.nn.relu(ops.conv2d(x, *conv2)), 2)
        x = jax.vmap(lambda each: each.ravel())(x)
        for w, b in full[:-1]:
            x = jax.nn.relu(x @ w.T + b)
        w, b = full[-1]
        return x @ w.T + b

    x = random.randn((1, 1, 32, 32))

    @jax.jit
    @partial(jax.value_and_grad, has_aux=True)
    def step(params):
        output = forward(params, x)
        return losses.mse(output, jnp.arange(10)), output

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        (loss, output), grads = step(params)
    sizes = [list(p.shape) for p in jax.tree.leaves(params)]
    told = str(warned[0].message).partition(". ")[0]
    found = {"sizes": sizes, "output": output, "warning": told, "loss": loss}
    return found | {"conv1.bias.grad": grads[0][1]}


# -- trained on the digits --------------------------------------------------------------------------------------------


def train_torch(torch, x, y, x_test, y_test):
    nn = torch.nn
    torch.manual_seed(420)
    net = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),  # 28 x 28, as 32 x 32 with its border
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    train_set = torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y))
    train_loader = torch.utils.data.DataLoader(train_set, batch_size=32, shuffle=True)
    criterion, losses = nn.CrossEntropyLoss(), []
    for data, target in train_loader:
        loss = criterion(net(data), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        logits = net(torch.tensor(x_test))
        loss, accuracy = criterion(logits, torch.tensor(y_test)), (logits.argmax(1) == torch.tensor(y_test)).float()
    return {"first losses": losses[:5], "losses": losses, "test loss": loss, "test accuracy": accuracy.mean()}


def train_jax(x, y, x_test, y_test):
    random, net, weights = Generator(420), models.LeNet(), {}
    sizes = {"conv1": (6, 1, 5, 5), "conv2": (16, 6, 5, 5), "fc1": (120, 400), "fc2": (84, 120), "fc3": (10, 84)}
    for name, size in sizes.items():
        bound = 1 / math.sqrt(math.prod(size[1:]))
        weights |= {f"{name}.weight": random.uniform(-bound, bound, size)}
        weights |= {f"{name}.bias": random.uniform(-bound, bound, size[0])}
    params = models.from_torch_state_dict(net, weights)["params"]  # Flax has channels last, and kernels transposed
    x, x_test = x.transpose(0, 2, 3, 1), x_test.transpose(0, 2, 3, 1)
    tx = optim.adam(1e-3)
    state = tx.init(params)

    @jax.jit
    def step(params, state, x, y):
        loss, grads = jax.value_and_grad(lambda p: losses.cross_entropy(net.apply({"params": p}, x), y))(params)
        updates, state = tx.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss

    random.random((), np.int64)  # a DataLoader draws a seed for its workers, and then one for its order
    order, values = Generator(int(random.random((), np.int64))).randperm(len(x)), []
    for rows in np.split(order, range(32, len(x), 32)):
        params, state, loss = step(params, state, x[rows], y[rows])
        values.append(loss)
    logits = jax.jit(net.apply)({"params": params}, x_test)
    loss, accuracy = losses.cross_entropy(logits, y_test), jnp.mean(logits.argmax(axis=1) == y_test)
    return {"first losses": values[:5], "losses": values, "test loss": loss, "test accuracy": accuracy}


def lessons(settings: Settings, out: runner.Output, given: dict) -> None:
    """Show the notes' network and its first loss, then train it for an epoch, in both faces."""
    out.faces("LeNet, and its loss on random numbers", net_torch, net_jax, within=1e-5, pytorch=NET)
    pytorch = TRAINED if settings.lesson_digits == Settings.lesson_digits else None
    # After an epoch the losses of the faces, and PyTorch's, differed by 2e-6: float32 numbers added in other orders.
    out.faces("LeNet's first epoch", train_torch, train_jax, given=given, within=1e-3, pytorch=pytorch)
    rows = {row["name"]: row for row in out.rows()}
    digits.draw_faces(out, {"LeNet": (rows["losses"]["torch"], rows["losses"]["jax"])})


# -- what it sees -----------------------------------------------------------------------------------------------------


def show_journey(out: runner.Output, model, state, test) -> None:
    """Draw what becomes of digits on their way: feature maps, pooled maps, probabilities."""
    places = np.array([int(np.flatnonzero(test.y == digit)[0]) for digit in (7, 0, 1, 4)])
    see = jax.jit(partial(model.apply, features=True))
    logits, (first, second) = jax.device_get(see(state.variables, test.x[places]))
    first, second = first.transpose(0, 3, 1, 2), second.transpose(0, 3, 1, 2)  # (4, 6, 28, 28), (4, 16, 10, 10)
    out.figure(
        "journey",
        draw_journey(test.x[places[0], :, :, 0], first[0], second[0], logits[0]),
        "A held-out 7 on its way through LeNet: six feature maps, the same pooled to 14 x 14, sixteen feature maps of "
        "these, pooled to 5 x 5, and the probabilities of the ten digits.",
    )
    scaled = first / first.max(axis=(0, 2, 3), keepdims=True)  # each filter by its own largest answer
    rows = np.concatenate([test.x[places, :, :, 0][:, None], scaled], axis=1).reshape(-1, 28, 28)
    titles = ["digit", *(f"filter {i + 1}" for i in range(6))] * len(places)
    out.figure(
        "maps",
        plotting.images(rows, titles, columns=7, size=1.05),
        "The feature maps that the six filters and ReLU make of four held-out digits: each filter finds edges of one "
        "direction, wherever they are.",
    )


def pooled(maps: np.ndarray) -> np.ndarray:
    """Return the largest of every four values of maps (N, H, W)."""
    count, height, width = maps.shape
    return maps.reshape(count, height // 2, 2, width // 2, 2).max(axis=(2, 4))


@styled
def draw_journey(digit: np.ndarray, first: np.ndarray, second: np.ndarray, logits: np.ndarray):
    """Draw the stages from left to right, each as columns of images, and the probabilities as bars."""
    wide, tall, x = 10.2, 6.2, 0.15
    figure, ax = sheet(wide, tall)
    stages = [
        ("28 × 28 pixels", digit[None], 1, 1.5),
        ("6 feature maps", first, 1, 0.86),
        ("pooled", pooled(first), 1, 0.86),
        ("16 feature maps", second, 2, 0.63),
        ("pooled", pooled(second), 2, 0.63),
    ]
    for title, images, across, side in stages:
        pitch = side + 0.07
        top = 0.5 + (tall - 0.6 - len(images) // across * pitch) / 2
        for index, image in enumerate(images):
            row, column = divmod(index, across)
            place = (x + column * pitch, top + row * pitch)
            place_image(ax, image, place, side, cmap="gray_r", vmin=0, vmax=max(float(images.max()), 1e-6))
        ax.text(x + across * pitch / 2, 0.25, title, fontweight="bold", ha="center", va="center")
        x += across * pitch + 0.45
    bars = figure.add_axes((x / wide, 0.09, (wide - x - 0.2) / wide, 0.82))
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    bars.barh(range(10), shares, color=[PALETTE[1 if i == shares.argmax() else 0] for i in range(10)])
    bars.set(xlim=(0, 1), ylim=(9.6, -0.6), yticks=range(10), xlabel="probability")
    ax.text((x + wide - 0.2) / 2, 0.25, "answer", fontweight="bold", ha="center", va="center")
    return figure


def show_filters(out: runner.Output, state) -> None:
    kernel = np.asarray(state.params["conv1"]["kernel"])  # (5, 5, 1, 6)
    out.figure(
        "filters",
        plotting.images(kernel[:, :, 0].transpose(2, 0, 1), [str(i + 1) for i in range(6)], columns=6, signed=True),
        "The six 5 x 5 filters of the first convolution; red weights are positive, blue ones negative.",
    )


def show_what_matters(out: runner.Output, model, state, test) -> None:
    """Cover a part of a digit, and see how much of the probability of the right answer goes."""
    chosen = np.array([int(np.flatnonzero(test.y == digit)[1]) for digit in range(10)])
    x, y = test.x[chosen], test.y[chosen]
    corners = np.linspace(0, 22, 10).round().astype(int)  # of patches of 6 x 6 pixels, 100 of them
    covered = np.repeat(x[:, None], 100, axis=1)  # (10, 100, 28, 28, 1)
    for index, (row, column) in enumerate(itertools.product(corners, corners)):
        covered[:, index, row : row + 6, column : column + 6] = 0
    logits = jax.jit(model.apply)(state.variables, covered.reshape(-1, 28, 28, 1))
    after = np.asarray(jax.nn.softmax(logits)).reshape(10, 100, 10)[np.arange(10), :, y]
    lost = (np.median(after, axis=1, keepdims=True) - after).reshape(10, 10, 10)  # most patches cover nothing
    side, gap = 1.3, 0.1
    figure, ax = sheet(gap + 5 * (side + gap), gap + 2 * (side + gap))
    for index in range(10):
        row, column = divmod(index, 5)
        left, top = gap + column * (side + gap), gap + row * (side + gap)
        place_image(ax, x[index, :, :, 0], (left, top), side, cmap="gray_r", vmin=0, vmax=1.3)
        # What a patch took is shown at its middle; the outermost middles lie three pixels from the edge.
        alpha = np.clip(lost[index], 0, 1) ** 0.5 * 0.75
        inner = (left + 2 / 28 * side, top + 2 / 28 * side)
        settings = {"cmap": "Reds", "vmin": 0, "vmax": 1, "alpha": alpha, "interpolation": "bilinear"}
        place_image(ax, lost[index], inner, side * 24 / 28, frame=False, **settings)
    out.figure(
        "matters",
        figure,
        "Ten held-out digits; red is where a blank patch of 6 x 6 pixels takes most of the right answer's probability.",
    )


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

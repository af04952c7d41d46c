"""Linear, logistic and softmax regression: one linear layer, three losses.

python -m experiments.regression --rate 0.2
"""

import sys
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training.train_state import TrainState
from matplotlib import colormaps

from experiments.harness import runner
from jnet import data, losses, metrics, models, optim, plotting, train
from jnet.ops.random import Generator
from jnet.plotting.style import styled

CHAPTER = 9
TITLE = "Regression"
TITLE_ZH = "回归"
QUESTION = "Does descent on one linear layer reach the answers that are known in advance?"
QUESTION_ZH = "在一个线性层上做梯度下降，能得到那些事先已知的答案吗？"


@dataclass(frozen=True)
class Settings:
    points: int = 400  # drawn for the line, and for the two clouds
    noise: float = 0.5  # standard deviation around the line
    slope: float = 1.7  # of the line
    intercept: float = -0.6  # of the line
    distance: float = 3.0  # between the clouds' centres, in standard deviations
    steps: int = 500  # of descent, on all points at once
    rate: float = 0.3  # SGD's learning rate for both classifiers; a tenth of it for the line
    momentum: float = 0.9  # of SGD
    seed: int = 0  # of the points and the first weights


FAST = {"steps": 20}
LEARNED = 300  # steps of descent in both faces
SHOWN = (0, 1, 3, 10, 500)  # after so many steps the line between the clouds is drawn


def run(settings: Settings, out: runner.Output) -> None:
    notes_layer(out)
    both_faces(settings, out)
    off = linear(settings, out)
    separated, best = logistic(settings, out)
    told_apart = softmax(settings, out)
    out.found(f"""
        Descent ends within {off:.1g} of what the normal equations give. Logistic regression puts {separated:.1%} of the
        points on the right side, the line that the clouds were drawn about {best:.1%}. One linear layer with softmax
        names {told_apart:.1%} of held-out irises rightly.
    """)


def descend(model, loss, settings: Settings, x, y, rate: float):
    """Train on all points at once; return the variables after some of the steps, the last among them, and the losses.

    Returns:
        variables by the number of steps, those in `SHOWN` and the last; the loss before each step.
    """
    tx = optim.sgd(rate, momentum=settings.momentum)
    state, values = train.init_state(model, tx, x, settings.seed), []
    walk = {0: jax.device_get(state.variables)}
    step = train.make_train_step(model, loss, tx)
    batch = jax.device_put((x, y))
    for count in range(1, settings.steps + 1):
        state, report = step(state, batch)
        values.append(report["loss"])
        if count in SHOWN or count == settings.steps:
            walk[count] = jax.device_get(state.variables)
    return walk, np.asarray(jax.device_get(values))


def linear(settings: Settings, out: runner.Output) -> float:
    """Fit a line by the normal equations and by descent; return how far apart the two answers are."""
    line = data.synthetic.linear_set(
        settings.points, (settings.slope,), settings.intercept, settings.noise, settings.seed
    )
    x, y = line.x.astype(np.float64), line.y.astype(np.float64)
    design = np.concatenate([x, np.ones_like(x)], axis=1)
    exact = np.linalg.solve(design.T @ design, design.T @ y)[:, 0]
    least = float(np.mean((design @ exact[:, None] - y) ** 2))
    walk, values = descend(models.LinearRegression(), losses.mse, settings, line.x, line.y, settings.rate / 10)
    layer = walk[settings.steps]["params"]["linear"]
    found = np.array([layer["kernel"][0, 0], layer["bias"][0]])
    print(f"linear: normal equations {exact.round(5)}, descent {found.round(5)}, mse {values[-1]:.5f}", flush=True)
    out.number("line, slope and intercept by the normal equations", exact)
    out.number("line, slope and intercept by descent", found, equals=exact.tolist(), within=1e-3)
    out.number("line, mean squared error", values[-1], equals=least, within=1e-4, key=True)
    ends = np.array([x.min(), x.max()])
    figure, (left, right) = plotting.panels(2, width=5.0, height=3.6)
    plotting.lines(
        {"normal equations": (ends, exact[0] * ends + exact[1]), "descent": (ends, found[0] * ends + found[1])},
        points={"data": (x[:, 0], y[:, 0])}, title="Fitted lines", xlabel="x", ylabel="y", ax=left,
    )  # fmt: skip
    excess = np.maximum(values.astype(np.float64) - least, 1e-7)  # below is float32's noise
    steps = np.arange(len(values))
    title, label = "Descent", "mean squared error above the least"
    plotting.lines({"": (steps, excess)}, title=title, xlabel="step", ylabel=label, log=True, ax=right)
    out.figure(
        "linear",
        figure,
        "Noisy points with the lines found by the normal equations and by descent, one upon the other; beside them how "
        "far the loss of descent is above the least possible one.",
    )
    return float(np.abs(found - exact).max())


def logistic(settings: Settings, out: runner.Output) -> tuple[float, float]:
    """Separate two round clouds; return the accuracy, and that of the line midway between their centres."""
    centres = settings.distance / 2 * np.array([[-0.8, -0.6], [0.8, 0.6]])
    clouds = data.synthetic.blobs(settings.points, centres, spread=1.0, seed=settings.seed)
    x, y = clouds.x, clouds.y
    best = float(np.mean((x @ (centres[1] - centres[0]) > 0) == y))
    model, target = models.LogisticRegression(), y[:, None].astype(np.float32)
    walk, values = descend(model, losses.bce_with_logits, settings, x, target, settings.rate)

    def predict(points):
        return np.asarray(model.apply(walk[settings.steps], points))[:, 0] > 0

    accuracy = float(np.mean(predict(x) == y))
    print(f"logistic: loss {values[-1]:.5f}, accuracy {accuracy:.4f}, of the true line {best:.4f}", flush=True)
    out.number("clouds, accuracy of the line that drew them", best)
    out.number("clouds, accuracy of logistic regression", accuracy, at_least=best - 0.01, key=True)
    figure, (left, right) = plotting.panels(2, width=4.9, height=4.0)
    draw_turning(walk, x, y, left)
    names = ("class 0", "class 1")
    plotting.decision_boundary(predict, x, y, classes=names, title="What it decides in the end", ax=right)
    out.figure(
        "logistic",
        figure,
        "Two overlapping clouds of points. Left, the line of logistic regression while it is trained: it lies anyhow "
        "at first and turns in between the clouds within ten steps. Right, what it decides in the end.",
    )
    return accuracy, best


@styled
def draw_turning(walk: dict, x: np.ndarray, y: np.ndarray, ax) -> None:
    """Draw the line w x + b = 0 as it was after some of the steps, the later the darker."""
    for kind, (marker, color) in enumerate(zip("os", plotting.PALETTE, strict=False)):
        ax.scatter(*x[y == kind].T, marker=marker, s=12, color=color, alpha=0.25, linewidths=0)
    low, high = x.min(axis=0) - 0.3, x.max(axis=0) + 0.3
    ax.set(title="The line while it learns", xlabel="x₁", ylabel="x₂", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    for (count, variables), shade in zip(
        walk.items(), colormaps["Greys"](np.linspace(0.35, 1, len(walk))), strict=True
    ):
        layer = variables["params"]["linear"]
        normal, offset = np.asarray(layer["kernel"][:, 0]), float(layer["bias"][0])
        foot = -offset * normal / (normal @ normal)
        along = np.array([-normal[1], normal[0]])
        label = f"{count} step{'s' * (count > 1)}" if count else "before"
        ax.axline(foot, foot + along, color=shade, label=label)
    ax.legend(loc="lower right", framealpha=0.9, frameon=True)


def softmax(settings: Settings, out: runner.Output) -> float:
    """Tell three irises apart by length and width of their petals; return the accuracy on held-out ones."""
    training, test = data.sklearn_set("iris", test_fraction=0.3, seed=settings.seed)
    petals, held_out = training.x[:, 2:4], test.x[:, 2:4]
    mean, scale = petals.mean(axis=0), petals.std(axis=0)
    model = models.SoftmaxRegression(classes=3)
    walk, values = descend(model, losses.cross_entropy, settings, (petals - mean) / scale, training.y, settings.rate)

    def predict(points):
        return np.asarray(model.apply(walk[settings.steps], (points - mean) / scale)).argmax(axis=1)

    predicted = predict(held_out)
    accuracy = float((predicted == test.y).mean())
    print(f"softmax: loss {values[-1]:.5f}, accuracy {accuracy:.4f} on held-out irises", flush=True)
    out.number("irises, accuracy on held-out ones, by two petal measures", accuracy, at_least=0.9, key=True)
    figure, (left, right) = plotting.panels(2, width=5.6, height=4.0)
    labels = ("petal length (cm)", "petal width (cm)")
    plotting.decision_boundary(
        predict, petals, training.y, classes=training.classes, labels=labels, title="Softmax regression", ax=left
    )
    plotting.confusion(metrics.confusion_matrix(predicted, test.y, 3), test.classes, title="Held-out irises", ax=right)
    out.figure(
        "softmax",
        figure,
        "Three kinds of iris by length and width of their petals, with the regions that softmax regression gives each, "
        "and its confusion matrix on flowers that were held out.",
    )
    return accuracy


def layer_torch(torch):
    nn, F = torch.nn, torch.nn.functional
    X = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=torch.float32)
    torch.random.manual_seed(420)
    dense = nn.Linear(2, 1)
    zhat = dense(X)
    sigma = torch.sigmoid(zhat)  # on top of a linear layer: logistic regression
    torch.random.manual_seed(420)
    lean = nn.Linear(2, 1, bias=False)  # the same weights, and none for the bias
    return {
        "weight": dense.weight,
        "bias": dense.bias,
        "zhat": zhat,
        "sigmoid": sigma,
        "y": [int(x) for x in sigma >= 0.5],
        "log odds": torch.log(sigma / (1 - sigma)),  # what the sigmoid undoes: zhat again
        "sign": torch.sign(zhat),
        "relu": F.relu(zhat),
        "tanh": torch.tanh(zhat),
        "bias=False: bias": str(lean.bias),
        "bias=False: zhat": lean(X),
    }


def layer_jax():
    X = jnp.array([[0, 0], [1, 0], [0, 1], [1, 1]], jnp.float32)
    random = Generator(420)  # PyTorch's stream of numbers, without PyTorch
    bound = 1 / np.sqrt(2)  # nn.Linear draws both from U(-1 / sqrt(inputs), 1 / sqrt(inputs))
    params = {"weight": random.uniform(-bound, bound, (1, 2)), "bias": random.uniform(-bound, bound, 1)}
    zhat = X @ params["weight"].T + params["bias"]
    sigma = jax.nn.sigmoid(zhat)
    lean = {"weight": params["weight"]}  # a layer is a dict of arrays; one without a bias has no such key
    return {
        "weight": params["weight"],
        "bias": params["bias"],
        "zhat": zhat,
        "sigmoid": sigma,
        "y": (sigma[:, 0] >= 0.5).astype(int),
        "log odds": jax.scipy.special.logit(sigma),
        "sign": jnp.sign(zhat),
        "relu": jax.nn.relu(zhat),
        "tanh": jnp.tanh(zhat),
        "bias=False: bias": str(lean.get("bias")),
        "bias=False: zhat": X @ lean["weight"].T,
    }


def notes_layer(out: runner.Output) -> None:
    """Draw the notes' layer, and give it the inputs of the four gates."""
    zhat = "0.6730, 1.1048, 0.2473, 0.6792"
    out.faces(
        "nn.Linear and its random numbers",
        layer_torch,
        layer_jax,
        notes={"weight": "0.4318, -0.4256", "bias": "0.6730", "zhat": zhat, "y": "1, 1, 1, 1", "sign": "1, 1, 1, 1"}
        | {"relu": zhat, "tanh": "0.5869, 0.8022, 0.2424, 0.5910"},
        pytorch={
            "weight": [[0.431836009, -0.425621808]],
            "bias": [0.672958195],
            "zhat": [[0.672958195], [1.10479426], [0.247336388], [0.679172397]],
            "sigmoid": [[0.662165225], [0.751157343], [0.561520815], [0.663553953]],
            "y": [1, 1, 1, 1],
            "log odds": [[0.672958195], [1.10479426], [0.247336507], [0.679172337]],
            "sign": [[1], [1], [1], [1]],
            "relu": [[0.672958195], [1.10479426], [0.247336388], [0.679172397]],
            "tanh": [[0.586922407], [0.802214503], [0.242413193], [0.590981126]],
            "bias=False: bias": "None",
            "bias=False: zhat": [[0], [0.431836009], [-0.425621808], [0.00621420145]],
        },
    )


def line_torch(torch, steps):
    nn = torch.nn
    torch.manual_seed(420)
    X = torch.rand(200, 2)
    y = X @ torch.tensor([[2.0], [-3.4]]) + 4.2 + 0.1 * torch.randn(200, 1)  # a plane, and noise about it
    design = torch.cat((X, torch.ones(200, 1)), dim=1)
    exact = torch.linalg.solve(design.T @ design, design.T @ y)  # the normal equations
    net = nn.Linear(2, 1)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.3)
    losses = []
    for _ in range(steps):
        loss = criterion(net(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    found = torch.cat((net.weight.data.view(2), net.bias.data))
    return {"normal equations": exact.view(3), "descent": found, "loss": torch.stack(losses)[:: max(steps // 5, 1)]}


def line_jax(steps):
    random = Generator(420)
    X = random.rand((200, 2))
    y = X @ jnp.array([[2.0], [-3.4]]) + 4.2 + 0.1 * random.randn((200, 1))
    design = jnp.column_stack([X, jnp.ones(200)])
    exact = jnp.linalg.solve(design.T @ design, design.T @ y)
    bound = 1 / np.sqrt(2)
    params = {"weight": random.uniform(-bound, bound, (1, 2)), "bias": random.uniform(-bound, bound, 1)}

    def mse(params):
        return jnp.mean((X @ params["weight"].T + params["bias"] - y) ** 2)

    def step(params, _):
        loss, grads = jax.value_and_grad(mse)(params)
        return jax.tree.map(lambda p, g: p - 0.3 * g, params, grads), loss  # SGD is one line

    params, losses = jax.lax.scan(step, params, length=steps)
    found = jnp.concatenate([params["weight"][0], params["bias"]])
    return {"normal equations": exact[:, 0], "descent": found, "loss": losses[:: max(steps // 5, 1)]}


def clouds_torch(torch, steps):
    nn = torch.nn
    torch.manual_seed(420)
    y = torch.randint(0, 2, (200, 1), dtype=torch.float32)
    X = torch.randn(200, 2) + 2 * y - 1  # two clouds, about (-1, -1) and (1, 1)
    net = nn.Linear(2, 1)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    for _ in range(steps):
        loss = criterion(net(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    right = torch.eq(torch.sigmoid(net(X)) >= 0.5, y == 1)
    return {"weight": net.weight, "bias": net.bias, "loss": loss, "accuracy": right.float().mean()}


def clouds_jax(steps):
    random = Generator(420)
    y = random.randint(0, 2, (200, 1), np.float32)
    X = random.randn((200, 2)) + 2 * y - 1
    bound = 1 / np.sqrt(2)
    params = {"kernel": random.uniform(-bound, bound, (1, 2)).T, "bias": random.uniform(-bound, bound, 1)}
    net = models.LogisticRegression()  # a Flax module; its weights are an argument
    state = TrainState.create(apply_fn=net.apply, params={"linear": params}, tx=optax.sgd(0.5))

    @jax.jit
    def step(state):
        def loss_of(params):
            return losses.bce_with_logits(state.apply_fn({"params": params}, X), y)

        loss, grads = jax.value_and_grad(loss_of)(state.params)
        return state.apply_gradients(grads=grads), loss

    for _ in range(steps):
        state, loss = step(state)
    right = (net.apply({"params": state.params}, X) >= 0) == (y == 1)
    layer = state.params["linear"]
    return {"weight": layer["kernel"].T, "bias": layer["bias"], "loss": loss, "accuracy": right.mean()}


def both_faces(settings: Settings, out: runner.Output) -> None:
    """Fit a plane by the normal equations and by descent, and separate two clouds, in both faces."""
    out.faces(
        "A plane, by the normal equations and by descent",
        line_torch,
        line_jax,
        given={"steps": LEARNED},
        pytorch={
            "normal equations": [2.02165532, -3.41797543, 4.20180368],
            "descent": [2.02173567, -3.41787553, 4.20170975],
            "loss": [14.0398388, 0.0254084785, 0.0106061157, 0.0103617935, 0.010357351],
        },
        within=1e-5,
    )
    out.faces(
        "Two clouds, by logistic regression",
        clouds_torch,
        clouds_jax,
        given={"steps": LEARNED},
        pytorch={
            "weight": [[2.765347, 2.04410005]],
            "bias": [-0.286410749],
            "loss": 0.159129128,
            "accuracy": 0.949999988,
        },
        within=1e-5,
    )


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

"""Linear, logistic and softmax regression: one linear layer, three losses.

python -m experiments.regression --rate 0.2
"""

import sys
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from experiments import runner
from jnet import data, losses, metrics, models, optim, plotting, train
from jnet.ops.random import Generator

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


def run(settings: Settings, out: runner.Output) -> None:
    off = linear(settings, out)
    separated, best = logistic(settings, out)
    told_apart = softmax(settings, out)
    notes_layer(out)
    out.found(f"""
        Descent ends within {off:.1g} of what the normal equations give. Logistic regression puts {separated:.1%} of the
        points on the right side, the line that the clouds were drawn about {best:.1%}. One linear layer with softmax
        names {told_apart:.1%} of held-out irises rightly.
    """)


def descend(model, loss, settings: Settings, x, y, rate: float):
    """Train on all points at once; return the parameters and the loss before each step."""
    tx = optim.sgd(rate, momentum=settings.momentum)
    state, values = train.init_state(model, tx, x, settings.seed), []
    step = train.make_train_step(model, loss, tx)
    batch = jax.device_put((x, y))
    for _ in range(settings.steps):
        state, report = step(state, batch)
        values.append(report["loss"])
    return state.variables, np.asarray(jax.device_get(values))


def linear(settings: Settings, out: runner.Output) -> float:
    """Fit a line by the normal equations and by descent; return how far apart the two answers are."""
    line = data.synthetic.linear_set(
        settings.points, (settings.slope,), settings.intercept, settings.noise, settings.seed
    )
    x, y = line.x.astype(np.float64), line.y.astype(np.float64)
    design = np.concatenate([x, np.ones_like(x)], axis=1)
    exact = np.linalg.solve(design.T @ design, design.T @ y)[:, 0]
    least = float(np.mean((design @ exact[:, None] - y) ** 2))
    variables, values = descend(models.LinearRegression(), losses.mse, settings, line.x, line.y, settings.rate / 10)
    layer = variables["params"]["linear"]
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
    variables, values = descend(model, losses.bce_with_logits, settings, x, target, settings.rate)

    def predict(points):
        return np.asarray(model.apply(variables, points))[:, 0] > 0

    accuracy = float(np.mean(predict(x) == y))
    print(f"logistic: loss {values[-1]:.5f}, accuracy {accuracy:.4f}, of the true line {best:.4f}", flush=True)
    out.number("clouds, accuracy of the line that drew them", best)
    out.number("clouds, accuracy of logistic regression", accuracy, at_least=best - 0.01, key=True)
    out.figure(
        "logistic",
        plotting.decision_boundary(predict, x, y, classes=("class 0", "class 1"), title="Logistic regression"),
        "Two overlapping clouds of points and the line that logistic regression draws between them.",
    )
    return accuracy, best


def softmax(settings: Settings, out: runner.Output) -> float:
    """Tell three irises apart by length and width of their petals; return the accuracy on held-out ones."""
    training, test = data.sklearn_set("iris", test_fraction=0.3, seed=settings.seed)
    petals, held_out = training.x[:, 2:4], test.x[:, 2:4]
    mean, scale = petals.mean(axis=0), petals.std(axis=0)
    model = models.SoftmaxRegression(classes=3)
    variables, values = descend(
        model, losses.cross_entropy, settings, (petals - mean) / scale, training.y, settings.rate
    )

    def predict(points):
        return np.asarray(model.apply(variables, (points - mean) / scale)).argmax(axis=1)

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
    torch.manual_seed(420)
    X = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=torch.float32)
    output = torch.nn.Linear(2, 1)
    zhat = output(X)
    return {"weight": output.weight, "bias": output.bias, "zhat": zhat, "sigmoid": torch.sigmoid(zhat)}


def layer_jax():
    random = Generator(420)  # PyTorch's stream of numbers, without PyTorch
    X = jnp.array([[0, 0], [1, 0], [0, 1], [1, 1]], jnp.float32)
    bound = 1 / np.sqrt(2)  # nn.Linear draws both from U(-1 / sqrt(inputs), 1 / sqrt(inputs))
    weight, bias = random.uniform(-bound, bound, (1, 2)), random.uniform(-bound, bound, 1)
    zhat = X @ weight.T + bias
    return {"weight": weight, "bias": bias, "zhat": zhat, "sigmoid": jax.nn.sigmoid(zhat)}


def notes_layer(out: runner.Output) -> None:
    """Draw the notes' layer, and give it the inputs of the four gates."""
    out.faces(
        "nn.Linear and its random numbers",
        layer_torch,
        layer_jax,
        notes={"weight": "0.4318, -0.4256", "bias": "0.6730", "zhat": "0.6730, 1.1048, 0.2473, 0.6792"},
        pytorch={
            "weight": [[0.431836009, -0.425621808]],
            "bias": [0.672958195],
            "zhat": [[0.672958195], [1.104794264], [0.247336388], [0.679172397]],
            "sigmoid": [[0.662165225], [0.751157343], [0.561520815], [0.663553953]],
        },
    )


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

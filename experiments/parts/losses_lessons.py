"""The lessons of `experiments.losses` in both faces, what the notes print of them, and what PyTorch 2.13 finds."""

import jax
import jax.numpy as jnp
import numpy as np

from jnet import losses
from jnet.ops.random import Generator


def squares_torch(torch, seed):
    torch.manual_seed(seed)
    yhat = torch.randn(size=(50,), dtype=torch.float32)
    y = torch.randn(size=(50,), dtype=torch.float32)
    F = torch.nn.functional
    x, w = torch.ones(1), torch.full([1], 2.0)
    return {
        "MSELoss()": torch.nn.MSELoss()(yhat, y),
        'MSELoss(reduction="sum")': torch.nn.MSELoss(reduction="sum")(yhat, y),
        'MSELoss(reduction="none"), first 3': torch.nn.MSELoss(reduction="none")(yhat, y)[:3],
        "sum of squares by hand": ((yhat - y) ** 2).sum(),
        "L2 norm, squared, / 50": (yhat - y).norm() ** 2 / 50,
        "F.mse_loss(1, x w), w = 2": F.mse_loss(torch.ones(1), x * w),
    }


def squares_jax(seed):
    random = Generator(seed)  # PyTorch's stream of numbers, without PyTorch
    yhat, y = random.randn(50), random.randn(50)
    x, w = jnp.ones(1), jnp.full(1, 2.0)
    return {
        "MSELoss()": losses.mse(yhat, y),
        'MSELoss(reduction="sum")': losses.sse(yhat, y),
        'MSELoss(reduction="none"), first 3': losses.mse(yhat, y, reduction="none")[:3],
        "sum of squares by hand": jnp.sum((yhat - y) ** 2),
        "L2 norm, squared, / 50": jnp.linalg.norm(yhat - y) ** 2 / 50,
        "F.mse_loss(1, x w), w = 2": losses.mse(jnp.ones(1), x * w),
    }


def binary_torch(torch, rows, seed):
    torch.manual_seed(seed)
    X = torch.rand((rows, 4), dtype=torch.float32)
    w = torch.rand((4, 1), dtype=torch.float32)
    y = torch.randint(low=0, high=2, size=(rows, 1), dtype=torch.float32)
    zhat = torch.mm(X, w)
    sigma = torch.sigmoid(zhat)
    return {
        "by hand": -(1 / rows) * torch.sum(y * torch.log(sigma) + (1 - y) * torch.log(1 - sigma)),
        "BCELoss of sigmoid(z)": torch.nn.BCELoss()(sigma, y),
        "BCEWithLogitsLoss of z": torch.nn.BCEWithLogitsLoss()(zhat, y),
        'reduction="sum", / rows': torch.nn.BCELoss(reduction="sum")(sigma, y) / rows,
    }


def binary_jax(rows, seed):
    random = Generator(seed)
    X, w = random.rand((rows, 4)), random.rand((4, 1))
    y = random.randint(0, 2, (rows, 1)).astype(np.float32)
    zhat = X @ w
    sigma = jax.nn.sigmoid(zhat)
    return {
        "by hand": -jnp.sum(y * jnp.log(sigma) + (1 - y) * jnp.log(1 - sigma)) / rows,
        "BCELoss of sigmoid(z)": losses.bce(sigma, y),
        "BCEWithLogitsLoss of z": losses.bce_with_logits(zhat, y),
        'reduction="sum", / rows': losses.bce(sigma, y, reduction="sum") / rows,
    }


def classes_torch(torch, rows, seed):
    nn, F = torch.nn, torch.nn.functional
    torch.manual_seed(seed)
    X = torch.rand((rows, 4), dtype=torch.float32)
    w = torch.rand((4, 3), dtype=torch.float32)
    y = torch.randint(low=0, high=3, size=(rows,), dtype=torch.float32)
    zhat = torch.mm(X, w)
    logsigma = nn.LogSoftmax(dim=1)(zhat)
    try:
        nn.NLLLoss()(logsigma, y)
    except RuntimeError as error:
        refused = f"RuntimeError: {error}".splitlines()[0]
    return {
        "log-softmax, first rows": logsigma[:3],
        "log-softmax, last rows": logsigma[-3:],
        "NLLLoss of log-softmax": nn.NLLLoss()(logsigma, y.long()),
        "CrossEntropyLoss of z": nn.CrossEntropyLoss()(zhat, y.long()),
        "F.nll_loss of log(softmax)": F.nll_loss(torch.log(F.softmax(zhat, dim=1)), y.long()),
        "F.cross_entropy": F.cross_entropy(zhat, y.long()),
        "float labels": refused,
    }


def classes_jax(rows, seed):
    random = Generator(seed)
    X, w = random.rand((rows, 4)), random.rand((4, 3))
    y = random.randint(0, 3, (rows,))
    zhat = X @ w
    logsigma = jax.nn.log_softmax(zhat, axis=1)
    try:
        losses.nll(logsigma, y.astype(np.float32))
    except RuntimeError as error:  # jnet's losses refuse them in the same words
        refused = f"RuntimeError: {error}".splitlines()[0]
    return {
        "log-softmax, first rows": logsigma[:3],
        "log-softmax, last rows": logsigma[-3:],
        "NLLLoss of log-softmax": losses.nll(logsigma, y),
        "CrossEntropyLoss of z": losses.cross_entropy(zhat, y),
        "F.nll_loss of log(softmax)": losses.nll(jnp.log(jax.nn.softmax(zhat, axis=1)), y),
        "F.cross_entropy": -jnp.take_along_axis(logsigma, y[:, None], axis=1).mean(),
        "float labels": refused,
    }


def entropy_torch(torch):
    even = torch.full([4], 1 / 4.0)
    a = torch.tensor([0.1, 0.1, 0.1, 0.7])
    sure = torch.tensor([0.001, 0.001, 0.001, 0.999])
    return {
        "even": -(even * torch.log2(even)).sum(),
        "0.7 for one of four": -(a * torch.log2(a)).sum(),
        "0.999 for one of four": -(sure * torch.log2(sure)).sum(),
        "cross entropy of the second, told the first": -(a * torch.log2(even)).sum(),
        "Kullback-Leibler divergence": (a * torch.log2(a / even)).sum(),
    }


def entropy_jax():
    even, a = jnp.full(4, 1 / 4), jnp.array([0.1, 0.1, 0.1, 0.7])
    sure = jnp.array([0.001, 0.001, 0.001, 0.999])
    return {
        "even": losses.entropy(even),  # in bits; base=math.e gives nats
        "0.7 for one of four": losses.entropy(a),
        "0.999 for one of four": losses.entropy(sure),
        "cross entropy of the second, told the first": -(a * jnp.log2(even)).sum(),
        "Kullback-Leibler divergence": (a * jnp.log2(a / even)).sum(),
    }


def extremes_torch(torch):
    F = torch.nn.functional
    z = torch.tensor([-200.0, -20.0, 0.0, 20.0], requires_grad=True)  # logits, all of the class 1
    y = torch.ones(4)
    stable = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    sigma = torch.sigmoid(z)
    square = (sigma - y) ** 2
    return {
        "-log(sigmoid(z)) by hand": -torch.log(sigma),
        "BCELoss of sigmoid(z)": F.binary_cross_entropy(sigma, y, reduction="none"),
        "BCEWithLogitsLoss of z": stable,
        "its gradient": torch.autograd.grad(stable.sum(), z, retain_graph=True)[0],
        "gradient of (sigmoid(z) - y)²": torch.autograd.grad(square.sum(), z)[0],
    }


def extremes_jax():
    z, y = jnp.array([-200.0, -20.0, 0.0, 20.0]), jnp.ones(4)
    sigma = jax.nn.sigmoid(z)
    return {
        "-log(sigmoid(z)) by hand": -jnp.log(sigma),
        "BCELoss of sigmoid(z)": losses.bce(sigma, y, reduction="none"),  # log is kept above -100
        "BCEWithLogitsLoss of z": losses.bce_with_logits(z, y, reduction="none"),
        "its gradient": jax.grad(lambda z: losses.bce_with_logits(z, y, reduction="sum"))(z),
        "gradient of (sigmoid(z) - y)²": jax.grad(lambda z: ((jax.nn.sigmoid(z) - y) ** 2).sum())(z),
    }


# The sets are drawn with a seed: `given` comes from the settings.
SQUARES = {
    "title": "Squared errors: mean, sum, or each", "in_torch": squares_torch, "in_jax": squares_jax,
    "notes": {"F.mse_loss(1, x w), w = 2": "1."},
    "pytorch": {
        "MSELoss()": 2.48691607, 'MSELoss(reduction="sum")': 124.345802,
        'MSELoss(reduction="none"), first 3': [0.369190037, 0.0280177724, 1.03048778],
        "sum of squares by hand": 124.345802, "L2 norm, squared, / 50": 2.48691607, "F.mse_loss(1, x w), w = 2": 1.0,
    },
}  # fmt: skip
BINARY = {"in_torch": binary_torch, "in_jax": binary_jax}
BINARY_NAMES = ("by hand", "BCELoss of sigmoid(z)", "BCEWithLogitsLoss of z")
CLASSES = {
    "title": "LogSoftmax and NLLLoss are CrossEntropyLoss", "in_torch": classes_torch, "in_jax": classes_jax,
}  # fmt: skip
CLASSES_NOTES = {
    "log-softmax, first rows": "-1.1139, -0.8802, -1.3585 -1.0558, -0.8982, -1.4075 -1.0920, -1.0626, -1.1430",
    "log-softmax, last rows": "-1.0519, -0.9180, -1.3805 -1.0945, -1.1219, -1.0798 -1.0276, -0.8891, -1.4649",
    "NLLLoss of log-softmax": "1.1147",
    "CrossEntropyLoss of z": "1.1147",
}
ENTROPY = {
    "title": "Entropy in bits", "in_torch": entropy_torch, "in_jax": entropy_jax,
    "notes": {"even": "2.", "0.7 for one of four": "1.3568", "0.999 for one of four": "0.0313"},
    "pytorch": {
        "even": 2.0, "0.7 for one of four": 1.35677969, "0.999 for one of four": 0.0313393101,
        "cross entropy of the second, told the first": 2.0, "Kullback-Leibler divergence": 0.643220305,
    },
}  # fmt: skip
EXTREMES = {
    "title": "Far out: probabilities lose what logits keep", "in_torch": extremes_torch, "in_jax": extremes_jax,
    "pytorch": {
        "-log(sigmoid(z)) by hand": [float("inf"), 20.0, 0.693147182, 0.0],
        "BCELoss of sigmoid(z)": [100.0, 20.0, 0.693147182, 0.0],
        "BCEWithLogitsLoss of z": [200.0, 20.0, 0.693147182, 2.06115369e-09], "its gradient": [-1.0, -1.0, -0.5, 0.0],
        "gradient of (sigmoid(z) - y)²": [0.0, -4.12230738e-09, -0.25, 0.0],
    },
}  # fmt: skip

CLASSES_PYTORCH = {
    "log-softmax, first rows": [[-1.11388206, -0.880243599, -1.35853887], [-1.05579054, -0.898162842, -1.40745497],
    [-1.09196997, -1.06255269, -1.14296353]],
    "log-softmax, last rows": [[-1.05194962, -0.918047309, -1.38052773], [-1.0945456, -1.12191391, -1.07983243],
    [-1.02759194, -0.889074147, -1.46492124]], "NLLLoss of log-softmax": 1.1146872, "CrossEntropyLoss of z": 1.1146872,
    "F.nll_loss of log(softmax)": 1.11468732, "F.cross_entropy": 1.1146872,
    "float labels": "RuntimeError: expected target dtype to be Long or Byte, but got Float",
}  # fmt: skip

BINARY_PYTORCH = {
    3_000: {
        "by hand": 0.796194673, "BCELoss of sigmoid(z)": 0.796194673, "BCEWithLogitsLoss of z": 0.796194673,
        'reduction="sum", / rows': 0.796194673,
    },
    3_000_000: {
        "by hand": 0.868538737, "BCELoss of sigmoid(z)": 0.868538737, "BCEWithLogitsLoss of z": 0.868538737,
        'reduction="sum", / rows': 0.868538737,
    },
}  # fmt: skip

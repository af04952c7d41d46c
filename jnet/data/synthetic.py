"""The notes' synthetic sets, drawn by PyTorch's own random streams, and toy sets in the plane.

Example:
    >>> points, weights = bce_set(rows=3)
    >>> points.x.shape, weights.shape, points.y.dtype.name
    ((3, 4), (4, 1), 'float32')
"""

import numpy as np

from jnet.data.dataset import Dataset
from jnet.ops.random import Generator


def bce_set(rows: int = 3000, seed: int = 420) -> tuple[Dataset, np.ndarray]:
    """Return the notes' set for binary cross entropy, and its weights (4, 1), as `torch.manual_seed(seed)` draws them.

    x (rows, 4) uniform, y (rows, 1) of 0 and 1 as float32. The loss of sigmoid(x w) is 0.7962 for 3,000 rows.
    """
    draw = Generator(seed)
    x, w = draw.rand((rows, 4)), draw.rand((4, 1))
    y = draw.randint(0, 2, (rows, 1)).astype(np.float32)
    return Dataset(x, y, ("no", "yes"), "two classes of the notes"), w


def softmax_set(rows: int = 3000, seed: int = 420) -> tuple[Dataset, np.ndarray]:
    """Return the notes' set for cross entropy, and its weights (4, 3): y (rows,) of 0, 1 and 2; the loss is 1.1147."""
    draw = Generator(seed)
    x, w = draw.rand((rows, 4)), draw.rand((4, 3))
    y = draw.randint(0, 3, (rows,)).astype(np.int32)
    return Dataset(x, y, ("0", "1", "2"), "three classes of the notes"), w


def three_class_set(rows: int = 500, seed: int = 420) -> Dataset:
    """Return the set of the notes' 20-13-8-3 net: x (rows, 20) uniform, y (rows,) of 0, 1 and 2."""
    draw = Generator(seed)
    x = draw.rand((rows, 20))
    y = draw.randint(0, 3, (rows, 1))[:, 0].astype(np.int32)
    return Dataset(x, y, ("0", "1", "2"), "the notes' 500 rows of 20")


def linear_set(rows: int = 200, weights=(2.0, -3.0), bias: float = 1.0, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Return y = x w + b + noise: x (rows, D) normal, y (rows, 1)."""
    rng = np.random.default_rng(seed)
    w = np.asarray(weights, np.float32)
    x = rng.normal(size=(rows, len(w))).astype(np.float32)
    y = x @ w + np.float32(bias) + noise * rng.normal(size=rows)
    return Dataset(x, y[:, None].astype(np.float32), (), "a line with noise")


def blobs(rows: int = 200, centers=((-1.5, 0.0), (1.5, 0.0)), spread: float = 0.8, seed: int = 0) -> Dataset:
    """Return round clouds in the plane, one a class."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % len(centers)
    x = np.asarray(centers)[y] + spread * rng.normal(size=(rows, 2))
    return _plane(x, y, len(centers), "blobs")


def moons(rows: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Return two half circles that reach into each other."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 2
    angle = np.pi * rng.random(rows)
    x = np.stack([np.cos(angle), np.sin(angle)], 1)
    x = np.where(y[:, None] == 0, x, [1, 0.5] - x)
    return _plane(x + noise * rng.normal(size=x.shape), y, 2, "moons")


def spirals(rows: int = 300, arms: int = 2, turns: float = 1.5, noise: float = 0.02, seed: int = 0) -> Dataset:
    """Return spirals that wind around each other, one a class."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % arms
    radius = np.sqrt(rng.uniform(0.01, 1, rows))
    angle = 2 * np.pi * (turns * radius + y / arms)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return _plane(x + noise * rng.normal(size=x.shape), y, arms, "spirals")


def _plane(x, y, classes, name) -> Dataset:
    return Dataset(x.astype(np.float32), y.astype(np.int32), tuple(str(i) for i in range(classes)), name)

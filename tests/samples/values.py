"""Arrays that the rows of samples are made of."""

import math

import numpy as np

inf, nan = math.inf, math.nan


def f(*shape, seed=0):
    """Return float32 values between -2 and 2, all different and none near 0 or an integer."""
    n = math.prod(shape)
    order = np.random.default_rng(seed).permutation(n)
    steps = (order + 0.5) / n * 4 - 2
    return (steps + np.where(np.abs(steps - np.round(steps)) < 0.05, 0.07, 0.0)).astype(np.float32).reshape(shape)


def p(*shape, seed=0):
    """Return probabilities between 0.05 and 0.95."""
    return np.random.default_rng(seed).uniform(0.05, 0.95, shape).astype(np.float32)


def dist(*shape, seed=0):
    """Return distributions along the second axis (the last one of a vector)."""
    x = p(*shape, seed=seed)
    return x / x.sum(min(x.ndim - 1, 1), keepdims=True)


def i(*values):
    return np.array(values, np.int64)


def a(*values):
    return np.array(values, np.float32)


def labels(classes, *shape):
    return np.random.default_rng(0).integers(0, classes, shape)

"""Perceptrons and logic gates: the fixed weights of the notes, trainable ones, and XOR as two layers."""

from collections.abc import Callable

import flax.linen as nn
import jax.numpy as jnp
import numpy as np

from jnet.models.initializers import dense

# The four inputs of a gate, in the notes' order.
GATE_INPUTS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
GATE_TARGETS = {
    "and": np.array([0, 0, 0, 1], np.float32),
    "or": np.array([0, 1, 1, 1], np.float32),
    "nand": np.array([1, 1, 1, 0], np.float32),
    "xor": np.array([0, 1, 1, 0], np.float32),
}
# Bias, first weight, second weight.
GATE_WEIGHTS = {"and": (-0.2, 0.15, 0.15), "or": (-0.08, 0.15, 0.15), "nand": (0.23, -0.15, -0.15)}


def step(z):
    """Return 1 where z >= 0 and 0 elsewhere; its derivative is zero, so it can be used but not trained."""
    return jnp.where(z >= 0, jnp.ones((), z.dtype), jnp.zeros((), z.dtype))


class Perceptron(nn.Module):
    """Decide by one neuron: `activation(x w + b)`.

    Shape: x (B, D) float; result (B,).

    Args:
        activation: `step` (the default), `jnet.ops.sigmoid` (trainable; a yes from 0.5 on), or any other function.

    Example:
        >>> Perceptron().apply(gate_variables("and"), GATE_INPUTS).tolist()
        [0.0, 0.0, 0.0, 1.0]
    """

    activation: Callable = step
    initializer: str = "torch"

    @nn.compact
    def __call__(self, x):
        return self.activation(dense(x, 1, self.initializer, "linear")[..., 0])


class XorNet(nn.Module):
    """Compute XOR as AND(NAND(x), OR(x)): two layers of perceptrons.

    Shape: x (B, 2) float; result (B,). With `hidden=True` the call also returns the hidden layer, (B, width).

    Args:
        activation: applied in both layers; `step` (default) with `xor_variables()`, `jnet.ops.sigmoid` or
            `jnet.ops.tanh` to train.
        width: neurons of the hidden layer; two suffice.

    Example:
        >>> XorNet().apply(xor_variables(), GATE_INPUTS).tolist()
        [0.0, 1.0, 1.0, 0.0]
    """

    activation: Callable = step
    width: int = 2
    initializer: str = "torch"

    @nn.compact
    def __call__(self, x, hidden: bool = False):
        inner = self.activation(dense(x, self.width, self.initializer, "hidden"))
        out = self.activation(dense(inner, 1, self.initializer, "output")[..., 0])
        return (out, inner) if hidden else out


def gate_variables(name: str) -> dict:
    """Return the notes' weights of the gate "and", "or" or "nand" as variables of `Perceptron`.

    Raises:
        ValueError: for "xor", which one neuron cannot compute, and for unknown names.
    """
    if name == "xor":
        raise ValueError("XOR is not linearly separable: no single neuron computes it. Use XorNet and xor_variables().")
    if name not in GATE_WEIGHTS:
        raise ValueError(f"Unknown gate {name!r}; use one of: {', '.join(GATE_WEIGHTS)}.")
    return {"params": {"linear": _layer([GATE_WEIGHTS[name]])}}


def xor_variables() -> dict:
    """Return variables of `XorNet`: NAND and OR in the hidden layer, AND as the output."""
    hidden = _layer([GATE_WEIGHTS["nand"], GATE_WEIGHTS["or"]])
    return {"params": {"hidden": hidden, "output": _layer([GATE_WEIGHTS["and"]])}}


def _layer(neurons) -> dict:
    weights = jnp.asarray(neurons, jnp.float32)
    return {"kernel": weights[:, 1:].T, "bias": weights[:, 0]}

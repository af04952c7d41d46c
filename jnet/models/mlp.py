"""Multilayer perceptrons: the notes' digit classifier and their 20-13-8-3 net."""

from collections.abc import Callable, Sequence

import flax.linen as nn

from jnet import ops
from jnet.models.initializers import dense


class MLP(nn.Module):
    """Stack linear layers with an activation between them; 784-200-200-10 on 28 x 28 digits by default.

    Layers are named `linear1`, `linear2`, ...; the last one has no activation, so the result are logits.

    Shape: x (B, ...) float, flattened to (B, D); result (B, features[-1]).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> model = MLP()
        >>> variables = model.init(jax.random.key(0), jnp.ones((1, 28, 28, 1)))
        >>> model.apply(variables, jnp.ones((64, 28, 28, 1))).shape
        (64, 10)
    """

    features: Sequence[int] = (200, 200, 10)
    activation: Callable = ops.relu
    initializer: str = "torch"

    @nn.compact
    def __call__(self, x):
        x = x.reshape(x.shape[0], -1)
        for layer, features in enumerate(self.features, start=1):
            x = dense(x, features, self.initializer, f"linear{layer}")
            if layer < len(self.features):
                x = self.activation(x)
        return x


class ThreeLayerNet(nn.Module):
    """Return class probabilities by relu, sigmoid and softmax layers: the notes' 20-13-8-3 net.

    Shape: x (B, D) float, D = 20 in the notes; result (B, classes), a row sums to one.
    """

    hidden: tuple[int, int] = (13, 8)
    classes: int = 3
    initializer: str = "torch"

    @nn.compact
    def __call__(self, x):
        x = ops.relu(dense(x, self.hidden[0], self.initializer, "linear1"))
        x = ops.sigmoid(dense(x, self.hidden[1], self.initializer, "linear2"))
        return ops.softmax(dense(x, self.classes, self.initializer, "output"), dim=1)

"""One linear layer, three uses: linear, logistic and softmax regression."""

import flax.linen as nn

from jnet import ops
from jnet.models.initializers import dense


class LinearRegression(nn.Module):
    """Fit `y = x W + b`.

    Shape: x (B, D) float; result (B, features).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> model = LinearRegression(features=1)
        >>> variables = model.init(jax.random.key(0), jnp.ones((4, 2)))
        >>> model.apply(variables, jnp.ones((4, 2))).shape
        (4, 1)
    """

    features: int = 1
    initializer: str = "torch"

    @nn.compact
    def __call__(self, x):
        return dense(x, self.features, self.initializer, "linear")


class LogisticRegression(nn.Module):
    """Fit the log-odds of a yes: `p(y = 1 | x) = sigmoid(x W + b)`.

    The call returns the logits, which `jnet.losses.bce_with_logits` takes; `probabilities` (as
    `model.apply(variables, x, method="probabilities")`) returns p.

    Shape: x (B, D) float; result (B, features).
    """

    features: int = 1
    initializer: str = "torch"

    @nn.compact
    def __call__(self, x):
        return dense(x, self.features, self.initializer, "linear")

    def probabilities(self, x):
        """Return p(y = 1 | x), of shape (B, features)."""
        return ops.sigmoid(self(x))


class SoftmaxRegression(nn.Module):
    """Fit one of several classes: `p(y = k | x) = softmax(x W + b)_k`.

    The call returns the logits, which `jnet.losses.cross_entropy` takes; `probabilities` returns p.

    Shape: x (B, D) float; result (B, classes).
    """

    classes: int
    initializer: str = "torch"

    @nn.compact
    def __call__(self, x):
        return dense(x, self.classes, self.initializer, "linear")

    def probabilities(self, x):
        """Return p(y = k | x), of shape (B, classes); a row sums to one."""
        return ops.softmax(self(x), dim=-1)

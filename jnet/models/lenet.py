"""LeNet, the notes' convolutional network."""

import flax.linen as nn
import jax.numpy as jnp

from jnet import ops
from jnet.models.initializers import dense, initializers


class LeNet(nn.Module):
    """Classify small grey images by two convolutions and three linear layers (LeCun et al., 1998).

    conv 5x5 to 6, relu, max-pool 2; conv 5x5 to 16, relu, max-pool 2; linear 400-120-84-classes.

    Shape: x (B, 32, 32, 1) or (B, 28, 28, 1) float, the latter padded by two zeros a side; result (B, classes) logits.
        Features are flattened channels first, as PyTorch does, so `fc1` takes PyTorch's weights transposed.

    Raises:
        ValueError: for images of another size, or without a channel axis.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> model = LeNet()
        >>> variables = model.init(jax.random.key(0), jnp.ones((1, 28, 28, 1)))
        >>> model.apply(variables, jnp.ones((64, 28, 28, 1))).shape
        (64, 10)

    See: http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf
    """

    classes: int = 10
    initializer: str = "torch"

    @nn.compact
    def __call__(self, x, features: bool = False):
        """Return the logits; with `features`, also the two activated feature maps, before they are pooled."""
        if x.ndim != 4 or x.shape[1:3] not in ((28, 28), (32, 32)):
            raise ValueError(
                f"LeNet needs images of shape (batch, 28 or 32, 28 or 32, channels), got {x.shape}; "
                "for grey images of shape (batch, 28, 28) write x[..., None]."
            )
        if x.shape[1] == 28:
            x = jnp.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))
        # Pooling first gives the same values, as relu never changes an order, and leaves it a quarter of the work.
        first = self._conv(6, "conv1", x)  # (B, 28, 28, 6)
        second = self._conv(16, "conv2", ops.relu(ops.max_pool(first, (2, 2), (2, 2))))  # (B, 10, 10, 16)
        x = ops.relu(ops.max_pool(second, (2, 2), (2, 2)))  # (B, 5, 5, 16)
        x = x.transpose(0, 3, 1, 2).reshape(x.shape[0], -1)
        x = ops.relu(dense(x, 120, self.initializer, "fc1"))
        x = ops.relu(dense(x, 84, self.initializer, "fc2"))
        x = dense(x, self.classes, self.initializer, "fc3")
        return (x, (ops.relu(first), ops.relu(second))) if features else x

    def _conv(self, features, name, x):
        rule = initializers(self.initializer, fan_in=5 * 5 * x.shape[-1])
        return nn.Conv(
            features,
            (5, 5),
            padding="VALID",
            conv_general_dilated=ops.conv_general_dilated,
            name=name,
            **rule,
        )(x)

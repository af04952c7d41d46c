"""How layers draw their first weights: as PyTorch's do, or as Flax's own."""

import math

import flax.linen as nn
import jax

INITIALIZERS = ("torch", "flax")


def initializers(initializer: str, fan_in: int) -> dict:
    """Return the `kernel_init` and `bias_init` of a Flax layer.

    "torch" is what `torch.nn.Linear` and `torch.nn.Conv2d` do: Kaiming-uniform with a = sqrt(5) for the kernel, which
    is U(-b, b) with b = 1 / sqrt(fan_in), and the same range for the bias. "flax" is Flax's own: LeCun-normal kernels
    and zero biases.

    Args:
        initializer: "torch" or "flax".
        fan_in: inputs of one output: features, or channels times the window's size.

    Raises:
        ValueError: for another word.

    Example:
        >>> layer = nn.Dense(10, **initializers("torch", fan_in=784))

    See: https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """
    if initializer == "torch":
        draw = _uniform(1 / math.sqrt(fan_in))
        return {"kernel_init": draw, "bias_init": draw}
    if initializer == "flax":
        return {"kernel_init": nn.initializers.lecun_normal(), "bias_init": nn.initializers.zeros_init()}
    raise ValueError(f"Unknown initializer {initializer!r}; use one of: {', '.join(INITIALIZERS)}.")


def _uniform(bound: float):
    return lambda key, shape, dtype=float: jax.random.uniform(key, shape, dtype, -bound, bound)


def dense(x, features: int, initializer: str, name: str):
    """Apply a `flax.linen.Dense` named `name` whose weights are drawn by the rule `initializer`."""
    return nn.Dense(features, name=name, **initializers(initializer, x.shape[-1]))(x)

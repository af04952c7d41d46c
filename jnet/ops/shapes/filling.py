"""Ops that keep a shape and replace the values."""

import jax.numpy as jnp

from jnet.ops.checks import broadcast_shapes, check_keeps_shape
from jnet.ops.promotion import as_dtype
from jnet.ops.registry import op

__all__ = ["copy", "fill"]


@op("input", "value", inplace=True, saves="nothing", grad_fn="FillBackward0")
def fill(input, value):
    """Return one value in the shape and dtype of the input.

    Example:
        >>> fill(jnp.zeros(2), 3).tolist()
        [3.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.fill_.html
    """
    input = jnp.asarray(input)
    return jnp.full(input.shape, as_dtype(jnp.asarray(value), input.dtype))


@op("input", "src", where=("Tensor",), inplace=True, saves="nothing", grad_fn="CopyBackwards")
def copy(input, src):
    """Return the values of `src` in the shape and dtype of the input.

    Raises:
        RuntimeError: if the shape does not broadcast.

    Example:
        >>> copy(jnp.zeros(2), jnp.array(3)).tolist()
        [3.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.copy_.html
    """
    input, src = jnp.asarray(input), jnp.asarray(src)
    check_keeps_shape(input.shape, broadcast_shapes(input.shape, src.shape))
    if jnp.issubdtype(src.dtype, jnp.complexfloating) and not jnp.issubdtype(input.dtype, jnp.complexfloating):
        src = src.real
    return jnp.broadcast_to(as_dtype(src, input.dtype), input.shape)

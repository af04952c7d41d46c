"""PyTorch's CPU random numbers, draw for draw, and the same kinds of draws from keys of JAX's."""

from jnet.ops.random.generator import Generator

__all__ = ["Generator"]

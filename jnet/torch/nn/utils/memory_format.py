"""The order in memory of the weights of convolutions, which XLA chooses: what is asked for changes nothing."""

from __future__ import annotations

from jnet.torch.dtypes import memory_format as MemoryFormat
from jnet.torch.nn.modules.module import Module

__all__ = ["convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"]


def _accept(module: Module, memory_format) -> Module:
    if not isinstance(memory_format, MemoryFormat):
        raise TypeError(
            "clone(): argument 'memory_format' must be torch.memory_format, not " + type(memory_format).__name__
        )
    return module


def convert_conv2d_weight_memory_format(module: Module, memory_format) -> Module:
    """Return the module: XLA lays out weights as it likes.

    Raises:
        TypeError: if `memory_format` is none, such as `torch.channels_last`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.convert_conv2d_weight_memory_format.html
    """
    return _accept(module, memory_format)


def convert_conv3d_weight_memory_format(module: Module, memory_format) -> Module:
    """Return the module, as `convert_conv2d_weight_memory_format`."""
    return _accept(module, memory_format)

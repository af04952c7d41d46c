"""Layers that move elements between channels and space."""

from __future__ import annotations

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.module import Module


class PixelShuffle(Module):
    """Turn r^2 channels into r x r pixels of one channel: (..., C r^2, H, W) becomes (..., C, H r, W r).

    Args:
        upscale_factor: r.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.PixelShuffle(2)(torch.arange(4).view(4, 1, 1))
        tensor([[[0, 1],
                 [2, 3]]])

    See: https://arxiv.org/abs/1609.05158
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input):
        """Return the larger image."""
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Turn blocks of r x r pixels into r^2 channels, the inverse of `PixelShuffle`.

    Args:
        downscale_factor: r.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.PixelUnshuffle.html
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input):
        """Return the smaller image."""
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"downscale_factor={self.downscale_factor}"

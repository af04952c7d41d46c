"""Images as columns of sliding blocks, and back."""

from __future__ import annotations

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.module import Module


class Fold(Module):
    """Add columns of sliding blocks up into images (N, C, *output_size).

    Args:
        output_size: height and width of the images.
        kernel_size, dilation, padding, stride: how the blocks lie: an integer, or one for each of the two axes.

    Shape: input (N, C KH KW, L) or (C KH KW, L) for L blocks.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.Fold((1, 3), (1, 2))(torch.ones(2, 2))
        tensor([[[1., 2., 1.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Fold.html
    """

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1) -> None:
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, input):
        """Return the images."""
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )


class Unfold(Module):
    """Copy the sliding blocks of images (N, C, H, W) into columns (N, C KH KW, L); arguments as `Fold`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Unfold.html
    """

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1) -> None:
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input):
        """Return the columns."""
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


__all__ = ["Fold", "Unfold"]

"""`fold` and `unfold`: images as columns of sliding blocks, and back."""

from __future__ import annotations

from jnet.torch.dispatch import CALLERS


def _pair(value):
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Copy the sliding blocks of images into columns.

    Args:
        kernel_size, dilation, padding, stride: how the blocks lie: an integer, or one for each of the two axes.

    Shape: input (N, C, H, W) or (C, H, W); result (N, C KH KW, L) or (C KH KW, L) for L blocks.

    Raises:
        RuntimeError: if the settings do not fit, or there is no block.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.unfold(torch.arange(4.0).reshape(1, 2, 2), (1, 2))
        tensor([[0., 2.],
                [1., 3.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
    """
    return CALLERS["im2col"](input, _pair(kernel_size), _pair(dilation), _pair(padding), _pair(stride))


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Add columns of sliding blocks up into images: the transpose of `unfold`.

    Args:
        output_size: height and width of the images; other arguments as `unfold`.

    Shape: input (N, C KH KW, L) or (C KH KW, L); result (N, C, *output_size) or (C, *output_size).

    Raises:
        RuntimeError: if the settings do not fit one another or the columns.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.fold(torch.ones(2, 2), (1, 3), (1, 2))
        tensor([[[1., 2., 1.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
    """
    settings = (_pair(each) for each in (output_size, kernel_size, dilation, padding, stride))
    return CALLERS["col2im"](input, *settings)


__all__ = ["fold", "unfold"]

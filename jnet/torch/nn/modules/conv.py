"""Convolutions."""

from __future__ import annotations

import math
from collections.abc import Callable

from jnet.torch.creation import empty
from jnet.torch.nn import functional as F
from jnet.torch.nn import init
from jnet.torch.nn.modules.linear import draw_bias
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter


def ntuple(value, n: int) -> tuple:
    """Return a setting as a tuple: one value for each of `n` axes."""
    return tuple(value) if isinstance(value, tuple | list | range) else (value,) * n


class _ConvNd(Module):
    """What convolutions of one, two and three spatial axes share."""

    _axes: int
    _function: Callable

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size,
        stride=1,
        padding: int | tuple | str = 0,
        dilation=1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        n = self._axes
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = ntuple(kernel_size, n), ntuple(stride, n), ntuple(dilation, n)
        self.padding = padding if isinstance(padding, str) else ntuple(padding, n)
        self.transposed, self.output_padding, self.padding_mode = False, (0,) * n, padding_mode
        self._check()
        self._reversed_padding_repeated_twice = self._pads()  # PyTorch's name, under which it pickles them
        weight = empty((out_channels, in_channels // groups, *self.kernel_size), device=device, dtype=dtype)
        self.weight = Parameter(weight)
        self.register_parameter("bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def _check(self) -> None:
        if self.groups <= 0:
            raise ValueError("groups must be a positive integer")
        if self.in_channels % self.groups:
            raise ValueError("in_channels must be divisible by groups")
        if self.out_channels % self.groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {self.padding!r}, should be one of {{'same', 'valid'}}")
            if self.padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        modes = ("zeros", "reflect", "replicate", "circular")
        if self.padding_mode not in modes:
            raise ValueError(
                f"padding_mode must be one of {{{', '.join(map(repr, modes))}}}, but got "
                f"padding_mode='{self.padding_mode}'"
            )

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        draw_bias(self.weight, self.bias)

    def forward(self, input):
        """Return the convolution of the input with the weight."""
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input, weight, bias):
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode), 0
        return type(self)._function(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def _pads(self) -> tuple[int, ...]:
        """Return the padding as `F.pad` takes it: (before, after) of the last axis first."""
        if self.padding == "valid":
            return (0, 0) * self._axes
        if self.padding == "same":
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            pairs = [(total // 2, total - total // 2) for total in totals]
        else:
            pairs = [(p, p) for p in self.padding]
        return tuple([side for pair in reversed(pairs) for side in pair])

    def extra_repr(self) -> str:
        """Return the settings, those left at their defaults out."""
        n = self._axes
        shown = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        if self.padding != (0,) * n:
            shown.append(f"padding={self.padding}")
        if self.dilation != (1,) * n:
            shown.append(f"dilation={self.dilation}")
        if self.groups != 1:
            shown.append(f"groups={self.groups}")
        if self.bias is None:
            shown.append("bias=False")
        if self.padding_mode != "zeros":
            shown.append(f"padding_mode={self.padding_mode}")
        return ", ".join(shown)


class Conv1d(_ConvNd):
    """Convolve (cross-correlate) signals (N, C, L) or (C, L) with learned filters; arguments as `Conv2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
    """

    _axes, _function = 1, staticmethod(F.conv1d)


class Conv2d(_ConvNd):
    """Convolve (cross-correlate) images with learned filters.

    Args:
        in_channels, out_channels: channels before and after.
        kernel_size, stride, dilation: an integer, or one an axis.
        padding: zeros on each side (an integer, or one an axis), "same" or "valid".
        groups: splits channels and filters into this many independent convolutions.
        bias: whether there is one.
        padding_mode: what takes the place of zeros: "zeros", "reflect", "replicate" or "circular".

    Shape: input (N, C, H, W) or (C, H, W); weight (out_channels, in_channels / groups, *kernel_size).

    Raises:
        ValueError: if `groups` does not divide the channels, or a word is unknown.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.Conv2d(1, 6, 5)(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 6, 24, 24])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
    """

    _axes, _function = 2, staticmethod(F.conv2d)


class Conv3d(_ConvNd):
    """Convolve (cross-correlate) volumes (N, C, D, H, W) or (C, D, H, W) with learned filters; arguments as `Conv2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv3d.html
    """

    _axes, _function = 3, staticmethod(F.conv3d)

"""Pooling layers."""

from __future__ import annotations

from collections.abc import Callable

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.conv import ntuple
from jnet.torch.nn.modules.module import Module


class _MaxPoolNd(Module):
    _function: Callable

    def __init__(
        self, kernel_size, stride=None, padding=0, dilation=1, return_indices: bool = False, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input):
        """Return the maxima of windows."""
        return type(self)._function(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )

    def extra_repr(self) -> str:
        """Return the settings."""
        names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
        return ", ".join(f"{name}={getattr(self, name)}" for name in names)


class MaxPool1d(_MaxPoolNd):
    """Take the maximum over windows of signals (N, C, L) or (C, L); arguments as `MaxPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
    """

    _function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPoolNd):
    """Take the maximum over windows of images (N, C, H, W) or (C, H, W).

    Args:
        kernel_size, stride, padding, dilation: an integer, or one an axis; the stride is the kernel's size by default.
        return_indices: not built.
        ceil_mode: windows may stick out at the end.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.MaxPool2d(2)(torch.arange(4.0).view(1, 2, 2))
        tensor([[[3.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
    """

    _function = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPoolNd):
    """Take the maximum over windows of volumes (N, C, D, H, W) or (C, D, H, W); arguments as `MaxPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html
    """

    _function = staticmethod(F.max_pool3d)


class _AvgPoolNd(Module):
    def extra_repr(self) -> str:
        """Return the settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """Average over windows of signals (N, C, L) or (C, L); arguments as `AvgPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
    """

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode: bool = False, count_include_pad: bool = True
    ) -> None:
        super().__init__()
        self.kernel_size = ntuple(kernel_size, 1)
        self.stride = ntuple(kernel_size if stride is None else stride, 1)
        self.padding = ntuple(padding, 1)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input):
        """Return the means of windows."""
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class _AvgPoolOver(_AvgPoolNd):
    _function: Callable

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, kernel_size if stride is None else stride, padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input):
        """Return the means of windows."""
        return type(self)._function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool2d(_AvgPoolOver):
    """Average over windows of images (N, C, H, W) or (C, H, W).

    Args:
        kernel_size, stride, padding: an integer, or one an axis; the stride is the kernel's size by default.
        ceil_mode: windows may stick out at the end.
        count_include_pad: padded zeros count in the divisor.
        divisor_override: divide every sum by this number instead.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.AvgPool2d(2)(torch.arange(4.0).view(1, 2, 2))
        tensor([[[1.5000]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
    """

    _function = staticmethod(F.avg_pool2d)


class AvgPool3d(_AvgPoolOver):
    """Average over windows of volumes (N, C, D, H, W) or (C, D, H, W); arguments as `AvgPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html
    """

    _function = staticmethod(F.avg_pool3d)

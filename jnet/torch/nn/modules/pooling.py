"""Pooling layers."""

from __future__ import annotations

from collections.abc import Callable

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.pooling import ntuple


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
        return_indices: return the places of the maxima too, for `MaxUnpool2d`.
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


class _MaxUnpoolNd(Module):
    _axes: int
    _function: Callable

    def __init__(self, kernel_size, stride=None, padding=0) -> None:
        super().__init__()
        self.kernel_size = ntuple(kernel_size, self._axes)
        self.stride = ntuple(kernel_size if stride is None else stride, self._axes)
        self.padding = ntuple(padding, self._axes)

    def forward(self, input, indices, output_size=None):
        """Return the values where the indices say, and zeros elsewhere."""
        return type(self)._function(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """Put pooled values back where they stood, in signals (N, C, L) or (C, L); arguments as `MaxUnpool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool1d.html
    """

    _axes, _function = 1, staticmethod(F.max_unpool1d)


class MaxUnpool2d(_MaxUnpoolNd):
    """Put pooled values back where they stood, and zeros elsewhere, in images (N, C, H, W) or (C, H, W).

    Args:
        kernel_size, stride, padding: those of the `MaxPool2d` that gave values and indices.

    Example:
        >>> import jnet.torch as torch
        >>> pool, unpool = torch.nn.MaxPool2d(2, return_indices=True), torch.nn.MaxUnpool2d(2)
        >>> unpool(*pool(torch.arange(4.0).view(1, 2, 2)))
        tensor([[[0., 0.],
                 [0., 3.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
    """

    _axes, _function = 2, staticmethod(F.max_unpool2d)


class MaxUnpool3d(_MaxUnpoolNd):
    """Put pooled values back where they stood, in volumes (N, C, D, H, W) or (C, D, H, W); as `MaxUnpool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool3d.html
    """

    _axes, _function = 3, staticmethod(F.max_unpool3d)


class _FractionalMaxPoolNd(Module):
    _axes: int
    _function: Callable

    def __init__(
        self, kernel_size, output_size=None, output_ratio=None, return_indices: bool = False, _random_samples=None
    ) -> None:
        super().__init__()
        name, n = type(self).__name__, self._axes
        self.kernel_size, self.return_indices = ntuple(kernel_size, n), return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else ntuple(output_size, n)
        self.output_ratio = None if output_ratio is None else ntuple(output_ratio, n)
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < self.output_ratio[axis] < 1 for axis in range(n)):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input):
        """Return the maxima of pseudo-random windows."""
        return type(self)._function(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            _random_samples=self._random_samples,
        )


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """Take the maximum over windows of images that are placed at random, so that results of any size come out.

    Args:
        kernel_size: an integer, or one an axis.
        output_size: of the result, an integer or one an axis.
        output_ratio: size of the result over that of the input, instead.
        return_indices: return the places of the maxima too.

    Raises:
        ValueError: unless one of size and ratio is given, the ratio between 0 and 1.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.FractionalMaxPool2d(2, output_ratio=0.7)(torch.zeros(1, 10, 10)).shape
        torch.Size([1, 7, 7])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool2d.html
    """

    _axes, _function = 2, staticmethod(F.fractional_max_pool2d)


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """Take the maximum over windows of volumes that are placed at random; arguments as `FractionalMaxPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool3d.html
    """

    _axes, _function = 3, staticmethod(F.fractional_max_pool3d)

    def __init__(
        self, kernel_size, output_size=None, output_ratio=None, return_indices: bool = False, _random_samples=None
    ) -> None:
        if min(ntuple(kernel_size, 3), default=1) <= 0:
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
        super().__init__(kernel_size, output_size, output_ratio, return_indices, _random_samples)


class _LPPoolNd(Module):
    _function: Callable

    def __init__(self, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def forward(self, input):
        """Return the norms of windows."""
        return type(self)._function(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        """Return the settings."""
        names = ("norm_type", "kernel_size", "stride", "ceil_mode")
        return ", ".join(f"{name}={getattr(self, name)}" for name in names)


class LPPool1d(_LPPoolNd):
    """Take the norm over windows of signals (N, C, L) or (C, L); arguments as `LPPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html
    """

    _function = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPoolNd):
    """Take (sum x^p)^(1/p) over windows of images (N, C, H, W) or (C, H, W).

    Args:
        norm_type: p; infinity takes the largest absolute value.
        kernel_size, stride: an integer, or one an axis; the stride is the kernel's size by default.
        ceil_mode: windows may stick out at the end.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.LPPool2d(2, (1, 2))(torch.tensor([[[3.0, 4.0]]]))
        tensor([[[5.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
    """

    _function = staticmethod(F.lp_pool2d)


class LPPool3d(_LPPoolNd):
    """Take the norm over windows of volumes (N, C, D, H, W) or (C, D, H, W); arguments as `LPPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool3d.html
    """

    _function = staticmethod(F.lp_pool3d)


class _AdaptiveMaxPoolNd(Module):
    _function: Callable

    def __init__(self, output_size, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input):
        """Return the maxima of windows."""
        return type(self)._function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """Take the maxima over as many windows of a signal (N, C, L) or (C, L) as asked for; as `AdaptiveMaxPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
    """

    _function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """Take the maxima over as many windows of images (N, C, H, W) or (C, H, W) as asked for.

    Args:
        output_size: of the result, an integer or one an axis; None stands for the size of the input.
        return_indices: return the places of the maxima too.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.AdaptiveMaxPool2d((2, None))(torch.arange(9.0).view(1, 3, 3))
        tensor([[[3., 4., 5.],
                 [6., 7., 8.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
    """

    _function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """Take the maxima over as many windows of volumes as asked for; arguments as `AdaptiveMaxPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html
    """

    _function = staticmethod(F.adaptive_max_pool3d)


class _AdaptiveAvgPoolNd(Module):
    _function: Callable

    def __init__(self, output_size) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        """Return the means of windows."""
        return type(self)._function(input, self.output_size)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """Average over as many windows of a signal (N, C, L) or (C, L) as asked for; as `AdaptiveAvgPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
    """

    _function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """Average over as many windows of images (N, C, H, W) or (C, H, W) as asked for; one takes the mean.

    Args:
        output_size: of the result, an integer or one an axis; None stands for the size of the input.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.AdaptiveAvgPool2d(1)(torch.arange(9.0).view(1, 3, 3))
        tensor([[[4.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
    """

    _function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """Average over as many windows of volumes as asked for; arguments as `AdaptiveAvgPool2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html
    """

    _function = staticmethod(F.adaptive_avg_pool3d)

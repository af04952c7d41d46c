"""Convolutions, transposed convolutions, and lazy forms of both, which take the number of channels from their input."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable

from jnet.torch.creation import empty
from jnet.torch.nn import functional as F
from jnet.torch.nn import init
from jnet.torch.nn.modules.lazy import LazyModuleMixin
from jnet.torch.nn.modules.linear import draw_bias
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter, UninitializedParameter
from jnet.torch.tensor import shape_of


def ntuple(value, n: int) -> tuple:
    """Return a setting as a tuple: one value for each of `n` axes."""
    return tuple(value) if isinstance(value, tuple | list | range) else (value,) * n


class _ConvNd(Module):
    """What convolutions of one, two and three spatial axes share, transposed or not."""

    _axes: int
    _function: Callable
    transposed = False

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
        *,
        output_padding=0,
    ) -> None:
        super().__init__()
        n = self._axes
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = ntuple(kernel_size, n), ntuple(stride, n), ntuple(dilation, n)
        self.padding = padding if isinstance(padding, str) else ntuple(padding, n)
        self.transposed = type(self).transposed  # an attribute of each, as PyTorch pickles it
        self.output_padding, self.padding_mode = ntuple(output_padding, n), padding_mode
        self._check()
        self._reversed_padding_repeated_twice = self._pads()  # PyTorch's name, under which it pickles them
        self.weight = Parameter(empty(self._weight_shape(), device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def _weight_shape(self) -> tuple[int, ...]:
        if self.transposed:
            return (self.in_channels, self.out_channels // self.groups, *self.kernel_size)
        return (self.out_channels, self.in_channels // self.groups, *self.kernel_size)

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
        if self.output_padding != (0,) * n:
            shown.append(f"output_padding={self.output_padding}")
        if self.groups != 1:
            shown.append(f"groups={self.groups}")
        if self.bias is None:
            shown.append("bias=False")
        if self.padding_mode != "zeros":
            shown.append(f"padding_mode={self.padding_mode}")
        return ", ".join(shown)


class _Conv(_ConvNd):
    """What convolutions that are not transposed share."""

    def forward(self, input):
        """Return the convolution of the input with the weight."""
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input, weight, bias):
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode), 0
        return type(self)._function(input, weight, bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(_Conv):
    """Convolve (cross-correlate) signals (N, C, L) or (C, L) with learned filters; arguments as `Conv2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
    """

    _axes, _function = 1, staticmethod(F.conv1d)


class Conv2d(_Conv):
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


class Conv3d(_Conv):
    """Convolve (cross-correlate) volumes (N, C, D, H, W) or (C, D, H, W) with learned filters; arguments as `Conv2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv3d.html
    """

    _axes, _function = 3, staticmethod(F.conv3d)


# -- transposed ------------------------------------------------------------------------------------


class _ConvTransposeNd(_ConvNd):
    """What transposed convolutions share."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size,
        stride=1,
        padding: int | tuple = 0,
        output_padding=0,
        groups: int = 1,
        bias: bool = True,
        dilation=1,
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            output_padding=output_padding,
        )

    def forward(self, input, output_size=None):
        """Return the transposed convolution of the input with the weight.

        Args:
            output_size: the spatial sizes of the result (or all of them), in place of `output_padding`.

        Raises:
            ValueError: if the result cannot have those sizes.
        """
        if self.padding_mode != "zeros":
            raise ValueError(f"Only `zeros` padding mode is supported for ConvTranspose{self._axes}d")
        extra = self.output_padding if output_size is None else self._output_padding(input, tuple(output_size))
        return type(self)._function(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation
        )

    def _output_padding(self, input, output_size: tuple[int, ...]) -> tuple[int, ...]:
        """Return what to add to the smallest result to have one of this size."""
        n, shape = self._axes, shape_of(input)
        leading = 2 if len(shape) == n + 2 else 1
        if len(output_size) == leading + n:
            output_size = output_size[leading:]
        if len(output_size) != n:
            raise ValueError(
                f"ConvTranspose{n}D: for {len(shape)}D input, output_size must have {n} or {leading + n} elements "
                f"(got {len(output_size)})"
            )
        each = zip(shape[leading:], self.stride, ntuple(self.padding, n), self.dilation, self.kernel_size, strict=True)
        lowest = [(size - 1) * s - 2 * p + d * (k - 1) + 1 for size, s, p, d, k in each]
        highest = [low + s - 1 for low, s in zip(lowest, self.stride, strict=True)]
        if any(not low <= size <= high for low, size, high in zip(lowest, output_size, highest, strict=True)):
            raise ValueError(
                f"requested an output size of {output_size}, but valid sizes range from {lowest} to {highest} (for an "
                f"input of {input.shape[2:]})"
            )
        return tuple([size - low for size, low in zip(output_size, lowest, strict=True)])


class ConvTranspose1d(_ConvTransposeNd):
    """Apply the transpose of `Conv1d` to signals (N, C, L) or (C, L); arguments as `ConvTranspose2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
    """

    _axes, _function = 1, staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_ConvTransposeNd):
    """Apply the transpose of `Conv2d` to images: a stride makes them larger.

    Args:
        in_channels, out_channels: channels before and after.
        kernel_size, stride, padding, dilation, groups: those of the convolution that this is the transpose of.
        output_padding: rows and columns added at the end, below the stride; a call may give `output_size` instead.
        bias: whether there is one.

    Shape: input (N, C, H, W) or (C, H, W); weight (in_channels, out_channels / groups, *kernel_size); the result has
        height (H - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1.

    Raises:
        ValueError: if `groups` does not divide the channels, or `padding_mode` is not "zeros".

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1)(torch.zeros(2, 8, 7, 7)).shape
        torch.Size([2, 4, 14, 14])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
    """

    _axes, _function = 2, staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_ConvTransposeNd):
    """Apply the transpose of `Conv3d` to volumes (N, C, D, H, W) or (C, D, H, W); arguments as `ConvTranspose2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose3d.html
    """

    _axes, _function = 3, staticmethod(F.conv_transpose3d)


# -- lazy ------------------------------------------------------------------------------------------


class _LazyConvXdMixin(LazyModuleMixin):
    """What lazy convolutions share: their classes take all arguments of the eager ones but `in_channels`."""

    _axes: int
    weight: UninitializedParameter
    bias: UninitializedParameter | None

    def __init__(self, out_channels: int, kernel_size, *args, **kwargs) -> None:
        given = inspect.signature(self.cls_to_become).bind(0, out_channels, kernel_size, *args, **kwargs).arguments  # pyright: ignore
        bias = given.get("bias", True)
        super().__init__(**{**given, "out_channels": 0, "bias": False})
        device, dtype = given.get("device"), given.get("dtype")
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, once they have a shape."""
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()  # pyright: ignore[reportAttributeAccessIssue]

    def initialize_parameters(self, input, *args, **kwargs) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Make weight and bias fit the input."""
        if not self.has_uninitialized_params():
            return
        self.in_channels = self._get_in_channels(input)
        if self.in_channels % self.groups:
            raise ValueError("in_channels must be divisible by groups")
        self.weight.materialize(self._weight_shape())
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()

    def _get_in_channels(self, input) -> int:
        shape, n = shape_of(input), self._axes
        if len(shape) not in (n + 1, n + 2):
            raise RuntimeError(
                f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {type(self).__name__}, but got input of "
                f"size: {input.shape}"
            )
        return shape[-n - 1]


class LazyConv1d(_LazyConvXdMixin, Conv1d):
    """A `Conv1d` that takes `in_channels` from its first input; other arguments as `Conv1d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyConv1d.html
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyConvXdMixin, Conv2d):
    """A `Conv2d` that takes `in_channels` from its first input; other arguments as `Conv2d`.

    Example:
        >>> import jnet.torch as torch
        >>> layer = torch.nn.LazyConv2d(6, kernel_size=5)
        >>> _ = layer(torch.zeros(2, 1, 28, 28))
        >>> layer
        Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyConv2d.html
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConvXdMixin, Conv3d):
    """A `Conv3d` that takes `in_channels` from its first input; other arguments as `Conv3d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyConv3d.html
    """

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvXdMixin, ConvTranspose1d):
    """A `ConvTranspose1d` that takes `in_channels` from its first input; other arguments as `ConvTranspose1d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose1d.html
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvXdMixin, ConvTranspose2d):
    """A `ConvTranspose2d` that takes `in_channels` from its first input; other arguments as `ConvTranspose2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose2d.html
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvXdMixin, ConvTranspose3d):
    """A `ConvTranspose3d` that takes `in_channels` from its first input; other arguments as `ConvTranspose3d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose3d.html
    """

    cls_to_become = ConvTranspose3d

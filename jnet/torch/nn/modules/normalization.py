"""Normalisation of each sample by itself: over features, groups of channels, or neighbouring channels."""

from __future__ import annotations

from jnet.torch.creation import empty
from jnet.torch.dispatch import CALLERS
from jnet.torch.nn import functional as F
from jnet.torch.nn import init
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter


class _Affine(Module):
    """What has a weight and a bias, which start as 1 and 0; None stands for one that there is not."""

    weight: Parameter | None
    bias: Parameter | None

    def _make(self, shape, device, dtype, **wanted: bool) -> None:
        for name, there in wanted.items():
            self.register_parameter(name, Parameter(empty(shape, device=device, dtype=dtype)) if there else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to 1 and the bias to 0."""
        for name, fill in (("weight", init.ones_), ("bias", init.zeros_)):
            parameter = self._parameters.get(name)
            if parameter is not None:
                fill(parameter)


def _as_shape(normalized_shape) -> tuple[int, ...]:
    return (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)


class LayerNorm(_Affine):
    """Normalise over the last dimensions: `(input - mean) / sqrt(var + eps) * weight + bias`.

    Args:
        normalized_shape: the sizes of those dimensions; an integer is one.
        eps: keeps the divisor away from 0.
        elementwise_affine: whether there are a weight and a bias of this shape.
        bias: whether there is a bias beside the weight.

    Raises:
        RuntimeError: for an input whose shape does not end so.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.LayerNorm(2)(torch.tensor([[1.0, 3.0], [5.0, 9.0]]))
        tensor([[-1.0000,  1.0000],
                [-1.0000,  1.0000]], grad_fn=<NativeLayerNormBackward0>)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
    """

    def __init__(
        self,
        normalized_shape,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        self.normalized_shape, self.eps = _as_shape(normalized_shape), eps
        self.elementwise_affine = elementwise_affine
        self._make(self.normalized_shape, device, dtype, weight=elementwise_affine, bias=elementwise_affine and bias)

    def forward(self, input):
        """Return the input normalised."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class GroupNorm(_Affine):
    """Normalise each group of channels of each sample: `(input - mean) / sqrt(var + eps) * weight + bias`.

    Args:
        num_groups: how many groups the channels are split into.
        num_channels: channels.
        eps: keeps the divisor away from 0.
        affine: whether there are a weight and a bias, one value a channel.
        bias: whether there is a bias beside the weight.

    Shape: input (N, C, ...).

    Raises:
        ValueError: if the groups do not divide the channels, or have a single value.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.GroupNorm(2, 4, affine=False)(torch.tensor([[1.0, 3.0, 5.0, 9.0]]))
        tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self._make(num_channels, device, dtype, weight=affine, bias=affine and bias)

    def forward(self, input):
        """Return the input normalised."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(_Affine):
    """Divide by the root of the mean square over the last dimensions: `input / sqrt(mean(input^2) + eps) * weight`.

    Args:
        normalized_shape: the sizes of those dimensions; an integer is one.
        eps: keeps the divisor away from 0; by default the spacing of numbers at 1.
        elementwise_affine: whether there is a weight of this shape.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.RMSNorm(2, elementwise_affine=False)(torch.tensor([1.0, 7.0]))
        tensor([0.2000, 1.4000])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
    """

    def __init__(
        self, normalized_shape, eps: float | None = None, elementwise_affine: bool = True, device=None, dtype=None
    ) -> None:
        super().__init__()
        self.normalized_shape, self.eps = _as_shape(normalized_shape), eps
        self.elementwise_affine = elementwise_affine
        self._make(self.normalized_shape, device, dtype, weight=elementwise_affine)

    def forward(self, x):
        """Return the input normalised."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LocalResponseNorm(Module):
    """Divide by the squares of neighbouring channels: `input / (k + alpha * mean of input^2)^beta`.

    Args:
        size: how many channels a mean is over; beyond the first and the last there are zeros.

    Shape: input (N, C, ...) of three dimensions or more.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.LocalResponseNorm(2, alpha=2.0, beta=1.0)(torch.ones(1, 1, 2))
        tensor([[[0.5000, 0.5000]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input):
        """Return the input normalised."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(LocalResponseNorm):
    """Do what PyTorch's legacy layer does to images (N, C, H, W): `LocalResponseNorm`, but for how it adds up.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossMapLRN2d.html
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__(size, alpha, beta, k)

    def forward(self, input):
        """Return the input normalised."""
        return CALLERS["cross_map_lrn2d"](input, self.size, self.alpha, self.beta, self.k)

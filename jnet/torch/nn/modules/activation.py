"""Activations as modules; `torch.nn.functional` has them as functions."""

from __future__ import annotations

from collections.abc import Callable

from jnet.torch.creation import full
from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.attention import MultiheadAttention  # noqa: F401 - where PyTorch has it
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter


class _Activation(Module):
    """A function of the input and of settings, which are attributes named as the function's parameters."""

    _function: Callable
    _settings: tuple[str, ...] = ()
    inplace: bool = False

    def forward(self, input):
        """Return the activation of the input."""
        settings = [getattr(self, name) for name in self._settings]
        if self.inplace:
            return type(self)._function(input, *settings, inplace=True)
        return type(self)._function(input, *settings)

    def extra_repr(self) -> str:
        """Return the settings."""
        shown = [f"{name}={getattr(self, name)!r}" for name in self._settings]
        return ", ".join([*shown, "inplace=True"] if self.inplace else shown)


class _InPlace(_Activation):
    """An activation without settings but for whether it writes into its input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class ReLU(_InPlace):
    """Return max(0, input); the derivative at 0 is 0.

    Args:
        inplace: write into the input.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.ReLU()(torch.tensor([-1.0, 2.0]))
        tensor([0., 2.])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html
    """

    _function = staticmethod(F.relu)


class SELU(_InPlace):
    """Return the exponential linear unit that keeps mean 0 and variance 1 from layer to layer.

    See: https://arxiv.org/abs/1706.02515
    """

    _function = staticmethod(F.selu)


class SiLU(_InPlace):
    """Return `input * sigmoid(input)`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.SiLU.html
    """

    _function = staticmethod(F.silu)


class Mish(_InPlace):
    """Return `input * tanh(softplus(input))`.

    See: https://arxiv.org/abs/1908.08681
    """

    _function = staticmethod(F.mish)


class Hardswish(_InPlace):
    """Return `input * hardsigmoid(input)`.

    See: https://arxiv.org/abs/1905.02244
    """

    _function = staticmethod(F.hardswish)

    def extra_repr(self) -> str:
        """Return nothing, as in PyTorch."""
        return ""


class Hardsigmoid(Hardswish):
    """Return `input / 6 + 1 / 2` clipped to [0, 1].

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html
    """

    _function = staticmethod(F.hardsigmoid)


class LeakyReLU(_Activation):
    """Return `input` where it is positive, else `negative_slope * input`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
    """

    _function, _settings = staticmethod(F.leaky_relu), ("negative_slope",)

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace


class ELU(_Activation):
    """Return `input` where it is positive, else `alpha * (exp(input) - 1)`.

    See: https://arxiv.org/abs/1511.07289
    """

    _function, _settings = staticmethod(F.elu), ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace


class CELU(_Activation):
    """Return `input` where it is positive, else `alpha * (exp(input / alpha) - 1)`.

    See: https://arxiv.org/abs/1704.07483
    """

    _function, _settings = staticmethod(F.celu), ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace


class Threshold(_Activation):
    """Return `input` where it is above `threshold`, else `value`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Threshold.html
    """

    _function, _settings = staticmethod(F.threshold), ("threshold", "value")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace


class Hardtanh(_Activation):
    """Return `input` clipped to [min_val, max_val].

    Raises:
        AssertionError: unless `max_val` is above `min_val`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
    """

    _function, _settings = staticmethod(F.hardtanh), ("min_val", "max_val")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if max_val <= min_val:
            raise AssertionError(f"max_val ({max_val}) must be greater than min_val ({min_val})")
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace


class ReLU6(Hardtanh):
    """Return `input` clipped to [0, 6].

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU6.html
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        """Return whether it writes into its input."""
        return "inplace=True" if self.inplace else ""


class RReLU(Module):
    """Return `input` where it is positive, else times a slope drawn from [lower, upper), or their mean in evaluation.

    See: https://arxiv.org/abs/1505.00853
    """

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input):
        """Return the activation of the input."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"lower={self.lower}, upper={self.upper}{', inplace=True' if self.inplace else ''}"


class PReLU(Module):
    """Return `input` where it is positive, else times a learned slope: one for all, or one a channel (dimension 1).

    Args:
        num_parameters: 1, or the number of channels.
        init: what the slopes are at first.

    See: https://arxiv.org/abs/1502.01852
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device=None, dtype=None) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(full((num_parameters,), float(init), device=device, dtype=dtype))

    def reset_parameters(self) -> None:
        """Set the slopes to what they were at first."""
        self.weight.data.fill_(self.init)

    def forward(self, input):
        """Return the activation of the input."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Return the number of slopes."""
        return f"num_parameters={self.num_parameters}"


class Sigmoid(Module):
    """Return `1 / (1 + exp(-input))`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
    """

    def forward(self, input):
        """Return the activation of the input."""
        return input.sigmoid()


class Tanh(Module):
    """Return the hyperbolic tangent.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html
    """

    def forward(self, input):
        """Return the activation of the input."""
        return input.tanh()


class GELU(_Activation):
    """Return `input * P(N <= input)` for a standard normal N, or the paper's formula for "tanh".

    See: https://arxiv.org/abs/1606.08415
    """

    _function, _settings = staticmethod(F.gelu), ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        """Return the activation of the input."""
        return F.gelu(input, approximate=self.approximate)


class GLU(_Activation):
    """Return the first half along `dim` times the sigmoid of the second.

    See: https://arxiv.org/abs/1612.08083
    """

    _function, _settings = staticmethod(F.glu), ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim


class Softplus(_Activation):
    """Return `log(1 + exp(beta * input)) / beta`; `input` itself where `beta * input` is above `threshold`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softplus.html
    """

    _function, _settings = staticmethod(F.softplus), ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold


class Softshrink(_Activation):
    """Return `input` moved by `lambd` towards 0, and 0 where it would cross it.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softshrink.html
    """

    _function, _settings = staticmethod(F.softshrink), ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        """Return the bound."""
        return str(self.lambd)


class Hardshrink(Softshrink):
    """Return `input` where its absolute value is above `lambd`, else 0.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html
    """

    _function = staticmethod(F.hardshrink)


class LogSigmoid(_Activation):
    """Return `log(sigmoid(input))` without overflow.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html
    """

    _function = staticmethod(F.logsigmoid)


class Softsign(_Activation):
    """Return `input / (1 + |input|)`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softsign.html
    """

    _function = staticmethod(F.softsign)


class Tanhshrink(_Activation):
    """Return `input - tanh(input)`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html
    """

    _function = staticmethod(F.tanhshrink)


class _AlongDim(_Activation):
    _settings = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input):
        """Return the activation of the input."""
        return type(self)._function(input, self.dim, 5)


class Softmax(_AlongDim):
    """Return `exp(input) / sum(exp(input))` along `dim`; leaving it out is deprecated.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.Softmax(dim=0)(torch.zeros(4))
        tensor([0.2500, 0.2500, 0.2500, 0.2500])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html
    """

    _function = staticmethod(F.softmax)


class Softmin(_AlongDim):
    """Return `softmax(-input)`; arguments as `Softmax`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmin.html
    """

    _function = staticmethod(F.softmin)


class LogSoftmax(_AlongDim):
    """Return `log(softmax(input))`; arguments as `Softmax`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
    """

    _function = staticmethod(F.log_softmax)


class Softmax2d(Module):
    """Return the softmax over the channels of images (N, C, H, W) or (C, H, W).

    Raises:
        ValueError: for inputs of another rank.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax2d.html
    """

    def forward(self, input):
        """Return the activation of the input."""
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead")
        return F.softmax(input, -3)

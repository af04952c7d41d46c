"""Affine layers."""

from __future__ import annotations

import math
from typing import Any

from jnet.torch.creation import empty
from jnet.torch.nn import functional as F
from jnet.torch.nn import init
from jnet.torch.nn.modules.lazy import LazyModuleMixin
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter, UninitializedParameter


class Identity(Module):
    """Return the input; whatever arguments it is made with mean nothing.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Identity.html
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input):
        """Return the input."""
        return input


class Linear(Module):
    """Compute `input @ weight.T + bias`.

    Args:
        in_features, out_features: sizes of the last dimension before and after.
        bias: whether there is one.

    Shape: input (*, in_features), result (*, out_features); weight (out_features, in_features), bias (out_features,),
        both uniform in +-1 / sqrt(in_features) at first.

    Example:
        >>> import jnet.torch as torch
        >>> _ = torch.manual_seed(420)
        >>> torch.nn.Linear(2, 1).weight
        Parameter containing:
        tensor([[ 0.4318, -0.4256]], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, device=None, dtype=None) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(empty((out_features, in_features), device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        draw_bias(self.weight, self.bias)

    def forward(self, input):
        """Return the affine function of the input."""
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class LazyLinear(LazyModuleMixin, Linear):
    """A `Linear` that takes `in_features` from its first input; other arguments as `Linear`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyLinear.html
    """

    cls_to_become = Linear
    weight: UninitializedParameter

    def __init__(self, out_features: int, bias: bool = True, device=None, dtype=None) -> None:
        super().__init__(0, 0, False)
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_features = out_features
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, once they have a shape."""
        if not self.has_uninitialized_params() and self.in_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Make weight and bias fit the input."""
        size = input.shape[-1]
        if self.has_uninitialized_params():
            self.in_features = size
            self.weight.materialize((self.out_features, size))
            if self.bias is not None:
                self.bias.materialize((self.out_features,))
            self.reset_parameters()
        if self.in_features == 0:  # the parameters were loaded
            if size != self.weight.shape[-1]:
                raise AssertionError(
                    f"The in_features inferred from input: {size} is not equal to in_features from self.weight: "
                    f"{self.weight.shape[-1]}"
                )
            self.in_features = size


class NonDynamicallyQuantizableLinear(Linear):
    """A `Linear` under the name that PyTorch gives to the last projection of `MultiheadAttention`."""


def draw_bias(weight: Parameter, bias: Parameter | None) -> None:
    """Draw a bias, if there is one, uniformly in +-1 / sqrt(inputs of an output)."""
    if bias is not None:
        fan_in, _ = init._calculate_fan_in_and_fan_out(weight)
        bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
        init.uniform_(bias, -bound, bound)


class Bilinear(Module):
    """Compute `input1 @ weight[k] @ input2 + bias[k]` for each output k.

    Shape: inputs (*, in1_features) and (*, in2_features), result (*, out_features).

    Raises:
        ValueError: if `in1_features` is not positive.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
    """

    def __init__(
        self, in1_features: int, in2_features: int, out_features: int, bias: bool = True, device=None, dtype=None
    ) -> None:
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = Parameter(empty((out_features, in1_features, in2_features), device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        if self.in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got (in1_features={self.in1_features})")
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1, input2):
        """Return the bilinear function of the inputs."""
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )

"""Layers that drop elements at random while training."""

from __future__ import annotations

from collections.abc import Callable

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.module import Module


class _DropoutNd(Module):
    _function: Callable

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def forward(self, input):
        """Return the input, some of it dropped while training."""
        return type(self)._function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """Zero each element with probability `p` and divide the others by `1 - p`, while training.

    Raises:
        ValueError: if `p` is no probability.

    Example:
        >>> import jnet.torch as torch
        >>> _ = torch.manual_seed(0)
        >>> torch.nn.Dropout(0.5)(torch.ones(5))
        tensor([0., 0., 2., 0., 0.])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html
    """

    _function = staticmethod(F.dropout)


class Dropout1d(_DropoutNd):
    """Drop whole channels of (N, C, L) or (C, L); otherwise as `Dropout`."""

    _function = staticmethod(F.dropout1d)


class Dropout2d(_DropoutNd):
    """Drop whole channels of (N, C, H, W); otherwise as `Dropout`."""

    _function = staticmethod(F.dropout2d)


class Dropout3d(_DropoutNd):
    """Drop whole channels of (N, C, D, H, W) or (C, D, H, W); otherwise as `Dropout`."""

    _function = staticmethod(F.dropout3d)


class AlphaDropout(_DropoutNd):
    """Set elements to SELU's negative limit with probability `p`, and keep mean and variance.

    See: https://arxiv.org/abs/1706.02515
    """

    def forward(self, input):
        """Return the input, some of it dropped while training."""
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """Drop whole channels as `AlphaDropout` drops elements."""

    def forward(self, input):
        """Return the input, some of it dropped while training."""
        return F.feature_alpha_dropout(input, self.p, self.training)

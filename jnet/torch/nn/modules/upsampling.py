"""Layers that resize signals, images and volumes."""

from __future__ import annotations

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.module import Module


class Upsample(Module):
    """Resize signals (N, C, L), images (N, C, H, W) or volumes (N, C, D, H, W).

    Args:
        size: of the result, an integer or one an axis.
        scale_factor: size of the result over that of the input, a number or one an axis, instead of `size`.
        mode: "nearest", "linear", "bilinear", "bicubic" or "trilinear".
        align_corners: let the middles of the corner pixels stay the corners.
        recompute_scale_factor: interpolate with the ratio of the sizes, not with the `scale_factor` that gave them.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.Upsample(scale_factor=2)(torch.arange(2.0).view(1, 1, 2))
        tensor([[[0., 0., 1., 1.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html
    """

    def __init__(
        self,
        size=None,
        scale_factor=None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, tuple):
            self.scale_factor = tuple([float(factor) for factor in scale_factor])
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode, self.align_corners = mode, align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input):
        """Return the resized input."""
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def __setstate__(self, state) -> None:
        state.setdefault("recompute_scale_factor", True)  # pickles of PyTorch 1.5 lack it
        super().__setstate__(state)

    def extra_repr(self) -> str:
        """Return the settings."""
        size = f"size={self.size!r}" if self.scale_factor is None else f"scale_factor={self.scale_factor!r}"
        return f"{size}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Resize images (N, C, H, W), each pixel to the nearest one; `Upsample` does it too.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.UpsamplingNearest2d.html
    """

    def __init__(self, size=None, scale_factor=None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Resize images (N, C, H, W) by bilinear interpolation with aligned corners; `Upsample` does it too.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.UpsamplingBilinear2d.html
    """

    def __init__(self, size=None, scale_factor=None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)

"""Resizing and sampling in `torch.nn.functional`, where PyTorch's arguments are not those of the ops."""

from __future__ import annotations

import warnings

from jnet.torch.dispatch import CALLERS
from jnet.torch.tensor import shape_of

__all__ = ["affine_grid", "grid_sample", "upsample", "upsample_bilinear", "upsample_nearest"]

# PyTorch's names, and its numbers for them.
GRID_SAMPLE_INTERPOLATION_MODES = {"bilinear": 0, "nearest": 1, "bicubic": 2}
GRID_SAMPLE_PADDING_MODES = {"zeros": 0, "border": 1, "reflection": 2}


def _deprecated(name: str) -> None:
    warnings.warn(
        f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.",
        UserWarning,
        stacklevel=3,
    )


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Return `interpolate` of the same arguments; deprecated.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.upsample.html
    """
    _deprecated("upsample")
    return CALLERS["interpolate"](input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """Return `interpolate(mode="nearest")`; deprecated.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.upsample_nearest.html
    """
    _deprecated("upsample_nearest")
    return CALLERS["interpolate"](input, size, scale_factor, mode="nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """Return `interpolate(mode="bilinear", align_corners=True)`; deprecated.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.upsample_bilinear.html
    """
    _deprecated("upsample_bilinear")
    return CALLERS["interpolate"](input, size, scale_factor, mode="bilinear", align_corners=True)


def _aligned(align_corners: bool | None) -> bool:
    """Return the setting, with PyTorch's warning where it is left out."""
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please "
            "specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for "
            "details.",
            UserWarning,
            stacklevel=3,
        )
    return bool(align_corners)


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """Sample images or volumes at the points of a grid, whose coordinates reach from -1 to 1 along each axis.

    Shape: input (N, C, H, W) and grid (N, H', W', 2) of (x, y), or (N, C, D, H, W) and (N, D', H', W', 3) of (x, y, z).

    Args:
        mode: "bilinear", "nearest" or "bicubic" (of images).
        padding_mode: what lies outside: "zeros", the "border", or the "reflection" of the input.
        align_corners: whether -1 and 1 mean the middles of the outermost pixels or their outer edges (the default).

    Raises:
        ValueError: for unknown modes.
        RuntimeError: for shapes and dtypes that do not fit.

    Example:
        >>> import jnet.torch as torch
        >>> image, middle = torch.arange(4.0).view(1, 1, 2, 2), torch.zeros(1, 1, 1, 2)
        >>> torch.nn.functional.grid_sample(image, middle, align_corners=False)
        tensor([[[[1.5000]]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html
    """
    if mode not in GRID_SAMPLE_INTERPOLATION_MODES:
        raise ValueError(
            f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'"
        )
    if padding_mode not in GRID_SAMPLE_PADDING_MODES:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: "
            f"'{padding_mode}'"
        )
    modes = GRID_SAMPLE_INTERPOLATION_MODES[mode], GRID_SAMPLE_PADDING_MODES[padding_mode]
    return CALLERS["grid_sampler"](input, grid, *modes, _aligned(align_corners))


def affine_grid(theta, size, align_corners=None):
    """Return the grids that affine maps make of a regular one, for `grid_sample`.

    Shape: theta (N, 2, 3) gives (N, H, W, 2), theta (N, 3, 4) gives (N, D, H, W, 3).

    Args:
        size: of the images or volumes that sampling shall make, (N, C, H, W) or (N, C, D, H, W).
        align_corners: as for `grid_sample`.

    Raises:
        ValueError: for maps that are not floating, or do not fit the size, and for sizes that are not positive.

    Example:
        >>> import jnet.torch as torch
        >>> same = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
        >>> torch.nn.functional.affine_grid(same, (1, 1, 1, 2), align_corners=False)
        tensor([[[[-0.5000,  0.0000],
                  [ 0.5000,  0.0000]]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html
    """
    align_corners = _aligned(align_corners)
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    n = len(size) - 2
    if n not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
            f"Got size {size}."
        )
    if len(shape_of(theta)) != 3 or shape_of(theta)[1:] != (n, n + 1):
        raise ValueError(
            f"Expected a batch of {n}D affine matrices of shape Nx{n}x{n + 1} for size {size}. Got {theta.shape}."
        )
    if align_corners and min(size[2:]) == 1:
        warnings.warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This "
            "is not an intended use case of affine_grid. See the documentation of affine_grid for details.",
            UserWarning,
            stacklevel=2,
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    return CALLERS["affine_grid_generator"](theta, tuple(size), align_corners)

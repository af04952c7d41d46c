"""Pictures of batches of images.

See: https://docs.pytorch.org/vision/stable/utils.html
"""

from __future__ import annotations

import math

import jnet.torch as torch
from jnet.torch.missing import NotBuilt
from jnet.torch.tensor import Tensor, numpy_of
from jnet.torchvision.pictures import picture

__all__ = ["make_grid", "save_image"]

_NOT_BUILT = ("draw_bounding_boxes", "draw_keypoints", "draw_segmentation_masks", "flow_to_image")


def __getattr__(name: str):
    if name in _NOT_BUILT:
        raise NotBuilt(f"torchvision.utils.{name} is not built in jnet.")
    raise AttributeError(f"module 'torchvision.utils' has no attribute '{name}'")


@torch.no_grad()
def make_grid(
    tensor,
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Return images side by side, as one image (C, H, W); gray ones get three channels.

    Args:
        tensor: images (N, C, H, W), or a list of (C, H, W).
        nrow: how many stand in a row.
        padding: the width of the lines between them.
        normalize: whether values are scaled from their range to [0, 1].
        value_range: that range; the smallest and the largest value, if left out.
        scale_each: whether each image has a range of its own.
        pad_value: the colour of the lines.

    Raises:
        TypeError: if it is no tensor or list of tensors, or the range is no tuple.

    Example:
        >>> make_grid(torch.zeros(5, 1, 28, 28), nrow=3).shape
        torch.Size([3, 62, 92])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.utils.make_grid.html
    """
    images = _batch(tensor)
    if normalize:
        if value_range is not None and not isinstance(value_range, tuple):
            raise TypeError("value_range has to be a tuple (min, max) if specified. min and max are numbers")
        parts = images.unbind(0) if scale_each else [images]
        images = torch.stack([_scaled(each, value_range) for each in parts]).reshape(images.shape)
    count, channels = images.shape[:2]
    if count == 1:
        return images.squeeze(0)
    columns = min(nrow, count)
    rows = math.ceil(count / columns)
    pad = torch.nn.functional.pad
    images = pad(images, [padding, 0, padding, 0, 0, 0, 0, rows * columns - count], value=pad_value)
    height, width = images.shape[-2:]
    grid = images.view(rows, columns, channels, height, width).permute(2, 0, 3, 1, 4)
    return pad(grid.reshape(channels, rows * height, columns * width), [0, padding, 0, padding], value=pad_value)


def _batch(tensor) -> Tensor:
    """Return images (N, C, H, W) of one or many, of three channels if they had one."""
    if isinstance(tensor, list):
        for each in tensor:
            if not isinstance(each, Tensor):
                raise TypeError(f"tensor or list of tensors expected, got a list containing {type(each)}")
        tensor = torch.stack(tensor, dim=0)
    if not isinstance(tensor, Tensor):
        raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
    if tensor.dim() == 2:
        tensor = tensor.unsqueeze(0)
    if tensor.dim() == 3:
        tensor = tensor.unsqueeze(0)
    return torch.cat((tensor, tensor, tensor), 1) if tensor.size(1) == 1 else tensor


def _scaled(img: Tensor, value_range) -> Tensor:
    low, high = (float(img.min()), float(img.max())) if value_range is None else value_range
    return (img.clamp(min=low, max=high) - low) / max(high - low, 1e-5)


@torch.no_grad()
def save_image(tensor, fp, format: str | None = None, **kwargs) -> None:
    """Write images with values in [0, 1] to a file, as `make_grid` arranges them.

    Args:
        tensor: as `make_grid` takes it.
        fp: a path, or a file that is open.
        format: of the file; what the path's end says, if left out.
        **kwargs: settings of `make_grid`.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.utils.save_image.html
    """
    grid = make_grid(tensor, **kwargs)
    array = numpy_of(grid.mul(255).add(0.5).clamp(0, 255).permute(1, 2, 0).to(torch.uint8))
    picture(array).save(fp, format=format)

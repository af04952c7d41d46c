"""The two kinds of images that transforms take, and their sizes."""

from __future__ import annotations

from typing import Any

from jnet.torch.tensor import Tensor
from jnet.torchvision.pictures import is_picture
from jnet.torchvision.transforms import on_pictures, on_tensors


def kind_of(img: Any) -> Any:
    """Return the module whose functions take this image: `on_tensors` or `on_pictures`.

    Raises:
        TypeError: if it is no image.
    """
    if isinstance(img, Tensor):
        return on_tensors
    if is_picture(img):
        return on_pictures
    raise TypeError(f"img should be PIL Image. Got {type(img)}")


def get_dimensions(img) -> list[int]:
    """Return channels, height and width."""
    return kind_of(img).dimensions(img)


def get_image_size(img) -> list[int]:
    """Return width and height."""
    return kind_of(img).dimensions(img)[:0:-1]


def get_image_num_channels(img) -> int:
    """Return the number of channels."""
    return kind_of(img).dimensions(img)[0]

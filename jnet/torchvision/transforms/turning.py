"""Images rotated, scaled, sheared and moved."""

from __future__ import annotations

import math

import jnet.torch as torch
from jnet.torchvision.pictures import is_picture
from jnet.torchvision.transforms import on_pictures, on_tensors
from jnet.torchvision.transforms.interpolation import InterpolationMode, mode_of, number_of
from jnet.torchvision.transforms.kinds import get_dimensions


def rotate(img, angle: float, interpolation=InterpolationMode.NEAREST, expand: bool = False, center=None, fill=None):
    """Return the image rotated counter-clockwise by an angle in degrees.

    Args:
        interpolation: how to resample: nearest or bilinear (PIL's images: bicubic, too).
        expand: whether the result is so large that all of the image fits.
        center: (x, y) of the point that stays; the middle, if left out.
        fill: the colour of what lies outside; black, if left out.

    Raises:
        TypeError, ValueError: for other arguments.

    Example:
        >>> rotate(torch.tensor([[[1, 2], [3, 4]]]), 90)
        tensor([[[2, 4],
                 [1, 3]]])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.rotate.html
    """
    mode = mode_of(interpolation)
    if not isinstance(angle, int | float):
        raise TypeError("Argument angle should be int or float")
    if center is not None and not isinstance(center, list | tuple):
        raise TypeError("Argument center should be a sequence")
    if is_picture(img):
        return on_pictures.rotate(img, angle, number_of(mode), expand, center, fill)
    _, h, w = get_dimensions(img)
    middle = [0.0, 0.0] if center is None else [center[0] - w * 0.5, center[1] - h * 0.5]
    matrix = _inverse_affine(middle, -angle, [0, 0], 1.0, [0.0, 0.0])
    return on_tensors.affine(img, matrix, _expanded(matrix, h, w) if expand else (h, w), mode, fill)


def _expanded(matrix: list[float], height: int, width: int) -> tuple[int, int]:
    """Return the size (height, width) of what holds a whole rotated image."""
    corners = torch.tensor([[x * width, y * height, 1.0] for x in (-0.5, 0.5) for y in (-0.5, 0.5)])
    ends = torch.matmul(corners, torch.tensor(matrix).view(2, 3).T)
    middle = torch.tensor([width * 0.5, height * 0.5])
    # In whole pixels; what reaches into one by less than a ten-thousandth does not count, where float32 can tell.
    low, high = ((each + middle).div(1e-4).trunc().mul(1e-4) for each in (ends.amin(0), ends.amax(0)))
    w, h = (high.ceil() - low.floor()).tolist()
    return int(h), int(w)


def affine(
    img, angle: float, translate, scale: float, shear, interpolation=InterpolationMode.NEAREST, fill=None, center=None
):
    """Return the image rotated clockwise, scaled, sheared (degrees) and moved (pixels), around its middle.

    Raises:
        ValueError: if the scale is not positive.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.affine.html
    """
    mode = mode_of(interpolation)
    if scale <= 0.0:
        raise ValueError("Argument scale should be positive")
    shears = [shear, 0.0] if isinstance(shear, int | float) else [*shear, 0.0][:2]
    _, h, w = get_dimensions(img)
    if is_picture(img):
        middle = [w * 0.5, h * 0.5] if center is None else list(center)
        return on_pictures.affine(img, _inverse_affine(middle, angle, translate, scale, shears), number_of(mode), fill)
    middle = [0.0, 0.0] if center is None else [center[0] - w * 0.5, center[1] - h * 0.5]
    return on_tensors.affine(img, _inverse_affine(middle, angle, translate, scale, shears), (h, w), mode, fill)


def _inverse_affine(center, angle, translate, scale, shears) -> list[float]:
    """Return two rows of three: from a place in the result to the one in the image that it shows.

    The image is moved by -center, sheared along y and x, rotated, scaled, and moved by center + translate.
    """
    turn, sx, sy = (math.radians(each) for each in (angle, *shears))
    a = math.cos(turn - sy) / math.cos(sy)
    b = -a * math.tan(sx) - math.sin(turn)
    c = math.sin(turn - sy) / math.cos(sy)
    d = -c * math.tan(sx) + math.cos(turn)
    rows = [[d / scale, -b / scale], [-c / scale, a / scale]]  # its determinant is 1, but for the scale
    x, y = -center[0] - translate[0], -center[1] - translate[1]
    return [each for row, middle in zip(rows, center, strict=True) for each in (*row, row[0] * x + row[1] * y + middle)]

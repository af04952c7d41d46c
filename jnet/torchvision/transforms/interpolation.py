"""How images are resampled."""

from __future__ import annotations

import enum


class InterpolationMode(enum.Enum):
    """Ways to resample; tensors take the first four.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.InterpolationMode.html
    """

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


# Pillow's numbers of them.
_NUMBERS = {
    InterpolationMode.NEAREST: 0,
    InterpolationMode.LANCZOS: 1,
    InterpolationMode.BILINEAR: 2,
    InterpolationMode.BICUBIC: 3,
    InterpolationMode.BOX: 4,
    InterpolationMode.HAMMING: 5,
    InterpolationMode.NEAREST_EXACT: 0,
}


def mode_of(interpolation: InterpolationMode | int) -> InterpolationMode:
    """Return the mode, which may be given by Pillow's number.

    Raises:
        TypeError: if it is neither.
    """
    if isinstance(interpolation, int) and interpolation in _NUMBERS.values():
        return next(mode for mode, number in _NUMBERS.items() if number == interpolation)
    if not isinstance(interpolation, InterpolationMode):
        raise TypeError(
            "Argument interpolation should be a InterpolationMode or a corresponding Pillow integer constant"
        )
    return interpolation


def number_of(interpolation: InterpolationMode | int) -> int:
    """Return Pillow's number of a mode."""
    return _NUMBERS[mode_of(interpolation)]

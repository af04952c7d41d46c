"""Images turned by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jnet.torchvision.transforms import functional as F
from jnet.torchvision.transforms.draws import uniform
from jnet.torchvision.transforms.fixed import Transform
from jnet.torchvision.transforms.interpolation import InterpolationMode, mode_of


def _range(value: Any, name: str, *sizes: int) -> list[float]:
    """Return bounds, which may be given as one number: the distance from 0."""
    if isinstance(value, int | float):
        if value < 0:
            raise ValueError(f"If {name} is a single number, it must be positive.")
        return [-float(value), float(value)]
    if not isinstance(value, Sequence):
        raise TypeError(f"{name} should be a sequence of length {' or '.join(map(str, sizes))}.")
    if len(value) not in sizes:
        raise ValueError(f"{name} should be a sequence of length {' or '.join(map(str, sizes))}.")
    return [float(each) for each in value]


class RandomRotation(Transform):
    """The image rotated by an angle (degrees) between bounds, or up to one; see `functional.rotate`.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomRotation.html
    """

    def __init__(self, degrees, interpolation=InterpolationMode.NEAREST, expand=False, center=None, fill: Any = 0):
        super().__init__()
        self.degrees, self.interpolation = _range(degrees, "degrees", 2), mode_of(interpolation)
        self.expand, self.center, self.fill = expand, center, 0 if fill is None else fill

    @property
    def shown(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """What prints."""
        return ("degrees", "interpolation", "expand", *(["center"] if self.center is not None else []), "fill")

    @staticmethod
    def get_params(degrees) -> float:
        """Return an angle."""
        return uniform(*map(float, degrees))

    def forward(self, img):
        """Return the image, rotated."""
        return F.rotate(img, self.get_params(self.degrees), self.interpolation, self.expand, self.center, self.fill)


class RandomAffine(Transform):
    """The image rotated, moved, scaled and sheared; see `functional.affine`.

    Args:
        degrees: bounds of the angle, or its largest value.
        translate: the largest moves, as shares of width and height.
        scale: bounds of the scale.
        shear: bounds of the shear along x, or its largest value; with two numbers more, along y too.
        interpolation, fill, center: as `functional.affine` takes them.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomAffine.html
    """

    def __init__(
        self,
        degrees,
        translate=None,
        scale=None,
        shear=None,
        interpolation=InterpolationMode.NEAREST,
        fill: Any = 0,
        center=None,
    ):
        super().__init__()
        self.degrees = _range(degrees, "degrees", 2)
        if translate is not None and any(not 0.0 <= each <= 1.0 for each in translate):
            raise ValueError("translation values should be between 0 and 1")
        if scale is not None and any(each <= 0 for each in scale):
            raise ValueError("scale values should be positive")
        self.translate, self.scale = translate, scale
        self.shear = None if shear is None else _range(shear, "shear", 2, 4)
        self.interpolation, self.fill, self.center = mode_of(interpolation), fill, center

    @property
    def shown(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """What prints."""
        plain = {"interpolation": InterpolationMode.NEAREST, "fill": 0}
        names = ("translate", "scale", "shear", "interpolation", "fill", "center")
        return ("degrees", *(name for name in names if getattr(self, name) not in (None, plain.get(name))))

    @staticmethod
    def get_params(degrees, translate, scale_ranges, shears, img_size) -> tuple:
        """Return angle, (x, y) of the move, scale, and shears along x and y."""
        angle = uniform(*map(float, degrees))
        moves = (0, 0)
        if translate is not None:
            most = [float(share * size) for share, size in zip(translate, img_size, strict=True)]
            moves = tuple([round(uniform(-each, each)) for each in most])
        scale = 1.0 if scale_ranges is None else uniform(*scale_ranges)
        shear = [0.0, 0.0]
        for place, start in enumerate(range(0, len(shears or ()), 2)):
            shear[place] = uniform(*shears[start : start + 2])
        return angle, moves, scale, tuple(shear)

    def forward(self, img):
        """Return the image, transformed."""
        size = F.get_image_size(img)
        angle, moves, scale, shear = self.get_params(self.degrees, self.translate, self.scale, self.shear, size)
        return F.affine(img, angle, moves, scale, shear, self.interpolation, self.fill, self.center)

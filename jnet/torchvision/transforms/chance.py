"""Transforms by chance: each draws from `torch`'s generator what torchvision draws, in the same order.

See: https://docs.pytorch.org/vision/stable/transforms.html
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import jnet.torch as torch
from jnet.torch.tensor import Tensor
from jnet.torchvision.transforms import functional as F
from jnet.torchvision.transforms.draws import happens, place, uniform
from jnet.torchvision.transforms.fixed import Compose, Transform, listed, size_of
from jnet.torchvision.transforms.interpolation import InterpolationMode, mode_of


def _log(ratio) -> list[float]:
    return torch.log(torch.tensor(ratio)).tolist()


# -- of others --------------------------------------------------------------------------------------------------------


class RandomApply(Transform):
    """Some transforms, one after the other, with probability p.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomApply.html
    """

    def __init__(self, transforms, p: float = 0.5):
        super().__init__()
        self.transforms, self.p = transforms, p

    def forward(self, img):
        """Return the image, transformed or not."""
        return Compose(self.transforms)(img) if happens(self.p) else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(\n    p={self.p}{listed(self.transforms)})"


class RandomOrder:
    """Transforms in an order that Python's generator draws.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomOrder.html
    """

    def __init__(self, transforms):
        if not isinstance(transforms, Sequence):
            raise TypeError("Argument transforms should be a sequence")
        self.transforms = transforms

    def __call__(self, img):
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        return Compose([self.transforms[i] for i in order])(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({listed(self.transforms)})"


class RandomChoice:
    """One of some transforms, drawn by Python's generator, with equal probabilities or the weights p.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomChoice.html
    """

    def __init__(self, transforms, p=None):
        if not isinstance(transforms, Sequence):
            raise TypeError("Argument transforms should be a sequence")
        if p is not None and not isinstance(p, Sequence):
            raise TypeError("Argument p should be a sequence")
        self.transforms, self.p = transforms, p

    def __call__(self, *args):
        return random.choices(self.transforms, weights=self.p)[0](*args)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({listed(self.transforms)})(p={self.p})"


class _Sometimes(Transform):
    """Does something with probability p."""

    shown = ("p",)

    def __init__(self, p: float = 0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        """Return the image, transformed or not."""
        return self._made(img) if happens(self.p) else img

    def _made(self, img) -> Any:
        raise NotImplementedError


class RandomHorizontalFlip(_Sometimes):
    """Left and right exchanged, with probability p.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomHorizontalFlip.html
    """

    def _made(self, img):
        return F.hflip(img)


class RandomVerticalFlip(_Sometimes):
    """Top and bottom exchanged, with probability p.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomVerticalFlip.html
    """

    def _made(self, img):
        return F.vflip(img)


class RandomInvert(_Sometimes):
    """The negative, with probability p.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomInvert.html
    """

    def _made(self, img):
        return F.invert(img)


class RandomGrayscale(_Sometimes):
    """The luminance in all channels, with probability p.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomGrayscale.html
    """

    def __init__(self, p: float = 0.1):
        super().__init__(p)

    def _made(self, img):
        return F.rgb_to_grayscale(img, F.get_image_num_channels(img))


# -- windows ----------------------------------------------------------------------------------------------------------


class RandomCrop(Transform):
    """A window of the image, which may have got borders before.

    Args:
        size: of the window, (height, width) or of a square.
        padding: borders, as `functional.pad` takes them.
        pad_if_needed: whether a smaller image gets borders; else it raises ValueError.
        fill, padding_mode: of the borders.

    Example:
        >>> RandomCrop(32, padding=4)(torch.zeros(3, 32, 32)).shape
        torch.Size([3, 32, 32])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomCrop.html
    """

    def __init__(self, size, padding=None, pad_if_needed: bool = False, fill=0, padding_mode: str = "constant"):
        super().__init__()
        self.size, self.padding, self.pad_if_needed = size_of(size), padding, pad_if_needed
        self.fill, self.padding_mode = fill, padding_mode

    @staticmethod
    def get_params(img, output_size) -> tuple[int, int, int, int]:
        """Return row, column, height and width of a window."""
        _, h, w = F.get_dimensions(img)
        th, tw = output_size
        if h < th or w < tw:
            raise ValueError(f"Required crop size {(th, tw)} is larger than input image size {(h, w)}")
        return (0, 0, h, w) if (w, h) == (tw, th) else (*place(h, w, th, tw), th, tw)

    def forward(self, img):
        """Return a window."""
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        _, height, width = F.get_dimensions(img)
        for missing in ([self.size[1] - width, 0], [0, self.size[0] - height]):
            if self.pad_if_needed and max(missing) > 0:
                img = F.pad(img, missing, self.fill, self.padding_mode)
        return F.crop(img, *self.get_params(img, self.size))

    def extra_repr(self) -> str:
        """Return the settings, as they print."""
        return f"size={self.size}, padding={self.padding}"


class RandomResizedCrop(Transform):
    """A window of random size and shape, resized.

    Args:
        size: of the result, (height, width) or of a square.
        scale: bounds of the window's share of the image's area.
        ratio: bounds of its width by its height; the logarithm is drawn.
        interpolation, antialias: as `functional.resize` takes them.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomResizedCrop.html
    """

    shown = ("size", "scale", "ratio", "interpolation", "antialias")

    def __init__(
        self,
        size,
        scale=(0.08, 1.0),
        ratio=(3.0 / 4.0, 4.0 / 3.0),
        interpolation=InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ):
        super().__init__()
        self.size = size_of(size)
        _check_bounds(scale, ratio)
        self.scale, self.ratio = scale, ratio
        self.interpolation, self.antialias = mode_of(interpolation), antialias

    @staticmethod
    def get_params(img, scale, ratio) -> tuple[int, int, int, int]:
        """Return row, column, height and width of a window."""
        _, height, width = F.get_dimensions(img)
        bounds = _log(ratio)
        for _ in range(10):
            area = height * width * uniform(*scale)
            aspect = torch.exp(torch.tensor(uniform(*bounds))).item()
            w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if 0 < w <= width and 0 < h <= height:
                return *place(height, width, h, w), h, w
        # None fits: the largest one of the nearest shape, in the middle.
        own = float(width) / float(height)
        w, h = width, height
        if own < min(ratio):
            h = round(w / min(ratio))
        elif own > max(ratio):
            w = round(h * max(ratio))
        return (height - h) // 2, (width - w) // 2, h, w

    def forward(self, img):
        """Return a window, resized."""
        window = self.get_params(img, self.scale, self.ratio)
        return F.resized_crop(img, *window, self.size, self.interpolation, antialias=self.antialias)

    def extra_repr(self) -> str:
        """Return the settings, as they print."""
        rounded = {name: tuple(round(each, 4) for each in getattr(self, name)) for name in ("scale", "ratio")}
        values = {name: getattr(self, name) for name in self.shown} | rounded
        values["interpolation"] = self.interpolation.value
        return ", ".join(f"{name}={value}" for name, value in values.items())


def _check_bounds(scale, ratio) -> None:
    if not isinstance(scale, Sequence):
        raise TypeError("Scale should be a sequence")
    if not isinstance(ratio, Sequence):
        raise TypeError("Ratio should be a sequence")


class RandomErasing(Transform):
    """A rectangle of a tensor overwritten, with probability p.

    Args:
        p: the probability.
        scale: bounds of the rectangle's share of the area.
        ratio: bounds of its height by its width; the logarithm is drawn.
        value: what is written: a number, one a channel, or "random" (standard normal numbers).
        inplace: whether the tensor itself is written to.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomErasing.html
    """

    shown = ("p", "scale", "ratio", "value", "inplace")

    def __init__(self, p: float = 0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value: Any = 0, inplace: bool = False):
        super().__init__()
        if not isinstance(value, int | float | str | tuple | list):
            raise TypeError("Argument value should be either a number or str or a sequence")
        if isinstance(value, str) and value != "random":
            raise ValueError("If value is str, it should be 'random'")
        _check_bounds(scale, ratio)
        if scale[0] < 0 or scale[1] > 1:
            raise ValueError("Scale should be between 0 and 1")
        if p < 0 or p > 1:
            raise ValueError("Random erasing probability should be between 0 and 1")
        self.p, self.scale, self.ratio, self.value, self.inplace = p, scale, ratio, value, inplace

    @staticmethod
    def get_params(img, scale, ratio, value=None) -> tuple[int, int, int, int, Any]:
        """Return row, column, height and width of a rectangle, and what is written there."""
        channels, height, width = img.shape[-3:]
        bounds = _log(ratio)
        for _ in range(10):
            area = height * width * uniform(*scale)
            aspect = torch.exp(torch.tensor(uniform(*bounds))).item()
            h, w = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if not (h < height and w < width):
                continue
            if value is None:
                v = torch.empty([channels, h, w], dtype=torch.float32).normal_()
            else:
                v = torch.tensor(value)[:, None, None]
            return *place(height, width, h, w), h, w, v
        return 0, 0, height, width, img

    def forward(self, img: Tensor) -> Tensor:
        """Return the tensor, with a rectangle overwritten or not."""
        if not happens(self.p):
            return img
        value = None if isinstance(self.value, str) else self.value
        value = [float(value)] if isinstance(value, int | float) else value
        if value is not None and len(value) not in (1, img.shape[-3]):
            raise ValueError(
                f"If value is a sequence, it should have either a single value or {img.shape[-3]} "
                "(number of input channels)"
            )
        return F.erase(img, *self.get_params(img, self.scale, self.ratio, value), self.inplace)


# -- colours ----------------------------------------------------------------------------------------------------------


class ColorJitter(Transform):
    """Brightness, contrast, saturation and hue changed by random factors, in random order.

    Args:
        brightness, contrast, saturation: bounds of the factor, or its largest distance from 1.
        hue: bounds of the share of the circle, or the largest share, up to 0.5.

    Raises:
        TypeError, ValueError: for other bounds.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ColorJitter.html
    """

    shown = ("brightness", "contrast", "saturation", "hue")

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0):
        super().__init__()
        self.brightness = self._bounds(brightness, "brightness")
        self.contrast = self._bounds(contrast, "contrast")
        self.saturation = self._bounds(saturation, "saturation")
        self.hue = self._bounds(hue, "hue", 0.0, (-0.5, 0.5))

    @staticmethod
    def _bounds(value, name: str, middle: float = 1.0, limits=(0, float("inf"))) -> tuple[float, float] | None:
        """Return the bounds; None if nothing changes."""
        if isinstance(value, int | float):
            if value < 0:
                raise ValueError(f"If {name} is a single number, it must be non negative.")
            low, high = middle - float(value), middle + float(value)
            low = max(low, 0.0) if name != "hue" else low
        elif isinstance(value, tuple | list) and len(value) == 2:
            low, high = map(float, value)
        else:
            raise TypeError(f"{name} should be a single number or a list/tuple with length 2.")
        if not limits[0] <= low <= high <= limits[1]:
            raise ValueError(f"{name} values should be between {limits}, but got {[low, high]}.")
        return None if low == high == middle else (low, high)

    @staticmethod
    def get_params(brightness, contrast, saturation, hue) -> tuple:
        """Return an order, and the four factors (None for what does not change)."""
        order = torch.randperm(4)
        return order, *(None if each is None else uniform(*each) for each in (brightness, contrast, saturation, hue))

    def forward(self, img):
        """Return the image in other colours."""
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        changes = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
        for which in order.tolist():
            if factors[which] is not None:
                img = changes[which](img, factors[which])
        return img


class GaussianBlur(Transform):
    """The image blurred by a Gaussian, whose deviation is drawn from bounds; see `functional.gaussian_blur`.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.GaussianBlur.html
    """

    shown = ("kernel_size", "sigma")

    def __init__(self, kernel_size, sigma: Any = (0.1, 2.0)):
        super().__init__()
        self.kernel_size = size_of(kernel_size)
        if any(size <= 0 or size % 2 == 0 for size in self.kernel_size):
            raise ValueError("Kernel size value should be an odd and positive number.")
        if isinstance(sigma, int | float):
            if sigma <= 0:
                raise ValueError("If sigma is a single number, it must be positive.")
            sigma = (sigma, sigma)
        if not 0.0 < sigma[0] <= sigma[1]:
            raise ValueError("sigma values should be positive and of the form (min, max).")
        self.sigma = sigma

    @staticmethod
    def get_params(sigma_min: float, sigma_max: float) -> float:
        """Return a deviation."""
        return uniform(sigma_min, sigma_max)

    def forward(self, img):
        """Return the image, blurred."""
        sigma = self.get_params(*self.sigma)
        return F.gaussian_blur(img, self.kernel_size, [sigma, sigma])

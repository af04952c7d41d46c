"""Transforms without chance, and those that are made of others.

See: https://docs.pytorch.org/vision/stable/transforms.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jnet.torch as torch
from jnet.torchvision.transforms import functional as F
from jnet.torchvision.transforms.interpolation import InterpolationMode, mode_of


class Transform(torch.nn.Module):
    """A module that prints the settings named in `shown`."""

    shown: tuple[str, ...] = ()

    def extra_repr(self) -> str:
        """Return the settings, as they print."""
        values = ((name, getattr(self, name)) for name in self.shown)
        return ", ".join(f"{n}={v.value if isinstance(v, InterpolationMode) else v}" for n, v in values)


def size_of(size: Any) -> tuple[Any, Any]:
    """Return (height, width), which may be given as one number.

    Raises:
        ValueError: for more numbers.
    """
    if not isinstance(size, Sequence) or isinstance(size, str):
        return size, size
    if len(size) not in (1, 2):
        raise ValueError("Please provide only two dimensions (h, w) for size.")
    return size[0], size[-1]


# -- of others --------------------------------------------------------------------------------------------------------


def listed(transforms) -> str:
    """Return transforms as they print, a line each."""
    return "".join(f"\n    {each}" for each in transforms) + "\n"


class Compose:
    """One transform after the other.

    Args:
        transforms: functions of an image.

    Example:
        >>> Compose([PILToTensor(), ConvertImageDtype(torch.float32)])
        Compose(
            PILToTensor()
            ConvertImageDtype()
        )

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Compose.html
    """

    def __init__(self, transforms: Sequence[Callable]):
        self.transforms = transforms

    def __call__(self, img):
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return f"{type(self).__name__}({listed(self.transforms)})"


class Lambda:
    """A function as a transform.

    Raises:
        TypeError: if it cannot be called.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Lambda.html
    """

    def __init__(self, lambd: Callable):
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img):
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


# -- between kinds of images ------------------------------------------------------------------------------------------


class ToTensor:
    """PIL's image or an array (H, W, C) as a tensor (C, H, W) in [0, 1]; see `functional.to_tensor`.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ToTensor.html
    """

    def __call__(self, pic):
        return F.to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor:
    """PIL's image as a tensor (C, H, W) of its own numbers.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.PILToTensor.html
    """

    def __call__(self, pic):
        return F.pil_to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ToPILImage:
    """A tensor (C, H, W) or an array (H, W, C) as an image of PIL's; see `functional.to_pil_image`.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ToPILImage.html
    """

    def __init__(self, mode: str | None = None):
        self.mode = mode

    def __call__(self, pic):
        return F.to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class ConvertImageDtype(Transform):
    """Another dtype, with black and white as they were; see `functional.convert_image_dtype`.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ConvertImageDtype.html
    """

    def __init__(self, dtype):
        super().__init__()
        self.dtype = dtype

    def forward(self, image):
        """Return the image in the dtype."""
        return F.convert_image_dtype(image, self.dtype)


class Normalize(Transform):
    """(tensor - mean) / std, with a number a channel; see `functional.normalize`.

    Example:
        >>> Normalize((0.5,), (0.5,))(torch.ones(1, 1, 1))
        tensor([[[1.]]])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Normalize.html
    """

    shown = ("mean", "std")

    def __init__(self, mean, std, inplace: bool = False):
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, tensor):
        """Return the tensor, normalized."""
        return F.normalize(tensor, self.mean, self.std, self.inplace)


# -- places and colours -----------------------------------------------------------------------------------------------


class Resize(Transform):
    """Another size: (height, width), or the length of the shorter edge; see `functional.resize`.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Resize.html
    """

    shown = ("size", "interpolation", "max_size", "antialias")

    def __init__(self, size, interpolation=InterpolationMode.BILINEAR, max_size: int | None = None, antialias=True):
        super().__init__()
        if not isinstance(size, int | Sequence):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        if isinstance(size, Sequence) and len(size) not in (1, 2):
            raise ValueError("If size is a sequence, it should have 1 or 2 values")
        self.size, self.interpolation = size, mode_of(interpolation)
        self.max_size, self.antialias = max_size, antialias

    def forward(self, img):
        """Return the image in that size."""
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)


class CenterCrop(Transform):
    """The middle of the image; see `functional.center_crop`.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.CenterCrop.html
    """

    shown = ("size",)

    def __init__(self, size):
        super().__init__()
        self.size = size_of(size)

    def forward(self, img):
        """Return the middle."""
        return F.center_crop(img, self.size)


class FiveCrop(Transform):
    """The four corners and the middle, as a tuple.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.FiveCrop.html
    """

    shown = ("size",)

    def __init__(self, size):
        super().__init__()
        self.size = size_of(size)

    def forward(self, img) -> tuple:
        """Return the five."""
        return F.five_crop(img, self.size)


class TenCrop(Transform):
    """The four corners and the middle, of the image and of its mirror image, as a tuple.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.TenCrop.html
    """

    shown = ("size", "vertical_flip")

    def __init__(self, size, vertical_flip: bool = False):
        super().__init__()
        self.size, self.vertical_flip = size_of(size), vertical_flip

    def forward(self, img) -> tuple:
        """Return the ten."""
        return F.ten_crop(img, self.size, self.vertical_flip)


class Pad(Transform):
    """Borders; see `functional.pad`.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Pad.html
    """

    shown = ("padding", "fill", "padding_mode")

    def __init__(self, padding, fill=0, padding_mode: str = "constant"):
        super().__init__()
        F.check_padding(padding, fill, padding_mode)
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, img):
        """Return the image with borders."""
        return F.pad(img, self.padding, self.fill, self.padding_mode)


class Grayscale(Transform):
    """The luminance, as one channel or three equal ones.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Grayscale.html
    """

    shown = ("num_output_channels",)

    def __init__(self, num_output_channels: int = 1):
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img):
        """Return the luminance."""
        return F.rgb_to_grayscale(img, self.num_output_channels)

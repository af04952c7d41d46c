"""Transforms as functions: of PIL's images, and of tensors (..., C, H, W), batches too.

See: https://docs.pytorch.org/vision/stable/transforms.html#functional-transforms
"""

from __future__ import annotations

import numpy as np

import jnet.torch as torch
from jnet.torch.arrays import from_numpy
from jnet.torch.missing import NotBuilt
from jnet.torch.tensor import Tensor, from_array, numpy_of
from jnet.torchvision.pictures import is_picture, picture, pillow
from jnet.torchvision.transforms import on_pictures, on_tensors
from jnet.torchvision.transforms.interpolation import InterpolationMode, mode_of, number_of
from jnet.torchvision.transforms.kinds import get_dimensions, get_image_num_channels, get_image_size, kind_of
from jnet.torchvision.transforms.turning import affine, rotate

__all__ = [
    "InterpolationMode", "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue", "adjust_saturation",
    "affine", "center_crop", "convert_image_dtype", "crop", "erase", "five_crop", "gaussian_blur", "get_dimensions",
    "get_image_num_channels", "get_image_size", "hflip", "invert", "normalize", "pad", "pil_to_tensor", "resize",
    "resized_crop", "rgb_to_grayscale", "rotate", "ten_crop", "to_grayscale", "to_pil_image", "to_tensor", "vflip",
]  # fmt: skip

_NOT_BUILT = (
    "adjust_sharpness",
    "autocontrast",
    "elastic_transform",
    "equalize",
    "perspective",
    "posterize",
    "solarize",
)


def __getattr__(name: str):
    if name in _NOT_BUILT:
        raise NotBuilt(f"torchvision.transforms.functional.{name} is not built in jnet.")
    raise AttributeError(f"module 'torchvision.transforms.functional' has no attribute '{name}'")


# -- between kinds of images ------------------------------------------------------------------------------------------

_WIDE = {"I": np.int32, "I;16": np.uint16, "F": np.float32}


def to_tensor(pic) -> Tensor:
    """Return an image as a tensor (C, H, W): bytes become floats in [0, 1], other numbers stay as they are.

    Args:
        pic: PIL's image, or an array (H, W) or (H, W, C).

    Raises:
        TypeError: if it is no image.
        ValueError: if it has another number of dimensions.

    Example:
        >>> to_tensor(np.array([[0, 51, 255]], np.uint8))
        tensor([[[0.0000, 0.2000, 1.0000]]])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.to_tensor.html
    """
    if is_picture(pic):
        array = np.array(pic, _WIDE.get(pic.mode))
        if pic.mode == "1":
            array = array.astype(np.uint8) * np.uint8(255)
        elif pic.mode == "I;16":
            array = array.view(np.int16)  # torchvision's choice: what is brighter than 32767 becomes negative
    elif isinstance(pic, np.ndarray):
        array = pic
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
    else:
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    array = array[None] if array.ndim == 2 else array.transpose(2, 0, 1)
    if array.dtype != np.uint8:
        return from_numpy(array).contiguous()
    floats = array.astype(torch.get_default_dtype()._numpy, "C")
    floats /= 255
    return from_array(floats)


def pil_to_tensor(pic) -> Tensor:
    """Return PIL's image as a tensor (C, H, W) of its own numbers.

    Raises:
        TypeError: if it is no image of PIL's.

    Example:
        >>> pil_to_tensor(pillow().Image.new("RGB", (4, 2))).shape
        torch.Size([3, 2, 4])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.pil_to_tensor.html
    """
    if not is_picture(pic):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    array = np.array(pic)
    return from_array(np.ascontiguousarray(array[None] if array.ndim == 2 else array.transpose(2, 0, 1)))


# The modes of images with so many channels; the first is the default one.
_MODES = {2: ["LA"], 3: ["RGB", "YCbCr", "HSV"], 4: ["RGBA", "CMYK", "RGBX"]}
_GRAY = {np.dtype(np.uint8): "L", np.dtype(np.int16): "I;16", np.dtype(np.int32): "I", np.dtype(np.float32): "F"}


def to_pil_image(pic, mode: str | None = None):
    """Return a tensor (C, H, W) or (H, W), or an array (H, W, C) or (H, W), as an image of PIL's.

    Floating tensors have values in [0, 1].

    Raises:
        TypeError: if it is neither, or of a dtype that images do not have.
        ValueError: if the shape is none of an image, or does not fit the mode.

    Example:
        >>> to_pil_image(torch.ones(3, 4, 5)).getpixel((0, 0))
        (255, 255, 255)

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.to_pil_image.html
    """
    if not isinstance(pic, Tensor | np.ndarray):
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    if pic.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
    if isinstance(pic, Tensor):
        pic = pic.detach()
        scaled = pic.mul(255).byte() if pic.is_floating_point() and mode != "F" else pic
        array = numpy_of(scaled)
        array = array if array.ndim == 2 else array.transpose(1, 2, 0)
    else:
        array = pic
    array = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    channels = 1 if array.ndim == 2 else array.shape[2]
    if channels > 4:
        raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
    if channels == 1:
        natural = _GRAY.get(array.dtype)
        if mode is not None and natural is not None and mode != natural:
            raise ValueError(f"Incorrect mode ({mode}) supplied for input type {np.dtype}. Should be {natural}")
        if natural is None:
            raise TypeError(f"Input type {array.dtype} is not supported")
        return picture(np.ascontiguousarray(array).view(np.uint16) if natural == "I;16" else array)
    if mode is not None and mode not in _MODES[channels]:
        raise ValueError(f"Only modes {_MODES[channels]} are supported for {channels}D inputs")
    if array.dtype != np.uint8:
        raise TypeError(f"Input type {array.dtype} is not supported")
    return picture(array, mode or _MODES[channels][0])


def convert_image_dtype(image: Tensor, dtype=torch.float32) -> Tensor:
    """Return a tensor of another dtype: black and white stay what they are, 0 and 1 of floats, 0 and 255 of bytes.

    Raises:
        RuntimeError: if the whole numbers are too large to be made of such floats.

    Example:
        >>> convert_image_dtype(torch.tensor([0, 255], dtype=torch.uint8))
        tensor([0., 1.])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.convert_image_dtype.html
    """
    if not isinstance(image, Tensor):
        raise TypeError("Input img should be Tensor Image")
    return on_tensors.convert_dtype(image, dtype)


def normalize(tensor: Tensor, mean, std, inplace: bool = False) -> Tensor:
    """Return (tensor - mean) / std, with a mean and a deviation a channel.

    Raises:
        TypeError: if it is no tensor of floats.
        ValueError: if it has too few dimensions, or a deviation is 0.

    Example:
        >>> normalize(torch.ones(1, 1, 2), [0.5], [0.25])
        tensor([[[2., 2.]]])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.normalize.html
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    return on_tensors.normalize(tensor, mean, std, inplace)


# -- places -----------------------------------------------------------------------------------------------------------


def hflip(img):
    """Return the image mirrored from left to right."""
    kind = kind_of(img)
    return kind.flip(img, -1) if kind is on_tensors else img.transpose(pillow().Image.Transpose.FLIP_LEFT_RIGHT)


def vflip(img):
    """Return the image upside down."""
    kind = kind_of(img)
    return kind.flip(img, -2) if kind is on_tensors else img.transpose(pillow().Image.Transpose.FLIP_TOP_BOTTOM)


def crop(img, top: int, left: int, height: int, width: int):
    """Return a window of the image; what lies outside of it is black.

    Example:
        >>> crop(torch.arange(4.0).view(1, 2, 2), 0, 1, 2, 2)
        tensor([[[1., 0.],
                 [3., 0.]]])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.crop.html
    """
    kind = kind_of(img)
    if kind is on_tensors:
        return kind.crop(img, top, left, height, width)
    return img.crop((left, top, left + width, top + height))


def pad(img, padding, fill=0, padding_mode: str = "constant"):
    """Return the image with borders.

    Args:
        padding: their width: of all, or of (left and right, top and bottom), or of left, top, right, bottom.
        fill: their colour, a number or (PIL's images) one a channel.
        padding_mode: "constant"; or "edge", "reflect" and "symmetric" (which repeats the edge) repeat the image.

    Raises:
        TypeError, ValueError: for other arguments.

    Example:
        >>> pad(torch.ones(1, 1, 1), (1, 0))
        tensor([[[0., 1., 0.]]])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.pad.html
    """
    kind = kind_of(img)
    check_padding(padding, fill, padding_mode)
    sides = [padding] if isinstance(padding, int) else list(padding)
    return kind.pad(img, sides * (4 // len(sides)), fill, padding_mode)


def check_padding(padding, fill, padding_mode) -> None:
    """Raise the errors for what borders cannot be."""
    if not isinstance(padding, int | list | tuple):
        raise TypeError("Got inappropriate padding arg")
    if not isinstance(fill, int | float | list | tuple):
        raise TypeError("Got inappropriate fill arg")
    if not isinstance(padding_mode, str):
        raise TypeError("Got inappropriate padding_mode arg")
    if not isinstance(padding, int) and len(padding) not in (1, 2, 4):
        raise ValueError(f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(padding)} element tuple")
    if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")


def center_crop(img, output_size):
    """Return the middle of the image, of the size (height, width) or of a square, with black around a smaller one.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.center_crop.html
    """
    sizes = [output_size] if isinstance(output_size, int | float) else list(output_size)
    height, width = (int(each) for each in (sizes * 2)[:2])
    _, h, w = get_dimensions(img)
    if width > w or height > h:
        more_w, more_h = max(width - w, 0), max(height - h, 0)
        img = pad(img, [more_w // 2, more_h // 2, (more_w + 1) // 2, (more_h + 1) // 2])
        _, h, w = get_dimensions(img)
    return crop(img, round((h - height) / 2.0), round((w - width) / 2.0), height, width)


def _resized(height: int, width: int, size, max_size: int | None) -> list[int]:
    """Return the size asked for: (height, width), or the length of the shorter edge."""
    sizes = [size] if isinstance(size, int) else list(size)
    if len(sizes) > 2:
        raise ValueError(f"Size must be an int or a 1 or 2 element tuple/list, not a {len(sizes)} element tuple/list")
    if len(sizes) == 2:
        if max_size is not None:
            raise ValueError(
                "max_size should only be passed if size specifies the length of the smaller edge, i.e. size should be "
                "an int or a sequence of length 1 in torchscript mode."
            )
        return sizes
    short, long = sorted((height, width))
    new = [sizes[0], int(sizes[0] * long / short)]
    if max_size is not None:
        if max_size <= sizes[0]:
            raise ValueError(
                f"max_size = {max_size} must be strictly greater than the requested size for the smaller edge "
                f"size = {size}"
            )
        if new[1] > max_size:
            new = [int(max_size * new[0] / new[1]), max_size]
    return new if height <= width else new[::-1]


def resize(
    img, size, interpolation=InterpolationMode.BILINEAR, max_size: int | None = None, antialias: bool | None = True
):
    """Return the image in another size.

    Args:
        size: (height, width), or the length of the shorter edge, whose ratio to the longer one stays.
        interpolation: how to resample.
        max_size: of the longer edge, if `size` is one number.
        antialias: whether tensors are smoothed where they shrink, as PIL's images always are.

    Raises:
        TypeError, ValueError: for other arguments.
        NotImplementedError: for ways to resample that tensors do not have.

    Example:
        >>> resize(torch.zeros(3, 10, 20), 5).shape
        torch.Size([3, 5, 10])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.resize.html
    """
    mode = mode_of(interpolation)
    _, h, w = get_dimensions(img)
    height, width = _resized(h, w, size, max_size)
    if (height, width) == (h, w):
        return img
    if is_picture(img):
        return img.resize((width, height), number_of(mode))
    return on_tensors.resize(img, [height, width], mode, bool(antialias))


def resized_crop(
    img, top, left, height, width, size, interpolation=InterpolationMode.BILINEAR, antialias: bool | None = True
):
    """Return a window of the image in another size."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def five_crop(img, size) -> tuple:
    """Return the four corners and the middle: top left, top right, bottom left, bottom right, centre.

    Raises:
        ValueError: if the image is smaller.
    """
    height, width = [size] * 2 if isinstance(size, int) else (list(size) * 2)[:2]
    _, h, w = get_dimensions(img)
    if width > w or height > h:
        raise ValueError(f"Requested crop size {(height, width)} is bigger than input size {(h, w)}")
    corners = [(0, 0), (0, w - width), (h - height, 0), (h - height, w - width)]
    return *(crop(img, top, left, height, width) for top, left in corners), center_crop(img, [height, width])


def ten_crop(img, size, vertical_flip: bool = False) -> tuple:
    """Return `five_crop` of the image and of its mirror image."""
    return five_crop(img, size) + five_crop(vflip(img) if vertical_flip else hflip(img), size)


# -- colours ----------------------------------------------------------------------------------------------------------


def rgb_to_grayscale(img, num_output_channels: int = 1):
    """Return the luminance as an image of one channel, or of three equal ones.

    Raises:
        ValueError: for other numbers of channels.

    Example:
        >>> rgb_to_grayscale(torch.ones(3, 1, 1))
        tensor([[[0.9999]]])

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.rgb_to_grayscale.html
    """
    kind = kind_of(img)
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    return kind.grayscale(img, num_output_channels)


def to_grayscale(img, num_output_channels: int = 1):
    """Return `rgb_to_grayscale` of PIL's image.

    Raises:
        TypeError: if it is none.
    """
    if not is_picture(img):
        raise TypeError("Input should be PIL Image")
    return rgb_to_grayscale(img, num_output_channels)


def adjust_brightness(img, brightness_factor: float):
    """Return a darker (below 1) or brighter image; 0 is black.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_brightness.html
    """
    return _enhanced("Brightness", on_tensors.adjust_brightness, img, brightness_factor)


def adjust_contrast(img, contrast_factor: float):
    """Return an image of less (below 1) or more contrast; 0 is gray.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_contrast.html
    """
    return _enhanced("Contrast", on_tensors.adjust_contrast, img, contrast_factor)


def adjust_saturation(img, saturation_factor: float):
    """Return an image of fainter (below 1) or stronger colours; 0 has none.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_saturation.html
    """
    return _enhanced("Color", on_tensors.adjust_saturation, img, saturation_factor)


def _enhanced(name: str, of_tensor, img, factor: float):
    return of_tensor(img, factor) if kind_of(img) is on_tensors else on_pictures.enhance(name, img, factor)


def adjust_hue(img, hue_factor: float):
    """Return the image with its colours moved along their circle by a share of it, from -0.5 to 0.5.

    Raises:
        ValueError: for other shares.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_hue.html
    """
    kind = kind_of(img)
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    return kind.adjust_hue(img, hue_factor)


def adjust_gamma(img, gamma: float, gain: float = 1):
    """Return gain * img ** gamma, for values between 0 (black) and 1.

    Raises:
        ValueError: if gamma is negative.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_gamma.html
    """
    kind = kind_of(img)
    if gamma < 0:
        raise ValueError("Gamma should be a non-negative real number")
    return kind.adjust_gamma(img, gamma, gain)


def invert(img):
    """Return the negative."""
    return on_tensors.invert(img) if kind_of(img) is on_tensors else pillow().ImageOps.invert(img)


def gaussian_blur(img, kernel_size, sigma=None):
    """Return the image blurred by a Gaussian.

    Args:
        kernel_size: its width, or (width, height); odd.
        sigma: its deviation, or (along the width, along the height); 0.15 kernel_size + 0.35, if left out.

    Raises:
        ValueError: for other arguments.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.gaussian_blur.html
    """
    sizes = [kernel_size] * 2 if isinstance(kernel_size, int) else list(kernel_size)
    if any(size <= 0 or size % 2 == 0 for size in sizes):
        raise ValueError(f"kernel_size should have odd and positive integers. Got {sizes}")
    if sigma is None:
        sigma = [size * 0.15 + 0.35 for size in sizes]
    sigmas = [float(sigma)] * 2 if isinstance(sigma, int | float) else ([*map(float, sigma)] * 2)[:2]
    if any(each <= 0 for each in sigmas):
        raise ValueError(f"sigma should have positive values. Got {sigmas}")
    if is_picture(img):
        return to_pil_image(on_tensors.gaussian_blur(pil_to_tensor(img), sizes, sigmas), mode=img.mode)
    return on_tensors.gaussian_blur(img, sizes, sigmas)


def erase(img: Tensor, i: int, j: int, h: int, w: int, v: Tensor, inplace: bool = False) -> Tensor:
    """Return the tensor with `v` written into the window of height h and width w at row i and column j.

    Raises:
        TypeError: if it is no tensor.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.erase.html
    """
    if not isinstance(img, Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(img)}")
    return on_tensors.erase(img, i, j, h, w, v, inplace)

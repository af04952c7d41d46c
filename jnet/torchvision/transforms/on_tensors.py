"""Transforms of tensors (..., C, H, W).

What every sample of an epoch goes through is computed by NumPy where the elements are known on the host and need no
gradients: recording an op takes longer than to compute it for a small image. Elsewhere the ops of `jnet.torch` are
recorded.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

import jnet.torch as torch
from jnet.torch.tensor import Tensor, elements_of, from_array, shape_of
from jnet.torchvision.transforms.interpolation import InterpolationMode

F = torch.nn.functional


def at_hand(img: Tensor) -> np.ndarray | None:
    """Return the elements, not to be written to, if they are known and nobody asks for derivatives."""
    return None if img.requires_grad else elements_of(img)


def dimensions(img: Tensor) -> list[int]:
    """Return channels, height and width."""
    shape = shape_of(img)
    if len(shape) < 2:
        raise TypeError("Tensor is not a torch image.")
    return [1 if len(shape) == 2 else shape[-3], *shape[-2:]]


def largest(dtype) -> int:
    """Return what stands for white."""
    return 1 if dtype.is_floating_point else 1 if dtype is torch.bool else torch.iinfo(dtype).max


# -- values -----------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=100)
def _column(values: tuple[float, ...] | float, dtype: np.dtype) -> np.ndarray:
    """Return a number a channel, as an array (C, 1, 1)."""
    array = np.array(values, dtype)
    return array.reshape(-1, 1, 1) if array.ndim == 1 else array


def _column_of(values, dtype: np.dtype) -> np.ndarray:
    if isinstance(values, Tensor):
        values = values.tolist()
    return _column(tuple(values) if isinstance(values, list | tuple) else values, dtype)


def normalize(img: Tensor, mean, std, inplace: bool) -> Tensor:
    """Return (img - mean) / std, channel by channel."""
    if not img.is_floating_point():
        raise TypeError(f"Input tensor should be a float tensor. Got {img.dtype}.")
    shape = shape_of(img)
    if len(shape) < 3:
        raise ValueError(
            f"Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = {img.size()}"
        )
    kind = img._aval.dtype
    centre, scale = _column_of(mean, kind), _column_of(std, kind)
    if not scale.all():
        raise ValueError(f"std evaluated to zero after conversion to {img.dtype}, leading to division by zero.")
    array = None if inplace else at_hand(img)
    if array is None or not all(each.size in (1, shape[-3]) for each in (centre, scale)):
        img = img if inplace else img.clone()
        centre, scale = (from_array(each).to(img.device) for each in (centre, scale))
        return img.sub_(centre).div_(scale)
    array = array - centre
    array /= scale
    return from_array(array)


def convert_dtype(img: Tensor, dtype) -> Tensor:
    """Return an image of another dtype, its values between black and white as they were."""
    if img.dtype is dtype:
        return img
    if img.is_floating_point():
        if dtype.is_floating_point:
            return img.to(dtype)
        wide = (torch.int32, torch.int64) if img.dtype is torch.float32 else (torch.int64,)
        if dtype in wide and img.dtype in (torch.float32, torch.float64):
            raise RuntimeError(f"The cast from {img.dtype} to {dtype} cannot be performed safely.")
        # Slightly less than one more, so that each of the whole numbers has an equal share of [0, 1].
        return img.mul(largest(dtype) + 1.0 - 1e-3).to(dtype)
    if dtype.is_floating_point:
        return img.to(dtype) / largest(img.dtype)
    had, has = largest(img.dtype), largest(dtype)
    if had > has:
        return torch.div(img, (had + 1) // (has + 1), rounding_mode="floor").to(dtype)
    return img.to(dtype) * ((has + 1) // (had + 1))


def _blend(img: Tensor, other, share: float) -> Tensor:
    return (share * img + (1.0 - share) * other).clamp(0, largest(img.dtype)).to(img.dtype)


def _check_channels(img: Tensor, *permitted: int) -> int:
    channels = dimensions(img)[0]
    if channels not in permitted:
        raise TypeError(f"Input image tensor permitted channel values are {list(permitted)}, but found {channels}")
    return channels


def grayscale(img: Tensor, num_output_channels: int) -> Tensor:
    """Return the luminance, 0.2989 R + 0.587 G + 0.114 B, once or three times."""
    if img.ndim < 3:
        raise TypeError(f"Input image tensor should have at least 3 dimensions, but found {img.ndim}")
    if _check_channels(img, 1, 3) == 3:
        r, g, b = img.unbind(dim=-3)
        img = (0.2989 * r + 0.587 * g + 0.114 * b).to(img.dtype).unsqueeze(dim=-3)
    return img if num_output_channels == 1 else img.expand(*img.shape[:-3], 3, *img.shape[-2:])


def adjust_brightness(img: Tensor, factor: float) -> Tensor:
    """Blend with black."""
    if factor < 0:
        raise ValueError(f"brightness_factor ({factor}) is not non-negative.")
    _check_channels(img, 1, 3)
    return _blend(img, torch.zeros_like(img), factor)


def adjust_contrast(img: Tensor, factor: float) -> Tensor:
    """Blend with the mean of the luminance."""
    if factor < 0:
        raise ValueError(f"contrast_factor ({factor}) is not non-negative.")
    _check_channels(img, 1, 3)
    kind = img.dtype if img.is_floating_point() else torch.float32
    return _blend(img, grayscale(img, 1).to(kind).mean(dim=(-3, -2, -1), keepdim=True), factor)


def adjust_saturation(img: Tensor, factor: float) -> Tensor:
    """Blend with the luminance."""
    if factor < 0:
        raise ValueError(f"saturation_factor ({factor}) is not non-negative.")
    return img if _check_channels(img, 1, 3) == 1 else _blend(img, grayscale(img, 1), factor)


def adjust_hue(img: Tensor, factor: float) -> Tensor:
    """Turn the circle of colours by a share of it."""
    if _check_channels(img, 1, 3) == 1:
        return img
    kind = img.dtype
    h, s, v = _hsv(convert_dtype(img, torch.float32)).unbind(dim=-3)
    return convert_dtype(_rgb((h + factor) % 1.0, s, v), kind)


def _hsv(img: Tensor) -> Tensor:
    r, g, b = img.unbind(dim=-3)
    most, least = img.amax(-3), img.amin(-3)
    gray, spread = most == least, most - least
    ones = torch.ones_like(most)
    divisor = torch.where(gray, ones, spread)
    rc, gc, bc = ((most - each) / divisor for each in (r, g, b))
    h = (most == r) * (bc - gc)
    h = h + ((most == g) & (most != r)) * (2.0 + rc - bc)
    h = h + ((most != g) & (most != r)) * (4.0 + gc - rc)
    return torch.stack((torch.fmod(h / 6.0 + 1.0, 1.0), spread / torch.where(gray, ones, most), most), dim=-3)


def _rgb(h: Tensor, s: Tensor, v: Tensor) -> Tensor:
    sextant = torch.floor(h * 6.0)
    f = h * 6.0 - sextant
    sextant = sextant.to(torch.int64) % 6
    p, q, t = ((v * (1.0 - each)).clamp(0.0, 1.0) for each in (s, s * f, s * (1.0 - f)))
    parts = torch.stack((v, q, p, t), dim=0)  # by number, for each sextant and channel:
    table = torch.tensor([[0, 1, 2, 2, 3, 0], [3, 0, 0, 1, 2, 2], [2, 2, 3, 0, 0, 1]], device=h.device)
    return torch.stack([parts.gather(0, row[sextant].unsqueeze(0)).squeeze(0) for row in table], dim=-3)


def adjust_gamma(img: Tensor, gamma: float, gain: float) -> Tensor:
    """Return gain * img ** gamma, for values between 0 and 1."""
    made = img if img.is_floating_point() else convert_dtype(img, torch.float32)
    return convert_dtype((gain * made**gamma).clamp(0, 1), img.dtype)


def invert(img: Tensor) -> Tensor:
    """Turn black into white."""
    return largest(img.dtype) - img


# -- places -----------------------------------------------------------------------------------------------------------


def flip(img: Tensor, dim: int) -> Tensor:
    """Mirror one dimension."""
    array = at_hand(img)
    return img.flip(dim) if array is None else from_array(np.ascontiguousarray(np.flip(array, dim)))


def crop(img: Tensor, top: int, left: int, height: int, width: int) -> Tensor:
    """Cut out a window; what lies outside of the image is black."""
    _, h, w = dimensions(img)
    bottom, right = top + height, left + width
    inside = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if left >= 0 and top >= 0 and right <= w and bottom <= h:
        return inside
    outside = [min(width, max(-left, 0)), min(height, max(-top, 0))]
    _, h, w = dimensions(inside)
    return pad(inside, [*outside, width - w - outside[0], height - h - outside[1]], 0, "constant")


_MODES = {"constant": "constant", "edge": "replicate", "reflect": "reflect"}


def pad(img: Tensor, sides: list[int], fill, mode: Any) -> Tensor:
    """Add borders: left, top, right, bottom."""
    if isinstance(fill, list | tuple):
        if len(set(fill)) > 1:
            raise NotImplementedError("transforms.functional.pad of tensors fills with one number, not one a channel.")
        fill = fill[0]
    left, top, right, bottom = sides
    _, h, w = dimensions(img)
    array = at_hand(img)
    reflects = mode == "reflect" and (max(left, right) >= w or max(top, bottom) >= h)
    if array is not None and min(sides) >= 0 and min(h, w) and not reflects:
        widths = [*[(0, 0)] * (array.ndim - 2), (top, bottom), (left, right)]
        settings: Any = {"constant_values": fill or 0} if mode == "constant" else {}
        return from_array(np.pad(array, widths, mode, **settings))
    if mode == "symmetric":
        rows, columns = (
            np.pad(np.arange(n), ends, mode).tolist() for n, ends in ((h, (top, bottom)), (w, (left, right)))
        )
        return img[..., rows, :][..., columns]
    borders = [left, right, top, bottom]
    if mode == "constant":
        return F.pad(img, borders, value=float(fill or 0))
    shape = shape_of(img)
    made = F.pad(img.reshape(1, -1, h, w), borders, mode=_MODES[mode])
    return made.reshape(*shape[:-2], *made.shape[-2:])


def resize(img: Tensor, size: list[int], interpolation: InterpolationMode, antialias: bool) -> Tensor:
    """Resample; whole numbers are rounded."""
    smooth = interpolation in (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC)
    kind, shape = img.dtype, shape_of(img)
    made = img if kind in (torch.float32, torch.float64) else img.to(torch.float32)
    settings = {"align_corners": False, "antialias": antialias} if smooth else {}
    made = F.interpolate(made.reshape(-1, *shape[-3:]), size=size, mode=interpolation.value, **settings)
    if interpolation is InterpolationMode.BICUBIC and kind is torch.uint8:
        made = made.clamp(min=0, max=255)
    return _like(made.reshape(*shape[:-2], *made.shape[-2:]), kind)


def _like(made: Tensor, kind) -> Tensor:
    return made if made.dtype is kind else (made if kind.is_floating_point else made.round()).to(kind)


def gaussian_blur(img: Tensor, kernel_size: list[int], sigma: list[float]) -> Tensor:
    """Convolve with a Gaussian; the borders are reflected."""
    kind, shape = img.dtype, shape_of(img)
    made = img if img.is_floating_point() else img.to(torch.float32)
    x, y = (_gaussian(*each, made) for each in zip(kernel_size, sigma, strict=True))
    kernel = (y[:, None] * x).expand(shape[-3], 1, -1, -1)
    a, b = (each // 2 for each in kernel_size)
    made = F.pad(made.reshape(-1, *shape[-3:]), [a, a, b, b], mode="reflect")
    return _like(F.conv2d(made, kernel, groups=shape[-3]).reshape(shape), kind)


def _gaussian(size: int, sigma: float, like: Tensor) -> Tensor:
    half = (size - 1) * 0.5
    values = torch.exp(-0.5 * (torch.linspace(-half, half, size, dtype=like.dtype, device=like.device) / sigma) ** 2)
    return values / values.sum()


def erase(img: Tensor, i: int, j: int, h: int, w: int, v: Tensor, inplace: bool) -> Tensor:
    """Write `v` into a window."""
    img = img if inplace else img.clone()
    img[..., i : i + h, j : j + w] = v.to(img.dtype)
    return img


# -- affine maps ------------------------------------------------------------------------------------------------------


def affine(img: Tensor, matrix: list[float], size: tuple[int, int], mode: InterpolationMode, fill) -> Tensor:
    """Take each pixel of a result of this size (height, width) from where the matrix sends it.

    The matrix, two rows of three, counts pixels from the middle of the result and of the image.
    """
    if mode not in (InterpolationMode.NEAREST, InterpolationMode.BILINEAR):
        raise ValueError(f"Interpolation mode '{mode.value}' is unsupported with Tensor input")
    kind, shape = img.dtype, shape_of(img)
    floats = img if kind in (torch.float32, torch.float64) else img.to(torch.float32)
    floats = floats.reshape(-1, *shape[-3:])
    like = {"dtype": floats.dtype, "device": floats.device}
    y, x = (torch.arange(n, **like) - (n - 1) * 0.5 for n in size)
    points = torch.stack([x.expand(*size), y[:, None].expand(*size), torch.ones(*size, **like)], dim=-1)
    halves = torch.tensor([0.5 * shape[-1], 0.5 * shape[-2]], **like)
    grid = points.reshape(-1, 3) @ (torch.tensor(matrix, **like).view(2, 3).T / halves)
    grid = grid.view(1, *size, 2).expand(len(floats), -1, -1, -1)
    # One more channel, of ones, tells how much of each pixel comes from within the image.
    floats = torch.cat([floats, torch.ones_like(floats[:, :1])], dim=1)
    made = F.grid_sample(floats, grid, mode=mode.value, padding_mode="zeros", align_corners=False)
    made, share = made[:, :-1], made[:, -1:]
    if fill is None:
        return _like(made.reshape(*shape[:-2], *size), kind)
    colour = torch.tensor(_colour(fill, shape[-3]), **like).view(-1, 1, 1)
    nearest = mode is InterpolationMode.NEAREST
    made = torch.where(share < 0.5, colour, made) if nearest else made * share + (1.0 - share) * colour
    return _like(made.reshape(*shape[:-2], *size), kind)


def _colour(fill, channels: int) -> list[float]:
    """Return a number a channel."""
    colour = [float(each) for each in (fill if isinstance(fill, list | tuple) else [fill])]
    if len(colour) not in (1, channels):
        raise ValueError(
            "The number of elements in 'fill' cannot broadcast to match the number of channels of the image "
            f"({len(colour)} != {channels})"
        )
    return colour

"""Transforms of PIL's images."""

from __future__ import annotations

from typing import Any

import numpy as np

from jnet.torchvision.pictures import picture, pillow

Image = Any  # Pillow is not imported here


def dimensions(img: Image) -> list[int]:
    """Return channels, height and width."""
    return [len(img.getbands()), img.height, img.width]


def _fill(fill, img: Image):
    """Return the colour that fills, as Pillow wants it: a number a channel."""
    channels = len(img.getbands())
    fill = 0 if fill is None else fill
    if isinstance(fill, int | float):
        return (fill,) * channels if channels > 1 else fill if img.mode == "F" else int(fill)
    if len(fill) == 1:
        fill = tuple(fill) * channels
    if len(fill) != channels:
        raise ValueError(
            "The number of elements in 'fill' does not match the number of channels of the image "
            f"({len(fill)} != {channels})"
        )
    return tuple(each if img.mode == "F" else int(each) for each in fill)


def pad(img: Image, sides: list[int], fill, mode: str) -> Image:
    """Add borders: left, top, right, bottom; negative ones cut off."""
    left, top, right, bottom = sides
    if mode == "constant":
        return pillow().ImageOps.expand(img, border=tuple(sides), fill=_fill(fill, img))
    cut = [max(-each, 0) for each in sides]
    if any(cut):
        img = img.crop((cut[0], cut[1], img.width - cut[2], img.height - cut[3]))
        left, top, right, bottom = (max(each, 0) for each in sides)
    array = np.asarray(img)
    widths = [(top, bottom), (left, right), (0, 0)][: array.ndim]
    made = picture(np.pad(array, widths, mode), img.mode)  # pyright: ignore[reportCallIssue, reportArgumentType]
    if img.mode == "P":
        made.putpalette(img.getpalette())
    return made


def grayscale(img: Image, num_output_channels: int) -> Image:
    """Return the luminance, once or three times."""
    gray = img.convert("L")
    return gray if num_output_channels == 1 else pillow().Image.merge("RGB", [gray] * 3)


def adjust_hue(img: Image, factor: float) -> Image:
    """Turn the circle of colours by a share of it."""
    if img.mode in ("L", "1", "I", "F"):
        return img
    h, s, v = img.convert("HSV").split()
    turned = np.asarray(h) + np.int32(factor * 255).astype(np.uint8)  # around the circle, as bytes overflow
    return pillow().Image.merge("HSV", (picture(turned, "L"), s, v)).convert(img.mode)


def adjust_gamma(img: Image, gamma: float, gain: float) -> Image:
    """Return 255 * gain * (img / 255) ** gamma."""
    table = [int((255 + 1 - 1e-3) * gain * pow(value / 255.0, gamma)) for value in range(256)] * 3
    return img.convert("RGB").point(table).convert(img.mode)


def rotate(img: Image, angle: float, interpolation: int, expand: bool, center, fill) -> Image:
    """Rotate counter-clockwise."""
    return img.rotate(angle, interpolation, expand, center, fillcolor=_fill(fill, img))


def affine(img: Image, matrix: list[float], interpolation: int, fill) -> Image:
    """Take each pixel from where the matrix sends it."""
    size, method = img.size, pillow().Image.Transform.AFFINE
    return img.transform(size, method, matrix, interpolation, fillcolor=_fill(fill, img))


def enhance(kind: str, img: Image, factor: float) -> Image:
    """Blend with what Pillow's class of this name blends with."""
    return getattr(pillow().ImageEnhance, kind)(img).enhance(factor)

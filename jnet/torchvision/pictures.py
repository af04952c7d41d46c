"""PIL's images: Pillow is imported when the first one is made, and never to find out that something is none."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def pillow() -> Any:
    """Return the package PIL with the modules that are used here.

    Raises:
        ModuleNotFoundError: if Pillow is not installed.
    """
    try:
        import PIL.Image
        import PIL.ImageEnhance
        import PIL.ImageOps
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("PIL"):
            raise
        raise ModuleNotFoundError(
            'Images are made by Pillow, which is not installed; write: pip install "jnet[vision]"', name="PIL"
        ) from error
    return PIL


def is_picture(thing: Any) -> bool:
    """Tell whether something is an image of PIL's."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(thing, module.Image)


def picture(array: np.ndarray, mode: str | None = None) -> Any:
    """Return an image of an array (H, W) or (H, W, C); of another mode than the dtype says only if bytes fit it."""
    made = pillow().Image.fromarray(array)
    if mode is None or mode == made.mode:
        return made
    return pillow().Image.frombytes(mode, made.size, np.ascontiguousarray(array).tobytes())

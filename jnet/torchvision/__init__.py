"""The part of torchvision that tutorials use, on `jnet.torch`: `from jnet.torchvision import datasets, transforms`.

Images are PIL's, NumPy's arrays, or tensors (..., C, H, W). Random transforms draw from `torch`'s generator in
torchvision's order, so a seed gives the crops and flips that it gives there. Pillow is imported when an image of its
kind is first made: `pip install "jnet[vision]"`.

Example:
    >>> from jnet.torchvision import transforms
    >>> transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    Compose(
        ToTensor()
        Normalize(mean=(0.1307,), std=(0.3081,))
    )

See: https://docs.pytorch.org/vision/stable/index.html
"""

from __future__ import annotations

import importlib

from jnet.torch.missing import NotBuilt

__version__ = "0.28.0"  # whose documentation this follows

_MODULES = ("datasets", "models", "transforms", "utils")
_INSTEAD = {
    "io": "PIL.Image.open reads images; transforms.functional.pil_to_tensor makes tensors of them.",
    "ops": "Boxes and regions are not built; jnet.torch has convolution, pooling and grid_sample.",
    "tv_tensors": "transforms takes PIL's images, NumPy's arrays and tensors.",
}


def __getattr__(name: str):
    if name in _MODULES:
        return importlib.import_module(f"jnet.torchvision.{name}")
    if name in _INSTEAD:
        raise NotBuilt(f"torchvision.{name} is not built in jnet.\n{_INSTEAD[name]}")
    raise AttributeError(f"module 'torchvision' has no attribute '{name}'")


def __dir__():
    return sorted([*globals(), *_MODULES])

"""Libraries that look for PyTorch's tensors, and are to take jnet's as well.

visdom asks whether PyTorch is there and converts its tensors; all else it takes for NumPy's arrays. So it is told of
jnet's tensors, when it is imported, whatever the name was under which the script imported `jnet.torch`.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import sys

from jnet.torch.tensor import Tensor


def _teach_visdom(visdom) -> None:
    original = visdom._to_numpy

    @functools.wraps(original)
    def to_numpy(value):
        return value.detach().cpu().numpy() if isinstance(value, Tensor) else original(value)

    visdom._to_numpy = to_numpy


_TEACHERS = {"visdom": _teach_visdom}


class _Finder(importlib.abc.MetaPathFinder):
    """Finds these libraries where they are, and has them taught once they are loaded."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in _TEACHERS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            _TEACHERS[fullname](module)

        spec.loader.exec_module = exec_module
        return spec


def install() -> None:
    """Teach the libraries that are loaded, and those that will be."""
    for name, teach in _TEACHERS.items():
        if name in sys.modules:
            teach(sys.modules[name])
    sys.meta_path.insert(0, _Finder())

"""Files of safetensors that are open: `safetensors.safe_open` for tensors of jnet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from jnet.torch.arrays import placed
from jnet.torch.tensor import Tensor


class Opened:
    """A file that is open, some of whose tensors are read.

    Args:
        opener: `safetensors.safe_open` itself.
        framework: "pt" for tensors of jnet; any other gives what safetensors gives.
    """

    def __init__(self, opener: Callable, filename, framework: str, device, options: dict):
        self._mine, self._device = framework in ("pt", "torch", "pytorch"), device
        given = ("numpy",) if self._mine else (framework, device)
        self._file: Any = opener(filename, *given, **options)

    def __enter__(self) -> Opened:
        self._file.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self._file.__exit__(*error)

    def __getattr__(self, name: str):
        return getattr(self._file, name)  # keys, metadata, offset_keys

    def get_tensor(self, name: str) -> Tensor:
        """Return a tensor of the file."""
        return self._made(self._file.get_tensor(name))

    def get_tensors(self) -> dict[str, Tensor]:
        """Return all tensors of the file."""
        return {name: self.get_tensor(name) for name in self.keys()}

    def get_slice(self, name: str) -> OpenedSlice:
        """Return a tensor of the file that is read when it is indexed."""
        return OpenedSlice(self._file.get_slice(name), self._made)

    def _made(self, array):
        return placed(np.array(array), self._device) if self._mine else array


class OpenedSlice:
    """A tensor of a file that is open, to be read in parts: `part[2:4]`."""

    def __init__(self, part, made: Callable):
        self._part, self._made = part, made

    def __getitem__(self, index):
        return self._made(self._part[index])

    def __getattr__(self, name: str):
        return getattr(self._part, name)  # get_shape, get_dtype

"""Images of random numbers, to try a loop without a data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jnet.torch as torch
from jnet.torchvision.datasets.vision import VisionDataset
from jnet.torchvision.transforms import functional as F


class FakeData(VisionDataset):
    """Images of random numbers with random labels; the index is the seed, so each is the same every time.

    Example:
        >>> image, label = FakeData(size=10, image_size=(3, 4, 4))[2]
        >>> image.size, label
        ((4, 4), 0)

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.FakeData.html
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, ...] = (3, 224, 224),
        num_classes: int = 10,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        random_offset: int = 0,
    ):
        super().__init__(transform=transform, target_transform=target_transform)
        self.size, self.image_size = size, image_size
        self.num_classes, self.random_offset = num_classes, random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        with torch.random.fork_rng():
            torch.manual_seed(index + self.random_offset)
            image = torch.randn(*self.image_size)
            label = int(torch.randint(0, self.num_classes, size=(1,)).item())
        return self._transformed(F.to_pil_image(image), label)

    def __len__(self) -> int:
        return self.size

"""MNIST, and the sets that have its format.

See: https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.MNIST.html
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from jnet.data.idx import read_idx
from jnet.torch.tensor import Tensor, elements_of, from_array, numpy_of
from jnet.torchvision.datasets.downloads import fetch
from jnet.torchvision.datasets.vision import VisionDataset
from jnet.torchvision.pictures import picture


def _at(values: Any, index: Any) -> Any:
    """Return one of the values, without recording it if they are a tensor."""
    if not isinstance(values, Tensor):
        return values[index]
    known = elements_of(values)
    return (numpy_of(values) if known is None else known)[index]


class MNIST(VisionDataset):
    """60,000 and 10,000 digits of 28 x 28 pixels: IDX files in the folder `root`/MNIST/raw, packed by gzip or not.

    Args:
        root: the folder above.
        train: whether it is the training set.
        transform, target_transform: functions of the image, and of the label.
        download: whether to fetch files that are missing.

    Attributes:
        data: the images, uint8 (N, 28, 28).
        targets: the labels, int64 (N,).

    Raises:
        RuntimeError: if files are missing and are not to be fetched, or cannot be.
        ValueError: if one is damaged.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.MNIST.html
    """

    mirrors = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/")
    resources = (
        ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
        ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
        ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
    )
    classes = (
        *("0 - zero", "1 - one", "2 - two", "3 - three", "4 - four"),
        *("5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine"),
    )

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        self.classes = list(type(self).classes)
        if download:
            self.download()
        if not self._check_exists():
            names = ", ".join(name.removesuffix(".gz") for name, _ in self.resources)
            raise RuntimeError(
                "Dataset not found. You can use download=True to download it\n"
                f"Without a network, put {names} (or the same with .gz) into {self.raw_folder}."
            )
        self.data, self.targets = self._load_data()

    def _load_data(self) -> tuple[Tensor, Tensor]:
        names = self.resources[:2] if self.train else self.resources[2:]
        images, labels = (read_idx(self._path(name)) for name, _ in names)
        if images.dtype != np.uint8 or images.ndim != 3 or labels.shape != images.shape[:1]:
            raise ValueError(
                f"{self.raw_folder} holds {images.dtype} {images.shape} images and {labels.shape} labels; expected "
                "bytes (N, H, W) and (N,)."
            )
        return from_array(images), from_array(labels.astype(np.int64))

    def _path(self, name: str) -> Path:
        """Return where a file lies: unpacked, or else packed."""
        unpacked = Path(self.raw_folder, name.removesuffix(".gz"))
        return unpacked if unpacked.is_file() else Path(self.raw_folder, name)

    def _check_exists(self) -> bool:
        return all(self._path(name).is_file() for name, _ in self.resources)

    def download(self) -> None:
        """Fetch the files that are missing.

        Raises:
            RuntimeError: if that fails.
        """
        if not self._check_exists():
            for name, md5 in self.resources:
                fetch([f"{mirror}{name}" for mirror in self.mirrors], Path(self.raw_folder, name), md5)

    @property
    def raw_folder(self) -> str:
        """The folder of the files."""
        return str(Path(self.root, type(self).__name__, "raw"))

    @property
    def processed_folder(self) -> str:
        """A folder that older versions used."""
        return str(Path(self.root, type(self).__name__, "processed"))

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The labels by the classes' names."""
        return {name: label for label, name in enumerate(self.classes)}

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(picture(_at(self.data, index)), int(_at(self.targets, index)))

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        """Return which part it is."""
        return f"Split: {'Train' if self.train else 'Test'}"


def _renamed(old: str, new: str) -> property:
    def get(self):
        warnings.warn(f"{old} has been renamed {new}", UserWarning, stacklevel=2)
        return getattr(self, new)

    return property(get, doc=f"An older name of `{new}`.")


for _part in ("train", "test"):
    for _old, _new in (("labels", "targets"), ("data", "data")):
        setattr(MNIST, f"{_part}_{_old}", _renamed(f"{_part}_{_old}", _new))


class FashionMNIST(MNIST):
    """60,000 and 10,000 pictures of clothes, as `MNIST` has digits.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.FashionMNIST.html
    """

    mirrors = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    resources = (
        ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    )
    classes = (
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    )


class KMNIST(MNIST):
    """60,000 and 10,000 Japanese letters, as `MNIST` has digits.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.KMNIST.html
    """

    mirrors = ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",)
    resources = (
        ("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"),
        ("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
        ("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"),
        ("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134"),
    )
    classes = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")

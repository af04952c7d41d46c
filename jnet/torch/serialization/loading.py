"""`torch.load`."""

from __future__ import annotations

import io
import mmap as memory_map
import os
import pickle
import sys
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from enum import Enum
from typing import Any

import numpy as np

from jnet.torch.serialization import legacy, names, restricted
from jnet.torch.serialization.archive import ArchiveReader
from jnet.torch.serialization.tensors import UntypedStorage, checked, restorer

_UNSAFE = (
    "In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to "
    "`True`. Re-running `torch.load` with `weights_only` set to `False` will likely succeed, but it can result in "
    "arbitrary code execution. Do it only if you got the file from a trusted source."
)
_SEEKABLE = (
    ". You can only torch.load from a file that is seekable. Please pre-load the data into a buffer like io.BytesIO "
    "and try to load from it instead."
)
_VERSIONS = range(1, 11)  # of the archives; PyTorch 2.13 writes 3


class LoadEndianness(Enum):
    """The order of the bytes in files that do not tell it."""

    NATIVE = 1
    LITTLE = 2
    BIG = 3


class _Endianness:
    default: LoadEndianness | None = None


def get_default_load_endianness() -> LoadEndianness | None:
    """Return what `set_default_load_endianness` has set; None, which means LITTLE, at first."""
    return _Endianness.default


def set_default_load_endianness(endianness: LoadEndianness | None) -> None:
    """Say in which order the bytes are in files that do not tell it.

    Raises:
        TypeError: if it is no `LoadEndianness`.
    """
    if not isinstance(endianness, LoadEndianness) and endianness is not None:
        raise TypeError("Invalid argument type in function set_default_load_endianness")
    _Endianness.default = endianness


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Load what `torch.save` saved, here or in PyTorch.

    With `weights_only`, nothing that a file says is executed: it may hold tensors, containers, numbers and strings,
    and what `torch.serialization.add_safe_globals` allows. Without, a file can run any code: only load your own.

    Args:
        f: a path, or a file open for reading.
        map_location: where tensors are to lie: a device, its name, a dictionary of names, or a function of a storage
            and the name of the place where it was that returns the storage or None; default where they were.
        pickle_module: the module that reads the pickle, without `weights_only`.
        weights_only: default True, unless `pickle_module` is given.
        mmap: read the tensors' bytes from the disk only when they are needed; `f` must be a path.
        pickle_load_args: for `pickle_module.Unpickler`, such as `encoding`.

    Raises:
        UnpicklingError: if the file holds what is not allowed.
        EOFError, RuntimeError: if the file is not whole, or no such file at all.

    Example:
        >>> import io
        >>> import jnet.torch as torch
        >>> file = io.BytesIO()
        >>> torch.save(torch.nn.Linear(1, 1).state_dict(), file)
        >>> _ = file.seek(0)
        >>> list(torch.load(file))
        ['weight', 'bias']

    See: https://docs.pytorch.org/docs/stable/generated/torch.load.html
    """
    weights_only = pickle_module is None if weights_only is None else bool(weights_only)
    weights_only = weights_only or os.getenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "0").lower() in ("1", "y", "yes", "true")
    if weights_only and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    if weights_only and pickle_load_args:
        warnings.warn("pickle_load_args only works if `weights_only=False`.", UserWarning, stacklevel=2)
    pickle_load_args.setdefault("encoding", "utf-8")
    is_path = isinstance(f, str | os.PathLike)
    if is_path and os.fspath(f).endswith(".safetensors"):
        raise NotImplementedError("torch.load: .safetensors files; read them with the package safetensors.")
    if not is_path:
        _check_seekable(f)
    with open(f, "rb") if is_path else nullcontext(f) as file:
        unpickle = _restricted(pickle_load_args) if weights_only else _full(pickle_module or pickle, pickle_load_args)
        try:
            if _is_zip(file):
                if mmap and not is_path:
                    raise ValueError("f must be a file path in order to use the mmap argument")
                return _load_zip(file, unpickle, restorer(map_location), bool(mmap), weights_only)
            if mmap:
                name = f"{f}, " if isinstance(f, str) else ""
                raise RuntimeError(
                    "mmap can only be used with files saved with "
                    f"`torch.save({name}_use_new_zipfile_serialization=True), please torch.save your checkpoint with "
                    "this option in order to use mmap."
                )
            return legacy.load(file, lambda made: unpickle(file, made), restorer(map_location))
        except pickle.UnpicklingError as error:
            if weights_only:
                raise pickle.UnpicklingError(_explained(str(error))) from None
            raise


def _check_seekable(f: Any) -> None:
    try:
        f.seek(f.tell())
    except (io.UnsupportedOperation, AttributeError) as error:
        if "seek" in str(error) or "tell" in str(error):
            raise type(error)(str(error) + _SEEKABLE) from None
        raise


def _is_zip(file: Any) -> bool:
    at = file.tell()
    start = file.read(4)
    file.seek(at)
    return start == b"PK\3\4" or start == b"PK\5\6"


def _explained(message: str) -> str:
    """Return the message of an error of the restricted unpickler, as PyTorch words it."""
    if "was not an allowed global by default" in message:
        return (
            "Weights only load failed. This file can still be loaded, to do so you have two options, "
            "\033[1mdo those steps only if you trust the source of the checkpoint\033[0m. "
            f"\n\t(1) {_UNSAFE}\n\t(2) Alternatively, to load with `weights_only=True` please check the recommended "
            f"steps in the following error message.\n\tWeightsUnpickler error: {message}"
        )
    return f"Weights only load failed. {_UNSAFE}\n\n{message}"


# -- unpicklers --------------------------------------------------------------------------------------------------------


def _restricted(options: dict) -> Callable:
    """Return what reads a pickle without executing it."""
    encoding = options["encoding"]
    return lambda file, persistent_load: restricted.Unpickler(file, persistent_load, encoding).load()


def _full(module: Any, options: dict) -> Callable:
    """Return what reads a pickle whatever it does."""

    class Unpickler(module.Unpickler):
        persistent: Callable | None = None

        def find_class(self, module_name: str, name: str) -> Any:
            if module_name == "torch.storage" and name == "_load_from_bytes":
                return lambda data: load(io.BytesIO(data), weights_only=False)
            if module_name == "torch" or module_name.startswith("torch."):
                return names.find(module_name, name)
            return super().find_class(module_name, name)

        def persistent_load(self, pid: Any) -> Any:
            if self.persistent is None:
                raise pickle.UnpicklingError("unsupported persistent id encountered")
            return self.persistent(pid)

    def unpickle(file: Any, persistent_load: Callable | None) -> Any:
        unpickler = Unpickler(file, **options)
        unpickler.persistent = persistent_load
        return unpickler.load()

    return unpickle


# -- archives ----------------------------------------------------------------------------------------------------------


def _load_zip(file: Any, unpickle: Callable, restore: Callable, mapped: bool, weights_only: bool) -> Any:
    if file.tell():  # records are counted from where the archive starts
        file = io.BytesIO(file.read())
    archive = ArchiveReader(file)
    _check_archive(archive, weights_only)
    swapped = _is_swapped(archive)
    whole = (
        np.frombuffer(memory_map.mmap(file.fileno(), 0, access=memory_map.ACCESS_READ), np.uint8) if mapped else None
    )
    found: dict[str, UntypedStorage] = {}

    def persistent_load(name: Any) -> UntypedStorage:
        kind, key, location, size = checked(name)
        if key not in found:
            record = f"data/{key}"
            if archive.size(record) != size:
                raise RuntimeError(
                    f"the storage {key!r} has {archive.size(record)} bytes in the file, but its tensors need {size}; "
                    "corrupt file?"
                )
            if whole is None:
                data = np.frombuffer(archive.read(record), np.uint8)
            else:
                begin = archive.records[record][0]
                data = whole[begin : begin + size]
            if swapped and kind.dtype is not None:
                data = _swapped(data, kind.dtype)
            found[key] = restore(UntypedStorage(kind, size, data), location)
        return found[key]

    return unpickle(io.BytesIO(archive.read("data.pkl")), persistent_load)


def _check_archive(archive: ArchiveReader, weights_only: bool) -> None:
    if "constants.pkl" in archive.records:
        warnings.warn(
            "'torch.load' received a zip file that looks like a TorchScript archive dispatching to 'torch.jit.load' "
            "(call 'torch.jit.load' directly to silence this warning)",
            UserWarning,
            stacklevel=4,
        )
        if weights_only:
            raise RuntimeError(
                "Cannot use ``weights_only=True`` with TorchScript archives passed to ``torch.load``. " + _UNSAFE
            )
        raise NotImplementedError("torch.load: TorchScript archives.")
    archive.size("data.pkl")
    if "version" not in archive.records:
        raise RuntimeError(
            'Expected hasRecord("version") to be true, but got false.  (Could this error message be improved?  If so, '
            "please report an enhancement request to PyTorch.)"
        )
    version = archive.read("version").strip()
    if not version.isdigit() or len(version) > 4 or int(version) not in _VERSIONS:
        raise RuntimeError(
            f"Attempted to read a PyTorch file with version {version[:20].decode(errors='replace')}, but the maximum "
            f"supported version for reading is {_VERSIONS[-1]}. Your PyTorch installation may be too old."
        )


def _is_swapped(archive: ArchiveReader) -> bool:
    """Tell whether the numbers' bytes are in the order of another machine."""
    if "byteorder" not in archive.records:
        order = (_Endianness.default or LoadEndianness.LITTLE).name.lower()
        return order not in ("native", sys.byteorder)
    order = archive.read("byteorder")
    if order not in (b"little", b"big"):
        raise ValueError("Unknown endianness type: " + order[:20].decode(errors="replace"))
    return order.decode() != sys.byteorder


def _swapped(data: np.ndarray, dtype: Any) -> np.ndarray:
    width = dtype.itemsize // 2 if dtype.is_complex else dtype.itemsize
    return np.ascontiguousarray(data.reshape(-1, width)[:, ::-1]).reshape(-1)

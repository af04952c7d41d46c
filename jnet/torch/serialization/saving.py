"""`torch.save`."""

from __future__ import annotations

import io
import os
import pickle
import sys
from pathlib import Path
from typing import Any

from jnet.files import open_atomic
from jnet.torch.serialization import legacy
from jnet.torch.serialization.archive import ALIGNMENT, ArchiveWriter
from jnet.torch.serialization.pickling import pickler


def save(
    obj: Any, f: Any, pickle_module: Any = pickle, pickle_protocol: int = 2, _use_new_zipfile_serialization: bool = True
) -> None:
    """Save an object, with the tensors in it, to a file that PyTorch reads too.

    Tensors that share memory still do when they are loaded. A path is written as a whole or not at all.

    Args:
        obj: anything that can be pickled: a tensor, a `state_dict`, a module, containers of them.
        f: a path, or a file open for writing.
        pickle_module: the module that pickles what is no tensor.
        pickle_protocol: its protocol; `torch.load` with `weights_only=True` wants 2.
        _use_new_zipfile_serialization: False for the format of PyTorch before 1.6.

    Raises:
        AttributeError: if `f` is neither a path nor has `write`.
        RuntimeError: if the folder does not exist, or the file cannot be written.

    Example:
        >>> import io
        >>> import jnet.torch as torch
        >>> file = io.BytesIO()
        >>> torch.save({"weight": torch.ones(2)}, file)
        >>> _ = file.seek(0)
        >>> torch.load(file)
        {'weight': tensor([1., 1.])}

    See: https://docs.pytorch.org/docs/stable/generated/torch.save.html
    """
    write = _save_zip if _use_new_zipfile_serialization else _save_legacy
    if isinstance(f, str | os.PathLike):
        path = Path(os.path.realpath(f))  # a link goes on pointing to its file
        if not path.parent.is_dir():
            raise RuntimeError(f"Parent directory {os.path.dirname(os.fspath(f)) or '.'} does not exist.")
        try:
            with open_atomic(path) as file:
                write(obj, file, path.stem, pickle_module, pickle_protocol)
        except OSError as error:
            raise RuntimeError(f"open file failed with strerror: {os.strerror(error.errno or 0)}\n{error}") from error
        return
    if not hasattr(f, "write"):
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")
    write(obj, f, "archive", pickle_module, pickle_protocol)
    if hasattr(f, "flush"):
        f.flush()


def _save_zip(obj: Any, file: Any, name: str, module: Any, protocol: int) -> None:
    pickled = io.BytesIO()
    saved = pickler(module, pickled, protocol)
    saved.dump(obj)
    archive = ArchiveWriter(file.write, name)
    archive.record("data.pkl", pickled.getbuffer())
    archive.record(".format_version", b"1")
    archive.record(".storage_alignment", b"%d" % ALIGNMENT)
    archive.record("byteorder", sys.byteorder.encode())
    for key, storage in saved.storages.items():
        archive.record(f"data/{key}", storage.data())
    archive.close()


def _save_legacy(obj: Any, file: Any, name: str, module: Any, protocol: int) -> None:
    legacy.save(obj, file, module, protocol)

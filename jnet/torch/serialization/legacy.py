"""The format of PyTorch before 1.6: pickles one after the other, then the storages' bytes."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from jnet.torch.serialization.pickling import pickler
from jnet.torch.serialization.tensors import UntypedStorage, checked, decoded

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001
_SYSTEM = {
    "protocol_version": PROTOCOL_VERSION,
    "little_endian": sys.byteorder == "little",
    "type_sizes": {"short": 2, "int": 4, "long": 4},
}


def save(obj: Any, file: Any, module: Any, protocol: int) -> None:
    """Write an object."""
    for each in (MAGIC_NUMBER, PROTOCOL_VERSION, _SYSTEM):
        module.dump(each, file, protocol=protocol)
    saved = pickler(module, file, protocol, legacy=True)
    saved.dump(obj)
    keys = sorted(saved.storages)
    module.dump(keys, file, protocol=protocol)
    for key in keys:
        storage = saved.storages[key]
        file.write(struct.pack("<q", storage.count()))
        file.write(storage.data())


def load(file: Any, unpickle: Callable[[Callable | None], Any], restore: Callable) -> Any:
    """Read an object.

    Args:
        unpickle: reads the next pickle of the file, given what makes a storage of its name.
        restore: puts a storage where it is to lie.

    Raises:
        RuntimeError: if this is no such file, or if it is not whole.
    """
    if unpickle(None) != MAGIC_NUMBER:
        raise RuntimeError("Invalid magic number; corrupt file?")
    version = unpickle(None)
    if version != PROTOCOL_VERSION:
        raise RuntimeError("Invalid protocol version: " + (str(version) if type(version) is int else "no number"))
    system = unpickle(None)
    if not isinstance(system, dict) or system.get("little_endian") is not (sys.byteorder == "little"):
        raise NotImplementedError("torch.load: files of before PyTorch 1.6 from a machine of the other byte order.")
    found: dict[str, UntypedStorage] = {}

    def persistent_load(name: Any) -> Any:
        if isinstance(name, tuple) and len(name) > 1 and decoded(name[0]) == "module":
            return name[1]  # a class, with its source at the time
        kind, key, location, size = checked(name, legacy=True)
        if key not in found:
            found[key] = restore(UntypedStorage(kind, size), location)
        elif found[key].nbytes() != size:
            raise RuntimeError(f"the storage {key[:20]!r} has two sizes")
        return found[key]

    result = unpickle(persistent_load)
    keys = unpickle(None)
    if not isinstance(keys, list) or any(type(key) is not str for key in keys) or sorted(keys) != sorted(found):
        raise RuntimeError("the storages of the file are not those that its tensors need; corrupt file?")
    for key in keys:
        _fill(found[key], file)
    return result


def _fill(storage: UntypedStorage, file: Any) -> None:
    """Read the bytes of a storage."""
    wanted = 8 + storage.nbytes()
    at = file.tell()
    left = file.seek(0, 2) - at
    file.seek(at)
    if left < wanted:
        raise RuntimeError(f"unexpected EOF, expected {wanted - left} more bytes. The file might be corrupted.")
    if struct.unpack("<q", file.read(8))[0] * storage.itemsize() != storage.nbytes():
        raise RuntimeError("a storage has another size than its tensors say; corrupt file?")
    storage.fill(np.frombuffer(file.read(storage.nbytes()), np.uint8))

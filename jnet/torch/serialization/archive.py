"""The zip archives of `torch.save`: records without compression, each at a multiple of 64 bytes.

Written as PyTorch 2.13 writes them, byte order of the headers included, so that its readers may compute where a record
lies without looking. Read with distrust: where the records lie is checked before any of them is used.
"""

from __future__ import annotations

import hashlib
import itertools
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

ALIGNMENT = 64
_MOST = 0xFFFFFFFF  # what does not fit into 32 bits goes into a field of 64
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_CORRUPT = (
    "This is an internal miniz error. If you are seeing this error, there is a high likelihood that your checkpoint "
    "file is corrupted. This can happen if the checkpoint was not saved properly, was transferred incorrectly, or the "
    "file was modified after saving."
)


class ArchiveWriter:
    """Writes records one after the other.

    Args:
        write: takes the bytes.
        root: the folder that all records are in.
    """

    def __init__(self, write: Callable[[Any], Any], root: str):
        self._write, self._root = write, root
        self._at = 0
        self._directory: list[bytes] = []
        self._names, self._sums = hashlib.blake2b(digest_size=8), hashlib.blake2b(digest_size=8)

    def record(self, name: str, data: bytes | memoryview) -> None:
        """Write one record."""
        path, size, start = f"{self._root}/{name}".encode(), len(data), self._at
        crc = zlib.crc32(data)
        # Sizes follow the data, as PyTorch's do; an empty record has nothing to follow.
        flags = 0x0808 if size else 0x0800
        wide = _wide(size, start)
        begin = start + _LOCAL.size + len(path) + len(wide) + 4
        padding = -begin % ALIGNMENT
        extra = wide + b"FB" + struct.pack("<H", padding) + b"Z" * padding
        self._put(_LOCAL.pack(b"PK\3\4", 0, flags, 0, 0, 0, 0, 0, 0, len(path), len(extra)) + path + extra)
        self._put(data)
        if size:
            self._put(struct.pack("<4sIQQ" if wide else "<4sIII", b"PK\7\x08", crc, size, size))
        small, place = min(size, _MOST), min(start, _MOST)
        entry = (b"PK\1\2", 0, 0, flags, 0, 0, 0, crc, small, small, len(path), len(wide), 0, 0, 0, 0, place)
        self._directory.append(_CENTRAL.pack(*entry) + path + wide)
        self._names.update(path + b"\0")
        self._sums.update(struct.pack("<I", crc))

    def close(self) -> None:
        """Write what ends an archive."""
        self.record("version", b"3\n")
        digits = [int.from_bytes(each.digest(), "little") for each in (self._names, self._sums)]
        self.record(".data/serialization_id", b"%020d%020d" % tuple(digits))
        start, count = self._at, len(self._directory)
        for entry in self._directory:
            self._put(entry)
        end, size = self._at, self._at - start
        self._put(struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 0x031E, 45, 0, 0, count, count, size, start))
        self._put(struct.pack("<4sIQI", b"PK\6\7", 0, end, 1))
        few = min(count, 0xFFFF)
        self._put(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, few, few, min(size, _MOST), min(start, _MOST), 0))

    def _put(self, data: bytes | memoryview) -> None:
        self._write(data)
        self._at += len(data)


def _wide(size: int, start: int) -> bytes:
    """Return the field of numbers that do not fit into 32 bits, or nothing."""
    numbers = [size, size] if size >= _MOST else []
    if start >= _MOST:
        numbers.append(start)
    return struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""


class ArchiveReader:
    """Finds and reads records.

    Attributes:
        records: where each record begins in the file, its size and its checksum, by name.

    Raises:
        RuntimeError: if the file is no archive that `torch.save` could have written.
    """

    def __init__(self, file: Any):
        self._file = file
        try:
            with zipfile.ZipFile(file) as archive:
                infos, end = archive.infolist(), archive.start_dir
        except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OverflowError, EOFError) as error:
            raise RuntimeError(
                f"PytorchStreamReader failed reading zip archive: failed finding central directory. {_CORRUPT}\n"
                f"What is wrong with it: {error}."
            ) from error
        root = infos[0].filename.partition("/")[0] + "/" if infos else ""
        self.records: dict[str, tuple[int, int, int]] = {}
        for info in infos:
            name = self._checked(info, root)
            self.records[name] = (self._begin(info, end), info.file_size, info.CRC)
        spans = sorted((begin, begin + size) for begin, size, _ in self.records.values() if size)
        if any(before > after for (_, before), (after, _) in itertools.pairwise(spans)):
            raise _refused("records overlap each other")

    def _checked(self, info: zipfile.ZipInfo, root: str) -> str:
        """Return the name of a record within its folder, or say what is wrong with it."""
        name = info.filename
        if not name.startswith(root) or not {"", ".", ".."}.isdisjoint(name.split("/")) or "\\" in name:
            raise _refused(f"the name {name!r} leaves the folder {root!r} of the archive")
        if name.removeprefix(root) in self.records:
            raise _refused(f"there are two records {name!r}")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise _refused(f"the record {name!r} is compressed, which torch.save never does; store it (zip -0)")
        if info.flag_bits & 0x1:
            raise _refused(f"the record {name!r} is encrypted")
        return name.removeprefix(root)

    def _begin(self, info: zipfile.ZipInfo, end: int) -> int:
        """Return where the bytes of a record begin."""
        header = self._bytes(info.header_offset, _LOCAL.size) if 0 <= info.header_offset < end else b""
        if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
            raise _refused(f"the record {info.filename!r} is not where the directory says")
        fields = _LOCAL.unpack(header)
        begin = info.header_offset + _LOCAL.size + fields[-2] + fields[-1]
        if begin + info.file_size > end:
            raise _refused(f"the record {info.filename!r} claims {info.file_size} bytes, more than the file has")
        return begin

    def _bytes(self, begin: int, size: int) -> bytes:
        self._file.seek(begin)
        return self._file.read(size)

    def size(self, name: str) -> int:
        """Return the bytes of a record.

        Raises:
            RuntimeError: if there is none of this name.
        """
        if name not in self.records:
            raise RuntimeError(f"PytorchStreamReader failed locating file {name}: file not found. {_CORRUPT}")
        return self.records[name][1]

    def read(self, name: str) -> bytes:
        """Return the bytes of a record, checked against their checksum."""
        size = self.size(name)
        begin, _, crc = self.records[name]
        data = self._bytes(begin, size)
        if len(data) != size or zlib.crc32(data) != crc:
            raise _refused(f"the checksum of the record {name!r} is not that of its bytes")
        return data


def _refused(reason: str) -> RuntimeError:
    return RuntimeError(f"PytorchStreamReader failed reading zip archive: {reason}.\n{_CORRUPT}")

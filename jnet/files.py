"""Files that are either whole or not there: atomic writes, and the folder where jnet keeps its caches."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def write_atomic(path: str | Path, data: bytes | str) -> Path:
    """Write `data` to `path` as `open_atomic` does; text as UTF-8. Missing parent folders are made.

    Raises:
        OSError: as `open_atomic`.
    """
    path = Path(path)
    with open_atomic(path) as file:
        file.write(data.encode() if isinstance(data, str) else data)
    return path


@contextlib.contextmanager
def open_atomic(path: str | Path) -> Iterator[IO[bytes]]:
    """Open a file to write, so that a reader of `path` sees the old file or the whole new one, never a part.

    The bytes go to a temporary file beside `path`, are flushed to the disk, and take the name in one step at the end.
    If an error ends the block, the temporary file is removed and what `path` held before is untouched.

    Raises:
        OSError: with the cause's own `errno`, when the disk is full or the folder cannot be written.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        kept = "the file that was there is unchanged" if path.exists() else "nothing was written"
        raise OSError(
            error.errno,
            f"Could not write {path}: {error.strerror or error}. {kept.capitalize()}; free some space or "
            "choose another folder, and try again.",
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def cache_dir(name: str) -> Path:
    """Return the private folder `name` below jnet's cache, making it (mode 0700) where it is missing.

    The cache is `$JNET_CACHE` if set, else `$XDG_CACHE_HOME/jnet`, else `~/.cache/jnet`. Everything in it can be
    deleted at any time.
    """
    base = os.environ.get("JNET_CACHE")
    root = Path(base) if base else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jnet"
    folder = root / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder

"""Files that are either whole or not there: atomic writes, and the folder where jnet keeps its caches."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomic(path: str | Path, data: bytes | str) -> Path:
    """Write `data` to `path` so that a reader sees the old file or the whole new one, never a part.

    The bytes go to a temporary file beside `path`, are flushed to the disk, and take the name in one step. Text is
    written as UTF-8. Missing parent folders are made.

    Raises:
        OSError: with the cause's own `errno`, when the disk is full or the folder cannot be written; the temporary
            file is removed and what `path` held before is untouched.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
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
    return path


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

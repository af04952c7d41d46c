"""One run at a time in a folder of results: a second one waits until the first has ended, however it ends."""

import contextlib
import importlib
import os
import typing
from pathlib import Path

fcntl: typing.Any = None
with contextlib.suppress(ModuleNotFoundError):  # on Windows there is none, and nothing waits
    fcntl = importlib.import_module("fcntl")

HELD = "JNET_EXPERIMENT_LOCK"  # in the environment of a process whose parent holds the folder for it


@contextlib.contextmanager
def held(folder: Path, quiet: bool = False) -> typing.Iterator[int | None]:
    """Hold `folder` while the block runs; the descriptor given may be inherited, so that a child holds it, too.

    The lock is the operating system's, which lets go when the last process that has it ends, killed or not. A folder
    that cannot be locked is left to the writing that follows, which says what is wrong with it.
    """
    descriptor = None
    if fcntl and os.environ.get(HELD) != str(folder.resolve()):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if descriptor is not None:
            _acquire(descriptor, "" if quiet else f"Another run is writing to {folder}; waiting until it has ended.")
            _sweep(folder)
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _acquire(descriptor: int, waiting: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if waiting:
            print(waiting, flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:  # a file system without locks
        pass


def _sweep(folder: Path) -> None:
    """Remove what killed runs left of files that they were writing."""
    for path in folder.glob(".*.tmp"):
        path.unlink(missing_ok=True)

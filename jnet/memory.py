"""What XLA's programs ask of the process: memory for their temporary arrays, and mappings for their code."""

import ctypes
import functools
import os
import sys

# glibc's names for what mallopt sets (malloc.h).
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX, _ARENA_MAX = -1, -2, -4, -8
_KEPT = 1 << 30
_ROOM = 1 << 26


def keep_freed_memory() -> bool:
    """Let the C library keep up to 1 GiB of freed memory instead of handing it back; return whether it does.

    XLA's CPU programs allocate their temporary arrays anew for every run. By default glibc takes large ones from the
    operating system and returns them each time, so that every step of a training loop touches thousands of new pages:
    a third of the time of a small transformer's step. With one heap that is not trimmed they are used again.

    It does nothing where there is no glibc, and where the environment already says how glibc should allocate
    (`MALLOC_MMAP_MAX_`, `GLIBC_TUNABLES`, ...) or JNET_KEEP_MEMORY is 0.

    See: https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    told = any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ)
    if not sys.platform.startswith("linux") or told or os.environ.get("JNET_KEEP_MEMORY") == "0":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # another C library
        return False
    # One arena, because those of other threads are too small for large arrays and fall back to fresh pages.
    settings = {_MMAP_MAX: 0, _ARENA_MAX: 1, _TOP_PAD: _ROOM, _TRIM_THRESHOLD: _KEPT}
    done = [mallopt(name, value) for name, value in settings.items()]  # each, even where one is refused
    return all(done)


class Mappings:
    """How many mappings of memory the process has, of those that Linux lets it have.

    Each kernel of a compiled program takes a few; a process that has too many dies. Where this is not Linux, there is
    nothing to count.
    """

    def __init__(self):
        self.most: int | None = None  # as far as they may grow; None until they are first counted

    def scarce(self) -> bool:
        """Return whether half of them are taken, or what `spared` allowed."""
        if self.most is None:
            self.most = _limit() // 2
        return _count() > self.most

    def spared(self) -> None:
        """Take note that all that could be forgotten was forgotten; what is left belongs to others."""
        self.most = max(_limit() // 2, _count() + _limit() // 8)


def _count() -> int:
    try:
        with open("/proc/self/maps", "rb") as file:
            return file.read().count(b"\n")
    except OSError:
        return 0


@functools.cache
def _limit() -> int:
    try:
        with open("/proc/sys/vm/max_map_count") as file:
            return int(file.read())
    except (OSError, ValueError):
        return sys.maxsize

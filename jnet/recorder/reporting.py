"""What the recorder did: counters, one line a program on request, and a report."""

from __future__ import annotations

import dataclasses
import os
import sys
import warnings
from collections import deque
from pathlib import Path

PACKAGE = str(Path(__file__).resolve().parent.parent)


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the user's line, however deep in jnet this is called."""
    depth, frame = 2, sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        depth, frame = depth + 1, frame.f_back
    warnings.warn(message, category, stacklevel=depth)


@dataclasses.dataclass
class Counters:
    """Totals since the start, or since `reset`.

    Attributes:
        ops: ops recorded.
        flushes: traces run.
        interpreted: of these, those that NumPy ran because they were new and small.
        compiled: programs compiled by XLA.
        hits: traces run by a program that was there already.
    """

    ops: int = 0
    flushes: int = 0
    interpreted: int = 0
    compiled: int = 0
    hits: int = 0

    def reset(self) -> None:
        """Start again from 0."""
        for field in dataclasses.fields(self):
            setattr(self, field.name, 0)


counters = Counters()
# The last programs that were compiled or interpreted, newest last.
recent: deque[str] = deque(maxlen=200)


def user_line() -> str:
    """Return file and line of the statement outside jnet that is being run."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "?"


def note(how: str, ops: int, outputs: int, seconds: float) -> None:
    """Keep a line about a program that was run for the first time; print it where JNET_LOG is set."""
    line = f"{how:11s} {ops:5d} ops {outputs:4d} results {seconds * 1e3:9.2f} ms  {user_line()}"
    recent.append(line)
    if os.environ.get("JNET_LOG"):
        print(line, file=sys.stderr)


def report() -> str:
    """Return the counters and the last programs as text.

    Example:
        >>> "traces run" in report()
        True
    """
    c = counters
    head = (
        f"{c.ops} ops recorded, {c.flushes} traces run: {c.compiled} compiled, {c.interpreted} interpreted, "
        f"{c.hits} by programs already there"
    )
    return "\n".join([head, *recent])

"""Curves while training: on the terminal, in TensorBoard, or in visdom, by the same few calls.

Example:
    >>> from jnet import live
    >>> with live.open("none", "runs", "A walk") as show:  # or "terminal", "tensorboard", "visdom"
    ...     for step in range(3):
    ...         show.scalar("loss/training", 1 / (step + 1), step)

A name such as "loss/training" is the curve "training" of the chart "loss". In `jnet.train.fit`, write
`callbacks=[live.callback(show)]`; in a loop in PyTorch's words, call `show.scalar("loss", loss.item(), step)`.
"""

import difflib
import sys
from pathlib import Path

from jnet.live.base import Callback, Live

KINDS = ("terminal", "tensorboard", "visdom", "none")

callback = Callback


def check(kind: str) -> str:
    """Return `kind` if `open` knows it.

    Raises:
        ValueError: if not.

    Example:
        >>> check("visdom:http://localhost:8098")
        'visdom:http://localhost:8098'
    """
    name, _, address = kind.partition(":")
    if name not in KINDS or (address and name != "visdom"):
        close = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"got {kind!r}, needs one of {', '.join(KINDS)} or visdom:http://HOST:PORT{hint}")
    return kind


def open(kind: str | None = None, folder: str | Path = "runs", title: str = "") -> Live:
    """Return where curves are shown; close it at the end, or use it in a `with`.

    Args:
        kind: "terminal", a chart that grows; "tensorboard", files for `tensorboard --logdir`; "visdom", windows of a
            server that you started (`python -m visdom.server`), or "visdom:http://HOST:PORT" for one elsewhere;
            "none". None is "terminal" on a terminal, "none" elsewhere.
        folder: where TensorBoard's files go, in a folder of its own for each run.
        title: of the run.

    Raises:
        ValueError: for another kind.
        ModuleNotFoundError: if what shows it is not installed; the message says how to install it.
        ConnectionError: if no server of visdom's answers; the message says how to start one.
    """
    if kind is None:
        kind = "terminal" if _on_terminal() else "none"
    name, _, address = check(kind).partition(":")
    if name == "terminal":
        from jnet.live.terminal import Terminal

        return Terminal(title)
    if name == "tensorboard":
        from jnet.live.tensorboard_files import TensorBoard

        return TensorBoard(folder)
    if name == "visdom":
        from jnet.live.visdom_windows import Visdom

        return Visdom(title, address or "http://localhost:8097")
    return Live()


def _on_terminal() -> bool:
    """Return whether people look at the output, in letters that have what charts are drawn with."""
    return sys.stdout.isatty() and "utf" in (sys.stdout.encoding or "").lower()


__all__ = ["KINDS", "Callback", "Live", "callback", "check", "open"]

"""Running at once instead of recording: inside, calls are applied to JAX's own arrays, which may be traced.

This is how code in PyTorch's words becomes a pure function of JAX, which `jax.grad`, `jax.jit` and `jax.vmap` trace.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp

from jnet.recorder import trace
from jnet.recorder.calls import Call
from jnet.recorder.trace import Trace
from jnet.recorder.values import Value, known


class Direct:
    """Stands in for a `Recorder`, and runs each call when it is asked for."""

    def __init__(self):
        self.device = None
        self.lock = threading.RLock()
        self.unverified = ()
        self.trace = Trace(self)  # pyright: ignore[reportArgumentType]

    def record(self, call: Call, arguments: list):
        """Return the value of the call, or the tuple of its values."""
        result = call.function(*(a.known() if type(a) is Value else a for a in arguments))
        if not isinstance(result, tuple | list):
            return known(jnp.asarray(result))
        values = [known(jnp.asarray(each)) for each in result]
        return result._make(values) if hasattr(result, "_make") else tuple(values)  # pyright: ignore

    def flush(self) -> None:
        """Do nothing: everything has run."""

    flush_trace = watch = lambda self, *arguments: None


_state = threading.local()


def is_direct() -> bool:
    """Tell whether this thread runs calls at once."""
    return getattr(_state, "depth", 0) > 0


@contextlib.contextmanager
def direct() -> Iterator[None]:
    """Run calls at once inside."""
    recorders: Any = trace._recorders
    before = recorders.host, recorders.by_device, recorders.only_host
    recorders.host, recorders.only_host = Direct(), True
    recorders.by_device = {None: recorders.host}
    _state.depth = getattr(_state, "depth", 0) + 1
    try:
        yield
    finally:
        _state.depth -= 1
        recorders.host, recorders.by_device, recorders.only_host = before

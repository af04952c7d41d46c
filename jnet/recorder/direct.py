"""Running at once instead of recording: inside, calls are applied to JAX's own arrays, which may be traced.

This is how code in PyTorch's words becomes a pure function of JAX, which `jax.grad`, `jax.jit` and `jax.vmap` trace.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp

from jnet.recorder import trace
from jnet.recorder.calls import Call, Derivative
from jnet.recorder.trace import Trace
from jnet.recorder.values import Value, known


class Direct:
    """Stands in for a `Recorder`, and runs each call when it is asked for.

    Args:
        differentiable: tells whether derivatives go through what runs now.
        source: what random numbers are drawn from; None refuses to draw.
    """

    def __init__(self, differentiable: Callable[[], bool], source: Any = None):
        self.device = None
        self.lock = threading.RLock()
        self.unverified = ()
        self.trace = Trace(self)  # pyright: ignore[reportArgumentType]
        self.last: Any = None
        self.differentiable, self.source = differentiable, source

    def record(self, call: Call, arguments: list):
        """Return the value of the call, or the tuple of its values."""
        self.last = _Last(call, arguments)
        result = call.function(*(a.known() if type(a) is Value else a for a in arguments))
        if not isinstance(result, tuple | list):
            return self._value(result)
        values = [self._value(each) for each in result]
        return result._make(values) if hasattr(result, "_make") else tuple(values)  # pyright: ignore

    def _value(self, result) -> Value:
        array = jnp.asarray(result)
        return known(array if self.differentiable() else jax.lax.stop_gradient(array))

    def flush(self) -> None:
        """Do nothing: everything has run."""

    passed = flush
    flush_trace = watch = lambda self, *arguments: None


class _Last:
    """What the tape asks a state for: the derivatives of the last call."""

    def __init__(self, call: Call, arguments: list):
        self.call, self.arguments = call, arguments
        self.derivatives = self

    def get(self, wanted: tuple[int, ...]) -> Derivative:
        """Return the derivative towards these arguments."""
        kinds = tuple([a.aval if type(a) is Value else type(a) for a in self.arguments])
        return self.call.derivative(kinds, wanted)


class _Everywhere(dict):
    """The one stand-in, for every device."""

    def get(self, device, default=None):
        return self[None]


class _State(threading.local):
    direct: Direct | None = None


_state = _State()


def current() -> Direct | None:
    """Return what runs this thread's calls at once, or None where they are recorded."""
    return _state.direct


@contextlib.contextmanager
def direct(differentiable: Callable[[], bool] = lambda: True, source: Any = None) -> Iterator[Direct]:
    """Run calls at once inside; arguments as `Direct`."""
    recorders: Any = trace._recorders
    before = recorders.host, recorders.by_device, recorders.only_host, _state.direct
    made = recorders.host = _state.direct = Direct(differentiable, source)
    recorders.by_device, recorders.only_host = _Everywhere({None: made}), True
    try:
        yield made
    finally:
        recorders.host, recorders.by_device, recorders.only_host, _state.direct = before

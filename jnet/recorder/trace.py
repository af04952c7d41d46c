"""Traces: what was asked for and not yet computed, as a path through a trie of states.

Recording an op is one look-up: from the state, the key (call, slots of the arguments) leads to the next state, which
holds the kinds of the results. The state where a trace ends holds the programs that run it.
"""

from __future__ import annotations

import atexit
import gc
import threading
from collections import deque
from collections.abc import Callable
from sys import getrefcount
from typing import Any

import jax
import numpy as np

from jnet.memory import Mappings
from jnet.recorder import reporting
from jnet.recorder.blocks import Block, forget_blocks
from jnet.recorder.calls import Call, Signature, forget_signatures
from jnet.recorder.programs import POOLS, Program, kept
from jnet.recorder.values import Value, aval, known

LONGEST = 1000  # ops in a trace: a longer one is run, as compiling takes longer than in proportion
PASSES = 4  # backward passes in a trace: loops without an optimizer are cut here, each time at the same place
STATES = 50_000  # states of a trie, some kilobytes each, and
COMPILED = 400  # compiled programs of a trie, some megabytes each: beyond, all are forgotten

_mappings = Mappings()


def _counts(values: list) -> list[int]:
    """Return the reference counts of the elements, each one higher by what this loop itself holds."""
    return [getrefcount(v) for v in values]


# What a value counts that nothing but its list holds; Python's versions differ in what a loop holds.
_UNUSED = _counts([object()])[0]


class State:
    """A place in the trie: what led here, what the last op gives, and the states that can follow."""

    __slots__ = (
        "arguments",
        "derivatives",
        "next",
        "ops",
        "parent",
        "programs",
        "signature",
        "single",
        "slot",
        "warns",
    )

    def __init__(self, parent: State | None, arguments: tuple, signature: Signature | Block | None, slot: int):
        self.parent, self.arguments, self.signature, self.slot = parent, arguments, signature, slot
        self.next: dict = {}
        self.derivatives: dict[tuple, Any] = {}
        self.programs: dict[tuple, Program] = {}
        self.single = signature.outs[0] if signature is not None and signature.form is None else None
        self.warns = bool(signature is not None and signature.warnings)
        self.ops = 0 if signature is None else signature.ops

    def program(self, wanted: tuple[int, ...], device: Any) -> Program:
        """Return a new program of the path that leads here."""
        steps, inputs, state = [], [], self
        while state.parent is not None:
            if state.signature is None:
                inputs.append(state.slot)
            else:
                steps.append((state.signature, state.arguments, state.slot))
            state = state.parent
        return Program(steps[::-1], inputs[::-1], wanted, device)


class Trace:
    """What was recorded since the last flush: its values by slot, and the Python numbers that enter."""

    __slots__ = ("numbers", "ops", "owner", "passes", "values", "watched")

    def __init__(self, owner: Recorder):
        self.owner = owner
        self.values: list[Value] = []
        self.numbers: dict[type, list] = {kind: [] for kind in POOLS}
        self.ops = self.passes = 0
        self.watched: list[tuple[Value, Callable[[np.ndarray], None]]] = []


class Recorder:
    """Records ops, and runs them when a value is needed. There is one for each thread and device."""

    def __init__(self, device=None):
        self.device = device
        self.lock = threading.RLock()
        self.unverified: deque[tuple[Value, Callable]] = deque()
        self.root = State(None, (), None, 0)
        self._forget()
        self.trace = Trace(self)

    def _forget(self) -> None:
        self.root.next.clear()  # who holds a state holds the way back to the root, but not the rest
        self.root = self.state = self.last = State(None, (), None, 0)
        self.states = self.compiled = 0

    def record(self, call: Call | Block, arguments: list) -> Any:
        """Record `call` on values and Python numbers; return its value, or a tuple of values.

        Raises what the call raises for arguments of these kinds; then nothing is recorded.
        """
        with self.lock:
            trace = self.trace
            key: list = [call]
            numbers = foreign = None
            for a in arguments:
                if type(a) is Value:
                    if a.trace is not trace:
                        if a.array is None:
                            foreign = a
                            break
                        self._enter(a, trace)
                    key.append(a.slot)
                else:
                    numbers = trace.numbers
                    key.append(type(a))
            else:
                place = tuple(key)
                state = self.state.next.get(place)
                if state is None:
                    state = self._extend(call, arguments, place)
                if numbers is not None:
                    for a in arguments:
                        if type(a) is not Value:
                            numbers[type(a)].append(a)
                self.state = self.last = state
                return self._results(trace, state)
        # Another thread's value, computed without our lock: two threads must not wait for each other.
        foreign.known()
        return self.record(call, arguments)

    def _results(self, trace: Trace, state: State):
        """Return the new values of the call that led to this state."""
        values = trace.values
        if state.single is not None:
            result = Value(state.single, None, trace, len(values))
            values.append(result)
        else:
            signature = state.signature
            assert signature is not None
            assert signature.form is not None
            made = [Value(out, None, trace, slot) for slot, out in enumerate(signature.outs, len(values))]
            values += made
            result = signature.form(made)
        trace.ops += state.ops
        if state.warns:
            assert state.signature is not None
            for message, category in state.signature.warnings:  # what the function said when its shapes were inferred
                reporting.warn(str(message), category)
        if trace.ops >= LONGEST:
            self.flush()
        return result

    def _enter(self, value: Value, trace: Trace) -> None:
        """Give a known value a slot; one that another trace has yet to compute is computed first."""
        key = value.aval
        state = self.state.next.get(key)
        if state is None:
            if key.device is not self.device:
                raise RuntimeError(
                    "Expected all tensors to be on the same device, but found at least two devices, "
                    f"{_place(self.device)} and {_place(key.device)}! Move one with .to(device)."
                )
            state = self.state.next[key] = State(self.state, (), None, len(trace.values))
            self.states += 1
        if value.trace is not None and type(value.array) is np.ndarray:
            value.array = kept(value.array)  # used again: handing NumPy's over costs microseconds each time
        value.trace, value.slot = trace, len(trace.values)
        trace.values.append(value)
        self.state = state

    def _extend(self, call: Call | Block, arguments: list, place: tuple) -> State:
        """Return the new state that this call leads to."""
        kinds = tuple([a.aval if type(a) is Value else type(a) for a in arguments])
        try:
            signature = call.signature(kinds)
        except Exception as error:
            raise error.with_traceback(None) from error.__cause__  # the user's line, not how the shapes were inferred
        state = State(self.state, place[1:], signature, len(self.trace.values))
        self.state.next[place] = state
        self.states += 1
        return state

    def flush(self) -> None:
        """Compute every value of the trace that something still refers to."""
        with self.lock:
            trace, state = self.trace, self.state
            if not trace.values:
                return None
            values = trace.values
            counts = _counts(values)
            wanted = tuple([v.slot for v, n in zip(values, counts, strict=True) if n > _UNUSED and v.array is None])
            self.trace, self.state = Trace(self), self.root
            if not wanted:
                return self._finish(trace)
            program = state.programs.get(wanted)
            if program is None:
                _recorders.only_host = jax.default_backend() == "cpu"
                program = state.programs[wanted] = state.program(wanted, self.device)
            arrays = [values[slot].array for slot in program.inputs]
            free = [counts[slot] <= _UNUSED for slot in program.inputs]
            before = program.compiled
            try:
                results = program.run(arrays, trace.numbers, free)
            finally:
                watched = trace.watched
                self._finish(trace)
                if program.compiled and not before:
                    self._count_program()
            for slot, array in zip(wanted, results, strict=True):
                values[slot].array = array
            self.unverified += watched
            while self.unverified and _is_ready(self.unverified[0][0]):
                self.verify()
            return None

    def passed(self) -> None:
        """Note that a backward pass has ended."""
        self.trace.passes += 1
        if self.trace.passes >= PASSES:
            self.flush()

    def verify(self) -> None:
        """Look at the oldest value that is watched (see `watch`)."""
        value, check = self.unverified.popleft()
        check(np.asarray(value.array))

    def watch(self, value: Value, key: tuple, check: Callable[[np.ndarray], None]) -> None:
        """Let `check` look at the value, and raise what it raises: now if it is known, else once it has been computed.

        That is looked at when a trace is run or a value is read; nothing waits for it before.

        Args:
            key: what is checked; a value is checked for the same thing once.
        """
        if value.checked is None:
            value.checked = set()
        elif key in value.checked:
            return
        if value.array is not None:
            check(value.numpy())
        else:
            with self.lock:
                self.trace.watched.append((value, check))
        value.checked.add(key)

    def _finish(self, trace: Trace) -> None:
        # What lives on refers to its trace, which must not hold the rest.
        trace.values, trace.numbers, trace.watched = [], {}, []
        reporting.counters.flushes += 1
        reporting.counters.ops += trace.ops
        if self.states > STATES:
            self._forget()

    def _count_program(self) -> None:
        """Forget all programs if there are too many with this one, or a process may not have many more."""
        self.compiled += 1
        scarce = _mappings.scarce()
        if self.compiled > COMPILED or scarce:
            self._forget()
            gc.collect()  # states refer to each other, and nothing tells Python how much they hold
        if scarce:
            _mappings.spared()

    def flush_trace(self, trace: Trace) -> None:
        """Run `trace` if it is still the current one."""
        with self.lock:
            if self.trace is trace:
                self.flush()

    def settle(self) -> None:
        """Look at everything that is watched and computed, waiting for it."""
        while self.unverified:
            self.verify()


def _is_ready(value: Value) -> bool:
    return type(value.array) is np.ndarray or value.array is None or value.array.is_ready()


def _place(device) -> str:
    return "cpu" if device is None else f"cuda:{device.id}"


class _Recorders(threading.local):
    """The recorders of a thread, by device."""

    def __init__(self):
        self.host = Recorder()
        self.by_device = {None: self.host}
        self.only_host = False  # until JAX has started, and found no accelerator


_recorders = _Recorders()
atexit.register(_recorders.host.settle)  # so that no wrong index is passed over


def recorder(device=None) -> Recorder:
    """Return this thread's recorder for the device (None is the host)."""
    found = _recorders.by_device.get(device)
    if found is None:
        found = _recorders.by_device[device] = Recorder(device)
    return found


def recorder_of(arguments) -> Recorder:
    """Return this thread's recorder for the device of the first value among the arguments."""
    recorders = _recorders
    if recorders.only_host:
        return recorders.host
    for a in arguments:
        if type(a) is Value:
            return recorder(a.aval.device)
    return recorders.host


def record(call: Call, arguments: list) -> Any:
    """Record `call` on values and Python numbers of one device; return its value, or a tuple of values."""
    return recorder_of(arguments).record(call, arguments)


def flush() -> None:
    """Run what this thread has recorded, on every device."""
    for each in tuple(_recorders.by_device.values()):
        each.flush()


def set_matmul_precision(precision: str) -> None:
    """Set how precisely accelerators compute products of float32, as `jax.default_matmul_precision`, for this process.

    What this thread has recorded runs before; other threads keep the programs that they have.
    """
    flush()
    forget_signatures(precision)
    forget_blocks()
    for each in _recorders.by_device.values():
        with each.lock:
            each._forget()


__all__ = [
    "Recorder",
    "State",
    "Trace",
    "Value",
    "aval",
    "flush",
    "known",
    "record",
    "recorder",
    "recorder_of",
    "set_matmul_precision",
]

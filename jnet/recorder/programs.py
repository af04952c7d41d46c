"""Programs: what a trace computes, run by NumPy while it is new and small, by XLA from then on."""

from __future__ import annotations

import collections
import functools
import itertools
import struct
import time
from collections.abc import Callable
from sys import getrefcount
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import core, lax
from jax.sharding import SingleDeviceSharding

from jnet.recorder import reporting
from jnet.recorder.blocks import Block
from jnet.recorder.calls import NUMBERS
from jnet.recorder.interpret import evaluate
from jnet.recorder.merging import Merger, has_loop

# Compiling costs some 40 ms and 4 ms an op, interpreting some 0.1 ms an op. These decide by counts, never by the clock,
# so that the same script gives the same bits every time it runs.
INTERPRETED_OPS = 32  # a program is interpreted until it has run this many ops in all
INTERPRETED_COST = 50_000_000  # and only if one run takes no more scalar operations than this,
COST_PER_OP = 2_000_000  # or than this an op, which take less than compiling it

DONATED_BYTES = 1 << 14  # an array from this size on gives its memory to a result, if nothing else refers to it

POOLS = (float, int, bool, complex)  # Python numbers enter a program as one array a type


@functools.cache
def _host():
    return jax.local_devices(backend="cpu")[0]


def kept(array: np.ndarray):
    """Return an array of NumPy's as one of JAX's on the host."""
    with jax.enable_x64(True):
        return jax.device_put(array, _host())


class Program:
    """The steps that lead to the values that are wanted at the end of a trace.

    Args:
        steps: (signature or block, arguments, first slot of the results) an op, in order; an argument is a slot, or the
            type of a number, the next of its pool.
        inputs: slots of the values that enter, in order.
        wanted: slots of the values to compute.
        device: JAX's device that it runs on; None is the host.
    """

    def __init__(self, steps: list[tuple], inputs: list[int], wanted: tuple[int, ...], device: Any = None):
        self.inputs, self.wanted, self.device = inputs, wanted, device
        steps = _placed(steps)
        used = {a[0] for _, arguments, _ in steps for a in arguments if type(a) is not int}
        self._kinds = [kind for kind in POOLS if kind in used]
        self.steps = _needed(_unfolded(steps), wanted)
        self.cost = sum(signature.cost for signature, _, _ in self.steps)
        self.interprets = device is None and self.cost <= max(INTERPRETED_COST, COST_PER_OP * len(self.steps))
        self.visits = 0
        self._compiled: Callable | None = None
        self._donated: tuple[int, ...] = ()  # which of the inputs give their memory to results
        self._content: list | None = None
        self._kept: list = []

    @property
    def compiled(self) -> bool:
        """Whether XLA has compiled it."""
        return self._compiled is not None

    def run(self, arrays: list, numbers: dict[type, list], free: list[bool]) -> list:
        """Return the wanted values.

        Args:
            arrays: those that enter.
            numbers: the pools of Python numbers.
            free: for each array whether no value that lives on has it.
        """
        if self._compiled is not None:
            reporting.counters.hits += 1
            return self._run(arrays, numbers, free)
        start = time.perf_counter()
        self.visits += 1
        if self.interprets and (self.visits == 1 or self.visits * len(self.steps) <= INTERPRETED_OPS):
            results = self._interpret([np.asarray(array) for array in arrays], numbers)
            reporting.counters.interpreted += 1
            how = "interpreted"
        else:
            self._donated = self._donations(arrays, free)
            # The place is said here: JAX compiles again for arrays that were put somewhere, as results were.
            place = SingleDeviceSharding(self.device or _host())
            self._compiled = jax.jit(self._trace, donate_argnums=0, in_shardings=place, out_shardings=place)
            results = self._run(arrays, numbers, free)
            reporting.counters.compiled += 1
            how = "compiled"
        if how == "compiled" or self.visits == 1:
            reporting.note(how, len(self.steps), len(self.wanted), time.perf_counter() - start)
        return results

    def _pools(self, numbers: dict[type, list]) -> list:
        """Return the pools that are not empty as arrays; those that hold the same as the last time are kept by JAX."""
        content = [_content(kind, pool) for kind, pool in numbers.items() if pool]
        if content == self._content:
            self._kept = self._kept or jax.device_put(self._arrays(numbers), self.device or _host())
            return self._kept
        self._content, self._kept = content, []
        return self._arrays(numbers)

    def _arrays(self, numbers: dict[type, list]) -> list[np.ndarray]:
        return [np.array(pool, NUMBERS[kind]) for kind, pool in numbers.items() if pool]

    def _run(self, arrays: list, numbers: dict[type, list], free: list[bool]) -> list:
        """Run the compiled program."""
        donated = []
        with jax.enable_x64(True):
            for i in self._donated:
                array = arrays[i] if (free[i] and _count(arrays, i) <= _ALONE) else jnp.array(arrays[i])
                arrays[i] = None
                donated.append(array)
            assert self._compiled is not None
            return self._compiled(donated, arrays, self._pools(numbers))

    def _donations(self, arrays: list, free: list[bool]) -> tuple[int, ...]:
        """Return which inputs can give their memory to results: those of a result's shape and dtype."""
        kinds = {slot: out for step in self.steps for slot, out in zip(step[2], step[0].outs, strict=True)}
        results = collections.Counter((kinds[slot].shape, kinds[slot].dtype) for slot in self.wanted)
        places = []
        for i, array in enumerate(arrays):
            kind = tuple(array.shape), np.dtype(array.dtype)
            if free[i] and array.nbytes >= DONATED_BYTES and results[kind]:
                results[kind] -= 1
                places.append(i)
        return tuple(places)

    def _trace(self, donated, arrays, pools):
        """Compute the wanted values from traced inputs."""
        given = dict(zip(self._donated, donated, strict=True))
        arrays = [given.get(i, array) for i, array in enumerate(arrays)]
        env = dict(zip(self.inputs, arrays, strict=True))
        of_kind = dict(zip(self._kinds, pools, strict=True))
        merger = Merger() if any(has_loop(signature.jaxpr) for signature, _, _ in self.steps) else None
        for signature, arguments, slots in self.steps:
            given = [
                env[a] if type(a) is int else lax.index_in_dim(of_kind[a[0]], a[1], keepdims=False) for a in arguments
            ]
            if merger is None:
                results = core.eval_jaxpr(signature.jaxpr.jaxpr, signature.jaxpr.consts, *given)
            else:
                results = merger.evaluate(signature.jaxpr, given)
            env.update(zip(slots, results, strict=True))
        return [env[slot] for slot in self.wanted]

    def _interpret(self, arrays, numbers):
        env = dict(zip(self.inputs, arrays, strict=True))
        pools = {kind: np.array(pool, NUMBERS[kind]) for kind, pool in numbers.items() if pool}
        for signature, arguments, slots in self.steps:
            given = [env[a] if type(a) is int else pools[a[0]][a[1]] for a in arguments]
            env.update(zip(slots, evaluate(signature.jaxpr, given), strict=True))
        return [env[slot] for slot in self.wanted]


def _count(arrays: list, i: int) -> int:
    """Return the reference count of an array that its value holds, and this list."""
    return getrefcount(arrays[i])


_ALONE = _count((lambda value: [value])(object()), 0) + 1


def _content(kind: type, pool: list):
    """Return something that is equal for pools of the same numbers: it tells 0.0 from -0.0, and takes nan for nan."""
    if kind is float:
        return struct.pack(f"{len(pool)}d", *pool)
    return repr(pool) if kind is complex else tuple(pool)


def _placed(steps):
    """Give each number its place in its pool: (type, place)."""
    counts = dict.fromkeys(POOLS, 0)
    placed = []
    for signature, arguments, slot in steps:
        given = []
        for argument in arguments:
            if type(argument) is int:
                given.append(argument)
            else:
                given.append((argument, counts[argument]))
                counts[argument] += 1
        placed.append((signature, tuple(given), slot))
    return placed


def _unfolded(steps) -> list[tuple]:
    """Replace blocks by their steps, and the first slot of each step's results by all of them.

    Values that only a block knows get negative slots.
    """
    unfolded, inner = [], itertools.count(-1, -1)
    for signature, arguments, slot in steps:
        if not isinstance(signature, Block):
            unfolded.append((signature, arguments, tuple(range(slot, slot + len(signature.outs)))))
            continue
        outer = {place: slot + i for i, place in enumerate(signature.results)}
        values = list(arguments)
        for derivative, places in signature.steps:
            made = range(len(values), len(values) + len(derivative.outs))
            slots = tuple(outer[place] if place in outer else next(inner) for place in made)
            unfolded.append((derivative, tuple(values[place] for place in places), slots))
            values += slots
    return unfolded


def _needed(steps, wanted):
    """Return the steps that the wanted values depend on."""
    needed, kept = set(wanted), []
    for step in reversed(steps):
        _, arguments, slots = step
        if any(slot in needed for slot in slots):
            kept.append(step)
            needed.update(a for a in arguments if type(a) is int)
    return kept[::-1]

"""Programs: what a trace computes, run by NumPy while it is new and small, by XLA from then on."""

from __future__ import annotations

import time

import jax
import numpy as np
from jax import lax

from jnet.recorder import reporting
from jnet.recorder.interpret import evaluate

# Compiling costs some 40 ms and 4 ms an op, interpreting some 0.1 ms an op. These decide by counts, never by the clock,
# so that the same script gives the same bits every time it runs.
INTERPRETED_OPS = 32  # a program is interpreted until it has run this many ops in all
INTERPRETED_COST = 50_000_000  # and only if one run takes no more scalar operations than this

POOLS = (float, int, bool, complex)  # Python numbers enter a program as one array a type


class Program:
    """The steps that lead to the values that are wanted at the end of a trace.

    Args:
        steps: (signature, arguments, first slot of the results) an op, in order; an argument is a slot, or the type of
            a number, the next of its pool.
        inputs: slots of the values that enter, in order.
        wanted: slots of the values to compute.
        host: whether it runs on the host.
    """

    def __init__(self, steps: list[tuple], inputs: list[int], wanted: tuple[int, ...], host: bool):
        self.inputs, self.wanted = inputs, wanted
        self.steps = _needed(_placed(steps), wanted)
        self.cost = sum(signature.cost for signature, _, _ in self.steps)
        self.interprets = host and self.cost <= INTERPRETED_COST
        self.visits = 0
        self._compiled = None

    @property
    def compiled(self) -> bool:
        """Whether XLA has compiled it."""
        return self._compiled is not None

    def run(self, arrays: list, numbers: list[np.ndarray]) -> list:
        """Return the wanted values; `arrays` are those that enter, `numbers` the pools of Python numbers."""
        if self._compiled is not None:
            reporting.counters.hits += 1
            with jax.enable_x64(True):
                return self._compiled(arrays, numbers)
        start = time.perf_counter()
        self.visits += 1
        if self.interprets and (self.visits == 1 or self.visits * len(self.steps) <= INTERPRETED_OPS):
            results = self._interpret([np.asarray(array) for array in arrays], numbers)
            reporting.counters.interpreted += 1
            how = "interpreted"
        else:
            self._compiled = jax.jit(self._trace)
            with jax.enable_x64(True):
                results = self._compiled(arrays, numbers)
            reporting.counters.compiled += 1
            how = "compiled"
        if how == "compiled" or self.visits == 1:
            reporting.note(how, len(self.steps), len(self.wanted), time.perf_counter() - start)
        return results

    def _trace(self, arrays, numbers):
        """Compute the wanted values from traced inputs."""
        env = dict(zip(self.inputs, arrays, strict=True))
        pools = dict(zip(POOLS, numbers, strict=True))
        for signature, arguments, slot in self.steps:
            given = [
                env[a] if type(a) is int else lax.index_in_dim(pools[a[0]], a[1], keepdims=False) for a in arguments
            ]
            for result in jax.core.eval_jaxpr(signature.jaxpr.jaxpr, signature.jaxpr.consts, *given):
                env[slot] = result
                slot += 1
        return [env[slot] for slot in self.wanted]

    def _interpret(self, arrays, numbers):
        env = dict(zip(self.inputs, arrays, strict=True))
        pools = dict(zip(POOLS, numbers, strict=True))
        for signature, arguments, slot in self.steps:
            given = [env[a] if type(a) is int else pools[a[0]][a[1]] for a in arguments]
            for result in evaluate(signature.jaxpr, given):
                env[slot] = result
                slot += 1
        return [env[slot] for slot in self.wanted]


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


def _needed(steps, wanted):
    """Return the steps that the wanted values depend on."""
    needed, kept = set(wanted), []
    for step in reversed(steps):
        signature, arguments, slot = step
        if any(place in needed for place in range(slot, slot + len(signature.outs))):
            kept.append(step)
            needed.update(a for a in arguments if type(a) is int)
    return kept[::-1]

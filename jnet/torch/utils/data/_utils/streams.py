"""What a worker has for itself though it is a thread: who it is, and random streams of its own.

In PyTorch a worker is a process, so seeding `random`, `numpy.random` and `torch` in one leaves the others alone, and
each worker draws the same numbers at every run. Here the functions of these modules, as far as they use the streams
that a process shares, look first whether a worker calls them; `own_streams` makes them do so when the first loader
with workers starts. (What was imported by name before, as by `from random import random`, they cannot change.)
"""

from __future__ import annotations

import functools
import random
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from jnet.torch.random import Generator, default_generator


@dataclass(frozen=True, slots=True)
class RNG:
    """The random streams of a worker."""

    random_generator: random.Random
    torch_generator: Generator
    numpy_generator: np.random.RandomState


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """What a worker knows of itself.

    Attributes:
        id: which worker it is, from 0.
        num_workers: how many there are.
        seed: what its random streams began with.
        dataset: its own copy of the data set (see `worker.copied`).
        rng: its random streams; `random`, `numpy.random` and `torch` draw from them where it runs.
        worker_method: "thread", as in PyTorch where a worker is one.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: RNG | None = None
    worker_method: str | None = "thread"


class _Local(threading.local):
    """The worker that this thread is, if it is one."""

    info: WorkerInfo | None = None


_local = _Local()


def info() -> WorkerInfo | None:
    """Return what the worker that runs this knows of itself; None outside of workers.

    Example:
        >>> info() is None
        True

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.get_worker_info
    """
    return _local.info


def become(worker: WorkerInfo) -> None:
    """Make this thread a worker."""
    _local.info = worker


def streams_of(base_seed: int, worker_id: int) -> RNG:
    """Return the streams of a worker, as PyTorch seeds them."""
    seed = base_seed + worker_id
    words = [worker_id, base_seed & 0xFFFFFFFF, base_seed >> 32, 0]
    return RNG(random.Random(seed), Generator().manual_seed(seed), np.random.RandomState(_mixed(words)))


def _mixed(entropy: list[int]) -> np.ndarray:
    """Return the four words that NumPy's `SeedSequence` makes of four."""
    return np.random.SeedSequence(entropy).generate_state(4)


# -- modules that have one stream a process ----------------------------------------------------------------------------


class _PerThread(Generator):
    """The default generator, which in a worker is at the worker's place in the worker's stream."""

    def _here(self) -> dict:
        worker = _local.info
        if worker is None or worker.rng is None or self is not default_generator:
            return vars(self)
        return vars(worker.rng.torch_generator)


def _redirected(name: str) -> property:
    def get(self):
        return self._here()[name]

    def set(self, value) -> None:
        self._here()[name] = value

    return property(get, set)


for _name in ("_seed", "_state", "_next_normal"):
    setattr(_PerThread, _name, _redirected(_name))


def _dispatched(function, field: str, method: str):
    """Return the function of a module's shared stream that in a worker is a method of the worker's own."""

    @functools.wraps(function)
    def here(*args, **kwargs):
        worker = _local.info
        if worker is None or worker.rng is None:
            return function(*args, **kwargs)
        return getattr(getattr(worker.rng, field), method)(*args, **kwargs)

    return here


@functools.cache
def own_streams() -> None:
    """From now on, let `random`, `numpy.random` and `torch` draw from a worker's own streams where a worker runs."""
    default_generator.__class__ = _PerThread
    for name, function in list(vars(random).items()):
        if isinstance(getattr(function, "__self__", None), random.Random):
            setattr(random, name, _dispatched(function, "random_generator", name))
    for name, function in list(vars(np.random).items()):
        if isinstance(getattr(function, "__self__", None), np.random.RandomState):
            setattr(np.random, name, _dispatched(function, "numpy_generator", name))
    for name, method in {"seed": "seed", "ranf": "random_sample", "sample": "random_sample"}.items():
        setattr(np.random, name, _dispatched(getattr(np.random, name), "numpy_generator", method))

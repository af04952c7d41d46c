"""Workers: threads that fetch batches ahead of time.

Why threads. A process that has started JAX cannot be forked: JAX's own threads hold locks that nobody would release.
Processes that start afresh import JAX and the script again, seconds for each, and what they fetch travels back through
a pipe. Threads share memory, and what a data set does that takes long, reading and decoding files, NumPy and XLA, lets
other threads run meanwhile. What is lost: pure Python runs in one thread at a time, and a worker that hangs cannot be
ended. What differs of processes is mended where it shows: each worker has its own copy of the data set (`copied`) and
its own random streams (streams.py).
"""

from __future__ import annotations

import copy
import random
import sys
import threading
import traceback
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np

from jnet.recorder import flush
from jnet.torch.dtypes import placement
from jnet.torch.random import Generator
from jnet.torch.tensor import grad_mode
from jnet.torch.utils.data._utils import streams
from jnet.torch.utils.data._utils.fetch import Fetcher, IterableFetcher, MapFetcher, computed
from jnet.torch.utils.data.dataset import Dataset

PATIENCE = 5.0  # seconds that ending a loader waits for a worker that is still fetching

WorkerInfo = streams.WorkerInfo
get_worker_info = streams.info


@dataclass(frozen=True)
class Settings:
    """What all workers of a loader are told."""

    dataset: Any
    iterable: bool
    auto_collation: bool
    collate_fn: Any
    drop_last: bool
    worker_init_fn: Any
    num_workers: int
    base_seed: int

    def fetcher(self, dataset) -> Fetcher:
        """Return what fetches from a worker's copy of the data set."""
        kind = IterableFetcher if self.iterable else MapFetcher
        return kind(dataset, self.auto_collation, self.collate_fn, self.drop_last)


@dataclass(frozen=True)
class End:
    """What a worker sends in place of a batch when its stream is over."""

    worker_id: int


@dataclass(frozen=True)
class Gone:
    """What a worker sends when it ends without having been told to, as by `sys.exit`."""

    code: Any

    def reraise(self) -> None:
        """Raise what PyTorch raises when a worker's process ends."""
        thread = threading.get_native_id()
        if not self.code:
            raise RuntimeError(f"DataLoader worker (pid(s) {thread}) exited unexpectedly")
        raise RuntimeError(
            f"DataLoader worker (pid {thread}) exited unexpectedly with exit code {self.code}. Details are lost due to "
            "multiprocessing. Rerunning with num_workers=0 may give better error trace."
        )


class Resume:
    """Sent to a worker, which sends it back: another epoch begins."""


class Failure:
    """An exception of a worker, to be raised where its batch is asked for."""

    def __init__(self, worker_id: int):
        kind, error, trace = sys.exc_info()
        assert kind is not None
        self.kind = kind
        self.message = (
            f"Caught {kind.__name__} in DataLoader worker process {worker_id}.\n"
            f"Original {''.join(traceback.format_exception(kind, error, trace))}"
        )

    def reraise(self) -> None:
        """Raise an exception of the same type whose message has the worker's traceback."""
        kind: Any = self.kind
        message = _Verbatim(self.message) if kind is KeyError else self.message
        if getattr(kind, "message", None):
            raise kind(message=message)  # pyright: ignore[reportCallIssue]
        try:
            error = kind(message)
        except Exception:
            raise RuntimeError(message) from None  # it is not made of one message
        raise error


class _Verbatim(str):
    """A message that KeyError prints as it is, not as `repr` would."""

    def __repr__(self) -> str:
        return str(self)


class Pool:
    """The workers of one iterator; it holds no reference to the iterator, so that this one can go."""

    def __init__(self, settings: Settings):
        streams.own_streams()
        flush()  # else workers would run what this thread is still recording, to read the tensors of a data set
        self.results: SimpleQueue = SimpleQueue()
        self.tasks: list[SimpleQueue] = [SimpleQueue() for _ in range(settings.num_workers)]
        self.done = threading.Event()
        surroundings = (grad_mode.enabled, grad_mode.inference, list(placement.stack))
        self.threads = [
            threading.Thread(
                target=_work,
                args=(worker_id, settings, copied(settings.dataset), tasks, self.results, self.done, surroundings),
                name=f"DataLoader worker {worker_id}",
                daemon=True,
            )
            for worker_id, tasks in enumerate(self.tasks)
        ]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End the workers, each after what it is fetching, and wait for them."""
        self.done.set()
        for tasks in self.tasks:
            tasks.put(None)
        for thread in self.threads:
            if thread is not threading.current_thread():  # where the iterator was garbage that a worker collected
                thread.join(PATIENCE)


_STREAMS = (random.Random, np.random.Generator, np.random.RandomState, Generator)


def copied(dataset, seen: dict | None = None):
    """Return a worker's own copy of a data set, of those that it is made of, and of the random streams that they hold.

    What else they hold is shared. So a worker may set attributes, as `worker_init_fn` does to give each worker its
    share, and open files; and large arrays are there once.
    """
    seen = {} if seen is None else seen
    if isinstance(dataset, _STREAMS):
        return seen.setdefault(id(dataset), copy.deepcopy(dataset))
    if isinstance(dataset, list | tuple) and any(isinstance(each, Dataset) for each in dataset):
        parts = [copied(each, seen) for each in dataset]
        return parts if type(dataset) is list else tuple(parts) if type(dataset) is tuple else dataset
    if type(dataset) is dict and any(isinstance(each, Dataset) for each in dataset.values()):
        return {key: copied(each, seen) for key, each in dataset.items()}
    if not isinstance(dataset, Dataset) and (seen or not hasattr(dataset, "__dict__")):
        return dataset  # within a set only sets are copied
    if id(dataset) not in seen:
        try:
            made = seen[id(dataset)] = copy.copy(dataset)
        except Exception:
            return dataset  # it cannot be copied, so it is shared
        for name, value in list(getattr(made, "__dict__", {}).items()):
            own = copied(value, seen)
            if own is not value:
                made.__dict__[name] = own
    return seen[id(dataset)]


def _work(worker_id: int, settings: Settings, dataset, tasks, results, done, surroundings) -> None:
    """Fetch what the tasks ask for, until one is None."""
    grad_mode.enabled, grad_mode.inference, placement.stack = surroundings
    rng = streams.streams_of(settings.base_seed, worker_id)
    seed = settings.base_seed + worker_id
    streams.become(WorkerInfo(worker_id, settings.num_workers, seed, dataset, rng))
    fetcher: Fetcher | None = None
    failure: Failure | None = None
    ended = False
    try:
        try:
            if settings.worker_init_fn is not None:
                settings.worker_init_fn(worker_id)
            fetcher = settings.fetcher(dataset)
        except Exception:
            failure = Failure(worker_id)
        while (task := tasks.get()) is not None:
            if isinstance(task, Resume):
                results.put((task, None))
                fetcher, ended = settings.fetcher(dataset), False
            elif not (done.is_set() or ended):
                place, index = task
                made = _fetched(fetcher, index, worker_id, settings.iterable) if failure is None else failure
                ended, failure = isinstance(made, End), None
                results.put((place, made))
                del made, index  # not held while waiting
            del task
    except SystemExit as error:
        results.put((None, Gone(error.code if isinstance(error.code, int | None) else 1)))
    except BaseException:
        results.put((None, Gone(1)))


def _fetched(fetcher, index, worker_id: int, iterable: bool):
    try:
        return computed(fetcher.fetch(index))
    except Exception as error:
        if iterable and isinstance(error, StopIteration):
            return End(worker_id)
        return Failure(worker_id)

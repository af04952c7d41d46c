"""`DataLoader`: the batches of a data set, fetched when they are asked for or ahead of time by workers."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import warnings
import weakref
from collections.abc import Iterator
from multiprocessing.context import BaseContext
from queue import Empty
from typing import Any, Generic, TypeVar

from jnet.torch import cuda
from jnet.torch.utils.data._utils.collate import default_collate, default_convert
from jnet.torch.utils.data._utils.fetch import IterableFetcher, MapFetcher
from jnet.torch.utils.data._utils.worker import End, Failure, Gone, Pool, Resume, Settings, get_worker_info
from jnet.torch.utils.data.dataset import IterableDataset
from jnet.torch.utils.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, drawn_seed

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]

T_co = TypeVar("T_co", covariant=True)
_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class _Endless(Sampler):
    """The order of a stream: None for each sample, without end."""

    def __iter__(self) -> Iterator[None]:
        return itertools.repeat(None)


class DataLoader(Generic[T_co]):
    """Goes through a data set in batches.

    Args:
        dataset: with indices (`__getitem__`, `__len__`), or an `IterableDataset`.
        batch_size: samples of a batch; None gives the samples as they are.
        shuffle: whether each pass has an order of its own, drawn from `generator`.
        sampler: which indices, in which order; instead of `shuffle`.
        batch_sampler: the lists of indices; instead of `batch_size`, `shuffle`, `sampler` and `drop_last`.
        num_workers: how many threads fetch ahead of time (see `_utils.worker`); 0 is none.
        collate_fn: makes a batch of a list of samples; `default_collate`, or without batches `default_convert`.
        pin_memory: taken for compatibility; JAX moves batches to an accelerator by itself.
        drop_last: leave out a short last batch.
        timeout: seconds to wait for a worker's batch; 0 is for ever.
        worker_init_fn: called with its number in each worker at its start.
        multiprocessing_context: taken for compatibility; workers are threads.
        generator: where the order and the workers' seeds are drawn from; by default from the default stream.
        prefetch_factor: batches that each worker fetches ahead; 2 unless given.
        persistent_workers: keep the workers from one pass to the next.
        in_order: with False, batches come as they are ready.

    Raises:
        ValueError: for arguments that exclude each other, or are out of range.
        TypeError: if `multiprocessing_context` is none.

    Example:
        >>> import jnet.torch as torch
        >>> data = torch.utils.data.TensorDataset(torch.arange(5), torch.arange(5) ** 2)
        >>> loader = DataLoader(data, batch_size=2, shuffle=True, generator=torch.Generator().manual_seed(420))
        >>> for x, y in loader:
        ...     print(x, y)
        tensor([2, 4]) tensor([ 4, 16])
        tensor([3, 1]) tensor([9, 1])
        tensor([0]) tensor([0])

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
    """

    _initialized = False
    _multiprocessing_context: Any = None

    def __init__(
        self,
        dataset,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler=None,
        batch_sampler=None,
        num_workers: int = 0,
        collate_fn=None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers > 0 and prefetch_factor is None else prefetch_factor
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order

        self._iterable = isinstance(dataset, IterableDataset)
        if self._iterable:
            _refuse_order(shuffle, sampler, batch_sampler)
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size, drop_last = None, False
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        if sampler is None:
            if self._iterable:
                sampler = _Endless()
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)

        self.batch_size, self.drop_last = batch_size, drop_last
        self.sampler, self.batch_sampler = sampler, batch_sampler
        self.generator = generator
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn
        self.persistent_workers = persistent_workers
        self._initialized = True
        self._length_told: int | None = None
        self._iterator: _MultiProcessingDataLoaderIter | None = None
        self.check_worker_number_rationality()

    @property
    def multiprocessing_context(self) -> Any:
        """How PyTorch would start processes."""
        return self._multiprocessing_context

    @multiprocessing_context.setter
    def multiprocessing_context(self, value) -> None:
        self._multiprocessing_context = None if value is None else _context(value, self.num_workers)

    def __setattr__(self, attr: str, val) -> None:
        if self._initialized and attr in _FIXED:
            raise ValueError(f"{attr} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(attr, val)

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def __iter__(self) -> Any:
        if not self.num_workers:
            return _SingleProcessDataLoaderIter(self)
        if not self.persistent_workers:
            self.check_worker_number_rationality()
            return _MultiProcessingDataLoaderIter(self)
        if self._iterator is None:
            self.check_worker_number_rationality()
            self._iterator = _MultiProcessingDataLoaderIter(self)
        else:
            self._iterator.begin_again(self)
        return self._iterator

    def __len__(self) -> int:
        """Return how many batches a pass has; of a stream, how many it should have by its own length."""
        if not self._iterable:
            return len(self._index_sampler)
        self._length_told = length = len(self.dataset)
        if self.batch_size is None:
            return length
        whole, rest = divmod(length, self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def check_worker_number_rationality(self) -> None:
        """Warn if there are more workers than processors."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if self.num_workers > cores:
            unsure = "" if hasattr(os, "sched_getaffinity") else " (`cpuset` is not taken into account)"
            warnings.warn(
                f"This DataLoader will create {self.num_workers} worker processes in total. Our suggested max number "
                f"of worker in current system is {cores}{unsure}, which is smaller than what this DataLoader is going "
                "to create. Please be aware that excessive worker creation might get DataLoader running slow or even "
                "freeze, lower the worker number to avoid potential slowness/freeze if necessary.",
                stacklevel=3,
            )


def _check_workers(num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool) -> None:
    if num_workers < 0:
        raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
            "multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")


def _refuse_order(shuffle, sampler, batch_sampler) -> None:
    """Raise if a stream is to have an order other than its own."""
    if shuffle not in {False, None}:
        name, value = "shuffle", shuffle
    elif sampler is not None:
        name, value = "sampler", sampler
    elif batch_sampler is not None:
        name, value = "batch_sampler", batch_sampler
    else:
        return
    raise ValueError(f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}")


def _context(value, num_workers: int):
    if num_workers <= 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
            f"num_workers={num_workers}"
        )
    if isinstance(value, str):
        valid = multiprocessing.get_all_start_methods()
        if value not in valid:
            raise ValueError(
                f"multiprocessing_context option should specify a valid start method in {valid!r}, but got "
                f"multiprocessing_context={value!r}"
            )
        value = multiprocessing.get_context(value)
    if not isinstance(value, BaseContext):
        raise TypeError(
            "multiprocessing_context option should be a valid context object or a string specifying the start method, "
            f"but got multiprocessing_context={value}"
        )
    return value


class _SingleProcessDataLoaderIter:
    """One pass, in which each batch is fetched when it is asked for."""

    def __init__(self, loader: DataLoader) -> None:
        self._dataset, self._iterable = loader.dataset, loader._iterable
        self._index_sampler, self._num_workers = loader._index_sampler, loader.num_workers
        _warn_of_pinning(loader.pin_memory, loader.pin_memory_device)
        self._begin(loader)
        self._base_seed = drawn_seed(loader.generator)
        if not loader.num_workers:
            if loader.timeout != 0:
                raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
            kind = IterableFetcher if self._iterable else MapFetcher
            self._fetcher = kind(loader.dataset, loader._auto_collation, loader.collate_fn, loader.drop_last)

    def _begin(self, loader: DataLoader) -> None:
        self._indices = iter(self._index_sampler)
        self._length_told, self._yielded = loader._length_told, 0

    def __iter__(self):
        return self

    def __len__(self) -> int:
        return len(self._index_sampler)

    def __getstate__(self):
        raise NotImplementedError("{} cannot be pickled", type(self).__name__)

    def _next(self):
        return self._fetcher.fetch(next(self._indices))

    def __next__(self):
        batch = self._next()
        self._yielded += 1
        if self._iterable and self._length_told is not None and self._yielded > self._length_told:
            self._warn_of_length()
        return batch

    def _warn_of_length(self) -> None:
        message = (
            f"Length of IterableDataset {self._dataset} was reported to be {self._length_told}(when accessing "
            f"len(dataloader)), but {self._yielded} samples have been fetched. "
        )
        if self._num_workers:
            message += (
                "For multiprocessing data-loading, this could be caused by not properly configuring the "
                "IterableDataset replica at each worker. Please see "
                "https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples."
            )
        warnings.warn(message, stacklevel=3)


def _warn_of_pinning(pin_memory: bool, device: str) -> None:
    if not pin_memory:
        return
    if device:
        warnings.warn(
            "pin_memory_device is deprecated, the current accelerator will be used as the device,ignore "
            f"pin_memory_device='{device}'.",
            stacklevel=4,
        )
    if not cuda.is_available():
        warnings.warn(
            "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be "
            "used.",
            stacklevel=4,
        )


class _MultiProcessingDataLoaderIter(_SingleProcessDataLoaderIter):
    """One pass (or, with persistent workers, one after the other) whose batches workers fetch ahead of time.

    Tasks are numbered and given to the workers in turn; at any time at most `prefetch_factor` times as many are given
    out as there are workers. What comes back before its turn waits in `_arrived`.
    """

    def __init__(self, loader: DataLoader) -> None:
        super().__init__(loader)
        self._most = (loader.prefetch_factor or 0) * loader.num_workers
        if self._most <= 0:
            raise AssertionError("prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter")
        self._timeout, self._in_order = loader.timeout, loader.in_order
        self._persistent = loader.persistent_workers
        self._pool = Pool(
            Settings(
                loader.dataset, loader._iterable, loader._auto_collation, loader.collate_fn, loader.drop_last,
                loader.worker_init_fn, loader.num_workers, self._base_seed,
            )
        )  # fmt: skip
        self._stop = weakref.finalize(self, self._pool.stop)  # at the latest when Python ends
        self._prime(loader)

    def begin_again(self, loader: DataLoader) -> None:
        """Begin another pass with the same workers."""
        for tasks in self._pool.tasks:
            tasks.put(Resume())
        waiting = self._num_workers
        while waiting:
            waiting -= isinstance(self._receive()[0], Resume)
        self._prime(loader)

    def _prime(self, loader: DataLoader) -> None:
        """Give out the first tasks of a pass."""
        self._begin(loader)
        self._sent = self._next_place = 0
        self._worker_of: dict[int, int] = {}  # of tasks whose batches have not been yielded
        self._arrived: dict[int, Any] = {}
        self._outstanding = 0
        self._active = [True] * self._num_workers
        self._load = [0] * self._num_workers  # tasks of each worker
        self._turns = itertools.cycle(range(self._num_workers))
        for _ in range(self._most):
            self._give_task()

    def _give_task(self) -> None:
        """Give the next indices to the worker whose turn it is."""
        try:
            index = next(self._indices)
        except StopIteration:
            return
        for worker in itertools.islice(self._turns, self._num_workers):
            if self._active[worker] and (self._in_order or self._load[worker] < self._most // sum(self._active)):
                break
        else:
            return
        self._pool.tasks[worker].put((self._sent, index))
        self._worker_of[self._sent] = worker
        self._load[worker] += 1
        self._outstanding += 1
        self._sent += 1

    def _receive(self) -> tuple:
        """Return the next thing that any worker sends.

        Raises:
            RuntimeError: if it takes longer than the timeout, or a worker is gone.
        """
        try:
            place, made = self._pool.results.get(timeout=self._timeout or None)
        except Empty:
            raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds") from None
        if isinstance(made, Gone):
            made.reraise()
        return place, made

    def _next(self):
        while True:
            self._skip_what_never_comes()
            if self._next_place == self._sent:
                if not self._persistent:
                    self._stop()
                raise StopIteration
            place = self._next_place
            if place in self._arrived:
                return self._yielded_from(place, self._arrived.pop(place))
            place, made = self._receive()
            self._outstanding -= 1
            if isinstance(made, End):
                self._active[made.worker_id] = False
                self._give_task()
            elif place == self._next_place or not self._in_order:
                return self._yielded_from(place, made)
            else:
                self._arrived[place] = made

    def _skip_what_never_comes(self) -> None:
        """Go past tasks whose batches were yielded before their turn, or whose workers' streams are over."""
        while self._next_place < self._sent:
            place = self._next_place
            if place in self._arrived or (place in self._worker_of and self._active[self._worker_of[place]]):
                return
            self._worker_of.pop(place, None)
            self._next_place += 1

    def _yielded_from(self, place: int, made):
        """Return what came for a task, after giving out another task."""
        self._load[self._worker_of.pop(place)] -= 1
        if place == self._next_place:
            self._next_place += 1
        self._give_task()
        if isinstance(made, Failure):
            made.reraise()
        return made

"""Samplers: in which order a loader goes through a data set, and how it makes batches of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from jnet.torch.arrays import as_tensor
from jnet.torch.dtypes import dtype
from jnet.torch.random import Generator, default_generator, multinomial, randint, randperm

T_co = TypeVar("T_co", covariant=True)


def drawn_seed(generator: Generator | None) -> int:
    """Return the next seed of a stream (the default one for None): what an int64 tensor's `random_()` would hold."""
    return int((default_generator if generator is None else generator).random((), np.int64))


class Sampler(Generic[T_co]):
    """An order of indices, or of lists of indices; subclasses say which by `__iter__`, most of them also `__len__`.

    Example:
        >>> class Backwards(Sampler):
        ...     def __iter__(self):
        ...         return iter([2, 1, 0])
        >>> list(BatchSampler(Backwards(), 2, drop_last=False))
        [[2, 1], [0]]

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.Sampler
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError


class SequentialSampler(Sampler[int]):
    """All indices, from the first to the last.

    Example:
        >>> list(SequentialSampler("abc"))
        [0, 1, 2]

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.SequentialSampler
    """

    def __init__(self, data_source) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Indices at random.

    Args:
        replacement: whether each index is drawn from all of them; else all come before one comes again.
        num_samples: how many indices; None is as many as the set has samples.
        generator: where they are drawn from. By default each pass has a stream of its own, whose seed is drawn from
            the default one.

    Raises:
        TypeError: if `replacement` is not a bool.
        ValueError: if `num_samples` is not a positive integer.

    Example:
        >>> import jnet.torch as torch
        >>> list(RandomSampler(range(5), generator=torch.Generator().manual_seed(420)))
        [1, 0, 4, 2, 3]

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler
    """

    def __init__(self, data_source, replacement: bool = False, num_samples: int | None = None, generator=None) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(f"num_samples should be a positive integer value, but got num_samples={self.num_samples}")

    @property
    def num_samples(self) -> int:
        """How many indices a pass gives."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        n, generator = len(self.data_source), self.generator
        if generator is None:
            generator = Generator().manual_seed(drawn_seed(None))
        if self.replacement:
            whole, rest = divmod(self.num_samples, 32)  # PyTorch draws them in blocks
            for size in (*itertools.repeat(32, whole), rest):
                yield from randint(high=n, size=(size,), generator=generator).tolist()
        else:
            whole, rest = divmod(self.num_samples, n)
            for _ in range(whole):
                yield from randperm(n, generator=generator).tolist()
            yield from randperm(n, generator=generator).tolist()[:rest]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[Any]):
    """The given indices in random order.

    Example:
        >>> import jnet.torch as torch
        >>> list(SubsetRandomSampler([5, 6, 7], torch.Generator().manual_seed(420)))
        [7, 6, 5]

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.SubsetRandomSampler
    """

    def __init__(self, indices: Sequence, generator=None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator:
        for place in randperm(len(self.indices), **_from(self.generator)).tolist():
            yield self.indices[place]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices drawn with weights, which need not add up to one.

    Args:
        weights: one for each index.
        num_samples: how many are drawn.
        replacement: whether an index may come again.

    Raises:
        ValueError: if `num_samples` is not a positive integer, `replacement` not a bool, or the weights not a row.

    Example:
        >>> import jnet.torch as torch
        >>> list(WeightedRandomSampler([0.0, 1.0, 3.0], 5, generator=torch.Generator().manual_seed(420)))
        [2, 2, 2, 1, 1]

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler
    """

    def __init__(self, weights, num_samples: int, replacement: bool = True, generator=None) -> None:
        _check_count("num_samples", num_samples)
        _check_flag("replacement", replacement)
        tensor = as_tensor(weights, dtype=dtype.from_numpy(np.dtype(np.float64)))
        if tensor.ndim != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {tuple(tensor.shape)}\n"
                "Give one weight for each index."
            )
        self.weights = tensor
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        yield from multinomial(self.weights, self.num_samples, self.replacement, **_from(self.generator)).tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list]):
    """Lists of `batch_size` indices of another sampler; with `drop_last`, no shorter list ends them.

    Raises:
        ValueError: if `batch_size` is not a positive integer, or `drop_last` not a bool.

    Example:
        >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
        [[0, 1], [2, 3], [4]]

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler
    """

    def __init__(self, sampler: Iterable, batch_size: int, drop_last: bool) -> None:
        _check_count("batch_size", batch_size)
        _check_flag("drop_last", drop_last)
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list]:
        indices, least = iter(self.sampler), self.batch_size if self.drop_last else 1
        while len(batch := list(itertools.islice(indices, self.batch_size))) >= least:
            yield batch

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)  # pyright: ignore[reportArgumentType]
        return whole + (rest > 0 and not self.drop_last)


def _from(generator) -> dict:
    return {} if generator is None else {"generator": generator}


def _check_count(name: str, value) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")


def _check_flag(name: str, value) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"{name} should be a boolean value, but got {name}={value}")

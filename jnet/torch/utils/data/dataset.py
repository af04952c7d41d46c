"""Data sets: what a loader takes its samples from, by index or one after the other; and sets made of sets."""

from __future__ import annotations

import bisect
import itertools
import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from jnet.torch.random import default_generator, randperm
from jnet.torch.tensor import Tensor

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """A map from indices to samples; subclasses say how by `__getitem__`, and how many there are by `__len__`.

    A subclass may also have `__getitems__`, which takes a list of indices and returns the list of their samples; a
    loader then asks for a whole batch at once.

    Raises:
        NotImplementedError: when a sample is asked for, if `__getitem__` is not overridden.

    Example:
        >>> class Squares(Dataset):
        ...     def __getitem__(self, index):
        ...         return index**2
        >>> Squares()[3]
        9

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.Dataset
    """

    def __getitem__(self, index) -> T_co:
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other: Dataset) -> Dataset:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co], Iterable[T_co]):
    """A stream of samples; subclasses say what it gives by `__iter__`.

    With several workers each one goes through a stream of its own, so `__iter__` should look at `get_worker_info()`
    and give a share of the samples only.

    Example:
        >>> class Letters(IterableDataset):
        ...     def __iter__(self):
        ...         return iter("ab")
        >>> list(Letters() + Letters())
        ['a', 'b', 'a', 'b']

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset
    """

    def __add__(self, other: Dataset) -> Dataset:
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """The rows of tensors: sample i is the tuple of their i-th slices.

    Raises:
        AssertionError: if the tensors differ in the size of the first dimension.

    Example:
        >>> import jnet.torch as torch
        >>> TensorDataset(torch.eye(2), torch.arange(2))[1]
        (tensor([0., 1.]), tensor(1))

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
    """

    tensors: tuple[Tensor, ...]

    def __init__(self, *tensors: Tensor) -> None:
        if any(tensors[0].size(0) != tensor.size(0) for tensor in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index) -> Any:
        return tuple([tensor[index] for tensor in self.tensors])

    def __len__(self) -> int:
        return self.tensors[0].size(0)


class StackDataset(Dataset):
    """Sets side by side: sample i holds the i-th sample of each, as a tuple, or as a dict if the sets have names.

    Raises:
        ValueError: if there are no sets, both named and unnamed ones, or sets of several lengths.

    Example:
        >>> StackDataset(range(3), "abc")[1], StackDataset(number=range(3), letter="abc")[1]
        ((1, 'b'), {'number': 1, 'letter': 'b'})

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.StackDataset
    """

    datasets: tuple | dict

    def __init__(self, *args, **kwargs) -> None:
        if args and kwargs:
            raise ValueError(
                "Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, but both "
                "types are given."
            )
        if not args and not kwargs:
            raise ValueError("At least one dataset should be passed")
        self.datasets = args or kwargs
        lengths = [len(each) for each in self._each()]
        self._length = lengths[0]
        if any(length != self._length for length in lengths):
            raise ValueError("Size mismatch between datasets")

    def _each(self) -> tuple:
        return tuple(self.datasets.values()) if isinstance(self.datasets, dict) else self.datasets

    def _sample(self, parts: Sequence) -> tuple | dict:
        return dict(zip(self.datasets, parts, strict=True)) if isinstance(self.datasets, dict) else tuple(parts)

    def __getitem__(self, index) -> Any:
        return self._sample([dataset[index] for dataset in self._each()])

    def __getitems__(self, indices: list) -> list:
        columns = []
        for dataset in self._each():
            items = _samples(dataset, indices)
            if len(items) != len(indices):
                raise ValueError(
                    f"Nested dataset's output size mismatch. Expected {len(indices)}, got {len(items)}\n"
                    "Its __getitems__ has to return one sample for each index."
                )
            columns.append(items)
        return [self._sample(parts) for parts in zip(*columns, strict=True)]

    def __len__(self) -> int:
        return self._length


def _samples(dataset, indices: list) -> list:
    """Return the samples at the indices, all at once if the set can."""
    if callable(getattr(dataset, "__getitems__", None)):
        return dataset.__getitems__(indices)
    return [dataset[index] for index in indices]


class ConcatDataset(Dataset[T_co]):
    """Sets one after the other.

    Attributes:
        cumulative_sizes: where each set ends, counted from the first sample.

    Raises:
        AssertionError: if there is no set, or a stream among them.

    Example:
        >>> both = ConcatDataset(["ab", "cde"])
        >>> len(both), both[2], both[-1]
        (5, 'c', 'e')

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.ConcatDataset
    """

    datasets: list
    cumulative_sizes: list[int]

    @staticmethod
    def cumsum(sequence) -> list[int]:
        """Return where each of the sets ends."""
        return list(itertools.accumulate(map(len, sequence)))

    def __init__(self, datasets: Iterable) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable")
        if any(isinstance(each, IterableDataset) for each in self.datasets):
            raise AssertionError("ConcatDataset does not support IterableDataset")
        self.cumulative_sizes = self.cumsum(self.datasets)

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, idx) -> Any:
        if idx < 0:
            if -idx > len(self):
                raise ValueError("absolute value of index should not exceed dataset length")
            idx = len(self) + idx
        place = bisect.bisect_right(self.cumulative_sizes, idx)
        start = self.cumulative_sizes[place - 1] if place else 0
        return self.datasets[place][idx - start]

    @property
    def cummulative_sizes(self) -> list[int]:
        """The old, misspelt name of `cumulative_sizes`."""
        warnings.warn(
            "`cummulative_sizes` attribute is renamed to `cumulative_sizes`", category=FutureWarning, stacklevel=2
        )
        return self.cumulative_sizes


class ChainDataset(IterableDataset):
    """Streams one after the other.

    Raises:
        AssertionError: when something is asked of it, if one of them is no stream.

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.ChainDataset
    """

    def __init__(self, datasets: Iterable) -> None:
        self.datasets = datasets

    def _each(self) -> Iterator[Any]:
        for each in self.datasets:
            if not isinstance(each, IterableDataset):
                raise AssertionError("ChainDataset only supports IterableDataset")
            yield each

    def __iter__(self) -> Iterator:
        for each in self._each():
            yield from each

    def __len__(self) -> int:
        return sum(len(each) for each in self._each())


class Subset(Dataset[T_co]):
    """The samples of a set at some indices, in their order.

    Raises:
        NotImplementedError: if a subclass overrides `__getitem__` and not `__getitems__`, which a loader would use.

    Example:
        >>> list(Subset("abcd", [3, 0]))
        ['d', 'a']

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.Subset
    """

    def __init__(self, dataset, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices
        cls = type(self)
        if cls.__getitem__ is not Subset.__getitem__ and cls.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(
                f"{cls.__name__} overrides __getitem__ but not __getitems__. When subclassing Subset and overriding "
                "__getitem__, you must also override __getitems__ to ensure DataLoader works correctly with your "
                "custom logic. A simple implementation:\n\n"
                "def __getitems__(self, indices):\n    return [self.__getitem__(idx) for idx in indices]"
            )

    def __getitem__(self, idx) -> Any:
        if isinstance(idx, list):
            return self.dataset[[self.indices[each] for each in idx]]
        return self.dataset[self.indices[idx]]

    def __getitems__(self, indices: list) -> list:
        return _samples(self.dataset, [self.indices[each] for each in indices])

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset, lengths: Sequence[float], generator=default_generator) -> list[Subset]:
    """Split a set at random into subsets that share no sample.

    Args:
        lengths: of the subsets; or fractions that add up to 1, of which each is rounded down and what is left over is
            given out one by one, from the first subset on.

    Raises:
        ValueError: if the lengths do not add up to that of the set, or a fraction is not between 0 and 1.

    Example:
        >>> import jnet.torch as torch
        >>> parts = random_split(range(10), [0.7, 0.3], torch.Generator().manual_seed(420))
        >>> [list(part) for part in parts]
        [[1, 8, 0, 4, 5, 3, 2], [9, 6, 7]]

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.random_split
    """
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = _of_fractions(lengths, len(dataset))
        for place, length in enumerate(lengths):
            if length == 0:
                warnings.warn(
                    f"Length of split at index {place} is 0. This might result in an empty dataset.", stacklevel=2
                )
    if sum(lengths) != len(dataset):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = randperm(sum(lengths), generator=generator).tolist()
    ends = itertools.accumulate(lengths)
    return [Subset(dataset, order[end - length : end]) for end, length in zip(ends, lengths, strict=True)]  # pyright: ignore


def _of_fractions(fractions: Sequence[float], total: int) -> list[int]:
    lengths = []
    for place, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(f"Fraction at index {place} is not between 0 and 1")
        lengths.append(math.floor(total * fraction))
    for place in range(total - sum(lengths)):
        lengths[place % len(lengths)] += 1
    return lengths

"""From the indices that a sampler gives to the batch that a loader gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from jnet.recorder import flush
from jnet.torch.arrays import placed
from jnet.torch.dispatch import CALLERS
from jnet.torch.tensor import Tensor, elements_of, from_array, value_of
from jnet.torch.utils.data._utils.collate import is_default
from jnet.torch.utils.data.dataset import Subset, TensorDataset


class Fetcher:
    """Fetches batches, or single samples where there is no `auto_collation`, of a map or of a stream."""

    def __init__(self, dataset, auto_collation: bool, collate_fn, drop_last: bool) -> None:
        self.dataset, self.auto_collation = dataset, auto_collation
        self.collate_fn, self.drop_last = collate_fn, drop_last

    def fetch(self, index):
        """Return what the loader gives for an index, or for a list of them.

        Raises:
            StopIteration: at the end of a stream.
        """
        raise NotImplementedError


class MapFetcher(Fetcher):
    """Fetches from a data set with indices."""

    def fetch(self, index):
        """Return the collated samples at the indices."""
        dataset = self.dataset
        if not self.auto_collation:
            return self.collate_fn(computed(dataset[index]))
        if is_default(self.collate_fn):
            batch = rows_of_tensors(dataset, index)
            if batch is not None:
                return batch
        if getattr(dataset, "__getitems__", None):
            return self.collate_fn(computed(dataset.__getitems__(index)))
        return self.collate_fn([computed(dataset[each]) for each in index])


class IterableFetcher(Fetcher):
    """Fetches from a stream."""

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self.stream = iter(self.dataset)
        self.ended = False

    def fetch(self, index):
        """Return the next samples, collated: as many as there are indices."""
        if self.ended:
            raise StopIteration
        if not self.auto_collation:
            return self.collate_fn(computed(next(self.stream)))
        samples = []
        for _ in index:
            try:
                samples.append(computed(next(self.stream)))
            except StopIteration:
                self.ended = True
                break
        if not samples or (self.drop_last and len(samples) < len(index)):
            raise StopIteration
        return self.collate_fn(samples)


def rows_of_tensors(dataset, indices) -> list[Tensor] | None:
    """Return the batch of a `TensorDataset`, or of subsets of one: each tensor indexed once, not sample by sample.

    None if the data set is no such, or something is unusual: the samples then tell what.
    """
    if not isinstance(indices, list | tuple):
        return None
    while type(dataset) is Subset:
        dataset, indices = dataset.dataset, _looked_up(dataset.indices, indices)
    if not isinstance(dataset, TensorDataset) or type(dataset).__getitem__ is not TensorDataset.__getitem__:
        return None
    if hasattr(dataset, "__getitems__") or not indices or not dataset.tensors:
        return None
    if any(type(each) is not int for each in indices):
        indices = [_whole(each) for each in indices]
        if None in indices:
            return None
    places = np.array(indices)
    least, most = places.min(), places.max()
    for tensor in dataset.tensors:
        if tensor.requires_grad or not tensor.ndim or not -tensor.size(0) <= least <= most < tensor.size(0):
            return None
    return [_rows(tensor, places) for tensor in dataset.tensors]


def _looked_up(indices, places) -> list | None:
    try:
        return [indices[place] for place in places]
    except (IndexError, KeyError, TypeError):
        return None


def _whole(index) -> int | None:
    """Return an index given as one of NumPy's numbers, or as a tensor."""
    array = elements_of(index) if isinstance(index, Tensor) else index
    if isinstance(array, np.integer | np.ndarray) and array.ndim == 0 and array.dtype.kind in "iu":
        return int(array)
    return None


def _rows(tensor: Tensor, places: np.ndarray) -> Tensor:
    array = elements_of(tensor)
    if array is None:
        value_of(tensor).known()
        array = elements_of(tensor)
    if array is not None:
        return from_array(array.take(places, axis=0))
    # On an accelerator the indices travel, and not the rows.
    return CALLERS["index"]((tensor, placed(places % tensor.size(0), tensor.device)), (1, *[None] * (tensor.ndim - 1)))


def computed(sample: Any) -> Any:
    """Return the sample; what it has recorded has been run.

    Samples come one by one, each by much the same program. A trace over a whole batch would be another one for each
    way in which random transformations can fall out, and compile anew each time; so would the step that it ends in.
    """
    if _waits(sample):
        flush()
    return sample


def _waits(sample) -> bool:
    """Tell whether a sample holds a tensor that has yet to be computed."""
    if isinstance(sample, Tensor):
        return sample._storage.value.array is None
    if isinstance(sample, dict):
        return any(map(_waits, sample.values()))
    return isinstance(sample, tuple | list) and any(map(_waits, sample))

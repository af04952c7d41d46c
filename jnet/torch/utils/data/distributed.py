"""The share of a data set that one of several processes goes through."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from jnet.torch.random import Generator, randperm
from jnet.torch.utils.data.sampler import Sampler


class DistributedSampler(Sampler[Any]):
    """Every `num_replicas`-th index from the `rank`-th on, so that each process has as many.

    Args:
        num_replicas, rank: how many processes there are, and which one this is; both have to be given.
        shuffle: whether each epoch (see `set_epoch`) has an order of its own, drawn from `seed + epoch`.
        drop_last: leave out the indices that are too many; else the first ones come again until all have as many.

    Raises:
        ValueError: if the rank is not one of the processes.
        NotImplementedError: if the number of processes or the rank is not given.

    Example:
        >>> [list(DistributedSampler(range(5), 2, rank, shuffle=False)) for rank in (0, 1)]
        [[0, 2, 4], [1, 3, 0]]

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler
    """

    def __init__(
        self,
        dataset,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            raise NotImplementedError(
                "DistributedSampler: torch.distributed, which would tell num_replicas and rank, is not built in jnet. "
                "Give both: jax.process_count() and jax.process_index() tell them."
            )
        if not 0 <= rank < num_replicas:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        total = len(dataset)
        if drop_last and total % num_replicas:
            total -= num_replicas
        self.num_samples = math.ceil(total / num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self) -> Iterator[Any]:
        n = len(self.dataset)
        if self.shuffle:
            order = randperm(n, generator=Generator().manual_seed(self.seed + self.epoch)).tolist()
        else:
            order = list(range(n))
        if not self.drop_last and n:
            order *= math.ceil(self.total_size / n)
        order = order[: self.total_size]
        if len(order) != self.total_size:
            raise AssertionError(f"Number of indices ({len(order)}) does not match total_size ({self.total_size})")
        return iter(order[self.rank :: self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Choose the order: without this call, every pass has the same one."""
        self.epoch = epoch

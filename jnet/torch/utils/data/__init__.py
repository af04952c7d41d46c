"""Data sets, samplers and loaders.

See: https://docs.pytorch.org/docs/stable/data.html
"""

from jnet.torch.missing import NotBuilt
from jnet.torch.utils.data import distributed
from jnet.torch.utils.data.dataloader import DataLoader, default_collate, default_convert, get_worker_info
from jnet.torch.utils.data.dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from jnet.torch.utils.data.distributed import DistributedSampler
from jnet.torch.utils.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)

__all__ = [
    "BatchSampler", "ChainDataset", "ConcatDataset", "DataLoader", "Dataset", "DistributedSampler", "IterableDataset",
    "RandomSampler", "Sampler", "SequentialSampler", "StackDataset", "Subset", "SubsetRandomSampler", "TensorDataset",
    "WeightedRandomSampler", "default_collate", "default_convert", "distributed", "get_worker_info", "random_split",
]  # fmt: skip

_PIPES = (
    "DFIterDataPipe", "DataChunk", "IterDataPipe", "MapDataPipe", "argument_validation", "functional_datapipe",
    "guaranteed_datapipes_determinism", "non_deterministic", "runtime_validation", "runtime_validation_disabled",
)  # fmt: skip


def __getattr__(name: str):
    if name in _PIPES:
        raise NotBuilt(f"torch.utils.data.{name} is not built in jnet yet.")
    raise AttributeError(f"module 'torch.utils.data' has no attribute '{name}'")

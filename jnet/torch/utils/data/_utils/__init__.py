"""The parts of a loader: fetching samples, making batches of them, and the threads that do both ahead of time."""

from jnet.torch.utils.data._utils import collate, fetch, worker

__all__ = ["collate", "fetch", "worker"]

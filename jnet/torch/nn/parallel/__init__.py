"""Modules on several devices: in jnet the work of meshes (see `jnet.parallel`), so little is needed here.

See: https://docs.pytorch.org/docs/stable/nn.html#module-torch.nn.parallel
"""

from jnet.torch.nn.parallel.data_parallel import DataParallel, data_parallel
from jnet.torch.nn.parallel.distributed import DistributedDataParallel

__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel"]

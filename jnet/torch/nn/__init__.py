"""Neural networks: `Module`, layers, losses, `functional`, `init`.

See: https://docs.pytorch.org/docs/stable/nn.html
"""

from jnet.torch.missing import missing
from jnet.torch.nn import functional, init, modules, parallel, parameter, utils
from jnet.torch.nn.modules import *  # noqa: F403
from jnet.torch.nn.parallel import DataParallel
from jnet.torch.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = ["Buffer", "DataParallel", "Parameter", "UninitializedBuffer", "UninitializedParameter", "functional", "init"]
__all__ += ["modules", "parallel", "parameter", "utils", *modules.__all__]


def __getattr__(name: str):
    raise missing("torch.nn", name)

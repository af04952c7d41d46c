"""Neural networks: `Module`, layers, losses, `functional`, `init`.

See: https://docs.pytorch.org/docs/stable/nn.html
"""

from jnet.torch.nn import functional, init, modules, parameter, utils
from jnet.torch.nn.missing import missing
from jnet.torch.nn.modules import *  # noqa: F403
from jnet.torch.nn.parameter import Buffer, Parameter

__all__ = ["Buffer", "Parameter", "functional", "init", "modules", "parameter", "utils", *modules.__all__]


def __getattr__(name: str):
    raise missing("torch.nn", name)

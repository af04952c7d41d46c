"""Linear algebra: the ops that belong to `torch.linalg`.

See: https://docs.pytorch.org/docs/stable/linalg.html
"""

from jnet.ops.linalg.regular import LinAlgError
from jnet.torch.factors import LINALG
from jnet.torch.missing import missing
from jnet.torch.namespaces import functions

_FUNCTIONS = {**functions("linalg", prefix="linalg_"), **LINALG}
globals().update(_FUNCTIONS)
__all__ = ["LinAlgError", *sorted(_FUNCTIONS)]


def __getattr__(name: str):
    raise missing("torch.linalg", name)

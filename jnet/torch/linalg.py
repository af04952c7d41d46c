"""Linear algebra: the ops that belong to `torch.linalg`.

See: https://docs.pytorch.org/docs/stable/linalg.html
"""

from jnet.torch.namespaces import functions

_FUNCTIONS = functions("linalg", prefix="linalg_")
globals().update(_FUNCTIONS)
__all__ = sorted(_FUNCTIONS)

"""Special functions: the ops that belong to `torch.special`.

See: https://docs.pytorch.org/docs/stable/special.html
"""

from jnet.torch.namespaces import functions

_FUNCTIONS = functions("special", prefix="special_")
globals().update(_FUNCTIONS)
__all__ = sorted(_FUNCTIONS)

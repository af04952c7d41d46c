"""Special functions: the ops that belong to `torch.special`.

See: https://docs.pytorch.org/docs/stable/special.html
"""

import functools

from jnet.torch.namespaces import functions
from jnet.torch.tensor import Tensor

_FUNCTIONS = functions("special", prefix="special_")


def _without_derivative(function):
    """Return the function of what is not on the tape: PyTorch has no derivative of it."""

    @functools.wraps(function)
    def constant(*args, **kwargs):
        return function(*(each.detach() if isinstance(each, Tensor) else each for each in args), **kwargs)

    return constant


for _name, _function in _FUNCTIONS.items():
    if "polynomial" in _name or "bessel" in _name or _name == "airy_ai":
        _FUNCTIONS[_name] = _without_derivative(_function)
globals().update(_FUNCTIONS)
__all__ = sorted(_FUNCTIONS)

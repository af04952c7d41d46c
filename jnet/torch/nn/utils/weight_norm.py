"""Weights as a length times a direction, computed by a hook before each forward: the old form.

`torch.nn.utils.parametrizations.weight_norm` is the new one.
"""

from __future__ import annotations

import warnings

from jnet.torch.dispatch import CALLERS
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter
from jnet.torch.nn.utils.hooked import find, refuse_second, refuse_uninitialized
from jnet.torch.tensor import Tensor

__all__ = ["WeightNorm", "remove_weight_norm", "weight_norm"]


class WeightNorm:
    """The hook: sets `weight` from `weight_g` and `weight_v`."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module: Module) -> Tensor:
        """Return the weight."""
        v, g = getattr(module, f"{self.name}_v"), getattr(module, f"{self.name}_g")
        return CALLERS["_weight_norm"](v, g, self.dim)

    @staticmethod
    def apply(module: Module, name: str, dim: int | None) -> WeightNorm:
        """Register the hook, and two parameters in the place of one."""
        warnings.warn(
            "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
            FutureWarning,
            stacklevel=3,
        )
        refuse_second(module, WeightNorm, "weight_norm", name)
        hook = WeightNorm(name, dim)
        weight = getattr(module, name)
        refuse_uninitialized(weight, "WeightNorm", "weight")
        del module._parameters[name]
        module.register_parameter(f"{name}_g", Parameter(CALLERS["norm_except_dim"](weight, 2, hook.dim).data))
        module.register_parameter(f"{name}_v", Parameter(weight.data))
        setattr(module, name, hook.compute_weight(module))
        module.register_forward_pre_hook(hook)
        return hook

    def remove(self, module: Module) -> None:
        """Make the weight one parameter again."""
        weight = self.compute_weight(module)
        delattr(module, self.name)
        del module._parameters[f"{self.name}_g"], module._parameters[f"{self.name}_v"]
        setattr(module, self.name, Parameter(weight.data))

    def __call__(self, module: Module, inputs) -> None:
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0):
    """Replace a parameter by two, `weight_g` and `weight_v`, of which it is `g v / |v|`; return the module.

    Args:
        dim: the norm is taken over all other dimensions; over all if None.

    Raises:
        RuntimeError: if it was done already.

    Example:
        >>> import warnings, jnet.torch as torch
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     net = torch.nn.utils.weight_norm(torch.nn.Linear(2, 3))
        >>> net.weight_g.shape, net.weight_v.shape
        (torch.Size([3, 1]), torch.Size([3, 2]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.weight_norm.html
    """
    WeightNorm.apply(module, name, dim)
    return module


def remove_weight_norm(module: Module, name: str = "weight"):
    """Undo `weight_norm`, keeping the value; return the module.

    Raises:
        ValueError: if there is nothing to undo.
    """
    key, hook = find(module._forward_pre_hooks, WeightNorm, name)
    if hook is None:
        raise ValueError(f"weight_norm of '{name}' not found in {module}")
    hook.remove(module)
    del module._forward_pre_hooks[key]
    return module

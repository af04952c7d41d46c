"""Optimizers whose slots start with something else than zeros, and the checks that several share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from jnet.ops.promotion import Default
from jnet.recorder import known
from jnet.torch.optim.stepping import RuleOptimizer, check_one_element
from jnet.torch.tensor import Tensor, shape_of, wrap


class StartingOptimizer(RuleOptimizer):
    """An optimizer made of an update rule that may say what the slots of a parameter start with.

    Settings that PyTorch's class has not, as `fused`, are not needed.
    """

    has_differentiable = True  # among its settings

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if not self.has_differentiable:
            for group in self.param_groups:
                group.pop("differentiable", None)

    def starts(self, group: dict[str, Any], p: Tensor) -> dict[str, Tensor]:
        """Return the slots that a parameter without a state starts with; others start with zeros."""
        return {}

    def _counted(self, group: dict[str, Any], params: list[Tensor]) -> tuple[list, tuple[int, ...]]:
        new = [p for p in params if not self.state[p]]
        counted = super()._counted(group, params)
        for p in new:
            self.state[p].update(self.starts(group, p))
        return counted


def full_like(p: Tensor, value: float) -> Tensor:
    """Return a tensor like a parameter, full of one number; of complex parameters in both parts."""
    complex_value = jnp.issubdtype(p._aval.dtype, jnp.complexfloating) and value != 0
    filled = np.full(shape_of(p), complex(value, value) if complex_value else value, p._aval.dtype)
    return wrap(known(filled, p._aval.device))


def scalar(value: float) -> Tensor:
    """Return a number as PyTorch's states hold it: a tensor without dimensions, of float32 or the wider default."""
    return wrap(known(np.asarray(value, np.float64 if Default.dtype == np.float64 else np.float32)))


def check_not_negative(settings: Mapping[str, Any]) -> None:
    """Raise PyTorch's ValueError for the first setting that is negative or nan, and for a rate of several elements."""
    check_one_element(settings.get("learning rate"))
    for name, value in settings.items():
        if not value >= 0.0:
            raise ValueError(f"Invalid {name}: {value}")


def check_betas(betas) -> None:
    """Raise PyTorch's ValueError for a beta outside [0, 1)."""
    for index, beta in enumerate(betas[:2]):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {index}: {beta}")

"""Modules as Flax linen modules."""

from __future__ import annotations

from typing import Any

import flax.linen as nn

from jnet.torch.func.bridge import applied, array_from
from jnet.torch.nn import Module


class Linen(nn.Module):
    """A module in PyTorch's words as one of Flax's; `to_linen` makes it.

    Attributes:
        module: what it runs. Its weights are where `init` starts, whatever the key; the rest it leaves as it was.
    """

    module: Any

    @nn.compact
    def __call__(self, *inputs, train: bool = False, **settings):
        """Return the module's outputs; it takes parts in training mode if `train`."""
        module = self.module
        params = {n: self.param(n, lambda _, own=own: array_from(own)) for n, own in module.named_parameters()}
        cells = {n: self.variable("buffers", n, lambda own=own: array_from(own)) for n, own in module.named_buffers()}
        variables = {"params": params, "buffers": {name: cell.value for name, cell in cells.items()}}
        mutable = self.is_mutable_collection("buffers")
        rng = self.make_rng("dropout") if self.has_rng("dropout") else None
        outputs = applied(module, variables, *inputs, train=train, rng=rng, mutable=mutable, **settings)
        if not mutable:
            return outputs
        outputs, updates = outputs
        if not self.is_initializing():
            for name, value in updates["buffers"].items():
                cells[name].value = value
        return outputs


def to_linen(module: Module) -> nn.Module:
    """Return a Flax linen module that runs `module`, for `TrainState`, `jnet.train.fit` and all else that takes one.

    Its variables are those of `to_jax`: the collections "params" and "buffers", by the names of `state_dict`. `init`
    gives the module's own weights. Calls take `train=True` for training mode, where dropout draws from the stream
    "dropout" and running statistics are written if "buffers" is mutable.

    Raises:
        TypeError: if `module` is no `torch.nn.Module`.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> import jnet.torch as torch
        >>> model = torch.func.to_linen(torch.nn.Linear(2, 1))
        >>> variables = model.init(jax.random.key(0), jnp.ones((4, 2)))
        >>> model.apply(variables, jnp.ones((4, 2))).shape
        (4, 1)

    See: https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/module.html
    """
    if not isinstance(module, Module):
        raise TypeError(f"to_linen takes a torch.nn.Module, not a {type(module).__name__}")
    return Linen(module)

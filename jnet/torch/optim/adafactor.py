"""Adafactor."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from jnet.optim import rules
from jnet.optim.transforms import check_adafactor
from jnet.recorder import known
from jnet.torch.optim.starting import StartingOptimizer
from jnet.torch.optim.stepping import check_one_element
from jnet.torch.tensor import shape_of, wrap


class Adafactor(StartingOptimizer):
    """Adafactor (Shazeer & Stern, 2018): second moments of matrices from those of their rows and columns.

    Args:
        lr: the largest relative size of a step.
        beta2_decay: the weight of new second moments is the number of the step to this power.
        eps: the least second moment (None: by dtype), and the least size that a parameter counts with.
        d: updates of a root mean square above this are shortened to it.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.Adafactor([w], lr=0.1).step()
        >>> w
        tensor([0.9000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adafactor.html
    """

    rule = staticmethod(rules.adafactor)
    has_differentiable = False

    def __init__(
        self, params, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0, *, foreach=None,
        maximize=False,
    ):  # fmt: skip
        check_one_element(lr)
        check_adafactor(lr, beta2_decay, eps, d, weight_decay)
        super().__init__(
            params,
            {
                "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay,
                "foreach": foreach, "maximize": maximize,
            },
        )  # fmt: skip

    def _step_group(self, number, group, params):
        if any(p.is_complex() for p in params):
            raise RuntimeError("Adafactor does not support complex parameters")
        self._eps = float(jnp.finfo(params[0]._aval.dtype).eps)  # for all of the group, as in PyTorch
        for p in params:
            self.state[p]  # in the order of the parameters
        for self._factored in (True, False):
            chosen = [p for p in params if (p.ndim > 1) == self._factored]
            if chosen:
                super()._step_group(number, group, chosen)

    def extra_slots(self, group):
        return ("row_var", "col_var") if self._factored else ("variance",)

    def starts(self, group, p):
        shape = shape_of(p)
        if len(shape) < 2:
            return {}
        shapes = {"row_var": (*shape[:-1], 1), "col_var": (*shape[:-2], 1, shape[-1])}
        return {name: wrap(known(np.zeros(each, p._aval.dtype), p._aval.device)) for name, each in shapes.items()}

    def settings(self, group):
        least, floor = group["eps"]
        names = ("beta2_decay", "d", "weight_decay", "maximize")
        return {**{name: group[name] for name in names}, "eps": (self._eps if least is None else least, floor)}

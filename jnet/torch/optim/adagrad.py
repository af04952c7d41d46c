"""Adagrad."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.starting import StartingOptimizer, check_not_negative, full_like, scalar


class Adagrad(StartingOptimizer):
    """Adagrad (Duchi et al., 2011): a rate for each element, by the sum of its squared gradients.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.Adagrad([w], lr=0.1).step()
        >>> w
        tensor([0.9000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
    """

    rule = staticmethod(rules.adagrad)
    slots = ("sum",)

    def __init__(
        self, params, lr=1e-2, lr_decay: float = 0, weight_decay: float = 0, initial_accumulator_value: float = 0,
        eps=1e-10, foreach=None, *, maximize=False, differentiable=False, fused=None,
    ):  # fmt: skip
        check_not_negative(
            {
                "learning rate": lr, "lr_decay value": lr_decay, "weight_decay value": weight_decay,
                "initial_accumulator_value value": initial_accumulator_value, "epsilon value": eps,
            }
        )  # fmt: skip
        super().__init__(
            params,
            {
                "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value, "foreach": foreach, "maximize": maximize,
                "differentiable": differentiable, "fused": fused,
            },
        )  # fmt: skip
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p].update({"step": scalar(0.0), **self.starts(group, p)})
        self._share_counts()

    def starts(self, group, p):
        return {"sum": full_like(p, self.defaults["initial_accumulator_value"])}

    def settings(self, group):
        return {name: group[name] for name in ("lr_decay", "weight_decay", "eps", "maximize")}

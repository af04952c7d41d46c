"""Adadelta."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.starting import StartingOptimizer, check_not_negative


class Adadelta(StartingOptimizer):
    """Adadelta (Zeiler, 2012): steps of the size that steps have had, whatever the scale of the gradient.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.Adadelta([w], lr=1.0).step()
        >>> w
        tensor([0.9968], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
    """

    rule = staticmethod(rules.adadelta)
    slots = ("square_avg", "acc_delta")

    def __init__(
        self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay: float = 0, foreach=None, *, capturable=False,
        maximize=False, differentiable=False,
    ):  # fmt: skip
        check_not_negative({"learning rate": lr})
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_not_negative({"epsilon value": eps, "weight_decay value": weight_decay})
        super().__init__(
            params,
            {
                "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
                "capturable": capturable, "foreach": foreach, "differentiable": differentiable,
            },
        )  # fmt: skip

    def settings(self, group):
        return {name: group[name] for name in ("rho", "eps", "weight_decay", "maximize")}

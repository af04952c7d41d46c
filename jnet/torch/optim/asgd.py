"""Averaged stochastic gradient descent."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.starting import StartingOptimizer, check_not_negative, scalar


class ASGD(StartingOptimizer):
    """Averaged stochastic gradient descent (Polyak & Juditsky, 1992); the averages are in the state, as `ax`.

    Args:
        lambd: how fast parameters and rate decay.
        alpha: the power of the rate's decay.
        t0: the step after which averaging starts.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.ASGD([w], lr=0.1).step()
        >>> w
        tensor([0.8000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.ASGD.html
    """

    rule = staticmethod(rules.asgd)
    slots = ("eta", "mu", "ax")

    def __init__(
        self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay: float = 0, foreach=None, maximize=False,
        differentiable=False, capturable=False,
    ):  # fmt: skip
        check_not_negative({"learning rate": lr, "weight_decay value": weight_decay})
        super().__init__(
            params,
            {
                "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay, "foreach": foreach,
                "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
            },
        )  # fmt: skip

    def starts(self, group, p):
        return {"eta": scalar(float(group["lr"])), "mu": scalar(1.0)}

    def settings(self, group):
        return {name: group[name] for name in ("lambd", "alpha", "t0", "weight_decay", "maximize")}

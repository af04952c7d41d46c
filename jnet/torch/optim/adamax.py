"""Adamax."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.starting import StartingOptimizer, check_betas, check_not_negative


class Adamax(StartingOptimizer):
    """Adamax: Adam with the largest gradient in place of the mean square (Kingma & Ba, 2015).

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.Adamax([w], lr=0.1).step()
        >>> w
        tensor([0.9000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adamax.html
    """

    rule = staticmethod(rules.adamax)
    slots = ("exp_avg", "exp_inf")

    def __init__(
        self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay: float = 0, foreach=None, *, maximize=False,
        differentiable=False, capturable=False,
    ):  # fmt: skip
        check_not_negative({"learning rate": lr, "epsilon value": eps})
        check_betas(betas)
        check_not_negative({"weight_decay value": weight_decay})
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "foreach": foreach,
                "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
            },
        )  # fmt: skip

    def settings(self, group):
        return {name: group[name] for name in ("betas", "eps", "weight_decay", "maximize")}

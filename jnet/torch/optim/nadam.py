"""NAdam."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.starting import StartingOptimizer, check_betas, check_not_negative, scalar


class NAdam(StartingOptimizer):
    """NAdam: Adam with Nesterov's momentum (Dozat, 2016).

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.NAdam([w], lr=0.1).step()
        >>> w
        tensor([0.8944], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html
    """

    rule = staticmethod(rules.nadam)
    slots = ("mu_product", "exp_avg", "exp_avg_sq")

    def __init__(
        self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay: float = 0, momentum_decay=4e-3,
        decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False, differentiable=False,
    ):  # fmt: skip
        check_not_negative({"learning rate": lr, "epsilon value": eps})
        check_betas(betas)
        check_not_negative({"weight_decay value": weight_decay, "momentum_decay value": momentum_decay})
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize, "foreach": foreach,
                "capturable": capturable, "differentiable": differentiable,
            },
        )  # fmt: skip

    def starts(self, group, p):
        return {"mu_product": scalar(1.0)}

    def settings(self, group):
        names = ("betas", "eps", "weight_decay", "momentum_decay", "maximize")
        return {**{name: group[name] for name in names}, "decoupled": group["decoupled_weight_decay"]}

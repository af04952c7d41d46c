"""RAdam."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.starting import StartingOptimizer, check_betas, check_not_negative


class RAdam(StartingOptimizer):
    """RAdam: Adam that waits for enough gradients before it divides by their root mean square (Liu et al., 2020).

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.RAdam([w], lr=0.1).step()
        >>> w
        tensor([0.8000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.RAdam.html
    """

    rule = staticmethod(rules.radam)
    slots = ("exp_avg", "exp_avg_sq")

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay: float = 0, decoupled_weight_decay=False, *,
        foreach=None, maximize=False, capturable=False, differentiable=False,
    ):  # fmt: skip
        check_not_negative({"learning rate": lr, "epsilon value": eps})
        check_betas(betas)
        check_not_negative({"weight_decay value": weight_decay})
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
                "foreach": foreach, "capturable": capturable, "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )  # fmt: skip

    def settings(self, group):
        names = ("betas", "eps", "weight_decay", "maximize")
        return {**{name: group[name] for name in names}, "decoupled": group["decoupled_weight_decay"]}

"""Adam and AdamW."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.optimizer import Optimizer, non_negative, zeros_of


class Adam(Optimizer):
    """Adam (Kingma & Ba, 2015), with AMSGrad and weight decay.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.Adam([w], lr=0.1).step()
        >>> w
        tensor([0.9000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
    """

    rule = staticmethod(rules.adam)
    slots = {"exp_avg": zeros_of, "exp_avg_sq": zeros_of}  # noqa: RUF012
    counts = True
    _decoupled = False

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay: float = 0, amsgrad=False, *, foreach=None,
        maximize=False, capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False,
    ):  # fmt: skip
        non_negative(lr=lr, eps=eps)
        for index, beta in enumerate(betas):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {index}: {beta}")
        non_negative(weight_decay=weight_decay)
        super().__init__(
            params,
            {
                "lr": lr, "betas": tuple(betas), "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad,
                "maximize": maximize, "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
                "fused": fused, "decoupled_weight_decay": decoupled_weight_decay,
            },
        )  # fmt: skip

    def extra_slots(self, group):
        return {"max_exp_avg_sq": zeros_of} if group["amsgrad"] else {}

    def settings(self, group):
        names = ("betas", "eps", "weight_decay", "amsgrad", "maximize")
        return {**{name: group[name] for name in names}, "decoupled": group["decoupled_weight_decay"]}


class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov & Hutter, 2019).

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
    """

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False,
        foreach=None, capturable=False, differentiable=False, fused=None,
    ):  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable, fused=fused, decoupled_weight_decay=True,
        )  # fmt: skip

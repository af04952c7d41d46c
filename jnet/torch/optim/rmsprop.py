"""RMSprop."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.starting import StartingOptimizer, check_not_negative


class RMSprop(StartingOptimizer):
    """RMSprop (Hinton, 2012), with momentum, and centered as in Graves (2013).

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.RMSprop([w], lr=0.05).step()
        >>> w
        tensor([0.5000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """

    rule = staticmethod(rules.rmsprop)
    slots = ("square_avg",)

    def __init__(
        self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay: float = 0, momentum: float = 0, centered=False,
        capturable=False, foreach=None, maximize=False, differentiable=False,
    ):  # fmt: skip
        check_not_negative(
            {
                "learning rate": lr, "epsilon value": eps, "momentum value": momentum,
                "weight_decay value": weight_decay, "alpha value": alpha,
            }
        )  # fmt: skip
        super().__init__(
            params,
            {
                "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
                "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach, "maximize": maximize,
                "differentiable": differentiable,
            },
        )  # fmt: skip

    def extra_slots(self, group):
        kept = {"momentum_buffer": group["momentum"] > 0, "grad_avg": group["centered"]}
        return tuple(name for name, wanted in kept.items() if wanted)

    def settings(self, group):
        return {name: group[name] for name in ("alpha", "eps", "weight_decay", "momentum", "centered", "maximize")}

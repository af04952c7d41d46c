"""Stochastic gradient descent."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.optimizer import Optimizer, non_negative, zeros_of


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum, Nesterov's variant and weight decay.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.SGD([w], lr=0.1).step()
        >>> w
        tensor([0.8000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    rule = staticmethod(rules.sgd)

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
        foreach=None, differentiable=False, fused=None,
    ):  # fmt: skip
        non_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(
            params,
            {
                "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
                "nesterov": nesterov, "maximize": maximize, "foreach": foreach, "differentiable": differentiable,
                "fused": fused,
            },
        )  # fmt: skip

    def extra_slots(self, group):
        return {"momentum_buffer": zeros_of} if group["momentum"] else {}

    @property
    def counts(self):  # pyright: ignore[reportIncompatibleVariableOverride]
        """The rule looks at the first step only where dampening would spoil it."""
        return any(group["momentum"] and group["dampening"] for group in self.param_groups)

    def settings(self, group):
        names = ("momentum", "dampening", "weight_decay", "nesterov", "maximize")
        return {name: group[name] for name in names}

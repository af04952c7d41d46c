"""Stochastic gradient descent."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.stepping import RuleOptimizer, check_one_element
from jnet.torch.tensor import Tensor


class SGD(RuleOptimizer):
    """Stochastic gradient descent, with momentum, Nesterov's variant and weight decay.

    Raises:
        TypeError, ValueError: for what is no parameter; for a negative setting.

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
    counts = False

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
        foreach=None, differentiable=False, fused=None,
    ):  # fmt: skip
        check_one_element(lr)
        given = {"learning rate": lr, "momentum value": momentum, "weight_decay value": weight_decay}
        for name, value in given.items():
            if value < 0.0:
                raise ValueError(f"Invalid {name}: {value}")
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
        return ("momentum_buffer",) if group["momentum"] else ()

    def settings(self, group):
        decay = group["weight_decay"]
        names = ("momentum", "dampening", "nesterov", "maximize")
        return {
            **{name: group[name] for name in names},
            "weight_decay": float(decay) if isinstance(decay, Tensor) else decay,
        }

    def _step_group(self, number, group, params):
        self._new = set()  # the parameters that have no momentum yet: it starts with the whole gradient
        if group["momentum"]:
            self._new = {id(p) for p in params if self.state[p].get("momentum_buffer") is None}
        super()._step_group(number, group, params)

    def _counted(self, group, params):
        """Give the rule a first count for new parameters, where dampening lets it ask; they start from zeros."""
        for p in params if self._new else ():
            if id(p) in self._new:
                self.state[p].pop("momentum_buffer", None)  # one that is listed twice starts twice, as in PyTorch
        if not (group["momentum"] and group["dampening"]):
            return [], ()
        firsts = [1 if id(p) in self._new else 2 for p in params]
        counts = list(dict.fromkeys(firsts))
        return counts, tuple(map(counts.index, firsts))

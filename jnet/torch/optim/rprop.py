"""Rprop."""

from __future__ import annotations

from jnet.optim import rules
from jnet.torch.optim.starting import StartingOptimizer, check_not_negative, full_like


class Rprop(StartingOptimizer):
    """Resilient backpropagation (Riedmiller & Braun, 1993): steps by the signs of the gradient alone.

    Args:
        lr: the size of the first step of every element.
        etas: factors of the size where the gradient turns, and where it keeps its sign.
        step_sizes: the least and the largest size.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.Rprop([w], lr=0.1).step()
        >>> w
        tensor([0.9000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.Rprop.html
    """

    rule = staticmethod(rules.rprop)
    slots = ("prev", "step_size")

    def __init__(
        self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, capturable=False, foreach=None,
        maximize=False, differentiable=False,
    ):  # fmt: skip
        check_not_negative({"learning rate": lr})
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        super().__init__(
            params,
            {
                "lr": lr, "etas": etas, "step_sizes": step_sizes, "foreach": foreach, "maximize": maximize,
                "differentiable": differentiable, "capturable": capturable,
            },
        )  # fmt: skip

    def starts(self, group, p):
        return {"prev": full_like(p, 0.0), "step_size": full_like(p, float(group["lr"]))}

    def settings(self, group):
        return {name: group[name] for name in ("etas", "step_sizes", "maximize")}

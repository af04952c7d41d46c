"""Muon."""

from __future__ import annotations

from jnet.optim import rules
from jnet.optim.transforms import check_muon
from jnet.torch.optim.starting import StartingOptimizer
from jnet.torch.optim.stepping import check_one_element


class Muon(StartingOptimizer):
    """Muon (Jordan et al., 2024), for parameters that are matrices: momentum made nearly orthogonal.

    Args:
        ns_coefficients, ns_steps, eps: of the iteration that makes it orthogonal, in bfloat16.
        adjust_lr_fn: how the rate depends on the shape: "original" (also None) or "match_rms_adamw".

    Raises:
        ValueError: for negative settings, parameters that are no matrices.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.eye(2, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> torch.optim.Muon([w], lr=0.1, weight_decay=0.0).step()
        >>> bool((w.diagonal() < 0.95).all())
        True

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.Muon.html
    """

    rule = staticmethod(rules.muon)
    has_differentiable = False
    slots = ("momentum_buffer",)
    counts = False

    def __init__(
        self, params, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True,
        ns_coefficients=(3.4445, -4.775, 2.0315), eps=1e-7, ns_steps=5, adjust_lr_fn=None,
    ):  # fmt: skip
        check_one_element(lr)
        check_muon(lr, weight_decay, momentum, adjust_lr_fn)
        super().__init__(
            params,
            {
                "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
                "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn,
            },
        )  # fmt: skip
        for p in (p for group in self.param_groups for p in group["params"]):
            if p.ndim != 2:
                raise ValueError(f"Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}")

    def _step_group(self, number, group, params):
        if any(p.is_complex() for p in params):
            raise RuntimeError("Muon does not support complex parameters")
        if len(group["ns_coefficients"]) != 3:
            raise ValueError("Coefficients must be a tuple of exactly 3 values")
        if group["ns_steps"] >= 100:
            raise ValueError("Number of steps must be less than 100 for computational efficiency")
        super()._step_group(number, group, params)

    def settings(self, group):
        names = ("weight_decay", "momentum", "nesterov", "ns_coefficients", "eps", "ns_steps", "adjust_lr_fn")
        return {name: group[name] for name in names}

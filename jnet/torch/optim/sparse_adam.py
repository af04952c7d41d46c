"""SparseAdam, which takes sparse gradients alone."""

from __future__ import annotations

from jnet.torch.autograd.modes import enable_grad
from jnet.torch.optim.optimizer import Optimizer
from jnet.torch.optim.starting import check_betas
from jnet.torch.optim.stepping import check_one_element


class SparseAdam(Optimizer):
    """Adam for sparse gradients; jnet has dense ones only, which it refuses as PyTorch does.

    Raises:
        ValueError: for settings out of range, complex parameters.
        RuntimeError: from `step`, for a dense gradient.

    Example:
        >>> import jnet.torch as torch
        >>> torch.optim.SparseAdam([torch.zeros(2, requires_grad=True)]).step()

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.SparseAdam.html
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        check_one_element(lr)
        if not lr > 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps > 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        places = [
            [number, i]
            for number, group in enumerate(self.param_groups)
            for i, p in enumerate(group["params"])
            if p.is_complex()
        ]
        if places:
            raise ValueError(f"Complex params at indices {places}: SparseAdam does not support complex parameters")

    def step(self, closure=None):
        """Compute the loss by `closure`; raise for any gradient, as none is sparse."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        if any(p.grad is not None for group in self.param_groups for p in group["params"]):
            raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
        return loss

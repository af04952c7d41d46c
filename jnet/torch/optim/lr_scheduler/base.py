"""What all schedules share: the epoch, the groups' rates, and the order of steps."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from jnet.torch.optim.optimizer import Optimizer
from jnet.torch.tensor import Tensor

_LINK = "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"


class LRScheduler:
    """The base of schedules; one of your own overrides `get_lr`.

    Args:
        optimizer: the optimizer whose groups' `lr` it changes.
        last_epoch: the epoch to go on from; -1 to begin.

    Raises:
        TypeError: if it is given no optimizer.
        KeyError: if it is to go on, and a group does not know its "initial_lr".

    Example:
        >>> import jnet.torch as torch
        >>> class Harmonic(torch.optim.lr_scheduler.LRScheduler):
        ...     def get_lr(self):
        ...         return [base / (1 + self.last_epoch) for base in self.base_lrs]
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = Harmonic(optimizer)
        >>> optimizer.step()
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.5]

    See: https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
    """

    _get_lr_called_within_step = False
    _is_initial = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1):
        self.optimizer = checked_optimizer(optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with "
                    "last_epoch >= 0.\nLoad the optimizer's state before, or begin with last_epoch=-1."
                )
        self.base_lrs = values_of(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        if optimizer._opt_called is None:
            optimizer._opt_called = False
        self._initial_step()

    def _initial_step(self) -> None:
        """Set the rates of the first epoch."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_lr(self) -> list[Any]:
        """Return the rates of the epoch `last_epoch`, a number or a tensor for each group."""
        raise NotImplementedError

    def get_last_lr(self) -> list[Any]:
        """Return the rates that the last step set."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Go to the next epoch; to call after the optimizer's own step.

        Args:
            epoch: the epoch to go to instead; deprecated in PyTorch.
        """
        if self._step_count == 1:
            self._check_order()
        self._step_count += 1
        if epoch is not None:
            warn_of_epoch()
        self._update_lr(epoch)

    def _check_order(self) -> None:
        """Warn at the second step if the optimizer has not made one."""
        if not hasattr(self.optimizer.step, "hooked"):
            warnings.warn(
                "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. "
                "Please, make sure to call `optimizer.step()` before `lr_scheduler.step()`. See more details at "
                + _LINK,
                UserWarning,
                stacklevel=3,
            )
        elif not self.optimizer._opt_called:
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you "
                "should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to "
                "do this will result in PyTorch skipping the first value of the learning rate schedule. See more "
                f"details at {_LINK}",
                UserWarning,
                stacklevel=3,
            )

    def _update_lr(self, epoch: int | None = None) -> None:
        """Set the rates of the next epoch, or of this one."""
        closed_form = None if epoch is None else getattr(self, "_get_closed_form_lr", None)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._set_rates(closed_form or self.get_lr)

    def _set_rates(self, rates_of) -> None:
        self._get_lr_called_within_step = True
        try:
            rates = rates_of()
        finally:
            self._get_lr_called_within_step = False
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            replace(group, "lr", rate)
        self._last_lr = self._rates()

    def _rates(self) -> list[Any]:
        """Return the present rates."""
        return values_of(self.optimizer, "lr")

    def _warn_outside_step(self) -> None:
        """Warn a user who asks `get_lr` for the rate, which some schedules compute from the last one."""
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
                UserWarning,
                stacklevel=3,
            )

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.__dict__.update(state_dict)


class _LRScheduler(LRScheduler):
    """The base's old name."""


def checked_optimizer(optimizer) -> Optimizer:
    """Return the optimizer; raise PyTorch's TypeError if it is none."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
    return optimizer


def copied(value):
    """Return a number, or the copy of a tensor: nobody else may write to that."""
    return value.clone() if isinstance(value, Tensor) else value


def values_of(optimizer: Optimizer, key: str) -> list[Any]:
    """Return what the groups have under a key."""
    return [copied(group[key]) for group in optimizer.param_groups]


def replace(group: dict[str, Any], key: str, value) -> None:
    """Give a group another number; a tensor is written to."""
    if isinstance(group[key], Tensor):
        group[key].fill_(value)
    else:
        group[key] = value


def one_each(name: str, optimizer: Optimizer, given) -> list[Any]:
    """Return a value for each group, from one for all or a sequence of them.

    Raises:
        ValueError: for a sequence of another length.
    """
    groups = len(optimizer.param_groups)
    if not isinstance(given, list | tuple):
        given = [given] * groups
    elif len(given) != groups:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(given)} values, "
            f"param_groups has {groups}."
        )
    return [copied(each) for each in given]


def set_momentum(group: dict[str, Any], momentum: float) -> None:
    """Give a group another momentum, which Adam calls its first beta."""
    if "betas" in group:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


def start_momentum(optimizer: Optimizer, base: Sequence, top: Sequence, begin: bool) -> bool:
    """Let the momentum of every group begin at its maximum; return whether it is called beta1.

    Raises:
        ValueError: if the optimizer has none.
    """
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
    if begin:
        for group, low, high in zip(optimizer.param_groups, base, top, strict=True):
            set_momentum(group, high)
            group["max_momentum"], group["base_momentum"] = high, low
    return "betas" in optimizer.defaults


def warn_of_epoch() -> None:
    """Warn as PyTorch does of a step to a given epoch."""
    warnings.warn(
        "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please "
        "use `scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the "
        "closed form is used instead of the new chainable form, where available. Please open an issue if you are "
        "unable to replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose.",
        UserWarning,
        stacklevel=3,
    )

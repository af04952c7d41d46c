"""Schedules made of others: one after another, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from jnet.torch.optim.lr_scheduler.base import LRScheduler, replace, values_of
from jnet.torch.optim.lr_scheduler.plateau import ReduceLROnPlateau


class _Combined(LRScheduler):
    """A schedule that holds others."""

    def _check(self, optimizer, schedulers, purpose: str = "") -> None:
        """Raise unless there are schedulers that can be combined, all of this optimizer (of the first one's: None)."""
        name = type(self).__name__
        if len(schedulers) < 1:
            raise ValueError(f"{name} expects at least one scheduler{purpose}, but got no scheduler.")
        optimizer = optimizer or schedulers[0].optimizer
        for i, each in enumerate(schedulers):
            if not hasattr(each, "optimizer"):
                raise TypeError(f"{name} at index {i} should have `optimizer` as its attribute.")
            if isinstance(each, ReduceLROnPlateau):
                raise ValueError(
                    f"{name} does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs to be "
                    f"specified when calling `step`, but got one at index {i} in the given schedulers sequence."
                )
            if optimizer != each.optimizer:
                raise ValueError(
                    f"{name} expects all schedulers to belong to the same optimizer, but got scheduler "
                    f"{type(each).__name__} at index {i} has {each.optimizer}, which is different from "
                    f"{type(optimizer).__name__}."
                )
        self._schedulers, self.optimizer = schedulers, optimizer

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer, with the states of the schedules in it."""
        state = super().state_dict()
        del state["_schedulers"]
        state["_schedulers"] = [each.state_dict() for each in self._schedulers]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.__dict__.update({key: value for key, value in state_dict.items() if key != "_schedulers"})
        for each, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            each.load_state_dict(state)


class SequentialLR(_Combined):
    """One schedule after another, changing at the epochs `milestones`; each counts its epochs from 0.

    Raises:
        ValueError, TypeError: unless there is one milestone less than schedules, all of them of this optimizer.

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
    """

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        self._check(optimizer, schedulers)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                f"milestone points, but got number of schedulers {len(schedulers)} and the number of milestones to be "
                f"equal to {len(milestones)}"
            )
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        # Making the schedules has set the rates of all of their first epochs: only one of them is to begin.
        for group in optimizer.param_groups:
            replace(group, "lr", group["initial_lr"])
        _undo(self)
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Go to the next epoch."""
        self.last_epoch += 1
        place = bisect_right(self._milestones, self.last_epoch)
        current = self._schedulers[place]
        if place and self._milestones[place - 1] == self.last_epoch:
            current._update_lr(0)
        else:
            current.step()
        self._last_lr = current.get_last_lr()


def _undo(schedule) -> None:
    """Take back the first step of the schedules in a combined one."""
    for each in schedule._schedulers:
        if hasattr(each, "_schedulers"):
            _undo(each)
        elif hasattr(each, "last_epoch"):
            each.last_epoch -= 1


class ChainedScheduler(_Combined):
    """Several schedules at once: every step is a step of each, which multiply.

    Raises:
        ValueError, TypeError: unless all schedules are of one optimizer.

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
    """

    def __init__(self, schedulers, optimizer=None):
        self._check(optimizer, schedulers, " to be chained")
        self._last_lr = values_of(self.optimizer, "lr")

    def step(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Go to the next epoch."""
        for each in self._schedulers:
            each.step()
        self._last_lr = values_of(self.optimizer, "lr")

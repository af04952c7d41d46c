"""Schedules that rise and fall: cycles, one cycle, and cosines that start again."""

from __future__ import annotations

import math
from typing import Any

from jnet.torch.optim.lr_scheduler.base import (
    LRScheduler,
    checked_optimizer,
    one_each,
    replace,
    set_momentum,
    start_momentum,
)
from jnet.torch.optim.lr_scheduler.decay import state_of


class CyclicLR(LRScheduler):
    """Up and down again between two rates, the momentum the other way (Smith, 2017); to step after every batch.

    Args:
        base_lr, max_lr: the two rates, one for all groups or one for each.
        step_size_up, step_size_down: the batches of a rise, and of a fall (as many if None).
        mode: "triangular" (all cycles equal), "triangular2" (each half as high as the last), or "exp_range" (lower by
            `gamma` every batch).
        scale_fn: a function that gives the height instead, of the number of the cycle or the batch, as `scale_mode`
            ("cycle" or "iterations") says.
        cycle_momentum: whether the momentum goes from `max_momentum` to `base_momentum` and back.

    Raises:
        ValueError: for another mode, or an optimizer without momentum.

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html
    """

    def __init__(
        self, optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0,
        scale_fn=None, scale_mode="cycle", cycle_momentum=True, base_momentum=0.8, max_momentum=0.9, last_epoch=-1,
    ):  # fmt: skip
        self.optimizer = checked_optimizer(optimizer)
        base_lrs = one_each("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for rate, group in zip(base_lrs, optimizer.param_groups, strict=True):
                replace(group, "lr", rate)
        self.max_lrs = one_each("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode, self.gamma = mode, gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode if scale_fn else "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            base_momentums = one_each("base_momentum", optimizer, base_momentum)
            max_momentums = one_each("max_momentum", optimizer, max_momentum)
            self.use_beta1 = start_momentum(optimizer, base_momentums, max_momentums, last_epoch == -1)
            self.base_momentums, self.max_momentums = base_momentums, max_momentums
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x) -> float:
        """Return the height of a cycle, or after a number of batches."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return self.gamma**x if self.mode == "exp_range" else 1 / 2.0 ** (x - 1) if self.mode == "triangular2" else 1.0

    def get_lr(self):
        self._warn_outside_step()
        done = self.last_epoch / self.total_size
        cycle = math.floor(1 + done)
        place = 1.0 + done - cycle  # in the cycle: 0 to 1
        part = place / self.step_ratio if place <= self.step_ratio else (place - 1) / (self.step_ratio - 1)
        height = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            bounds = zip(self.base_momentums, self.max_momentums, strict=True)
            for group, (low, high) in zip(self.optimizer.param_groups, bounds, strict=True):
                set_momentum(group, high - (high - low) * part * height)
        return [low + (high - low) * part * height for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer; of the scaling function what a callable object holds."""
        state = super().state_dict()
        function = state.pop("_scale_fn_custom")
        state["_scale_fn_custom"] = None if function is None else state_of(function)
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "_scale_fn_custom"})
        if state_dict["_scale_fn_custom"] is not None:
            self._scale_fn_custom.__dict__.update(state_dict["_scale_fn_custom"])


class OneCycleLR(LRScheduler):
    """Up from max_lr / div_factor to max_lr, then down to that start / final_div_factor (Smith & Topin, 2018).

    To step after every batch. The momentum goes the other way.

    Args:
        max_lr: the rate at the top, one for all groups or one for each.
        total_steps: how many batches there will be; or `epochs` and `steps_per_epoch`.
        pct_start: the share of the steps in which the rate rises.
        anneal_strategy: "cos" or "linear".
        three_phase: fall symmetrically to the first rate, then on to the last.

    Raises:
        ValueError: for numbers that make no cycle, for a step beyond the last, or an optimizer without momentum.

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
    """

    def __init__(
        self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
        anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
        final_div_factor=1e4, three_phase=False, last_epoch=-1,
    ):  # fmt: skip
        self.optimizer = checked_optimizer(optimizer)
        self.total_steps = _length(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = _phases(pct_start, self.total_steps, three_phase)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_func_type = anneal_strategy
        tops = one_each("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, top in zip(optimizer.param_groups, tops, strict=True):
                group["initial_lr"], group["max_lr"] = top / div_factor, top
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            bases, tops = (
                one_each(name, optimizer, given)
                for name, given in (("base_momentum", base_momentum), ("max_momentum", max_momentum))
            )
            self.use_beta1 = start_momentum(optimizer, bases, tops, last_epoch == -1)
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        self._warn_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(f"Tried to step {step} times. The specified number of total steps is {self.total_steps}")
        begin = 0.0
        for phase in self._schedule_phases[:-1]:
            if step <= phase["end_step"]:
                break
            begin = phase["end_step"]
        else:
            phase = self._schedule_phases[-1]
        rates = []
        for group in self.optimizer.param_groups:
            part = (step - begin) / (phase["end_step"] - begin)
            rates.append(self._between(group, phase["start_lr"], phase["end_lr"], part))
            if self.cycle_momentum:
                set_momentum(group, self._between(group, phase["start_momentum"], phase["end_momentum"], part))
        return rates

    def _between(self, group, start: str, end: str, part: float) -> float:
        """Return the number a part of the way between two that the group names."""
        first, last = group[start], group[end]
        if self._anneal_func_type == "linear":
            return (last - first) * part + first
        return last + (first - last) / 2.0 * (math.cos(math.pi * part) + 1)


def _length(total_steps, epochs, steps_per_epoch) -> int:
    """Return the number of steps of a cycle."""
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    given = {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
    for name, count in given.items() if total_steps is None else [("total_steps", total_steps)]:
        if not isinstance(count, int) or count <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {count}")
    return epochs * steps_per_epoch if total_steps is None else total_steps


def _phases(share: float, steps: int, three: bool) -> list[dict[str, Any]]:
    """Return where each phase ends, and what its rate and momentum go from and to, by the names in the groups."""
    top = float(share * steps) - 1
    ends, rates, momenta = [top, steps - 1], ["initial_lr", "max_lr", "min_lr"], ["max", "base", "max"]
    if three:
        ends.insert(1, float(2 * share * steps) - 2)
        rates.insert(2, "initial_lr")
        momenta.append("max")
    return [
        {
            "end_step": end,
            "start_lr": rates[i],
            "end_lr": rates[i + 1],
            "start_momentum": f"{momenta[i]}_momentum",
            "end_momentum": f"{momenta[i + 1]}_momentum",
        }
        for i, end in enumerate(ends)
    ]


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine down to `eta_min`, then from the start again, `T_mult` times as long each (Loshchilov, 2017).

    Args:
        T_0: the epochs of the first cosine.
        T_mult: how many times longer each one is than the last.
        eta_min: the lowest rate.

    Raises:
        ValueError: unless T_0 and T_mult are positive integers, and eta_min a number.

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
    """

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, float | int):
            raise ValueError(f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}")
        self.T_0, self.T_i, self.T_mult, self.eta_min, self.T_cur = T_0, T_0, T_mult, eta_min, last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        self._warn_outside_step()
        weight = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * weight for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Go to the next epoch, or to this one, which may be a fraction of epochs."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        elif epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        else:
            self._find(epoch)
        self.last_epoch = math.floor(epoch)
        self._set_rates(self.get_lr)

    def _find(self, epoch: float) -> None:
        """Set where in which cosine an epoch is: T_0 (T_mult^n - 1) / (T_mult - 1) epochs come before number n."""
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n

"""Learning-rate schedules with PyTorch's numbers: functions of the number of steps done, for use inside jit.

PyTorch's tutorials step most schedules once an epoch; `per_epoch(schedule, steps)` does the same.

Example:
    >>> from jnet import optim
    >>> tx = optim.sgd(step(0.1, step_size=30, gamma=0.5), momentum=0.9)
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp

Schedule = Callable[[Any], Any]


def per_epoch(schedule: Schedule, steps_per_epoch: int) -> Schedule:
    """Return `schedule` counted in epochs: its value changes after every `steps_per_epoch` steps.

    Raises:
        ValueError: if `steps_per_epoch` is not positive, as that of an empty loader.

    Example:
        >>> rate = per_epoch(step(0.1, step_size=1), steps_per_epoch=100)
        >>> [round(float(rate(count)), 6) for count in (0, 99, 100)]
        [0.1, 0.1, 0.01]
    """
    _positive("steps_per_epoch", steps_per_epoch)
    return lambda count: schedule(count // steps_per_epoch)


def step(learning_rate: float, step_size: int, gamma: float = 0.1) -> Schedule:
    """Multiply by `gamma` every `step_size` counts: lr gamma^floor(count / step_size).

    See: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
    """
    _positive("step_size", step_size)
    return lambda count: learning_rate * _power(gamma, count // step_size)


def multi_step(learning_rate: float, milestones: Sequence[int], gamma: float = 0.1) -> Schedule:
    """Multiply by `gamma` at each milestone.

    See: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
    """
    marks = jnp.asarray(sorted(milestones))
    return lambda count: learning_rate * _power(gamma, (marks <= count).sum())


def exponential(learning_rate: float, gamma: float) -> Schedule:
    """Multiply by `gamma` at every count: lr gamma^count.

    See: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
    """
    return lambda count: learning_rate * _power(gamma, count)


def cosine(learning_rate: float, T_max: int, eta_min: float = 0.0) -> Schedule:
    """Go down half a cosine in `T_max` counts (and up again after): eta_min + (lr - eta_min) (1 + cos(pi c / T)) / 2.

    See: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
    """
    _positive("T_max", T_max)
    return lambda count: eta_min + (learning_rate - eta_min) * _cosine_weight((T_max - count) / T_max)


def linear(
    learning_rate: float, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
) -> Schedule:
    """Go linearly from one factor of the rate to another in `total_iters` counts: a warm-up.

    Raises:
        ValueError: for a start_factor outside (0, 1], an end_factor outside [0, 1], or no iterations.

    See: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
    """
    if not 0 < start_factor <= 1:
        raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
    if not 0 <= end_factor <= 1:
        raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
    _positive("total_iters", total_iters)

    def schedule(count):
        return learning_rate * (start_factor + (end_factor - start_factor) * jnp.minimum(count / total_iters, 1.0))

    return schedule


def one_cycle(
    max_lr: float,
    total_steps: int,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
) -> Schedule:
    """Rise from max_lr / div_factor to max_lr, then fall to that start / final_div_factor (Smith & Topin, 2018).

    Args:
        max_lr: the rate at the top.
        total_steps: length of the cycle; the last rate holds afterwards (PyTorch raises there instead).
        pct_start: the share of the steps in which the rate rises.
        anneal_strategy: "cos" or "linear".
        div_factor, final_div_factor: set the first and the last rate.
        three_phase: fall symmetrically to the first rate, then on to the last.

    Raises:
        ValueError: for an unknown strategy, a share outside [0, 1], no steps, or a rise of exactly one step, whose
            first rate is nowhere defined (PyTorch divides by zero).

    See: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
    """
    if anneal_strategy not in ("cos", "linear"):
        raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
    if not 0 <= pct_start <= 1:
        raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
    if not total_steps > 0:
        raise ValueError(f"Expected positive integer total_steps, but got {total_steps}")
    if pct_start * total_steps == 1:
        raise ValueError(
            f"pct_start={pct_start} of total_steps={total_steps} is one step, in which no rate can rise; write "
            "pct_start=0 to start at the top, or a larger share."
        )
    start = max_lr / div_factor
    last = start / final_div_factor
    rates = (start, max_lr, start, last) if three_phase else (start, max_lr, last)
    top = float(pct_start * total_steps) - 1
    ends = (top, 2 * top, total_steps - 1) if three_phase else (top, total_steps - 1)

    def schedule(count):
        value, begin = rates[-1], 0.0
        phases = []
        for low, high, end in zip(rates, rates[1:], ends, strict=False):
            width = (end - begin) or 1.0  # an empty last phase is never reached
            # What is left is not 1 - part: that would lose the digits that make small rates exact.
            phases.append((end, low, high, (count - begin) / width, (end - count) / width))
            begin = end
        weight = _cosine_weight if anneal_strategy == "cos" else jnp.asarray
        for end, low, high, part, left in reversed(phases):
            value = jnp.where(count <= end, low * weight(left) + high * weight(part), value)
        return value

    return schedule


def _power(base: float, exponent):
    """Return base^exponent for a whole exponent, to float32's last digits also where the exponent is large.

    exp(n log b) in float32 loses a digit for every tenfold n, because n log b is rounded. So log b is split: n times
    the eleven leading bits is exact for n < 8192, and what the rest adds is small.
    """
    if base <= 0:
        return jnp.asarray(base, jnp.result_type(float)) ** exponent
    logarithm = math.log(base)
    mantissa, power = math.frexp(logarithm)
    leading = math.ldexp(round(mantissa * 2**11), power - 11)
    return jnp.exp(exponent * leading) * jnp.exp(exponent * (logarithm - leading))


def _cosine_weight(part):
    """Return (1 - cos(pi part)) / 2, which rises from 0 to 1, as a square: the difference has no digits near 0."""
    return jnp.sin(math.pi / 2 * part) ** 2


def _positive(name: str, value) -> None:
    if not value > 0:
        raise ValueError(f"{name} must be positive, got {value}; write the number of counts, 1 or more.")


class PlateauState(NamedTuple):
    """What `Plateau` remembers: plain numbers, so it goes into a checkpoint as it is."""

    best: float
    bad: int
    cooldown: int


class Plateau:
    """Lower the learning rate when a metric stops improving; a pure state machine on the host.

    Args:
        mode: "min" where a lower metric is better, "max" where a higher one is.
        factor: what the rate is multiplied by.
        patience: how many counts without improvement are forgiven.
        threshold, threshold_mode: how much better is better: by the factor 1 -+ threshold ("rel") or by the amount
            threshold ("abs").
        cooldown: counts after a change in which nothing is held against the metric.
        min_lr: the lowest rate.
        eps: changes smaller than this are not made.

    Raises:
        ValueError: for a factor of 1 or more, an unknown mode or threshold_mode.

    Example:
        >>> plateau = Plateau(patience=1)
        >>> state, rate = plateau.init(), 0.1
        >>> for loss in (1.0, 1.0, 1.0):
        ...     state, rate = plateau.update(state, loss, rate)
        >>> round(rate, 6)
        0.01

    See: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
    """

    def __init__(
        self,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ):
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown!")
        self.sign = 1 if mode == "min" else -1
        self.factor, self.patience, self.cooldown = factor, patience, cooldown
        self.threshold, self.relative, self.min_lr, self.eps = threshold, threshold_mode == "rel", min_lr, eps

    def init(self) -> PlateauState:
        """Return the state before the first metric."""
        return PlateauState(best=self.sign * math.inf, bad=0, cooldown=0)

    def update(self, state: PlateauState, metric: float, learning_rate: float) -> tuple[PlateauState, float]:
        """Take in one metric; return the new state and the learning rate to go on with."""
        metric = float(metric)
        best, bad, cooldown = state
        if self._better(metric, best):
            best, bad = metric, 0
        else:
            bad += 1
        if cooldown > 0:
            cooldown, bad = cooldown - 1, 0
        if bad > self.patience:
            lowered = max(learning_rate * self.factor, self.min_lr)
            learning_rate = lowered if learning_rate - lowered > self.eps else learning_rate
            cooldown, bad = self.cooldown, 0
        return PlateauState(best, bad, cooldown), learning_rate

    def _better(self, metric: float, best: float) -> bool:
        if self.relative:
            # As PyTorch, which scales the best value itself: beware of metrics that cross zero.
            return self.sign * metric < self.sign * best * (1 - self.sign * self.threshold)
        return self.sign * metric < self.sign * best - self.threshold

"""Averages of a model's parameters over the course of its training.

Example:
    >>> import jnet.torch as torch
    >>> model = torch.nn.Linear(1, 1)
    >>> average = AveragedModel(model)
    >>> for value in (1.0, 2.0, 6.0):
    ...     with torch.no_grad():
    ...         discarded = model.weight.fill_(value)
    ...     average.update_parameters(model)
    >>> average.module.weight.item()
    3.0

See: https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from jnet.torch.autograd.modes import no_grad
from jnet.torch.creation import tensor
from jnet.torch.nn.modules.module import Module
from jnet.torch.optim.lr_scheduler.base import LRScheduler, one_each
from jnet.torch.optim.optimizer import Optimizer
from jnet.torch.tensor import Tensor

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]


def get_ema_avg_fn(decay: float = 0.999) -> Callable:
    """Return the function `(average, current, count) -> decay average + (1 - decay) current`.

    Raises:
        ValueError: for a decay outside [0, 1].
    """
    _check_decay(decay)

    @no_grad()
    def ema_update(average: Tensor, current: Tensor, count) -> Tensor:
        return decay * average + (1 - decay) * current

    return ema_update


def get_swa_avg_fn() -> Callable:
    """Return the function `(average, current, count) -> average + (current - average) / (count + 1)`."""

    @no_grad()
    def swa_update(average: Tensor, current: Tensor, count) -> Tensor:
        return average + (current - average) / (count + 1)

    return swa_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable:
    """Return the function `(averages, currents, count)` that writes exponential averages into the first list.

    Raises:
        ValueError: for a decay outside [0, 1].
    """
    _check_decay(decay)

    @no_grad()
    def ema_update(averages, currents, count) -> None:
        for average, current in zip(averages, currents, strict=True):
            if _has_fractions(average):
                average.lerp_(current, 1 - decay)
            else:
                average.copy_(average * decay + current * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn() -> Callable:
    """Return the function `(averages, currents, count)` that writes equal averages into the first list."""

    @no_grad()
    def swa_update(averages, currents, count) -> None:
        for average, current in zip(averages, currents, strict=True):
            if _has_fractions(average):
                average.copy_(average + (current - average) * (1 / (count + 1)))
            else:
                average.copy_(average + (current - average) / (count + 1))

    return swa_update


def _check_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def _has_fractions(tensor: Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


class AveragedModel(Module):
    """A copy of a model whose parameters are averages of those that the model had.

    Args:
        model: what is copied.
        device: where the copy is kept.
        avg_fn: `(average, current, count) -> average` of one parameter; by default the mean of all.
        multi_avg_fn: in its place `(averages, currents, count)` that writes into a list of averages.
        use_buffers: average the buffers too; else they are those of the model.

    Raises:
        AssertionError: for both functions at once.

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html
    """

    def __init__(self, model: Module, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, device=device))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args, **kwargs):
        """Return what the model with averaged parameters makes of it."""
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Let the model's present parameters take part in the averages."""
        count = self.n_averaged
        averages = [each.detach() for each in self._averaged(self.module)]
        currents = [each.detach() for each in self._averaged(model)]
        currents = [new.to(old.device) for old, new in zip(averages, currents, strict=False)]
        if not int(count):
            for old, new in zip(averages, currents, strict=False):
                old.copy_(new)
        elif self.multi_avg_fn is not None:
            for olds, news in _by_kind(averages, currents):
                self.multi_avg_fn(olds, news, count.to(olds[0].device))
        else:
            average = self.avg_fn or get_swa_avg_fn()
            for old, new in zip(averages, currents, strict=True):
                old.copy_(average(old, new, count.to(old.device)))
        if not self.use_buffers:
            for old, new in zip(self.module.buffers(), model.buffers(), strict=True):
                old.detach().copy_(new.detach().to(old.device))
        count += 1

    def _averaged(self, model: Module) -> Iterable[Tensor]:
        return itertools.chain(model.parameters(), model.buffers()) if self.use_buffers else model.parameters()


def _by_kind(averages: list[Tensor], currents: list[Tensor]) -> Iterable[tuple[list[Tensor], list[Tensor]]]:
    """Return the pairs of tensors as two lists for each device and dtype."""
    groups: dict[Any, tuple[list[Tensor], list[Tensor]]] = {}
    for old, new in zip(averages, currents, strict=True):
        olds, news = groups.setdefault((old.device, old.dtype), ([], []))
        olds.append(old)
        news.append(new)
    return groups.values()


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device=None) -> None:
    """Compute the running statistics of a model's batch normalisations anew, from one pass over the data.

    Args:
        loader: gives batches, or tuples and lists whose first element is one.
        model: is called with every batch, in training mode.
        device: where batches are moved.

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.update_bn.html
    """
    momenta = {}
    for module in model.modules():
        if any(base.__name__ == "_BatchNorm" for base in type(module).__mro__):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None  # so that all batches count the same
    for batch in loader:
        input = batch[0] if isinstance(batch, list | tuple) else batch
        model(input if device is None else input.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Go to a fixed learning rate within some epochs, and stay there.

    Args:
        swa_lr: the rate, or one a group.
        anneal_epochs: how many epochs that takes.
        anneal_strategy: "cos" or "linear".

    Raises:
        ValueError: for another strategy, a number of epochs that is no integer or negative.

    Example:
        >>> import jnet.torch as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = SWALR(optimizer, swa_lr=0.5, anneal_epochs=2, anneal_strategy="linear")
        >>> for epoch in range(3):
        ...     optimizer.step()
        ...     schedule.step()
        ...     print(schedule.get_last_lr())
        [0.75]
        [0.5]
        [0.5]

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.SWALR.html
    """

    def __init__(
        self, optimizer: Optimizer, swa_lr, anneal_epochs: int = 10, anneal_strategy: str = "cos", last_epoch: int = -1
    ):
        for rate, group in zip(one_each("swa_lr", optimizer, swa_lr), optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """Return the rates of this epoch, from those of the last one."""
        self._warn_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        rates = []
        for group in self.optimizer.param_groups:
            final = group["swa_lr"]
            first = final if before == 1 else (group["lr"] - before * final) / (1 - before)
            rates.append(final * now + first * (1 - now))
        return rates

    def _share(self, step: int) -> float:
        """Return how much of the way to the final rate is done after a number of steps."""
        part = max(0, min(1, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * part)) / 2 if self._anneal_strategy == "cos" else part

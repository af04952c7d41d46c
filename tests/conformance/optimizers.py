"""Every entry of PyTorch's table of optimizers on all its settings: the same training on both."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import torch
from conformance.modules import reason
from conformance.translate import difference, loosened, plain, rebound, to_jnet

import jnet.torch as jt

SEED, STEPS = 1, 10


def table() -> list:
    """Return PyTorch's table of optimizers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_optimizers import optim_db

    return optim_db


def name_of(entry) -> str:
    """Return the name of an entry: `optim.SGD`."""
    return f"optim.{entry.name}"


def dtypes_of(_) -> list[torch.dtype]:
    """Return the dtypes that optimizers are compared in."""
    return [torch.float32, torch.float64]


def tries(entry, dtypes=None, limit: int | None = None, thorough: bool = True) -> Iterator[tuple[str, str | None]]:
    """Yield the settings of an entry, each with None or the reason why jnet does not conform.

    After the settings of the table, plain and with each of its implementations, come parameters by name and in groups,
    the table's learning rate schedules, and its mistakes. The arguments are those of `modules.tries`.
    """
    from torch.testing._internal.common_optimizers import _get_optim_inputs_including_global_cliquey_kwargs

    for dtype in dtypes_of(entry) if dtypes is None else dtypes:
        kind = str(dtype).removeprefix("torch.")
        # Not with differentiable=True: a step refuses parameters that are leaves then.
        inputs = _get_optim_inputs_including_global_cliquey_kwargs("cpu", dtype, entry, skip=("differentiable",))
        for each in inputs[:limit]:
            yield f"{kind}, {each.desc}", conforms(entry, each.kwargs, dtype)
        for how in ("by name", "in groups")[: None if entry.supports_param_groups else 1]:
            yield f"{kind}, parameters {how}", conforms(entry, {}, dtype, how=how)
        for number, schedulers in enumerate(entry.scheduler_inputs if thorough else ()):
            yield f"{kind}, schedule {number}", conforms(entry, {}, dtype, schedulers=schedulers)
        torch.manual_seed(0)
        for each in entry.optim_error_inputs_func("cpu", dtype):
            given = each.optimizer_error_input
            if "dense params required" not in given.desc:  # of sparse parameters, which jnet cannot be given
                yield f"{kind}, mistake: {given.desc}", errs_alike(entry, given, dtype)


def conforms(entry, kwargs: dict, dtype, how: str = "", schedulers=()) -> str | None:
    """Return None if jnet trains with some settings as PyTorch does, or what differs first."""
    other = watched(torch, entry.name, kwargs, dtype, how, schedulers)
    try:
        mine = watched(jt, entry.name, to_jnet(kwargs), to_jnet(dtype), how, [rebound(each) for each in schedulers])
    except Exception as error:
        return reason(error)
    near = tolerance(entry.name, kwargs, dtype)
    return next(filter(None, (difference(mine[key], other[key], key, near) for key in other)), None)


def tolerance(name: str, kwargs: dict, dtype) -> dict[str, float]:
    """Return how far numbers may differ: roundings go through ten steps, some of which divide by small numbers."""
    near = loosened(300.0 if name == "LBFGS" else 3.0)
    if any(isinstance(value, torch.Tensor) for value in kwargs.values()):
        near["float64"] = near["float32"]  # PyTorch computes with a tensor of float32, jnet with its value
    if name == "LBFGS" and dtype == torch.float32:
        near["float"] = near["float32"]  # losses in its state
    return near


def watched(torch, name: str, kwargs: dict, dtype, how: str, schedulers) -> dict:
    """Return all that ten steps of an optimizer show, by name, on the library `torch`."""
    model, closure = problem(torch, name, dtype)
    optimizer = getattr(torch.optim, name)(arranged(model, how), **kwargs)
    schedules = [each(optimizer) for each in schedulers]
    seen = {"text": repr(optimizer), "state at first": plain(optimizer.state_dict())}
    losses, rates = [], []
    # A step of LBFGS is twenty iterations; some steps later, PyTorch's own losses differ by 2 % from those that it
    # gets for weights changed by a relative 1e-7.
    for _ in range(1 if name == "LBFGS" else STEPS):
        try:
            losses.append(optimizer.step(closure(optimizer)).detach())
        except RuntimeError as error:
            if name != "SparseAdam":  # which refuses dense gradients
                raise
            return seen | {"error": str(error).splitlines()[0]}
        for schedule in schedules:
            schedule.step(1.0) if "Plateau" in type(schedule).__name__ else schedule.step()
        rates.append([float(group["lr"]) for group in optimizer.param_groups])
    seen |= {"losses": plain(losses), "rates": plain(rates), "parameters": plain(model.state_dict())}
    seen["state after ten steps"] = plain(optimizer.state_dict())
    return seen | {"schedules": plain([each.state_dict() for each in schedules])}


def problem(torch, name: str, dtype):
    """Return a model of two layers, the same at every call, and a function that gives an optimizer's closure."""
    torch.manual_seed(SEED)
    nn, bias = torch.nn, name != "Muon"  # which takes matrices alone
    model = nn.Sequential(nn.Linear(3, 4, bias=bias), nn.Tanh(), nn.Linear(4, 2, bias=bias)).to(dtype)
    numbers = np.cos(np.arange(40, dtype=np.float64))
    x = torch.from_numpy(numbers[:24].reshape(8, 3)).to(dtype)
    y = torch.from_numpy(numbers[24:].reshape(8, 2)).to(dtype)

    def closure(optimizer):
        def run():
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            return loss

        return run

    return model, closure


def arranged(model, how: str):
    """Return a model's parameters: as they are, by name, or in two groups of which one has its own learning rate."""
    if how == "by name":
        return model.named_parameters()
    if how == "in groups":
        return [{"params": model[0].parameters()}, {"params": list(model[2].parameters()), "lr": 0.02}]
    return model.parameters()


def errs_alike(entry, given, dtype) -> str | None:
    """Return None if a mistake ends on jnet with PyTorch's error or warnings, or what is instead."""
    try:
        params, kwargs = to_jnet((given.params, given.kwargs))
    except Exception as error:
        return reason(error)
    due = error_of(torch, entry.name, given.params, given.kwargs, dtype)
    got = error_of(jt, entry.name, params, kwargs, to_jnet(dtype))
    return None if got == due else f"{got} instead of {due}"


def error_of(torch, name: str, params, kwargs: dict, dtype) -> str:
    """Return the type and the first line of the error of making an optimizer and taking a step, or of the warnings."""
    if params is None:
        params = [torch.nn.Parameter(torch.ones(2, 3, dtype=dtype))]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            optimizer = getattr(torch.optim, name)(params, **kwargs)
            optimizer.step(*([lambda: torch.zeros(())] if name == "LBFGS" else []))
        except Exception as error:
            return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
    return "; ".join(f"{each.category.__name__}: {str(each.message).splitlines()[0]}" for each in caught) or "no error"

"""Every entry of PyTorch's table of modules on all its samples: the same program on PyTorch and on `jnet.torch`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import torch
from conformance.translate import TOLERANCE, detached, difference, leaves, loosened, plain, tensors, to_jnet

import jnet.torch as jt

SEED, STEPS, RATE = 1, 10, 1e-3
TRAINED = loosened(10.0)  # after ten steps, roundings have gone through ten gradients


def table() -> list:
    """Return PyTorch's table of modules."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_modules import module_db  # seconds: it makes the table of ops too

    return module_db


def name_of(entry) -> str:
    """Return the name of an entry: `nn.Linear`."""
    return entry.name


def dtypes_of(entry) -> list[torch.dtype]:
    """Return the real dtypes that PyTorch tests an entry in, on a CPU."""
    order = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
    return [dtype for dtype in order if dtype in entry.supported_dtypes("cpu")]


def tries(entry, dtypes=None, limit: int | None = None, thorough: bool = True) -> Iterator[tuple[str, str | None]]:
    """Yield the samples of an entry, each with None or the reason why jnet does not conform.

    Args:
        dtypes: the dtypes to run; by default those of `dtypes_of`.
        limit: how many samples of each kind to run; by default all.
        thorough: take ten steps, not one, and run both modes even if they do the same.
    """
    for dtype in dtypes_of(entry) if dtypes is None else dtypes:
        kind = str(dtype).removeprefix("torch.")
        for training in (True, False) if thorough or entry.train_and_eval_differ else (True,):
            mode = "training" if training else "evaluation"
            for number, sample in enumerate(samples(entry, entry.module_inputs_func, dtype, training)[:limit]):
                yield (
                    f"{kind}, {mode}, sample {number}",
                    conforms(entry, sample, dtype, training, STEPS if thorough else 1),
                )
        if entry.module_error_inputs_func is not None:
            for number, sample in enumerate(samples(entry, entry.module_error_inputs_func, dtype, True)[:limit]):
                yield f"{kind}, mistake {number}", errs_alike(entry, sample.module_error_input)


def samples(entry, function, dtype, training) -> list:
    """Return what a function of the table makes, the same at every call."""
    torch.manual_seed(0)
    return list(function(entry, device="cpu", dtype=dtype, requires_grad=True, training=training))


def calls(sample) -> tuple:
    """Return the arguments of the constructor and of the call, as two pairs of a tuple and a dictionary."""
    made, called = sample.constructor_input, sample.forward_input
    return (made.args, made.kwargs), ((called.args, called.kwargs) if called is not None else None)


def conforms(entry, sample, dtype, training: bool, steps: int = STEPS) -> str | None:
    """Return None if jnet shows on a sample what PyTorch shows, or what differs first."""
    made, called = leaves(calls(sample))
    name = entry.module_cls.__name__
    try:
        translated = to_jnet((made, called, dtype))
    except Exception as error:
        return reason(error)
    other = watched(torch, name, made, called, dtype, training, steps)
    try:
        mine = watched(jt, name, *translated, training, steps, other.pop("start"))
    except Exception as error:
        return reason(error)
    near = {"state after some steps": TRAINED}
    found = (difference(mine[key], other[key], key, near.get(key, TOLERANCE)) for key in other)
    return next(filter(None, found), None)


def reason(error: Exception) -> str:
    """Return why something of jnet failed."""
    text = (str(error).splitlines() or [""])[0]
    if isinstance(error, NotImplementedError):
        return f"not supported: {text}"
    return f"{type(error).__name__}: {text}"


def watched(torch, name: str, made, called, dtype, training: bool, steps: int, start: dict | None = None) -> dict:
    """Return all that a module shows, by name, when a program runs on the library `torch`.

    Args:
        start: the state to load once the module's own has been seen, as arrays.
    """
    seen = {}
    torch.manual_seed(SEED)
    module = getattr(torch.nn, name)(*made[0], **made[1])
    seen["text"] = repr(module)
    module = module.to(dtype).train(training)
    if name.startswith("Lazy"):
        with torch.no_grad():
            module(*called[0], **called[1])
        seen["text after the first call"] = repr(module)
    state = module.state_dict()
    seen["initial state"] = plain(state)
    if start is None:
        seen["start"] = {key: value.detach().clone() for key, value in state.items()}
    else:
        module.load_state_dict(to_jnet(start))
    torch.manual_seed(SEED)
    out = module(*called[0], **called[1])
    if (loss := weighted(torch, out)).requires_grad:
        loss.backward()
    seen["output"] = plain(out)
    seen["gradients of inputs"] = plain([each.grad for each in tensors(called)])
    seen["gradients of parameters"] = plain({key: each.grad for key, each in module.named_parameters()})
    if not training:
        with torch.no_grad():
            seen["output without gradients"] = plain(module(*called[0], **called[1]))
    if state:
        train(torch, module, detached(called), steps)
        seen["state after some steps"] = plain(module.state_dict())
    return seen


def train(torch, module, called, steps: int) -> None:
    """Take some steps of gradient descent on the weighted sum of a module's outputs."""
    parameters = list(module.parameters())
    optimizer = torch.optim.SGD(parameters, lr=RATE) if parameters else None
    for _ in range(steps):
        loss = weighted(torch, module(*called[0], **called[1]))
        if optimizer is not None and loss.requires_grad:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def weighted(torch, out):
    """Return the sum of all outputs times fixed weights: the plain sum of a softmax has no gradient to compare."""
    total = torch.zeros(())
    for each in tensors(out):
        if each.is_floating_point() or each.is_complex():
            weights = torch.from_numpy(np.cos(np.arange(each.numel(), dtype=np.float32)).reshape(each.shape))
            part = (each * weights.to(each.dtype)).sum()
            total = total + (part.real if part.is_complex() else part)
    return total


def errs_alike(entry, sample) -> str | None:
    """Return None if a mistake ends on jnet with PyTorch's error, or what is instead."""
    made, called = leaves(calls(sample))
    name = entry.module_cls.__name__
    try:
        translated = to_jnet((made, called))
    except Exception as error:
        return reason(error)
    due, got = error_of(torch, name, made, called), error_of(jt, name, *translated)
    if got.startswith("NotBuilt: "):
        return got.replace("NotBuilt", "not supported")
    return None if got == due else f"{got} instead of {due}"


def error_of(torch, name: str, made, called) -> str:
    """Return the type and the first line of the error of constructing and calling a module."""
    try:
        module = getattr(torch.nn, name)(*made[0], **made[1])
        out = module(*called[0], **called[1])
        plain(out)  # what is recorded may err only when it runs
    except Exception as error:
        return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0].replace('jnet.torch', 'torch')}"
    return "no error"

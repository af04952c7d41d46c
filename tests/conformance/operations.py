"""Every entry of PyTorch's table of ops on all its samples: values, dtypes and gradients on both."""

from __future__ import annotations

import operator
import types
import warnings
from collections.abc import Iterator

import torch
from conformance.modules import SEED, reason, weighted
from conformance.translate import difference, leaves, plain, rebound, tensors, to_jnet

import jnet.torch as jt

# Their values are what happens to be in the memory that they get.
UNSET = {
    "empty",
    "empty_like",
    "empty_strided",
    "empty_permuted",
    "new_empty",
    "new_empty_strided",
    "resize_",
    "resize_as_",
}
# Their outputs are not unique (signs, phases, order of factors): compared is what the table makes of them.
AMBIGUOUS = {"eig", "eigh", "svd", "qr", "svd_lowrank", "pca_lowrank"}


def table() -> list:
    """Return PyTorch's table of ops."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_methods_invocations import op_db

    return op_db


def name_of(entry) -> str:
    """Return the name of an entry with its variant: `std (unbiased)`."""
    return f"{entry.name} ({entry.variant_test_name})" if entry.variant_test_name else entry.name


def dtypes_of(entry) -> list[torch.dtype]:
    """Return float32, or for an op without it the first of the dtypes that it has."""
    order = (torch.float32, torch.int64, torch.bool, torch.complex64)
    return [dtype for dtype in order if dtype in entry.supported_dtypes("cpu")][:1]


def found(entry):
    """Return jnet's function for an entry; `AttributeError` or `NotImplementedError` if it has none."""
    if isinstance(entry.op, types.FunctionType) and "testing" in entry.op.__module__:
        name = entry.name.removeprefix("nn.functional.").split(".")[-1]
        used = {name, name.rstrip("_")} & set(entry.op.__code__.co_names)
        for each in used:  # so that an op which jnet has not is told from a sample that fails
            place = [jt, jt.Tensor, jt.nn.functional, jt.linalg, jt.special]
            if not any(has(where, each) for where in place):
                raise NotImplementedError(f"torch.{entry.name}")
        return rebound(entry.op)
    if entry.name.startswith("__") or type(entry.op).__name__ == "method_descriptor":
        return getattr(jt.Tensor, entry.name)
    return operator.attrgetter(entry.name)(jt)


def has(place, name: str) -> bool:
    """Tell whether a place has a name."""
    return getattr(place, name, None) is not None


def tries(entry, dtypes=None, limit: int | None = None, thorough: bool = True) -> Iterator[tuple[str, str | None]]:
    """Yield the samples of an entry, each with None or the reason why jnet does not conform (see `modules.tries`)."""
    for dtype in dtypes_of(entry) if dtypes is None else dtypes:
        kind = str(dtype).removeprefix("torch.")
        try:
            function = found(entry)
        except (AttributeError, NotImplementedError):
            yield kind, f"not supported: torch.{entry.name}"
            continue
        torch.manual_seed(0)
        learns = entry.supports_autograd and dtype.is_floating_point
        for number, sample in enumerate(entry.sample_inputs("cpu", dtype, requires_grad=learns)):
            if limit is not None and number >= limit:
                break
            called = leaves((sample.input, *sample.args)), leaves(sample.kwargs)
            process = sample.output_process_fn_grad if entry.name.split(".")[-1] in AMBIGUOUS else None
            try:
                translated = to_jnet((called, entry.name, process))  # now, while there are no gradients
            except Exception as error:
                yield f"{kind}, sample {number}", reason(error)
                continue
            try:
                other = watched(torch, entry.op, called, entry.name, process)
            except RuntimeError:
                continue  # a sample that lives from the storage below its tensors
            yield f"{kind}, sample {number}", conforms(function, translated, other)


def conforms(function, translated: tuple, other: dict) -> str | None:
    """Return None if jnet's function shows what PyTorch's showed, or what differs first."""
    try:
        mine = watched(jt, function, *translated)
    except Exception as error:
        return reason(error)
    return next(filter(None, (difference(mine[key], other[key], key) for key in other)), None)


def watched(torch, function, called, name: str, process) -> dict:
    """Return the outputs, as `process` gives them, and the gradients of a call on the library `torch`."""
    torch.manual_seed(SEED)
    args, kwargs = called
    out = function(*args, **kwargs)
    if name in UNSET:
        return {"output": plain([(each.shape, each.dtype) for each in tensors(out)])}
    if process is not None:
        out = process(out)
    if any(each.requires_grad for each in tensors(out)):
        weighted(torch, out).backward()
    return {"output": plain(out), "gradients": plain([each.grad for each in tensors((args, kwargs))])}

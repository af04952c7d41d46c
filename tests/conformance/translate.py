"""PyTorch's values made jnet's, by NumPy, and the values of both made plain, so that they can be compared."""

from __future__ import annotations

import dataclasses
import io
import types

import numpy as np
import torch

import jnet.torch as jt

# How far two results may be apart, absolute and relative: some ten roundings of sums of some dozen terms.
TOLERANCE = {"float64": 1e-9, "float32": 1e-4, "bfloat16": 4e-2, "float16": 5e-3}
TOLERANCE |= {"complex128": TOLERANCE["float64"], "complex64": TOLERANCE["float32"], "float": TOLERANCE["float64"]}
HALVES = ("float16", "bfloat16")  # NumPy has not both


def to_jnet(value, memo: dict | None = None):
    """Return a value with PyTorch's tensors, dtypes and functions in it made jnet's; a tensor met twice stays one."""
    memo = {} if memo is None else memo
    if id(value) not in memo:
        memo[id(value)] = value, _to_jnet(value, memo)  # the value itself is held, so that no other takes its id
    return memo[id(value)][1]


def _to_jnet(value, memo: dict):
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, torch.dtype | torch.layout | torch.memory_format):
        return getattr(jt, str(value).removeprefix("torch."))
    if isinstance(value, torch.device):
        return jt.device(str(value))
    if isinstance(value, torch.Size):
        return jt.Size(value)
    if isinstance(value, torch.Generator):
        return jt.Generator().manual_seed(value.initial_seed())
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return _named(type(value))(*(to_jnet(each, memo) for each in value))
    if isinstance(value, tuple | list | set):
        return type(value)(to_jnet(each, memo) for each in value)
    if isinstance(value, dict):
        return type(value)((to_jnet(key, memo), to_jnet(each, memo)) for key, each in value.items())
    if dataclasses.is_dataclass(value) and type(value).__module__.startswith("torch"):
        return counterpart(type(value))(**{key.name: getattr(value, key.name) for key in dataclasses.fields(value)})
    if isinstance(value, torch.nn.Module):
        return jt.load(pickled(value), weights_only=False)
    if isinstance(value, types.FunctionType) and "testing" in value.__module__:
        return rebound(value, memo)
    if callable(value) and (value.__module__ or "").startswith("torch"):
        return counterpart(value)
    return value


def _tensor(value: torch.Tensor):
    if value.layout != torch.strided:
        raise NotImplementedError("sparse tensors")
    kind = getattr(jt, str(value.dtype).removeprefix("torch."))
    array = value.detach().resolve_conj().resolve_neg()
    array = array.float() if str(value.dtype) in ("torch.float16", "torch.bfloat16") else array
    made = jt.from_numpy(array.numpy().copy()).to(kind)
    if isinstance(value, torch.nn.Parameter):
        return jt.nn.Parameter(made, requires_grad=value.requires_grad)
    made.requires_grad_(value.requires_grad)
    if value.is_leaf and value.grad is not None:
        made.grad = _tensor(value.grad)
    return made


def pickled(module: torch.nn.Module) -> io.BytesIO:
    """Return a file in which PyTorch has saved a whole module."""
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    return file


def _named(kind: type) -> type:
    """Return jnet's class for PyTorch's named tuple."""
    return jt.nn.utils.rnn.PackedSequence if kind is torch.nn.utils.rnn.PackedSequence else kind


def counterpart(thing):
    """Return what has the same name in jnet as a function or class of PyTorch; `AttributeError` if nothing has."""
    for mine, other in ((jt.nn.functional, torch.nn.functional), (jt, torch), (jt.nn, torch.nn)):
        if getattr(other, thing.__name__, None) is thing:
            return getattr(mine, thing.__name__)
    place = jt
    for name in thing.__module__.split(".")[1:]:
        place = getattr(place, name)
    return getattr(place, thing.__name__)


def names_in(code: types.CodeType) -> set[str]:
    """Return the names that a function and the functions in it use."""
    inner = [names_in(each) for each in code.co_consts if isinstance(each, types.CodeType)]
    return set(code.co_names).union(*inner)


def seeded(function, *args, **kwargs):
    """Return what a function gives for the seed that PyTorch's tables use for functions that draw."""
    jt.manual_seed(42)
    return function(*args, **kwargs)


# Functions of the tables that serve PyTorch alone, with what serves jnet.
REPLACED = {"wrapper_set_seed": seeded}


def rebound(function: types.FunctionType, memo: dict | None = None) -> types.FunctionType:
    """Return a function of PyTorch's tables with the names of PyTorch in it bound to what jnet has."""
    space = dict(function.__globals__)
    for name in names_in(function.__code__):
        if name in REPLACED:
            space[name] = REPLACED[name]
        elif space.get(name) is torch:
            space[name] = jt
        elif space.get(name) is torch.nn.functional:
            space[name] = jt.nn.functional
        elif (getattr(space.get(name), "__module__", None) or "").startswith("torch."):
            space[name] = to_jnet(space[name], memo)
    cells = tuple(types.CellType(to_jnet(cell.cell_contents, memo)) for cell in function.__closure__ or ())
    made = types.FunctionType(function.__code__, space, function.__name__, function.__defaults__, cells)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def leaves(value):
    """Return a value of PyTorch's with leaves of the graph for its tensors, so that all gradients can be asked for."""
    if isinstance(value, torch.Tensor) and not isinstance(value, torch.nn.Parameter):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(leaves, value))
    if isinstance(value, tuple | list):
        return type(value)(map(leaves, value))
    if isinstance(value, dict):
        return {key: leaves(each) for key, each in value.items()}
    return value


def detached(value):
    """Return a value with its tensors, of either library, off the graph."""
    if is_tensor(value):
        return value.detach()
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(detached, value))
    if isinstance(value, tuple | list):
        return type(value)(map(detached, value))
    if isinstance(value, dict):
        return {key: detached(each) for key, each in value.items()}
    return value


def is_tensor(value) -> bool:
    """Tell whether a value is a tensor of either library."""
    return isinstance(value, torch.Tensor | jt.Tensor)


def tensors(value) -> list:
    """Return the tensors in a value, of either library, in order."""
    if is_tensor(value):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [each for part in value for each in tensors(part)] if isinstance(value, tuple | list) else []


def plain(value):
    """Return what can be compared of a value of either library; a tensor is dtype, array, whether it learns."""
    if is_tensor(value):
        dtype = str(value.dtype).removeprefix("torch.")
        still = value.detach().float() if dtype in HALVES else value.detach()
        array = still.numpy(force=True) if isinstance(still, torch.Tensor) else still.numpy()
        return ("tensor", dtype, bool(value.requires_grad), array.copy())
    if isinstance(value, tuple | list):
        return (type(value).__name__, *map(plain, value))
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, bool | int | float | complex | str | None):
        return value
    return str(value).replace("jnet.torch", "torch").split(" at 0x")[0]


def difference(mine, other, where: str, near: dict[str, float] = TOLERANCE) -> str | None:
    """Return how two plain values differ first, in words, or None if they are as near as their dtypes ask for."""
    if isinstance(mine, np.ndarray | float):
        return _far(mine, other, where, near["float"])
    if isinstance(mine, dict) and isinstance(other, dict):
        if list(mine) != list(other):
            return f"{where}: keys {_short(list(mine))} instead of {_short(list(other))}"
        pairs = [(mine[key], other[key], f"{where} {key}") for key in mine]
    elif isinstance(mine, tuple) and isinstance(other, tuple) and mine[:1] == ("tensor",) == other[:1]:
        if mine[1:3] != other[1:3]:
            return f"{where}: {_about(*mine)} instead of {_about(*other)}"
        return _far(mine[3], other[3], where, near.get(mine[1], 0.0))
    elif isinstance(mine, tuple) and isinstance(other, tuple) and len(mine) == len(other):
        pairs = [
            (a, b, where if i == 0 else f"{where}[{i - 1}]") for i, (a, b) in enumerate(zip(mine, other, strict=True))
        ]
    else:
        same = type(mine) is type(other) and not isinstance(mine, tuple | dict) and mine == other
        return None if same else f"{where}: {_short(mine)} instead of {_short(other)}"
    return next(filter(None, (difference(*pair, near) for pair in pairs)), None)


def loosened(factor: float) -> dict[str, float]:
    """Return the tolerances times a factor."""
    return {dtype: factor * near for dtype, near in TOLERANCE.items()}


def _about(_, dtype: str, learns: bool, array: np.ndarray) -> str:
    return f"{dtype} of shape {array.shape}{', requires grad' if learns else ''}"


def _short(value) -> str:
    text = _about(*value) if isinstance(value, tuple) and value[:1] == ("tensor",) else repr(value)
    return text if len(text) < 120 else f"{text[:57]} ... {text[-57:]}"


def _far(mine, other, where: str, near: float) -> str | None:
    """Return how far apart two arrays are where that is more than rounding."""
    if np.shape(mine) != np.shape(other):
        return f"{where}: shape {np.shape(mine)} instead of {np.shape(other)}"
    mine, other = np.asarray(mine), np.asarray(other)
    # A small number among large ones may be a difference of large ones.
    largest = np.abs(other, where=np.isfinite(other), out=np.zeros(other.shape)).max(initial=0.0)
    wrong = ~np.isclose(mine, other, rtol=near, atol=near * max(1.0, largest / 5), equal_nan=True)
    if not wrong.any():
        return None
    first = np.argwhere(np.atleast_1d(wrong))[0]
    got, due = np.atleast_1d(mine)[tuple(first)], np.atleast_1d(other)[tuple(first)]
    return f"{where}: {wrong.sum()} of {wrong.size} values differ, the first {got} instead of {due}"

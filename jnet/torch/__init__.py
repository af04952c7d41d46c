"""PyTorch's tutorial API on JAX: `import jnet.torch as torch`, and the loop that you have runs compiled by XLA.

Tensors record what is asked of them; when a value is needed, what was recorded is compiled as one program, and used
again the next time round (see `jnet.recorder`). What is not built raises an error that names it.
"""

# ruff: noqa: F401 - what is imported here is what the module offers

from __future__ import annotations

import importlib
import math as _math
import typing as _typing

from jnet.compilation import keep_programs as _keep_programs
from jnet.memory import keep_freed_memory as _keep_freed_memory
from jnet.ops.registry import OPS as _OPS
from jnet.recorder import counters as _counters
from jnet.recorder import report as _report
from jnet.torch import calculus as _calculus
from jnet.torch import creation as _creation
from jnet.torch import factors as _factors
from jnet.torch import guests as _guests
from jnet.torch import legacy as _legacy
from jnet.torch import methods as _methods
from jnet.torch import neural as _neural
from jnet.torch import overloads as _overloads
from jnet.torch import pieces as _pieces
from jnet.torch import random, return_types
from jnet.torch import random as _random
from jnet.torch import recasting as _recasting
from jnet.torch import spectra as _spectra
from jnet.torch import viewing as _viewing
from jnet.torch.autograd import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from jnet.torch.buffers import frombuffer
from jnet.torch.creation import *  # noqa: F403
from jnet.torch.dispatch import CALLERS as _CALLERS
from jnet.torch.dispatch import function_of as _function_of
from jnet.torch.dispatch import inplace_of as _inplace_of
from jnet.torch.dtypes import NAMES as _NAMES
from jnet.torch.dtypes import (
    Size,
    can_cast,
    channels_last,
    channels_last_3d,
    contiguous_format,
    device,
    dtype,
    finfo,
    get_default_dtype,
    iinfo,
    layout,
    memory_format,
    preserve_format,
    promote_types,
    set_default_dtype,
    strided,
)
from jnet.torch.missing import missing as _missing
from jnet.torch.normalization import batch_norm, instance_norm
from jnet.torch.printing import printoptions, set_printoptions
from jnet.torch.random import Generator, default_generator, fork_rng
from jnet.torch.recurrent import gru, lstm, lstm_cell, rnn_relu, rnn_tanh
from jnet.torch.settings import *  # noqa: F403
from jnet.torch.tensor import Tensor
from jnet.torch.version import __version__
from jnet.torch.viewing import broadcast_tensors

_keep_programs("recorder")
_keep_freed_memory()
_methods.install()
_guests.install()
for _name, _function in _random.METHODS.items():
    setattr(Tensor, _name, _function)
for _name in ("empty", "full", "ones", "zeros", "tensor"):
    setattr(Tensor, f"new_{_name}", _methods._new(getattr(_creation, _name)))
globals()["range"] = _creation.range_


def _derive() -> None:
    """Make the functions of ops, views and the rest."""
    space = globals()
    for name, op in _OPS.items():
        if "torch" in op.where:
            caller = _overloads.FUNCTIONS.get(name, _CALLERS[name])
            for each in (name, *op.aliases):
                space[each] = _function_of(caller, each, op.function.__doc__) if op.out else caller
                if op.inplace:
                    space[f"{each}_"] = _inplace_of(caller, f"{each}_")
    more = (_calculus, _factors, _neural, _pieces, _spectra)
    for table in (_viewing.VIEWS, *(each.FUNCTIONS for each in (_recasting, _overloads, _random, *more))):
        for name, function in table.items():
            if name not in _OPS or "torch" not in _OPS[name].where:
                space[name] = function
    space.update(_legacy.TYPES)
    space.update(_NAMES)


_derive()

broadcast_shapes = _viewing.broadcast_shapes_
inf, nan, pi, e, newaxis = _math.inf, _math.nan, _math.pi, _math.e, None
_MODULES = (
    *("amp", "autograd", "backends", "compiler", "cuda", "fft", "func", "jit", "linalg", "nn", "optim"),
    *("distributions", "functional", "serialization", "signal", "special", "testing", "utils", "version"),
)
# Functions of modules that are imported when they are first asked for.
_LAZY = {
    "load": "serialization",
    "save": "serialization",
    "compile": "compiler",
    "vmap": "func",
    "autocast": "amp",
    "GradScaler": "amp",
    "is_autocast_enabled": "amp.autocast_mode",
    "get_autocast_dtype": "amp.autocast_mode",
}


def report() -> str:
    """Return what the recorder did: counters, and a line for every program run for the first time."""
    return _report()


def __getattr__(name: str) -> _typing.Any:  # the functions that are derived, too, which type checkers do not see
    if name in _MODULES:
        return importlib.import_module(f"jnet.torch.{name}")
    if name in _LAZY:
        return getattr(importlib.import_module(f"jnet.torch.{_LAZY[name]}"), name)
    if name == "torch":  # seen in the wild: torch.torch.tensor
        return importlib.import_module("jnet.torch")
    raise _missing("torch", name)


def __dir__():
    return sorted({*(name for name in globals() if not name.startswith("_")), *_MODULES, *_LAZY})


recorder_counters = _counters

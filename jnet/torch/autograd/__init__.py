"""Automatic differentiation: `backward`, `grad`, `Function`, and whether the tape records.

See: https://docs.pytorch.org/docs/stable/autograd.html
"""

import importlib

from jnet.torch.autograd import modes as grad_mode
from jnet.torch.autograd.engine import backward, grad
from jnet.torch.autograd.function import Function, once_differentiable
from jnet.torch.autograd.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from jnet.torch.autograd.variable import Variable

__all__ = [
    "Function",
    "Variable",
    "backward",
    "enable_grad",
    "grad",
    "grad_mode",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "once_differentiable",
    "set_grad_enabled",
]


_MODULES = ("anomaly_mode", "functional", "graph")
_LATE = {
    "detect_anomaly": "anomaly_mode",
    "set_detect_anomaly": "anomaly_mode",
    "gradcheck": "numerical",
    "gradgradcheck": "numerical",
    "GradcheckError": "numerical",
}


def __getattr__(name: str):
    if name in _MODULES:
        return importlib.import_module(f"jnet.torch.autograd.{name}")
    if name in _LATE:
        return getattr(importlib.import_module(f"jnet.torch.autograd.{_LATE[name]}"), name)
    raise AttributeError(f"module 'torch.autograd' has no attribute {name!r}")

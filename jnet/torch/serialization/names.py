"""What PyTorch calls, in its pickles, the classes and functions that jnet has under other names."""

from __future__ import annotations

import importlib
import types
from typing import Any

from jnet.torch import dtypes
from jnet.torch.dispatch import Caller
from jnet.torch.dtypes import dtype as Dtype

HERE = "jnet.torch"

# Files that are not called as PyTorch's are, and classes that are in others.
_FILES = {
    "jnet.torch.autograd.modes": "torch",
    "jnet.torch.tensor": "torch",
    "jnet.torch.dtypes": "torch",
    "jnet.torch.legacy": "torch",
    "jnet.torch.random": "torch",
    "jnet.torch.nn.modules.margins": "torch.nn.modules.loss",
    "jnet.torch.nn.modules.attention": "torch.nn.modules.activation",
    "jnet.torch.nn.modules.state": "torch.nn.modules.module",
    "jnet.torch.hooks": "torch.utils.hooks",
    "jnet.torch.optim.adam.AdamW": "torch.optim.adamw",
    "jnet.torch.optim.adafactor": "torch.optim._adafactor",
    "jnet.torch.optim.muon": "torch.optim._muon",
}
_SCHEDULERS = "jnet.torch.optim.lr_scheduler"  # a package here, a file there

# Where PyTorch has functions in C++, and where they are for everybody else.
_ALIASES = {
    "torch._C": "torch",
    "torch._C._nn": "torch.nn.functional",
    "torch._tensor": "torch",
    "torch.functional": "torch",
    "torch.tensor": "torch",
}
_FUNCTIONS_OF = ("torch", "torch.nn.functional", "torch.nn.init", "torch.linalg", "torch.special")


class StorageType:
    """A storage's class as the files name it, such as torch.FloatStorage: it only tells the dtype.

    Attributes:
        dtype: of the elements; None for bytes whose dtype each tensor tells (torch.storage.UntypedStorage).
    """

    def __init__(self, module: str, name: str, dtype: Dtype | None):
        self.module, self.name, self.dtype = module, name, dtype

    def __repr__(self) -> str:
        return f"{self.module}.{self.name}"


STORAGES = {
    dtype: StorageType("torch", f"{name}Storage", dtype)
    for name, dtype in {
        "Float": dtypes.float32, "Double": dtypes.float64, "Half": dtypes.float16, "BFloat16": dtypes.bfloat16,
        "Long": dtypes.int64, "Int": dtypes.int32, "Short": dtypes.int16, "Char": dtypes.int8, "Byte": dtypes.uint8,
        "Bool": dtypes.bool_, "ComplexFloat": dtypes.complex64, "ComplexDouble": dtypes.complex128,
    }.items()
}  # fmt: skip
UNTYPED = StorageType("torch.storage", "UntypedStorage", None)

# What is no class or function of jnet's; tensors.py adds the functions that rebuild tensors.
KNOWN: dict[str, Any] = {
    **{str(each): each for each in STORAGES.values()},
    "torch.storage.UntypedStorage": UNTYPED,
    "torch.UntypedStorage": UNTYPED,
    **{f"torch.{each._name}": each for each in dtypes.NAMES.values()},
}


def name_of(thing: Any) -> tuple[str, str] | None:
    """Return PyTorch's module and name for a class or function of jnet's; None for those of others.

    Example:
        >>> import jnet.torch as torch
        >>> name_of(torch.nn.Linear), name_of(torch.optim.lr_scheduler.StepLR)
        (('torch.nn.modules.linear', 'Linear'), ('torch.optim.lr_scheduler', 'StepLR'))
    """
    if isinstance(thing, Dtype):
        return "torch", thing._name
    module = getattr(thing, "__module__", None) or ""
    if module == "torch":  # the legacy tensor types
        return "torch", thing.__name__
    if module != HERE and not module.startswith(f"{HERE}."):
        return None
    if not isinstance(thing, type):
        return _name_of_function(thing)
    if module.startswith(_SCHEDULERS):
        module = _SCHEDULERS
    file = _FILES.get(f"{module}.{thing.__qualname__}") or _FILES.get(module, module.removeprefix("jnet."))
    return file, thing.__qualname__


def _name_of_function(thing: Any) -> tuple[str, str] | None:
    """Return where users find a function."""
    if not isinstance(thing, types.FunctionType | Caller):
        return None
    name = thing.name if isinstance(thing, Caller) else thing.__name__
    for module in _FUNCTIONS_OF:
        if vars(importlib.import_module(f"jnet.{module}")).get(name) is thing:
            return module, name
    return thing.__module__.removeprefix("jnet."), name


def find(module: str, name: str) -> Any:
    """Return what PyTorch calls so: from the module itself, or the nearest package around it that has it.

    Raises:
        AttributeError: if jnet has nothing of this name.

    Example:
        >>> find("torch.nn.modules.linear", "Linear")
        <class 'jnet.torch.nn.modules.linear.Linear'>
    """
    if f"{module}.{name}" in KNOWN:
        return KNOWN[f"{module}.{name}"]
    if name in ("_VariableFunctions", "_VariableFunctionsClass"):
        return importlib.import_module(HERE)
    path = _ALIASES.get(module, module)
    while path:
        try:
            found = importlib.import_module(f"jnet.{path}")
            for part in name.split("."):
                found = getattr(found, part)
            return found
        except (ModuleNotFoundError, AttributeError):
            path = path.rpartition(".")[0]
    raise AttributeError(f"Can't get attribute '{name}' on module '{module}'\njnet.torch does not have it.")

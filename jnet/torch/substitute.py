"""`import torch` that gives `jnet.torch`, and torchvision likewise, for scripts that are run unchanged."""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys

_OURS = ("torch", "torchvision")
# Modules of other packages that import torch and look into PyTorch's memory, and what stands for them.
_STAND_INS = {"safetensors.torch": "jnet.torch.serialization.safetensors"}


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `torch.x` as `jnet.torch.x`, and so for the other: the same module objects, under two names."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "safetensors":
            return _patched(importlib.machinery.PathFinder.find_spec(fullname, path))
        if fullname.partition(".")[0] not in _OURS and fullname not in _STAND_INS:
            return None
        try:
            found = importlib.util.find_spec(_own(fullname))
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise ModuleNotFoundError(f"No module named {fullname!r}\n{_own(fullname)} does not exist.", name=fullname)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=found.submodule_search_locations is not None)

    def create_module(self, spec):
        module = importlib.import_module(_own(spec.name))
        self._specs = getattr(self, "_specs", {})
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module):
        # The import system has given the module the spec of its second name; it keeps its first.
        module.__spec__ = importlib.util.find_spec(module.__name__) if module.__spec__ is None else module.__spec__


def _own(name: str) -> str:
    return _STAND_INS.get(name, f"jnet.{name}")


def _patched(spec):
    """Return the spec of safetensors, whose `safe_open` is to give tensors of jnet."""
    if spec is None:
        return None
    execute = spec.loader.exec_module

    def exec_module(module):
        execute(module)
        opener = module.safe_open

        @functools.wraps(opener)
        def safe_open(filename, framework, device="cpu", **options):
            from jnet.torch.serialization.safetensors import safe_open

            return safe_open(filename, framework, device, **options)

        safe_open.original = opener  # pyright: ignore[reportAttributeAccessIssue]
        module.safe_open = safe_open

    spec.loader.exec_module = exec_module
    return spec


def install() -> None:
    """Let `import torch` give `jnet.torch` from now on, in this process, and `import torchvision` `jnet.torchvision`.

    Raises:
        RuntimeError: if PyTorch itself was imported before.
    """
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    if "torch" in sys.modules:
        raise RuntimeError("PyTorch is imported already; call install() before anything imports torch.")
    sys.meta_path.insert(0, _Finder())

"""`import torch` that gives `jnet.torch`, for scripts that are run unchanged."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `torch` and `torch.x` as `jnet.torch` and `jnet.torch.x`: the same module objects, under two names."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] != "torch":
            return None
        name = f"jnet.{fullname}"
        try:
            found = importlib.util.find_spec(name)
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise ModuleNotFoundError(f"No module named {fullname!r}\njnet.torch does not have it.", name=fullname)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=found.submodule_search_locations is not None)

    def create_module(self, spec):
        module = importlib.import_module(f"jnet.{spec.name}")
        self._specs = getattr(self, "_specs", {})
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module):
        # The import system has given the module the spec of its second name; it keeps its first.
        module.__spec__ = importlib.util.find_spec(module.__name__) if module.__spec__ is None else module.__spec__


def install() -> None:
    """Let `import torch` give `jnet.torch` from now on, in this process.

    Raises:
        RuntimeError: if PyTorch itself was imported before.
    """
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    if "torch" in sys.modules:
        raise RuntimeError("PyTorch is imported already; call install() before anything imports torch.")
    sys.meta_path.insert(0, _Finder())

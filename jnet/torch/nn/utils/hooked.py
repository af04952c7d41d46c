"""What the hooks that compute a weight before each forward have in common."""

from __future__ import annotations

from typing import Any

from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import UninitializedParameter


def find(hooks: dict, kind: type, name: str) -> tuple[Any, Any]:
    """Return key and hook of this kind for a parameter of this name; twice None if there is none."""
    for key, hook in hooks.items():
        if isinstance(hook, kind) and hook.name == name:  # pyright: ignore[reportAttributeAccessIssue]
            return key, hook
    return None, None


def refuse_second(module: Module, kind: type, what: str, name: str) -> None:
    """Raise PyTorch's error if the module has such a hook."""
    if find(module._forward_pre_hooks, kind, name)[1] is not None:
        raise RuntimeError(f"Cannot register two {what} hooks on the same parameter {name}")


def refuse_uninitialized(weight, what: str, kind: str) -> None:
    """Raise PyTorch's error for a parameter whose shape is not known yet."""
    if isinstance(weight, UninitializedParameter):
        raise ValueError(
            f"The module passed to `{what}` can't have uninitialized parameters. Make sure to run the dummy forward "
            f"before applying {kind} normalization"
        )

"""Hooks of all modules at once, for debugging and profiling; those of one module are in `hooks.py`.

They are called before the module's own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from jnet.torch.hooks import RemovableHandle

_global_parameter_registration_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_buffer_registration_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_module_registration_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_forward_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_forward_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_forward_hooks_with_kwargs: OrderedDict[int, bool] = OrderedDict()
_global_forward_hooks_always_called: OrderedDict[int, bool] = OrderedDict()
_global_backward_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_backward_hooks: OrderedDict[int, Callable] = OrderedDict()
_backward_hooks_are: dict[str, bool | None] = {"full": None}  # None before the first one


def register_module_parameter_registration_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, name, parameter)` whenever a parameter is registered; what it returns takes its place."""
    return _added(_global_parameter_registration_hooks, hook)


def register_module_buffer_registration_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, name, buffer)` whenever a buffer is registered; what it returns takes its place."""
    return _added(_global_buffer_registration_hooks, hook)


def register_module_module_registration_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, name, child)` whenever a module gets a child; what it returns takes its place."""
    return _added(_global_module_registration_hooks, hook)


def register_module_forward_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, args)` before each `forward` of any module; what it returns takes the arguments' place."""
    return _added(_global_forward_pre_hooks, hook)


def register_module_forward_hook(
    hook: Callable, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call `hook(module, args, output)` after each `forward` of any module; what it returns takes the output's place.

    Args:
        with_kwargs: call `hook(module, args, kwargs, output)` instead.
        always_call: call it even if `forward` raises.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.nn.modules.module import register_module_forward_hook
        >>> with register_module_forward_hook(lambda module, args, output: print(module)):
        ...     _ = torch.nn.Sequential(torch.nn.ReLU())(torch.ones(1))
        ReLU()
        Sequential(
          (0): ReLU()
        )

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.modules.module.register_module_forward_hook.html
    """
    notes = (_global_forward_hooks_with_kwargs, _global_forward_hooks_always_called)
    handle = _added(_global_forward_hooks, hook, *notes)
    for note, wanted in zip(notes, (with_kwargs, always_call), strict=True):
        if wanted:
            note[handle.id] = True
    return handle


def register_module_full_backward_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, grad_output)` when gradients reach the output of any module; its result takes their place."""
    return _added(_global_backward_pre_hooks, hook)


def register_module_full_backward_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, grad_input, grad_output)` when gradients have reached the inputs of any module.

    Raises:
        RuntimeError: if `register_module_backward_hook` was used.
    """
    return _added_backward(hook, True)


def register_module_backward_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(module, grad_input, grad_output)` at the last node of any module: the old form.

    Raises:
        RuntimeError: if `register_module_full_backward_hook` was used.
    """
    return _added_backward(hook, False)


def _added(hooks: OrderedDict, hook: Callable, *notes: OrderedDict) -> RemovableHandle:
    handle = RemovableHandle(hooks, extra_dict=list(notes))
    hooks[handle.id] = hook
    return handle


def _added_backward(hook: Callable, full: bool) -> RemovableHandle:
    if _backward_hooks_are["full"] is (not full):
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks as a global Module hook. Please use only "
            "one of them."
        )
    _backward_hooks_are["full"] = full
    return _added(_global_backward_hooks, hook)


def global_backward_hooks(full: bool) -> list[Callable]:
    """Return the hooks for gradients at any module, of the new form (`full`) or of the old one."""
    return list(_global_backward_hooks.values()) if _backward_hooks_are["full"] is full else []


def registered(hooks: OrderedDict, module, name: str, value):
    """Return what the hooks make of something that is about to be registered."""
    for hook in hooks.values():
        changed = hook(module, name, value)
        value = value if changed is None else changed
    return value


__all__ = [
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

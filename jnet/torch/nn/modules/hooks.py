"""Hooks of modules: functions called before and after `forward`, and with the gradients that pass the module."""

from __future__ import annotations

import functools
import warnings
from collections import OrderedDict
from collections.abc import Callable

from jnet.torch.autograd import Function
from jnet.torch.hooks import RemovableHandle
from jnet.torch.nn.modules.everywhere import (
    _global_backward_hooks,
    _global_backward_pre_hooks,
    _global_forward_hooks,
    _global_forward_hooks_always_called,
    _global_forward_hooks_with_kwargs,
    _global_forward_pre_hooks,
    global_backward_hooks,
)
from jnet.torch.tensor import Tensor


class Hooked:
    """What of a module concerns hooks; the dictionaries are made by `Module.__init__`."""

    _forward_pre_hooks: OrderedDict
    _forward_hooks: OrderedDict
    _backward_pre_hooks: OrderedDict
    _backward_hooks: OrderedDict
    _forward_pre_hooks_with_kwargs: dict
    _forward_hooks_with_kwargs: dict
    _forward_hooks_always_called: dict
    _is_full_backward_hook: bool | None = None
    forward: Callable

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before each `forward`; what it returns takes the arguments' place.

        Args:
            prepend: call it before the hooks registered so far.
            with_kwargs: call `hook(module, args, kwargs)` instead; it may return a pair of new ones.

        See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
        """
        handle = _register(self._forward_pre_hooks, hook, prepend, self._forward_pre_hooks_with_kwargs)
        if with_kwargs:
            self._forward_pre_hooks_with_kwargs[handle.id] = True
        return handle

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after each `forward`; what it returns takes the output's place.

        Args:
            prepend: call it before the hooks registered so far.
            with_kwargs: call `hook(module, args, kwargs, output)` instead.
            always_call: call it even if `forward` raises.

        Example:
            >>> import jnet.torch as torch
            >>> net = torch.nn.Identity()
            >>> handle = net.register_forward_hook(lambda module, args, output: output + 1)
            >>> net(torch.zeros(2))
            tensor([1., 1.])
            >>> handle.remove()

        See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
        """
        notes = (self._forward_hooks_with_kwargs, self._forward_hooks_always_called)
        handle = _register(self._forward_hooks, hook, prepend, *notes)
        if with_kwargs:
            self._forward_hooks_with_kwargs[handle.id] = True
        if always_call:
            self._forward_hooks_always_called[handle.id] = True
        return handle

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` when gradients reach the output; what it returns takes their place."""
        return _register(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when gradients have reached the inputs.

        What it returns takes the place of `grad_input`; inputs that need no gradient stand there as None.

        Raises:
            RuntimeError: if the module has hooks of `register_backward_hook`.

        See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
        """
        _keep_to_one_kind(self, full=True)
        return _register(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` at the last node of what the module computed: the old form.

        `grad_input` are the gradients of that node's arguments, which need not be the module's; a warning says so.

        Raises:
            RuntimeError: if the module has hooks of `register_full_backward_hook`.
        """
        _keep_to_one_kind(self, full=False)
        return _register(self._backward_hooks, hook, prepend=False)


# No methods, for modules of users have methods of all names.


def _keep_to_one_kind(module: Hooked, full: bool) -> None:
    if module._is_full_backward_hook is (not full):
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only "
            "one of them."
        )
    module._is_full_backward_hook = full


def _backward_hooks_of_kind(module: Hooked, full: bool) -> list[Callable]:
    own = module._backward_hooks.values() if module._is_full_backward_hook is full else ()
    return [*global_backward_hooks(full), *own]


def call_with_hooks(module: Hooked, args: tuple, kwargs: dict):
    """Return `forward` of the arguments, all hooks called around it."""
    result, called = None, set()
    try:
        for key, hook in (*_global_forward_pre_hooks.items(), *module._forward_pre_hooks.items()):
            args, kwargs = _before(module, key, hook, args, kwargs)
        boundary = None
        hooks, pre_hooks = _backward_hooks_of_kind(module, full=True), [*_global_backward_pre_hooks.values()]
        pre_hooks += module._backward_pre_hooks.values()
        if hooks or pre_hooks:
            boundary = _Boundary(module, hooks, pre_hooks)
            args = boundary.enter(args)
        result = module.forward(*args, **kwargs)
        for key, hook in (*_global_forward_hooks.items(), *module._forward_hooks.items()):
            called.add(key)
            result = _after(module, key, hook, args, kwargs, result)
        result = result if boundary is None else boundary.leave(result)
        _hook_last_node(module, args, result)
        return result
    except Exception:
        for hooks, always, kind in (
            (_global_forward_hooks, _global_forward_hooks_always_called, "global module"),
            (module._forward_hooks, module._forward_hooks_always_called, "module"),
        ):
            for key, hook in tuple(hooks.items()):
                if key in always and key not in called:
                    _after_failure(module, key, hook, args, kwargs, result, kind)
        raise


def _hook_last_node(module: Hooked, args: tuple, result) -> None:
    hooks = _backward_hooks_of_kind(module, full=False)
    if not hooks:
        return
    tensor = result
    while not isinstance(tensor, Tensor):
        if isinstance(tensor, dict):
            tensor = next(each for each in tensor.values() if isinstance(each, Tensor))
        else:
            tensor = tensor[0]
    node = tensor.grad_fn
    if node is not None:
        for hook in hooks:
            node.register_hook(functools.partial(hook, module))  # pyright: ignore[reportAttributeAccessIssue]
        _warn_of_last_node(args, result, node)


def _before(module: Hooked, key: int, hook: Callable, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    if key in module._forward_pre_hooks_with_kwargs:
        given = hook(module, args, kwargs)
        if given is None:
            return args, kwargs
        if isinstance(given, tuple) and len(given) == 2:
            return given
        raise RuntimeError(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {given}.")
    given = hook(module, args)
    return args if given is None else given if isinstance(given, tuple) else (given,), kwargs


def _after(module: Hooked, key: int, hook: Callable, args: tuple, kwargs: dict, result):
    whole = key in module._forward_hooks_with_kwargs or key in _global_forward_hooks_with_kwargs
    given = hook(module, args, kwargs, result) if whole else hook(module, args, result)
    return result if given is None else given


def _after_failure(module: Hooked, key: int, hook: Callable, args: tuple, kwargs: dict, result, kind: str) -> None:
    try:
        _after(module, key, hook, args, kwargs, result)
    except Exception as error:
        warnings.warn(
            f"{kind} forward hook with ``always_call=True`` raised an exception that was silenced as another error "
            f"was raised in forward: {error}",
            stacklevel=4,
        )


def any_hook_everywhere() -> bool:
    """Tell whether there are hooks of all modules."""
    return bool(
        _global_forward_hooks or _global_forward_pre_hooks or _global_backward_hooks or _global_backward_pre_hooks
    )


def _register(hooks: OrderedDict, hook: Callable, prepend: bool, *notes: dict) -> RemovableHandle:
    handle = RemovableHandle(hooks, extra_dict=list(notes))
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


# -- gradients that pass a module ------------------------------------------------------------------


class BackwardHookFunction(Function):
    """The identity of several tensors, which hands their gradients to a function on the way back."""

    @staticmethod
    def forward(ctx, watch, complete, *tensors):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the tensors; `complete` gradients have zeros for those that did not arrive."""
        ctx.watch = watch
        ctx.set_materialize_grads(complete)
        ctx.mark_non_differentiable(*(each for each in tensors if not each.requires_grad))
        return tensors

    @staticmethod
    def backward(ctx, *grads):
        """Return what the function makes of the gradients."""
        return None, None, *ctx.watch(grads)


class _Boundary:
    """One call of a module, watched where its inputs come in and its outputs leave."""

    def __init__(self, module: Hooked, hooks: list[Callable], pre_hooks: list[Callable]):
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.grad_outputs: tuple | None = None
        self.inputs = 0
        self.reached = False  # whether an input requires grad

    def enter(self, args: tuple) -> tuple:
        """Return the arguments, the tensors among them watched."""
        self.inputs = len(args)
        if not any(isinstance(each, Tensor) and each.requires_grad for each in args):
            return args
        self.reached = True
        return _watched(args, self._arrived_at_inputs, complete=True)

    def leave(self, result):
        """Return the result, the tensors in it watched."""
        if not isinstance(result, tuple | Tensor):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                f"{type(result)}",
                stacklevel=4,
            )
            return result
        if isinstance(result, Tensor):
            return _watched((result,), self._arrived_at_outputs, complete=False)[0]
        return _watched(result, self._arrived_at_outputs, complete=False)

    def _arrived_at_outputs(self, grads: tuple) -> tuple:
        for hook in self.pre_hooks:
            given = _as_tuple(hook(self.module, grads))
            if given is not None:
                _check_count("Backward pre hook", "grad_output", given, grads)
                grads = given
        self.grad_outputs = grads
        if not self.reached:
            self._without_inputs()
        return grads

    def _without_inputs(self) -> None:
        if not self.hooks:
            return
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs "
            "require gradients. See "
            "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook"
            " for more details.",
            stacklevel=2,
        )
        for hook in self.hooks:
            given = _as_tuple(hook(self.module, (None,) * self.inputs, self.grad_outputs))
            if given is not None and any(each is not None for each in given):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or None for "
                    "all gradients."
                )

    def _arrived_at_inputs(self, grads: tuple) -> tuple:
        for hook in self.hooks if self.grad_outputs is not None else ():
            given = _as_tuple(hook(self.module, grads, self.grad_outputs))
            if given is not None:
                _check_count("Backward hook", "grad_input", given, grads)
                grads = given
        self.grad_outputs = None
        return grads


def _as_tuple(given):
    return given if given is None or isinstance(given, tuple) else (given,)


def _check_count(kind: str, what: str, given: tuple, expected: tuple) -> None:
    if len(given) != len(expected):
        raise RuntimeError(
            f"{kind} returned an invalid number of {what}, got {len(given)}, but expected {len(expected)}"
        )


def _watched(values: tuple, watch: Callable[[tuple], tuple], complete: bool) -> tuple:
    """Return the values with the tensors that require grad replaced by watched ones."""
    places = [place for place, each in enumerate(values) if isinstance(each, Tensor)]
    if not any(values[place].requires_grad for place in places):
        return values

    def spread(grads: tuple) -> tuple:
        full: list = [None] * len(values)
        for place, grad in zip(places, grads, strict=True):
            full[place] = grad
        found = watch(tuple(full))
        return tuple(found[place] for place in places)

    made = iter(BackwardHookFunction.apply(spread, complete, *(values[place] for place in places)))
    replaced = [next(made) if place in places else each for place, each in enumerate(values)]
    return type(values)(*replaced) if hasattr(values, "_fields") else tuple(replaced)


# -- the old form ----------------------------------------------------------------------------------

_NOT_FULL = (
    "Using {what} is deprecated and will be removed in future versions. This hook will be missing some of the {lost}. "
    "Please use register_full_backward_hook to get the documented behavior."
)
_MANY_NODES = (
    "Using a non-full backward hook when {what} is deprecated and will be removed in future versions. This hook will "
    "be missing some {lost}."
)
_ADVICE = " Please use register_full_backward_hook to get the documented behavior."


def _warn_of_last_node(args: tuple, result, node) -> None:
    """Warn, in PyTorch's words, where the gradients at the last node are not those of the whole module."""
    message = _what_is_lost(args, result, node)
    if message is not None:
        warnings.warn(message, FutureWarning, stacklevel=5)


def _what_is_lost(args: tuple, result, node) -> str | None:
    results = result if isinstance(result, tuple) else (result,)
    kind = "non-full backward hooks on a Module that does not {} a single Tensor or a tuple of Tensors"
    if not all(isinstance(each, Tensor) for each in results):
        return _NOT_FULL.format(what=kind.format("return"), lost="grad_output")
    if not all(isinstance(each, Tensor) for each in args):
        return _NOT_FULL.format(what=kind.format("take as input"), lost="grad_input")
    nodes = {each.grad_fn for each in results} - {None}
    if not nodes or (len(nodes) == 1 and node not in nodes):
        return _MANY_NODES.format(what="outputs are nested in python data structure", lost="grad_output")
    if len(nodes) > 1:
        what = "outputs are generated by different autograd Nodes"
        return _MANY_NODES.format(what=what, lost="grad_output") + _ADVICE
    if {each.grad_fn for each in args} - {None} != {each for each, _ in node.next_functions}:
        return _MANY_NODES.format(what="the forward contains multiple autograd Nodes", lost="grad_input") + _ADVICE
    return None

"""Hooks of modules: functions called before and after `forward`, and with the gradients that pass the module."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable

from jnet.torch.autograd import Function
from jnet.torch.hooks import RemovableHandle
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
        handle = _register(self._forward_pre_hooks, hook, prepend)
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
        handle = _register(self._forward_hooks, hook, prepend)
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

        See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
        """
        return _register(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: Callable) -> RemovableHandle:
        """Not built: PyTorch advises against it."""
        raise NotImplementedError("Module.register_backward_hook is not built; use register_full_backward_hook.")

    def _call_with_hooks(self, args: tuple, kwargs: dict):
        """Return `forward` of the arguments, all hooks called around it."""
        result, called = None, set()
        try:
            for key, hook in tuple(self._forward_pre_hooks.items()):
                args, kwargs = self._before(key, hook, args, kwargs)
            boundary = None
            if self._backward_hooks or self._backward_pre_hooks:
                boundary = _Boundary(self)
                args = boundary.enter(args)
            result = self.forward(*args, **kwargs)
            for key, hook in tuple(self._forward_hooks.items()):
                called.add(key)
                result = self._after(key, hook, args, kwargs, result)
            return result if boundary is None else boundary.leave(result)
        except Exception:
            for key, hook in tuple(self._forward_hooks.items()):
                if key in self._forward_hooks_always_called and key not in called:
                    self._after_failure(key, hook, args, kwargs, result)
            raise

    def _before(self, key: int, hook: Callable, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        if key in self._forward_pre_hooks_with_kwargs:
            given = hook(self, args, kwargs)
            if given is None:
                return args, kwargs
            if isinstance(given, tuple) and len(given) == 2:
                return given
            raise RuntimeError(
                f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {given}."
            )
        given = hook(self, args)
        return args if given is None else given if isinstance(given, tuple) else (given,), kwargs

    def _after(self, key: int, hook: Callable, args: tuple, kwargs: dict, result):
        given = hook(self, args, kwargs, result) if key in self._forward_hooks_with_kwargs else hook(self, args, result)
        return result if given is None else given

    def _after_failure(self, key: int, hook: Callable, args: tuple, kwargs: dict, result) -> None:
        try:
            self._after(key, hook, args, kwargs, result)
        except Exception as error:
            warnings.warn(
                "module forward hook with ``always_call=True`` raised an exception that was silenced as another error "
                f"was raised in forward: {error}",
                stacklevel=4,
            )


def _register(hooks: OrderedDict, hook: Callable, prepend: bool) -> RemovableHandle:
    handle = RemovableHandle(hooks)
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

    def __init__(self, module: Hooked):
        self.module = module
        self.hooks = tuple(module._backward_hooks.values())
        self.pre_hooks = tuple(module._backward_pre_hooks.values())
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

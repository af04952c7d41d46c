"""`Optimizer`: parameter groups, their state, and the hooks around every step."""

from __future__ import annotations

import copy
import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

from jnet.recorder import flush as run_recorded
from jnet.torch.autograd.modes import no_grad
from jnet.torch.hooks import RemovableHandle
from jnet.torch.nn.modules.module import typename
from jnet.torch.tensor import Tensor, edge_of


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


class _Hooks:
    """The hooks of one optimizer, or of all of them: functions by the id of their handle."""

    def __init__(self):
        self.before_step: OrderedDict[int, Callable] = OrderedDict()
        self.after_step: OrderedDict[int, Callable] = OrderedDict()
        self.before_state: OrderedDict[int, Callable] = OrderedDict()
        self.after_state: OrderedDict[int, Callable] = OrderedDict()
        self.before_load: OrderedDict[int, Callable] = OrderedDict()
        self.after_load: OrderedDict[int, Callable] = OrderedDict()


_of_all = _Hooks()


class Optimizer:
    """The base of all optimizers; one of your own overrides `step`.

    Args:
        params: parameters, or pairs (name, parameter), or dictionaries with "params" and settings of their own.
        defaults: settings of groups that do not give their own.

    Raises:
        TypeError, ValueError: for what is no parameter, no leaf, or empty.

    Example:
        >>> import jnet.torch as torch
        >>> class Descent(torch.optim.Optimizer):
        ...     def step(self):
        ...         with torch.no_grad():
        ...             for group in self.param_groups:
        ...                 for p in group["params"]:
        ...                     p -= group["lr"] * p.grad
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Descent([w], {"lr": 0.1}).step()
        >>> w
        tensor([0.8000], requires_grad=True)

    See: https://docs.pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
    """

    _opt_called: bool | None = None  # whether a step was made since there is a schedule; None: there is none

    def __init__(self, params, defaults: dict[str, Any]):
        self.defaults = defaults
        self._prepare()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + typename(params)
            )
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)
        run_recorded()  # the first values of parameters and buffers, lest the first step be a program of its own

    def _prepare(self) -> None:
        """Make what is not part of a copy."""
        self._hooks = _Hooks()
        step = type(self).step
        if not hasattr(step, "hooked"):  # once a class, so that `step` of a class of the user's own is met too
            type(self).step = _with_hooks(step)  # pyright: ignore[reportAttributeAccessIssue]

    def __repr__(self) -> str:
        text = self.__class__.__name__ + " ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            for key in sorted(group.keys()):
                if key != "params":
                    text += f"    {key}: {group[key]}\n"
        return text + ")"

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_hooks" not in self.__dict__:
            self._prepare()
        self.defaults.setdefault("differentiable", False)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with settings of their own.

        Raises:
            TypeError, ValueError: for what is no parameter, no leaf, in another group, or only partly named.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        given = [params] if isinstance(params, Tensor) else list(params)
        param_group["params"] = params = [each[1] if isinstance(each, tuple) else each for each in given]
        names = [each[0] for each in given if isinstance(each, tuple)]
        if names and len(names) < len(given):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        if names:
            param_group["param_names"] = names
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError("optimizer can only optimize Tensors, but one of the params is " + typename(p))
            if not self.defaults.get("differentiable") and not (p.is_leaf or p.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        if len(params) != len(set(params)):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        for group in self.param_groups:
            if ("param_names" in param_group) != ("param_names" in group):
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param group "
                    f"{'with' if names else 'without'} names to the optimizer"
                )
        if not set(params).isdisjoint(p for group in self.param_groups for p in group["params"]):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or fill them with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if p._grad is None:
                    continue
                if set_to_none:
                    p._grad = None
                    continue
                if edge_of(p._grad, leaf=False) is None:
                    p._grad.requires_grad_(False)
                else:
                    p._grad.detach_()
                p._grad.zero_()

    def step(self, closure: Callable | None = None):
        """Change the parameters by one step; `closure` computes the loss and its gradients again."""
        raise NotImplementedError

    # -- states --------------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the state and the groups, with numbers in place of parameters."""
        for hook in self._hooks.before_state.values():
            hook(self)
        numbers: dict[int, int] = {}
        first = 0
        for group in self.param_groups:
            here = {id(p): number for number, p in enumerate(group["params"], first)}  # of two places the last
            numbers = {**here, **numbers}
            first += len(group["params"])
        groups = [
            {**{k: v for k, v in group.items() if k != "params"}, "params": [numbers[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]
        state = {(numbers[id(p)] if isinstance(p, Tensor) else p): slots for p, slots in self.state.items()}
        made = {"state": state, "param_groups": groups}
        for hook in self._hooks.after_state.values():
            changed = hook(self, made)
            made = made if changed is None else changed
        return made

    @no_grad()
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned; tensors of the right dtype and device are shared, not copied.

        Raises:
            ValueError: if the groups differ.
        """
        given = state_dict.copy()
        for hook in self._hooks.before_load.values():
            changed = hook(self, given)
            given = given if changed is None else changed
        groups = copy.deepcopy(given["param_groups"])
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        pairs = list(zip(groups, self.param_groups, strict=True))
        if any(len(new["params"]) != len(own["params"]) for new, own in pairs):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        owners = {n: (p, new) for new, own in pairs for n, p in zip(new["params"], own["params"], strict=True)}
        state: defaultdict[Any, Any] = defaultdict(dict)
        for number, slots in given["state"].items():
            if number in owners:
                param, group = owners[number]
                state[param] = _like_parameter(slots, param, bool(group.get("capturable") or group.get("fused")))
            else:
                state[number] = slots
        for new, own in pairs:
            new["params"] = own["params"]
            if "param_names" in own:
                new.setdefault("param_names", own["param_names"])
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._hooks.after_load.values():
            hook(self)

    # -- hooks ---------------------------------------------------------------------------------------------------------

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before every step; it may return other arguments (args, kwargs)."""
        return _register(self._hooks.before_step, hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after every step."""
        return _register(self._hooks.after_step, hook)

    def register_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` before `state_dict` looks at the state; `prepend` puts it before other hooks."""
        return _register(self._hooks.before_state, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` on what `state_dict` returns; it may return another one."""
        return _register(self._hooks.after_state, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` on what `load_state_dict` is given; it may return another one."""
        return _register(self._hooks.before_load, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` after `load_state_dict`."""
        return _register(self._hooks.after_load, hook, prepend)


def register_optimizer_step_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` before every step of every optimizer."""
    return _register(_of_all.before_step, hook)


def register_optimizer_step_post_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` after every step of every optimizer."""
    return _register(_of_all.after_step, hook)


def _register(hooks: OrderedDict[int, Callable], hook: Callable, first: bool = False) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if first:
        hooks.move_to_end(handle.id, last=False)
    return handle


def _with_hooks(step: Callable) -> Callable:
    """Return a class's `step` with the hooks around it; what was recorded up to its end runs as one program."""

    @functools.wraps(step)
    def call(*args, **kwargs):
        self = args[0]
        own = self._hooks
        if own.before_step or _of_all.before_step:
            for hook in (*_of_all.before_step.values(), *own.before_step.values()):
                changed = hook(self, args, kwargs)
                if changed is None:
                    continue
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise RuntimeError(
                        f"{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}."
                    )
                args, kwargs = changed
        if self._opt_called is not None:
            self._opt_called = True
        result = step(*args, **kwargs)
        run_recorded()
        if own.after_step or _of_all.after_step:
            for hook in (*own.after_step.values(), *_of_all.after_step.values()):
                hook(self, args, kwargs)
        return result

    call.hooked = True  # pyright: ignore[reportAttributeAccessIssue]
    return call


def _like_parameter(value, p: Tensor, moves_step: bool, name=None):
    """Return what a state holds, its tensors in the dtype and on the device of the parameter (counts as they are)."""
    if isinstance(value, Tensor):
        if name == "step":
            return value.to(device=p.device) if moves_step else value
        return value.to(device=p.device, dtype=p.dtype) if p.is_floating_point() else value.to(device=p.device)
    if isinstance(value, dict):
        return {key: _like_parameter(each, p, moves_step, key) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_like_parameter(each, p, moves_step) for each in value)
    return value


__all__ = [
    "Optimizer",
    "register_optimizer_step_post_hook",
    "register_optimizer_step_pre_hook",
    "required",
]

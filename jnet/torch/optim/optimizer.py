"""`Optimizer`: parameter groups and their state; a step is one recorded op over all parameters of a group."""

from __future__ import annotations

import copy
import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import jax.numpy as jnp
import numpy as np

from jnet.recorder import Call, known, record
from jnet.recorder import flush as run_recorded
from jnet.torch.autograd.modes import enable_grad, no_grad
from jnet.torch.hooks import RemovableHandle
from jnet.torch.tensor import Tensor, shape_of, value_of, wrap, write


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


class Optimizer:
    """The base of all optimizers.

    Args:
        params: parameters, or pairs (name, parameter), or dictionaries with "params" and settings of their own.
        defaults: settings of groups that do not give their own.

    Raises:
        TypeError, ValueError: for what is no parameter, no leaf, or empty.

    See: https://docs.pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
    """

    rule: Callable  # of jnet.optim.rules
    slots: dict[str, Callable] = {}  # noqa: RUF012 - slots that every parameter has: name -> first value of a parameter
    counts = False  # whether the state holds the number of steps

    def __init__(self, params, defaults: dict[str, Any]):
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + params.type()
            )
        self.defaults = defaults
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._pre_hooks: OrderedDict[int, Callable] = OrderedDict()
        self._post_hooks: OrderedDict[int, Callable] = OrderedDict()
        self._calls: dict[tuple, Call] = {}
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(dict(group))

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
        self._pre_hooks, self._post_hooks, self._calls = OrderedDict(), OrderedDict(), {}

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with settings of their own."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        params = list(params)
        if params and all(isinstance(p, tuple) and len(p) == 2 for p in params):
            param_group["param_names"] = [name for name, _ in params]
            params = [p for _, p in params]
        param_group["params"] = params
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError("optimizer can only optimize Tensors, but one of the params is " + _typename(p))
            if not p.is_leaf and not p.retains_grad:
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        if len(params) != len({id(p) for p in params}):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        before = {id(p) for group in self.param_groups for p in group["params"]}
        if before & {id(p) for p in params}:
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
                else:
                    p._grad = p._grad.detach() if p._grad._edge is not None else p._grad.requires_grad_(False)
                    p._grad.zero_()

    # -- the step ------------------------------------------------------------------------------------------------------

    def step(self, closure: Callable | None = None):
        """Change the parameters by one step; `closure` computes the loss and its gradients again.

        Everything recorded up to here runs now, as one compiled program.
        """
        for hook in tuple(self._pre_hooks.values()):
            hook(self, (closure,), {})
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                self._step_group(group)
        run_recorded()
        for hook in tuple(self._post_hooks.values()):
            hook(self, (closure,), {})
        return loss

    def settings(self, group: dict[str, Any]) -> dict[str, Any]:
        """Return the settings that the rule takes."""
        raise NotImplementedError

    def extra_slots(self, group: dict[str, Any]) -> dict[str, Callable]:
        """Return the slots that the settings ask for."""
        return {}

    def _step_group(self, group: dict[str, Any]) -> None:
        params = [p for p in group["params"] if p._grad is not None]
        if not params:
            return
        slots = {**self.slots, **self.extra_slots(group)}
        steps = self._counted(params)
        arguments, layout = [], []
        for p in params:
            state = self.state[p]
            for name, first in slots.items():
                if name not in state:
                    state[name] = first(p)
            arguments += [value_of(p), value_of(p._grad), *(value_of(state[name]) for name in slots)]
            layout.append(None if steps is None else steps[1][id(p)])
        rate = group["lr"]
        rate = value_of(rate) if isinstance(rate, Tensor) else float(rate)
        counts = [] if steps is None else steps[0]
        call = self._call(tuple(slots), tuple(layout), len(counts), self.settings(group))
        results = record(call, [rate, *counts, *arguments])
        width = 1 + len(slots)
        for i, p in enumerate(params):
            write(p, results[i * width])
            state = self.state[p]
            for j, name in enumerate(slots):
                write(state[name], results[i * width + 1 + j])

    def _counted(self, params: list[Tensor]):
        """Count this step in the states; return the different counts' values, and which one each parameter has.

        Parameters that have always been stepped together share one value, so their counts are one number of a program.
        """
        if not self.counts:
            return None
        values, place, new = [], {}, {}
        for p in params:
            state = self.state[p]
            if "step" not in state:
                state["step"] = wrap(_ZERO)
            before = value_of(state["step"])
            if id(before) not in new:
                new[id(before)] = (record(_NEXT, [before]), len(values), before)
                values.append(new[id(before)][0])
            write(state["step"], new[id(before)][0])
            place[id(p)] = new[id(before)][1]
        return values, place

    def _call(self, slots: tuple[str, ...], layout: tuple, counts: int, settings: dict[str, Any]) -> Call:
        key = (slots, layout, tuple(settings.items()))
        call = self._calls.get(key)
        if call is None:
            if len(self._calls) > 100:
                self._calls.clear()
            function = functools.partial(_apply_rule, type(self).rule, slots, layout, counts, settings)
            call = self._calls[key] = Call(function, type(self).__name__)
        return call

    # -- states --------------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the state and the groups, with numbers in place of parameters."""
        numbers: dict[int, int] = {}
        for group in self.param_groups:
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
        groups = [
            {**{k: v for k, v in group.items() if k != "params"}, "params": [numbers[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]
        return {"state": {numbers[id(p)]: state for p, state in self.state.items()}, "param_groups": groups}

    @no_grad()
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned.

        Raises:
            ValueError: if the groups differ.
        """
        given = copy.copy(state_dict)
        groups = copy.deepcopy(given["param_groups"])
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(g["params"]) != len(own["params"]) for g, own in zip(groups, self.param_groups, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        by_number = {
            number: p
            for g, own in zip(groups, self.param_groups, strict=True)
            for number, p in zip(g["params"], own["params"], strict=True)
        }
        state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        for number, slots in given["state"].items():
            p = by_number[number]
            state[p] = {name: _like_parameter(name, slot, p) for name, slot in slots.items()}
        self.state = state
        for g, own in zip(groups, self.param_groups, strict=True):
            own.update({k: v for k, v in g.items() if k != "params"})

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before every step."""
        handle = RemovableHandle(self._pre_hooks)
        self._pre_hooks[handle.id] = hook
        return handle

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after every step."""
        handle = RemovableHandle(self._post_hooks)
        self._post_hooks[handle.id] = hook
        return handle


_ZERO = known(np.zeros((), np.float32))
_NEXT = Call(lambda step: step + 1, "step + 1")


def _apply_rule(rule, slots, layout, counts, settings, rate, *values):
    """Return the new parameters and slots, in order, of one rule."""
    rate = rate.value if hasattr(rate, "value") else rate
    results, rest = [], iter(values[counts:])
    for place in layout:
        param, grad = next(rest), next(rest)
        state = {name: next(rest) for name in slots}
        t = None if place is None else values[place]
        step, state = rule(grad, param, state, t, jnp.asarray(rate).astype(param.dtype), **settings)
        results += [param + step, *(state[name] for name in slots)]
    return tuple(results)


def _like_parameter(name: str, slot, p: Tensor):
    if not isinstance(slot, Tensor):
        return slot
    slot = slot.detach().clone()
    return slot if name == "step" else slot.to(device=p.device, dtype=p.dtype)


def zeros_of(p: Tensor) -> Tensor:
    """Return zeros of a parameter's shape and dtype, the first value of most slots."""
    return wrap(known(np.zeros(shape_of(p), p._aval.dtype), p._aval.device))


def _typename(value) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def non_negative(**settings) -> None:
    """Raise PyTorch's error for a negative setting."""
    names = {
        "lr": "learning rate",
        "eps": "epsilon value",
        "weight_decay": "weight_decay value",
        "momentum": "momentum value",
    }
    for key, value in settings.items():
        if not isinstance(value, Tensor) and not value >= 0.0:
            raise ValueError(f"Invalid {names.get(key, key)}: {value}")


_ = Iterable

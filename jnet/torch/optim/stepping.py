"""Optimizers whose step is one of the rules of `jnet.optim.rules`: one recorded op over all parameters of a group."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.promotion import Default
from jnet.recorder import Call, known, record
from jnet.torch.autograd.modes import enable_grad, no_grad
from jnet.torch.optim.optimizer import Optimizer
from jnet.torch.tensor import Tensor, numpy_of, shape_of, store, value_of, wrap, write


class RuleOptimizer(Optimizer):
    """An optimizer made of an update rule.

    A subclass names the rule, the slots that it keeps for each parameter, and the settings of a group that it takes.
    The learning rate and the count of steps enter the compiled step as inputs. Settings are part of it as long as they
    stay as they are; numbers that change become inputs too, so a schedule of betas compiles no more than two steps.
    """

    rule: Callable  # of jnet.optim.rules
    slots: tuple[str, ...] = ()  # those that every parameter has
    counts = True  # whether the state holds the number of steps

    def __init__(self, params, defaults: dict[str, Any]):
        if defaults.get("fused") and defaults.get("differentiable"):
            raise RuntimeError("`fused` does not support `differentiable`")
        if defaults.get("fused") and defaults.get("foreach"):
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
        if defaults.get("differentiable"):
            raise NotImplementedError(f"{type(self).__name__}(differentiable=True): steps are not part of the graph.")
        super().__init__(params, defaults)

    def _prepare(self) -> None:
        super()._prepare()
        self._calls: dict[tuple, Call] = {}
        self._split: dict[int, tuple] = {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in self.defaults.items():
                group.setdefault(name, value)  # a state of an earlier version may lack some
        if self.counts:
            self._share_counts()

    def settings(self, group: dict[str, Any]) -> dict[str, Any]:
        """Return the settings that the rule takes."""
        raise NotImplementedError

    def extra_slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        """Return the slots that the settings ask for."""
        return ()

    def step(self, closure: Callable | None = None):
        """Change the parameters by one step; `closure` computes the loss and its gradients again.

        Everything recorded up to here runs now, as one compiled program.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for number, group in enumerate(self.param_groups):
                params = [p for p in group["params"] if p._grad is not None]
                if params:
                    self._step_group(number, group, params)
        return loss

    def _step_group(self, number: int, group: dict[str, Any], params: list[Tensor]) -> None:
        for each in _rounds(params):
            self._step_params(number, group, each)

    def _step_params(self, number: int, group: dict[str, Any], params: list[Tensor]) -> None:
        slots = (*self.slots, *self.extra_slots(group))
        counts, places = self._counted(group, params)
        arguments = []
        for p in params:
            arguments += (value_of(p), value_of(p._grad))  # pyright: ignore
            if slots:
                state = self.state[p]
                for name in slots:
                    slot = state.get(name)
                    if slot is None:
                        slot = state[name] = _zeros_of(p)
                    arguments.append(value_of(slot))
        rate = group["lr"]
        rate = value_of(rate) if isinstance(rate, Tensor) else float(rate)
        fixed, moving = self._divided(number, self.settings(group))
        call = self._call(slots, places, len(counts), fixed, tuple(moving))
        results = iter(record(call, [rate, *counts, *moving.values(), *arguments]))
        for p in params:
            store(p._storage, p._links, next(results))
            if slots:
                state = self.state[p]
                for name in slots:
                    slot = state[name]
                    store(slot._storage, slot._links, next(results))

    def _counted(self, group: dict[str, Any], params: list[Tensor]) -> tuple[list, tuple[int, ...]]:
        """Count this step in the states; return the different counts, and for each parameter which of them it has.

        Parameters that have always been stepped together share one value, so their counts are one number of a program.
        """
        if not self.counts:
            return [], ()
        counts, places, new = [], [], {}
        for p in params:
            state = self.state[p]
            step = state.get("step")
            if step is None:
                step = state["step"] = wrap(_ZERO[Default.dtype == np.float64])
            before = value_of(step)
            found = new.get(id(before))
            if found is None:
                found = new[id(before)] = (len(counts), record(_NEXT, [before]), before)
                counts.append(found[1])
            write(step, found[1])
            places.append(found[0])
        return counts, tuple(places)

    def _share_counts(self) -> None:
        """Let parameters share the values of counts that are equal, after a state was loaded."""
        shared: dict[tuple, Any] = {}
        for slots in self.state.values():
            step = slots.get("step") if isinstance(slots, dict) else None
            if isinstance(step, int | float):
                slots["step"] = step = wrap(known(np.asarray(step, _ZERO[Default.dtype == np.float64].aval.dtype)))
            if isinstance(step, Tensor):
                value = value_of(step)
                kept = shared.setdefault((value.aval, float(numpy_of(step))), value)
                if kept is not value:
                    write(step, kept)

    def _divided(self, number: int, settings: dict[str, Any]) -> tuple[tuple, dict[Any, float]]:
        """Return the settings that the compiled step holds, and the numbers that it takes as inputs.

        Numbers that have changed since the first step are inputs, except a 0, which leaves a part of the rule out.
        """
        before = self._split.get(number)
        if before is not None and before[0] == settings:
            return before[1]
        changed = set() if before is None else before[2]
        fixed, moving = [], {}
        for name, value in settings.items():
            if before is not None and before[0].get(name) != value:
                changed.add(name)
            parts = value if isinstance(value, tuple) else (value,)
            inputs = name in changed and not any(isinstance(part, bool) or part == 0 for part in parts)
            fixed.append((name, len(parts) if inputs and isinstance(value, tuple) else None if inputs else value))
            if inputs:
                moving.update({(name, i): float(part) for i, part in enumerate(parts)})
        divided = tuple(fixed), moving
        self._split[number] = (settings, divided, changed)
        return divided

    def _call(self, slots: tuple[str, ...], places: tuple, counts: int, fixed: tuple, moving: tuple) -> Call:
        key = (slots, places, counts, fixed, moving)
        call = self._calls.get(key)
        if call is None:
            if len(self._calls) > 100:
                self._calls.clear()
            function = functools.partial(_apply_rule, type(self).rule, slots, places, counts, dict(fixed), moving)
            call = self._calls[key] = Call(function, type(self).__name__)
        return call


def _apply_rule(rule, slots, places, counts, fixed, moving, rate, *values):
    """Return the new parameters and slots, in order, of one rule.

    It computes in float32 or wider, and what depends on the count and the rate alone in float64.
    """
    rate, *numbers = (_number(each) for each in (rate, *values[: counts + len(moving)]))
    settings = dict(fixed)
    for (name, part), number in zip(moving, numbers[counts:], strict=True):
        if fixed[name] is None:
            settings[name] = number
        else:
            settings[name] = (*(settings[name] if part else ()), number)
    results, rest = [], iter(values[counts + len(moving) :])
    for i in range((len(values) - counts - len(moving)) // (2 + len(slots))):
        param, grad = next(rest), next(rest)
        old = {name: next(rest) for name in slots}
        t = numbers[places[i]] if places else None
        step, new = rule(_wide(grad), _wide(param), {k: _wide(v) for k, v in old.items()}, t, rate, **settings)
        results.append(_like(param, _wide(param) + step))
        results += [_like(old[name], new[name]) for name in slots]
    return tuple(results)


def _number(given):
    """Return a number of the recorder's, or a tensor of one element, as a float64 scalar."""
    return jnp.asarray(getattr(given, "value", given)).astype(float).reshape(())


def _wide(array):
    """Return an array in float32 or wider; of complex numbers their two parts, which the rules take one by one."""
    if jnp.iscomplexobj(array):
        return jnp.stack([array.real, array.imag])
    return array.astype(jnp.promote_types(array.dtype, jnp.float32))


def _like(old, new):
    """Return what `_wide` of an array has become, in the array's own form."""
    return lax.complex(new[0], new[1]) if jnp.iscomplexobj(old) else new.astype(old.dtype)


_ZERO = (known(np.zeros((), np.float32)), known(np.zeros((), np.float64)))  # the first count, by default dtype
_NEXT = Call(lambda step: step + 1, "step + 1")


def _rounds(params: list[Tensor]) -> Iterable[list[Tensor]]:
    """Return the parameters by device, those that are listed twice once more in a later round."""
    if len(set(map(id, params))) == len(params) and len({p._aval.device for p in params}) == 1:
        return (params,)
    rounds: dict[tuple, list[Tensor]] = {}
    times: dict[int, int] = {}
    for p in params:
        times[id(p)] = times.get(id(p), 0) + 1
        rounds.setdefault((times[id(p)], p._aval.device), []).append(p)
    return rounds.values()


def _zeros_of(p: Tensor) -> Tensor:
    """Return zeros of a parameter's shape and dtype, the first value of slots."""
    return wrap(known(np.zeros(shape_of(p), p._aval.dtype), p._aval.device))


def check_one_element(lr) -> None:
    """Raise PyTorch's ValueError for a learning rate that is a tensor of several elements."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")

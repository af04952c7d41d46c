"""Optax transformations made of the rules, with PyTorch's parameter names, defaults and errors.

Example:
    >>> import jax.numpy as jnp, optax
    >>> tx = adam(1e-3)
    >>> params = {"w": jnp.ones(2)}
    >>> updates, state = tx.update({"w": jnp.array([1.0, -2.0])}, tx.init(params), params)
    >>> [round(float(w), 4) for w in optax.apply_updates(params, updates)["w"]]
    [0.999, 1.001]
"""

import difflib
import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jnet.optim import rules
from jnet.optim.schedules import Schedule

# A number, or a function of the number of steps done.
Rate = float | Schedule


class OptState(NamedTuple):
    """The state of a transformation made by `from_rule`.

    With a number as learning rate, the next step uses the value stored here: change it with
    `optax.tree.set(opt_state, learning_rate=...)` and nothing is compiled again. With a schedule it is the rate that
    the last step used (before the first one: that it will use).
    """

    count: jax.Array  # int32 scalar: steps done
    learning_rate: jax.Array  # float scalar
    slots: dict[str, Any]  # name -> tree like the parameters


def from_rule(rule: Callable, learning_rate: Rate, slots: Mapping[str, float]) -> optax.GradientTransformation:
    """Make an Optax transformation of an update rule.

    Args:
        rule: `(grad, param, slots, t, learning_rate) -> (step, slots)` on one array, as in `jnet.optim.rules`.
        learning_rate: a number, or a schedule: a function of the number of steps done.
        slots: the names of the rule's slots, and the value that each starts with.
    """

    def rate(count):
        value = learning_rate(count) if callable(learning_rate) else learning_rate
        return jnp.asarray(value, jnp.result_type(float))

    def init(params):
        full = {n: jax.tree.map(functools.partial(jnp.full_like, fill_value=v), params) for n, v in slots.items()}
        count = jnp.zeros((), jnp.int32)
        return OptState(count, rate(count), full)

    def update(grads, state, params=None):
        if params is None:
            raise ValueError("This optimizer needs the parameters: call tx.update(grads, opt_state, params).")
        current = rate(state.count) if callable(learning_rate) else state.learning_rate
        t = state.count + 1
        leaves, tree = jax.tree.flatten(params)
        columns = {name: tree.flatten_up_to(slot) for name, slot in state.slots.items()}
        steps, rows = [], []
        for i, (grad, param) in enumerate(zip(tree.flatten_up_to(grads), leaves, strict=True)):
            scalar = param.dtype if jnp.issubdtype(param.dtype, jnp.inexact) else current.dtype
            row = {name: column[i] for name, column in columns.items()}
            # Scalars of the parameter's dtype keep a bfloat16 parameter and its slots bfloat16.
            step, row = rule(grad, param, row, t.astype(current.dtype), current.astype(scalar))
            steps.append(step.astype(param.dtype))
            rows.append({name: value.astype(columns[name][i].dtype) for name, value in row.items()})
        new = {name: tree.unflatten([row[name] for row in rows]) for name in columns}
        return tree.unflatten(steps), OptState(t, current, new)

    return optax.GradientTransformation(init, update)


def sgd(
    learning_rate: Rate = 1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, *, maximize=False
) -> optax.GradientTransformation:
    """Stochastic gradient descent, with momentum; the rule is `rules.sgd`.

    Raises:
        ValueError: for a negative rate, momentum or decay; for `nesterov` without momentum or with dampening.
    """
    _not_negative("learning rate", learning_rate, "Invalid learning rate: {}")
    _not_negative("momentum", momentum)
    _not_negative("weight_decay", weight_decay)
    if nesterov and (momentum <= 0 or dampening != 0):
        raise ValueError("Nesterov momentum requires a momentum and zero dampening")
    settings = {"momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
    rule = functools.partial(rules.sgd, **settings, nesterov=nesterov, maximize=maximize)
    return from_rule(rule, learning_rate, {"momentum_buffer": 0.0} if momentum else {})


def adam(
    learning_rate: Rate = 1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, *, maximize=False
) -> optax.GradientTransformation:
    """Adam, its L2 penalty inside the gradient; the rule is `rules.adam`.

    Raises:
        ValueError: for a negative rate, eps or decay; for betas outside [0, 1).
    """
    return _adam(learning_rate, betas, eps, weight_decay, amsgrad, maximize, decoupled=False)


def adamw(
    learning_rate: Rate = 1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False
) -> optax.GradientTransformation:
    """Adam with decoupled weight decay; the rule is `rules.adam`, errors as `adam`."""
    return _adam(learning_rate, betas, eps, weight_decay, amsgrad, maximize, decoupled=True)


def _adam(learning_rate, betas, eps, weight_decay, amsgrad, maximize, decoupled):
    _not_negative("learning rate", learning_rate, "Invalid learning rate: {}")
    _not_negative("epsilon", eps)
    _not_negative("weight_decay", weight_decay)
    for index, beta in enumerate(betas):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {index}: {beta}")
    settings = {"betas": tuple(betas), "eps": eps, "weight_decay": weight_decay, "decoupled": decoupled}
    rule = functools.partial(rules.adam, **settings, amsgrad=amsgrad, maximize=maximize)
    slots = {"exp_avg": 0.0, "exp_avg_sq": 0.0} | ({"max_exp_avg_sq": 0.0} if amsgrad else {})
    return from_rule(rule, learning_rate, slots)


def rmsprop(
    learning_rate: Rate = 1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False, *, maximize=False
) -> optax.GradientTransformation:
    """RMSprop; the rule is `rules.rmsprop`.

    Raises:
        ValueError: for negative settings.
    """
    _not_negative("learning rate", learning_rate, "Invalid learning rate: {}")
    _not_negative("epsilon", eps)
    _not_negative("momentum", momentum)
    _not_negative("weight_decay", weight_decay)
    _not_negative("alpha", alpha)
    settings = {"alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum}
    rule = functools.partial(rules.rmsprop, **settings, centered=centered, maximize=maximize)
    names = ["square_avg", *(["grad_avg"] if centered else []), *(["momentum_buffer"] if momentum else [])]
    return from_rule(rule, learning_rate, dict.fromkeys(names, 0.0))


def adagrad(
    learning_rate: Rate = 1e-2,
    lr_decay=0.0,
    weight_decay=0.0,
    initial_accumulator_value=0.0,
    eps=1e-10,
    *,
    maximize=False,
) -> optax.GradientTransformation:
    """Adagrad; the rule is `rules.adagrad`.

    Raises:
        ValueError: for negative settings.
    """
    _not_negative("learning rate", learning_rate, "Invalid learning rate: {}")
    _not_negative("lr_decay", lr_decay)
    _not_negative("weight_decay", weight_decay)
    _not_negative("initial_accumulator_value", initial_accumulator_value)
    _not_negative("epsilon", eps)
    settings = {"lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps}
    rule = functools.partial(rules.adagrad, **settings, maximize=maximize)
    return from_rule(rule, learning_rate, {"sum": initial_accumulator_value})


def _not_negative(name, value, message="Invalid {} value: {}"):
    if not callable(value) and not value >= 0:  # nan is refused too
        raise ValueError(message.format(name, value) if message.count("{}") == 2 else message.format(value))


_BY_NAME = {"adagrad": adagrad, "adam": adam, "adamw": adamw, "rmsprop": rmsprop, "sgd": sgd}


def by_name(name: str, learning_rate: Rate, **settings) -> optax.GradientTransformation:
    """Return the optimizer called `name`: adagrad, adam, adamw, rmsprop or sgd, in any case.

    Raises:
        ValueError: for an unknown name.
    """
    if name.lower() not in _BY_NAME:
        close = difflib.get_close_matches(name.lower(), _BY_NAME, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"Unknown optimizer {name!r}{hint or '.'} Known ones: {', '.join(_BY_NAME)}.")
    return _BY_NAME[name.lower()](learning_rate, **settings)

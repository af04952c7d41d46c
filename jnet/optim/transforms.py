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
from jax.core import Tracer

from jnet.optim import rules
from jnet.optim.schedules import Schedule

# A number, or a function of the number of steps done.
Rate = float | Schedule


class OptState(NamedTuple):
    """The state of a transformation made by `from_rule`.

    With a number as learning rate, the next step uses the value stored here: change it with
    `optax.tree.set(opt_state, learning_rate=jnp.float32(...))` and nothing is compiled again (a Python number works
    too, for one more compile). With a schedule it is the rate that the last step used (before the first one: that it
    will use).
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

    Raises:
        TypeError: from `init`, for parameters that are not real floating-point numbers.
        ValueError: from `update`, without the parameters, or for a gradient that has not its parameter's shape.
    """

    def rate(value):
        # A copy: a step that donates the state must not take the caller's own array with it.
        return jnp.array(value, jnp.result_type(float))

    def init(params):
        leaves, tree = jax.tree.flatten(params)
        leaves = [_real(leaf) for leaf in leaves]
        # The dtype is given because a weakly typed parameter would make a weakly typed slot, and a second compile.
        full = {n: tree.unflatten([jnp.full_like(p, v, dtype=p.dtype) for p in leaves]) for n, v in slots.items()}
        count = jnp.zeros((), jnp.int32)
        return OptState(count, rate(learning_rate(count) if callable(learning_rate) else learning_rate), full)

    def update(updates, state, params=None):
        if params is None:
            raise ValueError("This optimizer needs the parameters: call tx.update(grads, opt_state, params).")
        current = rate(learning_rate(state.count) if callable(learning_rate) else state.learning_rate)
        t = state.count + 1
        leaves, tree = jax.tree.flatten(params)
        columns = {name: tree.flatten_up_to(slot) for name, slot in state.slots.items()}
        steps, rows = [], []
        for i, (grad, param) in enumerate(zip(tree.flatten_up_to(updates), leaves, strict=True)):
            row = {name: column[i] for name, column in columns.items()}
            step, row = _apply(rule, jnp.asarray(grad), jnp.asarray(param), row, t, current)
            steps.append(step)
            rows.append(row)
        new = {name: tree.unflatten([row[name] for row in rows]) for name in columns}
        return tree.unflatten(steps), OptState(t, current, new)

    return optax.GradientTransformation(init, update)


def _real(param):
    param = jnp.asarray(param)
    if not jnp.issubdtype(param.dtype, jnp.floating):
        raise TypeError(
            f"A parameter has dtype {param.dtype}, but optimizers need real floating-point parameters; freeze this one "
            "with optax.masked, or write a complex one as its real and imaginary parts."
        )
    return param


def _apply(rule, grad, param, row, t, learning_rate):
    """Run the rule on one parameter in float32 or wider, and give back the parameter's and the slots' own dtypes.

    In float16 an eps of 1e-8 is zero and a gradient of 300 has no square; in bfloat16 a rate of 0.1 is 0.1001.
    """
    if grad.shape != param.shape:
        raise ValueError(
            f"A gradient has shape {grad.shape} but its parameter {param.shape}; they must be equal: differentiate the "
            "loss with respect to the same tree that tx.update gets as params."
        )
    wide = jnp.promote_types(param.dtype, jnp.float32)
    grad, value, t, learning_rate = (array.astype(wide) for array in (grad, param, t, learning_rate))
    step, new = rule(grad, value, {name: slot.astype(wide) for name, slot in row.items()}, t, learning_rate)
    return step.astype(param.dtype), {name: slot.astype(row[name].dtype) for name, slot in new.items()}


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
    if callable(value) or isinstance(value, Tracer):  # not known yet: a schedule, a rate under vmap
        return
    if not value >= 0:  # nan is refused too
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

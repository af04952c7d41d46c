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
# What a slot starts with: a number that fills the parameter's shape, or a function of the parameter.
Start = float | Callable[[jax.Array], jax.Array]


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


def from_rule(rule: Callable, learning_rate: Rate, slots: Mapping[str, Start]) -> optax.GradientTransformation:
    """Make an Optax transformation of an update rule.

    Args:
        rule: `(grad, param, slots, t, learning_rate) -> (step, slots)` on one array, as in `jnet.optim.rules`.
        learning_rate: a number, or a schedule: a function of the number of steps done.
        slots: the names of the rule's slots, and what each starts with: a number for an array of the parameter's shape,
            or a function of the parameter that returns an array of another.

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
        full = {name: tree.unflatten([_started(start, p) for p in leaves]) for name, start in slots.items()}
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


def _started(start: Start, param):
    return start(param) if callable(start) else jnp.full_like(param, start, dtype=param.dtype)


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
    settings = _adam_settings(learning_rate, betas, eps, weight_decay)
    rule = functools.partial(rules.adam, **settings, decoupled=decoupled, amsgrad=amsgrad, maximize=maximize)
    slots = {"exp_avg": 0.0, "exp_avg_sq": 0.0} | ({"max_exp_avg_sq": 0.0} if amsgrad else {})
    return from_rule(rule, learning_rate, slots)


def _adam_settings(learning_rate, betas, eps, weight_decay):
    _not_negative("learning rate", learning_rate, "Invalid learning rate: {}")
    _not_negative("epsilon", eps)
    for index, beta in enumerate(betas):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {index}: {beta}")
    _not_negative("weight_decay", weight_decay)
    return {"betas": tuple(betas), "eps": eps, "weight_decay": weight_decay}


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


def adamax(
    learning_rate: Rate = 2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, *, maximize=False
) -> optax.GradientTransformation:
    """Adamax; the rule is `rules.adamax`, errors as `adam`."""
    settings = _adam_settings(learning_rate, betas, eps, weight_decay)
    rule = functools.partial(rules.adamax, **settings, maximize=maximize)
    return from_rule(rule, learning_rate, {"exp_avg": 0.0, "exp_inf": 0.0})


def nadam(
    learning_rate: Rate = 2e-3,
    betas=(0.9, 0.999),
    eps=1e-8,
    weight_decay=0.0,
    momentum_decay=4e-3,
    decoupled_weight_decay=False,
    *,
    maximize=False,
) -> optax.GradientTransformation:
    """NAdam; the rule is `rules.nadam`, errors as `adam`, and for a negative momentum decay."""
    settings = _adam_settings(learning_rate, betas, eps, weight_decay)
    _not_negative("momentum_decay", momentum_decay)
    settings |= {"momentum_decay": momentum_decay, "decoupled": decoupled_weight_decay, "maximize": maximize}
    slots = {"mu_product": _scalar(1.0), "exp_avg": 0.0, "exp_avg_sq": 0.0}
    return from_rule(functools.partial(rules.nadam, **settings), learning_rate, slots)


def radam(
    learning_rate: Rate = 1e-3,
    betas=(0.9, 0.999),
    eps=1e-8,
    weight_decay=0.0,
    decoupled_weight_decay=False,
    *,
    maximize=False,
) -> optax.GradientTransformation:
    """RAdam; the rule is `rules.radam`, errors as `adam`."""
    settings = _adam_settings(learning_rate, betas, eps, weight_decay)
    rule = functools.partial(rules.radam, **settings, decoupled=decoupled_weight_decay, maximize=maximize)
    return from_rule(rule, learning_rate, {"exp_avg": 0.0, "exp_avg_sq": 0.0})


def adadelta(
    learning_rate: Rate = 1.0, rho=0.9, eps=1e-6, weight_decay=0.0, *, maximize=False
) -> optax.GradientTransformation:
    """Adadelta; the rule is `rules.adadelta`.

    Raises:
        ValueError: for negative settings, or a rho above 1.
    """
    _not_negative("learning rate", learning_rate, "Invalid learning rate: {}")
    if not 0.0 <= rho <= 1.0:
        raise ValueError(f"Invalid rho value: {rho}")
    _not_negative("epsilon", eps)
    _not_negative("weight_decay", weight_decay)
    rule = functools.partial(rules.adadelta, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize)
    return from_rule(rule, learning_rate, {"square_avg": 0.0, "acc_delta": 0.0})


def rprop(
    learning_rate: Rate = 1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, maximize=False
) -> optax.GradientTransformation:
    """Rprop; the rule is `rules.rprop`. Of the learning rate only the first value counts.

    Raises:
        ValueError: for a negative rate, or etas that are not on both sides of 1.
    """
    _not_negative("learning rate", learning_rate, "Invalid learning rate: {}")
    if not 0.0 < etas[0] < 1.0 < etas[1]:
        raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
    rule = functools.partial(rules.rprop, etas=tuple(etas), step_sizes=tuple(step_sizes), maximize=maximize)
    return from_rule(rule, learning_rate, {"prev": 0.0, "step_size": _first(learning_rate)})


def asgd(
    learning_rate: Rate = 1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0.0, *, maximize=False
) -> optax.GradientTransformation:
    """Averaged SGD; the rule is `rules.asgd`, the averages are the slot `ax`.

    Raises:
        ValueError: for a negative rate or decay.
    """
    _not_negative("learning rate", learning_rate, "Invalid learning rate: {}")
    _not_negative("weight_decay", weight_decay)
    settings = {"lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay}
    rule = functools.partial(rules.asgd, **settings, maximize=maximize)
    return from_rule(rule, learning_rate, {"eta": _scalar(_first(learning_rate)), "mu": _scalar(1.0), "ax": 0.0})


def adafactor(
    learning_rate: Rate = 1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0, *, maximize=False
) -> optax.GradientTransformation:
    """Adafactor; the rule is `rules.adafactor`. Slots that a parameter has no use for are empty.

    Raises:
        ValueError: for a negative rate, eps or decay, a positive `beta2_decay`, or a `d` below 1.
    """
    check_adafactor(learning_rate, beta2_decay, eps, d, weight_decay)
    settings = {"beta2_decay": beta2_decay, "eps": tuple(eps), "d": d, "weight_decay": weight_decay}
    slots = {
        "row_var": lambda p: jnp.zeros((*p.shape[:-1], 1) if p.ndim > 1 else 0, p.dtype),
        "col_var": lambda p: jnp.zeros((*p.shape[:-2], 1, p.shape[-1]) if p.ndim > 1 else 0, p.dtype),
        "variance": lambda p: jnp.zeros(0 if p.ndim > 1 else p.shape, p.dtype),
    }
    return from_rule(functools.partial(rules.adafactor, **settings, maximize=maximize), learning_rate, slots)


def muon(
    learning_rate: Rate = 1e-3,
    weight_decay=0.1,
    momentum=0.95,
    nesterov=True,
    ns_coefficients=(3.4445, -4.775, 2.0315),
    eps=1e-7,
    ns_steps=5,
    adjust_lr_fn=None,
) -> optax.GradientTransformation:
    """Muon, for parameters that are matrices; the rule is `rules.muon`.

    Raises:
        ValueError: for negative settings, an unknown `adjust_lr_fn`; from `init`, for a parameter that is no matrix.
    """
    check_muon(learning_rate, weight_decay, momentum, adjust_lr_fn)
    settings = {
        "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov, "eps": eps, "ns_steps": ns_steps,
        "ns_coefficients": tuple(ns_coefficients), "adjust_lr_fn": adjust_lr_fn,
    }  # fmt: skip
    return from_rule(functools.partial(rules.muon, **settings), learning_rate, {"momentum_buffer": _of_matrix})


def check_adafactor(learning_rate, beta2_decay, eps, d, weight_decay) -> None:
    """Raise PyTorch's ValueErrors for settings of Adafactor."""
    least, floor = eps
    _not_negative("", learning_rate, "Learning rate should be >= 0 but is: {}")
    if not beta2_decay <= 0.0:
        raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
    if least is not None:
        _not_negative("", least, "epsilon1 should be >= 0 but is: {}")
    _not_negative("", floor, "epsilon2 should be >= 0 but is: {}")
    if not d >= 1.0:
        raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
    _not_negative("", weight_decay, "weight_decay should be >= 0 but is: {}")


def check_muon(learning_rate, weight_decay, momentum, adjust_lr_fn) -> None:
    """Raise PyTorch's ValueErrors for settings of Muon."""
    _not_negative("", learning_rate, "Learning rate should be >= 0 but is: {}")
    _not_negative("", momentum, "momentum should be >= 0 but is: {}")
    _not_negative("", weight_decay, "weight decay should be >= 0 but is: {}")
    if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
        raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")


def _of_matrix(param):
    if param.ndim != 2:
        raise ValueError(
            f"Muon only supports 2D parameters whereas we found a parameter with size: {param.shape}\n"
            "Give the others to another optimizer, for example with optax.multi_transform."
        )
    return jnp.zeros_like(param)


def _scalar(value):
    return lambda param: jnp.full((), value, jnp.promote_types(param.dtype, jnp.float32))


def _first(learning_rate: Rate):
    return learning_rate(jnp.zeros((), jnp.int32)) if callable(learning_rate) else learning_rate


def _not_negative(name, value, message="Invalid {} value: {}"):
    if callable(value) or isinstance(value, Tracer):  # not known yet: a schedule, a rate under vmap
        return
    if not value >= 0:  # nan is refused too
        raise ValueError(message.format(name, value) if message.count("{}") == 2 else message.format(value))


_ALL = (
    adadelta, adafactor, adagrad, adam, adamax, adamw, asgd, muon, nadam, radam, rmsprop, rprop, sgd,
)  # fmt: skip
_BY_NAME = {each.__name__: each for each in _ALL}


def by_name(name: str, learning_rate: Rate, **settings) -> optax.GradientTransformation:
    """Return the optimizer called `name`, in any case: adadelta, adafactor, adagrad, adam, ... as in this module.

    Raises:
        ValueError: for an unknown name.
    """
    if name.lower() not in _BY_NAME:
        close = difflib.get_close_matches(name.lower(), _BY_NAME, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"Unknown optimizer {name!r}{hint or '.'} Known ones: {', '.join(_BY_NAME)}.")
    return _BY_NAME[name.lower()](learning_rate, **settings)

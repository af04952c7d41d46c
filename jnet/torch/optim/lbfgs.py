"""L-BFGS, with a line search after Wolfe's strong conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.recorder import Call, known, record
from jnet.torch.autograd.modes import enable_grad, no_grad
from jnet.torch.optim.optimizer import Optimizer
from jnet.torch.optim.starting import check_not_negative
from jnet.torch.optim.wolfe import Point, search
from jnet.torch.tensor import Tensor, numpy_of, shape_of, store, value_of, wrap


class LBFGS(Optimizer):
    """L-BFGS (Nocedal, 1980): Newton's direction from the last changes of parameters and gradients.

    Its `step` takes a closure that computes the loss and its gradients, and calls it several times.

    Args:
        lr: the length of a step in units of its direction, or where the line search starts.
        max_iter, max_eval: iterations and calls of the closure within one `step`, at most.
        tolerance_grad: a gradient with no element above this ends a step.
        tolerance_change: so does a smaller change of the parameters, or of the loss.
        history_size: how many changes are kept.
        line_search_fn: "strong_wolfe", or None for steps of fixed length.

    Raises:
        ValueError: for a negative rate, several groups of parameters.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.tensor([3.0, -1.0], requires_grad=True)
        >>> optimizer = torch.optim.LBFGS([w], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = (w * w).sum()
        ...     loss.backward()
        ...     return loss
        >>> optimizer.step(closure).item()
        10.0
        >>> w.abs().max().item() < 1e-5
        True

    See: https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
    """

    def __init__(
        self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9, history_size=100,
        line_search_fn=None,
    ):  # fmt: skip
        check_not_negative({"learning rate": lr})
        super().__init__(
            params,
            {
                "lr": lr, "max_iter": max_iter, "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change, "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )  # fmt: skip
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @no_grad()
    def step(self, closure: Callable):
        """Go down from the parameters as they are; return the loss that they have now."""
        group = self.param_groups[0]
        params = group["params"]
        state = self.state[params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        def evaluate():
            with enable_grad():
                loss = closure()
            state["func_evals"] += 1
            return loss, Point(_float(loss), _run(_FLAT, *map(_gradient, params)))

        first, point = evaluate()
        if _largest(point.grad) <= group["tolerance_grad"]:
            return first
        memory = _Memory.of(state)
        before, evaluations = state["func_evals"] - 1, 1
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                memory = _Memory(-point.grad, None, [], [], [], 1, None, None)
            else:
                memory = memory.grown(point.grad, group["history_size"], state)
            along, largest, total = map(_number, _run(_MEASURED, point.grad, memory.d))
            rate = _rate(group["lr"])
            t = min(1.0, 1.0 / total) * rate if state["n_iter"] == 1 else rate
            previous = point.loss
            memory = memory._replace(t=t, prev_flat_grad=point.grad, prev_loss=previous)
            if along > -group["tolerance_change"]:
                break
            if group["line_search_fn"] is None:
                _move(params, t, memory.d)
                if iteration < group["max_iter"]:
                    point = evaluate()[1]
            elif group["line_search_fn"] == "strong_wolfe":
                most = group["max_eval"] - evaluations
                point, t = search(_objective(params, memory.d, evaluate), t, point._replace(slope=along), largest, most)
                memory = memory._replace(t=t)
                _move(params, t, memory.d)
            else:
                raise RuntimeError("only 'strong_wolfe' is supported")
            evaluations = state["func_evals"] - before
            if iteration == group["max_iter"] or evaluations >= group["max_eval"]:
                break
            if _largest(point.grad) <= group["tolerance_grad"] or abs(largest * t) <= group["tolerance_change"]:
                break
            if abs(point.loss - previous) < group["tolerance_change"]:
                break
        state.update(memory.as_state())
        return first


class _Memory(NamedTuple):
    """What is remembered from step to step, under the names that it has in the state.

    `t` is a Python number, or one of NumPy's where PyTorch has a tensor.
    """

    d: Any  # the last direction
    t: Any  # the last step along it
    old_dirs: Any  # the last changes of the gradient
    old_stps: Any  # and of the parameters
    ro: Any  # one by their product
    H_diag: Any  # the scale of the first guess at the inverse Hessian
    prev_flat_grad: Any
    prev_loss: Any

    @classmethod
    def of(cls, state: dict[str, Any]) -> _Memory:
        found = {name: state.get(name) for name in cls._fields}
        if isinstance(found["t"], Tensor):
            found["t"] = _number(found["t"])
        return cls(**found)

    def as_state(self) -> dict[str, Any]:
        t = wrap(known(np.asarray(self.t))) if isinstance(self.t, np.generic) else self.t
        return self._replace(t=t)._asdict()

    def grown(self, grad: Tensor, size: int, state: dict[str, Any]) -> _Memory:
        """Return the memory after another step, with the direction from its new place."""
        *changes, inverse, scale, product = _run(_CHANGES, grad, self.prev_flat_grad, self.d, float(self.t))
        dirs, steps, ro, new_scale = self.old_dirs, self.old_stps, self.ro, self.H_diag
        if _number(product) > 1e-10:
            full = len(dirs) == size
            for kept, new in zip((dirs, steps, ro), (*changes, inverse), strict=True):
                if full:
                    kept.pop(0)
                kept.append(new)
            new_scale = scale
        count = len(dirs)
        weights = state.setdefault("al", [None] * size)
        padded = [each for kept in (dirs, steps, ro) for each in _padded(kept)]
        direction, *found = _run(_DIRECTION, grad, new_scale, *padded)
        weights[:count] = found[:count]
        return self._replace(d=direction, H_diag=new_scale)


def _objective(params: list[Tensor], direction: Tensor, evaluate: Callable) -> Callable[[Any], Point]:
    """Return the function of t that gives the loss and its gradient at t times `direction` from here."""
    here = [value_of(p) for p in params]

    def at(t):
        _move(params, t, direction)
        point = evaluate()[1]
        for p, value in zip(params, here, strict=True):
            store(p._storage, p._links, value)
        return point._replace(slope=_number(_run(_MEASURED, point.grad, direction)[0]))

    return at


def _move(params: list[Tensor], t, direction: Tensor) -> None:
    moved = record(_MOVED, [float(t), value_of(direction), *map(value_of, params)])
    for p, value in zip(params, moved, strict=True):
        store(p._storage, p._links, value)


def _padded(kept: list[Tensor]) -> list[Tensor]:
    """Return the list with zeros up to a power of two, so that a growing history compiles a few programs only."""
    if not kept:
        return []
    zero = wrap(known(np.zeros(shape_of(kept[0]), kept[0]._aval.dtype), kept[0]._aval.device))
    return kept + [zero] * ((1 << (len(kept) - 1).bit_length()) - len(kept))


def _gradient(p: Tensor) -> Tensor:
    return wrap(known(np.zeros(shape_of(p), p._aval.dtype), p._aval.device)) if p._grad is None else p._grad


def _rate(lr):
    return _number(lr) if isinstance(lr, Tensor) else lr


def _float(loss) -> float:
    return float(loss.detach() if isinstance(loss, Tensor) else loss)


def _number(tensor: Tensor):
    """Return the only element of a tensor as a number of NumPy's, which computes in its dtype as PyTorch does."""
    return numpy_of(tensor).reshape(())[()]


def _largest(grad: Tensor):
    return _number(_run(_LARGEST, grad))


def _run(call: Call, *given) -> Any:
    """Return what a call makes of tensors and numbers, as tensors."""
    made = record(call, [value_of(each) if isinstance(each, Tensor) else each for each in given])
    return tuple(map(wrap, made)) if isinstance(made, tuple) else wrap(made)


# -- the arithmetic, on flat arrays ------------------------------------------------------------------------------------


def _plain(number):
    return jnp.asarray(getattr(number, "value", number))


def _flat(*grads):
    """Return the elements of all gradients in a row, of complex ones both parts."""
    return jnp.concatenate([_parts(grad).reshape(-1) for grad in grads])


def _parts(array):
    return jnp.stack([array.real, array.imag], -1) if jnp.iscomplexobj(array) else array


def _moved(t, direction, *params):
    """Return the parameters, t times their share of the direction further."""
    t, at, moved = _plain(t).astype(direction.dtype), 0, []
    for param in params:
        parts = _parts(param)
        parts = parts + (t * direction[at : at + parts.size]).reshape(parts.shape).astype(parts.dtype)
        moved.append(lax.complex(parts[..., 0], parts[..., 1]) if jnp.iscomplexobj(param) else parts)
        at += moved[-1].size * (2 if jnp.iscomplexobj(param) else 1)
    return tuple(moved)


def _measured(grad, direction):
    return jnp.vdot(grad, direction), jnp.abs(direction).max(), jnp.abs(grad).sum()


def _changes(grad, before, direction, t):
    """Return the changes of gradient and parameters, one by their product, the scale of the Hessian, the product."""
    change, step = grad - before, direction * _plain(t).astype(direction.dtype)
    product = jnp.vdot(change, step)
    return change, step, 1 / product, product / jnp.vdot(change, change), product


def _two_loops(grad, scale, *history):
    """Return the direction, and the weight of each change, newest first (Nocedal & Wright, algorithm 7.4)."""
    count = len(history) // 3
    start, scale = -grad, _plain(scale).astype(grad.dtype)
    if not count:
        return (start * scale,)
    dirs, steps, inverse = (jnp.stack(history[i * count : (i + 1) * count]) for i in range(3))

    def back(q, each):
        change, step, by = each
        weight = jnp.vdot(step, q) * by
        return q - weight * change, weight

    def forth(r, each):
        change, step, by, weight = each
        return r + (weight - jnp.vdot(change, r) * by) * step, None

    q, weights = lax.scan(back, start, (dirs, steps, inverse), reverse=True)
    direction, _ = lax.scan(forth, q * scale, (dirs, steps, inverse, weights))
    return (direction, *(weights[i] for i in range(count)))


_FLAT = Call(_flat, "flat gradient")
_MOVED = Call(_moved, "LBFGS")
_MEASURED = Call(_measured, "slope")
_LARGEST = Call(lambda grad: jnp.abs(grad).max(), "largest")
_CHANGES = Call(_changes, "changes")
_DIRECTION = Call(_two_loops, "direction")

"""Calls: ops with their settings fixed, the shapes of what they give, and their derivatives."""

from __future__ import annotations

import functools
import warnings
import weakref
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import ClosedJaxpr, Literal

from jnet.ops.promotion import Number
from jnet.recorder.interpret import cost
from jnet.recorder.values import Aval, aval

# In signatures, these stand for Python numbers: their values enter programs as inputs of these dtypes.
NUMBERS = {float: np.dtype("float64"), int: np.dtype("int64"), bool: np.dtype("bool"), complex: np.dtype("complex128")}


_calls: weakref.WeakSet[Call] = weakref.WeakSet()


class _Precision:
    """How precisely accelerators compute products of float32: fully, as PyTorch, unless the user says otherwise."""

    name = "highest"


def forget_signatures(precision: str) -> None:
    """Let all calls be traced again, with products of this precision (see `jax.default_matmul_precision`)."""
    _Precision.name = precision
    for call in tuple(_calls):
        call._signatures.clear()
        call._derivatives.clear()


class Call:
    """A pure function of arrays and numbers, all else fixed. Calls are compared by identity: make each once.

    Args:
        function: takes arrays, and `Number`s where numbers stand; gives an array or a tuple of them.
        name: for reports and errors.
        grad_fn: the name of its node in the graph, or a function that gives it from the kinds of the arguments.
        saves: what its derivative keeps (see `jnet.ops.registry.Op`).
        constant: places of floating results that have no derivative.

    Attributes:
        quiet: whether it warns of nothing.
    """

    __slots__ = (
        *("__weakref__", "_derivatives", "_signatures"),
        *("constant", "function", "grad_fn", "name", "quiet", "saves"),
    )

    def __init__(
        self,
        function: Callable,
        name: str,
        grad_fn: str | Callable[[tuple], str] = "",
        saves: str = "inputs",
        constant: tuple[int, ...] = (),
    ):
        self.function, self.name, self.grad_fn = function, name, grad_fn or name
        self.saves, self.constant = saves, constant
        self.quiet = False
        self._signatures: dict[tuple, Signature] = {}
        self._derivatives: dict[tuple, Derivative] = {}
        _calls.add(self)

    def signature(self, kinds: tuple) -> Signature:
        """Return what the call does with arguments of these kinds (`Aval`s, and types of numbers).

        Raises what the function raises for them.
        """
        found = self._signatures.get(kinds)
        if found is None:
            if len(self._signatures) > 1000:
                self._signatures.clear()
            found = self._signatures[kinds] = Signature(self, kinds)
        return found

    def derivative(self, kinds: tuple, wanted: tuple[int, ...]) -> Derivative:
        """Return the vector-Jacobian product towards the arguments at `wanted`."""
        found = self._derivatives.get((kinds, wanted))
        if found is None:
            if len(self._derivatives) > 1000:
                self._derivatives.clear()
            found = self._derivatives[kinds, wanted] = Derivative(self, kinds, wanted)
        return found

    def __repr__(self) -> str:
        return f"<call of {self.name}>"


class Signature:
    """A call on arguments of known kinds: its jaxpr, and the kinds of its results.

    Attributes:
        outs: an `Aval` a result.
        form: None for one array, else what makes the function's own tuple of them.
        warnings: what the function warned of; repeated each time it is recorded.
        cost: scalar operations, roughly.
    """

    __slots__ = ("cost", "form", "jaxpr", "outs", "warnings")
    ops = 1

    def __init__(self, call: Call, kinds: tuple):
        form: list = []

        def flat(*arrays):
            given = [Number(a, k) if k in NUMBERS else a for a, k in zip(arrays, kinds, strict=True)]
            result = call.function(*given)
            several = isinstance(result, tuple | list)
            form.append(_former(result) if several else None)
            return [_strong(jnp.asarray(x)) for x in (result if several else (result,))]

        structs = [jax.ShapeDtypeStruct((), NUMBERS[k]) if k in NUMBERS else k.struct() for k in kinds]
        with (
            jax.enable_x64(True),
            jax.default_matmul_precision(_Precision.name),
            warnings.catch_warnings(record=True) as caught,
        ):
            warnings.simplefilter("always")
            try:
                jaxpr = jax.make_jaxpr(flat)(*structs)
            except Exception as error:
                error.__notes__ = []  # what JAX says of its own frames; they are not shown
                raise error.with_traceback(None) from error.__cause__
            self.jaxpr = without_dead_code(inlined(jaxpr, structs))
        device = next((k.device for k in kinds if isinstance(k, Aval)), None)
        self.outs = tuple(aval(tuple(v.shape), np.dtype(v.dtype), device) for v in self.jaxpr.out_avals)
        self.form, self.warnings = form[-1], [(w.message, w.category) for w in caught if not call.quiet]
        self.cost = cost(self.jaxpr)

    def uses(self) -> tuple[bool, ...]:
        """Tell which arguments the results depend on."""
        used = {v for eqn in self.jaxpr.jaxpr.eqns for v in eqn.invars if not isinstance(v, Literal)}
        used |= {v for v in self.jaxpr.jaxpr.outvars if not isinstance(v, Literal)}
        return tuple(v in used for v in self.jaxpr.jaxpr.invars)


class Derivative:
    """The vector-Jacobian product of a call as a call of its own.

    Attributes:
        call: takes those of the call's arguments that it needs, then the gradients of the floating results; gives the
            gradients of the wanted arguments.
        wanted: places of the arguments whose gradients it gives.
        needs: places of the arguments that it looks at: the others need not be kept.
        floating: places of the results that can have gradients.
        outs: the kinds of all results.
        grad_fn: the name of the node.
        node_class: the class of the nodes, once there is one.
        saves: what PyTorch would keep (see `jnet.ops.registry.Op`).
    """

    __slots__ = ("call", "floating", "grad_fn", "needs", "node_class", "outs", "saves", "wanted")

    def __init__(self, call: Call, kinds: tuple, wanted: tuple[int, ...]):
        self.outs, self.wanted, self.needs = call.signature(kinds).outs, wanted, tuple(range(len(kinds)))
        self.grad_fn = call.grad_fn(kinds) if callable(call.grad_fn) else call.grad_fn
        self.node_class: type | None = None
        self.saves = call.saves
        differentiable = [jnp.issubdtype(out.dtype, jnp.inexact) for out in self.outs]
        self.floating = tuple(i for i, yes in enumerate(differentiable) if yes and i not in call.constant)
        whole = Call(functools.partial(self._pull, call, kinds), call.name)
        uses = whole.signature((*kinds, *(self.outs[i] for i in self.floating))).uses()
        self.needs = tuple(place for place in self.needs if uses[place])
        self.call = Call(functools.partial(self._pull, call, kinds), f"gradient of {call.name}", self.grad_fn)
        self.call.quiet = True  # the call itself has warned

    def _pull(self, call, kinds, *given):
        # What is not needed stands for nothing: zeros take its place.
        arrays = [0 if kind in NUMBERS else jnp.zeros(kind.shape, kind.dtype) for kind in kinds]
        for place, array in zip(self.needs, given, strict=False):
            arrays[place] = array

        def forward(*chosen):
            for place, array in zip(self.wanted, chosen, strict=True):
                arrays[place] = array
            result = call.function(*arrays)
            results = result if isinstance(result, tuple | list) else (result,)
            return [results[i] for i in self.floating]

        _, pull = jax.vjp(forward, *(arrays[place] for place in self.wanted))
        # JAX's gradients of complex numbers are the conjugates of PyTorch's.
        return tuple(map(jnp.conj, pull(list(map(jnp.conj, given[len(self.needs) :])))))


def _former(result: Sequence) -> Callable:
    """Return what makes a tuple of the same type as `result` from its elements."""
    return type(result)._make if hasattr(result, "_make") else tuple  # pyright: ignore[reportAttributeAccessIssue]


def _strong(array):
    """Return the array without JAX's weak typing, which would make programs depend on where a value came from."""
    return lax.convert_element_type(array, array.dtype) if array.weak_type else array


# Calls of inner jaxprs: the parameter that holds them. Nothing here is differentiated any more, so custom rules may go.
_INNER = {"jit": "jaxpr", "pjit": "jaxpr", "closed_call": "call_jaxpr", "custom_jvp_call": "call_jaxpr",
          "custom_vjp_call": "call_jaxpr", "remat2": "jaxpr", "checkpoint": "jaxpr"}  # fmt: skip


def inlined(jaxpr: ClosedJaxpr, structs: Sequence) -> ClosedJaxpr:
    """Return the jaxpr with inner calls replaced by what they call."""
    if not any(eqn.primitive.name in _INNER for eqn in jaxpr.jaxpr.eqns):
        return jaxpr
    return jax.make_jaxpr(lambda *arrays: _evaluated(jaxpr, arrays))(*structs)


def _evaluated(jaxpr, arrays) -> list:
    env = dict(zip(jaxpr.jaxpr.constvars, jaxpr.consts, strict=True)) | dict(
        zip(jaxpr.jaxpr.invars, arrays, strict=True)
    )
    for eqn in jaxpr.jaxpr.eqns:
        given = [v.val if isinstance(v, Literal) else env[v] for v in eqn.invars]
        inner = eqn.params.get(_INNER.get(eqn.primitive.name, ""))
        if inner is None:
            found = eqn.primitive.bind(*given, **eqn.primitive.get_bind_params(eqn.params))
            found = found if eqn.primitive.multiple_results else [found]
        else:
            found = _evaluated(inner if isinstance(inner, ClosedJaxpr) else ClosedJaxpr(inner, ()), given)
        env.update(zip(eqn.outvars, found, strict=True))
    return [v.val if isinstance(v, Literal) else env[v] for v in jaxpr.jaxpr.outvars]


def without_dead_code(jaxpr: ClosedJaxpr) -> ClosedJaxpr:
    """Return the jaxpr without the equations that no result depends on."""
    needed = {v for v in jaxpr.jaxpr.outvars if not isinstance(v, Literal)}
    kept = []
    for eqn in reversed(jaxpr.jaxpr.eqns):
        if eqn.effects or any(v in needed for v in eqn.outvars):
            kept.append(eqn)
            needed |= {v for v in eqn.invars if not isinstance(v, Literal)}
    return jaxpr.replace(jaxpr=jaxpr.jaxpr.replace(eqns=kept[::-1]))

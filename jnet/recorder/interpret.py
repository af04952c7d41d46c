"""An interpreter of jaxprs in NumPy, for programs that are too small to be worth compiling.

A jaxpr is prepared once: inner calls (`jit`, custom derivatives, checkpoints) are dissolved, what no result needs is
left out, and what remains is a flat list of NumPy calls between numbered places. `jnet.recorder.primitives` has the
calls; a primitive that it lacks runs in XLA, and its name goes into `fallbacks`.
"""

import functools
import math
import weakref
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

from jnet.recorder.primitives import RULES

__all__ = ["cost", "evaluate", "fallbacks"]

# Names of the primitives that ran in XLA, for want of a rule or of one for their operands.
fallbacks: set[str] = set()

# Primitives that stand for a jaxpr run once, and the parameter that holds it.
_CALLS = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "custom_lin": "call_jaxpr",
    "remat2": "jaxpr",
    "checkpoint": "jaxpr",
    "composite": "jaxpr",
    "custom_vmap_call": "call",
}
_ASSUMED_STEPS = 100  # of a `while` loop, whose number of steps nobody knows beforehand


def evaluate(jaxpr: ClosedJaxpr, arguments: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Run a closed jaxpr on NumPy arrays; the results share no memory with the arguments or each other.

    Dtypes and shapes are those that XLA gives, values the same up to rounding.

    Example:
        >>> import jax.numpy as jnp
        >>> numbers = np.arange(4, dtype=np.float32)
        >>> evaluate(jax.make_jaxpr(jnp.cumsum)(numbers), [numbers])
        [array([0., 1., 3., 6.], dtype=float32)]
    """
    program = _prepared(jaxpr)
    with np.errstate(all="ignore"):
        results = program.run(arguments)
    taken = {id(each) for each in arguments} | program.constants
    owned = []
    for result, dtype in zip(results, program.dtypes, strict=True):
        if type(result) is not np.ndarray:
            result = np.array(result, dtype)
        elif result.base is not None or id(result) in taken or not result.flags.c_contiguous:
            result = result.copy()
        taken.add(id(result))
        owned.append(result)
    return owned


def cost(jaxpr: ClosedJaxpr | Jaxpr) -> int:
    """Return roughly how many scalar operations a jaxpr takes: an element made is one, a product two for each term.

    Example:
        >>> cost(jax.make_jaxpr(lambda x: x @ x + 1.0)(np.ones((3, 3), np.float32)))
        63
    """
    return sum(_cost(eqn) for eqn in getattr(jaxpr, "jaxpr", jaxpr).eqns)


def _cost(eqn: Any) -> int:
    name, params = eqn.primitive.name, eqn.params
    if name in _CALLS and _CALLS[name] in params:
        return cost(params[_CALLS[name]])
    if name == "cond":
        return max(map(cost, params["branches"]))
    if name == "scan":
        return params["length"] * cost(params["jaxpr"])
    if name == "while":
        return _ASSUMED_STEPS * (cost(params["cond_jaxpr"]) + cost(params["body_jaxpr"]))
    made = sum(math.prod(v.aval.shape) for v in eqn.outvars)
    if name == "dot_general":
        contracted = params["dimension_numbers"][0][0]
        return 2 * made * math.prod(eqn.invars[0].aval.shape[d] for d in contracted)
    if name == "conv_general_dilated":
        kernel = eqn.invars[1].aval.shape
        return 2 * made * math.prod(kernel) // max(kernel[params["dimension_numbers"].rhs_spec[0]], 1)
    if name.startswith("reduce_window"):
        return made * math.prod(params["window_dimensions"])
    if name.startswith(("reduce_", "arg")):
        return math.prod(eqn.invars[0].aval.shape)
    return made


class _Step(NamedTuple):
    """One call: the function takes what is at some places; its result, or its several results, go to others."""

    function: Callable
    inputs: list[int]
    outputs: list[int]
    several: bool
    eqn: JaxprEqn


class _Program:
    """A jaxpr made ready to run.

    Attributes:
        dtypes: those of the results.
        constants: the `id`s of the arrays that belong to the program.
    """

    def __init__(self, jaxpr: ClosedJaxpr):
        self._values: list[Any] = []
        self._steps: list[_Step] = []
        self._platforms: dict[int, int] = {}  # place of an index of a platform: the branch that is the CPU's
        inputs = [self._place() for _ in jaxpr.jaxpr.invars]
        self._results = self._add(jaxpr.jaxpr, jaxpr.consts, inputs)
        self._drop_what_is_not_needed()
        self._inputs = len(inputs)
        self.dtypes = [v.aval.dtype for v in jaxpr.jaxpr.outvars]
        self.constants = {id(value) for value in self._values if value is not None}

    def run(self, arguments: Sequence) -> list:
        """Return the results: arrays or NumPy's scalars, possibly views of the arguments or of each other."""
        values = self._values.copy()
        values[: self._inputs] = arguments
        for function, inputs, outputs, several, eqn in self._steps:
            operands = [values[place] for place in inputs]
            result = function(*operands)
            if result is NotImplemented:
                result = _by_xla(eqn, *operands)
            if several:
                for place, each in zip(outputs, result, strict=True):
                    values[place] = each
            else:
                values[outputs[0]] = result
        return [values[place] for place in self._results]

    def _place(self, value=None) -> int:
        self._values.append(value)
        return len(self._values) - 1

    def _add(self, jaxpr: Jaxpr, constants: Sequence, inputs: Sequence[int]) -> list[int]:
        """Add the steps of a jaxpr whose inputs are at these places; return the places of its results."""
        places = dict(zip(jaxpr.invars, inputs, strict=True))
        for variable, value in zip(jaxpr.constvars, constants, strict=True):
            places[variable] = self._place(_to_numpy(value))

        def read(atom: Any):
            if isinstance(atom, Literal):
                return self._place(np.asarray(atom.val, atom.aval.dtype))  # pyright: ignore[reportAttributeAccessIssue]
            return places[atom]

        for eqn in jaxpr.eqns:
            operands, name = [read(atom) for atom in eqn.invars], eqn.primitive.name
            inner = eqn.params.get(_CALLS.get(name, ""))
            if name == "cond" and operands[0] in self._platforms:
                inner, operands = eqn.params["branches"][self._platforms[operands[0]]], operands[1:]
            if inner is not None:
                outputs = self._add(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), operands)
            else:
                outputs = [self._place() for _ in eqn.outvars]
                self._steps.append(_Step(_function(eqn), operands, outputs, eqn.primitive.multiple_results, eqn))
            if name == "platform_index":
                self._platforms[outputs[0]] = _branch_of_cpu(eqn.params["platforms"])
            places.update(zip(eqn.outvars, outputs, strict=True))
        return [read(atom) for atom in jaxpr.outvars]

    def _drop_what_is_not_needed(self):
        needed, kept = set(self._results), []
        for step in reversed(self._steps):
            if step.eqn.effects or not needed.isdisjoint(step.outputs):
                needed.update(step.inputs)
                kept.append(step)
        self._steps = kept[::-1]


_programs: weakref.WeakKeyDictionary[ClosedJaxpr, _Program] = weakref.WeakKeyDictionary()


def _prepared(jaxpr: ClosedJaxpr) -> _Program:
    program = _programs.get(jaxpr)
    if program is None:
        program = _programs[jaxpr] = _Program(jaxpr)
    return program


def _branch_of_cpu(platforms) -> int:
    return next(place for place, names in enumerate(platforms) if names is None or "cpu" in names)


def _function(eqn: Any) -> Callable:
    """Return the function of the operands that an equation stands for."""
    name = eqn.primitive.name
    if name in _LOOPS:
        return _LOOPS[name](eqn.params)
    # Random keys and the like are no arrays of NumPy's.
    if name not in RULES or not all(isinstance(v.aval.dtype, np.dtype) for v in eqn.invars):
        return functools.partial(_by_xla, eqn)
    function, settings = RULES[name]
    if not settings:
        return function
    return functools.partial(function, **{key: eqn.params[key] for key in settings if key in eqn.params})


def _by_xla(eqn: JaxprEqn, *operands):
    """Return what XLA makes of one equation."""
    fallbacks.add(eqn.primitive.name)
    with jax.enable_x64(True):
        results = eqn.primitive.bind(*operands, **eqn.primitive.get_bind_params(eqn.params))
    return [_to_numpy(each) for each in results] if eqn.primitive.multiple_results else _to_numpy(results)


def _to_numpy(value):
    """Return a value as an array of NumPy's, unless it is what that has not: a random key, say."""
    return np.asarray(value) if isinstance(getattr(value, "dtype", None), np.dtype) else value


# Control flow --------------------------------------------------------------------------------------------------------


def _platform_index(params):
    index = np.array(_branch_of_cpu(params["platforms"]), np.int32)
    return lambda: index


def _cond(params):
    branches = [_prepared(branch) for branch in params["branches"]]
    return lambda index, *operands: branches[min(max(int(index), 0), len(branches) - 1)].run(operands)


def _while(params):
    condition, body = _prepared(params["cond_jaxpr"]), _prepared(params["body_jaxpr"])
    of_condition, of_body = params["cond_nconsts"], params["body_nconsts"]

    def run(*operands):
        first, second = operands[:of_condition], operands[of_condition : of_condition + of_body]
        carry = operands[of_condition + of_body :]
        while condition.run((*first, *carry))[0]:
            carry = body.run((*second, *carry))
        return carry

    return run


def _scan(params):
    body, length = _prepared(params["jaxpr"]), params["length"]
    kept, carried = params["num_consts"], params["num_consts"] + params["num_carry"]
    avals = params["jaxpr"].out_avals[params["num_carry"] :]

    def run(*operands):
        constants, carry, sequences = operands[:kept], operands[kept:carried], operands[carried:]
        stacks = [np.empty((length, *aval.shape), aval.dtype) for aval in avals]
        for place in reversed(range(length)) if params["reverse"] else range(length):
            results = body.run((*constants, *carry, *(each[place] for each in sequences)))
            carry = results[: carried - kept]
            for stack, each in zip(stacks, results[carried - kept :], strict=True):
                stack[place] = each
        return [*carry, *stacks]

    return run


_LOOPS = {"platform_index": _platform_index, "cond": _cond, "while": _while, "scan": _scan}

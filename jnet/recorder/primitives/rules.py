"""What a rule is: a primitive of XLA's as a function of NumPy arrays; and what rules share.

A rule takes the operands of the primitive, and those of its parameters that it needs as keywords. Results have XLA's
dtypes, and its values up to rounding; operands are never written to, and a result may be a view of one. A rule returns
`NotImplemented` for a case that is better left to XLA.

Operands are arrays, or NumPy's scalars where something has no dimensions.
"""

import inspect
from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np


class Rule(NamedTuple):
    """A primitive in NumPy: a function, and the parameters of the primitive that it takes."""

    function: Callable
    settings: tuple[str, ...] = ()


RULES: dict[str, Rule] = {}

HALVES = (np.dtype("float16"), np.dtype(jnp.bfloat16))  # XLA adds these up in float32


def rule(*names: str):
    """Declare the decorated function as the rule of the primitives of these names; it takes settings as keywords."""

    def declare(function):
        parameters = inspect.signature(function).parameters.values()
        settings = tuple(p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY)
        RULES.update(dict.fromkeys(names, Rule(function, settings)))
        return function

    return declare


def is_floating(dtype) -> bool:
    """Tell whether a dtype is floating point (NumPy's own `kind` does not know bfloat16)."""
    return dtype.kind == "f" or dtype in HALVES


def widened(x):
    """Return float16 and bfloat16 as float32, other arrays as they are."""
    return x.astype(np.float32) if x.dtype in HALVES else x


def lowest(dtype):
    """Return the least value of a dtype: where the search for a maximum begins."""
    if dtype.kind in "biu":
        return np.zeros((), dtype) if dtype.kind == "b" else np.array(np.iinfo(dtype).min, dtype)
    return np.array(-np.inf, dtype)


def highest(dtype):
    """Return the largest value of a dtype: where the search for a minimum begins."""
    if dtype.kind in "biu":
        return np.ones((), dtype) if dtype.kind == "b" else np.array(np.iinfo(dtype).max, dtype)
    return np.array(np.inf, dtype)

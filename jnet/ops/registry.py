"""The op registry: one declaration an op, from which everything above is derived.

An op is a pure function of `jax.Array` values with PyTorch's own name, parameter names and defaults. The decorator
`op` records it; tests walk the record (a test fails when an op has no row of samples), and other faces derive their
functions and methods from it.
"""

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Op:
    """What is known of one op.

    Attributes:
        name: PyTorch's name of the function.
        function: the pure function.
        arrays: names of the parameters that take arrays; the others are static (part of a compiled program's key).
    """

    name: str
    function: Callable[..., Any]
    arrays: tuple[str, ...]

    @property
    def static(self) -> tuple[str, ...]:
        """Names of the parameters that are settings, in order, as `jax.jit(static_argnames=...)` takes them."""
        return tuple(name for name in inspect.signature(self.function).parameters if name not in self.arrays)


OPS: dict[str, Op] = {}


def op(*arrays: str):
    """Declare the decorated function as the op of its name; `arrays` names the parameters that take arrays.

    Raises:
        ValueError: if the name is declared twice, or `arrays` names a parameter that the function does not have.

    Example:
        >>> import jax.numpy as jnp
        >>> @op("input")
        ... def cube(input):
        ...     return input * input * input
        >>> OPS.pop("cube").function(jnp.asarray(2.0)).item()
        8.0
    """

    def declare(function):
        name = function.__name__
        parameters = inspect.signature(function).parameters
        if name in OPS:
            raise ValueError(f"The op {name!r} is declared twice: in {OPS[name].function.__module__} already.")
        if unknown := [array for array in arrays if array not in parameters]:
            raise ValueError(f"The op {name!r} has no parameter {unknown[0]!r}; it has {', '.join(parameters)}.")
        OPS[name] = Op(name, function, arrays)
        return function

    return declare

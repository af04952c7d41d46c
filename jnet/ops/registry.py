"""The op registry: one declaration an op, from which everything above is derived.

An op is a pure function of `jax.Array` values with PyTorch's own name, parameter names and defaults. The decorator
`op` records it; tests walk the record (a test fails when an op has no row of samples), and other faces derive their
functions, methods, in-place forms and `out=` from it.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any

from jnet.ops.promotion import Number, number_kind, promoted


@dataclasses.dataclass(frozen=True, eq=False)
class Op:
    """What is known of one op.

    Attributes:
        name: PyTorch's name of the function.
        function: the pure function.
        arrays: names of the parameters that take arrays (a parameter declared with a star takes a sequence of them).
        sequence: whether the first array parameter is such a sequence.
        scalars: names of the parameters that take Python numbers whose value may change from call to call without a
            new program; all other parameters are static, part of a compiled program's key.
        promotes: None, "common" (arrays and numbers are converted to their common dtype before the call), or "float"
            (the same, and integers become floating).
        where: the places of PyTorch's that have it: "torch", "Tensor", "functional" (torch.nn.functional), "special",
            "fft", "linalg".
        inplace: whether there is an in-place form (`add_`).
        out: whether the function takes `out=`.
        aliases: other names of the same op.
        grad_fn: the name of its node in the graph, such as "AddBackward0"; or a function that gives it from the ranks
            of the array arguments and the settings.
        saves: what PyTorch keeps of a call for its derivative: "inputs", "result" (writing into the result in place
            before backward is then an error) or "nothing".
        constant: places of floating results that have no derivative, such as the permutation of an LU decomposition.
    """

    name: str
    function: Callable[..., Any]
    arrays: tuple[str, ...]
    sequence: bool = False
    scalars: tuple[str, ...] = ()
    promotes: str | None = None
    where: tuple[str, ...] = ("torch", "Tensor")
    inplace: bool = False
    out: bool = True
    aliases: tuple[str, ...] = ()
    grad_fn: str | Callable[..., str] | None = None
    saves: str = "inputs"
    constant: tuple[int, ...] = ()

    @functools.cached_property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """The function's parameters, in order."""
        return dict(inspect.signature(self.function).parameters)

    @functools.cached_property
    def static(self) -> tuple[str, ...]:
        """Names of the parameters that are settings, in order, as `jax.jit(static_argnames=...)` takes them."""
        return tuple(name for name in self.parameters if name not in self.arrays and name not in self.scalars)


OPS: dict[str, Op] = {}


def op(*arrays: str, scalars: tuple[str, ...] = (), promotes: str | None = None, **facts):
    """Declare the decorated function as the op of its name; `arrays` names the parameters that take arrays.

    Python numbers are welcome where arrays are. `facts` are further attributes of `Op`.

    Raises:
        ValueError: if the name is declared twice, or a parameter is named that the function does not have.

    Example:
        >>> import jax.numpy as jnp
        >>> @op("input")
        ... def cube(input):
        ...     return input * input * input
        >>> OPS.pop("cube").function(jnp.asarray(2.0)).item()
        8.0
    """
    names = tuple(name.removeprefix("*") for name in arrays)

    def declare(function):
        name = function.__name__
        parameters = inspect.signature(function).parameters
        if name in OPS:
            raise ValueError(f"The op {name!r} is declared twice: in {OPS[name].function.__module__} already.")
        if unknown := [each for each in (*names, *scalars) if each not in parameters]:
            raise ValueError(f"The op {name!r} has no parameter {unknown[0]!r}; it has {', '.join(parameters)}.")
        plain = _prepared(function, names, scalars, promotes)
        OPS[name] = Op(name, plain, names, any("*" in each for each in arrays), scalars, promotes, **facts)
        return plain

    return declare


def _prepared(function, arrays, scalars, promotes):
    """Return the function with its array arguments promoted, and the numbers of the recorder unpacked."""
    parameters = inspect.signature(function)

    @functools.wraps(function)
    def call(*args, **kwargs):
        bound = parameters.bind(*args, **kwargs)
        given = bound.arguments
        if promotes:
            names = [name for name in arrays if name in given]
            converted = promoted([given[name] for name in names], floating=promotes == "float")
            given.update(zip(names, converted, strict=True))
        for name, value in given.items():
            if isinstance(value, Number):
                given[name] = value.value
        return function(*bound.args, **bound.kwargs)

    return call if promotes or scalars else unpacking(function)


def unpacking(function):
    """Return the function taking the recorder's numbers as 0-dim arrays."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        return function(
            *(value.value if isinstance(value, Number) else value for value in args),
            **{name: value.value if isinstance(value, Number) else value for name, value in kwargs.items()},
        )

    return call


__all__ = ["OPS", "Op", "number_kind", "op"]

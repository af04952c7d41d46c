"""Equal equations of a program run once: those of a forward pass, and those with which its derivative begins.

XLA merges equal instructions by itself, but not loops: what is not needed of each it has left out before it compares
them. So programs that have loops are merged here, while they are traced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

__all__ = ["Merger", "has_loop"]

_LOOPS = ("scan", "while")


def has_loop(jaxpr: ClosedJaxpr) -> bool:
    """Tell whether a loop is among the equations."""
    return any(eqn.primitive.name in _LOOPS for eqn in jaxpr.jaxpr.eqns)


class Merger:
    """Evaluates jaxprs of one program; of equations with the same operands and parameters only the first.

    Example:
        >>> import jax
        >>> once = jax.make_jaxpr(jax.numpy.sin)(1.0)
        >>> jax.make_jaxpr(lambda x: [(merger := Merger()).evaluate(once, [x]), merger.evaluate(once, [x])])(1.0)
        { lambda ; a:f32[]. let b:f32[] = sin a in (b, b) }
    """

    def __init__(self):
        self._found: dict[tuple, list] = {}
        self._texts: dict[int, tuple[Any, str]] = {}  # of inner jaxprs, which are kept so that their ids stay theirs

    def evaluate(self, jaxpr: ClosedJaxpr, arguments: Sequence) -> list:
        """Return the results of a jaxpr."""
        inner = jaxpr.jaxpr
        env = dict(zip(inner.constvars, jaxpr.consts, strict=True)) | dict(zip(inner.invars, arguments, strict=True))
        for eqn in inner.eqns:
            given = [v.val if isinstance(v, Literal) else env[v] for v in eqn.invars]
            key = None if eqn.effects else self._key(eqn, given)
            found = None if key is None else self._found.get(key)
            if found is None:
                results = eqn.primitive.bind(*given, **eqn.primitive.get_bind_params(eqn.params))
                found = list(results) if eqn.primitive.multiple_results else [results]
                if key is not None:
                    # The operands are kept with the results, so that their ids stay theirs.
                    self._found[key] = found = [*found, *given]
            env.update(zip(eqn.outvars, found, strict=False))
        return [v.val if isinstance(v, Literal) else env[v] for v in inner.outvars]

    def _key(self, eqn: Any, given: Sequence) -> tuple | None:
        operands = tuple(
            (np.asarray(value).tobytes(), v.aval) if isinstance(v, Literal) else id(value)
            for v, value in zip(eqn.invars, given, strict=True)
        )
        settings = tuple((name, self._setting(value)) for name, value in eqn.params.items())
        key = eqn.primitive, settings, operands
        try:
            hash(key)
        except TypeError:
            return None
        return key

    def _setting(self, value):
        if isinstance(value, ClosedJaxpr | Jaxpr):
            if id(value) not in self._texts:
                self._texts[id(value)] = value, str(value)
            consts = tuple(map(id, getattr(value, "consts", ())))
            return self._texts[id(value)][1], consts
        if isinstance(value, list | tuple):
            return tuple(map(self._setting, value))
        return value, type(value)

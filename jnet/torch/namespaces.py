"""The functions of a part of torch, derived from the ops that say that they belong there."""

from __future__ import annotations

from collections.abc import Callable

from jnet.ops.registry import OPS
from jnet.torch.dispatch import CALLERS, function_of


def functions(place: str, prefix: str) -> dict[str, Callable]:
    """Return the functions of `torch.<place>` by name; `prefix` is what the ops' names begin with to be unique."""
    found = {}
    for name, op in OPS.items():
        if place in op.where:
            for each in (name, *op.aliases):
                short = each.removeprefix(prefix)
                found[short] = function_of(CALLERS[name], short, op.function.__doc__)
    return found

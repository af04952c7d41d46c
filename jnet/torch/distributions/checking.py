"""Whether values lie where a constraint wants them: looked at on the host if at hand, else when they are computed."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np

from jnet.recorder.direct import current
from jnet.torch.autograd import no_grad
from jnet.torch.bounds import watch
from jnet.torch.distributions.constraints import Constraint
from jnet.torch.tensor import Tensor, elements_of


def require(constraint: Constraint, value: Tensor, message: Callable[[], str]) -> None:
    """Raise ValueError with the message if a value is not valid.

    Nothing waits for values that are recorded but not computed yet: the program that computes them tells.
    """
    if current() is not None:
        return  # JAX traces: there are no values

    def look(valid) -> None:
        if not np.all(valid):
            raise ValueError(message())

    array, at_hand = elements_of(value), _on_host(constraint)
    if array is not None and at_hand is not None:
        look(at_hand.check(array))
        return
    with no_grad():
        valid = constraint.check(value)
    if array is not None and not constraint.shared:
        look(valid.numpy())  # of a matrix at hand; rather on the user's line than without a program more
    else:
        watch(valid.all(), ("valid",), look)


def _on_host(constraint: Constraint) -> Constraint | None:
    """Return the constraint with bounds that are NumPy's arrays; None if it takes tensors, or they are not at hand."""
    if not constraint.shared:
        return None
    bounds = {name: elements_of(bound) for name, bound in vars(constraint).items() if isinstance(bound, Tensor)}
    bounds |= {name: _on_host(each) for name, each in vars(constraint).items() if isinstance(each, Constraint)}
    if any(bound is None for bound in bounds.values()):
        return None
    found = copy.copy(constraint)
    vars(found).update(bounds)
    return found

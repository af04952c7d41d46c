"""Where numbers may lie: what distributions ask of their parameters, and of the values whose probability they tell.

A check is written with operators that tensors and NumPy's arrays share: what is at hand is checked on the host.

See: https://docs.pytorch.org/docs/stable/distributions.html#module-torch.distributions.constraints
"""

from __future__ import annotations

from typing import Any

import numpy as np

import jnet.torch as torch

__all__ = [
    *("Constraint", "boolean", "dependent", "dependent_property", "greater_than", "greater_than_eq", "independent"),
    *("half_open_interval", "integer_interval", "interval", "is_dependent", "less_than", "lower_cholesky"),
    *("lower_triangular", "multinomial", "nonnegative", "nonnegative_integer", "one_hot", "positive"),
    *("positive_definite", "positive_integer", "real", "real_vector", "simplex", "square", "symmetric"),
    "unit_interval",
]


class Constraint:
    """A region in which values are valid.

    Attributes:
        is_discrete: whether its values lie apart.
        event_dim: how many dimensions, the last ones, make one value.
        shared: whether `check` also takes NumPy's arrays.

    Example:
        >>> import jnet.torch as torch
        >>> unit_interval.check(torch.tensor([0.5, 2.0])), unit_interval
        (tensor([ True, False]), Interval(lower_bound=0.0, upper_bound=1.0))
    """

    is_discrete: Any = False
    event_dim: Any = 0
    shared = False

    def check(self, value):
        """Return, for each event of `value`, whether it is valid: a tensor of booleans."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__[1:]}()"


# -- what only an instance knows ---------------------------------------------------------------------------------------


class _Dependent(Constraint):
    """Stands for a region that depends on other values.

    Raises:
        NotImplementedError: if something of it is asked for that was not told.
    """

    def __init__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented):
        self._is_discrete, self._event_dim = is_discrete, event_dim

    @property
    def is_discrete(self) -> bool:
        return self._told("is_discrete")

    @property
    def event_dim(self) -> int:
        return self._told("event_dim")

    def _told(self, name: str):
        value = getattr(self, f"_{name}")
        if value is NotImplemented:
            raise NotImplementedError(f".{name} cannot be determined statically")
        return value

    def __call__(self, *, is_discrete=NotImplemented, event_dim=NotImplemented) -> _Dependent:
        return _Dependent(
            is_discrete=self._is_discrete if is_discrete is NotImplemented else is_discrete,
            event_dim=self._event_dim if event_dim is NotImplemented else event_dim,
        )

    def check(self, value):
        raise ValueError("Cannot determine validity of dependent constraint")


class _DependentProperty(property, _Dependent):
    """A property that gives an instance's constraint; of the class it is a constraint that depends."""

    def __init__(self, fn=None, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented):
        super().__init__(fn)
        self._is_discrete, self._event_dim = is_discrete, event_dim

    def __call__(self, fn) -> _DependentProperty:  # pyright: ignore[reportIncompatibleMethodOverride]
        return _DependentProperty(fn, is_discrete=self._is_discrete, event_dim=self._event_dim)


def is_dependent(constraint) -> bool:
    """Tell whether a constraint depends on values that only an instance has."""
    return isinstance(constraint, _Dependent)


class _IndependentConstraint(Constraint):
    """An event is valid if all its parts are: so many dimensions more make one."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int):
        self.base_constraint, self.reinterpreted_batch_ndims = base_constraint, reinterpreted_batch_ndims
        self.is_discrete, self.shared = base_constraint.is_discrete, base_constraint.shared
        self.event_dim = base_constraint.event_dim + reinterpreted_batch_ndims

    def check(self, value):
        result = self.base_constraint.check(value)
        if result.ndim < self.reinterpreted_batch_ndims:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.ndim}")
        batch = tuple(result.shape[: result.ndim - self.reinterpreted_batch_ndims])
        # Not -1 for the last: it says nothing of an array without elements.
        count = int(np.prod(result.shape[len(batch) :]))
        return result.reshape((*batch, count)).all(-1)

    def __repr__(self) -> str:
        return f"{type(self).__name__[1:]}({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


# -- numbers -----------------------------------------------------------------------------------------------------------


class _Shared(Constraint):
    shared = True

    def __repr__(self) -> str:
        bounds = ", ".join(f"{name}={getattr(self, name)}" for name in ("lower_bound", "upper_bound") if name in
                           vars(self))  # fmt: skip
        return f"{type(self).__name__[1:]}({bounds})"


class _Real(_Shared):
    def check(self, value):
        return value == value  # nan is not


class _Boolean(_Shared):
    is_discrete = True

    def check(self, value):
        return (value == 0) | (value == 1)


class _Above(_Shared):
    def __init__(self, lower_bound):
        self.lower_bound = lower_bound


class _Between(_Shared):
    def __init__(self, lower_bound, upper_bound):
        self.lower_bound, self.upper_bound = lower_bound, upper_bound


class _GreaterThan(_Above):
    def check(self, value):
        return self.lower_bound < value


class _GreaterThanEq(_Above):
    def check(self, value):
        return self.lower_bound <= value


class _LessThan(_Shared):
    def __init__(self, upper_bound):
        self.upper_bound = upper_bound

    def check(self, value):
        return value < self.upper_bound


class _IntegerGreaterThan(_Above):
    is_discrete = True

    def check(self, value):
        return (value % 1 == 0) & (value >= self.lower_bound)


class _Interval(_Between):
    def check(self, value):
        return (self.lower_bound <= value) & (value <= self.upper_bound)


class _HalfOpenInterval(_Between):
    def check(self, value):
        return (self.lower_bound <= value) & (value < self.upper_bound)


class _IntegerInterval(_Between):
    is_discrete = True

    def check(self, value):
        return (value % 1 == 0) & (self.lower_bound <= value) & (value <= self.upper_bound)


# -- vectors -----------------------------------------------------------------------------------------------------------


class _OneHot(_Shared):
    is_discrete, event_dim = True, 1

    def check(self, value):
        return ((value == 0) | (value == 1)).all(-1) & (value.sum(-1) == 1)


class _Simplex(_Shared):
    event_dim = 1

    def check(self, value):
        return (value >= 0).all(-1) & (abs(value.sum(-1) - 1) < 1e-6)


class _Multinomial(_Shared):
    is_discrete, event_dim = True, 1

    def __init__(self, upper_bound):
        self.upper_bound = upper_bound

    def check(self, value):
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)


# -- matrices ----------------------------------------------------------------------------------------------------------


class _LowerTriangular(Constraint):
    event_dim = 2

    def check(self, value):
        return (value.tril() == value).flatten(-2).all(-1)


class _LowerCholesky(_LowerTriangular):
    def check(self, value):
        return super().check(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _Square(Constraint):
    event_dim = 2

    def check(self, value):
        square = value.shape[-2] == value.shape[-1]
        return torch.full(value.shape[:-2], square, dtype=torch.bool, device=value.device)


class _Symmetric(_Square):
    def check(self, value):
        if value.shape[-2] != value.shape[-1]:
            return super().check(value)
        return torch.isclose(value, value.mT, atol=1e-6).all(-2).all(-1)


class _PositiveDefinite(_Symmetric):
    def check(self, value):
        symmetric = super().check(value)
        if value.shape[-2] != value.shape[-1]:
            return symmetric
        return symmetric & (torch.linalg.cholesky_ex(value).info == 0)


dependent = _Dependent()
dependent_property = _DependentProperty
independent = _IndependentConstraint
boolean = _Boolean()
one_hot = _OneHot()
nonnegative_integer = _IntegerGreaterThan(0)
positive_integer = _IntegerGreaterThan(1)
integer_interval = _IntegerInterval
real = _Real()
real_vector = independent(real, 1)
positive = _GreaterThan(0.0)
nonnegative = _GreaterThanEq(0.0)
greater_than = _GreaterThan
greater_than_eq = _GreaterThanEq
less_than = _LessThan
multinomial = _Multinomial
unit_interval = _Interval(0.0, 1.0)
interval = _Interval
half_open_interval = _HalfOpenInterval
simplex = _Simplex()
lower_triangular = _LowerTriangular()
lower_cholesky = _LowerCholesky()
square = _Square()
symmetric = _Symmetric()
positive_definite = _PositiveDefinite()

"""What all distributions are: shapes, checks, and the questions that they answer.

See: https://docs.pytorch.org/docs/stable/distributions.html#distribution
"""

from __future__ import annotations

import copy
import warnings
from typing import Any, ClassVar

import jnet.torch as torch
from jnet.torch.autograd import no_grad
from jnet.torch.distributions import constraints
from jnet.torch.distributions.checking import require
from jnet.torch.distributions.utils import Number, broadcast_all, lazy_property
from jnet.torch.dtypes import Size
from jnet.torch.tensor import Tensor

__all__ = ["Distribution", "ExponentialFamily"]


def _asked(doc: str) -> property:
    """Return a property that a class which has it replaces."""

    def unknown(self):
        raise NotImplementedError

    return property(unknown, doc=doc)


class Distribution:
    """A probability distribution, or a batch of them.

    Args:
        batch_shape: the shape of the batch: of distributions that differ in their parameters.
        event_shape: the shape of one value that is drawn.
        validate_args: whether parameters and values are checked; by default they are.

    Raises:
        ValueError: for a parameter outside its constraint: at once, or when it has been computed.

    See: https://docs.pytorch.org/docs/stable/distributions.html#torch.distributions.distribution.Distribution
    """

    has_rsample: Any = False
    has_enumerate_support: Any = False
    _validate_args = __debug__

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Say whether distributions check what they are given, unless told otherwise."""
        if value not in [True, False]:
            raise ValueError
        Distribution._validate_args = value

    def __init__(self, batch_shape: Size = Size(), event_shape: Size = Size(), validate_args: bool | None = None):  # noqa: B008
        self._batch_shape, self._event_shape = batch_shape, event_shape
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, constraint in self._constraints().items():
                lazy = name not in self.__dict__ and isinstance(getattr(type(self), name), lazy_property)
                if not (lazy or constraints.is_dependent(constraint)):
                    self._require(name, constraint)
        super().__init__()

    def _constraints(self) -> dict:
        try:
            return self.arg_constraints
        except NotImplementedError:
            warnings.warn(
                f"{type(self)} does not define `arg_constraints`. Please set `arg_constraints = {{}}` or initialize "
                "the distribution with `validate_args=False` to turn off validation.",
                stacklevel=4,
            )
            return {}

    def _require(self, name: str, constraint: constraints.Constraint, wanted: str = "") -> None:
        value, seen = getattr(self, name), copy.copy(self)  # what it computes later is not shown
        wanted = wanted or f"to satisfy the constraint {constraint!r},"
        require(constraint, value, lambda: (
            f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
            f"{seen!r} {wanted} but found invalid values:\n{value}"
        ))  # fmt: skip

    def expand(self, batch_shape, _instance=None):
        """Return the distribution with its batch expanded to this shape."""
        raise NotImplementedError

    @property
    def batch_shape(self) -> Size:
        """The shape of the batch."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one value."""
        return self._event_shape

    arg_constraints: ClassVar[Any] = _asked("What each parameter must satisfy, by name.")
    support: Any = _asked("Where values lie.")
    mean: Any = _asked("The mean.")
    variance: Any = _asked("The variance.")
    stddev: Any = property(lambda self: self.variance.sqrt(), doc="The standard deviation.")

    @property
    def mode(self) -> Any:
        """The most probable value."""
        raise NotImplementedError(f"{type(self)} does not implement mode".replace("jnet.torch", "torch"))

    def sample(self, sample_shape=()) -> Tensor:
        """Return values, `sample_shape + batch_shape + event_shape`; no gradient goes through them."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape=()) -> Tensor:
        """Return values as a function of the parameters, through which gradients go."""
        raise NotImplementedError

    def sample_n(self, n: int) -> Tensor:
        """Return n values; `sample((n,))` has replaced it."""
        text = "`sample_n(n)` will be deprecated. Use `sample((n,))` instead."
        warnings.warn(text, FutureWarning, stacklevel=2)
        return self.sample(Size((n,)))

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density, or of the probability, at a value."""
        raise NotImplementedError

    def cdf(self, value: Tensor) -> Tensor:
        """Return how probable it is that no more than this value is drawn."""
        raise NotImplementedError

    def icdf(self, value: Tensor) -> Tensor:
        """Return the value whose `cdf` this is."""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """Return all values that may be drawn, along a new first dimension."""
        raise NotImplementedError

    def entropy(self) -> Tensor:
        """Return the entropy, in nats."""
        raise NotImplementedError

    def perplexity(self) -> Tensor:
        """Return exp of the entropy."""
        return torch.exp(self.entropy())

    def _extended_shape(self, sample_shape=()) -> Size:
        return Size((*Size(sample_shape), *self._batch_shape, *self._event_shape))

    def _room(self, sample_shape, like: Tensor) -> Tensor:
        """Return a tensor to be filled with draws, of the dtype and device of another."""
        return torch.empty(self._extended_shape(sample_shape), dtype=like.dtype, device=like.device)

    def _validate_sample(self, value: Tensor) -> None:
        """Raise ValueError for a value that cannot be one of this distribution's."""
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        shape, wanted = value.size(), Size((*self._batch_shape, *self._event_shape))
        if shape[len(shape) - len(self._event_shape) :] != self._event_shape:
            raise ValueError(f"The right-most size of value must match event_shape: {shape} vs {self._event_shape}.")
        if any(i != 1 and j != 1 and i != j for i, j in zip(reversed(shape), reversed(wanted), strict=False)):
            raise ValueError(f"Value is not broadcastable with batch_shape+event_shape: {shape} vs {wanted}.")
        try:
            support = self.support
        except NotImplementedError:
            warnings.warn(
                f"{type(self)} does not define `support` to enable sample validation. Please initialize the "
                "distribution with `validate_args=False` to turn off validation.",
                stacklevel=3,
            )
            return
        seen = copy.copy(self)
        require(support, value, lambda: (
            f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within the support "
            f"({support!r}) of the distribution {seen!r}, but found invalid values:\n{value}"
        ))  # fmt: skip

    def _validated(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return value

    def _get_checked_instance(self, cls: type, _instance=None):
        """Return the instance to fill: a new one, unless a subclass gave its own."""
        if _instance is None and type(self).__init__ != cls.__init__:
            raise NotImplementedError(
                f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ method must also "
                "define a custom .expand() method."
            )
        return self.__new__(type(self)) if _instance is None else _instance

    def _expanded(self, cls: type, batch_shape, _instance, **parameters):
        """Return an instance of that batch shape with these parameters, not checked again."""
        new = self._get_checked_instance(cls, _instance)
        vars(new).update(parameters)
        Distribution.__init__(new, Size(batch_shape), self._event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def __repr__(self) -> str:
        given = {name: vars(self)[name] for name in self.arg_constraints if name in vars(self)}
        shown = [f"{name}: {each if each.numel() == 1 else each.size()}" for name, each in given.items()]
        return f"{type(self).__name__}({', '.join(shown)})"


class ExponentialFamily(Distribution):
    """A distribution of an exponential family.

    See: https://docs.pytorch.org/docs/stable/distributions.html#exponentialfamily
    """


class Pointwise(Distribution):
    """A distribution of single numbers; its parameters, which `arg_constraints` names, have the shape of the batch."""

    def _set(self, validate_args: bool | None, **given) -> None:
        """Take the parameters, numbers or tensors."""
        values = broadcast_all(*given.values())
        for name, value in zip(given, values, strict=True):
            setattr(self, name, value)
        numbers = all(isinstance(value, Number) for value in given.values())
        Distribution.__init__(self, Size() if numbers else values[0].size(), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        """Return the distribution with its batch expanded to this shape."""
        own = next(cls for cls in type(self).__mro__ if Pointwise in cls.__bases__)
        given = {name: vars(self)[name].expand(batch_shape) for name in self.arg_constraints if name in vars(self)}
        return self._expanded(own, batch_shape, _instance, **given)

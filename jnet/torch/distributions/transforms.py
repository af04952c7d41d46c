"""Functions that change a distribution into another: each with its inverse and how it stretches space.

See: https://docs.pytorch.org/docs/stable/distributions.html#module-torch.distributions.transforms
"""

from __future__ import annotations

import functools
import math
import operator
from typing import Any

import jnet.torch as torch
from jnet.torch.distributions import constraints
from jnet.torch.distributions.utils import Number, lazy_property, sum_rightmost

__all__ = [
    *("AbsTransform", "AffineTransform", "ComposeTransform", "ExpTransform", "SigmoidTransform", "SoftplusTransform"),
    *("TanhTransform", "Transform", "identity_transform"),
]


class Transform:
    """A function y = t(x) with an inverse x = t.inv(y) and `log_abs_det_jacobian(x, y) = log |dy / dx|`.

    Args:
        cache_size: 1 to remember the last x and y, so that `t.inv(t(x)) is x`; 0 not to.

    Raises:
        ValueError: for another size.

    Example:
        >>> import jnet.torch as torch
        >>> double = AffineTransform(0.0, 2.0)
        >>> double(torch.tensor(3.0)), double.inv(torch.tensor(3.0))
        (tensor(6.), tensor(1.5000))
    """

    bijective: Any = False
    domain: Any
    codomain: Any
    _fields: tuple[str, ...] = ()  # what the constructor takes, besides the size of the cache

    def __init__(self, cache_size: int = 0):
        if cache_size not in (0, 1):
            raise ValueError("cache_size must be 0 or 1")
        self._cache_size, self._inv, self._cached_x_y = cache_size, None, (None, None)

    def __getstate__(self):
        return {**vars(self), "_inv": None}

    @property
    def event_dim(self) -> int:
        """How many dimensions make one value, before and after."""
        if self.domain.event_dim == self.codomain.event_dim:
            return self.domain.event_dim
        raise ValueError("Please use either .domain.event_dim or .codomain.event_dim")

    @property
    def inv(self) -> Transform:
        """The inverse."""
        if self._inv is None:
            self._inv = _InverseTransform(self)
        return self._inv

    @property
    def _unknown_sign(self):
        raise NotImplementedError

    sign: Any = _unknown_sign  # 1 if it rises, -1 if it falls

    def with_cache(self, cache_size: int = 1) -> Transform:
        """Return the transform with a cache of that size."""
        if self._cache_size == cache_size:
            return self
        if not self._fields and type(self).__init__ is not Transform.__init__:
            raise NotImplementedError(f"{type(self)}.with_cache is not implemented")
        return type(self)(*(getattr(self, name) for name in self._fields), cache_size=cache_size)

    def __eq__(self, other) -> bool:
        return self is other

    __hash__: Any = None  # as PyTorch's: equal ones may differ later

    def __call__(self, x) -> Any:
        last_x, last_y = self._cached_x_y
        if self._cache_size and x is last_x:
            return last_y
        return self._keep(x, self._call(x))[1]

    def _inv_call(self, y) -> Any:
        last_x, last_y = self._cached_x_y
        if self._cache_size and y is last_y:
            return last_x
        return self._keep(self._inverse(y), y)[0]

    def _keep(self, x, y) -> tuple:
        if self._cache_size:
            self._cached_x_y = x, y
        return x, y

    def _call(self, x) -> Any:
        raise NotImplementedError

    def _inverse(self, y) -> Any:
        raise NotImplementedError

    def log_abs_det_jacobian(self, x, y) -> Any:
        """Return log |dy / dx|."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def forward_shape(self, shape):
        """Return the shape of y for this shape of x."""
        return shape

    def inverse_shape(self, shape):
        """Return the shape of x for this shape of y."""
        return shape


class _InverseTransform(Transform):
    _inv: Transform

    def __init__(self, transform: Transform):
        super().__init__(cache_size=transform._cache_size)
        self._inv = transform

    @constraints.dependent_property(is_discrete=False)
    def domain(self):
        return self._inv.codomain

    @constraints.dependent_property(is_discrete=False)
    def codomain(self):
        return self._inv.domain

    bijective = property(lambda self: self._inv.bijective)
    sign = property(lambda self: self._inv.sign)
    inv = property(lambda self: self._inv)

    def with_cache(self, cache_size=1):
        return self.inv.with_cache(cache_size).inv

    def __eq__(self, other) -> bool:
        return isinstance(other, _InverseTransform) and self._inv == other._inv

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._inv!r})"

    def __call__(self, x):
        return self._inv._inv_call(x)

    def log_abs_det_jacobian(self, x, y):
        return -self._inv.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape):
        return self._inv.inverse_shape(shape)

    def inverse_shape(self, shape):
        return self._inv.forward_shape(shape)


class ComposeTransform(Transform):
    """Transforms one after the other.

    Example:
        >>> import jnet.torch as torch
        >>> ComposeTransform([ExpTransform(), AffineTransform(1.0, 2.0)])(torch.tensor(0.0))
        tensor(3.)
    """

    def __init__(self, parts: list[Transform], cache_size: int = 0):
        super().__init__(cache_size=cache_size)
        self.parts = [part.with_cache(cache_size) for part in parts] if cache_size else parts

    def __eq__(self, other) -> bool:
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    @constraints.dependent_property(is_discrete=False)
    def domain(self):
        return _reach([(part.codomain, part.domain) for part in reversed(self.parts)])

    @constraints.dependent_property(is_discrete=False)
    def codomain(self):
        return _reach([(part.domain, part.codomain) for part in self.parts])

    @lazy_property
    def bijective(self):
        return all(part.bijective for part in self.parts)

    @lazy_property
    def sign(self):
        return functools.reduce(operator.mul, (part.sign for part in self.parts), 1)

    @property
    def inv(self) -> Transform:
        if self._inv is None:
            self._inv = ComposeTransform([part.inv for part in reversed(self.parts)])
            self._inv._inv = self
        return self._inv

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else ComposeTransform(self.parts, cache_size=cache_size)

    def __call__(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def log_abs_det_jacobian(self, x, y):
        if not self.parts:
            return torch.zeros_like(x)
        between = [x]
        for part in self.parts[:-1]:
            between.append(part(between[-1]))
        terms, event_dim = [], self.domain.event_dim
        for part, before, after in zip(self.parts, between, [*between[1:], y], strict=True):
            terms.append(sum_rightmost(part.log_abs_det_jacobian(before, after), event_dim - part.domain.event_dim))
            event_dim += part.codomain.event_dim - part.domain.event_dim
        return functools.reduce(operator.add, terms)

    def forward_shape(self, shape):
        for part in self.parts:
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape):
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return shape

    def __repr__(self) -> str:
        return f"{type(self).__name__}(\n    " + ",\n    ".join(repr(part) for part in self.parts) + "\n)"


def _reach(steps: list[tuple]):
    """Return the last region, with as many dimensions in an event as any of the steps (from, to) needs."""
    if not steps:
        return constraints.real
    event_dim, last = steps[0][0].event_dim, steps[-1][1]
    for start, end in steps:
        event_dim = max(event_dim + end.event_dim - start.event_dim, end.event_dim)
    return constraints.independent(last, event_dim - last.event_dim) if event_dim > last.event_dim else last


identity_transform = ComposeTransform([])


class _Plain(Transform):
    """A transform of single numbers without parameters: two of a class are equal."""

    domain = constraints.real
    bijective, sign = True, 1

    def __eq__(self, other) -> bool:
        return isinstance(other, type(self))


class ExpTransform(_Plain):
    """`y = exp(x)`."""

    codomain = constraints.positive

    def _call(self, x):
        return x.exp()

    def _inverse(self, y):
        return y.log()

    def log_abs_det_jacobian(self, x, y):
        return x


class SigmoidTransform(_Plain):
    """`y = 1 / (1 + exp(-x))`, kept away from 0 and 1."""

    codomain = constraints.unit_interval

    def _call(self, x):
        return _inside(torch.sigmoid(x))

    def _inverse(self, y):
        y = _inside(y)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x, y):
        return -torch.nn.functional.softplus(-x) - torch.nn.functional.softplus(x)


def _inside(y):
    limits = torch.finfo(y.dtype)
    return torch.clamp(y, min=limits.tiny, max=1.0 - limits.eps)


class SoftplusTransform(_Plain):
    """`y = log(1 + exp(x))`."""

    codomain = constraints.positive

    def _call(self, x):
        return torch.nn.functional.softplus(x)

    def _inverse(self, y):
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x, y):
        return -torch.nn.functional.softplus(-x)


class TanhTransform(_Plain):
    """`y = tanh(x)`; with `cache_size=1` the inverse of what it gave is exact, also where tanh is 1 in floats.

    Example:
        >>> import jnet.torch as torch
        >>> squash, x = TanhTransform(cache_size=1), torch.tensor(20.0)
        >>> squash.inv(squash(x)), TanhTransform().inv(squash(x))
        (tensor(20.), tensor(inf))
    """

    codomain = constraints.interval(-1.0, 1.0)

    def _call(self, x):
        return x.tanh()

    def _inverse(self, y):
        return torch.atanh(y)

    def log_abs_det_jacobian(self, x, y):
        # log(1 - tanh(x)^2) without the difference, which is 0 in floats for large x
        return 2.0 * (math.log(2.0) - x - torch.nn.functional.softplus(-2.0 * x))


class AbsTransform(_Plain):
    """`y = |x|`; of the two inverses it takes the positive one."""

    codomain = constraints.positive
    bijective = False
    sign = Transform._unknown_sign

    def _call(self, x):
        return x.abs()

    def _inverse(self, y):
        return y


class AffineTransform(Transform):
    """`y = loc + scale x`.

    Args:
        event_dim: how many of the last dimensions make one value.
    """

    bijective = True
    _fields = ("loc", "scale", "event_dim")

    def __init__(self, loc, scale, event_dim: int = 0, cache_size: int = 0):
        super().__init__(cache_size=cache_size)
        self.loc, self.scale, self._event_dim = loc, scale, event_dim

    event_dim = property(lambda self: self._event_dim)

    @constraints.dependent_property(is_discrete=False)
    def domain(self):
        return constraints.independent(constraints.real, self.event_dim) if self.event_dim else constraints.real

    codomain = domain

    def __eq__(self, other) -> bool:
        return isinstance(other, AffineTransform) and all(
            mine == its if isinstance(mine, Number) and isinstance(its, Number) else bool((mine == its).all())
            for mine, its in ((self.loc, other.loc), (self.scale, other.scale))
        )

    @property
    def sign(self):
        scale = self.scale
        return (scale > 0) - (scale < 0) if isinstance(scale, Number) else scale.sign()

    def _call(self, x):
        return self.loc + self.scale * x

    def _inverse(self, y):
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x, y):
        scale, shape = self.scale, x.shape
        result = torch.full_like(x, math.log(abs(scale))) if isinstance(scale, Number) else torch.abs(scale).log()
        if self.event_dim:
            result, shape = result.view((*result.shape[: -self.event_dim], -1)).sum(-1), shape[: -self.event_dim]
        return result.expand(shape)

    def forward_shape(self, shape):
        return torch.broadcast_shapes(shape, *(getattr(each, "shape", ()) for each in (self.loc, self.scale)))

    inverse_shape = forward_shape

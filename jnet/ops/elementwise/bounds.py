"""The larger and the smaller of two, limits, choices and neighbours, element by element, with PyTorch's semantics."""

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import dtype_name, not_implemented
from jnet.ops.elementwise.common import (
    aligned,
    is_bool,
    is_complex,
    is_integral,
    refuse,
    refuse_complex,
    seeing_numbers,
)
from jnet.ops.promotion import as_array, promoted
from jnet.ops.registry import op

__all__ = [
    "clamp",
    "clamp_max",
    "clamp_min",
    "copysign",
    "fmax",
    "fmin",
    "maximum",
    "minimum",
    "nextafter",
    "signbit",
    "where",
]


@op("input", "other", promotes="common", grad_fn="MaximumBackward0")
def maximum(input, other):
    """Return the larger of the two, nan where one of them is nan; where they are equal each has half the derivative.

    Raises:
        RuntimeError: for complex numbers.

    Example:
        >>> maximum(jnp.array([1.0, 5.0]), jnp.array([3.0])).tolist()
        [3.0, 5.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.maximum.html
    """
    return _extreme("maximum", _with_nan(jnp.maximum), input, other)


@op("input", "other", promotes="common", grad_fn="MinimumBackward0")
def minimum(input, other):
    """Return the smaller of the two; all else as `maximum`.

    Example:
        >>> minimum(jnp.array([1.0, 5.0]), jnp.array([3.0])).tolist()
        [1.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.minimum.html
    """
    return _extreme("minimum", _with_nan(jnp.minimum), input, other)


@op("input", "other", promotes="common", grad_fn="FmaxBackward0")
def fmax(input, other):
    """Return the larger of the two, the other one where one is nan; where they are equal it is `input`.

    Raises:
        RuntimeError: for complex numbers.

    Example:
        >>> fmax(jnp.array([1.0, jnp.nan]), jnp.array([3.0])).tolist()
        [3.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.fmax.html
    """
    return _extreme("fmax", lambda x, y: jnp.where((x >= y) | _is_nan(y), x, y), input, other)


@op("input", "other", promotes="common", grad_fn="FminBackward0")
def fmin(input, other):
    """Return the smaller of the two; all else as `fmax`.

    Example:
        >>> fmin(jnp.array([1.0, jnp.nan]), jnp.array([3.0])).tolist()
        [1.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.fmin.html
    """
    return _extreme("fmin", lambda x, y: jnp.where((x <= y) | _is_nan(y), x, y), input, other)


def _extreme(name, function, input, other):
    if is_complex(input):
        raise RuntimeError(f"{name} not implemented for complex tensors.\nComplex numbers have no order.")
    return function(*aligned(input, other))


def _with_nan(extreme):
    """Return `extreme` with PyTorch's derivative where one of the two is nan: 1 towards both."""

    def function(x, y):
        return extreme(x, y) if is_integral(x) else jnp.where(_is_nan(x) | _is_nan(y), x + y, extreme(x, y))

    return function


def _clamp_node(ranks, settings):
    return "ClampBackward0" if any(rank is not None for rank in ranks[1:]) else "ClampBackward1"


@op("input", "min", "max", promotes="common", inplace=True, aliases=("clip",), grad_fn=_clamp_node)
def clamp(input, min=None, max=None):
    """Return `input` raised to `min` and lowered to `max`; on the limits themselves the derivative is 1.

    Args:
        min: the lower limits, a number or an array; None is no limit.
        max: the upper limits; where they are below `min` they are the result.

    Raises:
        RuntimeError: if neither limit is given.
        NotImplementedError: for complex numbers.

    Example:
        >>> clamp(jnp.array([-2.0, 0.5, 3.0]), -1, 1).tolist()
        [-1.0, 0.5, 1.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None\nName a limit.")
    if is_complex(input):
        raise NotImplementedError("clamp is not supported for complex types\nClamp the magnitude, or each part.")
    if min is not None and max is not None and is_bool(input):
        raise not_implemented("clamp_cpu", input.dtype)
    if min is not None:
        input = _limited(jnp.greater_equal, *aligned(input, min))
    return input if max is None else _limited(jnp.less_equal, *aligned(input, max))


@op("input", "min", promotes="common", inplace=True, grad_fn=lambda ranks, settings: _one_limit("Min", ranks))
def clamp_min(input, min):
    """Return `input` raised to `min`; all else as `clamp`.

    Example:
        >>> clamp_min(jnp.array([-2.0, 0.5]), 0).tolist()
        [0.0, 0.5]

    See: https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
    """
    if min.ndim:
        refuse_complex("maximum_cpu", input)
    return clamp(input, min)


@op("input", "max", promotes="common", inplace=True, grad_fn=lambda ranks, settings: _one_limit("Max", ranks))
def clamp_max(input, max):
    """Return `input` lowered to `max`; all else as `clamp`.

    Example:
        >>> clamp_max(jnp.array([-2.0, 0.5]), 0).tolist()
        [-2.0, 0.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
    """
    if max.ndim:
        refuse_complex("minimum_cpu", input)
    return clamp(input, max=max)


def _one_limit(which, ranks):
    return f"Clamp{which}Backward{0 if ranks[1] is None else 1}"


def _limited(within, input, limit):
    """Return `input` within the limit, else the limit, nan where one of the two is nan, with derivative 0 there."""
    # Not jnp.maximum or jnp.minimum, which share the derivative at the limit.
    if is_integral(input):
        return jnp.where(within(input, limit), input, limit)
    missing = lax.stop_gradient(jnp.where(_is_nan(input), input, limit))
    outside = jnp.where(_is_nan(input) | _is_nan(limit), missing, limit)
    return jnp.where(within(input, limit), input, outside)


def _is_nan(array):
    return array != array


@seeing_numbers("condition", "input", "other", grad_fn="WhereBackward0")
def where(condition, input, other):
    """Return `input` where `condition` is true, else `other`; what is not taken has derivative 0, even if it is nan.

    Raises:
        RuntimeError: if `condition` is not boolean (bytes are taken, too).

    Example:
        >>> where(jnp.array([True, False]), jnp.array([1, 2]), 0.5).tolist()
        [1.0, 0.5]

    See: https://docs.pytorch.org/docs/stable/generated/torch.where.html
    """
    condition = as_array(condition)
    if condition.dtype not in (jnp.bool_, jnp.uint8):
        raise RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{dtype_name(condition.dtype)}\nCompare it: condition != 0."
        )
    return jnp.where(*aligned(condition.astype(bool), *promoted([input, other], floating=False)))


def _copysign_node(ranks, settings):
    return "CopysignBackward1" if ranks[1] is None else "CopysignBackward0"


@op("input", "other", promotes="float", inplace=True, grad_fn=_copysign_node)
def copysign(input, other):
    """Return the magnitude of `input` with the sign of `other`; the derivative at 0 is 0.

    Raises:
        NotImplementedError: for complex numbers.

    Example:
        >>> copysign(jnp.array([1.0, -2.0]), jnp.array([-0.0])).tolist()
        [-1.0, -2.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.copysign.html
    """
    refuse_complex("copysign_cpu", input)
    input, other = aligned(input, other)
    signed = jnp.where(jnp.signbit(input) == jnp.signbit(other), input, -input)
    return jnp.where(input == 0, lax.stop_gradient(signed), signed)


@op("input")
def signbit(input):
    """Tell of each element whether it is negative, -0.0 included.

    Raises:
        NotImplementedError: for complex numbers.

    Example:
        >>> signbit(jnp.array([1.0, -0.0])).tolist()
        [False, True]

    See: https://docs.pytorch.org/docs/stable/generated/torch.signbit.html
    """
    input = jnp.asarray(input)
    if is_complex(input):
        raise NotImplementedError("signbit is not implemented for complex tensors.\nAsk of each part by itself.")
    if is_bool(input):
        return jnp.zeros(input.shape, bool)
    return input < 0 if is_integral(input) else jnp.signbit(input)


@op("input", "other", promotes="common", inplace=True, grad_fn="NextafterBackward0")
def nextafter(input, other):
    """Return the floating point number that follows `input` towards `other`.

    Raises:
        NotImplementedError: for integers, booleans and complex numbers.

    Example:
        >>> nextafter(jnp.array([1.0]), jnp.array([2.0])).tolist()
        [1.0000001192092896]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nextafter.html
    """
    refuse(lambda x: is_integral(x) or is_complex(x), "nextafter_cpu", input)
    return _next(*aligned(input, other))


@jax.custom_jvp
def _next(input, other):
    return jnp.nextafter(input, other)


@_next.defjvp
def _next_jvp(primals, tangents):
    input, other = primals
    following = _next(input, other)
    # PyTorch: 1 where there is a next number, 0 where input is already there.
    return following, jnp.where(input == other, 0.0, 1.0).astype(input.dtype) * tangents[0]

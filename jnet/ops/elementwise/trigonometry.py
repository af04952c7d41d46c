"""Trigonometric and hyperbolic functions, their inverses, and angles, element by element.

Integers and booleans give the default dtype; halves are computed in float32 and rounded once.
"""

import math

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import as_floating
from jnet.ops.elementwise.common import elementwise, is_complex, is_integral, refuse, refuse_complex
from jnet.ops.registry import op

__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cos",
    "cosh",
    "deg2rad",
    "hypot",
    "rad2deg",
    "sin",
    "sinh",
    "tan",
]


@op("input", promotes="float", inplace=True, grad_fn="SinBackward0")
def sin(input):
    """Return the sine of an angle in radians.

    Example:
        >>> sin(jnp.array([0.0, 1.0])).tolist()
        [0.0, 0.8414709568023682]

    See: https://docs.pytorch.org/docs/stable/generated/torch.sin.html
    """
    return elementwise(jnp.sin, input)


@op("input", promotes="float", inplace=True, grad_fn="CosBackward0")
def cos(input):
    """Return the cosine of an angle in radians.

    Example:
        >>> cos(jnp.array([0.0, 1.0])).tolist()
        [1.0, 0.5403022766113281]

    See: https://docs.pytorch.org/docs/stable/generated/torch.cos.html
    """
    return elementwise(jnp.cos, input)


@op("input", promotes="float", inplace=True, grad_fn="TanBackward0", saves="result")
def tan(input):
    """Return the tangent of an angle in radians.

    Example:
        >>> tan(jnp.array([0.0, 1.0])).tolist()
        [0.0, 1.5574077367782593]

    See: https://docs.pytorch.org/docs/stable/generated/torch.tan.html
    """
    return elementwise(jnp.tan, input)


@op("input", promotes="float", inplace=True, aliases=("arcsin",), grad_fn="AsinBackward0")
def asin(input):
    """Return the angle between -pi/2 and pi/2 whose sine is `input`; nan outside [-1, 1].

    Example:
        >>> asin(jnp.array([0.0, 1.0])).tolist()
        [0.0, 1.5707963705062866]

    See: https://docs.pytorch.org/docs/stable/generated/torch.asin.html
    """
    return elementwise(jnp.arcsin, input)


@op("input", promotes="float", inplace=True, aliases=("arccos",), grad_fn="AcosBackward0")
def acos(input):
    """Return the angle between 0 and pi whose cosine is `input`; nan outside [-1, 1].

    Example:
        >>> acos(jnp.array([1.0, -1.0])).tolist()
        [0.0, 3.1415927410125732]

    See: https://docs.pytorch.org/docs/stable/generated/torch.acos.html
    """
    return elementwise(jnp.arccos, input)


@op("input", promotes="float", inplace=True, aliases=("arctan",), grad_fn="AtanBackward0")
def atan(input):
    """Return the angle between -pi/2 and pi/2 whose tangent is `input`.

    Example:
        >>> atan(jnp.array([0.0, 1.0])).tolist()
        [0.0, 0.7853981256484985]

    See: https://docs.pytorch.org/docs/stable/generated/torch.atan.html
    """
    return elementwise(jnp.arctan, input)


@op("input", promotes="float", inplace=True, grad_fn="SinhBackward0")
def sinh(input):
    """Return the hyperbolic sine, `(exp(input) - exp(-input)) / 2`.

    Example:
        >>> sinh(jnp.array([0.0, 1.0])).tolist()
        [0.0, 1.175201177597046]

    See: https://docs.pytorch.org/docs/stable/generated/torch.sinh.html
    """
    return elementwise(jnp.sinh, input)


@op("input", promotes="float", inplace=True, grad_fn="CoshBackward0")
def cosh(input):
    """Return the hyperbolic cosine, `(exp(input) + exp(-input)) / 2`.

    Example:
        >>> cosh(jnp.array([0.0, 1.0])).tolist()
        [1.0, 1.5430805683135986]

    See: https://docs.pytorch.org/docs/stable/generated/torch.cosh.html
    """
    return elementwise(jnp.cosh, input)


@op("input", promotes="float", inplace=True, aliases=("arcsinh",), grad_fn="AsinhBackward0")
def asinh(input):
    """Return the inverse of `sinh`.

    Example:
        >>> asinh(jnp.array([0.0, 1.0])).tolist()
        [0.0, 0.8813736438751221]

    See: https://docs.pytorch.org/docs/stable/generated/torch.asinh.html
    """
    return elementwise(jnp.arcsinh, input)


@op("input", promotes="float", inplace=True, aliases=("arccosh",), grad_fn="AcoshBackward0")
def acosh(input):
    """Return the inverse of `cosh` that is not negative; nan below 1.

    Example:
        >>> acosh(jnp.array([1.0, 2.0])).tolist()
        [0.0, 1.316957950592041]

    See: https://docs.pytorch.org/docs/stable/generated/torch.acosh.html
    """
    return elementwise(jnp.arccosh, input)


@op("input", promotes="float", inplace=True, aliases=("arctanh",), grad_fn="AtanhBackward0")
def atanh(input):
    """Return the inverse of `tanh`: infinite at -1 and 1, nan outside.

    Example:
        >>> atanh(jnp.array([0.0, 1.0])).tolist()
        [0.0, inf]

    See: https://docs.pytorch.org/docs/stable/generated/torch.atanh.html
    """
    return elementwise(jnp.arctanh, input)


@op("input", "other", promotes="float", inplace=True, aliases=("arctan2",), grad_fn="Atan2Backward0")
def atan2(input, other):
    """Return the angle of the point with abscissa `other` and ordinate `input`; the derivative at the origin is 0.

    Raises:
        NotImplementedError: for complex numbers.

    Example:
        >>> atan2(jnp.array([1.0, 0.0]), jnp.array([0.0, -1.0])).tolist()
        [1.5707963705062866, 3.1415927410125732]

    See: https://docs.pytorch.org/docs/stable/generated/torch.atan2.html
    """
    refuse_complex("atan2_cpu", input)
    return elementwise(_angle_of_point, input, other)


def _angle_of_point(y, x):
    origin = (x == 0) & (y == 0)
    still = lax.stop_gradient(jnp.arctan2(y, x))  # the value hangs on the signs of the zeros
    return jnp.where(origin, still, jnp.arctan2(y, jnp.where(origin, jnp.ones_like(x), x)))


@op("input", "other", promotes="common", inplace=True, grad_fn="HypotBackward0")
def hypot(input, other):
    """Return `sqrt(input ** 2 + other ** 2)` without overflow; at (0, 0) the derivative is nan, as in PyTorch.

    Raises:
        NotImplementedError: for integers, booleans and complex numbers.

    Example:
        >>> hypot(jnp.array([3.0]), jnp.array([4.0, 0.0])).tolist()
        [5.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.hypot.html
    """
    refuse(lambda x: is_integral(x) or is_complex(x), "hypot_cpu", input)
    return elementwise(_length, input, other)


@jax.custom_jvp
def _length(x, y):
    return jnp.hypot(x, y)


@_length.defjvp  # pyright: ignore[reportArgumentType]
def _length_jvp(primals, tangents):
    length = _length(*primals)
    return length, sum(side / length * tangent for side, tangent in zip(primals, tangents, strict=True))


@op("input", inplace=True, grad_fn="Deg2RadBackward0", saves="nothing")
def deg2rad(input):
    """Return degrees as radians.

    Raises:
        RuntimeError: for complex numbers.

    Example:
        >>> deg2rad(jnp.array([180.0, 0.0])).tolist()
        [3.1415927410125732, 0.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.deg2rad.html
    """
    return _converted("deg2rad", input, math.pi / 180)


@op("input", inplace=True, grad_fn="Rad2DegBackward0", saves="nothing")
def rad2deg(input):
    """Return radians as degrees.

    Raises:
        RuntimeError: for complex numbers.

    Example:
        >>> rad2deg(jnp.array([1.0, 0.0])).tolist()
        [57.295780181884766, 0.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.rad2deg.html
    """
    return _converted("rad2deg", input, 180 / math.pi)


def _converted(name, input, factor):
    input = as_floating(input)
    if is_complex(input):
        raise RuntimeError(f"{name} is not supported for complex tensors.\nConvert the angle itself: input.real.")
    return elementwise(lambda x: x * jnp.asarray(factor, x.dtype), input)

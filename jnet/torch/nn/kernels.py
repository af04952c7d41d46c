"""Pure functions behind activations that `torch.nn.functional` alone has, recorded as ops are.

Kinks follow PyTorch: the derivative at one is the value that PyTorch returns.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import axis, dtype_name, floating, numeric
from jnet.ops.promotion import Number
from jnet.ops.registry import Op
from jnet.torch.dispatch import Caller

KERNELS: dict[str, Caller] = {}


def _kernel(*arrays: str, scalars: tuple[str, ...] = (), **facts):
    """Declare a function as `jnet.ops.registry.op` does, but for this package alone."""

    def declare(function: Callable) -> Callable:
        @functools.wraps(function)
        def plain(*args, **kwargs):
            return function(*map(_value, args), **{name: _value(value) for name, value in kwargs.items()})

        op = Op(function.__name__, plain, arrays, scalars=scalars, where=("functional",), out=False, **facts)
        KERNELS[op.name] = Caller(op)
        return function

    return declare


def _value(argument):
    return argument.value if isinstance(argument, Number) else argument


def _like(input, number):
    return jnp.asarray(number).astype(input.dtype)


@_kernel("input", scalars=("min_val", "max_val"), grad_fn="HardtanhBackward0")
def hardtanh(input, min_val=-1.0, max_val=1.0):
    """Return `input` clipped to [min_val, max_val]; the derivative at both ends is 0.

    Raises:
        RuntimeError: if `input` is boolean.
    """
    if input.dtype == jnp.bool_:
        raise RuntimeError("Bool inputs not supported for hardtanh\nConvert first: input.float().")
    low, high = _like(input, min_val), _like(input, max_val)
    outside = (input <= low) | (input >= high)
    return jnp.where(outside, lax.stop_gradient(jnp.clip(input, low, high)), input)


@_kernel("input", grad_fn="CeluBackward0")
def celu(input, alpha=1.0):
    """Return `input` where it is positive, else `alpha * (exp(input / alpha) - 1)`; the derivative at 0 is 1.

    Raises:
        RuntimeError: if `alpha` is 0.
    """
    input = floating(input, "elu_cpu")
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    alpha = _like(input, alpha)
    negative = jnp.where(input > 0, jnp.zeros((), input.dtype), input)  # exp overflows elsewhere
    return jnp.where(input > 0, input, alpha * jnp.expm1(negative / alpha))


@_kernel("input", scalars=("threshold", "value"), grad_fn="ThresholdBackward0")
def threshold(input, threshold, value):
    """Return `input` where it is above `threshold`, else `value`."""
    input = numeric(input, "threshold_cpu")
    return jnp.where(input <= _like(input, threshold), _like(input, value), input)


@_kernel("input", "weight", grad_fn="PreluKernelBackward0")
def prelu(input, weight):
    """Return `input` where it is positive, else `weight * input`, with one weight, or one a channel (dimension 1).

    Raises:
        RuntimeError: if the number of weights is neither 1 nor that of the channels, or the dtypes differ.
    """
    if input.dtype != weight.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {dtype_name(input.dtype)} and {dtype_name(weight.dtype)}"
        )
    if weight.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}")
    input = floating(input, "prelu_cpu")
    if weight.size != 1:
        if input.ndim == 0:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = input.shape[1] if input.ndim > 1 else 1
        if weight.size != channels:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {weight.size} and "
                f"channel size = {channels}."
            )
    shape = [1] * input.ndim
    if weight.size != 1:
        shape[1] = weight.size
    return jnp.where(input > 0, input, weight.reshape(shape) * input)


@_kernel("input", grad_fn="GluBackward0")
def glu(input, dim=-1):
    """Return the first half along `dim` times the sigmoid of the second.

    Raises:
        RuntimeError: if the dimension is odd, or there is none.
    """
    if input.ndim == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = axis(dim, input.ndim, "glu")
    if input.shape[dim] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {input.shape[dim]}")
    first, second = jnp.split(floating(input, "glu_cpu"), 2, dim)
    return first * jax.nn.sigmoid(second)


@_kernel("input", grad_fn="MishBackward0")
def mish(input):
    """Return `input * tanh(softplus(input))`."""
    return jax.nn.mish(floating(input, "mish_cpu"))


@_kernel("input", grad_fn="HardsigmoidBackward0")
def hardsigmoid(input):
    """Return `input / 6 + 1 / 2` clipped to [0, 1]; the derivative at both ends is 0."""
    input = floating(input, "hardsigmoid_cpu")
    return hardtanh(input, -3, 3) / 6 + _like(input, 0.5)


@_kernel("input", grad_fn="HardswishBackward0")
def hardswish(input):
    """Return `input * hardsigmoid(input)`; the derivative is 0 at -3 and 1 at 3."""
    input = floating(input, "hardswish_cpu")
    low = lax.stop_gradient(input * jnp.zeros((), input.dtype))  # nan where the input is not finite
    middle = input * (input / 6 + _like(input, 0.5))
    return jnp.where(input <= -3, low, jnp.where(input >= 3, input, middle))


@_kernel("input", scalars=("lambd",), grad_fn="HardshrinkBackward0")
def hardshrink(input, lambd=0.5):
    """Return `input` where its absolute value is above `lambd`, else 0."""
    input = floating(input, "hardshrink_cpu")
    lambd = _like(input, lambd)
    return jnp.where((input >= -lambd) & (input <= lambd), jnp.zeros((), input.dtype), input)


@_kernel("input", grad_fn="SoftshrinkBackward0")
def softshrink(input, lambd=0.5):
    """Return `input` moved by `lambd` towards 0, and 0 where it would cross it.

    Raises:
        RuntimeError: if `lambd` is negative, or too large for the dtype.
    """
    input = floating(input, "softshrink_check")
    largest = float(jnp.finfo(input.dtype).max)
    if not 0 <= lambd <= largest:
        raise RuntimeError(
            f"lambda must be in range [0, {largest:g}] for input dtype {dtype_name(input.dtype)}, but found {lambd:g}"
        )
    lambd = _like(input, lambd)
    within = lax.stop_gradient(input * jnp.zeros((), input.dtype))  # nan stays nan
    return jnp.where(input > lambd, input - lambd, jnp.where(input < -lambd, input + lambd, within))


@_kernel("input", "noise", grad_fn="RreluWithNoiseBackward0")
def scaled_by_noise(input, noise):
    """Return `input` times a slope for each element: what is left of `rrelu` when the slopes are drawn."""
    return input * noise

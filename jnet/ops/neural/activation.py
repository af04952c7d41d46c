"""Activations with PyTorch's semantics, kinks included: the derivative at one is the value that PyTorch returns.

All but `softmax` and `log_softmax` work element by element and keep the shape. Those that PyTorch computes for
integers too (`sigmoid`, `tanh`) return the default dtype for them; the others refuse integers as PyTorch does. Halves
are computed in float32 and rounded once.
"""

import math

import jax
import jax.numpy as jnp

from jnet.ops.checks import ONE_DTYPE, axis, broadcast, floating, real
from jnet.ops.elementwise.common import elementwise, is_complex
from jnet.ops.registry import op

__all__ = [
    "elu",
    "gelu",
    "heaviside",
    "leaky_relu",
    "log_softmax",
    "logsigmoid",
    "relu",
    "selu",
    "sigmoid",
    "sign",
    "silu",
    "softmax",
    "softplus",
    "tanh",
]


@op("input", where=("torch", "Tensor", "functional"), inplace=True, out=False, grad_fn="ReluBackward0", saves="result")
def relu(input):
    """Return `max(0, input)`; the derivative at 0 is 0. Integers stay integers.

    Raises:
        RuntimeError: if `input` is boolean.

    Example:
        >>> relu(jnp.array([-1.0, 0.0, 2.0])).tolist()
        [0.0, 0.0, 2.0]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
    """
    input = jnp.asarray(input)
    if input.dtype == jnp.bool_:
        raise RuntimeError("Boolean inputs not supported for relu\nConvert them to floating point numbers first.")
    if is_complex(input):
        raise NotImplementedError("clamp is not supported for complex types\nComplex numbers have no order.")
    # Not jax.nn.relu, which gives nan no gradient; in PyTorch it has one.
    return jnp.where(input <= 0, jnp.zeros((), input.dtype), input)


@op("input", scalars=("negative_slope",), where=("functional",), inplace=True, out=False, grad_fn="LeakyReluBackward0")
def leaky_relu(input, negative_slope=0.01):
    """Return `input` where it is positive, else `negative_slope * input`; the derivative at 0 is `negative_slope`.

    Example:
        >>> leaky_relu(jnp.array([-2.0, 3.0]), 0.5).tolist()
        [-1.0, 3.0]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html
    """
    # jax.nn.leaky_relu has derivative 1 at 0; PyTorch has negative_slope there.
    return elementwise(
        lambda x: jnp.where(x > 0, x, _like(x, negative_slope) * x),
        real(input, "leaky_relu_cpu"),
    )


@op("input", scalars=("alpha",), where=("functional",), inplace=True, out=False, grad_fn="EluBackward0")
def elu(input, alpha=1.0):
    """Return `input` where it is positive, else `alpha * (exp(input) - 1)`; the derivative at 0 is `alpha`.

    Example:
        >>> elu(jnp.array([0.0, 3.0])).tolist()
        [0.0, 3.0]

    See: https://arxiv.org/abs/1511.07289
    """
    return elementwise(lambda x: jax.nn.elu(x, _like(x, alpha)), real(input, "elu_cpu"))


@op("input", where=("torch", "functional"), inplace=True, out=False, grad_fn="EluBackward0")
def selu(input):
    """Return `scale * elu(input, alpha)` with the constants that keep mean 0 and variance 1 from layer to layer.

    Example:
        >>> f"{selu(jnp.array(1.0)):.4f}"
        '1.0507'

    See: https://arxiv.org/abs/1706.02515
    """
    return elementwise(jax.nn.selu, real(input, "elu_cpu"))


@op("input", where=("functional",), grad_fn="GeluBackward0")
def gelu(input, approximate="none"):
    """Return `input * P(N <= input)` for a standard normal N.

    Args:
        approximate: "none" uses the error function, "tanh" the formula of the paper.

    Raises:
        RuntimeError: if `approximate` is neither.

    Example:
        >>> f"{gelu(jnp.array(1.0)):.4f}"
        '0.8413'

    See: https://arxiv.org/abs/1606.08415
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError(f"approximate argument must be either none or tanh.\nGot {approximate!r}.")
    function = jax.nn.gelu if approximate == "tanh" else _gelu
    return elementwise(function, real(input, "GeluKernelImpl"))


@jax.custom_jvp
def _gelu(x):
    # jax.nn.gelu takes the complement of the error function, which takes three times as long.
    return x * (0.5 * (1 + jax.lax.erf(x * math.sqrt(0.5))))


@_gelu.defjvp
def _gelu_jvp(primals, tangents):
    (x,), (rise,) = primals, tangents
    # The error function of -x, so that XLA does not share it with the result: to store it costs more than computing it.
    probability = 0.5 * (1 - jax.lax.erf(x * -math.sqrt(0.5)))
    density = jnp.exp(x * x * -0.5) * (1 / math.sqrt(2 * math.pi))
    return _gelu(x), rise * (probability + x * density)


@op("input", where=("functional",), out=False, grad_fn="SiluBackward0")
def silu(input):
    """Return `input * sigmoid(input)`, also known as swish.

    Example:
        >>> f"{silu(jnp.array(1.0)):.4f}"
        '0.7311'

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.silu.html
    """
    return elementwise(jax.nn.silu, floating(input, "silu_cpu"))


@op(
    "input",
    promotes="float",
    where=("torch", "Tensor", "functional", "special"),
    inplace=True,
    aliases=("expit",),
    grad_fn="SigmoidBackward0",
    saves="result",
)
def sigmoid(input):
    """Return `1 / (1 + exp(-input))`.

    Example:
        >>> sigmoid(jnp.array(0.0)).item()
        0.5

    See: https://pytorch.org/docs/stable/generated/torch.sigmoid.html
    """
    return elementwise(jax.nn.sigmoid, input)


@op("input", where=("functional",), grad_fn="LogSigmoidBackward0")
def logsigmoid(input):
    """Return `log(sigmoid(input))` without overflow: `-softplus(-input)`.

    Example:
        >>> logsigmoid(jnp.array(-1000.0)).item()
        -1000.0

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
    """
    return elementwise(jax.nn.log_sigmoid, real(input, "log_sigmoid_cpu"))


@op(
    "input",
    promotes="float",
    where=("torch", "Tensor", "functional"),
    inplace=True,
    grad_fn="TanhBackward0",
    saves="result",
)
def tanh(input):
    """Return `2 sigmoid(2 input) - 1`, the hyperbolic tangent.

    Example:
        >>> tanh(jnp.array(0.0)).item()
        0.0

    See: https://pytorch.org/docs/stable/generated/torch.tanh.html
    """
    return elementwise(jnp.tanh, input)


@op("input", scalars=("beta", "threshold"), where=("functional",), grad_fn="SoftplusBackward0")
def softplus(input, beta=1.0, threshold=20.0):
    """Return `log(1 + exp(beta * input)) / beta`, a smooth relu; `input` itself where `beta * input > threshold`.

    Example:
        >>> f"{softplus(jnp.array(0.0)):.4f}"
        '0.6931'

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
    """

    def function(x):
        scaled = _like(x, beta) * x
        return jnp.where(scaled > _like(x, threshold), x, jax.nn.softplus(scaled) / _like(x, beta))

    return elementwise(function, real(input, "softplus_cpu"))


def _like(input, number):
    """Return a Python number, or a traced one, in the dtype of `input`."""
    return jnp.asarray(number).astype(input.dtype)


@op("input", where=("torch", "Tensor", "functional", "special"), grad_fn="SoftmaxBackward0", saves="result")
def softmax(input, dim, dtype=None):
    """Return `exp(input) / sum(exp(input))` along `dim`, shifted by the maximum so that nothing overflows.

    Args:
        dim: the dimension along which the result sums to one; negative ones count from the end.
        dtype: convert to it first.

    Raises:
        IndexError: if there is no such dimension.
        NotImplementedError: if `input` holds integers.

    Example:
        >>> softmax(jnp.array([1000.0, 1000.0]), dim=0).tolist()
        [0.5, 0.5]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
    """
    input, along = _along("softmax", input, dim, dtype)
    return elementwise(lambda x: jax.nn.softmax(x, along), input)


@op("input", where=("torch", "Tensor", "functional", "special"), grad_fn="LogSoftmaxBackward0", saves="result")
def log_softmax(input, dim, dtype=None):
    """Return `log(softmax(input, dim))`, exactly where the quotient would underflow; arguments as `softmax`.

    Example:
        >>> log_softmax(jnp.array([0.0, -1000.0]), dim=0).tolist()
        [0.0, -1000.0]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
    """
    input, along = _along("log_softmax", input, dim, dtype)
    return elementwise(lambda x: jax.nn.log_softmax(x, along), input)


def _along(name, input, dim, dtype):
    """Return the checked input and axis; a scalar becomes what it is, one element along no axis."""
    input = jnp.asarray(input, dtype)
    dim = axis(dim, input.ndim, name)
    last = "lastdim_" if dim >= input.ndim - 1 else ""
    return real(input, f"{name}_{last}kernel_impl"), dim if input.ndim else ()


@op("input", inplace=True, grad_fn="SignBackward0", saves="nothing")
def sign(input):
    """Return -1, 0 or 1 as `input` is negative, zero or positive; 0 for nan. The derivative is 0 everywhere.

    Raises:
        NotImplementedError: if `input` is complex.

    Example:
        >>> sign(jnp.array([-3.0, 0.0, 0.2])).tolist()
        [-1.0, 0.0, 1.0]

    See: https://pytorch.org/docs/stable/generated/torch.sign.html
    """
    input = jnp.asarray(input)
    if jnp.issubdtype(input.dtype, jnp.complexfloating):
        raise NotImplementedError(
            "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead.\n"
            "Of a jax.Array, jnp.sign is what torch.sgn is."
        )
    if input.dtype == jnp.bool_:
        return input
    return jnp.where(jnp.isnan(input), jnp.zeros((), input.dtype), jnp.sign(input))


@op("input", "values", inplace=True, grad_fn="NotImplemented", saves="nothing")
def heaviside(input, values):
    """Return 0 where `input` is negative (or nan), `values` where it is zero, 1 where it is positive.

    PyTorch has no derivative of it; here it is 0 towards `input`, and 1 towards `values` where `input` is 0.

    Raises:
        RuntimeError: if the dtypes differ or the shapes do not broadcast.

    Example:
        >>> heaviside(jnp.array([-2.0, 0.0, 3.0]), jnp.array(1.0)).tolist()
        [0.0, 1.0, 1.0]

    See: https://pytorch.org/docs/stable/generated/torch.heaviside.html
    """
    input, values = jnp.asarray(input), jnp.asarray(values)
    if is_complex(input) or is_complex(values):
        raise RuntimeError("heaviside is not yet implemented for complex tensors.\nComplex numbers have no order.")
    if input.dtype != values.dtype:
        raise RuntimeError(
            "heaviside is not yet implemented for tensors with different dtypes.\n"
            f"Got {input.dtype} and {values.dtype}. {ONE_DTYPE}"
        )
    input, values = broadcast(input, values)
    return jnp.where(input == 0, values, (input > 0).astype(input.dtype))

"""Normalisation: values shifted and scaled by the mean and variance of those that they belong with.

Means and variances over many values are as exact as the dtype allows, far from 0 too: they are taken of what is left
when a first mean is subtracted. That mean may count as a constant in derivatives of any order, for the results do not
depend on it; the gradients of XLA then take as few passes over the data as formulas written out by hand. Half precision
is computed in float32.
"""

import functools
import math
import warnings

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import c_name, check_castable, dtype_name, floating, is_floating, not_implemented, real
from jnet.ops.reductions.statistics import at_least_float32, count
from jnet.ops.registry import op

__all__ = [
    "batch_norm",
    "cross_map_lrn2d",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "rms_norm",
    "running_statistics",
]


def _moments(values, along):
    """Return a constant c for each mean to take, x - c, mean(x - c) and var(x); means have size 1 along `along`.

    For any c: mean(x) = c + mean(x - c), and var(x) = mean((x - c)^2) - mean(x - c)^2.
    """
    size = count(values, along)
    first = lax.stop_gradient(jnp.sum(values, along, keepdims=True) / size)
    centred = values - first
    rest = jnp.sum(centred, along, keepdims=True) / size
    variance = jnp.sum(centred * centred, along, keepdims=True) / size - rest * rest
    return first, centred, rest, jnp.where(variance < 0, jnp.zeros((), variance.dtype), variance)


def _channelwise(vector, ndim, dtype):
    """Return one value a channel (dimension 1) in the shape that broadcasts with an input of `ndim` dimensions."""
    return vector.astype(dtype).reshape(1, -1, *(1,) * (ndim - 2))


def _check_dtypes(input, *parameters):
    """Raise PyTorch's errors unless the parameters have the input's dtype, or float32 where the input is of half."""
    given = [jnp.dtype(each.dtype) for each in parameters if each is not None]
    if not given:
        return
    if given[0] == input.dtype:
        for dtype in given:
            if dtype != input.dtype:
                raise RuntimeError(
                    f"expected scalar type {dtype_name(input.dtype)} but found {dtype_name(dtype)}\n"
                    "Weight, bias and running statistics have one dtype."
                )
    elif any(dtype != jnp.float32 for dtype in given):
        raise RuntimeError(
            "mixed dtype (CPU): expect parameter to have scalar type of Float\n"
            f"The input is of {dtype_name(input.dtype)}; the parameters are of "
            f"{', '.join(map(dtype_name, given))}."
        )
    elif input.dtype not in (jnp.float16, jnp.bfloat16):
        raise RuntimeError(
            "mixed dtype (CPU): all inputs must share same datatype.\n"
            f"The input is of {dtype_name(input.dtype)}, the parameters are of Float: convert one."
        )


def _check_channels(channels, repeats=1, **vectors):
    """Raise PyTorch's errors unless each of these has one value a channel; it counts what it repeats them to."""
    for name, each in vectors.items():
        if each is not None and each.size != channels:
            raise RuntimeError(
                f"{name} should contain {repeats * channels} elements not {repeats * each.size}\n"
                f"It has {each.size}; the channels, dimension 1 of the input, are {channels}."
            )
    if (vectors["running_mean"] is None) != (vectors["running_var"] is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")


def _no_channels(ndim):
    limit = max(ndim, 1)
    return IndexError(
        f"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got 1)\n"
        f"The channels are dimension 1; the input has {ndim}."
    )


def _applied(centred, rest, variance, weight, bias, eps):
    """Return `(centred - rest) / sqrt(variance + eps) * weight + bias`: the small arrays are combined first."""
    scale = lax.rsqrt(variance + jnp.asarray(eps, variance.dtype))
    if weight is not None:
        scale = scale * weight
    shift = None if rest is None else -rest * scale
    if bias is not None:
        shift = bias if shift is None else shift + bias
    scaled = centred * scale
    return scaled if shift is None else scaled + shift


def _normalized_by_channel(input, weight, bias, running_mean, running_var, along, eps):
    """Return the input normalised along these axes; without any, by the running statistics."""
    input = real(input, "batch_norm")
    _check_dtypes(input, weight, bias, running_mean, running_var)
    values = at_least_float32(input)
    mean, variance, weight, bias = (
        None if each is None else _channelwise(each, input.ndim, values.dtype)
        for each in (running_mean, running_var, weight, bias)
    )
    if along is None:
        assert mean is not None
        centred, rest = values - mean, None
    else:
        _, centred, rest, variance = _moments(values, along)
    return _applied(centred, rest, variance, weight, bias, eps).astype(input.dtype)


@op("input", "weight", "bias", "running_mean", "running_var", where=(), out=False, grad_fn="NativeBatchNormBackward0")
def batch_norm(input, weight=None, bias=None, running_mean=None, running_var=None, training=False, eps=1e-5):
    """Return `(input - mean) / sqrt(var + eps) * weight + bias`, with one mean and variance a channel.

    Args:
        training: whether they are those of the input, over all but dimension 1; else they are the running ones, which
            `running_statistics` computes.
        eps: keeps the divisor away from 0.

    Shape: input (N, C, ...); all else (C,).

    Raises:
        RuntimeError: for another number of channels, dtypes that do not fit, running statistics that are missing.

    Example:
        >>> batch_norm(jnp.array([[1.0], [3.0]]), training=True, eps=0.0).tolist()
        [[-1.0], [1.0]]

    See: https://arxiv.org/abs/1502.03167
    """
    input = jnp.asarray(input)
    channels = input.shape[1] if input.ndim > 1 else 0
    if not training:
        for name, each in (("running_mean", running_mean), ("running_var", running_var)):
            if each is None:
                raise RuntimeError(f"{name} must be defined in evaluation mode")
    _check_channels(channels, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    if input.ndim < 2:
        if input.size:
            raise _no_channels(input.ndim)
        return input
    along = (0, *range(2, input.ndim)) if training else None
    return _normalized_by_channel(input, weight, bias, running_mean, running_var, along, eps)


@op("input", "weight", "bias", "running_mean", "running_var", where=(), out=False, grad_fn="ViewBackward0")
def instance_norm(input, weight=None, bias=None, running_mean=None, running_var=None, use_input_stats=True, eps=1e-5):
    """Return `batch_norm` with a mean and variance for each channel of each instance, over dimensions 2 and up.

    Args:
        use_input_stats: whether they are those of the input; else they are the running ones.

    Shape: input (N, C, ...); all else (C,).

    Raises:
        RuntimeError: as `batch_norm`.

    Example:
        >>> instance_norm(jnp.array([[[1.0, 3.0]], [[5.0, 5.5]]]), eps=0.0).tolist()
        [[[-1.0, 1.0]], [[-1.0, 1.0]]]

    See: https://arxiv.org/abs/1607.08022
    """
    input = jnp.asarray(input)
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    batch, channels = input.shape[:2]
    _check_channels(channels, batch, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    along = tuple(range(2, input.ndim)) if use_input_stats else None
    return _normalized_by_channel(input, weight, bias, running_mean, running_var, along, eps)


@op("input", "running_mean", "running_var", "num_batches", scalars=("momentum",), where=(), out=False)
def running_statistics(input, running_mean, running_var, num_batches=None, momentum=0.1, *, by_instance=False):
    """Return running mean and variance after a batch: `(1 - momentum) * running + momentum * that of the batch`.

    Args:
        num_batches: how many batches came before; the number that it is now is returned too.
        momentum: None averages over all batches, with the help of `num_batches`.
        by_instance: average the mean and variance of each instance, as `instance_norm` takes them.

    Shape: input (N, C, ...); running_mean, running_var (C,).

    Example:
        >>> mean, var = running_statistics(jnp.array([[1.0], [3.0]]), jnp.zeros(1), jnp.ones(1), momentum=0.5)
        >>> mean.tolist(), var.tolist()
        ([1.0], [1.5])

    See: https://arxiv.org/abs/1502.03167
    """
    values = at_least_float32(jnp.asarray(input))
    along = (*(() if by_instance else (0,)), *range(2, values.ndim))
    size = count(values, along)
    first, _, rest, variance = _moments(values, along)
    mean = first + rest
    unbiased = variance * (size / (size - 1) if size > 1 else math.nan)
    if by_instance:
        mean, unbiased = mean.mean(0), unbiased.mean(0)
    now = None if num_batches is None else jnp.asarray(num_batches) + 1
    rate = (1 / jnp.asarray(now) if momentum is None else jnp.asarray(momentum)).astype(values.dtype)
    new = tuple(
        lax.stop_gradient((1 - rate) * old.astype(values.dtype) + rate * batch.reshape(old.shape)).astype(old.dtype)
        for old, batch in ((running_mean, mean), (running_var, unbiased))
    )
    return new if now is None else (*new, now)


def _check_normalized_shape(name, normalized_shape):
    """Return the shape as a tuple of integers, one at least."""
    wanted = f"{name}(): argument 'normalized_shape' (position 2) must be tuple of ints"
    if not isinstance(normalized_shape, tuple | list):
        raise TypeError(f"{wanted}, not {type(normalized_shape).__name__}\nFor one dimension write (size,).")
    for place, each in enumerate(normalized_shape):
        if not isinstance(each, int):
            raise TypeError(f"{wanted}, but found element of type {type(each).__name__} at pos {place}")
    if not normalized_shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    return tuple(normalized_shape)


def _check_ends(input, shape, stars, **parameters):
    """Raise PyTorch's errors unless the parameters are of this shape, and that of the input ends so.

    Args:
        stars: how the message writes the dimensions before.
    """
    for name, each in parameters.items():
        if each is not None and each.shape != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape {list(each.shape)} "
                f"and normalized_shape = {list(shape)}"
            )
    if input.shape[-len(shape) :] != shape:
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{stars}{', '.join(map(str, shape))}], "
            f"but got input of size{list(input.shape)}\nThe last dimensions of the input are those to normalise."
        )


def _affine(result, weight, bias):
    """Return the result times a weight plus a bias, both of the shape in which the result's ends."""
    for each, combine in ((weight, jnp.multiply), (bias, jnp.add)):
        if each is not None:
            result = combine(result, jnp.broadcast_to(each.astype(result.dtype), result.shape))
    return result


@op("input", "weight", "bias", where=("torch", "functional"), out=False, grad_fn="NativeLayerNormBackward0")
def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable=True):
    """Return `(input - mean) / sqrt(var + eps) * weight + bias`, mean and variance over the last dimensions.

    Args:
        normalized_shape: the sizes of those dimensions.
        weight, bias: arrays of this shape.
        eps: keeps the divisor away from 0.
        cudnn_enable: accepted, without effect.

    Raises:
        RuntimeError: for shapes and dtypes that do not fit.

    Example:
        >>> layer_norm(jnp.array([[1.0, 3.0], [5.0, 5.5]]), (2,), eps=0.0).tolist()
        [[-1.0, 1.0], [-1.0, 1.0]]

    See: https://arxiv.org/abs/1607.06450
    """
    input = jnp.asarray(input)
    shape = _check_normalized_shape("layer_norm", normalized_shape)
    _check_ends(input, shape, "*, ", weight=weight, bias=bias)
    _check_dtypes(input, weight, bias)
    values = at_least_float32(real(input, "LayerNormKernelImpl"))
    along = tuple(range(input.ndim - len(shape), input.ndim))
    # Not _moments: rows are short and stay in the cache, so that one pass less counts for more than a last digit.
    centred = values - jnp.sum(values, along, keepdims=True) / count(values, along)
    variance = jnp.sum(centred * centred, along, keepdims=True) / count(values, along)
    scale = lax.rsqrt(variance + jnp.asarray(eps, values.dtype))
    return _affine(centred * scale, weight, bias).astype(input.dtype)


@op("input", "weight", where=("torch", "functional"), out=False, grad_fn="MulBackward0")
def rms_norm(input, normalized_shape, weight=None, eps=None):
    """Return `input / sqrt(mean(input^2) + eps) * weight`, the mean over the last dimensions.

    Args:
        normalized_shape: the sizes of those dimensions.
        weight: an array of this shape.
        eps: keeps the divisor away from 0; by default the spacing of numbers at 1 in the dtype computed with.

    Raises:
        RuntimeError, ValueError: for shapes that do not fit.
        NotImplementedError: for integers.

    Example:
        >>> rms_norm(jnp.array([2.0, -2.0]), (2,), eps=0.0).tolist()
        [1.0, -1.0]

    See: https://arxiv.org/abs/1910.07467
    """
    input = jnp.asarray(input)
    shape = _check_normalized_shape("rms_norm", normalized_shape)
    if input.ndim < len(shape):
        raise ValueError(f"Input tensor must have at least {len(shape)} dimensions, but got {input.ndim}")
    _check_ends(input, shape, "*", weight=weight)
    values = at_least_float32(floating(input, "rms_norm"))
    if weight is not None and weight.dtype != input.dtype:
        warnings.warn(
            f"Mismatch dtype between input and weight: input dtype = {c_name(input.dtype)}, weight dtype = "
            f"{c_name(weight.dtype)}, Cannot dispatch to fused implementation.",
            UserWarning,
            stacklevel=3,
        )
    along = tuple(range(input.ndim - len(shape), input.ndim))
    square = jnp.sum(values * values, along, keepdims=True) / count(values, along)
    eps = jnp.finfo(values.dtype).eps if eps is None else eps
    return _affine(values * lax.rsqrt(square + jnp.asarray(eps, square.dtype)), weight, None).astype(input.dtype)


@op("input", "weight", "bias", where=("torch",), out=False, grad_fn="NativeGroupNormBackward0")
def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5, cudnn_enabled=True):
    """Return `(input - mean) / sqrt(var + eps) * weight + bias`, a mean and variance for each group of channels.

    Args:
        num_groups: how many groups the channels are split into.
        weight, bias: one value a channel.
        eps: keeps the divisor away from 0.
        cudnn_enabled: accepted, without effect.

    Shape: input (N, C, ...); weight, bias (C,).

    Raises:
        RuntimeError: if the groups do not divide the channels, for shapes and dtypes that do not fit.

    Example:
        >>> group_norm(jnp.array([[1.0, 3.0, 5.0, 5.5]]), 2, eps=0.0).tolist()
        [[-1.0, 1.0, -1.0, 1.0]]

    See: https://arxiv.org/abs/1803.08494
    """
    input = jnp.asarray(input)
    if not isinstance(num_groups, int):
        raise TypeError(
            f"group_norm(): argument 'num_groups' (position 2) must be int, not {type(num_groups).__name__}"
        )
    if input.ndim < 2:
        raise _no_channels(input.ndim)
    batch, channels = input.shape[:2]
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if channels % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(input.shape)} and num_groups={num_groups}"
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and each.shape != (channels,):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {[0] if weight is None else list(weight.shape)} and input of shape {list(input.shape)}\n"
                f"The shape of {name} is {list(each.shape)}; PyTorch prints the weight's in both cases."
            )
    _check_dtypes(input, weight, bias)
    values = at_least_float32(real(input, "GroupNormKernelImpl"))
    inner = channels // num_groups
    grouped = values.reshape(batch, num_groups, inner, math.prod(input.shape[2:]))
    weight, bias = (
        None if each is None else each.astype(values.dtype).reshape(1, num_groups, inner, 1) for each in (weight, bias)
    )
    _, centred, rest, variance = _moments(grouped, (2, 3))
    return _applied(centred, rest, variance, weight, bias, eps).reshape(input.shape).astype(input.dtype)


def _window_sums(values, before, after):
    """Return the sums over windows of channels (dimension 1) that reach this far to both sides."""
    channels = values.shape[1]
    before, after = min(before, channels), min(after, channels)
    padded = jnp.pad(values, [(0, 0), (before, after), *[(0, 0)] * (values.ndim - 2)])
    slices = [lax.slice_in_dim(padded, i, i + channels, axis=1) for i in range(before + after + 1)]
    total = slices[0]
    for each in slices[1:]:
        total = total + each
    return total


@op("input", where=("functional",), out=False, grad_fn="DivBackward0")
def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Return `input / (k + alpha * mean of input^2)^beta`, the mean over `size` channels around each, zeros beyond.

    Shape: input (N, C, ...) of three dimensions or more.

    Raises:
        ValueError: for fewer dimensions.
        RuntimeError: if `size` is not positive.

    Example:
        >>> local_response_norm(jnp.ones((1, 1, 2)), 2, alpha=2.0, beta=1.0).tolist()
        [[[0.5, 0.5]]]

    See: https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks
    """
    input = jnp.asarray(input)
    if input.ndim < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality                          input (got {input.ndim} dimensions)"
        )
    if not input.size:
        return input
    if size <= 0:
        given = f"kH: {size} kW: 1" if input.ndim == 3 else f"kT: {size} kH: 1 kW: 1"
        raise RuntimeError(f"kernel size should be greater than zero, but got {given}")
    if input.dtype == jnp.bool_ or jnp.iscomplexobj(input):
        raise not_implemented("avg_pool2d" if input.ndim == 3 else "avg_pool3d_out_frame", input.dtype)
    values = at_least_float32(input)
    total = _window_sums(values * values, size // 2, (size - 1) // 2)
    if jnp.issubdtype(input.dtype, jnp.integer):
        total, values = (total // size).astype(jnp.float32), values.astype(jnp.float32)  # as PyTorch's pooling
        return values / (total * alpha + k) ** beta
    return (values / (total * (alpha / size) + k) ** beta).astype(input.dtype)


@op("input", where=(), out=False, grad_fn="CrossMapLRN2dBackward")
def cross_map_lrn2d(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Return what PyTorch's legacy layer makes of images: `local_response_norm`, but for two slips in its arithmetic.

    The first channel counts in every window, and the derivative looks at windows that lie one channel off.

    Shape: input (N, C, H, W).

    Raises:
        ValueError: for another number of dimensions.
        RuntimeError: for integers.

    Example:
        >>> cross_map_lrn2d(jnp.ones((1, 1, 1, 2)), 2, alpha=2.0, beta=1.0).tolist()
        [[[[0.5, 0.5]]]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossMapLRN2d.html
    """
    input = jnp.asarray(input)
    if input.ndim != 4:
        raise ValueError(f"CrossMapLRN2d: Expected input to be 4D, got {input.ndim}D instead.")
    if not is_floating(input):
        check_castable(jnp.float32, input.dtype)
    return _cross_map(at_least_float32(input), size, alpha, beta, k).astype(input.dtype)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3, 4))
def _cross_map(values, size, alpha, beta, k):
    return values * _cross_map_scale(values, size, alpha, k) ** -beta


@_cross_map.defjvp
def _cross_map_tangent(size, alpha, beta, k, primals, tangents):
    (values,), (tangent,) = primals, tangents
    scale = _cross_map_scale(values, size, alpha, k)
    result = values * scale**-beta
    reach = int(size - (size - 1) / 2)
    others = _window_sums(values * tangent, size - 1 - reach, reach)
    return result, scale**-beta * tangent - 2 * alpha * beta / size * (result / scale) * others


def _cross_map_scale(values, size, alpha, k):
    squares = values * values
    reach = int((size - 1) / 2)
    # What a window that holds the first channel would count twice.
    rest = squares.at[:, 0].set(0) if squares.shape[1] else squares
    return (squares[:, :1] + _window_sums(rest, reach, reach)) * (alpha / size) + k

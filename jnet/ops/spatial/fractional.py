"""Fractional max pooling (Graham, 2014), and the inverse of max pooling."""

import functools
import math

import jax.numpy as jnp

from jnet.ops.checks import dtype_name, not_implemented, own_axis
from jnet.ops.registry import op
from jnet.ops.spatial.maxima import Best, better, places

__all__ = ["fractional_max_pool2d", "fractional_max_pool3d", "max_unpool2d", "max_unpool3d"]


@op("input", "_random_samples", where=("functional",), out=False, grad_fn="FractionalMaxPool2DBackward0")
def fractional_max_pool2d(input, kernel_size, output_size, _random_samples):
    """Take the maxima over windows whose places are pseudo-random, and where they stand (row by row).

    Along an axis of N places, with K = `kernel_size`, O = `output_size` and a sample u, window i starts at
    floor((i + u) a) - floor(u a), where a = (N - K) / (O - 1); the last one at N - K.

    Shape: input (N, C, H, W) or (C, H, W); samples (N, C, 2), that of the width first; both results (N, C, *O).

    Raises:
        RuntimeError: for wrong shapes or dtypes of the samples, or windows too large for the input.

    Example:
        >>> fractional_max_pool2d(jnp.arange(16.0).reshape(1, 4, 4), 2, 2, jnp.zeros((1, 1, 2)))[0].tolist()
        [[[5.0, 7.0], [13.0, 15.0]]]

    See: https://arxiv.org/abs/1412.6071
    """
    return _fractional(2, input, kernel_size, output_size, _random_samples)


@op("input", "_random_samples", where=("functional",), out=False, grad_fn="FractionalMaxPool3DBackward0")
def fractional_max_pool3d(input, kernel_size, output_size, _random_samples):
    """Take the maxima over windows of volumes; as `fractional_max_pool2d`, the sample of the depth first."""
    return _fractional(3, input, kernel_size, output_size, _random_samples)


def _fractional(n, input, kernel_size, output_size, samples):
    window, size = _fractional_settings(n, input, kernel_size, output_size, samples)
    if input.dtype.kind in "biuc":
        raise not_implemented(f"fractional_max_pool{n}d_out_frame", input.dtype)
    batched = input.ndim == n + 2
    if not input.size:  # JAX looks nothing up in an empty batch
        shape = (*input.shape[:-n], *size)
        return jnp.zeros(shape, input.dtype), jnp.zeros(shape, int)
    given = input if batched else input[None]
    samples = samples[: len(given), : given.shape[1]]
    best = Best(given, jnp.broadcast_to(places(given.shape, n), given.shape))
    for axis in range(-1, -n - 1, -1):
        sample = samples[..., -1 - axis if n == 2 else axis]  # of an image the width comes first
        starts = _starts(sample, given.shape[axis], window[axis], size[axis])
        starts = starts.reshape(*starts.shape[:2], *(-1 if each == axis else 1 for each in range(-n, 0)))
        taken = [best.map(_taken, axis, starts + offset) for offset in range(window[axis])]
        best = functools.reduce(better, taken, *() if taken else (best,))
    assert best.places is not None
    return (best.values, best.places) if batched else (best.values[0], best.places[0])


def _taken(x, axis, index):
    """Return what an index, one for each channel, takes along an axis."""
    shape = list(x.shape)
    shape[axis] = index.shape[axis]
    return jnp.take_along_axis(x, jnp.broadcast_to(index, shape), axis)


def _starts(sample, n, window, size):
    """Return where windows start, (N, C, size)."""
    if size <= 1:
        return jnp.full((*sample.shape, size), n - window)
    alpha = jnp.asarray((n - window) / (size - 1), sample.dtype)
    sample = sample[..., None]
    place = jnp.arange(size).astype(sample.dtype)[None, None]
    starts = ((place + sample) * alpha).astype(int) - (sample * alpha).astype(int)
    return jnp.where((jnp.arange(size) == size - 1)[None, None], n - window, starts)


def _fractional_settings(n, input, kernel_size, output_size, samples) -> tuple[tuple, tuple]:
    """Return window and size of the result, an integer an axis, after PyTorch's checks."""
    name = f"fractional_max_pool{n}d"
    own_axis(-n - 1, input.ndim, name)
    window, size = (each if isinstance(each, tuple) else (each,) for each in (kernel_size, output_size))
    for what, each in (("kernel_size", window), ("output_size", size)):
        if len(each) not in (1, n):
            raise RuntimeError(
                f"{name}: {what} must either be a single Int or tuple of {'three ' * (n == 3)}Ints\nGot {each}."
            )
    window, size = (each * n if len(each) == 1 else each for each in (window, size))
    shape, function = list(input.shape), name + "_out()" * (n == 3) + "()" * (n == 2)
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(f"{function}: Expected {n + 1}D or {n + 2}D tensor, but got: {shape}\nChannels come first.")
    for axis in range(input.ndim - n - 1, input.ndim):
        if not shape[axis]:
            raise RuntimeError(
                f"{function}: Expected input to have non-zero size for non-batch dimensions, but got{shape} with "
                f"dimension {axis} being empty.\nOnly the batch may be empty."
            )
    for what, count, k, o in zip(("time", "height", "width")[3 - n :], shape[-n:], window, size, strict=True):
        least = o + k - (n == 2)  # of volumes PyTorch asks for one place more
        if least > count:
            raise RuntimeError(
                f"{function}: pool {what} {k} too large relative to input {what} {count}\n"
                f"{o} windows of {k} need at least {least} places."
            )
    _check_samples(n, input, samples)
    return window, size


def _check_samples(n, input, samples) -> None:
    if samples.dtype != input.dtype:
        raise RuntimeError(
            "Expect _random_samples to have the same dtype as input\n"
            f"Got {dtype_name(samples.dtype)} and {dtype_name(input.dtype)}."
        )
    if samples.ndim != 3:
        raise RuntimeError(
            f"Expect _random_samples to have 3 dimensions, got {samples.ndim}\nThey are (batch, channels, {n})."
        )
    count, channels, each = samples.shape
    if count < (input.shape[0] if input.ndim == n + 2 else 1):
        raise RuntimeError(
            "Expect _random_samples.size(0) no less then input batch size.\nGive samples for each image."
        )
    if channels != input.shape[-n - 1]:
        raise RuntimeError(
            "Expect _random_samples.size(1) equals to input channel size.\nGive samples for each channel."
        )
    if each != n:
        raise RuntimeError(f"Expect _random_samples.size(2) equals to {n}; got {each}.\nGive a sample for each axis.")


@op("input", "indices", where=(), out=False, grad_fn="MaxUnpool2DBackward0")
def max_unpool2d(input, indices, output_size):
    """Put values where their indices say, as `max_pool2d_with_indices` gives them, and zeros elsewhere.

    Shape: input and indices (N, C, H, W) or (C, H, W); result (N, C, *output_size).

    Raises:
        RuntimeError: for indices of another shape or not int64, wrong numbers of dimensions, an empty input. An index
            out of range writes nothing.

    Example:
        >>> max_unpool2d(jnp.array([[[5.0]]]), jnp.array([[[2]]]), (2, 2)).tolist()
        [[[0.0, 0.0], [5.0, 0.0]]]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool2d.html
    """
    return _unpooled(2, input, indices, output_size)


@op("input", "indices", where=(), out=False, grad_fn="MaxUnpool3DBackward0")
def max_unpool3d(input, indices, output_size):
    """Put values where their indices say, in volumes (N, C, D, H, W) or (C, D, H, W); as `max_unpool2d`."""
    return _unpooled(3, input, indices, output_size)


def _unpooled(n, input, indices, output_size):
    _check_unpooling(n, input, indices, output_size)
    rows, places = math.prod(input.shape[:-n]), math.prod(output_size)
    values, index = (each.reshape(rows, math.prod(input.shape[-n:])) for each in (input, indices))
    index = jnp.where(index < 0, places, index)  # negative ones do not count from the end
    # Were indices equal, each value should still have the gradient of its place: JAX leaves it so for unique ones.
    flat = (
        jnp.zeros((rows, places), input.dtype)
        .at[jnp.arange(rows)[:, None], index]
        .set(values, mode="drop", unique_indices=True)
    )
    return flat.reshape(*input.shape[:-n], *output_size)


def _check_unpooling(n, input, indices, output_size) -> None:
    if indices.dtype not in (jnp.int64, jnp.arange(0).dtype):
        got = f" but got: {dtype_name(indices.dtype)}" if n == 2 else ""
        raise RuntimeError(f"elements in indices should be type int64{got}\nConvert them: indices.long().")
    if n == 2 and len(output_size) != 2:
        raise RuntimeError(
            f"There should be exactly two elements (height, width) in output_size, but got {len(output_size)} "
            "elements.\nGive one an axis."
        )
    if n == 3 and len(output_size) != 3:
        raise RuntimeError(
            "There should be exactly three elements (depth, height, width) in output_size, but got "
            f"{len(output_size)} elements.\nGive one an axis."
        )
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"Input to max_unpooling{n}d should be a {n + 1}d or {n + 2}d Tensor, but got a tensor with {input.ndim} "
            f"dimensions.\nThe input is of shape {list(input.shape)}."
        )
    if input.shape != indices.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(input.shape)}) but got indices "
            f"tensor with shape: {list(indices.shape)}\nThere is one index for each value."
        )
    for axis in range(1, input.ndim):
        if not input.shape[axis]:
            raise RuntimeError(
                f"max_unpooling{n}d_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, "
                f"but got {list(input.shape)} with dimension {axis} being empty.\nOnly the batch may be empty."
            )
    if not jnp.issubdtype(input.dtype, jnp.floating):
        raise not_implemented(f"max_unpool{n}d", input.dtype)

"""Pooling over windows with PyTorch's semantics; maxima as `jnet.ops.spatial.maxima` makes them."""

import functools
import math
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import not_implemented
from jnet.ops.registry import op
from jnet.ops.spatial.maxima import Best, along, places
from jnet.ops.spatial.windows import window_settings

__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "max_pool",
    "max_pool1d",
    "max_pool1d_with_indices",
    "max_pool2d",
    "max_pool2d_with_indices",
    "max_pool3d",
    "max_pool3d_with_indices",
]

# A sum over blocks of up to this many elements is a reshape; beyond, lax's own reduction is as good.
_LARGE_BLOCK = 16


def max_pool(
    inputs,
    window_shape: Sequence[int],
    strides: Sequence[int] | None = None,
    padding: str | Sequence[tuple[int, int]] = "VALID",
):
    """Pool as `flax.linen.max_pool` does (inputs (N, *spatial, C); strides 1 by default), faster on a CPU.

    Of equal values in a window the first one takes the gradient, as in PyTorch.

    Example:
        >>> import jax.numpy as jnp
        >>> max_pool(jnp.arange(16.0).reshape(1, 4, 4, 1), (2, 2), (2, 2)).ravel().tolist()
        [5.0, 7.0, 13.0, 15.0]
    """
    strides = strides or (1,) * len(window_shape)
    if isinstance(padding, str):
        padding = lax.padtype_to_pads(inputs.shape[1:-1], window_shape, strides, padding)
    best = Best(inputs, None)
    for axis, (k, s, (low, high)) in enumerate(zip(window_shape, strides, padding, strict=True), start=1):
        best = along(best, axis, (inputs.shape[axis] + low + high - k) // s + 1, k, s, low=low)
    return best.values


@op("input", where=("torch", "functional"), out=False, grad_fn="SqueezeBackward1")
def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Take the maximum over windows of a signal (N, C, L) or (C, L); settings and errors as `max_pool2d`."""
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode)


@op("input", where=("torch", "functional"), out=False, grad_fn="MaxPool2DWithIndicesBackward0")
def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Take the maximum over windows of images; of equal values the first one takes the gradient.

    Shape: input (N, C, H, W) or (C, H, W); result (N, C, H', W') with
        H' = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1, rounded up instead under `ceil_mode`.

    Args:
        kernel_size, stride, padding, dilation: an integer, or one for each spatial axis; `stride` is `kernel_size`
            where it is not given; `padding` counts as minus infinity and is at most half the kernel.

    Raises:
        RuntimeError: where PyTorch raises it: wrong number of axes, too much padding, an empty result.

    Example:
        >>> import jax.numpy as jnp
        >>> max_pool2d(jnp.arange(16.0).reshape(1, 1, 4, 4), 2).ravel().tolist()
        [5.0, 7.0, 13.0, 15.0]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode)


@op("input", where=("torch", "functional"), out=False, grad_fn="MaxPool3DWithIndicesBackward0")
def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Take the maximum over windows of volumes (N, C, D, H, W) or (C, D, H, W); settings as `max_pool2d`."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode)


@op("input", where=("torch", "functional"), out=False, grad_fn="SqueezeBackward1")
def max_pool1d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Return what `max_pool1d` does and where it stands; as `max_pool2d_with_indices`."""
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, indices=True)


@op("input", where=("functional",), out=False, grad_fn="MaxPool2DWithIndicesBackward0")
def max_pool2d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Return the maxima of windows and their places in the image, counted row by row; arguments as `max_pool2d`.

    Example:
        >>> import jax.numpy as jnp
        >>> max_pool2d_with_indices(jnp.arange(16.0).reshape(1, 1, 4, 4), 2)[1].ravel().tolist()
        [5, 7, 13, 15]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, indices=True)


@op("input", where=("functional",), out=False, grad_fn="MaxPool3DWithIndicesBackward0")
def max_pool3d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Return what `max_pool3d` does and where it stands; as `max_pool2d_with_indices`."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, indices=True)


@op("input", where=("torch", "functional"), out=False, grad_fn="SqueezeBackward1")
def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Average over windows of a signal (N, C, L) or (C, L); settings and errors as `avg_pool2d`."""
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


@op("input", where=("functional",), out=False, grad_fn="AvgPool2DBackward0")
def avg_pool2d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """Average over windows of images.

    Shape: input (N, C, H, W) or (C, H, W); result as `max_pool2d` gives without dilation.

    Args:
        kernel_size, stride, padding, ceil_mode: as `max_pool2d`; padding counts as zeros.
        count_include_pad: whether padded zeros count in the divisor.
        divisor_override: divide every sum by this number instead.

    Raises:
        RuntimeError: where PyTorch raises it: wrong number of axes, too much padding, an empty result, divisor zero.

    Example:
        >>> import jax.numpy as jnp
        >>> avg_pool2d(jnp.arange(16.0).reshape(1, 1, 4, 4), 2).ravel().tolist()
        [2.5, 4.5, 10.5, 12.5]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
    """
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


@op("input", where=("functional",), out=False, grad_fn="AvgPool3DBackward0")
def avg_pool3d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """Average over windows of volumes (N, C, D, H, W) or (C, D, H, W); settings as `avg_pool2d`."""
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _max_pool(n, input, kernel_size, stride, padding, dilation, ceil_mode, indices=False):
    name = f"max_pool{n}d"
    plain = n == 1 and not indices  # PyTorch's own kernel: with indices, a signal is an image of one row
    window, strides, padding, dilation, size = window_settings(
        name + "_with_indices" * (n == 1 and indices), n, input, kernel_size, stride, padding, dilation, ceil_mode
    )
    if input.dtype == jnp.bool_ or input.dtype.kind == "c" or (plain and not jnp.issubdtype(input.dtype, jnp.inexact)):
        raise not_implemented("max_pool1d_impl" if plain else "max_pool2d" if n == 1 else name, input.dtype)
    best = Best(input, places(input.shape, n) if indices else None)
    for axis in range(-1, -n - 1, -1):
        best = along(best, input.ndim + axis, *(each[axis] for each in (size, window, strides, dilation, padding)))
    return best.results() if indices else best.values


def _avg_pool(n, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero\nNone divides by the size of the window.")
    window, strides, padding, dilation, size = window_settings(
        f"avg_pool{n}d", n, input, kernel_size, stride, padding, 1, ceil_mode
    )
    whole = input.dtype == jnp.int64
    if not (whole or jnp.issubdtype(input.dtype, jnp.floating)):
        raise not_implemented("avg_pool3d_out_frame" if n == 3 else "avg_pool2d", input.dtype)
    pads = _pads(input.shape[-n:], window, strides, padding, dilation, size)
    total = _sums(input, *_full_rank(input.ndim - n, window, strides, pads, dilation))
    if divisor_override is not None:
        divisor = np.full((1,) * input.ndim, divisor_override)
    else:
        axes = zip(input.shape[-n:], window, strides, padding, size, strict=True)
        counts = functools.reduce(np.multiply.outer, [_counts(*each, count_include_pad) for each in axes])
        divisor = counts.reshape((1,) * (input.ndim - n) + counts.shape)
    divisor = jnp.asarray(divisor, total.dtype)
    return lax.div(total, jnp.broadcast_to(divisor, total.shape)) if whole else total / divisor


def _pads(shape, window, strides, padding, dilation, size):
    """Return (low, high) padding an axis so that exactly `size` windows fit; high is negative where inputs remain."""
    reach = [(o - 1) * s + d * (k - 1) + 1 for o, s, d, k in zip(size, strides, dilation, window, strict=True)]
    return tuple((p, r - n - p) for p, r, n in zip(padding, reach, shape, strict=True))


def _counts(n, window, stride, padding, size, count_include_pad):
    start = np.arange(size) * stride - padding
    end = np.minimum(start + window, n + padding)
    if not count_include_pad:
        start, end = np.maximum(start, 0), np.minimum(end, n)
    return end - start


def _full_rank(leading, window, strides, pads, dilation):
    ones = (1,) * leading
    return (*ones, *window), (*ones, *strides), (*((0, 0),) * leading, *pads), (*ones, *dilation)


def _sums(x, window, strides, pads, dilation):
    """Return the sums of windows of `x`, all settings one an axis of `x`."""
    zero = np.zeros((), x.dtype)
    x = lax.pad(x, zero, [(0, min(high, 0), 0) for _, high in pads])
    pads = tuple((low, max(high, 0)) for low, high in pads)

    def stock(x):
        return lax.reduce_window(x, zero, lax.add, window, strides, pads, window_dilation=dilation)

    tiled = all(k == s for k, s in zip(window, strides, strict=True)) and all(pad == (0, 0) for pad in pads)
    if not tiled or math.prod(window) > _LARGE_BLOCK:
        return stock(x)
    return lax.platform_dependent(x, cpu=functools.partial(_sum_of_blocks, window), default=stock)


def _sum_of_blocks(window, x):
    """Split each axis into (blocks, window) where the window is not 1, and add up each block."""
    shape, axes = [], []
    for n, k in zip(x.shape, window, strict=True):
        shape.append(n // k if k != 1 else n)
        if k != 1:
            axes.append(len(shape))
            shape.append(k)
    return x.reshape(shape).sum(tuple(axes))

"""Pooling with PyTorch's semantics; windows that tile the input are, on a CPU, one reshape and one reduction."""

import functools
import itertools
import math
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import not_implemented
from jnet.ops.registry import op
from jnet.ops.windows import window_settings

__all__ = ["avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool", "max_pool1d", "max_pool2d", "max_pool3d"]

# A maximum over blocks is a comparison a place; beyond this many, lax's own reduction is as good.
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
    window = (1, *window_shape, 1)
    strides = (1, *(strides or (1,) * len(window_shape)), 1)
    if isinstance(padding, str):
        pads = lax.padtype_to_pads(inputs.shape, window, strides, padding)
    else:
        pads = ((0, 0), *padding, (0, 0))
    return _pool("max", inputs, window, strides, tuple(pads), (1,) * inputs.ndim)


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


def _max_pool(n, input, kernel_size, stride, padding, dilation, ceil_mode):
    name = f"max_pool{n}d"
    window, strides, padding, dilation, size = window_settings(
        name, n, input, kernel_size, stride, padding, dilation, ceil_mode
    )
    if input.dtype == jnp.bool_ or input.dtype.kind == "c" or (n == 1 and not jnp.issubdtype(input.dtype, jnp.inexact)):
        raise not_implemented("max_pool1d_impl" if n == 1 else name, input.dtype)
    pads = _pads(input.shape[-n:], window, strides, padding, dilation, size)
    return _pool("max", input, *_full_rank(input.ndim - n, window, strides, pads, dilation))


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
    total = _pool("sum", input, *_full_rank(input.ndim - n, window, strides, pads, dilation))
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


def _pool(kind, x, window, strides, pads, dilation):
    """Reduce windows of `x`, all settings one an axis of `x`; `kind` is "max" or "sum"."""
    identity = np.zeros((), x.dtype) if kind == "sum" else _lowest(x.dtype)
    x = lax.pad(x, identity, [(0, min(high, 0), 0) for _, high in pads])
    pads = tuple((low, max(high, 0)) for low, high in pads)

    def stock(x):
        computation = lax.add if kind == "sum" else lax.max
        return lax.reduce_window(x, identity, computation, window, strides, pads, window_dilation=dilation)

    if any(d != 1 for d in dilation):
        # lax has no derivative of dilated windows, so they are laid side by side and reduced as one block each.
        shifted = _shifted(lax.pad(x, identity, [(low, high, 0) for low, high in pads]), window, strides, dilation)
        return _max_of_blocks((len(shifted), *(1,) * x.ndim), jnp.stack(shifted))[0]
    tiled = all(k == s for k, s in zip(window, strides, strict=True)) and all(pad == (0, 0) for pad in pads)
    if not tiled or math.prod(window) > _LARGE_BLOCK:
        return stock(x)
    blocks = _max_of_blocks if kind == "max" else _sum_of_blocks
    return lax.platform_dependent(x, cpu=functools.partial(blocks, window), default=stock)


def _shifted(x, window, strides, dilation):
    """Return for each place in the window the slice of `x` that holds what the windows have there."""
    size = [(n - (k - 1) * d - 1) // s + 1 for n, k, s, d in zip(x.shape, window, strides, dilation, strict=True)]
    starts = itertools.product(*(range(0, k * d, d) for k, d in zip(window, dilation, strict=True)))
    reach = [(o - 1) * s + 1 for o, s in zip(size, strides, strict=True)]
    return [lax.slice(x, start, [a + r for a, r in zip(start, reach, strict=True)], strides) for start in starts]


def _lowest(dtype):
    # A NumPy scalar: lax.reduce_window knows its derivative only where the start value is concrete.
    return np.array(-np.inf if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype).min, dtype)


def _blocks(window, x):
    """Split each axis into (blocks, window) where the window is not 1; return the array and the window axes."""
    shape, axes = [], []
    for n, k in zip(x.shape, window, strict=True):
        shape.append(n // k if k != 1 else n)
        if k != 1:
            axes.append(len(shape))
            shape.append(k)
    return x.reshape(shape), tuple(axes)


def _sum_of_blocks(window, x):
    blocks, axes = _blocks(window, x)
    return blocks.sum(axes)


def _max_of_blocks(window, x):
    # JAX's own derivative of `max` shares the gradient among ties; comparing pairs gives it to the first, as PyTorch.
    blocks, axes = _blocks(window, x)
    for axis in reversed(axes):
        places = (lax.index_in_dim(blocks, i, axis, keepdims=False) for i in range(blocks.shape[axis]))
        blocks = functools.reduce(_first_of_larger, places)
    return blocks


def _first_of_larger(first, second):
    return jnp.where((first >= second) | jnp.isnan(first), first, second)

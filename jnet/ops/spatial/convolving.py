"""What computes convolutions: `lax` on accelerators, and on a CPU the form that is fastest there.

XLA's convolution on a CPU is slow for few channels and for groups, and its derivative with respect to the kernel is
always slow. So there, a convolution of few channels is one matrix product over patches. One of many channels is
`lax`'s, and so is its derivative with respect to the input; that with respect to the kernel is a sum of matrix
products, one for each place of the window. Patches are made for a few examples at a time, so that they stay in the
cache. The choice falls when a program is lowered, so one exported function serves every platform.
"""

import functools
import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.custom_derivatives import SymbolicZero

__all__ = ["conv_general_dilated", "conv_transposed"]

# Measured on two CPU cores, kernels of 3 and 5. `lax` overtakes the product between 6 and 12 channels.
_MANY_CHANNELS = 8
# From this many channels on, a patch one output wide is long enough to keep a matrix product busy.
_WIDE_CHANNELS = 16
# Patches of a LeNet at batch 1024 are 2 to 3 times faster in blocks of this many bytes than all at once.
_BLOCK = 4 << 20


class _Geometry(NamedTuple):
    """How a window moves: an integer (for the padding: before and after) for each spatial axis."""

    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]

    def span(self, window: Sequence[int]) -> list[int]:
        """Return how many inputs a window covers."""
        return [(k - 1) * d + 1 for k, d in zip(window, self.dilation, strict=True)]

    def size(self, shape: Sequence[int], window: Sequence[int]) -> list[int]:
        """Return how many windows fit."""
        padded = [n + low + high for n, (low, high) in zip(shape, self.padding, strict=True)]
        return [(n - e) // s + 1 for n, e, s in zip(padded, self.span(window), self.strides, strict=True)]


def conv_general_dilated(
    lhs,
    rhs,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers=None,
    feature_group_count: int = 1,
    batch_group_count: int = 1,
    precision=None,
    preferred_element_type=None,
):
    """Convolve as `jax.lax.conv_general_dilated` does, faster on a CPU.

    The parameters are those of `lax`, so this is what `flax.linen.Conv(conv_general_dilated=...)` takes. Convolutions
    of a dilated input, or in groups of the batch, are `lax`'s on every platform.

    Example:
        >>> import flax.linen as nn
        >>> layer = nn.Conv(6, (5, 5), padding="VALID", conv_general_dilated=conv_general_dilated)
    """
    lax_settings = {
        "lhs_dilation": lhs_dilation,
        "rhs_dilation": rhs_dilation,
        "dimension_numbers": dimension_numbers,
        "feature_group_count": feature_group_count,
        "batch_group_count": batch_group_count,
        "precision": precision,
        "preferred_element_type": preferred_element_type,
    }

    def stock(lhs, rhs):
        return lax.conv_general_dilated(lhs, rhs, window_strides, padding, **lax_settings)

    dilated_input = lhs_dilation is not None and any(d != 1 for d in lhs_dilation)
    if (
        batch_group_count != 1
        or dilated_input
        or preferred_element_type is not None
        or lhs.ndim < 3
        or 0 in (lhs.size, rhs.size)
    ):
        return stock(lhs, rhs)
    numbers = lax.conv_dimension_numbers(lhs.shape, rhs.shape, dimension_numbers)
    dilation = tuple(rhs_dilation or (1,) * (lhs.ndim - 2))
    geometry = _Geometry(tuple(window_strides), (), dilation)
    if isinstance(padding, str):
        shape, window = ([a.shape[i] for i in spec[2:]] for a, spec in zip((lhs, rhs), numbers[:2], strict=True))
        padding = lax.padtype_to_pads(shape, geometry.span(window), window_strides, padding)
    geometry = geometry._replace(padding=tuple((low, high) for low, high in padding))

    def on_cpu(lhs, rhs):
        lhs = lhs.transpose(numbers.lhs_spec[0], *numbers.lhs_spec[2:], numbers.lhs_spec[1])  # (N, *spatial, I)
        rhs = rhs.transpose(*numbers.rhs_spec[2:], numbers.rhs_spec[1], numbers.rhs_spec[0])  # (*window, I, O)
        if min(geometry.size(lhs.shape[1:-1], rhs.shape[:-2])) <= 0:
            return stock(*given)
        out = _on_cpu(lhs, rhs, geometry, precision, feature_group_count)(lhs, rhs)
        return out.transpose(np.argsort((numbers.out_spec[0], *numbers.out_spec[2:], numbers.out_spec[1])))

    given = lhs, rhs
    return lax.platform_dependent(lhs, rhs, cpu=on_cpu, default=stock)


def conv_transposed(input, kernel, shape: Sequence[int], geometry: tuple, groups: int = 1):
    """Return the transpose of a convolution of images of this shape, applied to what it would make of them.

    Args:
        input: (N, *size, O).
        kernel: (*window, I / groups, O), as the convolution has it.
        shape: the spatial sizes of the result (N, *shape, I).
        geometry: strides, padding and dilation of the convolution.

    Example:
        >>> conv_transposed(jnp.ones((1, 2, 1)), jnp.ones((3, 1, 1)), (5,), ((2,), ((0, 0),), (1,))).ravel().tolist()
        [1.0, 1.0, 2.0, 1.0, 1.0]
    """
    geometry = _Geometry(*geometry)
    image = jax.ShapeDtypeStruct((input.shape[0], *shape, kernel.shape[-2] * groups), input.dtype)

    stock = _lax_transposed(shape, geometry, groups)
    empty = 0 in (input.size, kernel.size, math.prod(image.shape))
    if empty or not jnp.issubdtype(input.dtype, jnp.inexact):
        return stock(input, kernel)

    def on_cpu(input, kernel):
        many = groups == 1 and _is_lax_fast(image, kernel)
        # One that is not `lax`'s is made of operations that JAX can transpose.
        form = _taps(geometry, None) if many else _on_cpu(image, kernel, geometry, None, groups)
        transposed = _transposed(form, image)
        return (_bilinear(stock, transposed) if many else transposed)(input, kernel)

    return lax.platform_dependent(input, kernel, cpu=on_cpu, default=stock)


def _transposed(form: Callable, image) -> Callable:
    return lambda z, kernel: jax.linear_transpose(lambda x: form(x, kernel), image)(z)[0]


def _lax_transposed(shape: Sequence[int], geometry: _Geometry, groups: int) -> Callable:
    """Return the transpose as `lax` has it: the convolution, with the kernel turned round, of what strides spread."""
    strides, padding, dilation = geometry

    def form(z, kernel):
        *window, channels, features = kernel.shape
        kernel = jnp.flip(kernel, range(len(window))).reshape(*window, channels, groups, features // groups)
        kernel = kernel.swapaxes(-3, -1).reshape(*window, features // groups, groups * channels)
        pads = []
        for size, n, k, s, (low, _), d in zip(z.shape[1:-1], shape, window, strides, padding, dilation, strict=True):
            before = d * (k - 1) - low
            pads.append((before, n + d * (k - 1) - ((size - 1) * s + 1) - before))
        numbers = _numbers(len(window))
        return lax.conv_general_dilated(z, kernel, (1,) * len(window), pads, strides, dilation, numbers, groups)

    return form


def _is_lax_fast(x, kernel) -> bool:
    """Return whether `lax` is the fastest on a CPU: it has fast code for float32 alone."""
    return kernel.shape[-2] >= _MANY_CHANNELS and x.dtype == jnp.float32


def _on_cpu(x, kernel, geometry: _Geometry, precision, groups: int) -> Callable:
    """Return the form that is fastest on a CPU."""
    many = _is_lax_fast(x, kernel)
    if groups == 1:
        return _by_lax(geometry, precision) if many else _by_product(geometry, precision)
    if kernel.shape[-2] == 1:
        return _by_elements(geometry)
    if many:
        return _in_groups(_taps(geometry, precision), groups, jax.vmap)
    return _in_groups(_by_product(geometry, precision), groups, _one_by_one)


# A form is a function of x (N, *spatial, I) and a kernel (*window, I, O) that returns (N, *size, O).


def _by_lax(geometry: _Geometry, precision) -> Callable:
    """Return the form that is `lax`'s, but for the derivative with respect to the kernel."""
    strides, padding, dilation = geometry
    numbers = _numbers(len(strides))

    def form(x, kernel):
        return lax.conv_general_dilated(x, kernel, strides, padding, None, dilation, numbers, precision=precision)

    return _bilinear(form, _taps(geometry, precision))


def _numbers(n: int) -> tuple[str, str, str]:
    axes = "DHW"[-n:]
    return f"N{axes}C", f"{axes}IO", f"N{axes}C"


def _bilinear(form: Callable, slow: Callable) -> Callable:
    """Return a form whose derivative with respect to the kernel is the transpose of another form.

    That is said by a rule for forward mode alone, which JAX transposes, so that every kind of derivative exists.
    """
    convolve = jax.custom_jvp(form)

    def jvp(primals, tangents):
        (x, kernel), (dx, dkernel) = primals, tangents
        out = convolve(x, kernel)
        if type(dkernel) is SymbolicZero:
            return out, form(dx, kernel)
        moved = slow(x, dkernel)
        return out, moved if type(dx) is SymbolicZero else moved + form(dx, kernel)

    convolve.defjvp(jvp, symbolic_zeros=True)
    return convolve


def _in_groups(form: Callable, groups: int, mapped: Callable) -> Callable:
    """Return a form applied to each group of channels."""

    def split(array):
        return jnp.moveaxis(array.reshape(*array.shape[:-1], groups, -1), -2, 0)

    def grouped(x, kernel):
        out = jnp.moveaxis(mapped(form)(split(x), split(kernel)), 0, -2)
        return out.reshape(*out.shape[:-2], -1)

    return grouped


def _one_by_one(form: Callable) -> Callable:
    """Map over the first axis as `jax.vmap` does, in a loop."""
    each = jax.checkpoint(lambda part: form(*part), prevent_cse=False)
    return lambda *parts: lax.map(each, parts)


def _seen(x, geometry: _Geometry, window: Sequence[int], size: Sequence[int]):
    """Yield each place of the window, and what of x lies there as the window moves."""
    strides, padding, dilation = geometry
    x = _padded(x, padding)
    for offset in itertools.product(*map(range, window)):
        starts = [o * d for o, d in zip(offset, dilation, strict=True)]
        ends = [start + (n - 1) * s + 1 for start, n, s in zip(starts, size, strides, strict=True)]
        yield offset, lax.slice(x, (0, *starts, 0), (x.shape[0], *ends, x.shape[-1]), (1, *strides, 1))


def _by_elements(geometry: _Geometry) -> Callable:
    """Return the form of convolutions whose groups have one channel each: products of elements, added up."""

    def form(x, kernel):
        *window, _, features = kernel.shape
        size = geometry.size(x.shape[1:-1], window)
        if features != x.shape[-1]:
            x = jnp.repeat(x, features // x.shape[-1], axis=-1)
        weights = kernel.reshape(*window, *(1,) * (len(window) + 1), features)
        # One kernel for each example makes XLA add up their gradients in two steps, which is several times faster.
        weights = jnp.broadcast_to(weights, (*window, len(x), *(1,) * len(window), features))
        terms = [seen * weights[offset] for offset, seen in _seen(x, geometry, window, size)]
        return functools.reduce(operator.add, terms)

    return form


def _taps(geometry: _Geometry, precision) -> Callable:
    """Return the form that adds a matrix product for each place of the window: quick to transpose to the kernel."""

    def form(x, kernel):
        *window, channels, features = kernel.shape
        size = geometry.size(x.shape[1:-1], window)

        def some(x):
            terms = [
                jnp.matmul(seen.reshape(-1, channels), kernel[offset], precision=precision)
                for offset, seen in _seen(x, geometry, window, size)
            ]
            return functools.reduce(operator.add, terms).reshape(x.shape[0], *size, features)

        return _in_blocks(some, x, math.prod(size) * math.prod(window) * channels * x.dtype.itemsize)

    return form


def _by_product(geometry: _Geometry, precision) -> Callable:
    """Return the form that is one matrix product over patches.

    Along all spatial axes but the last, a patch holds the window's own rows. Along the last one it covers a tile of
    neighbouring outputs, and the kernel becomes a band matrix that maps the tile's inputs to its outputs: the zeros
    in the band cost arithmetic, but fewer copies and longer rows gain more where channels are few.
    """
    strides, padding, dilation = geometry

    def form(x, kernel):
        *window, channels, features = kernel.shape
        size = geometry.size(x.shape[1:-1], window)
        tile = _tile(size[-1], window[-1], channels)
        width = (tile - 1) * strides[-1] + geometry.span(window)[-1]  # inputs that a tile of outputs sees
        band = _band(kernel, tile, width, strides[-1], dilation[-1])

        def some(x):
            x = _padded(x, padding)
            starts = range(0, size[-1] * strides[-1], tile * strides[-1])
            x = jnp.stack([x[..., start : start + width, :] for start in starts], axis=-3)
            x = x.reshape(*x.shape[:-2], width * channels)  # (N, *rows, tiles, width * I)
            rows = [
                lax.slice(
                    x,
                    (0, *(o * d for o, d in zip(offset, dilation, strict=False)), 0, 0),
                    (x.shape[0], *_ends(offset, dilation, size, strides), *x.shape[-2:]),
                    (1, *strides[:-1], 1, 1),
                )
                for offset in itertools.product(*map(range, window[:-1]))
            ]
            patches = jnp.concatenate(rows, axis=-1)  # (N, *size[:-1], tiles, window rows * width * I)
            out = jnp.matmul(patches.reshape(-1, patches.shape[-1]), band, precision=precision)
            return out.reshape(x.shape[0], *size, features)

        return _in_blocks(some, x, math.prod(size) // tile * len(band) * x.dtype.itemsize)

    return form


def _padded(x, padding):
    return lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *((low, high, 0) for low, high in padding), (0, 0, 0)])


def _in_blocks(function: Callable, x, size: int):
    """Return the function of a batch, computed for some examples at a time if its patches are large.

    Args:
        size: the bytes of one example's patches, which are made again, not kept, for the derivative.
    """
    count = x.shape[0]
    if not isinstance(count, int):  # a batch of any size, while jax.export traces
        return function(x)
    wanted = min(max(math.ceil(count * size / _BLOCK), 1), count)
    blocks = next(n for n in range(wanted, count + 1) if count % n == 0)
    if blocks == 1:
        return function(x)
    each = jax.checkpoint(function, prevent_cse=False)
    out = lax.map(each, x.reshape(blocks, -1, *x.shape[1:]))
    return out.reshape(-1, *out.shape[2:])


def _tile(size: int, window: int, channels: int) -> int:
    """Return how many neighbouring outputs one patch covers: a divisor of `size`, at most the window."""
    if channels >= _WIDE_CHANNELS:
        return 1
    return max(tile for tile in range(1, window + 1) if size % tile == 0)


def _ends(offset, dilation, size, strides):
    return (o * d + (n - 1) * s + 1 for o, d, n, s in zip(offset, dilation, size, strides, strict=False))


def _band(kernel, tile, width, stride, dilation):
    """Return the kernel (*window, I, O) as a matrix (window rows * width * I, tile * O).

    Row (r, i, c) and column (t, o) hold kernel[r, (i - t stride) / dilation, c, o] where that lies in the window.
    """
    window, channels, features = kernel.shape[-3:]
    kernel = kernel.reshape(-1, window, channels, features)
    distance = np.arange(width)[:, None] - stride * np.arange(tile)[None, :]  # (width, tile)
    inside = (distance >= 0) & (distance < window * dilation) & (distance % dilation == 0)
    picked = kernel[:, np.where(inside, distance // dilation, 0)]  # (rows, width, tile, I, O)
    band = jnp.where(inside[None, :, :, None, None], picked, jnp.zeros((), kernel.dtype))
    return band.transpose(0, 1, 3, 2, 4).reshape(-1, tile * features)

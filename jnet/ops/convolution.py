"""Convolutions with PyTorch's semantics, lowered on a CPU to one matrix product.

XLA's CPU convolution is slow for the few channels that small networks have. On a CPU the convolution here copies the
input into patches and multiplies them by the kernel; elsewhere it is `lax.conv_general_dilated`. The choice falls
when a program is lowered, so one exported function serves every platform.
"""

import itertools
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import ONE_DTYPE, c_name, dtype_name, is_floating, not_implemented, tensor_type
from jnet.ops.registry import op

__all__ = ["conv1d", "conv2d", "conv3d", "conv_general_dilated"]

# From this many input channels on, a patch one output wide is long enough to keep a matrix product busy (measured on
# two CPU cores for kernels of 3 and 5: wider tiles win at 1 to 8 channels, lose from 16 on).
_WIDE_CHANNELS = 16


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

    The parameters are those of `lax`, so this is what `flax.linen.Conv(conv_general_dilated=...)` takes. The matrix
    product serves convolutions without groups and without a dilated input; others go to `lax` on every platform.

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

    grouped = feature_group_count != 1 or batch_group_count != 1
    dilated_input = lhs_dilation is not None and any(d != 1 for d in lhs_dilation)
    if grouped or dilated_input or preferred_element_type is not None or lhs.ndim < 3 or lhs.size == 0:
        return stock(lhs, rhs)
    numbers = lax.conv_dimension_numbers(lhs.shape, rhs.shape, dimension_numbers)
    dilation = tuple(rhs_dilation or (1,) * (lhs.ndim - 2))

    def product(lhs, rhs):
        lhs = lhs.transpose(numbers.lhs_spec[0], *numbers.lhs_spec[2:], numbers.lhs_spec[1])  # (N, *spatial, I)
        rhs = rhs.transpose(*numbers.rhs_spec[2:], numbers.rhs_spec[1], numbers.rhs_spec[0])  # (*window, I, O)
        out = _convolve_by_product(lhs, rhs, tuple(window_strides), padding, dilation, precision)
        return out.transpose(np.argsort((numbers.out_spec[0], *numbers.out_spec[2:], numbers.out_spec[1])))

    return lax.platform_dependent(lhs, rhs, cpu=product, default=stock)


def _convolve_by_product(x, kernel, strides, padding, dilation, precision):
    """Convolve x (N, *spatial, I) with kernel (*window, I, O) by one matrix product over patches.

    Along all spatial axes but the last, a patch holds the window's own rows. Along the last one it covers a tile of
    neighbouring outputs, and the kernel becomes a band matrix that maps the tile's inputs to its outputs: the zeros
    in the band cost arithmetic, but fewer copies and longer rows gain more where channels are few.
    """
    *window, channels, features = kernel.shape
    effective = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    if isinstance(padding, str):
        padding = lax.padtype_to_pads(x.shape[1:-1], effective, strides, padding)
    x = lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *((low, high, 0) for low, high in padding), (0, 0, 0)])
    size = [(n - e) // s + 1 for n, e, s in zip(x.shape[1:-1], effective, strides, strict=True)]
    if min(size) <= 0:
        return jnp.zeros((x.shape[0], *(max(n, 0) for n in size), features), x.dtype)

    tile = _tile(size[-1], window[-1], channels)
    width = (tile - 1) * strides[-1] + effective[-1]  # inputs that a tile of outputs sees
    starts = range(0, size[-1] * strides[-1], tile * strides[-1])
    x = jnp.stack([x[..., start : start + width, :] for start in starts], axis=-3)  # (N, *rows, tiles, width, I)
    x = x.reshape(*x.shape[:-2], width * channels)
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
    band = _band(kernel, tile, width, strides[-1], dilation[-1])
    out = jnp.matmul(patches.reshape(-1, patches.shape[-1]), band, precision=precision)
    return out.reshape(x.shape[0], *size, features)


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


def _node(ranks, settings):
    """Return the node: PyTorch adds a batch axis where there is none, and drops it at the end."""
    return "ConvolutionBackward0" if ranks[0] == ranks[1] else "SqueezeBackward1"


@op("input", "weight", "bias", where=("torch", "functional"), out=False, grad_fn=_node)
def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolve (cross-correlate) a signal with a bank of filters.

    Shape: input (N, C, L) or (C, L); weight (O, C / groups, K); bias (O,); result (N, O, L') or (O, L').

    Args, errors: as `conv2d`.

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
    """
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


@op("input", "weight", "bias", where=("torch", "functional"), out=False, grad_fn=_node)
def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolve (cross-correlate) images with a bank of filters.

    out[n, o, y, x] = bias[o] + sum_{c, i, j} weight[o, c, i, j] input[n, c, y s + i d, x s + j d]

    Shape: input (N, C, H, W) or (C, H, W); weight (O, C / groups, KH, KW); bias (O,);
        result (N, O, H', W') with H' = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1.

    Args:
        stride, dilation: an integer, or one for each spatial axis.
        padding: zeros added on each side (an integer, or one for each axis), "valid" (none) or "same".
        groups: splits channels and filters into this many independent convolutions.

    Raises:
        RuntimeError: where PyTorch raises it: settings, channels or groups that do not fit, a kernel
            larger than its input.

    Example:
        >>> import jax.numpy as jnp
        >>> conv2d(jnp.ones((1, 1, 32, 32)), jnp.ones((6, 1, 5, 5))).shape
        (1, 6, 28, 28)

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


@op("input", "weight", "bias", where=("torch", "functional"), out=False, grad_fn=_node)
def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolve (cross-correlate) volumes with a bank of filters.

    Shape: input (N, C, D, H, W) or (C, D, H, W); weight (O, C / groups, KD, KH, KW); bias (O,);
        result (N, O, D', H', W') or without N.

    Args, errors: as `conv2d`.

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv3d.html
    """
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


def _conv(n, input, weight, bias, stride, padding, dilation, groups):
    if bias is not None and bias.dtype != input.dtype and not isinstance(padding, str):
        raise RuntimeError(
            f"Input type ({c_name(input.dtype)}) and bias type ({c_name(bias.dtype)}) should be the same\n{ONE_DTYPE}"
        )
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to conv{n}d, but got input of size: "
            f"{list(input.shape)}\nChannels come before the spatial dimensions, a batch before both."
        )
    batched = input if input.ndim == n + 2 else input[None]
    stride, dilation, pads = _settings(batched, weight, stride, padding, dilation, groups)
    _check_channels(batched, weight, bias, groups)
    _check_kernel_fits(batched.shape[2:], weight.shape[2:], pads, dilation)
    _check_dtypes(n, input, weight, bias, dilation)
    axes = "DHW"[-n:]
    out = conv_general_dilated(
        batched,
        weight,
        stride,
        pads,
        rhs_dilation=dilation,
        dimension_numbers=(f"NC{axes}", f"OI{axes}", f"NC{axes}"),
        feature_group_count=groups,
    )
    if bias is not None:
        out = out + bias.reshape(1, -1, *(1,) * n)
    return out if input.ndim == n + 2 else out[0]


def _settings(input, weight, stride, padding, dilation, groups):
    """Return stride and dilation as one integer an axis, and the padding of both sides an axis; `input` has a batch."""
    n, wanted = input.ndim - 2, weight.ndim - 2
    if weight.ndim < 3:
        raise RuntimeError(f"weight should have at least three dimensions\nIts shape is {weight.shape}.")
    if padding == "same":
        _check_rank(input, weight, "")
    elif groups <= 0:
        raise RuntimeError(f"non-positive groups is not supported\nGot groups={groups}.")
    elif isinstance(padding, str) and padding != "valid":
        raise RuntimeError(f"Invalid padding string: '{padding}'\nUse 'valid', 'same' or integers.")
    stride, dilation = _an_axis("stride", stride, n, wanted), _an_axis("dilation", dilation, n, wanted)
    if padding == "same":
        if any(s != 1 for s in stride):
            raise RuntimeError(f"padding='same' is not supported for strided convolutions\nGot stride={stride}.")
        total = [d * (k - 1) for k, d in zip(weight.shape[2:], dilation, strict=True)]
        pads = [(t // 2, t - t // 2) for t in total]
    else:
        pads = [(p, p) for p in _an_axis("padding", 0 if padding == "valid" else padding, n, wanted)]
    if any(low < 0 for low, _ in pads):
        raise RuntimeError(f"negative padding is not supported\nGot padding={padding!r}.")
    if min(stride) <= 0:
        raise RuntimeError(f"non-positive stride is not supported\nGot stride={stride}.")
    if min(dilation) < 0:
        raise RuntimeError(f"dilation should be greater than zero\nGot dilation={dilation}.")
    if groups <= 0:
        raise RuntimeError(f"non-positive groups is not supported\nGot groups={groups}.")
    _check_rank(input, weight, " ")
    if min(dilation) == 0:
        raise RuntimeError(f"non-positive dilation is not supported\nGot dilation={dilation}.")
    return stride, dilation, pads


def _an_axis(name: str, value, n: int, wanted: int) -> tuple[int, ...]:
    """Return a setting of a convolution over `n` dimensions as one integer for each that the weight has."""
    values = (value,) * n if isinstance(value, int) else tuple(value)
    if len(values) not in (1, wanted):
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {wanted} values to match the convolution "
            f"dimensions, but got {name}={list(values)}\nGive one for each spatial dimension."
        )
    return values * wanted if len(values) == 1 else values


def _check_rank(input, weight, space: str) -> None:
    if weight.ndim != input.ndim:
        raise RuntimeError(
            f"Expected {weight.ndim}-dimensional input for {weight.ndim}-dimensional weight{space}"
            f"{list(weight.shape)}, but got {input.ndim}-dimensional input of size {list(input.shape)} instead\n"
            "The weight has the dimensions (out, in / groups, *kernel)."
        )


def _check_channels(input, weight, bias, groups):
    if weight.shape[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of "
            f"size {list(weight.shape)} instead\nEach group needs a filter."
        )
    if weight.shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
            f"size [{list(weight.shape)}] instead\nEach group needs as many filters."
        )
    if input.shape[1] != weight.shape[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight.shape)}, expected input{list(input.shape)} to have "
            f"{weight.shape[1] * groups} channels, but got {input.shape[1]} channels instead\n"
            "Channels come right before the spatial dimensions."
        )
    if bias is not None and bias.shape != (weight.shape[0],):
        raise RuntimeError(
            f"Given weight of size {list(weight.shape)}, expected bias to be 1-dimensional with {weight.shape[0]} "
            f"elements, but got bias of size {list(bias.shape)} instead\nThere is one number for each filter."
        )


def _check_kernel_fits(size, kernel, pads, dilation):
    padded = [n + low + high for n, (low, high) in zip(size, pads, strict=True)]
    effective = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(e > n for e, n in zip(effective, padded, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, padded))}). Kernel size: "
            f"({' x '.join(map(str, effective))}). Kernel size can't be greater than actual input size\n"
            "Pad the input, or use a smaller kernel."
        )


def _check_dtypes(n, input, weight, bias, dilation):
    """Raise what PyTorch's kernels raise for a weight or bias of another dtype, and for dtypes that they lack."""
    for name, other in (("weight", weight), ("bias", bias)):
        if other is None or other.dtype == input.dtype:
            continue
        types = f"Input type ({tensor_type(input.dtype)}) and {name} type ({tensor_type(other.dtype)})"
        if input.dtype == jnp.float32:
            types += f" should be the same or input should be a MKLDNN tensor and {name} is a dense tensor"
            raise RuntimeError(f"{types}\n{ONE_DTYPE}")
        if input.dtype.kind == "c":
            raise RuntimeError(f"{types} should be the same\n{ONE_DTYPE}")
        _check_kernel(n, input, dilation)
        found = dtype_name(other.dtype)
        raise RuntimeError(f"expected scalar type {dtype_name(input.dtype)} but found {found}\n{ONE_DTYPE}")
    _check_kernel(n, input, dilation)


def _check_kernel(n, input, dilation):
    dilated = any(d != 1 for d in dilation)
    lacking = not (is_floating(input) or input.dtype == jnp.int64) if dilated else input.dtype == jnp.bool_
    if lacking:
        plain = "compute_columns3d" if n == 3 else "slow_conv2d_cpu"
        raise not_implemented("slow_conv_dilated<>" if dilated else plain, input.dtype)

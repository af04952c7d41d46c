"""Convolutions with PyTorch's semantics: what they accept and refuse; `convolving` computes them."""

import jax.numpy as jnp
import numpy as np

from jnet.ops.checks import ONE_DTYPE, c_name, dtype_name, not_implemented, tensor_type
from jnet.ops.registry import op
from jnet.ops.spatial.convolving import conv_general_dilated, conv_transposed

__all__ = [
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_general_dilated",
    "conv_tbc",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
]


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


@op("input", "weight", "bias", where=("torch", "functional"), out=False, grad_fn=_node)
def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Apply the transpose of `conv1d` to a signal.

    Shape: input (N, C, L) or (C, L); weight (C, O / groups, K); bias (O,); result (N, O, L') or (O, L').

    Args, errors: as `conv_transpose2d`.

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
    """
    return _conv_transpose(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


@op("input", "weight", "bias", where=("torch", "functional"), out=False, grad_fn=_node)
def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Apply the transpose of `conv2d` to images: what the gradient of a convolution is to its input.

    out[n, o, y s + i d - p, x s + j d - p] is bias[o] plus the sum of weight[c, o, i, j] input[n, c, y, x].

    Shape: input (N, C, H, W) or (C, H, W); weight (C, O / groups, KH, KW); bias (O,);
        result (N, O, H', W') with H' = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1.

    Args:
        stride, dilation, padding: those of the convolution: an integer, or one for each spatial axis.
        output_padding: rows added at the end, because a stride lets inputs of several sizes have one result.
        groups: splits channels and filters into this many independent convolutions.

    Raises:
        RuntimeError: where PyTorch raises it: settings, channels or groups that do not fit, an empty result.

    Example:
        >>> import jax.numpy as jnp
        >>> conv_transpose2d(jnp.ones((1, 8, 7, 7)), jnp.ones((8, 4, 4, 4)), stride=2, padding=1).shape
        (1, 4, 14, 14)

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
    """
    return _conv_transpose(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


@op("input", "weight", "bias", where=("torch", "functional"), out=False, grad_fn=_node)
def conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Apply the transpose of `conv3d` to volumes.

    Shape: input (N, C, D, H, W) or (C, D, H, W); weight (C, O / groups, KD, KH, KW); bias (O,);
        result (N, O, D', H', W') or without N.

    Args, errors: as `conv_transpose2d`.

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose3d.html
    """
    return _conv_transpose(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


@op("input", "weight", "bias", where=("torch", "functional"), out=False, grad_fn="ConvTbcBackward0")
def conv_tbc(input, weight, bias, pad=0):
    """Convolve a signal whose axes are time, batch and channels.

    Shape: input (T, N, C); weight (K, C, O); bias (O,); result (T + 2 pad - K + 1, N, O).

    Raises:
        RuntimeError: where PyTorch raises it: numbers of dimensions or channels that do not fit.

    Example:
        >>> import jax.numpy as jnp
        >>> conv_tbc(jnp.ones((5, 2, 4)), jnp.ones((3, 4, 6)), jnp.ones(6)).shape
        (3, 2, 6)

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_tbc.html
    """
    _check_tbc(input, weight, bias)
    size = input.shape[0] + 2 * pad - weight.shape[0] + 1
    if size < 0:
        shape = [size, input.shape[1], weight.shape[2]]
        raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {shape}\nThe kernel is longer.")
    numbers = ("WNC", "WIO", "WNC")
    return conv_general_dilated(input, weight, (1,), ((pad, pad),), dimension_numbers=numbers) + bias.reshape(1, 1, -1)


def _check_tbc(input, weight, bias):
    if input.ndim != 3:
        raise RuntimeError(f"Input must have 3 dims: time, batch, in_channel\nIts shape is {input.shape}.")
    if weight.ndim != 3:
        raise RuntimeError(
            f"Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.\nIts shape is {weight.shape}."
        )
    if bias.ndim != 1:
        raise RuntimeError(f"Bias must be 1-D\nIts shape is {bias.shape}.")
    shapes = f"\nThe weight is of shape {weight.shape}."
    if input.shape[2] != weight.shape[1]:
        raise RuntimeError(f"Input dim 2 (input channels) is not == dim 1 in the weight tensor{shapes}")
    if weight.shape[2] != bias.shape[0]:
        raise RuntimeError(f"Bias size must equal dim 2 in the weight tensor (output channels).{shapes}")
    if not input.dtype == weight.dtype == bias.dtype:
        found = f"{dtype_name(input.dtype)} and {dtype_name(weight.dtype)}"
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {found}\n{ONE_DTYPE}")


def _conv(n, input, weight, bias, stride, padding, dilation, groups):
    if bias is not None and bias.dtype != input.dtype and not isinstance(padding, str):
        raise RuntimeError(
            f"Input type ({c_name(input.dtype)}) and bias type ({c_name(bias.dtype)}) should be the same\n{ONE_DTYPE}"
        )
    batched = _batched(f"conv{n}d", n, input)
    stride, dilation, pads, _ = _settings(f"conv{n}d", batched, weight, stride, padding, dilation, groups)
    _check_channels(batched, weight, bias, groups)
    _check_kernel_fits(batched.shape[2:], weight.shape[2:], pads, dilation)
    _check_not_empty(batched, weight)
    _check_dtypes(input, weight, bias, _lacking(n, input.dtype, any(d != 1 for d in dilation)))
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


def _conv_transpose(n, input, weight, bias, stride, padding, output_padding, groups, dilation):
    name = f"conv_transpose{n}d"
    batched = _batched(name, n, input)
    stride, dilation, pads, extra = _settings(name, batched, weight, stride, padding, dilation, groups, output_padding)
    _check_channels(batched, weight, bias, groups, transposed=True)
    _check_not_empty(batched, weight)
    missing = f"slow_conv_transpose{max(n, 2)}d_out_cpu"
    _check_dtypes(input, weight, bias, None if _is_summed(input.dtype) else missing, transposed=True)
    _check_output_padding(extra, stride, dilation)
    each = zip(batched.shape[2:], weight.shape[2:], stride, pads, dilation, extra, strict=True)
    size = [(m - 1) * s - low - high + d * (k - 1) + e + 1 for m, k, s, (low, high), d, e in each]
    _check_size(batched.shape[2:], size)
    pads = [(low, high - e) for (low, high), e in zip(pads, extra, strict=True)]  # the convolution ends before those

    # The convolution that this is the transpose of makes C channels, those of the input, from O: the result's.
    kernel = weight.reshape(groups, -1, *weight.shape[1:])  # (groups, C / groups, O / groups, *window)
    kernel = jnp.moveaxis(kernel, (2, 0, 1), (-3, -2, -1)).reshape(*weight.shape[2:], weight.shape[1], -1)
    out = conv_transposed(jnp.moveaxis(batched, 1, -1), kernel, size, (stride, pads, dilation), groups)
    out = jnp.moveaxis(out, -1, 1)
    if bias is not None:
        out = out + bias.astype(out.dtype).reshape(1, -1, *(1,) * n)
    return out if input.ndim == n + 2 else out[0]


def _batched(name, n, input):
    """Return the input with a batch axis."""
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {name}, but got input of size: "
            f"{list(input.shape)}\nChannels come before the spatial dimensions, a batch before both."
        )
    return input if input.ndim == n + 2 else input[None]


def _settings(op_name, input, weight, stride, padding, dilation, groups, output_padding=0):
    """Return stride, dilation, padding of both sides and output padding for each axis; `input` has a batch."""
    n, wanted = input.ndim - 2, weight.ndim - 2
    if op_name.startswith("conv_transpose") and isinstance(padding, str):
        raise TypeError(f"{op_name}(): argument 'padding' must be tuple of ints, not str\nGot {padding!r}.")
    if weight.ndim < 3:
        raise RuntimeError(f"weight should have at least three dimensions\nIts shape is {weight.shape}.")
    if padding == "same":
        _check_rank(input, weight, "")
    elif groups <= 0:
        raise RuntimeError(f"non-positive groups is not supported\nGot groups={groups}.")
    elif isinstance(padding, str) and padding != "valid":
        raise RuntimeError(f"Invalid padding string: '{padding}'\nUse 'valid', 'same' or integers.")
    stride, dilation = (
        _an_axis(op_name, "stride", stride, n, wanted),
        _an_axis(op_name, "dilation", dilation, n, wanted),
    )
    if padding == "same":
        if any(s != 1 for s in stride):
            raise RuntimeError(f"padding='same' is not supported for strided convolutions\nGot stride={stride}.")
        total = [d * (k - 1) for k, d in zip(weight.shape[2:], dilation, strict=True)]
        pads = [(t // 2, t - t // 2) for t in total]
    else:
        pads = [(p, p) for p in _an_axis(op_name, "padding", 0 if padding == "valid" else padding, n, wanted)]
    if any(low < 0 for low, _ in pads):
        raise RuntimeError(f"negative padding is not supported\nGot padding={padding!r}.")
    extra = _an_axis(op_name, "output_padding", output_padding, n, wanted)
    if min(extra) < 0:
        raise RuntimeError(f"negative output_padding is not supported\nGot output_padding={output_padding!r}.")
    if min(stride) <= 0:
        raise RuntimeError(f"non-positive stride is not supported\nGot stride={stride}.")
    if min(dilation) < 0:
        raise RuntimeError(f"dilation should be greater than zero\nGot dilation={dilation}.")
    if groups <= 0:
        raise RuntimeError(f"non-positive groups is not supported\nGot groups={groups}.")
    _check_rank(input, weight, " ")
    if min(dilation) == 0:
        raise RuntimeError(f"non-positive dilation is not supported\nGot dilation={dilation}.")
    return stride, dilation, pads, extra


def _an_axis(op_name: str, name: str, value, n: int, wanted: int) -> tuple[int, ...]:
    """Return a setting of a convolution over `n` dimensions as one integer for each that the weight has."""
    if not isinstance(value, int | tuple | list):
        kind = type(value).__name__
        raise TypeError(f"{op_name}(): argument '{name}' must be tuple of ints, not {kind}\nGot {value!r}.")
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


def _check_channels(input, weight, bias, groups, transposed=False):
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
    channels, features = weight.shape[1] * groups, weight.shape[0]
    if transposed:
        channels, features = features, channels
    if input.shape[1] != channels:
        raise RuntimeError(
            f"Given {'transposed=1' if transposed else f'groups={groups}'}, weight of size {list(weight.shape)}, "
            f"expected input{list(input.shape)} to have {channels} channels, but got {input.shape[1]} channels "
            "instead\nChannels come right before the spatial dimensions."
        )
    if bias is not None and bias.shape != (features,):
        raise RuntimeError(
            f"Given {'transposed=1, ' if transposed else ''}weight of size {list(weight.shape)}, expected bias to be "
            f"1-dimensional with {features} elements, but got bias of size {list(bias.shape)} instead\n"
            "There is one number for each filter."
        )


def _check_not_empty(input, weight):
    if weight.shape[1] == 0 and input.shape[1]:
        raise RuntimeError(
            f"non-empty 2D or 4D weight tensor expected, but got: {list(weight.shape)}\nIt has no filter."
        )
    if 0 in weight.shape[2:]:
        axes = ("depth", "height", "width")[-len(weight.shape[2:]) :]
        got = " ".join(f"kernel_{axis}: {k}" for axis, k in zip(axes, weight.shape[2:], strict=True))
        raise RuntimeError(f"kernel size should be greater than zero, but got {got}\nA window needs an element.")
    if 0 in input.shape[2:]:
        raise RuntimeError(
            f"Only zero batch or zero channel inputs are supported, but got input shape: {list(input.shape)}\n"
            "Each spatial dimension needs an element."
        )


def _check_kernel_fits(size, kernel, pads, dilation):
    padded = [n + low + high for n, (low, high) in zip(size, pads, strict=True)]
    effective = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(e > n for e, n in zip(effective, padded, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({_by(padded)}). Kernel size: ({_by(effective)}). Kernel size "
            "can't be greater than actual input size\nPad the input, or use a smaller kernel."
        )


def _check_output_padding(extra, stride, dilation):
    if any(e >= s and e >= d for e, s, d in zip(extra, stride, dilation, strict=True)):
        axes = ("depth", "height", "width")[-max(len(stride), 2) :]
        rows = ("output_padding", extra, 0), ("stride", stride, 1), ("dilation", dilation, 1)
        got = [
            f"{name}_{axis}: {value}"
            for name, values, fill in rows  # PyTorch's signals are images of one row
            for axis, value in zip(axes, values if len(values) > 1 else (fill, *values), strict=True)
        ]
        raise RuntimeError(
            f"output padding must be smaller than either stride or dilation, but got {' '.join(got)}\n"
            "It chooses among the sizes that a stride makes the same."
        )


def _check_size(given, size):
    if min(size) <= 0:
        one = [1] if len(size) == 1 else []
        raise RuntimeError(
            f"Given input size per channel: ({_by([*one, *given])}). Calculated output size per channel: "
            f"({_by([*one, *size])}). Output size is too small\nUse less padding."
        )


def _by(sizes) -> str:
    return " x ".join(map(str, sizes))


def _check_dtypes(input, weight, bias, lacking: str | None, transposed=False):
    """Raise what PyTorch's kernels raise for a weight or bias of another dtype, and if they lack the input's.

    Args:
        lacking: the kernel that does.
    """
    for name, other in (("weight", weight), ("bias", bias)):
        if other is None or other.dtype == input.dtype:
            continue
        types = f"Input type ({tensor_type(input.dtype)}) and {name} type ({tensor_type(other.dtype)})"
        if input.dtype == jnp.float32:
            types += f" should be the same or input should be a MKLDNN tensor and {name} is a dense tensor"
            raise RuntimeError(f"{types}\n{ONE_DTYPE}")
        if input.dtype.kind == "c":
            raise RuntimeError(f"{types} should be the same\n{ONE_DTYPE}")
        if lacking is not None:
            raise not_implemented(lacking, input.dtype)
        if transposed and name == "bias" and np.can_cast(other.dtype, input.dtype, "same_kind"):
            continue
        found = dtype_name(other.dtype)
        raise RuntimeError(f"expected scalar type {dtype_name(input.dtype)} but found {found}\n{ONE_DTYPE}")
    if lacking is not None:
        raise not_implemented(lacking, input.dtype)


def _is_summed(dtype) -> bool:
    """Return whether PyTorch's own loops over columns have the dtype."""
    return jnp.issubdtype(dtype, jnp.inexact) or dtype == jnp.int64


def _lacking(n, dtype, dilated) -> str | None:
    """Return PyTorch's kernel of a convolution that lacks the dtype, if one does."""
    if dilated:
        return None if _is_summed(dtype) else "slow_conv_dilated<>"
    return ("compute_columns3d" if n == 3 else "slow_conv2d_cpu") if dtype == jnp.bool_ else None

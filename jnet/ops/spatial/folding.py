"""Images as columns of sliding blocks, and back: PyTorch's `im2col` and `col2im`."""

import itertools

import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import not_implemented, own_axis
from jnet.ops.registry import op

__all__ = ["col2im", "im2col"]


@op("input", where=(), out=False, grad_fn="Im2ColBackward0")
def im2col(input, kernel_size, dilation, padding, stride):
    """Copy the sliding blocks of images into columns.

    Shape: input (N, C, H, W) or (C, H, W); result (N, C KH KW, L) or (C KH KW, L), L blocks from left to right, row by
        row.

    Args:
        kernel_size, dilation, padding, stride: how the blocks lie: two integers each.

    Raises:
        RuntimeError: where PyTorch raises it: settings that are not positive, no block.

    Example:
        >>> im2col(jnp.arange(6.0).reshape(1, 2, 3), (1, 2), (1, 1), (0, 0), (1, 1)).tolist()
        [[0.0, 1.0, 3.0, 4.0], [1.0, 2.0, 4.0, 5.0]]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
    """
    settings = kernel_size, dilation, padding, stride
    _check_settings("im2col", 2, *settings)
    shape = input.shape
    own_axis(2, input.ndim, "im2col")
    if not (input.ndim in (3, 4) and all(shape[-3:]) and (input.ndim == 4 or shape[0])):
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(shape)}\nChannels come before the two spatial dimensions, a batch before them."
        )
    size = _blocks(shape[-2:], *settings)
    if min(size) < 1:
        named = f"kernel_size={kernel_size}, dilation={dilation}, padding={padding}"
        raise RuntimeError(
            f"Given input with spatial size {shape[-2:]}, {named}, calculated shape of the array of sliding blocks as "
            f"{size}, but its components must be at least one.\nUse a smaller kernel, or more padding."
        )
    _check_dtype("im2col_out_cpu", input.dtype)
    x = lax.pad(input, jnp.zeros((), input.dtype), [*[(0, 0, 0)] * (input.ndim - 2), *((p, p, 0) for p in padding)])
    rows = []
    for offset in itertools.product(*map(range, kernel_size)):
        starts = [o * d for o, d in zip(offset, dilation, strict=True)]
        ends = [start + (n - 1) * s + 1 for start, n, s in zip(starts, size, stride, strict=True)]
        (top, left), (bottom, right) = starts, ends
        rows.append(x[..., top : bottom : stride[0], left : right : stride[1]])
    return jnp.stack(rows, axis=-3).reshape(*shape[:-3], shape[-3] * len(rows), size[0] * size[1])


@op("input", where=(), out=False, grad_fn="Col2ImBackward0")
def col2im(input, output_size, kernel_size, dilation, padding, stride):
    """Add the columns up into images: the transpose of `im2col`.

    Shape: input (N, C KH KW, L) or (C KH KW, L); result (N, C, *output_size) or (C, *output_size).

    Args:
        output_size: height and width of the images; other arguments as `im2col`.

    Raises:
        RuntimeError: where PyTorch raises it: settings that are not positive, columns that do not fit them.

    Example:
        >>> col2im(jnp.ones((2, 2)), (1, 3), (1, 2), (1, 1), (0, 0), (1, 1)).tolist()
        [[[1.0, 2.0, 1.0]]]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
    """
    settings = kernel_size, dilation, padding, stride
    _check_pairs("col2im", 2, output_size=output_size)
    _check_settings("col2im", 3, *settings)
    size = _check_columns(input, output_size, settings)
    _check_dtype("col2im_out_cpu", input.dtype)
    dtype = jnp.int32 if input.dtype == jnp.bool_ else input.dtype
    count = kernel_size[0] * kernel_size[1]
    columns = input.astype(dtype).reshape(*input.shape[:-2], input.shape[-2] // count, count, *size)
    out = jnp.zeros((), dtype)
    for place, offset in enumerate(itertools.product(*map(range, kernel_size))):
        moves = []  # where the blocks' elements at this place of the window lie; what lies in the padding is cut off
        for o, n, m, d, p, s in zip(offset, size, output_size, dilation, padding, stride, strict=True):
            before = o * d - p
            moves.append((before, m - before - ((n - 1) * s + 1), s - 1))
        flat = [(0, 0, 0)] * (input.ndim - 1)
        out = out + lax.pad(columns[..., place, :, :], jnp.zeros((), dtype), [*flat, *moves])
    return out.astype(input.dtype)


def _blocks(shape, kernel_size, dilation, padding, stride) -> tuple[int, ...]:
    """Return how many blocks there are along each axis."""
    each = zip(shape, kernel_size, dilation, padding, stride, strict=True)
    return tuple([(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, d, p, s in each])


def _check_pairs(op_name: str, first: int, **settings) -> None:
    """Raise unless each setting is two integers; `first` is the position of the first one."""
    for position, (name, values) in enumerate(settings.items(), first):
        for place, value in enumerate(values):
            if not isinstance(value, int):
                kind = type(value).__name__
                raise TypeError(
                    f"{op_name}(): argument '{name}' failed to unpack the object at pos {place + 1} with error \"type "
                    f'must be tuple of ints,but got {kind}"'
                    if place
                    else f"{op_name}(): argument '{name}' (position {position}) must be tuple of ints, but found "
                    f"element of type {kind} at pos 0"
                )
        if len(values) != 2:
            raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(values)}\nGot {values}.")


def _check_settings(op_name, first, kernel_size, dilation, padding, stride) -> None:
    _check_pairs(op_name, first, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)
    for name, prefix, values, lowest in (
        ("kernel size", "kernel", kernel_size, 1),
        ("dilation", "dilation", dilation, 1),
        ("padding", "pad", padding, 0),
        ("stride", "stride", stride, 1),
    ):
        if min(values) < lowest:
            needed = "greater than zero" if lowest else "non-negative"
            raise RuntimeError(
                f"{name} should be {needed}, but got {prefix}_height: {values[0]} {prefix}_width: {values[1]}\n"
                "Blocks are one element or more, and one or more apart."
            )


def _check_columns(input, output_size, settings) -> tuple[int, ...]:
    """Return how many blocks there are along each axis; raise if the columns are not those."""
    shape, kernel_size = input.shape, settings[0]
    if not (input.ndim in (2, 3) and all(shape[-2:])):
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(shape)}\nIt holds a column for each block, and perhaps a batch of them."
        )
    if shape[-2] % (kernel_size[0] * kernel_size[1]):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={shape[-2]} and kernel_size={kernel_size}.\nA column holds a block of each channel."
        )
    rows, columns = size = _blocks(output_size, *settings)
    if rows * columns != shape[-1] or min(size) < 1:
        names = ("kernel_size", "dilation", "padding", "stride")
        given = ", ".join(f"{name}={values}" for name, values in zip(names, settings, strict=True))
        matching = rows * columns == shape[-1]
        raise RuntimeError(
            f"Given output_size={output_size}, {given}, expected "
            + (
                f"size of input's dimension 2 to match the calculated number of sliding blocks {rows} * {columns} = "
                f"{rows * columns}, but got input.size(2)={shape[-1]}.\nEach block is a column."
                if not matching
                else f"that there are sliding blocks, but got {size}\nUse a smaller kernel, or more padding."
            )
        )
    return size


def _check_dtype(kernel: str, dtype) -> None:
    if not (jnp.issubdtype(dtype, jnp.inexact) or dtype == jnp.bool_):
        raise not_implemented(kernel, dtype)

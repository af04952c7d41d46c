"""Adaptive pooling: the size of the result is given, and the windows follow from it.

Window i of O over N places reaches from floor(i N / O) to ceil((i + 1) N / O). Where O divides N that is plain pooling;
otherwise means are products with a small matrix for each axis.
"""

import math

import jax.numpy as jnp
import numpy as np

from jnet.ops.checks import not_implemented
from jnet.ops.reductions.statistics import at_least_float32, mean
from jnet.ops.registry import op
from jnet.ops.spatial.maxima import Best, along, of_blocks, places
from jnet.ops.spatial.mixing import mixed
from jnet.ops.spatial.windows import require_signal

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
]


def node_of_averages(n: int, size) -> str:
    """Return the name of the node: PyTorch averages whole images as `mean` does."""
    whole = size == 1 if isinstance(size, int) else size is not None and set(size) == {1}
    return "MeanBackward1" if whole else f"AdaptiveAvgPool{n}DBackward0"


@op("input", where=("torch", "functional"), out=False, grad_fn="SqueezeBackward1")
def adaptive_avg_pool1d(input, output_size):
    """Average over windows of a signal (N, C, L) or (C, L), as many as `output_size`; as `adaptive_avg_pool2d`."""
    return _averages(1, input, output_size)


@op(
    "input",
    where=("functional",),
    out=False,
    grad_fn=lambda ranks, settings: node_of_averages(2, settings["output_size"]),
)
def adaptive_avg_pool2d(input, output_size):
    """Average over windows of images, as many as the result shall have places.

    Shape: input (N, C, H, W) or (C, H, W); result (N, C, *output_size).

    Args:
        output_size: an integer, or one an axis; None stands for the size of the input.

    Raises:
        RuntimeError, ValueError: where PyTorch raises it: wrong number of axes, an empty input, a negative size.

    Example:
        >>> adaptive_avg_pool2d(jnp.arange(9.0).reshape(1, 3, 3), 2).tolist()
        [[[2.0, 3.0], [5.0, 6.0]]]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
    """
    return _averages(2, input, output_size)


@op(
    "input",
    where=("functional",),
    out=False,
    grad_fn=lambda ranks, settings: node_of_averages(3, settings["output_size"]),
)
def adaptive_avg_pool3d(input, output_size):
    """Average over windows of volumes (N, C, D, H, W) or (C, D, H, W); as `adaptive_avg_pool2d`."""
    return _averages(3, input, output_size)


@op("input", where=("torch",), out=False, grad_fn="SqueezeBackward1")
def adaptive_max_pool1d(input, output_size):
    """Take the maxima over windows of a signal (N, C, L) or (C, L), and their places; as `adaptive_max_pool2d`."""
    return _maxima(1, input, output_size)


@op("input", where=("functional",), out=False, grad_fn="AdaptiveMaxPool2DBackward0")
def adaptive_max_pool2d(input, output_size):
    """Take the maxima over windows of images, as many as the result shall have places, and where they stand.

    Of equal values the first one counts. Arguments and errors as `adaptive_avg_pool2d`.

    Shape: input (N, C, H, W) or (C, H, W); two results (N, C, *output_size), the second of places counted row by row.

    Example:
        >>> [each.ravel().tolist() for each in adaptive_max_pool2d(jnp.arange(9.0).reshape(1, 3, 3), 2)]
        [[4.0, 5.0, 7.0, 8.0], [4, 5, 7, 8]]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
    """
    return _maxima(2, input, output_size)


@op("input", where=("functional",), out=False, grad_fn="AdaptiveMaxPool3DBackward0")
def adaptive_max_pool3d(input, output_size):
    """Take the maxima over windows of volumes, and where they stand; as `adaptive_max_pool2d`."""
    return _maxima(3, input, output_size)


def _averages(n, input, output_size):
    name = f"adaptive_avg_pool{n}d"
    size = _size(name, n, input, output_size)
    if set(size) == {1}:
        return mean(input, tuple(range(-n, 0)), keepdim=True)
    _check(name, n, list(input.shape), size)
    if not jnp.issubdtype(input.dtype, jnp.floating):
        raise not_implemented("adaptive_avg_pool3d_cpu" if n == 3 else "adaptive_avg_pool2d", input.dtype)
    result = at_least_float32(input)
    blocks, summed = list(input.shape[:-n]), []
    for count, o in zip(input.shape[-n:], size, strict=True):
        even = o > 0 and count % o == 0 and count != o
        summed += [len(blocks) + 1] if even else []
        blocks += [o, count // o] if even else [count]
    if summed:  # the mean of blocks along each axis that falls into them
        total = math.prod(blocks[axis] for axis in summed)
        result = result.reshape(blocks).sum(tuple(summed)) / total
    for axis, (count, o) in enumerate(zip(result.shape[-n:], size, strict=True), start=input.ndim - n):
        if count != o:
            result = mixed(result, axis, _averaging(count, o))
    return result.astype(input.dtype)


def _averaging(n, o) -> np.ndarray:
    """Return the matrix (o, n) whose rows average windows."""
    start, end = _windows(n, o)
    inside = (np.arange(n) >= start[:, None]) & (np.arange(n) < end[:, None])
    return inside / np.maximum(end - start, 1)[:, None]


def _windows(n, o) -> tuple[np.ndarray, np.ndarray]:
    place = np.arange(o)
    return place * n // max(o, 1), -((place + 1) * -n // max(o, 1))


def _maxima(n, input, output_size):
    name = f"adaptive_max_pool{n}d"
    size = _size(name, n, input, output_size)
    _check(name, n, list(input.shape), size)
    if not jnp.issubdtype(input.dtype, jnp.floating):
        raise not_implemented("adaptive_max_pool3d_cpu" if n == 3 else "adaptive_max_pool2d", input.dtype)
    best = Best(input, places(input.shape, n))
    for axis in range(input.ndim - 1, input.ndim - n - 1, -1):
        count, o = input.shape[axis], size[axis - input.ndim]
        if o and count % o == 0:
            best = along(best, axis, o, count // o, count // o)
            continue
        start, end = _windows(count, o)
        width = (end - start).max(initial=1)
        best = of_blocks(best, axis, np.minimum(start[:, None] + np.arange(width)[None], end[:, None] - 1))
    return best.results()


def _size(name, n, input, output_size) -> tuple[int, ...]:
    """Return the size of the result, an integer an axis."""
    shape = list(input.shape)
    if n == 1:
        require_signal(name, input)
        size = (output_size,) if isinstance(output_size, int) else output_size
        if not isinstance(size, tuple) or not all(isinstance(each, int) for each in size):
            raise TypeError(
                f"{name}(): argument 'output_size' (position 2) must be tuple of ints, not {type(output_size).__name__}"
            )
        if len(size) != 1:
            raise RuntimeError(
                f"{name}() argument 'output_size' should contain one int (got {len(size)})\nA signal has one axis."
            )
    elif isinstance(output_size, int):
        size = (output_size,) * n
    else:
        if input.ndim <= len(output_size):
            raise ValueError(
                f"Input dimension should be at least {len(output_size) + 1}\nThe input is of shape {shape}."
            )
        given = zip(output_size, shape[input.ndim - len(output_size) :], strict=True)
        size = tuple(count if each is None else each for each, count in given)
    if len(size) != n:
        got = f"\nGot {len(size)} sizes for {n} axes."
        raise RuntimeError(
            f"{name}: output_size must be {n}{got}"
            if "avg" in name
            else f"{name}(): internal error: output_size.size() must be {n}{got}"
        )
    return size


def _check(name, n, shape, size) -> None:
    average = "avg" in name
    if n > 1 and len(shape) not in (n + 1, n + 2):
        raise RuntimeError(
            f"{name}(): Expected {n + 1}D or {n + 2}D tensor, but got{'' if average else ':'} {shape}\n"
            "Channels come before the spatial dimensions, a batch before both."
        )
    rows = n == 1 and average  # PyTorch's one is of images of one row
    if rows:
        name, size, shape = "adaptive_avg_pool2d", (1, *size), [*shape[:-1], 1, shape[-1]]
    for axis in range(len(shape) - len(size), len(shape)):
        if not shape[axis]:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {shape} "
                f"with dimension {axis} being empty\nOnly the batch may be empty."
            )
    if min(size) >= 0:
        return
    if average:
        separator = "," if n == 3 else ", "
        shown = f"{size[0]}, {separator.join(map(str, size[1:]))}"
        raise RuntimeError(
            f"{name}: elements of output_size must be greater than or equal to 0 but received {{{shown}}}\n"
            "Sizes are not negative."
        )
    whole = [*shape[: len(shape) - n], *((1, *size) if n == 1 else size)]
    raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {whole}\nSizes are not negative.")

"""The pooling functions of `torch.nn.functional` that are no ops: they choose what is returned, or compose ops."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import numpy as np

from jnet.torch.bounds import watch
from jnet.torch.dispatch import CALLERS
from jnet.torch.random import rand
from jnet.torch.tensor import Tensor, shape_of

__all__ = [
    "adaptive_max_pool1d",
    "adaptive_max_pool1d_with_indices",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_with_indices",
    "adaptive_max_pool3d",
    "adaptive_max_pool3d_with_indices",
    "fractional_max_pool2d",
    "fractional_max_pool2d_with_indices",
    "fractional_max_pool3d",
    "fractional_max_pool3d_with_indices",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "max_pool1d",
    "max_pool1d_with_indices",
    "max_pool2d",
    "max_pool2d_with_indices",
    "max_pool3d",
    "max_pool3d_with_indices",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
]


def ntuple(value, n: int) -> tuple:
    """Return a setting as a tuple: one value for each of `n` axes."""
    return tuple(value) if isinstance(value, tuple | list | range) else (value,) * n


def _named(function: Callable, name: str, call: Callable, doc: str | None = None) -> Callable:
    """Give a function its name, and the docstring of an op without the example, which is one of arrays."""
    function.__name__ = function.__qualname__ = name
    described = getattr(getattr(call, "op", call), "function", call).__doc__ or ""
    function.__doc__ = doc or re.sub(r"\n +Example:\n(?: {8}.*\n)+", "", described)
    return function


# -- maxima, perhaps with their places -------------------------------------------------------------


def _max_pool(n: int) -> tuple[Callable, Callable]:
    name = f"max_pool{n}d"
    plain, found = CALLERS[name], CALLERS[f"{name}_with_indices"]

    def with_indices(
        input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
    ) -> tuple[Tensor, Tensor]:
        return found(input, kernel_size, None if stride == [] else stride, padding, dilation, ceil_mode)

    def function(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        call = found if return_indices else plain
        return call(input, kernel_size, None if stride == [] else stride, padding, dilation, ceil_mode)

    return _named(function, name, plain), _named(with_indices, f"{name}_with_indices", found)


max_pool1d, max_pool1d_with_indices = _max_pool(1)
max_pool2d, max_pool2d_with_indices = _max_pool(2)
max_pool3d, max_pool3d_with_indices = _max_pool(3)


def _adaptive_max_pool(n: int) -> tuple[Callable, Callable]:
    name = f"adaptive_max_pool{n}d"
    call = CALLERS[name]

    def with_indices(input, output_size, return_indices=False) -> tuple[Tensor, Tensor]:
        return call(input, output_size)

    def function(input, output_size, return_indices=False):
        return call(input, output_size) if return_indices else call(input, output_size)[0]

    return _named(function, name, call), _named(with_indices, f"{name}_with_indices", call)


adaptive_max_pool1d, adaptive_max_pool1d_with_indices = _adaptive_max_pool(1)
adaptive_max_pool2d, adaptive_max_pool2d_with_indices = _adaptive_max_pool(2)
adaptive_max_pool3d, adaptive_max_pool3d_with_indices = _adaptive_max_pool(3)


def _fractional_max_pool(n: int) -> tuple[Callable, Callable]:
    name = f"fractional_max_pool{n}d"
    call = CALLERS[name]

    def with_indices(
        input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
    ) -> tuple[Tensor, Tensor]:
        if output_size is None:
            output_size = _of_ratio(name, n, input, output_ratio)
        if _random_samples is None:
            batch = 1 if input.dim() == n + 1 else input.size(0)
            _random_samples = rand(batch, input.size(-n - 1), n, dtype=input.dtype, device=input.device)
        return call(input, kernel_size, output_size, _random_samples)

    def function(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        results = with_indices(input, kernel_size, output_size, output_ratio, _random_samples=_random_samples)
        return results if return_indices else results[0]

    doc = f"""Take the maxima over pseudo-random windows of {n} spatial axes; PyTorch's draws.

    Args:
        kernel_size: an integer, or one an axis.
        output_size: of the result, an integer or one an axis.
        output_ratio: size of the result over that of the input, instead of `output_size`.
        return_indices: return the places of the maxima too.

    See: https://arxiv.org/abs/1412.6071
    """
    return _named(function, name, call, doc), _named(with_indices, f"{name}_with_indices", call, doc)


def _of_ratio(name: str, n: int, input: Tensor, ratio) -> list[int]:
    """Return the size of the result in places."""
    if ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    if n == 2 and len(ratio) > 2:
        raise ValueError("fractional_max_pool2d requires output_ratio to either be a single Int or tuple of Ints.")
    return [int(input.size(axis - n) * each) for axis, each in enumerate(ntuple(ratio, n)[:n])]


fractional_max_pool2d, fractional_max_pool2d_with_indices = _fractional_max_pool(2)
fractional_max_pool3d, fractional_max_pool3d_with_indices = _fractional_max_pool(3)


# -- the inverse of max pooling --------------------------------------------------------------------


def _unpooled_size(input: Tensor, window: tuple, strides: tuple, padding: tuple, output_size) -> Sequence[int]:
    """Return the size that was pooled: the least one, or the one given if pooling gives the same result from it."""
    n, shape = len(window), shape_of(input)
    least = [(shape[d - n] - 1) * strides[d] + window[d] - 2 * padding[d] for d in range(n)]
    size = least
    if output_size is not None:
        size = output_size[2:] if len(output_size) == n + 2 else output_size
        if len(size) != n:
            raise ValueError(
                f"output_size should be a sequence containing {n} or {n + 2} elements, but it has a length of "
                f"'{len(size)}'"
            )
        for d in range(n):
            low, high = least[d] - strides[d], least[d] + strides[d]
            if not low < size[d] < high:
                raise ValueError(f'invalid output_size "{size}" (dim {d} must be between {low} and {high})')
    for d in range(n):
        if size[d] < 0:
            raise ValueError(
                "max_unpooling: output_size must contain non-negative spatial dimensions, but got "
                f"output_size[{d}]={size[d]}"
            )
    return size


def _check_places(count: int, shown: str, indices: np.ndarray) -> None:
    wrong = indices[(indices < 0) | (indices >= count)]
    if wrong.size:
        raise RuntimeError(f"Found an invalid max index: {wrong[-1]} (output volumes are of size {shown})")


def _unpooled(name: str, input: Tensor, indices: Tensor, size: tuple) -> Tensor:
    result = CALLERS[name](input, indices, size)
    count, shown = math.prod(size), "x".join(map(str, size))
    watch(indices, (name, size), lambda array: _check_places(count, shown, array))
    return result


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Put pooled values back where they stood, in signals (N, C, L) or (C, L); as `max_unpool2d`."""
    window, padding = ntuple(kernel_size, 1), ntuple(padding, 1)
    strides = window if stride is None else ntuple(stride, 1)
    size = _unpooled_size(input, window, strides, padding, output_size)
    return _unpooled("max_unpool2d", input.unsqueeze(-1), indices.unsqueeze(-1), (*size, 1)).squeeze(-1)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Put pooled values back where they stood, and zeros elsewhere: what `max_pool2d(return_indices=True)` undoes.

    Args:
        indices: the places that pooling gave.
        kernel_size, stride, padding: those of the pooling.
        output_size: what was pooled, where several sizes give the same result; by default the least.

    Raises:
        ValueError: for a size that does not fit.
        RuntimeError: for indices out of range; of computed ones when they are known.

    Example:
        >>> import jnet.torch as torch
        >>> F = torch.nn.functional
        >>> F.max_unpool2d(*F.max_pool2d(torch.arange(4.0).view(1, 2, 2), 2, return_indices=True), 2)
        tensor([[[0., 0.],
                 [0., 3.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool2d.html
    """
    window, padding = ntuple(kernel_size, 2), ntuple(padding, 2)
    strides = window if stride is None else ntuple(stride, 2)
    size = _unpooled_size(input, window, strides, padding, output_size)
    return _unpooled("max_unpool2d", input, indices, tuple(size))


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Put pooled values back where they stood, in volumes (N, C, D, H, W) or (C, D, H, W); as `max_unpool2d`."""
    window, padding = ntuple(kernel_size, 3), ntuple(padding, 3)
    strides = window if stride is None else ntuple(stride, 3)
    size = _unpooled_size(input, window, strides, padding, output_size)
    if min(strides) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {list(strides)}")
    return _unpooled("max_unpool3d", input, indices, tuple(size))


# -- norms -----------------------------------------------------------------------------------------


def _norms(n: int, input: Tensor, norm_type, kernel_size, stride, ceil_mode: bool, count) -> Tensor:
    """Return the norms of windows of `count` elements."""
    if isinstance(norm_type, int | float) and math.isinf(norm_type):
        largest = globals()[f"max_pool{n}d"]
        if norm_type < 0:
            return -largest(-input.abs(), kernel_size, stride, 0, 1, ceil_mode)
        return largest(input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    means = CALLERS[f"avg_pool{n}d"](input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    # The derivative of a root at 0 is infinite: PyTorch passes none on.
    return means.masked_fill(means == 0, 0.0).mul(count).pow(1.0 / norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """Take the norm over windows of signals (N, C, L) or (C, L); as `lp_pool2d`."""
    return _norms(1, input, norm_type, kernel_size, stride, ceil_mode, kernel_size)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """Take (sum x^p)^(1/p) over windows of images, p the `norm_type`.

    Args:
        norm_type: a number; infinity takes the largest absolute value.
        kernel_size, stride, ceil_mode: as `avg_pool2d`.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.lp_pool2d(torch.tensor([[[3.0, 4.0]]]), 2, (1, 2))
        tensor([[[5.]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool2d.html
    """
    height, width = ntuple(kernel_size, 2)
    return _norms(2, input, norm_type, kernel_size, stride, ceil_mode, height * width)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """Take the norm over windows of volumes (N, C, D, H, W) or (C, D, H, W); as `lp_pool2d`."""
    depth, height, width = ntuple(kernel_size, 3)
    return _norms(3, input, norm_type, kernel_size, stride, ceil_mode, depth * height * width)

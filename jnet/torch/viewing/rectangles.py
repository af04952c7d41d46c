"""Views of a part: what indices, slices and splits show."""

from __future__ import annotations

import functools
import itertools
import operator

from jnet.ops.checks import axis
from jnet.recorder import Layout, Link, link
from jnet.torch.tensor import Tensor, layout_of, shape_of, view
from jnet.torch.viewing.declaring import VIEWS, declared


def crop(input: Tensor, dim: int, part: tuple[int, ...], grad_fn: str) -> Tensor:
    """Return the view of part of a dimension.

    Args:
        part: (start,) for one index, whose dimension goes, or (start, size, step).
    """
    layout = layout_of(input)
    start, *rest = part
    shape, strides, calls = _cropped(layout.shape, layout.strides, dim, tuple(rest), grad_fn)
    offset = layout.offset + start * layout.strides[dim]
    return view(input, Link(calls[0], calls[1], (start,)), Layout(shape, strides, offset))


@functools.lru_cache(maxsize=10_000)
def _cropped(shape: tuple[int, ...], strides: tuple[int, ...], dim: int, rest: tuple[int, ...], grad_fn: str) -> tuple:
    """Return sizes, strides and the calls of a link: `rest` is empty, and the dimension goes, or (size, step)."""
    plan: list = [None] * len(shape)
    plan[dim] = rest or "one"
    found = link("crop", grad_fn, (0,), plan=tuple(plan))
    size, stride = ((rest[0],), (strides[dim] * rest[1],)) if rest else ((), ())
    return (
        (*shape[:dim], *size, *shape[dim + 1 :]),
        (*strides[:dim], *stride, *strides[dim + 1 :]),
        (found.call, found.write),
    )


@declared()
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """Return the slice at one index, without the dimension.

    Raises:
        IndexError: if the dimension or the index does not exist.

    See: https://docs.pytorch.org/docs/stable/generated/torch.select.html
    """
    if input.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = axis(dim, input.ndim, "select")
    size, index = shape_of(input)[dim], operator.index(index)
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(shape_of(input))} at dimension {dim}"
        )
    return crop(input, dim, (index % size,), "SelectBackward0")


@declared()
def narrow(input: Tensor, dim: int, start, length: int) -> Tensor:
    """Return `length` places of a dimension from `start` on.

    See: https://docs.pytorch.org/docs/stable/generated/torch.narrow.html
    """
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    dim = axis(dim, input.ndim, "narrow")
    size, start = shape_of(input)[dim], int(start)
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if not -size <= start <= size:
        raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {start})")
    start = start + size if start < 0 else start
    if start + length > size:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return crop(input, dim, (start, length, 1), "SliceBackward0")


@declared()
def split(tensor: Tensor, split_size_or_sections, dim: int = 0) -> tuple[Tensor, ...]:
    """Return pieces of one size (the last may be smaller), or of the sizes of a list, along a dimension.

    Raises:
        RuntimeError: if a list does not add up to the dimension.

    See: https://docs.pytorch.org/docs/stable/generated/torch.split.html
    """
    if tensor.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = axis(dim, tensor.ndim, "split")
    total = shape_of(tensor)[dim]
    if isinstance(split_size_or_sections, int):
        step = split_size_or_sections
        if step < 0 or (step == 0 and total):
            if step < 0:
                raise RuntimeError(f"split expects split_size be non-negative, but got split_size={step}")
            raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {total}")
        pieces = [min(step, total - start) for start in range(0, total, step)] if total else [0]
        name = "SplitBackward0"
    else:
        pieces, name = [operator.index(n) for n in split_size_or_sections], "SplitWithSizesBackward0"
        if sum(pieces) != total:
            raise RuntimeError(
                "split_with_sizes expects split_sizes to sum exactly to "
                f"{total} (input tensor's size at dimension {dim}), but got split_sizes={pieces}"
            )
    starts = [sum(pieces[:i]) for i in range(len(pieces))]
    return _numbered([crop(tensor, dim, (start, n, 1), name) for start, n in zip(starts, pieces, strict=True)])


def _numbered(views: list[Tensor]) -> tuple[Tensor, ...]:
    for number, each in enumerate(views):
        each._number = number
    return tuple(views)


VIEWS["split_with_sizes"] = split


@declared()
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Return at most `chunks` pieces of equal size along a dimension; the last may be smaller.

    See: https://docs.pytorch.org/docs/stable/generated/torch.chunk.html
    """
    if input.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = axis(dim, input.ndim, "chunk")
    total = shape_of(input)[dim]
    return split(input, max(-(-total // chunks), 1), dim) if total else split(input, [0] * chunks, dim)


@declared()
def tensor_split(input: Tensor, indices_or_sections, dim: int = 0) -> tuple[Tensor, ...]:
    """Return pieces along a dimension, cut at indices or into a number of nearly equal sections.

    See: https://docs.pytorch.org/docs/stable/generated/torch.tensor_split.html
    """
    dim = axis(dim, input.ndim, "tensor_split")
    total = shape_of(input)[dim]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        n = indices_or_sections
        if n <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {n}")
        cuts = [i * (total // n) + min(i, total % n) for i in range(n + 1)]
    else:
        cuts = [0, *(slice(i).indices(total)[1] for i in indices_or_sections), total]
    pairs = itertools.pairwise(cuts)
    return tuple([crop(input, dim, (a, max(b - a, 0), 1), "SliceBackward0") for a, b in pairs])


@declared()
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Return the slices along a dimension, without it.

    See: https://docs.pytorch.org/docs/stable/generated/torch.unbind.html
    """
    if input.ndim == 0:
        raise RuntimeError("Dimension specified as 0 but tensor has no dimensions")
    dim = axis(dim, input.ndim, "unbind")
    return _numbered([crop(input, dim, (i,), "UnbindBackward0") for i in range(shape_of(input)[dim])])

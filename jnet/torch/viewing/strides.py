"""Views by strides, what strides are asked for, and tensors that become views of themselves."""

from __future__ import annotations

import math

from jnet.ops.checks import axis
from jnet.recorder import Layout, link
from jnet.torch.tensor import Tensor, layout_of, refuse_leaf, same_elements, shape_of, view
from jnet.torch.viewing.declaring import METHODS, VIEWS, declared, method
from jnet.torch.viewing.shapes import copied, unsqueeze


@declared()
def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Return the diagonal of two dimensions as a new last one.

    See: https://docs.pytorch.org/docs/stable/generated/torch.diagonal.html
    """
    a, b = axis(dim1, input.ndim, "diagonal"), axis(dim2, input.ndim, "diagonal")
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    layout = layout_of(input)
    rows, columns = layout.shape[a], layout.shape[b]
    size = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    start = offset * layout.strides[b] if offset >= 0 else -offset * layout.strides[a]
    keep = [d for d in range(input.ndim) if d not in (a, b)]
    shape = (*(layout.shape[d] for d in keep), size)
    strides = (*(layout.strides[d] for d in keep), layout.strides[a] + layout.strides[b])
    found = link("diagonal", "DiagonalBackward0", offset=offset, dim1=a, dim2=b)
    return view(input, found, Layout(shape, strides, layout.offset + (start if size else 0)))


@method
def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Return windows of `size` along a dimension, `step` apart, in a new last dimension.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.unfold.html
    """
    dim = axis(dimension, input.ndim, "unfold")
    layout = layout_of(input)
    if not layout.shape:
        return unsqueeze(input, 0)
    total, stride = layout.shape[dim], layout.strides[dim]
    if size > total:
        raise RuntimeError(f"maximum size for tensor at dimension {dim} is {total} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    count = (total - size) // step + 1
    shape = (*layout.shape[:dim], count, *layout.shape[dim + 1 :], size)
    strides = (*layout.strides[:dim], stride * step, *layout.strides[dim + 1 :], stride)
    found = link("unfold", "UnfoldBackward0", dimension=dim, size=size, step=step)
    if step < size:
        found = type(found)(found.call, None)  # windows overlap: writes are refused
    return view(input, found, Layout(shape, strides, layout.offset))


@declared()
def as_strided(input: Tensor, size, stride, storage_offset: int | None = None) -> Tensor:
    """Return the view of the tensor's storage with these sizes and strides.

    See: https://docs.pytorch.org/docs/stable/generated/torch.as_strided.html
    """
    shape, strides = tuple(size), tuple(stride)
    offset = layout_of(input).offset if storage_offset is None else storage_offset
    if len(shape) != len(strides):
        raise RuntimeError("mismatch in length of strides and shape")
    room = input._storage.value.aval.size
    last = offset + sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) if math.prod(shape) else 0
    if last >= max(room, 1):
        raise RuntimeError(
            f"setStorage: sizes {list(shape)}, strides {list(strides)}, storage offset {offset}, and itemsize "
            f"{input.element_size()} requiring a storage size of {(last + 1) * input.element_size()} are out of bounds "
            f"for storage of size {room * input.element_size()}"
        )
    if input._bits is not None:
        raise NotImplementedError("as_strided() of a view of another dtype; apply it to the tensor that it views.")
    if input._links and input.requires_grad:
        raise NotImplementedError("as_strided() of a view that requires grad; apply it to the tensor that it views.")
    whole = same_elements(input)
    whole._links, whole._layout = (), None
    layout = Layout(shape, strides, offset)
    found = link("as_strided", "AsStridedBackward0", shape=shape, strides=strides, offset=offset)
    if layout.overlaps():
        found = type(found)(found.call, None)
    return view(input if not input._links else whole, found, layout)


@method
def contiguous(input: Tensor, memory_format=None) -> Tensor:
    """Return the tensor itself if its elements lie in row-major order, else a copy that does."""
    return input if layout_of(input).is_contiguous() else copied(input, shape_of(input), "CloneBackward0")


@method
def is_contiguous(input: Tensor, memory_format=None) -> bool:
    """Tell whether the elements lie in row-major order."""
    return layout_of(input).is_contiguous()


@method
def stride(input: Tensor, dim: int | None = None):
    """Return how far apart neighbours along each dimension lie, in elements."""
    strides = layout_of(input).strides
    return strides if dim is None else strides[axis(dim, input.ndim, "stride")]


@method
def storage_offset(input: Tensor) -> int:
    """Return where in its storage the first element lies."""
    return layout_of(input).offset


# -- in place: the tensor itself gets other strides --------------------------------------------------------------------


def relinked(input: Tensor, other: Tensor) -> Tensor:
    """Make `input` the view `other` of itself."""
    edge, base, seen = other._edge, other._base, other._seen
    if base is input:  # what was the base becomes a plain result
        base = None
    input._links, input._layout, input._cached = other._links, other._layout, None
    input._edge, input._base, input._seen = edge, base, seen
    return input


def _inplace(name: str):
    function = VIEWS[name]

    def method(self, *args, **kwargs):
        refuse_leaf(self)
        return relinked(self, function(self, *args, **kwargs))

    method.__name__, method.__doc__ = f"{name}_", f"Make the tensor its own `{name}`, and return it."
    METHODS[method.__name__] = method


for _name in ("t", "transpose", "swapaxes", "swapdims", "squeeze", "unsqueeze"):
    _inplace(_name)

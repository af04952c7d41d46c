"""Views: tensors that show the elements of another one in another shape or order, without a copy.

Each function here is both `torch.name(input, ...)` and the method `Tensor.name(...)`.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Sequence

from jnet.ops.checks import axis, broadcast_shapes
from jnet.recorder import Call, Layout, Link, contiguous_strides, link
from jnet.torch.dtypes import Size
from jnet.torch.tensor import Tensor, apply, layout_of, refuse_leaf, same_elements, shape_of, value_of, view

# What the methods take, in PyTorch's notation: needed where something else is given.
SIGNATURES = {
    "diagonal": ["int offset=0, int dim1=0, int dim2=1"],
    "expand": ["tuple of ints size, *, bool implicit=False"],
    "flatten": ["int start_dim=0, int end_dim=-1"],
    "narrow": ["int dim, Tensor start, int length", "int dim, int start, int length"],
    "permute": ["tuple of ints dims"],
    "reshape": ["tuple of ints shape"],
    "select": ["int dim, int index"],
    "squeeze": ["", "int dim", "tuple of ints dim"],
    "t": [""],
    "transpose": ["int dim0, int dim1"],
    "unbind": ["int dim=0"],
    "unfold": ["int dimension, int size, int step"],
    "unsqueeze": ["int dim"],
    "view": ["torch.dtype dtype", "tuple of ints size"],
}
VIEWS: dict = {}  # name -> function, for functions and methods
METHODS: dict = {}  # name -> method only


def _view(*names: str):
    """Declare a function and method, and its aliases."""

    def declare(function):
        for name in (function.__name__.rstrip("_") if not names else function.__name__, *names):
            VIEWS[name] = function
        return function

    return declare


def _method(function):
    METHODS[function.__name__] = function
    return function


def sizes(args: tuple) -> tuple[int, ...]:
    """Return sizes given as one sequence or as several integers."""
    if len(args) == 1 and not (hasattr(args[0], "__index__") and not getattr(args[0], "ndim", 0)):
        args = tuple(args[0])
    return tuple([operator.index(n) for n in args])


# -- rectangles --------------------------------------------------------------------------------------------------------


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


@_view()
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


@_view()
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


@_view()
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


@_view()
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


@_view()
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


@_view()
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Return the slices along a dimension, without it.

    See: https://docs.pytorch.org/docs/stable/generated/torch.unbind.html
    """
    if input.ndim == 0:
        raise RuntimeError("Dimension specified as 0 but tensor has no dimensions")
    dim = axis(dim, input.ndim, "unbind")
    return _numbered([crop(input, dim, (i,), "UnbindBackward0") for i in range(shape_of(input)[dim])])


# -- order of dimensions -----------------------------------------------------------------------------------------------


def _permuted(input: Tensor, dims: Sequence[int], grad_fn: str) -> Tensor:
    layout = layout_of(input)
    shape, strides = tuple([layout.shape[d] for d in dims]), tuple([layout.strides[d] for d in dims])
    return view(input, link("permute", grad_fn, dims=tuple(dims)), Layout(shape, strides, layout.offset))


@_view()
def permute(input: Tensor, *dims) -> Tensor:
    """Return the dimensions in another order.

    Raises:
        RuntimeError: unless each dimension is named once.

    See: https://docs.pytorch.org/docs/stable/generated/torch.permute.html
    """
    order = sizes(dims)
    if len(order) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(order)}"
        )
    order = [axis(d, input.ndim, "permute") for d in order]
    if len(set(order)) != len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return _permuted(input, order, "PermuteBackward0")


@_view("swapaxes", "swapdims")
def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return the tensor with two dimensions exchanged.

    See: https://docs.pytorch.org/docs/stable/generated/torch.transpose.html
    """
    order = list(range(input.ndim))
    a, b = axis(dim0, input.ndim, "transpose"), axis(dim1, input.ndim, "transpose")
    if order:
        order[a], order[b] = order[b], order[a]
    return _permuted(input, order, "TransposeBackward0")


@_view()
def t(input: Tensor) -> Tensor:
    """Return the transposed matrix; a vector as it is.

    See: https://docs.pytorch.org/docs/stable/generated/torch.t.html
    """
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return _permuted(input, range(input.ndim)[::-1], "TBackward0")


@_view("moveaxis")
def movedim(input: Tensor, source, destination) -> Tensor:
    """Return the tensor with some dimensions moved to other places.

    See: https://docs.pytorch.org/docs/stable/generated/torch.movedim.html
    """
    source = [source] if isinstance(source, int) else list(source)
    destination = [destination] if isinstance(destination, int) else list(destination)
    if len(source) != len(destination):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source "
            f"({source} dims) should contain the same number of dims as destination ({destination} dims)"
        )
    source = [axis(d, input.ndim, "movedim") for d in source]
    destination = [axis(d, input.ndim, "movedim") for d in destination]
    order = [d for d in range(input.ndim) if d not in source]
    for place, d in sorted(zip(destination, source, strict=True)):
        order.insert(place, d)
    return _permuted(input, order, "PermuteBackward0")


@_view("adjoint")
def mT(input: Tensor) -> Tensor:
    """Return the tensor with its last two dimensions exchanged."""
    if input.ndim < 2:
        raise RuntimeError(
            "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."
            if input.ndim
            else "tensor.mT is only supported on matrices or batches of matrices. Got 0-D tensor."
        )
    return transpose(input, -2, -1)


# -- shapes ------------------------------------------------------------------------------------------------------------


def _full_shape(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Return the shape with its -1 replaced by what makes `count` elements."""
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if any(n < -1 for n in shape):
        raise RuntimeError(f"invalid shape dimension {min(shape)}")
    known = math.prod(n for n in shape if n != -1)
    if -1 in shape:
        if known == 0 and count == 0:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size "
                "-1 can be any value and is ambiguous"
            )
        if known and count % known == 0:
            return tuple([count // known if n == -1 else n for n in shape])
    elif known == count:
        return shape
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")


def _viewed(input: Tensor, shape: tuple[int, ...], grad_fn: str) -> Tensor | None:
    """Return the view in another shape, or None if that needs a copy."""
    layout = layout_of(input).reshaped(shape)
    return None if layout is None else view(input, link("reshape", grad_fn, shape=shape), layout)


_COPIES: dict[tuple, Call] = {}


def _copied(input: Tensor, shape: tuple[int, ...], grad_fn: str) -> Tensor:
    """Return a new tensor of the same elements in another shape."""
    call = _COPIES.get((shape, grad_fn))
    if call is None:
        if len(_COPIES) > 10_000:
            _COPIES.clear()
        call = _COPIES[shape, grad_fn] = Call(lambda x: x.reshape(shape), "reshape", grad_fn, "nothing")
    return apply(call, [input])


@_method
def view_(input: Tensor, *shape) -> Tensor:
    """Return the same elements in another shape; one size may be -1.

    Raises:
        RuntimeError: if the number of elements differs, or the strides do not allow it (use `reshape`).

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.view.html
    """
    new = _full_shape(sizes(shape), input.numel())
    found = _viewed(input, new, "ViewBackward0")
    if found is None:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return found


METHODS["view"] = METHODS.pop("view_")


@_view()
def reshape(input: Tensor, *shape) -> Tensor:
    """Return the elements in another shape: a view where the strides allow it, else a copy.

    See: https://docs.pytorch.org/docs/stable/generated/torch.reshape.html
    """
    new = _full_shape(sizes(shape), input.numel())
    found = _viewed(input, new, "ViewBackward0")
    return _copied(input, new, "UnsafeViewBackward0") if found is None else found


@_method
def view_as(input: Tensor, other: Tensor) -> Tensor:
    """Return the same elements in the shape of another tensor."""
    return METHODS["view"](input, shape_of(other))


@_method
def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """Return the elements in the shape of another tensor."""
    return reshape(input, shape_of(other))


@_view()
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Return the tensor with a range of dimensions made one.

    See: https://docs.pytorch.org/docs/stable/generated/torch.flatten.html
    """
    start, end = axis(start_dim, input.ndim, "flatten"), axis(end_dim, input.ndim, "flatten")
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    shape = shape_of(input)
    if not shape:
        return reshape(input, 1)
    if start == end:
        return input
    return reshape(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


@_view()
def ravel(input: Tensor) -> Tensor:
    """Return the elements in one dimension."""
    return reshape(input, -1) if input.numel() else reshape(input, 0)


@_view()
def unflatten(input: Tensor, dim: int, sizes) -> Tensor:
    """Return the tensor with one dimension made several.

    See: https://docs.pytorch.org/docs/stable/generated/torch.unflatten.html
    """
    dim = axis(dim, input.ndim, "unflatten")
    shape = shape_of(input)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    known = math.prod(n for n in sizes if n != -1)
    if shape[dim] % known if -1 in tuple(sizes) and known else shape[dim] - known:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({shape[dim]}) in the "
            "input tensor"
        )
    return METHODS["view"](input, (*shape[:dim], *_full_shape(tuple(sizes), shape[dim]), *shape[dim + 1 :]))


def _relaid(input: Tensor, shape, strides, grad_fn: str) -> Tensor:
    layout = layout_of(input)
    found = Layout(tuple(shape), tuple(strides), layout.offset)
    return view(input, link("reshape", grad_fn, shape=found.shape), found)


@_view()
def squeeze(input: Tensor, *dim) -> Tensor:
    """Return the tensor without dimensions of size 1: all of them, or those named.

    See: https://docs.pytorch.org/docs/stable/generated/torch.squeeze.html
    """
    layout = layout_of(input)
    named = set(range(input.ndim)) if not dim else {axis(d, input.ndim, "squeeze") for d in sizes(dim)}
    keep = [d for d, n in enumerate(layout.shape) if n != 1 or d not in named]
    name = "SqueezeBackward0" if not dim else "SqueezeBackward1" if isinstance(dim[0], int) else "SqueezeBackward2"
    return _relaid(input, [layout.shape[d] for d in keep], [layout.strides[d] for d in keep], name)


@_view()
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Return the tensor with a new dimension of size 1.

    Raises:
        IndexError: if there is no such place.

    See: https://docs.pytorch.org/docs/stable/generated/torch.unsqueeze.html
    """
    layout = layout_of(input)
    dim = axis(dim, input.ndim + 1, "unsqueeze")
    stride = layout.shape[dim] * layout.strides[dim] if dim < input.ndim else 1
    shape = (*layout.shape[:dim], 1, *layout.shape[dim:])
    return _relaid(input, shape, (*layout.strides[:dim], stride, *layout.strides[dim:]), "UnsqueezeBackward0")


@_method
def expand(input: Tensor, *shape, implicit: bool = False) -> Tensor:
    """Return the tensor repeated along dimensions of size 1, and along new ones in front; -1 keeps a size.

    Raises:
        RuntimeError: if a size fits neither.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html
    """
    new, layout = sizes(shape), layout_of(input)
    if len(new) < input.ndim:
        raise RuntimeError(
            f"expand({_described(input)}, size={list(new)}): the number of sizes provided ({len(new)}) must be greater "
            f"or equal to the number of dimensions in the tensor ({input.ndim})"
        )
    lead = len(new) - input.ndim
    full, strides = [], []
    for place, want in enumerate(new):
        have, stride = (1, 0) if place < lead else (layout.shape[place - lead], layout.strides[place - lead])
        if want == -1 and place < lead:
            raise RuntimeError(
                f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {place}"
            )
        if want < -1 and have == 1 and place >= lead:
            raise RuntimeError(f"numel: integer multiplication overflow\nThe size {want} is below -1, which keeps one.")
        if want < -1:
            raise RuntimeError(
                f"expand({_described(input)}, size={list(new)}): the expanded size of the tensor ({want}) isn't allowed"
                f" in a leading, non-existing dimension {place}"
                if place < lead
                else f"The expanded size of the tensor ({want}) must match the existing size ({have}) at non-singleton "
                f"dimension {place}.  Target sizes: {list(new)}.  Tensor sizes: {list(layout.shape)}"
            )
        if want not in (-1, have) and have != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({want}) must match the existing size ({have}) at non-singleton "
                f"dimension {place}.  Target sizes: {list(new)}.  Tensor sizes: {list(layout.shape)}"
            )
        full.append(have if want == -1 else want)
        strides.append(0 if have == 1 and full[-1] != 1 else stride)
    shape = tuple(full)
    return view(input, link("expand", "ExpandBackward0", shape=shape), Layout(shape, tuple(strides), layout.offset))


def _described(input: Tensor) -> str:
    name = input.type().rsplit(".", 1)[-1]
    name = f"CPU{name.removesuffix('Tensor')}Type" if input.is_complex() else f"torch.{name}"
    return f"{name}{{{list(shape_of(input))}}}"


@_method
def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Return the tensor repeated to the shape of another one."""
    return expand(input, shape_of(other))


@_view()
def broadcast_to(input: Tensor, *size) -> Tensor:
    """Return the tensor repeated to a shape."""
    return expand(input, sizes(size))


def broadcast_tensors(*tensors) -> tuple[Tensor, ...]:
    """Return the tensors repeated to their common shape.

    See: https://docs.pytorch.org/docs/stable/generated/torch.broadcast_tensors.html
    """
    tensors = tuple(tensors[0]) if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else tensors
    shape: tuple[int, ...] = ()
    for each in tensors:
        shape = broadcast_shapes(shape, shape_of(each))
    return tuple([expand(each, shape) for each in tensors])


def broadcast_shapes_(*shapes) -> Size:
    """Return the shape that shapes broadcast to.

    See: https://docs.pytorch.org/docs/stable/generated/torch.broadcast_shapes.html
    """
    found: tuple[int, ...] = ()
    for each in shapes:
        try:
            found = broadcast_shapes(found, (each,) if isinstance(each, int) else tuple(each))
        except RuntimeError as error:
            raise RuntimeError("Shape mismatch: objects cannot be broadcast to a single shape\n" + str(error)) from None
    return Size(found)


# -- the rest ----------------------------------------------------------------------------------------------------------


@_view()
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


@_method
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


@_view()
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


@_method
def contiguous(input: Tensor, memory_format=None) -> Tensor:
    """Return the tensor itself if its elements lie in row-major order, else a copy that does."""
    return input if layout_of(input).is_contiguous() else _copied(input, shape_of(input), "CloneBackward0")


@_method
def is_contiguous(input: Tensor, memory_format=None) -> bool:
    """Tell whether the elements lie in row-major order."""
    return layout_of(input).is_contiguous()


@_method
def stride(input: Tensor, dim: int | None = None):
    """Return how far apart neighbours along each dimension lie, in elements."""
    strides = layout_of(input).strides
    return strides if dim is None else strides[axis(dim, input.ndim, "stride")]


@_method
def storage_offset(input: Tensor) -> int:
    """Return where in its storage the first element lies."""
    return layout_of(input).offset


# -- in place: the tensor itself gets other strides --------------------------------------------------------------------


def _relinked(input: Tensor, other: Tensor) -> Tensor:
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
        return _relinked(self, function(self, *args, **kwargs))

    method.__name__, method.__doc__ = f"{name}_", f"Make the tensor its own `{name}`, and return it."
    METHODS[method.__name__] = method


for _name in ("t", "transpose", "swapaxes", "swapdims", "squeeze", "unsqueeze"):
    _inplace(_name)

__all__ = ["METHODS", "VIEWS", "broadcast_tensors", "contiguous_strides", "crop", "sizes", "value_of"]

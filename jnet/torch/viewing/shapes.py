"""Views in another shape, and copies where no view can have it."""

from __future__ import annotations

import math

from jnet.ops.checks import axis, broadcast_shapes
from jnet.recorder import Call, Layout, link
from jnet.torch.dtypes import Size
from jnet.torch.tensor import Tensor, apply, layout_of, shape_of, view
from jnet.torch.viewing.declaring import METHODS, declared, method, sizes


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


def copied(input: Tensor, shape: tuple[int, ...], grad_fn: str) -> Tensor:
    """Return a new tensor of the same elements in another shape."""
    call = _COPIES.get((shape, grad_fn))
    if call is None:
        if len(_COPIES) > 10_000:
            _COPIES.clear()
        call = _COPIES[shape, grad_fn] = Call(lambda x: x.reshape(shape), "reshape", grad_fn, "nothing")
    return apply(call, [input])


@method
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


@declared()
def reshape(input: Tensor, *shape) -> Tensor:
    """Return the elements in another shape: a view where the strides allow it, else a copy.

    See: https://docs.pytorch.org/docs/stable/generated/torch.reshape.html
    """
    new = _full_shape(sizes(shape), input.numel())
    found = _viewed(input, new, "ViewBackward0")
    return copied(input, new, "UnsafeViewBackward0") if found is None else found


@method
def view_as(input: Tensor, other: Tensor) -> Tensor:
    """Return the same elements in the shape of another tensor."""
    return METHODS["view"](input, shape_of(other))


@method
def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """Return the elements in the shape of another tensor."""
    return reshape(input, shape_of(other))


@declared()
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


@declared()
def ravel(input: Tensor) -> Tensor:
    """Return the elements in one dimension."""
    return reshape(input, -1) if input.numel() else reshape(input, 0)


@declared()
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


@declared()
def squeeze(input: Tensor, *dim) -> Tensor:
    """Return the tensor without dimensions of size 1: all of them, or those named.

    See: https://docs.pytorch.org/docs/stable/generated/torch.squeeze.html
    """
    layout = layout_of(input)
    named = set(range(input.ndim)) if not dim else {axis(d, input.ndim, "squeeze") for d in sizes(dim)}
    keep = [d for d, n in enumerate(layout.shape) if n != 1 or d not in named]
    name = "SqueezeBackward0" if not dim else "SqueezeBackward1" if isinstance(dim[0], int) else "SqueezeBackward2"
    return _relaid(input, [layout.shape[d] for d in keep], [layout.strides[d] for d in keep], name)


@declared()
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


@method
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


@method
def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Return the tensor repeated to the shape of another one."""
    return expand(input, shape_of(other))


@declared()
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

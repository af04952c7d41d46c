"""Indexing, read and written: integers, slices, None, Ellipsis, masks, integer tensors, lists, and mixtures of them."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from jnet.ops.checks import dtype_name
from jnet.recorder import known
from jnet.torch.bounds import check_position
from jnet.torch.dispatch import CALLERS, NUMBERS, assign
from jnet.torch.tensor import Tensor, from_array, numpy_of, refuse_leaf, shape_of
from jnet.torch.viewing import VIEWS, crop, expand, same_elements


def getitem(tensor: Tensor, index) -> Tensor:
    """Return what `tensor[index]` is: a view, or for masks and tensors of indices a new tensor.

    Raises:
        IndexError: if there are too many indices, or one is out of range.
    """
    if type(index) is int:  # the commonest one
        return _select(tensor, 0, index)
    found, gathered = basic(tensor, index)
    return found if gathered is None else CALLERS["index"]((found, *gathered[1]), gathered[0])


def setitem(tensor: Tensor, index, value) -> None:
    """Write `value` to `tensor[index]`.

    Raises:
        RuntimeError: if the value's shape does not broadcast to that of the place.
    """
    place, gathered = basic(tensor, index)
    refuse_leaf(place)
    if gathered is None:
        _write(place, value, tensor)
        return
    if not isinstance(value, Tensor):
        value = _as_tensor(value, tensor)
    elif value._aval.dtype != tensor._aval.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {dtype_name(tensor._aval.dtype)} for the "
            f"destination and {dtype_name(value._aval.dtype)} for the source."
        )
    result = CALLERS["index_put"]((place, value, *gathered[1]), gathered[0], False)
    assign(place, result)


def _write(place: Tensor, value, tensor: Tensor) -> None:
    if type(value) in NUMBERS or isinstance(value, np.generic):
        assign(place, CALLERS["fill"](place, value if type(value) in NUMBERS else value.item()))
        return
    if not isinstance(value, Tensor):
        value = _as_tensor(value, tensor)
    value = _converted(value, tensor)
    shape, own = shape_of(value), shape_of(place)
    while len(shape) > len(own) and shape[0] == 1:  # leading ones may be too many, as in PyTorch
        value = VIEWS["squeeze"](value, 0)
        shape = shape[1:]
    if shape != own:
        value = expand(value, own)
    assign(place, value if place._storage is not value._storage else CALLERS["clone"](value))


def _as_tensor(value, tensor: Tensor) -> Tensor:
    if type(value) in NUMBERS or isinstance(value, np.generic):
        return from_array(np.array(value).astype(tensor._aval.dtype))
    if isinstance(value, np.ndarray | list | tuple):
        raise TypeError(f"can't assign a {type(value).__module__.replace('builtins', '')}"
                        f"{'.' if type(value).__module__ != 'builtins' else ''}{type(value).__name__} to a "
                        f"{tensor.type()}")  # fmt: skip
    raise TypeError(f"can't assign a {type(value).__name__} to a {tensor.type()}")


def _converted(value: Tensor, tensor: Tensor) -> Tensor:
    return value if value._aval.dtype == tensor._aval.dtype else CALLERS["to_dtype"](value, dtype=tensor.dtype)


def _select(tensor: Tensor, dim: int, index: int) -> Tensor:
    shape = shape_of(tensor)
    if not shape:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    size = shape[dim]
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of bounds for dimension {dim} with size {size}")
    return crop(tensor, {dim: (index % size,)}, "SelectBackward0")


def basic(tensor: Tensor, index) -> tuple[Tensor, tuple[tuple, list[Tensor]] | None]:
    """Return the view that the integers, slices and Nones of an index make, and what is left to gather from it.

    What is left: for each dimension of the view None or the number of its index tensor, and these tensors.
    """
    parts = _parts(tensor, index)
    used = sum(_consumed(part) for part in parts if part is not None and part is not Ellipsis)
    if used > tensor.ndim:
        if not tensor.ndim and all(isinstance(p, int) for p in parts):
            _select(tensor, 0, 0)
        raise IndexError(f"too many indices for tensor of dimension {tensor.ndim}")
    view, dim, spec, tensors, original = tensor, 0, [], [], 0
    for part in parts:
        if part is None:
            view = VIEWS["unsqueeze"](view, dim)
            spec.append(None)
            dim += 1
        elif part is Ellipsis:
            rest = tensor.ndim - used
            spec += [None] * rest
            dim += rest
            original += rest
        elif isinstance(part, slice):
            view = _sliced(view, dim, part)
            spec.append(None)
            dim += 1
            original += 1
        elif isinstance(part, Tensor):
            for each in _indices(part, view, dim, len(tensors)):
                tensors.append(each)
                spec.append(len(tensors))
                dim += 1
                original += 1
        else:
            size = shape_of(view)[dim]
            if not -size <= part < size:
                raise IndexError(f"index {part} is out of bounds for dimension {original} with size {size}")
            view = crop(view, {dim: (part % size,)}, "SelectBackward0")
            original += 1
    if view is tensor:
        view = same_elements(tensor) if not tensors and not tensor.requires_grad else _alias(tensor, bool(tensors))
    if not tensors:
        return view, None
    spec += [None] * (view.ndim - len(spec))
    return view, (tuple(spec), tensors)


def _alias(tensor: Tensor, gathers: bool) -> Tensor:
    """Return what `tensor[...]` is: a view of the whole."""
    return tensor if gathers else VIEWS["permute"](tensor, tuple(range(tensor.ndim)))


def _parts(tensor: Tensor, index) -> list:
    """Return the index as a list of ints, slices, None, Ellipsis and tensors; masks stay tensors of booleans."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if isinstance(index, list) and any(isinstance(p, slice | type(None) | type(Ellipsis)) for p in index):
        parts = index
    found: list[Any] = []
    for part in parts:
        if part is None or part is Ellipsis or isinstance(part, slice):
            found.append(part)
        elif isinstance(part, bool):
            found.append(from_array(np.array(part)))
        elif isinstance(part, Tensor):
            if part.ndim == 0 and part._aval.dtype.kind in "iu":
                found.append(int(numpy_of(part)))
            else:
                found.append(part)
        elif isinstance(part, np.ndarray | list | tuple | range):
            array = np.asarray(part)
            if array.size == 0 and array.dtype.kind == "f":
                array = array.astype(np.int64)
            found.append(from_array(np.array(array)))
        else:
            try:
                found.append(operator.index(part))
            except TypeError:
                raise IndexError(
                    "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                    f"(got {type(part).__name__})"
                ) from None
    if sum(p is Ellipsis for p in found) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    if Ellipsis not in [p if p is Ellipsis else 0 for p in found]:
        found.append(Ellipsis)
    return found


def _consumed(part) -> int:
    return part.ndim if isinstance(part, Tensor) and part._aval.dtype.kind in "b" else 1


def _sliced(view: Tensor, dim: int, part: slice) -> Tensor:
    size = shape_of(view)[dim]
    step = 1 if part.step is None else int(part.step)
    if step <= 0:
        raise ValueError("step must be greater than zero")
    start, stop, _ = slice(_bound(part.start), _bound(part.stop), step).indices(size)
    length = max(-(-(stop - start) // step), 0)
    if length == size and step == 1:
        return view
    return crop(view, {dim: (min(start, size), length, step)}, "SliceBackward0")


def _bound(value):
    return None if value is None else operator.index(value) if not isinstance(value, Tensor) else int(numpy_of(value))


def _indices(part: Tensor, view: Tensor, dim: int, ordinal: int) -> list[Tensor]:
    """Return the tensors of integers that an index tensor or mask stands for."""
    kind = part._aval.dtype.kind
    shape = shape_of(view)
    if kind == "b" or part._aval.dtype == np.uint8:
        mask = numpy_of(part)
        for place, size in enumerate(mask.shape):
            if shape[dim + place] != size:
                raise IndexError(
                    f"The shape of the mask {list(mask.shape)} at index {place} does not match the shape of the "
                    "indexed "
                    f"tensor {list(shape)} at index {dim + place}"
                )
        if mask.ndim == 0:
            raise NotImplementedError("a 0-dim mask as an index; write tensor if mask else tensor[:0].")
        return [from_array(each) for each in np.nonzero(mask)]
    if kind not in "iu":
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    check_position(part, shape[dim], ordinal)
    return [part]


__all__ = ["getitem", "known", "setitem"]

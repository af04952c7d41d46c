"""Indexing, read and written: integers, slices, None, Ellipsis, masks, integer tensors, lists, and mixtures of them."""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np
from jax.core import Tracer

from jnet.ops.checks import dtype_name
from jnet.recorder.trace import Recorder
from jnet.torch.arrays import array_of
from jnet.torch.bounds import check_position
from jnet.torch.dispatch import CALLERS, assign
from jnet.torch.dtypes import int64
from jnet.torch.scalars import as_number, number_array, type_name
from jnet.torch.tensor import Tensor, from_array, numpy_of, refuse_leaf, same_elements, shape_of, value_of
from jnet.torch.viewing import VIEWS, crop, permuted
from jnet.torch.writing import on_device_of, put_at, put_where, without_leading_ones

# What is left of an index when its integers, slices and Nones are done: for each dimension of the view that they make,
# None or the number of its index tensor; and these tensors.
Gathered = tuple[tuple, list[Tensor]]


def getitem(tensor: Tensor, index) -> Tensor:
    """Return what `tensor[index]` is: a view, or for masks and tensors of indices a new tensor.

    Raises:
        IndexError: if there are too many indices, or one is out of range.
    """
    if type(index) is int:  # the commonest one
        return _select(tensor, 0, index)
    if isinstance(index, slice):
        return _sliced(tensor, 0, index, whole=True)
    found, gathered = basic(tensor, index)
    if gathered is None:
        return _alias(tensor) if found is tensor else found
    return CALLERS["index"]((found, *gathered[1]), gathered[0])


def setitem(tensor: Tensor, index, value) -> None:
    """Write `value` to `tensor[index]`.

    Raises:
        TypeError: if the value is neither a number nor a tensor.
        RuntimeError: if the value's shape does not broadcast to that of the place.
    """
    if not isinstance(value, Tensor):
        value = _number(value, tensor)
    if index is False:
        return
    mask = _mask(index)
    if mask is not None and (not isinstance(value, Tensor) or value.numel() == 1):
        if mask.ndim > tensor.ndim:
            raise IndexError(f"too many indices for tensor of dimension {tensor.ndim}")
        _check_mask(shape_of(mask), shape_of(tensor), 0)
        put_where(tensor, mask, _as_tensor(value, tensor))
        return
    place, gathered = basic(tensor, index)
    if gathered is None:
        put_at(place, value)
        return
    refuse_leaf(place)
    value = without_leading_ones(on_device_of(_as_tensor(value, tensor), tensor))
    same = value._aval.dtype == tensor._aval.dtype
    given = value if same else from_array(np.zeros(shape_of(value), tensor._aval.dtype))
    result = CALLERS["index_put"]((place, given, *gathered[1]), gathered[0], False)
    if not same:  # PyTorch looks at the dtypes last
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {dtype_name(tensor._aval.dtype)} for the "
            f"destination and {dtype_name(value._aval.dtype)} for the source."
        )
    assign(place, result)


def _number(value, tensor: Tensor):
    number = as_number(value)
    if number is None:
        raise TypeError(f"can't assign a {type_name(value)} to a {tensor.type()}")
    return number


def _as_tensor(value, tensor: Tensor) -> Tensor:
    return value if isinstance(value, Tensor) else from_array(number_array(value, tensor._aval.dtype))


def _mask(index) -> Tensor | None:
    """Return the index as a tensor if it is one mask."""
    if isinstance(index, tuple) and len(index) == 1:
        index = index[0]
    if isinstance(index, np.ndarray) and index.dtype == np.bool_:
        index = from_array(np.array(index))
    return index if isinstance(index, Tensor) and index._aval.dtype == np.bool_ and index.ndim else None


def _check_mask(mask: tuple[int, ...], shape: tuple[int, ...], dim: int) -> None:
    for place, size in enumerate(mask):
        if shape[dim + place] != size:
            raise IndexError(
                f"The shape of the mask {list(mask)} at index {place} does not match the shape of the indexed tensor "
                f"{list(shape)} at index {dim + place}"
            )


# -- the parts of an index ---------------------------------------------------------------------------------------------


def _select(tensor: Tensor, dim: int, index: int, original: int | None = None) -> Tensor:
    shape = shape_of(tensor)
    if not shape:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    size = shape[dim]
    if not -size <= index < size:
        place = dim if original is None else original
        raise IndexError(f"index {index} is out of bounds for dimension {place} with size {size}")
    return crop(tensor, dim, (index % size,), "SelectBackward0")


def basic(tensor: Tensor, index) -> tuple[Tensor, Gathered | None]:
    """Return the view that the integers, slices and Nones of an index make, and what is left to gather from it.

    The view is the tensor itself if the index does not change it.
    """
    parts = _parts(index)
    used = sum(_consumed(part) for part in parts)
    if used > tensor.ndim:
        if not tensor.ndim and all(isinstance(part, int) for part in parts):
            _select(tensor, 0, 0)
        raise IndexError(f"too many indices for tensor of dimension {tensor.ndim}")
    view, dim, original = tensor, 0, 0
    spec: list = []
    tensors: list[Tensor] = []
    for part in parts:
        if part is Ellipsis:
            rest = tensor.ndim - used
            spec += [None] * rest
            dim, original = dim + rest, original + rest
        elif part is None:
            view, dim = VIEWS["unsqueeze"](view, dim), dim + 1
            spec.append(None)
        elif isinstance(part, slice):
            view = _sliced(view, dim, part)
            spec.append(None)
            dim, original = dim + 1, original + 1
        elif isinstance(part, Tensor):
            if not part.ndim and part._aval.dtype == np.bool_:  # a new dimension of size 1, or 0 if it is False
                view = VIEWS["unsqueeze"](view, dim)
                part = from_array(np.zeros(int(numpy_of(part)), np.int64))
                original -= 1
            for each in _indices(part, view, dim, len(tensors)):
                tensors.append(on_device_of(each, tensor))
                spec.append(len(tensors))
                dim, original = dim + 1, original + 1
        else:
            view = _select(view, dim, part, original)
            original += 1
    if not tensors:
        return view, None
    return view, (tuple(spec) + (None,) * (view.ndim - len(spec)), tensors)


def _alias(tensor: Tensor) -> Tensor:
    """Return what `tensor[...]` is: a view of the whole."""
    if not tensor.requires_grad:
        return same_elements(tensor)
    return permuted(tensor, range(tensor.ndim), "AliasBackward0")


def _parts(index) -> list:
    """Return the index as a list of ints, slices, None, Ellipsis and tensors."""
    if isinstance(index, tuple):
        parts = index
    elif _is_tuple_in_disguise(index):
        warnings.warn(
            "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch "
            "2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, "
            "x[torch.tensor(seq)], which will result either in an error or a different result",
            UserWarning,
            stacklevel=5,
        )
        parts = tuple(index)
    else:
        parts = (index,)
    return [_part(part) for part in parts]


def _is_tuple_in_disguise(index) -> bool:
    """Tell whether a list stands for a tuple: short ones do that hold anything but numbers."""
    if not isinstance(index, list | str) or len(index) >= 32:
        return False
    return any(
        part is None or part is Ellipsis or isinstance(part, Tensor | slice | list | tuple | str | np.ndarray | range)
        for part in index
    )


def _part(part):
    if part is None or part is Ellipsis or isinstance(part, slice):
        return part
    if isinstance(part, bool):
        return from_array(np.array(part))
    if isinstance(part, Tensor):
        return _number_or_tensor(part) if not part.ndim and part._aval.dtype.kind in "iu" else part
    if isinstance(part, np.ndarray | list | tuple | range | str):
        array = array_of(part)
        if isinstance(part, np.ndarray) and not array.ndim and array.dtype.kind in "iu":
            return int(array)
        return from_array(array if array.dtype in (np.bool_, np.uint8) else array.astype(np.int64))
    try:
        return operator.index(part)
    except TypeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
            f"{type_name(part)})"
        ) from None


def _number_or_tensor(part: Tensor) -> int | Tensor:
    """Return the whole number that a tensor holds, or the tensor where it has many: while `vmap` or JAX traces."""
    value = value_of(part)
    if isinstance(value.array, Tracer) or (value.array is None and type(value.trace.owner) is not Recorder):
        return CALLERS["to_dtype"](part, dtype=int64)
    return int(value.numpy())


def _consumed(part: Any) -> int:
    """Return how many dimensions of the tensor a part of an index stands for."""
    if part is None or part is Ellipsis:
        return 0
    mask = isinstance(part, Tensor) and part._aval.dtype in (np.bool_, np.uint8)
    return part.ndim if mask else 1


def _sliced(view: Tensor, dim: int, part: slice, whole: bool = False) -> Tensor:
    """Return the view of a slice of a dimension; the tensor itself if that is all of it, unless `whole`."""
    if not view.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    size = shape_of(view)[dim]
    start, stop, step = slice(_bound(part.start), _bound(part.stop), _bound(part.step)).indices(size)
    if step < 0:
        raise ValueError("step must be greater than zero")
    length = max(-(-(stop - start) // step), 0)
    if length == size and step == 1 and not whole:
        return view
    return crop(view, dim, (min(start, size), length, step), "SliceBackward0")


def _bound(value):
    return int(numpy_of(value)) if isinstance(value, Tensor) else value


def _indices(part: Tensor, view: Tensor, dim: int, ordinal: int) -> list[Tensor]:
    """Return the tensors of integers that an index tensor or mask stands for."""
    kind = part._aval.dtype
    if kind == np.uint8:
        warnings.warn(
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
            UserWarning,
            stacklevel=5,
        )
    if kind in (np.bool_, np.uint8):
        mask = numpy_of(part)
        _check_mask(mask.shape, shape_of(view), dim)
        return [from_array(each) for each in np.nonzero(mask)]
    if kind not in (np.int64, np.int32):
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    check_position(part, shape_of(view)[dim], ordinal)
    return [part]

"""Batches made of lists of samples, and samples converted to tensors.

Tensors and arrays that are known on the host are stacked there, at once: recording a stack of 64 rows would take longer
than to copy them, and the programs that use a batch must not depend on how its samples came to be.
"""

from __future__ import annotations

import collections.abc
import copy
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jnet.torch.arrays import as_tensor, tensor
from jnet.torch.dispatch import CALLERS
from jnet.torch.dtypes import float64, placement
from jnet.torch.tensor import Tensor, elements_of, from_array
from jnet.torch.utils.data._utils import streams

np_str_obj_array_pattern = re.compile(r"[SaUO]")
default_collate_err_msg_format = (
    "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
)


# -- tensors on the host ----------------------------------------------------------------------------------------------


def _stacked(arrays: Sequence[np.ndarray | None]) -> Tensor | None:
    """Return the tensor that holds arrays of one shape and dtype side by side; None if they are not such."""
    known = [each for each in arrays if each is not None]
    shape, kind = known[0].shape if known else (), known[0].dtype if known else None
    if len(known) < len(arrays) or any(each.shape != shape or each.dtype != kind for each in known):
        return None
    if not shape:
        return from_array(np.array(known, kind))
    return from_array(np.concatenate(known).reshape(len(known), *shape))  # a third of np.stack's time


# -- batches ----------------------------------------------------------------------------------------------------------


def collate(batch, *, collate_fn_map: dict[type | tuple[type, ...], Callable] | None = None):
    """Make one of a list of samples: each function of the map makes it of samples of its type (or types).

    Mappings, named tuples, tuples and lists are gone through, and the like is returned; tuples become lists.

    Raises:
        TypeError: if samples are of another type.
        RuntimeError: if sequences differ in length.

    Example:
        >>> collate([[1, "a"], [2, "b"]], collate_fn_map={int: lambda batch, **_: sum(batch), str: lambda batch, **_: batch})
        [3, ('a', 'b')]
    """  # noqa: E501
    first = batch[0]
    kind = type(first)
    if collate_fn_map is not None:
        function = collate_fn_map.get(kind) or next(
            (collate_fn_map[each] for each in collate_fn_map if isinstance(first, each)), None
        )
        if function is not None:
            return function(batch, collate_fn_map=collate_fn_map)

    def together(samples):
        return collate(samples, collate_fn_map=collate_fn_map)

    if isinstance(first, collections.abc.Mapping):
        return _mapping_like(first, {key: together([each[key] for each in batch]) for key in first})
    if _is_named_tuple(first):
        return kind(*map(together, zip(*batch, strict=False)))
    if isinstance(first, collections.abc.Sequence):
        size = len(first)
        if any(len(each) != size for each in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [together(samples) for samples in zip(*batch, strict=False)]
        return columns if isinstance(first, tuple) else _sequence_like(first, columns)
    raise TypeError(default_collate_err_msg_format.format(kind))


def _is_named_tuple(value) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _mapping_like(like, items: dict):
    """Return a mapping of the type of `like`, with whatever else it holds, and these items; a dict if that fails."""
    try:
        if not isinstance(like, collections.abc.MutableMapping):
            return type(like)(items)
        made = copy.copy(like)
        made.update(items)
        return made
    except TypeError:
        return items


def _sequence_like(like, items: list):
    """Return a sequence of the type of `like`, with whatever else it holds, and these items; a list if that fails."""
    try:
        if not isinstance(like, collections.abc.MutableSequence):
            return type(like)(items)
        made = copy.copy(like)
        for place, each in enumerate(items):
            made[place] = each
        return made
    except TypeError:
        return items


def collate_tensor_fn(batch, *, collate_fn_map=None) -> Tensor:
    """Return tensors of one shape, stacked."""
    if isinstance(batch, Tensor) or not all(isinstance(each, Tensor) for each in batch):
        return CALLERS["stack"](batch, 0)  # raises
    if not any(each.requires_grad for each in batch):
        made = _stacked([elements_of(each) for each in batch])
        if made is not None:
            return made
    elif streams.info() is not None:  # where PyTorch stacks into shared memory
        raise RuntimeError(
            "stack(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad.\nReturn sample.detach() from the data set, or use num_workers=0."
        )
    return CALLERS["stack"](batch, 0)


def collate_numpy_array_fn(batch, *, collate_fn_map=None):
    """Return arrays of one shape as one tensor."""
    first = batch[0]
    if np_str_obj_array_pattern.search(first.dtype.str) is not None:
        raise TypeError(default_collate_err_msg_format.format(first.dtype))
    on_host = placement.stack[-1] is None
    if on_host and all(type(each) is np.ndarray and each.flags.c_contiguous and each.flags.writeable for each in batch):
        as_tensor(first[:0] if first.ndim else first)  # raises for dtypes that tensors do not have
        made = _stacked(batch)
        if made is not None:
            return made
    return collate([as_tensor(each) for each in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch, *, collate_fn_map=None) -> Tensor:
    """Return NumPy's numbers as a tensor of their dtype."""
    return as_tensor(batch)


def collate_float_fn(batch, *, collate_fn_map=None) -> Tensor:
    """Return Python's floats as a tensor of float64."""
    return tensor(batch, dtype=float64)


def collate_int_fn(batch, *, collate_fn_map=None) -> Tensor:
    """Return Python's whole numbers as a tensor of int64, or bools as one of bool."""
    return tensor(batch)


def collate_str_fn(batch, *, collate_fn_map=None):
    """Return strings as they are."""
    return batch


default_collate_fn_map: dict[type | tuple[type, ...], Callable] = {
    Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number, np.object_): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}
_AS_DECLARED = dict(default_collate_fn_map)


def is_default(function) -> bool:
    """Tell whether a function is `default_collate`, and nobody has given it other types to collate."""
    return function is default_collate and default_collate_fn_map == _AS_DECLARED


def default_collate(batch):
    """Make a batch of a list of samples: tensors, arrays and numbers become tensors with a new first dimension.

    Mappings, named tuples, tuples and lists are gone through; strings stay as they are. For a type of one's own, add
    a function to `torch.utils.data._utils.collate.default_collate_fn_map`.

    Raises:
        TypeError: if samples are of another type.
        RuntimeError: if tensors differ in shape, or sequences in length.

    Example:
        >>> default_collate([{"x": 0.5, "name": "a"}, {"x": 1.5, "name": "b"}])
        {'x': tensor([0.5000, 1.5000], dtype=torch.float64), 'name': ['a', 'b']}

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.default_collate
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


# -- samples ----------------------------------------------------------------------------------------------------------


def default_convert(data) -> Any:
    """Return a sample with its NumPy arrays and numbers as tensors, in mappings and sequences too.

    Example:
        >>> default_convert([np.array([1, 2]), "a"])
        [tensor([1, 2]), 'a']

    See: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.default_convert
    """
    if isinstance(data, Tensor):
        return data
    kind = type(data)
    if kind.__module__ == "numpy" and kind.__name__ not in ("str_", "string_"):
        if isinstance(data, np.ndarray) and np_str_obj_array_pattern.search(data.dtype.str) is not None:
            return data
        return as_tensor(data)
    if isinstance(data, collections.abc.Mapping):
        return _mapping_like(data, {key: default_convert(data[key]) for key in data})
    if _is_named_tuple(data):
        return kind(*map(default_convert, data))
    if isinstance(data, tuple):
        return [default_convert(each) for each in data]
    if isinstance(data, collections.abc.Sequence) and not isinstance(data, str | bytes):
        return _sequence_like(data, [default_convert(each) for each in data])
    return data

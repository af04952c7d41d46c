"""Pickles in which jnet's tensors, classes and functions have PyTorch's names."""

from __future__ import annotations

import pickle
import types
import warnings
from collections import OrderedDict
from typing import Any

import numpy as np

from jnet.recorder import Storage
from jnet.torch import dtypes
from jnet.torch.dispatch import Caller
from jnet.torch.nn.parameter import Parameter
from jnet.torch.serialization.names import STORAGES, UNTYPED, StorageType, name_of
from jnet.torch.tensor import Tensor, layout_of


class Named:
    """Stands in a pickle for what PyTorch has under a name. One object for each: pickles refer back to them."""

    def __init__(self, module: str, name: str):
        self.module, self.name = module, name

    def __call__(self):
        """Do nothing: picklers want what rebuilds an object to be callable."""


class StorageRef:
    """Stands in a pickle for a storage."""

    def __init__(self, cell: Storage, kind: StorageType, place: str):
        self.cell, self.kind, self.place = cell, kind, place

    def count(self) -> int:
        """Return the number of elements, as files count them."""
        kind = self.cell.value.aval
        return kind.size * (kind.dtype.itemsize if self.kind is UNTYPED else 1)

    def data(self) -> memoryview:
        """Return the bytes."""
        array = np.ascontiguousarray(self.cell.read().numpy()).reshape(-1)
        return array.view(np.uint8).data


_TENSOR_V2 = Named("torch._utils", "_rebuild_tensor_v2")
_TENSOR_V3 = Named("torch._utils", "_rebuild_tensor_v3")
_PARAMETER = Named("torch._utils", "_rebuild_parameter")
_PARAMETER_WITH_STATE = Named("torch._utils", "_rebuild_parameter_with_state")
_FROM_TYPE = Named("torch._tensor", "_rebuild_from_type_v2")
_LAYOUT = Named("torch.serialization", "_get_layout")
_SIZE, _DEVICE = Named("torch", "Size"), Named("torch", "device")
_KINDS = {each: Named(each.module, each.name) for each in (*STORAGES.values(), UNTYPED)}


class _Names:
    """What a pickler of Python's needs to write PyTorch's names.

    Attributes:
        storages: those that were met, by their key.
    """

    legacy = False  # the format of before the zip archives

    def __init__(self, file: Any, protocol: int):
        super().__init__(file, protocol=protocol)  # pyright: ignore[reportCallIssue]
        self.storages: dict[str, StorageRef] = {}
        self._keys: dict[int, str] = {}

    def persistent_id(self, obj: Any) -> tuple | None:
        """Return what names a storage."""
        if type(obj) is not StorageRef:
            return None
        key = self._keys.setdefault(id(obj.cell), str(len(self._keys)))
        self.storages.setdefault(key, obj)
        name = ("storage", _KINDS[obj.kind], key, obj.place, obj.count())
        return (*name, None) if self.legacy else name

    def reducer_override(self, obj: Any) -> Any:
        """Return how PyTorch makes an object again; its name, if it has one; or leave it to the pickler."""
        if isinstance(obj, Tensor):
            own = type(obj).__reduce__ is Tensor.__reduce__ and type(obj).__reduce_ex__ is Tensor.__reduce_ex__
            return _reduced(obj) if own else NotImplemented
        if isinstance(obj, Named):
            return obj.name
        if isinstance(obj, type | types.FunctionType | Caller | dtypes.dtype):
            found = name_of(obj)
            return NotImplemented if found is None else found[1]
        if isinstance(obj, dtypes.Size):
            return _SIZE, (tuple(obj),)
        if isinstance(obj, dtypes.device):
            return _DEVICE, ((obj.type,) if obj.index is None else (obj.type, obj.index))
        if isinstance(obj, dtypes.layout):
            return _LAYOUT, (str(obj),)
        return NotImplemented

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """Write the name of a class or function."""
        found = (obj.module, obj.name) if isinstance(obj, Named) else name_of(obj)
        if found is None:
            if "<locals>" in (path := getattr(obj, "__qualname__", None) or ""):
                raise AttributeError(f"Can't pickle local object '{path}'")
            super().save_global(obj, name)  # pyright: ignore[reportAttributeAccessIssue]
            return
        self._write_name(*found)
        self.memoize(obj)  # pyright: ignore[reportAttributeAccessIssue]

    def _write_name(self, module: str, name: str) -> None:
        pickler: Any = self
        if pickler.proto >= 4:
            pickler.save(module)
            pickler.save(name)
            pickler.write(pickle.STACK_GLOBAL)
        else:
            pickler.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())


def pickler(module: Any, file: Any, protocol: int, legacy: bool = False) -> Any:
    """Return a pickler.

    Args:
        module: whose pickler to build on: `pickle`, or one that is made like it, such as dill.
    """
    base = getattr(module, "_Pickler", module.Pickler)
    dispatch = {**base.dispatch, types.FunctionType: _Names.save_global}
    kind: Any = type("Pickler", (_Names, base), {"dispatch": dispatch, "legacy": legacy})
    return kind(file, protocol)


def _reduced(tensor: Tensor) -> tuple:
    """Return how PyTorch makes a tensor again."""
    _warn_of_hooks(tensor)
    state = {name: value for name, value in vars(tensor).items() if name not in Tensor.__annotations__}
    if isinstance(tensor, Parameter):
        args = (tensor.data, tensor.requires_grad, OrderedDict())
        return (_PARAMETER_WITH_STATE, (*args, state)) if state else (_PARAMETER, args)
    layout, dtype = layout_of(tensor), tensor.dtype
    ref = StorageRef(tensor._storage, STORAGES.get(dtype, UNTYPED), str(tensor.device))
    args = (ref, layout.offset, (*layout.shape,), (*layout.strides,), tensor.requires_grad, OrderedDict())
    func = _TENSOR_V2
    if ref.kind is UNTYPED:
        func, args = _TENSOR_V3, (*args, dtype)
    if type(tensor) is Tensor and not state:
        return func, args
    return _FROM_TYPE, (func, type(tensor), args, state)


def _warn_of_hooks(tensor: Tensor) -> None:
    for hook in () if tensor._leaf_hooks is None else tensor._leaf_hooks.before.values():
        if not hasattr(hook, "__torch_unserializable__"):
            warnings.warn(
                f"backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can decorate the "
                "function with @torch.utils.hooks.unserializable_hook to suppress this warning",
                stacklevel=2,
            )

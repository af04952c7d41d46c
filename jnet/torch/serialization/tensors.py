"""Storages as files hold them, where they are to lie, and the functions that make tensors of them.

What a file says of sizes, strides and offsets is checked against the storage before a tensor is made.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any

import jax
import numpy as np

from jnet.recorder import Layout, Storage, known
from jnet.torch import dtypes
from jnet.torch.arrays import jax_device, on_device
from jnet.torch.dtypes import device as Device
from jnet.torch.dtypes import dtype as Dtype
from jnet.torch.nn.parameter import Parameter
from jnet.torch.serialization.names import KNOWN, StorageType
from jnet.torch.tensor import Tensor, same_elements
from jnet.torch.viewing import as_strided

_LIMIT = 2**63
# A tensor that repeats its elements takes memory when it is used: more elements than these are a mistake or an attack.
_REPEATED = 2**31
_EMPTY = 2**24  # and so does one without elements, for the places of all that it could have along one dimension


class UntypedStorage:
    """The bytes of a storage, and the device that its tensors are to lie on; `map_location` sees these.

    Args:
        kind: what the file calls the storage.
        size: the number of bytes.
        data: the bytes; None if they are not there yet (see `fill`).
        place: where the tensors are to lie.
    """

    def __init__(self, kind: StorageType, size: int, data: np.ndarray | None = None, place: Device | None = None):
        self._kind, self._size, self._data = kind, size, data
        self.device = Device("cpu") if place is None else place
        self._cell: Storage | None = None

    def nbytes(self) -> int:
        """Return the number of bytes."""
        return self._size

    size = __len__ = nbytes

    def itemsize(self) -> int:
        """Return the bytes of what files count."""
        return 1 if self._kind.dtype is None else self._kind.dtype.itemsize

    def to(self, device) -> UntypedStorage:
        """Return the storage for another device."""
        return UntypedStorage(self._kind, self._size, self._data, Device(device))

    def cpu(self) -> UntypedStorage:
        """Return the storage for the host."""
        return self.to("cpu")

    def cuda(self, device=0) -> UntypedStorage:
        """Return the storage for an accelerator."""
        return self.to(Device("cuda", device) if isinstance(device, int) else device)

    def _count(self, dtype: Dtype | None) -> tuple[int, np.dtype]:
        """Return number and type of the elements; a storage of bytes takes the dtype that the tensor tells."""
        if dtype is not None and not isinstance(dtype, Dtype):
            raise TypeError(f"the dtype of a tensor may not be a {type(dtype).__name__}")
        own = self._kind.dtype
        if own is not None and dtype is not None and dtype is not own:
            raise RuntimeError(f"a tensor of {dtype} lies in a storage of {own}")
        kind = (own or dtype or dtypes.uint8)._numpy
        if self._size % kind.itemsize:
            raise RuntimeError(f"{self._size} bytes are no whole number of elements of {kind}")
        return self._size // kind.itemsize, kind

    def _whole(self, kind: np.dtype, shape: tuple[int, ...]) -> Tensor:
        """Return the tensor of the whole storage; the first one gives it its shape."""
        if self._cell is None:
            if self._data is None:  # takes no memory, whatever the file claims
                self._cell = Storage(known(np.broadcast_to(np.zeros((), kind), shape)))
            else:
                self._cell = Storage(on_device(known(self._data.view(kind).reshape(shape)), jax_device(self.device)))
        elif self._cell.value.aval.dtype != kind:
            raise NotImplementedError("torch.load: tensors of two dtypes that share one storage.")
        whole = object.__new__(Tensor)
        whole._storage = self._cell
        return whole

    def fill(self, data: np.ndarray) -> None:
        """Give the storage its bytes, and the tensors that were made of it with it."""
        self._data = data
        if self._cell is not None:
            kind = self._cell.value.aval
            array = data.view(kind.dtype).reshape(kind.shape)
            self._cell.value = on_device(known(array), jax_device(self.device))


UntypedStorage.__module__ = "torch.storage"


# -- tensors -----------------------------------------------------------------------------------------------------------


def rebuild_tensor(storage, storage_offset, size, stride, dtype: Dtype | None = None) -> Tensor:
    """Return the tensor that these sizes, strides and offset describe.

    Raises:
        TypeError: if they are no integers.
        RuntimeError: if they reach out of the storage.
    """
    if not isinstance(storage, UntypedStorage):
        raise TypeError(f"a tensor is made of a storage, not of a {type(storage).__name__}")
    count, kind = storage._count(dtype)
    layout = _layout(storage_offset, size, stride, count, kind.itemsize)
    whole = layout.offset == 0 and math.prod(layout.shape) == count and layout.is_contiguous()
    made = storage._whole(kind, layout.shape if whole else (count,))
    if whole and made._storage.value.aval.shape == layout.shape:
        return made
    return same_elements(as_strided(made, layout.shape, layout.strides, layout.offset))


def _layout(offset: Any, size: Any, stride: Any, room: int, itemsize: int) -> Layout:
    """Return the layout, checked against a storage with room for so many elements."""
    for name, numbers in (("offset", (offset,)), ("sizes", size), ("strides", stride)):
        if not isinstance(numbers, tuple | list) or any(type(each) is not int for each in numbers):
            raise TypeError(f"the {name} of a tensor must be integers, not {_short(numbers)}")
    if not 0 <= offset < _LIMIT:
        raise RuntimeError(f"Tensor: invalid storage offset {_short(offset)}")
    if len(size) != len(stride):
        raise RuntimeError(f"unequal size length ({len(size)}) and stride length ({len(stride)})")
    if len(size) > 64:
        raise RuntimeError(f"a tensor of {len(size)} dimensions; 64 are the most that there can be")
    count = math.prod(size)
    if min(size, default=0) < 0 or max(size, default=0) >= _LIMIT or count >= _LIMIT:
        raise RuntimeError("numel: integer multiplication overflow")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True)) if count else -1
    if min(stride, default=0) < 0 or max(stride, default=0) >= _LIMIT or last >= _LIMIT:
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={_short(list(size))} and strides={_short(list(stride))}"
        )
    if last >= room:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {itemsize} "
            f"requiring a storage size of {(last + 1) * itemsize} are out of bounds for storage of size "
            f"{room * itemsize}"
        )
    if not count and max(size) > _EMPTY:
        raise RuntimeError(f"an empty tensor of sizes {list(size)} is not made")
    if count > max(room, _REPEATED):
        raise RuntimeError(f"a tensor of {count} elements, which repeat the {room} of its storage, is not made")
    return Layout(tuple(size), tuple(stride), min(offset, room))


def _short(value: Any) -> str:
    """Return what shows a value that a file may have made: containers only if they are of integers, and few."""
    plain = type(value) in (tuple, list) and len(value) <= 8 and all(type(each) is int for each in value)
    return repr(value)[:100] if plain or type(value) in (int, str) else type(value).__name__


def rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata=None):
    """Return the tensor, with its need of gradients; hooks are not saved."""
    return rebuild_tensor_v3(storage, storage_offset, size, stride, requires_grad, backward_hooks, None, metadata)


def rebuild_tensor_v3(
    storage, storage_offset, size, stride, requires_grad, backward_hooks, dtype: Dtype | None, metadata=None
):
    """Return the tensor of a storage of bytes."""
    made = rebuild_tensor(storage, storage_offset, size, stride, dtype)
    if isinstance(metadata, dict) and metadata:
        if storage._data is None:
            raise NotImplementedError("torch.load: conjugates in files of the format of before PyTorch 1.6.")
        made = made.conj() if metadata.get("conj") is True else made
        made = -made if metadata.get("neg") is True else made
    if requires_grad is True:
        made.requires_grad_()
    return made


def rebuild_parameter(data, requires_grad, backward_hooks):
    """Return the parameter."""
    return rebuild_parameter_with_state(data, requires_grad, backward_hooks, None)


def rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    """Return the parameter with what its user has hung on it."""
    if not isinstance(data, Tensor):
        raise TypeError(f"a parameter is made of a tensor, not of a {type(data).__name__}")
    return _hung(Parameter(data, requires_grad is True), state)


def rebuild_from_type_v2(func, new_type, args, state):
    """Return the tensor that `func` makes, as another class of tensors and with what its user has hung on it."""
    made = func(*args)
    if type(made) is not new_type:
        if not (isinstance(new_type, type) and issubclass(new_type, Tensor)):
            raise TypeError(f"{new_type!r} is no class of tensors")
        dressed: Any = object.__new__(new_type)
        dressed.__dict__.update(made.__dict__)
        made = dressed
    return _hung(made, state)


def _hung(tensor: Tensor, state: Any) -> Tensor:
    """Give the tensor attributes, none of which may be one of those that make it up."""
    parts = state if isinstance(state, tuple) else (state,)
    for part in parts:
        for name, value in (part or {}).items():
            if hasattr(Tensor, name) or name in Tensor.__annotations__:
                raise RuntimeError(f"a tensor's own attribute {name!r} is not part of what is saved")
            setattr(tensor, name, value)
    return tensor


def get_layout(name: str) -> dtypes.layout:
    """Return the layout of this name.

    Raises:
        NotImplementedError: for sparse ones.
    """
    if name != "torch.strided":
        raise NotImplementedError(f"torch.load: tensors of the layout {_short(name)}.")
    return dtypes.strided


REBUILD: dict[str, Callable] = {
    "torch._utils._rebuild_tensor": rebuild_tensor,
    "torch._utils._rebuild_tensor_v2": rebuild_tensor_v2,
    "torch._utils._rebuild_tensor_v3": rebuild_tensor_v3,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": rebuild_parameter_with_state,
    "torch._tensor._rebuild_from_type_v2": rebuild_from_type_v2,
    "torch.serialization._get_layout": get_layout,
}
KNOWN.update(REBUILD)


# -- where they lie ----------------------------------------------------------------------------------------------------


def restorer(map_location: Any) -> Callable[[UntypedStorage, str], UntypedStorage]:
    """Return the function that puts a storage, given where it lay when it was saved, where `map_location` wants it."""
    if map_location is None:
        return restored
    if isinstance(map_location, dict):
        return lambda storage, location: restored(storage, map_location.get(location, location))
    if isinstance(map_location, str | bytes):
        return lambda storage, location: restored(storage, decoded(map_location))
    if isinstance(map_location, Device):
        return lambda storage, location: restored(storage, str(map_location))

    def asked(storage: UntypedStorage, location: str) -> UntypedStorage:
        result = map_location(storage, location)
        if result is None:
            return restored(storage, location)
        if not isinstance(result, UntypedStorage):
            raise TypeError(
                "TypedStorage.__init__ received an invalid combination of arguments. Expected one of:\n"
                f"a storage or None from map_location, but it returned {type(result)}"
            )
        return result

    return asked


def restored(storage: UntypedStorage, location: str) -> UntypedStorage:
    """Return the storage for this location.

    Raises:
        RuntimeError: if there is no such device here.
    """
    if location == "cpu":
        return storage
    if isinstance(location, str) and re.fullmatch(r"cuda(:[0-9]{1,4})?", location):
        index, count = Device(location).index or 0, sum(each.platform != "cpu" for each in jax.devices())
        if not count:
            raise RuntimeError(
                "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are "
                "running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map "
                "your storages to the CPU."
            )
        if index >= count:
            raise RuntimeError(
                f"Attempting to deserialize object on CUDA device {index} but torch.cuda.device_count() is {count}. "
                "Please use torch.load with map_location to map your storages to an existing device."
            )
        return storage.to(location)
    if location == "meta":
        raise NotImplementedError("torch.load: map_location='meta'; tensors without values are not built.")
    raise RuntimeError(
        f"don't know how to restore data location of torch.storage.UntypedStorage (tagged with {str(location)[:100]})"
    )


def decoded(text: Any) -> Any:
    """Return bytes as text; Python 2 wrote those."""
    return text.decode("ascii", "replace") if isinstance(text, bytes) else text


def checked(name: Any, legacy: bool = False) -> tuple[StorageType, str, str, int]:
    """Return what a persistent id tells of a storage: its type, key, location and number of bytes.

    Raises:
        UnpicklingError: if it does not.
    """
    if isinstance(name, tuple) and len(name) == (6 if legacy else 5) and decoded(name[0]) == "storage":
        kind, key, location, count = name[1], decoded(name[2]), decoded(name[3]), name[4]
        if isinstance(kind, StorageType) and type(key) is str and type(location) is str and type(count) is int:
            if legacy and name[5] is not None:
                raise NotImplementedError("torch.load: storages that show a part of others, of before PyTorch 0.4.")
            if 0 <= count < _LIMIT:
                return kind, key, location, count * (1 if kind.dtype is None else kind.dtype.itemsize)
    raise UnpicklingError("a storage is named by its type, key, location and number of elements, but not here")

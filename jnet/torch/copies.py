"""Copies of tensors, deep and shallow, pickled too; and the storages that tensors share."""

from __future__ import annotations

import copy as copying
import math
import warnings

import numpy as np

from jnet.recorder import Storage, known
from jnet.torch import viewing
from jnet.torch.arrays import on_device, tensor
from jnet.torch.tensor import Tensor, detached, grad_mode, layout_of, numpy_of, same_elements, shape_of, wrap

METHODS: dict = {}


def _method(function):
    METHODS[function.__name__] = function
    return function


@_method
def __copy__(self):
    return _dressed(same_elements(self), self)


def _dressed(made: Tensor, like: Tensor) -> Tensor:
    """Return the new tensor as a leaf of the class of `like`, with what its user has hung on it."""
    dressed = object.__new__(type(like))
    dressed.__dict__.update(made.__dict__)  # pyright: ignore
    dressed._requires = like.requires_grad
    dressed.__dict__.update(_extra(like))  # pyright: ignore
    return dressed


def _extra(self) -> dict:
    return {name: value for name, value in self.__dict__.items() if name not in Tensor.__annotations__}


@_method
def __deepcopy__(self, memo):
    if id(self) in memo:
        return memo[id(self)]
    if not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    made = _dressed(same_elements(self), self)
    storage = self._storage
    if id(storage) not in memo:  # tensors that share one go on sharing
        memo[id(storage)] = Storage(storage.read())
    made._storage = memo[id(storage)]
    memo[id(self)] = made
    if self._grad is not None:
        made._grad = self._grad.__deepcopy__(memo)
    made.__dict__.update(copying.deepcopy(_extra(self), memo))  # pyright: ignore
    return made


@_method
def __reduce__(self):
    if self._bits is not None:  # of the bytes as another dtype: a copy
        return _rebuilt, (type(self), np.array(numpy_of(self)), None, self.requires_grad, _extra(self))
    layout = layout_of(self)
    place = (layout.shape, layout.strides, layout.offset) if self._links else None
    return _rebuilt, (type(self), np.array(self._storage.read().numpy()), place, self.requires_grad, _extra(self))


def _rebuilt(kind: type, array: np.ndarray, place: tuple | None, requires_grad: bool, extra: dict) -> Tensor:
    made = wrap(known(array))
    if place is not None:
        made = same_elements(viewing.VIEWS["as_strided"](made, *place))
    found = object.__new__(kind)
    found.__dict__.update(made.__dict__)
    found._requires = requires_grad
    found.__dict__.update(extra)
    return found


@_method
def detach(self):
    """Return the same elements without the tape; both share memory."""
    return detached(self)


@_method
def detach_(self):
    """Take the tensor off the tape.

    Raises:
        RuntimeError: if it is a view.
    """
    if self._links and self._base is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
            "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
            "detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
        )
    self._edge, self._requires, self._base = None, False, None
    return self


@_method
def requires_grad_(self, requires_grad: bool = True):
    """Say whether gradients are computed towards the tensor."""
    if not isinstance(requires_grad, bool):
        raise TypeError(
            "requires_grad_(): argument 'requires_grad' (position 1) must be bool, not " + type(requires_grad).__name__
        )
    if requires_grad and self._aval.dtype.kind not in "fcV":
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    if requires_grad and self._inference and not grad_mode.inference:
        raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
    self.requires_grad = requires_grad
    return self


@_method
def set_(self, source=None):
    """Let the tensor show the storage of another one."""
    if source is None:
        source = tensor([], dtype=self.dtype)
    self.data = source
    return self


@_method
def resize_(self, *sizes, memory_format=None):
    """Give the tensor other sizes in place; the first elements stay, new ones are zeros."""
    shape = viewing.sizes(sizes)
    flat = numpy_of(self).reshape(-1)
    grown = np.zeros(math.prod(shape), flat.dtype)
    keep = min(len(flat), len(grown))
    grown[:keep] = flat[:keep]
    self.data = wrap(on_device(known(grown.reshape(shape)), self._aval.device))
    return self


@_method
def resize_as_(self, the_template, memory_format=None):
    """Give the tensor the sizes of another one in place."""
    return self.resize_(shape_of(the_template))


# -- storages ----------------------------------------------------------------------------------------------------------


@_method
def data_ptr(self) -> int:
    """Return a number for the place of the first element: equal for tensors that start at the same element."""
    memory = self._storage.memory
    start = memory.ctypes.data if memory is not None else id(self._storage) << 6
    return start + layout_of(self).offset * self.element_size()


@_method
def untyped_storage(self):
    """Return what tells whether two tensors share memory."""
    return _Untyped(self)


class _Untyped:
    """A storage seen from outside: its address and its size."""

    def __init__(self, owner: Tensor):
        self._owner = owner

    def data_ptr(self) -> int:
        """Return a number for the place of the storage."""
        return self._owner.data_ptr() - layout_of(self._owner).offset * self._owner.element_size()

    def nbytes(self) -> int:
        """Return the bytes of the storage."""
        return self._owner._storage.value.aval.size * self._owner.element_size()

    size = __len__ = nbytes


@_method
def storage(self):
    """Return the storage counted in elements."""
    warnings.warn(
        "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage "
        "class. This should only matter to you if you are using storages directly.  To access UntypedStorage directly, "
        "use tensor.untyped_storage() instead of tensor.storage()",
        UserWarning,
        stacklevel=3,
    )
    return _Typed(self)


class _Typed(_Untyped):
    """A storage seen as its elements, one after the other."""

    def size(self) -> int:
        """Return the number of elements."""
        return self._owner._storage.value.aval.size

    __len__ = size

    def tolist(self) -> list:
        """Return the elements."""
        return self._owner._storage.read().numpy().reshape(-1).tolist()

    def __getitem__(self, index):
        return self.tolist()[index]


@_method
def is_shared(self) -> bool:
    """Tell whether the memory is shared with other processes: jnet never does that."""
    return False


@_method
def share_memory_(self):
    """Return the tensor; processes share nothing."""
    return self

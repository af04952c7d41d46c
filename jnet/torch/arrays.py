"""Tensors of data: numbers, sequences, NumPy's arrays and what else can be shared; and the devices that they lie on."""

from __future__ import annotations

import functools
import operator
import warnings
from typing import Any

import jax
import numpy as np

from jnet.ops.promotion import Default
from jnet.recorder import Value, aval, known
from jnet.torch.dtypes import device as Device
from jnet.torch.dtypes import dtype as Dtype
from jnet.torch.dtypes import placement
from jnet.torch.scalars import fits, type_name
from jnet.torch.tensor import Tensor, detached, from_array, grad_mode, numpy_of, wrap


def placed(array: np.ndarray, device=None, requires_grad: bool = False) -> Tensor:
    """Return a new tensor of an array that nobody else will write to, on a device."""
    device = placement.stack[-1] if device is None else device
    tensor = from_array(array) if device is None else wrap(on_device(known(array), jax_device(device)))
    if requires_grad:
        if array.dtype.kind not in "fcV":
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        tensor.requires_grad = True
    return tensor


def jax_device(device) -> Any:
    """Return JAX's device for one of PyTorch's names: None is the host.

    Raises:
        AssertionError: for cuda, where JAX has no accelerator, in PyTorch's words.
    """
    found = device if isinstance(device, Device) else Device(device)
    if found.type == "cpu":
        return None
    if found.type == "meta":
        raise NotImplementedError("device 'meta': tensors without values are not built; use 'cpu'.")
    accelerators = [each for each in jax.devices() if each.platform != "cpu"]
    if not accelerators:
        raise AssertionError(
            "Torch not compiled with CUDA enabled\nJAX finds no accelerator; install jnet[cuda12], or use device='cpu'."
        )
    index = found.index or 0
    if index >= len(accelerators):
        raise RuntimeError(f"CUDA error: invalid device ordinal\nJAX finds {len(accelerators)}; you asked for {index}.")
    return accelerators[index]


def on_device(value: Value, device) -> Value:
    """Return the value on another device."""
    if value.aval.device is device:
        return value
    array = value.known()
    if device is None:
        array = np.asarray(array)
    else:
        with jax.enable_x64(True):
            array = jax.device_put(array, device)
    return Value(aval(value.aval.shape, value.aval.dtype, device), array)


_PYTHONS = {
    float: np.dtype(np.float64),
    int: np.dtype(np.int64),
    bool: np.dtype(bool),
    complex: np.dtype(np.complex128),
}


def numpy_dtype(dtype: Dtype | type | None, otherwise: np.dtype | None = None, name: str = "") -> np.dtype:
    """Return NumPy's dtype for PyTorch's, or for one of Python's types of numbers; the default one for None."""
    if dtype is None:
        return Default.dtype if otherwise is None else otherwise
    if isinstance(dtype, Dtype):
        return dtype._numpy
    found = _PYTHONS.get(dtype) if isinstance(dtype, type) else None
    if found is None:
        where = f"{name}(): " if name else ""
        raise TypeError(f"{where}argument 'dtype' must be torch.dtype, not {type(dtype).__name__}")
    return found


# -- from data ---------------------------------------------------------------------------------------------------------


def tensor(data, *, dtype=None, device=None, requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
    """Return a new tensor that copies `data`: a number, nested sequences of numbers, an array, a tensor.

    Raises:
        ValueError: if sequences are not rectangular.
        TypeError, RuntimeError: for what is not made of numbers.

    Example:
        >>> import jnet.torch as torch
        >>> torch.tensor([[1, 2], [3, 4]]).dtype
        torch.int64

    See: https://docs.pytorch.org/docs/stable/generated/torch.tensor.html
    """
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
    elif isinstance(data, list) and data and isinstance(data[0], np.ndarray):
        warnings.warn(
            "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to "
            "a single numpy.ndarray with numpy.array() before converting to a tensor.",
            UserWarning,
            stacklevel=2,
        )
    return placed(array_of(data, None if dtype is None else numpy_dtype(dtype, name="tensor")), device, requires_grad)


def array_of(data, dtype: np.dtype | None = None) -> np.ndarray:
    """Return new memory with the numbers of `data`, in the dtype that PyTorch infers unless one is given."""
    if isinstance(data, Tensor):
        array = numpy_of(data)
    elif isinstance(data, np.ndarray):
        array = data
        _check_array(array)
    elif isinstance(data, jax.Array):
        array = np.asarray(data)
    else:
        return _from_sequences(data, dtype)
    if dtype is not None and array.dtype.kind == "c" and dtype.kind not in "cb":
        array = array.real  # pyright: ignore
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array(array, dtype or array.dtype)


def _check_array(array: np.ndarray) -> None:
    """Raise PyTorch's errors for arrays that no tensor can hold."""
    if array.dtype.kind in "USmMO":
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{array.dtype.type.__name__}. The only supported types are: "
            "float64, float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, "
            "uint8, and bool."
        )
    if array.dtype.byteorder == ">":
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders "
            "is currently not supported."
        )
    if any(stride < 0 for stride in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )


def _from_sequences(data, dtype: np.dtype | None) -> np.ndarray:
    if isinstance(data, str | bytes):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    shape = _shape_of(data)
    if dtype is None:
        dtype = _inferred(data)
    leaves: list = []
    if 0 not in shape:  # else PyTorch looks at the lengths of the first rows alone
        try:
            _flatten(data, shape, 0, leaves)
        except (TypeError, ValueError):
            _stored(leaves, dtype)  # a wrong number before the wrong row is what PyTorch reports
            raise
    return _stored(leaves, dtype).reshape(shape)


def _is_sequence(data) -> bool:
    if isinstance(data, list | tuple | str):
        return True
    return (
        not isinstance(data, Tensor | dict | np.generic)
        and hasattr(data, "__len__")
        and hasattr(data, "__getitem__")
        and not (isinstance(data, np.ndarray) and not data.ndim)
    )


def _shape_of(data) -> tuple[int, ...]:
    """Return the shape of nested sequences, judged by their first elements."""
    shape: list[int] = []
    while _is_sequence(data):
        shape.append(len(data))
        if len(shape) > 128:
            raise ValueError(f"too many dimensions '{type_name(data)}'")
        if not len(data):
            break
        data = data[0]
    return tuple(shape)


def _flatten(data, shape: tuple[int, ...], dim: int, leaves: list) -> None:
    if dim == len(shape):
        leaves.append(data)
        return
    if not _is_sequence(data):
        raise TypeError("not a sequence")
    if len(data) != shape[dim]:
        raise ValueError(f"expected sequence of length {shape[dim]} at dim {dim} (got {len(data)})")
    if dim == len(shape) - 1:
        leaves += list(data)
        return
    for each in data:
        _flatten(each, shape, dim + 1, leaves)


_OF_TYPE = {bool: np.dtype(bool), int: np.dtype(np.int64)}


def _inferred(data) -> np.dtype:
    """Return the dtype of numbers in nested sequences: the highest category; of NumPy's numbers and tensors, their own.

    Raises:
        TypeError, RuntimeError: if something is no number.
    """
    if not _is_sequence(data):
        return _inferred_of_one(data)
    if isinstance(data, np.ndarray):
        _check_array(data)
        return data.dtype
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    plain = {type(each) for each in data} <= {bool, int, float}
    found = {_inferred_of_one(each) for each in {type(e): e for e in data}.values()} if plain else map(_inferred, data)
    return functools.reduce(_promoted, found) if len(data) else Default.dtype


def _inferred_of_one(data) -> np.dtype:
    kind = type(data)
    if kind in _OF_TYPE:
        return _OF_TYPE[kind]
    if kind is float:
        return Default.dtype
    if kind is complex:
        return np.dtype(np.complex64 if Default.dtype.itemsize <= 4 else np.complex128)
    if isinstance(data, Tensor):
        return data._aval.dtype
    if isinstance(data, np.generic | np.ndarray) and data.dtype.kind in "biufc":
        return data.dtype
    if isinstance(data, str | bytes):
        raise TypeError(f"new(): invalid data type '{kind.__name__}'")
    if isinstance(data, jax.Array):
        return np.dtype(data.dtype)
    try:
        operator.index(data)  # pyright: ignore
    except TypeError:
        raise RuntimeError(f"Could not infer dtype of {type_name(data)}") from None
    return np.dtype(np.int64)


def _promoted(a: np.dtype, b: np.dtype) -> np.dtype:
    if a == b:
        return a
    with jax.enable_x64(True):
        return np.dtype(jax.numpy.promote_types(a, b))


def _stored(leaves: list, dtype: np.dtype) -> np.ndarray:
    """Return numbers as an array of one dimension.

    Raises:
        RuntimeError, ValueError: if the dtype cannot hold one of them.
        TypeError: if one is not of its kind.
    """
    kinds = {type(leaf) for leaf in leaves}
    if not kinds <= {bool, int} and not (dtype.kind not in "iu" and kinds <= {bool, int, float}):
        leaves = [_number(leaf, dtype) for leaf in leaves]
    if dtype.kind == "b":
        return np.array([bool(leaf) for leaf in leaves], bool)
    with np.errstate(over="ignore"):
        if dtype.kind == "c":
            return np.array(leaves, np.complex128).astype(dtype)
        if dtype.kind not in "iu":
            return np.array(leaves, np.float64).astype(dtype)
    try:
        whole = np.array(leaves, np.int64)
    except OverflowError:
        if dtype == np.uint64:
            return np.array(leaves, dtype)
        raise ValueError("Overflow when unpacking long long") from None
    if dtype.itemsize < 8:
        for extreme in (whole.max(initial=0), whole.min(initial=0)):
            if not fits(int(extreme), dtype):
                raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")
    return whole.astype(dtype)


def _number(leaf, dtype: np.dtype):
    """Return an element as the number of Python's that the dtype stores."""
    if isinstance(leaf, Tensor | np.generic | np.ndarray | jax.Array):
        array = numpy_of(leaf) if isinstance(leaf, Tensor) else np.asarray(leaf)
        if array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        if isinstance(leaf, Tensor) and grad_mode.enabled and leaf.requires_grad:
            warnings.warn(
                "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
                "Consider using tensor.detach() first.",
                UserWarning,
                stacklevel=2,
            )
        leaf = array.item() if array.dtype.kind != "V" else float(array.reshape(()))
    if dtype.kind == "b":
        return bool(leaf if isinstance(leaf, int | float | complex) else operator.index(leaf))
    if dtype.kind == "c":
        return complex(leaf)
    if dtype.kind not in "iu":
        if isinstance(leaf, float | int):
            return leaf
        if isinstance(leaf, complex) or not (hasattr(leaf, "__float__") or hasattr(leaf, "__index__")):
            raise TypeError(f"must be real number, not {type_name(leaf)}")
        return float(leaf)
    number = leaf if isinstance(leaf, float) else operator.index(leaf)
    if isinstance(number, int) and not -(2**63) <= number < 2**63 and dtype != np.uint64:
        raise ValueError("Overflow when unpacking long long")
    if not fits(number, dtype):
        raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")
    return int(number)


def as_tensor(data, dtype=None, device=None) -> Tensor:
    """Return `data` as a tensor: itself if it is one, sharing memory if it is an array, else a copy.

    See: https://docs.pytorch.org/docs/stable/generated/torch.as_tensor.html
    """
    if isinstance(data, Tensor):
        return data if dtype is None and device is None else data.to(device=device, dtype=dtype)
    if isinstance(data, np.ndarray) and numpy_dtype(dtype, data.dtype, "as_tensor") == data.dtype and device is None:
        return from_numpy(data)
    return tensor(data, dtype=dtype, device=device)


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad: bool = False) -> Tensor:
    """Return `obj` as a tensor, copied only if need be (or if `copy`)."""
    found = as_tensor(obj, dtype, device)
    if copy:
        found = found.detach().clone()
    return found.requires_grad_() if requires_grad else found


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """Return a tensor that shares the array's memory: what is written to one is seen in the other.

    Raises:
        TypeError: if it is not an array, or of a dtype that tensors do not have.

    Example:
        >>> import jnet.torch as torch
        >>> a = np.ones(2)
        >>> torch.from_numpy(a).add_(1).tolist(), a.tolist()
        ([2.0, 2.0], [2.0, 2.0])

    See: https://docs.pytorch.org/docs/stable/generated/torch.from_numpy.html
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type_name(ndarray)})")
    _check_array(ndarray)
    if not ndarray.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means "
            "writing to this tensor will result in undefined behavior. You may want to copy the array to protect its "
            "data or make it writable before converting it to a tensor. This type of warning will be suppressed for "
            "the rest of this program.\njnet keeps a copy: the array is never changed.",
            UserWarning,
            stacklevel=2,
        )
    owner = ndarray
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    if not ndarray.flags.c_contiguous and owner.flags.forc and owner.dtype == ndarray.dtype:
        return _window(owner, ndarray)
    made = from_array(array_of(ndarray))
    if ndarray.flags.writeable:
        made._storage.share(ndarray)
    return made


def _window(owner: np.ndarray, ndarray: np.ndarray) -> Tensor:
    """Return a tensor that shows part of an array by the strides of `ndarray`, and shares its memory."""
    flat = owner.T.reshape(-1) if owner.flags.f_contiguous else owner.reshape(-1)
    whole = from_array(array_of(flat))
    if owner.flags.writeable:
        whole._storage.share(flat)
    item = owner.itemsize
    offset = (ndarray.ctypes.data - owner.ctypes.data) // item
    return whole.as_strided(ndarray.shape, [stride // item for stride in ndarray.strides], offset)


def from_dlpack(ext_tensor, *, device=None, copy=None) -> Tensor:
    """Return a tensor that shares the memory of anything that speaks DLPack: an array of NumPy's, a tensor, a capsule.

    Arrays that must not be written to, such as JAX's, are copied.

    Example:
        >>> import jnet.torch as torch
        >>> a = np.zeros(2)
        >>> torch.from_dlpack(a).add_(1).tolist(), a.tolist()
        ([1.0, 1.0], [1.0, 1.0])

    See: https://docs.pytorch.org/docs/stable/dlpack.html
    """
    if isinstance(ext_tensor, Tensor):
        if ext_tensor.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        found = detached(ext_tensor)
    elif isinstance(ext_tensor, jax.Array):
        found = tensor(ext_tensor)
    else:
        array = ext_tensor if isinstance(ext_tensor, np.ndarray) else np.from_dlpack(_speaking(ext_tensor))
        found = from_numpy(array) if array.flags.writeable else from_array(np.array(array))
    found = found if device is None else found.to(device)
    return found.clone() if copy else found


class _Capsule:
    """What `to_dlpack` returned, as an object that NumPy takes."""

    def __init__(self, capsule):
        self._capsule = capsule

    def __dlpack__(self, **settings):
        return self._capsule

    def __dlpack_device__(self):
        return (1, 0)


def _speaking(thing):
    return thing if hasattr(thing, "__dlpack__") else _Capsule(thing)


def to_dlpack(tensor: Tensor):
    """Return the tensor's memory as a capsule of DLPack's.

    See: https://docs.pytorch.org/docs/stable/dlpack.html
    """
    return tensor.detach().__dlpack__()

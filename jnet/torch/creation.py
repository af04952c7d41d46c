"""Functions that make tensors: from data, of one value, of ranges, of random numbers (those in random.py)."""

from __future__ import annotations

import math
import operator
import warnings
from typing import Any

import jax
import numpy as np

from jnet.ops.promotion import Default
from jnet.recorder import Value, aval, known
from jnet.torch.dispatch import _SPELLINGS, CALLERS, NUMBERS, store_out
from jnet.torch.dtypes import device as Device
from jnet.torch.dtypes import dtype as Dtype
from jnet.torch.tensor import Tensor, from_array, numpy_of, shape_of, value_of, wrap
from jnet.torch.viewing import sizes


def placed(array: np.ndarray, device=None, requires_grad: bool = False) -> Tensor:
    """Return a new tensor of an array that nobody else will write to, on a device."""
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


def numpy_dtype(dtype: Dtype | None, otherwise: np.dtype | None = None) -> np.dtype:
    """Return NumPy's dtype for PyTorch's; the default one for None."""
    if dtype is None:
        return Default.dtype if otherwise is None else otherwise
    if not isinstance(dtype, Dtype):
        raise TypeError(f"argument 'dtype' must be torch.dtype, not {type(dtype).__name__}")
    return dtype._numpy


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
    return placed(array_of(data, None if dtype is None else numpy_dtype(dtype)), device, requires_grad)


def array_of(data, dtype: np.dtype | None = None) -> np.ndarray:
    """Return new memory with the numbers of `data`, in the dtype that PyTorch infers unless one is given."""
    if isinstance(data, Tensor):
        array = numpy_of(data)
    elif isinstance(data, np.ndarray | np.generic):
        array = np.asarray(data)
        if array.dtype == object or array.dtype.kind in "USmMO":
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
    elif isinstance(data, jax.Array):
        array = np.asarray(data)
    else:
        return _from_sequences(data, dtype)
    return np.array(array, dtype or array.dtype)


def _from_sequences(data, dtype: np.dtype | None) -> np.ndarray:
    shape = _shape_of(data)
    leaves: list = []
    _flatten(data, shape, 0, leaves)
    if dtype is None:
        dtype = _inferred(leaves)
    try:
        flat = np.array(leaves, dtype) if leaves else np.empty(0, dtype)
    except OverflowError:
        raise ValueError("Overflow when unpacking long long") from None
    return flat.reshape(shape)


def _is_sequence(data) -> bool:
    return isinstance(data, list | tuple | range) or (
        hasattr(data, "__len__")
        and hasattr(data, "__getitem__")
        and not isinstance(data, str | bytes | dict)
        and np.ndim(data) != 0
    )


def _shape_of(data) -> tuple[int, ...]:
    shape: list[int] = []
    while _is_sequence(data):
        if isinstance(data, Tensor | np.ndarray):
            return (*shape, *tuple(data.shape))
        shape.append(len(data))
        if len(shape) > 64:
            raise ValueError("too many dimensions in the data")
        if not len(data):
            break
        data = data[0]
    return tuple(shape)


def _flatten(data, shape: tuple[int, ...], dim: int, leaves: list) -> None:
    if dim == len(shape):
        leaves.append(_number(data, dim))
        return
    if not _is_sequence(data):
        raise TypeError(f"not a sequence: {type(data).__name__}")
    if isinstance(data, Tensor | np.ndarray):
        array = numpy_of(data) if isinstance(data, Tensor) else data
        if array.shape != shape[dim:]:
            raise ValueError(f"expected sequence of length {shape[dim]} at dim {dim} (got {len(array)})")
        leaves += list(array.reshape(-1))
        return
    if len(data) != shape[dim]:
        raise ValueError(f"expected sequence of length {shape[dim]} at dim {dim} (got {len(data)})")
    for each in data:
        _flatten(each, shape, dim + 1, leaves)


def _number(data, dim: int):
    if type(data) in NUMBERS or isinstance(data, np.generic):
        return data
    if isinstance(data, Tensor) and data.numel() == 1:
        return numpy_of(data).reshape(()).item() if data._aval.dtype != np.float32 else numpy_of(data).reshape(())[()]
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'") if dim == 0 else ValueError("too many dimensions 'str'")
    if _is_sequence(data):
        raise ValueError(f"too many dimensions '{type(data).__name__}'")
    for convert in (operator.index, float):
        try:
            return convert(data)
        except (TypeError, ValueError):
            continue
    if dim == 0:
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")
    raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")


def _inferred(leaves: list) -> np.dtype:
    """Return the dtype of nested numbers: the highest category; of NumPy's scalars and tensors, their own."""
    if not leaves:
        return Default.dtype
    found: np.dtype | None = None
    for kind in {type(leaf) for leaf in leaves}:
        if kind is bool:
            dtype = np.dtype(bool)
        elif kind is int:
            dtype = np.dtype(np.int64)
        elif kind is float:
            dtype = Default.dtype
        elif kind is complex:
            dtype = np.dtype(np.complex64 if Default.dtype.itemsize <= 4 else np.complex128)
        else:
            dtype = np.dtype(kind)
        found = dtype if found is None else np.dtype(_promoted(found, dtype))
    assert found is not None
    return found


def _promoted(a: np.dtype, b: np.dtype):
    from jax.numpy import promote_types

    with jax.enable_x64(True):
        return promote_types(a, b)


def as_tensor(data, dtype=None, device=None) -> Tensor:
    """Return `data` as a tensor: itself if it is one, sharing memory if it is an array, else a copy.

    See: https://docs.pytorch.org/docs/stable/generated/torch.as_tensor.html
    """
    if isinstance(data, Tensor):
        return data if dtype is None and device is None else data.to(device=device, dtype=dtype)
    if isinstance(data, np.ndarray) and (dtype is None or numpy_dtype(dtype) == data.dtype) and device is None:
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
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    if any(stride < 0 for stride in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )
    owner = ndarray
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    if not ndarray.flags.c_contiguous and owner.flags.c_contiguous and owner.dtype == ndarray.dtype:
        return _window(owner, ndarray)
    made = from_array(array_of(ndarray))
    if not ndarray.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means "
            "writing to this tensor will result in undefined behavior. (jnet keeps a copy: the array is never "
            "changed.)",
            UserWarning,
            stacklevel=2,
        )
        return made
    made._storage.share(ndarray)
    return made


def _window(owner: np.ndarray, ndarray: np.ndarray) -> Tensor:
    """Return a tensor that shows part of an array by the strides of `ndarray`, and shares its memory."""
    whole = from_array(array_of(owner.reshape(-1)))
    whole._storage.share(owner.reshape(-1))
    item = owner.itemsize
    offset = (ndarray.ctypes.data - owner.ctypes.data) // item
    return whole.as_strided(ndarray.shape, [stride // item for stride in ndarray.strides], offset)


# -- of one value, and ranges ------------------------------------------------------------------------------------------


def _size(args: tuple, kwargs: dict, name: str = "") -> tuple[int, ...]:
    given = kwargs.pop("size", None)
    if given is not None:
        args = (given,)
    shape = sizes(args)
    if any(n < 0 for n in shape):
        if name in ("zeros", "ones"):
            raise RuntimeError(f"{name}: Dimension size must be non-negative.")
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}")
    return shape


def _finish(name, array, *, out=None, device=None, requires_grad=False, layout=None, pin_memory=False, names=None,
            memory_format=None) -> Tensor:  # fmt: skip
    if layout is not None and str(layout) != "torch.strided":
        raise NotImplementedError(f"{name}(): layout {layout} is not built; tensors are torch.strided.")
    made = placed(array, device, requires_grad)
    return made if out is None else store_out(name, out, made)


def zeros(*size, dtype=None, **options) -> Tensor:
    """Return zeros of the default dtype.

    See: https://docs.pytorch.org/docs/stable/generated/torch.zeros.html
    """
    return _finish("zeros", np.zeros(_size(size, options, "zeros"), numpy_dtype(dtype, _out_dtype(options))), **options)


def ones(*size, dtype=None, **options) -> Tensor:
    """Return ones of the default dtype.

    See: https://docs.pytorch.org/docs/stable/generated/torch.ones.html
    """
    return _finish("ones", np.ones(_size(size, options, "ones"), numpy_dtype(dtype, _out_dtype(options))), **options)


def empty(*size, dtype=None, **options) -> Tensor:
    """Return a tensor to be written to; jnet fills it with zeros.

    See: https://docs.pytorch.org/docs/stable/generated/torch.empty.html
    """
    return zeros(*size, dtype=dtype, **options)


def full(size, fill_value, *, dtype=None, **options) -> Tensor:
    """Return a tensor of one value, whose type decides the dtype.

    See: https://docs.pytorch.org/docs/stable/generated/torch.full.html
    """
    value = numpy_of(fill_value) if isinstance(fill_value, Tensor) else fill_value
    inferred = _inferred([value]) if not isinstance(value, np.ndarray) else value.dtype
    return _finish("full", np.full(_size((size,), {}), value, numpy_dtype(dtype, inferred)), **options)


def _out_dtype(options: dict) -> np.dtype | None:
    out = options.get("out")
    return None if out is None else out._aval.dtype


def _like(name, make):
    def like(input, *args, dtype=None, **options):
        dtype = input.dtype if dtype is None else dtype
        options.setdefault("device", None if input._aval.device is None else input.device)
        return make(shape_of(input), *args, dtype=dtype, **options)

    like.__name__, like.__doc__ = name, f"Return `{make.__name__}` of the shape, dtype and device of `input`."
    return like


zeros_like, ones_like, empty_like = _like("zeros_like", zeros), _like("ones_like", ones), _like("empty_like", empty)
full_like = _like("full_like", full)


def arange(start, end=None, step=1, *, dtype=None, **options) -> Tensor:
    """Return the numbers from `start` up to, but without, `end`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.arange.html
    """
    if end is None:
        start, end = 0, start
    start, end, step = (each.item() if isinstance(each, Tensor | np.generic) else each for each in (start, end, step))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) / step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    whole = all(isinstance(each, int) for each in (start, end, step))
    kind = numpy_dtype(dtype, np.dtype(np.int64) if whole else Default.dtype)
    count = math.ceil((end - start) / step) if not whole else -((start - end) // step)
    steps = np.arange(count)
    if kind.kind in "iu":
        values = start + steps * step if whole else int(start) + steps * int(step)
    else:  # as PyTorch: in double precision, one multiplication and one addition
        values = start + steps.astype(np.float64) * step
    return _finish("arange", np.asarray(values).astype(kind), **options)


def range_(start, end=None, step=1, *, dtype=None, **options) -> Tensor:
    """Return the numbers from `start` to `end`, both included; deprecated by PyTorch in favour of `arange`."""
    if end is None:
        start, end = 0, start
    warnings.warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
        "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
        UserWarning,
        stacklevel=2,
    )
    count = math.floor((end - start) / step) + 1
    values = start + np.arange(count, dtype=np.float64) * step
    return _finish("range", values.astype(numpy_dtype(dtype)), **options)


def linspace(start, end, steps, *, dtype=None, **options) -> Tensor:
    """Return `steps` numbers from `start` to `end`, both included, evenly spaced.

    See: https://docs.pytorch.org/docs/stable/generated/torch.linspace.html
    """
    return _finish("linspace", _spaced(start, end, steps, numpy_dtype(dtype)), **options)


def _spaced(start, end, steps, kind: np.dtype) -> np.ndarray:
    start, end = (each.item() if isinstance(each, Tensor | np.generic) else each for each in (start, end))
    steps = operator.index(steps)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if steps == 0:
        return np.empty(0, kind)
    if steps == 1:
        return np.array([start]).astype(kind)
    work = kind if kind.kind in "fc" else np.dtype(np.float32 if kind.itemsize < 8 else np.float64)
    step = (work.type(end) - work.type(start)) / work.type(steps - 1)
    i = np.arange(steps)
    # As PyTorch: the first half counts up from the start, the second down from the end.
    up, down = (work.type(start) + step * i.astype(work)), (work.type(end) - step * (steps - 1 - i).astype(work))
    return np.where(i < steps // 2, up, down).astype(kind)


def logspace(start, end, steps, base=10.0, *, dtype=None, **options) -> Tensor:
    """Return `steps` numbers from base^start to base^end, evenly spaced in their logarithm.

    See: https://docs.pytorch.org/docs/stable/generated/torch.logspace.html
    """
    kind = numpy_dtype(dtype)
    exponents = _spaced(start, end, steps, np.dtype(np.float64))
    return _finish("logspace", np.power(float(base), exponents).astype(kind), **options)


def eye(n, m=None, *, dtype=None, **options) -> Tensor:
    """Return ones on the diagonal and zeros elsewhere.

    See: https://docs.pytorch.org/docs/stable/generated/torch.eye.html
    """
    if n < 0 or (m or 0) < 0:
        raise RuntimeError(
            f"n must be greater or equal to 0, got {n}" if n < 0 else f"m must be greater or equal to 0, got {m}"
        )
    return _finish("eye", np.eye(n, m, dtype=numpy_dtype(dtype)), **options)


def tril_indices(row: int, col: int, offset: int = 0, *, dtype=None, **options) -> Tensor:
    """Return the places of the lower triangle of a matrix, a row of rows and one of columns."""
    return _finish(
        "tril_indices",
        np.stack(np.tril_indices(row, offset, col)).astype(numpy_dtype(dtype, np.dtype(np.int64))),
        **options,
    )


def triu_indices(row: int, col: int, offset: int = 0, *, dtype=None, **options) -> Tensor:
    """Return the places of the upper triangle of a matrix, a row of rows and one of columns."""
    return _finish(
        "triu_indices",
        np.stack(np.triu_indices(row, offset, col)).astype(numpy_dtype(dtype, np.dtype(np.int64))),
        **options,
    )


def scalar_tensor(s, *, dtype=None, **options) -> Tensor:
    """Return a 0-dim tensor of a number."""
    return _finish("scalar_tensor", np.array(s, numpy_dtype(dtype)), **options)


def complex_(real: Tensor, imag: Tensor) -> Tensor:
    """Return the complex tensor of these parts."""
    return CALLERS["complex"](real, imag)


def empty_strided(size, stride, **options) -> Tensor:
    """Return a tensor of these sizes and strides to be written to; jnet fills it with zeros."""
    room = sum((n - 1) * s for n, s in zip(size, stride, strict=True)) + 1
    return zeros(room, **options).as_strided(size, stride)


__all__ = [
    "_SPELLINGS", "arange", "as_tensor", "asarray", "empty", "empty_like", "empty_strided", "eye", "from_numpy", "full",
    "full_like", "linspace", "logspace", "ones", "ones_like", "scalar_tensor", "tensor", "tril_indices",
    "triu_indices", "zeros", "zeros_like",
]  # fmt: skip
_ = value_of

"""What tensors do beside ops: conversions, copies, reading on the host, Python's protocols; and all methods' places."""

from __future__ import annotations

import copy as copying
import math
import operator

import numpy as np

from jnet.ops.checks import dtype_name
from jnet.ops.registry import OPS
from jnet.recorder import aval, known
from jnet.torch import dtypes, hooks, indexing, overloads, printing, rows, viewing
from jnet.torch.autograd import engine
from jnet.torch.creation import array_of, jax_device, numpy_dtype, on_device, tensor
from jnet.torch.dispatch import CALLERS, NUMBERS, Caller, inplace_of, method_of
from jnet.torch.dtypes import Size
from jnet.torch.dtypes import device as Device
from jnet.torch.dtypes import dtype as Dtype
from jnet.torch.tensor import (
    Tensor,
    apply,
    detached,
    edge_of,
    grad_mode,
    layout_of,
    numpy_of,
    refuse_leaf,
    same_elements,
    shape_of,
    value_of,
    wrap,
    write,
)

METHODS: dict = {}


def _method(function):
    METHODS["type" if function.__name__ == "type_" else function.__name__] = function
    return function


# -- reading on the host ----------------------------------------------------------------------------------------------


@_method
def item(self):
    """Return the one element as a Python number.

    Raises:
        RuntimeError: if there are more, or none.
    """
    array = numpy_of(self)
    if array.size != 1:
        raise RuntimeError(f"a Tensor with {array.size} elements cannot be converted to Scalar")
    return array.item() if array.dtype.kind != "V" else float(array.reshape(())[()])


@_method
def tolist(self):
    """Return the elements as nested lists of Python numbers."""
    array = numpy_of(self)
    return array.astype(np.float32).tolist() if array.dtype.kind == "V" else array.tolist()


@_method
def numpy(self, *, force: bool = False):
    """Return a NumPy array that shares the tensor's memory: what is written to one is seen in the other.

    Raises:
        RuntimeError: if the tensor requires grad (use `detach().numpy()`).
        TypeError: if it lies on an accelerator (use `.cpu()`), or NumPy has no such dtype.
    """
    if force:
        return self.detach().cpu().numpy()
    if self.requires_grad:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    if self._aval.device is not None:
        raise TypeError(
            f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host "
            "memory first."
        )
    if self._aval.dtype.kind == "V" or self._aval.dtype.name == "bfloat16":
        raise TypeError("Got unsupported ScalarType BFloat16")
    layout = layout_of(self)
    memory = self._storage.share()
    if not self._links:
        return memory
    flat = memory.reshape(-1)
    strides = [stride * memory.itemsize for stride in layout.strides]
    return np.lib.stride_tricks.as_strided(flat[layout.offset :], layout.shape, strides)


@_method
def __array__(self, dtype=None, copy=None):
    array = self.numpy()
    if dtype is not None and array.dtype != dtype:
        return array.astype(dtype)
    return array.copy() if copy else array


@_method
def __array_wrap__(self, array, context=None, return_scalar=False):
    return tensor(array)


@_method
def __bool__(self):
    array = numpy_of(self)
    if array.size != 1:
        what = "no values" if array.size == 0 else "more than one value"
        raise RuntimeError(f"Boolean value of Tensor with {what} is ambiguous")
    return bool(array.reshape(())[()])


def _single(self):
    if self.numel() != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return self.item()


@_method
def __int__(self):
    return int(_single(self))


@_method
def __float__(self):
    return float(_single(self))


@_method
def __complex__(self):
    return complex(_single(self))


@_method
def __index__(self):
    if self._aval.dtype.kind not in "biu" or self.numel() != 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return operator.index(self.item())


@_method
def __len__(self):
    shape = shape_of(self)
    if not shape:
        raise TypeError("len() of a 0-d tensor")
    return shape[0]


@_method
def __delitem__(self, index):
    raise TypeError("Tensor does not support deleting items")


@_method
def __iter__(self):
    if not shape_of(self):
        raise TypeError("iteration over a 0-d tensor")
    return rows.rows(self)


@_method
def __contains__(self, element):
    if isinstance(element, Tensor | bool | int | float | complex):
        return bool((self == element).any())
    raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")


@_method
def __format__(self, spec):
    return (
        format(self.item() if self.ndim == 0 and type(self) is Tensor else self.__repr__(), spec)
        if (self.ndim == 0 and type(self) is Tensor)
        else object.__format__(self, spec)
    )


@_method
def __repr__(self, *, tensor_contents=None):
    edge = edge_of(self, leaf=False)
    return printing.format_tensor(
        numpy_of(self),
        place=None if self._aval.device is None else self.device,
        grad_fn=None if edge is None else edge[0].name(),
        requires_grad=self._requires,
    )


@_method
def __reduce__(self):
    return _rebuild, (type(self), np.array(numpy_of(self)), self._requires, _extra(self))


def _extra(self) -> dict:
    internal = Tensor.__annotations__
    return {name: value for name, value in self.__dict__.items() if name not in internal}


def _rebuild(kind, array, requires_grad, extra):
    made = object.__new__(kind)
    made.__dict__.update(wrap(known(array)).__dict__)
    made._requires = requires_grad
    made.__dict__.update(extra)
    return made


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
    made = object.__new__(type(self))
    made.__dict__.update(wrap(value_of(self)).__dict__)
    memo[id(self)] = made
    made._requires = self._requires
    if self._grad is not None:
        made._grad = self._grad.__deepcopy__(memo)
    made.__dict__.update(copying.deepcopy(_extra(self), memo))
    return made


@_method
def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
    if self.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    return self.detach().numpy().__dlpack__()


@_method
def __dlpack_device__(self):
    return (1, 0) if self._aval.device is None else (2, self._aval.device.id)


@_method
def __jax_array__(self):
    """Let JAX take the tensor as an array."""
    import jax.numpy as jnp

    return jnp.asarray(value_of(self.detach()).known())


# -- sizes and kinds --------------------------------------------------------------------------------------------------


@_method
def size(self, dim: int | None = None):
    """Return the sizes, or that of one dimension."""
    if dim is None:
        return Size(shape_of(self))
    from jnet.ops.checks import axis

    if not shape_of(self):
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return shape_of(self)[axis(dim, self.ndim, "size")]


@_method
def dim(self) -> int:
    """Return the number of dimensions."""
    return len(shape_of(self))


@_method
def numel(self) -> int:
    """Return the number of elements."""
    return math.prod(shape_of(self))


METHODS["nelement"] = METHODS["numel"]
METHODS["ndimension"] = METHODS["dim"]


@_method
def element_size(self) -> int:
    """Return the bytes of an element."""
    return self._aval.dtype.itemsize


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


METHODS["storage"] = METHODS["untyped_storage"]


@_method
def get_device(self) -> int:
    """Return the number of the accelerator, -1 for the host."""
    return -1 if self._aval.device is None else self._aval.device.id


@_method
def is_floating_point(self) -> bool:
    """Tell whether the dtype is a floating point one."""
    return self.dtype.is_floating_point


@_method
def is_complex(self) -> bool:
    """Tell whether the dtype is a complex one."""
    return self.dtype.is_complex


@_method
def is_signed(self) -> bool:
    """Tell whether the dtype has negative numbers."""
    return self.dtype.is_signed


@_method
def is_same_size(self, other) -> bool:
    """Tell whether the other tensor has the same sizes."""
    return shape_of(self) == shape_of(other)


@_method
def is_pinned(self) -> bool:
    """Tell whether the memory is pinned: jnet never does that."""
    return False


@_method
def pin_memory(self, device=None):
    """Return the tensor; XLA moves memory by its own means."""
    return self


@_method
def is_inference(self) -> bool:
    """Tell whether the tensor was made in inference mode."""
    return self._inference


# -- conversions -------------------------------------------------------------------------------------------------------


@_method
def to(self, *args, device=None, dtype=None, non_blocking=False, copy=False, memory_format=None):
    """Return the tensor in another dtype or on another device; itself if it has them already.

    Args:
        args: a dtype, a device (or its name), or a tensor whose dtype and device to take.
    """
    for argument in args:
        if isinstance(argument, Dtype):
            dtype = argument
        elif isinstance(argument, Tensor):
            dtype, device = argument.dtype, argument.device
        elif isinstance(argument, str | Device):
            device = argument
        elif isinstance(argument, int) and not isinstance(argument, bool):
            device = Device("cuda", argument)
        elif isinstance(argument, bool) or argument is None:
            continue
        else:
            raise TypeError(
                f"to() received an invalid combination of arguments - got ({type(argument).__name__}), but expected "
                "one of: (torch.device device, torch.dtype dtype), (torch.dtype dtype) or (Tensor tensor)"
            )
    result = self
    if dtype is not None and numpy_dtype(dtype) != self._aval.dtype:
        result = CALLERS["to_dtype"](result, dtype=dtype)
    if device is not None:
        result = _moved(result, jax_device(device))
    return CALLERS["clone"](result) if copy and result is self else result


def _moved(self, device):
    if self._aval.device is device:
        return self
    if grad_mode.enabled and self.requires_grad:
        return hooks.moved(self, device, on_device)
    return wrap(on_device(value_of(self), device))


def _conversion(name, target):
    def method(self, memory_format=None):
        return self.to(target() if callable(target) and not isinstance(target, Dtype) else target)

    method.__name__, method.__doc__ = name, f"Return the tensor as {name}."
    METHODS[name] = method


for _name, _target in {
    "float": dtypes.float32, "double": dtypes.float64, "half": dtypes.float16, "bfloat16": dtypes.bfloat16,
    "long": dtypes.int64, "int": dtypes.int32, "short": dtypes.int16, "char": dtypes.int8, "byte": dtypes.uint8,
    "bool": dtypes.bool_, "cfloat": dtypes.complex64, "cdouble": dtypes.complex128,
}.items():  # fmt: skip
    _conversion(_name, _target)


@_method
def cpu(self, memory_format=None):
    """Return the tensor on the host."""
    return _moved(self, None)


@_method
def cuda(self, device=None, non_blocking=False, memory_format=None):
    """Return the tensor on an accelerator."""
    return _moved(self, jax_device(Device("cuda", device or 0) if not isinstance(device, str | Device) else device))


_LEGACY = {dtype_name(d._numpy): d for d in (dtypes.float32, dtypes.float64, dtypes.float16, dtypes.bfloat16,
           dtypes.int64, dtypes.int32, dtypes.int16, dtypes.int8, dtypes.uint8, dtypes.bool_)}  # fmt: skip


@_method
def type_(self, dtype=None, non_blocking=False):
    """Return the name of the tensor's type, such as torch.FloatTensor; or the tensor in another dtype."""
    if dtype is None:
        place = "" if self._aval.device is None else "cuda."
        return f"torch.{place}{dtype_name(self._aval.dtype)}Tensor"
    if isinstance(dtype, Dtype):
        return self.to(dtype)
    name = dtype if isinstance(dtype, str) else f"torch.{dtype.__name__}"
    kind = _LEGACY.get(name.split(".")[-1].removesuffix("Tensor"))
    if kind is None:
        raise ValueError(f"invalid type: '{name}'")
    return self.to(kind).cuda() if ".cuda." in name else self.to(kind)


@_method
def type_as(self, other):
    """Return the tensor in the dtype and on the device of another one."""
    return self.to(other)


@_method
def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the tensor's gradients, weighted by `gradient`, to the `.grad` of the leaves that it came from.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html
    """
    engine.backward([self], None if gradient is None else [gradient], retain_graph, create_graph, inputs)


# -- copies and the tape -----------------------------------------------------------------------------------------------


@_method
def detach(self):
    """Return the same elements without the tape; both share memory."""
    return detached(self)


@_method
def detach_(self):
    """Take the tensor off the tape."""
    self._edge, self._requires, self._base = None, False, None
    return self


@_method
def requires_grad_(self, requires_grad: bool = True):
    """Say whether gradients are computed towards the tensor."""
    self.requires_grad = requires_grad
    return self


@_method
def zero_(self):
    """Write zeros."""
    return self.fill_(0)


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


def _new(make):
    def method(self, *args, dtype=None, device=None, requires_grad=False, **options):
        dtype = self.dtype if dtype is None else dtype
        device = device if device is not None or self._aval.device is None else self.device
        return make(*args, dtype=dtype, device=device, requires_grad=requires_grad, **options)

    return method


def _same_shape_view(self):
    return same_elements(self)


# -- operators ---------------------------------------------------------------------------------------------------------

# Python's operator -> op. Those that are commutative or comparisons have no reflected form of their own.
OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floor_divide", "mod": "remainder",
    "pow": "pow", "matmul": "matmul", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}  # fmt: skip
COMPARISONS = {"eq": "eq", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge"}
UNARY = {"neg": "neg", "abs": "abs", "invert": "bitwise_not", "pos": "positive"}


def _operand(other) -> bool:
    return isinstance(other, Tensor) or type(other) in NUMBERS or isinstance(other, np.generic)


def _binary(caller, name: str):
    plain = caller.plain.get(2) if type(caller) is Caller or caller.name == "div" else None
    at_once = rows.AT_ONCE.get(caller.name)

    def method(self, other):
        if at_once is not None and self._at_once is not None:
            result = rows.at_once(at_once, self, other)
            if result is not None:
                return result
        if plain is not None and (isinstance(other, Tensor) or other.__class__ in NUMBERS):
            return apply(plain, (self, other))
        if isinstance(other, np.ndarray):
            other = tensor(other)
        return caller(self, other) if _operand(other) else NotImplemented

    method.__name__ = name
    return method


def _reflected(caller, name: str):
    at_once = rows.REFLECTED.get(caller.name)

    def method(self, other):
        if at_once is not None and self._at_once is not None:
            result = rows.at_once(at_once, self, other)
            if result is not None:
                return result
        if isinstance(other, np.ndarray):
            other = tensor(other)
        return caller(other, self) if _operand(other) else NotImplemented

    method.__name__ = name
    return method


def _inplace_operator(name: str):
    def method(self, other):
        return getattr(self, name)(other) if _operand(other) else NotImplemented

    return method


def _comparison(caller, name: str):
    plain = caller.plain.get(2)

    def method(self, other):
        if isinstance(other, np.ndarray):
            other = tensor(other)
        if not _operand(other):
            return NotImplemented
        return apply(plain, (self, other)) if type_is_plain(other) else caller(self, other)

    def type_is_plain(other):
        return plain is not None and (isinstance(other, Tensor) or other.__class__ in NUMBERS)

    method.__name__ = name
    return method


def _getitem(self, index):
    return indexing.getitem(self, index)


def _setitem(self, index, value):
    indexing.setitem(self, index, value)


def install() -> None:
    """Give `Tensor` its methods: those of ops in every form, views, conversions, operators."""
    for name, op in OPS.items():
        if "Tensor" not in op.where:
            continue
        caller = overloads.METHODS.get(name, CALLERS[name])
        for each in (name, *op.aliases):
            setattr(Tensor, each, method_of(caller, each, op.function.__doc__))
            if op.inplace:
                setattr(Tensor, f"{each}_", inplace_of(caller, f"{each}_"))
    for table in (viewing.VIEWS, viewing.METHODS, overloads.METHODS, hooks.METHODS, METHODS):
        for name, function in table.items():
            setattr(Tensor, name, function if name.startswith("__") else method_of(function, name, function.__doc__))
    for name, op in OPERATORS.items():
        caller = overloads.METHODS.get(op, CALLERS[op])
        setattr(Tensor, f"__{name}__", _binary(CALLERS[op], f"__{name}__"))
        setattr(Tensor, f"__r{name}__", _reflected(CALLERS[op], f"__r{name}__"))
        if op != "matmul":
            setattr(Tensor, f"__i{name}__", _inplace_operator(f"{op}_"))
    for name, op in COMPARISONS.items():
        setattr(Tensor, f"__{name}__", _comparison(CALLERS[op], f"__{name}__"))
    for name, op in UNARY.items():
        setattr(Tensor, f"__{name}__", method_of(CALLERS[op], f"__{name}__", None))
    Tensor.__getitem__, Tensor.__setitem__ = _getitem, _setitem  # pyright: ignore[reportAttributeAccessIssue]
    for name in ("T", "mT", "H", "mH", "real", "imag", "itemsize", "nbytes", "is_cuda", "is_sparse", "is_quantized",
                 "is_meta", "is_mkldnn", "is_nested", "is_cpu", "layout", "retains_grad"):  # fmt: skip
        setattr(Tensor, name, property(PROPERTIES[name]))


def _transposed(self):
    return viewing._permuted(self, range(self.ndim)[::-1], "PermuteBackward0")


PROPERTIES = {
    "T": _transposed,
    "mT": lambda self: viewing.VIEWS["mT"](self),
    "H": lambda self: viewing.VIEWS["transpose"](self, 0, 1) if not self.is_complex() else CALLERS["conj"](self.t()),
    "mH": lambda self: viewing.VIEWS["mT"](self) if not self.is_complex() else CALLERS["conj"](self.mT),
    "real": lambda self: CALLERS["real"](self) if self.is_complex() else self,
    "imag": lambda self: CALLERS["imag"](self),
    "itemsize": lambda self: self.element_size(),
    "nbytes": lambda self: self.numel() * self.element_size(),
    "is_cuda": lambda self: self._aval.device is not None,
    "is_cpu": lambda self: self._aval.device is None,
    "is_sparse": lambda self: False,
    "is_quantized": lambda self: False,
    "is_meta": lambda self: False,
    "is_mkldnn": lambda self: False,
    "is_nested": lambda self: False,
    "layout": lambda self: dtypes.strided,
    "retains_grad": lambda self: hooks.retains_grad(self),
}
_ = (array_of, refuse_leaf, write, aval, _same_shape_view)

"""What tensors are made of: `dtype`, `device`, `layout`, `memory_format` and `Size`, as PyTorch names and prints them.

`NAMES` holds every dtype by each of its names ("float32" and "float"): those that would hide Python's own types are not
variables of this module.
"""

import functools
import math
import operator
import re
import threading
from collections.abc import Iterable

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

from jnet.ops.checks import dtype_name
from jnet.ops.promotion import Default

# -- dtypes ------------------------------------------------------------------------------------------------------------

NAMES: "dict[str, dtype]" = {}
_OF_NUMPY: "dict[np.dtype, dtype]" = {}


class dtype:
    """The type of a tensor's elements; each is one object, so `is` compares them.

    Attributes:
        is_floating_point: whether it holds real numbers other than integers.
        is_complex: whether it holds complex numbers.
        is_signed: whether it holds negative numbers.
        itemsize: bytes of one element.
        abbr: its short name.

    Example:
        >>> float32, float32.itemsize, float32.to_complex()
        (torch.float32, 4, torch.complex64)

    See: https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch-dtype
    """

    __slots__ = ("_name", "_numpy", "abbr", "is_complex", "is_floating_point", "is_signed", "itemsize")

    def __new__(cls, *arguments, **named):
        """Refuse: dtypes are not made but named."""
        raise TypeError("cannot create 'torch.dtype' instances\nUse one that exists, such as torch.float32.")

    @staticmethod
    def from_numpy(kind) -> "dtype":
        """Return the dtype that stands for one of NumPy's.

        Raises:
            ValueError: if its bytes are in the order of another machine.
            TypeError: if no tensor can hold it.

        Example:
            >>> dtype.from_numpy(np.dtype("int64"))
            torch.int64
        """
        try:
            return _OF_NUMPY[kind]
        except (KeyError, TypeError):
            return _of_other_numpy(np.dtype(kind))

    def to_complex(self) -> "dtype":
        """Return the complex dtype whose parts are of this dtype; of complex dtypes themselves.

        Raises:
            RuntimeError: for integers and booleans.
            NotImplementedError: for float16: JAX has no complex32.

        Example:
            >>> float64.to_complex()
            torch.complex128
        """
        if self.is_complex:
            return self
        if not self.is_floating_point:
            raise RuntimeError(f"Unknown Complex ScalarType for {_scalar_type(self)}\nUse a floating point dtype.")
        if self is float16:
            raise NotImplementedError("torch.float16.to_complex(): JAX has no complex32; use torch.complex64.")
        return complex128 if self is float64 else complex64

    def to_real(self) -> "dtype":
        """Return the dtype of the parts of a complex number; of other dtypes themselves.

        Example:
            >>> complex64.to_real()
            torch.float32
        """
        return {complex64: float32, complex128: float64}.get(self, self)

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self):
        return _named, (self._name,)


def _of_other_numpy(kind: np.dtype) -> dtype:
    """Return the dtype of one of NumPy's that is not in the table, or say why there is none."""
    if not kind.isnative and kind.newbyteorder() in _OF_NUMPY:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
            "currently not supported.\nWrite array.astype(array.dtype.newbyteorder('='))."
        )
    if kind in _OF_NUMPY:
        return _OF_NUMPY[kind]
    raise TypeError(
        f"can't convert np.ndarray of type {kind.type.__module__}.{kind.type.__name__}. The only supported types are: "
        "float64, float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, "
        "and bool."
    )


def _named(name: str) -> dtype:
    """Return the dtype of this name: what copies and pickles of dtypes call."""
    return NAMES[name]


def _define(name: str, abbr: str, *aliases: str) -> dtype:
    """Return the new dtype of this name, noted under its aliases too."""
    new = object.__new__(dtype)
    new._name, new._numpy, new.abbr = name, np.dtype(getattr(ml_dtypes, name, name)), abbr
    new.is_floating_point = jnp.issubdtype(new._numpy, jnp.floating)
    new.is_complex = jnp.issubdtype(new._numpy, jnp.complexfloating)
    new.is_signed = jnp.issubdtype(new._numpy, jnp.inexact) or jnp.issubdtype(new._numpy, jnp.signedinteger)
    new.itemsize = new._numpy.itemsize
    _OF_NUMPY[new._numpy] = new
    NAMES.update(dict.fromkeys((name, *aliases), new))
    return new


bool_ = _define("bool", "b8")
uint8 = _define("uint8", "u8")
uint16 = _define("uint16", "u16")
uint32 = _define("uint32", "u32")
uint64 = _define("uint64", "u64")
int8 = _define("int8", "i8")
int16 = _define("int16", "i16", "short")
int32 = _define("int32", "i32", "int")
int64 = _define("int64", "i64", "long")
float16 = _define("float16", "f16", "half")
bfloat16 = _define("bfloat16", "bf16")
float32 = _define("float32", "f32", "float")
float64 = _define("float64", "f64", "double")
complex64 = _define("complex64", "c64", "cfloat")
complex128 = _define("complex128", "c128", "cdouble")


# -- the default, and dtypes together ----------------------------------------------------------------------------------


def set_default_dtype(d: dtype, /) -> None:
    """Make `d` the dtype of tensors of Python floats, and of the results of float functions of integers.

    Raises:
        TypeError: unless `d` is a floating point dtype.

    Example:
        >>> set_default_dtype(float64)
        >>> get_default_dtype()
        torch.float64
        >>> set_default_dtype(float32)

    See: https://docs.pytorch.org/docs/stable/generated/torch.set_default_dtype.html
    """
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type\nGot {d}; use torch.float32.")
    Default.dtype = d._numpy


def get_default_dtype() -> dtype:
    """Return the dtype that `set_default_dtype` has set: float32 at first.

    Example:
        >>> get_default_dtype()
        torch.float32

    See: https://docs.pytorch.org/docs/stable/generated/torch.get_default_dtype.html
    """
    return dtype.from_numpy(Default.dtype)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """Return the smallest dtype that is not smaller, nor of a lower category, than both.

    Raises:
        RuntimeError: for uint16, uint32 and uint64 with anything but themselves and floating point dtypes.

    Example:
        >>> promote_types(int64, float16), promote_types(uint8, int8)
        (torch.float16, torch.int16)

    See: https://docs.pytorch.org/docs/stable/generated/torch.promote_types.html
    """
    _check_dtype("promote_types", "type1", 1, type1)
    _check_dtype("promote_types", "type2", 2, type2)
    if type1 is type2:
        return type1
    pair = {type1, type2}
    if pair & {uint16, uint32, uint64} and not any(each.is_floating_point for each in pair):
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote "
            f"{_scalar_type(type1)} and {_scalar_type(type2)}\nConvert one of them first."
        )
    return dtype.from_numpy(np.dtype(jnp.promote_types(type1._numpy, type2._numpy)))


def can_cast(from_: dtype, to: dtype) -> bool:
    """Tell whether results of dtype `from_` may be written to a tensor of dtype `to`: never to a lower category.

    Example:
        >>> can_cast(float64, float32), can_cast(float64, int64)
        (True, False)

    See: https://docs.pytorch.org/docs/stable/generated/torch.can_cast.html
    """
    _check_dtype("can_cast", "from_", 1, from_)
    _check_dtype("can_cast", "to", 2, to)
    return _category(from_) <= _category(to)


def _category(kind: dtype) -> int:
    """Return where `kind` stands in bool < integer < floating < complex."""
    return 3 if kind.is_complex else 2 if kind.is_floating_point else int(kind is not bool_)


def _scalar_type(kind: dtype) -> str:
    """Return PyTorch's name of `kind` in messages."""
    return dtype_name(kind._numpy)


def _check_dtype(function: str, argument: str, position: int, given) -> None:
    """Raise PyTorch's TypeError unless `given` is a dtype."""
    if not isinstance(given, dtype):
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be torch.dtype, not {type(given).__name__}"
        )


# -- limits ------------------------------------------------------------------------------------------------------------


class _Limits:
    """What `finfo` and `iinfo` share: equality by dtype (so no hash, as in PyTorch), a text with six digits a field."""

    shown: tuple[str, ...]
    bits: int
    dtype: str

    def __eq__(self, other) -> bool:
        return type(other) is type(self) and other.dtype == self.dtype

    def __repr__(self) -> str:
        fields = "".join(f"{name}={getattr(self, name):g}, " for name in self.shown)
        return f"{type(self).__name__}({fields}dtype={self.dtype})"


class finfo(_Limits):
    """The limits of a floating point dtype (of the parts of a complex one); of the default dtype if none is given.

    Attributes:
        eps: distance from 1 to the next larger number.
        tiny, smallest_normal: smallest positive number of full precision.
        resolution: 10 to the minus number of digits that always survive.
        min, max, bits, dtype: smallest and largest number, size, and name of the dtype.

    Raises:
        TypeError: for integers and booleans.

    Example:
        >>> finfo(float16)
        finfo(resolution=0.001, min=-65504, max=65504, eps=0.000976562, smallest_normal=6.10352e-05, tiny=6.10352e-05, \
dtype=float16)

    See: https://docs.pytorch.org/docs/stable/type_info.html#torch.torch.finfo
    """

    shown = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")

    def __init__(self, type: dtype | None = None):
        kind = get_default_dtype() if type is None else type
        _check_dtype("finfo", "type", 1, kind)
        if not (kind.is_floating_point or kind.is_complex):
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"
            )
        kind = kind.to_real()
        limits = ml_dtypes.finfo(kind._numpy)
        self.bits, self.dtype = limits.bits, kind._name
        self.min, self.max, self.eps = float(limits.min), float(limits.max), float(limits.eps)
        self.tiny = self.smallest_normal = float(limits.smallest_normal)
        self.resolution = float(f"1e-{limits.precision}")


class iinfo(_Limits):
    """The limits of an integer dtype.

    Attributes:
        min, max, bits, dtype: smallest and largest number, size, and name of the dtype.

    Raises:
        TypeError: for other dtypes.

    Example:
        >>> iinfo(int8), iinfo(int64).max
        (iinfo(min=-128, max=127, dtype=int8), 9223372036854775807)

    See: https://docs.pytorch.org/docs/stable/type_info.html#torch.torch.iinfo
    """

    shown = ("min", "max")

    def __init__(self, type: dtype):
        _check_dtype("iinfo", "type", 1, type)
        if type is bool_:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        if type.is_floating_point or type.is_complex:
            raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
        limits = np.iinfo(type._numpy)
        self.bits, self.dtype, self.min, self.max = limits.bits, type._name, limits.min, limits.max


# -- devices -----------------------------------------------------------------------------------------------------------


class _Placement(threading.local):
    """Where this thread makes tensors unless told: on the last of the stack; None is the host."""

    def __init__(self):
        self.stack: list = [None]


placement = _Placement()

_DEVICE_TYPES = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy",
    "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip


class device:
    """Where a tensor lies: `type` is "cpu", "cuda" (any accelerator that JAX has), ...; `index` counts, or is None.

    Args:
        type: a type, with its index or without ("cuda", "cuda:1"), a device, or the index of an accelerator.
        index: which of the devices of that type.

    Raises:
        RuntimeError: if the text names no device.

    Example:
        >>> device("cuda:1"), str(device("cuda", 1)), device("cpu").index
        (device(type='cuda', index=1), 'cuda:1', None)

    See: https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.device
    """

    __slots__ = ("index", "type")
    type: str
    index: int | None

    def __new__(cls, type=None, index=None, *, device=None):
        """Return the device that the arguments name."""
        given = type if device is None else device
        if index is None:
            if isinstance(given, cls):
                return given
            if isinstance(given, int):
                return _accelerator(given)
            if not isinstance(given, str):
                raise TypeError(
                    f"device() received an invalid combination of arguments - got ({given.__class__.__name__}), but "
                    "expected one of:\n * (torch.device device)\n * (str type, int index = -1)"
                )
            return _device(*_parsed(given))
        for name, position, value, kind in (("type", 1, given, str), ("index", 2, index, int)):
            if not isinstance(value, kind) or isinstance(value, bool):
                raise TypeError(
                    f"device(): argument '{name}' (position {position}) must be {kind.__name__}, not "
                    f"{value.__class__.__name__}"
                )
        kind, twice = _parsed(given)
        if twice is not None:
            raise RuntimeError(
                f"type (string) must not include an index because index was passed explicitly: {given}\n"
                f"Write torch.device('{kind}', {index})."
            )
        return _device(kind, _checked_index(index))

    def __setattr__(self, name: str, value) -> None:
        raise AttributeError(f"attribute '{name}' of 'torch.device' objects is not writable")

    def __eq__(self, other) -> bool:
        if not isinstance(other, device):
            return NotImplemented
        return self.type == other.type and self.index == other.index

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __repr__(self) -> str:
        return f"device(type='{self.type}'{'' if self.index is None else f', index={self.index}'})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __reduce__(self):
        return device, (self.type,) if self.index is None else (self.type, self.index)

    def __enter__(self):
        placement.stack.append(self)
        return self

    def __exit__(self, *error) -> None:
        placement.stack.pop()


def set_default_device(place) -> None:
    """Make tensors on this device from now on, where no `device=` says another; None is the host again.

    See: https://docs.pytorch.org/docs/stable/generated/torch.set_default_device.html
    """
    placement.stack[0] = None if place is None else device(place)


def get_default_device() -> device:
    """Return the device on which tensors are made: that of the innermost `with torch.device(...)`, or the default."""
    return placement.stack[-1] or device("cpu")


@functools.lru_cache(256)
def _device(kind: str, index: int | None) -> device:
    """Return the one device of this type and index."""
    new = object.__new__(device)
    object.__setattr__(new, "type", kind)
    object.__setattr__(new, "index", index)
    return new


@functools.lru_cache(256)
def _parsed(text: str) -> tuple[str, int | None]:
    """Return type and index of a device's text."""
    if not text:
        raise RuntimeError("Device string must not be empty\nWrite 'cpu', 'cuda' or 'cuda:0'.")
    found = re.fullmatch(r"([a-zA-Z_]+)(?::(0|[1-9][0-9]*))?", text)
    if found is None:
        raise RuntimeError(f"Invalid device string: '{text}'\nWrite a type, or a type and an index: 'cuda:0'.")
    kind, index = found.groups()
    if kind not in _DEVICE_TYPES:
        raise RuntimeError(
            f"Expected one of {', '.join(_DEVICE_TYPES)} device type at start of device string: {kind}\n"
            "jnet computes on 'cpu' and 'cuda', which stands for any accelerator that JAX has."
        )
    return kind, None if index is None else int(index)


def _checked_index(index: int) -> int:
    """Return the index of a device, unless it is negative."""
    if index < 0:
        raise RuntimeError(f"Device index must not be negative\nGot {index}; devices are counted from 0.")
    return int(index)


def _accelerator(index: int) -> device:
    """Return the accelerator of this index."""
    index = _checked_index(index)
    if jax.default_backend() == "cpu":
        raise RuntimeError("Cannot access accelerator device when none is available.\nWrite torch.device('cpu').")
    return _device("cuda", index)


# -- layouts -----------------------------------------------------------------------------------------------------------


class _Constant:
    """A name that only stands for itself."""

    __slots__ = ("_name",)

    def __new__(cls, *arguments, **named):
        raise TypeError(f"cannot create 'torch.{cls.__name__}' instances")

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self) -> str:
        return self._name  # the variable of this module


class layout(_Constant):
    """How a tensor's memory is laid out; `torch.strided` is the only one.

    Example:
        >>> strided
        torch.strided

    See: https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.layout
    """


class memory_format(_Constant):
    """In which order a tensor's dimensions lie in memory: a wish that XLA, which lays out arrays itself, may ignore.

    Example:
        >>> channels_last
        torch.channels_last

    See: https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.memory_format
    """


def _constant(kind: type, name: str):
    """Return the new constant of this name."""
    new = object.__new__(kind)
    new._name = name
    return new


strided: layout = _constant(layout, "strided")
contiguous_format: memory_format = _constant(memory_format, "contiguous_format")
preserve_format: memory_format = _constant(memory_format, "preserve_format")
channels_last: memory_format = _constant(memory_format, "channels_last")
channels_last_3d: memory_format = _constant(memory_format, "channels_last_3d")


# -- sizes -------------------------------------------------------------------------------------------------------------


class _SizeType(type):
    def __repr__(cls) -> str:
        return "<class 'torch.Size'>"


class Size(tuple, metaclass=_SizeType):
    """The sizes of a tensor's dimensions: a tuple of integers that stays one when it is cut or joined.

    Raises:
        TypeError: if something in it is no integer.

    Example:
        >>> Size([2, 3, 4])[1:], Size([2, 3]).numel()
        (torch.Size([3, 4]), 6)

    See: https://docs.pytorch.org/docs/stable/size.html
    """

    __slots__ = ()

    def __new__(cls, iterable: Iterable = (), /):
        """Return the sizes; things that are integers by `__index__` are taken as those."""
        new = tuple.__new__(cls, iterable)
        for each in new:
            if type(each) is not int:
                return tuple.__new__(cls, map(_as_size, new, range(len(new))))
        return new

    def numel(self) -> int:
        """Return how many elements a tensor of these sizes has: their product.

        Example:
            >>> Size([]).numel()
            1
        """
        return math.prod(self)

    def __getitem__(self, place):
        found = tuple.__getitem__(self, place)
        return tuple.__new__(Size, found) if type(found) is tuple else found

    def __add__(self, other):
        if isinstance(other, tuple):
            return Size(tuple.__add__(self, other))
        if hasattr(other, "__radd__"):  # such as NumPy's arrays
            return NotImplemented
        raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size\nWrite tuple(...).")

    def __radd__(self, other):
        return Size(tuple.__add__(other, self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times):
        return tuple.__new__(Size, tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __reduce__(self):
        return Size, (tuple(self),)


def _as_size(value, place: int) -> int:
    """Return something as an integer, if it is one."""
    try:
        return int(operator.index(value))
    except TypeError:
        raise TypeError(f"torch.Size() takes an iterable of 'int' (item {place} is '{type(value).__name__}')") from None

"""What a file that is loaded with `weights_only=True` may name and call.

Each function in the table looks at its arguments before it does anything: a file may pass it whatever it can make.
"""

from __future__ import annotations

import types
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections import Counter, OrderedDict
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any

from jnet.torch import dtypes, legacy
from jnet.torch.nn.parameter import Parameter
from jnet.torch.serialization import tensors
from jnet.torch.serialization.names import KNOWN, name_of
from jnet.torch.tensor import Tensor

# -- what a file may call ----------------------------------------------------------------------------------------------

_BLOCKED = ("sys", "os", "posix", "nt")
_KEYS = (str, int, float, bool, complex, bytes, type(None), dtypes.dtype, dtypes.device, Tensor, type)
_MOST = 1000  # elements of a tuple that is a key, all levels together: hashing it walks through them all


def hashable(key: Any) -> Any:
    """Return the key, which must be made of numbers, strings and their like: its hash is to end, and run no code."""
    todo, seen = [key], 0
    while todo:
        each = todo.pop()
        seen += 1
        if isinstance(each, tuple) and seen + len(each) < _MOST:
            todo.extend(each)
        elif type(each) not in _KEYS and not isinstance(each, Tensor):
            raise UnpicklingError(f"a key of a dictionary or member of a set may not be a {type(each).__name__}")
    return key


def _ordered(pairs=()) -> OrderedDict:
    return OrderedDict((hashable(key), value) for key, value in instance(pairs, tuple | list))


def _counter(counts=None) -> Counter:
    return Counter(instance({} if counts is None else counts, dict))


def _set(members=()) -> set:
    return {hashable(each) for each in instance(members, list)}


def _bytearray(data=b"", encoding="utf-8") -> bytearray:
    return bytearray(_encode(data, encoding) if isinstance(data, str) else instance(data, bytes))


def _encode(text, encoding="utf-8") -> bytes:
    if instance(encoding, str) not in ("latin1", "latin-1", "utf-8", "ascii"):
        raise UnpicklingError(f"bytes are encoded as latin1, utf-8 or ascii, not as {encoding[:20]!r}")
    return instance(text, str).encode(encoding)


def _complex(real, imag=0.0) -> complex:
    return complex(instance(real, float | int), instance(imag, float | int))


def _size(sizes=()) -> dtypes.Size:
    return dtypes.Size(instance(sizes, tuple | list))


def _device(kind, index=None) -> dtypes.device:
    return dtypes.device(instance(kind, str), index)


def instance(value: Any, kind: Any) -> Any:
    """Return the value, which must be of a kind."""
    if not isinstance(value, kind):
        raise UnpicklingError(f"an argument may not be a {type(value).__name__}")
    return value


def _from_type(func, new_type, args, state) -> Tensor:
    if not any(func is each for each in _OF_TENSORS):
        raise UnpicklingError(f"Trying to call reduce for unrecognized function {named(func)}")
    if new_type is not Tensor and new_type is not Parameter and not added(new_type):
        raise UnpicklingError(f"{named(new_type)} is no class of tensors that is allowed")
    return tensors.rebuild_from_type_v2(func, new_type, args, state)


# What may be called on behalf of `_rebuild_from_type_v2`: not itself, which would call anything.
_OF_TENSORS = (
    tensors.rebuild_tensor,
    tensors.rebuild_tensor_v2,
    tensors.rebuild_tensor_v3,
    tensors.rebuild_parameter,
    tensors.rebuild_parameter_with_state,
)
CALLS: dict[Any, Callable] = {
    OrderedDict: _ordered,
    Counter: _counter,
    set: _set,
    bytearray: _bytearray,
    complex: _complex,
    dtypes.Size: _size,
    dtypes.device: _device,
    _encode: _encode,
    **{function: function for function in tensors.REBUILD.values()},
    tensors.rebuild_from_type_v2: _from_type,
}

ALLOWED: dict[str, Any] = {
    **KNOWN,
    "collections.OrderedDict": OrderedDict,
    "collections.Counter": Counter,
    "builtins.set": set,
    "builtins.bytearray": bytearray,
    "builtins.complex": complex,
    "_codecs.encode": _encode,
    "torch.Size": dtypes.Size,
    "torch.device": dtypes.device,
    "torch.Tensor": Tensor,
    "torch.nn.parameter.Parameter": Parameter,
    **{f"torch.{name}": kind for name, kind in legacy.TYPES.items()},
}
_NOT_BUILT = (
    *("_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_meta_tensor_no_storage", "_rebuild_nested_tensor"),
    *("_rebuild_wrapper_subclass", "_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor"),
    *("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "complex32"),
    *("ComplexHalfStorage", "QInt8Storage", "QUInt8Storage", "QInt32Storage"),
)


# -- what the user allows ----------------------------------------------------------------------------------------------

_user: dict[str, Any] = {}


def add_safe_globals(safe_globals: list) -> None:
    """Let files that are loaded with `weights_only=True` make and call these classes and functions.

    Args:
        safe_globals: classes and functions, or pairs of one and the full name that files call it by.

    Example:
        >>> class Point: ...
        >>> add_safe_globals([Point])
        >>> get_safe_globals()
        [<class 'jnet.torch.serialization.allowed.Point'>]
        >>> clear_safe_globals()

    See: https://docs.pytorch.org/docs/stable/notes/serialization.html#torch.serialization.add_safe_globals
    """
    for each in safe_globals:
        _user[_full_name(each)] = each


def _full_name(given: Any) -> str:
    if isinstance(given, tuple):
        if len(given) != 2:
            raise ValueError(
                f"Expected tuple of length 2 (global, str of callable full path), but got tuple of length: {len(given)}"
            )
        if type(given[1]) is not str:
            raise TypeError(f"Expected second item in tuple to be str of callable full path, but got: {type(given[1])}")
        return given[1]
    return ".".join(name_of(given) or (given.__module__, given.__qualname__))


def get_safe_globals() -> list:
    """Return what `add_safe_globals` was given."""
    return list(_user.values())


def clear_safe_globals() -> None:
    """Forget what `add_safe_globals` was given."""
    _user.clear()


class safe_globals:
    """Allow classes and functions, as `add_safe_globals` does, within a `with` block."""

    def __init__(self, safe_globals: list):
        self._given = safe_globals

    def __enter__(self) -> None:
        self._before = dict(_user)
        add_safe_globals(self._given)

    def __exit__(self, *exc) -> None:
        _user.clear()
        _user.update(self._before)


def added(thing: Any) -> bool:
    """Tell whether the user allows a class or function."""
    return any((each[0] if isinstance(each, tuple) else each) is thing for each in _user.values())


# -- names ------------------------------------------------------------------------------------------------------------


def find(module: str, name: str) -> Any:
    """Return what a file names, if it is allowed.

    Raises:
        UnpicklingError: if it is not, in PyTorch's words.
        NotImplementedError: for parts of PyTorch's own that jnet has not.
    """
    module, name = NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name))
    full = f"{module}.{name}"
    if module in _BLOCKED:
        raise UnpicklingError(f"Trying to load unsupported GLOBAL {full} whose module {module} is blocked.")
    if full in ALLOWED:
        return ALLOWED[full]
    if full in _user:
        return _user[full][0] if isinstance(_user[full], tuple) else _user[full]
    if module in ("torch", "torch._utils") and name in _NOT_BUILT:
        raise NotImplementedError(f"torch.load: {full} is not built in jnet.")
    full = full.removeprefix("builtins.")
    raise UnpicklingError(
        f"Unsupported global: GLOBAL {full} was not an allowed global by default. Please use "
        f"`torch.serialization.add_safe_globals([{full}])` or the `torch.serialization.safe_globals([{full}])` context "
        "manager to allowlist this global if you trust this class/function."
    )


def named(thing: Any) -> str:
    """Return what names a thing without asking it: a file may have made it."""
    return repr(thing) if isinstance(thing, type | types.FunctionType) else f"a {type(thing).__name__}"

"""Functions that make tensors of one value, and of ranges; those of random numbers are in random.py."""

from __future__ import annotations

import math
import operator
import warnings

import numpy as np

from jnet.ops.promotion import Default
from jnet.ops.random.normals import multiply_add
from jnet.torch.arrays import _inferred as inferred_dtype
from jnet.torch.arrays import (
    as_tensor,
    asarray,
    from_dlpack,
    from_numpy,
    numpy_dtype,
    placed,
    tensor,
    to_dlpack,
)
from jnet.torch.dispatch import store_out
from jnet.torch.dtypes import get_default_device, set_default_device
from jnet.torch.legacy import set_default_tensor_type
from jnet.torch.scalars import as_number, number_array, type_name
from jnet.torch.signatures import OPTIONS, Signatures, explaining
from jnet.torch.tensor import Tensor, shape_of


def size_of(name: str, args: tuple, options: dict) -> tuple[int, ...]:
    """Return the sizes given to a function, as integers or one sequence of them, or as `size=` in the options.

    Raises:
        TypeError, RuntimeError: if they are none.
    """
    given = options.pop("size", None)
    args = args if given is None else (given,)
    if not args:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
    several = len(args) > 1 or _is_index(args[0])  # pyright: ignore[reportGeneralTypeIssues]
    if not several and not isinstance(args[0], list | tuple):  # pyright: ignore[reportGeneralTypeIssues]
        raise TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {type_name(args[0])}")  # pyright: ignore
    elements = args if several else args[0]  # pyright: ignore[reportGeneralTypeIssues]
    for place, each in enumerate(elements):
        if not _is_index(each):
            kind = type_name(each)
            raise TypeError(
                f"{name}(): argument 'size' failed to unpack the object at pos {place + 1} with error \"type must be "
                f'tuple of ints,but got {kind}"'
                if several or place
                else f"{name}(): argument 'size' (position 1) must be tuple of ints, but found element of type {kind} "
                f"at pos {place}"
            )
    shape = tuple([operator.index(each) for each in elements])
    if shape and min(shape) < 0:
        if name == "zeros":
            raise RuntimeError("zeros: Dimension size must be non-negative.")
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}")
    return shape


def _is_index(size) -> bool:
    return isinstance(size, int | np.integer) or (isinstance(size, Tensor) and size._aval.dtype.kind in "iu")


_OPTIONS = {"device", "layout", "out", "pin_memory", "requires_grad"}


def finish(name: str, array: np.ndarray, options: dict) -> Tensor:
    """Return a new tensor of the array as the options say: `out=`, `device=`, `requires_grad=`.

    Raises:
        TypeError: for other options.
    """
    unknown = options.keys() - _OPTIONS - ({"memory_format"} if name.startswith("empty") or "_like" in name else set())
    if unknown:
        raise TypeError(f"{name}() got an unexpected keyword argument '{min(unknown)}'")
    layout, out = options.get("layout"), options.get("out")
    if layout is not None and str(layout) != "torch.strided":
        raise NotImplementedError(f"{name}(): layout {layout} is not built; tensors are torch.strided.")
    if out is not None:
        out.resize_(array.shape)  # as PyTorch, which makes these tensors in the place of `out`, without a warning
    made = placed(array, options.get("device"), options.get("requires_grad", False))
    return made if out is None else store_out(name, out, made)


def _filled(name: str, value: int, doc: str):
    def function(*size, dtype=None, **options) -> Tensor:
        shape = size_of(name, size, options)
        return finish(name, np.full(shape, value, numpy_dtype(dtype, _out_dtype(options), name)), options)

    function.__name__, function.__doc__ = name, doc
    return function


zeros = _filled(
    "zeros",
    0,
    """Return zeros of the default dtype.

See: https://docs.pytorch.org/docs/stable/generated/torch.zeros.html
""",
)
ones = _filled(
    "ones",
    1,
    """Return ones of the default dtype.

See: https://docs.pytorch.org/docs/stable/generated/torch.ones.html
""",
)
empty = _filled(
    "empty",
    0,
    """Return a tensor to be written to; jnet fills it with zeros.

See: https://docs.pytorch.org/docs/stable/generated/torch.empty.html
""",
)


def full(size, fill_value, *, dtype=None, **options) -> Tensor:
    """Return a tensor of one value, whose type decides the dtype.

    Raises:
        RuntimeError: if the dtype cannot hold the value.

    See: https://docs.pytorch.org/docs/stable/generated/torch.full.html
    """
    if not isinstance(size, list | tuple):
        raise TypeError(f"full(): argument 'size' (position 1) must be tuple of ints, not {type_name(size)}")
    number = fill_value.item() if isinstance(fill_value, Tensor) and not fill_value.ndim else as_number(fill_value)
    if number is None:
        raise TypeError(f"full(): argument 'fill_value' (position 2) must be Number, not {type_name(fill_value)}")
    inferred = fill_value._aval.dtype if isinstance(fill_value, Tensor) else inferred_dtype(number)
    kind = numpy_dtype(dtype, _out_dtype(options) or inferred, "full")
    return finish("full", np.full(size_of("full", (size,), {}), number_array(number, kind)), options)


def _out_dtype(options: dict) -> np.dtype | None:
    out = options.get("out")
    return None if out is None else out._aval.dtype


def _like(name, make):
    def like(input, *args, dtype=None, **options):
        if not isinstance(input, Tensor):
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type_name(input)}")
        options.setdefault("device", input.device)
        options.pop("memory_format", None)
        return make(shape_of(input), *args, dtype=input.dtype if dtype is None else dtype, **options)

    like.__name__, like.__doc__ = name, f"Return `{make.__name__}` of the shape, dtype and device of `input`."
    return like


zeros_like, ones_like, empty_like = _like("zeros_like", zeros), _like("ones_like", ones), _like("empty_like", empty)
full_like = _like("full_like", full)


def arange(*args, dtype=None, **options) -> Tensor:
    """Return the numbers from `start` (0) up to, but without, `end`, `step` (1) apart.

    Shape: (ceil((end - start) / step),), whole numbers as int64, others of the default dtype.

    Raises:
        RuntimeError: if the step is 0, or leads away from the end.

    See: https://docs.pytorch.org/docs/stable/generated/torch.arange.html
    """
    names = ("end",) if len(args) == 1 else ("start", "end", "step")
    given = {**dict(zip(names, args, strict=False)), **{n: options.pop(n) for n in _BOUNDS if n in options}}
    if "end" not in given or len(args) > 3:
        kinds = ", ".join(type_name(each) for each in args)
        raise TypeError(
            f"arange() received an invalid combination of arguments - got ({kinds}), but expected one of:\n"
            " (Number end), (Number start, Number end), (Number start, Number end, Number step)"
        )
    start, end, step = (_bound(name, given.get(name, otherwise), names) for name, otherwise in _BOUNDS.items())
    whole = all(isinstance(each, int) for each in (start, end, step))
    kind = numpy_dtype(dtype, _out_dtype(options) or (np.dtype(np.int64) if whole else Default.dtype), "arange")
    if kind.kind == "b":
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) / step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    count = -((start - end) // step) if whole else math.ceil((end - start) / step)
    return finish("arange", _stepped(start, step, count, kind), options)  # pyright: ignore


_BOUNDS = {"start": 0, "end": 0, "step": 1}


def _bound(name: str, value, names: tuple[str, ...]):
    """Return a number given as one of Python's, of NumPy's or as a tensor."""
    number = value.item() if isinstance(value, Tensor) else as_number(value)
    if number is None:
        place = names.index(name) + 1
        raise TypeError(f"arange(): argument '{name}' (position {place}) must be Number, not {type_name(value)}")
    if isinstance(number, complex):
        raise RuntimeError("value cannot be converted to type double without overflow")
    return number


def _stepped(start, step, count: int, kind: np.dtype) -> np.ndarray:
    """Return start + i step as PyTorch's AVX2 kernel rounds it: in blocks of 32 bytes, each counted from its first."""
    if kind.kind in "iu":
        return (int(start) + np.arange(count) * int(step)).astype(kind)
    work = np.dtype(np.float64 if kind.itemsize >= 4 else np.float32)
    i = np.arange(count)
    lanes = 32 // kind.itemsize
    block = np.where(i < count - count % (2 * lanes), i - i % lanes, i)  # two blocks at a time, and what is left singly
    step, start = work.type(step), work.type(start)
    first = multiply_add(block.astype(work), step, start).astype(kind).astype(work)
    return multiply_add((i - block).astype(work), step, first).astype(kind)


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
    return finish("range", values.astype(numpy_dtype(dtype)), options)


_ENDS = [f"{a} start, {b} end, int steps" for b in ("Tensor", "Number") for a in ("Tensor", "Number")]
_LINSPACE = Signatures("linspace", *(f"{ends}, *, {OPTIONS}" for ends in _ENDS))
_LOGSPACE = Signatures("logspace", *(f"{ends}, float base=10.0, *, {OPTIONS}" for ends in _ENDS))


def linspace(*args, **kwargs) -> Tensor:
    """Return `steps` numbers from `start` to `end`, both included, evenly spaced.

    See: https://docs.pytorch.org/docs/stable/generated/torch.linspace.html
    """
    _, options = _LINSPACE(args, kwargs)
    start, end, steps = _ends("linspace", options)
    kinds = [inferred_dtype(each) for each in (start, end)]
    otherwise = max((kind for kind in kinds if kind.kind == "c"), default=Default.dtype, key=lambda kind: kind.itemsize)
    return finish("linspace", _spaced(start, end, steps, numpy_dtype(options.pop("dtype", None), otherwise)), options)


def _ends(name: str, options: dict) -> list:
    for end in ("start", "end"):
        if isinstance(options[end], Tensor) and options[end].ndim:
            raise RuntimeError(
                f"{name} only supports 0-dimensional start and end tensors, but got {end} with {options[end].ndim} "
                "dimension(s)."
            )
    return [options.pop(each) for each in ("start", "end", "steps")]


def _spaced(start, end, steps, kind: np.dtype) -> np.ndarray:
    """Return evenly spaced numbers as PyTorch rounds them: the first half counts up, the second down from the end."""
    start, end = (each.item() if isinstance(each, Tensor) else each for each in (start, end))
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if steps <= 1:
        return np.array([start][:steps]).astype(kind)
    work = np.dtype(np.float64) if kind.kind in "iu" else kind
    first, last = work.type(start), work.type(end)
    step = (last - first) / work.type(steps - 1)
    i = np.arange(steps)
    up, down = i.astype(work), (i - (steps - 1)).astype(work)
    if work.kind == "c" or work.itemsize == 2:  # rounded after each operation
        return np.where(i < steps // 2, first + step * up, last + step * down).astype(kind)
    return np.where(i < steps // 2, multiply_add(up, step, first), multiply_add(down, step, last)).astype(kind)


def logspace(*args, **kwargs) -> Tensor:
    """Return `steps` numbers from base^start to base^end, evenly spaced in their logarithm.

    See: https://docs.pytorch.org/docs/stable/generated/torch.logspace.html
    """
    _, options = _LOGSPACE(args, kwargs)
    start, end, steps = _ends("logspace", options)
    exponents = _spaced(start, end, steps, np.dtype(np.float64))
    powers = np.power(float(options.pop("base", 10.0)), exponents)
    return finish("logspace", powers.astype(numpy_dtype(options.pop("dtype", None))), options)


def eye(n, m=None, *, dtype=None, **options) -> Tensor:
    """Return ones on the diagonal and zeros elsewhere.

    See: https://docs.pytorch.org/docs/stable/generated/torch.eye.html
    """
    for place, (name, size) in enumerate({"n": n, "m": n if m is None else m}.items(), 1):
        if not _is_index(size):
            raise TypeError(f"eye(): argument '{name}' (position {place}) must be int, not {type_name(size)}")
    if n < 0 or (m or 0) < 0:
        raise RuntimeError(
            f"n must be greater or equal to 0, got {n}" if n < 0 else f"m must be greater or equal to 0, got {m}"
        )
    return finish("eye", np.eye(n, m, dtype=numpy_dtype(dtype)), options)


def _triangle(name: str, places):
    def function(row: int, col: int, offset: int = 0, *, dtype=None, **options) -> Tensor:
        indices = np.stack(places(row, offset, col))
        return finish(name, indices.astype(numpy_dtype(dtype, np.dtype(np.int64), name)), options)

    function.__name__ = name
    function.__doc__ = f"Return the places of the {name[:4]} part of a matrix: a row of rows and one of columns."
    return function


tril_indices, triu_indices = _triangle("tril_indices", np.tril_indices), _triangle("triu_indices", np.triu_indices)


def scalar_tensor(s, *, dtype=None, **options) -> Tensor:
    """Return a 0-dim tensor of a number."""
    return finish("scalar_tensor", np.array(s, numpy_dtype(dtype)), options)


def empty_strided(size, stride, **options) -> Tensor:
    """Return a tensor of these sizes and strides to be written to; jnet fills it with zeros."""
    room = sum((n - 1) * s for n, s in zip(size, stride, strict=True)) + 1
    return zeros(room, **options).as_strided(size, stride)


eye = explaining(eye, "eye", f"int n, *, {OPTIONS}", f"int n, int m, *, {OPTIONS}")
full = explaining(full, "full", f"tuple of ints size, Number fill_value, *, {OPTIONS}")
scalar_tensor = explaining(scalar_tensor, "scalar_tensor", f"Number s, *, {OPTIONS}")
_TRIANGLE = f"int row, int col, int offset=0, *, {OPTIONS}"
tril_indices = explaining(tril_indices, "tril_indices", _TRIANGLE)
triu_indices = explaining(triu_indices, "triu_indices", _TRIANGLE)
_LIKE = OPTIONS.replace("Tensor out", "torch.memory_format memory_format")
zeros_like = explaining(zeros_like, "zeros_like", f"Tensor input, *, {_LIKE}")
ones_like = explaining(ones_like, "ones_like", f"Tensor input, *, {_LIKE}")
empty_like = explaining(empty_like, "empty_like", f"Tensor input, *, {_LIKE}")
full_like = explaining(full_like, "full_like", f"Tensor input, Number fill_value, *, {_LIKE}")

__all__ = [
    "arange", "as_tensor", "asarray", "empty", "empty_like", "empty_strided", "eye", "from_dlpack", "from_numpy",
    "full", "full_like", "get_default_device", "linspace", "logspace", "ones", "ones_like", "scalar_tensor",
    "set_default_device", "set_default_tensor_type", "tensor", "to_dlpack", "tril_indices", "triu_indices", "zeros",
    "zeros_like",
]  # fmt: skip

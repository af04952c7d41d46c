"""From declared ops to PyTorch's functions: arguments are sorted, recorded, and the forms are derived."""

from __future__ import annotations

import functools
import inspect
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jnet.ops.checks import dtype_name
from jnet.ops.registry import OPS, Op
from jnet.recorder import Call
from jnet.recorder.interpret import evaluate
from jnet.torch import bounds, return_types
from jnet.torch.dtypes import dtype as Dtype
from jnet.torch.scalars import type_name
from jnet.torch.tensor import (
    Tensor,
    apply,
    edge_of,
    elements_of,
    from_array,
    grad_mode,
    kind_of,
    refuse_leaf,
    shape_of,
    value_of,
    write,
)

NUMBERS = (bool, int, float, complex)
# PyTorch's other spellings of parameters, which NumPy's users write.
_SPELLINGS = {"axis": "dim", "keepdims": "keepdim", "x": "input", "x1": "input", "x2": "other", "axes": "dim"}
# Numbers that choose the formula rather than take part in it: small ones are part of a program's key.
_FORMULA = {("pow", "exponent")}
# Ops that take Python numbers where they have arrays, beside those that promote their arguments.
_TAKE_NUMBERS = {
    *("lerp", "quantile", "nanquantile", "searchsorted", "bucketize", "pinv"),
    *("fill", "index_fill", "masked_fill"),
}
# Ops that only copy tensors into one, and from how many on that is done at once (see `JoiningCaller`).
_JOINS, _MANY = {"cat", "stack", "hstack", "vstack", "dstack", "column_stack", "pad_sequence"}, 8
# Settings that may be given as several positional integers.
_SPREAD = {"repeats", "dims", "sizes", "shifts"}


class Caller:
    """Sorts the arguments of one op into tensors and settings, and records it.

    A setting belongs to the call, which is made once for each combination; tensors and numbers are its arguments.
    """

    def __init__(self, op: Op):
        self.op = op
        self.name = op.name
        self.results = f"linalg_{op.name}" if op.where == ("linalg",) else op.name  # the name of its named tuple
        self.parameters = tuple(op.parameters)
        self.defaults = {
            name: p.default for name, p in op.parameters.items() if p.default is not inspect.Parameter.empty
        }
        self.positional = [n for n, p in op.parameters.items() if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        self.values = (*op.arrays, *op.scalars)
        self.calls: dict[tuple, Call] = {}
        self.plain: dict[int, Call] = {}  # number of leading tensors -> the call where all else is left out
        self.numbers = op.promotes is not None or op.name in _TAKE_NUMBERS
        self.seen: dict[tuple, tuple[Call, tuple[int, ...]]] = {}  # see `prepared`
        required = [n for n in self.parameters if n not in self.defaults]
        any_tensor = object.__new__(Tensor)
        if not op.sequence:
            for count in range(1, len(op.arrays) + 1):
                lead = self.positional[:count]
                plain = all(n in op.arrays for n in lead) and set(required) <= set(lead)
                if plain and not any((self.name, n) in _FORMULA for n in lead):
                    self.plain[count] = self._call(*self._layout(dict.fromkeys(lead, any_tensor))[:2])

    def __call__(self, *args, **kwargs) -> Any:
        if not kwargs:
            call = self.plain.get(len(args))
            if call is not None:
                for argument in args:
                    if not isinstance(argument, Tensor) and not (self.numbers and type(argument) in NUMBERS):
                        break
                else:
                    if isinstance(args[0], Tensor):
                        return self.wrapped(apply(call, args))
        return self.wrapped(apply(*self.prepared(args, kwargs)))

    def prepared(self, args: tuple, kwargs: dict) -> tuple[Call, list]:
        """Return the call for these arguments, and its tensors and numbers.

        Where all arguments but the tensors are settings, the call and the order are remembered.
        """
        key, tensors = [len(args), *kwargs], []
        for each in (*args, *kwargs.values()):
            if isinstance(each, Tensor):
                key.append(Tensor)
                tensors.append(each)
            else:
                key += (each, type(each))
        try:
            found = self.seen.get(tuple(key))
        except TypeError:  # a list, say
            return self.sorted(self.bound(args, kwargs))
        if found is None:
            call, flat = self.sorted(self.bound(args, kwargs))
            if all(isinstance(each, Tensor) for each in flat) and len(self.seen) < 5000:
                places = {id(each): place for place, each in enumerate(tensors)}
                # A tensor that is given twice does not tell which place is whose.
                if len(places) == len(tensors) and all(id(each) in places for each in flat):
                    self.seen[tuple(key)] = call, tuple([places[id(each)] for each in flat])
            return call, flat
        call, order = found
        return call, [tensors[place] for place in order]

    def sorted(self, given: dict[str, Any]) -> tuple[Call, list]:
        """Return the call for arguments by name, and its tensors and numbers."""
        layout, static, flat = self._layout(given)
        if not any(isinstance(each, Tensor) for each in flat):
            self._refuse_numbers(given)
        return self._call(layout, static), flat

    def wrapped(self, result):
        """Return several results as PyTorch's named tuple."""
        return return_types.named(self.results, result) if type(result) is not Tensor else result

    def bound(self, args: tuple, kwargs: dict) -> dict[str, Any]:
        """Return the arguments by name, defaults left out."""
        names = self.positional
        if len(args) > len(names):
            args = self._spread(args)
        given = dict(zip(names, args))  # noqa: B905 - strict= costs more than the rest
        for name, value in kwargs.items():
            name = name if name in self.parameters else _SPELLINGS.get(name, name)
            if name not in self.parameters:
                raise TypeError(f"{self.name}() got an unexpected keyword argument '{name}'")
            if name in given:
                raise TypeError(f"{self.name}() got multiple values for argument '{name}'")
            given[name] = value
        missing = [name for name in self.parameters if name not in given and name not in self.defaults]
        if missing:
            raise TypeError(
                f"{self.name}() missing {len(missing)} required positional arguments: "
                + ", ".join(f'"{name}"' for name in missing)
            )
        last = names[len(args) - 1] if args else None
        if last in _SPREAD and isinstance(given[last], int):
            given[last] = (given[last],)
        return given

    def _spread(self, args: tuple) -> tuple:
        """Gather trailing integers into the last setting that takes several."""
        for place, name in enumerate(self.positional):
            if name in _SPREAD and all(isinstance(each, int) for each in args[place:]):
                return (*args[:place], tuple(args[place:]))
        count = len(self.positional)
        raise TypeError(
            f"{self.name}() takes {count} positional argument{'s' * (count != 1)} but {len(args)} were given\n"
            f"It takes ({', '.join(self.parameters)})."
        )

    def _layout(self, given: dict[str, Any]) -> tuple[tuple, tuple, list]:
        """Return what is where among the arguments, the settings, and the tensors and numbers in order."""
        layout: list = []
        flat: list = []
        for name in self.values:
            value = given.get(name, self.defaults.get(name))
            if name in self.defaults and name not in given and name in self.op.scalars:
                layout.append(("fixed", value))
            elif value is None:
                layout.append(None)
            elif name == "tensors" and not isinstance(value, list | tuple):
                raise TypeError(
                    f"{self.name}(): argument '{name}' (position 1) must be tuple of Tensors, not {type_name(value)}"
                )
            elif isinstance(value, Tensor):
                layout.append(1)
                flat.append(value)
            elif isinstance(value, list | tuple) and self.op.sequence and name == self.op.arrays[0]:
                self._check_sequence(name, value)
                layout.append(("each", len(value)))
                flat += value
            else:
                number = self._number(name, value)
                if (self.name, name) in _FORMULA and _is_small_half(number):
                    layout.append(("fixed", number))
                else:
                    layout.append(1)
                    flat.append(number)
        static = tuple([(name, _setting(given[name])) for name in self.op.static if name in given])
        return tuple(layout), static, flat

    def _number(self, name: str, value):
        """Return a number given for `name` as Python's own."""
        numbers = self.numbers or name in self.op.scalars
        if numbers and type(value) in NUMBERS:
            if type(value) is int and not -(2**63) <= value < 2**63:
                raise RuntimeError("value cannot be converted to type int64_t without overflow")
            return value
        if numbers and isinstance(value, np.generic) and value.dtype.kind in "biufc":
            return value.item()
        place = self.positional.index(name) + 1 if name in self.positional else None
        where = "" if place is None else f" (position {place})"
        kind = "Tensor" if name in self.op.arrays else "Number"
        raise TypeError(f"{self.name}(): argument '{name}'{where} must be {kind}, not {type_name(value)}")

    def _check_sequence(self, name: str, value: Sequence) -> None:
        for place, each in enumerate(value):
            if not isinstance(each, Tensor):
                raise TypeError(
                    f"expected Tensor as element {place} in argument 0, but got {type(each).__name__}\n"
                    f"{self.name}() takes a sequence of tensors as '{name}'."
                )

    def _refuse_numbers(self, given: dict[str, Any]) -> None:
        for place, name in enumerate(self.op.arrays):
            value = given.get(name)
            if value is not None and not (self.op.sequence and isinstance(value, list | tuple) and not value):
                raise TypeError(
                    f"{self.name}(): argument '{name}' (position {place + 1}) must be Tensor, not {type_name(value)}"
                )

    def _call(self, layout: tuple, static: tuple) -> Call:
        """Return the one call of this layout and these settings."""
        try:
            call = self.calls.get((layout, static, _types(static)))
        except TypeError as error:  # a setting that cannot be hashed
            raise TypeError(f"{self.name}(): a setting has the wrong type ({error}): {dict(static)}") from None
        if call is None:
            if len(self.calls) > 5000:
                self.calls.clear()
            ranks_to_name = functools.partial(_call_op, self.op, layout, dict(static))
            call = Call(ranks_to_name, self.name, _grad_fn(self.op, layout, static), self.op.saves, self.op.constant)
            self.calls[layout, static, _types(static)] = call
        return call


def described(call: Caller) -> str:
    """Return the docstring of an op without its example, which is one of arrays."""
    return re.sub(r"\n +Example:\n(?: {8}.*\n)+", "", call.op.function.__doc__ or "")


def _is_small_half(number) -> bool:
    """Tell whether a number is a small whole one, or half of one."""
    return not isinstance(number, complex) and abs(number) <= 8 and number * 2 == int(number * 2)


def _types(static: tuple) -> tuple:
    """Tell 1 from True and 1.0, which Python calls equal."""
    return tuple([type(value) for _, value in static])


def _setting(value):
    """Return a setting as something that can be part of a key."""
    if isinstance(value, Dtype):
        return value._numpy
    if isinstance(value, list | tuple):
        return tuple([_setting(each) for each in value])
    if isinstance(value, Tensor) and value.numel() == 1 and value.dtype.is_floating_point is False:
        return int(value)
    if isinstance(value, np.generic):
        return value.item()
    return value


def _call_op(op: Op, layout: tuple, static: dict, *flat):
    """Call the op's function with the arguments in their places."""
    rest = iter(flat)
    given = {}
    for name, kind in zip((*op.arrays, *op.scalars), layout, strict=True):
        if kind == 1:
            given[name] = next(rest)
        elif kind is None:
            given[name] = None
        elif kind[0] == "each":
            given[name] = tuple([next(rest) for _ in range(kind[1])])
        else:
            given[name] = kind[1]
    return op.function(**given, **static)


def _grad_fn(op: Op, layout: tuple, static: tuple) -> str | Callable[[tuple], str]:
    """Return the name of the op's node, or what gives it from the kinds of the arguments."""
    if op.grad_fn is None:
        return "".join(part.capitalize() for part in op.name.split("_")) + "Backward0"
    return functools.partial(_name_by_ranks, op, layout, dict(static)) if callable(op.grad_fn) else op.grad_fn


def _name_by_ranks(op: Op, layout: tuple, static: dict, kinds: tuple) -> str:
    rest = iter(kinds)
    ranks = []
    for place in layout[: len(op.arrays)]:
        count = 1 if place == 1 else place[1] if place is not None and place[0] == "each" else 0
        given = [getattr(next(rest), "ndim", None) for _ in range(count)]
        ranks.append(given[0] if given else None)
    assert callable(op.grad_fn)
    return op.grad_fn(tuple(ranks), static)


# -- the forms ---------------------------------------------------------------------------------------------------------


def assign(tensor: Tensor, result: Tensor) -> Tensor:
    """Write a result into a tensor in place.

    Raises:
        RuntimeError: if the shape is another, or the dtype is of a higher category.
    """
    if shape_of(result) != shape_of(tensor):
        raise RuntimeError(
            f"output with shape {list(shape_of(tensor))} doesn't match the broadcast shape {list(shape_of(result))}"
        )
    have, need = result._aval.dtype, tensor._aval.dtype
    if have != need:
        if not _castable(have, need):
            raise RuntimeError(
                f"result type {dtype_name(have)} can't be cast to the desired output type {dtype_name(need)}"
            )
        result = CALLERS["to_dtype"](result, dtype=tensor.dtype)
    write(tensor, value_of(result), result._edge)
    return tensor


def _castable(have: np.dtype, need: np.dtype) -> bool:
    order = {"b": 0, "u": 1, "i": 1, "f": 2, "V": 2, "c": 3}
    return order[have.kind] <= order[need.kind]


def store_out(name: str, out, result) -> Any:
    """Write a result into `out`, which takes its shape if it is empty; return `out`."""
    if isinstance(result, tuple):
        return return_types.named(name, tuple(store_out(name, o, r) for o, r in zip(out, result, strict=True)))
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if grad_mode.enabled and (result.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    if shape_of(out) != shape_of(result):
        if out.numel():
            warnings.warn(
                f"An output with one or more elements was resized since it had shape {list(shape_of(out))}, which does "
                f"not match the required output shape {list(shape_of(result))}. This behavior is deprecated, and in a "
                "future PyTorch release outputs will not be resized unless they have zero elements. You can explicitly "
                "reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
                UserWarning,
                stacklevel=3,
            )
        out.resize_(shape_of(result))
    return assign(out, result)


def function_of(call: Callable, name: str, doc: str | None) -> Callable:
    """Return the function form: `call` with `out=`."""

    def function(*args, out=None, **kwargs):
        if out is None:
            return call(*args, **kwargs)
        return store_out(name, out, call(*args, **kwargs))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def method_of(call: Callable, name: str, doc: str | None) -> Callable:
    """Return the method form."""

    def method(self, *args, **kwargs):
        try:
            return call(self, *args, **kwargs)
        except TypeError as error:
            if isinstance(call, Caller):
                raise _of_method(error) from None
            raise

    method.__name__, method.__qualname__, method.__doc__ = name, f"Tensor.{name}", doc
    return method


def _of_method(error: TypeError) -> TypeError:
    """Return the error of a function as that of a method, whose tensor does not count among the positions."""
    text = re.sub(r"\(position (\d+)\)", lambda found: f"(position {int(found[1]) - 1})", str(error))
    return type(error)(text).with_traceback(error.__traceback__)


def inplace_of(call: Callable, name: str) -> Callable:
    """Return the in-place form, whose name ends in an underscore."""

    def method(self, *args, **kwargs):
        refuse_leaf(self)
        result = call(self, *args, **kwargs)
        assign(self, result)
        if result._edge is not None:
            _keep_original(result._edge[0], self)
        return self

    method.__name__, method.__qualname__ = name, f"Tensor.{name}"
    method.__doc__ = f"Write the result of `{name[:-1]}` into the tensor, and return it."
    return method


def _keep_original(node, tensor: Tensor) -> None:
    """Let the node of an in-place op watch what PyTorch would: the result is the tensor, the original a copy."""
    versions = getattr(node, "versions", None)
    if not versions:
        return
    own = tensor._counter or tensor._storage.version
    if node.derivative.saves == "result":
        node.versions = [(own, own[0], place) for _, _, place in versions]
    else:
        node.versions = [each for each in versions if each[0] is not own]


class BoundedCaller(Caller):
    """The caller of an op whose indices or labels must lie within bounds."""

    def __call__(self, *args, **kwargs) -> Any:
        result = self.wrapped(apply(*self.prepared(args, kwargs)))
        given = dict(zip(self.positional, args), **kwargs)  # noqa: B905 - strict= costs more than the rest
        if len(args) > len(self.positional) or not kwargs.keys() <= self.op.parameters.keys():
            given = self.bound(args, kwargs)
        bounds.check_arguments(self.name, given)
        if self.name in bounds.SINGULAR:
            bounds.check_result(self.name, given, result)
        return result


class JoiningCaller(Caller):
    """The caller of an op that copies tensors into one. Many whose elements are known are copied at once, by NumPy.

    A batch from a replay memory, or of sentences, has other tensors each time, of other lengths, some of them twice:
    recorded, each would be a program of its own. Copies have one right answer.
    """

    def __call__(self, *args, **kwargs) -> Any:
        call, flat = self.prepared(args, kwargs)
        made = _joined(call, flat) if len(flat) >= _MANY else None
        return self.wrapped(apply(call, flat)) if made is None else made


def _joined(call: Call, flat: list) -> Tensor | None:
    """Return the call's result if nothing has to be recorded for it, and it raises nothing."""
    arrays = []
    for each in flat:
        array = elements_of(each) if isinstance(each, Tensor) else None
        if array is None or (grad_mode.enabled and edge_of(each) is not None):
            return None
        arrays.append(array)
    try:
        signature = call.signature(tuple([kind_of(each) for each in flat]))
    except Exception:
        return None  # recording it raises that at the user's line
    return None if signature.warnings else from_array(evaluate(signature.jaxpr, arrays)[0])


def _caller(name: str, op: Op) -> Caller:
    if bounds.has_bounds(name):
        return BoundedCaller(op)
    return JoiningCaller(op) if name in _JOINS else Caller(op)


CALLERS: dict[str, Caller] = {name: _caller(name, op) for name, op in OPS.items()}

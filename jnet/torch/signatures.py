"""PyTorch's own way of sorting arguments: signatures tried in turn, and its errors where none fits.

A signature is written as PyTorch lists it, `Tensor mean, float std=1, *, torch.Generator? generator=None`; what has a
default may be left out, and what ends in a question mark may be None. This serves functions that are no ops and so have
no declaration from which the sorting could follow (see dispatch.py).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from jnet.ops.random import generator as streams
from jnet.torch.dtypes import device, dtype, layout, memory_format
from jnet.torch.scalars import as_number, type_name
from jnet.torch.tensor import Tensor


def _is_plain(value) -> bool:
    return isinstance(value, Tensor) and not value.ndim and not value.requires_grad


def _is_int(value) -> bool:
    if isinstance(value, Tensor):
        return _is_plain(value) and value._aval.dtype.kind in "iu"
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_sizes(value) -> bool:
    """Tell whether these are sizes, judged, as PyTorch does, by the first."""
    return isinstance(value, list | tuple) and (not value or _is_int(value[0]) or isinstance(value[0], bool))


def _is_tensors(value) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, Tensor) for each in value)


def _is_number(value) -> bool:
    return _is_plain(value) if isinstance(value, Tensor) else isinstance(value, _NUMBERS)


_NUMBERS = (bool, int, float, complex, np.number, np.bool_)
_TYPES = (float, int, bool, complex)
_CHECKS: dict[str, Callable[[Any], bool]] = {
    "Tensor": lambda value: isinstance(value, Tensor),
    "Number": _is_number,
    "bool": lambda value: isinstance(value, bool | np.bool_),
    "float": lambda value: isinstance(value, float | int | np.number) or _is_plain(value),
    "int": _is_int,
    "tuple of ints": _is_sizes,
    "tuple of Tensors": _is_tensors,
    "torch.Generator": lambda value: isinstance(value, streams.Generator),
    "torch.device": lambda value: isinstance(value, str | device) or _is_int(value),
    "torch.dtype": lambda value: isinstance(value, dtype) or (isinstance(value, type) and value in _TYPES),
    "torch.layout": lambda value: isinstance(value, layout),
    "torch.memory_format": lambda value: isinstance(value, memory_format),
}


class Parameter(NamedTuple):
    """A parameter of a signature."""

    kind: str
    name: str
    required: bool
    nullable: bool
    keyword: bool

    def takes(self, value) -> bool:
        """Tell whether the value is of its kind."""
        return _CHECKS[self.kind](value)

    def taken(self, value):
        """Return the value; a number given as a tensor or as one of NumPy's as Python's own."""
        if self.kind not in ("Number", "float", "int"):
            return value
        return as_number(value.item() if isinstance(value, Tensor | np.generic) else value)


class Signature:
    """One list of parameters, in PyTorch's notation."""

    def __init__(self, text: str):
        self.text = text
        self.parameters: list[Parameter] = []
        keyword = False
        for part in filter(None, text.split(", ")):
            if part == "*":
                keyword = True
                continue
            declared, _, default = part.partition("=")
            kind, _, name = declared.rpartition(" ")
            nullable = kind.endswith("?") or default == "None"
            self.parameters.append(Parameter(kind.rstrip("?"), name, not default, nullable, keyword))
        self.least = sum(each.required for each in self.parameters)
        self.places = sum(not each.keyword for each in self.parameters)
        self.spreads = self.places == 1 and self.parameters[0].kind == "tuple of ints"

    def sorted(self, args: tuple, kwargs: dict) -> dict[str, Any] | str:
        """Return the arguments that were given, by name; or, as text, why they do not fit."""
        if len(args) > self.places and not self.spreads:
            return self._too_many(len(args))
        found: dict[str, Any] = {}
        place, used = 0, 0
        for index, parameter in enumerate(self.parameters):
            positional = place < len(args)
            if positional and parameter.keyword:
                return self._too_many(len(args))
            given = positional or parameter.name in kwargs
            value = args[place] if positional else kwargs.get(parameter.name)
            used += given and not positional
            if not given and parameter.required:
                return self._missing(index, args, kwargs)
            if given and not (value is None and parameter.nullable):
                if parameter.takes(value):
                    found[parameter.name] = parameter.taken(value)
                elif self.spreads and positional and place == 0 and _is_sizes(args):
                    found[parameter.name], place = args, len(args)
                    continue
                elif self.spreads and len(args) > 1:
                    return self._too_many(len(args))
                else:
                    return _wrong(parameter, value, place if positional else None)
            place += positional
        return found if used == len(kwargs) else self._unknown(args, kwargs)

    def _too_many(self, given: int) -> str:
        least = sum(each.required and not each.keyword for each in self.parameters)
        takes = (
            f"{self.places}" if self.least == self.places or least == self.places else f"from {least} to {self.places}"
        )
        return f"() takes {takes} positional argument{'s' * (self.places != 1)} but {given} were given"

    def _missing(self, index: int, args: tuple, kwargs: dict) -> str:
        names = [f'"{each.name}"' for each in self.parameters[index:] if each.required and each.name not in kwargs]
        return f"() missing {len(names)} required positional argument{'s' * (len(names) == 1)}: {', '.join(names)}"

    def _unknown(self, args: tuple, kwargs: dict) -> str:
        names = [each.name for each in self.parameters]
        unknown = next((name for name in kwargs if name not in names), None)
        if unknown is not None:
            return f"() got an unexpected keyword argument '{unknown}'"
        twice = next(name for name in kwargs if names.index(name) < len(args))
        return f"() got multiple values for argument '{twice}'"


def _wrong(parameter: Parameter, value, place: int | None) -> str:
    where = "" if place is None else f" (position {place + 1})"
    wrong = f"(): argument '{parameter.name}'{where} must be {parameter.kind}, "
    if parameter.kind == "tuple of ints" and isinstance(value, list | tuple):
        return f"{wrong}but found element of type {type_name(value[0])} at pos 0"
    return f"{wrong}not {type_name(value)}"


OPTIONS = (
    "Tensor out=None, torch.dtype dtype=None, torch.layout layout=None, torch.device device=None, "
    "bool pin_memory=False, bool requires_grad=False"
)


class Signatures:
    """The signatures of one function; called with its arguments, the first that fits sorts them.

    Raises:
        TypeError: if none fits, with the reason where only one comes into question, else with the list of them all.

    Example:
        >>> scaled = Signatures("scaled", "float factor=1.0, *, bool fast=False")
        >>> scaled((2.0,), {})
        (0, {'factor': 2.0})
        >>> scaled(("a",), {})
        Traceback (most recent call last):
        TypeError: scaled(): argument 'factor' (position 1) must be float, not str
    """

    def __init__(self, name: str, *texts: str):
        self.name = name
        self.signatures = [Signature(text) for text in texts]

    def __call__(self, args: tuple, kwargs: dict) -> tuple[int, dict[str, Any]]:
        """Return the number of the signature that fits, and the arguments by name, without those left out."""
        for number, signature in enumerate(self.signatures):
            found = signature.sorted(args, kwargs)
            if isinstance(found, dict):
                for parameter in signature.parameters:
                    if parameter.kind == "tuple of ints" and parameter.name in found:
                        self._check_sizes(parameter.name, found[parameter.name])
                return number, found
        count = len(args) + len(kwargs)
        plausible = [each for each in self.signatures if each.least <= count <= len(each.parameters)]
        if len(self.signatures) == 1:
            plausible = self.signatures
        if len(plausible) == 1:
            raise TypeError(f"{self.name}{plausible[0].sorted(args, kwargs)}")
        kinds = ", ".join(type_name(each) for each in args)
        named = ", ".join(f"{name}={type_name(each)}" for name, each in kwargs.items())
        given = f"{kinds}, {named}" if kinds and named else kinds or (f"{named}, " if named else "")
        listed = "".join(f"\n * ({each.text})" for each in self.signatures)
        raise TypeError(
            f"{self.name}() received an invalid combination of arguments - got ({given}), but expected one of:{listed}"
        )

    def _check_sizes(self, name: str, sizes) -> None:
        for place, each in enumerate(sizes):
            if not (_is_int(each) or isinstance(each, bool)):
                reason = f'"type must be tuple of ints,but got {type_name(each)}"'
                raise TypeError(
                    f"{self.name}(): argument '{name}' failed to unpack the object at pos {place + 1} with error "
                    f"{reason}"
                )


def explaining(call: Callable, name: str, *texts: str, method: bool = False) -> Callable:
    """Return `call`, which then says in PyTorch's words which of its arguments do not fit.

    Args:
        texts: its signatures, looked at only where it fails; a method's begin after the tensor itself.
    """

    @functools.wraps(call)
    def explained(*args, **kwargs):
        try:
            return call(*args, **kwargs)
        except (AttributeError, TypeError, RuntimeError) as error:
            failed = error
        Signatures(name, *texts)(args[method:], kwargs)
        raise failed

    explained.__name__, explained.__qualname__ = name, f"Tensor.{name}" if method else name
    return explained

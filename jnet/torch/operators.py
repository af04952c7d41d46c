"""Python's operators on tensors, numbers and NumPy's arrays."""

from __future__ import annotations

import numpy as np

from jnet.torch import indexing, rows
from jnet.torch.arrays import tensor
from jnet.torch.dispatch import CALLERS, NUMBERS, Caller, method_of
from jnet.torch.tensor import Tensor, apply

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
    """Give `Tensor` its operators."""
    for name, op in OPERATORS.items():
        setattr(Tensor, f"__{name}__", _binary(CALLERS[op], f"__{name}__"))
        setattr(Tensor, f"__r{name}__", _reflected(CALLERS[op], f"__r{name}__"))
        if op != "matmul":
            setattr(Tensor, f"__i{name}__", _inplace_operator(f"{op}_"))
    for name, op in COMPARISONS.items():
        setattr(Tensor, f"__{name}__", _comparison(CALLERS[op], f"__{name}__"))
    for name, op in UNARY.items():
        setattr(Tensor, f"__{name}__", method_of(CALLERS[op], f"__{name}__", None))
    Tensor.__getitem__, Tensor.__setitem__ = _getitem, _setitem  # pyright: ignore[reportAttributeAccessIssue]

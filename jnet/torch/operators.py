"""Python's operators on tensors, numbers and NumPy's arrays."""

from __future__ import annotations

import numpy as np

from jnet.torch import indexing, rows
from jnet.torch.arrays import tensor as new_tensor
from jnet.torch.dispatch import CALLERS, NUMBERS, Caller, method_of
from jnet.torch.dtypes import dtype
from jnet.torch.tensor import Tensor, apply

# Python's operator -> op. Those that are commutative or comparisons have no reflected form of their own.
OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floor_divide", "mod": "remainder",
    "pow": "pow", "matmul": "matmul", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}  # fmt: skip
COMPARISONS = {"eq": "eq", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge"}
UNARY = {"neg": "neg", "abs": "abs", "pos": "positive"}


def _operand(other) -> bool:
    return isinstance(other, Tensor) or type(other) in NUMBERS or isinstance(other, np.generic)


def _with_array(tensor: Tensor, array: np.ndarray, name: str) -> tuple[Tensor, Tensor]:
    """Return a tensor and an array as tensors of the dtype that NumPy gives: PyTorch leaves such mixtures to NumPy."""
    kind = np.result_type(tensor._aval.dtype, array.dtype)
    if name == "div" and kind.kind in "biu":
        kind = np.dtype(np.float64)
    kind = dtype.from_numpy(kind)
    return tensor.to(kind), new_tensor(array).to(kind)


def _binary(caller, name: str):
    plain = caller.plain.get(2) if type(caller) is Caller or caller.name == "div" else None
    if caller.name == "matmul":  # autocast may change what its caller does
        plain = None
    at_once, numbers = rows.AT_ONCE.get(caller.name), caller.numbers

    def method(self, other):
        if at_once is not None and self._at_once is not None:
            result = rows.at_once(at_once, self, other)
            if result is not None:
                return result
        if plain is not None and (isinstance(other, Tensor) or (numbers and other.__class__ in NUMBERS)):
            return apply(plain, (self, other))
        if isinstance(other, np.ndarray):
            self, other = _with_array(self, other, caller.name)
        return caller(self, other) if _operand(other) and (numbers or isinstance(other, Tensor)) else NotImplemented

    method.__name__ = name
    return method


# 5 - tensor is an op of its own in PyTorch, and 5 / tensor is 5 times the reciprocal, which rounds differently.
_REFLECTED = {
    "sub": lambda other, self: CALLERS["rsub"](self, other),
    "div": lambda other, self: CALLERS["mul"](CALLERS["reciprocal"](self), other),
}


def _reflected(caller, name: str):
    at_once = rows.REFLECTED.get(caller.name)
    op = caller.name
    run, numbers = _REFLECTED.get(op) or caller, caller.numbers

    def method(self, other):
        if at_once is not None and self._at_once is not None:
            result = rows.at_once(at_once, self, other)
            if result is not None:
                return result
        if isinstance(other, np.ndarray):
            self, other = _with_array(self, other, op)
        return run(other, self) if _operand(other) and (numbers or isinstance(other, Tensor)) else NotImplemented

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
            self, other = _with_array(self, other, caller.name)
        if not _operand(other):
            return NotImplemented
        return apply(plain, (self, other)) if type_is_plain(other) else caller(self, other)

    def type_is_plain(other):
        return plain is not None and (isinstance(other, Tensor) or other.__class__ in NUMBERS)

    method.__name__ = name
    return method


def _invert(self):
    if self._aval.dtype.kind not in "biu":
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return CALLERS["bitwise_not"](self)


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
    setattr(Tensor, "__invert__", _invert)  # noqa: B010 - type checkers know no such method
    Tensor.__getitem__, Tensor.__setitem__ = _getitem, _setitem  # pyright: ignore[reportAttributeAccessIssue]

"""Dtype promotion as PyTorch does it: tensors with dimensions first, then 0-dim tensors, then Python numbers.

A lower class changes the dtype only when it brings a higher category (bool < integer < floating < complex); a Python
float counts as the default dtype, which `Default.dtype` holds.

See: https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
"""

import jax
import jax.numpy as jnp
import numpy as np


class Default:
    """What Python floats, and results of float functions of integers, are; the compatibility layer may change it."""

    dtype = np.dtype("float32")


_COMPLEX = {"float16": "complex64", "bfloat16": "complex64", "float32": "complex64", "float64": "complex128"}


class Number:
    """A Python number on its way into a compiled program: a traced 0-dim array that promotes as the number would."""

    __slots__ = ("kind", "value")

    def __init__(self, value, kind: type):
        self.value, self.kind = value, kind


def number_kind(operand) -> type | None:
    """Return bool, int, float or complex where `operand` is a Python number (or stands for one), else None."""
    if isinstance(operand, Number):
        return operand.kind
    for kind in (bool, int, float, complex):
        if type(operand) is kind:
            return kind
    return None


def dtype_of_number(kind: type) -> np.dtype:
    """Return the dtype that a Python number of this kind has as a tensor."""
    if kind in (bool, int):
        return np.dtype(kind)
    base = Default.dtype
    return base if kind is float else np.dtype(_COMPLEX[base.name])


def result_type(*operands):
    """Return the dtype in which PyTorch computes with these arrays and Python numbers.

    Example:
        >>> result_type(jnp.ones(3, jnp.float16), 2.5), result_type(jnp.arange(3), 2.5)
        (dtype('float16'), dtype('float32'))

    See: https://docs.pytorch.org/docs/stable/generated/torch.result_type.html
    """
    classes: list = [None, None, None]  # with dimensions, 0-dim, Python numbers
    for operand in operands:
        kind = number_kind(operand)
        dtype = dtype_of_number(kind) if kind else operand.dtype
        rank = 2 if kind else (0 if operand.ndim else 1)
        classes[rank] = dtype if classes[rank] is None else jnp.promote_types(classes[rank], dtype)
    dtype = _combine(classes[0], _combine(classes[1], classes[2]))
    return np.dtype(jax.dtypes.canonicalize_dtype(dtype))


def _combine(higher, lower):
    """Return the dtype of a class above another one."""
    if higher is None or lower is None:
        return lower if higher is None else higher
    if jnp.issubdtype(higher, jnp.complexfloating):
        return higher
    if jnp.issubdtype(higher, jnp.floating):
        return _COMPLEX[np.dtype(higher).name] if jnp.issubdtype(lower, jnp.complexfloating) else higher
    return jnp.promote_types(higher, lower) if higher == jnp.bool_ or jnp.issubdtype(lower, jnp.inexact) else higher


def as_array(operand, dtype=None):
    """Return a number or an array as an array, of `dtype` if given."""
    value = operand.value if isinstance(operand, Number) else operand
    return jnp.asarray(value) if dtype is None else jnp.asarray(value).astype(dtype)


def as_dtype(array, dtype):
    """Return an array in another dtype; of floats that a narrow integer does not hold the low bits stay, as in C.

    XLA would clamp them to the narrow range.

    Example:
        >>> as_dtype(jnp.array([-1.5, 300.0]), jnp.uint8).tolist()
        [255, 44]
    """
    narrow = jnp.issubdtype(dtype, jnp.integer) and np.dtype(dtype).itemsize < 4
    if narrow and jnp.issubdtype(array.dtype, jnp.floating):
        array = array.astype(int)
    return array.astype(dtype)


def promoted(operands, *, floating: bool) -> list:
    """Return the operands as arrays of their common dtype; integers become the default dtype if `floating`."""
    given = [operand if number_kind(operand) else jnp.asarray(operand) for operand in operands if operand is not None]
    dtype = result_type(*given)
    if floating and not jnp.issubdtype(dtype, jnp.inexact):
        dtype = Default.dtype
    return [None if operand is None else as_array(operand, dtype) for operand in operands]

"""Writing values into tensors: one value everywhere, another tensor's values, one value where a mask holds."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from jnet.ops.registry import OPS, unpacking
from jnet.recorder import Call
from jnet.torch.dispatch import CALLERS, assign
from jnet.torch.scalars import as_number, check_fits, type_name
from jnet.torch.tensor import Tensor, apply, from_array, refuse_leaf, shape_of
from jnet.torch.viewing import VIEWS, expand

# The node of `fill` and `fill_` is called after the kind of the value: a number or a tensor.
_FILLS = {
    (inplace, kind): Call(
        unpacking(OPS["fill"].function), "fill", f"FillBackward{2 * inplace + (kind is Tensor)}", "nothing"
    )
    for inplace in (False, True) for kind in (float, Tensor)
}  # fmt: skip


def _filled(input: Tensor, value, inplace: bool) -> Tensor:
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} "
                               "dimensions.")  # fmt: skip
        return apply(_FILLS[inplace, Tensor], [input, converted(on_device_of(value, input), input)])
    number = as_number(value)
    if number is None:
        raise TypeError(
            f"fill_() received an invalid combination of arguments - got ({type_name(value)}), but expected one of:\n"
            " * (Tensor value)\n * (Number value)"
        )
    check_fits(number, input._aval.dtype)
    real = isinstance(number, complex) and input._aval.dtype.kind not in "cb"
    return apply(_FILLS[inplace, float], [input, number.real if real else number])


def fill(input: Tensor, value) -> Tensor:
    """Return one value in the shape and dtype of the input.

    Raises:
        RuntimeError: if the dtype cannot hold the number, or the value is a tensor of several.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.fill_.html
    """
    return _filled(input, value, False)


def fill_(self: Tensor, value) -> Tensor:
    """Write one value everywhere.

    Raises:
        RuntimeError: if the dtype cannot hold the number, or the value is a tensor of several.
    """
    refuse_leaf(self)
    return assign(self, _filled(self, value, True))


_ZERO = Call(jnp.zeros_like, "zero", "ZeroBackward0", "nothing")


def zero_(self: Tensor) -> Tensor:
    """Write zeros."""
    refuse_leaf(self)
    return assign(self, apply(_ZERO, [self]))


def copy_(self: Tensor, src, non_blocking: bool = False) -> Tensor:
    """Write the elements of `src`, a tensor or a number, converted and broadcast.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.copy_.html
    """
    refuse_leaf(self)
    number = None if isinstance(src, Tensor) else as_number(src)
    if number is not None:
        src = from_array(np.array(number))
    if not isinstance(src, Tensor):
        raise TypeError(f"copy_(): argument 'other' (position 1) must be Tensor, not {type(src).__name__}")
    return _copied(self, src)


def put_at(place: Tensor, value) -> None:
    """Write a number or a tensor into a view, as `tensor[index] = value` does: leading ones of its shape do not count.

    Raises:
        RuntimeError: if the shape does not broadcast.
    """
    if not isinstance(value, Tensor) or (not shape_of(value) and shape_of(place)):
        fill_(place, value)
        return
    refuse_leaf(place)
    if shape_of(value) != shape_of(place):
        value = expand(without_leading_ones(value), shape_of(place))
    _copied(place, value)


def _copied(place: Tensor, value: Tensor) -> Tensor:
    if value.is_complex() and not place.is_complex():
        value = converted(value, place)  # which warns of the imaginary part
    return assign(place, CALLERS["copy"](place, on_device_of(value, place)))


def without_leading_ones(value: Tensor) -> Tensor:
    """Return the tensor without the dimensions of size 1 that its shape begins with."""
    shape = shape_of(value)
    lead = next((dim for dim, size in enumerate(shape) if size != 1), len(shape))
    return VIEWS["reshape"](value, shape[lead:]) if lead else value


def converted(value: Tensor, tensor: Tensor) -> Tensor:
    """Return the value in the dtype of the tensor."""
    return value if value._aval.dtype == tensor._aval.dtype else CALLERS["to_dtype"](value, dtype=tensor.dtype)


def on_device_of(value: Tensor, tensor: Tensor) -> Tensor:
    """Return the value on the device of the tensor."""
    return value if value._aval.device is tensor._aval.device else value.to(tensor.device)


# -- one value where a mask holds: nothing depends on how often it does, so it is recorded like any op -----------------


def _widened(mask, input):
    """Return a mask of the leading dimensions for all of the input."""
    return jnp.broadcast_to(mask.reshape(mask.shape + (1,) * (input.ndim - mask.ndim)), input.shape)


_WHERE = Call(
    lambda input, mask, value: jnp.where(_widened(mask, input), value, input), "index_put", "IndexPutBackward0"
)


def put_where(tensor: Tensor, mask: Tensor, value: Tensor) -> None:
    """Write a value where a mask of the leading dimensions holds."""
    refuse_leaf(tensor)
    value = converted(on_device_of(value, tensor), tensor)
    value = VIEWS["reshape"](value, ()) if shape_of(value) else value
    assign(tensor, apply(_WHERE, [tensor, on_device_of(mask, tensor), value]))

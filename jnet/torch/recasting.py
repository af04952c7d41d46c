"""Views that show the same bytes as another dtype: `view(dtype)`, `view_as_real`, `view_as_complex`, `real`, `imag`."""

from __future__ import annotations

import numpy as np

from jnet.ops.checks import dtype_name
from jnet.recorder import Layout, Link, link
from jnet.torch.dtypes import dtype as Dtype
from jnet.torch.tensor import Tensor, layout_of, view
from jnet.torch.viewing import METHODS, VIEWS


def _recast(input: Tensor, found: Link, layout: Layout, dtype: np.dtype) -> Tensor:
    made = view(input, found, layout)
    made._bits = dtype
    return made


def view_as_real(input: Tensor) -> Tensor:
    """Return the view of complex numbers as pairs of real ones, along a new last dimension.

    Raises:
        RuntimeError: if the numbers are not complex.

    Example:
        >>> import jnet.torch as torch
        >>> torch.view_as_real(torch.tensor([1 + 2j]))
        tensor([[1., 2.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.view_as_real.html
    """
    dtype = input._aval.dtype
    if dtype.kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    layout = layout_of(input)
    strides = (*(2 * stride for stride in layout.strides), 1)
    new = Layout((*layout.shape, 2), strides, 2 * layout.offset)
    return _recast(input, link("as_real", "ViewAsRealBackward0"), new, np.dtype(f"float{dtype.itemsize * 4}"))


def view_as_complex(input: Tensor) -> Tensor:
    """Return the view of pairs of real numbers, along the last dimension, as complex ones.

    Raises:
        RuntimeError: if there are no such pairs, or they do not lie side by side.

    Example:
        >>> import jnet.torch as torch
        >>> torch.view_as_complex(torch.tensor([[1.0, 2.0]]))
        tensor([1.+2.j])

    See: https://docs.pytorch.org/docs/stable/generated/torch.view_as_complex.html
    """
    dtype, layout = input._aval.dtype, layout_of(input)
    if dtype.name not in ("float32", "float64"):
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{dtype_name(dtype)}"
        )
    if not layout.shape:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if layout.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if layout.strides[-1] != 1:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if layout.offset % 2 or any(stride % 2 for stride in layout.strides[:-1]):
        raise RuntimeError("Tensor must have a storage_offset and strides divisible by 2, but for the last dimension")
    new = Layout(layout.shape[:-1], tuple([stride // 2 for stride in layout.strides[:-1]]), layout.offset // 2)
    found = link("as_complex", "ViewAsComplexBackward0")
    return _recast(input, found, new, np.dtype("complex64" if dtype.itemsize == 4 else "complex128"))


def view_dtype(input: Tensor, dtype: np.dtype) -> Tensor:
    """Return the view of the tensor's bytes as numbers of another dtype; no gradient goes through it."""
    have, layout = input._aval.dtype, layout_of(input)
    if have == dtype:
        return input
    layout = _resized(layout, have, dtype)
    return _recast(input.detach(), link("bits", "ViewBackward1", dtype=dtype), layout, dtype)


def view_(input: Tensor, *shape, dtype: Dtype | None = None) -> Tensor:
    """Return the same elements in another shape, one size of which may be -1, or the same bytes as another dtype.

    Raises:
        RuntimeError: if the number of elements differs, or the strides do not allow it (use `reshape`); for a dtype, if
            the bytes do not make whole elements of it.

    Example:
        >>> import jnet.torch as torch
        >>> torch.ones(2).view(torch.int32)
        tensor([1065353216, 1065353216], dtype=torch.int32)

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.view.html
    """
    if dtype is None and len(shape) == 1 and isinstance(shape[0], Dtype):
        dtype, shape = shape[0], ()
    return _VIEW(input, *shape) if dtype is None else view_dtype(input, dtype._numpy)


_VIEW, METHODS["view"] = METHODS["view"], view_


def _resized(layout: Layout, have: np.dtype, need: np.dtype) -> Layout:
    """Return the layout in elements of another dtype."""
    if have.itemsize == need.itemsize:
        return layout
    what = f"to view {dtype_name(have)} as {dtype_name(need)} (different element sizes)"
    if not layout.shape:
        raise RuntimeError(f"self.dim() cannot be 0 {what}")
    if layout.strides[-1] != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {what}, but got {layout.strides[-1]}")
    if need.itemsize < have.itemsize:
        ratio = have.itemsize // need.itemsize
        strides = (*(stride * ratio for stride in layout.strides[:-1]), 1)
        return Layout((*layout.shape[:-1], layout.shape[-1] * ratio), strides, layout.offset * ratio)
    ratio = need.itemsize // have.itemsize
    named = [
        ("size(-1)", layout.shape[-1]),
        ("storage_offset()", layout.offset),
        *((f"stride({dim})", stride) for dim, stride in enumerate(layout.strides[:-1])),
    ]
    for name, number in named:
        if number % ratio:
            raise RuntimeError(f"self.{name} must be divisible by {ratio} {what}, but got {number}")
    strides = (*(stride // ratio for stride in layout.strides[:-1]), 1)
    return Layout((*layout.shape[:-1], layout.shape[-1] // ratio), strides, layout.offset // ratio)


def real(input: Tensor) -> Tensor:
    """Return the view of the real parts; of real numbers the tensor itself.

    Example:
        >>> import jnet.torch as torch
        >>> z = torch.tensor([1 + 2j])
        >>> z.real.add_(3)
        tensor([4.])
        >>> z
        tensor([4.+2.j])

    See: https://docs.pytorch.org/docs/stable/generated/torch.real.html
    """
    return VIEWS["select"](view_as_real(input), -1, 0) if input._aval.dtype.kind == "c" else input


def imag(input: Tensor) -> Tensor:
    """Return the view of the imaginary parts.

    Raises:
        RuntimeError: if the numbers are not complex.

    See: https://docs.pytorch.org/docs/stable/generated/torch.imag.html
    """
    if input._aval.dtype.kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return VIEWS["select"](view_as_real(input), -1, 1)


FUNCTIONS = {function.__name__: function for function in (view_as_real, view_as_complex, real, imag)}

"""Views whose dimensions stand in another order."""

from __future__ import annotations

from collections.abc import Sequence

from jnet.ops.checks import axis
from jnet.recorder import Layout, link
from jnet.torch.tensor import Tensor, layout_of, view
from jnet.torch.viewing.declaring import declared, sizes


def permuted(input: Tensor, dims: Sequence[int], grad_fn: str) -> Tensor:
    layout = layout_of(input)
    shape, strides = tuple([layout.shape[d] for d in dims]), tuple([layout.strides[d] for d in dims])
    return view(input, link("permute", grad_fn, dims=tuple(dims)), Layout(shape, strides, layout.offset))


@declared()
def permute(input: Tensor, *dims) -> Tensor:
    """Return the dimensions in another order.

    Raises:
        RuntimeError: unless each dimension is named once.

    See: https://docs.pytorch.org/docs/stable/generated/torch.permute.html
    """
    order = sizes(dims)
    if len(order) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(order)}"
        )
    order = [axis(d, input.ndim, "permute") for d in order]
    if len(set(order)) != len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return permuted(input, order, "PermuteBackward0")


@declared("swapaxes", "swapdims")
def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return the tensor with two dimensions exchanged.

    See: https://docs.pytorch.org/docs/stable/generated/torch.transpose.html
    """
    order = list(range(input.ndim))
    a, b = axis(dim0, input.ndim, "transpose"), axis(dim1, input.ndim, "transpose")
    if order:
        order[a], order[b] = order[b], order[a]
    return permuted(input, order, "TransposeBackward0")


@declared()
def t(input: Tensor) -> Tensor:
    """Return the transposed matrix; a vector as it is.

    See: https://docs.pytorch.org/docs/stable/generated/torch.t.html
    """
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return permuted(input, range(input.ndim)[::-1], "TBackward0")


@declared("moveaxis")
def movedim(input: Tensor, source, destination) -> Tensor:
    """Return the tensor with some dimensions moved to other places.

    See: https://docs.pytorch.org/docs/stable/generated/torch.movedim.html
    """
    source = [source] if isinstance(source, int) else list(source)
    destination = [destination] if isinstance(destination, int) else list(destination)
    if len(source) != len(destination):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source "
            f"({source} dims) should contain the same number of dims as destination ({destination} dims)"
        )
    source = [axis(d, input.ndim, "movedim") for d in source]
    destination = [axis(d, input.ndim, "movedim") for d in destination]
    order = [d for d in range(input.ndim) if d not in source]
    for place, d in sorted(zip(destination, source, strict=True)):
        order.insert(place, d)
    return permuted(input, order, "PermuteBackward0")


@declared("adjoint")
def mT(input: Tensor) -> Tensor:
    """Return the tensor with its last two dimensions exchanged."""
    if input.ndim < 2:
        raise RuntimeError(
            "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."
            if input.ndim
            else "tensor.mT is only supported on matrices or batches of matrices. Got 0-D tensor."
        )
    return transpose(input, -2, -1)

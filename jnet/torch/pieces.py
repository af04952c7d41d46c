"""More views and what is made of them: higher ranks, cuts by dimension, copies of views, diagonals written to."""

from __future__ import annotations

import functools

import numpy as np

from jnet.recorder import Call
from jnet.recorder.reporting import warn
from jnet.torch import recasting
from jnet.torch.dispatch import CALLERS, assign, described, inplace_of
from jnet.torch.signatures import explaining
from jnet.torch.tensor import Tensor, apply, edge_of, from_array, layout_of, refuse_leaf, shape_of
from jnet.torch.viewing import METHODS as VIEW_METHODS
from jnet.torch.viewing import VIEWS, crop, sizes
from jnet.torch.writing import fill_

FUNCTIONS: dict = {}
METHODS: dict = {}


def _both(function):
    FUNCTIONS[function.__name__] = METHODS[function.__name__] = function
    return function


# -- views -------------------------------------------------------------------------------------------------------------


def _at_least(rank: int, raise_rank):
    def function(*tensors):
        if len(tensors) == 1 and not isinstance(tensors[0], Tensor):
            return tuple([raise_rank(each) for each in tensors[0]])
        return raise_rank(tensors[0]) if len(tensors) == 1 else tuple([raise_rank(each) for each in tensors])

    function.__name__ = f"atleast_{rank}d"
    function.__doc__ = (
        f"Return views of {rank} dimensions of tensors that have fewer; of several tensors a tuple.\n\n"
        f"See: https://docs.pytorch.org/docs/stable/generated/torch.atleast_{rank}d.html"
    )
    FUNCTIONS[function.__name__] = function


def _two(tensor: Tensor) -> Tensor:
    return tensor.reshape(1, 1) if not tensor.ndim else tensor.unsqueeze(0) if tensor.ndim == 1 else tensor


def _three(tensor: Tensor) -> Tensor:
    if not tensor.ndim:
        return tensor.reshape(1, 1, 1)
    return tensor if tensor.ndim > 2 else _two(tensor).unsqueeze(-1)


_at_least(1, lambda tensor: tensor if tensor.ndim else tensor.reshape(1))
_at_least(2, _two)
_at_least(3, _three)


def _cut(name: str, rank: int, dim: int):
    def function(input: Tensor, *indices_or_sections, **named) -> tuple[Tensor, ...]:
        given = indices_or_sections or tuple(named.values())
        if input.ndim < rank:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {rank} dimension, but got a tensor with "
                f"{input.ndim} dimensions!"
            )
        parts = given[0] if len(given) == 1 else given
        along = dim if input.ndim > 1 else 0
        if isinstance(parts, int):
            size = shape_of(input)[along]
            if parts <= 0 or size % parts:
                raise RuntimeError(
                    f"torch.{name} attempted to split along dimension {along}, but the size of the dimension {size} is "
                    f"not divisible by the split_size {parts}!"
                )
        return VIEWS["tensor_split"](input, parts if isinstance(parts, int) else tuple(parts), along)

    function.__name__ = name
    function.__doc__ = (
        f"Return views of equal sections along dimension {dim}, or of parts cut at indices.\n\nRaises:\n    "
        f"RuntimeError: if the sections are not equal, or the tensor has no such dimension.\n\n"
        f"See: https://docs.pytorch.org/docs/stable/generated/torch.{name}.html"
    )
    _both(function)


_cut("hsplit", 1, 1)
_cut("vsplit", 2, 0)
_cut("dsplit", 3, 2)


def slice_of(input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Tensor:
    """Return the view `start:end:step` of a dimension."""
    dim = dim % max(input.ndim, 1)
    places = range(*slice(start, end, step).indices(shape_of(input)[dim]))
    return crop(input, dim, (places.start if places else 0, len(places), step), "SliceBackward0")


# -- copies of views ---------------------------------------------------------------------------------------------------


@functools.cache
def _copying(node: str) -> Call:
    return Call(lambda x: x.copy(), "copy", node, "nothing")


def _copy(tensor: Tensor, node: str | None = None) -> Tensor:
    """Return a copy, whose node is named after that of the view it is of."""
    edge = edge_of(tensor, leaf=False)
    name = type(edge[0]).__name__ if edge is not None else "AliasBackward0"
    return apply(_copying(node or f"{name}_copy"), [tensor])


def _copies(name: str, view) -> None:
    def function(input, *args, out=None, **kwargs):
        made = view(input, *args, **kwargs)
        made = tuple([_copy(each) for each in made]) if isinstance(made, tuple) else _copy(made)
        if out is None:
            return made
        for place, each in zip(out, made, strict=True) if isinstance(made, tuple) else ((out, made),):
            assign(place.resize_(shape_of(each)), each)
        return None if isinstance(made, tuple) else out

    function.__name__ = f"{name}_copy"
    function.__doc__ = f"Return what `{name}` does, as a new tensor rather than a view."
    FUNCTIONS[function.__name__] = function


for _name in ("as_strided", "diagonal", "permute", "select", "split", "split_with_sizes", "squeeze", "t", "transpose",
              "unbind", "unsqueeze"):  # fmt: skip
    _copies(_name, VIEWS[_name])
for _name in ("expand", "unfold", "view"):
    _copies(_name, VIEW_METHODS[_name])
_copies("slice", slice_of)
_copies("alias", lambda input: input)
_copies("detach", lambda input: input.detach())
for _name in ("view_as_complex", "view_as_real"):
    _copies(_name, recasting.FUNCTIONS[_name])


@_both
def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """Return `length` places of a dimension from `start` on, as a new tensor."""
    return _copy(VIEWS["narrow"](input, dim, start, length), "NarrowCopyBackward0")


def _unsafe(name: str, node: str) -> None:
    view = VIEWS[name]

    def function(input, *args, **kwargs) -> tuple[Tensor, ...]:
        return tuple([_copy(each, node) for each in view(input, *args, **kwargs)])

    function.__name__ = f"unsafe_{name}"
    function.__doc__ = f"Return what `{name}` does, as new tensors: each may be written to without the others' knowing."
    _both(function)


_unsafe("split", "UnsafeSplitBackward0")
_unsafe("chunk", "UnsafeSplitBackward0")
_unsafe("split_with_sizes", "UnsafeSplitWithSizesBackward0")


def index_reduce(input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True):
    warn("index_reduce() is in beta and the API may change at any time.")
    return CALLERS["index_reduce"](input, dim, index, source, reduce, include_self=include_self)


index_reduce.__doc__ = described(CALLERS["index_reduce"])
FUNCTIONS["index_reduce"] = METHODS["index_reduce"] = index_reduce
METHODS["index_reduce_"] = inplace_of(index_reduce, "index_reduce_")


# -- in place ----------------------------------------------------------------------------------------------------------


def fill_diagonal_(self: Tensor, fill_value, wrap: bool = False) -> Tensor:
    """Write one value along the main diagonal; with `wrap` again below, one row left out, in a matrix that is taller.

    Raises:
        RuntimeError: for a vector, or more than two dimensions of different sizes.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.fill_diagonal_.html
    """
    shape = shape_of(self)
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    rows, columns = shape[0], shape[1]
    if len(shape) == 2 and not (wrap and rows > columns):
        fill_(VIEWS["diagonal"](self), fill_value)
        return self
    refuse_leaf(self)
    if len(shape) == 2:
        row = np.array([r for r in range(rows) if r % (columns + 1) != columns])
        places = [row, row % (columns + 1)]
    else:
        places = [np.arange(rows)] * len(shape)
    self[tuple(from_array(each) for each in places)] = fill_value
    return self


METHODS["fill_diagonal_"] = explaining(
    fill_diagonal_, "fill_diagonal_", "Number fill_value, bool wrap=False", method=True
)


def as_strided_(self: Tensor, size, stride, storage_offset: int | None = None) -> Tensor:
    """Give the tensor these sizes and strides in place."""
    from jnet.torch.viewing import relinked

    refuse_leaf(self)
    return relinked(self, VIEWS["as_strided"](self, size, stride, storage_offset))


METHODS["as_strided_"] = FUNCTIONS["as_strided_"] = as_strided_


def conj_physical_(self: Tensor) -> Tensor:
    """Replace the elements by their conjugates."""
    refuse_leaf(self)
    return assign(self, CALLERS["conj"](self)) if self.is_complex() else self


METHODS["conj_physical_"] = FUNCTIONS["conj_physical_"] = conj_physical_


@_both
def slice_inverse(input: Tensor, src: Tensor, dim: int = 0, start=None, end=None, step: int = 1) -> Tensor:
    """Return the tensor that `input` is the slice `start:end:step` of, whose sizes and strides are those of `src`."""
    offset = layout_of(src).offset
    return VIEWS["as_strided"](input, shape_of(src), layout_of(src).strides, offset)


def new_empty_strided(self: Tensor, size, stride, dtype=None, device=None, requires_grad=False, **options) -> Tensor:
    """Return a tensor of these sizes and strides, in the dtype and on the device of this one."""
    from jnet.torch.creation import empty_strided

    dtype, device = dtype or self.dtype, device or self.device
    return empty_strided(size, stride, dtype=dtype, device=device, requires_grad=requires_grad, **options)


METHODS["new_empty_strided"] = new_empty_strided


def empty_permuted(size, physical_layout, **options) -> Tensor:
    """Return an uninitialised tensor, here zeros, whose dimensions lie in memory in the order `physical_layout`.

    Raises:
        RuntimeError: if the order does not name each dimension once.
    """
    from jnet.torch.creation import empty

    shape, order = sizes((size,)), list(physical_layout)
    if len(order) != len(shape):
        raise RuntimeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. "
            f"len(size) = {len(shape)} is not equal to len(physical_layout) = {len(order)}"
        )
    if sorted(order) != list(range(len(shape))):
        wrong = next((d for d in order if not 0 <= d < len(shape)), None)
        if wrong is not None:
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {len(shape) - 1}, but got {wrong} at index "
                f"{order.index(wrong)}).  NB: negative dims not currently supported; file an issue if you want it."
            )
        raise RuntimeError("Duplicate dim not allowed")
    made = empty([shape[d] for d in order], **options)
    return VIEWS["permute"](made, [order.index(d) for d in range(len(order))])


FUNCTIONS["empty_permuted"] = empty_permuted


# -- what tensors here never are: lazily conjugated, negated, distributed, of another kind -----------------------------


def _never(name: str, what: str) -> None:
    def function(input: Tensor) -> bool:
        return False

    function.__name__, function.__doc__ = name, f"Tell whether the tensor is {what}: it never is here."
    _both(function)


_never("is_conj", "conjugated only when it is read")
_never("is_neg", "negated only when it is read")
_never("is_distributed", "part of one on several machines")


@_both
def resolve_conj(input: Tensor) -> Tensor:
    """Return the tensor: none is conjugated only when it is read."""
    return input


@_both
def resolve_neg(input: Tensor) -> Tensor:
    """Return the tensor: none is negated only when it is read."""
    return input


METHODS["is_set_to"] = lambda self, tensor: self._storage is tensor._storage and layout_of(self) == layout_of(tensor)
# Functions of what is elsewhere a method only.
for _name in ("detach_", "resize_as_", "get_device", "is_inference", "is_same_size", "is_signed", "index_put_"):

    def _of(name: str):
        def function(input, *args, **kwargs):
            return getattr(input, name)(*args, **kwargs)

        function.__name__, function.__doc__ = name, f"Call the method `{name}` of the tensor."
        return function

    FUNCTIONS[_name] = _of(_name)

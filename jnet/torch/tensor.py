"""Tensors: a storage seen through strides, with a place on the tape. methods.py installs the methods that are ops."""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from jnet.ops.checks import dtype_name
from jnet.recorder import (
    ADD,
    Accumulate,
    Aval,
    Call,
    CallNode,
    Edge,
    Layout,
    Link,
    Storage,
    Value,
    aval,
    contiguous_strides,
    known,
    link,
    node_class,
    node_of,
    read_view,
    record_on_tape,
    write_view,
)
from jnet.recorder.direct import current
from jnet.torch.dtypes import Size, device, dtype
from jnet.torch.missing import missing

_NOT_A_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
    "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the "
    "leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)


class GradMode(threading.local):
    """Whether this thread records on the tape, and whether it is in inference mode."""

    enabled = True
    inference = False


grad_mode = GradMode()


class TensorType(type):
    """The type of tensor classes, which print as PyTorch's do."""

    def __repr__(cls) -> str:
        place = "torch" if cls.__module__ == __name__ else cls.__module__.removeprefix("jnet.")
        return f"<class '{place}.{cls.__qualname__}'>"


class Tensor(metaclass=TensorType):
    """An array with PyTorch's semantics, whose ops are recorded and compiled by XLA.

    Args:
        data: sizes (uninitialised, here zeros), or nested sequences of numbers; always of the default dtype. Use
            `torch.tensor` for data in general.

    Shape: any; dtype float32 unless `set_default_dtype` said otherwise.

    Example:
        >>> import jnet.torch as torch
        >>> (torch.tensor([1.0, 2.0]) * 3).tolist()
        [3.0, 6.0]

    See: https://docs.pytorch.org/docs/stable/tensors.html
    """

    _storage: Storage
    _links: tuple[Link, ...] = ()
    _layout: Layout | None = None  # None: the whole storage, row by row
    _requires: bool = False  # a leaf that requires grad
    _edge: Edge | None = None  # where it came from on the tape
    _base: Tensor | None = None  # what it is a differentiable view of
    _untaped: Tensor | None = None  # what it is a view of, if that requires grad and the tape was off
    _seen: int = 0  # version of the storage for which _edge holds, for views
    _cached: tuple | None = None
    _leaf: Edge | None = None  # the end of the path to it, for leaves
    _grad: Tensor | None = None
    _leaf_hooks: Any = None
    _inference: bool = False  # made in inference mode
    _counter: list[int] | None = None  # counts its writes, if the tape does not see them: it is some tensor's `data`
    _number: int = 0  # which of the views that one function made
    _at_once: Any = None  # what it shares with others, if it is a row of a known tensor or a sum of rows (see rows.py)
    _bits: np.dtype | None = None  # its dtype, if it is a view of the storage's bytes as another one
    names: tuple = ()
    _construct: Any = None

    if TYPE_CHECKING:  # what methods.py installs
        __add__: Any
        __radd__: Any
        __sub__: Any
        __rsub__: Any
        __mul__: Any
        __rmul__: Any
        __truediv__: Any
        __pow__: Any
        __neg__: Any
        __getitem__: Any
        __setitem__: Any
        __iter__: Any
        __len__: Any
        __int__: Any
        __float__: Any
        __index__: Any
        __bool__: Any

    def __getattr__(self, name: str) -> Any:
        raise missing("torch.Tensor", name)

    def __new__(cls, *data, **options) -> Any:
        """Return an uninitialised tensor of these sizes, or one of these data (installed by legacy.py)."""
        return cls._construct(*data, **options)

    # -- what it is ------------------------------------------------------------------------------------------------

    @property
    def _aval(self) -> Aval:
        kind = self._storage.value.aval
        return kind if self._bits is None else aval(kind.shape, self._bits, kind.device)

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return Size(shape_of(self))

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(shape_of(self))

    @property
    def dtype(self) -> dtype:
        """The type of the elements."""
        return dtype.from_numpy(self._aval.dtype)

    @property
    def device(self) -> device:
        """Where the elements lie."""
        place = self._storage.value.aval.device
        return device("cpu") if place is None else device("cuda", place.id)

    @property
    def requires_grad(self) -> bool:
        """Whether gradients are computed towards it."""
        return self._requires or edge_of(self) is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not self.is_leaf:
            if not value:
                raise RuntimeError(
                    "you can only change requires_grad flags of leaf variables. If you want to use a computed variable "
                    "in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
                )
            return
        if value and not jnp.issubdtype(self._aval.dtype, jnp.inexact):
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        self._requires = bool(value)

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded op made it."""
        return edge_of(self, leaf=False) is None

    @property
    def grad_fn(self):
        """The node that made it, or None."""
        edge = edge_of(self, leaf=False)
        return None if edge is None else edge[0]

    @property
    def output_nr(self) -> int:
        """Which result of its node it is."""
        edge = edge_of(self, leaf=False)
        return 0 if edge is None else edge[1] or self._number

    @property
    def _version(self) -> int:
        if self._inference:
            raise RuntimeError("Inference tensors do not track version counter.")
        return (self._counter or self._storage.version)[0]

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward passes have added up, or None; of other tensors than leaves only on request."""
        if self._grad is None and self._edge is not None and not self.retains_grad:
            warnings.warn(_NOT_A_LEAF, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    f"assigned grad expected to be a Tensor or None but got grad of type {_typename(value)}"
                )
            if value is self:
                raise RuntimeError("can't assign Variable as its own grad")
            if value.dtype is not self.dtype:
                raise RuntimeError(
                    f"attempting to assign a gradient with dtype '{_in_c(value)}' to a tensor with grad_dtype "
                    f"'{dtype_name(self._aval.dtype)}'. {_GRAD_DTYPE}\nConvert it: grad.to({self.dtype})."
                )
            if value.shape != self.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size "
                    f"'{list(self.shape)}'. Please ensure that the gradient and the tensor are the same size"
                )
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def data(self) -> Tensor:
        """The same elements without the tape; writes to it are not noticed by backward."""
        other = detached(self)
        other._counter = [0]
        return other

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {_typename(value)}")
        if self._requires and not jnp.issubdtype(value._aval.dtype, jnp.inexact):
            raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
        self._storage, self._links, self._layout, self._cached = value._storage, value._links, value._layout, None
        self._leaf = None  # it knows the dtype and the shape

    def __hash__(self) -> int:
        return id(self)


_GRAD_DTYPE = (
    "The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). You can set the tensor's "
    "grad_dtype attribute with a specific dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging "
    "the dtypes of a tensor and its gradient may break downstream systems that assume they match."
)
# The names of types in C++, where they are not NumPy's; some of PyTorch's messages have them.
_IN_C = {
    "float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>", "int64": "long", "int32": "int",
    "int16": "short int", "int8": "signed char", "uint8": "unsigned char",
}  # fmt: skip


def _in_c(tensor: Tensor) -> str:
    name = tensor._aval.dtype.name
    return _IN_C.get(name, name)


def _typename(value) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


# -- making and reading -----------------------------------------------------------------------------------------------


def wrap(value: Value, edge: Edge | None = None) -> Tensor:
    """Return a new tensor of this value."""
    tensor = object.__new__(Tensor)
    tensor._storage = Storage(value)
    if edge is not None:
        tensor._edge = edge
    if grad_mode.inference:
        tensor._inference = True
    return tensor


def from_array(array: np.ndarray) -> Tensor:
    """Return a new tensor of a NumPy array that nobody else will write to."""
    return wrap(known(array))


def value_of(tensor: Tensor) -> Value:
    """Return the tensor's value as it is now."""
    storage = tensor._storage
    if not tensor._links:
        return storage.value if storage.memory is None else storage.read()
    base = storage.read()
    cached = tensor._cached
    # The view's value is remembered by its slot, not held: a value that is held would be computed and stored.
    if cached is not None and cached[0] is base and base.trace is not None and cached[1] is base.trace:
        values = base.trace.values
        if cached[2] < len(values):
            return values[cached[2]]
    value = read_view(storage, tensor._links)
    tensor._cached = (base, value.trace, value.slot)
    return value


def same_elements(tensor: Tensor) -> Tensor:
    """Return another tensor of the same storage, strides included."""
    other = object.__new__(Tensor)
    other._storage = tensor._storage
    if tensor._links:
        other._links = tensor._links
    if tensor._layout is not None:
        other._layout = tensor._layout
    if tensor._bits is not None:
        other._bits = tensor._bits
    if tensor._counter is not None:
        other._counter = tensor._counter
    if tensor._inference:
        other._inference = True
    return other


def detached(tensor: Tensor) -> Tensor:
    """Return the same elements without the tape."""
    other = same_elements(tensor)
    if current() is not None:  # no tape: JAX's derivatives end here
        other._links, other._layout = (*tensor._links, link("detach", "DetachBackward0")), layout_of(tensor)
    return other


def shape_of(tensor: Tensor) -> tuple[int, ...]:
    """Return the sizes as a plain tuple."""
    layout = tensor._layout
    return tensor._storage.value.aval.shape if layout is None else layout.shape


def layout_of(tensor: Tensor) -> Layout:
    """Return sizes, strides and offset."""
    return tensor._layout or _dense(tensor._storage.value.aval.shape)


@functools.lru_cache(maxsize=10_000)
def _dense(shape: tuple[int, ...]) -> Layout:
    return Layout(shape, contiguous_strides(shape))


def numpy_of(tensor: Tensor) -> np.ndarray:
    """Return the tensor's values on the host, not to be written to."""
    return value_of(tensor).numpy()


def elements_of(tensor: Tensor) -> np.ndarray | None:
    """Return the elements of a tensor, not to be written to, without recording; None if they are not at hand.

    They are where its storage is known on the host: a view is read by its strides.
    """
    if tensor._bits is not None or current() is not None:
        return None
    storage, layout = tensor._storage, tensor._layout
    array = storage.memory  # if there is one, it holds what was written last
    if array is None:
        value = storage.value
        if value.array is None or value.aval.device is not None:
            return None
        array = value.numpy()
    return array if layout is None else window(array, layout)


def window(array: np.ndarray, layout: Layout) -> np.ndarray:
    """Return what a layout shows of a storage's array, not to be written to."""
    array = np.ascontiguousarray(array)
    strides = [stride * array.itemsize for stride in layout.strides]
    return np.ndarray(layout.shape, array.dtype, array, layout.offset * array.itemsize, strides)


# -- the tape ---------------------------------------------------------------------------------------------------------


def edge_of(tensor: Tensor, *, leaf: bool = True) -> Edge | None:
    """Return where gradients towards the tensor go: its node, or for a leaf that requires grad its end of the path."""
    base = tensor._base
    if base is not None and tensor._seen != tensor._storage.version[0]:
        _refresh(tensor, base)
    if tensor._edge is not None:
        return tensor._edge
    if not (leaf and tensor._requires):
        return None
    edge = tensor._leaf
    if edge is None:
        edge = tensor._leaf = (Accumulate(tensor, _receive, (kind_of(tensor),)), 0)
        if tensor._leaf_hooks is not None:
            tensor._leaf_hooks.attach(edge[0])
    return edge


def _receive(tensor: Tensor, gradient) -> None:
    """Add a gradient to the leaf's own."""
    value, edge = gradient
    grad = tensor._grad
    if grad is None:
        tensor._grad = wrap(value, edge)
    elif edge is None and not grad.requires_grad:
        before = value_of(grad)
        write(grad, record_on_tape(ADD, [before, value], None)[0])
    else:
        tensor._grad = apply(ADD, [grad, wrap(value, edge)])


def view(tensor: Tensor, link: Link, layout: Layout) -> Tensor:
    """Return the view of `tensor` that the link and the layout describe."""
    other = same_elements(tensor)
    other._links = (*tensor._links, link)
    other._layout = layout
    if grad_mode.enabled:
        edge = edge_of(tensor)
        other._base = tensor if tensor._base is None else tensor._base
        other._seen = tensor._storage.version[0]
        if edge is not None:
            other._edge = _edge_of_link(edge, kind_of(tensor), link)
    elif tensor._requires or tensor._edge is not None:
        other._untaped = tensor
    elif tensor._untaped is not None:
        other._untaped = tensor._untaped
    return other


def kind_of(tensor: Tensor) -> Aval:
    """Return shape, dtype and device of a tensor."""
    kind, layout = tensor._aval, tensor._layout
    return kind if layout is None else aval(layout.shape, kind.dtype, kind.device)


def _edge_of_link(edge: Edge, kind: Aval, link: Link) -> Edge:
    """Return the edge of a view of an array of this kind and edge."""
    numbers = link.numbers
    derivative = link.call.derivative((kind, *[int for _ in numbers]), (0,))
    return node_of(derivative, (None, *numbers), (edge, *[None for _ in numbers])), 0


def _refresh(tensor: Tensor, base: Tensor) -> None:
    """Give a view its place on the tape again after its storage was written to."""
    tensor._seen = tensor._storage.version[0]
    edge = edge_of(base)
    if edge is not None:
        kind = kind_of(base)
        for link in tensor._links[len(base._links) :]:
            edge = _edge_of_link(edge, kind, link)
            kind = edge[0].outs[0]
        edge[0].__class__ = node_class("AsStridedBackward0")  # as PyTorch calls it from then on
    tensor._edge = edge


# -- recording --------------------------------------------------------------------------------------------------------


def apply(call: Call, arguments: Sequence) -> Any:
    """Record a call on tensors and Python numbers; return its tensor, or the tuple of its tensors."""
    values: list = []
    edges: Any = None
    taped = grad_mode.enabled
    for place, argument in enumerate(arguments):
        if isinstance(argument, Tensor):
            storage = argument._storage
            values.append(storage.value if not argument._links and storage.memory is None else value_of(argument))
            if taped and (argument._requires or argument._edge is not None or argument._base is not None):
                edge = edge_of(argument)
                if edge is not None:
                    if edges is None:
                        edges = [None] * len(arguments)
                    edges[place] = edge
        else:
            values.append(argument)
    results, node = record_on_tape(call, values, edges)
    if type(results) is Value:
        made = object.__new__(Tensor)  # as `wrap` does
        made._storage = Storage(results)
        if node is not None:
            made._edge = (node, 0)
            if node.derivative.saves != "nothing":
                _note_versions(node, arguments, made)
        elif not taped and grad_mode.inference:
            made._inference = True
        return made
    floating = () if node is None else node.derivative.floating
    made = [wrap(value, (node, i) if i in floating else None) for i, value in enumerate(results)]  # pyright: ignore
    if node is not None:
        _note_versions(node, arguments, made[0])
    return results._make(made) if hasattr(results, "_make") else tuple(made)  # pyright: ignore


def _note_versions(node: CallNode, arguments: Sequence, result: Tensor) -> None:
    """Let the node notice when something that PyTorch would have kept for it is written to."""
    derivative = node.derivative
    if derivative.saves == "inputs":
        versions = []
        for place in derivative.needs:
            tensor = arguments[place]
            if isinstance(tensor, Tensor):
                cell = tensor._counter or tensor._storage.version
                versions.append((cell, cell[0], place))
                if tensor._inference:
                    raise RuntimeError(
                        "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
                        "inference mode in computation tracked by autograd. To work around this, you can make a clone "
                        "to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
                        "`torch.inference_mode()`."
                    )
        node.versions = versions
    elif derivative.saves == "result":
        cell = result._storage.version
        node.versions = [(cell, cell[0], -1)]


# -- writing ----------------------------------------------------------------------------------------------------------


def refuse_leaf(tensor: Tensor) -> None:
    """Raise PyTorch's error for writing to a leaf that requires grad while the tape records, and the like."""
    if tensor._inference and not grad_mode.inference:
        raise RuntimeError(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a "
            "normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
        )
    if not grad_mode.enabled:
        return
    if tensor._requires and tensor._edge is None:
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation.\n"
            "Write inside `with torch.no_grad():`, or to tensor.data."
        )
    base = tensor._base
    _refuse_untaped(tensor, base)
    if base is not None and base._requires and base._edge is None:
        raise RuntimeError(
            "a view of a leaf Variable that requires grad is being used in an in-place operation.\n"
            "Write inside `with torch.no_grad():`, or to tensor.data."
        )
    if base is not None and tensor._links[-1].call.name == "crop" and tensor.requires_grad:
        name = type(tensor.grad_fn).__name__.removesuffix("Backward0")
        if name in _SEVERAL:
            raise RuntimeError(
                f"Output {tensor.output_nr} of {name} is a view and is being modified inplace. This view is the output "
                "of a function that returns multiple views. Such functions do not allow the output views to be "
                "modified inplace. You should replace the inplace operation by an out-of-place one."
            )
    for edge in (tensor._edge, None if base is None else base._edge):
        if edge is not None and edge[1] in edge[0].views:
            name = type(tensor.grad_fn).__name__.removesuffix("0").removesuffix("Backward")
            raise RuntimeError(
                f"Output {tensor.output_nr} of {name} is a view and is being modified inplace. This view was created "
                "inside a custom Function (or because an input was returned as-is) and the autograd logic to handle "
                "view+inplace would override the custom backward associated with the custom Function, leading to "
                "incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom "
                "Function."
            )


_AMBIGUOUS = (
    "created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case is "
    "ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace "
    "either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want "
    "the inplace to be tracked)."
)


def _refuse_untaped(tensor: Tensor, base: Tensor | None) -> None:
    """Raise PyTorch's error for a view that was made while the tape was off, or a view of such a view."""
    if tensor._untaped is not None and tensor._untaped.requires_grad:
        raise RuntimeError(f"A view was {_AMBIGUOUS}")
    if base is not None and base._untaped is not None and base._untaped.requires_grad:
        made = tensor._links[-1].call
        name = made.grad_fn if isinstance(made.grad_fn, str) else made.name
        name = name.removesuffix("Backward0")
        raise RuntimeError(f"Output {tensor._number} of {name} is a view of a view which was {_AMBIGUOUS}")


_SEVERAL = ("Split", "SplitWithSizes", "Unbind")  # nodes of functions that give several views


def write(tensor: Tensor, value: Value, edge: Edge | None = None) -> None:
    """Give the elements of `tensor` new values, of its own shape and dtype, that came from `edge` on the tape."""
    storage, base = tensor._storage, tensor._base
    if grad_mode.enabled and tensor._links and (edge is not None or (base is not None and edge_of(base) is not None)):
        if base is None:
            raise RuntimeError(f"A view was {_AMBIGUOUS}")
        links = tensor._links[len(base._links) :]
        new, new_edge = write_view(value_of(base), links, value, edge_of(base), edge)
        store(storage, base._links, new, base._counter)
        base._edge = edge = new_edge
    else:
        store(storage, tensor._links, value, tensor._counter)
        if not grad_mode.enabled:
            return
        tensor._edge = edge
    if edge is not None:
        storage.version[1:] = [edge[0].name()]


def store(storage: Storage, links: tuple[Link, ...], value: Value, counter: list[int] | None = None) -> None:
    """Give what the links show of a storage another value, unseen by the tape."""
    storage.replace(write_view(storage.read(), links, value)[0] if links else value, counter)

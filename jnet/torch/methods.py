"""The methods of tensors that tell what they are; and the place where all methods are installed."""

from __future__ import annotations

import math
import warnings

from jnet.ops.checks import axis
from jnet.ops.registry import OPS
from jnet.torch import (
    calculus,
    conversions,
    copies,
    dtypes,
    factors,
    hooks,
    html,
    neural,
    operators,
    overloads,
    pieces,
    reading,
    recasting,
    spectra,
    viewing,
)
from jnet.torch.arrays import array_of, placed
from jnet.torch.autograd import engine
from jnet.torch.dispatch import CALLERS, inplace_of, method_of
from jnet.torch.dtypes import Size
from jnet.torch.legacy import construct
from jnet.torch.signatures import explaining
from jnet.torch.tensor import Tensor, numpy_of, shape_of, value_of, write

METHODS: dict = {}


def _method(function):
    METHODS[function.__name__] = function
    return function


@_method
def size(self, dim: int | None = None):
    """Return the sizes, or that of one dimension."""
    if dim is None:
        return Size(shape_of(self))
    if not shape_of(self):
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return shape_of(self)[axis(dim, self.ndim, "size")]


@_method
def dim(self) -> int:
    """Return the number of dimensions."""
    return len(shape_of(self))


@_method
def numel(self) -> int:
    """Return the number of elements."""
    return math.prod(shape_of(self))


METHODS["nelement"] = METHODS["numel"]
METHODS["ndimension"] = METHODS["dim"]


@_method
def element_size(self) -> int:
    """Return the bytes of an element."""
    return self._aval.dtype.itemsize


@_method
def get_device(self) -> int:
    """Return the number of the accelerator, -1 for the host."""
    return -1 if self._aval.device is None else self._aval.device.id


@_method
def is_floating_point(self) -> bool:
    """Tell whether the dtype is a floating point one."""
    return self.dtype.is_floating_point


@_method
def is_complex(self) -> bool:
    """Tell whether the dtype is a complex one."""
    return self.dtype.is_complex


@_method
def is_signed(self) -> bool:
    """Tell whether the dtype has negative numbers."""
    return self.dtype.is_signed


@_method
def is_same_size(self, other) -> bool:
    """Tell whether the other tensor has the same sizes."""
    return shape_of(self) == shape_of(other)


@_method
def is_pinned(self) -> bool:
    """Tell whether the memory is pinned: jnet never does that."""
    return False


@_method
def pin_memory(self, device=None):
    """Return the tensor; XLA moves memory by its own means."""
    return self


@_method
def _is_view(self) -> bool:
    """Tell whether it is a view of a tensor, in the eyes of the tape."""
    return self._base is not None


@_method
def is_inference(self) -> bool:
    """Tell whether the tensor was made in inference mode."""
    return self._inference


@_method
def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the tensor's gradients, weighted by `gradient`, to the `.grad` of the leaves that it came from.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html
    """
    engine.backward([self], gradient, retain_graph, create_graph, inputs)


@_method
def is_nonzero(self) -> bool:
    """Tell whether the one element is not 0."""
    return bool(self)


@_method
def new(self, *args):
    """Return a tensor of these sizes or data, in the dtype of this one."""
    return construct(args, self._aval.dtype, "new")


def _applied(self, function, *others):
    arrays = [numpy_of(each) for each in (self, *others)]
    flat = [function(*numbers) for numbers in zip(*(array.reshape(-1).tolist() for array in arrays), strict=True)]
    write(self, value_of(placed(array_of(flat, self._aval.dtype).reshape(shape_of(self)), self.device)))
    return self


@_method
def apply_(self, callable):
    """Write `callable` of each element, a Python number, in its place; slow."""
    return _applied(self, callable)


@_method
def map_(self, tensor, callable):
    """Write `callable` of each element and that of another tensor in its place; slow."""
    return _applied(self, callable, tensor)


def _new(make):
    def method(self, *args, dtype=None, device=None, requires_grad=False, **options):
        dtype = self.dtype if dtype is None else dtype
        device = device if device is not None or self._aval.device is None else self.device
        return make(*args, dtype=dtype, device=device, requires_grad=requires_grad, **options)

    return method


def install() -> None:
    """Give `Tensor` its methods: those of ops in every form, views, conversions, operators."""
    for name, op in OPS.items():
        if "Tensor" not in op.where:
            continue
        caller = overloads.METHODS.get(name, CALLERS[name])
        for each in (name, *op.aliases):
            setattr(Tensor, each, method_of(caller, each, op.function.__doc__))
            if op.inplace:
                setattr(Tensor, f"{each}_", inplace_of(caller, f"{each}_"))
    tables = (viewing.VIEWS, viewing.METHODS, overloads.METHODS, hooks.METHODS, reading.METHODS, conversions.METHODS,
              copies.METHODS, calculus.METHODS, factors.METHODS, neural.METHODS, pieces.METHODS, spectra.METHODS,
              METHODS)  # fmt: skip
    for table in tables:
        for name, function in table.items():
            setattr(Tensor, name, function if name.startswith("__") else method_of(function, name, function.__doc__))
    for name, texts in viewing.SIGNATURES.items():
        function = viewing.VIEWS.get(name) or viewing.METHODS[name]
        setattr(Tensor, name, explaining(function, name, *texts, method=True))
    delattr(Tensor, "copy")  # the op of `copy_`, which PyTorch does not have as a method
    Tensor._repr_html_ = html.of_tensor  # pyright: ignore[reportAttributeAccessIssue]
    operators.install()
    for name, function in PROPERTIES.items():
        setattr(Tensor, name, property(function))


def _transposed(self):
    """Return the tensor with its dimensions in reverse order."""
    if self.ndim not in (0, 2):
        warnings.warn(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will "
            "throw an error in a future release. Consider `x.mT` to transpose batches of matrices or "
            "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
            UserWarning,
            stacklevel=2,
        )
    elif not self.ndim:
        warnings.warn(
            "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.",
            UserWarning,
            stacklevel=2,
        )
    return viewing.permuted(self, range(self.ndim)[::-1], "PermuteBackward0")


def _adjoint(self):
    """Return the transposed matrix, of complex numbers the conjugates."""
    if self.ndim not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor. For batches of matrices, "
            "consider using tensor.mH"
        )
    return CALLERS["conj"](self.t()) if self.is_complex() else viewing.VIEWS["transpose"](self, 0, -1)


PROPERTIES = {
    "T": _transposed,
    "mT": lambda self: viewing.VIEWS["mT"](self),
    "H": _adjoint,
    "mH": lambda self: viewing.VIEWS["mT"](self) if not self.is_complex() else CALLERS["conj"](self.mT),
    "real": recasting.real,
    "imag": recasting.imag,
    "itemsize": lambda self: self.element_size(),
    "nbytes": lambda self: self.numel() * self.element_size(),
    "is_cuda": lambda self: self._aval.device is not None,
    "is_cpu": lambda self: self._aval.device is None,
    "is_sparse": lambda self: False,
    "is_quantized": lambda self: False,
    "is_meta": lambda self: False,
    "is_mkldnn": lambda self: False,
    "is_nested": lambda self: False,
    "layout": lambda self: dtypes.strided,
    "retains_grad": lambda self: hooks.retains_grad(self),
}

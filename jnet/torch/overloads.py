"""Functions whose meaning depends on what they are given, and those whose result's shape depends on the values.

Each entry of FUNCTIONS is `torch.name`, each of METHODS also `Tensor.name`; they stand in for the op of the same name
where one exists.
"""

from __future__ import annotations

import warnings

import numpy as np

from jnet.ops.checks import broadcast_shapes
from jnet.ops.promotion import result_type as _result_type
from jnet.ops.registry import OPS
from jnet.recorder import Call
from jnet.torch import writing
from jnet.torch.autograd.anomaly_mode import is_anomaly_check_nan_enabled, is_anomaly_enabled
from jnet.torch.dispatch import CALLERS, assign
from jnet.torch.dtypes import dtype as Dtype
from jnet.torch.indexing import basic
from jnet.torch.signatures import explaining
from jnet.torch.tensor import Tensor, apply, from_array, numpy_of, refuse_leaf, shape_of
from jnet.torch.viewing import VIEWS, sizes

FUNCTIONS: dict = {}
METHODS: dict = {}


def _both(function):
    FUNCTIONS[function.__name__.rstrip("_")] = METHODS[function.__name__.rstrip("_")] = function
    return function


def _function(function):
    FUNCTIONS[function.__name__.rstrip("_")] = function
    return function


def _method(function):
    METHODS[function.__name__] = function
    return function


# -- two meanings ------------------------------------------------------------------------------------------------------


def _extreme(name: str, elementwise: str):
    whole = CALLERS[name]

    def call(input, *args, **kwargs):
        other = kwargs.get("other", args[0] if args else None)
        if isinstance(other, Tensor):
            return CALLERS[elementwise](input, other)
        return whole(input, *args, **kwargs)

    call.__name__, call.__doc__ = name, whole.op.function.__doc__
    _both(call)


_extreme("max", "maximum")
_extreme("min", "minimum")


def _spread(name: str):
    caller = CALLERS[name]

    def call(input, dim=None, unbiased=None, keepdim=False, *, correction=None, **kwargs):
        if isinstance(dim, bool):  # std(input, unbiased)
            dim, unbiased = None, dim
        if unbiased is not None:
            correction = int(unbiased)
        dim = kwargs.pop("axis", dim)
        settings = {} if dim is None else {"dim": dim}
        return caller(input, correction=1 if correction is None else correction, keepdim=keepdim, **settings, **kwargs)

    call.__name__, call.__doc__ = name, caller.op.function.__doc__
    _both(call)


for _name in ("std", "var", "std_mean", "var_mean"):
    _spread(_name)


@_both
def where(condition, *args, **kwargs):
    """Return elements of `input` where `condition` holds, else of `other`; of the condition alone, where it holds.

    See: https://docs.pytorch.org/docs/stable/generated/torch.where.html
    """
    if not args and not kwargs:
        return nonzero(condition, as_tuple=True)
    return CALLERS["where"](condition, *args, **kwargs)


METHODS["where"] = lambda self, condition, other: CALLERS["where"](condition, self, other)


@_both
def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Return each element several times, as many as `repeats` (a number, or a tensor of numbers) says.

    See: https://docs.pytorch.org/docs/stable/generated/torch.repeat_interleave.html
    """
    if isinstance(repeats, int):
        return CALLERS["repeat_interleave"](input, repeats, dim)
    if repeats is None:
        counts = numpy_of(input)
        return from_array(np.repeat(np.arange(len(counts)), counts))
    counts = numpy_of(repeats)
    if dim is None:
        input, dim = VIEWS["flatten"](input), 0
    size = shape_of(input)[dim]
    return CALLERS["index_select"](input, dim, from_array(np.repeat(np.arange(size), np.broadcast_to(counts, size))))


@_function
def einsum(equation, *operands):
    """Return sums of products of elements, as the equation's letters say.

    See: https://docs.pytorch.org/docs/stable/generated/torch.einsum.html
    """
    operands = tuple(operands[0]) if len(operands) == 1 and isinstance(operands[0], list | tuple) else operands
    return CALLERS["einsum"](operands, equation)


@_function
def chain_matmul(*matrices):
    """Return the product of matrices, in the order that costs least; `torch.linalg.multi_dot` is its newer name.

    See: https://docs.pytorch.org/docs/stable/generated/torch.chain_matmul.html
    """
    warnings.warn(
        "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot "
        "instead, which accepts a list of two or more tensors rather than multiple parameters.",
        UserWarning,
        stacklevel=2,
    )
    return CALLERS["chain_matmul"](matrices[0] if len(matrices) == 1 else matrices)


def _meshed(name: str):
    caller = CALLERS[name]

    def call(*tensors, **kwargs):
        if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
            tensors = tuple(tensors[0])
        return caller(tensors, **kwargs)

    call.__name__, call.__doc__ = name, caller.op.function.__doc__
    _function(call)


for _name in ("meshgrid", "block_diag", "cartesian_prod"):
    if _name in CALLERS:
        _meshed(_name)


# -- results whose shape depends on the values: computed on the host ---------------------------------------------------


@_both
def nonzero(input, *, out=None, as_tuple=False):
    """Return the indices of the elements that are not 0, a row each; or one tensor a dimension.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nonzero.html
    """
    found = np.nonzero(np.atleast_1d(numpy_of(input)))
    if as_tuple:
        return tuple([from_array(each) for each in found])
    if input.ndim == 0:
        return from_array(np.zeros((len(found[0]), 0), np.int64))
    return from_array(np.stack(found, 1).astype(np.int64))


METHODS["argwhere"] = FUNCTIONS["argwhere"] = lambda input: nonzero(input)


@_both
def masked_select(input, mask):
    """Return the elements where the mask holds, in one dimension.

    Raises:
        RuntimeError: if the mask is not boolean, or the shapes do not broadcast.

    See: https://docs.pytorch.org/docs/stable/generated/torch.masked_select.html
    """
    if mask._aval.dtype != np.bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast_shapes(shape_of(input), shape_of(mask))
    input = input.expand(shape)
    places = np.nonzero(np.broadcast_to(numpy_of(mask), shape).reshape(-1))[0]
    return apply(_MASKED_SELECT, [input, from_array(places)])


_MASKED_SELECT = Call(OPS["take"].function, "masked_select", "MaskedSelectBackward0")


def _distinct(input, sorted, return_inverse, return_counts, dim):
    array = numpy_of(input)
    values, inverse, counts = np.unique(array, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    results = [from_array(np.array(values))]
    if return_inverse:
        shape = array.shape if dim is None else (array.shape[dim],)
        results.append(from_array(inverse.reshape(shape).astype(np.int64)))
    if return_counts:
        results.append(from_array(counts.astype(np.int64)))
    return results[0] if len(results) == 1 else tuple(results)


@_both
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """Return the different values in order; on request also where each element went, and how often each value occurs.

    See: https://docs.pytorch.org/docs/stable/generated/torch.unique.html
    """
    return _distinct(input, sorted, return_inverse, return_counts, dim)


@_both
def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """Return the values without repetitions of the one before.

    See: https://docs.pytorch.org/docs/stable/generated/torch.unique_consecutive.html
    """
    array = numpy_of(input)
    lines = array.reshape(-1) if dim is None else np.moveaxis(array, dim, 0)
    changed = np.ones(len(lines), bool)
    if len(lines) > 1:
        differs = lines[1:] != lines[:-1]
        changed[1:] = differs.reshape(len(lines) - 1, -1).any(1) if differs.ndim > 1 else differs
    values = lines[changed] if dim is None else np.moveaxis(lines[changed], 0, dim)
    results = [from_array(np.array(values))]
    if return_inverse:
        inverse = np.cumsum(changed) - 1
        results.append(from_array(inverse.reshape(array.shape if dim is None else -1)))
    if return_counts:
        results.append(from_array(np.diff(np.append(np.nonzero(changed)[0], len(lines)))))
    return results[0] if len(results) == 1 else tuple(results)


@_both
def bincount(input, weights=None, minlength=0):
    """Return how often each whole number occurs.

    See: https://docs.pytorch.org/docs/stable/generated/torch.bincount.html
    """
    array = numpy_of(input)
    if array.ndim != 1 or (array < 0).any() or array.dtype.kind not in "iu":
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    counted = np.bincount(array, None if weights is None else numpy_of(weights), minlength)
    narrow = weights is not None and weights._aval.dtype == np.float32  # all other weights count as double
    return from_array(counted.astype(np.float32) if narrow else counted)


@_both
def equal(input, other) -> bool:
    """Tell whether two tensors have the same sizes and elements.

    See: https://docs.pytorch.org/docs/stable/generated/torch.equal.html
    """
    if shape_of(input) != shape_of(other):
        return False
    if input._aval.dtype != other._aval.dtype:
        raise RuntimeError(
            f"Expected object of data type {input.dtype} but got data type {other.dtype} for argument 'other'"
        )
    return bool(np.array_equal(numpy_of(input), numpy_of(other)))


@_both
def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False) -> bool:
    """Tell whether all elements are close: |input - other| <= atol + rtol |other|.

    See: https://docs.pytorch.org/docs/stable/generated/torch.allclose.html
    """
    return bool(CALLERS["isclose"](input, other, rtol=rtol, atol=atol, equal_nan=equal_nan).all())


# -- kinds -------------------------------------------------------------------------------------------------------------


@_function
def result_type(tensor1, tensor2) -> Dtype:
    """Return the dtype that arithmetic of the two gives."""
    given = [each._aval if isinstance(each, Tensor) and each._layout is None else each for each in (tensor1, tensor2)]
    import jax

    with jax.enable_x64(True):
        return Dtype.from_numpy(_result_type(*(_Kind(e) if isinstance(e, Tensor) else e for e in given)))


class _Kind:
    def __init__(self, tensor: Tensor):
        self.dtype, self.ndim = tensor._aval.dtype, tensor.ndim


@_function
def is_tensor(obj) -> bool:
    """Tell whether `obj` is a tensor."""
    return isinstance(obj, Tensor)


@_function
def is_storage(obj) -> bool:
    """Tell whether `obj` is a storage."""
    return False


@_function
def is_nonzero(input) -> bool:
    """Tell whether the one element is not 0."""
    return bool(input)


@_function
def typename(obj) -> str:
    """Return the name of a tensor's type, of a class or function, or of an object's class, with its module."""
    if isinstance(obj, Tensor):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = (getattr(named, "__module__", "") or "").removeprefix("jnet.")
    return named.__qualname__ if module in ("", "builtins") else f"{module}.{named.__qualname__}"


@_function
def numel(input) -> int:
    """Return the number of elements."""
    return input.numel()


@_function
def is_floating_point(input) -> bool:
    """Tell whether the dtype is a floating point one."""
    return input.is_floating_point()


@_function
def is_complex(input) -> bool:
    """Tell whether the dtype is a complex one."""
    return input.is_complex()


@_function
def detach(input):
    """Return the same elements without the tape."""
    return input.detach()


# -- writing -----------------------------------------------------------------------------------------------------------


_both(writing.fill)
_method(writing.fill_)
_method(writing.zero_)
_method(writing.copy_)
_function(is_anomaly_enabled)
_function(is_anomaly_check_nan_enabled)
FUNCTIONS["fill_"] = writing.fill_
FUNCTIONS["zero_"] = writing.zero_


@_both
def index_put(input, indices, values, accumulate=False):
    """Return the input with `values` written (or added) to the places that a tuple of index tensors names.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_put_.html
    """
    place, gathered = basic(input, tuple([slice(None) if each is None else each for each in indices]))
    if gathered is None or place is not input:
        raise NotImplementedError("index_put() with indices that are no tensors; write tensor[index] = values.")
    return CALLERS["index_put"]((input, values, *gathered[1]), gathered[0], accumulate)


@_method
def index_put_(self, indices, values, accumulate=False):
    """Write to the places that a tuple of index tensors names."""
    refuse_leaf(self)
    return assign(self, index_put(self, indices, values, accumulate))


@_method
def sum_to_size(self, *size):
    """Return the sum over the dimensions along which `size` would be broadcast to the tensor's.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.sum_to_size.html
    """
    shape, own = sizes(size), shape_of(self)
    lead = len(own) - len(shape)
    if lead < 0 or any(n not in (1, m) for n, m in zip(shape, own[lead:], strict=True)):
        raise RuntimeError(f"size {{{list(shape)}}} is not expandable to size {{{list(own)}}}.")
    dims = [d for d in range(len(own)) if d < lead or (shape[d - lead] == 1 and own[d] != 1)]
    summed = CALLERS["sum"](self, dims, True) if dims else self
    return VIEWS["reshape"](summed, shape) if lead else summed


# -- what they take, in PyTorch's notation: needed where something else is given ---------------------------------------

_SIGNATURES = {
    "allclose": "Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False",
    "bincount": "Tensor? weights=None, int minlength=0",
    "equal": "Tensor other",
    "masked_select": "Tensor mask, *, Tensor out=None",
    "nonzero": "*, bool as_tuple=False, Tensor out=None",
}
for _name, _text in _SIGNATURES.items():
    FUNCTIONS[_name] = explaining(FUNCTIONS[_name], _name, f"Tensor input, {_text}")
    METHODS[_name] = explaining(METHODS[_name], _name, _text, method=True)
FUNCTIONS["where"] = explaining(
    FUNCTIONS["where"],
    "where",
    "Tensor condition",
    "Tensor condition, Tensor input, Tensor other, *, Tensor out=None",
    "Tensor condition, Number self, Tensor other",
    "Tensor condition, Tensor input, Number other",
    "Tensor condition, Number self, Number other",
)
FUNCTIONS["unique"] = explaining(FUNCTIONS["unique"], "_unique2", "Tensor input, bool sorted=True")
for _name in ("is_complex", "is_floating_point", "is_nonzero", "numel"):
    FUNCTIONS[_name] = explaining(FUNCTIONS[_name], _name, "Tensor input")

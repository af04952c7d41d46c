"""Writing to the places that `gather` would read, and combining what goes to one place."""

import functools

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import axis, dtype_name, not_implemented
from jnet.ops.elementwise.common import seeing_numbers, value_of
from jnet.ops.indexing.indices import at, cast, checked, combined, hit_at, is_index, read, written
from jnet.ops.promotion import number_kind
from jnet.ops.registry import op

__all__ = ["scatter", "scatter_add", "scatter_reduce"]


def _scatter_node(ranks, settings):
    if settings.get("reduce") is not None:
        return "NotImplemented"
    return "ScatterBackward1" if len(ranks) < 3 or ranks[2] is None else "ScatterBackward0"


@seeing_numbers("input", "index", "src", scalars=("value",), inplace=True, grad_fn=_scatter_node)
def scatter(input, dim, index, src=None, *, value=None, reduce=None):
    """Return the input with values written to the places that `gather` would read.

    `result[index[i][j]][j] = src[i][j]` for dim=0.

    Shape: the index is no larger than `src`, nor than the input in the other dimensions.

    Args:
        src: a tensor of the input's dtype, or a number, which may also be given as `value`.
        reduce: "add" or "multiply" combine the values with those of the input; there is no derivative.

    Raises:
        RuntimeError: if shapes or dtypes do not fit, or the index is out of range.

    Example:
        >>> scatter(jnp.zeros((2, 2)), 1, jnp.array([[1], [0]]), jnp.ones((2, 1))).tolist()
        [[0.0, 1.0], [1.0, 0.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_.html
    """
    input, index = jnp.asarray(input), jnp.asarray(index)
    given = value if src is None else src
    if given is None:
        raise TypeError('scatter() missing 1 required positional arguments: "src"\nOr give value=.')
    number = src is None or number_kind(src)
    src = cast(value_of(given), input.dtype) if number else jnp.asarray(given)
    if index.size == 0:
        axis(dim, input.ndim, "scatter")
        return input
    dim, index = _scatter_index("scatter", input, dim, index, None if number else src)
    if reduce not in (None, "add", "multiply"):
        raise RuntimeError(f"reduce argument must be either add or multiply.\nGot {reduce}.")
    src = jnp.broadcast_to(src, index.shape) if number else src
    if reduce is None:
        return _scattered("set", input, dim, index, src)
    # PyTorch has no derivative here, and fails in backward; so does stop_gradient, by giving none.
    return _scattered("add" if reduce == "add" else "multiply", lax.stop_gradient(input), dim, index, src)


@op("input", "index", "src", inplace=True, grad_fn="ScatterAddBackward0")
def scatter_add(input, dim, index, src):
    """Return the input with values added at the places that `gather` would read; shapes and errors as `scatter`.

    Example:
        >>> scatter_add(jnp.zeros(2), 0, jnp.array([1, 1]), jnp.array([3.0, 4.0])).tolist()
        [0.0, 7.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_add_.html
    """
    input, index, src = jnp.asarray(input), jnp.asarray(index), jnp.asarray(src)
    if index.size == 0:
        axis(dim, input.ndim, "scatter_add")
        return input
    dim, index = _scatter_index("scatter_add", input, dim, index, src)
    return _scattered("add", input, dim, index, src)


@op("input", "index", "src", inplace=True, grad_fn="ScatterReduceBackward0")
def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """Return the input with the values that go to one place combined; shapes and errors as `scatter`.

    Args:
        reduce: "sum", "prod", "mean", "amax" or "amin"; of equal extremes each gets a share of the gradient.
        include_self: whether the value of the input takes part.

    Example:
        >>> scatter_reduce(jnp.ones(2), 0, jnp.array([1, 1]), jnp.array([3.0, 5.0]), "mean").tolist()
        [1.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_reduce_.html
    """
    input, index, src = jnp.asarray(input), jnp.asarray(index), jnp.asarray(src)
    if index.size == 0:
        axis(dim, input.ndim, "scatter_reduce")
        return input
    dim, index = _scatter_index("scatter_reduce", input, dim, index, src)
    if reduce not in ("sum", "prod", "mean", "amax", "amin"):
        raise RuntimeError(
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}\nWrite one of these."
        )
    if reduce == "mean" and input.dtype == jnp.bool_:
        raise not_implemented("scatter_gather_tensor_cpu_reduce_mean", input.dtype)
    shape = input.shape
    input, index, src = (x.reshape(x.shape or (1,)) for x in (input, index, src))
    pattern, places = _along(dim, index)
    src = lax.slice(src, (0,) * src.ndim, index.shape)
    return _REDUCTIONS[reduce](reduce, tuple(pattern), include_self, input, src, places).reshape(shape)


def _scatter_index(name, input, dim, index, src):
    """Return `dim` and the index counted from the front; fail as PyTorch's scatter does (no `src`: a number)."""
    dim = axis(dim, input.ndim, name)
    if not is_index(index):
        raise RuntimeError(f"scatter(): Expected dtype int32/int64 for index\nGot {dtype_name(index.dtype)}.")
    if src is not None and src.dtype != input.dtype:
        raise RuntimeError(
            "scatter(): Expected self.dtype to be equal to src.dtype\n"
            f"Got {dtype_name(input.dtype)} and {dtype_name(src.dtype)}."
        )
    for other, word in ((input, "self"), (src, "src")):
        if other is not None and max(other.ndim, 1) != max(index.ndim, 1):
            raise RuntimeError(
                f"Index tensor must have the same number of dimensions as {word} tensor\n"
                f"The shapes are {list(index.shape)} and {list(other.shape)}."
            )
    shape = index.shape or (1,)
    larger = any(have > size for k, (have, size) in enumerate(zip(shape, input.shape, strict=False)) if k != dim)
    beyond = src is not None and any(have > size for have, size in zip(shape, src.shape or (1,), strict=True))
    if larger or beyond:
        src_part = "" if src is None else f" and to be no larger size than src {list(src.shape)}"
        raise RuntimeError(
            f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from dimension "
            f"{dim}{src_part}\nTake a part of the index."
        )
    return dim, checked(name, index, input.shape, dim)


def _along(dim, index):
    """Return pattern and indices of the places that an index along `dim` points to."""
    places = [index if k == dim else lax.broadcasted_iota(index.dtype, index.shape, k) for k in range(index.ndim)]
    return list(range(index.ndim)), places


def _scattered(how, input, dim, index, src):
    shape = input.shape
    input, index, src = (x.reshape(x.shape or (1,)) for x in (input, index, src))
    src = lax.slice(src, (0,) * src.ndim, index.shape)
    pattern, places = _along(dim, index)
    if how == "set":
        return written(pattern, input, src, places).reshape(shape)
    return combined(how, input, pattern, places, src).reshape(shape)


def _sum(reduce, pattern, include_self, input, src, places):
    start = input if include_self else jnp.where(hit_at(pattern, input, places), jnp.zeros((), input.dtype), input)
    total = combined("add", start, pattern, places, src)
    if reduce == "sum":
        return total
    count = jnp.ones(input.shape, input.dtype) * include_self
    count = jnp.maximum(at(count, pattern, places).add(1, mode="drop"), 1)
    return total / count if jnp.issubdtype(input.dtype, jnp.inexact) else total // count


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1, 2))
def _prod(reduce, pattern, include_self, input, src, places):
    start = input if include_self else jnp.where(hit_at(pattern, input, places), jnp.ones((), input.dtype), input)
    return combined("multiply", start, pattern, places, src)


@_prod.defjvp
def _(reduce, pattern, include_self, primals, tangents):
    """The derivative towards a factor is the product of the others: found by division, and by counting zeros."""
    input, src, places = primals
    one, zero = jnp.ones((), input.dtype), jnp.zeros((), input.dtype)
    if not include_self:
        hit = hit_at(pattern, input, places)
        input, moved = jnp.where(hit, one, input), jnp.where(hit, zero, tangents[0])
    else:
        moved = tangents[0]
    nonzero = [jnp.where(x == 0, one, x) for x in (input, src)]
    product = _prod(reduce, pattern, True, *nonzero, places)
    zeros = at((input == 0).astype(int), pattern, places).add((src == 0).astype(int), mode="drop")

    def others(factor, product, zeros):
        mine = (factor == 0).astype(int)
        return jnp.where(zeros == mine, product / jnp.where(factor == 0, one, factor), zero)

    there = [read(x, pattern, places) for x in (product, zeros)]
    change = others(input, product, zeros) * moved
    change = at(change, pattern, places).add(others(src, *there) * tangents[1], mode="drop")
    return _prod(reduce, pattern, include_self, *primals), change


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1, 2))
def _extreme(reduce, pattern, include_self, input, src, places):
    how = "max" if reduce == "amax" else "min"
    start = input
    if not include_self:
        start = jnp.where(hit_at(pattern, input, places), _least(input.dtype, how), input)
    return combined(how, start, pattern, places, src)


@_extreme.defjvp
def _(reduce, pattern, include_self, primals, tangents):
    """Equal extremes share the gradient; PyTorch counts the input among them even if it is left out."""
    input, src, places = primals
    result = _extreme(reduce, pattern, include_self, *primals)
    mine, theirs = input == result, src == read(result, pattern, places)
    count = at(mine.astype(input.dtype), pattern, places).add(theirs.astype(input.dtype), mode="drop")
    unknown = jnp.asarray(jnp.nan, input.dtype)  # where nothing equals the result, which is nan: PyTorch divides by 0

    def share(equal, count):
        return jnp.where(count == 0, unknown, equal.astype(input.dtype))

    kept = share(mine, count)
    if not include_self:
        kept = jnp.where(hit_at(pattern, input, places), jnp.zeros((), input.dtype), kept)
    change = kept * tangents[0]
    shared = share(theirs, read(count, pattern, places)) * tangents[1]
    change = at(change, pattern, places).add(shared, mode="drop")
    return result, change / jnp.maximum(count, 1)


_REDUCTIONS = {"sum": _sum, "mean": _sum, "prod": _prod, "amax": _extreme, "amin": _extreme}


def _least(dtype, how):
    """Return what changes no maximum (or no minimum)."""
    if dtype == jnp.bool_:
        return jnp.asarray(how == "min")
    if jnp.issubdtype(dtype, jnp.inexact):
        return jnp.asarray(-jnp.inf if how == "max" else jnp.inf, dtype)
    limits = jnp.iinfo(dtype)
    return jnp.asarray(limits.min if how == "max" else limits.max, dtype)

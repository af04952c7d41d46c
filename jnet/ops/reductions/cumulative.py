"""Running sums, products and extremes, differences and integrals along a dimension, with PyTorch's semantics."""

import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import as_floating, axis, broadcast, floating, not_implemented, numeric
from jnet.ops.promotion import promoted
from jnet.ops.reductions.order import ValuesIndices
from jnet.ops.reductions.statistics import at_least_float32, widened
from jnet.ops.registry import op

__all__ = [
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "cumulative_trapezoid",
    "diff",
    "logcumsumexp",
    "trapezoid",
]


@op("input", inplace=True, grad_fn="CumsumBackward0", saves="nothing")
def cumsum(input, dim, *, dtype=None):
    """Add up the values along `dim`, keeping every partial sum.

    Example:
        >>> cumsum(jnp.array([1, 2, 3]), 0).tolist()
        [1, 3, 6]

    See: https://pytorch.org/docs/stable/generated/torch.cumsum.html
    """
    return _running(jnp.cumsum, "cumsum", numeric(widened(input, dtype), "cumsum_out_cpu"), dim)


@op("input", inplace=True, grad_fn="CumprodBackward0")
def cumprod(input, dim, *, dtype=None):
    """Multiply the values along `dim`, keeping every partial product.

    Example:
        >>> cumprod(jnp.array([1, 2, 3]), 0).tolist()
        [1, 2, 6]

    See: https://pytorch.org/docs/stable/generated/torch.cumprod.html
    """
    return _running(jnp.cumprod, "cumprod", numeric(widened(input, dtype), "cumprod_out_cpu"), dim)


@op("input", grad_fn="LogcumsumexpBackward0")
def logcumsumexp(input, dim):
    """Return `log(cumsum(exp(input)))` along `dim`, shifted so that nothing overflows.

    Raises:
        NotImplementedError: for integers and booleans.

    Example:
        >>> [f"{x:.4f}" for x in logcumsumexp(jnp.zeros(3), 0)]
        ['0.0000', '0.6931', '1.0986']

    See: https://pytorch.org/docs/stable/generated/torch.logcumsumexp.html
    """
    input = jnp.asarray(input)
    along = axis(dim, input.ndim, "logcumsumexp")
    return _running(lax.cumlogsumexp, "logcumsumexp", floating(input, "logcumsumexp_out_cpu"), along)


def _running(function, name, input, dim):
    along = axis(dim, input.ndim, name)
    return function(at_least_float32(input), along).astype(input.dtype) if input.ndim else input


@op("input", grad_fn="CummaxBackward0")
def cummax(input, dim):
    """Return the largest value so far along `dim`, and where it last stood; nan is largest.

    Example:
        >>> cummax(jnp.array([1.0, 3.0, 2.0]), 0).indices.tolist()
        [0, 1, 1]

    See: https://pytorch.org/docs/stable/generated/torch.cummax.html
    """
    return _running_extreme("cummax", lax.cummax, input, dim)


@op("input", grad_fn="CumminBackward0")
def cummin(input, dim):
    """Return the smallest value so far along `dim`, and where it last stood; nan is smallest.

    Example:
        >>> cummin(jnp.array([2.0, 3.0, 1.0]), 0).values.tolist()
        [2.0, 2.0, 1.0]

    See: https://pytorch.org/docs/stable/generated/torch.cummin.html
    """
    return _running_extreme("cummin", lax.cummin, input, dim)


def _running_extreme(name, extreme, input, dim):
    input = jnp.asarray(input)
    if jnp.iscomplexobj(input):
        raise not_implemented(f"{name}_cpu", input.dtype)
    along = axis(dim, input.ndim, name)
    if not input.ndim:
        return ValuesIndices(input, jnp.zeros((), int))
    ordered = lax.stop_gradient(input.astype(jnp.uint8) if input.dtype == jnp.bool_ else input)
    best = extreme(ordered, along)
    # Where a value equals the best so far, it is the last place of it.
    best_here = (ordered == best) | ((best != best) & (ordered != ordered))
    places = lax.broadcasted_iota(jnp.dtype(jnp.zeros((), int).dtype), input.shape, along)
    indices = lax.cummax(jnp.where(best_here, places, 0), along)
    return ValuesIndices(jnp.take_along_axis(input, indices, along) if input.size else input, indices)


@op(
    "input",
    "prepend",
    "append",
    saves="nothing",
    grad_fn=lambda ranks, settings: "SubBackward0" if settings.get("n", 1) else "CopyBackwards",
)
def diff(input, n=1, dim=-1, prepend=None, append=None):
    """Return the differences of neighbours along `dim`, `n` times over; booleans give whether neighbours differ.

    Args:
        prepend, append: values to put before and behind the input first.

    Raises:
        RuntimeError: for a scalar, a negative n, or pieces whose other sizes differ.

    Example:
        >>> diff(jnp.array([1, 4, 9])).tolist()
        [3, 5]

    See: https://pytorch.org/docs/stable/generated/torch.diff.html
    """
    input = jnp.asarray(input)
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional\nA single value has no neighbour.")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}\nThe sum of differences is cumsum.")
    if n == 0:
        return input
    along = axis(dim, input.ndim, "diff")
    pieces = [_checked_piece(piece, input, along) for piece in (prepend, append) if piece is not None]
    if pieces:
        first, last = pieces[: prepend is not None], pieces[prepend is not None :]
        dtype = jnp.result_type(*(each.dtype for each in (*pieces, input)))
        input = jnp.concatenate([each.astype(dtype) for each in (*first, input, *last)], along)
    for _ in range(min(n, input.shape[along])):
        after, before = _after_and_before(input, along)
        input = after ^ before if input.dtype == jnp.bool_ else after - before
    return input


def _checked_piece(piece, input, along):
    piece = jnp.asarray(piece)
    if piece.ndim != input.ndim:
        raise RuntimeError(
            "diff expects prepend or append to be the same dimension as input\nThe input has "
            f"{input.ndim} dimensions, the piece {piece.ndim}."
        )
    for dim in range(input.ndim):
        if dim != along and piece.shape[dim] != input.shape[dim]:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input except along the "
                f"differencing dimension; input.size({dim}) = {input.shape[dim]}, but got tensor.size({dim}) = "
                f"{piece.shape[dim]}\nThe shapes are {input.shape} and {piece.shape}."
            )
    return piece


def _trapezoid_node(without_x, with_x):
    return lambda ranks, settings: without_x if len(ranks) < 2 or ranks[1] is None else with_x


@op(
    "y",
    "x",
    where=("torch",),
    out=False,
    aliases=("trapz",),
    scalars=("dx",),
    grad_fn=_trapezoid_node("MulBackward1", "DivBackward1"),
)
def trapezoid(y, x=None, *, dx=1, dim=-1):
    """Return the integral of samples along `dim`, `sum((y[i] + y[i + 1]) / 2 * (x[i + 1] - x[i]))`.

    Args:
        x: where the samples lie, of one dimension or of a shape that broadcasts with y.
        dx: the distance between neighbours where there is no x.

    Raises:
        RuntimeError: for booleans, and for an x of another size.

    Example:
        >>> trapezoid(jnp.array([0.0, 1.0, 4.0]), dx=2).item()
        6.0

    See: https://pytorch.org/docs/stable/generated/torch.trapezoid.html
    """
    y, steps, along = _samples("trapezoid", y, x, dx, dim)
    if not y.shape[along]:
        return jnp.zeros(y.shape[:along] + y.shape[along + 1 :], y.dtype)
    if x is None:
        # As PyTorch groups the terms, so that the last digits agree.
        ends = lax.index_in_dim(y, 0, along, keepdims=False) + lax.index_in_dim(y, -1, along, keepdims=False)
        return (y.sum(along) - ends * 0.5) * steps
    after, before = _after_and_before(y, along)
    pairs, steps = broadcast(before + after, steps)
    return (pairs * steps).sum(along - y.ndim) / 2


@op(
    "y",
    "x",
    where=("torch",),
    out=False,
    scalars=("dx",),
    grad_fn=_trapezoid_node("CumsumBackward0", "DivBackward1"),
)
def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """Return the running integral of samples along `dim`, one value less than there are samples; else as `trapezoid`.

    Example:
        >>> cumulative_trapezoid(jnp.array([0.0, 1.0, 4.0])).tolist()
        [0.5, 3.0]

    See: https://pytorch.org/docs/stable/generated/torch.cumulative_trapezoid.html
    """
    y, steps, along = _samples("cumulative_trapezoid", y, x, dx, dim)
    after, before = _after_and_before(y, along)
    if x is None:
        return jnp.cumsum((before + after) * (steps / 2), along)
    pairs, steps = broadcast(before + after, steps)
    return jnp.cumsum(pairs * steps, along - y.ndim) / 2


def _samples(name, y, x, dx, dim):
    """Return the samples, floating, the steps between them (an array along the axis if x is given), and the axis."""
    y = jnp.asarray(y)
    x = None if x is None else jnp.asarray(x)
    if jnp.bool_ in (y.dtype, None if x is None else x.dtype):
        raise RuntimeError(
            f"{name}: received a bool input for {'`y`' if x is None else '`x` or `y`'}, but bool is not supported\n"
            "Convert it to numbers."
        )
    if not y.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions\nAn integral needs samples.")
    along = axis(dim, y.ndim, name)
    if x is None:
        y = as_floating(y)
        return y, jnp.asarray(dx).astype(y.dtype), along
    y, x = promoted([y, x], floating=True)
    if x.ndim == 1:
        if x.shape[0] != y.shape[along]:
            raise RuntimeError(
                f"{name}: There must be one `x` value for each sample point\nThere are {y.shape[along]} samples along "
                f"dim {along}, and {x.shape[0]} values."
            )
        x = x.reshape([-1 if each == along else 1 for each in range(y.ndim)])
    elif x.ndim < y.ndim:
        x = x.reshape((1,) * (y.ndim - x.ndim) + x.shape)
    after, before = _after_and_before(x, along)
    return y, after - before, along


def _after_and_before(x, along):
    """Return the values along an axis without the first, and without the last."""
    size = x.shape[along]
    return lax.slice_in_dim(x, min(1, size), size, axis=along), lax.slice_in_dim(x, 0, max(size - 1, 0), axis=along)

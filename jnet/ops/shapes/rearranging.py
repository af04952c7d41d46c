"""Values in another order, repeated or converted: new tensors, unlike the views of a tensor's own memory."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import axes, axis, dtype_name, integers, is_concrete
from jnet.ops.promotion import as_dtype
from jnet.ops.registry import op

__all__ = [
    "clone",
    "diag",
    "diag_embed",
    "diagflat",
    "flip",
    "fliplr",
    "flipud",
    "one_hot",
    "repeat",
    "repeat_interleave",
    "roll",
    "rot90",
    "tile",
    "to_dtype",
    "tril",
    "triu",
    "vander",
]


@op("input", grad_fn="CloneBackward0", saves="nothing")
def clone(input, *, memory_format=None):
    """Return a copy; gradients go through it. `memory_format` changes nothing: it is a matter of layout.

    Example:
        >>> clone(jnp.array([1, 2])).tolist()
        [1, 2]

    See: https://docs.pytorch.org/docs/stable/generated/torch.clone.html
    """
    return jnp.asarray(input)


@op("input", where=(), out=False, grad_fn="ToCopyBackward0", saves="nothing")
def to_dtype(input, dtype):
    """Return the input in another dtype: towards zero for integers, without the imaginary part for real numbers.

    What does not fit wraps around in narrow integers; beyond the widest integer, and for nan, it is undefined.

    Example:
        >>> to_dtype(jnp.array([-1.5, 2.7]), jnp.int32).tolist()
        [-1, 2]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html
    """
    input, dtype = jnp.asarray(input), jnp.dtype(jax.dtypes.canonicalize_dtype(dtype))
    if jnp.iscomplexobj(input) and not jnp.issubdtype(dtype, jnp.complexfloating) and dtype != jnp.bool_:
        warnings.warn("Casting complex values to real discards the imaginary part", UserWarning, stacklevel=3)
        input = input.real
    return as_dtype(input, dtype)


@op("input", out=False, grad_fn="FlipBackward0", saves="nothing")
def flip(input, dims):
    """Reverse the order along dimensions (an integer or several; none of them changes nothing).

    Raises:
        IndexError: if there is no such dimension.
        RuntimeError: if one is named twice.

    Example:
        >>> flip(jnp.array([[1, 2], [3, 4]]), (0, 1)).tolist()
        [[4, 3], [2, 1]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.flip.html
    """
    input = jnp.asarray(input)
    dims = integers(dims)
    return jnp.flip(input, axes(dims, input.ndim, "flip")) if dims else input


@op("input", out=False, grad_fn="FlipBackward0", saves="nothing")
def fliplr(input):
    """Reverse the order along the second dimension.

    Raises:
        RuntimeError: for fewer than two dimensions.

    Example:
        >>> fliplr(jnp.array([[1, 2], [3, 4]])).tolist()
        [[2, 1], [4, 3]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.fliplr.html
    """
    if jnp.ndim(input) < 2:
        raise RuntimeError("Input must be >= 2-d.\nflip(input, -1) reverses the last dimension.")
    return flip(input, (1,))


@op("input", out=False, grad_fn="FlipBackward0", saves="nothing")
def flipud(input):
    """Reverse the order along the first dimension.

    Raises:
        RuntimeError: for a scalar.

    Example:
        >>> flipud(jnp.array([[1, 2], [3, 4]])).tolist()
        [[3, 4], [1, 2]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.flipud.html
    """
    if jnp.ndim(input) < 1:
        raise RuntimeError("Input must be >= 1-d.\nA scalar has no order.")
    return flip(input, (0,))


@op("input", out=False, grad_fn="RollBackward0", saves="nothing")
def roll(input, shifts, dims=None):
    """Shift values along dimensions, the last ones coming in at the front; without `dims`, of the flattened input.

    Args:
        shifts: how far, an integer for each of `dims`; negative ones shift back.

    Raises:
        RuntimeError: if there are more shifts than dims, or fewer, or none.
        IndexError: if there is no such dimension.

    Example:
        >>> roll(jnp.array([1, 2, 3]), 1).tolist()
        [3, 1, 2]

    See: https://docs.pytorch.org/docs/stable/generated/torch.roll.html
    """
    input = jnp.asarray(input)
    shifts, dims = integers(shifts), () if dims is None else integers(dims)
    if not shifts:
        raise RuntimeError("`shifts` required\nWrite one shift for each of dims.")
    if not dims and len(shifts) == 1:
        return jnp.roll(input, shifts[0])
    if len(shifts) != len(dims):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}\nWrite one shift for each dim."
        )
    _refuse_scalar(input, dims[0])  # pyright: ignore[reportGeneralTypeIssues]
    return jnp.roll(input, shifts, tuple(axis(dim, input.ndim, "roll") for dim in dims))


@op("input", out=False, grad_fn="Rot90Backward0", saves="nothing")
def rot90(input, k=1, dims=(0, 1)):
    """Turn by `k` times 90 degrees in the plane of two dimensions, from the first towards the second.

    Raises:
        RuntimeError: unless there are two different dims.
        IndexError: if there is no such dimension.

    Example:
        >>> rot90(jnp.array([[1, 2], [3, 4]])).tolist()
        [[2, 4], [1, 3]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.rot90.html
    """
    input, dims = jnp.asarray(input), integers(dims)
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}\nTwo dims span the plane.")
    if input.ndim < 2:
        raise RuntimeError(
            f"expected total dims >= 2, but got total dims = {input.ndim}\nThere is no plane to turn in."
        )
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == input.ndim:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}\n"
            "Two dims span the plane."
        )
    return jnp.rot90(input, k, tuple(axis(dim, input.ndim, "rot90") for dim in dims))  # pyright: ignore


@op("input", where=("Tensor",), grad_fn="RepeatBackward0", saves="nothing")
def repeat(input, repeats):
    """Repeat the tensor along each dimension; more repeats than dimensions add dimensions in front.

    Raises:
        RuntimeError: for fewer repeats than dimensions, or negative ones.

    Example:
        >>> repeat(jnp.array([1, 2]), (2, 2)).tolist()
        [[1, 2, 1, 2], [1, 2, 1, 2]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.repeat.html
    """
    input, repeats = jnp.asarray(input), integers(repeats)
    if len(repeats) < input.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor\n"
            f"The tensor has {input.ndim} dimensions, and {len(repeats)} repeats are given."
        )
    shape = (1,) * (len(repeats) - input.ndim) + input.shape
    full = [count * size for count, size in zip(repeats, shape, strict=True)]
    for size in full:
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {full}")
    pairs = [each for pair in zip(repeats, shape, strict=True) for each in pair]
    rows = lax.broadcast_in_dim(input.reshape(shape), pairs, range(1, len(pairs), 2))
    return rows.reshape(full)


@op("input", out=False, grad_fn="RepeatBackward0", saves="nothing")
def tile(input, dims):
    """Repeat the tensor along its last dimensions; more numbers than dimensions add dimensions in front.

    Example:
        >>> tile(jnp.array([[1], [2]]), (2,)).tolist()
        [[1, 1], [2, 2]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.tile.html
    """
    dims = integers(dims)
    return repeat(input, (1,) * (jnp.ndim(input) - len(dims)) + dims)


@op("input", out=False, grad_fn="ViewBackward0", saves="nothing")
def repeat_interleave(input, repeats, dim=None, *, output_size=None):
    """Repeat each value along `dim`; without one, of the flattened input.

    Args:
        repeats: how often, one integer for all of them.
        output_size: the resulting size of the dimension; only checked.

    Raises:
        RuntimeError: for a negative number, or another `output_size`.
        NotImplementedError: for several numbers: the size of the result would depend on them.
        IndexError: if there is no such dimension.

    Example:
        >>> repeat_interleave(jnp.array([1, 2]), 2).tolist()
        [1, 1, 2, 2]

    See: https://docs.pytorch.org/docs/stable/generated/torch.repeat_interleave.html
    """
    input, repeats = jnp.asarray(input), integers(repeats)
    if len(repeats) != 1:
        raise NotImplementedError("repeat_interleave() with a number for each value; jnp.repeat() has it.")
    if repeats[0] < 0:
        raise RuntimeError("Repeats must be non-negative\nHow often is each value to come?")
    if dim is None:
        input, dim = input.reshape(-1), 0
    dim = axis(dim, input.ndim + (input.ndim == 0), "repeat_interleave")
    shape = list(input.shape) or [1]
    spread = jnp.broadcast_to(
        input.reshape(*shape[: dim + 1], 1, *shape[dim + 1 :]), (*shape[: dim + 1], repeats[0], *shape[dim + 1 :])
    )
    shape[dim] *= repeats[0]
    if output_size is not None and output_size != shape[dim]:
        raise RuntimeError(
            f"repeat_interleave: Invalid output_size, expected {shape[dim]} but got {output_size}\nLeave it out."
        )
    return spread.reshape(shape)


@op("input", inplace=True, grad_fn="TrilBackward0", saves="nothing")
def tril(input, diagonal=0):
    """Keep the values on and below a diagonal of the last two dimensions, and set all others to 0.

    Args:
        diagonal: 0 is the main one, positive ones lie above it.

    Raises:
        RuntimeError: for fewer than two dimensions.

    Example:
        >>> tril(jnp.ones((2, 2))).tolist()
        [[1.0, 0.0], [1.0, 1.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.tril.html
    """
    return jnp.tril(_matrices("tril", input), diagonal)


@op("input", inplace=True, grad_fn="TriuBackward0", saves="nothing")
def triu(input, diagonal=0):
    """Keep the values on and above a diagonal of the last two dimensions; all else as `tril`.

    Example:
        >>> triu(jnp.ones((2, 2)), 1).tolist()
        [[0.0, 1.0], [0.0, 0.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.triu.html
    """
    return jnp.triu(_matrices("triu", input), diagonal)


def _matrices(name, input):
    if jnp.ndim(input) < 2:
        raise RuntimeError(
            f"{name}: input tensor must have at least 2 dimensions\nThe input has {jnp.ndim(input)} dimensions."
        )
    return jnp.asarray(input)


@op(
    "input",
    grad_fn=lambda ranks, settings: "DiagEmbedBackward0" if ranks[0] == 1 else "DiagonalBackward0_copy",
    saves="nothing",
)
def diag(input, diagonal=0):
    """Return the matrix with a vector on its diagonal, or the diagonal of a matrix.

    Args:
        diagonal: 0 is the main one, positive ones lie above it.

    Raises:
        RuntimeError: unless there are one or two dimensions.

    Example:
        >>> diag(jnp.array([1, 2])).tolist(), diag(jnp.array([[1, 2], [3, 4]]), 1).tolist()
        ([[1, 0], [0, 2]], [2])

    See: https://docs.pytorch.org/docs/stable/generated/torch.diag.html
    """
    input = jnp.asarray(input)
    if input.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D\ndiag_embed() takes more dimensions.")
    return diag_embed(input, diagonal) if input.ndim == 1 else jnp.diagonal(input, diagonal)


@op("input", out=False, grad_fn="DiagEmbedBackward0", saves="nothing")
def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """Return matrices of zeros with the last dimension of the input on a diagonal.

    Shape: (*, N) gives (*, N + |offset|, N + |offset|), the matrices in the dimensions `dim1` and `dim2` of the result.

    Raises:
        IndexError: if the result has no such dimension.
        RuntimeError: if both are the same.

    Example:
        >>> diag_embed(jnp.array([1, 2]), 1).tolist()
        [[0, 1, 0], [0, 0, 2], [0, 0, 0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.diag_embed.html
    """
    input = jnp.asarray(input)
    first, second = (axis(dim, input.ndim + 1, "diag_embed") for dim in (dim1, dim2))
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}\nTwo dims hold the matrices.")
    rest = [(0, 0)] * (input.ndim - 1)
    rows = jnp.pad(input, [*rest, (max(-offset, 0), max(offset, 0))])  # the value in each row
    n = rows.shape[-1]
    on_diagonal = jnp.asarray(np.eye(n, k=offset, dtype=bool))
    shape = (*rows.shape, n)
    matrices = jnp.where(jnp.broadcast_to(on_diagonal, shape), rows[..., None], jnp.zeros((), rows.dtype))
    return jnp.moveaxis(matrices, (-2, -1), (first, second))


@op("input", out=False, grad_fn="DiagEmbedBackward0", saves="nothing")
def diagflat(input, offset=0):
    """Return the matrix with the flattened input on a diagonal (see `diag_embed`).

    Example:
        >>> diagflat(jnp.array([[1, 2]])).tolist()
        [[1, 0], [0, 2]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.diagflat.html
    """
    return diag_embed(jnp.ravel(input), offset)


@op("x", where=("torch",), out=False, grad_fn=lambda ranks, s: "CopySlices" if s.get("increasing") else "FlipBackward0")
def vander(x, N=None, increasing=False):
    """Return powers of a vector's values as columns, the highest one first; integers stay integers.

    Shape: x (V,) gives (V, N); N is V if None.

    Args:
        increasing: put the power 0 first.

    Raises:
        RuntimeError: unless `x` is a vector, and N not negative.

    Example:
        >>> vander(jnp.array([2, 3]), 3).tolist()
        [[4, 2, 1], [9, 3, 1]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.vander.html
    """
    x = jnp.asarray(x)
    if x.ndim != 1:
        raise RuntimeError(f"x must be a one-dimensional tensor.\nIt has {x.ndim} dimensions.")
    columns = len(x) if N is None else N
    if columns < 0:
        raise RuntimeError("N must be non-negative.\nIt is the number of columns.")
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        x = x.astype(int)
    factors = jnp.broadcast_to(x[:, None], (len(x), max(columns - 1, 0)))
    powers = jnp.concatenate([jnp.ones((len(x), min(columns, 1)), x.dtype), jnp.cumprod(factors, 1)], 1)
    return powers if increasing else powers[:, ::-1]


@op("input", where=("functional",), out=False)
def one_hot(input, num_classes=-1):
    """Return a row of zeros for each class number, with a one in its place.

    Shape: input (*) gives (*, num_classes), integers. A number that is no class fails where values can be looked at;
    while `jax.jit` traces, its row is all zeros.

    Args:
        num_classes: -1 is one more than the largest number; that only goes where values can be looked at.

    Raises:
        RuntimeError: for another dtype than the default integer, and numbers that are no classes.

    Example:
        >>> one_hot(jnp.array([0, 2]), 3).tolist()
        [[1, 0, 0], [0, 0, 1]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
    """
    input = jnp.asarray(input)
    if input.dtype != jnp.asarray(0).dtype:
        raise RuntimeError(
            f"one_hot is only applicable to index tensor of type LongTensor.\nGot {dtype_name(input.dtype)}."
        )
    if input.size == 0 and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.\nWrite num_classes.")
    if num_classes == -1 and not is_concrete(input):
        raise NotImplementedError("one_hot() without num_classes, whose shape depends on values; write num_classes.")
    if input.size and is_concrete(input):
        classes = np.asarray(input)
        if classes.min() < 0:
            raise RuntimeError("Class values must be non-negative.\nThey count from 0.")
        if num_classes == -1:
            num_classes = int(classes.max()) + 1
        elif classes.max() >= num_classes:
            raise RuntimeError(f"Class values must be smaller than num_classes.\nThere are {num_classes} classes.")
    classes = lax.broadcasted_iota(input.dtype, (*input.shape, max(num_classes, 0)), input.ndim)
    return (input[..., None] == classes).astype(input.dtype)


def _refuse_scalar(input, dim):
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions\nA scalar has no order.")

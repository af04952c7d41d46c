"""Norms of vectors and matrices, and distances, with PyTorch's semantics; the derivative of a norm at 0 is 0."""

import math

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import ONE_DTYPE, axes, broadcast, dtype_name, is_floating, not_implemented
from jnet.ops.elementwise.arithmetic import refuse_booleans
from jnet.ops.elementwise.common import HALVES
from jnet.ops.promotion import promoted
from jnet.ops.reductions.statistics import at_least_float32, count, root
from jnet.ops.registry import op

__all__ = [
    "cdist",
    "cosine_similarity",
    "dist",
    "linalg_norm",
    "matrix_norm",
    "norm",
    "normalize",
    "pairwise_distance",
    "pdist",
    "vector_norm",
]

_CDIST_MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


def _matrix_node(ranks, settings):
    """Return what the graph of a matrix norm ends with; singular values get their dimensions back at the end."""
    order = settings.get("ord", settings.get("p", "fro"))
    if order in (None, "fro"):
        return "LinalgVectorNormBackward0"
    if order in ("nuc", 2, -2) and settings.get("keepdim"):
        return "PermuteBackward0"
    return "SumBackward1" if order == "nuc" else "AmaxBackward0" if order > 0 else "AminBackward0"


def _norm_node(ranks, settings):
    return _matrix_node(ranks, settings) if settings.get("p") == "nuc" else "LinalgVectorNormBackward0"


def _linalg_norm_node(ranks, settings):
    dim = settings.get("dim")
    vector = ranks[0] != 2 if dim is None else isinstance(dim, int) or len(dim) != 2
    return "LinalgVectorNormBackward0" if vector else _matrix_node(ranks, settings)


@op("input", grad_fn=_norm_node)
def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    """Return the vector norm `sum(|x|^p)^(1/p)` of all values, or of those along `dim`; its derivative at 0 is 0.

    Args:
        p: a number; `math.inf` and `-math.inf` take the largest and smallest magnitude, 0 counts what is not zero.
            "fro" is 2; "nuc" is the sum of the singular values of a matrix.
        dtype: compute in it.

    Raises:
        RuntimeError: for integers and booleans; for infinite and negative p of no values; for another name.

    Example:
        >>> norm(jnp.ones(8), 1).item(), f"{norm(jnp.ones(8), 2):.4f}"
        (8.0, '2.8284')

    See: https://pytorch.org/docs/stable/generated/torch.norm.html
    """
    input = jnp.asarray(input)
    if p == "nuc":
        return matrix_norm(input, "nuc", tuple(range(input.ndim)) if dim is None else dim, keepdim, dtype=dtype)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.\nWrite a number, math.inf, 'fro' or 'nuc'.")
    if p == "fro" and isinstance(dim, (tuple, list)) and len(dim) > 2:
        raise _not_two_dims(dim)
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


@op("input", where=("linalg",), grad_fn="LinalgVectorNormBackward0")
def vector_norm(input, ord: float = 2, dim=None, keepdim=False, *, dtype=None):
    """Return `sum(|x|^ord)^(1/ord)` of all values, or of those along `dim`, as `norm` does.

    Raises:
        RuntimeError: for integers and booleans; for infinite and negative orders of no values; for a narrower `dtype`.

    Example:
        >>> vector_norm(jnp.array([[3.0, 4.0], [6.0, 8.0]]), dim=1).tolist()
        [5.0, 10.0]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
    """
    x = jnp.asarray(input)
    if not is_floating(x):
        raise _not_floating("linalg.vector_norm", x)
    if dtype is not None:
        _check_dtype(x, dtype)
    along = axes(dim, x.ndim, "norm")
    order = float(ord)
    if (order < 0 or order == math.inf) and not count(x, along):
        _refuse_empty(x, order, dim, along)
    result = vector_norm_along(at_least_float32(x.astype(dtype or x.dtype)), order, along, keepdim)
    return result.astype(jnp.finfo(dtype or x.dtype).dtype)


@op("input", where=("linalg",), grad_fn=_matrix_node)
def matrix_norm(input, ord: float | str = "fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """Return the norm of a matrix, or of every matrix of a batch.

    Args:
        ord: "fro" is the root of the sum of the squares, "nuc" the sum of the singular values; 2 and -2 are the largest
            and the smallest of these, 1 and -1 the largest and the smallest sum of magnitudes of a column, `math.inf`
            and `-math.inf` of a row.
        dim: the two dimensions of the matrices.

    Raises:
        RuntimeError: for vectors, other orders, integers and booleans.

    Example:
        >>> matrix_norm(jnp.array([[1.0, -2.0], [3.0, 4.0]]), 1).item()
        6.0

    See: https://pytorch.org/docs/stable/generated/torch.linalg.matrix_norm.html
    """
    A = jnp.asarray(input)
    known = ("fro", "nuc") if isinstance(ord, str) else (1, -1, 2, -2, math.inf, -math.inf)
    if ord not in known:
        raise RuntimeError(
            f"linalg.matrix_norm: Order {ord} not supported.\n"
            "There are 1, -1, 2, -2, math.inf, -math.inf, 'fro' and 'nuc'."
        )
    if A.ndim < 2:
        raise RuntimeError(
            "linalg.matrix_norm: The input tensor A must have at least 2 dimensions.\n"
            f"Its shape is {A.shape}; a vector has a vector_norm."
        )
    if not isinstance(dim, (tuple, list)) or len(dim) != 2:
        raise _not_two_dims(dim)
    first, second = (axes(each, A.ndim, "matrix_norm")[0] for each in dim)
    if first == second:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({first}, {second})\nOne is that of rows.")
    if not is_floating(A):
        raise _not_floating("linalg.matrix_norm", A)
    if ord == "fro":
        return vector_norm(A, 2, tuple(dim), keepdim, dtype=dtype)
    if ord in ("nuc", 2, -2) and A.dtype in (jnp.float16, jnp.bfloat16):
        raise RuntimeError(
            f"linalg.matrix_norm: Low precision dtypes not supported. Got {dtype_name(A.dtype)}\n"
            "Convert it to floating point numbers."
        )
    matrices = jnp.moveaxis(A.astype(dtype or A.dtype), (first, second), (-2, -1))
    result = _norm_of_matrices(matrices, ord)
    return jnp.expand_dims(result, (first, second)) if keepdim else result


def _norm_of_matrices(A, order):
    """Return the norm of the last two axes, by order."""
    if not A.size:
        return jnp.zeros(A.shape[:-2], jnp.finfo(A.dtype).dtype)
    if order in ("nuc", 2, -2):
        values = jnp.linalg.svd(A, compute_uv=False)
        return values.sum(-1) if order == "nuc" else values[..., 0 if order > 0 else -1]
    sums = vector_norm_along(A, 1.0, (A.ndim - (2 if abs(order) == 1 else 1),), False)
    return sums.max(-1) if order > 0 else sums.min(-1)


@op("input", where=("linalg",), grad_fn=_linalg_norm_node)
def linalg_norm(input, ord=None, dim=None, keepdim=False, *, dtype=None):
    """Return a norm: of all values without `ord`, else of a vector or of a matrix, by the number of dimensions.

    Args:
        ord: as `vector_norm` has it where one dimension is reduced, as `matrix_norm` where two are.
        dim: one dimension or two; by default those of the input.

    Raises:
        RuntimeError: for more dimensions than two with an `ord`, and as the two functions do.

    Example:
        >>> linalg_norm(jnp.array([3.0, 4.0])).item()
        5.0

    See: https://pytorch.org/docs/stable/generated/torch.linalg.norm.html
    """
    A = jnp.asarray(input)
    dims = (dim,) if isinstance(dim, int) else dim
    if dims is not None and len(dims) not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}\nIt names the dimensions "
            "of vectors or matrices; vector_norm takes any number."
        )
    if ord is None:
        return vector_norm(A, 2, dims, keepdim, dtype=dtype)
    if dims is None and A.ndim not in (1, 2):
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
            f"{A.ndim}D.\nName the dimensions of the matrices: dim=(-2, -1)."
        )
    if isinstance(ord, str) or (A.ndim == 2 if dims is None else len(dims) == 2):
        return matrix_norm(A, ord, (-2, -1) if dims is None else dims, keepdim, dtype=dtype)
    return vector_norm(A, ord, dims, keepdim, dtype=dtype)


@op("input", "other", grad_fn="DistBackward0")
def dist(input, other, p=2):
    """Return the norm of the difference, all values taken as one vector.

    Raises:
        RuntimeError: for integers, and for shapes that do not broadcast.

    Example:
        >>> dist(jnp.array([1.0, 1.0]), jnp.array([4.0, 5.0])).item()
        5.0

    See: https://pytorch.org/docs/stable/generated/torch.dist.html
    """
    refuse_booleans(input, other)
    input, other = promoted([input, other], floating=False)
    if not is_floating(input):
        raise RuntimeError(
            "norm(): input dtype should be either floating point or complex. Got "
            f"{dtype_name(input.dtype)} instead.\nConvert it to floating point numbers."
        )
    left, right = broadcast(input, other)
    return vector_norm(left - right, p)


@op("input", where=("functional",), grad_fn="DivBackward0")
def normalize(input, p=2.0, dim=1, eps=1e-12):
    """Divide by the norm along `dim`, or by `eps` where the norm is smaller.

    Example:
        >>> [f"{x:.1f}" for x in normalize(jnp.array([3.0, 4.0]), dim=0)]
        ['0.6', '0.8']

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
    """
    input = jnp.asarray(input)
    length = vector_norm(input, p, dim, True)
    return input / jnp.maximum(length, jnp.asarray(eps, length.dtype))


@op("x1", "x2", where=("torch", "functional"), out=False, promotes="common", grad_fn="SumBackward1")
def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """Return the cosine of the angle between vectors along `dim`, `x1 . x2 / (|x1| |x2|)`.

    Args:
        eps: what a shorter vector's length counts as.

    Raises:
        RuntimeError: for integers, and for shapes that do not broadcast.

    Example:
        >>> f"{cosine_similarity(jnp.array([1.0, 0.0]), jnp.array([1.0, 1.0]), dim=0):.4f}"
        '0.7071'

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
    """
    if eps < 0:
        raise RuntimeError(f"eps must be non-negative, got: {eps}\nIt bounds the lengths from below.")
    if not is_real(x1):
        raise RuntimeError(
            "expected common dtype to be floating point, yet common dtype is "
            f"{dtype_name(x1.dtype)}\nConvert it to floating point numbers."
        )
    x1, x2 = broadcast(x1, x2)
    along = axes(dim, x1.ndim, "cosine_similarity")
    return (_direction(x1, along, eps) * _direction(x2, along, eps)).sum(along)


def _direction(x, along, eps):
    length = vector_norm_along(x, 2.0, along, True)
    # PyTorch's derivative is that of the length even where `eps` stands for its value.
    short = jnp.where(length < eps, eps - lax.stop_gradient(length), jnp.zeros((), length.dtype))
    return x / (length + short)


@op("x1", "x2", where=("torch", "functional"), out=False, grad_fn="NormBackward1")
def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """Return the norm of `x1 - x2 + eps` along the last dimension.

    Example:
        >>> f"{pairwise_distance(jnp.array([[1.0, 1.0]]), jnp.array([[4.0, 5.0]]))[0]:.4f}"
        '5.0000'

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
    """
    refuse_booleans(x1, x2)
    left, right = broadcast(*promoted([x1, x2], floating=True))
    return vector_norm(left - right + jnp.asarray(eps, left.dtype), p, -1, keepdim)


@op("x1", "x2", where=("torch",), out=False, grad_fn="CdistBackward0")
def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """Return the distances of every row of `x1` from every row of `x2`.

    Shape: x1 (..., P, M); x2 (..., R, M); result (..., P, R).

    Args:
        p: the order of the norm, 0 or greater.
        compute_mode: accepted for PyTorch's sake; the differences are always taken, never a matrix product.

    Raises:
        RuntimeError: for vectors, integers, columns that differ, negative p.
        ValueError: for another mode.

    Example:
        >>> cdist(jnp.array([[0.0, 0.0]]), jnp.array([[3.0, 4.0], [0.0, 1.0]])).tolist()
        [[5.0, 1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.cdist.html
    """
    if compute_mode not in _CDIST_MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode\nThe modes: {', '.join(_CDIST_MODES)}.")
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    for name, x in (("X1", x1), ("X2", x2)):
        if x.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D\nWrite x[None].")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}\n"
            "The columns are the coordinates."
        )
    for name, x in (("X1", x1), ("X2", x2)):
        if not is_real(x):
            raise RuntimeError(
                f"cdist only supports floating-point dtypes, {name} got: {dtype_name(x.dtype)}\n"
                "Convert it to floating point numbers."
            )
    if p < 0:
        raise RuntimeError(f"cdist only supports non-negative p values\nGot p={p}.")
    if x1.dtype != x2.dtype:
        raise RuntimeError(f"expected scalar type {dtype_name(x1.dtype)} but found {dtype_name(x2.dtype)}\n{ONE_DTYPE}")
    left, right = broadcast(x1[..., :, None, :], x2[..., None, :, :])
    return _lengths(left - right, float(p))


def _lengths(differences, p: float):
    """Return the norms along the last axis; of several largest coordinates each has the whole derivative."""
    if not math.isinf(p) or not differences.size:
        return vector_norm_along(differences, p, (differences.ndim - 1,), False)
    sizes = jnp.abs(differences)
    longest = lax.stop_gradient(sizes.max(-1, keepdims=True))
    moved = jnp.where(sizes == longest, differences * jnp.sign(differences), 0)
    return longest[..., 0] + jnp.sum(moved - lax.stop_gradient(moved), -1)


@op("input", where=("torch", "functional"), out=False, grad_fn="PdistBackward0", saves="result")
def pdist(input, p=2.0):
    """Return the distances of every row from every later one: of row 0 from 1, 2, ..., then of row 1, and so on.

    Shape: (N, M) gives (N (N - 1) / 2,).

    Args:
        p: the order of the norm, 0 or greater.

    Raises:
        RuntimeError: for other ranks, integers, negative p.

    Example:
        >>> pdist(jnp.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])).round(4).tolist()
        [5.0, 1.0, 4.242599964141846]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.pdist.html
    """
    input = jnp.asarray(input)
    if input.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.ndim}D\nThe rows are the points.")
    if not is_real(input):
        raise RuntimeError("pdist only supports floating-point dtypes\nConvert the points.")
    if p < 0:
        raise RuntimeError(f"pdist only supports non-negative p values\nGot p={p}.")
    if input.dtype in HALVES:
        raise not_implemented("pdist", input.dtype)
    first, second = np.triu_indices(input.shape[0], 1)
    return _lengths(input[first] - input[second], float(p))


def vector_norm_along(x, order: float, along: tuple[int, ...], keepdim: bool):
    """Return the norm of floating point `x` along axes, with PyTorch's derivatives where it has a kink."""
    reduced = {"axis": along, "keepdims": keepdim}
    if order == 2:
        return root(jnp.sum((x * x.conj()).real, **reduced))
    # The derivative of jnp.abs at 0 is 1; PyTorch's is 0.
    size = jnp.abs(x) if jnp.iscomplexobj(x) else x * jnp.sign(x)
    if order == 0:
        return jnp.sum(size != 0, dtype=size.dtype, **reduced)
    if order == 1:
        return jnp.sum(size, **reduced)
    if math.isinf(order):
        if not x.size:
            return jnp.zeros(jnp.sum(size, **reduced).shape, size.dtype)
        return (jnp.max if order > 0 else jnp.min)(size, **reduced)
    # Zeros leave the power, whose derivative there may be infinite; PyTorch's is 0.
    powers = jnp.where(size == 0, 0.0 if order > 0 else jnp.inf, jnp.where(size == 0, 1.0, size) ** order)
    return root(jnp.sum(powers.astype(size.dtype), **reduced), 1 / order)


def is_real(x) -> bool:
    """Tell whether an array holds floating point numbers that are not complex."""
    return jnp.issubdtype(x.dtype, jnp.floating)


def _refuse_empty(x, order, dim, along):
    name = f"linalg.vector_norm cannot compute the {order:g} norm on"
    why = "empty and the operation does not have an identity"
    if dim in (None, (), []) or not x.ndim:
        line = f"{name} an empty tensor because the operation does not have an identity"
    else:
        named = (dim,) if isinstance(dim, int) else dim
        empty = next(each for each in named if not x.shape[each])
        line = f"{name} the dimension {empty}because this dimension is {why}"
    raise RuntimeError(f"{line}\nThe input has shape {x.shape}.")


def _check_dtype(x, dtype):
    if not jnp.issubdtype(dtype, jnp.inexact):
        raise RuntimeError(
            f"linalg.vector_norm: dtype should be floating point or complex, but got {dtype_name(dtype)}\n"
            "A norm is a root."
        )
    if jnp.promote_types(x.dtype, dtype) != jnp.dtype(dtype):
        raise RuntimeError(
            f"linalg.vector_norm: the dtype of the input ({dtype_name(x.dtype)}) should be convertible without "
            f"narrowing to the specified dtype ({dtype_name(dtype)})\nConvert the result instead."
        )


def _not_floating(name, x):
    return RuntimeError(
        f"{name}: Expected a floating point or complex tensor as input. Got {dtype_name(x.dtype)}\n"
        "Convert it to floating point numbers."
    )


def _not_two_dims(dim):
    given = " ".join(map(str, dim)) if isinstance(dim, (tuple, list)) else dim
    return RuntimeError(
        f"linalg.matrix_norm: dim must be a 2-tuple. Got {given}\nThese norms are those of a matrix: dim=(-2, -1)."
    )

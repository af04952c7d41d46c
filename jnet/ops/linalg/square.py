"""Determinants, inverses, linear systems and functions of square matrices, batches of them too, as torch.linalg.

Where a matrix turns out to be singular PyTorch raises an error; no value is known while a program is traced, so here
the result is not finite then.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jnet.ops.checks import ONE_DTYPE, broadcast_shapes, dtype_name, is_floating, not_implemented
from jnet.ops.linalg.products import no_bool, product
from jnet.ops.registry import op

__all__ = [
    "SignLogabsdet",
    "det",
    "inv",
    "inverse",
    "logdet",
    "matrix_exp",
    "matrix_power",
    "slogdet",
    "solve",
    "solve_triangular",
]

_HIGHEST = jax.lax.Precision.HIGHEST


class SignLogabsdet(NamedTuple):
    """The sign of a determinant, and the logarithm of its magnitude."""

    sign: jax.Array
    logabsdet: jax.Array


@op("input", where=("torch", "Tensor", "linalg"), grad_fn="LinalgDetBackward0")
def det(input):
    """Return the determinant of a square matrix.

    Raises:
        RuntimeError: for what is no square matrix, integers and booleans.

    Example:
        >>> det(jnp.array([[2.0, 0.0], [5.0, 3.0]])).item()
        6.0

    See: https://pytorch.org/docs/stable/generated/torch.linalg.det.html
    """
    A = floating_matrices("linalg.det", input, square=True, kernel="lu_cpu")
    return jnp.linalg.det(A) if A.shape[-1] else jnp.ones(A.shape[:-2], A.dtype)


@op("input", where=("torch", "Tensor", "linalg"), grad_fn="LinalgSlogdetBackward0")
def slogdet(input):
    """Return the sign of the determinant and the logarithm of its magnitude, as a pair (sign, logabsdet).

    Raises:
        RuntimeError: for what is no square matrix, integers and booleans.

    Example:
        >>> slogdet(jnp.array([[-2.0, 0.0], [5.0, 3.0]])).sign.item()
        -1.0

    See: https://pytorch.org/docs/stable/generated/torch.linalg.slogdet.html
    """
    A = floating_matrices("linalg.slogdet", input, square=True)
    return SignLogabsdet(*jnp.linalg.slogdet(A))


@op("input", out=False, grad_fn="WhereBackward0")
def logdet(input):
    """Return the logarithm of the determinant; nan where it is negative.

    Raises:
        RuntimeError: for what is no square matrix, integers and booleans.

    Example:
        >>> logdet(jnp.eye(2)).item()
        0.0

    See: https://pytorch.org/docs/stable/generated/torch.logdet.html
    """
    sign, size = jnp.linalg.slogdet(floating_matrices("logdet", input, square=True))
    if jnp.iscomplexobj(sign):
        return size + jnp.log(sign)
    return jnp.where(sign == -1, jnp.full((), jnp.nan, size.dtype), size)


@op("A", where=("linalg",), grad_fn="LinalgInvExBackward0", saves="result")
def inv(A):
    """Return the inverse of a square matrix.

    Raises:
        RuntimeError: for what is no square matrix, integers and booleans.

    Example:
        >>> inv(jnp.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
        [[0.5, 0.0], [0.0, 0.25]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.inv.html
    """
    return jnp.linalg.inv(floating_matrices("linalg.inv", A, square=True))


@op("input", grad_fn="LinalgInvExBackward0", saves="result")
def inverse(input):
    """Return the inverse of a square matrix, as `inv`.

    Example:
        >>> inverse(jnp.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
        [[0.5, 0.0], [0.0, 0.25]]

    See: https://pytorch.org/docs/stable/generated/torch.inverse.html
    """
    return inv(input)


@op("A", "B", where=("linalg",), grad_fn="LinalgSolveExBackward0")
def solve(A, B, *, left=True):
    """Return the X with `A X = B` (with `X A = B` unless `left`).

    Shape: A (..., n, n); B (..., n, k), or vectors: (n,), or the shape of A without its last dimension.

    Raises:
        RuntimeError: for an A that is not square, shapes that do not fit, dtypes that differ, integers.

    Example:
        >>> solve(jnp.array([[2.0, 0.0], [0.0, 4.0]]), jnp.array([2.0, 2.0])).tolist()
        [1.0, 0.5]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.solve.html
    """
    A, B = floating_matrices("linalg.solve", A, square=True, kernel="lu_cpu"), jnp.asarray(B)
    if A.dtype != B.dtype:
        raise RuntimeError(
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type {dtype_name(A.dtype)} and B "
            f"of type {dtype_name(B.dtype)} instead\n{ONE_DTYPE}"
        )
    vector = B.ndim == 1 or (A.ndim - 1 == B.ndim and B.shape == A.shape[:-1])
    B = B[..., None] if vector else B
    A, B = _fitting("linalg.solve", A, B, left)
    X = jnp.linalg.solve(A, B) if left else jnp.linalg.solve(A.mT, B.mT).mT
    return X[..., 0] if vector else X


@op("input", "B", where=("linalg",), grad_fn="LinalgSolveTriangularBackward0")
def solve_triangular(input, B, *, upper, left=True, unitriangular=False):
    """Return the X with `A X = B` (with `X A = B` unless `left`) for a triangular A.

    Args:
        upper: whether A has its values on and above the diagonal; what stands on the other side is not read.
        unitriangular: whether to take the diagonal for ones.

    Raises:
        RuntimeError: for an A that is not square, a B that is a vector, shapes that do not fit.

    Example:
        >>> solve_triangular(jnp.array([[2.0, 9.0], [0.0, 4.0]]), jnp.array([[11.0], [4.0]]), upper=True).tolist()
        [[1.0], [1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.solve_triangular.html
    """
    name = "linalg.solve_triangular"
    A, B = _matrices(name, input, square=True), jnp.asarray(B)
    A, B = _fitting(name, A, B, left)
    if not is_floating(A) or A.dtype in (jnp.float16, jnp.bfloat16):
        raise not_implemented("triangular_solve_cpu", A.dtype)
    return jax.lax.linalg.triangular_solve(
        A, B.astype(A.dtype), left_side=left, lower=not upper, unit_diagonal=unitriangular
    )


def _fitting(name, A, B, left):
    """Return both with their batches broadcast; raise PyTorch's errors where they do not fit."""
    if B.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor B must have at least 2 dimensions.\nWrite B[..., None].")
    if A.shape[-1] != B.shape[-2 if left else -1]:
        n, m = B.shape[-2:]
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {'AX' if left else 'XA'} = B "
            f"({A.shape[-2]}x{A.shape[-1]} and {n}x{m})\nThe shapes are {A.shape} and {B.shape}."
        )
    batch = broadcast_shapes(B.shape[:-2], A.shape[:-2])
    return jnp.broadcast_to(A, batch + A.shape[-2:]), jnp.broadcast_to(B, batch + B.shape[-2:])


def _power_node(ranks, settings):
    n = settings.get("n")
    if n in (0, 1):
        return "CloneBackward0" if n else "CopyBackwards"
    return "LinalgInvExBackward0" if n == -1 else "MmBackward0" if ranks[0] == 2 else "UnsafeViewBackward0"


@op("input", where=("torch", "Tensor", "linalg"), grad_fn=_power_node)
def matrix_power(input, n):
    """Return the product of n times the matrix; of its inverse for a negative n; the identity for 0.

    Raises:
        RuntimeError: for what is no square matrix.

    Example:
        >>> matrix_power(jnp.array([[1, 1], [0, 1]]), 3).tolist()
        [[1, 3], [0, 1]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.matrix_power.html
    """
    A = _matrices("linalg.matrix_power", input, square=True)
    if n == 0:
        return jnp.broadcast_to(jnp.eye(A.shape[-1], dtype=A.dtype), A.shape)
    if n < 0:
        A, n = inv(A), -n
    no_bool(A, "addmm_impl_cpu_" if A.ndim == 2 else "bmm")
    return _power(A, n)


def _power(A, n):
    if n == 1:
        return A
    half = _power(A, n // 2)
    square = jnp.matmul(half, half, precision=_HIGHEST)
    return jnp.matmul(square, A, precision=_HIGHEST) if n % 2 else square


@op("input", where=("torch", "Tensor", "linalg"), out=False, grad_fn="LinalgMatrixExpBackward0")
def matrix_exp(input):
    """Return the exponential series of a square matrix, `1 + A + A^2 / 2 + A^3 / 6 + ...`.

    A is halved until 18 terms of the series are enough, and the result squared as often. This is products of matrices
    only; the quotient of polynomials in `jax.scipy.linalg.expm` takes twenty times as long on a CPU.

    Raises:
        RuntimeError: for what is no square matrix, integers and booleans.

    Example:
        >>> matrix_exp(jnp.zeros((2, 2))).tolist()
        [[1.0, 0.0], [0.0, 1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.matrix_exp.html
    """
    A = floating_matrices("linalg.matrix_exp", input, square=True)
    if not A.size:
        return A
    enough = 1.09 if jnp.finfo(A.dtype).bits == 64 else 3.01  # Bader, Blanes, Casas 2019, table 1
    size = jax.lax.stop_gradient(jnp.max(jnp.sum(jnp.abs(A), -2), -1))
    halvings = jnp.clip(jnp.ceil(jnp.log2(size / enough)), 0, _HALVINGS)[..., None, None]

    def square(X, i):
        pending = i < halvings
        return jax.lax.cond(jnp.any(pending), lambda X: jnp.where(pending, product(X, X), X), lambda X: X, X), None

    X = _series(A * jnp.exp2(-halvings).astype(A.dtype))
    return jax.lax.scan(square, X, jnp.arange(_HALVINGS, dtype=halvings.dtype))[0]


_HALVINGS = 20  # enough for norms of a million, whose exponentials are infinite but for special matrices


def _series(A):
    """Return the exponential series up to `A^18 / 18!`, with seven products."""
    square = product(A, A)
    cube = product(square, A)
    identity = jnp.broadcast_to(jnp.eye(A.shape[-1], dtype=A.dtype), A.shape)
    factors = [1 / math.factorial(k) for k in range(19)]
    X = factors[18] * cube
    for k in range(15, -1, -3):
        X = X + (factors[k] * identity + factors[k + 1] * A + factors[k + 2] * square)
        X = product(cube, X) if k else X
    return X


def _matrices(name, A, *, square=False):
    """Return A as an array; raise what PyTorch's function raises unless it holds (square) matrices."""
    A = jnp.asarray(A)
    if A.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.\nIts shape is {A.shape}.")
    if square and A.shape[-2] != A.shape[-1]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} matrices\n"
            f"The shape is {A.shape}."
        )
    return A


def floating_matrices(name, A, *, square=False, kernel=None):
    """Return A as an array; raise what PyTorch's function raises unless it holds floating point (square) matrices.

    Where PyTorch's `kernel` is named it is what refuses half precision.
    """
    A = _matrices(name, A, square=square)
    if not is_floating(A):
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {dtype_name(A.dtype)}\n"
            "Convert it to float or double."
        )
    if A.dtype in (jnp.float16, jnp.bfloat16):
        if kernel:
            raise not_implemented(kernel, A.dtype)
        raise RuntimeError(
            f"{name}: Low precision dtypes not supported. Got {dtype_name(A.dtype)}\nConvert it to float or double."
        )
    return A

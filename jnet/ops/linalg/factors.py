"""LU factors, eigenvalues of any square matrix, and equations solved with factors at hand, batches of matrices too.

Of a singular matrix nothing is raised here: results are not finite, and where PyTorch gives `info`, it says so.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import ONE_DTYPE, broadcast_shapes, dtype_name, is_floating, not_implemented
from jnet.ops.linalg.decompositions import cholesky
from jnet.ops.linalg.products import product
from jnet.ops.linalg.square import floating_matrices, inv, solve
from jnet.ops.neural.reparametrization import householder_product
from jnet.ops.registry import op

__all__ = [
    "LU",
    "CholeskyEx",
    "Eig",
    "InvEx",
    "LUFactor",
    "LUFactorEx",
    "SolveEx",
    "TriangularSolve",
    "cholesky_ex",
    "cholesky_inverse",
    "cholesky_solve",
    "eig",
    "eigvals",
    "inv_ex",
    "linalg_lu_solve",
    "linalg_vander",
    "lu",
    "lu_factor",
    "lu_factor_ex",
    "lu_solve",
    "lu_unpack",
    "ormqr",
    "solve_ex",
    "triangular_solve",
]


class LU(NamedTuple):
    """A permutation, a lower triangle with ones on its diagonal, and an upper triangle."""

    P: jax.Array
    L: jax.Array
    U: jax.Array


class LUFactor(NamedTuple):
    """Both triangles in one matrix, and with which row each was exchanged, counted from 1."""

    LU: jax.Array
    pivots: jax.Array


class LUFactorEx(NamedTuple):
    """As `LUFactor`, and the place of the first pivot that is 0, counted from 1; 0 if there is none."""

    LU: jax.Array
    pivots: jax.Array
    info: jax.Array


class Eig(NamedTuple):
    """Eigenvalues, and eigenvectors as columns."""

    eigenvalues: jax.Array
    eigenvectors: jax.Array


class CholeskyEx(NamedTuple):
    """A triangle, and the order of the first leading minor that is not positive, or 0."""

    L: jax.Array
    info: jax.Array


class InvEx(NamedTuple):
    """An inverse, and the place of the first pivot that is 0, or 0."""

    inverse: jax.Array
    info: jax.Array


class SolveEx(NamedTuple):
    """A solution, and the place of the first pivot that is 0, or 0."""

    result: jax.Array
    info: jax.Array


class TriangularSolve(NamedTuple):
    """A solution, and a copy of the matrix."""

    solution: jax.Array
    cloned_coefficient: jax.Array


# -- LU ----------------------------------------------------------------------------------------------------------------


def _factored(name, A, pivot):
    """Return both triangles in one matrix, and the pivots counted from 1."""
    A = jnp.asarray(A)
    if A.ndim < 2:
        raise RuntimeError(
            f"{name}: Expected tensor with 2 or more dimensions. Got size: {list(A.shape)} instead\nIt holds matrices."
        )
    if not is_floating(A) or A.dtype in (jnp.float16, jnp.bfloat16):
        raise not_implemented("lu_cpu", A.dtype)
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU\nLeave pivot=True.")
    factors, pivots, _ = lax.linalg.lu(A)
    return factors, pivots.astype(jnp.int32) + 1


def _first_zero(factors):
    """Return the place of the first zero on the diagonal, counted from 1; 0 if there is none."""
    zeros = jnp.diagonal(factors, axis1=-2, axis2=-1) == 0
    if not zeros.shape[-1]:
        return jnp.zeros(zeros.shape[:-1], jnp.int32)
    return jnp.where(zeros.any(-1), jnp.argmax(zeros, -1) + 1, 0).astype(jnp.int32)


@op("A", where=("linalg",), grad_fn="LinalgLuFactorExBackward0", saves="result")
def lu_factor(A, *, pivot=True):
    """Return the LU decomposition of a matrix in compact form, for `lu_solve`: both triangles in one, and the pivots.

    Raises:
        RuntimeError: for vectors, integers and booleans, `pivot=False`.

    Example:
        >>> factors, pivots = lu_factor(jnp.array([[1.0, 2.0], [4.0, 4.0]]))
        >>> factors.tolist(), pivots.tolist()
        ([[4.0, 4.0], [0.25, 1.0]], [2, 2])

    See: https://pytorch.org/docs/stable/generated/torch.linalg.lu_factor.html
    """
    return LUFactor(*_factored("torch.linalg.lu_factor", A, pivot))


@op("A", where=("linalg",), grad_fn="LinalgLuFactorExBackward0", saves="result")
def lu_factor_ex(A, *, pivot=True, check_errors=False):
    """Return what `lu_factor` does, and the place of the first pivot that is 0, counted from 1.

    Example:
        >>> lu_factor_ex(jnp.ones((2, 2))).info.item()
        2

    See: https://pytorch.org/docs/stable/generated/torch.linalg.lu_factor_ex.html
    """
    factors, pivots = _factored("torch.linalg.lu_factor_ex", A, pivot)
    return LUFactorEx(factors, pivots, _first_zero(factors))


@op("A", where=("linalg",), grad_fn="LinalgLuBackward0", saves="result", constant=(0,))
def lu(A, *, pivot=True):
    """Return P, L and U with `P L U = A`: a permutation, a lower triangle with ones on its diagonal, an upper one.

    Shape: A (..., m, n); P (..., m, m), L (..., m, k), U (..., k, n), k = min(m, n).

    Raises:
        RuntimeError: for vectors, integers and booleans, `pivot=False`.

    Example:
        >>> P, L, U = lu(jnp.array([[1.0, 2.0], [4.0, 4.0]]))
        >>> (P @ L @ U).tolist()
        [[1.0, 2.0], [4.0, 4.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.lu.html
    """
    return _unpacked(*_factored("linalg.lu", A, pivot))


def _unpacked(factors, pivots):
    m, n = factors.shape[-2:]
    k = min(m, n)
    L = jnp.tril(factors[..., :k], -1) + jnp.eye(m, k, dtype=factors.dtype).reshape((1,) * (factors.ndim - 2) + (m, k))
    return LU(_permutation(pivots, m, factors.dtype), L, jnp.triu(factors[..., :k, :]))


def _rows(pivots, m):
    """Return the order of rows that the exchanges lead to."""
    return lax.linalg.lu_pivots_to_permutation(pivots.astype(jnp.int32) - 1, m)


def _permutation(pivots, m, dtype):
    return (jnp.arange(m).reshape((1,) * (pivots.ndim - 1) + (m, 1)) == _rows(pivots, m)[..., None, :]).astype(dtype)


@op("LU_data", "LU_pivots", where=("torch",), grad_fn="LuUnpackBackward0", saves="nothing", constant=(0,))
def lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True):
    """Return P, L and U of a compact LU decomposition; what is not asked for is empty.

    Raises:
        RuntimeError: if the pivots are not int32.

    Example:
        >>> P, L, U = lu_unpack(jnp.array([[4.0, 4.0], [0.25, 1.0]]), jnp.array([2, 2], jnp.int32))
        >>> (P @ L @ U).tolist()
        [[1.0, 2.0], [4.0, 4.0]]

    See: https://pytorch.org/docs/stable/generated/torch.lu_unpack.html
    """
    LU_data, LU_pivots = jnp.asarray(LU_data), jnp.asarray(LU_pivots)
    if unpack_pivots and LU_pivots.dtype != jnp.int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\nNote: this "
            "function is intended to be used with the output produced by torch.linalg.lu_factor"
        )
    P, L, U = _unpacked(LU_data, LU_pivots)
    nothing = jnp.zeros((0,), LU_data.dtype)
    return LU(P if unpack_pivots else nothing, *((L, U) if unpack_data else (nothing, nothing)))


@op("LU", "pivots", "B", where=("linalg",), grad_fn="LinalgLuSolveBackward0")
def linalg_lu_solve(LU, pivots, B, *, left=True, adjoint=False):
    """Return the X with `A X = B` (with `X A = B` unless `left`) for an A whose `lu_factor` is given.

    Args:
        adjoint: to solve with the conjugate of the transposed A.

    Raises:
        RuntimeError: for shapes and dtypes that do not fit, pivots that are not int32.

    Example:
        >>> linalg_lu_solve(jnp.array([[4.0, 4.0], [0.25, 1.0]]), jnp.array([2, 2]), jnp.array([[3.0], [8.0]])).tolist()
        [[1.0], [1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.lu_solve.html
    """
    LU, pivots, B = jnp.asarray(LU), jnp.asarray(pivots), jnp.asarray(B)
    A = floating_matrices("torch.linalg.lu_solve", LU, square=True, kernel="lu_solve_cpu")
    if A.dtype != B.dtype:
        raise RuntimeError(
            f"linalg.lu_solve: Expected LU and B to have the same dtype, but found LU of type {dtype_name(A.dtype)} "
            f"and B of type {dtype_name(B.dtype)} instead\n{ONE_DTYPE}"
        )
    if B.ndim < 2 or B.shape[-2 if left else -1] != A.shape[-1]:
        raise RuntimeError(
            f"linalg.lu_solve: Incompatible shapes of A and B for the equation {'AX' if left else 'XA'} = B "
            f"({A.shape[-2]}x{A.shape[-1]} and {'x'.join(map(str, B.shape[-2:]))})\nB holds matrices."
        )
    if not left:  # X A = B is A^H X^H = B^H
        return linalg_lu_solve(LU, pivots, B.mT.conj(), adjoint=not adjoint).mT.conj()
    batch = broadcast_shapes(A.shape[:-2], B.shape[:-2])
    A, B = jnp.broadcast_to(A, batch + A.shape[-2:]), jnp.broadcast_to(B, batch + B.shape[-2:])
    rows = jnp.broadcast_to(_rows(pivots, A.shape[-1]), batch + A.shape[-1:])[..., None]
    lower = {"left_side": True, "lower": True, "unit_diagonal": True}
    if not adjoint:
        Y = lax.linalg.triangular_solve(A, jnp.take_along_axis(B, rows, -2), **lower)
        return lax.linalg.triangular_solve(A, Y, left_side=True, lower=False)
    Y = lax.linalg.triangular_solve(A, B, left_side=True, lower=False, transpose_a=True, conjugate_a=True)
    Y = lax.linalg.triangular_solve(A, Y, **lower, transpose_a=True, conjugate_a=True)
    return jnp.take_along_axis(Y, jnp.argsort(rows, -2), -2)


@op("input", "LU_data", "LU_pivots", where=(), grad_fn="LinalgLuSolveBackward0")
def lu_solve(input, LU_data, LU_pivots):
    """Return the X with `A X = input` for an A whose `lu_factor` is given, as `torch.linalg.lu_solve`.

    Example:
        >>> lu_solve(jnp.array([[3.0], [8.0]]), jnp.array([[4.0, 4.0], [0.25, 1.0]]), jnp.array([2, 2])).tolist()
        [[1.0], [1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.lu_solve.html
    """
    return linalg_lu_solve(LU_data, LU_pivots, input)


# -- eigenvalues -------------------------------------------------------------------------------------------------------


@op("input", where=("linalg",), grad_fn="LinalgEigBackward0", saves="result")
def eig(input):
    """Return the eigenvalues of a square matrix, complex and in no order, and eigenvectors of length 1 as columns.

    On accelerators as far as JAX has it: on a GPU it needs a cuSOLVER that knows matrices which are not symmetric, or
    MAGMA; on a TPU there is none.

    Raises:
        RuntimeError: for what is no square matrix, integers and booleans.

    Example:
        >>> eig(jnp.array([[0.0, 1.0], [-1.0, 0.0]])).eigenvalues.tolist()
        [1j, -1j]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.eig.html
    """
    A = floating_matrices("linalg.eig", input, square=True)
    if not A.size:  # JAX's derivative looks for the largest of the values
        nothing = (0 * A).astype(jnp.result_type(A.dtype, jnp.complex64))
        return Eig(nothing.sum(-1), nothing)
    values, vectors = lax.linalg.eig(A, compute_left_eigenvectors=False, enable_eigvec_derivs=True)
    return Eig(values, vectors)


@op("input", where=("linalg",), grad_fn="LinalgEigBackward0", saves="result")
def eigvals(input):
    """Return the eigenvalues of a square matrix, complex and in no order; devices and errors as `eig`.

    Example:
        >>> eigvals(jnp.array([[0.0, 1.0], [-1.0, 0.0]])).tolist()
        [1j, -1j]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.eigvals.html
    """
    A = floating_matrices("linalg.eigvals", input, square=True)
    return lax.linalg.eig(A, compute_left_eigenvectors=False, compute_right_eigenvectors=False)[0]


# -- with a report instead of an error ---------------------------------------------------------------------------------


@op("input", where=("linalg",), grad_fn="LinalgCholeskyExBackward0", saves="result")
def cholesky_ex(input, *, upper=False, check_errors=False):
    """Return what `cholesky` does (nan where there is none), and the order of the first minor that is not positive.

    Example:
        >>> cholesky_ex(jnp.array([[1.0, 2.0], [2.0, 1.0]])).info.item()
        2

    See: https://pytorch.org/docs/stable/generated/torch.linalg.cholesky_ex.html
    """
    L = cholesky(input, upper=upper)
    A = lax.stop_gradient(jnp.asarray(input))
    failed = ~jnp.isfinite(jnp.diagonal(L, axis1=-2, axis2=-1)).all()
    none = jnp.zeros(A.shape[:-2], jnp.int32)
    return CholeskyEx(L, lax.cond(failed, lambda: _first_not_positive(A.mT.conj() if upper else A), lambda: none))


def _first_not_positive(A):
    """Return the order of the first leading minor that is not positive, from the pivots of plain elimination."""
    n = A.shape[-1]
    if not A.size:
        return jnp.zeros(A.shape[:-2], jnp.int32)
    places = jnp.arange(n)
    below = jnp.tril(A, -1)
    A = below + below.mT.conj() + jnp.where(jnp.eye(n, dtype=bool), A, 0)

    def eliminate(k, state):
        A, info = state
        pivot = jnp.take(A, k, -2)[..., k].real
        info = jnp.where((info == 0) & ~(pivot > 0), k + 1, info).astype(jnp.int32)
        column = jnp.where(places > k, jnp.take(A, k, -1), 0)
        safe = jnp.where(pivot > 0, pivot, 1)[..., None, None]
        return A - column[..., :, None] * column[..., None, :].conj() / safe.astype(A.dtype), info

    return lax.fori_loop(0, n, eliminate, (A, jnp.zeros(A.shape[:-2], jnp.int32)))[1]


@op("A", where=("linalg",), grad_fn="LinalgInvExBackward0", saves="result")
def inv_ex(A, *, check_errors=False):
    """Return the inverse, and the place of the first pivot that is 0, counted from 1, which tells that there is none.

    Example:
        >>> inv_ex(jnp.ones((2, 2))).info.item()
        2

    See: https://pytorch.org/docs/stable/generated/torch.linalg.inv_ex.html
    """
    inverse = inv(A)
    return InvEx(inverse, _first_zero(lax.linalg.lu(lax.stop_gradient(jnp.asarray(A)))[0]))


@op("A", "B", where=("linalg",), grad_fn="LinalgSolveExBackward0")
def solve_ex(A, B, *, left=True, check_errors=False):
    """Return the solution as `solve` does, and the place of the first pivot that is 0, counted from 1.

    Example:
        >>> solve_ex(jnp.ones((2, 2)), jnp.ones((2, 1))).info.item()
        2

    See: https://pytorch.org/docs/stable/generated/torch.linalg.solve_ex.html
    """
    result = solve(A, B, left=left)
    return SolveEx(result, _first_zero(lax.linalg.lu(lax.stop_gradient(jnp.asarray(A)))[0]))


# -- with triangles at hand --------------------------------------------------------------------------------------------


def _batched(name, A, B):
    """Return both with their batches broadcast; raise PyTorch's errors where they do not fit."""
    A, B = jnp.asarray(A), jnp.asarray(B)
    for each, word in ((B, "b"), (A, "u" if name == "cholesky_solve" else "A")):
        if each.ndim < 2:
            few = f"at least 2 dimensions, but has {each.ndim} dimensions instead\nIt holds matrices."
            if name == "cholesky_solve":
                raise RuntimeError(f"{word} should have {few}")
            raise RuntimeError(f"torch.{name}: Expected {word} to have {few.replace('but has', 'but it has')}")
    for each in (A, B):
        if not is_floating(each) or each.dtype in (jnp.float16, jnp.bfloat16):
            raise not_implemented(f"{name}_cpu", each.dtype)
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} matrices\n"
            f"The shape is {A.shape}."
        )
    if A.shape[-2] != B.shape[-2]:
        raise RuntimeError(
            f"Incompatible matrix sizes for {name}: each A matrix is {A.shape[-1]} by {A.shape[-1]} but each b matrix "
            f"is {B.shape[-2]} by {B.shape[-1]}\nThe shapes are {A.shape} and {B.shape}."
        )
    batch = broadcast_shapes(B.shape[:-2], A.shape[:-2])
    return jnp.broadcast_to(A, batch + A.shape[-2:]), jnp.broadcast_to(B, batch + B.shape[-2:])


@op("input", "input2", grad_fn="CholeskySolveBackward0")
def cholesky_solve(input, input2, upper=False):
    """Return the X with `A X = input` for an A whose Cholesky triangle is `input2` (the upper one, if `upper`).

    Example:
        >>> cholesky_solve(jnp.array([[8.0]]), jnp.array([[2.0]])).tolist()
        [[2.0]]

    See: https://pytorch.org/docs/stable/generated/torch.cholesky_solve.html
    """
    L, B = _batched("cholesky_solve", input2, input)
    L = L.mT.conj() if upper else L
    triangle = lax.stop_gradient(jnp.tril(L))
    # As in PyTorch the derivative is that of all of L: of L L^H, in which the other triangle would count.
    whole = triangle + (L - lax.stop_gradient(L))
    A = product(whole, whole.mT.conj())

    def solved(triangle, B):
        Y = lax.linalg.triangular_solve(triangle, B, left_side=True, lower=True)
        return lax.linalg.triangular_solve(triangle, Y, left_side=True, lower=True, transpose_a=True, conjugate_a=True)

    return lax.custom_linear_solve(
        lambda X: product(A, X),
        B,
        lambda _, B: solved(triangle, B),
        transpose_solve=lambda _, B: solved(triangle.conj(), B),
    )


@op("input", grad_fn="CholeskyInverseBackward0", saves="inputs")
def cholesky_inverse(input, upper=False):
    """Return the inverse of the matrix whose Cholesky triangle is given (the upper one, if `upper`).

    Example:
        >>> cholesky_inverse(jnp.array([[2.0]])).tolist()
        [[0.25]]

    See: https://pytorch.org/docs/stable/generated/torch.cholesky_inverse.html
    """
    L = floating_matrices("cholesky_inverse", input, square=True, kernel="cholesky_inverse_out_cpu")
    return cholesky_solve(jnp.broadcast_to(jnp.eye(L.shape[-1], dtype=L.dtype), L.shape), L, upper)


@op("input", "A", where=(), grad_fn="TriangularSolveBackward0")
def triangular_solve(input, A, upper=True, transpose=False, unitriangular=False):
    """Return the X with `A X = input` for a triangular A, and a copy of A; `torch.linalg.solve_triangular` is newer.

    Example:
        >>> triangular_solve(jnp.array([[8.0]]), jnp.array([[2.0]])).solution.tolist()
        [[4.0]]

    See: https://pytorch.org/docs/stable/generated/torch.triangular_solve.html
    """
    A, b = _batched("triangular_solve", A, input)
    X = lax.linalg.triangular_solve(
        A, b, left_side=True, lower=not upper, transpose_a=transpose, unit_diagonal=unitriangular
    )
    return TriangularSolve(X, A)


@op("input", "input2", "input3", grad_fn="OrmqrBackward0")
def ormqr(input, input2, input3, left=True, transpose=False):
    """Return the product of the orthogonal Q that `geqrf` gave as reflections (`input`, `input2`), and of `input3`.

    Args:
        left: whether Q stands on the left.
        transpose: to take the conjugate of the transposed Q.

    Shape: input (..., m, k), input2 (..., k), input3 (..., m, n), or (..., n, m) unless `left`.

    Raises:
        RuntimeError: for shapes and dtypes that do not fit.

    Example:
        >>> ormqr(jnp.zeros((2, 1)), jnp.array([2.0]), jnp.ones((2, 1))).tolist()
        [[-1.0], [1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.ormqr.html
    """
    input, tau, other = jnp.asarray(input), jnp.asarray(input2), jnp.asarray(input3)
    if input.ndim < 2 or other.ndim < 2:
        word = "input" if input.ndim < 2 else "other"
        raise RuntimeError(f"torch.ormqr: {word} must have at least 2 dimensions.\nIt holds matrices.")
    side = -2 if left else -1
    if other.shape[side] < tau.shape[-1]:
        raise RuntimeError(
            f"torch.ormqr: other.shape[{side}] must be greater than or equal to tau.shape[-1]\nThe shapes are "
            f"{other.shape} and {tau.shape}."
        )
    if other.shape[side] != input.shape[-2]:
        raise RuntimeError(
            f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]\nThe shapes are {other.shape} and "
            f"{input.shape}."
        )
    m = input.shape[-2]
    square = jnp.pad(input, [(0, 0)] * (input.ndim - 1) + [(0, max(m - input.shape[-1], 0))])[..., :m]
    Q = householder_product(square, tau)
    Q = Q.mT.conj() if transpose else Q
    return product(Q, other) if left else product(other, Q)


@op("x", where=("linalg",), grad_fn="CatBackward0", saves="result")
def linalg_vander(x, *, N=None):
    """Return the powers 0, 1, ..., N - 1 of numbers (as many as there are numbers by default), a row each.

    Raises:
        RuntimeError: if N is not above 1.

    Example:
        >>> linalg_vander(jnp.array([2.0, 3.0]), N=3).tolist()
        [[1.0, 2.0, 4.0], [1.0, 3.0, 9.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.vander.html
    """
    x = jnp.atleast_1d(x)
    N = x.shape[-1] if N is None else N
    if N <= 1:
        raise RuntimeError("N must be greater than 1.\nThe first power alone is 1.")
    x = x.astype(int) if x.dtype == jnp.bool_ or jnp.issubdtype(x.dtype, jnp.integer) else x
    columns = [jnp.ones_like(x)]
    for _ in range(N - 1):
        columns.append(columns[-1] * x)
    return jnp.stack(columns, -1)

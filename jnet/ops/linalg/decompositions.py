"""Factors of matrices, and what is read from them, batches of matrices too, as torch.linalg."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import ONE_DTYPE, broadcast_shapes, c_name, dtype_name, is_floating, not_implemented
from jnet.ops.linalg.products import product
from jnet.ops.linalg.square import floating_matrices, inv
from jnet.ops.reductions.norms import matrix_norm
from jnet.ops.registry import op

__all__ = [
    "QR",
    "SVD",
    "Eigen",
    "LeastSquares",
    "cholesky",
    "cond",
    "eigh",
    "eigvalsh",
    "lstsq",
    "matrix_rank",
    "pinv",
    "qr",
    "svd",
    "svdvals",
]


class QR(NamedTuple):
    """Orthonormal columns, and an upper triangle."""

    Q: jax.Array
    R: jax.Array


class SVD(NamedTuple):
    """Left singular vectors, singular values in descending order, and right singular vectors as rows."""

    U: jax.Array
    S: jax.Array
    Vh: jax.Array


class Eigen(NamedTuple):
    """Eigenvalues in ascending order, and eigenvectors as columns."""

    eigenvalues: jax.Array
    eigenvectors: jax.Array


class LeastSquares(NamedTuple):
    """A solution, the sums of its squared residuals, the rank of the matrix, and its singular values."""

    solution: jax.Array
    residuals: jax.Array
    rank: jax.Array
    singular_values: jax.Array


@op("input", where=("linalg",), grad_fn="LinalgCholeskyExBackward0", saves="result")
def cholesky(input, *, upper=False):
    """Return the lower triangle L with `L L^H = A` of a positive definite matrix, nan where it is not (`upper`: `L^H`).

    Only one triangle of A is read, the lower one unless `upper`.

    Raises:
        RuntimeError: for what is no square matrix, integers and booleans.

    Example:
        >>> cholesky(jnp.array([[4.0, 2.0], [2.0, 5.0]])).tolist()
        [[2.0, 0.0], [1.0, 2.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.cholesky.html
    """
    A = floating_matrices("linalg.cholesky", input, square=True, kernel="cholesky_cpu")
    L = jnp.linalg.cholesky(_from_triangle(A, upper), symmetrize_input=False)
    return L.mT.conj() if upper else L


def _from_triangle(A, upper):
    """Return the Hermitian matrix of one triangle of A; the derivative is shared by both, as in PyTorch."""
    half = jnp.triu(A) if upper else jnp.tril(A)
    other = jnp.triu(A, 1) if upper else jnp.tril(A, -1)
    symmetric = (A + A.mT.conj()) / 2
    return lax.stop_gradient(half + other.mT.conj()) + (symmetric - lax.stop_gradient(symmetric))


@op("A", where=("linalg",), grad_fn="LinalgQrBackward0", saves="result")
def qr(A, mode="reduced"):
    """Return orthonormal columns Q and an upper triangle R with `Q R = A`, as a pair.

    Shape: A (..., m, n); Q (..., m, k) and R (..., k, n), where k is min(m, n), or m for mode "complete"; Q is empty
        for mode "r".

    Raises:
        RuntimeError: for vectors, integers and booleans, other modes.

    Example:
        >>> Q, R = qr(jnp.array([[3.0, 1.0], [4.0, 2.0]]))
        >>> jnp.round(Q @ R, 4).tolist()
        [[3.0, 1.0], [4.0, 2.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.qr.html
    """
    A = floating_matrices("linalg.qr", A, kernel="geqrf_cpu")
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'\n"
            "See the shapes in the docstring."
        )
    m, n = A.shape[-2:]
    # The columns beyond a square do not shape Q; without them JAX has a derivative.
    Q, R = jnp.linalg.qr(A[..., : min(m, n)], mode="complete" if mode == "complete" and m > n else "reduced")
    if n > m:
        R = jnp.concatenate([R, product(Q.mT.conj(), A[..., m:])], -1)
    return QR(jnp.zeros((0,), A.dtype) if mode == "r" else Q, R)


@op("A", where=("linalg",), grad_fn="LinalgSvdBackward0", saves="result")
def svd(A, full_matrices=True, *, driver=None):
    """Return U, S and Vh with `U diag(S) Vh = A`.

    Shape: A (..., m, n); U (..., m, m), S (..., k), Vh (..., n, n), k = min(m, n); unless `full_matrices` U (..., m, k)
        and Vh (..., k, n).

    Args:
        driver: None; PyTorch's routines on CUDA are not to choose from.

    Raises:
        RuntimeError: for vectors, integers and booleans.

    Example:
        >>> svd(jnp.array([[0.0, 2.0], [1.0, 0.0]])).S.tolist()
        [2.0, 1.0]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.svd.html
    """
    _refuse_driver(driver)
    A = floating_matrices("linalg.svd", A, kernel="linalg_svd_cpu")
    return SVD(*(_full_svd(A) if full_matrices and A.shape[-2] != A.shape[-1] else _reduced_svd(A)))


def _refuse_driver(driver):
    if driver is not None:
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.\n"
            "Leave it out: XLA chooses the routine."
        )


def _reduced_svd(A):
    return tuple(jnp.linalg.svd(A, full_matrices=False))


@jax.custom_jvp
def _full_svd(A):
    """Return all singular vectors; those that belong to no singular value have no derivative, as in PyTorch."""
    return tuple(jnp.linalg.svd(A, full_matrices=True))


@_full_svd.defjvp
def _full_svd_jvp(primals, tangents):
    U, S, Vh = _full_svd(*primals)
    k = S.shape[-1]
    dU, dS, dVh = jax.jvp(_reduced_svd, primals, tangents)[1]
    none_of_U, none_of_Vh = jnp.zeros_like(U[..., k:]), jnp.zeros_like(Vh[..., k:, :])
    return (U, S, Vh), (jnp.concatenate([dU, none_of_U], -1), dS, jnp.concatenate([dVh, none_of_Vh], -2))


@op("A", where=("linalg",), grad_fn="LinalgSvdBackward0", saves="result")
def svdvals(A, *, driver=None):
    """Return the singular values in descending order; arguments and errors as `svd`.

    Example:
        >>> svdvals(jnp.array([[0.0, 2.0], [1.0, 0.0]])).tolist()
        [2.0, 1.0]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.svdvals.html
    """
    _refuse_driver(driver)
    return jnp.linalg.svd(floating_matrices("linalg.svd", A, kernel="linalg_svd_cpu"), compute_uv=False)


@op("input", where=("linalg",), grad_fn="LinalgEighBackward0", saves="result")
def eigh(input, UPLO="L"):
    """Return the eigenvalues of a Hermitian matrix in ascending order, and its eigenvectors as columns, as a pair.

    Args:
        UPLO: the triangle of A that is read, "L" or "U".

    Raises:
        RuntimeError: for what is no square matrix, another triangle.
        NotImplementedError: for integers and booleans.

    Example:
        >>> eigh(jnp.array([[3.0, 0.0], [0.0, 1.0]])).eigenvalues.tolist()
        [1.0, 3.0]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.eigh.html
    """
    return Eigen(*jnp.linalg.eigh(_hermitian(input, UPLO), symmetrize_input=False))


@op("input", where=("linalg",), grad_fn="LinalgEighBackward0", saves="result")
def eigvalsh(input, UPLO="L"):
    """Return the eigenvalues of a Hermitian matrix in ascending order; arguments and errors as `eigh`.

    Example:
        >>> eigvalsh(jnp.array([[3.0, 0.0], [0.0, 1.0]])).tolist()
        [1.0, 3.0]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.eigvalsh.html
    """
    return jnp.linalg.eigvalsh(_hermitian(input, UPLO), symmetrize_input=False)


def _hermitian(A, UPLO):
    A = jnp.asarray(A)
    if A.ndim >= 2 and A.shape[-2] == A.shape[-1]:
        if UPLO.upper() not in ("L", "U"):
            raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}\nIt is a triangle.")
        if not is_floating(A):
            raise not_implemented("linalg_eigh_cpu", A.dtype)
    A = floating_matrices("linalg.eigh", A, square=True, kernel="linalg_eigh_cpu")
    return _from_triangle(A, UPLO.upper() == "U")


@op("input", "atol", "rtol", where=("linalg",), grad_fn="LinalgPinvBackward0")
def pinv(input, *, atol=None, rtol=None, hermitian=False):
    """Return the pseudoinverse: of the singular values, those above `max(atol, rtol * largest)` are inverted.

    Args:
        atol, rtol: numbers, or arrays of one a matrix; `rtol` is max(m, n) times the dtype's precision by default, and
            0 where `atol` is given and not 0.
        hermitian: whether A is Hermitian; then the lower triangle alone is read.

    Raises:
        RuntimeError: for vectors, integers and booleans.

    Example:
        >>> pinv(jnp.array([[2.0, 0.0], [0.0, 0.0]])).tolist()
        [[0.5, 0.0], [0.0, 0.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.pinv.html
    """
    A = jnp.asarray(input)
    if A.ndim < 2 or not is_floating(A) or jnp.finfo(A.dtype).bits < 32:
        raise RuntimeError(
            f"linalg.pinv({dtype_name(A.dtype)}{{{list(A.shape)}}}): expected a tensor with 2 or more dimensions of "
            "float, double, cfloat or cdouble types\nConvert it to one of them."
        )
    if hermitian:  # the triangle gives the value; the derivative is that of any matrix, as in PyTorch
        A = lax.stop_gradient(_hermitian(A, "L")) + (A - lax.stop_gradient(A))
    if not A.size:
        return jnp.zeros(A.mT.shape, A.dtype)
    return _pseudoinverse(A, *_tolerances(A, atol, rtol))


def _tolerances(A, atol, rtol):
    """Return both as arrays of the rank of the singular values (..., k)."""
    atol = jnp.asarray(0.0 if atol is None else atol)
    if rtol is None:
        rtol = jnp.where(atol > 0, 0.0, max(A.shape[-2:]) * float(jnp.finfo(A.dtype).eps))
    both = atol, jnp.asarray(rtol)
    return tuple([each.reshape((1,) * (A.ndim - 2 - each.ndim) + (*each.shape, 1)) for each in both])


@jax.custom_jvp
def _pseudoinverse(A, atol, rtol):
    U, S, Vh = _reduced_svd(A)
    kept = jnp.maximum(atol, rtol * S[..., :1]) < S
    inverted = jnp.where(kept, 1 / jnp.where(kept, S, 1), 0)
    return product(Vh.mT.conj() * inverted[..., None, :], U.mT.conj())


@_pseudoinverse.defjvp
def _pseudoinverse_jvp(primals, tangents):
    # Golub and Pereyra, "The differentiation of pseudo-inverses", 1973; equal singular values do no harm here.
    A, P, dA = primals[0], _pseudoinverse(*primals), tangents[0]
    Ph, dAh = P.mT.conj(), dA.mT.conj()
    rows, columns = (jnp.broadcast_to(jnp.eye(n, dtype=A.dtype), (*A.shape[:-2], n, n)) for n in A.shape[-2:])
    change = -product(product(P, dA), P)
    change += product(product(product(P, Ph), dAh), rows - product(A, P))
    change += product(product(columns - product(P, A), dAh), product(Ph, P))
    return P, change


@op("input", where=("linalg",), saves="nothing")
def matrix_rank(input, tol=None, hermitian=False, *, atol=None, rtol=None):
    """Count the singular values above `max(atol, rtol * largest)`; arguments as `pinv`.

    Args:
        tol: an older name of `atol`.

    Raises:
        RuntimeError: for vectors, integers and booleans.

    Example:
        >>> matrix_rank(jnp.ones((2, 3))).item()
        1

    See: https://pytorch.org/docs/stable/generated/torch.linalg.matrix_rank.html
    """
    A = jnp.asarray(input)
    if A.ndim < 2:
        raise RuntimeError(
            "torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions.\n"
            f"Its shape is {A.shape}."
        )
    _refuse_other_than_float_and_double(A)
    if not A.size:
        return jnp.zeros(A.shape[:-2], int)
    values = jnp.abs(eigvalsh(A)) if hermitian else svdvals(A)
    atol, rtol = _tolerances(A, atol if tol is None else tol, rtol)
    return (values > jnp.maximum(atol, rtol * values.max(-1, keepdims=True))).sum(-1, dtype=int)


def _refuse_other_than_float_and_double(A):
    if not is_floating(A) or jnp.finfo(A.dtype).bits < 32:
        raise RuntimeError(
            "This function doesn't handle types other than float and double\n"
            f"Got {c_name(A.dtype)}; convert it to one of them."
        )


@op("input", where=("linalg",), grad_fn="SqueezeBackward1")
def cond(input, p=None):
    """Return the condition number, the norm of a matrix times that of its inverse; infinite for a singular one.

    Args:
        p: the order of the norm (see `matrix_norm`), 2 by default: the largest singular value over the smallest.

    Raises:
        RuntimeError: for vectors, other orders; for p that is not 2 or -2, what is not square.

    Example:
        >>> cond(jnp.array([[4.0, 0.0], [0.0, 2.0]])).item()
        2.0

    See: https://pytorch.org/docs/stable/generated/torch.linalg.cond.html
    """
    A = jnp.asarray(input)
    if A.ndim < 2:
        raise RuntimeError(f"linalg.cond: The input tensor must have at least 2 dimensions.\nIts shape is {A.shape}.")
    if p not in (None, 1, -1, 2, -2, "fro", "nuc", jnp.inf, -jnp.inf):
        raise RuntimeError(
            f"linalg.cond got an invalid norm type: {p}\nThere are 1, -1, 2, -2, math.inf, -math.inf, 'fro' and 'nuc'."
        )
    if p in (None, 2, -2):
        if not A.size:
            return jnp.zeros(A.shape[:-2], A.dtype)
        values = svdvals(A)
        return values[..., -1] / values[..., 0] if p == -2 else values[..., 0] / values[..., -1]
    A = floating_matrices(f"linalg.cond(ord={p})", A, square=True)
    result = matrix_norm(A, p) * matrix_norm(inv(A), p)
    return jnp.where(jnp.isfinite(result), result, jnp.asarray(jnp.inf, result.dtype))


@op("input", "b", where=("linalg",), out=False, grad_fn="LinalgLstsqBackward0", constant=(3,))
def lstsq(input, b, rcond=None, *, driver=None):
    """Return the X that makes `|A X - B|` smallest, and of several the shortest, with what PyTorch reports beside it.

    Shape: A (..., m, n); B (..., m, k) or (..., m); solution (..., n, k) or (..., n).

    Args:
        rcond: singular values up to this share of the largest count as 0; max(m, n) times the precision by default.
        driver: LAPACK's routine whose report to give: "gelsy" (the rank), "gels" (residuals), "gelsd" or "gelss" (both,
            and singular values). The residuals are those of a matrix of full rank with more rows than columns, else
            empty. The solution is the same.

    Raises:
        RuntimeError: for shapes that do not fit, dtypes that differ, another driver.

    Example:
        >>> X = lstsq(jnp.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), jnp.array([[1.0], [3.0], [5.0]])).solution
        >>> jnp.round(X, 3).tolist()
        [[1.0], [2.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.lstsq.html
    """
    A, B = jnp.asarray(input), jnp.asarray(b)
    driver = driver or "gelsy"
    vector = _check_least_squares(A, B, driver)
    rights = B[..., None] if vector else B
    rtol = max(A.shape[-2:]) * float(jnp.finfo(A.dtype).eps) if rcond is None else rcond
    X = product(pinv(A, rtol=rtol), rights)
    nothing = jnp.zeros((0,), jnp.finfo(A.dtype).dtype)
    overdetermined = A.shape[-2] > A.shape[-1] and driver != "gelsy"
    residuals = jnp.square(jnp.abs(product(A, X) - rights)).sum(-2) if overdetermined else nothing
    values = lax.stop_gradient(svdvals(A)) if driver != "gels" else nothing
    rank = (values > rtol * values[..., :1]).sum(-1, dtype=int) if driver != "gels" else jnp.zeros((0,), int)
    return LeastSquares(
        X[..., 0] if vector else X, residuals, rank, values if driver in ("gelsd", "gelss") else nothing
    )


def _check_least_squares(A, B, driver):
    """Raise PyTorch's errors; tell whether B holds vectors."""
    name = "torch.linalg.lstsq"
    if A.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.\nThe shape is {A.shape}.")
    if B.ndim < 1:
        raise RuntimeError(f"{name}: other must have at least 1 dimension.\nIt is a scalar.")
    if A.dtype != B.dtype:
        raise RuntimeError(
            f"{name}: Expected input and other to have the same dtype, but got input's dtype {dtype_name(A.dtype)} and "
            f"other's dtype {dtype_name(B.dtype)}\n{ONE_DTYPE}"
        )
    vector = B.ndim == A.ndim - 1
    if not 0 <= A.ndim - B.ndim <= 1:
        raise RuntimeError(
            f"{name}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1\n"
            f"The shapes are {A.shape} and {B.shape}."
        )
    if A.shape[-2] != B.shape[-1 if vector else -2]:
        size = "other.size(-1)" if B.ndim == 1 else "other.size(-2)"
        raise RuntimeError(f"{name}: input.size(-2) should match {size}\nThe shapes are {A.shape} and {B.shape}.")
    broadcast_shapes(A.shape[:-2], B.shape[: -1 if vector else -2])
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(f"{name}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)\nGot {driver!r}.")
    _refuse_other_than_float_and_double(A)
    return vector

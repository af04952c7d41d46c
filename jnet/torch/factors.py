"""Linear algebra that `torch` has under older names, and what is composed of other functions of `torch.linalg`."""

from __future__ import annotations

import functools
import math
import warnings
from typing import Any

import numpy as np

from jnet.ops.linalg.regular import LinAlgError, check_positive
from jnet.torch import return_types
from jnet.torch.bounds import watch
from jnet.torch.dispatch import CALLERS, described, store_out
from jnet.torch.tensor import Tensor, numpy_of, shape_of
from jnet.torch.viewing import VIEWS

FUNCTIONS: dict = {}
METHODS: dict = {}
LINALG: dict = {}  # what belongs to torch.linalg


def _both(function):
    FUNCTIONS[function.__name__] = METHODS[function.__name__] = function
    return function


def _of_linalg(function):
    LINALG[function.__name__] = function
    return function


def _deprecated(name: str, instead: str) -> None:
    warnings.warn(
        f"torch.{name} is deprecated in favor of {instead} and will be removed in a future PyTorch release.",
        UserWarning,
        stacklevel=3,
    )


# -- older names -------------------------------------------------------------------------------------------------------


@_both
def cholesky(input: Tensor, upper: bool = False) -> Tensor:
    """Return the Cholesky triangle; `torch.linalg.cholesky` is the newer function.

    Raises:
        LinAlgError: if the matrix is not positive-definite.

    See: https://docs.pytorch.org/docs/stable/generated/torch.cholesky.html
    """
    _deprecated("cholesky", "torch.linalg.cholesky")
    try:
        result: Any = CALLERS["cholesky"].wrapped(_unchecked("cholesky", input, upper=upper))
    except RuntimeError as error:
        raise type(error)(str(error).removeprefix("linalg.")) from None
    check = functools.partial(check_positive, name="cholesky")
    _look(input, result, "cholesky", check)
    return result


def _unchecked(name: str, *args, **kwargs):
    """Record an op without the look at its result that the caller of that name takes."""
    from jnet.torch.tensor import apply

    return apply(*CALLERS[name].prepared(args, kwargs))


def _look(matrix: Tensor, result: Tensor, name: str, check) -> None:
    """Let `check` look at the matrix if the result is not finite, now or when it has been computed."""
    watch(result, (name, "regular"), lambda array: None if np.isfinite(array).all() else check(numpy_of(matrix)))


@_both
def qr(input: Tensor, some: bool = True):
    """Return the QR decomposition; `torch.linalg.qr` is the newer function.

    See: https://docs.pytorch.org/docs/stable/generated/torch.qr.html
    """
    _deprecated("qr", "torch.linalg.qr")
    found = CALLERS["qr"](input, "reduced" if some else "complete")
    return return_types.named_by_fields("qr", ("Q", "R"), tuple(found))


@_both
def svd(input: Tensor, some: bool = True, compute_uv: bool = True):
    """Return U, S and V (not its transpose) of the singular value decomposition; zeros for U and V on request.

    See: https://docs.pytorch.org/docs/stable/generated/torch.svd.html
    """
    if compute_uv:
        U, S, Vh = CALLERS["svd"](input, not some)
        results = (U, S, VIEWS["transpose"](Vh, -2, -1) if not Vh.is_complex() else Vh.mH)
    else:
        *batch, m, n = shape_of(input)
        S = CALLERS["svdvals"](input)
        results = (input.detach().new_zeros((*batch, m, m)), S, input.detach().new_zeros((*batch, n, n)))
    return return_types.named_by_fields("svd", ("U", "S", "V"), results)


@_both
def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out=None):
    """Return the LU decomposition in compact form; `torch.linalg.lu_factor` is the newer function.

    See: https://docs.pytorch.org/docs/stable/generated/torch.lu.html
    """
    warnings.warn(
        "torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and will be removed in "
        "a future PyTorch release.",
        UserWarning,
        stacklevel=2,
    )
    found = CALLERS["lu_factor_ex"](A, pivot=pivot)
    if get_infos:
        return return_types.named_by_fields("_lu_with_info", ("LU", "pivots", "info"), tuple(found))
    return tuple(found)[:2]


@_both
def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """Return the solution of equations whose LU decomposition is given; `torch.linalg.lu_solve` is newer.

    See: https://docs.pytorch.org/docs/stable/generated/torch.lu_solve.html
    """
    warnings.warn(
        "torch.lu_solve is deprecated in favor of torch.linalg.lu_solveand will be removed in a future PyTorch "
        "release.",
        UserWarning,
        stacklevel=2,
    )
    return CALLERS["lu_solve"](b, LU_data, LU_pivots)


@_both
def triangular_solve(b: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False):
    """Return the solution of triangular equations, and a copy of A; `torch.linalg.solve_triangular` is newer.

    See: https://docs.pytorch.org/docs/stable/generated/torch.triangular_solve.html
    """
    warnings.warn(
        "torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will be removed in a future "
        "PyTorch release.",
        UserWarning,
        stacklevel=2,
    )
    return CALLERS["triangular_solve"](b, A, upper, transpose, unitriangular)


@_both
def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """Return the pseudoinverse, as `torch.linalg.pinv` with `rtol=rcond`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.pinverse.html
    """
    return CALLERS["pinv"](input, rtol=rcond)


_REMOVED = {
    "eig": "`torch.linalg.eig` returns complex tensors of dtype `cfloat` or `cdouble` rather than real tensors "
    "mimicking complex tensors.",
    "lstsq": "`torch.lstsq` is deprecated in favor of `torch.linalg.lstsq`.",
    "matrix_rank": "",
    "solve": "`torch.solve` is deprecated in favor of `torch.linalg.solve`. `torch.linalg.solve` has its arguments "
    "reversed and does not return the LU factorization.",
    "symeig": "The default behavior has changed from using the upper triangular portion of the matrix by default to "
    "using the lower triangular portion.",
}


def _removed(name: str, why: str) -> None:
    def function(*args, **kwargs):
        raise RuntimeError(f"This function was deprecated since version 1.9 and is now removed. {why}".rstrip())

    function.__name__, function.__doc__ = name, f"Raise PyTorch's error: `torch.linalg` has what was `torch.{name}`."
    FUNCTIONS[name] = function
    if name != "matrix_rank":
        METHODS[name] = function


for _name, _why in _REMOVED.items():
    _removed(_name, _why)

# -- of low rank -------------------------------------------------------------------------------------------------------


def svd_lowrank(A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None):
    """Return U, S and V of the q largest singular values or so of A - M, from random directions, PyTorch's.

    Args:
        niter: how often the directions are improved.

    See: https://docs.pytorch.org/docs/stable/generated/torch.svd_lowrank.html
    """
    A = A if M is None else A - M.broadcast_to(shape_of(A))
    wide = shape_of(A)[-2] < shape_of(A)[-1]
    A = A.mH if wide else A
    Q = _basis(A, 6 if q is None else q, 2 if niter is None else niter)
    U, S, Vh = CALLERS["svd"](CALLERS["matmul"](Q.mH, A), False)
    U, V = CALLERS["matmul"](Q, U), Vh.mH
    return (V, S, U) if wide else (U, S, V)


def _basis(A: Tensor, q: int, niter: int) -> Tensor:
    """Return orthonormal columns that span most of what A does.

    See: https://arxiv.org/abs/0909.4061, algorithm 4.4
    """
    from jnet.torch.random import randn

    matmul = CALLERS["matmul"]
    Q = CALLERS["qr"](matmul(A, randn(shape_of(A)[-1], q, dtype=A.dtype, device=A.device)))[0]
    for _ in range(niter):
        Q = CALLERS["qr"](matmul(A.mH, Q))[0]
        Q = CALLERS["qr"](matmul(A, Q))[0]
    return Q


FUNCTIONS["svd_lowrank"] = svd_lowrank


def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2):
    """Return `svd_lowrank` of a matrix, from whose columns their means are taken if `center`: its principal components.

    Raises:
        ValueError: for a q above the rank that A can have, or a negative niter.

    See: https://docs.pytorch.org/docs/stable/generated/torch.pca_lowrank.html
    """
    m, n = shape_of(A)[-2:]
    if q is None:
        q = min(6, m, n)
    elif not 0 <= q <= min(m, n):
        raise ValueError(
            f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}\nIt is a rank."
        )
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, True) if center else A, q, niter)


FUNCTIONS["pca_lowrank"] = pca_lowrank

# -- of torch.linalg ---------------------------------------------------------------------------------------------------


@_of_linalg
def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Return the diagonals of matrices, a view; as `torch.diagonal`, the last two dimensions by default.

    See: https://docs.pytorch.org/docs/stable/generated/torch.linalg.diagonal.html
    """
    return VIEWS["diagonal"](A, offset, dim1, dim2)


@_of_linalg
def slogdet(A: Tensor, *, out=None):
    """Return sign and logarithm of the size of determinants: `torch.slogdet`, whose result has another name.

    See: https://docs.pytorch.org/docs/stable/generated/torch.linalg.slogdet.html
    """
    found = CALLERS["slogdet"](A)
    found = return_types.named_by_fields("linalg_slogdet", ("sign", "logabsdet"), tuple(found))
    return found if out is None else store_out("linalg_slogdet", out, found)


@_of_linalg
def tensorinv(A: Tensor, ind: int = 2) -> Tensor:
    """Return the inverse of A as a linear map to its first `ind` dimensions from the others.

    Shape: A (*S, *T), S of `ind` sizes, as many elements in S as in T; result (*T, *S).

    Raises:
        RuntimeError: if that does not fit. LinAlgError: if there is no inverse.

    See: https://docs.pytorch.org/docs/stable/generated/torch.linalg.tensorinv.html
    """
    if ind <= 0:
        raise RuntimeError("Expected a strictly positive integer for 'ind', but got " + str(ind))
    to, of = shape_of(A)[:ind], shape_of(A)[ind:]
    if math.prod(to) != math.prod(of):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{math.prod(of)} != {math.prod(to)}"
        )
    inverse = CALLERS["inv"](VIEWS["reshape"](A, (math.prod(of), math.prod(to))))
    return VIEWS["reshape"](inverse, (*of, *to))


@_of_linalg
def tensorsolve(A: Tensor, B: Tensor, dims=None) -> Tensor:
    """Return the X with `tensordot(A, X, X.ndim) = B`.

    Args:
        dims: dimensions of A to move to its end first.

    Raises:
        RuntimeError: if the shapes do not fit. LinAlgError: if there is no single solution.

    See: https://docs.pytorch.org/docs/stable/generated/torch.linalg.tensorsolve.html
    """
    if dims is not None:
        A = VIEWS["movedim"](A, list(dims), list(range(A.ndim - len(dims), A.ndim)))
    of, to = shape_of(A)[B.ndim :], shape_of(A)[: B.ndim]
    if math.prod(of) != math.prod(to):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), "
            f"but got {math.prod(of)} != {math.prod(to)}"
        )
    matrix = VIEWS["reshape"](A, (math.prod(to), math.prod(of)))
    return VIEWS["reshape"](CALLERS["solve"](matrix, VIEWS["reshape"](B, (-1,))), of)


def _checking(name: str, message) -> None:
    """Declare a function that reports in `info`, and raises on request."""

    def function(*args, check_errors: bool = False, out=None, **kwargs):
        found = CALLERS[name](*args, **kwargs)
        if check_errors:
            info = numpy_of(found[-1]).reshape(-1)
            failed = np.flatnonzero(info)
            if failed.size:
                place = f"(Batch element {failed[0]}): " if found[-1].ndim else ""
                raise LinAlgError(message(place, info[failed[0]]))
        return found if out is None else store_out(f"linalg_{name}", out, found)

    function.__name__, function.__doc__ = name, described(CALLERS[name])
    LINALG[name] = function


_checking(
    "cholesky_ex",
    lambda place, order: (
        f"linalg.cholesky_ex: {place}The factorization could not be completed because the input is not "
        f"positive-definite (the leading minor of order {order} is not positive-definite)."
    ),
)
_checking(
    "inv_ex",
    lambda place, zero: (
        f"linalg.inv_ex: {place}The diagonal element {zero} is zero, the inversion could not be completed because the "
        "input matrix is singular."
    ),
)
_checking(
    "solve_ex",
    lambda place, zero: f"torch.linalg.solve_ex: {place}The solver failed because the input matrix is singular.",
)
_checking("lu_factor_ex", lambda place, zero: _zero_pivot("torch.linalg.lu_factor_ex", place, zero))


def _zero_pivot(name: str, place: str, zero: int) -> str:
    return (
        f"{name}: {place}U[{zero},{zero}] is zero and using it on lu_solve would result in a division by zero. If you "
        "still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)"
    )


@_of_linalg
def lu_factor(A: Tensor, *, pivot: bool = True, out=None):
    found = CALLERS["lu_factor"](A, pivot=pivot)

    def check(array: np.ndarray) -> None:
        zeros = np.diagonal(array, axis1=-2, axis2=-1) == 0
        failed = np.argwhere(zeros)
        if failed.size:
            *batch, column = failed[0]
            number = int(np.ravel_multi_index(batch, zeros.shape[:-1])) if batch else 0
            place = f"(Batch element {number}): " if batch else ""
            raise RuntimeError(_zero_pivot("torch.linalg.lu_factor", place, column + 1))

    watch(found[0], ("lu_factor", "regular"), check)
    return found if out is None else store_out("linalg_lu_factor", out, found)


lu_factor.__doc__ = described(CALLERS["lu_factor"])

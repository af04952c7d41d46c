"""Matrices that have no inverse or no Cholesky factor: found on the host once a result is not finite."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np


class _LinAlgError(RuntimeError):
    """A matrix is singular, or not positive-definite."""


LinAlgError = _LinAlgError  # PyTorch, too, has it under a name that its type does not show


def _matrices(array: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield finite matrices, each with what PyTorch's messages say of its place in the batch."""
    array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    batch = math.prod(array.shape[:-2]) if array.size else 0
    for number, matrix in enumerate(array.reshape(batch, *array.shape[-2:])):
        if np.isfinite(matrix).all():
            yield ("" if array.ndim == 2 else f"(Batch element {number}): "), matrix


def _lapack(name: str, matrix: np.ndarray) -> Callable:
    import scipy.linalg  # not at once: it takes a tenth of a second, and is needed only where something has failed

    return scipy.linalg.lapack.get_lapack_funcs(name, (matrix,))  # pyright: ignore[reportReturnType] - one name, one


def _zero_pivot(matrix: np.ndarray) -> int | None:
    """Return the place, from 1 on, of the first pivot of the matrix's LU decomposition that is zero."""
    factors = _lapack("getrf", matrix)(matrix)[0]
    zeros = np.flatnonzero(np.diagonal(factors) == 0)
    return int(zeros[0]) + 1 if zeros.size else None


def check_inverse(array: np.ndarray) -> None:
    """Raise unless all matrices have an inverse."""
    for place, matrix in _matrices(array):
        zero = _zero_pivot(matrix)
        if zero is not None:
            raise LinAlgError(
                f"linalg.inv: {place}The diagonal element {zero} is zero, the inversion could not be completed because "
                "the input matrix is singular.\nIts rows depend on each other; torch.linalg.pinv takes such matrices."
            )


def check_solution(array: np.ndarray) -> None:
    """Raise unless equations of these matrices have one solution."""
    for place, matrix in _matrices(array):
        if _zero_pivot(matrix) is not None:
            raise LinAlgError(
                f"torch.linalg.solve: {place}The solver failed because the input matrix is singular.\n"
                "Its rows depend on each other; torch.linalg.lstsq takes such matrices."
            )


def check_positive(array: np.ndarray, name: str = "linalg.cholesky") -> None:
    """Raise unless all matrices are positive-definite."""
    for place, matrix in _matrices(array):
        _, order = _lapack("potrf", matrix)(matrix, lower=True)
        if order > 0:
            raise LinAlgError(
                f"{name}: {place}The factorization could not be completed because the input is not positive-definite "
                f"(the leading minor of order {order} is not positive-definite)."
            )


# Op -> its matrices, and what looks at them.
SINGULAR: dict[str, tuple[str, Callable[[np.ndarray], None]]] = {
    "inv": ("A", check_inverse),
    "inverse": ("input", check_inverse),
    "solve": ("A", check_solution),
    "cholesky": ("input", check_positive),
}

"""LU factors, eigenvalues of any matrix, and what is solved with factors at hand."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import warnings

import numpy as np

from samples.linalg import positive, positives, square, squares
from samples.values import a, f, i

pivots = np.array([2, 3, 3], np.int32)
triangle = np.tril(square)
tall, wide = f(4, 3) + np.eye(4, 3, dtype=np.float32), f(2, 4)
reflectors, taus = f(4, 2) / 4, f(2) / 2

SAMPLES: dict[str, list[dict]] = {
    "lu_factor": [dict(A=square), dict(A=squares), dict(A=tall), dict(A=wide)],
    "lu_factor_ex": [dict(A=square), dict(A=squares)],
    "lu": [dict(A=square), dict(A=squares), dict(A=tall), dict(A=wide)],
    "lu_unpack": [
        dict(LU_data=square, LU_pivots=pivots),
        dict(LU_data=tall, LU_pivots=pivots),
        dict(LU_data=squares, LU_pivots=np.stack([pivots, np.array([1, 2, 3], np.int32)])),
    ],
    "linalg_lu_solve": [
        dict(LU=square, pivots=pivots, B=f(3, 2)),
        dict(LU=square, pivots=pivots, B=f(3, 2), adjoint=True),
        dict(LU=square, pivots=pivots, B=f(2, 3), left=False),
        dict(LU=squares, pivots=np.stack([pivots, pivots]), B=f(3, 2)),
        dict(LU=square, pivots=pivots, B=f(2, 3), left=False, adjoint=True),
    ],
    "lu_solve": [dict(input=f(3, 2), LU_data=square, LU_pivots=pivots)],
    "eig": [dict(input=a([1, 2], [0, 4])), dict(input=a([0, 1], [-1, 0]))],
    "eigvals": [dict(input=square), dict(input=squares)],
    "cholesky_ex": [
        dict(input=a([4])),
        dict(input=positives),
        dict(input=positive, upper=True),
    ],
    "inv_ex": [dict(A=square), dict(A=squares)],
    "solve_ex": [dict(A=square, B=f(3, 2)), dict(A=squares, B=f(3, 2))],
    # Numerical derivatives see one triangle, PyTorch's both: hence 1 x 1.
    "cholesky_solve": [
        dict(input=f(1, 2), input2=a([2])),
        dict(input=f(3, 2), input2=triangle),
        dict(input=f(3, 2), input2=triangle.T, upper=True),
        dict(input=f(2, 3, 2), input2=triangle),
    ],
    "cholesky_inverse": [dict(input=a([2])), dict(input=triangle), dict(input=triangle.T, upper=True)],
    "triangular_solve": [
        dict(input=f(3, 2), A=triangle.T),
        dict(input=f(3, 2), A=triangle, upper=False),
        dict(input=f(3, 2), A=triangle, upper=False, transpose=True, unitriangular=True),
        dict(input=f(2, 3, 2), A=triangle.T),
    ],
    "ormqr": [
        dict(input=reflectors, input2=taus, input3=f(4, 3)),
        dict(input=reflectors, input2=taus, input3=f(4, 3), transpose=True),
        dict(input=reflectors, input2=taus, input3=f(3, 4), left=False),
    ],
    "linalg_vander": [dict(x=f(3)), dict(x=f(2, 3), N=2), dict(x=i(1, 2, 3), N=4)],
}

KINKS: list[tuple[str, dict]] = []

_x, _matrix = f(3), f(2, 3)
ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    ("lu", dict(A=_x), RuntimeError, "linalg.lu: Expected tensor with 2 or more dimensions. Got size: [3] instead"),
    (
        "lu_factor",
        dict(A=square, pivot=False),
        RuntimeError,
        "linalg.lu_factor: LU without pivoting is not implemented",
    ),
    ("lu", dict(A=i([1], [2])), NotImplementedError, '"lu_cpu" not implemented for'),
    (
        "lu_unpack",
        dict(LU_data=square, LU_pivots=a(1, 2, 3)),
        RuntimeError,
        "torch.lu_unpack: LU_pivots is expected to",
    ),
    (
        "linalg_lu_solve",
        dict(LU=square, pivots=pivots, B=f(2, 2)),
        RuntimeError,
        "linalg.lu_solve: Incompatible shapes",
    ),
    ("linalg_lu_solve", dict(LU=tall, pivots=pivots, B=f(3, 2)), RuntimeError, "torch.linalg.lu_solve: A must be"),
    ("eig", dict(input=_matrix), RuntimeError, "linalg.eig: A must be batches of square matrices, but they are 2 by 3"),
    ("eigvals", dict(input=_x), RuntimeError, "linalg.eigvals: The input tensor A must have at least 2 dimensions."),
    ("cholesky_ex", dict(input=_matrix), RuntimeError, "linalg.cholesky: A must be batches of square matrices, but"),
    (
        "cholesky_solve",
        dict(input=_x, input2=triangle),
        RuntimeError,
        "b should have at least 2 dimensions, but has 1 dimensions",
    ),
    (
        "cholesky_solve",
        dict(input=f(2, 2), input2=triangle),
        RuntimeError,
        "Incompatible matrix sizes for cholesky_solve: each A",
    ),
    ("cholesky_inverse", dict(input=_matrix), RuntimeError, "cholesky_inverse: A must be batches of square"),
    (
        "triangular_solve",
        dict(input=f(2, 2), A=triangle),
        RuntimeError,
        "Incompatible matrix sizes for triangular_solve: ea",
    ),
    (
        "ormqr",
        dict(input=reflectors, input2=taus, input3=f(3, 3)),
        RuntimeError,
        "torch.ormqr: other.shape[-2] must be equa",
    ),
    ("linalg_vander", dict(x=_x, N=1), RuntimeError, "N must be greater than 1."),
]


def _quiet(*path):
    """Return a function of PyTorch's without the warning that it is deprecated."""

    def of(torch):
        function = torch
        for name in path:
            function = getattr(function, name)

        def call(**arguments):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return function(**arguments)

        return call

    return of


NO_GRADIENT = {"eig", "cholesky_ex"}
TORCH_NAME = {
    "lu": _quiet("linalg", "lu"),
    "eig": _quiet("linalg", "eig"),
    "linalg_lu_solve": _quiet("linalg", "lu_solve"),
    "linalg_vander": _quiet("linalg", "vander"),
    "lu_solve": _quiet("lu_solve"),
    "triangular_solve": _quiet("triangular_solve"),
}

"""Products of vectors and matrices, sums over named dimensions, linear systems and decompositions."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import warnings

import jax.numpy as jnp
import numpy as np

from samples.values import a, f, i, nan

scalar = np.float32(1.5)
yes_no = np.array([[True, False], [True, True]])
whole = i([1, 2], [3, -4])
half = f(3, 3).astype(np.float16)
brain = f(3, 3, seed=1).astype(jnp.bfloat16)
# Well away from singular, no two singular values or eigenvalues near each other.
square = f(3, 3) + np.diag(a(3, 4, 6))
squares = np.stack([square, square.T + np.float32(0.5)])
positive = (f(3, 3) @ f(3, 3).T + np.diag(a(1, 2, 4))).astype(np.float32)
positives = np.stack([positive, positive + np.eye(3, dtype=np.float32)])
tall, wide = f(5, 3) + np.eye(5, 3, dtype=np.float32), f(2, 4)

FACTORS = [dict(beta=0.5, alpha=-2.0), dict(beta=0), dict(beta=2, alpha=3)]
ADDMM = dict(input=f(2, 4), mat1=f(2, 3), mat2=f(3, 4, seed=1))
ADDMV = dict(input=f(2), mat=f(2, 3), vec=f(3, seed=1))
ADDR = dict(input=f(2, 3), vec1=f(2), vec2=f(3, seed=1))
BADDBMM = dict(input=f(2, 3, 5), batch1=f(2, 3, 4), batch2=f(2, 4, 5, seed=1))
ADDBMM = BADDBMM | dict(input=f(3, 5))
CROSSES = [
    dict(input=f(2, 3), other=f(2, 3, seed=1), dim=1),
    dict(input=f(3, 2), other=f(3, 2, seed=1), dim=0),
    dict(input=f(1, 3), other=f(4, 3), dim=-1),
    dict(input=i(1, 0, 2), other=i(0, 1, 3), dim=0),
]
SQUARES = [dict(input=square), dict(input=squares), dict(input=np.zeros((0, 0), np.float32))]

SAMPLES: dict[str, list[dict]] = {
    "addmm": [
        ADDMM,
        *(ADDMM | each for each in FACTORS),
        ADDMM | dict(input=f(4)),
        ADDMM | dict(input=f(2, 1), beta=3),
        ADDMM | dict(input=scalar),
        dict(input=whole, mat1=whole, mat2=whole, beta=1.5, alpha=2.5),
        dict(input=half, mat1=half, mat2=half, beta=0.5),
    ],
    "addmv": [
        ADDMV,
        *(ADDMV | each for each in FACTORS),
        ADDMV | dict(input=f(1)),
        ADDMV | dict(input=scalar),
        dict(input=i(1, 2), mat=whole, vec=i(3, 4)),
    ],
    "addr": [
        ADDR,
        *(ADDR | each for each in FACTORS),
        ADDR | dict(input=f(3)),
        dict(input=i([1, 2, 3], [4, 5, 6]), vec1=f(2), vec2=f(3)),
        dict(input=i([1, 2], [4, 5]), vec1=i(2, 3), vec2=i(4, 5), alpha=2),
        dict(input=yes_no, vec1=yes_no[0], vec2=yes_no[1]),
        dict(input=yes_no, vec1=yes_no[0], vec2=yes_no[1], beta=False),
    ],
    "baddbmm": [
        BADDBMM,
        *(BADDBMM | each for each in FACTORS),
        BADDBMM | dict(input=f(5)),
        dict(input=whole[None], batch1=whole[None], batch2=whole[None], alpha=2),
    ],
    "addbmm": [
        ADDBMM,
        *(ADDBMM | each for each in FACTORS),
        ADDBMM | dict(input=f(3, 1)),
        dict(input=whole, batch1=whole[None], batch2=whole[None], beta=2),
    ],
    "bmm": [dict(input=f(2, 3, 4), mat2=f(2, 4, 5)), dict(input=whole[None], mat2=whole[None])],
    "vdot": [
        dict(input=f(3), other=f(3, seed=1)),
        dict(input=np.array([1j, 2], np.complex64), other=np.array([3, 1j], np.complex64)),
    ],
    "outer": [
        dict(input=f(3), vec2=f(4)),
        dict(input=f(3), vec2=i(1, 2)),
        dict(input=yes_no[0], vec2=yes_no[1]),
        dict(input=half[0], vec2=half[1]),
    ],
    "inner": [
        dict(input=f(2, 3), other=f(4, 3)),
        dict(input=f(3), other=f(3, seed=1)),
        dict(input=f(2, 2, 3), other=f(3)),
        dict(input=scalar, other=f(2, 3)),
        dict(input=whole, other=whole),
    ],
    "bilinear": [
        dict(input1=f(4, 3), input2=f(4, 2), weight=f(5, 3, 2), bias=f(5)),
        dict(input1=f(3), input2=f(2), weight=f(5, 3, 2)),
        dict(input1=f(2, 4, 3), input2=f(2, 4, 2), weight=f(1, 3, 2), bias=f(1)),
    ],
    "einsum": [
        dict(operands=[f(2, 3), f(3, 4)], equation="ij,jk->ik"),
        dict(operands=[f(2, 3), f(3, 4)], equation="ij, jk"),
        dict(operands=[f(2, 3), f(4, 3)], equation="kj,ij"),
        dict(operands=[f(3), f(4)], equation="i,j->ij"),
        dict(operands=[f(3), f(3, seed=1)], equation="i,i"),
        dict(operands=[f(3, 3)], equation="ii"),
        dict(operands=[f(3, 3)], equation="ii->i"),
        dict(operands=[f(2, 3)], equation="ij->ji"),
        dict(operands=[f(2, 3)], equation="bA"),
        dict(operands=[f(2, 3)], equation="ij->"),
        dict(operands=[f(2, 3, 4), f(2, 4, 5)], equation="bij,bjk->bik"),
        dict(operands=[f(2, 1, 2, 3), f(4, 3, 2)], equation="...ij,...jk->...ik"),
        dict(operands=[f(2, 2, 3), f(3, 2)], equation="...ij,jk"),
        dict(operands=[f(2, 3, 4)], equation="i...->..."),
        dict(operands=[f(2, 3)], equation="...i->i"),
        dict(operands=[f(2, 3), f(1, 3)], equation="ij,ij->ij"),
        dict(operands=[f(2, 3), f(1, 2)], equation="ij,jk->ik"),
        dict(operands=[f(2, 3), f(2, 4), f(3, 4)], equation="ij,ik,jk->i"),
        dict(operands=[scalar, np.float32(2)], equation=","),
        dict(operands=[f(2, 3), f(2, 3).astype(np.float64)], equation="ij,ij->ij"),
        dict(operands=[whole, whole], equation="ij,jk->ik"),
        dict(operands=[whole.astype(np.int32)], equation="ij->i"),
        dict(operands=[yes_no], equation="ij->i"),
        dict(operands=[yes_no[0], yes_no[1]], equation="i,j"),
        dict(operands=[half, half], equation="ij,jk"),
    ],
    "tensordot": [
        dict(a=f(2, 3, 4), b=f(3, 4, 5)),
        dict(a=f(2, 3), b=f(3, 4), dims=1),
        dict(a=f(2), b=f(3), dims=0),
        dict(a=f(2, 3, 4), b=f(4, 5, 2), dims=((0, 2), (2, 0))),
        dict(a=f(2, 3), b=f(4, 3), dims=((-1,), (-1,))),
        dict(a=f(1, 3), b=f(2, 3), dims=((0,), (0,))),
        dict(a=whole, b=whole, dims=1),
    ],
    "kron": [
        dict(input=f(2, 3), other=f(3, 2)),
        dict(input=f(2), other=f(3, 3)),
        dict(input=scalar, other=f(2, 2)),
        dict(input=f(2), other=whole),
        dict(input=yes_no, other=yes_no),
    ],
    "cross": [*CROSSES, dict(input=f(2, 3, 3), other=f(2, 3, 3, seed=1))],
    "linalg_cross": [*CROSSES, dict(input=f(2, 3), other=f(2, 3, seed=1))],
    "vecdot": [dict(x=f(2, 3), y=f(3)), dict(x=f(2, 3), y=f(2, 3, seed=1), dim=0)],
    "trace": [dict(input=f(2, 3)), dict(input=whole), dict(input=half), dict(input=whole.astype(np.int32))],
    "chain_matmul": [dict(matrices=[f(2, 3), f(3, 4), f(4, 1)]), dict(matrices=[f(2, 3)])],
    "multi_dot": [
        dict(tensors=[f(2, 3), f(3, 4), f(4, 1), f(1, 2)]),
        dict(tensors=[f(2, 3), f(3, 4)]),
        dict(tensors=[f(3), f(3, 4), f(4)]),
        dict(tensors=[f(3), f(3, 4), f(4, 2)]),
        dict(tensors=[whole, whole]),
    ],
    "det": SQUARES,
    "slogdet": [*SQUARES, dict(input=-square)],
    "logdet": SQUARES,
    "inv": [dict(A=square), dict(A=squares)],
    "inverse": SQUARES[:2],
    "solve": [
        dict(A=square, B=f(3, 2)),
        dict(A=square, B=f(3)),
        dict(A=squares, B=f(2, 3)),
        dict(A=squares, B=f(3, 2)),
        dict(A=squares, B=f(3)),
        dict(A=square, B=f(4, 3), left=False),
        dict(A=squares, B=f(4, 1, 3, 2)),
    ],
    "solve_triangular": [
        dict(input=np.triu(square), B=f(3, 2), upper=True),
        dict(input=square, B=f(3, 2), upper=False),
        dict(input=square, B=f(4, 3), upper=True, left=False),
        dict(input=squares, B=f(3, 2), upper=False, unitriangular=True),
    ],
    "matrix_power": [
        *(dict(input=square, n=n) for n in (2, 0, 1, 3, 5, -1, -2)),
        dict(input=squares, n=3),
        dict(input=whole, n=3),
        dict(input=whole, n=0),
        dict(input=half, n=2),
    ],
    "matrix_exp": [dict(input=f(3, 3)), dict(input=f(2, 3, 3) / 4)],
    # Numerical derivatives, taken of first rows, do not see that both triangles share the derivative: hence 1 x 1.
    "cholesky": [dict(input=a([4])), dict(input=positive), dict(input=positives), dict(input=positive, upper=True)],
    "qr": [
        dict(A=tall),
        dict(A=square),
        dict(A=wide),
        dict(A=np.stack([tall, tall + 1])),
    ],
    # LAPACK's sign of a singular vector depends on who built it; test_linalg.py compares what does not.
    "svd": [dict(A=tall, full_matrices=False), dict(A=square)],
    "svdvals": [dict(A=tall), dict(A=squares), dict(A=wide)],
    "eigh": [dict(input=a([4])), dict(input=positive), dict(input=positives)],
    "eigvalsh": [dict(input=a([4])), dict(input=positive), dict(input=positives), dict(input=positive, UPLO="U")],
    "pinv": [
        dict(input=tall),
        dict(input=wide),
        dict(input=squares),
        dict(input=positive, hermitian=True),
        dict(input=tall, rtol=0.5),
        dict(input=tall, atol=1.5),
        dict(input=np.zeros((0, 3), np.float32)),
    ],
    "matrix_rank": [
        dict(input=tall),
        dict(input=np.ones((2, 3), np.float32)),
        dict(input=squares),
        dict(input=np.diag(a(4, 1, 0.1)), atol=0.5),
        dict(input=np.diag(a(4, 1, 0.1)), rtol=0.5),
        dict(input=positive, hermitian=True),
        dict(input=np.zeros((0, 3), np.float32)),
    ],
    # Of other orders PyTorch's derivative fails: test_linalg.py compares the values.
    "cond": [*(dict(input=square, p=p) for p in (None, 2, -2)), dict(input=squares), dict(input=tall)],
    "lstsq": [
        dict(input=tall, b=f(5, 2)),
        dict(input=square, b=f(3, 2)),
        dict(input=wide, b=f(2, 1)),
        dict(input=squares, b=f(2, 3)),
        dict(input=tall, b=f(5, 1), driver="gelsd"),
    ],
}

KINKS: list[tuple[str, dict]] = [
    ("addmm", ADDMM | dict(input=np.full((2, 4), np.float32(nan)), beta=0)),
    ("addr", ADDR | dict(input=np.full((2, 3), np.float32(nan)), beta=0.0)),
    ("logdet", dict(input=a([0, 1], [1, 0]))),
    ("pinv", dict(input=np.eye(3, dtype=np.float32))),
    ("cholesky", dict(input=a([4, 99], [2, 5]))),
    ("cholesky", dict(input=a([4, 2], [99, 5]), upper=True)),
    ("eigvalsh", dict(input=a([1, 9], [2, 3]))),
    ("eigvalsh", dict(input=a([1, 9], [2, 3]), UPLO="u")),
    ("lstsq", dict(input=np.ones((3, 2), np.float32), b=f(3, 1))),
    *(("mm", dict(input=x, mat2=x)) for x in (half, brain)),
    *(("mv", dict(input=x, vec=x[0])) for x in (half, brain)),
    ("linear", dict(input=half, weight=half, bias=half[0])),
]

_x, _matrix, _batch = f(3), f(2, 3), f(2, 3, 4)
_double = np.ones((3, 2))

ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    ("addmm", ADDMM | dict(mat1=_batch), RuntimeError, "mat1 must be a matrix, got 3-D tensor"),
    ("addmm", ADDMM | dict(mat2=_x), RuntimeError, "mat2 must be a matrix, got 1-D tensor"),
    ("addmm", ADDMM | dict(mat2=f(2, 2)), RuntimeError, "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x2)"),
    ("addmm", ADDMM | dict(input=f(3)), RuntimeError, "The expanded size of the tensor (4) must match the existing"),
    ("addmm", ADDMM | dict(input=f(1, 2, 4)), RuntimeError, "expand(torch.FloatTensor{[1, 2, 4]}, size=[2, 4]): the"),
    (
        "addmm",
        ADDMM | dict(mat2=np.ones((3, 4))),
        RuntimeError,
        "self and mat2 must have the same dtype, but got Float",
    ),
    ("addmm", dict(input=yes_no, mat1=yes_no, mat2=yes_no), NotImplementedError, '"addmm_impl_cpu_" not implemented'),
    ("addmv", ADDMV | dict(mat=_x), RuntimeError, "vector + matrix @ vector expected, got 1, 1, 1"),
    ("addmv", ADDMV | dict(vec=f(2)), RuntimeError, "size mismatch, got input (2), mat (2x3), vec (2)"),
    ("addmv", ADDMV | dict(input=f(4)), RuntimeError, "size mismatch, got input (4), mat (2x3), vec (3)"),
    ("addmv", ADDMV | dict(vec=np.ones(3)), RuntimeError, "addmv input tensors must have the same dtype, but got"),
    ("addr", ADDR | dict(vec1=_matrix), RuntimeError, "addr: Expected 1-D argument vec1, but got 2-D"),
    ("addr", ADDR | dict(input=f(2, 4)), RuntimeError, "The expanded size of the tensor (3) must match the existing"),
    ("addr", dict(input=whole, vec1=i(1, 2), vec2=i(1, 2), beta=0.5), RuntimeError, "For integral input tensors, arg"),
    ("baddbmm", BADDBMM | dict(batch2=f(4, 5)), IndexError, "Dimension out of range (expected to be in range of [-2"),
    ("baddbmm", BADDBMM | dict(batch2=f(2, 3, 5)), RuntimeError, "Expected size for first two dimensions of batch2"),
    ("baddbmm", BADDBMM | dict(input=f(2, 3, 4)), RuntimeError, "The expanded size of the tensor (5) must match the"),
    ("baddbmm", BADDBMM | dict(batch2=np.ones((2, 4, 5))), RuntimeError, "expected scalar type Float but found Double"),
    ("baddbmm", BADDBMM | dict(input=np.ones((2, 3, 5))), RuntimeError, "Input dtypes must be the same, got: input d"),
    ("addbmm", ADDBMM | dict(batch2=f(4, 5)), IndexError, "Dimension out of range"),
    ("addbmm", ADDBMM | dict(batch2=f(3, 4, 5)), RuntimeError, "batch1 and batch2 must have same number of batches, g"),
    ("addbmm", ADDBMM | dict(batch2=f(2, 3, 5)), RuntimeError, "Incompatible matrix sizes for bmm (3x4 and 3x5)"),
    ("addbmm", ADDBMM | dict(batch2=np.ones((2, 4, 5))), RuntimeError, "self and mat2 must have the same dtype, but"),
    ("bmm", dict(input=_matrix, mat2=_batch), RuntimeError, "batch1 must be a 3D tensor"),
    ("bmm", dict(input=_batch, mat2=_matrix), RuntimeError, "batch2 must be a 3D tensor"),
    ("bmm", dict(input=_batch, mat2=_batch), RuntimeError, "Expected size for first two dimensions of batch2 tensor"),
    ("bmm", dict(input=_batch, mat2=np.ones((2, 4, 2))), RuntimeError, "expected scalar type Float but found Double"),
    ("bmm", dict(input=yes_no[None], mat2=yes_no[None]), NotImplementedError, '"bmm" not implemented for'),
    ("vdot", dict(input=_matrix, other=_x), RuntimeError, "1D tensors expected, but got 2D and 1D tensors"),
    ("outer", dict(input=_matrix, vec2=_x), RuntimeError, "outer: Expected 1-D argument self, but got 2-D"),
    ("outer", dict(input=_x, vec2=_matrix), RuntimeError, "outer: Expected 1-D argument vec2, but got 2-D"),
    ("inner", dict(input=_matrix, other=f(4)), RuntimeError, "inner() the last dimension must match on both input"),
    ("inner", dict(input=_x, other=i(1, 2, 3)), RuntimeError, "both inputs should have same dtype"),
    ("inner", dict(input=yes_no, other=yes_no), NotImplementedError, '"addmm_impl_cpu_" not implemented'),
    ("bilinear", dict(input1=f(2, 3), input2=f(4), weight=f(5, 3, 4)), RuntimeError, "bilinear(): input dimensions do"),
    ("bilinear", dict(input1=f(2, 3), input2=f(3, 4), weight=f(5, 3, 4)), RuntimeError, "bilinear(): input batch dim"),
    ("bilinear", dict(input1=f(2, 3), input2=f(2, 4), weight=f(5, 4, 4)), RuntimeError, "bilinear(): input1 size does"),
    ("bilinear", dict(input1=f(2, 3), input2=f(2, 4), weight=f(5, 3, 5)), RuntimeError, "bilinear(): input2 size does"),
    (
        "bilinear",
        dict(input1=f(2, 3), input2=f(2, 4), weight=f(5, 3, 4), bias=f(4)),
        RuntimeError,
        "bilinear(): bias size does not match weight size: got 4 but expected 5",
    ),
    ("bilinear", dict(input1=f(2), input2=np.ones(4), weight=f(5, 2, 4)), RuntimeError, "All tensors must have the"),
    *(
        ("einsum", dict(operands=operands, equation=equation), RuntimeError, f"einsum(): {message}")
        for operands, equation, message in [
            ([_matrix, _matrix], "ij,jk->ik", "subscript j has size 2 for operand 1 which does not broadcast with"),
            ([_matrix], "ij,jk->ik", "fewer operands were provided than specified in the equation"),
            ([_matrix, _x], "ij->ij", "more operands were provided than specified in the equation"),
            ([_matrix], "ijk->ij", "the number of subscripts in the equation (3) does not match the number of"),
            ([_matrix], "ijk...", "the number of subscripts in the equation (3) is more than the number of"),
            ([_matrix], "ij->k", "output subscript k does not appear in the equation for any input operand"),
            ([_matrix], "ij->ii", "output subscript i appears more than once in the output"),
            ([_matrix], "i1->i", "invalid subscript given at index 1 in the equation string"),
            ([_matrix, _x], "ij, jk - > ik", "invalid subscript given at index 7 in the equation string"),
            ([_matrix], "ii", "subscript i is repeated for operand 0 but the sizes don't match, 3 != 2"),
            ([_matrix, _x], "ij..,j", "found '.' for operand 0 that is not part of any ellipsis"),
            ([_matrix], "...i...", "found '.' for operand 0 for which an ellipsis was already found"),
            ([_matrix], "ij->i...j...", "found '.' for output but an ellipsis (...) was already found"),
            ([_matrix], "ij->i.", "found '.' for output that is not part of any ellipsis (...)"),
            ([_matrix, f(4, 3)], "...,...", "dimension 0 covered by ellipsis in operand 1has size 4 which does not"),
        ]
    ),
    (
        "einsum",
        dict(operands=[_matrix, _double], equation="ij,jk"),
        RuntimeError,
        "expected scalar type Float but found",
    ),
    ("einsum", dict(operands=[yes_no, yes_no], equation="ij,jk"), NotImplementedError, '"bmm" not implemented for'),
    (
        "tensordot",
        dict(a=_matrix, b=_matrix, dims=1),
        RuntimeError,
        "contracted dimensions need to match, but first has",
    ),
    ("tensordot", dict(a=_matrix, b=_matrix, dims=-1), RuntimeError, "tensordot expects dims >= 0, but got dims=-1"),
    (
        "tensordot",
        dict(a=_matrix, b=f(3, 2), dims=3),
        RuntimeError,
        "tensordot expects dims < ndim_a or ndim_b, but got",
    ),
    ("tensordot", dict(a=_matrix, b=_double, dims=1), RuntimeError, "both inputs should have same dtype"),
    (
        "tensordot",
        dict(a=_matrix, b=f(4, 3), dims=((0, 1), (1,))),
        RuntimeError,
        "both dimension lists should have same",
    ),
    ("tensordot", dict(a=_matrix, b=f(4, 3), dims=((5,), (1,))), IndexError, "Dimension out of range"),
    ("cross", dict(input=f(2, 4), other=f(2, 4)), RuntimeError, "no dimension of size 3 in input"),
    (
        "cross",
        dict(input=f(2, 4), other=f(2, 4), dim=1),
        RuntimeError,
        "linalg.cross: inputs dimension 1 must have len",
    ),
    ("cross", dict(input=_x, other=i(1, 2, 3)), RuntimeError, "expected scalar type Float but found Long"),
    ("linalg_cross", dict(input=_x, other=_matrix), RuntimeError, "linalg.cross: inputs must have the same number of"),
    (
        "linalg_cross",
        dict(input=f(2), other=f(2)),
        RuntimeError,
        "linalg.cross: inputs dimension -1 must have length 3.",
    ),
    ("linalg_cross", dict(input=_matrix, other=f(4, 3)), RuntimeError, "The size of tensor a (2) must match the size"),
    ("cross", dict(input=yes_no[[0, 0, 0], 0], other=yes_no[[0, 1, 0], 0]), NotImplementedError, '"cross" not implem'),
    ("vecdot", dict(x=i(1), y=i(1)), RuntimeError, "linalg.vecdot: Expected a floating point or complex tensor"),
    ("vecdot", dict(x=_x, y=np.ones(3)), RuntimeError, "linalg.vecdot: Expected x and y to have the same dtype, but"),
    ("trace", dict(input=_x), RuntimeError, "trace: expected a matrix, but got tensor with dim 1"),
    ("trace", dict(input=yes_no), NotImplementedError, '"trace" not implemented for'),
    ("chain_matmul", dict(matrices=[]), RuntimeError, "chain_matmul(): Expected one or more matrices"),
    ("chain_matmul", dict(matrices=[_x, f(3, 2)]), RuntimeError, "Tensor dimension is 1, expected 2 instead."),
    *(
        ("multi_dot", dict(tensors=tensors), RuntimeError, f"multi_dot(): {message}")
        for tensors, message in [
            ([_matrix], "expected at least 2 tensors but got 1"),
            ([_batch, f(4, 2)], "the first tensor must be 1D or 2D but got 3D"),
            ([_matrix, _batch], "the last tensor must be 1D or 2D but got 3D"),
            ([_matrix, _batch, _matrix], "tensor 1 must be 2D but got 3D"),
            ([_matrix, _double], "all tensors must have be the same dtype but tensor 0 is float and tensor 1 double"),
            ([_matrix, _matrix], "tensors 0 and 1 with shapes [2, 3] and [2, 3] cannot be multiplied"),
        ]
    ),
    *(
        (name, {key: _matrix}, RuntimeError, f"{prefix}: A must be batches of square matrices, but they are 2 by 3")
        for name, key, prefix in [
            ("det", "input", "linalg.det"),
            ("slogdet", "input", "linalg.slogdet"),
            ("logdet", "input", "logdet"),
            ("inv", "A", "linalg.inv"),
            ("inverse", "input", "linalg.inv"),
            ("matrix_exp", "input", "linalg.matrix_exp"),
            ("cholesky", "input", "linalg.cholesky"),
            ("eigh", "input", "linalg.eigh"),
            ("eigvalsh", "input", "linalg.eigh"),
        ]
    ),
    *(
        (name, {key: _x}, RuntimeError, f"{prefix}: The input tensor A must have at least 2 dimensions.")
        for name, key, prefix in [
            ("det", "input", "linalg.det"),
            ("inv", "A", "linalg.inv"),
            ("qr", "A", "linalg.qr"),
            ("svd", "A", "linalg.svd"),
            ("svdvals", "A", "linalg.svd"),
            ("eigh", "input", "linalg.eigh"),
        ]
    ),
    *(
        (name, {key: whole}, RuntimeError, f"{prefix}: Expected a floating point or complex tensor as input. Got Long")
        for name, key, prefix in [
            ("det", "input", "linalg.det"),
            ("inverse", "input", "linalg.inv"),
            ("cholesky", "input", "linalg.cholesky"),
            ("qr", "A", "linalg.qr"),
            ("svd", "A", "linalg.svd"),
            ("matrix_exp", "input", "linalg.matrix_exp"),
        ]
    ),
    *(
        (name, {key: half}, NotImplementedError, f'"{kernel}" not implemented for')
        for name, key, kernel in [
            ("det", "input", "lu_cpu"),
            ("cholesky", "input", "cholesky_cpu"),
            ("qr", "A", "geqrf_cpu"),
            ("svd", "A", "linalg_svd_cpu"),
            ("eigh", "input", "linalg_eigh_cpu"),
        ]
    ),
    ("slogdet", dict(input=half), RuntimeError, "linalg.slogdet: Low precision dtypes not supported. Got Half"),
    ("inv", dict(A=half), RuntimeError, "linalg.inv: Low precision dtypes not supported. Got Half"),
    ("eigh", dict(input=whole), NotImplementedError, '"linalg_eigh_cpu" not implemented for'),
    ("eigh", dict(input=positive, UPLO="x"), RuntimeError, "Expected UPLO argument to be 'L' or 'U', but got x"),
    ("solve", dict(A=square, B=f(4)), RuntimeError, "linalg.solve: Incompatible shapes of A and B for the equation AX"),
    ("solve", dict(A=square, B=f(3, 4), left=False), RuntimeError, "linalg.solve: Incompatible shapes of A and B for"),
    ("solve", dict(A=square, B=np.ones(3)), RuntimeError, "linalg.solve: Expected A and B to have the same dtype, but"),
    ("solve", dict(A=square, B=scalar), RuntimeError, "linalg.solve: The input tensor B must have at least 2"),
    ("solve", dict(A=squares, B=f(5, 3, 2)), RuntimeError, "The size of tensor a (5) must match the size of tensor b"),
    ("solve_triangular", dict(input=square, B=_x, upper=True), RuntimeError, "linalg.solve_triangular: The input tens"),
    ("solve_triangular", dict(input=whole, B=whole, upper=True), NotImplementedError, '"triangular_solve_cpu" not'),
    ("matrix_power", dict(input=_matrix, n=2), RuntimeError, "linalg.matrix_power: A must be batches of square"),
    ("matrix_power", dict(input=whole, n=-1), RuntimeError, "linalg.inv: Expected a floating point or complex tensor"),
    ("qr", dict(A=square, mode="x"), RuntimeError, "qr received unrecognized mode 'x' but expected one of 'reduced'"),
    ("pinv", dict(input=_x), RuntimeError, "linalg.pinv(Float{[3]}): expected a tensor with 2 or more dimensions"),
    ("pinv", dict(input=whole), RuntimeError, "linalg.pinv(Long{[2, 2]}): expected a tensor with 2 or more"),
    ("pinv", dict(input=_matrix, hermitian=True), RuntimeError, "linalg.eigh: A must be batches of square matrices"),
    ("matrix_rank", dict(input=_x), RuntimeError, "torch.linalg.matrix_rank: The input tensor input must have at"),
    ("matrix_rank", dict(input=whole), RuntimeError, "This function doesn't handle types other than float and double"),
    ("cond", dict(input=_x), RuntimeError, "linalg.cond: The input tensor must have at least 2 dimensions."),
    ("cond", dict(input=_matrix, p=1), RuntimeError, "linalg.cond(ord=1): A must be batches of square matrices"),
    ("cond", dict(input=square, p=3), RuntimeError, "linalg.cond got an invalid norm type: 3"),
    ("lstsq", dict(input=_x, b=_x), RuntimeError, "torch.linalg.lstsq: input must have at least 2 dimensions."),
    ("lstsq", dict(input=tall, b=f(2, 1)), RuntimeError, "torch.linalg.lstsq: input.size(-2) should match other.size("),
    ("lstsq", dict(input=tall, b=_double), RuntimeError, "torch.linalg.lstsq: Expected input and other to have the"),
    ("lstsq", dict(input=tall, b=f(5, 1), driver="x"), RuntimeError, "torch.linalg.lstsq: parameter `driver` should"),
]


def _quiet(function):
    """Return a function of PyTorch's without the warning that it, or a default of it, is deprecated."""

    def call(**arguments):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(**arguments)

    return call


def _of_linalg(name):
    return lambda torch: getattr(torch.linalg, name)


NO_GRADIENT = {"matrix_rank"}
TORCH_NAME = {
    # In torch itself other functions have these names.
    **{name: _of_linalg(name) for name in ("cholesky", "cond", "eigh", "lstsq", "matrix_rank", "qr", "solve", "svd")},
    "linalg_cross": _of_linalg("cross"),
    "cross": lambda torch: _quiet(torch.cross),
    "einsum": lambda torch: lambda operands, equation: torch.einsum(equation, *operands),
    "chain_matmul": lambda torch: _quiet(lambda matrices: torch.chain_matmul(*matrices)),
}

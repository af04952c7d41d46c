"""Ops that put tensors together."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import a, f, i

FLOATS = [f(2, 3), f(2, 3, seed=1)]
MIXED = [i(1, 2), a(0.5, 1.5).astype(np.float16), np.array([True, False])]
VECTORS = [dict(tensors=[f(3), f(3, seed=1)]), dict(tensors=MIXED), dict(tensors=[np.float32(1.5), np.float32(2.5)])]
MATRICES = [dict(tensors=FLOATS), dict(tensors=[f(2, 3, 2), f(2, 3, 2, seed=1)])]
HALF = f(2).astype("float16")

SAMPLES = {
    "cat": [
        dict(tensors=FLOATS),
        dict(tensors=[f(2, 3), f(2, 1), f(2, 2)], dim=-1),
        dict(tensors=MIXED),
        dict(tensors=[f(0), f(2, 3), f(0, 3)]),
        dict(tensors=[np.zeros(0), f(2, 3)], dim=1),
        dict(tensors=[f(0), f(0)], dim=4),
        dict(tensors=[f(2)]),
        dict(tensors=[f(2).astype("float16"), f(2).astype("bfloat16")]),
        dict(tensors=[f(2), np.array([1 + 2j], np.complex64)]),
    ],
    "stack": [
        dict(tensors=FLOATS),
        *(dict(tensors=FLOATS, dim=dim) for dim in (1, 2, -1, -2)),
        dict(tensors=MIXED),
        dict(tensors=[np.float64(1.5), np.float32(2.5), np.float32(0.5)]),
    ],
    "hstack": [*MATRICES, *VECTORS, dict(tensors=[np.float32(0.5), f(2)])],
    "vstack": [*MATRICES, *VECTORS, dict(tensors=[f(3), f(2, 3)])],
    "dstack": [*MATRICES, *VECTORS],
    "column_stack": [*MATRICES, *VECTORS, dict(tensors=[f(2), f(2, 2)])],
    "block_diag": [
        dict(tensors=[f(2, 3), f(3), f(1, 1)[0, 0]]),
        dict(tensors=[i([1, 2]), a(0.5)]),
        dict(tensors=[np.array([[True]]), np.array([True, False])]),
        dict(tensors=[np.float64(1.5), f(1, 1)]),
        dict(tensors=[i(), i([1, 2])]),  # PyTorch's gradient of such floats is wrong
    ],
    "meshgrid": [
        dict(tensors=[f(2), f(3)], indexing="ij"),
        dict(tensors=[f(2), f(3), f(4)], indexing="xy"),
        dict(tensors=[i(1, 2), np.int64(3)], indexing="xy"),
        dict(tensors=[f(2)], indexing="xy"),
    ],
    "cartesian_prod": [dict(tensors=[f(2), f(3)]), dict(tensors=[i(1, 2), i(3), i(4, 5)]), dict(tensors=[f(2)])],
}

ERRORS = [
    ("cat", dict(tensors=[]), ValueError, "torch.cat(): expected a non-empty list of Tensors"),
    ("cat", dict(tensors=[f(2, 3), f(2, 4)]), RuntimeError, "Sizes of tensors must match except in dimension 0."),
    (
        "cat",
        dict(tensors=[f(2, 3), f(3, 3)], dim=1),
        RuntimeError,
        "Sizes of tensors must match except in dimension 1.",
    ),
    ("cat", dict(tensors=[f(2, 3), f(0), f(3)]), RuntimeError, "Tensors must have same number of dimensions: got 2"),
    ("cat", dict(tensors=[f(2), np.float32(1)]), RuntimeError, "zero-dimensional tensor (at position 1) cannot be"),
    ("cat", dict(tensors=[f(2)], dim=1), IndexError, "Dimension out of range"),
    ("stack", dict(tensors=[]), RuntimeError, "stack expects a non-empty TensorList"),
    ("stack", dict(tensors=[f(4, 2), f(5, 2)]), RuntimeError, "stack expects each tensor to be equal size, but got [4"),
    ("stack", dict(tensors=[f(2)], dim=2), IndexError, "Dimension out of range (expected to be in range of [-2, 1]"),
    *(
        (name, dict(tensors=[]), RuntimeError, f"{name} expects a non-empty TensorList")
        for name in ("hstack", "vstack", "dstack", "column_stack")
    ),
    *(
        (name, dict(tensors=[f(2, 3), f(4, 5)]), RuntimeError, "Sizes of tensors must match except in dimension")
        for name in ("hstack", "vstack", "dstack", "column_stack")
    ),
    ("hstack", dict(tensors=[f(2), f(2, 2)]), RuntimeError, "Tensors must have same number of dimensions: got 1 and 2"),
    ("block_diag", dict(tensors=[f(1), f(1, 1, 1)]), RuntimeError, "torch.block_diag: Input tensors must have 2 or"),
    ("meshgrid", dict(tensors=[f(2)], indexing="yx"), RuntimeError, "torch.meshgrid: indexing must be one of"),
    ("meshgrid", dict(tensors=[f(2), i(1)], indexing="ij"), RuntimeError, "meshgrid expects all tensors to have the"),
    ("cartesian_prod", dict(tensors=[f(2, 2)]), RuntimeError, "Expect a 1D vector, but got shape [2, 2]"),
]

TORCH_NAME = {
    "block_diag": lambda torch: lambda tensors: torch.block_diag(*tensors),
    "meshgrid": lambda torch: lambda tensors, indexing: torch.meshgrid(*tensors, indexing=indexing),
    "cartesian_prod": lambda torch: lambda tensors: torch.cartesian_prod(*tensors),
}

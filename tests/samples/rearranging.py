"""Ops that reorder, repeat, pad and convert values."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import a, f, i, inf, nan

BOOLS = np.array([[True, False], [True, True]])
SCALAR = np.float32(1.5)
MATRICES = [
    dict(input=f(3, 4)),
    *(dict(input=f(2, 3, 4), diagonal=k) for k in (-5, -1, 1, 4)),
    dict(input=BOOLS),
    dict(input=i([1, 2], [3, 4])),
    dict(input=a([inf, nan], [nan, inf])),
    dict(input=f(0, 3)),
]
VALUES = [dict(input=f(2, 3)), dict(input=i(1, 2)), dict(input=BOOLS), dict(input=SCALAR), dict(input=f(0, 3))]


def padded(mode):
    """Return rows of a mode that pads the last one, two or three dimensions."""
    return [
        *(dict(input=f(2, 4), pad=pad, mode=mode) for pad in ((2, 3), (-1, 2), (2, -1), (-1, -2), (0, 0))),
        dict(input=f(1, 2, 3), pad=(1, 2), mode=mode),
        dict(input=f(2, 3, 4), pad=(-2, 1, 1, -1), mode=mode),
        dict(input=f(1, 2, 3, 4), pad=(1, 2, 2, 0), mode=mode),
        dict(input=f(2, 2, 3, 4), pad=(1, 0, 0, 2, 1, 1), mode=mode),
        dict(input=f(1, 1, 2, 2, 3), pad=(1, 2, 0, 1, 1, 1), mode=mode),
        dict(input=i([1, 2, 3]), pad=(1, 1), mode=mode),
        dict(input=f(2, 3).astype("bfloat16"), pad=(1, 1), mode=mode),
        dict(input=f(0, 2, 3), pad=(1, 1), mode=mode),
    ]


SAMPLES = {
    "clone": VALUES,
    "to_dtype": [
        dict(input=f(2, 3), dtype="float64"),
        dict(input=f(2, 3), dtype="float16"),
        dict(input=f(2, 3), dtype="bfloat16"),
        *(dict(input=a(-3.7, 3.7, -0.5), dtype=dtype) for dtype in ("int64", "int32", "int16", "int8")),
        dict(input=a(300.5, -1.5, 255), dtype="uint8"),
        dict(input=i(300, -1), dtype="uint8"),
        dict(input=a(0, 0.5, nan), dtype="bool"),
        dict(input=i(0, 3), dtype="float32"),
        dict(input=np.array([True, False]), dtype="int64"),
        dict(input=np.array([0, 2j], np.complex64), dtype="bool"),
        dict(input=f(3), dtype="complex64"),
    ],
    "flip": [*(row | dict(dims=(0,)) for row in VALUES), dict(input=f(2, 3), dims=(0, -1)), dict(input=f(2), dims=())],
    "fliplr": [dict(input=f(2, 3)), dict(input=BOOLS), dict(input=f(2, 3, 2))],
    "flipud": [dict(input=f(2, 3)), dict(input=i(1, 2, 3))],
    "roll": [
        dict(input=f(2, 3), shifts=1),
        dict(input=f(2, 3), shifts=(1, -5), dims=(0, 1)),
        dict(input=f(2, 3), shifts=(1, 1), dims=(-1, 1)),
        dict(input=i(1, 2, 3), shifts=-1, dims=0),
        dict(input=SCALAR, shifts=2),
        dict(input=f(0, 2), shifts=1, dims=0),
    ],
    "rot90": [
        *(dict(input=f(2, 3), k=k) for k in (1, 2, 3, 4, -1)),
        dict(input=f(2, 3, 4), k=1, dims=(-1, 0)),
        dict(input=BOOLS),
    ],
    "repeat": [
        dict(input=f(2, 3), repeats=(2, 3)),
        dict(input=f(2), repeats=(2, 1, 3)),
        dict(input=SCALAR, repeats=(2, 2)),
        dict(input=BOOLS, repeats=(1, 0)),
    ],
    "tile": [
        dict(input=f(2, 3), dims=(2,)),
        dict(input=f(2, 3), dims=(2, 1, 2)),
        dict(input=i(1, 2), dims=()),
        dict(input=SCALAR, dims=(2,)),
    ],
    "repeat_interleave": [
        dict(input=f(2, 3), repeats=2),
        dict(input=f(2, 3), repeats=3, dim=-1),
        dict(input=f(2, 3), repeats=2, dim=0, output_size=4),
        dict(input=i(1, 2), repeats=0),
        dict(input=SCALAR, repeats=2),
    ],
    "tril": MATRICES,
    "triu": MATRICES,
    "diag": [
        *(dict(input=f(3), diagonal=k) for k in (0, 2, -1)),
        *(dict(input=f(3, 4), diagonal=k) for k in (0, 2, -1, 5, -5)),
        dict(input=BOOLS),
        dict(input=f(0), diagonal=1),
    ],
    "diag_embed": [
        dict(input=f(2, 3)),
        dict(input=f(2, 3), offset=1, dim1=0, dim2=2),
        dict(input=f(2, 3), offset=-2, dim1=2, dim2=0),
        dict(input=i(1, 2)),
        dict(input=np.array([True, True])),
    ],
    "diagflat": [dict(input=f(2, 2)), dict(input=SCALAR, offset=2), dict(input=i(1, 2), offset=-1)],
    "vander": [
        dict(x=f(3)),
        *(dict(x=f(4), N=n, increasing=True) for n in (0, 1, 2, 5)),
        dict(x=i(2, -3), N=4),
        dict(x=np.array([True, False])),
        dict(x=a(0, 1, 2), N=3),
    ],
    "one_hot": [
        dict(input=i(0, 2, 1), num_classes=4),
        dict(input=i([0, 2], [1, 1]), num_classes=3),
        dict(input=np.int64(1), num_classes=2),
        dict(input=np.zeros(0, np.int64), num_classes=3),
    ],
    "pad": [
        dict(input=f(2, 3), pad=(1, 2)),
        dict(input=f(2, 3), pad=(1, 2, 0, 1), value=-inf),
        dict(input=f(2, 3), pad=(-1, 2, 1, -2), value=1.5),
        dict(input=f(4), pad=(-3, 4), value=9.0),
        dict(input=f(4), pad=(-4, 0)),
        dict(input=i(1, 2), pad=(1, 1), value=2.7),
        dict(input=np.array([True, False]), pad=(1, 1), value=2.0),
        dict(input=f(2, 0), pad=(1, 2), value=1),
        dict(input=SCALAR, pad=()),
        *padded("reflect"),
        *padded("replicate"),
        *padded("circular"),
        dict(input=f(2, 3), pad=(5, 4), mode="replicate"),
        dict(input=f(1, 0, 3), pad=(1, 1), mode="circular"),
        dict(input=BOOLS, pad=(1, 1), mode="circular"),
    ],
}

_x = f(2, 3)

ERRORS = [
    ("flip", dict(input=_x, dims=(0, -2)), RuntimeError, "dim 0 appears multiple times in the list of dims"),
    ("flip", dict(input=_x, dims=(2,)), IndexError, "Dimension out of range (expected to be in range of [-2, 1]"),
    ("fliplr", dict(input=f(3)), RuntimeError, "Input must be >= 2-d."),
    ("flipud", dict(input=SCALAR), RuntimeError, "Input must be >= 1-d."),
    ("roll", dict(input=_x, shifts=(1, 2)), RuntimeError, "shifts and dimensions must align. shifts: 2, dims:0"),
    ("roll", dict(input=_x, shifts=(1, 2), dims=(0,)), RuntimeError, "shifts and dimensions must align. shifts: 2"),
    ("roll", dict(input=_x, shifts=(), dims=()), RuntimeError, "`shifts` required"),
    ("roll", dict(input=_x, shifts=1, dims=5), IndexError, "Dimension out of range"),
    ("roll", dict(input=SCALAR, shifts=1, dims=0), IndexError, "Dimension specified as 0 but tensor has no dimensions"),
    ("rot90", dict(input=_x, dims=(0,)), RuntimeError, "expected total rotation dims == 2, but got dims = 1"),
    ("rot90", dict(input=f(3)), RuntimeError, "expected total dims >= 2, but got total dims = 1"),
    ("rot90", dict(input=_x, dims=(0, -2)), RuntimeError, "expected rotation dims to be different, but got dim0 = 0"),
    ("rot90", dict(input=_x, dims=(0, 5)), IndexError, "Dimension out of range"),
    ("repeat", dict(input=_x, repeats=(2,)), RuntimeError, "Number of dimensions of repeat dims can not be smaller"),
    ("repeat", dict(input=_x, repeats=(2, -1)), RuntimeError, "Trying to create tensor with negative dimension -3"),
    ("repeat_interleave", dict(input=_x, repeats=-2), RuntimeError, "Repeats must be non-negative"),
    ("repeat_interleave", dict(input=_x, repeats=2, dim=4), IndexError, "Dimension out of range"),
    (
        "repeat_interleave",
        dict(input=_x, repeats=2, dim=0, output_size=5),
        RuntimeError,
        "repeat_interleave: Invalid output_size, expected 4 but got 5",
    ),
    *(
        (name, dict(input=f(3)), RuntimeError, f"{name}: input tensor must have at least 2 dimensions")
        for name in ("tril", "triu")
    ),
    ("diag", dict(input=f(2, 2, 2)), RuntimeError, "diag(): Supports 1D or 2D tensors. Got 3D"),
    ("diag", dict(input=SCALAR), RuntimeError, "diag(): Supports 1D or 2D tensors. Got 0D"),
    ("diag_embed", dict(input=_x, dim1=0, dim2=0), RuntimeError, "diagonal dimensions cannot be identical 0, 0"),
    ("diag_embed", dict(input=f(2), dim1=-1, dim2=1), RuntimeError, "diagonal dimensions cannot be identical -1, 1"),
    ("diag_embed", dict(input=_x, dim2=5), IndexError, "Dimension out of range (expected to be in range of [-3, 2]"),
    ("diag_embed", dict(input=SCALAR), IndexError, "Dimension out of range (expected to be in range of [-1, 0]"),
    ("vander", dict(x=_x), RuntimeError, "x must be a one-dimensional tensor."),
    ("vander", dict(x=f(2), N=-1), RuntimeError, "N must be non-negative."),
    ("one_hot", dict(input=a(1), num_classes=2), RuntimeError, "one_hot is only applicable to index tensor of type"),
    ("one_hot", dict(input=i(1, 2), num_classes=2), RuntimeError, "Class values must be smaller than num_classes."),
    ("one_hot", dict(input=i(-1), num_classes=2), RuntimeError, "Class values must be non-negative."),
    ("one_hot", dict(input=np.zeros(0, np.int64)), RuntimeError, "Can not infer total number of classes from empty"),
    ("pad", dict(input=_x, pad=(1,)), RuntimeError, "Padding length must be divisible by 2"),
    ("pad", dict(input=_x, pad=(1,) * 6), RuntimeError, "Padding length should be less than or equal to two times"),
    ("pad", dict(input=_x, pad=(1, -4)), RuntimeError, "narrow(): length must be non-negative."),
    ("pad", dict(input=i(1), pad=(1, 1), value=inf), RuntimeError, "value cannot be converted to type int64_t without"),
    ("pad", dict(input=_x, pad=(1, 1), mode="mirror"), NotImplementedError, "Unrecognised padding mode mirror"),
    (
        "pad",
        dict(input=_x, pad=(1, 1), mode="reflect", value=1.0),
        RuntimeError,
        'Padding mode "reflect" doesn\'t take',
    ),
    *(
        ("pad", dict(input=x, pad=pad, mode=mode), NotImplementedError, f"Padding size {len(pad)} is not supported for")
        for mode in ("reflect", "replicate", "circular")
        for x, pad in ((f(3), (1, 1)), (f(1, 1, 1, 3), (1, 1)), (f(1, 1, 1, 3), ()))
    ),
    ("pad", dict(input=_x, pad=(3, 2), mode="reflect"), RuntimeError, "Argument #4: Padding size should be less than"),
    (
        "pad",
        dict(input=f(1, 2, 3, 4), pad=(1, 1, 3, 5), mode="reflect"),
        RuntimeError,
        "Argument #6: Padding size should be less than the corresponding input dimension, but got: padding (3, 5)",
    ),
    *(
        ("pad", dict(input=x, pad=pad, mode=mode), RuntimeError, message)
        for mode in ("reflect", "replicate")
        for x, pad, message in (
            (f(1, 0, 3), (1, 1), "Expected 2D or 3D (batch mode) tensor"),
            (f(1, 3, 0), (1, 1, 1, 1), "Expected 3D or 4D (batch mode) tensor"),
            (_x, (-2, -2), "input (W: 3) is too small. Calculated output W: -1"),
        )
    ),
    ("pad", dict(input=BOOLS, pad=(1, 1), mode="reflect"), NotImplementedError, '"reflection_pad1d" not implemented'),
    (
        "pad",
        dict(input=BOOLS[None], pad=(1, 1, 1, 1), mode="replicate"),
        NotImplementedError,
        '"replication_pad2d" not implemented',
    ),
    ("pad", dict(input=_x, pad=(4, 0), mode="circular"), RuntimeError, "Padding value causes wrapping around more"),
    ("pad", dict(input=_x, pad=(-2, -2), mode="circular"), RuntimeError, "Negative padding value is resulting in an"),
]

NO_GRADIENT = {"one_hot", "vander"}  # PyTorch's vander fails in backward
TORCH_NAME = {
    "to_dtype": lambda torch: lambda input, dtype: input.to(getattr(torch, dtype)),
    "repeat": lambda torch: lambda input, repeats: input.repeat(repeats),
}

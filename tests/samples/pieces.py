"""Parts replaced, runs reduced, members found; and the parts of numbers."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import warnings

import numpy as np

from samples.values import a, f, i, inf, nan

X, CUBE = f(3, 4), f(2, 3, 4)
RUNS = i(1, 0, 2)
half = f(3, 4).astype(np.float16)

SAMPLES: dict[str, list[dict]] = {
    "select_scatter": [
        dict(input=X, src=f(4), dim=0, index=1),
        dict(input=CUBE, src=f(2, 3), dim=-1, index=-1),
    ],
    "slice_scatter": [
        dict(input=X, src=f(2, 4), dim=0, start=1),
        dict(input=X, src=f(3, 2), dim=1, start=-3, end=None, step=2),
        dict(input=X, src=f(0, 4), start=2, end=1),
        dict(input=X, src=f(3, 4).astype(np.float64)),
    ],
    "diagonal_scatter": [
        dict(input=X, src=f(3)),
        dict(input=CUBE, src=f(3, 2), offset=1, dim1=0, dim2=-1),
        dict(input=X, src=f(2), offset=-1),
    ],
    "as_strided_scatter": [
        dict(input=X, src=f(2, 2), size=(2, 2), stride=(4, 1), storage_offset=1),
        dict(input=X, src=f(3), size=(3,), stride=(5,)),
    ],
    "isin": [
        dict(elements=i([1, 2], [3, 4]), test_elements=i(2, 4, 9)),
        dict(elements=a(1.0, nan, 2.5), test_elements=a(nan, 2.5), invert=True),
        dict(elements=i(1, 2), test_elements=2),
        dict(elements=1, test_elements=i(1, 2)),
        dict(elements=i(1, 2), test_elements=a([1.0], [2.5])),
        dict(elements=i(1, 2), test_elements=np.zeros(0, np.int64)),
    ],
    "unravel_index": [
        dict(indices=i(0, 5, 11), shape=(3, 4)),
        dict(indices=i([7], [2]), shape=(2, 2, 3)),
        dict(indices=i(3), shape=6),
    ],
    "nonzero_static": [
        dict(input=i([0, 1], [2, 0]), size=3),
        dict(input=a(0.0, 1.0, 2.0), size=1),
        dict(input=np.array([True, False]), size=2, fill_value=7),
        dict(input=np.float32(2), size=2),
    ],
    "frexp": [
        dict(input=a(1.5, -7.0, 0.3)),
        dict(input=half),
        dict(input=a(1e-37, 3e38, -1e-3)),
    ],
    "renorm": [
        dict(input=X, p=2, dim=0, maxnorm=1.0),
        dict(input=CUBE, p=1, dim=1, maxnorm=2),
        dict(input=X, p=3.0, dim=-1, maxnorm=0.5),
        dict(input=X, p=inf, dim=0, maxnorm=0.5),
        dict(input=half, p=2, dim=0, maxnorm=1),
    ],
    "index_reduce": [
        *(
            dict(input=X, dim=0, index=i(2, 0, 2), source=f(3, 4, seed=1), reduce=reduce, include_self=own)
            for reduce in ("prod", "mean", "amax", "amin")
            for own in (True, False)
        ),
        dict(input=X, dim=-1, index=i(3, 1), source=f(3, 2, seed=1), reduce="amax"),
        dict(input=i([1, 2], [3, 4]), dim=1, index=i(0, 0), source=i([5, 6], [7, 9]), reduce="mean"),
    ],
    "segment_reduce": [
        *(dict(data=f(3), reduce=reduce, lengths=i(1, 2)) for reduce in ("sum", "mean", "max", "min", "prod")),
        *(dict(data=f(3, 2), reduce=reduce, lengths=RUNS, initial=1.5) for reduce in ("sum", "mean", "max", "min")),
        dict(data=f(3, 2), reduce="prod", lengths=RUNS),
        dict(data=f(3, 2), reduce="sum", offsets=i(0, 1, 1, 3)),
        dict(data=f(2, 3), reduce="max", lengths=i([1, 2], [3, 0]), axis=1),
    ],
}

KINKS: list[tuple[str, dict]] = [
    ("frexp", dict(input=a(0.0, -0.0, inf, nan))),
    ("renorm", dict(input=a([0, 0], [3, 4]), p=2, dim=0, maxnorm=1)),
    *(("segment_reduce", dict(data=f(3), reduce=reduce, lengths=RUNS)) for reduce in ("mean", "max", "min")),
]

ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    ("select_scatter", dict(input=X, src=X, dim=0, index=0), RuntimeError, "expected src to have a size equal to"),
    (
        "select_scatter",
        dict(input=X, src=f(4), dim=0, index=3),
        IndexError,
        "select(): index 3 out of range for tensor",
    ),
    ("slice_scatter", dict(input=X, src=X, start=1), RuntimeError, "expected src to have a size equal to the slice"),
    ("slice_scatter", dict(input=X, src=X, step=0), RuntimeError, "slice step must be positive"),
    ("diagonal_scatter", dict(input=X, src=X), RuntimeError, "expected src to have a size equal to the slice of self."),
    ("diagonal_scatter", dict(input=X, src=f(3), dim2=0), RuntimeError, "diagonal dimensions cannot be identical 0, 0"),
    ("as_strided_scatter", dict(input=X, src=X, size=(2,), stride=(1,)), RuntimeError, "expected src to have a size"),
    ("isin", dict(elements=np.array([True]), test_elements=np.array([True])), RuntimeError, "Unsupported input type"),
    ("unravel_index", dict(indices=a(1.0), shape=(2,)), TypeError, "expected 'indices' to be integer dtype, but got"),
    ("unravel_index", dict(indices=i(1), shape=(2, -3)), ValueError, "'shape' cannot have negative values, but got ("),
    ("nonzero_static", dict(input=X, size=-1), RuntimeError, "nonzero_static: 'size' must be an non-negative integer"),
    ("frexp", dict(input=i(1)), RuntimeError, "torch.frexp() only supports floating-point dtypes"),
    ("renorm", dict(input=X, p=0, dim=0, maxnorm=1), RuntimeError, "renorm: non-positive-norm not supported"),
    ("renorm", dict(input=X, p=2, dim=0, maxnorm=-1), RuntimeError, "renorm: expected maxnorm to be >= 0 but got -1"),
    ("renorm", dict(input=f(3), p=2, dim=0, maxnorm=1), RuntimeError, "renorm: input needs at least 2 dimensions, got"),
    (
        "index_reduce",
        dict(input=X, dim=0, index=i(0), source=X, reduce="prod"),
        RuntimeError,
        "index_reduce_(): Number",
    ),
    (
        "index_reduce",
        dict(input=X, dim=0, index=i(0), source=X, reduce="sum"),
        RuntimeError,
        "index_reduce(): Expected",
    ),
    ("segment_reduce", dict(data=X, reduce="sum"), RuntimeError, "segment_reduce(): Either lengths or offsets must be"),
    (
        "segment_reduce",
        dict(data=X, reduce="x", lengths=i(3)),
        RuntimeError,
        "reduce argument must be either sum, prod,",
    ),
    (
        "segment_reduce",
        dict(data=X, reduce="sum", lengths=i(3), axis=1),
        RuntimeError,
        "segment_reduce(): Expected axis",
    ),
    ("segment_reduce", dict(data=i(3), reduce="sum", lengths=i(1)), NotImplementedError, '"_segment_reduce_cpu" not'),
]

CONSTANT = {"as_strided_scatter": ("input",)}  # PyTorch's derivative is wrong
NO_GRADIENT = {"isin", "unravel_index", "nonzero_static"}


def _index_reduce(torch):
    def call(input, dim, index, source, reduce, include_self=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it is in beta
            return torch.index_reduce(input, dim, index, source, reduce, include_self=include_self)

    return call


def _isin(torch):
    return lambda elements, test_elements, **settings: torch.isin(elements, test_elements, **settings)


TORCH_NAME = {"index_reduce": _index_reduce, "isin": _isin}

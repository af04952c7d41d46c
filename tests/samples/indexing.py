"""Ops that read and write at indices and masks."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import warnings

import numpy as np

from samples.values import a, f, i, inf, nan

X = f(2, 3)
ROWS = i([0, 1, 0])
MASK = np.array([True, False, True])
SCALAR = np.float32(1.5)
HALF = f(3).astype("bfloat16")
TWICE = dict(input=f(4), dim=0, index=i(1, 1, 3), src=f(3, seed=1))
WHOLE = dict(input=i(5, -7, 3), dim=0, index=i(0, 1, 1), src=i(-4, 2, 3))
SCATTER = [
    dict(input=f(3, 4), dim=0, index=i([0, 2, 1], [1, 0, 2]), src=f(2, 3, seed=1)),
    dict(input=f(2, 3), dim=-1, index=i([0, 2]), src=f(1, 2)),
    dict(input=i([1, 2, 3], [4, 5, 6]), dim=-1, index=i([0, 2]), src=i([7, 8, 9], [7, 8, 9])),
    dict(input=f(2, 3, 2), dim=1, index=i([[2, 0]], [[1, 1]]).astype(np.int32), src=f(2, 1, 2)),
    dict(input=SCALAR, dim=0, index=i(0), src=f(1)),
    dict(input=f(3), dim=0, index=np.int64(1), src=SCALAR),
    dict(input=f(3), dim=0, index=i(), src=f(0)),
    dict(input=HALF, dim=0, index=i(2, 0), src=HALF[:2]),
]

SAMPLES = {
    "index_select": [
        dict(input=X, dim=0, index=i(1, 0, 1)),
        dict(input=X, dim=-1, index=i(2, 2).astype(np.int32)),
        dict(input=f(2, 3, 2), dim=1, index=np.int64(1)),
        dict(input=SCALAR, dim=0, index=i(0)),
        dict(input=np.array([True, False]), dim=0, index=i(1, 0)),
        dict(input=i(4, 5, 6), dim=0, index=i()),
        dict(input=HALF, dim=0, index=i(2, 0)),
    ],
    "gather": [
        dict(input=X, dim=0, index=ROWS),
        dict(input=X, dim=1, index=i([2, 0, 1, 0], [1, 1, 2, 2])),
        dict(input=f(3, 4, 2), dim=-2, index=i([[1, 0], [3, 3]])),
        dict(input=i(4, 5), dim=0, index=i(1, 1, 0).astype(np.int32)),
        dict(input=SCALAR, dim=0, index=i(0, 0)),
        dict(input=f(3), dim=0, index=np.int64(2)),
        dict(input=X, dim=1, index=i()),
        dict(input=MASK, dim=0, index=i(0, 1)),
    ],
    "take": [
        dict(input=X, index=i([0, -1], [5, -6])),
        dict(input=i(4, 5), index=np.int64(1)),
        dict(input=SCALAR, index=i(0, -1)),
        dict(input=f(0, 2), index=i()),
    ],
    "take_along_dim": [
        dict(input=X, indices=i([2, 1], [0, 0]), dim=1),
        dict(input=X, indices=i([1]), dim=0),
        dict(input=f(1, 3), indices=i([0], [-1]), dim=1),
        dict(input=X, indices=i([5, 0], [1, 2])),
        dict(input=X, indices=i([9], [-5]), dim=1),
    ],
    "index": [
        dict(tensors=[X, i(1, -1, 0)], spec=(1,)),
        dict(tensors=[X, i(1, -1, 0)], spec=(None, 1)),
        dict(tensors=[X, i([1], [0]), i(2, -3)], spec=(1, 2)),
        dict(tensors=[f(2, 3, 4), i(1, 0), i(2, 0)], spec=(1, None, 2)),
        dict(tensors=[f(2, 3, 4, 2), i([1, 0]), i([2], [3])], spec=(None, 1, 2)),
        dict(tensors=[f(2, 3, 4, 2), i([1, 0]), i([1], [0])], spec=(1, None, None, 2)),
        dict(tensors=[f(2, 3, 4), i(2, 0), i(1)], spec=(2, None, 1)),
        dict(tensors=[f(2, 3), np.int64(-1)], spec=(None, 1)),
        dict(tensors=[i(4, 5, 6), i()], spec=(1,)),
        dict(tensors=[MASK, i(0, 1).astype(np.uint8)], spec=(1,)),
        dict(tensors=[X], spec=()),
    ],
    "embedding": [
        dict(input=i(1, 0, 1), weight=f(3, 2)),
        dict(input=i([1, 2], [0, 1]), weight=f(3, 2), padding_idx=1),
        dict(input=i([1, 2], [0, 1]), weight=f(3, 2), padding_idx=-1),
        dict(input=i(1, 0, 1, 1, 2), weight=f(3, 2), scale_grad_by_freq=True, padding_idx=2),
        dict(input=np.int64(1), weight=f(3, 2)),
        dict(input=i(1).astype(np.int32), weight=i([1, 2], [3, 4])),
    ],
    "scatter": [
        *SCATTER,
        *(dict(input=X, dim=0, index=i([1, 0]), value=value) for value in (2.5, 3)),
        dict(input=i(1, 2), dim=0, index=i(1), value=1.7),
        dict(input=np.array([True, False]), dim=0, index=i(0, 1), value=2),
        WHOLE,
    ],
    "scatter_add": [*SCATTER, TWICE, WHOLE, dict(input=MASK, dim=0, index=i(1, 1), src=MASK)],
    "scatter_reduce": [
        *(row | dict(reduce="sum") for row in SCATTER),
        *(
            row | dict(reduce=reduce, include_self=include_self)
            for row in (SCATTER[1], TWICE, WHOLE)
            for reduce in ("sum", "prod", "mean", "amax", "amin")
            for include_self in (True, False)
        ),
        *(
            dict(input=MASK, dim=0, index=i(1, 1), src=MASK, reduce=reduce, include_self=False)
            for reduce in ("sum", "prod", "amax", "amin")
        ),
    ],
    "index_add": [
        dict(input=X, dim=0, index=i(0, 1, 0), source=f(3, 3)),
        dict(input=X, dim=-1, index=i(2).astype(np.int32), source=f(2, 1), alpha=-0.5),
        dict(input=i(1, 2, 3), dim=0, index=i(0, 0), source=i(5, 7), alpha=2.7),
        dict(input=SCALAR, dim=0, index=np.int64(0), source=np.float32(2.0)),
        dict(input=X, dim=0, index=np.int64(1), source=f(1, 3)),
        dict(input=MASK, dim=0, index=i(1), source=np.array([True])),
        dict(input=HALF, dim=0, index=i(1), source=HALF[:1], alpha=2),
    ],
    "index_copy": [
        dict(input=X, dim=0, index=i(1), source=f(1, 3)),
        dict(input=f(2, 3, 2), dim=1, index=i(2, 0), source=f(2, 2, 2)),
        dict(input=SCALAR, dim=0, index=i(0), source=f(1)),
        dict(input=SCALAR, dim=0, index=i(0), source=np.float32(2.5)),
        dict(input=f(3), dim=0, index=i(1), source=np.float32(2.5)),
        dict(input=i(1, 2, 3), dim=0, index=i(2, 0), source=i(5, 7)),
    ],
    "index_fill": [
        dict(input=X, dim=0, index=i(1), value=np.float32(0.5)),
        dict(input=X, dim=1, index=i(0, -1), value=2),
        dict(input=X, dim=0, index=np.int64(1), value=-inf),
        dict(input=i(1, 2), dim=0, index=i(1), value=1.7),
        dict(input=i(1, 2), dim=0, index=i(1), value=np.int64(7)),
        dict(input=SCALAR, dim=0, index=i(0), value=2.0),
        dict(input=X, dim=0, index=i(), value=2.0),
    ],
    "masked_fill": [
        dict(input=X, mask=MASK, value=np.float32(0.5)),
        dict(input=X, mask=MASK, value=2),
        dict(input=f(3), mask=np.array([[True], [False]]), value=-inf),
        dict(input=i(1, 2, 3), mask=MASK, value=-1.7),
        dict(input=i(1, 2, 3), mask=MASK, value=np.int64(7)),
        dict(input=MASK, mask=MASK, value=2),
        dict(input=SCALAR, mask=MASK, value=2.0),
        dict(input=X, mask=np.bool_(True), value=np.float64(0.5)),
        dict(input=HALF, mask=MASK, value=0.1),
        dict(input=f(2).astype(np.complex64), mask=np.array([True, False]), value=1j),
    ],
    "masked_scatter": [
        dict(input=X, mask=MASK, source=f(5)),
        dict(input=f(3), mask=np.array([[True], [False]]), source=f(2, 2)),
        dict(input=i(1, 2, 3), mask=MASK, source=i(5, 6)),
        dict(input=SCALAR, mask=MASK, source=f(2)),
        dict(input=f(3), mask=~(MASK | True), source=f(0)),
    ],
    "index_put": [
        dict(tensors=[X, f(3), i(1)], spec=(1,)),
        dict(tensors=[X, f(2, 1), i(1, -3)], spec=(None, 1)),
        dict(tensors=[f(2, 3, 4), f(3), i(1, 0), i(2, 0)], spec=(1, None, 2)),
        dict(tensors=[f(2, 3, 4), f(2, 2), i(1, 0), i(2, 0)], spec=(None, 1, 2)),
        dict(tensors=[X, SCALAR, i([0, 0], [1, 0]), i(2, 2)], spec=(1, 2), accumulate=True),
        dict(tensors=[i(1, 2, 3), i(4, 5), i(0, 0)], spec=(1,), accumulate=True),
        dict(tensors=[X, SCALAR, i()], spec=(1,)),
        dict(tensors=[MASK, np.array(True), i(1)], spec=(1,)),
    ],
    "put": [
        dict(input=X, index=i(0, -1), source=f(2)),
        dict(input=X, index=i([0, 5]), source=f(2, 1)),
        dict(input=X, index=i(1, 1, -5), source=f(3), accumulate=True),
        dict(input=SCALAR, index=i(0), source=f(1)),
        dict(input=i(1, 2), index=i(-1), source=i(7)),
    ],
    "searchsorted": [
        *(dict(sorted_sequence=a(1, 2, 2, 3), input=a([2, 0], [9, 2.5]), right=right) for right in (False, True)),
        dict(sorted_sequence=a(1, 2, 2, 3), input=a(2), side="right", out_int32=True),
        dict(sorted_sequence=a([1, 2, 3], [4, 5, 6]), input=a([3, 1], [4.5, 9])),
        dict(sorted_sequence=i(1, 2, 3), input=2.5),
        dict(sorted_sequence=i(1, 2, 3), input=a(1.5, 3)),
        dict(sorted_sequence=a(3, 1, 2), input=a(2, 2.5), sorter=i(1, 2, 0)),
        dict(sorted_sequence=a([5, 4, 3, 2], [1, 9, 2, 7]), input=a([1, 3], [4, 8])),
        dict(sorted_sequence=a(1, nan, nan), input=a(nan, 0, 3)),
        dict(sorted_sequence=f(0), input=a(1)),
        dict(sorted_sequence=f(3), input=f(0)),
    ],
    "bucketize": [
        dict(input=a([1, 0.5], [7, 2]), boundaries=a(1, 2, 3)),
        dict(input=i(1, 3), boundaries=a(1, 2, 3), right=True, out_int32=True),
        dict(input=2.5, boundaries=i(1, 2, 3)),
    ],
}

KINKS = [
    *(("scatter", row) for row in (TWICE,)),
    ("index_copy", dict(input=f(3), dim=0, index=i(0, 0), source=f(2))),
    ("put", dict(input=f(3), index=i(0, 0), source=f(2))),
    *(
        ("scatter_reduce", dict(input=start, dim=0, index=i(0, 0), src=src, reduce=reduce, include_self=include_self))
        for start, src in ((a(0, 2, 3), a(0, 0)), (a(0, 2, 3), a(0, 4)), (a(1, 2, 3), a(1, 1)), (a(5, 0, 3), a(0, 4)))
        for reduce in ("prod", "amax", "amin")
        for include_self in (True, False)
    ),
    *(
        ("scatter_reduce", dict(input=a(0, 2, 3), dim=0, index=i(0, 0), src=a(nan, 4), reduce=reduce))
        for reduce in ("sum", "mean", "amax", "amin")
    ),
    *(
        ("scatter", dict(input=x, dim=0, index=i(0, 0)) | values | dict(reduce=reduce))
        for reduce in ("add", "multiply")
        for x, values in ((i(2, 3), dict(src=i(5, 7))), (i(2, 3), dict(value=2.7)), (MASK, dict(src=MASK[:2])))
    ),
]

_index = i([1, 0])
_one = f(1, 3)

ERRORS = [
    ("index_select", dict(input=X, dim=0, index=i([1])), IndexError, "index_select(): Index is supposed to be a"),
    ("index_select", dict(input=X, dim=0, index=a(1)), RuntimeError, "index_select(): Expected dtype int32 or int64"),
    ("index_select", dict(input=X, dim=4, index=i(1)), IndexError, "Dimension out of range"),
    ("index_select", dict(input=SCALAR, dim=0, index=i(0, 0)), RuntimeError, "index_select(): Index to scalar can"),
    ("index_select", dict(input=X, dim=0, index=i(5)), IndexError, "index out of range in self"),
    ("index_select", dict(input=f(3), dim=0, index=i(-1)), IndexError, "index out of range in self"),
    ("index_select", dict(input=X, dim=1, index=i(0, 5)), RuntimeError, "INDICES element is out of DATA bounds, id=5"),
    ("gather", dict(input=X, dim=0, index=i(0)), RuntimeError, "Index tensor must have the same number of dimensions"),
    ("gather", dict(input=X, dim=1, index=i([0], [0], [0])), RuntimeError, "Size does not match at dimension 0"),
    ("gather", dict(input=X, dim=1, index=a([0])), RuntimeError, "gather(): Expected dtype int32/int64 for index"),
    ("gather", dict(input=X, dim=3, index=i([0])), IndexError, "Dimension out of range"),
    ("gather", dict(input=X, dim=1, index=i([0, 3])), RuntimeError, "index 3 is out of bounds for dimension 1"),
    ("gather", dict(input=X, dim=1, index=i([-1])), RuntimeError, "index -1 is out of bounds for dimension 1"),
    ("take", dict(input=X, index=a(0)), RuntimeError, "take(): Expected a long tensor for index, but got Float"),
    ("take", dict(input=f(0), index=i(0)), IndexError, "take(): tried to take from an empty tensor"),
    ("take", dict(input=X, index=i(6)), IndexError, "out of range: tried to access index 6 on a tensor of 6 elements."),
    ("take", dict(input=X, index=i(-7)), IndexError, "out of range: tried to access index -7 on a tensor of 6"),
    ("take_along_dim", dict(input=X, indices=i(0), dim=0), RuntimeError, "torch.take_along_dim(): input and indices"),
    ("take_along_dim", dict(input=X, indices=a([0]), dim=0), RuntimeError, "torch.take_along_dim(): dtype of indices"),
    ("take_along_dim", dict(input=X, indices=i(-1)), RuntimeError, "index -1 is out of bounds for dimension 0"),
    (
        "take_along_dim",
        dict(input=X, indices=i([0], [0], [0]), dim=1),
        RuntimeError,
        "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0",
    ),
    ("index", dict(tensors=[X, i(5)], spec=(1,)), IndexError, "index 5 is out of bounds for dimension 0 with size 2"),
    ("index", dict(tensors=[X, i(-4)], spec=(None, 1)), IndexError, "index -4 is out of bounds for dimension 0"),
    ("index", dict(tensors=[X, a(1)], spec=(1,)), IndexError, "tensors used as indices must be long, int, byte or"),
    ("index", dict(tensors=[X, i(0), i(0), i(0)], spec=(1, 2, 3)), IndexError, "too many indices for tensor of"),
    (
        "index",
        dict(tensors=[X, i(0, 1), i(0, 1, 2)], spec=(1, 2)),
        IndexError,
        "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]",
    ),
    ("embedding", dict(input=i(5), weight=f(3, 2)), IndexError, "index out of range in self"),
    ("embedding", dict(input=i(-1), weight=f(3, 2)), IndexError, "index out of range in self"),
    ("embedding", dict(input=i(0), weight=f(3)), RuntimeError, "'weight' must be 2-D"),
    ("embedding", dict(input=a(0), weight=f(3, 2)), RuntimeError, "Expected tensor for argument #1 'indices' to have"),
    ("embedding", dict(input=i(0), weight=f(3, 2), padding_idx=3), AssertionError, "Padding_idx must be within"),
    *(
        (name, dict(input=X, dim=dim, index=index, src=src) | more, error, message)
        for name, more in (("scatter", {}), ("scatter_add", {}), ("scatter_reduce", dict(reduce="sum")))
        for dim, index, src, error, message in (
            (0, a([1, 0]), X, RuntimeError, "scatter(): Expected dtype int32/int64 for index"),
            (0, _index, X.astype(np.float64), RuntimeError, "scatter(): Expected self.dtype to be equal to src.dtype"),
            (0, i(0), X, RuntimeError, "Index tensor must have the same number of dimensions as self tensor"),
            (0, i([0, 0, 0, 0]), f(1, 4), RuntimeError, "Expected index [1, 4] to be no larger than self [2, 3] apart"),
            (0, i([0], [0], [0]), X, RuntimeError, "Expected index [3, 1] to be no larger than self [2, 3] apart"),
            (3, _index, X, IndexError, "Dimension out of range"),
            (0, i([1, 2]), X, RuntimeError, "index 2 is out of bounds for dimension 0 with size 2"),
            (1, i([1, -1]), X, RuntimeError, "index -1 is out of bounds for dimension 1 with size 3"),
        )
    ),
    ("scatter", dict(input=X, dim=0, index=_index, src=SCALAR), RuntimeError, "Index tensor must have the same number"),
    ("scatter", dict(input=X, dim=0, index=_index, value=1j), RuntimeError, "value cannot be converted to type float"),
    ("scatter", dict(input=X, dim=0, index=i([0, 0, 0, 0]), value=1.0), RuntimeError, "Expected index [1, 4] to be no"),
    (
        "scatter",
        dict(input=i(1), dim=0, index=i(0), src=i(1), reduce="sum"),
        RuntimeError,
        "reduce argument must be either add or multiply.",
    ),
    (
        "scatter_reduce",
        dict(input=X, dim=0, index=_index, src=X, reduce="add"),
        RuntimeError,
        "reduce argument must be either sum, prod, mean, amax or amin, got add",
    ),
    (
        "scatter_reduce",
        dict(input=MASK, dim=0, index=i(0), src=MASK, reduce="mean"),
        NotImplementedError,
        '"scatter_gather_tensor_cpu_reduce_mean" not implemented for',
    ),
    *(
        ("index_add", dict(input=X, dim=dim, index=index, source=source), error, message)
        for dim, index, source, error, message in (
            (0, _index, _one, IndexError, "index_add_(): Index is supposed to be a vector, but got dim: 2"),
            (0, a(0), _one, RuntimeError, "index_add_(): Expected dtype int32/int64 for index but got: Float"),
            (0, i(0), _one.astype(np.float64), RuntimeError, "index_add_(): self (Float) and source (Double)"),
            (0, i(0), X, RuntimeError, "index_add_(): Number of indices (1) should be equal to source.size(dim): (2)"),
            (0, i(0), f(1, 4), RuntimeError, "source tensor shape must match self tensor shape, excluding"),
            (0, i(0), f(1), RuntimeError, "source tensor shape must match self tensor shape, excluding"),
            (5, i(0), _one, IndexError, "Dimension out of range"),
            (0, i(2), _one, RuntimeError, "index 2 is out of bounds for dimension 0 with size 2"),
            (0, i(-1), _one, RuntimeError, "index -1 is out of bounds for dimension 0 with size 2"),
        )
    ),
    ("index_add", dict(input=f(3), dim=0, index=i(3), source=f(1)), IndexError, "index out of range in self"),
    *(
        ("index_copy", dict(input=X, dim=0, index=index, source=source), error, message)
        for index, source, error, message in (
            (_index, _one, IndexError, "index_copy_(): Index should have dimension 1 or 0 (got 2)"),
            (a(0), _one, RuntimeError, "index_copy_(): Expected a long tensor for index, but got Float"),
            (i(0), _one.astype(np.float64), RuntimeError, "index_copy_(): self and source expected to have the same"),
            (i(0), X, IndexError, "index_copy_(): Number of indices (1) should be equal to source.size(dim) (2)"),
            (i(0), f(1, 4), RuntimeError, "index_copy_(): Source/destination tensor must have same slice shapes."),
            (i(0), f(3), IndexError, "index_copy_(): When source and destination are not scalars"),
            (i(0), SCALAR, RuntimeError, "index_copy_(): Source/destination tensor must have same slice shapes."),
            (i(2), _one, IndexError, "index_copy_(): index 2 is out of bounds for dimension 0 with size 2"),
            (i(-1), _one, IndexError, "index_copy_(): index -1 is out of bounds for dimension 0 with size 2"),
        )
    ),
    ("index_copy", dict(input=f(3), dim=0, index=i(0, 1), source=SCALAR), IndexError, "index_copy_(): When source is"),
    ("index_fill", dict(input=X, dim=0, index=i(0), value=f(1)), RuntimeError, "index_fill_ only supports a 0-dim"),
    ("index_fill", dict(input=X, dim=0, index=a(0), value=1.0), IndexError, "index_fill_(): Expected dtype int64 for"),
    ("index_fill", dict(input=X, dim=0, index=_index, value=1.0), RuntimeError, "Index has to be a vector/scalar"),
    ("index_fill", dict(input=X, dim=0, index=i(0), value=1j), RuntimeError, "index_fill_(): Converting complex"),
    ("index_fill", dict(input=X, dim=5, index=i(0), value=1.0), IndexError, "Dimension out of range"),
    ("index_fill", dict(input=X, dim=0, index=i(2), value=1.0), IndexError, "index 2 is out of bounds for dimension 0"),
    ("index_fill", dict(input=X, dim=1, index=i(-4), value=1.0), IndexError, "index -4 is out of bounds for dimension"),
    ("masked_fill", dict(input=X, mask=MASK, value=f(1)), RuntimeError, "masked_fill_ only supports a 0-dimensional"),
    ("masked_fill", dict(input=X, mask=i(1, 0, 1), value=1.0), RuntimeError, "masked_fill_ only supports boolean"),
    ("masked_fill", dict(input=X, mask=MASK[:2], value=1.0), RuntimeError, "The size of tensor a (2) must match"),
    ("masked_fill", dict(input=X, mask=MASK, value=1j), RuntimeError, "value cannot be converted to type float"),
    ("masked_fill", dict(input=i(1), mask=MASK[:1], value=1j), RuntimeError, "value cannot be converted to type int64"),
    ("masked_scatter", dict(input=X, mask=MASK, source=f(3)), RuntimeError, "Number of elements of source < number of"),
    ("masked_scatter", dict(input=X, mask=MASK, source=i(1)), RuntimeError, "masked_scatter: expected self and source"),
    ("masked_scatter", dict(input=X, mask=i(1, 0, 1), source=X), RuntimeError, "masked_scatter_ only supports boolean"),
    ("index_put", dict(tensors=[X, f(3), i(2)], spec=(1,)), IndexError, "index 2 is out of bounds for dimension 0"),
    ("index_put", dict(tensors=[X, i(1), i(0)], spec=(1,)), RuntimeError, "Index put requires the source and"),
    ("index_put", dict(tensors=[X, f(4), i(0)], spec=(1,)), RuntimeError, "shape mismatch: value tensor of shape [4]"),
    ("index_put", dict(tensors=[X, f(2, 1, 3), i(0)], spec=(1,)), RuntimeError, "shape mismatch: value tensor of"),
    ("put", dict(input=X, index=a(0), source=f(1)), RuntimeError, "put_(): Expected a long tensor for index, but got"),
    ("put", dict(input=X, index=i(0), source=i(1)), RuntimeError, "put_(): self and source expected to have the same"),
    ("put", dict(input=X, index=i(0), source=f(2)), IndexError, "put_(): Expected source and index to have the same"),
    ("put", dict(input=f(0), index=i(0), source=f(1)), IndexError, "put_(): Tried to put elements into an"),
    ("put", dict(input=X, index=i(6), source=f(1)), IndexError, "out of range: tried to access index 6 on a tensor of"),
    *(
        (
            "searchsorted",
            dict(sorted_sequence=sequence, input=values) | more,
            RuntimeError,
            "torch.searchsorted(): " + text,
        )
        for sequence, values, more, text in (
            (f(3), f(3), dict(side="x"), "side can only be 'left' or 'right' but got x"),
            (f(3), f(3), dict(side="left", right=True), "side and right can't be set to opposites"),
            (f(2, 3), f(3, 2), {}, "boundaries tensor should be 1 dimension or the first N-1 dimensions"),
            (f(2, 3), f(3), {}, "boundaries tensor should be 1 dimension or the first N-1 dimensions"),
            (f(2, 3), 1.0, {}, "input value can be a scalar only when boundaries tensor dimension is 1"),
            (SCALAR, f(3), {}, "boundaries tensor should have positive dimension, but got 0 dimension"),
            (f(3), f(3), dict(sorter=i(2, 1)), "boundary and sorter must have the same size"),
            (f(3), f(3), dict(sorter=i(2, 1, 0).astype(np.int32)), "sorter must be a tensor of long dtype"),
            (f(3), f(3), dict(sorter=i(2, 1, 5)), "sorter index out of range"),
        )
    ),
    ("searchsorted", dict(sorted_sequence=MASK, input=MASK), NotImplementedError, '"searchsorted_out_cpu" not'),
    ("bucketize", dict(input=X, boundaries=X), RuntimeError, "boundaries tensor must be 1 dimension, but got dim(2)"),
]


def _key(torch, spec, indices):
    """Return what stands between the brackets for a `spec`."""
    return tuple(slice(None) if each is None else _wide(torch, indices[each - 1]) for each in spec)


def _wide(torch, each):
    return each.long() if each.dtype is torch.uint8 else each  # which would be a mask


def _put(torch):
    def index_put(tensors, spec, accumulate=False):
        input, values, *indices = tensors
        if accumulate:
            return input.index_put(_key(torch, spec, indices), values, accumulate)
        result = input.clone()
        result[_key(torch, spec, indices)] = values
        return result

    return index_put


def _scatter(torch):
    def scatter(**arguments):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that `reduce` is going to be removed
            return torch.scatter(**arguments)

    return scatter


NO_GRADIENT = {"searchsorted", "bucketize", "index", "index_put"}
TORCH_NAME = {
    "searchsorted": lambda torch: (
        lambda sorted_sequence, input, **settings: torch.searchsorted(sorted_sequence, input, **settings)
    ),
    "bucketize": lambda torch: lambda input, boundaries, **settings: torch.bucketize(input, boundaries, **settings),
    "index": lambda torch: lambda tensors, spec: tensors[0][_key(torch, spec, tensors[1:])].clone(),
    "index_put": _put,
    "scatter": _scatter,
}

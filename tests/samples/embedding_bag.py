"""Rows of a table in bags."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import f, i

W = f(5, 3)
ROWS = i([0, 1], [3, 3], [4, 0])
FLAT, OFFSETS = i(0, 1, 3, 3, 4), i(0, 2, 2)
HALF = f(5, 3).astype(np.float16)

SAMPLES: dict[str, list[dict]] = {
    "embedding_bag": [
        *(dict(input=ROWS, weight=W, mode=mode) for mode in ("mean", "sum", "max")),
        *(dict(input=FLAT, weight=W, offsets=OFFSETS, mode=mode) for mode in ("mean", "sum", "max")),
        *(dict(input=FLAT, weight=W, offsets=OFFSETS, mode=mode, padding_idx=-2) for mode in ("mean", "sum", "max")),
        dict(input=FLAT, weight=W, offsets=i(0, 2, 5), mode="sum", include_last_offset=True),
        dict(input=FLAT, weight=W, offsets=OFFSETS, mode="sum", per_sample_weights=f(5, seed=1)),
        dict(input=ROWS, weight=W, mode="sum", per_sample_weights=f(3, 2, seed=1), padding_idx=0),
        *(dict(input=ROWS, weight=W, mode=mode, scale_grad_by_freq=True) for mode in ("mean", "sum")),
        dict(input=FLAT.astype(np.int32), weight=W.astype(np.float64), offsets=OFFSETS.astype(np.int32)),
        dict(input=ROWS, weight=HALF),
        dict(input=ROWS, weight=HALF, mode="sum"),
        dict(input=FLAT[:0], weight=W, offsets=OFFSETS[:1]),
        dict(input=FLAT[:0], weight=W, offsets=OFFSETS[:1], mode="max"),
    ],
    "embedding_renorm": [
        dict(weight=W, input=ROWS, max_norm=1.0),
        dict(weight=W, input=FLAT, max_norm=2.0, norm_type=1.0),
        dict(weight=W.astype(np.float64), input=i(2), max_norm=0.3, norm_type=3.0),
    ],
}

KINKS: list[tuple[str, dict]] = [
    ("embedding_bag", dict(input=i([1, 2, 0]), weight=np.zeros((3, 2), np.float32), mode="max")),
]

_bags = dict(input=FLAT, weight=W, offsets=OFFSETS)
ERRORS: list[tuple] = [
    ("embedding_bag", dict(input=FLAT, weight=W), ValueError, "offsets has to be a 1D Tensor but got None"),
    ("embedding_bag", _bags | dict(offsets=OFFSETS[None]), ValueError, "offsets has to be a 1D Tensor"),
    ("embedding_bag", dict(input=ROWS, weight=W, offsets=OFFSETS), ValueError, "if input is 2D, then offsets has to"),
    ("embedding_bag", dict(input=ROWS[None], weight=W), ValueError, "input has to be 1D or 2D Tensor, but got Tensor"),
    ("embedding_bag", _bags | dict(weight=W[0]), ValueError, "weight has to be a 2D Tensor, but got Tensor of dim"),
    ("embedding_bag", _bags | dict(mode="min"), ValueError, "mode has to be one of sum, mean or max"),
    ("embedding_bag", _bags | dict(mode="max", scale_grad_by_freq=True), ValueError, "max mode does not support scal"),
    ("embedding_bag", _bags | dict(mode="max", sparse=True), ValueError, "max mode does not support sparse weights"),
    ("embedding_bag", _bags | dict(per_sample_weights=f(5)), NotImplementedError, "embedding_bag: per_sample_weights"),
    ("embedding_bag", _bags | dict(per_sample_weights=f(4), mode="sum"), ValueError, "embedding_bag: If per_sample_w"),
    (
        "embedding_bag",
        _bags | dict(per_sample_weights=np.ones(5), mode="sum"),
        RuntimeError,
        "Expected tensor for argument #1 'weight' to have the same type",
    ),
    ("embedding_bag", _bags | dict(input=f(5)), RuntimeError, "Expected tensor for argument #1 'indices' to have one"),
    ("embedding_bag", _bags | dict(weight=i([1, 2], [3, 4])), RuntimeError, "Expected tensor for argument #1 'weight'"),
    ("embedding_bag", _bags | dict(padding_idx=5), RuntimeError, "padding_idx must be within the number of embeddings"),
]

NO_GRADIENT = {"embedding_renorm"}


def _renormed(torch):
    def function(weight, input, max_norm, norm_type=2.0):
        return torch.embedding_renorm_(weight.clone(), input, max_norm, norm_type)

    return function


TORCH_NAME = {"embedding_renorm": _renormed}

"""Activations, losses, convolution, pooling, products, statistics, order."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import a, dist, f, i, inf, labels, nan, p

ELEMENTWISE = [dict(input=f(3, 4)), dict(input=a(-100, 100, -15, 30)), dict(input=np.float32(0.3))]
REDUCTIONS = [dict(reduction=reduction) for reduction in ("mean", "sum", "none")]
PAIRS = [dict(input=f(3, 4), target=f(3, 4, seed=1)) | setting for setting in REDUCTIONS]
AXES = [
    dict(input=f(2, 3, 4)),
    dict(input=f(2, 3, 4), dim=-2),
    dict(input=f(2, 3, 4), dim=(0, -1), keepdim=True),
    dict(input=np.float32(1.5), dim=0),
]
AXIS = [dict(input=f(2, 3, 4)), dict(input=f(2, 3, 4), dim=-2), dict(input=f(2, 3), dim=1, keepdim=True)]
WHOLE_NUMBERS = [dict(input=labels(9, 2, 3)), dict(input=np.array([True, False, True]))]
EMPTY = np.zeros((0, 3), np.float32)

SAMPLES: dict[str, list[dict]] = {
    # activations
    "relu": [*ELEMENTWISE, dict(input=i(-1, 0, 2))],
    "leaky_relu": [*ELEMENTWISE, dict(input=f(3, 4), negative_slope=0.3), dict(input=f(4), negative_slope=-1.0)],
    "sigmoid": [*ELEMENTWISE, dict(input=i(-1, 0, 2)), dict(input=np.linspace(-100, 100, 10, dtype=np.float32))],
    "tanh": [*ELEMENTWISE, dict(input=i(-1, 0, 2))],
    "softplus": [*ELEMENTWISE, dict(input=f(3, 4), beta=2.0, threshold=3.0)],
    "selu": ELEMENTWISE,
    "elu": [*ELEMENTWISE, dict(input=f(3, 4), alpha=0.5)],
    "gelu": [*ELEMENTWISE, dict(input=f(3, 4), approximate="tanh")],
    "silu": ELEMENTWISE,
    "logsigmoid": ELEMENTWISE,
    "softmax": [
        *(dict(input=f(2, 3, 4), dim=dim) for dim in (0, 1, 2, -1)),
        dict(input=a(1010, 100, 999), dim=0),
        dict(input=np.float32(2.0), dim=0),
    ],
    "log_softmax": [
        *(dict(input=f(2, 3, 4), dim=dim) for dim in (0, 1, -1)),
        dict(input=a(1010, 100, 999), dim=0),
        dict(input=np.float32(2.0), dim=-1),
    ],
    "sign": [*ELEMENTWISE, dict(input=i(-3, 0, 2)), dict(input=np.array([True, False]))],
    "heaviside": [dict(input=f(3, 4), values=f(4)), dict(input=i(-1, 0, 2), values=i(7))],
    # losses
    "mse_loss": [*PAIRS, dict(input=f(3), target=i(0, 1, 2))],
    "l1_loss": [*PAIRS, dict(input=f(3), target=i(0, 1, 2)), dict(input=i(1, 5), target=i(2, 2), reduction="sum")],
    "smooth_l1_loss": [*PAIRS, PAIRS[0] | dict(beta=0.5), PAIRS[0] | dict(beta=0)],
    "huber_loss": [*PAIRS, PAIRS[0] | dict(delta=0.5)],
    "binary_cross_entropy": [
        *(dict(input=p(3, 4), target=p(3, 4, seed=1)) | setting for setting in REDUCTIONS),
        *(dict(input=p(3, 4), target=p(3, 4, seed=1), weight=p(4)) | setting for setting in REDUCTIONS),
    ],
    "binary_cross_entropy_with_logits": [
        *(dict(input=f(3, 4), target=p(3, 4, seed=1)) | setting for setting in REDUCTIONS),
        *(dict(input=f(3, 4), target=p(3, 4), weight=p(4), pos_weight=f(4) + 3) | setting for setting in REDUCTIONS),
        dict(input=a(-200, 200, -200, 200), target=a(0, 0, 1, 1), reduction="none"),
    ],
    "nll_loss": [
        *(dict(input=f(5, 3), target=labels(3, 5)) | setting for setting in REDUCTIONS),
        *(dict(input=f(5, 3), target=labels(3, 5), weight=p(3), ignore_index=1) | setting for setting in REDUCTIONS),
        *(dict(input=f(2, 3, 4), target=labels(3, 2, 4), weight=p(3)) | setting for setting in REDUCTIONS),
        dict(input=f(2, 3, 2, 2), target=labels(3, 2, 2, 2), reduction="none"),
        dict(input=f(2, 3, 2, 2, 2), target=labels(3, 2, 2, 2, 2)),
        dict(input=f(3), target=np.int64(2), reduction="none"),
        dict(input=f(4, 3), target=np.array([0, 2, 1, 1], np.uint8)),
        dict(input=f(2, 3), target=i(-100, -100), reduction="sum"),
    ],
    "cross_entropy": [
        *(dict(input=f(5, 3), target=labels(3, 5)) | setting for setting in REDUCTIONS),
        *(dict(input=f(5, 3), target=dist(5, 3)) | setting for setting in REDUCTIONS),
        *(
            dict(input=f(5, 3), target=labels(3, 5), weight=p(3), ignore_index=2, label_smoothing=0.1) | setting
            for setting in REDUCTIONS
        ),
        *(
            dict(input=f(2, 3, 4), target=dist(2, 3, 4), weight=p(3), label_smoothing=0.1) | setting
            for setting in REDUCTIONS
        ),
        dict(input=f(2, 3, 4), target=labels(3, 2, 4), label_smoothing=0.3, ignore_index=0),
        dict(input=f(3), target=np.int64(2)),
        dict(input=f(3), target=dist(3)),
        dict(input=a([1000, 0], [0, 1000]), target=i(1, 1), reduction="none"),
    ],
    "kl_div": [
        *(dict(input=np.log(dist(3, 4)), target=dist(3, 4, seed=1), reduction=r) for r in ("batchmean", "sum", "none")),
        dict(input=np.log(dist(3, 4)), target=np.log(dist(3, 4, seed=1)), reduction="batchmean", log_target=True),
    ],
    # products
    "linear": [
        dict(input=f(4, 3), weight=f(2, 3), bias=f(2)),
        dict(input=f(2, 4, 3), weight=f(2, 3), bias=f(1)),
        dict(input=f(4, 3), weight=f(2, 3), bias=f(4, 2)),
        dict(input=f(3), weight=f(2, 3)),
        dict(input=f(4, 3), weight=f(3)),
        dict(input=i(1, 2, 3), weight=i([1, 2, 3], [4, 5, 6])),
        dict(input=EMPTY, weight=f(2, 3), bias=f(2)),
    ],
    "mm": [dict(input=f(2, 3), mat2=f(3, 4)), dict(input=i([1, 2]), mat2=i([3], [4]))],
    "mv": [dict(input=f(2, 3), vec=f(3)), dict(input=i([1, 2]), vec=i(3, 4))],
    "dot": [dict(input=f(3), tensor=f(3, seed=1)), dict(input=i(1, 2), tensor=i(3, 4))],
    "matmul": [
        dict(input=f(*left), other=f(*right, seed=1))
        for left, right in [
            [(3,), (3,)],
            [(2, 3), (3,)],
            [(3,), (3, 2)],
            [(2, 3), (3, 4)],
            [(5, 2, 3), (3, 4)],
            [(5, 2, 3), (3,)],
            [(3,), (5, 3, 2)],
            [(2, 3), (5, 3, 4)],
            [(5, 2, 3), (5, 3, 4)],
            [(6, 1, 2, 3), (5, 3, 4)],
        ]
    ],
    # statistics
    "sum": [*AXES, *WHOLE_NUMBERS, dict(input=f(2, 3), dim=()), dict(input=EMPTY, dim=0)],
    "mean": [*AXES, dict(input=EMPTY)],
    "prod": [*AXIS, *WHOLE_NUMBERS],
    "var": [*AXES[:3], dict(input=f(2, 3), dim=1, correction=0)],
    "std": [*AXES[:3], dict(input=f(2, 3), dim=1, correction=0)],
    "median": [*AXIS, dict(input=f(4)), dict(input=labels(9, 7)), dict(input=np.float32(2.0), dim=0)],
    "norm": [
        *AXES[:3],
        *(dict(input=f(3, 4), p=order) for order in (0, 1, 2, 3, 0.5, -1, inf, -inf, "fro")),
        dict(input=f(3, 4), p=1, dim=1, keepdim=True),
        dict(input=f(3, 4), p="nuc"),
    ],
    "max": [*AXIS, *WHOLE_NUMBERS, dict(input=f(2, 3), dim=0), dict(input=labels(9, 7), dim=0)],
    "min": [*AXIS, *WHOLE_NUMBERS, dict(input=f(2, 3), dim=0), dict(input=labels(9, 7), dim=0)],
    "argmax": [*AXIS, dict(input=i(1, 5, 2)), dict(input=f(2, 3), keepdim=True), dict(input=np.float32(1), dim=0)],
    "argmin": [*AXIS, dict(input=i(3, 1, 2)), dict(input=f(2, 3), keepdim=True), dict(input=np.float32(1), dim=0)],
    "topk": [
        dict(input=f(3, 5), k=2),
        dict(input=f(5, 3), k=3, dim=0, largest=False),
        dict(input=i(4, 1, 3), k=2),
        dict(input=f(3), k=0),
        dict(input=np.float32(1), k=1),
    ],
    "kthvalue": [
        dict(input=np.arange(8, dtype=np.float32).reshape(2, 4), k=3),
        dict(input=f(3, 5), k=2, dim=0, keepdim=True),
        dict(input=i(4, 1, 3), k=2),
    ],
    "quantile": [
        dict(input=f(3, 5), q=0.3),
        dict(input=f(3, 5), q=a(0.1, 0.5, 1.0), dim=1),
        dict(input=f(3, 5), q=a(0.1, 0.5), dim=0, keepdim=True),
        *(
            dict(input=f(4, 6), q=0.37, dim=1, interpolation=name)
            for name in ("lower", "higher", "midpoint", "nearest")
        ),
    ],
    "cumsum": [dict(input=f(2, 3), dim=0), dict(input=f(2, 3), dim=-1), *(row | dict(dim=0) for row in WHOLE_NUMBERS)],
    # convolution and pooling: their own test files go deeper
    "conv1d": [
        dict(input=f(2, 3, 8), weight=f(4, 3, 3), bias=f(4)),
        dict(input=f(2, 4, 8), weight=f(4, 2, 3), stride=2, padding=1, groups=2),
    ],
    "conv2d": [
        dict(input=f(2, 1, 6, 6), weight=f(3, 1, 3, 3), bias=f(3)),
        dict(input=f(3, 6, 5), weight=f(2, 3, 2, 3), stride=(2, 1), padding=(1, 0)),
        dict(input=f(1, 2, 7, 7), weight=f(2, 2, 3, 3), dilation=2, padding="same"),
    ],
    "conv3d": [dict(input=f(1, 2, 4, 4, 4), weight=f(2, 2, 2, 2, 2), bias=f(2), stride=2)],
    "max_pool1d": [dict(input=f(2, 3, 8), kernel_size=2), dict(input=f(3, 8), kernel_size=3, stride=2, padding=1)],
    "max_pool2d": [
        dict(input=f(2, 1, 4, 6), kernel_size=2),
        dict(input=f(1, 5, 5), kernel_size=3, stride=2, ceil_mode=True),
    ],
    "max_pool3d": [dict(input=f(1, 1, 4, 4, 4), kernel_size=2)],
    "avg_pool1d": [dict(input=f(2, 3, 8), kernel_size=2), dict(input=f(3, 8), kernel_size=3, stride=2, padding=1)],
    "avg_pool2d": [
        dict(input=f(2, 1, 4, 6), kernel_size=2),
        dict(input=f(1, 5, 5), kernel_size=3, padding=1, count_include_pad=False),
    ],
    "avg_pool3d": [dict(input=f(1, 1, 4, 4, 4), kernel_size=2)],
}

CORNERS = a(-1, 0, 1)
TIES = a([1, 1, 0, 1], [2, 0, 0, 2])
NANS = a([1, nan, 2], [3, 0, nan])

KINKS: list[tuple[str, dict]] = [
    *(
        (name, dict(input=CORNERS))
        for name in ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "sign", "softplus")
    ),
    ("leaky_relu", dict(input=a(0), negative_slope=-0.5)),
    ("elu", dict(input=a(0), alpha=2.0)),
    ("softplus", dict(input=a(10, 10.5), beta=2.0)),
    ("sign", dict(input=a(nan, 1))),
    ("heaviside", dict(input=a(-1, 0, nan, 2), values=a(0.5))),
    ("l1_loss", dict(input=CORNERS, target=a(0, 0, 0))),
    ("smooth_l1_loss", dict(input=CORNERS, target=a(0, 0, 0))),
    ("huber_loss", dict(input=CORNERS, target=a(0, 0, 0))),
    ("binary_cross_entropy", dict(input=a(0, 1, 0, 1), target=a(1, 0, 0, 1), reduction="none")),
    ("nll_loss", dict(input=a([-inf, 0], [-inf, -1]), target=i(1, 0), reduction="none")),
    ("nll_loss", dict(input=f(2, 3), target=i(-100, -100))),
    ("cross_entropy", dict(input=f(2, 3), target=i(-100, -100), label_smoothing=0.1)),
    ("kl_div", dict(input=a(0, -1, -1), target=a(0, 0.5, -1), reduction="none")),
    *((name, dict(input=TIES)) for name in ("max", "min", "median", "argmax", "argmin")),
    *((name, dict(input=TIES, dim=1)) for name in ("max", "min")),
    *((name, dict(input=TIES, dim=0)) for name in ("argmax", "argmin")),
    *((name, dict(input=NANS)) for name in ("max", "min", "median", "argmax", "argmin")),
    *((name, dict(input=NANS, dim=1)) for name in ("max", "min", "median", "argmax", "argmin")),
    ("topk", dict(input=NANS, k=2)),
    ("topk", dict(input=NANS, k=2, largest=False)),
    ("kthvalue", dict(input=NANS, k=3)),
    ("std", dict(input=a(1, 1))),
    *(("prod", dict(input=values)) for values in (a(0, 2, 3), a(0, 0, 3))),
    *(("norm", dict(input=np.zeros((2, 2), np.float32), p=order)) for order in (1, 2, 3, inf, 0.5, "fro")),
    ("norm", dict(input=a(2, -2, 1), p=inf)),
    *(("norm", dict(input=CORNERS, p=order)) for order in (0.5, 1, 1.5, -1)),
    ("median", dict(input=a(3, 1, 3, 3))),
    ("median", dict(input=a())),
    ("cross_entropy", dict(input=a([1000, -1000, 0]), target=i(0))),
]

_x, _y = f(3), f(4)
_logits = f(3, 4)

ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    ("relu", dict(input=np.array([True])), RuntimeError, "Boolean inputs"),
    *(
        (name, dict(input=i(1, 2)), NotImplementedError, '"')
        for name in ("leaky_relu", "softplus", "selu", "elu", "gelu", "silu", "logsigmoid")
    ),
    ("gelu", dict(input=_x, approximate="x"), RuntimeError, "approximate argument"),
    ("softmax", dict(input=i(1, 2), dim=0), NotImplementedError, '"softmax'),
    ("log_softmax", dict(input=i(1, 2), dim=0), NotImplementedError, '"log_softmax'),
    ("softmax", dict(input=_x, dim=5), IndexError, "Dimension out of range (expected to be in range of [-1, 0]"),
    ("heaviside", dict(input=_x, values=i(1)), RuntimeError, "heaviside is not yet"),
    ("heaviside", dict(input=_x, values=_y), RuntimeError, "The size of tensor a (3)"),
    *(
        (name, dict(input=_x, target=f(3, seed=1), reduction="avg"), ValueError, "avg is not a valid value")
        for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div")
    ),
    *(
        (name, dict(input=p(3), target=p(3), reduction="avg"), ValueError, "avg is not a valid value")
        for name in ("binary_cross_entropy", "binary_cross_entropy_with_logits")
    ),
    *(
        (name, dict(input=_logits, target=i(0, 1, 2), reduction="avg"), ValueError, "avg is not a valid value")
        for name in ("nll_loss", "cross_entropy")
    ),
    *(
        (name, dict(input=i(1), target=i(1)), NotImplementedError, '"')
        for name in ("mse_loss", "smooth_l1_loss", "huber_loss")
    ),
    ("l1_loss", dict(input=i(1), target=i(1)), RuntimeError, "mean(): could not infer output dtype."),
    ("huber_loss", dict(input=_x, target=_x, delta=0.0), RuntimeError, "huber_loss does not support"),
    ("smooth_l1_loss", dict(input=_x, target=_x, beta=-1.0), RuntimeError, "smooth_l1_loss does not support"),
    ("binary_cross_entropy", dict(input=p(3), target=p(3, 1)), ValueError, "Using a target size (torch.Size([3, 1]))"),
    ("binary_cross_entropy", dict(input=a(1.5), target=a(1)), RuntimeError, "all elements of input should be"),
    ("binary_cross_entropy", dict(input=a(nan), target=a(1)), RuntimeError, "all elements of input should be"),
    ("binary_cross_entropy", dict(input=a(0.5), target=a(2)), RuntimeError, "all elements of target should be"),
    ("binary_cross_entropy", dict(input=a(0.5), target=i(1)), RuntimeError, "Found dtype Long but expected Float"),
    ("binary_cross_entropy", dict(input=i(0), target=i(1)), NotImplementedError, '"binary_cross_entropy"'),
    (
        "binary_cross_entropy_with_logits",
        dict(input=_x, target=p(3, 1)),
        ValueError,
        "Target size (torch.Size([3, 1]))",
    ),
    ("binary_cross_entropy_with_logits", dict(input=a(0.5), target=i(1)), RuntimeError, "result type Float can't be"),
    ("binary_cross_entropy_with_logits", dict(input=i(1), target=i(1)), NotImplementedError, '"log_sigmoid_cpu"'),
    ("nll_loss", dict(input=_logits, target=_x), RuntimeError, "expected target dtype to be Long or Byte"),
    ("nll_loss", dict(input=_logits, target=i(0, 1, 4)), IndexError, "Target 4 is out of bounds."),
    ("nll_loss", dict(input=_logits, target=i(0, 1, -1)), IndexError, "Target -1 is out of bounds."),
    ("nll_loss", dict(input=_logits, target=i(0, 1)), ValueError, "Expected input batch_size (3) to match"),
    ("nll_loss", dict(input=_logits, target=i([0], [1], [2])), RuntimeError, "0D or 1D target tensor expected"),
    ("nll_loss", dict(input=_logits, target=i(0, 1, 2), weight=p(3)), RuntimeError, "weight tensor should be defined"),
    ("nll_loss", dict(input=labels(9, 3, 4), target=i(0, 1, 2)), NotImplementedError, '"nll_loss_out_frame"'),
    ("nll_loss", dict(input=_y, target=i(1, 2)), ValueError, "For 1D input, 1D target must have size 1"),
    ("nll_loss", dict(input=_y, target=np.int64(5)), IndexError, "Target 5 is out of bounds."),
    ("nll_loss", dict(input=np.float32(1), target=np.int64(0)), ValueError, "Expected 1 or more dimensions"),
    ("nll_loss", dict(input=f(3, 4, 2), target=i(0, 1, 2)), RuntimeError, "Expected target size [3, 2], got [3]"),
    ("nll_loss", dict(input=f(3, 4, 2), target=np.full((3, 2), 7)), IndexError, "Target 7 is out of bounds."),
    ("nll_loss", dict(input=f(3, 4, 2, 2), target=labels(4, 3, 3, 2)), RuntimeError, "size mismatch (got input:"),
    ("nll_loss", dict(input=f(3, 4, 2, 2), target=labels(4, 3, 2)), RuntimeError, "only batches of spatial targets"),
    ("cross_entropy", dict(input=_logits, target=_x), RuntimeError, "expected target dtype to be Long or Byte"),
    ("cross_entropy", dict(input=_logits, target=f(3, 5)), RuntimeError, "0D or 1D target tensor expected"),
    ("cross_entropy", dict(input=_logits, target=labels(4, 3, 4)), RuntimeError, "Expected floating point type for"),
    ("cross_entropy", dict(input=_logits, target=i(0, 1, 4)), IndexError, "Target 4 is out of bounds."),
    (
        "cross_entropy",
        dict(input=_logits, target=i(0, 1, 4), label_smoothing=0.1),
        IndexError,
        "Target 4 is out of bounds.",
    ),
    (
        "cross_entropy",
        dict(input=_logits, target=i(0, 1, 2), label_smoothing=1.5),
        RuntimeError,
        "label_smoothing must",
    ),
    ("cross_entropy", dict(input=_logits, target=dist(3, 4), ignore_index=0), RuntimeError, "ignore_index is not"),
    (
        "cross_entropy",
        dict(input=_logits, target=dist(3, 4), weight=p(3)),
        RuntimeError,
        "cross_entropy: weight tensor",
    ),
    ("kl_div", dict(input=i(1), target=i(1), reduction="sum"), RuntimeError, "kl_div: Integral inputs"),
    ("kl_div", dict(input=_x, target=_y, reduction="sum"), RuntimeError, "The size of tensor a ("),
    ("linear", dict(input=f(4, 3), weight=f(2, 5)), RuntimeError, "mat1 and mat2 shapes cannot be multiplied (4x3 and"),
    ("linear", dict(input=f(2, 4, 3), weight=f(2, 5)), RuntimeError, "mat1 and mat2 shapes cannot be multiplied (8x3"),
    ("linear", dict(input=f(3), weight=f(2, 5)), RuntimeError, "mat1 and mat2 shapes cannot be multiplied (1x3"),
    ("linear", dict(input=f(4, 2), weight=f(3)), RuntimeError, "size mismatch, got input (4), mat (4x2), vec (3)"),
    ("linear", dict(input=f(4, 3), weight=labels(9, 2, 3)), RuntimeError, "expected m1 and m2 to have the same dtype"),
    ("linear", dict(input=f(4, 3), weight=f(2, 3), bias=f(3)), RuntimeError, "The expanded size of the tensor (2)"),
    ("linear", dict(input=np.float32(1), weight=f(2, 3)), RuntimeError, "both arguments to linear need to be"),
    ("mm", dict(input=f(4, 3), mat2=f(2, 5)), RuntimeError, "mat1 and mat2 shapes cannot be multiplied (4x3 and 2x5)"),
    ("mm", dict(input=f(3), mat2=f(3, 5)), RuntimeError, "self must be a matrix"),
    ("mm", dict(input=f(3, 2), mat2=f(2)), RuntimeError, "mat2 must be a matrix"),
    ("mm", dict(input=f(2, 3), mat2=labels(9, 3, 2)), RuntimeError, "expected m1 and m2 to have the same dtype"),
    ("mv", dict(input=f(4, 3), vec=f(2)), RuntimeError, "size mismatch, got input (4), mat (4x3), vec (2)"),
    ("mv", dict(input=f(4), vec=f(2)), RuntimeError, "vector + matrix @ vector expected, got 1, 1, 1"),
    ("mv", dict(input=f(4, 3), vec=i(1, 2, 3)), RuntimeError, "addmv input tensors must have the same dtype"),
    ("dot", dict(input=f(2, 3), tensor=f(2, 3)), RuntimeError, "1D tensors expected, but got 2D and 2D tensors"),
    ("dot", dict(input=_x, tensor=_y), RuntimeError, "inconsistent tensor size, expected tensor [3] and src [4]"),
    ("dot", dict(input=_x, tensor=i(1, 2, 3)), RuntimeError, "dot : expected both vectors to have same dtype"),
    ("matmul", dict(input=f(4, 3), other=f(4)), RuntimeError, "size mismatch, got input (4), mat (4x3), vec (4)"),
    (
        "matmul",
        dict(input=f(4), other=f(3, 4)),
        RuntimeError,
        "mat1 and mat2 shapes cannot be multiplied (1x4 and 3x4)",
    ),
    ("matmul", dict(input=f(2, 4, 3), other=f(4, 3)), RuntimeError, "mat1 and mat2 shapes cannot be multiplied (8x3"),
    ("matmul", dict(input=f(2, 4, 3), other=f(2, 4, 3)), RuntimeError, "Expected size for first two dimensions of"),
    ("matmul", dict(input=f(2, 4, 3), other=f(3, 3, 4)), RuntimeError, "The size of tensor a (2) must match"),
    ("matmul", dict(input=np.float32(1), other=_x), RuntimeError, "both arguments to matmul need to be"),
    ("sum", dict(input=f(2, 3), dim=2), IndexError, "Dimension out of range (expected to be in range of [-2, 1]"),
    ("sum", dict(input=f(2, 3), dim=(0, -2)), RuntimeError, "dim 0 appears multiple times"),
    ("sum", dict(input=np.float32(1), dim=1), IndexError, "Dimension out of range (expected to be in range of [-1, 0]"),
    ("mean", dict(input=i(1, 2)), RuntimeError, "mean(): could not infer output dtype. Input dtype"),
    ("prod", dict(input=f(2, 3), dim=2), IndexError, "Dimension out of range"),
    ("var", dict(input=i(1, 2)), RuntimeError, "std and var only support"),
    ("std", dict(input=f(2, 3), dim=5), IndexError, "Dimension out of range"),
    ("median", dict(input=f(2, 3), dim=2), IndexError, "Dimension out of range"),
    ("median", dict(input=EMPTY, dim=0), IndexError, "median(): Expected reduction dim 0 to have non-zero size."),
    ("norm", dict(input=i(3, 4)), RuntimeError, "linalg.vector_norm: Expected a floating point"),
    ("max", dict(input=EMPTY), RuntimeError, "max(): Expected reduction dim to be specified for input.numel() == 0."),
    ("max", dict(input=EMPTY, dim=0), IndexError, "max(): Expected reduction dim 0 to have non-zero size."),
    ("min", dict(input=f(2, 3), dim=2), IndexError, "Dimension out of range"),
    ("argmax", dict(input=EMPTY), IndexError, "argmax(): Expected reduction dim to be specified"),
    ("argmax", dict(input=np.array([True])), RuntimeError, "argmax(): does not support bool input"),
    ("argmin", dict(input=EMPTY, dim=0), IndexError, "argmin(): Expected reduction dim 0"),
    ("topk", dict(input=_x, k=4), RuntimeError, "selected index k out of range"),
    ("topk", dict(input=_x, k=-1), RuntimeError, "selected index k out of range"),
    ("kthvalue", dict(input=_x, k=0), RuntimeError, "kthvalue(): selected number k out of range for dimension 0"),
    ("quantile", dict(input=_x, q=1.5), RuntimeError, "quantile() q must be in the range [0, 1] but got 1.5"),
    ("quantile", dict(input=_x, q=a(0.5, 1.5)), RuntimeError, "quantile() q values must be in the range [0, 1]"),
    ("quantile", dict(input=i(1), q=0.5), RuntimeError, "quantile() input tensor must be either float or double"),
    ("quantile", dict(input=_x, q=0.5, interpolation="x"), RuntimeError, "quantile() interpolation must be one of"),
    (
        "linear",
        dict(input=f(4, 3), weight=f(2, 3), bias=i(1, 2)),
        RuntimeError,
        "self and mat2 must have the same dtype",
    ),
    ("linear", dict(input=f(4, 3), weight=f(3), bias=f(1)), RuntimeError, "mat2 must be a matrix, got 1-D tensor"),
    ("linear", dict(input=f(4, 3), weight=f(2, 3, 4)), RuntimeError, "t() expects a tensor with <= 2 dimensions"),
    (
        "mm",
        dict(input=np.ones((2, 2), np.int16), mat2=np.ones((2, 2), np.uint8)),
        RuntimeError,
        "expected m1 and m2 to have the same dtype, but got: short int != unsigned char",
    ),
    ("mm", dict(input=np.array([[True]]), mat2=np.array([[True]])), NotImplementedError, '"addmm_impl_cpu_"'),
    ("mv", dict(input=f(4, 3), vec=f(3, 1)), RuntimeError, "vector + matrix @ vector expected, got 1, 2, 2"),
    ("matmul", dict(input=f(2, 4, 3), other=labels(9, 2, 3, 3)), RuntimeError, "expected scalar type Float but found"),
    ("matmul", dict(input=f(4), other=f(2, 3, 4)), RuntimeError, "Expected size for first two dimensions of batch2"),
    ("binary_cross_entropy", dict(input=p(3), target=p(3), weight=p(4)), RuntimeError, "Attempting to broadcast a dim"),
    (
        "binary_cross_entropy_with_logits",
        dict(input=f(2, 3), target=p(2, 3), pos_weight=p(2)),
        RuntimeError,
        "The size of tensor a (2) must match the size of tensor b (3)",
    ),
    (
        "binary_cross_entropy_with_logits",
        dict(input=f(2, 3), target=p(2, 3), weight=p(2)),
        RuntimeError,
        "The size of tensor a (3) must match the size of tensor b (2)",
    ),
    ("mean", dict(input=labels(9, 3).astype(np.uint8)), RuntimeError, "mean(): could not infer output dtype."),
    ("norm", dict(input=f(2, 2), p="x"), RuntimeError, "linalg.matrix_norm: Order x not supported."),
    ("norm", dict(input=f(2, 2), p="nuc", dim=0), RuntimeError, "linalg.matrix_norm: dim must be a 2-tuple."),
    ("norm", dict(input=a(), p=inf), RuntimeError, "linalg.vector_norm cannot compute the inf norm on an empty"),
    ("argmax", dict(input=f(2, 3), dim=(0, 1)), TypeError, "argmax(): argument 'dim' must be int, not tuple"),
    ("topk", dict(input=np.array([True]), k=1), RuntimeError, "topk does not support bool dtypes on CPU"),
    ("kthvalue", dict(input=np.array([True]), k=1), NotImplementedError, '"kthvalue_cpu"'),
    ("kthvalue", dict(input=EMPTY, k=1, dim=0), IndexError, "kthvalue(): Expected reduction dim 0"),
    ("median", dict(input=np.array([True])), NotImplementedError, '"median_cpu"'),
    ("quantile", dict(input=_x, q=np.ones((1, 1), np.float32)), RuntimeError, "quantile() q must be a scalar or 1D"),
    ("quantile", dict(input=_x, q=np.ones(1)), RuntimeError, "quantile() q tensor must be same dtype as the input"),
    ("quantile", dict(input=a(), q=0.5), RuntimeError, "quantile() input tensor must be non-empty"),
    ("sign", dict(input=np.ones(2, np.complex64)), NotImplementedError, "Unlike NumPy, torch.sign is not intended"),
    ("cumsum", dict(input=_x, dim=1), IndexError, "Dimension out of range"),
]

"""Losses of margins, pairs, counts and sequences."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import a, f, i, inf, labels, nan, p

REDUCTIONS = [dict(reduction=reduction) for reduction in ("mean", "sum", "none")]


def reduced(**row):
    return [row | each for each in REDUCTIONS]


X = f(3, 4) * np.float32(0.83)  # whose differences are no margins, where the losses have their corners
SIGNS = np.sign(f(3, 4, seed=5))
SIGN = a(1, -1, 1)
LISTS = i([0, 2, -1, 1], [-1, 0, 1, 2], [3, 2, 1, 0])
_scores = (f(6, 2, 5) * 2).astype(np.float64)
LOGS = (_scores - np.log(np.exp(_scores).sum(-1, keepdims=True))).astype(np.float32)
SEQUENCES = dict(log_probs=LOGS, targets=i([1, 2, 2], [3, 4, 0]), input_lengths=i(6, 5), target_lengths=i(3, 2))

SAMPLES: dict[str, list[dict]] = {
    "hinge_embedding_loss": [
        *reduced(input=f(3, 4), target=SIGNS),
        dict(input=f(3, 4), target=SIGNS, margin=0.3),
        dict(input=f(3, 4), target=i(1, -1, 0, 2), reduction="none"),
        dict(input=i(1, 5), target=i(1, -1), reduction="sum"),
        dict(input=np.float32(0.3), target=np.int64(-1)),
    ],
    "margin_ranking_loss": [
        *reduced(input1=X, input2=f(3, 4, seed=1), target=SIGNS),
        dict(input1=f(3, 4), input2=f(3, 4, seed=1), target=SIGNS, margin=0.3),
        dict(input1=f(3, 4), input2=f(1, 4), target=SIGNS[:, :1], reduction="none"),
        dict(input1=i(1, 2), input2=i(3, 1), target=i(1, -1), margin=0.5, reduction="none"),
        dict(input1=np.float32(0.3), input2=np.float32(1), target=np.float32(1)),
    ],
    "cosine_embedding_loss": [
        *reduced(input1=f(3, 4), input2=f(3, 4, seed=1), target=SIGN),
        dict(input1=f(3, 4), input2=f(3, 4, seed=1), target=-SIGN, margin=-0.5),
        dict(input1=f(3, 4), input2=f(3, 4, seed=1), target=i(0, 1, -1), reduction="none"),
        dict(input1=f(4), input2=f(4, seed=1), target=np.int64(-1)),
        dict(input1=i([1, 2]), input2=i([3, 1]), target=i(1)),
    ],
    "soft_margin_loss": [
        *reduced(input=f(3, 4), target=SIGNS),
        dict(input=f(3, 4), target=i(1, -1, 1, 1)),
        dict(input=f(3, 4), target=SIGNS.astype(np.float64)),
        dict(input=a(-60, 60, 100), target=a(1, 1, 1), reduction="none"),
    ],
    "multi_margin_loss": [
        *reduced(input=X, target=i(0, 3, 1)),
        dict(input=f(3, 4), target=i(0, 3, 1), p=2),
        dict(input=f(3, 4), target=i(0, 3, 1), p=2, margin=0.4, weight=p(4)),
        dict(input=f(3, 4), target=i(0, 3, 1), weight=p(4), reduction="none"),
        dict(input=f(4), target=np.int64(2)),
        dict(input=f(4), target=i(2), reduction="none"),
        dict(input=np.float32(0.5), target=np.int64(0)),
    ],
    "multilabel_margin_loss": [
        *reduced(input=X, target=LISTS),
        dict(input=f(4), target=LISTS[0], reduction="none"),
        dict(input=f(3, 4), target=np.zeros((3, 4), np.int64)),
    ],
    "triplet_margin_loss": [
        *reduced(anchor=f(3, 4), positive=f(3, 4, seed=1), negative=f(3, 4, seed=2)),
        dict(anchor=f(3, 4), positive=f(3, 4, seed=1), negative=f(3, 4, seed=2), swap=True, margin=2.0),
        dict(anchor=f(3, 4), positive=f(3, 4, seed=1), negative=f(3, 4, seed=2), p=1.0, reduction="none"),
        dict(anchor=f(3, 4), positive=f(1, 4, seed=1), negative=f(3, 4, seed=2), eps=0.1),
        dict(anchor=f(4), positive=f(4, seed=1), negative=f(4, seed=2)),
    ],
    "poisson_nll_loss": [
        *reduced(input=f(3, 4), target=p(3, 4) * 5),
        *reduced(input=f(3, 4), target=p(3, 4) * 5, full=True),
        dict(input=p(3, 4), target=p(3, 4, seed=1) * 5, log_input=False),
        dict(input=p(3, 4), target=p(4) * 5, log_input=False, full=True, eps=0.01),
        dict(input=i(1, 2), target=i(0, 3), reduction="none"),
    ],
    "ctc_loss": [
        # The derivative of the first row is compared with a numerical one, which PyTorch's is not; that of this is 0.
        SEQUENCES | dict(input_lengths=i(0, 0), target_lengths=i(0, 0)),
        *(SEQUENCES | each for each in REDUCTIONS),
        SEQUENCES | dict(blank=4, targets=i([1, 2, 2], [3, 0, 9])),
        SEQUENCES | dict(target_lengths=i(0, 2)),
        SEQUENCES | dict(input_lengths=i(2, 5), zero_infinity=True),
        dict(log_probs=LOGS[:, 0], targets=i(1, 2), input_lengths=np.int64(6), target_lengths=np.int64(2)),
    ],
}

KINKS: list[tuple[str, dict]] = [
    ("hinge_embedding_loss", dict(input=a(1, 1, 0), target=a(-1, 1, 0))),
    ("margin_ranking_loss", dict(input1=a(1, 2), input2=a(1, 2), target=a(1, -1))),
    ("cosine_embedding_loss", dict(input1=a([0, 0], [1, 0]), input2=a([1, 2], [0, 1]), target=a(1, -1))),
    ("multi_margin_loss", dict(input=a([1, 0, 2]), target=i(0))),
    ("multilabel_margin_loss", dict(input=a([1, 0, 2]), target=i([0, -1, -1]))),
    ("triplet_margin_loss", dict(anchor=a([0, 0]), positive=a([0, 0]), negative=a([1, 0]), eps=0.0)),
    ("soft_margin_loss", dict(input=a(inf, nan, 0), target=a(1, 1, -1), reduction="none")),
]

_x = f(3, 4)
ERRORS: list[tuple] = [
    *(
        (name, dict(input=_x, target=target, reduction="median"), ValueError, "median is not a valid value for")
        for name, target in (
            ("hinge_embedding_loss", SIGNS),
            ("soft_margin_loss", SIGNS),
            ("multi_margin_loss", i(0, 1, 2)),
            ("multilabel_margin_loss", LISTS),
            ("poisson_nll_loss", SIGNS),
        )
    ),
    ("hinge_embedding_loss", dict(input=_x, target=f(3)), RuntimeError, "The size of tensor a"),
    ("hinge_embedding_loss", dict(input=i(1), target=i(1)), RuntimeError, "mean(): could not infer output dtype."),
    ("margin_ranking_loss", dict(input1=_x, input2=_x, target=f(4)), RuntimeError, "margin_ranking_loss : All input"),
    ("cosine_embedding_loss", dict(input1=_x, input2=_x, target=_x), RuntimeError, "0D or 1D target tensor expected"),
    ("cosine_embedding_loss", dict(input1=f(4), input2=f(4), target=f(1)), RuntimeError, "1D target tensor expects 2D"),
    ("cosine_embedding_loss", dict(input1=_x, input2=_x, target=a(1)[0]), RuntimeError, "0D target tensor expects 1D"),
    ("soft_margin_loss", dict(input=i(1, 2), target=i(1, 1)), RuntimeError, "result type Float can't be cast to the"),
    ("multi_margin_loss", dict(input=_x, target=i(0, 1)), RuntimeError, "multi_margin_loss: target tensor should be"),
    ("multi_margin_loss", dict(input=_x, target=a(0, 1, 2)), RuntimeError, "expected scalar type Long but found Float"),
    ("multi_margin_loss", dict(input=_x, target=i(0, 1, 2), p=3), ValueError, "only p == 1 and p == 2 supported"),
    ("multi_margin_loss", dict(input=_x, target=i(0, 1, 2), weight=p(3)), RuntimeError, "inconsistent weight size"),
    ("multi_margin_loss", dict(input=_x, target=i(0, 1, 2), weight=p(2, 2)), ValueError, "weight must be one-dim"),
    ("multi_margin_loss", dict(input=f(2, 3, 4), target=i(0, 1)), RuntimeError, "Expected non-empty vector or matrix"),
    ("multi_margin_loss", dict(input=i(1, 2), target=np.int64(1)), NotImplementedError, '"multi_margin_loss_cpu_ker'),
    (
        "multilabel_margin_loss",
        dict(input=_x, target=labels(4, 2, 4)),
        RuntimeError,
        "inconsistent target size: [2, 4]",
    ),
    ("multilabel_margin_loss", dict(input=i(1, 2), target=i(1, 0)), NotImplementedError, '"multilabel_margin_loss_fo'),
    ("multilabel_margin_loss", dict(input=_x, target=SIGNS), RuntimeError, "expected scalar type Long but found Float"),
    (
        "triplet_margin_loss",
        dict(anchor=_x, positive=_x, negative=_x, margin=0.0),
        ValueError,
        "margin must be greater than 0, got 0.0",
    ),
    ("triplet_margin_loss", dict(anchor=_x, positive=_x, negative=f(4)), RuntimeError, "The anchor, positive, and neg"),
    ("ctc_loss", SEQUENCES | dict(blank=5), RuntimeError, "blank must be in label range"),
    ("ctc_loss", SEQUENCES | dict(input_lengths=i(6)), RuntimeError, "input_lengths must be of size batch_size"),
    ("ctc_loss", SEQUENCES | dict(log_probs=LOGS.astype(np.float16)), NotImplementedError, '"ctc_loss_cpu" not impl'),
]

CONSTANT = {
    "hinge_embedding_loss": ("target",),
    "cosine_embedding_loss": ("target",),
    "soft_margin_loss": ("target",),
    "multi_margin_loss": ("weight",),
}

"""Recurrent layers, single steps of them, and sequences of different lengths."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import warnings

import numpy as np

from samples.values import f, i

_GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


def stack(mode, *lead, layers=1, directions=1, biases=True, initial=False, batch=2, size=2, projection=0, inputs=3):
    """Return the arrays of a stack of layers: what `lead` holds, initial states, weights."""
    hidden, tensors, rows = projection or size, [*lead], _GATES[mode] * size
    if initial:
        shapes = [hidden, size][: 2 if mode == "lstm" else 1]
        tensors += [f(layers * directions, batch, n, seed=30 + n) / 2 for n in shapes]
    for layer in range(layers):
        for direction in range(directions):
            seed = 2 * layer + direction
            tensors += [f(rows, hidden * directions if layer else inputs, seed=seed), f(rows, hidden, seed=seed + 10)]
            tensors += [f(rows, seed=seed), f(rows, seed=seed + 10)] if biases else []
            tensors += [f(projection, size, seed=seed)] if projection else []
    return tensors


def row(mode, input, *, steps=None, layers=1, directions=1, biases=True, projection=0, noise=None, **settings):
    """Return a row of `recurrent`, with initial states unless `initial` is false."""
    initial = settings.get("initial", True)
    batch = input.shape[0 if settings.get("batch_first") else 1]
    lead = [input] if steps is None else [input, steps]
    tensors = stack(
        *(mode, *lead),
        layers=layers,
        directions=directions,
        biases=biases,
        initial=initial,
        batch=batch,
        projection=projection,
    )
    given = dict(num_layers=layers, bias=biases, bidirectional=directions == 2, projected=projection > 0)
    return dict(tensors=tensors + (noise or []), mode=mode, ragged=steps is not None, **given, **settings)


X, STEPS = f(4, 2, 3), i(3, 2, 1)
_WEIGHTS = dict(w_hh=f(6, 2, seed=1), b_ih=f(6, seed=2), b_hh=f(6, seed=3))
CELL = dict(input=f(2, 3), hx=f(2, 2, seed=5), w_ih=f(6, 3))
SEQUENCES = [f(2, 3), f(4, 3, seed=1), f(1, 3, seed=2)]


def cell(gates):
    rows = slice(2 * gates)
    weights = dict(w_ih=f(8, 3)[rows], w_hh=f(8, 2, seed=1)[rows], b_ih=f(8, seed=2)[rows], b_hh=f(8, seed=3)[rows])
    return dict(input=f(2, 3), hx=f(2, 2, seed=5)) | weights


def without_biases(row):
    return {name: value for name, value in row.items() if not name.startswith("b_")}


def cells(gates, **more):
    full = cell(gates) | more
    return [full, without_biases(full), {name: value.astype(np.float64) for name, value in full.items()}]


SAMPLES: dict[str, list[dict]] = {
    "recurrent": [
        row("lstm", X),
        *(row(mode, X, initial=False) for mode in ("gru", "rnn_tanh", "rnn_relu")),
        *(row(mode, X) for mode in ("gru", "rnn_tanh", "rnn_relu")),
        *(row(mode, X, layers=2, directions=2) for mode in ("lstm", "gru")),
        row("lstm", X, projection=1, layers=2, biases=False),
        *(row(mode, f(3, 3, 3), steps=STEPS, layers=2, directions=2) for mode in ("lstm", "gru")),
        row("lstm", X.astype(np.float16), biases=False, initial=False)
        | dict(tensors=[each.astype(np.float16) for each in stack("lstm", X, biases=False)]),
    ],
    "lstm_step": cells(4, cx=f(2, 2, seed=6)),
    "gru_cell": cells(3),
    "rnn_tanh_cell": cells(1),
    "rnn_relu_cell": cells(1),
    "pack_rows": [
        dict(input=f(3, 3, 2), steps=STEPS, count=6),
        dict(input=f(3, 3), steps=i(2, 2), count=4),
        dict(input=i([1, 2], [3, 4]), steps=i(2, 1), count=3),
    ],
    "pad_rows": [
        dict(data=f(6, 2), steps=STEPS, batch=3),
        dict(data=f(6), steps=i(3, 2, 1, 0, 0), batch=3, padding_value=-1.5),
        dict(data=i(1, 2, 3), steps=i(2, 1), batch=2, padding_value=7),
    ],
    "pad_sequence": [
        dict(tensors=SEQUENCES),
        dict(tensors=SEQUENCES, batch_first=True, padding_value=-1.5),
        dict(tensors=SEQUENCES, padding_side="left"),
        dict(tensors=[i(1, 2), i(3)], padding_value=9),
        dict(tensors=[f(2), i(3)], batch_first=True),
    ],
}

ERRORS: list[tuple] = [
    ("gru_cell", cell(3) | dict(input=f(2, 4)), RuntimeError, "input has inconsistent input_size: got 4 expected 3"),
    ("gru_cell", cell(3) | dict(hx=f(3, 2)), RuntimeError, "Input batch size 2 doesn't match hidden0 batch size 3"),
    ("gru_cell", cell(3) | dict(hx=f(2, 3)), RuntimeError, "hidden0 has inconsistent hidden_size: got 3, expected 2"),
    (
        "gru_cell",
        cell(3) | dict(w_ih=f(7, 3)),
        RuntimeError,
        "weight_ih first dim must be 3 * hidden_size = 6, but got",
    ),
    (
        "gru_cell",
        cell(3) | dict(w_hh=f(7, 2)),
        RuntimeError,
        "weight_hh first dim must be 3 * hidden_size = 6, but got",
    ),
    (
        "gru_cell",
        without_biases(cell(3)) | dict(hx=np.ones((2, 2))),
        RuntimeError,
        "expected m1 and m2 to have the same dtype, but got",
    ),
    ("gru_cell", cell(3) | dict(b_ih=f(5)), RuntimeError, "The expanded size of the tensor (6) must match the exist"),
    ("gru_cell", cell(3) | dict(hx=f(2)), IndexError, "Dimension out of range (expected to be in range of [-1, 0]"),
    ("rnn_tanh_cell", cell(1) | dict(input=f(2, 4)), RuntimeError, "input has inconsistent input_size: got 4 expected"),
    ("pad_sequence", dict(tensors=[]), RuntimeError, "received an empty list of sequences"),
    ("pad_sequence", dict(tensors=[f(2)], padding_side="up"), RuntimeError, "Expected padding_side to be one of left"),
    ("pad_sequence", dict(tensors=[f(2, 3), f(2, 4)]), RuntimeError, "The size of tensor a (3) must match the size of"),
    ("pad_sequence", dict(tensors=[np.float32(1)]), RuntimeError, "ArrayRef: invalid slice, N = 1; size = 0"),
]


def _recurrent(torch):
    def function(tensors, mode, num_layers, bias, bidirectional, projected, ragged, initial=True):
        states = 2 if mode == "lstm" else 1
        lead, rest = tensors[: 1 + ragged], tensors[1 + ragged :]
        if initial:
            hx, weights = rest[:states], rest[states:]
        else:
            shape = num_layers * (1 + bidirectional), lead[0].shape[1], rest[1].shape[1]
            hx, weights = [lead[0].new_zeros(shape)] * states, rest
        last = [] if ragged else [False]
        if ragged:
            lead[0] = _pack_rows(torch)(*lead, None)
        hx = hx if states > 1 else hx[0]
        warnings.filterwarnings("ignore", "LSTM with projections is not supported with oneDNN")
        out, *last = getattr(torch, mode)(*lead, hx, weights, bias, num_layers, 0.0, True, bidirectional, *last)
        return _pad_rows(torch)(out, lead[1], None) if ragged else out, *last

    return function


def _lstm_step(torch):
    return lambda input, hx, cx, *weights, **named: torch.lstm_cell(input, (hx, cx), *weights, **named)


def _pack_rows(torch):
    def function(input, steps, count):
        lengths = [int((steps > place).sum()) for place in range(int(steps[0]))]
        return torch._pack_padded_sequence(input[:, : len(lengths)], torch.tensor(lengths), False)[0]

    return function


def _pad_rows(torch):
    def function(data, steps, batch, padding_value=0.0):
        reached = steps[steps > 0]
        return torch._pad_packed_sequence(data, reached, False, padding_value, len(steps))[0]

    return function


TORCH_NAME = {
    "recurrent": _recurrent,
    "lstm_step": _lstm_step,
    "pack_rows": _pack_rows,
    "pad_rows": _pad_rows,
    "pad_sequence": lambda torch: lambda tensors, **settings: torch._C._nn.pad_sequence(tensors, **settings),
}

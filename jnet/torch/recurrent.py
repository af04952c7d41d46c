"""Recurrent layers as functions, as `torch` has them: `lstm`, `gru`, `rnn_tanh`, `rnn_relu`, and an LSTM's step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from jnet.ops.linalg.products import not_multipliable
from jnet.torch.dispatch import CALLERS
from jnet.torch.signatures import Signatures
from jnet.torch.tensor import Tensor, apply, numpy_of, shape_of
from jnet.torch.viewing import permuted

__all__ = ["gru", "lstm", "lstm_cell", "rnn_relu", "rnn_tanh", "run"]

_RECURRENT, _STEP = CALLERS["recurrent"], CALLERS["lstm_step"]
_PACK, _PAD = CALLERS["pack_rows"], CALLERS["pad_rows"]
_FLOAT32 = np.dtype(np.float32)


def run(
    mode: str,
    input: Tensor,
    batch_sizes: Tensor | None,
    states: Sequence[Tensor] | None,
    weights: Sequence[Tensor],
    *,
    bias: bool = True,
    num_layers: int = 1,
    dropout: float = 0.0,
    bidirectional: bool = False,
    batch_first: bool = False,
    projected: bool = False,
) -> tuple[Tensor, ...]:
    """Record a stack of recurrent layers as one op; return the outputs, and each part of the last states.

    Packed sequences are padded around it: how many rows they have is then no part of the op, which takes long to trace.

    Args:
        mode: "lstm", "gru", "rnn_tanh" or "rnn_relu".
        batch_sizes: how many sequences reach each time, if the input is packed.
        states: at first: the hidden one, of an LSTM the cell's too; None for zeros.
        dropout: the probability to drop what further layers are given, 0 outside of training.
    """
    packed = batch_sizes is not None
    shape = shape_of(input)
    if packed:
        wanted = shape_of(weights[0])
        if shape[-1] != wanted[1] and input.dtype == weights[0].dtype:
            raise not_multipliable(shape[0], shape[1], wanted[1], wanted[0])  # PyTorch's numbers: without padding
        steps, batch = batch_sizes.to(input.device), int(numpy_of(batch_sizes)[0])
        tensors = [_PAD(input, steps, batch=batch), steps]
    else:
        tensors = [input]
        if not shape[1 if batch_first else 0]:
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    tensors += (*(states or ()), *weights)
    if dropout and num_layers > 1:
        width = shape_of(weights[1])[1] * (2 if bidirectional else 1)
        rows = shape[:-1] if packed or not batch_first else shape[1::-1]
        noises = [_noise(input, (*rows, width), dropout) for _ in range(num_layers - 1)]
        tensors += [_PAD(each, steps, batch=batch) for each in noises] if packed else noises
    settings = {
        "mode": mode,
        "num_layers": num_layers,
        "bias": bias,
        "bidirectional": bidirectional,
        "projected": projected,
        "batch_first": batch_first and not packed,
        "ragged": packed,
        "initial": states is not None,
        "one_dnn": mode == "lstm" and not projected and input._aval.dtype == _FLOAT32,
    }
    output, *rest = apply(*_RECURRENT.sorted({"tensors": tensors, **settings}))
    if packed:
        output = _PACK(output, steps, count=shape[0], outputs=True)
    elif batch_first:  # a view, as in PyTorch: dropout fills its noise in the order of the memory
        output = permuted(output, (1, 0, 2), "TransposeBackward0" if mode == "lstm" else "TransposeBackward1")
    return output, *rest


def _noise(input: Tensor, shape: Sequence[int], p: float) -> Tensor:
    """Return what drops elements with probability `p` when they are multiplied by it."""
    noise = input.new_empty(shape)
    return noise.zero_() if p == 1 or not noise.numel() else noise.bernoulli_(1 - p).div_(1 - p)


# -- as torch has them -------------------------------------------------------------------------------------------------


def _layers(mode: str, states: int) -> Callable:
    hidden = "tuple of Tensors hx" if states > 1 else "Tensor hx"
    tail = "tuple of Tensors params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional"
    sort = Signatures(
        mode, f"Tensor data, Tensor batch_sizes, {hidden}, {tail}", f"Tensor input, {hidden}, {tail}, bool batch_first"
    )

    def function(*args, **kwargs):
        number, given = sort(args, kwargs)
        parts = given["hx"] if states > 1 else (given["hx"],)
        if len(parts) != states:
            raise RuntimeError(f"{mode} expects two hidden states")
        weights, layers = given["params"], given["num_layers"] * (2 if given["bidirectional"] else 1)
        bias = given["has_biases"]
        projected = states > 1 and len(weights) == layers * (3 + 2 * bias)
        if len(weights) != layers * (2 + 2 * bias + projected):
            raise RuntimeError(f"MatrixRef: ArrayRef size {len(weights)} not divisible by stride {2 + 2 * bias}")
        return run(
            mode,
            given["input" if number else "data"],
            given.get("batch_sizes"),
            parts,
            weights,
            bias=bias,
            num_layers=given["num_layers"],
            dropout=given["dropout"] if given["train"] else 0.0,
            bidirectional=given["bidirectional"],
            batch_first=given.get("batch_first", False),
            projected=projected,
        )

    function.__name__ = function.__qualname__ = mode
    function.__doc__ = f"Run a stack of layers as `torch.nn.{mode.upper().partition('_')[0]}` does; see its `forward`."
    return function


lstm, gru, rnn_tanh, rnn_relu = _layers("lstm", 2), _layers("gru", 1), _layers("rnn_tanh", 1), _layers("rnn_relu", 1)

_SORT_CELL = Signatures(
    "lstm_cell",
    "Tensor input, tuple of Tensors hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None",
)


def lstm_cell(*args, **kwargs) -> tuple[Tensor, Tensor]:
    """Return hidden and cell state of an LSTM after one step: `lstm_cell(input, (hx, cx), w_ih, w_hh, b_ih, b_hh)`.

    Raises:
        RuntimeError: for shapes and dtypes that do not fit.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
    """
    _, given = _SORT_CELL(args, kwargs)
    states = given.pop("hx")
    if len(states) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    return _STEP(hx=states[0], cx=states[1], **given)

"""Recurrent layers, and single steps of them."""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any

from jnet.torch.creation import empty, zeros
from jnet.torch.dispatch import CALLERS
from jnet.torch.nn import init
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter
from jnet.torch.nn.utils.rnn import PackedSequence
from jnet.torch.recurrent import lstm_cell, run
from jnet.torch.tensor import Tensor

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


def _draw(module: Module, hidden_size: int) -> None:
    """Draw all weights uniformly in +-1 / sqrt(hidden_size)."""
    bound = 1.0 / math.sqrt(hidden_size) if hidden_size > 0 else 0
    for weight in module.parameters():
        init.uniform_(weight, -bound, bound)


class RNNBase(Module):
    """What the recurrent layers share: their weights, and the way through them; arguments as `LSTM`.

    Args:
        mode: "LSTM", "GRU", "RNN_TANH" or "RNN_RELU".

    Raises:
        TypeError, ValueError: for settings that make no sense.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNBase.html
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self._check(dropout)
        self._flat_weights_names: list[str] = []
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse")[: self._directions]:
                names = []
                for name, shape in self._shapes(layer):
                    names.append(f"{name}_l{layer}{suffix}")
                    setattr(self, names[-1], Parameter(empty(shape, device=device, dtype=dtype)))
                self._flat_weights_names += names
                self._all_weights.append(names)
        self.reset_parameters()

    def _check(self, dropout) -> None:
        if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):  # pyright: ignore
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if dropout > 0 and self.num_layers == 1:  # pyright: ignore[reportOperatorIssue]
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={self.num_layers}",
                stacklevel=4,
            )
        for name in ("bias", "batch_first"):
            if not isinstance(value := getattr(self, name), bool):
                raise TypeError(f"{name} should be of type bool, got: {type(value).__name__}")
        for name in ("input_size", "hidden_size"):
            if not isinstance(value := getattr(self, name), int):
                raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
            if value <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        if self.proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if self.mode not in _GATES:
            raise ValueError("Unrecognized RNN mode: " + self.mode)

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def _shapes(self, layer: int) -> list[tuple[str, tuple[int, ...]]]:
        """Return names and shapes of the weights of one layer in one direction."""
        rows, size = _GATES[self.mode] * self.hidden_size, self.proj_size or self.hidden_size
        inputs = self.input_size if layer == 0 else size * self._directions
        shapes: list = [("weight_ih", (rows, inputs)), ("weight_hh", (rows, size))]
        if self.bias:
            shapes += [("bias_ih", (rows,)), ("bias_hh", (rows,))]
        if self.proj_size:
            shapes.append(("weight_hr", (self.proj_size, self.hidden_size)))
        return shapes

    def reset_parameters(self) -> None:
        """Draw all weights anew, uniformly in +-1 / sqrt(hidden_size)."""
        _draw(self, self.hidden_size)

    def flatten_parameters(self) -> None:
        """Do nothing: XLA lays weights out as it needs them."""

    @property
    def _flat_weights(self) -> list[Any]:
        return [getattr(self, name, None) for name in self._flat_weights_names]

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The weights by layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_flat_weights": self._flat_weights}  # which PyTorch keeps

    def __setstate__(self, state: dict) -> None:
        super().__setstate__({name: value for name, value in state.items() if name != "_flat_weights"})
        self.__dict__.setdefault("proj_size", 0)

    # -- what is checked ---------------------------------------------------------------------------

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Raise an error for an input of another dtype, rank or size."""
        wanted = getattr(self, self._flat_weights_names[0]).dtype
        if input.dtype != wanted:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({wanted}). Convert input: "
                f"input.to({wanted}), or convert model: model.to({input.dtype})"
            )
        rank = 3 if batch_sizes is None else 2
        if input.dim() != rank:
            raise RuntimeError(f"input must have {rank} dimensions, got {input.dim()}")
        if self.input_size != input.size(-1):
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def get_expected_hidden_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """Return the shape of the hidden state."""
        batch = input.size(0 if self.batch_first else 1) if batch_sizes is None else int(batch_sizes[0])
        return self.num_layers * self._directions, batch, self.proj_size or self.hidden_size

    def check_hidden_size(
        self, hx: Tensor, expected_hidden_size: tuple[int, int, int], msg: str = "Expected hidden size {}, got {}"
    ) -> None:
        """Raise an error for a state of another shape."""
        if hx.size() != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.size())))

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Raise an error for an input or a state that does not fit."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """Return the state with the sequences in another order."""
        return hx if permutation is None else hx.index_select(1, permutation)

    # -- the way through ---------------------------------------------------------------------------

    _wrong_rank = "got {}D"

    def _through(self, input, hx=None):
        """Return the outputs of the last layer at each time, and the last states of all layers."""
        batch_sizes = order = None
        if isinstance(input, PackedSequence):
            data, batch_sizes, order, _ = input
            hx = hx if hx is None else self.permute_hidden(hx, order)
            self._check_packed(data, hx, batch_sizes)
            output, hidden = self._run(data, batch_sizes, hx)
            packed = PackedSequence(output, batch_sizes, order, input.unsorted_indices)
            return packed, self.permute_hidden(hidden, input.unsorted_indices)
        if input.dim() not in (2, 3):
            raise ValueError(
                f"{type(self).__name__}: Expected input to be 2D or 3D, {self._wrong_rank.format(input.dim())} instead"
            )
        if input.dim() == 3:
            if hx is not None:
                self._check_rank(hx, 3)
                self.check_forward_args(input, hx, None)
            else:
                self.check_input(input, None)
            return self._run(input, None, hx)
        batch_dim = 0 if self.batch_first else 1
        input = input.unsqueeze(batch_dim)
        if hx is not None:
            self._check_rank(hx, 2)
            hx = self._each(hx, lambda state: state.unsqueeze(1))
            self.check_forward_args(input, hx, None)
        else:
            self.check_input(input, None)
        output, hidden = self._run(input, None, hx)
        return output.squeeze(batch_dim), self._each(hidden, lambda state: state.squeeze(1))

    def _check_packed(self, data: Tensor, hx: Any, batch_sizes: Tensor) -> None:
        if hx is None:
            self.check_input(data, batch_sizes)
        else:
            self.check_forward_args(data, hx, batch_sizes)

    def _check_rank(self, hx: Any, rank: int) -> None:
        if hx.dim() != rank:
            kind = "batched 3-D" if rank == 3 else "unbatched 2-D"
            raise RuntimeError(f"For {kind} input, hx should also be {rank}-D but got {hx.dim()}-D tensor")

    @staticmethod
    def _each(hx: Any, change) -> Any:
        return change(hx)

    def _run(self, input: Tensor, batch_sizes: Tensor | None, hx: Any):
        output, *hidden = run(
            self.mode.lower(),
            input,
            batch_sizes,
            hx if hx is None or isinstance(hx, tuple | list) else (hx,),
            self._flat_weights,
            bias=self.bias,
            num_layers=self.num_layers,
            dropout=self.dropout if self.training else 0.0,
            bidirectional=bool(self.bidirectional),
            batch_first=self.batch_first,
            projected=self.proj_size > 0,
        )
        return output, hidden[0] if len(hidden) == 1 else tuple(hidden)

    def extra_repr(self) -> str:
        """Return the settings, those left at their defaults out."""
        shown = [f"{self.input_size}, {self.hidden_size}"]
        defaults = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0}
        for name, default in (defaults | {"bidirectional": False}).items():
            if getattr(self, name) != default:
                shown.append(f"{name}={getattr(self, name)}")
        return ", ".join(shown)


def _refuse_projection(settings: dict) -> None:
    if "proj_size" in settings:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


class RNN(RNNBase):
    """Compute `h = tanh(W_ih x + b_ih + W_hh h + b_hh)` from time to time; arguments, shapes and errors as `LSTM`.

    Args:
        nonlinearity: "tanh" or "relu", after `num_layers`.

    Example:
        >>> import jnet.torch as torch
        >>> output, h = torch.nn.RNN(3, 4)(torch.zeros(5, 2, 3))
        >>> output.shape, h.shape
        (torch.Size([5, 2, 4]), torch.Size([1, 2, 4]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html
    """

    _wrong_rank = "got {}D tensor"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _refuse_projection(kwargs)
        if len(args) > 3:
            nonlinearity, args = args[3], args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{nonlinearity.upper()}", *args, **kwargs)
        self.nonlinearity = nonlinearity

    forward = RNNBase._through


class GRU(RNNBase):
    """Compute gated recurrent units (Cho et al., 2014); arguments, shapes and errors as `LSTM`, without `proj_size`.

    At each time, with s the logistic function and one weight for all gates, whose rows are those of r, z and n:
    `r = s(W_ir x + b_ir + W_hr h + b_hr)`, `z = s(W_iz x + b_iz + W_hz h + b_hz)`,
    `n = tanh(W_in x + b_in + r (W_hn h + b_hn))`, `h = (1 - z) n + z h`.

    Example:
        >>> import jnet.torch as torch
        >>> output, h = torch.nn.GRU(3, 4, batch_first=True)(torch.zeros(2, 5, 3))
        >>> output.shape, h.shape
        (torch.Size([2, 5, 4]), torch.Size([1, 2, 4]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _refuse_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)

    forward = RNNBase._through


class LSTM(RNNBase):
    """Compute long short-term memory (Hochreiter and Schmidhuber, 1997) over sequences, in one or more layers.

    At each time, with s the logistic function and one weight for all gates, whose rows are those of i, f, g and o:
    `i, f, o = s(W_i x + b_i + W_h h + b_h)`, `g = tanh(W_i x + b_i + W_h h + b_h)`, `c = f c + i g`, `h = o tanh(c)`.

    Args:
        input_size, hidden_size: features of the input and of the state.
        num_layers: further layers take the outputs of the one before.
        bias: whether there are two.
        batch_first: whether input and output are (N, L, *); the states never are.
        dropout: the probability to drop an output of any layer but the last, while training.
        bidirectional: whether a second set of weights goes through the times backward; the outputs stand side by side.
        proj_size: if positive, the hidden state is `W_hr h`, of this size (Sak et al., 2014).

    Shape: input (L, N, I), (L, I) or a PackedSequence; states (h, c), each (layers * directions, N, H), zeros by
        default; output (L, N, directions * H), or a PackedSequence.

    Raises:
        TypeError, ValueError: for settings that make no sense, dtypes that differ.
        RuntimeError: for shapes that do not fit.

    Example:
        >>> import jnet.torch as torch
        >>> output, (h, c) = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True)(torch.zeros(5, 2, 3))
        >>> output.shape, h.shape
        (torch.Size([5, 2, 8]), torch.Size([4, 2, 4]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    forward = RNNBase._through

    def get_expected_cell_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """Return the shape of the cell's state."""
        return *self.get_expected_hidden_size(input, batch_sizes)[:2], self.hidden_size

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Raise an error for an input or a state that does not fit."""
        self.check_input(input, batch_sizes)
        sizes = self.get_expected_hidden_size(input, batch_sizes), self.get_expected_cell_size(input, batch_sizes)
        for place, size in enumerate(sizes):
            self.check_hidden_size(hidden[place], size, f"Expected hidden[{place}] size {{}}, got {{}}")

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """Return the states with the sequences in another order."""
        return hx if permutation is None else tuple(each.index_select(1, permutation) for each in hx)

    def _check_packed(self, data: Tensor, hx: Any, batch_sizes: Tensor) -> None:
        """Leave it to the op, as PyTorch does."""

    def _check_rank(self, hx: Any, rank: int) -> None:
        if hx[0].dim() != rank or hx[1].dim() != rank:
            kind = "batched 3-D" if rank == 3 else "unbatched 2-D"
            ranks = f"({hx[0].dim()}-D, {hx[1].dim()}-D)"
            raise RuntimeError(f"For {kind} input, hx and cx should also be {rank}-D but got {ranks} tensors")

    @staticmethod
    def _each(hx: Any, change) -> Any:
        return change(hx[0]), change(hx[1])


# -- single steps ------------------------------------------------------------------------------------------------------


class RNNCellBase(Module):
    """What single steps share: their weights.

    Args:
        num_chunks: how many times the hidden size the rows of the weights are.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device=None, dtype=None) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(empty((rows, hidden_size), device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(rows, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights anew, uniformly in +-1 / sqrt(hidden_size)."""
        _draw(self, self.hidden_size)

    def extra_repr(self) -> str:
        """Return the settings, those left at their defaults out."""
        shown = [f"{self.input_size}, {self.hidden_size}"]
        if self.bias is not True:
            shown.append(f"bias={self.bias}")
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            shown.append(f"nonlinearity={self.nonlinearity}")
        return ", ".join(shown)

    def _check_rank(self, what: str, tensor: Tensor) -> None:
        if tensor.dim() not in (1, 2):
            raise ValueError(f"{type(self).__name__}: Expected {what} to be 1D or 2D, got {tensor.dim()}D instead")

    def _zeros(self, input: Tensor) -> Tensor:
        return zeros(input.size(0), self.hidden_size, dtype=input.dtype, device=input.device)

    @property
    def _weights(self) -> tuple:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def _step(self, call, input: Tensor, hx: Tensor | None) -> Tensor:
        """Return the next state; input and state may have no batch."""
        self._check_rank("input", input)
        if hx is not None:
            self._check_rank("hidden", hx)
        if input.dim() == 2:
            return call(input, self._zeros(input) if hx is None else hx, *self._weights)
        input = input.unsqueeze(0)
        return call(input, self._zeros(input) if hx is None else hx.unsqueeze(0), *self._weights).squeeze(0)


class RNNCell(RNNCellBase):
    """Compute one step of an `RNN`: input (N, I) or (I,) and state (N, H) or (H,), zeros by default, give the state.

    Raises:
        RuntimeError, ValueError: for shapes that do not fit.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.RNNCell(3, 4)(torch.zeros(2, 3)).shape
        torch.Size([2, 4])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device=None,
        dtype=None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, num_chunks=1, device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        """Return the next hidden state."""
        return self._step(self._function, input, hx)

    def _function(self, *args):
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return CALLERS[f"rnn_{self.nonlinearity}_cell"](*args)


class LSTMCell(RNNCellBase):
    """Compute one step of an `LSTM`: input (N, I) or (I,), and hidden and cell state (h, c), give the next two.

    Raises:
        RuntimeError, ValueError: for shapes that do not fit.

    Example:
        >>> import jnet.torch as torch
        >>> h, c = torch.nn.LSTMCell(3, 4)(torch.zeros(2, 3))
        >>> h.shape, c.shape
        (torch.Size([2, 4]), torch.Size([2, 4]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None) -> None:
        super().__init__(input_size, hidden_size, bias, num_chunks=4, device=device, dtype=dtype)

    def forward(self, input, hx=None):
        """Return the next hidden and cell state."""
        self._check_rank("input", input)
        for place, state in enumerate(hx or ()):
            self._check_rank(f"hx[{place}]", state)
        if input.dim() == 2:
            return lstm_cell(input, hx or (self._zeros(input),) * 2, *self._weights)
        input = input.unsqueeze(0)
        states = (self._zeros(input),) * 2 if hx is None else tuple(state.unsqueeze(0) for state in hx)
        h, c = lstm_cell(input, states, *self._weights)
        return h.squeeze(0), c.squeeze(0)


class GRUCell(RNNCellBase):
    """Compute one step of a `GRU`; shapes and errors as `RNNCell`.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.GRUCell(3, 4)(torch.zeros(3)).shape
        torch.Size([4])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None) -> None:
        super().__init__(input_size, hidden_size, bias, num_chunks=3, device=device, dtype=dtype)

    def forward(self, input, hx=None):
        """Return the next hidden state."""
        return self._step(CALLERS["gru_cell"], input, hx)

"""Recurrent layers: whole stacks of them over whole sequences, and single steps.

A layer keeps its state as columns, (hidden, batch), so that a step multiplies its weight, row by row, with a small
matrix: XLA's product of that form is the fastest on a CPU. What the inputs of all steps contribute is one product
before the loop, and the gradient of each weight is one product after it (see `_layer`).
"""

import functools
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero

from jnet.ops.checks import ONE_DTYPE, broadcast, dtype_name
from jnet.ops.linalg.products import linear, not_multipliable
from jnet.ops.registry import op

__all__ = ["gru_cell", "lstm_step", "recurrent", "rnn_relu_cell", "rnn_tanh_cell"]

_HIGHEST = lax.Precision.HIGHEST


# -- one step, on columns ----------------------------------------------------------------------------------------------


def _pointwise(function):
    """Let the derivative of a function, element by element, keep one array an argument: the partial derivative.

    What JAX would keep of each operation in the function is more, and keeping it is what a loop spends its time on.
    """
    plain = jax.custom_jvp(function)

    @plain.defjvp
    def _(primals, tangents):
        total = None
        for place, (primal, tangent) in enumerate(zip(primals, tangents, strict=True)):
            along = [jnp.zeros_like(each) for each in primals]
            along[place] = jnp.ones_like(primal)
            part = jax.jvp(function, primals, tuple(along))[1] * tangent
            total = part if total is None else total + part
        return function(*primals), total

    return plain


@_pointwise
def _remember(i, f, g, c):
    return jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)


@_pointwise
def _tell(o, c):
    return jax.nn.sigmoid(o) * jnp.tanh(c)


@_pointwise
def _update(r, z, n, b, h):
    n, z = jnp.tanh(n + jax.nn.sigmoid(r) * b), jax.nn.sigmoid(z)
    return (h - n) * z + n


def _lstm(given, hidden, state):
    i, f, g, o = jnp.split(given + hidden, 4)
    c = _remember(i, f, g, state[1])
    return _tell(o, c), c


def _gru(given, hidden, state):
    r, z, n, b = jnp.split(given, 4)
    from_r, from_z, from_n = jnp.split(hidden, 3)
    return (_update(r + from_r, z + from_z, n, b + from_n, state[0]),)


def _rnn_tanh(given, hidden, state):
    return (_pointwise(jnp.tanh)(given + hidden),)


def _rnn_relu(given, hidden, state):
    return (jax.nn.relu(given + hidden),)


def _all_rows(x):
    return x


def _input_rows_of_gru(x):
    """Place r, z, n where the step has r, z, n and what is added to the hidden part of n."""
    r_z_n = x.shape[-2]
    return jnp.concatenate([x, jnp.zeros((*x.shape[:-2], r_z_n // 3, x.shape[-1]), x.dtype)], -2)


def _hidden_rows_of_gru(x):
    r, z, n = jnp.split(x, 3, -2)
    return jnp.concatenate([r, z, jnp.zeros_like(n), n], -2)


class Mode(NamedTuple):
    """A kind of recurrent layer.

    Attributes:
        step: takes what the input gives at one time, the product of weight and hidden state, and the state; gives the
            state, the hidden one first.
        gates: how many times the hidden size the rows of a weight are.
        input_rows, hidden_rows: place the rows of the products with the two weights where `step` has them.
        states: how many parts the state has.
    """

    step: object
    gates: int
    input_rows: object = _all_rows
    hidden_rows: object = _all_rows
    states: int = 1


MODES = {
    "lstm": Mode(_lstm, 4, states=2),
    "gru": Mode(_gru, 3, _input_rows_of_gru, _hidden_rows_of_gru),
    "rnn_tanh": Mode(_rnn_tanh, 1),
    "rnn_relu": Mode(_rnn_relu, 1),
}


# -- one layer in one direction ----------------------------------------------------------------------------------------


@jax.custom_jvp
def _times(weight, transposed, columns):
    """Return the product of a weight and columns; `transposed` is the weight's transpose.

    Backward takes the product with the transpose, which as an array of its own is multiplied four times as fast.
    """
    return jnp.matmul(weight, columns, precision=_HIGHEST)


def _times_jvp(primals, tangents):
    weight, transposed, columns = primals
    of_weight, _, of_columns = tangents
    out = jnp.matmul(weight, columns, precision=_HIGHEST)
    parts = []
    if not isinstance(of_weight, SymbolicZero):
        parts.append(jnp.matmul(of_weight, columns, precision=_HIGHEST))
    if not isinstance(of_columns, SymbolicZero):
        parts.append(lax.dot_general(transposed, of_columns, (((0,), (0,)), ((), ())), precision=_HIGHEST))
    return out, sum(parts) if parts else jnp.zeros_like(out)


_times.defjvp(_times_jvp, symbolic_zeros=True)  # pyright: ignore[reportArgumentType] - `sum` starts from 0


def _loop(mode, reverse, given, state, weight, projection, valid):
    """Run the steps; return the hidden state (L, H, B) after each, and the last state.

    Args:
        given: what the input gives (L, gates, B).
        state: its parts (H, B) before the first step.
        weight: (gates, H).
        projection: None, or what multiplies the hidden state.
        valid: None, or which columns still count at each step (L, 1, B): the others keep their state.
    """
    transposed = lax.optimization_barrier(weight.T)

    def step(state, now):
        given, valid = now
        new = mode.step(given, _times(weight, transposed, state[0]), state)
        if projection is not None:
            new = (jnp.matmul(projection, new[0], precision=_HIGHEST), *new[1:])
        if valid is not None:
            new = tuple(jnp.where(jnp.broadcast_to(valid, n.shape), n, o) for n, o in zip(new, state, strict=True))
        return new, new[0]

    last, hidden = lax.scan(step, state, (given, valid), reverse=reverse)
    return hidden, last


def _products(weight, rows):
    """Return weight (G, I) times the transpose of rows (L, B, I): (G, L * B)."""
    flat = rows.reshape(-1, rows.shape[-1])
    return lax.dot_general(weight, flat, (((1,), (1,)), ((), ())), precision=_HIGHEST)


def _columns(products, length):
    """Return (G, L * B) as (L, G, B)."""
    # The barrier lets the gradient, which two products take, be rearranged once and for all before them.
    return lax.optimization_barrier(products.reshape(len(products), length, -1)).transpose(1, 0, 2)


def _bias(mode, bias_in, bias_hidden):
    """Return what the biases give at each time (1, G, 1)."""
    return mode.input_rows(bias_in[None, :, None]) + mode.hidden_rows(bias_hidden[None, :, None])


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _layer(mode, reverse, rows, state, weights, valid):
    """Run one layer in one direction over rows (L, B, I); return its outputs (L, B, H) and last state.

    Its derivative is JAX's, but for one thing: the loop is differentiated for a constant weight, and what the weight's
    tangent gives is added to that of the input. Backward, the weight's gradient is then one product over all steps,
    as that of the input's weight, where JAX would add up one a step.
    """
    return _linearized(mode, reverse, rows, state, weights, valid)[0]


def _linearized(mode, reverse, rows, state, weights, valid):
    """Return what `_layer` does, and the linear function of the tangents of its loop's inputs."""
    weight_in, weight, *biases, projection = weights
    given = _columns(mode.input_rows(_products(weight_in, rows)), len(rows))
    if biases[0] is not None:
        given = given + jnp.broadcast_to(_bias(mode, *biases), given.shape)

    def run(given, state, projection):
        return _loop(mode, reverse, given, state, weight, projection, valid)

    # The loop that keeps what a derivative needs runs also where none is asked for: XLA leaves out what nobody reads,
    # and a forward and a backward pass in one program ask for the same loop.
    (hidden, last), linear_map = jax.linearize(run, given, state, projection)
    return (hidden.transpose(0, 2, 1), last), linear_map


@_layer.defjvp
def _layer_jvp(mode, reverse, primals, tangents):
    rows, state, weights, valid = primals
    of_rows, of_state, (of_weight_in, of_weight, *of_biases, of_projection), _ = tangents
    (out, last), linear_map = _linearized(mode, reverse, rows, state, weights, valid)
    first = state[0].T[None]
    before = jnp.concatenate([out[1:], first] if reverse else [first, out[:-1]])
    of_input = _products(of_weight_in, rows) + _products(weights[0], of_rows)
    of_given = mode.input_rows(of_input) + mode.hidden_rows(_products(of_weight, before))
    of_given = _columns(of_given, len(rows))
    if of_biases[0] is not None:
        of_given = of_given + jnp.broadcast_to(_bias(mode, *of_biases), of_given.shape)
    of_hidden, of_last = linear_map(of_given, of_state, of_projection)
    return (out, last), (of_hidden.transpose(0, 2, 1), of_last)


# -- stacks of layers --------------------------------------------------------------------------------------------------


def _node(ranks, settings):
    if settings.get("bidirectional"):
        return "CatBackward0"
    return "MkldnnRnnLayerBackward0" if settings.get("one_dnn") else "StackBackward0"


@op("*tensors", where=(), out=False, grad_fn=_node)
def recurrent(
    tensors,
    mode,
    num_layers=1,
    bias=True,
    bidirectional=False,
    projected=False,
    batch_first=False,
    ragged=False,
    initial=True,
    one_dnn=False,
):
    """Run a stack of recurrent layers over sequences; return the outputs of the last one and the last states of all.

    Shape: input (L, N, I), or (N, L, I) if `batch_first`; outputs (L, N, H), 0 where a sequence has ended; states
        (layers * directions, N, H); weights (gates * H, I or what the layer before gives), (gates * H, H),
        biases (gates * H,), projection (P, H).

    Args:
        tensors: the input; if `ragged` the number of sequences that reach each time (L,), those being the first of the
            batch; the initial states (hidden; of an LSTM also cell) if `initial`; for each layer and direction the
            weights of input and hidden state, two biases if `bias`, the projection if `projected`; then what multiplies
            the inputs of the second and further layers, for dropout, if anything does.
        mode: "lstm", "gru", "rnn_tanh" or "rnn_relu".
        one_dnn: whether PyTorch would use that library; it names the node in the graph.

    Example:
        >>> weights = [jnp.ones((1, 1)), jnp.zeros((1, 1))]
        >>> x = jnp.array([[[1.0]], [[-2.0]], [[3.0]]])
        >>> out, last = recurrent([x, *weights], "rnn_relu", bias=False, initial=False)
        >>> out[:, 0, 0].tolist(), last.tolist()
        ([1.0, 0.0, 3.0], [[[3.0]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
    """
    kind, directions = MODES[mode], 2 if bidirectional else 1
    input, *rest = (jnp.asarray(each) for each in tensors)
    _check_stack(input, rest[ragged:], kind.states if initial else 0)
    input, valid = input.swapaxes(0, 1) if batch_first else input, None
    if ragged:
        steps, *rest = rest
        valid = jnp.less(*broadcast(jnp.arange(input.shape[1])[None], steps.astype(int)[:, None]))[:, None]
    count = num_layers * directions
    a_layer = 2 + 2 * bias + projected
    states = rest[: kind.states] if initial else None
    rest = rest[kind.states :] if initial else rest
    weights, noises = rest[: count * a_layer], rest[count * a_layer :]
    finals = []
    for layer in range(num_layers):
        if layer and noises:
            input = input * noises[layer - 1]
        outs = []
        for direction in range(directions):
            place = layer * directions + direction
            own = _sorted(weights[place * a_layer : (place + 1) * a_layer], bias)
            state = _initial(kind, own, input) if states is None else tuple(each[place].T for each in states)
            out, last = _layer(kind, direction == 1, input, state, own, valid)
            outs.append(out)
            finals.append([each.T for each in last])
        input = outs[0] if directions == 1 else jnp.concatenate(outs, -1)
    if valid is not None:
        input = jnp.where(jnp.broadcast_to(valid.swapaxes(1, 2), input.shape), input, jnp.zeros_like(input))
    return input, *(jnp.stack(each) for each in zip(*finals, strict=True))


def _check_stack(input, rest, states):
    """Raise what PyTorch raises for an input that its layers do not look at before they compute."""
    weight, rows = rest[states], math.prod(input.shape[:-1])
    if any(each.dtype != weight.dtype for each in (input, *rest)):
        other = next(each for each in (input, *rest) if each.dtype != weight.dtype)
        raise RuntimeError(
            "mat1 and mat2 must have the same dtype, but got "
            f"{dtype_name(other.dtype)} and {dtype_name(weight.dtype)}\n{ONE_DTYPE}"
        )
    if input.shape[-1] != weight.shape[1]:
        raise not_multipliable(rows, input.shape[-1], *weight.shape[::-1])


def _sorted(weights, bias):
    """Return the weights of a layer with None for what it has not: of input and hidden state, biases, projection."""
    weight_in, weight, *rest = weights
    biases, rest = (rest[:2], rest[2:]) if bias else ((None, None), rest)
    return weight_in, weight, *biases, rest[0] if rest else None


def _initial(kind, weights, input):
    """Return zeros for the states (H, B) of a layer."""
    hidden = weights[1].shape[1]
    cell = hidden if weights[4] is None else weights[4].shape[1]
    return tuple(jnp.zeros((size, input.shape[1]), input.dtype) for size in (hidden, cell)[: kind.states])


# -- single steps ------------------------------------------------------------------------------------------------------


def _products_of_step(input, states, weights, biases, gates):
    """Return what input and hidden state give to the gates of one step, as PyTorch's cells check and compute it."""
    input, weight_in, weight, *states = (jnp.asarray(each) for each in (input, *weights, *states))
    _check_step(input, states, weight_in, weight, gates)
    return linear(input, weight_in, biases[0]), linear(states[0], weight, biases[1])


def _check_step(input, states, weight_in, weight, gates):
    if min(each.ndim for each in (input, states[0], weight_in, weight)) < 2:
        raise IndexError(
            "Dimension out of range (expected to be in range of [-1, 0], but got 1)\n"
            "Input and state are (N, features), weights are matrices."
        )
    if input.shape[-1] != weight_in.shape[1]:
        raise RuntimeError(
            f"input has inconsistent input_size: got {input.shape[-1]} expected {weight_in.shape[1]}\n"
            "The weight has a column for each feature of the input."
        )
    size = weight.shape[1]
    for place, state in enumerate(states):
        if input.shape[0] != state.shape[0]:
            raise RuntimeError(
                f"Input batch size {input.shape[0]} doesn't match hidden{place} batch size {state.shape[0]}\n"
                "Each row of the input has a row of the state."
            )
        if state.shape[-1] != size:
            raise RuntimeError(
                f"hidden{place} has inconsistent hidden_size: got {state.shape[-1]}, expected {size}\n"
                "The weight has a column for each feature of the state."
            )
    for name, each in (("weight_ih", weight_in), ("weight_hh", weight)):
        if len(each) != gates * size:
            raise RuntimeError(
                f"{name} first dim must be {gates} * hidden_size = {gates * size}, but got {len(each)}\n"
                "It has a row for each gate of each feature of the state."
            )


_CELL = ("input", "hx", "w_ih", "w_hh", "b_ih", "b_hh")


@op(*_CELL, where=("torch",), out=False, grad_fn="AddBackward0")
def gru_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """Return the hidden state of a GRU after one step.

    Shape: input (N, I), hx (N, H), w_ih (3 H, I), w_hh (3 H, H), biases (3 H,); result (N, H).

    Raises:
        RuntimeError: for shapes that do not fit.

    Example:
        >>> zeros = jnp.zeros((3, 1))
        >>> gru_cell(jnp.ones((1, 1)), jnp.ones((1, 1)), zeros, zeros).tolist()
        [[0.5]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
    """
    given, hidden = _products_of_step(input, (hx,), (w_ih, w_hh), (b_ih, b_hh), 3)
    r, z, n = jnp.split(given, 3, -1)
    from_r, from_z, from_n = jnp.split(hidden, 3, -1)
    r, z = jax.nn.sigmoid(r + from_r), jax.nn.sigmoid(z + from_z)
    n = jnp.tanh(n + r * from_n)
    return (jnp.asarray(hx) - n) * z + n


@op(*_CELL, where=("torch",), out=False, grad_fn="TanhBackward0", saves="result")
def rnn_tanh_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """Return `tanh(input w_ih^T + b_ih + hx w_hh^T + b_hh)`; shapes and errors as `gru_cell`, of one gate.

    Example:
        >>> rnn_tanh_cell(jnp.ones((1, 1)), jnp.ones((1, 1)), jnp.ones((1, 1)), -jnp.ones((1, 1))).tolist()
        [[0.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
    """
    return jnp.tanh(sum(_products_of_step(input, (hx,), (w_ih, w_hh), (b_ih, b_hh), 1)))


@op(*_CELL, where=("torch",), out=False, grad_fn="ReluBackward0", saves="result")
def rnn_relu_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """Return `relu(input w_ih^T + b_ih + hx w_hh^T + b_hh)`; shapes and errors as `gru_cell`, of one gate.

    Example:
        >>> rnn_relu_cell(jnp.ones((1, 1)), jnp.ones((1, 1)), jnp.ones((1, 1)), jnp.ones((1, 1))).tolist()
        [[2.0]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
    """
    return jax.nn.relu(sum(_products_of_step(input, (hx,), (w_ih, w_hh), (b_ih, b_hh), 1)))


@op("input", "hx", "cx", "w_ih", "w_hh", "b_ih", "b_hh", where=(), out=False, grad_fn="MulBackward0")
def lstm_step(input, hx, cx, w_ih, w_hh, b_ih=None, b_hh=None):
    """Return hidden and cell state of an LSTM after one step; shapes and errors as `gru_cell`, of four gates.

    Example:
        >>> zeros = jnp.zeros((4, 1))
        >>> h, c = lstm_step(jnp.ones((1, 1)), jnp.ones((1, 1)), jnp.ones((1, 1)), zeros, zeros)
        >>> c.tolist()
        [[0.5]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
    """
    given, hidden = _products_of_step(input, (hx, cx), (w_ih, w_hh), (b_ih, b_hh), 4)
    i, f, g, o = jnp.split(given + hidden, 4, -1)
    c = jax.nn.sigmoid(f) * jnp.asarray(cx) + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c

"""Recurrent layers, single steps of them and packed sequences: values, gradients, weights and errors of PyTorch's."""

import copy
import io
import pickle
from importlib import import_module

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from compat.compare import check, rows

import jnet.torch as jt
from jnet.ops import OPS
from jnet.recorder import counters
from jnet.recorder.merging import Merger

PREPARED = """
from importlib import import_module
nn, F, U = torch.nn, torch.nn.functional, torch.nn.utils.rnn
torch.manual_seed(1)
x = torch.randn(4, 3, 2).requires_grad_()
first = torch.randn(4, 3, 2).requires_grad_()
def flat(results):
    for each in results:
        if isinstance(each, (tuple, list)):
            yield from flat(each)
        elif each is not None:
            yield each
def state(*shape):
    return torch.linspace(-1, 1, 1000).reshape(-1)[:torch.Size(shape).numel()].reshape(shape).requires_grad_()
def used(layer, *given):
    torch.manual_seed(2)
    results = list(flat(layer(*given)))
    sum((each.double() ** 2).sum() for each in results if each.is_floating_point()).backward()
    found = [each.detach() for each in results] + [p.grad for p in layer.parameters()] + [x.grad, first.grad]
    return [repr(layer), [(k, v.shape) for k, v in layer.state_dict().items()], found, torch.rand(1)]
lengths = [4, 2, 1]
"""

# Layers and what they are called with. The first few have every setting.
LAYERS = """
used(nn.LSTM(2, 3), x)
used(nn.LSTM(2, 3, 2, dropout=0.5, bidirectional=True, batch_first=True), x)
used(nn.GRU(2, 3, 2, dropout=0.5, bidirectional=True, batch_first=True), x)
used(nn.RNN(2, 3, 3, dropout=0.5, bias=False), x)
used(nn.RNN(2, 3, 2, "relu", bidirectional=True), x)
used(nn.LSTM(2, 3, 2, bidirectional=True), x, (state(4, 3, 3), state(4, 3, 3)))
used(nn.LSTM(2, 3, 2, bidirectional=True, proj_size=2).double(), x.double(), (state(4, 3, 2).double(),
    state(4, 3, 3).double()))
used(nn.GRU(2, 3), x, state(1, 3, 3))
used(nn.RNN(2, 3, nonlinearity="relu"), x[:, 0], state(1, 3))
used(nn.LSTM(2, 3, batch_first=True), x[0], (state(1, 3), state(1, 3)))
used(nn.GRU(2, 3, 2, dropout=1.0), x)
used(nn.LSTM(2, 3, 2, dropout=0.5).eval(), x)
used(nn.LSTM(2, 3, 2, bidirectional=True, dropout=0.5), U.pack_padded_sequence(x, lengths))
used(nn.GRU(2, 3, 2, bidirectional=True), U.pack_padded_sequence(x, lengths), state(4, 3, 3))
used(nn.RNN(2, 3), U.pack_padded_sequence(x, [1, 4, 2], enforce_sorted=False), state(1, 3, 3))
used(nn.RNNCell(2, 3), x[0])
used(nn.RNNCell(2, 3, nonlinearity="relu"), x[0, 0], state(3))
used(nn.LSTMCell(2, 3), x[0], (state(3, 3), state(3, 3)))
used(nn.LSTMCell(2, 3, bias=False), x[0, 0])
used(nn.GRUCell(2, 3), x[0], state(3, 3))
used(nn.GRUCell(2, 3), x[0, 0])
"""


@pytest.mark.parametrize("program", rows(LAYERS))
def test_layers_equal_pytorchs(program, torch):
    check(f"{PREPARED}\n{program}", torch, rtol=2e-5)


# Programs on packed sequences, functions, settings, and mistakes.
PROGRAMS = """
p = U.pack_padded_sequence(x, lengths); [p, U.pad_packed_sequence(p), type(p).__name__]
p = U.pack_padded_sequence(x, [1, 4, 2], enforce_sorted=False); [p, U.pad_packed_sequence(p, True, -1.5, 6)]
U.pack_padded_sequence(x.transpose(0, 1), torch.tensor(lengths).int(), batch_first=True)
p = U.pack_padded_sequence(x, lengths); (U.pad_packed_sequence(p)[0] * x).sum().backward(); x.grad
p = U.pack_sequence([torch.arange(3), torch.arange(2)])
    [p, p.double().data, p.to(torch.int32).data, p.is_cuda, p.cpu() is p]
p = U.pack_sequence([torch.arange(2), torch.arange(5), torch.arange(3)], enforce_sorted=False)
    [p, U.unpack_sequence(p)]
data, sizes, order, back = U.pack_sequence([torch.arange(2), torch.arange(5)], False); [data, sizes, order, back]
U.pad_sequence([x[0], x[1, :2], x[2, :1]], padding_value=3.0), U.pad_sequence((x[0, :1], x[1]), True,
    padding_side="left")
U.unpad_sequence(U.pad_sequence([x[0], x[1, :2]]), torch.tensor([3, 2]))
a = x.detach().clone(); [U.unpad_sequence(a, torch.tensor([3, 1, 9])), a.shape]
U.invert_permutation(torch.tensor([2, 0, 1])), U.invert_permutation(None)
U.PackedSequence(x, torch.tensor([4])), U.PackedSequence((x, torch.tensor([4])), sorted_indices=torch.tensor([1, 0]))
torch.gru_cell(x[0], torch.zeros(3, 3), torch.ones(9, 2), torch.ones(9, 3))
[each.detach() for each in torch.lstm_cell(x[0], [torch.zeros(3, 3)] * 2, torch.ones(12, 2), torch.ones(12, 3))]
torch.rnn_tanh_cell(x[0], torch.zeros(3, 3), w_ih=torch.ones(3, 2), w_hh=torch.ones(3, 3)),
    torch.rnn_relu_cell(x[0], torch.ones(3, 1), torch.ones(1, 2), torch.ones(1, 1))
[each.detach() for each in torch.gru(x, torch.zeros(1, 3, 1), [torch.ones(3, 2), torch.ones(3, 1)],
    False, 1, 0.0, False, False, False)]
[each.detach() for each in torch.lstm(x, [torch.zeros(1, 3, 1)] * 2, [torch.ones(4, 2), torch.ones(4,
    1)], False, 1, 0.0, False, False, False)]
[each.detach() for each in torch.rnn_tanh(x[:, 0], torch.tensor([2, 2]), torch.zeros(1, 2, 1),
    [torch.ones(1, 2), torch.ones(1, 1)], False, 1, 0.0, False, False)]
nn.LSTM(2, 3)(torch.zeros(5, 0, 2))[0].shape, nn.GRU(2, 3)(x.detach()[:, :0])[1].shape
nn.LSTM(2, 3).half()(x.half())[0].dtype, nn.GRU(2, 3, dtype=torch.bfloat16)(x.bfloat16())[1].dtype
torch.manual_seed(3); [[p.detach() for p in layer.parameters()] for layer in (nn.LSTM(2, 3, 2,
    bidirectional=True, proj_size=1), nn.GRUCell(2, 3))]
m = nn.GRU(2, 3); [[list(map(tuple, (w.shape for w in each))) for each in m.all_weights],
    len(m._flat_weights), m.flatten_parameters()]
m = nn.RNN(2, 3); m.weight_hh_l0 = nn.Parameter(torch.zeros(3, 3)); m.bias_hh_l0.data.zero_()
    [m(x)[1].detach(), [n for n, _ in m.named_parameters()]]
nn.LSTM(2, 3, 2, False, True, 0.5, True, 1), nn.GRU(2, 3, bias=False), nn.RNN(2, 3, 2, "relu", True,
    True), nn.RNNCell(2, 3, False, "relu"), nn.LSTMCell(2, 3)
nn.LSTM(2, 3, dropout=0.5)
m = nn.RNN(2, 3).double(); m.train(False); m(x.double().detach())[1].detach()
x.grad = None; (g,) = torch.autograd.grad((nn.GRU(2, 2)(x)[0] ** 2).sum(), x,
    create_graph=True); (g ** 2).sum().backward(); x.grad
# mistakes
nn.LSTM(2, 3)(x[..., :1])
nn.LSTM(2, 3)(x.double())
nn.LSTM(2, 3)(x[0, 0])
nn.GRU(2, 3)(x[None])
nn.RNN(2, 3)(x[None])
nn.LSTM(2, 3)(x, (torch.zeros(1, 2, 3), torch.zeros(1, 3, 3)))
nn.LSTM(2, 3)(x, (torch.zeros(1, 3, 3), torch.zeros(1, 3, 2)))
nn.LSTM(2, 3)(x, (torch.zeros(3, 3), torch.zeros(3, 3)))
nn.LSTM(2, 3)(x[0], (torch.zeros(1, 3, 3), torch.zeros(1, 3)))
nn.GRU(2, 3)(x, torch.zeros(2, 3, 3))
nn.GRU(2, 3)(x[0], torch.zeros(1, 3, 3))
nn.RNN(2, 3)(x, torch.zeros(3, 3))
nn.LSTM(2, 3, proj_size=1)(x.detach(), (torch.zeros(1, 3, 3), torch.zeros(1, 3, 3)))
nn.LSTM(2, 3)(x.tolist())
nn.LSTM(2, 3)(x[:0])
nn.GRU(2, 3)(U.pack_padded_sequence(x[..., :1], lengths))
nn.LSTM(2, 3)(U.pack_padded_sequence(x[..., :1], lengths))
nn.LSTM(2, 3)(U.pack_padded_sequence(x.double(), lengths))
nn.GRU(2, 3)(U.pack_padded_sequence(x, lengths), torch.zeros(1, 2, 3))
nn.LSTM(2, 3, dropout=1.5)
nn.LSTM(2, 3, dropout=True)
nn.LSTM(2, 3, bias=1)
nn.LSTM(2, 3, batch_first=0)
nn.LSTM(2.0, 3)
nn.LSTM(2, 0)
nn.LSTM(0, 3)
nn.LSTM(2, 3, 0)
nn.LSTM(2, 3, proj_size=3)
nn.LSTM(2, 3, proj_size=-1)
nn.GRU(2, 3, proj_size=1)
nn.RNN(2, 3, nonlinearity="abs")
nn.RNNBase("CNN", 2, 3)
nn.RNNBase("GRU", 2, 3)(x)
nn.RNNCell(2, 3)(x)
nn.RNNCell(2, 3, nonlinearity="abs")(x[0])
nn.GRUCell(2, 3)(x[0], x)
nn.LSTMCell(2, 3)(x[0], (x, x))
nn.GRUCell(5, 3)(x[0])
nn.GRUCell(2, 3)(x[0], torch.zeros(3, 2))
nn.LSTMCell(2, 3)(x[0], (torch.zeros(3, 3), torch.zeros(2, 3)))
nn.GRUCell(2, 3)(x[0], torch.zeros(3, 3).double())
torch.lstm(x)
torch.lstm(x, (x,), [x], False, 1, 0.0, False, False, False)
torch.lstm(x, (x, x), [x], False, 1, 0.0, False, False, False)
torch.lstm_cell(x[0], x, x[0], x[0])
torch.lstm_cell(x[0], (x[0],), x[0], x[0])
U.pack_padded_sequence(x, [2, 4, 1])
U.pack_padded_sequence(x, [4, 2])
U.pack_padded_sequence(x, [4, 2, 0])
U.pack_padded_sequence(x, torch.tensor([lengths]))
U.pack_padded_sequence(x[:0], lengths)
U.pack_padded_sequence(x, 4)
U.pad_packed_sequence(U.pack_padded_sequence(x, lengths), total_length=2)
U.pad_packed_sequence(x)
U.pad_sequence([])
U.pad_sequence(3)
U.pad_sequence([1, 2])
U.pad_sequence([x[0], x[0, :, :1]])
U.pad_sequence([x[0]], padding_side="up")
U.pack_sequence([x[0, :1], x[1]])
U.PackedSequence(x)
U.unpad_sequence(x * 1, torch.tensor([3, 1]))
"""


@pytest.mark.parametrize("program", rows(PROGRAMS))
def test_programs_and_mistakes_equal_pytorchs(program, torch):
    check(f"{PREPARED}\n{program}", torch, rtol=2e-5)


# What is jnet's own.


def test_a_training_loop_is_one_program():
    layer, head = jt.nn.LSTM(2, 3, batch_first=True), jt.nn.Linear(3, 1)
    optimizer = jt.optim.SGD([*layer.parameters(), *head.parameters()], lr=0.1)
    x = jt.randn(2, 4, 2)
    before = counters.compiled
    for _ in range(8):
        optimizer.zero_grad()
        head(layer(x)[0][:, -1]).square().mean().backward()
        optimizer.step()
    assert counters.compiled == before + 1


def test_a_forward_pass_and_its_derivative_share_a_loop():
    x, weights = jnp.ones((4, 2, 3)), [jnp.ones((8, 3)), jnp.ones((8, 2))]

    def forward(x, *weights):
        return OPS["recurrent"].function([x, *weights], "lstm", bias=False, initial=False)[0]

    def backward(gradient, *given):
        return jax.vjp(forward, *given)[1](gradient)

    def both(*given):
        merger = Merger()
        (out,) = merger.evaluate(jax.make_jaxpr(forward)(*given), given)
        return out, merger.evaluate(jax.make_jaxpr(backward)(out, *given), (out, *given))

    merged = jax.make_jaxpr(both)(x, *weights)
    assert sum(eqn.primitive.name == "scan" for eqn in merged.eqns) == 2


def test_copies_and_pickles_are_independent_and_whole():
    layer = jt.nn.LSTM(2, 3, 2, bidirectional=True)
    x = jt.randn(4, 3, 2)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(other(x)[0].detach().numpy(), layer(x)[0].detach().numpy())
        other.weight_hh_l1.data.zero_()
        assert layer.weight_hh_l1.abs().sum() > 0
        assert other._flat_weights[5] is other.weight_hh_l0_reverse


def test_weights_go_both_ways(torch):
    ours, theirs = (t.nn.GRU(2, 3, 2, bidirectional=True) for t in (jt, torch))
    file = io.BytesIO()
    torch.save(theirs.state_dict(), file)
    file.seek(0)
    ours.load_state_dict(jt.load(file))
    x = np.linspace(-1, 1, 24, dtype=np.float32).reshape(4, 3, 2)
    mine, other = ours(jt.tensor(x))[0], theirs(torch.tensor(x))[0]
    np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_a_packed_sequence_that_is_longer_than_its_input_is_refused():
    with pytest.raises(RuntimeError, match="A sequence of length 6 does not fit"):
        jt.nn.utils.rnn.pack_padded_sequence(jt.zeros(5, 2, 1), [6, 2])


def test_batches_whose_lengths_differ_trace_the_layer_once(monkeypatch):
    recurrent = import_module("jnet.ops.neural.recurrent")  # where the function has the module's name
    traced, own = [], recurrent._linearized
    monkeypatch.setattr(recurrent, "_linearized", lambda *given: traced.append(1) or own(*given))
    layer, x = jt.nn.GRU(3, 7), jt.ones(5, 3, 3)
    for lengths in ([5, 4, 1], [5, 5, 2], [5, 1, 1]):
        packed, _ = layer(jt.nn.utils.rnn.pack_padded_sequence(x, lengths))
        packed.data.sum().backward()
        assert len(packed.data) == sum(lengths)
        traced.append(sum(lengths))
    assert traced[0] == 1
    assert traced[-3:] == [10, 12, 7]

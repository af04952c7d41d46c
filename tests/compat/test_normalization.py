"""Normalisation layers: values, gradients, running statistics, states and errors of PyTorch's."""

import copy
import io
import pickle

import numpy as np
import pytest
from compat.compare import check, rows

import jnet.torch as jt
from jnet.recorder import counters, recorder

PREPARED = """
nn, F = torch.nn, torch.nn.functional
rm, rv, w, b = torch.zeros(3), torch.ones(3), torch.rand(3) + 0.5, torch.randn(3)
z, o, f16, bf16, f64 = torch.zeros, torch.ones, torch.float16, torch.bfloat16, torch.float64
x2, x3, x4, x5 = (torch.randn(2, 3, *(4, 5, 2)[:n]) for n in range(4))
def trained(layer, *inputs):
    "Call the layer in training and in evaluation mode; return all that comes of it."
    found = []
    for x in inputs:
        x = x.clone().requires_grad_()
        y = layer(x)
        (y * torch.arange(y.numel()).view_as(y).cos()).sum().backward()
        found += [y, x.grad, *[p.grad for p in layer.parameters()]]
        layer.zero_grad()
    layer.eval()
    return [*found, layer(inputs[0]), dict(layer.state_dict()), repr(layer), layer.training]
"""

LAYERS = """
nn.BatchNorm1d(3), x2, x2 * 2
nn.BatchNorm1d(3, eps=0.1, momentum=0.5), x3, x3 + 1, x2
nn.BatchNorm2d(3, momentum=None), x4, x4 * 3, x4 + 1
nn.BatchNorm2d(3, affine=False), x4
nn.BatchNorm2d(3, bias=False), x4
nn.BatchNorm2d(3, track_running_stats=False), x4, x4
nn.BatchNorm2d(3, affine=False, track_running_stats=False, momentum=None), x4
nn.BatchNorm3d(3, dtype=f64), x5.double()
nn.BatchNorm3d(3, momentum=0.0), x5
nn.SyncBatchNorm(3), x4, x2
nn.LazyBatchNorm1d(), x3
nn.LazyBatchNorm2d(affine=False, momentum=None), x4, x4
nn.LazyBatchNorm3d(bias=False, track_running_stats=False), x5
nn.InstanceNorm1d(3), x3, x3[0]
nn.InstanceNorm2d(3, affine=True), x4, x4[1]
nn.InstanceNorm2d(3, affine=True, track_running_stats=True), x4, x4 * 2 + 1
nn.InstanceNorm3d(3, momentum=None, track_running_stats=True), x5, x5[0]
nn.InstanceNorm2d(3, affine=True, bias=False, eps=0.1, dtype=f64), x4.double()
nn.LazyInstanceNorm1d(), x3
nn.LazyInstanceNorm2d(affine=False, track_running_stats=False), x4
nn.LazyInstanceNorm3d(momentum=0.3), x5, x5
nn.LayerNorm(4), x3, x3[0], x3[0, 0]
nn.LayerNorm([4, 5], eps=0.1, bias=False), x4
nn.LayerNorm((3, 4), elementwise_affine=False), x3
nn.GroupNorm(3, 3), x3
nn.GroupNorm(1, 3, affine=False), x4, x2
nn.GroupNorm(1, 3, eps=0.5, bias=False), x5
nn.RMSNorm(4), x3, x3[0, 0]
nn.RMSNorm([4, 5], eps=0.1, elementwise_affine=False), x4
nn.LocalResponseNorm(2, alpha=0.5), x3, x4
nn.LocalResponseNorm(3, beta=0.5, k=2.0), x5
nn.CrossMapLRN2d(3, alpha=0.5), x4
"""


@pytest.mark.parametrize("row", rows(LAYERS))
def test_layers_train_and_evaluate_as_pytorchs(row, torch):
    check(f"{PREPARED}\ntrained({row})", torch, rtol=2e-5)


HALVES = """
trained(nn.BatchNorm2d(3).half(), x4.half())
trained(nn.BatchNorm2d(3), x4.half())
trained(nn.BatchNorm1d(3).bfloat16(), x3.bfloat16())
trained(nn.InstanceNorm2d(3, affine=True).bfloat16(), x4.bfloat16())
trained(nn.InstanceNorm2d(3, affine=True, track_running_stats=True), x4.half())
trained(nn.LayerNorm(4).half(), x3.half())
trained(nn.LayerNorm(4), x3.bfloat16())
trained(nn.GroupNorm(1, 3).half(), x3.half())
trained(nn.GroupNorm(1, 3), x3.bfloat16())
trained(nn.LocalResponseNorm(2), x3.bfloat16())
F.rms_norm(x3.half(), (4,), o(4).half()), F.rms_norm(x3.half() / 1000, (4,)), F.rms_norm(x3.bfloat16(), (4,))
F.rms_norm(x3.half(), (4,), o(4)), F.rms_norm(x3, (4,), o(4).double())
F.layer_norm(x3.half(), (4,), None, o(4))
nn.CrossMapLRN2d(2, alpha=0.5)(x4.half())
"""


@pytest.mark.parametrize("row", rows(HALVES))
def test_half_precision(row, torch):
    check(f"{PREPARED}\n{row}", torch, rtol=2e-2)


FUNCTIONS = """
F.batch_norm(x3, rm, rv, w, b, True, 0.3, 1e-3), rm, rv, rm._version
F.batch_norm(x3, rm, rv, weight=w, momentum=1), rm, rv
F.batch_norm(x3, None, None, training=True)
F.batch_norm(x3, rm, rv, eps=0.0)
F.batch_norm(x3[:0], rm, rv, training=True), rm, rv
F.batch_norm(x3, z(3, 1)[:, 0], o(3, 2)[:, 1], training=True)
F.batch_norm(x3, rm, rv, w.view(3, 1), training=True)
both = z(2, 3); y = F.batch_norm(x3, both[0], both[1], training=True); both, y
F.batch_norm(x3.transpose(0, 2), rm, rv, w, b, True)
torch.batch_norm(x3, w, b, rm, rv, True, 0.3, 1e-3, True), rm, rv
torch.batch_norm(x3[:1, :, :1], None, None, rm, rv, True, 0.1, 1e-5, True), rm, rv
F.instance_norm(x3, rm, rv, w, b, momentum=0.3), rm, rv
F.instance_norm(x3, rm, rv, w, b, use_input_stats=False, eps=0.1), rm, rv
F.instance_norm(x3)
torch.instance_norm(x3, w, b, rm, rv, True, 0.3, 1e-3, True), rm, rv
F.layer_norm(x3, [4], weight=o(4), eps=0.1), F.layer_norm(x3, torch.Size([3, 4])), torch.layer_norm(x3, (4,))
F.layer_norm(x3[:, :, :0], (0,))
torch.layer_norm(x3, (4,), o(4), z(4), 1e-5, False)
F.group_norm(x3, 3, w, b, 0.1), torch.group_norm(x3, 1, w, b, 1e-5, True), torch.group_norm(x3[:1, :, :1], 3)
F.rms_norm(x3, [4], o(4) * 2, 0.1), torch.rms_norm(x3, (3, 4)), F.rms_norm(x3.to(torch.complex64) * (1 + 1j), (4,))
F.local_response_norm(x3, 2), F.local_response_norm(x4[:0], 3), F.local_response_norm((x3 * 9).long(), 3, 0.5)
layer = nn.BatchNorm1d(3); layer.num_batches_tracked = None; layer(x3), dict(layer.state_dict())
layer = nn.BatchNorm1d(3); layer.track_running_stats = False; layer(x3), layer.eval()(x3), dict(layer.state_dict())
layer = nn.BatchNorm1d(3); layer(x3); layer.reset_running_stats(); dict(layer.state_dict())
layer = nn.BatchNorm1d(3); layer(x3); layer.weight.data.mul_(3); layer.reset_parameters(); dict(layer.state_dict())
layer = nn.BatchNorm1d(3); layer(x3), layer.running_mean._version, layer.num_batches_tracked._version
layer = nn.BatchNorm1d(3, momentum=0.1); layer(x3); layer.momentum = 0.7; layer(x3); layer.running_mean
layer = nn.BatchNorm1d(3).requires_grad_(False); layer(x3), layer.eval()(x3)
x = x3.requires_grad_(); w.requires_grad_(); y = F.batch_norm(x, rm, rv, w); rm.add_(1); y.sum().backward()
x = x3.requires_grad_(); y = F.layer_norm(x, (4,)); x.data.add_(1); y.sum().backward(); y
net = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.BatchNorm1d(3, bias=False).eval(), nn.ReLU()))
    net = nn.SyncBatchNorm.convert_sync_batchnorm(net); repr(net), list(net.state_dict()), net[1][0].training
layer = nn.LazyBatchNorm2d(); repr(layer), repr(layer.weight), repr(layer.running_var)
layer = nn.LazyBatchNorm2d(); layer.load_state_dict(nn.BatchNorm2d(3).state_dict()); layer(x4); repr(layer), layer.bias
nn.InstanceNorm2d(5)(x4)
"""


@pytest.mark.parametrize("row", rows(FUNCTIONS))
def test_functions_and_odd_layers(row, torch):
    check(f"{PREPARED}\n{row}", torch, rtol=2e-5)


ERRORS = """
F.batch_norm(x3, z(4), o(4))
F.batch_norm(x3, None, None)
F.batch_norm(x3, rm, None, training=True)
F.batch_norm(x3, rm, rv, z(4))
F.batch_norm(x3, rm, rv, training=True, eps=0.0)
F.batch_norm(x3, rm, rv, eps=-1.0)
F.batch_norm(x3[:1, :, :1], rm, rv, training=True)
F.batch_norm(x3[0, 0], None, None, training=True)
F.batch_norm(x3, rm, rv, training=True, momentum=None)
F.batch_norm(x3, z(3, requires_grad=True), rv)
F.batch_norm(x3, z(3, 1), rv)
F.batch_norm(x3, [0, 0, 0], rv)
F.batch_norm(x3, rm, rv, "w")
F.batch_norm(x3.double(), rm, rv)
F.batch_norm(x3.long(), rm, rv)
F.instance_norm(x3, None, None, use_input_stats=False)
F.instance_norm(x3[:, :, :1])
F.instance_norm(x3, z(4), o(4))
F.layer_norm(x3, (3,))
F.layer_norm(x3, 4)
F.layer_norm(x3, (4,), o(3))
F.layer_norm(x3.double(), (4,), o(4))
F.layer_norm(x3, (4,), o(4), z(4).double())
F.group_norm(x3, 2)
F.group_norm(x3, 0)
F.group_norm(x3, 1.0)
F.group_norm(x3[0, 0], 1)
F.group_norm(x3[:1, :, :1], 3)
F.rms_norm(x3, (3,))
F.rms_norm(x3.long(), (4,))
F.local_response_norm(x2, 2)
F.local_response_norm(x3, 0)
nn.BatchNorm1d(3)(x4)
nn.BatchNorm2d(3)(x3)
nn.BatchNorm2d(4)(x4)
nn.BatchNorm2d(3)(x5)
nn.BatchNorm3d(3)(x4)
nn.BatchNorm1d(3)(x2[:1])
nn.BatchNorm1d(3)(x3.double())
nn.BatchNorm1d(3).double()(x3)
nn.BatchNorm2d(3, foo=1)
nn.BatchNorm2d()
nn.SyncBatchNorm(3)(x3[0, 0])
nn.SyncBatchNorm(3)(x3[:, :0])
nn.modules.batchnorm._BatchNorm(3)(x3)
nn.InstanceNorm1d(3)(x4)
nn.InstanceNorm2d(3)(x2)
nn.InstanceNorm2d(4, affine=True)(x4)
nn.LayerNorm(3)(x3)
nn.LayerNorm("a")
nn.GroupNorm(2, 3)
nn.GroupNorm(3, 6)(x4)
nn.RMSNorm(3)(x3)
nn.CrossMapLRN2d(2)(x3)
nn.BatchNorm2d(3).load_state_dict(nn.BatchNorm2d(4).state_dict())
nn.BatchNorm2d(3).load_state_dict({})
nn.InstanceNorm2d(3).load_state_dict({"running_mean": rm, "running_var": rv})
nn.BatchNorm2d(3, track_running_stats=False).load_state_dict(nn.BatchNorm2d(3).state_dict())
"""


@pytest.mark.parametrize("row", rows(ERRORS))
def test_mistakes_raise_what_pytorch_raises(row, torch):
    check(f"{PREPARED}\n{row}", torch, rtol=2e-5)


def test_old_states_have_no_counter(torch):
    """Before version 2 there was no num_batches_tracked: it stays what it is."""
    program = f"""{PREPARED}
layer = nn.BatchNorm1d(3)
layer(x3)
state = nn.BatchNorm1d(3).state_dict()
del state["num_batches_tracked"]
old = dict(state)
complete = repr(layer.load_state_dict(old))
state._metadata[""]["version"] = 1
[complete, repr(layer.load_state_dict(state)), layer.num_batches_tracked, layer.running_mean]
"""
    check(program, torch)


def test_double_backward(torch):
    program = f"""{PREPARED}
found = []
for layer, x in ((nn.BatchNorm1d(3), x3), (nn.InstanceNorm1d(3, affine=True), x3), (nn.LayerNorm(4), x3),
                 (nn.GroupNorm(1, 3), x3), (nn.RMSNorm(4), x3), (nn.LocalResponseNorm(2, alpha=0.5), x3),
                 (nn.BatchNorm1d(3).eval(), x3)):
    layer, x = layer.double(), x.double().requires_grad_()
    leaves = [x, *layer.parameters()]
    grads = torch.autograd.grad((layer(x) ** 3).sum(), leaves, create_graph=True)
    found.append(torch.autograd.grad(sum((g ** 2).sum() for g in grads), leaves))
found
"""
    check(program, torch, rtol=1e-8)


@pytest.mark.parametrize("mean", [1e4, -300.0])
def test_far_from_zero_no_digits_are_lost(mean):
    """A mean of 1e4 with a variance of 1: PyTorch itself is out by 1e-4 in the output, but not in the statistics."""
    values = (np.random.default_rng(0).normal(size=(8, 3, 50, 50)) + mean).astype(np.float32)
    exact = values.astype(np.float64)
    for dims, layer in (
        ((0, 2, 3), jt.nn.BatchNorm2d(3, momentum=1.0)),
        ((2, 3), jt.nn.InstanceNorm2d(3)),
        ((2, 3), jt.nn.GroupNorm(3, 3)),
        ((1, 2, 3), jt.nn.LayerNorm((3, 50, 50))),
    ):
        expected = (exact - exact.mean(dims, keepdims=True)) / exact.std(dims, keepdims=True)
        atol = 2e-3 if isinstance(layer, jt.nn.LayerNorm) else 3e-5  # as PyTorch: two spacings of numbers at 1e4
        np.testing.assert_allclose(layer(jt.tensor(values)).detach(), expected, atol=atol)
        if isinstance(layer, jt.nn.BatchNorm2d):
            np.testing.assert_allclose(layer.running_mean, exact.mean(dims), rtol=1e-7)
            np.testing.assert_allclose(layer.running_var, exact.var(dims, ddof=1), rtol=1e-6)


def test_values_that_are_all_equal_become_the_bias():
    for layer in (jt.nn.BatchNorm1d(3), jt.nn.InstanceNorm1d(3), jt.nn.LayerNorm(5), jt.nn.GroupNorm(1, 3)):
        x = jt.full((4, 3, 5), 1234.567, requires_grad=True)
        y = layer(x)
        y.sum().backward()
        assert (y.abs() < 1e-3).all()
        assert (x.grad.abs() < 1e-3).all()


@pytest.mark.parametrize("momentum", [0.1, 0.7, None])
def test_a_training_loop_is_one_program_a_step(momentum):
    """Neither the counter nor the running statistics are read, and a momentum of None needs no new program."""
    jt.manual_seed(0)
    net = jt.nn.Sequential(jt.nn.Linear(4, 3), jt.nn.BatchNorm1d(3, momentum=momentum), jt.nn.ReLU())
    optimizer = jt.optim.SGD(net.parameters(), 0.1)
    x = jt.randn(8, 4)
    for step in range(5):
        if step == 2:
            flushes, states = counters.flushes, recorder().states
        optimizer.zero_grad()
        net(x).sum().backward()
        optimizer.step()
    assert counters.flushes - flushes == 3
    assert recorder().states == states, "each step records what the one before did"
    assert net[1].num_batches_tracked == 5


def test_copies_and_pickles():
    layer = jt.nn.BatchNorm2d(3)
    layer(jt.randn(2, 3, 4, 4))
    stream = io.BytesIO()
    jt.save(layer.state_dict(), stream)
    stream.seek(0)
    fresh = jt.nn.BatchNorm2d(3)
    fresh.load_state_dict(jt.load(stream))
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)), fresh):
        for name, value in layer.state_dict().items():
            assert (other.state_dict()[name] == value).all(), name
        other(jt.ones(2, 3, 4, 4))
        assert layer.num_batches_tracked == 1
        assert other.num_batches_tracked == 2
    lazy = copy.deepcopy(jt.nn.LazyBatchNorm1d())
    assert lazy(jt.randn(2, 3)).shape == (2, 3)
    assert type(lazy) is jt.nn.BatchNorm1d

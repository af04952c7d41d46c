"""Averaged models and their schedule: PyTorch's numbers, states and errors."""

import pytest
from compat.compare import check, rows

import jnet.torch as jt
from jnet.recorder import counters
from jnet.torch.optim.swa_utils import AveragedModel, update_bn

PREPARED = """
import copy
from importlib import import_module
swa = import_module(torch.__name__ + ".optim.swa_utils")
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 2)
        self.register_buffer("seen", torch.tensor(0))
        self.register_buffer("scale", torch.ones(2))
    def forward(self, x):
        return self.layer(x) * self.scale
net = Net()
x = torch.randn(5, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
def train(average, steps=4):
    for _ in range(steps):
        optimizer.zero_grad()
        (net(x) ** 2).mean().backward()
        optimizer.step()
        net.seen += 3
        net.scale *= 1.5
        average.update_parameters(net)
    return [average(x), average.state_dict(), average.n_averaged]
def rates(schedule, epochs=6):
    seen = []
    for _ in range(epochs):
        optimizer.step()
        schedule.step()
        seen.append(schedule.get_last_lr())
    return [seen, schedule.state_dict()]
"""

PROGRAMS = """
train(swa.AveragedModel(net))
train(swa.AveragedModel(net, use_buffers=True))
train(swa.AveragedModel(net, avg_fn=swa.get_ema_avg_fn(0.9)))
train(swa.AveragedModel(net, avg_fn=swa.get_swa_avg_fn()))
train(swa.AveragedModel(net, multi_avg_fn=swa.get_ema_multi_avg_fn(0.9)))
train(swa.AveragedModel(net, multi_avg_fn=swa.get_ema_multi_avg_fn(0.9), use_buffers=True))
train(swa.AveragedModel(net, multi_avg_fn=swa.get_swa_multi_avg_fn()))
train(swa.AveragedModel(net, avg_fn=lambda old, new, count: old * 0.5 + new * 0.5 + count))
a = swa.AveragedModel(net, device="cpu"); b = copy.deepcopy(a); train(a); b.load_state_dict(a.state_dict()); train(b)
a = swa.AveragedModel(net); [n for n, _ in a.named_parameters()], a.avg_fn, a.use_buffers, a.training
swa.AveragedModel(net, avg_fn=1, multi_avg_fn=2)
swa.get_ema_avg_fn(1.5)
swa.get_ema_multi_avg_fn(-0.5)
swa.update_bn([x], net)
rates(swa.SWALR(optimizer, swa_lr=0.5))
rates(swa.SWALR(optimizer, swa_lr=0.5, anneal_epochs=3, anneal_strategy="linear"))
rates(swa.SWALR(optimizer, swa_lr=[0.05], anneal_epochs=0))
swa.SWALR(optimizer, swa_lr=0.5, anneal_strategy="quick")
swa.SWALR(optimizer, swa_lr=0.5, anneal_epochs=-1)
swa.SWALR(optimizer, swa_lr=0.5, anneal_epochs=1.5)
swa.SWALR(optimizer, swa_lr=[0.5, 0.2])
swa.SWALR(optimizer, swa_lr=0.5).get_lr()
s = swa.SWALR(optimizer, 0.5); rates(s, 2); t = swa.SWALR(optimizer, 0.1); t.load_state_dict(s.state_dict()); rates(t)
"""


@pytest.mark.parametrize("program", rows(PROGRAMS))
def test_programs_equal_pytorchs(program, torch):
    check(f"{PREPARED}\n{program}", torch, rtol=1e-6)


def test_an_averaged_training_loop_compiles_few_programs():
    model = jt.nn.Linear(3, 2)
    average, optimizer = AveragedModel(model), jt.optim.Adam(model.parameters())
    x = jt.rand(4, 3)
    counters.reset()
    for _ in range(20):
        optimizer.zero_grad()
        model(x).sum().backward()
        optimizer.step()
        average.update_parameters(model)
    assert counters.compiled <= 4


class _BatchNorm(jt.nn.Module):
    """The mean of all that it was given since the last reset."""

    momentum = 0.1

    def reset_running_stats(self):
        self.total, self.count = 0.0, 0

    def forward(self, x):
        assert self.momentum is None
        assert self.training
        self.total, self.count = self.total + x.mean().item(), self.count + 1
        return x


def test_batch_statistics_come_from_one_pass():
    layer = _BatchNorm().eval()
    update_bn([jt.ones(2), (jt.full((2,), 3.0), "label")], layer)
    assert (layer.total / layer.count, layer.momentum, layer.training) == (2.0, 0.1, False)

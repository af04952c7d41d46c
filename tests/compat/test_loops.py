"""The plain loop, compiled: how many programs it makes, that it does not grow, that it prints PyTorch's numbers."""

import gc
import resource

import numpy as np
import pytest

import jnet.torch as jt
from jnet.recorder import counters


def losses_of(torch, optimizer, steps=100, schedule=True, item="each", batches=None, momentum=None):
    """Train a small network; return the losses that it printed."""
    torch.manual_seed(420)
    x, y = torch.rand(48, 6), torch.randint(0, 3, (48,))
    net = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
    criterion = torch.nn.CrossEntropyLoss()
    settings = {"momentum": momentum} if momentum else {}
    optim = getattr(torch.optim, optimizer)(net.parameters(), lr=0.05, **settings)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optim, 0.99)
    seen = []
    for step in range(steps):
        rows = slice(None) if batches is None else batches[step % len(batches)]
        loss = criterion(net(x[rows]), y[rows])
        if item == "before":
            seen.append(loss.item())
        optim.zero_grad()
        loss.backward()
        optim.step()
        if schedule:
            scheduler.step()
        if item == "each":
            seen.append(loss.item())
    seen.append(loss.item())
    return seen


def programs(function):
    """Return how many programs XLA compiled while the function ran."""
    counters.reset()
    function()
    return counters.compiled


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_a_loop_makes_one_program_whatever_its_length_and_rate(optimizer):
    assert programs(lambda: losses_of(jt, optimizer, steps=100)) == 1


def test_a_short_last_batch_adds_one_program():
    batches = [slice(0, 20), slice(20, 40), slice(40, 48)]
    assert programs(lambda: losses_of(jt, "SGD", steps=99, batches=batches)) == 2


def test_reading_the_loss_before_backward_makes_two_programs():
    assert programs(lambda: losses_of(jt, "SGD", steps=100, item="before")) == 2


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "AdamW"])
@pytest.mark.parametrize("item", ["each", "before"])
def test_losses_equal_pytorchs(optimizer, item, torch):
    np.testing.assert_allclose(
        losses_of(jt, optimizer, 30, item=item), losses_of(torch, optimizer, 30, item=item), rtol=2e-5
    )


def test_momentum_equals_pytorchs(torch):
    mine, other = (losses_of(module, "SGD", 30, momentum=0.9) for module in (jt, torch))
    np.testing.assert_allclose(mine, other, rtol=2e-5)


def megabytes():
    """Return how much memory the process holds now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def test_memory_does_not_grow_over_many_steps():
    x = jt.rand(8, 4)
    w = jt.rand(4, requires_grad=True)
    optim = jt.optim.SGD([w], lr=0.01)

    def steps(n):
        for _ in range(n):
            optim.zero_grad()
            ((x @ w) ** 2).sum().backward()
            optim.step()
        w.sum().item()
        gc.collect()

    steps(1000)
    before, objects = megabytes(), len(gc.get_objects())
    steps(9000)
    assert megabytes() - before < 15
    assert len(gc.get_objects()) - objects < 3000  # a leak of one object a step would be 9,000


def test_memory_does_not_grow_over_many_programs():
    from jnet.recorder.trace import COMPILED, recorder

    def program(i):
        y = jt.ones(3)
        for bit in range(12):
            y = y + 1 if i >> bit & 1 else y * 2
        y.sum().item()

    for i in range(1000):
        program(i)
    gc.collect()
    before = megabytes()
    for i in range(1000, 3000):
        program(i)
    gc.collect()
    assert megabytes() - before < 60
    assert recorder().compiled <= COMPILED

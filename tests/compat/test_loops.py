"""The plain loop, compiled: how many programs it makes, that it does not grow, that it prints PyTorch's numbers."""

import gc
import resource

import jax
import numpy as np
import pytest

import jnet.torch as jt
from jnet.recorder import counters


def losses_of(torch, optimizer, steps=100, schedule=True, item="each", batches=None, momentum=None, size=(48, 6, 8)):
    """Train a small network; return the losses that it printed."""
    torch.manual_seed(420)
    rows, features, hidden = size
    x, y = torch.rand(rows, features), torch.randint(0, 3, (rows,))
    net = torch.nn.Sequential(torch.nn.Linear(features, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 3))
    criterion = torch.nn.CrossEntropyLoss()
    settings = {"momentum": momentum} if momentum else {}
    optim = getattr(torch.optim, optimizer)(net.parameters(), lr=0.05, **settings)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optim, 0.99)
    seen = []
    for step in range(steps):
        batch = slice(None) if batches is None else batches[step % len(batches)]
        loss = criterion(net(x[batch]), y[batch])
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
    """Return how many programs the recorder made while the function ran, after checking that JAX lowered no more."""
    counters.reset()
    seen = []

    def listen(event, duration, **metadata):
        if event == "/jax/core/compile/jaxpr_to_mlir_module_duration":
            seen.append(metadata.get("fun_name"))

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        function()
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)
    # JAX may compile a program again, for inputs that are on a device or not, which the counter would not tell.
    assert len(seen) == counters.compiled, seen
    return counters.compiled


@pytest.mark.parametrize("size", [(48, 6, 8), (500, 200, 130)], ids=["interpreted at first", "compiled at once"])
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_a_loop_makes_one_program_whatever_its_length_and_rate(optimizer, size):
    assert programs(lambda: losses_of(jt, optimizer, steps=100, size=size)) == 1


def test_first_values_that_are_recorded_do_not_make_the_first_step_another_program():
    def loop():
        net = jt.nn.Sequential(jt.nn.Linear(200, 300), jt.nn.BatchNorm1d(300), jt.nn.LayerNorm(300))
        optim = jt.optim.SGD(net.parameters(), lr=0.1)
        x = jt.rand(500, 200)
        for _ in range(4):
            optim.zero_grad()
            net(x).sum().backward()
            optim.step()

    assert programs(loop) == 1


def test_a_short_last_batch_adds_one_program():
    batches = [slice(0, 20), slice(20, 40), slice(40, 48)]
    assert programs(lambda: losses_of(jt, "SGD", steps=99, batches=batches)) == 2


@pytest.mark.parametrize("differentiate", ["backward", "grad"])
def test_a_loop_without_an_optimizer_is_cut_at_the_same_place_each_time(differentiate):
    w = jt.ones(3, requires_grad=True)

    def loop():
        for _ in range(400):
            loss = ((w * w).sum() - 1) ** 2
            if differentiate == "grad":
                (grad,) = jt.autograd.grad(loss, w)
            else:
                loss.backward()
                grad, w.grad = w.grad, None
            w.data -= 0.01 * grad
        w.sum().item()

    assert programs(loop) == 1
    assert counters.ops / counters.flushes < 100  # short ones, which XLA compiles quickly


def test_batches_of_a_replay_memory_are_one_program():
    numbers = np.random.default_rng(0)
    states = [jt.tensor(numbers.normal(size=4).astype("f")).unsqueeze(0) for _ in range(50)]
    net = jt.nn.Linear(4, 2)
    optim = jt.optim.SGD(net.parameters(), lr=0.1)

    def loop():
        for _ in range(30):  # other states each time, some of them twice
            batch = jt.cat([states[i] for i in numbers.integers(0, 50, 32)])
            loss = net(batch).pow(2).mean()
            optim.zero_grad()
            loss.backward()
            optim.step()

    assert programs(loop) == 1
    assert counters.flushes <= 31


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

    steps(3000)  # what is kept once, is
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

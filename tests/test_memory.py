"""Freed memory is used again: measured by the pages that a training loop touches for the first time."""

import itertools
import os
import subprocess
import sys

import pytest

LOOP = """
import resource
import jnet.torch as torch

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

torch.manual_seed(0)
x, y = torch.rand(8192, 16), torch.rand(8192, 1)
net = torch.nn.Sequential(torch.nn.Linear(16, 2048), torch.nn.Tanh(), torch.nn.Linear(2048, 1))  # 64 MB between them
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

def step():
    loss = ((net(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

for _ in range(10):
    step()
before = faults()
for _ in range(10):
    step()
print((faults() - before) // 10)
"""


def faults(**environment) -> int:
    """Return how many pages a step of the loop touches for the first time."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    run = subprocess.run(
        [sys.executable, "-c", LOOP], env=plain | environment, capture_output=True, text=True, check=True
    )
    return int(run.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's setting")
def test_freed_memory_is_used_again():
    assert faults() < 200
    assert faults(JNET_KEEP_MEMORY="0") > 1000


@pytest.mark.parametrize("told", [{"MALLOC_ARENA_MAX": "2"}, {"GLIBC_TUNABLES": ""}, {"JNET_KEEP_MEMORY": "0"}])
def test_what_the_user_says_holds(told, monkeypatch):
    from jnet import memory

    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: pytest.fail("it touched the C library"))
    assert memory.keep_freed_memory() is False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's mappings")
def test_programs_are_forgotten_before_their_code_takes_all_mappings(monkeypatch):
    """A process of 65,530 mappings would die of some 400 transformers' steps."""
    import jnet.torch as torch
    from jnet import memory
    from jnet.recorder import counters, trace

    def step(width):
        x = torch.rand(500, width)
        w = torch.rand(width, width, requires_grad=True)
        (x @ w).tanh().softmax(1).var().backward()
        assert w.grad.isfinite().all().item()
        return memory._count()

    start = step(300)
    assert start > 100
    monkeypatch.setattr(memory, "_limit", lambda: 2 * (start + 100))
    monkeypatch.setattr(trace, "_mappings", memory.Mappings())
    before = counters.compiled
    taken = [step(width) for width in range(301, 331)]
    assert max(taken) < start + 200  # with what the last program took, and what other tests hold
    assert any(later < sooner for sooner, later in itertools.pairwise(taken))
    assert counters.compiled - before >= 30


def test_where_nothing_can_be_counted_nothing_is_scarce(monkeypatch):
    from jnet import memory

    monkeypatch.setattr(memory, "_count", lambda: 0)
    monkeypatch.setattr(memory, "_limit", lambda: sys.maxsize)
    assert not memory.Mappings().scarce()

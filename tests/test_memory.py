"""Freed memory is used again, and mappings do not run out: measured in processes of their own."""

import os
import subprocess
import sys

import pytest

from jnet import memory

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what Linux and glibc can be asked")

LOOP = """
import itertools
import resource
import statistics
import jnet.torch as torch

torch.manual_seed(0)
x, y = torch.rand(8192, 16), torch.rand(8192, 1)
net = torch.nn.Sequential(torch.nn.Linear(16, 2048), torch.nn.Tanh(), torch.nn.Linear(2048, 1))  # 64 MB between them
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

def steps(count):
    for _ in range(count):
        loss = ((net(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

counts = [steps(10) for _ in range(8)]
faults = [later - sooner for sooner, later in itertools.pairwise(counts)]
print(statistics.median_low(faults) // 10)  # the heap may grow once more
"""

PROGRAMS = """
import itertools
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
memory._limit = lambda: 2 * (start + 100)
trace._mappings = memory.Mappings()
before = counters.compiled
taken = [step(width) for width in range(301, 321)]
assert counters.compiled - before >= 20
assert any(later < sooner for sooner, later in itertools.pairwise(taken))
print(max(taken) - start)
"""


def printed(program: str, **environment) -> int:
    """Return the number that a program prints."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    words = [sys.executable, "-c", program]
    return int(subprocess.run(words, env=plain | environment, capture_output=True, text=True, check=True).stdout)


@LINUX
def test_freed_memory_is_used_again():
    """Pages that a step of the loop touches for the first time."""
    assert printed(LOOP) < 200
    assert printed(LOOP, JNET_KEEP_MEMORY="0") > 1000


@pytest.mark.parametrize("told", [{"MALLOC_ARENA_MAX": "2"}, {"GLIBC_TUNABLES": ""}, {"JNET_KEEP_MEMORY": "0"}])
def test_what_the_user_says_holds(told, monkeypatch):
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: pytest.fail("it touched the C library"))
    assert memory.keep_freed_memory() is False


@LINUX
def test_programs_are_forgotten_before_their_code_takes_all_mappings():
    """A process, which may have 65,530 mappings, would die of some 400 transformers' steps."""
    assert printed(PROGRAMS) < 200  # and some 600 if none is forgotten


def test_where_nothing_can_be_counted_nothing_is_scarce(monkeypatch):
    monkeypatch.setattr(memory, "_count", lambda: 0)
    monkeypatch.setattr(memory, "_limit", lambda: sys.maxsize)
    assert not memory.Mappings().scarce()

"""Loaders with workers: the batches, seeds and errors of PyTorch's processes, and threads that end.

What both print is compared script against script: PyTorch forks its workers, which must not happen where JAX runs.
"""

import gc
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from compat.compare import rows
from paths import ROOT

import jnet.torch as jt

SCRIPT = '''
import copy, itertools, math, random, re, sys, threading, time, traceback, warnings
import numpy as np
import torch
D = torch.utils.data
from torch.utils.data import DataLoader, get_worker_info
seeded = lambda seed=420: torch.Generator().manual_seed(seed)
after = lambda: (torch.rand(2), random.random(), np.random.rand())
class Squares(D.Dataset):
    def __len__(self): return 10
    def __getitem__(self, i): return torch.tensor([i, i * i]), i, float(i), str(i)
class Random(Squares):
    def __getitem__(self, i):
        drawn = torch.randn(2) + i, torch.rand(1), random.random(), random.randint(0, 99), random.gauss(0, 1)
        return i, drawn, np.random.rand(), np.random.randint(100, size=2), np.random.randn(), np.random.sample()
class Who(Squares):
    def __getitem__(self, i):
        info = get_worker_info()
        return [i, info.id, info.num_workers, info.seed == torch.initial_seed(), info.dataset is self]
class Seeds(Squares):
    def __getitem__(self, i): return get_worker_info().seed
class Counts(Squares):
    count = 0
    def __getitem__(self, i):
        self.count += 1
        return get_worker_info().id, self.count
class Holds(Squares):
    def __init__(self): self.own, self.rng, self.torch = random.Random(3), np.random.default_rng(4), seeded()
    def __getitem__(self, i): return i, self.own.random(), self.rng.random(), torch.rand(1, generator=self.torch)
class Stream(D.IterableDataset):
    def __init__(self, n=7): self.start, self.end = 0, n
    def __iter__(self): return iter(range(self.start, self.end))
class Shared(Stream):
    def __iter__(self):
        info = get_worker_info()
        return iter(range(self.end)) if info is None else iter(range(info.id, self.end, info.num_workers))
class Told(Shared):
    def __len__(self): return 3
    def __repr__(self): return "Told"
class Uneven(Stream):
    def __iter__(self): return iter([10 * get_worker_info().id + i for i in range(1 + 3 * get_worker_info().id)])
class Fails(Squares):
    def __init__(self, error, at=4): self.error, self.at = error, at
    def __getitem__(self, i):
        if i == self.at: raise self.error
        return i
class WithMessage(Exception):
    def __init__(self, message): self.message = message; super().__init__("mine", message)
    message = "class"
class Drawn(D.Sampler):
    def __init__(self): self.begun = 0
    def __len__(self): return 6
    def __iter__(self):
        self.begun += 1
        return map(lambda _: int(torch.randint(10, ())), range(6))
def share(worker_id):
    info = get_worker_info()
    part = math.ceil((info.dataset.end - info.dataset.start) / info.num_workers)
    info.dataset.start += worker_id * part
    info.dataset.end = min(info.dataset.start + part, info.dataset.end)
def seed_worker(worker_id):
    seed = torch.initial_seed() % 2**32
    np.random.seed(seed); random.seed(seed)
def own_seeds(worker_id):
    torch.manual_seed(worker_id); np.random.seed(3); random.seed(4)
def until_the_end(loader):
    """Return the batches, and the errors between them."""
    found, it = [], iter(loader)
    for _ in range(20):
        try: found.append(next(it))
        except StopIteration: return found
        except Exception as error: found.append(type(error).__name__ + ": " + str(error).splitlines()[0])
pairs = D.TensorDataset(torch.arange(20.0).reshape(10, 2), torch.arange(10))
'''

RUN = """
for row in ROWS:
    torch.manual_seed(0); random.seed(0); np.random.seed(0); torch.set_grad_enabled(True)
    print("#", ROWS.index(row))
    head, _, last = row.rpartition("\\n")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(head)
            print(eval(last))
        except Exception as error:
            print(type(error).__name__, re.sub("\\\\d{3,}", "N", str(error).splitlines()[0]))
            print("Original Traceback (most recent call last):" in str(error))
        for each in caught: print(each.category.__name__, str(each.message).splitlines()[0])
"""

PROGRAMS = """
list(DataLoader(pairs, 3, num_workers=2)), after()
list(DataLoader(pairs, 3, True, num_workers=2)), after()
list(DataLoader(pairs, 3, True, num_workers=2, generator=seeded())), after()
l = DataLoader(Squares(), 3, True, num_workers=2, prefetch_factor=1); [list(l), list(l), len(l), after()]
list(DataLoader(pairs, 3, True, num_workers=1)), list(DataLoader(pairs, None, num_workers=2)), after()
list(DataLoader(D.random_split(pairs, [0.5, 0.5])[0], 2, num_workers=2, drop_last=True)), after()
list(DataLoader([np.ones(2), np.zeros(2), np.ones(2)], 2, num_workers=2)), list(DataLoader(range(5), 2, num_workers=2))
list(DataLoader(pairs, 3, num_workers=2, collate_fn=lambda batch: torch.stack([a for a, _ in batch]) * 2))
list(DataLoader(pairs, 3, num_workers=2, collate_fn=len)), list(DataLoader([], 2, num_workers=2))
list(DataLoader(Random(), 2, num_workers=2)), after()
l = DataLoader(Random(), 2, True, num_workers=2, generator=seeded()); [list(l), list(l), after()]
l = DataLoader(Random(), 4, True, num_workers=2, persistent_workers=True)
    [list(l), list(l), after()]
list(DataLoader(Random(), 5, num_workers=2, worker_init_fn=seed_worker, generator=seeded())), after()
list(DataLoader(Random(), 5, num_workers=2, worker_init_fn=own_seeds)), after()
list(DataLoader(Who(), 2, num_workers=2)), list(DataLoader(Seeds(), 2, num_workers=2)), get_worker_info()
list(DataLoader(Seeds(), 5, num_workers=2, generator=seeded())), after()
d = Counts(); l = DataLoader(d, 2, num_workers=2); [list(l), list(l), d.count]
d = Counts(); l = DataLoader(d, 2, num_workers=2, persistent_workers=True); [list(l), list(l), d.count]
d = Counts(); l = DataLoader(D.Subset(d, range(4)), 2, num_workers=2, persistent_workers=True)
    [list(l), list(l), d.count]
l = DataLoader(Holds(), 2, num_workers=2); [list(l), list(l)]
s = Drawn(); l = DataLoader(pairs, 2, sampler=s, num_workers=2); [list(l), s.begun, after()]
s = Drawn(); it = iter(DataLoader(pairs, 1, sampler=s, num_workers=2, prefetch_factor=1))
    [s.begun, next(it), after()]
s = Drawn(); l = DataLoader(pairs, None, sampler=s, num_workers=1, persistent_workers=True)
    [list(l), list(l), s.begun]
l = DataLoader(pairs, 2, num_workers=2, persistent_workers=True); it = iter(l)
    [next(it), iter(l) is it, next(it), list(l)]
it = iter(DataLoader(pairs, 6, num_workers=2)); [len(it), next(it), next(it), next(it, 0), next(it, 0), iter(it) is it]
[list(zip(DataLoader(range(3), num_workers=1), DataLoader(range(3), num_workers=2)))]
sorted(int(x) for x in DataLoader(range(20), num_workers=2, in_order=False))
list(DataLoader(Stream(3), 2, num_workers=2)), list(DataLoader(Stream(3), None, num_workers=2)), after()
list(DataLoader(Shared(), 2, num_workers=2)), list(DataLoader(Shared(), 2, num_workers=2, drop_last=True))
list(DataLoader(Shared(1), 2, num_workers=2)), list(DataLoader(Shared(0), 2, num_workers=2))
list(DataLoader(Shared(), None, num_workers=2))
list(DataLoader(Uneven(), 1, num_workers=2)), list(DataLoader(Uneven(), 2, num_workers=2, prefetch_factor=4))
l = DataLoader(Uneven(), 2, num_workers=2, persistent_workers=True); [list(l), list(l)]
s = Stream(); l = DataLoader(s, 2, num_workers=2, worker_init_fn=share); [list(l), list(l), s.start, s.end]
s = Stream() + Stream(2); list(DataLoader(s, 2, num_workers=2))
l = DataLoader(Told(), 1, num_workers=2); len(l), list(l)
sorted(int(x) for x in DataLoader(Shared(9), num_workers=2, in_order=False))
list(DataLoader(Fails(ValueError("no sample")), 2, num_workers=2))
list(DataLoader(Fails(KeyError("no sample")), 2, num_workers=2))
list(DataLoader(Fails(StopIteration()), 2, num_workers=2))
try: list(DataLoader(Fails(WithMessage("m")), 2, num_workers=2))
    except Exception as error: made = type(error).__name__, error.message.splitlines()[0]
    made
until_the_end(DataLoader(Fails(ValueError("no sample")), 2, num_workers=2))
until_the_end(DataLoader(Fails(ValueError("no sample"), 0), 1, num_workers=1))
list(DataLoader([1, "a"], 2, num_workers=1))
list(DataLoader([None], 2, num_workers=1))
list(DataLoader(D.TensorDataset(torch.ones(3, requires_grad=True)), 2, num_workers=1))
with torch.no_grad(): made = list(DataLoader(D.TensorDataset(torch.ones(3, requires_grad=True)), 2, num_workers=1))
    made
it = iter(DataLoader(pairs, sampler=[0, 1, 2, "a"], num_workers=1)); [next(it), next(it), next(it)]
list(DataLoader(pairs, batch_sampler=iter([[0], [1, 2]]), num_workers=2))
def failing():
        yield 0
        raise ValueError("no index")
    list(DataLoader(pairs, sampler=failing(), num_workers=1))
class Slow(Squares):
        def __getitem__(self, i): time.sleep(1.5)
    list(DataLoader(Slow(), timeout=0.2, num_workers=1))
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What each of the two prints, by program."""
    path = tmp_path_factory.mktemp("workers") / "script.py"
    path.write_text(f"{SCRIPT}\nROWS = {rows(PROGRAMS)!r}\n{RUN}")
    found = []
    for command in ([], ["-m", "jnet", "run"]):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, *command, str(path)], capture_output=True, text=True, env=environment, timeout=120
        )
        assert done.returncode == 0, done.stderr[-3000:]
        parts = dict(part.split("\n", 1) for part in done.stdout.split("# ")[1:])
        found.append({program: parts[str(number)] for number, program in enumerate(rows(PROGRAMS))})
    return found


@pytest.mark.parametrize("program", rows(PROGRAMS))
def test_same(program, torch, printed):
    theirs, mine = (each[program] for each in printed)
    assert mine == theirs


# -- threads ----------------------------------------------------------------------------------------------------------


def workers() -> list:
    return [each for each in threading.enumerate() if each.name.startswith("DataLoader worker")]


class Rows(jt.utils.data.Dataset):
    def __len__(self):
        return 40

    def __getitem__(self, i):
        return jt.ones(3) * i + 1, i


def leave(loader):
    for _ in loader:
        break


def fail(loader):
    with pytest.raises(ZeroDivisionError):
        [1 / 0 for _ in loader]


def delete(loader):
    iterator = iter(loader)
    next(iterator)
    assert len(workers()) == 2
    del iterator


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("how", [list, leave, fail, delete])
def test_no_thread_is_left(how, persistent):
    loader = jt.utils.data.DataLoader(Rows(), 2, num_workers=2, persistent_workers=persistent)
    how(loader)
    del loader
    assert workers() == []


def test_persistent_workers_stay():
    loader = jt.utils.data.DataLoader(Rows(), 2, num_workers=2, persistent_workers=True)
    list(loader)
    before = workers()
    leave(loader)
    assert len(list(loader)) == 20
    assert workers() == before
    del loader
    gc.collect()
    assert workers() == []


def test_a_script_ends_with_workers_at_work(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import torch, time\n"
        "class Slow(torch.utils.data.Dataset):\n"
        "    def __len__(self): return 100\n"
        "    def __getitem__(self, i): time.sleep(0.01); return torch.ones(2) * i\n"
        "iterator = iter(torch.utils.data.DataLoader(Slow(), num_workers=2))\n"
        "print(next(iterator))\n"
    )
    command = [sys.executable, "-m", "jnet", "run", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert (done.stdout, done.stderr, done.returncode) == ("tensor([[0., 0.]])\n", "", 0)


def test_workers_work_at_the_same_time():
    meeting = threading.Barrier(2)

    class Together(Rows):
        def __getitem__(self, i):
            meeting.wait(10)
            return i

    loader = jt.utils.data.DataLoader(Together(), 2, num_workers=2)
    assert [batch.tolist() for batch in loader][:2] == [[0, 1], [2, 3]]


def test_batches_are_fetched_ahead():
    fetched = []

    class Seen(Rows):
        def __getitem__(self, i):
            fetched.append(i)
            return i

    iterator = iter(jt.utils.data.DataLoader(Seen(), 1, num_workers=2, prefetch_factor=3))
    deadline = time.monotonic() + 10
    while len(fetched) < 6 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert sorted(fetched) == list(range(6))
    assert next(iterator).item() == 0


def test_the_error_shows_where_the_worker_failed():
    class Fails(Rows):
        def __getitem__(self, i):
            return self.nothing

    with pytest.raises(AttributeError) as caught:
        list(jt.utils.data.DataLoader(Fails(), num_workers=1))
    text = str(caught.value)
    assert text.startswith("Caught AttributeError in DataLoader worker process 0.\nOriginal Traceback (most recent")
    assert "return self.nothing" in text


class Two(Exception):
    """Made of two messages, so a worker's cannot be raised again."""

    def __init__(self, first, second):
        super().__init__(first, second)


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (Two(1, 2), RuntimeError, "Caught Two in DataLoader worker process 0."),
        (
            SystemExit(3),
            RuntimeError,
            r"DataLoader worker \(pid \d+\) exited unexpectedly with exit code 3. Details are lost due to "
            "multiprocessing. Rerunning with num_workers=0 may give better error trace.",
        ),
        (SystemExit(0), RuntimeError, r"DataLoader worker \(pid\(s\) \d+\) exited unexpectedly"),
    ],
    ids=["made of two", "exit 3", "exit 0"],
)
def test_errors_that_pytorch_is_slow_to_report(error, kind, message):
    class Fails(Rows):
        def __getitem__(self, i):
            raise error

    with pytest.raises(kind, match=message) as caught:
        list(jt.utils.data.DataLoader(Fails(), num_workers=1))
    assert type(caught.value) is kind


def test_a_failing_worker_init_fn():
    def broken(worker_id):
        raise OSError("no such worker", worker_id)

    with pytest.raises(OSError, match=r"Caught OSError in DataLoader worker process 0\."):
        list(jt.utils.data.DataLoader(Rows(), num_workers=1, worker_init_fn=broken))


def test_persistent_workers_go_on_after_an_error():
    class Fails(Rows):
        def __getitem__(self, i):
            return 1 / (i - 4)

    loader = jt.utils.data.DataLoader(Fails(), 20, sampler=range(8), num_workers=2, persistent_workers=True)
    for _ in range(2):
        iterator = iter(loader)
        with pytest.raises(ZeroDivisionError, match="Caught ZeroDivisionError in DataLoader worker process 0"):
            next(iterator)
        with pytest.raises(StopIteration):
            next(iterator)


def test_an_index_that_is_out_of_range():
    data = jt.utils.data.TensorDataset(jt.ones(3))
    with pytest.raises(IndexError, match="index 20 is out of bounds for dimension 0 with size 3"):
        list(jt.utils.data.DataLoader(data, 2, num_workers=2, sampler=[0, 20]))


def test_a_data_set_that_is_none():
    with pytest.raises(TypeError, match=r"Caught TypeError in DataLoader worker process 0\."):
        list(jt.utils.data.DataLoader(5, num_workers=1, sampler=[0]))


# -- ops in workers ----------------------------------------------------------------------------------------------------


def test_tensors_recorded_before_and_in_workers():
    table = jt.arange(400.0).reshape(100, 4)
    scaled = table * 2 + 1  # not yet computed

    class Looks(Rows):
        def __getitem__(self, i):
            row = scaled[i] - table[i]
            row[0] = -1
            return row.flip(0), scaled[i, 1:], table[i].sum()

    batches = list(jt.utils.data.DataLoader(Looks(), 8, num_workers=2))
    expected = np.arange(400.0).reshape(100, 4)
    flipped = expected + 1
    flipped[:, 0] = -1
    for place, (row, part, total) in enumerate(batches):
        rows = slice(8 * place, 8 * place + 8)
        np.testing.assert_array_equal(row, flipped[rows, ::-1])
        np.testing.assert_array_equal(part, 2 * expected[rows, 1:] + 1)
        np.testing.assert_array_equal(total, expected[rows].sum(1))


@pytest.mark.parametrize("num_workers", [0, 2])
def test_a_collate_function_that_records(num_workers):
    def collate(batch):
        return jt.nn.functional.one_hot(jt.tensor([i for _, i in batch]), 40).sum(0), jt.stack([x for x, _ in batch])

    loader = jt.utils.data.DataLoader(Rows(), 8, num_workers=num_workers, collate_fn=collate)
    places = jt.cat([counts.nonzero().flatten() for counts, _ in loader])
    values = jt.cat([x for _, x in loader])
    assert places.tolist() == list(range(40))
    assert values[:, 0].tolist() == [i + 1.0 for i in range(40)]


def test_training_goes_on_while_workers_fetch():
    jt.manual_seed(0)
    weight = jt.zeros(3, 1, requires_grad=True)
    optimizer = jt.optim.SGD([weight], lr=1e-4)
    losses = []
    for _ in range(4):
        for x, i in jt.utils.data.DataLoader(Rows(), 8, shuffle=True, num_workers=2):
            optimizer.zero_grad()
            loss = ((x @ weight).squeeze(1) - 6 * (i + 1)).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss)
    assert losses[-1].item() < 0.01 * losses[0].item()


def test_draws_of_others_are_not_a_workers():
    jt.manual_seed(1)
    expected = jt.rand(4).tolist()

    class Draws(Rows):
        def __getitem__(self, i):
            return jt.rand(1)

    jt.manual_seed(1)
    generator = jt.Generator().manual_seed(5)
    iterator = iter(jt.utils.data.DataLoader(Draws(), num_workers=2, generator=generator))
    found = []
    for _ in range(4):
        next(iterator)
        found.append(jt.rand(1).item())
    assert found == expected

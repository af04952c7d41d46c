"""Data sets, samplers and loaders: the samples, their order, the errors and warnings of PyTorch's."""

import importlib
import subprocess
import sys
import warnings

import numpy as np
import pytest
from compat.compare import check, rows

import jnet.torch as jt
from jnet.recorder import counters

PREPARED = """
import collections, copy, pickle, types
from collections import OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
D = torch.utils.data
collating = D._utils.collate
Point = namedtuple("Point", "x y")
seeded = lambda seed=420: torch.Generator().manual_seed(seed)
after = lambda: torch.rand(2)
class Squares(D.Dataset):
    def __init__(self, n=10): self.n = n
    def __len__(self): return self.n
    def __getitem__(self, i):
        if not 0 <= i < self.n: raise IndexError(i)
        return torch.tensor([i, i * i]), i, float(i), str(i)
class Stream(D.IterableDataset):
    def __init__(self, n=7): self.n = n
    def __iter__(self): return iter(range(self.n))
class Told(Stream):
    def __len__(self): return 3
    def __repr__(self): return "Told"
pairs = D.TensorDataset(torch.arange(20.0).reshape(10, 2), torch.arange(10))
"""

DATASETS = """
len(pairs), pairs[3], pairs[-1], pairs[2:5], pairs[[1, 3]], pairs[torch.tensor([0, 9])], pairs.tensors
pairs[10]
D.TensorDataset(torch.ones(2), torch.ones(3))
D.TensorDataset(torch.ones(2), torch.ones(2, 3), torch.ones(2))[1]
D.TensorDataset()
len(D.TensorDataset())
D.TensorDataset(torch.tensor(1.0))
D.TensorDataset([1, 2])
D.Dataset()[0]
len(D.Dataset())
iter(D.IterableDataset())
len(Stream())
[D.Dataset[int].__name__, D.DataLoader[int].__name__, issubclass(D.IterableDataset, D.Dataset)]
both = pairs + D.TensorDataset(torch.ones(3, 2), torch.ones(3)); type(both).__name__, len(both), both[11], both[-1]
both = pairs + pairs + pairs; [len(both), both.cumulative_sizes, both[25], both[-30], len(both.datasets)]
(pairs + pairs)[-21]
(pairs + pairs)[20]
(pairs + pairs).cummulative_sizes
D.ConcatDataset([])
D.ConcatDataset([Stream()])
D.ConcatDataset(iter(["ab", "cde"])).cumulative_sizes
D.ConcatDataset.cumsum(["ab", "cde", ""])
D.ConcatDataset(["", "ab", "", "c"])[2]
chain = Stream(2) + Stream(3); type(chain).__name__, list(chain), list(D.ChainDataset([chain, Stream(1)]))
len(Told() + Told())
len(Stream() + Stream())
len(D.ChainDataset([[1]]))
list(D.ChainDataset([Stream(2), [1]]))
list(D.ChainDataset([]))
Stream() + [1]
list(Stream() + [1])
pairs + 3
D.StackDataset(range(3), "abc")[1], len(D.StackDataset(range(3), "abc"))
D.StackDataset(a=range(3), b="abc")[-1]
D.StackDataset(range(3), "ab")
D.StackDataset(a=range(3), b="ab")
D.StackDataset(range(3), b="ab")
D.StackDataset()
D.StackDataset(range(3), "abc").__getitems__([2, 0])
D.StackDataset(a=range(3), b="abc").__getitems__([2, 0])
D.StackDataset(a=D.Subset(range(9), [8, 7, 6]), b="abc").__getitems__([2, 0])
class Wrong(Squares):
        def __getitems__(self, indices): return [1]
    D.StackDataset(Wrong(3), range(3)).__getitems__([0, 1])
class Wrong(Squares):
        def __getitems__(self, indices): return [1]
    D.StackDataset(a=Wrong(3)).__getitems__([0, 1])
part = D.Subset(pairs, [3, 1]); len(part), part[0], part[[0, 1]], part.__getitems__([1]), list(part.indices)
D.Subset(D.Subset("abcdef", [5, 3, 1]), [2, 0]).__getitems__([0, 1])
D.Subset("abc", [5])[0]
D.Subset("abc", [1])[1]
class Mine(D.Subset):
        def __getitem__(self, i): return 1
    Mine("abc", [0])
class Mine(D.Subset):
        def __getitem__(self, i): return 1
        def __getitems__(self, indices): return [self[i] for i in indices]
    next(iter(D.DataLoader(Mine("abc", [0, 2]), 2)))
[list(p) for p in D.random_split(range(10), [3, 7])], after()
[list(p) for p in D.random_split(range(10), [3, 7], seeded())], after()
[list(p) for p in D.random_split(range(10), [0.3, 0.3, 0.4], generator=seeded(42))]
[list(p) for p in D.random_split(range(11), [0.5, 0.25, 0.25], generator=seeded(42))]
[len(p) for p in D.random_split(range(3), [0.1, 0.1, 0.8])]
[len(p) for p in D.random_split(range(1), [0.5, 0.5])]
[len(p) for p in D.random_split(range(0), [0.5, 0.5])]
D.random_split(range(10), [3, 6])
D.random_split(range(10), [0.5, 0.6])
D.random_split(range(10), [0.5, 0.4])
D.random_split(range(10), [1.5, -0.5])
D.random_split(range(10), [-0.5, 1.5])
D.random_split(Stream(), [3, 4])
[list(p) for p in D.random_split(range(1), [1])]
[list(p) for p in D.random_split(range(4), [1.0])]
type(D.random_split(pairs, [5, 5])[0]).__name__
pickle.loads(pickle.dumps(D.TensorDataset(torch.arange(3))))[1]
"""

SAMPLERS = """
[list(D.SequentialSampler("abc")), len(D.SequentialSampler("abc"))]
list(D.RandomSampler(range(10))), after()
s = D.RandomSampler(range(10)); [list(s), list(s), len(s), s.num_samples, s.replacement, s.generator]
s = D.RandomSampler(range(10), generator=seeded()); [list(s), list(s), after()]
list(D.RandomSampler(range(10), num_samples=25)), after()
list(D.RandomSampler(range(10), num_samples=3)), after()
list(D.RandomSampler(range(10), replacement=True)), after()
list(D.RandomSampler(range(10), replacement=True, num_samples=70)), after()
list(D.RandomSampler(range(10), True, 64, seeded())), after()
g = seeded(); [list(D.RandomSampler(range(10), num_samples=20, generator=g)), torch.rand(2, generator=g)]
it = iter(D.RandomSampler(range(10))); [after(), next(it), after()]
D.RandomSampler(range(10), replacement=1)
D.RandomSampler(range(10), num_samples=0)
D.RandomSampler(range(10), num_samples=2.0)
D.RandomSampler(range(10), num_samples=-1)
D.RandomSampler([])
D.RandomSampler(3)
list(D.SubsetRandomSampler([5, 6, 7])), after()
list(D.SubsetRandomSampler([5, 6, 7, 8], seeded())), len(D.SubsetRandomSampler("ab"))
list(D.SubsetRandomSampler(torch.tensor([5, 6, 7])))
list(D.SubsetRandomSampler("abc"))
list(D.WeightedRandomSampler([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], 5)), after()
list(D.WeightedRandomSampler([0.9, 0.4, 0.05, 0.2, 0.3, 0.1], 5, replacement=False)), after()
s = D.WeightedRandomSampler(torch.tensor([1, 2]), 4, generator=seeded()); [list(s), len(s), s.weights, after()]
list(D.WeightedRandomSampler(np.array([1.0, 0.0]), 4))
D.WeightedRandomSampler([0.1, 0.9], 0)
D.WeightedRandomSampler([0.1, 0.9], True)
D.WeightedRandomSampler([0.1, 0.9], 1.0)
D.WeightedRandomSampler([0.1, 0.9], 2, replacement=1)
D.WeightedRandomSampler([[0.1, 0.9]], 2)
D.WeightedRandomSampler(0.1, 2)
list(D.WeightedRandomSampler([0.1, 0.9], 3, replacement=False))
list(D.BatchSampler(range(7), 3, False)), list(D.BatchSampler(range(7), 3, True))
list(D.BatchSampler(range(6), 3, True))
len(D.BatchSampler(range(7), 3, False)), len(D.BatchSampler(range(7), 3, True)), len(D.BatchSampler([], 3, True))
list(D.BatchSampler([], 3, False)), list(D.BatchSampler("ab", 3, True))
list(D.BatchSampler(D.RandomSampler(range(5)), 2, False))
D.BatchSampler(range(3), 0, False)
D.BatchSampler(range(3), True, False)
D.BatchSampler(range(3), 2.0, False)
D.BatchSampler(range(3), 2, 1)
len(D.BatchSampler(iter("abc"), 2, False))
iter(D.BatchSampler(3, 2, False)).__next__()
iter(D.Sampler())
len(D.Sampler())
D.Sampler([1])
[list(D.DistributedSampler(range(10), 3, rank)) for rank in range(3)], after()
[list(D.DistributedSampler(range(10), 3, rank, shuffle=False)) for rank in range(3)]
[list(D.DistributedSampler(range(10), 3, rank, shuffle=False, drop_last=True)) for rank in range(3)]
[list(D.DistributedSampler(range(2), 5, rank, shuffle=False)) for rank in range(5)]
[list(D.DistributedSampler(range(2), 5, rank, drop_last=True)) for rank in range(5)]
s = D.DistributedSampler(range(6), 2, 1, seed=5); [list(s), s.set_epoch(3), list(s), s.epoch, len(s), s.total_size]
D.DistributedSampler(range(6), num_replicas=2, rank=2)
D.DistributedSampler(range(6), num_replicas=2, rank=-1)
list(D.DistributedSampler([], 2, 0))
D.distributed.DistributedSampler is D.DistributedSampler
"""

COLLATED = """
D.default_collate([0, 1, 2])
D.default_collate([True, False])
D.default_collate([0.5, 1.5])
D.default_collate([0, 1.5])
D.default_collate([1.5, 0])
D.default_collate([1j, 2j])
D.default_collate(["a", "b"]), D.default_collate([b"a", b"b"])
D.default_collate([torch.tensor(1), torch.tensor(2)])
D.default_collate([torch.arange(3), torch.arange(3)])
D.default_collate([torch.arange(3), torch.arange(3) * 1.5])
D.default_collate([torch.ones(2, 3).t(), torch.zeros(3, 2)])
D.default_collate([x, x * 2]), D.default_collate([x[0], x[1]]), D.default_collate([x[:, 1], x[:, 2]])
D.default_collate([x[::2, 1:], x[1:]]), D.default_collate([x[0].expand(2, 4), x[:2]])
D.default_collate([y.permute(2, 0, 1)[1], y.transpose(1, 2)[:, 1]])
D.default_collate([y[1].diagonal(), y[0].flip(0).diagonal()])
D.default_collate([torch.ones(2, dtype=torch.bfloat16), torch.zeros(2, dtype=torch.bfloat16)])
D.default_collate([torch.tensor([1 + 2j]).conj(), torch.tensor([3 - 1j])])
D.default_collate([torch.tensor([1 + 2j]).real, torch.tensor([1 + 2j]).imag])
D.default_collate([torch.ones(0), torch.ones(0)]), D.default_collate([torch.ones(2, 0)])
D.default_collate([torch.ones(2), torch.ones(3)])
D.default_collate([torch.ones(2), 3])
D.default_collate([torch.ones(2, requires_grad=True), torch.zeros(2)])
D.default_collate([torch.ones(2, requires_grad=True) * 2, torch.zeros(2)])
with torch.no_grad():
        made = D.default_collate([torch.ones(2, requires_grad=True), torch.zeros(2)])
    made
D.default_collate([np.ones(2), np.zeros(2)]), D.default_collate([np.ones((2, 3), np.uint8)] * 2)
D.default_collate([np.float32(1), np.float32(2)]), D.default_collate([np.float64(1), np.float64(2)])
D.default_collate([np.int16(1), np.int16(2)]), D.default_collate([np.bool_(True)])
D.default_collate([np.array(1.5), np.array(2.5)]), D.default_collate([np.arange(4)[::2], np.arange(2)])
D.default_collate([np.asfortranarray(np.arange(6).reshape(2, 3)), np.ones((2, 3), np.int64)])
D.default_collate([np.arange(2), np.arange(2.0)])
D.default_collate([np.arange(2), np.arange(3)])
D.default_collate([np.arange(3)[::-1]])
D.default_collate([np.array(["a", "b"])])
D.default_collate([np.array([object()])])
D.default_collate([np.ones(2, ">f4")])
D.default_collate([np.ones(2, "m8[s]")])
D.default_collate([np.str_("a"), np.str_("b")])
D.default_collate([np.ones(2), torch.zeros(2)])
a = np.ones(2); b = D.default_collate([a, a]); a[0] = 5; b
t = torch.ones(2); b = D.default_collate([t, t]); t[0] = 5; [b, b.add_(1), t]
a = np.ones(2); t = torch.from_numpy(a); a[0] = 7; D.default_collate([t, t])
a = np.ones((3, 2)); t = torch.from_numpy(a); a[0] = 7; D.default_collate([t[0], t[1]])
a = np.ones((3, 2)).T; t = torch.from_numpy(a); a[0] = 7; D.default_collate([t[0], t[1]])
a = np.ones(2); a.flags.writeable = False; D.default_collate([a, a])
t = torch.ones(2, 2); t[0] = 5; t[:, 1] += 1; D.default_collate([t[0], t[1], t.sum(0)])
D.default_collate([{"a": 0, "b": [1, 2.0]}, {"a": 100, "b": [3, 4.0]}])
D.default_collate([{"a": 0}, {"b": 1}])
D.default_collate([{"a": 0, "b": 1}, {"a": 1}])
D.default_collate([{}, {}])
D.default_collate([OrderedDict(a=1), OrderedDict(a=2)])
made = D.default_collate([defaultdict(int, a=1)] * 2); [type(made).__name__, made.default_factory, made["a"]]
made = D.default_collate([UserDict(a=1)] * 2); [type(made).__name__, made["a"]]
made = D.default_collate([types.MappingProxyType({"a": 1})] * 2); [type(made).__name__, made["a"]]
class Odd(dict):
        def __init__(self, a, b): super().__init__(a=a, b=b); self.kept = 1
    made = D.default_collate([Odd(1, 2), Odd(3, 4)]); [type(made).__name__, made, vars(made)]
made = D.default_collate([Point(0, 0.5), Point(1, 1.5)]); [type(made).__name__, made.x, made.y]
D.default_collate([(0, 1), (2, 3)]), D.default_collate([[0, 1], [2, 3]]), D.default_collate([(0, "a"), (1, "b")])
D.default_collate([((0, 1.0), [2]), ((3, 4.0), [5])])
made = D.default_collate([UserList([1, 2]), UserList([3, 4])]); [type(made).__name__, list(made)]
made = D.default_collate([deque([1, 2]), deque([3, 4])]); [type(made).__name__, list(made)]
D.default_collate([range(2), range(2, 4)])
D.default_collate([(0, 1), (2,)])
D.default_collate([[0, 1], [2, 3, 4]])
D.default_collate([[], []]), D.default_collate([(), ()])
D.default_collate([object()])
D.default_collate([None, None])
D.default_collate([{1, 2}])
D.default_collate([len])
D.default_collate([[1, None]])
D.default_collate([])
D.default_collate(5)
D.default_collate(([1], [2])), D.default_collate(torch.arange(3)), D.default_collate(np.arange(3))
D.default_collate([1, "a"])
D.default_collate(["a", 1])
collating.collate([1, 2], collate_fn_map={int: lambda batch, *, collate_fn_map: sum(batch)})
collating.collate([1, 2])
collating.collate([True, 2], collate_fn_map={int: lambda batch, *, collate_fn_map: sum(batch)})
collating.collate([("a", 1), ("b", 2)], collate_fn_map=collating.default_collate_fn_map)
collating.default_collate_fn_map[Point] = lambda batch, *, collate_fn_map: len(batch)
    made = [D.default_collate([Point(1, 2)] * 3), D.default_collate([[Point(1, 2)]] * 3)]
    [made, collating.default_collate_fn_map.pop(Point)]
collating.default_collate_fn_map[tuple] = lambda batch, *, collate_fn_map: len(batch)
    try:
        made = next(iter(D.DataLoader(pairs, 3)))
    finally:
        collating.default_collate_fn_map.pop(tuple)
    made
D.default_convert(0), D.default_convert("a"), D.default_convert(1.5), D.default_convert(None)
D.default_convert(np.array([0, 1])), D.default_convert(np.float32(2)), D.default_convert(np.array(["a"])).tolist()
D.default_convert([np.array([0]), (np.array(1), "a")]), D.default_convert({"a": np.ones(2), "b": {"c": np.int8(1)}})
made = D.default_convert(Point(np.array(0), 1)); [type(made).__name__, made.x, made.y]
D.default_convert(range(3)), D.default_convert(np.str_("a")), D.default_convert(torch.ones(1))
t = torch.ones(1); D.default_convert(t) is t
a = np.ones(2); b = D.default_convert(a); a[0] = 5; b
D.default_convert((1, 2)), D.default_convert(UserList([np.ones(1)])), D.default_convert({1, 2})
"""

LOADERS = """
list(D.DataLoader(pairs)), after()
list(D.DataLoader(pairs, 4)), after()
list(D.DataLoader(pairs, 4, True)), after()
l = D.DataLoader(pairs, 4, shuffle=True); [list(l), list(l), len(l), after()]
l = D.DataLoader(pairs, 4, shuffle=True, generator=seeded()); [list(l), list(l), after()]
l = D.DataLoader(pairs, 4, drop_last=True); [list(l), len(l)]
l = D.DataLoader(Squares(), 3, True); [list(l), after()]
l = D.DataLoader(Squares(), 3, sampler=[5, 1, 2, 2]); [list(l), len(l)]
l = D.DataLoader(pairs, batch_sampler=[[0, 1], [5], [9, -1]]); [list(l), len(l), l.batch_size, l.drop_last]
l = D.DataLoader(pairs, 3, sampler=D.RandomSampler(pairs, True, 7)); [list(l), after()]
l = D.DataLoader(pairs, 3, sampler=D.WeightedRandomSampler(torch.arange(10), 7)); [list(l), after()]
l = D.DataLoader(pairs, 3, sampler=D.SubsetRandomSampler(torch.tensor([1, 2, 5]))); [list(l), after()]
l = D.DataLoader(pairs, 3, sampler=D.DistributedSampler(pairs, 2, 1)); [list(l), after()]
l = D.DataLoader(pairs, 3, sampler=np.array([1, 2, 3, 4])); list(l)
l = D.DataLoader(pairs, 3, sampler=torch.tensor([1, 2, 3, 4])); list(l)
l = D.DataLoader(pairs, 3, sampler=[True, False, 3]); list(l)
l = D.DataLoader(pairs, 3, sampler=iter([1, 2, 3, 4])); [list(l), list(l)]
list(D.DataLoader(pairs, 3, sampler=[0, 10]))
list(D.DataLoader(pairs, 3, sampler=[0, -11]))
list(D.DataLoader(pairs, 3, sampler=["a"]))
list(D.DataLoader(pairs, batch_sampler=[[0, 10]]))
list(D.DataLoader(pairs, batch_sampler=[0, 1]))
list(D.DataLoader(pairs, batch_sampler=[[]]))
list(D.DataLoader(pairs, batch_sampler=[(0, 1), range(2)]))
list(D.DataLoader(pairs, batch_sampler=[torch.tensor([0, 1]), np.array([2, 3])]))
list(D.DataLoader(pairs, batch_size=None)), after()
list(D.DataLoader(pairs, batch_size=None, shuffle=True)), after()
list(D.DataLoader(pairs, batch_size=None, sampler=D.BatchSampler(D.SequentialSampler(pairs), 4, False)))
list(D.DataLoader([np.ones(2), "a", 3], batch_size=None))
list(D.DataLoader(range(5), 2)), list(D.DataLoader("abc", 2)), list(D.DataLoader([{"a": 1}, {"a": 2}], 2))
list(D.DataLoader(range(5), 2, collate_fn=sum)), list(D.DataLoader(range(5), 2, collate_fn=lambda batch: batch))
list(D.DataLoader(pairs, 5, collate_fn=lambda batch: torch.stack([a for a, _ in batch]).sum(0)))
list(D.DataLoader(pairs, 2, collate_fn=lambda batch: [type(batch).__name__, batch[0]]))
list(D.DataLoader({"a": 1, "b": 2}, sampler=["b", "a"]))
list(D.DataLoader([], 2)), len(D.DataLoader([], 2))
D.DataLoader([], 2, shuffle=True)
list(D.DataLoader(D.Subset(pairs, [3, 1, 4]), 2)), list(D.DataLoader(D.Subset(D.Subset(pairs, [3, 1, 4]), [2, -1]), 2))
list(D.DataLoader(D.Subset(pairs, torch.tensor([3, 1, 4])), 2))
list(D.DataLoader(D.Subset(pairs, np.array([3, 1])), 2))
list(D.DataLoader(D.Subset(pairs, [3, 11]), 2))
list(D.DataLoader(D.Subset(pairs, [3, 1]), sampler=[0, 2]))
list(D.DataLoader(D.random_split(pairs, [0.7, 0.3])[0], 3, True)), after()
list(D.DataLoader(pairs + pairs, 7)), list(D.DataLoader(D.StackDataset(pairs, a), 7)) if 0 else None
list(D.DataLoader(D.StackDataset(p=pairs, n=range(10)), 4))
list(D.DataLoader(D.StackDataset(pairs, D.Subset(range(20), range(5, 15))), 4))
class Rows(D.TensorDataset):
        def __getitem__(self, i): return [2 * each for each in super().__getitem__(i)]
    list(D.DataLoader(Rows(torch.arange(4), torch.ones(4, 2)), 3))
class Rows(D.TensorDataset):
        def __getitems__(self, indices): return [self[-1]] * len(indices)
    list(D.DataLoader(Rows(torch.arange(4), torch.ones(4, 2)), 3))
class Rows(D.TensorDataset): pass
    list(D.DataLoader(Rows(torch.arange(4), torch.ones(4, 2)), 3))
list(D.DataLoader(D.TensorDataset(x.t(), x.t()[:, 1:]), 3)), list(D.DataLoader(D.TensorDataset(y[0, 1:]), 2))
list(D.DataLoader(D.TensorDataset(x.expand(2, 3, 4)), 2)), list(D.DataLoader(D.TensorDataset(x * 2, x.sum(1)), 2))
list(D.DataLoader(D.TensorDataset(torch.ones(3, requires_grad=True)), 2))
list(D.DataLoader(D.TensorDataset(torch.ones(3, 2, dtype=torch.bfloat16), torch.ones(3, 0)), 2))
a = np.arange(6.0).reshape(3, 2); l = D.DataLoader(D.TensorDataset(torch.from_numpy(a)), 2); b = list(l); a[0] = 9
    [b, list(l)]
t = torch.arange(4.0); l = D.DataLoader(D.TensorDataset(t), 2); b = list(l); t[1] = 9; b[1][0].add_(1)
    [b, list(l), t]
class Moved(D.Dataset):
        def __len__(self): return 5
        def __getitem__(self, i): return torch.rand(2) + i, torch.randn(1) * 2, torch.randint(5, (1,))
    list(D.DataLoader(Moved(), 2, True)), after()
class Tops(D.Dataset):
        def __len__(self): return 3
        def __getitem__(self, i): return (x[i] + 1) * (2 if i % 2 else -1), x.sum(), {"a": x[i, 1:] - 1}
    list(D.DataLoader(Tops(), 2))
class Batched(Squares):
        def __getitems__(self, indices): return [(i, -i) for i in indices]
    list(D.DataLoader(Batched(), 4))
class Batched(Squares):
        __getitems__ = None
    list(D.DataLoader(Batched(3), 2))
list(D.DataLoader(Stream(), 3)), list(D.DataLoader(Stream(), 3, drop_last=True)), list(D.DataLoader(Stream(), None))
len(D.DataLoader(Stream(), 3))
l = D.DataLoader(Told(), 2); len(l), list(l)
l = D.DataLoader(Told(), 2, drop_last=True); len(l), list(l)
l = D.DataLoader(Told(), None); len(l), list(l)
l = D.DataLoader(Stream() + Stream(2), 4); list(l)
it = iter(D.DataLoader(Stream(2), 3)); [next(it), next(it, None), next(it, None), iter(it) is it]
it = iter(D.DataLoader(pairs, 4)); [len(it), next(it), len(it)]
pickle.dumps(iter(D.DataLoader(pairs, 4)))
l = pickle.loads(pickle.dumps(D.DataLoader(pairs, 4))); list(l)
D.DataLoader(pairs, num_workers=-1)
D.DataLoader(pairs, timeout=-1)
iter(D.DataLoader(pairs, timeout=1))
D.DataLoader(pairs, prefetch_factor=2)
D.DataLoader(pairs, num_workers=1, prefetch_factor=-1)
D.DataLoader(pairs, persistent_workers=True)
D.DataLoader(pairs, shuffle=True, sampler=[1])
D.DataLoader(pairs, 2, batch_sampler=[[1]])
D.DataLoader(pairs, shuffle=True, batch_sampler=[[1]])
D.DataLoader(pairs, drop_last=True, batch_sampler=[[1]])
D.DataLoader(pairs, None, drop_last=True)
D.DataLoader(pairs, 0)
D.DataLoader(pairs, -1)
D.DataLoader(pairs, 2.0)
D.DataLoader(pairs, "2")
D.DataLoader(pairs, drop_last=1)
D.DataLoader(Stream(), shuffle=True)
D.DataLoader(Stream(), shuffle=False).batch_size
D.DataLoader(Stream(), sampler=[1])
D.DataLoader(Stream(), batch_sampler=[[1]])
D.DataLoader(pairs, multiprocessing_context="fork")
D.DataLoader(pairs, num_workers=1, multiprocessing_context="spoon")
D.DataLoader(pairs, num_workers=1, multiprocessing_context=3)
type(D.DataLoader(pairs, num_workers=1, multiprocessing_context="spawn").multiprocessing_context).__name__
D.DataLoader(pairs, num_workers=1000).num_workers
D.DataLoader(pairs, 2, foo=1)
D.DataLoader()
D.DataLoader(5, shuffle=True)
list(D.DataLoader(5))
l = D.DataLoader(pairs, 4); l.batch_size = 3
l = D.DataLoader(pairs, 4); l.dataset = 3
l = D.DataLoader(pairs, 4); l.sampler = 3
l = D.DataLoader(pairs, 4); l.batch_sampler = 3
l = D.DataLoader(pairs, 4); l.drop_last = True
l = D.DataLoader(pairs, 4); l.persistent_workers = True
l = D.DataLoader(pairs, 4); l.collate_fn = len; l.mine = 3; [list(l), l.mine]
class Loader(D.DataLoader): pass
    l = Loader(pairs, 4); l.dataset = 3
l = D.DataLoader(pairs, 4); [l.batch_size, l.num_workers, l.prefetch_factor, l.pin_memory, l.timeout, l.in_order]
l = D.DataLoader(pairs, 4); [type(each).__name__ for each in (l.sampler, l.batch_sampler, l.generator)]
l = D.DataLoader(pairs, None, True); [type(l.sampler).__name__, l.batch_sampler, l.collate_fn is D.default_convert]
[list(D.DataLoader(range(3), pin_memory=True)), D.DataLoader(pairs, num_workers=2).prefetch_factor]
list(D.DataLoader(range(3), pin_memory=True, pin_memory_device="cuda"))
D.get_worker_info() is None
class Fails(Squares):
        def __getitem__(self, i): raise ValueError("no sample", i)
    next(iter(D.DataLoader(Fails())))
class Ends(Squares):
        def __getitem__(self, i): raise StopIteration
    list(D.DataLoader(Ends()))
it = iter(D.DataLoader(pairs, 4)); torch.manual_seed(5); [next(it), after()]
it = iter(D.DataLoader(pairs, 4, True)); torch.manual_seed(5); [next(it), after()]
"""


@pytest.mark.parametrize(
    "table", [DATASETS, SAMPLERS, COLLATED, LOADERS], ids=["datasets", "samplers", "collated", "loaders"]
)
def test_same(table, torch):
    wrong = []
    for program in rows(table):
        try:
            check(PREPARED + program, torch)
        except AssertionError as error:
            wrong.append(f"{program}\n{str(error).strip()[:600]}")
    assert not wrong, "\n\n".join(wrong)


# -- what PyTorch does not show ----------------------------------------------------------------------------------------


def test_imports_of_a_script(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import torch.utils.data\n"
        "import torch.utils.data as data\n"
        "from torch.utils.data import DataLoader, TensorDataset, random_split\n"
        "from torch.utils.data.dataset import Dataset\n"
        "from torch.utils.data.dataloader import default_collate\n"
        "from torch.utils.data.distributed import DistributedSampler\n"
        "from torch.utils.data.sampler import SubsetRandomSampler\n"
        "from torch.utils.data._utils.collate import default_collate_fn_map\n"
        "print(data is torch.utils.data, DataLoader is data.DataLoader, issubclass(TensorDataset, Dataset))\n"
    )
    command = [sys.executable, "-m", "jnet", "run", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("True True True\n", "")


def test_torch_has_it_without_another_import():
    command = [sys.executable, "-c", "import jnet.torch as torch; print(torch.utils.data.DataLoader.__name__)"]
    assert subprocess.run(command, capture_output=True, text=True, timeout=60).stdout == "DataLoader\n"


def test_what_is_not_built_says_so():
    data = importlib.import_module("jnet.torch.utils.data")
    with pytest.raises(NotImplementedError, match=r"torch\.utils\.data\.IterDataPipe is not built"):
        data.IterDataPipe  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        data.nothing  # noqa: B018
    with pytest.raises(NotImplementedError, match=r"torch\.distributed"):
        data.DistributedSampler(range(3))


def test_prefetching_nothing_is_an_error():
    with pytest.raises(AssertionError, match="prefetch_factor must be greater than 0"):
        iter(jt.utils.data.DataLoader(range(3), num_workers=1, prefetch_factor=0))


def test_a_batch_of_tensors_is_not_recorded():
    data = jt.utils.data.TensorDataset(jt.rand(100, 3), jt.arange(100))
    parts = jt.utils.data.random_split(data, [0.5, 0.5])
    rows = data.tensors[0].numpy()
    before = counters.ops
    for each in (data, parts[0]):
        for x, y in jt.utils.data.DataLoader(each, 10, shuffle=True):
            assert np.array_equal(x.numpy(), rows[y.numpy()])
    assert counters.ops == before


def test_an_epoch_compiles_one_step_for_each_size_of_batch():
    jt.manual_seed(0)
    data = jt.utils.data.TensorDataset(jt.rand(50, 3), jt.rand(50, 1))
    loader = jt.utils.data.DataLoader(data, 16, shuffle=True)
    layer = jt.nn.Linear(3, 1)
    optimizer = jt.optim.SGD(layer.parameters(), lr=0.1)
    compiled = []
    for _ in range(6):
        for x, y in loader:
            optimizer.zero_grad()
            jt.nn.functional.mse_loss(layer(x), y).backward()
            optimizer.step()
        compiled.append(counters.compiled)
    assert compiled[-1] - compiled[3] == 0


def test_random_transformations_do_not_change_the_step():
    class Flipped(jt.utils.data.Dataset):
        def __len__(self):
            return 64

        def __getitem__(self, i):
            x = table[i]
            if jt.rand(1) < 0.5:
                x = x.flip(0)
            return x * jt.rand(1) if jt.rand(1) < 0.5 else x

    jt.manual_seed(0)
    table = jt.rand(64, 4)
    weight = jt.zeros(4, requires_grad=True)
    compiled = []
    for _ in range(12):
        for x in jt.utils.data.DataLoader(Flipped(), 16):
            weight.grad = None
            (x @ weight - 1).square().sum().backward()
            weight.grad.tolist()
        compiled.append(counters.compiled)
    assert compiled[-1] == compiled[6]


def test_rows_of_tensors_that_are_not_on_the_host(monkeypatch):
    fetch = importlib.import_module("jnet.torch.utils.data._utils.fetch")
    monkeypatch.setattr(fetch, "elements_of", lambda tensor: None)
    data = jt.utils.data.TensorDataset(jt.arange(6).reshape(3, 2), jt.arange(3))
    batches = fetch.rows_of_tensors(data, [2, -3])
    assert [each.tolist() for each in batches] == [[[4, 5], [0, 1]], [2, 0]]


def test_no_warning_of_an_accelerator_that_is_there(monkeypatch):
    monkeypatch.setattr(jt.cuda, "is_available", lambda: True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert next(iter(jt.utils.data.DataLoader(np.arange(3), pin_memory=True))).tolist() == [0]

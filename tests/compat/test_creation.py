"""Functions that make tensors: from data, of one value, and ranges, to the last bit; and their errors."""

import numpy as np
import pytest
from compare import check, rows
from hypothesis import given, settings
from hypothesis import strategies as st

import jnet.torch as jt

DATA = rows("""
(torch.tensor(1), torch.tensor(1.5), torch.tensor(True), torch.tensor(1j), torch.tensor([]),
     torch.tensor([[1, 2], [3, 4]]), torch.tensor((1.0, 2)), torch.tensor([1, 2.5]), torch.tensor([True, 2]),
     torch.tensor([1j, 2]))
(torch.tensor([1, 2], dtype=torch.float64), torch.tensor([1.9, -1.9], dtype=torch.int),
     torch.tensor([0, 2.5], dtype=torch.bool), torch.tensor(3, dtype=torch.float16),
     torch.tensor([1, 2], dtype=torch.uint8), torch.tensor(1, dtype=torch.complex64))
torch.tensor([[1, 2], [3]])
torch.tensor([[1, 2], 3])
torch.tensor([1, [2, 3]])
torch.tensor([[1], [2, 3]])
torch.tensor('a')
torch.tensor(['a'])
torch.tensor(None)
torch.tensor([None])
torch.tensor({})
torch.tensor({1: 2})
torch.tensor({1, 2})
torch.tensor(object())
torch.tensor([object()])
torch.tensor(x for x in [1])
torch.tensor(b'a')
torch.tensor([1, 'a'])
torch.tensor(1, 2)
torch.tensor(1, dtype='float32')
torch.tensor(1, dtype=float)
torch.tensor(1, dtype=np.float32)
torch.tensor([1], requires_grad=True)
torch.tensor([1.0], requires_grad=True), torch.tensor([1.0], requires_grad=True).is_leaf
torch.tensor([1.0], device='cpu'), torch.tensor([1.0], device=torch.device('cpu')).device
torch.tensor([1.0], device='cuda')
torch.tensor([1.0], device='tpu')
(torch.tensor(2**63 - 1), torch.tensor(-2**63), torch.tensor(2.0**100), torch.tensor(1e400), torch.tensor(1e39),
     torch.tensor(1e-46))
torch.tensor(2**63)
torch.tensor(2**64)
torch.tensor(2**63, dtype=torch.float32)
torch.tensor([2**70])
torch.tensor(-2**63 - 1)
torch.tensor(300, dtype=torch.uint8)
torch.tensor(-1, dtype=torch.uint8)
torch.tensor([300], dtype=torch.int8)
torch.tensor(nan, dtype=torch.int64)
torch.tensor(inf, dtype=torch.int32)
torch.tensor(1e300, dtype=torch.int64)
torch.tensor(1j, dtype=torch.float32)
torch.tensor(1j, dtype=torch.int32)
(torch.tensor(1e39, dtype=torch.float32), torch.tensor(70000, dtype=torch.float16),
     torch.tensor(1e300, dtype=torch.complex64))
torch.tensor(x), torch.tensor(x).equal(x)
torch.tensor(x[0], dtype=torch.int32)
(torch.tensor([x[0, 0], x[0, 1]]), torch.tensor([torch.tensor(1), 2.5]),
     torch.tensor([torch.tensor(1.0, dtype=torch.float64), 2.5]),
     torch.tensor([torch.tensor(1, dtype=torch.int32), torch.tensor(2, dtype=torch.int8)]),
     torch.tensor([torch.tensor(True)]))
torch.tensor([torch.ones(2), torch.ones(2)])
torch.tensor([torch.ones(1), torch.ones(1)])
torch.tensor([np.ones(2), np.zeros(2)])
torch.tensor([np.ones(2), [1, 2]])
(torch.tensor([np.float32(1), np.float64(2)]), torch.tensor([np.int32(1), 2]), torch.tensor([np.float16(1)]),
     torch.tensor(np.int8(1)), torch.tensor([np.bool_(True)]), torch.tensor(np.float64(2.5)),
     torch.tensor([np.float32(1), 2.5]))
(torch.tensor(np.ones((2, 3), np.int16)), torch.tensor(np.ones(2), dtype=torch.int), torch.tensor(np.array([])),
     torch.tensor(np.array(3)), torch.tensor(np.array([True])), torch.tensor(np.ones(2, np.uint32)),
     torch.tensor(np.ones(2, np.float16)))
torch.tensor(np.array(['a']))
torch.tensor(np.array([None]))
torch.tensor(np.array([1, 2], dtype='>i4'))
torch.tensor(np.arange(4)[::-1])
torch.tensor(range(3)), torch.tensor([range(2), range(2)]), torch.tensor(bytearray(b'ab'))
import array; torch.tensor(array.array('i', [1, 2]))
import collections; torch.tensor(collections.deque([1, 2]))
import decimal, fractions; torch.tensor(decimal.Decimal('1.5')), torch.tensor(fractions.Fraction(1, 2))
torch.set_default_dtype(torch.float64)
    (torch.tensor([1.0]), torch.tensor([1.0, 1j]), torch.zeros(1), torch.arange(1.0), torch.linspace(0, 1, 2),
     torch.eye(1), torch.full((1,), 1.0), torch.rand(1), torch.randn(1))
(torch.as_tensor([1, 2]), torch.as_tensor(x) is x, torch.as_tensor(x, dtype=torch.int), torch.as_tensor(3),
     torch.as_tensor(np.ones(2), dtype=torch.float32), torch.as_tensor([1.0], device='cpu'))
(torch.asarray([1, 2]), torch.asarray(x) is x, torch.asarray(x, copy=True) is x, torch.asarray(2.5),
     torch.asarray([1.0], requires_grad=True), torch.asarray(np.ones(2)))
torch.from_numpy(np.ones(2)), torch.from_numpy(np.float64(3))
""")

OF_ONE_VALUE = rows("""
(torch.zeros(2, 3), torch.zeros((2, 3)), torch.zeros([2]), torch.zeros(()), torch.zeros(0),
     torch.zeros(2, dtype=torch.int), torch.zeros(size=(2,)), torch.zeros(torch.Size([2])),
     torch.zeros(2, 3, requires_grad=True), torch.zeros(torch.tensor(2)), torch.zeros(np.int64(2)),
     torch.zeros(2, device='cpu'))
torch.zeros()
torch.zeros(-1)
torch.zeros(2.5)
torch.zeros('a')
torch.zeros(2, 'a')
torch.zeros([2.5])
torch.zeros(2, dtype=int)
torch.zeros(2, nothing=3)
torch.zeros(2, dtype=torch.int, requires_grad=True)
torch.zeros(None)
(torch.ones(2, 3), torch.ones((1,), dtype=torch.bool), torch.ones(2, dtype=torch.complex64),
     torch.empty(2, 3).shape, torch.empty(0), torch.empty((2,), dtype=torch.long).dtype)
torch.ones(-2, 3)
torch.empty(-2)
(torch.full((2, 3), 7), torch.full((2,), 2.5), torch.full((2,), True), torch.full((), 1j),
     torch.full([2], 3, dtype=torch.float64), torch.full((2,), torch.tensor(5)),
     torch.full((2,), 3, requires_grad=False), torch.full(size=(2,), fill_value=1.0), torch.full((2,), nan),
     torch.full((1,), -1, dtype=torch.uint8), torch.full((1,), 2.9, dtype=torch.int))
torch.full(2, 3)
torch.full((2,), 300, dtype=torch.uint8)
torch.full((2,), 1j, dtype=torch.float32)
torch.full((2,), 'a')
torch.full((-1,), 1)
torch.full((2,), 3, requires_grad=True)
torch.full((2,), 1e300)
torch.full((2,), x)
o = torch.zeros(3); r = torch.ones(3, out=o); r is o, o
o = torch.zeros(2); torch.ones(3, out=o)
o = torch.zeros(0)
    (torch.full((3,), 2.0, out=o), torch.arange(3, out=torch.zeros(0)),
     torch.zeros(2, out=torch.ones(2, dtype=torch.int)))
(torch.zeros_like(x), torch.ones_like(x), torch.full_like(x, 2), torch.empty_like(x).dtype,
     torch.zeros_like(x, dtype=torch.int), torch.ones_like(x.int()), torch.full_like(x.int(), 2.5),
     torch.zeros_like(x, requires_grad=True), torch.zeros_like(input=x))
torch.full_like(x.byte(), 300)
torch.zeros_like([1])
torch.zeros_like(3)
torch.rand_like(x.int())
(torch.eye(2), torch.eye(2, 3), torch.eye(3, 2, dtype=torch.int), torch.eye(0), torch.eye(2, requires_grad=True),
     torch.eye(n=2, m=1))
torch.eye(-1)
torch.eye(2, -1)
torch.eye(2.5)
(torch.scalar_tensor(3), torch.scalar_tensor(2.5, dtype=torch.float64),
     torch.empty_strided((2, 3), (1, 2)).stride(), torch.tril_indices(3, 3), torch.triu_indices(2, 3, 1),
     torch.tril_indices(2, 3, -1, dtype=torch.int))
""")

RANGES = rows("""
(torch.arange(5), torch.arange(1, 4), torch.arange(1, 2.5, 0.5), torch.arange(5.0), torch.arange(0),
     torch.arange(5, 0, -2), torch.arange(0, 1, 0.1), torch.arange(1, 4, dtype=torch.float64),
     torch.arange(3, dtype=torch.float16), torch.arange(end=3), torch.arange(start=1, end=3),
     torch.arange(2, 10, step=3), torch.arange(3.5), torch.arange(0.5, 3))
(torch.arange(0, 1, 0.1, dtype=torch.float64), torch.arange(-1, 1, 0.3), torch.arange(0, 2, 0.25),
     torch.arange(1.5, -1.5, -0.7), torch.arange(1000, 1010, 0.7), torch.arange(2.7, dtype=torch.int),
     torch.arange(torch.tensor(3)), torch.arange(np.int64(3)), torch.arange(np.float64(2)), torch.arange(True))
torch.arange(5, 1)
torch.arange(1, 5, -1)
torch.arange(1, 5, 0)
torch.arange(inf)
torch.arange(nan)
torch.arange('a')
torch.arange(1j)
torch.arange()
torch.arange(3, requires_grad=True)
torch.arange(3.0, requires_grad=True), torch.arange(3, dtype=torch.bfloat16)
torch.arange(300, dtype=torch.uint8)[-1], torch.arange(2, dtype=torch.bool)
(torch.linspace(0, 1, 5), torch.linspace(-1, 1, 4), torch.linspace(0, 1, 1), torch.linspace(3, 3, 3),
     torch.linspace(0, 10, 11, dtype=torch.int), torch.linspace(1, 0, 5), torch.linspace(0, 1, 0),
     torch.linspace(-5, 5, 100), torch.linspace(0, 1, 7, dtype=torch.float64),
     torch.linspace(start=0, end=1, steps=3), torch.linspace(0, 2 * np.pi, 9),
     torch.linspace(torch.tensor(0.0), torch.tensor(1.0), 3), torch.linspace(-3, 3, 50), torch.linspace(0, 1, 1000))
torch.linspace(0, 1, -1)
torch.linspace(0, 1, 2.5)
torch.linspace(0, 1j, 3)
(torch.logspace(0, 2, 3), torch.logspace(-1, 1, 5), torch.logspace(0, 3, 4, base=2), torch.logspace(0, 1, 0),
     torch.logspace(0, 1, 1), torch.logspace(0, 1, 6, dtype=torch.float64), torch.logspace(-10, 10, 5))
torch.range(1, 4), torch.range(0, 1, 0.25)
(torch.meshgrid(torch.arange(2), torch.arange(3), indexing='ij'),
     torch.meshgrid(torch.arange(2), torch.arange(3), indexing='xy'))
torch.meshgrid(torch.arange(2), torch.arange(3))
torch.ones(2, 3, names=('a', 'b'))
(torch.zeros(2, layout=torch.strided), torch.zeros(2, pin_memory=False),
     torch.zeros(2, memory_format=torch.contiguous_format))
torch.set_default_device('cpu'); torch.set_default_device(None); torch.ones(1).device
with torch.device('cpu'):
        z = torch.ones(1)
    z
(torch.get_default_dtype(), torch.finfo(torch.float32).eps, torch.iinfo(torch.int8).max, torch.float,
     torch.double, torch.half, torch.long, torch.int, torch.short, torch.cfloat)
torch.inf, torch.nan, torch.pi, torch.e, torch.newaxis, torch.strided
""")


@pytest.mark.parametrize("program", [*DATA, *OF_ONE_VALUE, *RANGES])
def test_programs(program, torch):
    check(program, torch, rtol=1e-6 if "logspace" in program else 0.0)


FLOATS = st.floats(-5, 5).map(lambda number: round(number, 6))


@given(FLOATS, FLOATS, st.integers(2, 150), st.floats(0.01, 0.7))
@settings(max_examples=60, deadline=None)
def test_ranges_equal_pytorchs_to_the_last_bit(torch, start, end, steps, step):
    low, high = min(start, end), max(start, end)
    for name in ("float32", "float64", "float16", "bfloat16"):

        def ranges(module, name=name):
            dtype = getattr(module, name)
            yield module.arange(low, high, step, dtype=dtype)
            yield module.linspace(start, end, steps, dtype=dtype)

        for mine, other in zip(ranges(jt), ranges(torch), strict=True):
            np.testing.assert_array_equal(mine.double().numpy(), other.double().numpy(), strict=True)


NESTED = st.recursive(
    st.one_of(st.booleans(), st.integers(-5, 300), st.floats(-5, 300), st.just(2**40), st.just("a"), st.none()),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(NESTED, st.sampled_from(["", ", dtype=torch.float32", ", dtype=torch.uint8", ", dtype=torch.bool"]))
@settings(max_examples=200, deadline=None)
def test_nested_data_become_what_pytorch_makes_of_them(torch, data, dtype):
    check(f"torch.tensor(data{dtype})", torch, data=data)


def test_literals():
    assert jt.arange(0, 1, 0.25).tolist() == [0.0, 0.25, 0.5, 0.75]
    assert jt.linspace(0, 1, 3).tolist() == [0.0, 0.5, 1.0]
    assert jt.tensor([[1, 2], [3, 4]]).dtype is jt.int64
    assert jt.tensor([1, 2.5]).dtype is jt.float32
    assert jt.full((2,), True).dtype is jt.bool
    assert jt.eye(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]
    with pytest.raises(ValueError, match="expected sequence of length 2 at dim 1"):
        jt.tensor([[1, 2], [3]])

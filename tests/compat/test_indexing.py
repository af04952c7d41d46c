"""Indexing in every form, read and written, against PyTorch: values, gradients, errors, and what shares memory."""

import numpy as np
import pytest
from compare import cells, check, rows
from hypothesis import given, settings
from hypothesis import strategies as st

import jnet.torch as jt

# Indices of a 3x4 tensor `x`, or of a 2x3x4 tensor `y`: read, written to, and followed by gradients.
INDICES = {
    "x": """
    0  -1  2  (1, 2)  (-1, -1)  (1,)  ()  ...  None  (None, 1)  (1, None)  (..., 1)  (1, ...)  slice(None)
    slice(1, None)  slice(None, -1)  slice(-2, None)  slice(None, None, 2)  slice(0, 0)  slice(2, 1)  slice(5, 9)
    slice(-9, 2)  (slice(None), slice(1, 4, 2))  (slice(None), -1)  (..., None)  (None, ..., None)
    (None, slice(1), None, 2)  np.int64(1)  (np.int32(1), np.int64(2))  np.array(1)  torch.tensor(1)
    (torch.tensor(1), torch.tensor(2))  slice(torch.tensor(1), torch.tensor(3))  slice(np.int64(1), None)  True
    False  (True, 0)  (0, True)  torch.tensor(True)  torch.tensor(False)  np.bool_(True)  [0, 2]  [0]  []
    [-1, 0, 0]  [[0, 1], [2, 0]]  ([0, 2], [1, 3])  ([0, 2], 1)  (1, [0, 2])  ([0, 2],)  ([[0], [2]], [1, 3])
    (slice(None), [0, 0, 3])  ([1, 2], slice(1, 3))  (None, [0, 1])  ([0, 1], None)  ([0, 1], None, [1, 2])
    (..., [0, 1])  ([0, 2], ...)  [True, False, True]  ([True, False, True], 1)  ([True, False, True], [0, 1])
    (slice(None), [True, False, True, False])  torch.tensor([0, 2])  torch.tensor([], dtype=torch.long)
    torch.tensor([[0, 1], [1, 2]])  torch.tensor([0, 2], dtype=torch.int32)  torch.tensor([0, 2], dtype=torch.int16)
    torch.tensor([0, 2], dtype=torch.int8)  torch.tensor([0, 1, 1], dtype=torch.uint8)  x > 5  x < 0  (x > 5,)
    x[:, 0] > 1  (x[:, 0] > 1, 2)  (x[:, 0] > 1, slice(1, 3))  (slice(None), x[0] > 1)
    (x[:, 0] > 1, torch.tensor([0, 1]))  (x[:, 0] > 1, x[0] > 2)  np.array([0, 2])  np.array([[0, 1], [2, 2]])
    np.array([True, False, True])  (np.array([0, 2]), np.array([1, 3]))  x.numpy() > 5  (np.array([0, 1]), [1, 2])
    (torch.tensor([0, 1]), np.array([1, 2]))  range(2)  (range(2), range(1, 3))  slice(None, None, None)
    [0, slice(1, 3)]  [None, 0]  [..., 0]  [torch.tensor(0), torch.tensor(1)]
    [torch.tensor([0, 1]), torch.tensor([1, 2])]  [np.int64(0), np.int64(2)]  ([0, 1], True)
    (torch.tensor([[0], [1]]), torch.tensor([0, 3]))  [0, 1, 2, 1, 0]  ([1], [2])  ([1], slice(None))
    (torch.tensor(0), [1, 2])  (torch.tensor(0), slice(1, 3))
    """,
    "y": """
    (0, [0, 2], [1, 3])  ([0, 1], 1, [2, 3])  ([0, 1], slice(None), [1, 2])  (slice(None), [0, 2], [1, 3])
    ([1, 0], [2, 0])  (..., [1, 2])  ([0, 1], ..., [1, 2])  ([0, 1], slice(0, 2), slice(1, 3))
    (slice(None), [0, 2], slice(1, 3))  (slice(None), 1, [0, 2])  (1, slice(None), [0, 2])
    ([0, 1], None, slice(None), [1, 2])  (None, [0, 1], slice(None), [1, 2])  y > 9  y[:, :, 0] > 5
    (y[:, :, 0] > 5, 1)  (y[:, :, 0] > 5, [0, 1, 2, 3])  (slice(None), y[0] > 5)  (0, y[0] > 5)
    ([[0], [1]], [[0, 2]])  ([0, 1], [[0], [1], [2]], slice(None, None, 2))  (None, 0, ..., None, slice(0, 3, 2))
    (1, ..., 2)  (0, slice(1, 3), [0, 1])  ([0], slice(1, 3), 0)  (y[:, 0, 0] > 1, ..., [0, 1])
    (torch.tensor([[0, 1], [1, 0]]), 0)  (torch.tensor(1), slice(None), torch.tensor([0, 2]))
    (..., torch.tensor([0, 1]), slice(None))  (slice(None), None, [0, 1], [0, 1])  (y[0] > 5)
    (slice(None), slice(None), slice(None), 0)
    """,
}
REFUSED = """
    3  -4  (0, 4)  (0, 0, 0)  1.0  'a'  (0, 'a')  slice(None, None, -1)  slice(None, None, 0)  [3]  [0, -4]
    ([0, 1], [0, 4])  (slice(None), [4])  (..., ...)  [1.5]  [[0, 1], [2]]  torch.tensor([1.0])  torch.tensor(1.0)
    torch.tensor([3])  torch.tensor([True, False])  (slice(None), torch.tensor([True, False]))  [True, False]
    ([0, 1, 2], [0, 1])  np.array([1.5])  {}  slice('a', None)  slice(0.5, None)  ([0], [0], [0])
    (None, None, 0, 0, 0)  torch.tensor([[True]])  torch.ones(3, 4, 1, dtype=torch.bool)  object()  1j
    (0, 0, 0, 4)  (0, 0, [3])  (slice(None), slice(None), [4])
"""
READ = [(name, index) for name, table in INDICES.items() for index in cells(table)]
CASES = READ + [("x", index) for index in cells(REFUSED)] + [("y", "(0, 0, 4)"), ("y", "(0, [3])")]
# Masks of uint8 are read, with a warning; PyTorch writes only where one of bool holds, jnet also there.
WRITTEN = [case for case in READ if "uint8" not in case[1]]


@pytest.mark.parametrize(("name", "index"), CASES)
def test_reading(name, index, torch):
    check(f"{name}[{index}]", torch)


@pytest.mark.parametrize(("name", "index"), READ)
def test_gradients_of_reading(name, index, torch):
    check(f"""
a = {name}.clone().requires_grad_()
b = a[{index}]
w = torch.arange(b.numel(), dtype=torch.float64).reshape(b.shape) + 1
(b * b * w).sum().backward()
[b, a.grad]""", torch)  # fmt: skip


@pytest.mark.parametrize(("name", "index"), WRITTEN)
def test_writing_a_number(name, index, torch):
    check(f"i = {index}\n{name}[i] = -7\n{name}", torch)


@pytest.mark.parametrize(("name", "index"), WRITTEN)
def test_gradients_of_writing_a_tensor(name, index, torch):
    check(f"""
a = {name}.clone().requires_grad_()
b = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
c = a * 1
i = {index}
c[i] = b
w = torch.arange(a.numel(), dtype=torch.float64).reshape(a.shape)
(c * w).sum().backward()
[c, a.grad, b.grad]""", torch)  # fmt: skip


VALUES = [
    "3", "2.5", "True", "1j", "nan", "-1.9", "2**40", "2**70", "np.float32(1.5)", "np.float64(1.5)", "np.int64(3)",
    "np.bool_(True)", "np.array(2.5)", "np.ones(4)", "[1.0, 2, 3, 4]", "(1, 2, 3, 4)", "'a'", "None", "object()",
    "torch.tensor(2)", "torch.tensor(2.7)", "torch.tensor(True)", "torch.tensor([9])", "torch.ones(4)",
    "torch.ones(4, dtype=torch.int64)", "torch.ones(1, 1, 4)", "torch.ones(3)", "torch.ones(2, 4)", "torch.ones(0)",
    "torch.ones(3, 4, dtype=torch.float64)", "torch.ones(1, 3, 4, dtype=torch.float64)", "torch.ones(3, 1) + 1j",
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("index", ["0", "...", "None", "0, 1", "[0, 1]", "x > 3", "[0, 1], 1"])
def test_writing_values_of_every_kind(index, value, torch):
    for dtype in ("float64", "uint8"):
        check(f"x = x.to(torch.{dtype})\nx[{index}] = {value}\nx", torch)


PROGRAMS = rows("""
x[:, 0] = x[:, 1]; x
x[0], x[1] = x[1].clone(), x[0].clone(); x
x[0] += 1; x[:, 1] *= 2; x[x > 8] -= 100; x[[0, 0]] += 5; x
x[x > 5] = x[x > 5] * 2; x
y[0][1][2] = 9; y[1, 0].fill_(3); y
y[..., 1] = x[:2, :3]; y
z = x[0]; z[1] = 99; x
z = x[[0]]; z[0, 1] = 99; x
z = x[x > 3]; z[0] = 99; x
z = x[1:, ::2]; z.add_(1); x[1, 0] = 50; z, x
z = x[...]; z += 1; x
z = x[None]; z[0, 0] = 5; x
x[0, 0] = x[2, 3]; x
x[torch.tensor([0, 0, 1]), torch.tensor([1, 1, 1])] = torch.tensor([7.0, 7, 8], dtype=torch.float64); x
x.index_put_((torch.tensor([0, 0]), torch.tensor([1, 1])), torch.tensor([7.0, 8], dtype=torch.float64), accumulate=True)
x.index_put((torch.tensor([1]),), torch.tensor(7.0, dtype=torch.float64))
x.masked_fill_(x > 3, 0), x.masked_fill(x < 1, torch.tensor(5.0))
x.fill_(2), x.zero_(), torch.fill(x, 3)
x.fill_(torch.tensor([1.0]))
x.copy_(torch.ones(4)), x
x.copy_(torch.ones(3))
x.copy_([1.0])
torch.zeros(2, dtype=torch.uint8).fill_(-1)
torch.zeros(2, dtype=torch.uint8).fill_(300)
torch.zeros(2).fill_(1j)
torch.zeros(2).fill_(1e300)
a = x.requires_grad_(); a[0] = 1
a = x.requires_grad_(); a[a > 1] = 1
a = x.requires_grad_(); a[[0]] = 1
a = x.requires_grad_(); b = a[0]; b[0] = 1
a = x.requires_grad_()
    with torch.no_grad():
        a[0] = 1
    a
a = x.requires_grad_(); b = a[:2]; c = (b * b).sum(); c.backward(); b, a.grad
a = x.requires_grad_(); [row.sum() for row in a], sum(row[0] for row in a)
a = x.requires_grad_(); b = a * 1; b[1:, 1] = b[:2, 0] * 3; b.sum().backward(); a.grad
a = x.requires_grad_(); b = a * 1; b[b > 4] *= 2; b.sum().backward(); b, a.grad
i = torch.tensor(1); x[i], x[i, i:], x[:i], x[[i, 0]]
[x[int(i)] for i in torch.arange(2)]
x[0, 1].item(), x[2].tolist(), x[:, 1].mean()
del x[0]
x[0] in x, 3 in x, 99 in x, 2.5 in x
'a' in x
torch.arange(10)[torch.arange(10) % 2 == 0]
torch.arange(6).view(2, 3)[:, torch.tensor([True, False, True])]
torch.tensor(5)[...], torch.tensor(5)[()], torch.tensor(5)[None], torch.tensor(5)[torch.tensor(True)]
torch.tensor(5)[0]
torch.tensor(5)[:]
torch.zeros(0, 3)[0]
torch.zeros(0, 3)[:, 1]
torch.zeros(0, 3)[[]], torch.zeros(0, 3)[torch.zeros(0, dtype=torch.bool)]
torch.zeros(0, 3)[[0]]
torch.take(x, torch.tensor([0, 5])), x.take(torch.tensor([-1]))
x.index_select(1, torch.tensor([0, 2])), x.gather(1, torch.tensor([[0], [1], [2]])), x.masked_select(x > 3)
torch.where(x > 3, x, torch.zeros_like(x)), torch.where(x > 10), x.nonzero().shape
torch.arange(5)[torch.tensor(2):]
torch.arange(5)[np.int64(1):np.int64(3)]
""")


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs(program, torch):
    check(program, torch)


PART = st.one_of(
    st.integers(-2, 1),
    st.slices(3),
    st.none(),
    st.just(Ellipsis),
    st.lists(st.integers(-2, 1), min_size=1, max_size=3),
    st.tuples(st.integers(0, 1), st.integers(0, 1)).map(lambda pair: np.array([pair, pair[::-1]])),
)


@given(st.lists(PART, max_size=5), st.booleans())
@settings(max_examples=300, deadline=None)
def test_random_indices_read_and_write_as_pytorch_does(torch, parts, bare):
    if (
        any(isinstance(part, slice) and (part.step or 1) < 0 for part in parts)
        or sum(part is Ellipsis for part in parts) > 1
    ):
        return
    index = parts[0] if bare and len(parts) == 1 else tuple(parts)
    check("z = y[index]; y[index] = z * 2 + 1; z, y", torch, index=index)


def test_literals():
    x = jt.arange(12).reshape(3, 4)
    assert x[1, -1].item() == 7
    assert x[:, [0, 2]].tolist() == [[0, 2], [4, 6], [8, 10]]
    assert x[x % 5 == 0].tolist() == [0, 5, 10]
    x[x > 8] = -1
    x[0] = jt.tensor([5, 6, 7, 8])
    assert x.tolist() == [[5, 6, 7, 8], [4, 5, 6, 7], [8, -1, -1, -1]]


def test_writing_where_a_mask_holds_does_not_look_at_it():
    from jnet.recorder import counters

    x = jt.arange(6.0)
    counters.reset()
    x[x > 3] = 0.0
    assert counters.flushes == 0
    assert x.tolist() == [0, 1, 2, 3, 0, 0]


def test_indices_enter_programs_as_inputs():
    from jnet.recorder import counters

    x = jt.rand(50, 4)
    for i in range(40):
        if i == 5:
            counters.reset()
        (x[i] * x[i : i + 2]).sum().item()
    assert counters.compiled <= 1

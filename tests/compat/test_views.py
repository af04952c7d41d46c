"""Views and writes: what is written through any view is seen through every other, with the gradients that follow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jnet.torch as jt
from jnet.recorder import counters

# The kinds of views: name -> (view of a 4x6 tensor, the same of a NumPy array).
KINDS = {
    "view": (lambda t: t.view(6, 4), lambda a: a.reshape(6, 4)),
    "reshape": (lambda t: t.reshape(2, 12), lambda a: a.reshape(2, 12)),
    "t": (lambda t: t.t(), lambda a: a.T),
    "transpose": (lambda t: t.transpose(0, 1), lambda a: a.T),
    "narrow": (lambda t: t.narrow(1, 2, 3), lambda a: a[:, 2:5]),
    "select": (lambda t: t.select(0, 2), lambda a: a[2]),
    "diagonal": (lambda t: t.diagonal(1), lambda a: np.lib.stride_tricks.as_strided(a[0, 1:], (4,), (7 * 8,))),
    "detach": (lambda t: t.detach(), lambda a: a[:]),
    "unsqueeze": (lambda t: t.unsqueeze(1), lambda a: a[:, None]),
    "chunk": (lambda t: t.chunk(3, 1)[1], lambda a: a[:, 2:4]),
    "split": (lambda t: t.split([1, 3])[1], lambda a: a[1:]),
    "slice with a step": (lambda t: t[::2, 1::3], lambda a: a[::2, 1::3]),
    "permute": (lambda t: t.view(2, 2, 6).permute(2, 0, 1), lambda a: a.reshape(2, 2, 6).transpose(2, 0, 1)),
    "unbind": (lambda t: t.unbind(1)[4], lambda a: a[:, 4]),
    "unfold": (lambda t: t.unfold(1, 2, 3), lambda a: np.lib.stride_tricks.as_strided(a, (4, 2, 2), (48, 24, 8))),
    "squeeze": (lambda t: t.view(4, 1, 6).squeeze(1), lambda a: a[:]),
    "flatten": (lambda t: t.flatten(), lambda a: a.reshape(-1)),
    "as_strided": (lambda t: t.as_strided((2, 3), (7, 2), 3),
                   lambda a: np.lib.stride_tricks.as_strided(a.reshape(-1)[3:], (2, 3), (56, 16))),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_write_through_a_view_reaches_what_it_views(kind):
    of_tensor, of_array = KINDS[kind]
    array = np.arange(24.0).reshape(4, 6)
    tensor = jt.tensor(array)
    other = tensor[1:]
    seen = of_array(array)
    seen += 100
    view = of_tensor(tensor)
    view.add_(100)
    np.testing.assert_array_equal(tensor.numpy(), array)
    np.testing.assert_array_equal(view.numpy(), seen)
    np.testing.assert_array_equal(other.numpy(), array[1:])
    assert view._version == tensor._version == 1


@pytest.mark.parametrize("kind", KINDS)
def test_many_views_are_joined_as_they_are_and_then_their_own(kind):
    of_tensor, of_array = KINDS[kind]
    tensor = jt.arange(24.0, dtype=jt.float64).reshape(4, 6).clone()
    tensor.sum().item()  # known, so that many of its views are copied at once
    counters.reset()
    joined = jt.stack([of_tensor(tensor)] * 9, dim=1)
    assert counters.ops == 0
    tensor.add_(1)
    after = jt.cat([of_tensor(tensor)] * 9)
    assert joined.is_contiguous()
    seen, new = (np.array(of_array(np.arange(24.0).reshape(4, 6) + more)) for more in (0, 1))
    np.testing.assert_array_equal(joined.numpy(), np.stack([seen] * 9, 1))
    np.testing.assert_array_equal(after.numpy(), np.concatenate([new] * 9))


# PyTorch refuses to write to one of several views made at once where gradients go through; jnet computes them.
SINGLE = [kind for kind in KINDS if kind not in ("detach", "chunk", "split", "unbind")]


@pytest.mark.parametrize("kind", SINGLE)
def test_gradients_go_through_a_write_to_a_view(kind, torch):
    def run(module):
        x = module.arange(24.0, dtype=module.float64).reshape(4, 6).requires_grad_()
        w = module.tensor(3.0, dtype=module.float64, requires_grad=True)
        y = x * 2
        view = KINDS[kind][0](y)
        view.mul_(w)
        (y * y + y.flip(0)).sum().backward()
        return x.grad, w.grad, y.detach()

    for mine, other in zip(run(jt), run(torch), strict=True):
        np.testing.assert_allclose(mine.numpy(), other.numpy(), rtol=1e-12)


STEPS = st.one_of(
    st.tuples(st.just("select"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("slice"), st.integers(0, 9), st.integers(0, 5), st.integers(0, 5), st.integers(1, 3)),
    st.tuples(st.just("transpose"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("flat")),
    st.tuples(st.just("unsqueeze"), st.integers(0, 9)),
    st.tuples(st.just("diagonal"), st.integers(-1, 1)),
)
ACTIONS = st.one_of(
    st.tuples(st.just("view"), st.integers(0, 9), STEPS),
    st.tuples(st.just("add"), st.integers(0, 9), st.integers(1, 9)),
    st.tuples(st.just("mul"), st.integers(0, 9), st.integers(2, 3)),
    st.tuples(st.just("copy"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("set"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("read"), st.integers(0, 9)),
)


def step(tensor, each):
    """Return a view of the tensor, or the tensor where the step does not fit."""
    name, *numbers = each
    n = tensor.dim()
    if name == "unsqueeze":
        return tensor.unsqueeze(numbers[0] % (n + 1))
    if name == "flat":
        return tensor.view(-1) if tensor.is_contiguous() else tensor
    if n == 0 or tensor.numel() == 0:
        return tensor
    dim = numbers[0] % n
    if name == "select":
        return tensor.select(dim, numbers[1] % tensor.size(dim))
    if name == "slice":
        index = [slice(None)] * n
        index[dim] = slice(numbers[1], numbers[1] + numbers[2], numbers[3])
        return tensor[tuple(index)]
    if name == "transpose":
        return tensor.transpose(dim, numbers[1] % n)
    return tensor.diagonal(numbers[0]) if n > 1 else tensor


def run(torch, actions, grad):
    """Run a random program of views, writes and reads; return everything that it saw."""
    leaf = torch.arange(24, dtype=torch.float64).reshape(2, 3, 4)
    if grad:
        leaf.requires_grad_()
    tensors, seen = [leaf * 1], []
    for name, which, *rest in actions:
        tensor = tensors[which % len(tensors)]
        if name == "view":
            tensors.append(step(tensor, rest[0]))
        elif name == "add":
            tensor.add_(rest[0])
        elif name == "mul":
            tensor.mul_(rest[0])
        elif name == "set":
            if tensor.dim() and tensor.size(0):
                tensor[rest[0] % tensor.size(0)] = rest[0]
        elif name == "copy":
            source = tensors[rest[0] % len(tensors)]
            tensor.copy_(source.sum() + 1 if source.shape != tensor.shape else source * 2)
        else:
            seen.append(tensor.detach().numpy().copy())
    seen += [tensor.detach().numpy().copy() for tensor in tensors]
    if grad:
        sum((t * t).sum() * (i + 1) for i, t in enumerate(tensors)).backward()
        seen.append(leaf.grad.numpy().copy())
    return seen


@given(st.lists(ACTIONS, max_size=8), st.booleans())
@settings(max_examples=60, deadline=None)
def test_random_programs_of_views_and_writes_equal_pytorchs(torch, actions, grad):
    for mine, other in zip(run(jt, actions, grad), run(torch, actions, grad), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)


def test_writes_to_overlapping_views_are_refused():
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor refers to a single memory"):
        jt.zeros(3, 1).expand(3, 4).add_(1)
    with pytest.raises(RuntimeError, match="more than one element"):
        jt.zeros(6).unfold(0, 3, 1).add_(1)

"""Indexing in every form, read and written, against PyTorch: values, gradients, errors, and what shares memory."""

import numpy as np
import pytest
from compare import check, rows
from hypothesis import given, settings
from hypothesis import strategies as st

import jnet.torch as jt

# Indices of a 3x4 tensor `x`, or of a 2x3x4 tensor `y`: read, written to, and followed by gradients.
INDICES = {
    "x": [
        "0", "-1", "2", "(1, 2)", "(-1, -1)", "(1,)", "()", "...", "None", "(None, 1)", "(1, None)", "(..., 1)", "(1, ...)",
        "slice(None)", "slice(1, None)", "slice(None, -1)", "slice(-2, None)", "slice(None, None, 2)", "slice(0, 0)",
        "slice(2, 1)", "slice(5, 9)", "slice(-9, 2)", "(slice(None), slice(1, 4, 2))", "(slice(None), -1)", "(..., None)",
        "(None, ..., None)", "(None, slice(1), None, 2)", "np.int64(1)", "(np.int32(1), np.int64(2))", "np.array(1)",
        "torch.tensor(1)", "(torch.tensor(1), torch.tensor(2))", "slice(torch.tensor(1), torch.tensor(3))", "slice(np.int64(1), None)",
        "True", "False", "(True, 0)", "(0, True)", "torch.tensor(True)", "torch.tensor(False)", "np.bool_(True)",
        "[0, 2]", "[0]", "[]", "[-1, 0, 0]", "[[0, 1], [2, 0]]", "([0, 2], [1, 3])", "([0, 2], 1)", "(1, [0, 2])", "([0, 2],)",
        "([[0], [2]], [1, 3])", "(slice(None), [0, 0, 3])", "([1, 2], slice(1, 3))", "(None, [0, 1])", "([0, 1], None)",
        "([0, 1], None, [1, 2])", "(..., [0, 1])", "([0, 2], ...)", "[True, False, True]", "([True, False, True], 1)",
        "([True, False, True], [0, 1])", "(slice(None), [True, False, True, False])", "torch.tensor([0, 2])",
        "torch.tensor([], dtype=torch.long)", "torch.tensor([[0, 1], [1, 2]])", "torch.tensor([0, 2], dtype=torch.int32)",
        "torch.tensor([0, 2], dtype=torch.int16)", "torch.tensor([0, 2], dtype=torch.int8)", "torch.tensor([0, 1, 1], dtype=torch.uint8)",
        "x > 5", "x < 0", "(x > 5,)", "x[:, 0] > 1", "(x[:, 0] > 1, 2)", "(x[:, 0] > 1, slice(1, 3))", "(slice(None), x[0] > 1)",
        "(x[:, 0] > 1, torch.tensor([0, 1]))", "(x[:, 0] > 1, x[0] > 2)", "np.array([0, 2])", "np.array([[0, 1], [2, 2]])",
        "np.array([True, False, True])", "(np.array([0, 2]), np.array([1, 3]))", "x.numpy() > 5", "(np.array([0, 1]), [1, 2])",
        "(torch.tensor([0, 1]), np.array([1, 2]))", "range(2)", "(range(2), range(1, 3))", "slice(None, None, None)",
        "[0, slice(1, 3)]", "[None, 0]", "[..., 0]", "[torch.tensor(0), torch.tensor(1)]", "[torch.tensor([0, 1]), torch.tensor([1, 2])]",
        "[np.int64(0), np.int64(2)]", "([0, 1], True)", "(torch.tensor([[0], [1]]), torch.tensor([0, 3]))", "[0, 1, 2, 1, 0]",
        "([1], [2])", "([1], slice(None))", "(torch.tensor(0), [1, 2])", "(torch.tensor(0), slice(1, 3))",
        # what is refused
        "3", "-4", "(0, 4)", "(0, 0, 0)", "1.0", "'a'", "(0, 'a')", "slice(None, None, -1)", "slice(None, None, 0)", "[3]", "[0, -4]",
        "([0, 1], [0, 4])", "(slice(None), [4])", "(..., ...)", "[1.5]", "[[0, 1], [2]]", "torch.tensor([1.0])", "torch.tensor(1.0)",
        "torch.tensor([3])", "torch.tensor([True, False])", "(slice(None), torch.tensor([True, False]))", "[True, False]",
        "([0, 1, 2], [0, 1])", "np.array([1.5])", "{}", "slice('a', None)", "slice(0.5, None)", "([0], [0], [0])", "(None, None, 0, 0, 0)",
        "torch.tensor([[True]])", "torch.ones(3, 4, 1, dtype=torch.bool)", "object()", "1j",
    ],
    "y": [
        "(0, [0, 2], [1, 3])", "([0, 1], 1, [2, 3])", "([0, 1], slice(None), [1, 2])", "(slice(None), [0, 2], [1, 3])",
        "([1, 0], [2, 0])", "(..., [1, 2])", "([0, 1], ..., [1, 2])", "([0, 1], slice(0, 2), slice(1, 3))", "(slice(None), [0, 2], slice(1, 3))",
        "(slice(None), 1, [0, 2])", "(1, slice(None), [0, 2])", "([0, 1], None, slice(None), [1, 2])", "(None, [0, 1], slice(None), [1, 2])",
        "y > 9", "y[:, :, 0] > 5", "(y[:, :, 0] > 5, 1)", "(y[:, :, 0] > 5, [0, 1, 2, 3])", "(slice(None), y[0] > 5)", "(0, y[0] > 5)",
        "([[0], [1]], [[0, 2]])", "([0, 1], [[0], [1], [2]], slice(None, None, 2))", "(None, 0, ..., None, slice(0, 3, 2))", "(1, ..., 2)",
        "(0, slice(1, 3), [0, 1])", "([0], slice(1, 3), 0)", "(y[:, 0, 0] > 1, ..., [0, 1])", "(torch.tensor([[0, 1], [1, 0]]), 0)",
        "(torch.tensor(1), slice(None), torch.tensor([0, 2]))", "(..., torch.tensor([0, 1]), slice(None))", "(slice(None), None, [0, 1], [0, 1])",
        "(y[0] > 5)", "(slice(None), slice(None), slice(None), 0)", "(0, 0, 4)", "(0, [3])", "(slice(None), slice(None), [4])",
    ],
}  # fmt: skip
CASES = [(name, index) for name, table in INDICES.items() for index in table]


@pytest.mark.parametrize(("name", "index"), CASES)
def test_reading(name, index, torch):
    check(f"{name}[{index}]", torch)


@pytest.mark.parametrize(("name", "index"), CASES)
def test_writing_a_number(name, index, torch):
    check(f"i = {index}\n{name}[i] = -7\n{name}", torch)


@pytest.mark.parametrize(("name", "index"), CASES)
def test_writing_a_tensor_with_gradients(name, index, torch):
    check(f"""
a = {name}.clone().requires_grad_()
b = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
c = a * 1
i = {index}
c[i] = b
w = torch.arange(a.numel(), dtype=torch.float64).reshape(a.shape)
(c * w).sum().backward()
[c, a.grad, b.grad]""", torch)  # fmt: skip


@pytest.mark.parametrize(("name", "index"), CASES)
def test_gradients(name, index, torch):
    check(f"""
a = {name}.clone().requires_grad_()
b = a[{index}]
w = torch.arange(b.numel(), dtype=torch.float64).reshape(b.shape) + 1
(b * b * w).sum().backward()
[b, a.grad]""", torch)  # fmt: skip

"""Small programs run on `jnet.torch` and on PyTorch, and what came of them, compared."""

import ast
import textwrap
import warnings
from types import ModuleType

import numpy as np
import pytest

import jnet.torch as jt
from jnet.torch.tensor import Tensor

__all__ = ["cells", "check", "outcome", "rows"]


def rows(table: str) -> list[str]:
    """Return the programs of a table: a line each; lines that are indented go on with the program above."""
    programs: list[list[str]] = []
    for line in textwrap.dedent(table).strip("\n").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            programs[-1].append(line[4:])
        else:
            programs.append([line])
    return ["\n".join(lines) for lines in programs]


def cells(table: str) -> list[str]:
    """Return the expressions of a table, which two blanks or the end of a line part."""
    return [cell.strip() for line in table.splitlines() for cell in line.split("  ") if cell.strip()]


def check(program: str, torch: ModuleType, rtol: float = 0.0, **names) -> None:
    """Assert that a program comes to the same on `jnet.torch` and on PyTorch.

    Args:
        rtol: how far floating point numbers may differ; by default not at all.
    """
    if ("'cuda" in program or ".cuda()" in program) and torch.version.cuda is not None:
        pytest.skip("jnet says what PyTorch's build for CPUs says")
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)  # also of what it says once a process
    try:
        other = outcome(program, torch, **names)
    finally:
        torch.set_warn_always(before)
    assert_same(outcome(program, jt, **names), other, rtol)


def outcome(program: str, torch: ModuleType, **names):
    """Return what the last expression of a program gives, described; or the error that ends it; and what it warned of.

    `torch`, `np`, `nan` and `inf` are bound, and `x` is a 3x4 tensor, `y` a 2x3x4 one, both of float64.
    """
    torch.manual_seed(0)
    space = {"torch": torch, "np": np, "nan": np.nan, "inf": np.inf, **names}
    space["x"] = torch.arange(12, dtype=torch.float64).reshape(3, 4) + 1
    space["y"] = torch.arange(24, dtype=torch.float64).reshape(2, 3, 4) + 1
    tree = ast.parse(program)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else ast.parse("None").body[0]
    dtype = torch.get_default_dtype()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings(
            "ignore", "__array(_wrap)?__ (must accept|implementation)"
        )  # NumPy of PyTorch's tensors
        try:
            exec(compile(tree, "<row>", "exec"), space)
            found = described(eval(compile(ast.Expression(last.value), "<row>", "eval"), space))
        except Exception as error:
            found = ("raises", names_of(type(error)), first_line(error))
        finally:
            torch.set_default_dtype(dtype)
            torch.set_grad_enabled(True)
        return found, list(dict.fromkeys((w.category.__name__, first_line(w.message)) for w in caught))


def names_of(kind: type) -> str:
    """Return the name of an error's type; the two GradcheckErrors are one."""
    return kind.__name__


def first_line(message) -> str:
    """Return the first line of a message, without the place in PyTorch's own source that some name."""
    lines = str(message).splitlines() or [""]
    return lines[0].split(" (Triggered internally")[0].replace("jnet.torch", "torch")


def described(value):
    """Return what can be compared of a value: of tensors all that shows."""
    if isinstance(value, Tensor) or (type(value).__module__.startswith("torch") and hasattr(value, "grad_fn")):
        fn = value.grad_fn
        name = None if fn is None else type(fn).__name__
        array = (
            value.detach().to(dtype_of(value)).numpy()
            if str(value.dtype) == "torch.bfloat16"
            else value.detach().numpy()
        )
        return ("tensor", type(value).__name__, str(value.dtype), array.copy(), value.requires_grad, name)
    if isinstance(value, np.ndarray):
        return ("array", str(value.dtype), value.copy())
    if isinstance(value, tuple | list):
        return (type(value).__name__, [described(each) for each in value])
    if isinstance(value, dict):
        return ("dict", [(str(k), described(v)) for k, v in value.items()])
    if isinstance(value, bool | int | float | complex | str | bytes | None):
        return (type(value).__name__, value)
    return (type(value).__name__, str(value).replace("jnet.torch", "torch").split(" at 0x")[0])


def dtype_of(value):
    """Return float32 of the module that the tensor is of."""
    return jt.float32 if isinstance(value, Tensor) else value.new_empty(0).float().dtype


def assert_same(mine, other, rtol: float) -> None:
    """Assert that two descriptions are equal, numbers up to `rtol`."""
    if isinstance(mine, np.ndarray) and isinstance(other, np.ndarray):
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, rtol=rtol, atol=rtol)
    elif isinstance(mine, tuple | list) and type(mine) is type(other) and len(mine) == len(other):
        for left, right in zip(mine, other, strict=True):
            assert_same(left, right, rtol)
    elif isinstance(mine, float) and isinstance(other, float):
        np.testing.assert_allclose(mine, other, rtol=rtol, atol=rtol)
    else:
        assert mine == other

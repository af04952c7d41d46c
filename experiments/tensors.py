"""Tensors and NumPy: one memory under two names, the same arithmetic, and three ways to add.

python -m experiments.tensors
"""

import sys
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

import jnet.torch as torch
from experiments.harness import runner
from jnet import ops, plotting
from jnet.ops.random import Generator
from jnet.plotting.style import styled

CHAPTER = 1
TITLE = "Tensors and NumPy"
TITLE_ZH = "张量与 NumPy"
QUESTION = "What do a tensor and a NumPy array have in common, and what of it is the same memory?"
QUESTION_ZH = "张量和 NumPy 数组有哪些相同之处？它们真的在用同一块内存吗？"


@dataclass(frozen=True)
class Settings:
    points: int = 2001  # where the sines of NumPy, jnet.torch and JAX are compared
    seed: int = 0  # of those points


FAST = {"points": 101}

BLUE, ORANGE, GREEN, YELLOW = "#cfe3f1", "#f8dac8", "#c9e8df", "#fbe6bd"  # pale, so that numbers can be read on them
GREY, STRONG = "#5d646e", plotting.PALETTE[1]


def run(settings: Settings, out: runner.Output) -> None:
    shared = out.faces(
        "One memory, two names",
        sharing_torch,
        sharing_jax,
        notes={"a after b.add_(1)": "2., 2., 2., 2., 2."},
        pytorch=SHARED,
    )
    out.faces("A list becomes a tensor", making_torch, making_jax, pytorch=MADE)
    found = out.faces(
        "The same arithmetic as NumPy's",
        arithmetic_torch,
        arithmetic_jax,
        notes={
            "abs": "1, 2, 1, 2",
            "sin": "-0.8415, -0.9093, 0.8415, 0.9093",
            "NumPy's sin": "-0.84147098, -0.90929743, 0.84147098, 0.90929743",
            "mean": "0.0",
        },
        pytorch={
            "abs": [1.0, 2.0, 1.0, 2.0],
            "sin": [-0.841470957, -0.909297407, 0.841470957, 0.909297407],
            "NumPy's sin": [-0.841470985, -0.909297427, 0.841470985, 0.909297427],
            "mean": 0.0,
        },
    )
    products = out.faces(
        "Products of matrices, and the one that is refused",
        products_torch,
        products_jax,
        notes={
            "mm": "7, 10, 15, 22",
            "NumPy's dot": "7, 10, 15, 22",
            "dot of vectors": "30.0",
            "dot of 2-D tensors": "RuntimeError: 1D tensors expected, but got 2D and 2D tensors",
        },
        pytorch={
            "mm": [[7.0, 10.0], [15.0, 22.0]],
            "matmul and @ agree with it": True,
            "mv": [11.0, 25.0],
            "A * A": [[1.0, 4.0], [9.0, 16.0]],
            "NumPy's dot": [[7, 10], [15, 22]],
            "dot of vectors": 30.0,
            "dot of 2-D tensors": "RuntimeError: 1D tensors expected, but got 2D and 2D tensors",
        },
    )
    out.faces("Three ways to add, and two names that end in _", adding_torch, adding_jax, pytorch=ADDED)
    draw_sharing(out)
    draw_products(products, out)
    worst = compare_sines(settings, out)
    out.found(f"""
        After b.add_(1) the NumPy array a, from which b was made, holds {shared["a after b.add_(1)"][0]:g} in every
        place: PyTorch's two names stand for one memory, in both directions. JAX arrays never change, so nothing needs
        to be shared. Arithmetic is NumPy's, in seven digits instead of sixteen: of {settings.points:,} sines none is
        off by more than {worst:.2g}; but dot is for vectors only, and the mean of -1, -2, 1, 2 is {found["mean"]:g}.
    """)


def sharing_torch(torch):
    a = np.ones(5)
    b = torch.from_numpy(a)  # a second name for the same memory
    b.add_(1)
    seen_by_a = a.copy()
    a[0] = 7  # and b sees it
    c = torch.tensor(a)  # a copy: a does not see what happens to it
    c.zero_()
    d = torch.ones(3)
    d.numpy()[:] = 5  # .numpy() shares as well
    return {
        "a after b.add_(1)": seen_by_a,
        "b after a[0] = 7": b,
        "a after its copy was cleared": a,
        "d after d.numpy() was written": d,
    }


def sharing_jax():
    a = np.ones(5)
    b = jnp.array(a)  # a copy: a JAX array never changes, so there is nothing to see
    b = b + 1  # a new array takes the name,
    a = np.array(b)  # and a must be told
    seen_by_a = a.copy()
    b = b.at[0].set(7)  # again a new array; the old one is as it was
    a = np.array(b)
    c = jnp.array(a)
    c = jnp.zeros_like(c)
    d = jnp.ones(3)
    d = d.at[:].set(5)  # np.asarray(d) would be a window that may be read, not written
    return {
        "a after b.add_(1)": seen_by_a,
        "b after a[0] = 7": b,
        "a after its copy was cleared": a,
        "d after d.numpy() was written": d,
    }


SHARED = {
    "a after b.add_(1)": [2.0] * 5, "b after a[0] = 7": [7.0, 2.0, 2.0, 2.0, 2.0],
    "a after its copy was cleared": [7.0, 2.0, 2.0, 2.0, 2.0], "d after d.numpy() was written": [5.0, 5.0, 5.0],
}  # fmt: skip


def making_torch(torch):
    data = [[1, 2, 3], [4, 5, 6]]
    inferred = torch.tensor(data)  # whole numbers stay whole: int64
    floats = torch.Tensor(data)  # always float32, and so is FloatTensor
    empty = torch.Tensor(5, 3)  # sizes, not data: whatever the memory held
    return {
        "tensor(data) is floating": inferred.is_floating_point(),
        "Tensor(data) is floating": floats.is_floating_point(),
        "tensor([1., 2]) is floating": torch.tensor([1.0, 2]).is_floating_point(),
        "FloatTensor([-1, -2, 1, 2])": torch.FloatTensor([-1, -2, 1, 2]),
        "Tensor(5, 3).size()": empty.size(),
        "data's shape": inferred.shape,
        "data's ndim": inferred.ndim,
        "data's number of elements": inferred.numel(),
    }


def making_jax():
    data = [[1, 2, 3], [4, 5, 6]]
    inferred = jnp.array(data)  # whole numbers stay whole: int32, unless jax_enable_x64 is set
    floats = jnp.array(data, jnp.float32)
    empty = jnp.empty((5, 3))  # zeros: JAX has no memory that nobody wrote
    return {
        "tensor(data) is floating": bool(jnp.issubdtype(inferred.dtype, jnp.floating)),
        "Tensor(data) is floating": bool(jnp.issubdtype(floats.dtype, jnp.floating)),
        "tensor([1., 2]) is floating": bool(jnp.issubdtype(jnp.array([1.0, 2]).dtype, jnp.floating)),
        "FloatTensor([-1, -2, 1, 2])": jnp.array([-1, -2, 1, 2], jnp.float32),
        "Tensor(5, 3).size()": empty.shape,
        "data's shape": inferred.shape,
        "data's ndim": inferred.ndim,
        "data's number of elements": inferred.size,
    }


MADE = {
    "tensor(data) is floating": False, "Tensor(data) is floating": True, "tensor([1., 2]) is floating": True,
    "FloatTensor([-1, -2, 1, 2])": [-1.0, -2.0, 1.0, 2.0], "Tensor(5, 3).size()": [5, 3], "data's shape": [2, 3],
    "data's ndim": 2, "data's number of elements": 6,
}  # fmt: skip


def arithmetic_torch(torch):
    data = [-1, -2, 1, 2]
    tensor = torch.FloatTensor(data)
    return {
        "abs": torch.abs(tensor),
        "sin": torch.sin(tensor),
        "NumPy's sin": np.sin(data),  # in float64: sixteen digits
        "mean": torch.mean(tensor),
    }


def arithmetic_jax():
    data = [-1, -2, 1, 2]
    array = jnp.array(data, jnp.float32)
    return {
        "abs": jnp.abs(array),
        "sin": jnp.sin(array),
        "NumPy's sin": np.sin(data),
        "mean": jnp.mean(array),
    }


def products_torch(torch):
    data = [[1, 2], [3, 4]]
    A = torch.FloatTensor(data)
    product = torch.mm(A, A)
    flat = A.reshape(-1)
    try:
        A.dot(A)
    except RuntimeError as error:
        refused = f"RuntimeError: {error}"
    return {
        "mm": product,
        "matmul and @ agree with it": torch.equal(torch.matmul(A, A), product) and torch.equal(A @ A, product),
        "mv": torch.mv(A, A[1]),
        "A * A": A * A,  # element by element
        "NumPy's dot": np.array(data).dot(np.array(data)),
        "dot of vectors": flat.dot(flat),  # 1 * 1 + 2 * 2 + 3 * 3 + 4 * 4
        "dot of 2-D tensors": refused.splitlines()[0],
    }


def products_jax():
    data = [[1, 2], [3, 4]]
    A = jnp.array(data, jnp.float32)
    product = A @ A
    flat = A.reshape(-1)
    try:
        ops.dot(A, A)  # jnet's, as strict as PyTorch's; jnp.dot multiplies matrices, as NumPy's does
    except RuntimeError as error:
        refused = f"RuntimeError: {error}"
    return {
        "mm": product,
        "matmul and @ agree with it": bool((jnp.matmul(A, A) == product).all()),
        "mv": A @ A[1],
        "A * A": A * A,
        "NumPy's dot": jnp.dot(A, A),
        "dot of vectors": jnp.vdot(flat, flat),
        "dot of 2-D tensors": refused.splitlines()[0],
    }


def adding_torch(torch):
    torch.manual_seed(420)
    x, y = torch.rand(5, 3), torch.rand(5, 3)
    first = torch.add(x, y)
    second = x + y
    third = torch.Tensor(5, 3)
    torch.add(x, y, out=third)
    old = x.clone()
    x.add(y)  # a new tensor, which nobody keeps: x is as it was
    untouched = torch.equal(x, old)
    x.add_(y)  # the underscore writes into x
    z = x.clone()
    z.t_()  # so does this one: 5 x 3 becomes 3 x 5
    return {
        "first row of the sum": first[0],
        "all three agree": torch.equal(first, second) and torch.equal(second, third),
        "x.add(y) leaves x alone": untouched,
        "first row of x after x.add_(y)": x[0],
        "shape after t_()": z.shape,
    }


def adding_jax():
    random = Generator(420)  # PyTorch's stream of numbers, without PyTorch
    x, y = jnp.array(random.rand((5, 3))), jnp.array(random.rand((5, 3)))
    first = jnp.add(x, y)
    second = x + y
    third = jnp.zeros((5, 3)).at[:].set(x + y)  # there is no out=; XLA decides where results lie
    old = x
    jnp.add(x, y)
    untouched = bool((x == old).all())
    x = x + y  # a new array takes the name
    z = x.T
    return {
        "first row of the sum": first[0],
        "all three agree": bool((first == second).all() and (second == third).all()),
        "x.add(y) leaves x alone": untouched,
        "first row of x after x.add_(y)": x[0],
        "shape after t_()": z.shape,
    }


ADDED = {
    "first row of the sum": [0.978248894, 0.544790924, 0.987581134], "all three agree": True,
    "x.add(y) leaves x alone": True, "first row of x after x.add_(y)": [0.978248894, 0.544790924, 0.987581134],
    "shape after t_()": [3, 5],
}  # fmt: skip


def compare_sines(settings: Settings, out: runner.Output) -> float:
    """Compare float32's sines with NumPy's in float64; return the largest difference."""
    x = np.random.default_rng(settings.seed).uniform(-2 * np.pi, 2 * np.pi, settings.points).astype(np.float32)
    exact = np.sin(x.astype(np.float64))
    faces = {"jnet.torch": torch.sin(torch.from_numpy(x)).numpy(), "JAX": np.asarray(jnp.sin(x))}
    worst = 0.0
    for name, found in faces.items():
        off = np.abs(found - exact).max()
        out.number(f"sine in float32 on {name}, furthest from NumPy's in float64", off, at_most=1.2e-7, key=True)
        worst = max(worst, off)
    return float(worst)


@styled
def draw_sharing(out: runner.Output) -> None:
    """Draw what is written by whom: the cells are memory, the letters its names."""
    before = np.ones(5)
    a, kept = before.copy(), before.copy()
    torch.from_numpy(a).add_(1)
    copied = torch.tensor(kept).add_(1).numpy()
    b = jnp.array(before)
    added = np.asarray(b + 1)
    figure, axes = plotting.panels(3, width=4.0, height=3.5)
    titles = ("b = torch.from_numpy(a)", "b = torch.tensor(a)", "b = jnp.array(a)")
    says = ("b.add_(1)", "b.add_(1)", "b = b + 1")
    sums = ("one memory, two names: a changes too", "a copy: a stays as it was", "a new array; the old one is let go")
    for ax, title, said, told in zip(axes, titles, says, sums, strict=True):
        ax.set_title(title, family="monospace", fontsize=11)
        ax.annotate("", (2.5, 4.05), (2.5, 2.65), arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.4})
        ax.text(2.8, 3.3, said, family="monospace", fontsize=11, va="center", color=STRONG, fontweight="bold")
        ax.text(2.5, 8.2, told, ha="center", va="center", fontsize=10, color=GREY)
        ax.set(xlim=(-2.1, 5.2), ylim=(8.6, -0.2))
    left, middle, right = axes
    plotting.cells(before, (0, 0.8), colors=BLUE, ax=left)
    plotting.cells(a, (0, 5.3), colors=ORANGE, ax=left)
    for y in (1.3, 5.8):
        _name(left, "a", y, y - 0.5)
        _name(left, "b", y, y + 0.5)
    for ax in (middle, right):
        for y, name in ((0.1, "a"), (1.5, "b")):
            plotting.cells(before, (0, y), colors=BLUE, ax=ax)
            _name(ax, name, y + 0.5)
    plotting.cells(np.asarray(b), (0, 5.35), alpha=0.45, ax=right)  # the old b: nobody's, and soon freed
    for ax, low, high, row in ((middle, 4.5, 5.9, copied), (right, 4.15, 6.55, added)):
        plotting.cells(kept, (0, low), colors=BLUE, ax=ax)
        plotting.cells(row, (0, high), colors=ORANGE, ax=ax)
        _name(ax, "a", low + 0.5)
        _name(ax, "b", high + 0.5)
    out.figure(
        "sharing",
        figure,
        "Three rows of five cells, each with one or two names pointing at it. A tensor made by from_numpy is the "
        "array's own memory, so adding to b changes a; a copy changes alone; in JAX b + 1 is a new array, and the old "
        "one fades.",
    )


def _name(ax, name: str, y: float, at: float | None = None) -> None:
    """Write a variable's name to the left of the cells at height `y`, with an arrow that points at them."""
    at = y if at is None else at
    ax.annotate(
        name, (-0.08, y), (-1.5, at), family="monospace", fontsize=13, fontweight="bold", va="center", ha="center",
        arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.2, "shrinkA": 2, "shrinkB": 0},
    )  # fmt: skip


@styled
def draw_products(products: dict, out: runner.Output) -> None:
    """Draw what each of three products of the same numbers is made of."""
    A = np.array([[1, 2], [3, 4]])
    figure, (left, middle, right) = plotting.panels(3, width=4.0, height=2.2)
    row, column, both = BLUE, YELLOW, GREEN
    corner = np.array([["white", "white"], ["white", both]])
    picked = np.array([["white", "white"], [row, row]]), np.array([["white", column], ["white", column]])
    _equation(left, (A, picked[0]), "@", (A, picked[1]), (products["mm"], corner))
    left.text(3.8, 3.1, "3 · 2 + 4 · 4 = 22", ha="center", fontsize=11, color=GREY)
    left.set_title("A @ A: rows by columns")
    picked = np.array([["white", "white"], ["white", row]]), np.array([["white", "white"], ["white", column]])
    _equation(middle, (A, picked[0]), "∗", (A, picked[1]), (products["A * A"], corner))
    middle.text(3.8, 3.1, "4 · 4 = 16", ha="center", fontsize=11, color=GREY)
    middle.set_title("A * A: cell by cell")
    plotting.cells([1, 2, 3, 4], (0, 0), colors=row, ax=right)
    plotting.cells([1, 2, 3, 4], (0, 1.5), colors=column, ax=right)
    right.text(5.0, 1.25, "=", ha="center", va="center", fontsize=15)
    plotting.cells([products["dot of vectors"]], (6, 0.75), colors=both, ax=right)
    right.text(3.5, 3.1, "1 · 1 + 2 · 2 + 3 · 3 + 4 · 4 = 30", ha="center", fontsize=11, color=GREY)
    right.set_title("dot: two vectors, one number")
    for ax in (left, middle, right):
        ax.set(xlim=(-0.2, 8.0), ylim=(3.4, -0.4))
    out.figure(
        "products",
        figure,
        "The matrix 1 2 3 4 multiplied by itself in three ways: rows by columns gives 7 10 15 22, cell by cell gives "
        "1 4 9 16, and as vectors one number, 30.",
    )


def _equation(ax, first, sign: str, second, result) -> None:
    for x, (values, colors) in zip((0, 2.9, 5.8), (first, second, result), strict=True):
        plotting.cells(values, (x, 0), colors=colors, fontsize=12, ax=ax)
    ax.text(2.45, 1, sign, ha="center", va="center", fontsize=15)
    ax.text(5.35, 1, "=", ha="center", va="center", fontsize=15)


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

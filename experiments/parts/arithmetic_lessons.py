"""The lessons of `experiments.arithmetic` in both faces, what the notes print of them, and what PyTorch 2.13 finds."""

import jax
import jax.numpy as jnp

from jnet import ops
from jnet.ops.random import Generator


def operators_torch(torch):
    torch.manual_seed(420)
    a, b = torch.rand(3, 4), torch.rand(4)
    three = torch.full([2, 2], 3.0)
    nine = three.pow(2)
    return {
        "a - b, sub(a, b)": torch.all(torch.eq(a - b, torch.sub(a, b))),
        "a * b, mul(a, b)": torch.all(torch.eq(a * b, torch.mul(a, b))),
        "a / b, div(a, b)": torch.all(torch.eq(a / b, torch.div(a, b))),
        "3 ** 2": three**2,
        "sqrt(9)": nine.sqrt(),
        "rsqrt(9)": nine.rsqrt(),
        "9 ** 0.5": nine**0.5,
        "exp(1)": torch.exp(torch.ones(2, 2)),
        "log(exp(1))": torch.log(torch.exp(torch.ones(2, 2))),
        "log2(8)": torch.log2(torch.tensor(8.0)),
    }


def operators_jax():
    random = Generator(420)  # PyTorch's stream of numbers, without PyTorch
    a, b = jnp.array(random.rand((3, 4))), jnp.array(random.rand(4))
    three = jnp.full((2, 2), 3.0)
    nine = three**2
    return {
        "a - b, sub(a, b)": jnp.all(a - b == jnp.subtract(a, b)),
        "a * b, mul(a, b)": jnp.all(a * b == jnp.multiply(a, b)),
        "a / b, div(a, b)": jnp.all(a / b == jnp.divide(a, b)),
        "3 ** 2": three**2,
        "sqrt(9)": jnp.sqrt(nine),
        "rsqrt(9)": jax.lax.rsqrt(nine),
        "9 ** 0.5": nine**0.5,
        "exp(1)": jnp.exp(jnp.ones((2, 2))),
        "log(exp(1))": jnp.log(jnp.exp(jnp.ones((2, 2)))),  # not always 1: exp has been rounded
        "log2(8)": jnp.log2(8.0),
    }


OPERATORS_NOTES = {"exp(1)": "2.7183, 2.7183, 2.7183, 2.7183"}
OPERATORS = {
    "a - b, sub(a, b)": True, "a * b, mul(a, b)": True, "a / b, div(a, b)": True, "3 ** 2": [[9.0, 9.0], [9.0, 9.0]],
    "sqrt(9)": [[3.0, 3.0], [3.0, 3.0]], "rsqrt(9)": [[0.333333343, 0.333333343], [0.333333343, 0.333333343]],
    "9 ** 0.5": [[3.0, 3.0], [3.0, 3.0]], "exp(1)": [[2.71828175, 2.71828175], [2.71828175, 2.71828175]],
    "log(exp(1))": [[1.0, 1.0], [1.0, 1.0]], "log2(8)": 3.0,
}  # fmt: skip


def rounding_torch(torch):
    a = torch.tensor(3.14)
    grad = torch.tensor([[14.1900, 14.6534, 6.0197], [7.3536, 5.4166, 11.4699]])
    return {
        "floor, ceil, trunc, frac of 3.14": [a.floor(), a.ceil(), a.trunc(), a.frac()],
        "3.499 rounded": torch.tensor(3.499).round(),
        "3.5 rounded": torch.tensor(3.5).round(),
        "0.5, 1.5, 2.5, 3.5 rounded": torch.tensor([0.5, 1.5, 2.5, 3.5]).round(),  # halves go to the even neighbour
        "-3.14 floored, truncated": [(-a).floor(), (-a).trunc()],
        "grad.max()": grad.max(),
        "grad.median()": grad.median(),  # of six, the third
        "grad.clamp(10)": grad.clamp(10),
        "grad.clamp(0, 10)": grad.clamp(0, 10),
    }


def rounding_jax():
    a = jnp.float32(3.14)
    grad = jnp.array([[14.1900, 14.6534, 6.0197], [7.3536, 5.4166, 11.4699]])
    return {
        "floor, ceil, trunc, frac of 3.14": [jnp.floor(a), jnp.ceil(a), jnp.trunc(a), a - jnp.trunc(a)],
        "3.499 rounded": jnp.round(3.499),
        "3.5 rounded": jnp.round(3.5),
        "0.5, 1.5, 2.5, 3.5 rounded": jnp.round(jnp.array([0.5, 1.5, 2.5, 3.5])),
        "-3.14 floored, truncated": [jnp.floor(-a), jnp.trunc(-a)],
        "grad.max()": grad.max(),
        "grad.median()": ops.median(grad),  # jnp.median is the mean of the two middle ones, 9.4118
        "grad.clamp(10)": jnp.clip(grad, 10),
        "grad.clamp(0, 10)": jnp.clip(grad, 0, 10),
    }


ROUNDING_NOTES = {
    "floor, ceil, trunc, frac of 3.14": "3., 4., 3., 0.1400",
    "3.499 rounded": "3.",
    "3.5 rounded": "4.",
    "grad.max()": "14.6534",
    "grad.median()": "7.3536",
    "grad.clamp(10)": "14.1900, 14.6534, 10.0000, 10.0000, 10.0000, 11.4699",
    "grad.clamp(0, 10)": "10.0000, 10.0000, 6.0197, 7.3536, 5.4166, 10.0000",
}
ROUNDING = {
    "floor, ceil, trunc, frac of 3.14": [3.0, 4.0, 3.0, 0.140000105], "3.499 rounded": 3.0, "3.5 rounded": 4.0,
    "0.5, 1.5, 2.5, 3.5 rounded": [0.0, 2.0, 2.0, 4.0], "-3.14 floored, truncated": [-4.0, -3.0],
    "grad.max()": 14.6534004, "grad.median()": 7.35360003,
    "grad.clamp(10)": [[14.1899996, 14.6534004, 10.0], [10.0, 10.0, 11.4699001]],
    "grad.clamp(0, 10)": [[10.0, 10.0, 6.01970005], [7.35360003, 5.41660023, 10.0]],
}  # fmt: skip


def products_torch(torch):
    torch.manual_seed(420)
    a, b = torch.rand(4, 3, 28, 64), torch.rand(4, 3, 64, 32)
    x, w = torch.rand(4, 784), torch.rand(512, 784)
    threes, ones = torch.full([2, 2], 3.0), torch.ones(2, 2)
    try:
        torch.matmul(a, torch.rand(4, 64, 32))  # 4 would have to be 3
    except RuntimeError as error:
        unequal = f"RuntimeError: {error}"
    return {
        "mm, matmul and @": [torch.mm(threes, ones), torch.matmul(threes, ones), threes @ ones],
        "shape of x @ w.t()": (x @ w.t()).shape,
        "shape of matmul(a, b)": torch.matmul(a, b).shape,
        "shape with b of [4, 1, 64, 32]": torch.matmul(a, torch.rand(4, 1, 64, 32)).shape,
        "its first number": torch.matmul(a, b)[0, 0, 0, 0],
        "with [4, 64, 32]": unequal.splitlines()[0],
    }


def products_jax():
    random = Generator(420)
    a, b = jnp.array(random.rand((4, 3, 28, 64))), jnp.array(random.rand((4, 3, 64, 32)))
    x, w = jnp.array(random.rand((4, 784))), jnp.array(random.rand((512, 784)))
    threes, ones = jnp.full((2, 2), 3.0), jnp.ones((2, 2))
    try:
        ops.matmul(a, jnp.ones((4, 64, 32)))  # jnet's, with PyTorch's words
    except RuntimeError as error:
        unequal = f"RuntimeError: {error}"
    return {
        "mm, matmul and @": [jnp.dot(threes, ones), jnp.matmul(threes, ones), threes @ ones],
        "shape of x @ w.t()": (x @ w.T).shape,
        "shape of matmul(a, b)": (a @ b).shape,
        "shape with b of [4, 1, 64, 32]": (a @ jnp.ones((4, 1, 64, 32))).shape,
        "its first number": jnp.einsum("bcik,bckj->bcij", a, b)[0, 0, 0, 0],
        "with [4, 64, 32]": unequal.splitlines()[0],
    }


PRODUCTS = {
    "mm, matmul and @": [[[6.0, 6.0], [6.0, 6.0]], [[6.0, 6.0], [6.0, 6.0]], [[6.0, 6.0], [6.0, 6.0]]],
    "shape of x @ w.t()": [4, 512], "shape of matmul(a, b)": [4, 3, 28, 32],
    "shape with b of [4, 1, 64, 32]": [4, 3, 28, 32], "its first number": 17.2305202,
    "with [4, 64, 32]": "RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at "
    "non-singleton dimension 1",
}  # fmt: skip


def statistics_torch(torch):
    ones = torch.full([8], 1.0)
    b, c = ones.view(2, 4), ones.view(2, 2, 2)
    a = torch.arange(8).view(2, 4).float()
    largest = a.max(dim=1)  # prints as torch.return_types.max(values=..., indices=...)
    return {
        "norm 1 of eight ones": [ones.norm(1), b.norm(1), c.norm(1)],
        "norm 2 of eight ones": [ones.norm(2), b.norm(2), c.norm(2)],
        "b.norm(1, dim=1)": b.norm(1, dim=1),
        "b.norm(2, dim=1)": b.norm(2, dim=1),
        "c.norm(2, dim=0)": c.norm(2, dim=0),
        "min, max, mean, sum, prod": [a.min(), a.max(), a.mean(), a.sum(), a.prod()],
        "argmax, argmin": [a.argmax(), a.argmin()],  # places in the flattened tensor
        "argmax(dim=0), argmin(dim=0)": [a.argmax(dim=0), a.argmin(dim=0)],
        "max(dim=1)": [largest.values, largest.indices],
        "argmax(dim=1, keepdim=True)": a.argmax(dim=1, keepdim=True),
        "mean(dim=0, keepdim=True)": a.mean(dim=0, keepdim=True),
        "sum and prod of rows": [a.sum(dim=1), a.prod(dim=1)],
    }


def statistics_jax():
    ones = jnp.full(8, 1.0)
    b, c = ones.reshape(2, 4), ones.reshape(2, 2, 2)
    a = jnp.arange(8.0).reshape(2, 4)
    return {
        "norm 1 of eight ones": [jnp.linalg.norm(x.ravel(), 1) for x in (ones, b, c)],
        "norm 2 of eight ones": [jnp.linalg.norm(x.ravel(), 2) for x in (ones, b, c)],
        "b.norm(1, dim=1)": jnp.linalg.norm(b, 1, axis=1),
        "b.norm(2, dim=1)": jnp.linalg.norm(b, 2, axis=1),
        "c.norm(2, dim=0)": jnp.linalg.norm(c, 2, axis=0),
        "min, max, mean, sum, prod": [a.min(), a.max(), a.mean(), a.sum(), a.prod()],
        "argmax, argmin": [a.argmax(), a.argmin()],
        "argmax(dim=0), argmin(dim=0)": [a.argmax(axis=0), a.argmin(axis=0)],
        "max(dim=1)": [a.max(axis=1), a.argmax(axis=1)],  # two questions in JAX
        "argmax(dim=1, keepdim=True)": a.argmax(axis=1, keepdims=True),
        "mean(dim=0, keepdim=True)": a.mean(axis=0, keepdims=True),
        "sum and prod of rows": [a.sum(axis=1), a.prod(axis=1)],
    }


STATISTICS_NOTES = {
    "norm 1 of eight ones": "8., 8., 8.",
    "norm 2 of eight ones": "2.8284, 2.8284, 2.8284",
    "b.norm(1, dim=1)": "4., 4.",
    "b.norm(2, dim=1)": "2., 2.",
    "c.norm(2, dim=0)": "1.4142, 1.4142, 1.4142, 1.4142",
    "min, max, mean, sum, prod": "0., 7., 3.5000, 28., 0.",
    "argmax, argmin": "7, 0",
    "argmax(dim=0), argmin(dim=0)": "1, 1, 1, 1, 0, 0, 0, 0",
    "max(dim=1)": "3., 7., 3, 3",
    "argmax(dim=1, keepdim=True)": "3, 3",
}
STATISTICS = {
    "norm 1 of eight ones": [8.0, 8.0, 8.0], "norm 2 of eight ones": [2.82842708, 2.82842708, 2.82842708],
    "b.norm(1, dim=1)": [4.0, 4.0], "b.norm(2, dim=1)": [2.0, 2.0],
    "c.norm(2, dim=0)": [[1.41421354, 1.41421354], [1.41421354, 1.41421354]],
    "min, max, mean, sum, prod": [0.0, 7.0, 3.5, 28.0, 0.0], "argmax, argmin": [7, 0],
    "argmax(dim=0), argmin(dim=0)": [[1, 1, 1, 1], [0, 0, 0, 0]], "max(dim=1)": [[3.0, 7.0], [3, 3]],
    "argmax(dim=1, keepdim=True)": [[3], [3]], "mean(dim=0, keepdim=True)": [[2.0, 3.0, 4.0, 5.0]],
    "sum and prod of rows": [[6.0, 22.0], [0.0, 840.0]],
}  # fmt: skip


def choosing_torch(torch):
    a = torch.arange(8).view(2, 4).float()
    cond = torch.tensor([[0.6769, 0.7271], [0.8884, 0.4163]])
    torch.manual_seed(420)
    prob = torch.randn(4, 10)  # how sure a network is of ten classes
    places = prob.topk(k=3, dim=1).indices
    label = torch.arange(10) + 100  # the names of the classes
    return {
        "topk(3)": list(a.topk(3, dim=1)),
        "topk(3, largest=False)": list(a.topk(3, dim=1, largest=False)),
        "kthvalue(3)": list(a.kthvalue(3)),
        "kthvalue(2, dim=1)": list(a.kthvalue(2, dim=1)),
        "gt(a, 0), a > 0 and a != 0 agree": torch.equal(torch.gt(a, 0), a > 0) and torch.equal(a > 0, a != 0),
        "equal(a, a)": torch.equal(a, a),  # one answer; eq gives one for each number
        "where(cond > 0.5, 0, 1)": torch.where(cond > 0.5, torch.full([2, 2], 0.0), torch.full([2, 2], 1.0)),
        "three likeliest of each row": torch.gather(label.expand(4, 10), dim=1, index=places),
        "unique": torch.unique(torch.tensor([3, 1, 3, 2, 1])),
    }


def choosing_jax():
    a = jnp.arange(8.0).reshape(2, 4)
    cond = jnp.array([[0.6769, 0.7271], [0.8884, 0.4163]])
    prob = jnp.array(Generator(420).randn((4, 10)))
    places = jax.lax.top_k(prob, 3)[1]
    label = jnp.arange(10) + 100
    small, order = jax.lax.top_k(-a, 3)
    return {
        "topk(3)": list(jax.lax.top_k(a, 3)),
        "topk(3, largest=False)": [-small, order],
        "kthvalue(3)": [jnp.sort(a)[:, 2], jnp.argsort(a)[:, 2]],
        "kthvalue(2, dim=1)": [jnp.sort(a)[:, 1], jnp.argsort(a)[:, 1]],
        "gt(a, 0), a > 0 and a != 0 agree": bool(jnp.all((jnp.greater(a, 0) == (a > 0)) & ((a > 0) == (a != 0)))),
        "equal(a, a)": jnp.array_equal(a, a),
        "where(cond > 0.5, 0, 1)": jnp.where(cond > 0.5, 0.0, 1.0),
        "three likeliest of each row": label[places],  # indexing does what gather and expand do
        "unique": jnp.unique(jnp.array([3, 1, 3, 2, 1])),
    }


CHOOSING_NOTES = {
    "topk(3)": "3., 2., 1., 7., 6., 5., 3, 2, 1, 3, 2, 1",
    "topk(3, largest=False)": "0., 1., 2., 4., 5., 6., 0, 1, 2, 0, 1, 2",
    "kthvalue(3)": "2., 6., 2, 2",
    "kthvalue(2, dim=1)": "1., 5., 1, 1",
    "where(cond > 0.5, 0, 1)": "0., 0., 0., 1.",
}
CHOOSING = {
    "topk(3)": [[[3.0, 2.0, 1.0], [7.0, 6.0, 5.0]], [[3, 2, 1], [3, 2, 1]]],
    "topk(3, largest=False)": [[[0.0, 1.0, 2.0], [4.0, 5.0, 6.0]], [[0, 1, 2], [0, 1, 2]]],
    "kthvalue(3)": [[2.0, 6.0], [2, 2]], "kthvalue(2, dim=1)": [[1.0, 5.0], [1, 1]],
    "gt(a, 0), a > 0 and a != 0 agree": True, "equal(a, a)": True,
    "where(cond > 0.5, 0, 1)": [[0.0, 0.0], [0.0, 1.0]],
    "three likeliest of each row": [[108, 107, 102], [100, 104, 105], [109, 107, 105], [106, 101, 105]],
    "unique": [1, 2, 3],
}  # fmt: skip


def residuals_torch(torch):
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    w = torch.tensor([-0.2, 0.15, 0.15])  # the weights of an AND gate
    zhat = torch.mv(X, w)
    z = torch.tensor([-0.2000, -0.0500, -0.0500, 0.1000])
    torch.set_printoptions(precision=30)
    digits = str(zhat[3])
    torch.set_printoptions(precision=4)
    return {
        "zhat == z": zhat == z,
        "zhat - z": zhat - z,
        "SSE": sum((zhat - z) ** 2),
        "allclose(zhat, z)": torch.allclose(zhat, z),
        "0.1 as zhat holds it": digits.removeprefix("tensor(").removesuffix(")"),
    }


def residuals_jax():
    X = jnp.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], jnp.float32)
    w = jnp.array([-0.2, 0.15, 0.15])
    zhat = X @ w
    z = jnp.array([-0.2000, -0.0500, -0.0500, 0.1000])
    return {
        "zhat == z": zhat == z,
        "zhat - z": zhat - z,
        "SSE": ((zhat - z) ** 2).sum(),
        "allclose(zhat, z)": jnp.allclose(zhat, z),
        "0.1 as zhat holds it": f"{zhat[3]:.30f}",
    }


RESIDUALS_NOTES = {"zhat - z": "0.0000e+00, 3.7253e-09, 3.7253e-09, 7.4506e-09", "SSE": "8.3267e-17"}
RESIDUALS = {
    "zhat == z": [True, False, False, False], "zhat - z": [0.0, 3.7252903e-09, 3.7252903e-09, 7.4505806e-09],
    "SSE": 8.32667268e-17, "allclose(zhat, z)": True, "0.1 as zhat holds it": "0.100000008940696716308593750000",
}  # fmt: skip


def tenths_torch(torch, size):
    preds = torch.ones(size) * 0.1
    stored = preds.view(-1)[0].item()  # the float32 next to 0.1
    rounded = preds.sum() * 10
    exact = preds.sum(dtype=torch.float64) * 10  # the same tenths, added up in sixteen digits
    preds = torch.ones(size, dtype=torch.float64) * 0.1
    double = preds.sum() * 10
    return {"0.1 in float32": stored, "float32": rounded, "float32, added up in float64": exact, "float64": double}


def tenths_jax(size):
    preds = jnp.ones(size) * 0.1
    stored = preds.ravel()[0]
    rounded = preds.sum() * 10
    with jax.enable_x64(True):
        exact = preds.sum(dtype=jnp.float64) * 10
        preds = jnp.ones(size, jnp.float64) * 0.1
        double = preds.sum() * 10
    return {"0.1 in float32": stored, "float32": rounded, "float32, added up in float64": exact, "float64": double}


TENTHS = {
    "0.1 in float32": 0.100000001, "float32": 83558328.0, "float32, added up in float64": 83558401.2451,
    "float64": 83558400.0,
}  # fmt: skip

# Title, both faces, what the notes print, what PyTorch finds, the largest difference allowed.
LESSONS = [
    ("Operators and functions", operators_torch, operators_jax, OPERATORS_NOTES, OPERATORS, 1e-6),
    ("Rounding, clamping, and the lower median", rounding_torch, rounding_jax, ROUNDING_NOTES, ROUNDING, 1e-6),
    ("Products of stacks of matrices", products_torch, products_jax, {}, PRODUCTS, 1e-6),
    ("Norms and statistics", statistics_torch, statistics_jax, STATISTICS_NOTES, STATISTICS, 1e-6),
    ("Choosing and looking up", choosing_torch, choosing_jax, CHOOSING_NOTES, CHOOSING, 1e-6),
    ("Seven digits", residuals_torch, residuals_jax, RESIDUALS_NOTES, RESIDUALS, 1e-16),  # these numbers are small
]

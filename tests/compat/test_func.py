"""Functions of functions on `jnet.torch` and on PyTorch: derivatives, `vmap`, and modules as pure functions."""

import warnings

import numpy as np
import pytest
from compare import assert_same, outcome, rows

import jnet.torch as jt
from jnet.recorder import counters

# Programs find the names of torch.func bound, a vector `v`, and a tensor `w` that requires grad.
HEAD = """
from {module} import nn
F = torch.func
from {module}.func import *
v = x[0]
w = torch.tensor([1.0, -2.0, 0.5, 3.0], dtype=torch.float64, requires_grad=True)
"""

DERIVATIVES = rows("""
grad(torch.sin)(v[0])
grad(lambda t: (t ** 2).sum())(v)
grad(lambda t: (w * t).sum())(v)
grad(lambda a, b: (a * b).sum(), argnums=1)(v, 2 * v)
grad(lambda a, b: (a * b).sum(), argnums=(1, 0))(v, 2 * v)
grad(lambda a, b: (a * b).sum(), argnums=-1)(v, 2 * v)
grad(lambda d: (d["a"] * d["b"][0]).sum())({"a": v, "b": (v + 1, v)})
grad(lambda t, scale: (t * scale).sum())(v, scale=3)
grad(lambda t: ((t ** 2).sum(), {"t": t}), has_aux=True)(v)
grad(grad(lambda t: t ** 3))(v[1])
grad(grad(grad(lambda t: t.sin() * t)))(v[1])
grad_and_value(lambda t: t.exp().sum())(v)
grad_and_value(lambda t: (t.exp().sum(), t.sum()), has_aux=True)(v)
grad(lambda t: t.detach().sum() * 2)(v)
grad(lambda t: torch.tensor(3.0))(v)
grad(lambda t: (t * v).sum())(v), v.requires_grad, v.grad
grad(lambda t: (w * w * t).sum())(v).sum().backward(); w.grad
grad(lambda t: (t * t * t).sum())(w).sum().backward(); w.grad
with torch.no_grad():
        g = grad(lambda t: (t * t).sum())(v)
    g
with torch.no_grad():
        g = grad(lambda t: (w * t).sum())(v)
    g
def f(t):
        with torch.no_grad():
            c = t * 2
        return (t * c).sum()
    grad(f)(v)
grad(lambda t: t * 2)(v)
grad(lambda t: 3.0)(v[0])
grad(lambda t: (t.sum(), 1))(v)
grad(lambda t: t.sum(), has_aux=True)(v)
grad(lambda t: t.sum(), argnums=1)(v)
grad(lambda t: t.sum(), argnums=())(v)
grad(lambda t: t.sum(), argnums=(0, 0))(v)
grad(lambda t: t.sum(), argnums="a")(v)
grad(lambda t: t.sum())(3.0)
grad(lambda t: t.sum())(torch.tensor([1, 2]))
vjp(torch.sin, v)[0]
vjp(torch.sin, v)[1](v)
vjp(lambda a, b: (a * b, a.sum()), v, v + 1)[1]((v, v[0]))
vjp(lambda a: {"s": a.sin(), "c": a.cos()}, v)[1]({"s": v, "c": v})
vjp(lambda a: (a.sin(), a), v, has_aux=True)[2]
vjp(lambda a: a.sin(), v)[1]((v,))
vjp(lambda a: 3.0, v)
vjp(lambda a: (a > 1), v)
vjp(lambda a: (), v)
value, pull = vjp(lambda a: a ** 2, v); pull(v)[0], pull(2 * v)[0]
vjp(lambda a: a ** 2, w)[0].sum().backward(); w.grad
jvp(torch.sin, (v,), (v,))
jvp(lambda a, b: (a * b, a.sum()), (v, v + 1), (v, 2 * v))
jvp(lambda a: (a.sin(), a * 2), (v,), (v,), has_aux=True)
jvp(lambda a: torch.ones(2), (v,), (v,))
jvp(torch.sin, v, v)
jvp(torch.sin, (), ())
jvp(lambda a: jvp(torch.sin, (a,), (v,))[1], (v,), (v,))[1]
jacrev(torch.sin)(v)
jacrev(lambda t: t * t.sum())(v)
jacrev(lambda t: (t.sum(), t * 2))(v)
jacrev(lambda t: {"a": t.prod()})(v)
jacrev(lambda a, b: torch.outer(a, b), argnums=(0, 1))(v[:2], v[1:])
jacrev(lambda a, b: a @ b, argnums=1)(x, v)
jacrev(lambda t: (t * 2, t.sum()), has_aux=True)(v)
jacrev(lambda t: t.cumsum(0), chunk_size=3)(v)
jacrev(lambda t: t.cumsum(0), chunk_size=1)(v)
jacrev(lambda t: t.view(2, 2).t().reshape(-1)[1:])(v)
jacrev(lambda t: t, chunk_size=0)
jacrev(lambda t: (t > 0))(v)
jacrev(jacrev(lambda t: (t ** 3).sum()))(v)
jacrev(lambda t: torch.softmax(w * t, 0))(v).sum().backward(); w.grad
jacfwd(torch.sin)(v)
jacfwd(lambda t: t * t.sum())(v)
jacfwd(lambda t: (t.sum(), t * 2))(v)
jacfwd(lambda a, b: a @ b, argnums=(0, 1))(x, v)
jacfwd(lambda t: (t * 2, t.sum()), has_aux=True)(v)
jacfwd(jacrev(lambda t: (t ** 3).sum() * t[0]))(v)
jacrev(jacfwd(lambda t: (t ** 3).sum() * t[0]))(v)
hessian(lambda t: (t ** 3).sum() * t[0])(v)
hessian(lambda a, b: (a * b).sum() ** 2, argnums=(0, 1))(v[:2], v[2:])
hessian(lambda t: torch.logsumexp(t, 0))(v)
""")

MAPPED = rows("""
vmap(torch.sin)(x)
vmap(torch.dot)(x, x + 1)
vmap(torch.mv, in_dims=(None, 0))(x, x)
vmap(lambda a, b: a * b, (0, None))(v, v)
vmap(lambda a: a.sum(), in_dims=1)(x)
vmap(lambda a: a, in_dims=1, out_dims=1)(x)
vmap(lambda a: a, in_dims=-1, out_dims=-1)(y)
vmap(lambda a: a.t(), in_dims=2, out_dims=1)(y).shape
vmap(vmap(torch.dot))(y, y)
vmap(vmap(lambda a, b: a - b, (None, 0)), (0, None))(v, v)
vmap(lambda d: d["a"] * d["b"], in_dims=({"a": 0, "b": None},))({"a": x, "b": v})
vmap(lambda pair: pair[0] + pair[1], in_dims=((0, 1),))((x, x.t()))
vmap(lambda pair: {"s": pair[0].sum(), "p": (pair[1].prod(),)})([x, x])
vmap(lambda a: (a, a.sum()), out_dims=(1, 0))(x)
vmap(lambda a: (a.sum(), 3), out_dims=(0, None))(x)
vmap(lambda a: torch.ones(2))(x)
vmap(lambda a, k: a * k)(x, k=2)
vmap(lambda a: a.shape[0] * a.ndim * a)(x)
vmap(lambda a: a[0] + a[1:].sum() - a[..., -1])(x)
vmap(lambda a: a.view(2, 2) @ a.view(2, 2).t())(x)
vmap(lambda a: torch.where(a > 5, a, -a))(x)
vmap(lambda a: a.argmax())(x), vmap(lambda a: a.max(0))(x).values
vmap(lambda a: torch.sort(a, descending=True)[0])(x)
vmap(lambda a: torch.stack([a, a]).softmax(1))(x)
vmap(lambda a: torch.cat([a, torch.zeros(1, dtype=torch.float64)]))(x)
vmap(lambda a: a.to(torch.float32) * 2)(x)
vmap(lambda a, i: a.index_select(0, i))(x, torch.tensor([[0], [1], [3]]))
vmap(lambda a, i: a.gather(0, i))(x, torch.tensor([[0], [1], [3]]))
vmap(lambda s: s * torch.tensor([1, 2]))(torch.tensor([1.5, 2.5]))
vmap(lambda s: s + torch.tensor(1, dtype=torch.int64))(torch.tensor([1, 2], dtype=torch.int32))
def f(a):
        b = a * 1
        b[0] = 7
        b.add_(1)
        return b
    vmap(f)(x)
def f(a):
        a.mul_(2)
        return a.sum()
    vmap(f)(x), x
vmap(torch.sin, chunk_size=2)(x)
vmap(lambda a: (a, a.sum()), out_dims=(1, 0), chunk_size=2)(x)
vmap(nn.functional.relu)(x - 5)
vmap(lambda a: nn.functional.cross_entropy(a, torch.tensor(1)))(x)
vmap(nn.functional.mse_loss)(x, x + 1)
vmap(lambda a: a * w)(x)
vmap(lambda a: a * w)(x).sum().backward(); w.grad
vmap(lambda a: (a * w).sin().sum() * w[0], in_dims=1)(x.t()).sum().backward(); w.grad
a = x.clone().requires_grad_(); vmap(lambda t: (t * t).view(2, 2).t()[0].sum())(a).sum().backward(); a.grad
a = x.clone().requires_grad_(); vmap(lambda t: (t.detach() * t).sum())(a).sum().backward(); a.grad
a = x.clone().requires_grad_(); vmap(lambda t: t * t, 1, 1)(a).pow(2).sum().backward(); a.grad
a = y.clone().requires_grad_(); vmap(vmap(lambda t: (t * w).cumsum(0)))(a).sum().backward(); a.grad, w.grad
a = x.clone().requires_grad_()
    def f(t):
        b = t * 1
        b[:2] = w[:2] * t[2:]
        return b.prod()
    vmap(f)(a).sum().backward(); a.grad, w.grad
vmap(lambda a: a * w)(x).requires_grad, vmap(lambda a: a)(x).requires_grad
with torch.no_grad():
        z = vmap(lambda a: a * w)(x)
    z
vmap(grad(torch.sin))(v)
vmap(grad(lambda a, b: (a * b).sum()), in_dims=(0, None))(x, v)
vmap(grad(lambda a: (a * w).sin().sum()))(x).sum().backward(); w.grad
vmap(grad(grad(lambda t: t ** 4)))(v)
vmap(jacrev(lambda a: a * a.sum()))(x)
vmap(jacfwd(lambda a: a * a.sum()))(x)
vmap(hessian(lambda a: a.prod()))(x)
grad(lambda t: vmap(lambda a: a * t)(x).sum())(v)
grad(lambda t: vmap(lambda a: (a * t).prod())(x).sum())(v)
hessian(lambda t: vmap(lambda a: (a * t).sum() ** 2)(x).sum())(v)
jacrev(vmap(torch.sin))(v)
jacfwd(vmap(vmap(lambda t: t * t)))(x[:2, :2])
out = w.sin() * w
    vmap(lambda g: torch.autograd.grad(out, w, g, retain_graph=True)[0])(torch.eye(4, dtype=torch.float64))
vmap(torch.sin)()
vmap(torch.sin)(3.0)
vmap(torch.sin, in_dims=None)(x)
vmap(torch.dot, in_dims=(None, None))(v, v)
vmap(torch.dot)(x, y)
vmap(torch.sin, in_dims=2)(x)
vmap(torch.sin, in_dims=-3)(x)
vmap(torch.sin, in_dims=[0])(x)
vmap(torch.sin, in_dims="a")(x)
vmap(torch.sin, in_dims=(0.5,))(x)
vmap(torch.sin, out_dims="a")(x)
vmap(torch.sin, out_dims=2.0)(x)
vmap(torch.sin, out_dims=None)(x)
f = lambda a: 3.0; f.__name__ = 'f'; vmap(f)(x)
vmap(lambda a: a.sum().item())(x)
vmap(lambda a: a if a.sum() > 0 else -a)(x)
vmap(lambda a: a * int(a[0]))(x)
vmap(lambda a: None)(x)
vmap(torch.sin, chunk_size=0)(x)
vmap(torch.sin, randomness="maybe")(x)
vmap(lambda a: a + torch.rand(4))(x)
vmap(lambda a: a + torch.rand(4), randomness="same")(x)
""")

# Ops of every kind inside, for examples.
OPS = rows("""
m = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(0), nn.Linear(8, 3))
    p = {k: t.detach() for k, t in m.named_parameters()}
    d = torch.rand(5, 1, 6, 6)
    g = vmap(grad(lambda p, a: functional_call(m, p, (a,)).pow(2).sum()), (None, 0))(p, d)
    g
m = nn.Embedding(5, 3); vmap(m)(torch.tensor([[1, 2], [3, 4]])).detach()
m = nn.GELU(); vmap(m)(x)
vmap(lambda a: torch.linalg.norm(a))(x)
vmap(lambda a: torch.linalg.inv(a @ a.t() + torch.eye(3, dtype=torch.float64)))(y)
vmap(lambda a: torch.einsum('ij,kj->ik', a, a))(y)
vmap(lambda a: a.flip(0).roll(1).tril())(y)
vmap(lambda a: a.var(0) + a.std(1).sum())(y)
vmap(lambda a: a.median())(x)
vmap(lambda a: a.topk(2))(x)
vmap(lambda a: a.sort().values.unbind())(x)
vmap(lambda a: a.masked_fill(a > 3, 0))(x)
vmap(lambda a: a.new_zeros(3) + a[:3])(x)
vmap(lambda a: a.repeat(2).unfold(0, 2, 1))(x)
vmap(lambda a: nn.functional.softmax(a, -1).log().neg().sum())(x)
vmap(lambda a, b: nn.functional.one_hot(b, 4) * a)(x, torch.tensor([0, 1, 2]))
vmap(lambda a: a.clamp(2, 5).to(torch.int32))(x)
vmap(lambda a: torch.arange(4) * a)(x)
vmap(lambda a: a.max(0))(x)
vmap(lambda a: list(a.split(2)))(x)
vmap(lambda a: torch.bmm(a.view(3,2,2), a.view(3,2,2)))(y)
vmap(lambda a: nn.functional.dropout(a, 0.5), randomness="same")(x)
vmap(lambda a: nn.functional.dropout(a, 0.0), randomness="same")(x)
vmap(lambda a: a.requires_grad)(w.view(2,2))
vmap(lambda a: a.sum(), in_dims=0)(torch.zeros(0, 3))
jacrev(lambda p, a: a @ p["w"] + p["b"])({"w": x.t(), "b": torch.ones(3, dtype=torch.float64)}, v)
jacrev(lambda t: t.norm())(v), jacfwd(lambda t: t.norm())(v), hessian(lambda t: t.norm())(v)
jacfwd(lambda t: torch.linalg.inv(t))(x[:2,:2]+torch.eye(2, dtype=torch.float64))
hessian(lambda t: torch.nn.functional.cross_entropy(t, torch.tensor(1)))(v)
hessian(lambda t: t.relu().pow(2).sum())(v - 2)
jacrev(lambda t: nn.functional.max_pool1d(t[None, None], 2))(v)
jvp(lambda t: t.cumsum(0).prod(), (v,), (v,))[1]
jvp(lambda t: t[0] * 2, (v,), (v,))[1]
grad(lambda t: torch.autograd.grad((t ** 3).sum(), t, create_graph=True)[0].sum())(v)
vmap(jacrev(lambda a: vmap(lambda b: b * b)(a)))(x)
a = x.clone().requires_grad_(); b = a * 1; vmap(lambda t: t.mul_(2).sum())(b).sum().backward(); a.grad, b.detach()
""")

MODULES = rows("""
m = nn.Linear(4, 2); functional_call(m, dict(m.named_parameters()), x.float())
m = nn.Linear(4, 2); functional_call(m, {"weight": torch.ones(2, 4)}, (x.float(),))
m = nn.Linear(4, 2); functional_call(m, ({"weight": torch.ones(2, 4)}, {"bias": torch.zeros(2)}), x.float())
m = nn.Linear(4, 2); p = dict(m.named_parameters())
    [g.detach() for g in grad(lambda p: functional_call(m, p, x.float()).pow(2).sum())(p).values()]
m = nn.Linear(4, 2); p = {k: t.detach() for k, t in m.named_parameters()}
    per = vmap(grad(lambda p, a: functional_call(m, p, a).pow(2).sum()), in_dims=(None, 0))
    per(p, x.float())
m = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1)); p = {k: t.detach() for k, t in m.named_parameters()}
    g = vmap(grad(lambda p, a: functional_call(m, p, (a,)).sum()), (None, 0))(p, x.float())
    {k: t.shape for k, t in g.items()}
ms = [nn.Linear(4, 2) for _ in range(3)]; p, b = stack_module_state(ms)
    vmap(lambda p, a: functional_call(ms[0], p, (a,)), (0, None))(p, x.float()).detach()
ms = [nn.Linear(4, 2) for _ in range(3)]; p, b = stack_module_state(ms)
    p["weight"].requires_grad, p["weight"].is_leaf, b
stack_module_state([])
stack_module_state([nn.Linear(1, 1), nn.ReLU()])
stack_module_state([nn.Linear(1, 1), nn.Linear(1, 1).eval()])
m = nn.Linear(2, 2); functional_call(m, {"nope": torch.ones(1)}, torch.ones(2))
m = nn.Linear(2, 2); functional_call(m, {"weight": torch.ones(2, 2)}, torch.ones(2), strict=True)
""")


@pytest.fixture(scope="module")
def pytorch(torch):
    """PyTorch, which warns of its own doings the first time it is asked for `jvp`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.func.jvp(torch.linalg.inv, (torch.ones(1, 1),), (torch.ones(1, 1),))
    return torch


@pytest.mark.parametrize("program", DERIVATIVES + MAPPED + OPS + MODULES)
def test_programs(program, pytorch):
    mine, other = (
        outcome(HEAD.format(module="jnet.torch") + program, jt),
        outcome(HEAD.format(module="torch") + program, pytorch),
    )
    assert_same(mine, other, rtol=1e-5)


def test_literals():
    x = jt.tensor([1.0, 2.0, 3.0])
    assert jt.func.vmap(jt.func.grad(lambda t: t**3))(x).tolist() == [3, 12, 27]
    assert jt.func.jacrev(lambda t: t * t.sum())(x).tolist() == [[7, 1, 1], [2, 8, 2], [3, 3, 9]]
    assert jt.func.jacfwd(lambda t: t * t.sum())(x).tolist() == [[7, 1, 1], [2, 8, 2], [3, 3, 9]]
    assert jt.func.hessian(lambda t: (t**3).sum())(x).tolist() == np.diag([6, 12, 18]).tolist()


def test_a_function_of_ones_own_inside():
    class Double(jt.autograd.Function):
        @staticmethod
        def forward(ctx, t):
            return t * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 5

    x = jt.tensor([1.0, 2.0])
    assert jt.func.vmap(jt.func.grad(lambda t: Double.apply(t)))(x).tolist() == [5, 5]
    with pytest.raises(NotImplementedError, match="DoubleBackward"):
        jt.func.vmap(Double.apply)(x.requires_grad_())


def test_different_numbers_for_each():
    jt.manual_seed(0)
    drawn = jt.func.vmap(lambda a: a + jt.rand(2), randomness="different")(jt.zeros(3, 2))
    assert len(set(drawn.flatten().tolist())) == 6


def test_a_mapped_function_is_one_program():
    x = jt.rand(8, 3)
    step = jt.func.vmap(jt.func.grad(lambda a: (a.sin() * a).sum()))
    for i in range(20):
        if i == 5:
            counters.reset()
        step(x).sum().item()
    assert counters.flushes == 15
    assert counters.compiled <= 1


def test_mapped_functions_inside_jax():
    import jax

    net = jt.nn.Linear(3, 1)
    apply, variables = jt.func.to_jax(net)
    batch = np.ones((4, 3), np.float32)
    rows_ = jax.vmap(lambda row: apply(variables, row))(batch)
    assert rows_.shape == (4, 1)

"""Derivatives checked and taken whole, on `jnet.torch` and on PyTorch: gradcheck, anomalies, Jacobians and Hessians."""

import pytest
from compare import check, rows

import jnet.torch as jt

# Programs start with a leaf `a` of float64, 1 to 4.
CHECKS = rows("""
torch.autograd.gradcheck(torch.sin, a)
torch.autograd.gradcheck(lambda t: (t * t, t.sum()), (a,))
torch.autograd.gradcheck(lambda t, k: t * k, (a, 3))
torch.autograd.gradcheck(torch.sin, torch.ones(2))
torch.autograd.gradcheck(lambda t: t.detach() * t, (a,))
torch.autograd.gradcheck(lambda t: t.detach() * t, (a,), raise_exception=False)
torch.autograd.gradcheck(lambda t: t * t, (torch.ones(2, requires_grad=True),), raise_exception=False)
torch.autograd.gradgradcheck(lambda t: t ** 3, (a,))
torch.autograd.gradgradcheck(lambda t: (t.detach() * t) ** 2, (a,), raise_exception=False)
with torch.autograd.detect_anomaly():
        b = torch.tensor([-1.0], requires_grad=True); b.sqrt().sum().backward()
with torch.autograd.detect_anomaly():
        b = torch.tensor([4.0], requires_grad=True); b.sqrt().sum().backward()
    b.grad, torch.is_anomaly_enabled()
with torch.autograd.detect_anomaly(check_nan=False):
        b = torch.tensor([-1.0], requires_grad=True); b.sqrt().sum().backward()
    b.grad
with torch.autograd.set_detect_anomaly(True):
        b = torch.tensor([0.0], requires_grad=True); (b / b).sum().backward()
torch.autograd.set_detect_anomaly(True); torch.autograd.set_detect_anomaly(False); torch.is_anomaly_enabled()
torch.autograd.functional.jacobian(lambda t: t * t.sum(), a)
torch.autograd.functional.jacobian(lambda s, t: (s * t, s.sum()), (a, a * 2))
torch.autograd.functional.jacobian(lambda t: t.exp(), a, create_graph=True).requires_grad
torch.autograd.functional.jacobian(lambda t: t.exp(), a.detach(), create_graph=True)
torch.autograd.functional.jacobian(lambda t: t * t, a, vectorize=True)
torch.autograd.functional.jacobian(lambda t: t * t, a, strategy="forward-mode")
torch.autograd.functional.jacobian(lambda t: t * t, a, strategy="other")
torch.autograd.functional.jacobian(lambda t: t * t, a, strict=True, vectorize=True)
torch.autograd.functional.jacobian(lambda t: torch.ones(2), a)
torch.autograd.functional.jacobian(lambda t: torch.ones(2), a, strict=True)
torch.autograd.functional.jacobian(lambda s, t: s * 2, (a, a), strict=True)
torch.autograd.functional.jacobian(lambda t: 3.0, a)
torch.autograd.functional.jacobian(lambda t: t, 3.0)
torch.autograd.functional.jacobian(lambda t: (t, 3.0), a)
torch.autograd.functional.jacobian(lambda t: t, (a, 3.0))
torch.autograd.functional.hessian(lambda t: (t ** 3).sum(), a)
torch.autograd.functional.hessian(lambda s, t: (s * t).sum(), (a[:2].detach(), a[2:].detach()))
torch.autograd.functional.hessian(lambda t: t ** 3, a)
torch.autograd.functional.hessian(lambda t: t.sum(), a)
torch.autograd.functional.hessian(lambda t: t.sum(), a, strict=True)
torch.autograd.functional.hessian(lambda t: (t ** 3).sum(), a, vectorize=True)
torch.autograd.functional.hessian(lambda t: 3.0, a)
torch.autograd.functional.vjp(lambda t: t * t, a, torch.ones(4, dtype=torch.float64))
torch.autograd.functional.vjp(lambda t: t.sum(), a)
torch.autograd.functional.vjp(lambda t: t * t, a)
torch.autograd.functional.vjp(lambda t: t * t, a, torch.ones(3))
torch.autograd.functional.vjp(lambda s, t: s * t, (a, a * 2), a.detach())
torch.autograd.functional.vjp(lambda t: (t, t.sum()), a, (a.detach(), torch.tensor(2.0, dtype=torch.float64)))
torch.autograd.functional.vjp(lambda t: (t, t.sum()), a, a.detach())
torch.autograd.functional.vjp(lambda t: torch.ones(2), a, torch.ones(2))
torch.autograd.functional.vjp(lambda t: torch.ones(2), a, torch.ones(2), strict=True)
torch.autograd.functional.vjp(lambda t: t * t, a, a.detach(), create_graph=True)
torch.autograd.functional.jvp(lambda t: t * t, a, torch.ones(4, dtype=torch.float64))
torch.autograd.functional.jvp(lambda s, t: s * t, (a, a * 2), (a.detach(), a.detach()))
torch.autograd.functional.jvp(lambda t: t * t, a)
torch.autograd.functional.jvp(lambda t: t * t, a[0].detach())
torch.autograd.functional.jvp(lambda t: torch.ones(2), a, a.detach())
torch.autograd.functional.hvp(lambda t: (t ** 3).sum(), a, torch.ones(4, dtype=torch.float64))
torch.autograd.functional.hvp(lambda t: t ** 3, a, torch.ones(4, dtype=torch.float64))
torch.autograd.functional.vhp(lambda t: (t ** 3).sum(), a, torch.ones(4, dtype=torch.float64))
torch.autograd.functional.vhp(lambda t: (t ** 3).sum() * t[0], a, a.detach())
torch.autograd.functional.vhp(lambda t: (t, t), a, a.detach())
torch.autograd.functional.jacobian(lambda t: t * 2, a, create_graph=True, strict=True)
torch.autograd.functional.hessian(lambda t: torch.ones(()), a, strict=True)
torch.autograd.functional.hessian(lambda t: torch.ones(()), a)
torch.autograd.functional.hessian(lambda s, t: (s * s).sum(), (a, a), strict=True)
torch.autograd.functional.hessian(lambda s, t: (s * s).sum(), (a, a * 1))
torch.autograd.functional.hessian(lambda t: (t ** 3).sum(), a, create_graph=True).requires_grad
torch.autograd.functional.hvp(lambda t: t.sum(), a, a.detach(), strict=True)
torch.autograd.functional.hvp(lambda t: t.sum(), a, a.detach())
torch.autograd.functional.vhp(lambda t: t.sum(), a, a.detach(), strict=True)
torch.autograd.functional.vhp(lambda t: (t ** 3).sum(), a)
torch.autograd.functional.hvp(lambda s, t: (s * t).sum(), (a, a * 1), (a.detach(), a.detach()))
torch.autograd.functional.jvp(lambda t: t * 2, a, a.detach(), strict=True)
torch.autograd.functional.jvp(lambda t: t * t, a, a.detach(), create_graph=True)[1].requires_grad
torch.autograd.functional.jvp(lambda t: torch.ones(2), a, a.detach(), strict=True)
torch.autograd.functional.vjp(lambda s, t: s * 2, (a, a * 1), a.detach(), strict=True)
torch.autograd.functional.jacobian(lambda t: t.reshape(2, 2) ** 2, a)
torch.autograd.functional.jacobian(lambda t: t.sum(), a)
torch.autograd.functional.jacobian(lambda t: (t * t).float(), a)
torch.autograd.functional.jacobian(lambda s, t: s * t, (a, a * 1), vectorize=True)
torch.autograd.functional.jacobian(lambda s, t: s * 1, (a, a * 1), vectorize=True)
with torch.no_grad(): j = torch.autograd.functional.jacobian(lambda t: t * t, a)
    j
torch.autograd.gradcheck(torch.sin, (a,), eps=1e-3, atol=1e-2)
torch.autograd.gradcheck(lambda t: t.int(), (a,))
torch.autograd.gradcheck(lambda t: t * 2, (a.detach(),))
torch.autograd.gradcheck(lambda t: t.detach() * 2, (a,))
torch.autograd.gradcheck(lambda t: t * 2, (a,), fast_mode=True)
torch.autograd.gradcheck(lambda t: t * 2, (a,), check_batched_grad=True)
torch.autograd.gradcheck(lambda t: t.float(), (a,))
torch.autograd.gradgradcheck(lambda t: t * 2, (a,))
torch.autograd.gradgradcheck(lambda t: t ** 3, (a,), torch.ones(4, dtype=torch.float64))
torch.autograd.gradcheck(torch.nn.Linear(4, 2, dtype=torch.float64), (a,))
""")

LEAF = "a = torch.arange(1.0, 5, dtype=torch.float64).requires_grad_()\n"


@pytest.mark.parametrize("program", CHECKS)
def test_programs(program, torch):
    check(LEAF + program, torch, rtol=1e-9)


def test_literals():
    a = jt.tensor([1.0, 2.0])
    assert jt.autograd.functional.jacobian(lambda t: t * t, a).tolist() == [[2, 0], [0, 4]]
    assert jt.autograd.functional.jacobian(lambda t: t * t, a, vectorize=True).tolist() == [[2, 0], [0, 4]]
    assert jt.autograd.functional.hessian(lambda t: (t**3).sum(), a).tolist() == [[6, 0], [0, 12]]


def test_a_wrong_derivative_is_found():
    class Wrong(jt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, grad):
            return 3 * grad

    x = jt.ones(2, dtype=jt.float64, requires_grad=True)
    assert not jt.autograd.gradcheck(Wrong.apply, x, raise_exception=False)
    with pytest.raises(jt.autograd.GradcheckError, match="Jacobian mismatch"):
        jt.autograd.gradcheck(Wrong.apply, x)

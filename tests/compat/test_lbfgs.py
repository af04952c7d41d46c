"""L-BFGS: the steps, states and numbers of PyTorch's."""

import pytest
from compat.compare import check, rows

import jnet.torch as jt
from jnet.recorder import counters

PROBLEM = """
import copy, pickle
a = torch.tensor([1.5, -2.0, 0.5]).double().requires_grad_()
b = torch.tensor([[0.3], [4.0]]).double().requires_grad_()
c = torch.zeros(2).double().requires_grad_()
def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2
def loss():
    return ((a - 1) ** 4).sum() + (a[0] - a[1]) ** 2 + (b * b).sum() + b.cos().sum()
def curved():
    return rosenbrock(c[0], c[1])
LBFGS = torch.optim.LBFGS
def steps(optimizer, function, count):
    seen = []
    def closure():
        optimizer.zero_grad()
        value = function()
        value.backward()
        seen.append(value.item())
        return value
    return [optimizer.step(closure) for _ in range(count)], seen
"""

CASES = """
LBFGS([a, b]), loss, 2
LBFGS([a, b], lr=0.1), loss, 3
LBFGS([a, b], lr=0.1, max_iter=4), loss, 4
LBFGS([a, b], lr=torch.tensor(0.1).double(), max_iter=4), loss, 3
LBFGS([a, b], lr=0.1, max_iter=5, history_size=2), loss, 3
LBFGS([a, b], lr=0.5, tolerance_grad=1.0), loss, 3
LBFGS([a, b], lr=0.5, tolerance_change=0.01), loss, 3
LBFGS([a, b], lr=0.1, max_eval=3), loss, 3
LBFGS([a, b], line_search_fn="strong_wolfe"), loss, 2
LBFGS([a, b], line_search_fn="strong_wolfe", lr=10, max_iter=3), loss, 2
LBFGS([a, b], line_search_fn="strong_wolfe", lr=1e-3, max_iter=3), loss, 3
LBFGS([a, b], line_search_fn="strong_wolfe", max_eval=4), loss, 3
LBFGS([c], line_search_fn="strong_wolfe", max_iter=3), curved, 6
LBFGS([c], line_search_fn="strong_wolfe", history_size=3, max_iter=5), curved, 4
LBFGS([c, a]), curved, 1
"""


@pytest.mark.parametrize("case", rows(CASES))
def test_steps_equal_pytorchs(case, torch):
    ending = (
        "[seen, losses, a, b, c, optimizer.state_dict(), repr(optimizer), list(optimizer.state_dict()['state'][0])]"
    )
    program = f"optimizer, function, count = {case}\nlosses, seen = steps(optimizer, function, count)\n{ending}"
    check(f"{PROBLEM}\n{program}", torch, rtol=1e-7)


PROGRAMS = """
o = LBFGS([a], lr=0.1); steps(o, loss, 2); p = LBFGS([a]); p.load_state_dict(copy.deepcopy(o.state_dict()))
    [steps(p, loss, 1), p.state_dict()]
o = LBFGS([a], line_search_fn="strong_wolfe", max_iter=3); steps(o, loss, 1); p = pickle.loads(pickle.dumps(o))
    [p.state_dict(), p]
z = torch.tensor([1 + 2j, 3 - 1j], dtype=torch.complex128, requires_grad=True); o = LBFGS([z], lr=0.3, max_iter=4)
    [steps(o, lambda: (z * z.conj()).real.sum() + z.real.sum() ** 2, 2), z]
o = LBFGS([a.detach().float().requires_grad_()], lr=0.1); p = o.param_groups[0]["params"][0]
    [steps(o, lambda: (p * p).sum(), 1)[0], p.dtype, {k: getattr(s, "dtype", type(s)) for k, s in o.state[p].items()}]
o = LBFGS([a]); o.step()
o = LBFGS([a], line_search_fn="armijo"); steps(o, loss, 1)
LBFGS([{"params": [a]}, {"params": [b]}])
LBFGS([a], lr=-1)
LBFGS([a], lr=torch.ones(2))
LBFGS([a], max_iter=8).param_groups[0]["max_eval"]
"""


@pytest.mark.parametrize("program", rows(PROGRAMS))
def test_programs_equal_pytorchs(program, torch):
    check(f"{PROBLEM}\n{program}", torch, rtol=1e-5)


def test_a_long_history_compiles_few_programs():
    w = jt.linspace(-1, 1, 40, requires_grad=True)
    optimizer = jt.optim.LBFGS([w], lr=0.05, max_iter=10, tolerance_change=0, tolerance_grad=0)

    def closure():
        optimizer.zero_grad()
        loss = ((w - 1) ** 2 * jt.arange(40)).sum() + (w**4).sum()
        loss.backward()
        return loss

    counters.reset()
    for _ in range(6):
        optimizer.step(closure)
    assert len(optimizer.state[w]["old_dirs"]) > 40
    assert counters.compiled < 25

"""Optimizers: the numbers, states, errors and hooks of PyTorch's; schedules are in test_lr_scheduler.py."""

import copy
import pickle

import numpy as np
import pytest
from compat.compare import check, rows

import jnet.torch as jt
from jnet.recorder import counters

PROBLEM = """
import copy, importlib, pickle
w = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5]))
v = torch.nn.Parameter(torch.tensor([[0.3], [4.0]]))
def backward():
    ((w ** 2 - w).sum() + (v.cos() * v).sum()).backward()
def train(optimizer, steps=20):
    for step in range(steps):
        optimizer.zero_grad()
        backward()
        optimizer.step()
    return [w, v]
SGD, Adam, AdamW = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
module = importlib.import_module(torch.__name__ + ".optim.optimizer")
"""

OPTIMIZERS = """
SGD([w, v], lr=0.01)
SGD([w, v])
SGD([w, v], lr=0.01, momentum=0.9)
SGD([w, v], lr=0.01, momentum=0.9, dampening=0.5)
SGD([w, v], lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.1)
SGD([w, v], lr=0.01, weight_decay=0.1)
SGD([w, v], lr=0.001, momentum=0.5, maximize=True)
SGD([w, v], lr=torch.tensor(0.01), momentum=0.9)
SGD([w, v], lr=torch.tensor([0.01]))
SGD([w, v], lr=0.01, momentum=0.9, foreach=True)
SGD([w, v], lr=0.01, fused=True)
SGD([{"params": [w], "lr": 0.1}, {"params": v, "momentum": 0.5}], lr=0.01)
SGD([("w", w), ("v", v)], lr=0.01)
Adam([w, v])
Adam([w, v], lr=0.1)
Adam([w, v], lr=0.1, betas=(0.5, 0.9), eps=1e-3)
Adam([w, v], lr=0.1, betas=(0.0, 0.9))
Adam([w, v], lr=0.1, weight_decay=0.1)
Adam([w, v], lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)
Adam([w, v], lr=0.1, amsgrad=True)
Adam([w, v], lr=0.01, maximize=True)
Adam([w, v], lr=torch.tensor(0.1))
Adam([w, v], lr=0.1, betas=(torch.tensor(0.8), torch.tensor(0.9)))
Adam([w, v], lr=0.1, foreach=True)
Adam([w, v], lr=0.1, fused=True)
Adam([{"params": [w], "lr": 0.1}, {"params": v, "betas": (0.5, 0.6), "amsgrad": True}])
AdamW([w, v])
AdamW([w, v], lr=0.1, weight_decay=0.5)
AdamW([w, v], lr=0.1, weight_decay=0.5, amsgrad=True, maximize=True)
AdamW([w, v], lr=0.1, weight_decay=0)
"""


@pytest.mark.parametrize("optimizer", rows(OPTIMIZERS))
def test_parameters_and_state_equal_pytorchs_over_20_steps(optimizer, torch):
    ending = "\n[train(optimizer), optimizer.state_dict(), repr(optimizer)]"
    check(f"{PROBLEM}\noptimizer = {optimizer}{ending}", torch, rtol=1e-6)


@pytest.mark.parametrize("optimizer", rows(OPTIMIZERS))
def test_float64_is_not_less_precise(optimizer, torch):
    wide = PROBLEM.replace("0.5]))", "0.5]).double())").replace("[4.0]]))", "[4.0]]).double())")
    # What follows from a rate that is a tensor of float32 is rounded to float32 there.
    check(f"{wide}\ntrain({optimizer})", torch, rtol=1e-7 if "tensor" in optimizer else 1e-12)


@pytest.mark.parametrize("kind", ["complex64", "bfloat16", "float16"])
@pytest.mark.parametrize("optimizer", ["SGD([z], lr=0.1, momentum=0.9)", "Adam([z], lr=0.1)", "AdamW([z], lr=0.1)"])
def test_other_dtypes(optimizer, kind, torch):
    program = f"""
z = torch.tensor([1.0, -2.0, 0.5]).to(torch.{kind})
z = (z * (1 + 2j) if z.is_complex() else z).requires_grad_()
optimizer = {optimizer}
for _ in range(5):
    optimizer.zero_grad()
    (z * z.conj()).real.float().sum().backward()
    optimizer.step()
[z.dtype, z.detach().to(torch.complex64), {{k: s.dtype for k, s in optimizer.state[z].items()}}]
"""
    check(program, torch, rtol=1e-6 if kind == "complex64" else 0.02)


PROGRAMS = """
# gradients
backward(); g = w.grad; SGD([w]).zero_grad(); [w.grad, v.grad is None, g is None]
backward(); g = w.grad; SGD([w, v]).zero_grad(set_to_none=False); [w.grad, g is w.grad, g]
w.grad = torch.autograd.grad((w * w).sum(), w, create_graph=True)[0]
    [SGD([w]).zero_grad(set_to_none=False), w.grad, w.grad.grad_fn]
o = SGD([w, v], lr=0.1); (w * w).sum().backward(); o.step(); [w, v, w.grad, w.is_leaf, w.requires_grad, o.step()]
o = Adam([w, v], lr=0.1); (w * w).sum().backward(); o.step(); [o.state_dict(), len(o.state)]
o = SGD([w, v], momentum=0.9); [o.state_dict(), o.step(), o.state_dict(), len(o.state)]
o = SGD([w], lr=0.1); w.grad = torch.ones(3); o.step(); before = w._version; o.step(); [w, w._version > before]
o = SGD([w], lr=0.1); view = w.data[:2]; w.grad = torch.ones(3); o.step(); view
o = Adam([w], lr=0.1); backward(); w.grad = None; o.step(); [w, o.state_dict()]
# closures
o = SGD([w, v], lr=0.01)
    def closure():
        o.zero_grad()
        backward()
        return w.sum()
    [o.step(closure), o.step(closure=closure), w]
o = SGD([w], lr=0.1)
    with torch.no_grad():
        loss = o.step(lambda: (w * w).sum())
    [loss, loss.requires_grad]
# groups
o = SGD([w], lr=0.1); o.add_param_group({"params": v, "lr": 0.2}); [len(o.param_groups), o, o.state_dict(), train(o, 3)]
groups = [{"params": [w], "lr": 0.1}, {"params": [v]}]; o = SGD(groups, lr=0.3); [g["lr"] for g in groups]
o = SGD([w, v], lr=0.1); o.param_groups[0]["lr"] = 0.01; train(o, 3)
o = SGD([w, v], lr=0.01, momentum=0.9); train(o, 2); o.param_groups[0]["momentum"] = 0.5; [train(o, 2), o.state_dict()]
o = SGD([w, v], lr=0.01); train(o, 2); o.param_groups[0]["momentum"] = 0.5; [train(o, 3), o.state_dict()]
o = SGD([w, v], lr=0.01, momentum=0.5); train(o, 2); o.param_groups[0]["momentum"] = 0; [train(o, 3), o.state_dict()]
o = Adam([w, v], lr=0.01); train(o, 2); o.param_groups[0]["betas"] = (0.5, 0.6); [train(o, 3), o.state_dict()]
o = AdamW([w, v], lr=0.01); train(o, 2); o.param_groups[0]["weight_decay"] = 0.5; train(o, 3)
o = Adam([w, v], lr=0.1)
    train(o, 3)
    o.add_param_group({"params": [u := torch.nn.Parameter(torch.ones(2))]})
    u.grad = torch.ones(2)
    [train(o, 1), u, o.state_dict()]
lr = torch.tensor(0.1); o = SGD([w, v], lr=lr); train(o, 1); lr.fill_(0.01); train(o, 2)
o = SGD([("a", w), ("b", v)]); [o.param_groups[0]["param_names"], o.state_dict()["param_groups"]]
o = SGD([w for w in [w]]); o.param_groups[0]["params"][0] is w
o = SGD(iter([w, v])); len(o.param_groups[0]["params"])
o = SGD({"a": w, "b": v}.values()); len(o.param_groups[0]["params"])
# parameters listed twice: each time is a step
o = SGD([w, v, w], lr=0.01); [train(o, 3), o.state_dict()]
o = SGD([w, v, w], lr=0.01, momentum=0.9); [train(o, 3), o.state_dict()]
o = SGD([w, v, w, w], lr=0.01, momentum=0.9, dampening=0.1); [train(o, 3), o.state_dict()]
o = Adam([w, v, w], lr=0.01); [train(o, 3), o.state_dict()]
o = SGD([{"params": [w]}, {"params": [v, v]}], lr=0.01); train(o, 3)
# states
o = Adam([w, v]); train(o, 2); [(k, s.dtype, s.shape, s.requires_grad, s.is_leaf) for k, s in o.state[v].items()]
torch.set_default_dtype(torch.float64); o = Adam([w]); (w * w).sum().backward(); o.step(); o.state_dict()
o, p = Adam([w, v], lr=0.1), Adam([w, v])
    [train(o), p.load_state_dict(o.state_dict()), p, train(p, 5), p.state_dict()]
o = SGD([w, v], 0.01, 0.9); train(o); p = SGD([w, v], 1.0); p.load_state_dict(o.state_dict()); [p, train(p, 5)]
o = SGD([w, v], 0.01, 0.9, 0.5); train(o); p = SGD([w, v], 1.0); p.load_state_dict(o.state_dict()); train(p, 5)
o = Adam([w]); train(o, 1); p = Adam([v]); p.load_state_dict(o.state_dict()); [s.shape for s in p.state[v].values()]
o = Adam([w, v]); train(o, 1); p = Adam([w, v]); p.load_state_dict(o.state_dict()); train(o, 2); p.state_dict()
o, p = Adam([w, v]), Adam([w, v])
    [train(o, 1), p.load_state_dict(o.state_dict()), p.state[w]["step"] is o.state[w]["step"]]
o = Adam([w]); train(o, 1); u = w.detach().double().requires_grad_(); p = Adam([u]); p.load_state_dict(o.state_dict())
    [(k, s.dtype) for k, s in p.state[u].items()]
o = Adam([w, v]); state = o.state_dict(); state["param_groups"][0]["lr"] = 5.0; [o.param_groups[0]["lr"], state]
o = Adam([w, v]); o.load_state_dict(Adam([v, w], lr=0.5).state_dict()); [o, o.param_groups[0]["params"][0] is w]
o = SGD([w], momentum=0.9)
    o.load_state_dict({"state": {0: {"momentum_buffer": None}}, "param_groups": o.state_dict()["param_groups"]})
    train(o, 3)
o = SGD([{"params": [w]}, {"params": [v]}]); o.state_dict()
o = SGD([("a", w)]); o.load_state_dict(SGD([w]).state_dict()); o.param_groups[0]["param_names"]
o = SGD([w]); o.load_state_dict(SGD([("a", w)]).state_dict()); o.param_groups[0]["param_names"]
o = SGD([w]); o.state["mine"] = 3; s = o.state_dict(); o.load_state_dict(s); [s, o.state]
o = Adam([w, v], amsgrad=True); train(o, 1); sorted(o.state[w])
o = SGD([w]); [o.defaults, sorted(o.__getstate__())]
# hooks
o = SGD([w]); seen = []; h = o.register_step_pre_hook(lambda o, a, k: seen.append((type(o).__name__, len(a), k)))
    o.register_step_post_hook(lambda *given: seen.append(len(given)))
    f = lambda: 1.0
    [o.step(), o.step(f), o.step(closure=f), h.remove(), o.step(), [(s if s == 2 else len(s)) for s in seen]]
o = SGD([w]); o.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: "changed"), kwargs)); o.step()
o = SGD([w]); o.register_step_pre_hook(lambda o, args, kwargs: ((o,), {"closure": lambda: 2.0})); o.step()
o = SGD([w]); o.register_state_dict_post_hook(lambda o, s: {**s, "more": 1}); o.state_dict()
o = SGD([w]); seen = []; o.register_state_dict_pre_hook(lambda o: seen.append(1))
    o.register_state_dict_pre_hook(lambda o: seen.append(2), prepend=True)
    [o.state_dict(), seen]
o = SGD([w]); o.register_load_state_dict_pre_hook(lambda o, s: SGD([w], lr=7.0).state_dict())
    [o.load_state_dict(o.state_dict()), o.param_groups[0]["lr"]]
o = SGD([w]); seen = []; o.register_load_state_dict_post_hook(lambda o: seen.append(o.param_groups[0]["lr"]))
    [o.load_state_dict(SGD([w], lr=3.0).state_dict()), seen]
seen = []
    h = module.register_optimizer_step_pre_hook(lambda o, a, k: seen.append(type(o).__name__))
    g = module.register_optimizer_step_post_hook(lambda o, a, k: seen.append(len(a)))
    SGD([w]).step(), Adam([w]).step(), h.remove(), g.remove(), SGD([w]).step()
    seen
# an optimizer of one's own
class Signs(torch.optim.Optimizer):
        def __init__(self, params, lr=0.01):
            super().__init__(params, {"lr": lr})
        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    state["sum"] = state.get("sum", 0) + p.grad
                    p.add_(state["sum"].sign(), alpha=-group["lr"])
    o, seen = Signs([w, v]), []
    o.register_step_post_hook(lambda *a: seen.append(1))
    [train(o, 5), o, o.state_dict(), seen]
class Mine(SGD):
        def step(self, closure=None):
            self.count = getattr(self, "count", 0) + 1
            return super().step(closure)
    o = Mine([w, v], lr=0.01)
    [train(o, 5), o.count, repr(o)]
torch.optim.Optimizer([w], {}).step()
torch.optim.Optimizer([w], {"lr": module.required})
repr(module.required)
# copies
o = Adam([w, v], lr=0.1); train(o, 3); c = copy.deepcopy(o)
    [c, c.state_dict(), c.param_groups[0]["params"][0] is w]
o = SGD([w, v], 0.1, 0.9); train(o, 3); c = copy.deepcopy(o); p = c.param_groups[0]["params"]
    p[0].grad = torch.ones(3)
    [c.step(), p, w, c.state[p[0]]]
o = Adam([w, v], lr=0.1); train(o, 3); c = pickle.loads(pickle.dumps(o))
    [c, c.state_dict(), c.step(), c.state_dict()]
o = Adam([w]); o.load_state_dict(copy.deepcopy(o.state_dict())); o.state_dict()
# errors
SGD(w)
SGD([w.sum()])
SGD([w.sum() for _ in range(1)] + [w])
SGD([])
SGD([{"params": []}])
SGD([[w]])
SGD([w, 3])
SGD([torch.nn.Linear(1, 1).parameters()])
SGD([{"lr": 3}])
SGD({w, v})
SGD([{"params": {w, v}}])
SGD([w, ("v", v)])
SGD([("w", w)]).add_param_group({"params": v})
SGD([w]).add_param_group({"params": [("v", v)]})
SGD([w]).add_param_group({"params": w})
SGD([w]).add_param_group([v])
SGD([w, v, w])
SGD([w], lr=-0.1)
SGD([w], lr=torch.tensor(-0.5))
SGD([w], lr=torch.tensor([0.1, 0.2]))
SGD([w], momentum=-1)
SGD([w], weight_decay=-1)
SGD([w], nesterov=True)
SGD([w], nesterov=True, momentum=0.9, dampening=0.1)
SGD([w], fused=True, foreach=True)
SGD([w], fused=True, differentiable=True)
SGD([w], 0.1, 0.9, 0, 0, False, True)
SGD([w], rate=3)
SGD(lr=0.1)
Adam([w], lr=-1)
Adam([w], eps=-1)
Adam([w], betas=(1.0, 0.9))
Adam([w], betas=(0.9, -1.0))
Adam([w], betas=(0, 0.9))
Adam([w], betas=(0.5, torch.tensor(0.9)))
Adam([w], weight_decay=-1)
Adam([w], lr=torch.tensor(0.1), foreach=True)
Adam([w], fused=True, foreach=True)
AdamW([w], lr=-1)
AdamW([])
SGD([w]).load_state_dict(SGD([w, v]).state_dict())
SGD([w]).load_state_dict(SGD([{"params": [w]}, {"params": [v]}]).state_dict())
SGD([w]).load_state_dict({})
SGD(params=[w], lr="fast")
SGD([torch.tensor([1, 2])]).step()
SGD([torch.ones(2)]).step()
x = torch.ones(2, requires_grad=True) * 2; x.retain_grad(); o = SGD([x], lr=0.5); x.sum().backward(); o.step(); x
"""


@pytest.mark.parametrize("program", rows(PROGRAMS))
def test_programs_equal_pytorchs(program, torch):
    check(f"{PROBLEM}\n{program}", torch, rtol=1e-6)


def test_the_seeds_list_with_a_parameter_twice_warns_and_steps_it_twice(torch):
    program = """
w1, b1, w2, b2, w3, b3 = (torch.full((2,), float(i), requires_grad=True) for i in range(6))
optimizer = torch.optim.SGD([w1, b1, w1, b2, w3, b3], lr=0.1)
(w1 + b1 + w2 + b2 + w3 + b3).sum().backward()
optimizer.step()
[w1, b1, w2, b2, w3, b3]
"""
    check(program, torch, rtol=1e-6)


def loop(optimizer, steps, after=lambda optimizer: None):
    """Return how many programs XLA compiled for a loop of steps."""
    w, v = (jt.linspace(0, 1, n).requires_grad_() for n in (3, 5))
    optimizer = optimizer([w, v])
    counters.reset()
    for _ in range(steps):
        optimizer.zero_grad()
        ((w * w).sum() + (v**2).mean()).backward()
        optimizer.step()
        after(optimizer)
    return counters.compiled


def cycle(key, value):
    """Return what changes a setting of an optimizer in every step."""

    def change(optimizer):
        group = optimizer.param_groups[0]
        group[key] = value(group[key])

    return change


CHANGES = {
    "rate": ("SGD", {}, cycle("lr", lambda rate: rate * 0.9)),
    "momentum": ("SGD", {"momentum": 0.9}, cycle("momentum", lambda m: m * 0.99)),
    "dampening": ("SGD", {"momentum": 0.9, "dampening": 0.3}, cycle("dampening", lambda m: m * 0.99)),
    "betas": ("Adam", {}, cycle("betas", lambda b: (b[0] * 0.99, b[1]))),
    "weight decay": ("AdamW", {"lr": 0.1}, cycle("weight_decay", lambda w: w * 1.1)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_setting_that_changes_every_step_compiles_nothing_new(name):
    kind, settings, change = CHANGES[name]
    assert loop(lambda p: getattr(jt.optim, kind)(p, **settings), 60, change) <= 2


@pytest.mark.parametrize("name", CHANGES)
def test_a_setting_that_changes_every_step_has_pytorchs_numbers(name, torch):
    kind, settings, change = CHANGES[name]
    program = f"""{PROBLEM}
optimizer = torch.optim.{kind}([w, v], **settings)
for _ in range(20):
    train(optimizer, 1)
    change(optimizer)
[w, v]
"""
    check(program, torch, rtol=1e-6, settings={"lr": 0.01, **settings}, change=change)


def test_a_loaded_state_shares_its_counts():
    """Adam's counts are one number of the program again, so resuming compiles one program, not one a count."""
    params = [jt.ones(2).requires_grad_() for _ in range(4)]
    optimizer = jt.optim.Adam(params)
    sum(p.sum() for p in params).backward()
    optimizer.step()
    state = copy.deepcopy(optimizer.state_dict())
    optimizer.load_state_dict(state)
    assert len({id(optimizer.state[p]["step"]._storage.value) for p in params}) == 1
    optimizer.step()
    assert [optimizer.state[p]["step"].item() for p in params] == [2.0] * 4


def test_a_pickled_optimizer_goes_on():
    w = jt.ones(3, requires_grad=True)
    optimizer = jt.optim.Adam([w], lr=0.1)
    (w * w).sum().backward()
    optimizer.step()
    copied = pickle.loads(pickle.dumps(optimizer))
    (other,) = copied.param_groups[0]["params"]
    other.grad = w.grad.clone()
    for each in (optimizer, copied):
        each.step()
    np.testing.assert_array_equal(w.detach().numpy(), other.detach().numpy())


def test_a_hook_that_returns_something_else_is_refused():
    optimizer = jt.optim.SGD([jt.ones(1, requires_grad=True)])
    optimizer.register_step_pre_hook(lambda *given: (1, 2, 3))
    with pytest.raises(RuntimeError, match=r"must return None or a tuple of \(new_args, new_kwargs\), but got \(1, 2"):
        optimizer.step()


def test_differentiable_steps_are_refused():
    with pytest.raises(NotImplementedError, match="differentiable=True"):
        jt.optim.SGD([jt.ones(1, requires_grad=True)], differentiable=True)

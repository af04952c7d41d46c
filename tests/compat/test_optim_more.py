"""The optimizers beyond SGD and Adam: numbers, states and errors of PyTorch's."""

import numpy as np
import pytest
from compat.compare import check, rows
from compat.test_optim import PROBLEM, cycle, loop

import jnet.torch as jt

NAMES = ["Adamax", "NAdam", "RAdam", "Adagrad", "Adadelta", "RMSprop", "Rprop", "ASGD", "Adafactor"]
ALL = ", ".join([*NAMES, "Muon", "SparseAdam"])
NAMED = f"{PROBLEM}\n{ALL} = ({', '.join('torch.optim.' + name for name in ALL.split(', '))})"

OPTIMIZERS = """
Adamax([w, v])
Adamax([w, v], lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.1)
Adamax([w, v], lr=0.1, betas=(0.0, 0.9), maximize=True)
Adamax([w, v], lr=torch.tensor(0.1), foreach=True)
NAdam([w, v])
NAdam([w, v], lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.1)
NAdam([w, v], lr=0.1, momentum_decay=0.3, weight_decay=0.1, decoupled_weight_decay=True)
NAdam([w, v], lr=0.01, maximize=True)
NAdam([w, v], lr=torch.tensor([0.1]))
RAdam([w, v])
RAdam([w, v], lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.1)
RAdam([w, v], lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)
RAdam([w, v], lr=0.01, maximize=True, betas=(0.9, 0.99))
RAdam([w, v], lr=torch.tensor(0.1))
Adagrad([w, v])
Adagrad([w, v], lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-3)
Adagrad([w, v], lr=0.1, maximize=True)
Adagrad([w, v], lr=torch.tensor(0.1), foreach=True)
Adadelta([w, v])
Adadelta([w, v], lr=3.0, rho=0.5, eps=1e-3, weight_decay=0.1)
Adadelta([w, v], maximize=True, foreach=True)
RMSprop([w, v])
RMSprop([w, v], lr=0.1, alpha=0.5, eps=1e-3, weight_decay=0.1)
RMSprop([w, v], lr=0.01, momentum=0.9)
RMSprop([w, v], lr=0.01, momentum=0.9, centered=True)
RMSprop([w, v], lr=0.01, maximize=True, foreach=True)
RMSprop([{"params": [w], "centered": True}, {"params": v, "momentum": 0.5}], lr=0.01)
Rprop([w, v])
Rprop([w, v], lr=0.1, etas=(0.3, 1.5), step_sizes=(1e-3, 0.2))
Rprop([w, v], lr=torch.tensor(0.1), maximize=True)
ASGD([w, v])
ASGD([w, v], lr=0.1, lambd=0.1, alpha=0.5, t0=5, weight_decay=0.1)
ASGD([w, v], lr=torch.tensor(0.01), maximize=True)
Adafactor([w, v])
Adafactor([w, v], lr=0.1, beta2_decay=-0.5, eps=(1e-3, 0.1), d=1.5, weight_decay=0.1)
Adafactor([w, v], maximize=True)
Adafactor([v], lr=torch.tensor(0.1))
Muon([v])
Muon([v], lr=0.1, weight_decay=0.0, momentum=0.5, nesterov=False)
Muon([v], lr=0.1, ns_steps=2, adjust_lr_fn="match_rms_adamw")
"""


@pytest.mark.parametrize("optimizer", rows(OPTIMIZERS))
def test_parameters_and_state_equal_pytorchs_over_20_steps(optimizer, torch):
    ending = (
        "\n[train(optimizer), optimizer.state_dict(), repr(optimizer), [list(s) for s in optimizer.state.values()]]"
    )
    check(
        f"{NAMED}\noptimizer = {optimizer}{ending}", torch, rtol=2e-5
    )  # float64 shows below that the rest is rounding


@pytest.mark.parametrize("optimizer", [row for row in rows(OPTIMIZERS) if "tensor" not in row and "Muon" not in row])
def test_float64_is_not_less_precise(optimizer, torch):
    wide = NAMED.replace("0.5]))", "0.5]).double())").replace("[4.0]]))", "[4.0]]).double())")
    # Averaged SGD and NAdam keep numbers of float32 in their states.
    check(f"{wide}\ntrain({optimizer})", torch, rtol=1e-7 if "ASGD" in optimizer or "NAdam" in optimizer else 1e-11)


@pytest.mark.parametrize("kind", ["complex64", "bfloat16", "float16"])
@pytest.mark.parametrize("name", NAMES)
def test_other_dtypes(name, kind, torch):
    if name == "Adafactor" and kind == "complex64":
        pytest.skip("refused, as the errors below say")
    program = f"""
z = torch.tensor([1.0, -2.0, 0.5]).to(torch.{kind})
z = (z * (1 + 2j) if z.is_complex() else z).requires_grad_()
optimizer = torch.optim.{name}([z], lr=0.1)
for _ in range(5):
    optimizer.zero_grad()
    (z * z.conj()).real.float().sum().backward()
    optimizer.step()
[z.dtype, z.detach().to(torch.complex64), {{k: s.dtype for k, s in optimizer.state[z].items()}}]
"""
    check(program, torch, rtol=1e-5 if kind == "complex64" else 0.03)


LIFE = """
optimizer = {name}([w, v], lr=0.01)
schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
for _ in range(3):
    train(optimizer, 1)
    schedule.step()
optimizer.add_param_group({{"params": [u := torch.nn.Parameter(torch.ones(2, 3))], "lr": 0.5}})
u.grad = torch.full((2, 3), 0.25)
train(optimizer, 1)
other = {name}([{{"params": [w, v]}}, {{"params": [u]}}])
other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
third = pickle.loads(pickle.dumps(other))
[train(other, 3), u, other.state_dict(), repr(other), third.state_dict()]
"""


@pytest.mark.parametrize("name", NAMES)
def test_groups_schedules_and_loaded_states(name, torch):
    check(NAMED + LIFE.format(name=name), torch, rtol=1e-6)


@pytest.mark.parametrize("name", [*NAMES, "LBFGS", "SGD", "AdamW"])
def test_a_state_of_pytorchs_goes_on_here(name, torch):
    """And one of jnet's there: after ten steps of one library and ten of the other all numbers are the same."""

    def steps(library, params, state):
        w, v = (library.tensor(p, requires_grad=True) for p in params)
        optimizer = getattr(library.optim, name)([w, v], lr=0.01)
        if state is not None:
            optimizer.load_state_dict(converted(library, state))

        def closure():
            optimizer.zero_grad()
            loss = (w**2 - w).sum() + (v.cos() * v).sum()
            loss.backward()
            return loss

        for _ in range(10):
            optimizer.step(closure)
        return [p.detach().numpy() for p in (w, v)], optimizer.state_dict()

    start = [np.array([1.0, -2.0, 0.5]), np.array([[0.3], [4.0]])]
    expected, _ = steps(torch, *steps(torch, start, None))
    for first, second in ((torch, jt), (jt, torch)):
        found, _ = steps(second, *steps(first, start, None))
        for mine, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-6)


def converted(library, value):
    """Return a state with the tensors of another library."""
    if isinstance(value, dict):
        return {key: converted(library, each) for key, each in value.items()}
    if isinstance(value, list):
        return [converted(library, each) for each in value]
    return library.tensor(value.numpy()) if hasattr(value, "numpy") else value


PROGRAMS = """
o = Adagrad([w, v], initial_accumulator_value=0.5); [o.state_dict(), len(o.state)]
o = RMSprop([w, w, v], lr=0.01); [train(o, 3), o.state_dict()]
o = NAdam([w, v, w], lr=0.01); [train(o, 3), o.state_dict()]
o = ASGD([w, v], lr=0.01, t0=0); (w * w).sum().backward(); o.step(); [w, len(o.state), o.state_dict()]
o = Adafactor([torch.nn.Parameter(torch.ones(2, 3, 4)), torch.nn.Parameter(torch.ones(()))])
    for p in o.param_groups[0]["params"]:
        p.grad = torch.full(p.shape, 0.5)
    [o.step(), o.state_dict(), o.param_groups[0]["params"]]
Rprop([w]).step(lambda: (w * w).sum())
o = SparseAdam([w, v]); [o, o.step(), o.step(lambda: 3.0), o.state_dict()]
# errors
SparseAdam([w]).step(lambda: (w * w).sum().backward())
SparseAdam([w], lr=0.0)
SparseAdam([w], eps=0.0)
SparseAdam([w], betas=(1.0, 0.5))
SparseAdam([torch.zeros(2, dtype=torch.complex64), w])
Adamax([w], lr=-1)
Adamax([w], lr=torch.tensor([0.1, 0.2]))
Adamax([w], eps=-1)
Adamax([w], betas=(1.0, 0.9))
Adamax([w], weight_decay=-1)
NAdam([w], momentum_decay=-1)
NAdam([w], betas=(0.9, 1.0))
RAdam([w], lr=-1)
RAdam([w], weight_decay=-1)
Adagrad([w], lr_decay=-1)
Adagrad([w], initial_accumulator_value=-1)
Adagrad([w], eps=-1)
Adagrad([w], fused=True, foreach=True)
Adadelta([w], rho=1.5)
Adadelta([w], eps=-1)
RMSprop([w], momentum=-1)
RMSprop([w], alpha=-1)
RMSprop([w], weight_decay=-1)
Rprop([w], etas=(0.5, 0.9))
Rprop([w], lr=-1)
ASGD([w], weight_decay=-1)
ASGD([w], 0.1, lambd="much", rate=3)
Adafactor([w], lr=-1)
Adafactor([w], beta2_decay=1)
Adafactor([w], eps=(-1, 1))
Adafactor([w], eps=(None, -1))
Adafactor([w], d=0.5)
Adafactor([w], weight_decay=-1)
z = torch.ones(2, dtype=torch.complex64, requires_grad=True); z.grad = z.detach(); Adafactor([z]).step()
Muon([w])
Muon([v], lr=-1)
Muon([v], momentum=-1)
Muon([v], weight_decay=-1)
Muon([v], adjust_lr_fn="mine")
o = Muon([v], ns_steps=100); backward(); o.step()
"""


@pytest.mark.parametrize("program", rows(PROGRAMS))
def test_programs_equal_pytorchs(program, torch):
    check(f"{NAMED}\n{program}", torch, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_loop_under_a_schedule_compiles_once(name):
    change = cycle("lr", lambda rate: rate * 0.9)
    assert loop(lambda p: getattr(jt.optim, name)(p), 30, change) <= 2

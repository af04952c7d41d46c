"""Learning-rate schedules: the rates, states, warnings and errors of PyTorch's."""

import pytest
from compat.compare import check, rows

import jnet.torch as jt
from jnet.recorder import counters

PROBLEM = """
w, v = (torch.nn.Parameter(torch.ones(n)) for n in (2, 3))
o = torch.optim.SGD([{"params": [w]}, {"params": [v], "lr": 0.5}], lr=0.1, momentum=0.9)
adam = torch.optim.Adam([{"params": [w]}, {"params": [v], "lr": 0.5}], lr=0.1)
S = torch.optim.lr_scheduler
def follow(schedule, steps=13, metrics=None):
    optimizer, seen = schedule.optimizer, []
    for step in range(steps):
        groups = [{k: value for k, value in g.items() if k != "params"} for g in optimizer.param_groups]
        seen.append((groups, schedule.get_last_lr()))
        optimizer.step()
        schedule.step() if metrics is None else schedule.step(metrics[step])
    return seen, schedule.state_dict()
class Height:
    def __init__(self):
        self.base = 0.9
    def __call__(self, count):
        return self.base ** count
class Halving:
    def __init__(self):
        self.rate = 1.0
    def __call__(self, epoch):
        self.rate /= 2
        return self.rate
"""

SCHEDULES = """
S.LambdaLR(o, lambda epoch: 0.9 ** epoch)
S.LambdaLR(o, [lambda epoch: 0.9 ** epoch, lambda epoch: 1 / (1 + epoch)])
S.LambdaLR(o, (Halving(), Halving()))
S.MultiplicativeLR(o, lambda epoch: 0.9)
S.MultiplicativeLR(o, [Halving(), lambda epoch: epoch / (1 + epoch)])
S.StepLR(o, 3)
S.StepLR(o, step_size=2, gamma=0.5)
S.StepLR(adam, 3)
S.MultiStepLR(o, [3, 7])
S.MultiStepLR(o, [7, 3, 3], gamma=0.5)
S.ConstantLR(o)
S.ConstantLR(o, factor=0.25, total_iters=3)
S.LinearLR(o)
S.LinearLR(o, start_factor=0.1, end_factor=0.5, total_iters=7)
S.ExponentialLR(o, 0.9)
S.ExponentialLR(o, gamma=0.5)
S.PolynomialLR(o)
S.PolynomialLR(o, total_iters=7, power=2.5)
S.CosineAnnealingLR(o, T_max=5)
S.CosineAnnealingLR(o, 3, eta_min=0.01)
S.CyclicLR(o, 0.01, 0.1, step_size_up=3)
S.CyclicLR(o, [0.01, 0.02], [0.1, 0.3], step_size_up=2, step_size_down=4, mode="triangular2")
S.CyclicLR(o, 0.01, 0.1, 3, mode="exp_range", gamma=0.9, cycle_momentum=False)
S.CyclicLR(o, 0.01, 0.1, 3, scale_fn=lambda x: 1 / x)
S.CyclicLR(o, 0.01, 0.1, 3, scale_fn=Height(), scale_mode="iterations")
S.CyclicLR(adam, 0.01, 0.1, 3, base_momentum=[0.5, 0.6], max_momentum=0.95)
S.OneCycleLR(o, 0.5, total_steps=13)
S.OneCycleLR(o, [0.5, 1.0], total_steps=20, anneal_strategy="linear")
S.OneCycleLR(o, 0.5, epochs=4, steps_per_epoch=5, pct_start=0.4, three_phase=True)
S.OneCycleLR(adam, 0.5, total_steps=13, div_factor=10, final_div_factor=100)
S.OneCycleLR(adam, 0.5, total_steps=13, cycle_momentum=False)
S.CosineAnnealingWarmRestarts(o, 3)
S.CosineAnnealingWarmRestarts(o, 2, T_mult=2, eta_min=0.01)
S.SequentialLR(o, [S.ConstantLR(o, 0.1, 2), S.ExponentialLR(o, 0.9)], milestones=[2])
S.SequentialLR(o, [S.LinearLR(o, 0.1, 1.0, 3), S.CosineAnnealingLR(o, 5), S.StepLR(o, 2)], milestones=[3, 8])
S.SequentialLR(o, [S.LambdaLR(o, lambda e: 1 + e), S.ChainedScheduler([S.StepLR(o, 2), S.ExponentialLR(o, 0.5)])], [3])
S.ChainedScheduler([S.ConstantLR(o, factor=0.1, total_iters=2), S.ExponentialLR(o, gamma=0.9)])
S.ChainedScheduler([S.LinearLR(o), S.StepLR(o, 2)], optimizer=o)
"""


@pytest.mark.parametrize("schedule", rows(SCHEDULES))
def test_rates_and_states_equal_pytorchs_at_each_step(schedule, torch):
    check(f"{PROBLEM}\nfollow({schedule})", torch, rtol=1e-14)


@pytest.mark.parametrize("schedule", rows(SCHEDULES))
def test_a_schedule_goes_on_from_its_state(schedule, torch):
    program = f"""{PROBLEM}
first = {schedule}
follow(first, 5)
state, groups = copy.deepcopy(first.state_dict()), copy.deepcopy(first.optimizer.state_dict())
second = {schedule}
second.optimizer.load_state_dict(groups)
second.load_state_dict(state)
follow(second, 6)
"""
    check(f"import copy\n{program}", torch, rtol=1e-14)


LOSSES = [3.0, 2.0, 2.0, 2.0, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1.0, 1.0, 1.0]
PLATEAUS = """
S.ReduceLROnPlateau(o)
S.ReduceLROnPlateau(o, patience=1)
S.ReduceLROnPlateau(o, "max", 0.5, 2)
S.ReduceLROnPlateau(o, patience=0, cooldown=2, min_lr=[0.01, 0.2])
S.ReduceLROnPlateau(o, patience=1, threshold=0.5, min_lr=0.02)
S.ReduceLROnPlateau(o, patience=1, threshold=0.5, threshold_mode="abs", eps=0.05)
S.ReduceLROnPlateau(o, "max", patience=1, threshold_mode="abs")
"""


@pytest.mark.parametrize("schedule", rows(PLATEAUS))
@pytest.mark.parametrize("losses", ["losses", "[torch.tensor(loss) for loss in losses]"])
def test_plateaus_are_found_where_pytorch_finds_them(schedule, losses, torch):
    check(f"{PROBLEM}\nfollow({schedule}, 13, {losses})", torch, rtol=1e-14, losses=LOSSES)


PROGRAMS = """
# the order of steps
s = S.StepLR(o, 1); s.step(); s.get_last_lr()
s = S.StepLR(o, 1); o.step(); s.step(); s.step(); s.get_last_lr()
o.step(); s = S.StepLR(o, 1); s.step()
s = S.StepLR(o, 1); o.step(); t = S.ExponentialLR(o, 0.5); t.step(); s.step(); s.get_last_lr()
s = S.StepLR(o, 1); o.step = lambda: None; o.step(); s.step()
s = S.StepLR(o, 1); s.get_lr()
s = S.CosineAnnealingLR(o, 3); o.step(); s.step(); s.get_lr()
# epochs
s = S.StepLR(o, 2); o.step(); s.step(5); s.get_last_lr()
s = S.MultiStepLR(o, [2, 2, 4]); o.step(); s.step(3); s.get_last_lr()
s = S.CosineAnnealingLR(o, 5); o.step(); s.step(3); s.get_last_lr()
s = S.LinearLR(o); o.step(); s.step(3); s.get_last_lr()
s = S.ConstantLR(o); o.step(); s.step(3); s.get_last_lr()
s = S.PolynomialLR(o); o.step(); s.step(3); s.get_last_lr()
s = S.ExponentialLR(o, 0.5); o.step(); s.step(3); s.get_last_lr()
s = S.LambdaLR(o, lambda epoch: 1 + epoch); o.step(); s.step(3); s.get_last_lr()
s = S.CosineAnnealingWarmRestarts(o, 3); [(s.step(e / 4), s.get_last_lr()) for e in range(20)]
s = S.CosineAnnealingWarmRestarts(o, 3, 2); [(s.step(e / 2), s.get_last_lr(), s.T_i, s.last_epoch) for e in range(30)]
s = S.CosineAnnealingWarmRestarts(o, 3); s.step(-1)
s = S.ReduceLROnPlateau(o); s.step(1.0, epoch=3); s.last_epoch
# going on
for group in o.param_groups:
        group["initial_lr"] = 1.0
    [S.StepLR(o, 2, last_epoch=3).get_last_lr(), S.CosineAnnealingLR(o, 5, last_epoch=2).get_last_lr()]
for group in o.param_groups:
        group["initial_lr"] = 1.0
    [S.LinearLR(o, last_epoch=2).get_last_lr(), S.ExponentialLR(o, 0.5, last_epoch=2).get_last_lr()]
try:
        S.StepLR(o, 2, last_epoch=3)
    except KeyError as error:
        found = error.args[0].splitlines()[0]
    found
# rates that are tensors are written to
rate = torch.tensor(0.5)
    o = torch.optim.SGD([w], lr=rate)
    s = S.ExponentialLR(o, 0.5)
    first = s.get_last_lr()
    o.step(), s.step()
    [rate, first, s.get_last_lr(), o.param_groups[0]["lr"] is rate, o.param_groups[0]["initial_lr"], s.state_dict()]
rate = torch.tensor(0.5); o = torch.optim.SGD([w], lr=rate); s = S.CosineAnnealingLR(o, 3); follow(s)
rate = torch.tensor(0.5); o = torch.optim.SGD([w], lr=rate); s = S.ReduceLROnPlateau(o, patience=0)
    [s.step(1), s.step(1), rate]
# groups that come later
s = S.ReduceLROnPlateau(o, patience=0); o.add_param_group({"params": torch.ones(1)}); s.step(1); s.step(1); o
s = S.ReduceLROnPlateau(o, patience=0, min_lr=[0, 0]); o.add_param_group({"params": torch.ones(1)})
    [s.step(1), s.step(1)]
s = S.StepLR(o, 1); o.add_param_group({"params": torch.ones(1)}); o.step(); s.step(); o
# one's own
class Mine(S.LRScheduler):
        def get_lr(self):
            return [base / (1 + self.last_epoch) for base in self.base_lrs]
    follow(Mine(o))
class Mine(S._LRScheduler):
        def __init__(self, optimizer):
            super().__init__(optimizer)
        def get_lr(self):
            return [group["lr"] * 0.5 for group in self.optimizer.param_groups]
    follow(Mine(o))
S.LRScheduler(o)
[isinstance(S.StepLR(o, 1), S.LRScheduler), isinstance(S.ReduceLROnPlateau(o), S.LRScheduler)]
# errors
S.StepLR(3, 1)
S.StepLR(o)
S.ReduceLROnPlateau(w)
S.CyclicLR(w, 1, 2)
S.OneCycleLR(w, 1, total_steps=2)
S.LambdaLR(o, [lambda e: 1])
S.MultiplicativeLR(o, [lambda e: 1])
S.MultiplicativeLR(o, 3)
S.ConstantLR(o, factor=2)
S.ConstantLR(o, factor=-1)
S.LinearLR(o, start_factor=0)
S.LinearLR(o, end_factor=2)
S.ReduceLROnPlateau(o, factor=1.0)
S.ReduceLROnPlateau(o, mode="best")
S.ReduceLROnPlateau(o, threshold_mode="any")
S.ReduceLROnPlateau(o, min_lr=[1])
S.ReduceLROnPlateau(o).step()
S.ReduceLROnPlateau(o).step("low")
S.CyclicLR(o, [0.1], 0.2)
S.CyclicLR(o, 0.1, 0.2, mode="square")
S.CyclicLR(torch.optim.Optimizer([w], {"lr": 1.0}), 0.1, 0.2)
S.OneCycleLR(o, 1)
S.OneCycleLR(o, 1, total_steps=0)
S.OneCycleLR(o, 1, epochs=0, steps_per_epoch=3)
S.OneCycleLR(o, 1, epochs=2, steps_per_epoch=3.5)
S.OneCycleLR(o, 1, total_steps=3, pct_start=2.0)
S.OneCycleLR(o, 1, total_steps=3, pct_start=0)
S.OneCycleLR(o, 1, total_steps=3, anneal_strategy="sin")
S.OneCycleLR(o, [1, 2, 3], total_steps=3)
S.OneCycleLR(torch.optim.Optimizer([w], {"lr": 1.0}), 0.1, 2)
s = S.OneCycleLR(o, 1.0, total_steps=3); [(o.step(), s.step()) for _ in range(9)]
S.CosineAnnealingWarmRestarts(o, 0)
S.CosineAnnealingWarmRestarts(o, 3, 0.5)
S.CosineAnnealingWarmRestarts(o, 3, eta_min="low")
S.SequentialLR(o, [], [])
S.SequentialLR(o, [S.StepLR(o, 1)], [3])
S.SequentialLR(o, [S.StepLR(o, 1), S.StepLR(adam, 1)], [3])
S.SequentialLR(o, [S.StepLR(o, 1), S.ReduceLROnPlateau(o)], [3])
S.SequentialLR(o, [S.StepLR(o, 1), 5], [3])
S.ChainedScheduler([])
S.ChainedScheduler([S.StepLR(o, 1), S.StepLR(adam, 1)])
S.ChainedScheduler([S.StepLR(o, 1), S.ReduceLROnPlateau(o)])
"""


@pytest.mark.parametrize("program", rows(PROGRAMS))
def test_programs_equal_pytorchs(program, torch):
    check(f"{PROBLEM}\n{program}", torch, rtol=1e-7 if "tensor" in program else 1e-14)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_one_cycle_compiles_a_step_and_one_more_for_what_changes(optimizer):
    """The momentum of the first step is part of the program; when it changes it becomes an input."""
    w = jt.linspace(0, 1, 4).requires_grad_()
    o = getattr(jt.optim, optimizer)([w], lr=0.1)
    schedule = jt.optim.lr_scheduler.OneCycleLR(o, 0.5, total_steps=50)
    counters.reset()
    for _ in range(40):
        o.zero_grad()
        (w * w).sum().backward()
        o.step()
        schedule.step()
    assert counters.compiled <= 2

"""Schedules: PyTorch's numbers at every count, inside jit."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jnet.optim import Plateau, schedules

COUNTS = 300
TABLE = [
    (schedules.step(0.1, 30, 0.5), "StepLR", {"step_size": 30, "gamma": 0.5}),
    (schedules.multi_step(0.1, [200, 30, 80]), "MultiStepLR", {"milestones": [200, 30, 80]}),
    (schedules.exponential(0.1, 0.95), "ExponentialLR", {"gamma": 0.95}),
    (schedules.exponential(0.1, 1.01), "ExponentialLR", {"gamma": 1.01}),
    (schedules.cosine(0.1, COUNTS), "CosineAnnealingLR", {"T_max": COUNTS}),
    (schedules.cosine(0.1, COUNTS, 0.01), "CosineAnnealingLR", {"T_max": COUNTS, "eta_min": 0.01}),
    (schedules.linear(0.1, 0.1, 1.0, 20), "LinearLR", {"start_factor": 0.1, "total_iters": 20}),
] + [
    (
        schedules.one_cycle(0.1, COUNTS, anneal_strategy=strategy, three_phase=phases, pct_start=0.25),
        "OneCycleLR",
        {"max_lr": 0.1, "total_steps": COUNTS, "anneal_strategy": strategy, "three_phase": phases, "pct_start": 0.25,
         "cycle_momentum": False},
    )
    for strategy in ("cos", "linear")
    for phases in (False, True)
] + [
    (
        schedules.one_cycle(0.1, COUNTS, pct_start=share, div_factor=1e4),
        "OneCycleLR",
        {"max_lr": 0.1, "total_steps": COUNTS, "pct_start": share, "div_factor": 1e4, "cycle_momentum": False},
    )
    for share in (0.0, 1.0, 0.333)
]  # fmt: skip


@pytest.mark.parametrize(("schedule", "name", "settings"), TABLE, ids=lambda v: v if isinstance(v, str) else "")
def test_values_equal_pytorchs(schedule, name, settings, torch):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **settings)
    expected = []
    for _ in range(COUNTS):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(expected) < COUNTS:
            scheduler.step()
    found = jax.jit(jax.vmap(schedule))(jnp.arange(COUNTS))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_long_cosine_keeps_its_digits_at_the_foot():
    left = np.arange(1000, 0, -1)
    found = jax.vmap(schedules.cosine(0.1, 100_000))(100_000 - left)
    np.testing.assert_allclose(found, 0.1 * np.sin(np.pi * left / 200_000) ** 2, rtol=1e-6)


@pytest.mark.smoke
def test_per_epoch():
    schedule = schedules.per_epoch(schedules.step(1.0, 1, 0.5), 10)
    np.testing.assert_allclose([schedule(c) for c in (0, 9, 10, 29, 30)], [1, 1, 0.5, 0.25, 0.125], rtol=1e-6)


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=60),
    st.fixed_dictionaries({
        "mode": st.sampled_from(["min", "max"]),
        "factor": st.sampled_from([0.1, 0.5]),
        "patience": st.integers(0, 4),
        "threshold": st.sampled_from([0.0, 1e-4, 0.3]),
        "threshold_mode": st.sampled_from(["rel", "abs"]),
        "cooldown": st.integers(0, 3),
        "min_lr": st.sampled_from([0.0, 0.01]),
    }),
)  # fmt: skip
@settings(deadline=None, max_examples=150, derandomize=True)
def test_plateau_equals_pytorchs(metrics, options):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    plateau = Plateau(**options)
    state, rate = plateau.init(), 0.1
    for metric in metrics:
        scheduler.step(metric)
        state, rate = plateau.update(state, metric, rate)
        assert rate == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Plateau(factor=1.0), "Factor should be < 1.0."),
        (lambda: Plateau(mode="low"), "mode low is unknown!"),
        (lambda: Plateau(threshold_mode="no"), "threshold mode no is unknown!"),
        (lambda: schedules.one_cycle(0.1, 10, anneal_strategy="sin"), "must be one of 'cos' or 'linear'"),
        (lambda: schedules.one_cycle(0.1, 10, pct_start=2.0), "between 0 and 1 pct_start"),
        (lambda: schedules.one_cycle(0.1, 0), "Expected positive integer total_steps, but got 0"),
        (lambda: schedules.one_cycle(0.1, 10, pct_start=0.1), "no rate can rise"),
        (lambda: schedules.linear(0.1, 2.0), "Starting multiplicative factor expected"),
        (lambda: schedules.linear(0.1, 0.5, 2.0), "Ending multiplicative factor expected"),
        (lambda: schedules.linear(0.1, total_iters=0), "total_iters must be positive, got 0"),
        (lambda: schedules.step(0.1, 0), "step_size must be positive, got 0"),
        (lambda: schedules.cosine(0.1, 0), "T_max must be positive, got 0"),
        (lambda: schedules.per_epoch(schedules.exponential(0.1, 0.5), 0), "steps_per_epoch must be positive, got 0"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()

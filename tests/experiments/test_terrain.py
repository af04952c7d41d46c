"""Walks on the surfaces, and the drawn net: what the figures of landscape and modules stand on."""

import numpy as np
import pytest

from experiments.parts import small_net, terrain
from jnet import optim


def test_a_walk_from_each_minimum_finds_it(monkeypatch):
    monkeypatch.setattr(terrain, "LIMITS", (2.9, 3.1))  # a grid about (3, 3), in the valley of (3, 2)
    found, away = terrain.basins(optim.sgd(0.01), side=3, steps=40)
    assert found.tolist() == [[0] * 3] * 3
    assert 0 < away.min() <= away.max() < 40


def test_steps_that_are_too_large_find_nothing():
    found, away = terrain.basins(optim.sgd(10.0), side=2, steps=8)
    assert found.tolist() == [[len(terrain.MINIMA)] * 2] * 2
    assert away.tolist() == [[8] * 2] * 2


@pytest.mark.parametrize("minimum", terrain.MINIMA)
def test_the_minima_are_where_the_function_is_zero(minimum):
    assert terrain.himmelblau(*minimum) == pytest.approx(0, abs=1e-9)


def test_sorting_neurons_leaves_the_function():
    random = np.random.default_rng(0)
    shapes = ((13, 20), (8, 13), (3, 8))
    nets = [[random.normal(size=shape) for shape in shapes] for _ in range(2)]
    x = random.normal(size=(5, 20))
    for before, after in zip(nets, small_net.sorted_neurons(nets), strict=True):
        outputs = [c @ np.tanh(b @ np.maximum(a @ x.T, 0)) for a, b, c in (before, after)]
        np.testing.assert_allclose(*outputs, rtol=1e-12)

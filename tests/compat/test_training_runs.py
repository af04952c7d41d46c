"""Whole trainings give the losses that PyTorch gives for the same seed, dropout and shuffling included."""

import numpy as np
import pytest
from programs import TRAININGS

import jnet.torch as jt
from jnet.recorder import counters


@pytest.fixture(autouse=True)
def one_thread(torch):
    """Small programs are slower on several threads, above all beside other tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("training", TRAININGS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("seed", [420])
def test_losses_equal_pytorchs(training, seed, torch):
    found = []
    for module in (torch, jt):
        module.manual_seed(seed)
        counters.reset()
        found.append(list(training(module)))
    assert len(found[1]) >= 50
    assert counters.compiled <= 12  # not a program a step
    np.testing.assert_allclose(found[1], found[0], rtol=1e-3)
    assert abs(found[0][49] - found[0][0]) > 0.01 * found[0][0]  # it did train

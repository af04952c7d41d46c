"""What the experiments with digits stand on: their lessons' data, their slips, and when training stops."""

import numpy as np
import pytest

import jnet.torch as torch
from experiments import overfitting
from experiments.parts import digits
from jnet.data import Dataset


def test_a_lesson_has_digits_of_all_kinds_in_both_faces_own_types():
    rows = Dataset(np.zeros((40, 28, 28, 1), np.float32), np.repeat(np.arange(10, dtype=np.int32), 4))
    given = digits.lesson(rows, rows, 20, (1, 28, 28))
    assert given["x"].shape == (20, 1, 28, 28)
    assert given["y"].tolist() == np.repeat(np.arange(10), 2).tolist()
    assert given["y"].dtype == np.int64  # as PyTorch's losses want their labels
    assert given["x_test"].shape == (40, 1, 28, 28)


def test_what_the_notes_slips_are_told():
    """SEEDS.md, chapter 11: a parameter listed twice warns, a generator in a list is a TypeError."""
    w1, w2 = torch.zeros(2, requires_grad=True), torch.zeros(2, requires_grad=True)
    with pytest.warns(UserWarning, match="optimizer contains a parameter group with duplicate parameters"):
        torch.optim.SGD([w1, w2, w1], lr=1e-3)
    with pytest.raises(TypeError, match=r"can only optimize Tensors, but one of the params is Module\.parameters"):
        torch.optim.SGD([torch.nn.Linear(2, 1).parameters()], lr=1e-3)


@pytest.mark.parametrize(
    ("values", "patience", "kept"),
    [
        ([3, 2, 1], 1, 2),
        ([3, 2, 4, 1], 1, 1),  # it does not live to see the better one
        ([3, 2, 4, 1], 2, 3),
        ([1, 1, 1], 2, 0),  # no better is no better
    ],
)
def test_early_stopping_keeps_the_best_before_it_loses_its_patience(values, patience, kept):
    assert overfitting.stopped(values, patience) == kept


def test_epochs_until_a_loss_is_reached():
    assert overfitting.reached([2.0, 1.5, 1.0, 1.3]) == 3
    assert overfitting.reached([2.0, 1.5]) == 3


def test_as_many_labels_are_wrong_as_asked_for():
    settings = overfitting.Settings(digits=100, wrong=0.3)
    _, labels, _, _ = overfitting.few_digits(settings)
    assert np.sum(labels != np.repeat(np.arange(10), 10)) == 30

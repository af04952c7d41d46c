"""Figures: what they contain, what they refuse, and that they are saved whole or not at all."""

import importlib
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from jnet import plotting

HISTORY = [
    {"epoch": 1, "loss": 2.0, "test_loss": 2.1, "accuracy": 0.3},
    {"epoch": 2, "loss": 1.0, "test_loss": 1.2, "accuracy": 0.6},
]
SQUARE = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
PATH = np.array([[1.0, 1.0], [0.2, 0.1], [0.0, 0.0]])


def bowl(x, y):
    return x**2 + y**2


MAKERS = {
    "cells": lambda: plotting.cells([[1, 2], [3, 4]], colors=[["white", "#E69F00"], ["white", "white"]]),
    "a row of words": lambda: plotting.cells([1, 2], (3, 0), texts=["a", "b"], colors="#0072B2", alpha=0.4),
    "curves": lambda: plotting.curves(HISTORY),
    "one epoch": lambda: plotting.curves(HISTORY[:1]),
    "lines": lambda: plotting.lines({"a": ([0, 1], [1, 2])}, points={"b": ([0], [1])}, log=True),
    "confusion": lambda: plotting.confusion([[8, 2], [0, 0]], ("cat", "dog")),
    "images": lambda: plotting.images(np.zeros((5, 4, 4, 1)), list("abcde"), columns=3, title="five"),
    "signed images": lambda: plotting.images(np.eye(4)[None] - 0.5, signed=True),
    "decision": lambda: plotting.decision_boundary(lambda p: p.sum(axis=1) > 1.5, SQUARE, [0, 0, 0, 1]),
    "one class": lambda: plotting.decision_boundary(lambda p: np.zeros(len(p)), SQUARE, [0, 0, 0, 0]),
    "surface": lambda: plotting.surface3d(bowl, (-1, 1), (-1, 1), path=PATH, views=((30, 0), (60, 0)), points=9),
    "contours": lambda: plotting.contour_paths(bowl, (-1, 1), (-1, 1), {"sgd": PATH}, minima=[(0, 0)]),
}


@pytest.mark.smoke
@pytest.mark.parametrize("name", MAKERS)
def test_every_figure_is_drawn_and_saved(name, tmp_path):
    figure = MAKERS[name]()
    assert isinstance(figure, Figure)
    assert all(ax.has_data() for ax in figure.axes)
    path = plotting.save(figure, tmp_path / "deep" / "figure.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in path.parent.iterdir()] == ["figure.png"]


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    first, second = (plotting.save(MAKERS["curves"](), tmp_path / f"{i}.png").read_bytes() for i in range(2))
    assert first == second


def test_curves_show_what_the_history_has():
    loss, accuracy = plotting.curves(HISTORY).axes
    assert [line.get_label() for line in loss.lines] == ["training", "test"]
    assert [line.get_label() for line in accuracy.lines] == ["training"]
    np.testing.assert_array_equal(loss.lines[1].get_ydata(), [2.1, 1.2])


def test_confusion_counts_and_names():
    ax = plotting.confusion([[8, 2], [0, 5]], ("cat", "dog")).axes[0]
    assert {text.get_text() for text in ax.texts} == {"8", "2", "5"}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cat", "dog"]


def test_cells_lie_as_in_a_matrix():
    ax = plotting.cells([[1, 2.5], [3, 4]], (10, 0)).axes[0]
    assert {text.get_text(): text.get_position() for text in ax.texts} == {
        "1": (10.5, 0.5), "2.5": (11.5, 0.5), "3": (10.5, 1.5), "4": (11.5, 1.5),
    }  # fmt: skip
    assert ax.yaxis_inverted()


def test_panels_arrange_in_rows():
    figure, axes = plotting.panels(5, columns=2, width=2, height=1)
    assert len(axes) == 5
    assert tuple(figure.get_size_inches()) == (4, 3)


def test_the_style_stays_inside():
    import matplotlib

    before = dict(matplotlib.rcParams)
    MAKERS["curves"]()
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: plotting.curves([]), "0 epochs has none of loss"),
        (lambda: plotting.curves([{"epoch": 1, "lr": 2}], quantities=[["rate"]]), "none of rate"),
        (lambda: plotting.lines({}), "neither curves nor points"),
        (lambda: plotting.confusion(np.ones((2, 3))), r"got shape \(2, 3\)"),
        (lambda: plotting.confusion(np.ones((2, 2)), ("a",)), "2 classes, but 1 names"),
        (lambda: plotting.images(np.zeros((2, 4))), r"got \(2, 4\)"),
        (lambda: plotting.images(np.zeros((0, 4, 4))), "N >= 1"),
        (lambda: plotting.images(np.zeros((2, 4, 4)), ["a"]), "2 images but 1 titles"),
        (lambda: plotting.decision_boundary(bowl, np.ones((3, 3)), [0, 0, 0]), r"\(3, 3\) and \(3,\)"),
        (lambda: plotting.decision_boundary(lambda p: p[:, 0] * 0, SQUARE, [0, 0, 0, 8]), "classes 0 to 7"),
        (lambda: plotting.panels(0), "at least 1, got 0"),
        (lambda: plotting.cells(np.zeros((2, 2, 2))), r"got shape \(2, 2, 2\)"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_save_refuses_unknown_formats_and_keeps_the_old_file(tmp_path):
    figure, _ = plotting.panels(1)
    with pytest.raises(ValueError, match=r"end its name in .*\.png"):
        plotting.save(figure, tmp_path / "figure.docx")
    (tmp_path / "file").write_text("old")
    with pytest.raises(OSError, match="Could not write"):
        plotting.save(figure, tmp_path / "file" / "figure.png")
    assert (tmp_path / "file").read_text() == "old"


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("jnet.plotting")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "jnet\[plot\]"'):
        importlib.import_module("jnet.plotting")

"""One lesson in both faces: what counts as the same value, as printed, and which code is shown."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.harness import faces

pytestmark = pytest.mark.smoke
FINITE = st.floats(-1e6, 1e6)
LEAVES = st.one_of(FINITE, st.integers(-1000, 1000), st.booleans(), st.text(max_size=5))
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4), max_leaves=12)


@given(VALUES, VALUES)
def test_sameness_is_reflexive_and_goes_both_ways(one, other):
    assert faces.same(one, one, 0.0)
    # Relative to the larger of 1 and the largest of the second: alike in both directions where nothing is allowed.
    assert faces.same(one, other, 0.0) == faces.same(other, one, 0.0)


@given(st.lists(FINITE, min_size=1, max_size=6), st.floats(1e-9, 1e-2))
def test_a_difference_counts_relative_to_the_largest_value(values, within):
    largest = max(1.0, *map(abs, values))
    near = [values[0] + 0.5 * within * largest, *values[1:]]
    far = [values[0] + 2.5 * within * largest, *values[1:]]
    assert faces.same(near, values, within)
    assert not faces.same(far, values, within)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([math.nan, math.inf], [math.nan, math.inf], True),
        (math.inf, -math.inf, False),
        (math.nan, 1.0, False),
        (1 + 2j, 1 + 2j, True),
        ([1, 2], [[1, 2]], False),
        ([[1], [2, 3]], [[1], [2, 3]], True),  # ragged, as `split` gives
        ([], [], True),
        ([], 0, False),
        (["a", 1.0], ["a", 1.0], True),
        (["a", 1.0], ["b", 1.0], False),
        ("1", 1, False),
        (True, 1, True),
    ],
)
def test_same(one, other, expected):
    assert faces.same(one, other, 1e-6) is expected


@given(st.floats(-1e4, 1e4), st.integers(1, 4))
def test_a_number_is_what_it_prints_as_and_not_its_neighbour(number, digits):
    text = f"{number:.{digits}f}"
    assert faces.as_printed(number, text)
    assert not faces.as_printed(number + 2 * 10.0**-digits, text)


@pytest.mark.parametrize(
    ("value", "printed", "expected"),
    [
        (0.67296, "0.6730", True),
        (0.67311, "0.6730", False),
        (3.7253e-09, "3.7253e-09", True),
        (3.7254e-09, "3.7253e-09", False),
        (3.0, "3.", True),
        (3.2, "3.", False),
        (83558328.0, "83558328", True),
        (83558400.0, "83558328", False),
        ([[1.5], [-2.0]], "[[1.5000], [-2.0000]]", True),
        ([1.0, 2.0], "1.0", False),
        ([math.nan, math.inf, -math.inf], "nan, inf, -inf", True),
        ([True, False], "1, 0", True),
        ("a text", "a text", True),
        ("a text", "another", False),
        (["a", "b"], "a, b", True),
    ],
)
def test_as_printed(value, printed, expected):
    assert faces.as_printed(value, printed) is expected


def lesson_torch(torch, start):
    """Told to those who read the source only."""
    x = torch.tensor(start, requires_grad=True)  # noqa: RUF100, E501 - a leaf
    (x * x).sum().backward()
    return {"gradient": x.grad, "shape": tuple(x.shape), "words": "two x", "none": x.grad_fn}


def lesson_jax(start):
    gradient = 2 * jnp.array(start)
    return {"gradient": gradient, "shape": gradient.shape, "words": "two x", "none": None}


def compare(notes=None, pytorch=None, in_jax=lesson_jax, reference=None):
    return faces.compare(
        lesson_torch, in_jax, {"start": [1.0, 2.5]}, notes or {}, pytorch or {}, 1e-6, reference=reference
    )


def test_rows_hold_what_each_found():
    rows = {row["name"]: row for row in compare({"gradient": "2., 5."}, {"gradient": [2.0, 5.0]})}
    expected = {"name": "gradient", "notes": "2., 5.", "pytorch": [2.0, 5.0], "torch": [2.0, 5.0], "jax": [2.0, 5.0]}
    assert rows["gradient"] == expected | {"passed": True}
    assert rows["shape"]["torch"] == [2]
    assert rows["none"]["jax"] == "None"
    assert all(row["passed"] for row in rows.values())


@pytest.mark.parametrize(
    "other",
    [{"notes": {"gradient": "2.1, 5.0"}}, {"pytorch": {"gradient": [2.0, 5.1]}}, {"pytorch": {"words": "three x"}}],
)
def test_a_difference_fails_its_row_only(other):
    failed = [row["name"] for row in compare(**other) if not row["passed"]]
    assert failed == [*next(iter(other.values()))]


def test_a_face_that_differs_fails_its_row():
    rows = compare(in_jax=lambda start: lesson_jax(start) | {"words": "x"})
    assert [row["name"] for row in rows if not row["passed"]] == ["words"]


def test_a_lesson_that_jax_does_not_have_is_compared_with_pytorch():
    rows = {row["name"]: row for row in compare(pytorch={"words": "three x", "shape": [2]}, in_jax=None)}
    assert {row["jax"] for row in rows.values()} == {None}
    assert [name for name in rows if not rows[name]["passed"]] == ["words"]


def test_names_must_be_the_same_in_all():
    with pytest.raises(ValueError, match="one face finds"):
        compare(in_jax=lambda start: {"gradient": np.ones(2)})
    with pytest.raises(ValueError, match="no face finds 'gradeint'"):
        compare(notes={"gradeint": "2"})


def test_pytorch_itself_takes_the_place_of_what_was_written_of_it(torch):
    rows = compare(pytorch={"words": "wrong"}, reference=torch)
    assert all(row["passed"] for row in rows)
    assert rows[0]["pytorch"] == [2.0, 5.0]


def test_code_is_shown_without_docstring_and_words_to_linters():
    lines = faces.code(lesson_torch).splitlines()
    assert lines[:2] == ["def lesson_torch(torch, start):", "    x = torch.tensor(start, requires_grad=True)  # a leaf"]

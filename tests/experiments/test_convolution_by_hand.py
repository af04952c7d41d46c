"""The letters are those of the notes, and what becomes of them is what loops make of them."""

import numpy as np

from experiments.convolution import Settings, moved
from experiments.parts import letters

X = [
    ".........",
    ".#.....#.",
    "..#...#..",
    "...#.#...",
    "....#....",
    "...#.#...",
    "..#...#..",
    ".#.....#.",
    ".........",
]


def drawn(image):
    return ["".join("#" if pixel > 0 else "." for pixel in row) for row in image]


def test_the_letter_is_the_notes_x():
    assert drawn(letters.letter("X")) == X


def test_letters_are_shifted_and_turned():
    assert drawn(letters.letter("X", (1, 0)))[1:] == X[:-1]
    assert drawn(letters.letter("X", turn=90)) == X
    assert drawn(letters.letter("O", turn=90)) == drawn(letters.letter("O"))


def test_moved_letters_are_half_of_each_kind_and_repeat():
    images, labels = moved(Settings(), 10, seed=3)
    assert images.shape == (10, 1, 9, 9)
    assert labels.sum() == 5
    assert np.array_equal(images, moved(Settings(), 10, seed=3)[0])
    assert not np.array_equal(images, moved(Settings(), 10, seed=4)[0])


def test_stages_are_what_loops_make():
    images, _ = moved(Settings(), 4, seed=0)
    found = letters.stages(images[:, 0])
    for image, once, twice in zip(images[:, 0], found["pooled once"], found["pooled twice"], strict=True):
        maps = np.zeros((3, 8, 8))  # a row and a column of zeros more: they never are the largest after ReLU
        for k, i, j in np.ndindex(3, 7, 7):
            maps[k, i, j] = max(0, np.mean(image[i : i + 3, j : j + 3] * letters.FEATURES[k]))
        pooled = maps.reshape(3, 4, 2, 4, 2).max(axis=(2, 4))
        np.testing.assert_allclose(once.reshape(3, 4, 4), pooled, atol=1e-6)
        np.testing.assert_allclose(twice.reshape(3, 2, 2), pooled.reshape(3, 2, 2, 2, 2).max(axis=(2, 4)), atol=1e-6)

"""Data sets and the loader: order, resumption, prefetching, and the errors."""

import threading

import chex
import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jnet import data


def numbers(n):
    return data.Dataset(np.arange(2.0 * n, dtype=np.float32).reshape(n, 2), np.arange(n, dtype=np.int32))


LOADERS = st.builds(
    lambda n, size, seed, prefetch: data.Loader(numbers(n), size, shuffle=True, seed=seed, prefetch=prefetch),
    st.integers(1, 40),
    st.integers(1, 12),
    st.integers(0, 3),
    st.integers(0, 4),
)


def rows(batches):
    return [y.tolist() for _, y in batches]


@given(LOADERS, st.integers(0, 5), st.data())
@settings(deadline=None, max_examples=50, derandomize=True)
def test_an_epoch_is_a_permutation_that_can_be_taken_up_anywhere(loader, epoch, draw):
    whole = rows(loader.batches(epoch))
    assert sorted(row for batch in whole for row in batch) == list(range(len(loader.dataset)))
    assert len(whole) == len(loader)
    start = draw.draw(st.integers(0, len(loader)))
    assert rows(loader.batches(epoch, start)) == whole[start:]
    assert rows(loader.batches(epoch)) == whole


@pytest.mark.smoke
def test_inputs_stay_with_their_targets_on_the_device():
    for x, y in data.Loader(numbers(10), 4, shuffle=True):
        assert isinstance(x, jax.Array)
        chex.assert_shape(x, (len(y), 2))
        np.testing.assert_array_equal(x[:, 0], 2 * np.asarray(y))


def test_each_loop_is_the_next_epoch_and_seeds_differ():
    loader = data.Loader(numbers(50), 10, shuffle=True)
    first, second = rows(loader), rows(loader)
    assert first != second
    assert [first, second] == [rows(loader.batches(0)), rows(loader.batches(1))]
    assert first != rows(data.Loader(numbers(50), 10, shuffle=True, seed=1))
    assert rows(data.Loader(numbers(5), 2)) == [[0, 1], [2, 3], [4]]


def test_drop_last():
    loader = data.Loader(numbers(10), 4, drop_last=True)
    assert len(loader) == len(rows(loader)) == 2


def test_other_kinds_of_sets():
    class Squares:
        def __len__(self):
            return 5

        def __getitem__(self, i):
            return np.float32(i), i * i

    assert rows(data.Loader(Squares(), 2)) == [[0, 1], [4, 9], [16]]
    assert rows(data.Loader((np.zeros((3, 1)), np.arange(3)), 2)) == [[0, 1], [2]]
    assert rows(data.Loader(([1.0, 2.0], [3, 4]), 1)) == [[3], [4]]
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        data.Loader(numbers(3), 2.0)


def test_one_compile_for_each_shape_of_a_batch(caplog):
    loader = data.Loader((np.zeros((7, 5, 3), np.float32), np.arange(7)), 4, shuffle=True)
    with jax.log_compiles(), caplog.at_level("WARNING"):
        for _ in range(3):
            rows(loader)
    assert sum("Finished XLA compilation" in record.message for record in caplog.records) == 2


def test_prefetching_stays_ahead_and_stops_with_the_loop():
    placed = []
    loader = data.Loader(numbers(20), 2, prefetch=3)
    threads = threading.active_count()
    batches = loader.batches(0, place=lambda batch: placed.append(batch) or batch)
    next(batches)
    assert len(placed) == 4
    batches.close()
    assert threading.active_count() == threads


def test_integers_that_fit_arrive_whole():
    edges = [-(2**31), 2**31 - 1]
    assert rows(data.Loader(([0.0, 1.0], edges), 2)) == [edges]
    with jax.enable_x64(True):
        assert rows(data.Loader(([0.0, 1.0], [5, 2**40]), 2)) == [[5, 2**40]]


def test_split():
    first, second = numbers(10).split(0.3, seed=1)
    assert (len(first), len(second)) == (7, 3)
    assert sorted([*first.y, *second.y]) == list(range(10))


BAD = [
    (lambda: data.Dataset(np.zeros((2, 1)), np.zeros(3)), "has 2 inputs and 3 targets"),
    (lambda: data.Dataset(np.zeros((0, 1)), np.zeros(0), name="mine"), "The data set 'mine' is empty"),
    (lambda: data.Loader([]), "empty: there is nothing to load"),
    (lambda: data.Loader(numbers(3), 0), "batch_size must be at least 1, got 0"),
    (lambda: data.Loader(numbers(3), 4, drop_last=True), "No batch is left: the set has 3 rows"),
    (lambda: data.Loader((np.zeros(3),) * 3), "takes a pair .* of arrays, got 3"),
    (lambda: data.Loader(numbers(3), 2).batches(0, 3), "An epoch has 2 batches; start lies between 0 and 2, got 3"),
    (lambda: data.Loader(numbers(3), 2).batches(0, -1), "got -1"),
    (lambda: data.Dataset(1.0, 2.0), r"needs arrays of rows, got the shapes \(\) and \(\)"),
    (lambda: data.Loader(numbers(3), prefetch=-1), "prefetch must not be negative"),
    (lambda: data.Loader(numbers(3), seed=-1), "seed must not be negative, got -1"),
    (lambda: data.Loader(numbers(3)).batches(-1), "Epochs count from 0, got -1"),
    (lambda: data.Loader(([0.0, 1.0], [5, 2**40])), "integers from 5 to 1099511627776, .* fit into JAX's int32"),
    (lambda: data.Loader(([0.0, 1.0], np.uint64([5, 2**32]))), "fit into JAX's uint32"),
    (lambda: rows(data.Loader([(0.0, 5), (1.0, -(2**31) - 1)])), "integers from -2147483649 to 5"),
    (lambda: numbers(3).split(1.5), "the fraction lies between 0 and 1"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[m for _, m in BAD])
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()

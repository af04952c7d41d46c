"""The recorder by itself: one look-up an op, programs that are used again, bounds, threads, and failures."""

import threading

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jnet.torch as torch
from jnet.recorder import Call, counters, flush, known, record, recorder, report
from jnet.recorder.trace import LONGEST

ADD = Call(lambda a, b: a + b, "add")
PAIR = Call(lambda a: (jnp.sin(a), jnp.cos(a)), "pair")


def value(*numbers):
    return known(np.array(numbers, np.float32))


@pytest.mark.smoke
def test_results_are_known_only_when_they_are_asked_for():
    first, second = value(1.0, 2.0), value(3.0, 4.0)
    result = record(ADD, [first, second])
    assert result.array is None
    chex.assert_shape(result.numpy(), (2,))
    np.testing.assert_array_equal(result.numpy(), [4, 6])


def test_only_what_is_referred_to_is_computed():
    kept = record(ADD, [record(ADD, [value(1.0), value(1.0)]), value(1.0)])
    dropped = record(ADD, [kept, value(5.0)])
    slots = [dropped.slot]
    trace = dropped.trace
    del dropped
    flush()
    assert kept.array is not None
    assert trace.values == []
    assert slots == [kept.slot + 2]


def test_equal_traces_end_at_one_program():
    def step(x):
        sine, cosine = record(PAIR, [value(x, x)])
        return record(ADD, [sine, cosine]).numpy()

    step(0.0)
    counters.reset()
    states = recorder().states
    for i in range(50):
        np.testing.assert_allclose(step(i), np.float32([np.sin(i) + np.cos(i)] * 2), rtol=1e-5, atol=1e-6)
    assert recorder().states == states
    assert counters.compiled == 1
    assert counters.hits + counters.interpreted == 49
    assert "compiled" in report()


def test_a_warning_names_the_users_line_each_time():
    for _ in range(2):
        with pytest.warns(UserWarning, match="different to the input size") as caught:
            torch.nn.functional.mse_loss(torch.ones(3, 2), torch.ones(2))
        assert [each.filename for each in caught] == [__file__]
    with pytest.warns(UserWarning, match="beta") as caught:
        torch.zeros(3).index_reduce_(0, torch.tensor([0]), torch.ones(1), "mean")
    assert caught[0].filename == __file__


def test_an_error_leaves_no_trace():
    x = value(1.0, 2.0)
    before = len(recorder().trace.numbers[float])
    with pytest.raises(TypeError, match="add got incompatible shapes"):
        record(Call(jax.lax.add, "add"), [x, value(1.0, 2.0, 3.0)])
    assert len(recorder().trace.numbers[float]) == before
    np.testing.assert_array_equal(record(ADD, [x, x]).numpy(), [2, 4])


def test_a_program_that_fails_says_so_where_its_values_are_used():
    def fail(x):
        raise ValueError("on purpose")

    def run(x):
        return jax.pure_callback(fail, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    result = record(Call(run, "fail"), [value(1.0)])
    with pytest.raises(Exception, match="on purpose"):
        result.numpy()
    with pytest.raises(RuntimeError, match="never computed"):
        record(ADD, [result, result]).numpy()


def test_long_traces_are_run_in_pieces():
    x = torch.zeros(3)
    for _ in range(LONGEST + 5):
        x = x + 1
    assert recorder().trace.ops < LONGEST
    assert x.tolist() == [LONGEST + 5] * 3


def test_a_new_program_is_compiled_only_if_that_takes_less_than_running_it():
    for size, products, compiled in ((96, 40, 0), (320, 1, 1)):  # both cost more than INTERPRETED_COST
        x = y = torch.full((size, size), 1 / size)
        for _ in range(products):
            y = y @ x
        counters.reset()
        assert y[0, 0].item() == pytest.approx(1 / size, rel=1e-4)
        assert counters.compiled == compiled


def test_numbers_do_not_make_new_programs_but_their_types_do():
    def step(number):
        return (torch.ones(1) * number).item()

    for _ in range(40):
        step(0.5)
    counters.reset()
    for i in range(20):
        assert step(i + 0.25) == i + 0.25
    assert counters.compiled == counters.interpreted == 0
    assert step(-0.0) == 0.0
    assert np.signbit(step(-0.0))
    assert step(2) == 2


def test_the_process_keeps_its_own_settings():
    before = jax.config.jax_enable_x64
    assert (torch.ones(2, dtype=torch.float64) * 2).dtype is torch.float64
    assert torch.arange(3).sum().item() == 3
    assert jax.config.jax_enable_x64 == before
    assert jnp.ones(2).dtype == jnp.float32


def test_values_cross_threads():
    x = torch.rand(4, requires_grad=True)
    y = (x * 2).sum()  # recorded here, not computed
    seen = []

    def other():
        z = y + 1
        z.backward()
        seen.append(z.item())

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert x.grad.tolist() == [2, 2, 2, 2]
    assert seen[0] == pytest.approx(y.item() + 1)


def test_threads_that_use_each_others_values_do_not_wait_for_each_other():
    ready, shared, ends = threading.Barrier(2), {}, {}

    def work(me, other):
        total = torch.ones(3)
        for i in range(60):
            total = total * 1.0 + me
            shared[me] = total
            ready.wait(10)
            total = total + shared[other] * 0
            ready.wait(10)
            if i % 7 == me:
                total.sum().item()
        ends[me] = total.tolist()

    threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert ends == {1: [61.0] * 3, 2: [121.0] * 3}


def test_what_is_watched_is_looked_at_when_it_is_known():
    index = torch.tensor([0, 5]) + 0
    with pytest.raises(IndexError, match="index 5 is out of bounds for dimension 0 with size 3"):
        torch.zeros(3)[index].sum().item()
    assert torch.zeros(3)[torch.tensor([0, 2]) + 0].sum().item() == 0


# -- memory that is given on -------------------------------------------------------------------------------------------


def aligned(value: float) -> np.ndarray:
    """Return an array that JAX takes over without a copy."""
    raw = np.zeros(300 * 300 * 4 + 64, np.uint8)
    start = -raw.ctypes.data % 64
    array = raw[start : start + 300 * 300 * 4].view(np.float32).reshape(300, 300)
    array[:] = value
    return array


@pytest.mark.parametrize("repetition", range(6))  # interpreted first, then compiled
def test_memory_of_others_is_not_written_to(repetition):
    array = aligned(5.0)
    forgotten = torch.from_numpy(array)
    result = forgotten * 2 + 1
    del forgotten
    assert result[0, 0].item() == 11
    assert (array == 5).all()


def test_what_is_kept_outlives_the_steps_that_change_a_tensor():
    w, kept = torch.ones(100, 100, requires_grad=True), []
    optimizer = torch.optim.SGD([w], lr=0.5)
    for _ in range(8):
        kept.append((w.detach().clone(), w.detach().numpy().copy(), w.data.numpy()[0, 0].item()))
        optimizer.zero_grad()
        (w * 2).sum().backward()
        optimizer.step()
    for step, (tensor, array, number) in enumerate(kept):
        assert tensor[3, 4].item() == array[3, 4] == number == 1 - step

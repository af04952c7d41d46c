"""The host's random streams are PyTorch's: uniform and integer ones bit by bit, normal ones to the last bits."""

import pickle

import numpy as np
import pytest

from jnet.ops.random import Generator

SIZES = [*range(1, 20), 31, 32, 33, 40, 100, 1001]


@pytest.mark.smoke
def test_values_of_the_notes_seed():
    """torch.manual_seed(420); torch.rand(2, 2) and the loss sets of the notes rest on these."""
    draws = Generator(420).rand((2,))
    np.testing.assert_allclose(draws, [0.80535418, 0.19903994], atol=1e-7)


@pytest.mark.parametrize("seed", [0, 420, 2**31, 2**32 + 5, 2**63 + 1, -1, -7])
def test_seeds(seed, torch):
    torch.manual_seed(seed)
    generator = Generator(seed)
    assert generator.initial_seed() == torch.initial_seed()
    np.testing.assert_array_equal(generator.rand((5,)), torch.rand(5).numpy())


def test_streams_interleaved(torch):
    """Each kind of draw leaves the stream where PyTorch's leaves it, the waiting normal included."""
    torch.manual_seed(3)
    generator = Generator(3)
    exact = {
        "rand": lambda n: (torch.rand(n), generator.rand(n)),
        "double": lambda n: (torch.rand(n, dtype=torch.float64), generator.rand(n, np.float64)),
        "integers": lambda n: (torch.randint(-2, 7, (n,)), generator.randint(-2, 7, n)),
        "long range": lambda n: (torch.randint(-5, 2**40, (n,)), generator.randint(-5, 2**40, n)),
        "permutation": lambda n: (torch.randperm(n), generator.randperm(n)),
        "bernoulli": lambda n: (torch.empty(n).bernoulli_(0.3), generator.bernoulli(0.3, n)),
        "uniform": lambda n: (torch.empty(n).uniform_(-2, 5), generator.uniform(-2, 5, n)),
    }
    near = {
        "randn": lambda n: (torch.randn(n), generator.randn(n)),
        "double": lambda n: (torch.randn(n, dtype=torch.float64), generator.randn(n, np.float64)),
        "normal": lambda n: (torch.empty(n).normal_(2, 3), generator.normal(2, 3, n)),
    }
    for n in SIZES:
        for name, draw in exact.items():
            theirs, ours = draw(n)
            np.testing.assert_array_equal(ours, theirs.numpy(), err_msg=f"{name} {n}")
            assert ours.dtype == theirs.numpy().dtype
        for name, draw in near.items():
            theirs, ours = draw(n)
            tolerance = 1e-6 if ours.dtype == np.float32 else 1e-14
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=tolerance, atol=tolerance, err_msg=f"{name} {n}")


def test_states():
    generator = Generator(5)
    generator.randn((3,))  # leaves a normal waiting
    state = pickle.loads(pickle.dumps(generator.get_state()))
    expected = generator.randn((5,)), generator.rand((3,))
    other = Generator(0)
    other.set_state(state)
    assert other.initial_seed() == 5
    np.testing.assert_array_equal(other.randn((5,)), expected[0])
    np.testing.assert_array_equal(other.rand((3,)), expected[1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.randint(3, 3, 1), RuntimeError, "expects 'from' to be less than 'to', but got from=3 >= to=3"),
        (lambda g: g.bernoulli(1.5, 1), RuntimeError, r"expects p to be in \[0, 1\], but got p=1.5"),
        (lambda g: g.manual_seed(2**64), RuntimeError, "does not fit in 64 bits"),
        (lambda g: g.rand(3, np.float16), NotImplementedError, "draws float32 and float64, not float16"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(Generator(0))

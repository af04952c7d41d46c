"""The host's random streams are PyTorch's, bit by bit."""

import pickle
from fractions import Fraction

import chex
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jnet.ops.random import Generator, _multiply_add

SIZES = [*range(20), 31, 32, 33, 40, 100, 1001]


@pytest.mark.smoke
def test_values_of_the_notes_seed():
    """torch.manual_seed(420); torch.rand(2, 2) and the loss sets of the notes rest on these."""
    draws = Generator(420).rand((2,))
    np.testing.assert_allclose(draws, [0.80535418, 0.19903994], atol=1e-7)


@pytest.mark.smoke
def test_the_notes_linear_layer():
    """torch.manual_seed(420); nn.Linear(2, 1): weight [[0.4318, -0.4256]], bias 0.6730."""
    generator, bound = Generator(420), 2**-0.5
    weight, bias = generator.uniform(-bound, bound, (1, 2)), generator.uniform(-bound, bound, 1)
    np.testing.assert_allclose([*weight[0], *bias], [0.4318, -0.4256, 0.6730], atol=5e-5)


def test_normals_without_torch():
    """torch.manual_seed(420); torch.randn(17)[[0, 7, 8, 16]].view(torch.int32), as PyTorch 2.13 prints it."""
    assert Generator(420).randn(17)[[0, 7, 8, 16]].view(np.int32).tolist() == [
        -1142504034,
        -1088469041,
        1056998279,
        -1078090094,
    ]


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
        "2^28 - 1": lambda n: (torch.randint(2**28 - 1, (n,)), generator.randint(0, 2**28 - 1, n)),
        "2^28": lambda n: (torch.randint(2**28, (n,)), generator.randint(0, 2**28, n)),
        "2^64 - 1": lambda n: (torch.randint(-(2**63), 2**63 - 1, (n,)), generator.randint(-(2**63), 2**63 - 1, n)),
        "bytes": lambda n: (torch.randint(256, (n,), dtype=torch.uint8), generator.randint(0, 256, n, np.uint8)),
        "long range": lambda n: (torch.randint(-5, 2**40, (n,)), generator.randint(-5, 2**40, n)),
        "permutation": lambda n: (torch.randperm(n), generator.randperm(n)),
        "bernoulli": lambda n: (torch.empty(n).bernoulli_(0.3), generator.bernoulli(0.3, n)),
        "uniform": lambda n: (torch.empty(n).uniform_(0.1, 0.3), generator.uniform(0.1, 0.3, n)),
        "uniform double": lambda n: (torch.empty(n).double().uniform_(-2, 5), generator.uniform(-2, 5, n, "float64")),
    }
    near = {
        "randn": lambda n: (torch.randn(n), generator.randn(n)),
        "double": lambda n: (torch.randn(n, dtype=torch.float64), generator.randn(n, np.float64)),
        "normal": lambda n: (torch.empty(n).normal_(2, 0.3), generator.normal(2, 0.3, n)),
        "normal double": lambda n: (torch.empty(n).double().normal_(2, 3), generator.normal(2, 3, n, np.float64)),
    }
    # PyTorch's float32 normals come from an AVX2 kernel where the processor has one, and NumPy's float64 functions may
    # round otherwise than the C library's.
    float32_normals = 0 if torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512") else 1e-6
    for n in SIZES:
        for name, draw in exact.items():
            theirs, ours = draw(n)
            np.testing.assert_array_equal(ours, theirs.numpy(), err_msg=f"{name} {n}")
            assert ours.dtype == theirs.numpy().dtype
        for name, draw in near.items():
            theirs, ours = draw(n)
            tolerance = float32_normals if ours.dtype == np.float32 else 1e-14
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=tolerance, atol=tolerance, err_msg=f"{name} {n}")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_hundred_thousand_normals(dtype, torch):
    """More than one piece, and every octant of the sine and exponent of the logarithm."""
    torch.manual_seed(11)
    theirs = torch.empty(100_003, dtype=getattr(torch, dtype)).normal_(0.1, 0.7).numpy()
    ours = Generator(11).normal(0.1, 0.7, 100_003, dtype)
    exact = dtype == "float32" and torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=0 if exact else 1e-6 if dtype == "float32" else 1e-14)


@given(st.integers(2, 2**63), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
@settings(deadline=None, max_examples=50, derandomize=True)
def test_float64_products_and_sums_round_once(seed, b, c):
    a = Generator(seed).rand(8, np.float64)
    exact = [float(Fraction(x) * Fraction(b) + Fraction(c)) for x in a.tolist()]
    np.testing.assert_array_equal(_multiply_add(a, np.float64(b), np.float64(c)), exact)


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
    assert other.manual_seed(5).randn(3).tolist() == Generator(5).randn(3).tolist()  # nothing is left waiting


def test_shapes_and_dtypes():
    generator = Generator(0)
    chex.assert_shape([generator.rand(()), generator.randn((2, 9)), generator.rand((0, 3))], [(), (2, 9), (0, 3)])
    chex.assert_shape(generator.randint(0, 9, np.int64(4), np.int32), (4,))
    chex.assert_type([generator.rand(3), generator.randn(3, "float64")], [np.float32, np.float64])
    chex.assert_type(
        [generator.randint(0, 3, 2), generator.randperm(3), generator.bernoulli(0.5, 2)], [int, int, float]
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.randint(3, 3, 1), RuntimeError, "expects 'from' to be less than 'to', but got from=3 >= to=3"),
        (lambda g: g.bernoulli(1.5, 1), RuntimeError, r"expects p to be in \[0, 1\], but got p=1.5"),
        (lambda g: g.manual_seed(2**64), ValueError, "Overflow when unpacking long long: the seed 1844"),
        (lambda g: g.manual_seed(1.5), TypeError, "'float' object cannot be interpreted as an integer"),
        (lambda g: g.rand(3, np.float16), NotImplementedError, "of float32 and float64, not float16"),
        (lambda g: g.rand((2, -1)), RuntimeError, r"negative dimension -1: \[2, -1\]"),
        (lambda g: g.randperm(-1), RuntimeError, "negative dimension -1"),
        (lambda g: g.uniform(5, -2, 1), RuntimeError, r"\[from, to\) range, but found from=5 > to=-2"),
        (lambda g: g.uniform(-3e38, 3e38, 1), RuntimeError, "expects to-from <= the largest float32"),
        (lambda g: g.normal(0, -1, 1), RuntimeError, "normal expects std >= 0.0, but found std -1"),
        (lambda g: g.randint(0, 300, 1, np.uint8), RuntimeError, "to - 1 is out of bounds for uint8: it is 299"),
        (lambda g: g.randint(-1, 3, 1, np.uint8), RuntimeError, "from is out of bounds for uint8"),
        (lambda g: g.randint(0, 2**25, 1, np.float32), UserWarning, r"out of bounds \[-16777216, 16777216\]"),
        (lambda g: g.randint(0, 2, 1, bool), NotImplementedError, "not bool"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(Generator(0))

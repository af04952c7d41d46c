"""The host's random streams are PyTorch's, bit by bit."""

import pickle
from fractions import Fraction

import chex
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jnet.ops.random import Generator
from jnet.ops.random.normals import multiply_add

SIZES = [*range(20), 31, 32, 33, 40, 100, 1001]
FLOATS = ["float32", "float64", "float16", "bfloat16"]
INTEGERS = ["int64", "int32", "int16", "int8", "uint8", "bool"]


def same_bits(ours: np.ndarray, theirs, message: str = "") -> None:
    """Compare with a tensor of PyTorch's, which gives NumPy no bfloat16."""
    name = str(theirs.dtype).removeprefix("torch.")
    assert (ours.dtype.name, ours.shape) == (name, tuple(theirs.shape)), message
    theirs = theirs.float().numpy().astype(ml_dtypes.bfloat16) if name == "bfloat16" else theirs.numpy()
    np.testing.assert_array_equal(ours, theirs, err_msg=message)


def both(torch, seed: int):
    torch.manual_seed(seed)
    return Generator(seed)


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
    generator = both(torch, seed)
    assert generator.initial_seed() == torch.initial_seed()
    same_bits(generator.rand((5,)), torch.rand(5))


def drawn(torch, dtype: str, n: int) -> dict:
    """Return pairs of draws, PyTorch's and the Generator's, for one dtype and size."""
    kind, like = getattr(torch, dtype), np.dtype(getattr(ml_dtypes, dtype, None) or dtype)

    def empty():
        return torch.empty(n, dtype=kind)

    pairs = {
        "bernoulli": (lambda: empty().bernoulli_(0.3), lambda g: g.bernoulli(0.3, n).astype(like)),
        "below 2": (lambda: empty().random_(2), lambda g: g.random(n, like, 2)),
        "randint": (lambda: torch.randint(0, 2, (n,), dtype=kind), lambda g: g.randint(0, 2, n, like)),
        "whole range": (lambda: empty().random_(), lambda g: g.random(n, like)),
        "from 0": (lambda: empty().random_(0, None), lambda g: g.random(n, like, 0, None)),
    }
    if dtype != "bool":
        pairs |= {
            "from 3": (lambda: empty().random_(3, None), lambda g: g.random(n, like, 3, None)),
            "3 to 99": (lambda: empty().random_(3, 99), lambda g: g.random(n, like, 3, 99)),
            "geometric": (lambda: empty().geometric_(0.3), lambda g: g.geometric(0.3, n, like)),
        }
    if dtype in FLOATS:
        pairs |= {
            "rand": (lambda: torch.rand(n, dtype=kind), lambda g: g.rand(n, like)),
            "uniform": (lambda: empty().uniform_(-0.3, 1.7), lambda g: g.uniform(-0.3, 1.7, n, like)),
            "uniform 2": (lambda: empty().uniform_(2.2, 2.3), lambda g: g.uniform(2.2, 2.3, n, like)),
            "randn": (lambda: torch.randn(n, dtype=kind), lambda g: g.randn(n, like)),
            "normal": (lambda: empty().normal_(2, 0.3), lambda g: g.normal(2, 0.3, n, like)),
            "scattered": (
                lambda: torch.empty(n, 2, dtype=kind)[:, 0].normal_(2, 0.3),
                lambda g: g.normal(2, 0.3, n, like, contiguous=n < 2),
            ),
            "log-normal": (lambda: empty().log_normal_(0.3, 1.7), lambda g: g.log_normal(0.3, 1.7, n, like)),
            "exponential": (lambda: empty().exponential_(1.7), lambda g: g.exponential(1.7, n, like)),
            "Cauchy": (lambda: empty().cauchy_(0.3, 1.7), lambda g: g.cauchy(0.3, 1.7, n, like)),
        }
    return pairs


@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS])
def test_streams_interleaved(dtype, torch):
    """Each kind of draw leaves the stream where PyTorch's leaves it, the waiting normal included."""
    generator = both(torch, 3)
    for n in SIZES:
        for name, (theirs, ours) in drawn(torch, dtype, n).items():
            same_bits(ours(generator), theirs(), f"{name} {n}")
    assert generator.get_state().tolist() == torch.get_rng_state().tolist()


@pytest.mark.parametrize(
    ("low", "high"),
    [(-2, 7), (0, 2**28 - 1), (0, 2**28), (0, 2**32), (-(2**63), 2**63 - 1), (-5, 2**40)],
)
def test_ranges_of_integers(low, high, torch):
    generator = both(torch, 4)
    for n in (1, 2, 100):
        same_bits(generator.randint(low, high, n), torch.randint(low, high, (n,)))
    if low == -(2**63):
        same_bits(generator.random(9, np.int64, low, None), torch.empty(9, dtype=torch.int64).random_(low, None))


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [("float16", 0, 3000), ("float16", -3001, 2051), ("bfloat16", 0, 300), ("bfloat16", 0, 2**20),
     ("bfloat16", -(2**31) - 1, 9), ("float32", 0, 2**32), ("float32", -(2**31), 2**31), ("float64", 0, 2**53),
     ("float64", 0, 2**60)],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:from is out of bounds", "ignore:to - 1 is out of bounds")
def test_ranges_that_a_floating_dtype_rounds(dtype, low, high, torch):
    generator = both(torch, 6)
    kind = np.dtype(getattr(ml_dtypes, dtype, None) or dtype)
    same_bits(generator.randint(low, high, 300, kind), torch.randint(low, high, (300,), dtype=getattr(torch, dtype)))


@pytest.mark.parametrize("dtype", ["uint16", "uint32", "uint64"])
def test_unsigned_integers(dtype, torch):
    generator = both(torch, 7)
    same_bits(generator.randint(0, 300, 40, dtype), torch.randint(0, 300, (40,), dtype=getattr(torch, dtype)))
    with pytest.raises(NotImplementedError, match="random_kernel_cpu"):
        generator.random(3, dtype)


def test_permutations(torch):
    generator = both(torch, 8)
    for n in [*SIZES, *range(40), 5000, 60_000]:
        same_bits(generator.randperm(n), torch.randperm(n), str(n))


def test_a_permutation_without_torch():
    """torch.manual_seed(420); torch.randperm(8)"""
    assert Generator(420).randperm(8).tolist() == [1, 5, 4, 0, 7, 6, 3, 2]


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_hundred_thousand_normals(dtype, torch):
    """More than one piece, and every octant of the sine and exponent of the logarithm."""
    generator = both(torch, 11)
    kind = np.dtype(getattr(ml_dtypes, dtype, None) or dtype)
    same_bits(
        generator.normal(0.1, 0.7, 100_003, kind), torch.empty(100_003, dtype=getattr(torch, dtype)).normal_(0.1, 0.7)
    )


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_numbers(dtype, torch):
    generator, kind = both(torch, 12), getattr(torch, dtype)
    for n in (0, 1, 7, 8, 20):
        same_bits(generator.rand((n, 2), dtype), torch.rand(n, 2, dtype=kind))
        same_bits(generator.randn(n, dtype), torch.randn(n, dtype=kind))
        same_bits(generator.normal(0.3, 1.7, (n,), dtype), torch.empty(n, dtype=kind).normal_(0.3, 1.7))


@pytest.mark.parametrize("dtype", FLOATS)
def test_arrays_of_parameters(dtype, torch):
    generator = both(torch, 13)
    for n in (0, 1, 3, 15, 16, 35, 1001):
        p = torch.linspace(0, 1, n, dtype=torch.float64).to(getattr(torch, dtype))
        ours = p.float().numpy().astype(ml_dtypes.bfloat16) if dtype == "bfloat16" else p.numpy()
        same_bits(generator.bernoulli(ours, n).astype(ours.dtype), torch.bernoulli(p))
        same_bits(generator.bernoulli(ours, (2, n)), torch.empty(2, n).bernoulli_(p))
        same_bits(generator.normal(ours, 1.7), torch.normal(p, 1.7))
        same_bits(generator.normal(0.3, ours), torch.normal(0.3, p))
        same_bits(generator.normal(ours, ours), torch.normal(p, p))
        same_bits(generator.normal(ours[:, None], ours[:2]), torch.normal(p[:, None], p[:2]))
        for scale in (1, 50, 2000):
            same_bits(generator.poisson(ours * ours.dtype.type(scale)), torch.poisson(p * scale), f"{n} {scale}")


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(1,), (5,), (1000,), (3, 4), (2, 100), (0, 3)])
def test_multinomial(dtype, shape, torch):
    generator = both(torch, 14)
    weights = Generator(1).rand(shape).astype(getattr(ml_dtypes, dtype, None) or dtype)
    given = torch.tensor(weights.astype(np.float64)).to(getattr(torch, dtype))
    for n in (1, 2, 3, 50):
        same_bits(generator.multinomial(weights, n, True), torch.multinomial(given, n, True), str(n))
        if n <= min(shape[-1], 5):  # more without replacement meet equal scores in float16
            same_bits(generator.multinomial(weights, n), torch.multinomial(given, n), str(n))


def test_draws_without_torch():
    """torch.manual_seed(420), then PyTorch 2.13's exponential_, bernoulli and multinomial."""
    generator = Generator(420)
    assert generator.exponential(1.0, 3).view(np.int32).tolist() == [1058388850, 1070756884, 1069653774]
    assert generator.bernoulli(np.full(6, 0.5, np.float32), 6).tolist() == [0, 0, 1, 1, 1, 1]
    weights = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    assert generator.multinomial(weights, 2).tolist() == [3, 1]
    assert generator.multinomial(weights, 6, True).tolist() == [3, 2, 3, 1, 3, 1]


@given(st.integers(2, 2**63), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
@settings(deadline=None, max_examples=50, derandomize=True)
def test_float64_products_and_sums_round_once(seed, b, c):
    a = Generator(seed).rand(8, np.float64)
    exact = [float(Fraction(x) * Fraction(b) + Fraction(c)) for x in a.tolist()]
    np.testing.assert_array_equal(multiply_add(a, np.float64(b), np.float64(c)), exact)


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


@pytest.mark.parametrize("draws", [0, 1, 623, 624, 625, 1248, 2000])
@pytest.mark.parametrize("normals", [0, 1, 2])
def test_states_are_those_of_torch(draws, normals, torch):
    generator = both(torch, 2**40 + 17)
    generator.rand(draws), torch.rand(draws)
    generator.randn(normals), torch.randn(normals)
    state = torch.get_rng_state()
    assert generator.get_state().tolist() == state.tolist()
    ours, theirs = Generator(), torch.Generator()
    ours.set_state(state.numpy())
    theirs.set_state(torch.from_numpy(generator.get_state()))
    assert ours.initial_seed() == theirs.initial_seed() == 2**40 + 17
    same_bits(ours.randn(3), torch.randn(3, generator=theirs))
    same_bits(ours.rand(700), torch.rand(700, generator=theirs))


def test_shapes_and_dtypes():
    generator = Generator(0)
    chex.assert_shape([generator.rand(()), generator.randn((2, 9)), generator.rand((0, 3))], [(), (2, 9), (0, 3)])
    chex.assert_shape(generator.randint(0, 9, np.int64(4), np.int32), (4,))
    chex.assert_shape([generator.multinomial(np.ones((3, 4)), n) for n in (1, 2)], [(3, 1), (3, 2)])
    chex.assert_type([generator.rand(3), generator.randn(3, "float64")], [np.float32, np.float64])
    chex.assert_type(
        [generator.randint(0, 3, 2), generator.randperm(3), generator.bernoulli(0.5, 2)], [int, int, float]
    )


def test_extremes():
    generator = Generator(0)
    assert np.isinf(generator.log_normal(1e4, 1.0, 3)).all()
    assert generator.exponential(np.inf, 2).tolist() == [0, 0]
    assert generator.normal(3.0, 0.0, 20).tolist() == [3] * 20
    assert generator.uniform(2.0, 2.0, 2).tolist() == [2, 2]
    assert generator.poisson(np.zeros((2, 0))).shape == (2, 0)
    assert set(generator.multinomial(np.array([0.0, 1.0, 0.0, 2.0]), 99, True).tolist()) == {1, 3}
    before = generator.get_state()
    generator.rand(0), generator.randn(0), generator.randperm(1), generator.poisson(np.zeros(9))
    assert (generator.get_state() == before).all()


NAN, HALF = np.array([np.nan]), np.float16


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.randint(3, 3, 1), RuntimeError, "expects 'from' to be less than 'to', but got from=3 >= to=3"),
        (lambda g: g.random(1, HALF, 2**11, None), RuntimeError, "but got from=2048 > to_inc=2048"),
        (lambda g: g.random(1, np.int8, 128, None), RuntimeError, "from is out of bounds for signed char"),
        (lambda g: g.random(1, complex), NotImplementedError, "random_kernel_cpu.*ComplexDouble"),
        (lambda g: g.bernoulli(1.5, 1), RuntimeError, r"expects p to be in \[0, 1\], but got p=1.5"),
        (lambda g: g.bernoulli(NAN, 1), RuntimeError, "Expected p_in >= 0 && p_in <= 1"),
        (lambda g: g.bernoulli(np.ones(1, int), 1), NotImplementedError, "bernoulli_tensor_cpu_p_.*'Long'"),
        (lambda g: g.manual_seed(2**64), ValueError, "Overflow when unpacking long long\nThe seed 1844"),
        (lambda g: g.manual_seed(1.5), TypeError, "'float' object cannot be interpreted as an integer"),
        (lambda g: g.rand(3, np.int32), NotImplementedError, "\"check_uniform_bounds\" not implemented for 'Int'"),
        (lambda g: g.randn(3, bool), NotImplementedError, "\"normal_kernel_cpu\" not implemented for 'Bool'"),
        (lambda g: g.rand((2, -1)), RuntimeError, r"negative dimension -1: \[2, -1\]"),
        (lambda g: g.randperm(-1), RuntimeError, "negative dimension -1"),
        (lambda g: g.uniform(5, -2, 1), RuntimeError, r"\[from, to\) range, but found from=5 > to=-2"),
        (
            lambda g: g.uniform(-3e38, 3e38, 1),
            RuntimeError,
            r"<= std::numeric_limits<Float>::max\(\), but found to=3e\+",
        ),
        (lambda g: g.uniform(0, 1e5, 1, HALF), RuntimeError, "to is out of bounds for c10::Half"),
        (lambda g: g.normal(0, -1, 1), RuntimeError, "normal expects std >= 0.0, but found std -1"),
        (lambda g: g.normal(0, -np.ones(2)), RuntimeError, "normal expects all elements of std >= 0.0"),
        (lambda g: g.normal(0, np.ones(2, complex)), RuntimeError, "standard deviation to be non-complex"),
        (lambda g: g.log_normal(0, 0, 1), RuntimeError, "log_normal_ expects std > 0.0, but found std=0"),
        (lambda g: g.log_normal(0, 1, 1, int), NotImplementedError, "log_normal_cpu"),
        (lambda g: g.exponential(-1, 1), RuntimeError, "exponential_ expects lambda > 0.0, but found lambda=-1"),
        (lambda g: g.exponential(1, 1, int), RuntimeError, "Exponential distribution is .* but you specified Long"),
        (lambda g: g.cauchy(0, 0, 1), RuntimeError, "cauchy_ expects sigma > 0.0, but found sigma=0"),
        (lambda g: g.cauchy(0, 1, 1, int), RuntimeError, "Cauchy distribution is .* but you specified long int"),
        (lambda g: g.geometric(1, 1), RuntimeError, r"geometric_ expects p to be in \(0, 1\), but got p=1"),
        (lambda g: g.geometric(0.5, 1, bool), NotImplementedError, "geometric_cpu"),
        (lambda g: g.poisson(NAN), RuntimeError, "invalid Poisson rate, expected rate to be non-negative"),
        (lambda g: g.poisson(np.ones(1, int)), NotImplementedError, "poisson_cpu"),
        (lambda g: g.multinomial(np.ones(2), 3), RuntimeError, r"n_sample > prob_dist.size\(-1\) samples without"),
        (lambda g: g.multinomial(np.ones(2), 0), RuntimeError, "cannot sample n_sample <= 0 samples"),
        (lambda g: g.multinomial(np.zeros(2), 1), RuntimeError, r"\(sum of probabilities <= 0\)"),
        (lambda g: g.multinomial(NAN, 1), RuntimeError, "contains either `inf`, `nan` or element < 0"),
        (lambda g: g.multinomial(-np.ones(2), 2, True), RuntimeError, "encountering probability entry < 0"),
        (lambda g: g.multinomial(np.ones(2, int), 1), RuntimeError, "only supports floating-point dtypes .* got: Long"),
        (lambda g: g.multinomial(np.ones(()), 1), RuntimeError, "prob_dist must be 1 or 2 dim"),
        (lambda g: g.set_state(np.zeros(5056)), TypeError, "RNG state must be a torch.ByteTensor"),
        (lambda g: g.set_state(np.zeros(9, np.uint8)), RuntimeError, "of size 5056 but found the input .* to be 9"),
        (lambda g: g.set_state(np.zeros(5056, np.uint8)), RuntimeError, "Invalid mt19937 state"),
        (lambda g: g.randint(0, 300, 1, np.uint8), RuntimeError, "to - 1 is out of bounds for unsigned char"),
        (lambda g: g.randint(-1, 3, 1, np.uint8), RuntimeError, "from is out of bounds for unsigned char"),
        (lambda g: g.randint(0, 2**25, 1, np.float32), UserWarning, r"out of bounds \[-\(2\^24\), 2\^24\]"),
        (lambda g: g.randint(0, 3, 1, bool), RuntimeError, "to - 1 is out of bounds for bool"),
        (lambda g: g.randint(0, 3, 1, complex), RuntimeError, "handles only integral, floating-point and boolean"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(Generator(0))

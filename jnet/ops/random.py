"""PyTorch's CPU random streams on the host, draw for draw.

The generator is mt19937, seeded as NumPy's legacy `RandomState` seeds its own. What PyTorch makes of the 32-bit draws:

    rand, float32     one draw u: (u mod 2^24) 2^-24
    rand, float64     two draws, the high word first: ((hi 2^32 + lo) mod 2^53) 2^-53
    randint           u mod range (two draws from a range of 2^28 on)
    randn, n < 16     pairs of float64 draws u1, u2: r = sqrt(-2 log(1 - u2)), r cos(2 pi u1), then r sin(2 pi u1);
                      the sine waits for the next call
    randn, n >= 16    n uniform draws in the result's dtype, changed in blocks of 16: from u1 = 1 - the first eight and
                      u2 = the last eight, sqrt(-2 log u1) times cosine, then sine, of 2 pi u2; a ragged end draws the
                      last 16 again
    randperm          Fisher-Yates: swap i with i + u mod (n - i)

All streams are bit-equal to those of PyTorch's x86 builds with AVX2 or AVX-512, whose kernels round `a b + c` once and
take float32's logarithm, sine and cosine from short polynomials, repeated here. Only float64 normals rest on the C
library's functions, and may differ from PyTorch's in the last bit where NumPy uses others.
"""

import operator
import warnings

import numpy as np
from numpy.typing import DTypeLike

# Long runs of normals are made in pieces that stay in the processor's cache.
_PIECE = 16 * 1024


class Generator:
    """A stream of random numbers equal to that of `torch.Generator` on a CPU.

    Args:
        seed: an integer; negative ones count from 2^64, and only the lowest 32 bits matter, as in PyTorch.

    Raises:
        RuntimeError: by its methods, for negative sizes and for bounds that make no sense.
        NotImplementedError: by its methods, for floating dtypes other than float32 and float64.

    Example:
        >>> Generator(420).rand(2).tolist()
        [0.8053541779518127, 0.19903993606567383]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Generator.html
    """

    def __init__(self, seed: int = 67280421310721):
        self.manual_seed(seed)

    def manual_seed(self, seed: int) -> "Generator":
        """Start the stream of this seed again; return the generator."""
        seed = operator.index(seed)
        if not -(2**63) <= seed < 2**64:
            raise ValueError(
                f"Overflow when unpacking long long: the seed {seed} does not fit in 64 bits; use one from -2**63 to "
                "2**64 - 1."
            )
        self._seed = seed % 2**64
        self._state = np.random.RandomState(self._seed % 2**32)
        self._next_normal: float | None = None
        return self

    def initial_seed(self) -> int:
        """Return the seed of the stream."""
        return self._seed

    def get_state(self) -> dict:
        """Return the place in the stream, as a dictionary that can be pickled."""
        return {"seed": self._seed, "mt19937": self._state.get_state(legacy=True), "normal": self._next_normal}

    def set_state(self, state: dict) -> None:
        """Go to a place that `get_state` returned."""
        self._state.set_state(state["mt19937"])
        self._seed, self._next_normal = state["seed"], state["normal"]

    def _draws(self, n: int) -> np.ndarray:
        return self._state.randint(0, 2**32, n, np.uint32)

    def _long_draws(self, n: int) -> np.ndarray:
        words = self._draws(2 * n).astype(np.uint64)
        return (words[0::2] << np.uint64(32)) | words[1::2]

    def rand(self, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return uniform numbers in [0, 1)."""
        shape, n = _shape(size)
        if _floating(dtype) is np.float64:
            return ((self._long_draws(n) & np.uint64(2**53 - 1)) * 2.0**-53).reshape(shape)
        draws = self._draws(n)
        draws &= np.uint32(2**24 - 1)
        values = draws.astype(np.float32)
        values *= np.float32(2**-24)
        return values.reshape(shape)

    def uniform(self, low: float, high: float, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return uniform numbers in [low, high)."""
        kind = _floating(dtype)
        if not low <= high:
            raise RuntimeError(
                f"uniform_ expects to return a [from, to) range, but found from={low} > to={high}; write the lower "
                "bound first."
            )
        if not high - low <= float(np.finfo(kind).max):
            raise RuntimeError(
                f"uniform_ expects to-from <= the largest {kind.__name__}, but found to={high} and from={low}; "
                "choose bounds that lie closer."
            )
        return _multiply_add(self.rand(size, kind), kind(high) - kind(low), kind(low))

    def randint(self, low: int, high: int, size, dtype: DTypeLike = np.int64) -> np.ndarray:
        """Return whole numbers in [low, high).

        Raises:
            RuntimeError: if the range is empty, or `dtype` cannot hold it. (A floating dtype that cannot tell all its
                numbers apart is a warning, as in PyTorch.)
        """
        low, high = operator.index(low), operator.index(high)
        if low >= high:
            raise RuntimeError(
                f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}; the upper bound is "
                "not drawn, so it is at least from + 1."
            )
        kind = np.dtype(dtype)
        _check_range(low, high - 1, kind)
        shape, n = _shape(size)
        span = high - low
        draws = self._long_draws(n) if span >= 2**28 else self._draws(n).astype(np.uint64)
        if span < 2**64:
            draws %= np.uint64(span)
        return (draws + np.uint64(low % 2**64)).astype(np.int64).astype(kind).reshape(shape)

    def randperm(self, n: int) -> np.ndarray:
        """Return the numbers 0 to n - 1 in random order, as int64."""
        _, n = _shape(operator.index(n))
        order = list(range(n))
        for i, u in enumerate(self._draws(max(n - 1, 0)).tolist()):
            j = i + u % (n - i)
            order[i], order[j] = order[j], order[i]
        return np.asarray(order, np.int64)

    def bernoulli(self, p: float, size) -> np.ndarray:
        """Return ones with probability p and zeros, as float32: each compares a float64 draw with p."""
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}; give a probability.")
        return (self.rand(size, np.float64) < p).astype(np.float32)

    def randn(self, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return standard normal numbers."""
        return self.normal(0.0, 1.0, size, dtype)

    def normal(self, mean: float, std: float, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return normal numbers of this mean and standard deviation."""
        if not std >= 0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std}; give a standard deviation.")
        kind, (shape, n) = _floating(dtype), _shape(size)
        if n < 16:
            few = np.asarray([self._one_normal() for _ in range(n)], np.float64)
            return _multiply_add(few, np.float64(std), np.float64(mean)).astype(kind).reshape(shape)
        values = self.rand(n, kind)
        whole = n - n % 16
        for start in range(0, whole, _PIECE):
            piece = values[start : min(start + _PIECE, whole)]
            piece[:] = _box_muller(piece, kind(mean), kind(std))
        if n % 16:
            values[-16:] = _box_muller(self.rand(16, kind), kind(mean), kind(std))
        return values.reshape(shape)

    def _one_normal(self) -> float:
        if self._next_normal is not None:
            value, self._next_normal = self._next_normal, None
            return value
        u1, u2 = self.rand(2, np.float64)
        radius, angle = np.sqrt(-2 * np.log1p(-u2)), 2 * np.pi * u1
        self._next_normal = float(radius * np.sin(angle))
        return float(radius * np.cos(angle))


def _box_muller(uniform: np.ndarray, mean, std) -> np.ndarray:
    """Turn uniform numbers into normal ones in blocks of 16."""
    kind = uniform.dtype.type
    blocks = uniform.reshape(-1, 2, 8)
    u1, angle = kind(1) - blocks[:, 0], kind(2 * np.pi) * blocks[:, 1]
    if kind is np.float32:
        logarithm, (sine, cosine) = _log32(u1), _sincos32(angle)
    else:
        logarithm, sine, cosine = np.log(u1), np.sin(angle), np.cos(angle)
    radius = np.sqrt(kind(-2) * logarithm)
    return _multiply_add(np.stack([radius * cosine, radius * sine], 1).reshape(-1), std, mean)


# The next two are Cephes' polynomials as PyTorch's AVX2 kernel (avx_mathfun.h) evaluates them, operation by operation.
# Which product its compiler fused with which sum was found by trying all ways against its output.
_LOG = (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
        2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)  # fmt: skip
_SIN = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_QUARTER_PI = (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)


def _log32(x: np.ndarray) -> np.ndarray:
    """Return log(x) of positive float32 numbers."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < np.float32(np.sqrt(0.5))
    exponent = (exponent - low).astype(np.float32)
    x = np.where(low, mantissa + mantissa, mantissa) - np.float32(1)
    z = x * x
    y = _multiply_add(_polynomial(_LOG, x) * x, z, exponent * np.float32(-2.12194440e-4)) - z * np.float32(0.5)
    return _multiply_add(exponent, np.float32(0.693359375), x + y)


def _sincos32(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return sin(x) and cos(x) of non-negative float32 numbers."""
    octant = ((x * np.float32(4 / np.pi)).astype(np.int32) + 1) & ~1
    for part in _QUARTER_PI:
        x = _multiply_add(octant.astype(np.float32), np.float32(part), x)
    z = x * x
    near_one = _multiply_add(_polynomial(_COS, z) * z, z, z * np.float32(-0.5)) + np.float32(1)
    near_zero = _multiply_add(_polynomial(_SIN, z) * z, x, x)
    swap = (octant & 2) != 0
    sine, cosine = np.where(swap, near_one, near_zero), np.where(swap, near_zero, near_one)
    return np.where(octant & 4, -sine, sine), np.where((octant + 2) & 4, -cosine, cosine)


def _polynomial(coefficients, x: np.ndarray) -> np.ndarray:
    y = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        y = _multiply_add(y, x, np.float32(c))
    return y


def _multiply_add(a: np.ndarray, b, c) -> np.ndarray:
    """Return a b + c rounded once, as the processor's fused instruction does; all of one dtype."""
    if a.dtype == np.float32:  # the product of two float32 is exact in float64
        return (np.multiply(a, b, dtype=np.float64) + c).astype(np.float32)
    if np.abs(b).max() > 2.0**900:  # the splitting below would overflow
        return a * b + c
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    lost_in_product = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low  # Dekker
    total = product + c
    c_share = total - product
    lost_in_sum = (product - (total - c_share)) + (c - c_share)  # Knuth's TwoSum
    return total + (lost_in_sum + lost_in_product)


def _halves(x):
    """Split float64 into two numbers of at most 26 bits each (Veltkamp)."""
    big = x * (2.0**27 + 1)
    high = big - (big - x)
    return high, x - high


def _floating(dtype: DTypeLike) -> type:
    kind = np.dtype(dtype)
    if kind not in (np.float32, np.float64):
        raise NotImplementedError(f"The streams are of float32 and float64, not {kind}; draw float32 and convert it.")
    return kind.type


def _check_range(first: int, last: int, kind: np.dtype) -> None:
    for name, value in (("from", first), ("to - 1", last)):
        if np.issubdtype(kind, np.floating):
            exact = 2 ** (np.finfo(kind).nmant + 1)
            if abs(value) > exact:
                warnings.warn(f"{name} is out of bounds [-{exact}, {exact}], where {kind} is exact.", stacklevel=3)
        elif not np.issubdtype(kind, np.integer):
            raise NotImplementedError(f"randint draws integers and floating numbers, not {kind}.")
        elif not np.iinfo(kind).min <= value <= np.iinfo(kind).max:
            raise RuntimeError(f"{name} is out of bounds for {kind}: it is {value}; use a wider dtype.")


def _shape(size) -> tuple[tuple[int, ...], int]:
    shape = tuple(operator.index(n) for n in (size if np.iterable(size) else (size,)))
    if min(shape, default=0) < 0:
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}; sizes are >= 0."
        )
    return shape, int(np.prod(shape, dtype=np.int64))

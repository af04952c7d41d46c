"""PyTorch's CPU random streams on the host, draw for draw.

The generator is mt19937, seeded as NumPy's legacy `RandomState` seeds its own. What PyTorch makes of the 32-bit draws:

    rand, float32     one draw u: (u mod 2^24) 2^-24
    rand, float64     two draws, the high word first: ((hi 2^32 + lo) mod 2^53) 2^-53
    randint           u mod range (two draws from a range of 2^32 on)
    randn, n < 16     pairs of float64 draws u1, u2: r = sqrt(-2 log(1 - u2)), r cos(2 pi u1), then r sin(2 pi u1);
                      the sine waits for the next call
    randn, n >= 16    n uniform draws in the result's dtype, changed in blocks of 16: from u1 = 1 - the first eight and
                      u2 = the last eight, sqrt(-2 log u1) times cosine, then sine, of 2 pi u2; a ragged end draws the
                      last 16 again
    randperm          Fisher-Yates: swap i with i + u mod (n - i)

Uniform and integer streams are exact. Normal ones may differ in the last bits, as PyTorch's vectorised logarithm and
cosine do from NumPy's.
"""

import numpy as np


class Generator:
    """A stream of random numbers equal to that of `torch.Generator` on a CPU.

    Args:
        seed: an integer; negative ones count from 2^64, and only the lowest 32 bits matter, as in PyTorch.

    Example:
        >>> Generator(420).rand((2,)).round(4).tolist()
        [0.805400013923645, 0.19900000095367432]
    """

    def __init__(self, seed: int = 67280421310721):
        self.manual_seed(seed)

    def manual_seed(self, seed: int) -> "Generator":
        """Start the stream of this seed again; return the generator."""
        if not -(2**63) <= seed < 2**64:
            raise RuntimeError(f"Overflow when unpacking long long: the seed {seed} does not fit in 64 bits.")
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
        self._seed, self._next_normal = state["seed"], state["normal"]
        self._state.set_state(state["mt19937"])

    def _draws(self, n: int) -> np.ndarray:
        return self._state.randint(0, 2**32, n, np.uint32)

    def _long_draws(self, n: int) -> np.ndarray:
        words = self._draws(2 * n).astype(np.uint64)
        return (words[0::2] << np.uint64(32)) | words[1::2]

    def rand(self, size, dtype=np.float32) -> np.ndarray:
        """Return uniform numbers in [0, 1)."""
        shape, n = _shape(size)
        if dtype == np.float64:
            return ((self._long_draws(n) & np.uint64(2**53 - 1)) * 2.0**-53).reshape(shape)
        if dtype != np.float32:
            raise NotImplementedError(f"rand draws float32 and float64, not {np.dtype(dtype)}; convert its result.")
        return ((self._draws(n) & np.uint32(2**24 - 1)).astype(np.float32) * np.float32(2**-24)).reshape(shape)

    def uniform(self, low, high, size, dtype=np.float32) -> np.ndarray:
        """Return uniform numbers in [low, high)."""
        return _scale(self.rand(size, dtype), high - low, low)

    def randint(self, low: int, high: int, size, dtype=np.int64) -> np.ndarray:
        """Return whole numbers in [low, high).

        Raises:
            RuntimeError: if the range is empty.
        """
        if low >= high:
            raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
        shape, n = _shape(size)
        span = high - low
        draws = self._long_draws(n) if span >= 2**32 else self._draws(n).astype(np.uint64)
        return ((draws % np.uint64(span)).astype(np.int64) + low).astype(dtype).reshape(shape)

    def randperm(self, n: int) -> np.ndarray:
        """Return the numbers 0 to n - 1 in random order."""
        order = list(range(n))
        draws = self._draws(max(n - 1, 0)).tolist()
        for i, u in enumerate(draws):
            j = i + u % (n - i)
            order[i], order[j] = order[j], order[i]
        return np.asarray(order, np.int64)

    def bernoulli(self, p: float, size) -> np.ndarray:
        """Return ones with probability p and zeros, as float32: each compares a float64 draw with p."""
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}")
        return (self.rand(size, np.float64) < p).astype(np.float32)

    def normal(self, mean: float, std: float, size, dtype=np.float32) -> np.ndarray:
        """Return normal numbers of this mean and standard deviation."""
        return _scale(self.randn(size, dtype), std, mean)

    def randn(self, size, dtype=np.float32) -> np.ndarray:
        """Return standard normal numbers."""
        shape, n = _shape(size)
        if n < 16:
            return np.asarray([self._one_normal() for _ in range(n)], dtype).reshape(shape)
        values = self.rand((n,), dtype)
        whole = n - n % 16
        values[:whole] = _box_muller(values[:whole])
        if n % 16:
            values[-16:] = _box_muller(self.rand((16,), dtype))
        return values.reshape(shape)

    def _one_normal(self) -> float:
        if self._next_normal is not None:
            value, self._next_normal = self._next_normal, None
            return value
        u1, u2 = self.rand((2,), np.float64)
        radius, angle = np.sqrt(-2 * np.log1p(-u2)), 2 * np.pi * u1
        self._next_normal = radius * np.sin(angle)
        return radius * np.cos(angle)


def _box_muller(uniform: np.ndarray) -> np.ndarray:
    """Turn uniform numbers into normal ones in blocks of 16."""
    kind = uniform.dtype.type
    blocks = uniform.reshape(-1, 2, 8)
    radius = np.sqrt(kind(-2) * np.log(kind(1) - blocks[:, 0]))
    angle = kind(2 * np.pi) * blocks[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)


def _scale(values, factor, offset):
    """Return values factor + offset, rounded once, as the fused instruction that PyTorch's kernels compile to."""
    kind = values.dtype.type
    return (values.astype(np.float64) * np.float64(kind(factor)) + np.float64(kind(offset))).astype(kind)


def _shape(size) -> tuple[tuple[int, ...], int]:
    shape = (size,) if isinstance(size, int) else tuple(size)
    return shape, int(np.prod(shape, dtype=np.int64))

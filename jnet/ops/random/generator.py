"""PyTorch's CPU random numbers on the host, draw for draw: the distributions over the stream of `streams`.

    bernoulli         a number p against float64 draws, probabilities against draws of their dtype
    randn, n < 16     pairs of float64 draws u1, u2: r = sqrt(-2 log(1 - u2)), r cos(2 pi u1), then r sin(2 pi u1);
                      the sine waits for the next call
    randn, n >= 16    n uniform draws in the result's dtype, changed in blocks of 16: from u1 = 1 - the first eight and
                      u2 = the last eight, sqrt(-2 log u1) times cosine, then sine, of 2 pi u2; a ragged end draws the
                      last 16 again (float16 and bfloat16: for the first time)
    exponential       -log(1 - u) / lambda of float64 draws; so are Cauchy, geometric and Poisson numbers
    multinomial       the largest of p / exponential; with replacement, float64 draws looked up in the summed weights

All are bit-equal to those of PyTorch's x86 builds with AVX2 or AVX-512, whose kernels round `a b + c` once and take
float32's logarithm, sine and cosine from short polynomials, repeated in `normals.py`. What else they need of float64
functions rests on the C library, here as there.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from jnet.ops.checks import c_name, dtype_name, not_implemented
from jnet.ops.random.binomials import binomial
from jnet.ops.random.normals import box_muller, function, multiply_add, normal_pairs
from jnet.ops.random.streams import FLOATS, HALVES, Stream, part_of, size_of, working_dtype

# Long runs of normals are made in pieces that stay in the processor's cache.
_PIECE = 16 * 1024


class Generator(Stream):
    """A stream of random numbers equal to that of `torch.Generator` on a CPU.

    Args:
        seed: an integer; negative ones count from 2^64, and only the lowest 32 bits matter, as in PyTorch.

    Raises:
        RuntimeError: by its methods, for negative sizes and for parameters that make no sense.
        NotImplementedError: by its methods, for dtypes that PyTorch does not draw.

    Example:
        >>> Generator(420).rand(2).tolist()
        [0.8053541779518127, 0.19903993606567383]

    See: https://docs.pytorch.org/docs/stable/generated/torch.Generator.html
    """

    def bernoulli(self, p, size) -> np.ndarray:
        """Return ones with probability p and zeros, as float32.

        Args:
            p: a number, or an array of probabilities that broadcasts to the size.

        Example:
            >>> Generator(420).bernoulli(0.5, 4).tolist()
            [1.0, 0.0, 0.0, 1.0]

        See: https://docs.pytorch.org/docs/stable/generated/torch.bernoulli.html
        """
        if not isinstance(p, np.ndarray):
            if not 0 <= p <= 1:
                raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}\nGive a probability.")
            return self.below(p, size).astype(np.float32)
        if p.dtype not in FLOATS:
            raise not_implemented("bernoulli_tensor_cpu_p_", p.dtype)
        if not ((p >= 0) & (p <= 1)).all():
            raise RuntimeError(
                "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  "
                "If so, please report an enhancement request to PyTorch.)\nGive probabilities."
            )
        working = working_dtype(p.dtype)
        shape, _ = size_of(size)
        return (self.rand(shape, working) < np.broadcast_to(p.astype(working), shape)).astype(np.float32)

    def below(self, p: float, size) -> np.ndarray:
        """Return booleans, true where a float64 draw is below p.

        Example:
            >>> Generator(420).below(0.5, 4).tolist()
            [True, False, False, True]
        """
        shape, n = size_of(size)
        words = self._draws(2 * n)
        # What `rand` computes is an integer of 53 bits times 2^-53: the integers tell as much, in less time.
        high, low = divmod(math.ceil(p * 2**53), 2**32)
        first, second = words[0::2] & np.uint32(2**21 - 1), words[1::2]
        return ((first < high) | ((first == high) & (second < low))).reshape(shape)

    def randn(self, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return standard normal numbers; complex ones have variance 1, half in each part."""
        return self.normal(0.0, 1.0, size, dtype)

    def normal(self, mean, std, size=None, dtype: DTypeLike = np.float32, contiguous: bool = True) -> np.ndarray:
        """Return normal numbers of this mean and standard deviation.

        Args:
            mean, std: numbers; or arrays that broadcast together and decide the size and the dtype.
            contiguous: False gives what PyTorch writes to a tensor whose elements do not lie side by side: pairs,
                however many.

        Example:
            >>> Generator(420).normal(np.arange(3.0), 0.0).tolist()
            [0.0, 1.0, 2.0]

        See: https://docs.pytorch.org/docs/stable/generated/torch.normal.html
        """
        if isinstance(mean, np.ndarray) or isinstance(std, np.ndarray):
            return self._normals_of_arrays(mean, std)
        if not std >= 0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}\nGive a standard deviation.")
        kind, (shape, n) = np.dtype(dtype), size_of(size)
        if kind.kind == "c":
            parts = self.normal(mean, std / math.sqrt(2), (*shape, 2), part_of(kind), contiguous)
            return parts.view(kind).reshape(shape)
        _require_floating(kind, "normal_kernel_cpu")
        if n < 16 or not contiguous:
            values = multiply_add(self._pairs(n), np.float64(std), np.float64(mean))
            return _cast(values, kind).reshape(shape)
        working, whole = working_dtype(kind), n - n % 16
        values = np.empty(n, working)
        ahead = whole if kind in HALVES else n
        values[:ahead] = self._uniform(ahead, working)
        for start in range(0, whole, _PIECE):
            piece = values[start : min(start + _PIECE, whole)]
            piece[:] = box_muller(piece, mean, std)
        if n % 16:
            values[-16:] = box_muller(self._uniform(16, working), mean, std)
        return _cast(values, kind).reshape(shape)

    def _pairs(self, n: int) -> np.ndarray:
        """Return standard normal float64 numbers of the kind that comes in pairs."""
        if n == 0:
            return np.empty(0)
        waiting = [] if self._next_normal is None else [self._next_normal]
        new = n - len(waiting)
        made = normal_pairs(self.rand(((new + 1) // 2, 2), np.float64))
        self._next_normal = float(made[-1]) if new % 2 else None
        return np.concatenate([waiting, made[:new]])

    def _normals_of_arrays(self, mean, std) -> np.ndarray:
        kind = (mean if isinstance(mean, np.ndarray) else std).dtype
        shape = np.broadcast_shapes(np.shape(mean), np.shape(std))
        if not isinstance(std, np.ndarray):
            return _cast(self.normal(0.0, std, shape, kind) + mean, kind)
        if std.dtype.kind == "c":
            raise RuntimeError("normal expects standard deviation to be non-complex\nGive its absolute value.")
        if not (std >= 0).all():
            raise RuntimeError("normal expects all elements of std >= 0.0\nGive standard deviations.")
        return _cast(_cast(self.normal(0.0, 1.0, shape, kind) * std, kind) + kind.type(mean), kind)

    def log_normal(self, mean: float, std: float, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return numbers whose logarithm is normal: exp of pairs of float64 normals, however many.

        See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.log_normal_.html
        """
        if not std > 0:
            raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}\nGive a standard deviation.")
        kind, (shape, n) = np.dtype(dtype), size_of(size)
        _require_floating(kind, "log_normal_cpu")
        normals = multiply_add(self._pairs(n), np.float64(std), np.float64(mean))
        return _cast(function("exp", normals, kind), kind).reshape(shape)

    def exponential(self, rate: float, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return exponential numbers, -log(1 - u) / rate.

        See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.exponential_.html
        """
        if not rate > 0:
            raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}\nGive a positive rate.")
        kind, (shape, n) = np.dtype(dtype), size_of(size)
        _require_continuous(kind, "Exponential", dtype_name(kind))
        return _cast(-1.0 / rate * function("log1p", -self._uniform(n, np.float64), kind), kind).reshape(shape)

    def cauchy(self, median: float, sigma: float, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return Cauchy numbers, median + sigma tan(pi (u - 1/2)).

        See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.cauchy_.html
        """
        if not sigma > 0:
            raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}\nGive a positive width.")
        kind, (shape, n) = np.dtype(dtype), size_of(size)
        _require_continuous(kind, "Cauchy", c_name(kind))
        tangents = function("tan", math.pi * (self._uniform(n, np.float64) - 0.5), kind)
        return _cast(multiply_add(tangents, np.float64(sigma), np.float64(median)), kind).reshape(shape)

    def geometric(self, p: float, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return the number of trials up to the first success, each of probability p: ceil(log u / log(1 - p)).

        See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.geometric_.html
        """
        if not 0 < p < 1:
            raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}\nGive a probability.")
        kind, (shape, n) = np.dtype(dtype), size_of(size)
        if kind.kind in "bc":
            raise not_implemented("geometric_cpu", kind)
        trials = np.ceil(function("log", self._uniform(n, np.float64), np.dtype(np.float32)) / math.log1p(-p))
        return _cast(trials if kind in FLOATS else _cast(trials, np.dtype(np.int64)), kind).reshape(shape)

    def poisson(self, rates: np.ndarray) -> np.ndarray:
        """Return Poisson numbers of these rates, in their dtype.

        Example:
            >>> Generator(420).poisson(np.array([0.0, 4.0, 400.0])).tolist()
            [0.0, 4.0, 389.0]

        See: https://docs.pytorch.org/docs/stable/generated/torch.poisson.html
        """
        _require_floating(rates.dtype, "poisson_cpu")
        if not (rates >= 0).all():
            raise RuntimeError("invalid Poisson rate, expected rate to be non-negative\nGive rates from 0 on.")
        numbers = self._one_by_one(_poisson, rates)
        return _cast(np.asarray(numbers, np.float64), rates.dtype).reshape(rates.shape)

    def binomial(self, counts: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Return how many of `counts` trials succeed with these probabilities, which broadcast to them, in their dtype.

        Example:
            >>> Generator(420).binomial(np.array([0.0, 4.0, 400.0]), np.array(0.5)).shape
            (3,)

        See: https://docs.pytorch.org/docs/stable/generated/torch.binomial.html
        """
        for name, each in (("count", counts), ("prob", probabilities)):
            if each.dtype not in FLOATS:
                raise ValueError(
                    f"binomial only supports floating-point dtypes for {name}, got: {dtype_name(each.dtype)}\n"
                    "Convert it."
                )
        numbers = self._one_by_one(binomial, counts, np.broadcast_to(probabilities, counts.shape))
        return _cast(np.asarray(numbers, np.float64), counts.dtype).reshape(counts.shape)

    def _one_by_one(self, sample: Callable, *parameters: np.ndarray) -> list:
        """Return a sample for each element, which takes as many float64 draws as it needs."""
        place, taken = self._state.get_state(), itertools.count()
        ahead = itertools.chain.from_iterable(self.rand(1024, np.float64).tolist() for _ in itertools.count())

        def draw() -> float:
            next(taken)
            return next(ahead)

        rows = zip(*(each.astype(np.float64).ravel().tolist() for each in parameters), strict=True)
        numbers = [sample(*row, draw) for row in rows]
        self._state.set_state(place)  # what was drawn ahead and not taken goes back
        self._long_draws(next(taken))
        return numbers

    def multinomial(self, weights: np.ndarray, n: int, replacement: bool = False) -> np.ndarray:
        """Return n indices drawn with these weights, from each row if they are a matrix, as int64.

        One index, or many without replacement, are those of the largest weight / exponential number. (Where more are
        asked for than weights are positive, the order of the others may differ from PyTorch's.)

        Example:
            >>> Generator(420).multinomial(np.array([0.0, 1.0, 3.0]), 5, replacement=True).tolist()
            [2, 2, 2, 1, 1]

        See: https://docs.pytorch.org/docs/stable/generated/torch.multinomial.html
        """
        _check_weights(weights, n, replacement)
        kind = weights.dtype
        if replacement and n > 1:
            rows = [self._look_up(row, n) for row in weights.astype(working_dtype(kind)).reshape(-1, weights.shape[-1])]
            return np.reshape(rows, (*weights.shape[:-1], n)).astype(np.int64)
        with np.errstate(all="ignore"):
            scores = weights / self.exponential(1.0, weights.shape, kind)
        if n == 1:
            return scores.argmax(-1)[..., None]
        return np.argsort(-scores, -1, kind="stable")[..., :n]

    def _look_up(self, weights: np.ndarray, n: int) -> np.ndarray:
        summed = np.cumsum(weights)
        summed /= summed[-1]
        summed[-1] = 1
        return np.searchsorted(summed.astype(np.float64), self.rand(n, np.float64))


def _poisson(rate: float, draw: Callable[[], float]) -> int:
    """Return one Poisson number: Knuth's products of uniform draws, or Hoermann's transformed rejection (PTRS).

    See: https://doi.org/10.1016/0167-6687(93)90997-4
    """
    if rate == 0:
        return 0
    if rate < 10:
        limit, product, number = math.exp(-rate), draw(), 0
        while product > limit:
            product, number = product * draw(), number + 1
        return number
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = draw() - 0.5, draw()
        us = 0.5 - abs(u)
        number = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= v_r:
            return number
        if number < 0 or (us < 0.013 and v > us):
            continue
        accepted = math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b)
        if accepted <= -rate + number * math.log(rate) - math.lgamma(number + 1):
            return number


def _check_weights(weights: np.ndarray, n: int, replacement: bool) -> None:
    if weights.ndim not in (1, 2):
        raise RuntimeError(f"prob_dist must be 1 or 2 dim\nIt has {weights.ndim}: reshape the weights.")
    if weights.dtype not in FLOATS:
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {dtype_name(weights.dtype)}\nConvert the "
            "weights."
        )
    if n <= 0:
        raise RuntimeError(f"cannot sample n_sample <= 0 samples\nYou asked for {n}.")
    if not replacement and n > weights.shape[-1]:
        raise RuntimeError(
            f"cannot sample n_sample > prob_dist.size(-1) samples without replacement\nThere are {weights.shape[-1]} "
            f"weights, and you asked for {n}; replacement=True draws any number."
        )
    if not (np.isfinite(weights) & (weights >= 0)).all():
        if replacement and n > 1:
            raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)\nGive weights.")
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0\nGive finite weights.")
    if not (weights.sum(-1) > 0).all():
        raise RuntimeError(
            "invalid multinomial distribution (sum of probabilities <= 0)\nOne weight of a row at least is positive."
        )


def _require_floating(kind: np.dtype, kernel: str) -> None:
    if kind not in FLOATS:
        raise not_implemented(kernel, kind)


def _require_continuous(kind: np.dtype, name: str, given: str) -> None:
    if kind not in FLOATS:
        raise RuntimeError(
            f"{name} distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {given}\nDraw floating point numbers and convert them."
        )


def _cast(values: np.ndarray, kind: np.dtype) -> np.ndarray:
    """Return the values in another dtype; what it cannot hold becomes infinite (or, as an integer, wraps)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return values.astype(kind)

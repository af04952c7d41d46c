"""The stream under PyTorch's CPU random numbers: mt19937 draws, and the uniform numbers and integers made of them.

The generator is seeded as NumPy's legacy `RandomState` seeds its own. What PyTorch makes of the 32-bit draws u:

    rand, float32     (u mod 2^24) 2^-24; float16 and bfloat16 round it
    rand, float64     two draws, the high word first: ((hi 2^32 + lo) mod 2^53) 2^-53
    uniform           rand (to - from) + from, rounded once; what rounds to `to` becomes `from`
    randint           from + u mod range (two draws from a range of 2^28 on)
    randperm          Fisher-Yates: swap i with i + u mod (n - i)
"""

import math
import operator
import warnings
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import DTypeLike

from jnet.ops.checks import c_name, dtype_name, not_implemented
from jnet.ops.random.normals import multiply_add

HALVES = (np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16))
FLOATS = (*HALVES, np.dtype(np.float32), np.dtype(np.float64))

# PyTorch's own record of a stream. `left` counts what the block of 624 words still gives, one too many.
_STATE = np.dtype(
    [("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8"), ("words", "<u8", 624), ("unused", "<f8"),
     ("normal", "<f8"), ("unused too", "<f8"), ("normal waits", "<i8"), ("float32 normal", "<i8")]
)  # fmt: skip


class Stream:
    """A stream of uniform random numbers and integers, equal to PyTorch's on a CPU; `Generator` adds the distributions.

    Args:
        seed: an integer; negative ones count from 2^64, and only the lowest 32 bits matter, as in PyTorch.
    """

    def __init__(self, seed: int = 67280421310721):
        self.manual_seed(seed)

    def manual_seed(self, seed: int) -> "Stream":
        """Start the stream of this seed again; return the generator."""
        seed = operator.index(seed)
        if not -(2**63) <= seed < 2**64:
            raise ValueError(
                f"Overflow when unpacking long long\nThe seed {seed} does not fit in 64 bits; use one from -2**63 to "
                "2**64 - 1."
            )
        self._seed = seed % 2**64
        self._state = np.random.RandomState(self._seed % 2**32)
        self._next_normal: float | None = None
        return self

    def initial_seed(self) -> int:
        """Return the seed of the stream."""
        return self._seed

    def get_state(self) -> np.ndarray:
        """Return the place in the stream: the 5,056 bytes of PyTorch's `Generator.get_state`, as uint8.

        Example:
            >>> stream = Stream(420)
            >>> place = stream.get_state()
            >>> first = stream.rand(3)
            >>> stream.set_state(place)
            >>> bool((stream.rand(3) == first).all())
            True

        See: https://docs.pytorch.org/docs/stable/generated/torch.Generator.html
        """
        state: Any = self._state.get_state(legacy=True)
        words, taken = state[1:3]
        record = np.zeros((), _STATE)
        unused = taken == 624 and words[0] == self._seed % 2**32  # the words that seeding makes begin with the seed
        record["seed"], record["seeded"], record["words"] = self._seed, 1, words
        record["next"], record["left"] = 0 if unused else taken, 625 - taken
        if self._next_normal is not None:
            record["normal"], record["normal waits"] = self._next_normal, 1
        return np.frombuffer(record.tobytes(), np.uint8).copy()

    def set_state(self, state: np.ndarray) -> None:
        """Go to a place that `get_state` returned, here or in PyTorch.

        Raises:
            TypeError: if the state is not of bytes.
            RuntimeError: if it is not a state.
        """
        state = np.ascontiguousarray(state)
        if state.dtype != np.uint8:
            raise TypeError(
                f"RNG state must be a torch.ByteTensor\nIt is of {state.dtype}; give what get_state returns."
            )
        if state.size != _STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE.itemsize} but found the input RNG state size to be "
                f"{state.size}\nGive what get_state returns."
            )
        record = np.frombuffer(state.tobytes(), _STATE)[0]
        left, following = int(record["left"]), int(record["next"])
        if record["seeded"] == 0 or not 0 < left <= 624 or following > 624:
            raise RuntimeError("Invalid mt19937 state\nGive what get_state returns.")
        words = record["words"].astype(np.uint32)
        self._state.set_state(("MT19937", words, 624 if left == 1 else following, 0, 0.0))
        self._seed = int(record["seed"])
        self._next_normal = float(record["normal"]) if record["normal waits"] else None

    def _draws(self, n: int) -> np.ndarray:
        return self._state.randint(0, 2**32, n, np.uint32)

    def _long_draws(self, n: int) -> np.ndarray:
        words = self._draws(2 * n).astype(np.uint64)
        return (words[0::2] << np.uint64(32)) | words[1::2]

    def rand(self, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return uniform numbers in [0, 1)."""
        kind = np.dtype(dtype)
        if kind.type not in (np.float32, np.float64):
            return self.uniform(0.0, 1.0, size, kind)
        shape, n = size_of(size)
        return self._uniform(n, kind.type).reshape(shape)

    def uniform(self, low: float, high: float, size, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return uniform numbers in [low, high).

        Raises:
            RuntimeError: for a negative size, or bounds that are not in order or not in the dtype's range.
            NotImplementedError: for a dtype that holds no fractions.
        """
        kind, (shape, n) = np.dtype(dtype), size_of(size)
        if kind.kind == "c":
            return self.uniform(low, high, (*shape, 2), part_of(kind)).view(kind).reshape(shape)
        _check_bounds(low, high, kind)
        working = working_dtype(kind)
        values = multiply_add(self._uniform(n, working), working(high) - working(low), working(low)).astype(kind)
        first, end = np.asarray([low, high], working).astype(kind)
        values[values == end] = first
        return values.reshape(shape)

    def _uniform(self, n: int, kind: type) -> np.ndarray:
        if kind is np.float64:
            return (self._long_draws(n) & np.uint64(2**53 - 1)) * 2.0**-53
        draws = self._draws(n)
        draws &= np.uint32(2**24 - 1)
        values = draws.astype(np.float32)
        values *= np.float32(2**-24)
        return values

    def randint(self, low: int, high: int, size, dtype: DTypeLike = np.int64) -> np.ndarray:
        """Return whole numbers in [low, high).

        Raises:
            RuntimeError: if the range is empty, or `dtype` cannot hold it. (A floating dtype that cannot tell all its
                numbers apart is a warning, as in PyTorch.)
        """
        low, high, kind = operator.index(low), operator.index(high), np.dtype(dtype)
        if low >= high:
            raise RuntimeError(
                f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}\nThe upper bound is "
                "not drawn, so it is at least from + 1."
            )
        _check_range((("from", low), ("to - 1", high - 1)), kind)
        if kind in FLOATS:
            low, high = _exact_from(low, kind), _exact_to(high, kind)
        return self._integers(low, high - low, size, kind)

    def random(self, size, dtype: DTypeLike = np.float32, *bounds) -> np.ndarray:
        """Return whole numbers below one bound, or between two, or of the whole range of the dtype.

        A floating dtype ranges to 2^24 (float32), 2^53 (float64), ...: as far as it tells all whole numbers apart.

        Args:
            bounds: nothing, or `to`, or `from, to`, where `to` may be None: the range has no upper bound but the
                dtype's.

        Raises:
            RuntimeError: as `randint`.

        Example:
            >>> Stream(420).random(4, np.uint8).tolist()
            [177, 72, 134, 63]

        See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.random_.html
        """
        kind = np.dtype(dtype)
        if len(bounds) == 1 or (bounds and bounds[1] is not None):
            return self.randint(*(bounds if len(bounds) == 2 else (0, bounds[0])), size, kind)
        if kind.kind not in "bi" and kind not in (*FLOATS, np.uint8) and not bounds:
            raise not_implemented("random_kernel_cpu", kind)
        if kind.kind == "c":
            raise RuntimeError(
                "random_from_to_impl handles only integral, floating-point and boolean types\n"
                f"The dtype is {dtype_name(kind)}."
            )
        last = _last_integer(kind)
        if not bounds:
            return self._integers(0, last + 1, size, kind, wide=kind.itemsize == 8)
        low = operator.index(bounds[0])
        _check_range((("from", low),), kind)
        low = _exact_from(low, kind) if kind in FLOATS else low
        if low > last or (low == last and kind in FLOATS):
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got "
                f"from={low} > to_inc={last}\nLower the bound."
            )
        return self._integers(low, last - low + 1, size, kind)

    def _integers(self, low: int, span: int, size, kind: np.dtype, wide: bool | None = None) -> np.ndarray:
        shape, n = size_of(size)
        wide = span >= 2**28 if wide is None else wide
        draws = self._long_draws(n) if wide else self._draws(n).astype(np.uint64)
        if span < 2**64:  # of all 64 bits, each draw is a number as it stands
            draws = draws % np.uint64(span) + np.uint64(low % 2**64)
        values = draws.astype(np.int64)
        if kind in HALVES:  # PyTorch rounds to float32 on the way
            values = values.astype(np.float32)
        return values.astype(kind).reshape(shape)

    def randperm(self, n: int) -> np.ndarray:
        """Return the numbers 0 to n - 1 in random order, as int64.

        The swaps of Fisher and Yates without their loop. Step i fixes place i: it takes what lies at place j >= i and
        leaves there what lay at i. What lies at a place is its own number, or what the last step before that left
        there, which is what had lain at that step's place, and so on: a forest of steps, whose roots are found by
        pointer jumping.
        """
        _, n = size_of(operator.index(n))
        step = np.arange(n, dtype=np.uint64)
        place = step.copy()
        place[:-1] += self._draws(max(n - 1, 0)) % (np.uint64(n) - step[:-1])
        step, place = _sorted_pairs(step, place)
        again = place[1:] == place[:-1]  # the step before came to the same place
        own = step == place  # the last step of its place
        leaves = ~own
        leaves[:-1] &= ~again | own[1:]  # nobody else comes between this step and the own one
        left = np.arange(n)  # what lies at place i when step i comes: its own number, or what lay at the place left[i]
        left[place[leaves]] = step[leaves]
        while not np.array_equal(root := left[left], left):
            left = root
        order = np.empty(n, np.int64)
        order[step] = place
        order[step[1:][again]] = left[step[:-1][again]]
        return order


def _sorted_pairs(step: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both arrays sorted by place, then by step (one sort of words beats `np.lexsort` tenfold)."""
    words = np.sort((place << np.uint64(32)) | step)
    return (words & np.uint64(2**32 - 1)).astype(np.int64), (words >> np.uint64(32)).astype(np.int64)


def working_dtype(kind: np.dtype) -> Any:
    """Return the dtype in which PyTorch draws what it rounds to `kind`."""
    return np.float32 if kind in HALVES else kind.type


def part_of(kind: np.dtype) -> np.dtype:
    """Return the dtype of the real and imaginary parts of a complex dtype."""
    return np.real(np.zeros((), kind)).dtype


def size_of(size) -> tuple[tuple[int, ...], int]:
    """Return a size as a tuple, and the number of elements."""
    shape = tuple(operator.index(n) for n in (size if np.iterable(size) else (size,)))
    if min(shape, default=0) < 0:
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}\nSizes are not negative."
        )
    return shape, math.prod(shape)


def _check_bounds(low: float, high: float, kind: np.dtype) -> None:
    if kind not in FLOATS:
        raise not_implemented("check_uniform_bounds", kind)
    largest = float(ml_dtypes.finfo(kind).max)
    for name, value in (("from", low), ("to", high)):
        if not -largest <= value <= largest:
            raise RuntimeError(f"{name} is out of bounds for {c_name(kind)}\nIt is {value}; choose a finite bound.")
    if low > high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}\nWrite the lower "
            "bound first."
        )
    if high - low > largest:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{dtype_name(kind)}>::max(), but found to={high:g} and "
            f"from={low:g} which result in to-from to exceed the limit\nChoose bounds that lie closer."
        )


def _check_range(bounds, kind: np.dtype) -> None:
    for name, value in bounds:
        if kind in FLOATS:
            limits, digits = ml_dtypes.finfo(kind), _digits(kind)
            fits = float(limits.min) <= value <= float(limits.max)
            if fits and abs(value) > 2**digits:
                warnings.warn(
                    f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations {c_name(kind)} "
                    "can support discrete uniform distribution only within this range. This warning will become an "
                    "error in version 1.7 release, please fix the code in advance",
                    stacklevel=4,
                )
        elif kind.kind in "iub":
            limits = np.iinfo(kind) if kind.kind != "b" else None
            fits = limits.min <= value <= limits.max if limits else 0 <= value <= 1
        else:
            raise RuntimeError(
                f"check_random_bounds handles only integral, floating-point and boolean types\nThe dtype is {kind}."
            )
        if not fits:
            raise RuntimeError(f"{name} is out of bounds for {c_name(kind)}\nIt is {value}; use a wider dtype.")


def _digits(kind: np.dtype) -> int:
    return ml_dtypes.finfo(kind).nmant + 1


def _last_integer(kind: np.dtype) -> int:
    """Return the largest whole number that is drawn where no bound is given."""
    if kind in FLOATS:
        return 2 ** _digits(kind)
    return 1 if kind.kind == "b" else int(np.iinfo(kind).max)


def _exact_from(low: int, kind: np.dtype) -> int:
    """Return the lower bound, raised where `low + 1` rounds below it in `kind`."""
    rounded = _rounded(low + 1, kind)
    return rounded + _spacing(low + 1, kind) if rounded < low else low


def _exact_to(high: int, kind: np.dtype) -> int:
    """Return the upper bound, lowered where `high - 1` rounds to it in `kind`."""
    rounded = _rounded(high - 1, kind)
    return rounded - _spacing(high - 1, kind) if rounded >= high else high


def _rounded(value: int, kind: np.dtype) -> int:
    return int(np.asarray(value, np.int64).astype(working_dtype(kind)).astype(kind).astype(np.float64))


def _spacing(value: int, kind: np.dtype) -> int:
    return 2 ** (abs(value).bit_length() - _digits(kind))

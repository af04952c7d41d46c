"""Random numbers from a key of JAX's, by the methods of `jnet.ops.random.Generator`: for functions that JAX traces."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import DTypeLike

from jnet.ops.random.streams import part_of, size_of, working_dtype


class Keyed:
    """A stream of random numbers that follow from a key alone: the draw number n is from `jax.random.fold_in(key, n)`.

    The distributions are those of `Generator`, the numbers are not: they are JAX's. Parameters are not checked where
    they are arrays, as those may be traced.

    Raises:
        TypeError: if `key` is no key.

    Example:
        >>> stream = Keyed(jax.random.key(0))
        >>> stream.rand(2).shape, bool((stream.rand(2) == Keyed(jax.random.key(0)).rand(2)).any())
        ((2,), False)

    See: https://docs.jax.dev/en/latest/jax.random.html
    """

    def __init__(self, key):
        dtype = getattr(key, "dtype", None)
        if dtype is None or not (jnp.issubdtype(dtype, jax.dtypes.prng_key) or dtype == np.uint32):
            raise TypeError(f"rng must be a random key, such as jax.random.key(0), not a {type(key).__name__}.")
        self._key, self._count = key, 0

    def _next(self):
        self._count += 1
        return jax.random.fold_in(self._key, self._count - 1)

    def rand(self, size, dtype: DTypeLike = np.float32):
        """Return uniform numbers in [0, 1)."""
        return self.uniform(0.0, 1.0, size, dtype)

    def uniform(self, low, high, size, dtype: DTypeLike = np.float32):
        """Return uniform numbers in [low, high)."""
        kind, (shape, _) = np.dtype(dtype), size_of(size)
        if kind.kind == "c":
            return _complex(self.uniform(low, high, (*shape, 2), part_of(kind)))
        return jax.random.uniform(self._next(), shape, _floats(kind), low, high).astype(_known(kind))

    def randint(self, low: int, high: int, size, dtype: DTypeLike = np.int64):
        """Return whole numbers in [low, high)."""
        if low >= high:
            raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
        wide = _known(np.dtype(np.int64))
        return jax.random.randint(self._next(), size_of(size)[0], low, high, wide).astype(_known(np.dtype(dtype)))

    def random(self, size, dtype: DTypeLike = np.float32, *bounds):
        """Return whole numbers below one bound, or between two, or of the whole range of the dtype."""
        kind = _known(np.dtype(dtype))
        low = bounds[0] if len(bounds) == 2 else 0
        high = bounds[-1] if bounds else None
        if high is None:
            limits = {"f": 2 ** (jnp.finfo(kind).nmant + 1)} if jnp.issubdtype(kind, jnp.inexact) else {}
            whole = {"b": 1}.get(kind.kind) or limits.get("f") or int(jnp.iinfo(kind).max)
            high = min(whole + 1, int(jnp.iinfo(_known(np.dtype(np.int64))).max))
        return self.randint(int(low), int(high), size, kind)

    def randperm(self, n: int):
        """Return the numbers 0 to n - 1 in random order."""
        return jax.random.permutation(self._next(), n).astype(_known(np.dtype(np.int64)))

    def bernoulli(self, p, size):
        """Return ones with probability p, a number or an array that broadcasts to the size, and zeros, as float32."""
        if not isinstance(p, jax.Array | np.ndarray) and not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}\nGive a probability.")
        shape, _ = size_of(size)
        p = jnp.broadcast_to(jnp.asarray(p, jnp.float32), shape)
        return jax.random.bernoulli(self._next(), p, shape).astype(np.float32)

    def randn(self, size, dtype: DTypeLike = np.float32):
        """Return standard normal numbers; complex ones have variance 1, half in each part."""
        return self.normal(0.0, 1.0, size, dtype)

    def normal(self, mean, std, size, dtype: DTypeLike = np.float32, contiguous: bool = True):
        """Return normal numbers of this mean and standard deviation."""
        if not std >= 0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}\nGive a standard deviation.")
        kind, (shape, _) = np.dtype(dtype), size_of(size)
        if kind.kind == "c":
            return _complex(self.normal(mean, std / math.sqrt(2), (*shape, 2), part_of(kind)))
        return (jax.random.normal(self._next(), shape, _floats(kind)) * std + mean).astype(_known(kind))

    def log_normal(self, mean: float, std: float, size, dtype: DTypeLike = np.float32):
        """Return numbers whose logarithm is normal."""
        return jnp.exp(self.normal(mean, std, size, dtype))

    def exponential(self, rate: float, size, dtype: DTypeLike = np.float32):
        """Return exponential numbers, -log(1 - u) / rate."""
        kind = np.dtype(dtype)
        return (jax.random.exponential(self._next(), size_of(size)[0], _floats(kind)) / rate).astype(_known(kind))

    def cauchy(self, median: float, sigma: float, size, dtype: DTypeLike = np.float32):
        """Return Cauchy numbers, median + sigma tan(pi (u - 1/2))."""
        kind = np.dtype(dtype)
        drawn = jax.random.cauchy(self._next(), size_of(size)[0], _floats(kind))
        return (drawn * sigma + median).astype(_known(kind))

    def geometric(self, p: float, size, dtype: DTypeLike = np.float32):
        """Return the number of trials up to the first success, each of probability p."""
        return jax.random.geometric(self._next(), p, size_of(size)[0]).astype(_known(np.dtype(dtype)))

    def poisson(self, rates):
        """Return Poisson numbers of these rates, in their dtype."""
        return jax.random.poisson(self._next(), rates.astype(np.float32)).astype(rates.dtype)

    def multinomial(self, weights, n: int, replacement: bool = False):
        """Return n indices drawn with these weights, from each row if they are a matrix."""
        logits = jnp.log(jnp.asarray(weights).astype(np.float32))
        kind = _known(np.dtype(np.int64))
        if replacement:
            drawn = jax.random.categorical(self._next(), logits, axis=-1, shape=(n, *logits.shape[:-1]))
            return jnp.moveaxis(drawn, 0, -1).astype(kind)
        scores = logits + jax.random.gumbel(self._next(), logits.shape, logits.dtype)
        return lax.top_k(scores, n)[1].astype(kind)


def _known(kind: np.dtype) -> np.dtype:
    """Return the dtype as JAX has it in its present mode: without 64 bits, half of them."""
    return np.dtype(jax.dtypes.canonicalize_dtype(kind))


def _floats(kind: np.dtype) -> np.dtype:
    return _known(np.dtype(working_dtype(kind) if jnp.issubdtype(kind, jnp.inexact) else np.float32))


def _complex(pairs):
    return lax.complex(pairs[..., 0], pairs[..., 1])

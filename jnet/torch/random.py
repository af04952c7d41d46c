"""Random numbers: PyTorch's CPU streams, draw for draw; on an accelerator they are drawn on the host and moved."""

from __future__ import annotations

import contextlib
import operator
import os

import numpy as np

from jnet.ops import random as streams
from jnet.recorder.direct import is_direct
from jnet.torch.arrays import numpy_dtype, placed
from jnet.torch.creation import finish, size_of
from jnet.torch.tensor import Tensor, from_array, numpy_of, refuse_leaf, shape_of, value_of, write

DEFAULT_SEED = 67280421310721


class Generator(streams.Generator):
    """A stream of random numbers of its own.

    Example:
        >>> import jnet.torch as torch
        >>> torch.rand(2, generator=torch.Generator().manual_seed(420))
        tensor([0.8054, 0.1990])

    See: https://docs.pytorch.org/docs/stable/generated/torch.Generator.html
    """

    def __init__(self, device="cpu"):
        super().__init__(DEFAULT_SEED)
        self.device = device

    def _draws(self, n: int) -> np.ndarray:
        if is_direct():
            raise NotImplementedError(
                "Random numbers are drawn inside a function that JAX traces: they would be the same at every call. "
                "Call "
                "module.eval() first, or give the random numbers as an input."
            )
        return super()._draws(n)

    def seed(self) -> int:
        """Start the stream of a seed that nobody can foresee; return it."""
        value = int.from_bytes(os.urandom(8), "little") >> 1
        self.manual_seed(value)
        return value

    def get_state(self) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the place in the stream, as a tensor of bytes in PyTorch's own layout."""
        return from_array(np.array(super().get_state()))

    def set_state(self, state) -> None:
        """Go to a place that `get_state` returned."""
        super().set_state(numpy_of(state) if isinstance(state, Tensor) else state)  # pyright: ignore[reportArgumentType]


default_generator = Generator()


def manual_seed(seed: int) -> Generator:
    """Start the default stream of this seed again; return the generator.

    See: https://docs.pytorch.org/docs/stable/generated/torch.manual_seed.html
    """
    default_generator.manual_seed(int(seed))
    return default_generator


def seed() -> int:
    """Start the default stream of a seed that nobody can foresee; return it."""
    return default_generator.seed()


def initial_seed() -> int:
    """Return the seed of the default stream."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """Return the place in the default stream, as a tensor of bytes."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Go to a place in the default stream that `get_rng_state` returned."""
    default_generator.set_state(new_state)  # pyright: ignore


@contextlib.contextmanager
def fork_rng(devices=None, enabled: bool = True, device_type: str = "cuda"):
    """Come back, after the block, to the place in the default stream where it began."""
    before = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(before)


# -- functions ---------------------------------------------------------------------------------------------------------


def _floats(name: str, draw: str):
    def function(*size, generator=None, dtype=None, **options):
        shape = size_of(name, size, options)
        out = options.get("out")
        kind = numpy_dtype(dtype, None if out is None else out._aval.dtype)
        return finish(name, getattr(generator or default_generator, draw)(shape, kind), options)

    function.__name__ = name
    return function


rand = _floats("rand", "rand")
rand.__doc__ = """Return uniform numbers in [0, 1).

See: https://docs.pytorch.org/docs/stable/generated/torch.rand.html
"""
randn = _floats("randn", "randn")
randn.__doc__ = """Return standard normal numbers.

See: https://docs.pytorch.org/docs/stable/generated/torch.randn.html
"""


def _like(make):
    def like(input, *args, dtype=None, device=None, memory_format=None, **options):
        device = device if device is not None or input._aval.device is None else input.device
        return make(*args, size=shape_of(input), dtype=dtype or input.dtype, device=device, **options)

    like.__name__ = f"{make.__name__}_like"
    like.__doc__ = f"Return `{make.__name__}` of the shape, dtype and device of `input`."
    return like


def randint(low, high=None, size=None, *, generator=None, dtype=None, **options) -> Tensor:
    """Return whole numbers in [low, high).

    See: https://docs.pytorch.org/docs/stable/generated/torch.randint.html
    """
    if size is None:  # randint(high, size)
        low, high, size = (0, low, high) if high is not None else (0, low, None)
    elif high is None:
        low, high = 0, low
    if size is None:
        raise TypeError('randint() missing 1 required positional arguments: "size"')
    shape = size_of("randint", (size,), {})
    kind = numpy_dtype(dtype, np.dtype(np.int64))
    drawn = (generator or default_generator).randint(operator.index(low), operator.index(high), shape, kind)
    return finish("randint", drawn, options)


rand_like, randn_like = _like(rand), _like(randn)


def randint_like(input, low, high=None, *, dtype=None, **options) -> Tensor:
    """Return `randint` of the shape and dtype of `input`."""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, shape_of(input), dtype=dtype or input.dtype, **options)


def randperm(n, *, generator=None, dtype=None, **options) -> Tensor:
    """Return the numbers 0 to n - 1 in random order.

    See: https://docs.pytorch.org/docs/stable/generated/torch.randperm.html
    """
    order = (generator or default_generator).randperm(n)
    return finish("randperm", order.astype(numpy_dtype(dtype, np.dtype(np.int64))), options)


def normal(mean, std=None, size=None, *, generator=None, dtype=None, **options) -> Tensor:
    """Return normal numbers; mean and standard deviation are numbers (with a size) or tensors.

    See: https://docs.pytorch.org/docs/stable/generated/torch.normal.html
    """
    source = generator or default_generator
    std = 1.0 if std is None else std
    given = [each for each in (mean, std) if isinstance(each, Tensor)]
    if not given:
        if size is None:
            raise TypeError('normal() missing 1 required positional arguments: "size"')
        return finish("normal", source.normal(mean, std, size_of("normal", (size,), {}), numpy_dtype(dtype)), options)
    means, stds = (numpy_of(each) if isinstance(each, Tensor) else each for each in (mean, std))
    if np.any(np.asarray(stds) < 0):
        raise RuntimeError("normal expects all elements of std >= 0.0")
    kind = given[0]._aval.dtype
    shape = np.broadcast_shapes(np.shape(means), np.shape(stds))
    drawn = source.normal(0.0, 1.0, shape, kind)
    return finish("normal", (drawn * np.asarray(stds, kind) + np.asarray(means, kind)).astype(kind), options)


def bernoulli(input, p=None, *, generator=None, out=None) -> Tensor:
    """Return ones with the probabilities that `input` holds (or with probability `p`), else zeros.

    See: https://docs.pytorch.org/docs/stable/generated/torch.bernoulli.html
    """
    source = generator or default_generator
    if p is not None:
        drawn = source.bernoulli(p, shape_of(input)).astype(input._aval.dtype)
    else:
        drawn = source.bernoulli(numpy_of(input), shape_of(input))
    return finish("bernoulli", np.asarray(drawn, input._aval.dtype), {"out": out})


def multinomial(input, num_samples, replacement=False, *, generator=None, out=None) -> Tensor:
    """Return indices drawn with the weights of `input`, from each row if it is a matrix.

    See: https://docs.pytorch.org/docs/stable/generated/torch.multinomial.html
    """
    source = generator or default_generator
    return finish("multinomial", source.multinomial(numpy_of(input), num_samples, replacement), {"out": out})


def poisson(input, generator=None) -> Tensor:
    """Return Poisson numbers with the rates of `input`."""
    source = generator or default_generator
    if not hasattr(source, "poisson"):
        raise NotImplementedError("torch.poisson is not built: PyTorch's stream of it is not known.")
    return from_array(source.poisson(numpy_of(input)).astype(input._aval.dtype))


FUNCTIONS = {
    each.__name__: each
    for each in (rand, randn, randint, rand_like, randn_like, randint_like, randperm, normal, bernoulli, multinomial,
                 poisson, manual_seed, seed, initial_seed, get_rng_state, set_rng_state)
}  # fmt: skip

# -- methods that draw in place ----------------------------------------------------------------------------------------

METHODS: dict = {}


def _drawn(name: str, draw, doc: str):
    """Declare an in-place method that fills a tensor with draws."""

    def method(self, *args, generator=None, **kwargs):
        refuse_leaf(self)
        array = draw(generator or default_generator, self, *args, **kwargs)
        made = placed(np.asarray(array).astype(self._aval.dtype), None if self._aval.device is None else self.device)
        write(self, value_of(made))
        return self

    method.__name__, method.__doc__ = name, doc
    METHODS[name] = method


def _bernoulli(source, tensor, p=0.5):
    if isinstance(p, Tensor):
        return source.bernoulli(np.broadcast_to(numpy_of(p), shape_of(tensor)), shape_of(tensor))
    return source.bernoulli(p, shape_of(tensor))


def _kind(tensor) -> np.dtype:
    return tensor._aval.dtype


_drawn("uniform_", lambda s, t, a=0.0, b=1.0, **k: s.uniform(k.get("from", a), k.get("to", b), shape_of(t), _kind(t)),
       "Fill with uniform numbers in [from, to).")  # fmt: skip
_drawn("normal_", lambda s, t, mean=0.0, std=1.0: s.normal(mean, std, shape_of(t), _kind(t)),
       "Fill with normal numbers.")  # fmt: skip
_drawn("exponential_", lambda s, t, lambd=1.0: s.exponential(lambd, shape_of(t), _kind(t)),
       "Fill with exponential numbers of rate `lambd`.")  # fmt: skip
_drawn("log_normal_", lambda s, t, mean=1.0, std=2.0: s.log_normal(mean, std, shape_of(t), _kind(t)),
       "Fill with numbers whose logarithm is normal.")  # fmt: skip
_drawn("cauchy_", lambda s, t, median=0.0, sigma=1.0: s.cauchy(median, sigma, shape_of(t), _kind(t)),
       "Fill with Cauchy numbers.")  # fmt: skip
_drawn("geometric_", lambda s, t, p: s.geometric(p, shape_of(t), _kind(t)), "Fill with geometric numbers.")
_drawn("bernoulli_", _bernoulli, "Fill with ones with probability `p`, else zeros.")
_drawn("random_", lambda s, t, *bounds, **k: s.random(shape_of(t), _kind(t), *bounds, **k),
       "Fill with whole numbers: below a bound, between two, or of the whole range of the dtype.")  # fmt: skip
METHODS["bernoulli"] = bernoulli
METHODS["multinomial"] = multinomial

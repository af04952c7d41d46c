"""Random numbers: PyTorch's CPU streams, draw for draw; on an accelerator they are drawn on the host and moved."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable

import numpy as np

from jnet.ops.checks import broadcast_shapes, dtype_name, not_implemented
from jnet.ops.random import generator as streams
from jnet.ops.random.keyed import Keyed
from jnet.recorder import Call
from jnet.recorder.direct import current
from jnet.torch.arrays import jax_device, numpy_dtype, placed
from jnet.torch.creation import finish, size_of
from jnet.torch.dispatch import assign, store_out
from jnet.torch.dtypes import device as Device
from jnet.torch.dtypes import preserve_format
from jnet.torch.scalars import check_fits, type_name
from jnet.torch.signatures import OPTIONS, Signatures
from jnet.torch.tensor import (
    Tensor,
    apply,
    detached,
    from_array,
    grad_mode,
    layout_of,
    numpy_of,
    refuse_leaf,
    shape_of,
    value_of,
)

DEFAULT_SEED = 67280421310721


class Generator(streams.Generator):
    """A stream of random numbers of its own.

    Args:
        device: where tensors lie that are drawn from it. The numbers are the host's on every device.

    Raises:
        TypeError, RuntimeError, AssertionError: if the device is none.

    Example:
        >>> import jnet.torch as torch
        >>> torch.rand(2, generator=torch.Generator().manual_seed(420))
        tensor([0.8054, 0.1990])

    See: https://docs.pytorch.org/docs/stable/generated/torch.Generator.html
    """

    def __init__(self, device="cpu"):
        super().__init__(DEFAULT_SEED)
        if not isinstance(device, str | Device):
            raise TypeError(f"Generator(): argument 'device' must be torch.device, not {type_name(device)}")
        self.device = Device(device)
        jax_device(self.device)

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream of this seed again; return the generator."""
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise RuntimeError(f"manual_seed expected a long, but got {type_name(seed)}")
        super().manual_seed(seed)
        return self

    def seed(self) -> int:
        """Start the stream of a seed that nobody can foresee; return it."""
        value = int.from_bytes(os.urandom(8), "little") >> 1
        self.manual_seed(value)
        return value

    def get_state(self) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the place in the stream, as a tensor of bytes in PyTorch's own layout."""
        return from_array(np.array(super().get_state()))

    def set_state(self, state: Tensor) -> Generator:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Go to a place that `get_state` returned; return the generator."""
        if not isinstance(state, Tensor):
            raise TypeError(f"expected a torch.ByteTensor, but got {type_name(state)}")
        super().set_state(numpy_of(state))
        return self

    def clone_state(self) -> Generator:
        """Return another generator at the same place of the same stream."""
        return Generator(str(self.device)).set_state(self.get_state())


def _or_keyed(name: str):
    """Return a method that draws, inside a function that JAX traces, from the key given to that."""
    draw = getattr(streams.Generator, name)

    @functools.wraps(draw)
    def method(self, *args, **kwargs):
        inside = current()
        if inside is None:
            return draw(self, *args, **kwargs)
        if inside.source is None:
            raise RuntimeError(
                "This module draws random numbers (dropout, say), which a pure function takes from a key: give "
                "rng=jax.random.key(0), another one at each step; or train=False, if it draws only while it trains. "
                "(Of a linen module: rngs={'dropout': key}.)"
            )
        return getattr(inside.source, name)(*args, **kwargs)

    return method


for _name in Keyed.__dict__:
    if not _name.startswith("_"):
        setattr(Generator, _name, _or_keyed(_name))

default_generator = Generator()


def manual_seed(seed: int) -> Generator:
    """Start the default stream of this seed again; return the generator.

    See: https://docs.pytorch.org/docs/stable/generated/torch.manual_seed.html
    """
    return default_generator.manual_seed(int(seed))


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
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices=None, enabled: bool = True, device_type: str = "cuda"):
    """Come back, after the block, to the place in the default stream where it began."""
    before = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(before)


# -- what functions and methods share ----------------------------------------------------------------------------------

_LIKE = OPTIONS.replace("Tensor out", "torch.memory_format memory_format")
_GENERATOR = "torch.Generator? generator=None"


def _signatures(name: str, *heads: str, options: str = OPTIONS) -> Signatures:
    """Return the signatures that take a generator and options, as PyTorch lists them: each with one and without."""
    return Signatures(
        name,
        *(f"{head}, *, {extra}{options}" for head in heads for extra in ("torch.Generator? generator, ", "")),
    )


def _source(given: dict) -> streams.Generator:
    return given.pop("generator", default_generator)


def _numbers(tensor: Tensor):
    """Return a tensor's values: on the host, or as JAX traces them."""
    return numpy_of(tensor) if current() is None else value_of(tensor).known()


def _kind(given: dict, otherwise: np.dtype | None = None) -> np.dtype:
    """Take the dtype out of the options: the one asked for, or that of `out=`.

    Raises:
        RuntimeError: if both are given and differ.
    """
    dtype, out = given.pop("dtype", None), given.get("out")
    kind = numpy_dtype(dtype, otherwise if out is None else out._aval.dtype)
    if out is not None and kind != out._aval.dtype:
        have, need = dtype_name(kind), dtype_name(out._aval.dtype)
        raise RuntimeError(f"dtype {have} does not match dtype of out parameter ({need})")
    return kind


def _order(tensor: Tensor) -> list[int]:
    """Return the dimensions from the longest stride to the shortest: the order in which PyTorch fills a tensor."""
    layout = layout_of(tensor)
    order = list(range(tensor.ndim))
    for first in range(1, len(order)):  # as it sorts them: a stride of 0 says nothing
        at = first
        for before in range(first - 1, -1, -1):
            outer, inner = layout.strides[order[before]], layout.strides[order[at]]
            if not outer or not inner:
                continue
            if outer >= inner:
                break
            order[before], order[at], at = order[at], order[before], before
    return order


def _filled(draw: Callable[..., np.ndarray], shape: tuple[int, ...], order: list[int]) -> np.ndarray:
    """Return draws for a tensor's elements in the order in which its dimensions lie in memory."""
    if current() is not None:
        return draw(shape)
    array = np.asarray(draw(tuple([shape[dim] for dim in order])))
    if order == sorted(order):
        return array
    return np.ascontiguousarray(array.transpose([order.index(dim) for dim in range(len(order))]))


def _taped(node: str, drawn: Tensor, *sources) -> Tensor:
    """Return draws on the tape of what they were drawn for, where each derivative is 0."""
    if not (grad_mode.enabled and any(isinstance(each, Tensor) and each.requires_grad for each in sources)):
        return drawn
    return apply(_CALLS.setdefault(node, Call(lambda drawn, *_: drawn, "draw", node, "nothing")), [drawn, *sources])


_CALLS: dict[str, Call] = {}

# -- functions ---------------------------------------------------------------------------------------------------------


def _floats(name: str, doc: str):
    sort = _signatures(name, "tuple of ints size")

    def function(*args, **kwargs) -> Tensor:
        _, given = sort(args, kwargs)
        shape = size_of(name, args or (given["size"],), {})
        del given["size"]
        return finish(name, getattr(_source(given), name)(shape, _kind(given)), given)

    function.__name__, function.__doc__ = name, doc
    return function


rand = _floats("rand", """Return uniform numbers in [0, 1).

See: https://docs.pytorch.org/docs/stable/generated/torch.rand.html
""")  # fmt: skip
randn = _floats("randn", """Return standard normal numbers.

See: https://docs.pytorch.org/docs/stable/generated/torch.randn.html
""")  # fmt: skip


def _like(name: str, draw, *heads: str):
    sort = _signatures(name, *heads, options=_LIKE)

    def like(*args, **kwargs) -> Tensor:
        _, given = sort(args, kwargs)
        input = given.pop("input")
        given.setdefault("device", input.device)
        source, kind, shape = _source(given), _kind(given, input._aval.dtype), shape_of(input)
        keeps = given.pop("memory_format", preserve_format) is preserve_format
        order = _order(input) if keeps else list(range(len(shape)))
        bounds = [given.pop(name) for name in ("low", "high") if name in given]
        longer = [dim for dim in order if shape[dim] != 1]
        in_rows = longer == sorted(longer)  # how the result lies in PyTorch's memory; here it always does
        return finish(name, _filled(lambda shape: draw(source, shape, kind, in_rows, *bounds), shape, order), given)

    like.__name__, like.__doc__ = name, f"Return `{name[:-5]}` of the shape, dtype and device of `input`."
    return like


def _randint(source, shape, kind, in_rows, *bounds):
    return source.randint(*(int(each) for each in (bounds if len(bounds) == 2 else (0, *bounds))), shape, kind)


def _normal_like(source, shape, kind, in_rows):
    return source.normal(0.0, 1.0, shape, kind, in_rows)


rand_like = _like("rand_like", lambda source, shape, kind, in_rows: source.rand(shape, kind), "Tensor input")
randn_like = _like("randn_like", _normal_like, "Tensor input")
randint_like = _like(
    "randint_like", _randint, "Tensor input, int low, int high", "Tensor input, Tensor high", "Tensor input, int high"
)


_RANDINT = _signatures("randint", "int high, tuple of ints size", "int low, int high, tuple of ints size")


def randint(*args, **kwargs) -> Tensor:
    """Return whole numbers in [low, high): `randint(high, size)` or `randint(low, high, size)`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.randint.html
    """
    _, given = _RANDINT(args, kwargs)
    shape = size_of("randint", (given.pop("size"),), {})
    low, high = given.pop("low", 0), given.pop("high")
    return finish("randint", _source(given).randint(low, high, shape, _kind(given, np.dtype(np.int64))), given)


_RANDPERM = _signatures("randperm", "int n")


def randperm(*args, **kwargs) -> Tensor:
    """Return the numbers 0 to n - 1 in random order.

    Raises:
        RuntimeError: if the dtype cannot tell them apart.

    See: https://docs.pytorch.org/docs/stable/generated/torch.randperm.html
    """
    _, given = _RANDPERM(args, kwargs)
    n, kind = given.pop("n"), _kind(given, np.dtype(np.int64))
    check_fits(n, kind)
    digits = {"float16": 11, "float32": 24, "float64": 53}.get(kind.name, 64)
    if n > 2**digits + 1:
        most = "2049" if digits == 11 else f"2^{digits}+1"
        raise RuntimeError(f"n cannot be greater than {most} for {dtype_name(kind)} type.")
    if kind.kind in "bc":
        raise not_implemented("randperm", kind)
    return finish("randperm", _source(given).randperm(n).astype(kind), given)


_NORMAL = Signatures(
    "normal",
    f"Tensor mean, Tensor std, *, {_GENERATOR}, Tensor out=None",
    f"Tensor mean, float std=1, *, {_GENERATOR}, Tensor out=None",
    f"float mean, Tensor std, *, {_GENERATOR}, Tensor out=None",
    f"float mean, float std, tuple of ints size, *, {_GENERATOR}, {OPTIONS}",
)


def normal(*args, **kwargs) -> Tensor:
    """Return normal numbers; mean and standard deviation are numbers (with a size) or tensors.

    Raises:
        RuntimeError: for negative standard deviations.

    See: https://docs.pytorch.org/docs/stable/generated/torch.normal.html
    """
    number, given = _NORMAL(args, kwargs)
    source, mean, std = _source(given), given.pop("mean"), given.pop("std", 1.0)
    if "size" in given:
        shape = size_of("normal", (given.pop("size"),), {})
        return finish("normal", source.normal(mean, std, shape, _kind(given)), given)
    means, stds = (_numbers(each) if isinstance(each, Tensor) else each for each in (mean, std))
    out = given.get("out")
    kind = (mean if isinstance(mean, Tensor) else std)._aval.dtype if out is None else out._aval.dtype
    shape = broadcast_shapes(np.shape(means), np.shape(stds))
    if current() is not None:
        return detached(from_array((source.randn(shape, kind) * stds + means).astype(kind)))
    if isinstance(stds, np.ndarray):
        if not (stds >= 0).all():
            raise RuntimeError("normal expects all elements of std >= 0.0")
        drawn = _rounded(np.multiply, source.normal(0.0, 1.0, shape, kind), stds)
    else:
        drawn = source.normal(0.0, stds, shape, kind)
    made = from_array(_rounded(np.add, drawn, means))
    node = ("NormalBackward3", "NormalBackward1", "NormalBackward2")[number]
    return _taped(node, made, mean, std) if out is None else store_out("normal", out, made)


def _rounded(operate: np.ufunc, drawn: np.ndarray, other) -> np.ndarray:
    """Return a sum or a product in the dtype of the draws, computed in float32 at least."""
    kind = drawn.dtype
    working = np.result_type(*(np.float32 if each.dtype.itemsize < 4 else each.dtype
                               for each in (drawn, other) if isinstance(each, np.ndarray)))  # fmt: skip
    return operate(drawn.astype(working), np.asarray(other).astype(working)).astype(kind)


_BERNOULLI = (f"*, {_GENERATOR}, Tensor out=None", f"float p, *, {_GENERATOR}")
_MULTINOMIAL = f"int num_samples, bool replacement=False, *, {_GENERATOR}, Tensor out=None"


def _bernoulli(input: Tensor, given: dict) -> Tensor:
    """Return ones with the probabilities that `input` holds (or with probability `p`), else zeros.

    See: https://docs.pytorch.org/docs/stable/generated/torch.bernoulli.html
    """
    source, shape, out = _source(given), shape_of(input), given.get("out")
    kind = input._aval.dtype if out is None else out._aval.dtype
    drawn = source.bernoulli(given["p"] if "p" in given else _numbers(input), shape).astype(kind)
    made = finish("bernoulli", drawn, {"out": out, "device": input.device})
    return made if "p" in given or out is not None else _taped("BernoulliBackward0", made, input)


def _multinomial(input: Tensor, given: dict) -> Tensor:
    """Return indices drawn with the weights of `input`, from each row if it is a matrix.

    See: https://docs.pytorch.org/docs/stable/generated/torch.multinomial.html
    """
    out = given.get("out")
    if out is not None and out._aval.dtype != np.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {dtype_name(out._aval.dtype)}")
    drawn = _source(given).multinomial(_numbers(input), given["num_samples"], given.get("replacement", False))
    return finish("multinomial", drawn, {"out": out, "device": input.device})


def _poisson(input: Tensor, given: dict) -> Tensor:
    """Return Poisson numbers with the rates of `input`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.poisson.html
    """
    made = placed(_source(given).poisson(_numbers(input)).astype(input._aval.dtype), input.device)
    return _taped("PoissonBackward0", made, input)


_BINOMIAL = Signatures("binomial", f"Tensor count, Tensor prob, {_GENERATOR}")


def binomial(*args, **kwargs) -> Tensor:
    """Return how many of `count` trials succeed with probability `prob`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.binomial.html
    """
    _, given = _BINOMIAL(args, kwargs)
    count, prob = given["count"], given["prob"]
    if current() is not None:
        raise NotImplementedError(
            "torch.binomial() inside a function that JAX traces; jax.random.binomial draws there."
        )
    return placed(_source(given).binomial(numpy_of(count), numpy_of(prob)), count.device)


def _of_tensor(name: str, draw, *rest: str):
    """Return the function and the method that draw for an input."""
    of_function, of_method = Signatures(name, *(f"Tensor input, {each}" for each in rest)), Signatures(name, *rest)

    def function(*args, **kwargs) -> Tensor:
        _, given = of_function(args, kwargs)
        return draw(given.pop("input"), given)

    def method(self, *args, **kwargs) -> Tensor:
        return draw(self, of_method(args, kwargs)[1])

    function.__name__ = method.__name__ = name
    function.__doc__ = method.__doc__ = draw.__doc__
    return function, method


METHODS: dict = {}
bernoulli, METHODS["bernoulli"] = _of_tensor("bernoulli", _bernoulli, *_BERNOULLI)
multinomial, METHODS["multinomial"] = _of_tensor("multinomial", _multinomial, _MULTINOMIAL)
poisson, _ = _of_tensor("poisson", _poisson, _GENERATOR)

FUNCTIONS = {
    each.__name__: each
    for each in (rand, randn, randint, rand_like, randn_like, randint_like, randperm, normal, bernoulli, multinomial,
                 poisson, binomial, manual_seed, seed, initial_seed, get_rng_state, set_rng_state)
}  # fmt: skip

# -- methods that draw in place ----------------------------------------------------------------------------------------


def _fills(name: str, doc: str, draw, **parameters: str) -> None:
    """Declare an in-place method that fills a tensor with draws; its nodes are named, each with its parameters."""
    sort = Signatures(name, *(f"{each}, *, {_GENERATOR}".removeprefix(", ") for each in parameters.values()))
    nodes = tuple(parameters)

    def method(self, *args, **kwargs) -> Tensor:
        number, given = sort(args, kwargs)
        refuse_leaf(self)
        source = _source(given)
        array = _filled(lambda shape: draw(source, self, shape, **given), shape_of(self), _order(self))
        made = placed(array.astype(self._aval.dtype), None if self._aval.device is None else self.device)
        return assign(self, _taped(nodes[number], made, self))

    method.__name__, method.__doc__ = name, doc
    METHODS[name] = method


def _dtype(tensor: Tensor) -> np.dtype:
    return tensor._aval.dtype


def _uniform(source, tensor, shape, to=1.0, **given):
    return source.uniform(given.get("from", 0.0), to, shape, _dtype(tensor))


def _normal(source, tensor, shape, mean=0.0, std=1.0):
    return source.normal(mean, std, shape, _dtype(tensor), layout_of(tensor).is_contiguous())


def _random(source, tensor, shape, **bounds):
    given = [bounds["from"], bounds.get("to")] if "from" in bounds else [*bounds.values()]
    return source.random(shape, _dtype(tensor), *given)


def _ones(source, tensor, shape, p=0.5):
    if _dtype(tensor).kind == "c":
        raise not_implemented(
            f"bernoulli_{'tensor_cpu_self' if isinstance(p, Tensor) else 'scalar_cpu'}_", _dtype(tensor)
        )
    if isinstance(p, Tensor):
        if current() is None:
            p = np.broadcast_to(numpy_of(p), shape_of(tensor)).transpose(_order(tensor))
        else:
            p = _numbers(p)
    return source.bernoulli(p, shape)


_fills("uniform_", "Fill with uniform numbers in [from, to).", _uniform, UniformBackward0="float from=0, float to=1")
_fills("normal_", "Fill with normal numbers.", _normal, NormalBackward0="float mean=0, float std=1")
_fills("exponential_", "Fill with exponential numbers of rate `lambd`.",
       lambda source, tensor, shape, lambd=1.0: source.exponential(lambd, shape, _dtype(tensor)),
       ExponentialBackward0="float lambd=1")  # fmt: skip
_fills("log_normal_", "Fill with numbers whose logarithm is normal.",
       lambda source, tensor, shape, mean=1.0, std=2.0: source.log_normal(mean, std, shape, _dtype(tensor)),
       LogNormalBackward0="float mean=1, float std=2")  # fmt: skip
_fills("cauchy_", "Fill with Cauchy numbers.",
       lambda source, tensor, shape, median=0.0, sigma=1.0: source.cauchy(median, sigma, shape, _dtype(tensor)),
       CauchyBackward0="float median=0, float sigma=1")  # fmt: skip
_fills("geometric_", "Fill with geometric numbers.",
       lambda source, tensor, shape, p: source.geometric(p, shape, _dtype(tensor)),
       GeometricBackward0="float p")  # fmt: skip
_fills("random_", "Fill with whole numbers: below a bound, between two, or of the whole range of the dtype.", _random,
       RandomBackward2="", RandomBackward0="int from, int? to", RandomBackward1="int to")  # fmt: skip
_fills("bernoulli_", "Fill with ones with probability `p`, else zeros.", _ones,
       BernoulliBackward1="Tensor p", BernoulliBackward2="float p=0.5")  # fmt: skip

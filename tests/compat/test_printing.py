"""The text of tensors against PyTorch's, for any values, shapes and options; and examples written down."""

import contextlib
import time

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jnet.torch.dtypes import NAMES, device, get_default_dtype, set_default_dtype
from jnet.torch.printing import format_tensor, format_values, get_printoptions, printoptions, set_printoptions

DTYPES = sorted({each._name for each in NAMES.values()})
SPECIAL = [0.0, -0.0, 1.0, -1.0, 1e8, 100000001.0, 1e-4, 9.9e-5, 1000.0, 1001.0, np.nan, np.inf, -np.inf, 0.5, 5e-324]


@contextlib.contextmanager
def default_dtype(name):
    """Make a dtype the default for a while."""
    before = get_default_dtype()
    set_default_dtype(NAMES[name])
    try:
        yield
    finally:
        set_default_dtype(before)


@pytest.fixture(autouse=True)
def _default_options():
    yield
    set_printoptions(profile="default")


def filled(draw, dtype, shape):
    """An array of this dtype whose values are of one magnitude, of many, whole, or special."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
        return values >> np.array(draw(st.integers(0, limits.bits - 1)), dtype)
    if dtype.kind == "c":
        values = np.empty(shape, dtype)
        values.real, values.imag = reals(draw, rng, shape), reals(draw, rng, shape)
        return values
    with np.errstate(over="ignore"):
        return reals(draw, rng, shape).astype(dtype)


def reals(draw, rng, shape):
    """Real numbers of magnitudes that `draw` chooses, within float32."""
    spread = draw(st.sampled_from([0, 0, 1, 3, 20]))
    values = np.asarray(rng.standard_normal(shape) * 10.0 ** draw(st.integers(-12, 12)))
    values = np.asarray(values * 10.0 ** rng.uniform(-spread, spread, shape))
    if draw(st.booleans()):
        values = np.round(values)
    share = draw(st.sampled_from([0, 0, 0.3, 1]))
    return np.where(
        rng.random(shape) < share, rng.choice(draw(st.lists(st.sampled_from(SPECIAL), min_size=1)), shape), values
    )


@st.composite
def tensors(draw):
    """An array of any dtype, empty, small or big."""
    dtype = NAMES[draw(st.sampled_from(DTYPES))]._numpy
    small = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=8)
    big = st.one_of(
        st.tuples(st.integers(900, 3000)), st.lists(st.sampled_from([1, 2, 6, 7, 40]), min_size=2, max_size=4)
    )
    return np.asarray(filled(draw, dtype, tuple(draw(st.one_of(small, big)))))


def as_torch(torch, array):
    """PyTorch's tensor of an array, bfloat16 included."""
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(np.asarray(array).view(np.uint16)).view(torch.bfloat16)
    return torch.from_numpy(array)


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.sampled_from([0, 1, 2, 6, 30]),
        "threshold": st.sampled_from([0, 5, 20, 100, float("inf")]),
        "edgeitems": st.sampled_from([0, 1, 2, 4]),
        "linewidth": st.sampled_from([5, 20, 40, 79, 81, 120]),
        "profile": st.sampled_from(["default", "short", "full"]),
        "sci_mode": st.sampled_from([None, True, False]),
    },
)


@given(tensors())
@settings(deadline=None, max_examples=300, derandomize=True)
def test_text_is_pytorchs(array):
    torch = pytest.importorskip("torch")
    assert format_tensor(array) == repr(as_torch(torch, array))


@given(tensors(), OPTIONS, st.sampled_from(["float32", "float64", "float16", "bfloat16"]), st.integers(0, 2))
@settings(deadline=None, max_examples=300, derandomize=True)
def test_options_suffixes_and_default_dtypes(array, options, default, history):
    torch = pytest.importorskip("torch")
    tensor, suffix = as_torch(torch, array), {}
    if history and (tensor.is_floating_point() or tensor.is_complex()):
        tensor = tensor.requires_grad_() if history == 1 else tensor.requires_grad_() * 1
        suffix = {"requires_grad": True} if history == 1 else {"grad_fn": "MulBackward0", "requires_grad": True}
    torch.set_default_dtype(getattr(torch, default))
    torch.set_printoptions(profile="default")
    try:
        torch.set_printoptions(**options)
        expected, state = repr(tensor), torch._tensor_str.get_printoptions()
    finally:
        torch.set_printoptions(profile="default")
        torch.set_default_dtype(torch.float32)
    with default_dtype(default), printoptions(**options):
        assert get_printoptions() == state
        assert format_tensor(array, **suffix) == expected


@given(st.lists(st.sampled_from(SPECIAL), min_size=1, max_size=3))
@settings(deadline=None, max_examples=300, derandomize=True)
def test_format_of_few_numbers(values):
    torch = pytest.importorskip("torch")
    assert format_tensor(np.array(values, "f")) == repr(torch.tensor(values))
    assert format_tensor(np.array(values[0])) == repr(torch.tensor(values[0], dtype=torch.float64))


def test_views_of_arrays(torch):
    array = np.arange(4000.0).reshape(50, 80).T[::-1, ::3]
    assert format_tensor(array) == repr(torch.from_numpy(array.copy()))


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")  # by PyTorch's forward mode
def test_class_names_and_tangents(torch):
    class Temperature(torch.Tensor):
        pass

    array = np.arange(60, dtype="f").reshape(2, 30)
    assert format_tensor(array, name="Temperature") == repr(torch.from_numpy(array).as_subclass(Temperature))
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(torch.ones(2), torch.zeros(2))
        assert format_tensor(np.ones(2, "f"), tangent="tensor([0., 0.])") == repr(dual)


EXAMPLES = [
    (np.float32([[1, 2], [3, 4]]), "tensor([[1., 2.],\n        [3., 4.]])"),
    (np.float32([1.5, 2]), "tensor([1.5000, 2.0000])"),
    (np.float32(-0.0), "tensor(-0.)"),
    (np.float32(3.14159274), "tensor(3.1416)"),
    (np.float32([1e-5, 1]), "tensor([1.0000e-05, 1.0000e+00])"),
    (np.float32([1, np.nan, np.inf]), "tensor([1., nan, inf])"),
    (np.float32([2.5, -np.inf]), "tensor([2.5000,   -inf])"),
    (np.float32([]), "tensor([])"),
    (np.int64([]), "tensor([], dtype=torch.int64)"),
    (np.zeros((0, 3), "f"), "tensor([], size=(0, 3))"),
    (np.int64([1, -20]), "tensor([  1, -20])"),
    (np.array([True, False]), "tensor([ True, False])"),
    (np.uint8(7), "tensor(7, dtype=torch.uint8)"),
    (np.float64([0.1]), "tensor([0.1000], dtype=torch.float64)"),
    (np.array([0.1], ml_dtypes.bfloat16), "tensor([0.1001], dtype=torch.bfloat16)"),
    (np.complex64([1 + 2j, 0.5 - 1j]), "tensor([1.0000+2.j, 0.5000-1.j])"),
    (np.zeros((1, 2, 1), "f"), "tensor([[[0.],\n         [0.]]])"),
    (np.zeros((2, 1, 1), "f"), "tensor([[[0.]],\n\n        [[0.]]])"),
    (np.arange(1001), "tensor([   0,    1,    2,  ...,  998,  999, 1000])"),
]


@pytest.mark.parametrize(("array", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
def test_examples(array, text):
    assert format_tensor(np.asarray(array)) == text


def test_what_follows_the_values():
    one = np.ones((), "f")
    assert format_tensor(one, requires_grad=True) == "tensor(1., requires_grad=True)"
    assert format_tensor(one, requires_grad=True, grad_fn="AddBackward0") == "tensor(1., grad_fn=<AddBackward0>)"
    assert format_tensor(one, place=device("cuda:0")) == "tensor(1., device='cuda:0')"
    assert format_tensor(one, place=device("cpu")) == "tensor(1.)"
    every = format_tensor(np.zeros((0, 2)), place=device("cuda", 1), requires_grad=True)
    assert every == "tensor([], device='cuda:1', size=(0, 2), dtype=torch.float64,\n       requires_grad=True)"
    assert format_tensor(np.ones((), "c8")) == "tensor(1.+0.j)"


def test_few_of_many_are_looked_at():
    """A gigabyte of zeros that were never written to prints at once."""
    array = np.lib.stride_tricks.as_strided(np.zeros(1, "f"), (100_000, 100_000), (0, 0))
    start = time.perf_counter()
    text = format_tensor(array)
    assert text.splitlines()[0] == "tensor([[0., 0., 0.,  ..., 0., 0., 0.],"
    assert len(text.splitlines()) == 7
    assert time.perf_counter() - start < 1


def test_options_are_given_back():
    before = get_printoptions()
    with printoptions(precision=1, profile="full"):
        assert get_printoptions()["threshold"] == float("inf")
        assert format_values(np.float32([0.25])) == "[0.2]"
    assert get_printoptions() == before
    with pytest.raises(KeyError), printoptions(precision=1):
        {}["missing"]
    assert get_printoptions() == before
    set_printoptions(sci_mode=True)
    set_printoptions(precision=3)  # forgets sci_mode, as PyTorch's does
    assert get_printoptions()["sci_mode"] is None

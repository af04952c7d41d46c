"""Dtypes, devices, sizes and constants: texts, errors and tables against PyTorch's."""

import copy
import operator
import pickle

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jnet.ops.promotion import Default
from jnet.torch import dtypes
from jnet.torch.dtypes import NAMES, Size, device, dtype, finfo, iinfo


@pytest.fixture(autouse=True)
def _default_dtype():
    yield
    dtypes.set_default_dtype(dtypes.float32)


def outcome(function, *arguments, **named):
    """The text of what a function returns, or the type and the first line of its error."""
    try:
        return repr(function(*arguments, **named))
    except Exception as error:
        return type(error).__name__, str(error).split("\n")[0]


def theirs(torch, value):
    """PyTorch's object for one of ours."""
    if isinstance(value, dtype):
        return getattr(torch, value._name)
    return torch.device(str(value)) if isinstance(value, device) else value


def test_every_name(torch):
    for name, ours in NAMES.items():
        expected = getattr(torch, name)
        for attribute in ("is_floating_point", "is_complex", "is_signed", "itemsize", "abbr"):
            assert getattr(ours, attribute) == getattr(expected, attribute), (name, attribute)
        assert (repr(ours), str(ours), f"{ours}") == (repr(expected), str(expected), f"{expected}")
        assert outcome(ours.to_real) == outcome(expected.to_real)
        if ours is not dtypes.float16:
            assert outcome(ours.to_complex) == outcome(expected.to_complex)


def test_dtypes_are_single_objects():
    assert NAMES["float"] is NAMES["float32"] is dtypes.float32
    assert len(set(NAMES.values())) == 15
    for each in NAMES.values():
        assert copy.copy(each) is each
        assert copy.deepcopy([each])[0] is each
        assert pickle.loads(pickle.dumps(each)) is each
        assert dtype.from_numpy(each._numpy) is each
    assert dtypes.float32 != "float32"
    with pytest.raises(TypeError, match=r"cannot create 'torch\.dtype' instances"):
        dtype("float32")
    with pytest.raises(NotImplementedError, match="complex32"):
        dtypes.float16.to_complex()


def test_numpys_dtypes(torch):
    assert dtype.from_numpy("float32") is dtype.from_numpy(np.float32) is dtypes.float32
    assert dtype.from_numpy(ml_dtypes.bfloat16) is dtypes.bfloat16
    for array in (np.ones(2, ">f4"), np.array(["a"]), np.ones(2, np.longdouble), np.array([None])):
        assert outcome(dtype.from_numpy, array.dtype) == outcome(torch.from_numpy, array)


def test_promotion_and_casts(torch):
    for one in (*NAMES.values(), 3, None):
        for other in (*NAMES.values(), 3, None):
            pair = theirs(torch, one), theirs(torch, other)
            assert outcome(dtypes.promote_types, one, other) == outcome(torch.promote_types, *pair)
            assert outcome(dtypes.can_cast, one, other) == outcome(torch.can_cast, *pair)
    assert dtypes.can_cast(from_=dtypes.float64, to=dtypes.float32)


@pytest.mark.parametrize("name", ["finfo", "iinfo"])
def test_limits(torch, name):
    ours, reference = getattr(dtypes, name), getattr(torch, name)
    for each in (*NAMES.values(), "float32", 3):
        assert outcome(ours, each) == outcome(reference, theirs(torch, each))
        if isinstance(outcome(ours, each), str):
            expected = reference(type=theirs(torch, each))
            fields = [field for field in dir(expected) if not field.startswith("_")]
            got = [getattr(ours(type=each), field) for field in fields]
            assert got == [getattr(expected, field) for field in fields]
            assert [type(value) for value in got] == [type(getattr(expected, field)) for field in fields]
            assert str(ours(each)) == str(expected)


def test_limits_compare_by_dtype():
    assert finfo() == finfo(dtypes.float32) == finfo(dtypes.complex64) != finfo(dtypes.float64)
    assert finfo() != "finfo"
    assert iinfo(dtypes.int8).max == 127
    with pytest.raises(TypeError, match="unhashable"):
        hash(finfo())
    dtypes.set_default_dtype(dtypes.float64)
    assert finfo().bits == 64


def test_default_dtype(torch):
    for name in ("float64", "float16", "bfloat16", "float32"):
        dtypes.set_default_dtype(NAMES[name])
        assert dtypes.get_default_dtype() is NAMES[name]
        assert Default.dtype == NAMES[name]._numpy
    for wrong in (dtypes.int32, dtypes.complex64, dtypes.bool_, "float32", None):
        assert outcome(dtypes.set_default_dtype, wrong) == outcome(torch.set_default_dtype, theirs(torch, wrong))
    assert dtypes.get_default_dtype() is dtypes.float32


DEVICES = [
    ("cpu",), ("cuda",), ("cuda:0",), ("cpu:1",), ("cuda", 3), ("cuda", None), ("meta",), ("mps",), ("xla:1",),
    ("foo",), ("",), ("CPU",), (" cpu",), ("cpu\n",), ("cuda:",), ("cuda:-1",), ("cuda:01",), ("cuda:1:2",),
    ("cuda:a",), ("cu:da",), ("0",), (":0",), ("cuda x",), ("tpu",), ("cuda", -1), ("cuda:0", 0), ("cuda", "1"),
    ("cuda", True), ("cuda", 1.0), (3, 3), (-1,), (device("cuda:1"),),
]  # fmt: skip


@pytest.mark.parametrize("arguments", DEVICES, ids=repr)
def test_devices(torch, arguments):
    expected = outcome(torch.device, *(theirs(torch, each) for each in arguments))
    assert outcome(device, *arguments) == expected
    if isinstance(expected, str):
        assert str(device(*arguments)) == str(torch.device(*(theirs(torch, each) for each in arguments)))


@pytest.mark.parametrize("wrong", [1.5, [], object])
def test_things_that_are_no_devices(torch, wrong):
    kind, line = outcome(torch.device, wrong)
    assert outcome(device, wrong) == (kind, line)


def test_devices_compare_and_travel():
    one = device("cuda:1")
    assert one == device("cuda", 1) == device(type="cuda", index=1) == device(device="cuda:1")
    assert one != device("cuda")
    assert one != "cuda:1"
    assert {one: 5}[device("cuda", 1)] == 5
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(device("cpu")) == device("cpu")
    assert (one.type, one.index, device("cpu").index) == ("cuda", 1, None)
    with pytest.raises(AttributeError, match=r"attribute 'index' of 'torch\.device' objects is not writable"):
        one.index = 2
    with device("cuda", 1) as entered:
        assert entered == one
        assert dtypes.get_default_device() == one
    assert dtypes.get_default_device() == device("cpu")


def test_a_number_is_an_accelerator(monkeypatch):
    monkeypatch.setattr(dtypes.jax, "default_backend", lambda: "gpu")
    assert device(1) == device("cuda:1")
    monkeypatch.setattr(dtypes.jax, "default_backend", lambda: "cpu")
    with pytest.raises(RuntimeError, match="Cannot access accelerator device when none is available"):
        device(0)


def test_constants(torch):
    for name in ("strided", "contiguous_format", "preserve_format", "channels_last", "channels_last_3d"):
        ours, expected = getattr(dtypes, name), getattr(torch, name)
        assert repr(ours) == repr(expected)
        assert type(ours).__name__ == type(expected).__name__
        assert pickle.loads(pickle.dumps(ours)) is ours
        assert copy.deepcopy(ours) is ours
        assert outcome(type(ours)) == outcome(type(expected))


@given(st.lists(st.integers(-3, 9)), st.slices(8), st.lists(st.integers(0, 9)).map(tuple), st.integers(-1, 2))
@settings(deadline=None, max_examples=100, derandomize=True)
def test_sizes(values, cut, more, times):
    torch = pytest.importorskip("torch")
    ours, expected = Size(values), torch.Size(values)
    pairs = [
        (ours, expected),
        (ours[cut], expected[cut]),
        (ours + more, expected + more),
        (ours + Size(more), expected + torch.Size(more)),
        (more + ours, more + expected),
        (ours * times, expected * times),
        (times * ours, times * expected),
        (copy.deepcopy(ours), expected),
        (pickle.loads(pickle.dumps(ours)), expected),
    ]
    for got, wanted in pairs:
        assert (type(got), tuple(got), repr(got)) == (Size, tuple(wanted), repr(wanted))
    assert ours.numel() == expected.numel()
    assert (ours == tuple(values), hash(ours)) == (True, hash(tuple(values)))


def test_odd_sizes(torch):
    integers = [(), ([True, np.int64(3)],), (range(3),), ((2, 3),)]
    for arguments in (*integers, ([2.5],), ([2, "a"],), ([None],), (3,)):
        assert outcome(Size, *arguments) == outcome(torch.Size, *arguments)
    assert [type(each) for each in Size([True, np.int64(3)])] == [int, int]
    assert Size([2, 3])[0] == 2
    assert Size([2, 3])[-1:] == (3,)
    assert outcome(operator.add, Size([2]), [3]) == outcome(operator.add, torch.Size([2]), [3])
    assert (Size([1, 2]) + np.array([1, 2])).tolist() == [2, 4]

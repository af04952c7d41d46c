"""`torch.save` and `torch.load`: round trips, and files that PyTorch and jnet read of each other."""

import importlib
import inspect
import io
import operator
import os
import pickle
import zipfile
from collections import Counter, OrderedDict

import numpy as np
import pytest
from compare import first_line
from hypothesis import given, settings
from hypothesis import strategies as st

import jnet.torch as jt
from jnet.torch.serialization.names import find, name_of

DTYPES = (
    "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32",
    "float64", "complex64", "complex128",
)  # fmt: skip


def sent(obj, writer, reader, load=None, **options):
    """Return what `reader` reads of what `writer` writes."""
    file = io.BytesIO()
    writer.save(obj, file, **options)
    file.seek(0)
    return reader.load(file, **(load or {}))


def pickled(file):
    """Return the pickle in an archive."""
    with zipfile.ZipFile(io.BytesIO(file.getvalue())) as archive:
        return archive.read("archive/data.pkl")


def numbers(tensor):
    """Return the values of a tensor of either library, in bytes that compare equal."""
    detached = tensor.detach()
    if str(tensor.dtype) == "torch.bfloat16":
        detached = detached.float()
    return detached.numpy().copy()


def assert_equal(mine, other):
    """Assert that two values, of either library, are equal: of tensors all that is saved."""
    if isinstance(mine, jt.Tensor) or hasattr(mine, "grad_fn"):
        assert type(mine).__name__ == type(other).__name__
        for fact in ("dtype", "requires_grad", "device"):
            assert str(getattr(mine, fact)) == str(getattr(other, fact))
        assert tuple(mine.shape) == tuple(other.shape)
        assert mine.stride() == other.stride()
        assert mine.storage_offset() == other.storage_offset()
        np.testing.assert_array_equal(numbers(mine), numbers(other))
    elif isinstance(mine, dict):
        assert type(mine) is type(other)
        assert list(mine) == list(other)
        for key in mine:
            assert_equal(mine[key], other[key])
        assert getattr(mine, "_metadata", None) == getattr(other, "_metadata", None)
    elif isinstance(mine, list | tuple):
        assert type(mine).__name__ == type(other).__name__
        assert len(mine) == len(other)
        for left, right in zip(mine, other, strict=True):
            assert_equal(left, right)
    elif type(mine).__module__.startswith(("torch", "jnet")):
        assert str(mine) == str(other)
    else:
        assert type(mine) is type(other)
        assert mine == other


def everything(torch):
    """Return something of all that can be in a file."""
    torch.manual_seed(0)
    t = torch.arange(6.0).reshape(2, 3)
    named = torch.nn.Parameter(torch.ones(2))
    named.note = "mine"
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Dropout(), torch.nn.Linear(3, 1, bias=False))
    return {
        "views": [t, t.t(), t[1], t[:, 1], t.view(6), t[1:1], t[0, 2], torch.ones(1).expand(5)],
        "dtypes": [torch.ones(2, dtype=getattr(torch, name)) for name in DTYPES],
        "empty": [torch.empty(0), torch.zeros(0, 3), torch.tensor(3.0), torch.tensor(True)],
        "parameters": (torch.nn.Parameter(torch.ones(2, dtype=torch.half)), named, torch.ones(3, requires_grad=True)),
        "frozen": torch.nn.Parameter(torch.ones(2), requires_grad=False),
        "facts": [torch.float16, torch.Size([1, 2]), torch.device("cuda:1"), torch.device("cpu"), torch.strided],
        "state": net.state_dict(),
        "plain": [None, True, 1, -(1 << 40), 1.5, 1 + 2j, "é", b"bytes", bytearray(b"more"), (), [], {}, {1, 2}],
        "counted": Counter("abca"),
        "ordered": OrderedDict([(1, (2, 3)), ("a", [4])]),
    }


# -- round trips -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weights_only", [True, False])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_round_trip_gives_everything_back(weights_only, zipped):
    found = sent(everything(jt), jt, jt, {"weights_only": weights_only}, _use_new_zipfile_serialization=zipped)
    assert_equal(found, everything(jt))
    assert found["parameters"][1].note == "mine"
    assert found["state"]._metadata["0"] == {"version": 1}


def test_views_go_on_sharing_memory():
    t = jt.arange(6.0).reshape(2, 3)
    a, b, c, again = sent([t.t(), t[1], t, t], jt, jt)
    b.zero_()
    assert a.tolist() == [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]
    c[0, 0] = 7.0
    assert a[0, 0].item() == 7.0
    assert again is c


def test_a_view_is_saved_with_its_whole_storage(tmp_path):
    jt.save(jt.zeros(1000)[:1], tmp_path / "view.pt")
    jt.save(jt.zeros(1000)[:1].clone(), tmp_path / "clone.pt")
    assert (tmp_path / "view.pt").stat().st_size > 4000 > (tmp_path / "clone.pt").stat().st_size


def test_a_result_is_loaded_as_a_leaf():
    result = jt.ones(2, requires_grad=True) * 2
    found = sent(result, jt, jt)
    assert found.is_leaf
    assert found.requires_grad


def test_buffers_are_still_buffers():
    assert isinstance(sent(jt.nn.Buffer(jt.ones(1)), jt, jt), jt.nn.Buffer)


def test_hooks_are_left_out_with_a_warning():
    tensor = jt.ones(1, requires_grad=True)
    tensor.register_hook(lambda grad: grad)
    with pytest.warns(UserWarning, match="backward hook <function"):
        sent(tensor, jt, jt)


class Own(jt.nn.Module):
    """A module of the user's."""

    def __init__(self):
        super().__init__()
        self.layer = jt.nn.Linear(2, 2)
        self.act, self.also = jt.relu, jt.nn.functional.gelu

    def forward(self, x):
        """Compute something."""
        return self.also(self.act(self.layer(x)))


class Point:
    """A class that is no tensor."""

    def __init__(self, x):
        self.x = x


class Kind(jt.Tensor):
    """A class of tensors."""


def test_modules_of_the_user_are_loaded_whole():
    net = Own()
    found = sent(net, jt, jt, {"weights_only": False})
    assert type(found) is Own
    x = jt.randn(3, 2)
    assert found(x).tolist() == net(x).tolist()
    assert found.act is jt.relu


def test_classes_of_tensors_stay_what_they_are():
    tensor = jt.ones(2).as_subclass(Kind) if hasattr(jt.Tensor, "as_subclass") else None
    if tensor is None:
        tensor = object.__new__(Kind)
        tensor.__dict__.update(jt.ones(2).__dict__)
    with jt.serialization.safe_globals([Kind]):
        assert type(sent(tensor, jt, jt)) is Kind
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL test_serialization\.Kind was not an allowed global"):
        sent(tensor, jt, jt)


def test_classes_that_the_user_allows_are_loaded():
    with pytest.raises(pickle.UnpicklingError, match=r"^Weights only load failed[\s\S]*test_serialization\.Point"):
        sent(Point(3), jt, jt)
    with jt.serialization.safe_globals([Point]):
        assert sent(Point(3), jt, jt).x == 3
        assert jt.serialization.get_safe_globals() == [Point]
    assert jt.serialization.get_safe_globals() == []
    jt.serialization.add_safe_globals([(Point, "elsewhere.Point"), jt.nn.Linear])
    assert len(jt.serialization.get_safe_globals()) == 2
    jt.serialization.clear_safe_globals()
    with pytest.raises(ValueError, match="Expected tuple of length 2"):
        jt.serialization.add_safe_globals([(Point,)])


def test_numbers_of_numpy_are_loaded_where_they_are_allowed():
    value = {"best": np.float64(0.5), "name": np.dtype("float32")}
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL numpy\.\S+\.scalar was not an allowed global"):
        sent(value, jt, jt)
    scalar = np.float64(0).__reduce__()[0]
    allowed = [
        (scalar, "numpy.core.multiarray.scalar"),
        scalar,
        np.dtype,
        np.dtypes.Float64DType,
        np.dtypes.Float32DType,
    ]
    with jt.serialization.safe_globals(allowed):
        assert sent(value, jt, jt) == value


def test_a_whole_layer_is_loaded_where_it_is_allowed():
    allowed = [jt.nn.Sequential, jt.nn.Linear, jt.nn.ReLU]
    net = jt.nn.Sequential(jt.nn.Linear(2, 1), jt.nn.ReLU())
    with jt.serialization.safe_globals(allowed):
        assert_equal(sent(net, jt, jt).state_dict(), net.state_dict())


# -- files -------------------------------------------------------------------------------------------------------------


def test_paths_and_files(tmp_path):
    for place in (tmp_path / "a.pt", str(tmp_path / "b")):
        jt.save([1, jt.ones(1)], place)
        assert_equal(jt.load(place), [1, jt.ones(1)])
    with open(tmp_path / "c", "wb") as file:
        jt.save(jt.ones(2), file)
    with open(tmp_path / "c", "rb") as file:
        assert_equal(jt.load(file), jt.ones(2))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.pt", "b", "c"]


def test_a_link_goes_on_pointing_to_its_file(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    jt.save(1, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert jt.load(tmp_path / "file") == 1


def test_what_cannot_be_saved_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.pt"
    jt.save(1, path)
    with pytest.raises(AttributeError, match="Can't pickle local object"):
        jt.save([jt.ones(3), lambda: 1], path)
    assert jt.load(path) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_may_start_within_a_file():
    file = io.BytesIO(b"before")
    file.seek(6)
    jt.save(jt.ones(2), file)
    file.seek(6)
    assert jt.load(file).tolist() == [1.0, 1.0]


def test_several_old_files_in_one():
    file = io.BytesIO()
    for number in (1.0, 2.0):
        jt.save(jt.tensor(number), file, _use_new_zipfile_serialization=False)
    file.seek(0)
    assert [jt.load(file).item(), jt.load(file).item()] == [1.0, 2.0]


def test_mapped_files_are_read_when_they_are_needed_and_never_written(tmp_path):
    path = tmp_path / "file.pt"
    jt.save({"a": jt.arange(1000.0), "b": jt.arange(6).reshape(2, 3).t()}, path)
    before = path.read_bytes()
    found = jt.load(path, mmap=True)
    array = found["a"]._storage.value.array
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    assert type(array).__name__ in ("mmap", "memoryview")
    assert_equal(found["b"], jt.arange(6).reshape(2, 3).t())
    found["a"].zero_()
    found["a"].numpy()[0] = 1.0
    assert found["a"].sum().item() == 1.0
    assert path.read_bytes() == before


def test_records_are_aligned_and_stored():
    file = io.BytesIO()
    jt.save([jt.ones(3), jt.ones(100)], file)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        infos = archive.infolist()
    for info in infos:
        assert info.compress_type == zipfile.ZIP_STORED
        name, extra = np.frombuffer(file.getvalue(), "<u2", 2, info.header_offset + 26)
        assert (info.header_offset + 30 + int(name) + int(extra)) % 64 == 0


# -- where tensors lie -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [None, "cpu", b"cpu", {"cpu": "cpu"}, {}, lambda storage, place: None, lambda storage, place: storage.cpu()],
)
def test_map_location_leaves_tensors_on_the_host(place):
    assert sent(jt.ones(2), jt, jt, {"map_location": place}).tolist() == [1.0, 1.0]


def test_map_location_is_asked_once_for_each_storage():
    asked = []

    def place(storage, location):
        asked.append((storage.nbytes(), location, str(storage.device)))

    t = jt.ones(2)
    sent([t, t[1], jt.ones(3, dtype=jt.int64)], jt, jt, {"map_location": place})
    assert asked == [(8, "cpu", "cpu"), (24, "cpu", "cpu")]


def test_errors_of_the_users_function_are_its_own():
    def place(storage, location):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        sent(jt.ones(2), jt, jt, {"map_location": place})


# -- errors ------------------------------------------------------------------------------------------------------------


class Unseekable:
    """A file that only gives bytes."""

    def read(self, count=-1):
        """Return nothing."""
        return b""


ERRORS = """
torch.load("/nowhere/at/all.pt")
torch.load("/tmp")
torch.load(3)
torch.load(Unseekable())
torch.load(file, mmap=True)
torch.load(file, pickle_module=pickle, weights_only=True)
torch.load(file, map_location="cuda")
torch.load(file, map_location="cuda:3")
torch.load(file, map_location=torch.device("cuda", 0))
torch.load(file, map_location="nowhere")
torch.load(file, map_location="cpu:0")
torch.load(file, map_location={"cpu": "nowhere"})
torch.load(file, map_location=3)
torch.load(file, map_location=lambda storage, place: "cpu")
torch.load(file, weights_only=False, other=1)
torch.load(io.BytesIO(file.getvalue()[:100]))
torch.load(io.BytesIO(file.getvalue()[:-10]))
torch.load(io.BytesIO(b"hello"), weights_only=False)
torch.load(old)
torch.load(old, mmap=True)
torch.save(1, "/nowhere/at/all.pt")
torch.save(1, 3)
torch.save(local, io.BytesIO())
"""


@pytest.mark.parametrize("program", ERRORS.strip().splitlines())
def test_errors_are_pytorchs(program, torch):
    def outcome(library):
        def local():
            pass

        file, old = io.BytesIO(), io.BytesIO()
        library.save(library.ones(2), file)
        library.save(library.ones(2), old, _use_new_zipfile_serialization=False)
        file.seek(0)
        old = io.BytesIO(old.getvalue()[:-3])
        space = {"torch": library, "io": io, "pickle": pickle, "Unseekable": Unseekable}
        space |= {"file": file, "old": old, "local": local}
        with pytest.raises(Exception) as caught:  # noqa: PT011
            eval(program, space)
        return type(caught.value).__name__, first_line(caught.value).split("This is an internal")[0]

    mine, other = outcome(jt), outcome(torch)
    assert mine == other


@pytest.mark.parametrize("value", [Point(1), Point, {1: os.getcwd}, np.float64(1.0), range(3), frozenset([1])])
def test_what_is_not_allowed_is_named_in_pytorchs_words(value, torch):
    def outcome(library):
        with pytest.raises(pickle.UnpicklingError) as caught:
            sent(value, library, library)
        return str(caught.value).replace("Please file an issue", "\n").splitlines()[0], caught.value.args[0]

    (mine, text), (other, whole) = outcome(jt), outcome(torch)
    assert mine == other
    for word in ("GLOBAL ",):
        assert text.split(word)[1].split(" ")[0] == whole.split(word)[1].split(" ")[0]


def test_arguments_for_the_unpickler_are_of_no_use_with_weights_only():
    with pytest.warns(UserWarning, match="pickle_load_args only works if"):
        sent(1, jt, jt, {"encoding": "latin1"})


@pytest.mark.parametrize("protocol", [3, 4])
def test_other_protocols(protocol, torch):
    for writer in (torch, jt):
        value = {"a": writer.ones(2), "b": [writer.nn.Linear, writer.Size([1])]}
        found = sent(value, writer, jt, {"weights_only": False}, pickle_protocol=protocol)
        assert found["b"] == [jt.nn.Linear, jt.Size([1])]
        with pytest.warns(UserWarning, match="Detected pickle protocol"):
            assert sent(3, writer, jt, pickle_protocol=3) == 3
    assert sent([jt.ones(2)], jt, torch, {"weights_only": False}, pickle_protocol=protocol)[0].tolist() == [1.0, 1.0]


# -- with PyTorch ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weights_only", [True, False])
@pytest.mark.parametrize("zipped", [True, False])
def test_files_go_both_ways(weights_only, zipped, torch):
    def content(library):
        found = everything(library)
        if not zipped:  # PyTorch cannot read its own old files of these
            found["dtypes"] = [each for each in found["dtypes"] if "uint" not in str(each.dtype)]
        return found

    options, load = {"_use_new_zipfile_serialization": zipped}, {"weights_only": weights_only}
    assert_equal(sent(content(torch), torch, jt, load, **options), content(torch))
    assert_equal(sent(content(jt), jt, torch, load, **options), content(torch))


def test_archives_are_pytorchs_byte_for_byte(torch):
    files = []
    for library in (jt, torch):
        files.append(io.BytesIO())
        library.save({k: v for k, v in everything(library).items() if k != "facts"}, files[-1])
    assert pickled(files[0]) == pickled(files[1])
    mine, other = (file.getvalue().split(b".data/serialization_id")[0] for file in files)
    assert mine == other
    assert len(files[0].getvalue()) == len(files[1].getvalue())


def test_mapped_files_of_pytorch(tmp_path, torch):
    torch.save(everything(torch), tmp_path / "theirs.pt")
    jt.save(everything(jt), tmp_path / "mine.pt")
    assert_equal(jt.load(tmp_path / "theirs.pt", mmap=True), everything(torch))
    assert_equal(torch.load(tmp_path / "mine.pt", mmap=True), everything(jt))


def test_pytorch_computes_where_the_records_lie(tmp_path, torch):
    tensors = [jt.ones(n) for n in (3, 0, 100, 1)]
    jt.save(tensors, tmp_path / "file.pt")
    data = (tmp_path / "file.pt").read_bytes()
    for mine, meta in zip(tensors, torch.load(tmp_path / "file.pt", map_location="meta"), strict=True):
        if mine.numel():
            begin = meta.untyped_storage()._checkpoint_offset
            assert data[begin : begin + 4 * mine.numel()] == mine.numpy().tobytes()


def test_numbers_of_the_other_byte_order(torch):
    values = [jt.arange(3, dtype=jt.int16), jt.tensor([1.5, -2.0]), jt.tensor([1 + 2j]), jt.ones(2, dtype=jt.bfloat16)]
    file = io.BytesIO()
    jt.save(values, file)
    swapped = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(swapped, "w") as target:
        for name in source.namelist():
            data, width = source.read(name), [2, 4, 4, 2]
            if name.endswith("byteorder"):
                data = b"big"
            elif "/data/" in name:
                data = np.frombuffer(data, f"u{width[int(name[-1])]}").byteswap().tobytes()
            target.writestr(name, data)
    swapped.seek(0)
    assert_equal(jt.load(swapped), values)


def test_the_byte_order_of_files_that_do_not_tell_it():
    file, bare = io.BytesIO(), io.BytesIO()
    jt.save(jt.tensor([1], dtype=jt.int16), file)
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            if not name.endswith("byteorder"):
                target.writestr(name, source.read(name))
    orders = jt.serialization.LoadEndianness
    assert jt.serialization.get_default_load_endianness() is None
    try:
        for order, number in ((None, 1), (orders.LITTLE, 1), (orders.NATIVE, 1), (orders.BIG, 256)):
            jt.serialization.set_default_load_endianness(order)
            bare.seek(0)
            assert jt.load(bare).tolist() == [number]
    finally:
        jt.serialization.set_default_load_endianness(None)
    with pytest.raises(TypeError, match="Invalid argument type in function set_default_load_endianness"):
        jt.serialization.set_default_load_endianness("big")


def test_conjugates_of_pytorch(torch):
    z = torch.tensor([1 + 2j, 3 - 1j])
    conjugate, negative = sent(z.conj(), torch, jt), sent(z.conj().imag, torch, jt)
    assert conjugate.tolist() == [1 - 2j, 3 + 1j]
    assert negative.tolist() == [-2.0, 1.0]


def layers(torch):
    """Return a module of each class that can be made without arguments, or with these."""
    arguments = {"Linear": (2, 3), "Conv2d": (1, 2, 3), "Embedding": (4, 3), "Bilinear": (2, 3, 4), "Conv1d": (1, 2, 3)}
    arguments |= {"RNN": (2, 3), "LSTM": (2, 3), "GRU": (2, 3)}
    found = {}
    for name in jt.nn.modules.__all__:
        kind = getattr(torch.nn, name)
        required = [
            each
            for each in inspect.signature(kind).parameters.values()
            if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD
        ]
        if (name in arguments or not required) and name != "Transformer":  # which is large
            found[name] = kind(*arguments.get(name, ()))
    return found


def test_whole_modules_go_both_ways(torch):
    load = {"weights_only": False}
    for writer, reader in ((jt, torch), (torch, jt)):
        modules = layers(writer)
        found = sent(modules, writer, reader, load)
        for name, module in modules.items():
            assert type(found[name]) is getattr(reader.nn, name)
            assert repr(found[name]) == repr(module)
            if hasattr(module, "state_dict") and not name.startswith("Lazy"):  # whose state has no values yet
                assert_equal(found[name].state_dict(), module.state_dict())
        x = reader.ones(1, 2)
        assert found["Sequential"](x) is x
        assert found["Linear"](x).detach().numpy() == pytest.approx(
            modules["Linear"](writer.ones(1, 2)).detach().numpy(), rel=1e-6
        )


def test_whole_optimizers_and_schedules_go_both_ways(torch):
    def made(library):
        model, optimizer, train = training(library, lambda each: lambda params: each.optim.Adam(params, lr=0.05))
        schedule = library.optim.lr_scheduler.StepLR(optimizer, 2)
        train(2)
        schedule.step()
        return [model, optimizer, schedule]

    for writer, reader in ((jt, torch), (torch, jt), (jt, jt)):
        original = made(writer)
        model, optimizer, schedule = sent(original, writer, reader, {"weights_only": False})
        assert_equal(optimizer.state_dict(), original[1].state_dict())
        assert schedule.state_dict().keys() == original[2].state_dict().keys()
        assert optimizer.param_groups[0]["params"][0] is model[0].weight
        assert schedule.optimizer is optimizer
        model(reader.ones(1, 3)).sum().backward()
        optimizer.step()
        schedule.step()
        assert schedule.last_epoch == 2
        assert schedule.get_last_lr() == [pytest.approx(0.005)]


def test_names_of_classes_are_pytorchs(torch):
    for place in ("nn", "optim", "optim.lr_scheduler", "nn.utils", ""):
        mine, other = (operator.attrgetter(place)(each) if place else each for each in (jt, torch))
        for name in dir(mine):
            kind, theirs = getattr(mine, name, None), getattr(other, name, None)
            if isinstance(kind, type) and isinstance(theirs, type) and kind.__module__.startswith("jnet"):
                module, path = name_of(kind)
                found = operator.attrgetter(path)(importlib.import_module(module))
                assert found is theirs, f"{kind} is written as {module}.{path}"


def test_functions_go_both_ways(torch):
    load = {"weights_only": False}
    for name in ("relu", "sigmoid", "tanh", "nn.functional.relu", "nn.functional.gelu", "nn.functional.cross_entropy"):
        functions = [operator.attrgetter(name)(library) for library in (jt, torch)]
        assert sent(functions[0], jt, torch, load) is functions[1]
        assert sent(functions[1], torch, jt, load) is functions[0]
        assert sent(functions[0], jt, jt, load) is functions[0]


def test_what_jnet_has_not_is_named(torch):
    with pytest.raises(AttributeError, match="Can't get attribute 'Nonesuch'"):
        find("torch.nn.modules.rnn", "Nonesuch")
    with pytest.raises(NotImplementedError, match=r"_rebuild_sparse_tensor"):
        sent(torch.ones(2).to_sparse(), torch, jt)


# -- training goes on in the other library -----------------------------------------------------------------------------


def training(torch, optimizer):
    """Return a model, an optimizer and a function that trains them for some steps and returns the losses."""
    torch.manual_seed(7)
    model = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    optimizer = optimizer(torch)(model.parameters())
    x = torch.linspace(-1, 1, 60).reshape(20, 3)
    y = (x.sum(1, keepdim=True) * 2).sin()

    def train(steps):
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    return model, optimizer, train


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda torch: lambda params: torch.optim.SGD(params, lr=0.1, momentum=0.9),
        lambda torch: lambda params: torch.optim.Adam(params, lr=0.05),
    ],
    ids=["SGD", "Adam"],
)
def test_training_goes_on_in_the_other_library(optimizer, tmp_path, torch):
    expected = training(torch, optimizer)[2](20)
    for writer, reader in ((jt, torch), (torch, jt), (jt, jt)):
        path = tmp_path / "checkpoint.pt"
        model, optim, train = training(writer, optimizer)
        before = train(10)
        writer.save({"model": model.state_dict(), "optimizer": optim.state_dict(), "epoch": 10}, path)
        model, optim, train = training(reader, optimizer)
        train(3)  # so that there is something to replace
        checkpoint = reader.load(path)
        model.load_state_dict(checkpoint["model"])
        optim.load_state_dict(checkpoint["optimizer"])
        np.testing.assert_allclose(before + train(10), expected, rtol=1e-4, atol=1e-4)


# -- any tensor --------------------------------------------------------------------------------------------------------


@st.composite
def windows(draw):
    """Return dtype, size of a storage, and sizes, strides and offset of a tensor within it."""
    dtype = draw(st.sampled_from(DTYPES))
    size = draw(st.lists(st.integers(0, 4), max_size=4))
    stride = [draw(st.integers(0, 9)) for _ in size]
    offset = draw(st.integers(0, 5))
    reach = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True) if n) + 1
    return dtype, reach + draw(st.integers(0, 3)), size, stride, offset


@settings(max_examples=60, deadline=None)
@given(windows())
def test_any_strides_go_both_ways(torch, window):
    dtype, count, size, stride, offset = window

    def made(library):
        storage = library.arange(count).to(getattr(library, dtype))
        return library.as_strided(storage, size, stride, offset)

    theirs = made(torch)
    assert_equal_values(sent(theirs, torch, jt), theirs)
    assert_equal_values(sent(made(jt), jt, torch), theirs)


def assert_equal_values(mine, other):
    """Assert that shape, dtype and values are equal."""
    assert tuple(mine.shape) == tuple(other.shape)
    assert str(mine.dtype) == str(other.dtype)
    np.testing.assert_array_equal(numbers(mine), numbers(other))

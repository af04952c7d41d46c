"""Files that want to run code, to read what is not theirs, or to fill the memory: `torch.load` refuses them."""

import io
import os
import pickle
import struct
import sys
import tracemalloc
import zipfile
import zlib

import pytest

import jnet.torch as torch

CANARY: list = []


def sing(*args):
    """Be called by a file."""
    CANARY.append(args)
    return {}


class Bird:
    """Sings when it is made, built or hashed."""

    def __init__(self, *args):
        sing()

    def __setstate__(self, state):
        sing()

    def __hash__(self):
        return sing() or 1

    def __eq__(self, other):
        return sing() or True


# -- pickles, written by hand ------------------------------------------------------------------------------------------

TWO, STOP, REDUCE, BUILD, NEW, TUPLE = b"\x80\x02", b".", b"R", b"b", b"\x81", b"t"


def name(module, attribute):
    """Put a global on the stack."""
    return f"c{module}\n{attribute}\n".encode()


def put(value):
    """Put a plain value on the stack; bytes are instructions themselves."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return b"X" + struct.pack("<I", len(value.encode())) + value.encode()
    if isinstance(value, bool) or value is None:
        return {True: b"\x88", False: b"\x89", None: b"N"}[value]
    if isinstance(value, int):
        data = pickle.encode_long(value)
        return b"\x8a" + bytes([len(data)]) + data
    if isinstance(value, tuple):
        return b"(" + b"".join(map(put, value)) + TUPLE
    assert isinstance(value, list)
    return b"](" + b"".join(map(put, value)) + b"e"


def call(function, *args):
    """Call a function."""
    return function + put(args) + REDUCE


def program(*parts):
    """Return a pickle."""
    return TWO + b"".join(map(put, parts)) + STOP


HOOKS = call(name("collections", "OrderedDict"))
V2, V3 = name("torch._utils", "_rebuild_tensor_v2"), name("torch._utils", "_rebuild_tensor_v3")
FROM_TYPE = name("torch._tensor", "_rebuild_from_type_v2")
SING = name(__name__, "sing")
SYSTEM = name("os", "system")


def storage(key="0", kind="FloatStorage", count=6, place="cpu", what="storage"):
    """Ask for a storage."""
    kind = name("torch", kind) if isinstance(kind, str) else kind
    return put((what, kind, key, place, count)) + b"Q"


def tensor(offset=0, size=(6,), stride=(1,), store=None, grad=False):
    """Make a tensor of a storage of six numbers."""
    return call(V2, storage() if store is None else store, offset, size, stride, grad, HOOKS)


# -- archives ----------------------------------------------------------------------------------------------------------


def archive(*parts, data=b"\0" * 24, compression=zipfile.ZIP_STORED, **records):
    """Return an archive with this pickle, and a storage of 24 bytes."""
    content = {"data.pkl": program(*parts), "byteorder": b"little", "version": b"3\n", "data/0": data}
    content |= {key.replace("__", "/").replace("_", "."): value for key, value in records.items()}
    return zipped({f"archive/{key}": value for key, value in content.items() if value is not None}, compression)


def zipped(content, compression=zipfile.ZIP_STORED):
    """Return a zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as target:
        for path, value in content.items():
            target.writestr(path, value)
    return file.getvalue()


def saved(value=None, **options):
    """Return what `torch.save` writes."""
    file = io.BytesIO()
    torch.save(torch.arange(6.0) if value is None else value, file, **options)
    return file.getvalue()


def changed(data, old, new, count=1):
    """Return the data with something replaced that is there."""
    assert old in data
    return data.replace(old, new, count)


def central(data, field, value, form="<I", which=b"archive/data/0"):
    """Return an archive with a field of the directory's entry of a storage changed."""
    at = data.rindex(which) - 46 + field
    return data[:at] + struct.pack(form, value) + data[at + struct.calcsize(form) :]


def old(*parts, keys=("0",), tail=b"\6" + b"\0" * 31, magic=0x1950A86A20F9469CFC6C, version=1001):
    """Return a file in the format of before 1.6."""
    system = pickle.dumps({"little_endian": sys.byteorder == "little"}, 2)
    return program(magic) + program(version) + system + program(*parts) + program(list(keys)) + tail


def old_storage(key="0", count=6, view=None):
    """Ask for a storage in the old format."""
    return put(("storage", name("torch", "FloatStorage"), key, "cpu", count, view)) + b"Q"


def doubled(levels):
    """Return a tuple of tuples that are each twice the one before: small in the file, without end to walk through."""
    return put(()) + b"q\0h\0\x86" * levels


REFUSED, LOST, CORRUPT = pickle.UnpicklingError, EOFError, RuntimeError
NOT_ALLOWED = r"^Weights only load failed[\s\S]*GLOBAL {} was not an allowed global by default"

FILES = {
    # Code.
    "calls a function": (archive(call(SING, 1)), REFUSED, NOT_ALLOWED.format(f"{__name__}.sing")),
    "calls os.system": (archive(call(SYSTEM, "touch canary")), REFUSED, "GLOBAL os.system whose module os is blocked"),
    "calls posix.system": (archive(call(name("posix", "system"), "touch canary")), REFUSED, "module posix is blocked"),
    "calls nt.system": (archive(call(name("nt", "system"), "touch canary")), REFUSED, "module nt is blocked"),
    "calls eval": (archive(call(name("builtins", "eval"), "sing()")), REFUSED, NOT_ALLOWED.format("eval")),
    "calls exec by Python 2's name": (
        archive(call(name("__builtin__", "exec"), "1")),
        REFUSED,
        NOT_ALLOWED.format("exec"),
    ),
    "calls getattr": (archive(call(name("builtins", "getattr"), SING, "x")), REFUSED, NOT_ALLOWED.format("getattr")),
    "calls a function of a submodule": (archive(call(name("subprocess", "Popen"), "x")), REFUSED, "subprocess.Popen"),
    "reaches through a name with dots": (
        archive(name("torch", "serialization.os.system")),
        REFUSED,
        "GLOBAL torch.serial",
    ),
    "reaches through a module's import": (
        archive(name("jnet.files", "os")),
        REFUSED,
        NOT_ALLOWED.format("jnet.files.os"),
    ),
    "calls torch.load": (archive(call(name("torch", "load"), "x")), REFUSED, NOT_ALLOWED.format("torch.load")),
    "calls torch.hub": (archive(call(name("torch.hub", "load"), "x")), REFUSED, NOT_ALLOWED.format("torch.hub.load")),
    "loads a pickle within": (archive(call(name("torch.storage", "_load_from_bytes"), 1)), REFUSED, "_load_from_bytes"),
    "makes an instance": (archive(name(__name__, "Bird"), (), NEW), REFUSED, r"Bird was not an allowed"),
    "makes an instance of an allowed class": (
        archive(name("torch", "Tensor"), (1,), NEW),
        REFUSED,
        "Can only create new",
    ),
    "makes a parameter": (archive(name("torch.nn.parameter", "Parameter"), (), NEW), REFUSED, "Can only create new"),
    "calls a class of tensors": (
        archive(call(name("torch", "FloatTensor"), 1 << 40)),
        REFUSED,
        "unrecognized function",
    ),
    "calls what it made": (archive(call(HOOKS)), REFUSED, "unrecognized function a OrderedDict"),
    "calls a dtype": (archive(call(name("torch", "float32"))), REFUSED, "unrecognized function a dtype"),
    "calls with no tuple": (archive(name("collections", "OrderedDict"), [1], REDUCE), REFUSED, "may not be a list"),
    "calls through a rebuild": (
        archive(call(FROM_TYPE, name("torch", "Size"), name("torch", "Tensor"), (), None)),
        REFUSED,
        "unrecognized function",
    ),
    "calls through a rebuild of itself": (
        archive(call(FROM_TYPE, FROM_TYPE, name("torch", "Tensor"), (HOOKS, 1, (), 1), None)),
        REFUSED,
        "unrecognized function",
    ),
    "rebuilds another class": (
        archive(call(FROM_TYPE, V2, name("builtins", "set"), (storage(), 0, (6,), (1,), False, HOOKS), None)),
        REFUSED,
        "is no class of tensors that is allowed",
    ),
    "changes a function": (archive(V2, b"}", put("x"), put(1), b"s", BUILD), REFUSED, "Can only build"),
    "changes a class": (
        archive(name("torch", "Tensor"), b"}", put("add"), put(1), b"s", BUILD),
        REFUSED,
        "Can only build",
    ),
    "changes a tensor": (archive(tensor(), b"}", put("x"), put(1), b"s", BUILD), REFUSED, "Can only build"),
    "hides a method of a dictionary": (
        archive(HOOKS, b"}", put("items"), put(1), b"s", BUILD),
        REFUSED,
        "place of a method",
    ),
    "hides a method of a tensor": (
        archive(
            call(
                FROM_TYPE,
                V2,
                name("torch", "Tensor"),
                (storage(), 0, (6,), (1,), False, HOOKS),
                b"}" + put("backward") + put(1) + b"s",
            )
        ),
        CORRUPT,
        "a tensor's own attribute 'backward'",
    ),
    "takes the place of a tensor's storage": (
        archive(
            call(
                name("torch._utils", "_rebuild_parameter_with_state"),
                tensor(),
                True,
                HOOKS,
                b"}" + put("_storage") + put(1) + b"s",
            )
        ),
        CORRUPT,
        "a tensor's own attribute '_storage'",
    ),
    "encodes by a module's name": (
        archive(call(name("_codecs", "encode"), "x", "zlib_codec")),
        REFUSED,
        "not as 'zlib_codec'",
    ),
    "uses an extension": (archive(b"\x82\x01"), REFUSED, "Unsupported operand 130"),
    "uses INST": (archive(b"(i" + b"os\nsystem\n"), REFUSED, "Unsupported operand 105"),
    "uses OBJ": (archive(b"(" + SING + b"o"), REFUSED, NOT_ALLOWED.format(f"{__name__}.sing")),
    "uses STACK_GLOBAL": (archive(put("os"), put("system"), b"\x93"), REFUSED, "Unsupported operand 147"),
    "has a storage of another sort": (archive(storage(what="module")), REFUSED, "Only persistent_load of storage"),
    "has a storage with a number for its name": (archive(put(7) + b"Q"), REFUSED, "persistent_load id must be tuple"),
    "has a storage of a function": (archive(storage(kind=HOOKS)), REFUSED, "a storage is named by its type"),
    # Memory, without end.
    "is a string of 4 GB": (archive(b"X\xff\xff\xff\xff"), LOST, "ends within a pickle"),
    "makes 1 TB of bytes": (archive(call(name("builtins", "bytearray"), 1 << 40)), REFUSED, "may not be a int"),
    "has a key that is twice itself, 60 times": (
        archive(b"}", doubled(60), put(1), b"s"),
        REFUSED,
        "a key of a dictionary",
    ),
    "has a member that is twice itself": (
        archive(call(name("builtins", "set"), b"](" + doubled(60) + b"e")),
        REFUSED,
        "a key of a dictionary or member",
    ),
    "has a key of many levels": (archive(b"}", put(()), b"\x85" * 100_000, put(1), b"s"), REFUSED, "a key of a dict"),
    "has a key that is a list": (archive(b"}", [1], put(1), b"s"), REFUSED, "may not be a list"),
    "remembers nothing": (archive(b"h\x05"), REFUSED, "makes no sense"),
    "takes from an empty stack": (archive(b"\x86"), REFUSED, "makes no sense"),
    "ends without a mark": (archive(b"t"), REFUSED, "makes no sense"),
    "appends to a dictionary": (
        archive(b"}", put(1), b"a"),
        REFUSED,
        "Can only append to lists, but got <class 'dict'>",
    ),
    "sets an item of a list": (archive(b"]", put(1), put(1), b"s"), REFUSED, "Can only SETITEM for dict"),
    "has a key without a value": (archive(b"}(", put(1), b"u"), REFUSED, "makes no sense"),
    "ends within the pickle": (zipped({"a/data.pkl": TWO + b"]", "a/version": b"3"}), LOST, "ends within a pickle"),
    "has a name without an end": (archive(b"c" + b"a" * 5000), LOST, "ends within a pickle"),
    # Storages and what is seen of them.
    "reads after its storage": (archive(tensor(size=(7,))), CORRUPT, "are out of bounds for storage of size 24"),
    "reads after its storage by an offset": (
        archive(tensor(offset=1)),
        CORRUPT,
        "storage offset 1, and itemsize 4 req",
    ),
    "reads after its storage by strides": (archive(tensor(stride=(2,))), CORRUPT, "out of bounds"),
    "reads before its storage": (archive(tensor(offset=-1)), CORRUPT, "invalid storage offset -1"),
    "reads backwards": (archive(tensor(stride=(-1,))), CORRUPT, "Storage size calculation overflowed"),
    "has a negative size": (archive(tensor(size=(-1,))), CORRUPT, "numel: integer multiplication overflow"),
    "has sizes that overflow": (
        archive(tensor(size=(1 << 32, 1 << 32), stride=(0, 0))),
        CORRUPT,
        "numel: integer multiplication overflow",
    ),
    "has sizes that overflow beside a zero": (
        archive(tensor(size=(1 << 70, 0), stride=(0, 0))),
        CORRUPT,
        "numel: integer multiplication overflow",
    ),
    "has strides that overflow": (archive(tensor(stride=(1 << 62,))), CORRUPT, "calculation overflowed"),
    "has an offset that overflows": (archive(tensor(offset=1 << 64)), CORRUPT, "invalid storage offset"),
    "repeats one number without end": (archive(tensor(size=(1 << 40,), stride=(0,))), CORRUPT, "which repeat the 6"),
    "has no elements, and sizes without end": (
        archive(tensor(size=(0, 1 << 62), stride=(1, 1))),
        CORRUPT,
        "an empty tensor of sizes",
    ),
    "makes a dictionary of a tensor without end": (
        archive(call(name("collections", "OrderedDict"), tensor(size=(1 << 29, 2), stride=(0, 0)))),
        REFUSED,
        "may not be a Tensor",
    ),
    "counts a tensor": (archive(call(name("collections", "Counter"), tensor())), REFUSED, "may not be a Tensor"),
    "has sizes that are a tensor": (archive(call(name("torch", "Size"), tensor())), REFUSED, "may not be a Tensor"),
    "has more sizes than strides": (archive(tensor(size=(2, 3))), CORRUPT, "unequal size length"),
    "has a hundred dimensions": (archive(tensor(size=(1,) * 100, stride=(1,) * 100)), CORRUPT, "100 dimensions"),
    "has sizes that are no numbers": (archive(tensor(size=("a",))), REFUSED, "must be integers"),
    "makes a tensor of no storage": (archive(tensor(store=put("x"))), REFUSED, "is made of a storage, not of a str"),
    "makes a parameter of no tensor": (
        archive(call(name("torch._utils", "_rebuild_parameter"), 1, True, HOOKS)),
        REFUSED,
        "made of a tensor, not of a int",
    ),
    "has a dtype that is none": (
        archive(call(V3, storage(), 0, (6,), (1,), False, HOOKS, 1)),
        REFUSED,
        "dtype of a tensor may not be a int",
    ),
    "has integers that want gradients": (
        archive(tensor(store=storage(kind="IntStorage"), grad=True)),
        CORRUPT,
        "can require gradients",
    ),
    "has another dtype than its storage": (
        archive(call(V3, storage(), 0, (6,), (1,), False, HOOKS, name("torch", "int32"))),
        CORRUPT,
        "lies in a storage of",
    ),
    "claims a storage of 4 EB": (archive(storage(count=1 << 60)), CORRUPT, "has 24 bytes in the file"),
    "claims a smaller storage": (
        archive(storage(count=1)),
        CORRUPT,
        "has 24 bytes in the file, but its tensors need 4",
    ),
    "claims a negative storage": (archive(storage(count=-6)), REFUSED, "a storage is named by"),
    "has the wrong key": (archive(storage(key="1")), CORRUPT, "failed locating file data/1: file not found"),
    "has a key that leads elsewhere": (archive(storage(key="../version")), CORRUPT, "failed locating file"),
    "lies on a device that there is not": (archive(storage(place="../cpu")), CORRUPT, "don't know how to restore"),
    # Archives.
    "has a name that leads up": (archive(1, **{"..__evil": b"1"}), CORRUPT, "leaves the folder"),
    "has an absolute name": (
        zipped({"/data.pkl": program(1), "/version": b"3"}),
        CORRUPT,
        "failed locating|leaves the",
    ),
    "has a name with backslashes": (archive(1, **{"..\\evil": b"1"}), CORRUPT, "leaves the folder"),
    "has a second folder": (zipped({"a/data.pkl": program(1), "b/version": b"3"}), CORRUPT, "leaves the folder 'a/'"),
    "has a record twice": (
        changed(changed(archive(1, xata_pkl=b"1"), b"xata.pkl", b"data.pkl"), b"xata.pkl", b"data.pkl"),
        CORRUPT,
        "there are two records",
    ),
    "is compressed": (archive(tensor(), compression=zipfile.ZIP_DEFLATED), CORRUPT, "is compressed"),
    "inflates to 1 GB": (
        archive(tensor(), data=b"\0" * 50_000_000, compression=zipfile.ZIP_DEFLATED),
        CORRUPT,
        "is compressed",
    ),
    "is encrypted": (central(archive(tensor()), 8, 1, "<H"), CORRUPT, "is encrypted"),
    "claims more than the file": (
        central(central(archive(tensor()), 20, 1 << 30), 24, 1 << 30),
        CORRUPT,
        "more than the file has",
    ),
    "claims other sizes than it stores": (central(archive(tensor()), 24, 1 << 30), CORRUPT, "is compressed|is not"),
    "has a record elsewhere": (central(archive(tensor()), 42, 5), CORRUPT, "not where the directory says"),
    "has a record after the end": (central(archive(tensor()), 42, 1 << 31), CORRUPT, "not where the directory says"),
    "has records that overlap": (central(archive(tensor()), 42, 0), CORRUPT, "overlap each other|are two"),
    "was changed in a storage": (
        changed(saved(), b"\0\0\x80?", b"\0\0\x81?"),
        CORRUPT,
        "checksum of the record 'data/0'",
    ),
    "was changed in its pickle": (
        changed(saved(), b"FloatStorage", b"LongsStorage"),
        CORRUPT,
        "checksum of the record",
    ),
    "was cut off": (saved()[:-30], CORRUPT, "failed finding central directory"),
    "was cut off in the middle": (saved()[:300], CORRUPT, "failed finding central directory"),
    "has a directory of nonsense": (
        changed(saved(), b"PK\1\2", b"PK\1\3"),
        CORRUPT,
        "failed finding central directory",
    ),
    "has no pickle": (zipped({"a/version": b"3"}), CORRUPT, "failed locating file data.pkl"),
    "has no version": (archive(1, version=None), CORRUPT, r'hasRecord\("version"\)'),
    "is of a later version": (archive(1, version=b"99"), CORRUPT, "version 99, but the maximum supported version"),
    "has a version of nonsense": (archive(1, version=b"9" * 5000), CORRUPT, "maximum supported version"),
    "has a byte order of nonsense": (archive(1, byteorder=b"middle"), ValueError, "Unknown endianness type: middle"),
    "is an empty archive": (b"PK\5\6" + b"\0" * 18, CORRUPT, "failed locating file data.pkl"),
    # The format of before 1.6, and what is none at all.
    "is empty": (b"", LOST, "ends within a pickle"),
    "is text": (b"hello world", REFUSED, "makes no sense"),
    "is a pickle that runs": (pickle.dumps(sing, 2), REFUSED, "was not an allowed"),
    "is a plain pickle": (program(1), CORRUPT, "Invalid magic number"),
    "runs in its magic number": (program(call(SING)), REFUSED, NOT_ALLOWED.format(f"{__name__}.sing")),
    "old, calls a function": (old(call(SING)), REFUSED, NOT_ALLOWED.format(f"{__name__}.sing")),
    "old, brings its class": (old(put(("module", SING, "file", "source")) + b"Q"), REFUSED, "was not an allowed"),
    "old, of another version": (old(1, version=7), CORRUPT, "Invalid protocol version: 7"),
    "old, claims a storage of 4 EB": (
        old(tensor(size=(1 << 60,), store=old_storage(count=1 << 60)), tail=struct.pack("<q", 1 << 60)),
        CORRUPT,
        "unexpected EOF, expected|which repeat",
    ),
    "old, has another size": (old(tensor(store=old_storage(count=5), size=(5,))), CORRUPT, "has another size"),
    "old, has two sizes": (old([old_storage(), old_storage(count=5)]), CORRUPT, "has two sizes"),
    "old, was cut off": (
        old(tensor(store=old_storage()), tail=b"\6"),
        CORRUPT,
        "unexpected EOF, expected 31 more bytes",
    ),
    "old, lacks a storage": (old(tensor(store=old_storage()), keys=()), CORRUPT, "not those that its tensors need"),
    "old, reads after its storage": (old(tensor(size=(7,), store=old_storage())), CORRUPT, "out of bounds"),
    "old, has a storage that is part of another": (
        old(tensor(store=old_storage(view=("1", 0, 6)))),
        NotImplementedError,
        "before PyTorch 0.4",
    ),
    "is a tar file": (b"storages" + b"\0" * 600, REFUSED, "Weights only load failed"),
}


@pytest.fixture
def quiet(tmp_path, monkeypatch):
    """An empty folder to be in, in which nothing may appear; and nothing may sing."""
    monkeypatch.chdir(tmp_path)
    CANARY.clear()
    yield tmp_path
    assert CANARY == []
    assert sorted(each.name for each in tmp_path.iterdir()) in ([], ["file.pt"])


def test_the_table_is_long_enough():
    assert len(FILES) >= 30


@pytest.mark.parametrize("title", FILES)
def test_hostile_files_are_refused(title, quiet):
    data, error, words = FILES[title]
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    with pytest.raises(error, match=words) as caught:
        torch.load(io.BytesIO(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.type is error
    assert peak - before < 20_000_000 + 3 * len(data)
    assert len(str(caught.value)) < 3000


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize("title", [title for title, row in FILES.items() if row[1] is CORRUPT and row[0][:2] == b"PK"])
def test_hostile_archives_are_refused_on_the_disk_too(title, mmap, quiet):
    data, error, words = FILES[title]
    if mmap and "changed in a storage" in title:
        pytest.skip("what is mapped is not read, so it is not checked either")
    (quiet / "file.pt").write_bytes(data)
    with pytest.raises(error, match=words):
        torch.load(quiet / "file.pt", mmap=mmap)
    assert (quiet / "file.pt").read_bytes() == data
    os.remove(quiet / "file.pt")


def test_the_archives_of_the_table_are_good_but_for_what_they_do(quiet):
    assert torch.load(io.BytesIO(archive(tensor()))).tolist() == [0.0] * 6
    assert torch.load(io.BytesIO(old(tensor(store=old_storage())))).tolist() == [0.0] * 6


def test_the_canary_sings_without_protection(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    CANARY.clear()
    torch.load(io.BytesIO(archive(call(SING, 1))), weights_only=False)
    assert CANARY == [(1,)]
    CANARY.clear()
    torch.load(io.BytesIO(archive(call(SYSTEM, "touch canary"))), weights_only=False)
    assert (tmp_path / "canary").exists()


def test_protection_can_be_forced_from_outside(monkeypatch, quiet):
    monkeypatch.setenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")
    with pytest.raises(pickle.UnpicklingError, match="was not an allowed global"):
        torch.load(io.BytesIO(archive(call(SING, 1))), weights_only=False)


def test_deep_nests_are_data(quiet):
    found = torch.load(io.BytesIO(archive(b"]" * 100_000 + b"a" * 99_999)))
    for _ in range(99_999):
        found = found[0]
    assert found == []


def test_a_list_may_hold_itself(quiet):
    found = torch.load(io.BytesIO(archive(b"]q\0h\0a")))
    assert found[0] is found


@pytest.mark.parametrize("seed", range(20))
def test_files_with_one_byte_changed_are_read_or_refused(seed, quiet):
    state = torch.nn.Linear(2, 2).state_dict()
    for data in (saved(state), saved(state, _use_new_zipfile_serialization=False)):
        for place in range(seed, len(data), 61):
            broken = bytearray(data)
            broken[place] ^= 1 + seed * 7 % 255
            try:
                torch.load(io.BytesIO(bytes(broken)))
            except (RuntimeError, ValueError, EOFError, pickle.UnpicklingError, NotImplementedError, UserWarning):
                continue


def test_wrong_checksums_alone_are_noticed(quiet):
    data = saved()
    crc = struct.pack("<I", zlib.crc32(torch.arange(6.0).numpy().tobytes()))
    with pytest.raises(RuntimeError, match="checksum"):
        torch.load(io.BytesIO(data.replace(crc, b"\0\0\0\0")))

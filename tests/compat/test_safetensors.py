"""Files of safetensors: round trips, files that the real package reads and writes for PyTorch, and what is refused."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from compare import first_line

import jnet.torch as jt

safetensors = pytest.importorskip("safetensors")
from jnet.torch.serialization import safetensors as files  # noqa: E402 - needs the package

DTYPES = ("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "bfloat16",
          "float32", "float64", "complex64")  # fmt: skip


def everything(torch):
    """Return a tensor of each dtype, and some of odd shapes."""
    made = {name: (torch.arange(6) % 2).reshape(2, 3).to(getattr(torch, name)) for name in DTYPES}
    return {**made, "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3), "long.name.0": torch.ones(1, 1, 1)}


def bits(tensor):
    """Return shape, dtype and bytes of a tensor of either library."""
    whole = tensor.detach().float() if str(tensor.dtype) == "torch.bfloat16" else tensor.detach()
    return tuple(tensor.shape), str(tensor.dtype), whole.numpy().tobytes()


def same(mine, other):
    assert sorted(mine) == sorted(other)
    for name in mine:
        assert bits(mine[name]) == bits(other[name])


class Tied(jt.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = jt.nn.Linear(2, 2), jt.nn.Linear(2, 2)
        self.second.weight = self.first.weight


def test_round_trip(tmp_path):
    tensors, path = everything(jt), tmp_path / "all.safetensors"
    files.save_file(tensors, path, metadata={"format": "pt"})
    same(files.load_file(path), tensors)
    same(files.load(files.save(tensors)), tensors)
    assert [each.name for each in tmp_path.iterdir()] == ["all.safetensors"]
    assert files.load_file(path)["float32"].add_(1).sum() == 9  # they are the reader's own


def test_the_real_package_reads_and_writes_them(torch, tmp_path):
    import safetensors.torch as real

    files.save_file(everything(jt), tmp_path / "mine", {"who": "jnet"})
    same(real.load_file(tmp_path / "mine"), everything(torch))
    with safetensors.safe_open(tmp_path / "mine", "pt") as file:
        assert file.metadata() == {"who": "jnet"}
    real.save_file(everything(torch), tmp_path / "theirs", {"who": "PyTorch"})
    same(files.load_file(tmp_path / "theirs"), everything(jt))
    assert files.save(everything(jt)) == real.save(everything(torch))


def test_models_with_shared_weights(torch, tmp_path):
    import safetensors.torch as real

    net, path = Tied(), tmp_path / "tied"
    files.save_model(net, path)
    assert sorted(files.load_file(path)) == ["first.bias", "first.weight", "second.bias"]
    other = Tied()
    assert files.load_model(other, path) == (set(), [])
    same(other.state_dict(), net.state_dict())
    theirs = torch.nn.ModuleDict({"first": torch.nn.Linear(2, 2), "second": torch.nn.Linear(2, 2)})
    theirs["second"].weight = theirs["first"].weight
    assert real.load_model(theirs, path) == (set(), [])
    same(net.state_dict(), theirs.state_dict())
    real.save_model(theirs, tmp_path / "theirs")
    assert (tmp_path / "theirs").read_bytes() == path.read_bytes()


def test_models_that_do_not_fit(torch, tmp_path):
    import safetensors.torch as real

    path = tmp_path / "linear"
    files.save_file({"weight": jt.ones(1, 2), "scale": jt.ones(1)}, path)
    assert files.load_model(jt.nn.Linear(2, 1), path, strict=False) == ({"bias"}, ["scale"])
    messages = []
    for load, net in ((files.load_model, jt.nn.Linear(2, 1)), (real.load_model, torch.nn.Linear(2, 1))):
        with pytest.raises(RuntimeError) as caught:
            load(net, path)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def mistakes(torch):
    x = torch.arange(6.0).reshape(2, 3)
    return {
        "no dictionary": [x],
        "a number": {"a": 1.0},
        "not contiguous": {"a": x.t()},
        "shared": {"a": x, "b": x},
        "overlapping": {"a": x[0], "b": x.reshape(-1)[2:4]},
    }


@pytest.mark.parametrize("name", mistakes(jt))
def test_mistakes(name, torch, tmp_path):
    import safetensors.torch as real

    found = []
    for save, module in ((files.save_file, jt), (real.save_file, torch)):
        with pytest.raises((ValueError, RuntimeError)) as caught:
            save(mistakes(module)[name], tmp_path / "file")
        message = first_line(str(caught.value).strip())
        sets = message.partition(": [{")  # the names come in any order
        found.append((caught.type, sets[0].replace("jnet.", "").replace(".tensor.Tensor", ".Tensor"), sorted(sets[2])))
    assert found[0] == found[1]
    assert not (tmp_path / "file").exists()


def test_parts_of_one_tensor_that_do_not_overlap(torch, tmp_path):
    import safetensors.torch as real

    x = jt.arange(6.0).reshape(2, 3)
    files.save_file({"a": x[0], "b": x[1], "none": x[:0]}, tmp_path / "file")
    assert real.load_file(tmp_path / "file")["b"].tolist() == [3, 4, 5]


def test_a_dtype_that_files_do_not_have(tmp_path):
    with pytest.raises(NotImplementedError, match=r"no dtype for `a`, which is torch\.complex128"):
        files.save_file({"a": jt.ones(2, dtype=jt.complex128)}, tmp_path / "file")


def test_a_dtype_that_jnet_does_not_have(torch):
    import safetensors.torch as real

    with pytest.raises(NotImplementedError, match="`a` is of the dtype F8_E4M3"):
        files.load(real.save({"a": torch.ones(2).to(torch.float8_e4m3fn)}))


@pytest.mark.parametrize("cut", [0, 5, 40, -1])
def test_damaged_files(cut, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(files.save(everything(jt))[:cut])
    with pytest.raises(safetensors.SafetensorError, match="is no whole file of safetensors"):
        files.load_file(path)


def test_tampered_headers(tmp_path):
    good = files.save({"a": jt.ones(2, 3)})
    for before, after in ((b"[2,3]", b"[9,3]"), (b"[0,24]", b"[4,28]"), (b'"F32"', b'"F99"'), (b"{", b"[")):
        assert before in good
        with pytest.raises(safetensors.SafetensorError):
            files.load(good.replace(before, after, 1))
    with pytest.raises(safetensors.SafetensorError):
        files.load((2**60).to_bytes(8, "little") + good[8:])


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        files.load_file(tmp_path / "file")


def test_a_failed_write_keeps_the_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    files.save_file({"a": jt.ones(2)}, path)
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="unchanged"):
        files.save_file({"a": jt.zeros(2)}, path)
    assert files.load_file(path)["a"].tolist() == [1, 1]
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_open_files(tmp_path):
    tensors, path = everything(jt), tmp_path / "file"
    files.save_file(tensors, path, {"k": "v"})
    with files.safe_open(path, framework="pt", device="cpu") as file:
        assert file.metadata() == {"k": "v"}
        assert sorted(file.keys()) == sorted(tensors)
        same(file.get_tensors(), tensors)
        part = file.get_slice("bfloat16")
        assert part.get_shape() == [2, 3]
        assert part[:, 1:].tolist() == [[1, 0], [0, 1]]
        assert isinstance(part[0:1], jt.Tensor)
    with files.safe_open(path, "numpy") as file:
        assert isinstance(file.get_tensor("int64"), np.ndarray)


def test_an_unchanged_script(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
        import torch
        from safetensors import safe_open
        from safetensors.torch import load_file, load_model, save_file, save_model

        net = torch.nn.Linear(2, 1)
        save_model(net, "net.safetensors")
        load_model(torch.nn.Linear(2, 1), "net.safetensors")
        save_file({"a": torch.ones(2, dtype=torch.bfloat16)}, "a.safetensors")
        print(load_file("a.safetensors"))
        with safe_open("a.safetensors", framework="pt") as file:
            print(file.get_tensor("a"), file.get_slice("a")[:1])
        with safe_open("a.safetensors", framework="np") as file:
            print(file.get_tensor("a").dtype)
        """)
    )
    command = [sys.executable, "-m", "jnet", "run", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines() == [
        "{'a': tensor([1., 1.], dtype=torch.bfloat16)}",
        "tensor([1., 1.], dtype=torch.bfloat16) tensor([1.], dtype=torch.bfloat16)",
        "bfloat16",
    ]


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.delitem(sys.modules, files.__name__)
    with pytest.raises(ImportError, match=r"pip install jnet\[safetensors\]"):
        __import__(files.__name__)

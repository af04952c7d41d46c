"""jnet.torchvision.datasets and utils: on files made here, mirrors that are folders, and archives that lie."""

import hashlib
import http.server
import io
import pickle
import struct
import tarfile
import threading

import numpy as np
import pytest

import jnet.torch as torch
from jnet import data
from jnet.torchvision import datasets, transforms, utils
from jnet.torchvision.datasets import cifar
from jnet.torchvision.datasets.downloads import fetch

Image = pytest.importorskip("PIL.Image")
nn = torch.nn
RNG = np.random.default_rng(0)


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


# -- MNIST ------------------------------------------------------------------------------------------------------------


def digits(folder, end="", rows=40):
    """Write IDX files of bright bars, whose place is the label."""
    labels = (np.arange(rows) % 10).astype(np.uint8)
    images = RNG.integers(0, 50, (rows, 28, 28), dtype=np.uint8)
    images[np.arange(rows)[:, None], :, labels[:, None] * 2 + np.arange(4)] = 250
    for part in ("train", "t10k"):
        data.write_idx(folder / f"{part}-images-idx3-ubyte{end}", images)
        data.write_idx(folder / f"{part}-labels-idx1-ubyte{end}", labels)
    return images, labels


@pytest.mark.parametrize("kind", [datasets.MNIST, datasets.FashionMNIST, datasets.KMNIST])
@pytest.mark.parametrize("end", ["", ".gz"])
def test_digits_are_read(tmp_path, kind, end):
    images, labels = digits(tmp_path / kind.__name__ / "raw", end)
    digit = kind(tmp_path, train=False, target_transform=lambda label: -label)
    assert (digit.data.dtype, digit.data.shape, digit.targets.dtype) == (torch.uint8, (40, 28, 28), torch.int64)
    image, label = digit[13]
    assert (image.mode, image.size, label) == ("L", (28, 28), -3)
    np.testing.assert_array_equal(np.asarray(image), images[13])
    assert digit.targets.tolist() == labels.tolist()
    assert [*digit.class_to_idx] == digit.classes == list(kind.classes)
    assert len(digit) == 40
    digit.data, digit.targets = digit.data[5:9], digit.targets[5:9].tolist()  # as scripts make small sets
    np.testing.assert_array_equal(np.asarray(digit[-1][0]), images[8])
    assert digit[-1][1] == -8
    with pytest.raises(IndexError):
        digit[4]


def test_printing_a_set(tmp_path):
    digits(tmp_path / "MNIST" / "raw")
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    digit = datasets.MNIST(str(tmp_path), transform=transform)
    assert repr(digit) == (
        f"Dataset MNIST\n    Number of datapoints: 40\n    Root location: {tmp_path}\n    Split: Train\n"
        "    StandardTransform\nTransform: Compose(\n               ToTensor()\n"
        "               Normalize(mean=(0.5,), std=(0.5,))\n           )"
    )
    with pytest.warns(UserWarning, match="train_labels has been renamed targets"):
        assert digit.train_labels is digit.targets
    with pytest.raises(ValueError, match="Only transforms or transform/target_transform can be passed"):
        datasets.VisionDataset(tmp_path, transforms=transform, transform=transform)


@pytest.mark.parametrize("workers", [0, 2])
def test_the_tutorial_trains(tmp_path, workers):
    digits(tmp_path / "MNIST" / "raw", rows=80)
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    train_set = datasets.MNIST(str(tmp_path), train=True, download=True, transform=transform)
    torch.manual_seed(1)
    train_loader = torch.utils.data.DataLoader(train_set, batch_size=16, shuffle=True, num_workers=workers)
    model = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for _ in range(4):
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert (x.shape, y.dtype) == ((16, 1, 28, 28), torch.int64)
    assert losses[-1] < 0.2 < 2 < losses[0]


def mirrored(tmp_path, bad=False):
    """Return a kind of MNIST whose second mirror is a folder, and whose first one is not there."""
    mirror = tmp_path / "mirror"
    digits(mirror, ".gz")
    names = [name for name, _ in datasets.MNIST.resources]

    class Mirrored(datasets.MNIST):
        mirrors = ((tmp_path / "nowhere").as_uri() + "/", mirror.as_uri() + "/")
        resources = tuple((name, md5((mirror / name).read_bytes() + b"!" * bad)) for name in names)

    return Mirrored


def test_downloads(tmp_path, capsys):
    kind = mirrored(tmp_path)
    with pytest.raises(
        RuntimeError, match=r"Dataset not found. You can use download=True to download it\n.*put train-"
    ):
        kind(tmp_path)
    digit = kind(tmp_path, download=True)
    assert len(digit) == 40
    assert capsys.readouterr().out.count("Downloading") == 8
    kind(tmp_path, download=True)
    assert capsys.readouterr().out == ""


def test_downloads_that_fail_leave_nothing(tmp_path):
    kind = mirrored(tmp_path, bad=True)
    with pytest.raises(RuntimeError, match=r"Error downloading train-images(.*\n)*.*has the MD5.*\n.*into the folder"):
        kind(tmp_path, download=True)
    assert not (tmp_path / "Mirrored").exists()


class Careless(http.server.BaseHTTPRequestHandler):
    """Answers with less than it promises."""

    def do_GET(self):
        self.send_response(200 if "cut" in self.path else 404)
        self.send_header("Content-Length", "10")
        self.end_headers()
        self.wfile.write(b"short")

    def log_message(self, *args):
        pass


def test_servers_that_fail(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(RuntimeError) as caught:
            fetch([f"{host}/cut", f"{host}/none", "http://127.0.0.1:1/"], tmp_path / "file", "0" * 32)
        server.shutdown()
    for part in (
        "/cut: IncompleteRead",
        "/none: Not Found",
        "Connection refused",
        f"into the folder {tmp_path} yourself",
    ):
        assert part in str(caught.value)
    assert [*tmp_path.iterdir()] == []


def test_files_that_do_not_fit(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    digits(raw)
    data.write_idx(raw / "train-labels-idx1-ubyte", np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match=r"holds uint8 \(40, 28, 28\) images and \(3,\) labels"):
        datasets.MNIST(tmp_path)


# -- CIFAR ------------------------------------------------------------------------------------------------------------


def old_pickle(images: np.ndarray, key: str, labels) -> bytes:
    """Return a batch as Python 2 and an old NumPy wrote it, which is how CIFAR is published."""
    size = struct.pack("<H", len(images))
    text = b"T" + struct.pack("<i", images.size) + images.tobytes()
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01M" + size + b"M\x00\x0c\x86"
        b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
        + text
        + b"tb"
    )
    numbers = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(U\x04data" + array + b"U" + bytes([len(key)]) + key.encode() + numbers + b"u."


def tiny_cifar(tmp_path, kind, key):
    """Return the like of a set with five images a batch, the archive of its files, and its images."""
    images = RNG.integers(0, 256, (5, 3, 32, 32), dtype=np.uint8)
    batch = old_pickle(images, key, range(5))
    meta = pickle.dumps({kind.meta["key"]: [f"name {i}" for i in range(10)]}, protocol=2)
    files = {name: batch for name, _ in (*kind.train_list, *kind.test_list)} | {kind.meta["filename"]: meta}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"{kind.base_folder}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    (tmp_path / "mirror.tar.gz").write_bytes(archive.getvalue())

    class Tiny(kind):
        url = (tmp_path / "mirror.tar.gz").as_uri()
        tgz_md5 = md5(archive.getvalue())
        train_list = tuple((name, md5(batch)) for name, _ in kind.train_list)
        test_list = tuple((name, md5(batch)) for name, _ in kind.test_list)
        meta = kind.meta | {"md5": md5(files[kind.meta["filename"]])}

    return Tiny, images


@pytest.mark.parametrize(
    ("kind", "key", "rows"), [(datasets.CIFAR10, "labels", 25), (datasets.CIFAR100, "fine_labels", 5)]
)
def test_cifar(tmp_path, kind, key, rows):
    tiny, images = tiny_cifar(tmp_path, kind, key)
    with pytest.raises(RuntimeError, match=r"Dataset not found or corrupted. You can use download=True to download it"):
        tiny(tmp_path)
    train = tiny(tmp_path, download=True)
    assert (len(train), train.data.shape) == (rows, (rows, 32, 32, 3))
    assert train.targets == [0, 1, 2, 3, 4] * (rows // 5)
    image, label = tiny(tmp_path, train=False)[2]
    assert (image.mode, label, train.classes[2], train.class_to_idx["name 2"]) == ("RGB", 2, "name 2", 2)
    np.testing.assert_array_equal(np.asarray(image), images[2].transpose(1, 2, 0))
    (tmp_path / kind.base_folder / kind.meta["filename"]).write_bytes(b"damage")
    with pytest.raises(RuntimeError, match="not found or corrupted"):
        tiny(tmp_path)


class Evil:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps({"data": Evil()}),
        pickle.dumps({"data": np.zeros(3)}, protocol=2),
        pickle.dumps({"data": np.array([None])}, protocol=2),
        pickle.dumps([1, 2]),
        old_pickle(np.zeros((5, 3072), np.uint8), "labels", [1])[:-40],
        old_pickle(np.zeros((5, 3072), np.uint8), "labels", [1]).replace(b"M\x05\x00M", b"M\xff\xffM"),
        old_pickle(np.zeros((5, 3072), np.uint8), "labels", [1]).replace(b"cnumpy\ndtype", b"cos\nsystem"),
        b"",
    ],
)
def test_pickles_run_nothing(content, capsys):
    with pytest.raises(pickle.UnpicklingError):
        cifar.read_batch(content)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_pickles_of_now(protocol):
    images = RNG.integers(0, 256, (2, 3072), dtype=np.uint8)
    found = cifar.read_batch(pickle.dumps({"data": images, "labels": [1, 2]}, protocol=protocol))
    np.testing.assert_array_equal(found["data"], images)
    assert found["labels"] == [1, 2]


# -- folders and fakes ------------------------------------------------------------------------------------------------


def test_folders(tmp_path):
    for place, colour in (("cat/a.png", 1), ("cat/deep/b.PNG", 2), ("ant/c.bmp", 3), ("ant/notes.txt", None)):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("") if colour is None else Image.new("L", (2, 3), colour).save(path)
    images = datasets.ImageFolder(tmp_path, transform=transforms.PILToTensor())
    assert (images.classes, images.class_to_idx, images.targets) == (["ant", "cat"], {"ant": 0, "cat": 1}, [0, 1, 1])
    assert images.imgs == images.samples == [(str(tmp_path / p), i) for p, i in
                                             (("ant/c.bmp", 0), ("cat/a.png", 1), ("cat/deep/b.PNG", 1))]  # fmt: skip
    assert [x[:, 0, 0].tolist() for x, _ in images] == [[3] * 3, [1] * 3, [2] * 3]
    texts = datasets.DatasetFolder(tmp_path, len, is_valid_file=lambda path: path.endswith(".txt"), allow_empty=True)
    assert [*texts] == [(len(str(tmp_path / "ant/notes.txt")), 0)]
    (tmp_path / "bee").mkdir()
    with pytest.raises(
        FileNotFoundError, match=r"Found no valid file for the classes bee\. Supported extensions are: \.jpg"
    ):
        datasets.ImageFolder(tmp_path)
    with pytest.raises(FileNotFoundError, match="Couldn't find any class folder in"):
        datasets.ImageFolder(tmp_path / "bee")
    with pytest.raises(ValueError, match="Both extensions and is_valid_file cannot be None or not None"):
        datasets.DatasetFolder(tmp_path, len)


def test_fakes():
    torch.manual_seed(4)
    expected = torch.rand(1).item()
    torch.manual_seed(4)
    fakes = datasets.FakeData(9, (3, 3, 2), transform=transforms.PILToTensor())
    image, label = fakes[5]
    assert torch.rand(1).item() == expected  # the stream goes on as if nothing had been drawn
    assert (image.flatten()[:8].tolist(), label) == ([213, 132, 171, 10, 223, 103, 36, 218], 0)  # torchvision's
    with pytest.raises(IndexError, match="FakeData index out of range"):
        fakes[9]
    with pytest.raises(NotImplementedError, match=r"torchvision\.datasets\.SVHN is not built in jnet"):
        _ = datasets.SVHN


# -- grids ------------------------------------------------------------------------------------------------------------


def grid_by_hand(images, nrow, padding, pad_value):
    n, c, h, w = images.shape
    columns = min(nrow, n)
    rows = -(-n // columns)
    made = np.full((c, rows * (h + padding) + padding, columns * (w + padding) + padding), pad_value, images.dtype)
    for i, image in enumerate(images):
        top, left = (place * (size + padding) + padding for place, size in zip(divmod(i, columns), (h, w), strict=True))
        made[:, top : top + h, left : left + w] = image
    return made


@pytest.mark.parametrize("settings", [(8, 2, 0.0), (2, 1, 0.5), (3, 0, 0.0)])
@pytest.mark.parametrize("channels", [1, 3])
def test_grids(settings, channels):
    images = RNG.random((5, channels, 4, 3), np.float32)
    wanted = grid_by_hand(np.repeat(images, 3 // channels, 1), *settings)
    nrow, padding, pad_value = settings
    for given in (torch.tensor(images), [torch.tensor(each) for each in images]):
        found = utils.make_grid(given, nrow=nrow, padding=padding, pad_value=pad_value)
        np.testing.assert_array_equal(found, wanted)
    assert utils.make_grid(torch.zeros(4, 3)).shape == (3, 4, 3)
    low, high = images.min((1, 2, 3), keepdims=True), images.max((1, 2, 3), keepdims=True)
    found = utils.make_grid(torch.tensor(images), *settings[:2], normalize=True, scale_each=True)
    scaled = np.repeat((images - low) / (high - low), 3 // channels, 1)
    np.testing.assert_allclose(found, grid_by_hand(scaled, *settings[:2], 0.0), atol=1e-6)
    found = utils.make_grid(torch.tensor(images), *settings[:2], normalize=True, value_range=(0.2, 0.6))
    scaled = np.repeat((images.clip(0.2, 0.6) - 0.2) / 0.4, 3 // channels, 1)
    np.testing.assert_allclose(found, grid_by_hand(scaled, *settings[:2], 0.0), atol=1e-6)
    with pytest.raises(TypeError, match="tensor or list of tensors expected, got <class 'int'>"):
        utils.make_grid(3)


def test_saved_images(tmp_path):
    images = torch.tensor(RNG.random((4, 3, 5, 6), np.float32), requires_grad=True)
    utils.save_image(images, tmp_path / "grid.png", nrow=2)
    wanted = grid_by_hand(images.detach().numpy(), 2, 2, 0.0).transpose(1, 2, 0) * 255
    np.testing.assert_allclose(np.asarray(Image.open(tmp_path / "grid.png")), wanted, atol=0.5001)
    file = io.BytesIO()
    utils.save_image(images[0], file, format="bmp")
    assert Image.open(file).size == (6, 5)
    with pytest.raises(NotImplementedError, match=r"torchvision\.utils\.draw_bounding_boxes is not built"):
        _ = utils.draw_bounding_boxes

"""jnet.torchvision.transforms: against NumPy and Pillow, images against tensors, draws against torchvision's."""

import colorsys
import random
import re
import subprocess
import sys

import numpy as np
import pytest

import jnet.torch as torch
import jnet.torchvision as torchvision  # noqa: F401 - named in ERRORS
from jnet.torchvision import transforms as T

Image = pytest.importorskip("PIL.Image")
F, Mode = T.functional, T.InterpolationMode
RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (23, 31, 3), dtype=np.uint8)
PICTURE = Image.fromarray(BYTES)
X = torch.zeros(3, 32, 40)


def tensor_of(array):
    return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1)))


def array_of(img):
    """Pixels (H, W, C) of an image or a tensor."""
    return (
        img.numpy().transpose(1, 2, 0)
        if isinstance(img, torch.Tensor)
        else np.asarray(img).reshape(*img.size[::-1], -1)
    )


# -- between kinds of images ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "YCbCr", "HSV", "RGBA", "CMYK"])
def test_bytes_become_floats(mode):
    image = PICTURE.convert(mode) if mode != "LA" else PICTURE.convert("L").convert("LA")
    array = np.asarray(image).astype(np.uint8) * (255 if mode == "1" else 1)
    wanted = (array[None] if array.ndim == 2 else array.transpose(2, 0, 1)).astype(np.float32) / np.float32(255)
    found = T.ToTensor()(image)
    assert (found.dtype, found.shape) == (torch.float32, wanted.shape)
    np.testing.assert_array_equal(found.numpy(), wanted)
    if mode != "1":
        np.testing.assert_array_equal(T.ToTensor()(array).numpy(), wanted)
        np.testing.assert_array_equal(T.PILToTensor()(image).numpy(), wanted * 255)


@pytest.mark.parametrize(("mode", "dtype"), [("I", torch.int32), ("I;16", torch.int16), ("F", torch.float32)])
def test_other_numbers_stay(mode, dtype):
    image = Image.fromarray(np.array([[0, 3], [1000, 2]], {"I": "i4", "I;16": "u2", "F": "f4"}[mode]))
    found = T.ToTensor()(image)
    assert found.dtype is dtype
    assert found.tolist() == [[[0, 3], [1000, 2]]]
    again = T.ToPILImage(None if mode != "F" else "F")(found)
    assert (again.mode, again.getpixel((0, 1))) == (mode, 1000)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "YCbCr", "HSV", "RGBA", "CMYK"])
def test_there_and_back(mode):
    image = Image.frombytes(mode, (4, 3), RNG.bytes(12 * len(Image.new(mode, (1, 1)).getbands())))
    for there in (T.ToTensor(), T.PILToTensor(), np.asarray):
        back = T.ToPILImage(mode)(there(image))
        assert (back.mode, back.tobytes()) == (mode, image.tobytes())


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 3, 4, 5), (2, 2, 3, 1, 1)])
def test_normalize(shape):
    x = RNG.random(shape, np.float32)
    mean, std = np.float32([0.1, 0.2, 0.3])[:, None, None], np.float32([0.5, 0.6, 0.7])[:, None, None]
    known, recorded = torch.tensor(x), torch.tensor(x, requires_grad=True)
    for each in (known, recorded):
        np.testing.assert_array_equal(T.Normalize((0.1, 0.2, 0.3), [0.5, 0.6, 0.7])(each).detach(), (x - mean) / std)
    assert T.Normalize(torch.tensor([0.5]), torch.tensor([2.0]), inplace=True)(known) is known
    np.testing.assert_array_equal(known, (x - np.float32(0.5)) / 2)
    np.testing.assert_array_equal(F.normalize(recorded, 0.5, 2.0).detach(), (x - np.float32(0.5)) / 2)


def test_samples_are_not_recorded():
    """What each sample goes through is computed at once, and so is the batch of them."""
    pipeline = T.Compose([T.RandomCrop(23, 4), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize([0.5], [0.5])])
    batch = torch.utils.data.default_collate([F.hflip(F.pad(pipeline(PICTURE), 1)) for _ in range(8)])
    assert batch._storage.value.array is not None


@pytest.mark.parametrize(
    ("given", "dtype", "found"),
    [
        (torch.tensor([0, 51, 255], dtype=torch.uint8), torch.float32, [0, 0.2, 1]),
        (torch.tensor([0, 0.5, 1]), torch.uint8, [0, 127, 255]),
        (torch.tensor([0, 0.5, 1]), torch.float64, [0, 0.5, 1]),
        (torch.tensor([0, 1, 255], dtype=torch.uint8), torch.int32, [0, 2**23, 255 * 2**23]),
        (torch.tensor([0, 2**23, 2**31 - 1], dtype=torch.int32), torch.uint8, [0, 1, 255]),
    ],
)
def test_convert_image_dtype(given, dtype, found):
    made = T.ConvertImageDtype(dtype)(given)
    assert made.dtype is dtype
    assert made.tolist() == pytest.approx(found)


# -- tensors do what images do ----------------------------------------------------------------------------------------

SAME = {  # how far bytes may be apart
    "CenterCrop(20)": 0,
    "CenterCrop((40, 7))": 0,
    "FiveCrop((5, 9))": 0,
    "TenCrop(8, vertical_flip=True)": 0,
    "Pad(3, fill=9)": 0,
    "Pad((1, 2))": 0,
    "Pad((1, 2, 3, 4), padding_mode='edge')": 0,
    "Pad((1, 2, 3, 4), padding_mode='reflect')": 0,
    "Pad((1, 2, 3, 4), padding_mode='symmetric')": 0,
    "RandomCrop(23, padding=4)": 0,
    "RandomCrop((40, 33), pad_if_needed=True, padding_mode='edge')": 0,
    "RandomHorizontalFlip(1)": 0,
    "RandomVerticalFlip(1)": 0,
    "RandomInvert(1)": 0,
    "Resize((46, 62), T.InterpolationMode.NEAREST)": 0,
    "Resize(12)": 1,
    "Resize((40, 50))": 1,
    "Resize(12, max_size=14)": 1,
    "Resize(12, T.InterpolationMode.BICUBIC)": 4,  # Pillow rounds between rows and columns
    "RandomResizedCrop(16)": 1,
    "RandomRotation((90, 90))": 0,
    "RandomRotation((180, 180), fill=3)": 0,
    "RandomAffine((90, 90), (0.1, 0.2))": 0,
    "Grayscale()": 1,
    "Grayscale(3)": 1,
    "ColorJitter(0.5)": 1,
    "ColorJitter(0, 0.5)": 1,
    "ColorJitter(0, 0, 0.5)": 1,
    "ColorJitter(0, 0, 0, 0.3)": 16,  # Pillow turns colours by 255ths of the circle
    "GaussianBlur(3)": 0,
}


@pytest.mark.parametrize("name", SAME)
def test_tensors_as_images(name):
    transform = eval(f"T.{name}")
    found = []
    for img in (PICTURE, tensor_of(BYTES), tensor_of(BYTES)[None]):
        torch.manual_seed(1)
        made = transform(img)
        made = [array_of(each[0] if img.ndim == 4 else each) if isinstance(img, torch.Tensor) else array_of(each)
                for each in (made if isinstance(made, tuple) else [made])]  # fmt: skip
        found.append(made)
    for image, tensor, batch in zip(*found, strict=True):
        assert image.shape == tensor.shape
        assert np.abs(image.astype(int) - tensor).max() <= SAME[name]
        np.testing.assert_array_equal(tensor, batch)


FLOATS = [name for name in SAME if "Crop" in name or "Pad" in name or "Flip" in name or "Invert" in name]


@pytest.mark.parametrize("name", FLOATS)
def test_gradients_reach_the_image(name):
    """What is recorded gives the numbers that are computed at once, and each pixel's gradient says where it went."""
    x = tensor_of(BYTES).float() / 255
    found = []
    for img in (x, x.clone().requires_grad_()):
        torch.manual_seed(1)
        made = eval(f"T.{name}")(img)
        found.append(torch.cat([each.reshape(3, -1) for each in (made if isinstance(made, tuple) else [made])], 1))
        if img.requires_grad:
            found[-1].sum().backward()
            assert float(img.grad.abs().sum()) > 0
    np.testing.assert_allclose(found[0], found[1].detach(), rtol=0, atol=1e-6)


def test_crops_reach_outside():
    found = F.crop(tensor_of(BYTES), -2, 25, 9, 12)
    np.testing.assert_array_equal(array_of(found), array_of(F.crop(PICTURE, -2, 25, 9, 12)))
    assert F.crop(tensor_of(BYTES), 50, 50, 3, 4).tolist() == torch.zeros(3, 3, 4).int().tolist()


def test_hue_and_gamma():
    x = RNG.random((3, 4, 5), np.float32)
    found = F.adjust_hue(torch.tensor(x), 0.3).numpy()
    for place in np.ndindex(4, 5):
        h, s, v = colorsys.rgb_to_hsv(*x[(slice(None), *place)].tolist())
        np.testing.assert_allclose(found[(slice(None), *place)], colorsys.hsv_to_rgb((h + 0.3) % 1, s, v), atol=1e-5)
    np.testing.assert_allclose(F.adjust_gamma(torch.tensor(x), 2.2, 0.5), 0.5 * x**2.2, rtol=1e-5)
    made = np.asarray(F.adjust_gamma(PICTURE, 2.2))
    np.testing.assert_allclose(made, 255.999 * (BYTES / 255) ** 2.2, atol=1)
    for unchanged in (T.ColorJitter(), T.RandomGrayscale(0), T.RandomApply([T.Grayscale()], 0)):
        assert unchanged(PICTURE) is PICTURE


def test_gaussian_blur_of_a_point():
    x = torch.zeros(1, 9, 9)
    x[0, 4, 4] = 1
    weights = np.exp(-0.5 * (np.arange(-2, 3) / 0.8) ** 2)
    weights /= weights.sum()
    np.testing.assert_allclose(F.gaussian_blur(x, 5, 0.8)[0, 2:7, 2:7], np.outer(weights, weights), atol=1e-6)


def test_rotation_of_images_is_pillows():
    for expand, fill in ((False, 0), (True, (1, 2, 3))):
        found = F.rotate(PICTURE, 30, Mode.BILINEAR, expand, fill=fill)
        wanted = PICTURE.rotate(30, 2, expand, fillcolor=fill or (0, 0, 0))
        np.testing.assert_array_equal(np.asarray(found), np.asarray(wanted))
    assert F.rotate(torch.ones(1, 10, 20), 45, expand=True).shape == (1, 22, 22)
    assert F.rotate(torch.zeros(1, 23, 31), 90, expand=True).shape == (1, 31, 23)
    assert F.affine(PICTURE, 0, (3, -2), 1.0, 0).getpixel((13, 8)) == PICTURE.getpixel((10, 10))


# -- chance -----------------------------------------------------------------------------------------------------------

DRAWS = [  # what torchvision 0.28 draws after torch.manual_seed(420), for an image of 32 x 40
    (lambda: T.RandomCrop.get_params(X, (20, 24)), (1, 3, 20, 24)),
    (lambda: T.RandomResizedCrop.get_params(X, (0.08, 1.0), (3 / 4, 4 / 3)), (6, 20, 25, 20)),
    (lambda: T.RandomResizedCrop.get_params(X, (0.9, 1.0), (5.0, 6.0)), (12, 0, 8, 40)),
    (lambda: T.RandomErasing.get_params(X, (0.02, 0.33), (0.3, 3.3), [0.0])[:4], (2, 1, 13, 27)),
    (lambda: T.RandomRotation.get_params([-30.0, 30.0]), 18.321250915527344),
    (
        lambda: T.RandomAffine.get_params([-30.0, 30.0], (0.1, 0.2), (0.5, 2.0), [-5.0, 5.0], [40, 32]),
        (18.321250915527344, (-2, 6), 0.6542261838912964, (-1.5254026651382446, 0.0)),
    ),
    (
        lambda: [each if each is None or isinstance(each, float) else each.tolist()
                 for each in T.ColorJitter.get_params((0.5, 1.5), (0.5, 1.5), None, (-0.1, 0.1))],
        [[1, 2, 0, 3], 0.6028174757957458, 0.8474597334861755, None, -0.06891342252492905],
    ),
    (lambda: T.GaussianBlur.get_params(0.1, 2.0), 1.6301729679107666),
    (
        lambda: [T.RandomHorizontalFlip()(torch.tensor([[[0, 1]]])).tolist()[0][0][0] for _ in range(12)],
        [0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1],
    ),
]  # fmt: skip


@pytest.mark.parametrize("which", range(len(DRAWS)))
def test_seeds_draw_what_they_draw_in_torchvision(which):
    draw, wanted = DRAWS[which]
    torch.manual_seed(420)
    assert draw() == wanted


def test_draws_are_those_of_tensors():
    """The numbers come from the stream as `torch.rand(1)` and its like take them."""
    torch.manual_seed(3)
    i, j = torch.randint(0, 13, size=(1,)).item(), torch.randint(0, 17, size=(1,)).item()
    angle = float(torch.empty(1).uniform_(-30.0, 30.0).item())
    torch.manual_seed(3)
    assert T.RandomCrop.get_params(X, (20, 24)) == (i, j, 20, 24)
    assert T.RandomRotation.get_params([-30.0, 30.0]) == angle


def test_erasing():
    torch.manual_seed(420)
    torch.rand(1)  # whether
    top, left, h, w = T.RandomErasing.get_params(X, (0.02, 0.33), (0.3, 3.3), [0.0])[:4]
    for value, wanted in ((0.5, [0.5] * 3), ((1, 2, 3), [1, 2, 3])):
        torch.manual_seed(420)
        found = T.RandomErasing(1, value=value)(X)
        inside = found[:, top : top + h, left : left + w]
        assert inside[:, 0, 0].tolist() == wanted
        assert float(found.sum()) == float(inside.sum()) == sum(wanted) * h * w
    x = torch.zeros(1, 8, 8)
    assert T.RandomErasing(1, value="random", inplace=True)(x) is x
    assert x.unique().numel() > 2
    assert T.RandomErasing(0)(x) is x
    assert not X.any()


def test_choices():
    flips = [T.RandomHorizontalFlip(1), T.RandomVerticalFlip(1)]
    x = torch.arange(4).view(1, 2, 2)
    random.seed(0)
    assert {tuple(T.RandomChoice(flips)(x).flatten().tolist()) for _ in range(20)} == {(1, 0, 3, 2), (2, 3, 0, 1)}
    assert T.RandomChoice(flips, [0, 1])(x).flatten().tolist() == [2, 3, 0, 1]
    assert T.RandomOrder(flips)(x).flatten().tolist() == [3, 2, 1, 0]
    assert T.RandomApply(flips, 1)(x).flatten().tolist() == [3, 2, 1, 0]
    assert torch.nn.Sequential(*flips)(x).flatten().tolist() == [3, 2, 1, 0]
    assert T.Lambda(lambda v: v + 1)(1) == 2


# -- words ------------------------------------------------------------------------------------------------------------

PRINTED = [
    ("ToTensor()", None),
    ("PILToTensor()", None),
    ("ToPILImage()", None),
    ("ToPILImage('L')", "ToPILImage(mode=L)"),
    ("Normalize((0.1307,), (0.3081,))", "Normalize(mean=(0.1307,), std=(0.3081,))"),
    ("Resize((3, 4))", "Resize(size=(3, 4), interpolation=bilinear, max_size=None, antialias=True)"),
    ("CenterCrop(3)", "CenterCrop(size=(3, 3))"),
    ("RandomCrop(32, 4)", "RandomCrop(size=(32, 32), padding=4)"),
    ("Pad(3)", "Pad(padding=3, fill=0, padding_mode=constant)"),
    ("RandomHorizontalFlip()", "RandomHorizontalFlip(p=0.5)"),
    ("RandomRotation(10)", "RandomRotation(degrees=[-10.0, 10.0], interpolation=nearest, expand=False, fill=0)"),
    (
        "RandomResizedCrop(3)",
        "RandomResizedCrop(size=(3, 3), scale=(0.08, 1.0), ratio=(0.75, 1.3333), interpolation=bilinear, "
        "antialias=True)",
    ),
    ("Grayscale()", "Grayscale(num_output_channels=1)"),
    (
        "ColorJitter(0.1, 0.2, 0.3, 0.4)",
        "ColorJitter(brightness=(0.9, 1.1), contrast=(0.8, 1.2), saturation=(0.7, 1.3), hue=(-0.4, 0.4))",
    ),
    ("RandomErasing()", "RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False)"),
    ("RandomAffine(10)", "RandomAffine(degrees=[-10.0, 10.0])"),
    ("RandomApply([T.ToTensor()])", "RandomApply(\n    p=0.5\n    ToTensor()\n)"),
    ("RandomChoice([T.ToTensor()])", "RandomChoice(\n    ToTensor()\n)(p=None)"),
    ("GaussianBlur(3)", "GaussianBlur(kernel_size=(3, 3), sigma=(0.1, 2.0))"),
]


@pytest.mark.parametrize(("made", "printed"), PRINTED)
def test_printing(made, printed):
    assert repr(eval(f"T.{made}")) == (printed or made)


ERRORS = [
    ("F.to_tensor(3)", TypeError, "pic should be PIL Image or ndarray. Got <class 'int'>"),
    ("F.to_tensor(np.zeros(3))", ValueError, "pic should be 2/3 dimensional. Got 1 dimensions."),
    ("F.pil_to_tensor(X)", TypeError, "pic should be PIL Image. Got"),
    ("F.to_pil_image(3)", TypeError, "pic should be Tensor or ndarray. Got <class 'int'>."),
    ("F.to_pil_image(torch.zeros(5, 2, 2))", ValueError, "pic should not have > 4 channels. Got 5 channels."),
    ("F.to_pil_image(X, 'L')", ValueError, "Only modes ['RGB', 'YCbCr', 'HSV'] are supported for 3D inputs"),
    ("F.to_pil_image(X[:1], 'RGB')", ValueError, "Incorrect mode (RGB) supplied for input type"),
    ("F.to_pil_image(X.long()[0])", TypeError, "Input type int64 is not supported"),
    ("F.normalize(X.byte(), 0, 1)", TypeError, "Input tensor should be a float tensor. Got torch.uint8."),
    ("F.normalize(X[0], [0], [1])", ValueError, "Expected tensor to be a tensor image of size (..., C, H, W). Got"),
    ("F.normalize(X, [0], [0])", ValueError, "std evaluated to zero after conversion to torch.float32, leading to"),
    ("F.normalize(X, [1, 2], [1, 2])", RuntimeError, "The size of tensor a (3) must match the size of tensor b (2)"),
    ("F.resize(X, (1, 2, 3))", ValueError, "Size must be an int or a 1 or 2 element tuple/list, not a 3 element"),
    ("F.resize(X, 3, max_size=2)", ValueError, "max_size = 2 must be strictly greater than the requested size"),
    ("F.resize(X, (3, 4), max_size=9)", ValueError, "max_size should only be passed if size specifies the length"),
    ("F.resize(X, 3, 'a')", TypeError, "Argument interpolation should be a InterpolationMode or a corresponding"),
    ("F.hflip(3)", TypeError, "img should be PIL Image. Got <class 'int'>"),
    ("F.pad(X, 'a')", TypeError, "Got inappropriate padding arg"),
    ("F.pad(X, (1, 2, 3))", ValueError, "Padding must be an int or a 1, 2, or 4 element tuple, not a 3 element tuple"),
    ("F.pad(PICTURE, 1, (1, 2))", ValueError, "The number of elements in 'fill' does not match the number of channels"),
    ("F.pad(X, 1, (1, 2, 3))", NotImplementedError, "pad of tensors fills with one number"),
    ("F.pad(X, 99, 0, 'reflect')", RuntimeError, "Padding size should be less than the corresponding input dimension"),
    ("T.RandomCrop(50)(X)", ValueError, "Required crop size (50, 50) is larger than input image size (32, 40)"),
    ("T.CenterCrop((1, 2, 3))", ValueError, "Please provide only two dimensions (h, w) for size."),
    ("T.RandomRotation(-1)", ValueError, "If degrees is a single number, it must be positive."),
    ("T.RandomErasing(2)", ValueError, "Random erasing probability should be between 0 and 1"),
    ("T.RandomErasing(value='a')", ValueError, "If value is str, it should be 'random'"),
    ("T.Lambda(3)", TypeError, "Argument lambd should be callable, got 'int'"),
    ("T.ColorJitter(-1)", ValueError, "If brightness is a single number, it must be non negative."),
    ("T.ColorJitter(hue=1)", ValueError, "hue values should be between (-0.5, 0.5), but got [-1.0, 1.0]."),
    ("F.adjust_hue(X, 1)", ValueError, "hue_factor (1) is not in [-0.5, 0.5]."),
    ("F.rgb_to_grayscale(X[:2])", TypeError, "Input image tensor permitted channel values are [1, 3], but found 2"),
    ("F.gaussian_blur(X, 2)", ValueError, "kernel_size should have odd and positive integers. Got [2, 2]"),
    ("F.five_crop(X, 99)", ValueError, "Requested crop size (99, 99) is bigger than input size (32, 40)"),
    ("F.erase(PICTURE, 0, 0, 1, 1, X)", TypeError, "img should be Tensor Image. Got"),
    ("F.rotate(X, 3, fill=(1, 2))", ValueError, "number of channels of the image (2 != 3)"),
    ("F.convert_image_dtype(X, torch.int64)", RuntimeError, "The cast from torch.float32 to torch.int64 cannot be"),
    ("F.perspective", NotImplementedError, "torchvision.transforms.functional.perspective is not built in jnet"),
    ("T.AutoAugment", NotImplementedError, "torchvision.transforms.AutoAugment is not built in jnet"),
    ("T.v2", NotImplementedError, "torchvision.transforms.v2 is not built in jnet"),
    ("T.nothing", AttributeError, "module 'torchvision.transforms' has no attribute 'nothing'"),
    ("torchvision.models.resnet18", NotImplementedError, "torchvision.models.resnet18 is not built in jnet"),
    ("torchvision.ops", NotImplementedError, "torchvision.ops is not built in jnet"),
    ("torchvision.io", NotImplementedError, "torchvision.io is not built in jnet"),
    ("torchvision.nothing", AttributeError, "module 'torchvision' has no attribute 'nothing'"),
]


@pytest.mark.parametrize(("code", "kind", "message"), ERRORS)
def test_errors(code, kind, message):
    with pytest.raises(kind, match=re.escape(message)):
        eval(code)


def test_pillow_loads_when_it_is_used():
    code = "import jnet.torchvision, sys; from jnet.torchvision import datasets, transforms, utils; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "PIL" not in loaded
    assert "torch" not in loaded


def test_without_pillow(monkeypatch):
    for name in ("PIL", "PIL.Image", "PIL.ImageEnhance", "PIL.ImageOps"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError, match=re.escape('pip install "jnet[vision]"')):
        F.to_pil_image(X)
    assert F.to_tensor(BYTES).shape == (3, 23, 31)

"""Pooling of all kinds, resizing, grids and shuffles: values, gradients, nodes, layers and errors of PyTorch's."""

import copy
import io

import pytest
from compat.compare import check, rows

import jnet.torch as jt
from jnet.recorder import counters

PREPARED = """
import copy
nn, F = torch.nn, torch.nn.functional
def draw(*shape):
    return torch.randn(*shape).requires_grad_()
signal, image, volume = draw(2, 3, 9), draw(2, 4, 6, 5), draw(1, 2, 4, 5, 4)
"""

# A layer and what it is called with.
LAYERS = """
MaxPool1d(3, 2, 1, return_indices=True)(signal)
MaxPool2d((2, 3), 1, (1, 0), 2, True)(image)
MaxPool3d(2, return_indices=True, ceil_mode=True)(volume)
AdaptiveAvgPool1d(4)(signal)
AdaptiveAvgPool2d((None, 3))(image)
AdaptiveAvgPool2d(1)(image[0])
AdaptiveAvgPool3d((2, 3, None))(volume)
AdaptiveMaxPool1d(4, return_indices=True)(signal[0])
AdaptiveMaxPool2d((4, None))(image)
AdaptiveMaxPool3d(3, True)(volume)
FractionalMaxPool2d(2, output_ratio=0.6)(image)
FractionalMaxPool2d((3, 2), (2, 4), return_indices=True)(image[0])
FractionalMaxPool3d(2, (2, 3, 1))(volume)
FractionalMaxPool3d(2, output_ratio=0.5, _random_samples=torch.full((1, 2, 3), 0.4))(volume)
LPPool1d(2, 3, 2)(signal)
LPPool2d(3, (2, 2), ceil_mode=True)(image)
LPPool2d(float("inf"), 2)(image)
LPPool1d(-float("inf"), 3)(signal)
LPPool3d(1.5, 2, stride=1)(volume)
MaxUnpool1d(3)(*F.max_pool1d(signal, 3, return_indices=True))
MaxUnpool2d(2, 2, 1)(*F.max_pool2d(image, 2, 2, 1, return_indices=True), output_size=(6, 5))
MaxUnpool3d((2, 2, 2))(*F.max_pool3d(volume, 2, return_indices=True), (1, 2, 4, 5, 4))
Upsample(scale_factor=2)(signal)
Upsample((4, 11), mode="bilinear")(image)
Upsample(scale_factor=(1.5, 0.5, 2), mode="trilinear", align_corners=True)(volume)
Upsample(scale_factor=1.7, mode="bicubic", recompute_scale_factor=True)(image)
UpsamplingNearest2d(scale_factor=3)(image)
UpsamplingBilinear2d((7, 4))(image)
PixelShuffle(2)(image)
PixelUnshuffle(3)(image[..., :3])
ChannelShuffle(2)(image)
"""


@pytest.mark.parametrize("layer", rows(LAYERS))
def test_layers_gradients_and_their_text_equal_pytorchs(layer, torch):
    made, _, called = layer.partition(")(")
    program = f"""{PREPARED}
layer = nn.{made})
torch.manual_seed(1)
found = copy.deepcopy(layer)({called}
first = found[0] if isinstance(found, tuple) else found
first.pow(2).sum().backward()
[found, [x.grad for x in (signal, image, volume)], repr(layer), list(layer.state_dict().items()), torch.rand(1)]
"""
    check(program, torch, rtol=2e-5)


FUNCTIONS = """
F.max_pool2d(image, 2, stride=[], return_indices=True), F.max_pool2d_with_indices(image, [2, 2], [2, 1])
F.max_pool2d(image, kernel_size=2, return_indices=False), F.max_pool2d(image, 2, 2, 0, 1, False, True)
torch.max_pool1d_with_indices(signal, 2, 1), F.max_pool3d_with_indices(volume, 2)
F.max_pool1d(torch.randn(1, 1, 50), 50, return_indices=True), F.max_pool2d(torch.arange(36).view(1, 6, 6), 3, 1)
F.max_pool2d(torch.tensor([[[1.0, nan], [nan, 2.0]]]), 2, return_indices=True)
F.max_pool2d(torch.full((1, 3, 3), -inf), 2, 2, 1, return_indices=True)
torch.adaptive_max_pool1d(signal, 2), torch.adaptive_avg_pool1d(signal, 2), F.adaptive_max_pool2d(image, 5)
F.adaptive_max_pool2d_with_indices(image, (2, 3)), F.adaptive_avg_pool2d(image.double(), (4, 4))
F.adaptive_avg_pool2d(image.half(), 4), F.adaptive_avg_pool2d(image.bfloat16(), 2), F.adaptive_avg_pool2d(image, 0)
F.adaptive_avg_pool2d(torch.tensor([[[inf, 1.0, 2.0]]]), (1, 2)), F.adaptive_avg_pool1d(torch.zeros(2, 3, 0), 1)
F.fractional_max_pool2d_with_indices(image.double(), 2, 3), F.fractional_max_pool3d(volume, 2, 2, None, True)
F.lp_pool2d(torch.zeros(1, 2, 2, requires_grad=True), 2, 2)
F.max_unpool2d(image[..., :2], torch.zeros(2, 4, 6, 2, dtype=torch.long), 2).abs().sum() > 0
F.interpolate(image, scale_factor=[2.0, 1.5]), F.interpolate(image, [4, 4], mode="nearest-exact")
F.interpolate(image.half(), 3, mode="bilinear"), F.interpolate(image, scale_factor=0.5, mode="area")
F.interpolate((image * 100).to(torch.uint8), (9, 3), mode="bicubic"), F.interpolate(image, 1, mode="area")
F.interpolate(image, (2, 3), mode="bilinear", antialias=True), F.interpolate(volume, 3, mode="area")
F.upsample(image, scale_factor=2, mode="bilinear"), F.upsample_nearest(image, 3), F.upsample_bilinear(image, 3)
F.grid_sample(image, torch.rand(2, 3, 3, 2) * 2 - 1), F.grid_sample(image, draw(2, 3, 3, 2), "nearest", "border", True)
F.grid_sample(volume, draw(1, 2, 2, 3, 3), padding_mode="reflection", align_corners=True)
F.affine_grid(draw(2, 2, 3), (2, 4, 3, 2)), F.affine_grid(draw(1, 3, 4), torch.Size([1, 1, 2, 2, 2]), True)
F.affine_grid(draw(1, 2, 3), [1, 1, 3, 1], align_corners=True)
torch.pixel_shuffle(image, 2), F.pixel_unshuffle(image[..., :4], 2), torch.channel_shuffle(image > 0, 4)
x = draw(1, 1, 4, 4); y = F.max_pool2d(x, 2, return_indices=True)[0].pow(3).sum(); g, = torch.autograd.grad(y, x,
    create_graph=True); g.pow(2).sum().backward(); x.grad
x = draw(1, 1, 4, 4); y = F.interpolate(x.double(), 7, mode="bicubic").pow(3).sum(); g, = torch.autograd.grad(y, x,
    create_graph=True); g.pow(2).sum().backward(); x.grad
x = draw(1, 1, 5, 5); y = F.adaptive_avg_pool2d(x, 3).pow(3).sum(); g, = torch.autograd.grad(y, x, create_graph=True)
    g.pow(2).sum().backward(); x.grad
# errors
F.max_pool2d(image, 9, return_indices=True)
F.max_pool1d(signal, (2, 2), return_indices=True)
F.adaptive_avg_pool2d(image, (2,))
F.adaptive_avg_pool2d(image, None)
F.adaptive_avg_pool1d(signal, None)
F.adaptive_avg_pool2d(image[0, 0], (2, 2))
F.adaptive_max_pool2d(image, -1)
nn.FractionalMaxPool2d(2)
nn.FractionalMaxPool2d(2, 2, 0.5)
nn.FractionalMaxPool2d(2, output_ratio=2)
nn.FractionalMaxPool3d(0, 2)
F.fractional_max_pool2d(image, 2)
F.fractional_max_pool2d(image, 2, 6)
F.fractional_max_pool2d(image, 2, output_ratio=(0.5, 0.5, 0.5))
F.fractional_max_pool2d(image, 2, 3, _random_samples=torch.rand(2, 4, 2).double())
F.max_unpool2d(*F.max_pool2d(image, 2, return_indices=True), 2, output_size=(9, 9))
F.max_unpool2d(*F.max_pool2d(image, 2, return_indices=True), 2, output_size=(9,))
F.max_unpool2d(image[0, :1, :1, :1], torch.tensor([[[9]]]), 2)
F.max_unpool2d(image[0, :1, :1, :1], torch.tensor([[[-1]]]), 2)
F.max_unpool2d(image, torch.zeros(2, 4, 6, 5), 2)
F.max_unpool3d(volume, volume.long(), 2, 0)
F.lp_pool2d(image, 0, 2)
F.lp_pool1d(signal, 2, (2,))
F.interpolate(image)
F.interpolate(image, 3, 2)
F.interpolate(image, (2, 2, 2))
F.interpolate(image, 3, mode="linear")
F.interpolate(image.long(), 3)
F.interpolate(image, scale_factor=0.01)
F.grid_sample(image, torch.rand(2, 3, 3, 2), mode="linear")
F.grid_sample(image, torch.rand(2, 3, 3, 2), padding_mode="wrap")
F.grid_sample(image, torch.rand(2, 3, 3, 3), align_corners=False)
F.grid_sample(volume, torch.rand(1, 3, 3, 3, 3), "bicubic", align_corners=False)
F.affine_grid(torch.rand(2, 2, 3), (2, 4, 3), align_corners=False)
F.affine_grid(torch.rand(2, 3, 3), (2, 4, 3, 3), align_corners=False)
F.affine_grid(torch.ones(2, 2, 3, dtype=torch.long), (2, 4, 3, 3), align_corners=False)
F.affine_grid(torch.rand(2, 2, 3), (2, 4, 3, 0), align_corners=False)
F.pixel_shuffle(image, 3)
F.pixel_shuffle(image, 2.0)
F.pixel_unshuffle(image, 2)
F.channel_shuffle(image, 3)
"""


@pytest.mark.parametrize("program", rows(FUNCTIONS))
def test_functions_and_their_errors_equal_pytorchs(program, torch):
    check(PREPARED + program, torch, rtol=2e-3 if "half" in program or "bfloat16" in program else 2e-5)


def test_a_step_of_pooling_and_resizing_is_one_program():
    nn = jt.nn
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.Upsample(scale_factor=2, mode="bilinear"),
                        nn.PixelShuffle(2), nn.AdaptiveAvgPool2d((3, 2)), nn.Flatten(), nn.Linear(6, 2))  # fmt: skip
    optimizer = jt.optim.SGD(net.parameters(), lr=0.1)
    images = jt.randn(2, 1, 12, 10)

    def step():
        optimizer.zero_grad()
        net(images).pow(2).sum().backward()
        optimizer.step()

    counters.reset()
    for _ in range(5):
        step()
    assert counters.flushes == 5
    assert counters.compiled <= 2


def test_layers_are_pickled_under_pytorchs_names():
    stored = io.BytesIO()
    layer = jt.nn.Sequential(jt.nn.Upsample(scale_factor=2, mode="bicubic"), jt.nn.AdaptiveMaxPool2d(3))
    jt.save(layer, stored)
    stored.seek(0)
    again = jt.load(stored, weights_only=False)
    x = jt.randn(1, 2, 5, 5)
    assert repr(again) == repr(layer) == repr(copy.deepcopy(layer))
    assert (again(x) == layer(x)).all()
    assert type(layer[0]).__module__.endswith("nn.modules.upsampling")

"""Convolutions, transposed ones, lazy layers, fold and unfold against PyTorch: texts, weights, values, gradients."""

import copy
import pickle

import numpy as np
import pytest
from compare import check, rows

import jnet.torch as jtorch

# (class, arguments, settings, shape of the input); what a test of all layers holds is not repeated here
LAYERS = [
    ("Conv1d", (3, 4, 4), {"padding": "same", "dilation": 3}, (3, 9)),
    ("Conv1d", (9, 4, 3), {"padding": 2, "padding_mode": "circular"}, (2, 9, 5)),
    ("Conv2d", (9, 4, (2, 4)), {"padding": "same"}, (2, 9, 5, 6)),
    ("Conv2d", (4, 4, (2, 3)), {"padding": "same", "padding_mode": "replicate", "groups": 4}, (4, 5, 6)),
    ("Conv2d", (12, 8, 3), {"stride": 2, "padding": 1, "bias": False}, (2, 12, 7, 8)),
    ("Conv3d", (2, 2, (1, 2, 3)), {"padding": (0, 1, 2), "padding_mode": "reflect", "dtype": "float64"}, (2, 3, 4, 5)),
    ("Conv3d", (8, 3, 2), {"stride": (1, 2, 1), "padding": 1, "dilation": (2, 1, 1)}, (2, 8, 4, 4, 3)),
    ("ConvTranspose1d", (2, 4, 3), {"stride": 2, "padding": 1, "output_padding": 1}, (2, 2, 5)),
    ("ConvTranspose1d", (4, 6, 2), {"groups": 2, "dilation": 2}, (4, 5)),
    ("ConvTranspose2d", (3, 2, 4, 2, 1), {}, (2, 3, 4, 4)),
    ("ConvTranspose2d", (4, 8, (3, 2)), {"stride": (2, 3), "output_padding": (1, 2), "bias": False}, (2, 4, 3, 3)),
    ("ConvTranspose2d", (4, 16, 3, 1, (0, 1), 1, 2, True, 2), {}, (4, 4, 3)),
    ("ConvTranspose3d", (2, 3, 2), {"stride": (2, 1, 1), "dtype": "float64"}, (1, 2, 2, 3, 2)),
    ("Fold", ((4, 5), (2, 3)), {}, (2, 12, 9)),
    ("Fold", (6, (2, 3)), {"dilation": (1, 2), "padding": 1, "stride": 2}, (6, 8)),
    ("Unfold", ((2, 3),), {}, (2, 3, 4, 5)),
    ("Unfold", (2,), {"dilation": 2, "padding": (1, 0), "stride": (2, 1)}, (2, 4, 5)),
]  # fmt: skip


def numpy(tensor):
    return tensor.detach().numpy()


def used(torch, name, args, settings, shape):
    """A layer made with a seed, its text, weights, result, gradients and those of a gradient."""
    settings = {key: getattr(torch, each) if key == "dtype" else each for key, each in settings.items()}
    torch.manual_seed(7)
    layer = getattr(torch.nn, name)(*args, **settings)
    values = np.random.default_rng(0).standard_normal(shape)
    leaf = torch.tensor(values, dtype=settings.get("dtype", torch.float32), requires_grad=True)
    out = layer(leaf)
    leaves = [leaf, *layer.parameters()]
    weight = torch.tensor(np.cos(np.arange(out.numel())).reshape(tuple(out.shape)), dtype=out.dtype)
    grads = torch.autograd.grad((out * out * weight).sum(), leaves, create_graph=True)
    again = torch.autograd.grad(sum((each * each).sum() for each in grads), leaves)
    state = {key: numpy(each) for key, each in layer.state_dict().items()}
    return repr(layer), out.grad_fn.name(), state, [out, *grads, *again]


def assert_same(mine, other):
    """Two tensors have one dtype and shape and, nearly, one value: sums are added in another order."""
    mine, other = numpy(mine), numpy(other)
    np.testing.assert_allclose(mine, other, rtol=1e-4, atol=2e-5 * (1 + np.abs(other).max(initial=0)))
    assert mine.dtype == other.dtype
    assert mine.shape == other.shape


@pytest.mark.filterwarnings("ignore:Using padding='same'")  # PyTorch's copy of the input is no concern of XLA's
@pytest.mark.parametrize("row", LAYERS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_layer(row, torch):
    """Text, node, weights bit for bit, values, gradients and gradients of those are PyTorch's."""
    mine, other = used(jtorch, *row), used(torch, *row)
    assert mine[:2] == other[:2]
    assert list(mine[2]) == list(other[2])
    for key, value in mine[2].items():
        np.testing.assert_array_equal(value, other[2][key], strict=True)
    for left, right in zip(mine[3], other[3], strict=True):
        assert_same(left, right)


@pytest.mark.parametrize(("dtype", "rtol"), [("float16", 5e-3), ("bfloat16", 4e-2), ("complex64", 1e-4)])
def test_other_dtypes(dtype, rtol, torch):
    """Both kinds of convolution, in values and gradients."""

    def found(torch):
        torch.manual_seed(0)
        kind = getattr(torch, dtype)
        layers = torch.nn.Conv2d(3, 9, 3, padding=1, dtype=kind), torch.nn.ConvTranspose2d(9, 2, 2, 2, dtype=kind)
        x = torch.randn(2, 3, 4, 4).to(kind).requires_grad_()
        y = layers[0](x)
        z = layers[1](y)
        (z * z.conj()).real.sum().backward()
        made = [y, z, x.grad, *(p.grad for layer in layers for p in layer.parameters())]
        assert all(each.dtype == kind for each in made)
        return [numpy(each.to(torch.complex128)) for each in made]

    for mine, other in zip(found(jtorch), found(torch), strict=True):
        np.testing.assert_allclose(mine, other, rtol=rtol, atol=rtol * np.abs(other).max())


SAME = """
torch.nn.Conv2d(2, 3, 2)(torch.zeros(0, 2, 4, 4))
torch.nn.ConvTranspose1d(2, 3, 2)(torch.zeros(0, 2, 4))
c = torch.nn.ConvTranspose2d(2, 3, 2); c(torch.zeros(0, 2, 4, 4)).sum().backward(); c.weight.grad, c.bias.grad
c = torch.nn.ConvTranspose2d(2, 3, 3, 2); [c(torch.ones(2, 4, 4), output_size=s).shape for s in ((9, 10), [3, 9, 9])]
c = torch.nn.ConvTranspose1d(2, 3, 3, 2, dilation=2); c(torch.ones(2, 4), output_size=(3, 12)).shape
c = torch.nn.ConvTranspose1d(2, 3, 3, 2); c(torch.ones(2, 4), torch.Size([10])).shape
torch.nn.ConvTranspose2d(2, 3, 3, 2)(torch.ones(2, 2, 4, 4), output_size=(9, 11))
torch.nn.ConvTranspose2d(2, 3, 3, 2)(torch.ones(2, 4, 4), output_size=(8, 9))
torch.nn.ConvTranspose2d(2, 3, 3, 2)(torch.ones(2, 4, 4), output_size=(9,))
torch.nn.ConvTranspose2d(2, 3, 3, padding_mode="reflect")
torch.nn.ConvTranspose2d(2, 3, 3, groups=2)
torch.nn.ConvTranspose2d(3, 4, 3, groups=2)
torch.nn.ConvTranspose2d(3, 4, 3, groups=0)
torch.nn.ConvTranspose2d(3, 4, 3)(torch.ones(2, 4, 4))
torch.nn.ConvTranspose2d(3, 4, 3)(torch.ones(4, 4))
torch.nn.ConvTranspose3d(3, 4, 3, output_padding=1)(torch.ones(3, 4, 4, 4))
torch.nn.ConvTranspose2d(3, 4, 3)(torch.ones(2, 3, 4, 4, dtype=torch.float64))
torch.nn.Conv2d(3, 4, 3, padding=2, padding_mode="reflect")(torch.ones(3, 2, 2))
torch.nn.Conv2d(3, 4, 3, padding=3, padding_mode="circular")(torch.ones(3, 2, 2))
torch.conv_transpose2d(torch.ones(1, 2, 2, 2), torch.ones(2, 1, 2, 2), None, 2, 0, 1, 1, 1)
torch.conv_tbc(torch.ones(3, 1, 2), torch.ones(2, 2, 2), torch.ones(2), 1)
torch.conv_tbc(torch.ones(3, 1, 2), torch.ones(2, 2, 2))
F = torch.nn.functional; F.fold(F.unfold(y, 2, stride=2), (3, 4), (2, 2), stride=2)
torch.nn.functional.unfold(torch.ones(0, 3, 4, 4), 2).shape
torch.nn.functional.fold(torch.ones(2, 12, 8), 4, 2)
torch.nn.functional.unfold(y, (2, 2.5))
torch.nn.functional.unfold(y, (2.5, 2))
torch.nn.Unfold(2, dilation=(1, 2))
c = torch.nn.ConvTranspose2d(2, 3, 3, 2); d = torch.nn.ConvTranspose2d(2, 3, 3); d.load_state_dict(c.state_dict())
torch.nn.ConvTranspose2d(2, 3, 3).load_state_dict(torch.nn.Conv2d(2, 3, 3).state_dict())
"""


@pytest.mark.parametrize("program", rows(SAME))
def test_same(program, torch):
    check(program, torch, rtol=1e-6)


# -- lazy layers -----------------------------------------------------------------------------------

LAZY = """
c = torch.nn.LazyLinear(2); before = repr(c); y = c(torch.ones(3, 4)); before, repr(c), type(c), y, c.weight
c = torch.nn.LazyConv2d(4, 3, padding=1, groups=2, bias=False); str(c), c(torch.ones(2, 4, 4)), str(c)
c = torch.nn.LazyConv1d(4, 3, 2, 1, 1, 2, True, "circular"); str(c), c(torch.ones(2, 2, 4)), str(c), c.bias
c = torch.nn.LazyConv3d(1, (1, 2, 2)); str(c), c(torch.ones(2, 1, 2, 2, 2)), str(c)
c = torch.nn.LazyConvTranspose1d(4, 3, 2, 1, 1); str(c), c(torch.ones(2, 4)), str(c)
c = torch.nn.LazyConvTranspose2d(4, 3, groups=2, dilation=2, bias=False); str(c), c(torch.ones(2, 4, 4)), str(c)
c = torch.nn.LazyConvTranspose3d(1, 2, dtype=torch.float64); str(c), c(torch.ones(1, 2, 2, 2).double()), c.weight
torch.nn.LazyConv2d(4, 3)(torch.ones(4, 4))
torch.nn.LazyConv2d(4, 3, groups=2)(torch.ones(3, 4, 4))
c = torch.nn.LazyLinear(2).double(); c.weight.dtype, c(torch.ones(1, 2).double()).dtype
c = torch.nn.LazyLinear(2); c.to(torch.float16); p = c.weight; p.dtype, p.device, p.requires_grad, p.is_leaf
str(torch.nn.LazyLinear(2).state_dict())
c = torch.nn.LazyLinear(2); c.load_state_dict(torch.nn.Linear(3, 2).state_dict()); str(c), c(torch.ones(1, 3)), str(c)
c = torch.nn.LazyLinear(2); c.load_state_dict(torch.nn.Linear(3, 2).state_dict()); c(torch.ones(1, 4))
c = torch.nn.LazyLinear(2); c.load_state_dict(torch.nn.LazyLinear(2).state_dict()), str(c.weight)
torch.nn.Linear(3, 2).load_state_dict(torch.nn.LazyLinear(2).state_dict())
torch.nn.LazyLinear(2, bias=False).load_state_dict(torch.nn.Linear(3, 2).state_dict())
c = torch.nn.Sequential(torch.nn.LazyLinear(2), torch.nn.ReLU(), torch.nn.LazyLinear(1)); c(torch.ones(4, 3)), str(c)
c = torch.nn.LazyLinear(2); o = torch.optim.SGD(c.parameters(), 1); c(torch.ones(2)).sum().backward(); o.step(); c.bias
c = torch.nn.LazyLinear(2); c.register_forward_hook(lambda m, a, y: y + 1); c(torch.ones(1, 2)), c(torch.ones(1, 2))
torch.nn.UninitializedParameter().shape
torch.nn.UninitializedParameter().share_memory_()
torch.nn.UninitializedParameter(dtype=torch.int64)
p = torch.nn.UninitializedParameter(); p.materialize((2, 0), dtype=torch.float64); p
b = torch.nn.UninitializedBuffer(); isinstance(b, torch.nn.Buffer), isinstance(b, torch.nn.Parameter), b.half().dtype
b = torch.nn.UninitializedBuffer(); b.materialize((2, 0)); b
p = torch.nn.UninitializedParameter(); str(p), torch.nn.parameter.is_lazy(p), p.size()
class Own(torch.nn.modules.lazy.LazyModuleMixin, torch.nn.Linear): pass
    Own(2, 3)(torch.ones(1, 2))
class Own(torch.nn.LazyLinear):
        initialize_parameters = lambda self, x: None
    Own(2)(torch.ones(1, 2))
"""


@pytest.mark.parametrize("program", rows(LAZY))
def test_lazy(program, torch):
    check(program, torch, rtol=1e-6)


REFUSED = ["p + 1", "torch.add(p, 1)", "p.dim()", "len(p)", "p[0]", "bool(p)", "p.exp()", "p.numel()", "p.detach()"]


@pytest.mark.parametrize("expression", REFUSED)
def test_what_has_no_shape_is_refused(expression, torch):
    """PyTorch names the function in its own way."""
    for each in (jtorch, torch):
        p = each.nn.UninitializedParameter()
        with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter in "):
            eval(expression, {"torch": each, "p": p})


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_stay_lazy(copied):
    """A copy made before the first call learns its own shape, and leaves the other as it is."""
    net = jtorch.nn.Sequential(jtorch.nn.LazyConv2d(2, 3), jtorch.nn.Flatten(), jtorch.nn.LazyLinear(2))
    other = copied(net)
    assert other(jtorch.ones(1, 3, 4, 4)).shape == (1, 2)
    assert net(jtorch.ones(2, 1, 5, 5)).shape == (2, 2)
    assert [type(each).__name__ for each in (*net, *other)] == ["Conv2d", "Flatten", "Linear"] * 2
    assert (net[0].in_channels, other[0].in_channels) == (1, 3)
    assert not net[0]._forward_pre_hooks
    assert not other[0]._forward_pre_hooks


def test_copies():
    """Layers keep settings and weights through copies and pickles."""
    layer = jtorch.nn.ConvTranspose2d(3, 2, 3, stride=2, output_padding=1)
    x = jtorch.ones(1, 3, 4, 4)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert repr(other) == repr(layer)
        assert other(x).tolist() == layer(x).tolist()

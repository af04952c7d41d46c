"""Layers, losses, functions and initialisation against PyTorch: texts, weights, values, gradients, errors."""

import math
import warnings

import numpy as np
import pytest

import jnet.torch as jtorch

nan, inf = math.nan, math.inf

# (class, arguments, settings, shapes of the inputs)
LAYERS = [
    ("Linear", (3, 4), {}, [(5, 3)]),
    ("Linear", (3, 4), {"bias": False}, [(2, 5, 3)]),
    ("Linear", (3, 1), {}, [(3,)]),
    ("Bilinear", (2, 3, 4), {}, [(5, 2), (5, 3)]),
    ("Identity", (1, 2), {"a": 3}, [(2, 3)]),
    ("Flatten", (), {}, [(2, 3, 4)]),
    ("Flatten", (0,), {}, [(2, 3)]),
    ("Unflatten", (1, (2, 3)), {}, [(4, 6)]),
    ("Conv1d", (2, 4, 3), {}, [(2, 2, 8)]),
    ("Conv2d", (1, 6, 5), {}, [(2, 1, 12, 12)]),
    ("Conv2d", (4, 6, (3, 2)), {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}, [(2, 4, 9, 9)]),
    ("Conv2d", (4, 6, 3), {"groups": 2, "bias": False}, [(2, 4, 9, 9)]),
    ("Conv2d", (2, 3, 3), {"padding": "same", "padding_mode": "reflect"}, [(2, 2, 6, 6)]),
    ("Conv2d", (2, 3, (3, 4)), {"padding": "same", "padding_mode": "circular"}, [(2, 2, 6, 6)]),
    ("Conv2d", (2, 3, 3), {"padding": 1, "padding_mode": "replicate"}, [(2, 2, 6, 6)]),
    ("Conv2d", (2, 3, 3), {"padding": (1, 2), "padding_mode": "circular"}, [(2, 2, 6, 6)]),
    ("Conv2d", (2, 3, 3), {"padding": "valid"}, [(2, 6, 6)]),
    ("Conv3d", (1, 2, 2), {}, [(2, 1, 4, 4, 4)]),
    ("MaxPool1d", (2,), {}, [(2, 3, 8)]),
    ("MaxPool2d", (2,), {}, [(2, 3, 8, 8)]),
    ("MaxPool2d", ((3, 2),), {"stride": 2, "padding": 1, "ceil_mode": True}, [(2, 3, 8, 8)]),
    ("MaxPool3d", (2,), {}, [(1, 2, 4, 4, 4)]),
    ("AvgPool1d", (2,), {}, [(2, 3, 8)]),
    ("AvgPool2d", (2,), {"padding": 1, "count_include_pad": False}, [(2, 3, 8, 8)]),
    ("AvgPool3d", (2,), {}, [(1, 2, 4, 4, 4)]),
    ("Dropout", (0.3,), {}, [(4, 50)]),
    ("Dropout", (1.0,), {}, [(4, 5)]),
    ("Dropout", (0.0,), {}, [(4, 5)]),
    ("Dropout", (), {"inplace": True}, [(4, 5)]),
    ("Dropout1d", (), {}, [(4, 5, 6)]),
    ("Dropout1d", (), {}, [(5, 6)]),
    ("Dropout2d", (0.4,), {}, [(4, 5, 6, 2)]),
    ("Dropout3d", (0.4,), {}, [(4, 5, 6, 2, 2)]),
    ("AlphaDropout", (0.3,), {}, [(4, 50)]),
    ("FeatureAlphaDropout", (0.3,), {}, [(4, 5, 6)]),
    ("Softmax", (1,), {}, [(4, 6)]),
    ("Softmin", (1,), {}, [(4, 6)]),
    ("LogSoftmax", (1,), {}, [(4, 6)]),
    ("Softmax2d", (), {}, [(2, 3, 4, 4)]),
    ("Softmax2d", (), {}, [(3, 4, 4)]),
    ("GLU", (), {}, [(4, 6)]),
    ("GLU", (0,), {}, [(4, 6)]),
    ("Threshold", (0.1, 20), {}, [(4, 6)]),
    ("Threshold", (0.1, 20), {"inplace": True}, [(4, 6)]),
    ("GELU", ("tanh",), {}, [(4, 6)]),
    ("PReLU", (6,), {"init": 0.1}, [(4, 6)]),
    ("PReLU", (3,), {}, [(2, 3, 4)]),
    ("Softplus", (2, 1), {}, [(4, 6)]),
    ("LeakyReLU", (0.2,), {}, [(4, 6)]),
    ("ELU", (0.3,), {}, [(4, 6)]),
    ("Hardtanh", (-0.3, 0.4), {}, [(4, 6)]),
    ("CELU", (0.4,), {}, [(4, 6)]),
    ("Hardshrink", (0.7,), {}, [(4, 6)]),
    ("Softshrink", (0.7,), {}, [(4, 6)]),
    ("RReLU", (0.1, 0.9), {}, [(4, 6)]),
    ("CosineSimilarity", (), {}, [(4, 6), (4, 6)]),
    ("PairwiseDistance", (1.0,), {}, [(4, 6), (4, 6)]),
    ("ConstantPad1d", (2, 3.5), {}, [(2, 3, 4)]),
    ("ConstantPad2d", ((1, 0, 2, -1), 3), {}, [(2, 3, 4, 4)]),
    ("ZeroPad2d", (1,), {}, [(2, 3, 4, 4)]),
    ("ReflectionPad1d", ((2, 1),), {}, [(2, 3, 4)]),
    ("ReplicationPad3d", (1,), {}, [(1, 2, 3, 3, 3)]),
    ("CircularPad2d", ((1, 2, 0, 1),), {}, [(2, 3, 4, 4)]),
]  # fmt: skip
_PLAIN = [
    "Sigmoid",
    "Tanh",
    "LogSigmoid",
    "Softsign",
    "Tanhshrink",
    "Hardshrink",
    "Softshrink",
    "Softplus",
    "GELU",
    "PReLU",
]
_WITH_INPLACE = [
    "ReLU",
    "SELU",
    "SiLU",
    "ReLU6",
    "Mish",
    "Hardsigmoid",
    "Hardswish",
    "LeakyReLU",
    "ELU",
    "CELU",
    "Hardtanh",
    "RReLU",
]
LAYERS += [(name, (), {}, [(4, 6)]) for name in _PLAIN + _WITH_INPLACE]
LAYERS += [(name, (), {"inplace": True}, [(4, 6)]) for name in _WITH_INPLACE]


def numpy(tensor):
    return tensor.detach().numpy()


def values(shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def assert_same(ours, theirs, rtol=1e-5, atol=2e-6):
    """Two tensors have one shape, dtype and, nearly, one value: sums are added in another order."""
    ours, theirs = numpy(ours), numpy(theirs)
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)


def ids(rows):
    return [f"{row[0]}-{row[1]}-{row[2]}" for row in rows]


def used(torch, name, args, settings, shapes):
    """A layer made with a seed, called with another, and differentiated."""
    torch.manual_seed(7)
    layer = getattr(torch.nn, name)(*args, **settings)
    weights = {key: each.clone() for key, each in layer.state_dict().items()}
    leaves = [torch.tensor(each, requires_grad=True) for each in values(shapes)]
    torch.manual_seed(3)
    out = layer(*(leaf * 1 for leaf in leaves))
    (out * out).sum().backward()
    gradients = [leaf.grad for leaf in leaves] + [p.grad for p in layer.parameters()]
    return repr(layer), weights, out, gradients, torch.rand(2)


@pytest.mark.parametrize("row", LAYERS, ids=ids(LAYERS))
def test_layer(row, torch):
    """Text, weights bit for bit, values, node and gradients are PyTorch's, and so is what the generator gives next."""
    ours, theirs = used(jtorch, *row), used(torch, *row)
    assert ours[0] == theirs[0]
    assert list(ours[1]) == list(theirs[1])
    for key in ours[1]:
        np.testing.assert_array_equal(numpy(ours[1][key]), numpy(theirs[1][key]), strict=True)
    assert_same(ours[2], theirs[2])
    assert ours[2].grad_fn.name() == theirs[2].grad_fn.name()
    for mine, other in zip(ours[3], theirs[3], strict=True):
        assert_same(mine, other, atol=2e-5)
    np.testing.assert_array_equal(numpy(ours[4]), numpy(theirs[4]))


@pytest.mark.parametrize("name", ["Dropout", "Dropout2d", "AlphaDropout", "RReLU"])
def test_evaluation(name, torch):
    """In evaluation nothing is drawn and nothing dropped."""
    (x,) = values([(2, 3, 4, 4)])
    ours, theirs = (getattr(t.nn, name)().eval() for t in (jtorch, torch))
    assert_same(ours(jtorch.tensor(x)), theirs(torch.tensor(x)))
    given = jtorch.tensor(x)
    assert (jtorch.nn.functional.dropout(given, 0.5, training=False) is given) == (name != "")


@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
def test_dtypes(dtype, torch):
    """Layers made in another dtype have PyTorch's weights in it."""
    for t in (jtorch, torch):
        t.manual_seed(0)
    ours, theirs = (t.nn.Linear(3, 2, dtype=getattr(t, dtype)) for t in (jtorch, torch))
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert_same(mine.double(), other.double(), rtol=0, atol=0)


# -- losses --------------------------------------------------------------------------------------

_CLASSES = 4
_SCORES, _OTHERS = values([(6, _CLASSES), (6, _CLASSES)], seed=1)
_LABELS = np.array([0, 3, 2, 1, 1, 2])


def targets(torch, kind):
    """Input and target of a kind: (leaf, input made of it, target)."""
    leaf = torch.tensor(_SCORES, requires_grad=True)
    given = {"p": leaf.sigmoid, "k": lambda: leaf.log_softmax(1), "l": lambda: leaf * 1}[
        kind if kind in "pk" else "l"
    ]()
    target = {
        "r": lambda: torch.tensor(_OTHERS),
        "p": lambda: torch.tensor((_OTHERS > 0).astype("f")),
        "b": lambda: torch.tensor((_OTHERS > 0).astype("f")),
        "c": lambda: torch.tensor(_LABELS),
        "k": lambda: torch.softmax(torch.tensor(_OTHERS), 1),
    }[kind]()
    return leaf, given, target


LOSSES = [
    ("MSELoss", {}, "r"),
    ("MSELoss", {"reduction": "none"}, "r"),
    ("MSELoss", {"reduction": "sum"}, "r"),
    ("L1Loss", {}, "r"),
    ("SmoothL1Loss", {"beta": 0.3}, "r"),
    ("HuberLoss", {"delta": 0.3}, "r"),
    ("BCELoss", {}, "p"),
    ("BCELoss", {"weight": True}, "p"),
    ("BCEWithLogitsLoss", {}, "b"),
    ("BCEWithLogitsLoss", {"pos_weight": True, "weight": True}, "b"),
    ("NLLLoss", {}, "c"),
    ("NLLLoss", {"weight": True, "ignore_index": 2}, "c"),
    ("CrossEntropyLoss", {}, "c"),
    ("CrossEntropyLoss", {}, "k"),
    ("CrossEntropyLoss", {"weight": True, "label_smoothing": 0.1, "ignore_index": 2}, "c"),
    ("CrossEntropyLoss", {"reduction": "none"}, "c"),
    ("KLDivLoss", {"reduction": "batchmean"}, "k"),
    ("KLDivLoss", {"reduction": "sum", "log_target": True}, "k"),
]


def lost(torch, name, settings, kind):
    leaf, given, target = targets(torch, kind)
    weights = torch.tensor([0.1, 0.2, 0.3, 0.4])
    settings = {key: weights if value is True and "weight" in key else value for key, value in settings.items()}
    layer = getattr(torch.nn, name)(**settings)
    loss = layer(given, target.log() if settings.get("log_target") else target)
    loss.sum().backward()
    return repr(layer), list(layer.state_dict()), loss.grad_fn.name(), loss, leaf.grad


@pytest.mark.parametrize("row", LOSSES, ids=ids(LOSSES))
def test_loss(row, torch):
    ours, theirs = lost(jtorch, *row), lost(torch, *row)
    assert ours[:3] == theirs[:3]
    assert_same(ours[3], theirs[3])
    assert_same(ours[4], theirs[4])


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss"])
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_weighted_regression(name, reduction, torch):
    weight = np.abs(_SCORES) + 0.1
    ours, theirs = (
        getattr(t.nn.functional, name)(
            t.tensor(_SCORES), t.tensor(_OTHERS), reduction=reduction, weight=t.tensor(weight)
        )
        for t in (jtorch, torch)
    )
    assert_same(ours, theirs)


# -- functions ------------------------------------------------------------------------------------

KINKS = [-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0, 20.0, 100.0, -100.0, nan, inf, -inf]
# Functions of one tensor, settings given by position.
AT_KINKS = [
    ("relu", ()), ("relu6", ()), ("leaky_relu", (0.2,)), ("elu", (0.5,)), ("selu", ()), ("celu", (0.5,)), ("gelu", ()),
    ("silu", ()), ("mish", ()), ("hardtanh", (-1.0, 1.0)), ("hardsigmoid", ()), ("hardswish", ()), ("hardshrink", ()),
    ("softshrink", ()), ("hardshrink", (1.0,)), ("softshrink", (1.0,)), ("threshold", (0.5, 7.0)), ("softplus", ()),
    ("softsign", ()), ("tanhshrink", ()), ("logsigmoid", ()), ("sigmoid", ()), ("tanh", ()), ("rrelu", ()),
]  # fmt: skip


def at_kinks(torch, name, args, dtype):
    x = torch.tensor(KINKS, dtype=getattr(torch, dtype), requires_grad=True)
    y = getattr(torch.nn.functional, name)(x, *args)
    y.sum().backward()
    return y, x.grad


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("row", AT_KINKS, ids=str)
def test_kinks(row, dtype, torch):
    """Values and derivatives where a definition changes, and far out."""
    ours, theirs = at_kinks(jtorch, *row, dtype), at_kinks(torch, *row, dtype)
    assert_same(ours[0], theirs[0])
    finite = np.isfinite(KINKS)  # at nan and infinity the formulas of derivatives differ
    np.testing.assert_allclose(numpy(ours[1])[finite], numpy(theirs[1])[finite], rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "selu", "celu", "silu", "mish", "hardswish", "rrelu"])
def test_in_place(name):
    """`inplace=True`, by name or position, writes into its input and returns it; a leaf that learns is refused."""
    function = getattr(jtorch.nn.functional, name)
    x = jtorch.tensor([-1.0, 2.0])
    expected = function(x.clone())
    view = x[:1]
    assert function(x, inplace=True) is x
    assert x.tolist() == expected.tolist()
    assert view.tolist() == expected[:1].tolist()
    if name in ("relu", "selu", "silu", "mish"):
        again = jtorch.tensor([-1.0, 2.0])
        assert function(again, True) is again
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place"):
        function(jtorch.ones(2, requires_grad=True), inplace=True)


def row_of_calls(torch):
    """Calls with the arguments that people write."""
    F, t = torch.nn.functional, torch.tensor
    x = t(_SCORES)
    labels = t(_LABELS)
    image = t(values([(2, 3, 8, 8)])[0])
    yield F.softmax(x, -1), F.softmax(x, dim=0, dtype=torch.float64), F.log_softmax(x, 1, _stacklevel=5)
    yield F.cross_entropy(x, labels, None, None, -100, None, "sum"), F.nll_loss(F.log_softmax(x, 1), labels)
    yield F.mse_loss(x, x + 1, None, None, "sum"), F.mse_loss(x, x + 1, reduction="none")
    yield F.binary_cross_entropy(x.sigmoid(), (x > 0).float(), x.abs()), F.smooth_l1_loss(x, x + 2, beta=3.0)
    yield F.binary_cross_entropy_with_logits(x, (x > 0).float(), reduction="sum"), F.huber_loss(x, x + 2, "sum", 0.5)
    yield (
        F.max_pool2d(image, 2),
        F.max_pool2d(image, kernel_size=(2, 2), stride=1),
        F.max_pool2d(image, 2, 2, 1, 1, True),
    )
    yield F.avg_pool2d(image, 3, 2, 1, False, False), F.max_pool1d(image[0], 2), F.avg_pool1d(image[0], 2)
    yield F.conv2d(image, image[:1], padding=1), F.conv2d(image, image[:1], None, 2, (1, 1)), F.linear(x, x)
    yield F.pad(x, (1, 2)), F.pad(x, [1, 2, 0, 1], "constant", 3.5), F.pad(image, (1, 1, 2, 2), mode="reflect")
    yield F.one_hot(labels), F.one_hot(labels, 7), F.one_hot(t(1), num_classes=3), F.one_hot(t([[0, 1]]))
    yield F.normalize(x), F.normalize(x, p=1, dim=0), F.cosine_similarity(x, x + 1), F.pairwise_distance(x, x + 1)
    yield F.prelu(x, t([0.3])), F.glu(x), F.glu(x, 0), F.softmin(x, 1), F.gelu(x, approximate="tanh")
    yield F.threshold(x, 0.1, -7), F.hardtanh(x, -0.5, 0.5), F.hardtanh(t([-3, 0, 3])), F.threshold(t([1, 2]), 1, 9)
    yield F.embedding(labels, x), F.bilinear(x, x, t(values([(2, 4, 4)])[0])), F.leaky_relu(x, negative_slope=0.3)
    yield F.kl_div(x.log_softmax(1), x.softmax(1), reduction="batchmean"), F.relu(t([-1, 2]))
    torch.manual_seed(0)
    yield F.dropout(x), F.dropout(x, 0.2, True), F.gumbel_softmax(x), F.gumbel_softmax(x, tau=0.5, hard=True)
    yield F.rrelu(x, training=True), F.alpha_dropout(x, training=True), torch.rand(1)
    yield F.max_pool3d(image[None], 2), F.avg_pool3d(image[None], 2), F.avg_pool2d(image, 2, divisor_override=3)


def test_calls(torch):
    for ours, theirs in zip(row_of_calls(jtorch), row_of_calls(torch), strict=True):
        for mine, other in zip(ours, theirs, strict=True):
            assert_same(mine, other)


# -- errors and warnings ----------------------------------------------------------------------------

ERRORS = [
    lambda t: t.nn.Conv2d(1, 1, 1, groups=0),
    lambda t: t.nn.Conv2d(3, 4, 1, groups=2),
    lambda t: t.nn.Conv2d(4, 3, 1, groups=2),
    lambda t: t.nn.Conv2d(1, 1, 3, stride=2, padding="same"),
    lambda t: t.nn.Conv2d(1, 1, 3)(t.ones(1, 2, 5, 5)),
    lambda t: t.nn.Conv2d(1, 1, 3)(t.ones(5, 5)),
    lambda t: t.nn.Conv2d(1, 1, 9)(t.ones(1, 1, 5, 5)),
    lambda t: t.nn.Linear(3, 4)(t.ones(2, 5)),
    lambda t: t.nn.Linear(),
    lambda t: t.nn.Bilinear(0, 1, 1),
    lambda t: t.nn.Dropout(1.5),
    lambda t: t.nn.functional.dropout(t.ones(1), -0.1),
    lambda t: t.nn.functional.dropout1d(t.ones(1)),
    lambda t: t.nn.Unflatten(1, 3),
    lambda t: t.nn.Unflatten(1, (1, "a")),
    lambda t: t.nn.Hardtanh(1.0, -1.0),
    lambda t: t.nn.functional.hardtanh(t.ones(1), 1.0, -1.0),
    lambda t: t.nn.HuberLoss(delta="x"),
    lambda t: t.nn.Softmax2d()(t.ones(2, 2)),
    lambda t: t.nn.functional.glu(t.ones(2, 3)),
    lambda t: t.nn.functional.glu(t.tensor(1.0)),
    lambda t: t.nn.functional.glu(t.ones(2, 3), 5),
    lambda t: t.nn.functional.prelu(t.ones(2, 6), t.ones(3)),
    lambda t: t.nn.functional.prelu(t.ones(2, 6), t.ones(6, dtype=t.float64)),
    lambda t: t.nn.functional.softshrink(t.ones(1), -1.0),
    lambda t: t.nn.functional.softshrink(t.tensor([1])),
    lambda t: t.nn.functional.celu(t.ones(1), 0.0),
    lambda t: t.nn.functional.hardtanh(t.tensor([True])),
    lambda t: t.nn.functional.threshold(t.tensor([True]), 0, 1),
    lambda t: t.nn.functional.prelu(t.ones(2, 3), t.ones(3, 1)),
    lambda t: t.nn.functional.rrelu(t.tensor([1])),
    lambda t: t.nn.functional.rrelu(t.ones(1), 0.5, 0.1),
    lambda t: t.nn.functional.dropout(t.tensor([1])),
    lambda t: t.nn.functional.mish(t.tensor([1])),
    lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 3])),
    lambda t: t.nn.functional.nll_loss(t.ones(2, 3), t.tensor([-1, 0])),
    lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0])),
    lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), reduction="max"),
    lambda t: t.nn.functional.mse_loss(t.ones(2), t.ones(2), weight=t.ones(3)),
    lambda t: t.nn.functional.mse_loss(t.ones(2), t.ones(2), weight=t.ones(2), reduction="max"),
    lambda t: t.nn.functional.binary_cross_entropy(t.ones(2), t.ones(3)),
    lambda t: t.nn.functional.one_hot(t.tensor([1.0])),
    lambda t: t.nn.functional.one_hot(t.tensor([-1])),
    lambda t: t.nn.functional.one_hot(t.tensor([-2]), 3),
    lambda t: t.nn.functional.one_hot(t.tensor([3]), 2),
    lambda t: t.nn.functional.one_hot(t.tensor([1]) + 1, 2).tolist(),
    lambda t: t.nn.functional.one_hot(t.tensor([1]) - 2, 2).tolist(),
    lambda t: t.nn.functional.binary_cross_entropy(t.ones(2) * 2, t.ones(2)).item(),
    lambda t: t.nn.functional.binary_cross_entropy(t.ones(2), t.ones(2) - 2).item(),
    lambda t: t.nn.functional.pad(t.ones(2, 2), (1,)),
    lambda t: t.nn.functional.pad(t.ones(2, 2), (1, 1), mode="x"),
    lambda t: t.nn.functional.pad(t.ones(1, 2, 2), (1, 1), mode="reflect", value=3),
    lambda t: t.nn.functional.softmax(t.ones(2), 3),
    lambda t: t.nn.Embedding(3, 2, padding_idx=7),
    lambda t: t.nn.Embedding.from_pretrained(t.ones(3)),
    lambda t: t.nn.init.calculate_gain("nothing"),
    lambda t: t.nn.init.calculate_gain("leaky_relu", "x"),
    lambda t: t.nn.init.xavier_uniform_(t.ones(3)),
    lambda t: t.nn.init.kaiming_normal_(t.ones(3, 2), mode="x"),
    lambda t: t.nn.init.eye_(t.ones(3)),
    lambda t: t.nn.init.dirac_(t.ones(3)),
    lambda t: t.nn.init.dirac_(t.ones(3, 2, 2), groups=2),
    lambda t: t.nn.init.orthogonal_(t.ones(3)),
    lambda t: t.nn.init.sparse_(t.ones(3), 0.5),
    lambda t: t.nn.utils.vector_to_parameters([1.0], []),
]


def caught(function, torch):
    try:
        function(torch)
    except Exception as error:
        return type(error).__name__, str(error).split("\n")[0]
    return None


@pytest.mark.parametrize("row", range(len(ERRORS)))
def test_errors(row, torch):
    ours, theirs = caught(ERRORS[row], jtorch), caught(ERRORS[row], torch)
    assert theirs is not None
    assert ours is not None
    assert ours[0] == theirs[0]
    assert ours[1].startswith(theirs[1].rstrip("."))  # jnet's line may go on to say what to write instead


WARNINGS = [
    lambda t: t.nn.functional.softmax(t.ones(2, 2)),
    lambda t: t.nn.functional.log_softmax(t.ones(2)),
    lambda t: t.nn.functional.softmin(t.ones(2, 2, 2)),
    lambda t: t.nn.Softmax()(t.ones(2, 2)),
    lambda t: t.nn.L1Loss(size_average=False)(t.ones(2), t.zeros(2)),
    lambda t: t.nn.CrossEntropyLoss(reduce=False)(t.ones(1, 2), t.tensor([0])),
    lambda t: t.nn.functional.mse_loss(t.ones(2), t.zeros(2), size_average=True),
    lambda t: t.nn.functional.mse_loss(t.ones(2), t.zeros(2, 1)),
    lambda t: t.nn.functional.kl_div(t.ones(2), t.ones(2)),
    lambda t: t.nn.functional.dropout2d(t.ones(2, 2), 0.0),
    lambda t: t.nn.functional.dropout2d(t.ones(2, 2, 2), 0.0),
    lambda t: t.nn.init.uniform(t.ones(0)),
    lambda t: t.nn.init.kaiming_uniform_(t.ones(0, 2)),
    lambda t: t.nn.init.trunc_normal_(t.ones(0), mean=9.0),
    lambda t: t.nn.utils.clip_grad_norm_((p for p in ()), 1.0),
]


def warned(function, torch):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        function(torch)
    return [(w.category, str(w.message)) for w in found]


@pytest.mark.parametrize("row", range(len(WARNINGS)))
def test_warnings(row, torch):
    ours = warned(WARNINGS[row], jtorch)
    theirs = warned(WARNINGS[row], torch)
    assert ours == theirs
    assert ours


# -- initialisation ---------------------------------------------------------------------------------

INIT = [
    ("uniform_", (), {}, (3, 5)),
    ("uniform_", (-2.0, 3.0), {}, (40,)),
    ("normal_", (1.0, 2.0), {}, (3, 5)),
    ("normal_", (), {}, (3,)),
    ("constant_", (0.3,), {}, (3, 5)),
    ("ones_", (), {}, (3, 5)),
    ("zeros_", (), {}, (3, 5)),
    ("eye_", (), {}, (3, 5)),
    ("dirac_", (), {}, (4, 2, 3)),
    ("dirac_", (2,), {}, (4, 2, 3, 4)),
    ("dirac_", (), {}, (2, 2, 3, 3, 3)),
    ("xavier_uniform_", (), {"gain": 2.0}, (3, 5)),
    ("xavier_normal_", (), {}, (3, 5, 2)),
    ("kaiming_uniform_", (), {"mode": "fan_out", "nonlinearity": "relu"}, (3, 5)),
    ("kaiming_uniform_", (0.5,), {}, (3, 5)),
    ("kaiming_normal_", (), {"nonlinearity": "tanh"}, (3, 5)),
    ("orthogonal_", (), {"gain": 2.0}, (3, 5)),
    ("orthogonal_", (), {}, (5, 2, 2)),
    ("trunc_normal_", (), {}, (50,)),
    ("trunc_normal_", (0.5, 0.1, 0.3, 0.6), {}, (50,)),
    ("trunc_normal_", (), {"a": 1.0, "b": 2.0}, (50,)),
    ("sparse_", (0.4,), {"std": 0.5}, (5, 4)),
]


def initialised(torch, name, args, settings, shape):
    torch.manual_seed(5)
    p = torch.nn.Parameter(torch.full(shape, 7.0))
    made = getattr(torch.nn.init, name)(p, *args, **settings)
    assert made is p
    return p, torch.rand(1)


@pytest.mark.parametrize("row", INIT, ids=ids(INIT))
def test_initialisation(row, torch):
    """The same seed gives the same weights, and leaves the generator in the same place."""
    ours, theirs = initialised(jtorch, *row), initialised(torch, *row)
    if row[0] == "orthogonal_":
        assert_same(ours[0], theirs[0])
    else:  # one ulp: logarithm and cosine of the two libraries differ in their last bit
        assert_same(ours[0], theirs[0], rtol=3e-7, atol=1e-7 if "normal" in row[0] else 0)
    assert_same(ours[1], theirs[1], rtol=0, atol=0)
    assert ours[0].requires_grad


def test_generators_and_gains(torch):
    ours, theirs = (t.nn.init.uniform_(t.empty(3), generator=t.Generator().manual_seed(1)) for t in (jtorch, torch))
    assert_same(ours, theirs, rtol=0, atol=0)
    for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        assert jtorch.nn.init.calculate_gain(name) == torch.nn.init.calculate_gain(name)


# -- tools ---------------------------------------------------------------------------------------------


def with_gradients(torch):
    parameters = [torch.tensor(each, requires_grad=True) for each in values([(2, 3), (4,), ()])]
    for p in parameters:
        (p * p * p).sum().backward()
    return [*parameters, torch.ones(2, requires_grad=True)]


@pytest.mark.parametrize("settings", [{}, {"norm_type": 1}, {"norm_type": inf}, {"foreach": False}], ids=str)
@pytest.mark.parametrize("limit", [0.5, 1000.0])
def test_clipping_norms(settings, limit, torch):
    ours, theirs = with_gradients(jtorch), with_gradients(torch)
    norms = [t.nn.utils.clip_grad_norm_(ps, limit, **settings) for t, ps in ((jtorch, ours), (torch, theirs))]
    assert_same(*norms)
    for mine, other in zip(ours[:3], theirs[:3], strict=True):
        assert_same(mine.grad, other.grad)
    assert ours[3].grad is None


def test_clipping_values(torch):
    ours, theirs = with_gradients(jtorch), with_gradients(torch)
    for t, ps in ((jtorch, ours), (torch, theirs)):
        t.nn.utils.clip_grad_value_(ps, 0.3)
    for mine, other in zip(ours[:3], theirs[:3], strict=True):
        assert_same(mine.grad, other.grad)
    assert jtorch.nn.utils.clip_grad_norm_([], 1.0).tolist() == 0.0
    ours[1].grad.fill_(nan)
    with pytest.raises(RuntimeError, match=r"total norm of order 2\.0 for gradients from `parameters` is non-finite"):
        jtorch.nn.utils.clip_grad_norm_(ours, 1.0, error_if_nonfinite=True)


def test_vectors():
    layer = jtorch.nn.Linear(2, 3)
    vector = jtorch.nn.utils.parameters_to_vector(layer.parameters())
    assert vector.tolist() == [*layer.weight.reshape(-1).tolist(), *layer.bias.tolist()]
    new = jtorch.arange(9.0)
    jtorch.nn.utils.vector_to_parameters(new, layer.parameters())
    assert layer.weight.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    new[0] = 9.0  # memory is shared
    assert layer.weight[0, 0].item() == 9.0
    assert isinstance(layer.weight, jtorch.nn.Parameter)


def test_embedding(torch):
    made = []
    for t in (jtorch, torch):
        t.manual_seed(0)
        layer = t.nn.Embedding(5, 3, padding_idx=-4, scale_grad_by_freq=True)
        out = layer(t.tensor([[1, 2], [2, 4]]))
        (out * out).sum().backward()
        frozen = t.nn.Embedding.from_pretrained(layer.weight.detach())
        made.append((repr(layer), repr(frozen), layer.weight, out, layer.weight.grad, frozen.weight.requires_grad))
    assert made[0][:2] == made[1][:2]
    for mine, other in zip(made[0][2:5], made[1][2:5], strict=True):
        assert_same(mine, other)
    assert made[0][5] is False


def test_weights_of_the_seeds():
    """What the tutorials print."""
    jtorch.manual_seed(420)
    assert (
        str(jtorch.nn.Linear(2, 1).weight) == "Parameter containing:\ntensor([[ 0.4318, -0.4256]], requires_grad=True)"
    )

"""Transformers and the losses of many classes against PyTorch: weights, values, gradients, masks, errors, files."""

import copy
import io
import math
import warnings

import numpy as np
import pytest

import jnet.torch as jtorch
from jnet.recorder import counters

inf = math.inf
pytestmark = [
    pytest.mark.filterwarnings("ignore:enable_nested_tensor is True"),
    pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors"),
]


def arrays(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def numpy(tensor):
    return tensor.detach().numpy()


def assert_same(ours, theirs, atol=5e-5):
    ours, theirs = numpy(ours), numpy(theirs)
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=atol)


def assert_all_same(ours, theirs, atol=5e-5):
    for mine, other in zip(ours, theirs, strict=True):
        if hasattr(other, "detach"):
            assert_same(mine, other, atol)
        else:
            assert mine == other


# -- layers and stacks -------------------------------------------------------------------------------------------------

E, H, FF, N, S, T = 8, 2, 12, 3, 5, 4
PADDING = np.array([[0, 0, 0, 1, 1], [0, 0, 0, 0, 0], [0, 1, 1, 1, 1]], bool)


def encoder_layer(torch, **settings):
    return torch.nn.TransformerEncoderLayer(E, H, FF, **settings)


def decoder_layer(torch, **settings):
    return torch.nn.TransformerDecoderLayer(E, H, FF, **settings)


def causal(torch, size, kind="float"):
    if kind == "bool":
        return torch.triu(torch.ones(size, size), 1).bool()
    return torch.nn.Transformer.generate_square_subsequent_mask(size)


MODELS = [
    (lambda t: encoder_layer(t), lambda t: {}),
    (
        lambda t: encoder_layer(t, dropout=0.4, activation="gelu", norm_first=True, batch_first=True),
        lambda t: {"src_key_padding_mask": t.tensor(PADDING)},
    ),
    (
        lambda t: encoder_layer(t, bias=False, activation=t.nn.functional.silu, layer_norm_eps=1e-3),
        lambda t: {"src_mask": causal(t, S), "is_causal": True},
    ),
    (
        lambda t: t.nn.TransformerEncoder(encoder_layer(t), 2, t.nn.LayerNorm(E)),
        lambda t: {"mask": causal(t, S, "bool"), "src_key_padding_mask": t.tensor(PADDING)},
    ),
    (
        lambda t: t.nn.TransformerEncoder(encoder_layer(t, batch_first=True), 2, enable_nested_tensor=False),
        lambda t: {"mask": causal(t, S)},
    ),
    (lambda t: decoder_layer(t), lambda t: {"memory": memory(t)}),
    (
        lambda t: decoder_layer(t, norm_first=True, dropout=0.3, batch_first=True, activation="gelu", bias=False),
        lambda t: {
            "memory": memory(t, True),
            "tgt_mask": causal(t, S),
            "tgt_is_causal": True,
            "memory_key_padding_mask": t.tensor(PADDING[:, :T]),
        },
    ),
    (
        lambda t: t.nn.TransformerDecoder(decoder_layer(t), 2, t.nn.LayerNorm(E)),
        lambda t: {
            "memory": memory(t),
            "tgt_mask": causal(t, S),
            "memory_mask": t.tensor(arrays((S, T))[0]),
            "tgt_key_padding_mask": t.zeros(N, S).masked_fill(t.tensor(PADDING), -inf),
        },
    ),
    (
        lambda t: t.nn.Transformer(E, H, 1, 1, FF, norm_first=True, activation="gelu"),
        lambda t: {"tgt": memory(t), "src_key_padding_mask": t.tensor(PADDING), "tgt_mask": causal(t, T)},
    ),
]


def memory(torch, batch_first=False):
    return torch.tensor(arrays((N, T, E) if batch_first else (T, N, E), seed=5)[0])


def used(torch, make, arguments, unbatched=False):
    """A model made with a seed, called with another, and differentiated."""
    torch.manual_seed(7)
    model = make(torch)
    weights = {key: each.clone() for key, each in model.state_dict().items()}
    batch_first = getattr(next(m for m in model.modules() if hasattr(m, "batch_first")), "batch_first", False)
    shape = (S, E) if unbatched else (N, S, E) if batch_first else (S, N, E)
    x = torch.tensor(arrays(shape)[0], requires_grad=True)
    torch.manual_seed(3)
    out = model(x, **arguments(torch))
    (out * out * out).sum().backward()
    gradients = [x.grad, *(p.grad for p in model.parameters())]
    return repr(model), list(weights), [*weights.values()], out.grad_fn.name(), [out, torch.rand(2)], gradients


@pytest.mark.parametrize("row", range(len(MODELS)))
def test_model(row, torch):
    """Text, weights bit for bit, values, node and gradients are PyTorch's, and so is what the generator gives next."""
    ours, theirs = used(jtorch, *MODELS[row]), used(torch, *MODELS[row])
    assert ours[0] == theirs[0]
    assert ours[1] == theirs[1]
    for mine, other in zip(ours[2], theirs[2], strict=True):
        np.testing.assert_array_equal(numpy(mine), numpy(other), strict=True)
    assert ours[3] == theirs[3]
    assert_all_same(ours[4], theirs[4])
    assert_all_same(ours[5], theirs[5], atol=2e-3)  # gradients of the keys' biases cancel


def test_unbatched(torch):
    ours, theirs = (used(t, *MODELS[0], unbatched=True) for t in (jtorch, torch))
    assert ours[3] == theirs[3]
    assert_all_same(ours[4], theirs[4])


@pytest.mark.parametrize("mask_check", [True, False])
@pytest.mark.parametrize("left_aligned", [True, False])
def test_padding_in_inference(mask_check, left_aligned, torch):
    """Where PyTorch uses nested tensors, padding comes out as zeros."""
    padding = PADDING if left_aligned else PADDING[:, ::-1].copy()
    (x,) = arrays((N, S, E))
    results = []
    for t in (jtorch, torch):
        t.manual_seed(0)
        encoder = t.nn.TransformerEncoder(encoder_layer(t, batch_first=True), 2, mask_check=mask_check).eval()
        out = [encoder(t.tensor(x), src_key_padding_mask=t.tensor(padding))]
        with t.no_grad():
            out.append(encoder(t.tensor(x), src_key_padding_mask=t.tensor(padding)))
            out.append(encoder(t.tensor(x), mask=causal(t, S, "bool")))
            out.append(encoder(t.tensor(x)))
        results.append(out)
    assert_all_same(*results)
    zeros = results[0][1].eq(0).all(-1)
    expected = np.arange(S) >= (~padding).sum(1, keepdims=True) if left_aligned or not mask_check else padding & False
    np.testing.assert_array_equal(zeros.numpy(), expected)


def test_training_goes_on_in_the_other_library(torch):
    """Files of a transformer and its optimizer: half of the steps here and half there give the losses of all there."""
    src, tgt = arrays((S, N, E), (T, N, E))

    def made(t):
        t.manual_seed(0)
        model = t.nn.Transformer(E, H, 1, 1, FF, dropout=0.0)
        return model, t.optim.Adam(model.parameters(), lr=1e-2)

    def losses(t, model, optimizer, steps):
        found = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = (model(t.tensor(src), t.tensor(tgt), tgt_mask=causal(t, T)) - t.tensor(tgt)).square().mean()
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        return found

    def moved(source, target, trained):
        file = io.BytesIO()
        source.save([each.state_dict() for each in trained], file)
        file.seek(0)
        fresh = made(target)
        for each, state in zip(fresh, target.load(file), strict=True):
            each.load_state_dict(state)
        return fresh

    whole = losses(torch, *made(torch), 10)
    for first, second in ((jtorch, torch), (torch, jtorch)):
        trained = made(first)
        halves = losses(first, *trained, 5) + losses(second, *moved(first, second, trained), 5)
        np.testing.assert_allclose(halves, whole, rtol=1e-4)


def test_copies_and_one_compile():
    """A copy computes the same; a loop with padding, drops and a causal mask is one program."""
    jtorch.manual_seed(0)
    layer = encoder_layer(jtorch, batch_first=True, dropout=0.2)
    model = jtorch.nn.TransformerEncoder(layer, 1)
    x, mask, padding = jtorch.randn(N, S, E), causal(jtorch, S), jtorch.tensor(PADDING).float()
    assert_same(copy.deepcopy(model).eval()(x), model.eval()(x), atol=0)
    model.train()
    optimizer = jtorch.optim.SGD(model.parameters(), lr=0.1)
    before = None
    for step in range(6):
        optimizer.zero_grad()
        model(x, mask=mask, src_key_padding_mask=padding).square().mean().backward()
        optimizer.step()
        before = counters.compiled if step == 3 else before
    assert counters.compiled == before


def test_whole_pickles(torch):
    jtorch.manual_seed(0)
    model = jtorch.nn.Transformer(E, H, 1, 1, FF, activation="gelu").eval()
    src, tgt = arrays((S, N, E), (T, N, E))
    file = io.BytesIO()
    jtorch.save(model, file)
    file.seek(0)
    theirs = torch.load(file, weights_only=False)
    expected = model(jtorch.tensor(src), jtorch.tensor(tgt))
    assert_same(theirs(torch.tensor(src), torch.tensor(tgt)), expected)
    file = io.BytesIO()
    torch.save(theirs, file)
    file.seek(0)
    again = jtorch.load(file, weights_only=False)
    assert_same(again(jtorch.tensor(src), jtorch.tensor(tgt)), expected)
    assert again.encoder.layers[0].activation is jtorch.nn.functional.gelu


# -- losses of many classes ----------------------------------------------------------------------------------------

CUTOFFS = [(5, [2]), (12, [3, 6, 10])]


@pytest.mark.parametrize("row", CUTOFFS, ids=str)
@pytest.mark.parametrize("target", [[0, 1, 4, 4, 2], [0, 1, 0], 3], ids=str)
def test_adaptive_softmax(row, target, torch):
    classes, cutoffs = row
    results = []
    for t in (jtorch, torch):
        t.manual_seed(1)
        layer = t.nn.AdaptiveLogSoftmaxWithLoss(8, classes, cutoffs, div_value=2.0, head_bias=True)
        labels = t.tensor(target)
        x = t.tensor(arrays((*labels.shape, 8))[0], requires_grad=True)
        output, loss = layer(x, labels)
        loss.backward()
        gradients = [None if p.grad is None else p.grad for p in layer.parameters()]
        rows = x.detach().reshape(-1, 8)
        results.append(
            [
                *(repr(layer), list(layer.state_dict()), output, loss, loss.grad_fn.name(), x.grad),
                *(*gradients, layer.log_prob(rows), layer.predict(rows)),
            ]
        )
    assert_all_same(*results)


def test_adaptive_softmax_of_computed_targets():
    """Targets that are not known yet are not waited for: all clusters are computed."""
    layer = jtorch.nn.AdaptiveLogSoftmaxWithLoss(8, 12, [3, 6], div_value=2.0)
    (x,) = arrays((4, 8))
    labels = jtorch.tensor([0, 4, 11, 5])
    known = layer(jtorch.tensor(x), labels)
    assert_same(layer(jtorch.tensor(x), (labels * 2) // 2).loss, known.loss)
    with pytest.raises(RuntimeError, match=r"Target values should be in \[0, 11\], but values in range \[0, 22\]"):
        layer(jtorch.tensor(x), labels * 2).loss.item()


LINEAR = [
    ({}, {}, (6,)),
    ({"bias": True, "label_smoothing": 0.1, "reduction": "sum"}, {}, (6,)),
    ({"reduction": "none", "ignore_index": 1}, {}, (6,)),
    ({"out_features": (2, 3), "bias": True}, {}, (6, 2, 3)),
    ({"options": {}}, {}, (6,)),
    ({"options": {"batch_chunk_size": 2}, "bias": True}, {"weight": True}, (6,)),
    ({}, {"probabilities": True}, (6,)),
    ({}, {}, ()),
]


@pytest.mark.parametrize("row", range(len(LINEAR)))
def test_linear_cross_entropy(row, torch):
    settings, extra, shape = LINEAR[row]
    results = []
    for t in (jtorch, torch):
        t.manual_seed(1)
        given = dict(settings)
        if "options" in given:
            given["options"] = t.nn.LinearCrossEntropyOptions(**given["options"])
        if extra.get("weight"):
            given["weight"] = t.tensor(np.abs(arrays((5,))[0]))
        loss = t.nn.LinearCrossEntropyLoss(4, 5, **given)
        x = t.tensor(arrays((*shape[:1], 4))[0], requires_grad=True)
        target = t.tensor(np.random.default_rng(0).integers(0, 5, shape))
        if extra.get("probabilities"):
            target = t.tensor(arrays((6, 5))[0]).softmax(-1)
        value = loss(x, target)
        value.sum().backward()
        results.append([repr(loss), list(loss.state_dict()), value, x.grad, *(p.grad for p in loss.parameters())])
    assert_all_same(*results)


# -- errors and warnings -----------------------------------------------------------------------------------------------


def linear_loss(t, x=(6, 4), w=(5, 4), y=(6,), **settings):
    return t.nn.functional.linear_cross_entropy(t.ones(x), t.ones(w), t.zeros(y).long(), **settings)


def adaptive(t, *args, x=(2, 8), y=(2,), label=0):
    return t.nn.AdaptiveLogSoftmaxWithLoss(8, *args)(t.ones(x), t.full(y, label))


ERRORS = [
    lambda t: encoder_layer(t, activation="tanh"),
    lambda t: t.nn.TransformerEncoderLayer(7, 2),
    lambda t: t.nn.Transformer(E, H, 1, 1, FF)(t.ones(S, N, E), t.ones(T, 2, E)),
    lambda t: t.nn.Transformer(E, H, 1, 1, FF)(t.ones(S, N, E), t.ones(T, N, 7)),
    lambda t: t.nn.Transformer(E, H, 1, 1, FF)(t.ones(S, N, E)),
    lambda t: t.nn.Transformer(E, H, 1, 1, FF)(t.ones(S, N, E), t.ones(T, N, E), tgt_mask=t.zeros(3, 3)),
    lambda t: encoder_layer(t)(t.ones(S, N, E), t.ones(S, S).long()),
    lambda t: encoder_layer(t)(t.ones(S, N, E), is_causal=True),
    lambda t: encoder_layer(t)(t.ones(S, N, E), src_key_padding_mask=t.ones(S, N).bool()),
    lambda t: decoder_layer(t)(t.ones(S, N, E)),
    lambda t: decoder_layer(t)(t.ones(S, N, E), t.ones(T, 1, E)),
    lambda t: adaptive(t, 20, []),
    lambda t: adaptive(t, 20, [5, 3]),
    lambda t: adaptive(t, 20, [5, 20]),
    lambda t: adaptive(t, 20, [5], y=(3,)),
    lambda t: adaptive(t, 20, [5], x=(8,), y=(8,)),
    lambda t: adaptive(t, 20, [5], y=()),
    lambda t: adaptive(t, 20, [5], y=(2, 1)),
    lambda t: adaptive(t, 20, [5], label=20),
    lambda t: adaptive(t, 20, [5], label=-1),
    lambda t: linear_loss(t, x=(1, 6, 4)),
    lambda t: linear_loss(t, w=(4,)),
    lambda t: linear_loss(t, w=(5, 3)),
    lambda t: linear_loss(t, linear_bias=t.ones(4)),
    lambda t: linear_loss(t, x=(4,), w=(5, 2, 4), y=(2,)),
    lambda t: linear_loss(t, y=(6, 5), ignore_index=1),
    lambda t: t.nn.LinearCrossEntropyLoss(4, 5, weight=t.ones(3)),
    lambda t: t.nn.LinearCrossEntropyLoss(4, 5, label_smoothing=2.0),
    lambda t: t.nn.LinearCrossEntropyOptions(acc_policy="x"),
    lambda t: t.nn.LinearCrossEntropyOptions(chunking_method="aspect_ratio:0"),
    lambda t: t.nn.LinearCrossEntropyOptions(batch_chunk_size=0),
    lambda t: linear_loss(
        t, options=t.nn.LinearCrossEntropyOptions(batch_chunk_size=2, chunking_method="aspect_ratio")
    ),
]  # fmt: skip


def caught(function, torch):
    try:
        function(torch)
    except Exception as error:
        return type(error).__name__, str(error).split("\n")[0].replace("jnet.torch", "torch")
    return None


@pytest.mark.parametrize("row", range(len(ERRORS)))
def test_errors(row, torch):
    ours, theirs = caught(ERRORS[row], jtorch), caught(ERRORS[row], torch)
    assert ours is not None
    assert theirs is not None
    assert ours == theirs


WARNINGS = [
    lambda t: t.nn.TransformerEncoder(encoder_layer(t), 1),
    lambda t: t.nn.TransformerEncoder(encoder_layer(t, batch_first=True, norm_first=True), 1),
    lambda t: t.nn.TransformerEncoder(encoder_layer(t, batch_first=True, bias=False), 1),
    lambda t: t.nn.TransformerEncoder(encoder_layer(t, batch_first=True, activation=t.nn.Tanh()), 1),
    lambda t: t.nn.TransformerEncoder(t.nn.TransformerEncoderLayer(3, 1, 2, batch_first=True), 1),
    lambda t: t.nn.TransformerEncoder(t.nn.Linear(1, 1), 1),
    lambda t: encoder_layer(t)(t.ones(S, N, E), t.zeros(S, S), t.zeros(N, S).bool()),
    lambda t: t.nn.functional.gumbel_softmax(t.ones(2, 2), eps=1e-5),
    lambda t: linear_loss(t, label_smoothing=0.1, options=t.nn.LinearCrossEntropyOptions()),
]


@pytest.mark.parametrize("row", range(len(WARNINGS)))
def test_warnings(row, torch):
    found = []
    for t in (jtorch, torch):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            WARNINGS[row](t)
        found.append([(each.category, str(each.message)) for each in caught])
    assert found[0] == found[1]
    assert found[0]

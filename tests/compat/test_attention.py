"""Attention against PyTorch: values, gradients, drops for a seed, weights, masks, errors, pickles."""

import copy
import importlib
import io
import math
import warnings

import numpy as np
import pytest

import jnet.torch as jtorch
from jnet.recorder import counters

inf = math.inf


def arrays(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def numpy(tensor):
    return tensor.detach().numpy()


def assert_same(ours, theirs, atol=2e-5):
    ours, theirs = numpy(ours), numpy(theirs)
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=atol)


# -- the function ------------------------------------------------------------------------------------------------------

CALLS = [
    (((2, 2, 3, 4),) * 3, {"is_causal": True, "dropout_p": 0.4}),
    (((2, 3, 4),) * 3, {"dropout_p": 0.4}),
    (((3, 4),) * 3, {"dropout_p": 1.0}),
    (((2, 4, 3, 2), (2, 2, 5, 2), (2, 1, 5, 2)), {"enable_gqa": True, "dropout_p": 0.2}),
    (((2, 4, 3, 2),) * 3, {}),
    (((4, 3, 2),) * 3, {"scale": 2.0}),
]


def attended(torch, shapes, settings):
    """Attention with a seed, and its gradients and second ones."""
    leaves = [torch.tensor(each, requires_grad=True) for each in arrays(*shapes)]
    torch.manual_seed(4)
    out = torch.nn.functional.scaled_dot_product_attention(*leaves, **settings)
    gradients = torch.autograd.grad((out * out).sum(), leaves, create_graph=settings.get("is_causal", False))
    second = torch.autograd.grad(sum((g * g).sum() for g in gradients), leaves) if gradients[0].requires_grad else ()
    return out, *gradients, *second, torch.rand(1)


@pytest.mark.parametrize("row", range(len(CALLS)))
def test_function(row, torch):
    """Values, gradients, which weights are dropped and what the generator gives next are PyTorch's."""
    ours, theirs = attended(jtorch, *CALLS[row]), attended(torch, *CALLS[row])
    assert ours[0].grad_fn.name() == theirs[0].grad_fn.name()
    for mine, other in zip(ours, theirs, strict=True):
        assert_same(mine, other, atol=1e-4)  # second derivatives cancel


def test_causal_masks_by_name(torch):
    results = []
    for t in (jtorch, torch):
        bias = importlib.import_module(f"{t.__name__}.nn.attention.bias")
        q, k = (t.tensor(each) for each in arrays((1, 1, 2, 4), (1, 1, 3, 4)))
        masks = [bias.causal_lower_right(2, 3), bias.causal_upper_left(2, 3), bias.causal_lower_right(2, 2)]
        with t.nn.attention.sdpa_kernel([t.nn.attention.SDPBackend.MATH, t.nn.attention.SDPBackend.FLASH_ATTENTION]):
            attend = t.nn.functional.scaled_dot_product_attention
            outs = [attend(q, k, k, mask) for mask in masks[:2]] + [attend(q, q, q, masks[2])]
        with pytest.raises(ValueError, match="CausalBias should not be used with causal=True"):
            attend(q, k, k, masks[0], is_causal=True)
        with pytest.raises(AssertionError, match="causal_upper_left only supports 2D tensors"):
            bias.causal_upper_left(3)
        with pytest.raises(AssertionError, match="Backend must be an instance of SDPBackend or a list"), (
            t.nn.attention.sdpa_kernel("math")
        ):  # fmt: skip
            pass
        results.append((outs, [repr(mask) for mask in masks], repr(t.nn.attention.SDPBackend.MATH)))
    assert results[0][1:] == results[1][1:]
    for mine, other in zip(results[0][0], results[1][0], strict=True):
        assert_same(mine, other)


def test_samples_of_gumbel_softmax(torch):
    (logits,) = arrays((4, 3))
    for settings in ({}, {"tau": 0.5, "hard": True}, {"dim": 0}):
        results = []
        for t in (jtorch, torch):
            t.manual_seed(2)
            leaf = t.tensor(logits, requires_grad=True)
            out = t.nn.functional.gumbel_softmax(leaf, **settings)
            (out * out).sum().backward()
            results.append((out, leaf.grad, t.rand(1)))
        for mine, other in zip(*results, strict=True):
            assert_same(mine, other)


# -- the layer ---------------------------------------------------------------------------------------------------------

LAYERS = [
    {},
    {"batch_first": True, "dropout": 0.5},
    {"bias": False},
    {"add_bias_kv": True, "add_zero_attn": True, "dropout": 0.3},
    {"kdim": 6, "vdim": 4, "add_bias_kv": True},
]
MASKS = [
    {},
    {"same": True, "need_weights": False},
    {"keys": True, "average_attn_weights": False},
    {"key_padding_mask": "bool", "need_weights": False},
    {"key_padding_mask": "float", "attn_mask": "float"},
    {"attn_mask": "bool", "is_causal": True, "need_weights": False},
    {"attn_mask": "heads", "unbatched": True},
]
L, S, N, E = 3, 5, 4, 8


def masks(torch, call, count):
    padding = np.arange(S) >= np.array([[3], [5], [1], [4]])
    causal = np.triu(np.ones((L, S), bool), 1)
    made = {
        ("key_padding_mask", "bool"): padding if count else padding[0],
        ("key_padding_mask", "float"): np.where(padding, -inf, 0.5).astype("f"),
        ("attn_mask", "bool"): causal,
        ("attn_mask", "float"): np.where(causal, -inf, 0.25).astype("f"),
        ("attn_mask", "heads"): arrays(((count or 1) * 2, L, S))[0],
    }
    return {
        key: torch.tensor(made[key, value]) if (key, value) in made else value
        for key, value in call.items()
        if key not in ("same", "keys", "unbatched")
    }


def used(torch, settings, call):
    """A layer made with a seed, called with another, and differentiated."""
    torch.manual_seed(7)
    layer = torch.nn.MultiheadAttention(E, 2, **settings)
    weights = {key: each.clone() for key, each in layer.state_dict().items()}
    count = 0 if call.get("unbatched") else N
    features = {"key": layer.kdim, "value": layer.vdim}

    def leaf(length, width, seed):
        shape = (length, width)
        if count:
            shape = (count, *shape) if layer.batch_first else (length, count, width)
        return torch.tensor(arrays(shape, seed=seed)[0], requires_grad=True)

    query = leaf(S if call.get("same") else L, E, 0)
    key = query if call.get("same") else leaf(S, features["key"], 1)
    value = key if call.get("same") or call.get("keys") else leaf(S, features["value"], 2)
    torch.manual_seed(3)
    out, seen = layer(query, key, value, **masks(torch, call, count))
    (out * out).sum().backward(retain_graph=True)
    if seen is not None:
        (seen * seen).sum().backward()
    gradients = [each.grad for each in (query, key, value, *layer.parameters()) if each.grad is not None]
    return repr(layer), weights, [out, *([] if seen is None else [seen]), *gradients, torch.rand(2)], out.grad_fn.name()


@pytest.mark.parametrize("call", range(len(MASKS)))
@pytest.mark.parametrize("settings", range(len(LAYERS)))
def test_layer(settings, call, torch):
    settings, call = LAYERS[settings], MASKS[call]
    if settings.get("kdim") and (call.get("same") or call.get("keys")):
        pytest.skip("keys and values have other features than queries")
    ours, theirs = used(jtorch, settings, call), used(torch, settings, call)
    assert ours[0] == theirs[0]
    assert ours[3] == theirs[3]
    assert list(ours[1]) == list(theirs[1])
    for key in ours[1]:
        np.testing.assert_array_equal(numpy(ours[1][key]), numpy(theirs[1][key]), strict=True)
    for mine, other in zip(ours[2], theirs[2], strict=True):
        assert_same(mine, other)


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_dtypes_in_evaluation(dtype, torch):
    results = []
    for t in (jtorch, torch):
        t.manual_seed(0)
        layer = t.nn.MultiheadAttention(4, 2, batch_first=True, dtype=getattr(t, dtype), dropout=0.9).eval()
        x = t.tensor(arrays((2, 3, 4))[0]).to(getattr(t, dtype))
        with t.no_grad():
            results.append([str(each.dtype) for each in layer(x, x, x)] + [each.float() for each in layer(x, x, x)])
    assert results[0][:2] == results[1][:2]
    for mine, other in zip(results[0][2:], results[1][2:], strict=True):
        assert_same(mine, other, atol=2e-2 if dtype == "bfloat16" else 1e-6)


def test_a_query_without_keys(torch):
    """It gets zeros; with the weights asked for, nan."""
    (x,) = arrays((3, 2, 4))
    closed = np.array([[True] * 3, [False, False, True]])
    for need_weights in (False, True):
        results = []
        for t in (jtorch, torch):
            t.manual_seed(0)
            layer = t.nn.MultiheadAttention(4, 2)
            given = t.tensor(x)
            results.append(layer(given, given, given, key_padding_mask=t.tensor(closed), need_weights=need_weights)[0])
        assert_same(*results)
        assert bool(results[0].isnan().any()) == need_weights


def test_copies_and_files(torch):
    """Copies, pickles and files of both libraries give the same layer."""
    (x,) = arrays((3, 2, 4))
    jtorch.manual_seed(1)
    layer = jtorch.nn.MultiheadAttention(4, 2, add_bias_kv=True)
    given = jtorch.tensor(x)
    expected = layer(given, given, given)[0]
    file = io.BytesIO()
    jtorch.save(layer, file)
    file.seek(0)
    for other in (copy.deepcopy(layer), jtorch.load(file, weights_only=False)):
        assert_same(other(given, given, given)[0], expected, atol=0)
    file.seek(0)
    theirs = torch.load(file, weights_only=False)
    assert type(theirs) is torch.nn.MultiheadAttention
    assert_same(theirs(*[torch.tensor(x)] * 3)[0], expected)
    file = io.BytesIO()
    torch.save(theirs, file)
    file.seek(0)
    assert_same(jtorch.load(file, weights_only=False)(given, given, given)[0], expected)
    assert jtorch.nn.modules.activation.MultiheadAttention is jtorch.nn.MultiheadAttention


def test_one_compile(torch):
    """A loop with masks, drops and weights is one program."""
    jtorch.manual_seed(0)
    layer = jtorch.nn.MultiheadAttention(64, 2, dropout=0.1)
    optimizer = jtorch.optim.SGD(layer.parameters(), lr=0.1)
    x, mask = jtorch.randn(12, 8, 64), jtorch.nn.Transformer.generate_square_subsequent_mask(12)
    before = None
    for step in range(6):
        out, _ = layer(x, x, x, attn_mask=mask, need_weights=step < 0)
        optimizer.zero_grad()
        (out * out).mean().backward()
        optimizer.step()
        if step == 3:
            before = counters.compiled
    assert counters.compiled == before


ERRORS = [
    lambda t: t.nn.MultiheadAttention(0, 1),
    lambda t: t.nn.MultiheadAttention(4, 3),
    lambda t: t.nn.MultiheadAttention(4),
    lambda t: t.nn.MultiheadAttention(4, 2)(*[t.ones(2, 3, 5)] * 3),
    lambda t: t.nn.MultiheadAttention(4, 2)(t.ones(2, 3, 4), t.ones(3, 4), t.ones(3, 4)),
    lambda t: t.nn.MultiheadAttention(4, 2)(t.ones(4), t.ones(4), t.ones(4)),
    lambda t: t.nn.MultiheadAttention(4, 2)(*[t.ones(2, 3, 4)] * 3, key_padding_mask=t.ones(2, 3).bool()),
    lambda t: t.nn.MultiheadAttention(4, 2)(*[t.ones(2, 3, 4)] * 3, attn_mask=t.ones(3, 3).bool()),
    lambda t: t.nn.MultiheadAttention(4, 2)(*[t.ones(2, 3, 4)] * 3, attn_mask=t.ones(2, 2).long()),
    lambda t: t.nn.MultiheadAttention(4, 2)(*[t.ones(2, 3, 4)] * 3, is_causal=True),
    lambda t: t.nn.MultiheadAttention(4, 2)(t.ones(2, 3, 4), t.ones(5, 3, 4), t.ones(2, 3, 4)),
    lambda t: t.nn.MultiheadAttention(4, 2, kdim=3)(t.ones(2, 3, 4), t.ones(2, 3, 4), t.ones(2, 3, 4)),
    lambda t: t.nn.MultiheadAttention(4, 2)(t.ones(2, 3, 4), t.ones(2, 3, 4)),
    lambda t: t.nn.functional.scaled_dot_product_attention([1.0], t.ones(1, 1), t.ones(1, 1)),
    lambda t: t.nn.functional.scaled_dot_product_attention(*[t.ones(1, 2, 3, 4)] * 3, dropout_p=1.5),
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
    assert ours is not None
    assert theirs is not None
    assert ours == theirs


def test_masks_of_different_kinds_warn(torch):
    for t in (jtorch, torch):
        layer, x = t.nn.MultiheadAttention(4, 2), t.ones(3, 2, 4)
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            layer(x, x, x, key_padding_mask=t.zeros(2, 3).bool(), attn_mask=t.zeros(3, 3))
        assert [str(each.message) for each in found] == [
            "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead."
        ]


# -- distances -----------------------------------------------------------------------------------------------------


def test_pairs_of_rows(torch):
    for shape in ((1, 3), (0, 3), (4, 0)):
        assert_same(jtorch.pdist(jtorch.ones(shape)), torch.pdist(torch.ones(shape)))
    (x,) = arrays((4, 3))
    ours, theirs = (t.nn.functional.pdist(t.tensor(x, requires_grad=True), 3) for t in (jtorch, torch))
    assert_same(ours, theirs)
    assert ours.grad_fn.name() == theirs.grad_fn.name()

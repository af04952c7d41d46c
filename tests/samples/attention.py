"""Attention, alone and with heads, and the distances of every pair of rows."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import a, f, i, inf

bf16 = np.dtype("bfloat16") if "bfloat16" in np.sctypeDict else None


def qkv(*shape, keys=None, width=None, dtype=np.float32):
    """Return queries, and keys and values of as many or other places; values of as many or other features."""
    *lead, length, features = shape
    keys = keys or length
    return dict(
        query=f(*shape).astype(dtype),
        key=f(*lead, keys, features, seed=1).astype(dtype),
        value=f(*lead, keys, width or features, seed=2).astype(dtype),
    )


OPEN = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 1]], bool)
KEPT = np.random.default_rng(0).random((2, 2, 3, 3)) < 0.7


def d(*shape, seed=0):
    return f(*shape, seed=seed).astype(np.float64) / 2


def heads(length=3, keys=None, count=2, batched=True, **changes):
    """Return the arguments of attention with 2 heads of 2 features, in float64: gradients of the biases cancel."""
    rows = (count,) if batched else ()
    given = dict(
        query=d(length, *rows, 4),
        key=d(keys or length, *rows, 4, seed=1),
        value=d(keys or length, *rows, 4, seed=2),
        embed_dim_to_check=4,
        num_heads=2,
        in_proj_weight=d(12, 4, seed=3),
        in_proj_bias=d(12, seed=4),
        bias_k=None,
        bias_v=None,
        add_zero_attn=False,
        dropout_p=0.0,
        out_proj_weight=d(4, 4, seed=5),
        out_proj_bias=d(4, seed=6),
    )
    return given | changes


def biases():
    return dict(bias_k=d(1, 1, 4, seed=7), bias_v=d(1, 1, 4, seed=8))


def separate(keys=3, values=5):
    """Return what differs where keys and values have other features than the queries."""
    return dict(
        key=d(3, 2, keys, seed=1),
        value=d(3, 2, values, seed=2),
        in_proj_weight=None,
        use_separate_proj_weight=True,
        q_proj_weight=d(4, 4, seed=3),
        k_proj_weight=d(4, keys, seed=4),
        v_proj_weight=d(4, values, seed=5),
    )


CAUSAL = np.triu(np.ones((3, 3), bool), 1)
PADDED = np.array([[0, 0, 1], [0, 0, 0]], bool)

SAMPLES: dict[str, list[dict]] = {
    "scaled_dot_product_attention": [
        qkv(2, 2, 3, 4),
        qkv(2, 3, 4, keys=5, width=2) | dict(attn_mask=f(3, 5)),
        qkv(2, 2, 3, 4) | dict(attn_mask=OPEN, dropout_p=0.3, dropout_mask=KEPT),
        qkv(3, 2) | dict(is_causal=True),
        qkv(2, 1, 3, 2, keys=5) | dict(is_causal=True, scale=0.3),
        qkv(1, 1, 3, 2) | dict(is_causal=True, attn_mask=OPEN),
        qkv(2, 3, 2) | dict(attn_mask=OPEN),
        qkv(3, 2) | dict(attn_mask=np.full((3, 3), -inf, np.float32)),
        qkv(2, 2, 3, 2) | dict(attn_mask=f(2, 1, 1, 3), scale=-1.0),
        qkv(2, 2, 3, 2) | dict(attn_mask=f(1, 2, 3, 1)),
        qkv(2, 2, 3, 2) | dict(dropout_p=1.0, dropout_mask=np.zeros((2, 2, 3, 3), bool)),
        dict(query=f(2, 4, 3, 2), key=f(2, 2, 5, 2), value=f(2, 1, 5, 3), enable_gqa=True),
        dict(query=f(2, 2, 3, 2), key=f(2, 3, 2), value=f(1, 1, 3, 2)),
        qkv(2, 2, 0, 2, keys=3),
        qkv(2, 2, 3, 2, dtype=np.float16) | dict(attn_mask=f(3, 3)),
        qkv(2, 2, 3, 2, dtype=np.float64),
        {key: value.astype("bfloat16") for key, value in qkv(1, 2, 3, 4).items()} if bf16 else qkv(1, 2, 3, 4),
    ],
    "multi_head_attention_forward": [
        heads(),
        heads(keys=5, need_weights=False),
        heads(key=None, value=None, attn_mask=CAUSAL, is_causal=True, need_weights=False),
        heads(value=None, key_padding_mask=PADDED, average_attn_weights=False),
        heads(key_padding_mask=PADDED, attn_mask=CAUSAL, need_weights=False),
        heads(key_padding_mask=PADDED, attn_mask=CAUSAL, is_causal=True),
        heads(attn_mask=d(4, 3, 3), in_proj_bias=None, out_proj_bias=None),
        heads(**biases(), add_zero_attn=True, key_padding_mask=np.where(PADDED, -inf, 0.5), attn_mask=d(3, 3)),
        heads(**separate(), need_weights=False),
        heads(**separate(), in_proj_bias=None),
        heads(batched=False, key_padding_mask=PADDED[0]),
        heads(batched=False, attn_mask=d(2, 3, 3), need_weights=False),
        heads(static_k=d(4, 3, 2), static_v=d(4, 3, 2, seed=9)),
        heads(dropout_p=0.3, dropout_mask=KEPT),
        heads(dropout_p=0.3, dropout_mask=KEPT, need_weights=False),
        heads(dropout_p=0.3, training=False),
        heads(key_padding_mask=np.ones((2, 3), bool), need_weights=False),
    ],
    "pdist": [
        *(dict(input=f(4, 3), p=p) for p in (2.0, 1.0, 3.0, 0.5, 0.0, inf)),
        dict(input=f(4, 3).astype(np.float64)),
    ],
}

KINKS: list[tuple[str, dict]] = [
    *(("pdist", dict(input=a([1, 2], [1, 2], [3, 0], [3, 2]), p=p)) for p in (0.0, 0.5, 1.0, 2.0, 3.0, inf)),
    ("cdist", dict(x1=a([0, 0], [1, 1], [3, -3]), x2=a([0, 0], [2, 2]), p=inf)),
]

_x = f(2, 3, 4)
_tall = f(2, 2, 3, 4)

ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    *(
        ("scaled_dot_product_attention", row, RuntimeError, message)
        for row, message in (
            (dict(query=_x, key=_x.astype(np.float64), value=_x), "Expected query, key, and value to have the same"),
            (dict(query=_x, key=f(4), value=_x), "Expected query, key, and value to all be  at least 2 dimensional"),
            (dict(query=_x, key=f(2, 3, 5), value=_x), "Expected size for first two dimensions of batch2 tensor"),
            (dict(query=_x, key=_x, value=f(2, 5, 4)), "Expected size for first two dimensions of batch2 tensor"),
            (dict(query=_tall, key=f(2, 3, 3, 4), value=_tall), "The size of tensor a (2) must match"),
            (dict(query=_x, key=_x, value=_x, attn_mask=f(3, 3), is_causal=True), "_scaled_dot_product_attention: Exp"),
            (dict(query=_x, key=_x, value=_x, attn_mask=f(5, 5)), "The size of tensor a (3) must match"),
            (dict(query=f(3, 4), key=f(3, 4), value=f(3, 4), attn_mask=f(2, 3, 3)), "output with shape [3, 3] doesn't"),
            (dict(query=_x, key=_x, value=_x, attn_mask=i(1, 0, 1)), "Expected attn_mask dtype to be bool or float"),
            (dict(query=_x, key=_x, value=_x, dropout_p=1.5), "dropout probability has to be between 0 and 1"),
            (
                dict(query=f(2, 4, 3, 2), key=f(2, 3, 3, 2), value=f(2, 3, 3, 2), enable_gqa=True),
                "Number of heads in key and value must divide",
            ),
        )
    ),
    (
        "scaled_dot_product_attention",
        dict(query=f(3, 2), key=f(3, 2), value=f(3, 2), enable_gqa=True),
        IndexError,
        "Dimension out of range (expected to be in range of [-2, 1], but got -3)",
    ),
    *(
        ("multi_head_attention_forward", heads(**row), AssertionError, message)
        for row, message in (
            (dict(query=d(4)), "query should be unbatched 2D or batched 3D tensor but received 1-D"),
            (dict(key=d(3, 4)), "For batched (3-D) `query`, expected `key` and `value` to be 3-D but found 2-D"),
            (dict(batched=False, key=d(3, 2, 4)), "For unbatched (2-D) `query`, expected `key` and `value`"),
            (dict(key_padding_mask=PADDED[0]), "For batched (3-D) `query`, expected `key_padding_mask`"),
            (dict(batched=False, key_padding_mask=PADDED), "For unbatched (2-D) `query`, expected `key_padding_mask`"),
            (dict(attn_mask=CAUSAL[0]), "For batched (3-D) `query`, expected `attn_mask`"),
            (dict(batched=False, attn_mask=d(3, 3, 3)), "Expected `attn_mask` shape to be (2, 3, 3)"),
            (dict(attn_mask=CAUSAL.astype(int)), "only bool and floating types of attn_mask are supported"),
            (dict(embed_dim_to_check=5), "was expecting embedding dimension of 5, but got 4"),
            (dict(num_heads=3), "embed_dim 4 not divisible by num_heads 3"),
            (dict(key=d(4, 2, 4)), "key shape torch.Size([4, 2, 4]) does not match value shape"),
            (dict(in_proj_weight=None), "use_separate_proj_weight is False but in_proj_weight is None"),
            (dict(use_separate_proj_weight=True), "use_separate_proj_weight is True but q_proj_weight is None"),
            (separate() | dict(key=d(3, 2, 5)), "expecting key weights shape of (4, 5), but got"),
            (separate() | dict(key=d(5, 2, 3)), "key's sequence and batch dims torch.Size([5, 2])"),
            (dict(bias_k=d(1, 1, 4)), "bias_k is set but bias_v is None"),
            (dict(bias_v=d(1, 1, 4)), "bias_v is set but bias_k is None"),
            (biases() | dict(static_k=d(4, 3, 2)), "bias cannot be added to static key."),
            (dict(static_k=d(2, 3, 2)), "expecting static_k.size(0) of 4, but got 2"),
            (dict(static_v=d(4, 3, 4)), "expecting static_v.size(2) of 2, but got 4"),
            (dict(key_padding_mask=np.ones((3, 3), bool)), "Expected key_padded_mask.shape[0] to be 2, but got 3"),
            (dict(key_padding_mask=np.ones((2, 4), bool)), "Expected key_padded_mask.shape[1] to be 3, but got 4"),
        )
    ),
    *(
        ("multi_head_attention_forward", heads(**row), RuntimeError, message)
        for row, message in (
            (dict(is_causal=True), "Need attn_mask if specifying the is_causal hint."),
            (dict(attn_mask=d(3, 4)), "The shape of the 2D attn_mask is torch.Size([3, 4]), but should be (3, 3)."),
            (dict(attn_mask=d(2, 3, 3)), "The shape of the 3D attn_mask is torch.Size([2, 3, 3]), but should be"),
        )
    ),
    ("pdist", dict(input=f(3)), RuntimeError, "pdist only supports 2D tensors, got: 1D"),
    ("pdist", dict(input=i([1], [2])), RuntimeError, "pdist only supports floating-point dtypes"),
    ("pdist", dict(input=f(2, 2), p=-1.0), RuntimeError, "pdist only supports non-negative p values"),
    ("pdist", dict(input=f(2, 2).astype(np.float16)), NotImplementedError, '"pdist" not implemented for'),
]


def _attention(torch):
    """Return PyTorch's attention; what a mask drops is dropped from its weights, which are what values of 1 get."""

    def attend(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, dropout_mask=None, **settings):
        if dropout_mask is None:
            call = torch.nn.functional.scaled_dot_product_attention
            return call(query, key, value, attn_mask, dropout_p, is_causal, **settings)
        ones = torch.eye(key.shape[-2]).expand(*key.shape[:-1], key.shape[-2])
        weights = torch.nn.functional.scaled_dot_product_attention(query, key, ones, attn_mask, 0.0, is_causal)
        return (weights * dropout_mask / (1 - dropout_p) if dropout_p < 1 else weights * 0) @ value

    return attend


def _heads(torch):
    """Return PyTorch's attention with heads, with the mask of what is dropped in place of its draws."""

    def attend(dropout_mask=None, **given):
        if given["key"] is None:
            given["key"] = given["query"]
        if given["value"] is None:
            given["value"] = given["key"]
        if dropout_mask is None:
            out, weights = torch.nn.functional.multi_head_attention_forward(**given)
            return out if weights is None else (out, weights)
        return _with_kept(torch, dropout_mask, given)

    return attend


def _with_kept(torch, kept, given):
    """Return the results with the weights that are kept, from those of the weights in full."""
    p = given.pop("dropout_p")
    _, weights = torch.nn.functional.multi_head_attention_forward(
        **given | {"need_weights": True, "average_attn_weights": False}, dropout_p=0.0
    )
    weights = weights * kept / (1 - p)
    length, count, features = given["query"].shape
    value = torch.nn.functional.linear(
        given["value"], given["in_proj_weight"][2 * features :], given["in_proj_bias"][2 * features :]
    )
    out = weights @ value.reshape(value.shape[0], count, given["num_heads"], -1).permute(1, 2, 0, 3)
    out = out.permute(2, 0, 1, 3).reshape(length, count, features)
    out = torch.nn.functional.linear(out, given["out_proj_weight"], given["out_proj_bias"])
    return (out, weights.mean(1)) if given.get("need_weights", True) else out


TORCH_NAME = {"scaled_dot_product_attention": _attention, "multi_head_attention_forward": _heads}
CONSTANT = {"multi_head_attention_forward": ("key_padding_mask", "dropout_mask")}

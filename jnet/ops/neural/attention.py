"""Attention: every query takes a mean of the values, weighted by how well their keys match it."""

import functools
import math

import jax
import jax.numpy as jnp

from jnet.ops.checks import broadcast_shapes, c_name, check_keeps_shape, dtype_name, size
from jnet.ops.elementwise.common import HALVES, aligned
from jnet.ops.linalg.products import linear, product
from jnet.ops.registry import op

__all__ = ["multi_head_attention_forward", "scaled_dot_product_attention"]


def _attention_node(ranks, settings):
    """Return the node by rank: PyTorch has a kernel of its own for four dimensions, without dropout."""
    if ranks[:3] == (4, 4, 4) and ranks[4] is None:
        return "ScaledDotProductFlashAttentionForCpuBackward0"
    return "MmBackward0" if ranks[:3] == (2, 2, 2) else "UnsafeViewBackward0"


@op(
    "query", "key", "value", "attn_mask", "dropout_mask", where=("functional",), out=False, grad_fn=_attention_node
)  # fmt: skip
def scaled_dot_product_attention(
    query,
    key,
    value,
    attn_mask=None,
    dropout_p=0.0,
    is_causal=False,
    *,
    scale=None,
    enable_gqa=False,
    dropout_mask=None,
):
    """Return softmax(scale query key^T + mask) value, along the last two dimensions.

    A query that no key is open to gets zeros.

    Args:
        attn_mask: booleans, true where a query may look at a key; or numbers that are added before the softmax.
        dropout_p: how likely a weight is dropped; the others are divided by 1 - dropout_p.
        is_causal: let query i look at the keys 0 to i alone.
        scale: by default 1 / sqrt(E).
        enable_gqa: let a head of keys and values serve several heads (dimension -3) of queries.
        dropout_mask: true for the weights that are kept; `torch.nn.functional` draws it.

    Shape: query (..., L, E); key (..., S, E); value (..., S, Ev); masks broadcast to (..., L, S); result (..., L, Ev).

    Raises:
        RuntimeError: for shapes or dtypes that do not fit, a mask beside `is_causal`.

    Example:
        >>> weights = jnp.array([[0.0, -jnp.inf], [0.0, 0.0]])
        >>> scaled_dot_product_attention(jnp.zeros((2, 1)), jnp.zeros((2, 1)), jnp.array([[2.0], [4.0]]), weights)
        Array([[2.],
               [3.]], dtype=float32)

    See: https://arxiv.org/abs/1706.03762
    """
    query, key, value = (jnp.asarray(each) for each in (query, key, value))
    attn_mask = None if attn_mask is None else jnp.asarray(attn_mask)
    _check_attention(query, key, value, attn_mask, dropout_p, is_causal)
    if enable_gqa:
        key, value = (_spread_heads(query, each) for each in (key, value))
    _check_products(query, key, value)
    dtype, rank = query.dtype, max(query.ndim, key.ndim, value.ndim)
    query, key, value = (each.reshape((1,) * (rank - each.ndim) + each.shape) for each in (query, key, value))
    if dtype in HALVES:
        query, key, value = (each.astype(jnp.float32) for each in (query, key, value))
    scale = 1 / math.sqrt(query.shape[-1] or 1) if scale is None else scale
    scores = product(query * jnp.asarray(scale, query.dtype), key.swapaxes(-1, -2))
    if is_causal:
        open_to = jnp.tril(jnp.ones(scores.shape[-2:], bool))
        attn_mask = open_to if attn_mask is None else _open(attn_mask, *aligned(attn_mask, open_to))
    scores = scores if attn_mask is None else masked(scores, attn_mask)
    return mixed(scores, value, dropout_mask, dropout_p).astype(dtype)


def _open(mask, aligned_mask, open_to):
    """Return a mask that is closed where it was, and where a query may not look."""
    return jnp.where(open_to, aligned_mask, False if mask.dtype == jnp.bool_ else -jnp.inf)


def masked(scores, mask):
    """Return scores with a mask of booleans or numbers laid over them.

    Raises:
        RuntimeError: if it does not broadcast to their shape.
    """
    check_keeps_shape(scores.shape, broadcast_shapes(scores.shape, mask.shape))
    scores, mask = aligned(scores, mask)
    if mask.dtype == jnp.bool_:
        return jnp.where(mask, scores, -jnp.inf)
    return scores + mask.astype(scores.dtype)


def softmax_or_zero(scores):
    """Return the softmax along the last axis, zeros where every score is -inf."""
    top = jnp.maximum(jnp.max(scores, -1, keepdims=True, initial=-jnp.inf), jnp.finfo(scores.dtype).min)
    powers = jnp.exp(scores - top)
    total = jnp.sum(powers, -1, keepdims=True)  # at least 1, from the highest score, or else 0
    return powers * (1 / jnp.maximum(total, 1))


@functools.partial(jax.custom_jvp, nondiff_argnums=(3,))
def mixed(scores, values, keep, dropout_p):
    """Return the values, weighted by the softmax of the scores of which some are dropped."""
    return product(dropped(softmax_or_zero(scores), dropout_p, keep), values)


@mixed.defjvp
def _mixed_jvp(dropout_p, primals, tangents):
    # Where the softmax moves by w ds - w sum(w ds), what is mixed moves by (w ds) v - sum(w ds) (w v). Turned round for
    # the gradient, the sum runs over the features of the result, not over the keys; and no quotient makes rows of -inf
    # nan.
    scores, values, keep = primals
    weights = softmax_or_zero(scores)
    kept = dropped(weights, dropout_p, keep)
    result = product(kept, values)
    rise = weights * tangents[0]
    moved = product(dropped(rise, dropout_p, keep), values) - jnp.sum(rise, -1, keepdims=True) * result
    return result, moved + product(kept, tangents[1])


def dropped(weights, p: float, keep):
    """Return weights, those that are not kept set to zero and the others divided by 1 - p.

    Raises:
        ValueError: if some are to be dropped, and it is not said which.
    """
    if keep is None:
        if p:
            raise ValueError("An op draws no random numbers: give dropout_mask, true for the weights that are kept.")
        return weights
    kept = jnp.asarray(0.0 if p == 1 else 1 / (1 - p), weights.dtype)
    return jnp.where(keep, weights * kept, 0)


def _check_attention(query, key, value, mask, dropout_p, is_causal):
    if not query.dtype == key.dtype == value.dtype:
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {c_name(query.dtype)} "
            f"key.dtype: {c_name(key.dtype)} and value.dtype: {c_name(value.dtype)} instead.\nConvert them to one."
        )
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise RuntimeError(
            f"Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {query.ndim} "
            f"key.dim: {key.ndim} and value.dim: {value.ndim} instead.\nThe last two are the sequence and the features."
        )
    if mask is not None and mask.dtype not in (jnp.bool_, jnp.float32, query.dtype):
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{c_name(mask.dtype)} and  query.dtype: {c_name(query.dtype)} instead.\nConvert the mask."
        )
    if mask is not None and is_causal and query.ndim != 4:
        raise RuntimeError(
            "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True\n"
            "Make one mask of the two."
        )
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(
            f"dropout probability has to be between 0 and 1, but got {dropout_p}\nIt is how likely a weight is dropped."
        )
    if not jnp.issubdtype(query.dtype, jnp.inexact):
        raise RuntimeError(f"expected scalar type Float but found {dtype_name(query.dtype)}\nConvert the tensors.")


def _check_products(query, key, value):
    lead = math.prod(broadcast_shapes(query.shape[:-2], key.shape[:-2]))
    broadcast_shapes(key.shape[:-2], value.shape[:-2])
    for inner, given in ((query.shape[-1], key.shape[-1]), (key.shape[-2], value.shape[-2])):
        if inner != given:
            raise RuntimeError(
                f"Expected size for first two dimensions of batch2 tensor to be: [{lead}, {inner}] but got: [{lead}, "
                f"{given}].\nQueries and keys share the features, keys and values the sequence: the shapes are "
                f"{query.shape}, {key.shape} and {value.shape}."
            )


def _spread_heads(query, other):
    """Return keys or values repeated, so that every head of queries has its own."""
    for each in (query, other):
        if each.ndim < 3:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{each.ndim}, {each.ndim - 1}], but got -3)\n"
                "Dimension -3 holds the heads."
            )
    heads, given = query.shape[-3], other.shape[-3]
    if not given or heads % given:
        raise RuntimeError(
            "Number of heads in key and value must divide the number of heads in \n"
            f"the query: there are {given} and {heads}."
        )
    return jnp.repeat(other, heads // given, -3)


# -- several heads, with projections -----------------------------------------------------------------------------------


@op(
    *("query", "key", "value", "in_proj_weight", "in_proj_bias", "bias_k", "bias_v", "out_proj_weight"),
    *("out_proj_bias", "key_padding_mask", "attn_mask", "q_proj_weight", "k_proj_weight", "v_proj_weight"),
    *("static_k", "static_v", "dropout_mask"),
    where=("functional",),
    out=False,
    grad_fn=lambda ranks, settings: "ViewBackward0" if ranks[0] == 3 else "SqueezeBackward1",
)
def multi_head_attention_forward(
    query,
    key,
    value,
    embed_dim_to_check,
    num_heads,
    in_proj_weight,
    in_proj_bias,
    bias_k,
    bias_v,
    add_zero_attn,
    dropout_p,
    out_proj_weight,
    out_proj_bias,
    training=True,
    key_padding_mask=None,
    need_weights=True,
    attn_mask=None,
    use_separate_proj_weight=False,
    q_proj_weight=None,
    k_proj_weight=None,
    v_proj_weight=None,
    static_k=None,
    static_v=None,
    average_attn_weights=True,
    is_causal=False,
    *,
    dropout_mask=None,
):
    """Project queries, keys and values, let each of `num_heads` parts of their features attend, project the result.

    Args:
        key, value: None stands for the argument before, and saves a product: PyTorch looks whether they are the same.
        embed_dim_to_check: what the number of features E must be.
        in_proj_weight: (3 E, E), for queries, keys and values; or each its own, if `use_separate_proj_weight`.
        in_proj_bias, out_proj_bias: (3 E,) and (E,), or None.
        bias_k, bias_v: (1, 1, E), one more key and its value; or None.
        add_zero_attn: add one more key and value of zeros.
        key_padding_mask: (N, S), true (or -inf) for keys that nobody may look at.
        attn_mask: (L, S) or (N num_heads, L, S), true where a query may NOT look at a key; or numbers to be added.
        need_weights: return them too; a query that no key is open to then gets nan, otherwise zeros.
        static_k, static_v: (N num_heads, S, E / num_heads), in place of the projected ones.
        average_attn_weights: return the mean of the weights over the heads.
        is_causal: says that `attn_mask` is causal.
        dropout_p, training, dropout_mask: as `scaled_dot_product_attention`, while `training`.

    Shape: query (L, N, E) or (L, E); key (S, N, Ek) or (S, Ek), value likewise; result as the query, and weights
        (N, L, S) or (N, num_heads, L, S).

    Raises:
        AssertionError, RuntimeError: for shapes and masks that do not fit.

    See: https://arxiv.org/abs/1706.03762
    """
    query = jnp.asarray(query)
    key = query if key is None else jnp.asarray(key)
    value = key if value is None else jnp.asarray(value)
    batched = _check_ranks(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = _each_once(lambda x: x[:, None], query, key, value)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask[None]
    (length, count, features), keys = query.shape, key.shape[0]
    padding = additive(key_padding_mask, "key_padding_mask", query.dtype)
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask.\nThe hint only says what the mask is."
        )
    causal = is_causal and padding is None and not need_weights
    mask = None if causal else additive(attn_mask, "attn_mask", query.dtype)
    _check_features(query, key, value, embed_dim_to_check, num_heads, use_separate_proj_weight)
    separate = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else None
    q, k, v = _projected(query, key, value, in_proj_weight, separate, in_proj_bias)
    mask = None if mask is None else _mask_of_heads(mask, length, count, num_heads, keys)
    k, v, mask, padding = _with_biases(k, v, bias_k, bias_v, (static_k, static_v), mask, padding)
    q, k, v = (
        _heads(each, count, num_heads, static)
        for each, static in ((q, None), (k, ("static_k", static_k)), (v, ("static_v", static_v)))
    )
    if add_zero_attn:
        k, v = (jnp.pad(each, ((0, 0), (0, 0), (0, 1), (0, 0))) for each in (k, v))
        mask, padding = (_one_more(each) for each in (mask, padding))
    if padding is not None:
        mask = _with_padding(mask, padding, k.shape[2], count)
    dropout_p = dropout_p if training else 0.0
    if need_weights:
        out, weights = _weighted(q, k, v, mask, dropout_p, dropout_mask)
    else:
        out = scaled_dot_product_attention(q, k, v, mask, dropout_p, causal, dropout_mask=dropout_mask)
    out = linear(out.transpose(2, 0, 1, 3).reshape(length, count, features), out_proj_weight, out_proj_bias)
    out = out if batched else out[:, 0]
    if not need_weights:
        return out
    weights = weights.mean(1) if average_attn_weights else weights
    return out, weights if batched else weights[0]


def _each_once(change, query, key, value):
    """Return the arguments changed; what was one array is one again."""
    changed = change(query)
    key_changed = changed if key is query else change(key)
    return changed, key_changed, key_changed if value is key else change(value)


def additive(mask, name: str, dtype):
    """Return a mask as numbers to be added: -inf where booleans are true.

    Raises:
        AssertionError: for integers.
    """
    if mask is None:
        return None
    mask = jnp.asarray(mask)
    if mask.dtype == jnp.bool_:
        return jnp.where(mask, jnp.asarray(-jnp.inf, dtype), jnp.zeros((), dtype))
    if not jnp.issubdtype(mask.dtype, jnp.floating):
        raise AssertionError(f"only bool and floating types of {name} are supported")
    return mask


def _weighted(q, k, v, mask, dropout_p, dropout_mask):
    """Return the result and the weights; where no key is open, nan, as PyTorch has it."""
    scores = product(q * jnp.asarray(math.sqrt(1 / q.shape[-1]), q.dtype), k.swapaxes(-1, -2))
    if mask is not None:
        scores = scores + jnp.broadcast_to(mask, scores.shape)
    weights = dropped(jax.nn.softmax(scores, -1), dropout_p, dropout_mask)
    return product(weights, v), weights


def _projected(query, key, value, packed, separate, bias):
    """Return the projections of queries, keys and values, in one product for what is the same array."""
    features = query.shape[-1]
    if separate is None:
        if packed is None:
            raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
        if query is key is value:
            return jnp.split(linear(query, packed, bias), 3, -1)
        if key is value:
            first, rest = (None, None) if bias is None else jnp.split(bias, [features])
            k_and_v = linear(key, packed[features:], rest)
            return linear(query, packed[:features], first), *jnp.split(k_and_v, 2, -1)
        weights = jnp.split(packed, 3)
    else:
        weights = separate
        _check_weights(weights, (features, key.shape[-1], value.shape[-1]), features)
    biases = (None,) * 3 if bias is None else jnp.split(bias, 3)
    return [linear(*each) for each in zip((query, key, value), weights, biases, strict=True)]


def _check_weights(weights, sizes, features):
    for letter, weight in zip("qkv", weights, strict=True):
        if weight is None:
            raise AssertionError(f"use_separate_proj_weight is True but {letter}_proj_weight is None")
    for name, weight, width in zip(("query", "key", "value"), weights, sizes, strict=True):
        if weight.shape != (features, width):
            raise AssertionError(f"expecting {name} weights shape of {(features, width)}, but got {size(weight.shape)}")


def _with_biases(k, v, bias_k, bias_v, static, mask, padding):
    """Return keys and values with one more, the bias, and the masks with a place for it."""
    if (bias_k is None) != (bias_v is None):
        given, other = ("bias_k", "bias_v") if bias_v is None else ("bias_v", "bias_k")
        raise AssertionError(f"{given} is set but {other} is None")
    if bias_k is None:
        return k, v, mask, padding
    for each, name in zip(static, ("key", "value"), strict=True):
        if each is not None:
            raise AssertionError(f"bias cannot be added to static {name}.")
    k, v = (
        jnp.concatenate([each, jnp.broadcast_to(bias, (1, *each.shape[1:]))])
        for each, bias in ((k, bias_k), (v, bias_v))
    )
    return k, v, _one_more(mask), _one_more(padding)


def _one_more(mask):
    """Return an additive mask, open to one more key."""
    return None if mask is None else jnp.pad(mask, [(0, 0)] * (mask.ndim - 1) + [(0, 1)])


def _heads(x, count: int, num_heads: int, static):
    """Return (L, N, E) as (N, num_heads, L, E / num_heads); what is given ready takes its place."""
    length, width = x.shape[0], x.shape[2] // num_heads
    name, ready = static or (None, None)
    if ready is None:
        if x.shape[1] != count:
            raise RuntimeError(
                f"shape '[{length}, {count * num_heads}, {width}]' is invalid for input of size {x.size}\n"
                f"The batch of the keys is {x.shape[1]}, that of the queries {count}."
            )
        return x.reshape(length, count, num_heads, width).transpose(1, 2, 0, 3)
    for dim, wanted in ((0, count * num_heads), (2, width)):
        if ready.shape[dim] != wanted:
            raise AssertionError(f"expecting {name}.size({dim}) of {wanted}, but got {ready.shape[dim]}")
    return ready.reshape(count, num_heads, ready.shape[1], width)


def _mask_of_heads(mask, length, count, num_heads, keys):
    """Return an attention mask as (1, 1, L, S) or (N, num_heads, L, S)."""
    wanted = (length, keys) if mask.ndim == 2 else (count * num_heads, length, keys)
    if mask.shape != wanted:
        raise RuntimeError(
            f"The shape of the {mask.ndim}D attn_mask is {size(mask.shape)}, but should be {wanted}.\n"
            "It has a row for each query and a column for each key."
        )
    return mask[None, None] if mask.ndim == 2 else mask.reshape(count, num_heads, length, keys)


def _with_padding(mask, padding, keys, count):
    for dim, wanted in enumerate((count, keys)):
        if padding.shape[dim] != wanted:
            raise AssertionError(f"Expected key_padded_mask.shape[{dim}] to be {wanted}, but got {padding.shape[dim]}")
    padding = padding[:, None, None]
    return padding if mask is None else mask + padding


def _check_ranks(query, key, value, key_padding_mask, attn_mask, num_heads) -> bool:
    """Return whether there is a batch."""
    if query.ndim not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {query.ndim}-D query tensor"
        )
    batched, rank = query.ndim == 3, query.ndim
    kind = f"For {'batched' if batched else 'unbatched'} ({rank}-D) `query`, expected"
    if (key.ndim, value.ndim) != (rank, rank):
        raise AssertionError(
            f"{kind} `key` and `value` to be {rank}-D but found {key.ndim}-D and {value.ndim}-D tensors respectively"
        )
    if key_padding_mask is not None and key_padding_mask.ndim != rank - 1:
        raise AssertionError(
            f"{kind} `key_padding_mask` to be `None` or {rank - 1}-D but found {key_padding_mask.ndim}-D tensor instead"
        )
    if attn_mask is not None and attn_mask.ndim not in (2, 3):
        raise AssertionError(f"{kind} `attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.ndim}-D tensor instead")
    if attn_mask is not None and not batched and attn_mask.ndim == 3:
        wanted = (num_heads, query.shape[0], key.shape[0])
        if attn_mask.shape != wanted:
            raise AssertionError(f"Expected `attn_mask` shape to be {wanted} but got {size(attn_mask.shape)}")
    return batched


def _check_features(query, key, value, features, num_heads, separate):
    if query.shape[-1] != features:
        raise AssertionError(f"was expecting embedding dimension of {features}, but got {query.shape[-1]}")
    if features % num_heads:
        raise AssertionError(f"embed_dim {features} not divisible by num_heads {num_heads}")
    if separate and key.shape[:2] != value.shape[:2]:
        raise AssertionError(
            f"key's sequence and batch dims {size(key.shape[:2])} do not match value's {size(value.shape[:2])}"
        )
    if not separate and key.shape != value.shape:
        raise AssertionError(f"key shape {size(key.shape)} does not match value shape {size(value.shape)}")

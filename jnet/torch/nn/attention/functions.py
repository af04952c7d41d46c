"""Attention as functions of tensors: `jnet.ops.neural.attention`, with PyTorch's random drops and warnings."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np

from jnet.ops.checks import broadcast_shapes
from jnet.torch.arrays import placed
from jnet.torch.creation import zeros_like
from jnet.torch.dispatch import CALLERS
from jnet.torch.nn.attention.bias import CausalBias
from jnet.torch.random import default_generator
from jnet.torch.tensor import Tensor, from_array, shape_of

_ATTENTION, _HEADS = CALLERS["scaled_dot_product_attention"], CALLERS["multi_head_attention_forward"]


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, *, scale=None, enable_gqa=False
):
    """Return softmax(scale query key^T + mask) value, along the last two dimensions.

    Args:
        attn_mask: booleans, true where a query may look at a key; or numbers that are added before the softmax.
        dropout_p: how likely a weight is dropped, in evaluation too; PyTorch's draws for a seed.
        is_causal: let query i look at the keys 0 to i alone.
        scale: by default 1 / sqrt(E).
        enable_gqa: let a head of keys and values serve several heads (dimension -3) of queries.

    Shape: query (..., L, E); key (..., S, E); value (..., S, Ev); masks broadcast to (..., L, S); result (..., L, Ev).

    Raises:
        RuntimeError: for shapes or dtypes that do not fit, a mask beside `is_causal`.

    Example:
        >>> import jnet.torch as torch
        >>> q, v = torch.zeros(3, 2), torch.tensor([[1.0], [2.0], [6.0]])
        >>> torch.nn.functional.scaled_dot_product_attention(q, q, v, is_causal=True)
        tensor([[1.0000],
                [1.5000],
                [3.0000]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
    """
    if isinstance(attn_mask, CausalBias) and is_causal:
        raise ValueError("CausalBias should not be used with causal=True")
    keep = None
    if 0.0 < dropout_p <= 1.0:
        lead = broadcast_shapes(shape_of(query)[:-2], () if enable_gqa else shape_of(key)[:-2])
        keep = _kept(dropout_p, (*lead, query.size(-2), key.size(-2)), query)
    return _ATTENTION(
        query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa, dropout_mask=keep
    )


def _kept(p: float, shape: Sequence[int], like: Tensor) -> Tensor:
    """Return which weights are kept: drawn as `dropout` draws them."""
    kept = np.zeros(shape, bool) if p == 1 else default_generator.below(1 - p, tuple(shape))
    return from_array(kept) if like._aval.device is None else placed(kept, like.device)


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
):
    """Return what `torch.nn.MultiheadAttention` computes, and the weights or None; its op describes the arguments.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
    """
    warn_of_mismatch(key_padding_mask, "key_padding_mask", attn_mask, "attn_mask")
    keep = None
    if training and dropout_p > 0.0 and query.ndim in (2, 3):
        count = query.size(1) if query.ndim == 3 else 1
        keys = (key.size(0) if static_k is None else static_k.size(1)) + (bias_k is not None) + bool(add_zero_attn)
        keep = _kept(dropout_p, (count, num_heads, query.size(0), keys), query)
    result = _HEADS(
        query,
        None if key is query else key,
        None if value is key else value,
        embed_dim_to_check,
        num_heads,
        in_proj_weight,
        in_proj_bias,
        bias_k,
        bias_v,
        add_zero_attn,
        dropout_p if training else 0.0,
        out_proj_weight,
        out_proj_bias,
        True,
        key_padding_mask,
        need_weights,
        attn_mask,
        use_separate_proj_weight,
        q_proj_weight,
        k_proj_weight,
        v_proj_weight,
        static_k,
        static_v,
        average_attn_weights,
        is_causal,
        dropout_mask=keep,
    )
    return result if need_weights else (result, None)


def warn_of_mismatch(mask, name: str, other, other_name: str, stacklevel: int = 3) -> None:
    """Warn where two masks are of different dtypes."""
    if mask is not None and other is not None and mask._aval.dtype != other._aval.dtype:
        warnings.warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.",
            UserWarning,
            stacklevel=stacklevel,
        )


def additive_mask(mask, name: str, like: Tensor):
    """Return a mask as numbers to be added, in the dtype of a tensor: -inf where booleans are true.

    Raises:
        AssertionError: for integers.
    """
    if mask is None or mask._aval.dtype.kind in "fV":
        return mask
    if mask._aval.dtype != bool:
        raise AssertionError(f"only bool and floating types of {name} are supported")
    return zeros_like(mask, dtype=like.dtype).masked_fill_(mask, -math.inf)

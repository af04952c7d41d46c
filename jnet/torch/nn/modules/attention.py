"""Attention with several heads, which PyTorch keeps among the activations."""

from __future__ import annotations

from jnet.torch.creation import empty
from jnet.torch.nn import functional as F
from jnet.torch.nn import init
from jnet.torch.nn.modules.linear import NonDynamicallyQuantizableLinear
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter


class MultiheadAttention(Module):
    """Let every query look at all keys, with several heads: each has its own projections of them and of the values.

    Args:
        embed_dim: features E of queries and results; each head has E / num_heads of them.
        num_heads: divides `embed_dim`.
        dropout: how likely a weight is dropped while training.
        bias: whether the projections have one.
        add_bias_kv: learn one more key and its value.
        add_zero_attn: add one more key and value of zeros.
        kdim, vdim: features of keys and values, by default `embed_dim`.
        batch_first: let the batch be the first dimension, not the second.

    Shape: query (L, N, E), or (N, L, E) if `batch_first`, or (L, E); keys (S, N, kdim), values (S, N, vdim), likewise;
        results: (L, N, E) likewise, and the weights, (N, L, S) or (N, num_heads, L, S).

    Raises:
        ValueError, AssertionError: if `embed_dim` is not positive or no multiple of `num_heads`.

    Example:
        >>> import jnet.torch as torch
        >>> x = torch.ones(5, 2, 8)
        >>> out, weights = torch.nn.MultiheadAttention(8, num_heads=4)(x, x, x)
        >>> out.shape, weights.shape
        (torch.Size([5, 2, 8]), torch.Size([2, 5, 5]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device=None,
        dtype=None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                "instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        self.num_heads, self.dropout, self.batch_first = num_heads, dropout, batch_first
        self.head_dim = embed_dim // num_heads
        if embed_dim % num_heads:
            raise AssertionError("embed_dim must be divisible by num_heads")

        def parameter(*shape: int) -> Parameter:
            return Parameter(empty(shape, device=device, dtype=dtype))

        if self._qkv_same_embed_dim:
            self.in_proj_weight = parameter(3 * embed_dim, embed_dim)
            for name in ("q_proj_weight", "k_proj_weight", "v_proj_weight"):
                self.register_parameter(name, None)
        else:
            self.q_proj_weight = parameter(embed_dim, embed_dim)
            self.k_proj_weight = parameter(embed_dim, self.kdim)
            self.v_proj_weight = parameter(embed_dim, self.vdim)
            self.register_parameter("in_proj_weight", None)
        self.register_parameter("in_proj_bias", parameter(3 * embed_dim) if bias else None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        if add_bias_kv:
            self.bias_k, self.bias_v = parameter(1, 1, embed_dim), parameter(1, 1, embed_dim)
        else:
            self.bias_k = self.bias_v = None
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draw the weights anew."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def __setstate__(self, state) -> None:
        state.setdefault("_qkv_same_embed_dim", True)  # files of PyTorch 1.1 lack it
        super().__setstate__(state)

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights: bool = True,
        attn_mask=None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ):
        """Return the result, and the weights or None.

        Args:
            key_padding_mask: (N, S) or (S,), true for keys that nobody may look at; or numbers to be added.
            need_weights: whether to return the weights.
            attn_mask: (L, S) or (N num_heads, L, S), true where a query may not look at a key; or numbers to be added.
            average_attn_weights: return the mean of the weights over the heads.
            is_causal: says that `attn_mask`, which must be given, is causal.
        """
        swap = self.batch_first and query.ndim == 3
        if swap:
            swapped = query.transpose(1, 0)
            key_swapped = swapped if key is query else key.transpose(1, 0)
            value = key_swapped if value is key else value.transpose(1, 0)
            query, key = swapped, key_swapped
        out, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            self.training,
            key_padding_mask,
            need_weights,
            attn_mask,
            not self._qkv_same_embed_dim,
            self.q_proj_weight,
            self.k_proj_weight,
            self.v_proj_weight,
            None,
            None,
            average_attn_weights,
            is_causal,
        )
        return (out.transpose(1, 0) if swap else out), weights

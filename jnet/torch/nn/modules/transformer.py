"""Transformers: layers of attention and a small network, in stacks that encode and decode."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from jnet.torch.creation import arange, full
from jnet.torch.nn import functional as F
from jnet.torch.nn import init
from jnet.torch.nn.attention.functions import additive_mask, warn_of_mismatch
from jnet.torch.nn.modules.activation import GELU, ReLU
from jnet.torch.nn.modules.attention import MultiheadAttention
from jnet.torch.nn.modules.container import ModuleList
from jnet.torch.nn.modules.dropout import Dropout
from jnet.torch.nn.modules.linear import Linear
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.modules.normalization import LayerNorm
from jnet.torch.tensor import grad_mode

Activation = str | Callable[[Any], Any]


class _Layer(Module):
    """What layers of encoders and of decoders share: attention, then two affine layers, each added to its input."""

    _norms: int

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        where: dict[str, Any] = {"device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **where)
        if self._norms == 3:
            self.multihead_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **where)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **where)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **where)
        self.norm_first = norm_first
        for number in range(1, self._norms + 1):
            setattr(self, f"norm{number}", LayerNorm(d_model, layer_norm_eps, bias=bias, **where))
        for number in range(1, self._norms + 1):
            setattr(self, f"dropout{number}", Dropout(dropout))
        self._set_activation(activation)

    def _set_activation(self, activation: Activation) -> None:
        self.activation = _activation(activation) if isinstance(activation, str) else activation

    def __setstate__(self, state) -> None:
        super().__setstate__(state)
        if not hasattr(self, "activation"):  # files of old versions of PyTorch lack it
            self.activation = F.relu

    def _added(self, x, number: int, block: Callable):
        """Return x + block(x), normalised before the block or after the sum."""
        norm = getattr(self, f"norm{number}")
        return x + block(norm(x)) if self.norm_first else norm(x + block(x))

    def _sa_block(self, x, attn_mask, key_padding_mask, is_causal: bool = False):
        out, _ = self.self_attn(
            x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask, need_weights=False, is_causal=is_causal
        )
        return self.dropout1(out)

    def _ff_block(self, x):
        return getattr(self, f"dropout{self._norms}")(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoderLayer(_Layer):
    """Let a sequence attend to itself, then apply two affine layers; each is added to its input and normalised.

    Args:
        d_model: features of the input and the result.
        nhead: heads of the attention.
        dim_feedforward: features between the two affine layers.
        dropout: how likely an element is dropped, in four places, while training.
        activation: between the affine layers: "relu", "gelu" or a function.
        layer_norm_eps: of the normalisations.
        batch_first: inputs are (N, S, E), not (S, N, E).
        norm_first: normalise what goes into each part, not what comes out.
        bias: whether affine layers and normalisations have one.

    Raises:
        RuntimeError: for another word for `activation`.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.TransformerEncoderLayer(d_model=8, nhead=2, dim_feedforward=16)(torch.ones(5, 3, 8)).shape
        torch.Size([5, 3, 8])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
    """

    _norms = 2

    def _set_activation(self, activation: Activation) -> None:
        super()._set_activation(activation)
        self.activation_relu_or_gelu = 0  # PyTorch pickles it
        for number, (function, kind) in enumerate(((F.relu, ReLU), (F.gelu, GELU)), 1):
            if self.activation is function or isinstance(self.activation, kind):
                self.activation_relu_or_gelu = number

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal: bool = False):
        """Return the layer's result; masks as those of `MultiheadAttention`."""
        warn_of_mismatch(src_key_padding_mask, "src_key_padding_mask", src_mask, "src_mask")
        padding = additive_mask(src_key_padding_mask, "src_key_padding_mask", src)
        mask = additive_mask(src_mask, "src_mask", src)
        x = self._added(src, 1, lambda x: self._sa_block(x, mask, padding, is_causal))
        return self._added(x, 2, self._ff_block)


class TransformerDecoderLayer(_Layer):
    """Let a sequence attend to itself, then to a memory, then apply two affine layers; otherwise as the encoder's.

    Example:
        >>> import jnet.torch as torch
        >>> layer = torch.nn.TransformerDecoderLayer(d_model=8, nhead=2, dim_feedforward=16)
        >>> layer(torch.ones(5, 3, 8), memory=torch.ones(7, 3, 8)).shape
        torch.Size([5, 3, 8])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html
    """

    _norms = 3

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ):
        """Return the layer's result; masks as those of `MultiheadAttention`."""
        x = self._added(tgt, 1, lambda x: self._sa_block(x, tgt_mask, tgt_key_padding_mask, tgt_is_causal))
        x = self._added(
            x, 2, lambda x: self._mha_block(x, memory, memory_mask, memory_key_padding_mask, memory_is_causal)
        )
        return self._added(x, 3, self._ff_block)

    def _mha_block(self, x, mem, attn_mask, key_padding_mask, is_causal: bool = False):
        out, _ = self.multihead_attn(
            x,
            mem,
            mem,
            attn_mask=attn_mask,
            key_padding_mask=key_padding_mask,
            need_weights=False,
            is_causal=is_causal,
        )
        return self.dropout2(out)


class TransformerEncoder(Module):
    """Apply copies of an encoder layer one after the other.

    Args:
        encoder_layer: is copied; the copies begin with the same weights.
        num_layers: how many.
        norm: a layer for the end, or None.
        enable_nested_tensor: in evaluation without gradients, give zeros for padding, as PyTorch's nested tensors do.
        mask_check: look whether all padding is at the ends, which that asks for; if not, padding is taken to be there.

    Example:
        >>> import jnet.torch as torch
        >>> layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        >>> torch.nn.TransformerEncoder(layer, num_layers=2)(torch.ones(3, 5, 8)).shape
        torch.Size([3, 5, 8])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html
    """

    def __init__(
        self,
        encoder_layer: TransformerEncoderLayer,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = _clones(encoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm
        self.enable_nested_tensor = self.use_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check
        reason = _why_not_nested(encoder_layer)
        if enable_nested_tensor and reason:
            warnings.warn(
                f"enable_nested_tensor is True, but self.use_nested_tensor is False because {reason}",
                UserWarning,
                stacklevel=2,
            )
            self.use_nested_tensor = False

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal: bool | None = None):
        """Return the last layer's result; masks as those of `MultiheadAttention`.

        Args:
            is_causal: says that `mask` is causal. PyTorch looks, if it is None; jnet needs no hint.
        """
        warn_of_mismatch(src_key_padding_mask, "src_key_padding_mask", mask, "mask")
        padding = additive_mask(src_key_padding_mask, "src_key_padding_mask", src)
        mask = additive_mask(mask, "mask", src)
        padded = self._zeroed(src, padding, mask)
        if padded is not None and not self.mask_check:
            padding = additive_mask(padded, "src_key_padding_mask", src)
        out = src
        for layer in self.layers:
            out = layer(out, src_mask=mask, is_causal=is_causal is True, src_key_padding_mask=padding)
        if padded is not None:
            out = out.masked_fill(padded.unsqueeze(-1), 0.0)
        return out if self.norm is None else self.norm(out)

    def _zeroed(self, src, padding, mask):
        """Return which places PyTorch would leave out by a nested tensor and give back as zeros; None if it has none.

        That is for inference, with padding alone, at the ends of the sequences: then layers see the rest only.
        """
        first = self.layers[0]
        given = padding is not None and mask is None and src.ndim == 3
        if not given or not getattr(self, "use_nested_tensor", False) or first.training:
            return None
        if grad_mode.enabled and (src.requires_grad or any(p.requires_grad for p in first.parameters())):
            return None
        closed = padding != 0
        lengths = closed.logical_not().sum(1, keepdim=True)
        ends = arange(src.size(1), device=src.device).unsqueeze(0) >= lengths
        return ends.logical_and((ends == closed).all()) if self.mask_check else ends


class TransformerDecoder(Module):
    """Apply copies of a decoder layer one after the other; arguments as `TransformerEncoder`.

    Example:
        >>> import jnet.torch as torch
        >>> decoder = torch.nn.TransformerDecoder(torch.nn.TransformerDecoderLayer(8, 2, 16), num_layers=2)
        >>> decoder(torch.ones(5, 3, 8), memory=torch.ones(7, 3, 8)).shape
        torch.Size([5, 3, 8])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerDecoder.html
    """

    def __init__(self, decoder_layer: TransformerDecoderLayer, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = _clones(decoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ):
        """Return the last layer's result; masks as those of `MultiheadAttention`."""
        out = tgt
        for layer in self.layers:
            out = layer(
                out,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=tgt_is_causal is True,
                memory_is_causal=memory_is_causal,
            )
        return out if self.norm is None else self.norm(out)


class Transformer(Module):
    """Encode a source sequence, and decode a target sequence with what came of it.

    Args:
        num_encoder_layers, num_decoder_layers: how many layers the stacks have.
        custom_encoder, custom_decoder: modules in place of the stacks.
        d_model and the others: as `TransformerEncoderLayer`.

    Shape: src (S, N, E), tgt (T, N, E), or with `batch_first` (N, S, E) and (N, T, E), or (S, E) and (T, E); the
        result as tgt.

    Raises:
        RuntimeError: if the batches differ, or the features are not `d_model`.

    Example:
        >>> import jnet.torch as torch
        >>> model = torch.nn.Transformer(8, 2, 1, 1, dim_feedforward=16, batch_first=True)
        >>> model(torch.ones(3, 5, 8), torch.ones(3, 4, 8)).shape
        torch.Size([3, 4, 8])

    See: https://arxiv.org/abs/1706.03762
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        where: dict[str, Any] = {"device": device, "dtype": dtype}
        settings = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)
        if custom_encoder is not None:
            self.encoder = custom_encoder
        else:
            layer = TransformerEncoderLayer(*settings, **where)
            norm = LayerNorm(d_model, layer_norm_eps, bias=bias, **where)
            self.encoder = TransformerEncoder(layer, num_encoder_layers, norm)
        if custom_decoder is not None:
            self.decoder = custom_decoder
        else:
            layer = TransformerDecoderLayer(*settings, **where)
            norm = LayerNorm(d_model, layer_norm_eps, bias=bias, **where)
            self.decoder = TransformerDecoder(layer, num_decoder_layers, norm)
        self._reset_parameters()
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def _reset_parameters(self) -> None:
        """Draw the matrices anew."""
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src,
        tgt,
        src_mask=None,
        tgt_mask=None,
        memory_mask=None,
        src_key_padding_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ):
        """Return the decoder's result; masks as those of `MultiheadAttention`."""
        batch = 0 if self.batch_first else 1
        if src.size(batch) != tgt.size(batch) and src.ndim == 3:
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(
            src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal
        )  # fmt: skip
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device=None, dtype=None):
        """Return the causal mask of a sequence: -inf above the diagonal, 0 elsewhere.

        Example:
            >>> Transformer.generate_square_subsequent_mask(2)
            tensor([[0., -inf],
                    [0., 0.]])
        """
        return full((sz, sz), -np.inf, dtype=dtype, device=device).triu(1)


def _clones(layer: Module, count: int) -> ModuleList:
    return ModuleList([copy.deepcopy(layer) for _ in range(count)])


def _activation(name: str) -> Callable:
    if name not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {name}")
    return F.relu if name == "relu" else F.gelu


def _why_not_nested(layer: Any) -> str:
    """Return why PyTorch would use no nested tensors with such layers; nothing if it would."""
    name = "encoder_layer"
    if not isinstance(layer, TransformerEncoderLayer):
        return f"{name} was not TransformerEncoderLayer"
    attention = layer.self_attn
    reasons = {
        f"{name}.norm_first was True": layer.norm_first,
        f"{name}.self_attn.batch_first was not True(use batch_first for better inference performance)": (
            not attention.batch_first
        ),
        f"{name}.self_attn._qkv_same_embed_dim was not True": not attention._qkv_same_embed_dim,
        f"{name}.self_attn was passed bias=False": attention.in_proj_bias is None,
        f"{name}.activation_relu_or_gelu was not True": not layer.activation_relu_or_gelu,
        f"{name}.norm1.eps was not equal to {name}.norm2.eps": layer.norm1.eps != layer.norm2.eps,
        f"{name}.self_attn.num_heads is odd": attention.num_heads % 2 == 1,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")

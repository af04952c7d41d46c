"""What `torch.nn` has in PyTorch and jnet has not: asking for it says so by name."""

from __future__ import annotations

_LAYERS = (
    "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveLogSoftmaxWithLoss AdaptiveMaxPool1d "
    "AdaptiveMaxPool2d AdaptiveMaxPool3d BatchNorm1d BatchNorm2d BatchNorm3d ChannelShuffle ConvTranspose1d "
    "ConvTranspose2d ConvTranspose3d CrossMapLRN2d DataParallel EmbeddingBag Fold FractionalMaxPool2d "
    "FractionalMaxPool3d GRU GRUCell GroupNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d LPPool1d LPPool2d "
    "LPPool3d LSTM LSTMCell LayerNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyConv1d LazyConv2d "
    "LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm1d LazyInstanceNorm2d "
    "LazyInstanceNorm3d LazyLinear LinearCrossEntropyLoss LocalResponseNorm MaxUnpool1d MaxUnpool2d MaxUnpool3d "
    "MultiheadAttention PixelShuffle PixelUnshuffle RMSNorm RNN RNNBase RNNCell RNNCellBase SyncBatchNorm Transformer "
    "TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer Unfold UninitializedBuffer "
    "UninitializedParameter Upsample UpsamplingBilinear2d UpsamplingNearest2d"
)
_FUNCTIONS = (
    "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d "
    "adaptive_max_pool3d affine_grid batch_norm channel_shuffle conv_tbc conv_transpose1d conv_transpose2d "
    "conv_transpose3d embedding_bag fold fractional_max_pool2d fractional_max_pool3d grid_sample group_norm "
    "instance_norm interpolate layer_norm linear_cross_entropy local_response_norm lp_pool1d lp_pool2d lp_pool3d "
    "max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d "
    "multi_head_attention_forward pdist pixel_shuffle pixel_unshuffle rms_norm scaled_dot_product_attention unfold "
    "upsample upsample_bilinear upsample_nearest"
)
NAMES = frozenset(_LAYERS.split()) | frozenset(_FUNCTIONS.split())


class NotBuilt(NotImplementedError, AttributeError):
    """Something of PyTorch's that jnet has not; `hasattr` takes it for an attribute that is not there."""


def missing(module: str, name: str) -> AttributeError:
    """Return the error for an attribute that is not there: not built, or unknown to PyTorch too.

    Example:
        >>> missing("torch.nn", "LSTM")
        NotBuilt('torch.nn.LSTM is not built in jnet yet.')
    """
    if name in NAMES:
        return NotBuilt(f"{module}.{name} is not built in jnet yet.")
    return AttributeError(f"module '{module}' has no attribute '{name}'")

"""Transposed convolutions, `conv_tbc`, images as columns; plain convolutions stand in `samples.network`."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import f

_signal, _image, _volume = f(2, 4, 5), f(2, 4, 5, 5), f(1, 2, 3, 3, 3)
_line, _filters, _cube = f(4, 3, 3), f(4, 3, 3, 3), f(2, 3, 2, 2, 2)
_columns, _photo = f(2, 12, 9), f(2, 3, 4, 4)
_BLOCKS = dict(kernel_size=(2, 2), dilation=(1, 1), padding=(0, 0), stride=(1, 1))
_SPREAD = dict(kernel_size=(2, 3), dilation=(2, 1), padding=(1, 2), stride=(2, 3))

SAMPLES: dict[str, list[dict]] = {
    "conv_transpose1d": [
        dict(input=_signal, weight=_line, bias=f(3)),
        dict(input=f(4, 5), weight=f(4, 2, 4), stride=3, padding=1, output_padding=2, groups=2),
    ],
    "conv_transpose2d": [
        dict(input=_image, weight=_filters, bias=f(3)),
        dict(input=f(2, 2, 3, 4), weight=f(2, 9, 3, 2), stride=(2, 1), padding=(1, 0), output_padding=(1, 0)),
        dict(input=f(4, 3, 4), weight=f(4, 1, 2, 3), groups=2, dilation=2, output_padding=1),
        dict(input=_image.astype(np.int64), weight=_filters.astype(np.int64), stride=2),
    ],
    "conv_transpose3d": [
        dict(input=_volume, weight=_cube, bias=f(3), stride=2),
        dict(input=_volume[0], weight=_cube, padding=1, dilation=(1, 2, 1)),
    ],
    "conv_tbc": [
        dict(input=f(5, 2, 4), weight=f(3, 4, 6), bias=f(6)),
        dict(input=f(5, 2, 1), weight=f(2, 1, 3), bias=f(3), pad=2),
    ],
    "im2col": [
        dict(input=_photo, **_BLOCKS),
        dict(input=f(2, 5, 6), **_SPREAD),
        dict(input=_photo > 0, **_BLOCKS),
    ],
    "col2im": [
        dict(input=_columns, output_size=(4, 4), **_BLOCKS),
        dict(input=f(12, 9), output_size=(5, 6), **_SPREAD),
        dict(input=_columns > 1, output_size=(4, 4), **_BLOCKS),
    ],
}

TORCH_NAME = {
    "im2col": lambda torch: torch._C._nn.im2col,
    "col2im": lambda torch: torch._C._nn.col2im,
}


def _wrong(name, input, weight, kind, message, **settings):
    return (name, dict(input=input, weight=weight, **settings), kind, message)


def _transposed(kind, message, input=_image, weight=_filters, **settings):
    return _wrong("conv_transpose2d", input, weight, kind, message, **settings)


def _blocks(name, message, kind=RuntimeError, **given):
    plain = dict(input=_photo) if name == "im2col" else dict(input=_columns, output_size=(4, 4))
    return (name, plain | _BLOCKS | given, kind, message)


ERRORS: list[tuple] = [
    _wrong("conv_transpose1d", f(5), _line, RuntimeError, "Expected 2D (unbatched) or 3D (batched)"),
    _wrong("conv_transpose1d", _signal, _filters, RuntimeError, "Expected 4-dimensional input for 4-dimensional"),
    _wrong("conv_transpose1d", _signal, _line, RuntimeError, "output padding must be smaller", output_padding=1),
    _wrong(
        "conv_transpose1d",
        _signal.astype(np.float64),
        _line.astype(np.float64),
        RuntimeError,
        "Given input size per channel: (1 x 5). Calculated output size per channel: (1 x -1).",
        padding=4,
    ),
    _transposed(RuntimeError, "Expected 3D (unbatched) or 4D (batched) input to conv_transpose2d", input=f(5, 5)),
    _transposed(RuntimeError, "Given transposed=1, weight of size [3, 4, 3, 3], expected", weight=f(3, 4, 3, 3)),
    _transposed(RuntimeError, "expected stride to be a single integer value or a list of 1", weight=f(4, 3, 3)),
    _transposed(RuntimeError, "weight should have at least three dimensions", weight=f(4, 3)),
    _transposed(RuntimeError, "Given transposed=1, weight of size [4, 3, 3, 3], expected bias", bias=f(4)),
    _transposed(RuntimeError, "Input type (torch.FloatTensor) and bias type", bias=f(3).astype(np.float64)),
    _transposed(RuntimeError, "Input type (torch.FloatTensor) and weight", weight=_filters.astype(np.float64)),
    _transposed(RuntimeError, "expected scalar type Double but found Float", input=_image.astype(np.float64)),
    _transposed(RuntimeError, "non-positive stride is not supported", stride=0),
    _transposed(RuntimeError, "expected stride to be a single integer value or a list of 2", stride=(1, 2, 3)),
    _transposed(RuntimeError, "negative padding is not supported", padding=-1),
    _transposed(RuntimeError, "negative output_padding is not supported", output_padding=-1),
    _transposed(RuntimeError, "output padding must be smaller than either stride or", output_padding=2, stride=2),
    _transposed(RuntimeError, "dilation should be greater than zero", dilation=-1),
    _transposed(RuntimeError, "non-positive groups is not supported", groups=0),
    _transposed(RuntimeError, "Given groups=3, expected weight to be divisible by 3", groups=3),
    _transposed(RuntimeError, "Given groups=8, expected weight to be at least 8", groups=8),
    _transposed(TypeError, "conv_transpose2d(): argument 'padding' must be tuple of ints, not str", padding="same"),
    _transposed(TypeError, "conv_transpose2d(): argument 'stride' must be tuple of ints, not float", stride=1.5),
    _transposed(RuntimeError, "Only zero batch or zero channel inputs are supported", input=f(2, 4, 0, 5)),
    _transposed(
        NotImplementedError, '"slow_conv_transpose2d_out_cpu" not implemented', input=_image > 0, weight=_filters > 0
    ),
    _wrong(
        "conv_transpose3d",
        _volume > 0,
        _cube > 0,
        NotImplementedError,
        '"slow_conv_transpose3d_out_cpu" not implemented',
    ),
    ("conv_tbc", dict(input=f(5, 4), weight=f(3, 4, 6), bias=f(6)), RuntimeError, "Input must have 3 dims: time, "),
    ("conv_tbc", dict(input=f(5, 2, 4), weight=f(4, 6), bias=f(6)), RuntimeError, "Weight tensor must have 3 dims"),
    ("conv_tbc", dict(input=f(5, 2, 4), weight=f(3, 4, 6), bias=f(6, 1)), RuntimeError, "Bias must be 1-D"),
    ("conv_tbc", dict(input=f(5, 2, 4), weight=f(3, 5, 6), bias=f(6)), RuntimeError, "Input dim 2 (input channels)"),
    ("conv_tbc", dict(input=f(5, 2, 4), weight=f(3, 4, 6), bias=f(5)), RuntimeError, "Bias size must equal dim 2"),
    ("conv_tbc", dict(input=f(1, 2, 4), weight=f(3, 4, 6), bias=f(6)), RuntimeError, "Trying to create tensor with"),
    _blocks("im2col", "It is expected kernel_size equals to 2, but got size 1", kernel_size=(2,)),
    _blocks("im2col", "kernel size should be greater than zero, but got kernel_height: 0", kernel_size=(0, 2)),
    _blocks("im2col", "stride should be greater than zero, but got stride_height: 1 stride_width: 0", stride=(1, 0)),
    _blocks("im2col", "dilation should be greater than zero, but got dilation_height: 0", dilation=(0, 1)),
    _blocks("im2col", "padding should be non-negative, but got pad_height: -1", padding=(-1, 0)),
    _blocks("im2col", "Given input with spatial size (4, 4), kernel_size=(5, 5), dilation", kernel_size=(5, 5)),
    _blocks("im2col", "Dimension out of range (expected to be in range of [-2, 1], but", IndexError, input=f(4, 4)),
    _blocks("im2col", "Expected 3D or 4D (batch mode) tensor with possibly 0 batch", input=f(2, 0, 4, 4)),
    _blocks("im2col", '"im2col_out_cpu" not implemented for', NotImplementedError, input=_photo.astype(np.int64)),
    _blocks("col2im", "It is expected output_size equals to 2, but got size 3", output_size=(4, 4, 4)),
    _blocks("col2im", "It is expected stride equals to 2, but got size 3", stride=(1, 1, 1)),
    _blocks("col2im", "Given output_size=(4, 4), kernel_size=(2, 2), dilation=(1, 1), padd", input=f(2, 12, 8)),
    _blocks("col2im", "Expected size of input's dimension 1 to be divisible by the prod", input=f(2, 13, 9)),
    _blocks("col2im", "Expected 2D or 3D (batch mode) tensor for input with possibly 0", input=f(9)),
    _blocks("col2im", '"col2im_out_cpu" not implemented for', NotImplementedError, input=_columns.astype(np.int64)),
]

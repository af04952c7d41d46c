"""Adaptive and fractional pooling, indices of maxima, resizing, grids, shuffling of pixels and channels."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import f, i, inf, nan, p

_signal, _image, _volume = f(2, 3, 7), f(2, 3, 6, 5), f(1, 2, 4, 5, 3)
_grid = np.random.default_rng(3).uniform(-1.6, 1.6, (2, 3, 2, 2)).astype(np.float32)
_grid3 = np.random.default_rng(3).uniform(-1.6, 1.6, (1, 2, 3, 2, 3)).astype(np.float32)
_bytes = (np.arange(210) * 37 % 256).astype(np.uint8).reshape(1, 3, 10, 7)
_half = f(2, 3, 6, 6).astype(np.float16)
_even = i(*range(6)).reshape(1, 6, 1)

_POOLING = [  # settings of windows, each for signals, images and volumes
    dict(kernel_size=2),
    dict(kernel_size=3, stride=2, padding=1),
    dict(kernel_size=2, stride=1, dilation=2),
    dict(kernel_size=2, stride=2, ceil_mode=True),
]
_GRIDS = [
    # the derivatives of cubics cancel, and so round more
    dict(
        input=_image.astype(kind),
        grid=_grid.astype(kind),
        interpolation_mode=mode,
        padding_mode=padding,
        align_corners=align,
    )
    for mode, kind in ((0, np.float32), (2, np.float64), (1, np.float32))
    for padding, align in ((0, False), (1, True), (2, False), (2, True))
]
_RESIZED = [
    dict(input=_image, size=(4, 9)),
    dict(input=_image, scale_factor=(1.7, 0.5), mode="bilinear"),
    dict(input=_image, size=(9, 3), mode="bicubic"),
    dict(input=_image, scale_factor=2.0),
    dict(input=_image, scale_factor=1.3, mode="nearest-exact"),
    dict(input=_image, size=8, mode="bilinear", align_corners=True),
    dict(input=_image, size=(3, 8), mode="bicubic", align_corners=True),
    dict(input=_image, scale_factor=1.7, mode="bilinear", recompute_scale_factor=True),
    dict(input=_image, size=(2, 7), mode="bilinear", antialias=True),
    dict(input=_image, size=(2, 7), mode="bicubic", antialias=True, align_corners=True),
    dict(input=f(1, 2, 20, 3), size=(3, 4), mode="lanczos", antialias=True),
    dict(input=_image, size=(4, 2), mode="area"),
    dict(input=_image, scale_factor=0.5, mode="area"),
    dict(input=_signal, size=3, mode="area"),
    dict(input=_signal, scale_factor=2.3, mode="linear"),
    dict(input=_signal, size=5),
    dict(input=_volume, size=(2, 7, 3), mode="trilinear"),
    dict(input=_volume, scale_factor=2.0),
    dict(input=_volume, size=2, mode="area"),
    dict(input=_image.astype(np.float64), scale_factor=0.7, mode="bicubic"),
    dict(input=_half, size=9, mode="bilinear"),
    dict(input=_bytes, size=(4, 9)),
    dict(input=_bytes, size=(4, 9), mode="bilinear"),
    dict(input=_bytes, size=(13, 4), mode="bicubic"),
    dict(input=_bytes, size=(3, 9), mode="lanczos", antialias=True),
    dict(input=np.zeros((0, 3, 4, 4), np.float32), size=2, mode="bilinear"),
]

SAMPLES: dict[str, list[dict]] = {
    "max_pool1d_with_indices": [dict(input=_signal) | each for each in _POOLING]
    + [dict(input=f(2, 40), kernel_size=20)],
    "max_pool2d_with_indices": [
        *(dict(input=_image) | each for each in _POOLING),
        dict(input=f(1, 40, 5), kernel_size=(18, 2), stride=(3, 1), padding=(4, 0)),
        dict(input=i(*range(30)).reshape(1, 5, 6), kernel_size=2),
        dict(input=_half, kernel_size=2),
        dict(input=_image, kernel_size=1),
    ],
    "max_pool3d_with_indices": [dict(input=_volume) | each for each in _POOLING[:2]],
    "adaptive_avg_pool1d": [dict(input=_signal, output_size=3), dict(input=f(3, 8), output_size=(2,))],
    "adaptive_avg_pool2d": [
        dict(input=_image, output_size=(4, 3)),
        dict(input=_image, output_size=1),
        dict(input=_image, output_size=(3, None)),
        dict(input=_image[0], output_size=(2, 7)),
        dict(input=f(1, 1, 23, 2), output_size=(2, 2)),
        dict(input=_half, output_size=4),
        dict(input=np.zeros((0, 3, 4, 4), np.float32), output_size=2),
    ],
    "adaptive_avg_pool3d": [dict(input=_volume, output_size=2), dict(input=_volume[0], output_size=(1, None, 2))],
    "adaptive_max_pool1d": [dict(input=_signal, output_size=3), dict(input=f(3, 8), output_size=2)],
    "adaptive_max_pool2d": [
        dict(input=_image, output_size=(4, 3)),
        dict(input=_image, output_size=1),
        dict(input=_image[0], output_size=(None, 7)),
        dict(input=f(1, 35, 4), output_size=(2, 3)),
        dict(input=_half, output_size=4),
        dict(input=_image, output_size=(None, None)),
    ],
    "adaptive_max_pool3d": [dict(input=_volume, output_size=2), dict(input=_volume[0], output_size=(4, 5, 3))],
    "fractional_max_pool2d": [
        dict(input=_image, kernel_size=2, output_size=(4, 3), _random_samples=p(2, 3, 2)),
        dict(input=_image[0], kernel_size=(3, 2), output_size=1, _random_samples=p(1, 3, 2)),
    ],
    "fractional_max_pool3d": [
        dict(input=_volume, kernel_size=2, output_size=(2, 3, 1), _random_samples=p(1, 2, 3)),
        dict(input=_volume[0], kernel_size=(2, 3, 1), output_size=(2, 1, 2), _random_samples=p(1, 2, 3)),
    ],
    "max_unpool2d": [
        dict(input=f(2, 1, 1, 2), indices=i(3, 0, 1, 5).reshape(2, 1, 1, 2), output_size=(2, 3)),
        dict(input=f(1, 1, 2), indices=i(3, 0).reshape(1, 1, 2), output_size=(2, 3)),
    ],
    "max_unpool3d": [dict(input=f(1, 1, 1, 2), indices=i(7, 0).reshape(1, 1, 1, 2), output_size=(2, 2, 2))],
    "interpolate": _RESIZED,
    "grid_sampler": [
        *_GRIDS,
        dict(input=_volume, grid=_grid3, interpolation_mode=0, padding_mode=0, align_corners=False),
        dict(input=_volume, grid=_grid3, interpolation_mode=1, padding_mode=2, align_corners=True),
    ],
    "affine_grid_generator": [
        dict(theta=f(2, 2, 3), size=(2, 1, 3, 4), align_corners=False),
        dict(theta=f(1, 3, 4), size=(1, 1, 2, 3, 1), align_corners=True),
    ],
    "pixel_shuffle": [
        dict(input=f(2, 8, 2, 3), upscale_factor=2),
        dict(input=i(*range(9)).reshape(9, 1, 1), upscale_factor=3),
    ],
    "pixel_unshuffle": [dict(input=f(2, 2, 4, 6), downscale_factor=2), dict(input=f(1, 3, 3) > 0, downscale_factor=3)],
    "channel_shuffle": [dict(input=f(2, 6, 3), groups=3), dict(input=_even, groups=2)],
    "native_channel_shuffle": [dict(input=f(2, 6, 3), groups=3)],
}

_ties = np.random.default_rng(0).integers(-1, 2, (1, 2, 7, 6)).astype(np.float32)
_strange = np.array([[[-inf, -inf, 1.0, nan], [-inf, -inf, nan, 2.0], [0.0, -inf, -inf, -inf]]], np.float32)
_edges = np.array([[-1.0, 1.0], [0.0, 0.5], [-0.5, 1.0], [1.5, -2.0]], np.float32).reshape(1, 2, 2, 2)

KINKS: list[tuple[str, dict]] = [
    ("relu", dict(input=np.array([nan, 0.0, -0.0, inf, -inf], np.float32))),
    *(("max_pool2d_with_indices", dict(input=_ties) | each) for each in _POOLING),
    ("max_pool2d_with_indices", dict(input=_strange, kernel_size=2, padding=1)),
    ("adaptive_max_pool2d", dict(input=_ties, output_size=(3, 4))),
    ("adaptive_max_pool2d", dict(input=_strange, output_size=(2, 3))),
    ("fractional_max_pool2d", dict(input=_ties, kernel_size=3, output_size=3, _random_samples=p(1, 2, 2))),
    *(
        ("grid_sampler", dict(input=_image[:1], grid=_edges, interpolation_mode=0, padding_mode=k, align_corners=True))
        for k in (0, 1, 2)
    ),
]

TORCH_NAME = {
    "max_pool1d_with_indices": lambda torch: torch.nn.functional.max_pool1d_with_indices,
    "adaptive_max_pool1d": lambda torch: torch.nn.functional.adaptive_max_pool1d_with_indices,
    "adaptive_max_pool2d": lambda torch: torch.nn.functional.adaptive_max_pool2d_with_indices,
    "adaptive_max_pool3d": lambda torch: torch.nn.functional.adaptive_max_pool3d_with_indices,
    "fractional_max_pool2d": lambda torch: torch.nn.functional.fractional_max_pool2d_with_indices,
    "fractional_max_pool3d": lambda torch: torch.nn.functional.fractional_max_pool3d_with_indices,
    "max_unpool2d": lambda torch: torch._C._nn.max_unpool2d,
    "max_unpool3d": lambda torch: (
        lambda input, indices, output_size: torch._C._nn.max_unpool3d(input, indices, output_size, (1, 1, 1), (0, 0, 0))
    ),
}
CONSTANT = {"fractional_max_pool2d": ("_random_samples",), "fractional_max_pool3d": ("_random_samples",)}
NO_GRADIENT = {"native_channel_shuffle"}  # PyTorch has none of the kernel by itself

_y = f(2, 3, 3, 3)
_at = np.zeros((2, 3, 3, 3), np.int64)
ERRORS: list[tuple] = [
    ("max_pool1d_with_indices", dict(input=f(6), kernel_size=2), RuntimeError, "Expected 2 to 3 dimensions, but got 1"),
    ("max_pool1d_with_indices", dict(input=_signal, kernel_size=(2, 2)), RuntimeError, "max_pool1d() argument 'kernel"),
    ("max_pool1d_with_indices", dict(input=_signal, kernel_size=9), RuntimeError, "Given input size: (3x1x7)"),
    ("max_pool2d_with_indices", dict(input=_image > 0, kernel_size=2), NotImplementedError, '"max_pool2d" not impl'),
    ("adaptive_avg_pool1d", dict(input=f(6), output_size=2), RuntimeError, "Expected 2 to 3 dimensions, but got 1"),
    ("adaptive_avg_pool1d", dict(input=_signal, output_size=(2, 2)), RuntimeError, "adaptive_avg_pool1d() argument"),
    ("adaptive_avg_pool1d", dict(input=_signal, output_size=-1), RuntimeError, "adaptive_avg_pool2d: elements of"),
    ("adaptive_avg_pool1d", dict(input=f(2, 3, 0), output_size=2), RuntimeError, "adaptive_avg_pool2d(): Expected"),
    ("adaptive_avg_pool2d", dict(input=f(6, 6), output_size=2), RuntimeError, "adaptive_avg_pool2d(): Expected 3D"),
    ("adaptive_avg_pool2d", dict(input=f(6, 6), output_size=(2, 2)), ValueError, "Input dimension should be at lea"),
    ("adaptive_avg_pool2d", dict(input=_image, output_size=(2,)), RuntimeError, "adaptive_avg_pool2d: output_size"),
    ("adaptive_avg_pool2d", dict(input=_image, output_size=-1), RuntimeError, "adaptive_avg_pool2d: elements of outpu"),
    ("adaptive_avg_pool2d", dict(input=_bytes, output_size=2), NotImplementedError, '"adaptive_avg_pool2d" not impl'),
    ("adaptive_avg_pool2d", dict(input=_bytes, output_size=1), RuntimeError, "mean(): could not infer output dtype."),
    ("adaptive_avg_pool3d", dict(input=_volume, output_size=(1, 2, -2)), RuntimeError, "adaptive_avg_pool3d: elements"),
    ("adaptive_max_pool1d", dict(input=_signal, output_size=-1), RuntimeError, "Trying to create tensor with negative"),
    ("adaptive_max_pool2d", dict(input=f(6, 6), output_size=2), RuntimeError, "adaptive_max_pool2d(): Expected 3D"),
    ("adaptive_max_pool2d", dict(input=_image, output_size=(2,)), RuntimeError, "adaptive_max_pool2d(): internal err"),
    ("adaptive_max_pool2d", dict(input=f(1, 2, 0), output_size=2), RuntimeError, "adaptive_max_pool2d(): Expected inp"),
    ("adaptive_max_pool2d", dict(input=_bytes, output_size=2), NotImplementedError, '"adaptive_max_pool2d" not impl'),
    ("adaptive_max_pool3d", dict(input=_volume, output_size=-2), RuntimeError, "Trying to create tensor with negative"),
    ("fractional_max_pool2d", dict(input=_image, kernel_size=2, output_size=9, _random_samples=p(2, 3, 2)),
     RuntimeError, "fractional_max_pool2d(): pool height 2 too large"),
    ("fractional_max_pool2d", dict(input=_image, kernel_size=2, output_size=2, _random_samples=p(2, 3, 3)),
     RuntimeError, "Expect _random_samples.size(2) equals to 2"),
    ("fractional_max_pool3d", dict(input=_volume, kernel_size=(2, 2), output_size=2, _random_samples=p(1, 2, 3)),
     RuntimeError, "fractional_max_pool3d: kernel_size must either"),
    ("max_unpool2d", dict(input=_y, indices=_at.astype(np.int16), output_size=(6, 6)), RuntimeError, "elements in ind"),
    ("max_unpool2d", dict(input=_y, indices=_at[:1], output_size=(6, 6)), RuntimeError, "Expected shape of indices to"),
    ("max_unpool2d", dict(input=_y[0, 0], indices=_at[0, 0], output_size=(6, 6)), RuntimeError, "Input to max_unpool"),
    ("max_unpool2d", dict(input=_y, indices=_at, output_size=(6,)), RuntimeError, "There should be exactly two ele"),
    ("max_unpool2d", dict(input=_at, indices=_at, output_size=(6, 6)), NotImplementedError, '"max_unpool2d" not impl'),
    ("interpolate", dict(input=_image), ValueError, "either size or scale_factor should be defined"),
    ("interpolate", dict(input=_image, size=3, scale_factor=2), ValueError, "only one of size or scale_factor should"),
    ("interpolate", dict(input=_image, size=(3, 3, 3)), ValueError, "Input and output must have the same number of"),
    ("interpolate", dict(input=_image, size=(3.5, 3)), TypeError, "expected size to be one of int or Tuple[int]"),
    ("interpolate", dict(input=_image, size=3.5), TypeError, "upsample_nearest2d() received an invalid combination"),
    ("interpolate", dict(input=_image, scale_factor=(2, 2, 2)), ValueError, "Input and scale_factor must have the"),
    ("interpolate", dict(input=_image, size=3, mode="linear"), NotImplementedError, "Got 4D input, but linear mode"),
    ("interpolate", dict(input=_image, size=3, mode="cubic"), NotImplementedError, "Input Error: Only 3D, 4D and 5D"),
    ("interpolate", dict(input=f(2, 3), size=3), NotImplementedError, "Input Error: Only 3D, 4D and 5D"),
    ("interpolate", dict(input=_image, size=3, align_corners=True), ValueError, "align_corners option can only be set"),
    ("interpolate", dict(input=_image, size=3, recompute_scale_factor=True), ValueError, "recompute_scale_factor i"),
    ("interpolate", dict(input=_image, size=3, antialias=True), ValueError, "Anti-alias option is restricted to bilin"),
    ("interpolate", dict(input=_image, size=3, mode="lanczos"), ValueError, "Lanczos mode requires antialias=True"),
    ("interpolate", dict(input=_image, scale_factor=0.1), RuntimeError, "Input and output sizes should be greater tha"),
    ("interpolate", dict(input=_image[:, :0], size=2), RuntimeError, "Non-empty 4D data tensor expected but got a te"),
    ("interpolate", dict(input=_even, size=2), NotImplementedError, '"compute_indices_weights_nearest" not implem'),
    ("interpolate", dict(input=_half, size=2, mode="bicubic", antialias=True), NotImplementedError, '"compute_index_'),
    ("grid_sampler", _GRIDS[0] | dict(grid=_grid3), RuntimeError, "grid_sampler(): expected grid and input to have"),
    ("grid_sampler", _GRIDS[0] | dict(grid=_grid[..., :1]), RuntimeError, "grid_sampler(): expected grid to have s"),
    ("grid_sampler", _GRIDS[0] | dict(grid=_grid[:, 0]), RuntimeError, "grid_sampler(): expected 4D input and grid"),
    ("grid_sampler", _GRIDS[0] | dict(grid=_grid.astype(np.float64)), RuntimeError, "expected scalar type Float but"),
    ("grid_sampler", _GRIDS[0] | dict(input=f(2, 3, 0, 5)), RuntimeError, "grid_sampler(): expected input to have non"),
    ("affine_grid_generator", dict(theta=f(2, 2, 3), size=(3, 1, 3, 3), align_corners=True), RuntimeError, "Expect"),
    ("affine_grid_generator", dict(theta=f(2, 2, 3), size=(2, 1, 3), align_corners=True), RuntimeError, "AffineGri"),
    ("pixel_shuffle", dict(input=f(3, 3), upscale_factor=2), RuntimeError, "pixel_shuffle expects input to have at le"),
    ("pixel_shuffle", dict(input=f(7, 3, 3), upscale_factor=2), RuntimeError, "pixel_shuffle expects its input's '"),
    ("pixel_shuffle", dict(input=f(8, 3, 3), upscale_factor=0), RuntimeError, "pixel_shuffle expects a positive upsca"),
    ("pixel_unshuffle", dict(input=f(1, 5, 6), downscale_factor=2), RuntimeError, "pixel_unshuffle expects height to"),
    ("channel_shuffle", dict(input=f(2, 8), groups=2), RuntimeError, "channel_shuffle expects input with > 2 dims"),
    ("channel_shuffle", dict(input=f(2, 8, 1), groups=3), RuntimeError, "Number of channels must be divisible by gro"),
    ("channel_shuffle", dict(input=f(2, 8, 1), groups=0), RuntimeError, "Number of groups to divide channels in must"),
]  # fmt: skip

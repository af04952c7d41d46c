"""The functions that PyTorch keeps in `torch.functional`; `torch` has them all."""

import jnet.torch as _torch

_NAMES = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "align_tensors",
    "broadcast_shapes",
    "broadcast_tensors",
    "cartesian_prod",
    "block_diag",
    "cdist",
    "chain_matmul",
    "einsum",
    "istft",
    "lu",
    "norm",
    "meshgrid",
    "pca_lowrank",
    "split",
    "stft",
    "svd_lowrank",
    "tensordot",
    "unique",
    "unique_consecutive",
    "unravel_index",
]
__all__ = [name for name in _NAMES if hasattr(_torch, name)]  # pyright: ignore[reportUnsupportedDunderAll]
globals().update({name: getattr(_torch, name) for name in __all__})

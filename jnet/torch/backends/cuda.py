"""Products on accelerators, and the choice of attention, which XLA makes by itself."""

from __future__ import annotations

import contextlib

from jnet.torch import settings
from jnet.torch.cuda import is_available as is_built


class _Matmul:
    """What products of float32 may be computed in."""

    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True

    @property
    def allow_tf32(self) -> bool:
        """Whether products of float32 may be computed in TF32 (see `torch.set_float32_matmul_precision`)."""
        return settings.get_float32_matmul_precision() != "highest"

    @allow_tf32.setter
    def allow_tf32(self, value: bool) -> None:
        settings.set_float32_matmul_precision("high" if value else "highest")


matmul = _Matmul()


def flash_sdp_enabled() -> bool:
    """Tell whether flash attention may be used: XLA decides."""
    return True


mem_efficient_sdp_enabled = math_sdp_enabled = cudnn_sdp_enabled = flash_sdp_enabled


def enable_flash_sdp(enabled: bool) -> None:
    """Do nothing: XLA decides how attention is computed."""


enable_mem_efficient_sdp = enable_math_sdp = enable_cudnn_sdp = enable_flash_sdp


@contextlib.contextmanager
def sdp_kernel(enable_flash=True, enable_math=True, enable_mem_efficient=True, enable_cudnn=True):
    """Do nothing: XLA decides how attention is computed."""
    yield


__all__ = ["is_built", "matmul", "sdp_kernel"]

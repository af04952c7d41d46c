"""`DistributedDataParallel`: not built, for JAX has another way."""

from __future__ import annotations

from jnet.torch.nn.modules.module import Module

__all__ = ["DistributedDataParallel"]


class DistributedDataParallel(Module):
    """Not built: processes that exchange gradients are the work of `jnet.parallel`.

    Raises:
        NotImplementedError: always.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html
    """

    def __init__(self, module, *args, **kwargs) -> None:
        raise NotImplementedError(
            "nn.parallel.DistributedDataParallel is not built: jnet shares the work over devices and processes by "
            "meshes, see jnet.parallel; for one device, leave the module as it is."
        )

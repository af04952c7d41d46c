"""What surrounds training: DLPack, data and the like."""

from jnet.torch.utils import data, dlpack

__all__ = ["data", "dlpack"]

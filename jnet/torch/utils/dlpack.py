"""DLPack: tensors shared with other libraries.

See: https://docs.pytorch.org/docs/stable/dlpack.html
"""

from jnet.torch.arrays import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]

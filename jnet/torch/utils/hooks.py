"""Handles of hooks, under the name that PyTorch has for them.

See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
"""

from jnet.torch.hooks import RemovableHandle

__all__ = ["RemovableHandle"]

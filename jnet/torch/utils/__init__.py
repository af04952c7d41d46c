"""What surrounds training: DLPack, data, checkpoints of activations, and (when asked for) TensorBoard."""

import importlib

from jnet.torch.utils import checkpoint, data, dlpack, hooks

__all__ = ["checkpoint", "data", "dlpack", "hooks", "tensorboard"]


def __getattr__(name: str):
    if name == "tensorboard":  # not at once: it needs an extra
        return importlib.import_module("jnet.torch.utils.tensorboard")
    raise AttributeError(f"module 'torch.utils' has no attribute '{name}'")

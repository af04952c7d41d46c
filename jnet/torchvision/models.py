"""torchvision's models, none of which is built: asking for one says so, and what to do.

See: https://docs.pytorch.org/vision/stable/models.html
"""

from __future__ import annotations

from jnet.torch.missing import NotBuilt


def __getattr__(name: str):
    if name.startswith("_"):
        raise AttributeError(f"module 'torchvision.models' has no attribute '{name}'")
    raise NotBuilt(
        f"torchvision.models.{name} is not built in jnet.\nWrite the network with torch.nn: layers, parameters' names "
        "and state_dicts are PyTorch's, so torch.load reads weights that were saved there."
    )

"""Optimizers, as thin classes over the rules of `jnet.optim`.

See: https://docs.pytorch.org/docs/stable/optim.html
"""

from jnet.torch.optim import lr_scheduler
from jnet.torch.optim.adam import Adam, AdamW
from jnet.torch.optim.optimizer import Optimizer
from jnet.torch.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler"]

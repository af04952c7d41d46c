"""Optimizers, as thin classes over the rules of `jnet.optim`.

See: https://docs.pytorch.org/docs/stable/optim.html
"""

from jnet.torch.optim import lr_scheduler, swa_utils
from jnet.torch.optim.adadelta import Adadelta
from jnet.torch.optim.adafactor import Adafactor
from jnet.torch.optim.adagrad import Adagrad
from jnet.torch.optim.adam import Adam
from jnet.torch.optim.adamax import Adamax
from jnet.torch.optim.adamw import AdamW
from jnet.torch.optim.asgd import ASGD
from jnet.torch.optim.lbfgs import LBFGS
from jnet.torch.optim.muon import Muon
from jnet.torch.optim.nadam import NAdam
from jnet.torch.optim.optimizer import Optimizer
from jnet.torch.optim.radam import RAdam
from jnet.torch.optim.rmsprop import RMSprop
from jnet.torch.optim.rprop import Rprop
from jnet.torch.optim.sgd import SGD
from jnet.torch.optim.sparse_adam import SparseAdam

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
    "lr_scheduler",
    "swa_utils",
]

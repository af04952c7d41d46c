"""PyTorch's optimizers as Optax transformations, and its learning-rate schedules as functions of the step."""

from jnet.optim import rules, schedules
from jnet.optim.schedules import Plateau
from jnet.optim.transforms import (
    OptState,
    adadelta,
    adafactor,
    adagrad,
    adam,
    adamax,
    adamw,
    asgd,
    by_name,
    from_rule,
    muon,
    nadam,
    radam,
    rmsprop,
    rprop,
    sgd,
)

__all__ = [
    "OptState",
    "Plateau",
    "adadelta",
    "adafactor",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "asgd",
    "by_name",
    "from_rule",
    "muon",
    "nadam",
    "radam",
    "rmsprop",
    "rprop",
    "rules",
    "schedules",
    "sgd",
]

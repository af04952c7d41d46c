"""PyTorch's optimizers as Optax transformations, and its learning-rate schedules as functions of the step."""

from jnet.optim import rules, schedules
from jnet.optim.schedules import Plateau
from jnet.optim.transforms import OptState, adagrad, adam, adamw, by_name, from_rule, rmsprop, sgd

__all__ = [
    "OptState",
    "Plateau",
    "adagrad",
    "adam",
    "adamw",
    "by_name",
    "from_rule",
    "rmsprop",
    "rules",
    "schedules",
    "sgd",
]

"""Flax linen models of the notes: logic gates, regressions, multilayer perceptrons, LeNet.

Every model has the field `initializer`: "torch" draws weights as PyTorch's layers do, "flax" as Flax's own do.
"""

from jnet.models.initializers import INITIALIZERS, initializers
from jnet.models.lenet import LeNet
from jnet.models.mlp import MLP, ThreeLayerNet
from jnet.models.perceptron import (
    GATE_INPUTS,
    GATE_TARGETS,
    GATE_WEIGHTS,
    Perceptron,
    XorNet,
    gate_variables,
    xor_variables,
)
from jnet.models.regression import LinearRegression, LogisticRegression, SoftmaxRegression
from jnet.models.weights import from_torch_state_dict, to_torch_state_dict

__all__ = [
    "GATE_INPUTS",
    "GATE_TARGETS",
    "GATE_WEIGHTS",
    "INITIALIZERS",
    "MLP",
    "LeNet",
    "LinearRegression",
    "LogisticRegression",
    "Perceptron",
    "SoftmaxRegression",
    "ThreeLayerNet",
    "XorNet",
    "from_torch_state_dict",
    "gate_variables",
    "initializers",
    "to_torch_state_dict",
    "xor_variables",
]

"""PyTorch's tutorials on JAX: pure functions, Flax models and Optax training steps, compiled by XLA.

The functional face is spread over modules that load when they are used, so `import jnet` stays quick:

    models    Flax linen models: logic gates, regressions, multilayer perceptrons, LeNet
    losses    pure losses with PyTorch's semantics
    metrics   accuracy, top-k, confusion matrix, precision, recall, F1
    optim     PyTorch's optimizers as Optax transformations, and schedules
    train     TrainState, compiled train and evaluation steps, `fit`
    live      curves while training: terminal, TensorBoard, visdom
    data      real digits, IDX folders, small sets, and the loader
    ops       the pure functions underneath
"""

import importlib

__version__ = "0.1.0"

_MODULES = (
    "checkpoint",
    "compilation",
    "data",
    "export",
    "live",
    "losses",
    "metrics",
    "models",
    "ops",
    "optim",
    "parallel",
    "plotting",
    "train",
)


def __getattr__(name: str):
    if name in _MODULES:
        return importlib.import_module(f"jnet.{name}")
    raise AttributeError(f"module 'jnet' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_MODULES])

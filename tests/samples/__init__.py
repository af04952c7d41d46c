"""Sample inputs of every op: one table that all properties of ops are tested on, a file a kind of mathematics.

A row holds the keyword arguments of one call; what the op declares as arrays is NumPy, the rest are settings. A new op
needs a row in SAMPLES. KINKS holds calls where the derivative is a convention (ties, corners, limits): they are only
compared with PyTorch. ERRORS holds calls that fail, with the exception and the start of its message.

A file may further hold CONSTANT, the arguments of an op towards which PyTorch has no derivative; NO_GRADIENT, ops
without any; TORCH_NAME, functions that take the module torch and return what to compare an op with, where that is no
function of the same name.
"""

import importlib
import pkgutil

SAMPLES: dict[str, list[dict]] = {}
KINKS: list[tuple[str, dict]] = []
ERRORS: list[tuple] = []
CONSTANT: dict[str, tuple[str, ...]] = {
    "heaviside": ("input", "values"),
    "quantile": ("q",),
    "binary_cross_entropy": ("weight",),
    "binary_cross_entropy_with_logits": ("weight", "pos_weight"),
    "nll_loss": ("weight",),
    "cross_entropy": ("weight",),
}
NO_GRADIENT: set[str] = {"argmax", "argmin", "heaviside"}
TORCH_NAME: dict = {}

for _module in pkgutil.iter_modules(__path__):
    if _module.name == "values":
        continue
    _family = importlib.import_module(f"{__name__}.{_module.name}")
    SAMPLES |= _family.SAMPLES
    KINKS += getattr(_family, "KINKS", [])
    ERRORS += getattr(_family, "ERRORS", [])
    CONSTANT |= getattr(_family, "CONSTANT", {})
    NO_GRADIENT |= getattr(_family, "NO_GRADIENT", set())
    TORCH_NAME |= getattr(_family, "TORCH_NAME", {})

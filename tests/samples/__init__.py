"""Sample inputs of every op: one table that all properties of ops are tested on, a file a kind of mathematics.

A row holds the keyword arguments of one call; what the op declares as arrays is NumPy, the rest are settings. A new op
needs a row in SAMPLES. KINKS holds calls where the derivative is a convention (ties, corners, limits): they are only
compared with PyTorch. ERRORS holds calls that fail, with the exception and the start of its message.
"""

import importlib
import pkgutil

SAMPLES: dict[str, list[dict]] = {}
KINKS: list[tuple[str, dict]] = []
ERRORS: list[tuple] = []

for _module in pkgutil.iter_modules(__path__):
    if _module.name == "values":
        continue
    _family = importlib.import_module(f"{__name__}.{_module.name}")
    SAMPLES |= _family.SAMPLES
    KINKS += getattr(_family, "KINKS", [])
    ERRORS += getattr(_family, "ERRORS", [])

"""XLA's primitives in NumPy: what `evaluate` runs a small program with instead of compiling it.

`RULES` maps the name of a primitive to its rule. They are declared by kind of mathematics: `arithmetic` (element by
element, bits and dtypes), `reductions` (sums, windows, order, products), `shapes` (reshaping, joining, slicing) and
`indexing` (gather and scatter); `rules` has what they share, and says what a rule is.
"""

from jnet.recorder.primitives import arithmetic, indexing, reductions, shapes  # noqa: F401 - they declare their rules
from jnet.recorder.primitives.rules import RULES

__all__ = ["RULES"]

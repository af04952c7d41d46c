"""The ledger of the tutorial notes: every statement that they name or show, as a small program and its text.

One module per chapter, and one for what is easy to miss. The texts are PyTorch 2.13's, checked against the values that
the notes print; `test_ledger.py` runs each program on `jnet.torch` and on PyTorch and expects this text from both.
"""

from ledger import (
    chapter01,
    chapter02a,
    chapter02b,
    chapter03a,
    chapter03b,
    chapter03c,
    chapter04a,
    chapter04b,
    chapter05a,
    chapter05b,
    chapter06,
    chapter07,
    chapter08,
    chapter09,
    chapter10a,
    chapter10b,
    easy_to_miss,
)
from ledger.row import Row, run

__all__ = ["CHAPTERS", "Row", "run"]

CHAPTERS: dict[str, list[Row]] = {
    "1 tensors and NumPy": chapter01.ROWS,
    "2 creation": chapter02a.ROWS,
    "2 chance": chapter02b.ROWS,
    "3 joining and shape": chapter03a.ROWS,
    "3 indexing": chapter03b.ROWS,
    "3 writing": chapter03c.ROWS,
    "4 arithmetic": chapter04a.ROWS,
    "4 statistics": chapter04b.ROWS,
    "5 differentiation": chapter05a.ROWS,
    "5 recording": chapter05b.ROWS,
    "6 activations": chapter06.ROWS,
    "7 losses": chapter07.ROWS,
    "8 gates": chapter08.ROWS,
    "9 regression": chapter09.ROWS,
    "10 modules": chapter10a.ROWS,
    "10 training": chapter10b.ROWS,
    "easy to miss": easy_to_miss.ROWS,
}

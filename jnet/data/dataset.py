"""A data set in memory: inputs, targets, and what they are called."""

import dataclasses
from collections.abc import Sequence

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)  # arrays have no single answer to ==
class Dataset:
    """Inputs and targets, row by row.

    Attributes:
        x: inputs (N, ...); lists and JAX arrays become NumPy arrays.
        y: targets (N, ...): class indices (int32), or values (float32).
        classes: the classes' names, where there are classes.
        name: what the set is called in reports.

    Raises:
        ValueError: if there are no rows, or not as many targets as inputs.

    Example:
        >>> len(Dataset(np.zeros((3, 2)), np.zeros(3)))
        3
    """

    x: np.ndarray
    y: np.ndarray
    classes: Sequence[str] = ()
    name: str = ""

    def __post_init__(self):
        for name in ("x", "y"):
            object.__setattr__(self, name, np.asarray(getattr(self, name)))
        about = f"The data set {self.name!r}" if self.name else "The data set"
        if self.x.ndim == 0 or self.y.ndim == 0:
            raise ValueError(f"{about} needs arrays of rows, got the shapes {self.x.shape} and {self.y.shape}.")
        if len(self.x) != len(self.y):
            raise ValueError(f"{about} has {len(self.x)} inputs and {len(self.y)} targets; each input needs one.")
        if len(self.x) == 0:
            raise ValueError(f"{about} is empty: it needs at least one row.")

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows) -> "Dataset":
        """Return the set of these rows."""
        return dataclasses.replace(self, x=self.x[rows], y=self.y[rows])

    def split(self, fraction: float, seed: int = 0) -> tuple["Dataset", "Dataset"]:
        """Return two sets of shuffled rows, the second one with this share of them (at least one each).

        Raises:
            ValueError: if the fraction is not between 0 and 1, or there is only one row.
        """
        if not 0 < fraction < 1 or len(self) < 2:
            raise ValueError(f"Cannot split off {fraction} of {len(self)} rows; the fraction lies between 0 and 1.")
        order = np.random.default_rng(seed).permutation(len(self))
        second = min(max(round(fraction * len(self)), 1), len(self) - 1)
        return self.take(order[second:]), self.take(order[:second])

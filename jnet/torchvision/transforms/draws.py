"""Draws, as numbers: what torch.rand(1) < p, torch.empty(1).uniform_(low, high) and torch.randint(end, (1,)) give.

They are taken from the generator itself: a tensor of one number takes longer to make than the number.
"""

from __future__ import annotations

import numpy as np

from jnet.torch.random import default_generator

_FLOAT = np.dtype(np.float32)


def happens(p: float) -> bool:
    """Tell whether something of probability p happens."""
    return bool(default_generator.rand((1,), _FLOAT)[0] < np.float32(p))


def uniform(low: float, high: float) -> float:
    """Return a number between the bounds."""
    return float(default_generator.uniform(low, high, (1,), _FLOAT)[0])


def below(end: int) -> int:
    """Return a whole number from 0 on."""
    return int(default_generator.randint(0, end, (1,), np.dtype(np.int64))[0])


def place(height: int, width: int, h: int, w: int) -> tuple[int, int]:
    """Return where a window of h x w lies in an image."""
    return below(height - h + 1), below(width - w + 1)

"""Binomial numbers of uniform draws: geometric jumps, or Hoermann's transformed rejection (BTRS).

See: https://doi.org/10.1080/00949659308811496
"""

import math
from collections.abc import Callable


def binomial(count: float, probability: float, draw: Callable[[], float]) -> float:
    """Return how many of `count` trials succeed.

    Example:
        >>> binomial(3.0, 1.0, lambda: 0.5)
        3.0
    """
    if count <= 0 or probability <= 0:
        return 0.0
    if probability >= 1:
        return count
    if math.isnan(probability):
        return math.nan
    if probability > 0.5:
        return count - _below_half(count, 1 - probability, draw)
    return _below_half(count, probability, draw)


def _below_half(count, probability, draw):
    return (_rejection if count * probability >= 10 else _jumps)(count, probability, draw)


def _jumps(count, probability, draw):
    """Count successes, whose distances are geometric, until they are beyond all trials."""
    logarithm, place, successes = math.log1p(-probability), 0.0, 0.0
    while True:
        place += math.ceil(math.log(draw()) / logarithm)
        if place > count:
            return successes
        successes += 1


def _rejection(count, probability, draw):
    deviation = math.sqrt(count * probability * (1 - probability))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * probability
    c, v_r, odds = count * probability + 0.5, 0.92 - 4.2 / b, probability / (1 - probability)
    alpha, mode = (2.83 + 5.1 / b) * deviation, math.floor((count + 1) * probability)
    while True:
        u, v = draw() - 0.5, draw()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + c)
        if us >= 0.07 and v <= v_r:
            return float(k)
        if k < 0 or k > count:
            continue
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (count - mode + 1)))
            + (count + 1) * math.log((count - mode + 1) / (count - k + 1))
            + (k + 0.5) * math.log(odds * (count - k + 1) / (k + 1))
            + _tail(mode) + _tail(count - mode) - _tail(k) - _tail(count - k)
        )  # fmt: skip
        if math.log(v * alpha / (a / (us * us) + b)) <= bound:
            return float(k)


def _tail(k):
    """Return what Stirling's formula for log(k!) leaves out."""
    if k <= 9:
        return math.lgamma(k + 1) - (math.log(2 * math.pi) / 2 + (k + 0.5) * math.log(k + 1) - (k + 1))
    square = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)

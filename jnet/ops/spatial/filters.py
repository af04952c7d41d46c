"""What interpolation takes from where: the weights along one axis, computed beforehand as PyTorch rounds them.

A place i of the result lies at `scale * i` (corners aligned) or `scale * (i + 1/2) - 1/2` of the input, where `scale`
is the size of the input over that of the result.
"""

import math

import numpy as np

# The widths of filters, in places of the input, on both sides together.
_WIDTHS = {"linear": 2, "cubic": 4, "lanczos": 6}


def step(n: int, o: int, align_corners: bool, factor: float | None, kind: np.dtype):
    """Return how far places of the result lie apart in the input; `factor` is the one that the user gave."""
    if align_corners:
        return kind.type((n - 1) / (o - 1)) if o > 1 else kind.type(0)
    return kind.type(1.0 / factor) if factor is not None and factor > 0 else kind.type(n) / kind.type(o)


def nearest(n: int, o: int, factor: float | None, kind: np.dtype, exact: bool) -> np.ndarray:
    """Return for each place of the result the place that it is taken from."""
    scale, place = step(n, o, False, factor, kind), np.arange(o).astype(kind)
    if exact:
        source = np.floor(np.maximum(scale * (place + kind.type(0.5)) - kind.type(0.5), 0) + kind.type(0.5))
    else:
        source = np.floor((scale * place).astype(np.float32))
    return np.minimum(source.astype(np.int64), n - 1)


def weights(n: int, o: int, align_corners: bool, factor: float | None, kind: np.dtype, cubic: bool) -> np.ndarray:
    """Return the matrix (o, n) that interpolates between 2 neighbours, or 4 if `cubic`; `kind` is what rounds it."""
    scale, place, half = step(n, o, align_corners, factor, kind), np.arange(o).astype(kind), kind.type(0.5)
    source = scale * place if align_corners else scale * (place + half) - half
    if not cubic:
        source = place if n == o else np.maximum(source, 0)
    first = np.minimum(np.floor(source).astype(np.int64), n - 1)
    beyond = np.clip(source - first.astype(kind), 0, 1)
    matrix = np.zeros((o, n))
    terms = enumerate(_cubic(beyond), start=-1) if cubic else enumerate((1 - beyond, beyond))
    for offset, weight in terms:
        np.add.at(matrix, (np.arange(o), np.clip(first + offset, 0, n - 1)), weight)
    return matrix


def _cubic(beyond):
    """Return the weights of the neighbours at -1, 0, 1 and 2 (Keys, 1981, with a = -3/4)."""
    return [keys(np.abs(beyond - offset), -0.75) for offset in (-1, 0, 1, 2)]


def keys(distance, a: float):
    """Return Keys' cubic filter at distances that are not negative; `a` is its slope at 1."""
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return (distance <= 1) * near + ((distance > 1) & (distance < 2)) * far


def smoothing(n: int, o: int, align_corners: bool, factor: float | None, kind: np.dtype, filter: str) -> np.ndarray:
    """Return the matrix (o, n) of a filter that is as wide as the places of the result, so that nothing is skipped."""
    scale, half = (
        float(step(n, o, align_corners, factor, kind)),
        0.5,
    )  # in PyTorch, aligned corners change the scale only
    stretch = max(scale, 1.0)
    support = _WIDTHS[filter] * 0.5 * stretch
    center = kind.type(scale) * (np.arange(o).astype(kind) + kind.type(half))
    start = np.maximum(np.trunc(center - support + half), 0).astype(np.int64)
    end = np.minimum(np.trunc(center + support + half), n).astype(np.int64)
    end = np.minimum(end, start + math.ceil(support) * 2 + 1)
    place = np.arange(n)[None]
    values = _FILTERS[filter]((place - center[:, None] + half) / stretch)
    values = np.where((place >= start[:, None]) & (place < end[:, None]), values, 0.0)
    total = values.sum(1, keepdims=True)
    return values / np.where(total == 0, 1.0, total)


def whole(matrix: np.ndarray) -> tuple[np.ndarray, int]:
    """Return weights as integers of 16 bits, and by how many bits they are shifted: so PyTorch resizes bytes.

    Example:
        >>> integers, shift = whole(np.array([[0.25, 0.75]]))
        >>> integers.tolist(), shift
        ([[8192, 24576]], 15)
    """
    shift = 0
    while shift < 22 and int(0.5 + matrix.max() * (1 << (shift + 1))) < 1 << 15:
        shift += 1
    return np.trunc(matrix * (1 << shift) + np.where(matrix < 0, -0.5, 0.5)).astype(np.int32), shift


def _lanczos(x):
    return np.where((x >= -3) & (x < 3), np.sinc(x) * np.sinc(x / 3), 0.0)


_FILTERS = {
    "linear": lambda x: np.maximum(1 - np.abs(x), 0),
    "cubic": lambda x: keys(np.abs(x), -0.5),
    "lanczos": _lanczos,
}

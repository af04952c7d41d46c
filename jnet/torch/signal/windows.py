"""Windows: numbers that rise from the ends of a part of a signal to its middle.

Each function takes the number M of values, whether the window is symmetric (`sym`; else it is one period of a sequence
that goes on) and the usual options; it raises ValueError for a negative M, and dtypes other than float32 and float64.

See: https://docs.pytorch.org/docs/stable/signal.html
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable

import numpy as np

from jnet.torch.arrays import numpy_dtype
from jnet.torch.creation import finish
from jnet.torch.dtypes import dtype as Dtype
from jnet.torch.dtypes import get_default_dtype
from jnet.torch.tensor import Tensor

__all__ = [
    "bartlett",
    "blackman",
    "cosine",
    "exponential",
    "gaussian",
    "general_cosine",
    "general_hamming",
    "hamming",
    "hann",
    "kaiser",
    "nuttall",
]


def _window(make):
    """Let `make(M, ..., sym=)` return values in double precision; the function returns a tensor, and checks."""

    @functools.wraps(make)
    def window(M, *, sym: bool = True, dtype=None, layout=None, device=None, requires_grad=False, **settings) -> Tensor:
        dtype = dtype or get_default_dtype()
        _check(_CHECKED_AS.get(make.__name__) or make.__name__, M, dtype, layout)
        values = make(M, sym=sym, **settings) if M != 1 or make.__name__ == "cosine" else _one(make, settings)
        array = np.asarray(values).astype(numpy_dtype(dtype))
        return finish(make.__name__, array, {"device": device, "requires_grad": requires_grad})

    return window


# Windows that are sums of cosines fail as those.
_CHECKED_AS = dict.fromkeys(("blackman", "general_hamming", "hamming", "hann", "nuttall"), "general_cosine")


def _check(name: str, M: int, dtype: Dtype, layout) -> None:
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not None and str(layout) != "torch.strided":
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    if str(dtype) not in ("torch.float32", "torch.float64"):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")


def _one(make, settings) -> np.ndarray:
    """Return the window of one value, after `make` has looked at the settings."""
    make(2, sym=True, **settings)
    return np.ones(1) if make.__name__ != "exponential" or settings.get("center") is None else make(
        1, sym=False, **settings
    )  # fmt: skip


def _period(M: int, sym: bool) -> int:
    """Return the number of steps from one end to the other."""
    return M - 1 if sym or M <= 1 else M


@_window
def exponential(M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True):
    """Return `exp(-|n - center| / tau)`.

    Args:
        center: the middle by default, and if the window is symmetric.

    Raises:
        ValueError: also for a `tau` that is not positive, or a center of a symmetric window.

    Example:
        >>> exponential(3)
        tensor([0.3679, 1.0000, 0.3679])

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.exponential.html
    """
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    center = _period(M, sym) / 2 if center is None else center
    return np.exp(-np.abs(np.arange(M) - center) / tau)


@_window
def cosine(M: int, *, sym: bool = True):
    """Return half a wave, `sin(pi (n + 1/2) / M)`.

    Example:
        >>> cosine(3)
        tensor([0.5000, 1.0000, 0.5000])

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.cosine.html
    """
    return np.sin(math.pi * (np.arange(M) + 0.5) / (_period(M, sym) + 1))


@_window
def gaussian(M: int, *, std: float = 1.0, sym: bool = True):
    """Return `exp(-(n / std)^2 / 2)`, n counted from the middle.

    Raises:
        ValueError: also for a `std` that is not positive.

    Example:
        >>> gaussian(3)
        tensor([0.6065, 1.0000, 0.6065])

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.gaussian.html
    """
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    return np.exp(-(((np.arange(M) - _period(M, sym) / 2) / std) ** 2) / 2)


@_window
def kaiser(M: int, *, beta: float = 12.0, sym: bool = True):
    """Return `I0(beta sqrt(1 - r^2)) / I0(beta)`, r from -1 at one end to 1 at the other.

    Raises:
        ValueError: also for a negative `beta`.

    Example:
        >>> kaiser(3, beta=1.0)
        tensor([0.7898, 1.0000, 0.7898])

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.kaiser.html
    """
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    ratio = np.arange(M) / max(_period(M, sym), 1) * 2 - 1
    return np.i0(beta * np.sqrt(np.maximum(1 - ratio**2, 0))) / np.i0(beta)


@_window
def bartlett(M: int, *, sym: bool = True):
    """Return a triangle from 0 to 1 and back.

    Example:
        >>> bartlett(5)
        tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.bartlett.html
    """
    return 1 - np.abs(np.arange(M) / max(_period(M, sym), 1) * 2 - 1)


def _cosines(M: int, sym: bool, weights) -> np.ndarray:
    """Return `a_0 - a_1 cos(t) + a_2 cos(2 t) - ...`, t from 0 to 2 pi."""
    angle = 2 * math.pi * np.arange(M) / max(_period(M, sym), 1)
    return sum(((-1) ** k * a * np.cos(k * angle) for k, a in enumerate(weights)), np.zeros(M))


def general_cosine(M: int, *, a: Iterable, sym: bool = True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return a sum of cosines, `a[0] - a[1] cos(t) + a[2] cos(2 t) - ...`, t from 0 to 2 pi.

    Raises:
        TypeError, ValueError: also if `a` is no sequence, or empty.

    Example:
        >>> general_cosine(3, a=[0.5, 0.5])
        tensor([0., 1., 0.])

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.general_cosine.html
    """
    options = {"dtype": dtype, "layout": layout, "device": device, "requires_grad": requires_grad}
    return _general_cosine(M, a=a, sym=sym, **options)


def _weighted(M: int, *, a: Iterable, sym: bool = True):
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    if not a:
        raise ValueError("Coefficients cannot be empty")
    return _cosines(M, sym, a)


_weighted.__name__ = "general_cosine"
_general_cosine = _window(_weighted)


@_window
def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True):
    """Return `alpha - (1 - alpha) cos(t)`, t from 0 to 2 pi.

    Example:
        >>> general_hamming(3, alpha=0.5)
        tensor([0., 1., 0.])

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.general_hamming.html
    """
    return _cosines(M, sym, [alpha, 1 - alpha])


@_window
def hamming(M: int, *, sym: bool = True):
    """Return `0.54 - 0.46 cos(t)`, t from 0 to 2 pi.

    Example:
        >>> hamming(3)
        tensor([0.0800, 1.0000, 0.0800])

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.hamming.html
    """
    return _cosines(M, sym, [0.54, 0.46])


@_window
def hann(M: int, *, sym: bool = True):
    """Return `(1 - cos(t)) / 2`, t from 0 to 2 pi.

    Example:
        >>> hann(5)
        tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.hann.html
    """
    return _cosines(M, sym, [0.5, 0.5])


@_window
def blackman(M: int, *, sym: bool = True):
    """Return `0.42 - 0.5 cos(t) + 0.08 cos(2 t)`, t from 0 to 2 pi.

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.blackman.html
    """
    return _cosines(M, sym, [0.42, 0.5, 0.08])


@_window
def nuttall(M: int, *, sym: bool = True):
    """Return a sum of four cosines whose spectrum falls off fast.

    See: https://docs.pytorch.org/docs/stable/generated/torch.signal.windows.nuttall.html
    """
    return _cosines(M, sym, [0.3635819, 0.4891775, 0.1365995, 0.0106411])

"""Discrete Fourier transforms, and the order of their frequencies.

Example:
    >>> import jnet.torch as torch
    >>> torch.fft.rfft(torch.tensor([1.0, 0.0, 0.0, 0.0]))
    tensor([1.+0.j, 1.+0.j, 1.+0.j])

See: https://docs.pytorch.org/docs/stable/fft.html
"""

from __future__ import annotations

from jnet.torch.creation import arange
from jnet.torch.dispatch import CALLERS
from jnet.torch.dtypes import get_default_dtype
from jnet.torch.namespaces import functions
from jnet.torch.tensor import Tensor, shape_of

_FUNCTIONS = functions("fft", prefix="fft_")
globals().update(_FUNCTIONS)


def fftfreq(n: int, d: float = 1.0, *, dtype=None, **options) -> Tensor:
    """Return the frequencies that the values of `fft` of n samples, d apart, belong to.

    Example:
        >>> fftfreq(4, 0.5)
        tensor([ 0.0000,  0.5000, -1.0000, -0.5000])

    See: https://docs.pytorch.org/docs/stable/generated/torch.fft.fftfreq.html
    """
    dtype = dtype or get_default_dtype()
    numbers = arange(n, dtype=dtype, **options)
    half = (n + 1) // 2
    numbers[half:] = arange(-(n // 2), 0, dtype=dtype)
    return numbers * (1.0 / (n * d)) if n else numbers


def rfftfreq(n: int, d: float = 1.0, *, dtype=None, **options) -> Tensor:
    """Return the frequencies that the values of `rfft` of n samples, d apart, belong to.

    See: https://docs.pytorch.org/docs/stable/generated/torch.fft.rfftfreq.html
    """
    return arange(n // 2 + 1, dtype=dtype or get_default_dtype(), **options) * (1.0 / (n * d))


def _shifted(input: Tensor, dim, forward: bool) -> Tensor:
    dims = range(input.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    dims = tuple(dims)
    sizes = [shape_of(input)[d] for d in dims]
    return CALLERS["roll"](input, tuple([n // 2 if forward else (n + 1) // 2 for n in sizes]), dims)


def fftshift(input: Tensor, dim=None) -> Tensor:
    """Return the values of a transform with frequency 0 in the middle.

    See: https://docs.pytorch.org/docs/stable/generated/torch.fft.fftshift.html
    """
    return _shifted(input, dim, forward=True)


def ifftshift(input: Tensor, dim=None) -> Tensor:
    """Return the values in the order that `fftshift` found them in.

    See: https://docs.pytorch.org/docs/stable/generated/torch.fft.ifftshift.html
    """
    return _shifted(input, dim, forward=False)


__all__ = ["fftfreq", "fftshift", "ifftshift", "rfftfreq", *_FUNCTIONS]  # pyright: ignore[reportUnsupportedDunderAll]

"""Short-time Fourier transforms with PyTorch's warnings, and the older functions that make windows."""

from __future__ import annotations

import math
import warnings

import numpy as np

from jnet.ops.checks import dtype_name, not_implemented
from jnet.ops.spectral.short_time import envelope_vanishes
from jnet.torch.arrays import numpy_dtype
from jnet.torch.bounds import watch
from jnet.torch.creation import finish
from jnet.torch.dispatch import CALLERS, described
from jnet.torch.signatures import OPTIONS, Signatures
from jnet.torch.tensor import Tensor, shape_of

FUNCTIONS: dict = {}
METHODS: dict = {}

_WINDOWLESS = (
    "A window was not provided. A rectangular window will be applied,which is known to cause spectral leakage. Other "
    "windows such as torch.hann_window or torch.hamming_window are recommended to reduce spectral leakage.To suppress "
    "this warning and use a rectangular window, explicitly set `window=torch.ones(n_fft, device=<device>)`."
)
_WINDOWLESS_INVERSE = (
    "A window was not provided. A rectangular window will be applied.Please provide the same window used by stft to "
    "make the inversion lossless.To suppress this warning and use a rectangular window, explicitly set "
    "`window=torch.ones(n_fft, device=<device>)`."
)
_PAIRS = (
    "stft with return_complex=False is deprecated. In a future pytorch release, stft will return complex tensors for "
    "all inputs, and return_complex=False will raise an error."
)


def _tell(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=4)


def _transform(input, n_fft, hop_length=None, win_length=None, window=None, *args, **kwargs):
    if window is None:
        _tell(_WINDOWLESS)
    result = CALLERS["stft"](input, n_fft, hop_length, win_length, window, *args, **kwargs)
    if not result.is_complex():
        _tell(_PAIRS)
    return result


def _inverse(input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False, onesided=None,
             length=None, return_complex=False):  # fmt: skip
    if window is None:
        _tell(_WINDOWLESS_INVERSE)
    settings = (center, normalized, onesided, length, return_complex)
    result = CALLERS["istft"](input, n_fft, hop_length, win_length, window, *settings)
    hop, size = n_fft // 4 if hop_length is None else hop_length, n_fft if win_length is None else win_length
    place = (n_fft, hop, size, shape_of(input)[-1], center, length)

    def check(array: np.ndarray) -> None:
        if envelope_vanishes(array, *place):
            raise RuntimeError(
                f"istft({_kind(input)}{list(shape_of(input))}, n_fft={n_fft}, hop_length={hop}, win_length={size}, "
                f"window={_kind(window)}{{{list(shape_of(window))}}}, center={int(center)}, "  # pyright: ignore
                f"normalized={int(normalized)}, onesided={None if onesided is None else int(onesided)}, "
                f"length={length}, return_complex={int(return_complex)}) window overlap add min: 1"
            )

    if window is not None:
        watch(window, ("istft", *place), check)
    return result


def _kind(tensor: Tensor) -> str:
    return f"CPU{dtype_name(tensor._aval.dtype)}Type" if tensor.is_complex() else tensor.type()


for _name, _function in (("stft", _transform), ("istft", _inverse)):
    _function.__name__, _function.__doc__ = _name, described(CALLERS[_name])
    FUNCTIONS[_name] = METHODS[_name] = _function


# -- windows -----------------------------------------------------------------------------------------------------------


def _cosines(n: int, *weights: float) -> np.ndarray:
    """Return `a_0 - a_1 cos(t) + a_2 cos(2 t)`, t from 0 to 2 pi in n steps."""
    angle = 2 * math.pi * np.arange(n + 1) / n
    return sum(((-1) ** k * a * np.cos(k * angle) for k, a in enumerate(weights)), np.zeros(n + 1))


def _kaiser(n: int, beta: float = 12.0) -> np.ndarray:
    ratio = np.arange(n + 1) / n * 2 - 1
    return np.i0(beta * np.sqrt(1 - ratio**2)) / np.i0(beta)


def _make(name: str, what: str, values, *parameters: str) -> None:
    heads = ["int window_length", "int window_length, bool periodic"]
    for each in parameters:
        heads.append(f"{heads[-1]}, {each}")
    sort = Signatures(name, *(f"{head}, *, {OPTIONS}" for head in heads))

    def function(*args, **kwargs) -> Tensor:
        _, given = sort(args, kwargs)
        n, periodic = given.pop("window_length"), given.pop("periodic", True)
        shape = [given.pop(each.split()[1]) for each in parameters if each.split()[1] in given]
        kind = numpy_dtype(given.pop("dtype", None))
        if kind.kind == "c":
            raise not_implemented("arange_cpu", kind)
        if kind.kind in "biu":
            raise RuntimeError(
                f"{name} expects floating point dtypes, got: TensorOptions(dtype={_IN_C.get(kind.name, kind.name)}, "
                "device=cpu, layout=Strided (default), requires_grad=false (default), pinned_memory=false, "
                "memory_format=(nullopt))"
            )
        if n < 0:
            raise RuntimeError(f"{name} requires non-negative window_length, got window_length={n}")
        array = np.ones(n) if n < 2 else values(n if periodic else n - 1, *shape)[:n]
        return finish(name, array.astype(kind), given)

    function.__name__ = name
    function.__doc__ = (
        f"Return {what}; unless `periodic` it is symmetric.\n\nRaises:\n    RuntimeError: for a negative length, "
        f"dtypes that are not floating.\n\nSee: https://docs.pytorch.org/docs/stable/generated/torch.{name}.html"
    )
    FUNCTIONS[name] = function


_IN_C = {"int64": "long int", "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char"}
_make("hann_window", "the window `(1 - cos(t)) / 2`, t from 0 to 2 pi", lambda n: _cosines(n, 0.5, 0.5))
_make(
    "hamming_window",
    "the window `alpha - beta cos(t)`, t from 0 to 2 pi",
    lambda n, alpha=0.54, beta=0.46: _cosines(n, alpha, beta),
    "float alpha",
    "float beta",
)
_make("blackman_window", "the window `0.42 - 0.5 cos(t) + 0.08 cos(2 t)`, t from 0 to 2 pi",
      lambda n: _cosines(n, 0.42, 0.5, 0.08))  # fmt: skip
_make("bartlett_window", "a triangle from 0 to 1 and back", lambda n: 1 - np.abs(np.arange(n + 1) / n * 2 - 1))
_make("kaiser_window", "Kaiser's window, `I0(beta sqrt(1 - r^2)) / I0(beta)`, r from -1 to 1", _kaiser, "float beta")

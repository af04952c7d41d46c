"""Rows of discrete Fourier transforms."""

# ruff: noqa: C408 - rows read as calls

import numpy as np

from samples.values import f, i

z = (f(3, 4) + 1j * f(3, 4, seed=1)).astype(np.complex64)
_ONE = [dict(n=3), dict(n=6, dim=0), dict(dim=0, norm="ortho"), dict(norm="forward")]
_SEVERAL = [dict(s=(2, 6)), dict(dim=(0,), norm="ortho"), dict(norm="forward", dim=(1, 0))]


def _rows(kind, settings):
    x = f(3, 4) if kind.startswith(("rfft", "ihfft")) else z
    rows = [dict(input=f(3, 4)), dict(input=x), *(dict(input=x, **each) for each in settings)]
    return [*rows, dict(input=i(3, 1, 2).reshape(1, 3)), dict(input=f(3, 5).astype(np.float64))]


SAMPLES = {}
for _kind in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    SAMPLES[f"fft_{_kind}"] = _rows(_kind, _ONE)
    for _suffix in ("2", "n"):
        SAMPLES[f"fft_{_kind}{_suffix}"] = _rows(_kind, _SEVERAL)

ERRORS = [
    ("fft_rfft", dict(input=z), RuntimeError, "rfft expects a real input tensor, but got ComplexFloat"),
    ("fft_ihfft", dict(input=z), RuntimeError, "ihfft expects a real input tensor, but got ComplexFloat"),
    ("fft_rfftn", dict(input=z), RuntimeError, "rfftn expects a real-valued input tensor, but got ComplexFloat"),
    ("fft_fft", dict(input=z, n=0), RuntimeError, "Invalid number of data points (0) specified"),
    ("fft_irfft", dict(input=f(1)), RuntimeError, "Invalid number of data points (0) specified"),
    ("fft_fft", dict(input=z, norm="x"), RuntimeError, 'Invalid normalization mode: "x"'),
    (
        "fft_fft",
        dict(input=z, dim=5),
        IndexError,
        "Dimension out of range (expected to be in range of [-2, 1], but got 5)",
    ),
    ("fft_fftn", dict(input=z, dim=(0, 0)), RuntimeError, "FFT dims must be unique"),
    (
        "fft_fftn",
        dict(input=z, s=(2,), dim=(0, 1)),
        RuntimeError,
        "When given, dim and shape arguments must have the same",
    ),
    ("fft_fftn", dict(input=z, s=(2, 2, 2)), RuntimeError, "Got shape with 3 values but input tensor only has 2"),
    ("fft_fft", dict(input=f(3).astype(np.float16)), RuntimeError, "Unsupported dtype Half"),
    ("fft_fft", dict(input=f()), IndexError, "Dimension specified as -1 but tensor has no dimensions"),
    (
        "fft_fft2",
        dict(input=f(3)),
        IndexError,
        "Dimension out of range (expected to be in range of [-1, 0], but got -2)",
    ),
]
TORCH_NAME = {name: (lambda torch, name=name: getattr(torch.fft, name.removeprefix("fft_"))) for name in SAMPLES}

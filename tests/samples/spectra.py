"""Short-time Fourier transforms and their inverse."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import a, f

SIGNAL, WINDOW = f(16), a(0.2, 0.8, 1.0, 0.6)
SHORT = dict(input=SIGNAL, n_fft=4, window=WINDOW, return_complex=True)
SPECTRUM = (f(3, 9) + 1j * f(3, 9, seed=1)).astype(np.complex64)
COMPLEX = (WINDOW + 0.5j * f(4)).astype(np.complex64)
WHOLE = (f(2, 4, 9) + 1j * f(2, 4, 9, seed=1)).astype(np.complex64)
BACK = dict(input=SPECTRUM, n_fft=4, window=WINDOW)

SAMPLES: dict[str, list[dict]] = {
    "stft": [
        SHORT,
        SHORT | dict(input=f(2, 16), hop_length=3),
        SHORT | dict(center=False, normalized=True, onesided=False),
        SHORT | dict(window=WINDOW[:3], win_length=3),
        SHORT | dict(pad_mode="constant", n_fft=5, window=f(5)),
        SHORT | dict(input=SIGNAL.astype(np.complex64), return_complex=None),
    ],
    "istft": [
        BACK,
        BACK | dict(hop_length=2, length=9),
        BACK | dict(center=False, normalized=True),
        BACK | dict(input=WHOLE, onesided=False),
        BACK | dict(input=WHOLE, onesided=False, return_complex=True),
        BACK | dict(input=WHOLE, onesided=False, return_complex=True, window=COMPLEX),
    ],
}

ERRORS: list[tuple[str, dict, type[Exception], str]] = [
    (
        "stft",
        SHORT | dict(return_complex=None),
        RuntimeError,
        "stft requires the return_complex parameter be given for",
    ),
    (
        "stft",
        SHORT | dict(n_fft=0),
        RuntimeError,
        "stft(torch.FloatTensor[16], n_fft=0, hop_length=0, win_length=0, wind",
    ),
    (
        "stft",
        SHORT | dict(hop_length=0),
        RuntimeError,
        "stft(torch.FloatTensor[20], n_fft=4, hop_length=0, win_length=4",
    ),
    (
        "stft",
        SHORT | dict(win_length=5),
        RuntimeError,
        "stft(torch.FloatTensor[20], n_fft=4, hop_length=1, win_length=5",
    ),
    (
        "stft",
        SHORT | dict(window=WINDOW[:3]),
        RuntimeError,
        "stft(torch.FloatTensor[20], n_fft=4, hop_length=1, win_len",
    ),
    (
        "stft",
        SHORT | dict(input=f(1, 1, 16)),
        RuntimeError,
        "stft(torch.FloatTensor[1, 1, 20], n_fft=4, hop_length=1, ",
    ),
    (
        "stft",
        SHORT | dict(align_to_window=True),
        RuntimeError,
        "stft align_to_window should only be set when center = ",
    ),
    ("istft", BACK | dict(input=SPECTRUM.real), RuntimeError, "istft requires a complex-valued input tensor matching"),
    (
        "istft",
        BACK | dict(input=SPECTRUM[:2]),
        RuntimeError,
        "istft(CPUComplexFloatType[2, 9], n_fft=4, hop_length=1, ",
    ),
    (
        "istft",
        BACK | dict(hop_length=9),
        RuntimeError,
        "istft(CPUComplexFloatType[3, 9], n_fft=4, hop_length=9, win_le",
    ),
    (
        "istft",
        BACK | dict(window=WINDOW[:3]),
        RuntimeError,
        "istft(CPUComplexFloatType[3, 9], n_fft=4, hop_length=1, w",
    ),
]

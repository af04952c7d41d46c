"""Fourier transforms of short overlapping parts of signals, and signals made of them again."""

import warnings

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import is_floating, tensor_type
from jnet.ops.registry import op
from jnet.ops.spatial.padding import pad

__all__ = ["istft", "stft"]


def _stft_node(ranks, settings):
    return "TransposeBackward0" if ranks[0] == 2 else "SqueezeBackward4"


def _istft_node(ranks, settings):
    return "DivBackward0" if ranks[0] == 3 else "SqueezeBackward1"


@op("input", "window", where=(), out=False, grad_fn=_stft_node)
def stft(
    input,
    n_fft,
    hop_length=None,
    win_length=None,
    window=None,
    center=True,
    pad_mode="reflect",
    normalized=False,
    onesided=None,
    return_complex=None,
    align_to_window=None,
):
    """Return the Fourier transforms of parts of a signal, each `hop_length` after the one before.

    Shape: input (L,) or (B, L); result (B, F, T): F frequencies, n_fft // 2 + 1 if `onesided`, else n_fft, at T times.

    Args:
        n_fft: the length of a part. hop_length: a quarter of it by default.
        win_length: of the window, which is multiplied with each part; shorter ones are put in the middle.
        center: whether part t has its middle at `t * hop_length`; the signal is padded at both ends for it.
        normalized: whether to divide by the root of `n_fft`.
        onesided: whether to leave out the half of the frequencies that tells nothing new; so it is for real signals.
        return_complex: whether to return complex numbers; False gives pairs of real ones.

    Raises:
        RuntimeError: for lengths that do not fit together, other shapes, integers.

    Example:
        >>> stft(jnp.arange(16.0), 4, window=jnp.ones(4), return_complex=True).shape
        (3, 17)

    See: https://docs.pytorch.org/docs/stable/generated/torch.stft.html
    """
    signal = jnp.asarray(input)
    window = None if window is None else jnp.asarray(window)
    if center:
        if align_to_window is not None:
            raise RuntimeError("stft align_to_window should only be set when center = false\nLeave it out.")
        flat = signal.reshape((1,) * (3 - signal.ndim) + signal.shape)
        signal = pad(flat, (n_fft // 2, n_fft // 2), pad_mode).reshape((*signal.shape[:-1], -1))
    hop = n_fft // 4 if hop_length is None else hop_length
    length = n_fft if win_length is None else win_length
    if return_complex is None and not jnp.iscomplexobj(signal) and (window is None or not jnp.iscomplexobj(window)):
        raise RuntimeError(
            "stft requires the return_complex parameter be given for real inputs, and will further require that "
            "return_complex=True in a future PyTorch release.\nSay return_complex=True."
        )
    _check(signal, n_fft, hop, length, window, normalized, onesided, return_complex, align_to_window)
    batch = signal if signal.ndim == 2 else signal[None]
    framed = _framed(batch, n_fft, hop) * _padded(window, n_fft, length, batch.dtype)[None, None]
    if onesided or (onesided is None and not jnp.iscomplexobj(framed)):
        if jnp.iscomplexobj(framed):
            raise RuntimeError("Cannot have onesided output if window or input is complex\nSay onesided=False.")
        spectrum = jnp.fft.rfft(framed, norm="ortho" if normalized else None)
    else:
        spectrum = jnp.fft.fft(framed, norm="ortho" if normalized else None)
    spectrum = spectrum.swapaxes(1, 2)
    spectrum = spectrum if signal.ndim == 2 else spectrum[0]
    return spectrum if return_complex is not False else jnp.stack([spectrum.real, spectrum.imag], -1)


def _check(signal, n_fft, hop, length, window, normalized, onesided, return_complex, align):
    said = (
        f"stft({tensor_type(signal.dtype)}{list(signal.shape)}, n_fft={n_fft}, hop_length={hop}, win_length={length}, "
        f"window={_described(window)}, normalized={int(normalized)}, onesided={_flag(onesided)}, "
        f"return_complex={_flag(return_complex)}, align_to_window={_flag(align)}) : expected"
    )
    if not is_floating(signal):
        raise RuntimeError(f"{said} a tensor of floating point or complex values\nConvert it.")
    if not 1 <= signal.ndim <= 2:
        raise RuntimeError(f"{said} a 1D or 2D tensor\nReshape it.")
    if not 0 < n_fft <= signal.shape[-1]:
        raise RuntimeError(f"{said} 0 < n_fft < {signal.shape[-1]}, but got n_fft={n_fft}\nIt is the length of a part.")
    if hop <= 0:
        raise RuntimeError(f"{said} hop_length > 0, but got hop_length={hop}\nParts follow each other.")
    if not 0 < length <= n_fft:
        raise RuntimeError(f"{said} 0 < win_length <= n_fft, but got win_length={length}\nA window is of a part.")
    if window is not None and window.shape != (length,):
        raise RuntimeError(
            f"{said} a 1D window tensor of size equal to win_length={length}, but got window with size "
            f"{list(window.shape)}\nMake one of that size."
        )


def _flag(value):
    return None if value is None else int(value)


def _described(window):
    return None if window is None else f"{tensor_type(window.dtype)}{{{list(window.shape)}}}"


def _padded(window, n_fft, length, dtype):
    """Return the window, ones by default, in the middle of zeros."""
    window = jnp.ones((length,), dtype) if window is None else window
    before = (n_fft - length) // 2
    return jnp.pad(window, (before, n_fft - length - before))


def _places(count, n_fft, hop):
    """Return where the values of each part stand in the signal."""
    return (jnp.arange(count) * hop)[:, None] + jnp.arange(n_fft)[None]


def _framed(batch, n_fft, hop):
    return jnp.take(batch, _places(1 + (batch.shape[-1] - n_fft) // hop, n_fft, hop), 1)


@op("input", "window", where=(), out=False, grad_fn=_istft_node)
def istft(
    input,
    n_fft,
    hop_length=None,
    win_length=None,
    window=None,
    center=True,
    normalized=False,
    onesided=None,
    length=None,
    return_complex=False,
):
    """Return the signal whose `stft` is closest to the input: parts are added up, and divided by the windows' squares.

    Shape: input (F, T) or (B, F, T), complex; result (L,) or (B, L).

    Args:
        length: of the signal; what is known of it by default. The others are those of `stft`.

    Raises:
        RuntimeError: for lengths that do not fit together, real numbers. Where windows add up to 0 the result is not
            finite here.

    Example:
        >>> spectrum = stft(jnp.arange(16.0), 4, window=jnp.ones(4), return_complex=True)
        >>> jnp.round(istft(spectrum, 4, window=jnp.ones(4)), 4).tolist()[:4]
        [0.0, 1.0, 2.0, 3.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.istft.html
    """
    spectrum = jnp.asarray(input)
    window = None if window is None else jnp.asarray(window)
    hop = n_fft // 4 if hop_length is None else hop_length
    size = n_fft if win_length is None else win_length
    if not jnp.iscomplexobj(spectrum):
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True.\n"
            "torch.view_as_complex makes such of pairs."
        )
    said = (
        f"istft({tensor_type(spectrum.dtype)}{list(spectrum.shape)}, n_fft={n_fft}, hop_length={hop}, "
        f"win_length={size}, window={_described(window)}, center={int(center)}, normalized={int(normalized)}, "
        f"onesided={_flag(onesided)}, length={length}, return_complex={int(return_complex)}) :"
    )
    _check_inverse(said, spectrum, n_fft, hop, size, window, onesided)
    batch = (spectrum if spectrum.ndim == 3 else spectrum[None]).swapaxes(1, 2)
    norm = "ortho" if normalized else None
    if return_complex:
        if onesided or (onesided is None and n_fft // 2 + 1 == batch.shape[2]):
            raise RuntimeError("Cannot have onesided output if window or input is complex\nSay onesided=False.")
        parts = jnp.fft.ifft(batch, norm=norm)
    else:
        parts = jnp.fft.irfft(batch[..., : n_fft // 2 + 1], n_fft, norm=norm)
    weights = _padded(window, n_fft, size, batch.real.dtype)
    return _joined(parts, weights, hop, center, length).reshape((*spectrum.shape[:-2], -1))


def _check_inverse(said, spectrum, n_fft, hop, size, window, onesided):
    if spectrum.size == 0:
        raise RuntimeError(f"{said} input tensor cannot be empty.\nThere is nothing to join.")
    if spectrum.ndim not in (2, 3):
        raise RuntimeError(f"{said} expected a tensor with 3 or 4 dimensions, but got {spectrum.ndim + 1}\nReshape it.")
    expected = n_fft if onesided is False else n_fft // 2 + 1
    if onesided is not None or spectrum.shape[-2] not in (n_fft, expected):
        matched = "n_fft when onesided=False" if onesided is False else "n_fft / 2 + 1 when onesided=True"
        if spectrum.shape[-2] != expected:
            raise RuntimeError(
                f"{said} expected the frequency dimension (3rd to the last) of the input tensor to match {matched}, "
                f"but got {spectrum.shape[-2]}\nGive all frequencies."
            )
    if not 0 < hop <= size:
        raise RuntimeError(f"{said} expected 0 < hop_length <= win_length\nParts have to meet.")
    if not 0 < size <= n_fft:
        raise RuntimeError(f"{said} expected 0 < win_length <= n_fft\nA window is of a part.")
    if window is not None and window.shape != (size,):
        raise RuntimeError(
            f"{said} Invalid window shape. window has to be 1D and length of `win_length`\nMake one of that size."
        )


def _joined(parts, weights, hop, center, length):
    """Return the sums of overlapping parts (B, T, n), weighted, over those of the squared weights."""
    count, n_fft = parts.shape[1:]
    full = n_fft + hop * (count - 1)
    places = _places(count, n_fft, hop)
    summed = jnp.zeros((parts.shape[0], full), jnp.result_type(parts.dtype, weights.dtype))
    summed = summed.at[:, places].add(parts * weights[None, None])
    squares = jnp.broadcast_to(weights[None] ** 2, (count, n_fft))  # of a complex window, too, as PyTorch has it
    envelope = jnp.zeros((full,), weights.dtype).at[places].add(squares)
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else full - n_fft // 2 if center else full
    result = lax.slice_in_dim(summed, start, min(end, full), axis=1) / envelope[None, start : min(end, full)]
    if end > full:
        warnings.warn(
            "The length of signal is shorter than the length parameter. Result is being padded with zeros in the tail. "
            "Please check your center and hop_length settings.",
            UserWarning,
            stacklevel=2,
        )
        result = jnp.pad(result, ((0, 0), (0, end - full)))
    return result


def envelope_vanishes(window, n_fft, hop, size, count, center, length) -> bool:
    """Tell whether windows, NumPy's, add up to nothing somewhere in the signal that `istft` makes of `count` parts."""
    before, full = (n_fft - size) // 2, n_fft + hop * (count - 1)
    squares = np.pad(window**2, (before, n_fft - size - before))
    envelope = np.zeros(full, squares.dtype)
    for part in range(count):
        envelope[part * hop : part * hop + n_fft] += squares
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else full - n_fft // 2 if center else full
    return not bool((abs(envelope[start:end]) > 1e-11).all()) and not np.isnan(envelope).any()

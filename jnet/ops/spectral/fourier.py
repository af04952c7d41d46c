"""Discrete Fourier transforms over one, two or all dimensions: of complex numbers, of real ones, of Hermitian ones.

`backward` puts the factor 1/n on the inverse transform, `forward` on the other, `ortho` its root on both. Names begin
with `fft_` here, where all ops share one table; `torch.fft` has them without.

See: https://docs.pytorch.org/docs/stable/fft.html
"""

from __future__ import annotations

import jax.numpy as jnp

from jnet.ops.checks import as_floating, axis, dtype_name
from jnet.ops.registry import op

# What the inverse of a transform scales by: a Hermitian transform is the inverse one of the conjugate.
_OTHER = {"backward": "forward", "ortho": "ortho", "forward": "backward"}
_WHAT = {
    "fft": "the Fourier transform",
    "ifft": "the inverse Fourier transform",
    "rfft": "the half of the Fourier transform of real numbers that tells the rest",
    "irfft": "the real numbers whose `rfft` is the input",
    "hfft": "the Fourier transform, which is real, of numbers of which the input is the half that tells the rest",
    "ihfft": "the half that tells the rest of the inverse Fourier transform of real numbers",
}


def _norm(norm: str | None) -> str:
    norm = norm or "backward"
    if norm not in _OTHER:
        raise RuntimeError(f'Invalid normalization mode: "{norm}"\nThere are "backward", "ortho" and "forward".')
    return norm


def _floating(input, name: str):
    """Return the input as floating or complex numbers; real ones where the transform is of real ones."""
    input = jnp.asarray(input)
    if input.dtype in (jnp.float16, jnp.bfloat16):
        raise RuntimeError(f"Unsupported dtype {dtype_name(input.dtype)}\nFourier transforms take float32 and float64.")
    if name.removesuffix("2").removesuffix("n") in ("rfft", "ihfft") and jnp.iscomplexobj(input):
        real = "a real-valued" if name.endswith("n") else "a real"
        raise RuntimeError(f"{name} expects {real} input tensor, but got {dtype_name(input.dtype)}")
    return input if jnp.iscomplexobj(input) else as_floating(input)


def _check_size(n: int) -> None:
    if n < 1:
        raise RuntimeError(f"Invalid number of data points ({n}) specified")


def _transform(kind: str, input, s: tuple[int, ...], dims: tuple[int, ...], norm: str):
    """Return a transform over `dims`, padded with zeros or cut to the sizes `s` (of the result, where it is real)."""
    if kind == "hfft":
        return _transform("irfft", input.conj(), s, dims, _OTHER[norm])
    if kind == "ihfft":
        return _transform("rfft", input, s, dims, _OTHER[norm]).conj()
    if not dims:
        return input if kind == "irfft" else input.astype(jnp.result_type(input.dtype, jnp.complex64))
    return getattr(jnp.fft, f"{kind}n")(input, s, dims, norm)


def _declare_one(kind: str) -> None:
    def transform(input, n=None, dim=-1, norm=None):
        norm, input = _norm(norm), _floating(input, kind)
        if input.ndim == 0:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        dim = axis(dim, input.ndim, kind)
        if n is None:
            n = 2 * (input.shape[dim] - 1) if kind in ("irfft", "hfft") else input.shape[dim]
        _check_size(n)
        return _transform(kind, input, (n,), (dim,), norm)

    _named(transform, f"fft_{kind}", f"Return {_WHAT[kind]} along `dim`, of which `n` values are taken.")


def _declare_several(kind: str, suffix: str) -> None:
    name, last = f"{kind}{suffix}", (-2, -1) if suffix == "2" else None

    def transform(input, s=None, dim=last, norm=None):
        norm, input = _norm(norm), _floating(input, name)
        s, dims = _sizes(name, input, s, dim)
        if kind in ("irfft", "hfft") and dims and s[-1] is None:
            s = (*s[:-1], 2 * (input.shape[dims[-1]] - 1))
        sizes = tuple([input.shape[d] if n is None else n for n, d in zip(s, dims, strict=True)])
        for n in sizes:
            _check_size(n)
        return _transform(kind, input, sizes, dims, norm)

    over = "the last two dimensions" if suffix == "2" else "all dimensions, unless `dim` says which"
    _named(transform, f"fft_{name}", f"Return {_WHAT[kind]} over {over}; `s` are the sizes to pad or cut to.")


def _sizes(name: str, input, s, dim) -> tuple[tuple[int | None, ...], tuple[int, ...]]:
    """Return the sizes, None where the input's own is meant, and the dimensions."""
    if dim is None:
        if s is not None and len(s) > input.ndim:
            raise RuntimeError(
                f"Got shape with {len(s)} values but input tensor only has {input.ndim} dimensions.\n"
                f"{name}() transforms the last dimensions."
            )
        dim = range(input.ndim) if s is None else range(input.ndim - len(s), input.ndim)
    dims = tuple([axis(d, input.ndim, name) for d in ((dim,) if isinstance(dim, int) else dim)])
    if len(set(dims)) != len(dims):
        raise RuntimeError("FFT dims must be unique")
    s = (s,) if isinstance(s, int) else s
    if s is not None and len(s) != len(dims):
        raise RuntimeError("When given, dim and shape arguments must have the same length")
    return (None,) * len(dims) if s is None else tuple([None if n == -1 else n for n in s]), dims


def _named(function, name: str, doc: str) -> None:
    """Declare the op of this name."""
    function.__name__ = function.__qualname__ = name
    short = name.removeprefix("fft_")
    function.__doc__ = f"{doc}\n\nSee: https://docs.pytorch.org/docs/stable/generated/torch.fft.{short}.html"
    kind = "R2C" if short.startswith("rfft") else "C2R" if short.startswith(("irfft", "hfft")) else "C2C"
    globals()[name] = op("input", where=("fft",), grad_fn=f"Fft{kind}Backward0", saves="nothing")(function)


for _kind in _WHAT:
    _declare_one(_kind)
    for _suffix in ("2", "n"):
        _declare_several(_kind, _suffix)

__all__ = [name for name in globals() if name.startswith("fft_")]  # pyright: ignore[reportUnsupportedDunderAll]

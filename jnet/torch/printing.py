"""The text of tensors, PyTorch's to the letter: `tensor([[1., 2.]], grad_fn=<AddBackward0>)`.

The numbers of one tensor share a format, chosen by their magnitudes, and a width. A tensor of more than `threshold`
elements shows the `edgeitems` at both ends of each dimension, and only those are looked at.
"""

import contextlib
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from jnet.torch.dtypes import bool_, device, dtype, get_default_dtype, int64


@dataclass
class Options:
    """What `set_printoptions` sets; its arguments say what each means."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


OPTIONS = Options()

_PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors print; what is None stays as it is, or as `profile` has it, but for `sci_mode`.

    Args:
        precision: digits after the point.
        threshold: tensors of more elements are abridged.
        edgeitems: how many elements an abridged tensor shows at both ends of a dimension.
        linewidth: longest line, in characters.
        profile: "default", "short" (two digits, two elements) or "full" (everything).
        sci_mode: whether to write powers of ten; None lets the numbers decide.

    Example:
        >>> set_printoptions(precision=2)
        >>> format_tensor(np.float32([1.12345]))
        'tensor([1.12])'
        >>> set_printoptions(profile="default")

    See: https://docs.pytorch.org/docs/stable/generated/torch.set_printoptions.html
    """
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    values = {**_PROFILES.get(profile or "", {}), **{name: value for name, value in given.items() if value is not None}}
    for name, value in values.items():
        setattr(OPTIONS, name, value)
    OPTIONS.sci_mode = sci_mode


def get_printoptions() -> dict:
    """Return what is set, as the arguments of `set_printoptions`.

    Example:
        >>> get_printoptions()["edgeitems"]
        3
    """
    return asdict(OPTIONS)


@contextlib.contextmanager
def printoptions(**options) -> Iterator[None]:
    """Set print options for a while; the arguments are those of `set_printoptions`.

    Example:
        >>> with printoptions(sci_mode=True, precision=1):
        ...     format_tensor(np.float32([1.12345]))
        'tensor([1.1e+00])'
    """
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


def format_tensor(
    array: np.ndarray,
    *,
    place: device | None = None,
    grad_fn: str | None = None,
    requires_grad: bool = False,
    tangent: str | None = None,
    name: str = "tensor",
) -> str:
    """Return the text of a tensor of these values; size, dtype and place stand there only where they need to.

    Args:
        array: the values; its dtype decides whether `dtype=` is shown.
        place: where the tensor lies; shown unless it is the CPU.
        grad_fn: name of the node that made it.
        requires_grad: shown if no node made it.
        tangent: text of the tangent of a dual tensor.
        name: what stands before the bracket, for classes of one's own.

    Example:
        >>> print(format_tensor(np.float32([[1, 2], [3, 4.5]]), grad_fn="AddBackward0"))
        tensor([[1.0000, 2.0000],
                [3.0000, 4.5000]], grad_fn=<AddBackward0>)
    """
    kind = dtype.from_numpy(array.dtype)
    suffixes = []
    if place is not None and place.type != "cpu":
        suffixes.append(f"device='{place}'")
    if not OPTIONS.edgeitems if array.size else array.ndim != 1:
        suffixes.append(f"size={array.shape}")
    if not _is_plain(kind, bool(array.size)):
        suffixes.append(f"dtype={kind}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    if tangent is not None:
        suffixes.append(f"tangent={tangent}")
    indent = len(name) + 1
    return _with_suffixes(f"{name}({format_values(array, indent)}", suffixes, indent)


def format_values(array: np.ndarray, indent: int = 0) -> str:
    """Return the values in brackets; lines after the first are indented, and no line is longer than `linewidth`.

    Example:
        >>> format_values(np.arange(2000))
        '[   0,    1,    2,  ..., 1997, 1998, 1999]'
    """
    if array.size == 0:
        return "[]"
    gaps = (False,) * array.ndim
    if array.size > OPTIONS.threshold and array.ndim:
        if not OPTIONS.edgeitems:
            return "[...]"
        array, gaps = _abridged(array)
    texts, width = _texts(array.ravel())
    if not array.ndim:
        return texts[0]
    per_line = max(1, math.floor((OPTIONS.linewidth - indent - array.ndim + 1) / (width + 2)))
    return _nested(iter(texts), array.shape, gaps, indent, per_line)


def format_elements(array: np.ndarray) -> list[str]:
    """Return the text of each element, row by row, in the one format that they share.

    Example:
        >>> format_elements(np.float32([[1, 2.5]]))
        ['1.0000', '2.5000']
    """
    return [text.strip() for text in _texts(array.ravel())[0]] if array.size else []


def _is_plain(kind: dtype, known: bool) -> bool:
    """Tell whether a text without `dtype=` stands for `kind`: the default, or what elements show, if any are known."""
    default = get_default_dtype()
    if kind is default:
        return True
    complex_default = "complex128" if default._name == "float64" else "complex64"
    return known and (kind is int64 or kind is bool_ or kind._name == complex_default)


def _abridged(array: np.ndarray) -> tuple[np.ndarray, tuple[bool, ...]]:
    """Return the elements at the ends of each dimension, and which dimensions have lost others."""
    edge = OPTIONS.edgeitems
    gaps = tuple(size > 2 * edge for size in array.shape)
    places = [
        np.concatenate([np.arange(edge), np.arange(size - edge, size)]) if gap else np.arange(size)
        for size, gap in zip(array.shape, gaps, strict=True)
    ]
    return array[np.ix_(*places)], gaps


# -- numbers -----------------------------------------------------------------------------------------------------------


def _texts(values: np.ndarray) -> tuple[list[str], int]:
    """Return the texts of the elements, and the width that each takes."""
    kind = values.dtype.kind
    if kind == "c":
        return _complexes(values)
    if kind in "biu":
        texts = [str(value) for value in values.tolist()]
        width = max(map(len, texts))
    else:
        texts, width = _floats(values.astype(np.float64).tolist())
    return [text.rjust(width) for text in texts], width


def _floats(values: list[float]) -> tuple[list[str], int]:
    """Return the texts of real numbers, in one format, and the width of the finite ones that are not 0.

    PyTorch leaves the others out when it measures, so that `nan` may stick out of its column.
    """
    counted = [abs(value) for value in values if value and math.isfinite(value)]
    if not counted:
        return [_whole(value) for value in values], 1
    low, high = min(counted), max(counted)
    powers = OPTIONS.sci_mode
    if powers is None:
        powers = high / low > 1000.0 or high > 1.0e8 or low < 1.0e-4
    if not powers and all(value.is_integer() for value in counted):
        texts = [_whole(value) for value in values]
    else:
        style = f".{OPTIONS.precision}{'e' if powers else 'f'}"
        texts = [format(value, style) for value in values]
    return texts, max(len(text) for text, value in zip(texts, values, strict=True) if value and math.isfinite(value))


def _whole(value: float) -> str:
    """Return the text of a whole number, with the point that tells it from an integer."""
    return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"


def _complexes(values: np.ndarray) -> tuple[list[str], int]:
    """Return the texts of complex numbers, whose parts have formats of their own, and the width that each takes."""
    (reals, left), (imaginaries, right) = (
        _floats(part.astype(np.float64).tolist()) for part in (np.real(values), np.imag(values))
    )
    texts = [
        f"{real.rjust(left)}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
        for real, imaginary in zip(reals, imaginaries, strict=True)
    ]
    return texts, left + right + 1


# -- lines -------------------------------------------------------------------------------------------------------------


def _nested(texts: Iterator[str], shape: tuple[int, ...], gaps: tuple[bool, ...], indent: int, per_line: int) -> str:
    """Return the next elements of this shape in brackets, with dots in the middle of dimensions that have gaps."""
    if len(shape) == 1:
        parts = [next(texts) for _ in range(shape[0])]
        between = ", "
    else:
        parts = [_nested(texts, shape[1:], gaps[1:], indent + 1, per_line) for _ in range(shape[0])]
        between, per_line = "", 1
    if gaps[0]:
        parts.insert(shape[0] // 2, " ..." if between else "...")
    lines = [between.join(parts[start : start + per_line]) for start in range(0, len(parts), per_line)]
    return "[" + ("," + "\n" * max(1, len(shape) - 1) + " " * (indent + 1)).join(lines) + "]"


def _with_suffixes(text: str, suffixes: list[str], indent: int) -> str:
    """Return the text with its suffixes, on new lines where they would not fit, and the closing bracket."""
    length = len(text) - text.rfind("\n") + 1  # one more than there is: so PyTorch counts
    for suffix in suffixes:
        if length + len(suffix) + 2 > OPTIONS.linewidth:
            text += ",\n" + " " * indent + suffix
            length = indent + len(suffix)
        else:
            text += ", " + suffix
            length += len(suffix) + 2
    return text + ")"

"""`torch.testing`: are tensors, numbers, and what holds them, equal up to roundings?"""

from __future__ import annotations

import cmath
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from jnet.torch.tensor import Tensor, numpy_of

# (rtol, atol) by dtype; integers and booleans must be equal.
_TOLERANCES = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
}
_NUMBERS = (bool, int, float, complex)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raise an AssertionError unless `|actual - expected| <= atol + rtol * |expected|` everywhere.

    Args:
        actual, expected: tensors, numbers, arrays of NumPy's, or sequences and mappings of them.
        rtol, atol: by default those of the dtype: 1.3e-6 and 1e-5 for float32.
        equal_nan: whether nan equals nan.
        check_device, check_dtype, check_stride: whether these must be equal too.
        msg: the message of the error, or a function that makes it of the one that there would be.

    Raises:
        TypeError: if the two are of types that cannot be compared.
        ValueError: if just one of the tolerances is given.

    Example:
        >>> import jnet.torch as torch
        >>> torch.testing.assert_close(torch.tensor([0.1]) + 0.2, torch.tensor([0.3]))

    See: https://docs.pytorch.org/docs/stable/testing.html#torch.testing.assert_close
    """
    if (rtol is None) != (atol is None):
        lacking = "atol" if atol is None else "rtol"
        raise ValueError(f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {lacking}.")
    checks = {"device": check_device, "dtype": check_dtype, "stride": check_stride}
    for place, left, right in _pairs(actual, expected, ()):
        problem = _problem(left, right, rtol, atol, equal_nan, checks)
        if problem:
            if place:
                problem += f"\n\nThe failure occurred for item {''.join(f'[{each!r}]' for each in place)}"
            raise AssertionError(msg(problem) if callable(msg) else msg or problem)


def _pairs(actual, expected, place: tuple):
    """Yield what is to be compared: (where, actual, expected)."""
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        lacking, additional = expected.keys() - actual.keys(), actual.keys() - expected.keys()
        if lacking or additional:
            raise AssertionError(
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(lacking)}\n"
                f"Additional keys in the actual mapping: {sorted(additional)}"
            )
        for key in actual:
            yield from _pairs(actual[key], expected[key], (*place, key))
    elif _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            raise AssertionError(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}")
        for i, (left, right) in enumerate(zip(actual, expected, strict=True)):
            yield from _pairs(left, right, (*place, i))
    else:
        yield place, actual, expected


def _is_sequence(value) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _problem(actual, expected, rtol, atol, equal_nan: bool, checks: dict[str, bool]) -> str | None:
    """Return in what two values differ, if they do."""
    if actual is None or expected is None:
        return None if actual is expected else f"None mismatch: {actual} is not {expected}"
    if isinstance(actual, bool | np.bool_) and isinstance(expected, bool | np.bool_):
        return None if actual == expected else f"Booleans mismatch: {actual} is not {expected}"
    if isinstance(actual, _NUMBERS) and isinstance(expected, _NUMBERS):
        return _problem_of_numbers(
            actual, expected, *_tolerances(rtol, atol, _kind(actual), _kind(expected)), equal_nan
        )
    if isinstance(actual, Tensor) and isinstance(expected, Tensor):
        found = _problem_of_attributes(actual, expected, checks)
        arrays = (numpy_of(actual), numpy_of(expected))
    elif isinstance(actual, np.ndarray) and isinstance(expected, np.ndarray):
        arrays = (actual, expected)
        found = None
        for name in ("shape", "dtype"):
            if getattr(actual, name) != getattr(expected, name) and (name == "shape" or checks["dtype"]):
                found = (
                    f"The values for attribute '{name}' do not match: {getattr(actual, name)} != "
                    f"{getattr(expected, name)}."
                )
                break
    else:
        raise TypeError(
            f"No comparison pair was able to handle inputs of type {_shown(type(actual))} and {_shown(type(expected))}."
        )
    if found:
        return found
    tolerances = _tolerances(rtol, atol, arrays[0].dtype.name, arrays[1].dtype.name)
    return _problem_of_arrays(*arrays, *tolerances, equal_nan)


def _shown(kind: type) -> str:
    return "<class 'torch.Tensor'>" if kind is Tensor else str(kind)


def _kind(number) -> str:
    return "complex128" if isinstance(number, complex) else "float64" if isinstance(number, float) else "int64"


def _tolerances(rtol, atol, *names: str) -> tuple[float, float]:
    """Return the tolerances given, or the widest of the dtypes."""
    if rtol is not None:
        return rtol, atol
    pairs = [_TOLERANCES.get(name, (0.0, 0.0)) for name in names]
    return max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)


def _problem_of_attributes(actual: Tensor, expected: Tensor, checks: dict[str, bool]) -> str | None:
    pairs: list[tuple[str, object, object]] = [("shape", actual.shape, expected.shape)]
    if checks["device"]:
        pairs.append(("device", actual.device, expected.device))
    if checks["dtype"]:
        pairs.append(("dtype", actual.dtype, expected.dtype))
    if checks["stride"]:
        pairs.append(("stride()", actual.stride(), expected.stride()))
    for name, left, right in pairs:
        if left != right:
            return f"The values for attribute '{name}' do not match: {left} != {right}."
    return None


def _problem_of_numbers(actual, expected, rtol: float, atol: float, equal_nan: bool) -> str | None:
    if actual == expected or (equal_nan and cmath.isnan(actual) and cmath.isnan(expected)):
        return None
    difference = abs(actual - expected)
    if cmath.isfinite(actual) and cmath.isfinite(expected) and difference <= atol + rtol * abs(expected):
        return None
    return _report_of_numbers(actual, expected, rtol, atol)


def _report_of_numbers(actual, expected, rtol: float, atol: float) -> str:
    exact = rtol == atol == 0
    difference = abs(actual - expected)
    relative = difference / abs(expected) if expected else float("inf")
    bounds = ("", "") if exact else (f" (up to {atol} allowed)", f" (up to {rtol} allowed)")
    return (
        f"Scalars are not {'equal' if exact else 'close'}!\n\nExpected {expected} but got {actual}.\n"
        f"Absolute difference: {difference}{bounds[0]}\nRelative difference: {relative}{bounds[1]}"
    )


def _problem_of_arrays(actual, expected, rtol: float, atol: float, equal_nan: bool) -> str | None:
    kind = np.result_type(actual.dtype, expected.dtype)
    if kind.kind not in "biufc":  # bfloat16, of which NumPy's functions know little
        kind = np.dtype("float32")
    actual, expected = actual.astype(kind), expected.astype(kind)
    wrong = ~np.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan)
    if not wrong.any():
        return None
    if actual.ndim == 0:
        return _report_of_numbers(actual.item(), expected.item(), rtol, atol)
    exact = rtol == atol == 0
    if kind.kind in "bui":
        actual, expected = actual.astype(np.int64), expected.astype(np.int64)
    difference = np.abs(actual - expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = difference / np.abs(expected).astype(np.float32 if kind.kind in "bui" else kind)
    # What is close does not count; it may be nan.
    difference, relative = (np.where(wrong, each, each.dtype.type(0)) for each in (difference, relative))
    lines = [f"Mismatched elements: {wrong.sum()} / {wrong.size} ({wrong.mean():.1%})"]
    for name, values, bound in (("absolute", difference, atol), ("relative", relative, rtol)):
        place = np.unravel_index(np.argmax(values), values.shape)
        allowed = "" if exact else f" (up to {bound} allowed)"
        lines.append(f"Greatest {name} difference: {values[place].item()} at index {_place(place)}{allowed}")
    return f"Tensor-likes are not {'equal' if exact else 'close'}!\n\n" + "\n".join(lines)


def _place(place: tuple) -> tuple[int, ...]:
    return tuple(int(each) for each in place)

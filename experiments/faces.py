"""One lesson told twice: in PyTorch's words on jnet.torch, and in pure JAX; both must find the same values.

A face is a function that returns a dict of what it found. The first takes the module that it knows as `torch`, so the
very same lines run on jnet.torch, and on PyTorch where somebody wants to see that, too.
"""

import inspect
import re
import textwrap
import typing

import numpy as np

Found = dict[str, typing.Any]


def compare(
    in_torch: typing.Callable[..., Found],
    in_jax: typing.Callable[..., Found],
    given: Found,
    notes: dict[str, str],
    pytorch: Found,
    within: float,
    reference: typing.Any = None,
) -> list[dict]:
    """Run both faces and return a row for each value that they found.

    Args:
        given: keyword arguments of both.
        notes: what the notes print, as text, by name.
        pytorch: what PyTorch 2.13 finds, by name.
        within: the largest difference allowed, relative to the larger of 1 and the largest of the values compared.
        reference: PyTorch itself, to run the first face once more; what it finds then takes the place of `pytorch`.

    Raises:
        ValueError: if the faces do not find values of the same names.
    """
    import jnet.torch

    first, second = _plain(in_torch(jnet.torch, **given)), _plain(in_jax(**given))
    if first.keys() != second.keys():
        raise ValueError(f"one face finds {sorted(first)}, the other {sorted(second)}")
    for name in (notes | pytorch).keys() - first.keys():
        raise ValueError(f"no face finds {name!r}; they find {sorted(first)}")
    seen = _plain(pytorch if reference is None else in_torch(reference, **given))
    rows = []
    for name, value in first.items():
        row = {"name": name, "notes": notes.get(name), "pytorch": seen.get(name)}
        others = [row["pytorch"], second[name]]
        agree = all(same(value, other, within) for other in others if other is not None)
        printed = row["notes"] is None or as_printed(value, row["notes"])
        rows.append(row | {"torch": value, "jax": second[name], "passed": agree and printed})
    return rows


def same(value, other, within: float) -> bool:
    """Return whether two values agree: numbers to `within`, relative to the larger of 1 and the largest; text exactly."""
    if isinstance(value, str) or isinstance(other, str):
        return value == other
    value, other = np.asarray(value, np.complex128), np.asarray(other, np.complex128)
    if value.shape != other.shape:
        return False
    finite = np.abs(other)[np.isfinite(other)]
    return np.allclose(value, other, rtol=0, atol=within * max(1.0, finite.max(initial=0)), equal_nan=True)


def as_printed(value, printed: str) -> bool:
    """Return whether a value is what was printed, in all digits: 0.6730 stands for what lies in 0.67295 to 0.67305."""
    if isinstance(value, str):
        return value == printed
    texts = _NUMBER.findall(printed)
    numbers = np.asarray(value, np.float64).ravel()
    return len(texts) == len(numbers) and all(map(_rounds_to, numbers, texts))


_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf)", re.IGNORECASE)


def _rounds_to(number: float, text: str) -> bool:
    digits, _, exponent = text.lower().partition("e")
    last = 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))  # the unit of the last digit printed
    return np.isclose(number, float(text), rtol=1e-9, atol=0.5001 * last, equal_nan=True)


def code(function: typing.Callable) -> str:
    """Return the source of a face, without its docstring and decorators."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("def "))
    text = "\n".join(lines[start:])
    return text.replace(f'    """{function.__doc__}"""\n', "", 1) if function.__doc__ else text


def _plain(found: Found) -> Found:
    return {name: _as_python(value) for name, value in found.items()}


def _as_python(value):
    """Return tensors and arrays as (lists of) Python's numbers; text as it is."""
    if isinstance(value, str | bool | int | float | complex) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_as_python(each) for each in value]
    return value.tolist() if hasattr(value, "tolist") else np.asarray(value).tolist()

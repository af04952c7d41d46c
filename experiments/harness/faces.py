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
    in_jax: typing.Callable[..., Found] | None,
    given: Found,
    notes: dict[str, str],
    pytorch: Found,
    within: float,
    reference: typing.Any = None,
) -> list[dict]:
    """Run both faces and return a row for each value that they found.

    Args:
        in_jax: None where JAX has nothing of the kind; what the first finds is then compared with PyTorch alone.
        given: keyword arguments of both.
        notes: what the notes print, as text, by name.
        pytorch: what PyTorch 2.13 finds, by name.
        within: the largest difference allowed, relative to the larger of 1 and the largest of the values compared.
        reference: PyTorch itself, to run the first face once more; what it finds then takes the place of `pytorch`.

    Raises:
        ValueError: if the faces do not find values of the same names.
    """
    import jnet.torch

    first = _plain(in_torch(jnet.torch, **given))
    second = _plain(in_jax(**given)) if in_jax else {}
    if in_jax and first.keys() != second.keys():
        raise ValueError(f"one face finds {sorted(first)}, the other {sorted(second)}")
    for name in (notes | pytorch).keys() - first.keys():
        raise ValueError(f"no face finds {name!r}; they find {sorted(first)}")
    seen = _plain(pytorch if reference is None else in_torch(reference, **given))
    rows = []
    for name, value in first.items():
        row = {"name": name, "notes": notes.get(name), "pytorch": seen.get(name)}
        others = [face[name] for face in (second, seen) if name in face]
        agree = all(same(value, other, within) for other in others)
        printed = row["notes"] is None or as_printed(value, row["notes"])
        rows.append(row | {"torch": value, "jax": second.get(name), "passed": agree and printed})
    return rows


def same(value, other, within: float) -> bool:
    """Return whether two values agree: numbers to `within`, relative to the larger of 1 and the largest; text exactly.

    Lists agree if they are nested alike and what is in them agrees.
    """
    if _structure(value) != _structure(other):
        return False
    pairs = list(zip(leaves(value), leaves(other), strict=True))
    texts = [one == two for one, two in pairs if isinstance(one, str)]
    numbers = np.array([pair for pair in pairs if not isinstance(pair[0], str)], np.complex128).reshape(-1, 2)
    finite = np.abs(numbers[:, 1])[np.isfinite(numbers[:, 1])]
    near = np.allclose(*numbers.T, rtol=0, atol=within * max(1.0, finite.max(initial=0)), equal_nan=True)
    return all(texts) and near


def as_printed(value, printed: str) -> bool:
    """Return whether a value is what was printed, in all digits: 0.6730 is what lies between 0.67295 and 0.67305."""
    found = list(leaves(value))
    if any(isinstance(each, str) for each in found):
        return ", ".join(map(str, found)) == printed
    texts = _NUMBER.findall(printed)
    return len(texts) == len(found) and all(map(_rounds_to, found, texts))


def _structure(value):
    """Return the nesting of lists, with the kind of what is in them: True for text."""
    return [_structure(each) for each in value] if isinstance(value, list) else isinstance(value, str)


def leaves(value) -> typing.Iterator:
    """Yield what is in a list, and in the lists in it; anything else as it is."""
    if isinstance(value, list):
        for each in value:
            yield from leaves(each)
    else:
        yield value


_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf)", re.IGNORECASE)


def _rounds_to(number: float, text: str) -> bool:
    digits, _, exponent = text.lower().partition("e")
    decimals = len(digits.partition(".")[2])
    last = 10.0 ** (int(exponent or 0) - decimals) if decimals else 0.0  # the unit of the last digit; 3. is three
    return bool(np.isclose(number, float(text), rtol=1e-9, atol=0.5001 * last, equal_nan=True))


def code(function: typing.Callable) -> str:
    """Return the source of a face, without its docstring, decorators and words to linters."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("def "))
    text = "\n".join(_NOQA.sub(lambda match: "  # " if match[1] else "", line) for line in lines[start:])
    return text.replace(f'    """{function.__doc__}"""\n', "", 1) if function.__doc__ else text


_NOQA = re.compile(r"\s+# noqa(?:: [A-Z]+\d+(?:, [A-Z]+\d+)*)?( - )?")


def _plain(found: Found) -> Found:
    return {name: _as_python(value) for name, value in found.items()}


def _as_python(value):
    """Return tensors and arrays as (lists of) Python's numbers; text as it is."""
    if isinstance(value, str | bool | int | float | complex):
        return value
    if value is None:
        return "None"
    if isinstance(value, list | tuple):
        return [_as_python(each) for each in value]
    return value.tolist() if hasattr(value, "tolist") else np.asarray(value).tolist()

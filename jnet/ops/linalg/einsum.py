"""Sums of products over dimensions that an equation names."""

import collections
import string

import jax
import jax.numpy as jnp

from jnet.ops.linalg.products import different_scalar_types, no_bool
from jnet.ops.registry import op

__all__ = ["einsum"]


def _einsum_node(ranks, settings):
    left, arrow, output = settings["equation"].replace(" ", "").partition("->")
    terms, letters = left.split(","), set(left) - set(",.")
    kept = set(output) if arrow else {each for each in letters if left.count(each) == 1}
    summed = letters - kept
    if len(terms) == 1:
        return "SumBackward1" if summed or (arrow and "." in left and "." not in output) else "PermuteBackward0"
    shared = any(sum(each in term for term in terms) > 1 for each in summed)
    return "ViewBackward0" if shared else "MulBackward0"


@op("*operands", where=("torch",), out=False, grad_fn=_einsum_node)
def einsum(operands, equation):
    """Multiply arrays and sum over dimensions, as the equation names these: "ij,jk->ik" is the matrix product.

    Args:
        equation: a letter for each dimension, commas between operands; `...` stands for dimensions that broadcast.
            Without an arrow the result has the letters that occur once, in alphabetical order.

    Raises:
        RuntimeError: where the equation and the operands do not fit, and for dtypes that differ.

    Example:
        >>> einsum([jnp.array([1, 2]), jnp.array([3, 4])], "i,i").item()
        11

    See: https://pytorch.org/docs/stable/generated/torch.einsum.html
    """
    operands = [jnp.asarray(each) for each in operands]
    inputs, output = _parsed(equation, [each.ndim for each in operands])
    sizes = _sizes(inputs, operands)
    counts = collections.Counter(label for labels in inputs for label in set(labels))
    summed = counts.keys() - set(output)
    contracted = any(counts[label] > 1 for label in summed)
    dtype = jnp.result_type(*(each.dtype for each in operands))
    if contracted:
        for each in operands[1:]:
            if each.dtype != operands[0].dtype:
                raise different_scalar_types(operands[0], each)
        no_bool(operands[0], "bmm")
    elif not jnp.issubdtype(dtype, jnp.inexact):
        # Integers that are only multiplied keep their dtype; those that are only added up become wide.
        operands, dtype = [each.astype(int) for each in operands], int if summed else dtype
    given = []
    for each, labels in zip(operands, inputs, strict=True):
        given += [jnp.broadcast_to(each, [sizes[label] for label in labels]), [_number(label) for label in labels]]
    result = jnp.einsum(*given, [_number(label) for label in output], precision=jax.lax.Precision.HIGHEST)
    return result.astype(dtype)


def _number(label) -> int:
    """Return a label as jnp.einsum takes it: letters first, then the dimensions of the ellipsis, from the last one."""
    return len(string.ascii_letters) + label if isinstance(label, int) else string.ascii_letters.index(label)


def _parsed(equation, ranks):
    """Return the labels of each operand's dimensions and those of the result.

    Labels are letters, and integers for what an ellipsis stands for: 0 its last dimension, 1 the one before, and so on.
    """
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        fewer = "fewer" if len(ranks) < len(terms) else "more"
        raise RuntimeError(
            f"einsum(): {fewer} operands were provided than specified in the equation\n{equation!r} names "
            f"{len(terms)}, and there are {len(ranks)}."
        )
    start, inputs = 0, []
    for operand, (term, rank) in enumerate(zip(terms, ranks, strict=True)):
        inputs.append(_filled(_letters(term, start, f"operand {operand}"), rank, operand))
        start += len(term) + 1
    rest = sorted({label for labels in inputs for label in labels if isinstance(label, int)}, reverse=True)
    if not arrow:
        seen = collections.Counter(label for labels in inputs for label in labels if isinstance(label, str))
        return inputs, [*rest, *sorted(label for label, times in seen.items() if times == 1)]
    output = []
    for letter in _letters(right, len(left) + 2, "output"):
        output += rest if letter == "..." else [letter]
        if output.count(letter) > 1:
            raise RuntimeError(
                f"einsum(): output subscript {letter} appears more than once in the output\n{equation!r}"
            )
        if letter != "..." and not any(letter in labels for labels in inputs):
            raise RuntimeError(
                f"einsum(): output subscript {letter} does not appear in the equation for any input operand\n"
                f"{equation!r}"
            )
    return inputs, output


def _letters(term, start, owner):
    """Return the letters of one term of an equation, an ellipsis as one of them."""
    letters, position, remark = [], 0, " (...)" if owner == "output" else ""
    while position < len(term):
        letter = term[position]
        if letter == ".":
            if "..." in letters:
                word = "but an ellipsis (...) was" if remark else "for which an ellipsis was"
                raise RuntimeError(f"einsum(): found '.' for {owner} {word} already found\nOne is enough.")
            letter = term[position : position + 3]
            if letter != "...":
                raise RuntimeError(
                    f"einsum(): found '.' for {owner} that is not part of any ellipsis{remark}\nIt has three dots."
                )
        elif letter != " " and letter not in string.ascii_letters:
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {start + position} in the equation string, subscripts "
                f"must be in [a-zA-Z]\nIt is {letter!r}."
            )
        letters += [letter] if letter != " " else []
        position += len(letter)
    return letters


def _filled(letters, rank, operand):
    """Return one label a dimension: the ellipsis becomes integers."""
    named = len(letters) - ("..." in letters)
    if "..." in letters and named <= rank:
        at = letters.index("...")
        return [*letters[:at], *reversed(range(rank - named)), *letters[at + 1 :]]
    if "..." in letters or named != rank:
        problem = "is more than" if "..." in letters else "does not match"
        end = "" if "..." in letters else " and no ellipsis was given"
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({named}) {problem} the number of dimensions ({rank}) "
            f"for operand {operand}{end}\nThere is one letter a dimension."
        )
    return letters


def _sizes(inputs, operands):
    """Return the size of every label; sizes of 1 broadcast between operands."""
    sizes: dict = {}
    for operand, (x, labels) in enumerate(zip(operands, inputs, strict=True)):
        own: dict = {}
        for label, n in zip(labels, x.shape, strict=True):
            if own.setdefault(label, n) != n:
                raise RuntimeError(
                    f"einsum(): subscript {label} is repeated for operand {operand} but the sizes don't match, "
                    f"{n} != {own[label]}\nA letter that stands twice takes the diagonal."
                )
        for label, n in own.items():
            seen = sizes.get(label, 1)
            if 1 not in (n, seen) and n != seen:
                if isinstance(label, str):
                    line = f"subscript {label} has size {n} for operand {operand} which does not broadcast with "
                    line += f"previously seen size {seen}"
                else:
                    line = f"dimension {labels.index(label)} covered by ellipsis in operand {operand}has size {n} "
                    line += f"which does not broadcast with previously seen ellipsis with size {seen} for the "
                    line += "respective dimension"
                raise RuntimeError(f"einsum(): {line}\nThe shapes are {[each.shape for each in operands]}.")
            sizes[label] = n if seen == 1 else seen
    return sizes

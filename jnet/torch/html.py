"""What notebooks show of tensors and modules: PyTorch's text, and below it what unfolds.

IPython asks for `_repr_html_` before `__repr__`, so the text comes first, to the letter. None leaves it to the text.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from jnet import html
from jnet.torch import printing
from jnet.torch.tensor import Tensor, edge_of, numpy_of, shape_of

if TYPE_CHECKING:
    from jnet.torch.nn.modules.module import Module

MOST = 32  # rows and columns that a table shows; of longer ones it shows both ends


def of_tensor(tensor: Tensor) -> str | None:
    """Return the tensor for notebooks: its text; and its size, dtype and origin, which unfold a table of its values."""
    try:
        return html.pre(repr(tensor)) + _below(tensor)
    except Exception:  # it has no values to show, such as one of a batch under vmap: its text will say so
        return None


def _below(tensor: Tensor) -> str:
    shape, edge = shape_of(tensor), edge_of(tensor, leaf=False)
    facts = [f"shape {tuple(shape)}", str(tensor.dtype), str(tensor.device)]
    if edge is not None:
        facts.append(f"grad_fn {type(edge[0]).__name__}")
    elif tensor.requires_grad:
        facts.append("requires grad")
    line = " · ".join(facts)
    if len(shape) not in (1, 2) or 0 in shape:
        return f"<div>{html.quiet(line)}</div>"
    return html.details(html.quiet(line), _table(numpy_of(tensor)))


def _table(array: np.ndarray) -> str:
    """Return the values as a table: the larger, the stronger the colour; orange above zero and blue below."""
    columns = _shown(array.shape[-1])
    grid = array[None] if array.ndim == 1 else array
    rows = _shown(len(grid))
    values = grid[
        np.ix_([row for row in rows if row is not None], [column for column in columns if column is not None])
    ]
    texts, shades = iter(printing.format_elements(values)), iter(_shares(values))
    body, colours = [], []
    for row in rows:
        blank = row is None
        name = "⋮" if blank else "" if array.ndim == 1 else str(row)
        cells = [
            (("⋮", 0.0) if blank else ("…", 0.0) if each is None else (next(texts), next(shades))) for each in columns
        ]
        body.append([name, *(text for text, _ in cells)])
        colours.append([shade for _, shade in cells])
    return html.table(body, ["", *("…" if column is None else str(column) for column in columns)], colours)


def _shown(size: int) -> list[int | None]:
    """Return the places to show; None stands for those left out."""
    edge = printing.OPTIONS.edgeitems
    if size <= MOST or size <= 2 * edge:
        return list(range(size))
    return [*range(edge), None, *range(size - edge, size)]


def _shares(values: np.ndarray) -> list[float]:
    """Return each value as a share of the largest one; zeros for what is no real number."""
    if values.dtype.kind in "bc":
        return [0.0] * values.size
    numbers = values.astype(np.float64).ravel()
    largest = np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0)
    with np.errstate(invalid="ignore"):
        return (numbers / (largest or 1.0)).tolist()


def of_module(module: Module) -> str | None:
    """Return a module for notebooks: how many parameters it has, and a tree of its layers that unfolds."""
    try:
        kept = [parameter for parameter in module.parameters() if not _unknown(parameter)]
        count, frozen = _count(kept), _count([each for each in kept if not each.requires_grad])
        size = html.size_of(sum(parameter.numel() * parameter.element_size() for parameter in kept))
        facts = [_parameters(count), *([f"{frozen:,} of them frozen"] if frozen else []), size]
        if not module.training:
            facts.append("in evaluation mode")
        return _tree("", module, set(), shown=True) + f"<div>{html.quiet(' · '.join(facts))}</div>"
    except Exception:  # a class of somebody's own, half built, perhaps: its text will do, or say what is wrong
        return None


def _tree(name: str, module: Module, above: set[int], *, shown: bool = False) -> str:
    label = f"({name}): " if name else ""
    children = [each for each in module._modules.items() if each[1] is not None and id(each[1]) not in above]
    extra = f"({module.extra_repr()})" if not children or module.extra_repr() else ""
    own = {each: value for each, value in module._parameters.items() if value is not None}
    shapes = ", ".join(f"{each} {'?' if _unknown(value) else _sizes(value)}" for each, value in own.items())
    total = _count([each for each in module.parameters() if not _unknown(each)])
    known = ": ".join([*([_parameters(total)] if total and not shown else []), *([shapes] if shapes else [])])
    line = f"{html.code(f'{label}{module._get_name()}{extra}')} {html.quiet(known)}"
    if not children:
        return f"<div>{line}</div>"
    inner = "".join(_tree(each, child, above | {id(module)}) for each, child in children)
    return html.details(line, html.indented(inner), shown=shown)


def _sizes(tensor: Tensor) -> str:
    return "×".join(map(str, shape_of(tensor))) or "scalar"


def _unknown(tensor: Tensor) -> bool:
    """Return whether the shape is one that a lazy module has yet to learn."""
    return hasattr(tensor, "materialize")


def _parameters(count: int) -> str:
    return f"{count:,} parameter{'' if count == 1 else 's'}"


def _count(parameters: list) -> int:
    return sum(math.prod(shape_of(each)) for each in parameters)

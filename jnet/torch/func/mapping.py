"""`vmap`: a function of one example, run for a batch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from jnet.torch.dispatch import CALLERS
from jnet.torch.func.batching import Level
from jnet.torch.func.trees import flatten
from jnet.torch.random import default_generator
from jnet.torch.tensor import Tensor, shape_of

_DRAWS = (
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
    "randomness flags on vmap or perform the randomness operation out of vmap"
)


def vmap(
    func: Callable, in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *, chunk_size: int | None = None
) -> Callable:
    """Return the function that runs `func` for every slice of its arguments, as one program.

    Args:
        in_dims: the dimension that each argument is sliced along; None for one that is the same for all.
        out_dims: where the new dimension goes in each result.
        randomness: what drawing random numbers does: 'error', the 'same' for all, or 'different' for each.
        chunk_size: run so many at a time.

    Raises:
        ValueError: if dimensions and arguments do not fit, or the function returns anything but tensors.
        RuntimeError: if the function looks at a value (`item()`, `if x > 0`), or draws although that is an 'error'.

    Example:
        >>> import jnet.torch as torch
        >>> torch.func.vmap(torch.dot)(torch.ones(3, 2), torch.ones(3, 2))
        tensor([2., 2., 2.])

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.vmap.html
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def mapped(*args, **kwargs):
        _check_out_dims(func, out_dims)
        flat, tree = flatten(args)
        dims = _in_dims(func, in_dims, args, flat, tree)
        size = _size(dims, flat)
        step = size if chunk_size is None or randomness == "different" else chunk_size

        def run(arguments):
            return func(*tree.unflatten(arguments), **kwargs)

        if step >= size:
            return _mapped(func, run, flat, dims, size, out_dims, randomness)
        parts = []
        state = default_generator.get_state()
        for start in range(0, size, step):
            if randomness == "same":
                default_generator.set_state(state)
            count = min(step, size - start)
            some = [x if d is None else x.narrow(d, start, count) for x, d in zip(flat, dims, strict=True)]
            parts.append(_mapped(func, run, some, dims, count, out_dims, randomness))
        first, shape = flatten(parts[0])
        places = _out_dims(func, out_dims, parts[0], first)
        columns = zip(*(flatten(part)[0] for part in parts), strict=True)
        return shape.unflatten([CALLERS["cat"](list(column), dim=d) for column, d in zip(columns, places, strict=True)])

    return mapped


def _mapped(func, run, flat: list, dims: list, size: int, out_dims, randomness: str):
    if randomness == "different":
        return _one_by_one(func, run, flat, dims, size, out_dims)
    level = Level(size)
    batches = [x if d is None else _front(x, d) for x, d in zip(flat, dims, strict=True)]
    drawn = default_generator.get_state() if randomness == "error" else None
    with level.inside():
        examples = [x if d is None else level.enter(x) for x, d in zip(batches, dims, strict=True)]
        result = run(examples)
        leaves, tree = flatten(result)
        places = _out_dims(func, out_dims, result, leaves)
        if drawn is not None and not np.array_equal(drawn.numpy(), default_generator.get_state().numpy()):
            raise RuntimeError(_DRAWS)
        for leaf, place in zip(leaves, places, strict=True):
            if place is None and isinstance(leaf, Tensor) and level.has(leaf):
                raise ValueError(
                    f"vmap({_name(func)}, ...): `{_name(func)}` can not return a BatchedTensor when out_dim is None"
                )
        written = [(b, x) for b, x, d in zip(batches, examples, dims, strict=True) if d is not None and x._version]
    chosen = [leaf for leaf, place in zip(leaves, places, strict=True) if place is not None]
    found = iter(level.leave(chosen))
    made = [
        leaf if place is None else _placed(leaf, next(found), place, size)
        for leaf, place in zip(leaves, places, strict=True)
    ]
    for batch, whole in zip([b for b, _ in written], level.leave([x for _, x in written]), strict=True):
        batch.copy_(whole)
    return tree.unflatten(made)


def _one_by_one(func, run, flat, dims, size, out_dims):
    """Run the function for each slice in turn: each draws random numbers of its own."""
    rows: list = []
    result: Any = None
    tree: Any = None
    for i in range(size):
        result = run([x if d is None else x.select(d, i) for x, d in zip(flat, dims, strict=True)])
        leaves, tree = flatten(result)
        rows.append(leaves)
    places = _out_dims(func, out_dims, result, rows[0])
    made = [
        column[0] if place is None else CALLERS["stack"](list(column), dim=place)
        for column, place in zip(zip(*rows, strict=True), places, strict=True)
    ]
    return tree.unflatten(made)


def _front(tensor: Tensor, dim: int) -> Tensor:
    return tensor if dim == 0 else tensor.movedim(dim, 0)


def _placed(example: Tensor, batch: Tensor | None, dim: int, size: int) -> Tensor:
    """Return a result with the dimension of the batch at `dim`; one that is the same for all is repeated."""
    whole = example.unsqueeze(0).expand(size, *shape_of(example)) if batch is None else batch
    rank = whole.ndim
    if not -rank <= dim < rank:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})")
    return whole if dim % rank == 0 else whole.movedim(0, dim)


# -- dimensions --------------------------------------------------------------------------------------------------------


def _name(func: Callable) -> str:
    if hasattr(func, "__name__"):
        return func.__name__
    return f"functools.partial({_name(func.func)}, ...)" if isinstance(func, functools.partial) else repr(func)


def _spread(dims, tree) -> list | None:
    """Return a dimension for each leaf of the tree, from one for each of its branches; None if they do not fit."""
    if not isinstance(tree, tuple | list | dict):
        return None if isinstance(dims, tuple | list | dict) else [dims]
    if not isinstance(dims, tuple | list | dict):
        return [dims] * len(flatten(tree)[0])
    if isinstance(tree, dict):
        if not isinstance(dims, dict) or dims.keys() != tree.keys():
            return None
        pairs = [(dims[key], tree[key]) for key in tree]
    else:
        if not isinstance(dims, tuple if isinstance(tree, tuple) else list) or len(dims) != len(tree):
            return None
        pairs = list(zip(dims, tree, strict=True))
    found = [_spread(*pair) for pair in pairs]
    return None if any(each is None for each in found) else [d for each in found for d in each or ()]


def _in_dims(func, in_dims, args, flat, tree) -> list[int | None]:
    start = f"vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>): "
    if not isinstance(in_dims, int | tuple):
        raise ValueError(
            f"{start}expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            f"got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({_name(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap "
            "over a function with no inputs. The latter is unsupported."
        )
    dims = _spread(in_dims, args)
    if dims is None:
        raise ValueError(
            f"{start}in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{flatten(in_dims)[1]} but inputs has structure {tree}."
        )
    for place, (x, dim) in enumerate(zip(flat, dims, strict=True)):
        if dim is None:
            continue
        if not isinstance(dim, int):
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(x, Tensor):
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but the input is of type {type(x)}. We cannot vmap over "
                "non-Tensor arguments, please use None as the respective in_dim"
            )
        if not -x.ndim <= dim < x.ndim:
            raise ValueError(
                f"{start}Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {x.ndim} so "
                f"expected in_dim to satisfy -{x.ndim} <= in_dim < {x.ndim}."
            )
        dims[place] = dim % x.ndim
    return dims


def _size(dims, flat) -> int:
    sizes = [shape_of(x)[d] for x, d in zip(flat, dims, strict=True) if d is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return sizes[0]


def _check_out_dims(func, out_dims) -> None:
    for each in flatten(out_dims)[0]:
        if each is not None and not isinstance(each, int):
            raise ValueError(
                f"vmap({_name(func)}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python "
                "collection of ints representing where in the outputs the vmapped dimension should appear."
            )


def _out_dims(func, out_dims, result, leaves) -> list[int | None]:
    if isinstance(result, Tensor) and isinstance(out_dims, tuple) and len(out_dims) == 1:
        out_dims = out_dims[0]
    dims = _spread(out_dims, result)
    if dims is None:
        raise ValueError(
            f"vmap({_name(func)}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure "
            f"of `outputs`. out_dims has structure {flatten(out_dims)[1]} but outputs has structure "
            f"{flatten(result)[1]}."
        )
    for leaf, dim in zip(leaves, dims, strict=True):
        if dim is not None and not isinstance(leaf, Tensor):
            raise ValueError(
                f"vmap({_name(func)}, ...): `{_name(func)}` must only return Tensors, got type {type(leaf)}. Did you "
                "mean to set out_dims= to None for output?"
            )
    return dims

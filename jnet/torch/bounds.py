"""Indices and labels that must lie within bounds: looked at on the host, at once or when they have been computed."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from jnet.ops.indexing.indices import INDEXED, check_bounds, check_index
from jnet.ops.linalg.regular import SINGULAR
from jnet.ops.neural.entropy import check_labels
from jnet.recorder import recorder
from jnet.torch.tensor import Tensor, shape_of, value_of


def _of_index(name: str, given: dict) -> tuple[Tensor, tuple, Callable] | None:
    """Return the index tensor of an op, what is checked, and the check."""
    index, indexed = INDEXED[name]
    shape, dim = shape_of(given[indexed]), given.get("dim")
    return given[index], (name, shape, dim), functools.partial(_check_index, name, shape, dim)


def _check_index(name: str, shape, dim, array: np.ndarray) -> None:
    check_index(name, array, shape, dim)


def _of_labels(name: str, given: dict) -> tuple[Tensor, tuple, Callable] | None:
    target, shape = given["target"], shape_of(given["input"])
    if target._aval.dtype.kind not in "iu":
        return None  # probabilities
    classes, ignored = shape[1 if len(shape) > 1 else 0], given.get("ignore_index", -100)
    return target, ("labels", classes, ignored), lambda array: check_labels(array, classes, ignored)


def _of_divisor(name: str, given: dict) -> tuple[Tensor, tuple, Callable] | None:
    """Whole numbers are not divided by 0; the quotient of `div` is only whole with a rounding mode."""
    input, other = given["input"], given["other"]
    whole = all(isinstance(x, int) or (isinstance(x, Tensor) and x._aval.dtype.kind in "biu") for x in (input, other))
    if not whole or (name == "div" and given.get("rounding_mode") is None):
        return None
    if isinstance(other, Tensor):
        return other, ("divisor",), _check_divisor
    _check_divisor(np.asarray(other))
    return None


def _check_divisor(array: np.ndarray) -> None:
    if not array.all():
        raise RuntimeError("ZeroDivisionError\nA whole number is divided by 0; floating point ones give inf or nan.")


def _of_mask(name: str, given: dict) -> tuple[Tensor, tuple, Callable] | None:
    """As many values are taken as places are true."""
    mask, room = given["mask"], given["source"].numel()
    times = given["input"].numel() // max(mask.numel(), 1)
    return mask, ("mask", room, times), functools.partial(_check_mask, room, times)


def _check_mask(room: int, times: int, array: np.ndarray) -> None:
    if np.count_nonzero(array) * times > room:
        raise RuntimeError("Number of elements of source < number of ones in mask")


def _of_quantiles(name: str, given: dict) -> tuple[Tensor, tuple, Callable] | None:
    """Quantiles lie between 0 and 1."""
    q = given["q"]
    if isinstance(q, Tensor):
        return q, ("quantiles",), _check_quantiles
    if not 0 <= q <= 1:
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
    return None


def _check_quantiles(array: np.ndarray) -> None:
    if not ((array >= 0) & (array <= 1)).all():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")


_RULES: dict[str, Callable] = {
    **dict.fromkeys(("div", "floor_divide", "remainder", "fmod"), _of_divisor),
    **dict.fromkeys(INDEXED, _of_index),
    **dict.fromkeys(("quantile", "nanquantile"), _of_quantiles),
    "masked_scatter": _of_mask,
    "nll_loss": _of_labels,
    "cross_entropy": _of_labels,
}


def has_bounds(name: str) -> bool:
    """Tell whether arguments of this op must lie within bounds, or its result may tell that they do not."""
    return name in _RULES or name in SINGULAR


def check_arguments(name: str, given: dict) -> None:
    """Raise what PyTorch raises if the op was given an index or a label out of range; later, if it is not known yet."""
    rule = _RULES.get(name)
    found = None if rule is None else rule(name, given)
    if found is not None and isinstance(found[0], Tensor):
        tensor, key, check = found
        watch(tensor, key, check)


def check_result(name: str, given: dict, result) -> None:
    """Raise PyTorch's LinAlgError, now or later, if a result that is not finite shows that a matrix was not regular."""
    matrix, look = SINGULAR[name]
    value = value_of(given[matrix])
    if value.array is not None and value.aval.size <= 4096:
        look(value.numpy())  # at the user's line
    else:
        tensor = result[0] if isinstance(result, tuple) else result
        watch(tensor, (name, "regular"), lambda array: np.isfinite(array).all() or look(value.numpy()))


def watch(tensor: Tensor, key: tuple, check: Callable) -> None:
    """Let `check` look at a tensor's values: now if they are known, else when they have been computed."""
    owner = recorder(tensor._aval.device)
    if tensor._links:
        # Of a view it is mostly enough that all of the storage is right: that is known, and looked at once.
        whole = tensor._storage.read()
        if whole.array is not None:
            try:
                return owner.watch(whole, key, check)
            except (IndexError, RuntimeError, ValueError):
                return check(value_of(tensor).numpy())
    return owner.watch(value_of(tensor), key, check)


def check_position(index: Tensor, size: int, dim: int) -> None:
    """Raise PyTorch's IndexError if `tensor[index]` would look beyond dimension `dim`."""
    watch(index, ("position", size, dim), lambda array: check_bounds(array, size, dim))

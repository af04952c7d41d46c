"""Differences, combinations and histograms of tensors."""

from __future__ import annotations

import itertools

import numpy as np

from jnet.ops.checks import not_implemented
from jnet.torch import return_types
from jnet.torch.dispatch import CALLERS, store_out
from jnet.torch.tensor import Tensor, from_array, numpy_of, shape_of
from jnet.torch.viewing import VIEWS

FUNCTIONS: dict = {}
METHODS: dict = {}


def _function(function):
    FUNCTIONS[function.__name__] = function
    return function


@_function
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Return all choices of r elements of a vector, a row each, as `itertools.combinations` has them.

    Raises:
        RuntimeError: if the input is no vector, or r is negative.

    Example:
        >>> import jnet.torch as torch
        >>> torch.combinations(torch.tensor([1, 2, 3])).tolist()
        [[1, 2], [1, 3], [2, 3]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.combinations.html
    """
    if input.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(shape_of(input))}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return VIEWS["reshape"](CALLERS["index_select"](input, 0, from_array(np.zeros(0, np.int64))), 0)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(range(shape_of(input)[0]), r)), np.int64).reshape(-1, r)
    columns = [CALLERS["index_select"](input, 0, from_array(np.ascontiguousarray(column))) for column in places.T]
    return CALLERS["stack"](columns, 1)


METHODS["combinations"] = combinations

# -- gradient ----------------------------------------------------------------------------------------------------------


@_function
def gradient(input: Tensor, *, spacing=1, dim=None, edge_order: int = 1) -> tuple[Tensor, ...]:
    """Return estimates of the derivatives of a function whose values are given: one tensor for each dimension.

    Inside they are differences of both neighbours, exact for parabolas; at the edges those of `edge_order`.

    Args:
        spacing: the distance of neighbours, one for each dimension, or tensors of coordinates.
        dim: one dimension or several; all by default.
        edge_order: 1 or 2.

    Raises:
        RuntimeError: for too few values, as many spacings as there are not dimensions, another order.

    Example:
        >>> import jnet.torch as torch
        >>> torch.gradient(torch.tensor([1.0, 4.0, 9.0, 16.0]))[0].tolist()
        [3.0, 4.0, 6.0, 7.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.gradient.html
    """
    dims = list(range(input.ndim)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    spacing = 1 if spacing is None else spacing
    spacings = list(spacing) if isinstance(spacing, list | tuple) else [spacing] * len(dims)
    if isinstance(spacing, Tensor):
        raise TypeError("gradient(): argument 'spacing' must be tuple of Tensors, not Tensor")
    _check_gradient(input, dims, spacings, edge_order)
    return tuple([_along(input, d % input.ndim, each, edge_order) for d, each in zip(dims, spacings, strict=True)])


def _check_gradient(input: Tensor, dims: list[int], spacings: list, edge_order: int) -> None:
    if len(spacings) != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = "
            f"{input.ndim}', since dim argument was not given, but got a list of length {len(spacings)}"
            if len(dims) == input.ndim
            else f"torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to "
            f"have the same length, but got a spacing argument of length {len(spacings)} and a dim argument of length "
            f"{len(dims)}."
        )
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    if input.dtype.is_floating_point is False and not input.is_complex() and str(input.dtype) == "torch.uint8":
        raise RuntimeError("torch.gradient does not support uint8 input.")
    for d in dims:
        if not -input.ndim <= d < input.ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-input.ndim}, {input.ndim - 1}], but got {d})"
            )
        if shape_of(input)[d] < edge_order + 1:
            raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")


def _along(f: Tensor, dim: int, spacing, edge_order: int) -> Tensor:
    """Return the derivative along one dimension."""
    n = shape_of(f)[dim]

    def at(start: int, length: int = 1) -> Tensor:
        return VIEWS["narrow"](f, dim, start % n, length)

    if not isinstance(spacing, Tensor):
        inner = (at(2, n - 2) - at(0, n - 2)) / 2 if n > 2 else None
        if edge_order == 1:
            first, last = at(1) - at(0), at(-1) - at(-2)
        else:
            first = at(0) * -1.5 + at(1) * 2 - at(2) * 0.5
            last = at(-1) * 1.5 - at(-2) * 2 + at(-3) * 0.5
        parts = [first, last] if inner is None else [first, inner, last]
        return CALLERS["cat"]([each / spacing for each in parts], dim)
    shape = [1] * f.ndim
    shape[dim] = n - 1
    steps = (VIEWS["narrow"](spacing, 0, 1, n - 1) - VIEWS["narrow"](spacing, 0, 0, n - 1)).reshape(shape)

    def step(start: int, length: int = 1) -> Tensor:
        return VIEWS["narrow"](steps, dim, start % (n - 1), length)

    parts = []
    if n > 2:
        before, after = step(0, n - 2), step(1, n - 2)
        a, b, c = (
            -after / (before * (before + after)),
            (after - before) / (before * after),
            before / (after * (before + after)),
        )
        parts = [at(0, n - 2) * a + at(1, n - 2) * b + at(2, n - 2) * c]
    if edge_order == 1:
        first, last = (at(1) - at(0)) / step(0), (at(-1) - at(-2)) / step(-1)
    else:
        h, k = step(0), step(1)
        first = at(0) * (-(2 * h + k) / (h * (h + k))) + at(1) * ((h + k) / (h * k)) - at(2) * (h / (k * (h + k)))
        h, k = step(-2), step(-1)
        last = at(-3) * (k / (h * (h + k))) - at(-2) * ((h + k) / (h * k)) + at(-1) * ((2 * k + h) / (k * (h + k)))
    return CALLERS["cat"]([first, *parts, last], dim)


# -- histograms: counted on the host, they have no derivative ---------------------------------------------------------


def _floating(input: Tensor) -> np.ndarray:
    array = numpy_of(input)
    if array.dtype.kind != "f" or array.dtype.itemsize < 4:
        raise not_implemented("histogramdd", array.dtype)
    return array


def histogram(input: Tensor, bins=100, *, range=None, weight=None, density: bool = False, out=None):
    """Return how many elements lie in each bin, and the edges of the bins; the last bin has both of its edges.

    Args:
        bins: how many bins of one width, or a tensor of increasing edges.
        range: where the bins begin and end; at the smallest and the largest element by default.
        weight: how much each element counts.
        density: whether to divide by the sum and the widths.

    Raises:
        RuntimeError: for edges or weights of other shapes or dtypes.

    Example:
        >>> import jnet.torch as torch
        >>> torch.histogram(torch.tensor([1.0, 2.0, 1.0]), bins=2, range=(0.0, 4.0)).hist.tolist()
        [2.0, 1.0]

    See: https://docs.pytorch.org/docs/stable/generated/torch.histogram.html
    """
    array = _floating(input).reshape(-1)
    weights = None if weight is None else numpy_of(weight).reshape(-1)
    if isinstance(bins, Tensor):
        edges = numpy_of(bins)
        if bins.dtype is not input.dtype:
            raise RuntimeError(
                "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
                f"{_c(input)} and bins for dimension 0 with dtype {_c(bins)}"
            )
    else:
        if bins <= 0:
            raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
        edges = _edges(array, bins, range)
    if weights is not None and weights.shape != array.shape:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor "
            f"excluding its innermost dimension, but got input with shape {[array.size, 1]} and weight with shape "
            f"{list(weights.shape)}"
        )
    counted = np.histogram(array, edges, weights=weights, density=density)[0].astype(array.dtype)
    made = return_types.named_by_fields("histogram", ("hist", "bin_edges"), (from_array(counted), from_array(edges)))
    return made if out is None else store_out("histogram", out, made)


def _c(tensor: Tensor) -> str:
    return {"float32": "float", "float64": "double"}.get(tensor._aval.dtype.name, tensor._aval.dtype.name)


def _edges(array: np.ndarray, bins: int, range) -> np.ndarray:
    """Return edges of bins of one width."""
    if range is not None:
        low, high = range
    elif array.size:
        low, high = array.min(), array.max()
    else:
        low, high = 0, 1
    if not (np.isfinite(low) and np.isfinite(high)):
        raise RuntimeError(f"torch.histogramdd: dimension 0's range [{low:g}, {high:g}] is not finite")
    if low > high:
        raise RuntimeError(
            f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension 0"
        )
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1).astype(array.dtype)


FUNCTIONS["histogram"] = METHODS["histogram"] = histogram


@_function
def histogramdd(input: Tensor, bins, *, range=None, weight=None, density: bool = False):
    """Return how many points, the rows of the input, lie in each box of a grid, and the edges in each dimension.

    Args:
        bins: how many boxes along each dimension (one number, or a list), or a list of tensors of edges.
        range: low and high ends, one behind the other. The others are those of `histogram`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.histogramdd.html
    """
    array = _floating(input)
    if array.ndim < 2:
        raise RuntimeError(f"torch.histogramdd: input tensor should have at least 2 dimensions, but got {array.ndim}")
    points = array.reshape(-1, array.shape[-1])
    count = points.shape[1]
    given = [bins] * count if isinstance(bins, int) else list(bins)
    if len(given) != count:
        raise RuntimeError(
            "histogramdd: The size of bins must be equal to the innermost dimension of the input.\n"
            f"There are {len(given)} bins for {count} dimensions."
        )
    pairs = [None] * count if range is None else list(zip(range[::2], range[1::2], strict=True))
    edges = [
        numpy_of(each) if isinstance(each, Tensor) else _edges(points[:, place], each, pairs[place])
        for place, each in enumerate(given)
    ]
    weights = None if weight is None else numpy_of(weight).reshape(-1)
    counted = np.histogramdd(points, edges, weights=weights, density=density)[0].astype(array.dtype)
    results = (from_array(counted), tuple([from_array(each) for each in edges]))
    return return_types.named_by_fields("histogramdd", ("hist", "bin_edges"), results)

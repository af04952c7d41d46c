"""Images and volumes sampled at the points of a grid, and grids of affine maps (Jaderberg et al., 2015)."""

import functools
import itertools
import math

import jax.numpy as jnp
import numpy as np
from jax import lax

from jnet.ops.checks import dtype_name, not_implemented
from jnet.ops.reductions.statistics import at_least_float32
from jnet.ops.registry import op

__all__ = ["affine_grid_generator", "grid_sampler"]

BILINEAR, NEAREST, BICUBIC = range(3)
ZEROS, BORDER, REFLECTION = range(3)


def _node(ranks, settings):
    return f"GridSampler{ranks[0] - 2}DBackward0"


@op("input", "grid", where=("torch",), out=False, grad_fn=_node)
def grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners):
    """Sample images or volumes at the points of a grid, whose coordinates reach from -1 to 1 along each axis.

    Shape: input (N, C, H, W) and grid (N, *points, 2) of (x, y); or (N, C, D, H, W) and (N, *points, 3) of (x, y, z);
        result (N, C, *points).

    Args:
        interpolation_mode: 0 linear between the neighbours, 1 the nearest place, 2 cubic (of images).
        padding_mode: what lies outside: 0 zeros, 1 the border, 2 the input reflected.
        align_corners: whether -1 and 1 mean the middles of the outermost places or their outer edges.

    Raises:
        RuntimeError, NotImplementedError: where PyTorch raises it: shapes and dtypes that do not fit, integers.

    Example:
        >>> image = jnp.array([[[[0.0, 1.0], [2.0, 3.0]]]])
        >>> grid_sampler(image, jnp.array([[[[0.0, 0.0], [1.0, 1.0]]]]), 0, 0, True).tolist()
        [[[[1.5, 3.0]]]]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html
    """
    input, grid = jnp.asarray(input), jnp.asarray(grid)
    _check(input, grid, interpolation_mode)
    given, points = at_least_float32(input), at_least_float32(grid)
    sizes = input.shape[:1:-1]  # as the coordinates come: x, which goes along the last axis, first
    flat = points.reshape(len(input), math.prod(grid.shape[1:-1]), len(sizes))
    at = [_place(flat[..., k], n, align_corners) for k, n in enumerate(sizes)]  # (N, P) each
    pad = functools.partial(_padded, padding_mode, align_corners)
    if interpolation_mode == BICUBIC:
        terms = _cubic(at, sizes, pad)
    else:
        at = [pad(each, n) for each, n in zip(at, sizes, strict=True)]
        terms = [[(jnp.round(each), None)] for each in at] if interpolation_mode == NEAREST else map(_linear, at)
    result = _sum_of_terms(given, list(itertools.product(*terms)), sizes)
    return result.reshape(*input.shape[:2], *grid.shape[1:-1]).astype(input.dtype)


def _place(coordinate, n, align_corners):
    """Return a coordinate as a place among n."""
    return (coordinate + 1) * ((n - 1) / 2) if align_corners else ((coordinate + 1) * n - 1) / 2


def _padded(padding_mode, align_corners, place, n):
    """Return places inside the input for those outside; the derivative at the border is 0."""
    if padding_mode == ZEROS:
        return place
    if padding_mode == REFLECTION:
        low, span = (0.0, n - 1) if align_corners else (-0.5, n)
        if not span:
            return jnp.zeros_like(place)
        distance = jnp.where(place < low, low - place, place - low)
        beyond = lax.rem(distance, jnp.full_like(distance, span))
        odd = lax.rem(jnp.floor(distance / span), jnp.full_like(distance, 2)) == 1
        place = jnp.where(odd, span - beyond, beyond) + low
    low, high = jnp.zeros_like(place), jnp.full_like(place, n - 1)
    return jnp.where(place > low, jnp.where(place < high, place, high), low)


def _linear(place):
    """Return the two neighbours and their weights."""
    first = jnp.floor(place)
    return [(first, first + 1 - place), (first + 1, place - first)]


def _cubic(at, sizes, pad):
    """Return for each axis the four neighbours and their weights."""
    terms = []
    for place, n in zip(at, sizes, strict=True):
        first = jnp.floor(place)
        beyond = place - first
        # Which side a neighbour lies on is known, so that the filter's kinks have no derivatives of their own.
        distances = (beyond + 1, beyond, 1 - beyond, 2 - beyond)
        weights = [_keys(each, near) for each, near in zip(distances, (False, True, True, False), strict=True)]
        terms.append([(pad(first + k - 1, n), weight) for k, weight in enumerate(weights)])
    return terms


def _keys(distance, near, a=-0.75):
    if near:
        return ((a + 2) * distance - (a + 3)) * distance * distance + 1
    return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a


def _sum_of_terms(input, terms, sizes):
    """Return the weighted sum of the places that the terms name, each one (place, weight) an axis; (N, C, points)."""
    strides = [math.prod(sizes[:k]) for k in range(len(sizes))]
    index, weights, known = [], [], []
    for term in terms:
        inside = functools.reduce(jnp.logical_and, [(p >= 0) & (p < n) for (p, _), n in zip(term, sizes, strict=True)])
        index.append(sum(jnp.where(inside, p, 0).astype(int) * s for (p, _), s in zip(term, strides, strict=True)))
        factors = [weight for _, weight in term if weight is not None]
        weights.append(functools.reduce(jnp.multiply, factors) if factors else jnp.ones_like(term[0][0]))
        known.append(inside)
    # One gather, and so one scatter in the derivative; channels come last, that each place is read in one piece.
    flat = jnp.moveaxis(input.reshape(*input.shape[:2], math.prod(sizes)), 1, 2)  # (N, places, C)
    taken = jnp.take_along_axis(flat, jnp.concatenate(index, 1)[..., None], 1, mode="clip")
    taken = taken.reshape(len(input), len(terms), index[0].shape[1], input.shape[1])  # (N, terms, points, C)
    known, weights = jnp.stack(known, 1)[..., None], jnp.stack(weights, 1)[..., None]
    weights = jnp.where(known, weights, jnp.zeros((), weights.dtype))
    return jnp.moveaxis((jnp.where(known, taken, jnp.zeros((), taken.dtype)) * weights).sum(1), 2, 1)


def _check(input, grid, interpolation_mode) -> None:
    shapes = f"input with sizes {list(input.shape)} and grid with sizes {list(grid.shape)}"
    if len(input) != len(grid):
        raise RuntimeError(
            f"grid_sampler(): expected grid and input to have same batch size, but got {shapes}\nRepeat one."
        )
    n = input.ndim - 2
    if grid.shape[-1] != n:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {n} in last dimension, but got grid with sizes "
            f"{list(grid.shape)}\nIt holds a coordinate for each axis."
        )
    for axis in range(2, input.ndim):
        if not input.shape[axis]:
            raise RuntimeError(
                f"grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes "
                f"{list(input.shape)} with dimension {axis} being empty\nThere is nothing to sample."
            )
    if n not in (2, 3) or grid.ndim != input.ndim:
        raise RuntimeError(
            f"grid_sampler(): expected {4 if n == 2 else 5}D input and grid with same number of dimensions, but got "
            f"{shapes}\nImages have grids of (N, H, W, 2), volumes of (N, D, H, W, 3)."
        )
    if n == 3 and interpolation_mode == BICUBIC:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input\nTake the linear mode.")
    if input.dtype != grid.dtype:
        raise RuntimeError(
            f"expected scalar type {dtype_name(input.dtype)} but found {dtype_name(grid.dtype)}\nConvert the grid."
        )
    if not jnp.issubdtype(input.dtype, jnp.floating):
        raise not_implemented(f"grid_sampler_{n}d_cpu" + "_kernel_impl" * (n == 2), input.dtype)


@op("theta", where=("torch",), out=False, grad_fn="AffineGridGeneratorBackward0", saves="nothing")
def affine_grid_generator(theta, size, align_corners):
    """Return the grids that affine maps make of a regular one, for `grid_sampler`.

    Shape: theta (N, 2, 3) and size (N, C, H, W) give (N, H, W, 2); (N, 3, 4) and (N, C, D, H, W) give (N, D, H, W, 3).

    Args:
        size: that of the result of sampling.
        align_corners: whether -1 and 1 mean the middles of the outermost places or their outer edges.

    Raises:
        RuntimeError: for sizes that are neither of images nor of volumes, or do not fit the maps.

    Example:
        >>> affine_grid_generator(jnp.array([[[1.0, 0.0, 0.5], [0.0, 2.0, 0.0]]]), (1, 1, 1, 2), True).tolist()
        [[[[-0.5, 0.0], [1.5, 0.0]]]]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html
    """
    theta, n = jnp.asarray(theta), len(size) - 2
    if n not in (2, 3):
        raise RuntimeError(
            "AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.\nThe size is (N, C, H, W) or "
            "(N, C, D, H, W)."
        )
    if theta.shape[0] != size[0]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{size[0]}, {n + 1}] but got: "
            f"[{theta.shape[0]}, {theta.shape[-1]}].\nThere is one map for each image of the batch."
        )
    if theta.shape[1:] != (n, n + 1):
        shape = [size[0], *size[2:], n]
        raise RuntimeError(f"shape '{shape}' is invalid for input of size {theta.shape[1] * math.prod(shape) // n}")
    along = [_coordinates(count, align_corners) for count in size[:1:-1]]
    mesh = np.meshgrid(*along[::-1], indexing="ij")[::-1]  # x, y, z
    points = np.stack([*mesh, np.ones(size[2:])], -1).reshape(-1, n + 1)
    maps = at_least_float32(theta).swapaxes(1, 2)
    grid = jnp.matmul(jnp.asarray(points, maps.dtype)[None], maps, precision=lax.Precision.HIGHEST)
    return grid.reshape(size[0], *size[2:], n).astype(theta.dtype)


def _coordinates(count, align_corners) -> np.ndarray:
    if count <= 1:
        return np.zeros(count)
    return np.linspace(-1, 1, count) * (1 if align_corners else (count - 1) / count)

"""A matrix that is known beforehand, along one axis: what averages, interpolates or picks places of it.

Values are made of few terms each, so that a nan or an infinity stays where it is. Derivatives are products with the
whole matrix: those of gathers are scatters, which XLA runs one by one on a CPU (10 to 50 times as slow).
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

# Terms of one value that are added one by one; with more of them the product with the whole matrix is as fast.
_FEW = 8


def mixed(x, axis: int, matrix: np.ndarray):
    """Return the product of a matrix (O, N) with `x` along an axis of length N.

    Example:
        >>> mixed(jnp.array([1.0, 3.0, 8.0]), 0, np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])).tolist()
        [2.0, 8.0]
    """
    return _mixed(x, axis, _Static(matrix))


def mixed_bytes(x, axis: int, matrix: np.ndarray, shift: int):
    """Return the product of a matrix of integers, which stand for `matrix / 2**shift`, with bytes, rounded to bytes."""
    total = _product(x.astype(jnp.int32), axis, matrix)
    return jnp.clip((total + (1 << shift - 1)) >> shift, 0, 255).astype(x.dtype)


def picked(x, axis: int, index: np.ndarray):
    """Return the places of an axis that a vector names.

    Example:
        >>> picked(jnp.array([1.0, 3.0, 8.0]), 0, np.array([2, 0])).tolist()
        [8.0, 1.0]
    """
    n, copies = x.shape[axis], len(index) // max(x.shape[axis], 1)
    if len(index) == n * copies and (index == np.repeat(np.arange(n), copies)).all():
        return jnp.repeat(x, copies, axis) if copies != 1 else x
    if not jnp.issubdtype(x.dtype, jnp.floating):
        return jnp.take(x, index, axis, mode="clip")
    return _picked(x, axis, _Static(index))


class _Static:
    """An array that is no argument of a derivative."""

    def __init__(self, array: np.ndarray):
        self.array = array


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _mixed(x, axis, matrix):
    present = matrix.array != 0
    counts = np.where(present.any(1), matrix.array.shape[1] - present[:, ::-1].argmax(1) - present.argmax(1), 0)
    if counts.max(initial=0) > _FEW:
        return _product(x, axis, matrix.array)
    total = jnp.zeros((*x.shape[:axis], len(counts), *x.shape[axis + 1 :]), x.dtype)
    rows, starts = np.arange(len(counts)), present.argmax(1)
    for offset in range(counts.max(initial=0)):
        index = np.minimum(starts + offset, x.shape[axis] - 1)
        taken = offset < counts
        weights = np.where(taken, matrix.array[rows, index], 0).astype(x.dtype)
        term = jnp.take(x, index, axis, mode="clip") * _on_axis(weights, axis, x.ndim)
        total += term if taken.all() else jnp.where(_on_axis(taken, axis, x.ndim), term, jnp.zeros((), x.dtype))
    return total


@_mixed.defjvp
def _(axis, matrix, primals, tangents):
    (x,), (change,) = primals, tangents
    return _mixed(x, axis, matrix), _product(change, axis, matrix.array)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _picked(x, axis, index):
    return jnp.take(x, index.array, axis, mode="clip")


@_picked.defjvp
def _(axis, index, primals, tangents):
    (x,), (change,) = primals, tangents
    return _picked(x, axis, index), _product(change, axis, index.array[:, None] == np.arange(x.shape[axis])[None])


def _product(x, axis, matrix):
    matrix = jnp.asarray(matrix, x.dtype)
    if axis == x.ndim - 1:
        return jnp.matmul(x, matrix.T, precision=lax.Precision.HIGHEST)
    if axis == x.ndim - 2:
        return jnp.matmul(matrix, x, precision=lax.Precision.HIGHEST)
    return jnp.moveaxis(jnp.tensordot(matrix, x, ((1,), (axis,)), precision=lax.Precision.HIGHEST), 0, axis)


def _on_axis(values, axis, ndim):
    """Return a vector as an array that has its values along one axis."""
    return values.reshape([-1 if each == axis else 1 for each in range(ndim)])

"""The views of an array and their inverses: what a write through each of them does to the array.

A view is one of few kinds; `jnet.recorder.views` adds strides, and says which of PyTorch's names each of them serves.
Starts of slices are arrays, so that a loop over them is one program; what decides the shape is static.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def crop(input, *starts, plan):
    """Return a rectangle of the input; dimensions may be left out.

    Args:
        starts: for each entry of `plan` that is not None, the first index.
        plan: for each dimension None (all of it), "one" (one index, and the dimension goes), or (size, step).
    """
    window, drop, steps = _window(input, starts, plan)
    sizes = [1 if each == "one" else n if each is None else _reach(each) for n, each in zip(input.shape, plan)]  # noqa: B905
    cut = lax.dynamic_slice(input, window, sizes) if starts else input
    if steps:
        cut = cut[tuple(slice(None, None, step) for step in steps)]
    return lax.squeeze(cut, drop)


def write_crop(input, new, *starts, plan):
    """Return the input with the rectangle replaced."""
    window, drop, steps = _window(input, starts, plan)
    new = lax.expand_dims(new, drop)
    if steps:  # the places between are kept
        sizes = [n if each is None else 1 if each == "one" else _reach(each) for n, each in zip(input.shape, plan)]  # noqa: B905
        cut = lax.dynamic_slice(input, window, sizes)
        new = cut.at[tuple(slice(None, None, step) for step in steps)].set(new)
    return lax.dynamic_update_slice(input, new, window) if starts else new


def _reach(part):
    size, step = part
    return (size - 1) * step + 1 if size else 0


def _window(input, starts, plan):
    starts = [jnp.asarray(each) for each in starts]
    rest = iter(starts)
    zero = jnp.zeros((), starts[0].dtype) if starts else 0
    window = [zero if each is None else next(rest) for each in plan]
    drop = tuple(dim for dim, each in enumerate(plan) if each == "one")
    steps = [1 if each is None or each == "one" else each[1] for each in plan]
    return window, drop, steps if any(step != 1 for step in steps) else None


def permute(input, *, dims):
    """Return the input with its dimensions in the order `dims`."""
    return lax.transpose(input, dims)


def write_permute(input, new, *, dims):
    """Return what the permuted view was of."""
    return lax.transpose(new, sorted(range(len(dims)), key=dims.__getitem__))


def reshape(input, *, shape):
    """Return the input in another shape."""
    return lax.reshape(input, shape)


def write_reshape(input, new, *, shape):
    """Return what the reshaped view was of."""
    return lax.reshape(new, input.shape)


def expand(input, *, shape):
    """Return the input repeated along new dimensions in front and those of size 1."""
    return jnp.broadcast_to(input, shape)


def diagonal(input, *, offset, dim1, dim2):
    """Return the diagonal, along a new last dimension."""
    # Not jnp.diagonal: its choice by platform hides that the derivative needs no input.
    moved = jnp.moveaxis(input, (dim1, dim2), (-2, -1))
    n = min(moved.shape[-2] - max(-offset, 0), moved.shape[-1] - max(offset, 0))
    return moved[(..., *_on_diagonal(max(n, 0), offset))]


def write_diagonal(input, new, *, offset, dim1, dim2):
    """Return the input with its diagonal replaced."""
    moved = jnp.moveaxis(input, (dim1, dim2), (-2, -1))
    return jnp.moveaxis(moved.at[(..., *_on_diagonal(new.shape[-1], offset))].set(new), (-2, -1), (dim1, dim2))


def _on_diagonal(count, offset):
    """Return the rows and the columns of a diagonal's elements."""
    return jnp.arange(count) + max(-offset, 0), jnp.arange(count) + max(offset, 0)


def unfold(input, *, dimension, size, step):
    """Return windows of `size` along a dimension, each in a new last dimension."""
    starts = jnp.arange(0, input.shape[dimension] - size + 1, step)
    places = starts[:, None] + jnp.arange(size)[None, :]
    windows = jnp.take(input, places.reshape(-1), axis=dimension, mode="clip")
    shape = (*input.shape[:dimension], *places.shape, *input.shape[dimension + 1 :])
    return jnp.moveaxis(windows.reshape(shape), dimension + 1, -1)


def write_unfold(input, new, *, dimension, size, step):
    """Return the input with the windows replaced; they must not overlap."""
    windows = jnp.moveaxis(new, -1, dimension + 1)
    count = windows.shape[dimension]
    places = (jnp.arange(count) * step)[:, None] + jnp.arange(size)[None, :]
    flat = windows.reshape(*input.shape[:dimension], count * size, *input.shape[dimension + 1 :])
    index = (slice(None),) * dimension + (places.reshape(-1),)
    return input.at[index].set(flat)


def as_strided(input, *, shape, strides, offset):
    """Return the view of the flat input that these strides describe."""
    return input.reshape(-1)[_places(shape, strides, offset)]


def write_as_strided(input, new, *, shape, strides, offset):
    """Return the input with the places of the view replaced; they must not overlap."""
    return input.reshape(-1).at[_places(shape, strides, offset)].set(new).reshape(input.shape)


def _places(shape, strides, offset):
    places = jnp.full(shape, offset)
    for dim, (size, stride) in enumerate(zip(shape, strides, strict=True)):
        places = places + jnp.expand_dims(jnp.arange(size) * stride, [d for d in range(len(shape)) if d != dim])
    return places


def detach(input):
    """Return the input; derivatives do not go through it."""
    return lax.stop_gradient(input)


@jax.custom_jvp
def write_detach(input, new):
    """Return `new`; derivatives are those of the input, as nobody has seen the write."""
    return new


@write_detach.defjvp
def _unseen(primals, tangents):
    return primals[1], tangents[0]


def as_real(input):
    """Return complex numbers as pairs of real ones, along a new last dimension."""
    return jnp.stack([input.real, input.imag], -1)


def write_as_real(input, new):
    """Return the complex numbers whose pairs are `new`."""
    return lax.complex(new[..., 0], new[..., 1])


def as_complex(input):
    """Return pairs of real numbers, along the last dimension, as complex ones."""
    return lax.complex(input[..., 0], input[..., 1])


def write_as_complex(input, new):
    """Return the pairs of the complex numbers `new`."""
    return as_real(new)


def bits(input, dtype):
    """Return the bytes of the elements as numbers of another dtype; the last dimension grows or shrinks accordingly."""
    if input.dtype == dtype:
        return input
    if jnp.iscomplexobj(input):
        return bits(as_real(input).reshape(*input.shape[:-1], 2 * input.shape[-1]), dtype)
    if jnp.issubdtype(dtype, jnp.complexfloating):
        pairs = bits(input, np.zeros((), dtype).real.dtype)
        return as_complex(pairs.reshape(*pairs.shape[:-1], pairs.shape[-1] // 2, 2))
    if input.dtype.kind == "b":
        return bits(input.astype(jnp.uint8), dtype)
    if dtype.kind == "b":
        return bits(input, np.dtype(np.uint8)) != 0
    have, need = input.dtype.itemsize, dtype.itemsize
    if need > have:
        input = input.reshape(*input.shape[:-1], input.shape[-1] * have // need, need // have)
    made = lax.bitcast_convert_type(input, dtype)
    return made.reshape(*made.shape[:-2], made.shape[-2] * made.shape[-1]) if need < have else made


def write_bits(input, new, dtype):
    """Return the elements whose bytes are those of `new`."""
    return bits(new, input.dtype)

"""The views of an array and their inverses: what a write through each of them does to the array.

A view is one of few kinds; `jnet.recorder.views` adds strides, and says which of PyTorch's names each of them serves.
Starts of slices are arrays, so that a loop over them is one program; what decides the shape is static.
"""

import jax.numpy as jnp
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
    return jnp.diagonal(input, offset, dim1, dim2)


def write_diagonal(input, new, *, offset, dim1, dim2):
    """Return the input with its diagonal replaced."""
    moved = jnp.moveaxis(input, (dim1, dim2), (-2, -1))
    n = new.shape[-1]
    rows, columns = jnp.arange(n) + max(-offset, 0), jnp.arange(n) + max(offset, 0)
    return jnp.moveaxis(moved.at[..., rows, columns].set(new), (-2, -1), (dim1, dim2))


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

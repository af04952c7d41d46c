"""Values added around those of a tensor, or taken away."""

import math

import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import integers, not_implemented
from jnet.ops.registry import op

__all__ = ["pad"]

_LIMITS = {"int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t", "uint8": "uint8_t"}


def _pad_node(ranks, settings):
    mode, spatial = settings.get("mode", "constant"), len(settings["pad"]) // 2
    names = {"reflect": f"ReflectionPad{spatial}DBackward0", "replicate": f"ReplicationPad{spatial}DBackward0"}
    return names.get(mode, "CopySlices" if mode == "circular" else "ConstantPadNdBackward0")


@op("input", where=("functional",), out=False, grad_fn=_pad_node, saves="nothing")
def pad(input, pad, mode="constant", value=None):
    """Add values before and after those of the last dimensions; negative numbers take some away.

    Args:
        pad: (before, after) of the last dimension, then of the one before it, and so on.
        mode: "constant", "reflect" (mirrored at the edge value), "replicate" (the edge value again) or "circular"
            (the values of the other end). All but the first pad the last one, two or three dimensions, in front of
            which stand one or two others.
        value: of the mode "constant"; None is 0.

    Raises:
        RuntimeError: if `pad` is not of pairs, or more than the input has; if a size becomes negative.
        NotImplementedError: for another mode, another number of dimensions.

    Example:
        >>> pad(jnp.array([[1, 2, 3]]), (1, 2), mode="reflect").tolist()
        [[2, 1, 2, 3, 2, 1]]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
    """
    input, pad = jnp.asarray(input), integers(pad)
    if len(pad) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2\nGot {pad}: a pair for each dimension.")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {input.ndim}\nWrite a pair for each dimension, the last one first."
        )
    pairs = list(zip(pad[::2], pad[1::2], strict=True))
    if mode == "constant":
        return _pad_constant(input, pairs, value)
    if mode not in _EDGES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}\nIt is constant, reflect, replicate or circular.")
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument\nIt takes the values of the input.')
    if not 0 < len(pairs) < 4 or input.ndim - len(pairs) not in (1, 2):
        raise NotImplementedError(f"Padding size {len(pad)} is not supported for {input.ndim}D input tensor.")
    if mode == "circular":
        _check_circular(input.shape, pairs)
    else:
        _check_mirrored(input, pairs, mode)
    for place, pair in enumerate(pairs):
        input = _EDGES[mode](input, *pair, input.ndim - 1 - place)
    return input


def _pad_constant(input, pairs, value):
    for place, (before, after) in enumerate(pairs):
        if input.shape[-1 - place] + min(before, 0) + min(after, 0) < 0:
            raise RuntimeError(
                "narrow(): length must be non-negative.\n"
                f"{(before, after)} takes away more than the {input.shape[-1 - place]} values there are."
            )
    widths = [(0, 0, 0)] * (input.ndim - len(pairs)) + [(before, after, 0) for before, after in reversed(pairs)]
    return lax.pad(input, _converted(0 if value is None else value, input.dtype), widths)


def _converted(value, dtype):
    """Return a Python number in a dtype, integers towards zero; fail if they do not hold it."""
    if jnp.issubdtype(dtype, jnp.integer):
        limits = jnp.iinfo(dtype)
        if not math.isfinite(value) or not limits.min <= int(value) <= limits.max:
            name = _LIMITS.get(dtype.name, dtype.name)
            raise RuntimeError(f"value cannot be converted to type {name} without overflow\nIt is {value}.")
        value = int(value)
    return jnp.asarray(value, dtype)


def _check_circular(shape, pairs):
    for place, (before, after) in enumerate(pairs):
        size = shape[-1 - place]
        if before > size or after > size:
            raise RuntimeError(f"Padding value causes wrapping around more than once.\nThere are {size} values.")
        left = size + min(before, 0) + min(after, 0)
        if size + before + after < 0 or left < 0:
            raise RuntimeError(f"Negative padding value is resulting in an empty dimension\nThere are {size} values.")
        if max(before, after) > left:
            raise RuntimeError(f"Padding value causes wrapping around more than once.\n{left} values are left.")


def _check_mirrored(input, pairs, mode):
    """Raise what PyTorch's kernels raise, which see the last one, two or three dimensions as W, H, D."""
    shape, spatial = list(input.shape), len(pairs)
    if math.prod(shape[input.ndim - spatial - 1 :]) == 0:
        raise RuntimeError(
            f"Expected {spatial + 1}D or {spatial + 2}D (batch mode) tensor with possibly 0 batch size and other "
            f"non-zero dimensions for input, but got: {shape}"
        )
    if mode == "reflect":
        for place, (before, after) in enumerate(pairs):
            if max(before, after) >= shape[-1 - place]:
                raise RuntimeError(
                    f"Argument #{4 + 2 * place}: Padding size should be less than the corresponding input dimension, "
                    f"but got: padding ({before}, {after}) at dimension {input.ndim - 1 - place} of input {shape}"
                )
    made = shape[: input.ndim - spatial] + [shape[-1 - k] + sum(pairs[k]) for k in reversed(range(spatial))]
    for size in made:
        if size < 0 and spatial == 1:
            raise RuntimeError(f"input (W: {shape[-1]}) is too small. Calculated output W: {size}")
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {made}")
    if input.dtype == jnp.bool_:
        raise not_implemented(f"{'reflection' if mode == 'reflect' else 'replication'}_pad{spatial}d", input.dtype)


def _reflected(input, before, after, dim):
    size = input.shape[dim]
    front = lax.rev(lax.slice_in_dim(input, 1, 1 + max(before, 0), axis=dim), (dim,))
    back = lax.rev(lax.slice_in_dim(input, size - 1 - max(after, 0), size - 1, axis=dim), (dim,))
    return _cropped(lax.concatenate([front, input, back], dim), before, after, dim)


def _replicated(input, before, after, dim):
    size = input.shape[dim]
    front = jnp.repeat(lax.slice_in_dim(input, 0, 1, axis=dim), max(before, 0), dim)
    back = jnp.repeat(lax.slice_in_dim(input, size - 1, size, axis=dim), max(after, 0), dim)
    return _cropped(lax.concatenate([front, input, back], dim), before, after, dim)


def _wrapped(input, before, after, dim):
    input = _cropped(input, before, after, dim)  # first: what is taken away does not come back at the other end
    size = input.shape[dim]
    front = lax.slice_in_dim(input, size - max(before, 0), size, axis=dim)
    back = lax.slice_in_dim(input, 0, max(after, 0), axis=dim)
    return lax.concatenate([front, input, back], dim)


def _cropped(input, before, after, dim):
    return lax.slice_in_dim(input, max(-before, 0), input.shape[dim] - max(-after, 0), axis=dim)


_EDGES = {"reflect": _reflected, "replicate": _replicated, "circular": _wrapped}

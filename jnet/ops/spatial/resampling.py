"""Signals, images and volumes in another size: interpolation, one axis after the other."""

import math

import jax.numpy as jnp
import numpy as np

from jnet.ops.checks import not_implemented
from jnet.ops.reductions.statistics import at_least_float32
from jnet.ops.registry import op
from jnet.ops.spatial import adaptive, filters
from jnet.ops.spatial.mixing import mixed, mixed_bytes, picked

__all__ = ["interpolate"]

_RANKS = {"linear": 3, "bilinear": 4, "trilinear": 5, "bicubic": 4, "lanczos": 4}
_NAMES = {3: "W", 4: "HW", 5: "DHW"}
_NODES = {
    "nearest": "Nearest",
    "nearest-exact": "NearestExact",
    "linear": "Linear",
    "bilinear": "Bilinear",
    "trilinear": "Trilinear",
    "bicubic": "Bicubic",
    "lanczos": "Lanczos",
}


def _node(ranks, settings):
    n, mode = ranks[0] - 2, settings.get("mode", "nearest")
    if mode == "area":
        return "SqueezeBackward1" if n == 1 else adaptive.node_of_averages(n, settings.get("size"))
    return f"Upsample{_NODES[mode]}{n}D{'Aa' * bool(settings.get('antialias'))}Backward0"


@op("input", where=("functional",), out=False, grad_fn=_node, saves="nothing")
def interpolate(
    input,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
    recompute_scale_factor=None,
    antialias=False,
):
    """Resize signals, images or volumes.

    Shape: input (N, C, L), (N, C, H, W) or (N, C, D, H, W); result (N, C, *size).

    Args:
        size: of the result, an integer or one an axis.
        scale_factor: size of the result over that of the input, a number or one an axis, instead of `size`.
        mode: "nearest" (the place at or before), "nearest-exact", "linear" (of signals), "bilinear", "bicubic",
            "lanczos" (of images), "trilinear" (of volumes), or "area" (adaptive average pooling).
        align_corners: let the middles of the corner pixels stay the corners; otherwise their outer edges do.
        recompute_scale_factor: interpolate with the ratio of the sizes, not with the `scale_factor` that gave them.
        antialias: take so wide a filter that no pixel is skipped where an image shrinks.

    Raises:
        ValueError, TypeError, NotImplementedError, RuntimeError: where PyTorch raises it: sizes and factors that do not
            fit the input, modes that do not fit its rank, integers.

    Example:
        >>> interpolate(jnp.array([[[0.0, 1.0]]]), 4, mode="linear").tolist()
        [[[0.0, 0.25, 0.75, 1.0]]]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
    """
    input = jnp.asarray(input)
    size, factors = _asked(input, size, scale_factor, mode, align_corners, recompute_scale_factor)
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and input.ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as "
            f"input\nGot mode={mode!r} for an input of shape {input.shape}."
        )
    _check_mode(input.ndim, mode, align_corners, antialias)
    if mode == "area":
        size = size[0] if input.ndim == 3 else size
        return getattr(adaptive, f"adaptive_avg_pool{input.ndim - 2}d")(input, size)
    _check(input, size, mode, antialias)
    kind = np.dtype("float32" if input.dtype.itemsize in (2, 4) else "float64")
    result = at_least_float32(input)
    for axis in range(input.ndim - 1, 1, -1):
        n, o, factor = input.shape[axis], size[axis - 2], factors[axis - 2]
        if mode.startswith("nearest"):
            result = picked(result, axis, filters.nearest(n, o, factor, kind, mode == "nearest-exact"))
            continue
        if antialias:
            matrix = filters.smoothing(n, o, bool(align_corners), factor, kind, mode.removeprefix("bi"))
        else:
            matrix = filters.weights(n, o, bool(align_corners), factor, kind, mode == "bicubic")
        if input.dtype == jnp.uint8:
            result = mixed_bytes(result, axis, *filters.whole(matrix))
        else:
            result = mixed(result, axis, matrix)
    return result.astype(input.dtype)


def _asked(input, size, scale_factor, mode, align_corners, recompute_scale_factor):
    """Return the size of the result and the factors to interpolate with, or None, for each axis."""
    shape, n = list(input.shape[2:]), input.ndim - 2
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
            f"\nLeave it out for {mode}."
        )
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined\nEach follows from the other.")
    if size is None and scale_factor is None:
        raise ValueError("either size or scale_factor should be defined\nGive one of them.")
    if size is not None:
        size = _sizes(shape, n, size, input.ndim, mode)
        if recompute_scale_factor:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.\nLeave it out.")
        return size, (None,) * n
    if isinstance(scale_factor, tuple) and len(scale_factor) != n:
        raise ValueError(
            "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial "
            f"dimensions of {shape} and scale_factor of shape {scale_factor}. Please provide input tensor in (N, C, "
            "d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format."
        )
    factors = scale_factor if isinstance(scale_factor, tuple) else (scale_factor,) * n
    size = tuple(math.trunc(count * float(factor)) for count, factor in zip(shape, factors, strict=True))
    again = recompute_scale_factor or mode == "area"
    return size, (None,) * n if again else tuple(map(float, factors))


def _sizes(shape, n, size, rank, mode) -> tuple[int, ...]:
    if not isinstance(size, tuple):
        if not isinstance(size, int):
            name = "bilinear2d" if mode == "bilinear" else f"{mode.replace('-', '_')}{n}d"
            raise TypeError(
                f"upsample_{name}() received an invalid combination of arguments - got (Tensor, list, NoneType), but "
                f"expected one of:\nsize={size!r} is no integer, nor one for each axis."
            )
        return (size,) * n
    if len(size) != n:
        raise ValueError(
            "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions "
            f"of {shape} and output size of {size}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and "
            "output size in (o1, o2, ...,oK) format."
        )
    if not all(isinstance(each, int) for each in size):
        raise TypeError(
            "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], but got size "
            f"with types {[type(each) for each in size]}\nRound the numbers."
        )
    return size


def _check_mode(rank, mode, align_corners, antialias) -> None:
    """Raise unless the mode is known and fits the rank of the input."""
    if mode == "lanczos" and rank == 4:
        if align_corners:
            raise ValueError("Lanczos mode does not support align_corners=True\nLeave it out.")
        if not antialias:
            raise ValueError("Lanczos mode requires antialias=True\nSay so.")
        return
    if rank in (3, 4, 5) and (mode in ("nearest", "nearest-exact", "area") or _RANKS.get(mode) == rank):
        return
    if rank in (3, 4, 5) and mode in ("linear", "bilinear", "trilinear"):
        raise NotImplementedError(
            f"Got {rank}D input, but {mode} mode needs {_RANKS[mode]}D input\n"
            "It is linear for signals, bilinear for images, trilinear for volumes."
        )
    raise NotImplementedError(
        f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {rank}D) for the modes: nearest | linear | "
        f"bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {mode})\n"
        "bicubic and lanczos take images."
    )


def _check(input, size, mode, antialias) -> None:
    rank, shape = input.ndim, list(input.shape)
    if min(size) <= 0 or 0 in shape[2:]:
        before, after = (
            ", ".join(f"{name}: {each}" for name, each in zip(_NAMES[rank], sizes, strict=True))
            for sizes in (shape[2:], size)
        )
        joined = " and " if rank == 3 else " "
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input ({before}){joined}output ({after})\n"
            "A factor may be too small."
        )
    if not shape[1]:
        raise RuntimeError(
            f"Non-empty {rank}D data tensor expected but got a tensor with sizes {shape}\nOnly the batch may be empty."
        )
    if jnp.issubdtype(input.dtype, jnp.floating) and not (antialias and input.dtype.itemsize == 2):
        return
    if input.dtype == jnp.uint8 and (mode.startswith("nearest") or rank == 4):
        return
    raise not_implemented(_kernel(rank, mode, antialias), input.dtype)


def _kernel(rank, mode, antialias) -> str:
    """Return the name of PyTorch's kernel."""
    if antialias:
        return "compute_index_ranges_weights"
    if rank == 4 and mode != "bicubic":
        return f"upsample_{'bilinear' if mode == 'bilinear' else 'nearest'}2d_channels_last"
    kind = "cubic" if mode == "bicubic" else "nearest" if mode.startswith("nearest") else "linear"
    return f"compute_indices_weights_{kind}"

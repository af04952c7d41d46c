"""Elements moved between channels and space, and among channels."""

import jax.numpy as jnp

from jnet.ops.registry import op

__all__ = ["channel_shuffle", "native_channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


@op("input", where=("torch", "functional"), out=False, grad_fn="PixelShuffleBackward0", saves="nothing")
def pixel_shuffle(input, upscale_factor):
    """Turn r^2 channels into r x r pixels of one channel, r the `upscale_factor`.

    Shape: input (..., C r^2, H, W); result (..., C, H r, W r).

    Raises:
        RuntimeError: for too few dimensions, channels that r^2 does not divide, a factor that is not positive.

    Example:
        >>> pixel_shuffle(jnp.arange(4).reshape(4, 1, 1), 2).tolist()
        [[[0, 1], [2, 3]]]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_shuffle.html
    """
    input, r = jnp.asarray(input), _factor("pixel_shuffle", "upscale_factor", input, upscale_factor)
    *batch, channels, height, width = input.shape
    if channels % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={channels} is not divisible by {r * r}\nThe input is of shape {input.shape}."
        )
    n, channels = len(batch), channels // (r * r)
    pixels = input.reshape(*batch, channels, r, r, height, width)
    axes = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return pixels.transpose(axes).reshape(*batch, channels, height * r, width * r)


@op("input", where=("torch", "functional"), out=False, grad_fn="PixelUnshuffleBackward0", saves="nothing")
def pixel_unshuffle(input, downscale_factor):
    """Turn blocks of r x r pixels into r^2 channels, the inverse of `pixel_shuffle`.

    Shape: input (..., C, H r, W r); result (..., C r^2, H, W).

    Raises:
        RuntimeError: for too few dimensions, a height or width that r does not divide, a factor that is not positive.

    Example:
        >>> pixel_unshuffle(jnp.arange(4).reshape(1, 2, 2), 2).ravel().tolist()
        [0, 1, 2, 3]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_unshuffle.html
    """
    input, r = jnp.asarray(input), _factor("pixel_unshuffle", "downscale_factor", input, downscale_factor)
    *batch, channels, height, width = input.shape
    for name, place, size in (("height", -2, height), ("width", -1, width)):
        if size % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({place})={size} "
                f"is not divisible by {r}\nThe input is of shape {input.shape}."
            )
    n = len(batch)
    blocks = input.reshape(*batch, channels, height // r, r, width // r, r)
    axes = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return blocks.transpose(axes).reshape(*batch, channels * r * r, height // r, width // r)


def _factor(name, what, input, factor) -> int:
    _require_integer(name, what, factor)
    if input.ndim < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)\n"
            "They are channels, height and width."
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive {what}, but got {factor}\n1 changes nothing.")
    return factor


def _require_integer(name, what, value) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}(): argument '{what}' (position 2) must be int, not {type(value).__name__}")


@op("input", where=("torch", "functional"), out=False, grad_fn="ChannelShuffleBackward0", saves="nothing")
def channel_shuffle(input, groups):
    """Deal channels out as cards: the first of each group, then the second of each, ...

    Shape: input and result (N, C, *), of at least three dimensions.

    Raises:
        RuntimeError: for too few dimensions, and for `groups` that do not divide the channels.

    Example:
        >>> channel_shuffle(jnp.arange(6).reshape(1, 6, 1), 2).ravel().tolist()
        [0, 3, 1, 4, 2, 5]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.channel_shuffle.html
    """
    _require_integer("channel_shuffle", "groups", groups)
    return _dealt(input, groups)


@op("input", where=("torch", "functional"), out=False, grad_fn="ChannelShuffleBackward0", saves="nothing")
def native_channel_shuffle(input, groups):
    """Return `channel_shuffle`, by the name of PyTorch's kernel."""
    _require_integer("native_channel_shuffle", "groups", groups)
    return _dealt(input, groups)


def _dealt(input, groups):
    input = jnp.asarray(input)
    if input.ndim <= 2:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}\n"
            "They are batch, channels, and what lies in them."
        )
    channels = input.shape[1]
    if groups <= 0:
        raise RuntimeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}\n1 changes nothing."
        )
    if channels % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {channels} channels and {groups} groups.\n"
            "Groups are of one size."
        )
    dealt = input.reshape(len(input), groups, channels // groups, *input.shape[2:])
    return dealt.swapaxes(1, 2).reshape(input.shape)

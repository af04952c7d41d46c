"""The normalisations of `torch.nn.functional`, where they check more than the ops or take other arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jnet.torch import normalization
from jnet.torch.dispatch import CALLERS
from jnet.torch.tensor import shape_of


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Return `(input - mean) / sqrt(var + eps) * weight + bias`, with one mean and variance a channel.

    Args:
        running_mean, running_var: what stands for mean and variance, unless `training`; then the input's own do, and
            these follow: `(1 - momentum) * running + momentum * the input's`. They may be None in training.
        eps: keeps the divisor away from 0.

    Shape: input (N, C, ...); all else (C,).

    Raises:
        ValueError: if the statistics would be those of a single value, or `eps` is not positive.
        RuntimeError: for shapes and dtypes that do not fit.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, training=True)
        tensor([[-1.0000],
                [ 1.0000]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
    """
    check_batch(input, training, eps)
    return normalization.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)


def check_batch(input, training: bool, eps: float) -> None:
    """Raise PyTorch's errors for a batch of one value a channel, and for what cannot keep a divisor from 0."""
    if training:
        refuse_single_values(shape_of(input), "torch.Size")
        if eps <= 0.0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    elif eps < 0.0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")


def refuse_single_values(size: Sequence[int], kind: str = "") -> None:
    """Raise PyTorch's error for sizes, printed as this kind of list, that leave one value a channel."""
    if size[0] * math.prod(size[2:]) == 1:
        shown = f"{kind}({list(size)})" if kind else list(size)
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {shown}")


def instance_norm(
    input,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    use_input_stats=True,
    momentum=0.1,
    eps=1e-5,
):
    """Return `batch_norm` with a mean and variance for each channel of each instance.

    Args:
        use_input_stats: whether they are the input's own, which the running ones, if any, then follow.

    Raises:
        ValueError: if a channel has a single value.
        RuntimeError: for shapes and dtypes that do not fit.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
    """
    if use_input_stats and math.prod(shape_of(input)[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.size()}")
    return normalization.instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Return `(input - mean) / sqrt(var + eps) * weight + bias`, a mean and variance for each group of channels.

    Args:
        num_groups: how many groups the channels are split into.

    Shape: input (N, C, ...); weight, bias (C,).

    Raises:
        ValueError: if a group has a single value.
        RuntimeError: if the groups do not divide the channels, for shapes and dtypes that do not fit.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.group_norm(torch.tensor([[1.0, 3.0, 5.0, 7.0]]), 2)
        tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
    """
    size = shape_of(input)
    if len(size) < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {len(size)}")
    refuse_single_values([size[0] * size[1] // num_groups, num_groups, *size[2:]])
    return CALLERS["group_norm"](input, num_groups, weight, bias, eps)

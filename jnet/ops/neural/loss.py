"""Losses of differences with PyTorch's semantics: shapes, reductions, dtypes, derivatives where both are equal."""

import warnings

import jax.numpy as jnp

from jnet.ops.checks import (
    broadcast,
    check_castable,
    dtype_name,
    is_floating,
    real,
    size,
)
from jnet.ops.elementwise.arithmetic import refuse_booleans
from jnet.ops.registry import op

__all__ = [
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "smooth_l1_loss",
]

REDUCTIONS = ("none", "mean", "sum")


def check_reduction(reduction, valid=REDUCTIONS):
    """Raise PyTorch's ValueError for what is no reduction."""
    if reduction not in valid:
        raise ValueError(f"{reduction} is not a valid value for reduction\nUse one of {', '.join(valid)}.")


def reduced(loss, reduction):
    """Return the mean or the sum of the losses, or each."""
    if reduction == "mean":
        return loss.mean()
    return loss.sum() if reduction == "sum" else loss


def pair(input, target, reduction, kernel=None):
    """Return input and target in one shape and dtype, warning where the shapes differ, and check, as PyTorch does."""
    input, target = jnp.asarray(input), jnp.asarray(target)
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({size(target.shape)}) that is different to the input size ({size(input.shape)}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            UserWarning,
            stacklevel=3,
        )
        input, target = broadcast(input, target)
    check_reduction(reduction)
    dtype = jnp.promote_types(input.dtype, target.dtype)
    input, target = input.astype(dtype), target.astype(dtype)
    if kernel is not None:
        real(input, kernel)
    return input, target


# What the graph of a loss ends with, where that depends on the arguments.


def _absolute_node(ranks, settings):
    return {"sum": "SumBackward0", "none": "AbsBackward0"}.get(settings.get("reduction"), "MeanBackward0")


def _smooth_l1_node(ranks, settings):
    return "SmoothL1LossBackward0" if settings.get("beta", 1.0) else _absolute_node(ranks, settings)


def _distance(input, target):
    # The derivative of jnp.abs at 0 is 1; PyTorch's is 0, as that of `sign` times its argument.
    d = input - target
    return d * jnp.sign(d)


@op("input", "target", where=("functional",), out=False, grad_fn="MseLossBackward0")
def mse_loss(input, target, reduction="mean"):
    """Return the squared error (input - target)^2.

    Args:
        reduction: "mean", "sum" (the sum of squared errors) or "none" (one value an element).

    Raises:
        ValueError: for another reduction.
        RuntimeError: for shapes that do not broadcast; shapes that differ but broadcast warn.

    Example:
        >>> mse_loss(jnp.array([1.0, 2.0]), jnp.array([0.0, 4.0])).item()
        2.5

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
    """
    input, target = pair(input, target, reduction, "mse_cpu")
    return reduced(jnp.square(input - target), reduction)


@op("input", "target", where=("functional",), out=False, grad_fn=_absolute_node)
def l1_loss(input, target, reduction="mean"):
    """Return the absolute error |input - target|; the derivative at 0 is 0. Arguments and errors as `mse_loss`.

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
    """
    given = jnp.asarray(input), jnp.asarray(target)
    input, target = pair(*given, reduction)
    refuse_booleans(*given)
    if reduction == "mean" and not is_floating(input):
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {dtype_name(input.dtype)}\nConvert one of the two to floating point numbers."
        )
    return reduced(_distance(input, target), reduction)


@op("input", "target", where=("functional",), out=False, grad_fn=_smooth_l1_node)
def smooth_l1_loss(input, target, reduction="mean", beta=1.0):
    """Return d^2 / (2 beta) where |d| < beta and |d| - beta / 2 elsewhere, d = input - target.

    Args:
        beta: where the parabola ends; 0 gives `l1_loss`.
        reduction, shapes, errors: as `mse_loss`.

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
    """
    if beta == 0:
        return l1_loss(input, target, reduction)
    input, target = pair(input, target, reduction, "smooth_l1_cpu" if beta > 0 else None)
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta.\nGot {beta}.")
    d = _distance(input, target)
    return reduced(jnp.where(d < beta, 0.5 * d * d / beta, d - 0.5 * beta), reduction)


@op("input", "target", where=("functional",), out=False, grad_fn="HuberLossBackward0")
def huber_loss(input, target, reduction="mean", delta=1.0):
    """Return d^2 / 2 where |d| <= delta and delta (|d| - delta / 2) elsewhere, d = input - target.

    Args:
        delta: where the parabola ends; positive.
        reduction, shapes, errors: as `mse_loss`.

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
    """
    wanted = jnp.asarray(input).dtype  # which PyTorch keeps here, and here only
    input, target = pair(input, target, reduction)
    if delta <= 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta.\nGot {delta}.")
    check_castable(input.dtype, wanted)
    real(input, "huber_cpu")
    d = _distance(input, target)
    loss = jnp.where(d <= delta, 0.5 * d * d, delta * (d - 0.5 * delta))
    return reduced(loss.astype(wanted), reduction)

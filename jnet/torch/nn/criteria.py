"""The losses of `torch.nn.functional`: PyTorch's signatures, old arguments included, over the ops."""

from __future__ import annotations

import warnings

import numpy as np

from jnet.torch.dispatch import CALLERS
from jnet.torch.tensor import Tensor, value_of


def legacy_reduction(size_average: bool | None, reduce: bool | None, reduction: str = "mean") -> str:
    """Return the reduction that the arguments of PyTorch 0.4 mean, with its warning; `reduction` if both are None."""
    if size_average is None and reduce is None:
        return reduction
    averaged, reduced = (True if each is None else each for each in (size_average, reduce))
    meant = "none" if not reduced else "mean" if averaged else "sum"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{meant}' instead.",
        UserWarning,
        stacklevel=4,
    )
    return meant


def _regression(name: str, input: Tensor, target: Tensor, reduction: str, weight: Tensor | None, **settings) -> Tensor:
    """Return a loss of differences; weights, if any, multiply it element by element."""
    if weight is None:
        return CALLERS[name](input, target, reduction=reduction, **settings)
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")
    weighted = CALLERS[name](input, target, reduction="none", **settings) * weight
    if reduction == "none":
        return weighted
    if reduction not in ("mean", "sum"):
        raise ValueError(f"Invalid reduction mode: {reduction}. Expected one of 'none', 'mean', 'sum'.")
    if reduction == "mean" and name == "huber_loss":  # the others divide by the sum of the weights
        return weighted.mean()
    return weighted.sum() if reduction == "sum" else weighted.sum() / weight.sum()


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Return the squared error (input - target)^2, averaged, summed or one an element.

    Args:
        reduction: "mean", "sum" or "none".
        weight: of each element; "mean" divides by their sum.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]))
        tensor(2.5000)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
    """
    return _regression("mse_loss", input, target, legacy_reduction(size_average, reduce, reduction), weight)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Return the absolute error |input - target|; arguments as `mse_loss`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
    """
    return _regression("l1_loss", input, target, legacy_reduction(size_average, reduce, reduction), weight)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Return the squared error near 0 and the absolute one further than `beta` away; arguments as `mse_loss`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return CALLERS["smooth_l1_loss"](input, target, reduction=reduction, beta=beta)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """Return the squared error near 0 and `delta` times the absolute one beyond; arguments as `mse_loss`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
    """
    return _regression("huber_loss", input, target, reduction, weight, delta=delta)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Return -(y log p + (1 - y) log(1 - p)) of probabilities p = input and targets y, logarithms clamped at -100.

    Raises:
        ValueError: if the shapes differ.
        RuntimeError: for targets outside [0, 1]. A probability outside makes the loss nan.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    loss = CALLERS["binary_cross_entropy"](input, target, weight, reduction=reduction)
    for name, tensor in (("input", input), ("target", target)):
        values = at_hand(tensor)
        if values is not None and not ((values >= 0) & (values <= 1)).all():
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    return loss


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):
    """Return the binary cross entropy of sigmoid(input), without overflow.

    Args:
        weight: multiplies each loss.
        pos_weight: multiplies the losses of positives.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return CALLERS["binary_cross_entropy_with_logits"](
        input, target, weight=weight, reduction=reduction, pos_weight=pos_weight
    )


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """Return -weight[y] input[..., y, ...], the negative log likelihood of labels y = target.

    Raises:
        IndexError: for a label that is no class; a label that is itself computed is looked at when it is known.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return CALLERS["nll_loss"](input, target, weight, ignore_index=ignore_index, reduction=reduction)


def cross_entropy(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
):
    """Return the cross entropy of softmax(input) with targets: labels, or a probability for each class.

    Args:
        weight: one a class.
        ignore_index: labels of this value count nothing.
        label_smoothing: how much of the target is spread over all classes.

    Raises:
        IndexError: for a label that is no class; a label that is itself computed is looked at when it is known.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.cross_entropy(torch.zeros(1, 4), torch.tensor([2]))
        tensor(1.3863)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return CALLERS["cross_entropy"](
        input, target, weight, ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing
    )


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """Return target (log target - input), the divergence of log-probabilities `input` from probabilities `target`.

    Args:
        reduction: also "batchmean", the sum divided by the batch; "mean" divides by the number of elements and warns.
        log_target: the targets are logarithms too.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return CALLERS["kl_div"](input, target, reduction=reduction, log_target=log_target)


# -- values that a compiled program cannot look at -------------------------------------------------


def at_hand(tensor: Tensor) -> np.ndarray | None:
    """Return the values if they lie on the host already: nothing is computed or moved for the sake of a check."""
    array = value_of(tensor).array
    return array if isinstance(array, np.ndarray) else None

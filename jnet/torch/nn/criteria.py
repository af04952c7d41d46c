"""The losses of `torch.nn.functional`: PyTorch's signatures, old arguments included, over the ops."""

from __future__ import annotations

import functools
import warnings

import jax.numpy as jnp
import numpy as np

from jnet.recorder import Call, record
from jnet.torch.bounds import watch
from jnet.torch.dispatch import CALLERS
from jnet.torch.tensor import Tensor, value_of, wrap


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
        RuntimeError: for values outside [0, 1]; those that are themselves computed are looked at when they are known.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    loss = CALLERS["binary_cross_entropy"](input, target, weight, reduction=reduction)
    for name, tensor in (("input", input), ("target", target)):
        check = functools.partial(_check_probabilities, name)
        if value_of(tensor).array is not None:
            watch(tensor, ("probabilities", name), check)
        else:  # the program that computes the values says whether they are: they need not leave it
            extremes = record(_EXTREMES, [value_of(tensor)])
            watch(wrap(extremes), ("probabilities", name), check)
    return loss


_EXTREMES = Call(lambda values: jnp.stack([values.min(initial=0), values.max(initial=1)]), "extremes")


def _check_probabilities(name: str, values: np.ndarray) -> None:
    if not ((values >= 0) & (values <= 1)).all():
        raise RuntimeError(f"all elements of {name} should be between 0 and 1")


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


def linear_cross_entropy(
    input,
    linear_weight,
    target,
    *,
    linear_bias=None,
    weight=None,
    reduction="mean",
    ignore_index=None,
    label_smoothing=0.0,
    options=None,
):
    """Return the cross entropy of softmax(linear(input, linear_weight, linear_bias)) with targets.

    Args:
        linear_weight: (C, in), or (C, d1, ..., in) for losses of several dimensions; the bias is as that without in.
        ignore_index: -100 if None; targets that are probabilities allow no other.
        options: a `LinearCrossEntropyOptions`: how PyTorch saves memory. It is checked, and changes nothing: XLA
            decides what is stored.
        weight, reduction, label_smoothing: as `cross_entropy`.

    Shape: input (N, in) or (in,); target (N, d1, ...) or probabilities (N, C, d1, ...).

    Raises:
        RuntimeError: for shapes that do not fit.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.linear_cross_entropy(torch.ones(1, 2), torch.zeros(4, 2), torch.tensor([2]))
        tensor(1.3863)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.linear_cross_entropy.html
    """
    lead, (classes, *inner, width) = tuple(input.shape[:-1]), _checked_weight(input, linear_weight)
    if linear_bias is not None and tuple(linear_bias.shape) != (classes, *inner):
        raise RuntimeError(f"expected linear_bias shape {(classes, *inner)}, got {tuple(linear_bias.shape)}")
    if inner and not lead:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, "
            f"(N, {width}), got unbatched input with shape {tuple(input.shape)}"
        )
    shape = (*lead, classes, *inner)
    if tuple(target.shape) == shape and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    if options is not None:
        _check_options(options, lead, classes, inner, width, target, linear_bias, reduction, label_smoothing)
    if inner:
        linear_weight = linear_weight.reshape(-1, width)
        linear_bias = None if linear_bias is None else linear_bias.reshape(-1)
    return cross_entropy(
        CALLERS["linear"](input, linear_weight, linear_bias).reshape(shape),
        target,
        weight,
        ignore_index=-100 if ignore_index is None else ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


def _checked_weight(input: Tensor, weight: Tensor) -> tuple[int, ...]:
    """Return the sizes of the weight."""
    if input.ndim not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.ndim}")
    if weight.ndim < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {weight.ndim}")
    if input.size(-1) != weight.size(-1):
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{input.size(-1)} and {weight.size(-1)}, respectively"
        )
    return tuple(weight.shape)


def _check_options(options, lead, classes, inner, width, target, bias, reduction, label_smoothing) -> None:
    """Warn where PyTorch would not heed the options, and refuse those that contradict each other."""
    known = reduction in ("mean", "sum", "none")
    if inner or not known or label_smoothing != 0.0 or target._aval.dtype != np.int64:
        warnings.warn(
            "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in {'mean','sum','none'}, "
            "label_smoothing == 0, target.dtype == int64, out_features == (). Got "
            f"reduction={reduction!r}, label_smoothing={label_smoothing}, target.dtype={target.dtype}, "
            f"out_features={tuple(inner)}, tracing=False, linear_bias.shape="
            f"{None if bias is None else tuple(bias.shape)}.",
            UserWarning,
            stacklevel=3,
        )
    else:
        options._check(lead[0] if lead else 1, width, classes)


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

"""The losses of margins, pairs, counts and sequences of `torch.nn.functional`, with PyTorch's signatures."""

from __future__ import annotations

import math

import numpy as np

from jnet.torch.bounds import watch
from jnet.torch.dispatch import CALLERS
from jnet.torch.nn.criteria import at_hand, legacy_reduction
from jnet.torch.tensor import Tensor, from_array, numpy_of, shape_of


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """Return `input` where the target is 1, and max(0, margin - input) where it is -1.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.hinge_embedding_loss(torch.tensor([0.5, 0.25]), torch.tensor([1, -1]))
        tensor(0.6250)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return CALLERS["hinge_embedding_loss"](input, target, margin=margin, reduction=reduction)


def margin_ranking_loss(input1, input2, target, margin: float = 0, size_average=None, reduce=None, reduction="mean"):
    """Return max(0, -target (input1 - input2) + margin).

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return CALLERS["margin_ranking_loss"](input1, input2, target, margin=margin, reduction=reduction)


def cosine_embedding_loss(input1, input2, target, margin: float = 0, size_average=None, reduce=None, reduction="mean"):
    """Return 1 - cos where the target is 1, and max(0, cos - margin) where it is -1.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return CALLERS["cosine_embedding_loss"](input1, input2, target, margin=margin, reduction=reduction)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Return log(1 + exp(-target input)), for targets of 1 and -1.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
    """
    return CALLERS["soft_margin_loss"](input, target, reduction=legacy_reduction(size_average, reduce, reduction))


def multi_margin_loss(
    input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"
):  # fmt: skip
    """Return sum_j max(0, margin - input[y] + input[j])^p / C over the other classes j, for labels y.

    Raises:
        RuntimeError: for a label that is no class; a label that is itself computed is looked at when it is known.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    loss = CALLERS["multi_margin_loss"](input, target, p=p, margin=margin, weight=weight, reduction=reduction)
    _watch_labels(target, 0, _classes(input), "target out of range")
    return loss


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Return sum_jk max(0, 1 - input[j] + input[k]) / C over the labels j, which -1 ends, and the other classes k.

    Raises:
        RuntimeError: for a label that is no class; a label that is itself computed is looked at when it is known.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    loss = CALLERS["multilabel_margin_loss"](input, target, reduction=reduction)
    _watch_labels(target, -1, _classes(input), "argument #2 'target' is out of range")
    return loss


def _classes(input: Tensor) -> int:
    shape = shape_of(input)
    return shape[-1] if shape else 1


def _watch_labels(target: Tensor, least: int, classes: int, message: str) -> None:
    def check(array: np.ndarray) -> None:
        if array.size and not (least <= array.min() and array.max() < classes):
            raise RuntimeError(f"{message}\nThere are {classes} classes, counted from 0.")

    watch(target, (message, classes), check)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Return the mean over the classes of -(y log p + (1 - y) log(1 - p)), p = sigmoid(input), y = target.

    Args:
        weight: multiplies the losses of the classes.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    log_p = CALLERS["logsigmoid"]
    loss = -(target * log_p(input) + (1 - target) * log_p(-input))
    if weight is not None:
        loss = loss * weight
    loss = loss.sum(dim=-1) / input.size(-1)
    return _reduced(loss, reduction, f"{reduction} is not valid")


def triplet_margin_loss(
    anchor,
    positive,
    negative,
    margin=1.0,
    p: float = 2,
    eps=1e-6,
    swap=False,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    """Return max(0, |anchor - positive| - |anchor - negative| + margin), p-norms along the last dimension.

    Args:
        swap: let the negative be as far as from the positive, if that is nearer than the anchor.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
    """
    return CALLERS["triplet_margin_loss"](
        anchor, positive, negative, margin=margin, p=float(p), eps=eps, swap=swap,
        reduction=legacy_reduction(size_average, reduce, reduction),
    )  # fmt: skip


def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"
):
    """Return max(0, d(anchor, positive) - d(anchor, negative) + margin) for a distance d of one's own.

    Args:
        distance_function: takes two tensors; by default `pairwise_distance`.
        margin, swap, reduction: as `triplet_margin_loss`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
    """
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    ranks = [each.ndim for each in (anchor, positive, negative)]
    if len(set(ranks)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {ranks[0]}D, positive {ranks[1]}D, and negative {ranks[2]}D inputs"
        )
    distance = CALLERS["pairwise_distance"] if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = far.minimum(distance(positive, negative))
    return _reduced((margin + near - far).clamp_min(0), reduction)


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
):
    """Return exp(input) - target input, the negative log likelihood of counts whose rate has `input` as logarithm.

    Args:
        log_input: if not, `input` is the rate itself, and the loss is input - target log(input + eps).
        full: add Stirling's approximation of log(target!), for targets above 1.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return CALLERS["poisson_nll_loss"](input, target, log_input=log_input, full=full, eps=eps, reduction=reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """Return (log var + (input - target)^2 / var) / 2, the negative log likelihood of targets with a variance each.

    Args:
        var: a tensor of the shape of `input`, or with one value in place of its last dimension; or a float.
        full: add the constant log(2 pi) / 2.
        eps: what a smaller variance counts as; its gradient is that of the variance itself.

    Raises:
        ValueError: for another shape or reduction, a negative variance. One that is itself computed is looked at when
            it is known; of a view it makes the loss nan.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.gaussian_nll_loss(torch.ones(2), torch.zeros(2), torch.ones(2))
        tensor(0.5000)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
    """
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = input.new_full(input.size(), var)
    if not isinstance(var, Tensor):
        raise TypeError(
            "any() received an invalid combination of arguments - got (bool), but expected one of:\n"
            "The variance is a tensor or a float."
        )
    if not var._links:
        watch(var, ("variance",), _check_variances)
    elif (known := at_hand(var)) is not None:  # the rest of what a view shows a part of may be anything
        _check_variances(known)
    if var.size() != input.size():
        if input.size()[:-1] == var.size():
            var = var.unsqueeze(-1)
        elif not (input.ndim == var.ndim and _one_shared_dimension(shape_of(input), shape_of(var))):
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    fixed = var.detach()
    small = (fixed.clamp_min(eps) - fixed).masked_fill(fixed < 0, math.nan)
    var = var + small
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    return _reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


def _check_variances(array: np.ndarray) -> None:
    if (array < 0).any():
        raise ValueError("var has negative entry/entries")


def _one_shared_dimension(shape, variances) -> bool:
    return sum(size for wanted, size in zip(shape, variances, strict=True) if wanted != size) == 1


def _reduced(loss: Tensor, reduction: str, message: str = "") -> Tensor:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(message)
    return loss.mean() if reduction == "mean" else loss.sum() if reduction == "sum" else loss


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """Return -log of the probability of a sequence of labels, summed over all their places in time.

    The lengths, which decide how much there is to compute, are read.

    Args:
        log_probs: (T, N, C) or (T, C), logarithms of the probabilities of the classes at each time.
        targets: the labels, (N, S) or one after the other.
        input_lengths, target_lengths: tensors or tuples of integers.
        blank: the class that stands between labels.
        reduction: "mean" (of the losses by their number of labels), "sum" or "none".
        zero_infinity: let sequences that are too short for their labels count 0, not infinity.

    Raises:
        RuntimeError: for lengths and shapes that do not fit.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html
    """
    times, lengths = _lengths("input_lengths", input_lengths), _lengths("target_lengths", target_lengths)
    count = shape_of(log_probs)[1] if log_probs.ndim == 3 else 1
    for name, each in (("input_lengths", times), ("target_lengths", lengths)):
        if each.size != count:
            raise RuntimeError(f"{name} must be of size batch_size")
    _check_lengths("input_lengths", times, log_probs.size(0))
    _check_lengths("target_lengths", lengths, None)
    if not 0 <= blank < log_probs.size(-1):
        raise RuntimeError("blank must be in label range")
    targets = _in_rows(targets, lengths, log_probs.ndim == 3)
    return CALLERS["ctc_loss"](
        log_probs, targets, from_array(times), from_array(lengths), blank=blank, reduction=reduction,
        zero_infinity=zero_infinity,
    )  # fmt: skip


_ALLOCATING = "(while checking arguments for ctc_loss_allocate_outputs)"


def _lengths(name: str, given) -> np.ndarray:
    lengths = numpy_of(given) if isinstance(given, Tensor) else np.asarray(given)
    if lengths.dtype.kind not in "iu":
        raise RuntimeError(f"{name} must be integral")
    return lengths.astype(np.int64)


def _check_lengths(name: str, lengths: np.ndarray, most: int | None) -> None:
    for length in lengths.reshape(-1):
        if length < 0:
            raise RuntimeError(f"Expected {name} to have value at least 0, but got value {length} {_ALLOCATING}")
        if most is not None and length > most:
            raise RuntimeError(f"Expected {name} to have value at most {most}, but got value {length} {_ALLOCATING}")


def _in_rows(targets: Tensor, lengths: np.ndarray, batched: bool) -> Tensor:
    """Return the labels of each sequence in a row of its own; those after its length may be any."""
    longest = int(lengths.max(initial=0))
    if targets.ndim == 2:
        if targets.size(0) != lengths.size:
            raise RuntimeError(
                f"Expected tensor to have size {lengths.size} at dimension 0, but got size {targets.size(0)} for "
                f"argument #2 'targets' {_ALLOCATING}"
            )
        if targets.size(1) < longest:
            raise RuntimeError(
                f"Expected tensor to have size at least {longest} at dimension 1, but got size {targets.size(1)} for "
                f"argument #2 'targets' {_ALLOCATING}"
            )
        return targets
    if targets.size(0) != lengths.sum():
        raise RuntimeError(
            f"Expected tensor to have size {lengths.sum()} at dimension 0, but got size {targets.size(0)} for argument "
            f"#2 'targets' {_ALLOCATING}"
        )
    if not batched:
        return targets
    starts = np.cumsum(lengths) - lengths
    places = np.minimum(starts[:, None] + np.arange(longest), max(targets.size(0) - 1, 0))
    return targets[from_array(places)] if targets.size(0) else targets.reshape(lengths.size, 0)


__all__ = [
    "cosine_embedding_loss",
    "ctc_loss",
    "gaussian_nll_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "poisson_nll_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]

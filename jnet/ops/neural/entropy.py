"""Losses of probabilities and labels with PyTorch's semantics: cross entropies, likelihoods, divergence."""

import operator
import warnings

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import xlogy

from jnet.ops.checks import (
    broadcast,
    broadcast_shapes,
    check_castable,
    check_keeps_shape,
    dtype_name,
    is_concrete,
    is_floating,
    real,
    size,
)
from jnet.ops.elementwise.arithmetic import refuse_booleans
from jnet.ops.neural.activation import log_softmax, logsigmoid
from jnet.ops.neural.loss import REDUCTIONS, check_reduction, reduced
from jnet.ops.promotion import promoted
from jnet.ops.registry import op

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "kl_div",
    "nll_loss",
]


def _nll_node(ranks, settings):
    if ranks[0] <= 2:
        return "NllLossBackward0"
    viewed = ranks[0] != 4 and settings.get("reduction") == "none"
    return "ViewBackward0" if viewed else "NllLoss2DBackward0"


def _cross_entropy_node(ranks, settings):
    if ranks[0] == ranks[1]:  # the target holds probabilities
        return "NegBackward0" if settings.get("reduction") in ("sum", "none") else "DivBackward1"
    return "AddBackward0" if settings.get("label_smoothing") else _nll_node(ranks, settings)


def _kl_node(ranks, settings):
    none = "MulBackward0" if settings.get("log_target") else "SubBackward0"
    named = {"none": none, "sum": "SumBackward0", "batchmean": "DivBackward0"}
    return named.get(settings.get("reduction"), "MeanBackward0")


@jax.custom_jvp
def _binary_entropy(p, y):
    # The logarithms are kept from -inf, so a wrong, certain prediction costs 100.
    return (y - 1) * jnp.maximum(jnp.log1p(-p), -100) - y * jnp.maximum(jnp.log(p), -100)


@_binary_entropy.defjvp
def _binary_entropy_jvp(primals, tangents):
    # PyTorch's derivative: at p = 0 and 1, where that of the clamped logarithm is 0 * inf, it is large and finite.
    p, y = primals
    dp, dy = tangents
    slope = (p - y) / jnp.maximum((1 - p) * p, 1e-12)
    return _binary_entropy(p, y), slope * dp + (jnp.log1p(-p) - jnp.log(p)) * dy


@op("input", "target", "weight", where=("functional",), out=False, grad_fn="BinaryCrossEntropyBackward0")
def binary_cross_entropy(input, target, weight=None, reduction="mean"):
    """Return -(y log p + (1 - y) log(1 - p)), logarithms clamped at -100.

    Args:
        input: probabilities p in [0, 1].
        target: y in [0, 1], of the shape and dtype of `input`.
        weight: multiplies each loss; broadcasts to the shape of `input`.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: for another reduction, or a target of another shape.
        RuntimeError: for values outside [0, 1]. Under `jit`, where no value can be looked at, the loss is nan instead.

    Example:
        >>> round(binary_cross_entropy(jnp.array([0.5, 0.5]), jnp.array([1.0, 0.0])).item(), 4)
        0.6931

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
    """
    check_reduction(reduction)
    input, target = jnp.asarray(input), jnp.asarray(target)
    weight = None if weight is None else jnp.asarray(weight)
    if input.shape != target.shape:
        raise ValueError(
            f"Using a target size ({size(target.shape)}) that is different to the input size ({size(input.shape)}) is "
            "deprecated. Please ensure they have the same size.\nReshape one, for example target.reshape(input.shape)."
        )
    weighted = input.shape if weight is None else _weighted_shape(target.shape, weight.shape)
    if target.dtype != input.dtype:
        raise RuntimeError(
            f"Found dtype {dtype_name(target.dtype)} but expected {dtype_name(input.dtype)}\n"
            "Convert the target to the dtype of the input."
        )
    real(input, "binary_cross_entropy")
    inside = {name: (x >= 0) & (x <= 1) for name, x in (("input", input), ("target", target))}
    for name, check in inside.items():
        if is_concrete(check) and not check.all():
            raise RuntimeError(
                f"all elements of {name} should be between 0 and 1\n"
                "For logits there is binary_cross_entropy_with_logits."
            )
    unknown = jnp.full((), jnp.nan, input.dtype)
    loss = jnp.where(inside["input"] & inside["target"], _binary_entropy(input, target), unknown)
    if weight is not None:
        check_keeps_shape(loss.shape, weighted)
        loss = loss * jnp.broadcast_to(weight.astype(loss.dtype), loss.shape)
    return reduced(loss, reduction)


def _weighted_shape(shape, weight):
    """Return the shape that weights broadcast to with what they weigh; raise PyTorch's error if they do not."""
    wide = [1] * max(0, len(weight) - len(shape)) + list(shape)
    for place in range(-1, -len(weight) - 1, -1):
        if weight[place] not in (1, wide[place]) and wide[place] != 1:
            raise RuntimeError(
                f"Attempting to broadcast a dimension of length {weight[place]} at {place}! Mismatching argument at "
                f"index 1 had {size(weight)}; but expected shape should be broadcastable to {wide}\n"
                "The weights need the shape of the input, or of its last dimensions."
            )
        wide[place] = max(weight[place], wide[place]) if weight[place] else 0
    return tuple(wide)


@op(
    "input",
    "target",
    "weight",
    "pos_weight",
    where=("functional",),
    out=False,
    grad_fn="BinaryCrossEntropyWithLogitsBackward0",
)
def binary_cross_entropy_with_logits(input, target, weight=None, reduction="mean", pos_weight=None):
    """Return the binary cross entropy of sigmoid(input), without overflow.

    Args:
        input: logits.
        target: y in [0, 1], of the shape of `input`, floating point.
        weight: multiplies each loss; broadcasts to the shape of `input`.
        reduction: "mean", "sum" or "none".
        pos_weight: multiplies the losses of positives; broadcasts to the shape of `input`.

    Raises:
        ValueError: for another reduction, or a target of another shape.

    Example:
        >>> round(binary_cross_entropy_with_logits(jnp.zeros(2), jnp.array([1.0, 0.0])).item(), 4)
        0.6931

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
    """
    check_reduction(reduction)
    input, target = jnp.asarray(input), jnp.asarray(target)
    if input.shape != target.shape:
        raise ValueError(
            f"Target size ({size(target.shape)}) must be the same as input size ({size(input.shape)})\n"
            "Reshape one, for example target.reshape(input.shape)."
        )
    real(input, "log_sigmoid_cpu")
    log_p = logsigmoid(input)
    if pos_weight is not None:
        refuse_booleans(pos_weight, 1)
        pos_weight, labels = broadcast(jnp.asarray(pos_weight), target)
        log_p = operator.mul(*broadcast((pos_weight - 1) * labels + 1, log_p))
        check_keeps_shape(input.shape, log_p.shape)
    refuse_booleans(target, target)
    check_castable(jnp.promote_types(input.dtype, target.dtype), target.dtype)
    loss = (1 - target) * input
    loss = (loss - log_p).astype(target.dtype)
    if weight is not None:
        weight = jnp.asarray(weight)
        check_keeps_shape(loss.shape, broadcast_shapes(loss.shape, weight.shape))
        loss = loss * jnp.broadcast_to(weight.astype(loss.dtype), loss.shape)
    return reduced(loss, reduction)


@op("input", "target", "weight", where=("functional",), out=False, grad_fn=_nll_node)
def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean"):
    """Return -weight[y] input[..., y, ...], the negative log likelihood of the labels y.

    Shape: input (N, C), (C,) or (N, C, d1, ...) of log-probabilities; target (N,), () or (N, d1, ...), any integer
        dtype; weight (C,). "none" gives the shape of the target, others a scalar.

    Args:
        weight: one weight a class; "mean" divides by the sum of the weights of the labels.
        ignore_index: targets of this value count nothing.
        reduction: "mean", "sum" or "none".

    Raises:
        IndexError: for a label that is no class. Under `jit`, where no value can be looked at, its loss is nan instead.
        RuntimeError, ValueError: for labels that are not integers, shapes that do not fit, another reduction.

    Example:
        >>> round(nll_loss(jnp.log(jnp.array([[0.5, 0.25, 0.25]])), jnp.array([0])).item(), 4)
        0.6931

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
    """
    check_reduction(reduction)
    input, target = jnp.asarray(input), jnp.asarray(target)
    weight = None if weight is None else jnp.asarray(weight)
    _check_labels(input, target, weight, ignore_index)
    loss, scale = _nll(input, target, weight, ignore_index)
    return loss.sum() / scale.sum() if reduction == "mean" else reduced(loss, reduction)


def _nll(input, target, weight, ignore_index):
    """Return the loss of each label and its weight; what is ignored has weight 0, what is no class the loss nan."""
    target = target.astype(jnp.result_type(target.dtype, jnp.int32))
    axis = min(input.ndim - 1, 1)
    if input.ndim == 1:
        target = target.reshape(())
    kept = target != ignore_index
    classes = lax.broadcasted_iota(target.dtype, input.shape, axis)
    # A comparison fuses and differentiates to a selection; a gather would differentiate to a scatter, slow everywhere.
    hit = (classes == jnp.expand_dims(target, axis)) & jnp.expand_dims(kept, axis)
    zero = jnp.zeros((), input.dtype)
    scale = kept.astype(input.dtype)
    if weight is not None:
        scale = jnp.where(hit, _per_class(weight, input), zero).sum(axis)
    wrong = kept & ((target < 0) | (target >= input.shape[axis]))
    scale = jnp.where(wrong, jnp.full((), jnp.nan, input.dtype), scale)
    return -scale * jnp.where(hit, input, zero).sum(axis), scale


def _per_class(weight, input):
    """Return weights (C,) so that they broadcast to `input`, made explicit."""
    axis = min(input.ndim - 1, 1)
    return lax.broadcast_in_dim(weight.reshape(-1).astype(input.dtype), input.shape, (axis,))


def _check_labels(input, target, weight, ignore_index):
    """Raise what PyTorch raises of labels and weights that do not fit, in the order in which it looks."""
    shape, labels = input.shape, target.shape
    if not shape:
        raise ValueError("Expected 1 or more dimensions (got 0)\nThe input holds one log-probability a class.")
    batch = labels[0] if labels else 0
    if len(shape) > 1 and batch != shape[0]:
        raise ValueError(
            f"Expected input batch_size ({shape[0]}) to match target batch_size ({batch}).\n"
            f"The shapes are {shape} and {labels}: one label a row."
        )
    spatial = len(shape) > 2
    expected = (shape[0], *shape[2:])
    if spatial and len(shape) != 4 and labels != expected:
        raise RuntimeError(f"Expected target size {list(expected)}, got {list(labels)}\nThe classes have no labels.")
    if len(shape) == 4 and len(labels) != 3:
        raise RuntimeError(
            f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {len(labels)}\n"
            f"The shape is {labels}, and not {expected}."
        )
    if not spatial and len(labels) > 1:
        raise RuntimeError(
            "0D or 1D target tensor expected, multi-target not supported\n"
            f"The shape is {labels}: flatten a column of labels; of one-hot rows take argmax(1)."
        )
    if target.dtype not in (jnp.uint8, jnp.zeros((), int).dtype):  # int32 where that is the longest
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got {dtype_name(target.dtype)}\n"
            "Labels are whole numbers: convert them to int64."
        )
    if len(shape) == 2 and not labels:  # and no row
        raise IndexError("Dimension specified as 0 but tensor has no dimensions\nThere is one label a row.")
    if len(shape) == 1 and target.size != 1:
        raise ValueError(
            f"For 1D input, 1D target must have size 1, but got target size: {target.size}\n"
            "One vector has one label; for a batch the input is (N, C)."
        )
    classes = shape[min(len(shape) - 1, 1)]
    if weight is not None and (weight.size != classes or (weight.ndim != 1 and not spatial)):
        each = "all" if spatial else f"all {classes} classes"
        which = "classes" if spatial else f"classes but got weight tensor of shape: {list(weight.shape)}"
        raise RuntimeError(
            f"weight tensor should be defined either for {each} or no {which}\nThere are {classes} classes."
        )
    if len(shape) == 4 and labels != expected:
        raise RuntimeError(
            f"size mismatch (got input: {list(shape)} , target: {list(labels)}\nThe classes have no labels."
        )
    real(input, "nll_loss2d_forward_out_frame" if spatial else "nll_loss_out_frame")
    if weight is not None and weight.dtype != input.dtype:
        raise RuntimeError(
            f"expected scalar type {dtype_name(input.dtype)} but found {dtype_name(weight.dtype)}\n"
            "Convert the weights to the dtype of the input."
        )
    if is_concrete(target):
        check_labels(np.asarray(target), classes, ignore_index)


def check_labels(target: np.ndarray, classes: int, ignore_index: int) -> None:
    """Raise PyTorch's IndexError if a label is no class.

    Example:
        >>> check_labels(np.array([0, 3]), 3, -100)
        Traceback (most recent call last):
        IndexError: Target 3 is out of bounds.
        The input has 3 classes, so labels lie in [0, 2]; widen the last layer, or pass ignore_index=3 to skip these.
    """
    wrong = target[(target != ignore_index) & ((target < 0) | (target >= classes))]
    if wrong.size:
        raise IndexError(
            f"Target {wrong.ravel()[0]} is out of bounds.\nThe input has {classes} classes, so labels lie in "
            f"[0, {classes - 1}]; widen the last layer, or pass ignore_index={wrong.ravel()[0]} to skip these."
        )


@op("input", "target", "weight", where=("functional",), out=False, grad_fn=_cross_entropy_node)
def cross_entropy(input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """Return the cross entropy of softmax(input) and the target: `log_softmax`, then `nll_loss`.

    Shape: input (N, C), (C,) or (N, C, d1, ...) of logits; target either labels, as in `nll_loss`, or probabilities
        of the shape of the input.

    Args:
        weight: one weight a class.
        ignore_index: labels of this value count nothing.
        reduction: "mean" (weighted, as in `nll_loss`), "sum" or "none".
        label_smoothing: in [0, 1]: mixes this share of the uniform distribution into the target.

    Raises:
        As `nll_loss`. Under `jit` the loss of a label that is no class is nan.

    Example:
        >>> round(cross_entropy(jnp.zeros((2, 4)), jnp.array([0, 3])).item(), 4)
        1.3863

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
    """
    check_reduction(reduction)
    input, target = jnp.asarray(input), jnp.asarray(target)
    weight = None if weight is None else jnp.asarray(weight)
    if input.shape == target.shape:
        return _soft_cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)
    if label_smoothing > 1:
        raise _wrong_smoothing(label_smoothing)
    log_p = log_softmax(input, 0 if input.ndim == 1 else 1)
    if label_smoothing <= 0:
        return nll_loss(log_p, target, weight, ignore_index, reduction)
    _check_labels(input, target, weight, ignore_index)
    loss, scale = _nll(log_p, target, weight, ignore_index)
    uniform = -(log_p if weight is None else log_p * _per_class(weight, log_p)).mean(min(input.ndim - 1, 1))
    uniform = jnp.where(target.reshape(uniform.shape) == ignore_index, jnp.zeros((), uniform.dtype), uniform)
    loss = (1 - label_smoothing) * loss + label_smoothing * uniform
    return loss.sum() / scale.sum() if reduction == "mean" else reduced(loss, reduction)


def _wrong_smoothing(label_smoothing):
    return RuntimeError(
        f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}\nIt is a share of the target."
    )


def _soft_cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing):
    if not jnp.issubdtype(target.dtype, jnp.floating):
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {dtype_name(target.dtype)}\n"
            "Convert probabilities; labels are given without the dimension of the classes."
        )
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target\nProbabilities have no index.")
    if not input.ndim:
        raise IndexError("Dimension specified as 1 but tensor has no dimensions\nThe input holds one logit a class.")
    axis = min(input.ndim - 1, 1)
    classes = input.shape[axis]
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or no classes but got "
            f"weight tensor of shape: {list(weight.shape)}\nThere are {classes} classes."
        )
    if label_smoothing > 1:
        raise _wrong_smoothing(label_smoothing)
    if label_smoothing > 0:
        target = (1 - label_smoothing) * target + label_smoothing / classes
    log_p = log_softmax(input, axis)
    loss = -(log_p * target if weight is None else log_p * target * _per_class(weight, log_p)).sum(axis)
    return reduced(loss, reduction)


@op("input", "target", where=("functional",), out=False, grad_fn=_kl_node)
def kl_div(input, target, reduction="mean", log_target=False):
    """Return the Kullback-Leibler divergence target (log target - input) of log-probabilities `input`.

    Args:
        target: probabilities, or log-probabilities under `log_target`.
        reduction: "batchmean" (the sum over the batch size: the definition), "sum", "none", or "mean", which divides
            by the number of elements and warns.

    Example:
        >>> half = jnp.array([[0.5, 0.5]])
        >>> kl_div(jnp.log(half), half, reduction="batchmean").item()
        0.0

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
    """
    check_reduction(reduction, (*REDUCTIONS, "batchmean"))
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            UserWarning,
            stacklevel=2,
        )
    input, target = jnp.asarray(input), jnp.asarray(target)
    batch = input.shape[0] if input.ndim else 1
    if not (is_floating(input) and is_floating(target)):
        raise RuntimeError("kl_div: Integral inputs not supported.\nBoth are probabilities: convert them.")
    if jnp.iscomplexobj(input) or jnp.iscomplexobj(target):
        raise RuntimeError("kl_div: Complex inputs not supported.\nProbabilities are real.")
    target, input = broadcast(*promoted([target, input], floating=False))
    loss = jnp.exp(target) * (target - input) if log_target else xlogy(target, target) - target * input
    return loss.sum() / batch if reduction == "batchmean" else reduced(loss, reduction)

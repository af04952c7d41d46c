"""Losses of margins, pairs and counts, with PyTorch's semantics and its derivatives at the corners."""

import math

import jax.numpy as jnp
from jax import lax
from jax.scipy.special import xlogy

from jnet.ops.checks import broadcast, broadcast_shapes, check_castable, dtype_name, real, size
from jnet.ops.elementwise.arithmetic import refuse_booleans
from jnet.ops.promotion import promoted
from jnet.ops.reductions.norms import pairwise_distance
from jnet.ops.reductions.statistics import mean
from jnet.ops.registry import op

__all__ = [
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "poisson_nll_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
]


def _reduced(loss, reduction):
    """Return the loss reduced; integers have no mean, as in PyTorch."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction\nUse one of none, mean, sum.")
    if reduction == "mean":
        return mean(loss)
    return loss.sum() if reduction == "sum" else loss


def _ends_with(none):
    """Return what gives the node of a loss that PyTorch composes of others; `none` is that of reduction="none"."""
    named = {"none": none, "sum": "SumBackward0"}
    return lambda ranks, settings: named.get(settings.get("reduction"), "MeanBackward0")


def _at_least_zero(x):
    # The derivative at 0 is 1, as that of PyTorch's clamp_min; that of jnp.maximum is a half.
    return jnp.where(x < 0, jnp.zeros((), x.dtype), x)


@op("input", "target", where=("functional",), out=False, grad_fn=_ends_with("AddBackward0"))
def hinge_embedding_loss(input, target, margin=1.0, reduction="mean"):
    """Return `input` where the target is 1, and max(0, margin - input) where it is -1; both where it is neither.

    Args:
        input: distances of pairs.
        target: 1 for pairs that are alike, -1 for others; broadcasts with `input`.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: for another reduction.
        RuntimeError: for shapes that do not broadcast, and the mean of integers.

    Example:
        >>> hinge_embedding_loss(jnp.array([0.5, 0.25]), jnp.array([1, -1]), reduction="none").tolist()
        [0.5, 0.75]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
    """
    target, input = broadcast(jnp.asarray(target), jnp.asarray(input))
    refuse_booleans(input)
    zero = jnp.zeros((), input.dtype)
    apart = _at_least_zero(jnp.asarray(margin).astype(input.dtype) - input)
    return _reduced(jnp.where(target != 1, apart, zero) + jnp.where(target != -1, input, zero), reduction)


@op("input1", "input2", "target", where=("functional",), out=False, grad_fn=_ends_with("ClampMinBackward0"))
def margin_ranking_loss(input1, input2, target, margin=0.0, reduction="mean"):
    """Return max(0, -target (input1 - input2) + margin): a target of 1 wants input1 larger, one of -1 input2.

    Raises:
        RuntimeError: for different numbers of dimensions, shapes that do not broadcast.
        ValueError: for an unknown reduction.

    Example:
        >>> margin_ranking_loss(jnp.array([1.0, 2.0]), jnp.array([0.5, 4.0]), jnp.array([1.0, 1.0])).item()
        1.0

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
    """
    given = [jnp.asarray(each) for each in (input1, input2, target)]
    if len({each.ndim for each in given}) > 1:
        sizes = [size(each.shape) for each in given]
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {sizes[0]}, input2: {sizes[1]}, target: {sizes[2]} \nReshape them to one number of dimensions."
        )
    refuse_booleans(*given)
    input1, input2, target = promoted(given, floating=True)
    target, apart = broadcast(-target, jnp.subtract(*broadcast(input1, input2)))
    return _reduced(_at_least_zero(target * apart + jnp.asarray(margin, apart.dtype)), reduction)


@op("input1", "input2", "target", where=("functional",), out=False, grad_fn=_ends_with("AddBackward0"))
def cosine_embedding_loss(input1, input2, target, margin=0.0, reduction="mean"):
    """Return 1 - cos where the target is 1 and max(0, cos - margin) where it is -1, cos that of the vectors' angle.

    Shape: input1, input2 (N, D) and target (N,); or (D,) and ().

    Raises:
        RuntimeError: for other shapes.
        ValueError: for an unknown reduction.

    Example:
        >>> a, b = jnp.array([1.0, 0.0]), jnp.array([3.0, 4.0])
        >>> f"{cosine_embedding_loss(a, b, jnp.array(1)):.4f}"
        '0.4000'

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
    """
    input1, input2, target = (jnp.asarray(each) for each in (input1, input2, target))
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported\nGive one target a pair.")
    if input1.ndim != target.ndim + 1 or input2.ndim != target.ndim + 1:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found inputs with sizes "
            f"{list(input1.shape)} and {list(input2.shape)}.\nA batch of pairs has a target each."
        )
    left, right = broadcast(*promoted([input1, input2], floating=True))
    least = jnp.asarray(1e-12, left.dtype)
    lengths = (jnp.square(left).sum(-1) + least) * (jnp.square(right).sum(-1) + least)
    target, cosine = broadcast(target, (left * right).sum(-1) / jnp.sqrt(lengths))
    zero = jnp.zeros((), cosine.dtype)
    apart = _at_least_zero(cosine - jnp.asarray(margin, cosine.dtype))
    return _reduced(jnp.where(target == 1, 1 - cosine, zero) + jnp.where(target == -1, apart, zero), reduction)


@op("input", "target", where=("functional",), out=False, grad_fn="SoftMarginLossBackward0")
def soft_margin_loss(input, target, reduction="mean"):
    """Return log(1 + exp(-target input)), for targets of 1 and -1.

    Raises:
        RuntimeError: for integers, shapes that do not broadcast.
        ValueError: for an unknown reduction.

    Example:
        >>> f"{soft_margin_loss(jnp.zeros(2), jnp.array([1.0, -1.0])):.4f}"
        '0.6931'

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
    """
    given = jnp.asarray(input)
    input, target = promoted([given, lax.stop_gradient(jnp.asarray(target))], floating=True)
    check_castable(input.dtype, given.dtype)
    input, target = broadcast(input, target)
    return _reduced(jnp.log1p(jnp.exp(-target * input)).astype(given.dtype), reduction)


def _check_matrix(input):
    if input.ndim > 2 or (input.ndim and not input.shape[-1]):
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(input.shape)}\n"
            "It holds a score for each class, in rows if there are several samples."
        )


def _check_kinds(input, others):
    """Raise PyTorch's error for an array that is not of the type that it wants."""
    for array, wanted in others:
        if array is not None and array.dtype != jnp.dtype(wanted) and not _is_default_integer(array, wanted):
            raise RuntimeError(
                f"expected scalar type {dtype_name(wanted)} but found {dtype_name(array.dtype)}\nConvert it first."
            )


def _is_default_integer(array, wanted):
    return jnp.dtype(wanted) == jnp.int64 and array.dtype == jnp.result_type(int)  # int32 where there is no int64


@op("input", "target", "weight", where=("functional",), out=False, grad_fn="MultiMarginLossBackward0")
def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, reduction="mean"):
    """Return sum_j max(0, margin - input[y] + input[j])^p / C over the other classes j, for labels y.

    Shape: input (N, C) or (C,); target (N,) or (); weight (C,). "none" gives the shape of the target.

    Args:
        p: 1 or 2.
        weight: one a class, multiplies the losses of its samples.

    Raises:
        ValueError: for another p or reduction, weights of more dimensions.
        RuntimeError: for other shapes and types. A label that is no class makes the loss nan.

    Example:
        >>> multi_margin_loss(jnp.array([0.5, 0.0, 1.0]), jnp.array(0)).item()
        0.6666666865348816

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
    """
    input, target = jnp.asarray(input), jnp.asarray(target)
    weight = None if weight is None else jnp.asarray(weight)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported\nGot another.")
    if weight is not None and weight.ndim != 1:
        raise ValueError("weight must be one-dimensional\nIt holds one number a class.")
    _check_matrix(input)
    rows = input.reshape((-1, input.shape[-1]) if input.ndim else (1, 1))
    count, classes = rows.shape
    if target.ndim > 1 or target.size != count:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch "
            f"size). Expected target size [{count}], but got {list(target.shape)}. Input has shape "
            f"{list(input.shape)}.\nGive one label a sample."
        )
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(
            f"inconsistent weight size, expected {classes} but got {list(weight.shape)}\nGive one weight a class."
        )
    real(input, "multi_margin_loss_cpu_kernel")
    _check_kinds(input, [(target, "int64"), (weight, input.dtype)])
    labels = target.reshape(-1, 1)
    hit = lax.broadcasted_iota(labels.dtype, rows.shape, 1) == labels
    zero = jnp.zeros((), rows.dtype)
    own = jnp.where(hit, rows, zero).sum(1, keepdims=True)
    over = jnp.asarray(margin, rows.dtype) - own + rows
    over = jnp.where((over > 0) & ~hit, over, zero)  # with derivative 0 at the corner
    loss = (over if p == 1 else over * over).sum(1) / classes
    if weight is not None:
        loss = loss * jnp.where(hit, weight[None], zero).sum(1)
    loss = jnp.where(hit.any(1), loss, jnp.full((), jnp.nan, loss.dtype))
    return _reduced(loss, reduction) if reduction != "none" else loss.reshape(target.shape)


@op("input", "target", where=("functional",), out=False, grad_fn="MultilabelMarginLossBackward0")
def multilabel_margin_loss(input, target, reduction="mean"):
    """Return sum_jk max(0, 1 - input[j] + input[k]) / C over the labels j of a sample and the other classes k.

    Shape: input and target (N, C) or (C,); the labels of a sample come first in its row, -1 ends them. "none" gives one
        loss a sample.

    Raises:
        RuntimeError: for other shapes and types. A label that is no class makes the loss nan.
        ValueError: for an unknown reduction.

    Example:
        >>> multilabel_margin_loss(jnp.array([0.0, 1.0]), jnp.array([1, -1])).item()
        0.0

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
    """
    input, target = jnp.asarray(input), jnp.asarray(target)
    _check_matrix(input)
    if target.shape != input.shape:
        raise RuntimeError(
            f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}\n"
            "A row of targets is as long as that of scores."
        )
    real(input, "multilabel_margin_loss_forward_out_frame")
    _check_kinds(input, [(target, "int64")])
    rows = input.reshape((-1, input.shape[-1]) if input.ndim else (1, 1))
    labels = target.reshape(rows.shape)
    classes = rows.shape[1]
    listed = jnp.cumsum(labels < 0, 1) == 0
    hit = listed[..., None] & (labels[..., None] == jnp.arange(classes, dtype=labels.dtype)[None, None])
    zero = jnp.zeros((), rows.dtype)
    own = jnp.where(hit, rows[:, None], zero).sum(2, keepdims=True)
    over = 1 - own + rows[:, None]  # (N, label, class)
    counts = (over > 0) & listed[..., None] & ~hit.any(1, keepdims=True)
    loss = jnp.where(counts, over, zero).sum((1, 2)) / classes
    wrong = ((labels < -1) | (labels >= classes)).any(1)
    loss = jnp.where(wrong, jnp.full((), jnp.nan, loss.dtype), loss)
    return _reduced(loss, reduction) if reduction != "none" else loss.reshape(input.shape[:-1])


@op("anchor", "positive", "negative", where=("functional",), out=False, grad_fn=_ends_with("ClampMinBackward0"))
def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    """Return max(0, |anchor - positive| - |anchor - negative| + margin), norms along the last dimension.

    Args:
        p, eps: of the norm, as in `pairwise_distance`.
        swap: let the negative be as far as from the positive, if that is nearer than the anchor.

    Raises:
        ValueError: for a margin that is not positive, an unknown reduction.
        RuntimeError: for different numbers of dimensions, shapes that do not broadcast.

    Example:
        >>> a, b, c = jnp.array([[0.0, 0.0]]), jnp.array([[3.0, 4.0]]), jnp.array([[0.0, 3.0]])
        >>> f"{triplet_margin_loss(a, b, c):.3f}"
        '3.000'

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
    """
    if not margin > 0:
        raise ValueError(f"margin must be greater than 0, got {margin}\nWithout it no triplet is wanted.")
    ranks = [jnp.ndim(each) for each in (anchor, positive, negative)]
    if len(set(ranks)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {ranks[0]}D, positive {ranks[1]}D, and negative {ranks[2]}D inputs\nReshape them."
        )
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = jnp.minimum(*broadcast(far, pairwise_distance(positive, negative, p, eps)))
    near, far = broadcast(jnp.asarray(margin, near.dtype) + near, far)
    return _reduced(_at_least_zero(near - far), reduction)


@op(
    "input",
    "target",
    where=("functional",),
    out=False,
    grad_fn=lambda ranks, settings: _ends_with("AddBackward0" if settings.get("full") else "SubBackward0")(
        ranks, settings
    ),
)
def poisson_nll_loss(input, target, log_input=True, full=False, eps=1e-8, reduction="mean"):
    """Return exp(input) - target input, the negative log likelihood of counts whose rate has `input` as logarithm.

    Args:
        log_input: if not, `input` is the rate itself, and the loss is input - target log(input + eps).
        full: add Stirling's approximation of log(target!), for targets above 1.

    Raises:
        ValueError: for an unknown reduction.
        RuntimeError: for shapes that do not broadcast.

    Example:
        >>> f"{poisson_nll_loss(jnp.array([0.0]), jnp.array([2.0])):.1f}"
        '1.0'

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
    """
    shape = broadcast_shapes(jnp.shape(input), jnp.shape(target))
    input, target = (jnp.broadcast_to(each, shape) for each in promoted([input, target], floating=True))
    if log_input:
        loss = jnp.exp(input) - target * input
    else:
        loss = input - target * jnp.log(input + jnp.asarray(eps, input.dtype))
    if full:
        large = jnp.where(target > 1, target, jnp.ones((), target.dtype))
        stirling = xlogy(large, large) - large + 0.5 * jnp.log(2 * math.pi * large)
        loss = loss + jnp.where(target > 1, stirling, jnp.zeros((), loss.dtype))
    return _reduced(loss, reduction)

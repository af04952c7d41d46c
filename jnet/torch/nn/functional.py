"""`torch.nn.functional`: layers, activations and losses as functions.

Those that are ops are derived from their declarations; here stands what is composed of ops.
"""

# ruff: noqa: F401 - what is imported here is what the module offers

from __future__ import annotations

import dataclasses
import functools
import math
import re
import warnings
from collections.abc import Callable, Sequence

import numpy as np

from jnet.ops.checks import not_implemented
from jnet.ops.registry import OPS
from jnet.recorder.direct import current
from jnet.torch.bounds import watch
from jnet.torch.creation import empty_like, zeros_like
from jnet.torch.dispatch import CALLERS, Caller, described, inplace_of
from jnet.torch.missing import missing
from jnet.torch.nn.attention.functions import multi_head_attention_forward, scaled_dot_product_attention
from jnet.torch.nn.criteria import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    kl_div,
    l1_loss,
    linear_cross_entropy,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from jnet.torch.nn.embeddings import embedding, embedding_bag
from jnet.torch.nn.folding import fold, unfold
from jnet.torch.nn.kernels import KERNELS
from jnet.torch.nn.margins import (
    cosine_embedding_loss,
    ctc_loss,
    gaussian_nll_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    poisson_nll_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from jnet.torch.nn.normalization import batch_norm, group_norm, instance_norm
from jnet.torch.nn.pooling import *  # noqa: F403
from jnet.torch.nn.resampling import *  # noqa: F403
from jnet.torch.random import _order as memory_order
from jnet.torch.random import default_generator
from jnet.torch.tensor import Tensor, from_array, numpy_of, shape_of

# Functions that take `inplace` and have a form with an underscore, and that form's node where it has another name.
_INPLACE = {
    "relu": None,
    "leaky_relu": "LeakyReluBackward1",
    "elu": "EluBackward1",
    "selu": "EluBackward1",
    "celu": "CeluBackward1",
    "threshold": "ThresholdBackward1",
    "silu": None,
    "hardsigmoid": None,
    "hardswish": None,
    "mish": None,
}


def _function(name: str, call: Caller) -> Callable:
    """Return a caller as a function of its name."""

    def function(*args, **kwargs):
        return call(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = described(call)
    return function


def _writing(name: str, call: Caller, node: str | None) -> Callable:
    """Return the in-place form of a caller."""
    own = call if node is None else Caller(dataclasses.replace(call.op, grad_fn=node))
    return inplace_of(own, f"{name}_")


def _function_with_inplace(name: str, call: Caller, write: Callable) -> Callable:
    """Return a caller as a function that takes `inplace` after its own arguments."""
    count = len(call.positional)

    def function(*args, inplace=False, **kwargs):
        if len(args) > count:
            args, inplace = args[:count], args[count]
        return write(*args, **kwargs) if inplace else call(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = described(call)
    return function


def _derive() -> None:
    """Make the functions of ops and kernels, where they are not written out below."""
    space = globals()
    callers = {**{name: CALLERS[name] for name, op in OPS.items() if "functional" in op.where}, **KERNELS}
    for name, call in callers.items():
        if name in _INPLACE:
            write = space[f"{name}_"] = _writing(name, call, _INPLACE[name])
            space[name] = _function_with_inplace(name, call, write)
        elif name not in space:
            space[name] = _function(name, call)


# -- activations -----------------------------------------------------------------------------------

hardtanh_ = inplace_of(KERNELS["hardtanh"], "hardtanh_")


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """Return `input` clipped to [min_val, max_val].

    Raises:
        ValueError: if `min_val` is above `max_val`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html
    """
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return (hardtanh_ if inplace else KERNELS["hardtanh"])(input, min_val, max_val)


def relu6(input, inplace=False):
    """Return `input` clipped to [0, 6].

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html
    """
    return hardtanh(input, 0.0, 6.0, inplace)


def softsign(input):
    """Return `input / (1 + |input|)`.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.softsign(torch.tensor([-1.0, 3.0]))
        tensor([-0.5000,  0.7500])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html
    """
    return input / (input.abs() + 1)


def tanhshrink(input):
    """Return `input - tanh(input)`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.tanhshrink.html
    """
    return input - input.tanh()


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """Return `input` where it is positive, else times a slope drawn from [lower, upper): if not `training`, their mean.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.rrelu.html
    """
    noise = _slopes(input, lower, upper, training)
    return _scale_by_noise(input, noise) if inplace else KERNELS["scaled_by_noise"](input, noise)


def rrelu_(input, lower=1.0 / 8, upper=1.0 / 3, training=False):
    """Write the result of `rrelu` into the tensor, and return it."""
    return rrelu(input, lower, upper, training, inplace=True)


_scale_by_noise = _writing("rrelu", KERNELS["scaled_by_noise"], "RreluWithNoiseBackward1")


def _slopes(input, lower: float, upper: float, training: bool) -> Tensor:
    """Return what each element is multiplied by."""
    if lower > upper:
        raise RuntimeError(f"Lower bound should be less than or equal to the upper bound\nGot {lower} and {upper}.")
    if input._aval.dtype.kind in "biu":
        raise not_implemented("leaky_relu_cpu", input._aval.dtype)
    if current() is not None:  # JAX traces it: a draw for each element
        shape, kind = shape_of(input), input._aval.dtype
        drawn = from_array(default_generator.uniform(lower, upper, shape, kind)) if training else (lower + upper) / 2
        return CALLERS["where"](input > 0, 1.0, drawn).to(input.dtype)
    values = numpy_of(input)
    slopes = np.ones_like(values)
    negative = values <= 0
    if training:  # one draw for each element that is not positive, as PyTorch's loop makes them
        slopes[negative] = default_generator.uniform(lower, upper, (int(negative.sum()),), np.dtype(np.float64))
    else:
        slopes[negative] = (lower + upper) / 2
    return from_array(slopes)


def _implicit_dim(name: str, ndim: int, stacklevel: int) -> int:
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        UserWarning,
        stacklevel=stacklevel + 1,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """Return `exp(input) / sum(exp(input))` along `dim`.

    Args:
        dim: leaving it out is deprecated.
        dtype: convert to it first.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.softmax(torch.zeros(4), dim=0)
        tensor([0.2500, 0.2500, 0.2500, 0.2500])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
    """
    dim = _implicit_dim("softmax", input.ndim, _stacklevel) if dim is None else dim
    return CALLERS["softmax"](input, dim=dim, dtype=dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """Return `softmax(-input)`; arguments as `softmax`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html
    """
    dim = _implicit_dim("softmin", input.ndim, _stacklevel) if dim is None else dim
    return CALLERS["softmax"](-input, dim=dim, dtype=dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """Return `log(softmax(input))`; arguments as `softmax`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
    """
    dim = _implicit_dim("log_softmax", input.ndim, _stacklevel) if dim is None else dim
    return CALLERS["log_softmax"](input, dim=dim, dtype=dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """Return samples of the Gumbel-softmax distribution; one-hot if `hard`, with the gradient of the soft ones.

    See: https://arxiv.org/abs/1611.01144
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", UserWarning, stacklevel=2)
    gumbels = -empty_like(logits).exponential_().log()
    soft = ((logits + gumbels) / tau).softmax(dim)
    if not hard:
        return soft
    index = soft.argmax(dim, keepdim=True)
    return zeros_like(logits).scatter_(dim, index, 1.0) - soft.detach() + soft


# -- dropout ---------------------------------------------------------------------------------------


def _check_probability(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _times(input: Tensor, noise: Tensor, inplace: bool) -> Tensor:
    return input.mul_(noise) if inplace else input * noise


def _dropped(input: Tensor, p: float, training: bool, inplace: bool, shape: Sequence[int] | None = None) -> Tensor:
    """Return the input with elements (or whole parts, if `shape` has ones) zeroed with probability p."""
    if not training or p == 0 or input.numel() == 0:
        return input
    noise = _lying_as(input) if shape is None else input.new_empty(shape)
    if p == 1:
        return _times(input, noise.zero_(), inplace)
    return _times(input, noise.bernoulli_(1 - p).div_(1 - p), inplace)


def _lying_as(input: Tensor) -> Tensor:
    """Return an empty tensor with the input's order in memory, which is that of the draws."""
    order = memory_order(input)
    if order == sorted(order):
        return empty_like(input)
    return input.new_empty([input.size(dim) for dim in order]).permute([order.index(dim) for dim in range(len(order))])


def dropout(input, p=0.5, training=True, inplace=False):
    """Return `input` with elements zeroed with probability `p` and the others divided by `1 - p`, if `training`.

    The draws are PyTorch's: the same seed drops the same elements.

    Raises:
        ValueError: if `p` is no probability.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.dropout(torch.ones(3), p=0.9, training=False)
        tensor([1., 1., 1.])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
    """
    _check_probability(p)
    return _dropped(input, p, training, inplace)


def _channel_dropout(n: int):
    name = f"dropout{n}d"

    def function(input, p=0.5, training=True, inplace=False):
        _check_probability(p)
        shape = shape_of(input)
        if len(shape) not in (n + 1, n + 2):
            _refuse_rank(name, n, len(shape))
        if n == 2 and len(shape) == 3:
            warnings.warn(
                "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is "
                "desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will "
                "change in a future release to interpret the input as one without a batch dimension, i.e. shape (C, H, "
                "W). To maintain the 1D channel-wise dropout behavior, please switch to using dropout1d instead.",
                UserWarning,
                stacklevel=2,
            )
        if n == 2 or len(shape) != n + 1:
            return _dropped(input, p, training, inplace, (*shape[:2], *(1,) * (len(shape) - 2)))
        lone = input.unsqueeze(0)  # an input without a batch
        return _dropped(lone, p, training, inplace, (1, shape[0], *(1,) * n)).squeeze(0)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Return `input` with whole channels of {n} spatial axes zeroed, as `dropout` zeroes elements."
    return function


def _refuse_rank(name: str, n: int, rank: int) -> None:
    exists = (
        f"Note that {name} exists to provide channel-wise dropout on inputs with {n} spatial "
        f"dimension{'s' if n > 1 else ''}, a channel dimension, and an optional batch dimension "
        f"(i.e. {n + 1}D or {n + 2}D inputs)."
    )
    if n == 1:
        raise RuntimeError(f"{name}: Expected 2D or 3D input, but received a {rank}D input. {exists}")
    warnings.warn(
        f"{name}: Received a {rank}-D input to {name}, which is deprecated and will result in an error in a future "
        f"release. To retain the behavior and silence this warning, please use dropout instead. {exists}",
        UserWarning,
        stacklevel=3,
    )


dropout1d, dropout2d, dropout3d = _channel_dropout(1), _channel_dropout(2), _channel_dropout(3)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Return `input` with elements set to SELU's negative limit, then scaled so that mean and variance stay.

    See: https://arxiv.org/abs/1706.02515
    """
    _check_probability(p)
    return _alpha_dropped(input, p, training, inplace, shape_of(input))


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Return `alpha_dropout` of whole channels (dimension 1)."""
    _check_probability(p)
    return _alpha_dropped(input, p, training, inplace, (*shape_of(input)[:2], *(1,) * (input.ndim - 2)))


def _alpha_dropped(input: Tensor, p: float, training: bool, inplace: bool, shape: Sequence[int]) -> Tensor:
    if not training or p == 0 or input.numel() == 0:
        return input
    noise = input.new_empty(shape)
    if p == 1:
        return _times(input, noise.zero_(), inplace)
    noise.bernoulli_(1 - p)
    alpha = 1.7580993408473766  # SELU's scale times its alpha
    a = 1 / math.sqrt((alpha * alpha * p + 1) * (1 - p))
    shift = noise.add(-1).mul_(alpha * a).add_(alpha * a * p)
    scaled = _times(input, noise.mul_(a), inplace)
    return scaled.add_(shift) if inplace else scaled + shift


# -- the rest --------------------------------------------------------------------------------------


def one_hot(input, num_classes=-1):
    """Return a row of zeros with a one at the class, for each class of an integer tensor.

    Args:
        num_classes: by default one more than the largest class, for which the input is computed.

    Raises:
        RuntimeError: for other dtypes than int64, and for classes out of range; those that are themselves computed
            are looked at when they are known.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.functional.one_hot(torch.tensor([0, 2]))
        tensor([[1, 0, 0],
                [0, 0, 1]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
    """
    if num_classes == -1 and input.numel():
        num_classes = max(int(numpy_of(input).max()), 0) + 1
    rows = CALLERS["one_hot"](input, num_classes=num_classes)
    watch(input, ("one_hot", num_classes), functools.partial(_check_classes, num_classes))
    return rows


def _check_classes(count: int, classes: np.ndarray) -> None:
    if (classes < 0).any():
        raise RuntimeError("Class values must be non-negative.")
    if (classes >= count).any():
        raise RuntimeError("Class values must be smaller than num_classes.")


_derive()

__all__ = [
    name
    for name, value in list(globals().items())
    if callable(value) and not isinstance(value, type) and not name.startswith("_")
]


def __getattr__(name: str):
    raise missing("torch.nn.functional", name)

"""Initialisation of tensors in place, with PyTorch's draws: the same seed gives the same weights."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable

from jnet.torch.autograd import no_grad
from jnet.torch.creation import empty_like
from jnet.torch.creation import eye as identity
from jnet.torch.creation import tensor as new_tensor
from jnet.torch.dispatch import CALLERS
from jnet.torch.random import randperm
from jnet.torch.tensor import Tensor, shape_of

_LINEAR = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return what to multiply standard deviations by, so that the activation keeps the variance.

    Args:
        nonlinearity: "linear", "conv2d", ..., "sigmoid", "tanh", "relu", "leaky_relu" or "selu".
        param: the slope of "leaky_relu", 0.01 by default.

    Raises:
        ValueError: for another name, or a slope that is no number.

    Example:
        >>> calculate_gain("leaky_relu", 1.0)
        1.0

    See: https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain
    """
    if nonlinearity in _LINEAR or nonlinearity == "sigmoid":
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, int | float):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


# -- given values ----------------------------------------------------------------------------------


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value.

    See: https://docs.pytorch.org/docs/stable/nn.init.html
    """
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with the identity.

    Raises:
        ValueError: if it is no matrix.
    """
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return tensor.copy_(identity(*shape_of(tensor)))


@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill the weight of a convolution so that it keeps its input, channel by channel.

    Raises:
        ValueError: if it has not 3, 4 or 5 dimensions, or `groups` does not divide the channels.
    """
    if tensor.ndim not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    channels, inputs, *window = shape_of(tensor)
    if channels % groups:
        raise ValueError("dim 0 must be divisible by groups")
    tensor.zero_()
    size = channels // groups
    for group in range(groups):
        for place in range(min(size, inputs)):
            tensor[(group * size + place, place, *(n // 2 for n in window))] = 1
    return tensor


# -- draws -----------------------------------------------------------------------------------------


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator=None) -> Tensor:
    """Fill with uniform numbers in [a, b).

    Example:
        >>> import jnet.torch as torch
        >>> _ = torch.manual_seed(420)
        >>> torch.nn.init.uniform_(torch.empty(2))
        tensor([0.8054, 0.1990])

    See: https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_
    """
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator=None) -> Tensor:
    """Fill with normal numbers."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator=None
) -> Tensor:
    """Fill with normal numbers, those outside [a, b] drawn again.

    See: https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.trunc_normal_
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.",
            UserWarning,
            stacklevel=4,
        )
    kept = _below((b - mean) / std) - _below((a - mean) / std)
    return (_redrawn if kept > 0.3 else _accepted)(tensor, mean, std, a, b, generator)


def _below(x: float) -> float:
    """Return the probability that a standard normal number is below x."""
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def _redrawn(tensor: Tensor, mean, std, a, b, generator) -> Tensor:
    """Draw normal numbers until all are in range: for ranges that hold many of them."""
    low, high = (new_tensor(each, dtype=tensor.dtype).item() for each in (a, b))
    result = tensor.normal_(mean, std, generator=generator)
    while (outside := (result < low) | (result > high)).any():
        result = CALLERS["where"](outside, empty_like(result).normal_(mean, std, generator=generator), result)
    return tensor if result is tensor else tensor.copy_(result)


def _accepted(tensor: Tensor, mean, std, a, b, generator) -> Tensor:
    """Draw uniform numbers and accept each as often as the density says: for ranges in a tail."""
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2

    def refused(candidates: Tensor) -> Tensor:
        density = candidates.clone().sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(peak)
        return empty_like(tensor).uniform_(generator=generator).log_().gt(density)

    result = tensor.uniform_(a, b, generator=generator)
    pending = refused(result)
    while pending.any():
        candidates = empty_like(tensor).uniform_(a, b, generator=generator)
        result = CALLERS["where"](pending, candidates, result)
        pending = CALLERS["where"](pending, refused(candidates), pending)
    return tensor if result is tensor else tensor.copy_(result)


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """Return how many inputs an output of this weight sees, and how many outputs an input."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    outputs, inputs, *window = shape_of(tensor)
    return inputs * math.prod(window), outputs * math.prod(window)


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    modes = ["fan_in", "fan_out"]
    if mode.lower() not in modes:
        raise ValueError(f"Mode {mode.lower()} not supported, please use one of {modes}")
    return _calculate_fan_in_and_fan_out(tensor)[modes.index(mode.lower())]


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator=None) -> Tensor:
    """Fill with uniform numbers of standard deviation gain sqrt(2 / (fan_in + fan_out)).

    Raises:
        ValueError: if the tensor has fewer than 2 dimensions.

    See: https://proceedings.mlr.press/v9/glorot10a.html
    """
    bound = math.sqrt(3.0) * (gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor)))))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator=None) -> Tensor:
    """Fill with normal numbers of standard deviation gain sqrt(2 / (fan_in + fan_out)); errors as `xavier_uniform_`."""
    std = gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor))))
    return normal_(tensor, 0.0, std, generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    """Return the standard deviation; None, with a warning, for a tensor without elements."""
    if 0 in shape_of(tensor):
        warnings.warn("Initializing zero-element tensors is a no-op", UserWarning, stacklevel=3)
        return None
    return calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator=None
) -> Tensor:
    """Fill with uniform numbers of standard deviation gain / sqrt(fan).

    Args:
        a: the slope of "leaky_relu".
        mode: "fan_in" keeps the variance of forward values, "fan_out" that of gradients.
        nonlinearity: what follows; see `calculate_gain`.

    See: https://arxiv.org/abs/1502.01852
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor if std is None else uniform_(tensor, -math.sqrt(3.0) * std, math.sqrt(3.0) * std, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator=None
) -> Tensor:
    """Fill with normal numbers of standard deviation gain / sqrt(fan); arguments as `kaiming_uniform_`."""
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor if std is None else normal_(tensor, 0, std, generator)


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator=None) -> Tensor:
    """Fill with a matrix whose rows, or columns, are orthogonal and of length `gain`; later dimensions count as one.

    Raises:
        ValueError: if the tensor has fewer than 2 dimensions.

    See: https://arxiv.org/abs/1312.6120
    """
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows, columns = shape_of(tensor)[0], math.prod(shape_of(tensor)[1:])
    drawn = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)
    q, r = CALLERS["qr"](drawn.t() if rows < columns else drawn)
    q = q * r.diagonal().sign()  # makes the decomposition unique
    return tensor.copy_((q.t() if rows < columns else q).reshape(shape_of(tensor))).mul_(gain)


@no_grad()
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator=None) -> Tensor:
    """Fill a matrix with normal numbers, a fraction `sparsity` of each column with zeros.

    Raises:
        ValueError: if it is no matrix.
    """
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = shape_of(tensor)
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        tensor[randperm(rows)[: math.ceil(sparsity * rows)], column] = 0
    return tensor


# -- old names -------------------------------------------------------------------------------------


def _deprecated(function: Callable) -> Callable:
    new, old = function.__name__, function.__name__[:-1]

    @functools.wraps(function)
    def call(*args, **kwargs):
        warnings.warn(f"`nn.init.{old}` is now deprecated in favor of `nn.init.{new}`.", FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    call.__name__ = call.__qualname__ = old
    return call


uniform, normal, constant = _deprecated(uniform_), _deprecated(normal_), _deprecated(constant_)
eye, dirac, sparse, orthogonal = _deprecated(eye_), _deprecated(dirac_), _deprecated(sparse_), _deprecated(orthogonal_)
xavier_uniform, xavier_normal = _deprecated(xavier_uniform_), _deprecated(xavier_normal_)
kaiming_uniform, kaiming_normal = _deprecated(kaiming_uniform_), _deprecated(kaiming_normal_)

"""What `torch` itself has of layers, activations and losses: the functions of `torch.nn.functional` that take PyTorch's
inner arguments, such as a number for the reduction and `train` without a default.
"""

from __future__ import annotations

import warnings

from jnet.torch.dispatch import CALLERS
from jnet.torch.signatures import Signatures, explaining
from jnet.torch.tensor import Tensor, shape_of

FUNCTIONS: dict = {}
METHODS: dict = {}


def _layers():
    from jnet.torch.nn import functional  # not at once: it imports all layers

    return functional


def _function(function):
    FUNCTIONS[function.__name__] = function
    return function


def _reduction(number: int) -> str:
    return {1: "mean", 2: "sum"}.get(number, "none")


# -- the same arguments under the same names ---------------------------------------------------------------------------


def _same(name: str, text: str, *forms: str) -> None:
    """Declare a function whose arguments, in PyTorch's notation, are those of the layers' function."""
    sort = Signatures(name, text)

    def of(form: str):
        def function(*args, **kwargs) -> Tensor:
            given = sort(args, kwargs)[1]
            return getattr(_layers(), form)(given.pop("input"), **given)

        function.__name__, function.__doc__ = form, f"As `torch.nn.functional.{name}`."
        return function

    FUNCTIONS[name] = of(name)
    for form in forms:
        FUNCTIONS[form] = of(form)


_same("celu", "Tensor input, Number alpha=1.0", "celu_")
_same("threshold", "Tensor input, Number threshold, Number value", "threshold_")
_same("hardshrink", "Tensor input, Number lambd=0.5")
_same("prelu", "Tensor input, Tensor weight")
_same("pdist", "Tensor input, float p=2")
METHODS["prelu"] = FUNCTIONS["prelu"]
METHODS["hardshrink"] = FUNCTIONS["hardshrink"]


def _random_slope(inplace: bool):
    def function(input, lower=0.125, upper=1 / 3, training=False, generator=None) -> Tensor:
        if generator is not None:
            raise NotImplementedError("torch.rrelu() with a generator; seed the default one instead.")
        return _layers().rrelu(input, lower, upper, training, inplace)

    function.__name__ = "rrelu_" if inplace else "rrelu"
    function.__doc__ = "As `torch.nn.functional.rrelu`."
    FUNCTIONS[function.__name__] = function


def _dropout(name: str, inplace: bool) -> None:
    def function(input, p, train) -> Tensor:
        if not 0 <= p <= 1:
            raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")
        layers = _layers()
        if name != "feature_dropout":
            return getattr(layers, name)(input, p, train, inplace)
        if input.ndim < 2:
            raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
        return layers._dropped(input, p, train, inplace, (*shape_of(input)[:2], *(1,) * (input.ndim - 2)))

    full = f"{name}_" if inplace else name
    function.__doc__ = f"Drop at random if `train`, as `torch.nn.functional.{name.replace('feature_d', 'd')}`."
    FUNCTIONS[full] = explaining(function, full, "Tensor input, float p, bool train")


for _inplace in (False, True):
    _random_slope(_inplace)
    for _name in ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"):
        _dropout(_name, _inplace)


# -- numbers for the reduction -----------------------------------------------------------------------------------------


@_function
def kl_div(input, target, reduction: int = 0, *, log_target: bool = False) -> Tensor:
    """As `torch.nn.functional.kl_div`, the reduction a number: 1 mean, 2 sum, others none."""
    losses = _layers().kl_div(input, target, reduction="none", log_target=log_target)
    return losses.mean() if reduction == 1 else losses.sum() if reduction == 2 else losses


@_function
def binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction: int = 0) -> Tensor:
    """As the function of `torch.nn.functional`, the reduction a number: 1 mean, 2 sum, others none."""
    reduction_name = _reduction(reduction)
    return _layers().binary_cross_entropy_with_logits(
        input, target, weight, reduction=reduction_name, pos_weight=pos_weight
    )


@_function
def cosine_embedding_loss(input1, input2, target, margin: float = 0.0, reduction: int = 0) -> Tensor:
    """As the function of `torch.nn.functional`, the reduction a number: 1 mean, 2 sum, others none."""
    return _layers().cosine_embedding_loss(input1, input2, target, margin, reduction=_reduction(reduction))


@_function
def hinge_embedding_loss(input, target, margin: float = 1.0, reduction: int = 0) -> Tensor:
    """As the function of `torch.nn.functional`, the reduction a number: 1 mean, 2 sum, others none."""
    return _layers().hinge_embedding_loss(input, target, margin, reduction=_reduction(reduction))


@_function
def margin_ranking_loss(input1, input2, target, margin: float = 0.0, reduction: int = 0) -> Tensor:
    """As the function of `torch.nn.functional`, the reduction a number: 1 mean, 2 sum, others none."""
    return _layers().margin_ranking_loss(input1, input2, target, margin, reduction=_reduction(reduction))


@_function
def triplet_margin_loss(
    anchor, positive, negative, margin: float = 1.0, p: float = 2, eps: float = 1e-6, swap: bool = False,
    reduction: int = 0,
) -> Tensor:  # fmt: skip
    """As the function of `torch.nn.functional`, the reduction a number: 1 mean, 2 sum, others none."""
    return _layers().triplet_margin_loss(
        anchor, positive, negative, margin, p, eps, swap, reduction=_reduction(reduction)
    )


@_function
def poisson_nll_loss(input, target, log_input: bool, full: bool, eps: float, reduction: int) -> Tensor:
    """As the function of `torch.nn.functional`, the reduction a number: 1 mean, 2 sum, others none."""
    return _layers().poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=_reduction(reduction))


@_function
def ctc_loss(
    log_probs, targets, input_lengths, target_lengths, blank: int = 0, reduction: int = 0, zero_infinity: bool = False
) -> Tensor:
    """As the function of `torch.nn.functional`, the reduction a number: 1 mean, 2 sum, others none."""
    return _layers().ctc_loss(
        log_probs, targets, input_lengths, target_lengths, blank, _reduction(reduction), zero_infinity
    )


# -- others ------------------------------------------------------------------------------------------------------------


@_function
def embedding(weight, indices, padding_idx=-1, scale_grad_by_freq: bool = False, sparse: bool = False) -> Tensor:
    """Return the rows of `weight` that indices name; a padding index below 0 is none."""
    padding = None if padding_idx is None or padding_idx < 0 else padding_idx
    return _layers().embedding(indices, weight, padding, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse)


@_function
def constant_pad_nd(input, pad, value=0) -> Tensor:
    """Add one value around the input, as `torch.nn.functional.pad`: a pair of numbers a dimension, last first."""
    return CALLERS["pad"](input, tuple(pad), "constant", value)


@_function
def native_dropout(input, p: float, train) -> tuple[Tensor, Tensor]:
    """Return the input with elements dropped, and where they are kept."""
    if train is False or p == 0:
        return input.clone(), CALLERS["ones_like"](input, dtype=bool) if "ones_like" in CALLERS else input == input
    mask = input.detach().new_empty(shape_of(input)).bernoulli_(1 - p)
    return input * mask * (0.0 if p == 1 else 1 / (1 - p)), mask.bool()


def _moments(input: Tensor, dims: list[int], eps: float) -> tuple[Tensor, Tensor]:
    """Return means and the inverse of standard deviations along dimensions, which keep size 1."""
    variance, mean = CALLERS["var_mean"](input.detach(), dims, correction=0, keepdim=True)
    return mean, (variance + eps).rsqrt()


@_function
def native_layer_norm(input, normalized_shape, weight, bias, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return `layer_norm`, the means, and the inverse of the standard deviations."""
    dims = list(range(input.ndim - len(normalized_shape), input.ndim))
    return CALLERS["layer_norm"](input, tuple(normalized_shape), weight, bias, eps), *_moments(input, dims, eps)


@_function
def native_group_norm(
    input, weight, bias, N: int, C: int, HxW: int, group: int, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Return `group_norm` of N instances of C channels, the means, and the inverse of the standard deviations."""
    mean, scale = _moments(input.reshape(N, group, C // group * HxW), [2], eps)
    return CALLERS["group_norm"](input, group, weight, bias, eps), mean.squeeze(2), scale.squeeze(2)


@_function
def native_batch_norm(
    input, weight, bias, running_mean, running_var, training: bool, momentum: float, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Return `batch_norm`, the means, and the inverse of the standard deviations in training, else empty ones."""
    from jnet.torch.normalization import batch_norm

    result = batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)
    if not training:
        return result, input.detach().new_empty(0), input.detach().new_empty(0)
    mean, scale = _moments(input, [d for d in range(input.ndim) if d != 1], eps)
    return result, mean.reshape(-1), scale.reshape(-1)


def _sampler(name: str) -> None:
    def function(input, grid, interpolation_mode: int, padding_mode: int, align_corners: bool) -> Tensor:
        modes, paddings = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")
        return _layers().grid_sample(input, grid, modes[interpolation_mode], paddings[padding_mode], align_corners)

    function.__name__ = name
    function.__doc__ = "As `torch.nn.functional.grid_sample`, the modes numbers in the order in which it names them."
    FUNCTIONS[name] = function


_sampler("grid_sampler_2d")
_sampler("grid_sampler_3d")
if "grid_sampler" not in CALLERS:
    _sampler("grid_sampler")


@_function
def convolution(
    input, weight, bias, stride, padding, dilation, transposed: bool, output_padding, groups: int
) -> Tensor:
    """Return the convolution over as many dimensions as there are strides, or its transpose."""
    layers, n = _layers(), len(shape_of(weight)) - 2
    if not transposed:
        return getattr(layers, f"conv{n}d")(input, weight, bias, tuple(stride), tuple(padding), tuple(dilation), groups)
    transpose = getattr(layers, f"conv_transpose{n}d")
    return transpose(input, weight, bias, tuple(stride), tuple(padding), tuple(output_padding), groups, tuple(dilation))


def _left_for_compatibility(name: str, instead: str) -> None:
    warnings.warn(
        f"at::{name} is deprecated and it is just left for JIT compatibility. It will be removed in a future PyTorch "
        f"release. Please use `{instead}` instead",
        UserWarning,
        stacklevel=3,
    )


@_function
def frobenius_norm(input, dim=(), keepdim: bool = False) -> Tensor:
    """Return the root of the sum of the squares, of all or along dimensions."""
    _left_for_compatibility("frobenius_norm", "linalg.vector_norm(A, 2., dim, keepdim)")
    return CALLERS["norm"](input, "fro", list(dim) if isinstance(dim, list | tuple) and dim else None, keepdim)


@_function
def nuclear_norm(input, dim=None, keepdim: bool = False) -> Tensor:
    """Return the sum of the singular values of matrices."""
    _left_for_compatibility("nuclear_norm", "linalg.matrix_norm(A, 'nuc', dim, keepdim)")
    if isinstance(dim, bool):
        dim, keepdim = None, dim
    return CALLERS["matrix_norm"](input, "nuc", tuple(dim) if dim else (-2, -1), keepdim)

"""How far one distribution is from another.

See: https://docs.pytorch.org/docs/stable/distributions.html#module-torch.distributions.kl
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable

import jnet.torch as torch
from jnet.torch.distributions.bernoulli import Bernoulli
from jnet.torch.distributions.binomial import Binomial
from jnet.torch.distributions.categorical import Categorical
from jnet.torch.distributions.cauchy import Cauchy
from jnet.torch.distributions.distribution import Distribution, ExponentialFamily
from jnet.torch.distributions.exponential import Exponential
from jnet.torch.distributions.geometric import Geometric
from jnet.torch.distributions.gumbel import Gumbel
from jnet.torch.distributions.half_normal import HalfNormal
from jnet.torch.distributions.independent import Independent
from jnet.torch.distributions.laplace import Laplace
from jnet.torch.distributions.multivariate_normal import MultivariateNormal, half_log_det, squared_distance
from jnet.torch.distributions.normal import Normal
from jnet.torch.distributions.one_hot_categorical import OneHotCategorical
from jnet.torch.distributions.poisson import Poisson
from jnet.torch.distributions.transformed_distribution import TransformedDistribution
from jnet.torch.distributions.uniform import Uniform
from jnet.torch.distributions.utils import euler_constant, sum_rightmost
from jnet.torch.tensor import Tensor

__all__ = ["kl_divergence", "register_kl"]

_FUNCTIONS: dict[tuple[type, type], Callable] = {}


def register_kl(type_p: type, type_q: type) -> Callable:
    """Return a decorator that registers `function(p, q)` for distributions of these classes.

    Example:
        >>> from jnet.torch.distributions import Normal
        >>> class Mine(Normal):
        ...     pass
        >>> @register_kl(Mine, Mine)
        ... def nothing(p, q):
        ...     return 0.0
        >>> kl_divergence(Mine(0.0, 1.0), Mine(1.0, 1.0))
        0.0
    """

    def register(function: Callable) -> Callable:
        _FUNCTIONS[type_p, type_q] = function
        _function_for.cache_clear()
        return function

    return register


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """Return the Kullback-Leibler divergence of q from p, for each of the batch.

    `KL(p | q) = integral p(x) log(p(x) / q(x)) dx`

    Raises:
        NotImplementedError: if nothing was registered for such a pair.

    Example:
        >>> from jnet.torch.distributions import Normal
        >>> kl_divergence(Normal(1.0, 1.0), Normal(0.0, 1.0))
        tensor(0.5000)

    See: https://docs.pytorch.org/docs/stable/distributions.html#torch.distributions.kl.kl_divergence
    """
    function = _function_for(type(p), type(q))
    if function is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}"
        )
    return function(p, q)


@functools.cache
def _function_for(type_p: type, type_q: type) -> Callable | None:
    """Return the function of the nearest classes; they may be nearest for p, or for q, which must agree."""
    places_p, places_q = type_p.__mro__.index, type_q.__mro__.index
    fitting = [pair for pair in _FUNCTIONS if issubclass(type_p, pair[0]) and issubclass(type_q, pair[1])]
    if not fitting:
        return None
    left = min(fitting, key=lambda pair: (places_p(pair[0]), places_q(pair[1])))
    right = min(fitting, key=lambda pair: (places_q(pair[1]), places_p(pair[0])))
    if _FUNCTIONS[left] is not _FUNCTIONS[right]:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). "
            f"Please register_kl({left[0].__name__}, {right[1].__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return _FUNCTIONS[left]


@register_kl(ExponentialFamily, ExponentialFamily)
def _different_families(p, q):
    raise NotImplementedError(
        "The cross KL-divergence between different exponential families cannot                             be computed "
        "using Bregman divergences"
    )


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p, q):
    softplus = torch.nn.functional.softplus
    ones = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    ones[q.probs == 0] = torch.inf
    ones[p.probs == 0] = 0
    zeros = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    zeros[q.probs == 1] = torch.inf
    zeros[p.probs == 1] = 0
    return ones + zeros


@register_kl(Binomial, Binomial)
def _binomial(p, q):
    if (p.total_count < q.total_count).any():
        raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
    result = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    result[p.total_count > q.total_count] = torch.inf
    return result


@register_kl(Categorical, Categorical)
def _categorical(p, q):
    terms = p.probs * (p.logits - q.logits)
    terms[(q.probs == 0).expand_as(terms)] = torch.inf
    terms[(p.probs == 0).expand_as(terms)] = 0
    return terms.sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot_categorical(p, q):
    return _categorical(p._categorical, q._categorical)


@register_kl(Normal, Normal)
def _normal(p, q):
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(Uniform, Uniform)
def _uniform(p, q):
    result = ((q.high - q.low) / (p.high - p.low)).log()
    result[(q.low > p.low) | (q.high < p.high)] = torch.inf
    return result


@register_kl(Normal, Uniform)
def _normal_uniform(p, q):
    return torch.full_like(p.loc, torch.inf)


@register_kl(Uniform, Normal)
def _uniform_normal(p, q):
    width = p.high - p.low
    distance = ((p.high + p.low - 2 * q.loc) / 2).pow(2)
    return (math.sqrt(math.pi * 2) * q.scale / width).log() + 0.5 * (width.pow(2) / 12 + distance) / q.scale.pow(2)


@register_kl(Independent, Independent)
def _independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p, q):
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p, q):
    return _normal(p.base_dist, q.base_dist)


@register_kl(Exponential, Exponential)
def _exponential(p, q):
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(Laplace, Laplace)
def _laplace(p, q):
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + distance / q.scale + ratio * torch.exp(-distance / p.scale) - 1


@register_kl(Gumbel, Gumbel)
def _gumbel(p, q):
    ratio, loc_q, loc_p = p.scale / q.scale, q.loc / q.scale, p.loc / q.scale
    tail = torch.exp(loc_q + (1 + ratio).lgamma() - loc_p)
    return -ratio.log() - loc_q + loc_p + ratio * euler_constant + tail - (1 + euler_constant)


@register_kl(Geometric, Geometric)
def _geometric(p, q):
    return -p.entropy() - torch.log1p(-q.probs) / p.probs - q.logits


@register_kl(Poisson, Poisson)
def _poisson(p, q):
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Cauchy, Cauchy)
def _cauchy(p, q):
    # https://arxiv.org/abs/1905.10965
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p, q):
    if p.event_shape != q.event_shape:
        raise ValueError(
            "KL-divergence between two Multivariate Normals with                          different event shapes "
            "cannot be computed"
        )
    tril_p, tril_q = p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril
    shape = torch.broadcast_shapes(tril_p.shape, tril_q.shape)
    ratio = torch.linalg.solve_triangular(tril_q.expand(shape), tril_p.expand(shape), upper=False)
    distance = squared_distance(tril_q, q.loc - p.loc)
    total = ratio.pow(2).flatten(-2).sum(-1) + distance - p.event_shape[0]
    return half_log_det(tril_q) - half_log_det(tril_p) + 0.5 * total

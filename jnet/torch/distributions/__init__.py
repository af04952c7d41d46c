"""Probability distributions, in PyTorch's words and with its numbers.

Checks of parameters that are recorded but not computed yet raise when they are computed; nothing waits for them.

See: https://docs.pytorch.org/docs/stable/distributions.html
"""

# ruff: noqa: F401 - what is imported here is what the package offers

from jnet.torch.distributions import constraints, transforms, utils
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
from jnet.torch.distributions.kl import kl_divergence, register_kl
from jnet.torch.distributions.laplace import Laplace
from jnet.torch.distributions.log_normal import LogNormal
from jnet.torch.distributions.multivariate_normal import MultivariateNormal
from jnet.torch.distributions.normal import Normal
from jnet.torch.distributions.one_hot_categorical import OneHotCategorical, OneHotCategoricalStraightThrough
from jnet.torch.distributions.poisson import Poisson
from jnet.torch.distributions.transformed_distribution import TransformedDistribution
from jnet.torch.distributions.transforms import *  # noqa: F403
from jnet.torch.distributions.uniform import Uniform
from jnet.torch.missing import missing

__all__ = [
    *(
        "Bernoulli",
        "Binomial",
        "Categorical",
        "Cauchy",
        "Distribution",
        "Exponential",
        "ExponentialFamily",
        "Geometric",
    ),
    *(
        "Gumbel",
        "HalfNormal",
        "Independent",
        "Laplace",
        "LogNormal",
        "MultivariateNormal",
        "Normal",
        "OneHotCategorical",
    ),
    *("OneHotCategoricalStraightThrough", "Poisson", "TransformedDistribution", "Uniform", "kl_divergence"),
    *("register_kl", *transforms.__all__),
]


def __getattr__(name: str):
    raise missing("torch.distributions", name)

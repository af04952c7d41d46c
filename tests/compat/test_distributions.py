"""Distributions: draws of a seed, probabilities, gradients, shapes, printing and errors are PyTorch's."""

from importlib import import_module

import numpy as np
import pytest
from compare import check, rows

import jnet.torch as jt
from jnet.recorder import counters

PREPARED = """
from importlib import import_module
D = import_module(torch.__name__ + '.distributions')
a, b = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([[0.5], [2.0]])
p = torch.tensor([[0.1, 0.2, 0.7], [0.5, 0.0, 0.5]]); v = torch.tensor([0.25, 0.5, 0.75])
"""

# Makers of distributions, with a value of each, and what cannot be asked of it.
MAKERS = {
    "D.Normal(0.0, 2.0)": "v",
    "D.Normal(a, 1)": "a",
    "D.Normal(a, b)": "a",
    "D.Normal(a.double(), 2.0)": "a.double()",
    "D.Bernoulli(0.3)": "torch.tensor(1.0)",
    "D.Bernoulli(v)": "torch.tensor([0.0, 1.0, 1.0])",
    "D.Bernoulli(torch.tensor([0.0, 0.5, 1.0]))": "torch.tensor([0.0, 1.0, 1.0])",
    "D.Bernoulli(logits=a)": "torch.tensor([0.0, 1.0, 1.0])",
    "D.Categorical(p)": "torch.tensor([1, 2])",
    "D.Categorical(torch.tensor([1, 3]))": "torch.tensor([[0], [1]])",
    "D.Categorical(logits=p)": "torch.tensor([1, 2])",
    "D.Categorical(logits=a)": "torch.tensor([1, 2, 0, 1])",
    "D.Categorical(logits=torch.tensor([0.0, -inf, 1.0]))": "torch.tensor([1, 2])",
    "D.OneHotCategorical(p)": "torch.tensor([0.0, 0.0, 1.0])",
    "D.OneHotCategorical(logits=a)": "torch.tensor([0.0, 1.0, 0.0])",
    "D.OneHotCategoricalStraightThrough(p)": "torch.tensor([0.0, 0.0, 1.0])",
    "D.Uniform(0.0, 2.0)": "v",
    "D.Uniform(a, a + b)": "a + 0.1",
    "D.Independent(D.Normal(a, b), 1)": "a",
    "D.Independent(D.Normal(a, b), 2)": "a",
    "D.Independent(D.Bernoulli(v), 0)": "torch.tensor([0.0, 1.0, 1.0])",
    "D.Exponential(v)": "v * 3",
    "D.Exponential(2)": "v * 3",
    "D.Laplace(a, b)": "a + 0.5",
    "D.Cauchy(a, b)": "a + 0.5",
    "D.Geometric(v)": "torch.tensor([0.0, 1.0, 5.0])",
    "D.Geometric(torch.tensor([1.0, 0.5]))": "torch.tensor([0.0, 1.0])",
    "D.Geometric(logits=a)": "torch.tensor([0.0, 1.0, 5.0])",
    "D.Poisson(v * 4)": "torch.tensor([0.0, 1.0, 5.0])",
    "D.Poisson(torch.tensor([0.0, 30.0]))": "torch.tensor([0.0, 20.0])",
    "D.Binomial(5, v)": "torch.tensor([0.0, 1.0, 5.0])",
    "D.Binomial(torch.tensor([[2.0], [50.0]]), logits=a)": "torch.tensor([0.0, 1.0, 2.0])",
    "D.LogNormal(a, b)": "v",
    "D.HalfNormal(v)": "v * 2",
    "D.HalfNormal(1.5)": "v * 2",
    "D.Gumbel(a, b)": "v",
    "D.Gumbel(0.0, 2.0)": "v",
    "D.TransformedDistribution(D.Normal(v, v), D.TanhTransform())": "v",
    "D.TransformedDistribution(D.Normal(a, b), [])": "v",
    "D.TransformedDistribution(D.Normal(a, 1.0), [D.AffineTransform(1.0, b), D.SigmoidTransform()])": "v",
    "D.TransformedDistribution(D.Normal(a, 1.0), [D.AffineTransform(1.0, -2.0, 1), D.SoftplusTransform()])": "v",
    "D.TransformedDistribution(D.Uniform(0.0, 1.0), [D.SigmoidTransform().inv, D.AffineTransform(a, b)])": "v",
    "D.TransformedDistribution(D.Independent(D.Normal(a, b), 1), D.ComposeTransform([D.ExpTransform()]))": "v",
    "D.MultivariateNormal(a, torch.eye(3) + 0.5)": "v",
    "D.MultivariateNormal(torch.stack([a, v]), scale_tril=(torch.eye(3) + 0.5).tril())": "v",
    "D.MultivariateNormal(a, precision_matrix=(torch.eye(3) * 2 + 0.5).expand(2, 3, 3))": "v",
}  # fmt: skip

QUESTIONS = """
d, repr(d), d.batch_shape, d.event_shape, d.has_rsample, d.has_enumerate_support
d.sample(), d.sample((2,)), d.sample(torch.Size([2, 1])), d.sample((0,)).shape
d.rsample(), d.rsample((2,))
d.log_prob(w)
d.log_prob(d.sample((4,)))
d.entropy()
d.perplexity()
d.mean, d.variance, d.stddev
d.mode
d.cdf(w)
d.icdf(d.cdf(w))
d.icdf(v[:1])
d.enumerate_support(), d.enumerate_support(expand=False)
d.arg_constraints
d.support, d.support.is_discrete, d.support.event_dim
type(d).support.is_discrete, type(d).support.event_dim
e = d.expand((2, *d.batch_shape)); e, e.batch_shape, e.sample(), e.log_prob(w)
D.kl_divergence(d, d)
d.log_prob(1.0)
d.log_prob(torch.tensor(0.5).expand(4, 5))
d.log_prob(torch.tensor(nan).expand(w.shape))
d.log_prob(torch.tensor(1e6).expand(w.shape))
d.probs, d.logits
d.sample_n(2)
"""


@pytest.mark.parametrize("question", rows(QUESTIONS))
@pytest.mark.parametrize("maker", MAKERS)
def test_answers_equal_pytorchs(maker, question, torch):
    check(f"{PREPARED}d = {maker}; w = {MAKERS[maker]}\n{question}", torch, rtol=2e-6)


ERRORS = rows("""
D.Normal(a, -1.0)
D.Normal(torch.tensor([nan]), 1.0)
D.Normal(torch.nn.Parameter(torch.tensor(nan)), torch.ones(2, 3))
D.Normal(a, -1.0, validate_args=False)
D.Normal('a', 1.0)
D.Normal(a, torch.ones(2))
D.Normal(1, 2), D.Normal(1, 2).loc.dtype, D.Normal(torch.tensor(1.0), 1).sample((2,))
D.Normal(True, 2)
D.Normal(a, b).expand((5, 3))
D.Bernoulli(v).param_shape, D.Categorical(p).param_shape, D.OneHotCategorical(p).param_shape
D.Uniform(2.0, 1.0)
D.Uniform(a, a)
D.Uniform(0.0, 1.0).log_prob(torch.tensor([0.5, 2.0]))
D.Uniform(0.0, 1.0, validate_args=False).log_prob(torch.tensor([0.0, 0.5, 1.0, 2.0]))
D.Uniform(0.0, 1.0, validate_args=False).cdf(torch.tensor([-1.0, 0.5, 2.0]))
D.Bernoulli()
D.Bernoulli(0.5, 0.5)
D.Bernoulli(1.5)
D.Bernoulli(v).log_prob(v)
D.Bernoulli(v, validate_args=False).log_prob(v)
D.Bernoulli(logits=torch.tensor([nan]))
D.Categorical()
D.Categorical(p, p)
D.Categorical(torch.tensor(1.0))
D.Categorical(logits=torch.tensor(1.0))
D.Categorical(torch.tensor([-1.0, 2.0])).sample()
D.Categorical(torch.zeros(3)).sample()
D.Categorical(logits=torch.tensor([[0.0, nan], [0.0, 0.0]])).sample()
D.Categorical(p).log_prob(torch.tensor([3, 0]))
D.Categorical(p).log_prob(torch.tensor([0.5, 0.0]))
D.Categorical(p).log_prob(torch.tensor([0, 1, 2]))
D.Categorical(p).log_prob(torch.tensor([[0], [1]]))
D.OneHotCategorical(p).log_prob(p)
D.OneHotCategorical(p).log_prob(torch.tensor([1.0, 0.0]))
D.Independent(D.Normal(a, 1), 2)
D.Independent(D.Normal(a, 1), 1).log_prob(torch.tensor(1.0))
D.Independent(D.Bernoulli(v), 1).enumerate_support()
D.Distribution().sample()
D.Distribution(validate_args=False).log_prob(a)
D.Distribution(validate_args=False).mode
D.Distribution.set_default_validate_args(3)
D.Distribution.set_default_validate_args(False); D.Normal(0.0, -1.0), D.Distribution.set_default_validate_args(True)
class Mine(D.Normal):
        def __init__(self): super().__init__(0.0, 1.0)
    Mine().expand((2,))
class Mine(D.Normal): pass
    type(Mine(0.0, 1.0).expand((2,))), Mine(0.0, 1.0), D.kl_divergence(Mine(0.0, 1.0), D.Normal(1.0, 2.0))
class Mine(D.Distribution):
        arg_constraints = {}
        def rsample(self, shape=torch.Size()): return torch.ones(shape)
    Mine(), Mine().sample((2,)), Mine().support
D.kl_divergence(D.Normal(0.0, 1.0), D.Independent(D.Normal(a, 1.0), 1))
D.kl_divergence(D.Normal(0.0, 1.0), D.Bernoulli(0.5))
D.kl_divergence(D.Uniform(0.0, 1.0), D.Bernoulli(0.5))
D.kl_divergence(D.Independent(D.Normal(a, b), 1), D.Independent(D.Normal(a, b), 2))
D.kl_divergence(D.Independent(D.Normal(a, b), 1), D.Independent(D.Normal(-a, 1.0), 1))
D.kl_divergence(D.Normal(a, b), D.Normal(-a, 1.0))
D.kl_divergence(D.Normal(a, b), D.Uniform(0.0, 1.0)), D.kl_divergence(D.Uniform(a, a + b), D.Normal(a, 2.0))
D.kl_divergence(D.Uniform(v, 1.0), D.Uniform(torch.tensor([0.0, 0.6, 0.0]), 2.0))
D.kl_divergence(D.Bernoulli(v), D.Bernoulli(torch.tensor([0.0, 0.5, 1.0])))
D.kl_divergence(D.Bernoulli(torch.tensor([0.0, 0.5, 1.0])), D.Bernoulli(v))
D.kl_divergence(D.Categorical(p), D.Categorical(p.flip(0)))
D.kl_divergence(D.OneHotCategorical(p), D.OneHotCategorical(logits=p))
D.constraints.positive, D.constraints.real_vector, D.constraints.simplex, D.constraints.integer_interval(0, 3)
D.constraints.real_vector.check(torch.tensor([[1.0, nan], [1.0, 2.0]])), D.constraints.simplex.check(p)
D.constraints.independent(D.constraints.real, 2).check(a)
D.constraints.dependent.check(a)
D.constraints.dependent.is_discrete
D.constraints.dependent(event_dim=1).event_dim, D.constraints.is_dependent(D.Uniform.support)
D.constraints.lower_triangular.check(torch.ones(2, 2)), D.constraints.lower_cholesky.check(torch.eye(2).expand(3, 2, 2))
D.constraints.positive_definite.check(torch.eye(2)), D.constraints.positive_definite.check(-torch.eye(2))
D.constraints.square.check(torch.ones(2, 3)), D.constraints.positive_definite.check(torch.ones(2, 3))
D.Binomial(2, torch.tensor(1.5))
D.Binomial(2.5, torch.tensor(0.5))
D.Binomial(2, v).log_prob(torch.tensor(3.0))
D.kl_divergence(D.Binomial(4, v), D.Binomial(torch.tensor([4, 3, 4]), torch.tensor(0.5)))
D.kl_divergence(D.Binomial(3, v), D.Binomial(4, v))
D.Geometric(0.0)
D.Geometric(1.5)
D.Geometric(v).log_prob(v)
D.Exponential(0.0)
D.Exponential(1.0).log_prob(torch.tensor(-1.0))
D.Poisson(-1.0)
D.Poisson(1.0).log_prob(torch.tensor(0.5))
D.LogNormal(0.0, -1.0)
D.LogNormal(0.0, 1.0).log_prob(torch.tensor(-1.0))
D.HalfNormal(-1.0)
D.HalfNormal(1.0).log_prob(torch.tensor(-1.0))
D.HalfNormal(1.0, validate_args=False).log_prob(torch.tensor(-1.0))
D.Gumbel(0.0, -1.0)
D.TransformedDistribution(D.Normal(0.0, 1.0), D.AffineTransform(0.0, 1.0, event_dim=1))
D.TransformedDistribution(D.Normal(0.0, 1.0), 1.0)
D.TransformedDistribution(D.Normal(0.0, 1.0), [1.0])
D.TransformedDistribution(D.Normal(0.0, 1.0), D.TanhTransform()).log_prob(torch.tensor(2.0))
D.TransformedDistribution(D.Normal(0.0, 1.0), D.TanhTransform()).mean
D.MultivariateNormal(torch.tensor(1.0), torch.eye(2))
D.MultivariateNormal(a)
D.MultivariateNormal(a, torch.eye(3), torch.eye(3))
D.MultivariateNormal(a, a)
D.MultivariateNormal(a, scale_tril=a)
D.MultivariateNormal(v[:2], torch.tensor([[1.0, 2.0], [2.0, 1.0]]))
D.MultivariateNormal(v[:2], torch.tensor([[1.0, 0.0], [2.0, 1.0]]))
D.MultivariateNormal(a, scale_tril=torch.ones(3, 3)).sample()
D.MultivariateNormal(a, precision_matrix=torch.zeros(3, 3))
D.MultivariateNormal(a, torch.eye(2))
D.MultivariateNormal(a, torch.eye(3)).log_prob(v[:2])
D.kl_divergence(D.MultivariateNormal(a, torch.eye(3)), D.MultivariateNormal(v[:2], torch.eye(2)))
m = D.MultivariateNormal(torch.stack([v, a]), 2 * torch.eye(3))
    D.kl_divergence(D.MultivariateNormal(a, torch.eye(3) + 0.5), m), D.kl_divergence(m, m)
D.kl_divergence(D.Exponential(v), D.Exponential(2.0)), D.kl_divergence(D.Laplace(a, b), D.Laplace(0.0, 1.0))
D.kl_divergence(D.Gumbel(a, b), D.Gumbel(v, 2.0)), D.kl_divergence(D.Cauchy(a, b), D.Cauchy(v, 2.0))
D.kl_divergence(D.Poisson(v), D.Poisson(2.0)), D.kl_divergence(D.Geometric(v), D.Geometric(0.5))
D.kl_divergence(D.HalfNormal(v), D.HalfNormal(1.0)), D.kl_divergence(D.LogNormal(a, b), D.LogNormal(v, 2.0))
D.kl_divergence(D.LogNormal(a, b), D.TransformedDistribution(D.Normal(a, b), D.TanhTransform()))
t = D.TanhTransform(cache_size=1); y = t(a * 50); t.inv(y), t.inv.inv is t, t.log_abs_det_jacobian(a, y)
D.TanhTransform(cache_size=2)
t = D.ExpTransform(); t == D.ExpTransform(), t == D.TanhTransform(), t.inv == D.ExpTransform().inv, t.inv
D.AffineTransform(a, 2.0) == D.AffineTransform(a, 2.0), D.AffineTransform(a, 2.0) == D.AffineTransform(a, b)
D.AffineTransform(0.0, -2.0).sign, D.AffineTransform(0.0, a).sign, D.AbsTransform().bijective
D.AbsTransform().sign
t = D.ComposeTransform([D.AffineTransform(a, b), D.ExpTransform()]); t, t.inv, t.sign, t.bijective, t.domain, t.codomain
t = D.ComposeTransform([D.AffineTransform(1.0, b), D.ExpTransform()], 1); t.inv(t(a)), t.log_abs_det_jacobian(a, a)
t = D.AffineTransform(a, b, 1); t.domain, t.log_abs_det_jacobian(a.expand(2, 3), a), t.forward_shape((1, 3))
t = D.AffineTransform(1.0, 2.0).with_cache(); t, t.with_cache() is t, D.ExpTransform().inv.with_cache()
D.identity_transform(a), D.identity_transform.log_abs_det_jacobian(a, a), D.identity_transform.domain
D.utils.broadcast_all(1, 2.5), D.utils.broadcast_all(a, 1), D.utils.probs_to_logits(v, True)
""")


@pytest.mark.parametrize("program", ERRORS)
def test_errors_and_divergences_equal_pytorchs(program, torch):
    check(PREPARED + program, torch, rtol=2e-6)


# Of parameters t = (0.6, 0.3, 0.9): what is differentiated.
GRADIENTS = rows("""
D.Normal(t, t).log_prob(v)
D.Normal(t, t).rsample((2,))
D.Normal(t, t).entropy()
D.Normal(t, t).cdf(v)
D.Bernoulli(t).log_prob(torch.tensor([0.0, 1.0, 1.0]))
D.Bernoulli(logits=t).entropy()
D.Categorical(t).log_prob(torch.tensor([0, 2]))
D.Categorical(logits=t).log_prob(torch.tensor([0, 2]))
D.Categorical(logits=t).entropy()
D.Categorical(t).entropy()
D.OneHotCategoricalStraightThrough(logits=t).rsample() * v
D.Uniform(t, t * 2).rsample()
D.Uniform(t, t * 2).log_prob(t.detach() * 1.5)
D.Independent(D.Normal(t, t), 1).log_prob(v)
D.Exponential(t).rsample((2,))
D.Laplace(t, t).rsample((2,)) + D.Laplace(t, t).log_prob(v)
D.Cauchy(t, t).rsample((2,))
D.Geometric(t).log_prob(torch.tensor([0.0, 1.0, 5.0]))
D.Poisson(t).log_prob(torch.tensor([0.0, 1.0, 5.0]))
D.Binomial(5, t).log_prob(torch.tensor([0.0, 1.0, 5.0]))
D.LogNormal(t, t).rsample((2,)) + D.LogNormal(t, t).log_prob(v)
D.HalfNormal(t).rsample((2,)) + D.HalfNormal(t).log_prob(v)
D.Gumbel(t, t).rsample((2,)) + D.Gumbel(t, t).log_prob(v)
m = D.TransformedDistribution(D.Normal(t, t), [D.TanhTransform(cache_size=1)]); m.log_prob(m.rsample())
m = D.MultivariateNormal(v, torch.diag(t)); m.rsample((2,)).sum(0) + m.log_prob(v + 1) + m.entropy()
D.kl_divergence(D.Normal(t, t), D.Normal(0.0, 1.0))
D.kl_divergence(D.Categorical(t), D.Categorical(v))
D.kl_divergence(D.Bernoulli(t), D.Bernoulli(v))
""")


@pytest.mark.parametrize("program", GRADIENTS)
def test_gradients_equal_pytorchs(program, torch):
    start = "t = torch.tensor([0.6, 0.3, 0.9], requires_grad=True)\n"
    first, _, last = program.rpartition("; ")
    check(f"{PREPARED}{start}{first}\nz = {last}; z.sum().backward(); z, t.grad", torch, rtol=2e-6)


# -- loops -------------------------------------------------------------------------------------------------------------


def reinforce(torch, steps: int):
    """A policy that learns to choose what the state says: actions are drawn, so they must be the same."""
    Categorical = import_module(f"{torch.__name__}.distributions").Categorical
    torch.manual_seed(3)
    policy = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, 3))
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.05)
    for _ in range(steps):
        state = torch.rand(8, 4)
        chosen = Categorical(logits=policy(state))
        action = chosen.sample()
        reward = (action == state[:, :3].argmax(-1)).float()
        loss = -(chosen.log_prob(action) * (reward - reward.mean())).sum() - 0.01 * chosen.entropy().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss


def autoencoder(torch, steps: int):
    D = import_module(f"{torch.__name__}.distributions")
    torch.manual_seed(3)
    encoder, decoder = torch.nn.Linear(12, 4), torch.nn.Linear(2, 12)
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.01)
    images, prior = torch.bernoulli(torch.rand(16, 12)), D.Normal(torch.zeros(2), torch.ones(2))
    for _ in range(steps):
        loc, scale = encoder(images).chunk(2, -1)
        posterior = D.Independent(D.Normal(loc, torch.nn.functional.softplus(scale)), 1)
        pixels = D.Bernoulli(logits=decoder(posterior.rsample()))
        gap = D.kl_divergence(posterior, D.Independent(prior.expand((16, 2)), 1))
        loss = (gap - pixels.log_prob(images).sum(-1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss


@pytest.mark.parametrize("loop", [reinforce, autoencoder])
def test_losses_equal_pytorchs(loop, torch):
    mine, others = ([loss.item() for loss in loop(each, 10)] for each in (jt, torch))
    np.testing.assert_allclose(mine, others, rtol=1e-4)


@pytest.mark.parametrize(("loop", "flushes"), [(reinforce, 2), (autoencoder, 1)])
def test_checks_run_no_program_more(loop, flushes):
    """A step of REINFORCE reads what it drew from, and steps; an autoencoder only steps."""
    counts = []
    for validate in (True, False):
        jt.distributions.Distribution.set_default_validate_args(validate)
        try:
            steps = loop(jt, 16)
            for _ in range(8):
                next(steps)
            counters.reset()
            for _ in steps:
                pass
            counts.append((counters.flushes, counters.compiled))
        finally:
            jt.distributions.Distribution.set_default_validate_args(True)
    assert counts[0] == counts[1] == (8 * flushes, 0)


def test_what_is_not_computed_yet_is_checked_when_it_is():
    scale = jt.nn.Parameter(jt.tensor([1.0, -1.0]))
    distribution = jt.distributions.Normal(jt.zeros(2), scale * 2)
    with pytest.raises(ValueError, match=r"Expected parameter scale \(Tensor of shape \(2,\)\)(.|\n)*tensor\(\[ 2"):
        distribution.sample()
    values = jt.distributions.Bernoulli(jt.tensor(0.5)).log_prob(scale * 2)
    with pytest.raises(ValueError, match=r"within the support \(Boolean\(\)\)"):
        values.sum().item()


def test_parameters_that_require_gradients_are_sampled_without():
    with jt.no_grad():
        drawn = jt.distributions.Normal(jt.zeros(2, requires_grad=True), 1.0).rsample()
    assert not drawn.requires_grad
    assert not jt.distributions.Normal(jt.zeros(2, requires_grad=True), 1.0).sample().requires_grad


def test_what_is_not_built_says_so():
    with pytest.raises(NotImplementedError, match=r"torch\.distributions\.Gamma is not built"):
        jt.distributions.Gamma  # noqa: B018

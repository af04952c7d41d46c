"""`torch.nn.utils.parametrize` and the parametrizations that are there to use, asked of PyTorch and of jnet."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from scenarios import assert_same, caught, warned

import jnet.torch as jtorch
from jnet.recorder import counters

SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


@pytest.mark.parametrize("ask", SCENARIOS, ids=lambda f: f.__name__)
def test_scenario(ask, torch):
    assert_same(ask, torch)


def linear(torch, *sizes, seed=0, **settings):
    torch.manual_seed(seed)
    return torch.nn.Linear(*(sizes or (3, 3)), **settings)


def modules(torch):
    """A few functions of tensors, as modules."""

    class Skew(torch.nn.Module):
        def forward(self, X):
            X = X.triu(1)
            return X - X.transpose(-1, -2)

        def right_inverse(self, A):
            return A.triu(1)

    class Twice(torch.nn.Module):
        def forward(self, X):
            return 2 * X

        def right_inverse(self, X):
            return X / 2

    class Exp(torch.nn.Module):  # no right inverse
        def forward(self, X):
            return X.exp()

    class RankOne(torch.nn.Module):
        def forward(self, x, y):
            return x.unsqueeze(-1) @ y.unsqueeze(-2)

        def right_inverse(self, Z):
            return Z[:, 0].abs(), Z[0]

    return Skew(), Twice(), Exp(), RankOne()


# -- parametrize -----------------------------------------------------------------------------------


@scenario
def registering(torch):
    P = torch.nn.utils.parametrize
    net, weight = linear(torch), None
    skew, twice, *_ = modules(torch)
    before = net.weight
    yield P.register_parametrization(net, "weight", skew) is net, net, type(net).__name__
    yield net.weight, net.parametrizations.weight.original is before, before
    yield net.state_dict(), [name for name, _ in net.named_parameters()], [name for name, _ in net.named_modules()]
    yield P.is_parametrized(net), P.is_parametrized(net, "weight"), P.is_parametrized(net, "bias")
    yield P.type_before_parametrizations(net), P.type_before_parametrizations(skew).__name__
    P.register_parametrization(net, "weight", twice)
    P.register_parametrization(net, "bias", modules(torch)[2])
    yield net, net.weight, net.bias, len(net.parametrizations.weight), net.parametrizations.weight[1]
    weight = torch.tensor([[0.0, 1, 2], [-1, 0, 3], [-2, -3, 0]])
    net.weight = weight
    yield net.weight, net.parametrizations.weight.original
    yield caught(setattr, net, "bias", torch.ones(3)), caught(setattr, net, "weight", torch.nn.Parameter(weight))
    net(torch.ones(1, 3)).sum().backward()
    yield net.parametrizations.weight.original.grad, net.parametrizations.bias.original.grad
    yield isinstance(net.parametrizations.weight, P.ParametrizationList), net.parametrizations.weight.unsafe


@scenario
def removing(torch):
    P = torch.nn.utils.parametrize
    skew, twice, *_ = modules(torch)
    net = linear(torch)
    original = net.weight
    P.register_parametrization(net, "weight", skew)
    P.register_parametrization(net, "bias", twice)
    yield P.remove_parametrizations(net, "weight") is net, net, net.weight is original, net.weight
    yield P.remove_parametrizations(net, "bias", leave_parametrized=False), net.bias, type(net), dir(net)[-1]
    yield "parametrizations" in net.__dict__, list(net._modules), net.state_dict()
    yield caught(P.remove_parametrizations, net, "weight")
    several = P.register_parametrization(linear(torch), "weight", modules(torch)[3])
    yield caught(P.remove_parametrizations, several, "weight", leave_parametrized=False)
    yield P.remove_parametrizations(several, "weight"), several.weight
    frozen = linear(torch).requires_grad_(False)
    P.register_parametrization(frozen, "weight", modules(torch)[3])
    P.remove_parametrizations(frozen, "weight")
    yield frozen.state_dict(), list(frozen._buffers)


@scenario
def several_originals(torch):
    P = torch.nn.utils.parametrize
    net = P.register_parametrization(linear(torch), "weight", modules(torch)[3])
    yield net, net.weight, net.state_dict(), [type(p).__name__ for p in net.parameters()]
    net.weight = torch.arange(9.0).reshape(3, 3) + 1
    yield net.weight, net.parametrizations.weight.original0, net.parametrizations.weight.is_tensor
    P.register_parametrization(net, "weight", modules(torch)[1])
    yield net.weight, net.parametrizations.weight.ntensors
    net.weight.sum().backward()
    yield [p.grad for p in net.parameters()]


@scenario
def buffers_and_unsafe(torch):
    P = torch.nn.utils.parametrize
    skew, twice, exp, _ = modules(torch)

    class Half(torch.nn.Module):
        def forward(self, X):
            return X[:1].double()

    net = torch.nn.Module()
    net.register_buffer("matrix", torch.arange(9.0).reshape(3, 3))
    P.register_parametrization(net, "matrix", skew)
    yield net.matrix, net.state_dict(), list(net.parametrizations.matrix._buffers), type(net).__name__
    yield caught(P.register_parametrization, net, "matrix", Half())
    P.register_parametrization(net, "matrix", Half(), unsafe=True)
    yield net.matrix, net.parametrizations.matrix.unsafe
    P.register_parametrization(net, "matrix", twice, unsafe=False)
    yield net.matrix, net.parametrizations.matrix.unsafe
    yield exp.training, P.register_parametrization(linear(torch).eval(), "bias", exp).parametrizations.bias[0].training


@scenario
def mistakes(torch):
    P, nn = torch.nn.utils.parametrize, torch.nn
    skew, twice, *_ = modules(torch)

    def module(forward, right_inverse=None):
        space = {"forward": lambda self, *X: forward(*X)}
        if right_inverse is not None:
            space["right_inverse"] = lambda self, X: right_inverse(X)
        return type("Made", (nn.Module,), space)()

    def fresh(*functions):
        made = linear(torch)
        for each in functions:
            P.register_parametrization(made, "weight", each)
        return made

    same = lambda X: X  # noqa: E731
    for made in (
        module(lambda X: 3),
        module(lambda X: X.double()),
        module(lambda X: X[0]),
        module(same, lambda X: 3),
        module(same, lambda X: X.double()),
        module(same, lambda X: (X, 3)),
        module(lambda X, Y: X, lambda X: (X, X.double())),
    ):
        yield caught(P.register_parametrization, fresh(), "weight", made)
        yield caught(P.register_parametrization, fresh(twice), "weight", made)
    yield caught(P.register_parametrization, fresh(), "nothing", skew)
    yield caught(P.register_parametrization, nn.Identity(), "weight", skew)
    yield caught(P.ParametrizationList, [], torch.ones(1)), caught(P.remove_parametrizations, fresh(), "weight")
    yield caught(setattr, fresh(module(same)), "weight", torch.ones(3, 3))
    changing = module(same, same)
    net = fresh(changing)
    yield caught(setattr, net, "weight", torch.ones(3, 3, dtype=torch.float64)), caught(setattr, net, "weight", 3)
    pair = fresh(module(lambda X, Y: X + Y, lambda X: (X, X)))
    kind = type(pair.parametrizations.weight[0])
    kind.right_inverse = lambda self, X: (X,)
    yield caught(setattr, pair, "weight", torch.ones(3, 3))
    kind.right_inverse = lambda self, X: 3
    yield caught(setattr, pair, "weight", torch.ones(3, 3))
    kind.right_inverse = lambda self, X: (X, 3)
    yield caught(setattr, pair, "weight", torch.ones(3, 3))
    kind.right_inverse = lambda self, X: (X, X.double())
    yield caught(setattr, pair, "weight", torch.ones(3, 3))


@scenario
def reading_once(torch):
    P = torch.nn.utils.parametrize
    net = P.register_parametrization(linear(torch), "weight", modules(torch)[0])
    yield net.weight is net.weight
    with P.cached():
        first = net.weight
        with P.cached():
            yield net.weight is first
        yield net.weight is first
    yield net.weight is first


@scenario
def copies(torch):
    P = torch.nn.utils.parametrize
    net = torch.nn.Sequential(P.register_parametrization(linear(torch), "weight", modules(torch)[0]))
    other = copy.deepcopy(net)
    yield repr(other) == repr(net), type(other[0]) is type(net[0]), other[0].weight
    with torch.no_grad():
        other[0].parametrizations.weight.original.zero_()
    yield other[0].weight, net[0].weight, caught(pickle.dumps, net[0])
    target = linear(torch, seed=1)
    yield P.transfer_parametrizations_and_params(net[0], target) is target, target, target.weight
    yield P.transfer_parametrizations_and_params(linear(torch), target) is target
    empty = torch.nn.Module()
    several = P.register_parametrization(linear(torch), "weight", modules(torch)[3])
    P.transfer_parametrizations_and_params(several, empty)
    yield empty, empty.weight, empty.state_dict()
    yield net.double()[0].weight.dtype is torch.float64, net.eval()[0].parametrizations.weight[0].training


# -- parametrizations ------------------------------------------------------------------------------


@scenario
def weight_norm(torch):
    P = torch.nn.utils.parametrizations
    for dim in (0, 1, None, -1):
        net = P.weight_norm(linear(torch, 3, 2), dim=dim)
        yield net.weight, net.state_dict()
        net(torch.arange(6.0).reshape(2, 3)).sum().backward()
        yield [p.grad for p in net.parameters()]
    yield net, P.weight_norm(torch.nn.Conv2d(2, 3, 2)).parametrizations.weight.original0.shape
    yield caught(P.weight_norm, linear(torch), "nothing"), caught(P.weight_norm, linear(torch), dim=5)
    net.weight = torch.ones(2, 3)
    yield net.parametrizations.weight.original0, net.weight
    yield torch.nn.utils.parametrize.remove_parametrizations(net, "weight"), net.weight


@scenario
def weight_norm_takes_the_old_form(torch):
    old = warned(torch.nn.utils.weight_norm, linear(torch, 3, 2))[0].state_dict()
    net = torch.nn.Sequential(torch.nn.utils.parametrizations.weight_norm(linear(torch, 3, 2, seed=1)))
    yield net.load_state_dict({f"0.{name}": each for name, each in old.items()}), net[0].weight


@scenario
def spectral_norm(torch):
    P = torch.nn.utils.parametrizations
    net = P.spectral_norm(linear(torch, 4, 3))
    yield net, net.state_dict()
    x = torch.arange(8.0).reshape(2, 4)
    (net(x).sum() - net(2 * x).sum()).backward()  # two readings: the buffers were written to in between
    yield net.state_dict(), [p.grad for p in net.parameters()]
    net.eval()
    yield net.weight, net.weight, net.state_dict()
    image = P.spectral_norm(torch.nn.Conv2d(2, 3, 2), n_power_iterations=3, eps=1e-6, dim=1)
    yield image.weight, image.parametrizations.weight[0]._u.shape
    yield P.spectral_norm(linear(torch), "bias").bias
    net.weight = torch.ones(3, 4)
    yield net.weight, torch.nn.utils.parametrize.remove_parametrizations(net, "weight"), net.weight


@scenario
def mistakes_with_spectral_norm(torch):
    P = torch.nn.utils.parametrizations
    yield caught(P.spectral_norm, linear(torch), "nothing"), caught(P.spectral_norm, linear(torch), dim=2)
    yield caught(P.spectral_norm, linear(torch), n_power_iterations=0), caught(P.spectral_norm, torch.nn.ReLU())


MAPS = [
    (shape, name, based)
    for shape in ((3, 3), (4, 2), (2, 4))
    for name in ("matrix_exp", "cayley", "householder")
    for based in (True, False)
]


def orthogonal_weights(torch):
    P = torch.nn.utils.parametrizations
    x = torch.arange(2.0)
    for shape, name, based in MAPS:
        net = linear(torch, *shape, bias=False)
        torch.manual_seed(1)
        P.orthogonal(net, orthogonal_map=name, use_trivialization=based)
        yield net.weight, net.state_dict()
        with torch.no_grad():  # away from where it begins
            step = torch.linspace(-0.3, 0.5, net.weight.numel()).reshape(net.weight.shape)
            net.parametrizations.weight.original.add_(step.tril(-1))
        yield net.weight
        (net.weight * (step + x[1])).sum().backward()
        yield net.parametrizations.weight.original.grad


def test_orthogonal(torch):
    assert_same(orthogonal_weights, torch, rtol=1e-4, atol=3e-6)


@scenario
def orthogonal(torch):
    P = torch.nn.utils.parametrizations
    net = P.orthogonal(linear(torch, 3, 3))
    yield net, type(P.orthogonal(linear(torch, 3, 2)).parametrizations.weight[0].orthogonal_map).__name__
    yield caught(setattr, net, "weight", torch.ones(2, 2)), caught(P.orthogonal, linear(torch), "bias")
    yield caught(P.orthogonal, linear(torch), orthogonal_map="rotation"), caught(P.orthogonal, linear(torch), "none")
    rotation = torch.tensor([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    net.weight = rotation
    yield net.weight, net.parametrizations.weight[0].base
    net = P.orthogonal(linear(torch, 3, 3), orthogonal_map="householder", use_trivialization=False)
    net.weight = rotation
    yield net.weight
    net = P.orthogonal(linear(torch, 3, 3), use_trivialization=False)
    yield caught(setattr, net, "weight", rotation)
    batch = torch.nn.Module()
    batch.weight = torch.nn.Parameter(torch.eye(3).repeat(2, 1, 1)[:, :, :2])
    yield P.orthogonal(batch).weight


# -- training --------------------------------------------------------------------------------------


def trained(torch, parametrize, optimizer, steps=6):
    """Losses and the state of a small network, some of whose weights are parametrized, after training."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    parametrize(torch, net[0])
    optimizer = optimizer(torch, net.parameters())
    x, y = torch.randn(8, 4), torch.randn(8, 1)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = ((net(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return net, losses


WAYS = {
    "weight_norm": lambda torch, layer: torch.nn.utils.parametrizations.weight_norm(layer),
    "spectral_norm": lambda torch, layer: torch.nn.utils.parametrizations.spectral_norm(layer),
    "orthogonal": lambda torch, layer: torch.nn.utils.parametrizations.orthogonal(layer),
    "old weight_norm": lambda torch, layer: warned(torch.nn.utils.weight_norm, layer),
    "old spectral_norm": lambda torch, layer: torch.nn.utils.spectral_norm(layer),
    "pruned": lambda torch, layer: torch.nn.utils.prune.l1_unstructured(layer, "weight", 0.5),
}


@pytest.mark.parametrize("way", WAYS)
def test_training_equals_pytorchs_and_state_goes_both_ways(way, torch):
    import torch.nn.utils.prune

    def optimizer(torch, parameters):
        return torch.optim.Adam(parameters, lr=0.05) if "norm" in way else torch.optim.SGD(parameters, 0.1, 0.9)

    mine, losses = trained(jtorch, WAYS[way], optimizer)
    theirs, expected = trained(torch, WAYS[way], optimizer)
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    for (name, ours), other in zip(mine.state_dict().items(), theirs.state_dict().values(), strict=True):
        np.testing.assert_allclose(ours.numpy(), other.numpy(), rtol=1e-3, atol=1e-5, err_msg=name)
    x = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4)
    outputs = lambda lib, net: net.eval()(lib.tensor(x)).detach().numpy()  # noqa: E731
    fresh, _ = trained(jtorch, WAYS[way], optimizer, steps=0)
    fresh.load_state_dict({name: jtorch.tensor(each.numpy()) for name, each in theirs.state_dict().items()})
    np.testing.assert_allclose(outputs(jtorch, fresh), outputs(torch, theirs), rtol=1e-4, atol=1e-6)
    fresh, _ = trained(torch, WAYS[way], optimizer, steps=0)
    fresh.load_state_dict({name: torch.tensor(each.numpy()) for name, each in mine.state_dict().items()})
    np.testing.assert_allclose(outputs(torch, fresh), outputs(jtorch, mine), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("way", ["weight_norm", "spectral_norm", "old spectral_norm", "orthogonal"])
def test_training_is_one_program(way):
    """The power method writes its buffers without a look at them: nothing cuts the step in two."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch = jtorch
        torch.manual_seed(0)
        net = torch.nn.Linear(4, 4)
        WAYS[way](torch, net)
        optimizer = torch.optim.SGD(net.parameters(), 0.1)
        x, runs, compiled = torch.randn(8, 4), [], []
        for _ in range(8):
            before = counters.flushes
            optimizer.zero_grad()
            net(x).square().mean().backward()
            optimizer.step()
            runs.append(counters.flushes - before)
            compiled.append(counters.compiled)
    assert runs[-1] == 1
    assert compiled[-1] - compiled[0] <= 1  # a new program is interpreted a few times
    assert compiled[-1] == compiled[-2]

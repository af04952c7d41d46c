"""The rest of `torch.nn.utils`, and `torch.nn.parallel`, asked of PyTorch and of jnet in the same words."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from scenarios import assert_same, caught, plain, warned

import jnet.torch as jtorch

SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


@pytest.mark.parametrize("ask", SCENARIOS, ids=lambda f: f.__name__)
def test_scenario(ask, torch):
    assert_same(ask, torch)


def linear(torch, *sizes, seed=0):
    torch.manual_seed(seed)
    return torch.nn.Linear(*(sizes or (4, 3)))


# -- hooks that compute weights --------------------------------------------------------------------


@scenario
def old_weight_norm(torch):
    U = torch.nn.utils
    for dim in (0, 1, None):
        net, warnings = warned(U.weight_norm, linear(torch), dim=dim)
        yield warnings, net, net.state_dict(), net.weight, [name for name, _ in net.named_parameters()]
        net(torch.arange(8.0).reshape(2, 4)).sum().backward()
        yield [p.grad for p in net.parameters()]
    with torch.no_grad():
        net.weight_g.mul_(2)
    yield net.weight, net(torch.ones(1, 4)), net.weight
    yield caught(warned, U.weight_norm, net), caught(copy.deepcopy, net)
    yield U.remove_weight_norm(net) is net, net.weight, net.state_dict().keys(), caught(U.remove_weight_norm, net)
    yield caught(warned, U.weight_norm, net, "nothing"), len(net._forward_pre_hooks)
    yield caught(warned, U.weight_norm, torch.nn.LazyLinear(3))


@scenario
def old_spectral_norm(torch):
    U = torch.nn.utils
    net = U.spectral_norm(linear(torch))
    yield net, net.state_dict(), net.state_dict()._metadata, net.weight
    x = torch.arange(8.0).reshape(2, 4) / 8
    (net(x).sum() - net(x * 2).sum()).backward()
    yield net.state_dict(), net.weight_orig.grad, net.weight
    net.eval()
    yield net(x), net(x), net.state_dict()
    image = U.spectral_norm(torch.nn.Conv2d(2, 3, 2), n_power_iterations=2, dim=1)
    yield image(torch.ones(1, 2, 3, 3)), image.weight_u.shape, image.weight_v.shape
    transposed = U.spectral_norm(torch.nn.ConvTranspose1d(2, 3, 2))
    yield transposed.weight_u.shape, transposed(torch.ones(1, 2, 3))
    yield caught(U.spectral_norm, net), caught(U.spectral_norm, linear(torch), n_power_iterations=0)
    yield caught(U.spectral_norm, linear(torch), "nothing"), caught(U.spectral_norm, torch.nn.LazyLinear(3))
    net.bias = None
    yield caught(U.spectral_norm, net, "bias")
    yield U.remove_spectral_norm(net) is net, net.weight, net.state_dict().keys(), caught(U.remove_spectral_norm, net)


@scenario
def old_state_of_spectral_norm(torch):
    net = torch.nn.utils.spectral_norm(linear(torch, 2, 3))
    net(torch.ones(1, 2))
    new = net.state_dict()
    old = {"bias": new["bias"], "weight_orig": new["weight_orig"], "weight_u": new["weight_u"]}
    old["weight"] = net.weight.detach()
    other = torch.nn.utils.spectral_norm(linear(torch, 2, 3, seed=1))
    yield other.load_state_dict(old), other.weight_v, other.eval()(torch.ones(1, 2)), net.eval()(torch.ones(1, 2))
    yield other.load_state_dict(dict(new)), other.load_state_dict(new), other.weight_v
    del old["weight_orig"]
    yield caught(other.load_state_dict, old), other.load_state_dict(old, strict=False)


def test_state_loads_after_spectral_norm_is_removed():
    """In PyTorch the hook of `load_state_dict` stays, and asks for weight_orig."""
    net = jtorch.nn.utils.remove_spectral_norm(jtorch.nn.utils.spectral_norm(linear(jtorch)))
    assert repr(net.load_state_dict(linear(jtorch, seed=1).state_dict())) == "<All keys matched successfully>"
    assert pickle.loads(pickle.dumps(net)).weight.tolist() == net.weight.tolist()


# -- gradients and vectors -------------------------------------------------------------------------


def with_gradients(torch):
    p, q, r = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2, 2)), torch.nn.Parameter(torch.ones(1))
    p.grad, q.grad = torch.tensor([3.0, -4.0]), torch.tensor([[0.5, -12.0], [0.0, 1.0]])
    return [p, q, r]


@scenario
def clipping(torch):
    U = torch.nn.utils
    for order in (2.0, 1, 3, float("inf"), "inf", 0.5, 0, -1, -float("inf")):
        chosen = with_gradients(torch)
        yield U.clip_grad_norm_(chosen, 2.0, norm_type=order), [p.grad for p in chosen]
    for foreach in (None, True, False):
        chosen = with_gradients(torch)
        yield U.clip_grad_norm_(iter(chosen), 100, foreach=foreach), [p.grad for p in chosen]
        yield U.clip_grad_value_((p for p in chosen), 2, foreach=foreach), [p.grad for p in chosen]
    chosen = with_gradients(torch)
    yield U.clip_grad_norm_(chosen[0], max_norm=1), chosen[0].grad, U.clip_grad_value_(chosen[1], 0.25), chosen[1].grad
    yield U.get_total_norm([p.grad for p in chosen[:2]]), U.get_total_norm([]), U.get_total_norm(chosen[0].grad, 1)
    yield U.clip_grads_with_norm_(chosen, 1.0, torch.tensor(10.0)), [p.grad for p in chosen]
    yield U.clip_grad_norm_([], 1.0), warned(U.clip_grad_norm_, iter(()), 1.0)
    yield warned(U.clip_grad_norm_, (p for p in ()), 1.0), warned(U.clip_grad_norm, chosen, 1.0)
    chosen[0].grad[0] = float("nan")
    yield caught(U.clip_grad_norm_, chosen, 1.0, error_if_nonfinite=True), U.clip_grad_norm_(chosen, 1.0).isnan()
    yield caught(U.clip_grad_norm_, chosen, "a"), caught(U.clip_grad_norm_, chosen, 1.0, norm_type="two")
    yield caught(U.clip_grad_norm_, 3, 1.0), caught(U.clip_grad_value_, chosen, None)
    mixed = [p.double() for p in chosen[:1]] + [chosen[1]]
    yield U.get_total_norm([each.detach() for each in mixed])


@scenario
def vectors(torch):
    U = torch.nn.utils
    net = linear(torch)
    vector = U.parameters_to_vector(net.parameters())
    yield vector, U.vector_to_parameters(torch.arange(15.0), net.parameters()), net.weight, net.bias
    shared = torch.zeros(15)
    U.vector_to_parameters(shared, net.parameters())
    shared[0] = 7
    yield net.weight, caught(U.vector_to_parameters, [1.0], net.parameters()), caught(U.parameters_to_vector, [])
    yield caught(U.vector_to_parameters, torch.ones(3), net.parameters())


# -- calls with other tensors ----------------------------------------------------------------------


class Tied:
    """Makes a module with a tied weight, a buffer that it counts in, and a child."""

    def __new__(cls, torch):
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.first = linear(torch, 2, 2)
                self.tied = self.first.weight
                self.register_buffer("calls", torch.zeros(1))

            def forward(self, x, scale=1.0):
                self.calls = self.calls + 1
                return self.first(x) @ self.tied * scale

        return Net()


@scenario
def functional_calls(torch):
    net, x = Tied(torch), torch.ones(1, 2)
    new = {"first.weight": torch.eye(2), "first.bias": torch.zeros(2), "calls": torch.full((1,), 5.0)}
    for call in (torch.func.functional_call, lambda *a, **k: warned(torch.nn.utils.stateless.functional_call, *a, **k)):
        yield call(net, dict(new), x), call(net, dict(new), (x,), {"scale": 3.0}), call(net, dict(new), x, strict=True)
        given = dict(new)
        yield call(net, given, x), given, net.calls, call(net, dict(new), x, tie_weights=False)
        yield call(net, {}, x), net.calls, call(net, {"tied": torch.zeros(2, 2)}, x)
        yield caught(call, net, new | {"tied": torch.ones(2, 2)}, x), caught(call, net, {"tied": 3}, x)
        yield call(net, new | {"tied": torch.ones(2, 2)}, x, tie_weights=False), net.first.weight
        yield caught(call, net, new | {"other": torch.ones(1)}, x, strict=True)
        yield caught(call, net, {"first.bias": torch.zeros(2)}, x, strict=True), caught(call, net, {"a.b": x}, x)
        yield call(net, {"extra": torch.ones(1)}, x), hasattr(net, "extra"), caught(call, net, {"first": x}, x)[0]
    functional = torch.func.functional_call
    yield functional(net, (new, {}), x), caught(functional, net, (new, new), x), caught(functional, net, [3], x)
    yield caught(functional, net, 3, x)[0]
    weights = {name: p.detach().requires_grad_() for name, p in net.named_parameters()}
    yield torch.autograd.grad(functional(net, weights, x).sum(), list(weights.values()))
    normed = torch.nn.utils.parametrizations.weight_norm(linear(torch, 2, 1))
    yield functional(normed, {"parametrizations.weight.original0": torch.ones(1, 1)}, x), normed.weight


# -- layers made and fused -------------------------------------------------------------------------


@scenario
def skipping_initialisation(torch):
    U = torch.nn.utils
    torch.manual_seed(0)
    net = U.skip_init(torch.nn.Linear, 5, out_features=1, dtype=torch.float64)
    yield net, net.weight.shape, net.weight.dtype is torch.float64, type(net.weight), torch.rand(1)
    yield U.skip_init(torch.nn.Conv2d, 1, 2, 3, device="cpu").weight.requires_grad
    yield caught(U.skip_init, torch.Tensor)[0], caught(U.skip_init, torch.nn.ReLU)


@scenario
def fusing(torch):
    U, nn = torch.nn.utils, torch.nn
    torch.manual_seed(0)
    x = torch.arange(32.0).reshape(1, 2, 4, 4) / 32

    def norm(kind, features, **settings):
        bn = kind(features, **settings)
        bn.running_mean.copy_(torch.arange(float(features)))
        bn.running_var.copy_(torch.arange(float(features)) + 0.5)
        return bn

    for conv, bn, transpose in (
        (nn.Conv2d(2, 3, 2), norm(nn.BatchNorm2d, 3), False),
        (nn.Conv2d(2, 3, 2, bias=False), norm(nn.BatchNorm2d, 3, affine=False), False),
        (nn.ConvTranspose2d(2, 3, 2), norm(nn.BatchNorm2d, 3, eps=0.1), True),
    ):
        net = nn.Sequential(conv, bn).eval()
        fused = U.fuse_conv_bn_eval(conv, bn, transpose=transpose)
        yield fused, fused(x), net(x), fused.weight, fused.bias, conv.weight
    dense = nn.Linear(4, 3).eval()
    yield U.fuse_linear_bn_eval(dense, norm(nn.BatchNorm1d, 3).eval()).weight
    yield U.fuse_linear_bn_eval(dense, norm(nn.BatchNorm1d, 1).eval())(x[0, 0])
    yield caught(U.fuse_conv_bn_eval, nn.Conv2d(2, 3, 2), bn), caught(U.fuse_linear_bn_eval, nn.Linear(1, 1), bn)
    yield caught(U.fuse_linear_bn_eval, dense, norm(nn.BatchNorm1d, 2).eval())
    bare = nn.BatchNorm2d(3, track_running_stats=False).eval()
    yield caught(U.fuse_conv_bn_eval, nn.Conv2d(2, 3, 2).eval(), bare)


@scenario
def orders_in_memory(torch):
    U = torch.nn.utils
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1), torch.nn.Conv3d(1, 1, 1))
    yield U.convert_conv2d_weight_memory_format(net, torch.channels_last) is net
    yield U.convert_conv3d_weight_memory_format(net, torch.channels_last_3d) is net, net[0].weight.shape
    yield caught(U.convert_conv2d_weight_memory_format, net, 3)[0]


def test_names_of_pytorch(torch):
    """What PyTorch lists of these modules is there."""
    import torch.nn.utils.prune

    for name in ("", ".parametrizations", ".parametrize", ".stateless"):
        ours, theirs = (eval(f"torch.nn.utils{name}", {"torch": each}) for each in (jtorch, torch))
        assert set(theirs.__all__) - set(dir(ours)) - {"rnn"} == set(), name
    public = {name for name, each in vars(torch.nn.utils.prune).items() if callable(each) and name[0] != "_"}
    assert public - set(dir(jtorch.nn.utils.prune)) - {"Iterable"} == set()


# -- parallel --------------------------------------------------------------------------------------


@scenario
def data_parallel(torch):
    if torch.cuda.is_available():
        return
    net = torch.nn.DataParallel(linear(torch))
    yield net, net.state_dict(), net(torch.ones(2, 4)), net.device_ids
    net.load_state_dict({f"module.{name}": each for name, each in linear(torch, seed=1).state_dict().items()})
    yield net.module.weight, torch.nn.parallel.DataParallel is torch.nn.DataParallel, net.training, net.eval().training
    yield torch.nn.DataParallel(linear(torch), device_ids=[0], output_device=0)(input=torch.ones(1, 4))


def test_distributed_data_parallel_says_where_to_look():
    with pytest.raises(NotImplementedError, match=r"jnet\.parallel"):
        jtorch.nn.parallel.DistributedDataParallel(jtorch.nn.Linear(1, 1))
    assert jtorch.nn.parallel.data_parallel(jtorch.nn.Identity(), jtorch.ones(1)).tolist() == [1.0]


# -- init ------------------------------------------------------------------------------------------


def drawn(torch, name, *args, shape=(4, 3), dtype=None, **kwargs):
    torch.manual_seed(7)
    return getattr(torch.nn.init, name)(torch.empty(shape, dtype=dtype), *args, **kwargs)


@scenario
def initialising(torch):
    for name, *args in (
        ("uniform_", -1.0, 2.0), ("normal_", 1.0, 2.0), ("trunc_normal_",), ("trunc_normal_", 0.0, 1.0, 1.5, 3.0),
        ("trunc_normal_", 1.0, 0.5, 0.9, 1.1), ("constant_", 0.3), ("ones_",), ("zeros_",), ("eye_",),
        ("xavier_uniform_", 2.0), ("xavier_normal_",), ("kaiming_uniform_",), ("kaiming_uniform_", 1.0, "fan_out"),
        ("kaiming_normal_", 0.0, "fan_out", "relu"), ("kaiming_normal_", 0.2), ("orthogonal_",), ("orthogonal_", 2.0),
        ("sparse_", 0.4), ("sparse_", 0.5, 2.0),
    ):  # fmt: skip
        yield name, drawn(torch, name, *args), torch.rand(1)
        yield drawn(torch, name, *args, dtype=torch.float64), drawn(torch, name, *args, shape=(3, 5))
    for shape, groups in (((4, 2, 3), 1), ((4, 4, 3, 3), 2), ((4, 2, 3, 3, 1), 4)):
        yield drawn(torch, "dirac_", groups, shape=shape)
    for name in ("xavier_uniform_", "kaiming_normal_", "orthogonal_"):
        yield drawn(torch, name, shape=(4, 2, 3, 1))
    generator = torch.Generator().manual_seed(3)
    for name in (
        "uniform_", "normal_", "trunc_normal_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_",
        "kaiming_normal_", "orthogonal_",
    ):  # fmt: skip
        yield drawn(torch, name, generator=generator), torch.rand(1)
    yield drawn(torch, "sparse_", 0.5, generator=generator)
    leaf = torch.nn.Parameter(torch.empty(2, 2))
    yield torch.nn.init.eye_(leaf) is leaf, leaf, torch.nn.init.constant_(leaf, 2.0)
    yield torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(4, 2, 3)), torch.nn.init.calculate_gain("selu")


@scenario
def mistakes_in_initialising(torch):
    init = torch.nn.init
    vector, matrix = torch.empty(3), torch.empty(2, 3)
    yield caught(init.eye_, vector), caught(init.dirac_, matrix), caught(init.dirac_, torch.empty(3, 2, 1), groups=2)
    for name in ("xavier_uniform_", "xavier_normal_", "kaiming_normal_"):
        yield caught(getattr(init, name), vector)
    yield caught(init.kaiming_uniform_, matrix, mode="fan"), caught(init.kaiming_uniform_, matrix, nonlinearity="r")
    yield caught(init.orthogonal_, vector), caught(init.sparse_, vector, 0.1), caught(init.sparse_, matrix)[0]
    yield caught(init.calculate_gain, "x"), caught(init.calculate_gain, "leaky_relu", "a"), caught(init.uniform_, 3)[0]
    yield caught(init.calculate_gain, "leaky_relu", True), caught(init._calculate_correct_fan, matrix, "x")
    yield caught(init.uniform_, matrix, 2.0, 1.0), caught(init.normal_, matrix, 0.0, -1.0)
    yield caught(init.constant_, matrix)
    yield warned(init.trunc_normal_, torch.zeros(2), 9.0)[1], warned(init.kaiming_uniform_, torch.empty(0, 2))
    yield warned(init.xavier_uniform, torch.zeros(1, 1))[1], warned(init.constant, torch.zeros(1), 2.0)
    yield init.kaiming_normal_.__name__, warned(init.orthogonal, torch.empty(0, 2)), caught(init.zeros_, None)[0]
    for name in ("linear", "conv3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu", "conv_transpose2d"):
        yield init.calculate_gain(name)


def test_numbers_are_compared():
    """Scenarios that differ are told apart."""
    assert plain(jtorch.ones(1)) != plain(jtorch.zeros(1))
    with warnings.catch_warnings(), pytest.raises(AssertionError):
        assert_same(lambda torch: iter([1.0 if torch is jtorch else 2.0]), np)

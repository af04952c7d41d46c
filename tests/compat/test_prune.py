"""`torch.nn.utils.prune`, asked of PyTorch and of jnet in the same words."""

import copy

import pytest
from scenarios import assert_same, caught

import jnet.torch as jtorch

SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


@pytest.mark.parametrize("ask", SCENARIOS, ids=lambda f: f.__name__)
def test_scenario(ask, torch):
    import torch.nn.utils.prune

    assert_same(ask, torch)


def layer(torch, *sizes, seed=0):
    torch.manual_seed(seed)
    return torch.nn.Linear(*(sizes or (4, 3)))


@scenario
def least_elements(torch):
    prune = torch.nn.utils.prune
    net = layer(torch)
    weight = net.weight
    yield prune.is_pruned(net), prune.l1_unstructured(net, "weight", amount=5) is net, prune.is_pruned(net)
    yield net.weight, net.weight_mask, net.weight_orig is weight, net.state_dict(), [n for n, _ in net.named_buffers()]
    yield sorted(net._parameters), [type(hook).__name__ for hook in net._forward_pre_hooks.values()]
    net(torch.ones(2, 4)).sum().backward()
    yield net.weight_orig.grad, net.bias.grad, net
    with torch.no_grad():
        net.weight_orig.add_(1)
    yield net(torch.ones(1, 4)), net.weight
    prune.l1_unstructured(net, "weight", amount=0.5)
    yield net.weight_mask, [type(hook).__name__ for hook in net._forward_pre_hooks.values()]
    yield prune.remove(net, "weight") is net, net.weight is weight, net.weight, net.state_dict().keys()
    yield prune.is_pruned(net), caught(prune.remove, net, "weight"), net(torch.ones(1, 4))
    yield prune.l1_unstructured(net, "bias", amount=0).bias_mask
    scores = torch.arange(12.0).reshape(3, 4)
    yield prune.l1_unstructured(layer(torch), "weight", 0.3, importance_scores=scores).weight_mask
    yield caught(prune.l1_unstructured, layer(torch), "weight", 1, importance_scores=scores[0])


@scenario
def at_random(torch):
    prune = torch.nn.utils.prune
    net = prune.random_unstructured(layer(torch), "weight", amount=0.4)
    yield net.weight_mask, net.weight, torch.rand(1)
    prune.random_unstructured(net, "weight", amount=3)
    yield net.weight_mask
    net = prune.random_structured(layer(torch), "weight", amount=1, dim=0)
    yield net.weight_mask, torch.rand(1)
    prune.random_structured(net, "weight", amount=0.5, dim=1)
    yield net.weight_mask, prune.random_structured(layer(torch), "weight", amount=0, dim=-1).weight_mask


@scenario
def slices_of_least_norm(torch):
    prune = torch.nn.utils.prune
    for n, dim in ((2, 0), (1, 1), (float("inf"), -1), (-float("inf"), 0), (3, -2)):
        net = prune.ln_structured(layer(torch), "weight", amount=0.5, n=n, dim=dim)
        yield net.weight_mask, net.weight
    prune.ln_structured(net, "weight", amount=1, n=2, dim=1)
    yield net.weight_mask
    prune.l1_unstructured(net, "weight", amount=1)
    yield net.weight_mask, len(next(iter(net._forward_pre_hooks.values())))
    torch.manual_seed(0)
    image = torch.nn.Conv2d(3, 4, 2)
    yield prune.ln_structured(image, "weight", amount=2, n=2, dim=0).weight_mask
    scores = torch.arange(12.0).reshape(3, 4)
    yield prune.ln_structured(layer(torch), "weight", 2, 1, 0, importance_scores=scores).weight_mask


@scenario
def several_at_once(torch):
    prune = torch.nn.utils.prune
    net = torch.nn.Sequential(layer(torch, 3, 4), torch.nn.ReLU(), layer(torch, 4, 2, seed=1))
    chosen = [(net[0], "weight"), (net[2], "weight"), (net[0], "bias")]
    prune.global_unstructured(chosen, pruning_method=prune.L1Unstructured, amount=0.4)
    yield net.state_dict(), net[0].weight
    prune.global_unstructured(tuple(chosen), prune.RandomUnstructured, amount=3)
    yield net.state_dict()
    scores = {(net[0], "weight"): torch.zeros(4, 3)}
    prune.global_unstructured(chosen, prune.L1Unstructured, importance_scores=scores, amount=4)
    yield net.state_dict(), net(torch.ones(1, 3)), net
    yield caught(prune.global_unstructured, 3, prune.L1Unstructured, amount=1)
    yield caught(prune.global_unstructured, chosen, prune.L1Unstructured, importance_scores=[1], amount=1)
    yield caught(prune.global_unstructured, chosen, prune.LnStructured, amount=1, n=2)[0]


@scenario
def masks(torch):
    prune = torch.nn.utils.prune
    net = prune.identity(layer(torch), "bias")
    yield net.bias_mask, net.bias, net.state_dict()
    prune.custom_from_mask(net, "bias", mask=torch.tensor([0, 1, 1]))
    prune.custom_from_mask(net, name="bias", mask=torch.tensor([1, 0, 1]))
    yield net.bias_mask, net.bias
    yield caught(prune.custom_from_mask, net, "bias", torch.ones(2)), net.bias_mask
    yield caught(prune.custom_from_mask, net, "weight", torch.ones(2)), sorted(net._parameters), net.weight
    net = prune.custom_from_mask(layer(torch), "bias", mask=torch.tensor([1, 0, 1]))
    other = copy.deepcopy(prune.remove(net, "bias"))
    yield other.bias, prune.is_pruned(other)
    method = prune.L1Unstructured(amount=2)
    t = torch.tensor([[3.0, -1, 2], [0.5, 4, -5]])
    yield method.prune(t), method.prune(t, default_mask=torch.zeros(2, 3))
    yield method.prune(t, importance_scores=-t.flip(0)), caught(method.prune, t, importance_scores=t[0])


@scenario
def containers(torch):
    prune = torch.nn.utils.prune
    first, second = prune.L1Unstructured(2), prune.LnStructured(1, 2, dim=-2)
    first._tensor_name = second._tensor_name = "weight"
    container = prune.PruningContainer(first)
    container.add_pruning_method(second)
    t = torch.arange(1.0, 7).reshape(2, 3)
    yield len(container), container[0] is first, [type(each).__name__ for each in container], container._tensor_name
    yield container.compute_mask(t, torch.tensor([[0.0, 0, 0], [1, 1, 0]])), container.compute_mask(t, torch.ones(2, 3))
    second.dim = -5
    yield caught(container.compute_mask, t, torch.ones(2, 3)), caught(container.add_pruning_method, 3)[0]
    del second.dim
    yield caught(container.compute_mask, t, torch.ones(2, 3))
    second.PRUNING_TYPE = "other"
    yield caught(container.compute_mask, t, torch.ones(2, 3))
    second._tensor_name = "bias"
    yield caught(container.add_pruning_method, second)[0]


@scenario
def own_methods(torch):
    prune = torch.nn.utils.prune

    class EveryOther(prune.BasePruningMethod):
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, t, default_mask):
            mask = default_mask.clone()
            mask.view(-1)[::2] = 0
            return mask

    class Fails(prune.BasePruningMethod):
        PRUNING_TYPE = "global"

        def compute_mask(self, t, default_mask):
            raise ValueError("no")

    net = layer(torch)
    hook = EveryOther.apply(net, "weight")
    yield type(hook).__name__, hook._tensor_name, net.weight_mask
    EveryOther.apply(net, "weight")
    yield net.weight_mask, caught(Fails.apply, net, "bias"), sorted(net._parameters), net.bias
    yield caught(prune.BasePruningMethod)


@scenario
def mistakes(torch):
    prune = torch.nn.utils.prune
    for amount in ("a", -1, 1.5, -0.1, 13, None):
        yield caught(prune.l1_unstructured, layer(torch), "weight", amount)
        yield caught(prune.random_unstructured, layer(torch), "weight", amount)
    yield caught(prune.ln_structured, layer(torch), "weight", 4, 2, 0), caught(prune.L1Unstructured, 2.0)
    yield caught(prune.ln_structured, layer(torch), "bias", 1, 2, 0), caught(prune.RandomStructured, -2)
    yield caught(prune.random_structured, layer(torch), "weight", 1, 2)
    yield caught(prune.random_structured, layer(torch), "bias", 1, 0)
    yield caught(prune.l1_unstructured, layer(torch), "nothing", 1), caught(prune.remove, layer(torch), "weight")
    yield caught(prune.ln_structured, layer(torch), "weight", 2, 2), caught(prune.identity, layer(torch), "x")


def test_what_fails_changes_nothing():
    """In PyTorch a second pruning that fails leaves the mask, but no hook that applies it."""
    prune = jtorch.nn.utils.prune
    net = prune.l1_unstructured(layer(jtorch), "bias", amount=1)
    mask = net.bias_mask.tolist()
    with pytest.raises(AssertionError, match="default_mask shape"):
        prune.custom_from_mask(net, "bias", jtorch.ones(5))
    assert prune.is_pruned(net)
    assert prune.remove(net, "bias").bias.ne(0).tolist() == [bool(kept) for kept in mask]


def test_parameters_may_come_from_a_generator():
    """PyTorch goes through them several times, and so takes lists only."""
    net = jtorch.nn.Sequential(layer(jtorch), layer(jtorch, 3, 2))
    jtorch.nn.utils.prune.global_unstructured(((each, "bias") for each in net), jtorch.nn.utils.prune.Identity)
    assert jtorch.nn.utils.prune.is_pruned(net[1])

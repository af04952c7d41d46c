"""What modules do, asked of PyTorch and of jnet in the same words: each scenario returns what it saw."""

import copy
import pickle
import warnings
from collections import OrderedDict

import numpy as np
import pytest
from scenarios import caught, plain, warned

import jnet.torch as jtorch
from jnet.recorder import counters


def net(torch, seed=0):
    """A small network of a class of the user's own."""

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = torch.nn.Linear(2, 3)
            self.act = torch.nn.ReLU()
            self.rest = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh())
            self.scale = torch.nn.Parameter(torch.tensor(2.0))
            self.register_buffer("mean", torch.zeros(2))
            self.register_buffer("secret", torch.ones(1), persistent=False)

        def forward(self, x, shift=0.0):
            return self.rest(self.act(self.first(x))) * self.scale + shift

    torch.manual_seed(seed)
    return Net()


SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


@pytest.mark.parametrize("ask", SCENARIOS, ids=lambda f: f.__name__)
def test_scenario(ask, torch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plain(ask(jtorch)) == plain(ask(torch))


# -- registration ------------------------------------------------------------------------------


@scenario
def assigning(torch):
    m = torch.nn.Module()
    m.a = torch.nn.Parameter(torch.ones(2))
    m.b = torch.ones(1)  # neither parameter nor buffer
    m.c = torch.nn.Buffer(torch.zeros(1), persistent=False)
    m.d = torch.nn.Linear(1, 1)
    yield sorted(m._parameters), sorted(m._buffers), sorted(m._modules), m.state_dict().keys() - {"d.weight", "d.bias"}
    m.c = torch.full((1,), 3.0)
    m.d = None
    m.a = None
    yield m.c, m.d, m.a, m.state_dict(), list(m.parameters())
    m.a = torch.nn.Parameter(torch.zeros(1))
    m.b = torch.nn.Parameter(torch.zeros(1))  # now it is registered
    yield caught(setattr, m, "a", torch.nn.Linear(1, 1, bias=False))
    m.b = torch.nn.Parameter(torch.zeros(1))
    m.d = torch.nn.Parameter(torch.zeros(1))  # a name changes its kind
    yield [name for name, _ in m.named_parameters()], "b" in m.__dict__, "d" in m._modules
    del m.a, m.b
    yield caught(getattr, m, "a"), caught(delattr, m, "b"), hasattr(m, "c"), caught(lambda: m.nothing)


@scenario
def wrong_assignments(torch):
    m = net(torch)
    yield caught(setattr, m.first, "weight", torch.ones(2))
    yield caught(setattr, m.first, "weight", 3)
    yield caught(setattr, m, "act", torch.relu if torch.relu is None else 4)
    yield caught(setattr, m, "act", torch.ones(1))
    yield caught(setattr, m, "mean", "x")
    yield caught(m.register_parameter, "p", torch.ones(1)), caught(m.register_parameter, "p.q", None)
    yield caught(m.register_parameter, "", None), caught(m.register_parameter, 3, None)
    yield caught(m.register_parameter, "act", None), caught(m.register_parameter, "forward", None)
    p = torch.nn.Parameter(torch.ones(1))
    with torch.no_grad():
        moved = p * 2
    moved = torch.nn.Parameter(moved)
    yield caught(m.register_parameter, "ok", moved)
    yield caught(m.register_buffer, "b", 3), caught(m.register_buffer, "b.c", None), caught(m.register_buffer, "", None)
    yield caught(m.register_buffer, "act", None), caught(m.register_buffer, 3, None)
    yield caught(m.add_module, "x", 3), caught(m.add_module, 3, None), caught(m.add_module, "a.b", None)
    yield caught(m.add_module, "", None), caught(m.add_module, "scale", None), caught(m.add_module, "x", torch.nn.ReLU)


@scenario
def before_init(torch):
    class Net(torch.nn.Module):
        def __init__(self, name, value):
            setattr(self, name, value)

    yield caught(Net, "a", torch.nn.Linear(1, 1))
    yield caught(Net, "a", torch.nn.Parameter(torch.ones(1)))
    yield caught(Net, "a", torch.nn.Buffer(torch.ones(1)))
    yield caught(Net, "a", 3)
    yield caught(Net("a", 3).parameters().__next__)
    yield caught(torch.nn.Module, 3), caught(torch.nn.Module, a=3), caught(torch.nn.Module())


@scenario
def cooperative_init(torch):
    class Base:
        def __init__(self, a):
            self.a = a

    class Net(torch.nn.Module, Base):
        call_super_init = True

    yield Net(a=3).a


# -- access --------------------------------------------------------------------------------------


@scenario
def names(torch):
    m = net(torch)
    m.again = m.first
    m.tied = m.first.weight
    yield [name for name, _ in m.named_parameters()]
    yield [name for name, _ in m.named_parameters(prefix="net", remove_duplicate=False)]
    yield [name for name, _ in m.named_parameters(recurse=False)]
    yield [name for name, _ in m.named_buffers()], [name for name, _ in m.named_children()]
    yield [name for name, _ in m.named_modules()], [name for name, _ in m.named_modules(remove_duplicate=False)]
    yield list(m.buffers()), list(m.children()), list(m.modules()), len(list(m.parameters()))
    yield repr(m.parameters()).startswith("<generator object Module.parameters")
    yield repr(m.named_modules()).startswith("<generator object Module.named_modules")


@scenario
def paths(torch):
    m = net(torch)
    yield m.get_submodule("rest.0"), m.get_submodule("") is m, m.get_parameter("rest.0.bias"), m.get_buffer("mean")
    yield caught(m.get_submodule, "rest.5"), caught(m.get_submodule, "scale"), caught(m.get_parameter, "rest.0.x")
    yield caught(m.get_parameter, "mean"), caught(m.get_buffer, "scale"), caught(m.get_parameter, "none.weight")
    m.set_submodule("rest.1", torch.nn.Identity())
    yield m, caught(m.set_submodule, "", torch.nn.ReLU()), caught(m.set_submodule, "scale", torch.nn.ReLU())
    yield caught(m.set_submodule, "rest.7", torch.nn.ReLU(), strict=True)


@scenario
def listing(torch):
    m = torch.nn.Sequential(torch.nn.Linear(1, 1))
    m.extra = torch.nn.Parameter(torch.ones(1))
    shown = dir(m)
    yield "0" in shown, "extra" in shown, "training" in shown, "forward" in shown


# -- modes ---------------------------------------------------------------------------------------


@scenario
def modes(torch):
    m = net(torch)
    yield m.training, m.eval() is m, m.rest[0].training, m.train() is m, m.rest[0].training, m.train(False).training
    yield caught(m.train, 1), caught(m.train, "yes")
    seen = []
    yield m.apply(lambda each: seen.append(type(each).__name__)) is m, seen
    m.requires_grad_(False)
    yield [p.requires_grad for p in m.parameters()]
    m.requires_grad_()
    m(torch.ones(1, 2)).sum().backward()
    kept = m.scale.grad
    m.zero_grad(set_to_none=False)
    yield m.first.weight.grad, kept is m.scale.grad
    m.zero_grad()
    yield [p.grad for p in m.parameters()]


@scenario
def conversions(torch):
    m = net(torch)
    m.register_buffer("count", torch.tensor(3))
    weight = m.first.weight
    m(torch.ones(1, 2)).sum().backward()
    yield m.double() is m, m.first.weight is weight, weight, weight.grad, m.mean, m.count
    m.to(torch.float16)
    yield weight, weight.grad, m.mean, m.count
    yield m.float().scale, m.half().scale, m.bfloat16().scale.dtype is torch.bfloat16, m.to(torch.ones(1)).scale
    yield m.to("cpu", torch.float64).scale, m.to(dtype=torch.float32).scale, m.type(torch.float64).count
    yield m.cpu().scale, m.float().to(torch.device("cpu"), non_blocking=True).scale
    yield caught(m.to, torch.int64), caught(m.to, [1])
    yield m(torch.ones(1, 2)).sum().backward(), m.scale.grad


# -- state ---------------------------------------------------------------------------------------


@scenario
def state(torch):
    m = net(torch)
    saved = m.state_dict()
    yield type(saved).__name__, saved, saved._metadata, m.state_dict(prefix="net.").keys() - saved.keys()
    yield m.state_dict(keep_vars=True)["scale"] is m.scale, saved["scale"].requires_grad
    with torch.no_grad():
        m.scale.mul_(2)
    yield saved["scale"]  # shares memory
    other = net(torch, seed=1)
    yield repr(other.load_state_dict(saved)), str(other.load_state_dict(saved)), other.first.weight, other.scale
    target = {}
    yield m.state_dict(destination=target) is target, list(target)
    yield warned(m.rest.state_dict, {}, "p.")


@scenario
def loading_what_does_not_fit(torch):
    m, saved = net(torch), net(torch, 1).state_dict()
    yield caught(m.load_state_dict, [1, 2])
    saved["first.weight"] = torch.ones(1, 1)
    saved["other"] = torch.ones(1)
    saved["rest.0.extra"] = torch.ones(1)
    saved["rest.7.weight"] = torch.ones(1)
    del saved["mean"], saved["rest.0.bias"]
    saved["scale"] = torch.tensor([7.0])
    saved["first.bias"] = [1, 2, 3]
    try:
        m.load_state_dict(saved)
    except RuntimeError as error:
        yield str(error).replace(str(torch.Tensor), "")
    yield m.scale  # what fits was loaded all the same
    saved["first.weight"], saved["first.bias"] = torch.ones(3, 2), torch.ones(3)
    found = m.load_state_dict(saved, strict=False)
    yield found.missing_keys, found.unexpected_keys, repr(found), m.first.weight
    m.first.bias = None
    yield caught(m.load_state_dict, saved)


@scenario
def assigning_state(torch):
    m, other = net(torch), net(torch, 1)
    weight = m.first.weight
    saved = {name: tensor.double() for name, tensor in other.state_dict().items()}
    m.load_state_dict(saved, assign=True)
    yield m.first.weight is weight, m.first.weight, m.mean
    n = net(torch)
    n.load_state_dict(m.state_dict())
    yield n.first.weight


@scenario
def state_hooks(torch):
    m = torch.nn.Linear(1, 1)
    seen = []
    m.register_state_dict_pre_hook(lambda module, prefix, keep_vars: seen.append(("saving", prefix, keep_vars)))
    m.register_state_dict_post_hook(lambda module, state, prefix, meta: state.update(more=torch.ones(1)))
    handle = m.register_load_state_dict_pre_hook(lambda module, state, *rest: state.pop("more", None) and None)
    m.register_load_state_dict_post_hook(lambda module, keys: seen.append(tuple(keys.missing_keys)))
    saved = m.state_dict()
    yield list(saved), repr(m.load_state_dict(saved)), seen
    handle.remove()
    yield caught(m.load_state_dict, saved)
    m.register_load_state_dict_post_hook(lambda module, keys: keys.unexpected_keys.clear())
    yield repr(m.load_state_dict(saved))
    m.register_state_dict_post_hook(lambda *given: {})
    yield caught(m.state_dict)


@scenario
def extra_state(torch):
    class Counter(torch.nn.Module):
        count = 3

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    saved = Counter().state_dict()
    new = Counter()
    new.count = 0
    yield saved, repr(new.load_state_dict(saved)), new.count, caught(new.load_state_dict, {})
    yield caught(torch.nn.Module().load_state_dict, saved)


# -- copies ----------------------------------------------------------------------------------------


@scenario
def copies(torch):
    m = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    torch.manual_seed(0)
    m[0].reset_parameters()
    m[1].weight = m[0].weight
    m.eval()
    m(torch.ones(1, 2)).sum().backward()
    for other in (copy.deepcopy(m), pickle.loads(pickle.dumps(m))):
        yield other[0].weight is other[1].weight, other[0].weight is m[0].weight, other[0].weight, other.training
        with torch.no_grad():
            other[0].weight.zero_()
        yield m[0].weight, len(list(other.parameters())), type(other).__name__
    yield copy.deepcopy(m)[0].weight.grad
    shallow = copy.copy(m)
    yield shallow[0] is m[0]


# -- hooks -----------------------------------------------------------------------------------------


@scenario
def forward_hooks(torch):
    m = net(torch)
    seen = []
    first = m.register_forward_pre_hook(lambda module, args: seen.append("pre"))
    m.register_forward_pre_hook(lambda module, args: args[0] * 2, prepend=True)
    second = m.register_forward_hook(lambda module, args, output: seen.append((args, output)))
    yield m(torch.ones(1, 2)).detach(), seen
    first.remove()
    second.remove()
    m.register_forward_pre_hook(lambda module, args, kwargs: (args, {"shift": 10.0}), with_kwargs=True)
    m.register_forward_hook(lambda module, args, kwargs, output: output + kwargs["shift"], with_kwargs=True)
    yield m(torch.ones(1, 2)).detach()
    m.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    yield caught(m, torch.ones(1, 2))


@scenario
def hooks_after_failure(torch):
    class Fails(torch.nn.Module):
        def forward(self, x):
            raise ValueError("no")

    m, seen = Fails(), []
    m.register_forward_hook(lambda module, args, output: seen.append("sometimes"))
    m.register_forward_hook(lambda module, args, output: seen.append(("always", output)), always_call=True)
    yield caught(m, 1), seen
    m.register_forward_hook(lambda module, args, output: output.nothing, always_call=True)
    yield warned(caught, m, 1)


@scenario
def backward_hooks(torch):
    m = torch.nn.Linear(2, 1, bias=False)
    m.weight.data = torch.tensor([[2.0, 3.0]])
    seen = []
    m.register_full_backward_hook(lambda module, gin, gout: seen.append((gin, gout)))
    x = torch.ones(1, 2, requires_grad=True)
    y = m(x)
    yield y.grad_fn.name()
    (y * 5).sum().backward()
    yield seen, x.grad, m.weight.grad
    handle = m.register_full_backward_pre_hook(lambda module, gout: (gout[0] * 2,))
    m.register_full_backward_hook(lambda module, gin, gout: (gin[0] * 100,), prepend=True)
    x.grad = m.weight.grad = None
    m(x).sum().backward()
    yield seen[1:], x.grad, m.weight.grad
    handle.remove()
    m.register_full_backward_hook(lambda module, gin, gout: (None, None))
    yield caught(m(x).sum().backward)
    net = torch.nn.Sequential(m, torch.nn.ReLU(inplace=True))  # which would write to what the hook watches
    yield caught(net, x)
    with torch.no_grad():
        yield net(x)


@scenario
def backward_hooks_of_several(torch):
    class Pair(torch.nn.Module):
        def forward(self, x, number, y):
            return x * y, number, x + 1

    m, seen = Pair(), []
    m.register_full_backward_hook(lambda module, gin, gout: seen.append((gin, gout)))
    x, y = torch.ones(2, requires_grad=True), torch.full((2,), 3.0)
    product, number, _ = m(x, 7, y)
    product.sum().backward()
    yield seen, x.grad, number
    m.register_full_backward_pre_hook(lambda module, gout: None)
    yield warned(lambda: m(y.requires_grad_(False), 1, torch.ones(2))[0])


@scenario
def backward_hooks_without_inputs(torch):
    m, seen = torch.nn.Linear(2, 1), []
    m.register_full_backward_hook(lambda module, gin, gout: seen.append((gin, gout)))
    yield warned(m(torch.ones(1, 2)).sum().backward), seen


# -- text --------------------------------------------------------------------------------------------


@scenario
def texts(torch):
    nn = torch.nn

    class Lines(nn.Module):
        def extra_repr(self):
            return "one\ntwo"

    class WithChild(Lines):
        def __init__(self):
            super().__init__()
            self.child = nn.Sequential(nn.ReLU(), nn.ModuleList([nn.Tanh()]))

    yield nn.Module(), Lines(), WithChild(), nn.Sequential(), net(torch), nn.Sequential(WithChild())
    yield nn.ModuleList(), nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh(), WithChild(), WithChild()])
    yield nn.ModuleDict({"a": nn.ReLU(), "b": nn.Sequential(nn.Tanh())}), nn.ModuleDict()
    yield nn.ParameterList([torch.ones(2, 3), 4, nn.Parameter(torch.ones(1))]), nn.ParameterList()
    yield nn.ParameterDict({"b": torch.ones(2, 3), "a": "x"}), nn.ParameterDict()
    m = net(torch)
    m.first = None
    yield m


# -- parameters ----------------------------------------------------------------------------------------


@scenario
def parameters(torch):
    data = torch.arange(3.0)
    p = torch.nn.Parameter(data)
    yield p, repr(p), str(p), isinstance(p, torch.Tensor), type(p.data).__name__, type(p + 1).__name__, p.is_leaf
    with torch.no_grad():
        p.add_(1)
    yield data, p.data_ptr() == data.data_ptr()
    yield torch.nn.Parameter(), torch.nn.Parameter(data, requires_grad=False), repr(torch.nn.Parameter(data, False))
    yield caught(torch.nn.Parameter, torch.ones(1, dtype=torch.int64))
    yield torch.nn.Parameter(torch.ones(1, dtype=torch.int64), requires_grad=False)
    (p * p).sum().backward()
    other = copy.deepcopy(p)
    yield other, other.grad, type(other).__name__, pickle.loads(pickle.dumps(p))
    yield torch.nn.Parameter(p * 2).is_leaf, type(torch.nn.Parameter(p)).__name__
    p.data = torch.zeros(2, 2)
    yield p, caught(p.add_, 1), p.view(-1).grad_fn.name(), type(p.detach()).__name__
    b = torch.nn.Buffer(torch.ones(1))
    yield isinstance(b, torch.nn.Buffer), isinstance(data, torch.nn.Buffer), b.persistent, type(b).__name__


# -- containers ------------------------------------------------------------------------------------------


@scenario
def sequential(torch):
    nn = torch.nn
    m = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())
    yield m[0], m[-1], m[1:], m[::2], len(m), list(m), caught(lambda: m[3]), caught(lambda: m["a"])
    m[1] = nn.Identity()
    m.append(nn.ELU()).extend([nn.GELU(), nn.SELU()]).insert(0, nn.Flatten()).insert(-1, nn.Mish())
    yield m, caught(m.insert, 99, nn.ReLU()), caught(m.insert, 0, 3)[0], caught(m.append, 3)
    del m[0]
    yield m, m.pop(-1), m
    del m[1:3]
    yield (
        m,
        m + nn.Sequential(nn.Tanh()),
        2 * m,
        m * 1,
        caught(lambda: m + 3),
        caught(lambda: m * 0),
        caught(lambda: m * "a"),
    )
    m += nn.Sequential(nn.Softsign())
    m *= 2
    yield m
    named = nn.Sequential(OrderedDict(a=nn.ReLU(), b=nn.Tanh()))
    yield named, named[1:], named.b, named[0], named(torch.tensor([-1.0, 1.0])), caught(nn.Sequential, 3)
    named[0] = nn.Identity()
    yield named, nn.Sequential()(3)
    del named[0]
    yield named


@scenario
def module_list(torch):
    nn = torch.nn
    m = nn.ModuleList([nn.ReLU(), nn.Tanh()])
    yield m[0], m[-1], m[:1], len(m), caught(lambda: m[2]), caught(m, 1), caught(m.extend, 3), caught(m.append, 3)
    m.append(nn.ELU()).extend([nn.GELU()])
    m.insert(1, nn.Flatten())
    m += [nn.Mish()]
    m[0] = nn.Identity()
    yield m, m + [nn.SELU()], m.pop(1), m  # noqa: RUF005
    del m[-1]
    del m[:2]
    yield m, [name for name, _ in m.named_modules()], list(m)


@scenario
def module_dict(torch):
    nn = torch.nn
    m = nn.ModuleDict({"b": nn.ReLU(), "a": nn.Tanh()})
    m["c"] = nn.ELU()
    m.update([("d", nn.GELU())])
    m.update(nn.ModuleDict({"e": nn.Mish()}))
    yield (
        m,
        list(m),
        list(m.keys()),
        list(m.values()),
        list(m.items()),
        "a" in m,
        len(m),
        m.pop("a"),
        caught(lambda: m["a"]),
    )
    del m["b"]
    yield m, caught(m.update, 3), caught(m.update, [3]), caught(m.update, [(1, 2, 3)]), caught(m, 1)
    yield caught(m.__setitem__, "x", 3), caught(m.__setitem__, 1, nn.ReLU()), caught(m.__setitem__, "keys", nn.ReLU())
    m.clear()
    yield m


@scenario
def parameter_list(torch):
    nn = torch.nn
    m = nn.ParameterList([torch.ones(1), nn.Parameter(torch.zeros(2))])
    m.append(torch.full((1,), 3.0)).extend([torch.full((1,), 4.0)])
    m += [5]
    m[0] = torch.full((1,), 9.0)
    yield (
        m,
        m[0],
        m[-2],
        m[1:3],
        len(m),
        list(m)[:2],
        list(m.state_dict()),
        len(list(m.parameters())),
        caught(lambda: m[9]),
    )
    yield caught(m, 1), caught(m.extend, 3), caught(m.extend, torch.ones(1))


@scenario
def parameter_dict(torch):
    nn = torch.nn
    m = nn.ParameterDict({"b": torch.ones(1), "a": torch.zeros(1)})
    m["c"] = torch.full((1,), 3.0)
    m.update([("d", 4)])
    yield (
        m,
        list(m),
        list(reversed(m)),
        list(m.items()),
        list(m.values()),
        "a" in m,
        len(m),
        m.get("x", 7),
        m.setdefault("y", 8),
    )
    yield m.pop("a"), m.popitem(), m | nn.ParameterDict({"z": torch.ones(1)}), m.copy(), m.fromkeys(["p"], 1)
    m |= {"q": torch.ones(2)}
    del m["b"]
    yield m, list(m.state_dict()), caught(lambda: m["a"]), caught(m.__getitem__, 3), caught(m.update, 3), caught(m, 1)
    m.clear()
    yield m


# -- what is particular to jnet ---------------------------------------------------------------------------


def test_what_is_unknown_is_no_attribute():
    with pytest.raises(AttributeError, match="has no attribute 'Liner'"):
        jtorch.nn.Liner  # noqa: B018
    assert not hasattr(jtorch.nn, "Liner")


def test_names_of_pytorch(torch):
    """Each public name of torch.nn and its functional module is there."""
    ours = {*dir(jtorch.nn), *dir(jtorch.nn.functional)}
    theirs = {name for name in dir(torch.nn) if name[0].isupper()} - {
        "Container",
        "NLLLoss2d",
        "LinearCrossEntropyOptions",
    }
    assert theirs - ours == set()
    functions = {n for n, f in vars(torch.nn.functional).items() if n[0].islower() and callable(f) and n[-1] != "_"}
    aside = {"boolean_dispatch", "assert_int_or_pair", "handle_torch_function", "native_channel_shuffle"}
    aside |= {
        name for name in functions if name.startswith(("has_torch", "adaptive_max", "fractional", "scaled_", "grouped"))
    }
    assert functions - aside - ours == set()


@pytest.mark.smoke
def test_training_a_module_compiles_once():
    jtorch.manual_seed(0)
    m = jtorch.nn.Sequential(jtorch.nn.Linear(4, 8), jtorch.nn.Tanh(), jtorch.nn.Linear(8, 3))
    loss_of = jtorch.nn.CrossEntropyLoss()
    x, y = jtorch.randn(16, 4), jtorch.randint(3, (16,))
    losses, compiled = [], []
    for _ in range(6):
        m.zero_grad()
        loss = loss_of(m(x), y)
        loss.backward()
        with jtorch.no_grad():
            for p in m.parameters():
                p -= 0.5 * p.grad
        losses.append(loss.item())
        compiled.append(counters.compiled)
    assert np.all(np.diff(losses) < 0)
    assert compiled[-1] - compiled[0] <= 1  # the first step may be interpreted
    assert compiled[-1] == compiled[2]

"""More of what modules do (see test_module.py): hooks of all modules, conversions, containers in full."""

import copy
import pickle
from collections import OrderedDict

import pytest
from scenarios import assert_same, caught, warned

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
    return torch.nn.Linear(*(sizes or (2, 2)))


# -- hooks of all modules --------------------------------------------------------------------------


@scenario
def forward_hooks_everywhere(torch):
    hooks, seen = torch.nn.modules.module, []
    net = torch.nn.Sequential(linear(torch), torch.nn.ReLU())
    name = lambda module: type(module).__name__  # noqa: E731
    handles = [
        hooks.register_module_forward_pre_hook(lambda m, args: seen.append((name(m), len(args)))),
        hooks.register_module_forward_hook(lambda m, args, out: out * 2 if name(m) == "ReLU" else None),
        hooks.register_module_forward_hook(lambda m, args, kw, out: seen.append((name(m), kw)), with_kwargs=True),
    ]
    own = net[1].register_forward_hook(lambda m, args, out: out + 1)
    yield net(torch.ones(1, 2)), seen
    for handle in handles:
        handle.remove()
    own.remove()
    # PyTorch leaves its note that a hook takes keywords behind; torch.compile, in some later test, would warn of it.
    getattr(hooks, "_global_forward_hooks_with_kwargs", {}).clear()
    yield net(torch.ones(1, 2)), len(seen), net(input=torch.ones(1, 2))

    def fail(*given):
        seen.append("called")
        raise ValueError("in the hook")

    class Fails(torch.nn.Module):
        def forward(self, x):
            raise KeyError("in forward")

    with hooks.register_module_forward_hook(fail, always_call=True):
        Fails().register_forward_hook(fail, always_call=True)
        yield warned(caught, Fails(), 1), len(seen)
    yield caught(Fails(), 1), len(seen)


@scenario
def backward_hooks_everywhere(torch):
    hooks, seen = torch.nn.modules.module, []
    net = linear(torch)
    with (
        hooks.register_module_full_backward_hook(lambda m, gin, gout: seen.append((gin, gout))),
        hooks.register_module_full_backward_pre_hook(lambda m, gout: (gout[0] * 3,)),
    ):
        net.register_full_backward_hook(lambda m, gin, gout: (gin[0] * 2,))
        x = torch.ones(1, 2, requires_grad=True)
        net(x).sum().backward()
        yield seen, x.grad, net.weight.grad
        yield caught(hooks.register_module_backward_hook, print)
    x.grad = None
    net(x).sum().backward()
    yield x.grad, len(seen)


@scenario
def registration_hooks(torch):
    hooks, seen = torch.nn.modules.module, []

    def see(module, name, value):
        seen.append((type(module).__name__, name, type(value).__name__))

    with (
        hooks.register_module_parameter_registration_hook(see),
        hooks.register_module_buffer_registration_hook(lambda m, name, value: value + 1),
        hooks.register_module_module_registration_hook(see),
    ):
        net = torch.nn.Module()
        net.layer = linear(torch)
        net.register_buffer("count", torch.zeros(1))
        net.add_module("other", torch.nn.ReLU())
        net.other = None
        net.p = None
        net.register_parameter("q", None)
        net.count = torch.zeros(1)
    yield seen, net.count
    with hooks.register_module_module_registration_hook(lambda m, name, value: torch.nn.Tanh()):
        net.act = torch.nn.ReLU()
    yield net.act


@scenario
def old_backward_hooks(torch):
    seen = []
    net = torch.nn.ReLU()
    handle = net.register_backward_hook(lambda m, gin, gout: seen.append((m, gin, gout)))
    x = torch.tensor([1.0, -1.0], requires_grad=True)
    (net(x * 2) * 3).sum().backward()
    yield seen, x.grad, caught(net.register_full_backward_hook, print)
    handle.remove()
    net(x).sum().backward()
    yield len(seen)
    layer = linear(torch)
    yield warned(layer.register_backward_hook, lambda m, gin, gout: seen.append(gout))[1]
    out, messages = warned(layer, torch.ones(1, 2))
    out.sum().backward()
    yield messages, seen[1:]

    class Several(torch.nn.Module):
        def __init__(self, form):
            super().__init__()
            self.form = form

        def forward(self, x, number=None):
            return self.form(x)

    for form in (lambda x: (x + 1, x * 2), lambda x: {"a": 1, "b": x * 2}, lambda x: [x * 2], lambda x: (x * 2, 3)):
        m = Several(form)
        m.register_backward_hook(lambda m, gin, gout: None)
        yield warned(m, x)[1]
        m(torch.ones(1), 3) if form is None else None
        yield warned(Several(form), x, 3)[1]
    full = torch.nn.ReLU()
    full.register_full_backward_hook(print)
    yield caught(full.register_backward_hook, print)


@scenario
def handles(torch):
    net, seen = linear(torch), []
    handle = net.register_forward_hook(lambda *given: seen.append(1), with_kwargs=True, always_call=True)
    pre = net.register_forward_pre_hook(lambda *given: seen.append(0), with_kwargs=True, prepend=True)
    yield len(net._forward_hooks_with_kwargs), len(net._forward_hooks_always_called), isinstance(handle.id, int)
    handle.remove()
    handle.remove()
    pre.remove()
    yield len(net._forward_hooks_with_kwargs), len(net._forward_hooks_always_called), len(net._forward_pre_hooks)
    with net.register_forward_hook(lambda *given: seen.append(2)) as handle:
        net(torch.ones(1, 2))
    net(torch.ones(1, 2))
    yield seen, isinstance(handle, torch.utils.hooks.RemovableHandle)


@scenario
def order_of_hooks(torch):
    net, seen = torch.nn.Identity(), []
    for number in range(3):
        net.register_forward_pre_hook(lambda m, a, n=number: seen.append(n), prepend=number == 2)
        net.register_forward_hook(lambda m, a, o, n=number: seen.append(10 + n), prepend=number == 1)
        net.register_full_backward_hook(lambda m, i, o, n=number: seen.append(20 + n), prepend=number == 2)
        net.register_full_backward_pre_hook(lambda m, o, n=number: seen.append(30 + n), prepend=number == 1)
    net(torch.ones(1, requires_grad=True)).sum().backward()
    yield seen
    counting = torch.nn.Identity()

    def add(module, args, output):
        return output + 1

    counting.register_forward_hook(add)
    counting.register_forward_hook(add)
    yield counting(torch.zeros(1)), counting.forward(torch.zeros(1))
    counting.register_forward_pre_hook(lambda m, a: None)
    yield counting(input=torch.zeros(1)), caught(counting), caught(counting, 1, 2, 3)


# -- state -----------------------------------------------------------------------------------------


class Noted:
    """A hook for `load_state_dict` that can be pickled."""

    def __init__(self, seen):
        self.seen = seen

    def __call__(self, module, state_dict, prefix, *rest):
        self.seen.append((type(module).__name__, id(module), prefix))


def test_hooks_of_a_copy_get_the_copy():
    net = linear(jtorch)
    net.register_load_state_dict_pre_hook(Noted([]))
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        other.load_state_dict(net.state_dict())
        (hook,) = other._load_state_dict_pre_hooks.values()
        assert hook.hook.seen == [("Linear", id(other), "")]
    (hook,) = net._load_state_dict_pre_hooks.values()
    assert hook.hook.seen == []


@scenario
def state_hooks(torch):
    net, seen = torch.nn.Sequential(OrderedDict(a=linear(torch), b=torch.nn.ReLU())), []
    net.a._register_load_state_dict_pre_hook(lambda state, prefix, *rest: seen.append((prefix, sorted(state))))
    net.a._register_load_state_dict_pre_hook(lambda m, s, prefix, *r: seen.append(type(m).__name__), with_module=True)
    net.a.register_state_dict_pre_hook(lambda module, prefix, keep_vars: seen.append((prefix, keep_vars)))
    net._register_state_dict_hook(lambda module, state, prefix, meta: {"all": state, "meta": dict(meta)})
    yield net.state_dict(keep_vars=True).keys(), net.state_dict()["meta"], seen
    yield net.load_state_dict(net.state_dict()["all"]), seen[3:]
    public = lambda *given: None  # noqa: E731
    net.register_state_dict_post_hook(public)
    yield (
        caught(net._register_state_dict_hook, public),
        caught(net.get_extra_state)[0],
        caught(net.set_extra_state, 1)[0],
    )
    net.register_load_state_dict_post_hook(lambda module, keys: 3)
    yield caught(net.load_state_dict, net.state_dict()["all"])


@scenario
def assigning_state(torch):
    net = torch.nn.Module()
    net.p = torch.nn.Parameter(torch.ones(2), requires_grad=False)
    net.register_buffer("b", torch.zeros(2))
    given = {"p": torch.nn.Parameter(torch.full((2,), 5.0)), "b": torch.full((2,), 7.0, requires_grad=True)}
    yield net.load_state_dict(given, assign=True), net.p is given["p"], net.p, net.b is given["b"], net.b
    yield net.load_state_dict({"p": torch.zeros(2, dtype=torch.float64), "b": torch.ones(2)}, assign=True), net.p
    yield caught(net.load_state_dict, {"p": torch.zeros(3), "b": 3}, assign=True)
    yield caught(net.load_state_dict, {"p": torch.zeros(2, dtype=torch.int64), "b": torch.ones(2)}, assign=False)
    yield net.p, net.load_state_dict({}, strict=False), net.load_state_dict({"x": 1}, strict=False)
    wrong = {"p": torch.zeros(2), "b": torch.ones(2), "p.q": torch.ones(1), "c": torch.ones(1)}
    yield caught(net.load_state_dict, wrong), caught(net.load_state_dict, None)[0], caught(net.load_state_dict, "a")[0]


@scenario
def versions(torch):
    class Old(torch.nn.Module):
        _version = 3

        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.ones(1))

        def _load_from_state_dict(self, state_dict, prefix, local_metadata, *rest):
            seen.append((prefix, local_metadata.get("version")))
            if local_metadata.get("version") is None:
                state_dict[prefix + "w"] = state_dict.pop(prefix + "v")
            super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

    seen = []
    net = torch.nn.Sequential(Old())
    yield net.state_dict()._metadata, net.load_state_dict(net.state_dict()), seen
    yield net.load_state_dict({"0.v": torch.full((1,), 9.0)}), net[0].w, seen


# -- conversions -----------------------------------------------------------------------------------


@scenario
def conversions(torch):
    net = linear(torch)
    net.register_buffer("count", torch.tensor([3]))
    net(torch.ones(1, 2)).sum().backward()
    grad, weight, count = net.weight.grad, net.weight, net.count
    yield net.double().weight.grad is grad, grad, net.weight is weight, net.count is count
    yield net.to(torch.float16).weight.dtype is torch.float16, net.float().weight.grad is grad
    yield net.to(None) is net, net.to("cpu", torch.float64, True).bias, net.to(device="cpu", dtype=torch.float32).bias
    yield net.to(torch.ones(1, dtype=torch.float64), non_blocking=True).bias, net.to(tensor=torch.ones(1)).bias
    yield net.to(memory_format=torch.preserve_format).bias, net.type(torch.float64).count, net.type("torch.FloatTensor")
    yield net.to_empty(device="cpu").weight.shape, net.weight is weight, net.share_memory() is net
    yield net.to_empty(device="cpu", recurse=False) is net
    outer = torch.nn.Module()
    outer.a = outer.b = linear(torch)
    yield outer._apply(lambda t: t + 1).a.weight
    outer.again = outer.a.weight
    yield outer.double().again is outer.a.weight


@scenario
def mistakes_in_conversions(torch):
    net = linear(torch)
    for args in (("cpu", 3), ([1],), (torch.float32, "cpu"), (torch.float32, torch.float64), (torch.bool,)):
        yield caught(net.to, *args)
    yield caught(net.to, foo=3), caught(net.to, "nowhere"), caught(net.to, torch.float32, copy=True)
    yield caught(net.type, torch.int64), caught(net.to_empty)[0], caught(net.to_empty, device="nowhere")[0]
    yield caught(net.xpu), caught(net.ipu), caught(net.mtia)[0], caught(net.to, dtype="float")
    yield warned(net.to, torch.complex64)[1], net.weight.dtype is torch.complex64
    yield caught(net.half, 1)[0], caught(net.float().requires_grad_, "yes")[0]


@scenario
def what_is_shown(torch):
    class Lines(torch.nn.Module):
        def __init__(self, text, *children):
            super().__init__()
            self.text = text
            for number, child in enumerate(children):
                self.add_module(f"child{number}", child)

        def extra_repr(self):
            return self.text

    class Blank(torch.nn.Module):
        def __repr__(self):
            return "first\n\n   \nlast"

    yield Lines("one"), Lines("one\ntwo"), Lines("one", Lines("x\n\ny", Lines(""))), Lines("", Blank(), None)
    yield torch.nn.ModuleList([Blank(), Blank(), Lines("a\n\nb")]), torch.nn.Sequential(Blank())
    net = Lines("text", torch.nn.ReLU())
    net.p, net.b = torch.nn.Parameter(torch.ones(1)), torch.nn.Buffer(torch.ones(1))
    yield {"p", "b", "child0", "text", "training"} <= set(dir(net)), net._get_name()
    yield dir(torch.nn.Sequential(torch.nn.ReLU())) == sorted(dir(torch.nn.Sequential(torch.nn.ReLU())))


# -- access ----------------------------------------------------------------------------------------


@scenario
def submodules(torch):
    net = torch.nn.Sequential(OrderedDict(a=torch.nn.Sequential(linear(torch), torch.nn.ReLU()), b=linear(torch)))
    net.set_submodule("a.1", torch.nn.Tanh())
    net.set_submodule("a.new", torch.nn.ReLU())
    net.set_submodule("c", linear(torch))
    yield net, net.get_submodule("a.0"), net.get_parameter("a.0.weight"), caught(net.get_parameter, "")
    yield caught(net.set_submodule, "x.y", torch.nn.ReLU()), caught(net.set_submodule, "x.y", 3)[0]
    yield caught(net.set_submodule, "a.9", torch.nn.ReLU(), strict=True), caught(net.set_submodule, "b", None)[0]
    yield caught(net.set_submodule, "b.weight", torch.nn.ReLU()), caught(net.set_submodule, "", torch.nn.ReLU())
    yield caught(net.get_submodule, "a.x.y"), caught(net.get_submodule, "b.weight"), caught(net.get_buffer, "b.weight")
    yield caught(net.get_parameter, "a.0"), caught(net.get_buffer, "q"), caught(net.get_submodule, "a..0")


@scenario
def names(torch):
    net = torch.nn.Module()
    net.a = linear(torch)
    net.b = net.a
    net.register_buffer("x", torch.ones(1))
    net.register_buffer("y", net.x)
    net.register_buffer("z", None)
    net.register_module("none", None)
    for remove in (True, False):
        yield [name for name, _ in net.named_buffers(remove_duplicate=remove)]
        yield [name for name, _ in net.named_parameters("pre", remove_duplicate=remove)]
        yield [name for name, _ in net.named_modules(prefix="net", remove_duplicate=remove)]
        yield len(list(net.modules(remove_duplicate=remove)))
    yield [name for name, _ in net.named_children()], [name for name, _ in net.named_buffers(recurse=False)]
    memo = {net.a}
    yield [name for name, _ in net.named_modules(memo)], len(memo), len(list(net.buffers(recurse=False)))
    yield caught(net.register_module, "x", torch.nn.ReLU()), caught(net.add_module, "a", 3), net.none


@scenario
def attributes(torch):
    net = torch.nn.Module()
    net.register_buffer("b", torch.ones(1), persistent=False)
    net.b = torch.zeros(1)
    yield net._non_persistent_buffers_set, net.state_dict()
    net.b = torch.nn.Buffer(torch.zeros(1))
    yield net._non_persistent_buffers_set, net.state_dict()
    net.b = None
    yield net.b, list(net._buffers), caught(setattr, net, "b", "text"), caught(setattr, net, "b", [torch.ones(1)])
    net.b = torch.nn.Parameter(torch.ones(1))
    yield list(net._buffers), list(net._parameters)
    del net.b
    yield (
        caught(delattr, net, "b"),
        caught(getattr, net, "b"),
        caught(delattr, net, "training"),
        hasattr(net, "training"),
    )
    net.m = torch.nn.ReLU()
    net.m = None
    net.m = torch.nn.Tanh()
    yield net, caught(setattr, net, "m", "text")
    net.number = 3
    net.number = torch.nn.ReLU()
    yield "number" in net.__dict__, list(net._modules)
    frozen = linear(torch).requires_grad_(False)
    yield [p.requires_grad for p in frozen.parameters()], frozen.zero_grad(set_to_none=False)
    yield caught(net), caught(net.forward, 1), net.train().training, caught(net.apply, 3)[0]


# -- containers ------------------------------------------------------------------------------------


def acts(torch):
    nn = torch.nn
    return [nn.ReLU(), nn.Tanh(), nn.Sigmoid(), nn.ELU()]


@scenario
def sequential(torch):
    nn = torch.nn
    net = nn.Sequential(*acts(torch))
    yield net[1], net[-1], net[1:3], net[::-2], len(net), list(net), net[1] in net, nn.ReLU() in net
    net[0] = nn.Identity()
    del net[1]
    yield net, net.pop(-1), net.append(nn.ELU()) is net, net.insert(1, nn.SiLU()) is net, net
    yield net.insert(-1, nn.ReLU()), net.extend(nn.Sequential(nn.Tanh())), net.extend([nn.GELU()])
    yield net + nn.Sequential(nn.ELU()), net * 2, 2 * net[:1], [name for name, _ in net.named_children()]
    net += nn.Sequential(nn.Hardtanh())
    net *= 2
    yield net, net.pop(slice(0, 3))
    del net[1:4]
    yield net, nn.Sequential(), nn.Sequential(OrderedDict()), caught(net.__getitem__, 99), caught(net.__delitem__, -99)
    named = nn.Sequential(OrderedDict(a=nn.ReLU(), b=nn.Tanh(), c=nn.ELU()))
    yield named[1:], named.b, named.append(nn.SiLU())
    del named[0]
    yield named
    for wrong in (3, "a", [nn.ReLU()], 1.5):
        yield caught(lambda w=wrong: net + w), caught(net.__iadd__, wrong), caught(nn.Sequential, wrong)
    yield (
        caught(lambda: net * 0),
        caught(lambda: net * 1.5),
        caught(net.__imul__, -1),
        caught(net.insert, 99, nn.ReLU()),
    )
    yield caught(net.insert, 0, 3)[0], caught(net.append, 3), caught(net.__getitem__, "a"), caught(net.extend, 3)
    yield caught(net.pop, 99), caught(net.__setitem__, 0, 3), caught(nn.Sequential, nn.ReLU), nn.Sequential()(5)


@scenario
def module_list(torch):
    nn = torch.nn
    net = nn.ModuleList(acts(torch))
    yield net[1], net[-1], net[1:3], net[::-1], len(net), list(net), net[2] in net
    net[0] = nn.Identity()
    net.insert(1, nn.SiLU())
    net.insert(0, nn.GELU())
    yield net, net.pop(1), net.pop(-1), net.append(nn.ELU()) is net, net.extend([nn.ReLU()]) is net
    del net[0], net[-1]
    yield net, net + nn.ModuleList([nn.ReLU()]), type(net.__add__([])).__name__
    net += [nn.ReLU(), nn.ReLU()]
    del net[1:3]
    yield net, [name for name, _ in net.named_modules()], nn.ModuleList(), nn.ModuleList(iter(acts(torch)))
    yield (
        caught(net.__getitem__, 9),
        caught(net.extend, 3),
        caught(net.append, 3),
        caught(net, 1),
        caught(nn.ModuleList, 3),
    )
    yield caught(net.__setitem__, 9, nn.ReLU()), caught(net.__setitem__, 0, 3), caught(net.__getitem__, "a")
    yield caught(nn.ModuleList, [1]), caught(net.__delitem__, 9), caught(net.pop, 9), caught(lambda: net + 3)[0]
    yield (
        nn.ModuleList([linear(torch), linear(torch), nn.ModuleList([nn.ReLU()])]),
        nn.ModuleList([nn.Sequential()] * 2),
    )


@scenario
def module_dict(torch):
    nn = torch.nn
    net = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Tanh()})
    net.update({"c": nn.ELU(), "a": nn.SiLU()})
    net.update([("d", nn.ReLU()), ["e", nn.GELU()]])
    net.update(nn.ModuleDict({"f": nn.ReLU()}))
    yield net, list(net), list(net.keys()), list(net.items()), list(net.values()), len(net), "a" in net, "z" in net
    del net["a"]
    yield net.pop("b"), net, net["c"], net.c, caught(net.__getitem__, "a"), caught(net.pop, "a"), caught(net, 1)
    for wrong in (3, [1], [("a",)], {"a": 3}, {3: nn.ReLU()}, {"x.y": nn.ReLU()}, {"": nn.ReLU()}, {"pop": nn.ReLU()}):
        yield caught(net.update, wrong), caught(nn.ModuleDict, wrong)
    yield net.clear(), net, len(net), nn.ModuleDict()


@scenario
def parameter_list(torch):
    nn = torch.nn
    net = nn.ParameterList([torch.ones(2), nn.Parameter(torch.zeros(1)), "text", 3])
    yield net, len(net), net[0], net[-1], net[1:], list(net.parameters()), net.state_dict(), list(net)[2]
    net[2] = torch.ones(1, 1)
    net.append(torch.ones(1, dtype=torch.float64))
    net += [torch.zeros(1)]
    yield net, net.extend((torch.ones(1),)) is net, [name for name, _ in net.named_parameters()], net[::2]
    yield caught(net.__getitem__, 99), caught(net.extend, 3), caught(net.extend, torch.ones(1)), caught(net, 1)
    yield caught(net.__setitem__, 99, 1), caught(net.__getitem__, "a"), nn.ParameterList(), caught(nn.ParameterList, 3)
    yield copy.deepcopy(net), "0" in dir(net), caught(net.append, torch.ones(1, dtype=torch.int64))


@scenario
def parameter_dict(torch):
    nn = torch.nn
    net = nn.ParameterDict({"b": torch.ones(2), "a": nn.Parameter(torch.zeros(1)), "c": "text"})
    yield net, list(net), list(reversed(net)), len(net), "a" in net, net["b"], net.b, net.state_dict()
    other = nn.ParameterDict(OrderedDict(z=torch.ones(1), a=torch.ones(1)))
    yield net | other, other | net, {"q": 1} | other if hasattr(dict, "nothing") else net.copy(), net.get("q", 5)
    net |= other
    yield (
        net,
        net.setdefault("new", torch.ones(1)),
        net.setdefault("new"),
        net.pop("a"),
        net.popitem(),
        list(net.keys()),
    )
    yield list(net.items()), list(net.values()), net.fromkeys(["x", "y"], torch.ones(1)), net.get("b"), net.get("none")
    net.update([("u", torch.ones(1)), ["t", 3]])
    del net["u"]
    yield net, caught(net.__getitem__, "u"), caught(net.__delitem__, "u"), caught(net.pop, "u"), caught(net, 1)
    for wrong in (3, [1], [("a",)], {3: torch.ones(1)}):
        yield caught(net.update, wrong), caught(nn.ParameterDict, wrong)
    yield copy.deepcopy(other), other.clear(), other, caught(other.popitem)


def test_names_of_pytorch(torch):
    """What users call on a module is there."""
    private = {"T_destination", "_compiled_call_impl", "_slow_forward", "_wrapped_call_impl"}
    private |= {"_get_backward_hooks", "_get_backward_pre_hooks", "_maybe_warn_non_full_backward_hook"}
    private |= {"_replicate_for_data_parallel"}
    assert set(dir(torch.nn.Module())) - set(dir(jtorch.nn.Module())) == private
    names = {name for name in dir(torch.nn.modules.module) if name.startswith("register_module")}
    assert names - set(dir(jtorch.nn.modules.module)) == set()
    for name in ("Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"):
        ours, theirs = getattr(jtorch.nn, name), getattr(torch.nn, name)
        assert {each for each in dir(theirs) if each[0] != "_"} - set(dir(ours)) <= {"T_destination"}
    assert {n for n in dir(torch.nn.init) if n[-1] == "_"} - set(dir(jtorch.nn.init)) <= {
        n for n in dir(torch.nn.init) if n[0] == "_"
    }


@pytest.mark.parametrize("name", ["Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"])
def test_no_names_of_our_own(name, torch):
    """A user's module may have a method of any name that PyTorch does not use: `_forget` in a cell, say."""
    ours, theirs = (getattr(each.nn, name)() for each in (jtorch, torch))
    own = {each for each in dir(ours) if not each.startswith("__")} - set(dir(theirs))
    assert own == {"_repr_html_"}  # which notebooks ask for

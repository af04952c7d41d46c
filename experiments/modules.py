"""Modules: the 20-13-8-3 net as a class, as a Flax module and as a plain tree of weights; drawn before and after.

python -m experiments.modules --steps 200
"""

import sys
from dataclasses import dataclass

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from experiments.harness import runner
from experiments.parts import small_net
from jnet.ops.random import Generator

CHAPTER = 10
TITLE = "Modules"
TITLE_ZH = "模块：nn.Module"
QUESTION = "What is a module: what does it hold, what can be asked of it, and what is left of it in pure JAX?"
QUESTION_ZH = "模块（nn.Module）里装着什么？能向它要什么？换成纯 JAX 之后，还剩下什么？"


@dataclass(frozen=True)
class Settings:
    steps: int = 50  # of training, in both faces
    rate: float = 0.03  # Adam's learning rate
    seed: int = 420  # of the weights and the data; the notes' numbers are those of 420


FAST = {"steps": 10}
GROWN = 400  # steps after which the net is drawn


def run(settings: Settings, out: runner.Output) -> None:
    the_net(out)
    asked_of_it(out)
    forgetting(out)
    stacked(out)
    small_net.way_out(out)
    training(settings, out)


def class_torch(torch):
    nn, F = torch.nn, torch.nn.functional

    class Model(nn.Module):
        def __init__(self, in_features=10, out_features=2):
            super().__init__()
            self.Linear1 = nn.Linear(in_features, 13)
            self.Linear2 = nn.Linear(13, 8)
            self.output = nn.Linear(8, out_features)

        def forward(self, x):
            sigma1 = torch.relu(self.Linear1(x))
            sigma2 = torch.sigmoid(self.Linear2(sigma1))
            return F.softmax(self.output(sigma2), dim=1)

    torch.random.manual_seed(420)
    x = torch.rand((500, 20), dtype=torch.float32)
    y = torch.randint(low=0, high=3, size=(500, 1), dtype=torch.float32)
    torch.random.manual_seed(420)
    net = Model(in_features=x.shape[1], out_features=len(y.unique()))
    out = net(x)  # the same as net.forward(x)
    found = {f"{name}.shape": list(each.shape) for name, each in net.named_parameters() if "weight" in name}
    found |= {name: each for name, each in net.named_parameters() if "bias" in name}
    return found | {"output.shape": list(out.shape), "first row": out[0], "rows sum to": out.sum(dim=1).mean()}


def class_jax():
    class Model(nn.Module):  # flax.linen: what it is made of are fields, what it holds comes as an argument
        out_features: int = 2

        @nn.compact
        def __call__(self, x):
            sigma1 = nn.relu(nn.Dense(13, name="Linear1")(x))
            sigma2 = nn.sigmoid(nn.Dense(8, name="Linear2")(sigma1))
            return nn.softmax(nn.Dense(self.out_features, name="output")(sigma2), axis=1)

    random = Generator(420)
    x, y = random.rand((500, 20)), random.randint(0, 3, (500, 1), np.float32)
    random = Generator(420)
    params = {}
    for name, inputs, outputs in (("Linear1", x.shape[1], 13), ("Linear2", 13, 8), ("output", 8, len(np.unique(y)))):
        bound = 1 / np.sqrt(inputs)
        weight, bias = random.uniform(-bound, bound, (outputs, inputs)), random.uniform(-bound, bound, outputs)
        params[name] = {"kernel": weight.T, "bias": bias}  # Flax stores a weight as inputs x outputs
    out = Model(out_features=3).apply({"params": params}, x)
    found = {f"{name}.weight.shape": list(layer["kernel"].T.shape) for name, layer in params.items()}
    found |= {f"{name}.bias": layer["bias"] for name, layer in params.items()}
    return found | {"output.shape": list(out.shape), "first row": out[0], "rows sum to": out.sum(axis=1).mean()}


def the_net(out: runner.Output) -> None:
    """Build the notes' net and ask for its shapes, in both faces."""
    out.faces(
        "The 20-13-8-3 net as a class",
        class_torch,
        class_jax,
        notes={
            "Linear1.weight.shape": "13, 20",
            "Linear2.weight.shape": "8, 13",
            "output.weight.shape": "3, 8",
            "output.shape": "500, 3",
            "Linear1.bias": "1.3508e-01, 1.5439e-01, -1.9350e-01, -6.8777e-02, 1.3787e-01, -1.8474e-01, 1.2763e-01, "
            "1.8031e-01, 9.5152e-02, -1.2660e-01, 1.4317e-01, -1.4945e-01, 3.43e-05",  # they have 3.4258, today 3.4253
            "Linear2.bias": "0.0900, -0.0597, 0.0268, -0.0173, 0.0065, 0.0228, -0.1408, 0.1188",
            "output.bias": "-0.0156, -0.0730, -0.2637",
        },
        pytorch={
            "Linear1.weight.shape": [13, 20],
            "Linear2.weight.shape": [8, 13],
            "output.weight.shape": [3, 8],
            "output.shape": [500, 3],
            "first row": [0.413950652, 0.349568129, 0.236481264],
            "rows sum to": 1.0,
        },
    )


def asked_torch(torch):
    nn = torch.nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.Linear1 = nn.Linear(20, 13)
            self.Linear2 = nn.Linear(13, 8)
            self.output = nn.Linear(8, 3)

    def initial_0(m):
        if type(m) == nn.Linear:  # noqa: E721 - as the notes write it
            m.weight.data.fill_(0)

    torch.manual_seed(420)
    net = Model()
    found = {"print(net)": str(net), "parameters": sorted(dict(net.named_parameters()))}
    found["numbers held"] = sum(parameter.numel() for parameter in net.parameters())
    dropout, ones = nn.Dropout(0.5), torch.ones(100)
    found["in training, does dropout act"] = []
    for mode in (True, False):
        dropout.train(mode)  # eval() is train(False)
        found["in training, does dropout act"].append([dropout.training, bool((dropout(ones) != ones).any())])
    net.apply(initial_0)
    sums = {name: parameter.abs().sum().item() for name, parameter in net.named_parameters()}
    found["sum of |weights| after apply"] = [sums[f"{name}.weight"] for name in ("Linear1", "Linear2", "output")]
    found["sum of |biases| after apply"] = [sums[f"{name}.bias"] for name in ("Linear1", "Linear2", "output")]
    net.to(torch.device("cpu"))
    return found | {"to(device)": next(net.parameters()).device.type}


def asked_jax():
    random = Generator(420)
    net = {}  # a plain tree: a dict of layers, each a dict of arrays
    for name, inputs, outputs in (("Linear1", 20, 13), ("Linear2", 13, 8), ("output", 8, 3)):
        bound = 1 / np.sqrt(inputs)
        net[name] = {"weight": random.uniform(-bound, bound, (outputs, inputs))}
        net[name] |= {"bias": random.uniform(-bound, bound, outputs)}
    text = "".join(
        f"  ({name}): Linear(in_features={layer['weight'].shape[1]}, out_features={len(layer['bias'])}, bias=True)\n"
        for name, layer in net.items()
    )
    paths = [jax.tree_util.keystr(path, simple=True, separator=".") for path, _ in jax.tree.leaves_with_path(net)]
    found = {"print(net)": f"Model(\n{text})"}
    found["parameters"] = sorted(paths)
    found["numbers held"] = sum(leaf.size for leaf in jax.tree.leaves(net))
    dropout, ones, rngs = nn.Dropout(0.5), jnp.ones(100), {"dropout": jax.random.key(0)}
    found["in training, does dropout act"] = []
    for training in (True, False):  # no mode of a module, but an argument of each call
        after = dropout.apply({}, ones, deterministic=not training, rngs=rngs)
        found["in training, does dropout act"].append([training, bool((after != ones).any())])
    zero = {name: layer | {"weight": jnp.zeros_like(layer["weight"])} for name, layer in net.items()}  # a new tree
    sums = jax.tree.map(lambda leaf: jnp.abs(leaf).sum(), zero)
    found["sum of |weights| after apply"] = [layer["weight"] for layer in sums.values()]
    found["sum of |biases| after apply"] = [layer["bias"] for layer in sums.values()]
    there = jax.device_put(zero, jax.devices("cpu")[0])
    return found | {"to(device)": jax.tree.leaves(there)[0].device.platform}


def asked_of_it(out: runner.Output) -> None:
    """Ask a module for what it holds, change it throughout, move it."""
    lines = ["Linear1): Linear(in_features=20, out_features=13", "Linear2): Linear(in_features=13, out_features=8"]
    lines += ["output): Linear(in_features=8, out_features=3"]
    printed = "Model(\n" + "".join(f"  ({line}, bias=True)\n" for line in lines) + ")"
    notes = {"print(net)": printed, "sum of |weights| after apply": "0, 0, 0"}
    out.faces(
        "What a module can be asked",
        asked_torch,
        asked_jax,
        notes=notes,
        pytorch={
            "print(net)": printed,
            "parameters": [
                f"{layer}.{part}" for layer in ("Linear1", "Linear2", "output") for part in ("bias", "weight")
            ],
            "numbers held": 412,
            "in training, does dropout act": [[True, True], [False, False]],
            "sum of |weights| after apply": [0, 0, 0],
            "sum of |biases| after apply": [1.69670892, 0.482755005, 0.35243547],
            "to(device)": "cpu",
        },
    )


def forgetting_torch(torch):
    nn = torch.nn

    class FooParent:
        def __init__(self):
            self.parent = "PARENT!!"

    class FooChild(FooParent):
        def __init__(self):
            pass

    class Forgetful(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(2, 1)  # where does this go? Nobody has made the place

    class Good(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 1)

    found = {
        "a parent's attribute": FooParent().parent,
        "a module's parts": [name for name, _ in Good().named_children()],
    }
    for name, attempt in {"a child without it": lambda: FooChild().parent, "a module without it": Forgetful}.items():
        try:
            attempt()
        except AttributeError as error:
            found[name] = f"AttributeError: {error}"
    return found


def forgetting_jax():
    class FooParent:
        def __init__(self):
            self.parent = "PARENT!!"

    class FooChild(FooParent):
        def __init__(self):
            pass

    class Module:  # what nn.Module does, in small; a Flax module is a dataclass and needs no __init__ at all
        def __init__(self):
            self.__dict__["parts"] = {}  # the place for layers, weights and buffers

        def __setattr__(self, name, part):
            if "parts" not in self.__dict__:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self.parts[name] = part

    class Forgetful(Module):
        def __init__(self):
            self.layer = {"weight": jnp.zeros((1, 2))}

    class Good(Module):
        def __init__(self):
            super().__init__()
            self.layer = {"weight": jnp.zeros((1, 2))}

    found = {"a parent's attribute": FooParent().parent, "a module's parts": list(Good().parts)}
    for name, attempt in {"a child without it": lambda: FooChild().parent, "a module without it": Forgetful}.items():
        try:
            attempt()
        except AttributeError as error:
            found[name] = f"AttributeError: {error}"
    return found


def forgetting(out: runner.Output) -> None:
    """Forget super().__init__()."""
    child = "AttributeError: 'FooChild' object has no attribute 'parent'"
    out.faces(
        "Forgetting super().__init__()",
        forgetting_torch,
        forgetting_jax,
        notes={"a parent's attribute": "PARENT!!", "a child without it": child},
        pytorch={
            "a parent's attribute": "PARENT!!",
            "a module's parts": ["layer"],
            "a child without it": child,
            "a module without it": "AttributeError: cannot assign module before Module.__init__() call",
        },
    )


def stacked_torch(torch):
    nn = torch.nn
    torch.manual_seed(420)
    model = nn.Sequential(
        nn.Linear(784, 200),
        nn.LeakyReLU(inplace=True),
        nn.Linear(200, 200),
        nn.LeakyReLU(inplace=True),
        nn.Linear(200, 10),
        nn.LeakyReLU(inplace=True),
    )
    out = model(torch.rand(64, 784))
    z = torch.tensor([-1.0, 0.0, 2.0])
    nn.LeakyReLU(0.02, inplace=True)(z)  # z itself has changed
    return {"shape": list(out.shape), "first row": out[0], "z afterwards": z, "layers": len(model)}


def stacked_jax():
    random = Generator(420)
    layers = []
    for inputs, outputs in ((784, 200), (200, 200), (200, 10)):
        bound = 1 / np.sqrt(inputs)
        weight, bias = random.uniform(-bound, bound, (outputs, inputs)), random.uniform(-bound, bound, outputs)
        layers.append({"kernel": weight.T, "bias": bias})
    dense = [nn.Dense(len(layer["bias"])) for layer in layers]
    model = nn.Sequential([dense[0], nn.leaky_relu, dense[1], nn.leaky_relu, dense[2], nn.leaky_relu])
    params = {f"layers_{2 * index}": layer for index, layer in enumerate(layers)}  # the names that Flax gives them
    out = model.apply({"params": params}, random.rand((64, 784)))
    z = jnp.array([-1.0, 0.0, 2.0])
    z = nn.leaky_relu(z, 0.02)  # nothing happens in place: the name moves to the new array
    return {"shape": list(out.shape), "first row": out[0], "z afterwards": z, "layers": len(model.layers)}


def stacked(out: runner.Output) -> None:
    """Stack layers without writing a class."""
    out.faces(
        "nn.Sequential and LeakyReLU(inplace=True)",
        stacked_torch,
        stacked_jax,
        pytorch={
            "shape": [64, 10],
            "first row": [
                *(0.0209366363, -0.000933296513, -0.000288787909, -0.000230411737, 0.0549033582),
                *(0.0639129058, -0.000282640016, 0.0297684204, 0.0267770328, -0.00121107569),
            ],
            "z afterwards": [-0.0199999996, 0, 2],
            "layers": 6,
        },
        within=2e-6,
    )


def training(settings: Settings, out: runner.Output) -> None:
    """Train the net in both faces from the same weights, and draw it before and after."""
    given = {"steps": settings.steps, "rate": settings.rate, "seed": settings.seed}
    known = {
        "loss": [
            *(1.10578179, 1.06240976, 0.968937635, 0.764266551, 0.525296032),
            *(0.347412795, 0.234798953, 0.16999723, 0.130749658, 0.107669249),
        ],
        "accuracy": 0.987999976,
    }
    out.faces(
        "A loop of training",
        small_net.training_torch,
        small_net.training_jax,
        given=given,
        pytorch=known if settings == Settings() else {},
        within=1e-5,
    )
    by_step = next(row for row in out.rows() if row["name"] == "loss")
    nets, right, losses = small_net.grown(settings.seed, settings.rate, GROWN)
    out.number("rows named rightly before training", right[0])
    out.number(f"rows named rightly after {GROWN} steps", right[1], at_least=0.95, key=True)
    small_net.draw_losses(by_step, losses, out)
    titles = (
        f"{when}: {share:.0%} of answers right" for when, share in zip(("Before training", "After"), right, strict=True)
    )
    figure = small_net.before_and_after(nets, titles)
    out.figure(
        "net",
        figure,
        "The 20-13-8-3 net as columns of neurons, each weight a line: blue raises, orange lowers, the thicker the "
        "stronger. Before training it is a faint haze. After it some lines have grown strong: the inputs of one third "
        "lead in blue to the same hidden neurons, and these on to the answer of that third's colour.",
    )
    out.found(f"""
        A module is a tree of named arrays and a function of them. Asked for its weights, called, trained and taken out
        of its class it gives the same numbers in both faces. The net that starts with {right[0]:.0%} of its answers
        right, as by guessing, has {right[1]:.0%} after {GROWN} steps, and its drawing shows where it learned them.
    """)


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

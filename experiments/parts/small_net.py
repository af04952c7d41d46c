"""The 20-13-8-3 net while it learns which part of its inputs is largest: the loop, the way out, the drawings."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from experiments.harness import runner
from jnet import plotting
from jnet.ops.random import Generator
from jnet.plotting.style import INK, styled

WHAT = ("20 inputs,\nin three parts", "13 neurons,\nrelu", "8 neurons,\nsigmoid", "3 classes: which\npart is largest?")
THIRDS = (slice(0, 7), slice(7, 14), slice(14, 20))  # of the inputs; the classes ask which has the largest sum
GROUPS = tuple(zip((0.06, 0.4, 0.74), THIRDS, strict=True))  # where the drawing puts them


def out_torch(torch):
    nn = torch.nn
    torch.manual_seed(420)
    net = nn.Sequential(nn.Linear(20, 13), nn.ReLU(), nn.Linear(13, 3))
    x, y = torch.rand(5, 20), torch.randint(0, 3, (5,))
    params = {name: parameter.detach() for name, parameter in net.named_parameters()}

    def loss_of(params, x, y):  # the module as a pure function: weights in, a number out
        logits = torch.func.functional_call(net, params, (x[None],))
        return nn.functional.cross_entropy(logits, y[None])

    gradient_of_each = torch.func.vmap(torch.func.grad(loss_of), in_dims=(None, 0, 0))(params, x, y)
    called = torch.func.functional_call(net, params, (x,))
    return {"output": called, "as a module": net(x), "gradients of the last bias, by row": gradient_of_each["2.bias"]}


def out_jax():
    import jnet.torch as torch  # the very same module

    torch.manual_seed(420)
    net = torch.nn.Sequential(torch.nn.Linear(20, 13), torch.nn.ReLU(), torch.nn.Linear(13, 3))
    x, y = jnp.asarray(torch.rand(5, 20)), jnp.asarray(torch.randint(0, 3, (5,)))
    apply, variables = torch.func.to_jax(net)  # out: apply(variables, array) -> array
    model = torch.func.to_linen(net)  # or out as a Flax module

    def loss_of(variables, x, y):
        return optax.softmax_cross_entropy_with_integer_labels(apply(variables, x[None]), y[None]).mean()

    gradient_of_each = jax.jit(jax.vmap(jax.grad(loss_of), in_axes=(None, 0, 0)))(variables, x, y)
    return {
        "output": jax.jit(apply)(variables, x),
        "as a module": model.apply(model.init(jax.random.key(0), x), x),
        "gradients of the last bias, by row": gradient_of_each["params"]["2.bias"],
    }


OUTPUT = [  # of the net above, as PyTorch has it
    [-0.302859724, -0.0897436664, 0.0994470716],
    [-0.278429508, -0.102482393, 0.111528218],
    [-0.230746627, -0.197426558, -0.00869630277],
    [-0.269779235, -0.166910499, 0.0334076546],
    [-0.199842349, -0.202398136, 0.113575533],
]


def way_out(out: runner.Output) -> None:
    """Take a module out of its class: a pure function of its weights, under vmap and grad."""
    out.faces(
        "The way out: a module as a pure function",
        out_torch,
        out_jax,
        pytorch={
            "output": OUTPUT,
            "as a module": OUTPUT,
            "gradients of the last bias, by row": [
                [0.26789552, 0.331528306, -0.599423826],
                [0.272532046, -0.675039649, 0.402507573],
                [-0.695355594, 0.314966172, 0.380389452],
                [-0.711192489, 0.320098639, 0.391093791],
                [0.297129095, -0.703629315, 0.40650028],
            ],
        },
    )


def training_torch(torch, steps, rate, seed):
    nn = torch.nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.Linear1, self.Linear2, self.output = nn.Linear(20, 13), nn.Linear(13, 8), nn.Linear(8, 3)

        def forward(self, x):
            return self.output(torch.sigmoid(self.Linear2(torch.relu(self.Linear1(x)))))

    torch.manual_seed(seed)
    x = torch.rand(500, 20)
    sums = [x[:, :7].sum(1), x[:, 7:14].sum(1), x[:, 14:].sum(1) + 0.5]
    y = torch.stack(sums, dim=1).argmax(1)  # which third of the inputs is the largest?
    net = Model()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    losses = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    accuracy = torch.eq(net(x).argmax(1), y).float().mean()
    return {"loss": torch.stack(losses)[::5], "accuracy": accuracy}


def training_jax(steps, rate, seed):
    class Model(nn.Module):
        @nn.compact
        def __call__(self, x):
            x = nn.relu(nn.Dense(13, name="Linear1")(x))
            x = nn.sigmoid(nn.Dense(8, name="Linear2")(x))
            return nn.Dense(3, name="output")(x)

    random = Generator(seed)
    x = random.rand((500, 20))
    y = jnp.stack([x[:, :7].sum(1), x[:, 7:14].sum(1), x[:, 14:].sum(1) + 0.5], axis=1).argmax(1)
    params = {}
    for name, inputs, outputs in (("Linear1", 20, 13), ("Linear2", 13, 8), ("output", 8, 3)):
        bound = 1 / np.sqrt(inputs)
        weight, bias = random.uniform(-bound, bound, (outputs, inputs)), random.uniform(-bound, bound, outputs)
        params[name] = {"kernel": jnp.array(weight.T), "bias": jnp.array(bias)}
    net, tx = Model(), optax.adam(rate)

    @jax.jit
    def step(params, state):
        def loss_of(params):
            return optax.softmax_cross_entropy_with_integer_labels(net.apply({"params": params}, x), y).mean()

        loss, grads = jax.value_and_grad(loss_of)(params)
        updates, state = tx.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss

    state, losses = tx.init(params), []
    for _ in range(steps):
        params, state, loss = step(params, state)
        losses.append(loss)
    return {"loss": jnp.stack(losses)[::5], "accuracy": (net.apply({"params": params}, x).argmax(1) == y).mean()}


def grown(seed: int, rate: float, steps: int) -> tuple[list, list[float], np.ndarray]:
    """Train the net far enough to see it, by the way out: a module's weights in a `lax.scan`.

    Returns:
        the weights (outputs, inputs) of each layer before and after, the share of rows named rightly then, the losses.
    """
    import jnet.torch as torch

    torch.manual_seed(seed)
    x = jnp.asarray(torch.rand(500, 20))
    y = jnp.stack([x[:, :7].sum(1), x[:, 7:14].sum(1), x[:, 14:].sum(1) + 0.5], axis=1).argmax(1)
    linear = torch.nn.Linear
    net = torch.nn.Sequential(linear(20, 13), torch.nn.ReLU(), linear(13, 8), torch.nn.Sigmoid(), linear(8, 3))
    apply, variables = torch.func.to_jax(net)
    tx = optax.adam(rate)

    def step(carry, _):
        params, state = carry

        def loss_of(params):
            logits = apply({"params": params, "buffers": {}}, x)
            return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

        loss, grads = jax.value_and_grad(loss_of)(params)
        updates, state = tx.update(grads, state, params)
        return (optax.apply_updates(params, updates), state), loss

    first = variables["params"]
    (last, _), losses = jax.lax.scan(step, (first, tx.init(first)), length=steps)
    right = [float((apply({"params": each, "buffers": {}}, x).argmax(1) == y).mean()) for each in (first, last)]
    nets = [[np.asarray(each[f"{place}.weight"]) for place in (0, 2, 4)] for each in (first, last)]
    return nets, right, np.asarray(losses)


@styled
def draw_losses(by_step: dict, losses: np.ndarray, out: runner.Output) -> None:
    steps = np.arange(len(by_step["torch"])) * 5
    figure, (ax,) = plotting.panels(1, width=6.4, height=3.6)
    title, labels = "The same losses from the same weights", {"xlabel": "step", "ylabel": "cross entropy"}
    losses = losses[: 3 * 5 * len(steps)]
    curve = {"to_jax and lax.scan": (np.arange(len(losses)), losses)}
    plotting.lines(curve, title=title, **labels, ax=ax)
    ax.plot(steps, by_step["torch"], "o", ms=9, mfc="none", color=plotting.PALETTE[1], label="the loop on jnet.torch")
    ax.plot(steps, by_step["jax"], "x", ms=6, color=plotting.PALETTE[2], label="the loop in Flax and Optax")
    ax.axhline(np.log(3), color="#8a9099", lw=1, ls=":")
    ax.annotate("guessing: log 3", (len(losses), np.log(3)), xytext=(0, -12), textcoords="offset points", ha="right")
    ax.legend()
    out.figure(
        "training",
        figure,
        "The loss falls from log 3, a guess among three, to near zero. The circles of the loop on jnet.torch and the "
        "crosses of that in Flax lie on the curve of the module taken out to JAX.",
    )


@styled
def before_and_after(nets: list, titles) -> Figure:
    """Draw the same net twice, its lines on one scale."""
    figure, axes = plotting.panels(2, width=5.6, height=4.8)
    greatest = [max(np.abs(weight).max() for weight in layer) for layer in zip(*nets, strict=True)]
    for net, title, ax in zip(sorted_neurons(nets), titles, axes, strict=True):
        draw_net(net, greatest, title, ax)
    figure.supxlabel("a line is a weight: blue raises, orange lowers, the thicker the stronger", fontsize=9)
    return figure


def sorted_neurons(nets: list) -> list:
    """Put the hidden neurons of all `nets` in the order of the class that they speak for in the last of them."""
    first, _, third = nets[-1]
    later = np.argsort(third.argmax(axis=0), kind="stable")
    thirds = np.stack([first[:, part].mean(axis=1) for part in THIRDS])
    earlier = np.argsort(thirds.argmax(axis=0), kind="stable")
    return [[a[earlier], b[later][:, earlier], c[:, later]] for a, b, c in nets]


def draw_net(weights: list[np.ndarray], greatest: list[float], title: str, ax) -> None:
    """Draw a net: a column of neurons a layer, and a line a weight (outputs, inputs), by its sign and its size."""
    heights = [1.06 - np.concatenate([np.linspace(top, top + 0.26, len(range(20)[part])) for top, part in GROUPS])]
    heights += [np.linspace(1, 0.06, len(weight)) for weight in weights[:-1]] + [np.array([0.86, 0.53, 0.2])]
    for layer, (weight, most) in enumerate(zip(weights, greatest, strict=True)):
        strength = np.minimum(np.abs(weight) / most, 1).ravel()
        ends = np.array([[(layer, a), (layer + 1, b)] for b in heights[layer + 1] for a in heights[layer]])
        colors = np.where(weight.ravel() > 0, *plotting.PALETTE[:2])
        order = np.argsort(strength)  # the strong ones on top
        style = {"linewidths": 0.5 + 2.5 * strength[order], "alpha": 0.12 + 0.84 * strength[order]}
        ax.add_collection(LineCollection(ends[order], colors=colors[order], **style))
    kinds = np.concatenate([np.full(len(range(20)[part]), kind) for kind, part in enumerate(THIRDS)])
    fills = [np.array(plotting.PALETTE[2:5])[kinds], "white", "white", plotting.PALETTE[2:5]]
    for layer, (height, fill) in enumerate(zip(heights, fills, strict=True)):
        ax.scatter(np.full(len(height), layer), height, s=80, c=fill, edgecolors=INK, zorder=3)
    ax.set(title=title, xlim=(-0.3, len(weights) + 0.3), ylim=(0, 1.06), yticks=())
    ax.set_xticks(range(len(WHAT)), WHAT)
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set_visible(False)

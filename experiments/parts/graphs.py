"""The picture of chapter 5: a neuron's recorded graph, its jaxpr, and the program that XLA makes of it."""

import dataclasses
import functools
import inspect
import re
import typing

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure

import jnet.torch as torch
from jnet import plotting
from jnet.ops.random import Generator
from jnet.plotting.style import INK
from jnet.recorder import counters

BACKWARD, HEAD = plotting.PALETTE[1], plotting.PALETTE[0]


class Drawn(typing.NamedTuple):
    figure: Figure
    equations: int  # of the jaxpr
    kernels: int  # of XLA's program
    difference: float  # between the gradients of both faces


def neuron(inputs: int, steps: int, seed: int) -> Drawn:
    """Draw the graph that is recorded of a neuron, the jaxpr of the same, and the program that it is compiled to."""
    random = Generator(seed)
    w, x = random.randn(inputs), random.randn(inputs)
    loss, leaves = recorded(w, x)
    tape = walk(loss, leaves)
    text, told = compiled(inputs, steps, seed)
    nodes, edges, kernels = program(text, ("w", "x", "b", "y", "∂loss/∂loss"))
    function = jax.value_and_grad(squared, argnums=(0, 1))
    jaxpr = jax.make_jaxpr(function)(w, jnp.float32(0.1), x, jnp.float32(0))
    gradients = function(w, jnp.float32(0.1), x, jnp.float32(0))[1]
    pairs = zip(leaves.values(), gradients, strict=True)
    difference = max(float(np.abs(leaf.grad.numpy() - gradient).max()) for leaf, gradient in pairs)
    figure = plotting.abreast(
        functools.partial(_draw, *tape, "The graph that jnet.torch recorded"),
        functools.partial(_list, jaxpr, told),
        functools.partial(_draw, nodes, edges, "The program that XLA made of it"),
        size=9,
    )
    return Drawn(figure, len(jaxpr.eqns), kernels, difference)


def squared(w, b, x, y):
    z = (w * x).sum() + b
    return (jax.nn.sigmoid(z) - y) ** 2


def recorded(w, x):
    """Return the loss of the neuron, not yet walked back from, and its leaves by name."""
    w, b = torch.tensor(w, requires_grad=True), torch.tensor(0.1, requires_grad=True)
    return _loss(w, b, torch.tensor(x)), {"w": w, "b": b}


def _loss(w, b, x):
    return (torch.sigmoid((w * x).sum() + b) - torch.tensor(0.0)) ** 2


def _draw(nodes, edges, title, ax):
    plotting.graph(nodes, edges, title=title, ax=ax)


def _list(jaxpr, told, ax):
    lines = [("# the neuron, in JAX", HEAD), *inspect.getsource(squared).splitlines(), ""]
    lines += [("# its value_and_grad, as a jaxpr", HEAD), *equations(jaxpr), ""]
    lines += [("# and what the recorder did", HEAD), *told, "", ("orange: the backward pass", BACKWARD)]
    plotting.listing(lines, title="The function and its jaxpr", ax=ax)


def walk(loss, leaves) -> tuple[dict, list]:
    """Return nodes and edges of a loss's graph: each edge with the gradient that a backward pass sends along it."""
    nodes, edges, sent = {"loss": (f"loss\n{loss.item():.4f}", "result")}, [("loss", "0", "∂loss/∂loss = 1")], {}
    waiting, numbers = [loss.grad_fn], {loss.grad_fn: "0"}
    while waiting:
        node = waiting.pop(0)
        nodes[numbers[node]] = (node.name(), "back")
        node.register_hook(lambda inputs, _, node=node: sent.update({node: inputs}))
        for place, (other, _) in enumerate(node.next_functions):
            leaf = next((name for name, t in leaves.items() if t is getattr(other, "variable", None)), None)
            if other is None:
                nodes[f"{numbers[node]}-{place}"] = ("constant", "data")
                edges.append((node, place, f"{numbers[node]}-{place}"))
            elif leaf:
                edges.append((node, place, leaf))
            else:
                numbers[other] = str(len(numbers))
                waiting.append(other)
                edges.append((node, place, numbers[other]))
    loss.backward()
    for name, leaf in leaves.items():
        nodes[name] = (f"{name}\n{name}.grad = {_numbers(leaf.grad)}", "weight")
    named = [edges[0]]
    for node, place, end in edges[1:]:
        gradient = sent[node][place] if place < len(sent[node]) else None
        named.append((numbers[node], end, *([] if gradient is None else [_numbers(gradient)])))
    return nodes, named


def _numbers(tensor) -> str:
    values = tensor.detach().numpy().ravel()
    if len(values) > 1 and (values == values[0]).all():
        return f"{len(values)} times {values[0]:.2g}".replace("-", "−")
    return ", ".join(f"{value:.2g}" for value in values).replace("-", "−")


def equations(jaxpr) -> list[str | tuple[str, str]]:
    """Return the lines of a jaxpr, shortened; those of the forward and the backward pass each in their colour."""
    first, *body, last = str(jaxpr).splitlines()
    lines: list[str | tuple[str, str]] = [first.removeprefix("{ lambda ; ").removesuffix(" let").removesuffix(".")]
    for line, equation in zip(body, jaxpr.eqns, strict=True):
        back = "transpose" in str(equation.source_info.name_stack)  # JAX's word: the backward pass is transposed
        text = re.sub(r" out_sharding=None|(?<=[.]\d):f32\[\]", "", line.strip())
        lines.append((f"  {text}", BACKWARD if back else INK))
    return [*lines, last.strip().removesuffix(" }")]


@functools.cache
def compiled(inputs: int, steps: int, seed: int) -> tuple[str, list[str]]:
    """Run the neuron forward and back a few times.

    Return the text of the program that the recorder had XLA compile, and what it did, in lines.
    """
    client, before = jax.local_devices(backend="cpu")[0].client, dataclasses.replace(counters)
    old = list(client.live_executables())
    random = Generator(seed)
    w, x = random.randn(inputs), random.randn(inputs)
    for _ in range(steps):
        loss, _leaves = recorded(w, x)
        loss.backward()
        loss.item()
    program = next(new for new in client.live_executables() if not any(new is one for one in old))
    did = {name: count - getattr(before, name) for name, count in dataclasses.asdict(counters).items()}
    told = [
        f"{steps} steps, forward and back: {did['ops']} ops",
        f"{did['interpreted']} interpreted, {did['compiled']} compiled, {did['hits']} by the program",
    ]
    return program.hlo_modules()[0].to_string(), told


# In XLA's text an instruction is %name = type opcode(operands) and more; a computation begins with %name ... {.
INSTRUCTION = re.compile(r"^\s+(?:ROOT )?%(\S+) = (\(.*?\)|\S+) ([\w-]+)\((.*?)\)(.*)$")
COMPUTATION = re.compile(r"^(ENTRY )?%(\S+) .*{$")
SILENT = {"parameter", "constant", "tuple", "bitcast", "copy"}  # what computes nothing


def program(text: str, names: tuple[str, ...]) -> tuple[dict, list, int]:
    """Return nodes and edges of the entry computation of an XLA program, and the number of its kernels.

    Args:
        text: the program, after optimisation.
        names: of its parameters, in order.
    """
    bodies, entry = _computations(text)
    nodes, edges, places, kernels = {}, [], {}, 0
    for name, kind, opcode, operands, rest in bodies[entry]:
        sources = [places[other] for other in re.findall(r"%([\w.-]+)", operands)]
        shape = re.sub(r"{.*?}", "", kind)
        if opcode == "parameter":
            places[name] = given = names[int(operands)]
            nodes[given] = (f"{given}: {shape}", "weight" if given in ("w", "b") else "data")
        elif opcode == "tuple":
            for source in sources:
                result = _result(*nodes[source])
                nodes[result] = (result, "result")
                edges.append((source, result))
        else:
            kernels += 1
            places[name] = name
            called = re.search(r"calls=%([\w.-]+)", rest)
            inside = bodies[called[1]] if called else [(name, kind, opcode, operands, rest)]
            words = [step[2] for step in inside if step[2] not in SILENT]
            rows = [", ".join(words[i : i + 3]) for i in range(0, len(words), 3)]
            back = any("transpose" in step[4] for step in inside)
            nodes[name] = ("\n".join([f"kernel {kernels}: {shape}", *rows]), "back" if back else "op")
            edges += [(source, name) for source in dict.fromkeys(sources)]
    return nodes, edges, kernels


def _result(text: str, kind: str) -> str:
    """Return the name of a result by the kernel that it comes from."""
    if kind != "back":
        return "loss"
    return "b.grad" if "[]" in text else "w.grad"


def _computations(text: str) -> tuple[dict[str, list[tuple]], str]:
    """Return the instructions of each computation of a program, and the name of the one that is called."""
    bodies: dict[str, list[tuple]] = {}
    name = entry = ""
    for line in text.splitlines():
        if start := COMPUTATION.match(line):
            name = start[2]
            bodies[name] = []
            entry = name if start[1] else entry
        elif found := INSTRUCTION.match(line):
            bodies[name].append(found.groups())
    return bodies, entry

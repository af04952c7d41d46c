"""Variables, the recorded graph, and derivatives: by walking back over the graph, and as functions of functions.

python -m experiments.gradients
"""

import sys
from dataclasses import dataclass

import numpy as np

import jnet.torch
from experiments.harness import runner
from experiments.parts import gradients_lessons as lessons
from experiments.parts import graphs
from jnet import plotting
from jnet.recorder import counters

CHAPTER = 5
TITLE = "Variables, graph, automatic differentiation"
TITLE_ZH = "变量、计算图与自动求导"
QUESTION = "What is written down while tensors are computed with, and how do derivatives come of it?"
QUESTION_ZH = "张量在计算时背后记下了什么？导数又是怎样由此得出的？"


@dataclass(frozen=True)
class Settings:
    inputs: int = 3  # of the neuron whose graph is drawn
    steps: int = 6  # how often it is run, forward and back: the recorder compiles what it sees again
    points: int = 401  # of the curves of higher derivatives
    order: int = 4  # of the highest derivative drawn
    seed: int = 420  # of the neuron's weights and input


FAST = {"points": 41, "order": 2}


def run(settings: Settings, out: runner.Output) -> None:
    out.faces(**lessons.VARIABLE)
    out.faces(**lessons.ACCUMULATE)
    chain(out)
    kernels = neuron(settings, out)
    derivatives(settings, out)
    out.faces(**lessons.VECTORS)
    out.faces(**lessons.DYNAMIC)
    out.faces(**lessons.REFUSALS)
    out.faces(**lessons.INSTEAD)
    out.found(f"""
        Each operation on a tensor that needs a gradient leaves a node; `backward()` walks from the result to the leaves
        and multiplies local derivatives: for y₂ = (x w₁ + b₁) w₂ + b₂ that is 2 · 1 = 2. JAX has no such list: `grad`
        turns a function into another one. Both end as one program: {counters.ops} operations were recorded in all, and
        forward pass and backward pass of a neuron, 12 operations, became {kernels} kernels.
    """)


def chain(out: runner.Output) -> None:
    """The chain rule and its picture."""
    found = out.faces(**lessons.CHAIN)
    out.number("dy₂/dw₁ by the chain rule", found["dy2/dy1 · dy1/dw1"], equals=found["dy2/dw1"], key=True)
    nodes = {
        "w1": (f"w₁ = 2\ndy₂/dw₁ = {found['dy2/dw1']:g}", "weight"), "x": ("x = 1", "data"), "b1": ("b₁ = 1", "data"),
        "w2": (f"w₂ = 2\ndy₂/dw₂ = {found['dy2/dw2']:g}", "weight"), "b2": ("b₂ = 1", "data"),
        "mul1": ("multiply\n2", "op"), "y1": (f"add: y₁\n{found['y1']:g}", "op"),
        "mul2": ("multiply\n6", "op"), "y2": (f"add: y₂\n{found['y2']:g}", "result"),
    }  # fmt: skip
    edges = [
        ("w1", "mul1", "× x = 1"), ("x", "mul1"), ("mul1", "y1", "× 1"), ("b1", "y1"), ("y1", "mul2", "× w₂ = 2"),
        ("w2", "mul2", "× y₁ = 3"), ("mul2", "y2", "× 1"), ("b2", "y2"),
    ]  # fmt: skip
    out.figure(
        "chain",
        plotting.graph(nodes, edges, across=True, title="The chain rule is a walk along the edges"),
        "The graph of y₂ = (x w₁ + b₁) w₂ + b₂, from the data on the left to 7 on the right. Each edge on the way from "
        "a weight carries a local derivative; their product along the way is the gradient: 2 for w₁, 3 for w₂.",
    )


def derivatives(settings: Settings, out: runner.Output) -> None:
    """The curves of a function's derivatives, each by differentiating the one before."""
    out.faces(**lessons.HIGHER, within=1e-5)
    curves = lessons.higher_torch(jnet.torch, settings.points, settings.order)
    x = np.linspace(-3, 3, settings.points)
    figure, (ax,) = plotting.panels(1, width=6.4, height=4.0)
    series = {name: (x, curve.numpy()) for name, curve in curves.items()}
    plotting.lines(series, title="tanh and its derivatives", xlabel="x", ax=ax)
    out.figure(
        "derivatives",
        figure,
        "The curve of tanh and of its first derivatives: each is computed by differentiating the recorded graph of the "
        "one before, and each waves once more than the last.",
    )


def neuron(settings: Settings, out: runner.Output) -> int:
    """The graph of a neuron, the same as a jaxpr, and the program that XLA made of it; return its number of kernels."""
    out.faces(**lessons.WALK)
    drawn = graphs.neuron(settings.inputs, settings.steps, settings.seed)
    print(jnet.torch.report().rpartition("\n")[2], flush=True)
    out.number("operations of the neuron in the jaxpr, forward and back", drawn.equations)
    out.number("kernels of the neuron in XLA's program", drawn.kernels, at_most=drawn.equations)
    out.number("gradients by both, largest difference", drawn.difference, at_most=1e-6)
    out.figure(
        "graph",
        drawn.figure,
        "Three views of one neuron, the square of sigmoid(w · x + b) - y. Left: the graph that jnet.torch recorded, "
        "from the loss down to w and b, a gradient on each edge. Middle: the jaxpr of the same function and its "
        "gradient. Right: the program that XLA compiled from the recorded graph, forward and backward pass fused into "
        "a few kernels.",
    )
    return drawn.kernels


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

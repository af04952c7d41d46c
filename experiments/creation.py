"""Making tensors: from data, from rules, and from eight kinds of chance with PyTorch's own random numbers.

python -m experiments.creation --samples 1000
"""

import math
import sys
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

import jnet.torch as torch
from experiments.harness import runner
from jnet import plotting
from jnet.ops.random import Generator
from jnet.plotting.style import styled

CHAPTER = 2
TITLE = "Creating tensors"
TITLE_ZH = "创建张量"
QUESTION = "Which ways are there to make a tensor, and do the random ones follow the laws that they name?"
QUESTION_ZH = "创建张量有哪些方法？随机产生的数，真的服从它们名字所说的分布吗？"


@dataclass(frozen=True)
class Settings:
    samples: int = 40_000  # drawn from each distribution for the histograms
    probability: float = 0.3  # of a one, for bernoulli
    seed: int = 420  # of the histograms' numbers; the lessons below always use 420


FAST = {"samples": 2_000}

BLUE, ORANGE, *_ = plotting.PALETTE
INK = plotting.PALETTE[-1]


def run(settings: Settings, out: runner.Output) -> None:
    out.faces("Made by a rule", constructors_torch, constructors_jax, pytorch=CONSTRUCTED)
    out.faces("The arguments of tensor and zeros", arguments_torch, arguments_jax, pytorch=ARGUED)
    out.faces("Made by chance", random_torch, random_jax, pytorch=DRAWN)
    out.faces("Four modes of normal", normal_torch, normal_jax, pytorch=NORMAL)
    out.faces("What a seed is", seeds_torch, seeds_jax, pytorch=SEEDED)
    draw_constructors(out)
    draw_spacings(out)
    furthest, law = draw_chances(settings, out)
    out.found(f"""
        All constructors give the same values in both faces; arange stops before its end, linspace at it. Seeded alike,
        jnet draws PyTorch's numbers, and they keep their laws: of {settings.samples:,} numbers from each of eight, the
        share below any value is nowhere more than {furthest:.2%} from the exact one ({law}).
    """)


def constructors_torch(torch):
    x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    result = torch.empty(2, 3)
    torch.zeros(2, 3, out=result)  # written into a tensor that is there
    return {
        "zeros(2, 3, out=result)": result,
        "ones(2, 2)": torch.ones(2, 2),
        "zeros_like(x)": torch.zeros_like(x),
        "ones_like(x)": torch.ones_like(x),
        "full([2, 2], 3.)": torch.full([2, 2], 3.0),
        "full([4], 1/4.)": torch.full([4], 1 / 4.0),
        "full_like(x, 7)": torch.full_like(x, 7),
        "arange(2, 10, 2)": torch.arange(2, 10, 2),  # 10 is not reached
        "linspace(2, 10, 5)": torch.linspace(2, 10, 5),  # 10 is
        "logspace(0, 4, 5, base=2)": torch.logspace(0, 4, 5, base=2),  # evenly spaced exponents
        "eye(3)": torch.eye(3),
    }


def constructors_jax():
    x = jnp.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    result = jnp.empty((2, 3))
    result = jnp.zeros_like(result)  # a new array: nothing is ever written over
    return {
        "zeros(2, 3, out=result)": result,
        "ones(2, 2)": jnp.ones((2, 2)),  # sizes come as one tuple
        "zeros_like(x)": jnp.zeros_like(x),
        "ones_like(x)": jnp.ones_like(x),
        "full([2, 2], 3.)": jnp.full((2, 2), 3.0),
        "full([4], 1/4.)": jnp.full(4, 1 / 4.0),
        "full_like(x, 7)": jnp.full_like(x, 7),
        "arange(2, 10, 2)": jnp.arange(2, 10, 2),
        "linspace(2, 10, 5)": jnp.linspace(2, 10, 5),
        "logspace(0, 4, 5, base=2)": jnp.logspace(0, 4, 5, base=2),
        "eye(3)": jnp.eye(3),
    }


CONSTRUCTED = {
    "zeros(2, 3, out=result)": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
    "ones(2, 2)": [[1.0, 1.0], [1.0, 1.0]],
    "zeros_like(x)": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
    "ones_like(x)": [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]],
    "full([2, 2], 3.)": [[3.0, 3.0], [3.0, 3.0]],
    "full([4], 1/4.)": [0.25, 0.25, 0.25, 0.25],
    "full_like(x, 7)": [[7.0, 7.0, 7.0], [7.0, 7.0, 7.0]],
    "arange(2, 10, 2)": [2, 4, 6, 8],
    "linspace(2, 10, 5)": [2.0, 4.0, 6.0, 8.0, 10.0],
    "logspace(0, 4, 5, base=2)": [1.0, 2.0, 4.0, 8.0, 16.0],
    "eye(3)": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
}


def arguments_torch(torch):
    data = np.array([1, 2, 3])
    x = torch.tensor(data, dtype=torch.float64, device="cpu", requires_grad=True, pin_memory=False)
    y = torch.zeros((2, 3), dtype=torch.float64, layout=torch.strided, device="cpu", requires_grad=False)
    (x**2).sum().backward()  # what requires_grad=True is for
    return {
        "x's values": x,
        "bytes of one of them": x.element_size(),
        "x lies in main memory": x.device.type == "cpu",
        "x's gradient of the sum of squares": x.grad,
        "y's shape": y.shape,
    }


def arguments_jax():
    data = np.array([1, 2, 3])
    with jax.enable_x64(True):  # 64 bits are asked for; JAX takes 32 otherwise
        x = jnp.array(data, dtype=jnp.float64, device=jax.devices("cpu")[0])
        y = jnp.zeros((2, 3), dtype=jnp.float64, device=jax.devices("cpu")[0])
        gradient = jax.grad(lambda x: (x**2).sum())(x)  # arrays carry no gradients: functions have them
    return {
        "x's values": x,
        "bytes of one of them": x.dtype.itemsize,
        "x lies in main memory": jax.devices("cpu")[0] in x.devices(),
        "x's gradient of the sum of squares": gradient,
        "y's shape": y.shape,
    }


ARGUED = {
    "x's values": [1.0, 2.0, 3.0],
    "bytes of one of them": 8,
    "x lies in main memory": True,
    "x's gradient of the sum of squares": [2.0, 4.0, 6.0],
    "y's shape": [2, 3],
}


def random_torch(torch):
    torch.manual_seed(420)
    x = torch.rand(2, 2)
    return {
        "rand(2, 2)": x,  # even on [0, 1)
        "rand_like(x)": torch.rand_like(x),
        "randn(3)": torch.randn(3),  # normal, mean 0 and deviation 1
        "randn_like(x)": torch.randn_like(x),
        "randint(0, 10, (5,))": torch.randint(0, 10, (5,)),  # 0 to 9
        "randint(..., dtype=float32)": torch.randint(0, 2, (4,), dtype=torch.float32),
        "randint_like(x, 3, 6)": torch.randint_like(x, 3, 6),
        "randperm(6)": torch.randperm(6),
        "bernoulli": torch.bernoulli(torch.tensor([0.0, 0.3, 0.7, 1.0])),  # ones with these probabilities
    }


def random_jax():
    random = Generator(420)  # PyTorch's stream of numbers, without PyTorch
    x = random.rand((2, 2))
    return {
        "rand(2, 2)": x,
        "rand_like(x)": random.rand(x.shape),
        "randn(3)": random.randn(3),
        "randn_like(x)": random.randn(x.shape),
        "randint(0, 10, (5,))": random.randint(0, 10, 5),
        "randint(..., dtype=float32)": random.randint(0, 2, 4, np.float32),
        "randint_like(x, 3, 6)": random.randint(3, 6, x.shape),
        "randperm(6)": random.randperm(6),
        "bernoulli": random.bernoulli(np.array([0.0, 0.3, 0.7, 1.0], np.float32), 4),
    }


DRAWN = {
    "rand(2, 2)": [[0.805354178, 0.199039936], [0.975853324, 0.102817476]],
    "rand_like(x)": [[0.347459733, 0.15543288], [0.88561523, 0.687572062]],
    "randn(3)": [1.51715493, 0.0472627208, 0.8434636],
    "randn_like(x)": [[-0.226058513, 0.034537036], [-0.342214197, 0.682714581]],
    "randint(0, 10, (5,))": [5, 9, 5, 4, 8],
    "randint(..., dtype=float32)": [1.0, 1.0, 0.0, 1.0],
    "randint_like(x, 3, 6)": [[5.0, 3.0], [4.0, 5.0]],
    "randperm(6)": [2, 3, 1, 4, 5, 0],
    "bernoulli": [0.0, 0.0, 1.0, 1.0],
}


def normal_torch(torch):
    torch.manual_seed(420)
    mean, std = torch.arange(1, 5.0), torch.arange(1, 5.0)
    return {
        "scalar mean, scalar std": torch.normal(0.0, 1.0, size=(4,)),
        "scalar mean, tensor std": torch.normal(0.0, std),
        "tensor mean, scalar std": torch.normal(mean, 1.0),
        "tensor mean, tensor std": torch.normal(mean, std),  # the i-th from its own mean and std
    }


def normal_jax():
    random = Generator(420)
    mean, std = np.arange(1, 5, dtype=np.float32), np.arange(1, 5, dtype=np.float32)
    return {
        "scalar mean, scalar std": random.normal(0.0, 1.0, 4),
        "scalar mean, tensor std": 0.0 + std * jnp.array(random.randn(4)),  # what normal means
        "tensor mean, scalar std": mean + 1.0 * jnp.array(random.randn(4)),
        "tensor mean, tensor std": mean + std * jnp.array(random.randn(4)),
    }


NORMAL = {
    "scalar mean, scalar std": [-1.69765246, 0.637425303, 0.0781066194, -0.413994014],
    "scalar mean, tensor std": [1.51715493, 0.0945254415, 2.53039074, -0.904234052],
    "tensor mean, scalar std": [1.03453708, 1.65778577, 3.68271446, 3.18445897],
    "tensor mean, tensor std": [0.712961257, 1.2428956, 4.92798948, 2.42679167],
}


def seeds_torch(torch):
    torch.manual_seed(420)  # one stream for the whole program
    first, second = torch.rand(3), torch.rand(3)
    torch.random.manual_seed(420)  # the same function: the stream begins again
    again = torch.rand(3)
    own = torch.Generator().manual_seed(420)  # a stream of one's own
    return {
        "seeded alike, drawn alike": torch.equal(first, again),
        "the next draw is another": not torch.equal(first, second),
        "a generator of one's own": torch.equal(first, torch.rand(3, generator=own)),
    }


def seeds_jax():
    key = jax.random.key(420)  # a value, not a stream: it never moves on
    first = jax.random.uniform(key, (3,))
    again = jax.random.uniform(key, (3,))
    own, other = jax.random.split(key)  # so new keys are made from it, one for each use
    second = jax.random.uniform(other, (3,))
    return {
        "seeded alike, drawn alike": bool((first == again).all()),
        "the next draw is another": bool((first != second).any()),
        "a generator of one's own": bool((jax.random.uniform(own, (3,)) == jax.random.uniform(own, (3,))).all()),
    }


SEEDED = {"seeded alike, drawn alike": True, "the next draw is another": True, "a generator of one's own": True}


@styled
def draw_constructors(out: runner.Output) -> None:
    """Draw twelve tensors as pictures, dark where small, bright where large."""
    torch.manual_seed(420)
    size = (12, 12)
    made = {
        "zeros": torch.zeros(size),
        "full(0.5)": torch.full(size, 0.5),
        "ones": torch.ones(size),
        "eye": torch.eye(12),
        "arange(144).view": torch.arange(144).view(size) / 143.0,
        "linspace.expand": torch.linspace(0, 1, 12).expand(size),
        "logspace.expand": torch.logspace(0, 6, 12, base=2).expand(size) / 64,
        "randperm": torch.eye(12)[torch.randperm(12)],
        "rand": torch.rand(size),
        "randn": torch.randn(size) / 5 + 0.5,
        "randint(0, 4)": torch.randint(0, 4, size) / 3,
        "bernoulli(0.3)": torch.bernoulli(torch.full(size, 0.3)),
    }
    figure, axes = plotting.panels(len(made), columns=6, width=1.65, height=1.9)
    for ax, (name, tensor) in zip(axes, made.items(), strict=True):
        ax.imshow(tensor.numpy(), cmap=plotting.SEQUENTIAL, vmin=0, vmax=1)
        ax.set(xticks=(), yticks=())
        ax.grid(False)
        ax.spines[:].set_visible(False)
        ax.set_title(name, fontsize=10, loc="center", family="monospace", fontweight="normal", pad=4)
    out.figure(
        "constructors",
        figure,
        "Twelve tensors of 12 by 12 numbers as coloured squares: zeros, full, ones, eye, arange, linspace, logspace, "
        "a permutation, and four kinds of noise.",
    )


@styled
def draw_spacings(out: runner.Output) -> None:
    """Draw the numbers that arange, linspace and logspace give as points on a line."""
    rows = {
        "arange(0, 16, 2)": (torch.arange(0, 16, 2), "16 is left out"),
        "linspace(0, 16, 9)": (torch.linspace(0, 16, 9), "16 is the last one"),
        "logspace(0, 4, 9, base=2)": (torch.logspace(0, 4, 9, base=2), "each 1.41 times the one before"),
    }
    figure, (ax,) = plotting.panels(1, width=8.6, height=2.3)
    for index, (name, (tensor, remark)) in enumerate(rows.items()):
        values, color = tensor.numpy(), plotting.PALETTE[index]
        ax.plot([0, 16], [-index, -index], color=color, lw=1, alpha=0.5)
        ax.plot(values, np.full(len(values), -index), "o", ms=9, color=color)
        ax.text(-0.6, -index, name, ha="right", va="center", family="monospace", fontsize=10, color=color)
        ax.text(16.5, -index, remark, va="center", fontsize=9)
    ax.plot([16], [0], "o", ms=9, mfc="white", mec=plotting.PALETTE[0])
    ax.set(xlim=(-6.2, 22.5), ylim=(-2.6, 0.6), yticks=(), xticks=range(0, 17, 2))
    ax.spines[["left", "bottom"]].set_visible(False)
    out.figure(
        "spacings",
        figure,
        "Points on three lines from 0 to 16: arange in steps of 2 stops before 16, linspace ends on it, logspace "
        "crowds at the small end.",
    )


def chances(settings: Settings) -> dict:
    """Draw numbers by each function; return by its name the rows of numbers and their laws (see `distribution`)."""
    torch.manual_seed(settings.seed)
    n, p = settings.samples, settings.probability
    mean, std = torch.tensor([-6.0, -2.0, 2.0, 6.0]), torch.tensor([0.5, 1.0, 2.0, 3.0])
    pairs, one = list(zip(mean.tolist(), std.tolist(), strict=True)), torch.ones(n, 1)
    return {
        "rand(n)": (torch.rand(n)[None], [None]),
        "randn(n)": (torch.randn(n)[None], [(0, 1)]),
        "randint(0, 6, (n,))": (torch.randint(0, 6, (n,))[None], [np.full(6, 1 / 6)]),
        f"bernoulli({p:g})": (torch.bernoulli(torch.full((n,), p))[None], [np.array([1 - p, p])]),
        "normal(1., 2., (n,))": (torch.normal(1.0, 2.0, (n,))[None], [(1, 2)]),
        "normal(mean, 1.)": (torch.normal(mean * one, 1.0).t(), [(m, 1) for m in mean.tolist()]),
        "normal(0., std)": (torch.normal(0.0, std * one).t(), [(0, s) for s in std.tolist()]),
        "normal(mean, std)": (torch.normal(mean * one, std * one).t(), pairs),
    }


def distribution(law):
    """Return the exact distribution function of a law: even on [0, 1), normal, or given by its probabilities."""
    if law is None:
        return lambda x: np.clip(x, 0, 1)
    if isinstance(law, tuple):
        return lambda x: 0.5 * (1 + np.vectorize(math.erf)((x - law[0]) / (law[1] * math.sqrt(2))))
    return lambda x: np.concatenate([[0], np.cumsum(law)])[np.clip(np.floor(x).astype(int) + 1, 0, len(law))]


def furthest_off(numbers: np.ndarray, law) -> float:
    """Return Kolmogorov's distance: how far the share of numbers up to x ever is from the exact one."""
    values, counts = np.unique(numbers, return_counts=True)
    share, exact = np.cumsum(counts) / len(numbers), distribution(law)(values)
    before = exact if not isinstance(law, np.ndarray) else exact - law[values.astype(int)]
    return max(np.abs(share - exact).max(), np.abs(share - counts / len(numbers) - before).max())


@styled
def draw_chances(settings: Settings, out: runner.Output) -> tuple[float, str]:
    """Draw histograms over the exact densities; return the largest distance from a law, and whose it is."""
    figure, axes = plotting.panels(8, columns=4, width=2.9, height=2.3)
    bound = 2.2 / math.sqrt(settings.samples)  # once in 8,000 times chance goes beyond it, by Kolmogorov's law
    distances = {}
    for ax, (name, (tensor, laws)) in zip(axes, chances(settings).items(), strict=True):
        rows = tensor.numpy()
        distances[name] = max(furthest_off(row, law) for row, law in zip(rows, laws, strict=True))
        out.number(f"{name}, largest distance from its law", distances[name], at_most=bound, key=name == "randn(n)")
        for index, (row, law) in enumerate(zip(rows, laws, strict=True)):
            _histogram(ax, row, law, plotting.PALETTE[(0, 2, 3, 4)[index]], alpha=0.5 if len(rows) == 1 else 0.38)
        ax.set_title(name, family="monospace", fontsize=10, fontweight="normal")
        ax.set_yticks(())
        ax.spines["left"].set_visible(False)
        ax.grid(False)
    out.figure(
        "chances",
        figure,
        "Histograms of numbers drawn by rand, randn, randint, bernoulli and the four modes of normal, each filling the "
        "dark line of its exact density.",
    )
    name = max(distances, key=distances.__getitem__)
    return distances[name], name


def _histogram(ax, numbers: np.ndarray, law, color: str, alpha: float) -> None:
    """Draw a histogram whose area is one, and the law over it: a curve, or a mark at each probability."""
    if isinstance(law, np.ndarray):
        share = np.bincount(numbers.astype(int), minlength=len(law)) / len(numbers)
        ax.bar(range(len(law)), share, width=0.7, color=color, alpha=alpha)
        for value, probability in enumerate(law):
            ax.plot([value - 0.42, value + 0.42], [probability] * 2, color=INK, lw=1.6)
        ax.set_xticks(range(len(law)))
        return
    if law is None:
        ax.hist(numbers, bins=25, range=(0, 1), density=True, color=color, alpha=alpha)
        ax.plot([-0.2, 0, 0, 1, 1, 1.2], [0, 0, 1, 1, 0, 0], color=INK, lw=1.4)
        return
    mean, std = law
    x = np.linspace(mean - 4 * std, mean + 4 * std, 200)
    ax.hist(numbers, bins=60, range=(x[0], x[-1]), density=True, color=color, alpha=alpha)
    ax.plot(x, np.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi)), color=INK, lw=1.2)


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))

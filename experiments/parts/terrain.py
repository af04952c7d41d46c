"""The two surfaces of the notes, walks on them, and drawings of where the walks lead."""

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from jnet import optim, plotting
from jnet.plotting.style import styled

MINIMA = np.array([[3, 2], [-2.805118, 3.131312], [-3.779310, -3.283186], [3.584428, -1.848126]])
BOWL_MINIMUM = (1.0, 1.0)  # 2 = w1 + w2 and 4 = 3 w1 + w2
COLORS = (*plotting.PALETTE[:3], plotting.PALETTE[4])  # of the four
KINDS = {  # of points where the gradient is zero: their name, marker, colour and size in a drawing
    "minimum": ("minima", "*", plotting.PALETTE[1], 220),
    "saddle point": ("saddle points", "D", plotting.PALETTE[0], 60),
    "top": ("top", "^", plotting.PALETTE[3], 90),
}
LIMITS = (-6, 6)
STRIDE = 2  # steps between two looks at how near a walk is
FOUND = 0.25  # a walk has found a minimum that is nearer than this

# The optimizers of the maps; a rate fits one optimizer and not the other, so each has its own.
OPTIMIZERS = {
    "plain descent, rate 0.001": optim.sgd(0.001),
    "plain descent, rate 0.01": optim.sgd(0.01),
    "plain descent, rate 0.02": optim.sgd(0.02),
    "momentum 0.9, rate 0.005": optim.sgd(0.005, momentum=0.9),
    "RMSprop, rate 0.05": optim.rmsprop(0.05),
    "Adam, rate 0.1": optim.adam(0.1),
}


def bowl(w1, w2):
    """The squared errors of a line through (1, 2) and (3, 4): no noise, one minimum."""
    return (2 - w1 - w2) ** 2 + (4 - 3 * w1 - w2) ** 2


def himmelblau(x, y):
    """Four minima, all of them zero: https://en.wikipedia.org/wiki/Himmelblau%27s_function."""
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def descend(function, tx, start, steps):
    """Return the (steps + 1, 2) points of one descent: one `lax.scan`, so one program however many steps."""

    def step(carry, _):
        point, state = carry
        updates, state = tx.update(jax.grad(lambda p: function(p[0], p[1]))(point), state, point)
        point = point + updates
        return (point, state), point

    _, path = jax.lax.scan(step, (start, tx.init(start)), length=steps)
    return jnp.concatenate([start[None], path])


def basins(tx, side: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Start a walk on Himmelblau's function from each point of a grid.

    Returns:
        which of the four minima each found, (side, side), and 4 for none; after how many steps.
    """
    axis = jnp.linspace(*LIMITS, side)
    minima = jnp.asarray(MINIMA, jnp.float32)

    def step(carry, _):
        point, state, away = carry
        for _ in range(STRIDE):  # written out, so that XLA makes one loop over the grid of them
            updates, state = tx.update(jax.grad(lambda p: himmelblau(p[0], p[1]))(point), state, point)
            point = point + updates
        near = jnp.linalg.norm(point - minima, axis=1).min() < FOUND
        return (point, state, away + STRIDE * ~near), None

    def walk(start):
        (point, _, away), _ = jax.lax.scan(step, (start, tx.init(start), 0), length=steps // STRIDE)
        distances = jnp.linalg.norm(point - minima, axis=1)
        return jnp.where(distances.min() < FOUND, distances.argmin(), len(minima)), away

    found, away = jax.jit(jax.vmap(jax.vmap(walk)))(jnp.stack(jnp.meshgrid(axis, axis), axis=-1))
    return np.asarray(found), np.asarray(away)


@styled
def draw_basins(maps: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Colour each start by the minimum that its walk found, the paler the later; white where it found none."""
    figure, axes = plotting.panels(len(maps), columns=3, width=3.5, height=3.6)
    colors = np.array([to_rgb(color) for color in (*COLORS, "white")])
    for (name, (found, away)), ax in zip(maps.items(), axes, strict=True):
        late = np.clip(np.log1p(away) / np.log1p(300), 0, 1)[..., None] ** 2
        picture = colors[found] * (1 - 0.6 * late) + 0.6 * late
        ax.imshow(picture, origin="lower", extent=(*LIMITS, *LIMITS), interpolation="bilinear")
        ax.scatter(*MINIMA.T, marker="*", s=110, c=colors[:4], edgecolors="white", linewidths=1.0, zorder=3)
        ax.set(title=name, xticks=(-6, -3, 0, 3, 6), yticks=(-6, -3, 0, 3, 6))
        ax.grid(False)
    return figure


@styled
def draw_flow(points: np.ndarray, kinds: list[str]) -> Figure:
    """Draw where Himmelblau's function leads downhill, and the points where its gradient is zero."""
    figure, (ax,) = plotting.panels(1, width=6.6, height=5.2)
    axis = np.linspace(*LIMITS, 160)
    x, y = np.meshgrid(axis, axis)
    z = np.log1p(himmelblau(x, y))
    ax.contourf(x, y, z, levels=18, cmap=plotting.SEQUENTIAL, alpha=0.5)
    down_x, down_y = (-part for part in jax.grad(lambda x, y: himmelblau(x, y).sum(), (0, 1))(x, y))
    ax.streamplot(axis, axis, down_x, down_y, color="white", linewidth=0.8, arrowsize=0.8, density=1.6)
    for kind, (name, marker, color, size) in KINDS.items():
        chosen = points[np.array(kinds) == kind]
        style = {"color": color, "edgecolors": "white", "linewidths": 1.0, "zorder": 4}
        ax.scatter(*chosen.T, marker=marker, s=size, label=f"{len(chosen)} {name}", **style)
    ax.set(title="Downhill from everywhere", xlabel="x", ylabel="y", xlim=LIMITS, ylim=LIMITS)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    ax.grid(False)
    return figure


@styled
def draw_rates(walks: dict[str, np.ndarray], minimum: tuple[float, float]) -> Figure:
    """Draw one descent on the bowl a panel, a dot a step, and its losses below."""
    figure, axes = plotting.panels(2 * len(walks), columns=len(walks), width=2.7, height=2.6)
    for name, walk, upper, lower in zip(walks, walks.values(), axes, axes[len(walks) :], strict=False):
        plotting.contour_paths(bowl, (-20, 20), (-20, 20), {}, minima=[minimum], title=name, ax=upper)
        upper.get_legend().remove()
        upper.plot(*walk.T, ".", color=plotting.PALETTE[1], ms=4)
        upper.plot(*walk[:12].T, color=plotting.PALETTE[1], lw=0.9)  # all leaps would be one patch of colour
        upper.plot(*walk[0], "o", color=plotting.PALETTE[1], mec="white", ms=8)
        upper.set(xlabel="w₁", ylabel="w₂")
        lower.semilogy(np.maximum(bowl(*walk.astype(np.float64).T), 1e-12), color=plotting.PALETTE[1])
        lower.set(xlabel="step", ylabel="loss", ylim=(1e-3, 1e9))
    for ax in (*axes[1 : len(walks)], *axes[len(walks) + 1 :]):
        ax.set(ylabel="", yticklabels=())
    return figure


@styled
def draw_paths(names, starts: np.ndarray, steps: int) -> Figure:
    """Draw the walks of several of `OPTIMIZERS` from the same starts, each in the colour of the minimum it found."""
    figure, axes = plotting.panels(len(names), columns=2, width=4.3, height=4.0)
    for name, ax in zip(names, axes, strict=True):
        walks = jax.jit(jax.vmap(lambda start, tx=OPTIMIZERS[name]: descend(himmelblau, tx, start, steps)))(starts)
        plotting.contour_paths(himmelblau, LIMITS, LIMITS, {}, minima=MINIMA, title=name, ax=ax)
        ax.get_legend().remove()
        for walk in np.asarray(walks):
            color = COLORS[np.linalg.norm(walk[-1] - MINIMA, axis=1).argmin()]
            ax.plot(*walk.T, color=color, lw=1.2)
            ax.plot(*walk[0], "o", color=color, mec="white", ms=6, zorder=4)
        ax.scatter(*MINIMA.T, marker="*", s=280, c=COLORS, edgecolors="white", linewidths=1.0, zorder=5)
        ax.label_outer()
    return figure

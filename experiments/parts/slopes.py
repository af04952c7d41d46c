"""What the slopes of the two surfaces say: learning rates that fit, and the points where there is no slope."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from experiments.harness import runner
from experiments.parts import terrain
from experiments.parts.terrain import BOWL_MINIMUM, bowl, descend

RATES = {0.002: "too small", 0.02: "smooth", 0.08: "leaps", 0.09: "too large"}
# Near the nine points where the gradient of Himmelblau's function is zero.
STILL = [
    *([3.1, 1.9], [-2.9, 3.0], [-3.7, -3.2], [3.5, -1.9], [0.1, 2.9], [-3.1, -0.1], [3.3, 0.1], [-0.1, -2.0]),
    [-0.3, -0.9],
]


def still_torch(torch, starts):
    def himmelblau(x):
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2

    gradient, hessian = torch.func.grad(himmelblau), torch.func.hessian(himmelblau)
    points = torch.tensor(starts)
    for _ in range(8):  # Newton's method: to where the gradient would be zero, were the surface a parabola
        steps = torch.linalg.solve(torch.func.vmap(hessian)(points), torch.func.vmap(gradient)(points))
        points = points - steps
    bends = torch.linalg.eigvalsh(torch.func.vmap(hessian)(points))  # how it bends, along two directions
    upwards = (bends > 0).sum(dim=1)
    return {"points": points, "bends": bends, "directions upwards": upwards}


def still_jax(starts):
    def himmelblau(x):
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2

    gradient, hessian = jax.grad(himmelblau), jax.hessian(himmelblau)

    @jax.vmap
    def newton(x):
        x = jax.lax.fori_loop(0, 8, lambda _, x: x - jnp.linalg.solve(hessian(x), gradient(x)), x)
        return x, jnp.linalg.eigvalsh(hessian(x))

    points, bends = newton(jnp.array(starts))
    return {"points": points, "bends": bends, "directions upwards": (bends > 0).sum(axis=1)}


def rates_torch(torch, rates, steps):
    def bowl(w):
        return (2 - w[0] - w[1]) ** 2 + (4 - 3 * w[0] - w[1]) ** 2

    steepest = torch.linalg.eigvalsh(torch.func.hessian(bowl)(torch.zeros(2)))[-1]
    found = {"rate that is too large": 2 / steepest}
    for rate in rates:
        w = torch.tensor([-8.0, -6.0], requires_grad=True)
        for _ in range(steps):
            (gradient,) = torch.autograd.grad(bowl(w), w)
            w = (w - rate * gradient).detach().requires_grad_()
        found[f"loss with {rate}"] = bowl(w)
    return found


def rates_jax(rates, steps):
    def bowl(w):
        return (2 - w[0] - w[1]) ** 2 + (4 - 3 * w[0] - w[1]) ** 2

    @jax.vmap  # all rates at once
    def descend(rate):
        w = jax.lax.fori_loop(0, steps, lambda _, w: w - rate * jax.grad(bowl)(w), jnp.array([-8.0, -6.0]))
        return bowl(w)

    steepest = jnp.linalg.eigvalsh(jax.hessian(bowl)(jnp.zeros(2)))[-1]
    ends = descend(jnp.array(rates))
    return {"rate that is too large": 2 / steepest} | {
        f"loss with {r}": end for r, end in zip(rates, ends, strict=True)
    }


def learning_rates(out: runner.Output) -> None:
    """Go down the bowl with rates from too small to too large."""
    given = {"rates": list(RATES), "steps": 60}
    out.faces(
        "The learning rate",
        rates_torch,
        rates_jax,
        given=given,
        pytorch={
            "rate that is too large": 0.085786432,
            "loss with 0.002": 7.23431015,
            "loss with 0.02": 0.597139239,
            "loss with 0.08": 0.00361638865,
            "loss with 0.09": 107707968.0,
        },
        within=1e-4,
    )
    start = jnp.array([-8.0, -6.0])
    paths = jax.jit(jax.vmap(lambda rate: descend(bowl, optax.sgd(rate), start, 60)))(jnp.array(list(RATES)))
    walks = {f"rate {rate:g}: {RATES[rate]}": path for rate, path in zip(RATES, np.asarray(paths), strict=True)}
    out.figure(
        "rates",
        terrain.draw_rates(walks, BOWL_MINIMUM),
        "Four descents of sixty steps on the bowl. With a rate of 0.002 the walk does not get far, with 0.02 it slides "
        "into the valley and along it, with 0.08 it leaps from wall to wall and still arrives, with 0.09 each leap is "
        "longer than the last and the loss grows without end.",
    )


def still_points(out: runner.Output) -> None:
    """Find where the gradient is zero: minima, and the saddle points and the top between them."""
    out.faces(
        "Saddle points",
        still_torch,
        still_jax,
        given={"starts": STILL},
        pytorch={
            "points": [
                *([3.0, 2.0], [-2.80511808, 3.13131261], [-3.77931023, -3.28318596], [3.58442831, -1.84812653]),
                *([0.086677514, 2.88425469], [-3.0730257, -0.0813530385], [3.38515425, 0.0738518834]),
                *([-0.127961338, -1.95371509], [-0.270844579, -0.923038602]),
            ],
            "bends": [
                *([25.7157288, 82.2842712], [64.8403778, 80.5500717], [70.7143555, 133.785614]),
                *([28.6906796, 105.418907], [-31.706625, 75.5076065], [-39.6514969, 72.4352417]),
                *([-14.1351776, 97.5478897], [-50.6102371, 20.2840557], [-45.6052322, -16.0660172]),
            ],
            "directions upwards": [2, 2, 2, 2, 1, 1, 1, 1, 0],
        },
        within=1e-5,
    )
    found = {row["name"]: row["torch"] for row in out.rows()}
    kinds = [("top", "saddle point", "minimum")[count] for count in found["directions upwards"]]
    out.number(
        "minima, saddle points, tops", [kinds.count(k) for k in ("minimum", "saddle point", "top")], equals=[4, 4, 1]
    )
    out.figure(
        "flow",
        terrain.draw_flow(np.array(found["points"]), kinds),
        "Himmelblau's function from above, with lines that lead downhill from everywhere: they part at one top and at "
        "four saddle points, and gather in four minima.",
    )

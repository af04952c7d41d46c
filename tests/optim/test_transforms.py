"""Optimizers: equal to PyTorch's over twenty steps, one compile, state that can be read and changed."""

import itertools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jnet import optim

# Our function, PyTorch's class, settings tried in all combinations.
GRID = {
    "sgd": ("SGD", {"momentum": [0, 0.9], "dampening": [0, 0.3], "weight_decay": [0, 0.1], "maximize": [False, True]}),
    "adam": ("Adam", {"betas": [(0.9, 0.999), (0.0, 0.5)], "weight_decay": [0, 0.1], "amsgrad": [False, True],
                      "maximize": [False, True]}),
    "adamw": ("AdamW", {"weight_decay": [0.01, 0.3], "amsgrad": [False, True], "eps": [1e-8, 1e-2]}),
    "rmsprop": ("RMSprop", {"alpha": [0.99, 0.5], "momentum": [0, 0.9], "weight_decay": [0, 0.1],
                            "maximize": [False, True]}),
    "adagrad": ("Adagrad", {"lr_decay": [0, 0.1], "weight_decay": [0, 0.1], "initial_accumulator_value": [0, 0.5],
                            "maximize": [False, True]}),
}  # fmt: skip
CASES = [
    (name, theirs, dict(zip(grid, values, strict=True)))
    for name, (theirs, grid) in GRID.items()
    for values in itertools.product(*grid.values())
] + [
    ("sgd", "SGD", {"momentum": 0.9, "nesterov": True}),
    ("sgd", "SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("rmsprop", "RMSprop", {"centered": True}),
    ("rmsprop", "RMSprop", {"centered": True, "momentum": 0.9}),
]
STEPS = 20


def problem():
    """Parameters of several shapes, and gradients of every scale for each step."""
    rng = np.random.default_rng(0)
    params = {"matrix": rng.normal(size=(5, 4)), "nested": {"vector": rng.normal(size=7), "scalar": rng.normal()}}
    params = jax.tree.map(lambda leaf: np.asarray(leaf, np.float32), params)
    scales = 10.0 ** rng.uniform(-4, 2, STEPS)
    grads = [jax.tree.map(lambda p, s=s: np.asarray(s * rng.normal(size=p.shape), np.float32), params) for s in scales]
    return params, grads


def steps(tx, params, grads):
    """All steps in one compiled scan."""
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *grads)

    def step(carry, grad):
        params, state = carry
        updates, state = tx.update(grad, state, params)
        params = optax.apply_updates(params, updates)
        return (params, state), params

    return jax.jit(lambda p, g: jax.lax.scan(step, (p, tx.init(p)), g))(params, stacked)


@pytest.mark.parametrize(("name", "theirs", "settings"), CASES, ids=str)
def test_twenty_steps_equal_pytorchs(name, theirs, settings, torch):
    params, grads = problem()
    _, history = steps(optim.by_name(name, 0.01, **settings), params, grads)
    leaves = [torch.tensor(leaf) for leaf in jax.tree.leaves(params)]
    optimizer = getattr(torch.optim, theirs)(leaves, lr=0.01, **settings)
    for k, grad in enumerate(grads):
        for leaf, g in zip(leaves, jax.tree.leaves(grad), strict=True):
            leaf.grad = torch.tensor(g)
        optimizer.step()
        for ours, leaf in zip(jax.tree.leaves(history), leaves, strict=True):
            scale = max(1.0, float(leaf.abs().max()))
            # Relative to the array, as elements that cross zero have no meaningful relative error of their own; a
            # centered second moment is a difference of near numbers, which no order of float32 sums gives exactly.
            tolerance = 1e-4 if settings.get("centered") else 1e-6
            np.testing.assert_allclose(ours[k], leaf.numpy(), rtol=tolerance, atol=tolerance * scale)


@pytest.mark.parametrize("name", GRID)
def test_it_learns_and_compiles_once(name):
    """On a quadratic; the state keeps its types, so that a step with donated state compiles once."""
    tx = optim.by_name(name, optim.schedules.cosine(0.05, 200))
    params = {"x": jnp.array([1.0, -2.0]), "y": jnp.array(0.5, jnp.bfloat16)}

    @jax.jit
    def step(params, state):
        grads = jax.grad(lambda p: (p["x"] ** 2).sum() + (p["y"] ** 2).astype(jnp.float32))(params)
        updates, state = tx.update(grads, state, params)
        chex.assert_trees_all_equal_shapes_and_dtypes(updates, params)
        return optax.apply_updates(params, updates), state

    state = tx.init(params)
    norm = optax.tree.norm(params["x"])
    for _ in range(100):
        params, state = step(params, state)
    assert step._cache_size() == 1
    assert optax.tree.norm(params["x"]) < norm * 0.9
    assert params["y"].dtype == jnp.bfloat16


@pytest.mark.smoke
def test_the_first_momentum_is_the_gradient():
    tx = optim.sgd(1.0, momentum=0.9, dampening=0.5)
    params = jnp.zeros(1)
    first, state = tx.update(jnp.array([2.0]), tx.init(params), params)
    second, _ = tx.update(jnp.array([2.0]), state, params)
    assert first.tolist() == [-2.0]
    assert second.tolist() == pytest.approx([-2.8])


def test_the_learning_rate_can_be_read_and_changed():
    tx = optax.chain(optax.clip_by_global_norm(10.0), optim.sgd(0.5, momentum=0.9))
    params = jnp.zeros(1)
    state = tx.init(params)
    assert float(optax.tree.get(state, "learning_rate")) == 0.5
    state = optax.tree.set(state, learning_rate=jnp.float32(0.25))
    updates, _ = jax.jit(tx.update)(jnp.ones(1), state, params)
    assert updates.tolist() == [-0.25]


def test_a_schedule_is_counted_and_reported():
    tx = optim.sgd(optim.schedules.step(1.0, 2, 0.5))
    params, rates = jnp.zeros(1), []
    state = tx.init(params)
    for _ in range(5):
        _, state = tx.update(jnp.ones(1), state, params)
        rates.append(float(state.learning_rate))
    assert rates == pytest.approx([1, 1, 0.5, 0.5, 0.25])


def test_double_precision_keeps_the_rate():
    with jax.enable_x64(True):
        tx, params = optim.adam(0.1), jnp.ones(2, jnp.float64)
        updates, state = tx.update(params, tx.init(params), params)
        assert state.learning_rate.dtype == updates.dtype == jnp.float64
        np.testing.assert_allclose(updates, -0.1, rtol=1e-7)


ERRORS = [
    ("SGD", "sgd", {"lr": -1}),
    ("SGD", "sgd", {"lr": 1, "momentum": -0.5}),
    ("SGD", "sgd", {"lr": 1, "weight_decay": -0.5}),
    ("SGD", "sgd", {"lr": 1, "nesterov": True}),
    ("Adam", "adam", {"lr": 1, "betas": (1.5, 0.9)}),
    ("Adam", "adam", {"lr": 1, "betas": (0.9, -0.1)}),
    ("Adam", "adam", {"lr": 1, "eps": -1}),
    ("AdamW", "adamw", {"lr": -0.1}),
    ("RMSprop", "rmsprop", {"lr": 1, "alpha": -1}),
    ("RMSprop", "rmsprop", {"lr": 1, "momentum": -1}),
    ("Adagrad", "adagrad", {"lr": 1, "lr_decay": -1}),
    ("Adagrad", "adagrad", {"lr": 1, "initial_accumulator_value": -1}),
]


@pytest.mark.parametrize(("theirs", "ours", "settings"), ERRORS, ids=str)
def test_errors_are_pytorchs(theirs, ours, settings, torch):
    with pytest.raises(ValueError) as expected:  # noqa: PT011 - the message is compared below
        getattr(torch.optim, theirs)([torch.zeros(1)], **settings)
    settings = settings.copy()
    with pytest.raises(ValueError) as found:  # noqa: PT011
        optim.by_name(ours, settings.pop("lr"), **settings)
    assert str(found.value) == str(expected.value)


def test_unknown_names_and_missing_parameters():
    with pytest.raises(ValueError, match="Unknown optimizer 'adamm'; did you mean 'adam'"):
        optim.by_name("adamm", 0.1)
    with pytest.raises(ValueError, match="Known ones: adagrad, adam, adamw, rmsprop, sgd"):
        optim.by_name("lion", 0.1)
    tx = optim.sgd(0.1)
    with pytest.raises(ValueError, match="needs the parameters"):
        tx.update(jnp.ones(1), tx.init(jnp.ones(1)))

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
    "adamax": ("Adamax", {"betas": [(0.9, 0.999), (0.0, 0.5)], "weight_decay": [0, 0.1], "maximize": [False, True]}),
    "nadam": ("NAdam", {"betas": [(0.9, 0.999), (0.0, 0.5)], "weight_decay": [0, 0.1],
                        "decoupled_weight_decay": [False, True]}),
    "radam": ("RAdam", {"betas": [(0.9, 0.999), (0.0, 0.9)], "weight_decay": [0, 0.1],
                        "decoupled_weight_decay": [False, True]}),
    "adadelta": ("Adadelta", {"rho": [0.9, 0.3], "weight_decay": [0, 0.1], "maximize": [False, True]}),
    "rprop": ("Rprop", {"etas": [(0.5, 1.2), (0.1, 3.0)], "step_sizes": [(1e-6, 50), (1e-3, 0.02)],
                        "maximize": [False, True]}),
    "asgd": ("ASGD", {"lambd": [1e-4, 0.1], "alpha": [0.75, 0.5], "t0": [1e6, 5], "weight_decay": [0, 0.1]}),
    "adafactor": ("Adafactor", {"beta2_decay": [-0.8, -0.3], "d": [1.0, 3.0], "eps": [(None, 1e-3), (1e-2, 0.5)],
                                "weight_decay": [0, 0.1]}),
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
    # A large eps shows where it sits: inside the root, outside, before or after the bias correction.
    ("adam", "Adam", {"eps": 0.1, "amsgrad": True}),
    ("adamw", "AdamW", {"eps": 0.1, "maximize": True}),
    ("rmsprop", "RMSprop", {"eps": 0.1, "momentum": 0.9}),
    ("rmsprop", "RMSprop", {"eps": 0.1, "centered": True}),
    ("adagrad", "Adagrad", {"eps": 0.1}),
    ("adamax", "Adamax", {"eps": 0.1}),
    ("nadam", "NAdam", {"eps": 0.1, "momentum_decay": 0.3, "maximize": True}),
    ("radam", "RAdam", {"eps": 0.1, "maximize": True}),
    ("adadelta", "Adadelta", {"eps": 0.1}),
    ("asgd", "ASGD", {"maximize": True}),
    ("adafactor", "Adafactor", {"maximize": True}),
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
            # Relative to the array, as elements that cross zero have no meaningful relative error of their own.
            np.testing.assert_allclose(ours[k], leaf.numpy(), rtol=1e-6, atol=1e-6 * scale)


@pytest.mark.parametrize("name", GRID)
def test_training_a_network_equals_pytorchs(name, torch):
    """Twenty steps down a real loss, where each step's error enters the next gradient."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(32, 6)).astype(np.float32), rng.normal(size=(32, 2)).astype(np.float32)
    params = [rng.normal(size=shape).astype(np.float32) / 2 for shape in ((6, 8), (1, 8), (8, 2), (1, 2))]

    def loss(params, tanh, x, y):
        w1, b1, w2, b2 = params
        return ((tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2).mean()

    tx = optim.by_name(name, 0.01)

    def step(carry, _):
        params, state = carry
        updates, state = tx.update(jax.grad(loss)(params, jnp.tanh, x, y), state, params)
        return (optax.apply_updates(params, updates), state), None

    start = jax.tree.map(jnp.asarray, params)
    (ours, _), _ = jax.jit(lambda c: jax.lax.scan(step, c, length=STEPS))((start, tx.init(start)))
    leaves = [torch.tensor(leaf, requires_grad=True) for leaf in params]
    optimizer = getattr(torch.optim, GRID[name][0])(leaves, lr=0.01)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(leaves, torch.tanh, torch.tensor(x), torch.tensor(y)).backward()
        optimizer.step()
    for found, leaf in zip(ours, leaves, strict=True):
        # Two frameworks' sums give gradients that differ in the last digit; dividing by their root keeps that.
        np.testing.assert_allclose(found, leaf.detach().numpy(), rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
@pytest.mark.parametrize("name", GRID)
def test_low_precision_is_rounded_once(name, dtype):
    """The update of a 16-bit parameter is that of float32, rounded; a zero gradient beside eps = 0 is no nan."""
    tx = optim.by_name(name, 0.1)
    grads = jnp.array([0.0, 1e-2, -3.0, 300.0], dtype)
    params = jnp.linspace(-1, 1, 4, dtype=dtype)
    low, state = tx.update(grads, tx.init(params), params)
    wide = params.astype(jnp.float32)
    high, _ = tx.update(grads.astype(jnp.float32), tx.init(wide), wide)
    assert all(leaf.dtype == dtype for leaf in [low, *jax.tree.leaves(state.slots)] if leaf.ndim)
    np.testing.assert_array_equal(low, high.astype(dtype))


@pytest.mark.parametrize("name", GRID)
def test_it_learns_and_compiles_once(name):
    """On a quadratic; the state keeps its types, so that a step with donated state compiles once."""
    rate = 10 if name == "adadelta" else 0.05  # whose steps start near the root of its eps
    tx = optim.by_name(name, optim.schedules.cosine(rate, 200))
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


STATES = {
    "sgd": {},
    "momentum": {"momentum": 0.9, "dampening": 0.1},
    "adam": {"amsgrad": True},
    "rmsprop": {"centered": True, "momentum": 0.9},
    "adagrad": {"initial_accumulator_value": 0.1},
    "nadam": {"decoupled_weight_decay": True},
    "radam": {},
    "rprop": {},
    "asgd": {},
    "adafactor": {},
}


@pytest.mark.parametrize("rate", [0.1, optim.schedules.exponential(0.1, 0.9)], ids=["number", "schedule"])
@pytest.mark.parametrize("name", STATES)
def test_a_step_keeps_every_type(name, rate):
    """So a compiled, donated step meets its own output as input; a weakly typed parameter changes nothing."""
    tx = optim.by_name("sgd" if name == "momentum" else name, rate, **STATES[name])
    params = {"matrix": jnp.ones((2, 3), jnp.bfloat16), "scalar": jnp.asarray(2.0)}
    assert params["scalar"].weak_type
    before = jax.eval_shape(tx.init, params)
    after = jax.eval_shape(lambda p, s: tx.update(p, s, p)[1], params, before)
    kind = lambda leaf: (leaf.shape, leaf.dtype, leaf.weak_type)  # noqa: E731
    assert jax.tree.map(kind, before) == jax.tree.map(kind, after)


def test_a_donated_step_compiles_once_under_changing_rates():
    """Also with a rate given as an array, which donation must leave to its owner."""
    rate = jnp.float32(0.5)
    tx, params = optax.MultiSteps(optim.sgd(rate, momentum=0.9), 2), jnp.zeros(2)
    step = jax.jit(lambda grads, state: tx.update(grads, state, jnp.zeros(2)), donate_argnums=1)
    state = tx.init(params)
    for value, following in ((0.5, 0.25), (0.25, 0.125), (0.125, 0.0)):
        for _ in range(2):
            updates, state = step(jnp.ones(2), state)
        assert optax.tree_utils.tree_get(state, "learning_rate") == value
        state = optax.tree_utils.tree_set(state, learning_rate=jnp.float32(following))
    np.testing.assert_allclose(updates, -0.125 * 2.71, rtol=1e-6)
    assert step._cache_size() == 1
    assert float(rate) == float(optax.tree_utils.tree_get(tx.init(params), "learning_rate")) == 0.5


def test_a_python_number_can_be_set_too():
    tx = optim.sgd(0.5)
    state = optax.tree_utils.tree_set(tx.init(jnp.zeros(1)), learning_rate=0.25)
    updates, state = tx.update(jnp.ones(1), state, jnp.zeros(1))
    assert updates.tolist() == [-0.25]
    assert not state.learning_rate.weak_type


def test_rates_can_be_mapped():
    def first(rate):
        tx = optim.sgd(rate)
        return tx.update(jnp.ones(1), tx.init(jnp.zeros(1)), jnp.zeros(1))[0]

    assert jax.vmap(first)(jnp.array([0.5, 0.25])).tolist() == [[-0.5], [-0.25]]


def test_parameters_can_be_frozen():
    tx = optax.masked(optim.sgd(0.5, momentum=0.9), {"w": True, "n": False})
    params = {"w": jnp.ones(1), "n": jnp.array(3)}
    updates, _ = tx.update({"w": jnp.ones(1), "n": jnp.array(0)}, tx.init(params), params)
    assert (float(updates["w"][0]), int(updates["n"])) == (-0.5, 0)


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
    ("Adamax", "adamax", {"lr": 1, "betas": (0.9, 1.0)}),
    ("NAdam", "nadam", {"lr": 1, "momentum_decay": -1}),
    ("RAdam", "radam", {"lr": 1, "weight_decay": -1}),
    ("Adadelta", "adadelta", {"lr": 1, "rho": 1.5}),
    ("Rprop", "rprop", {"lr": 1, "etas": (0.5, 0.9)}),
    ("ASGD", "asgd", {"lr": 1, "weight_decay": -1}),
    ("Adafactor", "adafactor", {"lr": -1}),
    ("Adafactor", "adafactor", {"lr": 1, "beta2_decay": 1}),
    ("Adafactor", "adafactor", {"lr": 1, "eps": (-1, 1)}),
    ("Adafactor", "adafactor", {"lr": 1, "eps": (None, -1)}),
    ("Adafactor", "adafactor", {"lr": 1, "d": 0.5}),
    ("Muon", "muon", {"lr": 1, "momentum": -1}),
    ("Muon", "muon", {"lr": 1, "adjust_lr_fn": "mine"}),
]


@pytest.mark.parametrize(("theirs", "ours", "settings"), ERRORS, ids=str)
def test_errors_are_pytorchs(theirs, ours, settings, torch):
    with pytest.raises(ValueError) as expected:  # noqa: PT011 - the message is compared below
        getattr(torch.optim, theirs)([torch.zeros(1)], **settings)
    settings = settings.copy()
    with pytest.raises(ValueError) as found:  # noqa: PT011
        optim.by_name(ours, settings.pop("lr"), **settings)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize(
    "settings", [{}, {"nesterov": False}, {"adjust_lr_fn": "match_rms_adamw", "ns_steps": 3}], ids=str
)
@pytest.mark.parametrize("shape", [(6, 4), (3, 5)])
def test_muon_equals_pytorchs(shape, settings, torch):
    """Where both round to bfloat16 in the same places: a digit less there and the iteration drifts apart."""
    rng = np.random.default_rng(0)
    param, grads = rng.normal(size=shape).astype(np.float32), rng.normal(size=(5, *shape)).astype(np.float32)
    theirs = torch.tensor(param)
    optimizer = torch.optim.Muon([theirs], lr=0.1, **settings)
    for grad in grads:
        theirs.grad = torch.tensor(grad)
        optimizer.step()
    _, history = steps(optim.muon(0.1, **settings), jnp.asarray(param), list(grads))
    np.testing.assert_allclose(history[-1], theirs.numpy(), rtol=1e-6, atol=1e-6)


def test_muon_takes_matrices_only():
    with pytest.raises(ValueError, match=r"Muon only supports 2D parameters .* size: \(3,\)"):
        optim.muon().init(jnp.ones(3))


def test_unknown_names_and_missing_parameters():
    with pytest.raises(ValueError, match="Unknown optimizer 'adamm'; did you mean 'adam'"):
        optim.by_name("adamm", 0.1)
    with pytest.raises(ValueError, match=r"Known ones: adadelta, adafactor, adagrad, adam, .*, sgd"):
        optim.by_name("lion", 0.1)
    tx = optim.sgd(0.1)
    with pytest.raises(ValueError, match="needs the parameters"):
        tx.update(jnp.ones(1), tx.init(jnp.ones(1)))


def test_what_no_rule_can_use():
    tx = optim.adam(0.1)
    for wrong in (jnp.ones(2, jnp.int32), jnp.ones(2, jnp.complex64)):
        with pytest.raises(TypeError, match="real floating-point"):
            tx.init(wrong)
    with pytest.raises(ValueError, match=r"gradient has shape \(1,\) but its parameter \(3,\)"):
        tx.update(jnp.ones(1), tx.init(jnp.ones(3)), jnp.ones(3))

"""Modules as pure functions of JAX and as Flax modules: random numbers, modes, buffers, derivatives, training."""

from typing import NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax.training.train_state import TrainState

import jnet.torch as jt
from jnet import data, losses, models, optim, train

to_jax, to_linen, from_jax = jt.func.to_jax, jt.func.to_linen, jt.func.from_jax
KEY = jax.random.key(0)


class Statistics(jt.nn.Module):
    """Keep a running mean and a count, as normalisations do, and an attribute that no table knows."""

    def __init__(self, width):
        super().__init__()
        self.weight = jt.nn.Parameter(jt.ones(width))
        self.register_buffer("mean", jt.zeros(width))
        self.register_buffer("count", jt.tensor(0))
        self.last = None

    def forward(self, x):
        mean = self.mean
        if self.training:
            mean = x.mean(0)
            with jt.no_grad():
                self.mean.mul_(0.9).add_(mean, alpha=0.1)
            self.count = self.count + 1
        self.last = x * 2
        return (x - mean) * self.weight


class Apply(jt.nn.Module):
    """Run a function of its parameter and what it is given."""

    def __init__(self, function, weight=(1.0, 2.0, 3.0)):
        super().__init__()
        self.weight, self.function = jt.nn.Parameter(jt.tensor(weight)), function

    def forward(self, *args, **kwargs):
        return self.function(self.weight, *args, **kwargs)


class Pair(NamedTuple):
    left: object
    right: object


# -- random numbers ----------------------------------------------------------------------------------------------------


def test_dropout_follows_from_the_key():
    apply, variables = to_jax(jt.nn.Dropout(0.25))
    x = jnp.ones(2000)
    one, again, other = (apply(variables, x, rng=jax.random.key(seed)) for seed in (1, 1, 2))
    assert jnp.array_equal(one, again)
    assert not jnp.array_equal(one, other)
    assert set(np.unique(one)) == {np.float32(0), np.float32(1 / 0.75)}
    assert float(one.mean()) == pytest.approx(1, abs=0.1)
    assert jnp.array_equal(jax.jit(lambda k: apply(variables, x, rng=k))(jax.random.key(1)), one)
    rows = jax.vmap(lambda k: apply(variables, x, rng=k))(jax.random.split(KEY, 3))
    assert len({row.tobytes() for row in np.asarray(rows)}) == 3
    gradient = jax.grad(lambda x: apply(variables, x, rng=jax.random.key(1)).sum())(x)
    assert jnp.array_equal(gradient, one)  # of ones, what is kept is its own derivative


def test_several_draws_differ():
    apply, variables = to_jax(Apply(lambda w: (jt.rand(4), jt.rand(4), jt.nn.functional.dropout(jt.ones(50)))))
    first, second, _ = apply(variables, rng=KEY)
    assert not np.isclose(first, second).any()


@pytest.mark.parametrize("key", [jax.random.PRNGKey(3), jax.random.key(3, impl="rbg")], ids=["words", "rbg"])
def test_keys_of_all_kinds(key):
    apply, variables = to_jax(jt.nn.Dropout())
    assert apply(variables, jnp.ones(8), rng=key).shape == (8,)


def test_drawing_without_a_key_is_an_error():
    apply, variables = to_jax(jt.nn.Dropout())
    with pytest.raises(RuntimeError, match=r"give rng=jax.random.key\(0\)"):
        apply(variables, jnp.ones(3))
    with pytest.raises(TypeError, match=r"rng must be a random key, .*not a int"):
        apply(variables, jnp.ones(3), rng=0)
    assert apply(variables, jnp.ones(3), train=False).tolist() == [1, 1, 1]


def test_the_generator_is_not_drawn_from():
    apply, variables = to_jax(jt.nn.Dropout())
    place = jt.get_rng_state()
    apply(variables, jnp.ones(3), rng=KEY)
    assert jt.equal(place, jt.get_rng_state())


DRAWS = {  # what is drawn, and its mean
    "rand": (lambda t: jt.rand(4000), 0.5),
    "rand_like": (lambda t: jt.rand_like(t), 0.5),
    "float16": (lambda t: jt.rand(4000, dtype=jt.float16).float(), 0.5),
    "randn": (lambda t: jt.randn(50, 80), 0),
    "complex": (lambda t: jt.randn(4000, dtype=jt.complex64).abs() ** 2, 1),
    "randint": (lambda t: jt.randint(2, 5, (4000,)).float(), 3),
    "randperm": (lambda t: jt.randperm(4001).float(), 2000),
    "normal": (lambda t: jt.normal(2.0, 0.5, (4000,)), 2),
    "normal of tensors": (lambda t: jt.normal(t + 1, t), 2),
    "normal of a number": (lambda t: jt.normal(t + 1, 0.1), 2),
    "bernoulli": (lambda t: jt.bernoulli(t * 0.3), 0.3),
    "bernoulli p": (lambda t: t.bernoulli(0.3), 0.3),
    "bernoulli_": (lambda t: t.clone().bernoulli_(0.3), 0.3),
    "bernoulli_ of a tensor": (lambda t: t.clone().bernoulli_(t * 0.3), 0.3),
    "uniform_": (lambda t: t.clone().uniform_(1, 3), 2),
    "normal_": (lambda t: t.clone().normal_(5, 0.1), 5),
    "random_": (lambda t: t.clone().random_(0, 5), 2),
    "random_ of all": (lambda t: t.clone().random_() / 2**24, 0.5),
    "exponential_": (lambda t: t.clone().exponential_(2), 0.5),
    "log_normal_": (lambda t: t.clone().log_normal_(0, 0.1), 1.005),
    "cauchy_": (lambda t: (t.clone().cauchy_(1, 0.1) > 1).float(), 0.5),
    "geometric_": (lambda t: t.clone().geometric_(0.5), 2),
    "poisson": (lambda t: jt.poisson(t * 3), 3),
    "multinomial": (lambda t: jt.multinomial(jt.tensor([0.0, 1.0, 3.0]), 4000, True).float(), 1.75),
    "multinomial without": (lambda t: jt.multinomial(t[:9], 9).float(), 4),
    "multinomial of rows": (lambda t: jt.multinomial(jt.tensor([[0.0, 1.0], [9.0, 1.0]]), 2000, True).float(), 0.55),
    "dropout2d": (lambda t: jt.nn.functional.dropout2d(t.reshape(40, 100, 1, 1), 0.5), 1),
    "alpha_dropout": (lambda t: jt.nn.functional.alpha_dropout(t * 0, 0.2, True), 0),
    "rrelu": (lambda t: jt.nn.functional.rrelu(-t, 0.1, 0.3, training=True), -0.2),
    "gumbel_softmax": (lambda t: jt.nn.functional.gumbel_softmax(t.reshape(1000, 4), hard=True), 0.25),
}


@pytest.mark.parametrize("name", DRAWS)
def test_all_that_draws_is_traced(name):
    draw, mean = DRAWS[name]
    apply, variables = to_jax(Apply(lambda w, t: draw(t)))
    compiled = jax.jit(lambda t, key: apply(variables, t, rng=key))
    drawn = compiled(jnp.ones(4000), KEY)
    assert float(drawn.mean()) == pytest.approx(mean, abs=0.06)
    if name.startswith("multinomial without"):
        assert sorted(drawn.tolist()) == list(range(9))
    else:
        assert not jnp.array_equal(drawn, compiled(jnp.ones(4000), jax.random.key(1)))


# -- modes and buffers -------------------------------------------------------------------------------------------------


def test_modes_are_those_of_the_call():
    net = jt.nn.Sequential(jt.nn.Linear(3, 3), jt.nn.Dropout(), Statistics(3))
    net[1].eval()
    apply, variables = to_jax(net)
    x = jnp.arange(6.0).reshape(2, 3)
    apply(variables, x, mutable=True)  # the dropout is off, as it was left
    with pytest.raises(RuntimeError, match="rng="):
        apply(variables, x, train=True, mutable=True)
    apply(variables, x, train=False)
    assert (net.training, net[1].training, net[2].training) == (True, False, True)


def test_written_buffers_come_back_as_a_tree():
    net = Statistics(3)
    apply, variables = to_jax(net)
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    outputs, updates = jax.jit(lambda v, x: apply(v, x, mutable=True))(variables, x)
    assert variables["buffers"]["count"] == 0
    assert net.count == 0
    assert net.last is None
    assert net.mean.tolist() == [0, 0, 0]
    assert net(jt.tensor(x)).tolist() == outputs.tolist()
    assert {name: value.tolist() for name, value in updates["buffers"].items()} == {
        "mean": net.mean.tolist(),
        "count": net.count.tolist(),
    }
    variables = {**variables, **updates}
    net.eval()
    np.testing.assert_allclose(apply(variables, x, train=False), net(jt.tensor(x)).detach(), rtol=1e-6)


def test_writing_without_mutable_is_an_error():
    apply, variables = to_jax(Statistics(3))
    with pytest.raises(RuntimeError, match="writes to its buffer 'mean': give mutable=True"):
        apply(variables, jnp.ones((2, 3)))
    apply, variables = to_jax(Apply(lambda w: w.data.add_(1)))
    with pytest.raises(RuntimeError, match="writes to its parameter 'weight'"):
        apply(variables, mutable=True)


def test_a_statistic_of_64_bits_keeps_them_where_jax_has_them():
    with jax.enable_x64(True):
        apply, variables = to_jax(Statistics(3).double())
        outputs, updates = apply(variables, jnp.ones((2, 3)), mutable=True)
    assert (outputs.dtype, updates["buffers"]["count"].dtype) == (np.float64, np.int64)


def test_shared_parameters_are_one_leaf():
    net = jt.nn.Sequential(jt.nn.Linear(2, 2), jt.nn.Linear(2, 2))
    net[1].weight = net[0].weight
    same = jt.nn.Linear(2, 2)
    net = jt.nn.Sequential(net, same, same)
    apply, variables = to_jax(net)
    assert list(variables["params"]) == ["0.0.weight", "0.0.bias", "0.1.bias", "1.weight", "1.bias"]
    x = np.ones((1, 2), np.float32)
    gradient = jax.grad(lambda v: apply(v, x).sum())(variables)["params"]
    net(jt.tensor(x)).sum().backward()
    for name, parameter in net.named_parameters():
        np.testing.assert_allclose(gradient[name], parameter.grad, rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: {"params": {}}, "variables lack 'weight' of Linear"),
        (lambda v: {"params": {**v["params"], "scale": 1}}, "variables have 'scale', which Linear has not"),
    ],
)
def test_wrong_variables(change, message):
    apply, variables = to_jax(jt.nn.Linear(2, 1))
    with pytest.raises(KeyError, match=message):
        apply(change(variables), jnp.ones((1, 2)))


class First(jt.nn.Module):
    """Give a module its input some times over, and return the first of its outputs."""

    def __init__(self, module, times=1):
        super().__init__()
        self.module, self.times = module, times

    def forward(self, x):
        return self.module(*[x] * self.times)[0]


LAYERS = {  # a layer of several kinds, and the shape of its input
    "BatchNorm2d": (lambda: jt.nn.BatchNorm2d(3), (4, 3, 2, 2)),
    "InstanceNorm1d": (lambda: jt.nn.InstanceNorm1d(3, affine=True, track_running_stats=True), (4, 3, 5)),
    "GroupNorm": (lambda: jt.nn.GroupNorm(2, 4), (3, 4, 5)),
    "Conv2d": (lambda: jt.nn.Conv2d(2, 4, 3, padding=1, groups=2, padding_mode="circular"), (2, 2, 5, 5)),
    "LSTM": (lambda: First(jt.nn.LSTM(4, 3, num_layers=2, bidirectional=True, batch_first=True)), (2, 5, 4)),
    "GRU": (lambda: First(jt.nn.GRU(4, 3)), (5, 2, 4)),
    "MultiheadAttention": (lambda: First(jt.nn.MultiheadAttention(4, 2), 3), (3, 2, 4)),
    "weight norm": (lambda: jt.nn.utils.parametrizations.weight_norm(jt.nn.Linear(4, 3)), (2, 4)),
    "spectral norm": (lambda: jt.nn.utils.parametrizations.spectral_norm(jt.nn.Linear(4, 3)), (2, 4)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_of_all_kinds(name):
    build, shape = LAYERS[name]
    jt.manual_seed(0)
    net = build()
    apply, variables = to_jax(net)
    x = np.random.default_rng(0).standard_normal(shape, np.float32)

    @jax.jit
    def gradient(variables, x):
        def loss(variables):
            outputs, updates = apply(variables, x, mutable=True)
            return (outputs**2).sum(), (outputs, updates["buffers"])

        return jax.grad(loss, has_aux=True, allow_int=True)(variables)

    found, (outputs, buffers) = gradient(variables, x)
    loop = net(jt.tensor(x))
    (loop**2).sum().backward()
    np.testing.assert_allclose(outputs, loop.detach(), rtol=1e-4, atol=1e-5)
    for key, parameter in net.named_parameters():
        if parameter.grad is not None:
            np.testing.assert_allclose(found["params"][key], parameter.grad, rtol=1e-3, atol=1e-4)
    for key, buffer in net.named_buffers():
        np.testing.assert_allclose(buffers[key], buffer, rtol=1e-4, atol=1e-6)


# -- inputs, outputs, derivatives --------------------------------------------------------------------------------------


def test_nested_inputs_and_outputs():
    def function(w, batch, *rest, scale, flag, name):
        assert flag is True
        assert name == "mean"
        assert isinstance(batch, Pair)
        assert isinstance(batch.right["x"], jt.Tensor)
        return {"sum": Pair(w * batch.left, batch.right["x"] + scale), "rest": [*rest, None], name: jt.zeros(2)}

    apply, variables = to_jax(Apply(function))
    found = apply(variables, Pair(np.ones(3), {"x": jnp.ones(3)}), 5, "text", scale=2.5, flag=True, name="mean")
    assert isinstance(found["sum"], Pair)
    assert all(isinstance(leaf, jax.Array) for leaf in (*found["sum"], found["mean"]))
    assert found["sum"].right.tolist() == [3.5] * 3
    assert found["rest"] == [5, "text", None]


def test_static_arguments():
    apply, variables = to_jax(Apply(lambda w, x, dim, keep=False: (w * x).sum(dim, keepdim=keep)))
    step = jax.jit(apply, static_argnums=2, static_argnames="keep")
    assert step(variables, jnp.ones((2, 3)), 1, keep=True).shape == (2, 1)
    assert step(variables, jnp.ones((2, 3)), 0).shape == (3,)


def test_tensors_are_arrays_to_it():
    apply, variables = to_jax(jt.nn.Linear(2, 1))
    assert isinstance(apply(variables, jt.ones(3, 2)), jax.Array)


def no_grad(w, x):
    with jt.no_grad():
        scale = (w * x).exp()
    return w * scale


def straight_through(w, x):
    y = w * x
    return y + (y.round() - y).detach()


def through_data(w, x):
    return w * (w * x).data


def written_through_detach(w, x):
    y = w * x
    y.detach()[0] = 5.0
    return y * y


def derivative_inside(w, x):
    x = x.clone().requires_grad_()
    y = (w * x**3).sum()
    (slope,) = jt.autograd.grad(y, x, create_graph=True)
    return slope * w


def functions_of_functions(w, x):
    slopes = jt.func.vmap(jt.func.grad(lambda x: (w * x**3).sum()))(jt.stack([x, 2 * x]))
    return slopes * w


def written_rows(w, x):
    y = jt.zeros(2, 3)
    y[0] = w * x
    y[1, 1:] += (w * w)[1:]
    y.t().mul_(2)
    return y


class Rounded(jt.autograd.Function):
    @staticmethod
    def forward(ctx, x, step):
        ctx.save_for_backward(x)
        ctx.step = step
        return (x / step).round() * step, x > 1

    @staticmethod
    def backward(ctx, grad, _):
        (x,) = ctx.saved_tensors
        return grad * (1 + x.abs()) * ctx.step, None


def own_backward(w, x):
    rounded, large = Rounded.apply(w * x, 0.5)
    return rounded * large * w


PROGRAMS = (
    no_grad, straight_through, through_data, written_through_detach, written_rows, derivative_inside,
    functions_of_functions, own_backward,
)  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("compiled", [False, True])
def test_derivatives_end_where_pytorchs_do(program, compiled):
    net = Apply(program)
    apply, variables = to_jax(net)
    x = np.array([0.5, 0.7, 0.9], np.float32)
    gradient = jax.grad(lambda v, x: apply(v, x).sum())
    found = (jax.jit(gradient) if compiled else gradient)(variables, x)["params"]["weight"]
    loss = net(jt.tensor(x)).sum()
    loss.backward()
    np.testing.assert_allclose(found, net.weight.grad, rtol=1e-5)
    np.testing.assert_allclose(apply(variables, x).sum(), loss.item(), rtol=1e-6)


def test_derivatives_of_derivatives_of_ones_own():
    apply, variables = to_jax(Apply(lambda w, x: Rounded.apply(w * x, 0.5)[0], weight=[2.0]))
    slope = jax.grad(lambda w, x: apply({"params": {"weight": w}}, x)[0])
    w = variables["params"]["weight"]
    assert jax.grad(lambda w: slope(w, jnp.full(1, 3.0))[0])(w).tolist() == [4.5]  # d/dw 3 (1 + 3 w) / 2


def test_modes_of_the_caller_do_not_matter():
    apply, variables = to_jax(Apply(lambda w, x: (w * x).sum()))
    with jt.no_grad():
        gradient = jax.grad(apply)(variables, jnp.ones(3))
    assert gradient["params"]["weight"].tolist() == [1, 1, 1]
    assert jt.is_grad_enabled()


def test_looking_at_values_is_an_error_when_traced():
    for look in (lambda x: bool(x.sum() > 0), lambda x: x.numpy(), lambda x: x.tolist(), lambda x: x.nonzero()):
        apply, variables = to_jax(Apply(lambda w, x, look=look: look(w * x)))
        with pytest.raises(NotImplementedError, match="must follow from shapes alone"):
            jax.jit(apply)(variables, jnp.ones(3))


# -- weights back ------------------------------------------------------------------------------------------------------


def test_weights_come_back():
    net = jt.nn.Sequential(jt.nn.Linear(3, 2), Statistics(2))
    _, variables = to_jax(net)
    changed = jax.tree.map(lambda leaf: leaf + 1, variables)
    from_jax(net, changed)
    assert jax.tree.map(np.array_equal, to_jax(net)[1], changed) == jax.tree.map(lambda _: True, changed)
    assert net[0].weight.requires_grad
    with pytest.raises(KeyError, match="Sequential has no 'weight' among its params"):
        from_jax(net, {"params": {"weight": np.ones(2)}})
    with pytest.raises(ValueError, match=r"0.bias is \[3\], expected \[2\]"):
        from_jax(net, {"params": {"0.bias": np.ones(3)}})


# -- Flax --------------------------------------------------------------------------------------------------------------


def mlp():
    return jt.nn.Sequential(jt.nn.Flatten(), jt.nn.Linear(64, 16), jt.nn.ReLU(), jt.nn.Linear(16, 4))


def normalized():
    return jt.nn.Sequential(jt.nn.Flatten(), jt.nn.Linear(64, 16), Statistics(16), jt.nn.Tanh(), jt.nn.Linear(16, 4))


class LeNet(jt.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = jt.nn.Conv2d(1, 6, 5, padding=2), jt.nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = jt.nn.Linear(400, 120), jt.nn.Linear(120, 84), jt.nn.Linear(84, 10)

    def forward(self, x):
        x = jt.nn.functional.max_pool2d(self.conv1(x).relu(), 2)
        x = jt.nn.functional.max_pool2d(self.conv2(x).relu(), 2).flatten(1)
        return self.fc3(self.fc2(self.fc1(x).relu()).relu())


def batch(shape, classes=4):
    rng = np.random.default_rng(0)
    return rng.random(shape, np.float32), rng.integers(0, classes, shape[0]).astype(np.int32)


@pytest.mark.parametrize(
    ("build", "shape"), [(mlp, (8, 1, 8, 8)), (normalized, (8, 1, 8, 8)), (LeNet, (8, 1, 28, 28))],
    ids=["mlp", "statistics", "lenet"],
)  # fmt: skip
def test_a_train_step_equals_the_loop(build, shape):
    jt.manual_seed(0)
    net, steps = build(), 6
    x, y = batch(shape)
    model, tx = to_linen(net), optim.sgd(0.1, momentum=0.9)
    assert isinstance(model, nn.Module)
    state = train.init_state(model, tx, x)
    step = train.make_train_step(model, losses.cross_entropy, tx)
    seen = []
    for _ in range(steps):
        state, report = step(state, (x, y))
        seen.append(float(report["loss"]))
    optimizer = jt.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    loop = []
    for _ in range(steps):
        loss = jt.nn.functional.cross_entropy(net(jt.tensor(x)), jt.tensor(y).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loop.append(loss.item())
    np.testing.assert_allclose(seen, loop, rtol=1e-5)
    for name, buffer in net.named_buffers():
        np.testing.assert_allclose(state.extra["buffers"][name], buffer, rtol=1e-4, atol=1e-6)
    assert step._cache_size() == 1
    report = train.make_eval_step(model, losses.cross_entropy)(state, (x, y))
    net.eval()
    loss = jt.nn.functional.cross_entropy(net(jt.tensor(x)), jt.tensor(y).long())
    assert float(report["loss"]) == pytest.approx(loss.item(), rel=1e-4)


def test_fit_takes_a_module_with_dropout(tmp_path):
    net = jt.nn.Sequential(jt.nn.Flatten(), jt.nn.Linear(64, 16), jt.nn.Dropout(0.5), jt.nn.ReLU(), jt.nn.Linear(16, 4))
    x, y = batch((32, 8, 8))
    loader = data.Loader(data.Dataset(x, y), 16)
    given = (to_linen(net), losses.cross_entropy, optim.adam(1e-2), loader, loader)
    first = train.fit(*given, epochs=3, progress=False, checkpoint=tmp_path / "run.ckpt")
    second = train.fit(*given, epochs=3, progress=False)
    assert [row["loss"] for row in first.history] == [row["loss"] for row in second.history]
    assert first.history[-1]["test_loss"] < first.history[0]["test_loss"]
    from_jax(net, first.state.variables)
    net.eval()
    loss = jt.nn.functional.cross_entropy(net(jt.tensor(x)), jt.tensor(y).long()).item()
    assert loss == pytest.approx(first.history[-1]["test_loss"], rel=1e-5)


def test_flax_own_train_state():
    x, y = batch((8, 6))
    net = jt.nn.Sequential(jt.nn.Linear(6, 4), Statistics(4), jt.nn.Dropout(0.1))
    model = to_linen(net)
    variables = model.init(KEY, x)
    assert jax.tree.map(jnp.shape, variables) == jax.tree.map(jnp.shape, to_jax(net)[1])
    assert variables["params"]["0.weight"].tolist() == net[0].weight.tolist()
    state = TrainState.create(apply_fn=model.apply, params=variables["params"], tx=optax.adam(0.1))

    @jax.jit
    def step(state, buffers, key):
        def loss(params):
            given = {"params": params, "buffers": buffers}
            outputs, updates = state.apply_fn(given, x, train=True, rngs={"dropout": key}, mutable=["buffers"])
            return losses.cross_entropy(outputs, y), updates

        (value, updates), grads = jax.value_and_grad(loss, has_aux=True)(state.params)
        return state.apply_gradients(grads=grads), updates["buffers"], value

    buffers, first = variables["buffers"], None
    for key in jax.random.split(KEY, 20):
        state, buffers, value = step(state, buffers, key)
        first = value if first is None else first
    assert value < first
    assert buffers["1.count"] == 20


def test_linen_says_what_is_wrong():
    model = to_linen(jt.nn.Sequential(jt.nn.Linear(3, 3), Statistics(3), jt.nn.Dropout()))
    variables = model.init(KEY, jnp.ones((2, 3)))
    with pytest.raises(RuntimeError, match=r"rngs=\{'dropout': key\}"):
        model.apply(variables, jnp.ones((2, 3)), train=True, mutable=["buffers"])
    with pytest.raises(RuntimeError, match=r"mutable=\['buffers'\]"):
        model.apply(variables, jnp.ones((2, 3)), train=True, rngs={"dropout": KEY})
    with pytest.raises(TypeError, match=r"to_linen takes a torch\.nn\.Module, not a type"):
        to_linen(jt.nn.Linear)
    with pytest.raises(AttributeError, match="has no attribute 'to_nnx'"):
        jt.func.to_nnx  # noqa: B018


def test_a_linen_module_is_part_of_another():
    class Both(nn.Module):
        @nn.compact
        def __call__(self, x):
            return nn.Dense(2)(to_linen(jt.nn.Linear(3, 4))(x))

    variables = Both().init(KEY, jnp.ones((1, 3)))
    assert Both().apply(variables, jnp.ones((5, 3))).shape == (5, 2)


# -- the models of jnet.models -----------------------------------------------------------------------------------------


def test_lenet_computes_the_same_in_flax():
    jt.manual_seed(0)
    net, model = LeNet(), models.LeNet()
    variables = models.from_torch_state_dict(model, net.state_dict())
    x, _ = batch((3, 1, 28, 28))
    np.testing.assert_allclose(
        jax.jit(model.apply)(variables, x.transpose(0, 2, 3, 1)), net(jt.tensor(x)).detach(), atol=1e-5
    )
    back = models.to_torch_state_dict(model, variables, like=net.state_dict())
    other = LeNet()
    other.load_state_dict({name: jt.tensor(array) for name, array in back.items()})
    assert all(jt.equal(a, b) for a, b in zip(net.parameters(), other.parameters(), strict=True))

"""Models: shapes and dtypes with and without jit, initialisation, the gates, gradients."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from absl.testing import parameterized

from jnet import losses, models, ops
from jnet.models.perceptron import step

# Model, shape of one input, shape of one result.
MODELS = {
    "perceptron": (models.Perceptron(), (2,), ()),
    "perceptron sigmoid": (models.Perceptron(ops.sigmoid), (2,), ()),
    "xor": (models.XorNet(ops.tanh, width=3), (2,), ()),
    "linear regression": (models.LinearRegression(3), (5,), (3,)),
    "logistic regression": (models.LogisticRegression(), (5,), (1,)),
    "softmax regression": (models.SoftmaxRegression(4), (5,), (4,)),
    "20-13-8-3": (models.ThreeLayerNet(), (20,), (3,)),
    "mlp": (models.MLP(), (28, 28, 1), (10,)),
    "mlp small": (models.MLP((7, 2), ops.tanh), (4,), (2,)),
    "lenet": (models.LeNet(), (28, 28, 1), (10,)),
    "lenet 32": (models.LeNet(classes=3), (32, 32, 1), (3,)),
}


class ModelTest(chex.TestCase):
    @chex.variants(with_jit=True, without_jit=True)
    @parameterized.named_parameters((name.replace(" ", "_"), *row) for name, row in MODELS.items())
    def test_shape_and_dtype(self, model, shape, result):
        x = jnp.linspace(0.0, 1.0, 2 * int(np.prod(shape))).reshape(2, *shape)
        variables = jax.jit(model.init)(jax.random.key(0), x)
        out = self.variant(model.apply)(variables, x)
        chex.assert_shape(out, (2, *result))
        chex.assert_type(out, jnp.float32)
        chex.assert_tree_all_finite(out)


@pytest.mark.parametrize("name", ["mlp", "lenet", "softmax regression", "20-13-8-3", "xor"])
@pytest.mark.parametrize("init", models.INITIALIZERS)
def test_initialisation(name, init):
    model, shape, _ = MODELS[name]
    model = model.clone(initializer=init)
    params = jax.jit(model.init)(jax.random.key(1), jnp.ones((1, *shape)))["params"]
    for layer in params.values():
        bound = 1 / np.sqrt(np.prod(layer["kernel"].shape[:-1]))
        if init == "flax":
            assert not np.any(layer["bias"])
        else:
            for leaf in layer.values():
                assert np.abs(leaf).max() <= bound
            if layer["kernel"].size > 1000:  # uniform: variance b^2 / 3
                assert np.var(layer["kernel"]) == pytest.approx(bound**2 / 3, rel=0.1)


def test_torch_initialisation_has_pytorchs_range(torch):
    layer = torch.nn.Conv2d(6, 16, 5)
    params = jax.jit(models.LeNet().init)(jax.random.key(0), jnp.ones((1, 28, 28, 1)))["params"]["conv2"]
    for ours, theirs in ((params["kernel"], layer.weight), (params["bias"], layer.bias)):
        assert np.abs(ours).max() == pytest.approx(theirs.abs().max().item(), rel=0.15)


def test_unknown_initialisation():
    with pytest.raises(ValueError, match="Unknown initializer 'xavier'; use one of: torch, flax"):
        models.MLP(initializer="xavier").init(jax.random.key(0), jnp.ones((1, 4)))


@pytest.mark.smoke
@pytest.mark.parametrize("name", models.GATE_WEIGHTS)
@pytest.mark.parametrize("activation", [step, ops.sigmoid])
def test_gates_of_the_notes(name, activation):
    out = models.Perceptron(activation).apply(models.gate_variables(name), models.GATE_INPUTS)
    decided = out >= 0.5
    np.testing.assert_array_equal(decided, models.GATE_TARGETS[name])


def test_and_by_sigmoid_gives_the_notes_numbers():
    out = models.Perceptron(ops.sigmoid).apply(models.gate_variables("and"), models.GATE_INPUTS)
    np.testing.assert_allclose(out, [0.4502, 0.4875, 0.4875, 0.5250], atol=5e-5)


@pytest.mark.smoke
def test_xor_needs_a_step_between_its_layers():
    out, hidden = models.XorNet().apply(models.xor_variables(), models.GATE_INPUTS, hidden=True)
    np.testing.assert_array_equal(out, [0, 1, 1, 0])
    np.testing.assert_array_equal(hidden, np.stack([models.GATE_TARGETS["nand"], models.GATE_TARGETS["or"]], 1))
    linear = models.XorNet(activation=lambda z: z).apply(models.xor_variables(), models.GATE_INPUTS)
    assert not np.array_equal(linear >= 0.5, models.GATE_TARGETS["xor"].astype(bool))


@pytest.mark.parametrize(("name", "message"), [("xor", "not linearly separable"), ("nor", "use one of: and, or, nand")])
def test_gates_without_weights(name, message):
    with pytest.raises(ValueError, match=message):
        models.gate_variables(name)


def test_probabilities():
    x = jnp.ones((3, 5))
    for model in (models.LogisticRegression(), models.SoftmaxRegression(4)):
        variables = model.init(jax.random.key(0), x)
        p = model.apply(variables, x, method="probabilities")
        assert jnp.all((p > 0) & (p < 1))
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-6)


def test_lenet_says_what_images_it_takes():
    with pytest.raises(ValueError, match=r"write x\[..., None\]"):
        models.LeNet().init(jax.random.key(0), jnp.ones((2, 28, 28)))


def test_lenet_feature_maps():
    model, x = models.LeNet(), jnp.ones((2, 28, 28, 1))
    _, (first, second) = model.apply(model.init(jax.random.key(0), x), x, features=True)
    chex.assert_shape([first, second], [(2, 28, 28, 6), (2, 10, 10, 16)])


def test_lenet_equals_pytorch_with_its_weights(torch):
    """The layout: kernels transposed, nothing else moved, the flattening included; gradients too."""
    torch.manual_seed(0)
    conv1, conv2 = torch.nn.Conv2d(1, 6, 5), torch.nn.Conv2d(6, 16, 5)
    linears = [torch.nn.Linear(400, 120), torch.nn.Linear(120, 84), torch.nn.Linear(84, 10)]
    functional = torch.nn.functional
    x, y = torch.randn(4, 1, 32, 32), torch.tensor([1, 0, 9, 3])
    h = functional.max_pool2d(functional.relu(conv1(x)), 2)
    h = functional.max_pool2d(functional.relu(conv2(h)), 2).flatten(1)
    h = functional.relu(linears[1](functional.relu(linears[0](h))))
    loss = functional.cross_entropy(linears[2](h), y)
    loss.backward()

    def kernel(weight):
        return weight.detach().numpy().transpose((2, 3, 1, 0) if weight.ndim == 4 else (1, 0))

    layers = dict(zip(("conv1", "conv2", "fc1", "fc2", "fc3"), (conv1, conv2, *linears), strict=True))
    params = {n: {"kernel": kernel(m.weight), "bias": m.bias.detach().numpy()} for n, m in layers.items()}
    images = jnp.asarray(x.numpy().transpose(0, 2, 3, 1))

    def objective(params):
        return losses.cross_entropy(models.LeNet().apply({"params": params}, images), jnp.asarray(y.numpy()))

    value, grads = jax.jit(jax.value_and_grad(objective))(params)
    np.testing.assert_allclose(value, loss.item(), rtol=1e-5)
    for name, layer in layers.items():
        np.testing.assert_allclose(grads[name]["kernel"], kernel(layer.weight.grad), rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(grads[name]["bias"], layer.bias.grad.numpy(), rtol=1e-3, atol=1e-5)

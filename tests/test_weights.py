"""The weights of PyTorch's modules in the Flax models, and back."""

import re

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jnet import models, ops

RNG = np.random.default_rng(0)


def layer(outputs, inputs, *window):
    return RNG.standard_normal((outputs, inputs, *window), np.float32), RNG.standard_normal(outputs, np.float32)


def state_dict(**layers):
    return {f"{name}.{part}": array for name, pair in layers.items() for part, array in zip(("weight", "bias"), pair)}  # noqa: B905


def lenet(classes=10, channels=1):
    return state_dict(
        c1=layer(6, channels, 5, 5),
        c3=layer(16, 6, 5, 5),
        f5=layer(120, 400),
        f6=layer(84, 120),
        out=layer(classes, 84),
    )


# Model, weights under PyTorch's names, shape of an input.
MODELS = {
    "perceptron": (models.Perceptron(ops.sigmoid), state_dict(layer=layer(1, 2)), (2,)),
    "xor": (models.XorNet(ops.tanh, width=3), state_dict(a=layer(3, 2), b=layer(1, 3)), (2,)),
    "linear regression": (models.LinearRegression(3), state_dict(linear=layer(3, 5)), (5,)),
    "logistic regression": (models.LogisticRegression(), state_dict(linear=layer(1, 5)), (5,)),
    "softmax regression": (models.SoftmaxRegression(4), state_dict(linear=layer(4, 5)), (5,)),
    "20-13-8-3": (models.ThreeLayerNet(), state_dict(a=layer(13, 20), b=layer(8, 13), c=layer(3, 8)), (20,)),
    "mlp": (models.MLP((7, 6, 2)), {"0.weight": layer(7, 4)[0], "0.bias": layer(7, 4)[1], **state_dict(
        b=layer(6, 7), c=layer(2, 6))}, (4,)),
    "lenet": (models.LeNet(), lenet(), (28, 28, 1)),
    "lenet of colours": (models.LeNet(classes=3), lenet(3, 3), (32, 32, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_both_ways(name):
    model, weights, shape = MODELS[name]
    variables = models.from_torch_state_dict(model, weights)
    expected = jax.eval_shape(model.init, jax.random.key(0), jnp.ones((2, *shape)))
    assert jax.tree.map(jnp.shape, variables) == jax.tree.map(jnp.shape, dict(expected))
    back = models.to_torch_state_dict(model, variables, like=weights)
    assert list(back) == list(weights)
    assert all(np.array_equal(back[name], weights[name]) for name in weights)
    own = models.to_torch_state_dict(model, jax.tree.map(lambda leaf: leaf, variables))  # in the order of the alphabet
    assert [array.shape for array in own.values()] == [array.shape for array in weights.values()]
    again = models.from_torch_state_dict(model, own)
    assert jax.tree.all(jax.tree.map(np.array_equal, variables, again))


def test_values():
    weights = state_dict(a=layer(3, 2), b=layer(1, 3))
    variables = models.from_torch_state_dict(models.MLP((3, 1)), weights)
    x = RNG.standard_normal((4, 2), np.float32)
    hidden = np.maximum(x @ weights["a.weight"].T + weights["a.bias"], 0)
    np.testing.assert_allclose(
        models.MLP((3, 1)).apply(variables, x), hidden @ weights["b.weight"].T + weights["b.bias"], rtol=1e-5
    )


def test_lenet_equals_pytorchs(torch):
    weights = lenet()
    x = RNG.standard_normal((2, 1, 28, 28), np.float32)
    w = {name: torch.tensor(array) for name, array in weights.items()}
    f = torch.nn.functional
    h = f.max_pool2d(f.conv2d(torch.tensor(x), w["c1.weight"], w["c1.bias"], padding=2).relu(), 2)
    h = f.max_pool2d(f.conv2d(h, w["c3.weight"], w["c3.bias"]).relu(), 2).flatten(1)
    for name in ("f5", "f6"):
        h = f.linear(h, w[f"{name}.weight"], w[f"{name}.bias"]).relu()
    expected = f.linear(h, w["out.weight"], w["out.bias"])
    variables = models.from_torch_state_dict(models.LeNet(), w)
    found = models.LeNet().apply(variables, x.transpose(0, 2, 3, 1))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-2)


def test_a_state_dict_of_pytorch_both_ways(torch):
    net = torch.nn.Sequential(torch.nn.Linear(4, 7), torch.nn.ReLU(), torch.nn.Linear(7, 2))
    model = models.MLP((7, 2))
    variables = models.from_torch_state_dict(model, net.state_dict())
    back = models.to_torch_state_dict(model, variables, like=net.state_dict())
    assert all(array.flags.writeable and array.flags.c_contiguous for array in back.values())
    net.load_state_dict({name: torch.tensor(array) for name, array in back.items()})
    with pytest.raises(TypeError, match=r"0\.weight does not become an array"):
        models.from_torch_state_dict(model, net.bfloat16().state_dict())
    with pytest.raises(TypeError, match=r"0\.weight does not become an array"):
        models.from_torch_state_dict(model, dict(net.named_parameters()))


def test_layers_of_the_same_names_in_another_order():
    weights = state_dict(linear2=layer(2, 3), linear1=layer(3, 3))
    weights = {name: weights[name] for name in sorted(weights)[::-1]}
    variables = models.from_torch_state_dict(models.MLP((3, 2)), weights)
    assert np.array_equal(variables["params"]["linear1"]["kernel"], weights["linear1.weight"].T)


def test_ten_layers_are_in_the_order_of_use():
    model = models.MLP((3,) * 11 + (2,))
    variables = model.init(jax.random.key(0), jnp.ones((1, 3)))
    weights = models.to_torch_state_dict(model, jax.tree.map(lambda leaf: leaf, variables))
    assert list(weights)[::2] == [f"linear{n}.weight" for n in range(1, 13)]


def test_other_models():
    class Net(nn.Module):
        @nn.compact
        def __call__(self, x):
            x = nn.Dense(3, use_bias=False)(x)
            return nn.Dense(2)(x)

    weights = {"a.weight": layer(3, 4)[0], **state_dict(b=layer(2, 3))}
    variables = models.from_torch_state_dict(Net(), weights)
    assert sorted(variables["params"]["Dense_0"]) == ["kernel"]
    assert list(models.to_torch_state_dict(Net(), variables, like=weights)) == list(weights)

    class Normed(nn.Module):
        @nn.compact
        def __call__(self, x):
            return nn.LayerNorm()(nn.Dense(3)(x))

    with pytest.raises(NotImplementedError, match=r"Normed has LayerNorm_0\.scale; only dense and convolutional"):
        models.from_torch_state_dict(Normed(), weights)


@pytest.mark.parametrize(
    ("model", "weights", "message"),
    [
        (models.MLP((7, 2)), {}, "There is no weight of a layer among no names at all."),
        (models.MLP((7, 2)), {"bias": np.ones(3)}, "There is no weight of a layer among bias."),
        (models.MLP((7, 2)), state_dict(a=layer(7, 4)), "MLP has 2 layers (linear1, linear2), but there are"),
        (models.MLP((7, 2)), state_dict(a=layer(8, 4), b=layer(2, 8)), "MLP: a.weight is [8, 4], expected [7, 4]"),
        (models.MLP((7, 2)), state_dict(a=layer(7, 4), b=layer(3, 7)), "expected [2, 7]; b.bias is [3], expected [2]"),
        (models.MLP((2,)), {"a.weight": layer(2, 3)[0]}, "The names do not fit MLP: missing: a.bias."),
        (models.MLP((2,)), {**state_dict(a=layer(2, 3)), "a.scale": np.ones(2)}, "unexpected: a.scale."),
        (models.LeNet(), state_dict(a=layer(7, 4)), "a.weight, of shape [7, 4], cannot begin LeNet: LeNet"),
        (models.LeNet(), lenet(classes=3), "out.weight is [3, 84], expected [10, 84]"),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit(model, weights, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        models.from_torch_state_dict(model, weights)


def test_values_that_are_no_arrays():
    with pytest.raises(TypeError, match=r"a\.weight is no array, but a function"):
        models.from_torch_state_dict(models.MLP((2,)), {"a.weight": layer})


def test_variables_that_do_not_fit():
    variables = models.from_torch_state_dict(models.MLP((7, 2)), state_dict(a=layer(7, 4), b=layer(2, 7)))
    with pytest.raises(ValueError, match="These are not the variables of LeNet"):
        models.to_torch_state_dict(models.LeNet(), variables)
    with pytest.raises(ValueError, match="MLP has 2 layers"):
        models.to_torch_state_dict(models.MLP((7, 2)), variables, like=["a.weight", "a.bias"])

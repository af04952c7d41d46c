"""The lessons of `experiments.activations` in both faces, what the notes print, and what PyTorch 2.13 finds."""

import jax
import jax.numpy as jnp


def sigmoid_torch(torch):
    z = torch.linspace(-100, 100, 10)
    a = torch.linspace(-1, 1, 10, requires_grad=True)
    s = torch.sigmoid(a)
    slope = torch.autograd.grad(s.sum(), a)[0]
    return {
        "sigmoid(z)": torch.sigmoid(z),
        "sigmoid' - s (1 - s), largest": (slope - s * (1 - s)).abs().max(),
        "tanh(a)": torch.tanh(a),
        "tanh(a) - (2 sigmoid(2a) - 1), largest": (torch.tanh(a) - (2 * torch.sigmoid(2 * a) - 1)).abs().max(),
        "relu(a)": torch.relu(a),
    }


def sigmoid_jax():
    z, a = jnp.linspace(-100, 100, 10), jnp.linspace(-1, 1, 10)
    s = jax.nn.sigmoid(a)
    slope = jax.vmap(jax.grad(jax.nn.sigmoid))(a)
    return {
        "sigmoid(z)": jax.nn.sigmoid(z),
        "sigmoid' - s (1 - s), largest": jnp.abs(slope - s * (1 - s)).max(),
        "tanh(a)": jnp.tanh(a),
        "tanh(a) - (2 sigmoid(2a) - 1), largest": jnp.abs(jnp.tanh(a) - (2 * jax.nn.sigmoid(2 * a) - 1)).max(),
        "relu(a)": jax.nn.relu(a),
    }


def named_torch(torch, x):
    nn, F = torch.nn, torch.nn.functional
    x = torch.tensor(x, requires_grad=True)
    pairs = {
        "relu": (F.relu, nn.ReLU()),
        "sigmoid": (torch.sigmoid, nn.Sigmoid()),
        "tanh": (torch.tanh, nn.Tanh()),
        "softplus": (F.softplus, nn.Softplus()),
        "leaky_relu": (F.leaky_relu, nn.LeakyReLU()),
        "selu": (F.selu, nn.SELU()),
        "gelu": (F.gelu, nn.GELU()),
        "silu": (F.silu, nn.SiLU()),
        "sign": (torch.sign, torch.sign),
    }
    found = {}
    for name, (function, module) in pairs.items():
        y = function(x)
        assert torch.equal(module(x), y)  # a module of an activation holds nothing: it calls the function
        found[name] = y.detach()
        found[f"{name}'"] = torch.autograd.grad(y.sum(), x)[0]
    return found


def named_jax(x):
    x = jnp.asarray(x)
    functions = {
        "relu": jax.nn.relu,
        "sigmoid": jax.nn.sigmoid,
        "tanh": jnp.tanh,
        "softplus": jax.nn.softplus,
        "leaky_relu": jax.nn.leaky_relu,
        "selu": jax.nn.selu,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "silu": jax.nn.silu,
        "sign": jnp.sign,
    }
    found = {}
    for name, function in functions.items():
        found[name] = function(x)  # layers of Flax call these functions; there are no modules of them
        found[f"{name}'"] = jax.vmap(jax.grad(function))(x)
    return found


def softmax_torch(torch):
    z = torch.tensor([1010, 100, 999], dtype=torch.float32)
    small = torch.tensor([10, 9, 5], dtype=torch.float32)
    upper = [[1, 2, 4, 5], [3, 4, 4, 5], [5, 6, 4, 5]]
    lower = [[5, 6, 4, 5], [7, 8, 4, 5], [9, 10, 4, 5]]
    s = torch.tensor([upper, lower], dtype=torch.float32)
    return {
        "exp(z) / sum, z = 1010, 100, 999": torch.exp(z) / torch.sum(torch.exp(z)),
        "softmax(z)": torch.softmax(z, 0),
        "exp(z) / sum, z = 10, 9, 5": torch.exp(small) / torch.sum(torch.exp(small)),
        "softmax(10, 9, 5)": torch.nn.Softmax(dim=0)(small),
        "its sum": torch.softmax(small, 0).sum(),
        "softmax(s, dim=0)": torch.softmax(s, dim=0),
        "softmax(s, dim=1)": torch.softmax(s, dim=1),
        "softmax(s, dim=2)": torch.softmax(s, dim=2),
    }


def softmax_jax():
    z, small = jnp.array([1010.0, 100.0, 999.0]), jnp.array([10.0, 9.0, 5.0])
    upper = [[1, 2, 4, 5], [3, 4, 4, 5], [5, 6, 4, 5]]
    lower = [[5, 6, 4, 5], [7, 8, 4, 5], [9, 10, 4, 5]]
    s = jnp.array([upper, lower], jnp.float32)

    def naive(z):
        return jnp.exp(z) / jnp.exp(z).sum()

    def stable(z):
        return naive(z - z.max())  # the same quotient; no exponent is above 0

    return {
        "exp(z) / sum, z = 1010, 100, 999": naive(z),
        "softmax(z)": stable(z),
        "exp(z) / sum, z = 10, 9, 5": naive(small),
        "softmax(10, 9, 5)": stable(small),
        "its sum": jax.nn.softmax(small).sum(),
        "softmax(s, dim=0)": jax.nn.softmax(s, axis=0),
        "softmax(s, dim=1)": jax.nn.softmax(s, axis=1),
        "softmax(s, dim=2)": jax.nn.softmax(s, axis=2),
    }


def jacobian_torch(torch):
    a = torch.tensor([0.0983, 0.3098, 0.4726], requires_grad=True)
    p = torch.softmax(a, dim=0)
    first = torch.autograd.grad(p[0], [a], retain_graph=True)[0]
    second = torch.autograd.grad(p[1], [a], retain_graph=True)[0]
    third = torch.autograd.grad(p[2], [a])[0]
    J = torch.stack([first, second, third])
    return {
        "p": p,
        "gradient of p[1]": second,
        "gradient of p[2]": third,
        "Jacobian": J,
        "diag(p) - p pᵀ": torch.diag(p) - torch.outer(p, p),
        "positive": J > 0,
        "sums of its rows": J.sum(dim=1),
    }


def jacobian_jax():
    a = jnp.array([0.0983, 0.3098, 0.4726])
    p = jax.nn.softmax(a)
    J = jax.jacobian(jax.nn.softmax)(a)  # all rows at once
    return {
        "p": p,
        "gradient of p[1]": J[1],
        "gradient of p[2]": J[2],
        "Jacobian": J,
        "diag(p) - p pᵀ": jnp.diag(p) - jnp.outer(p, p),
        "positive": J > 0,
        "sums of its rows": J.sum(axis=1),
    }


SIGMOID = {
    "title": "Sigmoid, tanh and ReLU in numbers", "in_torch": sigmoid_torch, "in_jax": sigmoid_jax,
    "notes": {
        "sigmoid(z)": "0.0000e+00, 1.6655e-34, 7.4564e-25, 3.3382e-15, 1.4945e-05, 9.9999e-01, 1.0000e+00, "
        "1.0000e+00, 1.0000e+00, 1.0000e+00",
        "tanh(a)": "-0.7616, -0.6514, -0.5047, -0.3215, -0.1107, 0.1107, 0.3215, 0.5047, 0.6514, 0.7616",
        "relu(a)": "0.0000, 0.0000, 0.0000, 0.0000, 0.0000, 0.1111, 0.3333, 0.5556, 0.7778, 1.0000",
    },
    "pytorch": {
        "sigmoid(z)": [0.0, 1.66548195e-34, 7.45638033e-25, 3.33822927e-15, 1.49450652e-05, 0.999985099, 1.0, 1.0,
        1.0, 1.0], "sigmoid' - s (1 - s), largest": 0.0,
        "tanh(a)": [-0.761594176, -0.651429355, -0.504672408, -0.321512729, -0.110656105, 0.110656105, 0.321512729,
        0.504672408, 0.651429355, 0.761594176], "tanh(a) - (2 sigmoid(2a) - 1), largest": 1.1920929e-07,
        "relu(a)": [0.0, 0.0, 0.0, 0.0, 0.0, 0.111111104, 0.333333313, 0.555555582, 0.777777791, 1.0],
    },
}  # fmt: skip
NAMED = {
    "title": "Functions, modules and derivatives", "in_torch": named_torch, "in_jax": named_jax,
    "given": {"x": [-2.0, -0.5, 0.5, 2.0]},
    "pytorch": {
        "relu": [0.0, 0.0, 0.5, 2.0], "relu'": [0.0, 0.0, 1.0, 1.0],
        "sigmoid": [0.119202919, 0.377540678, 0.622459352, 0.880797029],
        "sigmoid'": [0.104993582, 0.23500371, 0.23500371, 0.104993626],
        "tanh": [-0.964027584, -0.462117165, 0.462117165, 0.964027584],
        "tanh'": [0.070650816, 0.786447704, 0.786447704, 0.070650816],
        "softplus": [0.126928002, 0.474076986, 0.974076986, 2.12692809],
        "softplus'": [0.119202919, 0.377540678, 0.622459352, 0.880797088],
        "leaky_relu": [-0.0199999996, -0.00499999989, 0.5, 2.0],
        "leaky_relu'": [0.00999999978, 0.00999999978, 1.0, 1.0],
        "selu": [-1.52016652, -0.691758156, 0.525350511, 2.10140204],
        "selu'": [0.237932861, 1.06634116, 1.05070102, 1.05070102],
        "gelu": [-0.0455000997, -0.154268786, 0.345731199, 1.95449996],
        "gelu'": [-0.0852318704, 0.13250491, 0.86749506, 1.0852319],
        "silu": [-0.238405839, -0.188770339, 0.311229676, 1.76159406],
        "silu'": [-0.0907842517, 0.260038823, 0.739961207, 1.09078431], "sign": [-1.0, -1.0, 1.0, 1.0],
        "sign'": [0.0, 0.0, 0.0, 0.0],
    },
}  # fmt: skip
SOFTMAX = {
    "title": "Softmax, and along which dimension", "in_torch": softmax_torch, "in_jax": softmax_jax,
    "notes": {
        "exp(z) / sum, z = 1010, 100, 999": "nan, nan, nan",
        "softmax(z)": "9.9998e-01, 0.0000e+00, 1.6701e-05",
        "exp(z) / sum, z = 10, 9, 5": "0.7275, 0.2676, 0.0049",
        "softmax(10, 9, 5)": "0.7275, 0.2676, 0.0049",
        "its sum": "1.",
        "softmax(s, dim=0)": "0.0180 0.0180 0.5000 0.5000 " * 3 + "0.9820 0.9820 0.5000 0.5000 " * 3,
        "softmax(s, dim=1)": "0.0159 0.0159 0.3333 0.3333 0.1173 0.1173 0.3333 0.3333 0.8668 0.8668 0.3333 0.3333 " * 2,
        "softmax(s, dim=2)": "0.0128 0.0347 0.2562 0.6964 0.0723 0.1966 0.1966 0.5344 0.1966 0.5344 0.0723 0.1966 "
        "0.1966 0.5344 0.0723 0.1966 0.2562 0.6964 0.0128 0.0347 0.2671 0.7262 0.0018 0.0049",
    },
    "pytorch": {
        "exp(z) / sum, z = 1010, 100, 999": [float("nan"), float("nan"), float("nan")],
        "softmax(z)": [0.999983311, 0.0, 1.67014223e-05],
        "exp(z) / sum, z = 10, 9, 5": [0.727475107, 0.267623156, 0.00490168901],
        "softmax(10, 9, 5)": [0.727475166, 0.267623156, 0.00490168901], "its sum": 1.0,
        "softmax(s, dim=0)": [[[0.0179862101, 0.0179862101, 0.5, 0.5], [0.0179862101, 0.0179862101, 0.5, 0.5],
        [0.0179862101, 0.0179862101, 0.5, 0.5]], [[0.982013762, 0.982013762, 0.5, 0.5], [0.982013762, 0.982013762,
        0.5, 0.5], [0.982013762, 0.982013762, 0.5, 0.5]]],
        "softmax(s, dim=1)": [[[0.015876241, 0.015876241, 0.333333343, 0.333333343], [0.117310427, 0.117310427,
        0.333333343, 0.333333343], [0.866813362, 0.866813362, 0.333333343, 0.333333343]], [[0.015876241, 0.015876241,
        0.333333343, 0.333333343], [0.117310427, 0.117310427, 0.333333343, 0.333333343], [0.866813362, 0.866813362,
        0.333333343, 0.333333343]]],
        "softmax(s, dim=2)": [[[0.0127547821, 0.0346710905, 0.256186634, 0.69638747], [0.0723294914, 0.196611941,
        0.196611941, 0.534446657], [0.196611941, 0.534446657, 0.0723294914, 0.196611941]], [[0.196611941, 0.534446657,
        0.0723294914, 0.196611941], [0.256186664, 0.696387529, 0.012754783, 0.0346710943], [0.267141461, 0.726165771,
        0.00179998507, 0.00489286659]]],
    },
}  # fmt: skip
JACOBIAN = {
    "title": "The Jacobian of softmax", "in_torch": jacobian_torch, "in_jax": jacobian_jax,
    "notes": {
        "p": "0.2710, 0.3349, 0.3941",
        "gradient of p[1]": "-0.0908, 0.2227, -0.1320",
        "gradient of p[2]": "-0.1068, -0.1320, 0.2388",
    },
    "pytorch": {
        "p": [0.271039218, 0.334877074, 0.394083768], "gradient of p[1]": [-0.0907648206, 0.222734421, -0.131969616],
        "gradient of p[2]": [-0.106812157, -0.131969616, 0.238781765],
        "Jacobian": [[0.197576955, -0.0907648206, -0.106812157], [-0.0907648206, 0.222734421, -0.131969616],
        [-0.106812157, -0.131969616, 0.238781765]],
        "diag(p) - p pᵀ": [[0.19757697, -0.0907648206, -0.106812157], [-0.0907648206, 0.222734421, -0.131969616],
        [-0.106812157, -0.131969616, 0.23878175]],
        "positive": [[True, False, False], [False, True, False], [False, False, True]],
        "sums of its rows": [-2.23517418e-08, -1.49011612e-08, -1.49011612e-08],
    },
}  # fmt: skip

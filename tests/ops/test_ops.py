"""Every op on every row of tests/samples: value, gradient, dtype and errors equal PyTorch's; jitted equals plain."""

import functools
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from samples import CONSTANT, ERRORS, KINKS, NO_GRADIENT, SAMPLES, TORCH_NAME

from jnet.ops import OPS
from jnet.recorder.interpret import evaluate

ROWS = [(name, row) for name, rows in SAMPLES.items() for row in rows]
# XLA compiles the first rows of each op; the others, which differ in settings and edges, are interpreted.
FIRST = [(name, row) for name, rows in SAMPLES.items() for row in rows[:3]]
COMPILED = {id(row) for _, row in FIRST}
TOLERANCE = {"rtol": 2e-5, "atol": 2e-6}  # float32: a few roundings of sums of some dozen terms
HALVES = {  # one or two roundings
    "float16": {"rtol": 2e-3, "atol": 2e-3},
    "bfloat16": {"rtol": 1.6e-2, "atol": 1.6e-2},
}


def identity(row):
    if not isinstance(row, dict):
        return None
    return "-".join(f"{k}={'x'.join(map(str, np.shape(v))) if hasattr(v, 'dtype') else v}" for k, v in row.items())


def is_floating(value):
    """Tell whether a value of a row is floating: an array, or a list of arrays; Python numbers are not arrays."""
    if isinstance(value, (list, tuple)):
        return all(map(is_floating, value))
    return hasattr(value, "dtype") and jnp.issubdtype(value.dtype, jnp.floating)


def split(name, row):
    """Return the row's differentiable arrays, its other arrays and the numbers in their place, and its settings."""
    arguments = {key: value for key, value in row.items() if key in OPS[name].arrays}
    chosen = {
        key: jax.tree.map(jnp.asarray, value)
        for key, value in arguments.items()
        if is_floating(value) and key not in CONSTANT.get(name, ())
    }
    fixed = {key: value for key, value in arguments.items() if key not in chosen}
    return chosen, fixed, {key: value for key, value in row.items() if key not in arguments}


def outputs(name, *arguments):
    out = OPS[name].function(**{key: value for argument in arguments for key, value in argument.items()})
    return tuple(out) if isinstance(out, (tuple, list)) else (out,)


COMPUTED = {}  # by op and identity of the row: two tests look at each


def ours(name, row):
    """Return, jitted, the results as a tuple and the gradients of their weighted sum, by name of argument."""
    key = name, id(row)
    if key in COMPUTED:
        return COMPUTED[key]
    chosen, fixed, settings = split(name, row)

    def run(chosen):
        out = outputs(name, chosen, fixed, settings)
        return sum((jnp.vdot(cotangent(x), x) for x in map(parts, out) if is_floating(x)), jnp.zeros(())), out

    execute = jax.jit if id(row) in COMPILED else interpreted
    results = jax.eval_shape(run, chosen)[1]
    if name in NO_GRADIENT or not any(jnp.issubdtype(x.dtype, jnp.inexact) for x in results):
        COMPUTED[key] = execute(run)(chosen)[1], {}
    else:
        (_, out), grads = execute(jax.value_and_grad(run, has_aux=True))(chosen)
        COMPUTED[key] = out, grads
    return COMPUTED[key]


def interpreted(function):
    """Return the function run by the recorder's interpreter: what XLA runs too, without the time that it compiles."""

    def run(*arguments):
        jaxpr, shape = jax.make_jaxpr(function, return_shape=True)(*arguments)
        results = evaluate(jaxpr, [np.asarray(x) for x in jax.tree.leaves(arguments)])
        return jax.tree.unflatten(jax.tree.structure(shape), results)

    return run


def parts(x):
    """Return the real and imaginary parts of complex numbers as one array, along a last dimension."""
    return jnp.stack([x.real, x.imag], -1) if jnp.iscomplexobj(x) else x


def cotangent(x):
    return jnp.asarray(np.cos(np.arange(x.size)).reshape(x.shape) + 1.5, x.dtype)


def theirs(torch, name, row):
    """Return what PyTorch makes of the row, in the form of `ours`."""
    chosen, fixed, settings = split(name, row)
    leaves = {key: tensor(torch, value, name not in NO_GRADIENT) for key, value in chosen.items()}
    fixed = {key: tensor(torch, value) for key, value in fixed.items()}
    out = pytorch_function(torch, name)(**leaves, **fixed, **settings)
    out = (out,) if isinstance(out, torch.Tensor) else tuple(out)
    loss = sum(
        (torch.tensor(np.cos(np.arange(x.numel())).reshape(x.shape) + 1.5).to(x.dtype) * x).sum()
        for x in (torch.view_as_real(x.resolve_conj()) if x.is_complex() else x for x in out)
        if x.requires_grad and x.is_floating_point()
    )
    if not isinstance(loss, torch.Tensor):
        return out, {}
    flat, structure = jax.tree.flatten(leaves)
    grads = torch.autograd.grad(loss, flat, allow_unused=True, materialize_grads=True)
    return out, jax.tree.unflatten(structure, grads)


def tensor(torch, value, requires_grad=False):
    """Return an array as a tensor (a list of them as a list), and what is no array as it is."""
    if isinstance(value, (list, tuple)) and value and all(hasattr(each, "dtype") for each in value):
        return [tensor(torch, each, requires_grad) for each in value]
    if not hasattr(value, "dtype"):
        return value
    if value.dtype == jnp.bfloat16:  # of which NumPy, and so torch.tensor, knows nothing
        return torch.tensor(np.asarray(value, np.float32)).bfloat16().requires_grad_(requires_grad)
    return torch.tensor(np.asarray(value), requires_grad=requires_grad)


def pytorch_function(torch, name):
    if name in TORCH_NAME:
        return TORCH_NAME[name](torch)
    places = (torch.nn.functional, torch, torch.special, torch.linalg)
    return next(getattr(place, name) for place in places if hasattr(place, name))


def assert_close(mine, other, **about):
    """Assert that an array of ours equals an array or tensor, up to the roundings of its dtype."""
    dtype = mine.dtype.name if hasattr(mine, "dtype") else "float32"
    if hasattr(other, "detach"):
        other = (other.float() if dtype in HALVES else other).numpy(force=True)
    if dtype in HALVES:
        mine, other = np.asarray(mine, np.float32), np.asarray(other, np.float32)
    np.testing.assert_allclose(mine, other, **HALVES.get(dtype, TOLERANCE), **about)


def test_every_op_has_a_row():
    assert sorted(OPS) == sorted(SAMPLES), "each op needs a row in tests/samples, and each row an op"


@pytest.mark.parametrize(("name", "row"), ROWS + KINKS, ids=identity)
def test_value_gradient_and_dtype_equal_pytorchs(name, row, torch):
    with jax.enable_x64(True):  # integers are int64, as PyTorch's
        out, grads = ours(name, row)
        expected, expected_grads = theirs(torch, name, row)
        assert len(out) == len(expected)
        for mine, other in zip(out, expected, strict=True):
            assert str(other.dtype) == f"torch.{mine.dtype}"
            assert mine.shape == tuple(other.shape)
            assert_close(mine, other)
        for key, expected_grad in expected_grads.items():
            pairs = zip(jax.tree.leaves(grads.get(key, 0)), jax.tree.leaves(expected_grad), strict=True)
            for mine, other in pairs:
                assert_close(mine, other, err_msg=f"gradient of {key}")


@pytest.mark.parametrize(("name", "row"), FIRST, ids=identity)
def test_plain_in_32_bits_equals_jitted_in_64_and_gradients_are_finite(name, row):
    with jax.enable_x64(True):
        jitted, grads = ours(name, row)
    for mine, other in zip(outputs(name, *split(name, row)), jitted, strict=True):
        assert mine.dtype.kind == other.dtype.kind
        assert mine.dtype.itemsize == min(other.dtype.itemsize, 8 if other.dtype.kind == "c" else 4)
        assert_close(mine, other)
    for grad in jax.tree.leaves(grads):
        assert np.isfinite(np.asarray(grad, np.float64)).all(), name


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in NO_GRADIENT])
def test_gradients_equal_numerical_ones(name):
    with jax.enable_x64(True):
        chosen, fixed, settings = split(name, SAMPLES[name][0])
        chosen = jax.tree.map(lambda value: value.astype(jnp.float64), chosen)
        fixed = {key: np.float64(value) if is_floating(value) else value for key, value in fixed.items()}

        def run(chosen):
            return [x for x in map(parts, outputs(name, chosen, fixed, settings)) if is_floating(x)]

        check_grads(jax.jit(run), (chosen,), order=1, modes=["rev"], atol=1e-5, rtol=1e-5, eps=1e-6)


@pytest.mark.parametrize(("name", "row", "error", "message"), ERRORS, ids=identity)
def test_errors_equal_pytorchs(name, row, error, message):
    assert first_line(failure(error, OPS[name].function, arrays, row)).startswith(message)


@pytest.mark.parametrize(("name", "row", "error", "message"), ERRORS, ids=identity)
def test_error_rows_are_pytorchs_own(name, row, error, message, torch):
    mine = failure(error, OPS[name].function, arrays, row)
    other = failure(error, pytorch_function(torch, name), functools.partial(tensors, torch), row)
    assert type(mine) is type(other)
    assert first_line(mine) == first_line(other)


def first_line(error):
    """Return the line of a message that is PyTorch's; what follows is jnet's own advice."""
    return str(error).split("\n")[0].rstrip()


def failure(error, function, convert, row):
    """Return the exception that the row brings out."""
    with jax.enable_x64(True), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arguments = convert(row)
        with pytest.raises(error) as caught:
            function(**arguments)
    return caught.value


def tensors(torch, row):
    return {key: tensor(torch, value) for key, value in row.items()}


def arrays(row):
    """Return the row with its arrays, those in lists included, as JAX's."""
    return jax.tree.map(lambda value: jnp.asarray(value) if hasattr(value, "dtype") else value, row)


# What the notes print; these need no PyTorch.


def op(name, *args, **settings):
    return OPS[name].function(*args, **settings)


@pytest.mark.smoke
def test_activations_of_the_notes():
    big = jnp.array([1010.0, 100.0, 999.0])
    np.testing.assert_allclose(op("softmax", big, 0), [9.9998e-01, 0, 1.6701e-05], rtol=1e-4)
    assert np.isnan(jnp.exp(big) / jnp.exp(big).sum()).any()
    np.testing.assert_allclose(op("softmax", jnp.array([10.0, 9.0, 5.0]), 0), [0.7275, 0.2676, 0.0049], atol=5e-5)
    s = op("sigmoid", jnp.linspace(-100, 100, 10))
    np.testing.assert_allclose(s[1], 1.6655e-34, rtol=1e-4)
    x = jnp.linspace(-5, 5, 21)
    s = op("sigmoid", x)
    np.testing.assert_allclose(jax.vmap(jax.grad(OPS["sigmoid"].function))(x), s * (1 - s), rtol=1e-5)
    np.testing.assert_allclose(op("tanh", x), 2 * op("sigmoid", 2 * x) - 1, atol=1e-6)


@pytest.mark.smoke
def test_jacobian_of_softmax_is_positive_on_the_diagonal_only():
    jacobian = jax.jacobian(lambda x: op("softmax", x, 0))(jnp.array([1.0, 2.0, 3.0]))
    assert ((jacobian > 0) == np.eye(3, dtype=bool)).all()
    np.testing.assert_allclose(jacobian.sum(1), 0, atol=1e-6)


@pytest.mark.smoke
def test_a_label_that_is_no_class_is_never_clamped():
    x = jnp.zeros((2, 3))
    for name in ("nll_loss", "cross_entropy"):
        for label in (3, -1):
            loss = jax.jit(OPS[name].function)(x, jnp.array([0, label]))
            assert np.isnan(loss)
    assert np.isnan(jax.jit(OPS["binary_cross_entropy"].function)(jnp.array([0.5]), jnp.array([2.0])))


def test_mse_of_different_shapes_warns_and_broadcasts():
    """The notes compare an output (1, 10) with `arange(0, 10)`."""
    with pytest.warns(UserWarning, match=r"Using a target size \(torch.Size\(\[10\]\)\) that is different"):
        loss = op("mse_loss", jnp.zeros((1, 10)), jnp.arange(10))
    assert loss == 28.5


def test_kl_div_warns_of_mean():
    with pytest.warns(UserWarning, match="batchmean"):
        assert op("kl_div", jnp.log(jnp.array([0.5, 0.5])), jnp.array([0.5, 0.5])) == 0


@pytest.mark.smoke
def test_a_square_is_a_product_and_its_derivative_exact():
    x = jnp.asarray(np.random.default_rng(0).normal(size=100), jnp.float32)
    value, grad = jax.jit(jax.vmap(jax.value_and_grad(lambda x: op("pow", x, 2))))(x)
    assert (value == x * x).all()
    assert (grad == 2 * x).all()


def test_a_number_that_multiplies_halves_is_not_rounded_to_one():
    x = jnp.linspace(-2, 2, 41, dtype=jnp.bfloat16)
    assert (op("mul", x, 0.1) == (x.astype(jnp.float32) * 0.1).astype(jnp.bfloat16)).all()
    assert (op("mul", x, 0.1) != x * jnp.asarray(0.1, jnp.bfloat16)).any()


def test_powers_of_the_base_have_whole_logarithms():
    with jax.enable_x64(True):
        for name, base in (("log2", 2.0), ("log10", 10.0)):
            powers = np.arange(-20.0, 21)
            assert (op(name, jnp.asarray(base**powers)) == powers).all()

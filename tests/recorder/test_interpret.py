"""The interpreter gives what XLA gives: for every op and its gradient, and for each primitive where NumPy differs."""

import gc
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from samples import NO_GRADIENT, SAMPLES

from jnet.ops import OPS
from jnet.recorder import interpret
from jnet.recorder.interpret import cost, evaluate

inf, nan = np.inf, np.nan
BFLOAT16 = np.dtype(jnp.bfloat16)
# Roundings of sums of some dozen terms, by bytes; a float64 may come from a float32 (the gradient of a number).
ROUNDINGS = {2: 1e-2, 4: 2e-5, 8: 1e-12, 16: 1e-12}


def assert_same(mine, expected, rounding=None):
    """Assert that the results have the dtypes and shapes of JAX's, and their values up to rounding."""
    assert len(mine) == len(expected)
    for one, other in zip(mine, map(np.asarray, expected), strict=True):
        assert type(one) is np.ndarray
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        if one.dtype in (BFLOAT16, np.float16):
            one, other = one.astype(np.float32), other.astype(np.float32)
            tolerance = ROUNDINGS[2]
        else:
            size = one.dtype.itemsize // (2 if one.dtype.kind == "c" else 1)
            tolerance = 0 if one.dtype.kind in "biu" else rounding or ROUNDINGS[size]
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance / 5)


def compare(function, *arguments, rounding=None):
    """Assert that the function gives the same interpreted, twice, and by XLA; return what fell back to XLA."""
    arguments = [np.array(argument) for argument in arguments]
    for array in arguments:
        array.flags.writeable = False
    with jax.enable_x64(True):
        traced = jax.jit(function).trace(*arguments)
        jaxpr, compiled = traced.jaxpr, traced.lower().compile(compiler_options={"xla_backend_optimization_level": 0})
        expected = jax.tree.leaves(compiled(*arguments))
    before = set(interpret.fallbacks)
    interpret.fallbacks.clear()
    try:
        assert_same(evaluate(jaxpr, arguments), expected, rounding)
        assert_same(evaluate(jaxpr, arguments), expected, rounding)
        return set(interpret.fallbacks)
    finally:
        interpret.fallbacks.update(before)


# The ops -------------------------------------------------------------------------------------------------------------


def arrays_of(name, row):
    """Return the arrays of a row, and a function of them that gives the op's results and their gradients."""
    leaves, tree = jax.tree.flatten(dict(row), is_leaf=lambda value: value is None)
    places = [place for place, leaf in enumerate(leaves) if hasattr(leaf, "dtype")]

    def call(arrays):
        filled = list(leaves)
        for place, array in zip(places, arrays, strict=True):
            filled[place] = array
        result = OPS[name].function(**jax.tree.unflatten(tree, filled))
        return [jnp.asarray(each) for each in (result if isinstance(result, (tuple, list)) else (result,))]

    def both(*arrays):
        results = call(arrays)
        towards = [place for place, array in enumerate(arrays) if jnp.issubdtype(array.dtype, jnp.inexact)]
        if name in NO_GRADIENT or not towards:
            return results, ()

        def floating(*chosen):
            filled = list(arrays)
            for place, array in zip(towards, chosen, strict=True):
                filled[place] = array
            return [each for each in call(filled) if jnp.issubdtype(each.dtype, jnp.inexact)]

        out, pull = jax.vjp(floating, *(arrays[place] for place in towards))
        return results, pull([jnp.asarray(np.cos(np.arange(x.size)).reshape(x.shape).astype(x.dtype)) for x in out])

    return [leaves[place] for place in places], both


@pytest.mark.filterwarnings("ignore")  # what ops warn of while they are traced
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_op_and_its_gradient_are_as_by_xla(name):
    arrays, both = arrays_of(name, SAMPLES[name][0])
    mixed = len({array.dtype for array in arrays}) > 1
    compare(both, *arrays, rounding=2e-5 if mixed else None)


# Everyday primitives -------------------------------------------------------------------------------------------------

f32 = np.array([0.0, -0.0, nan, inf, -inf, 1.5, -2.5, 0.49999997, 0.5, 300.7], np.float32)
X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)
INTS = np.array([7, -7, 7, -7, 5, 0, -(2**31)], np.int32)
OTHERS = np.array([2, 2, -2, -2, 0, 0, -1], np.int32)
HUGE = np.array([nan, inf, -inf, 1e20, -1e20, 300.7, -1.5, 3e9, -200.0, 0.0])
COMPLEX = np.array([1 + 2j, -3.5j, 0, 2], np.complex64)


def converted(dtype):
    return lambda x: lax.convert_element_type(x, dtype)


def each(functions):
    """Return one function of several: compiling it costs XLA less than compiling each."""
    return lambda *arguments: [function(*arguments) for function in functions]


def product(contract, batch, **more):
    return lambda x, y: lax.dot_general(x, y, (contract, batch), **more)


UNARY = [lax.sign, lax.floor, lax.ceil, lax.round, lax.abs, lax.neg, lax.exp, lax.exp2, lax.log, lax.log1p, lax.expm1]
UNARY += [lax.sin, lax.cos, lax.tan, lax.asin, lax.atan, lax.sinh, lax.cosh, lax.tanh, lax.asinh, lax.acosh, lax.atanh]
UNARY += [lax.sqrt, lax.rsqrt, lax.cbrt, lax.square, lax.logistic, lax.is_finite, lax.erf, lax.erfc, lax.lgamma]
UNARY += [lambda x: lax.integer_pow(x, 3), lambda x: lax.integer_pow(x, -2), lambda x: lax.integer_pow(x, 0)]
UNARY += [
    lambda x: lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN),
    lambda x: lax.clamp(np.float32(-1), x, np.float32(2)),
]
BINARY = [lax.add, lax.sub, lax.mul, lax.div, lax.rem, lax.max, lax.min, lax.pow, lax.atan2, lax.nextafter]
BINARY += [lax.eq, lax.ne, lax.lt, lax.le, lax.gt, lax.ge]
WHOLE = [lax.add, lax.mul, lax.div, lax.rem, lax.max, lax.bitwise_and, lax.bitwise_or, lax.bitwise_xor]
WHOLE += [lax.shift_left, lax.shift_right_arithmetic, lax.shift_right_logical, lambda x, y: lax.bitwise_not(x)]
WHOLE += [lambda x, y: lax.population_count(x), lambda x, y: lax.integer_pow(x, 3), lambda x, y: lax.abs(x)]
CUMULATIVE = [lax.cumsum, lax.cumprod, lax.cummax, lax.cummin, lax.cumlogsumexp]
UPDATES = ["set", "add", "multiply", "min", "max", "subtract"]

CASES = [
    (each(UNARY), f32),
    (each(UNARY), np.float32(0.3)),
    (each([lax.exp, lax.sign, lax.logistic, lax.erf, lax.cbrt]), X.astype(np.float16)),
    (each([lax.exp, lax.sign, lax.logistic, lax.erf, lax.cbrt]), X.astype(BFLOAT16)),
    (each(BINARY), f32, f32[::-1].copy()),
    (each(BINARY), np.float32(0.3), np.float32(-2)),
    (each(WHOLE), INTS, OTHERS),
    (each([lax.div, lax.rem]), INTS.astype(np.uint32), OTHERS.astype(np.uint32)),
    (lax.shift_left, np.int32([1, 1, -8]), np.int32([33, -1, 40])),
    (lax.shift_right_logical, np.int32([1, 1, -8]), np.int32([33, -1, 1])),
    (lax.pow, f32, np.arange(10, dtype=np.int32)),
    (each([lax.real, lax.imag, lax.conj, lax.abs, lax.exp, lax.sign, lax.neg, lax.square]), COMPLEX),
    (lax.complex, f32, f32),
    (each([converted(d) for d in ("bool", "int8", "uint8", "int32", "uint32", "int64", "float16")]), HUGE),
    (each([converted(d) for d in ("bool", "int8", "int64", "float32")]), HUGE.astype(BFLOAT16)),
    (each([converted(d) for d in ("bool", "int8", "uint8", "float32", "bfloat16", "complex64")]), INTS),
    (lambda x: lax.bitcast_convert_type(x, np.int32), f32),
    (lambda x: lax.reduce_precision(x, 8, 23), f32),
    # reductions
    (lambda x: [f(x, axis=1) for f in (jnp.sum, jnp.prod, jnp.max, jnp.min, jnp.argmax, jnp.argmin)], X),
    (each([jnp.max, jnp.min, jnp.argmax, jnp.argmin]), f32),
    (each([jnp.sum, jnp.prod, jnp.max, jnp.min, jnp.argmax]), INTS),
    (lambda x: [f(x, axis=0) for f in (jnp.all, jnp.any, jnp.argmax)], X > 0),
    *((lambda x, d=d: jnp.sum(x.astype(d)), np.full(5000, 0.1, np.float32)) for d in ("float16", "bfloat16")),
    (lambda x: lax.reduce_xor_p.bind(x, axes=(0,)), INTS),
    (lambda x: jnp.max(x, axis=0, initial=-inf), np.zeros((0, 2), np.float32)),
    *((lambda x, r=r: [f(x, 1, reverse=r) for f in CUMULATIVE], X) for r in (False, True)),
    (lambda x: lax.cumsum(x, 0), INTS),
    (lambda x: lax.cumsum(x, 1), X.astype(BFLOAT16)),
    *(
        (lambda x, f=f, i=i: lax.reduce_window(x, i, f, (1, 2, 3), (1, 1, 2), "SAME", window_dilation=(1, 1, 1)), X)
        for f, i in ((lax.add, np.float32(0)), (lax.max, np.float32(-inf)), (lax.min, np.float32(inf)))
    ),
    (lambda x: lax.reduce_window(x, np.float32(0), lax.add, (2, 2), (2, 1), ((1, 1), (0, 2)), (2, 1), (1, 2)), X[0]),
    (lambda x: lax.reduce_window(x, np.float32(0), lax.add, (9,), (1,), "VALID"), f32[5:]),
    # order
    (lax.sort, f32),
    (lax.sort, X.astype(BFLOAT16)),
    (lambda x: lax.sort((x, np.arange(10)), num_keys=1), f32),
    (lambda x, y: lax.sort((x, y, np.arange(7)), num_keys=2), np.sign(INTS), OTHERS),
    (lambda x: jnp.sort(x, descending=True), f32),
    (lambda x: lax.top_k(x, 5), f32),
    (lambda x: lax.top_k(x, 2), X),
    (lambda x: lax.top_k(x, 3), INTS),
    (lambda x, y: jnp.searchsorted(x, y), np.sort(f32), f32[::2].copy()),
    # products
    (product(((1,), (1,)), ((), ())), X[0], X[1]),
    (product(((0,), (0,)), ((), ())), X[0], X[1]),
    (product(((), ()), ((), ())), X[0], X[1]),
    (product(((0, 1), (0, 1)), ((), ())), X[0], X[1]),
    (product(((0,), (0,)), ((), ())), f32[5:], f32[5:]),
    (product(((2,), (1,)), ((0,), (2,))), X, np.moveaxis(X, 0, 2).copy()),
    (product(((0,), (0,)), ((2, 1), (2, 1))), X, X),
    (product(((1,), (0,)), ((), ())), np.zeros((2, 0), np.float32), np.zeros((0, 3), np.float32)),
    (product(((0,), (0,)), ((), ())), INTS, OTHERS),
    (product(((1,), (1,)), ((), ())), X[0] > 0, X[1] > 0),
    (product(((1,), (1,)), ((), ())), X[0].astype(BFLOAT16), X[1].astype(BFLOAT16)),
    (product(((1,), (1,)), ((), ()), preferred_element_type=np.float32), *X.astype(np.float16)),
    (product(((0,), (0,)), ((), ()), preferred_element_type=np.int32), np.int8([100, 100]), np.int8([100, 100])),
    (product(((0,), (0,)), ((), ())), COMPLEX, COMPLEX),
    # shapes
    (lambda x: lax.broadcast_in_dim(x, (4, 3, 2, 4), (1, 3)), X[0]),
    (lambda x: lax.broadcast_in_dim(x, (100, 100), ()), np.float32(2)),
    (lambda x: lax.reshape(x, (4, 6), (2, 0, 1)), X),
    (lambda x: jnp.flip(x, (0, 2)).transpose(2, 0, 1).squeeze(), X[:, :1].copy()),
    (lambda x: lax.pad(x, np.float32(9), ((1, -1, 0), (-2, 3, 1), (-1, -1, 2))), X),
    (lambda x: lax.pad(x, np.float32(9), ((-3, 1, 0), (0, 0, 0), (9, -9, 0))), X),
    (lambda x: lax.pad(x, np.float32(9), ((2, 1, 3),)), np.zeros(0, np.float32)),
    (lambda x: lax.slice(x, (0, 1, 0), (2, 3, 4), (1, 2, 3)), X),
    (lambda x, i: lax.dynamic_slice(x, (i, -i, i), (1, 2, 3)), X, np.int64(5)),
    (lambda x, i: lax.dynamic_update_slice(x, x[:1, :2, :3] * 2, (i, -i, 1)), X, np.int64(5)),
    (lambda x: [lax.iota(np.int32, 3), lax.broadcasted_iota(BFLOAT16, (2, 3), 1), jnp.stack([x, x], 1)], X),
    (
        lambda x: [
            *lax.split(x, (1, 3), 2),
            *jnp.unstack(x, axis=1),
            jnp.tile(x, (2, 1, 1)),
            lax.concatenate([x, x], 1),
        ],
        X,
    ),
    (lambda x: lax.select_n(x, np.float32(1), np.float32(2), np.float32(3)), np.int32(2)),
    (lambda x: lax.select_n(x, x * 2, x * 3, x * 4), np.int32([0, 2, 1])),
    (lambda x: lax.select(x[0, 0, 0] > 0, x, -x), X),
    (lambda x: lax.optimization_barrier((x, x + 1)), X),
    (lambda x: [lax.stop_gradient(x), jnp.copy(x), jax.device_put(x)], X),
    # gather and scatter, where NumPy has no such thing
    *((lambda x, i, m=m: x.at[i].get(mode=m), X, np.array([1, 5, -1, -7])) for m in ("fill", "clip")),
    (lambda x, i: x.at[i].get(mode="fill"), INTS, np.array([1, 50])),
    (lambda x, i: x.at[i].get(mode="fill", fill_value=3), INTS.astype(np.uint8), np.array([1, 50])),
    (lambda x, i: x.at[i].get(mode="fill"), X > 0, np.array([1, 50])),
    *(
        (lambda x, i, m=m: [getattr(x.at[i, :, i], f)(2, mode=m) for f in UPDATES], X, np.array([1, 9, -1, 1]))
        for m in ("drop", "clip")
    ),
    (lambda x, i: x.at[i].add(x[:1]), X.astype(BFLOAT16), np.array([1, 0, 1])),
    (lambda x, i: x.at[i].set(x[:0]), X, np.zeros(0, int)),
    (lambda x, i: jnp.take_along_axis(x, i, 1), X, np.array([[[1, 0, 2, -1]], [[0, 0, 1, 7]]])),
    (lambda x, i: jnp.put_along_axis(x, i, 5.0, 1, inplace=False), X, np.array([[[1, 0, 2, -1]], [[0, 0, 1, 1]]])),
    (jax.vmap(lambda x, i: lax.dynamic_slice(x, (i, 1), (2, 2))), X, np.array([0, 7])),
    (jax.vmap(lambda x, i: lax.dynamic_update_slice(x, x[:2, :2], (i, 1))), X, np.array([0, 7])),
    (jax.vmap(lambda x, i: x.at[i].add(1.0)), X, np.array([[0, 0], [1, 7]])),
    (jax.vmap(lambda x, i: x[i, 1:], in_axes=(2, 0), out_axes=1), X, np.array([0, 1, 1, 0])),
    (lambda x: x[None, ..., 1:][0], X),
]


@pytest.mark.parametrize("case", CASES, ids=[str(number) for number in range(len(CASES))])
def test_everyday_primitives_are_as_by_xla_and_need_none(case):
    function, *arguments = case
    assert compare(function, *arguments) == set()


@pytest.mark.parametrize("name", ["linear", "softmax", "cross_entropy", "mse_loss", "conv2d", "max_pool2d", "cumsum"])
def test_everyday_ops_need_no_xla(name):
    arrays, both = arrays_of(name, SAMPLES[name][0])
    assert compare(lambda *given: both(*given)[0], *arrays) == set()


# Indexing ------------------------------------------------------------------------------------------------------------


@st.composite
def indexings(draw):
    """Draw a shape and an index: slices, numbers, new axes, arrays that broadcast together."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    common = tuple(draw(st.lists(st.integers(0, 3), max_size=2)))
    index = []
    for size in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(st.sampled_from(["slice", "number", "array", "none"]))
        if kind == "none":
            index.append(None)
        if kind in ("slice", "none"):
            ends = st.none() | st.integers(-size, size)
            index.append(slice(draw(ends), draw(ends), draw(st.sampled_from([None, 1, 2, -1]))))
        elif kind == "number":
            index.append(draw(st.integers(-size, size - 1)))
        else:
            count = int(np.prod(common))
            values = draw(st.lists(st.integers(-size, size - 1), min_size=count, max_size=count))
            index.append(np.array(values, np.int64).reshape(common))
    return shape, index


@settings(deadline=None, max_examples=150)
@given(indexings())
def test_indexing_is_numpys(indexing):
    shape, index = indexing
    x = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
    places = [place for place, each in enumerate(index) if isinstance(each, np.ndarray)]

    def indexed(function):
        def run(x, *arrays):
            filled = list(index)
            for place, array in zip(places, arrays, strict=True):
                filled[place] = array
            return function(x, tuple(filled))

        arguments = [x, *(index[place] for place in places)]
        with jax.enable_x64(True):
            return evaluate(jax.make_jaxpr(run)(*arguments), arguments)[0]

    index = list(index)
    expected = x[tuple(index)]
    updates = np.cos(np.arange(expected.size)).reshape(expected.shape)
    np.testing.assert_array_equal(indexed(lambda x, i: x[i]), expected)
    added, replaced = x.copy(), x.copy()
    np.add.at(added, tuple(index), updates)
    np.testing.assert_allclose(indexed(lambda x, i: x.at[i].add(updates)), added)
    replaced[tuple(index)] = updates
    np.testing.assert_array_equal(indexed(lambda x, i: x.at[i].set(updates)), replaced)
    pulled = np.zeros_like(x)
    np.add.at(pulled, tuple(index), updates)
    np.testing.assert_allclose(indexed(lambda x, i: jax.vjp(lambda x: x[i], x)[1](jnp.asarray(updates))[0]), pulled)


# Inner programs ------------------------------------------------------------------------------------------------------


@jax.custom_vjp
def scaled(x):
    return 2 * x


scaled.defvjp(lambda x: (2 * x, x), lambda x, g: (g * x,))

INNER = [
    lambda x: lax.fori_loop(0, 4, lambda i, c: c * x + i, x),
    lambda x: lax.while_loop(lambda c: c[0].sum() < 50, lambda c: (c[0] + c[1], c[1]), (x, x * x)),
    lambda x: lax.scan(lambda c, a: (c + a, (c * a, a.sum())), x[0], x),
    lambda x: lax.scan(lambda c, a: (c + a, c * a), x[0], x, reverse=True),
    lambda x: jax.vjp(lambda x: lax.scan(lambda c, a: (jnp.sin(c) + a, c * a), x[0], x), x)[1]((x[0], x)),
    lambda x: [lax.cond(x.sum() > bound, jnp.sin, jnp.cos, x) for bound in (-100, 100)],
    lambda x: lax.switch(jnp.argmax(x[0]), [jnp.sin, jnp.cos, jnp.exp], x),
    lambda x: jax.vjp(lambda x: lax.cond(x.sum() > 0, jnp.sin, jnp.cos, x), x)[1](x),
    lambda x: lax.platform_dependent(x, cuda=jnp.sin, cpu=jnp.cos, default=jnp.exp),
    lambda x: lax.platform_dependent(x, cuda=jnp.sin, default=jnp.exp),
    lambda x: jax.vjp(jax.checkpoint(lambda x: jnp.sin(jnp.sin(x))), x)[1](x),
    lambda x: [scaled(x), jax.grad(lambda x: scaled(x).sum())(x)],
    lambda x: [jax.nn.relu(x), jax.grad(lambda x: jax.nn.relu(x).sum())(x), jax.jit(jax.jit(jnp.sin))(x)],
    lambda x: jax.vmap(jax.hessian(lambda row: jnp.tanh(row).prod()))(x),
]


@pytest.mark.parametrize("function", INNER)
def test_inner_programs_are_run(function):
    assert compare(function, X[0]) == set()


def test_constants_and_literals():
    table = jnp.arange(4.0, dtype=np.float32)
    assert compare(lambda x: [x + table[None], table, 3.0, jnp.float32(2) * x.sum()], X[0]) == set()


# What XLA is asked for -----------------------------------------------------------------------------------------------


def test_what_has_no_rule_runs_in_xla_and_is_named():
    matrix = np.array([[2.0, 1.0], [1.0, 3.0]])
    assert compare(jnp.linalg.eigvalsh, matrix) == {"eigh"}
    assert "lu" in compare(jnp.linalg.inv, matrix)
    assert compare(lax.erf_inv, np.array([0.1, -0.5])) == {"erf_inv"}
    assert compare(lambda x: lax.reduce_precision(x, 5, 3), f32) == {"reduce_precision"}  # a rule that declines
    assert compare(lambda x: x.at[1].apply(jnp.sin), X) == {"scatter"}
    assert compare(lambda x: lax.cbrt(lax.abs(x)) + x, COMPLEX) == set()


def test_random_keys_pass_through():
    names = compare(lambda seed: jax.random.uniform(jax.random.split(jax.random.key(seed))[1], (3,)), np.int64(7))
    assert {"random_seed", "random_bits"} <= names


# Memory --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "function",
    [
        lambda x: [x, x],
        lambda x: [x.T, x.reshape(-1), x[0]],
        lambda x: [y := x + 1, y, y.T, y.reshape(-1)],
        lambda x: [jnp.broadcast_to(x, (99, *x.shape)), jnp.zeros(9999), np.ones(3)],
        lambda x: [jnp.real(x), lax.stop_gradient(x), jnp.linalg.cholesky(x @ x.T)],
    ],
)
def test_results_own_their_memory(function):
    x = X[0].copy()
    jaxpr = jax.make_jaxpr(function)(x)
    first = evaluate(jaxpr, [x])
    kept = [each.copy() for each in first]
    x[...] = 9
    for each, copy in zip(first, kept, strict=True):
        np.testing.assert_array_equal(each, copy)
        assert each.flags.c_contiguous
        each[...] = 7  # writing one changes no other, nor the program's constants
        copy[...] = 7
    for each, copy in zip(evaluate(jaxpr, [X[0]]), evaluate(jax.make_jaxpr(function)(X[0]), [X[0]]), strict=True):
        np.testing.assert_array_equal(each, copy)


def test_programs_live_as_long_as_their_jaxpr():
    jaxpr = jax.make_jaxpr(lambda x: lax.cond(x > 0, lambda: x, lambda: -x))(1.0)
    assert evaluate(jaxpr, [np.float32(-2)]) == [2]
    program = weakref.ref(interpret._programs[jaxpr])
    del jaxpr
    gc.collect()
    assert program() is None


def test_what_no_result_needs_is_not_run():
    jaxpr = jax.make_jaxpr(lambda x: (jnp.linalg.svd(x), x + 1)[1])(X[0])
    interpret.fallbacks.discard("svd")
    evaluate(jaxpr, [X[0]])
    assert "svd" not in interpret.fallbacks


# Cost ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "shape", "least", "most"),
    [
        (lambda x: x + 1, (10,), 10, 10),
        (jnp.sum, (1000,), 1000, 1100),
        (lambda x: x @ x.T, (10, 20), 4000, 4200 + 200),
        (lambda x: jax.jit(lambda x: x @ x)(x), (10, 10), 2000, 2000),
        (lambda x: lax.scan(lambda c, a: (c + a, a), x[0], x), (50, 10), 500, 600),
        (lambda x: lax.cond(x.sum() > 0, lambda: x @ x, lambda: x), (10, 10), 2000, 2200),
        (lambda x: lax.while_loop(lambda c: c[0] > 0, lambda c: c - 1, x), (10,), 1000, 3000),
        (lambda x: lax.conv(x, x[:1, :, :3, :3], (1, 1), "VALID"), (2, 4, 8, 8), 5184, 6000),
        (lambda x: lax.reduce_window(x, 0.0, lax.add, (4,), (1,), "SAME"), (10,), 40, 50),
    ],
)
def test_cost(function, shape, least, most):
    assert least <= cost(jax.make_jaxpr(function)(np.ones(shape, np.float32))) <= most

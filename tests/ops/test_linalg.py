"""Decompositions by what does not depend on the sign of a vector, and settings that the table of samples leaves out."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from samples.linalg import positive, positives, square, squares, tall, wide

from jnet.ops import OPS
from jnet.ops.promotion import Number

CLOSE = {"rtol": 2e-5, "atol": 5e-6}


def op(name):
    return OPS[name].function


def assert_orthonormal_columns(Q):
    np.testing.assert_allclose(np.asarray(Q.mT @ Q) - np.eye(Q.shape[-1]), 0, **CLOSE)


@pytest.mark.parametrize("A", [tall, wide, square, squares], ids=np.shape)
@pytest.mark.parametrize("full_matrices", [True, False])
def test_singular_vectors_make_up_the_matrix(A, full_matrices):
    U, S, Vh = op("svd")(A, full_matrices)
    k = S.shape[-1]
    assert U.shape[-1] == (A.shape[-2] if full_matrices else k)
    assert Vh.shape[-2] == (A.shape[-1] if full_matrices else k)
    assert_orthonormal_columns(U)
    assert_orthonormal_columns(Vh.mT)
    np.testing.assert_allclose((U[..., :k] * S[..., None, :]) @ Vh[..., :k, :], A, **CLOSE)


@pytest.mark.parametrize("A", [positive, positives], ids=np.shape)
def test_eigenvectors_make_up_the_matrix(A):
    values, vectors = op("eigh")(A)
    assert_orthonormal_columns(vectors)
    np.testing.assert_allclose((vectors * values[..., None, :]) @ vectors.mT, A, **CLOSE)


@pytest.mark.parametrize("A", [tall, wide, square, squares], ids=np.shape)
@pytest.mark.parametrize("mode", ["reduced", "complete"])
def test_orthonormal_and_triangular_factors_make_up_the_matrix(A, mode):
    Q, R = op("qr")(A, mode)
    assert Q.shape[-1] == (A.shape[-2] if mode == "complete" else min(A.shape[-2:]))
    assert_orthonormal_columns(Q)
    np.testing.assert_allclose(R, np.triu(R))
    np.testing.assert_allclose(Q @ R, A, **CLOSE)
    assert op("qr")(A, "r").Q.shape == (0,)
    np.testing.assert_allclose(op("qr")(A, "r").R, op("qr")(A).R)


# What a sign does not change: squares of components.
FREE_OF_SIGNS = [
    ("svd", tall, lambda U, S, Vh: (U[:, :3] ** 2 * S[None]).sum(0) @ Vh[0] ** 2),
    ("svd", wide, lambda U, S, Vh: (U**2 * S[None]).sum(0) @ Vh[:2, 1] ** 2),
    ("svd", square, lambda U, S, Vh: (U[0] ** 2 * S).sum() + (Vh[:, 2] ** 2 * S).sum()),
    ("eigh", positive, lambda values, vectors: (vectors[0] ** 2 * values).sum() + vectors[1, 0] ** 2),
]


@pytest.mark.parametrize(("name", "A", "function"), FREE_OF_SIGNS)
def test_derivatives_of_vectors_equal_pytorchs(name, A, function, torch):
    mine = jax.grad(lambda A: function(*op(name)(A)))(jnp.asarray(A))
    leaf = torch.tensor(A, requires_grad=True)
    function(*getattr(torch.linalg, name)(leaf)).backward()
    np.testing.assert_allclose(mine, leaf.grad, **CLOSE)


@pytest.mark.parametrize("p", [1, -1, math.inf, -math.inf, "fro", "nuc"])
def test_condition_numbers_of_other_orders(p, torch):
    for A in (square, squares):
        np.testing.assert_allclose(op("cond")(A, p), torch.linalg.cond(torch.tensor(A), p), **CLOSE)
    assert op("cond")(np.ones((2, 2), np.float32), p) == math.inf


def test_pseudoinverse_is_differentiable_where_singular_values_are_equal():
    jacobian = jax.jacobian(op("pinv"))(jnp.eye(2))
    np.testing.assert_allclose(jacobian, jax.jacobian(op("inv"))(jnp.eye(2)), **CLOSE)


def test_norms_compute_in_the_given_dtype():
    with jax.enable_x64(True):
        for name in ("norm", "vector_norm", "matrix_norm", "linalg_norm"):
            assert op(name)(jnp.asarray(square), dtype=jnp.float64).dtype == jnp.float64
        with pytest.raises(RuntimeError, match="should be convertible without narrowing"):
            op("vector_norm")(jnp.ones(2, jnp.float64), dtype=jnp.float32)


def test_numbers_may_be_traced():
    """As they are in a recorded program: their values change, the program stays."""
    A, v = jnp.asarray(square), jnp.asarray(square[0])
    with jax.enable_x64(True):

        @jax.jit
        def run(beta, alpha, dx, q):
            return (
                op("addmm")(A, A, A, beta=Number(beta, float), alpha=Number(alpha, int)),
                op("addmv")(v, A, v, beta=beta),
                op("trapezoid")(v, dx=Number(dx, float)),
                op("quantile")(v, Number(q, float)),
            )

        found = run(0.5, 2, 0.25, 0.3)
        plain = (
            op("addmm")(A, A, A, beta=0.5, alpha=2),
            op("addmv")(v, A, v, beta=0.5),
            op("trapezoid")(v, dx=0.25),
            op("quantile")(v, 0.3),
        )
        for mine, other in zip(found, plain, strict=True):
            assert mine.dtype == jnp.float32
            np.testing.assert_allclose(mine, other, **CLOSE)

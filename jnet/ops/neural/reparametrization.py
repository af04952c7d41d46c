"""Weights as functions of other arrays: a length times a direction, and products of reflections."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jnet.ops.checks import ONE_DTYPE, dtype_name, is_floating, not_implemented, own_axis
from jnet.ops.linalg.products import different_scalar_types, product
from jnet.ops.reductions.norms import vector_norm
from jnet.ops.registry import op

__all__ = ["Geqrf", "_weight_norm", "geqrf", "householder_product", "norm_except_dim", "orgqr"]


class Geqrf(NamedTuple):
    """A QR decomposition as LAPACK keeps it: R above the reflectors, and their factors."""

    a: jax.Array
    tau: jax.Array


def _norm_node(ranks, settings):
    dim, ndim = settings.get("dim", 0), ranks[0]
    if dim == -1:
        return "NormBackward0"
    return "ViewBackward0" if dim in (0, ndim - 1) else "TransposeBackward0"


@op("v", where=("torch",), out=False, grad_fn=_norm_node)
def norm_except_dim(v, pow=2, dim=0):
    """Return the norm of order `pow` of each slice along `dim`, of size 1 in the others; of all for `dim=-1`.

    Raises:
        IndexError: if there is no such dimension.
        RuntimeError: for integers and booleans.

    Example:
        >>> norm_except_dim(jnp.array([[3.0, 4.0], [6.0, 8.0]])).tolist()
        [[5.0], [10.0]]

    See: https://arxiv.org/abs/1602.07868
    """
    v = jnp.asarray(v)
    if not is_floating(v):
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {dtype_name(v.dtype)} instead.\n"
            "Convert it to floating point numbers."
        )
    if dim == -1:
        return vector_norm(v, pow)
    kept = own_axis(dim, v.ndim, "norm_except_dim")
    others = tuple(each for each in range(v.ndim) if each != kept)
    return vector_norm(v, pow, others, True) if others else jnp.abs(v)


def _weight_norm_node(ranks, settings):
    fused = settings.get("dim", 0) in (0, ranks[0] - 1)
    return "WeightNormInterfaceBackward0" if fused else "MulBackward0"


@op("v", "g", where=("torch",), out=False, grad_fn=_weight_norm_node)
def _weight_norm(v, g, dim=0):
    """Return weights of the direction of `v` and the length `g`: `w = g v / |v|`, `|v|` as in `norm_except_dim`.

    Shape: v any; g such as `norm_except_dim(v, 2, dim)` has.

    Raises:
        IndexError: if there is no such dimension.
        RuntimeError: for dtypes that differ.

    Example:
        >>> _weight_norm(jnp.array([[3.0, 4.0]]), jnp.array([[10.0]])).tolist()
        [[6.0, 8.0]]

    See: https://arxiv.org/abs/1602.07868
    """
    v, g = jnp.asarray(v), jnp.asarray(g)
    if not is_floating(v):
        raise not_implemented("weight_norm_kernel", v.dtype)
    if v.dtype != g.dtype:
        raise different_scalar_types(v, g)
    length = norm_except_dim(v, 2, dim)
    if g.size == length.size:
        g = g.reshape(length.shape)
    return v * jnp.broadcast_to(g / length, v.shape)


@op("A", "tau", where=("linalg",), grad_fn="LinalgHouseholderProductBackward0")
def householder_product(A, tau):
    """Return the first columns of the product of the reflections `I - tau_i v_i v_i^H`.

    The vectors are the columns of A, which are read below the diagonal only, where `v_i` has its 1. With them as
    columns of V the product is `I - V T V^H`, where `T = (I + D S)^-1 D`, D is the diagonal of tau and S the part of
    `V^H V` above its diagonal: a few matrix products rather than one reflection after the other.

    Shape: A (..., m, n) with m >= n; tau (..., k) with k <= n; result as A.

    Raises:
        RuntimeError: for shapes and dtypes that do not fit.

    Example:
        >>> householder_product(jnp.zeros((2, 2)), jnp.array([2.0, 0.0])).tolist()
        [[-1.0, 0.0], [0.0, 1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.householder_product.html
    """
    A, tau = jnp.asarray(A), jnp.asarray(tau)
    _check_reflectors(A, tau)
    m, n, k = *A.shape[-2:], tau.shape[-1]
    batch = A.shape[:-2]
    V = jnp.tril(A[..., :k], -1) + _eye(batch, m, k, A.dtype)
    S = jnp.triu(product(V.mT.conj(), V), 1)
    identity, D = _eye(batch, k, k, A.dtype), tau[..., :, None]
    T = jax.lax.linalg.triangular_solve(identity + D * S, D * identity, left_side=True, unit_diagonal=True)
    return _eye(batch, m, n, A.dtype) - product(product(V, T), V[..., :n, :].mT.conj())


def _eye(batch, rows, columns, dtype):
    return jnp.broadcast_to(jnp.eye(rows, columns, dtype=dtype), (*batch, rows, columns))


def _check_reflectors(A, tau):
    name, shapes = "torch.linalg.householder_product", f"The shapes are {A.shape} and {tau.shape}."
    if A.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.\n{shapes}")
    if A.shape[-2] < A.shape[-1]:
        raise RuntimeError(f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]\n{shapes}")
    if A.shape[-1] < tau.shape[-1]:
        raise RuntimeError(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]\n{shapes}")
    if A.ndim != tau.ndim + 1:
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {tau.ndim} and "
            f"input.ndim is equal to {A.ndim}\n{shapes}"
        )
    if A.shape[:-2] != tau.shape[:-1]:
        raise RuntimeError(
            f"{name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got "
            f"{list(tau.shape[:-1])}\n{shapes}"
        )
    if A.dtype != tau.dtype:
        raise RuntimeError(
            f"{name}: tau dtype {dtype_name(tau.dtype)} does not match input dtype {dtype_name(A.dtype)}\n{ONE_DTYPE}"
        )
    _refuse_other_than_float_and_double(A, "orgqr_cpu")


def _refuse_other_than_float_and_double(A, kernel):
    if not is_floating(A) or A.dtype in (jnp.float16, jnp.bfloat16):
        raise not_implemented(kernel, A.dtype)


@op("input", "input2", grad_fn="LinalgHouseholderProductBackward0")
def orgqr(input, input2):
    """Return the first columns of a product of reflections, as `householder_product`.

    Example:
        >>> orgqr(jnp.zeros((2, 2)), jnp.array([2.0, 0.0])).tolist()
        [[-1.0, 0.0], [0.0, 1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.orgqr.html
    """
    return householder_product(input, input2)


@op("input", grad_fn="GeqrfBackward0", saves="nothing")
def geqrf(input):
    """Return a QR decomposition in LAPACK's form: R, the reflectors below its diagonal, and their factors.

    It has no derivative; `linalg.qr` has.

    Raises:
        RuntimeError: for what is no matrix.
        NotImplementedError: for integers and half precision.

    Example:
        >>> a, tau = geqrf(jnp.array([[3.0], [4.0]]))
        >>> f"{a[0, 0]:.1f} {tau[0]:.1f}"
        '-5.0 1.6'

    See: https://pytorch.org/docs/stable/generated/torch.geqrf.html
    """
    A = jnp.asarray(input)
    if A.ndim < 2:
        raise RuntimeError(f"torch.geqrf: input must have at least 2 dimensions.\nIts shape is {A.shape}.")
    _refuse_other_than_float_and_double(A, "geqrf_cpu")
    transposed, tau = jnp.linalg.qr(A, mode="raw")
    return Geqrf(transposed.mT, tau)

"""Products added to something with PyTorch's rules, `beta * input + alpha * product`; a beta of 0 drops `input`."""

import functools

import jax.numpy as jnp

from jnet.ops.checks import axis, c_name, dtype_name
from jnet.ops.linalg.products import check_addend_dtypes, check_addmm, check_batches, check_expands, no_bool, product
from jnet.ops.registry import op

__all__ = ["addbmm", "addmm", "addmv", "addr", "baddbmm"]


@op("input", "mat1", "mat2", scalars=("beta", "alpha"), inplace=True, grad_fn="AddmmBackward0")
def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (mat1 @ mat2)` of two matrices (n, m) and (m, p).

    Shape: input (n, p), or what broadcasts to it.

    Raises:
        RuntimeError: for what is no matrix, shapes that do not fit, dtypes that differ.

    Example:
        >>> addmm(jnp.array([1, 2]), jnp.array([[1, 1]]), jnp.array([[3, 4], [5, 6]]), beta=10).tolist()
        [[18, 30]]

    See: https://pytorch.org/docs/stable/generated/torch.addmm.html
    """
    input, a, b = (jnp.asarray(each) for each in (input, mat1, mat2))
    check_addmm(input, a, b)
    return _added(input, beta, product(a, b), alpha)


@op("input", "mat", "vec", scalars=("beta", "alpha"), inplace=True, grad_fn="AddmvBackward0")
def addmv(input, mat, vec, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (mat @ vec)` of a matrix (n, m) and a vector (m,).

    Shape: input (n,), (1,) or ().

    Raises:
        RuntimeError: for other ranks, shapes that do not fit, dtypes that differ.

    Example:
        >>> addmv(jnp.array([1, 2]), jnp.array([[1, 1], [0, 1]]), jnp.array([3, 4])).tolist()
        [8, 6]

    See: https://pytorch.org/docs/stable/generated/torch.addmv.html
    """
    input, mat, vec = (jnp.asarray(each) for each in (input, mat, vec))
    if mat.ndim != 2 or vec.ndim != 1 or input.ndim > 1:
        raise RuntimeError(
            f"vector + matrix @ vector expected, got {input.ndim}, {mat.ndim}, {vec.ndim}\nThese are the numbers of "
            "their dimensions; addmm adds to a matrix."
        )
    if mat.shape[1] != vec.shape[0] or input.size not in (1, mat.shape[0]):
        raise RuntimeError(
            f"size mismatch, got input ({input.size}), mat ({mat.shape[0]}x{mat.shape[1]}), vec ({vec.shape[0]})\n"
            "The vector has one value a column, the input one a row."
        )
    if len({input.dtype, mat.dtype, vec.dtype}) > 1:
        names = ", ".join(dtype_name(each.dtype) for each in (input, mat))
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {names}, and {dtype_name(vec.dtype)}\n"
            "Convert them, so that all have one dtype."
        )
    no_bool(mat, "addmv_impl_cpu")
    return _added(input, beta, product(mat, vec), alpha)


@op("input", "vec1", "vec2", scalars=("beta", "alpha"), inplace=True, grad_fn="AddrBackward0")
def addr(input, vec1, vec2, *, beta=1, alpha=1):
    """Return `beta * input + alpha * outer(vec1, vec2)`; of booleans, "or" adds and "and" multiplies.

    Shape: input (n, m), or what broadcasts to it; vec1 (n,); vec2 (m,).

    Raises:
        RuntimeError: for what is no vector, shapes that do not fit, fractions that integers are multiplied with.

    Example:
        >>> addr(jnp.array([[1, 1]]), jnp.array([2]), jnp.array([3, 4])).tolist()
        [[7, 9]]

    See: https://pytorch.org/docs/stable/generated/torch.addr.html
    """
    input, vec1, vec2 = (jnp.asarray(each) for each in (input, vec1, vec2))
    for name, x in (("vec1", vec1), ("vec2", vec2)):
        if x.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {x.ndim}-D\nFlatten it.")
    check_expands(input, (*vec1.shape, *vec2.shape))
    # The dtype of a 0-dim input counts in full: PyTorch expands it first.
    dtype = functools.reduce(jnp.promote_types, (each.dtype for each in (input, vec1, vec2)))
    input, vec1, vec2 = (each.astype(dtype) for each in (input, vec1, vec2))
    for name, factor in (("beta", beta), ("alpha", alpha)):
        if not jnp.issubdtype(input.dtype, jnp.inexact) and jnp.issubdtype(jnp.asarray(factor).dtype, jnp.inexact):
            raise RuntimeError(
                f"For integral input tensors, argument {name} must not be a floating point number.\n"
                "Convert the input to floating point numbers."
            )
    outer = vec1[:, None] & vec2[None] if input.dtype == jnp.bool_ else vec1[:, None] * vec2[None]
    return _added(input, beta, outer, alpha)


@op("input", "batch1", "batch2", scalars=("beta", "alpha"), inplace=True, grad_fn="BaddbmmBackward0")
def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (batch1 @ batch2)` of two batches of matrices (b, n, m) and (b, m, p).

    Shape: input (b, n, p), or what broadcasts to it.

    Raises:
        RuntimeError: for other ranks, shapes that do not fit, dtypes that differ.

    Example:
        >>> baddbmm(jnp.ones((2, 1, 1)), jnp.ones((2, 1, 3)), jnp.ones((2, 3, 1))).ravel().tolist()
        [4.0, 4.0]

    See: https://pytorch.org/docs/stable/generated/torch.baddbmm.html
    """
    input, a, b = (jnp.asarray(each) for each in (input, batch1, batch2))
    check_expands(input, (*a.shape[:2], b.shape[axis(2, b.ndim, "baddbmm")]))
    if input.dtype != a.dtype:
        names = ", ".join(f"{name}: {c_name(x.dtype)}" for name, x in (("batch1", a), ("batch2", b)))
        raise RuntimeError(
            f"Input dtypes must be the same, got: input {c_name(input.dtype)}, {names}\nConvert them to one."
        )
    check_batches(a, b, "baddbmm")
    return _added(input, beta, product(a, b), alpha)


@op("input", "batch1", "batch2", scalars=("beta", "alpha"), inplace=True, grad_fn="AddbmmBackward0")
def addbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """Return `beta * input + alpha * sum(batch1 @ batch2)`, the sum over a batch of matrices (b, n, m) and (b, m, p).

    Shape: input (n, p), or what broadcasts to it.

    Raises:
        RuntimeError: for other ranks, shapes that do not fit, dtypes that differ.

    Example:
        >>> addbmm(jnp.ones((1, 1)), jnp.ones((2, 1, 3)), jnp.ones((2, 3, 1))).tolist()
        [[7.0]]

    See: https://pytorch.org/docs/stable/generated/torch.addbmm.html
    """
    input, a, b = (jnp.asarray(each) for each in (input, batch1, batch2))
    check_expands(input, (*a.shape[1:2], b.shape[axis(2, b.ndim, "addbmm")]))
    for name, x in (("batch1", a), ("batch2", b)):
        if x.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor\nIt has the shape {x.shape}.")
    if a.shape[0] != b.shape[0]:
        raise RuntimeError(
            f"batch1 and batch2 must have same number of batches, got {a.shape[0]} and {b.shape[0]}\n"
            f"The shapes are {a.shape} and {b.shape}."
        )
    if a.shape[2] != b.shape[1]:
        raise RuntimeError(
            f"Incompatible matrix sizes for bmm ({a.shape[1]}x{a.shape[2]} and {b.shape[1]}x{b.shape[2]})\n"
            "The inner two sizes must be equal."
        )
    check_addend_dtypes(input, a, b)
    no_bool(a, "addmm_impl_cpu_")
    n, p = a.shape[1], b.shape[2]
    total = product(a.transpose(1, 0, 2).reshape(n, -1), b.reshape(-1, p))  # one product adds up the batch as well
    return _added(input, beta, total, alpha)


def _added(input, beta, product, alpha):
    """Return `beta * input + alpha * product`; the factors may be traced."""
    dtype = product.dtype
    beta, alpha = jnp.asarray(beta).astype(dtype), jnp.asarray(alpha).astype(dtype)
    input = jnp.broadcast_to(input, product.shape)
    if dtype == jnp.bool_:
        return (input & beta) | (product & alpha)
    # Nothing of the input passes a beta of 0, not even nan.
    return jnp.where(beta == 0, jnp.zeros((), dtype), beta * input) + alpha * product

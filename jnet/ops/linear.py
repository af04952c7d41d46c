"""Products of vectors and matrices with PyTorch's rules: no dtype is promoted, and errors name both shapes."""

import math

import jax.numpy as jnp

from jnet.ops.checks import broadcast_shapes, c_name, dtype_name
from jnet.ops.registry import op

__all__ = ["dot", "linear", "matmul", "mm", "mv"]


def _same_matrix_dtype(a, b):
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {c_name(a.dtype)} != {c_name(b.dtype)}; convert one "
            "with .astype."
        )
    _no_bool(a, "addmm_impl_cpu_")


def _no_bool(a, kernel):
    if a.dtype == jnp.bool_:
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'; convert with .astype(jnp.int32).")


def _not_multipliable(n, k, j, m):
    return RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {j}x{m}); the inner two sizes must be equal: "
        "transpose or reshape one of them."
    )


@op("input", "weight", "bias")
def linear(input, weight, bias=None):
    """Return input weight^T + bias.

    Shape: input (..., in); weight (out, in); bias (out,); result (..., out). A weight (in,) gives (...).

    Raises:
        RuntimeError: for shapes that do not fit or dtypes that differ.

    Example:
        >>> linear(jnp.array([1.0, 2.0]), jnp.array([[1.0, 1.0], [0.0, 3.0]]), jnp.array([0.5, 0.0])).tolist()
        [3.5, 6.0]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
    """
    input, weight = jnp.asarray(input), jnp.asarray(weight)
    if input.ndim == 0 or weight.ndim == 0:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and {weight.ndim}D"
        )
    if weight.ndim > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {weight.ndim}D; the weight is (out, in)."
        )
    if bias is not None and weight.ndim == 1:
        raise RuntimeError("mat2 must be a matrix, got 1-D tensor; with a bias the weight is (out, in): weight[None].")
    if weight.ndim == 1:
        product = matmul(input, weight)
    else:
        rows = input.size // input.shape[-1] if input.shape[-1] else 0
        if input.shape[-1] != weight.shape[1]:
            raise _not_multipliable(rows, input.shape[-1], *weight.shape[::-1])
        _same_matrix_dtype(input, weight)
        product = jnp.matmul(input, weight.T)
    return product if bias is None else product + _bias(jnp.asarray(bias), product)


def _bias(bias, product):
    """Return the bias broadcast to the product, whose own shape must not grow."""
    if bias.dtype != product.dtype:
        raise RuntimeError(
            f"self and mat2 must have the same dtype, but got {dtype_name(bias.dtype)} and "
            f"{dtype_name(product.dtype)}; write bias.astype(weight.dtype)."
        )
    flat = (product.size // product.shape[-1], product.shape[-1]) if product.ndim and product.size else product.shape
    target = flat if bias.ndim <= 1 or product.ndim == 1 else product.shape
    for axis in range(1, min(bias.ndim, len(target)) + 1):
        if bias.shape[-axis] not in (1, target[-axis]):
            raise RuntimeError(
                f"The expanded size of the tensor ({target[-axis]}) must match the existing size ({bias.shape[-axis]}) "
                f"at non-singleton dimension {len(target) - axis}.  Target sizes: {list(target)}.  Tensor sizes: "
                f"{list(bias.shape)}; the bias has one value a row of the weight."
            )
    return jnp.broadcast_to(bias, product.shape)


@op("input", "mat2")
def mm(input, mat2):
    """Return the product of two matrices (n, m) and (m, p); nothing broadcasts.

    Raises:
        RuntimeError: for what is no matrix, shapes that do not fit, dtypes that differ.

    Example:
        >>> mm(jnp.eye(2), jnp.array([[1.0], [2.0]])).tolist()
        [[1.0], [2.0]]

    See: https://pytorch.org/docs/stable/generated/torch.mm.html
    """
    input, mat2 = jnp.asarray(input), jnp.asarray(mat2)
    for name, x in (("self", input), ("mat2", mat2)):
        if x.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got the shape {tuple(x.shape)}; use matmul for other ranks.")
    if input.shape[1] != mat2.shape[0]:
        raise _not_multipliable(*input.shape, *mat2.shape)
    _same_matrix_dtype(input, mat2)
    return jnp.matmul(input, mat2)


@op("input", "vec")
def mv(input, vec):
    """Return the product of a matrix (n, m) and a vector (m,).

    Raises:
        RuntimeError: for other ranks, shapes that do not fit, dtypes that differ.

    Example:
        >>> mv(jnp.array([[1.0, 2.0], [3.0, 4.0]]), jnp.array([1.0, 1.0])).tolist()
        [3.0, 7.0]

    See: https://pytorch.org/docs/stable/generated/torch.mv.html
    """
    input, vec = jnp.asarray(input), jnp.asarray(vec)
    if input.ndim != 2 or vec.ndim != 1:
        # PyTorch's wording: its routine also takes a vector to add, here an empty one.
        raise RuntimeError(
            f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}; "
            "use matmul for other ranks than (n, m) and (m,)."
        )
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({input.shape[0]}), mat ({input.shape[0]}x{input.shape[1]}), "
            f"vec ({vec.shape[0]}); the vector needs one value a column."
        )
    if input.dtype != vec.dtype:
        a, b = dtype_name(input.dtype), dtype_name(vec.dtype)
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {b}, {a}, and {b}")
    _no_bool(input, "addmv_impl_cpu")
    return jnp.matmul(input, vec)


@op("input", "tensor")
def dot(input, tensor):
    """Return the sum of the products of two vectors.

    Raises:
        RuntimeError: for other ranks, sizes that differ, dtypes that differ.

    Example:
        >>> dot(jnp.array([2.0, 3.0]), jnp.array([2.0, 1.0])).item()
        7.0

    See: https://pytorch.org/docs/stable/generated/torch.dot.html
    """
    a, b = jnp.asarray(input), jnp.asarray(tensor)
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(
            f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors; use matmul, or flatten both with .ravel()."
        )
    if a.dtype != b.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{dtype_name(a.dtype)} and {dtype_name(b.dtype)}; convert one with .astype."
        )
    if a.shape != b.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor {list(a.shape)} and src {list(b.shape)} to have the same "
            f"number of elements, but got {a.size} and {b.size} elements respectively"
        )
    _no_bool(a, "dot")
    return jnp.dot(a, b)


@op("input", "other")
def matmul(input, other):
    """Return the product of vectors, matrices or batches of matrices, by rank as `numpy.matmul`.

    Shape: (n,) (n,) give (); (n, m) (m,) give (n,); (n, m) (m, p) give (n, p); leading axes broadcast.

    Raises:
        RuntimeError: for shapes that do not fit, scalars, dtypes that differ.

    Example:
        >>> matmul(jnp.ones((2, 3, 4)), jnp.ones((4, 5))).shape
        (2, 3, 5)

    See: https://pytorch.org/docs/stable/generated/torch.matmul.html
    """
    a, b = jnp.asarray(input), jnp.asarray(other)
    if a.ndim == 0 or b.ndim == 0:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {a.ndim}D and {b.ndim}D; use * for scalars."
        )
    if a.ndim == b.ndim == 1:
        return dot(a, b)
    rows = a.size // a.shape[-1] if a.shape[-1] else 0
    if b.ndim == 1:
        return mv(a.reshape(rows, a.shape[-1]), b).reshape(a.shape[:-1]) if rows else jnp.matmul(a, b)
    if b.ndim == 2:
        if a.shape[-1] != b.shape[0]:
            raise _not_multipliable(rows, a.shape[-1], *b.shape)
        _same_matrix_dtype(a, b)
        return jnp.matmul(a, b)
    return _batched_matmul(a, b)


def _batched_matmul(a, b):
    left = a if a.ndim > 1 else a[None]
    lead = math.prod(broadcast_shapes(left.shape[:-2], b.shape[:-2]))
    if left.shape[-1] != b.shape[-2]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{lead}, {left.shape[-1]}] but got: "
            f"[{lead}, {b.shape[-2]}]. The inner two sizes of {a.shape} and {b.shape} must be equal."
        )
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"expected scalar type {dtype_name(a.dtype)} but found {dtype_name(b.dtype)}; convert one with .astype."
        )
    _no_bool(a, "bmm")
    return jnp.matmul(a, b)

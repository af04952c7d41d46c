"""Products of vectors and matrices with PyTorch's rules: no dtype is promoted, and errors name both shapes."""

import functools
import math
import operator

import jax
import jax.numpy as jnp

from jnet.ops.checks import (
    ONE_DTYPE,
    broadcast,
    broadcast_shapes,
    c_name,
    check_castable,
    check_keeps_shape,
    dtype_name,
)
from jnet.ops.fusing import computed_once
from jnet.ops.promotion import promoted
from jnet.ops.registry import op

__all__ = ["bilinear", "bmm", "dot", "inner", "linear", "matmul", "mm", "mv", "outer", "vdot"]

# An accelerator would otherwise round float32 factors to fewer digits than are printed.
product = functools.partial(jnp.matmul, precision=jax.lax.Precision.HIGHEST)


def same_matrix_dtype(a, b):
    """Raise PyTorch's error for factors whose dtypes differ, or that are booleans."""
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {c_name(a.dtype)} != {c_name(b.dtype)}\n{ONE_DTYPE}"
        )
    no_bool(a, "addmm_impl_cpu_")


def no_bool(a, kernel):
    """Raise what PyTorch's kernel raises for booleans."""
    if a.dtype == jnp.bool_:
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'\nConvert the booleans to numbers first.")


def not_multipliable(n, k, j, m):
    """Return PyTorch's error for matrices whose inner sizes differ."""
    return RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {j}x{m})\n"
        "The inner two sizes must be equal: transpose or reshape one of them."
    )


def _matmul_node(ranks, settings):
    """Return the node by rank: PyTorch folds batches of matrices into one product where it can."""
    pair = tuple(ranks[:2])
    known = {
        (1, 1): "DotBackward0",
        (2, 1): "MvBackward0",
        (1, 2): "SqueezeBackward4",
        (2, 2): "MmBackward0",
    }
    return known.get(pair, "CloneBackward0" if pair[0] == 2 else "UnsafeViewBackward0")


def _linear_node(ranks, settings):
    if len(ranks) < 3 or ranks[2] is None:
        return _matmul_node(ranks, settings)
    return "AddmmBackward0" if ranks[0] == 2 else "ViewBackward0"


@op("input", "weight", "bias", where=("functional",), out=False, grad_fn=_linear_node)
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
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and {weight.ndim}D\n"
            "The weight is (out, in)."
        )
    if weight.ndim > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {weight.ndim}D\nThe weight is (out, in)."
        )
    if bias is None:
        return computed_once(matmul(input, weight.T))
    bias = jnp.asarray(bias)
    if input.ndim != 2 and bias.ndim != 1 and sum(n != 1 for n in bias.shape) != 1:
        return _added_in_place(matmul(input, weight.T), bias)
    rows = math.prod(input.shape[:-1])  # PyTorch makes one matrix of all rows, and its words are of that
    check_addmm(bias, input.reshape(rows, input.shape[-1]), weight.T)
    bias = jnp.broadcast_to(bias, (rows, weight.shape[0])).reshape(*input.shape[:-1], weight.shape[0])
    return computed_once(product(input, weight.T) + bias)


def check_addmm(addend, a, b):
    """Raise PyTorch's error unless two arrays are matrices that can be multiplied, and something added to that."""
    check_addend_dtypes(addend, a, b)
    for name, x in (("mat1", a), ("mat2", b)):
        if x.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {x.ndim}-D tensor\nIts shape is {x.shape}.")
    if a.shape[1] != b.shape[0]:
        raise not_multipliable(*a.shape, *b.shape)
    check_expands(addend, (a.shape[0], b.shape[1]))
    no_bool(a, "addmm_impl_cpu_")


def check_addend_dtypes(addend, a, b):
    """Raise PyTorch's error unless two factors, and what is added to their product, are of one dtype."""
    for name, array in (("self", addend), ("mat1", a)):
        if array.dtype != b.dtype:
            raise RuntimeError(
                f"{name} and mat2 must have the same dtype, but got {dtype_name(array.dtype)} and "
                f"{dtype_name(b.dtype)}\n{ONE_DTYPE}"
            )


def _added_in_place(out, bias):
    """Return the sum in the shape and dtype of the product, as PyTorch writes it there."""
    check_keeps_shape(out.shape, broadcast_shapes(out.shape, bias.shape))
    both = promoted([out, bias], floating=False)
    check_castable(both[0].dtype, out.dtype)
    return (both[0] + jnp.broadcast_to(both[1], out.shape)).astype(out.dtype)


def check_expands(addend, target):
    """Raise PyTorch's error where an array does not broadcast to a shape that must not grow."""
    if addend.ndim > len(target):
        raise RuntimeError(
            f"expand(torch.{dtype_name(addend.dtype)}Tensor{{{list(addend.shape)}}}, size={list(target)}): the number "
            f"of sizes provided ({len(target)}) must be greater or equal to the number of dimensions in the tensor "
            f"({addend.ndim})\nWhat is added has no more dimensions than the product."
        )
    for axis in range(1, addend.ndim + 1):
        if addend.shape[-axis] not in (1, target[-axis]):
            raise RuntimeError(
                f"The expanded size of the tensor ({target[-axis]}) must match the existing size "
                f"({addend.shape[-axis]}) at non-singleton dimension {len(target) - axis}.  Target sizes: "
                f"{list(target)}.  Tensor sizes: {list(addend.shape)}\nWhat is added has the shape of the product, or "
                "broadcasts to it."
            )


@op("input", "mat2", grad_fn="MmBackward0")
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
            raise RuntimeError(f"{name} must be a matrix\nIt has the shape {x.shape}; matmul takes other ranks.")
    if input.shape[1] != mat2.shape[0]:
        raise not_multipliable(*input.shape, *mat2.shape)
    same_matrix_dtype(input, mat2)
    return product(input, mat2)


@op("input", "vec", grad_fn="MvBackward0")
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
    if not input.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions\nUse * for scalars.")
    if input.ndim != 2 or vec.ndim != 1:
        # PyTorch's wording: its routine also takes a vector to add, here an empty one.
        raise RuntimeError(
            f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}\n"
            "Use matmul for other ranks than (n, m) and (m,)."
        )
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({input.shape[0]}), mat ({input.shape[0]}x{input.shape[1]}), "
            f"vec ({vec.shape[0]})\nThe vector needs one value a column."
        )
    if input.dtype != vec.dtype:
        a, b = dtype_name(input.dtype), dtype_name(vec.dtype)
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {b}, {a}, and {b}\n{ONE_DTYPE}")
    no_bool(input, "addmv_impl_cpu")
    return product(input, vec)


@op("input", "tensor", grad_fn="DotBackward0")
def dot(input, tensor):
    """Return the sum of the products of two vectors.

    Raises:
        RuntimeError: for other ranks, sizes that differ, dtypes that differ.

    Example:
        >>> dot(jnp.array([2.0, 3.0]), jnp.array([2.0, 1.0])).item()
        7.0

    See: https://pytorch.org/docs/stable/generated/torch.dot.html
    """
    return product(*_two_vectors(input, tensor))


@op("input", "other", grad_fn="VdotBackward0")
def vdot(input, other):
    """Return `dot` of two vectors, the first conjugated.

    Example:
        >>> vdot(jnp.array([2.0, 3.0]), jnp.array([2.0, 1.0])).item()
        7.0

    See: https://pytorch.org/docs/stable/generated/torch.vdot.html
    """
    a, b = _two_vectors(input, other)
    return product(a.conj(), b)


def _two_vectors(a, b):
    a, b = jnp.asarray(a), jnp.asarray(b)
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(
            f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors\nUse matmul, or flatten both."
        )
    if a.dtype != b.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{dtype_name(a.dtype)} and {dtype_name(b.dtype)}\n{ONE_DTYPE}"
        )
    if a.shape != b.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor {list(a.shape)} and src {list(b.shape)} to have the same "
            f"number of elements, but got {a.size} and {b.size} elements respectively\n"
            "Both need one size."
        )
    no_bool(a, "dot")
    return a, b


@op("input", "mat2", grad_fn="BmmBackward0")
def bmm(input, mat2):
    """Return the products of two batches of matrices, (b, n, m) and (b, m, p); nothing broadcasts.

    Raises:
        RuntimeError: for other ranks, shapes that do not fit, dtypes that differ.

    Example:
        >>> bmm(jnp.ones((2, 1, 3)), jnp.ones((2, 3, 1))).tolist()
        [[[3.0]], [[3.0]]]

    See: https://pytorch.org/docs/stable/generated/torch.bmm.html
    """
    a, b = jnp.asarray(input), jnp.asarray(mat2)
    check_batches(a, b)
    return product(a, b)


def check_batches(a, b, kernel="bmm"):
    """Raise what PyTorch raises unless two batches of matrices can be multiplied."""
    for name, x in (("batch1", a), ("batch2", b)):
        if x.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor\nIt has the shape {x.shape}; matmul takes other ranks.")
    if (a.shape[0], a.shape[2]) != b.shape[:2]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{a.shape[0]}, {a.shape[2]}] but got: "
            f"[{b.shape[0]}, {b.shape[1]}].\nThe shapes are {a.shape} and {b.shape}."
        )
    no_bool(a, kernel)
    if a.dtype != b.dtype:
        raise different_scalar_types(a, b)


def different_scalar_types(a, b):
    """Return PyTorch's error for factors of different dtypes."""
    return RuntimeError(f"expected scalar type {dtype_name(a.dtype)} but found {dtype_name(b.dtype)}\n{ONE_DTYPE}")


@op("input", "vec2", aliases=("ger",), promotes="common", grad_fn="MulBackward0")
def outer(input, vec2):
    """Return the product of every value of one vector and every value of another.

    Raises:
        RuntimeError: for what is no vector.

    Example:
        >>> outer(jnp.array([1, 2]), jnp.array([3, 4])).tolist()
        [[3, 4], [6, 8]]

    See: https://pytorch.org/docs/stable/generated/torch.outer.html
    """
    for name, x in (("self", input), ("vec2", vec2)):
        if x.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x.ndim}-D\nFlatten it.")
    return input[:, None] * vec2[None]


@op("input", "other", grad_fn=lambda ranks, settings: "ViewBackward0" if all(ranks) else "MulBackward0")
def inner(input, other):
    """Return the sums of products along the last dimensions; a scalar multiplies.

    Shape: (..., n) and (*, n) give (..., *).

    Raises:
        RuntimeError: for sizes or dtypes that differ.

    Example:
        >>> inner(jnp.array([1, 2]), jnp.array([[3, 4], [5, 6]])).tolist()
        [11, 17]

    See: https://pytorch.org/docs/stable/generated/torch.inner.html
    """
    a, b = jnp.asarray(input), jnp.asarray(other)
    if not (a.ndim and b.ndim):
        return operator.mul(*promoted([a, b], floating=False))
    if a.shape[-1] != b.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(a.shape)} and {list(b.shape)}\nThe products are taken along it."
        )
    if a.dtype != b.dtype:
        raise RuntimeError(f"both inputs should have same dtype\nGot {a.dtype} and {b.dtype}. {ONE_DTYPE}")
    no_bool(a, "dot" if a.ndim == b.ndim == 1 else "addmm_impl_cpu_")
    left, right = (x.reshape(math.prod(x.shape[:-1]), x.shape[-1]) for x in (a, b))
    flat = product(left, right.T)
    return flat.reshape(a.shape[:-1] + b.shape[:-1])


@op(
    "input1",
    "input2",
    "weight",
    "bias",
    where=("torch", "functional"),
    out=False,
    grad_fn=lambda ranks, settings: "ViewBackward0" if len(ranks) < 4 or ranks[3] is None else "AddBackward0",
)
def bilinear(input1, input2, weight, bias=None):
    """Return `input1^T weight[k] input2 + bias[k]` for every k.

    Shape: input1 (..., in1); input2 (..., in2); weight (out, in1, in2); bias (out,); result (..., out).

    Raises:
        RuntimeError: for shapes that do not fit, dtypes that differ.

    Example:
        >>> bilinear(jnp.array([1.0, 2.0]), jnp.array([3.0]), jnp.ones((1, 2, 1))).tolist()
        [9.0]

    See: https://pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
    """
    a, b, weight = (jnp.asarray(each) for each in (input1, input2, weight))
    bias = None if bias is None else jnp.asarray(bias)
    _check_bilinear(a, b, weight, bias)
    out = jnp.einsum("...i,kij,...j->...k", a, weight, b, precision=jax.lax.Precision.HIGHEST)
    return out if bias is None else operator.add(*broadcast(out, bias))


def _check_bilinear(a, b, weight, bias):
    if a.ndim != b.ndim:
        raise RuntimeError(
            f"bilinear(): input dimensions do not match: got {a.ndim} and {b.ndim}\nOnly the last sizes may differ."
        )
    for dim, (left, right) in enumerate(zip(a.shape[:-1], b.shape[:-1], strict=True)):
        if left != right:
            raise RuntimeError(
                f"bilinear(): input batch dimensions do not match at dim {dim}: got {left} and {right}\n"
                "Only the last sizes may differ."
            )
    given = {"input1": a, "input2": b, "weight": weight} | ({} if bias is None else {"bias": bias})
    if len({each.dtype for each in given.values()}) > 1:
        named = ", ".join(f"{name}: {c_name(each.dtype)}" for name, each in given.items())
        raise RuntimeError(f"All tensors must have the same dtype, got {named}\nConvert them to one.")
    for dim, x in enumerate((a, b), 1):
        if weight.ndim <= dim or x.shape[-1] != weight.shape[dim]:
            raise RuntimeError(
                f"bilinear(): input{dim} size does not match weight size: got {x.shape[-1]} but expected "
                f"{weight.shape[dim] if weight.ndim > dim else 0}\nThe weight is (out, in1, in2)."
            )
    if bias is not None and not bias.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions\nThe bias is a vector.")
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias.shape[0]} but expected {weight.shape[0]}\n"
            "The bias has one value for each matrix of the weight."
        )
    no_bool(weight, "bmm")


@op("input", "other", where=("torch", "Tensor", "linalg"), grad_fn=_matmul_node)
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
            f"both arguments to matmul need to be at least 1D, but they are {a.ndim}D and {b.ndim}D\nUse * for scalars."
        )
    if a.ndim == b.ndim == 1:
        return dot(a, b)
    rows = math.prod(a.shape[:-1])
    if b.ndim == 1:
        return mv(a.reshape(rows, a.shape[-1]), b).reshape(a.shape[:-1])
    if b.ndim == 2:
        if a.shape[-1] != b.shape[0]:
            raise not_multipliable(rows, a.shape[-1], *b.shape)
        same_matrix_dtype(a, b)
        return product(a, b)
    return _batched_matmul(a, b)


def _batched_matmul(a, b):
    left = a if a.ndim > 1 else a[None]
    lead = math.prod(broadcast_shapes(left.shape[:-2], b.shape[:-2]))
    if left.shape[-1] != b.shape[-2]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{lead}, {left.shape[-1]}] but got: "
            f"[{lead}, {b.shape[-2]}].\nThe inner two sizes of {a.shape} and {b.shape} must be equal."
        )
    no_bool(a, "bmm")
    if a.dtype != b.dtype:
        raise different_scalar_types(a, b)
    return product(a, b)

"""Products over chosen dimensions, of blocks, of vectors in space, and of many matrices, with PyTorch's rules."""

import itertools

import jax
import jax.numpy as jnp

from jnet.ops.checks import ONE_DTYPE, axis, broadcast, c_name, dtype_name, is_floating, not_implemented, own_axis
from jnet.ops.linalg.products import different_scalar_types, no_bool, product, vdot
from jnet.ops.registry import op

__all__ = ["chain_matmul", "cross", "kron", "linalg_cross", "multi_dot", "tensordot", "trace", "vecdot"]


@op("a", "b", where=("torch",), grad_fn="ViewBackward0")
def tensordot(a, b, dims=2):
    """Sum the products over dimensions of both arrays; the result has the other dimensions of `a`, then those of `b`.

    Args:
        dims: how many of the last dimensions of `a` meet the first ones of `b`; or a pair of lists of dimensions.

    Raises:
        RuntimeError: for sizes or dtypes that differ, lists of different length, too many dimensions.

    Example:
        >>> tensordot(jnp.ones((2, 3)), jnp.ones((3, 4)), 1).shape
        (2, 4)

    See: https://pytorch.org/docs/stable/generated/torch.tensordot.html
    """
    a, b = jnp.asarray(a), jnp.asarray(b)
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}\nIt is a number of dimensions.")
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(
                f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}\nThere are {a.ndim} and {b.ndim}."
            )
        dims = (tuple(range(-dims, 0)), tuple(range(dims)))
    if dims is None:
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two lists, "
            f"but got dims={dims}\nAs an int it is how many dimensions meet."
        )
    first, second = dims
    if len(first) != len(second):
        raise RuntimeError(f"both dimension lists should have same length\nGot {first} and {second}.")
    if a.dtype != b.dtype:
        raise RuntimeError(f"both inputs should have same dtype\nGot {a.dtype} and {b.dtype}. {ONE_DTYPE}")
    along_a, along_b = ([own_axis(dim, x.ndim, "tensordot") for dim in each] for each, x in ((first, a), (second, b)))
    for i, j, dim, other in zip(along_a, along_b, first, second, strict=True):
        if a.shape[i] == b.shape[j]:
            continue
        if 1 not in (a.shape[i], b.shape[j]):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {dim} and second has "
                f"size {b.shape[j]} in dim {other}\nThe shapes are {a.shape} and {b.shape}."
            )
        # A size of 1 broadcasts, which is to add up the other array first.
        if a.shape[i] == 1:
            b = b.sum(j, keepdims=True, dtype=b.dtype)
        else:
            a = a.sum(i, keepdims=True, dtype=a.dtype)
    no_bool(a, "addmm_impl_cpu_")
    return jnp.tensordot(a, b, (along_a, along_b), precision=jax.lax.Precision.HIGHEST)


@op("input", "other", grad_fn="UnsafeViewBackward0")
def kron(input, other):
    """Return the Kronecker product: every value of `input`, replaced by that value times `other`.

    Example:
        >>> kron(jnp.array([1, 10]), jnp.array([1, 2])).tolist()
        [1, 2, 10, 20]

    See: https://pytorch.org/docs/stable/generated/torch.kron.html
    """
    # PyTorch gives both equal ranks first, so that a scalar's dtype counts in full.
    input, other = jnp.asarray(input), jnp.asarray(other)
    dtype = jnp.promote_types(input.dtype, other.dtype)
    input, other = input.astype(dtype), other.astype(dtype)
    rank = max(input.ndim, other.ndim)
    left, right = ((1,) * (rank - x.ndim) + x.shape for x in (input, other))
    spread = input.reshape([n for size in left for n in (size, 1)])
    tiled = other.reshape([n for size in right for n in (1, size)])
    shape = [n for sizes in zip(left, right, strict=True) for n in sizes]
    blocks = jnp.broadcast_to(spread, shape) * jnp.broadcast_to(tiled, shape)
    return blocks.reshape([n * m for n, m in zip(left, right, strict=True)])


@op("input", "other", grad_fn="LinalgCrossBackward0")
def cross(input, other, dim=None):
    """Return the cross product of vectors of size 3 along `dim`, the first dimension of that size by default.

    Raises:
        RuntimeError: for other sizes and for ranks or dtypes that differ.

    Example:
        >>> cross(jnp.array([1, 0, 0]), jnp.array([0, 1, 0])).tolist()
        [0, 0, 1]

    See: https://pytorch.org/docs/stable/generated/torch.cross.html
    """
    if dim is None:
        dim = next((each for each, size in enumerate(jnp.shape(input)) if size == 3), None)
    if dim is None:
        raise RuntimeError(f"no dimension of size 3 in input\nIts shape is {jnp.shape(input)}.")
    return linalg_cross(input, other, dim=dim)


@op("input", "other", where=("linalg",), grad_fn="LinalgCrossBackward0")
def linalg_cross(input, other, *, dim=-1):
    """Return the cross product of vectors of size 3 along `dim`; errors as `cross`.

    Example:
        >>> linalg_cross(jnp.array([1, 0, 0]), jnp.array([0, 1, 0])).tolist()
        [0, 0, 1]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.cross.html
    """
    a, b = jnp.asarray(input), jnp.asarray(other)
    if a.ndim != b.ndim:
        raise RuntimeError(
            f"linalg.cross: inputs must have the same number of dimensions.\nThe shapes are {a.shape} and {b.shape}."
        )
    along = own_axis(dim, a.ndim, "cross")
    if (a.shape[along], b.shape[along]) != (3, 3):
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {a.shape[along]} and {b.shape[along]}\n"
            "The product is that of vectors in space."
        )
    a, b = broadcast(a, b)
    no_bool(a, "cross")
    if a.dtype != b.dtype:
        raise different_scalar_types(a, b)
    # Coordinates (y, z, x) and (z, x, y) of each.
    next_a, next_b, last_a, last_b = (jnp.roll(x, shift, along) for shift in (-1, -2) for x in (a, b))
    return next_a * last_b - last_a * next_b


@op("x", "y", where=("linalg",), grad_fn="SumBackward1")
def vecdot(x, y, *, dim=-1):
    """Return the sums of the products `conj(x) y` along `dim`.

    Raises:
        RuntimeError: for integers, dtypes that differ, shapes that do not broadcast.

    Example:
        >>> vecdot(jnp.array([[1.0, 2.0], [3.0, 4.0]]), jnp.array([1.0, 1.0])).tolist()
        [3.0, 7.0]

    See: https://pytorch.org/docs/stable/generated/torch.linalg.vecdot.html
    """
    a, b = jnp.asarray(x), jnp.asarray(y)
    if not is_floating(a):
        raise RuntimeError(
            "linalg.vecdot: Expected a floating point or complex tensor as input. Got "
            f"{dtype_name(a.dtype)}\nConvert it to floating point numbers."
        )
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"linalg.vecdot: Expected x and y to have the same dtype, but found x of type {dtype_name(a.dtype)} and y "
            f"of type {dtype_name(b.dtype)} instead\n{ONE_DTYPE}"
        )
    along = axis(dim, max(a.ndim, b.ndim), "vecdot")
    if a.ndim == b.ndim == 1:
        return vdot(a, b)
    a, b = broadcast(a, b)
    return (a.conj() * b).sum(along if a.ndim else ())


@op("input", grad_fn="TraceBackward0", out=False, saves="nothing")
def trace(input):
    """Add up the diagonal of a matrix.

    Raises:
        RuntimeError: for other ranks.
        NotImplementedError: for booleans.

    Example:
        >>> trace(jnp.array([[1, 2], [3, 4]])).item()
        5

    See: https://pytorch.org/docs/stable/generated/torch.trace.html
    """
    input = jnp.asarray(input)
    if input.ndim != 2:
        raise RuntimeError(
            f"trace: expected a matrix, but got tensor with dim {input.ndim}\nSum the diagonals of a batch instead."
        )
    if input.dtype == jnp.bool_:
        raise not_implemented("trace", input.dtype)
    return jnp.diagonal(input).sum(dtype=input.dtype if is_floating(input) else int)


@op("*matrices", where=("torch",), grad_fn="ViewBackward0")
def chain_matmul(matrices):
    """Return the product of matrices, in the order that costs least; `multi_dot` is its newer name.

    Example:
        >>> chain_matmul([jnp.ones((1, 2)), jnp.ones((2, 3)), jnp.ones((3, 1))]).tolist()
        [[6.0]]

    See: https://pytorch.org/docs/stable/generated/torch.chain_matmul.html
    """
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices\nThere is no product of nothing.")
    for each in matrices:
        if jnp.ndim(each) != 2:
            raise RuntimeError(
                f"Tensor dimension is {jnp.ndim(each)}, expected 2 instead.\nThese are not all matrices."
            )
    return jnp.asarray(matrices[0]) if len(matrices) == 1 else multi_dot(matrices)


@op("*tensors", where=("linalg",), grad_fn="ViewBackward0")
def multi_dot(tensors):
    """Return the product of matrices, in the order that costs least; the first and the last may be vectors.

    Raises:
        RuntimeError: for fewer than two, other ranks, shapes that do not fit, dtypes that differ.

    Example:
        >>> multi_dot([jnp.ones((2,)), jnp.ones((2, 3)), jnp.ones((3,))]).item()
        6.0

    See: https://pytorch.org/docs/stable/generated/torch.linalg.multi_dot.html
    """
    tensors = [jnp.asarray(each) for each in tensors]
    _check_chain(tensors)
    no_bool(tensors[0], "addmm_impl_cpu_")
    if len(tensors) == 2:
        return product(*tensors)
    return jnp.linalg.multi_dot(tensors, precision=jax.lax.Precision.HIGHEST)


def _check_chain(tensors):
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}\nOne is its own product.")
    last = len(tensors) - 1
    for name, x in (("first", tensors[0]), ("last", tensors[-1])):
        if x.ndim not in (1, 2):
            raise RuntimeError(
                f"multi_dot(): the {name} tensor must be 1D or 2D but got {x.ndim}D\nThe others are matrices."
            )
    for place, x in enumerate(tensors):
        if 0 < place < last and x.ndim != 2:
            raise RuntimeError(
                f"multi_dot(): tensor {place} must be 2D but got {x.ndim}D\nOnly the first and the last may be vectors."
            )
        if x.dtype != tensors[0].dtype:
            raise RuntimeError(
                "multi_dot(): all tensors must have be the same dtype but tensor 0 is "
                f"{c_name(tensors[0].dtype)} and tensor {place} {c_name(x.dtype)}\nConvert them to one dtype."
            )
    for place, (a, b) in enumerate(itertools.pairwise(tensors)):
        if a.shape[-1] != b.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {place} and {place + 1} with shapes {list(a.shape)} and {list(b.shape)} cannot "
                "be multiplied\nThe inner sizes must be equal."
            )

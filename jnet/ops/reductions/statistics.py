"""Sums, means and spreads with PyTorch's semantics.

`dim` counts from 0, negative ones from the end; `keepdim` leaves the reduced dimension in place with size 1. Integers
and booleans add up to JAX's default integer: int32, or int64 where 64 bits are enabled, which PyTorch always uses.
"""

import math
import warnings

import jax
import jax.numpy as jnp
from jax import lax

from jnet.ops.checks import as_floating, axes, dtype_name, is_floating, one_axis, refuse_keepdim
from jnet.ops.registry import op

__all__ = [
    "corrcoef",
    "cov",
    "logsumexp",
    "mean",
    "nanmean",
    "nansum",
    "prod",
    "std",
    "std_mean",
    "sum",
    "var",
    "var_mean",
]


def by_dim(whole: str, along: str):
    """Return the rule for the node of a reduction that PyTorch derives in two ways: of all values, or along `dim`."""
    return lambda ranks, settings: whole if settings.get("dim") is None and not settings.get("keepdim") else along


@op("input", grad_fn=by_dim("SumBackward0", "SumBackward1"), saves="nothing")
def sum(input, dim=None, keepdim=False, *, dtype=None):
    """Add up all values, or those along `dim` (an integer or several).

    Example:
        >>> sum(jnp.ones((2, 3)), dim=1).tolist()
        [3.0, 3.0]

    See: https://pytorch.org/docs/stable/generated/torch.sum.html
    """
    input = widened(input, dtype)
    return jnp.sum(input, axes(dim, input.ndim, "sum"), input.dtype, keepdims=keepdim)


@op("input", grad_fn="NansumBackward0")
def nansum(input, dim=None, keepdim=False, *, dtype=None):
    """Add up all values that are not nan, or those along `dim` (an integer or several); 0 of none.

    Raises:
        RuntimeError: for complex numbers.

    Example:
        >>> nansum(jnp.array([1.0, jnp.nan, 2.0])).item()
        3.0

    See: https://pytorch.org/docs/stable/generated/torch.nansum.html
    """
    input = jnp.asarray(input)
    if jnp.iscomplexobj(input):
        raise RuntimeError("nansum on CPU does not support complex inputs\nSum the real and imaginary parts apart.")
    return sum(jnp.where(jnp.isnan(input), jnp.zeros((), input.dtype), input), dim, keepdim, dtype=dtype)


@op("input", grad_fn=by_dim("ProdBackward0", "ProdBackward1"))
def prod(input, dim=None, keepdim=False, *, dtype=None):
    """Multiply all values, or those along `dim` (one integer).

    Example:
        >>> prod(jnp.array([2, 3, 4])).item()
        24

    See: https://pytorch.org/docs/stable/generated/torch.prod.html
    """
    input = widened(input, dtype)
    refuse_keepdim("prod", dim, keepdim)
    return jnp.prod(input, one_axis(dim, input.ndim, "prod"), input.dtype, keepdims=keepdim)


@op("input", grad_fn=by_dim("MeanBackward0", "MeanBackward1"), saves="nothing")
def mean(input, dim=None, keepdim=False, *, dtype=None):
    """Average all values, or those along `dim` (an integer or several); nan of none.

    Args:
        dtype: convert to it first.

    Raises:
        RuntimeError: for integers and booleans, unless `dtype` names a floating point type.

    Example:
        >>> mean(jnp.array([1.0, 2.0, 6.0])).item()
        3.0

    See: https://pytorch.org/docs/stable/generated/torch.mean.html
    """
    input = jnp.asarray(input, dtype)
    if not is_floating(input):
        raise RuntimeError(
            f"mean(): could not infer output dtype. {'Input' if dtype is None else 'Optional'} dtype must be either a "
            f"floating point or complex dtype. Got: {dtype_name(input.dtype)}\nConvert it, or name another dtype."
        )
    along = axes(dim, input.ndim, "mean")
    # Not jnp.mean: the mean of no values is nan without NumPy's warning.
    return (jnp.sum(at_least_float32(input), along, keepdims=keepdim) / count(input, along)).astype(input.dtype)


@op("input", grad_fn="DivBackward0")
def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """Average all values that are not nan, or those along `dim` (an integer or several); nan of none.

    Raises:
        RuntimeError: for integers and booleans.

    Example:
        >>> nanmean(jnp.array([1.0, jnp.nan, 2.0])).item()
        1.5

    See: https://pytorch.org/docs/stable/generated/torch.nanmean.html
    """
    input = jnp.asarray(input)
    if not is_floating(input):
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {dtype_name(input.dtype)}\n"
            "Integers are never nan: take mean() with a floating point dtype."
        )
    known = jnp.sum(~jnp.isnan(input), axes(dim, input.ndim, "nanmean"), keepdims=keepdim)
    total = nansum(input, dim, keepdim, dtype=dtype)
    return total / known.astype(total.dtype)


@op("input", grad_fn="VarBackward0")
def var(input, dim=None, *, correction=1, keepdim=False):
    """Return the variance, `sum((input - mean)^2) / (N - correction)`, of all values or along `dim`.

    Args:
        correction: 1 estimates the variance of what the values are drawn from; 0 gives that of the values.

    Raises:
        RuntimeError: for integers and booleans. Where N <= correction it warns, and the result is nan or infinite.

    Example:
        >>> var(jnp.array([1.0, 2.0, 3.0])).item()
        1.0

    See: https://pytorch.org/docs/stable/generated/torch.var.html
    """
    return _moments("var", input, dim, correction, keepdim)[0]


@op("input", grad_fn="StdBackward0")
def std(input, dim=None, *, correction=1, keepdim=False):
    """Return the standard deviation, the root of `var` (same arguments); its derivative at 0 is 0.

    Example:
        >>> std(jnp.array([1.0, 3.0, 5.0])).item()
        2.0

    See: https://pytorch.org/docs/stable/generated/torch.std.html
    """
    return root(_moments("std", input, dim, correction, keepdim)[0])


@op("input", where=("torch",), out=False, grad_fn="VarMeanBackward0")
def var_mean(input, dim=None, *, correction=1, keepdim=False):
    """Return the pair of `var` (same arguments) and `mean`.

    Example:
        >>> [each.item() for each in var_mean(jnp.array([1.0, 2.0, 3.0]))]
        [1.0, 2.0]

    See: https://pytorch.org/docs/stable/generated/torch.var_mean.html
    """
    return _moments("var_mean", input, dim, correction, keepdim)


@op("input", where=("torch",), out=False, grad_fn="StdMeanBackward0")
def std_mean(input, dim=None, *, correction=1, keepdim=False):
    """Return the pair of `std` (same arguments) and `mean`.

    Example:
        >>> [each.item() for each in std_mean(jnp.array([1.0, 3.0, 5.0]))]
        [2.0, 3.0]

    See: https://pytorch.org/docs/stable/generated/torch.std_mean.html
    """
    variance, average = _moments("std_mean", input, dim, correction, keepdim)
    return root(variance), average


def _moments(name, input, dim, correction, keepdim):
    """Return variance and mean."""
    input = jnp.asarray(input)
    if not is_floating(input):
        raise RuntimeError(
            f"{name if name.endswith('_mean') else 'std and var'} only support floating point and complex dtypes\n"
            f"Got {input.dtype}: convert it."
        )
    along = axes(dim, input.ndim, name)
    freedom = count(input, along) - (1 if correction is None else correction)
    if freedom <= 0:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
            "(input numel divided by output numel).",
            UserWarning,
            stacklevel=3,
        )
    values = at_least_float32(input)
    average = jnp.sum(values, along, keepdims=True) / count(input, along)
    centred = values - average
    total = jnp.sum((centred * centred.conj()).real, along, keepdims=keepdim)
    variance = total / jnp.asarray(freedom if freedom > 0 else 0, total.dtype)
    real = jnp.finfo(input.dtype).dtype
    return variance.astype(real), (average if keepdim else average.squeeze(along)).astype(input.dtype)


@op("input", where=("torch", "Tensor", "special"), grad_fn="LogsumexpBackward0")
def logsumexp(input, dim, keepdim=False):
    """Return `log(sum(exp(input)))` along `dim` (an integer or several), shifted so that nothing overflows.

    Example:
        >>> f"{logsumexp(jnp.array([1000.0, 1000.0]), 0):.2f}"
        '1000.69'

    See: https://pytorch.org/docs/stable/generated/torch.logsumexp.html
    """
    input = as_floating(input)
    along = axes(dim, input.ndim, "logsumexp")
    return jax.nn.logsumexp(at_least_float32(input), along, keepdims=keepdim).astype(input.dtype)


@op("input", "fweights", "aweights", out=False, grad_fn="SqueezeBackward0")
def cov(input, *, correction=1, fweights=None, aweights=None):
    """Return the covariances of variables: each row of `input` is a variable, each column an observation.

    Shape: input (V, N) gives (V, V); (N,) and () give ().

    Args:
        correction: the sums are divided by the number of observations less this (see `var`).
        fweights: how often each observation counts, integers (N,).
        aweights: how much each observation weighs, floating (N,).

    Raises:
        RuntimeError: for more dimensions, booleans, weights of other shapes or kinds.

    Example:
        >>> cov(jnp.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])).tolist()
        [[1.0, -1.0], [-1.0, 1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.cov.html
    """
    input = jnp.asarray(input)
    if input.ndim > 2:
        raise RuntimeError(
            "cov(): expected input to have two or fewer dimensions but got an input with "
            f"{input.ndim} dimensions\nIts rows are variables, its columns observations."
        )
    if input.dtype == jnp.bool_:
        raise RuntimeError("cov(): bool dtype is not supported for input\nConvert it to numbers.")
    rows = as_floating(input.reshape(1, -1) if input.ndim < 2 else input)
    weights = _cov_weights(fweights, aweights, rows)
    total = rows.shape[1] if weights is None else weights.sum()
    centred = rows - (rows if weights is None else rows * weights).sum(1, keepdims=True) / total
    norm = total - correction
    if weights is not None and aweights is not None and correction:
        squares = (weights * jnp.asarray(aweights).reshape(1, -1)).sum()
        norm = total - correction * squares / total
    weighted = centred if weights is None else centred * weights
    product = jnp.matmul(weighted, centred.conj().T, precision=jax.lax.Precision.HIGHEST)
    result = product / jnp.maximum(jnp.asarray(norm, rows.real.dtype), 0)
    return result if result.size != 1 else result.reshape(())  # of one variable, a number


def _cov_weights(fweights, aweights, rows):
    """Return the product of both weights as a row, None without any."""
    product = None
    for name, weights, kind, word in (
        ("fweights", fweights, jnp.integer, "integral"),
        ("aweights", aweights, jnp.floating, "floating point"),
    ):
        if weights is None:
            continue
        weights = jnp.asarray(weights)
        if weights.ndim > 1:
            raise RuntimeError(
                f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.ndim} "
                "dimensions\nThey are one number an observation."
            )
        if not jnp.issubdtype(weights.dtype, kind):
            raise RuntimeError(
                f"cov(): expected {name} to have {word} dtype but got {name} with {dtype_name(weights.dtype)} dtype\n"
                "fweights are counts, aweights are shares."
            )
        if weights.size != rows.shape[1]:
            raise RuntimeError(
                f"cov(): expected {name} to have the same numel as there are observations in the input but got "
                f"{weights.size} != {rows.shape[1]}\nThe observations are the columns of the input."
            )
        weights = weights.reshape(1, -1).astype(rows.real.dtype)
        product = weights if product is None else product * weights
    return product


@op("input", out=False, grad_fn=lambda ranks, settings: "ClampBackward1" if ranks[0] == 2 else "DivBackward0")
def corrcoef(input):
    """Return Pearson's correlations of variables, `cov` over the product of the standard deviations; errors as `cov`.

    Example:
        >>> corrcoef(jnp.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])).tolist()
        [[1.0, -1.0], [-1.0, 1.0]]

    See: https://pytorch.org/docs/stable/generated/torch.corrcoef.html
    """
    if jnp.ndim(input) > 2:
        raise RuntimeError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{jnp.ndim(input)} dimensions\nIts rows are variables, its columns observations."
        )
    covariance = cov(input)
    if covariance.ndim == 0:
        return covariance / covariance
    spread = jnp.sqrt(jnp.diagonal(covariance).real)
    result = covariance / spread[:, None] / spread[None]
    if jnp.iscomplexobj(result):
        return lax.complex(jnp.clip(result.real, -1, 1), jnp.clip(result.imag, -1, 1))
    return jnp.clip(result, -1, 1)


def root(power, exponent=0.5):
    """Return `power ** exponent` with derivative 0 where `power` is 0."""
    zero = power == 0
    safe = jnp.where(zero, jnp.ones((), power.dtype), power)
    root = jnp.sqrt(safe) if exponent == 0.5 else safe**exponent
    return jnp.where(zero, jnp.asarray(0.0 if exponent > 0 else math.inf, power.dtype), root)


def widened(input, dtype):
    """Return `input` in `dtype`; without one, integers and booleans as the default integer."""
    input = jnp.asarray(input)
    if dtype is None:
        dtype = input.dtype if is_floating(input) else int
    return input.astype(dtype)


def at_least_float32(input):
    """Return `input`, half precision as float32: PyTorch adds up in it."""
    return input.astype(jnp.float32) if input.dtype in (jnp.float16, jnp.bfloat16) else input


def count(input, along) -> int:
    """Return how many values one reduction along these axes takes."""
    return math.prod(input.shape[each] for each in along)

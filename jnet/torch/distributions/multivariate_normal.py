"""The normal distribution of vectors."""

from __future__ import annotations

import math
from typing import ClassVar

import jnet.torch as torch
from jnet.torch.distributions import constraints
from jnet.torch.distributions.distribution import Distribution
from jnet.torch.distributions.utils import lazy_property
from jnet.torch.dtypes import Size

__all__ = ["MultivariateNormal"]


def squared_distance(tril, x):
    """Return `x^T M^-1 x` for `M = tril tril^T`: tril is (..., n, n), x (..., n)."""
    return torch.linalg.solve_triangular(tril, x.unsqueeze(-1), upper=False).squeeze(-1).pow(2).sum(-1)


def half_log_det(tril):
    """Return the logarithm of the product of the diagonal."""
    return tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def _tril_of_precision(precision):
    # The factor of the reversed matrix, reversed again, is U with precision = U U^T; its inverse transposed is wanted.
    reversed_tril = torch.linalg.cholesky(torch.flip(precision, (-2, -1)))
    eye = torch.eye(precision.shape[-1], dtype=precision.dtype, device=precision.device)
    return torch.linalg.solve_triangular(torch.flip(reversed_tril, (-2, -1)).transpose(-2, -1), eye, upper=False)


class MultivariateNormal(Distribution):
    """The normal distribution of vectors with mean `loc`, (..., n), and a covariance given as one of three matrices.

    Args:
        covariance_matrix: positive definite, (..., n, n).
        precision_matrix: its inverse.
        scale_tril: its lower-triangular factor L, with positive diagonal: covariance = L L^T. The quickest.

    Raises:
        ValueError: unless just one matrix is given, and is what it should be.

    Example:
        >>> import jnet.torch as torch
        >>> MultivariateNormal(torch.zeros(2), torch.eye(2)).log_prob(torch.zeros(2))
        tensor(-1.8379)

    See: https://docs.pytorch.org/docs/stable/distributions.html#multivariatenormal
    """

    arg_constraints: ClassVar = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        matrices = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        given = {name: matrix for name, matrix in matrices.items() if matrix is not None}
        if len(given) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        ((name, matrix),) = given.items()
        if matrix.dim() < 2:
            called = "scale_tril matrix" if name == "scale_tril" else name
            raise ValueError(f"{called} must be at least two-dimensional, with optional leading batch dimensions")
        batch_shape = Size(torch.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1]))
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        self.loc = loc.expand((*batch_shape, -1))
        super().__init__(batch_shape, Size(self.loc.shape[-1:]), validate_args=validate_args)
        factor = {"covariance_matrix": torch.linalg.cholesky, "precision_matrix": _tril_of_precision}.get(name)
        self._unbroadcasted_scale_tril = factor(matrix) if factor else matrix

    def expand(self, batch_shape, _instance=None):
        given = {"loc": self.loc.expand((*batch_shape, *self.event_shape))}
        for name in ("covariance_matrix", "precision_matrix", "scale_tril"):
            if name in vars(self):
                given[name] = vars(self)[name].expand((*batch_shape, *self.event_shape, *self.event_shape))
        given["_unbroadcasted_scale_tril"] = self._unbroadcasted_scale_tril
        return self._expanded(MultivariateNormal, batch_shape, _instance, **given)

    def _matrix(self, matrix):
        return matrix.expand((*self._batch_shape, *self._event_shape, *self._event_shape))

    @lazy_property
    def scale_tril(self):
        return self._matrix(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self):
        return self._matrix(torch.matmul(self._unbroadcasted_scale_tril, self._unbroadcasted_scale_tril.mT))

    @lazy_property
    def precision_matrix(self):
        return self._matrix(torch.cholesky_inverse(self._unbroadcasted_scale_tril))

    mean = mode = property(lambda self: self.loc)
    variance = property(
        lambda self: self._unbroadcasted_scale_tril.pow(2).sum(-1).expand(self._batch_shape + self._event_shape)
    )

    def rsample(self, sample_shape=()):
        drawn = self._room(sample_shape, self.loc).normal_()
        return self.loc + torch.matmul(self._unbroadcasted_scale_tril, drawn.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value):
        away, tril = self._validated(value) - self.loc, self._unbroadcasted_scale_tril
        distance = squared_distance(tril, away)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + distance) - half_log_det(tril)

    def entropy(self):
        n = self.loc.size(-1)
        entropy = 0.5 * n * (1.0 + math.log(2 * math.pi)) + half_log_det(self._unbroadcasted_scale_tril)
        return entropy.expand(self._batch_shape) if self._batch_shape else entropy

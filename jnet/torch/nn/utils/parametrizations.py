"""Parametrizations that are there to use: weights of given length, of largest singular value 1, orthogonal ones."""

from __future__ import annotations

from enum import Enum, auto

from jnet.torch.autograd import no_grad
from jnet.torch.creation import eye, zeros_like
from jnet.torch.dispatch import CALLERS
from jnet.torch.dtypes import finfo
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.utils import parametrize
from jnet.torch.nn.utils.spectral_norm import as_matrix, dim_of_outputs, random_direction
from jnet.torch.tensor import Tensor

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


def _tensor_of(module: Module, name: str) -> Tensor:
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


# -- orthogonal ------------------------------------------------------------------------------------


def _is_orthogonal(Q: Tensor) -> bool:
    product = Q.mH @ Q
    identity = eye(Q.size(-1), dtype=Q.dtype, device=Q.device).expand_as(product)
    return product.allclose(identity, atol=10.0 * Q.size(-2) * finfo(Q.dtype).eps)


def _make_orthogonal(A: Tensor) -> Tensor:
    """Return the Q of the decomposition of a tall matrix whose R has a positive diagonal."""
    X, tau = CALLERS["geqrf"](A)
    return CALLERS["householder_product"](X, tau) * X.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


class _OrthMaps(Enum):
    matrix_exp = auto()
    cayley = auto()
    householder = auto()


class _Orthogonal(Module):
    """Makes of any matrix an orthogonal one, times `base` if there is one."""

    def __init__(self, weight: Tensor, orthogonal_map: _OrthMaps, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == _OrthMaps.householder:
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Tensor:
        """Return the orthogonal matrix of X, of which only the lower triangle matters."""
        wide = X.size(-2) < X.size(-1)
        X = X.mT if wide else X
        Q = self._reflected(X) if self.orthogonal_map == _OrthMaps.householder else self._rotated(X)
        if hasattr(self, "base"):
            Q = self.base.matmul(Q)
        return Q.mT if wide else Q

    def _rotated(self, X: Tensor) -> Tensor:
        """Return the first columns of a rotation, of the skew matrix whose lower triangle X is."""
        n, k = X.size(-2), X.size(-1)
        X = X.tril()
        if n != k:
            X = CALLERS["cat"]([X, X.new_zeros(n, n - k).expand(*X.shape[:-2], -1, -1)], dim=-1)
        A = X - X.mH
        if self.orthogonal_map == _OrthMaps.matrix_exp:
            Q = CALLERS["matrix_exp"](A)
        else:  # (I - A/2)^-1 (I + A/2)
            identity = eye(n, dtype=A.dtype, device=A.device)
            Q = CALLERS["solve"](identity.add(A, alpha=-0.5), identity.add(A, alpha=0.5))
        return Q if n == k else Q[..., :k]

    def _reflected(self, X: Tensor) -> Tensor:
        """Return a product of reflections; the diagonal of X is of signs, which do not change."""
        A = X.tril(diagonal=-1)
        tau = 2.0 / (1.0 + (A * A).sum(dim=-2))
        Q = CALLERS["householder_product"](A, tau)
        return Q * X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)

    @no_grad()
    def right_inverse(self, Q: Tensor) -> Tensor:
        """Return what gives Q, made orthogonal if it is not: with a base a fixed matrix, and Q goes into the base."""
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        wide = Q.size(-2) < Q.size(-1)
        tall = Q.mT if wide else Q
        if not hasattr(self, "base"):
            found = self._reflectors(tall)
            return found.mT if wide else found
        self.base = self._based(tall)
        start = zeros_like(Q)
        start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)  # of this, reflections too make the identity
        return start

    def _reflectors(self, Q: Tensor) -> Tensor:
        if self.orthogonal_map != _OrthMaps.householder:
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                "use_trivialization=False."
            )
        A, tau = CALLERS["geqrf"](Q)
        diagonal = A.diagonal(dim1=-2, dim2=-1)
        diagonal.sign_()
        diagonal[tau == 0.0] *= -1  # where LAPACK uses no reflection
        return A

    @staticmethod
    def _based(Q: Tensor) -> Tensor:
        n, k = Q.size(-2), Q.size(-1)
        if n == k:
            return Q.clone() if _is_orthogonal(Q) else _make_orthogonal(Q)
        others = Q.new_empty((*Q.size()[:-2], n, n - k)).normal_()
        return _make_orthogonal(CALLERS["cat"]([Q, others], dim=-1))


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Keep a matrix, or a batch of them, orthogonal or unitary: the columns, or the rows if it is wide.

    Returns the module.

    Args:
        orthogonal_map: "matrix_exp" (the exponential of a skew matrix; the default for square and complex ones),
            "cayley" `(I + A/2) (I - A/2)^-1`, or "householder" (a product of reflections; the default otherwise).
        use_trivialization: start at the weight as it is, made orthogonal, which lies in the buffer `base` then.

    Raises:
        ValueError: if there is no such tensor; for a vector; for another map.

    Example:
        >>> import jnet.torch as torch
        >>> net = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(3, 3))
        >>> torch.allclose(net.weight @ net.weight.T, torch.eye(3), atol=1e-5)
        True

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.orthogonal.html
    """
    weight = _tensor_of(module, name)
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    chosen = getattr(_OrthMaps, orthogonal_map, None)
    if chosen is None:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    made = _Orthogonal(weight, chosen, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, made, unsafe=True)


# -- length and direction --------------------------------------------------------------------------


class _WeightNorm(Module):
    """Makes a weight of a length and a direction."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """Return the weight."""
        return CALLERS["_weight_norm"](weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return the length, and the weight itself as the direction."""
        return CALLERS["norm_except_dim"](weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Let a weight be `g v / |v|`, of a length g (`original0`) and a direction v (`original1`); return the module.

    State of the old `torch.nn.utils.weight_norm` can be loaded.

    Args:
        dim: the norm is taken over all other dimensions; over all if None.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 3))
        ParametrizedLinear(
          in_features=2, out_features=3, bias=True
          (parametrizations): ModuleDict(
            (weight): ParametrizationList(
              (0): _WeightNorm()
            )
          )
        )

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.weight_norm.html
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(state_dict, prefix, *_) -> None:
        old = [f"{prefix}{name}_g", f"{prefix}{name}_v"]
        if all(key in state_dict for key in old):
            for i, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{i}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(rename)
    return module


# -- largest singular value ------------------------------------------------------------------------


class _SpectralNorm(Module):
    """Divides a weight by its largest singular value, of which each reading in training mode has a better estimate."""

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:  # the norm of a vector is known
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight, self.dim)
            height, width = matrix.size()
            with no_grad():
                self.register_buffer("_u", random_direction(weight, height, eps))
                self.register_buffer("_v", random_direction(weight, width, eps))
            self._power_method(matrix, 15)

    @no_grad()
    def _power_method(self, matrix: Tensor, steps: int) -> None:
        for _ in range(steps):
            self._u.copy_(CALLERS["normalize"](matrix.mv(self._v), dim=0, eps=self.eps))
            self._v.copy_(CALLERS["normalize"](matrix.mH.mv(self._u), dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weight divided by its norm."""
        if weight.ndim == 1:
            return CALLERS["normalize"](weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # the next forward writes to the buffers, this backward needs these
        return weight / u.vdot(matrix.mv(v))

    def right_inverse(self, value: Tensor) -> Tensor:
        """Return the weight as it is."""
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a weight by its largest singular value, a vector by its length; return the module.

    The value is estimated by the power method, which goes on from where it was whenever the weight is read in training
    mode.

    Args:
        n_power_iterations: steps of the method.
        eps: the least length that vectors are divided by.
        dim: the dimension that counts outputs (default: 0, and 1 for transposed convolutions); the others are one.

    Raises:
        ValueError: if there is no such tensor, or `n_power_iterations` is not positive.
        IndexError: if there is no such dimension.

    Example:
        >>> import jnet.torch as torch
        >>> net = torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(4, 3))
        >>> f"{torch.linalg.matrix_norm(net.weight, 2).item():.1f}"
        '1.0'

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.spectral_norm.html
    """
    weight = _tensor_of(module, name)
    dim = dim_of_outputs(module) if dim is None else dim
    return parametrize.register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))

"""Weights divided by their largest singular value, computed by a hook before each forward: the old form.

`torch.nn.utils.parametrizations.spectral_norm` is the new one.
"""

from __future__ import annotations

from jnet.torch.autograd import no_grad
from jnet.torch.dispatch import CALLERS
from jnet.torch.nn import modules
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter
from jnet.torch.nn.utils.hooked import find, refuse_second, refuse_uninitialized
from jnet.torch.tensor import Tensor

__all__ = [
    "SpectralNorm",
    "SpectralNormLoadStateDictPreHook",
    "SpectralNormStateDictHook",
    "remove_spectral_norm",
    "spectral_norm",
]

_normalize = CALLERS["normalize"]


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """Return the weight as a matrix with a row for each index of `dim`."""
    if dim != 0:
        weight = weight.permute(dim, *(each for each in range(weight.dim()) if each != dim))
    return weight.reshape(weight.size(0), -1)


def dim_of_outputs(module: Module) -> int:
    """Return which dimension of the module's weight counts its outputs."""
    transposed = [getattr(modules, f"ConvTranspose{n}d", None) for n in (1, 2, 3)]
    return int(isinstance(module, tuple(each for each in transposed if each is not None)))


def random_direction(weight: Tensor, size: int, eps: float) -> Tensor:
    """Return a random vector of length 1."""
    return _normalize(weight.new_empty(size).normal_(0, 1), dim=0, eps=eps)


class SpectralNorm:
    """The hook: sets `weight` from `weight_orig` and its first singular vectors, about `weight_u` and `weight_v`.

    Each call in training mode brings them nearer by the power method.
    """

    _version: int = 1

    def __init__(self, name: str = "weight", n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name, self.dim, self.n_power_iterations, self.eps = name, dim, n_power_iterations, eps

    def reshape_weight_to_matrix(self, weight: Tensor) -> Tensor:
        """Return the weight as a matrix."""
        return as_matrix(weight, self.dim)

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        """Return the weight."""
        weight, u, v = (getattr(module, f"{self.name}_{each}") for each in ("orig", "u", "v"))
        matrix = self.reshape_weight_to_matrix(weight)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(_normalize(matrix.t().mv(u), dim=0, eps=self.eps))
                    u.copy_(_normalize(matrix.mv(v), dim=0, eps=self.eps))
                u, v = u.clone(), v.clone()  # the next forward writes to the buffers, and this backward needs these
        return weight / u.dot(matrix.mv(v))

    def remove(self, module: Module) -> None:
        """Make the weight an ordinary parameter again."""
        with no_grad():
            weight = self.compute_weight(module, do_power_iteration=False)
        for suffix in ("", "_u", "_v", "_orig"):
            delattr(module, self.name + suffix)
        module.register_parameter(self.name, Parameter(weight.detach()))

    def __call__(self, module: Module, inputs) -> None:
        setattr(module, self.name, self.compute_weight(module, do_power_iteration=module.training))

    def _solve_v_and_rescale(self, matrix: Tensor, u: Tensor, sigma: Tensor) -> Tensor:
        """Return the v with `u = W v / |W v|` and `u W v = sigma`, by the pseudoinverse where W has no inverse."""
        v = CALLERS["pinv"](matrix.t().mm(matrix)).mm(matrix.t()).mv(u)
        return v.mul_(sigma / u.dot(matrix.mv(v)))

    @staticmethod
    def apply(module: Module, name: str, n_power_iterations: int, dim: int, eps: float) -> SpectralNorm:
        """Register the hook, and what it needs."""
        refuse_second(module, SpectralNorm, "spectral_norm", name)
        hook = SpectralNorm(name, n_power_iterations, dim, eps)
        weight = module._parameters[name]
        if weight is None:
            raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
        refuse_uninitialized(weight, "SpectralNorm", "spectral")
        with no_grad():
            height, width = hook.reshape_weight_to_matrix(weight).size()
            u, v = random_direction(weight, height, eps), random_direction(weight, width, eps)
        delattr(module, name)
        module.register_parameter(f"{name}_orig", weight)
        setattr(module, name, weight.data)  # no parameter, but those who initialise weights look for it
        module.register_buffer(f"{name}_u", u)
        module.register_buffer(f"{name}_v", v)
        module.register_forward_pre_hook(hook)
        module._register_state_dict_hook(SpectralNormStateDictHook(hook))
        module._register_load_state_dict_pre_hook(SpectralNormLoadStateDictPreHook(hook))
        return hook


class SpectralNormLoadStateDictPreHook:
    """Makes `weight_v`, which state of the first version lacks, of the weight that it holds."""

    def __init__(self, fn: SpectralNorm) -> None:
        self.fn = fn

    def __call__(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs) -> None:
        fn, key = self.fn, prefix + self.fn.name
        version = local_metadata.get("spectral_norm", {}).get(f"{fn.name}.version")
        if version is not None and version >= 1:
            return
        new = all(key + suffix in state_dict for suffix in ("_orig", "_u", "_v")) and key not in state_dict
        if version is None and new:  # only the metadata are lost
            return
        missing = [key + suffix for suffix in ("_orig", "", "_u") if key + suffix not in state_dict]
        if missing:
            if strict:
                missing_keys += missing
            return
        with no_grad():
            original, u = state_dict[f"{key}_orig"], state_dict[f"{key}_u"]
            sigma = (original / state_dict.pop(key)).mean()
            state_dict[f"{key}_v"] = fn._solve_v_and_rescale(fn.reshape_weight_to_matrix(original), u, sigma)


class SpectralNormStateDictHook:
    """Notes the version in the metadata of the state."""

    def __init__(self, fn: SpectralNorm) -> None:
        self.fn = fn

    def __call__(self, module, state_dict, prefix, local_metadata) -> None:
        versions = local_metadata.setdefault("spectral_norm", {})
        key = f"{self.fn.name}.version"
        if key in versions:
            raise RuntimeError(f"Unexpected key in metadata['spectral_norm']: {key}")
        versions[key] = self.fn._version


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
):
    """Divide a parameter by its largest singular value, estimated by the power method; return the module.

    Args:
        n_power_iterations: steps of the method for each forward in training mode.
        eps: the least length that vectors are divided by.
        dim: the dimension that counts outputs (default: 0, and 1 for transposed convolutions); the others are one.

    Raises:
        ValueError: if `n_power_iterations` is not positive.
        RuntimeError: if it was done already.

    Example:
        >>> import jnet.torch as torch
        >>> net = torch.nn.utils.spectral_norm(torch.nn.Linear(2, 3))
        >>> list(net.state_dict())
        ['bias', 'weight_orig', 'weight_u', 'weight_v']

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.spectral_norm.html
    """
    SpectralNorm.apply(module, name, n_power_iterations, dim_of_outputs(module) if dim is None else dim, eps)
    return module


def remove_spectral_norm(module: Module, name: str = "weight"):
    """Undo `spectral_norm`, keeping the value; return the module.

    Raises:
        ValueError: if there is nothing to undo.
    """
    key, hook = find(module._forward_pre_hooks, SpectralNorm, name)
    if hook is None:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    hook.remove(module)
    del module._forward_pre_hooks[key]
    for hooks in (module._state_dict_hooks, module._load_state_dict_pre_hooks):
        for key, each in list(hooks.items()):
            each = getattr(each, "hook", each)
            if getattr(getattr(each, "fn", None), "name", None) == name and isinstance(each.fn, SpectralNorm):
                del hooks[key]
    return module

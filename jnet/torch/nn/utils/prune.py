"""Pruning: parameters some of whose elements are held at zero by a mask.

A pruned `weight` is `weight_orig`, which goes on being trained, times the buffer `weight_mask`, computed by a hook
before each forward.

See: https://docs.pytorch.org/tutorials/intermediate/pruning_tutorial.html
"""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from jnet.torch.creation import empty, empty_like, ones_like, zeros_like
from jnet.torch.dispatch import CALLERS
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.utils.convert_parameters import parameters_to_vector
from jnet.torch.tensor import Tensor, shape_of


class BasePruningMethod(ABC):
    """The base of ways of pruning: a class defines `compute_mask` and `PRUNING_TYPE`.

    Attributes:
        PRUNING_TYPE: what a second pruning works on: "unstructured", the elements that are left; "structured", the
            slices along `self.dim` that are left; "global", all.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.nn.utils import prune
        >>> class EveryOther(prune.BasePruningMethod):
        ...     PRUNING_TYPE = "unstructured"
        ...     def compute_mask(self, t, default_mask):
        ...         mask = default_mask.clone()
        ...         mask.view(-1)[::2] = 0
        ...         return mask
        >>> net = torch.nn.Linear(4, 1)
        >>> method = EveryOther.apply(net, "weight")
        >>> net.weight_mask
        tensor([[0., 1., 0., 1.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.BasePruningMethod.html
    """

    PRUNING_TYPE: str
    _tensor_name: str

    def __call__(self, module: Module, inputs) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return a mask of what to keep of `t`, given that of earlier prunings."""

    def apply_mask(self, module: Module) -> Tensor:
        """Return the pruned tensor of the module."""
        if self._tensor_name is None:
            raise AssertionError(f"Module {module} has to be pruned")
        mask, original = getattr(module, f"{self._tensor_name}_mask"), getattr(module, f"{self._tensor_name}_orig")
        return mask.to(dtype=original.dtype) * original

    @classmethod
    def apply(cls, module: Module, name: str, *args, importance_scores: Tensor | None = None, **kwargs):
        """Prune a parameter, after what was pruned before; return the hook, which stays with the module.

        Args:
            name: of the parameter.
            args, kwargs: those of the class.
            importance_scores: decide what is pruned in the place of the values.
        """
        method = cls(*args, **kwargs)
        method._tensor_name = name
        key, earlier = _earlier(module, name)
        if earlier is not None:
            method = PruningContainer(*(earlier if isinstance(earlier, PruningContainer) else [earlier]), method)
        original = getattr(module, name)
        scores = original if importance_scores is None else importance_scores
        if scores.shape != original.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as parameter {name} of {module}, got {scores.shape} vs "
                f"{original.shape}"
            )
        before = ones_like(original) if earlier is None else getattr(module, f"{name}_mask").detach().clone()
        if earlier is None and name not in module._parameters:
            raise KeyError(name)
        mask = method.compute_mask(scores, default_mask=before)
        if earlier is None:
            module.register_parameter(f"{name}_orig", module._parameters.pop(name))
        else:
            del module._forward_pre_hooks[key]
        module.register_buffer(f"{name}_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Tensor, default_mask: Tensor | None = None, importance_scores: Tensor | None = None) -> Tensor:
        """Return a tensor pruned, without any module."""
        scores = t if importance_scores is None else importance_scores
        if scores.shape != t.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as tensor t, got {scores.shape} vs {t.shape}"
            )
        before = ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(scores, default_mask=before)

    def remove(self, module: Module) -> None:
        """Make the pruned tensor an ordinary parameter again; what was pruned stays zero."""
        name = self._tensor_name
        if name is None:
            raise AssertionError(f"Module {module} has to be pruned before pruning can be removed")
        weight = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        parameter = module._parameters.pop(f"{name}_orig")
        parameter.data = weight.data
        del module._buffers[f"{name}_mask"]
        setattr(module, name, parameter)


def _earlier(module: Module, name: str) -> tuple[Any, Any]:
    """Return key and hook of what pruned the parameter before; twice None if nothing did."""
    found = [(key, hook) for key, hook in module._forward_pre_hooks.items() if _is_of(hook, name)]
    if len(found) > 1:
        raise AssertionError(
            f"Avoid adding multiple pruning hooks to the same tensor {name} of module {module}. Use a PruningContainer."
        )
    return found[0] if found else (None, None)


def _is_of(hook, name: str) -> bool:
    return isinstance(hook, BasePruningMethod) and hook._tensor_name == name


class PruningContainer(BasePruningMethod):
    """Several ways of pruning one tensor, one after the other; the newest works on what the others left.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.PruningContainer.html
    """

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[BasePruningMethod | None, ...] = ()
        if args:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod | None) -> None:
        """Add one.

        Raises:
            TypeError: if it is none.
            ValueError: if it prunes another tensor.
        """
        if method is not None and not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(
                f"Can only add pruning methods acting on the parameter named '{self._tensor_name}' to "
                f"PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self):
        return iter(self._pruning_methods)

    def __getitem__(self, idx):
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask of the newest method, of what earlier ones left, together with theirs."""
        method: Any = self._pruning_methods[-1]
        left = _left(method, t, default_mask)
        mask = default_mask.to(dtype=t.dtype)
        mask[left] = method.compute_mask(t[left], default_mask=default_mask[left]).to(dtype=mask.dtype)
        return mask


def _left(method: BasePruningMethod, t: Tensor, mask: Tensor):
    """Return the index of what a method is to look at."""
    if method.PRUNING_TYPE == "unstructured":
        return mask == 1
    index: list = [slice(None)] * t.dim()
    if method.PRUNING_TYPE == "structured":
        if not hasattr(method, "dim"):
            raise AttributeError(
                'Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.'
            )
        dim = method.dim + t.dim() if method.dim < 0 else method.dim  # pyright: ignore[reportAttributeAccessIssue]
        if dim < 0:
            raise IndexError(f"Index is out of bounds for tensor with dimensions {t.dim()}")
        index[dim] = mask.sum(dim=[each for each in range(t.dim()) if each != dim]) != 0
    elif method.PRUNING_TYPE != "global":
        raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
    return tuple(index)


# -- ways of pruning -------------------------------------------------------------------------------


class Identity(BasePruningMethod):
    """Prunes nothing: the mask is of ones."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask as it is."""
        return default_mask

    @classmethod
    def apply(cls, module: Module, name: str):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Give a parameter a mask."""
        return super().apply(module, name)


class _Amount(BasePruningMethod):
    """What prunes a given amount: a number of elements or slices if an integer, a fraction if a float."""

    def __init__(self, amount: int | float) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount

    def _count(self, size: int) -> int:
        """Return how many of so many elements or slices to prune."""
        count = _compute_nparams_toprune(self.amount, size)
        _validate_pruning_amount(count, size)
        return count


class _Elements(_Amount):
    """What prunes single elements."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask with some more elements zero."""
        count = self._count(t.nelement())
        mask = default_mask.clone()
        if count:
            mask.view(-1)[self._chosen(t, count)] = 0
        return mask

    def _chosen(self, t: Tensor, count: int) -> Tensor:
        """Return the places of what to prune."""
        raise NotImplementedError


class RandomUnstructured(_Elements):
    """Prunes elements at random.

    Args:
        amount: how many (an integer), or which fraction.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.RandomUnstructured.html
    """

    def _chosen(self, t: Tensor, count: int) -> Tensor:
        return CALLERS["topk"](empty_like(t).uniform_().view(-1), k=count).indices

    @classmethod
    def apply(cls, module: Module, name: str, amount: int | float):  # pyright: ignore
        """Prune a parameter."""
        return super().apply(module, name, amount=amount)


class L1Unstructured(_Elements):
    """Prunes the elements of least magnitude.

    Args:
        amount: how many (an integer), or which fraction.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.L1Unstructured.html
    """

    def _chosen(self, t: Tensor, count: int) -> Tensor:
        return CALLERS["topk"](t.abs().view(-1), k=count, largest=False).indices

    @classmethod
    def apply(cls, module: Module, name: str, amount: int | float, importance_scores=None):  # pyright: ignore
        """Prune a parameter."""
        return super().apply(module, name, amount=amount, importance_scores=importance_scores)


class _Slices(_Amount):
    """What prunes whole slices along a dimension."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: int | float, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask with some more slices zero."""
        _validate_structured_pruning(t)
        _validate_pruning_dim(t, self.dim)
        size = shape_of(t)[self.dim]
        count = self._count(size)
        if count == 0:
            return default_mask
        index: list = [slice(None)] * t.dim()
        index[self.dim] = self._kept(t, size, count)
        mask = zeros_like(t)
        mask[tuple(index)] = 1
        mask *= default_mask.to(dtype=mask.dtype)
        return mask

    def _kept(self, t: Tensor, size: int, count: int) -> Tensor:
        """Return the places of the slices to keep."""
        raise NotImplementedError


class RandomStructured(_Slices):
    """Prunes slices at random.

    Args:
        amount: how many (an integer), or which fraction.
        dim: the dimension along which the slices lie.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.RandomStructured.html
    """

    def _kept(self, t: Tensor, size: int, count: int) -> Tensor:
        drawn = empty(size).uniform_()
        return drawn > CALLERS["kthvalue"](drawn, k=count).values

    @classmethod
    def apply(cls, module: Module, name: str, amount: int | float, dim: int = -1):  # pyright: ignore
        """Prune a parameter."""
        return super().apply(module, name, amount=amount, dim=dim)


class LnStructured(_Slices):
    """Prunes the slices of least norm.

    Args:
        amount: how many (an integer), or which fraction.
        n: the order of the norm, as in `torch.norm`.
        dim: the dimension along which the slices lie.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.LnStructured.html
    """

    def __init__(self, amount: int | float, n, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def _kept(self, t: Tensor, size: int, count: int) -> Tensor:
        return CALLERS["topk"](_compute_norm(t, self.n, self.dim), k=size - count, largest=True).indices

    @classmethod
    def apply(cls, module: Module, name: str, amount, n, dim, importance_scores=None):  # pyright: ignore
        """Prune a parameter."""
        return super().apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)


class CustomFromMask(BasePruningMethod):
    """Prunes what a mask says."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return both masks in one."""
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"default_mask shape {default_mask.shape} must match self.mask shape {self.mask.shape}"
            )
        return default_mask * self.mask.to(dtype=default_mask.dtype)

    @classmethod
    def apply(cls, module: Module, name: str, mask: Tensor):  # pyright: ignore
        """Prune a parameter."""
        return super().apply(module, name, mask=mask)


# -- functions -------------------------------------------------------------------------------------


def identity(module: Module, name: str):
    """Give a parameter a mask of ones; return the module.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.identity.html
    """
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: int | float):
    """Prune elements of a parameter at random, as `RandomUnstructured`; return the module.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.random_unstructured.html
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Module, name: str, amount: int | float, importance_scores: Tensor | None = None):
    """Prune the elements of a parameter that have the least magnitude; return the module.

    Args:
        amount: how many (an integer), or which fraction.
        importance_scores: decide what is pruned in the place of the values.

    Raises:
        TypeError, ValueError: for an amount that is no number, negative, or more than there is.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.nn.utils import prune
        >>> net = torch.nn.Linear(3, 1)
        >>> _ = torch.nn.init.constant_(net.weight, 2.0).data[0, 1].fill_(0.5)
        >>> prune.l1_unstructured(net, "weight", amount=1).weight
        tensor([[2., 0., 2.]], grad_fn=<MulBackward0>)
        >>> list(net.state_dict())
        ['bias', 'weight_orig', 'weight_mask']

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.l1_unstructured.html
    """
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: int | float, dim: int):
    """Prune slices of a parameter at random, as `RandomStructured`; return the module.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.random_structured.html
    """
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Module, name: str, amount: int | float, n, dim: int, importance_scores=None):
    """Prune the slices of a parameter that have the least norm, as `LnStructured`; return the module.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.ln_structured.html
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Tensor):
    """Prune what a mask says; return the module.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.nn.utils import prune
        >>> prune.custom_from_mask(torch.nn.Linear(5, 3), "bias", torch.tensor([0, 1, 0])).bias_mask
        tensor([0., 1., 0.])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.custom_from_mask.html
    """
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters, pruning_method: type, importance_scores: dict | None = None, **kwargs) -> None:
    """Prune single elements of several parameters as if they were one.

    Args:
        parameters: pairs (module, name).
        pruning_method: a class such as `L1Unstructured`; `kwargs` are its arguments.
        importance_scores: by pair, what decides in the place of the values.

    Raises:
        TypeError: if `parameters` cannot be iterated over, or the method prunes other things than single elements.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.nn.utils import prune
        >>> net = torch.nn.Sequential(torch.nn.Linear(10, 4), torch.nn.Linear(4, 1))
        >>> prune.global_unstructured([(layer, "weight") for layer in net], prune.L1Unstructured, amount=10)
        >>> int(sum((layer.weight == 0).sum() for layer in net))
        10

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.global_unstructured.html
    """
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    parameters = list(parameters)
    tensors = [getattr(module, name) for module, name in parameters]
    given = [scores.get(pair, tensor) for pair, tensor in zip(parameters, tensors, strict=True)]
    masks = [
        getattr(module, f"{name}_mask", ones_like(tensor))
        for (module, name), tensor in zip(parameters, tensors, strict=True)
    ]
    container, method = PruningContainer(), pruning_method(**kwargs)
    container._tensor_name = method._tensor_name = "temp"
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            f'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method {pruning_method} of '
            f"type {method.PRUNING_TYPE}"
        )
    container.add_pruning_method(method)
    mask = container.compute_mask(parameters_to_vector(given), parameters_to_vector(masks))
    start = 0
    for (module, name), tensor in zip(parameters, tensors, strict=True):
        end = start + tensor.numel()
        custom_from_mask(module, name, mask=mask[start:end].view_as(tensor))
        start = end


def remove(module: Module, name: str):
    """Make a pruned parameter an ordinary one again, with its zeros; return the module.

    Raises:
        ValueError: if it was not pruned.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.remove.html
    """
    for key, hook in module._forward_pre_hooks.items():
        if _is_of(hook, name):
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Module) -> bool:
    """Tell whether anything in the module is pruned.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.utils.prune.is_pruned(torch.nn.Linear(2, 1))
        False

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.is_pruned.html
    """
    return any(isinstance(hook, BasePruningMethod) for m in module.modules() for hook in m._forward_pre_hooks.values())


# -- checks ----------------------------------------------------------------------------------------


def _validate_pruning_amount_init(amount) -> None:
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    whole = isinstance(amount, numbers.Integral)
    if amount < 0 if whole else not 0.0 <= float(amount) <= 1.0:
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")


def _validate_pruning_amount(amount: int, tensor_size: int) -> None:
    if amount > tensor_size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={tensor_size}")


def _validate_structured_pruning(t: Tensor) -> None:
    if t.dim() <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
            f"{t.shape} with {t.dim()} dims"
        )


def _compute_nparams_toprune(amount, tensor_size: int) -> int:
    return amount if isinstance(amount, numbers.Integral) else round(amount * tensor_size)  # pyright: ignore


def _validate_pruning_dim(t: Tensor, dim: int) -> None:
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")


def _compute_norm(t: Tensor, n, dim: int) -> Tensor:
    """Return the norm of each slice along `dim`."""
    dims = list(range(t.dim()))
    dims.remove(dims[dim])
    return CALLERS["norm"](t, p=n, dim=dims)

"""Parameters that are functions of other tensors: reading `module.weight` computes it anew.

Registering gives the module a class of its own, `ParametrizedLinear` say, in which `weight` is a property; the tensors
that it is computed from lie in `module.parametrizations.weight`, and are what an optimizer changes.

See: https://docs.pytorch.org/tutorials/intermediate/parametrizations.html
"""

from __future__ import annotations

import copy
import copyreg
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from jnet.torch.autograd import no_grad
from jnet.torch.nn.modules.container import ModuleDict, ModuleList
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.parameter import Parameter
from jnet.torch.tensor import Tensor

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]

_uses_of_cache = 0  # contexts of `cached` that are open
_cache: dict[tuple[int, str], Tensor] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Compute each parametrized tensor once while the context lasts, however often it is read.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.nn.utils import parametrizations, parametrize
        >>> net = parametrizations.weight_norm(torch.nn.Linear(2, 2))
        >>> with parametrize.cached():
        ...     net.weight is net.weight
        True
        >>> net.weight is net.weight
        False

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.cached.html
    """
    global _uses_of_cache
    _uses_of_cache += 1
    try:
        yield
    finally:
        _uses_of_cache -= 1
        if not _uses_of_cache:
            _cache.clear()


def _register(module: Module, name: str, tensor: Tensor) -> None:
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _kind(value) -> str:
    return type(value).__name__


class ParametrizationList(ModuleList):
    """The functions that make one tensor of a module, in order, and the originals that the first is a function of.

    `original` if `right_inverse` gives one tensor, as it does where there is none; otherwise `original0`, `original1`,
    ... It is made by `register_parametrization`.

    Args:
        modules: the functions.
        original: the tensor as it was; it stays the same object where there is one original.
        unsafe: the result may have another shape or dtype, and is not checked.

    Raises:
        ValueError: without functions; for results that are no tensors; for another shape or dtype unless `unsafe`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.ParametrizationList.html
    """

    original: Tensor
    unsafe: bool

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            new = self._inverted(original)
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if isinstance(new, Tensor) else len(new)
        if isinstance(new, Tensor):
            self._keep(original, new)
        else:
            self._keep_several(original, new)
        if not unsafe:
            self._check_result(shape, dtype)

    def _inverted(self, value):
        """Return what the right inverses make of a value; where there is none it is the identity."""
        for module in reversed(list(self)):
            if hasattr(module, "right_inverse"):
                with suppress(NotImplementedError):
                    value = module.right_inverse(value)
        if not isinstance(value, Tensor | Sequence):
            raise ValueError(
                f"'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got {_kind(value)}"
            )
        return value

    def _keep(self, original: Tensor, new: Tensor) -> None:
        for what in ("dtype", "device"):
            before, after = getattr(original, what), getattr(new, what)
            if before != after:
                raise ValueError(
                    f"When `right_inverse` outputs one tensor, it may not change the {what}.\n"
                    f"original.{what}: {before}\nright_inverse(original).{what}: {after}"
                )
        with no_grad():
            original.set_(new)  # the same object, so that optimizers go on with it
        _register(self, "original", original)

    def _keep_several(self, original: Tensor, several: Sequence) -> None:
        for i, each in enumerate(several):
            if not isinstance(each, Tensor):
                raise ValueError(
                    "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                    f"Got element {i} of the sequence with type {_kind(each)}."
                )
            if isinstance(original, Parameter):
                each = Parameter(each, original.requires_grad)
            each.requires_grad_(original.requires_grad)
            _register(self, f"original{i}", each)

    def _check_result(self, shape, dtype) -> None:
        result = self()
        if not isinstance(result, Tensor):
            raise ValueError(f"A parametrization must return a tensor. Got {_kind(result)}.")
        for what, before in (("dtype", dtype), ("shape", shape)):
            if getattr(result, what) != before:
                raise ValueError(
                    f"Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag is "
                    f"enabled.\nunparametrized {what}: {before}\nparametrized {what}: {getattr(result, what)}"
                )

    @no_grad()
    def right_inverse(self, value: Tensor) -> None:
        """Let the originals be what the right inverses make of a value: what assigning to the tensor does.

        Raises:
            RuntimeError: if a function has no `right_inverse`.
            ValueError: if it gives other things than it gave at first.
        """
        given: Tensor | Sequence = value
        for module in reversed(list(self)):
            if not hasattr(module, "right_inverse"):
                raise RuntimeError(f"parametrization {_kind(module)} does not implement right_inverse.")
            given = module.right_inverse(given)
        if self.is_tensor:
            self._take(given)
        else:
            self._take_several(given)

    def _take(self, value) -> None:
        if not isinstance(value, Tensor):
            raise ValueError(f"`right_inverse` should return a tensor. Got {_kind(value)}")
        if value.dtype != self.original.dtype:
            raise ValueError(
                f"The tensor returned by `right_inverse` has dtype {value.dtype} while `original` has dtype "
                f"{self.original.dtype}"
            )
        self.original.set_(value)

    def _take_several(self, values) -> None:
        if not isinstance(values, Sequence):
            raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {_kind(values)}.")
        if len(values) != self.ntensors:
            raise ValueError(
                f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of "
                f"length {len(values)}."
            )
        for i, value in enumerate(values):
            original = getattr(self, f"original{i}")
            if not isinstance(value, Tensor):
                raise ValueError(
                    "'right_inverse' must return a sequence of tensors or reference-type opaques. Got element "
                    f"{i} of type {_kind(value)}."
                )
            if original.dtype != value.dtype:
                raise ValueError(
                    f"Tensor {i} returned by `right_inverse` has dtype {value.dtype} while `original{i}` has dtype "
                    f"{original.dtype}"
                )
            original.set_(value)

    def forward(self) -> Tensor:
        """Return the tensor that the functions make of the originals."""
        originals = [self.original] if self.is_tensor else [getattr(self, f"original{i}") for i in range(self.ntensors)]
        first, *others = self
        result = first(*originals)
        for module in others:
            result = module(result)
        return result


# -- a class of its own ----------------------------------------------------------------------------


def _deepcopied(self, memo):
    if id(self) in memo:
        return memo[id(self)]
    made = memo[id(self)] = object.__new__(type(self))
    made.__dict__.update(copy.deepcopy(self.__dict__, memo))
    for slot in copyreg._slotnames(type(self)):  # pyright: ignore[reportAttributeAccessIssue]
        if hasattr(self, slot):
            setattr(made, slot, copy.deepcopy(getattr(self, slot), memo))
    return made


def _refuse_pickling(self):
    raise RuntimeError(
        "Serialization of parametrized modules is only supported through state_dict(). See:\n"
        "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
        "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
    )


def _inject_class(module: Module) -> None:
    """Give the module a class of its own, which can have properties; it can be copied but not pickled."""
    kind = type(module)
    space: dict[str, Any] = {"__getstate__": _refuse_pickling}
    if not hasattr(kind, "__deepcopy__"):
        space["__deepcopy__"] = _deepcopied
    module.__class__ = type(f"Parametrized{kind.__name__}", (kind,), space)


def _inject_property(module: Module, name: str) -> None:
    if hasattr(module, name):
        raise AssertionError(f"Module already has an attribute named '{name}'")

    def get(self) -> Tensor:
        compute = self.parametrizations[name]
        if not _uses_of_cache:
            return compute()
        key = (id(self), name)
        if key not in _cache:
            _cache[key] = compute()
        return _cache[key]

    def set_original(self, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(get, set_original))


# -- the interface ---------------------------------------------------------------------------------


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Let a parameter or buffer be a function of itself; return the module.

    Registering another function on the same name composes them. A function may have `right_inverse`, which gives the
    originals for a value of the tensor: `forward(right_inverse(X))` is X. With it the tensor can be assigned to, and
    the first function may take several originals, for which it returns a tuple.

    Args:
        tensor_name: what is parametrized.
        parametrization: the function, a module; it takes over the training mode.
        unsafe: it may change the shape or the dtype of the tensor, and is not checked.

    Raises:
        ValueError: if there is no such tensor; for another shape or dtype unless `unsafe`.

    Example:
        >>> import jnet.torch as torch
        >>> import jnet.torch.nn.utils.parametrize as P
        >>> class Symmetric(torch.nn.Module):
        ...     def forward(self, X):
        ...         return X.triu() + X.triu(1).T
        >>> net = P.register_parametrization(torch.nn.Linear(2, 2, bias=False), "weight", Symmetric())
        >>> torch.equal(net.weight, net.weight.T)
        True
        >>> list(net.state_dict())
        ['parametrizations.weight.original']

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.register_parametrization.html
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            _check_next(module, tensor_name, parametrization)
        found = _lists(module)[tensor_name]
        found.append(parametrization)
        found.unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        made = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _inject_class(module)
            module.parametrizations = ModuleDict()
        _inject_property(module, tensor_name)
        _lists(module)[tensor_name] = made
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
            f"'{tensor_name}'"
        )
    return module


def _check_next(module: Module, name: str, parametrization) -> None:
    """Refuse one more function, and its right inverse, that changes the shape or the dtype."""
    before = getattr(module, name)
    after = parametrization(before)
    if not isinstance(after, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {_kind(after)}.")
    for what in ("dtype", "shape"):
        if getattr(after, what) != getattr(before, what):
            raise ValueError(
                f"Registering a parametrization may not change the {what} of the tensor, unless the `unsafe` flag is "
                f"enabled.\nmodule.{name}.{what}: {getattr(before, what)}\n"
                f"parametrization(module.{name}).{what}: {getattr(after, what)}"
            )
    try:
        back = parametrization.right_inverse(after) if hasattr(parametrization, "right_inverse") else before
    except NotImplementedError:
        return
    if not isinstance(back, Tensor):
        raise ValueError(f"parametrization.right_inverse must return a tensor. Got: {_kind(back)}")
    for what in ("dtype", "shape"):
        if getattr(back, what) != getattr(before, what):
            raise ValueError(
                f"The tensor returned by parametrization.right_inverse must have the same {what} as module.{name}, "
                f"unless the `unsafe` flag is enabled.\nmodule.{name}.{what}: {getattr(before, what)}\n"
                f"returned {what}: {getattr(back, what)}"
            )


def _lists(module: Module) -> ModuleDict:
    return module.parametrizations


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Tell whether a tensor of the module is parametrized (any, without a name).

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.is_parametrized.html
    """
    found = getattr(module, "parametrizations", None)
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Let a tensor be an ordinary parameter or buffer again; return the module.

    Args:
        leave_parametrized: it keeps the value that it has; otherwise it gets that of the original back.

    Raises:
        ValueError: if it is not parametrized; without `leave_parametrized` if there are several originals.

    Example:
        >>> import jnet.torch as torch
        >>> from jnet.torch.nn.utils import parametrizations, parametrize
        >>> net = parametrizations.spectral_norm(torch.nn.Linear(2, 1))
        >>> parametrize.remove_parametrizations(net, "weight")
        Linear(in_features=2, out_features=1, bias=True)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.remove_parametrizations.html
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    found = _lists(module)[tensor_name]
    if found.is_tensor:
        result = found.original
        if leave_parametrized:
            with no_grad():
                result.set_(getattr(module, tensor_name))  # the same object, so that optimizers go on with it
    elif leave_parametrized:
        result = getattr(module, tensor_name)
        result = Parameter(result) if result.requires_grad else result
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
            "sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del _lists(module)[tensor_name]
    _register(module, tensor_name, result)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """Return the class that the module had before tensors of it were parametrized.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.type_before_parametrizations.html
    """
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Parametrize a second module as the first one, with the same functions and originals; return it.

    Args:
        tensor_name: what to transfer (default: all that is parametrized); made if the second module has no such tensor.
    """
    if not is_parametrized(from_module):
        return to_module
    for name in list(_lists(from_module)) if tensor_name is None else [tensor_name]:
        source: Any = _lists(from_module)[name]
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name)))
        for each in source:
            register_parametrization(to_module, name, each)
        target: Any = _lists(to_module)[name]
        originals = ["original"] if source.is_tensor else [f"original{i}" for i in range(source.ntensors)]
        for each in originals:
            setattr(target, each, getattr(source, each))
    return to_module

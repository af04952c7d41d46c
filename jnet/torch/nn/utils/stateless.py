"""Modules called with other tensors in the place of their own.

`torch.func.functional_call` is the new form.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jnet.torch.nn.modules.module import Module
from jnet.torch.tensor import Tensor

__all__ = ["functional_call"]

_MISSING: Any = object()


def _swap(module: Module, name: str, tensor):
    """Put a tensor in the place of one of the module or its descendants; return what was there."""
    path, _, last = name.rpartition(".")
    owner = module.get_submodule(path)
    if tensor is not _MISSING and tensor is not None and not isinstance(tensor, Tensor):
        raise TypeError(f"{tensor} is not an instance of torch.Tensor")
    if last == "":
        raise KeyError('tensor name can\'t be empty string ""')
    for table in (owner._parameters, owner._buffers):
        if last in table:
            before = table[last]
            if tensor is _MISSING:
                del table[last]
            else:
                table[last] = tensor
            return before
    before = getattr(owner, last, _MISSING)
    if before is not _MISSING and before is not None and not isinstance(before, Tensor):
        raise TypeError(f"attribute `{last}`: {before} is not an instance of torch.Tensor")
    if tensor is not _MISSING:
        setattr(owner, last, tensor)
    elif hasattr(owner, last):
        delattr(owner, last)
    return before


def _tensors_of(module: Module) -> dict[str, Tensor]:
    parameters = dict(module.named_parameters(remove_duplicate=False))
    return parameters | dict(module.named_buffers(remove_duplicate=False))


def _untied(module: Module, given: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return what is given with a value for every name of a tensor that has several.

    Raises:
        ValueError: if two of its names are given different ones.
    """
    names: dict[int, list[str]] = {}
    for name, tensor in _tensors_of(module).items():
        names.setdefault(id(tensor), []).append(name)
    untied = dict(given)
    for tied in names.values():
        chosen = [name for name in tied if name in given]
        if len(tied) == 1 or not chosen:
            continue
        if len({id(given[name]) for name in chosen}) != 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(tied)}, which are tied. Consider using "
                "tie_weights=False"
            )
        untied |= dict.fromkeys(tied, given[chosen[0]])
    return untied


def _check_names(module: Module, given: dict[str, Tensor]) -> None:
    own = _tensors_of(module)
    wrong = {
        "Unexpected": [name for name in given if name not in own],
        "Missing": [name for name in own if name not in given],
    }
    lines = [f"{what} key(s): {', '.join(map(repr, names))}." for what, names in wrong.items() if names]
    if lines:
        raise RuntimeError(f"Error(s) in reparametrizing for {module._get_name()}:\n\t" + "\n\t".join(lines))


@contextmanager
def _reparametrize_module(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    tie_weights: bool = False,
    strict: bool = False,
    stack_weights: bool = False,
) -> Iterator[None]:
    """Let the module have these tensors while the context lasts.

    What the module assigns to their names meanwhile is found in the dictionary afterwards.
    """
    given = _untied(module, parameters_and_buffers) if tie_weights else parameters_and_buffers
    if strict:
        _check_names(module, given)
    before: dict[str, Any] = {}
    try:
        for name, tensor in given.items():
            before[name] = _swap(module, name, tensor)
        yield
    finally:
        restored = reversed(before.items()) if stack_weights else before.items()
        after: dict[str, Any] = {name: _swap(module, name, tensor) for name, tensor in restored}
        parameters_and_buffers.update({name: after[name] for name in parameters_and_buffers if name in after})


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
):
    """Return `torch.func.functional_call` of the same arguments: the old name, which warns.

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.functional_call.html
    """
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future "
        "version of PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.",
        FutureWarning,
        stacklevel=2,
    )
    return _functional_call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)


def _functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
):
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    with _reparametrize_module(module, parameters_and_buffers, tie_weights=tie_weights, strict=strict):
        return module(*arguments, **(kwargs or {}))

"""Modules as functions of their parameters, in PyTorch's words; `bridge.py` has JAX's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from jnet.torch.dispatch import CALLERS
from jnet.torch.nn.utils.stateless import _functional_call
from jnet.torch.tensor import Tensor


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Return `module(*args, **kwargs)` with these tensors in place of its own, which come back afterwards.

    What the module assigns to these names meanwhile (running statistics, say) is in the dictionary then.

    Args:
        parameter_and_buffer_dicts: names, as `named_parameters` gives them, to tensors; or several such dictionaries.
        args: the arguments, a tuple; anything else is the only one.
        tie_weights: a tensor that the module has under several names is replaced under all of them.
        strict: all parameters and buffers must be given, and nothing else.

    Raises:
        ValueError: if two dictionaries have a name in common, or two names of one tensor are given different ones.
        RuntimeError: if `strict` and the names differ.

    Example:
        >>> import jnet.torch as torch
        >>> net = torch.nn.Linear(1, 1, bias=False)
        >>> torch.func.functional_call(net, {"weight": torch.tensor([[3.0]])}, torch.ones(1)).item()
        3.0

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.functional_call.html
    """
    given = _in_one(parameter_and_buffer_dicts)
    return _functional_call(module, given, args, kwargs, tie_weights=tie_weights, strict=strict)


def _in_one(dicts) -> dict[str, Tensor]:
    if isinstance(dicts, dict):
        return dicts
    if not isinstance(dicts, Sequence):
        raise ValueError(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}"
        )
    if not all(isinstance(each, dict) for each in dicts):
        raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    times = Counter(name for each in dicts for name in each)
    repeated = [name for name, count in times.items() if count > 1]
    if repeated:
        raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    return {name: tensor for each in dicts for name, tensor in each.items()}


def stack_module_state(models) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the parameters of several modules of one kind, stacked along a new first dimension, and their buffers.

    Raises:
        RuntimeError: if there are none, or they differ in kind or mode.

    Example:
        >>> import jnet.torch as torch
        >>> nets = [torch.nn.Linear(2, 1) for _ in range(3)]
        >>> params, buffers = torch.func.stack_module_state(nets)
        >>> params["weight"].shape
        torch.Size([3, 1, 2])

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.stack_module_state.html
    """
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(model.training for model in models) or not any(model.training for model in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if not all(type(model) is type(models[0]) for model in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")

    def stacked(tables) -> dict[str, Tensor]:
        made = {}
        for name, first in tables[0].items():
            each = CALLERS["stack"]([table[name] for table in tables])
            made[name] = each.detach().requires_grad_(first.requires_grad) if first.is_leaf else each
        return made

    params = stacked([dict(model.named_parameters()) for model in models])
    return params, stacked([dict(model.named_buffers()) for model in models])

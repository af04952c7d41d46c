"""Gradients kept within bounds, all of them at once."""

from __future__ import annotations

import types
import warnings
from collections.abc import Iterable

from jnet.torch.autograd import no_grad
from jnet.torch.creation import tensor
from jnet.torch.dispatch import CALLERS
from jnet.torch.tensor import Tensor


def _listed(tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


@no_grad()
def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Return the norm of the norms of some tensors: that of all their elements together.

    Raises:
        RuntimeError: if it is infinite or nan and `error_if_nonfinite`.
    """
    tensors, norm_type = _listed(tensors), float(norm_type)
    if not tensors:
        return tensor(0.0)
    norms = [CALLERS["vector_norm"](each, ord=norm_type).to(tensors[0].device) for each in tensors]
    total = CALLERS["vector_norm"](CALLERS["stack"](norms), ord=norm_type)
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
            "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


@no_grad()
def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale gradients in place by `max_norm / total_norm`, unless that is above 1."""
    factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
    for parameter in _listed(parameters):
        if parameter.grad is not None:
            parameter.grad.mul_(factor.to(parameter.grad.device))


@no_grad()
def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale gradients in place so that their norm, all together, is at most `max_norm`; return what it was.

    Args:
        norm_type: the order; `inf` is the largest absolute value.
        error_if_nonfinite: raise if the norm is infinite or nan.
        foreach: means nothing here: all gradients are clipped by one program.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.ones(4, requires_grad=True)
        >>> (3 * w).sum().backward()
        >>> torch.nn.utils.clip_grad_norm_([w], max_norm=3.0), w.grad
        (tensor(6.), tensor([1.5000, 1.5000, 1.5000, 1.5000]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
    """
    chosen = _listed(parameters)
    if isinstance(parameters, types.GeneratorType) and not chosen:
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", UserWarning, stacklevel=3)
    total = get_total_norm([p.grad for p in chosen if p.grad is not None], norm_type, error_if_nonfinite)
    clip_grads_with_norm_(chosen, max_norm, total)
    return total


def clip_grad_norm(*args, **kwargs) -> Tensor:
    """Call `clip_grad_norm_`: the old name."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(*args, **kwargs)


@no_grad()
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """Clip the elements of gradients in place to [-clip_value, clip_value].

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
    """
    bound = float(clip_value)
    for parameter in _listed(parameters):
        if parameter.grad is not None:
            parameter.grad.clamp_(min=-bound, max=bound)

"""Normalisation with running statistics, which a training pass writes to: `torch.batch_norm`, `torch.instance_norm`."""

from __future__ import annotations

from jnet.torch.dispatch import CALLERS
from jnet.torch.scalars import type_name
from jnet.torch.tensor import Tensor, detached, store, value_of, write


def batch_norm(
    input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled=True, *, num_batches=None
):
    """Return the input normalised by channel, and let the running statistics follow if `training`.

    Args:
        cudnn_enabled: accepted, without effect.
        num_batches: a tensor that counts the batches, if there is one; a momentum of None then averages over them all.

    Raises:
        RuntimeError: for shapes and dtypes that do not fit.

    Example:
        >>> import jnet.torch as torch
        >>> torch.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, None, None, True, 0.1, 0.0, True)
        tensor([[-1.],
                [ 1.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
    """
    if running_mean is not None or running_var is not None or momentum is None:
        _check("batch_norm", "native_batch_norm", running_mean, running_var, momentum, num_batches)
    result = CALLERS["batch_norm"](input, weight, bias, running_mean, running_var, training, eps)
    if training and running_mean is not None and input.numel():
        _follow(input, running_mean, running_var, num_batches, momentum, by_instance=False)
    elif num_batches is not None:
        num_batches.add_(1)
    return result


def instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, cudnn_enabled=True):
    """Return the input normalised by channel of each instance, and let the running statistics follow.

    Args:
        use_input_stats: whether to normalise by the input's own statistics, which the running ones then follow.
        cudnn_enabled: accepted, without effect.

    Raises:
        RuntimeError: for shapes and dtypes that do not fit.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
    """
    _check("instance_norm", "native_batch_norm", running_mean, running_var, momentum)
    result = CALLERS["instance_norm"](input, weight, bias, running_mean, running_var, use_input_stats, eps)
    if use_input_stats and running_mean is not None:
        _follow(input, running_mean, running_var, None, momentum, by_instance=True)
    return result


def _check(name: str, native: str, running_mean, running_var, momentum, num_batches=None) -> None:
    """Raise PyTorch's errors for what the ops do not see."""
    if not isinstance(momentum, float | int) and (momentum is not None or num_batches is None):
        raise TypeError(f"{name}(): argument 'momentum' (position 7) must be float, not {type_name(momentum)}")
    for each, tensor in (("running_mean", running_mean), ("running_var", running_var)):
        if isinstance(tensor, Tensor) and tensor.requires_grad:
            raise RuntimeError(
                f"The function '{native}' is not differentiable with respect to argument '{each}'. This input cannot "
                "have requires_grad True."
            )
        if isinstance(tensor, Tensor) and tensor.ndim != 1 and tensor.numel():
            raise RuntimeError(f"TensorAccessor expected 1 dims but tensor has {tensor.ndim}")


def _follow(input, running_mean, running_var, num_batches, momentum, *, by_instance: bool) -> None:
    """Write what the running statistics are after this input."""
    # A momentum that changes is no part of a program's key; the usual one is, which makes the call cheaper.
    settings = {} if momentum == 0.1 else {"momentum": momentum}
    made = CALLERS["running_statistics"](
        detached(input), running_mean, running_var, num_batches, by_instance=by_instance, **settings
    )
    for tensor, new in zip((running_mean, running_var), made, strict=False):
        store(tensor._storage, tensor._links, value_of(new), [0])  # PyTorch does not count these writes either
    if num_batches is not None:
        write(num_batches, value_of(made[2]))

"""Batch normalisation, and what it shares with instance normalisation: affine parameters and running statistics."""

from __future__ import annotations

from typing import Any

from jnet.torch import normalization
from jnet.torch.autograd import no_grad
from jnet.torch.creation import empty, ones, tensor, zeros
from jnet.torch.nn import init
from jnet.torch.nn.modules.lazy import LazyModuleMixin
from jnet.torch.nn.modules.module import Module
from jnet.torch.nn.normalization import check_batch
from jnet.torch.nn.parameter import Parameter, UninitializedBuffer, UninitializedParameter


class _NormBase(Module):
    """What normalisations by channel share: their parameters and buffers.

    Attributes:
        _ranks: the numbers of dimensions that an input may have.
    """

    _version = 2  # of the state: since 2 there is num_batches_tracked
    _ranks: tuple[int, ...] = ()
    weight: Any
    bias: Any
    running_mean: Any
    running_var: Any
    num_batches_tracked: Any

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            made = Parameter(empty(num_features, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, made)
        tracked = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, device=device, dtype=dtype) if tracked else None)
        self.register_buffer("running_var", ones(num_features, device=device, dtype=dtype) if tracked else None)
        self.register_buffer("num_batches_tracked", tensor(0, device=device) if tracked else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget all batches: mean 0 and variance 1."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Set the running statistics back, the weight to 1 and the bias to 0."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input) -> None:
        if not self._ranks:
            raise NotImplementedError
        if input.ndim not in self._ranks:
            wanted = " or ".join(f"{rank}D" for rank in self._ranks)
            raise ValueError(f"expected {wanted} input (got {input.ndim}D input)")

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ) -> None:
        key = prefix + "num_batches_tracked"
        if (local_metadata.get("version") or 1) < 2 and self.track_running_stats and key not in state_dict:
            state_dict[key] = tensor(0) if self.num_batches_tracked is None else self.num_batches_tracked
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )


class _BatchNorm(_NormBase):
    """Batch normalisation of inputs of any rank."""

    def __init__(  # the same as the base's, whose name PyTorch's errors do not have
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input):
        """Return the input normalised: by its own statistics in training, else by the running ones."""
        self._check_input_dim(input)
        mean, var, batches, momentum = self.running_mean, self.running_var, None, self.momentum
        if not self.training:
            training = mean is None and var is None
        else:
            training = True
            if self.track_running_stats:
                batches = self.num_batches_tracked
            else:
                mean = var = None
        if momentum is None and batches is None:
            momentum = 0.0
        check_batch(input, training, self.eps)
        return normalization.batch_norm(
            input, self.weight, self.bias, mean, var, training, momentum, self.eps, num_batches=batches
        )


class _LazyNormBase(LazyModuleMixin, _NormBase):
    """A normalisation that takes `num_features` from dimension 1 of its first input."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=False)
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(device=device, dtype=dtype)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = tensor(0, device=device)

    def reset_parameters(self) -> None:
        """Set parameters and running statistics back, once they have a shape."""
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Make parameters and running statistics fit the input."""
        if self.has_uninitialized_params():
            self.num_features = input.shape[1]
            held = (self.weight, self.bias) if self.affine else ()
            for each in (*held, *((self.running_mean, self.running_var) if self.track_running_stats else ())):
                if each is not None:
                    each.materialize((self.num_features,))
            self.reset_parameters()


class BatchNorm1d(_BatchNorm):
    """Normalise each feature over batch and length, inputs (N, C) or (N, C, L); arguments as `BatchNorm2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
    """

    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Normalise each channel over batch and space: `(input - mean) / sqrt(var + eps) * weight + bias`.

    Mean and variance are those of the batch in training, and their running estimates in evaluation.

    Args:
        num_features: channels.
        eps: keeps the divisor away from 0.
        momentum: how much of a batch's statistics goes into the running ones; None averages over all batches.
        affine: whether there are a weight and a bias.
        track_running_stats: whether there are running statistics; without, evaluation takes the batch's too.
        bias: whether there is a bias beside the weight.

    Shape: input (N, C, H, W); parameters and running statistics (C,).

    Raises:
        ValueError: for inputs of another rank, or of one value a channel in training.
        RuntimeError: for another number of channels.

    Example:
        >>> import jnet.torch as torch
        >>> layer = torch.nn.BatchNorm2d(1)
        >>> layer(torch.tensor([[[[1.0, 3.0]]]]))
        tensor([[[[-1.0000,  1.0000]]]], grad_fn=<NativeBatchNormBackward0>)
        >>> layer.running_mean, layer.running_var
        (tensor([0.2000]), tensor([1.1000]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
    """

    _ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Normalise each channel over batch and space, inputs (N, C, D, H, W); arguments as `BatchNorm2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm3d.html
    """

    _ranks = (5,)


class LazyBatchNorm1d(_LazyNormBase, _BatchNorm):
    """A `BatchNorm1d` that takes `num_features` from its first input.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm1d.html
    """

    cls_to_become, _ranks = BatchNorm1d, BatchNorm1d._ranks


class LazyBatchNorm2d(_LazyNormBase, _BatchNorm):
    """A `BatchNorm2d` that takes `num_features` from its first input.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm2d.html
    """

    cls_to_become, _ranks = BatchNorm2d, BatchNorm2d._ranks


class LazyBatchNorm3d(_LazyNormBase, _BatchNorm):
    """A `BatchNorm3d` that takes `num_features` from its first input.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm3d.html
    """

    cls_to_become, _ranks = BatchNorm3d, BatchNorm3d._ranks


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation of inputs of two dimensions or more, over all processes: here there is one.

    Args:
        process_group: accepted, without effect; others as `BatchNorm2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.SyncBatchNorm.html
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group=None,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input) -> None:
        if input.ndim < 2:
            raise ValueError(f"expected at least 2D input (got {input.ndim}D input)")
        if input.size(1) == 0:
            raise ValueError("SyncBatchNorm number of input channels should be non-zero")

    @classmethod
    def convert_sync_batchnorm(cls, module, process_group=None):
        """Return the module with its batch normalisations replaced by this one, which take over their state.

        Example:
            >>> import jnet.torch as torch
            >>> net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
            >>> torch.nn.SyncBatchNorm.convert_sync_batchnorm(net)[1]
            SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)

        See: https://docs.pytorch.org/docs/stable/generated/torch.nn.SyncBatchNorm.html
        """
        result = module
        if isinstance(module, _BatchNorm):
            settings = (module.num_features, module.eps, module.momentum, module.affine, module.track_running_stats)
            result = SyncBatchNorm(*settings, process_group, bias=module.bias is not None)
            if module.affine:
                with no_grad():
                    result.weight, result.bias = module.weight, module.bias
            result.running_mean, result.running_var = module.running_mean, module.running_var
            result.num_batches_tracked = module.num_batches_tracked
            result.training = module.training
        for name, child in module.named_children():
            result.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return result

"""Instance normalisation."""

from __future__ import annotations

import warnings

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.batchnorm import _LazyNormBase, _NormBase


class _InstanceNorm(_NormBase):
    """Instance normalisation of inputs with a batch, or without one: the lower of two ranks."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _get_no_batch_dim(self) -> int:
        return self._ranks[0]

    def forward(self, input):
        """Return the input normalised: by its own statistics, or in evaluation by the running ones, if there are."""
        self._check_input_dim(input)
        lone = self._get_no_batch_dim()
        dim = input.ndim - lone
        if input.size(dim) != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={dim} to match num_features ({self.num_features}), but got: "
                    f"{input.size(dim)}."
                )
            warnings.warn(
                f"input's size at dim={dim} does not match num_features. You can silence this warning by not passing "
                "in num_features, which is not used because affine=False",
                stacklevel=2,
            )
        if input.ndim == lone:
            return self._apply_instance_norm(input.unsqueeze(0)).squeeze(0)
        return self._apply_instance_norm(input)

    def _apply_instance_norm(self, input):
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ) -> None:
        if local_metadata.get("version") is None and not self.track_running_stats:
            # Checkpoints of before PyTorch 0.4 have running statistics, which nothing used.
            old = [name for name in ("running_mean", "running_var") if prefix + name in state_dict]
            if old:
                names, layer = " and ".join(f'"{name}"' for name in old), type(self).__name__
                error_msgs.append(
                    f"Unexpected running stats buffer(s) {names} for {layer} with track_running_stats=False. If "
                    f"state_dict is a checkpoint saved before 0.4.0, this may be expected because {layer} does not "
                    "track running stats by default since 0.4.0. Please remove these keys from state_dict. If the "
                    f"running stats are actually needed, instead set track_running_stats=True in {layer} to enable "
                    f"them. See the documentation of {layer} for details."
                )
            for name in old:
                del state_dict[prefix + name]
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )


class InstanceNorm1d(_InstanceNorm):
    """Normalise each channel of each signal (N, C, L) or (C, L); arguments as `InstanceNorm2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html
    """

    _ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Normalise each channel of each image over its pixels: `(input - mean) / sqrt(var + eps) * weight + bias`.

    Args:
        num_features: channels.
        eps: keeps the divisor away from 0.
        momentum: how much of a batch's statistics goes into the running ones.
        affine: whether there are a weight and a bias.
        track_running_stats: whether there are running statistics, by which evaluation then normalises.
        bias: whether there is a bias beside the weight.

    Shape: input (N, C, H, W) or (C, H, W).

    Raises:
        ValueError: for inputs of another rank, another number of channels, or of one pixel.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.InstanceNorm2d(1)(torch.tensor([[[[1.0, 3.0]]]]))
        tensor([[[[-1.0000,  1.0000]]]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
    """

    _ranks = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Normalise each channel of each volume (N, C, D, H, W) or (C, D, H, W); arguments as `InstanceNorm2d`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm3d.html
    """

    _ranks = (4, 5)


class LazyInstanceNorm1d(_LazyNormBase, _InstanceNorm):
    """An `InstanceNorm1d` that takes `num_features` from its first input; affine and tracking unless told otherwise.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm1d.html
    """

    cls_to_become, _ranks = InstanceNorm1d, InstanceNorm1d._ranks


class LazyInstanceNorm2d(_LazyNormBase, _InstanceNorm):
    """An `InstanceNorm2d` that takes `num_features` from its first input; affine and tracking unless told otherwise.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm2d.html
    """

    cls_to_become, _ranks = InstanceNorm2d, InstanceNorm2d._ranks


class LazyInstanceNorm3d(_LazyNormBase, _InstanceNorm):
    """An `InstanceNorm3d` that takes `num_features` from its first input; affine and tracking unless told otherwise.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm3d.html
    """

    cls_to_become, _ranks = InstanceNorm3d, InstanceNorm3d._ranks

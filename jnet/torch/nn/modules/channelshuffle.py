"""The layer that shuffles channels."""

from __future__ import annotations

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.module import Module


class ChannelShuffle(Module):
    """Deal the channels of (N, C, *) out as cards: the first of each group, then the second of each, ...

    Args:
        groups: their number.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.ChannelShuffle(2)(torch.arange(6).view(1, 6, 1)).flatten()
        tensor([0, 3, 1, 4, 2, 5])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input):
        """Return the input with its channels in the other order."""
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"groups={self.groups}"

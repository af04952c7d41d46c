"""Distances and angles between vectors, as layers."""

from __future__ import annotations

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.module import Module


class PairwiseDistance(Module):
    """Return the p-norm of `x1 - x2 + eps` along the last dimension.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        """Return the distances."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class CosineSimilarity(Module):
    """Return the cosine of the angle between vectors along a dimension.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        """Return the cosines."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)

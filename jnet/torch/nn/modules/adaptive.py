"""A softmax over many classes that spends little on rare ones."""

from __future__ import annotations

import itertools
from collections import namedtuple
from collections.abc import Sequence

import numpy as np

from jnet.torch.bounds import watch
from jnet.torch.creation import full
from jnet.torch.dispatch import CALLERS
from jnet.torch.nn import functional as F
from jnet.torch.nn.criteria import at_hand
from jnet.torch.nn.modules.container import ModuleList, Sequential
from jnet.torch.nn.modules.linear import Linear
from jnet.torch.nn.modules.module import Module

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])  # PyTorch's name, under which it is pickled


class AdaptiveLogSoftmaxWithLoss(Module):
    """Predict one of many classes: the frequent ones at once, the others by a cluster first and then within it.

    Which clusters the targets fall in is looked at if the targets are known; if they are computed themselves, all
    clusters are computed, and the gradients of those that no target falls in are zeros, not None.

    Args:
        in_features: of the input.
        n_classes: numbered from 0, the most frequent, on.
        cutoffs: the first class of each cluster, rising; the classes before the first cutoff are predicted at once.
        div_value: cluster i has in_features / div_value^i features.
        head_bias: whether the first layer has a bias.

    Shape: input (N, in_features) or (in_features,), target (N,) or (); `output`, the logarithms of the probabilities of
        the targets, as the target; `loss`, their negative mean, ().

    Raises:
        ValueError: for cutoffs that are none.
        RuntimeError: for shapes that do not fit, and targets that are no class; those that are computed are looked at
            when they are known.

    Example:
        >>> import jnet.torch as torch
        >>> layer = torch.nn.AdaptiveLogSoftmaxWithLoss(8, 20, cutoffs=[5, 10], div_value=2.0)
        >>> layer(torch.ones(3, 8), torch.tensor([0, 7, 19])).output.shape
        torch.Size([3])

    See: https://arxiv.org/abs/1609.04309
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            cutoffs != sorted(set(cutoffs))
            or not 0 < cutoffs[0] <= cutoffs[-1] < n_classes
            or any(int(cut) != cut for cut in cutoffs)
        ):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                "value is between 1 and n_classes-1"
            )
        self.in_features, self.n_classes = in_features, n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size, self.n_clusters = cutoffs[0], len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        where = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **where)
        self.tail = ModuleList()
        for number, (first, end) in enumerate(itertools.pairwise(self.cutoffs), 1):
            width = int(in_features // div_value**number)
            self.tail.append(
                Sequential(
                    Linear(in_features, width, bias=False, **where), Linear(width, end - first, bias=False, **where)
                )
            )

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        for layer in self.modules():
            if isinstance(layer, Linear):
                layer.reset_parameters()

    def forward(self, input_, target_):
        """Return the logarithms of the probabilities of the targets, and the loss."""
        _check_shapes(input_, target_)
        batched = target_.ndim > 0
        input, target = (input_, target_) if batched else (input_.unsqueeze(0), target_.unsqueeze(0))
        watch(target_, ("classes", self.n_classes), self._check_range)
        known = at_hand(target_)
        head = F.log_softmax(self.head(input), dim=1)
        index, inside = target.clamp(0, self.shortlist_size - 1), None
        for place, (first, end) in enumerate(itertools.pairwise(self.cutoffs)):
            if known is not None and not ((known >= first) & (known < end)).any():
                continue
            here = (target >= first) & (target < end)
            logarithms = F.log_softmax(self.tail[place](input), dim=1)
            found = logarithms.gather(1, (target - first).clamp(0, end - first - 1).unsqueeze(1)).squeeze(1)
            inside = CALLERS["where"](here, found, 0.0 if inside is None else inside)
            index = CALLERS["where"](here, full((), self.shortlist_size + place, device=index.device), index)
        output = head.gather(1, index.unsqueeze(1)).squeeze(1)
        output = output if inside is None else inside + output
        loss = (-output).mean()
        return _ASMoutput(output if batched else output.squeeze(0), loss)

    def _check_range(self, targets: np.ndarray) -> None:
        if targets.size and not (targets.min() >= 0 and targets.max() < self.n_classes):
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range [{targets.min()}, "
                f"{targets.max()}] were found. "
            )

    def log_prob(self, input):
        """Return the logarithms of the probabilities of all classes.

        Shape: input (N, in_features); result (N, n_classes).
        """
        head = F.log_softmax(self.head(input), dim=1)
        parts = [head[:, : self.shortlist_size]]
        for place, tail in enumerate(self.tail, self.shortlist_size):
            parts.append(F.log_softmax(tail(input), dim=1) + head[:, place : place + 1])
        return CALLERS["cat"](parts, dim=1)

    def predict(self, input):
        """Return the most probable class of each input.

        Shape: input (N, in_features); result (N,).
        """
        first = self.head(input).argmax(dim=1)
        return CALLERS["where"](first < self.shortlist_size, first, self.log_prob(input).argmax(dim=1))


def _check_shapes(input, target) -> None:
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.ndim == 1 and input.size(0) != target.size(0):
        raise RuntimeError("Input and target should have the same size in the batch dimension.")
    if input.ndim != target.ndim + 1:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found inputs with size "
            f"{input.size()}"
        )

"""The tape's parts by PyTorch's names: nodes, and the edges that gradients go along.

See: https://docs.pytorch.org/docs/stable/autograd.html#autograd-graph
"""

from __future__ import annotations

from typing import NamedTuple

from jnet.recorder import Node
from jnet.torch.tensor import Tensor, edge_of

__all__ = ["GradientEdge", "Node", "get_gradient_edge", "save_on_cpu", "saved_tensors_hooks"]


class GradientEdge(NamedTuple):
    """Where gradients towards a tensor go: a node, and the number of its result."""

    node: Node
    output_nr: int


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """Return where gradients towards the tensor go; `autograd.grad` takes it for an input.

    Raises:
        RuntimeError: if the tensor does not require grad.

    Example:
        >>> import jnet.torch as torch
        >>> torch.autograd.graph.get_gradient_edge(torch.ones(1, requires_grad=True) * 2).node.name()
        'MulBackward0'

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.graph.get_gradient_edge.html
    """
    edge = edge_of(tensor)
    if edge is None:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    return GradientEdge(*edge)


def _not_built(name: str):
    def missing(*args, **kwargs):
        raise NotImplementedError(f"torch.autograd.graph.{name}: XLA decides what is kept for the backward pass.")

    missing.__name__ = name
    return missing


saved_tensors_hooks, save_on_cpu = _not_built("saved_tensors_hooks"), _not_built("save_on_cpu")

"""Many parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from jnet.torch.dispatch import CALLERS
from jnet.torch.nn.modules.module import typename
from jnet.torch.tensor import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return the elements of all parameters in one vector.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.utils.parameters_to_vector([torch.zeros(1, 2), torch.ones(1)])
        tensor([0., 0., 1.])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parameters_to_vector.html
    """
    return CALLERS["cat"]([each.view(-1) for each in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Let the parameters show the elements of a vector, one after the other; they share its memory.

    Raises:
        TypeError: if `vec` is no tensor.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.vector_to_parameters.html
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {typename(vec)}")
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.data = vec[start:end].view_as(parameter).data
        start = end

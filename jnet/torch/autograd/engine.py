"""`backward` and `grad`: gradients sent back over the tape."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jnet.recorder import Aval, Edge, Gradient, Value, known, recorder, walk
from jnet.torch.autograd.graph import GradientEdge
from jnet.torch.hooks import pair
from jnet.torch.tensor import Tensor, edge_of, grad_mode, kind_of, shape_of, value_of, wrap

_CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
    "which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you "
    "have to use this function, make sure to reset the .grad fields of your parameters to None after use to break the "
    "cycle and avoid the leak."
)


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None) -> None:
    """Add to the `.grad` of the leaves the gradients of `tensors`, weighted by `grad_tensors`.

    Args:
        grad_tensors: one a tensor; may be left out for scalars.
        retain_graph: keep what a second pass needs; by default only if `create_graph`.
        create_graph: record the gradients themselves, for derivatives of higher order.
        inputs: add to these only.

    Raises:
        RuntimeError: if a tensor does not require grad, is no scalar and has no weight, or was gone through before.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html
    """
    roots = _roots(_sequence(tensors), grad_tensors, create_graph)
    retain = create_graph if retain_graph is None else retain_graph
    if create_graph:
        warnings.warn(_CYCLE, UserWarning, stacklevel=4)
    if inputs is None:
        _walk(roots, retain, create_graph, None)
        return
    chosen = _inputs(inputs, "backward")
    if not all(each.requires_grad for each in chosen):
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    edges = [_edge_of_input(each) for each in chosen]
    found = _walk(roots, retain, create_graph, edges)
    for tensor, edge in zip(chosen, edges, strict=True):
        if edge in found:
            made = wrap(*found[edge])
            tensor._grad = made if tensor._grad is None else tensor._grad + made


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    only_inputs=True,
    allow_unused=None,
    is_grads_batched=False,
    materialize_grads=False,
) -> Any:
    """Return the gradients of `outputs`, weighted by `grad_outputs`, towards `inputs`; no `.grad` changes.

    They come as a tuple; for a dict of inputs, as a dict. With `is_grads_batched` the weights have one more dimension
    in front, and so have the gradients.

    Raises:
        RuntimeError: as `backward`; and if an input was not used, unless `allow_unused` (None) or `materialize_grads`
            (zeros).

    Example:
        >>> import jnet.torch as torch
        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> torch.autograd.grad(x * x, x)
        (tensor(6.),)

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
    """
    chosen = _inputs(inputs, "grad")
    if type(inputs) is dict:
        options = {"only_inputs": only_inputs, "allow_unused": allow_unused, "is_grads_batched": is_grads_batched}
        options["materialize_grads"] = materialize_grads
        found = grad(outputs, chosen, grad_outputs, retain_graph, create_graph, **options)
        return dict(zip(inputs, found, strict=True))
    if is_grads_batched:
        weights = _sequence(grad_outputs)
        _check_batched(_sequence(outputs), weights)
        options = {"retain_graph": True, "create_graph": create_graph, "allow_unused": allow_unused}
        one = functools.partial(grad, outputs, chosen, materialize_grads=materialize_grads, **options)
        return _batched(one, weights)
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    roots = _roots(_sequence(outputs), grad_outputs, create_graph)
    edges = [_edge_of_input(each) for each in chosen]
    found = _walk(roots, create_graph if retain_graph is None else retain_graph, create_graph, edges)
    results: list[Tensor | None] = []
    for place, (each, edge) in enumerate(zip(chosen, edges, strict=True)):
        if edge in found:
            results.append(wrap(*found[edge]))
        elif materialize_grads:
            kind = kind_of(each) if isinstance(each, Tensor) else edge[0].outs[edge[1]]
            results.append(wrap(known(np.zeros(kind.shape, kind.dtype), kind.device)))
        elif allow_unused:
            results.append(None)
        else:
            raise RuntimeError(
                f"The differentiated Tensor at index {place} appears to not have been used in the graph. Set "
                "allow_unused=True if this is the desired behavior."
            )
    return tuple(results)


def _walk(roots, retain: bool, create: bool, targets) -> dict[Edge, Gradient]:
    before = grad_mode.enabled
    grad_mode.enabled = create
    try:
        found = walk(roots, retain=retain, create=create, targets=targets)
    finally:
        grad_mode.enabled = before
    if roots and not create:
        node, place = roots[0][0]
        recorder(node.outs[place].device).passed()
    return found


def _sequence(tensors) -> list[Any]:
    return [tensors] if isinstance(tensors, Tensor | GradientEdge) else list(tensors)


def _inputs(inputs, function: str) -> list[Any]:
    """Return what `inputs` lists: one, any iterable of them, or the values of a dict."""
    if isinstance(inputs, Mapping) and type(inputs) is not dict:
        raise TypeError(
            f"`inputs` argument to `{function}()` must be a dict, not {type(inputs).__name__}. "
            "Other Mapping types are not supported."
        )
    chosen = _sequence(inputs.values() if isinstance(inputs, dict) else inputs)
    if not chosen:
        raise RuntimeError(f"`inputs` argument to `{function}()` cannot be empty.")
    for each in chosen:
        if not isinstance(each, Tensor | GradientEdge):
            raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(each).__name__}")
    return chosen


def _edge_of_input(tensor: Tensor | GradientEdge) -> Edge:
    edge = (tensor.node, tensor.output_nr) if isinstance(tensor, GradientEdge) else edge_of(tensor)
    if edge is None:
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    return edge


def _batched(function, weights: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
    """Return the gradients for a batch of weights: the function gives those for one of its examples."""
    from jnet.torch.func.mapping import vmap

    unused: list[bool] = []

    def one(*weights):
        found = function(list(weights))
        unused[:] = [each is None for each in found]
        return tuple([each for each in found if each is not None])

    found = iter(vmap(one)(*weights))
    return tuple([None if each else next(found) for each in unused])


def _check_batched(outputs: Sequence[Tensor], weights: Sequence[Tensor]) -> None:
    for place, (output, weight) in enumerate(zip(outputs, weights, strict=False)):
        if shape_of(weight)[1:] != shape_of(output):
            raise RuntimeError(
                "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
                "dimension. The sizes of the remaining dimensions are expected to match the shape of corresponding "
                f"output, but a mismatch was detected: grad_output[{place}] has a shape of {weight.shape[1:]} and "
                f"output[{place}] has a shape of {output.shape}. If you only want some tensors in `grad_output` to be "
                "considered batched, consider using vmap."
            )


def _roots(tensors: Sequence[Tensor], weights, create: bool) -> list[tuple[Edge, Gradient]]:
    given = [None] * len(tensors) if weights is None else _sequence(weights)
    if len(given) != len(tensors):
        raise RuntimeError(f"got {len(tensors)} tensors and {len(given)} gradients")
    roots = []
    for place, (tensor, weight) in enumerate(zip(tensors, given, strict=True)):
        edge = edge_of(tensor)
        if weight is None:
            kind = kind_of(tensor)
            if edge is not None and kind.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            if edge is not None and kind.dtype.kind == "c":
                raise RuntimeError(
                    f"grad can be implicitly created only for real scalar outputs but got {tensor.dtype}"
                )
        if edge is None:
            raise RuntimeError(f"element {place} of tensors does not require grad and does not have a grad_fn")
        if weight is None:
            roots.append((edge, (_one(kind), None)))
            continue
        if not isinstance(weight, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(weight).__name__}")
        if shape_of(weight) != shape_of(tensor):
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{place}] has a shape of {weight.shape} and output[{place}] has a "
                f"shape of {tensor.shape}."
            )
        weight = weight.to(tensor)
        gradient = pair(weight) if create else (value_of(weight), None)
        roots.append((edge, gradient))
    return roots


@functools.lru_cache(maxsize=1000)
def _one(kind: Aval) -> Value:
    """Return the value 1, the same each time: it is on its device already."""
    return known(np.ones(kind.shape, kind.dtype), kind.device)

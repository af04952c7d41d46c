"""Derivatives of functions as functions: `grad`, `vjp`, `jvp`, Jacobians and Hessians."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from jnet.recorder import Accumulate, Node
from jnet.torch.autograd import engine
from jnet.torch.autograd.modes import enable_grad
from jnet.torch.creation import eye
from jnet.torch.func.batching import Entry
from jnet.torch.func.mapping import vmap
from jnet.torch.func.trees import flatten, replaced
from jnet.torch.tensor import Tensor, edge_of, grad_mode, same_elements, shape_of

Argnums = int | tuple[int, ...]


class _Watch:
    """The arguments that a derivative is taken by, as tensors of its own.

    Attributes:
        leaves: all of them, flat, and `tree` what nests them again.
        arguments: those of the function, with them in place.
    """

    def __init__(self, args: tuple, argnums: Argnums | None):
        chosen = args if argnums is None else _chosen(args, argnums)
        flat, self.tree = flatten(chosen)
        for x in flat:
            if not isinstance(x, Tensor):
                raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
        self.leaves = [x.view_as(x) if x.requires_grad else same_elements(x).requires_grad_() for x in flat]
        self._own = {edge[0] for x in self.leaves if x.is_leaf and (edge := edge_of(x)) is not None}
        built = self.tree.unflatten(self.leaves)
        if argnums is None:
            self.arguments = built
        else:
            places = [argnums] if isinstance(argnums, int) else argnums
            given = list(args)
            for place, value in zip(places, [built] if isinstance(argnums, int) else built, strict=True):
                given[place] = value
            self.arguments = tuple(given)

    def released(self, tree):
        """Return the tensors of a result without the tape, unless they also depend on something from outside."""
        _finished.update(self._own)
        return replaced(_released, tree)


# The ends of the tape at arguments of derivatives that have been taken: nothing is sent there any more.
_finished: weakref.WeakSet[Node] = weakref.WeakSet()


def _released(leaf):
    """Return a tensor without the tape, unless that leads to anything but arguments of finished derivatives."""
    edge = edge_of(leaf) if isinstance(leaf, Tensor) else None
    if edge is None or (grad_mode.enabled and _leads_on(edge[0])):
        return leaf
    return same_elements(leaf)


def _leads_on(node: Node) -> bool:
    seen, stack = {node}, [node]
    while stack:
        each = stack.pop()
        if isinstance(each, Entry) or (isinstance(each, Accumulate) and each not in _finished):
            return True
        below = {edge[0] for edge in each.edges if edge is not None} - seen
        seen |= below
        stack += below
    return False


def _chosen(args: tuple, argnums: Argnums):
    """Return the arguments at these places."""
    if not isinstance(argnums, int | tuple):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    if isinstance(argnums, tuple):
        if not argnums:
            raise RuntimeError("argnums must be non-empty")
        if len(set(argnums)) != len(argnums):
            raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    for place in (argnums,) if isinstance(argnums, int) else argnums:
        if not isinstance(place, int):
            raise RuntimeError(f"argnum must be int, got: {type(place)}")
        if not -len(args) <= place < len(args):
            raise RuntimeError(f"Got argnum={place}, but only {len(args)} positional inputs")
    return args[argnums] if isinstance(argnums, int) else tuple([args[place] for place in argnums])


def _pair(result, name: str) -> tuple[Any, Any]:
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True")
    return result


def _gradients(outputs: Sequence[Tensor], leaves: Sequence[Tensor], weights, create_graph: bool = True) -> list[Tensor]:
    """Return the gradients of those outputs that have one; zeros where there is none."""
    kept = [place for place, out in enumerate(outputs) if out.requires_grad]
    if not kept:
        return [x.new_zeros(shape_of(x)) for x in leaves]
    chosen = [outputs[place] for place in kept]
    weights = None if weights is None else [weights[place] for place in kept]
    options = {"retain_graph": True, "create_graph": create_graph, "materialize_grads": True}
    return [g for g in engine.grad(chosen, leaves, weights, **options) if g is not None]


def grad(func: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """Return the function that gives the gradient of `func` by one or several of its arguments.

    Args:
        has_aux: `func` returns a pair, of which only the first part is differentiated.

    Raises:
        RuntimeError: while it runs, if `func` does not return a scalar.

    Example:
        >>> import jnet.torch as torch
        >>> torch.func.grad(torch.sin)(torch.tensor(0.0))
        tensor(1.)

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.grad.html
    """
    whole = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def gradient(*args, **kwargs):
        found, value = whole(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(func: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """Return the function that gives the gradient of `func`, and its value.

    Example:
        >>> import jnet.torch as torch
        >>> torch.func.grad_and_value(lambda x: x * x)(torch.tensor(3.0))
        (tensor(6.), tensor(9.))

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.grad_and_value.html
    """

    @functools.wraps(func)
    def gradient(*args, **kwargs):
        name, aux = "grad_and_value(f)(*args)", None
        with enable_grad():
            watch = _Watch(args, argnums)
            output = func(*watch.arguments, **kwargs)
            if has_aux:
                output, aux = _pair(output, name)
            if not isinstance(output, Tensor):
                raise RuntimeError(f"{name}: Expected f(*args) to return a Tensor, got {type(output)}")
            if output.ndim:
                raise RuntimeError(
                    f"{name}: Expected f(*args) to return a scalar Tensor, got tensor with {output.ndim} dims. Maybe "
                    "you wanted to use the vjp or jacrev APIs instead?"
                )
            found = watch.tree.unflatten(_gradients([output], watch.leaves, None))
        found, output, aux = watch.released((found, output, aux))
        return found, (output, aux) if has_aux else output

    return gradient


def _pullback(func: Callable, args: tuple, argnums: Argnums | None, has_aux: bool) -> tuple[Any, Callable, Any]:
    """Return the function's result, what takes weights of it to weighted gradients, and what else it returned."""
    name, aux = "vjp(f, *primals)", None
    with enable_grad():
        watch = _Watch(args, argnums)
        result = func(*watch.arguments)
        if has_aux:
            result, aux = _pair(result, name)
        outputs, shape = flatten(result)
        if not outputs:
            raise RuntimeError(
                f"{name}: Expected f to be a function that has non-empty output (got output = {outputs})"
            )
        for out in outputs:
            if not isinstance(out, Tensor):
                raise RuntimeError(
                    f"{name}: expected f(*primals) to return only tensors, got unsupported type {type(out)}"
                )
            if not out.is_floating_point() and not out.is_complex():
                raise RuntimeError(
                    "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                    f"{out.dtype}"
                )

    def pull(cotangents, retain_graph: bool = True, create_graph: bool | None = None):
        weights, given = flatten(cotangents)
        if given != shape:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                f"function. cotangents: {given}, primal output: {shape}"
            )
        create = grad_mode.enabled if create_graph is None else create_graph
        found = _gradients(outputs, watch.leaves, weights, create)
        return watch.released(watch.tree.unflatten(found))

    return watch.released(result), pull, watch.released(aux)


def vjp(func: Callable, *primals, has_aux: bool = False):
    """Return `func(*primals)`, and the function that multiplies weights of the result with the Jacobian.

    Returns:
        The result, a function of weights that gives a tuple of gradients, and with `has_aux` what else `func` returned.

    Example:
        >>> import jnet.torch as torch
        >>> value, pull = torch.func.vjp(torch.sin, torch.zeros(2))
        >>> pull(torch.tensor([1.0, 2.0]))
        (tensor([1., 2.]),)

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.vjp.html
    """
    value, pull, aux = _pullback(func, primals, None, has_aux)
    return (value, pull, aux) if has_aux else (value, pull)


def jvp(func: Callable, primals: tuple, tangents: tuple, *, strict: bool = False, has_aux: bool = False):
    """Return `func(*primals)`, and the product of its Jacobian with `tangents`.

    The product is the derivative of `vjp` by its weights, in which it is linear.

    Example:
        >>> import jnet.torch as torch
        >>> torch.func.jvp(torch.sin, (torch.zeros(2),), (torch.tensor([1.0, 2.0]),))
        (tensor([0., 0.]), tensor([1., 2.]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.jvp.html
    """
    name = "jvp(f, primals, tangents)"
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{name}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    flat, tree = flatten(primals)
    directions, other = flatten(tangents)
    if tree != other:
        raise RuntimeError(
            f"{name}: Expected primals and tangents to have the same python structure. For example, if primals is a "
            f"tuple of 3 tensors, tangents also must be. Got primals with structure {tree} and tangents with structure "
            f"{other}"
        )
    for what, each in (("primals", flat), ("tangents", directions)):
        if not each:
            raise RuntimeError(f"{name}: Expected {what} to contain at least one Tensor.")
    value, push, aux = _pushforward(func, primals, None, has_aux, strict)
    tangent = push(directions)
    return (value, tangent, aux) if has_aux else (value, tangent)


def _pushforward(func: Callable, args: tuple, argnums: Argnums | None, has_aux: bool, strict: bool = False):
    """Return the function's result, what takes directions of the arguments to those of the result, and the rest."""
    name, aux = "jvp(f, primals, tangents)", None
    with enable_grad():
        watch = _Watch(args, argnums)
        result = func(*watch.arguments)
        if has_aux:
            result, aux = _pair(result, name)
        outputs, shape = flatten(result)
        for out in outputs:
            if not isinstance(out, Tensor):
                raise RuntimeError(
                    f"{name}: expected f(*args) to return only tensors, got unsupported type {type(out)}"
                )
        kept = [place for place, out in enumerate(outputs) if out.requires_grad]
        if strict and len(kept) < len(outputs):
            raise RuntimeError(
                "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not "
                "allowed with strict=True."
            )
        weights = [outputs[place].new_zeros(shape_of(outputs[place])).requires_grad_() for place in kept]
        found = _gradients([outputs[place] for place in kept], watch.leaves, weights)
    own = {edge[0] for edge in map(edge_of, weights) if edge is not None}

    def push(directions):
        tangents = [out.new_zeros(shape_of(out)) for out in outputs]
        with enable_grad():
            moved = _gradients(found, weights, directions) if weights else []
        _finished.update(own)
        for place, tangent in zip(kept, moved, strict=True):
            tangents[place] = tangent
        return watch.released(shape.unflatten(tangents))

    return watch.released(result), push, watch.released(aux)


def _basis(like: Tensor) -> Tensor:
    """Return every tensor that is 1 in one place and 0 elsewhere, stacked."""
    rows = eye(like.numel(), dtype=like.dtype, device=like.device)
    return rows.reshape(like.numel(), *shape_of(like))


def jacrev(func: Callable, argnums: Argnums = 0, *, has_aux: bool = False, chunk_size: int | None = None) -> Callable:
    """Return the function that gives the Jacobian of `func`, row by row: `vjp` mapped over the results' elements.

    Shape: result shape + argument shape.

    Example:
        >>> import jnet.torch as torch
        >>> torch.func.jacrev(torch.sin)(torch.zeros(2))
        tensor([[1., 0.],
                [0., 1.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.jacrev.html
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def jacobian(*args):
        result, pull, aux = _pullback(func, args, argnums, has_aux)
        outputs, shape = flatten(result)
        made = []
        for place, out in enumerate(outputs):

            def row(weight, place=place):
                weights = [o.new_zeros(shape_of(o)) for o in outputs]
                weights[place] = weight
                return pull(shape.unflatten(weights))

            rows = vmap(row, chunk_size=chunk_size)(_basis(out))
            made.append(replaced(lambda rows, out=out: rows.reshape(*shape_of(out), *shape_of(rows)[1:]), rows))
        found = shape.unflatten(made)
        return (found, aux) if has_aux else found

    return jacobian


def jacfwd(func: Callable, argnums: Argnums = 0, has_aux: bool = False, *, randomness: str = "error") -> Callable:
    """Return the function that gives the Jacobian of `func`, column by column: `jvp` mapped over the arguments.

    Shape: result shape + argument shape.

    Example:
        >>> import jnet.torch as torch
        >>> torch.func.jacfwd(torch.sin)(torch.zeros(2))
        tensor([[1., 0.],
                [0., 1.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.jacfwd.html
    """

    @functools.wraps(func)
    def jacobian(*args):
        result, push, aux = _pushforward(func, args, argnums, has_aux)
        outputs, shape = flatten(result)
        inputs, tree = flatten(_chosen(args, argnums))
        columns = []
        for place, x in enumerate(inputs):

            def column(direction, place=place):
                directions = [each.new_zeros(shape_of(each)) for each in inputs]
                directions[place] = direction
                return flatten(push(directions))[0]

            columns.append(vmap(column, out_dims=-1, randomness=randomness)(_basis(x)))
        made = []
        for number, out in enumerate(outputs):
            parts = [c[number].reshape(*shape_of(out), *shape_of(x)) for c, x in zip(columns, inputs, strict=True)]
            made.append(tree.unflatten(parts))
        found = shape.unflatten(made)
        return (found, aux) if has_aux else found

    return jacobian


def hessian(func: Callable, argnums: Argnums = 0) -> Callable:
    """Return the function that gives the second derivatives of `func`: the Jacobian of its Jacobian.

    Example:
        >>> import jnet.torch as torch
        >>> torch.func.hessian(lambda x: (x**3).sum())(torch.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.func.hessian.html
    """
    return jacrev(jacrev(func, argnums), argnums)

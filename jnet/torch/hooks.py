"""Hooks on tensors: functions of the gradients that pass them, and the gradients that non-leaves keep."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable

import jax.numpy as jnp

from jnet.recorder import Gradient, Node
from jnet.torch.scalars import type_name
from jnet.torch.tensor import Tensor, edge_of, shape_of, wrap

METHODS: dict = {}


def _method(function):
    METHODS[function.__name__] = function
    return function


class RemovableHandle:
    """What registering a hook returns: `remove()` takes the hook away, and so does leaving it as a context.

    Args:
        hooks_dict: where the hook is kept, by the handle's `id`.
        extra_dict: one or several dictionaries with notes on the hook, which go with it.
    """

    next_id: int = 0

    def __init__(self, hooks_dict: dict, *, extra_dict: dict | list[dict] | None = None):
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        notes = extra_dict if isinstance(extra_dict, list) else [] if extra_dict is None else [extra_dict]
        self._dicts: tuple[Callable, ...] = tuple(weakref.ref(each) for each in (hooks_dict, *notes))

    def remove(self) -> None:
        """Take the hook away."""
        for reference in self._dicts:
            found = reference()
            if found is not None:
                found.pop(self.id, None)

    def __getstate__(self):  # a weak reference cannot be pickled, nor would a copy refer to the copied hooks
        first, *others = [reference() for reference in self._dicts] or [None]
        return (first, self.id, tuple(others)) if others else (first, self.id)  # as PyTorch has it

    def __setstate__(self, state) -> None:
        first, self.id, *others = state
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)
        found = (first, *(others[0] or () if others else ()))
        self._dicts = tuple(weakref.ref(each) for each in found if each is not None)

    def __enter__(self):
        return self

    def __exit__(self, *exc) -> None:
        self.remove()


class Hooks:
    """The hooks of one tensor, kept by the tensor (a leaf) or its node."""

    def __init__(self):
        self.before: OrderedDict[int, Callable] = OrderedDict()
        self.after: OrderedDict[int, Callable] = OrderedDict()

    def attach(self, node: Node, number: int = 0) -> None:
        """Let the node call them for the gradients of its result."""
        if node.captures is None:
            node.captures = {}
        functions = node.captures.setdefault(number, [])
        if self.run not in functions:
            functions.insert(0, self.run)  # before `retain_grad`, which keeps what the hooks have made of the gradient
        if self.after and node.post_hooks is None:
            node.post_hooks = [self.run_after]

    def run(self, gradient: Gradient) -> Gradient:
        """Return the gradient (value, edge) that the hooks make of one."""
        for hook in tuple(self.before.values()):
            given = wrap(*gradient)
            made = hook(given)
            if made is None:
                made = given
            if not isinstance(made, Tensor):
                raise TypeError(f"expected Variable, but hook returned '{type_name(made)}'")
            if shape_of(made) != shape_of(given):
                raise RuntimeError(f"hook '{_name(hook)}' has changed the size of value")
            if made._aval.dtype != given._aval.dtype:
                raise RuntimeError(
                    f"hook '{_name(hook)}' has changed the type of value (was {given.type()} got {made.type()})"
                )
            gradient = pair(made)
        return gradient

    def run_after(self, results, gradients):
        """Call the hooks for when the leaf has taken its gradient in."""
        leaf = self.leaf()
        for hook in tuple(self.after.values()):
            if hook(leaf) is not None:
                raise RuntimeError("Tensor post accumulate grad hooks should return None.")
        return results

    leaf: Callable = staticmethod(lambda: None)


def _name(hook: Callable) -> str:
    return getattr(hook, "__name__", type(hook).__name__)


def pair(tensor: Tensor) -> Gradient:
    """Return a gradient in the tape's form."""
    from jnet.torch.tensor import value_of

    return value_of(tensor), edge_of(tensor)


def _hooks_of(tensor: Tensor) -> Hooks:
    """Return the hooks of a tensor, made and attached at the first call."""
    edge = edge_of(tensor, leaf=False)
    if edge is None:
        if tensor._leaf_hooks is None:
            tensor._leaf_hooks = Hooks()
            tensor._leaf_hooks.leaf = weakref.ref(tensor)
        if tensor._leaf is not None:
            tensor._leaf_hooks.attach(tensor._leaf[0])
        return tensor._leaf_hooks
    node, number = edge
    for function in (node.captures or {}).get(number, []):
        if isinstance(getattr(function, "__self__", None), Hooks):
            return function.__self__
    hooks = Hooks()
    hooks.attach(node, number)
    return hooks


@_method
def register_hook(self, hook: Callable) -> RemovableHandle:
    """Call `hook(grad)` whenever a gradient towards the tensor is computed; what it returns takes the gradient's place.

    Raises:
        RuntimeError: if the tensor does not require grad.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html
    """
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    hooks = _hooks_of(self)
    handle = RemovableHandle(hooks.before)
    hooks.before[handle.id] = hook
    return handle


@_method
def register_post_accumulate_grad_hook(self, hook: Callable) -> RemovableHandle:
    """Call `hook(param)` whenever the leaf has taken a gradient in.

    See: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_post_accumulate_grad_hook.html
    """
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if not self.is_leaf:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    hooks = _hooks_of(self)
    handle = RemovableHandle(hooks.after)
    hooks.after[handle.id] = hook
    if self._leaf is not None:
        hooks.attach(self._leaf[0])
    return handle


@_method
def retain_grad(self) -> None:
    """Let a tensor that is no leaf keep its gradient in `.grad`."""
    edge = edge_of(self, leaf=False)
    if edge is None:
        if not self._requires:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        return
    if retains_grad(self):
        return
    node, number = edge
    reference = weakref.ref(self)

    def keep(gradient):
        tensor = reference()
        if tensor is not None:
            made, before = wrap(*gradient), tensor._grad
            tensor._grad = made if before is None else before + made
        return gradient

    keep.retains = reference  # pyright: ignore[reportFunctionMemberAccess]
    node.captures = node.captures or {}
    node.captures.setdefault(number, []).append(keep)


def retains_grad(tensor: Tensor) -> bool:
    """Tell whether `retain_grad` was asked for."""
    edge = edge_of(tensor, leaf=False)
    if edge is None:
        return False
    functions = (edge[0].captures or {}).get(edge[1], [])
    return any(getattr(f, "retains", lambda: None)() is tensor for f in functions)


# -- hooks of nodes ----------------------------------------------------------------------------------------------------


class _NodeHooks:
    """A hook of a node, if it was not removed, as the tape calls it: before the node or after it."""

    def __init__(self, node: Node):
        self.functions: OrderedDict[int, Callable] = OrderedDict()
        # Indices, say, have no gradient, and hooks are not told of them.
        self.kept = [i for i, out in enumerate(node.outs) if jnp.issubdtype(out.dtype, jnp.inexact)]

    def add(self, hook: Callable) -> RemovableHandle:
        handle = RemovableHandle(self.functions)
        self.functions[handle.id] = hook
        return handle

    def run_before(self, gradients: list) -> list:
        """Return the gradients of the node's results that the hooks make of some."""
        for hook in tuple(self.functions.values()):
            given = [gradients[i] for i in self.kept]
            made = _replaced(hook, hook(_tensors(given)), given)
            gradients = list(gradients)
            for i, gradient in zip(self.kept, made, strict=True):
                gradients[i] = gradient
        return gradients

    def run_after(self, results, gradients):
        """Return the gradients of the node's arguments that the hooks make of some."""
        for hook in tuple(self.functions.values()):
            given = hook(_tensors(results), _tensors([gradients[i] for i in self.kept]))
            results = _replaced(hook, given, results)
        return results


def _tensors(gradients) -> tuple:
    return tuple([None if each is None else wrap(*each) for each in gradients])


def _replaced(hook: Callable, given, gradients):
    """Return what a hook returned in the tape's form; the gradients themselves if it returned None."""
    if given is None:
        return gradients
    if not isinstance(given, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type_name(given)}'")
    if len(given) != len(gradients):
        raise RuntimeError(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(given)}, but expected "
            f"{len(gradients)})"
        )
    for each in given:
        if each is not None and not isinstance(each, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type_name(each)}'")
    return [None if each is None else pair(each) for each in given]


def _register_prehook(self, fn: Callable) -> RemovableHandle:
    """Call `fn(grad_outputs)` before the node is gone through; what it returns takes their place.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.graph.Node.register_prehook.html
    """
    hooks = _NodeHooks(self)
    self.hooks = [*(self.hooks or []), hooks.run_before]
    return hooks.add(fn)


def _register_hook(self, fn: Callable) -> RemovableHandle:
    """Call `fn(grad_inputs, grad_outputs)` after the node was gone through; what it returns replaces `grad_inputs`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.graph.Node.register_hook.html
    """
    hooks = _NodeHooks(self)
    self.post_hooks = [*(self.post_hooks or []), hooks.run_after]
    return hooks.add(fn)


# Nodes belong to the recorder, which knows no tensors; hooks of nodes get tensors.
Node.register_hook, Node.register_prehook = _register_hook, _register_prehook  # pyright: ignore


class _Moved(Node):
    """A move to another device, on the tape."""

    __slots__ = ("device", "move")

    def name(self) -> str:
        return "ToCopyBackward0"

    def pull(self, gradients, create):
        assert gradients[0] is not None
        value, _ = gradients[0]
        if create:
            raise NotImplementedError("create_graph through a move to another device; move the inputs before.")
        return [(self.move(value, self.device), None)]


def moved(tensor: Tensor, device, move: Callable) -> Tensor:
    """Return the tensor on another device; gradients are moved back."""
    from jnet.torch.tensor import value_of

    value = move(value_of(tensor), device)
    node = _Moved([edge_of(tensor)], (value.aval,))
    node.device, node.move = tensor._aval.device, move
    return wrap(value, (node, 0))

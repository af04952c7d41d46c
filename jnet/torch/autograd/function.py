"""`Function`: an op with a derivative of the user's own."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import jax.numpy as jnp
import numpy as np

from jnet.recorder import Node, aval, known
from jnet.recorder.direct import current
from jnet.torch.autograd.traced import traced
from jnet.torch.dtypes import dtype
from jnet.torch.hooks import pair
from jnet.torch.scalars import type_name
from jnet.torch.tensor import Tensor, edge_of, grad_mode, kind_of, same_elements, shape_of, value_of, wrap


class FunctionCtx:
    """What `forward` leaves for `backward`."""

    def __init__(self):
        self.needs_input_grad: tuple[bool, ...] = ()
        self._saved: tuple = ()
        self._versions: tuple = ()
        self._not_differentiable: tuple[int, ...] = ()
        self._dirty: tuple[int, ...] = ()
        self._materialize = True

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for `backward`, which finds them in `saved_tensors`; what is no tensor can be an attribute.

        Raises:
            TypeError: from `apply`, for anything but tensors and None.
        """
        self._saved = tensors

    def _keep(self) -> None:
        """Note what was kept, once `forward` is done."""
        for place, each in enumerate(self._saved):
            if each is not None and not isinstance(each, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {place} is of type {type_name(each)}"
                )
        self._versions = tuple([None if t is None else t._version for t in self._saved])

    def save_for_forward(self, *tensors) -> None:
        """Keep tensors for `jvp`; forward mode is not built, so nothing reads them."""

    @property
    def saved_tensors(self) -> tuple:
        """The tensors that were kept.

        Raises:
            RuntimeError: if one was written to since, or they were freed.
        """
        if self._saved is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time (or directly access saved tensors after they have "
                "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
                "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or "
                "if you need to access saved tensors after calling backward."
            )
        for tensor, version in zip(self._saved, self._versions, strict=True):
            if tensor is not None and tensor._version != version:
                node = tensor.grad_fn
                origin = "" if node is None else (
                    f", which is output {tensor.output_nr} of {node.name().split('Backward')[0]},"
                )  # fmt: skip
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"[{tensor.type()} {list(tensor.shape)}]{origin} is at version {tensor._version}; expected version "
                    f"{version} instead. Hint: enable anomaly detection to find the operation that failed to compute "
                    "its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
                )
        return self._saved

    saved_variables = saved_tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Say which inputs `forward` wrote to."""
        self._dirty = tuple(id(t) for t in tensors)

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say which results have no gradient."""
        self._not_differentiable = tuple(id(t) for t in tensors)

    def set_materialize_grads(self, value: bool) -> None:
        """Say whether gradients that did not arrive are zeros (the default) or None."""
        self._materialize = value


class _FunctionNode(Node):
    """A call of a user's function on the tape; each function has a class of its own.

    Attributes:
        function: the user's class.
        ctx: what its `forward` left.
        kinds: of the arguments that are tensors; None for others.
        places: which of its results are tensors, and `count` how many results it has.
    """

    __slots__ = ("count", "ctx", "kinds", "places")
    __repr__ = object.__repr__  # with the module, as PyTorch's
    function: Any

    def name(self) -> str:
        return type(self).__name__

    def __getattr__(self, name: str):
        if name in ("ctx", "function", "kinds", "outs") or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.ctx, name)  # in PyTorch the node is the `ctx`

    def release(self) -> None:
        self.ctx._saved = None

    def pull(self, gradients, create):
        arriving: list[Tensor | None] = [None] * self.count
        for place, out, gradient in zip(self.places, self.outs, gradients, strict=True):
            if gradient is None and self.ctx._materialize:
                gradient = (known(np.zeros(out.shape, out.dtype), out.device), None)
            arriving[place] = None if gradient is None else wrap(*gradient)
        before = grad_mode.enabled
        grad_mode.enabled = create
        try:
            given: Any = self.function.backward(self.ctx, *arriving)
        finally:
            grad_mode.enabled = before
        given = given if isinstance(given, tuple | list) else (given,)
        name = self.name()
        while len(given) > len(self.edges) and given[-1] is None:
            given = given[:-1]
        if len(given) != len(self.edges):
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {len(self.edges)}, got "
                f"{len(given)})"
            )
        results = []
        for place, (edge, each) in enumerate(zip(self.edges, given, strict=True)):
            if edge is None or each is None:
                results.append(None)
                continue
            if not isinstance(each, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type_name(each)})")
            need = self.kinds[place]
            if tuple(each.shape) != need.shape:
                try:
                    each = each.sum_to_size(need.shape)
                except RuntimeError:
                    raise RuntimeError(
                        f"Function {name} returned an invalid gradient at index {place} - got {list(each.shape)} but "
                        f"expected shape compatible with {list(need.shape)}"
                    ) from None
            if each._aval.dtype != need.dtype:
                each = each.to(dtype.from_numpy(need.dtype))
            results.append(pair(each))
        return results


class Function:
    """An op with a derivative of the user's own: subclasses define `forward` and `backward`, and are used by `apply`.

    Example:
        >>> import jnet.torch as torch
        >>> class Double(torch.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         return 2 * x
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         return 2 * grad
        >>> x = torch.ones(2, requires_grad=True)
        >>> Double.apply(x).sum().backward()
        >>> x.grad
        tensor([2., 2.])

    See: https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.Function
    """

    def __init__(self, *args, **kwargs):
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args, **kwargs):
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the results."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute the gradients of the inputs from those of the results."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward
    setup_context = None

    @classmethod
    def apply(cls, *args, **kwargs):
        """Run the function on tensors and other arguments."""
        edges = [edge_of(a) if isinstance(a, Tensor) else None for a in args]
        if current() is not None and grad_mode.enabled:
            if any(edge is not None for edge in edges):
                raise NotImplementedError(f"autograd.grad through {cls.__name__}, where JAX traces it.")
            return traced(lambda args: cls._run(args, kwargs, None), cls.backward, cls.__name__, args)
        ctx, results = cls._run(args, kwargs, edges)
        several = isinstance(results, tuple)
        outs = results if several else (results,)
        if not (grad_mode.enabled and any(ctx.needs_input_grad)):
            return results
        for each in args:
            if id(each) in ctx._dirty:
                _refuse_leaf(each)
        tensors = [i for i, out in enumerate(outs) if isinstance(out, Tensor)]
        kinds = [aval(shape_of(outs[i]), outs[i]._aval.dtype, outs[i]._aval.device) for i in tensors]
        node = _node_class(cls)(edges, tuple(kinds))
        node.ctx, node.places, node.count = ctx, tensors, len(outs)
        node.kinds = [kind_of(a) if isinstance(a, Tensor) else None for a in args]
        found = list(outs)
        for number, i in enumerate(tensors):
            out = outs[i]
            floating = jnp.issubdtype(out._aval.dtype, jnp.inexact) and id(out) not in ctx._not_differentiable
            given = any(out is a for a in args)
            if (given or out._links) and id(out) not in ctx._dirty:
                node.views += (number,)
                out = same_elements(out) if given else out
            if id(out) in ctx._dirty:
                (out._counter or out._storage.version)[0] += 1
            if floating:
                out._edge, out._base, out._requires = (node, number), None, False
            found[i] = out
        ctx._keep()
        return tuple(found) if several else found[0]

    @classmethod
    def _run(cls, args, kwargs, edges) -> tuple[FunctionCtx, Any]:
        """Run `forward`; without edges, JAX decides which gradients it needs, and may ask for all of them."""
        ctx = FunctionCtx()
        if edges is None:
            edges = [a if isinstance(a, Tensor) and a.is_floating_point() else None for a in args]
        ctx.needs_input_grad = tuple([edge is not None for edge in edges])
        before = grad_mode.enabled
        grad_mode.enabled = False
        try:
            if cls.setup_context is None:
                results = cls.forward(ctx, *args, **kwargs)
            else:
                results = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, results)
        finally:
            grad_mode.enabled = before
        return ctx, results


def _node_class(function: type) -> type[_FunctionNode]:
    """Return the class of the nodes of a function, named after it; the function keeps it."""
    found = function.__dict__.get("_node_class")
    if found is None:
        space = {"__slots__": (), "__module__": "torch.autograd.function", "function": function}
        found = type(f"{function.__name__}Backward", (_FunctionNode,), space)
        function._node_class = found  # pyright: ignore[reportAttributeAccessIssue]
    return found


def _refuse_leaf(tensor: Tensor) -> None:
    if tensor.requires_grad and tensor.is_leaf:
        raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")


class _Once(Node):
    """The end of the tape at gradients that have no derivative."""

    __slots__ = ()

    def name(self) -> str:
        return "torch::autograd::Error"

    def pull(self, gradients, create):
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def once_differentiable(function):
    """Decorate a `backward` that itself has no derivative: asking for one is an error."""

    @functools.wraps(function)
    def call(ctx, *grads):
        enabled = grad_mode.enabled
        grad_mode.enabled = False
        try:
            results = function(ctx, *grads)
        finally:
            grad_mode.enabled = enabled
        edges = [edge_of(g) if isinstance(g, Tensor) else None for g in grads]
        if not enabled or not any(edges):
            return results
        several = isinstance(results, tuple | list)
        found = list(results) if several else [results]
        for place, each in enumerate(found):
            if isinstance(each, Tensor) and jnp.issubdtype(each._aval.dtype, jnp.inexact):
                found[place] = wrap(value_of(each), (_Once(edges, (kind_of(each),)), 0))
        return tuple(found) if several else found[0]

    return call

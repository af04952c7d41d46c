"""Recording a function of one example for a whole batch: what `vmap` is made of.

Inside, a tensor has the shape of one example. A `Level` stands in for the recorder: a call that meets a value of the
batch is recorded outside as `jax.vmap` of itself, at once. The tape is kept as always, for one example, so derivatives
taken inside are those of an example; when the function has returned, `Level.leave` makes of it the nodes that the
whole batch has outside, for derivatives that are taken there.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jnet.recorder import Accumulate, Call, CallNode, Edge, Node, Value, aval, node_of, trace
from jnet.recorder.calls import Derivative
from jnet.recorder.trace import Trace
from jnet.torch.tensor import Tensor, edge_of, value_of, wrap

_LOOKED_AT = (
    "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, "
    "please try to rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch "
    "internals, please file a bug report."
)


_DECIDED = (
    "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that "
    "yet, please file an issue at https://github.com/pytorch/pytorch/issues ."
)


class Level:
    """Stands in for a `Recorder` while a function is mapped over a batch of `size` examples."""

    def __init__(self, size: int):
        self.size, self.device = size, None
        self.lock = threading.RLock()
        self.unverified = ()
        self.trace = Trace(self)  # pyright: ignore[reportArgumentType]
        self.last: Any = None
        self._whole: list[Value] = []  # by slot: the values of all examples, outside
        self._outside: tuple = ()
        self._start = Entry(self, (), None).number

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Record for one example inside."""
        recorders: Any = trace._recorders
        self._outside = recorders.host, recorders.by_device, recorders.only_host
        recorders.host, recorders.by_device, recorders.only_host = self, {None: self}, True
        try:
            yield
        finally:
            recorders.host, recorders.by_device, recorders.only_host = self._outside

    @contextlib.contextmanager
    def _around(self) -> Iterator[None]:
        """Record where the batch comes from, for a moment."""
        recorders: Any = trace._recorders
        before = recorders.host, recorders.by_device, recorders.only_host
        recorders.host, recorders.by_device, recorders.only_host = self._outside
        try:
            yield
        finally:
            recorders.host, recorders.by_device, recorders.only_host = before

    # -- what a recorder does ------------------------------------------------------------------------------------------

    def record(self, call: Call, arguments: list) -> Any:
        """Record `call` outside: for the batch if it meets a value of the batch, else as it is."""
        places = self._places(arguments)
        with self._around():
            if not places:
                owner = trace.recorder_of(arguments)
                result = owner.record(call, arguments)
                self.last = getattr(owner, "last", None)
                return result
            signature = call.signature(_kinds(arguments))
            found = trace.record(_mapped(call, places), self._of_batch(arguments))
        wholes = [found] if signature.form is None else found
        made = [self._enter(whole, kind) for whole, kind in zip(wholes, signature.outs, strict=True)]
        self.last = _Notes(self, call, arguments)
        return made[0] if signature.form is None else signature.form(made)

    def watch(self, value: Value, key: tuple, check: Callable) -> None:
        """Let `check` look at a value: at each example of it."""
        with self._around():
            if value.trace is not self.trace:
                return trace.recorder(value.aval.device).watch(value, key, check)
            whole = self._whole[value.slot]

            def check_each(array) -> None:
                for each in array:
                    check(each)

            return trace.recorder(whole.aval.device).watch(whole, ("each", *key), check_each)

    def flush(self) -> None:
        """Run what was recorded outside."""
        with self._around():
            trace.flush()

    def flush_trace(self, _) -> None:
        """Refuse to tell the value of one example, which has as many as the batch."""
        frame, names = sys._getframe(1), []
        while frame is not None and len(names) < 6:
            names.append(frame.f_code.co_name)
            frame = frame.f_back
        raise RuntimeError(_DECIDED if "__bool__" in names else _LOOKED_AT)

    def settle(self) -> None:
        """Do nothing: what is watched is watched outside."""

    passed = settle  # a pass over one example is not the end of a step

    # -- in and out ----------------------------------------------------------------------------------------------------

    def enter(self, batch: Tensor) -> Tensor:
        """Return one example of a tensor whose first dimension is that of the batch; call it inside."""
        edge = edge_of(batch)
        with self._around():
            whole = value_of(batch)
        kind = whole.aval
        value = self._enter(whole, aval(kind.shape[1:], kind.dtype, kind.device))
        return wrap(value, None if edge is None else (Entry(self, (value.aval,), edge), 0))

    def leave(self, tensors: Sequence[Tensor]) -> list[Tensor | None]:
        """Return the batches that tensors are examples of, outside; None for those that are the same for all."""
        with self.inside():
            found = [(value_of(tensor), edge_of(tensor)) for tensor in tensors]
        edges = _Graph(self).outside([edge for value, edge in found if value.trace is self.trace])
        rest = iter(edges)
        return [wrap(self._whole[v.slot], next(rest)) if v.trace is self.trace else None for v, _ in found]

    def has(self, tensor: Tensor) -> bool:
        """Tell whether the tensor differs from example to example."""
        return value_of(tensor).trace is self.trace

    def _enter(self, whole: Value, kind) -> Value:
        value = Value(kind, None, self.trace, len(self._whole))
        self._whole.append(whole)
        self.trace.values.append(value)
        return value

    def _places(self, arguments: Sequence) -> tuple[int, ...]:
        """Return which arguments differ from example to example."""
        return tuple([i for i, a in enumerate(arguments) if type(a) is Value and a.trace is self.trace])

    def _of_batch(self, arguments: Sequence) -> list:
        return [self._whole[a.slot] if type(a) is Value and a.trace is self.trace else a for a in arguments]


def _kinds(arguments: Sequence) -> tuple:
    return tuple([a.aval if type(a) is Value else type(a) for a in arguments])


@functools.lru_cache(maxsize=5000)
def _mapped(call: Call, places: tuple[int, ...]) -> Call:
    """Return the call for a batch: the arguments at `places`, and all results, have its dimension in front."""

    def function(*arguments):
        def one(*examples):
            given = list(arguments)
            for place, example in zip(places, examples, strict=True):
                given[place] = example
            return jax.tree.map(jnp.asarray, call.function(*given))

        return jax.vmap(one)(*(arguments[place] for place in places))

    def name(kinds):
        of_one = [aval(k.shape[1:], k.dtype, k.device) if i in places else k for i, k in enumerate(kinds)]
        return call.grad_fn(tuple(of_one))  # pyright: ignore[reportCallIssue]

    made = Call(function, call.name, name if callable(call.grad_fn) else call.grad_fn, "nothing")
    made.quiet = call.quiet
    return made


# -- the tape ----------------------------------------------------------------------------------------------------------


class Entry(Node):
    """Where a batch came in: `edge` is where it came from."""

    __slots__ = ("edge", "level")

    def __init__(self, level: Level, outs: tuple, edge: Edge | None):
        super().__init__((), outs)
        self.level, self.edge = level, edge

    def name(self) -> str:
        return "BatchedBackward0"

    def pull(self, gradients, create):
        return ()


class _Noted(Derivative):
    """A derivative that remembers the one call that it belongs to, and all arguments of that."""

    __slots__ = ("arguments", "forward", "level")

    def __init__(self, plain: Derivative, level: Level, forward: Call, arguments: list):
        for name in Derivative.__slots__:
            setattr(self, name, getattr(plain, name))
        self.level, self.forward, self.arguments = level, forward, arguments


class _Notes:
    """What the tape asks a state for: the derivatives of the last call."""

    def __init__(self, level: Level, call: Call, arguments: list):
        self.level, self.call, self.arguments = level, call, arguments
        self.derivatives = self

    def get(self, wanted: tuple[int, ...]) -> Derivative:
        """Return the derivative towards these arguments."""
        plain = self.call.derivative(_kinds(self.arguments), wanted)
        return _Noted(plain, self.level, self.call, self.arguments)


class _Graph:
    """Makes the nodes of whole batches from those of one example, oldest first."""

    def __init__(self, level: Level):
        self.level = level
        self.made: dict[Node, tuple[Node, int] | Node | None] = {}

    def outside(self, edges: Sequence[Edge | None]) -> list[Edge | None]:
        """Return where batches come from, whose examples come from these edges."""
        seen = {edge[0] for edge in edges if edge is not None}
        stack = list(seen)
        while stack:
            below = {edge[0] for edge in stack.pop().edges if edge is not None and edge[0].number >= self.level._start}
            stack += below - seen
            seen |= below
        with self.level._around() if self.level._outside else contextlib.nullcontext():
            for node in sorted(seen, key=lambda node: node.number):
                self._make(node)
        return [self._edge(edge) for edge in edges]

    def _edge(self, edge: Edge | None) -> Edge | None:
        if edge is None:
            return None
        node, number = edge
        if isinstance(node, Accumulate):  # a leaf made inside has no place outside
            leaf = node.variable
            return None if leaf is not None and leaf._storage.value.trace is self.level.trace else edge
        if node not in self.made:
            return edge
        made = self.made[node]
        return made if made is None or isinstance(made, tuple) else (made, number)

    def _make(self, node: Node) -> None:
        level = self.level
        if isinstance(node, Entry):
            if node.level is level:
                self.made[node] = node.edge
            return
        noted = isinstance(node, CallNode) and isinstance(node.derivative, _Noted) and node.derivative.level is level
        if not noted and not any(edge is not None and edge[0] in self.made for edge in node.edges):
            return
        if not isinstance(node, CallNode):
            raise NotImplementedError(f"gradients from outside vmap through {node.name()} inside of it")
        edges = [self._edge(edge) for edge in node.edges]
        self.made[node] = _call_of_batch(node, level, edges) if noted else _view_of_batch(node, level, edges)


def _call_of_batch(node: CallNode, level: Level, edges: list) -> Node | None:
    noted: Any = node.derivative
    arguments = level._of_batch(noted.arguments)
    call = _mapped(noted.forward, level._places(noted.arguments))
    return _node(call, arguments, _kinds(arguments), edges)


def _view_of_batch(node: CallNode, level: Level, edges: list) -> Node | None:
    """Return the node of a view, whose numbers are all that its derivative needs."""
    source = node.edges[0]
    assert source is not None
    assert node.saved is not None
    kind = source[0].outs[source[1]]
    arguments: list = [None] + [0] * (len(edges) - 1)
    for place, number in zip(node.derivative.needs, node.saved, strict=True):
        arguments[place] = number
    forward = node.derivative.call.function.args[0]  # pyright: ignore[reportFunctionMemberAccess] - a partial's
    whole = aval((level.size, *kind.shape), kind.dtype, kind.device)
    return _node(_mapped(forward, (0,)), arguments, (whole, *(int for _ in arguments[1:])), edges)


def _node(call: Call, arguments: list, kinds: tuple, edges: list) -> Node | None:
    """Return the node of a call that was recorded already; None if no gradient goes through it."""
    wanted = tuple([place for place, edge in enumerate(edges) if edge is not None])
    if not wanted:
        return None
    derivative = call.derivative(kinds, wanted)
    if not derivative.floating:
        return None
    level = trace._recorders.host
    while isinstance(level, Level):  # itself mapped
        if level._places(arguments):
            derivative = _Noted(derivative, level, call, arguments)
            break
        level = level._outside[0]
    return node_of(derivative, arguments, edges)

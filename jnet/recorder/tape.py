"""The tape: nodes that remember what was recorded, and the walk back over them.

A gradient on its way is a pair (value, edge): the edge is None unless the gradients are recorded for derivatives of
higher order. An edge is a pair (node, number of the node's result).
"""

from __future__ import annotations

import functools
import heapq
import itertools
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from jnet.ops.checks import dtype_name
from jnet.recorder.blocks import ADD, block_of, graph_of
from jnet.recorder.calls import Call, Derivative
from jnet.recorder.trace import Recorder, recorder_of
from jnet.recorder.values import Value, known

Edge = tuple["Node", int]
Gradient = tuple[Value, "Edge | None"]

_sequence = itertools.count()
# Looks at nodes when they are made and used, while anomaly detection is on (see jnet.torch.autograd.anomaly_mode).
anomaly: Any = None


class Node:
    """An op on the tape.

    Attributes:
        edges: where each argument came from; None where no gradient goes.
        outs: kinds of its results.
        hooks: functions of the list of gradients of its results, called before it (see `Walk`).
        captures: number of a result -> functions of its gradient; each may give another one to go on with.
        views: numbers of results that are views through which only the node knows the way: they are not written to.
        anomaly: where it was made, while anomaly detection is on.
    """

    # What few nodes have is in the dictionary that only they get.
    __slots__ = ("__dict__", "__weakref__", "edges", "number")
    captures: dict[int, list[Callable]] | None = None
    hooks: list[Callable] | None = None
    post_hooks: list[Callable] | None = None
    views: tuple[int, ...] = ()
    anomaly: str | None = None
    is_call = False  # whether it is a `CallNode`
    outs: tuple

    def __init__(self, edges: Sequence[Edge | None], outs: tuple):
        self.edges, self.outs = edges, outs
        self.number = next(_sequence)
        if anomaly is not None:
            anomaly.made(self)

    def name(self) -> str:
        """Return the name of the node, such as AddBackward0."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{self.name()} object at {hex(id(self))}>"

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that the arguments came from, each with the number of its result."""
        return tuple([(None, 0) if edge is None else edge for edge in self.edges])

    def pull(self, gradients: list[Gradient | None], create: bool) -> Sequence[Gradient | None]:
        """Return the gradients of the arguments from those of the results; record how if `create`."""
        raise NotImplementedError

    def release(self) -> None:
        """Forget what was kept for `pull`."""


class CallNode(Node):
    """A recorded call.

    Attributes:
        saved: what the derivative needs; None once it was freed.
        versions: (version cell of a storage, the version that was kept, place of the argument or -1 for the result).
    """

    __slots__ = ("derivative", "saved", "versions")
    is_call = True

    def __init__(self, derivative: Derivative, arguments: Sequence, edges: Sequence[Edge | None]):
        self.edges, self.derivative = edges, derivative  # not super().__init__(): this is made for every op
        self.number = next(_sequence)
        self.saved: list | None = [arguments[place] for place in derivative.needs]
        self.versions: list[tuple[list[int], int, int]] | None = None
        if anomaly is not None:
            anomaly.made(self)

    @property
    def outs(self) -> tuple:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The kinds of its results."""
        return self.derivative.outs

    def name(self) -> str:
        name = type(self).__name__
        return f"torch::autograd::{name}" if name in ("CopySlices", "CopyBackwards") else name

    def release(self) -> None:
        if self.saved:
            self.saved = self.versions = None

    def _changed(self, cell: list, then: int, place: int) -> str:
        """Return the message for a kept value that was written to before backward."""
        kind, edge = self.outs[0], (self, 0)
        if place >= 0:
            assert self.saved is not None
            kind, edge = self.saved[self.derivative.needs.index(place)].aval, self.edges[place]
        origin, name = "", dtype_name(kind.dtype)
        if edge is not None and edge[0].number >= 0:
            writer = cell[1] if place >= 0 and len(cell) > 1 else edge[0].name()
            origin = f", which is output {edge[1]} of {writer.removesuffix('Backward0')},"
        shown = f"torch.{name}Tensor" if np.issubdtype(kind.dtype, np.inexact) else f"CPU{name}Type"
        return (
            "one of the variables needed for gradient computation has been modified by an inplace operation: "
            f"[{shown} {list(kind.shape)}]{origin} is at version {cell[0]}; expected version {then} instead. Hint: "
            "enable anomaly detection to find the operation that failed to compute its gradient, with "
            "torch.autograd.set_detect_anomaly(True, check_nan=False)."
        )

    def pull(self, gradients, create):
        derivative = self.derivative
        if self.saved is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time (or directly access saved tensors after they have "
                "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
                "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or "
                "if you need to access saved tensors after calling backward."
            )
        if self.versions:
            for cell, version, place in self.versions:
                if cell[0] != version:
                    raise RuntimeError(self._changed(cell, version, place))
        arriving = [gradients[i] or (_zeros(self.outs[i]), None) for i in derivative.floating]
        arguments = [*self.saved, *(value for value, _ in arriving)]
        edges: Sequence[Edge | None] | None = None
        if create:
            edges = [*(self.edges[place] for place in derivative.needs), *(edge for _, edge in arriving)]
        results, node = record_on_tape(derivative.call, arguments, edges)
        found: list[Gradient | None] = [None] * len(self.edges)
        for i, place in enumerate(derivative.wanted):
            found[place] = (results[i], None if node is None else (node, i))
        return found


class Accumulate(Node):
    """The end of a path: a leaf, which takes the gradient in. The leaf keeps it; it does not keep the leaf."""

    __slots__ = ("leaf", "receive")

    def __init__(self, leaf, receive: Callable[[Any, Gradient], None], outs: tuple):
        super().__init__((), outs)
        self.number = -1  # after everything else, when all gradients have arrived
        self.leaf, self.receive = weakref.ref(leaf), receive

    @property
    def variable(self):
        """The leaf, or None if nothing else holds it any more."""
        return self.leaf()

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def pull(self, gradients, create):
        leaf = self.leaf()
        if leaf is not None:
            assert gradients[0] is not None
            self.receive(leaf, gradients[0])
        return ()


def record_on_tape(call: Call, arguments: list, edges: Sequence[Edge | None] | None) -> tuple[Any, Any]:
    """Record `call`; return its results, and its node if gradients go through it (else None).

    Args:
        edges: for each argument where it came from; None for all of them records without a tape.
    """
    owner = recorder_of(arguments)
    results = owner.record(call, arguments)
    if edges is None:
        return results, None
    wanted = tuple([place for place, edge in enumerate(edges) if edge is not None])
    if not wanted:
        return results, None
    state = owner.last  # only this thread records on it
    derivative = state.derivatives.get(wanted)
    if derivative is None:
        kinds = tuple([a.aval if type(a) is Value else type(a) for a in arguments])
        derivative = state.derivatives[wanted] = call.derivative(kinds, wanted)
    if not derivative.floating:
        return results, None
    return results, node_of(derivative, arguments, edges)


def node_of(derivative: Derivative, arguments: Sequence, edges: Sequence[Edge | None]) -> CallNode:
    """Return a new node of a call of this derivative."""
    kind = derivative.node_class
    if kind is None:
        kind = derivative.node_class = node_class(derivative.grad_fn)
    return kind(derivative, arguments, edges)


@functools.cache
def node_class(name: str) -> type[CallNode]:
    """Return the class of the nodes of this name: classes are how people tell nodes apart."""
    return type(name, (CallNode,), {"__slots__": ()})


def _zeros(out) -> Value:
    return known(np.zeros(out.shape, out.dtype), out.device)


def add(left: Gradient, right: Gradient) -> Gradient:
    """Return the sum of two gradients."""
    edges = None if left[1] is None and right[1] is None else [left[1], right[1]]
    value, node = record_on_tape(ADD, [left[0], right[0]], edges)
    return value, None if node is None else (node, 0)


def walk(
    roots: Sequence[tuple[Edge, Gradient]], *, retain: bool, create: bool, targets: Sequence[Edge] | None = None
) -> dict[Edge, Gradient]:
    """Send gradients from the roots back through the tape.

    Args:
        retain: keep what the nodes need for another walk.
        create: record the gradients themselves on the tape.
        targets: return the gradients that arrive at these edges, and touch no leaf; None lets leaves take them in.

    Returns:
        The gradients of the targets that were reached.
    """
    if targets is None and not create and anomaly is None and _walk_at_once(roots, retain):
        return {}
    useful: set[Node] | None = None
    if targets is not None:
        useful = _leading_to({node for node, _ in targets}, [edge[0] for edge, _ in roots])
    wanted = set(targets or ())
    arrived: dict[Node, list[Gradient | None]] = {}
    # The newest node first: what uses a result was made after it. Leaves come last, in the order of arrival.
    queue: list[tuple[int, Node]] = []
    leaves: list[Node] = []
    found: dict[Edge, Gradient] = {}
    coming: Iterable[tuple[Edge | None, Gradient | None]] = roots
    while True:
        for edge, gradient in coming:
            if edge is None or gradient is None:
                continue
            node, i = edge
            slots = arrived.get(node)
            if slots is None:
                if useful is not None and node not in useful:
                    continue
                slots = arrived[node] = [None] * len(node.outs)
                if node.number < 0:
                    leaves.append(node)
                else:
                    heapq.heappush(queue, (-node.number, node))
            before = slots[i]
            slots[i] = gradient if before is None else add(before, gradient)
        if queue:
            node = heapq.heappop(queue)[1]
        elif leaves:
            node = leaves.pop(0)
        else:
            return found
        gradients = arrived.pop(node)
        coming = _through(node, gradients, retain, create, wanted, useful, found)


def _walk_at_once(roots: Sequence[tuple[Edge, Gradient]], retain: bool) -> bool:
    """Send gradients to all leaves as one recorded block; return whether that can be done."""
    graph = graph_of([edge for edge, _ in roots])
    if graph is None:
        return False
    arguments = [*(value for _, (value, _) in roots), *graph.saved]
    owner = recorder_of(arguments)
    if type(owner) is not Recorder:
        return False
    block = block_of(graph, arguments)
    results = owner.record(block, arguments) if block.results else ()  # pyright: ignore[reportArgumentType]
    if not retain:
        for number in block.reached:
            graph.nodes[number].release()
    for node, place in zip(graph.leaves, block.leaves, strict=True):
        if place is not None:
            node.pull([(results[place] if place >= 0 else arguments[-1 - place], None)], False)
    return True


def _through(
    node: Node, gradients: list, retain: bool, create: bool, wanted: set, useful: set[Node] | None, found: dict
) -> Iterable[tuple[Edge | None, Gradient | None]]:
    """Take gradients through one node; return where they go from there, and what they are."""
    if node.captures:
        for i, functions in node.captures.items():
            for function in functions:
                if gradients[i] is not None:
                    gradients[i] = function(gradients[i])
    if useful is not None:
        for i, gradient in enumerate(gradients):
            if gradient is not None and (node, i) in wanted:
                found[node, i] = gradient
        if node.number < 0 or not any(edge and edge[0] in useful for edge in node.edges):
            return ()
    if node.hooks:
        for hook in node.hooks:
            gradients = hook(gradients)
    results = node.pull(gradients, create) if anomaly is None else _watched(node, gradients, create)
    if node.post_hooks:
        for hook in node.post_hooks:
            results = hook(results, gradients)
    if not retain:
        node.release()
    return zip(node.edges, results, strict=False)


def _watched(node: Node, gradients, create: bool):
    try:
        results = node.pull(gradients, create)
    except Exception:
        anomaly.failed(node)
        raise
    anomaly.check(node, results)
    return results


def _leading_to(targets: set[Node], roots: Sequence[Node]) -> set[Node]:
    """Return the nodes on the ways from the roots to the targets, both included."""
    seen, stack = set(roots), list(roots)
    while stack:
        below = {edge[0] for edge in stack.pop().edges if edge is not None} - seen
        seen |= below
        stack += below
    useful: set[Node] = set()
    for node in sorted(seen, key=lambda node: node.number):  # what leads to a node was made before it
        if node in targets or any(edge is not None and edge[0] in useful for edge in node.edges):
            useful.add(node)
    return useful

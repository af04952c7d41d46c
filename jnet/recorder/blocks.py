"""Blocks: whole backward passes, each recorded as one op.

A walk over the tape (see `tape.walk`) records an op a node. What it records depends only on which derivatives the nodes
have and how their edges lie, so a pass over a graph that looks like an earlier one is looked up: one entry in the trace
instead of one a node. A program that runs it sees the single derivatives (see `programs`).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from jnet.recorder.calls import Call, Signature
from jnet.recorder.values import Aval, Value

if TYPE_CHECKING:
    from jnet.recorder.tape import CallNode, Node

LONGEST = 500  # nodes of a block: a longer pass is recorded op by op, and run in pieces
BLOCKS = 1000  # that are kept
_number = operator.attrgetter("number")
ADD = Call(lambda a, b: a + b, "add", "AddBackward0", "nothing")  # of gradients that meet


class Graph:
    """The nodes behind some roots, the newest first, and the leaves behind them.

    Attributes:
        key: equal for graphs that look alike.
        saved: what the nodes have kept, one after the other.
    """

    __slots__ = ("key", "leaves", "nodes", "places", "roots", "saved")

    def __init__(self, roots: Sequence[tuple[Node, int]], nodes: list[CallNode], leaves: list[Node]):
        self.roots, self.nodes, self.leaves = roots, nodes, leaves
        self.places: dict[Node, int] = dict(zip(nodes, range(len(nodes)), strict=True))
        places = self.places
        places.update(zip(leaves, range(-1, -1 - len(leaves), -1), strict=True))
        self.saved = saved = []
        key: list = [(places[node], i) for node, i in roots]
        for node in nodes:
            saved += node.saved  # pyright: ignore[reportOperatorIssue] - see `graph_of`
            key.append(node.derivative)
            key += [None if edge is None else (places[edge[0]], edge[1]) for edge in node.edges]
        self.key = tuple(key)


def graph_of(roots: Sequence[tuple[Node, int]]) -> Graph | None:
    """Return the graph behind the roots, or None if it has what only a walk can handle.

    That is: hooks, nodes that are not recorded calls, something kept that was changed or freed, too many nodes.
    """
    stack: list = [node for node, _ in roots]
    seen, nodes, leaves = set(stack), [], []
    while stack:
        node = stack.pop()
        if node.captures or node.hooks or node.post_hooks:
            return None
        if node.number < 0:
            leaves.append(node)
            continue
        if not node.is_call or node.saved is None or len(nodes) == LONGEST:
            return None
        if node.versions:
            for cell, version, _ in node.versions:
                if cell[0] != version:
                    return None
        nodes.append(node)
        for edge in node.edges:
            if edge is not None and edge[0] not in seen:
                seen.add(edge[0])
                stack.append(edge[0])
    nodes.sort(key=_number, reverse=True)
    return Graph(roots, nodes, leaves)


class Block:
    """A backward pass as one op, a call and its signature in one: it takes gradients of the roots, then what was saved.

    Attributes:
        steps: (signature, arguments) a derivative; an argument is the place of a value: the block's own arguments come
            first, then the results of the steps, in order.
        results: places of the gradients that it gives.
        leaves: for each leaf which of `results` is its gradient, or -1 - n for the block's argument n; None if no
            gradient gets there.
        reached: which nodes it goes through.
        outs: the kinds of the results.
    """

    form = tuple
    warnings = ()
    name = "backward"

    def __init__(self, graph: Graph, arguments: Sequence):
        self.steps: list[tuple[Signature, tuple[int, ...]]] = []
        self.reached: list[int] = []
        self._kinds: list[Any] = [a.aval if type(a) is Value else type(a) for a in arguments]
        arrived: dict[tuple[int, int], int] = {}
        for place, (node, i) in enumerate(graph.roots):
            self._arrive(arrived, (graph.places[node], i), place)
        first = len(graph.roots)
        for number, node in enumerate(graph.nodes):
            saved = range(first, first + len(node.saved))  # pyright: ignore[reportArgumentType]
            first = saved.stop
            coming = [arrived.get((number, i)) for i in range(len(node.outs))]
            if any(place is not None for place in coming):
                self.reached.append(number)
                self._through(node, saved, coming, arrived, graph.places)
        ends = [arrived.get((-1 - number, 0)) for number in range(len(graph.leaves))]
        made = sorted({place for place in ends if place is not None and place >= len(arguments)})
        self.results = tuple(made)
        self.leaves = [
            None if place is None else made.index(place) if place >= len(arguments) else -1 - place for place in ends
        ]
        self.outs: tuple[Aval, ...] = tuple([self._kinds[place] for place in made])
        self.ops = len(self.steps)
        del self._kinds

    def signature(self, kinds) -> Block:
        """Return itself: the kinds of the arguments are part of the derivatives."""
        return self

    def _through(self, node: CallNode, saved: range, coming: list, arrived: dict, places: dict) -> None:
        """Add the step that takes gradients through one node."""
        derivative = node.derivative
        arguments = [*saved]
        for i in derivative.floating:
            place = coming[i]
            arguments.append(self._step(_zeros(node.outs[i]), ()) if place is None else place)
        signature = derivative.call.signature(tuple([self._kinds[place] for place in arguments]))
        made = self._step(signature, tuple(arguments))
        for i, place in enumerate(derivative.wanted):
            edge = node.edges[place]
            assert edge is not None
            self._arrive(arrived, (places[edge[0]], edge[1]), made + i)

    def _arrive(self, arrived: dict, where: tuple[int, int], place: int) -> None:
        before = arrived.get(where)
        if before is not None:
            place = self._step(ADD.signature((self._kinds[before], self._kinds[place])), (before, place))
        arrived[where] = place

    def _step(self, signature: Signature, arguments: tuple[int, ...]) -> int:
        """Add a step; return the place of its first result."""
        place = len(self._kinds)
        self.steps.append((signature, arguments))
        self._kinds += signature.outs
        return place


def _zeros(kind: Aval) -> Signature:
    return _zeros_call(kind.shape, kind.dtype).signature(())


@functools.lru_cache(maxsize=1000)
def _zeros_call(shape, dtype) -> Call:
    return Call(functools.partial(jnp.zeros, shape, dtype), "zeros")


_blocks: dict[tuple, Block] = {}


def block_of(graph: Graph, arguments: Sequence) -> Block:
    """Return the block of a backward pass over the graph."""
    block = _blocks.get(graph.key)
    if block is None:
        if len(_blocks) >= BLOCKS:
            _blocks.clear()
        block = _blocks[graph.key] = Block(graph, arguments)
    return block


def forget_blocks() -> None:
    """Forget all blocks: what they consist of is to be traced again."""
    _blocks.clear()

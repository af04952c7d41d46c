"""Nested tuples, lists and dictionaries of tensors, taken apart and put together again.

Unlike JAX's trees, dictionaries keep their order, and None is a leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any


class Tree:
    """What nests leaves: a leaf itself has no `kind`.

    Attributes:
        kind: the type of the container.
        keys: those of a dictionary.
        parts: the trees inside.
    """

    __slots__ = ("keys", "kind", "parts")

    def __init__(self, kind: type | None, keys: tuple | None, parts: tuple[Tree, ...]):
        self.kind, self.keys, self.parts = kind, keys, parts

    def __eq__(self, other) -> bool:
        mine, theirs = (self.kind, self.keys, self.parts), (other.kind, other.keys, other.parts)
        return mine == theirs

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __repr__(self) -> str:
        """Return the nested containers with a star for each leaf."""
        return repr(self.unflatten([_Star()] * len(self)))

    def __len__(self) -> int:
        return 1 if self.kind is None else sum(map(len, self.parts))

    def unflatten(self, leaves: Sequence) -> Any:
        """Return the leaves in their containers."""
        return self._built(iter(leaves))

    def _built(self, leaves: Iterator) -> Any:
        if self.kind is None:
            return next(leaves)
        parts = [part._built(leaves) for part in self.parts]
        if self.keys is not None:
            return self.kind(zip(self.keys, parts, strict=True))
        return self.kind._make(parts) if hasattr(self.kind, "_make") else self.kind(parts)  # pyright: ignore


class _Star:
    def __repr__(self) -> str:
        return "*"


def flatten(value) -> tuple[list, Tree]:
    """Return the leaves of nested containers in order, and what nests them again."""
    leaves: list = []
    return leaves, _flatten(value, leaves)


def _flatten(value, leaves: list) -> Tree:
    if isinstance(value, dict):
        return Tree(type(value), tuple(value), tuple([_flatten(each, leaves) for each in value.values()]))
    if isinstance(value, tuple | list):
        return Tree(type(value), None, tuple([_flatten(each, leaves) for each in value]))
    leaves.append(value)
    return Tree(None, None, ())


def replaced(function: Callable, value) -> Any:
    """Return nested containers with `function` applied to each leaf."""
    leaves, tree = flatten(value)
    return tree.unflatten([function(leaf) for leaf in leaves])

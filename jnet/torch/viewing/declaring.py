"""Where views are listed: functions and methods by name, and what the methods take."""

from __future__ import annotations

import operator

# What the methods take, in PyTorch's notation: needed where something else is given.
SIGNATURES = {
    "diagonal": ["int offset=0, int dim1=0, int dim2=1"],
    "expand": ["tuple of ints size, *, bool implicit=False"],
    "flatten": ["int start_dim=0, int end_dim=-1"],
    "narrow": ["int dim, Tensor start, int length", "int dim, int start, int length"],
    "permute": ["tuple of ints dims"],
    "reshape": ["tuple of ints shape"],
    "select": ["int dim, int index"],
    "squeeze": ["", "int dim", "tuple of ints dim"],
    "t": [""],
    "transpose": ["int dim0, int dim1"],
    "unbind": ["int dim=0"],
    "unfold": ["int dimension, int size, int step"],
    "unsqueeze": ["int dim"],
    "view": ["torch.dtype dtype", "tuple of ints size"],
}
VIEWS: dict = {}  # name -> function, for functions and methods
METHODS: dict = {}  # name -> method only


def declared(*names: str):
    """Declare a function and method, and its aliases."""

    def declare(function):
        for name in (function.__name__.rstrip("_") if not names else function.__name__, *names):
            VIEWS[name] = function
        return function

    return declare


def method(function):
    METHODS[function.__name__] = function
    return function


def sizes(args: tuple) -> tuple[int, ...]:
    """Return sizes given as one sequence or as several integers."""
    if len(args) == 1 and not (hasattr(args[0], "__index__") and not getattr(args[0], "ndim", 0)):
        args = tuple(args[0])
    return tuple([operator.index(n) for n in args])

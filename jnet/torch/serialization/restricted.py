"""The unpickler of `torch.load(..., weights_only=True)`: it reads data, and calls nothing that is not in a table.

A pickle is a program. This reads the part of its language that tensors and containers need, one instruction at a time
and without recursion; what a file may name and call is listed in allowed.py.
"""

from __future__ import annotations

import struct
import types
import warnings
from collections import Counter, OrderedDict
from collections.abc import Callable
from pickle import UnpicklingError, decode_long
from typing import Any

from jnet.torch.serialization import allowed, tensors


class Unpickler:
    """Reads one pickle.

    Args:
        file: has `read` and `readline`.
        persistent_load: makes a storage of what names it.
        encoding: of the strings of Python 2; "bytes" leaves them as they are.
    """

    def __init__(self, file: Any, persistent_load: Callable[[Any], Any] | None = None, encoding: str = "utf-8"):
        self._file, self._persistent, self._encoding = file, persistent_load, encoding
        self.stack: list = []
        self.marks: list[list] = []
        self.memo: dict[int, Any] = {}
        self._outside = False  # whether it is the user's code that runs: its errors are its own

    def load(self) -> Any:
        """Return what the pickle holds.

        Raises:
            EOFError: if the pickle ends too soon.
            UnpicklingError: if it holds what is not allowed, or makes no sense.
        """
        try:
            while (code := self.read(1)) != b".":
                instruction = _INSTRUCTIONS.get(code)
                if instruction is None:
                    raise UnpicklingError(f"Unsupported operand {code[0]}")
                instruction(self)
            return self.stack.pop()
        except (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            if self._outside:
                raise
            raise UnpicklingError(f"the pickle makes no sense: {type(error).__name__}: {error}") from error

    def read(self, count: int) -> bytes:
        """Return the next bytes."""
        # A file that claims more than it holds must not make room for it: read(n) of some files does.
        data = self._file.read(count) if count <= 65536 else b"".join(self._parts(count))
        if len(data) < count:
            raise EOFError("Ran out of input: the file ends within a pickle; was it saved or copied as a whole?")
        return data

    def _parts(self, count: int):
        while count and (part := self._file.read(min(count, 1 << 20))):
            count -= len(part)
            yield part

    def line(self) -> str:
        """Return the next line, without its end."""
        data = self._file.readline(1000)
        if not data.endswith(b"\n"):
            raise EOFError("Ran out of input: the file ends within a pickle; was it saved or copied as a whole?")
        return data[:-1].decode()

    def number(self, form: str) -> Any:
        """Return the next number."""
        return struct.unpack(form, self.read(struct.calcsize(form)))[0]

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def since_mark(self) -> list:
        """Return what was put on the stack since the last mark, and take it off."""
        items, self.stack = self.stack, self.marks.pop()
        return items

    def mark(self) -> None:
        """Start a new stack, on which items are collected."""
        self.marks.append(self.stack)
        self.stack = []

    def trust(self, function: Callable, *args: Any) -> Any:
        """Return what a function of the user's makes."""
        self._outside = True
        made = function(*args)
        self._outside = False
        return made

    def reduce(self) -> None:
        """Call a function that is in the table, or that the user allows."""
        args, func = self.stack.pop(), self.stack.pop()
        allowed.instance(args, tuple)
        if isinstance(func, type | types.FunctionType | types.BuiltinFunctionType):
            call = allowed.CALLS.get(func)
            if call is not None:
                return self.push(call(*args))
            if allowed.added(func):
                return self.push(self.trust(func, *args))
        raise UnpicklingError(f"Trying to call reduce for unrecognized function {allowed.named(func)}")

    def new(self) -> None:
        """Make an instance of a class without calling its `__init__`."""
        args, cls = self.stack.pop(), self.stack.pop()
        allowed.instance(args, tuple)
        if not args and (cls is OrderedDict or cls is set or cls is Counter):
            return self.push(cls())
        if isinstance(cls, type) and allowed.added(cls):
            return self.push(self.trust(cls.__new__, cls, *args))
        raise UnpicklingError(
            "Can only create new object for nn.Parameter or classes allowlisted via `add_safe_globals` but got "
            f"{allowed.named(cls)}"
        )

    def build(self) -> None:
        """Give an object its state."""
        state = self.stack.pop()
        instance: Any = self.stack[-1]
        trusted = allowed.added(type(instance))
        if not trusted and type(instance) is not OrderedDict:
            raise UnpicklingError(
                "Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, but got "
                f"{allowed.named(type(instance))}"
            )
        set_state = getattr(instance, "__setstate__", None)
        if trusted and set_state is not None:
            self.trust(set_state, state)
            return
        own, slots = state if trusted and isinstance(state, tuple) and len(state) == 2 else (state, None)
        for name in own or ():
            if not isinstance(name, str) or (not trusted and hasattr(OrderedDict, name)):
                raise UnpicklingError("an attribute may not take the place of a method")
        instance.__dict__.update(own or {})
        for name, each in (slots or {}).items():
            setattr(instance, name, each)

    def append(self, items: list) -> None:
        """Add items to the list on top of the stack."""
        target = self.stack[-1]
        if type(target) is not list:
            raise UnpicklingError(f"Can only append to lists, but got {allowed.named(type(target))}")
        target.extend(items)

    def set_items(self, name: str, items: list) -> None:
        """Add keys and values to the dictionary on top of the stack."""
        target = self.stack[-1]
        if type(target) not in (dict, OrderedDict, Counter):
            raise UnpicklingError(
                f"Can only {name} for dict, collections.OrderedDict, collections.Counter, but got "
                f"{allowed.named(type(target))}"
            )
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[allowed.hashable(key)] = value

    def persistent(self) -> None:
        """Fetch a storage."""
        name = self.stack.pop()
        if type(name) is not tuple:
            raise UnpicklingError(f"persistent_load id must be tuple or int, but got {type(name)}")
        if not name or tensors.decoded(name[0]) != "storage" or self._persistent is None:
            raise UnpicklingError("Only persistent_load of storage is allowed, but got something else")
        self.push(self.trust(self._persistent, name))

    def remember(self, place: int) -> None:
        """Keep what is on top of the stack."""
        self.memo[place] = self.stack[-1]

    def protocol(self) -> None:
        """Read the number of the language's version."""
        version = self.number("B")
        if version != 2:
            warnings.warn(
                f"Detected pickle protocol {version} in the checkpoint, which was not the default pickle protocol used "
                "by `torch.load` (2). The weights_only Unpickler might not support all instructions implemented by "
                "this protocol, please file an issue for adding support if you encounter this.",
                stacklevel=6,
            )

    def text(self) -> None:
        """Read a string of Python 2."""
        data = self.read(self.number("B"))
        self.push(data if self._encoding == "bytes" else data.decode(self._encoding))

    def tuple(self, count: int) -> None:
        """Put what is on top of the stack into a tuple."""
        if len(self.stack) < count:
            raise IndexError("pop from empty list")
        self.stack[-count:] = [tuple(self.stack[-count:])]


_INSTRUCTIONS: dict[bytes, Callable[[Unpickler], Any]] = {
    b"c": lambda u: u.push(allowed.find(u.line(), u.line())),
    b"R": Unpickler.reduce,
    b"\x81": Unpickler.new,
    b"b": Unpickler.build,
    b"Q": Unpickler.persistent,
    b"\x80": Unpickler.protocol,
    b"(": Unpickler.mark,
    b"a": lambda u: u.append([u.stack.pop()]),
    b"e": lambda u: u.append(u.since_mark()),
    b"s": lambda u: u.set_items("SETITEM", [u.stack.pop(-2), u.stack.pop()]),
    b"u": lambda u: u.set_items("SETITEMS", u.since_mark()),
    b"t": lambda u: u.push(tuple(u.since_mark())),
    b"\x85": lambda u: u.tuple(1),
    b"\x86": lambda u: u.tuple(2),
    b"\x87": lambda u: u.tuple(3),
    b")": lambda u: u.push(()),
    b"]": lambda u: u.push([]),
    b"}": lambda u: u.push({}),
    b"\x8f": lambda u: u.push(set()),
    b"N": lambda u: u.push(None),
    b"\x88": lambda u: u.push(True),
    b"\x89": lambda u: u.push(False),
    b"J": lambda u: u.push(u.number("<i")),
    b"K": lambda u: u.push(u.number("B")),
    b"M": lambda u: u.push(u.number("<H")),
    b"\x8a": lambda u: u.push(decode_long(u.read(u.number("B")))),
    b"G": lambda u: u.push(u.number(">d")),
    b"X": lambda u: u.push(str(u.read(u.number("<I")), "utf-8", "surrogatepass")),
    b"U": Unpickler.text,
    b"q": lambda u: u.remember(u.number("B")),
    b"r": lambda u: u.remember(u.number("<I")),
    b"h": lambda u: u.push(u.memo[u.number("B")]),
    b"j": lambda u: u.push(u.memo[u.number("<I")]),
}

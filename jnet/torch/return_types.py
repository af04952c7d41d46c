"""Named tuples of results, as `torch.return_types`: max, min, median, sort, topk, ..."""

from __future__ import annotations

_TYPES: dict[tuple[str, tuple[str, ...]], type] = {}


class _Named(tuple):
    """Several results of one op, by number and by name."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    def __repr__(self) -> str:
        parts = ",\n".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
        return f"torch.return_types.{type(self).__name__}(\n{parts})"

    def __reduce__(self):
        return named_by_fields, (type(self).__name__, self._fields, tuple(self))


def _field(index: int):
    return property(lambda self: self[index])


def named_by_fields(name: str, fields: tuple[str, ...], results: tuple):
    """Return the results as the named tuple of the op."""
    kind = _TYPES.get((name, fields))
    if kind is None:
        space: dict = {field: _field(i) for i, field in enumerate(fields)}
        space |= {"__slots__": (), "_fields": fields, "__module__": "torch.return_types"}
        kind = _TYPES[name, fields] = type(name, (_Named,), space)
    return kind(results)


def named(name: str, results: tuple):
    """Return results as a named tuple where the op's own tuple names them; a plain tuple stays one."""
    fields = getattr(results, "_fields", None)
    return results if fields is None or isinstance(results, _Named) else named_by_fields(name, fields, tuple(results))

"""Layers that pad their input along its last one, two or three dimensions."""

from __future__ import annotations

from jnet.torch.nn import functional as F
from jnet.torch.nn.modules.conv import ntuple
from jnet.torch.nn.modules.module import Module


class _Pad(Module):
    """Padding of `_axes` dimensions: one number for all sides, or (before, after) of the last one first."""

    _axes: int
    _mode: str = "constant"

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__()
        self.padding = ntuple(padding, 2 * self._axes)

    def forward(self, input):
        """Return the padded input."""
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        """Return the padding."""
        return f"{self.padding}"


class _ConstantPad(_Pad):
    def __init__(self, padding: int | tuple[int, ...], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input):
        """Return the padded input."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        """Return padding and value."""
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__(padding, 0.0)

    extra_repr = _Pad.extra_repr


class _CircularPad(_Pad):
    _mode = "circular"

    def forward(self, input):
        """Return the padded input; `ValueError` for another number of dimensions."""
        due = (self._axes + 1, self._axes + 2)
        if input.dim() not in due:
            raise ValueError(f"expected {due[0]}D or {due[1]}D input (got {input.dim()}D input)")
        return super().forward(input)


def _layers(name: str, base: type[_Pad], what: str, **attributes) -> list[type[_Pad]]:
    """Return the layers of one, two and three dimensions."""
    return [
        type(
            f"{name}{n}d",
            (base,),
            {
                "__doc__": f"Pad the last {n} dimension{'s' if n > 1 else ''} with {what}.\n\n"
                f"    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.{name}{n}d.html\n    ",
                "__module__": __name__,
                "_axes": n,
                **attributes,
            },
        )
        for n in (1, 2, 3)
    ]


ConstantPad1d, ConstantPad2d, ConstantPad3d = _layers("ConstantPad", _ConstantPad, "a value")
ZeroPad1d, ZeroPad2d, ZeroPad3d = _layers("ZeroPad", _ZeroPad, "zeros")
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = _layers(
    "ReflectionPad", _Pad, "the input's own places, mirrored at its ends", _mode="reflect"
)
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = _layers(
    "ReplicationPad", _Pad, "the places at the input's ends", _mode="replicate"
)
CircularPad1d, CircularPad2d, CircularPad3d = _layers(
    "CircularPad", _CircularPad, "the places at the other end of the input"
)

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]

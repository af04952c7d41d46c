"""`DataParallel`: on one device, the module itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jnet.torch import cuda
from jnet.torch.nn.modules.module import Module

__all__ = ["DataParallel", "data_parallel"]


class DataParallel(Module):
    """Call a module on one device: the first accelerator, or the host if there is none.

    PyTorch splits the batch over all accelerators; `jnet.parallel` does that here. The names in its `state_dict` begin
    with "module.", as PyTorch's.

    Args:
        module: what to call.
        device_ids: accelerators by number, of which there can be one (default: the first).
        output_device, dim: accepted.

    Raises:
        NotImplementedError: for more than one device.

    Example:
        >>> import jnet.torch as torch
        >>> net = torch.nn.DataParallel(torch.nn.Linear(2, 1))
        >>> list(net.state_dict())
        ['module.weight', 'module.bias']

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.DataParallel.html
    """

    def __init__(
        self,
        module: Module,
        device_ids: Sequence[Any] | None = None,
        output_device: Any = None,
        dim: int = 0,
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []
        if not cuda.is_available():  # PyTorch does not look at the numbers then
            return
        self.dim = dim
        self.device_ids = [0] if device_ids is None else [getattr(each, "index", each) for each in device_ids]
        if len(self.device_ids) != 1:
            raise NotImplementedError(
                f"nn.DataParallel on the devices {self.device_ids}: several devices are the work of jnet.parallel; "
                "give device_ids=[0]."
            )
        self.module.to(f"cuda:{self.device_ids[0]}")

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """Return what the module makes of the arguments, moved to its device."""
        if not self.device_ids:
            return self.module(*inputs, **kwargs)
        place = f"cuda:{self.device_ids[0]}"
        return self.module(*_moved(inputs, place), **_moved(kwargs, place))


def _moved(value, place: str):
    if isinstance(value, dict):
        return {key: _moved(each, place) for key, each in value.items()}
    if isinstance(value, tuple | list):
        moved = [_moved(each, place) for each in value]
        return type(value)(*moved) if hasattr(value, "_fields") else type(value)(moved)
    return value.to(place) if hasattr(value, "to") else value


def data_parallel(
    module: Module,
    inputs: Any,
    device_ids: Sequence[Any] | None = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: dict | None = None,
):
    """Return what a module makes of the inputs, as `DataParallel`."""
    arguments = inputs if isinstance(inputs, tuple) else () if inputs is None else (inputs,)
    return DataParallel(module, device_ids, output_device, dim)(*arguments, **(module_kwargs or {}))

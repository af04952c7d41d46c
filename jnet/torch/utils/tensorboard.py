"""`SummaryWriter`: event files for TensorBoard, written by tensorboardX (the extra `tensorboard`).

See: https://docs.pytorch.org/docs/stable/tensorboard.html
"""

from __future__ import annotations

import functools
from typing import Any

from jnet.torch.tensor import Tensor

try:
    from tensorboardX import SummaryWriter as _Writer
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "torch.utils.tensorboard needs tensorboardX; install it with: pip install 'jnet[tensorboard]'",
        name="tensorboardX",
    ) from error


def _plain(value: Any) -> Any:
    """Return a value with NumPy's arrays in the place of tensors."""
    if isinstance(value, Tensor):
        return value.detach().float().numpy() if "bfloat16" in str(value.dtype) else value.detach().numpy()
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value


def _taking_tensors(name: str):
    method = getattr(_Writer, name)

    @functools.wraps(method)
    def call(self, *args, **kwargs):
        return method(self, *_plain(args), **_plain(kwargs))

    return call


class SummaryWriter(_Writer):
    """Writes scalars, images, histograms and more to event files that TensorBoard shows.

    Args:
        log_dir: the folder; by default runs/<date>_<host>.

    Raises:
        NotImplementedError: by `add_graph`: jnet has no graph of TorchScript's.

    See: https://docs.pytorch.org/docs/stable/tensorboard.html#torch.utils.tensorboard.writer.SummaryWriter
    """

    def add_graph(self, model, input_to_model=None, verbose=False, **kwargs):
        """Raise: jnet has no graph of TorchScript's."""
        raise NotImplementedError("SummaryWriter.add_graph: jnet has no TorchScript graph; jax.make_jaxpr shows one.")


for _name in [name for name in dir(_Writer) if name.startswith("add_") and name != "add_graph"]:
    setattr(SummaryWriter, _name, _taking_tensors(_name))

__all__ = ["SummaryWriter"]

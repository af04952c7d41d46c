"""Event files for TensorBoard, by tensorboardX."""

import re
import time
from pathlib import Path

import numpy as np

from jnet.live.base import Live, array, curves_of, images_of

try:
    from tensorboardX import SummaryWriter
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'Curves in TensorBoard need tensorboardX, which is not installed; write: pip install "jnet[tensorboard]"',
        name="tensorboardX",
    ) from error


class TensorBoard(Live):
    """Writes what it is given to a folder of the run's own in `folder`, within about a second."""

    def __init__(self, folder: str | Path):
        root = Path(folder).resolve()
        stem = time.strftime("%Y-%m-%d_%H-%M-%S")
        taken = [root / stem, *(root / f"{stem}_{count}" for count in range(2, 100))]
        self.folder = next(path for path in taken if not path.exists())
        self.writer = SummaryWriter(str(self.folder), flush_secs=1)
        self.seen: dict[str, int] = {}  # how often a name was used, for what has no step of its own
        print(f"Curves: tensorboard --logdir {root}", flush=True)

    def scalar(self, name, value, step):
        self.writer.add_scalar(_tag(name), float(array(value)), int(step))

    def line(self, name, y, x=None, series=()):
        y, x = curves_of(y, x)
        steps = x.astype(int) if np.array_equal(x, np.round(x)) else np.arange(len(x))  # a step is a whole number
        for index, column in enumerate(y.T):
            curve = f"{name}/{series[index]}" if len(series) else f"{name}/{index}" if y.shape[1] > 1 else name
            for value, step in zip(column, steps, strict=True):
                self.writer.add_scalar(_tag(curve), float(value), int(step))

    def images(self, name, batch):
        self.writer.add_images(_tag(name), images_of(batch), self._next(name))

    def text(self, name, text):
        self.writer.add_text(_tag(name), text, self._next(name))

    def _next(self, name: str) -> int:
        self.seen[name] = self.seen.get(name, -1) + 1
        return self.seen[name]

    def close(self):
        self.writer.close()


def _tag(name: str) -> str:
    """Return the name in the letters that tags may have; tensorboardX would replace the others with a warning each."""
    return re.sub(r"[^-/\w.]", "_", name)

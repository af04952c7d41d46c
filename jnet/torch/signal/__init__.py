"""Signals: so far the windows that parts of them are multiplied with.

See: https://docs.pytorch.org/docs/stable/signal.html
"""

from jnet.torch.signal import windows

__all__ = ["windows"]

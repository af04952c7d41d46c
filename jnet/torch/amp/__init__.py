"""Automatic mixed precision: `autocast` and `GradScaler`.

See: https://docs.pytorch.org/docs/stable/amp.html
"""

from jnet.torch.amp.autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available
from jnet.torch.amp.grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

"""Files of tensors, as PyTorch writes and reads them: `save`, `load`, and what files may hold.

See: https://docs.pytorch.org/docs/stable/notes/serialization.html
"""

from jnet.torch.serialization.allowed import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals
from jnet.torch.serialization.loading import (
    LoadEndianness,
    get_default_load_endianness,
    load,
    set_default_load_endianness,
)
from jnet.torch.serialization.saving import save

__all__ = [
    "LoadEndianness",
    "add_safe_globals",
    "clear_safe_globals",
    "get_default_load_endianness",
    "get_safe_globals",
    "load",
    "safe_globals",
    "save",
    "set_default_load_endianness",
]

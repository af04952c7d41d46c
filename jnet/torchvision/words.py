"""`jnet.torch` as type checkers should take it: they do not see the functions that it derives when it is imported."""

from typing import Any

import jnet.torch

torch: Any = jnet.torch

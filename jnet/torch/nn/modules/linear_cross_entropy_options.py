"""How PyTorch saves memory in `LinearCrossEntropyLoss`."""

from __future__ import annotations

import dataclasses

from jnet.torch import dtypes
from jnet.torch.dtypes import dtype as Dtype

_POLICIES = ("auto", "accurate", "balanced", "compact")
_DTYPES = (None, dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)


@dataclasses.dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """Options of PyTorch's computation in pieces; jnet checks them, and leaves it to XLA what is stored.

    Args:
        allow_retain_graph: jnet allows it always.
        batch_chunk_size, chunking_method: how large the pieces are: rows, or "auto", "aspect_ratio", "aspect_ratio:2".
        acc_policy, acc_dtype: with what precision they are added up.

    Raises:
        ValueError: for values that are none.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.LinearCrossEntropyOptions.html
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Dtype | None = None

    def __post_init__(self) -> None:
        if self.acc_policy not in _POLICIES:
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.chunking_method not in (None, "auto"):
            name, colon, factor = self.chunking_method.partition(":")
            if name != "aspect_ratio" or (colon and not (factor.isdigit() and int(factor) > 0)):
                raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        if self.acc_dtype not in _DTYPES:
            raise ValueError(
                "acc_dtype must be one of {None, torch.float16, torch.bfloat16, torch.float32, torch.float64}, got "
                f"{self.acc_dtype!r}. Pass acc_dtype=None to let the op pick automatically."
            )

    def _check(self, rows: int, features: int, classes: int) -> None:
        """Refuse a size of the pieces beside a method that gives another."""
        method, size = self.chunking_method, self.batch_chunk_size
        if method in (None, "auto") or size is None:
            return
        factor = int(method.partition(":")[2] or 1)
        wanted = -(-rows // -(-classes // features))
        found = min((1 << (wanted - 1).bit_length()) // factor, rows)
        if found != size:
            raise ValueError(
                f"batch_chunk_size (={size}) and chunking_method ('{method}') give different chunk sizes ({size} vs "
                f"{found}); pass only one."
            )

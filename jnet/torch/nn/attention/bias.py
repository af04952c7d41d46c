"""`torch.nn.attention.bias`: causal masks by name.

See: https://docs.pytorch.org/docs/stable/nn.attention.bias.html
"""

from __future__ import annotations

import enum
import warnings
from typing import Any

import numpy as np

from jnet.torch.tensor import Tensor, from_array


class CausalVariant(enum.IntEnum):
    """Which corner the diagonal of a causal mask begins in, where there are more keys than queries or fewer."""

    UPPER_LEFT = enum.auto()
    LOWER_RIGHT = enum.auto()


class CausalBias(Tensor):
    """A causal mask, of booleans: true where a query may look at a key.

    Args:
        variant: UPPER_LEFT lets the first query look at the first key, LOWER_RIGHT the last one at the last.

    Shape: (seq_len_q, seq_len_kv).

    Raises:
        AssertionError: if `variant` is no `CausalVariant`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.attention.bias.CausalBias.html
    """

    variant: CausalVariant
    seq_len_q: int
    seq_len_kv: int

    def __new__(cls, variant: CausalVariant, seq_len_q: int, seq_len_kv: int):
        """Return the mask of a variant."""
        if not isinstance(variant, CausalVariant):
            raise AssertionError(f"variant must be a CausalVariant, got {type(variant).__name__}")
        ends_right = variant is CausalVariant.LOWER_RIGHT
        if seq_len_q > seq_len_kv and ends_right:
            warnings.warn(
                "Lower right causal bias will produce NaNs in the output when seq_len_q > seq_len_kv!",
                UserWarning,
                stacklevel=3,
            )
        made: Any = object.__new__(cls)
        mask = np.tri(seq_len_q, seq_len_kv, seq_len_kv - seq_len_q if ends_right else 0, dtype=bool)
        made.__dict__.update(from_array(mask).__dict__)
        made.variant, made.seq_len_q, made.seq_len_kv = variant, seq_len_q, seq_len_kv
        return made


def causal_upper_left(*size: int) -> CausalBias:
    """Return the mask that lets query i look at the keys 0 to i.

    Raises:
        AssertionError: unless two sizes are given.

    Example:
        >>> causal_upper_left(2, 3)
        tensor([[ True, False, False],
                [ True,  True, False]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.attention.bias.causal_upper_left.html
    """
    if len(size) != 2:
        raise AssertionError("causal_upper_left only supports 2D tensors")
    return CausalBias(CausalVariant.UPPER_LEFT, *size)


def causal_lower_right(*size: int) -> CausalBias:
    """Return the mask that lets the last query look at all keys, and each one before at one fewer.

    Raises:
        AssertionError: unless two sizes are given.

    Example:
        >>> causal_lower_right(2, 3)
        tensor([[ True,  True, False],
                [ True,  True,  True]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.attention.bias.causal_lower_right.html
    """
    if len(size) != 2:
        raise AssertionError("causal_lower_right only supports 2D tensors")
    return CausalBias(CausalVariant.LOWER_RIGHT, *size)


__all__ = ["CausalBias", "CausalVariant", "causal_lower_right", "causal_upper_left"]

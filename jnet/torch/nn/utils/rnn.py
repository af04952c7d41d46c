"""Sequences of different lengths: padded to one, or packed without padding, as recurrent layers take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from jnet.torch.creation import arange, empty_like, tensor
from jnet.torch.dispatch import CALLERS
from jnet.torch.dtypes import int64
from jnet.torch.tensor import Tensor, from_array, numpy_of, shape_of

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class PackedSequence_(NamedTuple):
    """What a packed sequence consists of; `PackedSequence` says what it means."""

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(PackedSequence_):
    """Sequences without padding, those of each time together: made by `pack_padded_sequence` and `pack_sequence`.

    Attributes:
        data: the elements (rows, *).
        batch_sizes: how many sequences reach each time, on the host.
        sorted_indices, unsorted_indices: the order from long to short, and that from there to the one given; or None.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])]).data
        tensor([1, 3, 2])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.PackedSequence.html
    """

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        """Return the sequences; `data` may be the pair of data and batch sizes."""
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            if not (isinstance(data, list | tuple) and len(data) == 2):
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        elif batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. "
                "They should be instantiated by functions like pack_sequence and pack_padded_sequences in nn.utils.rnn."
                " https://pytorch.org/docs/stable/nn.html#torch.nn.utils.rnn.pack_sequence"
            )
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def _with(self, data: Tensor) -> PackedSequence:
        """Return the same sequences with other elements, and the indices where these lie."""
        if data is self.data:
            return self
        indices = (each if each is None else each.to(data.device) for each in self[2:])
        return type(self)(data, self.batch_sizes, *indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """Return the sequences with their data in another dtype, or on another device; arguments as `Tensor.to`."""
        return self._with(self.data.to(*args, **kwargs))

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """Return the sequences on an accelerator."""
        return self._with(self.data.cuda(*args, **kwargs))

    def cpu(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """Return the sequences on the host."""
        return self._with(self.data.cpu(*args, **kwargs))

    def pin_memory(self) -> PackedSequence:
        """Return the sequences in pinned memory."""
        return self._with(self.data.pin_memory())

    def is_pinned(self) -> bool:
        """Tell whether the data is in pinned memory."""
        return self.data.is_pinned()

    @property
    def is_cuda(self) -> bool:
        """Whether the data lies on an accelerator."""
        return self.data.is_cuda


def _converting(name: str):
    def method(self: PackedSequence) -> PackedSequence:
        return self._with(getattr(self.data, name)())

    method.__name__, method.__qualname__ = name, f"PackedSequence.{name}"
    method.__doc__ = f"Return the sequences with their data converted as `Tensor.{name}` does."
    return method


for _name in ("double", "float", "half", "long", "int", "short", "char", "byte"):
    setattr(PackedSequence, _name, _converting(_name))


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Return the permutation that undoes one; of None, None.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.utils.rnn.invert_permutation(torch.tensor([2, 0, 1]))
        tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    return empty_like(permutation).scatter_(0, permutation, arange(permutation.numel(), device=permutation.device))


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Return padded sequences (L, N, *), or (N, L, *) if `batch_first`, without their padding.

    Args:
        lengths: that of each sequence, on the host.
        enforce_sorted: whether they must come from long to short; if not, they are sorted.

    Raises:
        RuntimeError: for lengths that are not sorted, not positive, too long, or not one a sequence.

    Example:
        >>> import jnet.torch as torch
        >>> packed = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor([[1, 2], [3, 0]]), [2, 1], batch_first=True)
        >>> packed.data, packed.batch_sizes
        (tensor([1, 3, 2]), tensor([2, 1]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html
    """
    own: Tensor = lengths.to(int64) if isinstance(lengths, Tensor) else tensor(lengths, dtype=int64)
    order = None
    if not enforce_sorted:
        own, order = own.sort(descending=True)
        order = order.to(input.device)
        input = input.index_select(0 if batch_first else 1, order)
    steps = _steps(input, own, batch_first)
    input = input.transpose(0, 1) if batch_first else input
    data = CALLERS["pack_rows"](input, from_array(steps).to(input.device), count=int(steps.sum()))
    return PackedSequence(data, from_array(steps), order)


def _steps(input: Tensor, lengths: Tensor, batch_first: bool) -> np.ndarray:
    """Return how many sequences reach each time, for lengths from long to short."""
    shape = shape_of(input)
    if not input.numel():
        raise RuntimeError("Cannot pack empty tensors.")
    if lengths.ndim != 1 or lengths.device.type != "cpu":
        raise RuntimeError(
            f"'lengths' argument should be a 1D CPU int64 tensor, but got {lengths.ndim}D {lengths.device.type} Long "
            "tensor"
        )
    batch, longest = (shape[0], shape[1:2]) if batch_first else (input.size(1), shape[:1])
    numbers = numpy_of(lengths)
    if len(numbers) != batch:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(numbers)} (batch_size={batch})"
        )
    if numbers[-1] <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if (numbers[1:] > numbers[:-1]).any():
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you "
            "do not need ONNX exportability."
        )
    if numbers[0] > longest[0]:  # PyTorch would read what lies behind the tensor
        raise RuntimeError(f"A sequence of length {numbers[0]} does not fit into an input of length {longest[0]}.")
    return (numbers[None] > np.arange(numbers[0])[:, None]).sum(1)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """Return packed sequences as padded ones (L, N, *), or (N, L, *) if `batch_first`, and their lengths.

    Args:
        padding_value: what stands behind the end of a sequence.
        total_length: the length to pad to, by default that of the longest sequence.

    Raises:
        ValueError: if `total_length` is less than that.

    Example:
        >>> import jnet.torch as torch
        >>> packed = torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])])
        >>> torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
        (tensor([[1, 2],
                [3, 0]]), tensor([2, 1]))

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html
    """
    data, steps = sequence.data, numpy_of(sequence.batch_sizes)
    if total_length is not None and total_length < len(steps):
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but got "
            f"total_length={total_length} and max sequence length being {len(steps)}"
        )
    batch = int(steps[0])
    lengths = from_array((steps[:, None] > np.arange(batch)[None]).sum(0))
    steps = np.pad(steps, (0, (total_length or len(steps)) - len(steps)))
    padded = CALLERS["pad_rows"](data, from_array(steps).to(data.device), batch=batch, padding_value=padding_value)
    padded = padded.transpose(0, 1) if batch_first else padded
    order = sequence.unsorted_indices
    if order is None:
        return padded, lengths
    return padded.index_select(0 if batch_first else 1, order), lengths[order.cpu()]


def pad_sequence(
    sequences: Iterable[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Return sequences (length, *) as one tensor (L, N, *), or (N, L, *) if `batch_first`, filled up with a value.

    Args:
        padding_side: "right" fills up after the sequences, "left" before them.

    Raises:
        RuntimeError: for no sequences, another side, shapes that differ beyond the length.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.utils.rnn.pad_sequence([torch.tensor([1, 2]), torch.tensor([3])], batch_first=True)
        tensor([[1, 2],
                [3, 0]])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    value = padding_value.item() if isinstance(padding_value, Tensor) else padding_value
    return CALLERS["pad_sequence"](list(sequences), batch_first, value, padding_side)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """Return padded sequences without their padding, one by one; arguments as `pack_padded_sequence`.

    If not `batch_first`, the first two dimensions of `padded_sequences` itself change places, as in PyTorch.

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpad_sequence.html
    """
    if not batch_first:
        padded_sequences.transpose_(0, 1)
    longest = padded_sequences.shape[1]
    numbers = numpy_of(lengths).tolist()
    return [
        each[arange(min(max(length, 0), longest), device=each.device)]
        for each, length in zip(padded_sequences, numbers, strict=True)
    ]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Return sequences (length, *) packed; errors and `enforce_sorted` as `pack_padded_sequence`.

    Example:
        >>> import jnet.torch as torch
        >>> torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])]).batch_sizes
        tensor([2, 1])

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_sequence.html
    """
    lengths = [each.size(0) for each in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """Return the sequences that were packed, one by one.

    Example:
        >>> import jnet.torch as torch
        >>> rnn = torch.nn.utils.rnn
        >>> rnn.unpack_sequence(rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])]))
        [tensor([1, 2]), tensor([3])]

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpack_sequence.html
    """
    return unpad_sequence(*pad_packed_sequence(packed_sequences, batch_first=True), batch_first=True)

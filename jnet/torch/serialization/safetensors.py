"""Files in the safetensors format: what `safetensors.torch` does, for tensors of jnet.

    from jnet.torch.serialization.safetensors import load_file, save_file

The files are those of the package safetensors, which `pip install jnet[safetensors]` brings. In a script that
`python -m jnet run` runs, `safetensors.torch` is this module.

See: https://huggingface.co/docs/safetensors
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jnet.files import write_atomic
from jnet.torch.arrays import placed
from jnet.torch.serialization.opened import Opened
from jnet.torch.tensor import Tensor, layout_of, numpy_of

try:
    import safetensors
    import safetensors.numpy
except ImportError as error:
    raise ImportError(f"Files of safetensors need that package: pip install jnet[safetensors]. {error}") from error

__all__ = ["load", "load_file", "load_model", "safe_open", "save", "save_file", "save_model"]

_DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
    "C64": "complex64",
}  # fmt: skip


def save(tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None) -> bytes:
    """Return the bytes of a file that holds these tensors; arguments as `save_file`."""
    _check(tensors)
    arrays = {}
    for name, each in tensors.items():
        if not each.is_contiguous():
            raise ValueError(
                f"You are trying to save a non contiguous tensor: `{name}` which is not allowed. It either means you "
                "are trying to save tensors which are reference of each other in which case it's recommended to save "
                "only the full tensors, and reslice at load time, or simply call `.contiguous()` on your tensor to "
                "pack it before saving."
            )
        array = arrays[name] = np.ascontiguousarray(numpy_of(each)).reshape(tuple(each.shape))
        if array.dtype.name not in _DTYPES.values():
            raise NotImplementedError(f"safetensors has no dtype for `{name}`, which is {each.dtype}.")
    return safetensors.numpy.save(arrays, metadata)


def save_file(
    tensors: Mapping[str, Tensor], filename: str | os.PathLike, metadata: dict[str, str] | None = None
) -> None:
    """Write tensors to a file, which is there as a whole or not at all.

    Args:
        tensors: names to tensors, such as a `state_dict`.
        metadata: text that is kept beside them.

    Raises:
        ValueError: for anything but a dictionary of contiguous tensors.
        RuntimeError: if some of them share memory; `save_model` writes these once.
        NotImplementedError: for a dtype that such files do not have.
        OSError: if the file cannot be written.

    Example:
        >>> import jnet.torch as torch
        >>> save_file({"weight": torch.ones(2, dtype=torch.bfloat16)}, "weights.safetensors")
        >>> load_file("weights.safetensors")
        {'weight': tensor([1., 1.], dtype=torch.bfloat16)}

    See: https://huggingface.co/docs/safetensors/api/torch
    """
    write_atomic(Path(filename), save(tensors, metadata))


def load(data: bytes, device="cpu") -> dict[str, Tensor]:
    """Return the tensors that the bytes of a file hold; errors as `load_file`."""
    tensors = {}
    for name, entry in safetensors.deserialize(data):
        kind = _DTYPES.get(entry["dtype"])
        if kind is None:
            raise NotImplementedError(f"`{name}` is of the dtype {entry['dtype']}, which jnet.torch does not have.")
        array = np.frombuffer(entry["data"], np.dtype(kind)).reshape(entry["shape"])
        tensors[name] = placed(array, device)
    return tensors


def load_file(filename: str | os.PathLike, device: Any = "cpu", *, backend: str = "mmap") -> dict[str, Tensor]:
    """Return the tensors in a file.

    Args:
        device: where they are to lie.
        backend: accepted, and without effect.

    Raises:
        FileNotFoundError: if there is no such file.
        safetensors.SafetensorError: if it is truncated, damaged, or no such file at all.

    See: https://huggingface.co/docs/safetensors/api/torch
    """
    data = Path(filename).read_bytes()
    try:
        return load(data, device)
    except safetensors.SafetensorError as error:
        raise safetensors.SafetensorError(
            f"{error}\n{filename}, of {len(data)} bytes, is no whole file of safetensors."
        ) from None


def save_model(
    model, filename: str | os.PathLike, metadata: dict[str, str] | None = None, force_contiguous: bool = True
) -> None:
    """Write a module's `state_dict` to a file: tensors that share memory once, with the other names as metadata.

    Args:
        force_contiguous: pack tensors that are not contiguous; else they are an error.
    """
    state, metadata = dict(model.state_dict()), dict(metadata or {})
    for kept, others in _duplicates(state).items():
        for name in others:
            metadata.setdefault(name, kept)
            del state[name]
    if force_contiguous:
        state = {name: each.contiguous() for name, each in state.items()}
    save_file(state, filename, metadata or None)


def load_model(
    model, filename: str | os.PathLike, strict: bool = True, device: Any = "cpu", *, backend: str = "mmap"
) -> tuple[set[str], list[str]]:
    """Read a file of `save_model` into a module; return the names that are missing, and those not expected.

    Raises:
        RuntimeError: if `strict` and there are any; and for shapes that do not fit.
    """
    state = load_file(filename, device)
    found = model.load_state_dict(state, strict=False)
    missing, unexpected = set(found.missing_keys), list(found.unexpected_keys)
    for others in _duplicates(dict(model.state_dict()), state).values():
        for name in others:
            missing.remove(name) if name in missing else unexpected.append(name)
    if strict and (missing or unexpected):
        lines = [f"Error(s) in loading state_dict for {type(model).__name__}:"]
        for what, names in (("Missing", missing), ("Unexpected", unexpected)):
            if names:
                quoted = ", ".join(f'"{name}"' for name in sorted(names))
                lines.append(f"    {what} key(s) in state_dict: {quoted}")
        raise RuntimeError("\n".join(lines))
    return missing, unexpected


def safe_open(filename: str | os.PathLike, framework: str = "pt", device: Any = "cpu", **options) -> Any:
    """Open a file to read some of its tensors, or parts of them; use it in a `with` statement.

    Example:
        >>> import jnet.torch as torch
        >>> save_file({"weight": torch.arange(6).reshape(2, 3)}, "weights.safetensors")
        >>> with safe_open("weights.safetensors", framework="pt") as file:
        ...     file.keys(), file.get_slice("weight")[:, 0]
        (['weight'], tensor([0, 3]))

    See: https://huggingface.co/docs/safetensors/index
    """
    original = getattr(safetensors.safe_open, "original", safetensors.safe_open)
    return Opened(original, filename, framework, device, options)


# -- memory that is shared ---------------------------------------------------------------------------------------------


def _check(tensors) -> None:
    if not isinstance(tensors, dict):
        raise ValueError(f"Expected a dict of [str, torch.Tensor] but received {type(tensors)}")
    for name, each in tensors.items():
        if not isinstance(each, Tensor):
            raise ValueError(f"Key `{name}` is invalid, expected torch.Tensor but received {type(each)}")
    shared = [names for names in _shared(tensors) if len(names) > 1]
    if shared:
        raise RuntimeError(
            "\n            Some tensors share memory, this will lead to duplicate memory on disk and potential "
            f"differences when loading them again: {shared}.\n            A potential way to correctly save your model "
            "is to use `save_model`."
        )


def _shared(tensors: Mapping[str, Tensor]) -> list[set[str]]:
    """Return the names in groups, each of tensors that have elements in common."""
    groups = defaultdict(list)
    for name, each in tensors.items():
        layout = layout_of(each)
        if each.numel():
            reach = sum((n - 1) * step for n, step in zip(layout.shape, layout.strides, strict=True))
            groups[id(each._storage)].append((layout.offset, layout.offset + reach + 1, name))
    found: list[set[str]] = []
    for areas in groups.values():
        end = -1
        for start, stop, name in sorted(areas):
            if start >= end:
                found.append(set())
            found[-1].add(name)
            end = max(end, stop)
    return found


def _duplicates(state: Mapping[str, Tensor], preferred: Collection[str] = ()) -> dict[str, list[str]]:
    """Return, of names that share memory, the one to keep, and the others.

    Raises:
        RuntimeError: if none of them is of all the memory.
    """
    found = {}
    for names in _shared(state):
        if len(names) == 1:
            continue
        whole = sorted(name for name in names if state[name].numel() == state[name]._storage.value.aval.size)
        if not whole:
            raise RuntimeError(
                "Error while trying to find names to remove to save state dict, but found no suitable name to keep for "
                f"saving amongst: {names}. None is covering the entire storage."
            )
        kept = next((name for name in whole if name in preferred), whole[0])
        found[kept] = sorted(names - {kept})
    return found

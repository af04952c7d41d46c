"""Checkpoints: one file that is whole or not there, and that says so when it has been damaged."""

import hashlib
import json
from pathlib import Path
from typing import Any

import flax.serialization
import jax
import jax.numpy as jnp
import numpy as np

from jnet.files import write_atomic

_MAGIC = b"jnet checkpoint 1\n"


def save(path: str | Path, tree: Any, metadata: dict | None = None) -> Path:
    """Write a tree of arrays and a dictionary of plain values to `path`, atomically.

    The file holds a magic line, the SHA-256 of the rest, the metadata as JSON, and the tree as Flax's msgpack. Typed
    random keys are stored as their key data.

    Raises:
        OSError: when the file cannot be written (a full disk, say); what `path` held before is untouched.
        TypeError: when `metadata` is not JSON.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "state.ckpt"
        >>> _ = save(path, {"w": jnp.arange(3.0)}, {"epoch": 2})
        >>> tree, metadata = load(path, {"w": jnp.zeros(3)})
        >>> tree["w"].tolist(), metadata
        ([0.0, 1.0, 2.0], {'epoch': 2})
    """
    about = json.dumps(metadata or {}).encode()
    arrays = flax.serialization.to_bytes(jax.device_get(jax.tree.map(_key_data, tree)))
    body = len(about).to_bytes(8, "big") + about + arrays
    return write_atomic(path, _MAGIC + hashlib.sha256(body).digest() + body)


def load(path: str | Path, like: Any) -> tuple[Any, dict]:
    """Read a checkpoint into the structure of `like`; return the tree and the metadata.

    Arrays come back with the dtypes of `like` and, where its leaves are JAX arrays, on the same devices.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: naming the file, if it is no checkpoint, is truncated or damaged, or holds another structure or
            other shapes or dtypes than `like`.
    """
    data = Path(path).read_bytes()
    if not data.startswith(_MAGIC):
        raise ValueError(
            f"{path} is not a jnet checkpoint: it does not start with the line {_MAGIC.decode().strip()!r}."
        )
    digest, body = data[len(_MAGIC) :][:32], data[len(_MAGIC) + 32 :]
    if hashlib.sha256(body).digest() != digest:
        raise ValueError(
            f"The checkpoint {path} is damaged: its checksum does not fit its {len(data)} bytes (truncated or changed "
            "since it was written). Delete it and start again, or restore it from a copy."
        )
    size = int.from_bytes(body[:8], "big")
    metadata = json.loads(body[8 : 8 + size])
    plain = jax.tree.map(_key_data, like)
    try:
        tree = flax.serialization.from_bytes(plain, body[8 + size :])
        wrong = _differences(plain, tree)
    except (ValueError, KeyError) as error:
        raise ValueError(
            f"The checkpoint {path} holds another structure than the one to be restored: {error}"
        ) from error
    if wrong:
        raise ValueError(
            f"The checkpoint {path} does not fit what is to be restored: {'; '.join(wrong)}. Was it written by another "
            "model or optimizer? Build the same ones, or name another file."
        )
    return jax.tree.map(_as_like, like, tree), metadata


def _is_key(leaf) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _key_data(leaf):
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf


def _differences(expected, found) -> list[str]:
    """Return what is wrong with the arrays found, at most three leaves."""
    wrong = []
    leaves = zip(jax.tree_util.tree_leaves_with_path(expected), jax.tree.leaves(found), strict=True)
    for (path, want), have in leaves:
        want, have = np.asarray(want), np.asarray(have)
        if (want.shape, want.dtype) != (have.shape, have.dtype):
            name = jax.tree_util.keystr(path)
            wrong.append(f"{name} is {have.dtype}{list(have.shape)}, expected {want.dtype}{list(want.shape)}")
    return wrong[:3] + ([f"and {len(wrong) - 3} more"] if len(wrong) > 3 else [])


def _as_like(like, leaf):
    if _is_key(like):
        key = jax.random.wrap_key_data(jnp.asarray(leaf), impl=jax.random.key_impl(like))
        return jax.device_put(key, like.sharding)
    return jax.device_put(leaf, like.sharding) if isinstance(like, jax.Array) else leaf

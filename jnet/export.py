"""Trained models as one file that runs without their code, on CPU, CUDA and TPU."""

from collections.abc import Callable, Sequence
from pathlib import Path

import jax
import jax.export

from jnet.files import write_atomic


def export_model(
    model, variables, x, path: str | Path | None = None, *, platforms: Sequence[str] = ("cpu", "cuda", "tpu")
) -> bytes:
    """Compile `model.apply(variables, x)` to StableHLO for several platforms, for batches of any size.

    Args:
        model: a Flax module whose call takes one array, batch first.
        variables: its variables, such as `{"params": state.params}`; they become part of the file.
        x: an array, or a `jax.ShapeDtypeStruct`, that tells shape and dtype of one batch.
        path: where to write the file (atomically), if anywhere.
        platforms: what it is to run on.

    Returns:
        The file's bytes.

    Example:
        >>> import jax.numpy as jnp
        >>> from jnet.models import MLP
        >>> model, x = MLP((3,)), jnp.ones((2, 4))
        >>> call = load_exported(export_model(model, model.init(jax.random.key(0), x), x))
        >>> call(jnp.ones((5, 4))).shape
        (5, 3)

    See: https://docs.jax.dev/en/latest/export/export.html
    """
    (batch,) = jax.export.symbolic_shape("batch")
    shape = jax.ShapeDtypeStruct((batch, *x.shape[1:]), x.dtype)
    exported = jax.export.export(jax.jit(lambda x: model.apply(variables, x)), platforms=platforms)(shape)
    data = bytes(exported.serialize())
    if path is not None:
        write_atomic(path, data)
    return data


def load_exported(source: str | Path | bytes) -> Callable:
    """Return the function in a file (or the bytes) that `export_model` wrote; it takes a batch and can be jitted.

    Raises:
        ValueError: naming the file, if it does not hold an exported model.
    """
    name = "These bytes are" if isinstance(source, bytes) else f"{source} is"
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    try:
        return jax.export.deserialize(bytearray(data)).call
    except Exception as error:  # flatbuffers raises whatever the damage leads to: struct.error, TypeError, ...
        raise ValueError(f"{name} not an exported model, or damaged: {error}. Export the model again.") from error

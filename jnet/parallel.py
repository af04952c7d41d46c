"""Data parallelism: the batch is split over the devices of a mesh, the state lies on each of them.

Nothing else changes: `jax.jit` sees where the arrays lie and puts in the sums over devices by itself, so the one
train step of `jnet.train` serves one device and many.
"""

import jax
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec


def data_mesh(devices=None) -> Mesh:
    """Return a mesh of one axis, "data", over `devices` (all of this process's kind by default).

    Example:
        >>> data_mesh(jax.devices()[:1]).shape["data"]
        1
    """
    devices = jax.devices() if devices is None else devices
    return jax.make_mesh((len(devices),), ("data",), axis_types=(AxisType.Auto,), devices=devices)


def replicate(tree, mesh: Mesh):
    """Put a copy of every array of `tree` on each device of the mesh."""
    return jax.device_put(tree, NamedSharding(mesh, PartitionSpec()))


def shard_batch(batch, mesh: Mesh):
    """Split the arrays of `batch` along their first axis over the devices of the mesh.

    A batch that the devices do not divide (the short last one of an epoch) is put on each device whole: the result is
    the same, the work is not shared.
    """
    devices = mesh.shape["data"]

    def place(array):
        even = array.ndim > 0 and array.shape[0] % devices == 0
        return jax.device_put(array, NamedSharding(mesh, PartitionSpec("data") if even else PartitionSpec()))

    return jax.tree.map(place, batch)

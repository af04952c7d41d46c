"""Data parallelism, on four devices that XLA is told to make out of one CPU."""

import json
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
from paths import ROOT

from jnet import parallel

CODE = """
import json, sys
sys.path.insert(0, "tests")
import jax, numpy as np
from jnet import data, losses, metrics, models, optim, parallel, train
from test_train import points

def fit(mesh, **settings):
    return train.fit(models.MLP((8, 2)), losses.cross_entropy, optim.adam(0.01), data.Loader(points(100), 16),
                     data.Loader(points(40, 1), 40), epochs=2, mesh=mesh, progress=False, **settings)

mesh = parallel.data_mesh()
one, four = fit(None), fit(mesh, checkpoint=sys.argv[1])
resumed = fit(mesh, checkpoint=sys.argv[1])
model, tx, d = models.MLP((8, 2)), optim.sgd(0.1), points(64)
step = train.make_train_step(model, losses.cross_entropy, tx)
state = parallel.replicate(train.init_state(model, tx, d.x), mesh)
lowered = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, seconds, **about: lowered.append(event) if "jaxpr_to_mlir" in event else None
)
for _ in range(3):
    state, report = step(state, parallel.shard_batch((d.x, d.y), mesh))
batch = parallel.shard_batch((d.x, d.x[:3]), mesh)
print(json.dumps({
    "devices": len(jax.devices()),
    "compiles": len(lowered),
    "replicated": all(leaf.sharding.is_fully_replicated for leaf in jax.tree.leaves(state)),
    "shards": [shard.data.shape[0] for shard in batch[0].addressable_shards],
    "short batch": [shard.data.shape[0] for shard in batch[1].addressable_shards],
    "one": [row["test_loss"] for row in one.history],
    "four": [row["test_loss"] for row in four.history],
    "resumed": [row["test_loss"] for row in resumed.history],
    "difference": max(float(abs(np.asarray(a) - np.asarray(b)).max())
                      for a, b in zip(jax.tree.leaves(one.state.params), jax.tree.leaves(four.state.params))),
}))
"""


def test_four_devices_train_as_one(tmp_path):
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", CODE, str(tmp_path / "checkpoint")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["devices"] == 4
    assert found["compiles"] == 1
    assert found["replicated"]
    assert found["shards"] == [16] * 4
    assert found["short batch"] == [3] * 4
    assert found["difference"] < 1e-5
    assert abs(found["one"][-1] - found["four"][-1]) < 1e-5
    assert found["resumed"] == found["four"]


def test_one_device():
    mesh = parallel.data_mesh(jax.devices()[:1])
    x, y = parallel.shard_batch((jnp.ones((5, 2)), jnp.array(1.0)), mesh)
    assert (x.shape, y.shape) == ((5, 2), ())

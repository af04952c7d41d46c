"""Checkpoints: round trips, damage, a full disk."""

import subprocess
import sys

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jnet import checkpoint, models, optim, train

TREE = {
    "weights": jnp.linspace(0, 1, 6).reshape(2, 3),
    "half": jnp.arange(4, dtype=jnp.bfloat16),
    "count": jnp.array(7, jnp.int32),
    "key": jax.random.key(3),
    "nested": [np.float64(0.1), {"flag": jnp.array([True, False])}],
}


@pytest.mark.smoke
def test_round_trip(tmp_path):
    path = checkpoint.save(tmp_path / "new" / "tree.ckpt", TREE, {"epoch": 3, "history": [{"loss": 0.1}]})
    like = jax.tree.map(
        lambda leaf: jax.random.key(0) if leaf is TREE["key"] else leaf & False if leaf.dtype == bool else leaf * 0,
        TREE,
    )
    tree, metadata = checkpoint.load(path, like)
    assert metadata == {"epoch": 3, "history": [{"loss": 0.1}]}
    assert jax.random.key_data(tree.pop("key")).tolist() == jax.random.key_data(TREE["key"]).tolist()
    chex.assert_trees_all_equal(tree, {k: v for k, v in TREE.items() if k != "key"})
    assert tree["half"].dtype == jnp.bfloat16


@pytest.mark.parametrize("tx", [optim.sgd(0.1, momentum=0.9), optim.adam(amsgrad=True), optim.adagrad()])
def test_train_states(tmp_path, tx):
    model, x = models.MLP((3, 2)), jnp.ones((1, 4))
    state = train.init_state(model, tx, x, seed=1)
    restored, _ = checkpoint.load(checkpoint.save(tmp_path / "s", state), train.init_state(model, tx, x, seed=2))
    chex.assert_trees_all_equal(restored.replace(rng=None), state.replace(rng=None))
    chex.assert_trees_all_equal(jax.random.key_data(restored.rng), jax.random.key_data(state.rng))


@given(st.data())
@settings(deadline=None, max_examples=60, derandomize=True)
def test_no_damage_goes_unseen(tmp_path_factory, draw):
    path = tmp_path_factory.mktemp("damage") / "tree.ckpt"
    good = checkpoint.save(path, {"w": jnp.arange(5.0)}, {"epoch": 1}).read_bytes()
    at = draw.draw(st.integers(0, len(good) - 1))
    flipped = bytearray(good)
    flipped[at] ^= draw.draw(st.integers(1, 255))
    for bad in (good[:at], bytes(flipped), good + b"x"):
        path.write_bytes(bad)
        with pytest.raises(ValueError, match=r"tree\.ckpt"):
            checkpoint.load(path, {"w": jnp.zeros(5)})


@pytest.mark.parametrize(
    ("like", "message"),
    [
        ({"w": jnp.zeros(4)}, r"\['w'\] is float32\[5\], expected float32\[4\]"),
        ({"w": jnp.zeros(5, jnp.int32)}, r"\['w'\] is float32\[5\], expected int32\[5\]"),
        ({"v": jnp.zeros(5)}, "another structure"),
    ],
)
def test_another_tree(tmp_path, like, message):
    path = checkpoint.save(tmp_path / "c", {"w": jnp.zeros(5)})
    with pytest.raises(ValueError, match=message):
        checkpoint.load(path, like)


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.ckpt"):
        checkpoint.load(tmp_path / "nothing.ckpt", {})


def test_a_full_disk(tmp_path):
    """Writes beyond a limit really fail: the old checkpoint stays whole, and nothing half-written is left."""
    path = checkpoint.save(tmp_path / "c", {"w": jnp.zeros(5)}, {"epoch": 1})
    code = (
        "import resource, signal, sys, jax.numpy as jnp\nfrom jnet import checkpoint\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "checkpoint.save(sys.argv[1], {'w': jnp.zeros(100_000)})"
    )
    command = [sys.executable, "-B", "-c", code, str(path)]
    failed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert f"Could not write {path}: File too large. The file that was there is unchanged" in failed.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["c"]
    assert checkpoint.load(path, {"w": jnp.zeros(5)})[1] == {"epoch": 1}


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="Could not write"):
        checkpoint.save(tmp_path / "file" / "c", {})

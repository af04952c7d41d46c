"""Training: one compile, bit-equal runs, exact resume, early stopping, the messages of bad input."""

import json
import os
import signal
import subprocess
import sys
import time

import chex
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from paths import ROOT

from jnet import data, losses, metrics, models, optim, parallel, train


def points(n=100, seed=0) -> data.Dataset:
    """Two classes in the plane, linearly separable."""
    x = np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)
    return data.Dataset(x, (x.sum(1) > 0).astype(np.int32))


class Net(nn.Module):
    """A model with everything a step must carry: dropout and running statistics."""

    @nn.compact
    def __call__(self, x, train: bool = False):
        x = nn.BatchNorm(use_running_average=not train)(nn.Dense(8)(x))
        x = nn.Dropout(0.5, deterministic=not train)(nn.relu(x))
        return nn.Dense(2)(x)


def run(model=None, tx=None, loader=None, test=None, **settings):
    settings = {"epochs": 3, "progress": False} | settings
    loader = loader or data.Loader(points(), 16, shuffle=True)
    return train.fit(model or Net(), losses.cross_entropy, tx or optim.adam(0.01), loader, test, **settings)


def numbers(history):
    """The history without its times."""
    return [{k: v for k, v in row.items() if k != "seconds"} for row in history]


def assert_equal_bits(ours, others):
    chex.assert_trees_all_equal(*(jax.tree.map(np.asarray, r.state.replace(rng=None)) for r in (ours, others)))
    assert numbers(ours.history) == numbers(others.history)


@pytest.mark.smoke
def test_one_compile_and_the_loss_falls():
    model, tx = models.MLP((8, 2)), optim.sgd(optim.schedules.step(0.5, 10), momentum=0.9)
    step = train.make_train_step(model, losses.cross_entropy, tx, {"accuracy": metrics.accuracy})
    x, y = jnp.asarray(points().x), jnp.asarray(points().y)
    state = train.init_state(model, tx, x)
    first = None
    for _ in range(30):
        state, report = step(state, (x, y))
        first = first if first is not None else float(report["loss"])
    assert step._cache_size() == 1
    assert int(state.step) == 30
    assert float(report["loss"]) < first
    chex.assert_shape([report["loss"], report["accuracy"]], ())


def test_step_equals_the_one_written_by_hand():
    model, tx, d = models.MLP((8, 2)), optim.sgd(0.1), points()
    x, y = jnp.asarray(d.x), jnp.asarray(d.y)
    state = train.init_state(model, tx, x)
    params = jax.tree.map(jnp.copy, state.params)
    state, report = train.make_train_step(model, losses.cross_entropy, tx)(state, (x, y))

    def objective(params):
        return optax.softmax_cross_entropy_with_integer_labels(model.apply({"params": params}, x), y).mean()

    value, grads = jax.value_and_grad(objective)(params)
    np.testing.assert_allclose(report["loss"], value, rtol=1e-6)
    chex.assert_trees_all_close(state.params, jax.tree.map(lambda p, g: p - 0.1 * g, params, grads), rtol=1e-5)


def test_statistics_move_in_training_only():
    model, tx, d = Net(), optim.sgd(0.1), points()
    batch = (jnp.asarray(d.x) + 3, jnp.asarray(d.y))
    state = train.init_state(model, tx, batch[0])
    before = np.asarray(state.extra["batch_stats"]["BatchNorm_0"]["mean"])
    train.make_eval_step(model, losses.cross_entropy)(state, batch)
    state, _ = train.make_train_step(model, losses.cross_entropy, tx)(state, batch)
    assert not np.allclose(before, state.extra["batch_stats"]["BatchNorm_0"]["mean"])


def test_two_runs_are_bit_equal_and_seeds_matter():
    assert_equal_bits(run(seed=3), run(seed=3))
    assert numbers(run(seed=3).history) != numbers(run(seed=4).history)


def test_rows_lines_and_log(tmp_path, capsys):
    test = data.Loader(points(30, seed=1), 8)
    result = run(test=test, metrics={"accuracy": metrics.accuracy}, log=tmp_path / "log.jsonl", progress=None)
    names = {"epoch", "loss", "accuracy", "test_loss", "test_accuracy", "learning_rate", "seconds"}
    assert set(result.history[0]) == names
    assert [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()] == result.history
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("epoch 1/3  loss ")


def test_the_mean_weighs_a_short_last_batch_by_its_size():
    model, d = models.LinearRegression(), points(10)
    d = data.Dataset(d.x, d.y[:, None].astype(np.float32))
    loader = data.Loader(d, 4)
    result = train.fit(model, losses.mse, optim.sgd(0.0), loader, loader, epochs=1, progress=False)
    whole = losses.mse(model.apply(result.state.variables, d.x), jnp.asarray(d.y))
    assert result.history[0]["loss"] == pytest.approx(float(whole), rel=1e-6)
    assert result.history[0]["test_loss"] == pytest.approx(float(whole), rel=1e-6)


def test_bar_on_a_terminal(capsys):
    run(progress=True, epochs=2)
    assert "epoch 2/2" in capsys.readouterr().out


class Killed(Exception):
    pass


class KillAfter(data.Loader):
    """A loader that stops the run at a batch, counted over all epochs."""

    left = 0

    def batches(self, epoch, start=0, place=None):
        for batch in super().batches(epoch, start, place):
            if place is not None:  # not the look at the first batch
                if self.left == 0:
                    raise Killed
                self.left -= 1
            yield batch


@pytest.mark.parametrize("kill_after", [1, 7, 9, 15])
def test_resume_is_exact(tmp_path, kill_after):
    """7 batches an epoch, a checkpoint every 2: killed before any, at an epoch's end, and within one."""
    settings = {"patience": 2, "monitor": "loss", "checkpoint_every": 2, "metrics": {"accuracy": metrics.accuracy}}

    def start(loader, name):
        plateau = train.ReduceOnPlateau("loss", patience=0, threshold=0.5)
        return run(loader=loader, callbacks=[plateau], checkpoint=tmp_path / name, log=tmp_path / "l", **settings)

    whole = start(data.Loader(points(), 16, shuffle=True), "whole")
    killed = KillAfter(points(), 16, shuffle=True)
    killed.left = kill_after
    with pytest.raises(Killed):
        start(killed, "killed")
    killed.left = 1000
    resumed = start(killed, "killed")
    assert_equal_bits(whole, resumed)
    assert killed.left == 1000 - (21 - kill_after // 7 * 7 - kill_after % 7 // 2 * 2)  # only what was missing
    assert_equal_bits(whole, start(killed, "killed"))  # a finished run is not run again


def test_a_killed_process_resumes_exactly(tmp_path):
    """The same with a real SIGKILL from outside."""
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from test_train import run, data, points\n"
        "r = run(epochs=40, loader=data.Loader(points(2000), 16, shuffle=True), checkpoint=sys.argv[1],\n"
        "        checkpoint_every=10, progress=None)\n"
        "print('END', [row['loss'] for row in r.history][-3:], float(r.state.params['Dense_0']['kernel'].sum()))"
    )

    def start(name):
        command = [sys.executable, "-c", code, str(tmp_path / name)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ)

    killed = start("killed")
    while not killed.stdout.readline().startswith("epoch  3"):
        assert killed.poll() is None
    time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    ends = [start(name).communicate()[0].splitlines() for name in ("killed", "whole")]
    assert ends[0][-1] == ends[1][-1]
    assert ends[0][-1].startswith("END")
    assert len(ends[0]) < len(ends[1])


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    run(epochs=1, checkpoint=tmp_path / "c")
    with pytest.raises(ValueError, match="of another run: its seed is 0, this one's is 1"):
        run(epochs=1, checkpoint=tmp_path / "c", seed=1)
    with pytest.raises(ValueError, match=r"does not fit what is to be restored|another structure"):
        run(models.MLP((8, 2)), epochs=1, checkpoint=tmp_path / "c")


def test_early_stopping_returns_the_best_weights():
    """The learning rate explodes after a few epochs, so an early one is best."""
    tx = optim.sgd(lambda count: jnp.where(count < 21, 0.1, 50.0))
    test = data.Loader(points(40, seed=1), 40)
    result = run(models.MLP((8, 2)), tx, test=test, epochs=50, patience=4)
    rows = [row["test_loss"] for row in result.history]
    assert result.best_epoch == int(np.argmin(rows)) + 1
    assert len(rows) == result.best_epoch + 4
    best = train.make_eval_step(models.MLP((8, 2)), losses.cross_entropy)(
        result.state, (jnp.asarray(test.dataset.x), jnp.asarray(test.dataset.y))
    )
    assert float(best["loss"]) == pytest.approx(min(rows), rel=1e-6)


def test_monitoring_accuracy_maximises():
    result = run(test=data.Loader(points(40, seed=1), 40), metrics={"accuracy": metrics.accuracy}, epochs=6,
                 patience=5, monitor="test_accuracy")  # fmt: skip
    assert result.history[result.best_epoch - 1]["test_accuracy"] == max(r["test_accuracy"] for r in result.history)


def test_accumulation_equals_a_larger_batch():
    small = run(models.MLP((8, 2)), optim.sgd(0.1), data.Loader(points(96), 16), accumulate=3)
    large = run(models.MLP((8, 2)), optim.sgd(0.1), data.Loader(points(96), 48))
    chex.assert_trees_all_close(small.state.params, large.state.params, rtol=1e-5, atol=1e-7)


def test_clipping_bounds_the_update():
    before = train.init_state(models.MLP((8, 2)), optim.sgd(1.0), points().x).params
    result = run(models.MLP((8, 2)), optim.sgd(1.0), data.Loader(points(), 100), epochs=1, clip_norm=1e-3)
    moved = optax.tree.sub(result.state.params, before)
    assert float(optax.tree.norm(moved)) == pytest.approx(1e-3, rel=1e-2)


def test_plateau_lowers_the_rate_without_compiling_again():
    plateau = train.ReduceOnPlateau("loss", patience=0, threshold=0.9)
    result = run(epochs=3, callbacks=[plateau])
    assert [row["learning_rate"] for row in result.history] == pytest.approx([1e-2, 1e-2, 1e-3])


def test_a_callback_may_stop():
    def stop(state, row):
        raise train.StopTraining

    assert len(run(callbacks=[stop]).history) == 1


def test_a_mesh_of_one_changes_nothing():
    assert_equal_bits(run(), run(mesh=parallel.data_mesh()))


BAD = [
    (TypeError, "fit needs a Flax module, got <class", {"model": models.MLP}),
    (TypeError, r"got 'adam'; write optim.adam\(1e-3\), or optim.by_name", {"tx": "adam"}),
    (TypeError, "fit needs loaders, got 'Dataset'; write data.Loader", {"loader": points()}),
    (ValueError, "epochs must be at least 1", {"epochs": 0}),
    (ValueError, "checkpoint_every needs a file", {"checkpoint_every": 2}),
    (ValueError, "There is no 'test_loss' to monitor", {"patience": 1}),
    (IndexError, "Target 2 is out of bounds", {"loader": data.Loader(data.Dataset(points().x, points().y * 2), 16)}),
    (IndexError, "Target -1 is out of bounds", {"loader": data.Loader(data.Dataset(points().x, points().y - 1), 16)}),
    (FloatingPointError, "The training loss is nan in epoch 1", {"tx": optim.sgd(1e30)}),
]


@pytest.mark.parametrize(("error", "message", "settings"), BAD, ids=[row[1] for row in BAD])
def test_bad_input(error, message, settings):
    with pytest.raises(error, match=message) as caught:
        run(**settings)
    assert "\n\n" not in str(caught.value)


def test_a_loss_that_is_no_scalar():
    with pytest.raises(ValueError, match="must be a scalar, got shape"):
        train.fit(
            models.MLP((2,)),
            lambda z, y: losses.cross_entropy(z, y, reduction="none"),
            optim.sgd(),
            data.Loader(points(), 10),
            epochs=1,
            progress=False,
        )

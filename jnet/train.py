"""Training: a state, one compiled step, and `fit`, the loop around them.

Example:
    >>> import numpy as np
    >>> from jnet import data, losses, models, optim
    >>> points = data.Dataset(np.eye(4, dtype=np.float32), np.arange(4, dtype=np.int32) % 2)
    >>> result = fit(
    ...     models.SoftmaxRegression(classes=2), losses.cross_entropy, optim.sgd(0.5), data.Loader(points, 2),
    ...     epochs=3, progress=False,
    ... )
    >>> [row["epoch"] for row in result.history]
    [1, 2, 3]
"""

import dataclasses
import inspect
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import flax.linen as nn
import flax.struct
import jax
import jax.numpy as jnp
import numpy as np
import optax

from jnet import checkpoint as checkpoints
from jnet import html, parallel
from jnet.files import write_atomic
from jnet.memory import keep_freed_memory
from jnet.optim import Plateau
from jnet.progress import Progress


class TrainState(flax.struct.PyTreeNode):
    """All that a training step changes, as one tree of arrays.

    Attributes:
        step: number of steps done, int32 scalar.
        params: the model's parameters.
        opt_state: the optimizer's state.
        rng: the run's random key; step k draws from `jax.random.fold_in(rng, k)`.
        extra: the model's other variables, such as running statistics.
    """

    step: jax.Array
    params: Any
    opt_state: Any
    rng: jax.Array
    extra: Any

    @property
    def variables(self) -> dict:
        """What `model.apply` takes as its first argument."""
        return {"params": self.params, **self.extra}

    def _repr_html_(self) -> str:
        leaves = jax.tree_util.tree_leaves_with_path(self.variables)
        rows = [
            [_path(path), "×".join(map(str, leaf.shape)), str(leaf.dtype), f"{leaf.size:,}"] for path, leaf in leaves
        ]
        size = html.size_of(sum(leaf.nbytes for _, leaf in leaves))
        count = sum(leaf.size for leaf in jax.tree.leaves(self.params))
        given = isinstance(self.step, jax.Array) and self.step.is_deleted()  # donated to a step: only shapes are left
        when = "given to a later step" if given else f"step {self.step}"
        line = html.code("TrainState") + " " + html.quiet(f"{when} · {count:,} parameters · {size}")
        return html.details(line, html.table(rows, ("", "shape", "dtype", "elements")))


def _path(path) -> str:
    return jax.tree_util.keystr(path, simple=True, separator="/")


def init_state(model, tx: optax.GradientTransformation, x, seed: int = 0) -> TrainState:
    """Draw a model's first parameters and make the state of a new run, in one compiled program.

    Args:
        model: a Flax module.
        tx: an Optax transformation, such as `jnet.optim.adam()`.
        x: one batch (only its shape and dtype count).
        seed: the run's seed.
    """
    arguments = _mode(model, train=False)

    def init(key):
        params_key, rng = jax.random.split(key)
        variables = dict(model.init(params_key, jnp.zeros(x.shape, x.dtype), **arguments))
        params = variables.pop("params", {})
        return TrainState(jnp.zeros((), jnp.int32), params, tx.init(params), rng, variables)

    return jax.jit(init)(jax.random.key(seed))


def _mode(model, *, train: bool) -> dict:
    """Return how `model` is told whether it trains: by `train`, by `deterministic`, or not at all."""
    parameters = inspect.signature(type(model).__call__).parameters
    if "train" in parameters:
        return {"train": train}
    return {"deterministic": not train} if "deterministic" in parameters else {}


def make_train_step(
    model, loss: Callable, tx: optax.GradientTransformation, metrics: Mapping[str, Callable] | None = None
) -> Callable:
    """Return one compiled function `(state, (x, y)) -> (state, report)`: forward, backward and update.

    The state given is donated: its buffers are reused, so keep only the state that comes back. A model whose call has
    a parameter `train` (or `deterministic`) is told that it trains; it may draw from the stream "dropout". From now on
    the process keeps memory that it frees (see `jnet.memory`), which makes steps with large arrays a quarter quicker.

    Args:
        model: a Flax module.
        loss: `(outputs, y) -> scalar`, such as `jnet.losses.cross_entropy`.
        tx: an Optax transformation.
        metrics: further functions `(outputs, y) -> scalar` to report beside "loss".

    Raises:
        ValueError: at the first call, if the loss is not a scalar.

    Example:
        >>> from jnet import losses, models, optim
        >>> model, tx, x, y = models.MLP((8, 2)), optim.sgd(0.1), jnp.ones((4, 3)), jnp.zeros(4, jnp.int32)
        >>> step = make_train_step(model, losses.cross_entropy, tx)
        >>> state, report = step(init_state(model, tx, x), (x, y))
        >>> int(state.step), sorted(report)
        (1, ['loss'])
    """
    arguments = _mode(model, train=True)
    keep_freed_memory()

    def objective(params, state, x, y):
        outputs, extra = model.apply(
            {"params": params, **state.extra},
            x,
            rngs={"dropout": jax.random.fold_in(state.rng, state.step)},
            mutable=list(state.extra),
            **arguments,
        )
        return _scalar(loss(outputs, y)), (outputs, extra)

    def step(state, batch):
        x, y = batch
        (value, (outputs, extra)), grads = jax.value_and_grad(objective, has_aux=True)(state.params, state, x, y)
        updates, opt_state = tx.update(grads, state.opt_state, state.params)
        params = optax.apply_updates(state.params, updates)
        state = state.replace(step=state.step + 1, params=params, opt_state=opt_state, extra=dict(extra))
        return state, {"loss": value, **{name: metric(outputs, y) for name, metric in (metrics or {}).items()}}

    return jax.jit(step, donate_argnums=0)


def make_eval_step(model, loss: Callable, metrics: Mapping[str, Callable] | None = None) -> Callable:
    """Return one compiled function `(state, (x, y)) -> report` that changes nothing; arguments as `make_train_step`."""
    arguments = _mode(model, train=False)

    def step(state, batch):
        x, y = batch
        outputs = model.apply(state.variables, x, **arguments)
        return {
            "loss": _scalar(loss(outputs, y)),
            **{name: metric(outputs, y) for name, metric in (metrics or {}).items()},
        }

    return jax.jit(step)


def _scalar(value):
    if jnp.shape(value) != ():
        raise ValueError(
            f"The loss must be a scalar, got shape {jnp.shape(value)}; reduce it, for example with reduction='mean'."
        )
    return value


class StopTraining(Exception):
    """Raised by a callback to end `fit` after the current epoch."""


class ReduceOnPlateau:
    """A callback of `fit` that lowers the learning rate when a metric stops improving, as PyTorch's scheduler does.

    Args:
        monitor: which number of the epoch's row to watch.
        settings: those of `jnet.optim.Plateau`: mode, factor, patience, ...
    """

    def __init__(self, monitor: str = "test_loss", **settings):
        self.monitor, self.plateau = monitor, Plateau(**settings)
        self.state = self.plateau.init()

    def __call__(self, state: TrainState, row: dict) -> TrainState:
        rate = _learning_rate(state)
        if rate is None:
            raise ValueError("ReduceOnPlateau needs an optimizer of jnet.optim, whose state holds learning_rate.")
        self.state, new = self.plateau.update(self.state, _monitored(row, self.monitor), rate)
        if new == rate:
            return state
        return state.replace(opt_state=optax.tree.set(state.opt_state, learning_rate=jnp.float32(new)))

    def state_dict(self) -> dict:
        return dict(self.state._asdict())

    def load_state_dict(self, values: dict) -> None:
        self.state = type(self.state)(**values)


class History(list[dict]):
    """The rows of a run, one an epoch; notebooks show them as curves, and as a table that unfolds.

    Example:
        >>> rows = History([{"epoch": 1, "loss": 0.9}, {"epoch": 2, "loss": 0.4}])
        >>> rows[-1]["loss"], "<svg" in rows._repr_html_()
        (0.4, True)
    """

    def _repr_html_(self) -> str:
        names = list(dict.fromkeys(name for row in self for name in row))
        shown = [name for name in names if not name.startswith("test_") and name not in ("epoch", "seconds")]
        drawings = [html.curves(name, self._series(name)) for name in shown if name != "learning_rate"]
        rows = [[html.number(row.get(name, "")) for name in names] for row in self]
        line = html.quiet(f"{len(self)} epoch{'' if len(self) == 1 else 's'}")
        return "".join(drawings) + html.details(line, html.table(rows, names))

    def _series(self, name: str) -> dict[str, tuple[list, list]]:
        parts = {"training": name, "test": f"test_{name}"}
        rows = {part: [row for row in self if key in row] for part, key in parts.items()}
        return {
            part: ([row["epoch"] for row in rows[part]], [row[key] for row in rows[part]])
            for part, key in parts.items()
            if rows[part]
        }


@dataclasses.dataclass(frozen=True)
class Result:
    """What `fit` returns.

    Attributes:
        state: the last state; under early stopping, that of the best epoch.
        history: a `History`, a row an epoch: epoch, loss, metrics, test_loss, test metrics, learning_rate, seconds.
        best_epoch: the epoch of the best monitored number, where `patience` is given; else None.
    """

    state: TrainState
    history: History
    best_epoch: int | None

    def _repr_html_(self) -> str:
        best = "" if self.best_epoch is None else f"<div>{html.quiet(f'best epoch: {self.best_epoch}')}</div>"
        return self.history._repr_html_() + best + self.state._repr_html_()


def fit(
    model,
    loss: Callable,
    tx: optax.GradientTransformation,
    train,
    test=None,
    *,
    epochs: int,
    seed: int = 0,
    metrics: Mapping[str, Callable] | None = None,
    clip_norm: float | None = None,
    accumulate: int = 1,
    callbacks: Sequence[Callable] = (),
    patience: int | None = None,
    monitor: str = "test_loss",
    log: str | Path | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: int | None = None,
    mesh=None,
    progress: bool | None = None,
) -> Result:
    """Train a model for some epochs; two runs with the same arguments on the same machine are bit-equal.

    Args:
        model, loss, tx, metrics: as `make_train_step`.
        train, test: `jnet.data.Loader`s; without `test` nothing is evaluated.
        epochs: how often to go through `train`.
        seed: draws parameters and dropout (the order of the batches is the loader's own seed).
        clip_norm: scale gradients down to this global norm.
        accumulate: average gradients over this many batches for each update.
        callbacks: called as `callback(state, row)` after each epoch; may return a changed state, or raise
            `StopTraining`. One with `state_dict` and `load_state_dict` (JSON values) is part of the checkpoint.
        patience: stop after this many epochs without a better `monitor`, and return the best epoch's weights. A name
            that ends in "loss" is better when lower, any other when higher.
        log: a JSON Lines file, a row an epoch.
        checkpoint: a file that is written after each epoch. If it exists, the run goes on from it: a run that was
            killed and started again ends bit-equal to one that was not.
        checkpoint_every: also write it every so many batches.
        mesh: a mesh of `jnet.parallel.data_mesh` to split the batches over.
        progress: True for a bar, False for silence; by default a bar on a terminal and one line an epoch elsewhere.

    Raises:
        TypeError: for parts of the wrong kind, such as a model's class instead of an instance.
        ValueError: for settings that make no sense, or a checkpoint of another run.
        IndexError: for labels out of range, before the first step.
        FloatingPointError: when the loss of an epoch is not finite.
    """
    _check_parts(model, tx, train, test)
    _check_settings(epochs, accumulate, patience, checkpoint_every, checkpoint)
    if clip_norm is not None:
        tx = optax.chain(optax.clip_by_global_norm(clip_norm), tx)
    if accumulate > 1:
        tx = optax.MultiSteps(tx, accumulate).gradient_transformation()
    x, _ = next(iter(train.batches(0)))
    state = init_state(model, tx, x, seed)
    _check_targets(model, loss, state, x, train, test)
    run = _Run(
        state=state if mesh is None else parallel.replicate(state, mesh),
        train_step=make_train_step(model, loss, tx, metrics),
        eval_step=make_eval_step(model, loss, metrics),
        place=jax.device_put if mesh is None else lambda batch: parallel.shard_batch(batch, mesh),
        callbacks=callbacks,
        patience=patience,
        monitor=monitor,
        log=log,
        checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
        identity={"seed": seed, "batches": len(train), "accumulate": accumulate, "clip_norm": clip_norm},
    )
    run.resume()
    with Progress(epochs, len(train), progress) as bar:
        while run.epoch < epochs and not run.stopped:
            run.run_epoch(train, test, bar)
    return run.result()


def _check_parts(model, tx, train, test):
    wanted = "fit needs {}, got {!r}; write {}."
    if not isinstance(model, nn.Module):
        raise TypeError(wanted.format("a Flax module", model, "an instance, such as models.LeNet()"))
    if not hasattr(tx, "update"):
        raise TypeError(wanted.format("an Optax transformation", tx, "optim.adam(1e-3), or optim.by_name(name, rate)"))
    for loader in (train, test):
        if loader is not None and not hasattr(loader, "batches"):
            raise TypeError(wanted.format("loaders", type(loader).__name__, "data.Loader(dataset, batch_size)"))


def _check_settings(epochs, accumulate, patience, checkpoint_every, checkpoint):
    for name, value in {"epochs": epochs, "accumulate": accumulate, "patience": patience}.items():
        if value is not None and value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}.")
    if checkpoint_every is not None and checkpoint is None:
        raise ValueError("checkpoint_every needs a file: give checkpoint=PATH as well.")


def _check_targets(model, loss, state, x, train, test):
    """Let the loss see the smallest and the largest label before the first step.

    Inside a compiled step a label out of range can only turn the loss into nan; here, with concrete values, the loss
    raises its own error. It also reports shapes that do not fit in plain words.
    """
    outputs = jax.eval_shape(lambda x: model.apply(state.variables, x, **_mode(model, train=False)), x)
    for loader in (train, test):
        y = np.asarray(getattr(getattr(loader, "dataset", None), "y", ()))
        if y.size and np.issubdtype(y.dtype, np.integer):
            flat = y.reshape(len(y), -1)
            rows = y[[int(flat.min(axis=1).argmin()), int(flat.max(axis=1).argmax())]]
            loss(jnp.zeros((2, *outputs.shape[1:]), outputs.dtype), jnp.asarray(rows))


class _Run:
    """A run of `fit` under way: the state, where in which epoch it stands, and what has been seen so far."""

    def __init__(self, *, state, train_step, eval_step, place, callbacks, patience, monitor, log, checkpoint,
                 checkpoint_every, identity):  # fmt: skip
        self.state, self.train_step, self.eval_step, self.place = state, train_step, eval_step, place
        self.callbacks, self.patience, self.monitor = callbacks, patience, monitor
        self.log, self.checkpoint, self.checkpoint_every = log, checkpoint, checkpoint_every
        self.identity = identity
        self.epoch, self.batch, self.stopped = 0, 0, False
        self.totals = _Means()
        self.history = History()
        self.best_epoch: int | None = None
        self.best = self._copy_weights() if patience else {}
        self.seconds = 0.0

    def run_epoch(self, train, test, bar):
        started = time.perf_counter() - self.seconds
        bar.start_epoch(self.epoch, self.batch)
        for batch in train.batches(self.epoch, self.batch, self.place):
            self.state, report = self.train_step(self.state, batch)
            self.totals.add(report, len(batch[1]))
            self.batch += 1
            bar.advance()
            if self.checkpoint_every and self.batch % self.checkpoint_every == 0 and self.batch < len(train):
                self.seconds = time.perf_counter() - started
                self._save()
        row = {"epoch": self.epoch + 1, **self.totals.values()}
        if test is not None:
            row |= {f"test_{name}": value for name, value in self._evaluate(test).items()}
        if (rate := _learning_rate(self.state)) is not None:
            row["learning_rate"] = rate
        row["seconds"] = round(time.perf_counter() - started, 4)
        self._end_epoch(row)
        bar.end_epoch(row)

    def _evaluate(self, loader) -> dict[str, float]:
        means = _Means()
        for batch in loader.batches(0, 0, self.place):
            means.add(self.eval_step(self.state, batch), len(batch[1]))
        return means.values()

    def _end_epoch(self, row):
        self.history.append(row)
        self.epoch, self.batch, self.totals, self.seconds = self.epoch + 1, 0, _Means(), 0.0
        self._write_log()
        if not math.isfinite(row["loss"]):
            raise FloatingPointError(
                f"The training loss is {row['loss']} in epoch {row['epoch']}. Lower the learning rate, clip the "
                "gradients (clip_norm=1.0), or look for nan and infinite values in the data."
            )
        for callback in self.callbacks:
            try:
                self.state = callback(self.state, row) or self.state
            except StopTraining:
                self.stopped = True
        if self.patience:
            self._watch(row)
        if self.checkpoint:
            self._save()

    def _watch(self, row):
        sign = 1 if self.monitor.endswith("loss") else -1
        value = sign * _monitored(row, self.monitor)
        if self.best_epoch is None or value < sign * self.history[self.best_epoch - 1][self.monitor]:
            self.best_epoch, self.best = row["epoch"], self._copy_weights()
        elif row["epoch"] - self.best_epoch >= self.patience:
            self.stopped = True

    def _copy_weights(self):
        # The next step donates the state, so the best weights are kept as copies.
        return jax.tree.map(jnp.copy, {"params": self.state.params, "extra": self.state.extra})

    def _write_log(self):
        if self.log:
            write_atomic(self.log, "".join(json.dumps(row) + "\n" for row in self.history))

    def _save(self):
        metadata = {
            "identity": self.identity,
            "epoch": self.epoch,
            "batch": self.batch,
            "totals": self.totals.state(),
            "seconds": self.seconds,
            "stopped": self.stopped,
            "history": self.history,
            "best_epoch": self.best_epoch,
            "callbacks": [c.state_dict() if hasattr(c, "state_dict") else None for c in self.callbacks],
        }
        checkpoints.save(self.checkpoint, {"state": self.state, "best": self.best}, metadata)

    def resume(self):
        """Take up the checkpoint, if there is one."""
        if not self.checkpoint or not Path(self.checkpoint).exists():
            return
        tree, metadata = checkpoints.load(self.checkpoint, {"state": self.state, "best": self.best})
        for name, value in self.identity.items():
            if metadata["identity"][name] != value:
                raise ValueError(
                    f"The checkpoint {self.checkpoint} is of another run: its {name} is "
                    f"{metadata['identity'][name]}, this one's is {value}. Give the same settings, delete the file to "
                    "start again, or name another one."
                )
        self.state, self.best = tree["state"], tree["best"]
        self.epoch, self.batch, self.seconds = metadata["epoch"], metadata["batch"], metadata["seconds"]
        self.totals = _Means(metadata["totals"])
        self.stopped, self.best_epoch = metadata["stopped"], metadata["best_epoch"]
        self.history = History(metadata["history"])
        for callback, values in zip(self.callbacks, metadata["callbacks"], strict=True):
            if values is not None:
                callback.load_state_dict(values)
        self._write_log()

    def result(self) -> Result:
        state = self.state.replace(**self.best) if self.best_epoch is not None else self.state
        return Result(state, self.history, self.best_epoch)


def _monitored(row: dict, name: str) -> float:
    if name not in row:
        hint = " Give `test`, or monitor a number of the training set." if name.startswith("test_") else ""
        raise ValueError(f"There is no {name!r} to monitor; the epochs report {', '.join(row)}.{hint}")
    return row[name]


def _learning_rate(state: TrainState) -> float | None:
    """Return the optimizer's current learning rate, where its state holds exactly one."""
    found = optax.tree.get_all_with_path(state.opt_state, "learning_rate")
    return float(found[0][1]) if len(found) == 1 else None


class _Means:
    """Means of reports weighted by batch size, fetched from the device now and then, not every step.

    Sums are float64 on the host, in the order of the batches, so a resumed epoch ends with the same bits.
    """

    FETCH_EVERY = 64

    def __init__(self, state: dict | None = None):
        self.count, self.sums = (state["count"], dict(state["sums"])) if state else (0, {})
        self.pending: list[tuple[int, dict]] = []

    def add(self, report: dict, size: int):
        self.pending.append((size, report))
        if len(self.pending) >= self.FETCH_EVERY:
            self._fetch()

    def _fetch(self):
        for size, report in jax.device_get(self.pending):
            self.count += size
            for name, value in report.items():
                self.sums[name] = self.sums.get(name, 0.0) + size * float(value)
        self.pending = []

    def state(self) -> dict:
        self._fetch()
        return {"count": self.count, "sums": self.sums}

    def values(self) -> dict[str, float]:
        self._fetch()
        names = sorted(self.sums, key=lambda name: (name != "loss", name))
        return {name: self.sums[name] / self.count for name in names}

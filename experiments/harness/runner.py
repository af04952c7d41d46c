"""What the experiments share: settings become flags, findings become files, expectations are checked.

An experiment is a module with CHAPTER (of the notes), TITLE and QUESTION (and TITLE_ZH and QUESTION_ZH, the same in
Chinese), a frozen dataclass `Settings` whose fields are commented on their own lines, FAST (the settings of `--fast`)
and `run(settings, out)`, where `out` is an `Output`.
"""

import dataclasses
import importlib
import importlib.metadata
import io
import json
import math
import os
import platform
import sys
import time
import traceback
import typing
from pathlib import Path

import jax
import numpy as np
from PIL import Image

import jnet
from experiments.harness import faces, locks, report, surface
from experiments.harness.flags import Options, command, comments, parse
from jnet import live, plotting
from jnet.compilation import keep_programs
from jnet.files import write_atomic

METRICS = "metrics.json"
LARGE = 60_000  # bytes of a figure


def main(module: typing.Any, arguments: list[str] | None = None) -> int:
    """Run the experiment `module` as its flags say, write its results and the report; return the exit status.

    The status is 0 if it ran and met its expectations, 1 if an expectation was not met. An exception is recorded in
    metrics.json before it goes on its way. Another run in the same folder is waited for.
    """
    name = module.__spec__.name.rpartition(".")[2]
    settings, options = parse(module, name, arguments)
    if options.device:
        choose(options.device)
    with locks.held(options.out / name):
        return _run(module, name, settings, options)


def choose(device: str) -> None:
    """Let JAX compute on the "cpu" or the "gpu" from here on; it must not have begun to compute.

    Raises:
        SystemExit: if it computes elsewhere, with a line that says why.
    """
    jax.config.update("jax_platforms", "cpu" if device == "cpu" else "")  # of its own accord it takes what is fastest
    if (found := jax.default_backend()) != device:
        raise SystemExit(f'--device {device}: JAX finds only the {found}; for a GPU: pip install "jnet[cuda12]"')


def _run(module: typing.Any, name: str, settings: typing.Any, options: Options) -> int:
    fast, root = options.fast, options.out
    keep_programs()
    try:
        shown = live.open(options.live, root / name / "tensorboard", module.TITLE)
    except (ModuleNotFoundError, ConnectionError) as error:
        raise SystemExit(f"--live {options.live}: {error}") from None
    reference = importlib.import_module("torch") if options.pytorch else None
    out = Output(root / name, reference=reference, shown=shown, record={
        "name": name,
        "chapter": module.CHAPTER,
        "title": module.TITLE,
        "title_zh": module.TITLE_ZH,
        "question": module.QUESTION,
        "question_zh": module.QUESTION_ZH,
        "status": "running",
        "error": None,
        "fast": fast,
        "command": command(module, name, settings, options),
        "settings": dataclasses.asdict(settings),
        "settings_help": comments(module.Settings),
        "device": device(),
        "versions": versions(),
    })  # fmt: skip
    print(f"{module.TITLE}{' (--fast: expectations are not enforced)' if fast else ''}", flush=True)
    try:
        with out.live:
            module.run(settings, out)
    except BaseException as error:  # whatever ended it is written down, then goes on
        out.record |= {"status": "failed", "error": "".join(traceback.format_exception_only(error)).strip()}
        out.write()
        report.write(root)
        raise
    missed = out.missed()
    out.record["status"] = "failed" if missed and not fast else "ok"
    if out.record["status"] == "failed":
        out.record["error"] = f"Expectation not met: {'; '.join(missed)}."
    out.write()
    page = report.write(root)
    print(out.summary(page), flush=True)
    if out.record["status"] == "failed":
        print(
            f"FAILED {name}: {out.record['error']} The results are kept in {out.folder}.", file=sys.stderr, flush=True
        )
        return 1
    return 0


class Output:
    """The folder of one experiment's results and the record that becomes its metrics.json.

    The record is written at the start, with each figure, and at the end, so a crash loses little.

    Attributes:
        live: where curves are shown while something trains (`jnet.live`): `callbacks=[live.callback(out.live)]`.
    """

    def __init__(
        self, folder: Path, record: dict | None = None, reference: typing.Any = None, shown: live.Live | None = None
    ):
        self.folder = Path(folder)
        self.reference = reference  # PyTorch, where `--pytorch` asked for it
        self.live = shown or live.Live()
        self.started = time.perf_counter()
        empty = {"found": "", "seconds": 0.0, "numbers": [], "parts": [], "history": []}
        self.record = (record or {}) | empty
        self.write()

    def number(
        self, name: str, value, *, at_least=None, at_most=None, equals=None, within: float = 0.0, key: bool = False
    ) -> None:
        """Record a number (or a list of them) that was found, with what was expected of it, if anything.

        Args:
            at_least, at_most: bounds, inclusive.
            equals: the number, or numbers of the same shape, that `value` should be,
            within: this absolute tolerance.
            key: show the number in the table of all experiments, too.
        """
        value = np.asarray(value)
        needs, passed = [], []
        if at_least is not None:
            needs.append(f"at least {_text(at_least)}")
            passed.append(bool(np.all(value >= at_least)))
        if at_most is not None:
            needs.append(f"at most {_text(at_most)}")
            passed.append(bool(np.all(value <= at_most)))
        if equals is not None:
            needs.append(f"{_text(equals)}{f' ± {within:.2g}' if within else ''}")
            same = value.shape == np.shape(equals)
            passed.append(same and np.allclose(value, equals, rtol=0, atol=within))
        expected = " and ".join(needs)
        text = f"{name} is {_text(value)}" + (f", expected {expected}" if needs else "")
        row = {"name": name, "value": _plain(value), "expected": expected, "text": text}
        self.record["numbers"].append(row | {"passed": all(passed) if passed else None, "key": key})

    def figure(self, name: str, figure, alt: str) -> None:
        """Save `figure` as NAME.png; `alt` says in a sentence what it shows, for caption and screen readers."""
        self._save(name, figure)
        self.record["parts"].append({"kind": "figure", "file": f"{name}.png", "alt": alt})
        self.write()

    def _save(self, name: str, figure) -> None:
        """Save a figure as PNG; 256 well-chosen colours make a large one look the same in a third of the room."""
        path = plotting.save(figure, self.folder / f"{name}.png")
        if path.stat().st_size > LARGE:
            small = io.BytesIO()
            Image.open(path).convert("RGB").quantize(256).save(small, "png", optimize=True)
            write_atomic(path, small.getvalue())

    def surface(
        self,
        name: str,
        function: surface.Function,
        xlim: surface.Limits,
        ylim: surface.Limits,
        *,
        paths: dict[str, typing.Any] | None = None,
        labels: tuple[str, str, str] = ("x", "y", "z"),
        alt: str,
        log: bool = False,
    ) -> None:
        """Record `function(x, y)` as a surface that readers of the page can turn; NAME.png is for those on paper.

        Shape: each path (T, 2) float.

        Args:
            function: of two NumPy arrays of one shape, elementwise.
            paths: walks to draw on the surface, by name.
            alt: says in a sentence what it shows.
            log: show log(1 + z), where a few high places would leave the rest flat.
        """
        data, shown = surface.sample(function, xlim, ylim, paths or {}, labels, log)
        walks = surface.drawn(data["paths"]) if paths else None
        figure = plotting.surface3d(shown, xlim, ylim, path=walks, labels=tuple(data["labels"]))
        self._save(name, figure)
        colors = surface.colors(data["paths"])
        self.record["parts"].append({"kind": "surface", "file": f"{name}.png", "alt": alt, "colors": colors} | data)
        self.write()

    def faces(
        self,
        title: str,
        in_torch: typing.Callable[..., dict],
        in_jax: typing.Callable[..., dict] | str,
        *,
        given: dict | None = None,
        notes: dict[str, str] | None = None,
        pytorch: dict | None = None,
        within: float = 1e-6,
    ) -> dict[str, typing.Any]:
        """Run one lesson in both faces, record their codes and values side by side, and return what jnet.torch found.

        Args:
            title: of the lesson, in a few words.
            in_torch: called as `in_torch(torch, **given)`; returns a dict of values by name (numbers, tensors, text).
            in_jax: called as `in_jax(**given)`; returns values of the same names. Where JAX has nothing of the kind, a
                sentence that says why.
            notes: what the notes print of them, as text; compared in all the digits printed.
            pytorch: what PyTorch 2.13 finds, for those who do not have it; checked where `--pytorch` runs it.
            within: the largest difference allowed, relative to the larger of 1 and the largest of the values.
        """
        why, other = (in_jax, None) if isinstance(in_jax, str) else (None, in_jax)
        rows = faces.compare(in_torch, other, given or {}, notes or {}, pytorch or {}, within, self.reference)
        codes = {"torch": faces.code(in_torch)} | ({"jax": faces.code(other)} if other else {})
        self.record["parts"].append({"kind": "faces", "title": title, "codes": codes, "why": why, "rows": rows})
        self.write()
        return {row["name"]: row["torch"] for row in rows}

    def found(self, text: str) -> None:
        """Record in a sentence or two what the experiment found."""
        self.record["found"] = " ".join(text.split())

    def history(self, rows: list[dict]) -> None:
        """Record the rows of `jnet.train.fit`'s history."""
        self.record["history"] = rows

    def missed(self) -> list[str]:
        """Return what was not as expected, in words: numbers, and lessons whose faces differ."""
        numbers = [row["text"] for row in self.record["numbers"] if row["passed"] is False]
        return numbers + [_row_text(row) for row in self.rows() if not row["passed"]]

    def rows(self) -> list[dict]:
        """Return the rows of all lessons: a value, as the notes, PyTorch, jnet.torch and JAX have it."""
        return [row for part in self.record["parts"] if part["kind"] == "faces" for row in part["rows"]]

    def write(self) -> None:
        """Write metrics.json as it stands."""
        self.record["seconds"] = round(time.perf_counter() - self.started, 2)
        write_atomic(self.folder / METRICS, json.dumps(_plain(self.record), indent=1, allow_nan=False) + "\n")

    def summary(self, page: Path) -> str:
        """Return the lines printed at the end: each number with its verdict, and where the results are."""
        marks = {True: "ok  ", False: "MISS", None: "    "}
        rows = [f"  {marks[row['passed']]} {row['text']}" for row in self.record["numbers"]]
        agree = [row["passed"] for row in self.rows() if row["jax"] is not None]
        if agree:
            rows.append(f"  {marks[all(agree)]} {sum(agree)} of {len(agree)} values agree in both faces")
        return "\n".join([*rows, f"  {self.record['seconds']:.1f} s; results in {self.folder}, report in {page}"])


def _plain(value):
    """Return `value` as JSON can hold it: arrays become lists, numbers that are not finite become words."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic, jax.Array)):
        return _plain(np.asarray(value).tolist())
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        return str(value)
    return value


def _row_text(row: dict) -> str:
    known = {"the notes": row["notes"], "PyTorch": row["pytorch"], "jnet.torch": row["torch"], "JAX": row["jax"]}
    told = ", ".join(f"{who} {report.short(value)}" for who, value in known.items() if value is not None)
    return f"{row['name']}: {told}"


def _text(value) -> str:
    value = np.asarray(value)
    if value.ndim:
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return f"{value:.5g}" if np.issubdtype(value.dtype, np.floating) else str(value)


def device() -> str:
    """Return what the experiment runs on, in words."""
    devices = jax.devices()
    if devices[0].platform == "cpu":
        return f"CPU ({platform.machine()}), {os.cpu_count()} cores"
    return f"{len(devices)} x {devices[0].device_kind}"


def versions() -> dict[str, str]:
    """Return the versions of Python, jnet and what it stands on."""
    parts = {name: importlib.metadata.version(name) for name in ("jax", "jaxlib", "flax", "optax", "numpy")}
    return {"python": platform.python_version(), "jnet": jnet.__version__} | parts
